/* page.c - report.html: a run on one page, which needs no other file and no
 * network. */
#include "report/page.h"

#include "report/base64.h"
#include "report/basics.h"
#include "report/csv_table.h"
#include "report/draft.h"
#include "report/format.h"
#include "report/html.h"
#include "report/run_folder.h"
#include "report/svg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_PICTURE_BYTES ((size_t)16 << 20)
#define MAX_TEXT_BYTES ((size_t)1 << 20)

struct page {
    const char *folder;
    const struct page_input *input;
    struct draft html;
    char title[256];
    const char *part;     /* which the tables speak of */
    struct csv_table log; /* the last epoch is its last row */
    char *args;           /* args.txt; NULL: none */
};

/* ---- The frame ---- */

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fdfdfb;--ink:#1c1c1a;"
    "--soft:#6a6a64;--line:#dedcd4;--mark:#a8321f}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#171716;--ink:#e6e4de;"
    "--soft:#9b988f;--line:#3a3935;--mark:#e58a75}img{filter:"
    "brightness(.9)}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:46rem;"
    "background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"
    "sans-serif;overflow-wrap:anywhere}\n"
    "h1,h2{font-family:Charter,'Bitstream Charter',Palatino,Georgia,serif;"
    "font-weight:normal;line-height:1.2}\n"
    "h1{margin:0;font-size:2.1rem}\n"
    "h2{margin:3.5rem 0 1rem;padding-top:.9rem;font-size:1.4rem;"
    "border-top:1px solid var(--line)}\n"
    "p,ul{margin:.75rem 0}\n"
    ".soft,figcaption,.figures dt,.figures small{color:var(--soft)}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,"
    "minmax(7.5rem,1fr));gap:1.5rem;margin:2.25rem 0 0}\n"
    ".figures div{display:flex;flex-direction:column}\n"
    ".figures dt{font-size:.9rem}\n"
    ".figures dd{margin:0;font-size:2rem;line-height:1.25;"
    "font-variant-numeric:tabular-nums}\n"
    ".figures small{display:block;font-size:.85rem;line-height:1.4}\n"
    ".notes{margin-top:2.25rem;padding:.25rem 1.25rem;border-left:3px solid "
    "var(--mark)}\n.notes ul{padding-left:1.1rem}\n"
    "figure{margin:1.5rem 0;break-inside:avoid}\n"
    "img{display:block;max-width:100%;height:auto;margin:0 auto;"
    "background:#fff;border-radius:4px}\n"
    "figcaption{margin-top:.6rem;font-size:.9rem}\n"
    ".wide{overflow-x:auto;margin:1.25rem 0}figure .wide{margin:0}\n"
    "img.words{max-width:none}\n"
    "@media(min-width:50rem){figure.words{margin-inline:"
    "calc(50% - min(47vw,38rem))}.words figcaption{max-width:43.5rem;"
    "margin-inline:auto}}\n"
    "table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:"
    "tabular-nums}\n"
    "th,td{padding:.3rem .9rem .3rem 0;text-align:left;vertical-align:top}\n"
    "th{font-weight:normal;color:var(--soft);white-space:nowrap}\n"
    "td.n,th.n{text-align:right;white-space:nowrap}\n"
    "td.t{white-space:nowrap}td.p{min-width:9rem}\n"
    "tbody tr,tfoot tr{border-top:1px solid var(--line)}\n"
    "@media(max-width:30rem){th,td{padding-right:.5rem}}\n"
    "dl.facts{display:grid;grid-template-columns:max-content 1fr;"
    "gap:.35rem 1.25rem;font-size:.95rem}\n"
    ".facts dt{color:var(--soft)}.facts dd{margin:0}\n"
    "pre,code{font:.875rem/1.6 ui-monospace,Menlo,Consolas,monospace}\n"
    "pre{overflow-x:auto;padding:.9rem 1rem;border:1px solid var(--line);"
    "border-radius:4px;overflow-wrap:normal}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}h2{"
    "break-after:avoid}tr{break-inside:avoid}.wide,pre{overflow:visible}"
    "figure.words{margin-inline:0}img.words{max-width:100%}"
    "pre{white-space:pre-wrap}}\n";

