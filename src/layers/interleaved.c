/* interleaved.c - convolution of interleaved images: Winograd's algorithm along
 * the rows. */
#include "layers/interleaved.h"

#include "base/sizes.h"
#include "layers/conv.h"
#include "layers/matmul.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

enum {
    SKEW = 16,         /* see winograd.c */
    WINOGRAD_TAPS = 8, /* at most, of a tile */
};

bool interleaved_suits(const struct layer *l)
{
    const struct window *v = &l->window;
    switch (l->kind) {
    case LAYER_ACT:
    case LAYER_MAXPOOL:
    case LAYER_AVGPOOL: return true;
    case LAYER_CONV:
        return (v->s == 3 || v->s == 5) && v->stride_h == 1 &&
               v->stride_w == 1 && v->pad_h < v->r && v->pad_w < v->s &&
               l->out.c <= LANES;
    default: return false;
    }
}

/* Where the lanes of an element lie in a map, element by element as they stand
 * in an image. */
struct place {
    size_t c, column;
    float *pixel; /* its channel 0 */
};

static float *next_lanes(struct place *at, struct shape shape)
{
    size_t plane = shape.w * LANES;
    float *lanes = at->pixel + at->c * plane;
    if (++at->c < shape.c)
        return lanes;
    at->c = 0;
    at->pixel += LANES;
    if (++at->column == shape.w) {
        at->column = 0;
        at->pixel += (shape.c - 1) * plane;
    }
    return lanes;
}

/* By squares of LANES images and as many elements. */
void interleave(const struct kernels *kernels, float *map, const float *images,
                size_t n, struct shape shape)
{
    size_t size = shape_size(shape);
    float square[LANES * LANES] = {0};
    struct place at = {.pixel = map};
    for (size_t e = 0; e < size; e += LANES) {
        size_t count = smaller(LANES, size - e);
        kernels->transpose(square, LANES, images + e, size, n, count);
        for (size_t i = 0; i < count; i++)
            memcpy(next_lanes(&at, shape), square + i * LANES,
                   LANES * sizeof *map);
    }
}

void deinterleave(const struct kernels *kernels, float *images, float *map,
                  size_t n, struct shape shape)
{
    size_t size = shape_size(shape);
    float square[LANES * LANES];
    struct place at = {.pixel = map};
    for (size_t e = 0; e < size; e += LANES) {
        size_t count = smaller(LANES, size - e);
        for (size_t i = 0; i < count; i++)
            memcpy(square + i * LANES, next_lanes(&at, shape),
                   LANES * sizeof *map);
        kernels->transpose(images + e, size, square, LANES, count, n);
    }
}

/* One convolution, forward or (with turned weights) backward, by F(m, s) along
 * the rows:
 *
 *     V[xi][row][c][tile][LANES]   data transform of x, with the rows of zeros
 *                                  above and below the map
 *     U[xi][row of window][c][k]   filter transform of w
 *     M[xi][k][tile][LANES] = sum over rows of the window and c of U V, for
 *                                  one row of y at a time */
struct problem {
    const struct kernels *kernels;
    enum winograd_kind kind;
    size_t a, m; /* elements of a tile before and after */
    struct shape in, out;
    size_t r, s, pad_h, pad_w;
    size_t tiles; /* in a row */
    size_t row;   /* floats of all tiles of one channel */
    size_t v_row; /* floats of a row of V */
    size_t v_xi;
};

static struct problem make_problem(const struct layer *l, const struct run *run,
                                   bool backward)
{
    const struct window *v = &l->window;
    struct problem p = {
        .kernels = run->kernels,
        .in = backward ? l->out : l->in,
        .out = backward ? l->in : l->out,
        .r = v->r,
        .s = v->s,
        .pad_h = backward ? v->r - 1 - v->pad_h : v->pad_h,
        .pad_w = backward ? v->s - 1 - v->pad_w : v->pad_w,
    };
    bool by_6 = v->s == 3 && (p.out.w + 5) / 6 * 8 < (p.out.w + 3) / 4 * 6;
    p.kind = v->s == 5 ? WINOGRAD_45 : by_6 ? WINOGRAD_63 : WINOGRAD_43;
    p.m = by_6 ? 6 : 4;
    p.a = p.m + v->s - 1;
    p.tiles = (p.out.w + p.m - 1) / p.m;
    p.row = p.tiles * LANES;
    p.v_row = p.in.c * p.row;
    p.v_xi = (p.in.h + 2 * p.pad_h) * p.v_row + SKEW;
    return p;
}

