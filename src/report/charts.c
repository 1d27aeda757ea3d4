/* charts.c - how a training went, drawn by gnuplot. */
#include "report/charts.h"

#include "report/basics.h"
#include "report/draft.h"
#include "report/format.h"
#include "report/program.h"
#include "report/run_folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GNUPLOT_SECONDS 20.0
#define MAX_TABLE_BYTES ((size_t)256 << 20)

/* ---- The scripts ---- */

/* Narrow enough to be read on a phone. What follows stands in the files behind
 * a line that sets `name`, the title. With `piped` they draw to standard
 * output, for ramp, which then writes the file whole. */
/* clang-format off */
static const char curves_script[] =
    "reset\n"
    "if (!exists(\"piped\")) set output \"curves.svg\"\n"
    "set terminal svg size 480,760 noenhanced font \"sans-serif,15\" \\\n"
    "    background \"white\"\n"
    "set encoding utf8\n"
    "set datafile separator \",\"\n"
    "\n"
    "# The best epoch is the first with the lowest validation error; without\n"
    "# a validation part these fields are empty.\n"
    "rows = 0\n"
    "best = 2.0\n"
    "best_epoch = 0\n"
    "rate = 0.0\n"
    "look(epoch, error, lr) = (rows = rows + 1, last = epoch, \\\n"
    "    rate = lr > rate ? lr : rate, \\\n"
    "    strlen(error) && real(error) < best ? \\\n"
    "    (best = real(error), best_epoch = epoch) : 0)\n"
    "stats \"log.csv\" skip 1 using (look($1, strcol(5), $6)) nooutput\n"
    "power(x) = 10.0 ** floor(log10(x))\n"
    "step(x) = x / power(x) < 2 ? 0.4 * power(x) : \\\n"
    "    x / power(x) < 5 ? power(x) : 2 * power(x)\n"
    "\n"
    "set multiplot\n"
    "set border 3 linecolor rgb \"#888888\"\n"
    "set tics nomirror textcolor rgb \"#333333\"\n"
    "set grid ytics linetype 1 linecolor rgb \"#e4e4e4\"\n"
    "set xrange [rows == 1 ? last - 0.5 : 1 : rows == 1 ? last + 0.5 : last]\n"
    "set yrange [0:*]\n"
    "set xtics last < 8 ? 1 : ceil(step(last) / 2)\n"
    "set lmargin at screen 0.17\n"
    "set rmargin at screen 0.95\n"
    "set style line 1 linecolor rgb \"#8a8a8a\" linewidth 2 pointtype 7\n"
    "set style line 2 linecolor rgb \"#c0392b\" linewidth 2 pointtype 7\n"
    "set style data linespoints\n"
    "set pointsize rows > 60 ? 0 : rows > 20 ? 0.3 : 0.5\n"
    "if (rows > 60) set style data lines\n"
    "if (best_epoch > 0) set arrow from best_epoch, graph 0 to \\\n"
    "    best_epoch, graph 1 nohead dashtype 2 linecolor rgb \"#555555\"\n"
    "\n"
    "set label 1 name at screen 0.03, screen 0.97 font \",17\"\n"
    "if (best_epoch > 0) set label 2 sprintf( \\\n"
    "    \"dashed: epoch %d, the best validation error, %.2f %%\", \\\n"
    "    best_epoch, 100 * best) at screen 0.03, screen 0.94 font \",13\" \\\n"
    "    textcolor rgb \"#555555\"\n"
    "set label 3 \"\\342\\200\\224 training, as augmented\" \\\n"
    "    at screen 0.16, screen 0.90 font \",14\" textcolor rgb \"#707070\"\n"
    "if (best_epoch > 0) set label 4 \"\\342\\200\\224 validation\" \\\n"
    "    at screen 0.66, screen 0.90 font \",14\" textcolor rgb \"#c0392b\"\n"
    "unset key\n"
    "\n"
    "set tmargin at screen 0.87\n"
    "set bmargin at screen 0.56\n"
    "set ylabel \"error, %\"\n"
    "set format x \"\"\n"
    "plot \"log.csv\" skip 1 using 1:(100 * $3) linestyle 1, \\\n"
    "     \"\" skip 1 using 1:(100 * $5) linestyle 2\n"
    "\n"
    "unset label\n"
    "set tmargin at screen 0.53\n"
    "set bmargin at screen 0.26\n"
    "set ylabel \"loss\"\n"
    "plot \"log.csv\" skip 1 using 1:2 linestyle 1, \\\n"
    "     \"\" skip 1 using 1:4 linestyle 2\n"
    "\n"
    "set tmargin at screen 0.23\n"
    "set bmargin at screen 0.085\n"
    "set ylabel \"learning rate\"\n"
    "set ytics 0, (rate > 0 ? step(rate) : 1) format \"%g\"\n"
    "set xlabel \"epoch\" offset 0, 0.3\n"
    "set format x \"%.0f\"\n"
    "plot \"log.csv\" skip 1 using 1:6 linestyle 1 linecolor rgb \"#333333\"\n"
    "unset multiplot\n";

