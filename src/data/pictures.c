/* pictures.c - the pixels of a data set: which shape they get, which of them
 * stay in memory, and how the others are read. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum {
    SMALL_SIDE = 64, /* equal pictures up to this size keep it; others get it */
    MAX_FILE_BYTES = 1 << 30
};

/* ==== Many at once ==== */

struct each {
    dataset_task *task;
    void *context;
    size_t first; /* the lowest i that failed */
    struct ramp_error error;
};

static void each_one(struct each *each, size_t i)
{
    struct ramp_error error = {.status = RAMP_OK};
    if (each->task(each->context, i, &error) == RAMP_OK)
        return;
#pragma omp critical(dataset_each_error)
    if (i < each->first) {
        each->first = i;
        each->error = error;
    }
}

enum ramp_status dataset_each(size_t n, int n_threads, dataset_task *task,
                              void *context, struct ramp_error *err)
{
    struct each each = {.task = task, .context = context, .first = n};
    /* One thread does without a parallel region, which under OMP_PROC_BIND
     * would pin the loader's thread to a core. */
    if (n_threads == 1 || n == 1) {
        for (size_t i = 0; i < n; i++)
            each_one(&each, i);
    } else {
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 4)
        for (size_t i = 0; i < n; i++)
            each_one(&each, i);
    }
    if (each.first < n && err != NULL)
        *err = each.error;
    return each.error.status;
}

/* ==== One picture ==== */

/* Can the picture that failed so be left out? */
static bool is_bad(enum ramp_status status)
{
    return status == RAMP_DATA || status == RAMP_IO;
}

static void hint_at_skipping(struct ramp_error *err)
{
    static const char hint[] = "; try --skip-bad";
    size_t n = err == NULL ? sizeof err->text : strlen(err->text);
    if (n + sizeof hint <= sizeof err->text)
        memcpy(err->text + n, hint, sizeof hint);
}

/* Read and decode a file of the tree; fills in what the item knows of it. */
static enum ramp_status decode_file(const struct ramp_dataset *data,
                                    struct dataset_item *item,
                                    struct ramp_image *image,
                                    struct ramp_error *err)
{
    const struct tree_entry *entry = &data->tree.entries[item->place];
    uint8_t *owned = NULL;
    const uint8_t *bytes;
    size_t n_bytes;
    *image = (struct ramp_image){0};
    char *name = tree_name(&data->tree, entry);
    if (name == NULL)
        return error_memory(err, "a path", strlen(entry->path));
    enum ramp_status status = tree_read(&data->tree, entry, MAX_FILE_BYTES,
                                        &owned, &bytes, &n_bytes, err);
    if (status == RAMP_OK)
        status = ramp_image_decode(image, bytes, n_bytes, name, err);
    if (status == RAMP_OK) {
        item->hash = hash_bytes(HASH_START, bytes, n_bytes);
        item->width = (uint16_t)image->width;
        item->height = (uint16_t)image->height;
        item->channels = (uint8_t)image->channels;
        item->odd = image->warning[0] != 0;
    }
    mem_free(owned);
    mem_free(name);
    if (is_bad(status) && !data->options.skip_bad)
        hint_at_skipping(err);
    return status;
}

enum ramp_status dataset_look_at(const struct ramp_dataset *data,
                                 struct dataset_item *item,
                                 struct ramp_error *err)
{
    struct ramp_image image;
    enum ramp_status status = decode_file(data, item, &image, err);
    ramp_image_release(&image);
    return status;
}

const uint8_t *dataset_block_pixels(const struct ramp_dataset *data,
                                    const struct dataset_item *item)
{
    const int *shape = data->block_shape;
    size_t n_bytes = (size_t)shape[0] * (size_t)shape[1] * (size_t)shape[2];
    return data->blocks[item->stored].pixels + item->place * n_bytes;
}

static bool same_shape(const struct ramp_preprocess *shape, int channels,
                       int height, int width)
{
    return shape->channels == channels && shape->height == height &&
           shape->width == width;
}

static bool blocks_fit(const struct ramp_dataset *data)
{
    const int *shape = data->block_shape;
    return dataset_has_blocks(data) &&
           same_shape(&data->shape, shape[0], shape[1], shape[2]);
}

const uint8_t *dataset_pixels(const struct ramp_dataset *data, size_t item)
{
    if (blocks_fit(data))
        return dataset_block_pixels(data, &data->items[item]);
    return item < data->n_cached ? data->cache + item * data->item_bytes : NULL;
}

