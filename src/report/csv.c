/* csv.c - fields of tables for other programs. */
#include "report/csv.h"

#include <math.h>
#include <string.h>

void csv_text(struct draft *draft, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        draft_add(draft, "%s", text);
        return;
    }
    draft_add(draft, "\"");
    for (const char *quote; (quote = strchr(text, '"')) != NULL;
         text = quote + 1)
        draft_add(draft, "%.*s\"\"", (int)(quote - text), text);
    draft_add(draft, "%s\"", text);
}

void csv_number(struct draft *draft, double value)
{
    if (isnan(value))
        draft_add(draft, ",");
    else
        draft_add(draft, ",%.6g", value);
}
