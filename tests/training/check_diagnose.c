/* check_diagnose.c - what is told of the layers of a net: figures that theory
 * or a calculation by hand gives, for nets that were made for them. */
#include "base/mem.h"
#include "base/rng.h"
#include "net/net.h"
#include "net/plan.h"
#include "tests/training/toy.h"
#include "train/diagnoser.h"

#include <ramp/diagnose.h>

#include <math.h>

enum { N_CLASSES = 3 };

static const struct ramp_compute one_thread = {.n_threads = 1};

/* Random numbers N(0, 1), and labels: the caller's. */
static float *normal_floats(size_t n)
{
    float *x = malloc(n * sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)rng_normal(rng_key(5, RNG_TEST, 0), i);
    return x;
}

static int32_t *some_labels(size_t n)
{
    int32_t *labels = malloc(n * sizeof *labels);
    ck_assert_ptr_nonnull(labels);
    for (size_t i = 0; i < n; i++)
        labels[i] = (int32_t)rng_below(rng_key(6, RNG_TEST, 0), i, N_CLASSES);
    return labels;
}

static struct ramp_net *net_of(const char *text, int c, int size,
                               const char *act, const char *init)
{
    struct ramp_net_options options = {
        .channels = c, .height = size, .width = size, .n_classes = N_CLASSES};
    struct ramp_init start = {.kind = RAMP_INIT_HE};
    struct ramp_error err = {0};
    struct ramp_net *net;
    ck_assert_int_eq(ramp_activation_parse(&options.act, act, &err), RAMP_OK);
    ck_assert_int_eq(ramp_init_parse(&start, init, &err), RAMP_OK);
    ck_assert_msg(ramp_net_parse(&net, text, "t", &options, &err) == RAMP_OK,
                  "%s", err.text);
    ramp_net_init(net, &start, 11);
    return net;
}

static struct ramp_layer_stats *diagnose(struct ramp_net *net, const float *x,
                                         const int32_t *labels, size_t n)
{
    struct ramp_layer_stats *layers;
    struct ramp_error err = {0};
    ck_assert_msg(
        ramp_diagnose(&layers, net, x, labels, n, &one_thread, &err) == RAMP_OK,
        "%s", err.text);
    return layers;
}

/* Of n pictures N(0, 1), with labels that say nothing. */
static struct ramp_layer_stats *diagnose_noise(struct ramp_net *net, size_t n)
{
    float *x = normal_floats(n * shape_size(net->input));
    int32_t *labels = some_labels(n);
    struct ramp_layer_stats *layers = diagnose(net, x, labels, n);
    free(x);
    free(labels);
    return layers;
}

static void check_near(const char *what, double found, double expected,
                       double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        ck_abort_msg("%s: expected %g, found %.9g", what, expected, found);
}

/* ==== The watched plan ==== */

static const char *const nets[] = {
    "conv 32 5x5 pad 2\nact\nmaxpool 3x3 stride 2 ceil\nconv 16 5x5 pad 2\n"
    "act\navgpool 3x3 stride 2 ceil\ndense classes\n",
    "conv 6 5x5 pad 2\nact\nmaxpool 2x2\nconv 16 5x5\nact\nmaxpool 2x2\n"
    "dense 20\nact\ndense classes\n",
    "conv 8 3x3 pad 1\nbatchnorm\nact\nconv 8 3x3 pad 1\nmaxpool 2x2\n"
    "batchnorm noscale\nact\ndropout 0.5\nglobalpool\ndense classes\n",
    "conv 64 3x3 pad 1 nobias\nbatchnorm\nact\nconv 64 3x3 pad 1\nact\n"
    "globalpool max\ndense classes\n",
};

enum { N_NETS = sizeof nets / sizeof *nets, IMAGES = 37 };

static void check_close(const char *what, const float *found,
                        const float *expected, size_t n)
{
    double largest = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)expected[i]));
        worst = fmax(worst, fabs((double)found[i] - (double)expected[i]));
    }
    if (!(largest > 0 && worst <= 1e-4 * largest))
        ck_abort_msg("%s: off by %g of %g", what, worst, largest);
}

