/* preview.h - a picture in the terminal: two pixels a character cell. */
#ifndef REPORT_PREVIEW_H
#define REPORT_PREVIEW_H

#include <stdint.h>
#include <stdio.h>

enum preview_colours {
    PREVIEW_LETTERS, /* shades of grey by letters: no control characters */
    PREVIEW_256,     /* half blocks, in the 256 colours of xterm */
    PREVIEW_TRUE,    /* half blocks, 24 bits a colour */
};

struct preview {
    enum preview_colours colours;
    int columns, rows; /* of the window; a guess where there is none */
};

/* What standard output can show: letters if it is no terminal, if NO_COLOR is
 * set, if TERM is dumb or the locale not UTF-8; 24 bits if COLORTERM says
 * so. */
void preview_init(struct preview *preview);

/* The size in pixels, its height even, in which a picture is shown: its own,
 * or smaller to fit half of the window and 64 x 64. */
void preview_size(int *columns, int *height, const struct preview *preview,
                  int picture_width, int picture_height);

/* One line of text, without its end, `columns` wide: two rows of pixels, RGB,
 * one behind the other. */
void preview_line(FILE *file, const struct preview *preview,
                  const uint8_t *pixels, int columns);

/* A bar for a share in [0, 1], filled up with blanks to `columns`. */
void preview_bar(FILE *file, const struct preview *preview, double share,
                 int columns);

#endif
