/* svg.h - what our pictures with words have in common. Each stands alone and
 * also inside a page of HTML: no declaration before it, no scripts, no style
 * sheets, no ids. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include "report/draft.h"

/* On a white ground. The title is what is shown and read out of the picture as
 * a whole; drawn is what follows, in units of a pixel from the upper left. */
void svg_begin(struct draft *svg, int width, int height, const char *title);
void svg_end(struct draft *svg);

/* A text's characters, escaped: what XML cannot hold becomes a question mark.
 * svg_cut: at most so many of them, then an ellipsis. */
void svg_text(struct draft *svg, const char *text);
void svg_cut(struct draft *svg, const char *text, int columns);

/* About so many pixels wide is a text of this many characters. */
int svg_text_width(int columns, int font_size);

/* One of a row of lines of words from `x` on; printf's words, escaped. */
void svg_line(struct draft *svg, int x, int y, int font_size,
              const char *format, ...) PRINTF_LIKE(5, 6);

#endif
