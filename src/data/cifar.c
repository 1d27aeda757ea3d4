/* cifar.c - reader for the binary files of CIFAR-10 and CIFAR-100. Knows
 * nothing of training. */
#include "data/cifar.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/gz.h"

#include <stdio.h>
#include <string.h>

enum {
    CIFAR_PLANE = CIFAR_SIDE * CIFAR_SIDE,
    /* The largest file has 50,000 records; a bomb stops behind them. */
    CIFAR_MAX_BYTES = 50000 * (2 + CIFAR_PIXELS),
    CIFAR_MAX_NAME_BYTES = 1 << 16,
    CIFAR_MAX_FILES = 5
};

/* ==== Parsing ==== */

static size_t label_bytes(int n_classes)
{
    return n_classes == 10 ? 1 : 2;
}

enum ramp_status cifar_count(size_t *n, const uint8_t *bytes, size_t n_bytes,
                             int n_classes, const char *name,
                             struct ramp_error *err)
{
    size_t record = label_bytes(n_classes) + CIFAR_PIXELS;
    size_t other = label_bytes(110 - n_classes) + CIFAR_PIXELS;
    *n = n_bytes / record;
    if (n_bytes > 0 && n_bytes % record == 0)
        return RAMP_OK;
    *n = 0;
    const char *found = "";
    if (n_bytes > 1 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        found = " of a Python pickle; try the binary version";
    else if (n_bytes > 0 && n_bytes % other == 0)
        found = n_classes == 10 ? " (CIFAR-100?)" : " (CIFAR-10?)";
    return error_set(err, RAMP_DATA,
                     "cannot read %s: expected a multiple of %zu bytes, found "
                     "%zu%s",
                     TEXT_QUOTE(name), record, n_bytes, found);
}

enum ramp_status cifar_parse(uint8_t *pixels, uint8_t *labels,
                             const uint8_t *bytes, size_t n_bytes,
                             int n_classes, const char *name,
                             struct ramp_error *err)
{
    size_t n, n_labels = label_bytes(n_classes);
    enum ramp_status status =
        cifar_count(&n, bytes, n_bytes, n_classes, name, err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        uint8_t label = bytes[n_labels - 1];
        if (label >= n_classes)
            return error_set(err, RAMP_DATA,
                             "cannot read %s: expected labels 0 to %d, found "
                             "%d in record %zu",
                             TEXT_QUOTE(name), n_classes - 1, label, i);
        labels[i] = label;
        bytes += n_labels;
        for (size_t k = 0; k < CIFAR_PLANE; k++)
            for (size_t c = 0; c < 3; c++)
                pixels[3 * k + c] = bytes[c * CIFAR_PLANE + k];
        bytes += CIFAR_PIXELS;
        pixels += CIFAR_PIXELS;
    }
    return RAMP_OK;
}

/* ==== The files of a data set ==== */

/* The two data sets; the names of the Python version are in the list because
 * whoever has that one is to be told. */
struct layout {
    int n_classes;
    const char *kind;
    const char *train[CIFAR_MAX_FILES + 1], *test[2];
    const char *names;
    const char *python;
};

static const struct layout layouts[] = {
    {10,
     "CIFAR-10 binary files",
     {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
      "data_batch_4.bin", "data_batch_5.bin"},
     {"test_batch.bin"},
     "batches.meta.txt",
     "data_batch_1"},
    {100,
     "CIFAR-100 binary files",
     {"train.bin"},
     {"test.bin"},
     "fine_label_names.txt",
     NULL},
};

static bool is_file_name(const char *name, const char *wanted)
{
    size_t n = strlen(wanted);
    return strncmp(name, wanted, n) == 0 &&
           (name[n] == 0 || text_equal(name + n, ".gz"));
}

bool cifar_is_name(const char *name)
{
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        const struct layout *layout = &layouts[k];
        for (int i = 0; layout->train[i] != NULL; i++)
            if (is_file_name(name, layout->train[i]))
                return true;
        if (is_file_name(name, layout->test[0]) ||
            text_equal(name, layout->names) ||
            (layout->python && text_equal(name, layout->python)))
            return true;
    }
    return false;
}

static const struct tree_entry *find_file(const struct tree *tree,
                                          const char *name)
{
    char packed[64];
    const struct tree_entry *entry = tree_find(tree, name);
    snprintf(packed, sizeof packed, "%s.gz", name);
    return entry ? entry : tree_find(tree, packed);
}

/* The bytes of one file, inflated if they are gz data. */
static enum ramp_status take_file(struct ramp_dataset *data,
                                  const struct tree_entry *entry,
                                  const char *name, uint8_t **bytes,
                                  size_t *n_bytes, struct ramp_error *err)
{
    enum ramp_status status =
        tree_take(&data->tree, entry, CIFAR_MAX_BYTES, bytes, n_bytes, err);
    if (status != RAMP_OK || !gz_is(*bytes, *n_bytes))
        return status;
    uint8_t *packed = *bytes;
    status = gz_inflate(bytes, n_bytes, packed, *n_bytes, CIFAR_MAX_BYTES, name,
                        err);
    mem_free(packed);
    return status;
}

/* The pictures of one part as they grow file by file. */
struct cifar_part {
    uint8_t *pixels, *labels;
    size_t n, room, label_room;
};

