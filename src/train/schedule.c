/* schedule.c - the learning rate's factor at each step of training. */
#include "train/schedule.h"

#include "base/error.h"

#include <math.h>

struct schedule schedule_make(enum ramp_schedule kind, uint64_t epochs,
                              uint64_t steps_per_epoch, double warmup)
{
    uint64_t steps = epochs * steps_per_epoch;
    double rise = kind == RAMP_ONECYCLE   ? 0.3 * (double)steps
                  : kind == RAMP_TRIANGLE ? 0.23 * (double)steps
                                          : warmup * (double)steps_per_epoch;
    if (!(rise < (double)steps))
        rise = (double)steps;
    return (struct schedule){kind, steps, (uint64_t)(rise + 0.5)};
}

static double cosine(uint64_t step, uint64_t steps)
{
    const double pi = 3.14159265358979323846;
    return (1 + cos(pi * (double)step / (double)steps)) / 2;
}

/* Compared in whole numbers, so that a half is a half. */
static double staircase(uint64_t step, uint64_t steps)
{
    if (4 * step >= 3 * steps)
        return 0.01;
    return 2 * step >= steps ? 0.1 : 1;
}

double schedule_factor(const struct schedule *schedule, uint64_t step)
{
    ASSERT(step < schedule->steps);
    if (schedule->kind == RAMP_TRIANGLE && step < schedule->rise)
        return 0.2 + 0.8 * (double)step / (double)schedule->rise;
    if (step < schedule->rise)
        return (double)(step + 1) / ((double)schedule->rise + 1);
    step -= schedule->rise;
    uint64_t steps = schedule->steps - schedule->rise;
    double p = (double)step / (double)steps;
    switch (schedule->kind) {
    case RAMP_COSINE:
    case RAMP_ONECYCLE: return cosine(step, steps);
    case RAMP_STEP: return staircase(step, steps);
    case RAMP_LINEAR: return 1 - p;
    case RAMP_TRIANGLE: return 1 - 0.93 * p;
    case RAMP_CONSTANT: break;
    }
    return 1;
}
