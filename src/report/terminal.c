/* terminal.c - the line that shows where a long task is. */
#include "report/terminal.h"

#include "base/clock.h"
#include "base/text.h"
#include "report/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_SECONDS 0.1

void terminal_init(struct terminal *terminal)
{
    const char *kind = getenv("TERM");
    bool dumb = kind == NULL || text_equal(kind, "dumb");
    *terminal = (struct terminal){.live = !dumb && isatty(STDERR_FILENO)};
}

bool terminal_due(const struct terminal *terminal)
{
    return terminal->live && clock_seconds() >= terminal->redraw;
}

/* A line as wide as the window would wrap, and \r not find its beginning. */
static int window_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 &&
        size.ws_col <= TERMINAL_COLUMNS)
        return size.ws_col - 1;
    return TERMINAL_COLUMNS;
}

/* Cut behind the last part that fits whole, of parts with two blanks between
 * them: half of a number would be another number. */
static void cut_to(char *text, int columns)
{
    int n = format_cut(text, columns);
    if (text[n] == 0)
        return;
    for (int i = n; i > 0; i--)
        if (text[i] == ' ' && text[i - 1] == ' ') {
            n = i - 1;
            break;
        }
    text[n] = 0;
}

void terminal_clear(struct terminal *terminal)
{
    if (terminal->drawn > 0)
        fprintf(stderr, "\r%*s\r", terminal->drawn, "");
    terminal->drawn = 0;
}

void terminal_live(struct terminal *terminal, const char *format, ...)
{
    if (!terminal->live)
        return;
    char text[4 * TERMINAL_COLUMNS];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    format_plain(text);
    int width = window_columns();
    cut_to(text, width);
    int columns = format_columns(text);
    int former = terminal->drawn < width ? terminal->drawn : width;
    int blanks = former > columns ? former - columns : 0;
    fprintf(stderr, "\r%s%*s", text, blanks, "");
    fflush(stderr);
    terminal->drawn = columns + blanks;
    terminal->redraw = clock_seconds() + REDRAW_SECONDS;
}

void terminal_line(struct terminal *terminal, const char *format, ...)
{
    char text[4 * TERMINAL_COLUMNS];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    format_plain(text);
    text[format_cut(text, TERMINAL_COLUMNS)] = 0;
    terminal_clear(terminal);
    fprintf(stderr, "%s\n", text);
}
