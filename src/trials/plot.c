/* plot.c - the figures of a claim as lines or bars. */
#include "trials/plot.h"

#include "trials/picture.h"
#include "trials/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ==== The points of a series ==== */

struct point {
    double x, median, lowest, highest; /* NaN: a seed has none */
};

struct points {
    struct point *points; /* owned; by x */
    size_t n, capacity;
};

/* What is asked for: a series in a panel. */
struct question {
    const struct plot *plot;
    const struct figures *figures;
    const char *scale, *part;
    char name[64];
    double at;
};

static size_t count_seeds(const struct question *q, const char *part)
{
    const struct figures *f = q->figures;
    const char *protocol = NULL;
    uint64_t seeds[STATS_MAX];
    size_t n = 0;
    for (size_t i = f->n; i-- > 0 && n < STATS_MAX;) {
        const struct figure *row = &f->rows[i];
        size_t known = 0;
        if (!text_equal(row->scale, q->scale) || !text_equal(row->part, part))
            continue;
        protocol = protocol ? protocol : row->protocol;
        while (known < n && seeds[known] != row->seed)
            known++;
        if (known == n && text_equal(row->protocol, protocol))
            seeds[n++] = row->seed;
    }
    return n;
}

/* A training that diverged has no figure: then there is none of its seeds. */
static struct point make_point(const struct question *q, double x,
                               const char *part, const char *name, double at)
{
    struct point point = {x, NAN, NAN, NAN};
    double values[STATS_MAX];
    size_t n =
        figures_values(q->figures, q->scale, part, name, at, values, STATS_MAX);
    if (n == 0 || n < count_seeds(q, part))
        return point;
    point.median = stats_median(values, n);
    point.lowest = point.highest = values[0];
    for (size_t i = 1; i < n; i++) {
        point.lowest = fmin(point.lowest, values[i]);
        point.highest = fmax(point.highest, values[i]);
    }
    return point;
}

/* "relu lr 0.1", "relu", " lr ": 0.1. NaN: it is not so. */
static double number_behind(const char *text, const char *start,
                            const char *between)
{
    const size_t n_start = strlen(start), n_between = strlen(between);
    double x;
    if (strncmp(text, start, n_start) != 0 ||
        strncmp(text + n_start, between, n_between) != 0 ||
        !text_to_double(&x, text + n_start + n_between, -INFINITY, INFINITY))
        return NAN;
    return x;
}

/* Where a row stands in the picture; NaN: nowhere. */
static double x_of(const struct question *q, const struct figure *row)
{
    const bool part = text_equal(row->part, q->part);
    if (!text_equal(row->scale, q->scale))
        return NAN;
    switch (q->plot->x) {
    case PLOT_AT: return part && text_equal(row->name, q->name) ? row->at : NAN;
    case PLOT_EPOCH:
        return part && row->at == q->at
                   ? number_behind(row->name, q->name, ", epoch ")
                   : NAN;
    case PLOT_RATE: return number_behind(row->part, q->part, " lr ");
    default: return NAN;
    }
}

static int by_x(const void *a, const void *b)
{
    const double x = ((const struct point *)a)->x;
    const double y = ((const struct point *)b)->x;
    return (x > y) - (x < y);
}

static enum ramp_status add_point(struct points *points,
                                  const struct point *point,
                                  struct ramp_error *err)
{
    if (!mem_grow((void **)&points->points, &points->capacity, points->n + 1,
                  sizeof *points->points))
        return error_memory(err, "points", points->n);
    points->points[points->n++] = *point;
    return RAMP_OK;
}

/* Rows of a training are in the order of its epochs, those of trainings in any
 * order. */
static enum ramp_status find_points(struct points *points,
                                    const struct question *q,
                                    struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    points->n = 0;
    for (size_t i = 0; i < q->figures->n && status == RAMP_OK; i++) {
        const struct figure *row = &q->figures->rows[i];
        const bool rates = q->plot->x == PLOT_RATE;
        double x = x_of(q, row);
        size_t known = 0;
        while (known < points->n && points->points[known].x != x)
            known++;
        if (isnan(x) || known < points->n)
            continue;
        struct point point =
            make_point(q, x, row->part, rates ? q->name : row->name,
                       rates ? q->at : row->at);
        status = add_point(points, &point, err);
    }
    if (points->n > 1)
        qsort(points->points, points->n, sizeof *points->points, by_x);
    return status;
}

/* Bars stand side by side, the middle of them at the number of their part. */
static enum ramp_status find_bars(struct points *points,
                                  const struct question *q, double shift,
                                  struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    points->n = 0;
    for (int i = 0; q->plot->parts[i] && status == RAMP_OK; i++) {
        struct point point =
            make_point(q, i + shift, q->plot->parts[i], q->name, q->at);
        if (!isnan(point.median))
            status = add_point(points, &point, err);
    }
    return status;
}

/* ==== The script ==== */

/* What the plot command says of a series. */
struct drawn {
    const struct plot *plot;
    int panel;
    size_t series, n_series;
    size_t n;    /* points */
    bool spread; /* seeds differ */
};

