/* check_netspec.c - the text of a net: everything that ramp/net.h allows gives
 * the layers it should, everything else is refused with line and reason. */
#include "base/file.h"
#include "base/mem.h"
#include "net/net.h"
#include "net/netspec.h"
#include "tests/check.h"
#include "tests/unit/model_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct ramp_net_options data_of(int channels, int height, int width,
                                       int n_classes)
{
    return (struct ramp_net_options){
        channels, height, width, n_classes, {RAMP_ACT_RELU, 0}};
}

static struct ramp_net *parse(const char *text,
                              const struct ramp_net_options *options)
{
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status = ramp_net_parse(&net, text, "t", options, &err);
    ck_assert_msg(status == RAMP_OK, "\"%s\": %s", text, err.text);
    return net;
}

static struct ramp_net *load(const char *name,
                             const struct ramp_net_options *options)
{
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status = ramp_net_load(&net, name, options, &err);
    ck_assert_msg(status == RAMP_OK, "%s: %s", name, err.text);
    return net;
}

static struct ramp_layer_info layer_of(const struct ramp_net *net, size_t i)
{
    struct ramp_layer_info info;
    ramp_net_layer(net, i, &info);
    return info;
}

static void check_shape(const struct ramp_layer_info *info, int c, int h, int w,
                        const char *what)
{
    ck_assert_msg(info->out_channels == c && info->out_height == h &&
                      info->out_width == w,
                  "%s: expected %dx%dx%d, found %dx%dx%d", what, c, h, w,
                  info->out_channels, info->out_height, info->out_width);
}

/* ==== What is accepted ==== */

/* One layer on 3x8x11, in front of `dense classes`. */
static const struct {
    const char *text;
    int c, h, w;
    size_t n_parameters;
} layer_rows[] = {
    {"conv 5 3x3", 5, 6, 9, 140},
    {"conv 5 3x2", 5, 6, 10, 95},
    {"conv 5 1x1", 5, 8, 11, 20},
    {"conv 5 8x11", 5, 1, 1, 1325},
    {"conv 5 3x3 nobias", 5, 6, 9, 135},
    {"conv 5 3x3 stride 2", 5, 3, 5, 140},
    {"conv 5 3x3 stride 2x3", 5, 3, 3, 140},
    {"conv 5 3x3 stride 3x2", 5, 2, 5, 140},
    {"conv 5 3x3 stride 16384", 5, 1, 1, 140},
    {"conv 5 3x3 pad 1", 5, 8, 11, 140},
    {"conv 5 3x3 pad 0", 5, 6, 9, 140},
    {"conv 5 3x3 pad 2x0", 5, 10, 9, 140},
    {"conv 5 3x3 pad 0x2", 5, 6, 13, 140},
    {"conv 5 10x3 pad 1x0", 5, 1, 9, 455},
    {"conv 5 3x3 stride 2 pad 1 nobias", 5, 4, 6, 135},
    {"conv 5 3x3 nobias pad 1 stride 2", 5, 4, 6, 135},
    {"conv 5 3x3 pad 1 nobias stride 2", 5, 4, 6, 135},
    {"conv classes 3x3", 7, 6, 9, 196},
    {"maxpool 2x2", 3, 4, 5, 0},
    {"avgpool 2x2", 3, 4, 5, 0},
    {"maxpool 3x2", 3, 2, 5, 0},
    {"maxpool 2x3 stride 1", 3, 7, 9, 0},
    {"maxpool 2x2 stride 1x2", 3, 7, 5, 0},
    {"maxpool 2x2 ceil", 3, 4, 6, 0},
    {"avgpool 3x3 ceil", 3, 3, 4, 0},
    {"avgpool 3x3 ceil pad 1 stride 2", 3, 5, 6, 0},
    {"avgpool 3x3 stride 2 pad 1 ceil", 3, 5, 6, 0},
    {"maxpool 3x3 pad 1x0 ceil stride 2", 3, 5, 5, 0},
    {"maxpool 8x11", 3, 1, 1, 0},
    {"globalpool", 3, 1, 1, 0},
    {"globalpool max", 3, 1, 1, 0},
    {"batchnorm", 3, 8, 11, 6},
    {"batchnorm noscale", 3, 8, 11, 3},
    {"dropout 0", 3, 8, 11, 0},
    {"dropout 0.5", 3, 8, 11, 0},
    {"dropout 0.99", 3, 8, 11, 0},
    {"dropout 5e-1", 3, 8, 11, 0},
    {"act", 3, 8, 11, 0},
    {"relu", 3, 8, 11, 0},
    {"leaky 0.2", 3, 8, 11, 0},
    {"elu 1.5", 3, 8, 11, 0},
    {"tanh", 3, 8, 11, 0},
    {"sigmoid", 3, 8, 11, 0},
    {"linear", 3, 8, 11, 0},
    {"relu 0.5", 3, 8, 11, 0},
    {"selu", 3, 8, 11, 0},
    {"srelu", 3, 8, 11, 0},
    {"softplus", 3, 8, 11, 0},
    {"softplus 10", 3, 8, 11, 0},
    {"gelu", 3, 8, 11, 0},
    {"gelu-tanh", 3, 8, 11, 0},
    {"silu", 3, 8, 11, 0},
    {"abs", 3, 8, 11, 0},
    {"relu6", 3, 8, 11, 0},
    {"prelu", 3, 8, 11, 3},
    {"prelu 0", 3, 8, 11, 3},
    {"maxout 3", 1, 8, 11, 0},
    {"crelu", 6, 8, 11, 0},
    {"dense 9", 9, 1, 1, 2385},
    {"dense 9 nobias", 9, 1, 1, 2376},
    {"dense classes", 7, 1, 1, 1855},
    {"dense classes nobias", 7, 1, 1, 1848},
};

START_TEST(layer_is_accepted)
{
    const struct ramp_net_options options = data_of(3, 8, 11, 7);
    const char *line = layer_rows[_i].text;
    char text[100];
    snprintf(text, sizeof text, "%s\ndense classes\n", line);
    struct ramp_net *net = parse(text, &options);
    ck_assert_uint_eq(ramp_net_n_layers(net), 2);
    struct ramp_layer_info info = layer_of(net, 0), last = layer_of(net, 1);
    check_shape(&info, layer_rows[_i].c, layer_rows[_i].h, layer_rows[_i].w,
                line);
    check_shape(&last, 7, 1, 1, line);
    ck_assert_uint_eq(info.n_parameters, layer_rows[_i].n_parameters);
    ck_assert_uint_eq(ramp_net_n_parameters(net),
                      info.n_parameters + last.n_parameters);
    ck_assert_uint_eq(
        info.activation_bytes,
        4u * (size_t)(layer_rows[_i].c * layer_rows[_i].h * layer_rows[_i].w));
    ramp_net_free(net);
}
END_TEST

