/* act_kernels.h - the activations; only for kernels.c.
 *
 * Plain loops where the compiler vectorises them; the vector vocabulary where
 * an exponential is needed. Where x or y is not used, it may be NULL. */
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

static inline vec vec_abs(vec x)
{
    return vec_select(x < 0, -x, x);
}

static inline vec vec_sigmoid(vec x)
{
    return 1.0f / (1.0f + vec_exp(-x));
}

/* Small x: x + x^3 p(x^2), coefficients of Cephes; else by expm1 of 2|x|:
 * tanh = e / (e + 2). */
static inline vec vec_tanh(vec x)
{
    vec size = vec_abs(x);
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

/* ln(1 + t) for t from 0 to 1: 2 artanh(s) with s = t / (2 + t) <= 1/3; the
 * polynomial is a minimax fit of relative error 4e-9. */
static inline vec vec_log1p(vec t)
{
    vec s = t / (t + 2.0f), z = s * s;
    vec p = vec_set1(2.817837383e-1f);
    p = vec_fma(p, z, vec_set1(2.796059245e-1f));
    p = vec_fma(p, z, vec_set1(4.002491120e-1f));
    p = vec_fma(p, z, vec_set1(6.666631465e-1f));
    p = vec_fma(p, z, vec_set1(2.0f));
    return p * s;
}

/* ---- Gates: x times a share of it ----
 *
 * All are max(0, x) - |x| q with q the share of -|x|, so that nothing cancels
 * and infinities come out right. GATE_END: from there on q is 0, or |x| q would
 * be infinite times nearly 0. */

#define GATE_END 87.0f /* of the exponential: e^-87 is no normal float more */

static inline vec gate(vec x, vec q, vec exponent)
{
    vec part = vec_select(exponent > GATE_END, vec_set1(0), vec_abs(x) * q);
    return vec_select(x < 0, -part, x - part);
}

/* The derivative: the share, and what x times its change adds. */
static inline vec gate_slope(vec x, vec q, vec change, vec exponent)
{
    vec zero = vec_set1(0);
    q = vec_select(exponent > GATE_END, zero, q);
    change = vec_select(exponent > GATE_END, zero, change);
    return vec_select(x < 0, q, 1.0f - q) + change;
}

/* Share s(g), g' = dg; where it is used for SiLU, g = x. */
static inline vec sigmoid_gate(vec x, vec g)
{
    vec size = vec_abs(g), e = vec_exp(-size);
    return gate(x, e / (1.0f + e), size);
}

static inline vec sigmoid_gate_slope(vec x, vec g, vec dg)
{
    vec size = vec_abs(g), e = vec_exp(-size), p = 1.0f / (1.0f + e);
    return gate_slope(x, e * p, x * dg * (e * p * p), size);
}

/* g of GELU's tanh form, and its derivative. */
#define GELU_G 1.59576912f /* sqrt(8 / pi) */

static inline vec gelu_g(vec x)
{
    return x * vec_fma(x * x, vec_set1(GELU_G * 0.044715f), vec_set1(GELU_G));
}

static inline vec gelu_dg(vec x)
{
    return vec_fma(x * x, vec_set1(GELU_G * 0.134145f), vec_set1(GELU_G));
}

/* P(-u) / exp(-u^2 / 2) for u >= 0, P the distribution of the standard normal:
 * t p(t) with t = 1 / (1 + 0.35 u), the form of Hastings 1955, with a minimax
 * fit of relative error 3.2e-8 up to u = 13.3. */
static inline vec normal_tail(vec u)
{
    vec t = 1.0f / vec_fma(u, vec_set1(0.35f), vec_set1(1.0f));
    vec p = vec_set1(-2.911525288e-2f);
    p = vec_fma(p, t, vec_set1(1.438195404e-1f));
    p = vec_fma(p, t, vec_set1(-2.553932587e-1f));
    p = vec_fma(p, t, vec_set1(1.587990283e-1f));
    p = vec_fma(p, t, vec_set1(-2.284504141e-2f));
    p = vec_fma(p, t, vec_set1(1.053927906e-1f));
    p = vec_fma(p, t, vec_set1(1.198629372e-1f));
    p = vec_fma(p, t, vec_set1(1.398575812e-1f));
    p = vec_fma(p, t, vec_set1(1.396216593e-1f));
    return p * t;
}

static inline vec vec_gelu(vec x)
{
    vec u = vec_abs(x), half = 0.5f * u * u;
    return gate(x, normal_tail(u) * vec_exp(-half), half);
}

static inline vec vec_gelu_slope(vec x)
{
    vec u = vec_abs(x), half = 0.5f * u * u, e = vec_exp(-half);
    return gate_slope(x, normal_tail(u) * e, x * e * 0.398942280f, half);
}

/* ln(1 + exp a x) / a */
static inline vec vec_softplus(vec x, float a)
{
    vec size = vec_abs(x * a), e = vec_exp(-size);
    e = vec_select(size > GATE_END, vec_set1(0), e);
    return vec_select(x < 0, vec_set1(0), x) + vec_log1p(e) / a;
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

/* dx = dy slope, the slope an expression in v, which is x or y. */
#define MAP_BACK(dx, dy, x, n, slope)                                          \
    do {                                                                       \
        size_t at_ = 0;                                                        \
        for (; at_ + VEC_WIDTH <= (n); at_ += VEC_WIDTH) {                     \
            vec v = vec_load((x) + at_);                                       \
            vec_store((dx) + at_, vec_load((dy) + at_) * (slope));             \
        }                                                                      \
        if (at_ < (n)) {                                                       \
            size_t n_ = (n)-at_;                                               \
            vec v = vec_load_part((x) + at_, n_);                              \
            vec d_ = vec_load_part((dy) + at_, n_);                            \
            vec_store_part((dx) + at_, d_ * (slope), n_);                      \
        }                                                                      \
    } while (0)

#define SELU_SCALE 1.05070098f
#define SELU_LOW 1.75809934f /* SELU_SCALE * 1.67326324 */

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

static void selu_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, vec_select(v < 0, SELU_LOW * vec_expm1(v), SELU_SCALE * v));
}

