/* check_stats.c - the statistics of a few runs against published tables and
 * sums done by hand. */
#include "tests/check.h"
#include "trials/stats.h"

#include <math.h>

static void close_to(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * fabs(expected)))
        ck_abort_msg("expected %.12g, found %.12g", expected, found);
}

/* Fisher & Yates' table of t, two-sided, with the digits of NIST's. */
START_TEST(t_quantiles_are_those_of_the_table)
{
    static const struct {
        int df;
        double confidence, t;
    } table[] = {
        {1, 0.95, 12.7062047362},
        {2, 0.95, 4.30265272975},
        {3, 0.95, 3.18244630528},
        {4, 0.95, 2.77644510520},
        {5, 0.95, 2.57058183661},
        {9, 0.95, 2.26215716280},
        {10, 0.95, 2.22813885196},
        {29, 0.95, 2.04522964213},
        {30, 0.95, 2.04227245630},
        {120, 0.95, 1.97993040505},
        {1, 0.5, 1},
        {1, 0.99, 63.6567411629},
        {2, 0.99, 9.92484320092},
        {4, 0.90, 2.13184678633},
        {2, 0.5, 0.816496580928},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        close_to(stats_t_quantile(table[i].confidence, table[i].df), table[i].t,
                 1e-9);
        close_to(stats_t_within(table[i].t, table[i].df), table[i].confidence,
                 1e-9);
    }
}
END_TEST

START_TEST(a_sample_has_mean_spread_and_median)
{
    const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
    close_to(stats_mean(x, 8), 5, 1e-15);
    close_to(stats_sd(x, 8), sqrt(32.0 / 7), 1e-15);
    close_to(stats_median(x, 8), 4.5, 1e-15);
    const double odd[] = {9, 1, 5};
    close_to(stats_median(odd, 3), 5, 1e-15);
    const double late[] = {INFINITY, 1, INFINITY};
    ck_assert(isinf(stats_median(late, 3)));
    const double once[] = {3, INFINITY, 2};
    close_to(stats_median(once, 3), 3, 1e-15);
    ck_assert(isnan(stats_sd(x, 1)));
    ck_assert(isnan(stats_median(x, 0)));
    ck_assert(isnan(stats_mean(x, 0)));
}
END_TEST

/* Student 1908, the hours of sleep gained by ten patients with two drugs: the
 * best known example of pairs. Mean 1.58, interval 0.70 to 2.46. */
START_TEST(pairs_are_those_of_student)
{
    const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2};
    struct stats_interval i = stats_paired(second, first, 10, 0.95);
    close_to(i.mean, 1.58, 1e-12);
    close_to(i.low, 0.7001142, 1e-6);
    close_to(i.high, 2.4598858, 1e-6);
    struct stats_interval back = stats_paired(first, second, 10, 0.95);
    close_to(back.low, -2.4598858, 1e-6);
}
END_TEST

/* Ratios 1/2, 1, 2 have the geometric mean 1; log 2 is the spread of the logs,
 * so the interval is 2^(+-4.30265/sqrt 3). */
START_TEST(ratios_are_reckoned_as_logarithms)
{
    const double a[] = {1, 3, 4}, b[] = {2, 3, 2};
    struct stats_interval i = stats_ratio(a, b, 3, 0.95);
    close_to(i.mean, 1, 1e-12);
    close_to(i.high, pow(2, 4.30265272975 / sqrt(3)), 1e-9);
    close_to(i.low, 1 / i.high, 1e-12);
    i = stats_ratio(a, b, 1, 0.95);
    close_to(i.mean, 0.5, 1e-12);
    ck_assert(isnan(i.low) && isnan(i.high));
}
END_TEST

/* 5 and 15: twice the sum of C(20, 0..5) over 2^20 = 2 21700 / 1048576. */
START_TEST(mcnemar_is_the_exact_test)
{
    close_to(stats_mcnemar(5, 15), 2 * 21700.0 / 1048576, 1e-9);
    close_to(stats_mcnemar(15, 5), 2 * 21700.0 / 1048576, 1e-9);
    close_to(stats_mcnemar(0, 6), 2.0 / 64, 1e-9);
    close_to(stats_mcnemar(0, 0), 1, 1e-15);
    close_to(stats_mcnemar(7, 7), 1, 1e-15);
    close_to(stats_mcnemar(3, 4), 1, 1e-9);
    ck_assert(stats_mcnemar(400, 600) < 1e-9);
}
END_TEST

static Suite *stats_suite(void)
{
    Suite *suite = suite_create("stats");
    TCase *tcase = tcase_create("stats");
    tcase_add_test(tcase, t_quantiles_are_those_of_the_table);
    tcase_add_test(tcase, a_sample_has_mean_spread_and_median);
    tcase_add_test(tcase, pairs_are_those_of_student);
    tcase_add_test(tcase, ratios_are_reckoned_as_logarithms);
    tcase_add_test(tcase, mcnemar_is_the_exact_test);
    suite_add_tcase(suite, tcase);
    return suite;
}

CHECK_MAIN(stats_suite)
