/* check_verdict.c - made-up results, and the verdicts that the rules of the
 * claims must give them. */
#include "claims/preset.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ==== Claims about pairs of arms ==== */

/* At scale full: an error, a loss or a number of epochs, whichever counts. */
static void add_figure(struct made_up *m, const struct claim *claim,
                       const char *arm, int seed, double figure, double zeros)
{
    bool epochs = claim->target > 0;
    struct run_result row = {
        .scale = "full",
        .protocol = "p",
        .seed = (uint64_t)seed,
        .outcome = claim->preset->by_loss ? RUN_FITTED : RUN_FINISHED,
        .reached = NAN,
        .epochs = 10,
        .last = {.val_error = figure / 100,
                 .train_loss = figure,
                 .zeros = zeros,
                 .offset = strncmp(arm, "elu", 3) == 0 ? 0.3 : 0.6},
    };
    snprintf(row.arm, sizeof row.arm, "%s", arm);
    for (int i = -1; i <= 1; i++) {
        row.rate = compare_grid(-6 + i);
        if (epochs) {
            row.outcome = RUN_REACHED;
            row.reached = row.epochs = figure + abs(i);
        } else {
            row.last.val_error = (figure + abs(i)) / 100;
            row.last.train_loss = figure + abs(i);
        }
        struct results *r = &m->results; /* in no file: there are many */
        ck_assert(
            mem_grow((void **)&r->rows, &r->capacity, r->n + 1, sizeof row));
        r->rows[r->n++] = row;
    }
}

enum pretence { AS_SAID, THE_OTHER_WAY, NOISE };

/* The figure of an arm: as it stands in the first n deciding pairs, else 5,
 * with noise in those that should be higher. */
static double figure_of(const struct preset *p, const char *arm, int seed,
                        enum pretence pretence, size_t n)
{
    static const double noise[] = {-1, 1, 0, -1, 1};
    for (size_t i = 0; i < p->n_pairs; i++) {
        const struct preset_pair *pair = &p->pairs[i];
        bool higher = strcmp(arm, pair->higher) == 0;
        if (pair->shown || (!higher && strcmp(arm, pair->lower) != 0))
            continue;
        if (pretence == NOISE || i >= n)
            return 5 + (higher ? noise[seed - 1] : 0);
        return (higher == (pretence == AS_SAID) ? 10 : 2) + 0.01 * seed;
    }
    return 5;
}

static void expect_pairs(const struct claim *claim, enum pretence pretence,
                         size_t n, enum verdict_word word)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct preset *p = claim->preset;
    for (size_t i = 0; i < p->n_arms; i++)
        for (int s = 1; s <= p->sizes[CLAIM_FULL].n_seeds; s++)
            add_figure(&m, claim, p->arms[i].name, s,
                       figure_of(p, p->arms[i].name, s, pretence, n), 0.5);
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_msg(verdict.word == word, "%s: expected %s, found %s: %s",
                  claim->name, verdict_name(word), verdict_name(verdict.word),
                  verdict.sentence.text);
    ck_assert(verdict.complete);
    verdict_release(&verdict);
    end(&m);
}

static const struct claim *const about_pairs[] = {
    &claim_tanh_vs_sigmoid, &claim_he_vs_xavier, &claim_linear_net,
    &claim_weight_penalty,  &claim_bias_init,    &claim_input_scale,
    &claim_zero_centred,    &claim_relatives,    &claim_fit_loss,
};

static size_t n_deciding(const struct preset *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_pairs; i++)
        n += !p->pairs[i].shown;
    return n;
}