/* Its answers, loss and gradients are those of the plan that everyone uses, as
 * far as floats go; and the last map is the logits. */
START_TEST(watched_plan_is_the_plan)
{
    struct ramp_net *net = net_of(nets[_i], 3, 20, "relu", "he");
    float *x = normal_floats(IMAGES * shape_size(net->input));
    int32_t *labels = some_labels(IMAGES);
    const struct plan_batch batch = {
        .x = x, .labels = labels, .n = IMAGES, .seed = 1};
    struct plan *usual, *watched, *infers, *trains;
    ck_assert_int_eq(plan_new(&usual, net, IMAGES, false, &one_thread, NULL),
                     RAMP_OK);
    ck_assert_int_eq(
        plan_new_watched(&watched, net, IMAGES, true, &one_thread, NULL),
        RAMP_OK);
    ck_assert_int_eq(
        plan_new_watched(&infers, net, IMAGES, false, &one_thread, NULL),
        RAMP_OK);
    ck_assert_int_eq(plan_new(&trains, net, IMAGES, true, &one_thread, NULL),
                     RAMP_OK);
    const float *logits = plan_forward(watched, x, IMAGES);
    ck_assert_ptr_eq(logits, plan_map(watched, net->n_layers - 1));
    check_close("logits", logits, plan_forward(usual, x, IMAGES),
                (size_t)IMAGES * N_CLASSES);
    (void)plan_forward(infers, x, IMAGES);
    for (size_t i = 0; i < net->n_layers; i++)
        check_close(net->layers[i].name, plan_map(infers, i),
                    plan_map(watched, i),
                    IMAGES * shape_size(net->layers[i].out));
    struct plan_loss a = plan_train(watched, &batch);
    struct plan_loss b = plan_train(trains, &batch);
    check_near("loss", a.loss, b.loss, 1e-4 * b.loss);
    check_close("gradients", plan_gradients(watched), plan_gradients(trains),
                net->n_params);
    plan_free(usual);
    plan_free(watched);
    plan_free(infers);
    plan_free(trains);
    ramp_net_free(net);
    free(x);
    free(labels);
}
END_TEST

/* ==== What theory gives ==== */

START_TEST(normal_values_through_relu)
{
    struct ramp_net *net = net_of("act\ndense classes\n", 1, 16, "relu", "he");
    struct ramp_layer_stats *layers = diagnose_noise(net, 400);
    ck_assert_int_eq(layers[0].kind, RAMP_LAYER_ACT);
    ck_assert_str_eq(layers[0].name, "act1");
    ck_assert_uint_eq(layers[0].n, 400 * 256);
    check_near("mean", layers[0].mean, 0.3989, 0.006);
    check_near("std", layers[0].std, 0.5838, 0.006);
    check_near("second moment", layers[0].second_moment, 0.5, 0.01);
    check_near("zeros", layers[0].zeros, 0.5, 0.005);
    check_near("near zero", layers[0].near_zero, 0.50399, 0.005);
    ck_assert_double_eq(layers[0].saturated, layers[0].zeros);
    ck_assert_int_eq(layers[0].units, 1);
    ck_assert_int_eq(layers[0].dead, 0);
    free(layers);
    ramp_net_free(net);
}
END_TEST

/* Of z from N(0, 1): |tanh z| > .95 is |z| > 1.832, and so on. */
static const struct {
    const char *act;
    double saturated, tolerance;
} saturation_rows[] = {
    {"relu", 0.5, 0.005},
    {"leaky", 0, 0},
    {"leaky 0.001", 0.5, 0.005},
    {"elu", 2e-6, 3e-5},
    {"elu 0.005", 0.5, 0.005},
    {"tanh", 0.0670, 0.003},
    {"sigmoid", 0.00324, 8e-4},
    {"linear", 0, 0},
    {"relu 0.5", 0.5, 0.005},
    {"selu", 0, 3e-5},
    {"srelu", 0.1587, 0.005},
    {"softplus 5", 0.179, 0.005},
    {"relu6", 0.5, 0.005},
    {"abs", 0, 0},
    {"crelu", 0.5, 0.005},
    {"gelu", -1, 0},
    {"gelu-tanh", -1, 0},
    {"silu", -1, 0},
    {"prelu", -1, 0},
};

