/* results.c - what the runs of a comparison gave, in two files. */
#include "trials/results.h"

#include "report/csv.h"
#include "report/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const outcomes[RUN_N_OUTCOMES] = {
    "reached", "missed", "abandoned", "finished", "fitted", "diverged"};

const char *run_outcome_name(enum run_outcome outcome)
{
    return outcomes[outcome];
}

bool run_curve_add(struct run_curve *curve, const struct run_point *point)
{
    if (!mem_grow((void **)&curve->points, &curve->capacity, curve->n + 1,
                  sizeof *curve->points))
        return false;
    curve->points[curve->n++] = *point;
    return true;
}

void run_result_release(struct run_result *row)
{
    mem_free(row->curve.points);
    row->curve = (struct run_curve){0};
}

void results_release(struct results *results)
{
    for (size_t i = 0; i < results->n; i++)
        run_result_release(&results->rows[i]);
    mem_free(results->rows);
    mem_free(results->path);
    mem_free(results->curves_path);
    *results = (struct results){0};
}

static bool same_run(const struct run_result *a, const struct run_result *b)
{
    return text_equal(a->scale, b->scale) && text_equal(a->arm, b->arm) &&
           text_equal(a->protocol, b->protocol) && a->rate == b->rate &&
           a->seed == b->seed;
}

static struct run_result *find(const struct results *results,
                               const struct run_result *key)
{
    for (size_t i = 0; i < results->n; i++)
        if (same_run(&results->rows[i], key))
            return &results->rows[i];
    return NULL;
}

const struct run_result *results_find(const struct results *results,
                                      const struct run_result *key)
{
    return find(results, key);
}

bool results_has_arm(const struct results *results, const char *scale,
                     const char *arm)
{
    for (size_t i = 0; i < results->n; i++)
        if (text_equal(results->rows[i].scale, scale) &&
            text_equal(results->rows[i].arm, arm))
            return true;
    return false;
}

/* ==== Reading ==== */

/* The fields of one row, by name; the first that makes no sense is kept. */
struct fields {
    const struct csv_table *table;
    size_t row;
    const char *bad;
};

static void read_text(struct fields *f, char *text, size_t n_bytes,
                      const char *name)
{
    const char *field = csv_table_field(f->table, f->row, name);
    size_t n = strlen(field);
    if (n >= n_bytes)
        f->bad = f->bad ? f->bad : name;
    else
        memcpy(text, field, n + 1);
}

static double read_number(struct fields *f, const char *name, bool needed)
{
    double value = NAN;
    const char *field = csv_table_field(f->table, f->row, name);
    if ((*field || needed) && !text_to_double(&value, field, -1e300, 1e300))
        f->bad = f->bad ? f->bad : name;
    return value;
}

static uint64_t read_count(struct fields *f, const char *name)
{
    uint64_t value = 0;
    if (!text_to_u64(&value, csv_table_field(f->table, f->row, name), 0,
                     UINT64_MAX))
        f->bad = f->bad ? f->bad : name;
    return value;
}

static void read_key(struct fields *f, struct run_result *row)
{
    read_text(f, row->scale, sizeof row->scale, "scale");
    read_text(f, row->arm, sizeof row->arm, "arm");
    read_text(f, row->protocol, sizeof row->protocol, "protocol");
    row->rate = read_number(f, "rate", true);
    row->seed = read_count(f, "seed");
}

static struct run_point read_point(struct fields *f, const char *epoch)
{
    return (struct run_point){
        .epoch = read_number(f, epoch, true),
        .train_loss = read_number(f, "train_loss", false),
        .train_error = read_number(f, "train_error", false),
        .clean_error = read_number(f, "clean_error", false),
        .val_loss = read_number(f, "val_loss", false),
        .val_error = read_number(f, "val_error", false),
        .zeros = read_number(f, "zeros", false),
        .offset = read_number(f, "offset", false),
    };
}

