/* shape.h - the letters of shapes, once for the whole project.
 *
 *   n  images in a batch         k  output channels (filters, units)
 *   c  input channels            r  rows of a window
 *   h  rows of a map             s  columns of a window
 *   w  columns of a map          oh, ow  rows, columns of the output map
 *
 * Maps lie in memory as NHWC: element (i, y, x, j) at ((i*h + y)*w + x)*c + j.
 * Weights of a convolution lie as (r, s, c, k), of a dense layer as
 * (h, w, c, k): k side by side. Files have (k, c, r, s) and (k, c, h, w). */
#ifndef LAYERS_SHAPE_H
#define LAYERS_SHAPE_H

#include <stddef.h>

struct shape {
    size_t c, h, w;
};

static inline size_t shape_size(struct shape s)
{
    return s.c * s.h * s.w;
}

#endif
