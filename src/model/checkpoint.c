/* checkpoint.c - model files: a model, and the optimiser's slots beside it, in
 * and out of the container. */
#include "model/checkpoint.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "model/safetensors.h"
#include "model/settings.h"
#include "net/netspec.h"

#include <math.h>
#include <ramp/export.h>
#include <stdio.h>
#include <string.h>

#define MAX_FILE_BYTES ((size_t)1 << 30)

/* Tensors of this prefix may stand beside the net's own. */
static const char OPTIMIZER[] = "optimizer.";

/* The name of a slot's part that belongs to the net's tensor t; with slot NULL
 * the tensor's own. */
#define NAME_BYTES 128
static void tensor_name(char name[NAME_BYTES], const char *slot,
                        const struct tensor *t)
{
    int n =
        slot ? snprintf(name, NAME_BYTES, "%s%s.%s", OPTIMIZER, slot, t->name)
             : snprintf(name, NAME_BYTES, "%s", t->name);
    ASSERT(n < NAME_BYTES);
}

/* The mean image is a tensor beside the net's. Its order is that of memory, as
 * every tensor's but those of weights. */
static struct tensor mean_image_tensor(const struct ramp_preprocess *pre)
{
    struct tensor t = {
        .name = "preprocess.mean",
        .role = TENSOR_RUNNING,
        .n_dims = 3,
        .dims = {(size_t)pre->height, (size_t)pre->width,
                 (size_t)pre->channels},
        .n = 1,
    };
    for (int i = 0; i < t.n_dims; i++)
        t.n *= t.dims[i];
    return t;
}

/* The first value that is not finite, or NULL. */
static const float *find_not_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return &values[i];
    return NULL;
}

/* ==== Saving ==== */

/* One tensor of the file. */
struct entry {
    char name[NAME_BYTES];
    const struct tensor *tensor;
    const float *block;
};

/* The model's tensors, then those of each slot; `entries` has room for
 * (1 + n_extras) * n_tensors. Returns how many there are. */
static size_t list_entries(struct entry *entries, const struct ramp_net *net,
                           const struct model_extra *extras, size_t n_extras)
{
    size_t n = 0;
    for (size_t group = 0; group <= n_extras; group++) {
        const struct model_extra *extra = group ? &extras[group - 1] : NULL;
        for (size_t i = 0; i < net->n_tensors; i++) {
            const struct tensor *t = &net->tensors[i];
            bool running = t->role == TENSOR_RUNNING;
            if (extra != NULL && running && extra->running == NULL)
                continue;
            struct entry *entry = &entries[n++];
            tensor_name(entry->name, extra ? extra->name : NULL, t);
            entry->tensor = t;
            entry->block = net_tensor_block(net, t);
            if (extra != NULL)
                entry->block = running ? extra->running : extra->block;
        }
    }
    return n;
}

static enum ramp_status check_entries(const struct entry *entries, size_t n,
                                      const char *path, struct ramp_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct tensor *t = entries[i].tensor;
        const float *bad = find_not_finite(entries[i].block + t->offset, t->n);
        if (bad != NULL)
            return error_set(err, RAMP_MODEL,
                             "cannot write %s: tensor %s holds %s",
                             TEXT_QUOTE(path), TEXT_QUOTE(entries[i].name),
                             isnan(*bad) ? "a NaN" : "an infinity");
    }
    return RAMP_OK;
}

static size_t largest_tensor(const struct entry *entries, size_t n)
{
    size_t largest = 0;
    for (size_t i = 0; i < n; i++)
        if (entries[i].tensor->n > largest)
            largest = entries[i].tensor->n;
    return largest;
}

/* The container's tables: what the model says in words, or that these are
 * tensors as PyTorch has them if there are no settings; the entries. The caller
 * frees both. */
static enum ramp_status describe(struct safetensors *file,
                                 const struct ramp_model *model,
                                 const struct settings_text *settings,
                                 const struct entry *entries, size_t n,
                                 struct ramp_error *err)
{
    enum ramp_status status =
        MEM_NEW(&file->metadata, SETTINGS_N_KEYS + model->n_facts,
                "a model's facts", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&file->tensors, n, "a model's tensors", err);
    if (status != RAMP_OK)
        return status;
    if (settings == NULL)
        file->metadata[file->n_metadata++] =
            (struct safetensors_text){"format", "pt"};
    for (size_t i = 0; settings != NULL && i < SETTINGS_N_KEYS; i++)
        file->metadata[file->n_metadata++] = settings->lines[i];
    for (size_t i = 0; settings != NULL && i < model->n_facts; i++)
        file->metadata[file->n_metadata++] = (struct safetensors_text){
            model->facts[i].name, model->facts[i].text};
    for (size_t i = 0; i < n; i++) {
        const struct tensor *from = entries[i].tensor;
        struct safetensor *to = &file->tensors[file->n_tensors++];
        to->name = entries[i].name;
        to->n_dims = from->n_dims;
        to->n = from->n;
        memcpy(to->dims, from->dims, sizeof from->dims);
    }
    return RAMP_OK;
}

