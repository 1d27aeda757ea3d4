/* act_kernels.h - the activations; only for kernels.c.
 *
 * Plain loops where the compiler vectorises them; the vector vocabulary where
 * an exponential is needed. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

/* ---- Exponentials ----
 *
 * exp(x) = 2^n exp(r) with n = round(x / ln 2), |r| <= ln 2 / 2. ln 2 is
 * subtracted in two parts so that r keeps its bits (Cody & Waite 1980), and
 * (exp(r) - 1 - r) / r^2 is a polynomial with the coefficients of Cephes
 * (Moshier). Below -87 the result is that of the edge; above 88.37 (n = 128,
 * whose exponent bits are those of infinity) it is infinite: by then the
 * functions here are flat, or below the smallest normal float. */

#define EXP_LOW -87.0f
#define EXP_HIGH 89.0f

/* 2^n for whole n in a vec, by building the exponent bits. */
static inline vec exp2_whole(vec n)
{
    return (vec)((__builtin_convertvector(n, vec_int) + 127) << 23);
}

/* Reduce x: *n, and the value exp(r) - 1. */
static inline vec exp_reduced(vec x, vec *n)
{
    const vec magic = vec_set1(0x1.8p23f); /* adding it rounds to whole */
    x = vec_select(x > EXP_HIGH, vec_set1(EXP_HIGH), x);
    x = vec_select(x < EXP_LOW, vec_set1(EXP_LOW), x);
    *n = vec_fma(x, vec_set1(1.44269504f), magic) - magic;
    vec r = vec_fma(*n, vec_set1(-0.693359375f), x);
    r = vec_fma(*n, vec_set1(2.12194440e-4f), r);
    vec p = vec_set1(1.9875691500e-4f);
    p = vec_fma(p, r, vec_set1(1.3981999507e-3f));
    p = vec_fma(p, r, vec_set1(8.3334519073e-3f));
    p = vec_fma(p, r, vec_set1(4.1665795894e-2f));
    p = vec_fma(p, r, vec_set1(1.6666665459e-1f));
    p = vec_fma(p, r, vec_set1(5.0000001201e-1f));
    return vec_fma(p, r * r, r);
}

static inline vec vec_exp(vec x)
{
    vec n, e = exp_reduced(x, &n);
    return (e + 1.0f) * exp2_whole(n);
}

/* exp(x) - 1 without cancellation near 0; for x <= 88. */
static inline vec vec_expm1(vec x)
{
    vec n, e = exp_reduced(x, &n), s = exp2_whole(n);
    return vec_fma(e, s, s - 1.0f);
}

static inline vec vec_sigmoid(vec x)
{
    return 1.0f / (1.0f + vec_exp(-x));
}

/* Small x: x + x^3 p(x^2), coefficients of Cephes; else by expm1 of 2|x|:
 * tanh = e / (e + 2). */
static inline vec vec_tanh(vec x)
{
    vec size = vec_select(x < 0, -x, x);
    vec z = x * x;
    vec p = vec_set1(-5.70498872745e-3f);
    p = vec_fma(p, z, vec_set1(2.06390887954e-2f));
    p = vec_fma(p, z, vec_set1(-5.37397155531e-2f));
    p = vec_fma(p, z, vec_set1(1.33314422036e-1f));
    p = vec_fma(p, z, vec_set1(-3.33332819422e-1f));
    vec small = vec_fma(p * z, x, x);
    vec large = 1.0f - 2.0f / (vec_exp(size + size) + 1.0f);
    large = vec_select(x < 0, -large, large);
    return vec_select(size < 0.625f, small, large);
}

/* Apply a vector expression to n floats, the tail through a padded vector. */
#define MAP(y, x, n, expression)                                               \
    do {                                                                       \
        size_t at_ = 0;                                                        \
        for (; at_ + VEC_WIDTH <= (n); at_ += VEC_WIDTH) {                     \
            vec v = vec_load((x) + at_);                                       \
            vec_store((y) + at_, expression);                                  \
        }                                                                      \
        if (at_ < (n)) {                                                       \
            vec v = vec_load_part((x) + at_, (n)-at_);                         \
            vec_store_part((y) + at_, expression, (n)-at_);                    \
        }                                                                      \
    } while (0)

/* ---- Forward ---- */

static void linear_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    memmove(y, x, n * sizeof *y);
}

static void relu_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

static void leaky_forward(float *y, const float *x, size_t n, float a)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? a * x[i] : x[i];
}

static void elu_forward(float *y, const float *x, size_t n, float a)
{
    MAP(y, x, n, vec_select(v < 0, a * vec_expm1(v), v));
}

static void tanh_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, vec_tanh(v));
}

static void sigmoid_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, vec_sigmoid(v));
}

/* ---- Backward: dx = dy f'(x) ---- */

static void linear_backward(float *dx, const float *dy, const float *x,
                            const float *y, size_t n, float a)
{
    (void)x;
    (void)y;
    (void)a;
    memmove(dx, dy, n * sizeof *dx);
}

static void relu_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++) {
        float d = dy[i]; /* read in any case: else gcc makes a branch */
        dx[i] = y[i] > 0 ? d : 0;
    }
}

static void leaky_backward(float *dx, const float *dy, const float *x,
                           const float *y, size_t n, float a)
{
    (void)x;
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : a * dy[i];
}

static void elu_backward(float *dx, const float *dy, const float *x,
                         const float *y, size_t n, float a)
{
    (void)x;
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + a);
}

static void tanh_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++)
        dx[i] = dy[i] * (1 - y[i] * y[i]);
}

static void sigmoid_backward(float *dx, const float *dy, const float *x,
                             const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++)
        dx[i] = dy[i] * (y[i] * (1 - y[i]));
}
