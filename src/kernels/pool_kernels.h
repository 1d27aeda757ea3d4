/* pool_kernels.h - max pooling; only for kernels.c. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

#include <math.h>

typedef uint16_t vec_u16 __attribute__((vector_size(2 * VEC_WIDTH), may_alias));

/* Some = the first n channels of a vec; n == VEC_WIDTH but in the last one. */
INLINE vec some_load(const float *p, size_t n)
{
    return n == VEC_WIDTH ? vec_load(p) : vec_load_part(p, n);
}

INLINE void some_store(float *p, vec v, size_t n)
{
    if (n == VEC_WIDTH)
        vec_store(p, v);
    else
        vec_store_part(p, v, n);
}

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

/* The largest and its number stay in registers. A comparison with NaN is
 * false, so NaNs are looked for apart: one makes the result NaN. */
INLINE void max_pool_some(float *y, uint16_t *index, const float *x, size_t row,
                          size_t rows, size_t columns, size_t c, size_t n)
{
    vec best = some_load(x, n);
    vec_int number = {0}, nan = best != best;
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++) {
            vec v = some_load(x + r * row + s * c, n);
            vec_int wins = v > best;
            int new = (int)(r * columns + s);
            best = vec_select(wins, v, best);
            number = (wins & new) | (~wins & number);
            nan |= v != v;
        }
    some_store(y, vec_select(nan, vec_set1(NAN), best), n);
    some_numbers_store(index, number, n);
}

static void max_pool(float *y, uint16_t *index, const float *x, size_t row,
                     size_t rows, size_t columns, size_t c)
{
    size_t at = 0;
    for (; at + VEC_WIDTH <= c; at += VEC_WIDTH)
        max_pool_some(y + at, index + at, x + at, row, rows, columns, c,
                      VEC_WIDTH);
    if (at < c)
        max_pool_some(y + at, index + at, x + at, row, rows, columns, c,
                      c - at);
}

INLINE void max_unpool_some(float *dx, const float *dy, const uint16_t *index,
                            size_t row, size_t rows, size_t columns, size_t c,
                            bool accumulate, size_t n)
{
    vec d = some_load(dy, n);
    vec_int number = some_numbers(index, n);
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++) {
            float *p = dx + r * row + s * c;
            vec_int here = number == (int)(r * columns + s);
            vec v = vec_select(here, d, vec_set1(0));
            if (accumulate)
                v = v + some_load(p, n);
            some_store(p, v, n);
        }
}

static void max_unpool(float *dx, const float *dy, const uint16_t *index,
                       size_t row, size_t rows, size_t columns, size_t c,
                       bool accumulate)
{
    size_t at = 0;
    for (; at + VEC_WIDTH <= c; at += VEC_WIDTH)
        max_unpool_some(dx + at, dy + at, index + at, row, rows, columns, c,
                        accumulate, VEC_WIDTH);
    if (at < c)
        max_unpool_some(dx + at, dy + at, index + at, row, rows, columns, c,
                        accumulate, c - at);
}
