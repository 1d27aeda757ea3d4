/* dataset.c - finding a data set, its table of items, its validation part.
 * What pictures look like is in pictures.c. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "data/dataset.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/archive.h"
#include "data/cifar.h"
#include "data/idx.h"
#include "data/image_folder.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET_MAX_SIDE = 16384 };

/* ==== Filling, for idx, cifar and image_folder ==== */

enum ramp_status dataset_add_items(struct ramp_dataset *data, size_t n,
                                   size_t *first, struct ramp_error *err)
{
    size_t total;
    if (!size_add(&total, data->n_items, n) || total > INT32_MAX)
        return error_set(err, RAMP_MEMORY,
                         "cannot use %s: expected at most %ld pictures, found "
                         "more",
                         TEXT_QUOTE(data->path), (long)INT32_MAX);
    if (!mem_grow((void **)&data->items, &data->room, total,
                  sizeof *data->items))
        return error_memory(err, "the list of pictures",
                            total * sizeof *data->items);
    *first = data->n_items;
    data->n_items = total;
    return RAMP_OK;
}

static bool class_name_fits(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > 255 || !text_is_utf8(name))
        return false;
    for (; *name != 0; name++)
        if (text_control(name) > 0 || *name == ',')
            return false;
    return true;
}

enum ramp_status dataset_add_class(struct ramp_dataset *data, const char *name,
                                   struct ramp_error *err)
{
    if (!class_name_fits(name))
        return error_set(err, RAMP_DATA,
                         "cannot use the class name %s: expected 1 to 255 "
                         "bytes of UTF-8 without commas and control "
                         "characters; try renaming it",
                         TEXT_QUOTE(name));
    size_t n = (size_t)data->n_classes;
    char *copy = mem_strdup(name);
    if (copy == NULL || !mem_grow((void **)&data->classes, &data->class_room,
                                  n + 1, sizeof *data->classes)) {
        mem_free(copy);
        return error_memory(err, "a class name", strlen(name));
    }
    data->classes[n] = copy;
    data->n_classes++;
    return RAMP_OK;
}

enum ramp_status dataset_add_block(struct ramp_dataset *data,
                                   enum ramp_part part,
                                   const struct dataset_block *block,
                                   const int shape[3], const uint8_t *labels,
                                   const char *name, struct ramp_error *err)
{
    int *known = data->block_shape;
    size_t first;
    data->blocks[part] = *block;
    if (known[0] == 0)
        memcpy(known, shape, sizeof data->block_shape);
    if (memcmp(known, shape, sizeof data->block_shape) != 0)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected pictures of %dx%dx%d as "
                         "in the training part, found %dx%dx%d",
                         TEXT_QUOTE(name), known[0], known[1], known[2],
                         shape[0], shape[1], shape[2]);
    enum ramp_status status = dataset_add_items(data, block->n, &first, err);
    for (size_t i = 0; i < block->n && status == RAMP_OK; i++) {
        struct dataset_item *item = &data->items[first + i];
        item->label = labels[i];
        item->place = (uint32_t)i;
        item->part = item->stored = (uint8_t)part;
        item->channels = (uint8_t)shape[0];
        item->height = (uint16_t)shape[1];
        item->width = (uint16_t)shape[2];
    }
    return status;
}

bool dataset_has_blocks(const struct ramp_dataset *data)
{
    return data->blocks[RAMP_TRAIN].pixels != NULL;
}

/* ==== Finding ==== */

/* Those but the first, which comes with ramp, are fetched by a script. */
static const char *const known_names[] = {
    "fashion-small", "mnist", "fashion-mnist", "cifar10", "cifar100", NULL};

/* FOLDER/name if it exists, else *path stays as it is. */
static enum ramp_status find_in(char **path, const char *folder,
                                const char *name, struct ramp_error *err)
{
    char *found = file_join(folder, name);
    if (found == NULL)
        return error_memory(err, "a path", strlen(name));
    if (file_exists(found))
        *path = found;
    else
        mem_free(found);
    return RAMP_OK;
}

