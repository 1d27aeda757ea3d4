/* show.h - results of a comparison as people read them. */
#ifndef TRIALS_SHOW_H
#define TRIALS_SHOW_H

#include "trials/compare.h"

#include <stdio.h>

/* How many seeds a scale has runs of; 0: there are none. */
int show_n_seeds(const struct results *results, const char *scale);

/* The arms of one scale, in the order of their first rows. */
struct show_arm {
    size_t index;
    const char *name, *protocol; /* in the results */
    struct compare_rates rates;
};
struct show_arms {
    struct show_arm *arms; /* owned */
    size_t n;
};
MUST_CHECK enum ramp_status show_arms_find(struct show_arms *arms,
                                           const struct results *results,
                                           const char *scale,
                                           struct ramp_error *err);
void show_arms_release(struct show_arms *arms);

/* A row for each arm and rate, a column for each seed; the best rate of an arm
 * has a star. */
MUST_CHECK enum ramp_status show_table(FILE *file,
                                       const struct results *results,
                                       const char *scale,
                                       struct ramp_error *err);

/* The table of one scale, and every pair of arms, each at its best rate: how
 * many times as many epochs, or how many points of validation error more. */
MUST_CHECK enum ramp_status show_comparison(FILE *file,
                                            const struct results *results,
                                            const char *scale, double target,
                                            struct ramp_error *err);

#endif
