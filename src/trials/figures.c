/* figures.c - the numbers of a claim that compares no arms, in a file. */
#include "trials/figures.h"

#include "report/csv.h"
#include "report/csv_table.h"
#include "trials/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void figures_release(struct figures *figures)
{
    mem_free(figures->rows);
    mem_free(figures->path);
    *figures = (struct figures){.n = 0};
}

/* ==== Reading ==== */

/* Every text of a row, in the order of the file. */
static const struct {
    const char *name;
    size_t offset, n_bytes;
} texts[] = {
#define TEXT_COLUMN(name, member)                                              \
    {                                                                          \
        name, offsetof(struct figure, member),                                 \
            sizeof((struct figure *)0)->member                                 \
    }
    TEXT_COLUMN("scale", scale),
    TEXT_COLUMN("part", part),
    TEXT_COLUMN("protocol", protocol),
    TEXT_COLUMN("figure", name),
    TEXT_COLUMN("processor", origin.processor),
    TEXT_COLUMN("cpu", origin.cpu),
    TEXT_COLUMN("version", origin.version),
    TEXT_COLUMN("commit", origin.commit),
    TEXT_COLUMN("date", origin.date),
};

static bool read_number(double *value, const char *field)
{
    *value = NAN;
    return *field == 0 || text_to_double(value, field, -INFINITY, INFINITY);
}

/* NULL, or the column that makes no sense. */
static const char *read_row(struct figure *row, const struct csv_table *table,
                            size_t i)
{
    uint64_t threads;
    *row = (struct figure){.seed = 0};
    for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
        const char *field = csv_table_field(table, i, texts[j].name);
        size_t n = strlen(field);
        if (n >= texts[j].n_bytes)
            return texts[j].name;
        memcpy((char *)row + texts[j].offset, field, n + 1);
    }
    if (!text_to_u64(&row->seed, csv_table_field(table, i, "seed"), 0,
                     UINT64_MAX))
        return "seed";
    if (!read_number(&row->at, csv_table_field(table, i, "at")))
        return "at";
    if (!read_number(&row->value, csv_table_field(table, i, "value")))
        return "value";
    if (!text_to_u64(&threads, csv_table_field(table, i, "threads"), 0, 10000))
        return "threads";
    row->origin.threads = (int)threads;
    return NULL;
}

static enum ramp_status add_row(struct figures *figures,
                                const struct figure *row,
                                struct ramp_error *err)
{
    if (!mem_grow((void **)&figures->rows, &figures->capacity, figures->n + 1,
                  sizeof *figures->rows))
        return error_memory(err, "figures", figures->n * sizeof *row);
    figures->rows[figures->n++] = *row;
    return RAMP_OK;
}

enum ramp_status figures_load(struct figures *figures, const char *folder,
                              const char *name, struct ramp_error *err)
{
    char file[128];
    struct csv_table table;
    *figures = (struct figures){.n = 0};
    snprintf(file, sizeof file, "%s.csv", name);
    figures->path = file_join(folder, file);
    if (figures->path == NULL)
        return error_memory(err, "a path", sizeof file);
    enum ramp_status status =
        csv_table_read(&table, figures->path, SIZE_MAX, err);
    for (size_t i = 0; status == RAMP_OK && i < table.n_rows; i++) {
        struct figure row;
        const char *bad = read_row(&row, &table, i);
        if (bad)
            status = error_set(err, RAMP_DATA,
                               "cannot read %s: row %zu, column %s: found %s",
                               TEXT_QUOTE(figures->path), i + 1, bad,
                               TEXT_QUOTE(csv_table_field(&table, i, bad)));
        else
            status = add_row(figures, &row, err);
    }
    csv_table_release(&table);
    if (status != RAMP_OK)
        figures_release(figures);
    return status;
}

/* ==== Writing ==== */

static void write_rows(struct draft *draft, const struct figures *figures)
{
    draft_add(draft, "scale,part,protocol,seed,figure,at,value,threads,"
                     "processor,cpu,version,commit,date\n");
    for (size_t i = 0; i < figures->n; i++) {
        const struct figure *row = &figures->rows[i];
        draft_add(draft, "%s,", row->scale);
        csv_text(draft, row->part);
        draft_add(draft, ",%s,%" PRIu64 ",", row->protocol, row->seed);
        csv_text(draft, row->name);
        csv_number(draft, row->at);
        csv_number(draft, row->value);
        draft_add(draft, ",%d,", row->origin.threads);
        csv_text(draft, row->origin.processor);
        draft_add(draft, ",%s,%s,%s,%s\n", row->origin.cpu, row->origin.version,
                  row->origin.commit, row->origin.date);
    }
}

