/* picture.c - pictures of claims, drawn by gnuplot. */
#include "trials/picture.h"

#include "report/draft.h"
#include "report/program.h"
#include "report/run_folder.h"
#include "trials/show.h"
#include "trials/stats.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GNUPLOT_SECONDS 20.0

/* ==== The style ==== */

/* Rectifiers solid and tanh dashed, as the paper has them, come first. */
static const char *const colours[] = {"#111111", "#c0392b", "#2471a3",
                                      "#7d6608", "#8e44ad", "#148f77",
                                      "#b9770e", "#5d6d7e"};
enum { N_COLOURS = sizeof colours / sizeof *colours, N_DASHES = 4 };

const char *picture_colour(size_t i)
{
    return colours[i % N_COLOURS];
}

const char *picture_style(char style[PICTURE_STYLE_BYTES], size_t i)
{
    int dash = (int)((i + i / N_COLOURS) % N_DASHES) + 1;
    snprintf(style, PICTURE_STYLE_BYTES,
             "linewidth 2 dashtype %d linecolor rgb \"%s\"", dash,
             picture_colour(i));
    return style;
}

/* In pixels. */
enum {
    WIDTH = 640,
    LEFT = 92,
    RIGHT = 18,
    BOTTOM = 64,
    TITLE = 26,
    BETWEEN = 20,
    COLUMN_GAP = 46,
    LETTER = 8,
    SAMPLE = 76,
    KEY_LINE = 23,
    KEY_GAP = 10
};

static int title_height(const struct picture_layout *layout)
{
    return layout->titled ? TITLE : 0;
}

static int key_columns(const struct picture_layout *layout)
{
    int n = WIDTH / ((int)layout->longest * LETTER + SAMPLE);
    return n > 0 ? n : 1;
}

static int key_height(const struct picture_layout *layout)
{
    const int n = (int)layout->n_titles, columns = key_columns(layout);
    return KEY_GAP + (n + columns - 1) / columns * KEY_LINE;
}

/* From the lower end of a panel to the upper one of that below it. */
static int row_gap(const struct picture_layout *layout)
{
    return title_height(layout) + BETWEEN +
           (layout->shared_x ? 0 : BOTTOM - KEY_GAP);
}

static int picture_height(const struct picture_layout *layout)
{
    return key_height(layout) + title_height(layout) +
           layout->rows * layout->panel + (layout->rows - 1) * row_gap(layout) +
           BOTTOM;
}

static void add_margins(struct draft *script, double left, double right,
                        double top, double bottom)
{
    draft_add(script,
              "set lmargin at screen %.4f\nset rmargin at screen %.4f\n"
              "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
              left, right, top, bottom);
}

/* The key has a panel of its own: gnuplot gives it no more room than that. Its
 * letters are narrower than gnuplot thinks. */
void picture_begin(struct draft *script, const struct picture_layout *layout)
{
    const int height = picture_height(layout);
    draft_add(script,
              "set terminal svg size %d,%d noenhanced "
              "font \"sans-serif,15\" \\\n"
              "    background \"white\"\n"
              "set encoding utf8\n"
              "set datafile separator \",\"\n"
              "set multiplot\n",
              WIDTH, height);
    if (layout->n_titles == 0)
        return;
    add_margins(script, 0, 1, 1, 1 - (double)key_height(layout) / height);
    draft_add(script,
              "unset border\nunset tics\n"
              "set key center center horizontal maxcols %d samplen 2.5 \\\n"
              "    width %.1f Left reverse\n"
              "plot [0:1] [0:1] NaN notitle",
              key_columns(layout), 1 - 0.2 * (double)layout->longest);
}

void picture_key(struct draft *script, const char *title, const char *with)
{
    draft_add(script, ", \\\n    NaN with %s \\\n        title \"%s\"", with,
              title);
}

static const char style[] =
    "unset key\n"
    "set border 3 linecolor rgb \"#888888\"\n"
    "set xtics nomirror textcolor rgb \"#333333\"\n"
    "set ytics nomirror textcolor rgb \"#333333\"\n"
    "unset mxtics\nunset mytics\n"
    "set grid ytics linetype 1 linecolor rgb \"#e4e4e4\"\n"
    "set title offset 0, -0.6\n"
    "set xlabel offset 0, 0.3\n";

void picture_panel(struct draft *script, const struct picture_layout *layout,
                   int number)
{
    const double height = picture_height(layout);
    const int row = number / layout->columns, column = number % layout->columns;
    const int start = layout->left > 0 ? layout->left : LEFT;
    const int n_gaps = layout->columns - 1;
    const int width =
        (WIDTH - RIGHT - start - n_gaps * COLUMN_GAP) / layout->columns;
    const int left = start + column * (width + COLUMN_GAP);
    const int top = key_height(layout) + title_height(layout) +
                    row * (layout->panel + row_gap(layout));
    draft_add(script, "\n%s", number == 0 ? style : "");
    add_margins(script, (double)left / WIDTH, (double)(left + width) / WIDTH,
                1 - top / height, 1 - (top + layout->panel) / height);
}

