/* winograd.h - convolution with stride 1 and windows 5x5 or 3x3 by Winograd's
 * algorithm, F(4x4, 5x5) and F(4x4, 3x3): 64/16 or 36/16 products an output
 * where the direct algorithm takes 25 or 9. The transforms stand in
 * kernels/winograd_kernels.h.
 *
 *     x --data--> V[xi][tile][c] --\
 *                                   products, one for each of the a*a xi:
 *     w --filter-> U[xi][c][k] ----/  M[xi] = V[xi] U[xi]  --output--> y
 *
 * A batch of tiles at a time, so that V and M stay in the second-level cache.
 * The tests bound its error at 2e-5 of the largest output. */
#ifndef LAYERS_WINOGRAD_H
#define LAYERS_WINOGRAD_H

#include "layers/layer.h"

/* Whether this convolution is run this way. */
bool winograd_suits(const struct layer *l);

/* As the functions of the same names of conv2d (layers.h). */
size_t winograd_packed_floats(const struct layer *l, const struct run *run);
size_t winograd_scratch_floats(const struct layer *l, const struct run *run);
size_t winograd_partial_floats(const struct layer *l);
void winograd_pack(const struct layer *l, const struct pass *p);
void winograd_forward(const struct layer *l, const struct pass *p, float *y,
                      const float *x);
void winograd_backward_data(const struct layer *l, const struct pass *p,
                            float *dx, const float *dy);
void winograd_backward_weights(const struct layer *l, const struct pass *p,
                               const float *dy, const float *x);
/* dw of all images out of the summed gradient of the products. */
void winograd_collect(const struct layer *l, const struct pass *p,
                      const float *partial);

#endif
