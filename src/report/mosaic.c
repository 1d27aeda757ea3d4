/* mosaic.c - many small pictures as one PNG file. */
#include "report/mosaic.h"

#include "report/basics.h"

#include <string.h>

/* The ground is a light grey, so that white pictures have an edge. */
enum { WIDTH = 600, MAX_ZOOM = 32, GAP = 4, GROUND = 224 };

struct grid {
    const struct pixels *tile;
    size_t n, columns, rows;
    size_t zoom;          /* a pixel is a square of zoom x zoom */
    size_t width, height; /* of a tile, enlarged */
    struct pixels all;
};

/* As many columns as rows, or up to half as many more where that leaves fewer
 * places empty. */
static size_t choose_columns(size_t n)
{
    size_t root = 1;
    while (root * root < n)
        root++;
    size_t best = root;
    for (size_t columns = root; columns <= root + root / 2; columns++)
        if ((columns - n % columns) % columns < (best - n % best) % best)
            best = columns;
    return best;
}

static struct grid plan_grid(const struct pixels *tile, size_t n)
{
    struct grid g = {.tile = tile, .n = n, .columns = choose_columns(n)};
    size_t row = g.columns * (size_t)tile->width;
    g.rows = (n + g.columns - 1) / g.columns;
    g.zoom = (WIDTH + row - 1) / row;
    if (g.zoom > MAX_ZOOM)
        g.zoom = MAX_ZOOM;
    g.width = g.zoom * (size_t)tile->width;
    g.height = g.zoom * (size_t)tile->height;
    return g;
}

/* One row of the mosaic's pixels, which crosses the tiles of one row. */
static void fill_row(const struct grid *g, uint8_t *to, size_t row, size_t y)
{
    size_t channels = (size_t)g->tile->channels;
    size_t line = (size_t)g->tile->width * channels;
    size_t size = (size_t)g->tile->height * line;
    for (size_t column = 0; column < g->columns; column++) {
        size_t i = row * g->columns + column;
        if (i >= g->n)
            break;
        const uint8_t *from = g->tile->bytes + i * size + y / g->zoom * line;
        uint8_t *at = to + (GAP + column * (g->width + GAP)) * channels;
        for (size_t x = 0; x < g->width; x++, at += channels)
            memcpy(at, from + x / g->zoom * channels, channels);
    }
}

static enum ramp_status fill(struct grid *g, struct ramp_error *err)
{
    struct pixels *all = &g->all;
    size_t n_bytes, channels = (size_t)g->tile->channels;
    size_t width = GAP + g->columns * (g->width + GAP);
    size_t height = GAP + g->rows * (g->height + GAP);
    if (!size_mul(&n_bytes, width * channels, height) || width > INT32_MAX ||
        height > INT32_MAX)
        return error_memory(err, "a mosaic", SIZE_MAX);
    enum ramp_status status = MEM_NEW(&all->bytes, n_bytes, "a mosaic", err);
    if (status != RAMP_OK)
        return status;
    all->width = (int)width;
    all->height = (int)height;
    all->channels = g->tile->channels;
    memset(all->bytes, GROUND, n_bytes);
    for (size_t row = 0; row < g->rows; row++)
        for (size_t y = 0; y < g->height; y++) {
            size_t place = GAP + row * (g->height + GAP) + y;
            fill_row(g, all->bytes + place * width * channels, row, y);
        }
    return RAMP_OK;
}

enum ramp_status mosaic_write(const char *folder, const char *name,
                              const struct pixels *tile, size_t n,
                              struct ramp_error *err)
{
    struct grid g = plan_grid(tile, n);
    uint8_t *png = NULL;
    size_t n_bytes = 0;
    char *path = file_join(folder, name);
    enum ramp_status status =
        path == NULL ? error_memory(err, "a name", strlen(folder)) : RAMP_OK;
    if (status == RAMP_OK)
        status = fill(&g, err);
    if (status == RAMP_OK)
        status = png_encode(&png, &n_bytes, &g.all, err);
    if (status == RAMP_OK)
        status = file_write(path, png, n_bytes, err);
    mem_free(path);
    mem_free(png);
    mem_free(g.all.bytes);
    return status;
}
