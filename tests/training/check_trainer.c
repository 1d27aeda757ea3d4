/* check_trainer.c - the training loop: it learns, equal input gives equal
 * weights, and it stops when it should. What it leaves in files and models is
 * in check_keeper.c. */
#include "data/loader.h"
#include "net/plan.h"
#include "tests/training/toy.h"
#include "train/optimizer.h"

#include <math.h>

/* Every kind of layer that has a state or draws numbers. */
#define RICH_NET                                                               \
    "conv 6 3x3 pad 1\nbatchnorm\nact\nmaxpool 2x2\ndropout 0.2\n"             \
    "conv 10 3x3 pad 1\nact\navgpool 2x2\ndense 12\nact\ndense classes\n"

/* ---- It learns ---- */

static bool keep_epoch(void *context, const struct ramp_epoch *epoch)
{
    *(struct ramp_epoch *)context = *epoch;
    return true;
}

/* Trains and returns the last epoch. */
static struct ramp_epoch last_epoch(const struct toy *toy,
                                    struct ramp_train_options options)
{
    struct ramp_train_result result;
    struct ramp_epoch last = {0};
    options.on_epoch = keep_epoch;
    options.context = &last;
    ramp_model_free(toy_train(&result, toy, TOY_NET, &options));
    ck_assert_int_eq(result.epochs, last.epoch);
    return last;
}

/* Labels that the pictures say nothing of can only be learnt by heart. */
START_TEST(overfits_32_pictures)
{
    struct toy toy = toy_open(32, true, 0);
    struct ramp_train_options options = toy_options(60, 8);
    options.optimizer = (enum ramp_optimizer)_i;
    if (options.optimizer == RAMP_ADAMW)
        options.lr = 0.01;
    struct ramp_epoch last = last_epoch(&toy, options);
    ck_assert_double_eq(last.train_error, 0);
    ck_assert_double_lt(last.train_loss, 0.05);
    ck_assert_double_eq(last.val_error, -1);
    toy_close(&toy);
}
END_TEST

START_TEST(learns_what_pictures_say)
{
    struct toy toy = toy_open(200, false, 0.25);
    struct ramp_epoch last = last_epoch(&toy, toy_options(10, 16));
    ck_assert_double_le(last.val_error, 0.04);
    ck_assert_double_lt(last.val_loss, 0.3);
    ck_assert_double_gt(last.images_per_second, 0);
    toy_close(&toy);
}
END_TEST

/* The smoothed loss cannot fall below the entropy of its target: with k = 4
 * and s = 0.2 that is -(0.85 log 0.85 + 3 * 0.05 log 0.05) = 0.5875. */
START_TEST(label_smoothing_bounds_the_loss)
{
    struct toy toy = toy_open(32, true, 0);
    struct ramp_train_options options = toy_options(60, 8);
    options.label_smoothing = 0.2;
    struct ramp_epoch last = last_epoch(&toy, options);
    ck_assert_double_gt(last.train_loss, 0.5875);
    ck_assert_double_lt(last.train_loss, 0.70);
    ck_assert_double_eq(last.train_error, 0);
    toy_close(&toy);
}
END_TEST

static double weight_norm(const struct toy *toy, double l1, double l2)
{
    struct ramp_train_options options = toy_options(5, 16);
    struct ramp_train_result result;
    options.l1 = l1;
    options.l2 = l2;
    struct ramp_model *model = toy_train(&result, toy, TOY_NET, &options);
    const struct ramp_net *net = ramp_model_net(model);
    double sum = 0;
    for (size_t i = 0; i < net->n_params; i++)
        sum += fabs((double)net->params[i]);
    ramp_model_free(model);
    return sum;
}

START_TEST(penalties_shrink)
{
    struct toy toy = toy_open(64, false, 0);
    double plain = weight_norm(&toy, 0, 0);
    ck_assert_double_lt(weight_norm(&toy, 0.01, 0), 0.8 * plain);
    ck_assert_double_lt(weight_norm(&toy, 0, 0.05), 0.85 * plain);
    toy_close(&toy);
}
END_TEST

/* ---- Class weights ---- */

