/* forest.c - effects with their intervals, one below the other. */
#include "trials/forest.h"

#include "trials/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW = 24, LETTER = 8, MARGIN = 24, LEFT_MOST = 360 };
#define LINEAR 12 /* so far as that goes without a logarithm */

const char *const effect_states[EFFECT_N_STATES] = {[EFFECT_HOLDS] = "holds",
                                                    [EFFECT_FAILS] = "fails",
                                                    [EFFECT_OPEN] = "open",
                                                    [EFFECT_MISSING] =
                                                        "no figure"};

static const char *const colours[EFFECT_MISSING] = {[EFFECT_HOLDS] = "#148f77",
                                                    [EFFECT_FAILS] = "#c0392b",
                                                    [EFFECT_OPEN] = "#7f8c8d"};

/* Those of one kind, whiskers and then points over them, if there are any: full
 * ones decide, hollow ones do not. */
static void add_rows(struct draft *script, struct draft *command,
                     const struct forest *forest, enum effect_state state,
                     bool shown)
{
    const char *colour = colours[state], *kind = shown ? "_shown" : "";
    bool any = false, whiskers = false;
    for (size_t i = 0; i < forest->n; i++) {
        const struct forest_row *row = &forest->rows[i];
        if (row->state != state || row->shown != shown)
            continue;
        if (!any)
            draft_add(script, "$%s%s << END\n", effect_states[state], kind);
        any = true;
        whiskers = !isnan(row->effect.low);
        draft_add(script, "%.6g,%.6g,%.6g,%zu\n", row->effect.mean,
                  row->effect.low, row->effect.high, forest->n - 1 - i);
    }
    if (!any)
        return;
    draft_add(script, "END\n");
    if (whiskers)
        draft_add(command,
                  ", \\\n    $%s%s using 1:4:2:3 with xerrorbars \\\n"
                  "        pointtype -1 linewidth 2 linecolor rgb \"%s\"",
                  effect_states[state], kind, colour);
    draft_add(command,
              ", \\\n    $%s%s using 1:4 with points pointtype %d \\\n"
              "        pointsize 0.9 linewidth 2 linecolor rgb \"%s\"",
              effect_states[state], kind, shown ? 6 : 7, colour);
}

/* 0, the least, and all there is. */
static void find_range(double *low, double *high, const struct forest *forest)
{
    *low = 0;
    *high = fmax(forest->least, 0);
    for (size_t i = 0; i < forest->n; i++) {
        const struct stats_interval *e = &forest->rows[i].effect;
        if (forest->rows[i].state == EFFECT_MISSING)
            continue;
        *low = fmin(*low, fmin(e->mean, e->low));
        *high = fmax(*high, fmax(e->mean, e->high));
    }
}

/* Effects of a tenth of a point and of fifty are in one picture: where they
 * are, the axis is that of a logarithm beyond 1. gnuplot's own ranges know
 * nothing of such an axis. */
static void add_range(struct draft *script, const struct forest *forest)
{
    double low, high;
    find_range(&low, &high, forest);
    const bool wide = fmax(-low, high) > LINEAR;
    if (wide) {
        low = asinh(low);
        high = asinh(high);
        draft_add(script,
                  "set nonlinear x via asinh(x) inverse sinh(x)\n"
                  "set xtics (-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, "
                  "50)\n");
    }
    const double margin = 0.04 * (high - low);
    low -= margin;
    high += margin;
    draft_add(script, "set xrange [%g:%g]\n", wide ? sinh(low) : low,
              wide ? sinh(high) : high);
}

static void add_axes(struct draft *script, const struct forest *forest)
{
    add_range(script, forest);
    draft_add(script,
              "set xlabel \"%s\"\n"
              "set grid noytics xtics linetype 1 linecolor rgb \"#e4e4e4\"\n"
              "set arrow from 0, graph 0 to 0, graph 1 nohead \\\n"
              "    linecolor rgb \"#888888\"\n"
              "set yrange [-0.7:%.1f]\n"
              "set ytics scale 0 (",
              forest->unit, (double)forest->n - 0.3);
    for (size_t i = 0; i < forest->n; i++)
        draft_add(script, "%s \\\n    \"%s\" %zu", i > 0 ? "," : "",
                  forest->rows[i].text, forest->n - 1 - i);
    draft_add(script, ")\n");
    if (forest->least > 0)
        draft_add(script,
                  "set arrow from %g, graph 0 to %g, graph 1 nohead \\\n"
                  "    dashtype 3 linecolor rgb \"#333333\"\n",
                  forest->least, forest->least);
}

static void add_key(struct draft *script, const struct forest *forest,
                    bool any_shown)
{
    char with[80], title[32];
    for (int i = 0; i < EFFECT_MISSING; i++) {
        snprintf(with, sizeof with,
                 "points pointtype 7 pointsize 0.9 linecolor rgb \"%s\"",
                 colours[i]);
        picture_key(script, effect_states[i], with);
    }
    if (any_shown)
        picture_key(script, "besides",
                    "points pointtype 6 linewidth 2 linecolor rgb \"#333333\"");
    if (forest->least > 0) {
        snprintf(title, sizeof title, "least: %g", forest->least);
        picture_key(script, title,
                    "lines dashtype 3 linecolor rgb \"#333333\"");
    }
}

void forest_write(struct draft *script, const struct forest *forest)
{
    struct picture_layout layout = {
        .rows = 1, .columns = 1, .panel = (int)forest->n * ROW, .longest = 7};
    bool any_shown = false;
    struct draft command = {0};
    for (size_t i = 0; i < forest->n; i++) {
        int left = (int)strlen(forest->rows[i].text) * LETTER + MARGIN;
        if (left > layout.left)
            layout.left = left < LEFT_MOST ? left : LEFT_MOST;
        any_shown = any_shown || forest->rows[i].shown;
    }
    layout.n_titles = (size_t)EFFECT_MISSING + any_shown + (forest->least > 0);
    picture_begin(script, &layout);
    add_key(script, forest, any_shown);
    picture_panel(script, &layout, 0);
    add_axes(script, forest);
    for (int i = 0; i < EFFECT_MISSING * 2; i++)
        add_rows(script, &command, forest, (enum effect_state)(i / 2),
                 i % 2 != 0);
    draft_add(script, "plot NaN%s\nunset multiplot\n",
              command.text ? command.text : "");
    const bool nothing = command.text == NULL && !command.failed;
    script->failed = script->failed || command.failed;
    draft_release(&command);
    if (nothing && !script->failed)
        draft_release(script);
}