static enum ramp_status write_file(const char *path,
                                   const struct safetensors *file,
                                   const struct ramp_net *net,
                                   const struct entry *entries,
                                   struct ramp_error *err)
{
    struct file_save *save = NULL;
    float *values;
    enum ramp_status status = MEM_NEW(
        &values, largest_tensor(entries, file->n_tensors), "a tensor", err);
    if (status == RAMP_OK)
        status = file_save_begin(&save, path, err);
    if (status == RAMP_OK)
        status = safetensors_write_header(save, file, err);
    for (size_t i = 0; i < file->n_tensors && status == RAMP_OK; i++) {
        const struct tensor *t = entries[i].tensor;
        net_tensor_to_file(net, t, values, entries[i].block);
        status = safetensors_write_floats(save, values, t->n, err);
    }
    mem_free(values);
    if (status == RAMP_OK)
        return file_save_commit(&save, err);
    file_save_abort(&save);
    return status;
}

/* Without settings: the tensors alone. */
static enum ramp_status save(const struct ramp_model *model,
                             const struct settings_text *settings,
                             const char *path, const struct model_extra *extras,
                             size_t n_extras, struct ramp_error *err)
{
    const struct ramp_net *net = model->net;
    struct safetensors file = {0};
    struct tensor mean_image = mean_image_tensor(&model->pre);
    struct entry *entries;
    size_t n = 0;
    enum ramp_status status =
        MEM_NEW(&entries, (1 + n_extras) * net->n_tensors + 1,
                "a model's tensors", err);
    if (status == RAMP_OK) {
        n = list_entries(entries, net, extras, n_extras);
        if (settings != NULL && model->mean_image != NULL) {
            tensor_name(entries[n].name, NULL, &mean_image);
            entries[n].tensor = &mean_image;
            entries[n++].block = model->mean_image;
        }
        status = check_entries(entries, n, path, err);
    }
    if (status == RAMP_OK)
        status = describe(&file, model, settings, entries, n, err);
    if (status == RAMP_OK)
        status = write_file(path, &file, net, entries, err);
    safetensors_release(&file);
    mem_free(entries);
    return status;
}

enum ramp_status model_save_with(const struct ramp_model *model,
                                 const char *path,
                                 const struct model_extra *extras,
                                 size_t n_extras, struct ramp_error *err)
{
    struct settings_text settings = {0};
    enum ramp_status status = settings_write(&settings, model, err);
    if (status == RAMP_OK)
        status = save(model, &settings, path, extras, n_extras, err);
    settings_text_release(&settings);
    return status;
}

enum ramp_status ramp_model_save(const struct ramp_model *model,
                                 const char *path, struct ramp_error *err)
{
    return model_save_with(model, path, NULL, 0, err);
}

enum ramp_status ramp_model_export_weights(const struct ramp_model *model,
                                           const char *path,
                                           struct ramp_error *err)
{
    return save(model, NULL, path, NULL, 0, err);
}

/* ==== Loading ==== */

/* What the functions below share. */
struct loader {
    const char *path;
    struct ramp_error *err;
    struct file_in in; /* owned */
    struct safetensors file;
    struct settings settings;
    float *mean_image; /* owned; NULL: the settings ask for none */
    float *values;     /* room for PIECE_ROWS of any tensor; owned */
};

/* A fault in what the file says, found by a function that does not know the
 * file. */
static enum ramp_status pass_on(const struct loader *loader,
                                enum ramp_status status,
                                const struct ramp_error *why)
{
    return error_set(loader->err, status, "cannot read %s: %s",
                     TEXT_QUOTE(loader->path), why->text);
}

/* A short text can ask for a very large net: before its memory is taken, the
 * file must hold as many values. */
