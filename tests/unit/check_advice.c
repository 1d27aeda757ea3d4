/* check_advice.c - each warning comes when its threshold is reached, names what
 * is wrong and what to try, comes once, and does not come before. */
#include "report/advice.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N_LAYERS = 5 };

static const size_t ten_classes[10] = {50, 50, 50, 50, 50, 50, 50, 50, 50, 50};

/* conv1 act1 conv2 act2 dense1, in good health. */
static void make_layers(struct ramp_layer_stats layers[N_LAYERS])
{
    static const char *const names[] = {"conv1", "act1", "conv2", "act2",
                                        "dense1"};
    for (int i = 0; i < N_LAYERS; i++) {
        bool act = i == 1 || i == 3;
        layers[i] = (struct ramp_layer_stats){
            .kind = act      ? RAMP_LAYER_ACT
                    : i == 4 ? RAMP_LAYER_DENSE
                             : RAMP_LAYER_CONV,
            .act = {.kind = RAMP_ACT_RELU},
            .units = act ? 100 : -1,
            .dead = act ? 0 : -1,
            .gradient_norm = act ? -1 : 1,
            .update_ratio = act ? -1 : 1e-3,
        };
        snprintf(layers[i].name, sizeof layers[i].name, "%s", names[i]);
    }
}

static struct advice begin(void)
{
    struct advice a;
    advice_init(&a, 0.03, ten_classes, 10, false);
    ck_assert_int_eq(a.n, 0);
    return a;
}

static struct ramp_epoch epoch_of(int number,
                                  const struct ramp_layer_stats *layers)
{
    return (struct ramp_epoch){.epoch = number,
                               .epochs = 9,
                               .train_loss = 1 - 0.05 * number,
                               .val_loss = 1 - 0.04 * number,
                               .lr = 0.03,
                               .layers = layers,
                               .n_layers = layers ? N_LAYERS : 0};
}

static void check_texts(const struct advice *a, int n, const char *last)
{
    ck_assert_msg(a->n == n, "expected %d texts, found %d: %s", n, a->n,
                  a->n ? a->texts[a->n - 1] : "");
    if (n > 0)
        ck_assert_str_eq(a->texts[n - 1], last);
}

START_TEST(nothing_to_say)
{
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    for (int i = 1; i <= 9; i++) {
        struct ramp_epoch e = epoch_of(i, i % 2 ? layers : NULL);
        if (i == 4)
            e.val_loss = -1;
        advice_epoch(&a, &e);
    }
    check_texts(&a, 0, NULL);
}
END_TEST

/* ---- Units ---- */

static const struct {
    int dead, units;
    enum ramp_act_kind act;
    const char *text;
} dead_rows[] = {
    {37, 100, RAMP_ACT_RELU,
     "conv2: 37 % of its units never fired; try --lr 0.003, --act leaky or "
     "--bias 0.1"},
    {20, 100, RAMP_ACT_RELU,
     "conv2: 20 % of its units never fired; try --lr 0.003, --act leaky or "
     "--bias 0.1"},
    {19, 100, RAMP_ACT_RELU, NULL},
    {1, 4, RAMP_ACT_RELU, NULL},
    {2, 8, RAMP_ACT_TANH,
     "conv2: 25 % of its units are saturated in every picture; try --lr "
     "0.003"},
};

START_TEST(dead_units)
{
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    layers[1].dead = dead_rows[_i].dead / 4; /* not the worst */
    layers[3].dead = dead_rows[_i].dead;
    layers[3].units = dead_rows[_i].units;
    layers[3].act.kind = dead_rows[_i].act;
    struct ramp_epoch e = epoch_of(1, layers);
    advice_epoch(&a, &e);
    check_texts(&a, dead_rows[_i].text ? 1 : 0, dead_rows[_i].text);
}
END_TEST

/* Once, and again only when it is three times as bad. */
START_TEST(said_once)
{
    static const int dead[] = {25, 30, 74, 76, 100}, n[] = {1, 1, 1, 2, 2};
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    for (int i = 0; i < 5; i++) {
        struct ramp_epoch e = epoch_of(i + 1, layers);
        layers[1].dead = dead[i];
        advice_epoch(&a, &e);
        ck_assert_int_eq(a.n, n[i]);
    }
    check_texts(&a, 2,
                "conv1: 76 % of its units never fired; try --lr 0.003, --act "
                "leaky or --bias 0.1");
}
END_TEST

/* ---- Gradients and steps ---- */

