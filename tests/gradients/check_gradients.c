/* check_gradients.c - that gradients are gradients: the backward pass of each
 * layer of kernels/reference.h against central differences of its forward pass,
 * then whole nets, plain and as they run, by ramp_net_check.
 *
 * The loss is sum(r * y) with random r; inputs keep away from kinks. */
#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "kernels/reference.h"
#include "net/net.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct rng_key key;
static uint64_t n_drawn;

static uint64_t seed(void)
{
    const char *text = getenv("RAMP_TEST_SEED");
    return text != NULL ? strtoull(text, NULL, 10) : 1;
}

static void start_drawing(uint64_t test)
{
    key = rng_key(seed(), RNG_TEST, test);
    n_drawn = 0;
}

/* low .. high */
static size_t draw_size(size_t low, size_t high)
{
    return low + (size_t)rng_below(key, n_drawn++, high - low + 1);
}

static double draw(void)
{
    return rng_normal(key, n_drawn++);
}

/* ==== One layer of the reference ==== */

enum { ROOM = 1 << 14 };

/* A layer with its numbers: forward makes y of x, w, b; backward makes dx, dw,
 * db of r, which stands for dy. */
struct layer_case {
    void (*forward)(struct layer_case *s);
    void (*backward)(struct layer_case *s);
    struct reference_window v;
    struct ramp_activation act;
    size_t n_x, n_w, n_b, n_y;
    double x[ROOM], w[ROOM], b[ROOM], y[ROOM], r[ROOM];
    double dx[ROOM], dw[ROOM], db[ROOM];
    size_t winner[ROOM];
};

static double loss_of(struct layer_case *s)
{
    double loss = 0;
    s->forward(s);
    for (size_t i = 0; i < s->n_y; i++)
        loss += s->r[i] * s->y[i];
    return loss;
}

static void check_entries(struct layer_case *s, double *entries,
                          const double *grads, size_t n, const char *name)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(grads[i]));
    ck_assert_msg(n == 0 || largest > 0, "%s: no gradient at all", name);
    for (size_t i = 0; i < n; i++) {
        const double kept = entries[i], step = 6e-6 * fmax(1, fabs(kept));
        const double high = kept + step, low = kept - step;
        entries[i] = high;
        double above = loss_of(s);
        entries[i] = low;
        double slope = (above - loss_of(s)) / (high - low);
        entries[i] = kept;
        double error = fabs(slope - grads[i]);
        double size = fabs(slope) + fabs(grads[i]) + largest / 100;
        if (!(error <= 1e-6 * size))
            ck_abort_msg("%s[%zu]: gradient %.12g, difference %.12g", name, i,
                         grads[i], slope);
    }
}

static void check_layer(struct layer_case *s)
{
    const size_t sizes[] = {s->n_x, s->n_w, s->n_b, s->n_y};
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_le(sizes[i], ROOM);
    for (size_t i = 0; i < s->n_y; i++)
        s->r[i] = draw();
    s->forward(s);
    s->backward(s);
    check_entries(s, s->x, s->dx, s->n_x, "x");
    check_entries(s, s->w, s->dw, s->n_w, "w");
    check_entries(s, s->b, s->db, s->n_b, "b");
}

static struct layer_case *new_case(void (*forward)(struct layer_case *),
                                   void (*backward)(struct layer_case *))
{
    struct layer_case *s = mem_alloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    s->forward = forward;
    s->backward = backward;
    return s;
}

static void fill(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = draw();
}

/* A map and a window on it; windows reach over the edges, strides jump over
 * pixels. */
static void draw_window(struct reference_window *v, bool pool, bool ceil)
{
    *v = (struct reference_window){
        .n = draw_size(1, 3),
        .h = draw_size(1, 7),
        .w = draw_size(1, 7),
        .c = draw_size(1, 4),
        .k = draw_size(1, 4),
        .r = draw_size(1, 4),
        .s = draw_size(1, 4),
        .stride_h = draw_size(1, 3),
        .stride_w = draw_size(1, 3),
    };
    v->pad_h = draw_size(0, v->r - 1);
    v->pad_w = draw_size(0, v->s - 1);
    while (v->h + 2 * v->pad_h < v->r)
        v->h++;
    while (v->w + 2 * v->pad_w < v->s)
        v->w++;
    v->oh = reference_out(v->h, v->r, v->stride_h, v->pad_h, ceil);
    v->ow = reference_out(v->w, v->s, v->stride_w, v->pad_w, ceil);
    if (pool)
        v->k = v->c;
}

