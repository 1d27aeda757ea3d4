/* check_layers.c - the layers and plans, for every kernel table: each layer
 * forward and backward against kernels/reference.h on random shapes; whole
 * nets; and what a plan promises beside the numbers: an image alone has the
 * bits it has in a batch, any number of threads gives the same bits, nothing is
 * allocated in a step.
 *
 * RAMP_TEST_SEED sets the random numbers; the seed is printed. */
#include "base/mem.h"
#include "base/rng.h"
#include "kernels/reference.h"
#include "layers/interleaved.h"
#include "layers/layers.h"
#include "layers/winograd.h"
#include "net/plan.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ==== Numbers and memory ==== */

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

static size_t draw_channels(void)
{
    static const size_t counts[] = {1, 2, 3, 6, 7, 16, 17, 31, 33, 64, 67};
    return counts[draw_size(0, sizeof counts / sizeof *counts - 1)];
}

/* Blocks of exactly the size asked for, so that the address checker sees the
 * first byte behind them; freed together at the end of a test. */
static void *blocks[128];
static size_t n_blocks;

static void *block(size_t n_bytes)
{
    ck_assert_uint_lt(n_blocks, sizeof blocks / sizeof *blocks);
    void *p = malloc(n_bytes > 0 ? n_bytes : 1);
    ck_assert_ptr_nonnull(p);
    return blocks[n_blocks++] = p;
}

/* All but the first n. */
static void free_blocks_from(size_t n)
{
    while (n_blocks > n)
        free(blocks[--n_blocks]);
}

static void free_blocks(void)
{
    free_blocks_from(0);
}

/* What nobody has written yet is NaN. */
static float *garbage(size_t n)
{
    float *p = block(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = NAN;
    return p;
}

static float *random_floats(size_t n)
{
    float *p = block(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = (float)rng_normal(key, n_drawn++);
    return p;
}

static double *doubles(const float *x, size_t n)
{
    double *p = block(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = x != NULL ? (double)x[i] : 0;
    return p;
}

static double *ones(size_t n)
{
    double *p = block(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = 1;
    return p;
}

static double *absolute(const double *x, size_t n)
{
    double *p = block(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = fabs(x[i]);
    return p;
}

/* ==== Comparing ==== */

static char what[160]; /* is tested at the moment */

/* Sums of n_terms, the sizes of whose terms add up to size[i]. */
static void check_sums(const char *name, const float *found,
                       const double *expected, const double *size, size_t n,
                       size_t n_terms)
{
    const double share = ((double)n_terms + 1) * (double)FLT_EPSILON;
    ck_assert(share < 0.1);
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)found[i] - expected[i]) <= share * size[i]))
            ck_abort_msg("%s: %s[%zu] is %.9g, expected %.9g", what, name, i,
                         (double)found[i], expected[i]);
}

/* Within `tolerance` of the largest. */
static void check_near(const char *name, const float *found,
                       const double *expected, size_t n, double tolerance)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)found[i] - expected[i]) <= tolerance * largest))
            ck_abort_msg("%s: %s[%zu] of %zu is %.9g, expected %.9g", what,
                         name, i, n, (double)found[i], expected[i]);
}

static void check_bits(const char *name, const float *a, const float *b,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0)
            ck_abort_msg("%s: %s[%zu] of %zu: %.9g is not %.9g", what, name, i,
                         n, (double)a[i], (double)b[i]);
}

/* ==== One layer ==== */

/* A layer on n images, with all the memory it may touch. An interleaved one is
 * given them interleaved, and what it makes is turned back. */
struct box {
    struct layer l;
    struct run run;
    struct pass p;
    size_t n, n_x, n_y, n_w, n_b;
    size_t first; /* images of the batch before these */
    float *x, *y, *dx, *dy, *weight, *bias, *dweight, *dbias;
    float *y_map;   /* y as an interleaved layer made it */
    float *partial; /* what a convolution adds up in their place */
    double *x2, *dy2, *weight2, *bias2;
};

static struct reference_window window_of(const struct layer *l, size_t n)
{
    const struct window *v = &l->window;
    return (struct reference_window){
        .n = n,
        .h = l->in.h,
        .w = l->in.w,
        .c = l->in.c,
        .r = v->r,
        .s = v->s,
        .stride_h = v->stride_h,
        .stride_w = v->stride_w,
        .pad_h = v->pad_h,
        .pad_w = v->pad_w,
        .oh = l->out.h,
        .ow = l->out.w,
        .k = l->out.c,
    };
}

static void draw_window(struct layer *l)
{
    struct window *v = &l->window;
    *v = (struct window){
        .r = draw_size(1, 5),
        .s = draw_size(1, 5),
        .stride_h = draw_size(1, 3),
        .stride_w = draw_size(1, 3),
        .ceil = l->kind != LAYER_CONV && draw_size(0, 1),
    };
    v->pad_h = draw_size(0, v->r - 1);
    v->pad_w = draw_size(0, v->s - 1);
    while (l->in.h + 2 * v->pad_h < v->r)
        l->in.h++;
    while (l->in.w + 2 * v->pad_w < v->s)
        l->in.w++;
    l->out.h = reference_out(l->in.h, v->r, v->stride_h, v->pad_h, v->ceil);
    l->out.w = reference_out(l->in.w, v->s, v->stride_w, v->pad_w, v->ceil);
}

static void draw_layer(struct layer *l, enum layer_kind kind)
{
    *l = (struct layer){.kind = kind, .bias = draw_size(0, 3) > 0};
    l->in = (struct shape){draw_channels(), draw_size(1, 9), draw_size(1, 9)};
    l->out = l->in;
    switch (kind) {
    case LAYER_CONV:
        l->out.c = draw_channels();
        draw_window(l);
        break;
    case LAYER_MAXPOOL:
    case LAYER_AVGPOOL: draw_window(l); break;
    case LAYER_DENSE: l->out = (struct shape){draw_channels(), 1, 1}; break;
    case LAYER_DROPOUT: l->rate = 0.25; break;
    case LAYER_ACT:
        l->act.kind = (enum ramp_act_kind)draw_size(0, RAMP_ACT_PRELU - 1);
        l->act.a = 0.3f;
        break;
    case LAYER_PRELU: break;
    case LAYER_MAXOUT: l->in.c = l->out.c * draw_size(2, 5); break;
    case LAYER_CRELU: l->out.c = 2 * l->in.c; break;
    case LAYER_BATCHNORM: l->scale = draw_size(0, 2) > 0; break;
    }
}

/* Everything exactly as large as the layer says. */
static void box_fill(struct box *b, const struct kernels *k)
{
    struct layer *l = &b->l;
    b->n_x = b->n * shape_size(l->in);
    b->n_y = b->n * shape_size(l->out);
    b->n_w = layer_n_weights(l);
    b->n_b = layer_n_params(l) - b->n_w;
    b->x = random_floats(b->n_x);
    b->dy = random_floats(b->n_y);
    b->weight = random_floats(b->n_w);
    b->bias = random_floats(b->n_b);
    b->dweight = garbage(b->n_w);
    b->dbias = garbage(b->n_b);
    b->y = garbage(b->n_y);
    b->dx = garbage(b->n_x);
    b->x2 = doubles(b->x, b->n_x);
    b->dy2 = doubles(b->dy, b->n_y);
    b->weight2 = doubles(b->weight, b->n_w);
    b->bias2 = doubles(b->bias, b->n_b);
    size_t room = l->interleaved ? LANES : b->n;
    b->run = (struct run){k, b->first + room, true, b->run.exact};
    const struct run *run = &b->run;
    b->partial = garbage(layer_partial_floats(l, run));
    b->p = (struct pass){
        .run = run,
        .n = l->interleaved ? 1 : b->n,
        .first = b->first,
        .weight = b->weight,
        .bias = b->bias,
        .dweight = b->dweight,
        .dbias = b->dbias,
        .training = true,
        .seed = seed(),
        .saved = block(layer_saved_bytes(l, run)),
        .packed = garbage(layer_packed_floats(l, run)),
        .scratch = garbage(layer_scratch_floats(l, run)),
        .shared = garbage(layer_shared_floats(l, run)),
        .gathered = garbage(layer_gathered_floats(l, run)),
    };
    snprintf(
        what, sizeof what,
        "%s%s kind %d, n %zu, (%zu %zu %zu) to (%zu %zu %zu), window %zux%zu"
        " stride %zux%zu pad %zux%zu",
        k->name, l->interleaved ? " interleaved" : "", (int)l->kind, b->n,
        l->in.c, l->in.h, l->in.w, l->out.c, l->out.h, l->out.w, l->window.r,
        l->window.s, l->window.stride_h, l->window.stride_w, l->window.pad_h,
        l->window.pad_w);
}

