/* check_findings.c - made-up figures: their file, and the verdicts that follow
 * from them. */
#include "claims/claims.h"
#include "claims/lab.h"
#include "tests/check.h"
#include "trials/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct made_up {
    char folder[64];
    struct figures figures;
};

static struct made_up begin(void)
{
    struct made_up m = {.folder = "/tmp/ramp-findings-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(m.folder));
    ck_assert_int_eq(figures_load(&m.figures, m.folder, "x", NULL), RAMP_OK);
    return m;
}

static void end(struct made_up *m)
{
    unlink(m->figures.path);
    figures_release(&m->figures);
    ck_assert_int_eq(rmdir(m->folder), 0);
}

static struct figure figure(const char *part, int seed, const char *name,
                            double at, double value)
{
    struct figure row = {.seed = (uint64_t)seed,
                         .at = at,
                         .value = value,
                         .scale = "full",
                         .protocol = "p",
                         .origin = {.threads = 1, .date = "then"}};
    snprintf(row.part, sizeof row.part, "%s", part);
    snprintf(row.name, sizeof row.name, "%s", name);
    return row;
}

/* A part of one figure. */
static void put(struct made_up *m, const char *part, int seed, const char *name,
                double at, double value)
{
    const struct figure row = figure(part, seed, name, at, value);
    ck_assert_int_eq(figures_put(&m->figures, &row, 1, NULL), RAMP_OK);
}

/* ---- The file ---- */

START_TEST(figures_are_read_back)
{
    struct made_up m = begin();
    struct figures read;
    put(&m, "a, \"quoted\"", 1, "rms", 3, 1.0 / 3);
    put(&m, "b", 2, "whole", NAN, NAN);
    ck_assert_int_eq(figures_load(&read, m.folder, "x", NULL), RAMP_OK);
    ck_assert_uint_eq(read.n, 2);
    ck_assert_str_eq(read.rows[0].part, "a, \"quoted\"");
    ck_assert(read.rows[0].at == 3);
    ck_assert(read.rows[0].value == m.figures.rows[0].value);
    ck_assert(read.rows[0].value == 0.333333);
    ck_assert(isnan(read.rows[1].at) && isnan(read.rows[1].value));
    ck_assert(figures_has(&read, "full", "b", "p", 2));
    ck_assert(!figures_has(&read, "full", "b", "p", 1));
    ck_assert(!figures_has(&read, "full", "b", "q", 2));
    ck_assert(!figures_has(&read, "quick", "b", "p", 2));
    ck_assert(figures_has_scale(&read, "full"));
    ck_assert(!figures_has_scale(&read, "quick"));
    figures_release(&read);
    end(&m);
}
END_TEST

START_TEST(a_part_takes_the_place_of_its_former_self)
{
    struct made_up m = begin();
    double values[4];
    struct figure rows[2] = {figure("a", 1, "x", 0, 1),
                             figure("a", 1, "y", 0, 2)};
    ck_assert_int_eq(figures_put(&m.figures, rows, 2, NULL), RAMP_OK);
    put(&m, "a", 2, "x", 0, 5);
    snprintf(rows[0].origin.date, sizeof rows[0].origin.date, "later");
    snprintf(rows[1].origin.date, sizeof rows[1].origin.date, "later");
    rows[1].value = 3;
    ck_assert_int_eq(figures_put(&m.figures, rows, 2, NULL), RAMP_OK);
    ck_assert_uint_eq(m.figures.n, 3);
    ck_assert_str_eq(m.figures.rows[1].origin.date, "then");
    ck_assert_str_eq(m.figures.rows[2].origin.date, "later");
    ck_assert_uint_eq(
        figures_values(&m.figures, "full", "a", "x", 0, values, 4), 2);
    ck_assert(figures_median(&m.figures, "full", "a", "x", 0) == 3);
    ck_assert(isnan(figures_median(&m.figures, "full", "a", "x", 1)));
    end(&m);
}
END_TEST

START_TEST(another_protocol_counts_alone)
{
    struct made_up m = begin();
    struct figure row = figure("a", 2, "x", 0, 7);
    put(&m, "a", 1, "x", 0, 1);
    snprintf(row.protocol, sizeof row.protocol, "q");
    ck_assert_int_eq(figures_put(&m.figures, &row, 1, NULL), RAMP_OK);
    ck_assert(figures_median(&m.figures, "full", "a", "x", 0) == 7);
    end(&m);
}
END_TEST

START_TEST(a_row_without_sense_is_refused)
{
    struct made_up m = begin();
    struct figures read;
    struct ramp_error err;
    put(&m, "a", 1, "x", 0, 1);
    FILE *file = fopen(m.figures.path, "a");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "full,a,p,one,x,0,1,1,,,,,\n");
    fclose(file);
    ck_assert_int_eq(figures_load(&read, m.folder, "x", &err), RAMP_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "row 2, column seed"));
    end(&m);
}
END_TEST