/* What a layer keeps beyond its shape, and how it is shown. */
START_TEST(layer_keeps_its_options)
{
    struct ramp_net_options options = data_of(3, 8, 11, 7), kept;
    options.act = (struct ramp_activation){RAMP_ACT_ELU, 0.5f};
    static const char *const shown[] = {
        "conv 4 3x2 pad 2x1 stride 3x4 nobias",
        "elu 0.5",
        "leaky 0.2",
        "tanh",
        "dropout 0.25",
        "avgpool 2x1 ceil",
        "globalpool max",
        "dense 3",
        "dense 7",
    };
    struct ramp_net *net = parse("conv 4  3x2\tpad 2x1 stride 3x4 nobias # x\n"
                                 "act\nleaky 0.2\ntanh\ndropout 0.25\n"
                                 "avgpool 2x1 ceil\nglobalpool max\n"
                                 "dense 3\ndense classes",
                                 &options);
    const struct window *w = &net->layers[0].window;
    ck_assert(w->r == 3 && w->s == 2 && w->stride_h == 3 && w->stride_w == 4 &&
              w->pad_h == 2 && w->pad_w == 1 && !w->ceil);
    ck_assert(!net->layers[0].bias && net->layers[7].bias);
    ck_assert(net->layers[1].act.kind == RAMP_ACT_ELU &&
              net->layers[1].act.a == 0.5f);
    ck_assert(net->layers[2].act.kind == RAMP_ACT_LEAKY &&
              net->layers[2].act.a == 0.2f);
    ck_assert(net->layers[3].act.kind == RAMP_ACT_TANH);
    ck_assert(net->layers[4].kind == LAYER_DROPOUT &&
              net->layers[4].rate == 0.25);
    ck_assert(net->layers[5].kind == LAYER_AVGPOOL &&
              net->layers[5].window.ceil);
    ck_assert(net->layers[6].kind == LAYER_MAXPOOL);
    ck_assert_uint_eq(ramp_net_n_layers(net), sizeof shown / sizeof *shown);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        ck_assert_str_eq(layer_of(net, i).text, shown[i]);
    ck_assert_str_eq(net->tensors[0].name, "conv1.weight");
    ck_assert_str_eq(net->tensors[4].name, "dense2.bias");
    ramp_net_options(net, &kept);
    ck_assert_int_eq(kept.n_classes, 7);
    ck_assert(kept.act.kind == RAMP_ACT_ELU);
    ramp_net_free(net);
}
END_TEST

/* All of these are the same net. */
START_TEST(blanks_comments_and_line_ends)
{
    static const char *const texts[] = {
        "input data\nconv 5 3x3 pad 1\nrelu\ndense classes\n",
        "conv 5 3x3 pad 1\nrelu\ndense classes",
        "input 3x8x11\nconv 5 3x3 pad 1\nrelu\ndense classes",
        "input data\r\nconv 5 3x3 pad 1\r\nrelu\r\ndense classes\r\n",
        "\tinput\tdata\t\n\t conv \t5\t3x3  pad\t1 \n relu\t\ndense\tclasses\t",
        "# a\n\n  # b\n\t\n\r\nconv 5 3x3 pad 1# c\nrelu # d\n#e\ndense 7#",
        "conv 05 3x03 pad 1x1 stride 1\nrelu\ndense 7\n# no newline",
    };
    const struct ramp_net_options options = data_of(3, 8, 11, 7);
    struct ramp_layer_info info;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ramp_net *net = parse(texts[i], &options);
        ck_assert_str_eq(ramp_net_text(net), texts[i]);
        ck_assert_str_eq(ramp_net_name(net), "t");
        ck_assert_uint_eq(ramp_net_n_layers(net), 3);
        info = layer_of(net, 0);
        check_shape(&info, 5, 8, 11, texts[i]);
        info = layer_of(net, 1);
        check_shape(&info, 5, 8, 11, texts[i]);
        ck_assert_str_eq(info.text, "relu");
        ck_assert_uint_eq(ramp_net_n_parameters(net), 140 + 440 * 7 + 7);
        ramp_net_free(net);
    }
}
END_TEST

/* Without data the input line decides; the net tells what it took. */
START_TEST(input_without_data)
{
    const struct ramp_net_options none = data_of(0, 0, 0, 10);
    struct ramp_net_options taken;
    struct ramp_net *net = parse("input 1x5x6\ndense classes", &none);
    ramp_net_options(net, &taken);
    ck_assert(taken.channels == 1 && taken.height == 5 && taken.width == 6);
    ck_assert_uint_eq(ramp_net_n_parameters(net), 310);
    ramp_net_free(net);
}
END_TEST

/* Limits: the largest that is allowed. */
START_TEST(largest_is_accepted)
{
    struct ramp_net_options options = data_of(1, 255, 257, 2);
    static char text[16 * NETSPEC_MAX_LAYERS];
    char line[256 + 20];
    ramp_net_free(parse("maxpool 255x257\ndense classes", &options));
    ramp_net_free(parse("globalpool max\ndense classes", &options));
    options = data_of(1, 256, 256, 2);
    ramp_net_free(parse("avgpool 256x256\ndense classes", &options));
    ramp_net_free(parse("globalpool\ndense 1048576\nglobalpool\n"
                        "dense classes nobias",
                        &options));
    for (int i = 0; i + 1 < NETSPEC_MAX_LAYERS; i++)
        strcat(text + 4 * i, "act\n");
    strcat(text, "dense classes");
    struct ramp_net *net = parse(text, &options);
    ck_assert_uint_eq(ramp_net_n_layers(net), NETSPEC_MAX_LAYERS);
    ramp_net_free(net);
    snprintf(line, sizeof line, "%-255s\n", "dense classes");
    ramp_net_free(parse(line, &options));
    snprintf(line, sizeof line, "dense classes#%0240d", 0);
    strcat(line, "and more");
    ramp_net_free(parse(line, &options));
}
END_TEST

/* ==== Windows ==== */

/* How many windows fit along an axis, as torch.nn.MaxPool2d counts them: the
 * padded axis rounded down; with `ceil` another one where something is left
 * over, if it begins inside the image or its left pad. */
static int n_windows(int in, int taps, int stride, int pad, bool ceil)
{
    int n = 0, room = in + 2 * pad;
    for (int start = 0; start + taps <= room; start += stride)
        n++;
    bool left_over = (n - 1) * stride + taps < room;
    if (ceil && left_over && n * stride < in + pad)
        n++;
    return n;
}