static float *interleaved_map(const struct box *b, const float *images,
                              struct shape shape)
{
    float *map = garbage(LANES * shape_size(shape));
    interleave(b->run.kernels, map, images, b->n, shape);
    return map;
}

/* From nothing comes nothing: a number that depends on no image for y, which
 * has biases, and 0 for dx. */
static void check_empty_lanes(const struct box *b, const char *name,
                              const float *map, size_t n, bool zero)
{
    for (size_t i = 0; i < n; i++)
        if (i % LANES >= b->n && !(zero ? map[i] == 0 : isfinite(map[i])))
            ck_abort_msg("%s: %s is %g in lane %zu", what, name, (double)map[i],
                         i % LANES);
}

static void forward_once(struct box *b)
{
    if (!b->l.interleaved) {
        layer_forward(&b->l, &b->p, b->y, b->x);
        return;
    }
    size_t n_map = LANES * shape_size(b->l.out);
    b->y_map = garbage(n_map);
    layer_forward(&b->l, &b->p, b->y_map, interleaved_map(b, b->x, b->l.in));
    check_empty_lanes(b, "y", b->y_map, n_map, false);
    deinterleave(b->run.kernels, b->y, b->y_map, b->n, b->l.out);
}

static void backward_once(struct box *b, const struct pass *p, float *dx)
{
    if (!b->l.interleaved) {
        layer_backward(&b->l, p, dx, b->dy, b->x, b->y);
        return;
    }
    size_t n_map = LANES * shape_size(b->l.in);
    float *map = dx != NULL ? garbage(n_map) : NULL;
    layer_backward(&b->l, p, map, interleaved_map(b, b->dy, b->l.out),
                   interleaved_map(b, b->x, b->l.in), b->y_map);
    if (dx == NULL)
        return;
    check_empty_lanes(b, "dx", map, n_map, true);
    deinterleave(b->run.kernels, dx, map, b->n, b->l.in);
}

static void box_forward(struct box *b)
{
    layer_pack(&b->l, &b->p);
    forward_once(b);
}

/* n images from `first` on, of one group, the later half first; it sets the
 * partial sums if they are fresh. */
static void group_backward(struct box *b, struct pass p, size_t first, size_t n)
{
    const size_t n_in = shape_size(b->l.in), n_out = shape_size(b->l.out);
    const size_t cuts[] = {n / 2, n, 0, n / 2};
    p.fresh = first == 0;
    for (size_t i = 0; i < 4; i += 2) {
        p.in_group = cuts[i];
        p.first = first + cuts[i];
        p.n = cuts[i + 1] - cuts[i];
        if (p.n == 0)
            continue;
        layer_backward(&b->l, &p, b->dx + p.first * n_in,
                       b->dy + p.first * n_out, b->x + p.first * n_in, NULL);
        p.fresh = false;
    }
    p.n = n;
    p.first = first;
    layer_gathered(&b->l, &p, first > 0);
}

/* A convolution or prelu adds up partial sums, of which its gradient is made in
 * the end. Interleaved, set from garbage or added to zeros. */
static void partial_backward(struct box *b)
{
    struct pass p = b->p;
    size_t group = layer_group(&b->l, &b->run);
    p.dweight = b->partial;
    p.dbias = b->partial + layer_partial_weights(&b->l, &b->run);
    if (b->l.interleaved) {
        p.fresh = b->n % 2 == 0;
        if (!p.fresh)
            memset(b->partial, 0,
                   layer_partial_floats(&b->l, &b->run) * sizeof(float));
        backward_once(b, &p, b->dx);
    } else {
        group = group > 0 ? group : b->n;
        for (size_t i = 0; i < b->n; i += group)
            group_backward(b, p, i, b->n - i < group ? b->n - i : group);
    }
    layer_collect(&b->l, &b->p, b->partial);
}

/* Backward twice, the second time without dx: the gradients of the parameters
 * are set, and are the same. */
static void box_backward(struct box *b)
{
    if (b->l.kind == LAYER_CONV || b->l.kind == LAYER_PRELU) {
        partial_backward(b);
        return;
    }
    backward_once(b, &b->p, b->dx);
    if (b->n_w + b->n_b == 0)
        return;
    struct pass p = b->p;
    p.dweight = garbage(b->n_w);
    p.dbias = garbage(b->n_b);
    backward_once(b, &p, NULL);
    check_bits("dweight without dx", p.dweight, b->dweight, b->n_w);
    check_bits("dbias without dx", p.dbias, b->dbias, b->n_b);
}

/* Conv and dense are the same sums. */
static void product_forward(const struct box *b, double *y, const double *x,
                            const double *weight, const double *bias)
{
    const struct reference_window v = window_of(&b->l, b->n);
    if (b->n_b == 0)
        bias = NULL;
    if (b->l.kind == LAYER_CONV)
        reference_conv_forward(y, x, weight, bias, &v);
    else
        reference_dense_forward(y, x, weight, bias, b->n, shape_size(b->l.in),
                                b->l.out.c);
}

static void product_backward(const struct box *b, double *dx, double *dweight,
                             double *dbias, const double *dy, const double *x,
                             const double *weight)
{
    const struct reference_window v = window_of(&b->l, b->n);
    if (b->n_b == 0)
        dbias = NULL;
    if (b->l.kind == LAYER_CONV)
        reference_conv_backward(dx, dweight, dbias, dy, x, weight, &v);
    else
        reference_dense_backward(dx, dweight, dbias, dy, x, weight, b->n,
                                 shape_size(b->l.in), b->l.out.c);
}

static void add_floats(double *sum, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += (double)x[i];
}

static void check_product(struct box *b)
{
    double *y = doubles(NULL, b->n_y), *y_size = doubles(NULL, b->n_y);
    double *dx = doubles(NULL, b->n_x), *dx_size = doubles(NULL, b->n_x);
    double *dw = doubles(NULL, b->n_w), *dw_size = doubles(NULL, b->n_w);
    double *db = doubles(NULL, b->n_b), *db_size = doubles(NULL, b->n_b);
    const double *x_size = absolute(b->x2, b->n_x);
    const double *dy_size = absolute(b->dy2, b->n_y);
    const double *w_size = absolute(b->weight2, b->n_w);
    product_forward(b, y, b->x2, b->weight2, b->bias2);
    product_forward(b, y_size, x_size, w_size, absolute(b->bias2, b->n_b));
    product_backward(b, dx, dw, db, b->dy2, b->x2, b->weight2);
    product_backward(b, dx_size, dw_size, db_size, dy_size, x_size, w_size);
    size_t taps = b->n_w / b->l.out.c, pixels = b->n_y / b->l.out.c;
    box_forward(b);
    check_sums("y", b->y, y, y_size, b->n_y, taps + 1);
    box_backward(b);
    check_sums("dx", b->dx, dx, dx_size, b->n_x, taps / b->l.in.c * b->l.out.c);
    check_sums("dweight", b->dweight, dw, dw_size, b->n_w, pixels + 1);
    check_sums("dbias", b->dbias, db, db_size, b->n_b, pixels + 1);
}

/* Winograd's algorithm cancels large terms, so its error goes with the largest
 * output and not with the terms of each. */
static void check_winograd_within(struct box *b, double tolerance)
{
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    double *dw = doubles(NULL, b->n_w), *db = doubles(NULL, b->n_b);
    product_forward(b, y, b->x2, b->weight2, b->bias2);
    product_backward(b, dx, dw, db, b->dy2, b->x2, b->weight2);
    box_forward(b);
    check_near("y", b->y, y, b->n_y, tolerance);
    box_backward(b);
    check_near("dx", b->dx, dx, b->n_x, tolerance);
    check_near("dweight", b->dweight, dw, b->n_w, tolerance);
    check_near("dbias", b->dbias, db, b->n_b, tolerance);
}

static void check_winograd(struct box *b)
{
    check_winograd_within(b, 2e-5);
}

