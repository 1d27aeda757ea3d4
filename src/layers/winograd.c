/* winograd.c - convolution by Winograd's algorithm. */
#include "layers/winograd.h"

#include "layers/matmul.h"
#include "layers/winograd_problem.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

/* Of two forms for 3x3 the one with fewer products for an output of h x w, the
 * more accurate one if there is not much in it. */
static struct form form_for(size_t r, size_t h, size_t w)
{
    size_t by_4 = ceil_div(h, 4) * ceil_div(w, 4) * 36;
    size_t by_6 = ceil_div(h, 6) * ceil_div(w, 6) * 64;
    if (r == 5)
        return (struct form){WINOGRAD_45, 8, 4, 5};
    if (by_6 * 20 < by_4 * 19)
        return (struct form){WINOGRAD_63, 8, 6, 3};
    return (struct form){WINOGRAD_43, 6, 4, 3};
}

/* For few channels F(4,3) gains nothing, F(4,5) has kernels of its own. */
bool winograd_suits(const struct layer *l)
{
    const struct window *v = &l->window;
    return v->r == v->s && v->stride_h == 1 && v->stride_w == 1 &&
           (v->r == 5 || (v->r == 3 && l->in.c >= 16)) && l->out.c >= 16;
}

enum {
    CACHE_FLOATS = 180 * 1024, /* V and M of a batch: 720 KB */
    MIN_BATCH = 24,
    MAX_BATCH = 96,
    CHUNK_FLOATS = 1000 * 1024, /* of a dU that each chunk has for itself */
    GATHER_FLOATS = 4 * 1024 * 1024, /* of V and Z of a group */
    GATHER_WIDTH = 16,
    GATHER_DEPTH = 128,
    SKEW = 16, /* floats between the xi, so that they do not all meet in the
                * same sets of the first-level cache */
};

struct problem winograd_problem(const struct layer *l, const struct run *run,
                                bool backward)
{
    const struct window *v = &l->window;
    struct problem p = {
        .kernels = run->kernels,
        .in = backward ? l->out : l->in,
        .out = backward ? l->in : l->out,
        .pad_h = backward ? v->r - 1 - v->pad_h : v->pad_h,
        .pad_w = backward ? v->s - 1 - v->pad_w : v->pad_w,
    };
    p.form = form_for(v->r, p.out.h, p.out.w);
    p.tiles_h = ceil_div(p.out.h, p.form.m);
    p.tiles_w = ceil_div(p.out.w, p.form.m);
    size_t tile = p.form.a * p.form.a * (p.in.c + p.out.c);
    p.batch = CACHE_FLOATS / tile;
    if (p.batch < MIN_BATCH)
        p.batch = MIN_BATCH;
    if (p.batch > MAX_BATCH)
        p.batch = MAX_BATCH;
    size_t du = p.form.a * p.form.a * p.in.c * p.out.c;
    if (du > CHUNK_FLOATS && l->in.c > NARROW_C) {
        ASSERT(p.tiles_h > 0 && p.tiles_w > 0);
        size_t images = GATHER_FLOATS / (tile * p.tiles_h * p.tiles_w);
        p.group = images == 0               ? 1
                  : images > run->max_batch ? run->max_batch
                                            : images;
    }
    return p;
}

/* ---- Memory ---- */

/* How V, Z and M lie in memory: the channels cut into blocks of `width`,
 * [xi][block][tile][width], so that what a product reads is contiguous. */
struct room {
    float *data;
    size_t xi;    /* floats from one xi to the next */
    size_t block; /* from one block to the next */
    size_t width;
};

static size_t u_floats(const struct problem *p)
{
    return squared(p->form.a) * p->in.c * panel_floats(p->kernels, p->out.c);
}