/* ---- Memory ---- */

static size_t u_floats(const struct problem *p)
{
    return p->a * p->r * p->in.c * p->out.c;
}

/* U; for training also the turned U, and the turned weights themselves. */
static size_t packed_floats(const struct layer *l, const struct run *run)
{
    struct problem p = make_problem(l, run, false);
    struct problem back = make_problem(l, run, true);
    size_t turned = u_floats(&back) + layer_n_weights(l);
    return u_floats(&p) + (run->training ? turned : 0);
}

static size_t v_floats(const struct problem *p)
{
    return p->a * p->v_xi;
}

static size_t m_floats(const struct problem *p)
{
    return p->a * p->out.c * p->row;
}

/* From one xi of Z to the next. */
static size_t z_xi(const struct problem *p)
{
    return p->out.h * p->out.c * p->row + SKEW;
}

static size_t scratch_floats(const struct layer *l, const struct run *run)
{
    struct problem p = make_problem(l, run, false);
    struct problem back = make_problem(l, run, true);
    size_t n = v_floats(&p) + m_floats(&p);
    if (!run->training)
        return n;
    n = larger(n, v_floats(&p) + p.a * z_xi(&p));
    return larger(n, v_floats(&back) + m_floats(&back));
}

/* The gradient of U. */
static size_t partial_weights(const struct layer *l, const struct run *run)
{
    struct problem p = make_problem(l, run, false);
    return u_floats(&p);
}

/* ---- Weights ---- */

/* Between weights (r, s, c, k) and U or its gradient (xi, r, c, k), for one of
 * the r and c. */
static void transform_weights(const struct problem *p, enum winograd_step step,
                              float *to, const float *from, size_t at)
{
    size_t c = p->in.c, k = p->out.c, of_u = at * k;
    size_t of_w = (at / c * p->s * c + at % c) * k;
    bool filter = step == WINOGRAD_FILTER;
    struct transform t = {
        .to = to + (filter ? of_u : of_w),
        .to_column = (filter ? p->r : 1) * c * k,
        .from = from + (filter ? of_w : of_u),
        .from_column = (filter ? 1 : p->r) * c * k,
        .n = k,
        .rows = 1,
    };
    p->kernels->winograd_row[p->kind][step](&t);
}

static void pack(const struct layer *l, const struct pass *p)
{
    struct problem problem = make_problem(l, p->run, false);
    struct problem back = make_problem(l, p->run, true);
    float *turned_u = p->packed + u_floats(&problem);
    float *turned = turned_u + u_floats(&back);
#pragma omp for schedule(static) nowait
    for (size_t at = 0; at < l->window.r * l->in.c; at++)
        transform_weights(&problem, WINOGRAD_FILTER, p->packed, p->weight, at);
    if (!p->run->training)
        return;
#pragma omp for schedule(static)
    for (size_t tap = 0; tap < l->window.r * l->window.s; tap++)
        conv_turn_tap(l, p, turned, tap);
#pragma omp for schedule(static) nowait
    for (size_t at = 0; at < l->window.r * l->out.c; at++)
        transform_weights(&back, WINOGRAD_FILTER, turned_u, turned, at);
}

static void collect(const struct layer *l, const struct pass *p,
                    const float *partial)
{
    struct problem problem = make_problem(l, p->run, false);
#pragma omp for schedule(static) nowait
    for (size_t at = 0; at < l->window.r * l->in.c; at++)
        transform_weights(&problem, WINOGRAD_WEIGHTS, p->dweight, partial, at);
}

/* ---- Maps ---- */

/* Elements of one tile that a map does not have all of, with zeros for those
 * that it lacks: `count` columns from `first` on. */
static void cut_tile(float *tile, const float *row, size_t w, ptrdiff_t first,
                     size_t count)
{
    for (size_t j = 0; j < count; j++) {
        ptrdiff_t column = first + (ptrdiff_t)j;
        float *to = tile + j * LANES;
        if (column >= 0 && column < (ptrdiff_t)w)
            memcpy(to, row + column * LANES, LANES * sizeof *to);
        else
            memset(to, 0, LANES * sizeof *to);
    }
}

/* One row of w columns, from `count` columns of each tile, of which the first
 * is `pad` columns to the left of the row: to tile after tile in `to`. Tiles
 * that lie on the map are read in place. */