/* Where names are looked for; *path stays NULL if it is in none of them. */
static enum ramp_status find_name(char **path, const char *name,
                                  struct ramp_error *err)
{
    const char *folder = getenv("RAMP_DATA");
    enum ramp_status status = RAMP_OK;
    if (folder != NULL && *folder != 0)
        status = find_in(path, folder, name, err);
    if (status == RAMP_OK && *path == NULL)
        status = file_find_shipped(path, "datasets", name, err);
    if (status == RAMP_OK && *path == NULL)
        status = find_in(path, "/usr/share/datasets", name, err);
    return status;
}

static enum ramp_status not_found(const char *name, struct ramp_error *err)
{
    const char *near = text_nearest(name, known_names);
    bool other = near != NULL && !text_equal(near, name);
    if (near != NULL && !other && near != known_names[0])
        return error_set(err, RAMP_DATA,
                         "cannot find data set %s in $RAMP_DATA, datasets or "
                         "/usr/share/datasets; try scripts/datasets.sh %s",
                         TEXT_QUOTE(name), name);
    return error_set(err, RAMP_DATA,
                     "cannot find data set %s: expected a folder, an archive "
                     "or a name%s%s",
                     TEXT_QUOTE(name), other ? "; try " : "",
                     other ? near : "");
}

static enum ramp_status find_path(char **path, const char *name,
                                  struct ramp_error *err)
{
    *path = NULL;
    if (file_exists(name)) {
        *path = mem_strdup(name);
        return *path ? RAMP_OK : error_memory(err, "a path", strlen(name));
    }
    if (*name == 0 || strchr(name, '/') != NULL)
        return not_found(name, err);
    enum ramp_status status = find_name(path, name, err);
    if (status == RAMP_OK && *path == NULL && text_equal(name, "cifar10"))
        status = find_name(path, "cifar10-jpeg.tar.xz", err);
    return status != RAMP_OK || *path ? status : not_found(name, err);
}

/* "/data/cifar10-jpeg.tar.xz" -> "cifar10-jpeg", "mnist/" -> "mnist"; of "."
 * and ".." the folder's real name. */
static char *short_name(const char *path)
{
    static const char *const endings[] = {
        ".gz", ".xz", ".bz2", ".zst", ".tgz", ".txz", ".tbz", ".tar", ".zip"};
    char real[PATH_MAX];
    char *copy = mem_strdup(path);
    if (copy == NULL)
        return NULL;
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = 0;
    const char *base = file_base(copy);
    bool dots = text_equal(base, ".") || text_equal(base, "..");
    if (dots && realpath(copy, real) != NULL)
        base = file_base(real);
    char *name = mem_strdup(base);
    mem_free(copy);
    if (name == NULL || file_is_folder(path))
        return name;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends_with(name, endings[i]) &&
            strlen(name) > strlen(endings[i]))
            name[strlen(name) - strlen(endings[i])] = 0;
    return name;
}

static enum ramp_status set_names(struct ramp_dataset *data, const char *name,
                                  struct ramp_error *err)
{
    enum ramp_status status = find_path(&data->path, name, err);
    if (status != RAMP_OK)
        return status;
    data->name = short_name(data->path);
    return data->name ? RAMP_OK : error_memory(err, "a name", strlen(name));
}

/* "tar archive of IDX files" */
static enum ramp_status set_kind(struct ramp_dataset *data,
                                 struct ramp_error *err)
{
    const char *archive = data->tree.archive_kind;
    size_t size = strlen(data->source) + 32;
    enum ramp_status status = MEM_NEW(&data->kind, size, "a name", err);
    if (status == RAMP_OK)
        snprintf(data->kind, size, "%s%s%s", archive ? archive : "",
                 archive ? " archive of " : "", data->source);
    return status;
}

/* ==== Opening ==== */

