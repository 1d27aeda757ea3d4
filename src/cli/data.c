/* data.c - `ramp data`: what a data set holds, and what is wrong with it. */
#include "cli/cli.h"

#include "report/format.h"
#include "report/table.h"
#include "report/terminal.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const part_names[] = {"train", "val", "test"};

static struct {
    struct ramp_dataset_options data;
    struct cli_compute compute;
} settings = {.data = {.skip_bad = true}, .compute = CLI_COMPUTE_DEFAULT};

static struct option option_table[] = {
    OPTION_CACHE_ROW(settings.data.cache_bytes),
    OPTION_THREADS_ROW(settings.compute.threads), OPTION_END};

static size_t part_count(const struct ramp_dataset_report *r, int part)
{
    size_t n = 0;
    for (int i = 0; i < r->n_classes; i++)
        n += r->counts[part * r->n_classes + i];
    return n;
}

static void print_parts(const struct ramp_dataset_report *r)
{
    printf("parts        ");
    const char *between = "";
    for (int part = 0; part < RAMP_N_PARTS; part++) {
        size_t n = part_count(r, part);
        if (n > 0) {
            printf("%s%s %s", between, part_names[part], FORMAT_COUNT(n));
            between = ", ";
        }
    }
    putchar('\n');
}

static void print_sizes(const struct ramp_dataset_report *r)
{
    if (r->min_width == r->max_width && r->min_height == r->max_height)
        printf("pictures     %dx%d", r->min_width, r->min_height);
    else
        printf("pictures     width %d to %d, height %d to %d", r->min_width,
               r->max_width, r->min_height, r->max_height);
    if (r->n_colour == 0)
        printf(", grey\n");
    else if (r->n_grey == 0)
        printf(", colour\n");
    else
        printf(", %s grey, %s colour\n", FORMAT_COUNT(r->n_grey),
               FORMAT_COUNT(r->n_colour));
}

static void print_summary(const struct ramp_dataset *data,
                          const struct ramp_dataset_report *r)
{
    struct ramp_preprocess pre;
    ramp_dataset_shape(data, &pre);
    printf("data         ");
    format_name(stdout, ramp_dataset_name(data));
    printf(" (%s)\n", ramp_dataset_kind(data));
    print_parts(r);
    printf("classes      %d\n", r->n_classes);
    print_sizes(r);
    printf("trained as   %dx%dx%d unless --input says otherwise\n",
           pre.channels, pre.height, pre.width);
    printf("fingerprint  %016" PRIx64 "\n", ramp_dataset_fingerprint(data));
    printf("duplicates   %s (pictures of one part equal to one of another)\n",
           FORMAT_COUNT(r->n_cross));
    if (r->n_others > 0)
        printf("passed over  %s (files of other kinds)\n",
               FORMAT_COUNT(r->n_others));
    printf("unreadable   %s\n", FORMAT_COUNT(r->n_bad));
    size_t n_shown = r->n_bad < 20 ? r->n_bad : 20;
    for (size_t i = 0; i < n_shown; i++)
        printf("  %s\n", r->bad[i]);
    if (n_shown < r->n_bad)
        printf("  and %s more\n", FORMAT_COUNT(r->n_bad - n_shown));
    putchar('\n');
}

static enum ramp_status print_classes(const struct ramp_dataset *data,
                                      const struct ramp_dataset_report *r,
                                      struct ramp_error *err)
{
    char alignment[RAMP_N_PARTS + 2] = "l";
    int parts[RAMP_N_PARTS], n_parts = 0;
    for (int part = 0; part < RAMP_N_PARTS; part++)
        if (part_count(r, part) > 0) {
            parts[n_parts++] = part;
            alignment[n_parts] = 'r';
        }
    struct table table;
    table_init(&table, alignment);
    table_cell(&table, "class");
    for (int j = 0; j < n_parts; j++)
        table_cell(&table, "%s", part_names[parts[j]]);
    for (int i = 0; i < r->n_classes; i++) {
        table_cell(&table, "%s", ramp_dataset_class(data, i));
        for (int j = 0; j < n_parts; j++)
            table_cell(&table, "%s",
                       FORMAT_COUNT(r->counts[parts[j] * r->n_classes + i]));
    }
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

static enum ramp_status inspect(const char *name, struct ramp_error *err)
{
    struct terminal terminal;
    struct ramp_dataset *data = NULL;
    struct ramp_dataset_report report = {0};
    enum ramp_status status =
        cli_compute_set(&settings.data.compute, &settings.compute, NULL, err);
    if (status != RAMP_OK)
        return status;
    terminal_init(&terminal);
    terminal_live(&terminal, "reading %s", TEXT_QUOTE(name));
    status = ramp_dataset_open(&data, name, &settings.data, err);
    if (status == RAMP_OK)
        status = ramp_dataset_inspect(&report, data, err);
    terminal_clear(&terminal);
    if (status == RAMP_OK) {
        cli_warn_odd(data, name);
        print_summary(data, &report);
        status = print_classes(data, &report, err);
    }
    if (status == RAMP_OK && report.n_bad > 0)
        status = error_set(err, RAMP_DATA,
                           "%s holds unreadable pictures: %zu, see above; ramp "
                           "train --skip-bad leaves them out",
                           TEXT_QUOTE(name), report.n_bad);
    ramp_dataset_report_release(&report);
    ramp_dataset_free(data);
    return status;
}

static int data_run(struct command_line *line, struct ramp_error *err)
{
    return (int)inspect(line->words[0], err);
}

const struct verb verb_data = {
    .name = "data",
    .arguments = "DATA",
    .summary = "show what a data set holds",
    .about =
        "Shows the kind, parts, classes and pictures of a data set, and "
        "what is wrong\nwith it: unreadable files, and pictures that stand "
        "in two parts. The exit\nstatus is 3 if a picture cannot be read.",
    .example = "  ramp data fashion-small\n  ramp data my-photos.zip",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = data_run,
};
