/* direct.c - convolution by the direct algorithm: products of overlapping rows
 * with the weights, any window, stride and padding. */
#include "layers/conv.h"
#include "layers/matmul.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

/* ---- Padding ---- */

/* An image copied with `left` and `right` columns of zeros at its sides;
 * above and below nothing is added: rows outside are skipped. */
struct padded {
    const float *data; /* x itself where there is nothing to add */
    size_t row;        /* floats in a row */
};

static struct padded pad_columns(float *room, const float *x, size_t h,
                                 size_t w, size_t c, size_t left, size_t right)
{
    if (left == 0 && right == 0)
        return (struct padded){x, w * c};
    size_t row = (left + w + right) * c;
    for (size_t i = 0; i < h; i++) {
        float *to = room + i * row;
        memset(to, 0, left * c * sizeof *to);
        memcpy(to + left * c, x + i * w * c, w * c * sizeof *to);
        memset(to + (left + w) * c, 0, right * c * sizeof *to);
    }
    return (struct padded){room, row};
}

/* Columns to add at the right so that the last window lies inside. */
static size_t pad_right(const struct layer *l)
{
    const struct window *v = &l->window;
    size_t reach = (l->out.w - 1) * v->stride_w + v->s;
    size_t have = l->in.w + v->pad_w;
    return reach > have ? reach - have : 0;
}

/* ---- Phases of backward-data ----
 *
 * With stride t, input column j takes part in output column (j + pad - s) / t
 * only for the taps s = (j + pad) mod t, + t, + 2t, ...: each residue is a
 * phase with taps of its own, and within it dx is a plain convolution of dy
 * with those taps in reverse order. Rows alike. With stride 1 there is one
 * phase and it has all the taps. */
static size_t phase_taps(size_t n_taps, size_t stride, size_t phase)
{
    return phase < n_taps ? (n_taps - 1 - phase) / stride + 1 : 0;
}

/* Taps before this phase in the packed order of phases. */
static size_t phase_first(const struct window *v, size_t phase_r,
                          size_t phase_s)
{
    size_t first = 0;
    for (size_t i = 0; i < phase_r; i++)
        first += phase_taps(v->r, v->stride_h, i) * v->s;
    size_t rows = phase_taps(v->r, v->stride_h, phase_r);
    for (size_t j = 0; j < phase_s; j++)
        first += rows * phase_taps(v->s, v->stride_w, j);
    return first;
}

/* ---- Memory ---- */

static size_t forward_packed(const struct layer *l, const struct kernels *k)
{
    return l->window.r * l->window.s * l->in.c * panel_floats(k, l->out.c);
}

static size_t packed_floats(const struct layer *l, const struct run *run)
{
    size_t n = forward_packed(l, run->kernels);
    if (run->training)
        n += l->window.r * l->window.s * l->out.c *
             panel_floats(run->kernels, l->in.c);
    return n;
}

static size_t padded_x_floats(const struct layer *l)
{
    return l->in.h * (l->window.pad_w + l->in.w + pad_right(l)) * l->in.c;
}

/* dy with s - 1 columns at the left and as many as the phases can reach at
 * the right. */
static size_t padded_dy_right(const struct layer *l)
{
    size_t last = (l->in.w - 1 + l->window.pad_w) / l->window.stride_w;
    return last >= l->out.w ? last - (l->out.w - 1) : 0;
}

static size_t padded_dy_floats(const struct layer *l)
{
    size_t w = l->window.s - 1 + l->out.w + padded_dy_right(l);
    return l->out.h * w * l->out.c;
}

static size_t scratch_floats(const struct layer *l, const struct run *run)
{
    size_t n = padded_x_floats(l);
    if (run->training) {
        size_t whole =
            l->out.h * l->out.w * panel_floats(run->kernels, l->out.c);
        size_t dy = padded_dy_floats(l);
        n += whole > dy ? whole : dy;
    }
    return n;
}

static size_t partial_weights(const struct layer *l, const struct run *run)
{
    (void)run;
    return layer_n_weights(l);
}

/* ---- Packing ---- */

/* w (depth, k) -> panels. */
static void pack_forward(const struct layer *l, const struct pass *p,
                         size_t row)
{
    size_t depth = l->window.r * l->window.s * l->in.c, k = l->out.c;
    const float *from = p->weight + row * k;
    for (size_t i = 0; i < panel_count(p->run->kernels, k); i++) {
        struct panel w = panel_get(p->run->kernels, k, i);
        size_t ldb = w.nv * p->run->kernels->width;
        float *to = p->packed + depth * w.column + row * ldb;
        memcpy(to, from + w.column, w.columns * sizeof *to);
        memset(to + w.columns, 0, (ldb - w.columns) * sizeof *to);
    }
}

