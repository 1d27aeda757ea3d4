/* csv_table.c - the tables of a run, read again. */
#include "report/csv_table.h"

#include "report/basics.h"

#include <string.h>

#define MAX_BYTES ((size_t)256 << 20)

/* Where reading is. A field is unquoted in its place: it never grows. */
struct reader {
    char *next; /* NULL behind the last field */
    bool row_ends;
};

static char *read_field(struct reader *reader)
{
    char *from = reader->next, *to = from, *field = from;
    bool quoted = false;
    for (; *from && (quoted || !strchr(",\n", *from)); from++) {
        if (*from != '"') {
            *to++ = *from;
        } else if (quoted && from[1] == '"') {
            *to++ = '"';
            from++;
        } else {
            quoted = !quoted;
        }
    }
    reader->row_ends = *from != ',';
    reader->next = *from && (from[0] == ',' || from[1]) ? from + 1 : NULL;
    if (reader->row_ends && to > field && to[-1] == '\r')
        to--;
    *to = 0;
    return field;
}

static bool keep(struct csv_table *table, size_t at, char *field)
{
    if (!mem_grow((void **)&table->fields, &table->capacity, at + 1,
                  sizeof *table->fields))
        return false;
    table->fields[at] = field;
    return true;
}

/* The names, and so the number of columns. */
static bool read_names(struct csv_table *table, struct reader *reader)
{
    do {
        if (!keep(table, table->n_columns, read_field(reader)))
            return false;
        table->n_columns++;
    } while (!reader->row_ends);
    return true;
}

static bool read_row(struct csv_table *table, struct reader *reader,
                     size_t max_rows)
{
    static char empty[1];
    bool kept = table->n_rows < max_rows;
    size_t first = (table->n_kept + 1) * table->n_columns, n = 0;
    reader->row_ends = false;
    while (!reader->row_ends) {
        char *field = read_field(reader);
        if (kept && n < table->n_columns && !keep(table, first + n, field))
            return false;
        n++;
    }
    for (; kept && n < table->n_columns; n++)
        if (!keep(table, first + n, empty))
            return false;
    table->n_rows++;
    table->n_kept += kept;
    return true;
}

enum ramp_status csv_table_read(struct csv_table *table, const char *path,
                                size_t max_rows, struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    *table = (struct csv_table){0};
    if (!file_is_regular(path))
        return RAMP_OK;
    enum ramp_status status =
        file_read(&bytes, &n_bytes, path, MAX_BYTES, RAMP_IO, err);
    if (status != RAMP_OK)
        return status;
    table->text = (char *)bytes;
    struct reader reader = {.next = *table->text ? table->text : NULL};
    bool good = reader.next == NULL || read_names(table, &reader);
    while (good && reader.next)
        good = read_row(table, &reader, max_rows);
    if (!good) {
        csv_table_release(table);
        return error_memory(err, "a table", n_bytes);
    }
    table->names = table->fields;
    return RAMP_OK;
}

/* n_columns if there is none. */
static size_t find_column(const struct csv_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->n_columns && !text_equal(table->names[i], name))
        i++;
    return i;
}

const char *csv_table_field(const struct csv_table *table, size_t row,
                            const char *name)
{
    ASSERT(row < table->n_kept);
    size_t column = find_column(table, name);
    if (column == table->n_columns)
        return "";
    return table->fields[(row + 1) * table->n_columns + column];
}

bool csv_table_has(const struct csv_table *table, const char *name)
{
    return find_column(table, name) < table->n_columns;
}

void csv_table_release(struct csv_table *table)
{
    mem_free(table->text);
    mem_free(table->fields);
    *table = (struct csv_table){0};
}
