/* function.c - activations as functions, by name. */
#include "claims/function.h"

enum ramp_status function_run(const struct lab *lab, float *y, float *slope,
                              const float *x, size_t n, const char *name,
                              struct ramp_error *err)
{
    struct ramp_activation act;
    enum ramp_status status = ramp_activation_parse(&act, name, err);
    if (status == RAMP_OK)
        status = ramp_activation_run(&act, y, slope, x, n,
                                     &lab->settings->compute, err);
    return status;
}

static struct ramp_activation by_name(const char *name)
{
    struct ramp_activation act;
    enum ramp_status status = ramp_activation_parse(&act, name, NULL);
    ASSERT(status == RAMP_OK);
    return act;
}

double function_value(const char *name, double x)
{
    const struct ramp_activation act = by_name(name);
    return ramp_activation_value(&act, x);
}

double function_slope(const char *name, double x)
{
    const struct ramp_activation act = by_name(name);
    return ramp_activation_slope(&act, x);
}
