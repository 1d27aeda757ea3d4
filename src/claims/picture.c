/* picture.c - how the arms of a comparison went, drawn by gnuplot. */
#include "claims/picture.h"

#include "claims/show.h"
#include "report/draft.h"
#include "report/program.h"
#include "report/run_folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GNUPLOT_SECONDS 20.0

/* Rectifiers solid and tanh dashed, as the paper has them, come first. */
static const struct {
    int dash;
    const char *colour;
} styles[] = {{1, "#111111"}, {2, "#c0392b"}, {3, "#2471a3"}, {4, "#7d6608"},
              {1, "#8e44ad"}, {2, "#148f77"}, {3, "#b9770e"}, {4, "#5d6d7e"}};
enum { N_STYLES = sizeof styles / sizeof *styles };

/* Columns of NAME-curves.csv and NAME.csv, of which the first five are the
 * same. */
static const char head[] =
    "set terminal svg size 640,%d noenhanced font \"sans-serif,15\" \\\n"
    "    background \"white\"\n"
    "set encoding utf8\n"
    "set datafile separator \",\"\n"
    "of(arm, protocol) = strcol(1) eq scale && strcol(2) eq arm && \\\n"
    "    strcol(3) eq protocol\n"
    "run(arm, protocol, rate, seed) = of(arm, protocol) && \\\n"
    "    column(4) == rate && column(5) == seed\n"
    "set border 3 linecolor rgb \"#888888\"\n"
    "set tics nomirror textcolor rgb \"#333333\"\n"
    "set grid ytics linetype 1 linecolor rgb \"#e4e4e4\"\n"
    "set key top right\n"
    "set lmargin 9\n";

static void add_curves(struct draft *draft, const char *name,
                       const struct show_arm *arm, double target)
{
    const struct compare_rates *r = &arm->rates;
    for (int s = 1; r->best >= 0 && s <= r->n_seeds; s++) {
        char title[128] = "notitle";
        if (s == 1)
            snprintf(title, sizeof title, "title \"%s, rate %g\"", arm->name,
                     r->rates[r->best]);
        draft_add(
            draft,
            "    \"%s-curves.csv\" skip 1 using \\\n"
            "        (run(\"%s\", \"%s\", %g, %d) ? column(6) : NaN): \\\n"
            "        (100 * column(%d)) with lines linewidth 2 \\\n"
            "        dashtype %d linecolor rgb \"%s\" %s, \\\n",
            name, arm->name, arm->protocol, r->rates[r->best], s,
            target > 0 ? 8 : 11, styles[arm->index % N_STYLES].dash,
            styles[arm->index % N_STYLES].colour, title);
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
                  "    \"%s.csv\" skip 1 using \\\n"
                  "        (of(\"%s\", \"%s\") && (%s) ? column(4) : NaN): \\\n"
                  "        (column(8)) with points pointtype %d \\\n"
                  "        linecolor rgb \"%s\" notitle, \\\n",
                  name, arm->name, arm->protocol, kinds[i].test, kinds[i].type,
                  styles[arm->index % N_STYLES].colour);
}

static void write_script(struct draft *draft, const struct show_arms *arms,
                         const char *name, const char *scale, double target)
{
    draft_add(draft, "scale = \"%s\"\n", scale);
    draft_add(draft, head, target > 0 ? 800 : 420);
    draft_add(draft, "set multiplot layout %d,1\n", target > 0 ? 2 : 1);
    draft_add(draft,
              "set xlabel \"epochs\"\nset xrange [0:*]\n"
              "set yrange [0:*]\nset ylabel \"%s error, %%\"\nplot \\\n",
              target > 0 ? "training" : "validation");
    for (size_t i = 0; i < arms->n; i++)
        add_curves(draft, name, &arms->arms[i], target);
    if (target > 0) {
        draft_add(draft,
                  "    %g with lines dashtype 3 linecolor rgb \"#888888\" "
                  "\\\n        title \"%g %%\"\n"
                  "set xlabel \"learning rate\"\nset logscale x\n"
                  "set xrange [*:*]\n"
                  "set offsets graph 0.03, graph 0.03, 0, 0\n"
                  "set ylabel \"epochs to %g %% (crosses: not reached)\"\n"
                  "plot \\\n",
                  100 * target, 100 * target, 100 * target);
        for (size_t i = 0; i < arms->n; i++)
            add_rates(draft, name, &arms->arms[i]);
    }
    draft_add(draft, "    NaN notitle\nunset multiplot\n");
}

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