/* U; for training also the turned U, and the turned weights themselves. */
size_t winograd_packed_floats(const struct layer *l, const struct run *run)
{
    struct problem p = winograd_problem(l, run, false);
    struct problem back = winograd_problem(l, run, true);
    size_t turned = u_floats(&back) + layer_n_weights(l);
    return u_floats(&p) + (run->training ? turned : 0);
}

/* A row of tiles of the input: a rows of `width` pixels, with the zeros of the
 * padding around the map and behind its ragged edge. */
static size_t strip_width(const struct problem *p)
{
    return p->tiles_w * p->form.m + p->form.a - p->form.m;
}

/* V and M, or V and Z. */
static size_t batch_floats(const struct problem *p)
{
    size_t c = panel_floats(p->kernels, p->in.c);
    size_t k = panel_floats(p->kernels, p->out.c);
    return squared(p->form.a) * (p->batch * (c + k) + 2 * SKEW);
}

/* One batch, and a strip of x and one of dy, or a tile of y. */
size_t winograd_scratch_floats(const struct layer *l, const struct run *run)
{
    enum { MAX_A = 8 };
    struct problem p = winograd_problem(l, run, false);
    struct problem back = winograd_problem(l, run, true);
    size_t strips =
        MAX_A * (strip_width(&p) * panel_floats(run->kernels, l->in.c) +
                 strip_width(&back) * panel_floats(run->kernels, l->out.c));
    size_t batch = batch_floats(&p), batch_back = batch_floats(&back);
    return (batch > batch_back ? batch : batch_back) + strips;
}

static size_t ceil_to(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

/* V and Z of the group behind its dU. */
static void gathered_rooms(const struct problem *p, float *gathered,
                           struct room *v, struct room *z)
{
    size_t tiles = p->group * p->tiles_h * p->tiles_w;
    size_t products = squared(p->form.a);
    size_t c = ceil_to(p->in.c, GATHER_WIDTH);
    v->width = GATHER_WIDTH;
    v->block = tiles * v->width;
    v->xi = tiles * c + SKEW;
    v->data = z->data = NULL;
    z->width = p->kernels->max_nv * p->kernels->width;
    z->block = tiles * z->width;
    z->xi = tiles * ceil_to(p->out.c, z->width) + SKEW;
    if (gathered == NULL)
        return;
    v->data = gathered + products * p->in.c * p->out.c;
    z->data = v->data + products * v->xi;
}

/* The gradient of U, (xi, c, k), of a chunk; not if it is gathered. */
size_t winograd_partial_weights(const struct layer *l, const struct run *run)
{
    struct problem p = winograd_problem(l, run, false);
    return p.group > 0 ? 0 : squared(p.form.a) * l->in.c * l->out.c;
}

size_t winograd_block(const struct layer *l, const struct run *run)
{
    struct problem p = winograd_problem(l, run, false);
    size_t tiles = p.tiles_h * p.tiles_w;
    return p.group > 0 ? ceil_div(MIN_BATCH, tiles) : 1;
}

size_t winograd_group(const struct layer *l, const struct run *run)
{
    return winograd_problem(l, run, false).group;
}

/* dU, V and Z. */
size_t winograd_gathered_floats(const struct layer *l, const struct run *run)
{
    struct problem p = winograd_problem(l, run, false);
    if (p.group == 0)
        return 0;
    struct room v, z;
    gathered_rooms(&p, NULL, &v, &z);
    return squared(p.form.a) * (l->in.c * l->out.c + v.xi + z.xi);
}

/* ---- Weights ---- */

/* u = filter transform of w (r, s, in, out), for one of the `in`. */
static void pack_filter(const struct problem *p, float *u, const float *w,
                        size_t i)
{
    size_t in = p->in.c, out = p->out.c, r = p->form.r;
    size_t xi = in * panel_floats(p->kernels, out);
    for (size_t j = 0; j < panel_count(p->kernels, out); j++) {
        struct panel panel = panel_get(p->kernels, out, j);
        struct transform t = {
            .to = u + in * panel.column + i * panel.nv * p->kernels->width,
            .to_row = p->form.a * xi,
            .to_column = xi,
            .from = w + i * out + panel.column,
            .from_row = r * in * out,
            .from_column = in * out,
            .n = panel.columns,
        };
        p->kernels->winograd[p->form.kind][WINOGRAD_FILTER](&t);
    }
}

void winograd_pack(const struct layer *l, const struct pass *p)
{
    struct problem problem = winograd_problem(l, p->run, false);
    struct problem back = winograd_problem(l, p->run, true);
    float *turned_u = p->packed + u_floats(&problem);
    float *turned = turned_u + u_floats(&back);
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < l->in.c; i++)
        pack_filter(&problem, p->packed, p->weight, i);
    if (!p->run->training)
        return;
#pragma omp for schedule(static)
    for (size_t tap = 0; tap < l->window.r * l->window.s; tap++)
        conv_turn_tap(l, p, turned, tap);
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < l->out.c; i++)
        pack_filter(&back, turned_u, turned, i);
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