static void draw_winograd(struct layer *l)
{
    size_t r = draw_size(0, 1) ? 5 : 3;
    bool few = r == 5 && draw_size(0, 1);
    *l = (struct layer){.kind = LAYER_CONV, .bias = draw_size(0, 1)};
    l->in = (struct shape){few ? draw_size(1, 15) : draw_size(16, 40),
                           draw_size(1, 14), draw_size(1, 14)};
    l->window = (struct window){.r = r, .s = r, .stride_h = 1, .stride_w = 1};
    l->window.pad_h = draw_size(0, r - 1);
    l->window.pad_w = draw_size(0, r - 1);
    while (l->in.h + 2 * l->window.pad_h < r)
        l->in.h++;
    while (l->in.w + 2 * l->window.pad_w < r)
        l->in.w++;
    l->out =
        (struct shape){draw_size(16, 40), l->in.h + 2 * l->window.pad_h - r + 1,
                       l->in.w + 2 * l->window.pad_w - r + 1};
}

START_TEST(winograd_equals_reference)
{
    const struct kernels *k = kernels_get((size_t)_i);
    for (int i = 0; i < 100; i++) {
        struct box b = {0};
        start_drawing(20000 + (uint64_t)i);
        draw_winograd(&b.l);
        ck_assert(winograd_suits(&b.l));
        b.n = draw_size(1, 5);
        box_fill(&b, k);
        check_winograd(&b);
        free_blocks();
    }
}
END_TEST

/* Weights so many that what their gradient is made of is gathered: few channels
 * to many and back, panels and blocks that are not full, tiles of more than one
 * cut, groups that are and are not all of the batch. */
static const struct {
    size_t c, k, r, h, w, pad, n;
    size_t groups; /* at least; 0: few channels go another way */
} gathered_cases[] = {
    {126, 127, 3, 3, 5, 1, 3, 1},  {101, 160, 3, 6, 5, 1, 2, 1},
    {45, 361, 5, 6, 5, 2, 3, 1},   {126, 128, 3, 1, 6, 1, 140, 1},
    {5, 3250, 5, 1, 16, 2, 13, 3}, {16, 1800, 3, 1, 64, 1, 9, 3},
    {1795, 17, 3, 1, 62, 1, 5, 2}, {3, 5400, 5, 1, 13, 2, 2, 0},
};

enum { N_GATHERED = sizeof gathered_cases / sizeof *gathered_cases };

START_TEST(gathered_equals_reference)
{
    const size_t i = (size_t)_i % N_GATHERED;
    const size_t pad = gathered_cases[i].pad, r = gathered_cases[i].r;
    struct box b = {.n = gathered_cases[i].n};
    struct layer *l = &b.l;
    start_drawing(21000 + (uint64_t)i);
    *l = (struct layer){.kind = LAYER_CONV, .bias = i % 2 == 0};
    l->window = (struct window){r, r, 1, 1, pad, pad, false};
    l->in = (struct shape){gathered_cases[i].c, gathered_cases[i].h,
                           gathered_cases[i].w};
    l->out = (struct shape){gathered_cases[i].k, l->in.h + 2 * pad - r + 1,
                            l->in.w + 2 * pad - r + 1};
    box_fill(&b, kernels_get((size_t)_i / N_GATHERED));
    size_t group = layer_group(l, &b.run);
    size_t groups = group > 0 ? (b.n + group - 1) / group : 0;
    ck_assert_msg((groups > 0) == (gathered_cases[i].groups > 0) &&
                      groups >= gathered_cases[i].groups,
                  "%s: %zu groups", what, groups);
    check_winograd_within(&b, 1e-4); /* sums of up to 5400 channels */
    free_blocks();
}
END_TEST

/* Ties are of interest: few different values. */
static void check_maxpool(struct box *b)
{
    const struct reference_window v = window_of(&b->l, b->n);
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    size_t *winner = block(b->n_y * sizeof *winner);
    for (size_t i = 0; i < b->n_x; i++) {
        b->x[i] = (float)draw_size(0, 5) - 3;
        b->x2[i] = (double)b->x[i];
    }
    reference_maxpool_forward(y, winner, b->x2, &v);
    reference_maxpool_backward(dx, b->dy2, winner, &v);
    double *sizes = doubles(NULL, b->n_x);
    reference_maxpool_backward(sizes, absolute(b->dy2, b->n_y), winner, &v);
    box_forward(b);
    check_sums("y", b->y, y, doubles(NULL, b->n_y), b->n_y, 1);
    box_backward(b);
    check_sums("dx", b->dx, dx, sizes, b->n_x, v.r * v.s);
}

static void check_avgpool(struct box *b)
{
    const struct reference_window v = window_of(&b->l, b->n);
    double *y = doubles(NULL, b->n_y), *y_size = doubles(NULL, b->n_y);
    double *dx = doubles(NULL, b->n_x), *dx_size = doubles(NULL, b->n_x);
    reference_avgpool_forward(y, b->x2, &v);
    reference_avgpool_forward(y_size, absolute(b->x2, b->n_x), &v);
    reference_avgpool_backward(dx, b->dy2, &v);
    reference_avgpool_backward(dx_size, absolute(b->dy2, b->n_y), &v);
    box_forward(b);
    check_sums("y", b->y, y, y_size, b->n_y, v.r * v.s + 2);
    box_backward(b);
    check_sums("dx", b->dx, dx, dx_size, b->n_x, v.r * v.s + 2);
}

static void check_act(struct box *b)
{
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    double *size = doubles(NULL, b->n_y);
    const double a = (double)b->l.act.a;
    for (size_t i = 0; i < b->n_x; i++) {
        y[i] = reference_act(b->l.act.kind, b->x2[i], a);
        size[i] = fmax(1, fabs(y[i]));
        dx[i] = b->dy2[i] * reference_act_slope(b->l.act.kind, b->x2[i], a);
    }
    box_forward(b);
    check_sums("y", b->y, y, size, b->n_y, 2);
    box_backward(b);
    check_sums("dx", b->dx, dx, absolute(b->dy2, b->n_y), b->n_x, 4);
}

/* Each half of the images by itself, so that slopes add up. Without dx the
 * slopes learn the same. */
static void check_prelu(struct box *b)
{
    const size_t c = b->l.in.c, m = b->n_x / c;
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    double *dw = doubles(NULL, c);
    reference_prelu_forward(y, b->x2, b->weight2, m, c);
    reference_prelu_backward(dx, dw, b->dy2, b->x2, b->weight2, m, c);
    box_forward(b);
    check_sums("y", b->y, y, absolute(y, b->n_y), b->n_y, 1);
    box_backward(b);
    check_sums("dx", b->dx, dx, absolute(dx, b->n_x), b->n_x, 1);
    check_near("dweight", b->dweight, dw, c, 1e-5);
    struct pass p = b->p;
    p.dweight = garbage(c);
    p.fresh = true;
    layer_backward(&b->l, &p, NULL, b->dy, b->x, NULL);
    check_near("dweight without dx", p.dweight, dw, c, 1e-5);
}

/* Ties are of interest. */
static void check_maxout(struct box *b)
{
    const size_t k = b->l.in.c / b->l.out.c;
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    size_t *winner = block(b->n_y * sizeof *winner);
    for (size_t i = 0; i < b->n_x; i++) {
        b->x[i] = (float)draw_size(0, 5) - 3;
        b->x2[i] = (double)b->x[i];
    }
    reference_maxout_forward(y, winner, b->x2, b->n_y, k);
    reference_maxout_backward(dx, b->dy2, winner, b->n_y, k);
    box_forward(b);
    check_sums("y", b->y, y, doubles(NULL, b->n_y), b->n_y, 1);
    box_backward(b);
    check_sums("dx", b->dx, dx, doubles(NULL, b->n_x), b->n_x, 1);
    b->p.training = false;
    b->p.saved = NULL;
    box_forward(b);
    check_sums("y of inference", b->y, y, doubles(NULL, b->n_y), b->n_y, 1);
}

static void check_crelu(struct box *b)
{
    const size_t c = b->l.in.c, m = b->n_x / c;
    double *y = doubles(NULL, b->n_y), *dx = doubles(NULL, b->n_x);
    reference_crelu_forward(y, b->x2, m, c);
    reference_crelu_backward(dx, b->dy2, b->x2, m, c);
    box_forward(b);
    check_sums("y", b->y, y, doubles(NULL, b->n_y), b->n_y, 1);
    box_backward(b);
    check_sums("dx", b->dx, dx, doubles(NULL, b->n_x), b->n_x, 1);
}