/* The loss and gradient of a batch whose pictures are all of class 1. */
static struct plan_loss loss_of_ones(float *gradient, struct plan *plan,
                                     const double *class_weights)
{
    static const int32_t labels[] = {1, 1, 1};
    float x[3 * TOY_AREA];
    for (size_t i = 0; i < 3 * TOY_AREA; i++)
        x[i] = (float)i / (3 * TOY_AREA);
    const struct plan_batch batch = {
        .x = x, .labels = labels, .n = 3, .class_weights = class_weights};
    struct plan_loss loss = plan_train(plan, &batch);
    gradient[0] = plan_gradients(plan)[0];
    gradient[1] = plan_gradients(plan)[100];
    return loss;
}

/* A weight of a power of two changes no digit. */
START_TEST(class_weights_weigh)
{
    static const double weights[TOY_CLASSES] = {5, 4, 7, 9};
    const struct ramp_compute compute = {.n_threads = 1};
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_net *net = toy_net(TOY_NET);
    struct plan *plan;
    float plain[2], weighed[2];
    ramp_net_init(net, &init, 1);
    ck_assert_int_eq(plan_new(&plan, net, 3, true, &compute, NULL), RAMP_OK);
    struct plan_loss a = loss_of_ones(plain, plan, NULL);
    struct plan_loss b = loss_of_ones(weighed, plan, weights);
    ck_assert_double_gt(a.loss, 0);
    ck_assert_double_eq(b.loss, 4 * a.loss);
    for (int i = 0; i < 2; i++) {
        ck_assert_float_ne(plain[i], 0);
        ck_assert_float_eq(weighed[i], 4 * plain[i]);
    }
    plan_free(plan);
    ramp_net_free(net);
}
END_TEST

/* Equal classes have the weight 1; with 2, 1, 1 and 1 pictures in a batch the
 * first weighs 5/8 and the others 5/4, which leaves no class more than others:
 * from logits that are all 0 the biases of the last layer stay equal. */
START_TEST(class_weights_are_of_the_training_part)
{
    struct toy even = toy_open(32, false, 0.25), odd = toy_open(5, false, 0);
    struct ramp_train_options options = toy_options(2, 8);
    struct ramp_train_result result;
    struct ramp_model *a = toy_train(&result, &even, TOY_NET, &options);
    options.class_weights = true;
    struct ramp_model *b = toy_train(&result, &even, TOY_NET, &options);
    ck_assert(toy_equal(a, b));
    options.epochs = 1;
    options.scale = RAMP_SCALE_NONE;
    for (int weigh = 0; weigh < 2; weigh++) {
        options.class_weights = weigh;
        /* Nearly every value is dropped: the pictures say nothing. */
        struct ramp_model *model =
            toy_train(&result, &odd,
                      "maxpool 8x8\ndropout 0.99\ndense classes\n", &options);
        const float *bias = ramp_model_net(model)->params + TOY_CLASSES;
        if (weigh)
            ck_assert_float_eq_tol(bias[0], bias[1], 1e-6f);
        else
            ck_assert_float_gt(bias[0], bias[1] + 1e-3f);
        ramp_model_free(model);
    }
    ramp_model_free(a);
    ramp_model_free(b);
    toy_close(&even);
    toy_close(&odd);
}
END_TEST

/* ---- Equal input, equal weights ---- */

static struct ramp_model *rich_model(const struct toy *toy, int n_threads,
                                     uint64_t seed)
{
    struct ramp_train_options options = toy_options(2, 16);
    struct ramp_train_result result;
    options.compute.n_threads = n_threads;
    options.seed = seed;
    options.l2 = 1e-3;
    options.warmup = 1;
    options.schedule = RAMP_COSINE;
    options.augment = (struct ramp_augment){
        .flip = true, .shift = 1, .rotate = 10, .scale = 0.1, .cutout = 2};
    return toy_train(&result, toy, RICH_NET, &options);
}

START_TEST(threads_and_runs_are_equal)
{
    struct toy toy = toy_open(60, false, 0.25);
    struct ramp_model *first = rich_model(&toy, 1, 1);
    for (int n_threads = 1; n_threads <= 4; n_threads *= 2) {
        struct ramp_model *again = rich_model(&toy, n_threads, 1);
        ck_assert_msg(toy_equal(first, again), "%d threads", n_threads);
        ramp_model_free(again);
    }
    struct ramp_model *other = rich_model(&toy, 1, 2);
    ck_assert(!toy_equal(first, other));
    ramp_model_free(other);
    ramp_model_free(first);
    toy_close(&toy);
}
END_TEST

/* ---- The last batch ---- */

