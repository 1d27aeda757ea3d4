/* keeper.h - what a training leaves behind: the files of its folder, and the
 * best weights. Knows nothing of how they were found. */
#ifndef TRAIN_KEEPER_H
#define TRAIN_KEEPER_H

#include "base/error.h"
#include "train/averager.h"
#include "train/epoch_log.h"
#include "train/optimizer.h"
#include "train/position.h"

#include <ramp/model.h>
#include <ramp/train.h>

/* The folder gets, after each epoch:
 *   best.safetensors  the model with the lowest validation error so far (the
 *                     first of equals); without a validation part, the last
 *   log.csv           a header, and a row per epoch; errors are shares of 1,
 *                     a field is empty where there is no such figure
 *   last.safetensors  the model now, the optimizer's slots, the weights that
 *                     steps change where the model's are their average and, as
 *                     the fact "position", where the training is: the
 *                     checkpoint
 * in this order: whatever a checkpoint speaks of is then there already. */
struct keeper {
    struct ramp_model *model;          /* borrowed */
    const struct optimizer *optimizer; /* borrowed */
    const struct averager *averager;   /* borrowed, and shows its average; NULL:
                                        * none */
    bool validates;
    char *best_path, *last_path; /* owned; NULL: no folder */
    struct epoch_log log;
    struct ramp_epoch best;  /* epoch is 0 before the first */
    float *params, *running; /* owned: copies of the best */
};

/* What a checkpoint gives back. */
struct keeper_checkpoint {
    struct ramp_model *model; /* the caller's */
    struct position position;
    float *slots[OPTIMIZER_MAX_SLOTS]; /* the caller's; as many as asked for */
    float *params, *running; /* the caller's, if asked for: what is averaged */
};

/* Read the folder's last.safetensors. RAMP_MODEL if it is missing, bad or holds
 * no position, or not what is `averaged`; RAMP_IO, RAMP_MEMORY; all is NULL
 * then. */
MUST_CHECK enum ramp_status keeper_load(struct keeper_checkpoint *checkpoint,
                                        const char *folder,
                                        enum ramp_optimizer kind, bool averaged,
                                        struct ramp_error *err);
void keeper_checkpoint_release(struct keeper_checkpoint *checkpoint);

/* Makes the folder and writes a log without rows, so that a folder that cannot
 * be written to shows before the work. folder: NULL for none. `from` is where
 * a training goes on: its best epoch and the log are read from the folder;
 * NULL: a new one. RAMP_IO, RAMP_MEMORY, RAMP_MODEL; *k is then zero. */
MUST_CHECK enum ramp_status keeper_init(struct keeper *k,
                                        struct ramp_model *model,
                                        const struct optimizer *optimizer,
                                        bool validates, const char *folder,
                                        const struct position *from,
                                        struct ramp_error *err);
void keeper_release(struct keeper *k); /* accepts a zeroed one */

/* After each epoch: fills in epoch->best, position->best and the facts of the
 * model, and writes the files. */
MUST_CHECK enum ramp_status keeper_epoch(struct keeper *k,
                                         struct ramp_epoch *epoch,
                                         struct position *position,
                                         struct ramp_error *err);

/* In the middle of an epoch of n_batches, to go on later: writes the
 * checkpoint. best.safetensors stays, but gets this model too where there is
 * none of a finished epoch to choose. */
MUST_CHECK enum ramp_status keeper_pause(struct keeper *k,
                                         struct position *position,
                                         size_t n_batches,
                                         struct ramp_error *err);

/* Give the model the weights and facts of its best epoch, if there is one. */
MUST_CHECK enum ramp_status keeper_finish(struct keeper *k,
                                          struct ramp_error *err);

#endif