/* Every small window; the other axis has the same with one tap more. */
START_TEST(window_counts)
{
    int in = _i;
    struct ramp_net_options options = data_of(1, in, in + 1, 2);
    for (int taps = 1; taps <= 4; taps++)
        for (int stride = 1; stride <= 5; stride++)
            for (int pad = 0; pad < taps && taps <= in + 2 * pad; pad++)
                for (int ceil = 0; ceil < 2; ceil++) {
                    char text[100];
                    snprintf(text, sizeof text,
                             "%s %dx%d stride %dx%d pad %d%s\ndense classes",
                             stride % 2 ? "maxpool" : "avgpool", taps, taps + 1,
                             stride, stride + 1, pad, ceil ? " ceil" : "");
                    struct ramp_net *net = parse(text, &options);
                    struct ramp_layer_info info = layer_of(net, 0);
                    check_shape(
                        &info, 1, n_windows(in, taps, stride, pad, ceil),
                        n_windows(in + 1, taps + 1, stride + 1, pad, ceil),
                        text);
                    ramp_net_free(net);
                }
}
END_TEST

/* By hand: ceil((in + 2 pad - taps) / stride) + 1, less one where the last
 * window would begin behind the image. */
START_TEST(ceil_by_hand)
{
    static const struct {
        int in, out;
        const char *window;
    } rows[] = {
        {32, 16, "3x3 stride 2 ceil"},
        {32, 15, "3x3 stride 2"},
        {8, 4, "3x3 stride 2 ceil"},
        {5, 3, "2x2 ceil"},
        {5, 2, "2x2"},
        {4, 2, "2x2 stride 3 pad 1 ceil"},
        {5, 2, "1x1 stride 3 ceil"},
        {7, 3, "3x3 stride 3 pad 1 ceil"},
        {6, 3, "3x3 stride 3 pad 1 ceil"},
        {5, 2, "3x3 stride 3 pad 1 ceil"},
        {6, 2, "3x3 stride 3 pad 1"},
        {3, 1, "3x3 stride 5 pad 1 ceil"},
        {7, 2, "2x2 stride 6 ceil"},
        {7, 1, "2x2 stride 7 ceil"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_net_options options = data_of(1, rows[i].in, rows[i].in, 2);
        char text[100];
        snprintf(text, sizeof text, "avgpool %s\ndense classes",
                 rows[i].window);
        struct ramp_net *net = parse(text, &options);
        struct ramp_layer_info info = layer_of(net, 0);
        check_shape(&info, 1, rows[i].out, rows[i].out, rows[i].window);
        ramp_net_free(net);
    }
}
END_TEST

/* ==== The shipped nets ==== */

struct expected_layer {
    int c, h, w;
    size_t n_parameters;
    double forward, train;
    int receptive;
};

static void check_layers(const struct ramp_net *net,
                         const struct expected_layer *expected, size_t n)
{
    double forward = 0, train = 0;
    ck_assert_uint_eq(ramp_net_n_layers(net), n);
    for (size_t i = 0; i < n; i++) {
        const struct expected_layer *e = &expected[i];
        struct ramp_layer_info info = layer_of(net, i);
        check_shape(&info, e->c, e->h, e->w, info.text);
        ck_assert_uint_eq(info.n_parameters, e->n_parameters);
        ck_assert_double_eq(info.forward_flop, e->forward);
        ck_assert_double_eq(info.train_flop, e->train);
        ck_assert_int_eq(info.receptive_height, e->receptive);
        ck_assert_int_eq(info.receptive_width, e->receptive);
        forward += info.forward_flop;
        train += info.train_flop;
    }
    ck_assert_double_eq(forward, expected[n].forward);
    ck_assert_double_eq(train, expected[n].train);
    ck_assert_uint_eq(ramp_net_n_parameters(net), expected[n].n_parameters);
}

START_TEST(lenet)
{
    static const struct expected_layer expected[] = {
        {6, 28, 28, 156, 235200, 470400, 5},
        {6, 28, 28, 0, 0, 0, 5},
        {6, 14, 14, 0, 0, 0, 6},
        {16, 10, 10, 2416, 480000, 1440000, 14},
        {16, 10, 10, 0, 0, 0, 14},
        {16, 5, 5, 0, 0, 0, 16},
        {120, 1, 1, 48120, 96000, 288000, 28},
        {120, 1, 1, 0, 0, 0, 28},
        {84, 1, 1, 10164, 20160, 60480, 28},
        {84, 1, 1, 0, 0, 0, 28},
        {10, 1, 1, 850, 1680, 5040, 28},
        {0, 0, 0, 61706, 833040, 2263920, 0},
    };
    const struct ramp_net_options options = data_of(1, 28, 28, 10);
    struct ramp_net *net = load("lenet", &options);
    ck_assert_str_eq(ramp_net_name(net), "lenet");
    check_layers(net, expected, sizeof expected / sizeof *expected - 1);
    ramp_net_free(net);
}
END_TEST

START_TEST(krizhevsky)
{
    static const struct expected_layer expected[] = {
        {32, 32, 32, 2432, 4915200, 9830400, 5},
        {32, 16, 16, 0, 0, 0, 7},
        {32, 16, 16, 0, 0, 0, 7},
        {32, 16, 16, 25632, 13107200, 39321600, 15},
        {32, 16, 16, 0, 0, 0, 15},
        {32, 8, 8, 0, 0, 0, 19},
        {64, 8, 8, 51264, 6553600, 19660800, 32},
        {64, 8, 8, 0, 0, 0, 32},
        {64, 4, 4, 0, 0, 0, 32},
        {10, 1, 1, 10250, 20480, 61440, 32},
        {0, 0, 0, 89578, 24596480, 68874240, 0},
    };
    const struct ramp_net_options options = data_of(3, 32, 32, 10);
    struct ramp_net *net = load("models/krizhevsky.net", &options);
    ck_assert_str_eq(ramp_net_name(net), "krizhevsky");
    check_layers(net, expected, sizeof expected / sizeof *expected - 1);
    ramp_net_free(net);
}
END_TEST

START_TEST(conv2)
{
    const struct ramp_net_options options = data_of(1, 28, 28, 10);
    struct ramp_net *net = load("conv2", &options);
    ck_assert_uint_eq(ramp_net_n_parameters(net), 1199882);
    ck_assert_double_eq(layer_of(net, 2).forward_flop, 2 * 288. * 64 * 576);
    ck_assert_int_eq(layer_of(net, 4).receptive_height, 6);
    ramp_net_free(net);
}
END_TEST

/* What airbench94 trains, the biases of its first convolution included. */
START_TEST(speedy)
{
    static const struct {
        const char *name;
        size_t n_parameters, n_running;
        double forward, train;
    } rows[] = {
        {"speedy", 1971640, 2 * 1152, 236294720, 708330624},
        {"speedy-s", 497528, 2 * 576, 66132544, 197844096},
    };
    const struct ramp_net_options options = data_of(3, 32, 32, 10);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_net *net = load(rows[i].name, &options);
        double forward = 0, train = 0;
        for (size_t j = 0; j < ramp_net_n_layers(net); j++) {
            forward += layer_of(net, j).forward_flop;
            train += layer_of(net, j).train_flop;
        }
        ck_assert_uint_eq(ramp_net_n_parameters(net), rows[i].n_parameters);
        ck_assert_uint_eq(net->n_running, rows[i].n_running);
        ck_assert_double_eq(forward, rows[i].forward);
        ck_assert_double_eq(train, rows[i].train);
        ramp_net_free(net);
    }
}
END_TEST

