/* sizes.h - arithmetic on sizes that cannot overflow. */
#ifndef BASE_SIZES_H
#define BASE_SIZES_H

#include <stddef.h>

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Without a division where nothing is to be divided: products of a few hundred
 * multiply-adds ask for it by the thousand. */
static inline size_t ceil_div(size_t a, size_t b)
{
    return a <= b ? a > 0 : (a + b - 1) / b;
}

#endif
