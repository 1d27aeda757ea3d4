/* svg.c - what our pictures with words have in common. */
#include "report/svg.h"

#include "report/basics.h"
#include "report/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void svg_begin(struct draft *svg, int width, int height, const char *title)
{
    draft_add(svg,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
              "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
              "font-family=\"sans-serif\" fill=\"#222\">\n<title>",
              width, height, width, height);
    svg_text(svg, title);
    draft_add(svg,
              "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
              width, height);
}

void svg_end(struct draft *svg)
{
    draft_add(svg, "</svg>\n");
}

/* Bytes of the character at `text` if XML can hold it, else 0. */
static size_t good_bytes(const char *text)
{
    char one[5] = {0};
    if (text_control(text) > 0)
        return 0;
    for (size_t n = 1; n <= 4 && text[n - 1] != 0; n++) {
        one[n - 1] = text[n - 1];
        if (text_is_utf8(one))
            return text_equal(one, "\xef\xbf\xbe") ||
                           text_equal(one, "\xef\xbf\xbf")
                       ? 0
                       : n;
    }
    return 0;
}

static void add_character(struct draft *svg, const char *text, size_t n)
{
    switch (n == 0 ? '?' : *text) {
    case '&': draft_add(svg, "&amp;"); break;
    case '<': draft_add(svg, "&lt;"); break;
    case '>': draft_add(svg, "&gt;"); break;
    case '"': draft_add(svg, "&quot;"); break;
    case '\'': draft_add(svg, "&#39;"); break;
    default: draft_add(svg, "%.*s", n == 0 ? 1 : (int)n, n == 0 ? "?" : text);
    }
}

static void add_bytes(struct draft *svg, const char *text, size_t n_bytes)
{
    for (const char *end = text + n_bytes; text < end;) {
        size_t good = good_bytes(text), control = text_control(text);
        add_character(svg, text, good);
        text += good > 0 ? good : control > 0 ? control : 1;
    }
}

void svg_text(struct draft *svg, const char *text)
{
    add_bytes(svg, text, strlen(text));
}

void svg_cut(struct draft *svg, const char *text, int columns)
{
    if (format_columns(text) <= columns) {
        svg_text(svg, text);
    } else {
        add_bytes(svg, text, (size_t)format_cut(text, columns - 1));
        draft_add(svg, "\xe2\x80\xa6");
    }
}

/* Fonts differ; few have letters that are wider in the mean. */
int svg_text_width(int columns, int font_size)
{
    return (columns * font_size * 6 + 9) / 10;
}

void svg_line(struct draft *svg, int x, int y, int font_size,
              const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    draft_add(svg, "<text x=\"%d\" y=\"%d\" font-size=\"%d\">", x, y,
              font_size);
    svg_text(svg, text);
    draft_add(svg, "</text>\n");
}