static enum ramp_status check_size(const struct loader *loader,
                                   const struct ramp_net_options *options)
{
    struct layer *layers;
    struct shape input;
    size_t n_layers, n_params = 0, n_values = 0;
    enum ramp_status status =
        netspec_parse(&layers, &n_layers, &input, loader->settings.net,
                      loader->path, options, loader->err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < n_layers; i++)
        n_params += layer_n_params(&layers[i]);
    mem_free(layers);
    for (size_t i = 0; i < loader->file.n_tensors; i++)
        n_values += loader->file.tensors[i].n;
    if (n_params <= n_values)
        return RAMP_OK;
    return error_set(loader->err, RAMP_MODEL,
                     "cannot read %s: expected %zu parameters as its net has, "
                     "found %zu",
                     TEXT_QUOTE(loader->path), n_params, n_values);
}

/* "(6, 1, 5, 5)" */
#define SHAPE_BYTES 64
static const char *shape_text(char text[SHAPE_BYTES], const size_t *dims,
                              int n_dims)
{
    size_t used = (size_t)snprintf(text, SHAPE_BYTES, "(");
    for (int i = 0; i < n_dims && used < SHAPE_BYTES; i++)
        used += (size_t)snprintf(text + used, SHAPE_BYTES - used, "%s%zu",
                                 i ? ", " : "", dims[i]);
    if (used < SHAPE_BYTES)
        snprintf(text + used, SHAPE_BYTES - used, ")");
    return text;
}

/* A tensor of this name and shape in the file. */
static enum ramp_status find_tensor(const struct safetensor **in,
                                    const struct loader *loader,
                                    const char *name, const struct tensor *t)
{
    char expected[SHAPE_BYTES], found[SHAPE_BYTES];
    *in = safetensors_find(&loader->file, name);
    if (*in == NULL)
        return error_set(loader->err, RAMP_MODEL,
                         "cannot read %s: expected tensor %s, found none",
                         TEXT_QUOTE(loader->path), TEXT_QUOTE(name));
    if ((*in)->n_dims == t->n_dims &&
        memcmp((*in)->dims, t->dims, (size_t)t->n_dims * sizeof *t->dims) == 0)
        return RAMP_OK;
    return error_set(loader->err, RAMP_MODEL,
                     "cannot read %s: tensor %s: expected shape %s, "
                     "found %s",
                     TEXT_QUOTE(loader->path), TEXT_QUOTE(name),
                     shape_text(expected, t->dims, t->n_dims),
                     shape_text(found, (*in)->dims, (*in)->n_dims));
}

/* n values of a tensor, from value number `first` on. */
static enum ramp_status read_values(float *values, const struct loader *loader,
                                    const struct safetensor *in, size_t first,
                                    size_t n)
{
    enum ramp_status status = file_in_read(
        &loader->in, values, in->at + 4 * first, 4 * n, loader->err);
    if (status != RAMP_OK)
        return status;
    safetensors_floats(values, values, n);
    const float *bad = find_not_finite(values, n);
    if (bad == NULL)
        return RAMP_OK;
    return error_set(loader->err, RAMP_MODEL,
                     "cannot read %s: tensor %s holds %s",
                     TEXT_QUOTE(loader->path), TEXT_QUOTE(in->name),
                     isnan(*bad) ? "a NaN" : "an infinity");
}

/* If the settings ask for one. */
static enum ramp_status load_mean_image(struct loader *loader)
{
    struct ramp_preprocess *pre = &loader->settings.pre;
    const struct tensor t = mean_image_tensor(pre);
    const struct safetensor *in;
    if (pre->scale != RAMP_SCALE_MEAN_IMAGE)
        return RAMP_OK;
    enum ramp_status status = find_tensor(&in, loader, t.name, &t);
    if (status == RAMP_OK)
        status =
            MEM_NEW(&loader->mean_image, t.n, "the mean image", loader->err);
    if (status == RAMP_OK)
        status = read_values(loader->mean_image, loader, in, 0, t.n);
    pre->mean_image = loader->mean_image;
    return status;
}

/* A model without its weights. */
static enum ramp_status make_model(struct ramp_model **model,
                                   const struct loader *loader)
{
    const struct settings *s = &loader->settings;
    const struct ramp_net_options options = {.channels = s->pre.channels,
                                             .height = s->pre.height,
                                             .width = s->pre.width,
                                             .n_classes = s->n_classes,
                                             .act = s->act};
    struct ramp_net *net = NULL;
    struct ramp_error why;
    enum ramp_status status = check_size(loader, &options);
    if (status == RAMP_OK)
        status =
            ramp_net_parse(&net, s->net, loader->path, &options, loader->err);
    if (status != RAMP_OK)
        return status;
    status =
        ramp_model_new(model, &net, s->classes, s->n_classes, &s->pre, &why);
    ramp_net_free(net);
    for (size_t i = 0; i < loader->file.n_metadata && status == RAMP_OK; i++) {
        const struct safetensors_text *line = &loader->file.metadata[i];
        if (!settings_is_key(line->key))
            status = ramp_model_set_fact(*model, line->key, line->value, &why);
    }
    return status == RAMP_OK ? status : pass_on(loader, status, &why);
}

