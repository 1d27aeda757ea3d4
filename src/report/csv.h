/* csv.h - fields of tables for other programs: RFC 4180, but that a line ends
 * in a newline alone, as the tools of Unix want it. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "report/draft.h"

/* A text as it is; in quotes if it holds a comma, a quote or a newline. */
void csv_text(struct draft *draft, const char *text);

/* A comma and a number; what is not a number (0/0) is an empty field. */
void csv_number(struct draft *draft, double value);

#endif
