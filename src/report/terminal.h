/* terminal.h - the line that shows where a long task is: redrawn in place on a
 * terminal, absent where standard error goes elsewhere. */
#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include "base/error.h"

#include <stdbool.h>

#define TERMINAL_COLUMNS 79 /* no line of progress is longer */

struct terminal {
    bool live;     /* standard error is a terminal that can redraw a line */
    int drawn;     /* columns of the live line on the screen, 0: none */
    double redraw; /* when the live line may be drawn again */
};

void terminal_init(struct terminal *terminal);

/* Whether it is time to draw the live line again: ten times a second on a
 * terminal, else never. */
bool terminal_due(const struct terminal *terminal);

/* Replace the live line. In a narrow window, the last of its parts are left
 * out; two blanks stand between parts. Does nothing where there is no
 * terminal. */
void terminal_live(struct terminal *terminal, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* A line that stays, in the place of the live line; at most 79 columns. */
void terminal_line(struct terminal *terminal, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Take the live line away, before others write. */
void terminal_clear(struct terminal *terminal);

#endif