enum { N_SATURATIONS = sizeof saturation_rows / sizeof *saturation_rows };

START_TEST(saturated_values)
{
    struct ramp_net *net =
        net_of("act\ndense classes\n", 1, 16, saturation_rows[_i].act, "he");
    struct ramp_layer_stats *layers = diagnose_noise(net, 400);
    check_near(saturation_rows[_i].act, layers[0].saturated,
               saturation_rows[_i].saturated, saturation_rows[_i].tolerance);
    free(layers);
    ramp_net_free(net);
}
END_TEST

#define STAGE "dense 400\nact\n"

/* He's variance keeps the second moment from one rectifier to the next; half
 * of the outputs are zero. */
START_TEST(he_keeps_the_second_moment)
{
    struct ramp_net *net =
        net_of(STAGE STAGE "dense classes\n", 1, 20, "relu", "he");
    struct ramp_layer_stats *layers = diagnose_noise(net, 300);
    check_near("first", layers[1].second_moment, 1, 0.03);
    check_near("second", layers[3].second_moment / layers[1].second_moment, 1,
               0.05);
    for (int i = 1; i <= 3; i += 2)
        check_near("zeros", layers[i].zeros, 0.5, 0.02);
    free(layers);
    ramp_net_free(net);
}
END_TEST

/* What is left of the gradient per layer, with weights of variance 1/n. */
static const struct {
    const char *act;
    double factor, tolerance;
} factor_rows[] = {{"sigmoid", 0.234, 0.007}, {"linear", 1, 0.03}};

START_TEST(gradient_factors)
{
    struct ramp_net *net = net_of(STAGE STAGE STAGE STAGE "dense classes\n", 1,
                                  20, factor_rows[_i].act, "lecun");
    struct ramp_layer_stats *layers = diagnose_noise(net, 256);
    /* The input of the first stage has another spread than those behind it,
     * and the last stage has another layer behind it. */
    for (int i = 2; i < 6; i += 2)
        check_near(layers[i].name,
                   layers[i].gradient_rms / layers[i + 2].gradient_rms,
                   factor_rows[_i].factor, factor_rows[_i].tolerance);
    free(layers);
    ramp_net_free(net);
}
END_TEST

START_TEST(tanh_has_no_zeros)
{
    struct ramp_net *net = net_of(STAGE "dense classes\n", 1, 20, "tanh", "he");
    struct ramp_layer_stats *layers = diagnose_noise(net, 100);
    ck_assert_double_eq(layers[1].zeros, 0);
    /* z is N(0, 2): P(|z| < .01) = 0.0056, P(|z| > atanh .95) = 0.1952 */
    check_near("near zero", layers[1].near_zero, 0.0056, 0.001);
    check_near("saturated", layers[1].saturated, 0.1952, 0.01);
    ck_assert_int_eq(layers[1].always_on, 0);
    free(layers);
    ramp_net_free(net);
}
END_TEST

/* ==== Units ==== */

/* Of four units, one has a bias far below and one far above all others. */
static const struct {
    const char *text, *act;
    int dead, always_on;
} unit_rows[] = {
    {"conv 4 3x3 pad 1\nact\ndense classes\n", "relu", 1, 1},
    {"conv 4 3x3\nact\nmaxpool 2x2\ndense classes\n", "leaky 0.1", 0, 1},
    {"conv 4 3x3\nact\ndense classes\n", "elu", 1, 1},
    {"conv 4 3x3\nact\ndense classes\n", "tanh", 2, 0},
    {"dense 4\nact\ndense classes\n", "relu", 1, 1},
    {"dense 4\nact\ndense classes\n", "sigmoid", 2, 0},
    {"dense 4\nact\ndense classes\n", "linear", 0, 0},
    {"dense 4\nact\ndense classes\n", "relu 1", 1, 1},
    {"dense 4\nact\ndense classes\n", "selu", 1, 1},
    {"dense 4\nact\ndense classes\n", "srelu", 1, 0},
    {"dense 4\nact\ndense classes\n", "softplus", 1, 0},
    {"dense 4\nact\ndense classes\n", "relu6", 2, 0},
    {"dense 4\nact\ndense classes\n", "abs", 0, 0},
    {"conv 4 3x3\nact\ndense classes\n", "prelu", 0, 1},
    {"conv 4 3x3\nact\ndense classes\n", "gelu", -1, -1},
};

