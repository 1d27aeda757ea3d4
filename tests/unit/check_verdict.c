/* check_verdict.c - made-up results, and the verdicts that the rules of the
 * claims must give them. */
#include "claims/claims.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct made_up {
    char folder[64];
    struct results results;
};

static struct made_up begin(void)
{
    struct made_up m = {.folder = "/tmp/ramp-verdict-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(m.folder));
    ck_assert_int_eq(results_load(&m.results, m.folder, "x", NULL), RAMP_OK);
    return m;
}

static void end(struct made_up *m)
{
    unlink(m->results.path);
    unlink(m->results.curves_path);
    results_release(&m->results);
    ck_assert_int_eq(rmdir(m->folder), 0);
}

static void add(struct made_up *m, const char *scale, const char *arm,
                double rate, int seed, enum run_outcome outcome, double epochs)
{
    struct run_result row = {
        .rate = rate,
        .seed = (uint64_t)seed,
        .outcome = outcome,
        .reached = outcome == RUN_REACHED ? epochs : NAN,
        .epochs = epochs,
        .last = {.epoch = epochs, .train_error = 0.3, .val_error = 0.3},
    };
    snprintf(row.scale, sizeof row.scale, "%s", scale);
    snprintf(row.arm, sizeof row.arm, "%s", arm);
    snprintf(row.protocol, sizeof row.protocol, "p");
    ck_assert_int_eq(results_add(&m->results, &row, NULL), RAMP_OK);
}

/* Three rates and seeds; the middle rate takes the epochs given, its
 * neighbours one more. */
static void add_arm(struct made_up *m, const char *arm, double e1, double e2,
                    double e3)
{
    const double epochs[] = {e1, e2, e3};
    for (int s = 1; s <= 3; s++) {
        add(m, "full", arm, 0.02, s, RUN_REACHED, epochs[s - 1] + 1);
        add(m, "full", arm, 0.01, s, RUN_REACHED, epochs[s - 1]);
        add(m, "full", arm, 0.005, s, RUN_REACHED, epochs[s - 1] + 1);
    }
}

static void expect(struct made_up *m, enum verdict_word word, const char *text)
{
    struct verdict verdict;
    ck_assert_int_eq(
        claim_judge(&verdict, &claim_relu_vs_tanh, &m->results, NULL), RAMP_OK);
    ck_assert_msg(verdict.word == word, "expected %s, found %s: %s",
                  verdict_name(word), verdict_name(verdict.word),
                  verdict.sentence.text);
    ck_assert_msg(strstr(verdict.sentence.text, text) != NULL,
                  "expected '%s' in: %s", text, verdict.sentence.text);
    verdict_release(&verdict);
}

START_TEST(six_times_is_reproduced)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 36, 38, 37);
    expect(&m, VERDICT_REPRODUCED, "5.94 times");
    end(&m);
}
END_TEST

START_TEST(twice_is_partly)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 12, 13.5, 12);
    expect(&m, VERDICT_PARTLY, "2.00 times");
    end(&m);
}
END_TEST

START_TEST(below_one_and_a_half_for_all_seeds_is_refuted)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 8, 9, 8.5);
    expect(&m, VERDICT_REFUTED, "1.36 times");
    end(&m);
}
END_TEST

/* 1.1 to 2.6 times: the interval holds 1. */
START_TEST(noise_is_inconclusive)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6, 6);
    add_arm(&m, "fair-tanh", 6.6, 15.6, 10);
    expect(&m, VERDICT_INCONCLUSIVE, "interval");
    end(&m);
}
END_TEST

START_TEST(one_seed_is_inconclusive)
{
    struct made_up m = begin();
    for (int i = -7; i <= -5; i++) {
        add(&m, "quick", "fair-relu", compare_grid(i), 1, RUN_REACHED,
            6 + abs(i + 6));
        add(&m, "quick", "fair-tanh", compare_grid(i), 1, RUN_REACHED,
            36 + abs(i + 6));
    }
    expect(&m, VERDICT_INCONCLUSIVE, "one seed");
    end(&m);
}
END_TEST

START_TEST(missing_runs_are_inconclusive)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    expect(&m, VERDICT_INCONCLUSIVE, "missing");
    add(&m, "full", "fair-tanh", 0.01, 1, RUN_REACHED, 36);
    expect(&m, VERDICT_INCONCLUSIVE, "missing");
    end(&m);
}
END_TEST