/* ---- The rule ---- */

static enum verdict_word judge(struct findings *f, const char *says)
{
    struct verdict verdict = {.scale = "full"};
    findings_judge(&verdict, f);
    ck_assert_ptr_nonnull(verdict.sentence.text);
    ck_assert_msg(strstr(verdict.sentence.text, says) != NULL, "%s",
                  verdict.sentence.text);
    verdict_release(&verdict);
    return verdict.word;
}

START_TEST(every_verdict_follows_from_its_figures)
{
    static const struct {
        double essential[2], besides[2];
        enum verdict_word word;
        const char *says;
    } cases[] = {
        {{1, 2}, {1, 1}, VERDICT_REPRODUCED, "2 of 2 points hold."},
        {{1, 2}, {1, 3}, VERDICT_PARTLY, "not with every seed"},
        {{1, 2}, {3, 3}, VERDICT_PARTLY, "a point is 3 (expected 1 to 2)"},
        {{3, 4}, {1, 1}, VERDICT_REFUTED, "main point is 3.5 (expected 1 to"},
        {{0, 0.5}, {NAN, 1}, VERDICT_REFUTED, "1 are not measured"},
        {{2, 3}, {1, 1}, VERDICT_INCONCLUSIVE, "not with every seed"},
        {{1, NAN}, {1, 1}, VERDICT_INCONCLUSIVE, "not measured yet"},
        {{1, 1}, {NAN, NAN}, VERDICT_INCONCLUSIVE, "not measured yet"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct findings f = {.n_seeds = 2};
        findings_add(&f, ESSENTIAL, 1, 2, cases[i].essential, 2, "main point");
        findings_add(&f, BESIDES, 1, 2, cases[i].besides, 2, "a point");
        ck_assert_msg(judge(&f, cases[i].says) == cases[i].word, "case %zu", i);
    }
}
END_TEST

START_TEST(fewer_seeds_are_not_enough)
{
    const double one = 1;
    struct findings f = {.n_seeds = 2};
    findings_add(&f, ESSENTIAL, 0, INFINITY, &one, 1, "point");
    ck_assert_int_eq(judge(&f, "0 of 1 points hold"), VERDICT_INCONCLUSIVE);
}
END_TEST

/* ---- A claim ---- */

static enum verdict_word examples(double of_minus_one)
{
    static const double x[] = {1, 1000, 0, -1, -1000};
    struct made_up m = begin();
    struct verdict verdict;
    struct figure rows[5];
    for (int i = 0; i < 5; i++)
        rows[i] = figure("relu", 0, "rectified", x[i], fmax(0, x[i]));
    rows[3].value = of_minus_one;
    ck_assert_int_eq(figures_put(&m.figures, rows, 5, NULL), RAMP_OK);
    ck_assert_int_eq(
        lab_judge(&verdict, &claim_relu_examples, &m.figures, NULL), RAMP_OK);
    ck_assert_str_eq(verdict.scale, "full");
    verdict_release(&verdict);
    end(&m);
    return verdict.word;
}

START_TEST(one_wrong_example_refutes)
{
    ck_assert_int_eq(examples(0), VERDICT_REPRODUCED);
    ck_assert_int_eq(examples(-1), VERDICT_REFUTED);
    ck_assert_int_eq(examples(NAN), VERDICT_INCONCLUSIVE);
}
END_TEST

/* One seed at the quick scale: a figure of each of the points. */
static void put_quick(struct made_up *m, const char *part, const char *name,
                      double at, double value)
{
    struct figure row = figure(part, 1, name, at, value);
    snprintf(row.scale, sizeof row.scale, "quick");
    ck_assert_int_eq(figures_put(&m->figures, &row, 1, NULL), RAMP_OK);
}

static enum verdict_word judge_claim(const struct made_up *m,
                                     const struct claim *claim)
{
    struct verdict verdict;
    ck_assert_int_eq(lab_judge(&verdict, claim, &m->figures, NULL), RAMP_OK);
    ck_assert_str_eq(verdict.scale, "quick");
    verdict_release(&verdict);
    return verdict.word;
}

START_TEST(zeros_decide_about_sparsity)
{
    static const struct {
        double relu, penalised, tanh;
        enum verdict_word word;
    } cases[] = {{0.6, 0.8, 0, VERDICT_REPRODUCED},
                 {0.6, 0.95, 0, VERDICT_PARTLY},
                 {0.6, 0.5, 0, VERDICT_REFUTED},
                 {0.6, 0.8, 0.01, VERDICT_REFUTED},
                 {NAN, 0.8, 0, VERDICT_INCONCLUSIVE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made_up m = begin();
        static const char name[] = "zeros, trained";
        put_quick(&m, "relu", name, NAN, cases[i].relu);
        put_quick(&m, "relu, L1 0.001", name, NAN, cases[i].penalised);
        put_quick(&m, "tanh", name, NAN, cases[i].tanh);
        put_quick(&m, "sigmoid", name, NAN, 0);
        ck_assert_msg(judge_claim(&m, &claim_sparsity_trained) == cases[i].word,
                      "case %zu", i);
        end(&m);
    }
}
END_TEST

START_TEST(saturation_that_does_not_grow_refutes)
{
    static const char *const parts[] = {"sigmoid, old", "sigmoid, normalised",
                                        "tanh, old", "tanh, normalised"};
    for (int same = 0; same < 2; same++) {
        struct made_up m = begin();
        for (int i = 0; i < 4; i++) {
            static const char name[] = "saturated, most of a layer";
            struct figure rows[2] = {figure(parts[i], 1, name, 0, 0.1),
                                     figure(parts[i], 1, name, 5, 0.3)};
            if (same && i == 2)
                rows[1].value = 0.1;
            for (int j = 0; j < 2; j++)
                snprintf(rows[j].scale, sizeof rows[j].scale, "quick");
            ck_assert_int_eq(figures_put(&m.figures, rows, 2, NULL), RAMP_OK);
        }
        ck_assert_int_eq(judge_claim(&m, &claim_saturation),
                         same ? VERDICT_REFUTED : VERDICT_REPRODUCED);
        end(&m);
    }
}
END_TEST

START_TEST(gradients_that_vanish_decide)
{
    static const struct {
        double sigmoid, tanh;
        enum verdict_word word;
    } cases[] = {{0.23, 0.5, VERDICT_REPRODUCED},
                 {0.23, 0.93, VERDICT_PARTLY},
                 {0.9, 0.5, VERDICT_REFUTED}};
    for (size_t i = 0; i < 3; i++) {
        static const char *const parts[] = {"sigmoid 1/n", "tanh 1/n",
                                            "tanh uniform 1/sqrt n", "relu 2/n",
                                            "relu 1/n"};
        const double factors[] = {cases[i].sigmoid, cases[i].tanh, 0.5, 1, 1};
        struct made_up m = begin();
        for (int j = 0; j < 5; j++) {
            struct figure rows[2] = {
                figure(parts[j], 1, "gradient factor", 0, factors[j]),
                figure(parts[j], 1, "val error", 2, j < 3 ? 0.9 : 0.05)};
            for (int k = 0; k < 2; k++)
                snprintf(rows[k].scale, sizeof rows[k].scale, "quick");
            ck_assert_int_eq(figures_put(&m.figures, rows, 2, NULL), RAMP_OK);
        }
        ck_assert_int_eq(judge_claim(&m, &claim_vanishing_gradient),
                         cases[i].word);
        end(&m);
    }
}
END_TEST

/* One training of a net with ReLU or leaky ReLU. */
static void put_dying_row(struct made_up *m, const char *arm, double rate,
                          bool diverges, double dead, double later,
                          double error)
{
    char part[LAB_PART_BYTES];
    lab_part_name(part, arm, rate, 8);
    struct figure rows[] = {figure(part, 1, "val error", 1, 0.5),
                            figure(part, 1, "dead", 4, dead),
                            figure(part, 1, "val error", 4, error),
                            figure(part, 1, "dead", 8, later)};
    size_t n = diverges ? 1 : sizeof rows / sizeof *rows;
    for (size_t k = 0; k < n; k++)
        snprintf(rows[k].scale, sizeof rows[k].scale, "quick");
    ck_assert_int_eq(figures_put(&m->figures, rows, n, NULL), RAMP_OK);
}

/* The two highest rates of relu diverge, of leaky `leaky_diverge`; units die in
 * the middle net alone. */
static void put_dying(struct made_up *m, double dead, double later,
                      int leaky_diverge, double leaky_error)
{
    static const double rates[] = {0.002, 0.005, 0.01, 0.02,
                                   0.03,  0.04,  0.05, 0.1};
    static const char *const arms[][2] = {{"relu", "leaky"},
                                          {"relu-momentum", "leaky-momentum"},
                                          {"conv-relu", "conv-leaky"}};
    enum { N = sizeof rates / sizeof *rates };
    for (int i = 0; i < 3 * N; i++) {
        int rate = i % N, net = i / N;
        double lr = net == 0 ? 10 * rates[rate] : rates[rate];
        bool dies = rate == 5 && net == 1;
        put_dying_row(m, arms[net][0], lr, rate >= N - 2, dies ? dead : 0,
                      dies ? later : 0, rate == 3 ? 0.03 : 0.06);
        put_dying_row(m, arms[net][1], lr, rate >= N - leaky_diverge, 0, 0,
                      rate == 3 ? leaky_error : 0.06);
    }
}

START_TEST(dead_units_and_rates_decide)
{
    static const struct {
        double dead, later;
        int leaky_diverge;
        double leaky_error;
        enum verdict_word dying, rescue;
    } cases[] = {
        {0.5, 0.5, 0, 0.04, VERDICT_REPRODUCED, VERDICT_REPRODUCED},
        {0.5, 0.3, 0, 0.03, VERDICT_PARTLY, VERDICT_PARTLY},
        {0.1, 0.1, 2, 0.03, VERDICT_PARTLY, VERDICT_REFUTED},
        {0.01, 0.01, 2, 0.03, VERDICT_REFUTED, VERDICT_REFUTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made_up m = begin();
        put_dying(&m, cases[i].dead, cases[i].later, cases[i].leaky_diverge,
                  cases[i].leaky_error);
        ck_assert_int_eq(judge_claim(&m, &claim_dying_relu), cases[i].dying);
        ck_assert_int_eq(judge_claim(&m, &claim_leaky_rescue), cases[i].rescue);
        end(&m);
    }
}
END_TEST

/* Nanoseconds an element of relu are 1, of the others as given. */
static enum verdict_word cost(double tanh_ns, double tanh_backward)
{
    static const char *const acts[] = {"relu", "tanh", "sigmoid", "gelu"};
    struct made_up m = begin();
    for (int i = 0; i < 4; i++) {
        double ns = i == 0 ? 1 : i == 1 ? tanh_ns : 5;
        struct figure rows[4] = {figure(acts[i], 1, "forward ns, 4k", 1, ns),
                                 figure(acts[i], 1, "backward ns, 4k", 1,
                                        i == 1 ? tanh_backward : 1),
                                 figure(acts[i], 1, "forward ns, 16M", 1, 4),
                                 figure(acts[i], 1, "libm ns, 4k", 1, 50)};
        for (int k = 0; k < 4; k++)
            snprintf(rows[k].scale, sizeof rows[k].scale, "quick");
        ck_assert_int_eq(figures_put(&m.figures, rows, 4, NULL), RAMP_OK);
    }
    enum verdict_word word = judge_claim(&m, &claim_act_cost);
    end(&m);
    return word;
}

START_TEST(a_tanh_as_fast_as_relu_refutes)
{
    ck_assert_int_eq(cost(5, 2), VERDICT_REPRODUCED);
    ck_assert_int_eq(cost(5, 1), VERDICT_PARTLY);
    ck_assert_int_eq(cost(1, 2), VERDICT_REFUTED);
    ck_assert_int_eq(cost(NAN, 2), VERDICT_INCONCLUSIVE);
}
END_TEST

/* Figures of the quick scale, at 4 epochs where they are of one. */
struct order {
    double relu, tanh;        /* values that differ with max pooling */
    double abs_gap, mean_gap; /* of |x| there, of relu with mean pooling */
    double share;             /* of values to detect */
    double error;             /* of pooling first; of the other .5 */
    enum verdict_word word;
};

static enum verdict_word judge_order(const struct order *c)
{
    static const char others[] = "max pooling, others of 524288",
                      gap[] = "max pooling, |difference| / |value|",
                      mean_gap[] = "mean pooling, |difference| / |value|",
                      values[] = "detected values";
    static const char *const zeros[] = {"leaky", "elu", "softplus", "sigmoid"};
    struct made_up m = begin();
    struct figure relu[2] = {figure("relu", 1, others, NAN, c->relu),
                             figure("relu", 1, mean_gap, NAN, c->mean_gap)};
    for (int i = 0; i < 2; i++)
        snprintf(relu[i].scale, sizeof relu[i].scale, "quick");
    ck_assert_int_eq(figures_put(&m.figures, relu, 2, NULL), RAMP_OK);
    for (int i = 0; i < 4; i++)
        put_quick(&m, zeros[i], others, NAN, 0);
    put_quick(&m, "tanh", others, NAN, c->tanh);
    put_quick(&m, "abs", gap, NAN, c->abs_gap);
    put_quick(&m, "detector first, time with relu", values, NAN, 100);
    put_quick(&m, "pooling first, time with relu", values, NAN, 100 * c->share);
    put_quick(&m, "detector first", "val error", 4, 0.5);
    put_quick(&m, "pooling first", "val error", 4, c->error);
    enum verdict_word word = judge_claim(&m, &claim_stage_order);
    end(&m);
    return word;
}

START_TEST(values_that_differ_decide_about_the_order)
{
    static const struct order cases[] = {
        {0, 0, 0.3, 0.06, 0.25, 0.6, VERDICT_REPRODUCED},
        {0, 1, 0.3, 0.06, 0.25, 0.4, VERDICT_PARTLY},
        {1, 0, 0.3, 0.06, 0.25, 0.5, VERDICT_REFUTED},
        {0, 0, 0, 0.06, 0.25, 0.5, VERDICT_REFUTED},
        {0, 0, 0.3, 0, 0.25, 0.5, VERDICT_REFUTED},
        {0, 0, 0.3, 0.06, 1, 0.5, VERDICT_REFUTED},
        {0, 0, 0.3, 0.06, 0.25, NAN, VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(judge_order(&cases[i]) == cases[i].word, "case %zu", i);
}
END_TEST

/* The error of all is 40 points, but with a derivative of 1 in one net. */
static enum verdict_word judge_derivatives(const double points[3], int n_seeds,
                                           const char *scale, int epochs)
{
    static const char *const nets[] = {"dense",      "dense norm", "lenet",
                                       "lenet 0..1", "conv",       "conv norm"};
    static const char *const derivatives[] = {"0", "0.5", "1"};
    struct figure rows[18 * 3];
    struct verdict verdict;
    const struct figures figures = {.rows = rows, .n = 18 * (size_t)n_seeds};
    for (int i = 0; i < 18 * n_seeds; i++) {
        int seed = i / 18, net = i / 3 % 6, derivative = i % 3;
        double more = net == 4 && derivative == 2 ? points[seed] : 0;
        rows[i] = figure("", seed + 1, "val error", epochs, 0.4 + more / 100);
        snprintf(rows[i].part, sizeof rows[i].part, "%s %s", nets[net],
                 derivatives[derivative]);
        snprintf(rows[i].scale, sizeof rows[i].scale, "%s", scale);
    }
    ck_assert_int_eq(
        lab_judge(&verdict, &claim_derivative_at_zero, &figures, NULL),
        RAMP_OK);
    ck_assert_str_eq(verdict.scale, scale);
    verdict_release(&verdict);
    return verdict.word;
}

START_TEST(sure_differences_decide_about_the_derivative)
{
    static const struct {
        double points[3];
        int n_seeds;
        enum verdict_word word;
    } cases[] = {
        {{0, 0, 0}, 3, VERDICT_REPRODUCED},
        {{0.2, -0.3, 0.2}, 3, VERDICT_REPRODUCED},
        {{0.3, 0.31, 0.29}, 3, VERDICT_PARTLY},
        {{2, 2.1, 1.9}, 3, VERDICT_REFUTED},
        {{-2, -2.1, -1.9}, 3, VERDICT_REFUTED},
        {{2, -1, 1.5}, 3, VERDICT_INCONCLUSIVE},    /* not sure */
        {{0.5, 0.6, 0.7}, 3, VERDICT_INCONCLUSIVE}, /* sure, but of 0.35 */
        {{0, 0}, 2, VERDICT_INCONCLUSIVE},          /* a seed is missing */
        {{0, 0, NAN}, 3, VERDICT_INCONCLUSIVE},     /* it has no error */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(judge_derivatives(cases[i].points, cases[i].n_seeds,
                                        "standard", 5) == cases[i].word,
                      "case %zu", i);
    /* A seed has no interval. */
    ck_assert_int_eq(judge_derivatives(cases[0].points, 1, "quick", 2),
                     VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(no_figures_have_no_scale)
{
    struct made_up m = begin();
    struct verdict verdict;
    ck_assert_int_eq(lab_judge(&verdict, &claim_relu_def, &m.figures, NULL),
                     RAMP_OK);
    ck_assert_str_eq(verdict.scale, "");
    verdict_release(&verdict);
    end(&m);
}
END_TEST

static Suite *findings_suite(void)
{
    Suite *suite = suite_create("findings");
    TCase *tcase = tcase_create("findings");
    tcase_add_test(tcase, figures_are_read_back);
    tcase_add_test(tcase, a_part_takes_the_place_of_its_former_self);
    tcase_add_test(tcase, another_protocol_counts_alone);
    tcase_add_test(tcase, a_row_without_sense_is_refused);
    tcase_add_test(tcase, every_verdict_follows_from_its_figures);
    tcase_add_test(tcase, fewer_seeds_are_not_enough);
    tcase_add_test(tcase, one_wrong_example_refutes);
    tcase_add_test(tcase, zeros_decide_about_sparsity);
    tcase_add_test(tcase, saturation_that_does_not_grow_refutes);
    tcase_add_test(tcase, gradients_that_vanish_decide);
    tcase_add_test(tcase, dead_units_and_rates_decide);
    tcase_add_test(tcase, a_tanh_as_fast_as_relu_refutes);
    tcase_add_test(tcase, values_that_differ_decide_about_the_order);
    tcase_add_test(tcase, sure_differences_decide_about_the_derivative);
    tcase_add_test(tcase, no_figures_have_no_scale);
    suite_add_tcase(suite, tcase);
    return suite;
}

CHECK_MAIN(findings_suite)
