/* optimizer.h - from gradients to new parameters; formulas in ramp/train.h. */
#ifndef TRAIN_OPTIMIZER_H
#define TRAIN_OPTIMIZER_H

#include "base/error.h"
#include "kernels/kernels.h"
#include "net/net.h"

#include <ramp/train.h>
#include <stdint.h>

#define OPTIMIZER_MAX_SLOTS 2

/* What a parameter remembers between steps, one block per slot, each with the
 * layout of net->params:
 *   sgd, nesterov  "momentum"                v
 *   adamw          "moment1", "moment2"      running means of g and g^2 */
struct optimizer {
    enum ramp_optimizer kind;
    double momentum, l1, l2, max_norm;
    const struct kernels *kernels; /* a constant table */
    int n_threads;
    uint64_t n_steps;      /* taken so far */
    uint64_t whiten_steps; /* the bias of a layer that whitens learns in so many
                            * steps: all, until somebody sets it */
    size_t n_params, n_slots;
    float *slots[OPTIMIZER_MAX_SLOTS]; /* owned */
    size_t n_tensors;
    struct optimizer_tensor *tensors; /* owned */
};

/* kind, momentum, penalties and rate factors of `options`, for this net. The
 * slots are zero. RAMP_MEMORY; *o is then zero. */
MUST_CHECK enum ramp_status
optimizer_init(struct optimizer *o, const struct ramp_net *net,
               const struct ramp_train_options *options,
               const struct kernels *kernels, int n_threads,
               struct ramp_error *err);
void optimizer_release(struct optimizer *o); /* accepts a zeroed one */

/* Go on after n_steps with these blocks, as many as it has slots; it takes
 * them over and sets them to NULL. */
void optimizer_continue(struct optimizer *o, float *slots[], uint64_t n_steps);

/* One step: changes params (net->params, or a block like it) by `scale` times
 * the gradient. The penalties fall on weights of conv and dense alone, and do
 * not scale. Then the weights into a unit whose norm is above max_norm (if that
 * is not 0) are scaled down to it. The same bits for any number of threads.
 * Allocates nothing. */
void optimizer_step(struct optimizer *o, float *params, const float *gradients,
                    double scale, double lr);

/* What the slots of a kind are called, NULL behind the last. */
const char *optimizer_slot_name(enum ramp_optimizer kind, size_t slot);

#endif