START_TEST(a_best_rate_at_the_edge_is_inconclusive)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    for (int s = 1; s <= 3; s++) {
        add(&m, "full", "fair-tanh", 0.01, s, RUN_REACHED, 36 + s);
        add(&m, "full", "fair-tanh", 0.02, s, RUN_REACHED, 38 + s);
    }
    expect(&m, VERDICT_INCONCLUSIVE, "edge");
    end(&m);
}
END_TEST

/* tanh never gets there in 60 epochs: at least ten times. */
START_TEST(what_is_not_reached_is_a_lower_bound)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    for (int s = 1; s <= 3; s++)
        for (int i = -7; i <= -5; i++)
            add(&m, "full", "fair-tanh", compare_grid(i), s, RUN_MISSED, 60);
    expect(&m, VERDICT_REPRODUCED, "at least 9.63 times");
    end(&m);
}
END_TEST

/* Rates that diverge or are given up are no best ones, however few epochs
 * they had. */
START_TEST(diverged_runs_rank_last)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 36, 38, 37);
    for (int s = 1; s <= 3; s++) {
        add(&m, "full", "fair-tanh", 0.05, s, RUN_DIVERGED, 2);
        add(&m, "full", "fair-tanh", 0.002, s, RUN_ABANDONED, 5);
    }
    expect(&m, VERDICT_REPRODUCED, "5.94 times");
    end(&m);
}
END_TEST

START_TEST(the_arms_of_2012_decide_once_they_have_run)
{
    struct made_up m = begin();
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 8, 9, 8.5);
    add_arm(&m, "2012-relu", 6, 6.5, 6.2);
    add_arm(&m, "2012-tanh", 36, 38, 37);
    expect(&m, VERDICT_REPRODUCED, "1.36 times");
    end(&m);
}
END_TEST

START_TEST(a_larger_scale_decides)
{
    struct made_up m = begin();
    struct verdict verdict;
    add_arm(&m, "fair-relu", 6, 6.5, 6.2);
    add_arm(&m, "fair-tanh", 36, 38, 37);
    add(&m, "quick", "fair-relu", 0.01, 1, RUN_REACHED, 3);
    ck_assert_int_eq(
        claim_judge(&verdict, &claim_relu_vs_tanh, &m.results, NULL), RAMP_OK);
    ck_assert_str_eq(verdict.scale, "full");
    verdict_release(&verdict);
    end(&m);
}
END_TEST

/* But not while it is incomplete. */
START_TEST(a_larger_scale_waits_until_it_is_complete)
{
    struct made_up m = begin();
    struct verdict verdict;
    for (int i = -7; i <= -5; i++) {
        add(&m, "quick", "fair-relu", compare_grid(i), 1, RUN_REACHED, 6);
        add(&m, "quick", "fair-tanh", compare_grid(i), 1, RUN_REACHED, 9);
    }
    add(&m, "full", "fair-relu", 0.01, 1, RUN_REACHED, 3);
    ck_assert_int_eq(
        claim_judge(&verdict, &claim_relu_vs_tanh, &m.results, NULL), RAMP_OK);
    ck_assert_str_eq(verdict.scale, "quick");
    verdict_release(&verdict);
    end(&m);
}
END_TEST

START_TEST(no_results_have_no_scale)
{
    struct made_up m = begin();
    struct verdict verdict;
    ck_assert_int_eq(
        claim_judge(&verdict, &claim_relu_vs_tanh, &m.results, NULL), RAMP_OK);
    ck_assert_str_eq(verdict.scale, "");
    verdict_release(&verdict);
    end(&m);
}
END_TEST

static Suite *verdict_suite(void)
{
    Suite *suite = suite_create("verdict");
    TCase *tcase = tcase_create("verdict");
    tcase_add_test(tcase, six_times_is_reproduced);
    tcase_add_test(tcase, twice_is_partly);
    tcase_add_test(tcase, below_one_and_a_half_for_all_seeds_is_refuted);
    tcase_add_test(tcase, noise_is_inconclusive);
    tcase_add_test(tcase, one_seed_is_inconclusive);
    tcase_add_test(tcase, missing_runs_are_inconclusive);
    tcase_add_test(tcase, a_best_rate_at_the_edge_is_inconclusive);
    tcase_add_test(tcase, what_is_not_reached_is_a_lower_bound);
    tcase_add_test(tcase, diverged_runs_rank_last);
    tcase_add_test(tcase, the_arms_of_2012_decide_once_they_have_run);
    tcase_add_test(tcase, a_larger_scale_decides);
    tcase_add_test(tcase, a_larger_scale_waits_until_it_is_complete);
    tcase_add_test(tcase, no_results_have_no_scale);
    suite_add_tcase(suite, tcase);
    return suite;
}

CHECK_MAIN(verdict_suite)
