/* pool_kernels.h - max pooling; only for kernels.c. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

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

/* The largest and its number stay in registers. x != x: a NaN wins its window
 * and keeps it. */
static void max_pool(float *y, uint16_t *index, const float *x, size_t row,
                     size_t rows, size_t columns, size_t c)
{
    for (size_t at = 0; at < c; at += VEC_WIDTH) {
        size_t n = c - at < VEC_WIDTH ? c - at : VEC_WIDTH;
        vec best = some_load(x + at, n);
        vec_int number = {0};
        for (size_t r = 0; r < rows; r++)
            for (size_t s = 0; s < columns; s++) {
                vec v = some_load(x + r * row + s * c + at, n);
                vec_int wins = (v > best) | ((v != v) & (best == best));
                int new = (int)(r * columns + s);
                best = vec_select(wins, v, best);
                number = (wins & new) | (~wins & number);
            }
        some_store(y + at, best, n);
        some_numbers_store(index + at, number, n);
    }
}

static void max_unpool(float *dx, const float *dy, const uint16_t *index,
                       size_t row, size_t rows, size_t columns, size_t c)
{
    for (size_t at = 0; at < c; at += VEC_WIDTH) {
        size_t n = c - at < VEC_WIDTH ? c - at : VEC_WIDTH;
        vec d = some_load(dy + at, n);
        vec_int number = some_numbers(index + at, n);
        for (size_t r = 0; r < rows; r++)
            for (size_t s = 0; s < columns; s++) {
                float *p = dx + r * row + s * c + at;
                vec_int here = number == (int)(r * columns + s);
                vec v = some_load(p, n) + vec_select(here, d, vec_set1(0));
                some_store(p, v, n);
            }
    }
}