enum { N_UNIT_ROWS = sizeof unit_rows / sizeof *unit_rows };

START_TEST(units_that_never_change)
{
    struct ramp_net *net =
        net_of(unit_rows[_i].text, 2, 8, unit_rows[_i].act, "he");
    float *bias = net->params + net->layers[0].bias_at;
    bias[1] = -200;
    bias[2] = 200;
    struct ramp_layer_stats *layers = diagnose_noise(net, 200);
    ck_assert_int_eq(layers[1].units, 4);
    ck_assert_int_eq(layers[1].dead, unit_rows[_i].dead);
    ck_assert_int_eq(layers[1].always_on, unit_rows[_i].always_on);
    ck_assert_int_eq(layers[0].units, -1);
    ck_assert_int_eq(layers[2].dead, -1);
    free(layers);
    ramp_net_free(net);
}
END_TEST

/* A unit that fires once, in any of the pictures and anywhere in it, lives. */
START_TEST(one_value_makes_a_unit_live)
{
    enum { N = 131, AREA = 36 };
    struct ramp_net *net =
        net_of("conv 1 1x1\nact\ndense classes\n", 1, 6, "relu", "he");
    static float x[N * AREA];
    net->params[net->layers[0].weight_at] = 1;
    net->params[net->layers[0].bias_at] = 0;
    for (size_t picture = 0; picture <= N; picture += 13) {
        for (size_t i = 0; i < N * AREA; i++)
            x[i] = -1;
        if (picture < N)
            x[picture * AREA + (picture * 7) % AREA] = 1;
        struct ramp_layer_stats *layers = diagnose(net, x, NULL, N);
        ck_assert_int_eq(layers[1].dead, picture >= N);
        free(layers);
    }
    ramp_net_free(net);
}
END_TEST

/* ==== Gradients by hand ==== */

/* Two inputs a, b; h = u a + v b; logits w_k h. */
START_TEST(gradients_by_hand)
{
    enum { N = 70 }; /* more than a batch, and no multiple of one */
    struct ramp_net *net =
        net_of("dense 1 nobias\ndense classes nobias\n", 2, 1, "relu", "he");
    const float *v = net->params + net->layers[0].weight_at;
    const float *w = net->params + net->layers[1].weight_at;
    double squares[2] = {0, 0}, g[2] = {0, 0}, gw[N_CLASSES] = {0};
    float *x = normal_floats(2 * N);
    int32_t *labels = some_labels(N);
    for (size_t i = 0; i < N; i++) {
        const float *in = x + 2 * i;
        double h = (double)v[0] * in[0] + (double)v[1] * in[1];
        double p[N_CLASSES], sum = 0, dh = 0;
        for (int k = 0; k < N_CLASSES; k++)
            sum += p[k] = exp((double)w[k] * h);
        for (int k = 0; k < N_CLASSES; k++) {
            double d = p[k] / sum - (k == labels[i]);
            squares[1] += d * d;
            gw[k] += d * h / N;
            dh += d * (double)w[k];
        }
        squares[0] += dh * dh;
        for (int j = 0; j < 2; j++)
            g[j] += dh * (double)in[j] / N;
    }
    struct ramp_layer_stats *layers = diagnose(net, x, labels, N);
    double norm = 0;
    for (int k = 0; k < N_CLASSES; k++)
        norm += gw[k] * gw[k];
    check_near("rms of h", layers[0].gradient_rms, sqrt(squares[0] / N), 1e-5);
    check_near("rms of logits", layers[1].gradient_rms,
               sqrt(squares[1] / N / N_CLASSES), 1e-5);
    check_near("first weights", layers[0].gradient_norm, hypot(g[0], g[1]),
               1e-5);
    check_near("last weights", layers[1].gradient_norm, sqrt(norm), 1e-5);
    ck_assert_double_eq(layers[0].update_ratio, -1);
    free(layers);
    layers = diagnose(net, x, NULL, N);
    ck_assert_double_eq(layers[0].gradient_rms, -1);
    ck_assert_double_eq(layers[0].gradient_norm, -1);
    free(layers);
    free(x);
    free(labels);
    ramp_net_free(net);
}
END_TEST

