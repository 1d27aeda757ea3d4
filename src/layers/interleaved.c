/* interleaved.c - convolution of interleaved images: Winograd's algorithm along
 * the rows. */
#include "layers/interleaved.h"

#include "layers/conv.h"
#include "layers/matmul.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

enum { SKEW = 16 }; /* see winograd.c */

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

void interleave(float *map, const float *images, size_t n, struct shape shape)
{
    size_t size = shape_size(shape), plane = shape.w * LANES;
    for (size_t row = 0; row < shape.h; row++)
        for (size_t j = 0; j < shape.w; j++)
            for (size_t c = 0; c < shape.c; c++, images++) {
                float *to = map + (row * shape.c + c) * plane + j * LANES;
                for (size_t i = 0; i < n; i++)
                    to[i] = images[i * size];
                for (size_t i = n; i < LANES; i++)
                    to[i] = 0;
            }
}

void deinterleave(float *images, const float *map, size_t n, struct shape shape)
{
    size_t size = shape_size(shape), plane = shape.w * LANES;
    for (size_t row = 0; row < shape.h; row++)
        for (size_t j = 0; j < shape.w; j++)
            for (size_t c = 0; c < shape.c; c++, images++) {
                const float *from =
                    map + (row * shape.c + c) * plane + j * LANES;
                for (size_t i = 0; i < n; i++)
                    images[i * size] = from[i];
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

/* A padded map, and V. */
static size_t input_floats(const struct problem *p)
{
    size_t width = p->tiles * p->m + p->a - p->m;
    return p->in.h * p->in.c * width * LANES + p->a * p->v_xi;
}

/* M, and a tile of y. */
static size_t output_floats(const struct problem *p)
{
    return p->a * p->out.c * p->row + p->m * LANES;
}

/* A padded dy, and Z. */
static size_t gradient_floats(const struct problem *p)
{
    size_t rows = p->out.h * p->out.c;
    return rows * p->tiles * p->m * LANES + p->a * (rows * p->row + SKEW);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t scratch_floats(const struct layer *l, const struct run *run)
{
    struct problem p = make_problem(l, run, false);
    struct problem back = make_problem(l, run, true);
    size_t n = input_floats(&p) + output_floats(&p);
    if (!run->training)
        return n;
    n = larger(n, input_floats(&p) + gradient_floats(&p));
    return larger(n, input_floats(&back) + output_floats(&back));
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
        conv_turn_tap(l, turned, p->weight, tap);
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

/* x to V; `room` takes the padded map. */
static void transform_input(const struct problem *p, float *v, const float *x,
                            float *room)
{
    size_t right = p->tiles * p->m + p->a - p->m - p->pad_w;
    right = right > p->in.w ? right - p->in.w : 0;
    struct padded padded = conv_pad_columns(room, x, p->in.h * p->in.c, p->in.w,
                                            LANES, p->pad_w, right);
    size_t zeros = p->pad_h * p->v_row;
    for (size_t xi = 0; xi < p->a; xi++) {
        float *top = v + xi * p->v_xi;
        memset(top, 0, zeros * sizeof *top);
        memset(top + zeros + p->in.h * p->v_row, 0, zeros * sizeof *top);
    }
    for (size_t row = 0; row < p->in.h * p->in.c; row++)
        for (size_t tile = 0; tile < p->tiles; tile++) {
            struct transform t = {
                .to = v + zeros + row * p->row + tile * LANES,
                .to_column = p->v_xi,
                .from = padded.data + row * padded.row + tile * p->m * LANES,
                .from_column = LANES,
                .n = LANES,
            };
            p->kernels->winograd_row[p->kind][WINOGRAD_DATA](&t);
        }
}

/* M to one row of one channel of y; at a ragged end by way of `room`. */
static void transform_output(const struct problem *p, float *y, const float *m,
                             float *room)
{
    for (size_t tile = 0; tile < p->tiles; tile++, y += p->m * LANES) {
        size_t columns = p->out.w - tile * p->m;
        bool whole = columns >= p->m;
        struct transform t = {
            .to = whole ? y : room,
            .to_column = LANES,
            .from = m + tile * LANES,
            .from_column = p->out.c * p->row,
            .n = LANES,
        };
        p->kernels->winograd_row[p->kind][WINOGRAD_OUTPUT](&t);
        if (!whole)
            memcpy(y, room, columns * LANES * sizeof *y);
    }
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
    float *v = scratch, *m = v + p->a * p->v_xi;
    float *room = m + p->a * p->out.c * p->row;
    transform_input(p, v, x, m + output_floats(p));
    for (size_t i = 0; i < p->out.h; i++) {
        multiply_row(p, m, u, v, start, i);
        for (size_t k = 0; k < p->out.c; k++, y += p->out.w * LANES)
            transform_output(p, y, m + k * p->row, room);
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
static void transform_gradient(const struct problem *p, float *z, size_t z_xi,
                               const float *dy, float *room)
{
    size_t rows = p->out.h * p->out.c;
    struct padded padded = conv_pad_columns(room, dy, rows, p->out.w, LANES, 0,
                                            p->tiles * p->m - p->out.w);
    for (size_t row = 0; row < rows; row++)
        for (size_t tile = 0; tile < p->tiles; tile++) {
            struct transform t = {
                .to = z + row * p->row + tile * LANES,
                .to_column = z_xi,
                .from = padded.data + row * padded.row + tile * p->m * LANES,
                .from_column = LANES,
                .n = LANES,
            };
            p->kernels->winograd_row[p->kind][WINOGRAD_GRADIENT](&t);
        }
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

static void backward_weights(const struct layer *l, const struct pass *p,
                             const float *dy, const float *x)
{
    struct problem problem = make_problem(l, p->run, false);
    const struct problem *q = &problem;
    size_t z_xi = q->out.h * q->out.c * q->row + SKEW;
    float *v = p->scratch, *z = v + q->a * q->v_xi, *room = z + q->a * z_xi;
    transform_input(q, v, x, room);
    transform_gradient(q, z, z_xi, dy, room);
    for (size_t xi = 0; xi < q->a; xi++)
        for (size_t c = 0; c < q->in.c; c++)
            multiply_gradient(q, p->dweight + xi * q->r * q->in.c * q->out.c,
                              z + xi * z_xi, v + xi * q->v_xi, c);
}

static void bias_gradient(const struct layer *l, const struct pass *p,
                          const float *dy)
{
    size_t k = l->out.c, row = l->out.w * LANES;
    for (size_t j = 0; l->bias && j < k; j++) {
        float lanes[LANES] = {0};
        for (size_t i = 0; i < l->out.h; i++)
            p->run->kernels->sum_rows(lanes, dy + (i * k + j) * row, l->out.w,
                                      LANES);
        for (size_t i = 0; i < LANES; i++)
            p->dbias[j] += lanes[i];
    }
}

static void backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    struct problem problem = make_problem(l, p->run, false);
    struct problem back = make_problem(l, p->run, true);
    backward_weights(l, p, dy, x);
    bias_gradient(l, p, dy);
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
