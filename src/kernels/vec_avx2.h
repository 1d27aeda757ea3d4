/* vec_avx2.h - eight floats, for x86-64 with AVX2 and FMA. */
#include <immintrin.h>

#define VEC_WIDTH 8
#define VEC_MAX_NV 2
#define VEC_MAX_M                                                              \
    {                                                                          \
        0, 12, 6, 0, 0                                                         \
    }

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