static void transform_row(const struct problem *p, enum winograd_step step,
                          float *to, size_t to_column, const float *row,
                          size_t w, size_t pad, size_t count)
{
    float tile[WINOGRAD_TAPS * LANES];
    transform_fn *transform = p->kernels->winograd_row[p->kind][step];
    struct transform t = {
        .to_row = LANES,
        .to_column = to_column,
        .from_column = LANES,
        .from_row = p->m * LANES,
        .n = LANES,
    };
    for (size_t i = 0; i < p->tiles; i += t.rows) {
        ptrdiff_t first = (ptrdiff_t)(i * p->m) - (ptrdiff_t)pad;
        size_t left = first < 0 ? 0 : w - smaller(w, (size_t)first);
        t.to = to + i * LANES;
        if (left >= count) {
            t.from = row + first * LANES;
            t.rows = (left - count) / p->m + 1;
        } else {
            cut_tile(tile, row, w, first, count);
            t.from = tile;
            t.rows = 1;
        }
        transform(&t);
    }
}

/* x to V; without the rows of zeros, which only backward_weights reads. */
static void transform_input(const struct problem *p, float *v, const float *x)
{
    float *first = v + p->pad_h * p->v_row;
    for (size_t row = 0; row < p->in.h * p->in.c; row++)
        transform_row(p, WINOGRAD_DATA, first + row * p->row, p->v_xi,
                      x + row * p->in.w * LANES, p->in.w, p->pad_w, p->a);
}

static void clear_edges(const struct problem *p, float *v)
{
    size_t zeros = p->pad_h * p->v_row;
    for (size_t xi = 0; xi < p->a; xi++) {
        float *top = v + xi * p->v_xi;
        memset(top, 0, zeros * sizeof *top);
        memset(top + zeros + p->in.h * p->v_row, 0, zeros * sizeof *top);
    }
}

/* M to one row of one channel of y; a ragged end by way of a tile. */
static void transform_output(const struct problem *p, float *y, const float *m)
{
    float tile[WINOGRAD_TAPS * LANES];
    transform_fn *transform =
        p->kernels->winograd_row[p->kind][WINOGRAD_OUTPUT];
    size_t whole = p->out.w / p->m, rest = p->out.w % p->m;
    struct transform t = {
        .to = y,
        .to_row = p->m * LANES,
        .to_column = LANES,
        .from = m,
        .from_row = LANES,
        .from_column = p->out.c * p->row,
        .n = LANES,
        .rows = whole,
    };
    transform(&t);
    if (rest == 0)
        return;
    t.to = tile;
    t.from = m + whole * LANES;
    t.rows = 1;
    transform(&t);
    memcpy(y + whole * p->m * LANES, tile, rest * LANES * sizeof *y);
}

/* M = U V for row i of y. */
static void multiply_row(const struct problem *p, float *m, const float *u,
                         const float *v, const float *start, size_t i)
{
    size_t from, to; /* rows of the window that lie on the map */
    conv_clip_rows(&from, &to, (ptrdiff_t)i - (ptrdiff_t)p->pad_h, p->r,
                   p->in.h);
    for (size_t xi = 0; xi < p->a; xi++) {
        struct matmul product = {
            .kernels = p->kernels,
            .c = m + xi * p->out.c * p->row,
            .ldc = p->row,
            .m = p->out.c,
            .columns = p->row,
            .a = u + (xi * p->r + from) * p->in.c * p->out.c,
            .lda = p->out.c,
            .b = v + xi * p->v_xi + (i + from) * p->v_row,
            .ldb = p->row,
            .n_seg = 1,
            .length = (to - from) * p->in.c,
            /* The point 1 goes into all outputs with factor 1. */
            .row_start = xi == 1 ? start : NULL,
        };
        matmul_columns(&product);
    }
}

static void convolve(const struct problem *p, float *y, const float *x,
                     const float *u, const float *start, float *scratch)
{
    float *v = scratch, *m = v + v_floats(p);
    transform_input(p, v, x);
    for (size_t i = 0; i < p->out.h; i++) {
        multiply_row(p, m, u, v, start, i);
        for (size_t k = 0; k < p->out.c; k++, y += p->out.w * LANES)
            transform_output(p, y, m + k * p->row);
    }
}

static void forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    struct problem problem = make_problem(l, p->run, false);
    convolve(&problem, y, x, p->packed, l->bias ? p->bias : NULL, p->scratch);
}

/* ---- Backward ---- */

