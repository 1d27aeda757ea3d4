/* kernels.h - the arithmetic, once per instruction set.
 *
 * kernels.c is compiled once for each instruction set and exports one table;
 * the layers get a table passed and never ask which. A kernel is arithmetic
 * only: no threads, no memory, no checks. Pointers need no alignment; outputs
 * do not overlap inputs unless it says so. Tails are handled inside.
 *
 * Letters: layers/shape.h. NaN goes through every kernel; the sign of a zero
 * is not promised. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "base/error.h"

#include <ramp/activation.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Matrix tiles ----
 *
 * One tile of a product, held in registers from the first multiplication to
 * the last: m rows of c, each up to nv vectors wide.
 *
 *               k            n <= nv * width
 *             +---+          +-------+
 *          m  | a |    x   k |   b   |     summed over n_seg segments
 *             +---+          +-------+
 *
 *   c[i][j] (+)= sum of A(g, i, l) * b[g*b_seg + l*ldb + j]
 *                over g < n_seg and l < k
 *
 *   rows:      A(g, i, l) = a[g*a_seg + i*lda + l]
 *              a row of a is contiguous in l
 *   columns:   A(g, i, l) = a[g*a_seg + l*lda + i]
 *              a is read transposed
 *
 * Segments are what makes a convolution a product: for each row of the window,
 * the pixels under it are one contiguous run of s*c floats, and the runs of
 * neighbouring outputs overlap (lda = stride*c). b must be readable over the
 * full nv * width columns; c is touched only in its first n. */
struct tile {
    float *c;
    size_t ldc, n;
    const float *a;
    size_t lda, a_seg;
    const float *b;
    size_t ldb, b_seg;
    size_t n_seg, k;
    bool accumulate;    /* else c is overwritten, whatever it held */
    const float *start; /* n floats that each row begins with; NULL: zeros */
    const float *row_start; /* m floats, one for all of a row, instead */
};
typedef void tile_fn(const struct tile *t);

/* ---- Dot products ----
 *
 * m x n of them at a time, over long rows of both sides:
 *
 *   c[i*c_i + j*c_j] += sum of a[g*a_seg + i*a_i + l] * b[g*b_seg + j*b_j + l]
 *                       over g < n_seg and l < k; k is a multiple of 16 */
struct dots {
    float *c;
    size_t c_i, c_j;
    const float *a;
    size_t a_i, a_seg;
    const float *b;
    size_t b_j, b_seg;
    size_t n_seg, k;
};
typedef void dots_fn(const struct dots *d);

/* ---- Winograd transforms ----
 *
 * From n_in x n_in elements of n channels to n_out x n_out: element (i, j) lies
 * at from + i*from_row + j*from_column, its channels side by side; `to` alike.
 * With a = 8, m = 4, r = 5 for F(4,5), 6, 4, 3 for F(4,3) and 8, 6, 3 for
 * F(6,3) (winograd_kernels.h):
 *
 *   data      a x a -> a x a   inputs of a tile
 *   output    a x a -> m x m   products to outputs
 *   gradient  m x m -> a x a   gradient of outputs to that of products
 *   filter    r x r -> a x a   weights
 *   weights   a x a -> r x r   gradient of products to that of weights */
struct transform {
    float *to;
    size_t to_row, to_column;
    const float *from;
    size_t from_row, from_column;
    size_t n, rows; /* rows: in one dimension only */
};
typedef void transform_fn(const struct transform *t);

/* Steps of F(4,5) with the products before or behind them, for the n_tiles
 * tiles of a row of a map with c <= NARROW_C channels: V[xi][tile][NARROW_C]
 * and U[xi][c][n], of which neighbouring xi are v_xi and u_xi floats apart,
 * rows of U u_row.
 *
 *   output    y = outputs of U V, m x m pixels a tile, and bias unless NULL
 *   gradient  U += V transposed x gradient transform of y, the output's
 * gradient
 *
 * Pixels of y are y_column and its rows y_row floats apart. */
enum { NARROW_C = 4 };
struct narrow {
    float *y;
    size_t y_row, y_column;
    const float *v;
    size_t v_xi;
    float *u;
    size_t u_xi, u_row;
    const float *bias;
    size_t c, n, n_tiles;
};
typedef void narrow_fn(const struct narrow *t);

/* ---- Windows of a pool ----
 *
 * n windows of rows x columns elements (at most 65536) of c channels, side by
 * side: element (r, s) of window i lies at x + i*step + r*row + s*c, its output
 * at y + i*c. */
struct windows {
    size_t n, step;
    size_t rows, columns, row, c;
};

enum winograd_kind { WINOGRAD_45, WINOGRAD_43, WINOGRAD_63, WINOGRAD_KINDS };
enum winograd_step {
    WINOGRAD_DATA,
    WINOGRAD_OUTPUT,
    WINOGRAD_GRADIENT,
    WINOGRAD_FILTER,
    WINOGRAD_WEIGHTS,
    WINOGRAD_STEPS
};

#define KERNELS_MAX_NV 4 /* vectors a tile is wide */
#define KERNELS_MAX_M 14 /* rows a tile is high */
#define KERNELS_DOTS_M 4 /* rows of dots */
#define KERNELS_DOTS_N 5
#define KERNELS_PEAK_VECTORS 12

enum { KERNELS_ACTS = RAMP_ACT_PRELU }; /* functions of one number */

struct kernels {
    const char *name;
    size_t width;                     /* floats in a vector */
    size_t max_nv;                    /* widest tile */
    size_t max_m[KERNELS_MAX_NV + 1]; /* highest tile for each nv */
    tile_fn *rows[KERNELS_MAX_NV + 1][KERNELS_MAX_M + 1]; /* [nv][m], from 1 */
    tile_fn *columns[KERNELS_MAX_NV + 1][KERNELS_MAX_M + 1];

