/* identities.c - equations between activations, and of nets of rectifiers. */
#include "claims/function.h"
#include "claims/lab.h"
#include "claims/random.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <math.h>
#include <stdlib.h>

/* -10 to 10 in steps of 0.001 */
enum { N_BESIDE = 10000, N_GRID = 2 * N_BESIDE + 1 };

static double grid(int i)
{
    return (i - N_BESIDE) / 1000.0;
}

/* ==== Functions ==== */

/* Of how many x relu(a x) is not a relu(x). */
static enum ramp_status scaling(const struct lab *lab, double *n_other, float a,
                                float *x, float *y, struct ramp_error *err)
{
    float *scaled = x + N_GRID, *of_scaled = y + N_GRID;
    for (int i = 0; i < N_GRID; i++) {
        x[i] = (float)grid(i);
        scaled[i] = a * x[i];
    }
    enum ramp_status status =
        function_run(lab, y, NULL, x, N_GRID, "relu", err);
    if (status == RAMP_OK)
        status =
            function_run(lab, of_scaled, NULL, scaled, N_GRID, "relu", err);
    *n_other = 0;
    for (int i = 0; i < N_GRID; i++)
        *n_other += of_scaled[i] != a * y[i];
    return status;
}

/* Of how many x prelu with slope a is not max(x, a x). */
static enum ramp_status larger(const struct lab *lab, double *n_other, float a,
                               float *x, float *y, struct ramp_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "prelu %g", (double)a);
    for (int i = 0; i < N_GRID; i++)
        x[i] = (float)grid(i);
    enum ramp_status status = function_run(lab, y, NULL, x, N_GRID, name, err);
    *n_other = 0;
    for (int i = 0; i < N_GRID; i++)
        *n_other += y[i] != fmaxf(x[i], a * x[i]);
    return status;
}