static void srelu_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < -1 ? -1 : x[i];
}

static void softplus_forward(float *y, const float *x, size_t n, float a)
{
    MAP(y, x, n, vec_softplus(v, a));
}

static void gelu_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, vec_gelu(v));
}

static void gelu_tanh_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, sigmoid_gate(v, gelu_g(v)));
}

static void silu_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    MAP(y, x, n, sigmoid_gate(v, v));
}

static void abs_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? -x[i] : x[i];
}

static void relu6_forward(float *y, const float *x, size_t n, float a)
{
    (void)a;
    for (size_t i = 0; i < n; i++) {
        float v = x[i] < 0 ? 0 : x[i];
        y[i] = v > 6 ? 6 : v;
    }
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

/* y alone does not tell 0 from what is below. */
static void relu_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    for (size_t i = 0; i < n && a == 0; i++) {
        float d = dy[i]; /* read in any case: else gcc makes a branch */
        dx[i] = y[i] > 0 ? d : 0;
    }
    for (size_t i = 0; i < n && a != 0; i++) {
        float slope = x[i] > 0 ? 1 : 0;
        slope = x[i] == 0 ? a : slope;
        dx[i] = dy[i] * slope;
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

static void selu_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++)
        dx[i] = dy[i] * (y[i] > 0 ? SELU_SCALE : y[i] + SELU_LOW);
}

static void srelu_backward(float *dx, const float *dy, const float *x,
                           const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++) {
        float d = dy[i];
        dx[i] = y[i] > -1 ? d : 0;
    }
}

/* 1 - exp(-a y), as exp(a y) = 1 + exp(a x). */
static void softplus_backward(float *dx, const float *dy, const float *x,
                              const float *y, size_t n, float a)
{
    (void)x;
    MAP_BACK(dx, dy, y, n, -vec_expm1(v * -a));
}

static void gelu_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    (void)y;
    (void)a;
    MAP_BACK(dx, dy, x, n, vec_gelu_slope(v));
}