struct strip winograd_strip(float *room, const float *map, struct shape shape,
                            ptrdiff_t top, ptrdiff_t left, size_t height,
                            size_t width)
{
    ptrdiff_t h = (ptrdiff_t)shape.h, w = (ptrdiff_t)shape.w;
    ptrdiff_t right = left + (ptrdiff_t)width;
    size_t c = shape.c, row = width * c;
    if (top >= 0 && left >= 0 && top + (ptrdiff_t)height <= h && right <= w)
        return (struct strip){map + (top * w + left) * (ptrdiff_t)c,
                              shape.w * c};
    size_t before = left < 0 ? (size_t)-left * c : 0;
    size_t after = right > w ? (size_t)(right - w) * c : 0;
    for (size_t i = 0; i < height; i++, top++) {
        float *to = room + i * row;
        if (top < 0 || top >= h) {
            memset(to, 0, row * sizeof *to);
            continue;
        }
        const float *from =
            map + (top * w + (left > 0 ? left : 0)) * (ptrdiff_t)c;
        memset(to, 0, before * sizeof *to);
        memcpy(to + before, from, (row - before - after) * sizeof *to);
        memset(to + row - after, 0, after * sizeof *to);
    }
    return (struct strip){room, row};
}

/* n channels of one tile, block by block; t stands on the first. */
static void transform_tile(const struct problem *p, enum winograd_step step,
                           struct transform t, const struct room *room,
                           size_t tile, size_t n)
{
    t.to_row = p->form.a * room->xi;
    t.to_column = room->xi;
    t.to = room->data + tile * room->width;
    for (size_t at = 0; at < n; at += room->width) {
        t.n = smaller(room->width, n - at);
        p->kernels->winograd[p->form.kind][step](&t);
        t.from += room->width;
        t.to += room->block;
    }
}

/* The inputs of n tiles from `first` on to V, from its tile `at_tile` on. */
static void data_tiles(const struct problem *p, const struct room *v,
                       size_t at_tile, const float *x, size_t first, size_t n,
                       float *room)
{
    size_t c = p->in.c, a = p->form.a;
    struct strip strip = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        struct place at = place_of(p, first + i);
        if (i == 0 || at.column == 0)
            strip =
                winograd_strip(room, x + at.image * shape_size(p->in), p->in,
                               (ptrdiff_t)at.row - (ptrdiff_t)p->pad_h,
                               -(ptrdiff_t)p->pad_w, a, strip_width(p));
        struct transform t = {
            .from = strip.data + at.column * c,
            .from_row = strip.row,
            .from_column = c,
        };
        transform_tile(p, WINOGRAD_DATA, t, v, at_tile + i, c);
    }
}

