/* tile_kernels.h - the matrix tiles; only for kernels.c.
 *
 * One inline function with constant sizes; each line of instances makes one
 * tile of registers out of it. The loop over l reads nv vectors of b and m
 * single floats of a, and does m * nv multiply-adds. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

INLINE void tile_store(const struct tile *t, size_t m, size_t nv,
                       vec acc[KERNELS_MAX_M][KERNELS_MAX_NV])
{
    size_t last = t->n - (nv - 1) * VEC_WIDTH; /* columns of the last vector */
    UNROLL for (size_t i = 0; i < m; i++)
    {
        UNROLL for (size_t v = 0; v < nv; v++)
        {
            float *c = t->c + i * t->ldc + v * VEC_WIDTH;
            vec sum = acc[i][v];
            if (v + 1 < nv || last == VEC_WIDTH) {
                if (t->accumulate)
                    sum = sum + vec_load(c);
                vec_store(c, sum);
            } else {
                if (t->accumulate)
                    sum = sum + vec_load_part(c, last);
                vec_store_part(c, sum, last);
            }
        }
    }
}

INLINE void tile_run(const struct tile *t, size_t m, size_t nv, bool columns)
{
    vec acc[KERNELS_MAX_M][KERNELS_MAX_NV], start[KERNELS_MAX_NV];
    UNROLL for (size_t v = 0; v < nv; v++)
    {
        size_t at = v * VEC_WIDTH, left = t->n - at;
        start[v] = t->start == NULL    ? vec_set1(0)
                   : left >= VEC_WIDTH ? vec_load(t->start + at)
                                       : vec_load_part(t->start + at, left);
    }
    UNROLL for (size_t i = 0; i < m; i++)
    {
        UNROLL for (size_t v = 0; v < nv; v++) acc[i][v] =
            t->row_start == NULL ? start[v] : vec_set1(t->row_start[i]);
    }
    const size_t lda = t->lda, ldb = t->ldb, k = t->k;
    const size_t step_i = columns ? 1 : lda, step_l = columns ? lda : 1;
    for (size_t g = 0; g < t->n_seg; g++) {
        const float *a = t->a + g * t->a_seg;
        const float *b = t->b + g * t->b_seg;
        for (size_t l = 0; l < k; l++, a += step_l, b += ldb) {
            vec row[KERNELS_MAX_NV];
            UNROLL for (size_t v = 0; v < nv; v++) row[v] =
                vec_load(b + v * VEC_WIDTH);
            UNROLL for (size_t i = 0; i < m; i++)
            {
                vec x = vec_set1(a[i * step_i]);
                UNROLL for (size_t v = 0; v < nv; v++) acc[i][v] =
                    vec_fma(x, row[v], acc[i][v]);
            }
        }
    }
    tile_store(t, m, nv, acc);
}

#define TILE(nv, m)                                                            \
    static void rows_##nv##x##m(const struct tile *t)                          \
    {                                                                          \
        tile_run(t, m, nv, false);                                             \
    }                                                                          \
    static void columns_##nv##x##m(const struct tile *t)                       \
    {                                                                          \
        tile_run(t, m, nv, true);                                              \
    }

/* clang-format off */
TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(1, 7)
TILE(1, 8) TILE(1, 9) TILE(1, 10) TILE(1, 11) TILE(1, 12) TILE(1, 13)
TILE(1, 14)
TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4) TILE(2, 5) TILE(2, 6) TILE(2, 7)
TILE(2, 8) TILE(2, 9) TILE(2, 10) TILE(2, 11) TILE(2, 12) TILE(2, 13)
TILE(2, 14)
TILE(3, 1) TILE(3, 2) TILE(3, 3) TILE(3, 4) TILE(3, 5) TILE(3, 6) TILE(3, 7)
TILE(3, 8)
TILE(4, 1) TILE(4, 2) TILE(4, 3) TILE(4, 4) TILE(4, 5) TILE(4, 6)

