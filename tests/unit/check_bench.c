/* check_bench.c - what `ramp bench` measures: that the numbers belong together
 * and belong to the net that was asked for. No test looks at how long anything
 * took. */
#include "base/mem.h"
#include "net/net.h"
#include "tests/check.h"

#include <math.h>
#include <ramp/bench.h>
#include <string.h>

/* Both kinds of layers; first weights without a gradient of their input; and a
 * batch norm, which a plan for inference may leave out. */
static const char text[] =
    "avgpool 2x2\nconv 8 3x3 pad 1 nobias\nbatchnorm\nact\n"
    "maxpool 2x2\ndropout 0.5\ndense 12\nact\n"
    "dense classes\n";

static const double moment = 0.01;

static struct ramp_net *new_net(void)
{
    const struct ramp_net_options options = {
        3, 12, 8, 5, {.kind = RAMP_ACT_RELU}};
    struct ramp_net *net;
    struct ramp_error err;
    ck_assert_msg(ramp_net_parse(&net, text, "test", &options, &err) == RAMP_OK,
                  "%s", err.text);
    return net;
}

static struct ramp_bench_result run(struct ramp_net *net, bool training,
                                    size_t batch, int n_threads, double seconds)
{
    const struct ramp_bench_options options = {
        .compute = {.n_threads = n_threads},
        .batch = batch,
        .training = training,
        .seconds = seconds};
    struct ramp_bench_result r;
    struct ramp_error err;
    ck_assert_msg(ramp_bench(&r, net, &options, &err) == RAMP_OK, "%s",
                  err.text);
    return r;
}

static bool positive(double x)
{
    return isfinite(x) && x > 0;
}

/* ---- The whole ---- */

static double flop_of(const struct ramp_net *net, bool training)
{
    double flop = 0;
    for (size_t i = 0; i < ramp_net_n_layers(net); i++) {
        struct ramp_layer_info info;
        ramp_net_layer(net, i, &info);
        flop += training ? info.train_flop : info.forward_flop;
    }
    return flop;
}

static void check_whole(const struct ramp_bench_result *r, size_t batch,
                        double flop)
{
    ck_assert_uint_ge(r->n_steps, 5);
    ck_assert_uint_le(r->n_steps, 20000);
    ck_assert(positive(r->min_seconds));
    ck_assert(r->median_seconds >= r->min_seconds);
    ck_assert(r->max_seconds >= r->median_seconds);
    ck_assert_double_eq_tol(r->images_per_second * r->median_seconds,
                            (double)batch, 1e-6);
    ck_assert_double_eq(r->flop, flop * (double)batch);
    ck_assert_double_eq_tol(r->flop_per_second * r->median_seconds / r->flop, 1,
                            1e-9);
    ck_assert(positive(r->peak_before));
    ck_assert(positive(r->peak_after));
    double peak = fmax(r->peak_before, r->peak_after);
    ck_assert_double_eq_tol(r->share * peak / r->flop_per_second, 1, 1e-9);
}

/* ---- The layers ---- */

/* No thread can spend more time in layers than the step took, so that the rest
 * is never below 0. Rounding aside. */
static void check_sum(const struct ramp_bench_result *r)
{
    double flop = 0, seconds = r->other_seconds;
    for (size_t i = 0; i < r->n_layers; i++) {
        const struct ramp_bench_layer *l = &r->layers[i];
        ck_assert(l->forward_seconds >= 0 && l->backward_seconds >= 0 &&
                  l->weights_seconds >= 0);
        seconds +=
            l->forward_seconds + l->backward_seconds + l->weights_seconds;
        flop += l->forward_flop + l->backward_flop;
    }
    ck_assert_double_eq(flop, r->flop);
    ck_assert(positive(r->layers_seconds));
    ck_assert(r->other_seconds >= -1e-9 * r->layers_seconds);
    ck_assert(r->other_seconds < r->layers_seconds);
    ck_assert_double_eq_tol(seconds / r->layers_seconds, 1, 1e-9);
}

static const struct ramp_bench_layer *
find_layer(const struct ramp_bench_result *r, const char *name)
{
    for (size_t i = 0; i < r->n_layers; i++)
        if (strcmp(r->layers[i].text, name) == 0)
            return &r->layers[i];
    ck_abort_msg("there is no row for %s", name);
    return NULL;
}

START_TEST(training_steps)
{
    const int n_threads = _i + 1;
    struct ramp_net *net = new_net();
    struct ramp_bench_result r = run(net, true, 20, n_threads, moment);
    check_whole(&r, 20, flop_of(net, true));
    check_sum(&r);
    ck_assert_uint_eq(r.n_layers, 9);
    const struct ramp_bench_layer *conv =
        find_layer(&r, "conv 8 3x3 pad 1 nobias");
    const struct ramp_bench_layer *dense = find_layer(&r, "dense 12");
    ck_assert(positive(conv->forward_seconds));
    ck_assert(positive(conv->backward_seconds));
    ck_assert(positive(conv->weights_seconds));
    /* 3 to 8 channels over 6x4 outputs; backward the weights alone. */
    ck_assert_double_eq(conv->forward_flop, 20 * 2. * 9 * 3 * 8 * 24);
    ck_assert_double_eq(conv->backward_flop, conv->forward_flop);
    ck_assert_double_eq(dense->backward_flop, 2 * dense->forward_flop);
    ramp_bench_release(&r);
    ck_assert_ptr_null(r.layers);
    ramp_net_free(net);
}
END_TEST

