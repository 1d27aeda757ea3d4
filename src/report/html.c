/* html.c - what a page of HTML is made of. */
#include "report/html.h"

#include "report/svg.h"

#include <stdarg.h>
#include <stdio.h>

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
    struct draft quoted = {0};
    draft_shell_word(&quoted, word);
    html->failed |= quoted.failed;
    if (!quoted.failed)
        svg_text(html, quoted.text);
    draft_release(&quoted);
}