static void conv_forward(struct layer_case *s)
{
    reference_conv_forward(s->y, s->x, s->w, s->b, &s->v);
}

static void conv_backward(struct layer_case *s)
{
    reference_conv_backward(s->dx, s->dw, s->db, s->r, s->x, s->w, &s->v);
}

START_TEST(conv_backward_is_slope)
{
    start_drawing(100 + (uint64_t)_i);
    struct layer_case *s = new_case(conv_forward, conv_backward);
    const struct reference_window *v = &s->v;
    draw_window(&s->v, false, false);
    s->n_x = v->n * v->h * v->w * v->c;
    s->n_w = v->r * v->s * v->c * v->k;
    s->n_b = v->k;
    s->n_y = v->n * v->oh * v->ow * v->k;
    fill(s->x, s->n_x);
    fill(s->w, s->n_w);
    fill(s->b, s->n_b);
    check_layer(s);
    mem_free(s);
}
END_TEST

/* The smallest numbers by hand: what is summed with what. */
START_TEST(conv_by_hand)
{
    const double x[6] = {1, 2, 3, 4, 5, 6}; /* 2 x 3 */
    const double w[4] = {10, 20, 30, 40};   /* 2 x 2 */
    const double b = 0.5;
    double y[12];
    struct reference_window v = {.n = 1,
                                 .h = 2,
                                 .w = 3,
                                 .c = 1,
                                 .r = 2,
                                 .s = 2,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .oh = 1,
                                 .ow = 2,
                                 .k = 1};
    reference_conv_forward(y, x, w, &b, &v);
    ck_assert_double_eq(y[0], 10 * 1 + 20 * 2 + 30 * 4 + 40 * 5 + 0.5);
    ck_assert_double_eq(y[1], 10 * 2 + 20 * 3 + 30 * 5 + 40 * 6 + 0.5);
    v.pad_h = 1;
    v.oh = 3;
    reference_conv_forward(y, x, w, NULL, &v);
    ck_assert_double_eq(y[0], 30 * 1 + 40 * 2);
    ck_assert_double_eq(y[5], 10 * 5 + 20 * 6);
}
END_TEST

static void dense_forward(struct layer_case *s)
{
    reference_dense_forward(s->y, s->x, s->w, s->b, s->v.n, s->v.c, s->v.k);
}

static void dense_backward(struct layer_case *s)
{
    reference_dense_backward(s->dx, s->dw, s->db, s->r, s->x, s->w, s->v.n,
                             s->v.c, s->v.k);
}

START_TEST(dense_backward_is_slope)
{
    start_drawing(200 + (uint64_t)_i);
    struct layer_case *s = new_case(dense_forward, dense_backward);
    s->v = (struct reference_window){
        .n = draw_size(1, 5), .c = draw_size(1, 17), .k = draw_size(1, 11)};
    s->n_x = s->v.n * s->v.c;
    s->n_w = s->v.c * s->v.k;
    s->n_b = s->v.k;
    s->n_y = s->v.n * s->v.k;
    fill(s->x, s->n_x);
    fill(s->w, s->n_w);
    fill(s->b, s->n_b);
    check_layer(s);
    mem_free(s);
}
END_TEST

static void act_forward(struct layer_case *s)
{
    for (size_t i = 0; i < s->n_x; i++)
        s->y[i] = reference_act(s->act.kind, s->x[i], (double)s->act.a);
}

static void act_backward(struct layer_case *s)
{
    for (size_t i = 0; i < s->n_x; i++)
        s->dx[i] = s->r[i] *
                   reference_act_slope(s->act.kind, s->x[i], (double)s->act.a);
}