/* A large model must not stand in memory twice, so tensors are read a few rows
 * at a time: as many as fill a cache line where they are put down. */
enum { PIECE_ROWS = 16 };

static size_t largest_piece(const struct ramp_net *net)
{
    size_t largest = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        size_t rows = t->dims[0] < PIECE_ROWS ? t->dims[0] : PIECE_ROWS;
        size_t piece = t->n / t->dims[0] * rows;
        largest = piece > largest ? piece : largest;
    }
    return largest;
}

static enum ramp_status load_rows(const struct loader *loader,
                                  const struct ramp_net *net,
                                  const struct tensor *t,
                                  const struct safetensor *in, float *block)
{
    size_t rows = t->dims[0], row = t->n / rows;
    float *values = loader->values;
    for (size_t first = 0, n; first < rows; first += n) {
        n = rows - first < PIECE_ROWS ? rows - first : PIECE_ROWS;
        enum ramp_status status =
            read_values(values, loader, in, first * row, n * row);
        if (status != RAMP_OK)
            return status;
        net_rows_from_file(net, t, block, values, first, n);
    }
    return RAMP_OK;
}

/* Move one tensor from the file into a block of the net's layout. */
static enum ramp_status load_tensor(const struct loader *loader,
                                    const struct ramp_net *net,
                                    const struct tensor *t, const char *slot,
                                    float *block)
{
    char name[NAME_BYTES];
    const struct safetensor *in;
    tensor_name(name, slot, t);
    enum ramp_status status = find_tensor(&in, loader, name, t);
    return status == RAMP_OK ? load_rows(loader, net, t, in, block) : status;
}

static bool net_has(const struct ramp_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (text_equal(net->tensors[i].name, name))
            return true;
    return false;
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The state of training, or the mean image where there is to be one. */
static bool is_beside_net(const struct loader *loader, const char *name)
{
    const struct tensor mean_image = mean_image_tensor(&loader->settings.pre);
    return begins_with(name, OPTIMIZER) ||
           (loader->mean_image != NULL && text_equal(name, mean_image.name));
}

/* All tensors of the net are in the file; is there any other? Names differ on
 * both sides, so that the counts tell. */
static enum ramp_status check_surplus(const struct loader *loader,
                                      const struct ramp_net *net)
{
    const struct safetensors *file = &loader->file;
    size_t n = 0;
    for (size_t i = 0; i < file->n_tensors; i++)
        n += !is_beside_net(loader, file->tensors[i].name);
    for (size_t i = 0; i < file->n_tensors && n > net->n_tensors; i++) {
        const char *name = file->tensors[i].name;
        if (!is_beside_net(loader, name) && !net_has(net, name))
            return error_set(loader->err, RAMP_MODEL,
                             "cannot read %s: tensor %s is none of its net's",
                             TEXT_QUOTE(loader->path), TEXT_QUOTE(name));
    }
    return RAMP_OK;
}

static enum ramp_status load_weights(const struct loader *loader,
                                     const struct ramp_net *net)
{
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < net->n_tensors && status == RAMP_OK; i++) {
        const struct tensor *t = &net->tensors[i];
        status = load_tensor(loader, net, t, NULL, net_tensor_block(net, t));
    }
    return status == RAMP_OK ? check_surplus(loader, net) : status;
}

static bool has_slot(const struct safetensors *file, const char *slot)
{
    size_t n = strlen(slot);
    for (size_t i = 0; i < file->n_tensors; i++) {
        const char *name = file->tensors[i].name;
        if (begins_with(name, OPTIMIZER) &&
            begins_with(name + strlen(OPTIMIZER), slot) &&
            name[strlen(OPTIMIZER) + n] == '.')
            return true;
    }
    return false;
}

