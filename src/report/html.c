/* html.c - what a page of HTML is made of. */
#include "report/html.h"

#include "report/svg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void html_format(struct draft *html, const char *format, ...)
{
    char text[1001];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    svg_text(html, text);
}

void html_shell_word(struct draft *html, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-./:,=+@%";
    if (*word && word[strspn(word, plain)] == 0) {
        svg_text(html, word);
        return;
    }
    svg_text(html, "'");
    for (const char *end; (end = strchr(word, '\'')) != NULL; word = end + 1) {
        html_format(html, "%.*s", (int)(end - word), word);
        svg_text(html, "'\\''");
    }
    svg_text(html, word);
    svg_text(html, "'");
}
