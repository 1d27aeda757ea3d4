/* schedule.h - the learning rate's factor at each step of training. */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include <ramp/train.h>
#include <stdint.h>

/* steps: of the whole training. rise: of the warm-up, in which the factor
 * grows linearly from 0 to 1; after it comes what `kind` says. */
struct schedule {
    enum ramp_schedule kind;
    uint64_t steps, rise;
};

/* For a training of `epochs` epochs; warmup counts epochs, and is cut to the
 * whole training. onecycle rises over its own 30 % and triangle over its 23 %,
 * whatever warmup is. */
struct schedule schedule_make(enum ramp_schedule kind, uint64_t epochs,
                              uint64_t steps_per_epoch, double warmup);

/* step = 0 .. steps - 1. In the warm-up (step + 1) / (rise + 1): 0 is what it
 * would be before the first step, so that no step is in vain, and 1 is what
 * the first step after the warm-up has. From there on a function of
 * p = (step - rise) / (steps - rise); see ramp/train.h. triangle rises from 0.2
 * at step 0. */
double schedule_factor(const struct schedule *schedule, uint64_t step);

#endif
