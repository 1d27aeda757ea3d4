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

/* layer_block, layer_group, layer_gathered_floats and layer_gathered of such a
 * convolution. */
size_t winograd_block(const struct layer *l, const struct run *run);
size_t winograd_group(const struct layer *l, const struct run *run);
size_t winograd_gathered_floats(const struct layer *l, const struct run *run);
void winograd_gathered(const struct layer *l, const struct pass *p,
                       bool accumulate);

#endif
