/* stats.h - the statistics of a few runs. What cannot be said of so few is
 * NaN: a spread of one value, an interval of one pair. */
#ifndef TRIALS_STATS_H
#define TRIALS_STATS_H

#include <stddef.h>

#define STATS_MAX 64 /* values of a median at most */

double stats_mean(const double *x, size_t n);
double stats_sd(const double *x, size_t n); /* of a sample: n - 1 */

/* Of an even number the mean of the middle two; infinities are the largest.
 * NaN without values. */
double stats_median(const double *x, size_t n);

/* P(|T| <= t) of Student's t with df >= 1 degrees of freedom: the finite series
 * of Abramowitz & Stegun 1964, 26.7.3 and 26.7.4. */
double stats_t_within(double t, int df);

/* The t for which that is `confidence`, 0 < confidence < 1. */
double stats_t_quantile(double confidence, int df);

struct stats_interval {
    double mean, low, high;
};

/* The mean of n values and its t interval. */
struct stats_interval stats_interval(const double *x, size_t n,
                                     double confidence);

/* Of the differences a - b, pair by pair. */
struct stats_interval stats_paired(const double *a, const double *b, size_t n,
                                   double confidence);

/* Of the ratios a / b, pair by pair: the geometric mean and the t interval of
 * its logarithm. */
struct stats_interval stats_ratio(const double *a, const double *b, size_t n,
                                  double confidence);

/* McNemar's test, exact and two-sided: of pictures that one model alone got
 * right, n_first and n_second, the probability of so uneven a split. */
double stats_mcnemar(size_t n_first, size_t n_second);

#endif
