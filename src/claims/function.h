/* function.h - activations as functions, by name, for claims that train
 * nothing. */
#ifndef CLAIMS_FUNCTION_H
#define CLAIMS_FUNCTION_H

#include "claims/lab.h"

/* f and f' of n numbers by training's own arithmetic; slope may be NULL. */
MUST_CHECK enum ramp_status function_run(const struct lab *lab, float *y,
                                         float *slope, const float *x, size_t n,
                                         const char *name,
                                         struct ramp_error *err);

/* The same by the formula, in double; the name is a good one. */
double function_value(const char *name, double x);
double function_slope(const char *name, double x);

#endif
