/* winograd_problem.h - what the two files of Winograd's algorithm share: one
 * for maps of many channels, winograd.c, and one for few, winograd_narrow.c. */
#ifndef LAYERS_WINOGRAD_PROBLEM_H
#define LAYERS_WINOGRAD_PROBLEM_H

#include "base/sizes.h"
#include "layers/conv.h"

/* F(m, r) with a = m + r - 1. */
struct form {
    enum winograd_kind kind;
    size_t a, m, r;
};

/* One convolution, forward or (with turned weights) backward. */
struct problem {
    struct form form;
    const struct kernels *kernels;
    struct shape in, out;
    size_t pad_h, pad_w;
    size_t tiles_h, tiles_w; /* of the output */
    size_t batch;            /* tiles at a time */
    size_t group;            /* images gathered for the weights; 0: none are */
};

struct problem winograd_problem(const struct layer *l, const struct run *run,
                                bool backward);

/* Rows of a map that stand whole in memory, at least as wide as the tiles on
 * them reach. */
struct strip {
    const float *data;
    size_t row; /* floats */
};

/* `height` rows of `width` pixels of a map, from (top, left) on, either may be
 * negative: in `room`, with zeros where there is no map; where all of it is
 * map, in place. */
struct strip winograd_strip(float *room, const float *map, struct shape shape,
                            ptrdiff_t top, ptrdiff_t left, size_t height,
                            size_t width);

/* Members of struct conv_algorithm that are the same for both. */
size_t winograd_packed_floats(const struct layer *l, const struct run *run);
size_t winograd_scratch_floats(const struct layer *l, const struct run *run);
size_t winograd_partial_weights(const struct layer *l, const struct run *run);
void winograd_pack(const struct layer *l, const struct pass *p);
void winograd_collect(const struct layer *l, const struct pass *p,
                      const float *partial);
void winograd_describe(const struct layer *l, const struct run *run,
                       struct ramp_plan_step *step);

/* dx alone. */
void winograd_backward_data(const struct layer *l, const struct pass *p,
                            float *dx, const float *dy);

static inline size_t squared(size_t a)
{
    return a * a;
}

#endif