/* The gradients of the outputs of n tiles to Z. */
static void gradient_tiles(const struct problem *p, const struct room *z,
                           size_t at_tile, const float *dy, size_t first,
                           size_t n, float *room)
{
    size_t k = p->out.c, m = p->form.m;
    struct strip strip = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        struct place at = place_of(p, first + i);
        if (i == 0 || at.column == 0)
            strip =
                winograd_strip(room, dy + at.image * shape_size(p->out), p->out,
                               (ptrdiff_t)at.row, 0, m, p->tiles_w * m);
        struct transform t = {
            .from = strip.data + at.column * k,
            .from_row = strip.row,
            .from_column = k,
        };
        transform_tile(p, WINOGRAD_GRADIENT, t, z, at_tile + i, k);
    }
}

/* From M to the outputs of one tile; at a ragged edge by way of `room`. */
static void output_tile(const struct problem *p, float *y, const float *m,
                        size_t m_xi, size_t tile, float *room)
{
    struct place at = place_of(p, tile);
    size_t k = p->out.c, a = p->form.a, side = p->form.m;
    size_t row = p->out.w * k;
    size_t rows = p->out.h - at.row, columns = p->out.w - at.column;
    bool whole = rows >= side && columns >= side;
    float *to = y + at.image * p->out.h * row + at.row * row + at.column * k;
    struct transform t = {
        .to = whole ? to : room,
        .to_row = whole ? row : side * k,
        .to_column = k,
        .from = m,
        .from_row = a * m_xi,
        .from_column = m_xi,
        .n = k,
    };
    p->kernels->winograd[p->form.kind][WINOGRAD_OUTPUT](&t);
    for (size_t i = 0; !whole && i < rows && i < side; i++)
        memcpy(to + i * row, room + i * side * k,
               (columns < side ? columns : side) * k * sizeof *to);
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
    size_t m_xi = p->batch * k + SKEW;
    struct room v = {scratch, p->batch * c + SKEW, 0, c};
    float *m = v.data + products * v.xi, *room = m + products * m_xi;
    struct batch cut = cut_batches(p, n_images);
    for (size_t b = 0; b < cut.n_batches; b++) {
        size_t first = b * cut.n_tiles / cut.n_batches;
        size_t n = (b + 1) * cut.n_tiles / cut.n_batches - first;
        data_tiles(p, &v, 0, x, first, n, room);
        for (size_t xi = 0; xi < products; xi++) {
            struct matmul product = {
                .kernels = p->kernels,
                .c = m + xi * m_xi,
                .ldc = k,
                .m = n,
                .columns = k,
                .a = v.data + xi * v.xi,
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
            output_tile(p, y, m + i * k, m_xi, first + i, room);
    }
}

void winograd_backward_data(const struct layer *l, const struct pass *p,
                            float *dx, const float *dy)
{
    struct problem forward = winograd_problem(l, p->run, false);
    struct problem problem = winograd_problem(l, p->run, true);
    convolve(&problem, dx, dy, p->n, p->packed + u_floats(&forward), NULL,
             p->scratch);
}

static void forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    struct problem problem = winograd_problem(l, p->run, false);
    convolve(&problem, y, x, p->n, p->packed, l->bias ? p->bias : NULL,
             p->scratch);
}

/* ---- The gradient of the weights ----
 *
 * dU[xi] = V[xi] transposed x Z[xi], summed over all tiles. A small dU stays in
 * the second-level cache while one thread takes batch after batch of its own
 * images: each chunk has a dU of its own. A large one would be read and written
 * again for each batch, so there V and Z of a group of images are gathered in
 * memory by all threads, and then each thread has some of the xi for itself. */

static void multiply_batch(const struct problem *p, const struct room *v,
                           const struct room *z, size_t n, float *du,
                           bool accumulate)
{
    size_t c = p->in.c, k = p->out.c;
    for (size_t xi = 0; xi < squared(p->form.a); xi++) {
        struct matmul product = {
            .kernels = p->kernels,
            .c = du + xi * c * k,
            .ldc = k,
            .m = c,
            .columns = k,
            .a = v->data + xi * v->xi,
            .lda = v->width,
            .b = z->data + xi * z->xi,
            .ldb = z->width,
            .n_seg = 1,
            .length = n,
            .accumulate = accumulate,
        };
        matmul_columns(&product);
    }
}

/* dbias += the gradients of the outputs of n tiles: the point (1, 1) of Z is
 * the sum of its tile. */
static void add_bias_gradient(const struct layer *l, const struct pass *p,
                              const struct problem *q, const struct room *z,
                              size_t first, size_t n)
{
    const float *sums = z->data + (q->form.a + 1) * z->xi + first * z->width;
    for (size_t at = 0; l->bias && at < l->out.c; at += z->width)
        q->kernels->sum_rows(p->dbias + at, sums + at / z->width * z->block,
                             z->width, n, smaller(z->width, l->out.c - at));
}

static void backward_weights(const struct layer *l, const struct pass *p,
                             const float *dy, const float *x)
{
    struct problem problem = winograd_problem(l, p->run, false);
    const struct problem *q = &problem;
    size_t products = squared(q->form.a);
    struct batch cut = cut_batches(q, p->n);
    struct room v, z;
    if (q->group > 0) {
        size_t at = p->in_group * q->tiles_h * q->tiles_w;
        gathered_rooms(q, p->gathered, &v, &z);
        data_tiles(q, &v, at, x, 0, cut.n_tiles, p->scratch);
        gradient_tiles(q, &z, at, dy, 0, cut.n_tiles, p->scratch);
        add_bias_gradient(l, p, q, &z, at, cut.n_tiles);
        return;
    }
    size_t k_whole = panel_floats(q->kernels, q->out.c);
    v = (struct room){p->scratch, q->batch * q->in.c + SKEW, 0, q->in.c};
    z = (struct room){v.data + products * v.xi, q->batch * k_whole + SKEW, 0,
                      k_whole};
    float *room = z.data + products * z.xi;
    for (size_t b = 0; b < cut.n_batches; b++) {
        size_t first = b * cut.n_tiles / cut.n_batches;
        size_t n = (b + 1) * cut.n_tiles / cut.n_batches - first;
        data_tiles(q, &v, 0, x, first, n, room);
        gradient_tiles(q, &z, 0, dy, first, n, room);
        multiply_batch(q, &v, &z, n, p->dweight, b > 0 || !p->fresh);
        add_bias_gradient(l, p, q, &z, 0, n);
    }
}

/* One block of columns of dU[xi], a block of rows at a time, over so many tiles
 * that the part of Z in use stays in the first-level cache. */
static void multiply_gathered(const struct problem *p, const struct room *v,
                              const struct room *z, size_t tiles, size_t task,
                              float *du, bool accumulate)
{
    size_t c = p->in.c, k = p->out.c, blocks = ceil_div(k, z->width);
    size_t xi = task / blocks, block = task % blocks, column = block * z->width;
    for (size_t tile = 0; tile < tiles; tile += GATHER_DEPTH)
        for (size_t at = 0; at < c; at += v->width) {
            struct matmul product = {
                .kernels = p->kernels,
                .c = du + (xi * c + at) * k + column,
                .ldc = k,
                .m = smaller(v->width, c - at),
                .columns = smaller(z->width, k - column),
                .a = v->data + xi * v->xi + at / v->width * v->block +
                     tile * v->width,
                .lda = v->width,
                .b = z->data + xi * z->xi + block * z->block + tile * z->width,
                .ldb = z->width,
                .n_seg = 1,
                .length = smaller(GATHER_DEPTH, tiles - tile),
                .accumulate = accumulate || tile > 0,
            };
            matmul_columns(&product);
        }
}

void winograd_gathered(const struct layer *l, const struct pass *p,
                       bool accumulate)
{
    struct problem problem = winograd_problem(l, p->run, false);
    const struct problem *q = &problem;
    struct room v, z;
    gathered_rooms(q, p->gathered, &v, &z);
    size_t tasks = squared(q->form.a) * ceil_div(q->out.c, z.width);
#pragma omp for schedule(static)
    for (size_t task = 0; task < tasks; task++)
        multiply_gathered(q, &v, &z, p->n * q->tiles_h * q->tiles_w, task,
                          p->gathered, accumulate);
}

void winograd_collect(const struct layer *l, const struct pass *p,
                      const float *partial)
{
    struct problem problem = winograd_problem(l, p->run, false);
    struct form f = problem.form;
    if (problem.group > 0)
        partial = p->gathered;
    size_t c = l->in.c, k = l->out.c;
#pragma omp for schedule(static)
    for (size_t i = 0; i < c; i++) {
        struct transform t = {
            .to = p->dweight + i * k,
            .to_row = f.r * c * k,
            .to_column = c * k,
            .from = partial + i * k,
            .from_row = f.a * c * k,
            .from_column = c * k,
            .n = k,
        };
        p->run->kernels->winograd[f.kind][WINOGRAD_WEIGHTS](&t);
    }
}

static void backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    backward_weights(l, p, dy, x);
    if (dx != NULL)
        winograd_backward_data(l, p, dx, dy);
}