/* y = x mul + add cancels where the mean is many deviations from 0: rounding
 * counts by the size of the two terms. */
static double *normalised_size(const struct box *b, const double *x, size_t m)
{
    size_t c = b->l.in.c;
    double *size = doubles(NULL, b->n_y), *stats = doubles(NULL, 2 * c);
    reference_batchnorm_forward(size, stats, stats + c, x, b->weight2, b->bias2,
                                m, c);
    for (size_t i = 0; i < b->n_y; i++) {
        size_t j = i % c;
        double mean = stats[j] / 0.1, variance = 0;
        if (m > 1)
            variance = stats[c + j] / 0.1 * (double)(m - 1) / (double)m;
        size[i] = fabs(b->weight2[j]) * (fabs(x[i]) + fabs(mean)) /
                      sqrt(variance + 1e-5) +
                  fabs(b->bias2[j]);
    }
    return size;
}

/* Pixels far from 0, as the mean of what a layer sees may be. */
static void check_batchnorm(struct box *b)
{
    size_t c = b->l.in.c, m = b->n_x / c;
    float *running = random_floats(2 * c);
    for (size_t i = 0; i < b->n_x; i++)
        b->x[i] = 10 + 2 * b->x[i];
    for (size_t j = c; j < 2 * c; j++)
        running[j] = fabsf(running[j]);
    b->p.running = running;
    if (!b->l.scale)
        b->weight2 = ones(c);
    const double *x = doubles(b->x, b->n_x);
    double *running2 = doubles(running, 2 * c), *y = doubles(NULL, b->n_y);
    double *dx = doubles(NULL, b->n_x), *dw = doubles(NULL, c);
    double *db = doubles(NULL, c), *y_infer = doubles(NULL, b->n_y);
    reference_batchnorm_forward(y, m > 1 ? running2 : NULL, running2 + c, x,
                                b->weight2, b->bias2, m, c);
    reference_batchnorm_backward(dx, dw, db, b->dy2, x, b->weight2, m, c);
    box_forward(b);
    check_sums("y", b->y, y, normalised_size(b, x, m), b->n_y, m);
    if (m > 1)
        check_near("running", running, running2, 2 * c, 2e-5);
    box_backward(b);
    check_near("dbias", b->dbias, db, c, 1e-5);
    if (m >= 8) { /* of few pixels, what is left of dx is rounding */
        check_near("dx", b->dx, dx, b->n_x, 1e-4);
        check_near("dweight", b->dweight, dw, b->n_w, 1e-4);
    }
    reference_batchnorm_infer(y_infer, x, b->weight2, b->bias2,
                              doubles(running, c), doubles(running + c, c), m,
                              c);
    b->p.training = false;
    box_forward(b);
    check_near("y of inference", b->y, y_infer, b->n_y, 1e-5);
}

static void check_dropout(struct box *b)
{
    size_t n = shape_size(b->l.in);
    float *factor = garbage(n), *dx = garbage(b->n_x);
    box_forward(b);
    box_backward(b);
    for (size_t i = 0; i < b->n; i++) {
        for (size_t j = 0; j < n; j++)
            factor[j] = 1;
        dropout_image(&b->l, &b->p, i, factor, factor);
        for (size_t j = 0; j < n; j++) {
            if ((factor[j] != 0 && factor[j] != (float)(1 / 0.75)) ||
                b->y[i * n + j] != b->x[i * n + j] * factor[j])
                ck_abort_msg("%s: y[%zu][%zu]", what, i, j);
            dx[i * n + j] = b->dy[i * n + j] * factor[j];
        }
    }
    check_sums("dx", b->dx, doubles(dx, b->n_x), doubles(NULL, b->n_x), b->n_x,
               1);
    b->p.training = false;
    box_forward(b);
    check_bits("y of inference", b->y, b->x, b->n_x);
}

static const struct {
    enum layer_kind kind;
    int n_shapes;
    void (*check)(struct box *b);
} kinds[] = {
    {LAYER_CONV, 60, check_product},    {LAYER_DENSE, 20, check_product},
    {LAYER_MAXPOOL, 30, check_maxpool}, {LAYER_AVGPOOL, 30, check_avgpool},
    {LAYER_ACT, 20, check_act},         {LAYER_BATCHNORM, 20, check_batchnorm},
    {LAYER_DROPOUT, 10, check_dropout}, {LAYER_PRELU, 20, check_prelu},
    {LAYER_MAXOUT, 20, check_maxout},   {LAYER_CRELU, 20, check_crelu},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

START_TEST(layer_equals_reference)
{
    const size_t kind = (size_t)_i % N_KINDS;
    const struct kernels *k = kernels_get((size_t)_i / N_KINDS);
    for (int i = 0; i < kinds[kind].n_shapes; i++) {
        struct box b = {0};
        start_drawing(1000 * (uint64_t)kind + (uint64_t)i);
        draw_layer(&b.l, kinds[kind].kind);
        b.n = draw_size(1, kinds[kind].kind == LAYER_DENSE ? 70 : 4);
        b.run.exact = true;
        box_fill(&b, k);
        kinds[kind].check(&b);
        free_blocks();
    }
}
END_TEST

/* ---- How exact it is ----
 *
 * The largest error, in units of the root of the mean square of all results,
 * of convolutions with as many channels out as in, on maps of a size for which
 * the form is chosen; next to it the direct algorithm on the same numbers. The
 * worst of all tables is printed, and may be three times what was measured
 * when this was written. */

static const struct form {
    const char *name;
    size_t window, pad, side, n;
    size_t a; /* elements of a tile, on a side or in a row */
    bool interleaved;
    size_t channels[3];
    double bound[3]; /* of y, dx and dw, for any number of channels */
} forms[] = {
    {"F(4x4, 5x5)", 5, 2, 8, 2, 8, false, {32, 64, 256}, {2e-4, 2e-4, 1e-4}},
    {"F(4x4, 3x3)", 3, 1, 8, 2, 6, false, {32, 64, 256}, {2e-4, 2e-4, 6e-5}},
    {"F(6x6, 3x3)", 3, 1, 12, 2, 8, false, {32, 64, 256}, {3e-4, 3e-4, 8e-5}},
    {"rows F(4, 5)", 5, 2, 28, 4, 8, true, {1, 6, 16}, {2.5e-5, 2.5e-5, 2e-5}},
    {"rows F(4, 3)", 3, 1, 32, 4, 6, true, {1, 6, 16}, {2e-5, 2e-5, 2e-5}},
    {"rows F(6, 3)", 3, 1, 24, 4, 8, true, {1, 6, 16}, {2e-5, 2e-5, 1.5e-5}},
};
static const double direct_bound[3] = {4e-5, 4e-5, 9e-6};

enum { N_FORMS = sizeof forms / sizeof *forms };

static double error_of(const float *found, const double *expected, size_t n)
{
    double largest = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double error = fabs((double)found[i] - expected[i]);
        squares += expected[i] * expected[i];
        if (!(error <= largest))
            largest = error;
    }
    return largest / sqrt(squares / (double)n);
}

static void keep_largest(double *worst, double value)
{
    if (!(value <= *worst))
        *worst = value;
}

/* A box with the same numbers whenever it is made. */
static void fill_form(struct box *b, const struct form *f, size_t channels,
                      const struct kernels *k, bool direct)
{
    struct layer *l = &b->l;
    *b = (struct box){.n = f->n, .run.exact = direct};
    *l = (struct layer){.kind = LAYER_CONV,
                        .interleaved = f->interleaved && !direct};
    l->in = l->out = (struct shape){channels, f->side, f->side};
    l->window =
        (struct window){f->window, f->window, 1, 1, f->pad, f->pad, false};
    start_drawing(24000 + channels);
    box_fill(b, k);
    size_t products = f->a * (f->interleaved ? f->window : f->a);
    if (!direct && layer_group(l, &b->run) == 0)
        ck_assert_msg(layer_partial_weights(l, &b->run) ==
                          products * channels * channels,
                      "%s: is not by %s", what, f->name);
}

