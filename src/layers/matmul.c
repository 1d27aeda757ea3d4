/* matmul.c - products of any size out of the kernels' tiles. */
#include "layers/matmul.h"

#include "base/sizes.h"

/* Vectors in a row; their width is a power of two. */
static size_t vector_count(const struct kernels *k, size_t columns)
{
    return (columns + k->width - 1) >> __builtin_ctzl(k->width);
}

size_t panel_count(const struct kernels *k, size_t columns)
{
    return ceil_div(vector_count(k, columns), k->max_nv);
}

struct panel panel_get(const struct kernels *k, size_t columns, size_t i)
{
    size_t vectors = vector_count(k, columns);
    if (vectors <= k->max_nv)
        return (struct panel){0, columns, vectors};
    size_t panels = ceil_div(vectors, k->max_nv);
    size_t each = vectors / panels, wider = vectors % panels;
    size_t first = i * each + (i < wider ? i : wider);
    struct panel p = {.column = first * k->width, .nv = each + (i < wider)};
    p.columns = columns - p.column;
    if (p.columns > p.nv * k->width)
        p.columns = p.nv * k->width;
    return p;
}

size_t panel_floats(const struct kernels *k, size_t columns)
{
    return vector_count(k, columns) * k->width;
}

/* Cut m rows into tiles of about equal height: a tile of one row alone would
 * run at a fraction of the speed. */
static void run_tiles(struct tile *t, tile_fn *const *tiles, size_t max_m,
                      size_t m, size_t step_a)
{
    size_t n = ceil_div(m, max_m);
    size_t each = n > 1 ? m / n : m, higher = m - n * each;
    for (size_t i = 0; i < n; i++) {
        size_t height = each + (i < higher);
        tiles[height](t);
        t->a += height * step_a;
        t->c += height * t->ldc;
        if (t->row_start != NULL)
            t->row_start += height;
    }
}

void matmul_rows_panel(const struct matmul *p, size_t panel)
{
    const struct kernels *k = p->kernels;
    struct panel w = panel_get(k, p->columns, panel);
    size_t ldb = p->ldb ? p->ldb : w.nv * k->width;
    size_t first = p->ldb ? w.column : p->depth * w.column;
    struct tile t = {
        .c = p->c + w.column,
        .ldc = p->ldc,
        .n = w.columns,
        .a = p->a,
        .lda = p->lda,
        .a_seg = p->a_seg,
        .b = p->b + first + p->b_row * ldb,
        .ldb = ldb,
        .b_seg = p->length * ldb,
        .n_seg = p->n_seg,
        .k = p->length,
        .accumulate = p->accumulate,
        .start = p->start ? p->start + w.column : NULL,
    };
    run_tiles(&t, k->rows[w.nv], k->max_m[w.nv], p->m, p->lda);
}

void matmul_columns_panel(const struct matmul *p, size_t panel)
{
    const struct kernels *k = p->kernels;
    struct panel w = panel_get(k, p->columns, panel);
    struct tile t = {
        .c = p->c + w.column,
        .ldc = p->ldc,
        .n = w.columns,
        .a = p->a,
        .lda = p->lda,
        .a_seg = p->a_seg,
        .b = p->b + w.column,
        .ldb = p->ldb,
        .b_seg = p->b_seg,
        .n_seg = p->n_seg,
        .k = p->length,
        .accumulate = p->accumulate,
        .row_start = p->row_start,
    };
    run_tiles(&t, k->columns[w.nv], k->max_m[w.nv], p->m, 1);
}

void matmul_rows(const struct matmul *p)
{
    size_t n = panel_count(p->kernels, p->columns);
    for (size_t i = 0; i < n; i++)
        matmul_rows_panel(p, i);
}

void matmul_columns(const struct matmul *p)
{
    size_t n = panel_count(p->kernels, p->columns);
    for (size_t i = 0; i < n; i++)
        matmul_columns_panel(p, i);
}