static enum ramp_status check_options(const struct ramp_dataset_options *o,
                                      struct ramp_error *err)
{
    bool own = o->channels == 0 && o->height == 0 && o->width == 0;
    bool given = (o->channels == 1 || o->channels == 3) && o->height >= 1 &&
                 o->height <= DATASET_MAX_SIDE && o->width >= 1 &&
                 o->width <= DATASET_MAX_SIDE;
    if (!own && !given)
        return error_set(err, RAMP_USAGE,
                         "cannot use input %dx%dx%d: expected 1 or 3 channels "
                         "and sides of 1 to %d",
                         o->channels, o->height, o->width, DATASET_MAX_SIDE);
    if (!(o->val_share >= 0 && o->val_share <= 1))
        return error_set(err, RAMP_USAGE,
                         "cannot use validation share %g: expected 0 to 1",
                         o->val_share);
    return RAMP_OK;
}

static enum ramp_status load_tree(struct ramp_dataset *data,
                                  struct ramp_error *err)
{
    if (file_is_folder(data->path))
        return tree_scan(&data->tree, data->path, err);
    if (!file_is_regular(data->path))
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected a folder or an archive, "
                         "found a special file",
                         TEXT_QUOTE(data->path));
    return archive_load(&data->tree, data->path, data->options.cache_bytes,
                        err);
}

static enum ramp_status load_items(struct ramp_dataset *data,
                                   struct ramp_error *err)
{
    bool found = false;
    tree_strip(&data->tree);
    enum ramp_status status = idx_load(data, &found, err);
    if (status == RAMP_OK && !found)
        status = cifar_load(data, &found, err);
    if (status == RAMP_OK && !found)
        status = image_folder_load(data, err);
    return status == RAMP_OK ? set_kind(data, err) : status;
}

/* The items of the training part, class by class. */
struct by_class {
    uint32_t *block; /* owned; what the others point into */
    uint32_t *end;   /* [n_classes]: where a class ends in `sorted` */
    uint32_t *sorted;
    uint32_t *order; /* room for a permutation of any class */
};

/* A counting sort by label; end[c] moves from the beginning of class c to its
 * end while its items are put down. */
static enum ramp_status sort_by_class(struct by_class *by,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    size_t n = data->n_items, n_classes = (size_t)data->n_classes;
    enum ramp_status status =
        MEM_NEW(&by->block, 2 * n + n_classes + 1, "drawing pictures", err);
    if (status != RAMP_OK)
        return status;
    by->end = by->block;
    by->sorted = by->block + n_classes + 1;
    by->order = by->sorted + n;
    for (size_t i = 0; i < n; i++)
        if (data->items[i].part == RAMP_TRAIN)
            by->end[data->items[i].label + 1]++;
    for (size_t c = 0; c < n_classes; c++)
        by->end[c + 1] += by->end[c];
    for (size_t i = 0; i < n; i++)
        if (data->items[i].part == RAMP_TRAIN)
            by->sorted[by->end[data->items[i].label]++] = (uint32_t)i;
    return RAMP_OK;
}

/* The items of class c and how many they are, in an order that is drawn: the
 * first is items[order[0]]. */
static const uint32_t *permute_class(const struct by_class *by, size_t *n,
                                     struct rng_key key, size_t c)
{
    size_t begin = c > 0 ? by->end[c - 1] : 0;
    *n = by->end[c] - begin;
    rng_permute(key, by->order, *n);
    return by->sorted + begin;
}

/* Of each class the first in a drawn order are moved to the validation part,
 * all but one at most. Depends on nothing but the table, the seed and the
 * share, so that the same part can be drawn again. Hence bad pictures are left
 * out only after it. */