static void gelu_tanh_backward(float *dx, const float *dy, const float *x,
                               const float *y, size_t n, float a)
{
    (void)y;
    (void)a;
    MAP_BACK(dx, dy, x, n, sigmoid_gate_slope(v, gelu_g(v), gelu_dg(v)));
}

static void silu_backward(float *dx, const float *dy, const float *x,
                          const float *y, size_t n, float a)
{
    (void)y;
    (void)a;
    MAP_BACK(dx, dy, x, n, sigmoid_gate_slope(v, v, vec_set1(1)));
}

static void abs_backward(float *dx, const float *dy, const float *x,
                         const float *y, size_t n, float a)
{
    (void)y;
    (void)a;
    for (size_t i = 0; i < n; i++) {
        float d = dy[i], low = x[i] < 0 ? -d : 0;
        dx[i] = x[i] > 0 ? d : low;
    }
}

static void relu6_backward(float *dx, const float *dy, const float *x,
                           const float *y, size_t n, float a)
{
    (void)x;
    (void)a;
    for (size_t i = 0; i < n; i++) {
        float d = dy[i];
        d = y[i] > 0 ? d : 0;
        dx[i] = y[i] < 6 ? d : 0;
    }
}

/* ---- Of channels ---- */

static void prelu_forward(float *y, const float *x, const float *slope,
                          size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, y += c)
        for (size_t j = 0; j < c; j++)
            y[j] = x[j] < 0 ? slope[j] * x[j] : x[j];
}

static void prelu_backward(float *restrict dx, float *restrict dslope,
                           const float *restrict dy, const float *restrict x,
                           const float *restrict slope, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, dx += c, dy += c)
        for (size_t j = 0; j < c; j++) {
            float d = dy[j];
            dx[j] = x[j] > 0 ? d : slope[j] * d;
            dslope[j] += x[j] < 0 ? d * x[j] : 0;
        }
}

INLINE void maxout_of(float *y, uint16_t *index, const float *x, size_t n,
                      size_t k)
{
    for (size_t i = 0; i < n; i++, x += k) {
        float best = x[0];
        uint16_t at = 0;
        for (size_t j = 1; j < k; j++) {
            bool more = x[j] > best || x[j] != x[j];
            best = more ? x[j] : best;
            at = more ? (uint16_t)j : at;
        }
        y[i] = best;
        if (index != NULL)
            index[i] = at;
    }
}

static void maxout_forward(float *restrict y, uint16_t *restrict index,
                           const float *restrict x, size_t n, size_t k)
{
    if (k == 2)
        maxout_of(y, index, x, n, 2);
    else if (k == 4)
        maxout_of(y, index, x, n, 4);
    else
        maxout_of(y, index, x, n, k);
}

INLINE void maxout_back_of(float *dx, const float *dy, const uint16_t *index,
                           size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++, dx += k)
        for (size_t j = 0; j < k; j++)
            dx[j] = index[i] == j ? dy[i] : 0;
}

static void maxout_backward(float *restrict dx, const float *restrict dy,
                            const uint16_t *restrict index, size_t n, size_t k)
{
    if (k == 2)
        maxout_back_of(dx, dy, index, n, 2);
    else if (k == 4)
        maxout_back_of(dx, dy, index, n, 4);
    else
        maxout_back_of(dx, dy, index, n, k);
}

static void crelu_forward(float *restrict y, const float *restrict x, size_t m,
                          size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, y += 2 * c)
        for (size_t j = 0; j < c; j++) {
            y[j] = x[j] < 0 ? 0 : x[j];
            y[c + j] = x[j] > 0 ? 0 : -x[j];
        }
}

static void crelu_backward(float *restrict dx, const float *restrict dy,
                           const float *restrict y, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, dx += c, dy += 2 * c, y += 2 * c)
        for (size_t j = 0; j < c; j++) {
            float up = y[j] > 0 ? dy[j] : 0;
            float down = y[c + j] > 0 ? dy[c + j] : 0;
            dx[j] = up - down;
        }
}
