/* check_plan.c - what is said of a plan is what the plan does: which layer
 * takes which algorithm, in which order, with which memory, and why. */
#include "base/mem.h"
#include "base/rng.h"
#include "net/plan.h"
#include "tests/check.h"

#include <ramp/net.h>

#include <stdio.h>
#include <string.h>

enum { MAX_STEPS = 32 };

/* Four floats in a vector, two vectors in a panel: on every machine. */
static const struct ramp_compute portable = {.cpu = "portable"};
static const struct ramp_compute exact = {.cpu = "portable", .exact = true};

static struct ramp_net_options data_of(int channels, int size)
{
    return (struct ramp_net_options){
        channels, size, size, 10, {RAMP_ACT_RELU, 0}};
}

static struct ramp_net *parse(const char *text, int channels, int size)
{
    const struct ramp_net_options options = data_of(channels, size);
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status = ramp_net_parse(&net, text, "t", &options, &err);
    ck_assert_msg(status == RAMP_OK, "\"%s\": %s", text, err.text);
    return net;
}

static struct ramp_net *load(const char *name, int channels, int size)
{
    const struct ramp_net_options options = data_of(channels, size);
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status = ramp_net_load(&net, name, &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s: %s", name, err.text);
    return net;
}

static struct ramp_plan_step *plan_of(const struct ramp_net *net, size_t batch,
                                      bool training,
                                      const struct ramp_compute *compute)
{
    struct ramp_plan_step *steps;
    struct ramp_error err;
    size_t n;
    enum ramp_status status =
        ramp_net_plan(&steps, &n, net, batch, training, compute, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_uint_eq(n, ramp_net_n_layers(net));
    return steps;
}

static void check_text(const char *what, const char *found,
                       const char *expected)
{
    ck_assert_msg(strcmp(found, expected) == 0,
                  "%s: expected \"%s\", found \"%s\"", what, expected, found);
}

/* ==== Whole nets ==== */

/* A step as one line: "1 x4 conv 32 5x5 pad 2: direct". x4 is a block of four
 * images, =16 sixteen side by side, * the whole batch. */
static const struct {
    const char *net;
    int channels, size;
    size_t batch;
    bool training;
    const char *lines[MAX_STEPS];
} whole_rows[] = {
    {"krizhevsky",
     3,
     32,
     64,
     true,
     {"1 x4 conv 32 5x5 pad 2: Winograd F(4x4, 5x5)",
      "1 x4 maxpool 3x3 stride 2 ceil: window by window", "1 x4 relu: in place",
      "1 x4 conv 32 5x5 pad 2: Winograd F(4x4, 5x5)", "1 x4 relu: in place",
      "1 x4 avgpool 3x3 stride 2 ceil: window by window",
      "1 x4 conv 64 5x5 pad 2: Winograd F(4x4, 5x5)", "1 x4 relu: in place",
      "1 x4 avgpool 3x3 stride 2 ceil: window by window",
      "2 * dense 10: products of 32 x 8"}},
    {"lenet",
     1,
     28,
     5,
     true,
     {"1 =16 conv 6 5x5 pad 2: Winograd F(4, 5) along rows",
      "1 =16 maxpool 2x2: window by window", "1 =16 relu: in place",
      "1 =16 conv 16 5x5: Winograd F(4, 5) along rows",
      "1 =16 maxpool 2x2: window by window", "1 =16 relu: in place",
      "2 * dense 120: products of 5 x 8", "3 x5 relu: value by value",
      "4 * dense 84: products of 5 x 8", "5 x5 relu: value by value",
      "6 * dense 10: products of 5 x 8"}},
    {"conv2",
     1,
     28,
     40,
     true,
     {"1 x3 conv 32 3x3: direct", "1 x3 relu: in place",
      "1 x3 conv 64 3x3: Winograd F(6x6, 3x3)",
      "1 x3 maxpool 2x2: window by window", "1 x3 relu: in place",
      "1 x3 dropout 0.25: a draw for each value",
      "2 * dense 128: products of 32 x 8", "3 x16 relu: value by value",
      "3 x16 dropout 0.5: a draw for each value",
      "4 * dense 10: products of 32 x 8"}},
    {"conv2",
     1,
     28,
     2,
     false,
     {"1 x2 conv 32 3x3: direct", "1 x2 relu: in place",
      "1 x2 conv 64 3x3: Winograd F(6x6, 3x3)",
      "1 x2 maxpool 2x2: window by window", "1 x2 relu: in place",
      "1 x2 dropout 0.25: in place", "2 * dense 128: products of 2 x 8",
      "3 x2 relu: value by value", "3 x2 dropout 0.5: in place",
      "4 * dense 10: products of 2 x 8"}},
    {"speedy",
     3,
     32,
     64,
     true,
     {"1 x2 conv 24 2x2 whiten: direct",
      "1 x2 relu: in place",
      "1 x2 conv 64 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "1 x2 maxpool 2x2: window by window",
      "2 * batchnorm noscale: batch statistics",
      "3 x9 relu: value by value",
      "3 x9 conv 64 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "4 * batchnorm noscale: batch statistics",
      "5 x2 relu: value by value",
      "5 x2 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "5 x2 maxpool 2x2: window by window",
      "6 * batchnorm noscale: batch statistics",
      "7 x10 relu: value by value",
      "8 x10 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "9 * batchnorm noscale: batch statistics",
      "10 x10 relu: value by value",
      "11 x10 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "11 x10 maxpool 2x2: window by window",
      "12 * batchnorm noscale: batch statistics",
      "13 x16 relu: value by value",
      "14 x24 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "15 * batchnorm noscale: batch statistics",
      "16 x16 maxpool 3x3: window by window",
      "16 x16 relu: in place",
      "17 * dense 10 nobias: products of 32 x 8"}},
    {"speedy",
     3,
     32,
     64,
     false,
     {"1 x2 conv 24 2x2 whiten: direct",
      "1 x2 relu: in place",
      "1 x2 conv 64 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "1 x2 batchnorm noscale: folded into conv2",
      "1 x2 maxpool 2x2: window by window",
      "1 x2 relu: in place",
      "1 x2 conv 64 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "1 x2 batchnorm noscale: folded into conv3",
      "1 x2 relu: in place",
      "1 x2 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "1 x2 batchnorm noscale: folded into conv4",
      "1 x2 maxpool 2x2: window by window",
      "1 x2 relu: in place",
      "2 x10 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "2 x10 batchnorm noscale: folded into conv5",
      "2 x10 relu: in place",
      "3 x10 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "3 x10 batchnorm noscale: folded into conv6",
      "3 x10 maxpool 2x2: window by window",
      "3 x10 relu: in place",
      "4 x24 conv 256 3x3 pad 1 nobias: Winograd F(4x4, 3x3)",
      "4 x24 batchnorm noscale: folded into conv7",
      "4 x24 maxpool 3x3: window by window",
      "4 x24 relu: in place",
      "5 * dense 10 nobias: products of 32 x 8"}},
};

enum { N_WHOLE = sizeof whole_rows / sizeof *whole_rows };

START_TEST(whole_net)
{
    struct ramp_net *net =
        load(whole_rows[_i].net, whole_rows[_i].channels, whole_rows[_i].size);
    struct ramp_plan_step *steps =
        plan_of(net, whole_rows[_i].batch, whole_rows[_i].training, &portable);
    for (size_t i = 0; i < ramp_net_n_layers(net); i++) {
        const struct ramp_plan_step *s = &steps[i];
        char line[200], block[24] = "*";
        if (!s->batch_wise)
            snprintf(block, sizeof block, "%c%zu", s->interleaved ? '=' : 'x',
                     s->block);
        snprintf(line, sizeof line, "%zu %s %s: %s", s->stage, block, s->text,
                 s->algorithm);
        ck_assert_ptr_nonnull(whole_rows[_i].lines[i]);
        check_text(whole_rows[_i].net, line, whole_rows[_i].lines[i]);
    }
    ck_assert_ptr_null(whole_rows[_i].lines[ramp_net_n_layers(net)]);
    free(steps);
    ramp_net_free(net);
}
END_TEST

/* ==== One layer ==== */

/* Products: tiles of 4x4 take 64 (5x5) or 36 (3x3), of 6x6 64 (3x3), however
 * much of them lies over the edge; along a row a tile takes 8, 6 and 8 for
 * each row of the window. */
static const struct {
    const char *text; /* of the net before `dense classes` */
    int channels, size;
    bool training, exact;
    size_t layer; /* the net's */
    const char *algorithm, *reason, *input_gradient, *weight_gradient;
} layer_rows[] = {
    {"conv 16 5x5 pad 2", 3, 8, true, false, 0, "Winograd F(4x4, 5x5)",
     "4 products an output where direct takes 25: 6.25 times fewer; too few "
     "channels (3) to fill vectors with, so tiles do",
     "none: it is the first layer", ""},
    /* 9 tiles of 64 for 81 outputs */
    {"conv 16 5x5 pad 2", 3, 9, false, false, 0, "Winograd F(4x4, 5x5)",
     "7.11 products an output where direct takes 25: 3.52 times fewer; too few "
     "channels (3) to fill vectors with, so tiles do",
     "", ""},
    /* One tile for one output. */
    {"conv 16 5x5", 3, 5, false, false, 0, "Winograd F(4x4, 5x5)",
     "64 products an output where direct takes 25; too few channels (3) to "
     "fill vectors with, so tiles do",
     "", ""},
    /* Forward 4 tiles of 64 for 100 outputs or 9 of 36, backward 9 of 36 for
     * 144 or 4 of 64. */
    {"act\nconv 16 3x3", 16, 12, true, false, 1, "Winograd F(6x6, 3x3)",
     "2.56 products an output where direct takes 9: 3.52 times fewer; F(4x4, "
     "3x3) would take 3.24",
     "", ""},
    {"act\nconv 16 3x3", 16, 8, true, false, 1, "Winograd F(6x6, 3x3)",
     "1.78 products an output where direct takes 9: 5.06 times fewer; F(4x4, "
     "3x3) would take 4",
     "F(4x4, 3x3), 2.25 products", ""},
    {"act\nconv 16 3x3", 16, 8, false, false, 1, "Winograd F(6x6, 3x3)",
     "1.78 products an output where direct takes 9: 5.06 times fewer; F(4x4, "
     "3x3) would take 4",
     "", ""},
    {"conv 16 3x3 pad 1", 16, 8, true, false, 0, "Winograd F(4x4, 3x3)",
     "2.25 products an output where direct takes 9: 4 times fewer; F(6x6, "
     "3x3), which rounds more, would take 4",
     "none: it is the first layer", ""},
    /* 36 x 256 x 256 floats are 9 MiB. */
    {"conv 256 3x3 pad 1", 256, 8, true, false, 0, "Winograd F(4x4, 3x3)",
     "2.25 products an output where direct takes 9: 4 times fewer; F(6x6, "
     "3x3), which rounds more, would take 4; large weights: wants 6 images "
     "each time it reads them",
     "none: it is the first layer",
     "gathered over groups of 10 images: its 9.0 MiB would not stay in a "
     "cache"},
    {"conv 256 3x3 pad 1", 256, 8, false, false, 0, "Winograd F(4x4, 3x3)",
     "2.25 products an output where direct takes 9: 4 times fewer; F(6x6, "
     "3x3), which rounds more, would take 4; large weights: wants 6 images "
     "each time it reads them",
     "", ""},
    /* Forward a tile of 8 for 6 outputs or two of 6, backward two of 6 for 8
     * or two of 8. */
    {"act\nconv 4 3x3", 2, 8, true, false, 1, "Winograd F(6, 3) along rows",
     "4 products an output where direct takes 9: 2.25 times fewer; too few "
     "channels (4) to fill vectors with, so images do",
     "F(4, 3), 4.5 products", ""},
    {"conv 4 3x3\nconv 16 5x5", 1, 16, true, false, 1,
     "Winograd F(4, 5) along rows",
     "12 products an output where direct takes 25: 2.08 times fewer; images "
     "side by side as in all of its stage",
     "", ""},
    {"act\nconv 16 3x3 stride 2", 16, 9, true, false, 1, "direct",
     "no Winograd form for stride 2",
     "in 4 phases, one for each place in the stride", ""},
    {"act\nconv 16 3x3 stride 1x3", 16, 9, false, false, 1, "direct",
     "no Winograd form for stride 1x3", "", ""},
    {"act\nconv 32 1x1", 16, 9, true, false, 1, "direct",
     "no Winograd form for a 1x1 window", "", ""},
    {"act\nconv 32 3x5", 16, 9, true, false, 1, "direct",
     "no Winograd form for a 3x5 window", "", ""},
    {"conv 32 3x3", 1, 9, true, false, 0, "direct",
     "few channels (1 to 32): Winograd's transforms would cost more than the "
     "products they save",
     "none: it is the first layer", ""},
    {"conv 16 5x5", 3, 9, false, true, 0, "direct",
     "exact: no other algorithm is wanted", "", ""},
    {"conv 4 3x3", 1, 9, false, true, 0, "direct",
     "exact: no other algorithm is wanted", "", ""},
    {"conv 16 5x5 stride 2", 3, 9, false, true, 0, "direct",
     "no Winograd form for stride 2", "", ""},
    {"conv 32 1x1", 3, 9, false, true, 0, "direct",
     "no Winograd form for a 1x1 window", "", ""},
    {"tanh\nmaxpool 3x3 ceil", 3, 8, true, false, 1, "window by window",
     "before the tanh in front of it, which never decreases and then has 27 "
     "values of an image, not 192",
     "", ""},
    {"tanh\navgpool 3x3 ceil", 3, 8, true, false, 1, "window by window", "", "",
     ""},
    {"relu 0.5\nmaxpool 3x3", 3, 8, true, false, 1, "window by window", "", "",
     ""},
    {"gelu\nmaxpool 3x3", 3, 8, true, false, 1, "window by window", "", "", ""},
    {"silu\nmaxpool 3x3", 3, 8, true, false, 1, "window by window", "", "", ""},
    {"abs\nmaxpool 3x3", 3, 8, true, false, 1, "window by window", "", "", ""},
    {"prelu\nmaxpool 3x3", 3, 8, true, false, 1, "window by window", "", "",
     ""},
    {"relu6\nmaxpool 3x3 ceil", 3, 8, true, false, 1, "window by window",
     "before the relu6 in front of it, which never decreases and then has 27 "
     "values of an image, not 192",
     "", ""},
    /* In place where the derivative is that of the output. */
    {"conv 16 1x1\nsoftplus 2", 3, 8, true, false, 1, "in place", "", "", ""},
    {"conv 16 1x1\nselu", 3, 8, true, false, 1, "in place", "", "", ""},
    {"conv 16 1x1\nrelu 1", 3, 8, true, false, 1, "value by value", "", "", ""},
    {"conv 16 1x1\ngelu", 3, 8, true, false, 1, "value by value", "", "", ""},
    {"conv 16 1x1\nsilu", 3, 8, true, false, 1, "value by value", "", "", ""},
    {"conv 16 1x1\nprelu", 3, 8, true, false, 1, "value by value", "", "", ""},
    {"conv 16 1x1\ngelu", 3, 8, false, false, 1, "in place", "", "", ""},
    {"conv 16 1x1\nprelu", 3, 8, false, false, 1, "in place", "", "", ""},
    {"conv 16 1x1\nmaxout 4", 3, 8, true, false, 1, "group by group", "", "",
     ""},
    {"conv 16 1x1\ncrelu", 3, 8, true, false, 1, "value by value", "", "", ""},
    {"conv 4 3x3\ngelu", 2, 8, true, false, 0, "Winograd F(6, 3) along rows",
     "4 products an output where direct takes 9: 2.25 times fewer; too few "
     "channels (4) to fill vectors with, so images do",
     "none: it is the first layer", ""},
    {"maxpool 3x3\ntanh", 3, 8, true, false, 0, "window by window", "", "", ""},
    {"batchnorm", 3, 8, true, false, 0, "batch statistics",
     "its mean and variance are those of the whole batch",
     "none: it is the first layer", ""},
    {"act\nbatchnorm", 3, 8, false, false, 1, "running statistics",
     "no convolution before it to be folded into", "", ""},
    {"maxpool 2x2\nbatchnorm", 3, 8, false, false, 1, "running statistics",
     "no convolution before it to be folded into", "", ""},
    {"conv 8 1x1\nmaxpool 2x2\nbatchnorm", 3, 8, false, false, 2,
     "running statistics",
     "not folded through the pool: its scale may be negative", "", ""},
    {"conv 8 1x1\nmaxpool 2x2\nbatchnorm noscale", 3, 8, false, false, 2,
     "folded into conv1", "its statistics are fixed: one convolution does both",
     "", ""},
    {"conv 8 1x1\nbatchnorm\nbatchnorm", 3, 8, false, false, 2,
     "running statistics", "its convolution has another one folded in", "", ""},
    {"conv 8 1x1\nbatchnorm\nmaxpool 2x2\nbatchnorm noscale", 3, 8, false,
     false, 3, "running statistics",
     "its convolution has another one folded in", "", ""},
    {"dropout 0.5", 3, 8, false, false, 0, "copied",
     "it drops nothing outside of training", "", ""},
    {"dense 5", 3, 8, true, false, 0, "products of 10 x 5",
     "images x units of a task: a weight is read once for 10 images",
     "none: it is the first layer", ""},
};

enum { N_LAYERS = sizeof layer_rows / sizeof *layer_rows };

START_TEST(one_layer)
{
    char text[200];
    snprintf(text, sizeof text, "%s\ndense classes\n", layer_rows[_i].text);
    struct ramp_net *net =
        parse(text, layer_rows[_i].channels, layer_rows[_i].size);
    const struct ramp_compute *compute =
        layer_rows[_i].exact ? &exact : &portable;
    struct ramp_plan_step *steps =
        plan_of(net, 10, layer_rows[_i].training, compute);
    const struct ramp_plan_step *s = steps;
    while (s->layer != layer_rows[_i].layer)
        s++;
    check_text(text, s->algorithm, layer_rows[_i].algorithm);
    check_text(text, s->reason, layer_rows[_i].reason);
    check_text(text, s->input_gradient, layer_rows[_i].input_gradient);
    check_text(text, s->weight_gradient, layer_rows[_i].weight_gradient);
    free(steps);
    ramp_net_free(net);
}
END_TEST

/* A dense layer takes the weights as they are if a single image needs them,
 * unless other layers of the plan want more images. */
START_TEST(dense_of_one_image)
{
    static const char *const texts[] = {"dense 8\ndense classes",
                                        "conv 4 3x3\ndense 8\ndense classes"};
    for (size_t i = 0; i < 2; i++) {
        struct ramp_net *net = parse(texts[i], 1, 9);
        struct ramp_plan_step *steps = plan_of(net, 1, false, &portable);
        const struct ramp_plan_step *s = &steps[i];
        check_text("the algorithm", s->algorithm, "products of 1 x 8");
        ck_assert((s->weight_bytes == 0) == (i == 0));
        ck_assert((strstr(s->reason, "; weights as they are") != NULL) ==
                  (i == 0));
        ck_assert_ptr_null(strstr(s[1].reason, "; weights as they are"));
        free(steps);
        ramp_net_free(net);
    }
}
END_TEST

/* ==== What must hold for every plan ==== */

static const char *const any_nets[] = {
    "default",  "lenet",        "krizhevsky", "conv2",    "speedy",
    "speedy-s", "krizhevsky-b", "digits",     "digits-s", "digits-1",
};
static const size_t batches[] = {1, 7, 64, 1000000};

enum {
    N_NETS = sizeof any_nets / sizeof *any_nets,
    N_BATCHES = sizeof batches / sizeof *batches,
};

static void check_steps(const struct ramp_net *net,
                        const struct ramp_plan_step *steps, size_t batch)
{
    size_t n = ramp_net_n_layers(net), seen[MAX_STEPS] = {0}, stage = 0;
    ck_assert_uint_le(n, MAX_STEPS);
    for (size_t i = 0; i < n; i++) {
        const struct ramp_plan_step *s = &steps[i];
        struct ramp_layer_info info;
        ck_assert_uint_lt(s->layer, n);
        ramp_net_layer(net, s->layer, &info);
        check_text("the text", s->text, info.text);
        ck_assert_uint_eq(seen[s->layer]++, 0);
        ck_assert(s->stage == stage || s->stage == stage + 1);
        if (s->stage == stage) {
            ck_assert(!s->batch_wise);
            ck_assert_uint_eq(s->block, steps[i - 1].block);
        }
        stage = s->stage;
        ck_assert_uint_ge(s->block, 1);
        ck_assert(s->block <= batch || s->interleaved);
        ck_assert(!s->batch_wise || s->block == batch);
        /* As `ramp info` prints them; nothing is cut at the end of a room. */
        ck_assert(s->algorithm[0] != 0 && strlen(s->algorithm) <= 27);
        ck_assert_uint_lt(strlen(s->reason), sizeof s->reason - 1);
        ck_assert_uint_lt(strlen(s->input_gradient),
                          sizeof s->input_gradient - 1);
        ck_assert_uint_lt(strlen(s->weight_gradient),
                          sizeof s->weight_gradient - 1);
    }
}

START_TEST(every_plan)
{
    struct ramp_net *net = load(any_nets[_i], 3, 32);
    for (int b = 0; b < N_BATCHES; b++)
        for (int mode = 0; mode < 4; mode++) {
            struct ramp_plan_step *steps = plan_of(
                net, batches[b], mode & 1, mode & 2 ? &exact : &portable);
            check_steps(net, steps, batches[b]);
            free(steps);
        }
    ramp_net_free(net);
}
END_TEST

/* ==== What is said, and what is done ==== */

/* What `compute` makes of an image, with random parameters. */
static void answer(float logits[10], const char *text,
                   const struct ramp_compute *compute)
{
    enum { CHANNELS = 16, SIZE = 12 };
    static float x[CHANNELS * SIZE * SIZE];
    struct ramp_net *net = parse(text, CHANNELS, SIZE);
    struct plan *plan;
    struct ramp_error err;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)rng_normal(rng_key(1, RNG_TEST, 0), i);
    ramp_net_init(net, &(struct ramp_init){.kind = RAMP_INIT_HE}, 1);
    ck_assert_int_eq(plan_new(&plan, net, 1, false, compute, &err), RAMP_OK);
    memcpy(logits, plan_forward(plan, x, 1), 10 * sizeof *logits);
    plan_free(plan);
    ramp_net_free(net);
}

static const char *const conv_texts[] = {
    "conv 16 3x3",       "conv 17 5x5 pad 2", "conv 4 3x3 pad 1",
    "conv 4 3x5",        "conv 16 1x1",       "conv 16 3x3 stride 2",
    "conv 24 5x3",       "conv 17 7x7 pad 3", "conv 16 3x3 stride 1x2",
    "conv 15 3x3 pad 1",
};

enum { N_CONVS = sizeof conv_texts / sizeof *conv_texts };

/* An algorithm that is called direct gives the bits of the direct one, another
 * does not. */
START_TEST(direct_is_direct)
{
    float logits[2][10];
    char text[100];
    snprintf(text, sizeof text, "%s\ndense classes\n", conv_texts[_i]);
    struct ramp_net *net = parse(text, 16, 12);
    struct ramp_plan_step *steps = plan_of(net, 1, false, &portable);
    answer(logits[0], text, &portable);
    answer(logits[1], text, &exact);
    bool same = memcmp(logits[0], logits[1], sizeof logits[0]) == 0;
    ck_assert_msg(same == (strcmp(steps[0].algorithm, "direct") == 0),
                  "%s: called %s", conv_texts[_i], steps[0].algorithm);
    for (int i = 0; i < 10; i++)
        ck_assert_float_eq_tol(logits[0][i], logits[1][i], 1e-3f);
    free(steps);
    ramp_net_free(net);
}
END_TEST

static size_t sum_of(const struct ramp_net *net, size_t batch, bool maps)
{
    struct ramp_plan_step *steps = plan_of(net, batch, false, &portable);
    size_t sum = 0;
    for (size_t i = 0; i < ramp_net_n_layers(net); i++)
        sum += maps ? steps[i].map_bytes : steps[i].weight_bytes;
    free(steps);
    return sum;
}

/* What a plan takes is its weights, its maps and a rest that does not grow
 * with the batch. */
START_TEST(memory_adds_up)
{
    struct ramp_net *net = load(any_nets[_i], 3, 32);
    size_t small = plan_bytes(net, 64, false, &portable);
    size_t large = plan_bytes(net, 192, false, &portable);
    ck_assert_uint_eq(sum_of(net, 64, false), sum_of(net, 192, false));
    ck_assert_uint_eq(sum_of(net, 192, true), 3 * sum_of(net, 64, true));
    ck_assert_uint_eq(large - small, 2 * sum_of(net, 64, true));
    ck_assert_uint_gt(small, sum_of(net, 64, false) + sum_of(net, 64, true));
    ramp_net_free(net);
}
END_TEST

/* Without memory no smaller figure is told, but none. */
START_TEST(memory_untold)
{
    struct ramp_net *net = load("lenet", 3, 32);
    ck_assert_uint_gt(ramp_net_memory(net, 8, true, &portable), 0);
    for (size_t n = 1; n <= 4; n++) {
        mem_fail_at(n, false);
        ck_assert_uint_eq(ramp_net_memory(net, 8, true, &portable), 0);
    }
    mem_fail_at(0, false);
    ramp_net_free(net);
}
END_TEST

/* Training keeps the inputs of weights, the outputs of activations, two bytes
 * for each window of a max pool, and what ends a stage. */
START_TEST(maps_of_training)
{
    static const struct {
        const char *text;
        size_t bytes; /* of an image */
    } kept[] = {
        {"conv 8 1x1", 0},           {"relu", 4 * 8 * 64},
        {"maxpool 2x2", 2 * 8 * 16}, {"linear", 4 * 8 * 16},
        {"conv 4 1x1 nobias", 0},    {"avgpool 2x2", 4 * 4 * 4},
        {"dense 5", 4 * 5},          {"dense 10", 4 * 10},
    };
    enum { BATCH = 32, N = sizeof kept / sizeof *kept };
    struct ramp_net *net =
        parse("conv 8 1x1\nact\nlinear\nmaxpool 2x2\nconv 4 1x1 nobias\n"
              "avgpool 2x2\ndense 5\ndense classes\n",
              3, 8);
    struct ramp_plan_step *steps = plan_of(net, BATCH, true, &portable);
    for (size_t i = 0; i < N; i++) {
        check_text("the order", steps[i].text, kept[i].text);
        ck_assert_msg(steps[i].map_bytes == BATCH * kept[i].bytes,
                      "%s: %zu bytes an image", kept[i].text,
                      steps[i].map_bytes / BATCH);
    }
    free(steps);
    ramp_net_free(net);
}
END_TEST

static size_t weights_of(const char *text, int channels, size_t layer,
                         bool training)
{
    struct ramp_net *net = parse(text, channels, 8);
    struct ramp_plan_step *steps = plan_of(net, 10, training, &portable);
    size_t n_bytes = steps[layer].weight_bytes;
    free(steps);
    ramp_net_free(net);
    return n_bytes;
}

START_TEST(weights_of_layers)
{
    /* 3 rows of 8, for training also 8 rows of 3, filled up to 4; folded: with
     * another 24 weights, 8 factors and 8 biases. */
    ck_assert_uint_eq(weights_of("conv 8 1x1\ndense 10", 3, 0, false), 4 * 24);
    ck_assert_uint_eq(weights_of("conv 8 1x1\ndense 10", 3, 0, true), 4 * 56);
    const char *norm = "conv 8 1x1\nbatchnorm\ndense 10";
    ck_assert_uint_eq(weights_of(norm, 3, 0, false), 4 * (24 + 40));
    ck_assert_uint_eq(weights_of(norm, 3, 1, false), 0);
    ck_assert_uint_eq(weights_of(norm, 3, 0, true), 4 * 56);
    /* 36 x 256 x 256, twice, and the turned weights; the gradient in that form,
     * and what it is made of for 40 tiles. */
    const char *large = "conv 256 3x3 pad 1\ndense 10";
    const size_t u = 36 * 256 * 256, gathered = 36 * 2 * (40 * 256 + 16);
    ck_assert_uint_eq(weights_of(large, 256, 0, false), 4 * u);
    ck_assert_uint_eq(weights_of(large, 256, 0, true),
                      4 * (2 * u + 9 * 256 * 256 + u + gathered));
}
END_TEST

/* ==== What cannot be ==== */

START_TEST(refused)
{
    struct ramp_net *net = load("lenet", 1, 28);
    struct ramp_plan_step *steps;
    struct ramp_error err;
    const struct ramp_compute unknown = {.cpu = "abacus"};
    size_t n;
    ck_assert_int_eq(ramp_net_plan(&steps, &n, net, 0, true, &portable, &err),
                     RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "from 1 to 1000000, found 0"));
    ck_assert_int_eq(
        ramp_net_plan(&steps, &n, net, 1000001, true, &portable, &err),
        RAMP_USAGE);
    ck_assert_int_eq(ramp_net_plan(&steps, &n, net, 1, true, &unknown, &err),
                     RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "abacus"));
    ck_assert_ptr_null(steps);
    ck_assert_uint_eq(n, 0);
    ramp_net_free(net);
}
END_TEST

