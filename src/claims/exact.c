/* exact.c - claims about the rectifier and its relatives as functions: nothing
 * is trained, and the same comes out each time. Values are those of training's
 * own arithmetic (ramp_activation_run) where nothing else is said. */
#include "claims/function.h"
#include "claims/lab.h"
#include "claims/random.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ==== relu-def ==== */

enum { N_FLOATS = 1000000, N_TINY = 10000 };

static float if_form(float x)
{
    if (x > 0)
        return x;
    return 0;
}

static float max_form(float x)
{
    return fmaxf(0, x);
}

static float positive_part(float x)
{
    return (float)(((double)x + fabs((double)x)) / 2);
}

static const struct {
    const char *part;
    float (*f)(float);
} forms[] = {{"if form", if_form},
             {"max form", max_form},
             {"positive part", positive_part},
             {"training", NULL}};

/* Every finite float but the denormal ones is as likely as any other. */
static void fill_floats(float *x, size_t n, bool tiny)
{
    uint64_t state = tiny;
    for (size_t i = 0; i < n;) {
        uint32_t bits = (uint32_t)(random_bits(&state) >> 32);
        bits = tiny ? bits & 0x807fffff : bits;
        memcpy(&x[i], &bits, sizeof bits);
        i += tiny ? (bits & 0x7fffff) != 0 : isnormal(x[i]) != 0;
    }
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Of how many the bits differ from those of x > 0 ? x : 0, but for the sign of
 * a zero. */
static double n_other(const float *y, const float *x, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        float wanted = x[i] > 0 ? x[i] : 0;
        if (y[i] != 0 || wanted != 0)
            count += bits_of(y[i]) != bits_of(wanted);
    }
    return (double)count;
}

static enum ramp_status apply_form(const struct lab *lab, size_t form, float *y,
                                   const float *x, size_t n,
                                   struct ramp_error *err)
{
    if (forms[form].f == NULL)
        return function_run(lab, y, NULL, x, n, "relu", err);
    for (size_t i = 0; i < n; i++)
        y[i] = forms[form].f(x[i]);
    return RAMP_OK;
}

static enum ramp_status measure_form(struct lab *lab, size_t form, float *x,
                                     float *y, struct ramp_error *err)
{
    const float odd[] = {-0.0F, INFINITY, -INFINITY, NAN};
    float y_odd[4];
    enum ramp_status status = apply_form(lab, form, y_odd, odd, 4, err);
    lab_begin(lab, forms[form].part, "1000000 10000", 0);
    fill_floats(x, N_FLOATS, false);
    if (status == RAMP_OK)
        status = apply_form(lab, form, y, x, N_FLOATS, err);
    lab_add(lab, "other bits of 1000000", WHOLE, n_other(y, x, N_FLOATS));
    fill_floats(x, N_TINY, true);
    if (status == RAMP_OK)
        status = apply_form(lab, form, y, x, N_TINY, err);
    if (status != RAMP_OK)
        return status;
    lab_add(lab, "other bits of 10000 denormals", WHOLE, n_other(y, x, N_TINY));
    lab_add(lab, "of -0 is zero", WHOLE, y_odd[0] == 0);
    lab_add(lab, "of inf is inf", WHOLE, y_odd[1] > 0 && isinf(y_odd[1]));
    lab_add(lab, "of -inf is zero", WHOLE, y_odd[2] == 0);
    lab_add(lab, "of NaN is NaN", WHOLE, isnan(y_odd[3]) != 0);
    return lab_end(lab, err);
}

static enum ramp_status measure_def(struct lab *lab, struct ramp_error *err)
{
    float *x = NULL, *y = NULL;
    enum ramp_status status = MEM_NEW(&x, N_FLOATS, "numbers", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&y, N_FLOATS, "numbers", err);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && status == RAMP_OK;
         i++)
        status = measure_form(lab, i, x, y, err);
    mem_free(x);
    mem_free(y);
    return status;
}

/* What the forms make of NaN and of the infinities is their own affair, but
 * what training makes of them is promised. */