static const char layers_script[] =
    "reset\n"
    "if (!exists(\"piped\")) set output \"layers.svg\"\n"
    "set encoding utf8\n"
    "set datafile separator \",\"\n"
    "\n"
    "# Every epoch has a row for each layer, in the same order.\n"
    "n = 0\n"
    "first = NaN\n"
    "look(epoch) = (last = epoch, first = n == 0 ? epoch : first, \\\n"
    "    epoch == first ? n = n + 1 : 0)\n"
    "stats \"layers.csv\" skip 1 using (look($1)) nooutput\n"
    "array layer[n]\n"
    "i = 0\n"
    "stats \"layers.csv\" skip 1 every ::::(n - 1) \\\n"
    "    using (i = i + 1, layer[i] = strcol(2), 0) nooutput\n"
    "\n"
    "# Panels: columns of the file, and which layers have a figure there; on\n"
    "# a logarithmic axis it must be above 0.\n"
    "array columns[4] = [5, 6, 8, 9]\n"
    "array titles[4] = [\"zeros, % of values\", \"dead units, %\", \\\n"
    "    \"gradient norm\", \"update / weight\"]\n"
    "array members[4]\n"
    "number = 0\n"
    "word_of(k) = sprintf(\" %d \", k)\n"
    "add(list, k) = strstrt(list, word_of(k)) ? list : list . word_of(k)\n"
    "do for [p = 1:4] {\n"
    "    list = \"\"\n"
    "    c = columns[p]\n"
    "    stats \"layers.csv\" skip 1 using (valid(c) && \\\n"
    "        column(c) > (p > 2 ? 0 : -1) ? \\\n"
    "        (list = add(list, int($0) % n + 1), 0) : 0) nooutput\n"
    "    members[p] = list\n"
    "    number = number + (words(list) > 0)\n"
    "}\n"
    "\n"
    "height = 115.0 + 250 * number\n"
    "set terminal svg size 480,height noenhanced font \"sans-serif,15\" \\\n"
    "    background \"white\"\n"
    "set multiplot\n"
    "set label 1 name at screen 0.03, screen 1 - 22 / height font \",17\"\n"
    "set label 2 \"by layer, from the first (dark) to the last (light)\" \\\n"
    "    at screen 0.03, screen 1 - 46 / height font \",13\" \\\n"
    "    textcolor rgb \"#555555\"\n"
    "set border 3 linecolor rgb \"#888888\"\n"
    "set tics nomirror textcolor rgb \"#333333\"\n"
    "set grid ytics linetype 1 linecolor rgb \"#e4e4e4\"\n"
    "set xrange [first == last ? last - 0.5 : first : \\\n"
    "    first == last ? last + 0.5 : last]\n"
    "power(x) = 10.0 ** floor(log10(x))\n"
    "step(x) = x / power(x) < 2 ? 0.2 * power(x) : \\\n"
    "    x / power(x) < 5 ? 0.5 * power(x) : power(x)\n"
    "set xtics last < 8 ? 1 : ceil(step(last))\n"
    "set lmargin at screen 0.17\n"
    "set rmargin at screen 0.70\n"
    "set key at screen 0.72, graph 1 left top Left reverse font \",12\" \\\n"
    "    samplen 1 spacing 0.9 noautotitle\n"
    "set style data linespoints\n"
    "if (last > 20) set style data lines\n"
    "set pointsize last > 20 ? 0 : 0.4\n"
    "set palette defined (0 \"#440154\", 1 \"#3b528b\", 2 \"#21918c\", \\\n"
    "    3 \"#5ec962\", 4 \"#e8a33d\")\n"
    "unset colorbox\n"
    "set cbrange [0 : n > 1 ? n - 1 : 1]\n"
    "\n"
    "place = 0\n"
    "do for [p = 1:4] {\n"
    "    if (words(members[p]) == 0) { continue }\n"
    "    set tmargin at screen 1 - (68 + 250 * place) / height\n"
    "    set bmargin at screen 1 - (298 + 250 * place) / height\n"
    "    place = place + 1\n"
    "    set ylabel titles[p] offset (p > 2 ? 1 : 0)\n"
    "    set format x (place < number ? \"\" : \"%g\")\n"
    "    if (place == number) { set xlabel \"epoch\" offset 0, 0.3 }\n"
    "    if (p == 1) { set yrange [0:100] }\n"
    "    if (p == 2) { set yrange [0:1<*] }\n"
    "    if (p > 2) { set logscale y; set yrange [*:*] }\n"
    "    if (p > 2) { set format y \"%.0e\" }\n"
    "    c = columns[p]\n"
    "    y(v, units) = p == 1 ? 100 * v : p == 2 ? 100 * v / units : v\n"
    "    m = words(members[p])\n"
    "    gap = ceil(m / 10.0)\n"
    "    k(j) = int(word(members[p], j))\n"
    "    plot for [j = 1:m] \"layers.csv\" skip 1 every n::(k(j) - 1) \\\n"
    "        using 1:(y(column(c), column(p == 2 ? 7 : 1))) \\\n"
    "        pointtype 7 linewidth 1.5 linecolor palette cb (k(j) - 1) \\\n"
    "        title (j % gap == 0 ? layer[k(j)] : \"\")\n"
    "    unset label\n"
    "}\n"
    "unset multiplot\n";
