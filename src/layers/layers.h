/* layers.h - the layers one by one; only layer.c and the tests call these.
 * The contract is that of layer.h. */
#ifndef LAYERS_LAYERS_H
#define LAYERS_LAYERS_H

#include "layers/layer.h"

/* ---- conv2d: y = x (*) w + b, cross-correlation, zero padding ----
 * x (h, w, c), w (r, s, c, k), b (k), y (oh, ow, k);
 * y[i][j][k] = b[k] + sum over r, s, c of
 *              x[i*stride_h + r - pad_h][j*stride_w + s - pad_w][c]
 * w[r][s][c][k] Goodfellow et al. 2016, 9.1 and 9.5. Direct: each output row is
 * a product of overlapping rows of x with w (see struct tile). */
size_t conv2d_packed_floats(const struct layer *l, const struct run *run);
size_t conv2d_scratch_floats(const struct layer *l, const struct run *run);
size_t conv2d_partial_weights(const struct layer *l, const struct run *run);
size_t conv2d_block(const struct layer *l, const struct run *run);
size_t conv2d_group(const struct layer *l, const struct run *run);
size_t conv2d_gathered_floats(const struct layer *l, const struct run *run);
void conv2d_pack(const struct layer *l, const struct pass *p);
void conv2d_forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x);
void conv2d_backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x);
void conv2d_collect(const struct layer *l, const struct pass *p,
                    const float *partial);
void conv2d_describe(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step);

/* ---- dense: y = x w + b; batch-wise ----
 * x (n, in), w (in, k), b (k), y (n, k); in counts (h, w, c). */
size_t dense_packed_floats(const struct layer *l, const struct run *run);
size_t dense_scratch_floats(const struct layer *l, const struct run *run);
size_t dense_shared_floats(const struct layer *l, const struct run *run);
void dense_pack(const struct layer *l, const struct pass *p);
void dense_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x);
void dense_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *x);
void dense_describe(const struct layer *l, const struct run *run,
                    struct ramp_plan_step *step);

/* ---- activations that know their channel (ramp/activation.h) ----
 * saved (maxout only): which of its group each output was. */
void prelu_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x);
void prelu_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *x);
void maxout_forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x);
void maxout_backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy);
void crelu_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x);
void crelu_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *y);

/* ---- pools; saved (max only): the winning tap of each output ---- */
void maxpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x);
void maxpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy);
void avgpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x);
void avgpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy);

/* ---- batch norm (Ioffe & Szegedy 2015) ----
 * y = scale (x - mean) / sqrt(var + 1e-5) + shift, per channel; without
 * l->scale it is 1, and pass->weight and dweight are not touched.
 * Training: mean and (biased) variance of the batch; running = 0.9 running +
 * 0.1 batch, the variance with n - 1 as in the paper's algorithm 2.
 * Inference: the running ones. saved: mean (c), 1 / sqrt(var + eps) (c). */
#define BATCHNORM_EPSILON 1e-5
#define BATCHNORM_KEEP 0.9
void batchnorm_pack(const struct layer *l, const struct pass *p);
void batchnorm_infer(const struct layer *l, const struct pass *p, float *y,
                     const float *x);
void batchnorm_forward(const struct layer *l, const struct pass *p, float *y,
                       const float *x);
void batchnorm_backward(const struct layer *l, const struct pass *p, float *dx,
                        const float *dy, const float *x);

/* ---- dropout (Srivastava et al. 2014), inverted ----
 * In training a unit is 0 with the layer's rate and else x / (1 - rate); the
 * draw depends on (seed, step, layer, image, unit) alone. In inference y = x.
 * Backward is the same on dy. dropout_image is one image in training. */
void dropout_image(const struct layer *l, const struct pass *p, size_t image,
                   float *y, const float *x);
void dropout_apply(const struct layer *l, const struct pass *p, float *y,
                   const float *x);

/* ---- softmax and cross-entropy ----
 * For one image of k classes: returns -sum t log p in nats and fills
 * dlogits = (p - t) * weight, where p = softmax(logits) and
 * t = 1 - s + s/k for the label, s/k else (Szegedy et al. 2016, 7). */
double softmax_loss(float *dlogits, const float *logits, size_t k, size_t label,
                    double smoothing, double weight);

#endif
