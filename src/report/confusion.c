/* confusion.c - which classes are taken for which. */
#include "report/confusion.h"

#include "report/format.h"
#include "report/svg.h"

#include <math.h>
#include <stdio.h>

enum {
    MAX_NUMBERS = 20,  /* classes: more have fields too small for numbers */
    MAX_CLASSES = 100, /* and more than these, fields too small for names */
    MAX_NAME = 18,     /* columns */
    MAX_MISTAKES = 30,
    EDGE = 16,
    HEAD = 64, /* title and subject */
    FOOT = 52, /* legend */
    MIN_WIDTH = 600,
};

/* ---- The most frequent mistakes ---- */

/* In the order of count, then place. */
static bool comes_before(const struct ramp_evaluation *e, size_t a, size_t b)
{
    if (b == CONFUSION_NONE || e->confusion[a] != e->confusion[b])
        return b == CONFUSION_NONE || e->confusion[a] > e->confusion[b];
    return a < b;
}

size_t confusion_next(const struct ramp_evaluation *e, size_t place)
{
    size_t n = (size_t)e->n_classes, best = CONFUSION_NONE;
    for (size_t i = 0; i < n * n; i++)
        if (i / n != i % n && e->confusion[i] > 0 &&
            (place == CONFUSION_NONE || comes_before(e, place, i)) &&
            comes_before(e, i, best))
            best = i;
    return best;
}

/* ---- Colours ---- */

/* From white over blue to nearly black: ever darker, so that it is the same in
 * grey and to every eye. The root lets shares of a few per cent be seen. */
static void add_colour(struct draft *svg, double share)
{
    static const double stops[3][3] = {
        {255, 255, 255}, {107, 168, 214}, {8, 38, 92}};
    double place = 2 * sqrt(share);
    int from = place < 1 ? 0 : 1;
    draft_add(svg, "#");
    for (int c = 0; c < 3; c++) {
        double a = stops[from][c], b = stops[from + 1][c];
        draft_add(svg, "%02x", (unsigned)lround(a + (b - a) * (place - from)));
    }
}

static bool is_dark(double share)
{
    return share > 0.3;
}

/* ---- The matrix ---- */

struct layout {
    const struct ramp_model *model;
    const struct ramp_evaluation *e;
    int n, cell, font;
    int left, top; /* of the fields */
    int names;     /* the room that names take beside the fields */
    bool slanted;  /* names above the fields; else upright */
    bool numbers;
};

static struct layout plan_layout(const struct ramp_model *model,
                                 const struct ramp_evaluation *e)
{
    int n = e->n_classes, columns = 0;
    for (int i = 0; i < n; i++) {
        int name = format_columns(ramp_model_class(model, i));
        columns = name > columns ? name : columns;
    }
    columns = columns < MAX_NAME ? columns : MAX_NAME;
    struct layout l = {.model = model, .e = e, .n = n};
    l.numbers = l.slanted = n <= MAX_NUMBERS;
    l.cell = n <= 4 ? 72 : n <= 10 ? 46 : l.numbers ? 36 : n <= 50 ? 14 : 11;
    l.font = l.numbers ? 13 : n <= 50 ? 11 : 9;
    l.names = svg_text_width(columns, l.font) + 8;
    l.left = EDGE + l.names;
    l.top = HEAD + (l.slanted ? l.names * 3 / 4 + 12 : l.names);
    return l;
}

static void add_names(struct draft *svg, const struct layout *l)
{
    int middle = l->cell / 2, down = l->font * 35 / 100;
    draft_add(svg, "<g font-size=\"%d\">\n", l->font);
    for (int i = 0; i < l->n; i++) {
        draft_add(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">",
                  l->left - 6, l->top + i * l->cell + middle + down);
        svg_cut(svg, ramp_model_class(l->model, i), MAX_NAME);
        draft_add(svg,
                  "</text>\n<text transform=\"translate(%d %d) "
                  "rotate(-%d)\">",
                  l->left + i * l->cell + middle + (l->slanted ? 0 : down),
                  l->top - 6, l->slanted ? 45 : 90);
        svg_cut(svg, ramp_model_class(l->model, i), MAX_NAME);
        draft_add(svg, "</text>\n");
    }
    draft_add(svg, "</g>\n");
}

static double share_of_row(const struct layout *l, int i, int j)
{
    size_t count = l->e->confusion[(size_t)i * (size_t)l->n + (size_t)j];
    size_t n = l->e->classes[i].n;
    return n == 0 ? 0 : (double)count / (double)n;
}

static void add_fields(struct draft *svg, const struct layout *l)
{
    for (int i = 0; i < l->n; i++)
        for (int j = 0; j < l->n; j++) {
            double share = share_of_row(l, i, j);
            if (share == 0)
                continue;
            draft_add(svg,
                      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                      "fill=\"",
                      l->left + j * l->cell, l->top + i * l->cell, l->cell,
                      l->cell);
            add_colour(svg, share);
            draft_add(svg, "\"/>\n");
        }
}

/* Lines between the fields; where these are small, only each tenth. */
static void add_grid(struct draft *svg, const struct layout *l)
{
    int side = l->n * l->cell, step = l->numbers ? 1 : 10;
    draft_add(svg, "<path stroke=\"#ddd\" fill=\"none\" d=\"");
    for (int i = 0; i < l->n; i += step)
        draft_add(svg, "M%d %dv%dM%d %dh%d", l->left + i * l->cell, l->top,
                  side, l->left, l->top + i * l->cell, side);
    draft_add(svg,
              "\"/>\n<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
              "fill=\"none\" stroke=\"#999\"/>\n",
              l->left, l->top, side, side);
}

