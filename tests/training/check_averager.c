/* check_averager.c - averages of the weights: the formulas in double, which
 * set of weights is where, and that the average is what a training gives. */
#include "base/mem.h"
#include "base/rng.h"
#include "tests/training/toy.h"
#include "train/averager.h"

#include <ramp/evaluate.h>

#include <math.h>

#define NET "conv 8 3x3 pad 1\nbatchnorm\nact\ndense 40\nact\ndense classes\n"

enum { STEPS = 23 };

/* Step number t makes every weight one of these. */
static void draw(struct ramp_net *net, uint64_t t)
{
    struct rng_key key = rng_key(9, RNG_TEST, t);
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = (float)rng_normal(key, i);
    for (size_t i = 0; i < net->n_running; i++)
        net->running[i] = (float)rng_normal(key, net->n_params + i);
}

static struct averager begin(struct ramp_net *net, double ema, int n_threads)
{
    const struct ramp_train_options options = {.ema = ema,
                                               .lookahead = ema == 0};
    struct averager a;
    draw(net, 0);
    ck_assert_int_eq(averager_init(&a, net, &options, STEPS, n_threads, NULL),
                     RAMP_OK);
    return a;
}

/* ---- The formulas ---- */

/* Of every third number. */
static void expect_average(const struct ramp_net *net, const double *truth,
                           uint64_t t)
{
    for (size_t i = 0; i < net->n_params + net->n_running; i += 3) {
        float found = i < net->n_params ? net->params[i]
                                        : net->running[i - net->n_params];
        ck_assert_msg(fabs((double)found - truth[i]) <= 2e-6,
                      "step %d, %zu: expected %g, found %g", (int)t, i,
                      truth[i], (double)found);
    }
}

START_TEST(ema_is_its_formula)
{
    struct ramp_net *net = toy_net(NET);
    struct averager a = begin(net, 0.7, 1 + _i);
    size_t n = net->n_params, n_all = n + net->n_running;
    double *truth = mem_alloc(n_all, sizeof *truth);
    for (size_t i = 0; i < n_all; i++)
        truth[i] = (double)(i < n ? net->params[i] : net->running[i - n]);
    ck_assert(averager_show(&a, false));
    for (uint64_t t = 1; t <= STEPS; t++) {
        /* (1 + t) / (10 + t) is 0.7 at t = 20 */
        double keep = t < 20 ? (double)(1 + t) / (double)(10 + t) : 0.7;
        draw(net, t);
        for (size_t i = 0; i < n_all; i++)
            truth[i] = keep * truth[i] +
                       (1 - keep) * (double)(i < n ? net->params[i]
                                                   : net->running[i - n]);
        float w = net->params[5];
        averager_step(&a, t);
        ck_assert(net->params[5] == w); /* steps go on from where they were */
        ck_assert(averager_show(&a, true) && !averager_show(&a, true));
        expect_average(net, truth, t);
        ck_assert(averager_show(&a, false) && !averager_show(&a, false));
    }
    averager_release(&a);
    mem_free(truth);
    ramp_net_free(net);
}
END_TEST

START_TEST(lookahead_is_its_formula)
{
    struct ramp_net *net = toy_net(NET);
    struct averager a = begin(net, 0, 1 + _i);
    size_t n = net->n_params, n_all = n + net->n_running;
    double *truth = mem_alloc(n_all, sizeof *truth);
    for (size_t i = 0; i < n_all; i++)
        truth[i] = (double)(i < n ? net->params[i] : net->running[i - n]);
    averager_show(&a, false);
    for (uint64_t t = 1; t <= STEPS; t++) {
        double keep = pow(0.95, 5) * pow((double)t / STEPS, 3);
        draw(net, t);
        float w = net->params[5];
        for (size_t i = 0; i < n_all && t % 5 == 0; i++)
            truth[i] = keep * truth[i] +
                       (1 - keep) * (double)(i < n ? net->params[i]
                                                   : net->running[i - n]);
        averager_step(&a, t);
        if (t % 5 == 0)
            expect_average(net, truth, t); /* the weights are it */
        else
            ck_assert(net->params[5] == w);
        averager_show(&a, true);
        expect_average(net, truth, t);
        averager_show(&a, false);
    }
    averager_release(&a);
    mem_free(truth);
    ramp_net_free(net);
}
END_TEST

