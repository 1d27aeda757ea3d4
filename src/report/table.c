/* table.c - rows and columns of text. */
#include "report/table.h"

#include "report/format.h"

#include <stdarg.h>
#include <string.h>

void table_init(struct table *table, const char *alignment)
{
    ASSERT(strlen(alignment) <= TABLE_MAX_COLUMNS);
    *table = (struct table){.alignment = alignment};
}

void table_cell(struct table *table, const char *format, ...)
{
    char cell[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(cell, sizeof cell, format, args);
    va_end(args);
    if (length >= (int)sizeof cell) /* a character may have been cut */
        cell[format_cut(cell, format_columns(cell) - 1)] = 0;
    format_plain(cell);
    draft_add(&table->cells, "%s\n", cell);
}

/* The cell that begins at *next, which moves on to the one after it; NULL
 * behind the last. The cell ends at its newline, *n_bytes away. */
static const char *next_cell(const char **next, int *n_bytes)
{
    const char *cell = *next;
    if (*cell == 0)
        return NULL;
    const char *end = strchr(cell, '\n');
    *n_bytes = (int)(end - cell);
    *next = end + 1;
    return cell;
}

static int cell_columns(const char *cell, int n_bytes)
{
    char text[256];
    snprintf(text, sizeof text, "%.*s", n_bytes, cell);
    return format_columns(text);
}

enum ramp_status table_print(const struct table *table, FILE *file, int gap,
                             struct ramp_error *err)
{
    enum ramp_status status = draft_check(&table->cells, "a table", err);
    if (status != RAMP_OK)
        return status;
    int widths[TABLE_MAX_COLUMNS] = {0};
    int n_columns = (int)strlen(table->alignment), n_bytes = 0, column = 0;
    const char *next = table->cells.text, *cell;
    for (; (cell = next_cell(&next, &n_bytes)); column++) {
        int n = cell_columns(cell, n_bytes);
        if (n > widths[column % n_columns])
            widths[column % n_columns] = n;
    }
    ASSERT(column % n_columns == 0);
    next = table->cells.text;
    for (column = 0; (cell = next_cell(&next, &n_bytes));) {
        int blanks = widths[column] - cell_columns(cell, n_bytes);
        bool right = table->alignment[column] == 'r';
        bool last = column == n_columns - 1;
        fprintf(file, "%*s%.*s%*s%s", right ? blanks : 0, "", n_bytes, cell,
                right || last ? 0 : blanks, "", last ? "\n" : "");
        fprintf(file, "%*s", last ? 0 : gap, "");
        column = last ? 0 : column + 1;
    }
    return RAMP_OK;
}

void table_release(struct table *table)
{
    draft_release(&table->cells);
}