static struct ramp_model *one_epoch(const struct toy *toy, int batch)
{
    struct ramp_train_options options = toy_options(1, batch);
    struct ramp_train_result result;
    options.optimizer = RAMP_SGD;
    options.momentum = 0;
    options.scale = RAMP_SCALE_UNIT;
    return toy_train(&result, toy, TOY_NET, &options);
}

/* Six pictures in batches of four: the second step is half a step. */
START_TEST(last_batch_is_weighted_by_its_size)
{
    struct toy toy = toy_open(6, false, 0);
    struct ramp_net *net = toy_net(TOY_NET);
    struct loader_options options = {
        .compute = {.n_threads = 1}, .batch = 4, .shuffle = true, .seed = 3};
    const struct ramp_init init = {0};
    struct loader *loader;
    struct plan *plan;
    ramp_dataset_shape(toy.data, &options.pre);
    options.pre.scale = RAMP_SCALE_UNIT;
    ramp_net_init(net, &init, 3);
    ck_assert_int_eq(loader_new(&loader, toy.data, RAMP_TRAIN, &options, NULL),
                     RAMP_OK);
    ck_assert_int_eq(plan_new(&plan, net, 4, true, &options.compute, NULL),
                     RAMP_OK);
    loader_start(loader, 1, 0);
    for (size_t n = 4; n >= 2; n -= 2) {
        struct loader_batch b;
        ck_assert_int_eq(loader_next(loader, &b, NULL), RAMP_OK);
        ck_assert_uint_eq(b.n, n);
        const struct plan_batch batch = {.x = b.x, .labels = b.labels, .n = n};
        plan_train(plan, &batch);
        for (size_t i = 0; i < net->n_params; i++)
            net->params[i] -= 0.05f * (float)n / 4 * plan_gradients(plan)[i];
    }
    struct ramp_model *model = one_epoch(&toy, 4);
    for (size_t i = 0; i < net->n_params; i++)
        ck_assert_float_eq_tol(ramp_model_net(model)->params[i], net->params[i],
                               1e-6f);
    ramp_model_free(model);
    plan_free(plan);
    loader_free(loader);
    ramp_net_free(net);
    toy_close(&toy);
}
END_TEST

START_TEST(batch_is_at_most_the_training_part)
{
    struct toy toy = toy_open(6, false, 0);
    struct ramp_model *six = one_epoch(&toy, 6), *more = one_epoch(&toy, 64);
    ck_assert(toy_equal(six, more));
    ramp_model_free(six);
    ramp_model_free(more);
    toy_close(&toy);
}
END_TEST

/* ---- Stopping ---- */

/* With a rate of 0 no epoch is better than the first. */
START_TEST(patience)
{
    struct toy toy = toy_open(40, false, 0.5);
    struct ramp_train_options options = toy_options(9, 8);
    struct ramp_train_result result;
    options.lr = 0;
    options.patience = 2;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    ck_assert(result.out_of_patience);
    ck_assert(!result.stopped && !result.out_of_time);
    ck_assert_int_eq(result.epochs, 3);
    ck_assert_int_eq(result.best_epoch, 1);
    toy_close(&toy);
}
END_TEST

/* Without a validation part no epoch is worse than another. */
START_TEST(patience_needs_validation)
{
    struct toy toy = toy_open(16, false, 0);
    struct ramp_train_options options = toy_options(4, 8);
    struct ramp_train_result result;
    options.patience = 1;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    ck_assert(!result.out_of_patience);
    ck_assert_int_eq(result.epochs, 4);
    ck_assert_int_eq(result.best_epoch, 0);
    ck_assert_double_eq(result.best_val_error, -1);
    toy_close(&toy);
}
END_TEST

START_TEST(time_limit)
{
    struct toy toy = toy_open(40, false, 0.5);
    struct ramp_train_options options = toy_options(100, 8);
    struct ramp_train_result result;
    options.time_limit = 1e-6;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    ck_assert(result.out_of_time);
    ck_assert(!result.stopped && !result.out_of_patience);
    ck_assert_int_eq(result.epochs, 0);
    ck_assert_uint_eq(result.batches, 1);
    ck_assert_uint_eq(result.n_batches, 3);
    toy_close(&toy);
}
END_TEST

struct calls {
    int batches, epochs, stop_at_batch, stop_at_epoch;
    struct ramp_progress progress;
};