/* What all panels together have. */
struct total {
    size_t n;         /* points */
    double low, high; /* low: above 0 where the axis is logarithmic */
};

static void name_block(char name[48], const struct drawn *d)
{
    snprintf(name, 48, "$p%d_%zu", d->panel + 1, d->series + 1);
}

/* Numbers as the table has them. */
static void add_block(struct draft *script, struct drawn *d,
                      struct total *total, const struct points *points)
{
    char name[48];
    name_block(name, d);
    d->spread = false;
    d->n = 0;
    draft_add(script, "%s << END\n", name);
    for (size_t i = 0; i < points->n; i++) {
        const struct point *p = &points->points[i];
        d->n += isnan(p->median) ? 0 : 1;
        d->spread = d->spread || p->lowest < p->highest;
        total->high = fmax(total->high, p->highest);
        if (p->lowest > 0 || !d->plot->log_y)
            total->low = fmin(total->low, p->lowest);
        if (isnan(p->median))
            draft_add(script, "%g,NaN,NaN,NaN\n", p->x);
        else
            draft_add(script, "%g,%g,%g,%g\n", p->x, p->median, p->lowest,
                      p->highest);
    }
    draft_add(script, "END\n");
    total->n += d->n;
}

enum { MARKED = 21 }; /* points of a line that are drawn as such, at most */

static void add_line(struct draft *script, const struct drawn *d)
{
    char name[48];
    const char *factor = d->plot->per_cent ? "100*" : "";
    name_block(name, d);
    if (d->spread)
        draft_add(script,
                  ", \\\n    %s using 1:(%s$3):(%s$4) with filledcurves \\\n"
                  "        fillcolor rgb \"%s\" \\\n"
                  "        fillstyle transparent solid 0.15 noborder",
                  name, factor, factor, picture_colour(d->series));
    draft_add(script, ", \\\n    %s using 1:(%s$2) with lines%s \\\n        %s",
              name, factor,
              d->n <= MARKED ? "points pointtype 7 pointsize 0.5" : "",
              PICTURE_STYLE(d->series));
}

#define BOX "boxes fillstyle solid 0.75 noborder linecolor rgb \"%s\""

static void add_bar(struct draft *script, const struct drawn *d)
{
    char name[48];
    const char *factor = d->plot->per_cent ? "100*" : "";
    name_block(name, d);
    draft_add(script,
              ", \\\n    %s using 1:(%s$2):(%.3f) with \\\n        " BOX, name,
              factor, 0.72 / (double)d->n_series, picture_colour(d->series));
    if (d->spread)
        draft_add(script,
                  ", \\\n    %s using 1:(%s$3):(0):(%s($4-$3)) with \\\n"
                  "        vectors nohead linewidth 2 linecolor rgb "
                  "\"#333333\"",
                  name, factor, factor);
}

static void add_axes(struct draft *script, const struct plot *plot)
{
    draft_add(script, "set autoscale xfix\n");
    if (plot->log_x)
        draft_add(script, "set logscale x\n"
                          "set offsets graph 0.03, graph 0.03, 0, 0\n");
    if (plot->log_y)
        draft_add(script, "set logscale y\nset format y \"%s\"\n",
                  plot->x == PLOT_PART ? "%h" : "1e%T");
    if (plot->x != PLOT_PART)
        return;
    int n = 0;
    draft_add(script, "set xtics scale 0 (");
    for (; plot->parts[n]; n++)
        draft_add(script, "%s\"%s\" %d", n > 0 ? ", " : "", plot->parts[n], n);
    draft_add(script, ")\nset xrange [-0.6:%.1f]\n", n - 0.4);
}

/* ==== Panels ==== */

/* The last one of the trainings. */
static double last_epoch(const struct figures *figures, const char *scale)
{
    double last = 0;
    for (size_t i = 0; i < figures->n; i++)
        if (text_equal(figures->rows[i].scale, scale) &&
            text_equal(figures->rows[i].name, "train error"))
            last = fmax(last, figures->rows[i].at);
    return last;
}

static void ask(struct question *q, const struct plot_panel *panel,
                const struct plot_series *series)
{
    const char *name = series->name ? series->name : panel->name;
    q->part = series->part ? series->part : panel->part;
    q->at = series->at;
    if (panel->epoch == NULL)
        snprintf(q->name, sizeof q->name, "%s", name);
    else if (text_equal(panel->epoch, "last"))
        snprintf(q->name, sizeof q->name, "%s, epoch %g", name,
                 last_epoch(q->figures, q->scale));
    else
        snprintf(q->name, sizeof q->name, "%s, epoch %s", name, panel->epoch);
}

