/* eval.c - `ramp eval`: how often a model is wrong on a data set, and where. */
#include "cli/cli.h"

#include "report/confusion.h"
#include "report/coverage.h"
#include "report/evaluation.h"
#include "report/format.h"
#include "report/table.h"
#include "report/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define MAX_MATRIX_CLASSES 20
#define MAX_PAIRS 5

static const char *const part_words[] = {"train", "val", "test", NULL};

static struct {
    struct ramp_dataset_options data;
    struct cli_compute compute;
    int part, tta;
    const char *out;
} settings = {.compute = CLI_COMPUTE_DEFAULT, .part = -1};

static struct option option_table[] = {
    OPTION_WORDS("part", "PART", "train, val or test (default: see above)",
                 settings.part, part_words),
    OPTION_TTA_ROW(settings.tta),
    OPTION_ROW(OPTION_TEXT, "out", "DIR",
               "write tables (CSV) and pictures (SVG) into DIR", settings.out),
    OPTION_CACHE_ROW(settings.data.cache_bytes),
    OPTION_SKIP_BAD_ROW(settings.data.skip_bad),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_END};

struct evaluating {
    const char *model_name, *data_name;
    struct ramp_model *model;
    struct ramp_dataset *data;
    bool own_data; /* the very data that the model was trained on */
    enum ramp_part part;
};

/* ---- Which pictures ---- */

/* The data as the model was trained on them: its pictures' shape, and the
 * same validation part drawn again. */
static void take_model_settings(const struct ramp_model *model)
{
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    const char *share = ramp_model_fact(model, "val-share");
    const char *seed = ramp_model_fact(model, "val-seed");
    settings.data.channels = pre->channels;
    settings.data.height = pre->height;
    settings.data.width = pre->width;
    settings.data.fit = pre->fit;
    if (!share || !text_to_double(&settings.data.val_share, share, 0, 0.9) ||
        !seed || !text_to_u64(&settings.data.seed, seed, 0, UINT64_MAX))
        settings.data.val_share = 0;
}

static enum ramp_status open_data(struct evaluating *e, struct ramp_error *err)
{
    struct terminal terminal;
    terminal_init(&terminal);
    terminal_live(&terminal, "reading %s", TEXT_QUOTE(e->data_name));
    enum ramp_status status =
        ramp_dataset_open(&e->data, e->data_name, &settings.data, err);
    terminal_clear(&terminal);
    return status;
}

static bool is_own_data(const struct evaluating *e)
{
    char fingerprint[24];
    const char *fact = ramp_model_fact(e->model, "fingerprint");
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64,
             ramp_dataset_fingerprint(e->data));
    return fact && text_equal(fact, fingerprint);
}

static enum ramp_status choose_part(struct evaluating *e,
                                    struct ramp_error *err)
{
    bool has_test = ramp_dataset_count(e->data, RAMP_TEST) > 0;
    bool has_val = ramp_dataset_count(e->data, RAMP_VAL) > 0;
    if (settings.part >= 0)
        e->part = (enum ramp_part)settings.part;
    else
        e->part = has_test ? RAMP_TEST : has_val ? RAMP_VAL : RAMP_TRAIN;
    if (ramp_dataset_count(e->data, e->part) == 0)
        return error_set(err, RAMP_DATA, "%s has no %s part",
                         TEXT_QUOTE(e->data_name), part_words[e->part]);
    if (settings.part < 0 && e->own_data && e->part == RAMP_TRAIN)
        return error_set(err, RAMP_DATA,
                         "the model was trained on all of %s: expected a test "
                         "or val part; try other data, or --part train",
                         TEXT_QUOTE(e->data_name));
    return RAMP_OK;
}

static enum ramp_status find_pictures(struct evaluating *e,
                                      struct ramp_error *err)
{
    take_model_settings(e->model);
    enum ramp_status status = open_data(e, err);
    if (status != RAMP_OK)
        return status;
    e->own_data = is_own_data(e);
    /* A part drawn for the training of other data means nothing here. */
    if (!e->own_data && ramp_dataset_val_drawn(e->data)) {
        ramp_dataset_free(e->data);
        e->data = NULL;
        settings.data.val_share = 0;
        status = open_data(e, err);
    }
    if (status == RAMP_OK)
        cli_warn_odd(e->data, e->data_name);
    return status == RAMP_OK ? choose_part(e, err) : status;
}

/* ---- What came out ---- */