/* clang-format on */

static const struct chart {
    const char *table, *script, *picture, *text;
} charts[] = {
    {"log.csv", "curves.gp", "curves.svg", curves_script},
    {"layers.csv", "layers.gp", "layers.svg", layers_script},
};

/* In a string, gnuplot obeys backslashes, quotes and, as a shell does,
 * backquotes: what is no plain character is given by its number. */
static void add_text(struct draft *draft, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789 ,.-_/";
    bool utf8 = text_is_utf8(text);
    draft_add(draft, "\"");
    while (*text) {
        size_t n = text_control(text);
        unsigned byte = (unsigned char)*text;
        if (n > 0 || (byte >= 0x80 && !utf8))
            draft_add(draft, "?");
        else if (byte >= 0x80 || strchr(plain, (int)byte))
            draft_add(draft, "%c", *text);
        else
            draft_add(draft, "\\%03o", byte);
        text += n > 0 ? n : 1;
    }
    draft_add(draft, "\"");
}

static enum ramp_status write_script(const char *folder,
                                     const struct chart *chart,
                                     const char *title, struct ramp_error *err)
{
    struct draft draft = {0};
    draft_add(&draft, "# %s - draws %s from %s; again: gnuplot %s\nname = ",
              chart->script, chart->picture, chart->table, chart->script);
    add_text(&draft, title);
    draft_add(&draft, "\n%s", chart->text);
    enum ramp_status status = draft_check(&draft, chart->script, err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, chart->script, draft.text, err);
    draft_release(&draft);
    return status;
}

/* ---- Drawing ---- */

/* Whether there is a line below the names of the columns. */
static enum ramp_status has_rows(bool *has, const char *path,
                                 struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    *has = false;
    if (!file_is_regular(path))
        return RAMP_OK;
    enum ramp_status status =
        file_read(&bytes, &n_bytes, path, MAX_TABLE_BYTES, RAMP_IO, err);
    if (status == RAMP_OK) {
        const char *end = strchr((const char *)bytes, '\n');
        *has = end != NULL && end[1] != 0;
    }
    mem_free(bytes);
    return status;
}

