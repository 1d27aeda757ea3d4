/* check_whiten.c - a first layer that whitens: its filters against what makes
 * them such, and that a training leaves them alone. */
#include "base/mem.h"
#include "base/rng.h"
#include "tests/training/toy.h"
#include "train/whiten.h"

#include <math.h>

#define NET "conv 8 2x2 whiten\nact\nmaxpool 2x2\ndense classes\n"

static const double epsilon = 5e-4;

/* ---- Filters of a matrix ---- */

START_TEST(two_by_two)
{
    double covariance[] = {2, 1, 1, 2}, vectors[4];
    float filters[8];
    whiten_filters(filters, covariance, vectors, 2);
    /* 3 with (1, 1), then 1 with (1, -1); the sign is free. */
    double a = sqrt(0.5 / 3.0005), b = sqrt(0.5 / 1.0005);
    for (int i = 0; i < 2; i++) {
        ck_assert_double_eq_tol(fabs((double)filters[i]), a, 1e-7);
        ck_assert_double_eq_tol(fabs((double)filters[2 + i]), b, 1e-7);
    }
    ck_assert(filters[0] * filters[1] > 0 && filters[2] * filters[3] < 0);
    for (int i = 0; i < 4; i++)
        ck_assert(filters[4 + i] == -filters[i]);
}
END_TEST

/* 0: random; 1: of rank 1; 2: the unit matrix; 3: nothing but zeros. */
static void fill_covariance(double *c, size_t n, int kind)
{
    struct rng_key key = rng_key(3, RNG_TEST, n);
    size_t rank = kind == 0 ? 2 * n : 1;
    for (size_t i = 0; i < n * n; i++)
        c[i] = kind == 2 && i % (n + 1) == 0;
    for (size_t k = 0; k < rank && kind < 2; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                c[i * n + j] +=
                    rng_normal(key, k * n + i) * rng_normal(key, k * n + j);
}

static double dot(const double *c, const float *f, const float *g, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            sum += (double)f[i] * c[i * n + j] * (double)g[j];
    return sum;
}

/* Filters f, g of a matrix C: f C f = l / (l + epsilon), f C g = 0, and their
 * lengths tell l, which falls. */
START_TEST(filters_whiten)
{
    static const size_t sizes[] = {1, 4, 12, 27, 75};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = sizes[s];
        double *c = mem_alloc(n * n, sizeof *c),
               *v = mem_alloc(n * n, sizeof *v);
        double *work = mem_alloc(n * n, sizeof *work), before = INFINITY;
        float *f = mem_alloc(2 * n * n, sizeof *f);
        fill_covariance(c, n, _i);
        memcpy(work, c, n * n * sizeof *c);
        whiten_filters(f, work, v, n);
        for (size_t i = 0; i < n; i++) {
            double length = 0;
            for (size_t j = 0; j < n; j++)
                length += pow((double)f[i * n + j], 2);
            double value = 1 / length - epsilon;
            ck_assert_double_le(value, before + 1e-4);
            before = value;
            for (size_t j = 0; j < n; j++) {
                double expected = i == j ? value / (value + epsilon) : 0;
                double found = dot(c, f + i * n, f + j * n, n);
                ck_assert_msg(fabs(found - expected) <= 2e-3,
                              "%zu: %zu %zu: expected %g, found %g", n, i, j,
                              expected, found);
            }
        }
        mem_free(c);
        mem_free(v);
        mem_free(work);
        mem_free(f);
    }
}
END_TEST

/* ---- Of a data set ---- */

/* What the filters make of all patches: uncorrelated, and of variance 1 as far
 * as epsilon lets them. */
