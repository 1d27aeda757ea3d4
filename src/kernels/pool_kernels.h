/* pool_kernels.h - max pooling; only for kernels.c. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

#include <math.h>

typedef uint16_t vec_u16 __attribute__((vector_size(2 * VEC_WIDTH), may_alias));

/* The numbers of the first n channels of a vec. */
INLINE vec_int some_numbers(const uint16_t *p, size_t n)
{
    vec_u16 v = {0};
    if (n == VEC_WIDTH)
        memcpy(&v, p, sizeof v);
    else
        memcpy(&v, p, n * sizeof *p);
    return __builtin_convertvector(v, vec_int);
}

INLINE void some_numbers_store(uint16_t *p, vec_int numbers, size_t n)
{
    vec_u16 v = __builtin_convertvector(numbers, vec_u16);
    if (n == VEC_WIDTH)
        memcpy(p, &v, sizeof v);
    else
        memcpy(p, &v, n * sizeof *p);
}

/* nv vecs of channels from `at` on, n in use of the last, of one window. The
 * largest and its number stay in registers. A comparison with NaN is false, so
 * NaNs are looked for apart: one makes the result NaN. */
INLINE void max_pool_some(float *y, uint16_t *index, const float *x,
                          const struct windows *w, bool numbered, size_t rows,
                          size_t columns, size_t at, size_t nv, size_t n)
{
    const size_t row = w->row, c = w->c;
    vec best[2];
    vec_int number[2], nan[2];
    UNROLL for (size_t i = 0; i < nv; i++)
    {
        best[i] = vec_load_some(x + at + i * VEC_WIDTH, n);
        number[i] = (vec_int){0};
        nan[i] = best[i] != best[i];
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t s = r == 0; s < columns; s++) {
            const float *from = x + r * row + s * c + at;
            int new = (int)(r * columns + s);
            UNROLL for (size_t i = 0; i < nv; i++)
            {
                vec v = vec_load_some(from + i * VEC_WIDTH, n);
                vec_int wins = v > best[i];
                best[i] = vec_max(v, best[i]);
                if (numbered)
                    number[i] = (wins & new) | (~wins & number[i]);
                nan[i] |= v != v;
            }
        }
    UNROLL for (size_t i = 0; i < nv; i++)
    {
        vec y_i = vec_select(nan[i], vec_set1(NAN), best[i]);
        vec_store_some(y + at + i * VEC_WIDTH, y_i, n);
        if (numbered)
            some_numbers_store(index + at + i * VEC_WIDTH, number[i], n);
    }
}

INLINE void max_pool_all(float *y, uint16_t *index, const float *x,
                         const struct windows *w, bool numbered, size_t rows,
                         size_t columns)
{
    const size_t c = w->c;
    for (size_t i = 0; i < w->n; i++, x += w->step, y += c) {
        size_t at = 0;
        for (; at + 2 * VEC_WIDTH <= c; at += 2 * VEC_WIDTH)
            max_pool_some(y, index, x, w, numbered, rows, columns, at, 2,
                          VEC_WIDTH);
        for (; at + VEC_WIDTH <= c; at += VEC_WIDTH)
            max_pool_some(y, index, x, w, numbered, rows, columns, at, 1,
                          VEC_WIDTH);
        if (at < c)
            max_pool_some(y, index, x, w, numbered, rows, columns, at, 1,
                          c - at);
        if (numbered)
            index += c;
    }
}

/* The usual sizes without loops over the window. */
INLINE void max_pool_sized(float *y, uint16_t *index, const float *x,
                           const struct windows *w, bool numbered)
{
    if (w->rows == 2 && w->columns == 2)
        max_pool_all(y, index, x, w, numbered, 2, 2);
    else if (w->rows == 3 && w->columns == 3)
        max_pool_all(y, index, x, w, numbered, 3, 3);
    else
        max_pool_all(y, index, x, w, numbered, w->rows, w->columns);
}

static void max_pool(float *y, uint16_t *index, const float *x,
                     const struct windows *w)
{
    if (index != NULL)
        max_pool_sized(y, index, x, w, true);
    else
        max_pool_sized(y, NULL, x, w, false);
}

INLINE void max_unpool_some(float *dx, const float *dy, const uint16_t *index,
                            const struct windows *w, size_t rows,
                            size_t columns, bool accumulate, size_t nv,
                            size_t n)
{
    const size_t row = w->row, c = w->c;
    vec d[2];
    vec_int number[2];
    UNROLL for (size_t i = 0; i < nv; i++)
    {
        d[i] = vec_load_some(dy + i * VEC_WIDTH, n);
        number[i] = some_numbers(index + i * VEC_WIDTH, n);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++) {
            float *to = dx + r * row + s * c;
            int new = (int)(r * columns + s);
            UNROLL for (size_t i = 0; i < nv; i++)
            {
                float *p = to + i * VEC_WIDTH;
                vec v = vec_select(number[i] == new, d[i], vec_set1(0));
                if (accumulate)
                    v = v + vec_load_some(p, n);
                vec_store_some(p, v, n);
            }
        }
}

INLINE void max_unpool_all(float *dx, const float *dy, const uint16_t *index,
                           const struct windows *w, size_t rows, size_t columns,
                           bool accumulate)
{
    const size_t c = w->c;
    for (size_t i = 0; i < w->n; i++, dx += w->step, dy += c, index += c) {
        size_t at = 0;
        for (; at + 2 * VEC_WIDTH <= c; at += 2 * VEC_WIDTH)
            max_unpool_some(dx + at, dy + at, index + at, w, rows, columns,
                            accumulate, 2, VEC_WIDTH);
        for (; at + VEC_WIDTH <= c; at += VEC_WIDTH)
            max_unpool_some(dx + at, dy + at, index + at, w, rows, columns,
                            accumulate, 1, VEC_WIDTH);
        if (at < c)
            max_unpool_some(dx + at, dy + at, index + at, w, rows, columns,
                            accumulate, 1, c - at);
    }
}

static void max_unpool(float *dx, const float *dy, const uint16_t *index,
                       const struct windows *w, bool accumulate)
{
    if (w->rows == 2 && w->columns == 2 && !accumulate)
        max_unpool_all(dx, dy, index, w, 2, 2, false);
    else if (w->rows == 3 && w->columns == 3 && accumulate)
        max_unpool_all(dx, dy, index, w, 3, 3, true);
    else
        max_unpool_all(dx, dy, index, w, w->rows, w->columns, accumulate);
}
