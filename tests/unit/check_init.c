/* check_init.c - first weights: their distribution, where each number goes,
 * and the two orders of a tensor, in files and in memory. */
#include "base/mem.h"
#include "base/rng.h"
#include "layers/init.h"
#include "net/net.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct ramp_net *parse(const char *text, int channels, int height,
                              int width)
{
    const struct ramp_net_options options = {
        channels, height, width, 7, {RAMP_ACT_RELU, 0}};
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status = ramp_net_parse(&net, text, "t", &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return net;
}

/* ==== Names ==== */

START_TEST(names_are_read)
{
    static const struct {
        const char *text;
        enum ramp_init_kind kind;
        bool uniform, fan_out;
    } rows[] = {
        {"dirac", RAMP_INIT_DIRAC, true, false},
        {"he", RAMP_INIT_HE, false, false},
        {"xavier", RAMP_INIT_XAVIER, false, false},
        {"lecun", RAMP_INIT_LECUN, false, false},
        {"he-uniform", RAMP_INIT_HE, true, false},
        {"xavier-uniform", RAMP_INIT_XAVIER, true, false},
        {"he-fanout", RAMP_INIT_HE, false, true},
        {"lecun-fanout", RAMP_INIT_LECUN, false, true},
        {"lecun-uniform-fanout", RAMP_INIT_LECUN, true, true},
        {"he-fanout-uniform", RAMP_INIT_HE, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_init init = {.kind = RAMP_INIT_LECUN,
                                 .uniform = true,
                                 .fan_out = true,
                                 .bias = 0.25f};
        struct ramp_error err;
        enum ramp_status status = ramp_init_parse(&init, rows[i].text, &err);
        ck_assert_msg(status == RAMP_OK, "%s", rows[i].text);
        ck_assert_msg(init.kind == rows[i].kind &&
                          init.uniform == rows[i].uniform &&
                          init.fan_out == rows[i].fan_out,
                      "%s", rows[i].text);
        ck_assert(init.bias == 0.25f);
    }
}
END_TEST

START_TEST(other_names_are_refused)
{
    static const char *const texts[] = {"",
                                        "h",
                                        "hee",
                                        "He",
                                        "kaiming",
                                        "-he",
                                        "uniform",
                                        "fanout",
                                        "-",
                                        "he--uniform",
                                        "he-normal",
                                        "he-uniforms",
                                        "he-fan-out",
                                        "he-lecun",
                                        "he uniform",
                                        "he-unifor",
                                        "dirac-fanout",
                                        "dirac-",
                                        "he-fanout-x",
                                        "xavierlecun",
                                        "he-",
                                        "he-uniform-"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ramp_init init = {.kind = RAMP_INIT_LECUN,
                                 .uniform = true,
                                 .fan_out = true,
                                 .bias = 0.25f};
        struct ramp_error err = {RAMP_OK, ""};
        char quoted[40];
        enum ramp_status status = ramp_init_parse(&init, texts[i], &err);
        ck_assert_msg(status == RAMP_USAGE, "accepted: \"%s\"", texts[i]);
        ck_assert_int_eq(err.status, RAMP_USAGE);
        snprintf(quoted, sizeof quoted, "'%s'", texts[i]);
        ck_assert_ptr_nonnull(strstr(err.text, quoted));
        ck_assert_ptr_nonnull(strstr(err.text, "he, xavier or lecun"));
        ck_assert(init.kind == RAMP_INIT_LECUN && init.uniform &&
                  init.fan_out && init.bias == 0.25f);
        ck_assert_int_eq(ramp_init_parse(&init, texts[i], NULL), RAMP_USAGE);
    }
}
END_TEST

START_TEST(spreads_are_read)
{
    static const struct {
        const char *text;
        bool uniform;
        int n;
        double spreads[4];
    } rows[] = {
        {"normal:0.0001", false, 1, {0.0001}},
        {"uniform:0.05", true, 1, {0.05}},
        {"normal:0.0001,0.01,0.01,0.1", false, 4, {0.0001, 0.01, 0.01, 0.1}},
        {"uniform:1000,0", true, 2, {1000, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = 0.25f};
        struct ramp_error err;
        enum ramp_status status = ramp_init_parse(&init, rows[i].text, &err);
        ck_assert_msg(status == RAMP_OK, "%s", rows[i].text);
        ck_assert(init.kind == RAMP_INIT_SPREAD && init.bias == 0.25f);
        ck_assert(init.uniform == rows[i].uniform && !init.fan_out);
        ck_assert_int_eq(init.n_spreads, rows[i].n);
        for (int j = 0; j < rows[i].n; j++)
            ck_assert_double_eq(init.spreads[j], rows[i].spreads[j]);
    }
}
END_TEST

START_TEST(other_spreads_are_refused)
{
    static const char *const texts[] = {
        "normal:",
        "normal:,1",
        "uniform:1,",
        "normal:-0.1",
        "uniform:1,x,1",
        "normal:nan",
        "normal:1e4",
        "normal:0.1 0.1",
        "uniform:1:2",
        "normal:1000.1",
        "uniform:00000000000000000000000000"
        "000000000000000001",
        "normal:1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
        "1,1,1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ramp_init init = {.kind = RAMP_INIT_LECUN, .n_spreads = 9};
        struct ramp_error err = {RAMP_OK, ""};
        ck_assert_int_eq(ramp_init_parse(&init, texts[i], &err), RAMP_USAGE);
        ck_assert_msg(strstr(err.text, "expected 1 to 32 numbers from 0 to "
                                       "1000 behind the colon, found '"),
                      "%s", err.text);
        ck_assert(init.kind == RAMP_INIT_LECUN && init.n_spreads == 9);
    }
}
END_TEST

/* ==== The distribution ==== */

/* Two large convolutions and a large dense layer. Every layer's fans lie so
 * far apart that no formula can be taken for another. */
static const char large_net[] = "conv 24 3x3 pad 1\nbatchnorm\nconv 40 5x3\n"
                                "act\ndense 60\nact\ndense 5\ndense classes";
enum { N_LARGE = 2 };
static const struct {
    const char *name;
    double fan_in, fan_out;
} large[N_LARGE] = {
    {"conv2.weight", 24 * 15, 40 * 15}, /* 14,400 numbers */
    {"dense1.weight", 40 * 35, 60},     /* 84,000 numbers */
};

static size_t find_tensor(const struct ramp_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return i;
    ck_abort_msg("no tensor %s", name);
    return 0;
}

/* The standard deviation, written down once more from the papers. */
static double formula(const struct ramp_init *init, double fan_in,
                      double fan_out)
{
    double fan = init->fan_out ? fan_out : fan_in;
    if (init->kind == RAMP_INIT_XAVIER)
        return sqrt(2 / (fan_in + fan_out));
    return sqrt((init->kind == RAMP_INIT_HE ? 2 : 1) / fan);
}

/* Mean, deviation, and the share beyond sqrt(3) deviations: 8.33 % of a normal
 * distribution, none of a uniform one. */
static void check_distribution(const struct ramp_net *net,
                               const struct tensor *t,
                               const struct ramp_init *init, double std)
{
    const float *w = net->params + t->offset;
    double n = (double)t->n, sum = 0, squares = 0, largest = 0, beyond = 0;
    for (size_t i = 0; i < t->n; i++) {
        double value = (double)w[i];
        sum += value;
        squares += value * value;
        largest = fmax(largest, fabs(value));
        beyond += fabs(value) > sqrt(3) * std * (1 + 1e-6);
    }
    double measured = sqrt(squares / n - sum / n * sum / n);
    ck_assert_msg(fabs(measured / std - 1) < 0.03,
                  "%s, kind %d: standard deviation %g, expected %g", t->name,
                  (int)init->kind, measured, std);
    ck_assert_double_lt(fabs(sum / n), 0.03 * std);
    if (init->uniform) {
        ck_assert_double_eq(beyond, 0);
        ck_assert_double_gt(largest, 0.998 * sqrt(3) * std);
    } else {
        ck_assert_double_eq_tol(beyond / n, 0.0833, 0.01);
        ck_assert_double_gt(largest, 3.5 * std);
        ck_assert_double_lt(largest, 6 * std);
    }
}

START_TEST(distribution)
{
    const struct ramp_init init = {.kind = (enum ramp_init_kind)(_i % 3),
                                   .uniform = _i / 3 % 2,
                                   .fan_out = _i / 6,
                                   .bias = 0};
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    ramp_net_init(net, &init, 5);
    for (int i = 0; i < N_LARGE; i++) {
        const struct tensor *t = &net->tensors[find_tensor(net, large[i].name)];
        check_distribution(net, t, &init,
                           formula(&init, large[i].fan_in, large[i].fan_out));
    }
    ramp_net_free(net);
}
END_TEST

/* Uniform numbers, but that the first filters of a convolution pass one channel
 * on each: all of them where there are fewer filters than channels. */
START_TEST(dirac)
{
    const struct ramp_init init = {.kind = RAMP_INIT_DIRAC, .uniform = true};
    struct ramp_net *net = parse("conv 24 2x2 whiten\nconv 40 3x5 pad 1\n"
                                 "conv 7 2x2\ndense classes",
                                 3, 9, 9);
    static const struct {
        size_t tensor, k, c, r, s, middle;
    } rows[] = {{0, 24, 0, 2, 2, 0}, /* none */
                {2, 40, 24, 3, 5, 1 * 5 + 2},
                {4, 7, 40, 2, 2, 1 * 2 + 1},
                {6, 7, 0, 1, 1, 0}};
    ramp_net_init(net, &init, 5);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct tensor *t = &net->tensors[rows[i].tensor];
        size_t taps = rows[i].r * rows[i].s, n = t->n / t->dims[0];
        float *w = mem_alloc(t->n, sizeof *w), largest = 0;
        net_tensor_to_file(net, t, w, net->params);
        ck_assert_uint_eq(t->dims[0], rows[i].k);
        for (size_t j = 0; j < t->n; j++) {
            size_t k = j / n, c = j % n / taps;
            if (k < rows[i].c)
                ck_assert(w[j] == (c == k && j % taps == rows[i].middle));
            else
                largest = fmaxf(largest, fabsf(w[j]));
        }
        double bound = 1 / sqrt((double)n);
        if (rows[i].c < rows[i].k) {
            ck_assert_double_le((double)largest, bound * (1 + 1e-6));
            ck_assert_double_ge((double)largest, 0.9 * bound);
        }
        mem_free(w);
    }
    ramp_net_free(net);
}
END_TEST

/* The list, layer by layer; its last spread holds for the rest. */
START_TEST(spreads)
{
    const struct ramp_init init = {.kind = RAMP_INIT_SPREAD,
                                   .uniform = _i,
                                   .bias = 0.5f,
                                   .n_spreads = 2,
                                   .spreads = {1e-4, 0.01}};
    const char *const names[] = {"conv1.weight", "conv2.weight",
                                 "dense1.weight"};
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    ramp_net_init(net, &init, 5);
    for (int i = 1; i < 3; i++) {
        const struct tensor *t = &net->tensors[find_tensor(net, names[i])];
        check_distribution(net, t, &init, _i ? 0.01 / sqrt(3) : 0.01);
    }
    const struct tensor *t = &net->tensors[find_tensor(net, names[0])];
    double squares = 0, std = _i ? 1e-4 / sqrt(3) : 1e-4;
    for (size_t i = 0; i < t->n; i++)
        squares += pow((double)net->params[t->offset + i], 2);
    /* Of 648 numbers. */
    ck_assert_double_eq_tol(sqrt(squares / (double)t->n) / std, 1, 0.1);
    ramp_net_free(net);
}
END_TEST

/* Whatever was there before: biases, scale 1, shift 0, mean 0, variance 1. */
START_TEST(everything_but_weights)
{
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = -0.125f};
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    size_t n_biases = 0, n_norms = 0;
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = 77;
    for (size_t i = 0; i < net->n_running; i++)
        net->running[i] = 77;
    ramp_net_init(net, &init, 5);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        const float *memory = net_tensor_block(net, t) + t->offset;
        const char *what = strchr(t->name, '.') + 1;
        bool norm = strncmp(t->name, "batchnorm", 9) == 0;
        float expected = -0.125f;
        n_biases += t->role == TENSOR_BIAS;
        n_norms += norm;
        if (norm)
            expected =
                strcmp(what, "weight") == 0 || strcmp(what, "running_var") == 0;
        for (size_t j = 0; j < t->n; j++)
            if (t->role == TENSOR_WEIGHT)
                ck_assert(memory[j] < 70);
            else
                ck_assert_msg(memory[j] == expected, "%s: %g, expected %g",
                              t->name, (double)memory[j], (double)expected);
    }
    ck_assert_uint_eq(n_biases, 5);
    ck_assert_uint_eq(n_norms, 4);
    ramp_net_free(net);
}
END_TEST

