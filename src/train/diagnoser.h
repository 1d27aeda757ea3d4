/* diagnoser.h - what a training tells of its layers after each epoch: the
 * activations on a fixed probe of training pictures, and the weights' gradient
 * and change in the epoch's last step. */
#ifndef TRAIN_DIAGNOSER_H
#define TRAIN_DIAGNOSER_H

#include "train/epoch_log.h"
#include "train/map_sums.h"
#include "train/probe.h"

#include <ramp/train.h>

/* At most so many pictures; and bytes of them, and of the maps of a batch of
 * them, unless one alone has more. */
#define DIAGNOSER_PROBE 512
#define DIAGNOSER_BYTES ((size_t)32 << 20)

struct diagnoser {
    struct ramp_net *net;            /* borrowed */
    struct ramp_layer_stats *layers; /* owned: [n_layers] */
    struct probe probe;
    size_t batch; /* in which it is looked at */
    struct plan *plan;
    struct map_sums sums;
    float *before;        /* owned: the parameters before the step */
    struct epoch_log log; /* layers.csv */
};

/* For a training of `net` that has finished so many epochs. Where the options
 * name a folder, it gets layers.csv:
 *   epoch,layer,mean,std,zeros,dead,units,gradient_norm,update_ratio
 * with a row for each activation (mean to units) and each layer with weights
 * (the last two); other fields are empty. RAMP_DATA, RAMP_IO, RAMP_MEMORY; *d
 * is then zero. */
MUST_CHECK enum ramp_status diagnoser_init(
    struct diagnoser *d, struct ramp_net *net, const struct ramp_dataset *data,
    const struct ramp_preprocess *pre, const struct ramp_train_options *options,
    int epochs, struct ramp_error *err);
void diagnoser_release(struct diagnoser *d); /* accepts a zeroed one */

/* Around the last step of each epoch; `gradients` is that of the mean loss over
 * the batch. */
void diagnoser_before_step(struct diagnoser *d, const float *gradients);
void diagnoser_after_step(struct diagnoser *d);

/* Behind it: fills in epoch->layers, which are d->layers, and writes the log.
 * RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status diagnoser_epoch(struct diagnoser *d,
                                            struct ramp_epoch *epoch,
                                            struct ramp_error *err);

/* The Euclidean norm of a layer's weights in a block like net->params, or of
 * their difference from another one unless that is NULL; -1 for layers other
 * than convolutions and dense ones. */
double weights_norm(const struct layer *layer, const float *block,
                    const float *other);

#endif