static void print_part(const struct evaluating *e)
{
    static const char *const parts[] = {[RAMP_TRAIN] = "train part",
                                        [RAMP_VAL] = "val part",
                                        [RAMP_TEST] = "test part"};
    const char *part = parts[e->part], *note = "";
    bool all = e->part == RAMP_TRAIN && !e->own_data &&
               ramp_dataset_count(e->data, RAMP_VAL) == 0 &&
               ramp_dataset_count(e->data, RAMP_TEST) == 0;
    if (e->part == RAMP_VAL && ramp_dataset_val_drawn(e->data))
        note = ", drawn again as for its training";
    if (e->part == RAMP_TRAIN && e->own_data)
        note = ", which the model was trained on";
    printf("data      %s, %s%s: %s pictures\n", ramp_dataset_name(e->data),
           all ? "all" : part, note,
           FORMAT_COUNT(ramp_dataset_count(e->data, e->part)));
    if (settings.tta != RAMP_TTA_NONE)
        printf("views     mean of the logits, --tta %s\n",
               option_tta_words[settings.tta]);
    size_t n_skipped = ramp_dataset_n_skipped(e->data);
    if (n_skipped > 0)
        printf("left out  %s bad pictures\n", FORMAT_COUNT(n_skipped));
}

static void print_summary(const struct evaluating *e,
                          const struct ramp_evaluation *r)
{
    printf("model     ");
    format_name(stdout, e->model_name);
    printf(" (");
    format_name(stdout, cli_net_name(e->model));
    printf(")\n");
    print_part(e);
    printf("error     %.2f %% [%.2f, %.2f], %s of %s wrong\n", 100 * r->error,
           100 * r->error_low, 100 * r->error_high, FORMAT_COUNT(r->n_wrong),
           FORMAT_COUNT(r->n));
    printf("accuracy  %.2f %% [%.2f, %.2f], 95 %% interval\n",
           100 * (1 - r->error), 100 * (1 - r->error_high),
           100 * (1 - r->error_low));
    printf("balanced  %.2f %% (mean recall: each class weighs the same)\n",
           100 * r->balanced_accuracy);
    printf("loss      %.4f (mean cross-entropy)\n", r->loss);
    printf("time      %s, %s pictures a second\n\n", FORMAT_SECONDS(r->seconds),
           FORMAT_COUNT((uint64_t)((double)r->n / fmax(r->seconds, 1e-9))));
}

static void share_cell(struct table *table, double share)
{
    if (isnan(share))
        table_cell(table, "-");
    else
        table_cell(table, "%.2f %%", 100 * share);
}