START_TEST(error_of_winograd)
{
    const struct form *f = &forms[(size_t)_i / 3];
    const size_t channels = f->channels[_i % 3];
    double worst[2][3] = {{0}};
    struct box b;
    fill_form(&b, f, channels, kernels_get(0), false);
    double *y = doubles(NULL, b.n_y), *dx = doubles(NULL, b.n_x);
    double *dw = doubles(NULL, b.n_w);
    product_forward(&b, y, b.x2, b.weight2, NULL);
    product_backward(&b, dx, dw, NULL, b.dy2, b.x2, b.weight2);
    const size_t kept = n_blocks;
    for (size_t i = 0; i < 2 * kernels_count(); i++) {
        double *of = worst[i % 2];
        fill_form(&b, f, channels, kernels_get(i / 2), i % 2 == 1);
        box_forward(&b);
        box_backward(&b);
        keep_largest(&of[0], error_of(b.y, y, b.n_y));
        keep_largest(&of[1], error_of(b.dx, dx, b.n_x));
        keep_largest(&of[2], error_of(b.dweight, dw, b.n_w));
        free_blocks_from(kept);
    }
    printf("%-12s %3zu channels, %2zux%zu: y %.1e dx %.1e dw %.1e; "
           "direct: y %.1e dx %.1e dw %.1e\n",
           f->name, channels, f->side, f->side, worst[0][0], worst[0][1],
           worst[0][2], worst[1][0], worst[1][1], worst[1][2]);
    for (size_t i = 0; i < 3; i++)
        ck_assert(worst[0][i] <= f->bound[i] && worst[1][i] <= direct_bound[i]);
    free_blocks();
}
END_TEST

/* ---- Interleaved images ---- */

START_TEST(interleaving_there_and_back)
{
    for (int i = 0; i < 50; i++) {
        start_drawing(22000 + (uint64_t)i);
        const struct shape s = {draw_size(1, 7), draw_size(1, 6),
                                draw_size(1, 6)};
        size_t n = draw_size(1, LANES), size = shape_size(s);
        float *images = random_floats(n * size), *map = garbage(LANES * size);
        float *back = garbage((n + 1) * size);
        const struct kernels *k = kernels_get((size_t)i % kernels_count());
        interleave(k, map, images, n, s);
        deinterleave(k, back, map, n, s);
        for (size_t at = 0; at < LANES * size; at++) {
            size_t lane = at % LANES, column = at / LANES % s.w;
            size_t c = at / LANES / s.w % s.c, row = at / LANES / s.w / s.c;
            float *image = images + lane * size;
            ck_assert(map[at] ==
                      (lane < n ? image[(row * s.w + column) * s.c + c] : 0));
        }
        check_bits("images", back, images, n * size);
        for (size_t j = n * size; j < (n + 1) * size; j++)
            ck_assert(isnan(back[j]));
        free_blocks();
    }
}
END_TEST

static void draw_interleaved(struct layer *l, enum layer_kind kind)
{
    draw_layer(l, kind);
    l->interleaved = true;
    if (kind != LAYER_CONV)
        return;
    struct window *v = &l->window;
    *v = (struct window){.r = draw_size(1, 7), .stride_h = 1, .stride_w = 1};
    v->s = draw_size(0, 1) ? 3 : 5;
    v->pad_h = draw_size(0, v->r - 1);
    v->pad_w = draw_size(0, v->s - 1);
    l->in = (struct shape){draw_size(1, 18), draw_size(1, 9), draw_size(1, 20)};
    while (l->in.h + 2 * v->pad_h < v->r)
        l->in.h++;
    while (l->in.w + 2 * v->pad_w < v->s)
        l->in.w++;
    l->out =
        (struct shape){draw_size(1, LANES), l->in.h + 2 * v->pad_h - v->r + 1,
                       l->in.w + 2 * v->pad_w - v->s + 1};
}

static const struct {
    enum layer_kind kind;
    void (*check)(struct box *b);
} interleaved_kinds[] = {
    {LAYER_CONV, check_winograd},
    {LAYER_MAXPOOL, check_maxpool},
    {LAYER_AVGPOOL, check_avgpool},
    {LAYER_ACT, check_act},
};

enum { N_INTERLEAVED = sizeof interleaved_kinds / sizeof *interleaved_kinds };

/* As the first map of a batch and as the second. */
START_TEST(interleaved_equals_reference)
{
    const size_t kind = (size_t)_i % N_INTERLEAVED;
    const struct kernels *k = kernels_get((size_t)_i / N_INTERLEAVED);
    for (int i = 0; i < 60; i++) {
        struct box b = {0};
        start_drawing(23000 + 100 * (uint64_t)kind + (uint64_t)i);
        draw_interleaved(&b.l, interleaved_kinds[kind].kind);
        ck_assert(interleaved_suits(&b.l));
        b.n = draw_size(1, LANES);
        b.first = draw_size(0, 1) * LANES;
        box_fill(&b, k);
        interleaved_kinds[kind].check(&b);
        free_blocks();
    }
}
END_TEST

/* Other seeds, steps, layers and images have other masks; of a rate of 1/4
 * about a quarter is dropped. */
START_TEST(dropout_draws_by_place)
{
    enum { N = 20000 };
    static float mask[5][N];
    const struct layer l = {
        .kind = LAYER_DROPOUT, .in = {N, 1, 1}, .out = {N, 1, 1}, .rate = 0.25};
    const struct run run = {.kernels = kernels_get(0)};
    const struct pass passes[5] = {{.run = &run, .seed = 1},
                                   {.run = &run, .seed = 2},
                                   {.run = &run, .seed = 1, .step = 1},
                                   {.run = &run, .seed = 1, .layer_index = 1},
                                   {.run = &run, .seed = 1}};
    for (size_t i = 0; i < 5; i++) {
        size_t dropped = 0;
        for (size_t j = 0; j < N; j++)
            mask[i][j] = 1;
        dropout_image(&l, &passes[i], i == 4, mask[i], mask[i]);
        for (size_t j = 0; j < N; j++)
            dropped += mask[i][j] == 0;
        ck_assert_uint_gt(dropped, N / 4 - 4 * 62); /* 4 deviations */
        ck_assert_uint_lt(dropped, N / 4 + 4 * 62);
        for (size_t j = 0; j < i; j++)
            ck_assert_mem_ne(mask[i], mask[j], sizeof mask[i]);
    }
}
END_TEST

/* Also of logits whose exponentials double cannot hold. */
START_TEST(softmax_loss_equals_reference)
{
    float logits[20], dlogits[20];
    double logits2[20], expected[20];
    start_drawing(9000 + (uint64_t)_i);
    size_t k = draw_size(2, 20), label = draw_size(0, k - 1);
    const double smoothing = _i % 2 ? 0.1 : 0, weight = 1.0 / 7;
    for (size_t j = 0; j < k; j++) {
        logits[j] = 30 * (float)rng_normal(key, n_drawn++);
        logits[j] += (float)(2000 * (_i / 2 % 3 - 1));
        logits2[j] = (double)logits[j];
    }
    double loss = softmax_loss(dlogits, logits, k, label, smoothing, weight);
    ck_assert_double_eq_tol(
        loss, reference_softmax_loss(expected, logits2, k, label, smoothing),
        1e-12 * (100 + fabs(loss)));
    for (size_t j = 0; j < k; j++)
        ck_assert_double_eq_tol((double)dlogits[j], weight * expected[j], 2e-8);
}
END_TEST

/* ==== Whole nets ==== */

/* The first has neither dropout nor batch norm: there the gradient of a batch
 * is the sum of those of its images, as in those that are summed below. Then
 * some batch norms can be folded into a convolution, and some cannot. Then
 * chains on interleaved images, with activations in place in every position;
 * and layers whose gradient is gathered, in groups of 3 and of all images. Then
 * activations of all other kinds. */
