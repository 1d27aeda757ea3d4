/* loader.h - batches of scaled pictures, prepared one ahead by a thread of its
 * own. The only place with pthreads. */
#ifndef DATA_LOADER_H
#define DATA_LOADER_H

#include "base/error.h"
#include "data/augment.h"

#include <ramp/compute.h>
#include <ramp/dataset.h>

struct loader;

struct loader_options {
    struct ramp_compute compute; /* threads for decoding what is not cached */
    size_t batch;
    bool shuffle;           /* a new order each epoch from (seed, epoch) */
    struct augment augment; /* all zero: none */
    enum ramp_tta tta;      /* instead: epoch 1 shows the first view of each
                             * picture, epoch 2 the second, ... */
    uint64_t seed;
    struct ramp_preprocess pre; /* channels, height, width: the data set's */
};

/* data is borrowed. Starts the thread, which sets its CPU affinity to the
 * process's own (see DESIGN: under OMP_PROC_BIND it would be pinned). */
MUST_CHECK enum ramp_status loader_new(struct loader **loader,
                                       const struct ramp_dataset *data,
                                       enum ramp_part part,
                                       const struct loader_options *options,
                                       struct ramp_error *err);
void loader_free(struct loader *loader); /* stops the thread; accepts NULL */

/* Begin at the given batch (0 for the start) of an epoch (1, 2, ...); may be
 * called at any time, also in the middle of an epoch. */
void loader_start(struct loader *loader, uint64_t epoch, size_t batch);

/* The next batch of the epoch; *n is 0 at its end; the last batch may be
 * smaller. x: n x h x w x c floats, labels: n. Both stay valid until the next
 * call. A picture that cannot be read any more ends the epoch with its error.
 * Allocates nothing for data that are in memory. */
struct loader_batch {
    const float *x;
    const int32_t *labels;
    size_t n;
};
MUST_CHECK enum ramp_status loader_next(struct loader *loader,
                                        struct loader_batch *batch,
                                        struct ramp_error *err);

#endif