/* ---- In words ---- */

/* For an output and input channel; the last tiles may reach over the edge. */
static double products_of(struct form f, struct shape out)
{
    size_t tiles = ceil_div(out.h, f.m) * ceil_div(out.w, f.m);
    return (double)(tiles * squared(f.a)) / (double)(out.h * out.w);
}

#define FORM_BYTES 20
static const char *form_text(char text[FORM_BYTES], struct form f)
{
    snprintf(text, FORM_BYTES, "F(%zux%zu, %zux%zu)", f.m, f.m, f.r, f.r);
    return text;
}

/* What else the layer could have taken, for windows with two forms. */
static void add_other_form(const struct problem *p, struct ramp_plan_step *step)
{
    bool is_6 = p->form.kind == WINOGRAD_63;
    struct form other = is_6 ? (struct form){WINOGRAD_43, 6, 4, 3}
                             : (struct form){WINOGRAD_63, 8, 6, 3};
    size_t n = strlen(step->reason);
    if (p->form.r == 3)
        snprintf(
            step->reason + n, sizeof step->reason - n, "; %s%s would take %.3g",
            form_text((char[FORM_BYTES]){0}, other),
            is_6 ? "" : ", which rounds more,", products_of(other, p->out));
}

void winograd_describe(const struct layer *l, const struct run *run,
                       struct ramp_plan_step *step)
{
    struct problem p = winograd_problem(l, run, false);
    struct problem back = winograd_problem(l, run, true);
    char text[FORM_BYTES];
    snprintf(step->algorithm, sizeof step->algorithm, "Winograd %s",
             form_text(text, p.form));
    conv_describe_products(l, products_of(p.form, p.out), step);
    add_other_form(&p, step);
    if (run->training && back.form.kind != p.form.kind)
        snprintf(step->input_gradient, sizeof step->input_gradient,
                 "%s, %.3g products", form_text(text, back.form),
                 products_of(back.form, back.out));
    size_t du = squared(p.form.a) * l->in.c * l->out.c * sizeof(float);
    if (run->training && p.group > 0)
        snprintf(step->weight_gradient, sizeof step->weight_gradient,
                 "gathered over groups of %zu images: its %.1f MiB would not "
                 "stay in a cache",
                 p.group, (double)du / 0x1p20);
}

const struct conv_algorithm conv_winograd = {
    .packed_floats = winograd_packed_floats,
    .scratch_floats = winograd_scratch_floats,
    .partial_weights = winograd_partial_weights,
    .pack = winograd_pack,
    .forward = forward,
    .backward = backward,
    .collect = winograd_collect,
    .describe = winograd_describe,
};