static enum ramp_status print_classes(const struct evaluating *e,
                                      const struct ramp_evaluation *r,
                                      struct ramp_error *err)
{
    struct table table;
    table_init(&table, "lrrrr");
    table_cell(&table, "class");
    table_cell(&table, "pictures");
    table_cell(&table, "precision");
    table_cell(&table, "recall");
    table_cell(&table, "F1");
    for (int i = 0; i < r->n_classes; i++) {
        table_cell(&table, "%s", ramp_model_class(e->model, i));
        table_cell(&table, "%s", FORMAT_COUNT(r->classes[i].n));
        share_cell(&table, r->classes[i].precision);
        share_cell(&table, r->classes[i].recall);
        share_cell(&table, r->classes[i].f1);
    }
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

/* Names are cut so that ten classes and their counts fit into 79 columns. */
static enum ramp_status print_matrix(const struct evaluating *e,
                                     const struct ramp_evaluation *r,
                                     struct ramp_error *err)
{
    char alignment[MAX_MATRIX_CLASSES + 2] = "l";
    int width = 66 / r->n_classes - 1;
    if (width < 3)
        width = 3;
    for (int i = 0; i < r->n_classes; i++)
        alignment[i + 1] = 'r';
    struct table table;
    table_init(&table, alignment);
    table_cell(&table, "truth");
    for (int j = 0; j < r->n_classes; j++) {
        const char *name = ramp_model_class(e->model, j);
        table_cell(&table, "%.*s", format_cut(name, width), name);
    }
    for (int i = 0; i < r->n_classes; i++) {
        const char *name = ramp_model_class(e->model, i);
        table_cell(&table, "%.*s", format_cut(name, 12), name);
        for (int j = 0; j < r->n_classes; j++) {
            size_t n = r->confusion[i * r->n_classes + j];
            if (n == 0)
                table_cell(&table, ".");
            else
                table_cell(&table, "%zu", n);
        }
    }
    printf("\nconfusion: a row for each true class, a column for each"
           " answer\n");
    enum ramp_status status = table_print(&table, stdout, 1, err);
    table_release(&table);
    return status;
}

static void print_mistakes(const struct evaluating *e,
                           const struct ramp_evaluation *r)
{
    size_t n = (size_t)r->n_classes, place = confusion_next(r, CONFUSION_NONE);
    if (place != CONFUSION_NONE)
        printf("\nmost frequent mistakes\n");
    for (int i = 0; i < MAX_PAIRS && place != CONFUSION_NONE; i++) {
        printf("%6s  ", FORMAT_COUNT(r->confusion[place]));
        format_name(stdout, ramp_model_class(e->model, (int)(place / n)));
        printf(" taken for ");
        format_name(stdout, ramp_model_class(e->model, (int)(place % n)));
        printf(" (of %s)\n", FORMAT_COUNT(r->classes[place / n].n));
        place = confusion_next(r, place);
    }
}

static enum ramp_status print_coverage(const struct ramp_evaluation *r,
                                       struct ramp_error *err)
{
    struct coverage rows[COVERAGE_ROWS];
    struct table table;
    coverage_count(rows, r);
    table_init(&table, "rrr");
    table_cell(&table, "P");
    table_cell(&table, "answered");
    table_cell(&table, "error");
    for (int i = 0; i < COVERAGE_ROWS; i++) {
        table_cell(&table, "%.2f", rows[i].min_conf);
        share_cell(&table, rows[i].share);
        share_cell(&table, rows[i].error);
    }
    printf("\nif only answers of at least probability P count"
           " (predict --min-conf P)\n");
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

static enum ramp_status print_result(const struct evaluating *e,
                                     const struct ramp_evaluation *r,
                                     struct ramp_error *err)
{
    print_summary(e, r);
    enum ramp_status status = print_classes(e, r, err);
    if (status == RAMP_OK && r->n_classes <= MAX_MATRIX_CLASSES)
        status = print_matrix(e, r, err);
    print_mistakes(e, r);
    return status == RAMP_OK ? print_coverage(r, err) : status;
}

static enum ramp_status write_report(const struct evaluating *e,
                                     const struct ramp_evaluation *r,
                                     struct ramp_error *err)
{
    enum ramp_status status =
        report_evaluation(settings.out, e->model, e->data, e->part, r, err);
    if (status != RAMP_OK)
        return status;
    printf("\ntables and pictures are in ");
    format_name(stdout, settings.out);
    printf("\n");
    return RAMP_OK;
}

static enum ramp_status evaluate(struct evaluating *e, struct ramp_error *err)
{
    struct ramp_evaluation result = {0};
    enum ramp_status status =
        cli_compute_set(&settings.data.compute, &settings.compute, NULL, err);
    settings.data.compute.tta = (enum ramp_tta)settings.tta;
    if (status == RAMP_OK)
        status = ramp_model_load(&e->model, e->model_name, err);
    if (status == RAMP_OK)
        status = find_pictures(e, err);
    if (status == RAMP_OK && settings.out != NULL)
        status = file_make_folder(settings.out, err);
    if (status == RAMP_OK)
        status = ramp_evaluate(&result, e->model, e->data, e->part,
                               &settings.data.compute, err);
    if (status == RAMP_OK)
        status = print_result(e, &result, err);
    if (status == RAMP_OK && settings.out != NULL)
        status = write_report(e, &result, err);
    ramp_evaluation_release(&result);
    ramp_dataset_free(e->data);
    ramp_model_free(e->model);
    return status;
}

static int eval_run(struct command_line *line, struct ramp_error *err)
{
    struct evaluating e = {.model_name = line->words[0],
                           .data_name = line->words[1]};
    return (int)evaluate(&e, err);
}

const struct verb verb_eval = {
    .name = "eval",
    .arguments = "MODEL DATA",
    .summary = "measure how often a model is wrong, and where",
    .about =
        "Runs a model over a data set. MODEL is a model file, the folder "
        "of a run, or\nthe name of a trained model in models/. It takes "
        "the test part of DATA, else\nthe val part, else all pictures, and "
        "says which. On the very data that the\nmodel was trained on, the "
        "val part is the one of that training, and the\ntraining pictures "
        "are used with --part train only.\n"
        "\n--out DIR gets confusion.csv, classes.csv, coverage.csv, errors.csv "
        "(the worst\nfirst), confusion.svg and errors.svg (the 40 worst). "
        "Those of an earlier\nevaluation are replaced, other files stay.",
    .example = "  ramp eval fashion fashion-small\n"
               "  ramp eval runs/fashion-small-default-1 fashion-small",
    .options = option_table,
    .low = 2,
    .high = 2,
    .run = eval_run,
};