bool dataset_in_memory(const struct ramp_dataset *data)
{
    return blocks_fit(data) || data->n_cached == data->n_items;
}

/* The pixels of an item from its source, never from the cache. `uniform`, if
 * not NULL, is set to whether the picture had the data set's shape already; if
 * it had not, no pixels are written. */
static enum ramp_status item_pixels(const struct ramp_dataset *data,
                                    struct dataset_item *item, uint8_t *pixels,
                                    bool *uniform, struct ramp_error *err)
{
    struct ramp_image image;
    if (dataset_has_blocks(data)) {
        /* Only read through, so the const may go. */
        image = (struct ramp_image){
            .channels = data->block_shape[0],
            .height = data->block_shape[1],
            .width = data->block_shape[2],
            .pixels = (uint8_t *)dataset_block_pixels(data, item)};
        return ramp_preprocess_fit(pixels, &data->shape, &image, err);
    }
    enum ramp_status status = decode_file(data, item, &image, err);
    if (status != RAMP_OK)
        return status;
    bool same =
        same_shape(&data->shape, image.channels, image.height, image.width);
    if (uniform != NULL)
        *uniform = same;
    if (pixels != NULL && (uniform == NULL || same))
        status = ramp_preprocess_fit(pixels, &data->shape, &image, err);
    ramp_image_release(&image);
    return status;
}

enum ramp_status dataset_read_item(const struct ramp_dataset *data, size_t item,
                                   uint8_t *pixels, struct ramp_error *err)
{
    const uint8_t *known = dataset_pixels(data, item);
    struct dataset_item copy = data->items[item];
    if (known == NULL)
        return item_pixels(data, &copy, pixels, NULL, err);
    memcpy(pixels, known, data->item_bytes);
    return RAMP_OK;
}

/* ==== Opening ==== */

struct filling {
    struct ramp_dataset *data;
    bool uniform;        /* stop at a picture of another shape */
    atomic_bool differs; /* there is one */
    size_t start;        /* the chunk's first item */
    struct ramp_error errors[DATASET_CHUNK];
};

static bool may_skip(const struct ramp_dataset *data, enum ramp_status status)
{
    return data->options.skip_bad && is_bad(status);
}

static enum ramp_status fill_one(void *context, size_t i,
                                 struct ramp_error *err)
{
    struct filling *filling = context;
    struct ramp_dataset *data = filling->data;
    size_t item = filling->start + i;
    bool same = true;
    if (filling->differs) /* all will be done again */
        return RAMP_OK;
    uint8_t *pixels =
        item < data->n_cached ? data->cache + item * data->item_bytes : NULL;
    struct ramp_error *error = &filling->errors[i];
    enum ramp_status status =
        item_pixels(data, &data->items[item], pixels,
                    filling->uniform ? &same : NULL, error);
    if (!same)
        filling->differs = true;
    data->items[item].bad = status != RAMP_OK;
    if (status == RAMP_OK || may_skip(data, status))
        return RAMP_OK;
    *err = *error;
    return status;
}

/* What the chunk has shown, in the order of its items. */
static enum ramp_status close_chunk(struct filling *filling, size_t n,
                                    struct ramp_error *err)
{
    struct ramp_dataset *data = filling->data;
    for (size_t i = 0; i < n; i++) {
        if (!data->items[filling->start + i].bad)
            continue;
        if (data->bad == NULL) {
            enum ramp_status status =
                MEM_NEW(&data->bad, DATASET_MAX_BAD, "messages", err);
            if (status != RAMP_OK)
                return status;
        }
        if (data->n_skipped < DATASET_MAX_BAD)
            memcpy(data->bad[data->n_skipped], filling->errors[i].text,
                   RAMP_ERROR_TEXT_BYTES);
        data->n_skipped++;
    }
    return RAMP_OK;
}

static enum ramp_status fill_items(struct filling *filling, size_t n_items,
                                   struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    while (filling->start < n_items && status == RAMP_OK) {
        size_t n = n_items - filling->start;
        n = n < DATASET_CHUNK ? n : DATASET_CHUNK;
        status =
            dataset_each(n, filling->data->n_threads, fill_one, filling, err);
        /* What else is wrong comes up again. */
        if (filling->differs)
            return RAMP_OK;
        if (status == RAMP_OK)
            status = close_chunk(filling, n, err);
        filling->start += n;
    }
    return status;
}

