/* conv2d.c - convolution: the choice of the algorithm, and what the algorithms
 * share. */
#include "layers/conv.h"
#include "layers/interleaved.h"
#include "layers/layers.h"
#include "layers/winograd.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

void conv_clip_rows(size_t *from, size_t *to, ptrdiff_t first, size_t r,
                    size_t h)
{
    ptrdiff_t low = first < 0 ? -first : 0;
    ptrdiff_t high = (ptrdiff_t)h - first;
    if (high > (ptrdiff_t)r)
        high = (ptrdiff_t)r;
    if (high < low)
        high = low;
    *from = (size_t)low;
    *to = (size_t)high;
}

void conv_bias_gradient(const struct layer *l, const struct pass *p,
                        const float *dy)
{
    if (l->bias)
        p->run->kernels->sum_rows(p->dbias, dy, l->out.c,
                                  p->n * l->out.h * l->out.w, l->out.c);
}

void conv_clear(const struct pass *p, float *gradient, size_t n)
{
    if (p->fresh)
        memset(gradient, 0, n * sizeof *gradient);
}

void conv_turn_tap(const struct layer *l, const struct pass *p, float *turned,
                   size_t tap)
{
    size_t c = l->in.c, k = l->out.c, taps = l->window.r * l->window.s;
    p->run->kernels->transpose(turned + (taps - 1 - tap) * c * k, c,
                               p->weight + tap * c * k, k, c, k);
}

/* ---- The layer ---- */

static const struct conv_algorithm *algorithm_of(const struct layer *l,
                                                 const struct run *run)
{
    if (l->interleaved)
        return &conv_interleaved;
    if (run->exact || !winograd_suits(l))
        return &conv_direct;
    return l->in.c <= NARROW_C ? &conv_winograd_narrow : &conv_winograd;
}

size_t conv2d_packed_floats(const struct layer *l, const struct run *run)
{
    return algorithm_of(l, run)->packed_floats(l, run);
}

size_t conv2d_scratch_floats(const struct layer *l, const struct run *run)
{
    return algorithm_of(l, run)->scratch_floats(l, run);
}

size_t conv2d_partial_weights(const struct layer *l, const struct run *run)
{
    return algorithm_of(l, run)->partial_weights(l, run);
}

size_t conv2d_block(const struct layer *l, const struct run *run)
{
    return algorithm_of(l, run) == &conv_winograd ? winograd_block(l, run) : 1;
}

size_t conv2d_group(const struct layer *l, const struct run *run)
{
    return algorithm_of(l, run) == &conv_winograd ? winograd_group(l, run) : 0;
}

size_t conv2d_gathered_floats(const struct layer *l, const struct run *run)
{
    return conv2d_group(l, run) > 0 ? winograd_gathered_floats(l, run) : 0;
}

void conv2d_pack(const struct layer *l, const struct pass *p)
{
    algorithm_of(l, p->run)->pack(l, p);
}

void conv2d_forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    algorithm_of(l, p->run)->forward(l, p, y, x);
}

void conv2d_backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    if (l->bias)
        conv_clear(p, p->dbias, l->out.c);
    algorithm_of(l, p->run)->backward(l, p, dx, dy, x);
}

void conv2d_collect(const struct layer *l, const struct pass *p,
                    const float *partial)
{
    algorithm_of(l, p->run)->collect(l, p, partial);
    if (l->bias) {
#pragma omp single nowait
        memcpy(p->dbias, partial + conv2d_partial_weights(l, p->run),
               l->out.c * sizeof *partial);
    }
}

/* ---- In words ---- */

void conv_describe_products(const struct layer *l, double products,
                            struct ramp_plan_step *step)
{
    size_t taps = l->window.r * l->window.s;
    double fewer = (double)taps / products;
    char times[40] = "";
    if (fewer > 1)
        snprintf(times, sizeof times, ": %.3g times fewer", fewer);
    snprintf(step->reason, sizeof step->reason,
             "%.3g products an output where direct takes %zu%s", products, taps,
             times);
}

/* Why not Winograd: if it would not be with many channels either, it is the
 * window or its stride. */
static void describe_direct(const struct layer *l, const struct run *run,
                            struct ramp_plan_step *step)
{
    enum { ENOUGH = 1024 };
    const struct window *v = &l->window;
    struct layer many = *l;
    many.in.c = many.out.c = ENOUGH;
    char *reason = step->reason;
    size_t n = sizeof step->reason;
    if (run->exact && (winograd_suits(l) || interleaved_suits(l)))
        snprintf(reason, n, "exact: no other algorithm is wanted");
    else if (!winograd_suits(&many) && v->stride_h != v->stride_w)
        snprintf(reason, n, "no Winograd form for stride %zux%zu", v->stride_h,
                 v->stride_w);
    else if (!winograd_suits(&many) && v->stride_h > 1)
        snprintf(reason, n, "no Winograd form for stride %zu", v->stride_h);
    else if (!winograd_suits(&many))
        snprintf(reason, n, "no Winograd form for a %zux%zu window", v->r,
                 v->s);
    else
        snprintf(reason, n,
                 "few channels (%zu to %zu): Winograd's transforms would cost "
                 "more than the products they save",
                 l->in.c, l->out.c);
}

void conv2d_describe(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step)
{
    const struct conv_algorithm *algorithm = algorithm_of(l, run);
    if (algorithm == &conv_direct)
        describe_direct(l, run, step);
    algorithm->describe(l, run, step);
}
