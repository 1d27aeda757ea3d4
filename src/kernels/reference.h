/* reference.h - every layer in double precision and plain loops: what the
 * layers are, in the shortest words. The truth of the tests and of
 * ramp_net_check; far too slow for anything else.
 *
 * Letters and memory orders: layers/shape.h. Maps are (n, h, w, c), weights
 * (r, s, c, k) or (h, w, c, k). Outputs are overwritten, never added to, and
 * do not overlap inputs. Gradients that nobody wants may be NULL. Nothing here
 * can fail or allocates; every function may run in any number of threads. */
#ifndef KERNELS_REFERENCE_H
#define KERNELS_REFERENCE_H

#include <ramp/activation.h>
#include <stdbool.h>
#include <stddef.h>

/* A window that walks over a map: convolutions and pools (k == c for a pool).
 * oh and ow come from reference_out. */
struct reference_window {
    size_t n, h, w, c;
    size_t r, s, stride_h, stride_w, pad_h, pad_w;
    size_t oh, ow, k;
};

/* Windows of r rows that fit on h rows with `pad` added on both sides:
 * (h + 2 pad - r) / stride + 1, rounded down. With `ceil` rounded up, as long
 * as the last window begins inside the map or in the padding before it, so
 * that every window meets the map. Needs r <= h + 2 pad. */
size_t reference_out(size_t h, size_t r, size_t stride, size_t pad, bool ceil);

/* y = x (*) w + b, cross-correlation over zeros around x; b may be NULL. */
void reference_conv_forward(double *y, const double *x, const double *w,
                            const double *b, const struct reference_window *v);
void reference_conv_backward(double *dx, double *dw, double *db,
                             const double *dy, const double *x, const double *w,
                             const struct reference_window *v);

/* x (n, in), w (in, k), b (k) or NULL, y (n, k): y = x w + b. */
void reference_dense_forward(double *y, const double *x, const double *w,
                             const double *b, size_t n, size_t in, size_t k);
void reference_dense_backward(double *dx, double *dw, double *db,
                              const double *dy, const double *x,
                              const double *w, size_t n, size_t in, size_t k);

/* f(x) and f'(x), of prelu with w = a; formulas in ramp/activation.h. Not of
 * maxout and crelu. */
double reference_act(enum ramp_act_kind kind, double x, double a);
double reference_act_slope(enum ramp_act_kind kind, double x, double a);
/* Between which of its kinks x lies, or on which: two x of one piece have
 * nothing but smooth values between them. */
int reference_act_piece(enum ramp_act_kind kind, double x);

/* m pixels of c channels; slope (c). */
void reference_prelu_forward(double *y, const double *x, const double *slope,
                             size_t m, size_t c);
void reference_prelu_backward(double *dx, double *dslope, const double *dy,
                              const double *x, const double *slope, size_t m,
                              size_t c);
/* n groups of k; winner[i] is its index in x, the first of equals; a NaN beats
 * every number. */
void reference_maxout_forward(double *y, size_t *winner, const double *x,
                              size_t n, size_t k);
void reference_maxout_backward(double *dx, const double *dy,
                               const size_t *winner, size_t n, size_t k);
/* x (m, c), y (m, 2 c) */
void reference_crelu_forward(double *y, const double *x, size_t m, size_t c);
void reference_crelu_backward(double *dx, const double *dy, const double *x,
                              size_t m, size_t c);

/* The largest pixel of each window; winner[i] is its index in x, the first of
 * equals; a NaN beats every number. Padding never wins, and every window must
 * meet the map (pad < r, pad < s). */
void reference_maxpool_forward(double *y, size_t *winner, const double *x,
                               const struct reference_window *v);
void reference_maxpool_backward(double *dx, const double *dy,
                                const size_t *winner,
                                const struct reference_window *v);

/* The mean of the pixels of each window that lie inside the map. */
void reference_avgpool_forward(double *y, const double *x,
                               const struct reference_window *v);
void reference_avgpool_backward(double *dx, const double *dy,
                                const struct reference_window *v);

/* Batch norm over m pixels (n*h*w) of c channels, epsilon 1e-5:
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift. */
void reference_batchnorm_infer(double *y, const double *x, const double *scale,
                               const double *shift, const double *mean,
                               const double *variance, size_t m, size_t c);
/* Training: mean and biased variance of x itself. running_mean and
 * running_variance (both or neither NULL) become 0.9 of themselves and 0.1 of
 * the batch's, of which the variance is taken with m - 1 (m > 1). */
void reference_batchnorm_forward(double *y, double *running_mean,
                                 double *running_variance, const double *x,
                                 const double *scale, const double *shift,
                                 size_t m, size_t c);
void reference_batchnorm_backward(double *dx, double *dscale, double *dshift,
                                  const double *dy, const double *x,
                                  const double *scale, size_t m, size_t c);

/* y = x factor, forward, and dx = dy factor, backward; n numbers. */
void reference_dropout(double *y, const double *x, const double *factor,
                       size_t n);

/* One image: returns -sum t log p in nats, p = softmax(logits),
 * t = 1 - s + s/k for the label and s/k else; dlogits = p - t. */
double reference_softmax_loss(double *dlogits, const double *logits, size_t k,
                              size_t label, double smoothing);

#endif
