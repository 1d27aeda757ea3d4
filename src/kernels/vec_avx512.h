/* vec_avx512.h - sixteen floats, for x86-64 with AVX-512 F, VL, BW, DQ. */
#include <immintrin.h>

#define VEC_WIDTH 16
#define VEC_MAX_NV 4
/* 32 registers: m * nv accumulators, nv of b, and one broadcast. */
#define VEC_MAX_M                                                              \
    {                                                                          \
        0, 14, 14, 8, 6                                                        \
    }
#define VEC_DOTS_M 4

typedef float vec __attribute__((vector_size(64), may_alias));
typedef int32_t vec_int __attribute__((vector_size(64), may_alias));

static inline vec vec_set1(float x)
{
    return (vec)_mm512_set1_ps(x);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

static inline __mmask16 vec_mask(size_t n)
{
    return (__mmask16)((1u << n) - 1);
}

static inline vec vec_load_part(const float *p, size_t n)
{
    return (vec)_mm512_maskz_loadu_ps(vec_mask(n), p);
}

static inline void vec_store_part(float *p, vec v, size_t n)
{
    _mm512_mask_storeu_ps(p, vec_mask(n), (__m512)v);
}

static inline vec vec_max(vec a, vec b)
{
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
}

static inline vec vec_zip_low(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                   21, 6, 22, 7, 23);
}

static inline vec vec_zip_high(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                   13, 29, 14, 30, 15, 31);
}

static inline vec vec_keep(vec v)
{
    __asm__("" : "+v"(v));
    return v;
}