/* ==== The same for all ==== */

static void check_equal(const struct ramp_layer_stats *a,
                        const struct ramp_layer_stats *b)
{
    const double x[] = {a->mean,      a->std,          a->second_moment,
                        a->zeros,     a->near_zero,    a->saturated,
                        a->units,     a->dead,         a->always_on,
                        (double)a->n, a->gradient_rms, a->gradient_norm};
    const double y[] = {b->mean,      b->std,          b->second_moment,
                        b->zeros,     b->near_zero,    b->saturated,
                        b->units,     b->dead,         b->always_on,
                        (double)b->n, b->gradient_rms, b->gradient_norm};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        ck_assert_msg(x[i] == y[i], "%s, figure %zu: %.17g and %.17g", a->name,
                      i, x[i], y[i]);
}

START_TEST(threads_change_nothing)
{
    enum { N = 70 };
    struct ramp_net *net = net_of(nets[_i], 3, 20, "relu", "he");
    float *x = normal_floats(N * shape_size(net->input));
    int32_t *labels = some_labels(N);
    struct ramp_layer_stats *first = diagnose(net, x, labels, N);
    for (int n_threads = 2; n_threads <= 4; n_threads++) {
        const struct ramp_compute compute = {.n_threads = n_threads};
        struct ramp_layer_stats *layers;
        ck_assert_int_eq(
            ramp_diagnose(&layers, net, x, labels, N, &compute, NULL), RAMP_OK);
        for (size_t i = 0; i < net->n_layers; i++)
            check_equal(&layers[i], &first[i]);
        free(layers);
    }
    free(first);
    free(x);
    free(labels);
    ramp_net_free(net);
}
END_TEST

START_TEST(leaves_the_net_as_it_was)
{
    struct ramp_net *net = net_of(nets[2], 3, 20, "relu", "he");
    size_t n = net->n_params, n_running = net->n_running;
    float *params = malloc(n * sizeof *params);
    float *running = malloc(n_running * sizeof *running);
    ck_assert(params != NULL && running != NULL && n_running > 0);
    memcpy(params, net->params, n * sizeof *params);
    memcpy(running, net->running, n_running * sizeof *running);
    free(diagnose_noise(net, 70));
    ck_assert_mem_eq(params, net->params, n * sizeof *params);
    ck_assert_mem_eq(running, net->running, n_running * sizeof *running);
    free(params);
    free(running);
    ramp_net_free(net);
}
END_TEST

/* ==== Data and failures ==== */

static struct ramp_model *toy_model(const struct toy *toy)
{
    const struct ramp_train_options options = toy_options(1, 16);
    struct ramp_train_result result;
    return toy_train(&result, toy, TOY_NET, &options);
}