static void find_def(struct findings *f)
{
    static const struct finding_row points[] = {
        {"training", "of -0 is zero", WHOLE, 1, 1, ESSENTIAL},
        {"training", "of inf is inf", WHOLE, 1, 1, ESSENTIAL},
        {"training", "of -inf is zero", WHOLE, 1, 1, ESSENTIAL},
        {"training", "of NaN is NaN", WHOLE, 1, 1, ESSENTIAL},
        {"if form", "of NaN is NaN", WHOLE, 0, 0, BESIDES},
        {"max form", "of NaN is NaN", WHOLE, 0, 0, BESIDES},
        {"positive part", "of NaN is NaN", WHOLE, 1, 1, BESIDES},
        {"positive part", "of -inf is zero", WHOLE, 0, 0, BESIDES},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        findings_figure(f, ESSENTIAL, 0, 0, forms[i].part,
                        "other bits of 1000000", WHOLE);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        findings_figure(f, BESIDES, 0, 0, forms[i].part,
                        "other bits of 10000 denormals", WHOLE);
    FINDINGS_ROWS(f, points);
}

const struct claim claim_relu_def = {
    .name = "relu-def",
    .statement = "The rectifier can be written with if, as max(0, x) and as "
                 "the positive part of x: it is the same function.",
    .source = "articles on ReLU; Nair & Hinton 2010",
    .protocol =
        "A million finite floats that are not denormal, each as likely as any "
        "other, ten thousand denormal ones, and -0, the infinities and NaN go "
        "through `if (x > 0) return x; return 0;`, fmaxf(0, x), (x + |x|) / 2 "
        "in double, and the arithmetic of training. Bits are compared, but for "
        "the sign of a zero.",
    .literature = "none: a definition. On what is not a number the forms do "
                  "differ: `if` makes 0 of NaN and fmaxf does, too, (x + |x|) "
                  "/ 2 makes NaN of -inf; ramp keeps NaN",
    .refuted_if = "refuted if any bit differs on a number, or if training "
                  "loses NaN; denormals, which training takes as zero, count "
                  "besides",
    .exact = true,
    .measure = measure_def,
    .find = find_def,
};

/* ==== relu-examples ==== */

static const float examples[] = {1, 1000, 0, -1, -1000};
enum { N_EXAMPLES = sizeof examples / sizeof *examples };

static enum ramp_status measure_examples(struct lab *lab,
                                         struct ramp_error *err)
{
    float y[N_EXAMPLES];
    enum ramp_status status =
        function_run(lab, y, NULL, examples, N_EXAMPLES, "relu", err);
    lab_begin(lab, "relu", "", 0);
    for (int i = 0; i < N_EXAMPLES && status == RAMP_OK; i++)
        lab_add(lab, "rectified", (double)examples[i], (double)y[i]);
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static void find_examples(struct findings *f)
{
    static const double wanted[N_EXAMPLES] = {1, 1000, 0, 0, 0};
    for (int i = 0; i < N_EXAMPLES; i++)
        findings_figure(f, ESSENTIAL, wanted[i], wanted[i], "relu", "rectified",
                        (double)examples[i]);
}

static enum ramp_status show_examples(FILE *file, const struct figures *figures,
                                      const char *scale, struct ramp_error *err)
{
    (void)err;
    for (int i = 0; i < N_EXAMPLES; i++)
        fprintf(file, "rectified(%.1f) is %.1f\n", (double)examples[i],
                figures_median(figures, scale, "relu", "rectified",
                               (double)examples[i]) +
                    0.0); /* no sign of a zero */
    return RAMP_OK;
}

const struct claim claim_relu_examples = {
    .name = "relu-examples",
    .statement = "rectified(1.0) is 1.0, rectified(1000.0) is 1000.0, and of "
                 "0.0, -1.0 and -1000.0 it is 0.0.",
    .source = "articles on ReLU",
    .protocol = "The five numbers go through the arithmetic of training.",
    .literature = "the same five lines",
    .refuted_if = "refuted if a line differs",
    .exact = true,
    .measure = measure_examples,
    .find = find_examples,
    .show = show_examples,
};

/* ==== relu-plot ==== */

static enum ramp_status measure_plot(struct lab *lab, struct ramp_error *err)
{
    float x[21], y[21], slope[21];
    for (int i = 0; i <= 20; i++)
        x[i] = (float)(i - 10);
    enum ramp_status status = function_run(lab, y, slope, x, 21, "relu", err);
    lab_begin(lab, "relu", "", 0);
    for (int i = 0; i <= 20 && status == RAMP_OK; i++) {
        lab_add(lab, "f", (double)x[i], (double)y[i] + 0.0);
        lab_add(lab, "f'", (double)x[i], (double)slope[i] + 0.0);
    }
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static void find_plot(struct findings *f)
{
    for (int x = -10; x <= 10; x++)
        findings_figure(f, ESSENTIAL, x > 0 ? x : 0, x > 0 ? x : 0, "relu", "f",
                        x);
}

static enum ramp_status show_plot(FILE *file, const struct figures *figures,
                                  const char *scale, struct ramp_error *err)
{
    (void)err;
    for (int row = 10; row >= 0; row--) {
        fprintf(file, "%3d |", row);
        int blanks = 0; /* none behind the last point */
        for (int x = -10; x <= 10; x++) {
            double y = figures_median(figures, scale, "relu", "f", x);
            blanks += 2;
            if (fabs(y - row) < 0.5) {
                fprintf(file, "%*s*", blanks, "");
                blanks = -1;
            }
            blanks++;
        }
        fprintf(file, "\n");
    }
    fprintf(file, "     ");
    for (int x = -10; x <= 10; x++)
        fprintf(file, "%3d", x);
    fprintf(file, "\n");
    return RAMP_OK;
}

static const struct plot plot_of_plot = {
    .title = "x",
    .series = (const struct plot_series[]){{.title = "relu", .part = "relu"},
                                           {.title = NULL}},
    .panels = (const struct plot_panel[]){{.y = "rectified x", .name = "f"},
                                          {.y = NULL}},
};

const struct claim claim_relu_plot = {
    .name = "relu-plot",
    .statement = "Of -10 to 10 in steps of 1 the rectifier makes eleven zeros, "
                 "and then 1 to 10.",
    .source = "articles on ReLU",
    .protocol = "The 21 numbers go through the arithmetic of training. `ramp "
                "plot ACT... --out FILE.svg` draws any activation and its "
                "derivative.",
    .literature = "the same series",
    .refuted_if = "refuted if a number differs",
    .exact = true,
    .measure = measure_plot,
    .find = find_plot,
    .show = show_plot,
    .plot = &plot_of_plot,
};

/* ==== act-table ==== */

/* f and f' of -5 to 5; articles quote values at 0, 1, 3 and 5. */
enum { N_BESIDE_0 = 25, N_VALUES = 2 * N_BESIDE_0 + 1 };

static enum ramp_status add_values(struct lab *lab, const char *act,
                                   struct ramp_error *err)
{
    float x[N_VALUES], y[N_VALUES], slope[N_VALUES];
    for (int i = 0; i < N_VALUES; i++)
        x[i] = (float)(i - N_BESIDE_0) / 5;
    enum ramp_status status =
        function_run(lab, y, slope, x, N_VALUES, act, err);
    for (int i = 0; i < N_VALUES && status == RAMP_OK; i++) {
        lab_add(lab, "f", (double)x[i], (double)y[i]);
        lab_add(lab, "f'", (double)x[i], (double)slope[i]);
    }
    return status;
}

static enum ramp_status measure_values(struct lab *lab, struct ramp_error *err)
{
    static const char *const acts[] = {"sigmoid", "tanh"};
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < 2 && status == RAMP_OK; i++) {
        lab_begin(lab, acts[i], "", 0);
        status = add_values(lab, acts[i], err);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    return status;
}

static float sigmoid_float(float x)
{
    return 1 / (1 + expf(-x));
}

/* The least float of which f is 1: it grows, so halving finds it. */
static enum ramp_status first_one(const struct lab *lab, double *x,
                                  const char *act, float (*f)(float),
                                  struct ramp_error *err)
{
    float low = 0, high = 100;
    enum ramp_status status = RAMP_OK;
    while (nextafterf(low, high) < high && status == RAMP_OK) {
        float middle = low + (high - low) / 2, y = 0;
        if (f)
            y = f(middle);
        else
            status = function_run(lab, &y, NULL, &middle, 1, act, err);
        *(y == 1 ? &high : &low) = middle;
    }
    *x = (double)high;
    return status;
}

static enum ramp_status measure_ones(struct lab *lab, struct ramp_error *err)
{
    static const struct {
        const char *part, *act;
        float (*f)(float);
    } rows[] = {{"C library", "tanh", tanhf},
                {"C library", "sigmoid", sigmoid_float},
                {"training", "tanh", NULL},
                {"training", "sigmoid", NULL}};
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < 4 && status == RAMP_OK; i++) {
        char name[64];
        double x;
        snprintf(name, sizeof name, "%s is 1 from x", rows[i].act);
        if (i % 2 == 0)
            lab_begin(lab, rows[i].part, "", 0);
        status = first_one(lab, &x, rows[i].act, rows[i].f, err);
        lab_add(lab, name, WHOLE, x);
        if (i % 2 == 1 && status == RAMP_OK)
            status = lab_end(lab, err);
    }
    return status;
}

/* By thirds: it falls, and then it grows. */
static double lowest(const char *act)
{
    double low = -3, high = 0;
    for (int i = 0; i < 200; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;
        *(function_value(act, a) < function_value(act, b) ? &high : &low) =
            function_value(act, a) < function_value(act, b) ? b : a;
    }
    return (low + high) / 2;
}

static enum ramp_status measure_bumps(struct lab *lab, struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    double tanh_gap = 0, sigmoid_gap = 0;
    for (int i = 0; i < 2 && status == RAMP_OK; i++) {
        const char *act = i == 0 ? "gelu" : "silu";
        lab_begin(lab, act, "", 0);
        lab_add(lab, "lowest at x", WHOLE, lowest(act));
        lab_add(lab, "lowest f", WHOLE, function_value(act, lowest(act)));
        status = add_values(lab, act, err);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    for (int i = -10000; i <= 10000; i++) {
        double x = i / 1000.0, exact = function_value("gelu", x);
        tanh_gap = fmax(tanh_gap, fabs(function_value("gelu-tanh", x) - exact));
        sigmoid_gap =
            fmax(sigmoid_gap,
                 fabs(x * function_value("sigmoid", 1.702 * x) - exact));
    }
    lab_begin(lab, "gelu forms", "", 0);
    lab_add(lab, "largest gap with tanh", WHOLE, tanh_gap);
    lab_add(lab, "largest gap of x sigmoid(1.702 x)", WHOLE, sigmoid_gap);
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static enum ramp_status measure_table(struct lab *lab, struct ramp_error *err)
{
    enum ramp_status status = measure_values(lab, err);
    if (status == RAMP_OK)
        status = measure_ones(lab, err);
    if (status == RAMP_OK)
        status = measure_bumps(lab, err);
    return status;
}

/* Within half of the last digit that is quoted. */
static void find_table(struct findings *f)
{
    static const struct finding_row points[] = {
        {"sigmoid", "f", 1, .73105, .73115, ESSENTIAL},
        {"sigmoid", "f", 5, .993305, .993315, ESSENTIAL},
        {"tanh", "f", 1, .76155, .76165, ESSENTIAL},
        {"tanh", "f", 3, .995045, .995055, ESSENTIAL},
        {"sigmoid", "f", 0, .4999995, .5000005, ESSENTIAL},
        {"sigmoid", "f'", 0, .249999, .250001, ESSENTIAL},
        {"tanh", "f'", 0, .999999, 1.000001, ESSENTIAL},
        {"sigmoid", "f'", 5, .006645, .006655, ESSENTIAL},
        {"tanh", "f'", 3, .009855, .009875, ESSENTIAL},
        {"C library", "tanh is 1 from x", WHOLE, 8.9, 9.1, BESIDES},
        {"C library", "sigmoid is 1 from x", WHOLE, 16.5, 17.4, BESIDES},
        {"training", "tanh is 1 from x", WHOLE, 7, 9.1, BESIDES},
        {"training", "sigmoid is 1 from x", WHOLE, 14, 17.4, BESIDES},
        {"gelu", "lowest at x", WHOLE, -.751795, -.751785, ESSENTIAL},
        {"gelu", "lowest f", WHOLE, -.169975, -.169965, ESSENTIAL},
        {"silu", "lowest at x", WHOLE, -1.278475, -1.278455, ESSENTIAL},
        {"silu", "lowest f", WHOLE, -.278465, -.278455, ESSENTIAL},
        {"gelu forms", "largest gap with tanh", WHOLE, 0, 4.75e-4, ESSENTIAL},
        {"gelu forms", "largest gap of x sigmoid(1.702 x)", WHOLE, 0, 2.05e-2,
         ESSENTIAL},
    };
    FINDINGS_ROWS(f, points);
}

static const struct plot plot_of_table = {
    .title = "x",
    .series =
        (const struct plot_series[]){{.title = "gelu", .part = "gelu"},
                                     {.title = "tanh", .part = "tanh"},
                                     {.title = "sigmoid", .part = "sigmoid"},
                                     {.title = "silu", .part = "silu"},
                                     {.title = NULL}},
    .panels = (const struct plot_panel[]){{.y = "f(x)", .name = "f"},
                                          {.y = "derivative", .name = "f'"},
                                          {.y = NULL}},
};

const struct claim claim_act_table = {
    .name = "act-table",
    .statement = "tanh and sigmoid snap to their limits for inputs much larger "
                 "than 1, and are sensitive only in the middle; GELU and SiLU "
                 "have a dip below zero.",
    .source = "articles on ReLU; Hendrycks & Gimpel 2016 (GELU, SiLU)",
    .protocol =
        "Values and derivatives by the arithmetic of training; the least float "
        "of which tanh and sigmoid are exactly 1, by training's arithmetic and "
        "by the C library's; the minima of GELU and SiLU, and the largest gap "
        "of GELU's two approximations on -10 to 10 in steps of 0.001, in "
        "double.\n\n"
        "The articles are loose here: nothing snaps to 1 at inputs of a few. "
        "tanh(3) is 0.995, and a float is exactly 1 only from about 9 (tanh) "
        "and 17 (sigmoid). Both are most sensitive at an INPUT of 0; 0.5, "
        "which is sometimes named, is the sigmoid's OUTPUT there.",
    .literature = "sigmoid(1) .7311, (5) .99331; tanh(1) .7616, (3) .99505; "
                  "largest derivatives .25 and 1; minima GELU -.16997 at "
                  "-.75179, SiLU -.27846 at -1.27846; gaps at most 4.7e-4 and "
                  "2.0e-2",
    .refuted_if = "refuted if a value, a derivative, a minimum or a gap is off "
                  "by more than half of its last digit; where floats reach 1 "
                  "counts besides",
    .exact = true,
    .measure = measure_table,
    .find = find_table,
    .plot = &plot_of_table,
};

/* ==== softplus-limits ==== */

static const double sharpnesses[] = {1, 2, 10, 100};
enum { N_SHARPNESSES = sizeof sharpnesses / sizeof *sharpnesses };

static void name_softplus(char name[32], double k)
{
    snprintf(name, 32, "softplus %g", k);
}

static void add_softplus(struct lab *lab, const char *act, double k)
{
    double widest = -1, widest_at = NAN, slope_gap = 0;
    for (int i = -10000; i <= 10000; i++) {
        double x = i / 1000.0, h = 1e-4 / k;
        double gap = function_value(act, x) - fmax(0, x);
        double difference =
            (function_value(act, x + h) - function_value(act, x - h)) / (2 * h);
        if (gap > widest)
            widest_at = x;
        widest = fmax(widest, gap);
        slope_gap = fmax(slope_gap, fabs(function_slope(act, x) - difference));
    }
    double left = -20 / k, right = 20 / k;
    lab_add(lab, "widest gap to relu at x", WHOLE, widest_at);
    lab_add(lab, "widest gap times k", WHOLE, widest * k);
    lab_add(lab, "slope minus differences", WHOLE, slope_gap);
    lab_add(
        lab, "slope minus sigmoid of k", WHOLE,
        fabs(function_slope(act, 0.3) - function_value("sigmoid", 0.3 * k)));
    lab_add(lab, "k f / e^kx far left", WHOLE,
            k * function_value(act, left) / exp(-20));
    lab_add(lab, "k (f - x) / e^-kx far right", WHOLE,
            k * (function_value(act, right) - right) / exp(-20));
    lab_add(lab, "slope at -1", WHOLE, function_slope(act, -1));
    lab_add(lab, "slope at 1", WHOLE, function_slope(act, 1));
    for (int i = -20; i <= 20; i++)
        lab_add(lab, "f", i / 10.0, function_value(act, i / 10.0));
}

static double log_sum_exp(const double *x, int n)
{
    double sum = 1; /* exp of the 0 that stands before the x */
    for (int i = 0; i < n; i++)
        sum += exp(x[i]);
    return log(sum);
}

static double sum_exp_gap(void)
{
    double x[] = {-1, 0.5, 2}, worst = 0;
    double sum = exp(log_sum_exp(x, 3));
    for (int i = 0; i < 3; i++) {
        double here = x[i], share = exp(here) / sum;
        x[i] = here + 1e-5;
        double above = log_sum_exp(x, 3);
        x[i] = here - 1e-5;
        double below = log_sum_exp(x, 3);
        x[i] = here;
        worst = fmax(worst, fabs((above - below) / 2e-5 - share));
    }
    return worst;
}

static enum ramp_status measure_softplus(struct lab *lab,
                                         struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < N_SHARPNESSES && status == RAMP_OK; i++) {
        char name[32];
        name_softplus(name, sharpnesses[i]);
        lab_begin(lab, name, "", 0);
        add_softplus(lab, name, sharpnesses[i]);
        status = lab_end(lab, err);
    }
    lab_begin(lab, "log sum exp of 0 and x", "", 0);
    lab_add(lab, "gradient minus softmax", WHOLE, sum_exp_gap());
    return status == RAMP_OK ? lab_end(lab, err) : status;
}

static void find_softplus(struct findings *f)
{
    static const struct finding_row points[] = {
        {NULL, "widest gap to relu at x", WHOLE, 0, 0, ESSENTIAL},
        {NULL, "widest gap times k", WHOLE, .693147, .693148, ESSENTIAL},
        {NULL, "slope minus differences", WHOLE, 0, 1e-6, ESSENTIAL},
        {NULL, "slope minus sigmoid of k", WHOLE, 0, 1e-12, ESSENTIAL},
        {NULL, "k f / e^kx far left", WHOLE, 1 - 1e-6, 1 + 1e-6, ESSENTIAL},
        {NULL, "k (f - x) / e^-kx far right", WHOLE, 1 - 1e-5, 1 + 1e-5,
         ESSENTIAL},
    };
    static const struct finding_row ends[] = {
        {"softplus 100", "slope at -1", WHOLE, 0, 1e-12, ESSENTIAL},
        {"softplus 100", "slope at 1", WHOLE, 1 - 1e-12, 1, ESSENTIAL},
        {"log sum exp of 0 and x", "gradient minus softmax", WHOLE, 0, 1e-8,
         ESSENTIAL},
    };
    for (int i = 0; i < N_SHARPNESSES; i++) {
        char name[32];
        name_softplus(name, sharpnesses[i]);
        for (size_t j = 0; j < sizeof points / sizeof *points; j++)
            findings_figure(f, points[j].weight, points[j].low, points[j].high,
                            name, points[j].name, points[j].at);
    }
    FINDINGS_ROWS(f, ends);
}

static const struct plot plot_of_softplus = {
    .title = "x",
    .series =
        (const struct plot_series[]){
            {.title = "k = 100", .part = "softplus 100"},
            {.title = "k = 10", .part = "softplus 10"},
            {.title = "k = 2", .part = "softplus 2"},
            {.title = "k = 1", .part = "softplus 1"},
            {.title = NULL}},
    .panels =
        (const struct plot_panel[]){{.y = "ln(1 + e^kx) / k", .name = "f"},
                                    {.y = NULL}},
};

const struct claim claim_softplus_limits = {
    .name = "softplus-limits",
    .statement = "Softplus is a smooth rectifier: it goes to ReLU as it is "
                 "made sharper, and its derivative is the logistic function.",
    .source = "Dugas et al. 2001; Glorot, Bordes & Bengio 2011",
    .protocol =
        "ln(1 + e^kx) / k for k = 1, 2, 10 and 100, in double by log1p: the "
        "widest gap to ReLU on -10 to 10 in steps of 0.001 and where it is; "
        "the derivative against central differences; the tails at kx = -20 "
        "and 20. The gradient of ln(1 + sum e^x) against softmax with a 0 "
        "beside the x.",
    .literature = "widest gap ln 2 / k at 0; e^kx / k far left, x + e^-kx / k "
                  "far right",
    .refuted_if = "refuted if a figure is not within the bounds beside it",
    .exact = true,
    .measure = measure_softplus,
    .find = find_softplus,
    .plot = &plot_of_softplus,
};
