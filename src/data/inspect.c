/* inspect.c - figures over a whole data set: mean and standard deviation, and
 * what `ramp data` prints. */
#include "base/hash.h"
#include "base/mem.h"
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURE_BYTES = 8 << 20 }; /* pixels decoded at once */

/* ==== Means and standard deviation ==== */

struct measuring {
    const struct ramp_dataset *data;
    size_t first;    /* index in the training part */
    uint8_t *pixels; /* of those that are not in memory */
};

static const uint8_t *measured_pixels(const struct measuring *measuring,
                                      size_t i, size_t *item)
{
    const struct ramp_dataset *data = measuring->data;
    *item = dataset_item_at(data, RAMP_TRAIN, measuring->first + i);
    return dataset_pixels(data, *item);
}

static enum ramp_status read_one(void *context, size_t i,
                                 struct ramp_error *err)
{
    struct measuring *measuring = context;
    const struct ramp_dataset *data = measuring->data;
    size_t item;
    if (measured_pixels(measuring, i, &item) != NULL)
        return RAMP_OK;
    return dataset_read_item(data, item,
                             measuring->pixels + i * data->item_bytes, err);
}

static const uint8_t *pixels_of(const struct measuring *measuring, size_t i)
{
    size_t item;
    const uint8_t *pixels = measured_pixels(measuring, i, &item);
    return pixels != NULL ? pixels
                          : measuring->pixels + i * measuring->data->item_bytes;
}

/* Adds up the next n pictures. Integer sums have no rounding, so threads may
 * add them in any order. */
typedef void add_chunk_fn(void *sums, const struct measuring *measuring,
                          size_t n);

static enum ramp_status add_training_part(void *sums, add_chunk_fn *add_chunk,
                                          const struct ramp_dataset *data,
                                          struct ramp_error *err)
{
    struct measuring measuring = {.data = data};
    size_t n_all = data->counts[RAMP_TRAIN];
    bool in_memory = dataset_in_memory(data);
    size_t chunk = MEASURE_BYTES / data->item_bytes;
    if (chunk < (size_t)data->n_threads)
        chunk = (size_t)data->n_threads;
    if (in_memory)
        chunk = n_all;
    enum ramp_status status =
        mem_new((void **)&measuring.pixels, in_memory ? 0 : chunk,
                data->item_bytes, "decoded pictures", err);
    while (status == RAMP_OK && measuring.first < n_all) {
        size_t n = n_all - measuring.first;
        n = n < chunk ? n : chunk;
        status = dataset_each(n, data->n_threads, read_one, &measuring, err);
        if (status == RAMP_OK)
            add_chunk(sums, &measuring, n);
        measuring.first += n;
    }
    mem_free(measuring.pixels);
    return status;
}

struct sums {
    uint64_t value[3], square[3];
};

static void add_picture(struct sums *sums, const uint8_t *pixels,
                        const struct ramp_preprocess *shape)
{
    size_t n = (size_t)shape->height * (size_t)shape->width;
    size_t channels = (size_t)shape->channels;
    for (size_t c = 0; c < channels; c++) {
        uint64_t value = 0, square = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t x = pixels[i * channels + c];
            value += x;
            square += x * x;
        }
        sums->value[c] += value;
        sums->square[c] += square;
    }
}

static void add_channels(void *context, const struct measuring *measuring,
                         size_t n)
{
    struct sums *sums = context;
    const struct ramp_dataset *data = measuring->data;
    uint64_t total[6] = {0};
#pragma omp parallel for num_threads(data->n_threads) reduction(+ : total[:6])
    for (size_t i = 0; i < n; i++) {
        struct sums one = {{0}, {0}};
        add_picture(&one, pixels_of(measuring, i), &data->shape);
        for (int c = 0; c < 3; c++) {
            total[c] += one.value[c];
            total[3 + c] += one.square[c];
        }
    }
    for (int c = 0; c < 3; c++) {
        sums->value[c] += total[c];
        sums->square[c] += total[3 + c];
    }
}

enum ramp_status ramp_dataset_measure(const struct ramp_dataset *data,
                                      struct ramp_preprocess *pre,
                                      struct ramp_error *err)
{
    struct sums sums = {{0}, {0}};
    enum ramp_status status = add_training_part(&sums, add_channels, data, err);
    if (status != RAMP_OK)
        return status;
    double n = (double)data->counts[RAMP_TRAIN] * data->shape.height *
               data->shape.width;
    for (int c = 0; c < 3; c++) {
        double mean = (double)sums.value[c] / n;
        double variance = (double)sums.square[c] / n - mean * mean;
        bool there = c < data->shape.channels;
        pre->mean[c] = there ? (float)(mean / 255) : 0;
        /* The difference of two close numbers may fall below zero; a variance
         * of less than rounding is that of constant pictures. */
        pre->std[c] = there && variance > 1e-9 * mean * mean
                          ? (float)(sqrt(variance) / 255)
                          : 0;
    }
    return RAMP_OK;
}

static void add_image(void *sums, const struct measuring *measuring, size_t n)
{
    uint64_t *image = sums;
    size_t n_values = measuring->data->item_bytes;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pixels = pixels_of(measuring, i);
        for (size_t j = 0; j < n_values; j++)
            image[j] += pixels[j];
    }
}