static void read_row(struct fields *f, struct run_result *row)
{
    int outcome = 0;
    const char *word = csv_table_field(f->table, f->row, "outcome");
    while (outcome < RUN_N_OUTCOMES && !text_equal(word, outcomes[outcome]))
        outcome++;
    if (outcome == RUN_N_OUTCOMES)
        f->bad = "outcome";
    read_key(f, row);
    row->outcome = (enum run_outcome)outcome;
    row->reached = read_number(f, "reached", outcome == RUN_REACHED);
    row->last = read_point(f, "epochs");
    row->epochs = row->last.epoch;
    row->images = read_count(f, "images");
    row->seconds = read_number(f, "seconds", false);
    row->threads = (int)read_number(f, "threads", true);
    read_text(f, row->processor, sizeof row->processor, "processor");
    read_text(f, row->cpu, sizeof row->cpu, "cpu");
    read_text(f, row->version, sizeof row->version, "version");
    read_text(f, row->commit, sizeof row->commit, "commit");
    read_text(f, row->date, sizeof row->date, "date");
}

static enum ramp_status bad_row(const struct fields *f, const char *path,
                                struct ramp_error *err)
{
    return error_set(err, RAMP_DATA,
                     "cannot read %s: row %zu, column %s: found %s",
                     TEXT_QUOTE(path), f->row + 1, f->bad,
                     TEXT_QUOTE(csv_table_field(f->table, f->row, f->bad)));
}

/* How many rows of the file count: all but a last one that was cut. */
static enum ramp_status read_table(struct csv_table *table, size_t *n_rows,
                                   const char *path, struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    *n_rows = 0;
    enum ramp_status status = csv_table_read(table, path, SIZE_MAX, err);
    if (status != RAMP_OK || table->n_rows == 0)
        return status;
    status = file_read(&bytes, &n_bytes, path, SIZE_MAX, RAMP_IO, err);
    if (status != RAMP_OK)
        return status;
    *n_rows = table->n_rows - (bytes[n_bytes - 1] != '\n');
    mem_free(bytes);
    return RAMP_OK;
}

static enum ramp_status load_rows(struct results *results,
                                  struct ramp_error *err)
{
    struct csv_table table;
    size_t n = 0;
    enum ramp_status status = read_table(&table, &n, results->path, err);
    for (size_t i = 0; i < n && status == RAMP_OK; i++) {
        struct fields f = {.table = &table, .row = i};
        if (!mem_grow((void **)&results->rows, &results->capacity,
                      results->n + 1, sizeof *results->rows)) {
            status = error_memory(err, "results", n * sizeof *results->rows);
            break;
        }
        read_row(&f, &results->rows[results->n++]);
        if (f.bad)
            status = bad_row(&f, results->path, err);
    }
    csv_table_release(&table);
    return status;
}

/* The points of runs that are not in NAME.csv are passed over: they had not
 * ended. Those of one run lie together. */
static enum ramp_status load_curves(struct results *results,
                                    struct ramp_error *err)
{
    struct csv_table table;
    struct run_result *row = NULL;
    size_t n = 0;
    enum ramp_status status = read_table(&table, &n, results->curves_path, err);
    for (size_t i = 0; i < n && status == RAMP_OK; i++) {
        struct run_result key = {.rate = 0};
        struct fields f = {.table = &table, .row = i};
        read_key(&f, &key);
        struct run_point point = read_point(&f, "epoch");
        if (row == NULL || !same_run(row, &key))
            row = find(results, &key);
        if (f.bad)
            status = bad_row(&f, results->curves_path, err);
        else if (row != NULL && !run_curve_add(&row->curve, &point))
            status = error_memory(err, "a curve", n * sizeof point);
    }
    csv_table_release(&table);
    return status;
}

enum ramp_status results_load(struct results *results, const char *folder,
                              const char *name, struct ramp_error *err)
{
    char file[128];
    *results = (struct results){0};
    snprintf(file, sizeof file, "%s.csv", name);
    results->path = file_join(folder, file);
    snprintf(file, sizeof file, "%s-curves.csv", name);
    results->curves_path = file_join(folder, file);
    enum ramp_status status = RAMP_OK;
    if (results->path == NULL || results->curves_path == NULL)
        status = error_memory(err, "a path", strlen(folder));
    if (status == RAMP_OK)
        status = load_rows(results, err);
    if (status == RAMP_OK)
        status = load_curves(results, err);
    if (status != RAMP_OK)
        results_release(results);
    return status;
}

