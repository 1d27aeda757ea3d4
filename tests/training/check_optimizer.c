/* check_optimizer.c - the optimizers: against the formulas in double, against
 * PyTorch, and equal for any number of threads. */
#include "base/mem.h"
#include "base/rng.h"
#include "net/plan.h"
#include "tests/check.h"
#include "tests/training/golden.h"
#include "train/optimizer.h"

#include <math.h>
#include <string.h>

/* Weights, biases, batch norm, slopes, and a tensor of several pieces
 * (9 * 16 * 70 = 10080 floats). */
static const char net_text[] =
    "conv 16 3x3 pad 1\nbatchnorm\nprelu\n"
    "conv 70 3x3\nprelu\nglobalpool\ndense classes\n";

static struct ramp_net *new_net(const char *text, int c, int side, int classes)
{
    struct ramp_net_options options = {
        .channels = c, .height = side, .width = side, .n_classes = classes};
    struct ramp_net *net;
    struct ramp_error err;
    ck_assert_msg(ramp_net_parse(&net, text, "test", &options, &err) == RAMP_OK,
                  "%s", err.text);
    return net;
}

static struct optimizer new_optimizer(const struct ramp_net *net,
                                      const struct ramp_train_options *options,
                                      size_t table, int n_threads)
{
    struct optimizer o;
    ck_assert_int_eq(
        optimizer_init(&o, net, options, kernels_get(table), n_threads, NULL),
        RAMP_OK);
    return o;
}

static void fill_random(float *x, size_t n, uint64_t which)
{
    struct rng_key key = rng_key(1, RNG_TEST, which);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)rng_normal(key, i);
    x[n / 2] = 0; /* where |x| has no derivative, the penalty's is 0 */
}

/* ---- Against the formulas ---- */

/* One parameter in double, as ramp/train.h has it. */
struct truth {
    double w, v, m;
};

static void truth_step(struct truth *p, const struct ramp_train_options *o,
                       enum tensor_role role, double g, double lr, double t)
{
    bool decays = role == TENSOR_WEIGHT;
    double l1 = decays ? o->l1 : 0, l2 = decays ? o->l2 : 0;
    if (role == TENSOR_BIAS)
        lr *= o->bias_lr;
    if (role == TENSOR_NORM)
        lr *= o->norm_lr;
    g += l1 * ((p->w > 0) - (p->w < 0));
    if (o->optimizer == RAMP_ADAMW) {
        p->m = 0.9 * p->m + 0.1 * g;
        p->v = 0.999 * p->v + 0.001 * g * g;
        double m = p->m / (1 - pow(0.9, t)), v = p->v / (1 - pow(0.999, t));
        p->w -= lr * m / (sqrt(v) + 1e-8) + lr * l2 * p->w;
        return;
    }
    g += l2 * p->w;
    p->v = o->momentum * p->v + g;
    p->w -= lr * (o->optimizer == RAMP_SGD ? p->v : g + o->momentum * p->v);
}

static void init_truth(struct truth *truth, enum tensor_role *roles,
                       const struct ramp_net *net)
{
    for (size_t i = 0; i < net->n_params; i++)
        truth[i] = (struct truth){.w = net->params[i]};
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].n; j++)
            if (net->tensors[i].role != TENSOR_RUNNING)
                roles[net->tensors[i].offset + j] = net->tensors[i].role;
}

static void compare_with_truth(const struct ramp_train_options *options,
                               size_t table)
{
    struct ramp_net *net = new_net(net_text, 3, 8, 5);
    size_t n = net->n_params;
    struct optimizer o = new_optimizer(net, options, table, 1);
    struct truth *truth = mem_alloc(n, sizeof *truth);
    enum tensor_role *roles = mem_alloc(n, sizeof *roles);
    float *g = mem_alloc(n, sizeof *g);
    fill_random(net->params, n, 0);
    init_truth(truth, roles, net);
    for (int t = 1; t <= 5; t++) {
        double lr = 0.1 / t, scale = t == 5 ? 0.25 : 1;
        fill_random(g, n, (uint64_t)t);
        optimizer_step(&o, net->params, g, scale, lr);
        for (size_t i = 0; i < n; i++)
            truth_step(&truth[i], options, roles[i], scale * (double)g[i], lr,
                       t);
    }
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(net->params[i] - truth[i].w) <= 4e-6,
                      "parameter %zu: expected %.9g, found %.9g", i, truth[i].w,
                      (double)net->params[i]);
    mem_free(truth);
    mem_free(roles);
    mem_free(g);
    optimizer_release(&o);
    ramp_net_free(net);
}

