/* text.h - words and numbers: quoting names, reading numbers, near words.
 * Independent of the locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at `text` if it is one that a terminal obeys instead
 * of showing it: a control character, or a mark that turns the direction of
 * the text behind it; else 0. */
size_t text_control(const char *text);

/* `name` in single quotes, fit for one line of a terminal: control characters
 * (see above), quotes, backslashes and bytes that are not UTF-8 as \n, \t or
 * \xNN; longer than 96 bytes: the beginning, "...", the end. Returns buffer. */
#define TEXT_QUOTE_BYTES 104
const char *text_quote(char buffer[TEXT_QUOTE_BYTES], const char *name);

/* TEXT_QUOTE(name): the same into a buffer that lives to the end of the
 * enclosing block. */
#define TEXT_QUOTE(name) text_quote((char[TEXT_QUOTE_BYTES]){0}, (name))

/* The whole text must be one number in [low, high]: decimal digits; for
 * doubles also a sign, a point and an exponent. No nan, no inf, no blanks. */
bool text_to_u64(uint64_t *out, const char *text, uint64_t low, uint64_t high);
bool text_to_double(double *out, const char *text, double low, double high);

/* "3x32x32": exactly n whole numbers in [low, high] with an x between. */
bool text_to_sizes(uint64_t *out, size_t n, const char *text, uint64_t low,
                   uint64_t high);

/* "512", "64K", "2G", "1.5M": powers of 1024. */
bool text_to_bytes(uint64_t *out, const char *text);

/* The word of the NULL-terminated list that is nearest to `word`, or NULL if
 * none is near (at most 2 edits, or a third of its length). */
const char *text_nearest(const char *word, const char *const *list);

bool text_equal(const char *a, const char *b);
bool text_ends_with(const char *text, const char *end);
bool text_is_utf8(const char *text);

/* A copy in which each byte that is not part of UTF-8 is U+FFFD; freed by
 * mem_free, NULL if there is no memory. */
char *text_utf8_copy(const char *text);

#endif