static enum ramp_status draw_validation(struct ramp_dataset *data,
                                        struct ramp_error *err)
{
    struct by_class by;
    if (data->options.val_share <= 0)
        return RAMP_OK;
    for (size_t i = 0; i < data->n_items; i++)
        if (data->items[i].stored == RAMP_VAL)
            return RAMP_OK;
    enum ramp_status status = sort_by_class(&by, data, err);
    if (status != RAMP_OK)
        return status;
    for (size_t c = 0, n; c < (size_t)data->n_classes; c++) {
        const uint32_t *items = permute_class(
            &by, &n, rng_key(data->options.seed, RNG_SPLIT, c), c);
        size_t n_val = (size_t)round(data->options.val_share * (double)n);
        if (n_val + 1 > n)
            n_val = n > 0 ? n - 1 : 0;
        for (size_t i = 0; i < n_val; i++)
            data->items[items[by.order[i]]].part = RAMP_VAL;
        data->val_drawn = data->val_drawn || n_val > 0;
    }
    mem_free(by.block);
    return RAMP_OK;
}

/* Items of no part leave the table; the others keep their order. */
static void drop_items(struct ramp_dataset *data)
{
    size_t n = 0;
    for (size_t i = 0; i < data->n_items; i++)
        if (data->items[i].part < RAMP_N_PARTS)
            data->items[n++] = data->items[i];
    data->n_items = n;
}

/* Keep max_train pictures of the training part: of the classes up to c and
 * their m of n pictures together, max_train m / n, rounded down. */
static enum ramp_status limit_training(struct ramp_dataset *data,
                                       struct ramp_error *err)
{
    struct by_class by;
    size_t n_classes = (size_t)data->n_classes, kept = 0;
    uint64_t max = data->options.max_train;
    if (max == 0)
        return RAMP_OK;
    enum ramp_status status = sort_by_class(&by, data, err);
    if (status != RAMP_OK)
        return status;
    uint64_t total = by.end[n_classes - 1];
    for (size_t c = 0, n; max < total && c < n_classes; c++) {
        const uint64_t stream = (uint64_t)1 << 32; /* behind all classes */
        const uint32_t *items = permute_class(
            &by, &n, rng_key(data->options.seed, RNG_SPLIT, stream + c), c);
        size_t keep = (size_t)(max * by.end[c] / total) - kept;
        for (size_t i = keep; i < n; i++)
            data->items[items[by.order[i]]].part = RAMP_N_PARTS;
        kept += keep;
    }
    drop_items(data);
    mem_free(by.block);
    return RAMP_OK;
}

/* Which items each part has, without the bad ones. */
static enum ramp_status list_parts(struct ramp_dataset *data,
                                   struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < data->n_items; i++)
        data->counts[data->items[i].part] += !data->items[i].bad;
    for (int part = 0; part < RAMP_N_PARTS && status == RAMP_OK; part++)
        status = MEM_NEW(&data->order[part], data->counts[part],
                         "the list of pictures", err);
    if (status != RAMP_OK)
        return status;
    size_t next[RAMP_N_PARTS] = {0};
    for (size_t i = 0; i < data->n_items; i++) {
        int part = data->items[i].part;
        if (!data->items[i].bad)
            data->order[part][next[part]++] = (uint32_t)i;
    }
    if (data->counts[RAMP_TRAIN] == 0)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: none of its training pictures can be "
                         "read",
                         TEXT_QUOTE(data->path));
    return RAMP_OK;
}

static enum ramp_status open_all(struct ramp_dataset *data, const char *name,
                                 struct ramp_error *err)
{
    enum ramp_status status = set_names(data, name, err);
    if (status == RAMP_OK)
        status = load_tree(data, err);
    if (status == RAMP_OK)
        status = load_items(data, err);
    if (status == RAMP_OK)
        status = draw_validation(data, err);
    if (status == RAMP_OK)
        status = limit_training(data, err);
    if (status == RAMP_OK)
        status = dataset_load_pictures(data, err);
    if (status == RAMP_OK)
        status = list_parts(data, err);
    if (status == RAMP_OK && dataset_in_memory(data))
        tree_drop_bytes(&data->tree);
    return status;
}

