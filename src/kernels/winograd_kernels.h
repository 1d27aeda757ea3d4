/* winograd_kernels.h - the transforms of Winograd's convolution; only for
 * kernels.c.
 *
 * F(m, r): m outputs of a filter of r taps out of a = m + r - 1 products
 * instead of m r (Winograd 1980; Lavin & Gray 2016):
 *
 *     y = A' [ (G g) . (B' d) ]        g: r taps, d: a inputs, y: m outputs
 *
 * which is the product of polynomials, taken at a - 1 points p and at infinity:
 * row i of A' and G are powers of p_i (those of G over N_i, the product of
 * p_i - p_l over the others), row i of B' has the coefficients of the product
 * of x - p_l over the others, and the last row those over all. In two
 * dimensions each transform is applied to the columns, then to the rows.
 *
 * The gradient of the weights needs the transposed ones: dg = G' [(A dy) . (B'
 * d)], summed over the tiles before G' is applied.
 *
 * A vec holds VEC_WIDTH channels of one element: all transforms here are
 * straight-line sums of vecs. */
#ifndef KERNELS_WINOGRAD_KERNELS_H
#define KERNELS_WINOGRAD_KERNELS_H

#include "kernels/kernels.h"
#include "kernels/vec.h"

typedef void winograd_1d(vec *out, const vec *in);

enum { WINOGRAD_MAX = 8 };

/* y + factor x */
INLINE vec plus(vec y, float factor, vec x)
{
    return vec_fma(vec_set1(factor), x, y);
}

/* ---- F(4, 5): points 0, 1, -1, 2, -2, 1/2, -1/2, infinity ----
 * (x^2-1)(x^2-4)(x^2-1/4) = x^6 - 5.25 x^4 + 5.25 x^2 - 1
 * Here and below e sums the even elements and o the odd ones, of which a point
 * and its negative differ in the sign alone. */

INLINE void data_45(vec *v, const vec *d)
{
    vec e, o;
    v[0] = plus(d[6] - d[0], 5.25f, d[2] - d[4]);
    v[7] = plus(d[7] - d[1], 5.25f, d[3] - d[5]);
    e = plus(d[6] + d[2], -4.25f, d[4]);
    o = plus(d[5] + d[1], -4.25f, d[3]);
    v[1] = e + o;
    v[2] = e - o;
    e = plus(plus(d[6], 0.25f, d[2]), -1.25f, d[4]);
    o = plus(plus(d[5], 0.25f, d[1]), -1.25f, d[3]);
    v[3] = plus(e, 2.0f, o);
    v[4] = plus(e, -2.0f, o);
    e = plus(plus(d[6], 4.0f, d[2]), -5.0f, d[4]);
    o = plus(plus(d[5], 4.0f, d[1]), -5.0f, d[3]);
    v[5] = plus(e, 0.5f, o);
    v[6] = plus(e, -0.5f, o);
}

INLINE void output_45(vec *y, const vec *m)
{
    vec s1 = m[1] + m[2], d1 = m[1] - m[2];
    vec s2 = m[3] + m[4], d2 = m[3] - m[4];
    vec s3 = m[5] + m[6], d3 = m[5] - m[6];
    y[0] = m[0] + s1 + s2 + s3;
    y[1] = plus(plus(d1, 2.0f, d2), 0.5f, d3);
    y[2] = plus(plus(s1, 4.0f, s2), 0.25f, s3);
    y[3] = plus(plus(d1 + m[7], 8.0f, d2), 0.125f, d3);
}

/* The transpose of output_45. */
INLINE void gradient_45(vec *z, const vec *y)
{
    vec e, o;
    z[0] = y[0];
    z[7] = y[3];
    e = y[0] + y[2];
    o = y[1] + y[3];
    z[1] = e + o;
    z[2] = e - o;
    e = plus(y[0], 4.0f, y[2]);
    o = plus(y[1], 4.0f, y[3]);
    z[3] = plus(e, 2.0f, o);
    z[4] = plus(e, -2.0f, o);
    e = plus(y[0], 0.25f, y[2]);
    o = plus(y[1], 0.25f, y[3]);
    z[5] = plus(e, 0.5f, o);
    z[6] = plus(e, -0.5f, o);
}

