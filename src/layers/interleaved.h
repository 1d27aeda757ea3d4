/* interleaved.h - convolutions with few channels, on many images at a time.
 *
 * A layer with six channels would leave most lanes of a vector empty. So where
 * a chain has such convolutions only, the plan puts LANES images side by side:
 *
 *     map[row][channel][column][image]
 *
 * Then each vector is full whatever the channels, pixels that are neighbours
 * are neighbours in memory, and a pool works on whole vectors too. */
#ifndef LAYERS_INTERLEAVED_H
#define LAYERS_INTERLEAVED_H

#include "layers/layer.h"

enum { LANES = 16 }; /* images; the same for all instruction sets */

/* Whether a chain may be run this way as far as this layer is concerned. */
bool interleaved_suits(const struct layer *l);

/* n <= LANES images, each (h, w, c), to an interleaved map and back. Lanes
 * without an image are 0. */
void interleave(const struct kernels *kernels, float *map, const float *images,
                size_t n, struct shape shape);
void deinterleave(const struct kernels *kernels, float *images, float *map,
                  size_t n, struct shape shape);

#endif
