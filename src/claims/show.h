/* show.h - results of a comparison for people: the table, and the picture. */
#ifndef CLAIMS_SHOW_H
#define CLAIMS_SHOW_H

#include "claims/compare.h"

#include <stdio.h>

/* How many seeds a scale has runs of; 0: there are none. */
int show_n_seeds(const struct results *results, const char *scale);

/* A row for each arm and rate, a column for each seed; the best rate of an arm
 * has a star. */
MUST_CHECK enum ramp_status show_table(FILE *file,
                                       const struct results *results,
                                       const char *scale,
                                       struct ramp_error *err);

#endif
