/* preprocess.h - ramp_preprocess_scale in steps: its factors, made ready once,
 * the loop over bytes, and what can be done to a whole picture only. */
#ifndef DATA_PREPROCESS_H
#define DATA_PREPROCESS_H

#include <ramp/image.h>

/* value = (float)x * mul[c] + add[c]; the formula stands in ramp/image.h. All
 * three channels are filled in. For scales that need the whole picture 1 and 0:
 * scaling_finish does the rest. */
void preprocess_factors(const struct ramp_preprocess *pre, float mul[3],
                        float add[3]);

/* The factors of 48 bytes one after another: these are whole pixels of 1 and
 * of 3 channels, and whole vectors of 16. */
enum { SCALING_RUN = 48 };
struct scaling {
    float mul[SCALING_RUN], add[SCALING_RUN];
};
void scaling_init(struct scaling *scaling, const struct ramp_preprocess *pre);

/* n bytes, whole pixels, to as many floats. */
void scaling_apply(const struct scaling *scaling, float *out,
                   const uint8_t *bytes, size_t n);

/* The values of a picture that went through scaling_apply, in place: less the
 * mean image, or standardised by their own mean. Nothing for other scales. */
void scaling_finish(float *values, const struct ramp_preprocess *pre);

#endif