/* Rates of the three roles. */
#define RATES(bias, norm) .bias_lr = (bias), .norm_lr = (norm)

START_TEST(formulas)
{
    const struct ramp_train_options cases[] = {
        {.optimizer = RAMP_SGD, RATES(1, 1)},
        {.optimizer = RAMP_SGD,
         RATES(1, 1),
         .momentum = 0.9,
         .l1 = 0.1,
         .l2 = 0.2},
        {.optimizer = RAMP_NESTEROV, RATES(1, 1), .momentum = 0.9},
        {.optimizer = RAMP_NESTEROV,
         RATES(1, 1),
         .momentum = 0.5,
         .l1 = 0.1,
         .l2 = 0.2},
        {.optimizer = RAMP_ADAMW, RATES(1, 1)},
        {.optimizer = RAMP_ADAMW, RATES(1, 1), .l1 = 0.1, .l2 = 0.2},
        {.optimizer = RAMP_SGD, RATES(2, 3), .momentum = 0.9, .l2 = 0.2},
        {.optimizer = RAMP_NESTEROV, RATES(0.5, 64), .momentum = 0.5},
        {.optimizer = RAMP_NESTEROV, RATES(0, 0), .momentum = 0.9, .l2 = 0.2},
        {.optimizer = RAMP_ADAMW, RATES(3, 2), .l2 = 0.2},
    };
    for (size_t table = 0; table < kernels_count(); table++)
        compare_with_truth(&cases[_i], table);
}
END_TEST

/* ---- Against PyTorch ---- */

/* fill() of golden.py. */
static float golden_value(size_t i, size_t salt, double scale)
{
    double value = (double)((i * 7919 + salt * 104729) % 1009) / 1009 - 0.5;
    return (float)((double)(float)value * scale);
}

static void golden_weights(struct ramp_net *net)
{
    static const struct {
        const char *name;
        size_t salt;
        double scale;
    } tensors[] = {{"conv1.weight", 2, 1},
                   {"dense1.weight", 3, 0.5},
                   {"conv1.bias", 4, 0.25},
                   {"dense1.bias", 5, 0.25}};
    float file[128];
    size_t n_found = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < 4; j++) {
            const struct tensor *t = &net->tensors[i];
            if (strcmp(t->name, tensors[j].name) != 0)
                continue;
            ck_assert_uint_le(t->n, 128);
            for (size_t e = 0; e < t->n; e++)
                file[e] = golden_value(e, tensors[j].salt, tensors[j].scale);
            net_tensor_from_file(net, t, net->params, file);
            n_found++;
        }
    ck_assert_uint_eq(n_found, 4);
}

START_TEST(golden_losses)
{
    enum { C = 2, SIDE = 6, CLASSES = 3, AREA = SIDE * SIDE };
    const struct golden *want = &golden[_i];
    const struct ramp_train_options options = {.optimizer = want->optimizer,
                                               RATES(1, 1),
                                               .momentum = want->momentum,
                                               .l1 = want->l1,
                                               .l2 = want->l2};
    struct ramp_net *net = new_net("conv 4 3x3 pad 1\nrelu\nmaxpool 2x2\n"
                                   "dense classes\n",
                                   C, SIDE, CLASSES);
    struct plan *plan;
    const struct ramp_compute compute = {.n_threads = 1};
    ck_assert_int_eq(plan_new(&plan, net, GOLDEN_N, true, &compute, NULL),
                     RAMP_OK);
    struct optimizer o = new_optimizer(net, &options, 0, 1);
    float x[GOLDEN_N * AREA * C];
    int32_t labels[GOLDEN_N];
    golden_weights(net);
    for (size_t n = 0; n < GOLDEN_N; n++) {
        labels[n] = (int32_t)(n % CLASSES);
        for (size_t c = 0; c < C; c++)
            for (size_t i = 0; i < AREA; i++)
                x[(n * AREA + i) * C + c] =
                    golden_value((n * C + c) * AREA + i, 1, 4);
    }
    const struct plan_batch batch = {.x = x,
                                     .labels = labels,
                                     .n = GOLDEN_N,
                                     .label_smoothing = want->smoothing};
    for (int i = 0; i < GOLDEN_STEPS; i++) {
        double loss = plan_train(plan, &batch).loss / GOLDEN_N;
        ck_assert_msg(fabs(loss / want->losses[i] - 1) <= 1e-5,
                      "%s, step %d: expected %.9g, found %.9g", want->name, i,
                      want->losses[i], loss);
        optimizer_step(&o, net->params, plan_gradients(plan), 1, want->lr);
    }
    optimizer_release(&o);
    plan_free(plan);
    ramp_net_free(net);
}
END_TEST