static bool same_part(const struct figure *a, const struct figure *b)
{
    return text_equal(a->scale, b->scale) && text_equal(a->part, b->part) &&
           text_equal(a->protocol, b->protocol) && a->seed == b->seed;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* What decides must not depend on whether a row was read or has just been
 * added: figures have the digits that the file has. */
static double rounded(double value)
{
    char text[32];
    double read = NAN;
    snprintf(text, sizeof text, "%.6g", value);
    return text_to_double(&read, text, -INFINITY, INFINITY) ? read : NAN;
}

/* The origin of the same figure, if its value was the same on the same kind of
 * machine. */
static void keep_origin(const struct figures *figures, struct figure *row)
{
    for (size_t i = 0; i < figures->n; i++) {
        const struct figure *old = &figures->rows[i];
        if (same_part(old, row) && text_equal(old->name, row->name) &&
            same_number(old->at, row->at) &&
            same_number(old->value, row->value) &&
            text_equal(old->origin.cpu, row->origin.cpu))
            row->origin = old->origin;
    }
}

static enum ramp_status save(const struct figures *figures,
                             struct ramp_error *err)
{
    struct draft draft = {0};
    write_rows(&draft, figures);
    enum ramp_status status = draft_check(&draft, "a table", err);
    if (status == RAMP_OK)
        status = file_write(figures->path, draft.text, draft.n_bytes, err);
    draft_release(&draft);
    return status;
}

enum ramp_status figures_put(struct figures *figures, const struct figure *rows,
                             size_t n, struct ramp_error *err)
{
    struct figures next = {.path = figures->path};
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < figures->n && status == RAMP_OK; i++)
        if (n == 0 || !same_part(&figures->rows[i], rows))
            status = add_row(&next, &figures->rows[i], err);
    for (size_t i = 0; i < n && status == RAMP_OK; i++) {
        struct figure row = rows[i];
        ASSERT(same_part(&row, rows));
        row.at = rounded(row.at);
        row.value = rounded(row.value);
        keep_origin(figures, &row);
        status = add_row(&next, &row, err);
    }
    if (status == RAMP_OK)
        status = save(&next, err);
    mem_free(status == RAMP_OK ? figures->rows : next.rows);
    if (status == RAMP_OK)
        *figures = next;
    return status;
}

/* ==== Asking ==== */

bool figures_has_scale(const struct figures *figures, const char *scale)
{
    for (size_t i = 0; i < figures->n; i++)
        if (text_equal(figures->rows[i].scale, scale))
            return true;
    return false;
}

bool figures_has(const struct figures *figures, const char *scale,
                 const char *part, const char *protocol, uint64_t seed)
{
    for (size_t i = 0; i < figures->n; i++) {
        const struct figure *row = &figures->rows[i];
        if (text_equal(row->scale, scale) && text_equal(row->part, part) &&
            text_equal(row->protocol, protocol) && row->seed == seed)
            return true;
    }
    return false;
}

size_t figures_values(const struct figures *figures, const char *scale,
                      const char *part, const char *name, double at,
                      double *values, size_t capacity)
{
    const char *protocol = NULL;
    size_t n = 0;
    double wanted = rounded(at);
    for (size_t i = figures->n; i-- > 0 && n < capacity;) {
        const struct figure *row = &figures->rows[i];
        if (!text_equal(row->scale, scale) || !text_equal(row->part, part))
            continue;
        protocol = protocol ? protocol : row->protocol;
        if (same_number(row->at, wanted) &&
            text_equal(row->protocol, protocol) && text_equal(row->name, name))
            values[n++] = row->value;
    }
    for (size_t i = 0; i < n / 2; i++) {
        double first = values[i];
        values[i] = values[n - 1 - i];
        values[n - 1 - i] = first;
    }
    return n;
}

double figures_median(const struct figures *figures, const char *scale,
                      const char *part, const char *name, double at)
{
    double values[STATS_MAX];
    size_t n =
        figures_values(figures, scale, part, name, at, values, STATS_MAX);
    return stats_median(values, n);
}
