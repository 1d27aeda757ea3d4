/* vec_avx2.h - eight floats, for x86-64 with AVX2 and FMA. */
#include <immintrin.h>

#define VEC_WIDTH 8
#define VEC_MAX_NV 2
#define VEC_MAX_M                                                              \
    {                                                                          \
        0, 12, 6, 0, 0                                                         \
    }
#define VEC_DOTS_M 2

typedef float vec __attribute__((vector_size(32), may_alias));
typedef int32_t vec_int __attribute__((vector_size(32), may_alias));

static inline vec vec_set1(float x)
{
    return (vec)_mm256_set1_ps(x);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

/* All ones in the first n lanes. */
static inline __m256i vec_mask(size_t n)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane);
}

static inline vec vec_load_part(const float *p, size_t n)
{
    return (vec)_mm256_maskload_ps(p, vec_mask(n));
}

static inline void vec_store_part(float *p, vec v, size_t n)
{
    _mm256_maskstore_ps(p, vec_mask(n), (__m256)v);
}

static inline vec vec_max(vec a, vec b)
{
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
}

static inline vec vec_zip_low(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

static inline vec vec_zip_high(vec a, vec b)
{
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

static inline vec vec_keep(vec v)
{
    __asm__("" : "+x"(v));
    return v;
}
