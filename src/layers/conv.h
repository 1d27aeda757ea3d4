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
 * exchanged: one tap of p->weight (r, s, c, k) to its place in `turned`. */
void conv_turn_tap(const struct layer *l, const struct pass *p, float *turned,
                   size_t tap);

/* Why an algorithm with `products` multiplications for an output and input
 * channel, instead of one for each tap, was chosen: to step->reason. */
void conv_describe_products(const struct layer *l, double products,
                            struct ramp_plan_step *step);

#endif
