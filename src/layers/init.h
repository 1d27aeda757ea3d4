/* init.h - first weights: the formulas of struct ramp_init in ramp/net.h. */
#ifndef LAYERS_INIT_H
#define LAYERS_INIT_H

#include "base/rng.h"

#include <ramp/net.h>

/* The standard deviation for a unit with these fans, in layer number `layer`
 * of those with weights. */
double init_std(const struct ramp_init *init, int layer, double fan_in,
                double fan_out);

/* The i-th weight of a tensor: normal or uniform, mean 0, the given std. */
float init_value(const struct ramp_init *init, double std, struct rng_key key,
                 uint64_t i);

#endif
