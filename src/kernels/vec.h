/* vec.h - the vector vocabulary that the kernels are written in.
 *
 * A vec is VEC_WIDTH floats (GCC vector extensions: + - * / and comparisons
 * work lane by lane; a comparison gives a vec_int of 0 or -1). The header of
 * the instruction set brings the type, VEC_MAX_NV, VEC_MAX_M and VEC_DOTS_M
 * (the sizes of tiles that stay in registers), vec_set1, vec_fma(a, b, c) = a *
 * b + c, vec_load_part(p, n), the first n <= VEC_WIDTH floats and else 0, and
 * vec_store_part(p, v, n), which leaves the others alone; vec_max(a, b), a
 * where a > b and else b, also of NaN; vec_zip_low(a, b), the lower halves of
 * both, lane by lane in turn, and vec_zip_high; vec_keep(v), the same v in a
 * register: else gcc reads a vec from memory once for each use. The rest stands
 * here once. */
#ifndef KERNELS_VEC_H
#define KERNELS_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
/* In front of a loop whose bounds are known when it is inlined. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

#define VEC_portable 1
#define VEC_avx2 2
#define VEC_avx512 3
#define VEC_neon 4
#define VEC_PASTE(a, b) a##b
#define VEC_ISA(isa) VEC_PASTE(VEC_, isa)

#if VEC_ISA(KERNELS_ISA) == VEC_avx512
#include "kernels/vec_avx512.h"
#elif VEC_ISA(KERNELS_ISA) == VEC_avx2
#include "kernels/vec_avx2.h"
#elif VEC_ISA(KERNELS_ISA) == VEC_neon
#include "kernels/vec_neon.h"
#else
#include "kernels/vec_portable.h"
#endif

static inline vec vec_load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void vec_store(float *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* The first n floats, where n is VEC_WIDTH but at the end of a row. */
static inline vec vec_load_some(const float *p, size_t n)
{
    return n == VEC_WIDTH ? vec_load(p) : vec_load_part(p, n);
}

static inline void vec_store_some(float *p, vec v, size_t n)
{
    if (n == VEC_WIDTH)
        vec_store(p, v);
    else
        vec_store_part(p, v, n);
}

/* mask ? a : b; the mask is all ones or all zeros in each lane. */
static inline vec vec_select(vec_int mask, vec a, vec b)
{
    return (vec)(((vec_int)a & mask) | ((vec_int)b & ~mask));
}

#if VEC_WIDTH == 4 /* portable and NEON; the wider ones have their own */
static inline vec vec_max(vec a, vec b)
{
    return vec_select(a > b, a, b);
}

static inline vec vec_zip_low(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}

static inline vec vec_zip_high(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
#endif

#endif