static void add_numbers(struct draft *svg, const struct layout *l)
{
    draft_add(svg, "<g text-anchor=\"middle\">\n");
    for (int i = 0; i < l->n; i++)
        for (int j = 0; j < l->n; j++) {
            double share = share_of_row(l, i, j);
            char text[32];
            int length = snprintf(text, sizeof text, "%zu",
                                  l->e->confusion[i * l->n + j]);
            int widest = l->cell * 17 / 10 / length;
            int font = widest < 14 ? widest : 14;
            if (share == 0)
                continue;
            draft_add(svg,
                      "<text x=\"%d\" y=\"%d\" font-size=\"%d\"%s>%s</text>\n",
                      l->left + j * l->cell + l->cell / 2,
                      l->top + i * l->cell + l->cell / 2 + font * 35 / 100,
                      font, is_dark(share) ? " fill=\"#fff\"" : "", text);
        }
    draft_add(svg, "</g>\n");
}

static void add_legend(struct draft *svg, int y, bool numbers)
{
    static const double shares[] = {0.01, 0.05, 0.2, 0.5, 1};
    int x = EDGE;
    draft_add(svg, "<g stroke=\"#999\">\n");
    for (int i = 0; i < 5; i++) {
        draft_add(svg,
                  "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"",
                  x + 66 * i, y);
        add_colour(svg, shares[i]);
        draft_add(svg, "\"/>\n");
    }
    draft_add(svg, "</g>\n");
    for (int i = 0; i < 5; i++)
        svg_line(svg, x + 66 * i + 19, y + 12, 12, "%g %%", 100 * shares[i]);
    svg_line(svg, x + 66 * 5 + 4, y + 12, 12, "of its row%s",
             numbers ? "" : " (numbers: confusion.csv)");
}

static void add_head(struct draft *svg, const struct ramp_evaluation *e,
                     const char *title, const char *subject)
{
    char line[200];
    draft_add(svg,
              "<text x=\"%d\" y=\"28\" font-size=\"16\" "
              "font-weight=\"bold\">%s</text>\n",
              EDGE, title);
    snprintf(line, sizeof line, "%s: %s pictures, %.2f %% wrong", subject,
             FORMAT_COUNT(e->n), 100 * e->error);
    svg_line(svg, EDGE, 48, 12, "%s", line);
}

static void draw_matrix(struct draft *svg, const struct ramp_model *model,
                        const struct ramp_evaluation *e, const char *subject)
{
    struct layout l = plan_layout(model, e);
    int side = l.n * l.cell, right = l.slanted ? l.names * 3 / 4 : EDGE;
    int width = l.left + side + right;
    if (width < MIN_WIDTH)
        width = MIN_WIDTH;
    svg_begin(svg, width, l.top + side + FOOT,
              "Confusion matrix: a row for each true class, a column for each "
              "answer");
    add_head(svg, e, "Confusion: truth by row, answer by column", subject);
    add_fields(svg, &l);
    add_grid(svg, &l);
    if (l.numbers)
        add_numbers(svg, &l);
    add_names(svg, &l);
    add_legend(svg, l.top + side + 20, l.numbers);
    svg_end(svg);
}

/* ---- Of many classes, a list ---- */

static int count_mistakes(const struct ramp_evaluation *e)
{
    int n = 0;
    size_t place = confusion_next(e, CONFUSION_NONE);
    while (n < MAX_MISTAKES && place != CONFUSION_NONE) {
        n++;
        place = confusion_next(e, place);
    }
    return n;
}

static void add_mistake(struct draft *svg, const struct ramp_model *model,
                        const struct ramp_evaluation *e, size_t place, int y,
                        size_t most)
{
    enum { BAR = 120, TEXT = EDGE + BAR + 56 };
    size_t n = (size_t)e->n_classes, count = e->confusion[place];
    double length = BAR * (double)count / (double)most;
    draft_add(svg,
              "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"14\" "
              "fill=\"#3f7fb5\"/>\n",
              EDGE + BAR - length, y, length);
    svg_line(svg, EDGE + BAR + 8, y + 12, 13, "%s", FORMAT_COUNT(count));
    draft_add(svg, "<text x=\"%d\" y=\"%d\" font-size=\"13\">", TEXT, y + 12);
    svg_cut(svg, ramp_model_class(model, (int)(place / n)), MAX_NAME);
    draft_add(svg, " taken for ");
    svg_cut(svg, ramp_model_class(model, (int)(place % n)), MAX_NAME);
    draft_add(svg, " (of %s)</text>\n", FORMAT_COUNT(e->classes[place / n].n));
}

static void draw_list(struct draft *svg, const struct ramp_model *model,
                      const struct ramp_evaluation *e, const char *subject)
{
    enum { ROW = 20, TOP = HEAD + 24, WIDTH = 620 };
    int n = count_mistakes(e), y = TOP;
    size_t place = confusion_next(e, CONFUSION_NONE);
    size_t most = place == CONFUSION_NONE ? 0 : e->confusion[place];
    svg_begin(svg, WIDTH, TOP + n * ROW + EDGE,
              "The most frequent mistakes, by how often they were made");
    add_head(svg, e, "The most frequent mistakes", subject);
    svg_line(svg, EDGE, 68, 12,
             "%s classes are too many for a matrix that could be read: it is "
             "in confusion.csv",
             FORMAT_COUNT((uint64_t)e->n_classes));
    for (int i = 0; i < n; i++, y += ROW) {
        add_mistake(svg, model, e, place, y, most);
        place = confusion_next(e, place);
    }
    svg_end(svg);
}

void confusion_draw(struct draft *svg, const struct ramp_model *model,
                    const struct ramp_evaluation *e, const char *subject)
{
    if (e->n_classes <= MAX_CLASSES)
        draw_matrix(svg, model, e, subject);
    else
        draw_list(svg, model, e, subject);
}
