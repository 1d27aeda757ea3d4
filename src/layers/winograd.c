/* winograd.c - convolution by Winograd's algorithm. */
#include "layers/winograd.h"

#include "layers/matmul.h"

#include <string.h>

/* F(m, r) with a = m + r - 1. */
struct form {
    enum winograd_kind kind;
    size_t a, m, r;
};

static struct form form_of(const struct layer *l)
{
    if (l->window.r == 5)
        return (struct form){WINOGRAD_45, 8, 4, 5};
    return (struct form){WINOGRAD_43, 6, 4, 3};
}

bool winograd_suits(const struct layer *l)
{
    const struct window *v = &l->window;
    return v->r == v->s && (v->r == 3 || v->r == 5) && v->stride_h == 1 &&
           v->stride_w == 1 && l->in.c >= 16 && l->out.c >= 16;
}

/* One convolution, forward or (with turned weights) backward. */
struct problem {
    struct form form;
    const struct kernels *kernels;
    struct shape in, out;
    size_t pad_h, pad_w;
    size_t tiles_h, tiles_w; /* of the output */
    size_t batch;            /* tiles at a time */
};

enum {
    CACHE_FLOATS = 180 * 1024, /* V and M of a batch: 720 KB */
    MIN_BATCH = 24,
    MAX_BATCH = 96,
    SKEW = 16, /* floats between the xi, so that they do not all meet in the
                * same sets of the first-level cache */
};

static struct problem make_problem(const struct layer *l,
                                   const struct kernels *k, bool backward)
{
    const struct window *v = &l->window;
    struct problem p = {
        .form = form_of(l),
        .kernels = k,
        .in = backward ? l->out : l->in,
        .out = backward ? l->in : l->out,
        .pad_h = backward ? v->r - 1 - v->pad_h : v->pad_h,
        .pad_w = backward ? v->s - 1 - v->pad_w : v->pad_w,
    };
    p.tiles_h = (p.out.h + p.form.m - 1) / p.form.m;
    p.tiles_w = (p.out.w + p.form.m - 1) / p.form.m;
    size_t tile = p.form.a * p.form.a * (p.in.c + p.out.c);
    p.batch = CACHE_FLOATS / tile;
    if (p.batch < MIN_BATCH)
        p.batch = MIN_BATCH;
    if (p.batch > MAX_BATCH)
        p.batch = MAX_BATCH;
    return p;
}

static size_t squared(size_t a)
{
    return a * a;
}

/* ---- Memory ---- */

static size_t u_floats(const struct form *f, const struct kernels *k, size_t in,
                       size_t out)
{
    return squared(f->a) * in * panel_floats(k, out);
}

/* U; for training also the turned U, and the turned weights themselves. */
size_t winograd_packed_floats(const struct layer *l, const struct run *run)
{
    struct form f = form_of(l);
    size_t n = u_floats(&f, run->kernels, l->in.c, l->out.c);
    if (run->training)
        n += u_floats(&f, run->kernels, l->out.c, l->in.c) + layer_n_weights(l);
    return n;
}

/* V and M, or V and Z. */
size_t winograd_scratch_floats(const struct layer *l, const struct run *run)
{
    struct problem p = make_problem(l, run->kernels, false);
    size_t c = panel_floats(run->kernels, l->in.c);
    size_t k = panel_floats(run->kernels, l->out.c);
    return squared(p.form.a) * (p.batch * (c + k) + 2 * SKEW);
}

/* The gradient of U, (xi, c, k). */
size_t winograd_partial_floats(const struct layer *l)
{
    struct form f = form_of(l);
    return squared(f.a) * l->in.c * l->out.c;
}

/* ---- Weights ---- */

/* u = filter transform of w (r, s, in, out), for one of the `in`. */
static void pack_filter(const struct form *f, const struct kernels *k, float *u,
                        const float *w, size_t in, size_t out, size_t i)
{
    size_t xi = in * panel_floats(k, out);
    for (size_t j = 0; j < panel_count(k, out); j++) {
        struct panel panel = panel_get(k, out, j);
        struct transform t = {
            .to = u + in * panel.column + i * panel.nv * k->width,
            .to_row = f->a * xi,
            .to_column = xi,
            .to_bottom = f->a,
            .to_right = f->a,
            .from = w + i * out + panel.column,
            .from_row = f->r * in * out,
            .from_column = in * out,
            .from_bottom = f->r,
            .from_right = f->r,
            .n = panel.columns,
        };
        k->winograd[f->kind][WINOGRAD_FILTER](&t);
    }
}

/* dx is the convolution of dy with the taps in reverse order and c and k
 * exchanged. */
