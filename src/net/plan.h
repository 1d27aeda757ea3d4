/* plan.h - how one net runs on batches of one size: its memory, and the calls
 * that use it. Built once; nothing is allocated afterwards. Not thread-safe:
 * one plan for one caller; the calls use all threads of `compute` themselves.
 *
 * The result of an image depends on the other images of its batch only through
 * batch norm in training. No result depends on the number of threads. */
#ifndef NET_PLAN_H
#define NET_PLAN_H

#include "base/error.h"
#include "net/net.h"

#include <ramp/compute.h>
#include <stdbool.h>
#include <stdint.h>

struct plan;

/* `net` is borrowed: its params and running are read (and running written, in
 * training) at each call. A plan for training also does inference; a plan for
 * inference alone folds batch norms into convolutions (net/fold.h), so that the
 * last bits of its logits may differ from the other's. RAMP_USAGE for an
 * instruction set that cannot be had, RAMP_MEMORY. */
MUST_CHECK enum ramp_status plan_new(struct plan **plan, struct ramp_net *net,
                                     size_t max_batch, bool training,
                                     const struct ramp_compute *compute,
                                     struct ramp_error *err);
void plan_free(struct plan *plan); /* accepts NULL */

/* A plan whose maps can be looked at: it runs the net layer by layer as its
 * text says, without reordering, folding, interleaving or working in place. It
 * is slower and takes more memory than the other, and the last bits of its
 * logits may differ. */
MUST_CHECK enum ramp_status plan_new_watched(struct plan **plan,
                                             struct ramp_net *net,
                                             size_t max_batch, bool training,
                                             const struct ramp_compute *compute,
                                             struct ramp_error *err);

/* A plan without its memory: enough to count and to describe it; plan_free
 * ends it. The net is only read. */
MUST_CHECK enum ramp_status plan_outline(struct plan **plan,
                                         struct ramp_net *net, size_t max_batch,
                                         bool training,
                                         const struct ramp_compute *compute,
                                         struct ramp_error *err);

/* Of the memory of a plan, what layer i takes for weights, and for maps. */
size_t plan_weight_bytes(const struct plan *plan, size_t i);
size_t plan_map_bytes(const struct plan *plan, size_t i);

/* Bytes a plan takes, without making one; 0: there is no memory to tell. */
size_t plan_bytes(const struct ramp_net *net, size_t max_batch, bool training,
                  const struct ramp_compute *compute);

/* To be called when the net's parameters or running statistics were changed
 * by others than plan_train, before the next call; plan_new and plan_train
 * imply it. */
void plan_params_changed(struct plan *plan);

/* Inference: n <= max_batch images (NHWC floats, scaled), out: n x classes
 * logits in the plan's own memory, valid until the next call. */
const float *plan_forward(struct plan *plan, const float *x, size_t n);

/* One batch of training. */
struct plan_batch {
    const float *x;        /* n x h x w x c */
    const int32_t *labels; /* n, each below classes */
    size_t n;
    double label_smoothing; /* target 1 - s + s/k for the class, s/k else */
    const double *class_weights; /* of the loss, one a class; NULL: all 1 */
    double act_l1;               /* times the mean over the batch of sum |h|, h
                                  * the outputs of all activations: its gradient
                                  * is added; 0, or the plan is watched */
    uint64_t seed, step;         /* dropout draws from (seed, step) */
};

struct plan_loss {
    double loss;    /* sum over the batch of the cross-entropies, in nats,
                     * each with the weight of its class */
    size_t n_wrong; /* answers that are not the label */
};

/* Forward in training mode, loss, and backward: fills the gradient of the mean
 * loss over the batch. */
struct plan_loss plan_train(struct plan *plan, const struct plan_batch *batch);

/* The gradient block of the last plan_train: net->n_params floats in the
 * layout of net->params. NULL in a plan for inference. */
float *plan_gradients(struct plan *plan);

/* Of a watched plan: the output of layer i of the net for each image of the
 * last batch, n x h x w x c, valid until the next call; and, of a plan for
 * training, the gradient of the last loss by it. */
const float *plan_map(const struct plan *plan, size_t i);
const float *plan_map_gradient(const struct plan *plan, size_t i);

/* For the gradient checks: forward in training mode and backward of the loss
 * sum(r * logits), r as large as the logits; also fills dx (as large as x)
 * unless NULL. */
void plan_backward_from(struct plan *plan, const struct plan_batch *batch,
                        const float *r, float *dx);

/* The layers in the order in which they run, without the batch norms that are
 * folded; NULL behind the last. */
const struct layer *plan_layer(const struct plan *plan, size_t i);

/* Seconds that one thread spent in one layer, waiting for others included. */
struct plan_time {
    double forward, backward;
    double weights; /* packing them, and collecting their gradient */
};

/* From now on each call adds to times, threads x layers; NULL: no longer. */
void plan_set_times(struct plan *plan, struct plan_time *times);

const struct kernels *plan_kernels(const struct plan *plan);
int plan_threads(const struct plan *plan);

#endif
