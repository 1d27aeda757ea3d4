/* check_divergence.c - what is not finite ends a training at once, and never
 * reaches a file; no layer hides it. What a diverged training leaves behind is
 * in check_keeper.c. */
#include "net/plan.h"
#include "tests/training/toy.h"

#include <ramp/model.h>

#include <math.h>

static const char *const acts[] = {
    "linear",  "relu",     "leaky 0.1", "elu 0.5",   "relu 0.5", "selu",
    "srelu",   "softplus", "gelu",      "gelu-tanh", "silu",     "abs",
    "prelu 2", "maxout 2", "crelu",     "tanh",      "sigmoid",  "relu6"};
enum { N_ACTS = sizeof acts / sizeof *acts, N_BOUNDED = 3 /* the last */ };

/* Every kind of layer behind an activation, which %s stands for. */
static const char *const nets[] = {
    "dense 16\n%s\ndense classes\n",
    "conv 4 3x3 pad 1\n%s\nmaxpool 2x2\ndense classes\n",
    "conv 4 3x3\n%s\navgpool 2x2 ceil\ndense classes\n",
    "conv 16 5x5 pad 2\n%s\nmaxpool 3x3 stride 2 ceil\n"
    "conv 16 3x3 pad 1\n%s\ndense 12\n%s\ndense classes\n",
    "conv 8 3x3 pad 1\nbatchnorm\n%s\nmaxpool 2x2\ndropout 0.1\n"
    "conv 4 1x1\n%s\nmaxpool 2x2\ndense classes\n",
};
enum { N_NETS = sizeof nets / sizeof *nets };

static const char *const tables[] = {"portable", NULL};
enum { N_TABLES = sizeof tables / sizeof *tables };

static struct ramp_net *make_net(int net, int act)
{
    char text[512];
    const char *a = acts[act];
    snprintf(text, sizeof text, nets[net], a, a, a);
    return toy_net(text);
}

/* ---- No layer hides it ---- */

/* The loss of the net for pictures one pixel of which is `pixel`. */
static double loss_of(int net_index, int act, const char *cpu, float pixel)
{
    enum { N = 5 };
    static float x[N * TOY_AREA];
    const int32_t labels[N] = {0, 1, 2, 3, 0};
    const struct ramp_compute compute = {.n_threads = 1, .cpu = cpu};
    const struct ramp_init init = {0};
    struct ramp_net *net = make_net(net_index, act);
    struct plan *plan;
    ramp_net_init(net, &init, 1);
    for (int i = 0; i < N * TOY_AREA; i++)
        x[i] = (float)(i % 7) - 3;
    /* In the middle, where all windows and paddings see it. */
    x[2 * TOY_AREA + 3 * TOY_SIDE + 3] = pixel;
    ck_assert_int_eq(plan_new(&plan, net, N, true, &compute, NULL), RAMP_OK);
    const struct plan_batch batch = {.x = x, .labels = labels, .n = N};
    double loss = plan_train(plan, &batch).loss;
    plan_free(plan);
    ramp_net_free(net);
    return loss;
}

START_TEST(nan_reaches_the_loss)
{
    for (int act = 0; act < N_ACTS; act++)
        for (int table = 0; table < N_TABLES; table++) {
            double good = loss_of(_i, act, tables[table], 1);
            double bad = loss_of(_i, act, tables[table], NAN);
            ck_assert_msg(isfinite(good), "%s, %s", nets[_i], acts[act]);
            ck_assert_msg(!isfinite(bad), "%s, %s: a NaN gives a loss of %g",
                          nets[_i], acts[act], bad);
        }
}
END_TEST

/* Bounded activations make an infinity finite, and no harm is done. The others
 * pass it on, unless all weights on its way drop it. */
START_TEST(infinity_reaches_the_loss)
{
    for (int act = 0; act < N_ACTS - N_BOUNDED; act++)
        for (int table = 0; table < N_TABLES; table++) {
            double bad = loss_of(_i, act, tables[table], INFINITY);
            ck_assert_msg(!isfinite(bad), "%s, %s: infinity gives %g", nets[_i],
                          acts[act], bad);
        }
}
END_TEST

/* ---- Training ---- */

static bool count_finite(void *context, const struct ramp_progress *progress)
{
    ck_assert(isfinite(progress->loss));
    ++*(int *)context;
    return true;
}

