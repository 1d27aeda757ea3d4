/* narrow_kernels.h - Winograd's convolution F(4,5) of maps with up to four
 * channels; only for kernels.c.
 *
 * With so few channels a product has too little depth to be worth storing: here
 * the products of two tiles at a time are made in registers and go straight on
 * into the output transform; backward, what the gradient transform leaves in
 * registers is multiplied into the gradient of U. */
#include "kernels/kernels.h"
#include "kernels/vec.h"
#include "kernels/winograd_kernels.h"

enum { NARROW_TILES = 2 }; /* at a time */

/* `count` tiles from `tile` on, n channels of y from `at` on. */
INLINE void narrow_output(const struct narrow *t, size_t at, size_t n,
                          size_t tile, size_t count, size_t m, size_t a,
                          winograd_1d *f)
{
    vec half[NARROW_TILES][WINOGRAD_MAX * WINOGRAD_MAX];
    vec start = t->bias == NULL ? vec_set1(0) : vec_load_some(t->bias + at, n);
    for (size_t j = 0; j < a; j++) {
        vec in[NARROW_TILES][WINOGRAD_MAX], out[WINOGRAD_MAX];
        UNROLL for (size_t i = 0; i < a; i++)
        {
            UNROLL for (size_t p = 0; p < count; p++) in[p][i] = vec_set1(0);
        }
        /* The point (1, 1) goes into all outputs with factor 1. */
        UNROLL for (size_t p = 0; p < count; p++) in[p][1] =
            j == 1 ? start : vec_set1(0);
        for (size_t c = 0; c < t->c; c++) {
            const float *v = t->v + j * t->v_xi + tile * NARROW_C + c;
            const float *u = t->u + j * t->u_xi + c * t->u_row + at;
            UNROLL for (size_t i = 0; i < a; i++)
            {
                vec w = vec_keep(vec_load_some(u + i * a * t->u_xi, n));
                UNROLL for (size_t p = 0; p < count; p++) in[p][i] = vec_fma(
                    vec_set1(v[i * a * t->v_xi + p * NARROW_C]), w, in[p][i]);
            }
        }
        UNROLL for (size_t p = 0; p < count; p++)
        {
            f(out, in[p]);
            UNROLL for (size_t i = 0; i < m; i++) half[p][i * a + j] = out[i];
        }
    }
    UNROLL for (size_t p = 0; p < count; p++)
    {
        for (size_t i = 0; i < m; i++) {
            float *y = t->y + i * t->y_row + (tile + p) * m * t->y_column + at;
            vec out[WINOGRAD_MAX];
            f(out, half[p] + i * a);
            UNROLL for (size_t j = 0; j < m; j++)
                vec_store_some(y + j * t->y_column, out[j], n);
        }
    }
}

/* ---- Backward ----
 *
 * Up to NARROW_GROUP tiles: first the columns of all of them, then for each row
 * of xi the rows; the sums of that row, for up to two channels, stay in
 * registers over the tiles. */
enum { NARROW_GROUP = 8 };

INLINE void narrow_sums(const struct narrow *t, const vec *half, size_t at,
                        size_t n, size_t tile, size_t count, size_t m, size_t a,
                        winograd_1d *f, size_t i, size_t c, size_t n_c)
{
    const float *v = t->v + i * a * t->v_xi + tile * NARROW_C + c;
    float *u = t->u + i * a * t->u_xi + c * t->u_row + at;
    vec sum[2][WINOGRAD_MAX];
    UNROLL for (size_t q = 0; q < n_c; q++)
    {
        UNROLL for (size_t j = 0; j < a; j++) sum[q][j] =
            vec_load_some(u + j * t->u_xi + q * t->u_row, n);
    }
    for (size_t p = 0; p < count; p++, v += NARROW_C, half += a * m) {
        vec z[WINOGRAD_MAX];
        f(z, half + i * m);
        UNROLL for (size_t j = 0; j < a; j++)
        {
            UNROLL for (size_t q = 0; q < n_c; q++) sum[q][j] =
                vec_fma(vec_set1(v[j * t->v_xi + q]), z[j], sum[q][j]);
        }
    }
    UNROLL for (size_t q = 0; q < n_c; q++)
    {
        UNROLL for (size_t j = 0; j < a; j++)
            vec_store_some(u + j * t->u_xi + q * t->u_row, sum[q][j], n);
    }
}

/* `count` tiles from `tile` on, n channels of y from `at` on. */
INLINE void narrow_gradient(const struct narrow *t, size_t at, size_t n,
                            size_t tile, size_t count, size_t m, size_t a,
                            winograd_1d *f)
{
    vec half[NARROW_GROUP * WINOGRAD_MAX * WINOGRAD_MAX];
    for (size_t p = 0; p < count; p++)
        for (size_t j = 0; j < m; j++) {
            const float *dy = t->y + ((tile + p) * m + j) * t->y_column + at;
            vec in[WINOGRAD_MAX], out[WINOGRAD_MAX];
            UNROLL for (size_t i = 0; i < m; i++) in[i] =
                vec_load_some(dy + i * t->y_row, n);
            f(out, in);
            UNROLL for (size_t i = 0; i < a; i++) half[(p * a + i) * m + j] =
                out[i];
        }
    for (size_t i = 0; i < a; i++) {
        size_t c = 0;
        for (; c + 2 <= t->c; c += 2)
            narrow_sums(t, half, at, n, tile, count, m, a, f, i, c, 2);
        if (c < t->c)
            narrow_sums(t, half, at, n, tile, count, m, a, f, i, c, 1);
    }
}

/* ---- All tiles, all channels ---- */

INLINE void narrow_forward(const struct narrow *t, size_t m, size_t a,
                           winograd_1d *f)
{
    for (size_t at = 0; at < t->n; at += VEC_WIDTH) {
        size_t left = t->n - at, tile = 0;
        for (; left >= VEC_WIDTH && tile + 2 <= t->n_tiles; tile += 2)
            narrow_output(t, at, VEC_WIDTH, tile, 2, m, a, f);
        for (; left >= VEC_WIDTH && tile < t->n_tiles; tile++)
            narrow_output(t, at, VEC_WIDTH, tile, 1, m, a, f);
        for (; tile < t->n_tiles; tile++)
            narrow_output(t, at, left, tile, 1, m, a, f);
    }
}

INLINE void narrow_backward(const struct narrow *t, size_t m, size_t a,
                            winograd_1d *f)
{
    for (size_t at = 0; at < t->n; at += VEC_WIDTH)
        for (size_t tile = 0; tile < t->n_tiles; tile += NARROW_GROUP) {
            size_t count = t->n_tiles - tile;
            if (count > NARROW_GROUP)
                count = NARROW_GROUP;
            if (t->n - at >= VEC_WIDTH)
                narrow_gradient(t, at, VEC_WIDTH, tile, count, m, a, f);
            else
                narrow_gradient(t, at, t->n - at, tile, count, m, a, f);
        }
}

static void narrow_output_45(const struct narrow *t)
{
    narrow_forward(t, 4, 8, output_45);
}

static void narrow_gradient_45(const struct narrow *t)
{
    narrow_backward(t, 4, 8, gradient_45);
}