#define N_45_1 (-1 / 4.5f)
#define N_45_2 (1 / 90.0f)
#define N_45_H (1 / 1.40625f)

INLINE void filter_45(vec *u, const vec *g)
{
    vec e, o;
    u[0] = -g[0];
    u[7] = g[4];
    e = (g[0] + g[2] + g[4]) * N_45_1;
    o = (g[1] + g[3]) * N_45_1;
    u[1] = e + o;
    u[2] = e - o;
    e = (g[0] + 4.0f * g[2] + 16.0f * g[4]) * N_45_2;
    o = (2.0f * g[1] + 8.0f * g[3]) * N_45_2;
    u[3] = e + o;
    u[4] = e - o;
    e = (g[0] + 0.25f * g[2] + 0.0625f * g[4]) * N_45_H;
    o = (0.5f * g[1] + 0.125f * g[3]) * N_45_H;
    u[5] = e + o;
    u[6] = e - o;
}

/* The transpose of filter_45. */
INLINE void weights_45(vec *g, const vec *u)
{
    vec s1 = (u[1] + u[2]) * N_45_1, d1 = (u[1] - u[2]) * N_45_1;
    vec s2 = (u[3] + u[4]) * N_45_2, d2 = (u[3] - u[4]) * N_45_2;
    vec s3 = (u[5] + u[6]) * N_45_H, d3 = (u[5] - u[6]) * N_45_H;
    g[0] = s1 + s2 + s3 - u[0];
    g[1] = d1 + 2.0f * d2 + 0.5f * d3;
    g[2] = s1 + 4.0f * s2 + 0.25f * s3;
    g[3] = d1 + 8.0f * d2 + 0.125f * d3;
    g[4] = s1 + 16.0f * s2 + 0.0625f * s3 + u[7];
}

/* ---- F(4, 3): points 0, 1, -1, 2, -2, infinity ----
 * (x^2-1)(x^2-4) = x^4 - 5 x^2 + 4 */

INLINE void data_43(vec *v, const vec *d)
{
    vec e, o;
    v[0] = plus(plus(d[4], 4.0f, d[0]), -5.0f, d[2]);
    v[5] = plus(plus(d[5], 4.0f, d[1]), -5.0f, d[3]);
    e = plus(d[4], -4.0f, d[2]);
    o = plus(d[3], -4.0f, d[1]);
    v[1] = e + o;
    v[2] = e - o;
    e = d[4] - d[2];
    o = d[3] - d[1];
    v[3] = plus(e, 2.0f, o);
    v[4] = plus(e, -2.0f, o);
}

INLINE void output_43(vec *y, const vec *m)
{
    vec s1 = m[1] + m[2], d1 = m[1] - m[2];
    vec s2 = m[3] + m[4], d2 = m[3] - m[4];
    y[0] = m[0] + s1 + s2;
    y[1] = plus(d1, 2.0f, d2);
    y[2] = plus(s1, 4.0f, s2);
    y[3] = plus(d1 + m[5], 8.0f, d2);
}

/* The transpose of output_43. */
INLINE void gradient_43(vec *z, const vec *y)
{
    vec e, o;
    z[0] = y[0];
    z[5] = y[3];
    e = y[0] + y[2];
    o = y[1] + y[3];
    z[1] = e + o;
    z[2] = e - o;
    e = plus(y[0], 4.0f, y[2]);
    o = plus(y[1], 4.0f, y[3]);
    z[3] = plus(e, 2.0f, o);
    z[4] = plus(e, -2.0f, o);
}

#define N_43_1 (-1 / 6.0f)
#define N_43_2 (1 / 24.0f)

INLINE void filter_43(vec *u, const vec *g)
{
    vec e, o;
    u[0] = 0.25f * g[0];
    u[5] = g[2];
    e = (g[0] + g[2]) * N_43_1;
    o = g[1] * N_43_1;
    u[1] = e + o;
    u[2] = e - o;
    e = (g[0] + 4.0f * g[2]) * N_43_2;
    o = 2.0f * g[1] * N_43_2;
    u[3] = e + o;
    u[4] = e - o;
}