/* ==== Curves and rates ==== */

/* Columns of NAME-curves.csv and NAME.csv, of which the first five are the
 * same. */
static const char functions[] =
    "of(arm, protocol) = strcol(1) eq scale && strcol(2) eq arm && \\\n"
    "    strcol(3) eq protocol\n"
    "run(arm, protocol, rate, seed) = of(arm, protocol) && \\\n"
    "    column(4) == rate && column(5) == seed\n";

enum { FEW = 6, TITLE_BYTES = 96 };

static void name_curve(char title[TITLE_BYTES], const struct show_arm *arm)
{
    const struct compare_rates *r = &arm->rates;
    snprintf(title, TITLE_BYTES, "%s, rate %g", arm->name, r->rates[r->best]);
}

static void add_curves(struct draft *draft, const char *name,
                       const struct show_arm *arm, double target, bool few)
{
    const struct compare_rates *r = &arm->rates;
    for (int s = 1; r->best >= 0 && s <= r->n_seeds; s++) {
        if (few || compare_at(r, r->best, s) == compare_middle(r, r->best))
            draft_add(
                draft,
                ", \\\n    \"%s-curves.csv\" skip 1 using \\\n"
                "        (run(\"%s\", \"%s\", %g, %d) ? column(6) : NaN): "
                "\\\n        (100 * column(%d)) with lines \\\n        %s",
                name, arm->name, arm->protocol, r->rates[r->best], s,
                target > 0 ? 8 : 11, PICTURE_STYLE(arm->index));
    }
}

/* Reached: full points; not: crosses where the run ended. */
static void add_rates(struct draft *draft, const char *name,
                      const struct show_arm *arm)
{
    static const struct {
        const char *test;
        int type;
    } kinds[] = {{"strcol(6) eq \"reached\"", 7},
                 {"strcol(6) eq \"missed\" || strcol(6) eq \"abandoned\"", 2}};
    for (int i = 0; i < 2; i++)
        draft_add(draft,
                  ", \\\n    \"%s.csv\" skip 1 using \\\n"
                  "        (of(\"%s\", \"%s\") && (%s) ? column(4) : NaN): \\\n"
                  "        (column(8)) with points pointtype %d \\\n"
                  "        linecolor rgb \"%s\"",
                  name, arm->name, arm->protocol, kinds[i].test, kinds[i].type,
                  picture_colour(arm->index));
}

/* Of many arms a line each, through the medians of the rates with which every
 * seed got there. */
static void add_medians(struct draft *draft, struct draft *command,
                        const struct show_arm *arm)
{
    const struct compare_rates *r = &arm->rates;
    bool any = false;
    for (int rate = 0; rate < (int)r->n; rate++) {
        double epochs[COMPARE_MAX_SEEDS];
        int n = 0, n_runs = 0;
        for (int s = 1; s <= r->n_seeds; s++) {
            const struct run_result *run = compare_at(r, rate, s);
            n_runs += run != NULL;
            if (run && run->outcome == RUN_REACHED)
                epochs[n++] = run->reached;
        }
        if (n == 0 || n < n_runs)
            continue;
        if (!any)
            draft_add(draft, "$arm%zu << END\n", arm->index);
        any = true;
        draft_add(draft, "%g,%g\n", r->rates[rate],
                  stats_median(epochs, (size_t)n));
    }
    if (!any)
        return;
    draft_add(draft, "END\n");
    draft_add(command,
              ", \\\n    $arm%zu with linespoints pointtype 7 pointsize "
              "0.6 \\\n        %s",
              arm->index, PICTURE_STYLE(arm->index));
}

static void begin(struct draft *draft, struct picture_layout *layout,
                  const struct show_arms *arms)
{
    char title[TITLE_BYTES], with[PICTURE_STYLE_BYTES + 8];
    for (size_t i = 0; i < arms->n; i++) {
        if (arms->arms[i].rates.best < 0)
            continue;
        name_curve(title, &arms->arms[i]);
        layout->n_titles++;
        if (strlen(title) > layout->longest)
            layout->longest = strlen(title);
    }
    picture_begin(draft, layout);
    for (size_t i = 0; i < arms->n; i++) {
        if (arms->arms[i].rates.best < 0)
            continue;
        name_curve(title, &arms->arms[i]);
        snprintf(with, sizeof with, "lines %s", PICTURE_STYLE(i));
        picture_key(draft, title, with);
    }
}