/* ---- Threads, memory, penalties ---- */

/* Parameters after three steps, the caller's to free. */
static float *params_after(enum ramp_optimizer kind, int n_threads)
{
    const struct ramp_train_options options = {.optimizer = kind,
                                               RATES(1, 1),
                                               .momentum = 0.9,
                                               .l1 = 0.01,
                                               .l2 = 0.01};
    struct ramp_net *net = new_net(net_text, 3, 8, 5);
    struct optimizer o =
        new_optimizer(net, &options, kernels_count() - 1, n_threads);
    float *params = mem_alloc(net->n_params, sizeof *params);
    float *g = mem_alloc(net->n_params, sizeof *g);
    fill_random(params, net->n_params, 0);
    fill_random(g, net->n_params, 1);
    size_t count = mem_count();
    for (int t = 0; t < 3; t++)
        optimizer_step(&o, params, g, 1, 0.1);
    ck_assert_uint_eq(mem_count(), count);
    mem_free(g);
    optimizer_release(&o);
    ramp_net_free(net);
    return params;
}

START_TEST(threads_do_not_matter)
{
    struct ramp_net *net = new_net(net_text, 3, 8, 5);
    size_t n_bytes = net->n_params * sizeof *net->params;
    ramp_net_free(net);
    float *one = params_after((enum ramp_optimizer)_i, 1);
    for (int n_threads = 2; n_threads <= 4; n_threads++) {
        float *more = params_after((enum ramp_optimizer)_i, n_threads);
        ck_assert(memcmp(one, more, n_bytes) == 0);
        mem_free(more);
    }
    mem_free(one);
}
END_TEST

/* Without a gradient the penalties alone move the parameters. */
START_TEST(penalties_shrink_weights_alone)
{
    const struct ramp_train_options options = {
        .optimizer = (enum ramp_optimizer)(_i / 2),
        RATES(1, 1),
        .l1 = _i % 2 ? 0.01 : 0,
        .l2 = _i % 2 ? 0 : 0.01};
    struct ramp_net *net = new_net(net_text, 3, 8, 5);
    struct optimizer o = new_optimizer(net, &options, 0, 1);
    float *g = mem_alloc(net->n_params, sizeof *g);
    float *before = mem_alloc(net->n_params, sizeof *before);
    fill_random(net->params, net->n_params, 0);
    memcpy(before, net->params, net->n_params * sizeof *before);
    optimizer_step(&o, net->params, g, 1, 1e-3);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        for (size_t j = t->offset;
             t->role != TENSOR_RUNNING && j < t->offset + t->n; j++) {
            if (t->role != TENSOR_WEIGHT || before[j] == 0)
                ck_assert(net->params[j] == before[j]);
            else if (fabsf(before[j]) > 0.01f)
                ck_assert(fabsf(net->params[j]) < fabsf(before[j]));
        }
    }
    mem_free(before);
    mem_free(g);
    optimizer_release(&o);
    ramp_net_free(net);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    struct ramp_net *net = new_net(net_text, 3, 8, 5);
    const struct ramp_train_options options = {.optimizer = RAMP_ADAMW,
                                               RATES(1, 1)};
    for (size_t n = 1; n <= 4; n++) {
        struct optimizer o;
        struct ramp_error err = {0};
        mem_fail_at(n, false);
        enum ramp_status status =
            optimizer_init(&o, net, &options, kernels_get(0), 1, &err);
        mem_fail_at(0, false);
        ck_assert_int_eq(status, n <= 3 ? RAMP_MEMORY : RAMP_OK);
        ck_assert(n > 3 || o.tensors == NULL);
        optimizer_release(&o);
    }
    ramp_net_free(net);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("optimizer");
    TCase *tc = tcase_create("optimizer");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, formulas, 0, 10);
    tcase_add_loop_test(tc, golden_losses, 0,
                        (int)(sizeof golden / sizeof *golden));
    tcase_add_loop_test(tc, threads_do_not_matter, 0, 3);
    tcase_add_loop_test(tc, penalties_shrink_weights_alone, 0, 6);
    tcase_add_test(tc, no_memory_is_reported);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