START_TEST(inference_steps)
{
    const int n_threads = _i + 1;
    struct ramp_net *net = new_net();
    struct ramp_bench_result r = run(net, false, 20, n_threads, moment);
    check_whole(&r, 20, flop_of(net, false));
    check_sum(&r);
    ck_assert_uint_le(r.n_layers, 9);
    ck_assert(
        positive(find_layer(&r, "conv 8 3x3 pad 1 nobias")->forward_seconds));
    ck_assert(positive(find_layer(&r, "dense 12")->forward_seconds));
    for (size_t i = 0; i < r.n_layers; i++) {
        ck_assert_double_eq(r.layers[i].backward_seconds, 0);
        ck_assert_double_eq(r.layers[i].backward_flop, 0);
    }
    ramp_bench_release(&r);
    ramp_net_free(net);
}
END_TEST

/* Fewer pictures than threads, and than the chunks of a gradient; and so many
 * steps that a time of all of them is not taken for one step's. */
START_TEST(one_picture)
{
    struct ramp_net *net = new_net();
    for (int training = 0; training < 2; training++) {
        struct ramp_bench_result r = run(net, training, 1, 3, 10 * moment);
        check_whole(&r, 1, flop_of(net, training));
        check_sum(&r);
        ramp_bench_release(&r);
    }
    ramp_net_free(net);
}
END_TEST

/* The steps are steps: training moves the weights, inference does not. */
START_TEST(weights_move_in_training)
{
    struct ramp_net *net = new_net(), *first = new_net();
    size_t n_bytes = net->n_params * sizeof(float);
    ramp_net_init(first, &(struct ramp_init){.kind = RAMP_INIT_HE}, 1);
    struct ramp_bench_result r = run(net, false, 4, 1, moment);
    ramp_bench_release(&r);
    ck_assert_mem_eq(net->params, first->params, n_bytes);
    r = run(net, true, 4, 1, moment);
    ramp_bench_release(&r);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        const float *a = net_tensor_block(net, t) + t->offset;
        const float *b = net_tensor_block(first, t) + t->offset;
        ck_assert_msg(memcmp(a, b, t->n * sizeof *a) != 0, "%s did not move",
                      t->name);
    }
    for (size_t i = 0; i < net->n_params; i++)
        ck_assert(isfinite(net->params[i]));
    ramp_net_free(net);
    ramp_net_free(first);
}
END_TEST

/* ---- What is refused ---- */

static void check_refused(struct ramp_bench_options options, const char *found)
{
    struct ramp_net *net = new_net();
    struct ramp_bench_result r;
    struct ramp_error err;
    memset(&r, 0xa5, sizeof r);
    ck_assert_int_eq(ramp_bench(&r, net, &options, &err), RAMP_USAGE);
    ck_assert_msg(strstr(err.text, found) != NULL, "%s", err.text);
    ck_assert_ptr_null(r.layers);
    ck_assert_uint_eq(r.n_layers, 0);
    ramp_net_free(net);
}

START_TEST(bad_options)
{
    const double bad_seconds[] = {0, -1, 1e6, NAN, INFINITY};
    check_refused((struct ramp_bench_options){.batch = 0, .seconds = 1},
                  "found 0");
    check_refused((struct ramp_bench_options){.batch = 1000001, .seconds = 1},
                  "found 1000001");
    for (size_t i = 0; i < sizeof bad_seconds / sizeof *bad_seconds; i++)
        check_refused(
            (struct ramp_bench_options){.batch = 1, .seconds = bad_seconds[i]},
            "seconds, found");
    check_refused((struct ramp_bench_options){.compute = {.cpu = "z80"},
                                              .batch = 1,
                                              .seconds = 1},
                  "'z80'");
}
END_TEST

START_TEST(no_memory_is_reported)
{
    const struct ramp_bench_options bench = {.compute = {.n_threads = 1},
                                             .batch = 2,
                                             .training = true,
                                             .seconds = moment};
    struct ramp_net *net = new_net();
    enum ramp_status status = RAMP_MEMORY;
    struct ramp_bench_result r;
    size_t n = 0;
    while (status != RAMP_OK) {
        ck_assert_uint_lt(n, 100);
        mem_fail_at(++n, false);
        status = ramp_bench(&r, net, &bench, NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        ck_assert((r.layers == NULL) == (status != RAMP_OK));
    }
    ck_assert_uint_gt(n, 8);
    ramp_bench_release(&r);
    ramp_net_free(net);
}
END_TEST

/* What a step takes is there before the first one: more steps, no more of it.
 */
START_TEST(steps_allocate_nothing)
{
    struct ramp_net *net = new_net();
    size_t counts[2];
    for (int i = 0; i < 2; i++) {
        const struct ramp_bench_options options = {
            .compute = {.n_threads = 2},
            .batch = 2,
            .training = true,
            .seconds = i == 0 ? 1e-9 : 10 * moment};
        struct ramp_bench_result r;
        size_t before = mem_count();
        ck_assert_int_eq(ramp_bench(&r, net, &options, NULL), RAMP_OK);
        counts[i] = mem_count() - before;
        ramp_bench_release(&r);
    }
    ck_assert_uint_eq(counts[0], counts[1]);
    ramp_net_free(net);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("bench");
    TCase *tc = tcase_create("bench");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, training_steps, 0, 3);
    tcase_add_loop_test(tc, inference_steps, 0, 3);
    tcase_add_test(tc, one_picture);
    tcase_add_test(tc, weights_move_in_training);
    tcase_add_test(tc, bad_options);
    tcase_add_test(tc, no_memory_is_reported);
    tcase_add_test(tc, steps_allocate_nothing);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