static const struct {
    int c, h, w, classes;
    size_t n; /* images in a batch */
    const char *text;
} nets[] = {
    {3, 13, 11, 10, 13,
     "conv 17 3x5 stride 2x1 pad 1x2\nact\n"
     "maxpool 3x2 stride 2 ceil\nconv 7 2x2 pad 1\nact\n"
     "avgpool 2x2\ndense 33\nact\ndense classes"},
    {1, 9, 7, 3, 13,
     "conv 6 3x3 pad 1\nbatchnorm\nact\nmaxpool 2x2\ndropout 0.3\n"
     "conv 33 3x2 nobias\nbatchnorm\nact\nglobalpool\n"
     "dense classes"},
    {7, 8, 9, 5, 13,
     "batchnorm\nconv 16 2x3 stride 3\nact\ndense 48 nobias\n"
     "batchnorm\nact\ndropout 0.5\ndense 17\nact\ndense classes"},
    {6, 5, 5, 4, 13, "act\nconv classes 5x5\ndropout 0.1"},
    {3, 9, 8, 5, 13,
     "conv 17 3x3 pad 1 nobias\nbatchnorm\nact\nconv 19 3x3 pad 1\n"
     "maxpool 2x2\nbatchnorm noscale\nact\nconv 6 2x2\n"
     "maxpool 2x2 stride 1 pad 1\nbatchnorm\nact\ndense classes"},
    {4, 7, 6, 3, 13,
     "batchnorm noscale\nconv 5 3x3\nbatchnorm\nbatchnorm noscale\nact\n"
     "conv 33 1x1 nobias\nmaxpool 3x2 ceil\nmaxpool 2x2 stride 1 pad 1\n"
     "batchnorm noscale\nmaxpool 2x1\nbatchnorm noscale\nact\n"
     "dropout 0.2\ndense classes"},
    {16, 6, 6, 3, 13,
     "conv 16 3x3\navgpool 2x2\nbatchnorm noscale\nconv 7 1x1\nact\n"
     "batchnorm\nconv classes 2x2 nobias\nbatchnorm"},
    {1, 14, 13, 10, 37,
     "conv 6 5x5 pad 2\nact\nmaxpool 2x2\nconv 16 5x5\nact\nmaxpool 2x2\n"
     "dense 20\nact\ndense classes"},
    {2, 11, 19, 5, 21,
     "act\nconv 5 3x3 pad 2x1\navgpool 2x2 stride 1\nact\nconv 7 2x3\nact\n"
     "act\nconv 16 1x5 pad 0x4 nobias\nact\nmaxpool 3x3 stride 2 pad 1\n"
     "dense 12\nact\ndropout 0.4\ndense classes"},
    {3, 5, 6, 4, 18,
     "maxpool 2x2 stride 1\nact\nconv 8 2x3\nact\nconv classes 3x3\nact"},
    {3, 9, 10, 3, 20,
     "conv 12 3x3 pad 1\nbatchnorm\nact\nmaxpool 2x2 ceil\nconv 10 3x3 nobias\n"
     "batchnorm noscale\nact\ndense classes"},
    {16, 10, 9, 4, 13,
     "conv 20 3x3 pad 1\nact\navgpool 2x2\nact\nconv 17 3x3\nmaxpool 2x2\n"
     "act\nact\nconv classes 1x1\nact"},
    {2, 1, 32, 3, 20,
     "conv 16 1x3\nact\nconv 1001 5x5 pad 2\nact\nconv 3 1x1 nobias\nact\n"
     "dense classes"},
    {3, 5, 4, 3, 10,
     "conv 126 1x1\nact\nconv 128 3x3 pad 1 nobias\nact\nmaxpool 2x2\n"
     "conv 127 3x3 pad 1\nact\nglobalpool\ndense classes"},
    {6, 9, 8, 5, 13,
     "prelu\nconv 12 3x3 pad 1\nprelu\nmaxpool 2x2\nconv 12 3x3 nobias\n"
     "maxout 3\nconv 17 1x1\nbatchnorm\ncrelu\nmaxpool 1x2\ndense 30\n"
     "gelu\ndense 15\nmaxout 5\ndense 12\nprelu 0.1\nmaxout\ndense 9\n"
     "crelu\nprelu 2\ndense classes\nsilu"},
    {1, 14, 13, 10, 37,
     "conv 6 5x5 pad 2\ngelu\nmaxpool 2x2\nsoftplus 3\nconv 5 3x3\nabs\n"
     "srelu\navgpool 2x2 stride 1\nconv 7 2x3\nrelu 0.5\nsilu\nmaxpool 2x1\n"
     "dense 20\nselu\ndense 20\nrelu6\ngelu-tanh\ndense classes\nabs"},
};

enum { N_NETS = sizeof nets / sizeof *nets };

/* Scales of both signs. */
static void move_norms(struct ramp_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].n; j++)
            if (net->tensors[i].role == TENSOR_NORM)
                net->params[net->tensors[i].offset + j] +=
                    (float)rng_normal(key, n_drawn++);
    for (size_t j = 0; j < net->n_running; j++)
        net->running[j] += (float)(0.3 * rng_uniform(key, n_drawn++));
}

static struct ramp_net *new_net(size_t i)
{
    struct ramp_net *net;
    struct ramp_error error;
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = 0.1f};
    const struct ramp_net_options options = {.channels = nets[i].c,
                                             .height = nets[i].h,
                                             .width = nets[i].w,
                                             .n_classes = nets[i].classes,
                                             .act = {RAMP_ACT_ELU, 1}};
    if (ramp_net_parse(&net, nets[i].text, "test.net", &options, &error) !=
        RAMP_OK)
        ck_abort_msg("net %zu: %s", i, error.text);
    ramp_net_init(net, &init, seed());
    move_norms(net);
    return net;
}

static struct plan *new_plan(struct ramp_net *net, size_t batch, bool training,
                             const struct kernels *k, int threads)
{
    struct plan *plan;
    const struct ramp_compute compute = {.n_threads = threads, .cpu = k->name};
    ck_assert_int_eq(plan_new(&plan, net, batch, training, &compute, NULL),
                     RAMP_OK);
    return plan;
}

static struct plan_batch new_batch(const struct ramp_net *net, size_t n)
{
    int32_t *labels = block(n * sizeof *labels);
    for (size_t i = 0; i < n; i++)
        labels[i] = (int32_t)draw_size(0, (size_t)net->options.n_classes - 1);
    return (struct plan_batch){
        .x = random_floats(n * shape_size(net->input)),
        .labels = labels,
        .n = n,
        .label_smoothing = 0.1,
        .seed = seed(),
        .step = 3,
    };
}

/* One layer of inference on the reference; y is a new block. */
static double *infer_layer(const struct ramp_net *net, const struct layer *l,
                           const double *x, size_t n)
{
    const struct reference_window v = window_of(l, n);
    const size_t n_y = n * shape_size(l->out), c = l->in.c;
    const double *params = doubles(net->params, net->n_params);
    const double *running = doubles(net->running, net->n_running);
    const double *weight = params + l->weight_at;
    const double *bias = l->bias ? params + l->bias_at : NULL;
    double *y = doubles(NULL, n_y);
    switch (l->kind) {
    case LAYER_CONV: reference_conv_forward(y, x, weight, bias, &v); break;
    case LAYER_DENSE:
        reference_dense_forward(y, x, weight, bias, n, shape_size(l->in),
                                l->out.c);
        break;
    case LAYER_ACT:
        for (size_t i = 0; i < n_y; i++)
            y[i] = reference_act(l->act.kind, x[i], (double)l->act.a);
        break;
    case LAYER_PRELU: reference_prelu_forward(y, x, weight, n_y / c, c); break;
    case LAYER_MAXOUT:
        reference_maxout_forward(y, block(n_y * sizeof(size_t)), x, n_y,
                                 c / l->out.c);
        break;
    case LAYER_CRELU: reference_crelu_forward(y, x, n_y / 2 / c, c); break;
    case LAYER_MAXPOOL:
        reference_maxpool_forward(y, block(n_y * sizeof(size_t)), x, &v);
        break;
    case LAYER_AVGPOOL: reference_avgpool_forward(y, x, &v); break;
    case LAYER_BATCHNORM:
        reference_batchnorm_infer(y, x, l->scale ? weight : ones(c),
                                  params + l->bias_at, running + l->running_at,
                                  running + l->running_at + c,
                                  n * l->in.h * l->in.w, c);
        break;
    case LAYER_DROPOUT: return memcpy(y, x, n_y * sizeof *y);
    }
    return y;
}

/* Of the loop tests: table after table, and in each net after net. */
static size_t images_of(int i)
{
    return nets[(size_t)i % N_NETS].n;
}

static const struct kernels *start_net_test(int i, struct ramp_net **net)
{
    size_t which = (size_t)i % N_NETS;
    const struct kernels *k = kernels_get((size_t)i / N_NETS);
    start_drawing(20000 + (uint64_t)which);
    *net = new_net(which);
    snprintf(what, sizeof what, "%s net %zu", k->name, which);
    return k;
}