INLINE void weights_43(vec *g, const vec *u)
{
    vec s1 = (u[1] + u[2]) * N_43_1, d1 = (u[1] - u[2]) * N_43_1;
    vec s2 = (u[3] + u[4]) * N_43_2, d2 = (u[3] - u[4]) * N_43_2;
    g[0] = 0.25f * u[0] + s1 + s2;
    g[1] = d1 + 2.0f * d2;
    g[2] = s1 + 4.0f * s2 + u[5];
}

/* ---- F(6, 3): the points, and so the inputs and factors, of F(4, 5) ---- */

INLINE void data_63(vec *v, const vec *d)
{
    data_45(v, d);
}

INLINE void output_63(vec *y, const vec *m)
{
    vec s1 = m[1] + m[2], d1 = m[1] - m[2];
    vec s2 = m[3] + m[4], d2 = m[3] - m[4];
    vec s3 = m[5] + m[6], d3 = m[5] - m[6];
    y[0] = m[0] + s1 + s2 + s3;
    y[1] = plus(plus(d1, 2.0f, d2), 0.5f, d3);
    y[2] = plus(plus(s1, 4.0f, s2), 0.25f, s3);
    y[3] = plus(plus(d1, 8.0f, d2), 0.125f, d3);
    y[4] = plus(plus(s1, 16.0f, s2), 0.0625f, s3);
    y[5] = plus(plus(d1 + m[7], 32.0f, d2), 0.03125f, d3);
}

/* The transpose of output_63. */
INLINE void gradient_63(vec *z, const vec *y)
{
    vec e, o;
    z[0] = y[0];
    z[7] = y[5];
    e = y[0] + y[2] + y[4];
    o = y[1] + y[3] + y[5];
    z[1] = e + o;
    z[2] = e - o;
    e = plus(plus(y[0], 4.0f, y[2]), 16.0f, y[4]);
    o = plus(plus(y[1], 4.0f, y[3]), 16.0f, y[5]);
    z[3] = plus(e, 2.0f, o);
    z[4] = plus(e, -2.0f, o);
    e = plus(plus(y[0], 0.25f, y[2]), 0.0625f, y[4]);
    o = plus(plus(y[1], 0.25f, y[3]), 0.0625f, y[5]);
    z[5] = plus(e, 0.5f, o);
    z[6] = plus(e, -0.5f, o);
}

INLINE void filter_63(vec *u, const vec *g)
{
    vec e, o;
    u[0] = -g[0];
    u[7] = g[2];
    e = (g[0] + g[2]) * N_45_1;
    o = g[1] * N_45_1;
    u[1] = e + o;
    u[2] = e - o;
    e = (g[0] + 4.0f * g[2]) * N_45_2;
    o = 2.0f * g[1] * N_45_2;
    u[3] = e + o;
    u[4] = e - o;
    e = (g[0] + 0.25f * g[2]) * N_45_H;
    o = 0.5f * g[1] * N_45_H;
    u[5] = e + o;
    u[6] = e - o;
}

/* The transpose of filter_63. */
INLINE void weights_63(vec *g, const vec *u)
{
    vec s1 = (u[1] + u[2]) * N_45_1, d1 = (u[1] - u[2]) * N_45_1;
    vec s2 = (u[3] + u[4]) * N_45_2, d2 = (u[3] - u[4]) * N_45_2;
    vec s3 = (u[5] + u[6]) * N_45_H, d3 = (u[5] - u[6]) * N_45_H;
    g[0] = s1 + s2 + s3 - u[0];
    g[1] = d1 + 2.0f * d2 + 0.5f * d3;
    g[2] = s1 + 4.0f * s2 + 0.25f * s3 + u[7];
}

/* ---- Two dimensions ---- */

/* One vec of channels, n of them in use: f on the columns of n_in x n_in
 * elements, then on the rows. */