static enum ramp_status load_slot(const struct loader *loader,
                                  const struct ramp_net *net,
                                  struct model_slot *slot)
{
    if (!has_slot(&loader->file, slot->name))
        return RAMP_OK;
    enum ramp_status status =
        MEM_NEW(&slot->block, net->n_params, "the optimiser", loader->err);
    if (status == RAMP_OK && slot->with_running)
        status = MEM_NEW(&slot->running, net->n_running, "the optimiser",
                         loader->err);
    for (size_t i = 0; i < net->n_tensors && status == RAMP_OK; i++) {
        const struct tensor *t = &net->tensors[i];
        bool running = t->role == TENSOR_RUNNING;
        if (!running || slot->with_running)
            status = load_tensor(loader, net, t, slot->name,
                                 running ? slot->running : slot->block);
    }
    return status;
}

/* `path` is a file. On failure *model and the slots may be there in part. */
static enum ramp_status load_file(struct ramp_model **model,
                                  struct loader *loader,
                                  struct model_slot *slots, size_t n_slots)
{
    enum ramp_status status = file_in_open(
        &loader->in, loader->path, MAX_FILE_BYTES, RAMP_MODEL, loader->err);
    if (status == RAMP_OK)
        status = safetensors_open(&loader->file, &loader->in, loader->err);
    if (status == RAMP_OK)
        status = settings_read(&loader->settings, &loader->file, loader->path,
                               loader->err);
    if (status == RAMP_OK)
        status = load_mean_image(loader);
    if (status == RAMP_OK)
        status = make_model(model, loader);
    if (status != RAMP_OK)
        return status;
    const struct ramp_net *net = (*model)->net;
    status =
        MEM_NEW(&loader->values, largest_piece(net), "a tensor", loader->err);
    if (status == RAMP_OK)
        status = load_weights(loader, net);
    for (size_t i = 0; i < n_slots && status == RAMP_OK; i++)
        status = load_slot(loader, net, &slots[i]);
    return status;
}

/* What a path or a name stands for: the best model of a run folder, a shipped
 * model (also where a folder of pictures has its name). NULL: the path itself;
 * else freed by mem_free. */
static enum ramp_status find_model(char **found, const char *path,
                                   struct ramp_error *err)
{
    char name[256];
    const char *end =
        text_ends_with(path, ".safetensors") ? "" : ".safetensors";
    bool is_folder = file_is_folder(path);
    *found = NULL;
    if (is_folder) {
        *found = file_join(path, "best.safetensors");
        if (*found == NULL)
            return error_memory(err, "a path", strlen(path));
        if (file_exists(*found))
            return RAMP_OK;
        mem_free(*found);
        *found = NULL;
    } else if (file_exists(path)) {
        return RAMP_OK;
    }
    enum ramp_status status = RAMP_OK;
    if (strchr(path, '/') == NULL &&
        snprintf(name, sizeof name, "%s%s", path, end) < (int)sizeof name)
        status = file_find_shipped(found, "models", name, err);
    if (status != RAMP_OK || *found != NULL)
        return status;
    if (is_folder)
        return error_set(err, RAMP_MODEL,
                         "cannot find a model in %s: expected the folder of a "
                         "run, found no best.safetensors in it",
                         TEXT_QUOTE(path));
    if (strchr(path, '/') != NULL)
        return RAMP_OK;
    return file_not_shipped("model", path, "a file, the folder of a run",
                            "models", ".safetensors", err);
}

enum ramp_status model_load_with(struct ramp_model **model, const char *path,
                                 struct model_slot *slots, size_t n_slots,
                                 struct ramp_error *err)
{
    struct loader loader = {.path = path, .err = err, .in.fd = -1};
    char *found;
    *model = NULL;
    for (size_t i = 0; i < n_slots; i++)
        slots[i].block = slots[i].running = NULL;
    enum ramp_status status = find_model(&found, path, err);
    if (found != NULL)
        loader.path = found;
    if (status == RAMP_OK)
        status = load_file(model, &loader, slots, n_slots);
    if (status != RAMP_OK) {
        ramp_model_free(*model);
        *model = NULL;
        for (size_t i = 0; i < n_slots; i++) {
            mem_free(slots[i].block);
            mem_free(slots[i].running);
            slots[i].block = slots[i].running = NULL;
        }
    }
    mem_free(loader.values);
    mem_free(loader.mean_image);
    settings_release(&loader.settings);
    safetensors_release(&loader.file);
    file_in_close(&loader.in);
    mem_free(found);
    return status;
}

enum ramp_status ramp_model_load(struct ramp_model **model, const char *path,
                                 struct ramp_error *err)
{
    return model_load_with(model, path, NULL, 0, err);
}
