/* trainer.h - the inside of a training: shared by trainer.c, the loop, and
 * trainer_begin.c, what is made before it. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "data/loader.h"
#include "net/plan.h"
#include "train/averager.h"
#include "train/diagnoser.h"
#include "train/keeper.h"
#include "train/optimizer.h"
#include "train/schedule.h"

#include <ramp/train.h>

struct trainer {
    const struct ramp_train_options *options; /* borrowed */
    const struct ramp_dataset *data;          /* borrowed */
    struct ramp_preprocess pre;
    float *mean_image; /* owned until the model has its copy */
    size_t n_train, n_val, batch, n_batches; /* pictures; of an epoch */
    struct ramp_model *model;                /* owned until it is given away */
    struct ramp_net *net;                    /* the model's */
    struct plan *plan;
    struct loader *train, *val; /* val: NULL if there is no such part */
    struct optimizer optimizer;
    struct averager averager;
    struct schedule schedule;
    struct keeper keeper;
    double *class_weights;      /* NULL: none */
    struct diagnoser diagnoser; /* zero unless the options ask for it */
    float *scratch; /* gradients of one picture's logits, which nobody uses */
    struct position position;
    double lr; /* of the last step */
    double start, val_seconds;
    double elapsed;     /* before this call */
    double epoch_start; /* as if it had not been interrupted */
    bool done;          /* this batch is the last one */
    struct ramp_train_result result;
};

/* RAMP_USAGE if one is out of range. */
MUST_CHECK enum ramp_status
trainer_check_options(const struct ramp_train_options *options,
                      struct ramp_error *err);

/* What the loader does to training pictures, in batches of `batch`. */
struct loader_options
trainer_loader_options(const struct ramp_train_options *options,
                       const struct ramp_preprocess *pre, size_t batch);

/* Check the options and make everything, *net included, which it takes over or
 * leaves to the caller: from the beginning, or from a checkpoint. On failure
 * too, trainer_release ends it. */
MUST_CHECK enum ramp_status
trainer_begin(struct trainer *t, struct ramp_net **net, struct ramp_error *err);
void trainer_release(struct trainer *t);

#endif