INLINE void winograd_2d(const struct transform *t, size_t at, size_t n,
                        size_t n_out, size_t n_in, winograd_1d *f)
{
    vec half[WINOGRAD_MAX * WINOGRAD_MAX];
    UNROLL for (size_t j = 0; j < n_in; j++)
    {
        const float *from = t->from + j * t->from_column + at;
        vec in[WINOGRAD_MAX], out[WINOGRAD_MAX];
        UNROLL for (size_t i = 0; i < n_in; i++, from += t->from_row) in[i] =
            vec_load_some(from, n);
        f(out, in);
        UNROLL for (size_t i = 0; i < n_out; i++) half[i * n_in + j] = out[i];
    }
    UNROLL for (size_t i = 0; i < n_out; i++)
    {
        float *to = t->to + i * t->to_row + at;
        vec out[WINOGRAD_MAX];
        f(out, half + i * n_in);
        UNROLL for (size_t j = 0; j < n_out; j++, to += t->to_column)
            vec_store_some(to, out[j], n);
    }
}

INLINE void winograd_apply(const struct transform *t, size_t n_out, size_t n_in,
                           winograd_1d *f)
{
    size_t at = 0;
    for (; at + VEC_WIDTH <= t->n; at += VEC_WIDTH)
        winograd_2d(t, at, VEC_WIDTH, n_out, n_in, f);
    if (at < t->n)
        winograd_2d(t, at, t->n - at, n_out, n_in, f);
}

/* In one dimension: a row of n_in elements to one of n_out. */
INLINE void winograd_row_some(float *to, const float *from,
                              const struct transform *t, size_t n, size_t n_out,
                              size_t n_in, winograd_1d *f)
{
    vec in[WINOGRAD_MAX], out[WINOGRAD_MAX];
    UNROLL for (size_t j = 0; j < n_in; j++) in[j] =
        vec_load_some(from + j * t->from_column, n);
    f(out, in);
    UNROLL for (size_t j = 0; j < n_out; j++)
        vec_store_some(to + j * t->to_column, out[j], n);
}

INLINE void winograd_row(const struct transform *t, size_t n_out, size_t n_in,
                         winograd_1d *f)
{
    for (size_t row = 0; row < t->rows; row++) {
        const float *from = t->from + row * t->from_row;
        float *to = t->to + row * t->to_row;
        size_t at = 0;
        for (; at + VEC_WIDTH <= t->n; at += VEC_WIDTH)
            winograd_row_some(to + at, from + at, t, VEC_WIDTH, n_out, n_in, f);
        if (at < t->n)
            winograd_row_some(to + at, from + at, t, t->n - at, n_out, n_in, f);
    }
}

#define WINOGRAD_STEP(step, kind, n_out, n_in)                                 \
    static void winograd_##step##_##kind(const struct transform *t)            \
    {                                                                          \
        winograd_apply(t, n_out, n_in, step##_##kind);                         \
    }                                                                          \
    static void winograd_row_##step##_##kind(const struct transform *t)        \
    {                                                                          \
        winograd_row(t, n_out, n_in, step##_##kind);                           \
    }
#define WINOGRAD(kind, a, m, r)                                                \
    WINOGRAD_STEP(data, kind, a, a)                                            \
    WINOGRAD_STEP(output, kind, m, a)                                          \
    WINOGRAD_STEP(gradient, kind, a, m)                                        \
    WINOGRAD_STEP(filter, kind, a, r)                                          \
    WINOGRAD_STEP(weights, kind, r, a)
WINOGRAD(45, 8, 4, 5)
WINOGRAD(43, 6, 4, 3)
WINOGRAD(63, 8, 6, 3)

#define WINOGRAD_STEPS_OF(prefix, kind)                                        \
    {                                                                          \
        prefix##_data_##kind, prefix##_output_##kind,                          \
            prefix##_gradient_##kind, prefix##_filter_##kind,                  \
            prefix##_weights_##kind                                            \
    }
#define WINOGRAD_TABLE(prefix)                                                 \
    {                                                                          \
        WINOGRAD_STEPS_OF(prefix, 45), WINOGRAD_STEPS_OF(prefix, 43),          \
            WINOGRAD_STEPS_OF(prefix, 63)                                      \
    }

#endif