START_TEST(act_backward_is_slope)
{
    start_drawing(300 + (uint64_t)_i);
    struct layer_case *s = new_case(act_forward, act_backward);
    s->act = (struct ramp_activation){(enum ramp_act_kind)_i, 0.3f};
    s->n_x = s->n_y = 200;
    fill(s->x, s->n_x);
    /* Off the kinks, one of which is at 6. */
    for (size_t i = 0; i < s->n_x; i++)
        s->x[i] = (i % 3 == 0 ? 5 : 1) * s->x[i] + (s->x[i] < 0 ? -1e-3 : 1e-3);
    check_layer(s);
    mem_free(s);
}
END_TEST

static void prelu_forward(struct layer_case *s)
{
    reference_prelu_forward(s->y, s->x, s->w, s->n_x / s->n_w, s->n_w);
}

static void prelu_backward(struct layer_case *s)
{
    reference_prelu_backward(s->dx, s->dw, s->r, s->x, s->w, s->n_x / s->n_w,
                             s->n_w);
}

START_TEST(prelu_backward_is_slope)
{
    start_drawing(350);
    struct layer_case *s = new_case(prelu_forward, prelu_backward);
    s->n_w = 7;
    s->n_x = s->n_y = 30 * s->n_w;
    fill(s->x, s->n_x);
    fill(s->w, s->n_w);
    check_layer(s);
    mem_free(s);
}
END_TEST

enum { GROUP = 3 };

static void maxout_forward(struct layer_case *s)
{
    reference_maxout_forward(s->y, s->winner, s->x, s->n_y, GROUP);
}

static void maxout_backward(struct layer_case *s)
{
    reference_maxout_backward(s->dx, s->r, s->winner, s->n_y, GROUP);
}

START_TEST(maxout_backward_is_slope)
{
    start_drawing(351);
    struct layer_case *s = new_case(maxout_forward, maxout_backward);
    s->n_y = 70;
    s->n_x = GROUP * s->n_y;
    fill(s->x, s->n_x);
    check_layer(s);
    mem_free(s);
}
END_TEST

static void crelu_forward(struct layer_case *s)
{
    reference_crelu_forward(s->y, s->x, s->n_x / 7, 7);
}

static void crelu_backward(struct layer_case *s)
{
    reference_crelu_backward(s->dx, s->r, s->x, s->n_x / 7, 7);
}

START_TEST(crelu_backward_is_slope)
{
    start_drawing(352);
    struct layer_case *s = new_case(crelu_forward, crelu_backward);
    s->n_x = 70;
    s->n_y = 2 * s->n_x;
    fill(s->x, s->n_x);
    check_layer(s);
    mem_free(s);
}
END_TEST

/* What Goodfellow et al. 2013 and Shang et al. 2016 say, in numbers: groups of
 * adjacent channels, the first of equals wins; first all that is positive, then
 * all that is negative. */
START_TEST(channels_by_hand)
{
    const double x[6] = {1, 3, 2, -1, -1, -4};
    const double best[2] = {3, -1}, dy[2] = {10, 20};
    const double dx[6] = {0, 10, 0, 20, 0, 0};
    const double parts[12] = {1, 3, 2, 0, 0, 0, 0, 0, 0, 1, 1, 4};
    double y[12], back[6];
    size_t winner[2];
    reference_maxout_forward(y, winner, x, 2, 3);
    ck_assert_mem_eq(y, best, sizeof best);
    reference_maxout_backward(back, dy, winner, 2, 3);
    ck_assert_mem_eq(back, dx, sizeof dx);
    reference_crelu_forward(y, x, 2, 3);
    for (size_t i = 0; i < 12; i++)
        ck_assert(y[i] == parts[i]);
}
END_TEST

