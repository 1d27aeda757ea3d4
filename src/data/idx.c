/* idx.c - reader for MNIST's IDX files. Knows nothing of training. */
#include "data/idx.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/gz.h"

#include <stdio.h>
#include <string.h>

enum {
    IDX_HEAD_BYTES = 4 + 4 * 4, /* the longest header that is read */
    IDX_UBYTE = 0x08,
    IDX_MAX_SIDE = 16384
};

/* ==== Parsing ==== */

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

/* What a file is that has not the right magic, in a few words. */
static const char *describe(const uint8_t *bytes)
{
    static const struct {
        uint32_t magic, mask;
        const char *text;
    } known[] = {
        {0x00000801, 0xffffffff, "IDX labels"},
        {0x00000803, 0xffffffff, "IDX pictures"},
        {0x00000804, 0xffffffff, "IDX pictures"},
        {0x1f8b0000, 0xffff0000, "gz data inside gz data"},
        {0xfd377a58, 0xffffffff, "xz data"},
        {0x425a6800, 0xffffff00, "bzip2 data"},
        {0x28b52ffd, 0xffffffff, "zstd data"},
        {0x504b0304, 0xffffffff, "a zip archive"},
        {0x3c000000, 0xff000000, "HTML or XML text"},
    };
    uint32_t magic = big_endian(bytes);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((magic & known[i].mask) == known[i].magic)
            return known[i].text;
    if (magic == 0x01080000 || magic == 0x03080000 || magic == 0x04080000)
        return "little-endian IDX data";
    if (magic >> 16 == 0 && (magic >> 8 & 0xff) > IDX_UBYTE)
        return "IDX data of another type than unsigned bytes";
    return "something else";
}

static enum ramp_status check_magic(const uint8_t *bytes, bool images,
                                    const char *name, struct ramp_error *err)
{
    uint32_t magic = big_endian(bytes);
    if (images ? magic == 0x803 || magic == 0x804 : magic == 0x801)
        return RAMP_OK;
    return error_set(err, RAMP_DATA,
                     "cannot read %s: expected IDX %s (0x%08x), found %s "
                     "(0x%08x)",
                     TEXT_QUOTE(name), images ? "pictures" : "labels",
                     images ? 0x803u : 0x801u, describe(bytes),
                     (unsigned)magic);
}

static enum ramp_status check_shape(const struct idx *idx, const char *name,
                                    struct ramp_error *err)
{
    if (idx->n == 0 || idx->n > INT32_MAX)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected 1 to %ld items, found %zu",
                         TEXT_QUOTE(name), (long)INT32_MAX, idx->n);
    if (idx->height < 1 || idx->height > IDX_MAX_SIDE || idx->width < 1 ||
        idx->width > IDX_MAX_SIDE)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected sides of 1 to %d pixels, "
                         "found %ux%u",
                         TEXT_QUOTE(name), IDX_MAX_SIDE, (unsigned)idx->height,
                         (unsigned)idx->width);
    if (idx->channels != 1 && idx->channels != 3)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected 1 or 3 channels, found %u",
                         TEXT_QUOTE(name), (unsigned)idx->channels);
    return RAMP_OK;
}

enum ramp_status idx_header(struct idx *idx, size_t *n_bytes,
                            const uint8_t *bytes, size_t n_head, bool images,
                            const char *name, struct ramp_error *err)
{
    uint32_t dims[4] = {1, 1, 1, 1};
    size_t expected = 4;
    *idx = (struct idx){0};
    *n_bytes = 0;
    if (n_head >= 4) {
        enum ramp_status status = check_magic(bytes, images, name, err);
        if (status != RAMP_OK)
            return status;
        expected += 4u * bytes[3];
    }
    if (n_head < expected)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected at least %zu bytes, found "
                         "%zu",
                         TEXT_QUOTE(name), expected, n_head);
    for (size_t i = 0; i < bytes[3]; i++)
        dims[i] = big_endian(bytes + 4 + 4 * i);
    struct idx found = {.n = dims[0],
                        .height = (int)dims[1],
                        .width = (int)dims[2],
                        .channels = (int)dims[3]};
    enum ramp_status status = check_shape(&found, name, err);
    if (status != RAMP_OK)
        return status;
    if (!size_mul(n_bytes, found.n, (size_t)dims[1] * dims[2] * dims[3]) ||
        !size_add(n_bytes, *n_bytes, expected))
        return error_memory(err, name, SIZE_MAX);
    *idx = found;
    return RAMP_OK;
}

