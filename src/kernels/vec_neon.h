/* vec_neon.h - four floats, for 64-bit ARM. */
#include <arm_neon.h>

#define VEC_WIDTH 4
#define VEC_MAX_NV 4
/* 32 registers: m * nv accumulators, nv of b, and one broadcast. */
#define VEC_MAX_M                                                              \
    {                                                                          \
        0, 14, 12, 8, 6                                                        \
    }
#define VEC_DOTS_M 4

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t vec_int __attribute__((vector_size(16), may_alias));

static inline vec vec_set1(float x)
{
    return (vec)vdupq_n_f32(x);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

static inline vec vec_load_part(const float *p, size_t n)
{
    vec v = vec_set1(0);
    memcpy(&v, p, n * sizeof *p);
    return v;
}

static inline void vec_store_part(float *p, vec v, size_t n)
{
    memcpy(p, &v, n * sizeof *p);
}

static inline vec vec_keep(vec v)
{
    __asm__("" : "+w"(v));
    return v;
}