/* The sizes and the work that their recipes are known for. */
START_TEST(more_nets)
{
    static const struct {
        const char *name;
        int channels, side;
        size_t n_parameters;
        double forward, train; /* MFLOP */
    } rows[] = {
        {"krizhevsky-b", 3, 32, 155530, 65.8, 187.7},
        {"digits", 1, 28, 140458, 43.8, 131},
        {"digits-s", 1, 28, 35674, 11.1, 33},
        {"digits-1", 1, 28, 215194, 2.5, 6.8},
        {"fashion", 1, 28, 559528, 68, 204},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ramp_net_options options =
            data_of(rows[i].channels, rows[i].side, rows[i].side, 10);
        struct ramp_net *net = load(rows[i].name, &options);
        double forward = 0, train = 0;
        for (size_t j = 0; j < ramp_net_n_layers(net); j++) {
            forward += layer_of(net, j).forward_flop;
            train += layer_of(net, j).train_flop;
        }
        ck_assert_uint_eq(ramp_net_n_parameters(net), rows[i].n_parameters);
        ck_assert_msg(fabs(forward / 1e6 - rows[i].forward) < 0.5 &&
                          fabs(train / 1e6 - rows[i].train) < 0.5,
                      "%s: %g, %g", rows[i].name, forward, train);
        ramp_net_free(net);
    }
}
END_TEST

/* The default net takes whatever comes: parameters without the dense layer are
 * 288 a channel, and 240,320 of the later convolutions and the norms. */
START_TEST(default_net)
{
    static const int sizes[][3] = {
        {1, 8, 8}, {3, 8, 8}, {1, 28, 28}, {3, 64, 64}, {3, 8, 64}};
    static const int classes[] = {2, 10, 100};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 3; j++) {
            const int *s = sizes[i];
            const struct ramp_net_options options =
                data_of(s[0], s[1], s[2], classes[j]);
            struct ramp_net *net = load("default", &options);
            struct ramp_layer_info info = layer_of(net, 12);
            size_t features = (size_t)(288 * s[0]) + 240320;
            check_shape(&info, 128, s[1] / 8, s[2] / 8, "conv 4");
            ck_assert_uint_eq(ramp_net_n_parameters(net),
                              features + 129u * (size_t)classes[j]);
            ck_assert_uint_eq(net->n_running, 2 * (32 + 64 + 128 + 128));
            ramp_net_free(net);
        }
}
END_TEST

/* Windows and strides that are not square see a field that is not; the first
 * layer with parameters needs no gradient of its input. */
START_TEST(receptive_field_and_flops)
{
    const struct ramp_net_options options = data_of(1, 20, 40, 2);
    struct ramp_net *net = parse("avgpool 2x1 stride 1x2\nconv 2 3x5\n"
                                 "conv 3 3x3 stride 2x1 nobias\nbatchnorm\n"
                                 "conv 1 2x2\nglobalpool\ndense classes",
                                 &options);
    static const struct {
        int height, width;
        double forward, train;
    } rows[] = {{2, 1, 0, 0},
                {4, 9, 2 * 15 * 2 * 17 * 16, 2 * 2 * 15 * 2 * 17 * 16},
                {6, 13, 2 * 54 * 8 * 14, 3 * 2 * 54 * 8 * 14},
                {6, 13, 0, 0},
                {8, 15, 2 * 12 * 7 * 13, 3 * 2 * 12 * 7 * 13},
                {20, 39, 0, 0},
                {20, 39, 4, 12}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_layer_info info = layer_of(net, i);
        ck_assert_int_eq(info.receptive_height, rows[i].height);
        ck_assert_int_eq(info.receptive_width, rows[i].width);
        ck_assert_double_eq(info.forward_flop, rows[i].forward);
        ck_assert_double_eq(info.train_flop, rows[i].train);
    }
    ramp_net_free(net);
}
END_TEST

/* ==== What is refused ==== */

struct refusal {
    const char *text;
    int line; /* 0: of the whole text */
    const char *says[3];
};

static void check_refusal(const struct refusal *row,
                          const struct ramp_net_options *options,
                          enum ramp_status expected)
{
    struct ramp_net *net = (struct ramp_net *)(uintptr_t)1;
    struct ramp_error err = {RAMP_OK, ""};
    char start[40], text[61]; /* Check's messages have an end */
    snprintf(text, sizeof text, "%.60s", row->text);
    enum ramp_status status =
        ramp_net_parse(&net, row->text, "a/b.net", options, &err);
    ck_assert_msg(status == expected, "\"%s\": status %d, expected %d: %s",
                  text, status, expected, err.text);
    ck_assert_int_eq(err.status, expected);
    ck_assert_ptr_null(net);
    snprintf(start, sizeof start, "'a/b.net' line %d: ", row->line);
    if (row->line == 0)
        strcpy(start, "'a/b.net': ");
    ck_assert_msg(strncmp(err.text, start, strlen(start)) == 0,
                  "\"%s\": expected \"%s...\", found \"%s\"", text, start,
                  err.text);
    for (int i = 0; i < 3 && row->says[i] != NULL; i++)
        fixture_check_text(&err, row->says[i], text);
    status = ramp_net_parse(&net, row->text, "a/b.net", options, NULL);
    ck_assert_int_eq(status, expected);
}

