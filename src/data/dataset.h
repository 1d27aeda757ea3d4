/* dataset.h - the inside of a data set: one table of items over one of two
 * sources: blocks of equal-sized pictures in memory (IDX, CIFAR) or the files
 * of a tree (a folder, an archive). */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "base/error.h"
#include "data/tree.h"

#include <ramp/dataset.h>

enum {
    DATASET_MAX_CLASSES = 10000,
    DATASET_MAX_BAD = 20, /* messages kept of bad pictures */
    DATASET_CHUNK = 8192  /* pictures decoded between two barriers, where
                           * threads spin while they wait */
};

/* Everything about one picture but its pixels. Items lie in the order of their
 * parts as stored: training, validation, test. */
struct dataset_item {
    uint64_t hash; /* of the stored bytes, once they were read */
    uint32_t label;
    uint32_t place;         /* in its block, or its entry in the tree */
    uint16_t width, height; /* as stored; 0: not read yet */
    uint8_t channels;
    uint8_t part;   /* where it counts: RAMP_VAL if drawn for validation */
    uint8_t stored; /* the part that it came with: its block */
    bool bad;
    bool odd; /* was read with a warning */
};

/* n pictures side by side, height x width x channels bytes each. */
struct dataset_block {
    uint8_t *owned;
    const uint8_t *pixels; /* in `owned` */
    size_t n;
};

struct ramp_dataset {
    char *name, *kind, *path;
    const char *source;                  /* what the files are: "IDX files" */
    struct ramp_dataset_options options; /* 0 replaced by the defaults */
    int n_threads;

    char **classes;
    int n_classes;
    size_t class_room;
    struct dataset_item *items;
    size_t n_items, room;
    uint32_t *order[RAMP_N_PARTS]; /* item numbers, increasing */
    size_t counts[RAMP_N_PARTS];
    bool val_drawn;
    uint64_t fingerprint;

    struct ramp_preprocess shape;
    size_t item_bytes;
    struct dataset_block blocks[RAMP_N_PARTS]; /* empty for trees */
    int block_shape[3];                        /* channels, height, width */
    struct tree tree;

    uint8_t *cache; /* the pixels of items 0..n_cached-1 in their shape */
    size_t n_cached;

    size_t n_skipped;
    char (*bad)[RAMP_ERROR_TEXT_BYTES]; /* DATASET_MAX_BAD of them */
    size_t n_odd;
    char odd[RAMP_ERROR_TEXT_BYTES]; /* the first of them */
};

/* ---- for those who fill a data set: idx, cifar, image_folder ---- */

/* Make room for n more items; *first is the number of the first. */
MUST_CHECK enum ramp_status dataset_add_items(struct ramp_dataset *data,
                                              size_t n, size_t *first,
                                              struct ramp_error *err);

/* Copy a class name; RAMP_DATA if it would spoil a table or a model file:
 * empty, over 255 bytes, with a comma or a control character, or not UTF-8. */
MUST_CHECK enum ramp_status dataset_add_class(struct ramp_dataset *data,
                                              const char *name,
                                              struct ramp_error *err);

/* Let the pictures of a part be a block, which is taken over (also on
 * failure); all blocks must have one shape. Adds its items with their labels,
 * n bytes. `name` is for messages. */
MUST_CHECK enum ramp_status
dataset_add_block(struct ramp_dataset *data, enum ramp_part part,
                  const struct dataset_block *block, const int shape[3],
                  const uint8_t *labels, const char *name,
                  struct ramp_error *err);

bool dataset_has_blocks(const struct ramp_dataset *data);

/* The number of the index-th item of a part. */
size_t dataset_item_at(const struct ramp_dataset *data, enum ramp_part part,
                       size_t index);

/* ---- pictures.c: pixels ---- */

/* Run task(context, i, err) for every i < n on n_threads. All of them are run;
 * of several errors that of the lowest i is returned. */
typedef enum ramp_status dataset_task(void *context, size_t i,
                                      struct ramp_error *err);
MUST_CHECK enum ramp_status dataset_each(size_t n, int n_threads,
                                         dataset_task *task, void *context,
                                         struct ramp_error *err);

/* Decide the shape, read what is to be read at opening, and fill the cache. */
MUST_CHECK enum ramp_status dataset_load_pictures(struct ramp_dataset *data,
                                                  struct ramp_error *err);

/* The pixels of an item if they are in memory in the data set's shape, else
 * NULL. */
const uint8_t *dataset_pixels(const struct ramp_dataset *data, size_t item);
bool dataset_in_memory(const struct ramp_dataset *data); /* all of them */

/* An item of a block, as stored. */
const uint8_t *dataset_block_pixels(const struct ramp_dataset *data,
                                    const struct dataset_item *item);

/* The pixels of any item. */
MUST_CHECK enum ramp_status dataset_read_item(const struct ramp_dataset *data,
                                              size_t item, uint8_t *pixels,
                                              struct ramp_error *err);

/* Read and decode an item's file only to fill in hash, size and channels. */
MUST_CHECK enum ramp_status dataset_look_at(const struct ramp_dataset *data,
                                            struct dataset_item *item,
                                            struct ramp_error *err);

#endif