static const struct {
    double first, last; /* gradients */
    double step, last_step, lr;
    enum ramp_act_kind act;
    const char *text;
} gradient_rows[] = {
    {2e-6, 1, 1e-3, 1e-3, 0.03, RAMP_ACT_SIGMOID,
     "conv1 hardly learns: its gradient is 2e-06 of that of dense1; try --act "
     "relu or batchnorm"},
    {9e-4, 1, 1e-3, 1e-3, 0.03, RAMP_ACT_RELU,
     "conv1 hardly learns: its gradient is 0.0009 of that of dense1; try "
     "--init he or batchnorm"},
    {1.1e-3, 1, 1e-3, 1e-3, 0.03, RAMP_ACT_RELU, NULL},
    {0.01, 1, 9e-6, 1.1e-4, 0.03, RAMP_ACT_TANH,
     "conv1 hardly learns: one step changes its weights by 0.0009 %; try "
     "--act relu or batchnorm"},
    /* All steps are small; the rate is that of a schedule's end. */
    {1, 1, 9e-6, 9e-5, 0.03, RAMP_ACT_RELU, NULL},
    {1, 1, 9e-8, 9e-7, 0.0003, RAMP_ACT_RELU, NULL},
    {1, 1, 9e-7, 2e-3, 0.0003, RAMP_ACT_RELU, NULL},
    /* Nothing is left to learn. */
    {0, 0, 0, 0, 0.03, RAMP_ACT_RELU, NULL},
};

START_TEST(vanishing_gradients)
{
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    layers[0].gradient_norm = gradient_rows[_i].first;
    layers[4].gradient_norm = gradient_rows[_i].last;
    layers[0].update_ratio = gradient_rows[_i].step;
    layers[4].update_ratio = gradient_rows[_i].last_step;
    layers[1].act.kind = layers[3].act.kind = gradient_rows[_i].act;
    struct ramp_epoch e = epoch_of(1, layers);
    e.lr = gradient_rows[_i].lr;
    advice_epoch(&a, &e);
    check_texts(&a, gradient_rows[_i].text ? 1 : 0, gradient_rows[_i].text);
}
END_TEST

/* Two epochs in a row, and the larger one of two layers. */
START_TEST(large_steps)
{
    static const double ratios[] = {0.3, 0.05, 0.2, 0.23}, other = 0.11;
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    for (int i = 0; i < 4; i++) {
        struct ramp_epoch e = epoch_of(i + 1, layers);
        layers[2].update_ratio = ratios[i];
        layers[4].update_ratio = i == 1 ? 0 : other;
        ck_assert_int_eq(a.n, 0);
        advice_epoch(&a, &e);
    }
    check_texts(&a, 1,
                "conv2: one step changes its weights by 23 %; try --lr 0.003");
}
END_TEST

/* ---- Losses ---- */

/* ln 10 = 2.3026, of which 98 % are 2.2565. */
static const struct {
    int epoch;
    double loss, step; /* 0: no layers */
    const char *text;
} chance_rows[] = {
    {2, 2.31, 0,
     "training loss 2.31 after 2 epochs, guessing has 2.3; try --lr 0.003"},
    {3, 2.257, 0.01,
     "training loss 2.26 after 3 epochs, guessing has 2.3; try --lr 0.003"},
    {2, 2.3, 9e-5,
     "training loss 2.3 after 2 epochs, guessing has 2.3; try --lr 0.3"},
    {1, 2.31, 0, NULL},
    {2, 2.256, 0, NULL},
};

START_TEST(no_better_than_chance)
{
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    for (int i = 0; i < N_LAYERS; i += 2)
        layers[i].update_ratio = chance_rows[_i].step;
    struct ramp_epoch e = epoch_of(chance_rows[_i].epoch,
                                   chance_rows[_i].step > 0 ? layers : NULL);
    e.train_loss = chance_rows[_i].loss;
    advice_epoch(&a, &e);
    check_texts(&a, chance_rows[_i].text ? 1 : 0, chance_rows[_i].text);
}
END_TEST

/* Whose answers follow the shares of the classes has their entropy; weights
 * make them equal. */
START_TEST(chance_of_classes)
{
    static const size_t counts[3] = {100, 50, 50};
    struct advice a;
    advice_init(&a, 0.1, counts, 3, false);
    ck_assert_double_eq_tol(a.chance, 1.5 * log(2), 1e-12);
    advice_init(&a, 0.1, counts, 3, true);
    ck_assert_double_eq_tol(a.chance, log(3), 1e-12);
}
END_TEST

/* Validation and training loss and validation error of each epoch; when it is
 * said. */