/* Without a scale there is no tensor for it, and the shift has its place. */
START_TEST(batchnorm_without_a_scale)
{
    static const struct {
        const char *name;
        size_t offset, n;
    } rows[] = {
        {"batchnorm1.bias", 0, 3},        {"batchnorm1.running_mean", 0, 3},
        {"batchnorm1.running_var", 3, 3}, {"conv1.weight", 3, 24},
        {"batchnorm2.weight", 27, 4},     {"batchnorm2.bias", 31, 4}};
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = -0.125f};
    struct ramp_net *net = parse("batchnorm noscale\nconv 4 2x1 nobias\n"
                                 "batchnorm\ndense classes",
                                 3, 2, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct tensor *t = &net->tensors[i];
        ck_assert_str_eq(t->name, rows[i].name);
        ck_assert_uint_eq(t->offset, rows[i].offset);
        ck_assert_uint_eq(t->n, rows[i].n);
        ck_assert_int_eq(t->n_dims, i == 3 ? 4 : 1);
        ck_assert(t->role == (i == 3             ? TENSOR_WEIGHT
                              : i == 1 || i == 2 ? TENSOR_RUNNING
                                                 : TENSOR_NORM));
    }
    ck_assert_uint_eq(net->n_params, 35 + 35);
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = 77;
    ramp_net_init(net, &init, 5);
    for (size_t i = 0; i < 3; i++)
        ck_assert(net->params[i] == 0 && net->running[i] == 0 &&
                  net->running[3 + i] == 1);
    for (size_t i = 3; i < 27; i++)
        ck_assert(net->params[i] != 0 && net->params[i] < 70);
    ramp_net_free(net);
}
END_TEST