enum ramp_status ramp_dataset_open(struct ramp_dataset **out, const char *name,
                                   const struct ramp_dataset_options *options,
                                   struct ramp_error *err)
{
    static const struct ramp_dataset_options defaults = {.val_share = 0};
    struct ramp_dataset *data = NULL;
    *out = NULL;
    if (options == NULL)
        options = &defaults;
    enum ramp_status status = check_options(options, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&data, 1, "a data set", err);
    if (status != RAMP_OK)
        return status;
    data->options = *options;
    if (data->options.cache_bytes == 0)
        data->options.cache_bytes = (uint64_t)2 << 30;
    data->n_threads = ramp_compute_threads(&options->compute);
    data->fingerprint = HASH_START;
    status = open_all(data, name, err);
    if (status == RAMP_OK)
        *out = data;
    else
        ramp_dataset_free(data);
    return status;
}

void ramp_dataset_free(struct ramp_dataset *data)
{
    if (data == NULL)
        return;
    for (int i = 0; i < data->n_classes; i++)
        mem_free(data->classes[i]);
    for (int part = 0; part < RAMP_N_PARTS; part++) {
        mem_free(data->order[part]);
        mem_free(data->blocks[part].owned);
    }
    tree_release(&data->tree);
    mem_free(data->classes);
    mem_free(data->items);
    mem_free(data->cache);
    mem_free(data->bad);
    mem_free(data->name);
    mem_free(data->kind);
    mem_free(data->path);
    mem_free(data);
}

/* ==== Asking ==== */

const char *ramp_dataset_name(const struct ramp_dataset *data)
{
    return data->name;
}

const char *ramp_dataset_kind(const struct ramp_dataset *data)
{
    return data->kind;
}

int ramp_dataset_n_classes(const struct ramp_dataset *data)
{
    return data->n_classes;
}

const char *ramp_dataset_class(const struct ramp_dataset *data, int class_index)
{
    ASSERT(class_index >= 0 && class_index < data->n_classes);
    return data->classes[class_index];
}

size_t ramp_dataset_count(const struct ramp_dataset *data, enum ramp_part part)
{
    ASSERT(part < RAMP_N_PARTS);
    return data->counts[part];
}

bool ramp_dataset_val_drawn(const struct ramp_dataset *data)
{
    return data->val_drawn;
}

size_t ramp_dataset_n_skipped(const struct ramp_dataset *data)
{
    return data->n_skipped;
}

size_t ramp_dataset_n_odd(const struct ramp_dataset *data, const char **first)
{
    *first = data->odd;
    return data->n_odd;
}

void ramp_dataset_shape(const struct ramp_dataset *data,
                        struct ramp_preprocess *pre)
{
    pre->channels = data->shape.channels;
    pre->height = data->shape.height;
    pre->width = data->shape.width;
    pre->fit = data->shape.fit;
}

uint64_t ramp_dataset_fingerprint(const struct ramp_dataset *data)
{
    return data->fingerprint;
}

size_t dataset_item_at(const struct ramp_dataset *data, enum ramp_part part,
                       size_t index)
{
    ASSERT(part < RAMP_N_PARTS && index < data->counts[part]);
    return data->order[part][index];
}

int ramp_dataset_label(const struct ramp_dataset *data, enum ramp_part part,
                       size_t index)
{
    return (int)data->items[dataset_item_at(data, part, index)].label;
}

const char *ramp_dataset_item_name(const struct ramp_dataset *data,
                                   enum ramp_part part, size_t index,
                                   char *buffer, size_t n_bytes)
{
    static const char *const words[] = {"train", "val", "test"};
    const struct dataset_item *item =
        &data->items[dataset_item_at(data, part, index)];
    if (!dataset_has_blocks(data))
        return tree_path(&data->tree, &data->tree.entries[item->place]);
    snprintf(buffer, n_bytes, "%s-images %u", words[item->stored],
             (unsigned)item->place);
    return buffer;
}

enum ramp_status ramp_dataset_read(const struct ramp_dataset *data,
                                   enum ramp_part part, size_t index,
                                   uint8_t *pixels, struct ramp_error *err)
{
    return dataset_read_item(data, dataset_item_at(data, part, index), pixels,
                             err);
}