static bool is_whole(const struct program_output *output)
{
    static const char end[] = "</svg>";
    size_t n = output->n_bytes;
    while (n > 0 && output->bytes[n - 1] == '\n')
        n--;
    return n >= sizeof end - 1 && memcmp(output->bytes + n - (sizeof end - 1),
                                         end, sizeof end - 1) == 0;
}

static void write_note(char note[CHARTS_NOTE_BYTES], const char *folder,
                       const struct chart *chart,
                       const struct program_output *output)
{
    const char *why = output->complaint;
    snprintf(note, CHARTS_NOTE_BYTES,
             "no %s, for which gnuplot is needed (%s); try gnuplot %s in %s",
             chart->picture, why[0] ? why : "it drew nothing", chart->script,
             TEXT_QUOTE(folder));
}

/* The program's own settings (-d), not those that somebody has at home. */
static enum ramp_status draw(const char *folder, const char *picture,
                             const struct chart *chart,
                             char note[CHARTS_NOTE_BYTES],
                             struct ramp_error *err)
{
    const char *const arguments[] = {"gnuplot", "-d",          "-e",
                                     "piped=1", chart->script, NULL};
    struct program_output output;
    enum ramp_status status = RAMP_OK;
    if (program_run(&output, arguments, folder, GNUPLOT_SECONDS) &&
        is_whole(&output)) {
        status = file_write(picture, output.bytes, output.n_bytes, err);
    } else {
        unlink(picture);
        if (note[0] == 0)
            write_note(note, folder, chart, &output);
    }
    program_output_release(&output);
    return status;
}

static enum ramp_status draw_chart(const char *folder,
                                   const struct chart *chart, const char *title,
                                   char note[CHARTS_NOTE_BYTES],
                                   struct ramp_error *err)
{
    bool has = false;
    char *table = file_join(folder, chart->table);
    char *picture = file_join(folder, chart->picture);
    enum ramp_status status = RAMP_OK;
    if (table == NULL || picture == NULL)
        status = error_memory(err, "a name", strlen(folder));
    if (status == RAMP_OK)
        status = has_rows(&has, table, err);
    if (status == RAMP_OK && has)
        status = write_script(folder, chart, title, err);
    if (status == RAMP_OK && has)
        status = draw(folder, picture, chart, note, err);
    mem_free(table);
    mem_free(picture);
    return status;
}

enum ramp_status charts_draw(const char *folder, const char *title,
                             char note[CHARTS_NOTE_BYTES],
                             struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    note[0] = 0;
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
        if (status == RAMP_OK)
            status = draw_chart(folder, &charts[i], title, note, err);
    return status;
}

enum ramp_status charts_draw_script(const char *picture, const char *script,
                                    char note[CHARTS_NOTE_BYTES],
                                    struct ramp_error *err)
{
    const char *base = file_base(picture);
    size_t n = strlen(base) - strlen(".svg");
    struct draft folder = {0}, name = {0}, text = {0};
    draft_add(&folder, "%.*s", (int)(base - picture), picture);
    if (base == picture)
        draft_add(&folder, ".");
    draft_add(&name, "%.*s.gp", (int)n, base);
    draft_add(&text, "reset\nif (!exists(\"piped\")) set output ");
    add_text(&text, base);
    draft_add(&text, "\n%s", script);
    note[0] = 0;
    enum ramp_status status = draft_check(&folder, "a name", err);
    if (status == RAMP_OK)
        status = draft_check(&name, "a name", err);
    if (status == RAMP_OK)
        status = draft_check(&text, "a script", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder.text, name.text, text.text, err);
    if (status == RAMP_OK) {
        const struct chart chart = {.script = name.text, .picture = base};
        status = draw(folder.text, picture, &chart, note, err);
    }
    draft_release(&folder);
    draft_release(&name);
    draft_release(&text);
    return status;
}
