/* map_sums.h - sums over the maps of a watched plan, from which the figures of
 * ramp/diagnose.h follow. */
#ifndef TRAIN_MAP_SUMS_H
#define TRAIN_MAP_SUMS_H

#include "base/error.h"
#include "net/plan.h"

#include <ramp/diagnose.h>

/* Which layers are looked at. */
enum map_choice { MAPS_ALL, MAPS_OF_ACTIVATIONS };

struct map_sums {
    const struct ramp_net *net; /* borrowed */
    enum map_choice choice;
    int n_threads;
    /* Each batch falls into fixed parts with sums of their own, which are added
     * up in order: equal bits for any number of threads. */
    struct map_part *parts; /* owned */
    float *units;           /* owned: what the parts know of each unit */
    size_t n_units;         /* of all layers that are looked at */
};

MUST_CHECK enum ramp_status map_sums_init(struct map_sums *sums,
                                          const struct ramp_net *net,
                                          enum map_choice choice, int n_threads,
                                          struct ramp_error *err);
void map_sums_release(struct map_sums *sums); /* accepts a zeroed one */

/* Back to nothing seen. */
void map_sums_clear(struct map_sums *sums);

/* Add the outputs of a batch of n images that the plan has just answered; or
 * their gradients, after plan_train. Allocate nothing. */
void map_sums_outputs(struct map_sums *sums, const struct plan *plan, size_t n);
void map_sums_gradients(struct map_sums *sums, const struct plan *plan,
                        size_t n);

/* Name and kind of each layer of a net; all figures are absent. */
void layer_stats_begin(struct ramp_layer_stats *layers,
                       const struct ramp_net *net);

/* Fill in what the sums say. */
void map_sums_finish(const struct map_sums *sums,
                     struct ramp_layer_stats *layers);

#endif