/* Values from the papers and from tables, not from our formulas. */
START_TEST(activations_by_hand)
{
    static const struct {
        enum ramp_act_kind kind;
        double x, y, slope, tolerance;
    } rows[] = {
        {RAMP_ACT_SIGMOID, 1, .7310586, .1966119, 1e-7},
        {RAMP_ACT_SIGMOID, 5, .9933071, .0066481, 1e-7},
        {RAMP_ACT_TANH, 1, .7615942, .4199743, 1e-7},
        {RAMP_ACT_TANH, 3, .9950548, .0098660, 1e-7},
        {RAMP_ACT_GELU, -.7517916, -.1699712, 0, 1e-6},
        {RAMP_ACT_GELU, 1, .8413447, 1.0833155, 1e-7},
        {RAMP_ACT_GELU_TANH, 1, .8411920, 1.0829641, 1e-7},
        {RAMP_ACT_SILU, -1.2784645, -.2784645, 0, 1e-7},
        {RAMP_ACT_SILU, 1, .7310586, .9276705, 1e-7},
        {RAMP_ACT_SOFTPLUS, 0, .6931472, .5, 1e-7},
        {RAMP_ACT_SOFTPLUS, -1, .3132617, .2689414, 1e-7},
        {RAMP_ACT_SELU, 1, 1.0507010, 1.0507010, 1e-7},
        {RAMP_ACT_SELU, -1, -1.1113307, .6467686, 1e-7},
        {RAMP_ACT_ELU, -1, -.6321206, .3678794, 1e-7},
        {RAMP_ACT_SRELU, -3, -1, 0, 0},
        {RAMP_ACT_SRELU, -.5, -.5, 1, 0},
        {RAMP_ACT_RELU6, 7, 6, 0, 0},
        {RAMP_ACT_RELU6, 5, 5, 1, 0},
        {RAMP_ACT_RELU6, -1, 0, 0, 0},
        {RAMP_ACT_ABS, -2, 2, -1, 0},
        {RAMP_ACT_ABS, 0, 0, 0, 0},
        {RAMP_ACT_RELU, 0, 0, 1, 0},
        {RAMP_ACT_PRELU, -2, -2, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double y = reference_act(rows[i].kind, rows[i].x, 1);
        double slope = reference_act_slope(rows[i].kind, rows[i].x, 1);
        ck_assert_msg(fabs(y - rows[i].y) <= rows[i].tolerance &&
                          fabs(slope - rows[i].slope) <= rows[i].tolerance,
                      "row %zu: %.9g, %.9g", i, y, slope);
    }
    double largest = 0;
    for (double x = -8; x <= 8; x += 1e-3)
        largest = fmax(largest, fabs(reference_act(RAMP_ACT_GELU, x, 0) -
                                     reference_act(RAMP_ACT_GELU_TANH, x, 0)));
    ck_assert(largest <= 4.8e-4 && largest >= 4.7e-4);
    ck_assert_double_eq_tol(reference_act(RAMP_ACT_SOFTPLUS, 0, 10),
                            log(2) / 10, 1e-15);
}
END_TEST

/* Far from each other, so that no step changes the winner. */
static void fill_apart(double *x, size_t n)
{
    uint32_t order[ROOM];
    rng_permute(key, order, n);
    for (size_t i = 0; i < n; i++)
        x[i] = 0.1 * order[i] - 0.05 * (double)n;
}

static void maxpool_forward(struct layer_case *s)
{
    reference_maxpool_forward(s->y, s->winner, s->x, &s->v);
}

static void maxpool_backward(struct layer_case *s)
{
    reference_maxpool_backward(s->dx, s->r, s->winner, &s->v);
}

static void avgpool_forward(struct layer_case *s)
{
    reference_avgpool_forward(s->y, s->x, &s->v);
}

static void avgpool_backward(struct layer_case *s)
{
    reference_avgpool_backward(s->dx, s->r, &s->v);
}

static void check_pool(struct layer_case *s, bool ceil)
{
    const struct reference_window *v = &s->v;
    draw_window(&s->v, true, ceil);
    s->n_x = v->n * v->h * v->w * v->c;
    s->n_y = v->n * v->oh * v->ow * v->c;
    fill_apart(s->x, s->n_x);
    check_layer(s);
    mem_free(s);
}

START_TEST(maxpool_backward_is_slope)
{
    start_drawing(400 + (uint64_t)_i);
    check_pool(new_case(maxpool_forward, maxpool_backward), _i % 2);
}
END_TEST

START_TEST(avgpool_backward_is_slope)
{
    start_drawing(500 + (uint64_t)_i);
    check_pool(new_case(avgpool_forward, avgpool_backward), _i % 2);
}
END_TEST

START_TEST(avgpool_by_hand)
{
    const double x[5] = {1, 2, 4, 8, 16};
    double y[3];
    struct reference_window v = {.n = 1,
                                 .h = 1,
                                 .w = 5,
                                 .c = 1,
                                 .r = 1,
                                 .s = 3,
                                 .stride_h = 1,
                                 .stride_w = 2,
                                 .pad_w = 1,
                                 .oh = 1,
                                 .k = 1};
    v.ow = reference_out(5, 3, 2, 1, true);
    ck_assert_uint_eq(v.ow, 3);
    reference_avgpool_forward(y, x, &v);
    ck_assert_double_eq(y[0], (1.0 + 2) / 2);
    ck_assert_double_eq_tol(y[1], (2.0 + 4 + 8) / 3, 1e-15);
    ck_assert_double_eq(y[2], (8.0 + 16) / 2);
}
END_TEST

/* Sizes as PyTorch's pools give them with and without ceil_mode. */
START_TEST(window_counts)
{
    static const struct {
        size_t h, r, stride, pad, floor, ceil;
    } known[] = {
        {32, 3, 2, 0, 15, 16}, {5, 2, 2, 0, 2, 3}, {6, 3, 3, 1, 2, 3},
        {5, 3, 3, 1, 2, 2},    {4, 2, 3, 1, 2, 2}, {7, 7, 1, 0, 1, 1},
        {3, 2, 3, 0, 1, 1},    {1, 1, 1, 0, 1, 1}, {8, 3, 2, 1, 4, 5},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ck_assert_uint_eq(reference_out(known[i].h, known[i].r, known[i].stride,
                                        known[i].pad, false),
                          known[i].floor);
        ck_assert_uint_eq(reference_out(known[i].h, known[i].r, known[i].stride,
                                        known[i].pad, true),
                          known[i].ceil);
    }
}
END_TEST

static void batchnorm_forward(struct layer_case *s)
{
    reference_batchnorm_forward(s->y, NULL, NULL, s->x, s->w, s->b, s->v.n,
                                s->v.c);
}

static void batchnorm_backward(struct layer_case *s)
{
    reference_batchnorm_backward(s->dx, s->dw, s->db, s->r, s->x, s->w, s->v.n,
                                 s->v.c);
}

START_TEST(batchnorm_backward_is_slope)
{
    start_drawing(600 + (uint64_t)_i);
    struct layer_case *s = new_case(batchnorm_forward, batchnorm_backward);
    s->v.n = draw_size(3, 40); /* pixels */
    s->v.c = draw_size(1, 7);
    s->n_x = s->n_y = s->v.n * s->v.c;
    s->n_w = s->n_b = s->v.c;
    fill(s->x, s->n_x);
    fill(s->w, s->n_w);
    fill(s->b, s->n_b);
    for (size_t i = 0; i < s->n_x; i++)
        s->x[i] = 3 + 2 * s->x[i];
    check_layer(s);
    mem_free(s);
}
END_TEST

/* Statistics of 1, 2, 6: mean 3, biased variance 14/3, unbiased 7. */
START_TEST(batchnorm_by_hand)
{
    const double x[3] = {1, 2, 6}, scale = 2, shift = 10;
    double y[3], mean = 1, variance = 1;
    reference_batchnorm_forward(y, &mean, &variance, x, &scale, &shift, 3, 1);
    ck_assert_double_eq_tol(mean, 0.9 * 1 + 0.1 * 3, 1e-12);
    ck_assert_double_eq_tol(variance, 0.9 * 1 + 0.1 * 7, 1e-12);
    ck_assert_double_eq_tol(y[2], 10 + 2 * 3 / sqrt(14.0 / 3 + 1e-5), 1e-12);
    reference_batchnorm_infer(y, x, &scale, &shift, &mean, &variance, 3, 1);
    ck_assert_double_eq_tol(y[2], 10 + 2 * 4.8 / sqrt(1.6 + 1e-5), 1e-12);
}
END_TEST

/* Here y is the loss alone; w is not used. */
static void softmax_forward(struct layer_case *s)
{
    s->y[0] = reference_softmax_loss(NULL, s->x, s->n_x, s->v.k, s->w[0]);
}

static void softmax_backward(struct layer_case *s)
{
    reference_softmax_loss(s->dx, s->x, s->n_x, s->v.k, s->w[0]);
    for (size_t i = 0; i < s->n_x; i++)
        s->dx[i] *= s->r[0];
}

START_TEST(softmax_loss_backward_is_slope)
{
    start_drawing(700 + (uint64_t)_i);
    struct layer_case *s = new_case(softmax_forward, softmax_backward);
    s->n_x = draw_size(2, 20);
    s->n_y = 1;
    s->v.k = draw_size(0, s->n_x - 1); /* the label */
    s->w[0] = _i % 2 ? 0.1 : 0;        /* smoothing */
    fill(s->x, s->n_x);
    check_layer(s);
    /* Equal logits: every class has 1/k, whatever the smoothing. */
    for (size_t i = 0; i < s->n_x; i++)
        s->x[i] = 700;
    s->forward(s);
    ck_assert_double_eq_tol(s->y[0], log((double)s->n_x), 1e-12);
    mem_free(s);
}
END_TEST

/* ==== Whole nets ==== */

/* The nets' `act` is each kind of activation in turn, where there are as many
 * channels as maxout wants. In the one with `nobias`
 * in its dense layer, with ReLU and biases of 0, a unit behind nothing but
 * zeros lies on its kink. The last ones run on interleaved images, and with a
 * gradient that is gathered. */
static const struct {
    int c, h, w, classes;
    const char *text;
} nets[] = {
    {1, 9, 7, 3,
     "conv 6 3x3 pad 1\nact\nmaxpool 2x2\nconv 7 3x2\nact\n"
     "dense classes"},
    {3, 13, 11, 10,
     "conv 17 3x5 stride 2x1 pad 1x2\nact\n"
     "maxpool 3x2 stride 2 ceil\nconv 5 1x1\nact\n"
     "dense classes"},
    {3, 11, 10, 6,
     "conv 16 4x3 stride 3x2 pad 3x0 nobias\nbatchnorm\nact\n"
     "avgpool 3x3 stride 2 pad 1 ceil\ndense classes"},
    {7, 8, 9, 5,
     "conv 33 2x3 stride 3\nact\nconv 16 1x2 pad 0x1\nbatchnorm\n"
     "act\nglobalpool\ndense classes nobias"},
    {6, 5, 5, 4,
     "conv 3 5x5 pad 4\nact\nconv 6 2x2 stride 2x3\nact\n"
     "globalpool max\ndense classes"},
    {1, 3, 3, 17,
     "conv 17 5x5 pad 2\nact\ndropout 0.3\ndense 33\nact\n"
     "dropout 0.5\ndense classes"},
    {16, 1, 1, 3, "dense 33\nbatchnorm\nact\ndense 7\nact\ndense classes"},
    {33, 6, 4, 7,
     "batchnorm\nact\nconv 1 3x3 pad 1\nact\n"
     "avgpool 2x3 stride 1x2\nconv classes 5x1"},
    {2, 12, 5, 2,
     "maxpool 3x3 stride 3x1 pad 2x1\nconv 17 2x2\ntanh\n"
     "conv 3 1x1\nsigmoid\nconv 4 1x1\nleaky 0.2\nconv 5 1x1\n"
     "elu 0.7\nconv 6 1x1\nlinear\nconv 6 1x1\nrelu\n"
     "dense classes"},
    {5, 4, 4, 3,
     "act\ndropout 0.2\navgpool 2x2 stride 1\ndense 40\nact\n"
     "dense classes"},
    {17, 7, 11, 7,
     "conv 7 3x7 stride 1x3 pad 2x6\nact\n"
     "conv 16 3x3 stride 2 pad 1\nbatchnorm\nact\n"
     "conv 33 3x3\nact\ndense 16\nbatchnorm\nact\n"
     "dense classes"},
    {6, 5, 4, 3,
     "conv 4 1x1\nact\nconv 4 1x1\nact\nconv 4 1x1\nact\n"
     "dense classes"},
    {5, 8, 6, 4,
     "conv 16 2x2\nact\nconv 17 3x3 pad 1 nobias\nmaxpool 2x2\n"
     "batchnorm noscale\nact\nconv 6 3x3 pad 1 nobias\n"
     "batchnorm noscale\nact\ndense classes nobias"},
    {1, 14, 12, 5,
     "conv 6 5x5 pad 2\nact\nmaxpool 2x2\nconv 16 5x5 nobias\nact\n"
     "avgpool 2x2 ceil\nact\ndense classes"},
    {2, 7, 9, 4,
     "act\nconv 5 3x3 pad 1x0\nact\nact\nmaxpool 3x3 stride 1 pad 1\n"
     "conv classes 7x5 nobias\nglobalpool"},
    {3, 2, 3, 3,
     "conv 16 1x1\nact\nconv 1001 5x5 pad 2 nobias\nglobalpool\nact\n"
     "dense classes"},
    {4, 7, 6, 3,
     "act\nconv 12 3x3 pad 1\nact\nmaxpool 2x2\nconv 8 3x3\nact\nact\n"
     "batchnorm\ndense 16\nact\nact\ndense 8\nact\ndense classes\nprelu"},
    {3, 6, 5, 3,
     "prelu\nmaxout 3\nconv 6 3x3\ncrelu\nmaxout 4\nconv 9 1x1\n"
     "avgpool 2x2\nmaxout 3\nrelu\nrelu 1\ndense 15\nmaxout 5\ncrelu\n"
     "gelu\ndense classes"},
};

enum { N_NETS = sizeof nets / sizeof *nets };

static float number_of(enum ramp_act_kind act)
{
    switch (act) {
    case RAMP_ACT_LEAKY: return 0.1f;
    case RAMP_ACT_RELU: return 0.5f;
    case RAMP_ACT_SOFTPLUS: return 3;
    case RAMP_ACT_PRELU: return 0.25f;
    case RAMP_ACT_MAXOUT: return 2;
    default: return 1;
    }
}

/* NULL if there are not as many channels as maxout wants. */
static struct ramp_net *parse(size_t i, enum ramp_act_kind act)
{
    struct ramp_net *net;
    struct ramp_error error;
    const struct ramp_net_options options = {
        .channels = nets[i].c,
        .height = nets[i].h,
        .width = nets[i].w,
        .n_classes = nets[i].classes,
        .act = {act, number_of(act)},
    };
    if (ramp_net_parse(&net, nets[i].text, "test.net", &options, &error) ==
        RAMP_OK)
        return net;
    if (strstr(error.text, "maxout: ") == NULL)
        ck_abort_msg("net %zu: %s", i, error.text);
    return NULL;
}

static struct ramp_net *new_net(size_t i, enum ramp_act_kind act)
{
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_net *net = parse(i, act);
    if (net != NULL)
        ramp_net_init(net, &init, seed());
    return net;
}

static void check_net(size_t i, enum ramp_act_kind act, const char *cpu,
                      size_t n_entries)
{
    struct ramp_gradient_check *checks;
    size_t n, n_tensors = 0;
    struct ramp_error error;
    const struct ramp_compute compute = {.n_threads = 1, .cpu = cpu};
    struct ramp_net *net = new_net(i, act);
    if (net == NULL)
        return;
    if (ramp_net_check(&checks, &n, net, seed() + i, n_entries, &compute,
                       &error) != RAMP_OK)
        ck_abort_msg("net %zu: %s", i, error.text);
    for (size_t t = 0; t < net->n_tensors; t++)
        n_tensors += net->tensors[t].role != TENSOR_RUNNING;
    ck_assert_uint_eq(n, n_tensors + 1);
    for (size_t j = 0; j < n; j++)
        if (!checks[j].passed || !(checks[j].worst_float <= 1e-4))
            ck_abort_msg("net %zu, %s, %s, %s: %zu checked, %zu skipped, "
                         "reference %.2g, float %.2g",
                         i, cpu, ramp_activation_name(act), checks[j].name,
                         checks[j].n_checked, checks[j].n_skipped,
                         checks[j].worst_reference, checks[j].worst_float);
    free(checks);
    ramp_net_free(net);
}

/* The differences are of the plain net, the same for every table: with the
 * first table many, with the others few. */
START_TEST(net_passes)
{
    size_t i = (size_t)_i % N_NETS;
    const struct kernels *k = kernels_get((size_t)_i / N_NETS);
    for (int act = 0; act < RAMP_N_ACTS; act++)
        check_net(i, (enum ramp_act_kind)act, k->name, _i < N_NETS ? 10 : 2);
}
END_TEST

START_TEST(net_is_put_back)
{
    enum { NET = 3 };
    struct ramp_gradient_check *checks;
    size_t n;
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_net *net = new_net(NET, RAMP_ACT_RELU);
    struct ramp_net *same = new_net(NET, RAMP_ACT_RELU);
    ck_assert_int_eq(ramp_net_check(&checks, &n, net, 1, 1, &compute, NULL),
                     RAMP_OK);
    ck_assert_mem_eq(net->params, same->params, net->n_params * sizeof(float));
    ck_assert_uint_gt(net->n_running, 0);
    ck_assert_mem_eq(net->running, same->running,
                     net->n_running * sizeof(float));
    free(checks);
    ramp_net_free(net);
    ramp_net_free(same);
}
END_TEST

/* Without weights there are no gradients to compare. */
START_TEST(empty_net_does_not_pass)
{
    struct ramp_gradient_check *checks;
    size_t n;
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_net *net = parse(0, RAMP_ACT_TANH);
    ck_assert_int_eq(ramp_net_check(&checks, &n, net, 1, 9, &compute, NULL),
                     RAMP_OK);
    ck_assert_str_eq(checks[0].name, "input");
    ck_assert(!checks[0].passed);
    free(checks);
    ramp_net_free(net);
}
END_TEST

START_TEST(net_of_nan_is_refused)
{
    struct ramp_gradient_check *checks;
    struct ramp_error error;
    size_t n;
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_net *net = new_net(0, RAMP_ACT_RELU);
    net->params[0] = NAN;
    ck_assert_int_eq(ramp_net_check(&checks, &n, net, 1, 9, &compute, &error),
                     RAMP_MODEL);
    ck_assert_ptr_null(checks);
    ck_assert_ptr_nonnull(strstr(error.text, "finite"));
    ramp_net_free(net);
}
END_TEST

START_TEST(no_memory)
{
    struct ramp_gradient_check *checks;
    struct ramp_error error;
    size_t n, fail = 0;
    enum ramp_status status;
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_net *net = new_net(5, RAMP_ACT_RELU);
    do {
        mem_fail_at(++fail, true);
        status = ramp_net_check(&checks, &n, net, 1, 1, &compute, &error);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK ||
                  (status == RAMP_MEMORY && checks == NULL));
    } while (status != RAMP_OK);
    ck_assert_uint_gt(fail, 20);
    free(checks);
    ramp_net_free(net);
}
END_TEST