/* On 3x8x11 with 7 classes; `E` is a good end. */
#define E "\ndense classes\n"
static const struct refusal refusals[] = {
    /* nothing */
    {"", 0, {"expected layers, found none"}},
    {"\n\n# only this\n\t\n", 0, {"expected layers, found none"}},
    {"input data", 0, {"expected layers, found none"}},
    /* words */
    {"cnov 5 3x3" E, 1, {"expected a layer", "'cnov'", "; try conv"}},
    {"relu\nmaxpol 2x2" E, 2, {"'maxpol'", "; try maxpool"}},
    {"relu\r\n\r\n# a\r\nbatchnrm" E, 4, {"'batchnrm'", "; try batchnorm"}},
    {"inptu data" E, 1, {"'inptu'", "; try input"}},
    {"sigmiod" E, 1, {"'sigmiod'", "; try sigmoid"}},
    {"transformer" E, 1, {"'transformer'", "; try conv, act, maxpool, dense"}},
    {"Conv 5 3x3" E, 1, {"'Conv'", "; try conv"}},
    {"\x1b[31m" E, 1, {"'\\x1b[31m'"}},
    {"conv" E, 1, {"conv: expected a number", "end of the line"}},
    {"conv 5" E, 1, {"conv: expected a window", "end of the line"}},
    {"conv 5 3x3 stride" E, 1, {"expected a stride", "end of the line"}},
    {"conv 5 3x3 pad" E, 1, {"expected a pad", "end of the line"}},
    {"conv 5 3x3 pda 1" E,
     1,
     {"'stride', 'pad', 'nobias' or 'whiten'", "'pda'"}},
    {"conv 5 2x2 whiten" E,
     1,
     {"expected 24 maps to whiten patches of 3x2x2, found 5"}},
    {"act\nconv 24 2x2 whiten" E,
     2,
     {"expected 'whiten' in the first layer alone"}},
    {"conv 600 10x10 pad 1 whiten" E,
     1,
     {"expected at most 256 values in a patch to whiten, found 300"}},
    {"maxpool 2x2 whiten" E, 1, {"'stride', 'pad' or 'ceil'", "'whiten'"}},
    {"conv 5 3x3 ceil" E,
     1,
     {"'stride', 'pad', 'nobias' or 'whiten'", "'ceil'"}},
    {"conv 5 3x3 stride nobias" E, 1, {"expected a stride", "'nobias'"}},
    {"maxpool" E, 1, {"maxpool: expected a window", "end of the line"}},
    {"maxpool 2x2 nobias" E, 1, {"'stride', 'pad' or 'ceil'", "'nobias'"}},
    {"avgpool 2x2 2" E, 1, {"avgpool: expected 'stride'", "'2'"}},
    {"globalpool min" E, 1, {"globalpool: expected the end", "'min'"}},
    {"globalpool max max" E, 1, {"expected the end of the line", "'max'"}},
    {"batchnorm 3" E, 1, {"batchnorm: expected the end", "'3'"}},
    {"batchnorm nobias" E, 1, {"batchnorm: expected the end", "'nobias'"}},
    {"batchnorm noscale 3" E, 1, {"batchnorm: expected the end", "'3'"}},
    {"dropout" E, 1, {"dropout: expected a share", "end of the line"}},
    {"dropout 0.5 0.5" E, 1, {"dropout: expected the end", "'0.5'"}},
    {"act relu" E, 1, {"act: expected the end of the line", "'relu'"}},
    {"relu 1.1" E, 1, {"expected a number from 0 to 1", "'1.1'"}},
    {"tanh 0.1" E, 1, {"activation tanh: expected no number", "'0.1'"}},
    {"softplus 0" E, 1, {"expected a number from 0.001 to 1000", "'0'"}},
    {"prelu -1" E, 1, {"prelu: expected a number from 0 to 1000", "'-1'"}},
    {"maxout 1" E, 1, {"maxout: expected a whole number from 2 to", "'1'"}},
    {"maxout 1.5" E, 1, {"expected a whole number from 2 to 1000", "'1.5'"}},
    {"maxout 2.5" E, 1, {"expected a whole number from 2 to 1000", "'2.5'"}},
    {"maxout 2" E, 1, {"channels that 2 divides", "found 3"}},
    {"gelu 1" E, 1, {"activation gelu: expected no number", "'1'"}},
    {"geul" E, 1, {"'geul'", "; try gelu"}},
    {"mxaout 3" E, 1, {"'mxaout'", "; try maxout"}},
    {"leaky x" E, 1, {"leaky: expected a number from 0 to 1000", "'x'"}},
    {"leaky -1" E, 1, {"expected a number from 0 to 1000", "'-1'"}},
    {"elu 1 2" E, 1, {"elu: expected the end of the line", "'2'"}},
    {"dense", 1, {"dense: expected a number", "end of the line"}},
    {"dense 7 8", 1, {"dense: expected the end of the line", "'8'"}},
    {"dense 7 bias", 1, {"dense: expected the end of the line", "'bias'"}},
    {"dense class", 1, {"or 'classes'", "'class'"}},
    {"relu\n1 2 3 4 5 6 7 8 9 10 11 12 13" E, 2, {"at most 12 words"}},
    /* numbers */
    {"conv 0 3x3" E, 1, {"a number from 1 to 1048576", "'0'"}},
    {"conv -3 3x3" E, 1, {"a number from 1 to 1048576", "'-3'"}},
    {"conv 2147483648 3x3" E, 1, {"from 1 to 1048576", "'2147483648'"}},
    {"conv 1048577 3x3" E, 1, {"from 1 to 1048576", "'1048577'"}},
    {"conv 18446744073709551617 3x3" E, 1, {"'18446744073709551617'"}},
    {"conv 5.0 3x3" E, 1, {"'5.0'"}},
    {"conv 3x3" E, 1, {"a number from 1", "'3x3'"}},
    {"conv 5 3" E, 1, {"a window such as 3x3", "'3'"}},
    {"conv 5 0x3" E, 1, {"a window such as 3x3", "'0x3'"}},
    {"conv 5 0x0" E, 1, {"a window such as 3x3", "'0x0'"}},
    {"conv 5 -3x-3" E, 1, {"a window such as 3x3", "'-3x-3'"}},
    {"conv 5 -3" E, 1, {"a window such as 3x3", "'-3'"}},
    {"conv 5 3x" E, 1, {"'3x'"}},
    {"conv 5 x3" E, 1, {"'x3'"}},
    {"conv 5 3X3" E, 1, {"'3X3'"}},
    {"conv 5 3x3x3" E, 1, {"'3x3x3'"}},
    {"conv 5 3x16385" E, 1, {"'3x16385'"}},
    {"conv 5 3x99999999999999999999999999999" E, 1, {"a window such as"}},
    {"conv 5 3x3 stride 0" E, 1, {"a stride such as", "'0'"}},
    {"conv 5 3x3 stride 1x0" E, 1, {"a stride such as", "'1x0'"}},
    {"conv 5 3x3 stride -1" E, 1, {"a stride such as", "'-1'"}},
    {"conv 5 3x3 pad -1" E, 1, {"a pad such as", "'-1'"}},
    {"maxpool 0x0" E, 1, {"a window such as", "'0x0'"}},
    {"maxpool 2x2 stride 0" E, 1, {"a stride such as", "'0'"}},
    {"dropout 1" E, 1, {"a share from 0 to 0.99", "'1'"}},
    {"dropout 1.0" E, 1, {"a share from 0 to 0.99", "'1.0'"}},
    {"dropout -0.1" E, 1, {"a share from 0 to 0.99", "'-0.1'"}},
    {"dropout nan" E, 1, {"a share from 0 to 0.99", "'nan'"}},
    {"dropout 50%" E, 1, {"a share from 0 to 0.99", "'50%'"}},
    {"dense 0", 1, {"a number from 1 to 1048576", "'0'"}},
    {"dense -10", 1, {"a number from 1 to 1048576", "'-10'"}},
    /* sizes */
    {"conv 5 9x3" E, 1, {"window of 9 is larger than the map of 8"}},
    {"conv 5 3x12" E, 1, {"window of 12 is larger than the map of 11"}},
    {"conv 5 11x3 pad 1x0" E, 1, {"map of 10 (input 8, pad 1)"}},
    {"maxpool 9x9" E, 1, {"maxpool: the window of 9", "map of 8"}},
    {"maxpool 9x9 ceil" E, 1, {"window of 9 is larger"}},
    {"avgpool 8x12" E, 1, {"avgpool: the window of 12", "map of 11"}},
    {"conv 5 3x3 pad 3" E, 1, {"a pad below the window's 3, found 3"}},
    {"conv 5 3x3 pad 1x3" E, 1, {"a pad below the window's 3, found 3"}},
    {"conv 5 1x1 pad 1" E, 1, {"a pad below the window's 1, found 1"}},
    {"maxpool 2x2 pad 2" E, 1, {"a pad below the window's 2, found 2"}},
    {"maxpool 2x2\nmaxpool 2x2\nmaxpool 2x2\nmaxpool 2x2" E,
     4,
     {"maxpool: the window of 2 is larger than the map of 1", "input 1"}},
    {"relu\nmaxpool 8x11\n# a\nconv 5 3x3 pad 0" E,
     4,
     {"conv: the window of 3 is larger than the map of 1"}},
    /* order */
    {"dense 5\nconv 5 1x1" E, 2, {"conv: expected a map", "dense"}},
    {"dense 5\nact\n\nmaxpool 1x1" E, 4, {"maxpool: expected a map", "dense"}},
    {"dense 5\navgpool 1x1" E, 2, {"avgpool: expected a map", "dense"}},
    /* the end */
    {"conv 7 3x3", 0, {"one value a class", "7x6x9", "'dense classes'"}},
    {"conv 7 8x10", 0, {"found a map of 7x1x2"}},
    {"act", 0, {"found a map of 3x8x11"}},
    {"dense 10", 0, {"expected 7 values", "found 10", "'dense classes'"}},
    {"globalpool", 0, {"expected 7 values", "found 3"}},
    /* the input */
    {"input" E, 1, {"'data' or channels (1 or 3)", "end of the line"}},
    {"input dta" E, 1, {"'data' or channels (1 or 3)", "'dta'"}},
    {"input 2x8x11" E, 1, {"channels (1 or 3)", "'2x8x11'"}},
    {"input 8x11" E, 1, {"channels (1 or 3)", "'8x11'"}},
    {"input 3x0x11" E, 1, {"channels (1 or 3)", "'3x0x11'"}},
    {"input 3x8x16385" E, 1, {"channels (1 or 3)", "'3x8x16385'"}},
    {"input 3x8x11x1" E, 1, {"channels (1 or 3)", "'3x8x11x1'"}},
    {"input 3x8x11 3" E, 1, {"channels (1 or 3)"}},
    {"input data data" E, 1, {"channels (1 or 3)", "found 'data'"}},
    {"input data x" E, 1, {"channels (1 or 3)", "found 'x'"}},
    {"relu\rmaxpool 2x2" E, 1, {"expected a layer", "relu\\x0dmaxpool"}},
    {"input data\ninput data" E, 2, {"input: expected once"}},
    {"input data\n# a\ninput 3x8x11" E, 3, {"input: expected once"}},
    {"relu\ninput data" E, 2, {"before the first layer"}},
    {"input 1x8x11" E, 1, {"the data's 3x8x11", "'1x8x11'", "--input 1x8x11"}},
    {"input 3x11x8" E, 1, {"the data's 3x8x11", "'3x11x8'"}},
    {"input 3x8x12" E, 1, {"the data's 3x8x11", "'3x8x12'"}},
};