static void begin(struct page *page)
{
    draft_add(&page->html,
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
              "<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" "
              "content=\"width=device-width, initial-scale=1\">\n<title>");
    svg_text(&page->html, page->title);
    draft_add(&page->html, "</title>\n<style>\n%s</style>\n</head>\n<body>\n",
              style);
}

static void heading(struct page *page, const char *text)
{
    draft_add(&page->html, "<h2>%s</h2>\n", text);
}

/* *path is freed by mem_free; NULL if the file is not there. */
static enum ramp_status find(char **path, const struct page *page,
                             const char *name, struct ramp_error *err)
{
    *path = file_join(page->folder, name);
    if (*path == NULL)
        return error_memory(err, "a name", strlen(page->folder));
    if (file_is_regular(*path))
        return RAMP_OK;
    mem_free(*path);
    *path = NULL;
    return RAMP_OK;
}

/* ---- Pictures ---- */

/* A file in the folder, and where it belongs. With a heading, it begins the
 * section. */
struct picture {
    const char *file, *heading, *about; /* about: what is seen, in words */
    bool of_part;                       /* the part of the data is named */
    bool words; /* with words that a narrow screen must not shrink */
};

static void add_picture(struct page *page, const struct picture *picture,
                        const uint8_t *bytes, size_t n_bytes)
{
    const char *kind =
        text_ends_with(picture->file, ".svg") ? "svg+xml" : "png";
    const char *class = picture->words ? "words" : "plain";
    if (picture->heading)
        heading(page, picture->heading);
    draft_add(&page->html,
              "<figure class=\"%s\">\n<div class=\"wide\"%s>\n"
              "<img class=\"%s\" alt=\"%s\" src=\"data:image/%s;base64,",
              class, picture->words ? " tabindex=\"0\"" : "", class,
              picture->about, kind);
    base64_add(&page->html, bytes, n_bytes);
    draft_add(&page->html,
              "\">\n</div>\n<figcaption>%s. <span class=\"soft\">(%s%s%s)"
              "</span></figcaption>\n</figure>\n",
              picture->about, picture->file, picture->of_part ? ", " : "",
              picture->of_part ? page->part : "");
}

static enum ramp_status show_picture(struct page *page,
                                     const struct picture *picture,
                                     struct ramp_error *err)
{
    char *path = NULL;
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    enum ramp_status status = find(&path, page, picture->file, err);
    if (status == RAMP_OK && path)
        status =
            file_read(&bytes, &n_bytes, path, MAX_PICTURE_BYTES, RAMP_IO, err);
    if (status == RAMP_OK && n_bytes > 0)
        add_picture(page, picture, bytes, n_bytes);
    mem_free(bytes);
    mem_free(path);
    return status;
}

/* ---- Tables ---- */

enum kind { TEXT, PATH, NUMBER, COUNT, SHARE };

struct column {
    const char *name, *head; /* in the file, on the page */
    enum kind kind;
};

#define MAX_COLUMNS 8

struct section {
    const char *file, *heading, *about;
    size_t max_rows;
    struct column columns[MAX_COLUMNS];
};

static const struct section classes = {
    "classes.csv",
    "Class by class",
    "Precision: of the answers with this name, the share that was right. "
    "Recall: of the pictures of this class, the share that was found. F1: "
    "their harmonic mean.",
    1000,
    {{"class", "class", TEXT},
     {"n", "pictures", COUNT},
     {"precision", "precision", SHARE},
     {"recall", "recall", SHARE},
     {"f1", "F1", SHARE}}};

static const struct section errors = {
    "errors.csv",
    NULL,
    "The wrong answers, those first in which the truth seemed least likely.",
    20,
    {{"path", "picture", PATH},
     {"truth", "truth", TEXT},
     {"answer", "answer", TEXT},
     {"probability", "probability", NUMBER},
     {"loss", "loss", NUMBER}}};

static const struct section coverage = {
    "coverage.csv",
    "How sure it must be",
    "If the model answers only where it is surer than a bound (--min-conf of "
    "ramp predict), it answers less often, and should be wrong less often.",
    100,
    {{"min_conf", "bound", NUMBER},
     {"answered", "answered", COUNT},
     {"coverage", "of all", SHARE},
     {"error", "error", SHARE}}};