static bool count_batch(void *context, const struct ramp_progress *progress)
{
    struct calls *calls = context;
    calls->progress = *progress;
    return ++calls->batches != calls->stop_at_batch;
}

static bool count_epoch(void *context, const struct ramp_epoch *epoch)
{
    struct calls *calls = context;
    ck_assert_int_eq(epoch->epoch, calls->epochs + 1);
    ck_assert_int_eq(epoch->epochs, 5);
    return ++calls->epochs != calls->stop_at_epoch;
}

static struct ramp_train_result run_calls(const struct toy *toy,
                                          struct calls *calls)
{
    struct ramp_train_options options = toy_options(5, 8);
    struct ramp_train_result result;
    options.on_batch = count_batch;
    options.on_epoch = count_epoch;
    options.context = calls;
    ramp_model_free(toy_train(&result, toy, TOY_NET, &options));
    return result;
}

START_TEST(callbacks_are_called)
{
    struct toy toy = toy_open(40, false, 0.5); /* 20: batches of 8, 8, 4 */
    struct calls calls = {0};
    struct ramp_train_result result = run_calls(&toy, &calls);
    ck_assert(!result.stopped);
    ck_assert_int_eq(result.epochs, 5);
    ck_assert_int_eq(calls.batches, 15);
    ck_assert_int_eq(calls.epochs, 5);
    ck_assert_int_eq(calls.progress.epoch, 5);
    ck_assert_uint_eq(calls.progress.images, 20);
    ck_assert_uint_eq(calls.progress.n_images, 20);
    ck_assert_double_ge(calls.progress.seconds_left, 0);
    ck_assert_double_lt(calls.progress.seconds_left, 10);
    toy_close(&toy);
}
END_TEST

START_TEST(callbacks_stop)
{
    struct toy toy = toy_open(40, false, 0.5);
    struct calls at_batch = {.stop_at_batch = 5};
    struct ramp_train_result result = run_calls(&toy, &at_batch);
    ck_assert(result.stopped);
    ck_assert_int_eq(result.epochs, 1);
    ck_assert_uint_eq(result.batches, 2);
    ck_assert_int_eq(at_batch.batches, 5);
    ck_assert_int_eq(at_batch.epochs, 1);
    struct calls at_epoch = {.stop_at_epoch = 3};
    result = run_calls(&toy, &at_epoch);
    ck_assert(result.stopped);
    ck_assert_int_eq(result.epochs, 3);
    ck_assert_int_eq(at_epoch.batches, 9);
    toy_close(&toy);
}
END_TEST

/* ---- Memory ---- */

struct counts {
    size_t first, last; /* allocations, at the first and last batch */
    int batches;
};

static bool count_memory(void *context, const struct ramp_progress *progress)
{
    struct counts *counts = context;
    counts->last = mem_count();
    if (counts->batches++ == 0)
        counts->first = counts->last;
    (void)progress;
    return true;
}

START_TEST(step_allocates_nothing)
{
    struct toy toy = toy_open(100, false, 0);
    struct ramp_train_options options = toy_options(1, 8);
    struct ramp_train_result result;
    struct counts counts = {0};
    options.compute.n_threads = 2;
    options.optimizer = (enum ramp_optimizer)_i;
    options.augment = (struct ramp_augment){.flip = true, .rotate = 5};
    options.on_batch = count_memory;
    options.context = &counts;
    ramp_model_free(toy_train(&result, &toy, RICH_NET, &options));
    ck_assert_int_eq(counts.batches, 13);
    ck_assert_uint_eq(counts.last, counts.first);
    toy_close(&toy);
}
END_TEST

/* Every allocation fails once, until one training is left alone. The loader's
 * thread allocates, too, so the number may differ from run to run. */
START_TEST(no_memory_is_reported)
{
    struct toy toy = toy_open(12, false, 0.4);
    struct ramp_train_options options = toy_options(2, 8);
    enum ramp_status status = RAMP_MEMORY;
    options.out_dir = toy.run;
    options.diagnose = true;
    for (size_t n = 1; status != RAMP_OK; n++) {
        struct ramp_net *net = toy_net(TOY_NET);
        struct ramp_model *model;
        struct ramp_train_result result;
        struct ramp_error err = {0};
        ck_assert_uint_lt(n, 2000);
        mem_fail_at(n, false);
        status = ramp_train(&model, &result, &net, toy.data, &options, &err);
        mem_fail_at(0, false);
        ck_assert_ptr_null(net);
        ck_assert_msg(status == RAMP_OK || status == RAMP_MEMORY,
                      "allocation %zu: %s", n, err.text);
        ck_assert((model != NULL) == (status == RAMP_OK));
        ramp_model_free(model);
    }
    toy_close(&toy);
}
END_TEST