static void check_logits(struct plan *plan, const struct ramp_net *net,
                         size_t n)
{
    const struct plan_batch batch = new_batch(net, n);
    const double *x = doubles(batch.x, n * shape_size(net->input));
    for (size_t i = 0; i < net->n_layers; i++)
        x = infer_layer(net, &net->layers[i], x, n);
    check_near("logits", plan_forward(plan, batch.x, n), x,
               n * (size_t)net->options.n_classes, 1e-5);
    free_blocks();
}

/* And again when the statistics, and when the weights have changed. */
START_TEST(plan_forward_equals_reference)
{
    struct ramp_net *net;
    const struct kernels *k = start_net_test(_i, &net);
    const size_t n = images_of(_i);
    struct plan *plan = new_plan(net, n, false, k, 2);
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = -0.2f};
    check_logits(plan, net, n);
    for (size_t i = 0; i < net->n_running; i++)
        net->running[i] *= 2;
    plan_params_changed(plan);
    check_logits(plan, net, n);
    ramp_net_init(net, &init, seed() + 1);
    plan_params_changed(plan);
    check_logits(plan, net, n);
    plan_free(plan);
    ramp_net_free(net);
}
END_TEST

static void check_norms_left(struct ramp_net *net, bool training,
                             const char *expected)
{
    struct plan *plan = new_plan(net, 2, training, kernels_get(0), 1);
    const struct layer *l;
    char left[80] = "";
    for (size_t i = 0; (l = plan_layer(plan, i)) != NULL; i++)
        if (l->kind == LAYER_BATCHNORM)
            strcat(left, l->name + strlen("batchnorm"));
    ck_assert_msg(strcmp(left, expected) == 0,
                  "%s: expected batch norms \"%s\", found \"%s\"", net->text,
                  expected, left);
    plan_free(plan);
}

/* The numbers of the batch norms that a plan for inference runs as layers of
 * their own; a plan for training runs them all. */
