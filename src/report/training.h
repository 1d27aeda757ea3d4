/* training.h - pictures of a training: what goes into the net, and what its
 * first layer made of it. */
#ifndef REPORT_TRAINING_H
#define REPORT_TRAINING_H

#include "base/error.h"

#include <ramp/model.h>
#include <ramp/train.h>

/* train_batch.png: the first pictures (up to 64) of the first batch that
 * ramp_train takes with these options, augmented. Errors of ramp_train_preview,
 * RAMP_IO. */
MUST_CHECK enum ramp_status
report_train_batch(const char *folder, const struct ramp_dataset *data,
                   const struct ramp_train_options *options,
                   struct ramp_error *err);

/* filters.png: the weights of the net's first convolution (up to 256 maps), if
 * it sees the picture itself; else no file. Each map has its own range: the
 * weight of the largest magnitude is black or white, 0 is in the middle; three
 * channels are red, green, blue. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status report_filters(const char *folder,
                                           const struct ramp_model *model,
                                           struct ramp_error *err);

#endif