static enum ramp_status part_append(struct cifar_part *part,
                                    const uint8_t *bytes, size_t n_bytes,
                                    int n_classes, const char *name,
                                    struct ramp_error *err)
{
    size_t n;
    enum ramp_status status =
        cifar_count(&n, bytes, n_bytes, n_classes, name, err);
    if (status != RAMP_OK)
        return status;
    size_t total = part->n + n;
    if (!mem_grow((void **)&part->pixels, &part->room, total, CIFAR_PIXELS) ||
        !mem_grow((void **)&part->labels, &part->label_room, total, 1))
        return error_memory(err, "pictures", total * CIFAR_PIXELS);
    status = cifar_parse(part->pixels + part->n * CIFAR_PIXELS,
                         part->labels + part->n, bytes, n_bytes, n_classes,
                         name, err);
    if (status == RAMP_OK)
        part->n = total;
    return status;
}

static enum ramp_status load_file(struct ramp_dataset *data,
                                  struct cifar_part *part, int n_classes,
                                  const char *file_name, struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    const struct tree_entry *entry = find_file(&data->tree, file_name);
    if (entry == NULL)
        return error_set(err, RAMP_DATA, "cannot find '%s' in %s", file_name,
                         TEXT_QUOTE(data->path));
    char *name = tree_name(&data->tree, entry);
    if (name == NULL)
        return error_memory(err, "a path", strlen(entry->path));
    enum ramp_status status =
        take_file(data, entry, name, &bytes, &n_bytes, err);
    if (status == RAMP_OK) {
        data->fingerprint = hash_bytes(data->fingerprint, bytes, n_bytes);
        status = part_append(part, bytes, n_bytes, n_classes, name, err);
    }
    mem_free(bytes);
    mem_free(name);
    return status;
}

static enum ramp_status load_part(struct ramp_dataset *data,
                                  enum ramp_part where, int n_classes,
                                  const char *const *files,
                                  struct ramp_error *err)
{
    static const int shape[3] = {3, CIFAR_SIDE, CIFAR_SIDE};
    struct cifar_part part = {0};
    enum ramp_status status = RAMP_OK;
    for (int i = 0; files[i] != NULL && status == RAMP_OK; i++)
        status = load_file(data, &part, n_classes, files[i], err);
    if (status == RAMP_OK) {
        struct dataset_block block = {part.pixels, part.pixels, part.n};
        part.pixels = NULL;
        status = dataset_add_block(data, where, &block, shape, part.labels,
                                   data->path, err);
    }
    mem_free(part.pixels);
    mem_free(part.labels);
    return status;
}

/* One name a line; empty lines at the end do not count. */
static enum ramp_status parse_names(struct ramp_dataset *data, char *text,
                                    int n_classes, const char *name,
                                    struct ramp_error *err)
{
    int n = 0;
    enum ramp_status status = RAMP_OK;
    size_t length = strlen(text);
    while (length > 0 && strchr("\r\n", text[length - 1]) != NULL)
        text[--length] = 0;
    while (status == RAMP_OK && *text != 0) {
        size_t end = strcspn(text, "\n");
        char *next = text + end + (text[end] != 0);
        text[end] = 0;
        if (end > 0 && text[end - 1] == '\r')
            text[end - 1] = 0;
        if (n < n_classes)
            status = dataset_add_class(data, text, err);
        n++;
        text = next;
    }
    if (status == RAMP_OK && n != n_classes)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected %d names, found %d",
                         TEXT_QUOTE(name), n_classes, n);
    return status;
}

static enum ramp_status load_names(struct ramp_dataset *data,
                                   const struct layout *layout,
                                   struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    char *text = NULL;
    size_t n_bytes = 0;
    const struct tree_entry *entry = tree_find(&data->tree, layout->names);
    if (entry == NULL)
        return error_set(err, RAMP_DATA, "cannot find '%s' in %s",
                         layout->names, TEXT_QUOTE(data->path));
    char *name = tree_name(&data->tree, entry);
    if (name == NULL)
        return error_memory(err, "a path", strlen(entry->path));
    enum ramp_status status = tree_take(
        &data->tree, entry, CIFAR_MAX_NAME_BYTES, &bytes, &n_bytes, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&text, n_bytes + 1, "class names", err);
    if (status == RAMP_OK) {
        memcpy(text, bytes, n_bytes);
        status = parse_names(data, text, layout->n_classes, name, err);
    }
    mem_free(text);
    mem_free(bytes);
    mem_free(name);
    return status;
}

static enum ramp_status load_layout(struct ramp_dataset *data,
                                    const struct layout *layout,
                                    struct ramp_error *err)
{
    enum ramp_status status = load_names(data, layout, err);
    if (status == RAMP_OK)
        status =
            load_part(data, RAMP_TRAIN, layout->n_classes, layout->train, err);
    if (status == RAMP_OK && find_file(&data->tree, layout->test[0]) != NULL)
        status =
            load_part(data, RAMP_TEST, layout->n_classes, layout->test, err);
    data->source = layout->kind;
    return status;
}

enum ramp_status cifar_load(struct ramp_dataset *data, bool *found,
                            struct ramp_error *err)
{
    const struct tree *tree = &data->tree;
    *found = false;
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts && !*found; k++) {
        const struct layout *layout = &layouts[k];
        bool python = layout->python && tree_find(tree, layout->python);
        for (int i = 0; layout->train[i] != NULL; i++)
            *found = *found || find_file(tree, layout->train[i]) != NULL;
        if (python && !*found) {
            *found = true;
            return error_set(err, RAMP_DATA,
                             "cannot read %s: expected '%s', found the Python "
                             "version of CIFAR-10; try the binary version",
                             TEXT_QUOTE(data->path), layout->train[0]);
        }
        if (*found)
            return load_layout(data, layout, err);
    }
    return RAMP_OK;
}
