/* pool.c - max and average pooling, windows of any size; a global pool is a
 * window as large as the map. */
#include "layers/layers.h"

#include <string.h>

/* The part of a window that lies inside the map. */
struct span {
    size_t from, to; /* of the input */
};

static struct span clip(size_t i, size_t stride, size_t pad, size_t taps,
                        size_t size)
{
    size_t first = i * stride, end = first + taps; /* in padded coordinates */
    struct span s;
    s.from = first > pad ? first - pad : 0;
    s.to = end > pad ? end - pad : 0;
    if (s.to > size)
        s.to = size;
    return s;
}

static struct span clip_rows(const struct layer *l, size_t i)
{
    const struct window *v = &l->window;
    return clip(i, v->stride_h, v->pad_h, v->r, l->in.h);
}

static struct span clip_columns(const struct layer *l, size_t j)
{
    const struct window *v = &l->window;
    return clip(j, v->stride_w, v->pad_w, v->s, l->in.w);
}

static uint16_t *saved_taps(const struct layer *l, const struct pass *p)
{
    return (uint16_t *)p->saved + p->first * shape_size(l->out);
}

static void maxpool_image(const struct layer *l, const struct pass *p, float *y,
                          uint16_t *index, const float *x)
{
    size_t c = l->in.c, row = l->in.w * c;
    for (size_t i = 0; i < l->out.h; i++)
        for (size_t j = 0; j < l->out.w; j++, y += c, index += c) {
            struct span rows = clip_rows(l, i), columns = clip_columns(l, j);
            p->run->kernels->max_pool(
                y, index, x + rows.from * row + columns.from * c, row,
                rows.to - rows.from, columns.to - columns.from, c);
        }
}

/* In inference nobody asks for the taps; they go into the scratch. */
void maxpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x)
{
    uint16_t *index = p->training ? saved_taps(l, p) : (uint16_t *)p->scratch;
    for (size_t i = 0; i < p->n; i++)
        maxpool_image(l, p, y + i * shape_size(l->out),
                      index + (p->training ? i * shape_size(l->out) : 0),
                      x + i * shape_size(l->in));
}

static void maxpool_back_image(const struct layer *l, const struct pass *p,
                               float *dx, const float *dy,
                               const uint16_t *index)
{
    size_t c = l->in.c, row = l->in.w * c;
    for (size_t i = 0; i < l->out.h; i++)
        for (size_t j = 0; j < l->out.w; j++, dy += c, index += c) {
            struct span rows = clip_rows(l, i), columns = clip_columns(l, j);
            p->run->kernels->max_unpool(dx + rows.from * row + columns.from * c,
                                        dy, index, row, rows.to - rows.from,
                                        columns.to - columns.from, c);
        }
}

void maxpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy)
{
    size_t in = shape_size(l->in), out = shape_size(l->out);
    memset(dx, 0, p->n * in * sizeof *dx);
    for (size_t i = 0; i < p->n; i++)
        maxpool_back_image(l, p, dx + i * in, dy + i * out,
                           saved_taps(l, p) + i * out);
}

void avgpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x)
{
    size_t c = l->in.c;
    memset(y, 0, p->n * shape_size(l->out) * sizeof *y);
    for (size_t n = 0; n < p->n; n++, x += shape_size(l->in))
        for (size_t i = 0; i < l->out.h; i++)
            for (size_t j = 0; j < l->out.w; j++, y += c) {
                struct span rows = clip_rows(l, i);
                struct span columns = clip_columns(l, j);
                size_t width = columns.to - columns.from;
                for (size_t r = rows.from; r < rows.to; r++)
                    p->run->kernels->sum_rows(
                        y, x + (r * l->in.w + columns.from) * c, width, c);
                size_t inside = (rows.to - rows.from) * width;
                p->run->kernels->scale(y, 1.0f / (float)inside, c);
            }
}

void avgpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy)
{
    size_t c = l->in.c;
    memset(dx, 0, p->n * shape_size(l->in) * sizeof *dx);
    for (size_t n = 0; n < p->n; n++, dx += shape_size(l->in))
        for (size_t i = 0; i < l->out.h; i++)
            for (size_t j = 0; j < l->out.w; j++, dy += c) {
                struct span rows = clip_rows(l, i);
                struct span columns = clip_columns(l, j);
                size_t inside =
                    (rows.to - rows.from) * (columns.to - columns.from);
                for (size_t r = rows.from; r < rows.to; r++)
                    for (size_t s = columns.from; s < columns.to; s++)
                        p->run->kernels->axpy(dx + (r * l->in.w + s) * c,
                                              1.0f / (float)inside, dy, c);
            }
}