static void add_titles(struct draft *script, const struct question *q,
                       const struct picture_layout *layout, int number)
{
    const struct plot_panel *panel = &q->plot->panels[number];
    const bool lowest = number / layout->columns == layout->rows - 1;
    const char *epoch = panel->epoch ? strstr(q->name, "epoch ") : NULL;
    if (panel->title || epoch)
        draft_add(script, "set title \"%s\"\n",
                  panel->title ? panel->title : epoch);
    draft_add(script, "set ylabel \"%s\"\n",
              number % layout->columns == 0 ? panel->y : "");
    if (q->plot->x != PLOT_PART)
        draft_add(script, "set format x \"%s\"\n", lowest ? "%h" : "");
    draft_add(script, "set xlabel \"%s\"\n",
              lowest && q->plot->title ? q->plot->title : "");
}

static enum ramp_status add_panel(struct draft *blocks, struct draft *script,
                                  struct question *q,
                                  const struct picture_layout *layout,
                                  int number, struct total *total,
                                  struct ramp_error *err)
{
    const struct plot *plot = q->plot;
    const bool bars = plot->x == PLOT_PART;
    struct draft command = {0};
    struct points points = {.n = 0};
    struct drawn d = {.plot = plot, .panel = number};
    enum ramp_status status = RAMP_OK;
    while (plot->series[d.n_series].title)
        d.n_series++;
    for (; d.series < d.n_series && status == RAMP_OK; d.series++) {
        ask(q, &plot->panels[number], &plot->series[d.series]);
        double from_middle = (double)d.series - (double)(d.n_series - 1) / 2;
        status = bars ? find_bars(&points, q,
                                  from_middle * 0.8 / (double)d.n_series, err)
                      : find_points(&points, q, err);
        if (status == RAMP_OK && points.n > 0) {
            add_block(blocks, &d, total, &points);
            (bars ? add_bar : add_line)(&command, &d);
        }
    }
    picture_panel(script, layout, number);
    if (number == 0)
        add_axes(script, plot);
    add_titles(script, q, layout, number);
    if (command.text) /* gnuplot refuses a plot of nothing */
        draft_add(script, "plot NaN%s\n", command.text);
    script->failed = script->failed || command.failed;
    draft_release(&command);
    mem_free(points.points);
    return status;
}

/* Panels of the same quantity have the same axis. */
static void add_range(struct draft *script, const struct plot *plot,
                      const struct total *total)
{
    int n = 1;
    while (plot->panels[n].y &&
           text_equal(plot->panels[n].y, plot->panels[0].y))
        n++;
    const bool same = n > 1 && plot->panels[n].y == NULL;
    if (plot->per_cent && same)
        draft_add(script, "set yrange [0:%g]\n", fmax(105 * total->high, 1));
    else if (plot->per_cent)
        draft_add(script, "set yrange [0:1<*]\n");
    else if (same && plot->log_y && total->low <= total->high)
        draft_add(script, "set yrange [%g:%g]\n", total->low / 2,
                  total->high * 2);
}

static void add_key(struct draft *script, const struct plot *plot)
{
    char with[128];
    for (size_t s = 0; plot->series[s].title; s++) {
        if (plot->x == PLOT_PART)
            snprintf(with, sizeof with, BOX, picture_colour(s));
        else
            snprintf(with, sizeof with, "lines %s", PICTURE_STYLE(s));
        picture_key(script, plot->series[s].title, with);
    }
}

enum { ALONE = 300, STACKED = 210 };

static void lay_out(struct picture_layout *layout, const struct plot *plot)
{
    int n_panels = 0;
    size_t n = 0;
    *layout = (struct picture_layout){
        .columns = plot->columns ? plot->columns : 1, .shared_x = true};
    for (; plot->panels[n_panels].y; n_panels++)
        layout->titled = layout->titled || plot->panels[n_panels].title ||
                         plot->panels[n_panels].epoch;
    for (; plot->series[n].title; n++)
        if (strlen(plot->series[n].title) > layout->longest)
            layout->longest = strlen(plot->series[n].title);
    layout->n_titles = n > 1 ? n : 0;
    layout->rows = (n_panels + layout->columns - 1) / layout->columns;
    layout->panel = layout->rows > 1 ? STACKED : ALONE;
}

enum ramp_status plot_write(struct draft *script, const struct plot *plot,
                            const struct figures *figures, const char *scale,
                            struct ramp_error *err)
{
    struct question q = {.plot = plot, .figures = figures, .scale = scale};
    struct total total = {.low = INFINITY, .high = -INFINITY};
    struct picture_layout layout;
    struct draft panels = {0};
    enum ramp_status status = RAMP_OK;
    lay_out(&layout, plot);
    picture_begin(script, &layout);
    if (layout.n_titles > 0)
        add_key(script, plot);
    draft_add(script, "\n");
    for (int i = 0; plot->panels[i].y && status == RAMP_OK; i++)
        status = add_panel(script, &panels, &q, &layout, i, &total, err);
    add_range(script, plot, &total);
    draft_add(script, "%sunset multiplot\n", panels.text ? panels.text : "");
    script->failed = script->failed || panels.failed;
    draft_release(&panels);
    if (total.n == 0 && !script->failed)
        draft_release(script);
    return status;
}
