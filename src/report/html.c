/* html.c - what a page of HTML is made of. */
#include "report/html.h"

#include "report/basics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the character at `text` if it is one of UTF-8, else 0. */
static size_t character_bytes(const char *text)
{
    char one[5] = {0};
    for (size_t n = 1; n <= 4 && text[n - 1]; n++) {
        one[n - 1] = text[n - 1];
        if (text_is_utf8(one))
            return n;
    }
    return 0;
}

static const char *escape(char character)
{
    switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_text(struct draft *html, const char *text)
{
    while (*text) {
        size_t control = text_control(text), n = character_bytes(text);
        if (control > 0 || n == 0)
            draft_add(html, "\xef\xbf\xbd");
        else if (escape(*text))
            draft_add(html, "%s", escape(*text));
        else
            draft_add(html, "%.*s", (int)n, text);
        text += control > 0 ? control : n > 0 ? n : 1;
    }
}

void html_format(struct draft *html, const char *format, ...)
{
    char text[1001];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    html_text(html, text);
}

void html_shell_word(struct draft *html, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-./:,=+@%";
    if (*word && word[strspn(word, plain)] == 0) {
        html_text(html, word);
        return;
    }
    html_text(html, "'");
    for (const char *end; (end = strchr(word, '\'')) != NULL; word = end + 1) {
        html_format(html, "%.*s", (int)(end - word), word);
        html_text(html, "'\\''");
    }
    html_text(html, word);
    html_text(html, "'");
}