enum ramp_status idx_parse(struct idx *idx, const uint8_t *bytes,
                           size_t n_bytes, bool images, const char *name,
                           struct ramp_error *err)
{
    struct idx found;
    size_t expected;
    *idx = (struct idx){0};
    enum ramp_status status =
        idx_header(&found, &expected, bytes, n_bytes, images, name, err);
    if (status != RAMP_OK)
        return status;
    if (n_bytes != expected)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected %zu bytes, found %zu",
                         TEXT_QUOTE(name), expected, n_bytes);
    found.values = bytes + 4 + 4 * (size_t)bytes[3];
    *idx = found;
    return RAMP_OK;
}

/* ==== The files of a data set ==== */

/* "train-images-idx3-ubyte.gz" -> RAMP_TRAIN, images. */
static bool name_role(const char *name, enum ramp_part *part, bool *images)
{
    static const char *const middles[] = {"-images", "-labels"};
    size_t length = strlen(name), n = 0;
    if (length > 3 && strcmp(name + length - 3, ".gz") == 0)
        length -= 3;
    for (int i = 0; i < 2; i++) {
        const char *middle = strstr(name, middles[i]);
        if (middle == NULL)
            continue;
        n = (size_t)(middle - name);
        *images = i == 0;
        const char *rest = middle + strlen(middles[i]);
        if (length != n + 18 || (*rest != '-' && *rest != '.') ||
            strncmp(rest + 1, "idx", 3) != 0 ||
            strchr(*images ? "34" : "1", rest[4]) == NULL ||
            strncmp(rest + 5, "-ubyte", 6) != 0)
            return false;
        int found = n == 4 && strncmp(name, "t10k", n) == 0
                        ? RAMP_TEST
                        : tree_part(name, n);
        *part = (enum ramp_part)found;
        return found >= 0;
    }
    return false;
}

bool idx_is_name(const char *name)
{
    enum ramp_part part;
    bool images;
    return name_role(name, &part, &images);
}

/* One file, read and inflated. */
struct idx_file {
    const struct tree_entry *entry; /* NULL: there is none */
    char *name;
    uint8_t *bytes; /* owned */
    size_t n_bytes;
    struct idx idx;
};

static void file_release(struct idx_file *file)
{
    mem_free(file->name);
    mem_free(file->bytes);
    *file = (struct idx_file){0};
}

/* From gz data as much is inflated as their header promises; data shorter than
 * a header are inflated whole, to learn what is wrong with them. */
static enum ramp_status file_inflate(struct idx_file *file, bool images,
                                     struct ramp_error *err)
{
    uint8_t head[IDX_HEAD_BYTES];
    size_t expected = sizeof head;
    uint8_t *packed = file->bytes;
    size_t n_packed = file->n_bytes, n_head;
    enum ramp_status status =
        gz_peek(&n_head, head, sizeof head, packed, n_packed, err);
    if (status == RAMP_OK && n_head == sizeof head)
        status = idx_header(&file->idx, &expected, head, sizeof head, images,
                            file->name, err);
    if (status != RAMP_OK)
        return status;
    status = gz_inflate(&file->bytes, &file->n_bytes, packed, n_packed,
                        expected, file->name, err);
    mem_free(packed);
    return status;
}

static enum ramp_status file_open(struct idx_file *file, struct tree *tree,
                                  bool images, struct ramp_error *err)
{
    file->name = tree_name(tree, file->entry);
    if (file->name == NULL)
        return error_memory(err, "a path", strlen(file->entry->path));
    enum ramp_status status = tree_take(tree, file->entry, SIZE_MAX / 2,
                                        &file->bytes, &file->n_bytes, err);
    if (status == RAMP_OK && gz_is(file->bytes, file->n_bytes))
        status = file_inflate(file, images, err);
    if (status == RAMP_OK)
        status = idx_parse(&file->idx, file->bytes, file->n_bytes, images,
                           file->name, err);
    return status;
}

/* files[part][0] are the images, [1] the labels. */
static bool find_files(struct idx_file files[RAMP_N_PARTS][2],
                       const struct tree *tree)
{
    bool any = false;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        enum ramp_part part;
        bool images;
        if (entry->kind != TREE_FILE ||
            !name_role(tree_path(tree, entry), &part, &images))
            continue;
        any = true;
        /* Sorted: the plain file comes before the one in .gz. */
        if (files[part][!images].entry == NULL)
            files[part][!images].entry = entry;
    }
    return any;
}