/* prelu: all of its slopes are what the text says. */
START_TEST(slopes)
{
    const struct ramp_init init = {.bias = -0.125f};
    struct ramp_net *net = parse("conv 4 2x1\nprelu 0.5\nprelu\n"
                                 "dense classes",
                                 3, 2, 1);
    ck_assert_uint_eq(net->n_tensors, 6);
    for (size_t i = 2; i < 4; i++) {
        const struct tensor *t = &net->tensors[i];
        ck_assert_str_eq(t->name, i == 2 ? "prelu1.weight" : "prelu2.weight");
        ck_assert(t->role == TENSOR_SLOPE && t->n == 4 && t->n_dims == 1);
        ck_assert_uint_eq(t->offset, 28 + 4 * (i - 2));
    }
    ramp_net_init(net, &init, 5);
    for (size_t j = 0; j < 4; j++)
        ck_assert(net->params[28 + j] == 0.5f && net->params[32 + j] == 0.25f);
    ramp_net_free(net);
}
END_TEST

/* ==== Seeds and places ==== */

/* The same seed: every bit; another seed, also one far away: no number. */
START_TEST(seeds_differ)
{
    static const uint64_t seeds[] = {0, 1, 2, 1ull << 32, UINT64_MAX};
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .uniform = _i == 1};
    struct ramp_net *a = parse(large_net, 3, 9, 9);
    struct ramp_net *b = parse(large_net, 3, 9, 9);
    size_t n_weights = 0, n_bytes = a->n_params * sizeof(float);
    for (size_t i = 0; i < a->n_tensors; i++)
        if (a->tensors[i].role == TENSOR_WEIGHT)
            n_weights += a->tensors[i].n;
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) {
            size_t n_differ = 0;
            ramp_net_init(a, &init, seeds[i]);
            ramp_net_init(b, &init, seeds[j]);
            for (size_t k = 0; k < a->n_params; k++)
                n_differ += a->params[k] != b->params[k];
            if (i == j)
                ck_assert_mem_eq(a->params, b->params, n_bytes);
            else
                ck_assert_uint_ge(n_differ, n_weights - n_weights / 1000);
        }
    ramp_net_free(a);
    ramp_net_free(b);
}
END_TEST