static void is_finite(const struct toy *toy, const char *name)
{
    char path[256];
    struct ramp_model *model;
    struct ramp_error err;
    ck_assert_msg(ramp_model_load(&model, toy_path(path, toy->run, name),
                                  &err) == RAMP_OK,
                  "%s", err.text); /* which refuses what is not finite */
    ramp_model_free(model);
}

/* The error, if the training diverged; its text is empty if it did not. What
 * it has written is finite. *batches counts those that were good. */
static struct ramp_error outcome(const struct toy *toy, struct ramp_net *net,
                                 struct ramp_train_options options,
                                 int *batches)
{
    struct ramp_model *model;
    struct ramp_train_result result;
    struct ramp_error err = {.text = ""};
    char path[256];
    *batches = 0;
    options.out_dir = toy->run;
    options.on_batch = count_finite;
    options.context = batches;
    enum ramp_status status =
        ramp_train(&model, &result, &net, toy->data, &options, &err);
    ck_assert_msg(status == RAMP_OK || status == RAMP_DIVERGED, "%s", err.text);
    ck_assert((model != NULL) == (status == RAMP_OK));
    if (status == RAMP_OK ||
        file_exists(toy_path(path, toy->run, "last.safetensors"))) {
        is_finite(toy, "best.safetensors");
        is_finite(toy, "last.safetensors");
    }
    ramp_model_free(model);
    return err;
}

/* The first batch whose loss is not finite is the last: at a rate of 1e6 the
 * weights break within a few of the hundred of this epoch. */
START_TEST(the_bad_batch_is_named)
{
    struct toy toy = toy_open(400, false, 0);
    struct ramp_train_options options = toy_options(2, 4);
    char expected[128];
    int batches;
    options.lr = 1e6;
    struct ramp_error err = outcome(&toy, make_net(0, 0), options, &batches);
    ck_assert_int_lt(batches, 90);
    snprintf(expected, sizeof expected,
             "training diverged: the loss is not finite in epoch 1, batch %d, "
             "at learning rate 1e+06; try --lr 100000",
             batches + 1);
    ck_assert_str_eq(err.text, expected);
    toy_close(&toy);
}
END_TEST

/* A bias near the largest float: sums in the hidden layers overflow. */
START_TEST(hidden_overflow)
{
    struct toy toy = toy_open(16, false, 0);
    struct ramp_train_options options = toy_options(2, 8);
    options.init.bias = 3e38f;
    for (int act = 0; act < N_ACTS; act++) {
        int batches;
        struct ramp_error err =
            outcome(&toy, make_net(_i, act), options, &batches);
        if (act < N_ACTS - N_BOUNDED && _i != 4) {
            ck_assert_msg(err.text[0], "%s, %s", nets[_i], acts[act]);
            ck_assert_int_eq(batches, 0);
        }
    }
    toy_close(&toy);
}
END_TEST

/* Pictures without any difference: the deviation is 0, and taken as 1. */
START_TEST(constant_pictures)
{
    enum { N = 12 };
    struct toy toy = toy_open(N, false, 0);
    const uint8_t header[] = {0, 0, 8, 3,        0, 0, 0, N,
                              0, 0, 0, TOY_SIDE, 0, 0, 0, TOY_SIDE};
    uint8_t pixels[N * TOY_AREA];
    const struct ramp_dataset_options data_options = {.val_share = 0};
    for (int i = 0; i < 2; i++) {
        int batches;
        memset(pixels, i ? 255 : 0, sizeof pixels);
        toy_write(&toy, "train-images-idx3-ubyte", header, sizeof header,
                  pixels, sizeof pixels);
        ramp_dataset_free(toy.data);
        ck_assert_int_eq(
            ramp_dataset_open(&toy.data, toy.data_folder, &data_options, NULL),
            RAMP_OK);
        struct ramp_error err =
            outcome(&toy, make_net(_i, 1), toy_options(2, 4), &batches);
        ck_assert_str_eq(err.text, "");
        ck_assert_int_eq(batches, 6);
    }
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("divergence");
    TCase *tc = tcase_create("divergence");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, nan_reaches_the_loss, 0, N_NETS);
    tcase_add_loop_test(tc, infinity_reaches_the_loss, 0, N_NETS);
    tcase_add_test(tc, the_bad_batch_is_named);
    tcase_add_loop_test(tc, hidden_overflow, 0, N_NETS);
    tcase_add_loop_test(tc, constant_pictures, 0, N_NETS);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
