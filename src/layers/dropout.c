/* dropout.c - dropout, with units drawn by place. */
#include "base/rng.h"
#include "layers/layers.h"

#include <string.h>

/* Each image of each layer and step has a key of its own. */
void dropout_image(const struct layer *l, const struct pass *p, size_t image,
                   float *y, const float *x)
{
    enum { MAX_LAYERS = 1024 };
    struct rng_key key =
        rng_key(p->seed, RNG_DROPOUT, p->step * MAX_LAYERS + p->layer_index);
    p->run->kernels->dropout(
        y, x, shape_size(l->in), (uint32_t)rng_u64(key, image),
        (uint32_t)(l->rate * 0x1p32), (float)(1 / (1 - l->rate)));
}

void dropout_apply(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    size_t n = shape_size(l->in);
    if (!p->training) {
        if (y != x)
            memcpy(y, x, p->n * n * sizeof *y);
        return;
    }
    for (size_t i = 0; i < p->n; i++)
        dropout_image(l, p, p->first + i, y + i * n, x + i * n);
}