static enum ramp_status measure_linear(struct lab *lab, float *x, float *y,
                                       struct ramp_error *err)
{
    static const float factors[] = {0.5F, 4, 3, -1}, slopes[] = {0.25F, 1, 1.5};
    enum ramp_status status = RAMP_OK;
    double n_other;
    lab_begin(lab, "max(0, ax) = a max(0, x)", "", 0);
    for (int i = 0; i < 4 && status == RAMP_OK; i++) {
        status = scaling(lab, &n_other, factors[i], x, y, err);
        lab_add(lab, "fails of 20001 with a", (double)factors[i], n_other);
    }
    if (status == RAMP_OK)
        status = lab_end(lab, err);
    lab_begin(lab, "prelu = max(x, ax)", "", 0);
    for (int i = 0; i < 3 && status == RAMP_OK; i++) {
        status = larger(lab, &n_other, slopes[i], x, y, err);
        lab_add(lab, "fails of 20001 with a", (double)slopes[i], n_other);
    }
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static enum ramp_status measure_curves(struct lab *lab, struct ramp_error *err)
{
    double widest = 0, widest_at = NAN, sum = 0, squares = 0;
    for (int i = 0; i < N_GRID; i++) {
        double gap =
            function_value("elu", grid(i)) - function_value("srelu", grid(i));
        if (fabs(gap) > widest)
            widest_at = grid(i);
        widest = fmax(widest, fabs(gap));
    }
    lab_begin(lab, "elu and max(-1, x)", "", 0);
    lab_add(lab, "widest gap", WHOLE, widest);
    lab_add(lab, "widest gap at x", WHOLE, widest_at);
    for (int i = -60; i <= 20; i++) {
        lab_add(lab, "elu", i / 10.0, function_value("elu", i / 10.0));
        lab_add(lab, "max(-1, x)", i / 10.0, function_value("srelu", i / 10.0));
    }
    enum ramp_status status = lab_end(lab, err);
    for (int i = 0; i < 100000; i++) {
        double y = function_value("relu", sin(6.283185307179586 * i / 100000));
        sum += y;
        squares += y * y;
    }
    lab_begin(lab, "relu of a sine", "", 0);
    lab_add(lab, "mean", WHOLE, sum / 100000);
    lab_add(lab, "rms", WHOLE, sqrt(squares / 100000));
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

/* ==== Nets ==== */

enum { SIDE = 8, N_INPUTS = SIDE * SIDE };

static enum ramp_status new_net(struct ramp_net **net, const char *text,
                                int channels, int side, struct ramp_error *err)
{
    struct ramp_init init = {.kind = RAMP_INIT_HE};
    const struct ramp_net_options options = {
        .channels = channels, .height = side, .width = side, .n_classes = 2};
    enum ramp_status status = ramp_net_parse(net, text, "a net", &options, err);
    if (status == RAMP_OK)
        ramp_net_init(*net, &init, 1);
    return status;
}

/* The mean of a layer's output for one input; of the other figures the sum of
 * all zeros, which changes as soon as a unit does. */
static enum ramp_status answer(const struct lab *lab, double *mean,
                               double *zeros, struct ramp_net *net,
                               size_t layer, const float *x,
                               struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    *mean = *zeros = NAN;
    enum ramp_status status =
        ramp_diagnose(&layers, net, x, NULL, 1, &lab->settings->compute, err);
    if (status != RAMP_OK)
        return status;
    *mean = layers[layer].mean;
    *zeros = 0;
    for (size_t i = 0; i < ramp_net_n_layers(net); i++)
        *zeros += layers[i].zeros;
    free(layers);
    return RAMP_OK;
}

/* maxout of the channels 0 and x is the rectifier. */
static enum ramp_status measure_maxout(struct lab *lab, struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    double n_other = 0;
    enum ramp_status status =
        new_net(&net, "maxout 2\ndense classes\n", 2, 1, err);
    for (int i = -10; i <= 10 && status == RAMP_OK; i++) {
        const float x[2] = {0, (float)i};
        double mean, zeros;
        status = answer(lab, &mean, &zeros, net, 0, x, err);
        n_other += mean != (i > 0 ? i : 0);
    }
    ramp_net_free(net);
    lab_begin(lab, "relu = maxout of 0 and x", "", 0);
    lab_add(lab, "fails of 21", WHOLE, n_other);
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static const char net_text[] = "dense 128\nrelu\ndense 128\nrelu\n"
                               "dense 128\nrelu\ndense classes\n";
enum { LAST = 6 };

static enum ramp_status measure_scaled(struct lab *lab, struct ramp_net *net,
                                       const float *x, struct ramp_error *err)
{
    static const float factors[] = {0, 0.25F, 3, 1000};
    double one, zeros, many;
    enum ramp_status status = answer(lab, &one, &zeros, net, LAST, x, err);
    lab_begin(lab, "f(cx) = c f(x) of a net", "", 0);
    for (int i = 0; i < 4 && status == RAMP_OK; i++) {
        float scaled[N_INPUTS];
        double c = (double)factors[i];
        for (int j = 0; j < N_INPUTS; j++)
            scaled[j] = factors[i] * x[j];
        status = answer(lab, &many, &zeros, net, LAST, scaled, err);
        lab_add(lab, "relative error with c", c,
                fabs(many - c * one) / fmax(fabs(c * one), fabs(one) * 1e-3));
    }
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

/* f at x, x + e d and x + 2 e d: how far it is from a line, beside the way. */
static enum ramp_status bend(const struct lab *lab, double *bent, bool *same,
                             double e, struct ramp_net *net, const float *x,
                             struct ramp_error *err)
{
    double means[3], zeros[3];
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < 3 && status == RAMP_OK; i++) {
        float moved[N_INPUTS];
        uint64_t state = 77;
        for (int j = 0; j < N_INPUTS; j++)
            moved[j] = x[j] + (float)(e * i) * random_normal(&state);
        status = answer(lab, &means[i], &zeros[i], net, LAST, moved, err);
    }
    if (status != RAMP_OK)
        return status;
    *bent =
        fabs(means[0] - 2 * means[1] + means[2]) / fabs(means[2] - means[0]);
    *same = zeros[0] == zeros[1] && zeros[1] == zeros[2];
    return RAMP_OK;
}

static enum ramp_status measure_affine(struct lab *lab, struct ramp_net *net,
                                       const float *x, struct ramp_error *err)
{
    double bent = NAN, e = 4;
    bool same = false;
    enum ramp_status status = bend(lab, &bent, &same, e, net, x, err);
    lab_begin(lab, "f(x + e d) of a net", "", 0);
    lab_add(lab, "bend over a long way", WHOLE, bent);
    while (!same && e > 1e-6 && status == RAMP_OK) {
        e /= 2;
        status = bend(lab, &bent, &same, e, net, x, err);
    }
    lab_add(lab, "bend while no unit changes", WHOLE, bent);
    lab_add(lab, "e then", WHOLE, e);
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static enum ramp_status measure(struct lab *lab, struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    float *x = NULL, *y = NULL;
    uint64_t state = 1;
    enum ramp_status status = MEM_NEW(&x, 2 * N_GRID, "numbers", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&y, 2 * N_GRID, "numbers", err);
    if (status == RAMP_OK)
        status = measure_linear(lab, x, y, err);
    if (status == RAMP_OK)
        status = measure_curves(lab, err);
    if (status == RAMP_OK)
        status = measure_maxout(lab, err);
    if (status == RAMP_OK)
        status = new_net(&net, net_text, 1, SIDE, err);
    for (int i = 0; i < N_INPUTS && status == RAMP_OK; i++)
        x[i] = random_normal(&state);
    if (status == RAMP_OK)
        status = measure_scaled(lab, net, x, err);
    if (status == RAMP_OK)
        status = measure_affine(lab, net, x, err);
    ramp_net_free(net);
    mem_free(x);
    mem_free(y);
    return status;
}

static void find(struct findings *f)
{
    static const char fails[] = "fails of 20001 with a",
                      net_error[] = "relative error with c";
    static const struct finding_row rows[] = {
        {"max(0, ax) = a max(0, x)", fails, 0.5, 0, 0, ESSENTIAL},
        {"max(0, ax) = a max(0, x)", fails, 4, 0, 0, ESSENTIAL},
        {"max(0, ax) = a max(0, x)", fails, 3, 0, 0, ESSENTIAL},
        {"max(0, ax) = a max(0, x)", fails, -1, 20000, 20000, ESSENTIAL},
        {"prelu = max(x, ax)", fails, 0.25, 0, 0, ESSENTIAL},
        {"prelu = max(x, ax)", fails, 1, 0, 0, ESSENTIAL},
        {"prelu = max(x, ax)", fails, 1.5, 20000, 20000, ESSENTIAL},
        {"elu and max(-1, x)", "widest gap", WHOLE, .367879, .36788, ESSENTIAL},
        {"elu and max(-1, x)", "widest gap at x", WHOLE, -1, -1, ESSENTIAL},
        {"relu of a sine", "mean", WHOLE, .318309, .318311, ESSENTIAL},
        {"relu of a sine", "rms", WHOLE, .499999, .500001, ESSENTIAL},
        {"relu = maxout of 0 and x", "fails of 21", WHOLE, 0, 0, ESSENTIAL},
        {"f(cx) = c f(x) of a net", net_error, 0, 0, 0, ESSENTIAL},
        {"f(cx) = c f(x) of a net", net_error, 0.25, 0, 1e-5, ESSENTIAL},
        {"f(cx) = c f(x) of a net", net_error, 3, 0, 1e-5, ESSENTIAL},
        {"f(cx) = c f(x) of a net", net_error, 1000, 0, 1e-5, ESSENTIAL},
        {"f(x + e d) of a net", "bend while no unit changes", WHOLE, 0, 1e-3,
         ESSENTIAL},
        {"f(x + e d) of a net", "bend over a long way", WHOLE, 1e-2, INFINITY,
         BESIDES},
    };
    FINDINGS_ROWS(f, rows);
}

static const struct plot plot = {
    .title = "x",
    .series = (const struct plot_series[]){{.title = "ELU", .name = "elu"},
                                           {.title = "max(-1, x)",
                                            .name = "max(-1, x)"},
                                           {.title = NULL}},
    .panels =
        (const struct plot_panel[]){{.y = "f(x)", .part = "elu and max(-1, x)"},
                                    {.y = NULL}},
};

const struct claim claim_identities = {
    .name = "identities",
    .statement = "A rectifier scales with its input, PReLU is max(x, ax), ELU "
                 "is near to max(-1, x), and a net of rectifiers is piecewise "
                 "linear.",
    .source = "Clevert et al. 2016; Goodfellow et al. "
              "2013; He et al. 2015",
    .protocol =
        "On -10 to 10 in steps of 0.001, by training's arithmetic: "
        "relu(ax) against a relu(x), and prelu with slope a against max(x, "
        "ax). ELU with a = 1 against max(-1, x), and the mean and the root "
        "mean square of a rectified sine, in double. A net 64-128-128-128-2 of "
        "rectifiers without biases, He normal, at c times an input from N(0, "
        "1); and along a line, by steps that are halved until no unit changes "
        "between 0 and 1: how far the middle is from the mean of the ends.\n\n"
        "Two of the equations are sometimes written without their condition: "
        "max(0, ax) = a max(0, x) needs a >= 0, and PReLU is max(x, ax) only "
        "for a <= 1.",
    .literature = "gap of ELU 1/e at -1; half-wave rectified sine: mean 1/pi, "
                  "rms 1/2; the two that must fail do for every x but 0",
    .refuted_if = "refuted if one of them fails where it should hold, or holds "
                  "where it should fail",
    .exact = true,
    .measure = measure,
    .find = find,
    .plot = &plot,
};