static void add_rates_panel(struct draft *draft, const struct show_arms *arms,
                            const char *name, double target)
{
    struct draft command = {0};
    const bool few = arms->n <= FEW;
    for (size_t i = 0; i < arms->n; i++)
        if (few)
            add_rates(&command, name, &arms->arms[i]);
        else
            add_medians(draft, &command, &arms->arms[i]);
    if (command.text) /* gnuplot refuses a plot of nothing */
        draft_add(draft,
                  "set xlabel \"learning rate%s\"\nset logscale x\n"
                  "set format x \"%%g\"\n"
                  "set xrange [*:*]\n"
                  "set offsets graph 0.03, graph 0.03, 0, 0\n"
                  "set ylabel \"epochs to %g %%%s\"\nplot NaN%s",
                  few ? "" : " (medians, where all seeds got there)",
                  100 * target, few ? " (crosses: not reached)" : "",
                  command.text);
    draft->failed = draft->failed || command.failed;
    draft_release(&command);
}

static void write_script(struct draft *draft, const struct show_arms *arms,
                         const char *name, const char *scale, double target)
{
    struct picture_layout layout = {
        .rows = target > 0 ? 2 : 1, .columns = 1, .panel = 290};
    begin(draft, &layout, arms);
    picture_panel(draft, &layout, 0);
    draft_add(draft,
              "scale = \"%s\"\n%sset xlabel \"epochs%s\"\n"
              "set xrange [0:*]\nset yrange [0:*]\n"
              "set ylabel \"%s error, %%\"\nplot NaN",
              scale, functions, arms->n > FEW ? " (the median seed)" : "",
              target > 0 ? "training" : "validation");
    for (size_t i = 0; i < arms->n; i++)
        add_curves(draft, name, &arms->arms[i], target, arms->n <= FEW);
    if (target > 0) {
        draft_add(draft,
                  ", \\\n    %g with lines dashtype 3 linecolor rgb "
                  "\"#888888\"\n",
                  100 * target);
        picture_panel(draft, &layout, 1);
        add_rates_panel(draft, arms, name, target);
    }
    draft_add(draft, "\nunset multiplot\n");
}

/* ==== Drawing ==== */

/* The program's own settings (-d), not those that somebody has at home. */
static enum ramp_status draw(const char *folder, const char *name,
                             char note[PICTURE_NOTE_BYTES],
                             struct ramp_error *err)
{
    char script[128], file[128];
    snprintf(script, sizeof script, "%s.gp", name);
    snprintf(file, sizeof file, "%s.svg", name);
    const char *const arguments[] = {"gnuplot", "-d",   "-e",
                                     "piped=1", script, NULL};
    struct program_output output;
    char *picture = file_join(folder, file);
    enum ramp_status status = RAMP_OK;
    if (picture == NULL)
        return error_memory(err, "a path", strlen(folder));
    if (program_run(&output, arguments, folder, GNUPLOT_SECONDS) &&
        output.n_bytes > 0) {
        status = file_write(picture, output.bytes, output.n_bytes, err);
    } else {
        unlink(picture); /* it does not show these results */
        snprintf(note, PICTURE_NOTE_BYTES,
                 "no %s, for which gnuplot is needed (%s); try gnuplot %s in "
                 "%s",
                 file, output.complaint, script, TEXT_QUOTE(folder));
    }
    program_output_release(&output);
    mem_free(picture);
    return status;
}

enum ramp_status picture_draw_script(const struct draft *script,
                                     const char *folder, const char *name,
                                     char note[PICTURE_NOTE_BYTES],
                                     struct ramp_error *err)
{
    struct draft draft = {0};
    char file[128];
    note[0] = 0;
    draft_add(&draft,
              "# %s.gp - draws %s.svg.\n"
              "# usage: gnuplot %s.gp\n"
              "reset\nif (!exists(\"piped\")) set output \"%s.svg\"\n",
              name, name, name, name);
    enum ramp_status status = draft_check(script, "a picture", err);
    if (status == RAMP_OK)
        draft_add(&draft, "%s", script->text);
    snprintf(file, sizeof file, "%s.gp", name);
    if (status == RAMP_OK)
        status = draft_check(&draft, "a picture", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, file, draft.text, err);
    if (status == RAMP_OK)
        status = draw(folder, name, note, err);
    draft_release(&draft);
    return status;
}

enum ramp_status picture_draw(const struct results *results, const char *folder,
                              const char *name, const char *scale,
                              double target, char note[PICTURE_NOTE_BYTES],
                              struct ramp_error *err)
{
    struct show_arms arms;
    struct draft draft = {0};
    note[0] = 0;
    enum ramp_status status = show_arms_find(&arms, results, scale, err);
    if (status != RAMP_OK)
        return status;
    if (arms.n > 0) {
        write_script(&draft, &arms, name, scale, target);
        status = picture_draw_script(&draft, folder, name, note, err);
        draft_release(&draft);
    }
    show_arms_release(&arms);
    return status;
}
