/* preview.c - a picture in the terminal. */
#include "report/preview.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MAX_SIDE = 64 }; /* pixels */

static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        const char *set = value ? strrchr(value, '.') : NULL;
        if (value != NULL && *value != 0)
            return set != NULL && (strncasecmp(set, ".UTF-8", 6) == 0 ||
                                   strncasecmp(set, ".utf8", 5) == 0);
    }
    return false;
}

static enum preview_colours find_colours(void)
{
    const char *kind = getenv("TERM"), *no = getenv("NO_COLOR");
    const char *colours = getenv("COLORTERM");
    bool dumb = kind == NULL || text_equal(kind, "dumb");
    if (dumb || (no && *no) || !isatty(STDOUT_FILENO) || !locale_is_utf8())
        return PREVIEW_LETTERS;
    if (colours != NULL &&
        (text_equal(colours, "truecolor") || text_equal(colours, "24bit")))
        return PREVIEW_TRUE;
    return PREVIEW_256;
}

void preview_init(struct preview *preview)
{
    struct winsize size;
    *preview = (struct preview){find_colours(), 80, 48};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        size.ws_row > 0) {
        preview->columns = size.ws_col;
        preview->rows = size.ws_row;
    }
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int at_least(int low, double value)
{
    return value < low ? low : (int)value;
}

void preview_size(int *columns, int *height, const struct preview *preview,
                  int picture_width, int picture_height)
{
    /* Half of the rows, with two pixels in each. */
    double max_width = at_least(1, smaller(MAX_SIDE, preview->columns / 2));
    double max_height = at_least(2, smaller(MAX_SIDE, preview->rows));
    double scale = 1;
    if (picture_width > max_width)
        scale = max_width / picture_width;
    if (picture_height * scale > max_height)
        scale = max_height / picture_height;
    *columns = at_least(1, picture_width * scale + 0.5);
    *height = 2 * at_least(1, picture_height * scale / 2 + 0.5);
}

/* The nearest of xterm's colours: a cube of 6 levels a channel from 16 on, and
 * 24 greys from 232 on. */
static int nearest_256(const uint8_t *rgb)
{
    static const int levels[6] = {0, 95, 135, 175, 215, 255};
    int cube = 0, cube_error = 0, grey_error = 0;
    int sum = rgb[0] + rgb[1] + rgb[2];
    int grey = smaller(23, at_least(0, (sum / 3.0 - 8) / 10 + 0.5));
    for (int c = 0; c < 3; c++) {
        int best = 0;
        for (int i = 1; i < 6; i++)
            if (abs(levels[i] - rgb[c]) < abs(levels[best] - rgb[c]))
                best = i;
        cube = 6 * cube + best;
        cube_error += abs(levels[best] - rgb[c]);
        grey_error += abs(8 + 10 * grey - rgb[c]);
    }
    return grey_error < cube_error ? 232 + grey : 16 + cube;
}

/* `layer` is 38 for the letter, 48 for what is behind it. */
static void write_colour(FILE *file, enum preview_colours colours, int layer,
                         const uint8_t *rgb)
{
    if (colours == PREVIEW_TRUE)
        fprintf(file, "\033[%d;2;%d;%d;%dm", layer, rgb[0], rgb[1], rgb[2]);
    else
        fprintf(file, "\033[%d;5;%dm", layer, nearest_256(rgb));
}

static char shade(const uint8_t *upper, const uint8_t *lower)
{
    static const char shades[] = " .:-=+*#%@"; /* from black to white */
    int sum = 0;
    for (int c = 0; c < 3; c++)
        sum += upper[c] + lower[c];
    return shades[sum * 10 / (6 * 255 + 1)];
}

void preview_line(FILE *file, const struct preview *preview,
                  const uint8_t *pixels, int columns)
{
    const uint8_t *upper = pixels, *lower = pixels + 3 * (size_t)columns;
    for (int x = 0; x < columns; x++, upper += 3, lower += 3) {
        if (preview->colours == PREVIEW_LETTERS) {
            fputc(shade(upper, lower), file);
            continue;
        }
        /* A colour lasts until the next. */
        if (x == 0 || memcmp(upper, upper - 3, 3) != 0)
            write_colour(file, preview->colours, 38, upper);
        if (x == 0 || memcmp(lower, lower - 3, 3) != 0)
            write_colour(file, preview->colours, 48, lower);
        fputs("\u2580", file); /* the upper half of the cell */
    }
    if (preview->colours != PREVIEW_LETTERS)
        fputs("\033[0m", file);
}

void preview_bar(FILE *file, const struct preview *preview, double share,
                 int columns)
{
    static const char *const parts[8] = {"",       "\u258f", "\u258e",
                                         "\u258d", "\u258c", "\u258b",
                                         "\u258a", "\u2589"};
    bool letters = preview->colours == PREVIEW_LETTERS;
    int eighths = (int)(share * columns * 8 + 0.5);
    if (letters)
        eighths = (eighths + 4) / 8 * 8;
    int whole = eighths / 8, part = eighths % 8;
    for (int i = 0; i < whole; i++)
        fputs(letters ? "#" : "\u2588", file);
    fputs(parts[part], file);
    fprintf(file, "%*s", columns - whole - (part > 0), "");
}