START_TEST(pairs_get_each_verdict)
{
    const struct claim *claim = about_pairs[_i];
    expect_pairs(claim, AS_SAID, 100, VERDICT_REPRODUCED);
    expect_pairs(claim, THE_OTHER_WAY, 100, VERDICT_REFUTED);
    expect_pairs(claim, NOISE, 100, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(one_of_several_pairs_counts_as_the_rule_says)
{
    static const enum verdict_word one[][2] = {
        [PRESET_ALL] = {VERDICT_PARTLY, VERDICT_INCONCLUSIVE},
        [PRESET_ANY] = {VERDICT_REPRODUCED, VERDICT_INCONCLUSIVE},
        [PRESET_NO] = {VERDICT_PARTLY, VERDICT_REFUTED},
    };
    const struct claim *claim = about_pairs[_i];
    enum preset_need need = claim->preset->need;
    if (n_deciding(claim->preset) < 2 || claim == &claim_weight_penalty ||
        claim == &claim_relatives) /* pairs that share an arm */
        return;
    expect_pairs(claim, AS_SAID, 1, one[need][0]);
    expect_pairs(claim, THE_OTHER_WAY, 1, one[need][1]);
}
END_TEST

/* ReLU has 5 % error, all relatives the error given but one. */
static void expect_relatives(double most, double one, enum verdict_word word,
                             const char *text)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct preset *p = claim_relatives.preset;
    for (size_t i = 0; i < p->n_arms; i++)
        for (int s = 1; s <= 3; s++) {
            const char *arm = p->arms[i].name;
            double error = strncmp(arm, "relu", 4) == 0 ? 5
                           : strcmp(arm, "elu") == 0    ? one
                                                        : most;
            add_figure(&m, &claim_relatives, arm, s,
                       error + (error == 5 ? 0 : 0.1 * s), 0.5);
        }
    ck_assert_int_eq(claim_judge(&verdict, &claim_relatives, &m.results, NULL),
                     RAMP_OK);
    ck_assert_int_eq(verdict.word, word);
    ck_assert_msg(strstr(verdict.sentence.text, text) != NULL,
                  "expected '%s' in: %s", text, verdict.sentence.text);
    verdict_release(&verdict);
    end(&m);
}

/* Differences of .1 .2 .3 more: their standard error is 0.058. */
START_TEST(one_better_relative_refutes_the_best)
{
    expect_relatives(6, 6, VERDICT_REPRODUCED, "fails: 0; open: 0.");
    expect_relatives(6, 4.8, VERDICT_PARTLY, "open: 1."); /* 0 +- .12 */
    expect_relatives(6, 4.6, VERDICT_REFUTED,             /* -.2 +- .12 */
                     "fails: 1 (elu - relu -0.20); open: 0.");
    expect_relatives(4.8, 4.8, VERDICT_INCONCLUSIVE,
                     "Of 56 pairs, holds: 0; fails: 0; open: 56.");
}
END_TEST

/* Surely higher, by 0.3 of a point: the claim is about one point. */
START_TEST(a_small_effect_is_none)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct claim *claim = &claim_linear_net;
    for (size_t i = 0; i < claim->preset->n_arms; i++)
        for (int s = 1; s <= 5; s++) {
            const char *arm = claim->preset->arms[i].name;
            bool linear = strncmp(arm, "linear-3", 8) == 0;
            add_figure(&m, claim, arm, s, linear ? 2.3 + 0.01 * s : 2, 0.5);
        }
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_int_eq(verdict.word, VERDICT_REFUTED);
    verdict_release(&verdict);
    end(&m);
}
END_TEST

/* The line of a pair in what is shown of the results, blanks made one. */
static void expect_shown(const struct claim *claim,
                         const struct results *results, const char *line)
{
    char *text = NULL;
    size_t n_bytes = 0, n = 0;
    FILE *file = open_memstream(&text, &n_bytes);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(
        claim_show(file, claim, results, "/nowhere", CLAIM_FULL, NULL),
        RAMP_OK);
    ck_assert_int_eq(fclose(file), 0);
    for (size_t i = 0; i < n_bytes; i++)
        if (text[i] != ' ' || text[i + 1] != ' ')
            text[n++] = text[i];
    text[n] = 0;
    ck_assert_msg(strstr(text, line) != NULL, "expected '%s' in:\n%s", line,
                  text);
    free(text);
}

START_TEST(pairs_are_shown_beside_what_they_say)
{
    struct made_up m = begin();
    for (int s = 1; s <= 5; s++) {
        add_figure(&m, &claim_linear_net, "relu-3", s, 2, 0.5);
        add_figure(&m, &claim_linear_net, "linear-3", s, 8 + 0.1 * s, 0.5);
        add_figure(&m, &claim_linear_net, "softmax", s, s == 1 ? 3 : 2, 0.5);
    }
    expect_shown(&claim_linear_net, &m.results,
                 "linear-3 - relu-3 8.30 % 2.00 % +6.30 [6.10, 6.50] holds\n");
    expect_shown(&claim_linear_net, &m.results,
                 "softmax - linear-3 2.20 % 8.30 % -6.10 [-6.81, -5.39] fails "
                 "(besides)\n");
    expect_shown(&claim_linear_net, &m.results,
                 "linear-3-fashion - relu-3-fashion - - - - no figure\n");
    end(&m);
}
END_TEST

