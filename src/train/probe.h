/* probe.h - some pictures of a part of a data set, as validation sees them. */
#ifndef TRAIN_PROBE_H
#define TRAIN_PROBE_H

#include "base/error.h"

#include <ramp/dataset.h>

struct probe {
    size_t n;
    float *x;        /* owned: n x h x w x c */
    int32_t *labels; /* owned */
};

/* Up to n pictures; where there are more, number i N / n of all N, so that a
 * part that lies class by class gives of each. RAMP_DATA, RAMP_MEMORY; *probe
 * is then zero. */
MUST_CHECK enum ramp_status probe_read(struct probe *probe,
                                       const struct ramp_dataset *data,
                                       enum ramp_part part, size_t n,
                                       const struct ramp_preprocess *pre,
                                       struct ramp_error *err);
void probe_release(struct probe *probe); /* accepts a zeroed one */

#endif
