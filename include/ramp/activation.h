/* activation.h - the detector stages that a net can name. */
#ifndef RAMP_ACTIVATION_H
#define RAMP_ACTIVATION_H

#include <ramp/compute.h>
#include <ramp/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*                        f(x)                      f'(x)
 * RAMP_ACT_LINEAR        x                         1
 * RAMP_ACT_RELU          max(0, x)                 x > 0
 * RAMP_ACT_LEAKY         x < 0 ? a x : x           x > 0 ? 1 : a
 * RAMP_ACT_ELU           x < 0 ? a (exp x - 1) : x x > 0 ? 1 : f(x) + a
 * RAMP_ACT_TANH          tanh x                    1 - f(x)^2
 * RAMP_ACT_SIGMOID       1 / (1 + exp -x)          f(x) (1 - f(x))
 * RAMP_ACT_SELU          x < 0 ? l b (exp x - 1)   x > 0 ? l : f(x) + l b
 *                              : l x
 * RAMP_ACT_SRELU         max(-1, x)                x > -1
 * RAMP_ACT_SOFTPLUS      ln(1 + exp a x) / a       1 / (1 + exp -a x)
 * RAMP_ACT_GELU          x P(x)                    P(x) + x p(x)
 * RAMP_ACT_GELU_TANH     x s(g)                    s(g) + x s(g) s(-g) g'
 * RAMP_ACT_SILU          x s(x)                    s(x) + x s(x) s(-x)
 * RAMP_ACT_ABS           |x|                       x > 0 ? 1 : x < 0 ? -1 : 0
 * RAMP_ACT_RELU6         min(6, max(0, x))         0 < x < 6
 * RAMP_ACT_PRELU         x < 0 ? w x : x           x > 0 ? 1 : w
 * RAMP_ACT_MAXOUT        max(x[a j], ..., x[a j + a - 1])
 * RAMP_ACT_CRELU         max(0, x), max(0, -x)
 *
 * with l = 1.0507010, b = 1.6732632; P and p the distribution and the density
 * of the standard normal; s the sigmoid and g = sqrt(8 / pi) (x + 0.044715
 * x^3). At 0 the derivative of relu is a. prelu learns one w a channel,
 * a at first. Output channel j of maxout is the largest of the a input channels
 * named; of equal ones the first gets the gradient. crelu makes of c channels
 * 2 c, first all max(0, x), then all max(0, -x).
 *
 * NaN stays NaN in every one of them; the sign of a zero is not promised.
 * Sources: Nair & Hinton 2010 (relu), Maas et al. 2013 (leaky), Clevert et
 * al. 2016 (elu, srelu), Klambauer et al. 2017 (selu), Dugas et al. 2001
 * (softplus), Hendrycks & Gimpel 2016 (gelu, silu), Jarrett et al. 2009 (abs),
 * Krizhevsky 2010 (relu6), He et al. 2015 (prelu), Goodfellow et al. 2013
 * (maxout), Shang et al. 2016 (crelu). */
enum ramp_act_kind {
    RAMP_ACT_LINEAR,
    RAMP_ACT_RELU,
    RAMP_ACT_LEAKY,
    RAMP_ACT_ELU,
    RAMP_ACT_TANH,
    RAMP_ACT_SIGMOID,
    RAMP_ACT_SELU,
    RAMP_ACT_SRELU,
    RAMP_ACT_SOFTPLUS,
    RAMP_ACT_GELU,
    RAMP_ACT_GELU_TANH,
    RAMP_ACT_SILU,
    RAMP_ACT_ABS,
    RAMP_ACT_RELU6,
    /* Not a function of one number alone. */
    RAMP_ACT_PRELU,
    RAMP_ACT_MAXOUT,
    RAMP_ACT_CRELU,
    RAMP_N_ACTS
};

struct ramp_activation {
    enum ramp_act_kind kind;
    /* Unless given: leaky 0.01, elu 1, softplus 1, prelu 0.25, maxout 2 and
     * relu 0; else it means nothing. */
    float a;
};

/* Reads "relu", "leaky 0.1", "leaky:0.1", "elu 1", ... RAMP_USAGE with the
 * nearest name if there is no such activation. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_activation_parse(struct ramp_activation *act, const char *text,
                      struct ramp_error *err);

/* "relu", "leaky 0.1": what ramp_activation_parse reads back. */
RAMP_API void ramp_activation_text(const struct ramp_activation *act,
                                   char *buffer, size_t n_bytes);

/* f(x) and f'(x) by the formulas above, in double and with the C library's
 * functions; of prelu with w = a. What a net computes is float arithmetic that
 * may be off by 3e-7, or 3e-7 of f where that is more: ramp_activation_run. For
 * activations with a curve: maxout and crelu are no functions of one number. */
RAMP_API bool ramp_activation_has_curve(const struct ramp_activation *act);
RAMP_API double ramp_activation_value(const struct ramp_activation *act,
                                      double x);
RAMP_API double ramp_activation_slope(const struct ramp_activation *act,
                                      double x);

/* The same for n numbers by the very arithmetic of training: y = f(x), and
 * slope = f'(x) unless it is NULL; x stays as it is. compute->cpu counts alone.
 * RAMP_USAGE for an instruction set that cannot be had, or an activation
 * without a curve. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_activation_run(const struct ramp_activation *act, float *y, float *slope,
                    const float *x, size_t n,
                    const struct ramp_compute *compute, struct ramp_error *err);

/* Backward alone: dx = dy f'(x) for n numbers, y = f(x) as above; dx may be dy.
 * Not for prelu, which has a slope to learn: RAMP_USAGE. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_activation_backward(const struct ramp_activation *act, float *dx,
                         const float *dy, const float *x, const float *y,
                         size_t n, const struct ramp_compute *compute,
                         struct ramp_error *err);

/* The list of names: ramp_activation_name(i) for i < RAMP_N_ACTS. */
RAMP_API const char *ramp_activation_name(enum ramp_act_kind kind);

#ifdef __cplusplus
}
#endif

#endif
