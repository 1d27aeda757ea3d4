/* winograd_narrow.c - Winograd's algorithm for maps of up to NARROW_C channels,
 * as pictures have: kernels of their own (kernels/narrow_kernels.h) keep the
 * products of some tiles in registers, from V on to the outputs. */
#include "kernels/kernels.h"
#include "layers/matmul.h"
#include "layers/winograd_problem.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

/* Where V of one row of tiles lies, behind the image cut into tiles. */
struct rooms {
    float *cut;  /* [row][column of a tile][tile][NARROW_C] */
    float *v;    /* [xi][tile][NARROW_C] */
    float *edge; /* outputs, or their gradients, of a row of whole tiles */
    size_t row, v_xi;
};

static size_t rows_of(const struct problem *p)
{
    return (p->tiles_h - 1) * p->form.m + p->form.a;
}

static struct rooms rooms_of(const struct problem *p, float *scratch)
{
    struct rooms room = {
        .row = p->tiles_w * NARROW_C,
        .v_xi = p->tiles_w * NARROW_C,
        .cut = scratch,
    };
    room.v = room.cut + rows_of(p) * p->form.a * room.row;
    room.edge = room.v + squared(p->form.a) * room.v_xi;
    return room;
}

static size_t rooms_floats(const struct problem *p)
{
    size_t m = p->form.m, a = p->form.a;
    return (rows_of(p) * a + squared(a)) * p->tiles_w * NARROW_C +
           m * m * p->tiles_w * p->out.c;
}

static size_t scratch_floats(const struct layer *l, const struct run *run)
{
    struct problem p = winograd_problem(l, run, false);
    size_t rooms = rooms_floats(&p), wide = winograd_scratch_floats(l, run);
    return rooms > wide ? rooms : wide; /* dx is not made by these kernels */
}

/* Copies of constant size need no loop. */
static void copy_pixel(float *to, const float *from, size_t c)
{
    switch (c) {
    case 1: memcpy(to, from, sizeof *to); break;
    case 2: memcpy(to, from, 2 * sizeof *to); break;
    case 3: memcpy(to, from, 3 * sizeof *to); break;
    default: memcpy(to, from, 4 * sizeof *to); break;
    }
}

/* One image, column j of all tiles side by side, so that the transforms work on
 * the channels of several tiles at once. */
static void cut_image(const struct problem *p, const struct rooms *room,
                      const float *x)
{
    size_t c = p->in.c, a = p->form.a, rows = rows_of(p);
    memset(room->cut, 0, rows * a * room->row * sizeof *room->cut);
    for (size_t i = 0; i < p->in.h; i++) {
        const float *from = x + i * p->in.w * c;
        float *to = room->cut + (i + p->pad_h) * a * room->row;
        for (size_t tile = 0; tile < p->tiles_w; tile++)
            for (size_t j = 0; j < a; j++) {
                /* A column at the left of the map counts as a large one. */
                size_t column = tile * p->form.m + j - p->pad_w;
                float *pixel = to + j * room->row + tile * NARROW_C;
                if (column < p->in.w)
                    copy_pixel(pixel, from + column * c, c);
            }
    }
}

static void transform_row(const struct problem *p, const struct rooms *room,
                          size_t tile_row)
{
    size_t a = p->form.a;
    struct transform t = {
        .to = room->v,
        .to_row = a * room->v_xi,
        .to_column = room->v_xi,
        .from = room->cut + tile_row * p->form.m * a * room->row,
        .from_row = a * room->row,
        .from_column = room->row,
        .n = room->row,
    };
    p->kernels->winograd[p->form.kind][WINOGRAD_DATA](&t);
}

static void forward_image(const struct problem *p, const struct pass *pass,
                          float *y, const float *x, const float *bias)
{
    size_t c = p->in.c, k = p->out.c, m = p->form.m, row = p->out.w * k;
    struct rooms room = rooms_of(p, pass->scratch);
    cut_image(p, &room, x);
    for (size_t i = 0; i < p->tiles_h; i++) {
        size_t rows = smaller(m, p->out.h - i * m);
        bool whole = rows == m && p->tiles_w * m == p->out.w;
        float *to = whole ? y + i * m * row : room.edge;
        size_t to_row = whole ? row : p->tiles_w * m * k;
        transform_row(p, &room, i);
        for (size_t j = 0; j < panel_count(p->kernels, k); j++) {
            struct panel panel = panel_get(p->kernels, k, j);
            struct narrow t = {
                .y = to + panel.column,
                .y_row = to_row,
                .y_column = k,
                .v = room.v,
                .v_xi = room.v_xi,
                .u = pass->packed + c * panel.column,
                .u_xi = c * panel_floats(p->kernels, k),
                .u_row = panel.nv * p->kernels->width,
                .bias = bias ? bias + panel.column : NULL,
                .c = c,
                .n = panel.columns,
                .n_tiles = p->tiles_w,
            };
            p->kernels->narrow_output(&t);
        }
        for (size_t r = 0; !whole && r < rows; r++)
            memcpy(y + (i * m + r) * row, to + r * to_row, row * sizeof *y);
    }
}

/* Adds to dU, (xi, c, k). */
static void gradient_image(const struct problem *p, const struct pass *pass,
                           const float *dy, const float *x)
{
    size_t c = p->in.c, k = p->out.c, m = p->form.m;
    struct rooms room = rooms_of(p, pass->scratch);
    cut_image(p, &room, x);
    for (size_t i = 0; i < p->tiles_h; i++) {
        struct strip strip = winograd_strip(
            room.edge, dy, p->out, (ptrdiff_t)(i * m), 0, m, p->tiles_w * m);
        transform_row(p, &room, i);
        struct narrow t = {
            .y = (float *)(uintptr_t)strip.data, /* only read */
            .y_row = strip.row,
            .y_column = k,
            .v = room.v,
            .v_xi = room.v_xi,
            .u = pass->dweight,
            .u_xi = c * k,
            .u_row = k,
            .c = c,
            .n = k,
            .n_tiles = p->tiles_w,
        };
        p->kernels->narrow_gradient(&t);
    }
}

static void forward(const struct layer *l, const struct pass *p, float *y,
                    const float *x)
{
    struct problem problem = winograd_problem(l, p->run, false);
    for (size_t i = 0; i < p->n; i++)
        forward_image(&problem, p, y + i * shape_size(l->out),
                      x + i * shape_size(l->in), l->bias ? p->bias : NULL);
}

static void backward(const struct layer *l, const struct pass *p, float *dx,
                     const float *dy, const float *x)
{
    struct problem problem = winograd_problem(l, p->run, false);
    conv_clear(p, p->dweight, winograd_partial_weights(l, p->run));
    for (size_t i = 0; i < p->n; i++)
        gradient_image(&problem, p, dy + i * shape_size(l->out),
                       x + i * shape_size(l->in));
    conv_bias_gradient(l, p, dy);
    if (dx != NULL)
        winograd_backward_data(l, p, dx, dy);
}

static void describe(const struct layer *l, const struct run *run,
                     struct ramp_plan_step *step)
{
    winograd_describe(l, run, step);
    size_t n = strlen(step->reason);
    snprintf(step->reason + n, sizeof step->reason - n,
             "; too few channels (%zu) to fill vectors with, so tiles do",
             l->in.c);
}

const struct conv_algorithm conv_winograd_narrow = {
    .packed_floats = winograd_packed_floats,
    .scratch_floats = scratch_floats,
    .partial_weights = winograd_partial_weights,
    .pack = winograd_pack,
    .forward = forward,
    .backward = backward,
    .collect = winograd_collect,
    .describe = describe,
};
