/* dense.c - fully connected layer; all threads work on one batch together.
 *
 * Backward, a thread has some inputs for itself and makes their part of dw and
 * of dx, so that what the optimiser changes next does not move from one core to
 * another. */
#include "base/sizes.h"
#include "layers/layers.h"
#include "layers/matmul.h"

#include <omp.h>
#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

enum {
    ROWS = 32,   /* images in one task: weights are read n / ROWS times */
    DEPTH = 256, /* of one pass: a panel of it, 64 KB, stays in the cache */
    BLOCK = 64,  /* inputs in one task of the gradients */
};

static size_t n_in(const struct layer *l)
{
    return shape_size(l->in);
}

/* One image reads each weight once: packing them first would take longer than
 * the product. Rows that do not end with a vector cannot be read in place. */
static bool is_packed(const struct layer *l, const struct run *run)
{
    return run->max_batch > 1 || run->training ||
           l->out.c % run->kernels->width != 0;
}

size_t dense_packed_floats(const struct layer *l, const struct run *run)
{
    return is_packed(l, run) ? n_in(l) * panel_floats(run->kernels, l->out.c)
                             : 0;
}

/* A block of x, brought into whole cache lines; some of w, transposed. */
size_t dense_scratch_floats(const struct layer *l, const struct run *run)
{
    (void)l;
    return run->training ? (run->max_batch + DEPTH) * BLOCK : 0;
}

/* dy with its rows filled up to whole vectors. */
size_t dense_shared_floats(const struct layer *l, const struct run *run)
{
    return run->training ? run->max_batch * panel_floats(run->kernels, l->out.c)
                         : 0;
}

void dense_pack(const struct layer *l, const struct pass *p)
{
    const struct kernels *k = p->run->kernels;
    size_t in = n_in(l), out = l->out.c;
    if (!is_packed(l, p->run))
        return;
#pragma omp for schedule(static) nowait
    for (size_t row = 0; row < in; row++)
        for (size_t i = 0; i < panel_count(k, out); i++) {
            struct panel w = panel_get(k, out, i);
            size_t ldb = w.nv * k->width;
            float *to = p->packed + in * w.column + row * ldb;
            memcpy(to, p->weight + row * out + w.column,
                   w.columns * sizeof *to);
            memset(to + w.columns, 0, (ldb - w.columns) * sizeof *to);
        }
}

/* Some rows and one panel of y = x w + b, in passes over the depth so that the
 * part of the panel in use stays near. */
static void forward_task(const struct layer *l, const struct pass *p, float *y,
                         const float *x, size_t row, size_t panel)
{
    size_t in = n_in(l), out = l->out.c;
    bool packed = is_packed(l, p->run);
    struct matmul product = {
        .kernels = p->run->kernels,
        .c = y + row * out,
        .ldc = out,
        .m = smaller(ROWS, p->n - row),
        .columns = out,
        .a = x + row * in,
        .lda = in,
        .b = packed ? p->packed : p->weight,
        .ldb = packed ? 0 : out,
        .depth = in,
        .n_seg = 1,
    };
    for (size_t at = 0; at < in; at += DEPTH) {
        product.length = smaller(DEPTH, in - at);
        product.b_row = at;
        product.accumulate = at > 0;
        product.start = at > 0 || !l->bias ? NULL : p->bias;
        matmul_rows_panel(&product, panel);
        product.a += product.length;
    }
}

void dense_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    size_t panels = panel_count(p->run->kernels, l->out.c);
    size_t tasks = (p->n + ROWS - 1) / ROWS * panels;
#pragma omp for schedule(static)
    for (size_t task = 0; task < tasks; task++)
        forward_task(l, p, y, x, task / panels * ROWS, task % panels);
}

/* dw (in, k) = x transposed x dy, for m inputs from `first` on: their columns
 * of x are first brought together, for they lie `in` floats apart. */
static void weights_task(const struct layer *l, const struct pass *p,
                         const float *dy, const float *x, size_t first,
                         size_t m)
{
    size_t in = n_in(l), out = l->out.c;
    for (size_t i = 0; i < p->n; i++)
        memcpy(p->scratch + i * m, x + i * in + first, m * sizeof *x);
    struct matmul product = {
        .kernels = p->run->kernels,
        .c = p->dweight + first * out,
        .ldc = out,
        .m = m,
        .columns = out,
        .a = p->scratch,
        .lda = m,
        .b = dy,
        .ldb = panel_floats(p->run->kernels, out),
        .n_seg = 1,
        .length = p->n,
    };
    matmul_columns(&product);
}

/* dx = dy x w transposed, for the same inputs: their rows of w are transposed a
 * part at a time. */
static void inputs_task(const struct layer *l, const struct pass *p, float *dx,
                        const float *dy, size_t first, size_t m)
{
    size_t in = n_in(l), out = l->out.c;
    struct matmul product = {
        .kernels = p->run->kernels,
        .c = dx + first,
        .ldc = in,
        .m = p->n,
        .columns = m,
        .lda = out,
        .b = p->scratch,
        .ldb = BLOCK,
        .n_seg = 1,
    };
    for (size_t at = 0; at < out; at += DEPTH) {
        product.a = dy + at;
        product.length = smaller(DEPTH, out - at);
        product.accumulate = at > 0;
        p->run->kernels->transpose(p->scratch, BLOCK,
                                   p->weight + first * out + at, out, m,
                                   product.length);
        matmul_rows(&product);
    }
}

/* dy with its rows filled up to whole vectors. */
static const float *whole_rows(const struct layer *l, const struct pass *p,
                               const float *dy)
{
    size_t out = l->out.c, whole = panel_floats(p->run->kernels, out);
    if (whole == out)
        return dy;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++) {
        float *to = p->shared + i * whole;
        memcpy(to, dy + i * out, out * sizeof *dy);
        memset(to + out, 0, (whole - out) * sizeof *dy);
    }
    return p->shared;
}

/* Blocks of about equal size, as many for each thread, none of more than BLOCK
 * inputs. */
static size_t count_blocks(size_t in)
{
    size_t threads = (size_t)omp_get_num_threads();
    size_t each = (in + BLOCK * threads - 1) / (BLOCK * threads);
    return smaller(in, each * threads);
}

void dense_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *x)
{
    size_t in = n_in(l), out = l->out.c, blocks = count_blocks(in);
    const float *rows = whole_rows(l, p, dy);
    if (l->bias) {
#pragma omp single nowait
        {
            memset(p->dbias, 0, out * sizeof *p->dbias);
            p->run->kernels->sum_rows(p->dbias, dy, out, p->n, out);
        }
    }
#pragma omp for schedule(static)
    for (size_t block = 0; block < blocks; block++) {
        size_t first = block * in / blocks;
        size_t m = (block + 1) * in / blocks - first;
        weights_task(l, p, rows, x, first, m);
        if (dx != NULL)
            inputs_task(l, p, dx, dy, first, m);
    }
}

void dense_describe(const struct layer *l, const struct run *run,
                    struct ramp_plan_step *step)
{
    size_t rows = smaller(ROWS, run->max_batch);
    snprintf(step->algorithm, sizeof step->algorithm, "products of %zu x %zu",
             rows, panel_get(run->kernels, l->out.c, 0).columns);
    snprintf(step->reason, sizeof step->reason,
             "images x units of a task: a weight is read once for %zu image%s",
             rows, rows > 1 ? "s" : "");
}