static void turn_tap(const struct layer *l, float *turned, const float *w,
                     size_t tap)
{
    size_t c = l->in.c, k = l->out.c, taps = l->window.r * l->window.s;
    const float *from = w + tap * c * k;
    float *to = turned + (taps - 1 - tap) * c * k;
    for (size_t j = 0; j < k; j++)
        for (size_t i = 0; i < c; i++)
            to[j * c + i] = from[i * k + j];
}

void winograd_pack(const struct layer *l, const struct pass *p)
{
    const struct kernels *k = p->run->kernels;
    struct form f = form_of(l);
    size_t c = l->in.c, out = l->out.c;
    float *turned_u = p->packed + u_floats(&f, k, c, out);
    float *turned = turned_u + u_floats(&f, k, out, c);
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < c; i++)
        pack_filter(&f, k, p->packed, p->weight, c, out, i);
    if (!p->run->training)
        return;
#pragma omp for schedule(static)
    for (size_t tap = 0; tap < f.r * f.r; tap++)
        turn_tap(l, turned, p->weight, tap);
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < out; i++)
        pack_filter(&f, k, turned_u, turned, out, c, i);
}

/* ---- Tiles ---- */

/* Where a tile of the output lies. */
struct place {
    size_t image, row, column;
};

static struct place place_of(const struct problem *p, size_t tile)
{
    size_t per_image = p->tiles_h * p->tiles_w, rest = tile % per_image;
    return (struct place){tile / per_image, rest / p->tiles_w * p->form.m,
                          rest % p->tiles_w * p->form.m};
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How much of `reach` steps from `first` lies below `size`. */
static size_t inside(size_t first, size_t reach, size_t size)
{
    return first < size ? smaller(reach, size - first) : 0;
}

/* The inputs of one tile to V[.][at]; v_xi floats between the xi. */
static void data_tile(const struct problem *p, float *v, size_t v_xi,
                      const float *x, size_t tile)
{
    struct place at = place_of(p, tile);
    size_t c = p->in.c, row = p->in.w * c, a = p->form.a;
    size_t top = at.row < p->pad_h ? p->pad_h - at.row : 0;
    size_t left = at.column < p->pad_w ? p->pad_w - at.column : 0;
    /* The first element that exists; the transform counts from the tile's
     * corner, which may lie outside. */
    const float *first = x + at.image * p->in.h * row +
                         (at.row + top - p->pad_h) * row +
                         (at.column + left - p->pad_w) * c;
    struct transform t = {
        .to = v,
        .to_row = a * v_xi,
        .to_column = v_xi,
        .to_bottom = a,
        .to_right = a,
        .from = first - top * row - left * c,
        .from_row = row,
        .from_column = c,
        .from_top = top,
        .from_bottom = inside(at.row, a, p->in.h + p->pad_h),
        .from_left = left,
        .from_right = inside(at.column, a, p->in.w + p->pad_w),
        .n = c,
    };
    p->kernels->winograd[p->form.kind][WINOGRAD_DATA](&t);
}

static void output_tile(const struct problem *p, float *y, const float *m,
                        size_t m_xi, size_t tile)
{
    struct place at = place_of(p, tile);
    size_t k = p->out.c, row = p->out.w * k, a = p->form.a;
    struct transform t = {
        .to = y + at.image * p->out.h * row + at.row * row + at.column * k,
        .to_row = row,
        .to_column = k,
        .to_bottom = p->out.h - at.row,
        .to_right = p->out.w - at.column,
        .from = m,
        .from_row = a * m_xi,
        .from_column = m_xi,
        .from_bottom = a,
        .from_right = a,
        .n = k,
    };
    p->kernels->winograd[p->form.kind][WINOGRAD_OUTPUT](&t);
}

static void gradient_tile(const struct problem *p, float *z, size_t z_xi,
                          const float *dy, size_t tile)
{
    struct place at = place_of(p, tile);
    size_t k = p->out.c, row = p->out.w * k, a = p->form.a;
    struct transform t = {
        .to = z,
        .to_row = a * z_xi,
        .to_column = z_xi,
        .to_bottom = a,
        .to_right = a,
        .from = dy + at.image * p->out.h * row + at.row * row + at.column * k,
        .from_row = row,
        .from_column = k,
        .from_bottom = p->out.h - at.row,
        .from_right = p->out.w - at.column,
        .n = k,
    };
    p->kernels->winograd[p->form.kind][WINOGRAD_GRADIENT](&t);
}

/* Tiles first .. first + n of the images go into the room of one batch. The
 * batches of a call are about equally large. */
struct batch {
    size_t n_tiles, n_batches;
};

static struct batch cut_batches(const struct problem *p, size_t n_images)
{
    size_t tiles = n_images * p->tiles_h * p->tiles_w;
    return (struct batch){tiles, (tiles + p->batch - 1) / p->batch};
}

static void convolve(const struct problem *p, float *y, const float *x,
                     size_t n_images, const float *u, const float *bias,
                     float *scratch)
{
    size_t c = p->in.c, k = p->out.c, products = squared(p->form.a);
    size_t v_xi = p->batch * c + SKEW, m_xi = p->batch * k + SKEW;
    float *v = scratch, *m = scratch + products * v_xi;
    struct batch cut = cut_batches(p, n_images);
    for (size_t b = 0; b < cut.n_batches; b++) {
        size_t first = b * cut.n_tiles / cut.n_batches;
        size_t n = (b + 1) * cut.n_tiles / cut.n_batches - first;
        for (size_t i = 0; i < n; i++)
            data_tile(p, v + i * c, v_xi, x, first + i);
        for (size_t xi = 0; xi < products; xi++) {
            struct matmul product = {
                .kernels = p->kernels,
                .c = m + xi * m_xi,
                .ldc = k,
                .m = n,
                .columns = k,
                .a = v + xi * v_xi,
                .lda = c,
                .b = u + xi * c * panel_floats(p->kernels, k),
                .depth = c,
                .n_seg = 1,
                .length = c,
                /* The point (1, 1) goes into all outputs with factor 1. */
                .start = xi == p->form.a + 1 ? bias : NULL,
            };
            matmul_rows(&product);
        }
        for (size_t i = 0; i < n; i++)
            output_tile(p, y, m + i * k, m_xi, first + i);
    }
}

void winograd_forward(const struct layer *l, const struct pass *p, float *y,
                      const float *x)
{
    struct problem problem = make_problem(l, p->run->kernels, false);
    convolve(&problem, y, x, p->n, p->packed, l->bias ? p->bias : NULL,
             p->scratch);
}

void winograd_backward_data(const struct layer *l, const struct pass *p,
                            float *dx, const float *dy)
{
    struct problem problem = make_problem(l, p->run->kernels, true);
    const float *u =
        p->packed + u_floats(&problem.form, p->run->kernels, l->in.c, l->out.c);
    convolve(&problem, dx, dy, p->n, u, NULL, p->scratch);
}

/* dU[xi] += V[xi] transposed x Z[xi]. */
void winograd_backward_weights(const struct layer *l, const struct pass *p,
                               const float *dy, const float *x)
{
    struct problem problem = make_problem(l, p->run->kernels, false);
    const struct problem *q = &problem;
    size_t c = q->in.c, k = q->out.c, products = squared(q->form.a);
    size_t k_whole = panel_floats(q->kernels, k);
    size_t v_xi = q->batch * c + SKEW, z_xi = q->batch * k_whole + SKEW;
    float *v = p->scratch, *z = p->scratch + products * v_xi;
    struct batch cut = cut_batches(q, p->n);
    for (size_t b = 0; b < cut.n_batches; b++) {
        size_t first = b * cut.n_tiles / cut.n_batches;
        size_t n = (b + 1) * cut.n_tiles / cut.n_batches - first;
        for (size_t i = 0; i < n; i++) {
            data_tile(q, v + i * c, v_xi, x, first + i);
            gradient_tile(q, z + i * k_whole, z_xi, dy, first + i);
        }
        for (size_t xi = 0; xi < products; xi++) {
            struct matmul product = {
                .kernels = q->kernels,
                .c = p->dweight + xi * c * k,
                .ldc = k,
                .m = c,
                .columns = k,
                .a = v + xi * v_xi,
                .lda = c,
                .b = z + xi * z_xi,
                .ldb = k_whole,
                .n_seg = 1,
                .length = n,
                .accumulate = true,
            };
            matmul_columns(&product);
        }
    }
}

void winograd_collect(const struct layer *l, const struct pass *p,
                      const float *partial)
{
    struct form f = form_of(l);
    size_t c = l->in.c, k = l->out.c;
#pragma omp for schedule(static)
    for (size_t i = 0; i < c; i++) {
        struct transform t = {
            .to = p->dweight + i * k,
            .to_row = f.r * c * k,
            .to_column = c * k,
            .to_bottom = f.r,
            .to_right = f.r,
            .from = partial + i * k,
            .from_row = f.a * c * k,
            .from_column = c * k,
            .from_bottom = f.a,
            .from_right = f.a,
            .n = k,
        };
        p->run->kernels->winograd[f.kind][WINOGRAD_WEIGHTS](&t);
    }
}
