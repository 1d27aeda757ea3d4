/* vec_portable.h - four floats, for any CPU that the compiler knows. */
#define VEC_WIDTH 4
#define VEC_MAX_NV 2
#define VEC_MAX_M                                                              \
    {                                                                          \
        0, 8, 4, 0, 0                                                          \
    }
#define VEC_DOTS_M 2

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t vec_int __attribute__((vector_size(16), may_alias));

static inline vec vec_set1(float x)
{
    return (vec){x, x, x, x};
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return a * b + c;
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
    return v;
}