START_TEST(is_refused)
{
    const struct ramp_net_options options = data_of(3, 8, 11, 7);
    check_refusal(&refusals[_i], &options, RAMP_MODEL);
}
END_TEST

/* Lines and layers that are too many; no byte of the line may get lost. */
START_TEST(too_long_is_refused)
{
    const struct ramp_net_options options = data_of(1, 4, 4, 2);
    static char text[60000];
    struct refusal row = {text, 2, {"at most 255 characters", "found 256"}};
    snprintf(text, sizeof text, "act\n%-256s\ndense classes", "act");
    check_refusal(&row, &options, RAMP_MODEL);
    row.says[1] = "found 50000";
    snprintf(text, sizeof text, "act\n%050000d\ndense classes", 0);
    check_refusal(&row, &options, RAMP_MODEL);
    static const int n_layers[] = {NETSPEC_MAX_LAYERS + 1, 10000};
    for (int i = 0; i < 2; i++) {
        text[0] = 0;
        for (int j = 0; j < n_layers[i]; j++)
            strcpy(text + 4 * j, "act\n");
        row = (struct refusal){text,
                               NETSPEC_MAX_LAYERS + 1,
                               {"expected at most 1000 layers, found more"}};
        check_refusal(&row, &options, RAMP_MODEL);
    }
    row = (struct refusal){text, 1, {"expected a layer", "..."}};
    snprintf(text, sizeof text, "%0200d\n", 0);
    check_refusal(&row, &options, RAMP_MODEL);
}
END_TEST

