/* dense.c - fully connected layer; all threads work on one batch together. */
#include "layers/layers.h"
#include "layers/matmul.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

enum {
    ROWS = 32,   /* images in one task: weights are read n / ROWS times */
    DEPTH = 256, /* of one pass: a panel of it, 64 KB, stays in the cache */
    BLOCK = 64,  /* inputs in one task of the weight gradient */
};

static size_t minimum(size_t a, size_t b)
{
    return a < b ? a : b;
}

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

/* Packed: w (in, k) for forward; w transposed (k, in) for dx behind it. */
size_t dense_packed_floats(const struct layer *l, const struct run *run)
{
    if (!is_packed(l, run))
        return 0;
    size_t n = n_in(l) * panel_floats(run->kernels, l->out.c);
    if (run->training)
        n += l->out.c * panel_floats(run->kernels, n_in(l));
    return n;
}

/* A block of x, transposed into whole cache lines. */
size_t dense_scratch_floats(const struct layer *l, const struct run *run)
{
    (void)l;
    return run->training ? run->max_batch * BLOCK : 0;
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
    if (!p->run->training)
        return;
    float *transposed = p->packed + in * panel_floats(k, out);
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < panel_count(k, in); i++) {
        struct panel w = panel_get(k, in, i);
        size_t ldb = w.nv * k->width;
        float *to = transposed + out * w.column;
        for (size_t j = 0; j < out; j++, to += ldb) {
            for (size_t m = 0; m < w.columns; m++)
                to[m] = p->weight[(w.column + m) * out + j];
            memset(to + w.columns, 0, (ldb - w.columns) * sizeof *to);
        }
    }
}

/* One task of c = a x b: some rows and one panel, in passes over the depth so
 * that the part of the panel in use stays near. ldb as in struct matmul. */
static void product_task(const struct pass *p, float *c, const float *a,
                         const float *b, size_t ldb, const float *bias,
                         size_t depth, size_t columns, size_t task)
{
    size_t panels = panel_count(p->run->kernels, columns);
    size_t row = task / panels * ROWS;
    struct matmul product = {
        .kernels = p->run->kernels,
        .c = c + row * columns,
        .ldc = columns,
        .m = minimum(ROWS, p->n - row),
        .columns = columns,
        .a = a + row * depth,
        .lda = depth,
        .b = b,
        .ldb = ldb,
        .depth = depth,
        .n_seg = 1,
    };
    for (size_t at = 0; at < depth; at += DEPTH) {
        product.length = minimum(DEPTH, depth - at);
        product.b_row = at;
        product.accumulate = at > 0;
        product.start = at > 0 ? NULL : bias;
        matmul_rows_panel(&product, task % panels);
        product.a += product.length;
    }
}

static size_t n_tasks(const struct pass *p, size_t columns)
{
    return (p->n + ROWS - 1) / ROWS * panel_count(p->run->kernels, columns);
}

void dense_forward(const struct layer *l, const struct pass *p, float *y,
                   const float *x)
{
    size_t out = l->out.c;
    bool packed = is_packed(l, p->run);
#pragma omp for schedule(static)
    for (size_t task = 0; task < n_tasks(p, out); task++)
        product_task(p, y, x, packed ? p->packed : p->weight, packed ? 0 : out,
                     l->bias ? p->bias : NULL, n_in(l), out, task);
}

/* dw (in, k) += x transposed x dy, BLOCK inputs at a time: their columns of x
 * are first brought together, for they lie `in` floats apart. */
static void backward_weights(const struct layer *l, const struct pass *p,
                             const float *dy, const float *x, size_t block)
{
    size_t in = n_in(l), out = l->out.c, first = block * BLOCK;
    size_t m = minimum(BLOCK, in - first);
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
        .accumulate = true,
    };
    matmul_columns(&product);
}

void dense_backward(const struct layer *l, const struct pass *p, float *dx,
                    const float *dy, const float *x)
{
    size_t in = n_in(l), out = l->out.c;
    size_t whole = panel_floats(p->run->kernels, out);
    float *rows = p->shared;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++) {
        memcpy(rows + i * whole, dy + i * out, out * sizeof *dy);
        memset(rows + i * whole + out, 0, (whole - out) * sizeof *dy);
    }
#pragma omp for schedule(static) nowait
    for (size_t block = 0; block < (in + BLOCK - 1) / BLOCK; block++)
        backward_weights(l, p, rows, x, block);
    if (l->bias) {
#pragma omp single nowait
        p->run->kernels->sum_rows(p->dbias, dy, p->n, out);
    }
    if (dx != NULL) {
        const float *packed = p->packed + in * whole;
#pragma omp for schedule(static) nowait
        for (size_t task = 0; task < n_tasks(p, in); task++)
            product_task(p, dx, dy, packed, 0, NULL, out, in, task);
    }
#pragma omp barrier
}

void dense_describe(const struct layer *l, const struct run *run,
                    struct ramp_plan_step *step)
{
    size_t rows = minimum(ROWS, run->max_batch);
    snprintf(step->algorithm, sizeof step->algorithm, "products of %zu x %zu",
             rows, panel_get(run->kernels, l->out.c, 0).columns);
    snprintf(step->reason, sizeof step->reason,
             "images x units of a task: a weight is read once for %zu image%s",
             rows, rows > 1 ? "s" : "");
}