static enum ramp_status load_part(struct ramp_dataset *data,
                                  struct idx_file *files, enum ramp_part part,
                                  struct ramp_error *err)
{
    static const char *const words[] = {"train", "val", "t10k"};
    struct idx_file *images = &files[0], *labels = &files[1];
    if (images->entry == NULL && labels->entry == NULL && part != RAMP_TRAIN)
        return RAMP_OK;
    if (images->entry == NULL || labels->entry == NULL)
        return error_set(err, RAMP_DATA, "cannot find '%s-%s-ubyte[.gz]' in %s",
                         words[part],
                         images->entry ? "labels-idx1" : "images-idx3",
                         TEXT_QUOTE(data->path));
    enum ramp_status status = file_open(images, &data->tree, true, err);
    if (status == RAMP_OK)
        status = file_open(labels, &data->tree, false, err);
    if (status != RAMP_OK)
        return status;
    if (images->idx.n != labels->idx.n)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected %zu labels as there are "
                         "pictures, found %zu",
                         TEXT_QUOTE(labels->name), images->idx.n,
                         labels->idx.n);
    data->fingerprint =
        hash_bytes(data->fingerprint, images->bytes, images->n_bytes);
    data->fingerprint =
        hash_bytes(data->fingerprint, labels->bytes, labels->n_bytes);
    struct dataset_block block = {images->bytes, images->idx.values,
                                  images->idx.n};
    images->bytes = NULL;
    return dataset_add_block(data, part, &block,
                             (const int[3]){images->idx.channels,
                                            images->idx.height,
                                            images->idx.width},
                             labels->idx.values, images->name, err);
}

/* ==== Labels ==== */

/* IDX files carry no names. The two MNISTs are known by the data's name. */
static const char *const fashion[] = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

/* How many classes the name promises; 0: nothing. */
static uint32_t promised_classes(const struct ramp_dataset *data)
{
    return strstr(data->name, "fashion") || text_equal(data->name, "mnist") ? 10
                                                                            : 0;
}

/* A label that is far too large shows in the many that are not there: at
 * least half of the numbers up to the largest one must be in use. */
static enum ramp_status count_classes(uint32_t *n_classes,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    bool used[256] = {0};
    uint32_t n_used = 0, n = 2;
    for (size_t i = 0; i < data->n_items; i++) {
        uint32_t label = data->items[i].label;
        if (data->items[i].stored != RAMP_TRAIN)
            continue;
        n_used += !used[label];
        used[label] = true;
        n = label + 1 > n ? label + 1 : n;
    }
    if (n_used < 2)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected at least 2 classes, found 1",
                         TEXT_QUOTE(data->path));
    if (2 * n_used < n)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected labels 0 to %u for %u "
                         "classes, found %u",
                         TEXT_QUOTE(data->path), (unsigned)n_used - 1,
                         (unsigned)n_used, (unsigned)n - 1);
    uint32_t promised = promised_classes(data);
    *n_classes = promised ? promised : n;
    return RAMP_OK;
}

static enum ramp_status check_labels(const struct ramp_dataset *data,
                                     uint32_t n_classes, struct ramp_error *err)
{
    static const char *const words[] = {"train", "val", "test"};
    for (size_t i = 0; i < data->n_items; i++) {
        const struct dataset_item *item = &data->items[i];
        if (item->label >= n_classes)
            return error_set(err, RAMP_DATA,
                             "cannot use %s: expected labels 0 to %u, found "
                             "%u as %s-labels %u",
                             TEXT_QUOTE(data->path), (unsigned)n_classes - 1,
                             (unsigned)item->label, words[item->stored],
                             (unsigned)item->place);
    }
    return RAMP_OK;
}

static enum ramp_status name_classes(struct ramp_dataset *data,
                                     uint32_t n_classes, struct ramp_error *err)
{
    bool is_fashion = strstr(data->name, "fashion") != NULL;
    enum ramp_status status = RAMP_OK;
    for (uint32_t i = 0; i < n_classes && status == RAMP_OK; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", (unsigned)i);
        status = dataset_add_class(data, is_fashion ? fashion[i] : number, err);
    }
    return status;
}

enum ramp_status idx_load(struct ramp_dataset *data, bool *found,
                          struct ramp_error *err)
{
    struct idx_file files[RAMP_N_PARTS][2] = {0};
    uint32_t n_classes = 0;
    enum ramp_status status = RAMP_OK;
    *found = find_files(files, &data->tree);
    if (!*found)
        return RAMP_OK;
    data->source = "IDX files";
    for (int part = 0; part < RAMP_N_PARTS; part++) {
        if (status == RAMP_OK)
            status = load_part(data, files[part], (enum ramp_part)part, err);
        file_release(&files[part][0]);
        file_release(&files[part][1]);
    }
    if (status == RAMP_OK)
        status = count_classes(&n_classes, data, err);
    if (status == RAMP_OK)
        status = check_labels(data, n_classes, err);
    if (status == RAMP_OK)
        status = name_classes(data, n_classes, err);
    return status;
}
