/* preprocess.h - the numbers behind ramp_preprocess_scale. */
#ifndef DATA_PREPROCESS_H
#define DATA_PREPROCESS_H

#include <ramp/image.h>

/* value = (float)x * mul[c] + add[c]; the formula stands in ramp/image.h. All
 * three channels are filled in. */
void preprocess_factors(const struct ramp_preprocess *pre, float mul[3],
                        float add[3]);

#endif