/* The ith weight of a file is the ith number of the tensor's own stream, for
 * every kind of layer; so it changes with nothing but seed and place. */
START_TEST(numbers_in_the_order_of_files)
{
    const struct ramp_init init = {.kind = (enum ramp_init_kind)(_i % 3),
                                   .uniform = _i / 3 % 2,
                                   .fan_out = _i / 6,
                                   .bias = 0.5f};
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    static const struct {
        const char *name;
        double fan_in, fan_out;
    } rows[] = {{"conv1.weight", 27, 216},
                {"conv2.weight", 360, 600},
                {"dense1.weight", 1400, 60},
                {"dense2.weight", 60, 5},
                {"dense3.weight", 5, 7}};
    ramp_net_init(net, &init, 11);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t index = find_tensor(net, rows[i].name);
        const struct tensor *t = &net->tensors[index];
        struct rng_key key = rng_key(11, RNG_WEIGHTS, index);
        double std = formula(&init, rows[i].fan_in, rows[i].fan_out);
        float *file = mem_alloc(t->n, sizeof *file);
        net_tensor_to_file(net, t, file, net->params);
        for (size_t j = 0; j < t->n; j++)
            ck_assert_msg(file[j] == init_value(&init, std, key, j),
                          "%s: number %zu is out of place", t->name, j);
        mem_free(file);
    }
    ramp_net_free(net);
}
END_TEST

