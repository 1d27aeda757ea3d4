/* dropout.c - dropout, with factors drawn by place. */
#include "base/rng.h"
#include "layers/layers.h"

#include <string.h>

/* Four units share the 64 bits of one draw: 16 bits decide about a unit, so
 * the rate is exact to 1 in 65536. */
void dropout_factors(const struct layer *l, const struct pass *p, size_t image,
                     float *factor)
{
    enum { LANES = 4, MAX_LAYERS = 1024 };
    size_t n = shape_size(l->in), draws = (n + LANES - 1) / LANES;
    struct rng_key key =
        rng_key(p->seed, RNG_DROPOUT, p->step * MAX_LAYERS + p->layer_index);
    uint64_t limit = (uint64_t)(l->rate * 65536);
    float keep = (float)(1 / (1 - l->rate));
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++, bits >>= 16) {
        if (i % LANES == 0)
            bits = rng_u64(key, image * draws + i / LANES);
        factor[i] = (bits & 0xffff) < limit ? 0 : keep;
    }
}

void dropout_apply(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    size_t n = shape_size(l->in);
    if (!p->training) {
        memcpy(y, x, p->n * n * sizeof *y);
        return;
    }
    for (size_t i = 0; i < p->n; i++, x += n, y += n) {
        dropout_factors(l, p, p->first + i, p->scratch);
        for (size_t j = 0; j < n; j++)
            y[j] = x[j] * p->scratch[j];
    }
}