/* One tap (r, s) of w, transposed to (k, c), into row (tap * k) of panels of
 * c columns; the taps of a phase follow each other backwards. */
static void pack_tap(const struct layer *l, const struct pass *p, size_t r,
                     size_t s, float *packed)
{
    const struct window *v = &l->window;
    size_t c = l->in.c, k = l->out.c;
    size_t phase_r = r % v->stride_h, phase_s = s % v->stride_w;
    size_t taps_r = phase_taps(v->r, v->stride_h, phase_r);
    size_t taps_s = phase_taps(v->s, v->stride_w, phase_s);
    size_t tap_r = taps_r - 1 - r / v->stride_h;
    size_t tap_s = taps_s - 1 - s / v->stride_w;
    size_t first = phase_first(v, phase_r, phase_s);
    const float *from = p->weight + (r * v->s + s) * c * k;
    for (size_t i = 0; i < panel_count(p->run->kernels, c); i++) {
        struct panel w = panel_get(p->run->kernels, c, i);
        size_t ldb = w.nv * p->run->kernels->width, depth = taps_r * taps_s * k;
        /* Each phase is a matrix of its own: its panels follow those of the
         * phases before it. */
        float *to = packed + first * k * panel_floats(p->run->kernels, c) +
                    depth * w.column + (tap_r * taps_s + tap_s) * k * ldb;
        p->run->kernels->transpose(to, ldb, from + w.column * k, k, w.columns,
                                   k);
        for (size_t j = 0; j < k; j++)
            memset(to + j * ldb + w.columns, 0, (ldb - w.columns) * sizeof *to);
    }
}

static void pack(const struct layer *l, const struct pass *p)
{
    size_t taps = l->window.r * l->window.s, depth = taps * l->in.c;
#pragma omp for schedule(static) nowait
    for (size_t row = 0; row < depth; row++)
        pack_forward(l, p, row);
    if (!p->run->training)
        return;
#pragma omp for schedule(static) nowait
    for (size_t tap = 0; tap < taps; tap++)
        pack_tap(l, p, tap / l->window.s, tap % l->window.s,
                 p->packed + forward_packed(l, p->run->kernels));
}

/* ---- Forward ---- */

static void forward_image(const struct layer *l, const struct pass *p, float *y,
                          const float *x)
{
    const struct window *v = &l->window;
    struct padded in = pad_columns(p->scratch, x, l->in.h, l->in.w, l->in.c,
                                   v->pad_w, pad_right(l));
    size_t k = l->out.c;
    struct matmul product = {
        .kernels = p->run->kernels,
        .ldc = k,
        .m = l->out.w,
        .columns = k,
        .lda = v->stride_w * l->in.c,
        .a_seg = in.row,
        .b = p->packed,
        .depth = v->r * v->s * l->in.c,
        .length = v->s * l->in.c,
        .start = l->bias ? p->bias : NULL,
    };
    for (size_t panel = 0; panel < panel_count(p->run->kernels, k); panel++)
        for (size_t i = 0; i < l->out.h; i++) {
            ptrdiff_t top = (ptrdiff_t)(i * v->stride_h) - (ptrdiff_t)v->pad_h;
            size_t from, to;
            conv_clip_rows(&from, &to, top, v->r, l->in.h);
            product.c = y + i * l->out.w * k;
            product.a = in.data + (size_t)(top + (ptrdiff_t)from) * in.row;
            product.b_row = from * product.length;
            product.n_seg = to - from;
            matmul_rows_panel(&product, panel);
        }
}

static void forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    for (size_t i = 0; i < p->n; i++)
        forward_image(l, p, y + i * shape_size(l->out),
                      x + i * shape_size(l->in));
}

/* ---- Backward ---- */

/* dw[r][s][c][k] += sum over output pixels of x under the tap times dy: for
 * each r a product of x read transposed, m = (s, c), with dy. */