static const struct {
    double val[5], train[5];
    int when; /* 0: never */
    double error[5];
} fit_rows[] = {
    {{0.5, 0.4, 0.42, 0.45, 0.47}, {0.6, 0.4, 0.3, 0.2, 0.1}, 4, {0}},
    {{0.5, 0.4, 0.46, 0.45, 0.47}, {0.6, 0.4, 0.3, 0.2, 0.1}, 4, {0}},
    {{0.5, 0.4, 0.43, 0.43, 0.43}, {0.6, 0.4, 0.3, 0.2, 0.1}, 0, {0}},
    {{0.5, 0.4, 0.42, 0.45, 0.47}, {0.6, 0.4, 0.5, 0.5, 0.5}, 0, {0}},
    {{0.5, 0.4, 0.49, 0.39, 0.43}, {0.6, 0.4, 0.3, 0.2, 0.1}, 0, {0}},
    {{-1, -1, -1, -1, -1}, {0.6, 0.4, 0.3, 0.2, 0.1}, 0, {0}},
    {{0.5, 0.4, 0.42, 0.45, 0.47},
     {0.6, 0.4, 0.3, 0.2, 0.1},
     0,
     {0.5, 0.4, 0.3, 0.3, 0.35}},
    {{0.5, 0.4, 0.42, 0.45, 0.47},
     {0.6, 0.4, 0.3, 0.2, 0.1},
     4,
     {0.5, 0.4, 0.3, 0.4, 0.4}},
};

START_TEST(overfitting)
{
    struct advice a = begin();
    for (int i = 0; i < 5; i++) {
        struct ramp_epoch e = epoch_of(i + 1, NULL);
        e.val_loss = fit_rows[_i].val[i];
        e.train_loss = fit_rows[_i].train[i];
        e.val_error = fit_rows[_i].error[i];
        advice_epoch(&a, &e);
        ck_assert_int_eq(a.n,
                         fit_rows[_i].when > 0 && i + 1 >= fit_rows[_i].when);
    }
    if (fit_rows[_i].when > 0)
        ck_assert_str_eq(a.texts[0],
                         "overfitting: since epoch 2 val loss rose by 12 %, "
                         "while train loss fell; try --augment, more --l2 or "
                         "--patience 3");
}
END_TEST

/* ---- Classes ---- */

START_TEST(unequal_classes)
{
    static const size_t even[] = {2999, 1000}, odd[] = {60, 0, 3000};
    struct advice a;
    advice_init(&a, 0.1, even, 2, false);
    check_texts(&a, 0, NULL);
    advice_init(&a, 0.1, odd, 3, true);
    check_texts(&a, 0, NULL);
    advice_init(&a, 0.1, odd, 3, false);
    check_texts(&a, 1,
                "unequal classes, of 60 to 3,000 pictures; try "
                "--class-weights auto");
}
END_TEST

/* ---- Showing ---- */

/* However much there is to say, it ends. */
START_TEST(full_list)
{
    struct ramp_layer_stats layers[N_LAYERS];
    struct advice a = begin();
    make_layers(layers);
    for (int i = 1; i < 60; i++) {
        struct ramp_epoch e = epoch_of(i, layers);
        layers[2].update_ratio = pow(3.1, i);
        advice_epoch(&a, &e);
    }
    ck_assert_int_eq(a.n, ADVICE_MAX);
}
END_TEST

static void read_shown(char text[1000], struct advice *a)
{
    struct terminal terminal = {0};
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    advice_show(a, &terminal);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, 999, file)] = 0;
    fclose(file);
}

START_TEST(shown_once_in_lines)
{
    struct advice a = begin();
    char text[1000];
    a.n = 2;
    snprintf(a.texts[0], ADVICE_BYTES, "one line");
    snprintf(a.texts[1], ADVICE_BYTES,
             "conv2: 37 %% of its units never fired; try --lr 0.003, --act "
             "leaky or --bias 0.1");
    read_shown(text, &a);
    ck_assert_str_eq(text,
                     "note: one line\n"
                     "note: conv2: 37 % of its units never fired; try --lr "
                     "0.003, --act leaky or\n"
                     "      --bias 0.1\n");
    read_shown(text, &a);
    ck_assert_str_eq(text, "");
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

static Suite *advice_suite(void)
{
    Suite *suite = suite_create("advice");
    TCase *tcase = tcase_create("advice");
    tcase_add_test(tcase, nothing_to_say);
    tcase_add_loop_test(tcase, dead_units, 0, ROWS(dead_rows));
    tcase_add_test(tcase, said_once);
    tcase_add_loop_test(tcase, vanishing_gradients, 0, ROWS(gradient_rows));
    tcase_add_test(tcase, large_steps);
    tcase_add_loop_test(tcase, no_better_than_chance, 0, ROWS(chance_rows));
    tcase_add_test(tcase, chance_of_classes);
    tcase_add_loop_test(tcase, overfitting, 0, ROWS(fit_rows));
    tcase_add_test(tcase, unequal_classes);
    tcase_add_test(tcase, full_list);
    tcase_add_test(tcase, shown_once_in_lines);
    suite_add_tcase(suite, tcase);
    return suite;
}

CHECK_MAIN(advice_suite)
