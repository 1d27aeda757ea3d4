/* html.h - what a page of HTML is made of besides the texts of svg_text, which
 * escapes for both. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/draft.h"

/* printf's words, escaped. At most 1,000 bytes. */
void html_format(struct draft *html, const char *format, ...) PRINTF_LIKE(2, 3);

/* A word of a command as a shell takes it, escaped. */
void html_shell_word(struct draft *html, const char *word);

#endif
