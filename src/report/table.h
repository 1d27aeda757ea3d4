/* table.h - rows and columns of text, each column as wide as its widest cell.
 *
 * Cells are given row by row; table_print aligns and writes them. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "report/draft.h"

#include <stdio.h>

#define TABLE_MAX_COLUMNS 64

struct table {
    const char *alignment; /* borrowed; a letter a column: l or r */
    struct draft cells;    /* each followed by a newline */
};

/* "lrr": a column to the left and two to the right, at most 64 columns. */
void table_init(struct table *table, const char *alignment);

/* The next cell; a newline in it, and any other control character, is shown
 * as "?". */
void table_cell(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);

/* Write all rows with `gap` blanks between the columns. The last row must be
 * complete. RAMP_MEMORY if a cell had no room. */
MUST_CHECK enum ramp_status table_print(const struct table *table, FILE *file,
                                        int gap, struct ramp_error *err);

void table_release(struct table *table);

#endif