#define TILE_TABLE(f) {                                                        \
    {0},                                                                       \
    {0, f##_1x1, f##_1x2, f##_1x3, f##_1x4, f##_1x5, f##_1x6, f##_1x7,         \
     f##_1x8, f##_1x9, f##_1x10, f##_1x11, f##_1x12, f##_1x13, f##_1x14},      \
    {0, f##_2x1, f##_2x2, f##_2x3, f##_2x4, f##_2x5, f##_2x6, f##_2x7,         \
     f##_2x8, f##_2x9, f##_2x10, f##_2x11, f##_2x12, f##_2x13, f##_2x14},      \
    {0, f##_3x1, f##_3x2, f##_3x3, f##_3x4, f##_3x5, f##_3x6, f##_3x7,         \
     f##_3x8},                                                                 \
    {0, f##_4x1, f##_4x2, f##_4x3, f##_4x4, f##_4x5, f##_4x6}}
    /* clang-format on */

    /* ---- Dot products ---- */

    /* The sums of the lanes of four vecs: each step halves the lanes of a sum.
     */
    INLINE void vec_sums(float *sums, const vec *v)
{
    float lanes[VEC_WIDTH];
    vec even = vec_zip_low(v[0], v[2]) + vec_zip_high(v[0], v[2]);
    vec odd = vec_zip_low(v[1], v[3]) + vec_zip_high(v[1], v[3]);
    vec_store(lanes, vec_zip_low(even, odd) + vec_zip_high(even, odd));
    UNROLL for (size_t half = VEC_WIDTH / 2; half >= 4; half /= 2)
    {
        UNROLL for (size_t i = 0; i < half; i++) lanes[i] += lanes[half + i];
    }
    UNROLL for (size_t i = 0; i < 4; i++) sums[i] = lanes[i];
}

INLINE void dots_run(const struct dots *d, size_t m, size_t n)
{
    vec acc[KERNELS_DOTS_M][KERNELS_DOTS_N];
    UNROLL for (size_t i = 0; i < m; i++)
    {
        UNROLL for (size_t j = 0; j < n; j++) acc[i][j] = vec_set1(0);
    }
    const size_t a_i = d->a_i, b_j = d->b_j, k = d->k;
    for (size_t g = 0; g < d->n_seg; g++) {
        const float *a = d->a + g * d->a_seg;
        const float *b = d->b + g * d->b_seg;
        for (size_t l = 0; l < k; l += VEC_WIDTH) {
            vec row[KERNELS_DOTS_M];
            UNROLL for (size_t i = 0; i < m; i++) row[i] =
                vec_load(a + i * a_i + l);
            UNROLL for (size_t j = 0; j < n; j++)
            {
                vec x = vec_load(b + j * b_j + l);
                UNROLL for (size_t i = 0; i < m; i++) acc[i][j] =
                    vec_fma(row[i], x, acc[i][j]);
            }
        }
    }
    UNROLL for (size_t j = 0; j < n; j++)
    {
        vec rows[4];
        float sums[4];
        UNROLL for (size_t i = 0; i < 4; i++) rows[i] =
            i < m ? acc[i][j] : vec_set1(0);
        vec_sums(sums, rows);
        UNROLL for (size_t i = 0; i < m; i++) d->c[i * d->c_i + j * d->c_j] +=
            sums[i];
    }
}

#define DOTS(m, n)                                                             \
    static void dots_##m##x##n(const struct dots *d)                           \
    {                                                                          \
        dots_run(d, m, n);                                                     \
    }

/* clang-format off */
DOTS(1, 1) DOTS(1, 2) DOTS(1, 3) DOTS(1, 4) DOTS(1, 5)
DOTS(2, 1) DOTS(2, 2) DOTS(2, 3) DOTS(2, 4) DOTS(2, 5)
DOTS(3, 1) DOTS(3, 2) DOTS(3, 3) DOTS(3, 4) DOTS(3, 5)
DOTS(4, 1) DOTS(4, 2) DOTS(4, 3) DOTS(4, 4) DOTS(4, 5)

#define DOTS_TABLE {                                                           \
    {0},                                                                       \
    {0, dots_1x1, dots_1x2, dots_1x3, dots_1x4, dots_1x5},                     \
    {0, dots_2x1, dots_2x2, dots_2x3, dots_2x4, dots_2x5},                     \
    {0, dots_3x1, dots_3x2, dots_3x3, dots_3x4, dots_3x5},                     \
    {0, dots_4x1, dots_4x2, dots_4x3, dots_4x4, dots_4x5}}
    /* clang-format on */
