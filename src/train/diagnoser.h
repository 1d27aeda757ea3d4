/* diagnoser.h - what a training tells of its layers after each epoch: the
 * activations on a fixed probe of training pictures, and the weights' gradient
 * and change in the epoch's last step. */
#ifndef TRAIN_DIAGNOSER_H
#define TRAIN_DIAGNOSER_H

#include "train/map_sums.h"
#include "train/probe.h"

#define DIAGNOSER_PROBE 512 /* pictures, at most */

struct diagnoser {
    struct ramp_net *net;            /* borrowed */
    struct ramp_layer_stats *layers; /* owned: [n_layers] */
    struct probe probe;
    struct plan *plan;
    struct map_sums sums;
    float *before; /* owned: the parameters before the step */
    bool stepped;  /* a step of this epoch was measured */
};

/* For nets of this layout, trained on `data`. RAMP_DATA, RAMP_MEMORY; *d is
 * then zero. */
MUST_CHECK enum ramp_status diagnoser_init(struct diagnoser *d,
                                           struct ramp_net *net,
                                           const struct ramp_dataset *data,
                                           const struct ramp_preprocess *pre,
                                           const struct ramp_compute *compute,
                                           struct ramp_error *err);
void diagnoser_release(struct diagnoser *d); /* accepts a zeroed one */

/* Around the optimizer's step, once an epoch: `gradients` is that of the mean
 * loss over the batch. Allocate nothing. */
void diagnoser_before_step(struct diagnoser *d, const float *gradients);
void diagnoser_after_step(struct diagnoser *d);

/* At the end of an epoch: d->layers speaks of it until the next one. */
void diagnoser_epoch(struct diagnoser *d);

/* The Euclidean norm of a layer's weights in a block like net->params, or of
 * their difference from another one unless that is NULL; -1 for layers other
 * than convolutions and dense ones. */
double weights_norm(const struct layer *layer, const float *block,
                    const float *other);

#endif