/* Pictures by number: all of them in their order, or some that are spread. */
START_TEST(pictures_of_a_data_set)
{
    struct toy toy = toy_open(40, false, 0);
    struct ramp_model *model = toy_model(&toy);
    struct ramp_layer_stats *layers;
    static const size_t asked[] = {100, 40, 7}, used[] = {40, 40, 7};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(ramp_diagnose_data(&layers, model, toy.data,
                                            RAMP_TRAIN, asked[i], &one_thread,
                                            NULL),
                         RAMP_OK);
        ck_assert_uint_eq(layers[1].n, used[i] * 8 * TOY_AREA);
        ck_assert_double_gt(layers[3].gradient_norm, 0);
        free(layers);
    }
    struct probe probe;
    ck_assert_int_eq(probe_read(&probe, toy.data, RAMP_TRAIN, 20,
                                ramp_model_preprocess(model), NULL),
                     RAMP_OK);
    for (size_t i = 0; i < 20; i++) {
        uint8_t pixels[TOY_AREA];
        float x[TOY_AREA];
        ck_assert_int_eq(
            ramp_dataset_read(toy.data, RAMP_TRAIN, 2 * i, pixels, NULL),
            RAMP_OK);
        ramp_preprocess_scale(x, ramp_model_preprocess(model), pixels);
        ck_assert_mem_eq(x, probe.x + i * TOY_AREA, sizeof x);
        ck_assert_int_eq(probe.labels[i],
                         ramp_dataset_label(toy.data, RAMP_TRAIN, 2 * i));
    }
    probe_release(&probe);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    struct toy toy = toy_open(40, false, 0);
    struct ramp_model *model = toy_model(&toy);
    struct ramp_net *net = net_of("dense classes\n", 1, 8, "relu", "he");
    struct ramp_layer_stats *layers;
    struct ramp_error err;
    ck_assert_int_eq(ramp_diagnose_data(&layers, model, toy.data, RAMP_TEST, 9,
                                        &one_thread, &err),
                     RAMP_DATA);
    ck_assert_ptr_null(layers);
    ck_assert_int_eq(
        ramp_diagnose(&layers, net, NULL, NULL, 0, &one_thread, &err),
        RAMP_USAGE);
    const struct ramp_compute unknown = {.cpu = "abacus"};
    static const float x[TOY_AREA];
    ck_assert_int_eq(ramp_diagnose(&layers, net, x, NULL, 1, &unknown, &err),
                     RAMP_USAGE);
    ck_assert_ptr_null(layers);
    ramp_net_free(net);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* Every allocation may fail: it is said, and nothing leaks or is left. */