/* Too large: none of these may ask for the memory, or wrap around. */
static const struct {
    int height, width;
    struct refusal refusal;
} too_large[] = {
    {64,
     64,
     {"act\ndense 1048576" E,
      2,
      {"dense: expected at most 268435456 parameters", "4.29e+09"}}},
    {64,
     64,
     {"dense 65537" E, 1, {"at most 268435456 parameters", "2.68e+08"}}},
    {28,
     28,
     {"conv 1048576 28x28" E,
      1,
      {"conv: expected at most 268435456 parameters", "8.22e+08"}}},
    {28,
     28,
     {"conv 1048576 1x1" E,
      1,
      {"at most 268435456 values an image", "1048576x28x28"}}},
    {0,
     0,
     {"input 1x16384x16384\nconv 1048576 16384x16384 pad 16383" E,
      2,
      {"conv: expected at most 268435456", "1048576x32767x32767"}}},
    {0,
     0,
     {"input 1x16384x16384\nconv 2 1x1" E,
      2,
      {"at most 268435456 values", "2x16384x16384"}}},
    {0,
     0,
     {"input 1x16384x16384\navgpool 16384x16384 pad 16383 stride 1" E,
      2,
      {"avgpool: expected at most 268435456 values", "1x32767x32767"}}},
    {0,
     0,
     {"input 3x16384x16384\nglobalpool" E,
      1,
      {"input: expected at most 268435456 values"}}},
    {64,
     64,
     {"dense 60000\ndense 4000" E,
      0,
      {"expected at most 268435456 parameters, found 485832002"}}},
};

START_TEST(too_large_is_refused)
{
    for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++) {
        const struct ramp_net_options options =
            data_of(1, too_large[i].height, too_large[i].width, 2);
        check_refusal(&too_large[i].refusal, &options, RAMP_MEMORY);
    }
    /* Without data, somebody has to say how large a picture is. */
    const struct ramp_net_options nothing = data_of(0, 0, 0, 2);
    const struct refusal shapeless = {
        "globalpool" E, 1, {"globalpool: expected 'input CxHxW' before it"}};
    check_refusal(&shapeless, &nothing, RAMP_MODEL);
    /* Max pooling numbers a window's values with 16 bits. */
    const struct ramp_net_options options = data_of(1, 256, 256, 2);
    const struct refusal windows[] = {
        {"maxpool 256x256" E, 1, {"at most 65535 values, found 65536"}},
        {"globalpool max" E, 1, {"globalpool", "found 65536"}},
    };
    check_refusal(&windows[0], &options, RAMP_MODEL);
    check_refusal(&windows[1], &options, RAMP_MODEL);
}
END_TEST

/* ==== Damage ==== */

