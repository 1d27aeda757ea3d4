/* check_penalties.c - what a training adds to the loss or forbids the weights:
 * L1 on activations, a largest norm. Penalties on weights: check_optimizer. */
#include "base/mem.h"
#include "base/rng.h"
#include "net/plan.h"
#include "tests/training/toy.h"
#include "train/optimizer.h"

#include <math.h>

enum { CLASSES = 3, IMAGES = 6 };

static struct ramp_net *new_net(const char *text, int c, int side,
                                const char *act)
{
    struct ramp_net_options options = {
        .channels = c, .height = side, .width = side, .n_classes = CLASSES};
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_net *net;
    struct ramp_error err;
    ck_assert_int_eq(ramp_activation_parse(&options.act, act, &err), RAMP_OK);
    ck_assert_msg(ramp_net_parse(&net, text, "test", &options, &err) == RAMP_OK,
                  "%s", err.text);
    ramp_net_init(net, &init, 3);
    return net;
}

static float *random_floats(size_t n, uint64_t which)
{
    float *x = mem_alloc(n, sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)rng_normal(rng_key(1, RNG_TEST, which), i);
    return x;
}

/* ---- L1 on activations ---- */

/* The gradient of act_l1 = 0.5 alone: with it less without it. The caller's. */
static double *penalty_gradient(struct ramp_net *net, const float *x,
                                int n_threads)
{
    const struct ramp_compute compute = {.n_threads = n_threads};
    const int32_t labels[IMAGES] = {0, 1, 2, 0, 1, 2};
    double *gradient = mem_alloc(net->n_params, sizeof *gradient);
    struct plan *plan;
    ck_assert_int_eq(plan_new_watched(&plan, net, IMAGES, true, &compute, NULL),
                     RAMP_OK);
    double loss = 0;
    for (int with = 0; with < 2; with++) {
        const struct plan_batch batch = {
            .x = x, .labels = labels, .n = IMAGES, .act_l1 = with ? 0.5 : 0};
        struct plan_loss found = plan_train(plan, &batch);
        ck_assert(!with || found.loss == loss); /* it is not in the loss */
        loss = found.loss;
        for (size_t i = 0; i < net->n_params; i++)
            gradient[i] += (with ? 1 : -1) * (double)plan_gradients(plan)[i];
    }
    plan_free(plan);
    return gradient;
}

/* Of conv 4 1x1 on (n, 3, 4, 4), by hand: over all images and pixels
 * 0.5 / n sign(h) f'(z) x for its weights, without x for its biases. */
static void expect_by_hand(double expected[16], const struct ramp_net *net,
                           const float *x, bool tanh_)
{
    const float *w = net->params;
    for (size_t p = 0; p < IMAGES * 16; p++, x += 3)
        for (size_t k = 0; k < 4; k++) {
            double z = (double)w[12 + k];
            for (size_t c = 0; c < 3; c++)
                z += (double)x[c] * (double)w[c * 4 + k];
            double slope = tanh_ ? 1 - tanh(z) * tanh(z) : z > 0;
            double sign = z > 0 ? 1 : z < 0 ? -1 : 0;
            for (size_t c = 0; c < 4; c++)
                expected[c * 4 + k] +=
                    0.5 / IMAGES * sign * slope * (c < 3 ? (double)x[c] : 1);
        }
}

/* All outputs count, not those alone that the pool lets pass. The first image
 * is blank: there z is 0, and the penalty pulls neither way. */
START_TEST(penalty_by_hand)
{
    bool tanh_ = _i % 2;
    struct ramp_net *net = new_net("conv 4 1x1\nact\nmaxpool 2x2\n"
                                   "dense classes\n",
                                   3, 4, tanh_ ? "tanh" : "relu");
    float *x = random_floats(IMAGES * 48, 2);
    memset(x, 0, 48 * sizeof *x);
    double expected[16] = {0};
    expect_by_hand(expected, net, x, tanh_);
    double *found = penalty_gradient(net, x, _i / 2 ? 3 : 1);
    for (size_t i = 0; i < 16; i++)
        ck_assert_msg(fabs(found[i] - expected[i]) <= 1e-5,
                      "%zu: expected %g, found %g", i, expected[i], found[i]);
    for (size_t i = 16; i < net->n_params; i++)
        ck_assert_double_eq(found[i], 0); /* behind the last activation */
    mem_free(found);
    mem_free(x);
    ramp_net_free(net);
}
END_TEST

/* 0.5 times the mean over the batch of sum |h| of all activation layers. */
static double penalty(struct ramp_net *net, const float *x)
{
    const struct ramp_compute compute = {.n_threads = 1};
    double sum = 0;
    struct plan *plan;
    ck_assert_int_eq(
        plan_new_watched(&plan, net, IMAGES, false, &compute, NULL), RAMP_OK);
    (void)plan_forward(plan, x, IMAGES);
    for (size_t i = 0; i < net->n_layers; i++)
        for (size_t j = 0; j < IMAGES * shape_size(net->layers[i].out); j++)
            if (layer_is_activation(&net->layers[i]))
                sum += fabs((double)plan_map(plan, i)[j]);
    plan_free(plan);
    return 0.5 * sum / IMAGES;
}

/* Against differences: tanh bends little, and few of its outputs change their
 * sign between the two points. */