START_TEST(threads_do_not_matter)
{
    struct ramp_net *one = toy_net(NET), *more = toy_net(NET);
    struct averager a = begin(one, _i ? 0 : 0.9, 1);
    struct averager b = begin(more, _i ? 0 : 0.9, 3);
    averager_show(&a, false);
    averager_show(&b, false);
    for (uint64_t t = 1; t <= STEPS; t++) {
        draw(one, t);
        draw(more, t);
        averager_step(&a, t);
        averager_step(&b, t);
    }
    averager_show(&a, true);
    averager_show(&b, true);
    ck_assert_mem_eq(one->params, more->params, one->n_params * sizeof(float));
    ck_assert_mem_eq(one->running, more->running,
                     one->n_running * sizeof(float));
    averager_release(&a);
    averager_release(&b);
    ramp_net_free(one);
    ramp_net_free(more);
}
END_TEST

START_TEST(none_does_nothing)
{
    const struct ramp_train_options options = {0};
    struct ramp_net *net = toy_net(NET);
    const float *params = net->params;
    struct averager a;
    size_t count = mem_count();
    ck_assert_int_eq(averager_init(&a, net, &options, 10, 1, NULL), RAMP_OK);
    ck_assert_uint_eq(mem_count(), count);
    averager_step(&a, 5);
    ck_assert(!averager_show(&a, false) && !averager_show(&a, true));
    ck_assert_ptr_eq(net->params, params);
    averager_release(&a);
    ramp_net_free(net);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    const struct ramp_train_options options = {.ema = 0.9};
    struct ramp_net *net = toy_net(NET);
    for (size_t n = 1; n <= 3; n++) {
        struct averager a;
        struct ramp_error err = {0};
        mem_fail_at(n, false);
        enum ramp_status status = averager_init(&a, net, &options, 10, 1, &err);
        mem_fail_at(0, false);
        ck_assert_int_eq(status, n <= 2 ? RAMP_MEMORY : RAMP_OK);
        ck_assert(n > 2 || (a.net == NULL && a.params == NULL));
        averager_release(&a);
    }
    ramp_net_free(net);
}
END_TEST

/* ---- A training ---- */

static bool note_epoch(void *context, const struct ramp_epoch *epoch)
{
    *(struct ramp_epoch *)context = *epoch;
    return true;
}

/* One epoch, validated: what is said of it is true of the model that comes of
 * it, and of both files; and it is not the model without an average. */
START_TEST(the_average_is_what_is_validated)
{
    struct toy toy = toy_open(60, false, 0.4);
    struct ramp_train_options options = toy_options(1, 5);
    struct ramp_train_result result;
    struct ramp_evaluation found;
    struct ramp_epoch epoch = {0};
    char path[256];
    options.out_dir = toy.run;
    options.on_epoch = note_epoch;
    options.context = &epoch;
    struct ramp_model *without = toy_train(&result, &toy, NET, &options);
    options.ema = _i ? 0 : 0.8;
    options.lookahead = _i;
    struct ramp_model *model = toy_train(&result, &toy, NET, &options);
    ck_assert(!toy_equal(model, without));
    ck_assert_int_eq(ramp_evaluate(&found, model, toy.data, RAMP_VAL,
                                   &options.compute, NULL),
                     RAMP_OK);
    ck_assert_double_eq_tol(found.loss, epoch.val_loss, 1e-6);
    ck_assert_double_eq(found.error, epoch.val_error);
    ramp_evaluation_release(&found);
    for (int i = 0; i < 2; i++) {
        struct ramp_model *saved;
        toy_path(path, toy.run, i ? "last.safetensors" : "best.safetensors");
        ck_assert_int_eq(ramp_model_load(&saved, path, NULL), RAMP_OK);
        ck_assert(toy_equal(saved, model));
        ramp_model_free(saved);
    }
    ramp_model_free(without);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* Without a validation part, too, the last average is the model. */
START_TEST(the_average_is_the_model)
{
    struct toy toy = toy_open(30, false, 0);
    struct ramp_train_options options = toy_options(2, 5);
    struct ramp_train_result result;
    struct ramp_model *without = toy_train(&result, &toy, NET, &options);
    options.ema = 0.8;
    struct ramp_model *one = toy_train(&result, &toy, NET, &options);
    options.compute.n_threads = 3;
    struct ramp_model *three = toy_train(&result, &toy, NET, &options);
    ck_assert(!toy_equal(one, without));
    ck_assert(toy_equal(one, three));
    ramp_model_free(without);
    ramp_model_free(one);
    ramp_model_free(three);
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("averager");
    TCase *tc = tcase_create("averager");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, ema_is_its_formula, 0, 3);
    tcase_add_loop_test(tc, lookahead_is_its_formula, 0, 3);
    tcase_add_loop_test(tc, threads_do_not_matter, 0, 2);
    tcase_add_test(tc, none_does_nothing);
    tcase_add_test(tc, no_memory_is_reported);
    tcase_add_loop_test(tc, the_average_is_what_is_validated, 0, 2);
    tcase_add_test(tc, the_average_is_the_model);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