    size_t dots_m; /* most rows of dots that stay in registers */
    dots_fn *dots[KERNELS_DOTS_M + 1][KERNELS_DOTS_N + 1]; /* [m][n], from 1 */

    /* In two dimensions, and along a row alone: then `rows` rows of n_in
     * elements become rows of n_out. */
    transform_fn *winograd[WINOGRAD_KINDS][WINOGRAD_STEPS];
    transform_fn *winograd_row[WINOGRAD_KINDS][WINOGRAD_STEPS];
    narrow_fn *narrow_output, *narrow_gradient;

    /* y = f(x), in place allowed; dx = dy f'(x), given x and y = f(x), in
     * place of dy allowed; which of x and y is looked at, says
     * layers/activation.h. a: see struct ramp_activation. */
    void (*act_forward[KERNELS_ACTS])(float *y, const float *x, size_t n,
                                      float a);
    void (*act_backward[KERNELS_ACTS])(float *dx, const float *dy,
                                       const float *x, const float *y, size_t n,
                                       float a);

    /* Those of m pixels of c channels (ramp/activation.h): slope (c), its
     * gradient is added to; forward in place allowed. maxout: n groups of k;
     * index (unless NULL): which of its group it was; if one is NaN, the last
     * such. crelu: y has 2 c channels. */
    void (*prelu_forward)(float *y, const float *x, const float *slope,
                          size_t m, size_t c);
    void (*prelu_backward)(float *dx, float *dslope, const float *dy,
                           const float *x, const float *slope, size_t m,
                           size_t c);
    void (*maxout_forward)(float *y, uint16_t *index, const float *x, size_t n,
                           size_t k);
    void (*maxout_backward)(float *dx, const float *dy, const uint16_t *index,
                            size_t n, size_t k);
    void (*crelu_forward)(float *y, const float *x, size_t m, size_t c);
    void (*crelu_backward)(float *dx, const float *dy, const float *y, size_t m,
                           size_t c);

    /* y += x; y += a x; y = a y */
    void (*add)(float *y, const float *x, size_t n);
    void (*axpy)(float *y, float a, const float *x, size_t n);
    void (*scale)(float *y, float a, size_t n);

    /* to[j*to_row + i] = from[i*from_row + j] for i < rows, j < columns. */
    void (*transpose)(float *to, size_t to_row, const float *from,
                      size_t from_row, size_t rows, size_t columns);

    /* sum[c] += over m rows of x, `row` floats apart; rows in order. */
    void (*sum_rows)(float *sum, const float *x, size_t row, size_t m,
                     size_t c);

    /* y = x * keep, or 0 where the hash of (key, index) is below limit. */
    void (*dropout)(float *y, const float *x, size_t n, uint32_t key,
                    uint32_t limit, float keep);

    /* Batch norm over m rows of c channels.
     *   sums:      s1[c] += x - shift[c], s2[c] += (x - shift[c])^2
     *   normalise: y = x * mul[c] + add[c]
     *   gradsums:  s1[c] += dy, s2[c] += dy * (x - mean[c])
     *   gradient:  dx = dy * p[c] + (x - mean[c]) * q[c] + r[c] */
    void (*bn_sums)(float *s1, float *s2, const float *x, const float *shift,
                    size_t m, size_t c);
    void (*bn_normalise)(float *y, const float *x, const float *mul,
                         const float *add, size_t m, size_t c);
    void (*bn_gradsums)(float *s1, float *s2, const float *dy, const float *x,
                        const float *mean, size_t m, size_t c);
    void (*bn_gradient)(float *dx, const float *dy, const float *x,
                        const float *mean, const float *p, const float *q,
                        const float *r, size_t m, size_t c);

    /* Max pool of windows side by side: of each channel of each window, y the
     * largest element of x, index (unless NULL) the number r*columns + s of the
     * first that has it. NaN if there is one; index is then any of the window.
     */
    void (*max_pool)(float *y, uint16_t *index, const float *x,
                     const struct windows *w);
    /* Its gradient: dx (+)= dy at the element whose number is in index, 0 at
     * the others of the window. */
    void (*max_unpool)(float *dx, const float *dy, const uint16_t *index,
                       const struct windows *w, bool accumulate);

    /* Optimisers over n weights; formulas in ramp/train.h. g is the gradient
     * of the mean loss times g_scale; l1 and l2 are added to it.
     * adamw: m, v: moments; c1 = 1 - beta1^t, c2 = 1 - beta2^t. */
    void (*sgd)(float *w, float *v, const float *g, size_t n, float g_scale,
                float lr, float momentum, float l1, float l2, bool nesterov);
    void (*adamw)(float *w, float *m, float *v, const float *g, size_t n,
                  float g_scale, float lr, float c1, float c2, float l1,
                  float l2);

    /* As many multiply-adds as this CPU can do: `rounds` times x += 1/4 in each
     * lane of KERNELS_PEAK_VECTORS vectors, which begin with 0, 1, 2, ...; the
     * sum of all lanes. Touches no memory. */
    float (*peak)(size_t rounds);
};

/* The table named `name`; NULL: RAMP_CPU from the environment, else the best
 * that this CPU runs. RAMP_USAGE with the names that can be had. */
MUST_CHECK enum ramp_status kernels_select(const struct kernels **kernels,
                                           const char *name,
                                           struct ramp_error *err);

/* All tables that this CPU can run, portable first; for tests and benches. */
size_t kernels_count(void);
const struct kernels *kernels_get(size_t i);

#endif