enum ramp_status ramp_dataset_mean_image(float *mean,
                                         const struct ramp_dataset *data,
                                         struct ramp_error *err)
{
    uint64_t *sums;
    double n = (double)data->counts[RAMP_TRAIN];
    enum ramp_status status =
        MEM_NEW(&sums, data->item_bytes, "the mean image", err);
    if (status == RAMP_OK)
        status = add_training_part(sums, add_image, data, err);
    for (size_t j = 0; j < data->item_bytes && status == RAMP_OK; j++)
        mean[j] = (float)((double)sums[j] / n);
    mem_free(sums);
    return status;
}

/* ==== Inspecting ==== */

struct looking {
    const struct ramp_dataset *data;
    struct dataset_item *items; /* a copy, with everything filled in */
    size_t start;
    struct ramp_error errors[DATASET_CHUNK];
};

static enum ramp_status look_one(void *context, size_t i,
                                 struct ramp_error *err)
{
    struct looking *looking = context;
    const struct ramp_dataset *data = looking->data;
    struct dataset_item *item = &looking->items[looking->start + i];
    looking->errors[i].status = RAMP_OK;
    if (item->bad)
        return RAMP_OK;
    if (dataset_has_blocks(data)) {
        size_t n_bytes = (size_t)item->channels * item->height * item->width;
        item->hash =
            hash_bytes(HASH_START, dataset_block_pixels(data, item), n_bytes);
        return RAMP_OK;
    }
    if (item->width > 0)
        return RAMP_OK;
    enum ramp_status status = dataset_look_at(data, item, &looking->errors[i]);
    item->bad = status != RAMP_OK;
    if (status != RAMP_MEMORY)
        return RAMP_OK;
    *err = looking->errors[i];
    return status;
}

static void add_bad(struct ramp_dataset_report *report, const char *text)
{
    if (report->n_bad < DATASET_MAX_BAD)
        memcpy(report->bad[report->n_bad], text, RAMP_ERROR_TEXT_BYTES);
    report->n_bad++;
}

/* Open what was not opened yet; `looking` has then all there is to know. */
static enum ramp_status look_at_all(struct looking *looking,
                                    struct ramp_dataset_report *report,
                                    struct ramp_error *err)
{
    const struct ramp_dataset *data = looking->data;
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < data->n_skipped; i++)
        add_bad(report, i < DATASET_MAX_BAD ? data->bad[i] : "");
    while (looking->start < data->n_items && status == RAMP_OK) {
        size_t n = data->n_items - looking->start;
        n = n < DATASET_CHUNK ? n : DATASET_CHUNK;
        status = dataset_each(n, data->n_threads, look_one, looking, err);
        for (size_t i = 0; i < n && status == RAMP_OK; i++)
            if (looking->errors[i].status != RAMP_OK)
                add_bad(report, looking->errors[i].text);
        looking->start += n;
    }
    return status;
}

static void count_item(struct ramp_dataset_report *report,
                       const struct dataset_item *item)
{
    int width = item->width, height = item->height;
    size_t row = (size_t)item->part * (size_t)report->n_classes;
    report->counts[row + item->label]++;
    report->n_grey += item->channels == 1;
    report->n_colour += item->channels == 3;
    if (report->min_width == 0 || width < report->min_width)
        report->min_width = width;
    if (report->min_height == 0 || height < report->min_height)
        report->min_height = height;
    if (width > report->max_width)
        report->max_width = width;
    if (height > report->max_height)
        report->max_height = height;
}

/* By the hash of what is stored, then by part; bad ones last. */
static int compare_items(const void *a, const void *b)
{
    const struct dataset_item *x = a, *y = b;
    if (x->bad != y->bad)
        return x->bad - y->bad;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->part - y->part;
}

/* Sorts the copy. A picture counts if an earlier part has its bytes, too. */
static size_t count_cross(struct dataset_item *items, size_t n)
{
    size_t n_cross = 0, first = 0;
    if (n > 0)
        qsort(items, n, sizeof *items, compare_items);
    for (size_t i = 1; i < n && !items[i].bad; i++) {
        if (items[i].hash != items[first].hash)
            first = i;
        n_cross += items[i].part != items[first].part;
    }
    return n_cross;
}

enum ramp_status ramp_dataset_inspect(struct ramp_dataset_report *report,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    struct looking *looking = NULL;
    struct dataset_item *items = NULL;
    *report = (struct ramp_dataset_report){.n_classes = data->n_classes,
                                           .n_others = data->tree.n_others};
    enum ramp_status status = MEM_NEW(&looking, 1, "inspecting", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&items, data->n_items, "inspecting", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&report->counts,
                         RAMP_N_PARTS * (size_t)data->n_classes, "counts", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&report->bad, DATASET_MAX_BAD, "messages", err);
    if (status == RAMP_OK) {
        memcpy(items, data->items, data->n_items * sizeof *items);
        looking->data = data;
        looking->items = items;
        status = look_at_all(looking, report, err);
    }
    if (status == RAMP_OK) {
        for (size_t i = 0; i < data->n_items; i++)
            if (!items[i].bad)
                count_item(report, &items[i]);
        report->n_cross = count_cross(items, data->n_items);
    } else {
        ramp_dataset_report_release(report);
    }
    mem_free(items);
    mem_free(looking);
    return status;
}

void ramp_dataset_report_release(struct ramp_dataset_report *report)
{
    mem_free(report->bad);
    mem_free(report->counts);
    *report = (struct ramp_dataset_report){0};
}