static void add_value(struct draft *html, enum kind kind, const char *text)
{
    double value;
    uint64_t count;
    if (kind == SHARE && text_to_double(&value, text, 0, 1))
        html_format(html, "%.2f %%", 100 * value);
    else if (kind == NUMBER && text_to_double(&value, text, -1e300, 1e300))
        html_format(html, "%.4g", value);
    else if (kind == COUNT && text_to_u64(&count, text, 0, UINT64_MAX))
        svg_text(html, FORMAT_COUNT(count));
    else
        svg_text(html, text);
}

static const char *cell_class(enum kind kind)
{
    return kind == TEXT ? "t" : kind == PATH ? "p" : "n";
}

static void begin_table(struct draft *html, const char *about)
{
    draft_add(html,
              "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
              "aria-label=\"%s\">\n<table>\n",
              about);
}

static void end_table(struct draft *html)
{
    draft_add(html, "</table>\n</div>\n");
}

static void add_head(struct draft *html, enum kind kind, const char *text)
{
    draft_add(html, "<th scope=\"col\" class=\"%s\">%s</th>", cell_class(kind),
              text);
}

static void add_rows(struct page *page, const struct section *section,
                     const struct csv_table *table)
{
    struct draft *html = &page->html;
    const struct column *columns = section->columns;
    begin_table(html, section->file);
    draft_add(html, "<thead>\n<tr>");
    for (size_t i = 0; i < MAX_COLUMNS && columns[i].name; i++)
        if (csv_table_has(table, columns[i].name))
            add_head(html, columns[i].kind, columns[i].head);
    draft_add(html, "</tr>\n</thead>\n<tbody>\n");
    for (size_t row = 0; row < table->n_kept; row++) {
        draft_add(html, "<tr>");
        for (size_t i = 0; i < MAX_COLUMNS && columns[i].name; i++) {
            if (!csv_table_has(table, columns[i].name))
                continue;
            draft_add(html, "<td class=\"%s\">", cell_class(columns[i].kind));
            add_value(html, columns[i].kind,
                      csv_table_field(table, row, columns[i].name));
            draft_add(html, "</td>");
        }
        draft_add(html, "</tr>\n");
    }
    draft_add(html, "</tbody>\n");
    end_table(html);
}

static enum ramp_status show_table(struct page *page,
                                   const struct section *section,
                                   struct ramp_error *err)
{
    struct csv_table table = {0};
    char *path = NULL;
    enum ramp_status status = find(&path, page, section->file, err);
    if (status == RAMP_OK && path)
        status = csv_table_read(&table, path, section->max_rows, err);
    if (status == RAMP_OK && table.n_kept > 0) {
        if (section->heading)
            heading(page, section->heading);
        draft_add(&page->html, "<p>%s ", section->about);
        if (table.n_kept < table.n_rows)
            draft_add(&page->html, "The first %s of %s. ",
                      FORMAT_COUNT(table.n_kept), FORMAT_COUNT(table.n_rows));
        draft_add(&page->html, "<span class=\"soft\">(%s, %s)</span></p>\n",
                  section->file, page->part);
        add_rows(page, section, &table);
    }
    csv_table_release(&table);
    mem_free(path);
    return status;
}

/* ---- The result ---- */

static const char *fact(const struct page *page, const char *name)
{
    const struct ramp_model *model = page->input->model;
    return model ? ramp_model_fact(model, name) : NULL;
}

/* What stands in large letters, and below it what it means. */
static void begin_figure(struct draft *html, const char *name,
                         const char *format, ...) PRINTF_LIKE(3, 4);

static void begin_figure(struct draft *html, const char *name,
                         const char *format, ...)
{
    char value[64];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    draft_add(html, "<div><dt>%s</dt><dd>%s<small>", name, value);
}

static void end_figure(struct draft *html)
{
    draft_add(html, "</small></dd></div>\n");
}

static void add_test_error(struct page *page)
{
    const struct ramp_evaluation *test = page->input->test;
    if (test == NULL)
        return;
    begin_figure(&page->html, "test error", "%.2f %%", 100 * test->error);
    draft_add(&page->html, "%s of %s pictures; 95 %% interval %.2f to %.2f %%",
              FORMAT_COUNT(test->n_wrong), FORMAT_COUNT(test->n),
              100 * test->error_low, 100 * test->error_high);
    end_figure(&page->html);
}