START_TEST(no_memory)
{
    struct ramp_net *net = load("lenet", 1, 28);
    struct ramp_plan_step *steps;
    struct ramp_error err;
    size_t n, fail = 0;
    enum ramp_status status;
    do {
        mem_fail_at(++fail, false);
        status = ramp_net_plan(&steps, &n, net, 1, true, &portable, &err);
        mem_fail_at(0, false);
        if (status != RAMP_OK) {
            ck_assert_int_eq(status, RAMP_MEMORY);
            ck_assert_ptr_null(steps);
            ck_assert_uint_eq(n, 0);
        }
    } while (status != RAMP_OK);
    ck_assert_uint_eq(fail, 6); /* a plan, its three lists, the steps */
    free(steps);
    ramp_net_free(net);
}
END_TEST

static Suite *plan_suite(void)
{
    Suite *suite = suite_create("plan");
    TCase *tc = tcase_create("plan");
    tcase_add_loop_test(tc, whole_net, 0, N_WHOLE);
    tcase_add_loop_test(tc, one_layer, 0, N_LAYERS);
    tcase_add_test(tc, dense_of_one_image);
    tcase_add_loop_test(tc, every_plan, 0, N_NETS);
    tcase_add_loop_test(tc, direct_is_direct, 0, N_CONVS);
    tcase_add_loop_test(tc, memory_adds_up, 0, N_NETS);
    tcase_add_test(tc, memory_untold);
    tcase_add_test(tc, maps_of_training);
    tcase_add_test(tc, weights_of_layers);
    tcase_add_test(tc, refused);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite;
}

CHECK_MAIN(plan_suite)
