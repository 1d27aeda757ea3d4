/* html.h - what a page of HTML is made of. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/draft.h"

/* A text of anybody's, as text and in quoted attributes: what would be markup
 * is escaped; what is not UTF-8, and control characters, become U+FFFD. */
void html_text(struct draft *html, const char *text);

/* printf's words, escaped as above. At most 1,000 bytes. */
void html_format(struct draft *html, const char *format, ...) PRINTF_LIKE(2, 3);

/* A word of a command as a shell takes it, escaped as above. */
void html_shell_word(struct draft *html, const char *word);

#endif
