/* pool.c - max and average pooling, windows of any size; a global pool is a
 * window as large as the map. */
#include "layers/interleaved.h"
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

/* A map as a pool sees it: rows of planes of pixels of n floats, which are the
 * channels, or the images of one channel if they are interleaved. */
struct grid {
    size_t n, planes;
    size_t in_row, out_row; /* floats in a row of a plane */
    size_t in, out;         /* floats in the whole map */
};

static struct grid grid_of(const struct layer *l)
{
    size_t c = l->in.c;
    struct grid g = {.n = l->interleaved ? LANES : c,
                     .planes = l->interleaved ? c : 1};
    g.in_row = l->in.w * g.n;
    g.out_row = l->out.w * g.n;
    g.in = l->in.h * g.planes * g.in_row;
    g.out = l->out.h * g.planes * g.out_row;
    return g;
}

/* A row of windows in one plane: the rows of the map under them, and where the
 * plane begins in the map (at its first row under them) and in the output. */
struct strip {
    size_t n_rows;
    size_t x, y;
};

/* The t-th of them, planes within rows. */
static struct strip strip_of(const struct layer *l, const struct grid *g,
                             size_t t)
{
    size_t plane = t % g->planes;
    struct span rows = clip_rows(l, t / g->planes);
    return (struct strip){.n_rows = rows.to - rows.from,
                          .x = (rows.from * g->planes + plane) * g->in_row,
                          .y = t * g->out_row};
}

/* The windows of a row from column j on that lie alike: as wide as the first,
 * and a stride apart. *column: where the first begins. */
static struct windows windows_from(const struct layer *l, const struct grid *g,
                                   size_t j, size_t *column)
{
    struct span first = clip_columns(l, j);
    struct windows w = {.n = 1,
                        .step = l->window.stride_w * g->n,
                        .columns = first.to - first.from,
                        .row = g->planes * g->in_row,
                        .c = g->n};
    for (; j + w.n < l->out.w; w.n++) {
        struct span next = clip_columns(l, j + w.n);
        if (next.to - next.from != w.columns ||
            next.from != first.from + w.n * l->window.stride_w)
            break;
    }
    *column = first.from;
    return w;
}

static uint16_t *saved_taps(const struct layer *l, const struct pass *p)
{
    return (uint16_t *)p->saved + p->first * shape_size(l->out);
}

/* In inference nobody asks for the taps. */
void maxpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x)
{
    struct grid g = grid_of(l);
    uint16_t *index = p->training ? saved_taps(l, p) : NULL;
    for (size_t i = 0; i < p->n; i++, x += g.in, y += g.out) {
        struct windows w;
        for (size_t j = 0, column; j < l->out.w; j += w.n) {
            w = windows_from(l, &g, j, &column);
            for (size_t t = 0; t < l->out.h * g.planes; t++) {
                struct strip at = strip_of(l, &g, t);
                size_t to = at.y + j * g.n;
                w.rows = at.n_rows;
                p->run->kernels->max_pool(y + to, index ? index + to : NULL,
                                          x + at.x + column * g.n, &w);
            }
        }
        if (index != NULL)
            index += g.out;
    }
}

static bool windows_overlap(const struct layer *l)
{
    const struct window *v = &l->window;
    return v->stride_h < v->r || v->stride_w < v->s;
}

/* Whether each element of the map lies in exactly one window. */
static bool windows_tile(const struct layer *l)
{
    const struct window *v = &l->window;
    return v->stride_h == v->r && v->stride_w == v->s && v->pad_h == 0 &&
           v->pad_w == 0 && l->out.h * v->r >= l->in.h &&
           l->out.w * v->s >= l->in.w;
}

void maxpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy)
{
    struct grid g = grid_of(l);
    const uint16_t *index = saved_taps(l, p);
    bool overlap = windows_overlap(l);
    if (!windows_tile(l))
        memset(dx, 0, p->n * g.in * sizeof *dx);
    for (size_t i = 0; i < p->n; i++, dx += g.in, dy += g.out, index += g.out) {
        struct windows w;
        for (size_t j = 0, column; j < l->out.w; j += w.n) {
            w = windows_from(l, &g, j, &column);
            for (size_t t = 0; t < l->out.h * g.planes; t++) {
                struct strip at = strip_of(l, &g, t);
                size_t from = at.y + j * g.n;
                w.rows = at.n_rows;
                p->run->kernels->max_unpool(dx + at.x + column * g.n, dy + from,
                                            index + from, &w, overlap);
            }
        }
    }
}

void avgpool_forward(const struct layer *l, const struct pass *p, float *y,
                     const float *x)
{
    struct grid g = grid_of(l);
    memset(y, 0, p->n * g.out * sizeof *y);
    for (size_t i = 0; i < p->n; i++, x += g.in, y += g.out)
        for (size_t t = 0; t < l->out.h * g.planes; t++) {
            struct strip at = strip_of(l, &g, t);
            for (size_t j = 0; j < l->out.w; j++, at.y += g.n) {
                struct span columns = clip_columns(l, j);
                size_t width = columns.to - columns.from;
                const float *first = x + at.x + columns.from * g.n;
                for (size_t r = 0; r < at.n_rows; r++)
                    p->run->kernels->sum_rows(y + at.y,
                                              first + r * g.planes * g.in_row,
                                              g.n, width, g.n);
                p->run->kernels->scale(y + at.y,
                                       1.0f / (float)(at.n_rows * width), g.n);
            }
        }
}

void avgpool_backward(const struct layer *l, const struct pass *p, float *dx,
                      const float *dy)
{
    struct grid g = grid_of(l);
    memset(dx, 0, p->n * g.in * sizeof *dx);
    for (size_t i = 0; i < p->n; i++, dx += g.in, dy += g.out)
        for (size_t t = 0; t < l->out.h * g.planes; t++) {
            struct strip at = strip_of(l, &g, t);
            for (size_t j = 0; j < l->out.w; j++, at.y += g.n) {
                struct span columns = clip_columns(l, j);
                size_t width = columns.to - columns.from;
                float share = 1.0f / (float)(at.n_rows * width);
                float *first = dx + at.x + columns.from * g.n;
                for (size_t e = 0; e < at.n_rows * width; e++)
                    p->run->kernels->axpy(first +
                                              e / width * g.planes * g.in_row +
                                              e % width * g.n,
                                          share, dy + at.y, g.n);
            }
        }
}
