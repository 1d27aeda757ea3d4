/* whiten.h - the filters of a `conv ... whiten`: projections of a patch onto
 * the eigenvectors of the patches' covariance, each scaled to about the same
 * variance, and their negatives, as airbench has them. */
#ifndef TRAIN_WHITEN_H
#define TRAIN_WHITEN_H

#include "base/error.h"
#include "net/net.h"

#include <ramp/dataset.h>

/* The bias of such a layer learns for so many epochs; its weights never do. */
enum { WHITEN_EPOCHS = 3 };

/* Fill the weights of the net's first layer if it whitens: from up to 5,000
 * training pictures (number i N / n of N, since a part may lie class by class),
 * as validation sees them. RAMP_DATA, RAMP_MEMORY. */
MUST_CHECK enum ramp_status whiten_net(struct ramp_net *net,
                                       const struct ramp_dataset *data,
                                       const struct ramp_preprocess *pre,
                                       struct ramp_error *err);

/* 2n filters of n values from the symmetric covariance (n, n), which becomes
 * something else: v / sqrt(lambda + 5e-4) for the eigenvectors v of length 1,
 * the largest eigenvalue lambda first, then their negatives. vectors: room for
 * n * n. */
void whiten_filters(float *filters, double *covariance, double *vectors,
                    size_t n);

#endif