/* Fill the cache. Beyond it pictures are looked at only where something hangs
 * on all of them: the shape, or which of them are bad. */
static enum ramp_status fill_cache(struct ramp_dataset *data, bool uniform,
                                   bool *differs, struct ramp_error *err)
{
    uint64_t budget = data->options.cache_bytes - data->tree.n_bytes;
    struct filling *filling = NULL;
    *differs = false;
    if (blocks_fit(data))
        return RAMP_OK;
    uint64_t room = budget / data->item_bytes;
    size_t n_cached = room < data->n_items ? (size_t)room : data->n_items;
    bool all = uniform || (data->options.skip_bad && !dataset_has_blocks(data));
    enum ramp_status status =
        mem_new((void **)&data->cache, n_cached, data->item_bytes,
                "the cache; try a smaller --cache", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&filling, 1, "decoding", err);
    if (status != RAMP_OK)
        return status;
    data->n_cached = n_cached;
    filling->data = data;
    filling->uniform = uniform;
    status = fill_items(filling, all ? data->n_items : n_cached, err);
    *differs = filling->differs;
    mem_free(filling);
    return status;
}

static void forget_cache(struct ramp_dataset *data)
{
    mem_free(data->cache);
    data->cache = NULL;
    data->n_cached = 0;
    data->n_skipped = 0;
    for (size_t i = 0; i < data->n_items; i++)
        data->items[i].bad = false;
}

static void set_shape(struct ramp_dataset *data, int channels, int height,
                      int width)
{
    data->shape.channels = channels;
    data->shape.height = height;
    data->shape.width = width;
    data->shape.fit = data->options.fit;
    data->item_bytes = (size_t)channels * (size_t)height * (size_t)width;
}

/* The shape of the first picture that can be read: that of all, as far as one
 * can know without the others. */
static enum ramp_status guess_shape(struct ramp_dataset *data, bool *uniform,
                                    struct ramp_error *err)
{
    struct dataset_item first = data->items[0];
    for (size_t i = 0; i < data->n_items && first.width == 0; i++) {
        first = data->items[i];
        enum ramp_status status = dataset_look_at(data, &first, err);
        if (status != RAMP_OK && !may_skip(data, status))
            return status;
    }
    *uniform = first.width > 0 && first.width <= SMALL_SIDE &&
               first.height <= SMALL_SIDE;
    if (*uniform)
        set_shape(data, first.channels, first.height, first.width);
    else
        set_shape(data, 3, SMALL_SIDE, SMALL_SIDE);
    return RAMP_OK;
}

/* Count the odd ones among those that were decoded; what the first of them has
 * is read again. */
static enum ramp_status note_odd(struct ramp_dataset *data,
                                 struct ramp_error *err)
{
    struct dataset_item *first = NULL;
    struct ramp_image image;
    for (size_t i = 0; i < data->n_items; i++) {
        struct dataset_item *item = &data->items[i];
        if (item->bad || !item->odd)
            continue;
        first = first ? first : item;
        data->n_odd++;
    }
    if (first == NULL)
        return RAMP_OK;
    enum ramp_status status = decode_file(data, first, &image, err);
    if (status != RAMP_OK)
        return status;
    const struct tree_entry *entry = &data->tree.entries[first->place];
    snprintf(data->odd, sizeof data->odd, "%s: %s",
             TEXT_QUOTE(tree_path(&data->tree, entry)), image.warning);
    ramp_image_release(&image);
    return RAMP_OK;
}

/* In the shape that was asked for or, if all have one, their own. */
static enum ramp_status load_pictures(struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    const struct ramp_dataset_options *options = &data->options;
    bool differs = false, uniform = false;
    enum ramp_status status = RAMP_OK;
    if (options->channels > 0)
        set_shape(data, options->channels, options->height, options->width);
    else
        status = guess_shape(data, &uniform, err);
    if (status == RAMP_OK)
        status = fill_cache(data, uniform, &differs, err);
    if (status != RAMP_OK || !differs)
        return status;
    forget_cache(data);
    set_shape(data, 3, SMALL_SIDE, SMALL_SIDE);
    return fill_cache(data, false, &differs, err);
}

enum ramp_status dataset_load_pictures(struct ramp_dataset *data,
                                       struct ramp_error *err)
{
    enum ramp_status status = load_pictures(data, err);
    return status == RAMP_OK ? note_odd(data, err) : status;
}