/* dy to Z[xi][row][k][tile][LANES]. */
static void transform_gradient(const struct problem *p, float *z,
                               const float *dy)
{
    for (size_t row = 0; row < p->out.h * p->out.c; row++)
        transform_row(p, WINOGRAD_GRADIENT, z + row * p->row, z_xi(p),
                      dy + row * p->out.w * LANES, p->out.w, 0, p->m);
}

/* dU[xi][r][c][k] += dots of rows of Z (channel k) and of V (channel c), a few
 * k and r at a time. */
static void multiply_gradient(const struct problem *p, float *du,
                              const float *z, const float *v, size_t c)
{
    size_t k = p->out.c, max_k = p->kernels->dots_m;
    size_t parts = (k + max_k - 1) / max_k;
    size_t cuts = (p->r + KERNELS_DOTS_N - 1) / KERNELS_DOTS_N;
    for (size_t task = 0; task < parts * cuts; task++) {
        size_t part = task / cuts, cut = task % cuts;
        size_t k_0 = part * k / parts, k_1 = (part + 1) * k / parts;
        size_t r_0 = cut * p->r / cuts, r_1 = (cut + 1) * p->r / cuts;
        struct dots d = {
            .c = du + (r_0 * p->in.c + c) * k + k_0,
            .c_i = 1,
            .c_j = p->in.c * k,
            .a = z + k_0 * p->row,
            .a_i = p->row,
            .a_seg = k * p->row,
            .b = v + r_0 * p->v_row + c * p->row,
            .b_j = p->v_row,
            .b_seg = p->v_row,
            .n_seg = p->out.h,
            .k = p->row,
        };
        p->kernels->dots[k_1 - k_0][r_1 - r_0](&d);
    }
}

/* dbias += the gradients of the outputs: the point 1 of Z is the sum of its
 * tile. */
static void bias_gradient(const struct problem *p, float *dbias, const float *z)
{
    for (size_t k = 0; k < p->out.c; k++) {
        float lanes[LANES] = {0};
        for (size_t i = 0; i < p->out.h; i++)
            p->kernels->sum_rows(lanes,
                                 z + z_xi(p) + (i * p->out.c + k) * p->row,
                                 LANES, p->tiles, LANES);
        for (size_t i = 0; i < LANES; i++)
            dbias[k] += lanes[i];
    }
}

static void backward_weights(const struct layer *l, const struct pass *p,
                             const float *dy, const float *x)
{
    struct problem problem = make_problem(l, p->run, false);
    const struct problem *q = &problem;
    float *v = p->scratch, *z = v + v_floats(q);
    size_t of_xi = q->r * q->in.c * q->out.c;
    conv_clear(p, p->dweight, u_floats(q));
    clear_edges(q, v);
    transform_input(q, v, x);
    transform_gradient(q, z, dy);
    for (size_t xi = 0; xi < q->a; xi++)
        for (size_t c = 0; c < q->in.c; c++)
            multiply_gradient(q, p->dweight + xi * of_xi, z + xi * z_xi(q),
                              v + xi * q->v_xi, c);
    if (l->bias)
        bias_gradient(q, p->dbias, z);
}

static void backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    struct problem problem = make_problem(l, p->run, false);
    struct problem back = make_problem(l, p->run, true);
    backward_weights(l, p, dy, x);
    if (dx != NULL)
        convolve(&back, dx, dy, p->packed + u_floats(&problem), NULL,
                 p->scratch);
}

static void describe(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step)
{
    struct problem p = make_problem(l, run, false);
    struct problem back = make_problem(l, run, true);
    double products = (double)(p.r * p.tiles * p.a) / (double)p.out.w;
    snprintf(step->algorithm, sizeof step->algorithm,
             "Winograd F(%zu, %zu) along rows", p.m, p.s);
    conv_describe_products(l, products, step);
    size_t n = strlen(step->reason);
    if (l->out.c < LANES)
        snprintf(step->reason + n, sizeof step->reason - n,
                 "; too few channels (%zu) to fill vectors with, so images do",
                 l->out.c);
    else
        snprintf(step->reason + n, sizeof step->reason - n,
                 "; images side by side as in all of its stage");
    if (run->training && back.kind != p.kind)
        snprintf(step->input_gradient, sizeof step->input_gradient,
                 "F(%zu, %zu), %.3g products", back.m, back.s,
                 (double)(back.r * back.tiles * back.a) / (double)back.out.w);
}

const struct conv_algorithm conv_interleaved = {
    .packed_floats = packed_floats,
    .scratch_floats = scratch_floats,
    .partial_weights = partial_weights,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .collect = collect,
    .describe = describe,
};
