/* channel_act.c - activations that know their channel: PReLU, maxout, CReLU. */
#include "layers/layers.h"

#include <string.h>

static size_t n_pixels(const struct layer *l, const struct pass *p)
{
    return p->n * l->in.h * l->in.w;
}

void prelu_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    p->run->kernels->prelu_forward(y, x, p->weight, n_pixels(l, p), l->in.c);
}

/* The slopes learn even if nobody asks for dx: then it is made and dropped,
 * pixel by pixel, in the first floats of the thread's own room. */
void prelu_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *x)
{
    size_t c = l->in.c, m = n_pixels(l, p);
    if (p->fresh)
        memset(p->dweight, 0, c * sizeof *p->dweight);
    if (dx != NULL) {
        p->run->kernels->prelu_backward(dx, p->dweight, dy, x, p->weight, m, c);
        return;
    }
    for (size_t i = 0; i < m; i++)
        p->run->kernels->prelu_backward(p->scratch, p->dweight, dy + i * c,
                                        x + i * c, p->weight, 1, c);
}

static uint16_t *saved_winners(const struct layer *l, const struct pass *p)
{
    return (uint16_t *)p->saved + p->first * shape_size(l->out);
}

/* In inference nobody asks for the winners. Groups of channels lie side by
 * side, whatever the pixel. */
void maxout_forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    p->run->kernels->maxout_forward(y, p->training ? saved_winners(l, p) : NULL,
                                    x, p->n * shape_size(l->out),
                                    l->in.c / l->out.c);
}

void maxout_backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy)
{
    p->run->kernels->maxout_backward(dx, dy, saved_winners(l, p),
                                     p->n * shape_size(l->out),
                                     l->in.c / l->out.c);
}

void crelu_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    p->run->kernels->crelu_forward(y, x, n_pixels(l, p), l->in.c);
}

void crelu_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *y)
{
    p->run->kernels->crelu_backward(dx, dy, y, n_pixels(l, p), l->in.c);
}