START_TEST(penalty_is_slope)
{
    struct ramp_net *net = new_net("conv 5 3x3 pad 1\nact\navgpool 2x2\n"
                                   "conv 6 3x3\nact\ndense 9\nact\n"
                                   "prelu 0.5\ndense classes\n",
                                   2, 8, "tanh");
    float *x = random_floats(IMAGES * 128, 4);
    double *found = penalty_gradient(net, x, 2);
    double largest = 0;
    for (size_t i = 0; i < net->n_params; i++)
        largest = fmax(largest, fabs(found[i]));
    for (size_t i = 0; i < net->n_params; i += 7) {
        const float step = 1.0f / 8192, w = net->params[i];
        net->params[i] = w + step;
        double high = penalty(net, x);
        net->params[i] = w - step;
        double slope = (high - penalty(net, x)) / 2 / (double)step;
        net->params[i] = w;
        ck_assert_msg(fabs(found[i] - slope) <= 0.01 * largest,
                      "%zu: expected %g, found %g", i, slope, found[i]);
    }
    mem_free(found);
    mem_free(x);
    ramp_net_free(net);
}
END_TEST

static struct ramp_model *trained(const struct toy *toy, double act_l1,
                                  int n_threads)
{
    struct ramp_train_options options = toy_options(2, 8);
    struct ramp_train_result result;
    options.act_l1 = act_l1;
    options.compute.n_threads = n_threads;
    return toy_train(&result, toy, TOY_NET, &options);
}

START_TEST(training_with_a_penalty)
{
    struct toy toy = toy_open(20, false, 0);
    struct ramp_model *without = trained(&toy, 0, 1);
    struct ramp_model *one = trained(&toy, 0.1, 1);
    struct ramp_model *three = trained(&toy, 0.1, 3);
    ck_assert(toy_equal(one, three));
    ck_assert(!toy_equal(one, without));
    ramp_model_free(without);
    ramp_model_free(one);
    ramp_model_free(three);
    toy_close(&toy);
}
END_TEST

/* ---- The largest norm ---- */

/* Parameters after a step, the caller's. Nothing but max_norm differs. */
static float *after_step(const struct ramp_net *net, double max_norm,
                         int n_threads)
{
    const struct ramp_train_options options = {.optimizer = RAMP_SGD,
                                               .bias_lr = 1,
                                               .norm_lr = 1,
                                               .max_norm = max_norm};
    struct optimizer o;
    float *g = random_floats(net->n_params, 5);
    float *params = random_floats(net->n_params, 6);
    ck_assert_int_eq(
        optimizer_init(&o, net, &options, kernels_get(0), n_threads, NULL),
        RAMP_OK);
    optimizer_step(&o, params, g, 1, 0.1);
    optimizer_release(&o);
    mem_free(g);
    return params;
}

static void check_units(const struct ramp_net *net, const struct tensor *t,
                        const float *found, const float *free_, double limit)
{
    size_t n = t->n / t->dims[0], n_scaled = 0;
    float *a = mem_alloc(t->n, sizeof *a), *b = mem_alloc(t->n, sizeof *b);
    net_tensor_to_file(net, t, a, found);
    net_tensor_to_file(net, t, b, free_);
    for (size_t unit = 0; unit < t->dims[0]; unit++) {
        double squares = 0;
        for (size_t i = unit * n; i < (unit + 1) * n; i++)
            squares += (double)b[i] * (double)b[i];
        double factor = fmin(1, limit / sqrt(squares));
        n_scaled += factor < 1;
        for (size_t i = unit * n; i < (unit + 1) * n; i++)
            ck_assert_msg(
                factor < 1 ? fabs((double)a[i] - factor * (double)b[i]) <= 1e-6
                           : a[i] == b[i],
                "%s, unit %zu", t->name, unit);
    }
    ck_assert(n_scaled > 0 && n_scaled < t->dims[0]); /* both occur */
    mem_free(a);
    mem_free(b);
}

/* About half of the units have a norm above the root of their inputs. */
START_TEST(norms_are_limited)
{
    struct ramp_net *net = new_net("conv 70 3x3\nbatchnorm\nact\nglobalpool\n"
                                   "dense 37\nact\ndense classes\n",
                                   2, 8, "relu");
    static const double limits[] = {4.242, 8.367, 6.08}; /* roots of */
    static const size_t inputs[] = {18, 70, 37};
    float *free_ = after_step(net, 0, 1);
    for (size_t i = 0, n = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        if (t->role == TENSOR_RUNNING)
            continue;
        if (t->role != TENSOR_WEIGHT) {
            float *found = after_step(net, 0.001, 2);
            ck_assert_mem_eq(found + t->offset, free_ + t->offset,
                             t->n * sizeof *found);
            mem_free(found);
            continue;
        }
        ck_assert_uint_eq(t->n / t->dims[0], inputs[n]);
        float *one = after_step(net, limits[n], 1);
        float *four = after_step(net, limits[n], 4);
        ck_assert_mem_eq(one, four, net->n_params * sizeof *one);
        check_units(net, t, one, free_, limits[n++]);
        mem_free(one);
        mem_free(four);
    }
    mem_free(free_);
    ramp_net_free(net);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("penalties");
    TCase *tc = tcase_create("penalties");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, penalty_by_hand, 0, 4);
    tcase_add_test(tc, penalty_is_slope);
    tcase_add_test(tc, training_with_a_penalty);
    tcase_add_test(tc, norms_are_limited);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