/* ==== Writing ==== */

static void write_key(struct draft *draft, const struct run_result *row)
{
    csv_text(draft, row->scale);
    draft_add(draft, ",");
    csv_text(draft, row->arm);
    draft_add(draft, ",%s,%g,%llu", row->protocol, row->rate,
              (unsigned long long)row->seed);
}

static void write_figures(struct draft *draft, const struct run_point *point)
{
    csv_number(draft, point->train_loss);
    csv_number(draft, point->train_error);
    csv_number(draft, point->clean_error);
    csv_number(draft, point->val_loss);
    csv_number(draft, point->val_error);
    csv_number(draft, point->zeros);
    csv_number(draft, point->offset);
}

#define KEY_NAMES "scale,arm,protocol,rate,seed"
#define FIGURE_NAMES                                                           \
    "train_loss,train_error,clean_error,val_loss,val_error,zeros,offset"

static void write_rows(struct draft *draft, const struct results *results)
{
    draft_add(draft, KEY_NAMES ",outcome,reached,epochs," FIGURE_NAMES
                               ",images,seconds,threads,processor,cpu,"
                               "version,commit,date\n");
    for (size_t i = 0; i < results->n; i++) {
        const struct run_result *row = &results->rows[i];
        write_key(draft, row);
        draft_add(draft, ",%s", outcomes[row->outcome]);
        csv_number(draft, row->reached);
        csv_number(draft, row->epochs);
        write_figures(draft, &row->last);
        draft_add(draft, ",%llu,%.1f,%d,", (unsigned long long)row->images,
                  row->seconds, row->threads);
        csv_text(draft, row->processor);
        draft_add(draft, ",%s,%s,%s,%s\n", row->cpu, row->version, row->commit,
                  row->date);
    }
}

static void write_curves(struct draft *draft, const struct results *results)
{
    draft_add(draft, KEY_NAMES ",epoch," FIGURE_NAMES "\n");
    for (size_t i = 0; i < results->n; i++) {
        const struct run_curve *curve = &results->rows[i].curve;
        for (size_t j = 0; j < curve->n; j++) {
            write_key(draft, &results->rows[i]);
            csv_number(draft, curve->points[j].epoch);
            write_figures(draft, &curve->points[j]);
            draft_add(draft, "\n");
        }
    }
}

static enum ramp_status save(const struct results *results, const char *path,
                             void (*write)(struct draft *,
                                           const struct results *),
                             struct ramp_error *err)
{
    struct draft draft = {0};
    write(&draft, results);
    enum ramp_status status = draft_check(&draft, "a table", err);
    if (status == RAMP_OK)
        status = file_write(path, draft.text, draft.n_bytes, err);
    draft_release(&draft);
    return status;
}

/* What decides must not depend on whether a row was read or has just been
 * added: figures have the digits that the file has. */
static void round_figure(double *figure)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", *figure);
    if (!text_to_double(figure, text, -1e300, 1e300))
        *figure = NAN;
}

static void round_point(struct run_point *point)
{
    round_figure(&point->epoch);
    round_figure(&point->train_loss);
    round_figure(&point->train_error);
    round_figure(&point->clean_error);
    round_figure(&point->val_loss);
    round_figure(&point->val_error);
    round_figure(&point->zeros);
    round_figure(&point->offset);
}

enum ramp_status results_add(struct results *results, struct run_result *row,
                             struct ramp_error *err)
{
    struct run_result *former = find(results, row);
    if (former == NULL && !mem_grow((void **)&results->rows, &results->capacity,
                                    results->n + 1, sizeof *results->rows))
        return error_memory(err, "results", sizeof *row);
    if (former == NULL)
        former = &results->rows[results->n++];
    else
        run_result_release(former);
    round_figure(&row->reached);
    round_figure(&row->epochs);
    round_point(&row->last);
    for (size_t i = 0; i < row->curve.n; i++)
        round_point(&row->curve.points[i]);
    *former = *row;
    row->curve = (struct run_curve){0};
    enum ramp_status status =
        save(results, results->curves_path, write_curves, err);
    if (status == RAMP_OK)
        status = save(results, results->path, write_rows, err);
    return status;
}