static void backward_weights(const struct layer *l, const struct pass *p,
                             const float *dy, const float *x)
{
    const struct window *v = &l->window;
    size_t k = l->out.c, pixels = l->out.h * l->out.w;
    size_t k_whole = panel_floats(p->run->kernels, k);
    struct padded in = pad_columns(p->scratch, x, l->in.h, l->in.w, l->in.c,
                                   v->pad_w, pad_right(l));
    if (k != k_whole) { /* tiles read dy in whole vectors */
        float *room = p->scratch + padded_x_floats(l);
        for (size_t i = 0; i < pixels; i++) {
            memcpy(room + i * k_whole, dy + i * k, k * sizeof *dy);
            memset(room + i * k_whole + k, 0, (k_whole - k) * sizeof *dy);
        }
        dy = room;
    }
    struct matmul product = {
        .kernels = p->run->kernels,
        .ldc = k,
        .m = v->s * l->in.c,
        .columns = k,
        .lda = v->stride_w * l->in.c,
        .a_seg = v->stride_h * in.row,
        .ldb = k_whole,
        .b_seg = l->out.w * k_whole,
        .length = l->out.w,
        .accumulate = true,
    };
    for (size_t r = 0; r < v->r; r++) {
        /* Output rows whose row of x lies inside. */
        size_t from = 0, to = l->out.h;
        while (from < to && from * v->stride_h + r < v->pad_h)
            from++;
        while (to > from && (to - 1) * v->stride_h + r >= l->in.h + v->pad_h)
            to--;
        if (from == to)
            continue;
        product.c = p->dweight + r * v->s * l->in.c * k;
        product.a = in.data + (from * v->stride_h + r - v->pad_h) * in.row;
        product.b = dy + from * l->out.w * k_whole;
        product.n_seg = to - from;
        matmul_columns(&product);
    }
}

/* The columns of one phase in one row i of dx. */
static void backward_row(const struct layer *l, const struct pass *p, float *dx,
                         struct padded dy, size_t i, size_t phase_j)
{
    const struct window *v = &l->window;
    size_t c = l->in.c, k = l->out.c, stride = v->stride_w;
    size_t phase_r = (i + v->pad_h) % v->stride_h;
    size_t phase_s = (phase_j + v->pad_w) % stride;
    size_t taps_r = phase_taps(v->r, v->stride_h, phase_r);
    size_t taps_s = phase_taps(v->s, stride, phase_s);
    /* The first tap of the phase meets this row of dy, each next one the row
     * above; reversed, as they are packed, they run down to it. */
    ptrdiff_t bottom = (ptrdiff_t)((i + v->pad_h) / v->stride_h);
    size_t from, to;
    conv_clip_rows(&from, &to, bottom - ((ptrdiff_t)taps_r - 1), taps_r,
                   l->out.h);
    if (taps_s == 0 || from == to)
        return;
    size_t top = (size_t)(bottom - ((ptrdiff_t)taps_r - 1) + (ptrdiff_t)from);
    /* dy has s - 1 columns of zeros at its left. */
    size_t left = (phase_j + v->pad_w) / stride + (v->s - 1) - (taps_s - 1);
    struct matmul product = {
        .kernels = p->run->kernels,
        .c = dx + (i * l->in.w + phase_j) * c,
        .ldc = stride * c,
        .m = (l->in.w - 1 - phase_j) / stride + 1,
        .columns = c,
        .a = dy.data + top * dy.row + left * k,
        .lda = k,
        .a_seg = dy.row,
        .b = p->packed + forward_packed(l, p->run->kernels) +
             phase_first(v, phase_r, phase_s) * k *
                 panel_floats(p->run->kernels, c),
        .depth = taps_r * taps_s * k,
        .b_row = from * taps_s * k,
        .n_seg = to - from,
        .length = taps_s * k,
    };
    matmul_rows(&product);
}

static void backward_data(const struct layer *l, const struct pass *p,
                          float *dx, const float *dy)
{
    const struct window *v = &l->window;
    struct padded grown = pad_columns(p->scratch, dy, l->out.h, l->out.w,
                                      l->out.c, v->s - 1, padded_dy_right(l));
    memset(dx, 0, shape_size(l->in) * sizeof *dx);
    for (size_t i = 0; i < l->in.h; i++)
        for (size_t j = 0; j < v->stride_w && j < l->in.w; j++)
            backward_row(l, p, dx, grown, i, j);
}

static void backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    conv_clear(p, p->dweight, layer_n_weights(l));
    for (size_t i = 0; i < p->n; i++) {
        const float *dy_i = dy + i * shape_size(l->out);
        backward_weights(l, p, dy_i, x + i * shape_size(l->in));
        if (dx != NULL)
            backward_data(l, p, dx + i * shape_size(l->in), dy_i);
    }
    conv_bias_gradient(l, p, dy);
}

/* The partial sums are the gradient itself. */
static void copy_weights(const struct layer *l, const struct pass *p,
                         const float *partial)
{
#pragma omp single nowait
    memcpy(p->dweight, partial, layer_n_weights(l) * sizeof *partial);
}

static void describe(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step)
{
    size_t phases = l->window.stride_h * l->window.stride_w;
    snprintf(step->algorithm, sizeof step->algorithm, "direct");
    if (run->training && phases > 1)
        snprintf(step->input_gradient, sizeof step->input_gradient,
                 "in %zu phases, one for each place in the stride", phases);
}

const struct conv_algorithm conv_direct = {
    .packed_floats = packed_floats,
    .scratch_floats = scratch_floats,
    .partial_weights = partial_weights,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .collect = copy_weights,
    .describe = describe,
};