START_TEST(patches_become_white)
{
    struct toy toy = toy_open(40, false, 0.25);
    struct ramp_net *net = toy_net(NET);
    struct ramp_preprocess pre;
    uint8_t pixels[TOY_AREA];
    float x[TOY_AREA], filters[32];
    double sums[16] = {0};
    size_t n = ramp_dataset_count(toy.data, RAMP_TRAIN);
    ramp_dataset_shape(toy.data, &pre);
    pre.scale = RAMP_SCALE_STANDARD;
    ck_assert_int_eq(ramp_dataset_measure(toy.data, &pre, NULL), RAMP_OK);
    ck_assert_int_eq(whiten_net(net, toy.data, &pre, NULL), RAMP_OK);
    net_tensor_to_file(net, &net->tensors[0], filters, net->params);
    for (size_t image = 0; image < n; image++) {
        ck_assert_int_eq(
            ramp_dataset_read(toy.data, RAMP_TRAIN, image, pixels, NULL),
            RAMP_OK);
        ramp_preprocess_scale(x, &pre, pixels);
        for (size_t at = 0; at < TOY_AREA - TOY_SIDE; at++) {
            const float *p = x + at;
            double y[4];
            if (at % TOY_SIDE == TOY_SIDE - 1)
                continue;
            for (int k = 0; k < 4; k++) {
                const float *f = filters + 4 * k;
                y[k] = (double)f[0] * (double)p[0] +
                       (double)f[1] * (double)p[1] +
                       (double)f[2] * (double)p[TOY_SIDE] +
                       (double)f[3] * (double)p[TOY_SIDE + 1];
            }
            for (int i = 0; i < 16; i++)
                sums[i] += y[i / 4] * y[i % 4] / (double)(n * 49);
        }
    }
    for (int i = 0; i < 16; i++)
        ck_assert_msg(fabs(sums[i] - (i % 5 == 0)) <= 0.01, "%d: %g", i,
                      sums[i]);
    for (int i = 0; i < 16; i++)
        ck_assert(filters[16 + i] == -filters[i]);
    ramp_net_free(net);
    toy_close(&toy);
}
END_TEST

static struct ramp_model *trained(const struct toy *toy, int epochs)
{
    struct ramp_train_options options = toy_options(epochs, 8);
    struct ramp_train_result result;
    options.l2 = 0.1;
    options.max_norm = 0.1;
    return toy_train(&result, toy, NET, &options);
}

static bool equal_tensor(const struct ramp_model *a, const struct ramp_model *b,
                         size_t i)
{
    const struct ramp_net *x = ramp_model_net(a), *y = ramp_model_net(b);
    const struct tensor *t = &x->tensors[i];
    return memcmp(x->params + t->offset, y->params + t->offset,
                  t->n * sizeof(float)) == 0;
}

/* conv1.weight, conv1.bias, dense1.weight */
START_TEST(filters_stay_and_their_bias_learns_for_three_epochs)
{
    struct toy toy = toy_open(30, false, 0);
    struct ramp_model *two = trained(&toy, 2), *three = trained(&toy, 3);
    struct ramp_model *five = trained(&toy, 5);
    struct ramp_net *net = toy_net(NET);
    ck_assert_int_eq(
        whiten_net(net, toy.data, ramp_model_preprocess(two), NULL), RAMP_OK);
    ck_assert_mem_eq(net->params, ramp_model_net(two)->params,
                     32 * sizeof(float));
    ck_assert(equal_tensor(two, five, 0));
    ck_assert(!equal_tensor(two, three, 1));
    ck_assert(equal_tensor(three, five, 1));
    ck_assert(!equal_tensor(three, five, 2));
    ramp_net_free(net);
    ramp_model_free(two);
    ramp_model_free(three);
    ramp_model_free(five);
    toy_close(&toy);
}
END_TEST

static bool look(void *context, const struct ramp_epoch *epoch)
{
    const struct ramp_layer_stats *filters = &epoch->layers[0];
    *(int *)context +=
        filters->gradient_norm == -1 && filters->update_ratio == -1 &&
        epoch->layers[3].gradient_norm > 0 && epoch->layers[3].update_ratio > 0;
    return true;
}

/* Nobody is told that such a layer hardly learns. */
START_TEST(filters_have_no_figures_of_learning)
{
    struct toy toy = toy_open(30, false, 0);
    struct ramp_train_options options = toy_options(2, 8);
    struct ramp_train_result result;
    int n = 0;
    options.diagnose = true;
    options.on_epoch = look;
    options.context = &n;
    ramp_model_free(toy_train(&result, &toy, NET, &options));
    ck_assert_int_eq(n, 2);
    toy_close(&toy);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    struct toy toy = toy_open(12, false, 0);
    struct ramp_net *net = toy_net(NET);
    struct ramp_preprocess pre;
    ramp_dataset_shape(toy.data, &pre);
    for (size_t n = 1; n <= 6; n++) {
        struct ramp_error err = {0};
        mem_fail_at(n, false);
        enum ramp_status status = whiten_net(net, toy.data, &pre, &err);
        mem_fail_at(0, false);
        ck_assert_int_eq(status, RAMP_MEMORY);
    }
    ramp_net_free(net);
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("whiten");
    TCase *tc = tcase_create("whiten");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, two_by_two);
    tcase_add_loop_test(tc, filters_whiten, 0, 4);
    tcase_add_test(tc, patches_become_white);
    tcase_add_test(tc, filters_stay_and_their_bias_learns_for_three_epochs);
    tcase_add_test(tc, filters_have_no_figures_of_learning);
    tcase_add_test(tc, no_memory_is_reported);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