static Suite *suite(void)
{
    printf("check_gradients: RAMP_TEST_SEED=%llu\n",
           (unsigned long long)seed());
    Suite *s = suite_create("gradients");
    TCase *layers = tcase_create("layers");
    tcase_set_timeout(layers, 60);
    tcase_add_loop_test(layers, conv_backward_is_slope, 0, 30);
    tcase_add_test(layers, conv_by_hand);
    tcase_add_loop_test(layers, dense_backward_is_slope, 0, 5);
    tcase_add_loop_test(layers, act_backward_is_slope, 0, RAMP_ACT_MAXOUT);
    tcase_add_test(layers, prelu_backward_is_slope);
    tcase_add_test(layers, maxout_backward_is_slope);
    tcase_add_test(layers, crelu_backward_is_slope);
    tcase_add_test(layers, channels_by_hand);
    tcase_add_test(layers, activations_by_hand);
    tcase_add_loop_test(layers, maxpool_backward_is_slope, 0, 30);
    tcase_add_loop_test(layers, avgpool_backward_is_slope, 0, 30);
    tcase_add_test(layers, avgpool_by_hand);
    tcase_add_test(layers, window_counts);
    tcase_add_loop_test(layers, batchnorm_backward_is_slope, 0, 10);
    tcase_add_test(layers, batchnorm_by_hand);
    tcase_add_loop_test(layers, softmax_loss_backward_is_slope, 0, 10);
    suite_add_tcase(s, layers);
    TCase *whole = tcase_create("nets");
    tcase_set_timeout(whole, 60);
    tcase_add_loop_test(whole, net_passes, 0, (int)kernels_count() * N_NETS);
    tcase_add_test(whole, net_is_put_back);
    tcase_add_test(whole, empty_net_does_not_pass);
    tcase_add_test(whole, net_of_nan_is_refused);
    tcase_add_test(whole, no_memory);
    suite_add_tcase(s, whole);
    return s;
}

CHECK_MAIN(suite)