START_TEST(without_memory)
{
    static const int32_t labels[2] = {0, 1};
    struct ramp_net *net = net_of(nets[2], 1, 8, "relu", "he");
    float *x = normal_floats(2 * 64);
    struct ramp_layer_stats *layers;
    enum ramp_status status = RAMP_MEMORY;
    for (size_t i = 1; status != RAMP_OK; i++) {
        mem_fail_at(i, true);
        status = ramp_diagnose(&layers, net, x, labels, 2, &one_thread, NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        ck_assert_int_eq(layers == NULL, status != RAMP_OK);
        ck_assert_uint_lt(i, 100);
    }
    free(layers);
    free(x);
    ramp_net_free(net);
}
END_TEST

/* ==== In a training ==== */

/* A step made by hand: a hundredth more in the first layer, a new sign of one
 * weight in the last. */
START_TEST(step_by_hand)
{
    struct toy toy = toy_open(40, false, 0);
    struct ramp_model *model = toy_model(&toy);
    struct ramp_net *net = ramp_model_net(model);
    const struct ramp_train_options options = toy_options(1, 16);
    const struct layer *conv = &net->layers[0], *dense = &net->layers[3];
    struct diagnoser d;
    struct ramp_epoch epoch = {.epoch = 1};
    ck_assert_int_eq(diagnoser_init(&d, net, toy.data,
                                    ramp_model_preprocess(model), &options, 0,
                                    NULL),
                     RAMP_OK);
    float *gradient = calloc(net->n_params, sizeof *gradient);
    ck_assert_ptr_nonnull(gradient);
    gradient[conv->weight_at + 5] = -3;
    gradient[conv->weight_at + 71] = 4;
    gradient[conv->bias_at] = 100;
    gradient[dense->weight_at] = 2;
    for (size_t i = 0; i < layer_n_weights(dense); i++)
        net->params[dense->weight_at + i] = 0;
    net->params[dense->weight_at + 9] = 2;
    diagnoser_before_step(&d, gradient);
    for (size_t i = 0; i < layer_n_weights(conv); i++)
        net->params[conv->weight_at + i] *= 1.01f;
    net->params[conv->bias_at] += 100;
    net->params[dense->weight_at + 9] = -2;
    diagnoser_after_step(&d);
    ck_assert_int_eq(diagnoser_epoch(&d, &epoch, NULL), RAMP_OK);
    ck_assert_uint_eq(epoch.n_layers, 4);
    const struct ramp_layer_stats *layers = epoch.layers;
    ck_assert_double_eq(layers[0].gradient_norm, 5);
    check_near("first", layers[0].update_ratio, 0.01, 1e-5);
    ck_assert_double_eq(layers[3].gradient_norm, 2);
    ck_assert_double_eq(layers[3].update_ratio, 2);
    ck_assert_double_eq(layers[1].update_ratio, -1);
    ck_assert_uint_eq(layers[1].n, 40 * 8 * TOY_AREA);
    ck_assert_uint_eq(layers[0].n, 0);
    diagnoser_release(&d);
    free(gradient);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

struct seen {
    int epochs, layers;
    struct ramp_layer_stats last[8];
};

static bool see_epoch(void *context, const struct ramp_epoch *epoch)
{
    struct seen *seen = context;
    seen->epochs++;
    seen->layers = (int)epoch->n_layers;
    ck_assert((epoch->layers != NULL) == (epoch->n_layers > 0));
    for (size_t i = 0; i < epoch->n_layers; i++)
        seen->last[i] = epoch->layers[i];
    return true;
}

static struct ramp_model *train_seeing(struct seen *seen, const struct toy *toy,
                                       struct ramp_train_options options)
{
    struct ramp_train_result result;
    *seen = (struct seen){0};
    options.on_epoch = see_epoch;
    options.context = seen;
    return toy_train(&result, toy, TOY_NET, &options);
}

/* Nobody who looks changes anything; and nobody looks unasked. */
START_TEST(looking_changes_nothing)
{
    struct toy toy = toy_open(60, false, 0.25);
    struct ramp_train_options options = toy_options(3, 16);
    struct seen off, on;
    struct ramp_model *blind = train_seeing(&off, &toy, options);
    options.diagnose = true;
    struct ramp_model *model = train_seeing(&on, &toy, options);
    ck_assert(toy_equal(blind, model));
    ck_assert_int_eq(off.layers, 0);
    ck_assert_int_eq(on.epochs, 3);
    ck_assert_int_eq(on.layers, 4);
    ramp_model_free(blind);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* One step by plain gradient descent: |change| = rate |gradient|. The figures
 * about outputs are those of the weights after it. */
START_TEST(step_of_a_training)
{
    struct toy toy = toy_open(40, false, 0);
    struct ramp_train_options options = toy_options(1, 40);
    struct ramp_net *first = toy_net(TOY_NET);
    struct ramp_layer_stats *layers;
    struct seen seen;
    options.optimizer = RAMP_SGD;
    options.momentum = 0;
    options.diagnose = true;
    ramp_net_init(first, &options.init, options.seed);
    struct ramp_model *model = train_seeing(&seen, &toy, options);
    for (int i = 0; i < 4; i += 3) {
        double norm = weights_norm(&first->layers[i], first->params, NULL);
        double step = options.lr * seen.last[i].gradient_norm;
        ck_assert_double_gt(step, 0);
        check_near("step", seen.last[i].update_ratio * norm / step, 1, 1e-4);
    }
    ck_assert_int_eq(ramp_diagnose_data(&layers, model, toy.data, RAMP_TRAIN,
                                        DIAGNOSER_PROBE, &one_thread, NULL),
                     RAMP_OK);
    check_near("mean", seen.last[1].mean, layers[1].mean, 1e-9);
    check_near("std", seen.last[1].std, layers[1].std, 1e-9);
    ck_assert_double_eq(seen.last[1].zeros, layers[1].zeros);
    ck_assert_int_eq(seen.last[1].units, 8);
    free(layers);
    ramp_net_free(first);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

static char *read_layers(const struct toy *toy)
{
    char path[256];
    uint8_t *bytes;
    size_t n;
    ck_assert_int_eq(file_read(&bytes, &n,
                               toy_path(path, toy->run, "layers.csv"), 100000,
                               RAMP_DATA, NULL),
                     RAMP_OK);
    return (char *)bytes;
}

START_TEST(rows_of_the_log)
{
    struct toy toy = toy_open(60, false, 0.25);
    struct ramp_train_options options = toy_options(2, 16);
    struct seen seen;
    options.diagnose = true;
    options.out_dir = toy.run;
    ramp_model_free(train_seeing(&seen, &toy, options));
    char expected[256], *log = read_layers(&toy), *last = log;
    const struct ramp_layer_stats *s = seen.last;
    int n_lines = 0;
    for (const char *c = log; *c; c++)
        n_lines += *c == '\n';
    ck_assert_int_eq(n_lines, 1 + 2 * 3);
    ck_assert_int_eq(
        strncmp(log, "epoch,layer,mean,std,zeros,dead,units,gradient_norm,",
                52),
        0);
    for (int i = 0; i < 4; i++)
        last = strchr(last, '\n') + 1;
    snprintf(expected, sizeof expected,
             "2,conv1,,,,,,%.6g,%.6g\n2,act1,%.6g,%.6g,%.6f,%d,8,,\n"
             "2,dense1,,,,,,%.6g,%.6g\n",
             s[0].gradient_norm, s[0].update_ratio, s[1].mean, s[1].std,
             s[1].zeros, s[1].dead, s[3].gradient_norm, s[3].update_ratio);
    ck_assert_str_eq(last, expected);
    mem_free(log);
    toy_close(&toy);
}
END_TEST

static bool count_down(void *context, const struct ramp_progress *progress)
{
    int *left = context;
    (void)progress;
    return --*left != 0;
}

/* Stopped after each batch in turn and resumed: the same rows, none twice. */
START_TEST(log_of_a_resumed_training)
{
    enum { EPOCHS = 3, BATCHES = 3 };
    struct toy toy = toy_open(60, false, 0.25);
    struct ramp_train_options options = toy_options(EPOCHS, 16);
    struct ramp_train_result result;
    options.diagnose = true;
    options.out_dir = toy.run;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    char *whole = read_layers(&toy);
    for (int batches = 1; batches < EPOCHS * BATCHES; batches++) {
        int left = batches;
        options.resume = false;
        options.on_batch = count_down;
        options.context = &left;
        ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
        ck_assert_int_eq(result.epochs, batches / BATCHES);
        options.resume = true;
        options.on_batch = NULL;
        ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
        char *log = read_layers(&toy);
        ck_assert_str_eq(log, whole);
        mem_free(log);
    }
    mem_free(whole);
    toy_close(&toy);
}
END_TEST

static Suite *diagnose_suite(void)
{
    Suite *suite = suite_create("diagnose");
    TCase *tcase = tcase_create("diagnose");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, watched_plan_is_the_plan, 0, N_NETS);
    tcase_add_test(tcase, normal_values_through_relu);
    tcase_add_loop_test(tcase, saturated_values, 0, N_SATURATIONS);
    tcase_add_test(tcase, he_keeps_the_second_moment);
    tcase_add_loop_test(tcase, gradient_factors, 0, 2);
    tcase_add_test(tcase, tanh_has_no_zeros);
    tcase_add_loop_test(tcase, units_that_never_change, 0, N_UNIT_ROWS);
    tcase_add_test(tcase, one_value_makes_a_unit_live);
    tcase_add_test(tcase, gradients_by_hand);
    tcase_add_loop_test(tcase, threads_change_nothing, 0, N_NETS);
    tcase_add_test(tcase, leaves_the_net_as_it_was);
    tcase_add_test(tcase, pictures_of_a_data_set);
    tcase_add_test(tcase, says_what_is_wrong);
    tcase_add_test(tcase, without_memory);
    tcase_add_test(tcase, step_by_hand);
    tcase_add_test(tcase, looking_changes_nothing);
    tcase_add_test(tcase, step_of_a_training);
    tcase_add_test(tcase, rows_of_the_log);
    tcase_add_test(tcase, log_of_a_resumed_training);
    suite_add_tcase(suite, tcase);
    return suite;
}

CHECK_MAIN(diagnose_suite)
