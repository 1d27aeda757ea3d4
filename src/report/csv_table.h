/* csv_table.h - the tables of a run, read again: CSV as RFC 4180 has it, with
 * a line of names first. */
#ifndef REPORT_CSV_TABLE_H
#define REPORT_CSV_TABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts as all zero. */
struct csv_table {
    char *text;    /* owned; what the fields point into */
    char **fields; /* owned; n_kept rows of n_columns */
    size_t n_columns, n_rows, n_kept, capacity;
    char **names; /* n_columns; the first of the fields */
};

/* Read a file and keep the first max_rows rows; n_rows counts all. Rows get as
 * many fields as there are names: missing ones are empty, others are passed
 * over. An absent or empty file is a table without columns. RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status csv_table_read(struct csv_table *table,
                                           const char *path, size_t max_rows,
                                           struct ramp_error *err);

/* The field in the column of this name; "" where there is none. */
const char *csv_table_field(const struct csv_table *table, size_t row,
                            const char *name);

bool csv_table_has(const struct csv_table *table, const char *name);

void csv_table_release(struct csv_table *table);

#endif
