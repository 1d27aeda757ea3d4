/* stats.c - the statistics of a few runs. */
#include "trials/stats.h"

#include "report/basics.h"

#include <math.h>
#include <string.h>

double stats_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / (double)n : NAN;
}

double stats_sd(const double *x, size_t n)
{
    double mean = stats_mean(x, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return n > 1 ? sqrt(sum / (double)(n - 1)) : NAN;
}

double stats_median(const double *x, size_t n)
{
    double sorted[STATS_MAX];
    ASSERT(n <= STATS_MAX);
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > x[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = x[i];
    }
    if (n == 0)
        return NAN;
    if (n % 2 == 1)
        return sorted[n / 2];
    return sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
}

double stats_t_within(double t, int df)
{
    double angle = atan(t / sqrt(df)), c = cos(angle), sum = 0;
    ASSERT(df >= 1);
    /* cos + 2/3 cos^3 + 2 4/(3 5) cos^5 ...: up to df - 2, which is odd;
     * 1 + 1/2 cos^2 + 1 3/(2 4) cos^4 ...: the same where df is even. */
    double term = df % 2 == 1 ? c : 1;
    for (int power = df % 2; power <= df - 2; power += 2) {
        sum += term;
        term *= (power + 1.0) / (power + 2.0) * c * c;
    }
    if (df % 2 == 0)
        return sin(angle) * sum;
    return (angle + sin(angle) * sum) * 2 / acos(-1);
}

double stats_t_quantile(double confidence, int df)
{
    double low = 0, high = 1;
    while (stats_t_within(high, df) < confidence)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (stats_t_within(middle, df) < confidence)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct stats_interval stats_interval(const double *x, size_t n,
                                     double confidence)
{
    double mean = stats_mean(x, n), half = NAN;
    if (n > 1)
        half = stats_t_quantile(confidence, (int)n - 1) * stats_sd(x, n) /
               sqrt((double)n);
    return (struct stats_interval){mean, mean - half, mean + half};
}

struct stats_interval stats_paired(const double *a, const double *b, size_t n,
                                   double confidence)
{
    double x[STATS_MAX];
    ASSERT(n <= STATS_MAX);
    for (size_t i = 0; i < n; i++)
        x[i] = a[i] - b[i];
    return stats_interval(x, n, confidence);
}

struct stats_interval stats_ratio(const double *a, const double *b, size_t n,
                                  double confidence)
{
    double x[STATS_MAX];
    ASSERT(n <= STATS_MAX);
    for (size_t i = 0; i < n; i++)
        x[i] = log(a[i] / b[i]);
    struct stats_interval logs = stats_interval(x, n, confidence);
    return (struct stats_interval){exp(logs.mean), exp(logs.low),
                                   exp(logs.high)};
}

double stats_mcnemar(size_t n_first, size_t n_second)
{
    double n = (double)(n_first + n_second), p = 0;
    size_t fewer = n_first < n_second ? n_first : n_second;
    if (n_first == n_second)
        return 1;
    for (size_t k = 0; k <= fewer; k++) {
        double i = (double)k;
        p +=
            exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) - n * log(2));
    }
    return fmin(1, 2 * p);
}