START_TEST(pairs_of_epochs_are_shown_as_ratios)
{
    struct made_up m = begin();
    for (int s = 1; s <= 3; s++) {
        add_figure(&m, &claim_zero_centred, "relu", s, 12, 0.5);
        add_figure(&m, &claim_zero_centred, "elu", s, 8, 0.5);
        add_figure(&m, &claim_zero_centred, "leaky-0.1", s, 10 + 2 * s, 0.5);
    }
    expect_shown(&claim_zero_centred, &m.results,
                 "relu : elu 12.0 8.0 1.50 [1.50, 1.50] holds\n");
    expect_shown(&claim_zero_centred, &m.results,
                 "relu : leaky-0.1 12.0 14.0 0.86 [0.60, 1.23] open "
                 "(besides)\n");
    end(&m);
}
END_TEST

START_TEST(pairs_wait_for_all_runs_and_seeds)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct claim *claim = &claim_linear_net;
    for (int s = 1; s <= 5; s++) {
        add_figure(&m, claim, "relu-3", s, 2, 0.5);
        if (s < 5)
            add_figure(&m, claim, "linear-3", s, 8, 0.5);
    }
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_int_eq(verdict.word, VERDICT_INCONCLUSIVE);
    ck_assert(!verdict.complete);
    ck_assert_ptr_nonnull(strstr(verdict.sentence.text, "missing"));
    verdict_release(&verdict);
    end(&m);
}
END_TEST

/* ==== Claims with a rule of their own ==== */

/* The arm i has zeros[i] and the error 2 + rises[i] with some noise; the first
 * is the one without a penalty. */
static void expect_sparse(const double zeros[7], const double rises[7],
                          double noise, enum verdict_word word)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct claim *claim = &claim_l1_activation;
    for (int i = 0; i < 7; i++)
        for (int s = 1; s <= 3; s++)
            add_figure(&m, claim, claim->preset->arms[i].name, s,
                       2 + rises[i] + noise * (s - 2) * i, zeros[i]);
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_msg(verdict.word == word, "%s", verdict.sentence.text);
    verdict_release(&verdict);
    end(&m);
}

START_TEST(zeros_cost_nothing_up_to_a_knee)
{
    static const double far[] = {0.5, 0.6, 0.7, 0.83, 0.9, 0.95, 0.99};
    static const double near[] = {0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56};
    static const double late[] = {0, 0, 0, 0, 0.3, 0.8, 2};
    static const double early[] = {0, 0, 0.3, 0.4, 0.5, 0.8, 2};
    static const double flat[7] = {0};
    expect_sparse(far, late, 0.01, VERDICT_REPRODUCED);
    expect_sparse(far, early, 0.01, VERDICT_REFUTED);
    expect_sparse(far, early, 0.2, VERDICT_INCONCLUSIVE);
    expect_sparse(near, flat, 0.01, VERDICT_INCONCLUSIVE);
}
END_TEST

/* Errors of maxout, with dropout, of relu, with dropout. */
static void expect_gain(double a, double b, double c, double d, double noise,
                        enum verdict_word word)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct claim *claim = &claim_maxout_dropout;
    const double errors[] = {a, b, c, d};
    for (int i = 0; i < 4; i++)
        for (int s = 1; s <= 5; s++)
            add_figure(&m, claim, claim->preset->arms[i].name, s,
                       errors[i] + (i == 1 ? noise * (s - 3) : 0), 0.5);
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_msg(verdict.word == word, "%s", verdict.sentence.text);
    verdict_release(&verdict);
    end(&m);
}

START_TEST(the_gain_of_dropout_is_compared)
{
    expect_gain(2, 1, 2, 1.5, 0.01, VERDICT_REPRODUCED);
    expect_gain(2, 1.5, 2, 1, 0.01, VERDICT_REFUTED);
    expect_gain(2, 1.4, 2, 1.5, 0.3, VERDICT_INCONCLUSIVE);
    expect_gain(2, 1.51, 2, 1.5, 0.3, VERDICT_INCONCLUSIVE);
}
END_TEST

