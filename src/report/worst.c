/* worst.c - the wrong answers of an evaluation, the worst first. */
#include "report/worst.h"

#include "report/basics.h"
#include "report/csv.h"
#include "report/format.h"
#include "report/png.h"
#include "report/svg.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    COLUMNS = 5,
    EDGE = 16,
    HEAD = 60,
    BOX = 128, /* the side of the square that a picture is drawn in */
    GAP = 20,
    WORDS = 58, /* the height of those below it */
    FONT = 12,
    MAX_NAME = 13,      /* columns */
    MAX_SIDE = 2 * BOX, /* pixels of a picture that are kept */
    MIN_WIDTH = EDGE + 3 * (BOX + GAP),
};

/* ---- Which ---- */

struct wrong {
    double loss;
    size_t index;
};

static int compare(const void *a, const void *b)
{
    const struct wrong *one = a, *other = b;
    if (one->loss != other->loss)
        return one->loss > other->loss ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

enum ramp_status worst_init(struct worst *worst,
                            const struct ramp_evaluation *e,
                            struct ramp_error *err)
{
    struct wrong *list = NULL;
    *worst = (struct worst){0};
    enum ramp_status status = MEM_NEW(&list, e->n_wrong, "a list", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&worst->indices, e->n_wrong, "a list", err);
    for (size_t i = 0; i < e->n && status == RAMP_OK; i++)
        if (e->answers[i].answer != e->answers[i].label)
            list[worst->n++] = (struct wrong){e->answers[i].loss, i};
    if (status == RAMP_OK && worst->n > 0)
        qsort(list, worst->n, sizeof *list, compare);
    for (size_t i = 0; i < worst->n; i++)
        worst->indices[i] = list[i].index;
    mem_free(list);
    return status;
}

void worst_release(struct worst *worst)
{
    mem_free(worst->indices);
    *worst = (struct worst){0};
}

/* ---- The table ---- */

void worst_write(struct draft *csv, const struct worst *worst,
                 const struct ramp_dataset *data, enum ramp_part part,
                 const struct ramp_evaluation *e)
{
    char buffer[256];
    draft_add(csv, "path,truth,answer,probability,loss\n");
    for (size_t i = 0; i < worst->n; i++) {
        size_t index = worst->indices[i];
        const struct ramp_answer *a = &e->answers[index];
        csv_text(csv, ramp_dataset_item_name(data, part, index, buffer,
                                             sizeof buffer));
        draft_add(csv, ",");
        csv_text(csv, ramp_dataset_class(data, a->label));
        draft_add(csv, ",");
        csv_text(csv, ramp_dataset_class(data, a->answer));
        csv_number(csv, a->probability);
        csv_number(csv, a->loss);
        draft_add(csv, "\n");
    }
}

/* ---- The pictures ---- */

/* What one tile after the other is drawn from. */
struct drawing {
    const struct ramp_dataset *data;
    enum ramp_part part;
    struct pixels whole, small; /* small: no larger than can be seen */
};

static int longer_side(const struct pixels *p)
{
    return p->width > p->height ? p->width : p->height;
}

static int scaled(int side, int to, int from)
{
    int result = (int)((int64_t)side * to / from);
    return result > 0 ? result : 1;
}

static enum ramp_status drawing_init(struct drawing *d,
                                     const struct ramp_dataset *data,
                                     enum ramp_part part,
                                     struct ramp_error *err)
{
    struct ramp_preprocess shape;
    ramp_dataset_shape(data, &shape);
    *d = (struct drawing){
        .data = data,
        .part = part,
        .whole = {shape.width, shape.height, shape.channels, NULL}};
    int side = longer_side(&d->whole);
    d->small = d->whole;
    if (side > MAX_SIDE) {
        d->small.width = scaled(d->whole.width, MAX_SIDE, side);
        d->small.height = scaled(d->whole.height, MAX_SIDE, side);
    }
    size_t row = (size_t)shape.width * (size_t)shape.channels;
    enum ramp_status status =
        MEM_NEW(&d->whole.bytes, (size_t)shape.height * row, "a picture", err);
    if (status == RAMP_OK) /* is never the larger one */
        status = MEM_NEW(&d->small.bytes, (size_t)shape.height * row,
                         "a picture", err);
    return status;
}

static void drawing_release(struct drawing *d)
{
    mem_free(d->whole.bytes);
    mem_free(d->small.bytes);
}

static enum ramp_status read_picture(struct drawing *d, size_t index,
                                     struct ramp_error *err)
{
    const struct ramp_preprocess shape = {.channels = d->small.channels,
                                          .height = d->small.height,
                                          .width = d->small.width,
                                          .fit = RAMP_FIT_STRETCH};
    const struct ramp_image image = {.channels = d->whole.channels,
                                     .height = d->whole.height,
                                     .width = d->whole.width,
                                     .pixels = d->whole.bytes};
    enum ramp_status status =
        ramp_dataset_read(d->data, d->part, index, d->whole.bytes, err);
    return status == RAMP_OK
               ? ramp_preprocess_fit(d->small.bytes, &shape, &image, err)
               : status;
}

/* Enlarged by a whole number, so that all its pixels have one size; the frame
 * is for those that are white at the edge. */
static enum ramp_status add_picture(struct draft *svg, const struct drawing *d,
                                    int x, int y, struct ramp_error *err)
{
    const struct pixels *p = &d->small;
    int side = longer_side(p), drawn = side <= BOX ? BOX / side * side : BOX;
    int width = scaled(p->width, drawn, side);
    int height = scaled(p->height, drawn, side);
    draft_add(svg,
              "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
              "preserveAspectRatio=\"none\"%s href=\"",
              x, y + (BOX - height) / 2, width, height,
              side <= BOX ? " style=\"image-rendering:pixelated\"" : "");
    enum ramp_status status = png_add_uri(svg, p, err);
    draft_add(svg,
              "\"/>\n<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
              "fill=\"none\" stroke=\"#ccc\"/>\n",
              x, y + (BOX - height) / 2, width, height);
    return status;
}

static void add_word(struct draft *svg, int x, int y, const char *word,
                     const char *name, const char *weight)
{
    draft_add(svg, "<text x=\"%d\" y=\"%d\"%s>%s", x, y, weight, word);
    svg_cut(svg, name, MAX_NAME);
    draft_add(svg, "</text>\n");
}

static enum ramp_status add_tile(struct draft *svg, struct drawing *d,
                                 const struct ramp_evaluation *e, size_t index,
                                 int x, int y, struct ramp_error *err)
{
    char buffer[256], sure[32];
    const struct ramp_answer *a = &e->answers[index];
    enum ramp_status status = read_picture(d, index, err);
    if (status != RAMP_OK)
        return status;
    draft_add(svg, "<g>\n<title>");
    svg_text(svg, ramp_dataset_item_name(d->data, d->part, index, buffer,
                                         sizeof buffer));
    draft_add(svg, "</title>\n");
    status = add_picture(svg, d, x, y, err);
    snprintf(sure, sizeof sure, "%.1f %%", 100 * a->probability);
    y += BOX + FONT + 4;
    add_word(svg, x, y, "truth: ", ramp_dataset_class(d->data, a->label),
             " font-weight=\"bold\"");
    add_word(svg, x, y + 16, "answer: ", ramp_dataset_class(d->data, a->answer),
             "");
    add_word(svg, x, y + 32, "sure: ", sure, "");
    draft_add(svg, "</g>\n");
    return status;
}

static void add_head(struct draft *svg, size_t n, size_t n_wrong,
                     const char *subject)
{
    draft_add(svg,
              "<text x=\"%d\" y=\"28\" font-size=\"16\" "
              "font-weight=\"bold\">%s</text>\n",
              EDGE, n_wrong == 0 ? "No errors" : "The worst errors");
    if (n == n_wrong)
        svg_line(svg, EDGE, 48, 12, "%s: %s wrong", subject,
                 FORMAT_COUNT(n_wrong));
    else
        svg_line(svg, EDGE, 48, 12, "%s: %zu of %s wrong, largest loss first",
                 subject, n, FORMAT_COUNT(n_wrong));
}

enum ramp_status worst_draw(struct draft *svg, const struct worst *worst,
                            const struct ramp_dataset *data,
                            enum ramp_part part,
                            const struct ramp_evaluation *e,
                            const char *subject, struct ramp_error *err)
{
    struct drawing d;
    int n = worst->n < WORST_MAX_TILES ? (int)worst->n : WORST_MAX_TILES;
    int columns = n < COLUMNS ? n : COLUMNS;
    int rows = (n + COLUMNS - 1) / COLUMNS;
    int width = 2 * EDGE - GAP + columns * (BOX + GAP);
    svg_begin(svg, width < MIN_WIDTH ? MIN_WIDTH : width,
              HEAD + rows * (BOX + WORDS + GAP),
              "The worst errors, each with truth, answer and its probability");
    add_head(svg, (size_t)n, worst->n, subject);
    draft_add(svg, "<g font-size=\"%d\">\n", FONT);
    enum ramp_status status = drawing_init(&d, data, part, err);
    for (int i = 0; i < n && status == RAMP_OK; i++)
        status = add_tile(svg, &d, e, worst->indices[i],
                          EDGE + i % COLUMNS * (BOX + GAP),
                          HEAD + i / COLUMNS * (BOX + WORDS + GAP), err);
    drawing_release(&d);
    draft_add(svg, "</g>\n");
    svg_end(svg);
    return status;
}