static size_t n_epochs(const struct page *page)
{
    return page->log.n_kept;
}

static void add_val_error(struct page *page)
{
    const char *text = fact(page, "val-error"), *epoch = fact(page, "epoch");
    double error;
    if (text == NULL || epoch == NULL || !text_to_double(&error, text, 0, 1))
        return;
    begin_figure(&page->html, "validation error", "%.2f %%", 100 * error);
    html_format(&page->html, "epoch %s", epoch);
    if (n_epochs(page) > 0)
        draft_add(&page->html, ", the best of %s",
                  FORMAT_COUNT(n_epochs(page)));
    if (page->input->n_val > 0)
        draft_add(&page->html, "; %s pictures",
                  FORMAT_COUNT(page->input->n_val));
    end_figure(&page->html);
}

static void add_time(struct page *page)
{
    double total = 0;
    for (size_t i = 0; i < n_epochs(page); i++) {
        double seconds;
        if (text_to_double(&seconds, csv_table_field(&page->log, i, "seconds"),
                           0, 1e9))
            total += seconds;
    }
    if (n_epochs(page) == 0)
        return;
    begin_figure(&page->html, "time", "%s", FORMAT_SECONDS(total));
    draft_add(&page->html, "%s epoch%s", FORMAT_COUNT(n_epochs(page)),
              n_epochs(page) > 1 ? "s" : "");
    if (page->input->n_train > 0)
        draft_add(&page->html, " of %s pictures",
                  FORMAT_COUNT(page->input->n_train));
    end_figure(&page->html);
}

static void add_size(struct page *page)
{
    const struct ramp_model *model = page->input->model;
    if (model == NULL)
        return;
    const struct ramp_net *net = ramp_model_net(model);
    begin_figure(&page->html, "parameters", "%s",
                 FORMAT_COUNT(ramp_net_n_parameters(net)));
    draft_add(&page->html, "%s layers, %d classes",
              FORMAT_COUNT(ramp_net_n_layers(net)),
              ramp_model_n_classes(model));
    end_figure(&page->html);
}

static void show_result(struct page *page)
{
    struct draft *html = &page->html;
    const char *date = fact(page, "date"), *version = fact(page, "ramp");
    draft_add(html, "<header>\n<h1>");
    svg_text(html, page->title);
    draft_add(html, "</h1>\n<p class=\"soft\">A training by ramp");
    if (version)
        html_format(html, " %s", version);
    if (date) /* 2026-01-31T... */
        html_format(html, ", %.10s", date);
    draft_add(html, "</p>\n</header>\n");
    size_t before = html->n_bytes;
    draft_add(html, "<dl class=\"figures\">\n");
    size_t empty = html->n_bytes;
    add_test_error(page);
    add_val_error(page);
    add_time(page);
    add_size(page);
    if (html->n_bytes > empty)
        draft_add(html, "</dl>\n");
    else if (!html->failed)
        html->n_bytes = before;
}

static void show_notes(struct page *page)
{
    const char *const *notes = page->input->notes;
    if (notes == NULL || *notes == NULL)
        return;
    draft_add(&page->html,
              "<section class=\"notes\" aria-label=\"notes\">\n<ul>\n");
    for (; *notes; notes++) {
        draft_add(&page->html, "<li>");
        svg_text(&page->html, *notes);
        draft_add(&page->html, "</li>\n");
    }
    draft_add(&page->html, "</ul>\n</section>\n");
}

/* ---- The net ---- */

static void add_layer(struct draft *html, const struct ramp_layer_info *layer)
{
    draft_add(html, "<tr><td>");
    svg_text(html, layer->text);
    draft_add(html, "</td><td class=\"n\">");
    if (layer->out_height == 1 && layer->out_width == 1)
        draft_add(html, "%d", layer->out_channels);
    else
        draft_add(html, "%d&times;%d&times;%d", layer->out_channels,
                  layer->out_height, layer->out_width);
    draft_add(html,
              "</td><td class=\"n\">%s</td><td class=\"n\">%.2f</td>"
              "<td class=\"n\">%d&times;%d</td></tr>\n",
              FORMAT_COUNT(layer->n_parameters), layer->forward_flop / 1e6,
              layer->receptive_height, layer->receptive_width);
}

