/* plot.c - `ramp plot`: activations and their derivatives as a table and a
 * picture. */
#include "cli/cli.h"

#include "report/charts.h"
#include "report/draft.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ACTS = 8, MAX_ROWS = 100000, ACT_BYTES = 32 };

static struct {
    double from, to, step;
    const char *out;
} settings = {.from = -10, .to = 10, .step = 1};

static struct option option_table[] = {
    OPTION_NUMBER(OPTION_REAL, "from", "X", "the first x (default -10)",
                  settings.from, -1e6, 1e6),
    OPTION_NUMBER(OPTION_REAL, "to", "X", "the last x (default 10)",
                  settings.to, -1e6, 1e6),
    OPTION_NUMBER(OPTION_REAL, "step", "X",
                  "from one x of the table to the next (default 1)",
                  settings.step, 1e-6, 1e6),
    OPTION_ROW(OPTION_TEXT, "out", "FILE.svg",
               "draw them by gnuplot; the script stays beside it",
               settings.out),
    OPTION_END};

/* The curves of one call. */
struct curves {
    size_t n, n_rows;
    struct ramp_activation acts[MAX_ACTS];
    char names[MAX_ACTS][ACT_BYTES];
};

static enum ramp_status check_range(struct curves *curves,
                                    struct ramp_error *err)
{
    double steps = (settings.to - settings.from) / settings.step;
    if (steps < 0)
        return error_set(err, RAMP_USAGE,
                         "expected --from below --to, found %g and %g",
                         settings.from, settings.to);
    if (steps >= MAX_ROWS)
        return error_set(err, RAMP_USAGE,
                         "expected at most %d rows, found %.0f; try a larger "
                         "--step",
                         MAX_ROWS, floor(steps) + 1);
    curves->n_rows = (size_t)(steps + 1e-9) + 1;
    return RAMP_OK;
}

static enum ramp_status parse_acts(struct curves *curves,
                                   const struct command_line *line,
                                   struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < line->n_words && status == RAMP_OK; i++) {
        struct ramp_activation *act = &curves->acts[curves->n];
        status = ramp_activation_parse(act, line->words[i], err);
        if (status == RAMP_OK && !ramp_activation_has_curve(act))
            status = error_set(err, RAMP_USAGE,
                               "cannot plot %s: it is no function of one "
                               "number; try relu",
                               ramp_activation_name(act->kind));
        if (status == RAMP_OK)
            ramp_activation_text(act, curves->names[curves->n++], ACT_BYTES);
    }
    return status;
}

static double x_of(size_t row)
{
    double x = settings.from + (double)row * settings.step;
    /* What should be 0 is, though a step of 0.1 is no binary number. */
    return fabs(x) < 1e-9 * settings.step ? 0 : x;
}

/* The sign of a zero is not shown. */
static double shown(double value)
{
    return value + 0.0;
}