/* ---- What is refused ---- */

static enum ramp_status train_status(const struct toy *toy,
                                     const struct ramp_train_options *options,
                                     struct ramp_error *err)
{
    struct ramp_net *net = toy_net(TOY_NET);
    struct ramp_model *model;
    struct ramp_train_result result;
    enum ramp_status status =
        ramp_train(&model, &result, &net, toy->data, options, err);
    ck_assert_ptr_null(net);
    ck_assert((model != NULL) == (status == RAMP_OK));
    ramp_model_free(model);
    return status;
}

START_TEST(options_out_of_range)
{
    struct toy toy = toy_open(12, false, 0);
    struct ramp_train_options bad[15];
    struct ramp_error err;
    const size_t n = sizeof bad / sizeof *bad;
    for (size_t i = 0; i < n; i++)
        bad[i] = toy_options(1, 8);
    bad[0].epochs = 0;
    bad[1].batch = 0;
    bad[2].lr = -1;
    bad[3].lr = (double)NAN;
    bad[4].momentum = 1.5;
    bad[5].label_smoothing = 2;
    bad[6].l2 = (double)INFINITY;
    bad[7].augment.scale = 1;
    bad[8].patience = -1;
    bad[9].bias_lr = -1;
    bad[10].norm_lr = (double)NAN;
    bad[11].init.kind = RAMP_INIT_SPREAD; /* without a spread */
    bad[12].act_l1 = -1;
    bad[13].max_norm = -1;
    bad[14].ema = 0.9;
    bad[14].lookahead = true;
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(train_status(&toy, &bad[i], &err), RAMP_USAGE);
        ck_assert_ptr_nonnull(strstr(err.text, "cannot train: expected "));
    }
    ck_assert_int_eq(train_status(&toy, &bad[8], &err), RAMP_USAGE);
    ck_assert_str_eq(err.text, "cannot train: expected patience from 0 to "
                               "1000000, found -1");
    toy_close(&toy);
}
END_TEST

START_TEST(net_must_fit_the_data)
{
    struct toy toy = toy_open(12, false, 0);
    const struct ramp_train_options options = toy_options(1, 8);
    const struct ramp_net_options shape = {
        .channels = 3, .height = 8, .width = 9, .n_classes = 5};
    struct ramp_error err;
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_train_result result;
    ck_assert_int_eq(
        ramp_net_parse(&net, "dense classes\n", "toy", &shape, NULL), RAMP_OK);
    ck_assert_int_eq(
        ramp_train(&model, &result, &net, toy.data, &options, &err),
        RAMP_MODEL);
    ck_assert_ptr_null(net);
    ck_assert_ptr_null(model);
    ck_assert_str_eq(err.text,
                     "net 'toy' does not fit the data: expected 1x8x8 and 4 "
                     "classes, found 3x8x9 and 5");
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("trainer");
    TCase *tc = tcase_create("trainer");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, overfits_32_pictures, 0, 3);
    tcase_add_test(tc, learns_what_pictures_say);
    tcase_add_test(tc, label_smoothing_bounds_the_loss);
    tcase_add_test(tc, penalties_shrink);
    tcase_add_test(tc, class_weights_weigh);
    tcase_add_test(tc, class_weights_are_of_the_training_part);
    tcase_add_test(tc, threads_and_runs_are_equal);
    tcase_add_test(tc, last_batch_is_weighted_by_its_size);
    tcase_add_test(tc, batch_is_at_most_the_training_part);
    tcase_add_test(tc, patience);
    tcase_add_test(tc, patience_needs_validation);
    tcase_add_test(tc, time_limit);
    tcase_add_test(tc, callbacks_are_called);
    tcase_add_test(tc, callbacks_stop);
    tcase_add_loop_test(tc, step_allocates_nothing, 0, 3);
    tcase_add_test(tc, no_memory_is_reported);
    tcase_add_test(tc, options_out_of_range);
    tcase_add_test(tc, net_must_fit_the_data);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
