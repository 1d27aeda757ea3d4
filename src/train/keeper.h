/* keeper.h - what a training leaves behind: the files of its folder, and the
 * best weights. Knows nothing of how they were found. */
#ifndef TRAIN_KEEPER_H
#define TRAIN_KEEPER_H

#include "base/error.h"
#include "train/optimizer.h"

#include <ramp/model.h>
#include <ramp/train.h>

/* The folder gets, after each epoch:
 *   best.safetensors  the model with the lowest validation error so far (the
 *                     first of equals); without a validation part, the last
 *   last.safetensors  the model now, and the optimizer's slots
 *   log.csv           a header, and a row per epoch; errors are shares of 1,
 *                     a field is empty where there is no such figure */
struct keeper {
    struct ramp_model *model;          /* borrowed */
    const struct optimizer *optimizer; /* borrowed */
    bool validates;
    char *best_path, *last_path, *log_path; /* owned; NULL: no folder */
    char *log;                              /* owned */
    size_t log_bytes, log_capacity;
    struct ramp_epoch best;  /* epoch is 0 before the first */
    float *params, *running; /* owned: copies of the best */
};

/* Makes the folder and writes a log without rows, so that a folder that cannot
 * be written to shows before the work. folder: NULL for none. RAMP_IO,
 * RAMP_MEMORY; *k is then zero. */
MUST_CHECK enum ramp_status keeper_init(struct keeper *k,
                                        struct ramp_model *model,
                                        const struct optimizer *optimizer,
                                        bool validates, const char *folder,
                                        struct ramp_error *err);
void keeper_release(struct keeper *k); /* accepts a zeroed one */

/* After each epoch: fills in epoch->best and the facts of the model, and
 * writes the files. */
MUST_CHECK enum ramp_status keeper_epoch(struct keeper *k,
                                         struct ramp_epoch *epoch,
                                         struct ramp_error *err);

/* Give the model the weights and facts of its best epoch. */
MUST_CHECK enum ramp_status keeper_finish(struct keeper *k,
                                          struct ramp_error *err);

#endif