static enum ramp_status print_table(const struct curves *curves,
                                    struct ramp_error *err)
{
    char alignment[2 * MAX_ACTS + 2] = "r";
    struct table table;
    memset(alignment + 1, 'r', 2 * curves->n);
    table_init(&table, alignment);
    table_cell(&table, "x");
    for (size_t i = 0; i < curves->n; i++) {
        table_cell(&table, "%s", curves->names[i]);
        table_cell(&table, "slope");
    }
    for (size_t row = 0; row < curves->n_rows; row++) {
        double x = x_of(row);
        table_cell(&table, "%.6g", x);
        for (size_t i = 0; i < curves->n; i++) {
            const struct ramp_activation *act = &curves->acts[i];
            table_cell(&table, "%.6g", shown(ramp_activation_value(act, x)));
            table_cell(&table, "%.6g", shown(ramp_activation_slope(act, x)));
        }
    }
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

/* ---- The picture ---- */

enum { POINTS = 400 };

/* Points of one curve as a block of data of gnuplot. */
static void add_block(struct draft *draft, const struct curves *curves,
                      size_t i)
{
    draft_add(draft, "$act%zu << end\n", i);
    for (int point = 0; point <= POINTS; point++) {
        double x = settings.from +
                   (settings.to - settings.from) * point / (double)POINTS;
        draft_add(draft, "%.6g %.6g %.6g\n", x,
                  ramp_activation_value(&curves->acts[i], x),
                  ramp_activation_slope(&curves->acts[i], x));
    }
    draft_add(draft, "end\n");
}

/* One panel: column 2 are the values, 3 the derivatives. */
static void add_panel(struct draft *draft, const struct curves *curves,
                      int column)
{
    for (size_t i = 0; i < curves->n; i++)
        draft_add(draft,
                  "%s$act%zu using 1:%d with lines linewidth 2 linetype %zu "
                  "title \"%s\"",
                  i ? ", \\\n     " : "plot ", i, column, i + 1,
                  curves->names[i]);
    draft_add(draft, "\n");
}

static enum ramp_status draw(const struct curves *curves,
                             struct ramp_error *err)
{
    char note[CHARTS_NOTE_BYTES];
    struct draft draft = {0};
    draft_add(&draft, "set encoding utf8\n"
                      "set border 3 linecolor rgb \"#888888\"\n"
                      "set tics nomirror textcolor rgb \"#333333\"\n"
                      "set grid linetype 1 linecolor rgb \"#e4e4e4\"\n"
                      "set key left top Left reverse\n");
    for (size_t i = 0; i < curves->n; i++)
        add_block(&draft, curves, i);
    draft_add(&draft, "set terminal svg size 480,640 noenhanced "
                      "font \"sans-serif,15\" background \"white\"\n"
                      "set multiplot layout 2,1\nset ylabel \"f(x)\"\n");
    add_panel(&draft, curves, 2);
    draft_add(&draft, "set ylabel \"f'(x)\"\nset xlabel \"x\"\n"
                      "set offsets 0, 0, graph 0.05, graph 0.05\n"
                      "unset key\n");
    add_panel(&draft, curves, 3);
    draft_add(&draft, "unset multiplot\n");
    enum ramp_status status = draft_check(&draft, "a script", err);
    if (status == RAMP_OK)
        status = charts_draw_script(settings.out, draft.text, note, err);
    draft_release(&draft);
    if (status == RAMP_OK && note[0])
        cli_complain(note);
    return status;
}

static enum ramp_status plot(const struct command_line *line,
                             struct ramp_error *err)
{
    struct curves curves = {0};
    enum ramp_status status = check_range(&curves, err);
    if (status == RAMP_OK && settings.out != NULL &&
        !text_ends_with(settings.out, ".svg"))
        status = error_set(err, RAMP_USAGE,
                           "--out: expected a name that ends in .svg, found %s",
                           TEXT_QUOTE(settings.out));
    if (status == RAMP_OK)
        status = parse_acts(&curves, line, err);
    if (status == RAMP_OK)
        status = print_table(&curves, err);
    if (status == RAMP_OK && settings.out != NULL)
        status = draw(&curves, err);
    return status;
}

static int plot_run(struct command_line *line, struct ramp_error *err)
{
    return (int)plot(line, err);
}

const struct verb verb_plot = {
    .name = "plot",
    .arguments = "ACT...",
    .summary = "activations and their slopes: table, picture",
    .about = "Prints f(x) and f'(x) of up to eight activations, by the plain "
             "formula in\ndouble precision. ACT is what --act takes, with a "
             "colon before its number:\nrelu, leaky:0.1, prelu:0.25, elu, "
             "selu, srelu, softplus:5, gelu, gelu-tanh,\nsilu, abs, relu6, "
             "tanh, sigmoid, linear.",
    .example = "  ramp plot relu tanh\n"
               "  ramp plot gelu silu --from -4 --to 4 --step 0.5 --out a.svg",
    .options = option_table,
    .low = 1,
    .high = MAX_ACTS,
    .run = plot_run,
};
