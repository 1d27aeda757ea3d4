/* check_activation.c - activations by name, and as functions. How exact the
 * kernels are is in check_kernels. */
#include "kernels/kernels.h"
#include "tests/check.h"

#include <ramp/activation.h>

#include <math.h>
#include <string.h>

enum { N = 4001 };

/* What is written is read back. */
START_TEST(text_is_read_back)
{
    static const struct {
        const char *text, *back;
        float a;
    } rows[] = {
        {"relu", "relu", 0},
        {"relu 0", "relu", 0},
        {"relu:0.5", "relu 0.5", 0.5f},
        {"leaky", "leaky 0.01", 0.01f},
        {"softplus", "softplus 1", 1},
        {"softplus 0.001", "softplus 0.001", 0.001f},
        {"gelu-tanh", "gelu-tanh", 0},
        {"prelu", "prelu 0.25", 0.25f},
        {"prelu:0", "prelu 0", 0},
        {"maxout", "maxout 2", 2},
        {"maxout 1000", "maxout 1000", 1000},
        {"crelu", "crelu", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_activation act, again;
        char text[32];
        ck_assert(ramp_activation_parse(&act, rows[i].text, NULL) == RAMP_OK);
        ck_assert(act.a == rows[i].a);
        ramp_activation_text(&act, text, sizeof text);
        ck_assert_str_eq(text, rows[i].back);
        ck_assert(ramp_activation_parse(&again, text, NULL) == RAMP_OK);
        ck_assert(again.kind == act.kind && again.a == act.a);
    }
    for (int kind = 0; kind < RAMP_N_ACTS; kind++) {
        struct ramp_activation act;
        const char *name = ramp_activation_name((enum ramp_act_kind)kind);
        ck_assert(ramp_activation_parse(&act, name, NULL) == RAMP_OK);
        ck_assert_int_eq((int)act.kind, kind);
    }
}
END_TEST

/* Training's arithmetic beside the formula, on either side of every kink and
 * on it. */
START_TEST(run_is_near_the_formula)
{
    static float x[N], y[N], alone[N], slope[N];
    const struct ramp_compute compute = {
        .cpu = kernels_get((size_t)_i / RAMP_N_ACTS)->name};
    struct ramp_activation act;
    const char *name =
        ramp_activation_name((enum ramp_act_kind)(_i % RAMP_N_ACTS));
    ck_assert(ramp_activation_parse(&act, name, NULL) == RAMP_OK);
    for (int i = 0; i < N; i++)
        x[i] = (float)(i - N / 2) / 200;
    struct ramp_error err;
    enum ramp_status status =
        ramp_activation_run(&act, y, slope, x, N, &compute, &err);
    ck_assert_int_eq(status,
                     ramp_activation_has_curve(&act) ? RAMP_OK : RAMP_USAGE);
    if (status != RAMP_OK)
        return;
    for (int i = 0; i < N; i++) {
        double value = ramp_activation_value(&act, (double)x[i]);
        double f = ramp_activation_slope(&act, (double)x[i]);
        ck_assert_msg(
            fabs((double)y[i] - value) <= 3e-7 * fmax(1, fabs(value)) &&
                fabs((double)slope[i] - f) <= 4e-7,
            "%s %s at %g: %.9g, %.9g; expected %.9g, %.9g", compute.cpu, name,
            (double)x[i], (double)y[i], (double)slope[i], value, f);
    }
    ck_assert(ramp_activation_run(&act, alone, NULL, x, N, &compute, NULL) ==
              RAMP_OK);
    ck_assert_mem_eq(alone, y, sizeof y);
    for (int i = 0; i < N; i++)
        alone[i] = 2;
    status =
        ramp_activation_backward(&act, alone, alone, x, y, N, &compute, NULL);
    ck_assert_int_eq(status, act.kind == RAMP_ACT_PRELU ? RAMP_USAGE : RAMP_OK);
    for (int i = 0; i < N && status == RAMP_OK; i++)
        ck_assert_msg(fabs((double)alone[i] - 2 * (double)slope[i]) <= 1e-6,
                      "%s %s at %g: %.9g backward, slope %.9g", compute.cpu,
                      name, (double)x[i], (double)alone[i], (double)slope[i]);
}
END_TEST

START_TEST(what_cannot_run)
{
    const struct ramp_activation relu = {RAMP_ACT_RELU, 0};
    const struct ramp_activation maxout = {RAMP_ACT_MAXOUT, 2};
    const struct ramp_compute none = {.cpu = "x"}, best = {0};
    struct ramp_error err;
    float x = 1, y;
    ck_assert(ramp_activation_run(&relu, &y, NULL, &x, 1, &none, &err) ==
              RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "'x'"));
    ck_assert(ramp_activation_run(&maxout, &y, NULL, &x, 1, &best, &err) ==
              RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "maxout: expected a function"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("activation");
    TCase *tcase = tcase_create("activation");
    tcase_add_test(tcase, text_is_read_back);
    tcase_add_loop_test(tcase, run_is_near_the_formula, 0,
                        (int)kernels_count() * RAMP_N_ACTS);
    tcase_add_test(tcase, what_cannot_run);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