static void show_net(struct page *page)
{
    static const char *const heads[] = {"layer", "output", "parameters",
                                        "MFLOP", "field"};
    struct draft *html = &page->html;
    double flop = 0;
    if (page->input->model == NULL)
        return;
    const struct ramp_net *net = ramp_model_net(page->input->model);
    heading(page, "The net");
    draft_add(html,
              "<p>MFLOP: millions of operations for a picture, forward. "
              "Field: the pixels of the picture that one output sees.</p>\n");
    begin_table(html, "layers");
    draft_add(html, "<thead>\n<tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        add_head(html, i == 0 ? TEXT : NUMBER, heads[i]);
    draft_add(html, "</tr>\n</thead>\n<tbody>\n");
    for (size_t i = 0; i < ramp_net_n_layers(net); i++) {
        struct ramp_layer_info layer;
        ramp_net_layer(net, i, &layer);
        add_layer(html, &layer);
        flop += layer.forward_flop;
    }
    draft_add(html,
              "</tbody>\n<tfoot>\n<tr><td>total</td><td></td>"
              "<td class=\"n\">%s</td><td class=\"n\">%.2f</td><td></td></tr>"
              "\n</tfoot>\n",
              FORMAT_COUNT(ramp_net_n_parameters(net)), flop / 1e6);
    end_table(html);
}

/* ---- How it was made, and what can be done with it ---- */

/* One line of args.txt, terminated: "# name: text", "# ramp 1.0", or a
 * setting, which is left to add_settings. */
static void add_arg(struct draft *html, char *line)
{
    static const char version[] = "# ramp ";
    char *colon = strstr(line, ": ");
    if (line[0] != '#')
        return;
    if (strncmp(line, "# ramp train", 12) == 0)
        return; /* how to use the file */
    bool is_version = strncmp(line, version, sizeof version - 1) == 0;
    if (!is_version && colon == NULL)
        return;
    bool is_command = strncmp(line, "# command", 9) == 0;
    draft_add(html, "<dt>");
    html_format(html, "%.*s", is_version ? 4 : (int)(colon - line) - 2,
                line + 2);
    draft_add(html, "</dt><dd>%s", is_command ? "<code>" : "");
    svg_text(html, is_version ? line + sizeof version - 1 : colon + 2);
    draft_add(html, "%s</dd>\n", is_command ? "</code>" : "");
}

static void add_settings(struct draft *html, char *line)
{
    if (line[0] == '#')
        return;
    svg_text(html, line);
    draft_add(html, "\n");
}

/* Each line of args.txt, which is left as it was. */
static void each_line(struct page *page,
                      void (*add)(struct draft *html, char *line))
{
    for (char *line = page->args; *line;) {
        size_t n = strcspn(line, "\n");
        char end = line[n];
        line[n] = 0;
        add(&page->html, line);
        line[n] = end;
        line += n + (end == '\n');
    }
}

static void show_args(struct page *page)
{
    struct draft *html = &page->html;
    if (page->args == NULL)
        return;
    heading(page, "How it was made");
    draft_add(html, "<dl class=\"facts\">\n");
    each_line(page, add_arg);
    draft_add(html, "</dl>\n<p>All settings "
                    "<span class=\"soft\">(args.txt)</span>:</p>\n<pre>");
    each_line(page, add_settings);
    draft_add(html, "</pre>\n");
}

static void add_command(struct page *page, const char *about,
                        const char *before, const char *after)
{
    struct draft *html = &page->html;
    draft_add(html, "<dt>%s</dt><dd><code>ramp %s ", about, before);
    html_shell_word(html, page->folder);
    if (after[0]) {
        draft_add(html, " ");
        html_shell_word(html, after);
    }
    draft_add(html, "</code></dd>\n");
}

/* DATA as it was given, in args.txt, which is cut behind it: it is the last
 * that is taken from there. */
static const char *data_given(struct page *page)
{
    static const char name[] = "--data ";
    for (char *line = page->args; line && *line;) {
        char *end = line + strcspn(line, "\n");
        if (strncmp(line, name, sizeof name - 1) == 0) {
            *end = 0;
            return line + sizeof name - 1;
        }
        line = end + (*end == '\n');
    }
    return "DATA";
}

static void show_next(struct page *page)
{
    heading(page, "How to go on");
    draft_add(&page->html, "<dl class=\"facts\">\n");
    add_command(page, "classify", "predict", "PICTURE");
    add_command(page, "evaluate", "eval", data_given(page));
    add_command(page, "train on", "train --resume", "");
    add_command(page, "look inside", "info", "");
    draft_add(&page->html, "</dl>\n");
}

/* ---- The page ---- */

static enum ramp_status show_mistakes(struct page *page, struct ramp_error *err)
{
    static const struct picture confusion = {
        "confusion.svg", "What it takes for what",
        "Confusion matrix: each row a true class, each column an answer", true,
        true};
    static const struct picture worst = {
        "errors.svg", "Where it is wrong",
        "The worst mistakes: truth, answer, and how sure the model was", true,
        true};
    enum ramp_status status = show_table(page, &classes, err);
    if (status == RAMP_OK)
        status = show_picture(page, &confusion, err);
    if (status == RAMP_OK)
        status = show_picture(page, &worst, err);
    if (status == RAMP_OK)
        status = show_table(page, &errors, err);
    if (status == RAMP_OK)
        status = show_table(page, &coverage, err);
    return status;
}

static enum ramp_status show_inside(struct page *page, struct ramp_error *err)
{
    static const struct picture pictures[] = {
        {"train_batch.png", "What the net sees",
         "Pictures of a training batch, as augmented", false, false},
        {"filters.png", "What it looks for", "The filters of the first layer",
         false, false},
        {"layers.svg", "Inside the layers",
         "Zeros, dead units, gradients and updates of each layer by epoch",
         false, false},
    };
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        if (status == RAMP_OK)
            status = show_picture(page, &pictures[i], err);
    return status;
}

static enum ramp_status fill(struct page *page, struct ramp_error *err)
{
    static const struct picture curves = {
        "curves.svg", "How it learned",
        "Error, loss and learning rate by epoch", false, false};
    begin(page);
    show_result(page);
    show_notes(page);
    enum ramp_status status = show_picture(page, &curves, err);
    if (status == RAMP_OK)
        status = show_mistakes(page, err);
    if (status == RAMP_OK)
        status = show_inside(page, err);
    show_net(page);
    show_args(page);
    show_next(page);
    draft_add(&page->html, "</body>\n</html>\n");
    return status;
}

static enum ramp_status read_files(struct page *page, struct ramp_error *err)
{
    char *path = NULL;
    uint8_t *bytes = NULL;
    size_t n_bytes;
    enum ramp_status status = find(&path, page, "log.csv", err);
    if (status == RAMP_OK && path)
        status = csv_table_read(&page->log, path, SIZE_MAX, err);
    mem_free(path);
    path = NULL;
    if (status == RAMP_OK)
        status = find(&path, page, "args.txt", err);
    if (status == RAMP_OK && path)
        status =
            file_read(&bytes, &n_bytes, path, MAX_TEXT_BYTES, RAMP_IO, err);
    page->args = (char *)bytes;
    mem_free(path);
    return status;
}

static void choose_title(struct page *page)
{
    const char *data = fact(page, "data"), *net = fact(page, "net-name");
    if (data && net)
        snprintf(page->title, sizeof page->title, "%s, %s", data, net);
    else
        snprintf(page->title, sizeof page->title, "%s",
                 file_base(page->folder));
    format_plain(page->title);
}

enum ramp_status report_page(const char *folder, const struct page_input *input,
                             char note[CHARTS_NOTE_BYTES],
                             struct ramp_error *err)
{
    struct page page = {.folder = folder, .input = input};
    page.part = input->test ? "test part" : "validation part";
    choose_title(&page);
    enum ramp_status status = charts_draw(folder, page.title, note, err);
    if (status == RAMP_OK)
        status = read_files(&page, err);
    if (status == RAMP_OK)
        status = fill(&page, err);
    if (status == RAMP_OK)
        status = draft_check(&page.html, "report.html", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, "report.html", page.html.text, err);
    draft_release(&page.html);
    csv_table_release(&page.log);
    mem_free(page.args);
    return status;
}