/* Two tensors of one shape have numbers of their own. */
START_TEST(tensors_have_their_own_numbers)
{
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_net *net = parse("dense 7\ndense 7\ndense classes", 1, 1, 7);
    ramp_net_init(net, &init, 1);
    const float *a = net->params + net->tensors[0].offset;
    const float *b = net->params + net->tensors[2].offset;
    const float *c = net->params + net->tensors[4].offset;
    for (int i = 0; i < 49; i++)
        ck_assert(a[i] != b[i] && a[i] != c[i] && b[i] != c[i]);
    ramp_net_free(net);
}
END_TEST

/* ==== Files and memory ==== */

/* By hand. Memory is numbered 0, 1, ..., from the tensor's beginning; the
 * file must have these numbers in this order. */
static const struct {
    const char *text;
    size_t tensor;
    int channels, height, width;
    float file[12];
} by_hand[] = {
    /* (r, s, c, k) = (1, 2, 3, 2) -> (k, c, r, s) */
    {"batchnorm\nconv 2 1x2\ndense classes",
     4,
     3,
     1,
     2,
     {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
    {"batchnorm\nconv 2 2x1\ndense classes",
     4,
     3,
     2,
     1,
     {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
    /* (2, 2, 3, 1): rows before columns */
    {"conv 1 2x2\ndense classes",
     0,
     3,
     2,
     2,
     {0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}},
    /* (3, 2, 1, 2) */
    {"conv 2 3x2\ndense classes",
     0,
     1,
     3,
     2,
     {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}},
    /* dense, (h, w, c, k) = (1, 2, 3, 2) -> (k, c, h, w) */
    {"batchnorm\ndense 2\ndense classes",
     4,
     3,
     1,
     2,
     {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
};

START_TEST(orders_by_hand)
{
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        struct ramp_net *net = parse(by_hand[i].text, by_hand[i].channels,
                                     by_hand[i].height, by_hand[i].width);
        const struct tensor *t = &net->tensors[by_hand[i].tensor];
        float file[14] = {[0] = -1, [13] = -1};
        ck_assert_uint_eq(t->n, 12);
        for (size_t j = 0; j < net->n_params; j++)
            net->params[j] = (float)j - (float)t->offset;
        net_tensor_to_file(net, t, file + 1, net->params);
        ck_assert_mem_eq(file + 1, by_hand[i].file, sizeof by_hand[i].file);
        ck_assert(file[0] == -1 && file[13] == -1);
        memset(net->params, 0, net->n_params * sizeof(float));
        net_tensor_from_file(net, t, net->params, by_hand[i].file);
        for (size_t j = 0; j < net->n_params; j++) {
            bool inside = j >= t->offset && j < t->offset + 12;
            ck_assert(net->params[j] == (inside ? (float)(j - t->offset) : 0));
        }
        ramp_net_free(net);
    }
}
END_TEST

/* The shapes that a file of weights states. */
START_TEST(dims)
{
    static const struct {
        const char *name;
        int n_dims;
        size_t dims[4];
    } rows[] = {{"conv1.weight", 4, {24, 3, 3, 3}},
                {"conv1.bias", 1, {24}},
                {"batchnorm1.weight", 1, {24}},
                {"batchnorm1.bias", 1, {24}},
                {"batchnorm1.running_mean", 1, {24}},
                {"batchnorm1.running_var", 1, {24}},
                {"conv2.weight", 4, {40, 24, 5, 3}},
                {"conv2.bias", 1, {40}},
                {"dense1.weight", 2, {60, 1400}},
                {"dense1.bias", 1, {60}}};
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    ck_assert_uint_eq(net->n_tensors, 14);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct tensor *t = &net->tensors[i];
        size_t n = 1;
        ck_assert_str_eq(t->name, rows[i].name);
        ck_assert_int_eq(t->n_dims, rows[i].n_dims);
        for (int j = 0; j < t->n_dims; j++) {
            ck_assert_uint_eq(t->dims[j], rows[i].dims[j]);
            n *= t->dims[j];
        }
        ck_assert_uint_eq(t->n, n);
    }
    ramp_net_free(net);
}
END_TEST

/* There and back, all tensors: every bit, and together they cover all. */
START_TEST(round_trip)
{
    struct ramp_net *net = parse(large_net, 3, 9, 9);
    float *params = mem_alloc(net->n_params, sizeof *params);
    float *running = mem_alloc(net->n_running, sizeof *running);
    float *file = mem_alloc(net->n_params, sizeof *file);
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = (float)(i + 1);
    for (size_t i = 0; i < net->n_running; i++)
        net->running[i] = -(float)(i + 1);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        bool is_running = t->role == TENSOR_RUNNING;
        net_tensor_to_file(net, t, file, net_tensor_block(net, t));
        /* In pieces of any number of rows. */
        size_t row = t->n / t->dims[0];
        for (size_t k = 0, n; k < t->dims[0]; k += n) {
            n = k % 5 + 1 < t->dims[0] - k ? k % 5 + 1 : t->dims[0] - k;
            net_rows_from_file(net, t, is_running ? running : params,
                               file + k * row, k, n);
        }
    }
    ck_assert_mem_eq(params, net->params, net->n_params * sizeof *params);
    ck_assert_mem_eq(running, net->running, net->n_running * sizeof *running);
    mem_free(params);
    mem_free(running);
    mem_free(file);
    ramp_net_free(net);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("init");
    TCase *tc = tcase_create("init");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, names_are_read);
    tcase_add_test(tc, other_names_are_refused);
    tcase_add_test(tc, spreads_are_read);
    tcase_add_test(tc, other_spreads_are_refused);
    tcase_add_loop_test(tc, distribution, 0, 12);
    tcase_add_loop_test(tc, spreads, 0, 2);
    tcase_add_test(tc, dirac);
    tcase_add_test(tc, everything_but_weights);
    tcase_add_test(tc, batchnorm_without_a_scale);
    tcase_add_test(tc, slopes);
    tcase_add_loop_test(tc, seeds_differ, 0, 2);
    tcase_add_loop_test(tc, numbers_in_the_order_of_files, 0, 12);
    tcase_add_test(tc, tensors_have_their_own_numbers);
    tcase_add_test(tc, orders_by_hand);
    tcase_add_test(tc, dims);
    tcase_add_test(tc, round_trip);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