/* Each arm of the map takes the epochs given, or does not get there (0), and
 * then has one seed alone; tanh of the first n arms takes other ones. */
static void expect_map(double relu, double tanh, int n, double other,
                       enum verdict_word word, const char *text)
{
    struct made_up m = begin();
    struct verdict verdict;
    const struct claim *claim = &claim_relu_vs_tanh_map;
    const struct preset *p = claim->preset;
    for (size_t i = 0; i < p->n_arms; i++)
        for (int s = 1; s <= 3; s++) {
            bool is_tanh = p->arms[i].act[0] == 't';
            double epochs = !is_tanh ? relu : (int)i < n ? other : tanh;
            if (epochs == 0 && s > 1)
                continue;
            add_figure(&m, claim, p->arms[i].name, s, epochs, 0.5);
            for (size_t j = m.results.n - 3; j < m.results.n; j++)
                if (epochs == 0)
                    m.results.rows[j].outcome = RUN_MISSED;
        }
    ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL), RAMP_OK);
    ck_assert_msg(verdict.word == word &&
                      strstr(verdict.sentence.text, text) != NULL,
                  "%s: %s", verdict_name(verdict.word), verdict.sentence.text);
    verdict_release(&verdict);
    end(&m);
}

START_TEST(the_map_is_judged_cell_by_cell)
{
    expect_map(2, 12, 0, 0, VERDICT_REPRODUCED, "6.00 to 6.00 times");
    expect_map(2, 12, 8, 4, VERDICT_PARTLY, "2.00 to 6.00 times");
    expect_map(2, 4, 0, 0, VERDICT_REFUTED, "4 times or more in 0");
    expect_map(2, 4, 2, 0, VERDICT_PARTLY, "ReLU alone gets there in 1 cells");
    expect_map(0, 4, 0, 0, VERDICT_REFUTED, "ReLU stops training first: at 4");
    expect_map(0, 0, 0, 0, VERDICT_INCONCLUSIVE, "neither in 16");
    expect_map(2, 12, 8, 0, VERDICT_REPRODUCED,
               "tanh stops training first: at 4");
}
END_TEST

/* An arm that got there with the first seed waits for the others. */
START_TEST(the_map_waits_for_all_seeds_of_what_got_there)
{
    const struct claim *claim = &claim_relu_vs_tanh_map;
    for (int missing = 0; missing < 2; missing++) {
        struct made_up m = begin();
        struct verdict verdict;
        for (size_t i = 0; i < claim->preset->n_arms; i++)
            for (int s = 1; s <= (i == 5 && missing ? 1 : 3); s++)
                add_figure(&m, claim, claim->preset->arms[i].name, s, 3, 0.5);
        ck_assert_int_eq(claim_judge(&verdict, claim, &m.results, NULL),
                         RAMP_OK);
        ck_assert_int_eq(verdict.complete, !missing);
        verdict_release(&verdict);
        end(&m);
    }
}
END_TEST

static Suite *verdict_suite(void)
{
    Suite *suite = suite_create("verdict");
    TCase *pairs = tcase_create("pairs");
    tcase_set_timeout(pairs, 60);
    tcase_add_loop_test(pairs, pairs_get_each_verdict, 0, COUNT(about_pairs));
    tcase_add_loop_test(pairs, one_of_several_pairs_counts_as_the_rule_says, 0,
                        COUNT(about_pairs));
    tcase_add_test(pairs, one_better_relative_refutes_the_best);
    tcase_add_test(pairs, a_small_effect_is_none);
    tcase_add_test(pairs, pairs_are_shown_beside_what_they_say);
    tcase_add_test(pairs, pairs_of_epochs_are_shown_as_ratios);
    tcase_add_test(pairs, pairs_wait_for_all_runs_and_seeds);
    tcase_add_test(pairs, zeros_cost_nothing_up_to_a_knee);
    tcase_add_test(pairs, the_gain_of_dropout_is_compared);
    tcase_add_test(pairs, the_map_is_judged_cell_by_cell);
    tcase_add_test(pairs, the_map_waits_for_all_seeds_of_what_got_there);
    suite_add_tcase(suite, pairs);
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
