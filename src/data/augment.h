/* augment.h - random changes of training pictures, drawn by place. */
#ifndef DATA_AUGMENT_H
#define DATA_AUGMENT_H

#include "base/rng.h"

#include <ramp/compute.h>
#include <ramp/image.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As struct ramp_augment of ramp/train.h, which the trainer copies here: data
 * knows nothing of training. All zero: no change. */
struct augment {
    bool flip, alternate;
    int shift;
    double rotate, scale, shear;
    int cutout;
};

/* One picture, height x width x channels bytes, to scaled floats (see
 * ramp_preprocess_scale), changed by numbers drawn from (seed, epoch, index);
 * epochs count from 1. With an all-zero augment exactly ramp_preprocess_scale.
 */
void augment_apply(float *out, const struct augment *augment,
                   const struct ramp_preprocess *pre, const uint8_t *pixels,
                   uint64_t seed, uint64_t epoch, uint64_t index);

/* The views of test-time augmentation; their weights add up to 1. Without it
 * there is one, exactly ramp_preprocess_scale. */
size_t view_count(enum ramp_tta tta);
float view_weight(enum ramp_tta tta, size_t view);
void view_apply(float *out, enum ramp_tta tta, size_t view,
                const struct ramp_preprocess *pre, const uint8_t *pixels);

/* Add the logits of a view, times its weight, to the sum over the views before,
 * which the first one begins. */
void view_add(float *sum, const float *logits, size_t n, enum ramp_tta tta,
              size_t view);

#endif
