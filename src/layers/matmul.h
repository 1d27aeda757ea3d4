/* matmul.h - products of any size out of the kernels' tiles.
 *
 * The right-hand matrix b is cut into panels of up to max_nv vectors, all
 * about equally wide, the last filled up to whole vectors with zeros. Packed,
 * each panel lies by itself, row after row:
 *
 *     b, depth x columns             packed
 *     +------+------+---+
 *     |  0   |  1   | 2 |    ->   [0: depth rows][1: depth rows][2: ...]
 *     +------+------+---+
 */
#ifndef LAYERS_MATMUL_H
#define LAYERS_MATMUL_H

#include "kernels/kernels.h"

struct panel {
    size_t column;  /* its first */
    size_t columns; /* that exist; the rest up to nv vectors is zero */
    size_t nv;
};

size_t panel_count(const struct kernels *k, size_t columns);
struct panel panel_get(const struct kernels *k, size_t columns, size_t i);

/* columns rounded up to whole vectors: what one packed row takes in all. */
size_t panel_floats(const struct kernels *k, size_t columns);

/* c (m x columns, row stride ldc) (+)= a x b over segments; see struct tile.
 * `packed` holds b with `depth` rows; the product begins at its row b_row, and
 * segment g takes rows b_row + g*length to b_row + (g+1)*length - 1. */
struct matmul {
    const struct kernels *kernels;
    float *c;
    size_t ldc, m, columns;
    const float *a;
    size_t lda, a_seg;
    const float *b;      /* packed; or, if ldb > 0, rows of ldb floats that are
                          * readable to whole vectors */
    size_t depth, b_row; /* rows only */
    size_t ldb;          /* columns: always */
    size_t b_seg;        /* columns only */
    size_t n_seg, length;
    bool accumulate;
    const float *start;     /* rows only: what each row begins with, or NULL */
    const float *row_start; /* columns only: what all of a row begins with */
};
void matmul_rows(const struct matmul *p);
void matmul_columns(const struct matmul *p);

/* One panel of each, for sharing panels among threads. */
void matmul_rows_panel(const struct matmul *p, size_t panel);
void matmul_columns_panel(const struct matmul *p, size_t panel);

#endif