static char *read_conv2(void)
{
    uint8_t *text;
    size_t n_bytes;
    struct ramp_error err;
    enum ramp_status status = file_read(&text, &n_bytes, "models/conv2.net",
                                        1 << 20, RAMP_MODEL, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return (char *)text;
}

/* Either a net that answers with one value a class, or a clean refusal. */
static bool parses_or_fails_cleanly(const char *text)
{
    const struct ramp_net_options options = data_of(1, 8, 8, 12);
    struct ramp_net *net = (struct ramp_net *)(uintptr_t)1;
    struct ramp_error err;
    enum ramp_status status = ramp_net_parse(&net, text, "t", &options, &err);
    if (status != RAMP_OK) {
        ck_assert_int_eq(status, RAMP_MODEL);
        ck_assert_ptr_null(net);
        fixture_check_text(&err, "expected", text);
        return false;
    }
    struct ramp_layer_info last = layer_of(net, ramp_net_n_layers(net) - 1);
    check_shape(&last, 12, 1, 1, text);
    ramp_net_free(net);
    return true;
}

/* Cut at every byte: a net is complete where its last dense layer says 12 or
 * classes, and nowhere else. */
START_TEST(every_prefix)
{
    char *text = read_conv2();
    int n_parsed = 0;
    for (size_t n = strlen(text); n > 0; n--) {
        text[n] = 0;
        n_parsed += parses_or_fails_cleanly(text);
    }
    /* With the last newline, without it, and "dense   12" of "128". */
    ck_assert_int_eq(n_parsed, 3);
    mem_free(text);
}
END_TEST

START_TEST(every_byte_removed)
{
    char *text = read_conv2();
    size_t n = strlen(text);
    char *damaged = mem_alloc(n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        memcpy(damaged, text, i);
        memcpy(damaged + i, text + i + 1, n - i);
        parses_or_fails_cleanly(damaged);
    }
    mem_free(damaged);
    mem_free(text);
}
END_TEST

/* ==== Memory ==== */

static const char long_net[] = "act\nact\nact\nact\nact\nact\nact\nact\nact\n"
                               "conv 3 3x3\nbatchnorm\nact\nact\nact\nact\n"
                               "act\nact\nact\nact\ndense 5\ndense classes";

/* Let each allocation in turn fail, and (if `forever`) all after it. */
START_TEST(parsing_without_memory)
{
    const struct ramp_net_options options = data_of(1, 8, 8, 4);
    bool forever = _i == 1;
    size_t n = 1;
    for (;; n++) {
        struct ramp_net *net = (struct ramp_net *)(uintptr_t)1;
        struct ramp_error err = {RAMP_OK, ""};
        mem_fail_at(n, forever);
        enum ramp_status status =
            ramp_net_parse(&net, long_net, "t", &options, &err);
        mem_fail_at(0, false);
        if (status == RAMP_OK) {
            ramp_net_free(net);
            break;
        }
        ck_assert_int_eq(status, RAMP_MEMORY);
        ck_assert_ptr_null(net);
        fixture_check_text(&err, "out of memory", "parse");
    }
    /* The net, its text, its name, layers twice, tensors, both blocks. */
    ck_assert_uint_eq(n, 8 + 1);
}
END_TEST

/* The same of a file, also while it is looked for. */
START_TEST(loading_without_memory)
{
    const struct ramp_net_options options = data_of(1, 28, 28, 10);
    bool forever = _i == 1;
    size_t n = 1;
    for (;; n++) {
        struct ramp_net *net = (struct ramp_net *)(uintptr_t)1;
        struct ramp_error err = {RAMP_OK, ""};
        mem_fail_at(n, forever);
        enum ramp_status status = ramp_net_load(&net, "lenet", &options, &err);
        mem_fail_at(0, false);
        if (status == RAMP_OK) {
            ramp_net_free(net);
            break;
        }
        ck_assert_ptr_null(net);
        ck_assert_int_eq(status, RAMP_MEMORY);
        fixture_check_text(&err, "out of memory", "load");
    }
    /* Two for the first place, where it is found; the file; and what parsing
     * asks for, which has fewer layers than above. */
    ck_assert_uint_eq(n, 2 + 1 + 7 + 1);
}
END_TEST

/* ==== Files ==== */

static void write_file(const char *name, const char *bytes, size_t n_bytes)
{
    struct ramp_error err;
    enum ramp_status status =
        file_write(fixture_path(name), bytes, n_bytes, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
}

static void check_load_refused(const char *name, const char *says)
{
    const struct ramp_net_options options = data_of(1, 8, 8, 2);
    struct ramp_net *net = (struct ramp_net *)(uintptr_t)1;
    struct ramp_error err = {RAMP_OK, ""};
    enum ramp_status status = ramp_net_load(&net, name, &options, &err);
    ck_assert_msg(status == RAMP_MODEL, "%s: status %d: %s", name, status,
                  err.text);
    ck_assert_int_eq(err.status, RAMP_MODEL);
    ck_assert_ptr_null(net);
    fixture_check_text(&err, says, name);
    ck_assert_int_eq(ramp_net_load(&net, name, &options, NULL), RAMP_MODEL);
}

/* A net that is its own name. */
START_TEST(mlp)
{
    const struct ramp_net_options options = data_of(1, 28, 28, 10);
    struct ramp_net *net = load("mlp:512,512,512", &options);
    ck_assert_uint_eq(ramp_net_n_parameters(net), 932362);
    ck_assert_str_eq(ramp_net_name(net), "mlp-512-512-512");
    ck_assert_str_eq(ramp_net_text(net),
                     "input   data\ndense   512\nact\ndense   512\nact\n"
                     "dense   512\nact\ndense   classes\n");
    ramp_net_free(net);
    net = load("mlp:7", &options);
    ck_assert_uint_eq(ramp_net_n_parameters(net), 784 * 7 + 7 + 70 + 10);
    ck_assert_uint_eq(ramp_net_n_layers(net), 3);
    ramp_net_free(net);

    char text[600] = "mlp:100000";
    for (int i = 1; i < 64; i++)
        strcat(text, ",1");
    net = load(text, &options);
    ck_assert_uint_eq(ramp_net_n_layers(net), 129);
    ramp_net_free(net);
    strcat(text, ",1");
    check_load_refused(text, "net mlp: expected 1 to 64 numbers");
    static const char *const bad[] = {
        "mlp:",     "mlp:,",  "mlp:1,",      "mlp:,1",        "mlp:0",
        "mlp:1.5",  "mlp:-1", "mlp:1048577", "mlp:1,,1",      "mlp: 1",
        "mlp:1, 1", "mlp:x",  "mlp:1;1",     "mlp:000000001", "mlp:1:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_load_refused(bad[i], "net mlp: expected 1 to 64 numbers of units "
                                   "from 1 to 1048576, found '");
    check_load_refused("mlp", "cannot find net 'mlp'");
}
END_TEST

START_TEST(files)
{
    static const char good[] = "input data\r\ndense classes";
    static const char zero[] = "dense classes\n\0dense classes";
    const struct ramp_net_options options = data_of(1, 8, 8, 2);
    write_file("my own.net", good, sizeof good - 1);
    struct ramp_net *net = load(fixture_path("my own.net"), &options);
    ck_assert_str_eq(ramp_net_name(net), "my own");
    ck_assert_str_eq(ramp_net_text(net), good);
    ramp_net_free(net);
    write_file("no-end", good, sizeof good - 1);
    net = load(fixture_path("no-end"), &options);
    ck_assert_str_eq(ramp_net_name(net), "no-end");
    ramp_net_free(net);

    check_load_refused("lenett", "cannot find net 'lenett'");
    check_load_refused("lenett", "models/; try lenet");
    check_load_refused("krizevsky", "; try krizhevsky");
    check_load_refused("resnet152", "'resnet152': expected a file, or");
    check_load_refused("", "cannot find net ''");
    check_load_refused(fixture_path("absent.net"), "cannot find net");
    check_load_refused(fixture_folder, "cannot find net");
    check_load_refused("models", "cannot find net 'models'");

    write_file("zero.net", zero, sizeof zero - 1);
    check_load_refused(fixture_path("zero.net"), "found a zero byte");
    write_file("empty.net", "", 0);
    check_load_refused(fixture_path("empty.net"), "found none");
    write_file("bad.net", "act\ndnse 3", 10);
    check_load_refused(fixture_path("bad.net"), "bad.net' line 2: ");

    size_t n = 2 << 20;
    char *large = mem_alloc(n, 1);
    memset(large, '\n', n);
    write_file("large.net", large, n);
    check_load_refused(fixture_path("large.net"),
                       "at most 1048576 bytes, found 2097152");
    mem_free(large);
}
END_TEST

/* A name too long for a file is not found, whatever its length. */
START_TEST(long_names)
{
    static char name[5000];
    for (size_t n = 240; n < sizeof name; n += n < 270 ? 1 : 1000) {
        memset(name, 'x', n);
        check_load_refused(name, "cannot find net 'xxx");
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("netspec");
    TCase *good = tcase_create("accepted"), *bad = tcase_create("refused");
    TCase *file = tcase_create("files");
    tcase_add_loop_test(good, layer_is_accepted, 0,
                        sizeof layer_rows / sizeof *layer_rows);
    tcase_add_test(good, layer_keeps_its_options);
    tcase_add_test(good, blanks_comments_and_line_ends);
    tcase_add_test(good, input_without_data);
    tcase_add_test(good, largest_is_accepted);
    tcase_add_loop_test(good, window_counts, 1, 14);
    tcase_add_test(good, ceil_by_hand);
    tcase_add_test(good, lenet);
    tcase_add_test(good, krizhevsky);
    tcase_add_test(good, conv2);
    tcase_add_test(good, speedy);
    tcase_add_test(good, more_nets);
    tcase_add_test(good, mlp);
    tcase_add_test(good, default_net);
    tcase_add_test(good, receptive_field_and_flops);
    tcase_add_loop_test(bad, is_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(bad, too_long_is_refused);
    tcase_add_test(bad, too_large_is_refused);
    tcase_add_test(bad, every_prefix);
    tcase_add_test(bad, every_byte_removed);
    tcase_add_loop_test(bad, parsing_without_memory, 0, 2);
    tcase_add_loop_test(bad, loading_without_memory, 0, 2);
    tcase_set_timeout(good, 60);
    tcase_set_timeout(bad, 60);
    tcase_set_timeout(file, 60);
    tcase_add_checked_fixture(file, fixture_setup, fixture_teardown);
    tcase_add_test(file, files);
    tcase_add_test(file, long_names);
    suite_add_tcase(s, good);
    suite_add_tcase(s, bad);
    suite_add_tcase(s, file);
    return s;
}

CHECK_MAIN(suite)