START_TEST(batch_norms_are_folded)
{
    static const struct {
        const char *text, *left, *all;
    } rows[] = {
        {"conv 7 3x3\nbatchnorm\nact", "", "1"},
        {"conv 7 3x3 nobias\nbatchnorm noscale\nact", "", "1"},
        {"conv 7 3x3\nbatchnorm\nact\nmaxpool 2x2", "", "1"},
        {"conv 7 3x3\nmaxpool 2x2\nbatchnorm noscale\nact", "", "1"},
        {"conv 7 3x3\nmaxpool 2x2\nbatchnorm\nact", "1", "1"},
        {"conv 7 3x3\navgpool 2x2\nbatchnorm noscale", "1", "1"},
        {"conv 7 3x3\nact\nbatchnorm noscale", "1", "1"},
        {"conv 7 3x3\nact\nmaxpool 2x2\nbatchnorm noscale", "1", "1"},
        {"conv 7 3x3\nbatchnorm noscale\nbatchnorm", "2", "12"},
        {"conv 7 3x3\nbatchnorm\nmaxpool 2x2\nbatchnorm noscale", "2", "12"},
        {"batchnorm noscale\nconv 7 3x3\nact", "1", "1"},
        {"maxpool 2x2\nbatchnorm noscale\nact", "1", "1"},
        {"dense 7\nbatchnorm noscale\nact", "1", "1"},
        {"conv 7 3x3\nbatchnorm\nconv 7 3x3\nmaxpool 2x2\n"
         "batchnorm noscale\nmaxpool 2x2\nbatchnorm\nconv 5 1x1",
         "3", "123"},
    };
    const struct ramp_net_options options = {3, 9, 9, 4, {RAMP_ACT_RELU, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_net *net;
        char text[200];
        snprintf(text, sizeof text, "%s\ndense classes", rows[i].text);
        ck_assert_int_eq(ramp_net_parse(&net, text, "t", &options, NULL),
                         RAMP_OK);
        check_norms_left(net, false, rows[i].left);
        check_norms_left(net, true, rows[i].all);
        ramp_net_free(net);
    }
}
END_TEST

/* 1 for each layer of a plan that runs on interleaved images. */
static void check_interleaved(struct ramp_net *net, bool training, bool exact,
                              const char *expected)
{
    const struct ramp_compute compute = {.n_threads = 1, .exact = exact};
    struct plan *plan;
    const struct layer *l;
    char found[16] = "";
    ck_assert_int_eq(plan_new(&plan, net, 2, training, &compute, NULL),
                     RAMP_OK);
    for (size_t i = 0; (l = plan_layer(plan, i)) != NULL; i++)
        strcat(found, l->interleaved ? "1" : "0");
    ck_assert_msg(strcmp(found, expected) == 0,
                  "%s: expected %s, found %s (training %d)", net->text,
                  expected, found, training);
    plan_free(plan);
}

/* Chains of which all layers can be interleaved, one convolution at least has
 * fewer channels than a vector has lanes, and no map is too large. */
START_TEST(chains_of_few_channels_are_interleaved)
{
    static const struct {
        int side;
        const char *text, *training, *inference;
    } rows[] = {
        {12, "conv 6 5x5\nact\nmaxpool 2x2\nconv 16 3x3\nact", "111110", NULL},
        {12, "act\navgpool 2x2\nconv 15 1x3", "1110", NULL},
        {12, "conv 16 3x3\nact\nconv 16 3x3", "0000", NULL},
        {12, "conv 6 3x3\nact\nconv 17 3x3", "0000", NULL},
        {12, "conv 6 3x3 stride 2x1", "00", NULL},
        {12, "conv 6 3x3 stride 1x2", "00", NULL},
        {12, "conv 6 3x1", "00", NULL},
        {12, "conv 6 3x4", "00", NULL},
        {12, "conv 6 4x3", "10", NULL},
        {12, "conv 6 3x3\ndropout 0.5", "000", NULL},
        {12, "maxpool 2x2\nact", "000", NULL},
        {12, "conv 6 3x3\nbatchnorm\nconv 17 3x3", "1000", "000"},
        {12, "conv 6 3x3\nbatchnorm\nconv 16 3x3", "1000", "110"},
        {12, "conv 16 3x3\nbatchnorm\nconv 6 3x3", "0010", "110"},
        {32, "conv 8 3x3 pad 1\nconv 16 3x3 pad 1", "110", NULL},
        {33, "conv 8 3x3 pad 1\nconv 16 3x3 pad 1", "000", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ramp_net_options options = {
            3, rows[i].side, rows[i].side, 4, {RAMP_ACT_RELU, 0}};
        const char *inference = rows[i].inference;
        struct ramp_net *net;
        char text[200];
        snprintf(text, sizeof text, "%s\ndense classes", rows[i].text);
        ck_assert_int_eq(ramp_net_parse(&net, text, "t", &options, NULL),
                         RAMP_OK);
        check_interleaved(net, true, false, rows[i].training);
        check_interleaved(net, false, false,
                          inference ? inference : rows[i].training);
        check_interleaved(net, true, true,
                          &"000000"[6 - strlen(rows[i].training)]);
        ramp_net_free(net);
    }
}
END_TEST

/* One by one, and by a plan of another size. A plan for training folds no batch
 * norms: where another does, their bits differ. */
START_TEST(an_image_alone_has_the_same_bits)
{
    struct ramp_net *net;
    const struct kernels *k = start_net_test(_i, &net);
    const size_t images = images_of(_i);
    struct plan *plans[3] = {new_plan(net, images, false, k, 2),
                             new_plan(net, images + 30, true, k, 3),
                             new_plan(net, 1, false, k, 1)};
    const struct plan_batch batch = new_batch(net, images);
    const size_t classes = (size_t)net->options.n_classes;
    const size_t n = images * classes;
    const bool folds = plan_layer(plans[0], net->n_layers - 1) == NULL;
    float *all = garbage(n), *training = garbage(n);
    memcpy(all, plan_forward(plans[0], batch.x, images), n * sizeof *all);
    memcpy(training, plan_forward(plans[1], batch.x, images),
           n * sizeof *training);
    if (folds)
        check_near("logits of a plan for training", training, doubles(all, n),
                   n, 1e-5);
    else
        check_bits("logits of a plan for training", training, all, n);
    for (size_t p = 0; p < 3; p++)
        for (size_t i = 0; i < images; i++)
            check_bits(
                "logits of one image", (p == 1 ? training : all) + i * classes,
                plan_forward(plans[p], batch.x + i * shape_size(net->input), 1),
                classes);
    for (size_t p = 0; p < 3; p++)
        plan_free(plans[p]);
    ramp_net_free(net);
    free_blocks();
}
END_TEST

/* One that is not a number stays alone with it. */
START_TEST(an_image_of_nan_spoils_no_other)
{
    struct ramp_net *net;
    const struct kernels *k = start_net_test(_i, &net);
    const size_t images = images_of(_i), bad = images / 2;
    const size_t size = shape_size(net->input);
    const size_t classes = (size_t)net->options.n_classes;
    struct plan *plan = new_plan(net, images, false, k, 2);
    const struct plan_batch batch = new_batch(net, images);
    float *good = garbage(images * classes), *x = garbage(images * size);
    memcpy(good, plan_forward(plan, batch.x, images),
           images * classes * sizeof *good);
    memcpy(x, batch.x, bad * size * sizeof *x);
    memcpy(x + (bad + 1) * size, batch.x + (bad + 1) * size,
           (images - bad - 1) * size * sizeof *x);
    const float *found = plan_forward(plan, x, images);
    for (size_t i = 0; i < images; i++)
        if (i != bad)
            check_bits("logits", found + i * classes, good + i * classes,
                       classes);
        else
            ck_assert(isnan(found[i * classes]));
    plan_free(plan);
    ramp_net_free(net);
    free_blocks();
}
END_TEST

/* Two steps of training with 1 to 4 threads: loss, gradients, statistics, and
 * what the net then answers. */
START_TEST(any_number_of_threads_gives_the_same_bits)
{
    struct ramp_net *net;
    const struct kernels *k = start_net_test(_i, &net);
    const size_t n = images_of(_i);
    const struct plan_batch batch = new_batch(net, n);
    const size_t n_logits = n * (size_t)net->options.n_classes;
    float *grads = garbage(net->n_params), *logits = garbage(n_logits);
    float *running0 = memcpy(garbage(net->n_running), net->running,
                             net->n_running * sizeof(float));
    float *running = garbage(net->n_running);
    struct plan_loss first = {0, 0};
    for (int threads = 1; threads <= 4; threads++) {
        struct plan *plan = new_plan(net, n, true, k, threads);
        memcpy(net->running, running0, net->n_running * sizeof(float));
        plan_train(plan, &batch);
        struct plan_loss loss = plan_train(plan, &batch);
        if (threads == 1) {
            first = loss;
            memcpy(grads, plan_gradients(plan), net->n_params * sizeof(float));
            memcpy(running, net->running, net->n_running * sizeof(float));
            memcpy(logits, plan_forward(plan, batch.x, n),
                   n_logits * sizeof(float));
        }
        ck_assert(loss.loss == first.loss && loss.n_wrong == first.n_wrong);
        check_bits("gradient", plan_gradients(plan), grads, net->n_params);
        check_bits("running", net->running, running, net->n_running);
        check_bits("logits", plan_forward(plan, batch.x, n), logits, n_logits);
        plan_free(plan);
    }
    ramp_net_free(net);
    free_blocks();
}
END_TEST

START_TEST(a_step_allocates_nothing)
{
    struct ramp_net *net;
    const struct kernels *k = start_net_test(_i, &net);
    const size_t n = images_of(_i);
    struct plan *plan = new_plan(net, n, true, k, 2);
    const struct plan_batch batch = new_batch(net, n);
    size_t before = mem_count();
    for (int i = 0; i < 2; i++) {
        plan_train(plan, &batch);
        plan_forward(plan, batch.x, n);
    }
    ck_assert_uint_eq(mem_count(), before);
    plan_free(plan);
    ramp_net_free(net);
    free_blocks();
}
END_TEST

/* The parts of a step, for batches that fill the chunks of the threads in
 * every way: the loss and what plan_train makes of it, and the gradient of a
 * batch as the sum over its images. */
static const size_t sum_nets[] = {0, 7, 9, 11, 12};
static const size_t sum_sizes[] = {1, 2, 3, 7, 8, 9, 16, 17, 33};

enum {
    N_SUM_NETS = sizeof sum_nets / sizeof *sum_nets,
    N_SUM_SIZES = sizeof sum_sizes / sizeof *sum_sizes,
    N_SUMS = N_SUM_NETS * N_SUM_SIZES
};

START_TEST(a_step_is_the_sum_of_its_images)
{
    const size_t n = sum_sizes[(size_t)_i % N_SUM_SIZES];
    const size_t net_index = sum_nets[(size_t)_i / N_SUM_SIZES % N_SUM_NETS];
    const struct kernels *k = kernels_get((size_t)_i / N_SUMS);
    start_drawing(30000 + (uint64_t)n);
    struct ramp_net *net = new_net(net_index);
    struct plan *plan = new_plan(net, 33, true, k, 1);
    struct plan_batch batch = new_batch(net, n);
    const size_t classes = (size_t)net->options.n_classes;
    const size_t n_in = shape_size(net->input);
    double *logits = doubles(plan_forward(plan, batch.x, n), n * classes);
    double *dlogits = doubles(NULL, classes), loss = 0;
    size_t n_wrong = 0;
    double *sum = doubles(NULL, net->n_params);
    float *r = garbage(n * classes), *dx = garbage(n * n_in);
    float *dx_all = garbage(n * n_in);
    for (size_t i = 0; i < n; i++) {
        loss += reference_softmax_loss(dlogits, logits + i * classes, classes,
                                       (size_t)batch.labels[i], 0.1);
        const double *answer = logits + i * classes;
        double right = answer[batch.labels[i]];
        size_t better = 0;
        for (size_t j = 0; j < classes; j++)
            better += answer[j] > right;
        n_wrong += better > 0;
        for (size_t j = 0; j < classes; j++)
            r[i * classes + j] = (float)(dlogits[j] / (double)n);
        struct plan_batch one = batch;
        one.x += i * n_in;
        one.n = 1;
        plan_backward_from(plan, &one, r + i * classes, dx + i * n_in);
        add_floats(sum, plan_gradients(plan), net->n_params);
    }
    snprintf(what, sizeof what, "%s net %zu, batch of %zu", k->name, net_index,
             n);
    plan_backward_from(plan, &batch, r, dx_all);
    check_near("gradient", plan_gradients(plan), sum, net->n_params, 1e-5);
    check_bits("dx", dx_all, dx, n * n_in);
    struct plan_loss found = plan_train(plan, &batch);
    ck_assert_double_eq_tol(found.loss, loss, 1e-6 * loss);
    ck_assert_uint_eq(found.n_wrong, n_wrong);
    check_near("gradient of the loss", plan_gradients(plan), sum, net->n_params,
               1e-5);
    plan_free(plan);
    ramp_net_free(net);
    free_blocks();
}
END_TEST

static Suite *suite(void)
{
    printf("check_layers: RAMP_TEST_SEED=%llu\n", (unsigned long long)seed());
    Suite *s = suite_create("layers");
    const int tables = (int)kernels_count();
    TCase *tc = tcase_create("layers");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, layer_equals_reference, 0, tables * N_KINDS);
    tcase_add_loop_test(tc, winograd_equals_reference, 0, tables);
    tcase_add_loop_test(tc, gathered_equals_reference, 0, tables * N_GATHERED);
    tcase_add_loop_test(tc, error_of_winograd, 0, 3 * N_FORMS);
    tcase_add_test(tc, interleaving_there_and_back);
    tcase_add_loop_test(tc, interleaved_equals_reference, 0,
                        tables * N_INTERLEAVED);
    tcase_add_test(tc, dropout_draws_by_place);
    tcase_add_loop_test(tc, softmax_loss_equals_reference, 0, 10);
    suite_add_tcase(s, tc);
    tc = tcase_create("plans");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, plan_forward_equals_reference, 0, tables * N_NETS);
    tcase_add_test(tc, batch_norms_are_folded);
    tcase_add_test(tc, chains_of_few_channels_are_interleaved);
    tcase_add_loop_test(tc, an_image_alone_has_the_same_bits, 0,
                        tables * N_NETS);
    tcase_add_loop_test(tc, an_image_of_nan_spoils_no_other, 0,
                        tables * N_NETS);
    tcase_add_loop_test(tc, any_number_of_threads_gives_the_same_bits, 0,
                        tables * N_NETS);
    tcase_add_loop_test(tc, a_step_allocates_nothing, 0, tables * N_NETS);
    tcase_add_loop_test(tc, a_step_is_the_sum_of_its_images, 0,
                        tables * N_SUMS);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
