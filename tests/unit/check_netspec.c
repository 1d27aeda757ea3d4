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
    ck_assert_msg(
        info->out_channels == c && info->out_height == h &&
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
    ck_assert_uint_eq(info.activation_bytes,
                      4u * (size_t)(layer_rows[_i].c * layer_rows[_i].h *
                                    layer_rows[_i].w));
    ramp_net_free(net);
}
END_TEST

/* What a layer keeps beyond its shape. */
START_TEST(layer_keeps_its_options)
{
    struct ramp_net_options options = data_of(3, 8, 11, 7);
    options.act = (struct ramp_activation){RAMP_ACT_ELU, 0.5f};
    struct ramp_net *net = parse("conv 4 3x2 pad 2x1 stride 3x4 nobias\n"
                                 "act\nleaky 0.2\ntanh\nglobalpool max\n"
                                 "dropout 0.25\ndense 3\nglobalpool\n"
                                 "conv1x1\ndense classes" +
                                     0,
                                 &options);
    ramp_net_free(net);
}
END_TEST
