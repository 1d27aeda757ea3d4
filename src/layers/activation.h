/* activation.h - what the plan must know of an activation. */
#ifndef LAYERS_ACTIVATION_H
#define LAYERS_ACTIVATION_H

#include <ramp/activation.h>
#include <stdbool.h>

/* Whether the derivative is worked out from x, and not from f(x) alone. */
bool activation_needs_input(const struct ramp_activation *act);

/* Whether f(max) = max f, and the same gradient reaches the same x: where x
 * differ but f does not, f' must be 0. */
bool activation_passes_max(const struct ramp_activation *act);

#endif
