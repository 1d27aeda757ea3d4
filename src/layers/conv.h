/* conv.h - the algorithms of convolution, and what they share; only for the
 * files of the algorithms and conv2d.c. */
#ifndef LAYERS_CONV_H
#define LAYERS_CONV_H

#include "layers/layer.h"

/* The functions are those of conv2d (layers.h). backward also adds to dbias;
 * collect is for the weights alone. */
struct conv_algorithm {
    size_t (*packed_floats)(const struct layer *l, const struct run *run);
    size_t (*scratch_floats)(const struct layer *l, const struct run *run);
    size_t (*partial_weights)(const struct layer *l, const struct run *run);
    void (*pack)(const struct layer *l, const struct pass *p);
    void (*forward)(const struct layer *l, const struct pass *p, float *y,
                    const float *x);
    void (*backward)(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x);
    void (*collect)(const struct layer *l, const struct pass *p,
                    const float *partial);
    void (*describe)(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step);
};

extern const struct conv_algorithm conv_direct, conv_winograd,
    conv_winograd_narrow, conv_interleaved;

/* An image copied with `left` and `right` columns of zeros at its sides;
 * above and below nothing is added: rows outside are skipped. */
struct padded {
    const float *data; /* x itself where there is nothing to add */
    size_t row;        /* floats in a row */
};
struct padded conv_pad_columns(float *room, const float *x, size_t h, size_t w,
                               size_t c, size_t left, size_t right);

/* Columns to add at the right so that the last window lies inside. */
size_t conv_pad_right(const struct layer *l);

/* A window of r rows begins at row `first`, which may be negative: its rows
 * [*from, *to) lie inside a map of h rows. */
void conv_clip_rows(size_t *from, size_t *to, ptrdiff_t first, size_t r,
                    size_t h);

/* dbias += sum of dy over the pixels of the images. */
void conv_bias_gradient(const struct layer *l, const struct pass *p,
                        const float *dy);

/* Zeros, if the gradient is to be set and not added to (pass->fresh). */
void conv_clear(const struct pass *p, float *gradient, size_t n);

/* dx is the convolution of dy with the taps in reverse order and c and k
 * exchanged: one tap of w (r, s, c, k) to its place in `turned`. */
void conv_turn_tap(const struct kernels *kernels, const struct layer *l,
                   float *turned, const float *w, size_t tap);

/* Why an algorithm with `products` multiplications for an output and input
 * channel, instead of one for each tap, was chosen: to step->reason. */
void conv_describe_products(const struct layer *l, double products,
                            struct ramp_plan_step *step);

/* A collect for partial sums that are the gradient itself. */
void conv_copy_weights(const struct layer *l, const struct pass *p,
                       const float *partial);

#endif
