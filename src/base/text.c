/* text.c - words and numbers. */
#include "base/text.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at s, or 0. */
static int utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return s[0] != 0;
    int n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

bool text_is_utf8(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s != 0) {
        int n = utf8_length(s);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

/* Those above ASCII: C1 (U+0080 to U+009F), of which some terminals obey a
 * few, and the marks that change the direction of a text, so that a name could
 * show as another: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069;
 * between them the separators of lines and paragraphs, U+2028 and U+2029. */
size_t text_control(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x20 || s[0] == 0x7f)
        return s[0] != 0;
    int n = utf8_length(s);
    bool c1 = n == 2 && s[0] == 0xc2 && s[1] < 0xa0;
    bool arabic = n == 2 && s[0] == 0xd8 && s[1] == 0x9c;
    bool general =
        n == 3 && s[0] == 0xe2 && s[1] == 0x80 &&
        (s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae));
    bool isolate =
        n == 3 && s[0] == 0xe2 && s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
    return c1 || arabic || general || isolate ? (size_t)n : 0;
}

/* Escape one character at s into out (at least 5 bytes, terminated), or only
 * its first byte; returns how many bytes of s it took. */
static int escape_one(char out[5], const unsigned char *s)
{
    int n = utf8_length(s);
    if (*s == '\n') {
        strcpy(out, "\\n");
    } else if (*s == '\t') {
        strcpy(out, "\\t");
    } else if (*s == '\\' || *s == '\'') {
        out[0] = '\\';
        out[1] = (char)*s;
        out[2] = 0;
    } else if (n == 0 || text_control((const char *)s) > 0) {
        snprintf(out, 5, "\\x%02x", *s);
        return 1;
    } else {
        memcpy(out, s, (size_t)n);
        out[n] = 0;
        return n;
    }
    return 1;
}

const char *text_quote(char buffer[TEXT_QUOTE_BYTES], const char *name)
{
    enum { HEAD = 28, ROOM = 96 }; /* bytes before the cut, and in all */
    const unsigned char *s = (const unsigned char *)name;
    const unsigned char *end = s + strlen(name);
    char one[5];
    size_t total = 0;
    for (const unsigned char *p = s; p < end;) {
        p += escape_one(one, p);
        total += strlen(one);
    }
    char *out = buffer;
    *out++ = '\'';
    size_t written = 0;
    bool cut = total > ROOM;
    size_t skip_to = cut ? total - (ROOM - HEAD - 8) : 0;
    size_t seen = 0;
    bool dots = false;
    while (s < end) {
        s += escape_one(one, s);
        size_t n = strlen(one);
        if (!cut || seen + n <= HEAD || seen >= skip_to) {
            memcpy(out + written, one, n);
            written += n;
        } else if (!dots) {
            memcpy(out + written, "...", 3);
            written += 3;
            dots = true;
        }
        seen += n;
    }
    out[written] = '\'';
    out[written + 1] = 0;
    return buffer;
}

bool text_to_u64(uint64_t *out, const char *text, uint64_t low, uint64_t high)
{
    uint64_t value = 0;
    if (*text == 0)
        return false;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    if (value < low || value > high)
        return false;
    *out = value;
    return true;
}

/* strtod reads the decimal point of the locale, so the digits are taken here
 * and only their value is left to it: mantissa and exponent as integers would
 * not be rounded correctly. ramp never calls setlocale, so in the program this
 * is "C"; in somebody else's program the point is replaced by theirs. */
bool text_to_double(double *out, const char *text, double low, double high)
{
    char copy[64];
    size_t n = strlen(text);
    bool digits = false;
    if (n == 0 || n >= sizeof copy)
        return false;
    for (size_t i = 0; i <= n; i++) {
        char c = text[i];
        bool sign = (c == '-' || c == '+') &&
                    (i == 0 || text[i - 1] == 'e' || text[i - 1] == 'E');
        if (c != 0 && !isdigit((unsigned char)c) && c != '.' && c != 'e' &&
            c != 'E' && !sign)
            return false;
        digits = digits || isdigit((unsigned char)c);
        copy[i] = c;
    }
    char *end, *dot = strchr(copy, '.'), theirs[sizeof copy + 8];
    double value = strtod(copy, &end);
    if (*end != 0 && dot != NULL) {
        char half[8]; /* "0.5", with a point of one byte or more */
        int n_half = snprintf(half, sizeof half, "%.1f", 0.5);
        snprintf(theirs, sizeof theirs, "%.*s%.*s%s", (int)(dot - copy), copy,
                 n_half - 2, half + 1, dot + 1);
        value = strtod(theirs, &end);
    }
    if (!digits || *end != 0 || !isfinite(value) || value < low || value > high)
        return false;
    *out = value;
    return true;
}

bool text_to_sizes(uint64_t *out, size_t n, const char *text, uint64_t low,
                   uint64_t high)
{
    for (size_t i = 0; i < n; i++) {
        char number[24];
        size_t length = strcspn(text, "x");
        bool last = i + 1 == n;
        if (length >= sizeof number || (text[length] == 0) != last)
            return false;
        memcpy(number, text, length);
        number[length] = 0;
        if (!text_to_u64(&out[i], number, low, high))
            return false;
        text += length + 1;
    }
    return true;
}

bool text_to_bytes(uint64_t *out, const char *text)
{
    char copy[32];
    size_t n = strlen(text);
    double unit = 1, value;
    if (n == 0 || n >= sizeof copy)
        return false;
    memcpy(copy, text, n + 1);
    switch (toupper((unsigned char)copy[n - 1])) {
    case 'K': unit = 1024; break;
    case 'M': unit = 1024 * 1024; break;
    case 'G': unit = 1024 * 1024 * 1024; break;
    default: break;
    }
    if (unit > 1)
        copy[n - 1] = 0;
    if (!text_to_double(&value, copy, 0, 0x1p53 / unit))
        return false;
    *out = (uint64_t)(value * unit);
    return true;
}

/* Levenshtein distance, for words of up to 31 bytes. */
static size_t distance(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b), row[32];
    if (n_a > 31 || n_b > 31)
        return SIZE_MAX;
    for (size_t j = 0; j <= n_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t edit = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < edit ? change : edit;
        }
    }
    return row[n_b];
}

const char *text_nearest(const char *word, const char *const *list)
{
    size_t limit = strlen(word) / 3, best_distance = SIZE_MAX;
    const char *best = NULL;
    if (limit < 2)
        limit = 2;
    for (; *list != NULL; list++) {
        size_t d = distance(word, *list);
        if (d < best_distance) {
            best_distance = d;
            best = *list;
        }
    }
    return best_distance <= limit && best_distance < strlen(word) ? best : NULL;
}

bool text_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && memcmp(text + n - m, end, m) == 0;
}

char *text_utf8_copy(const char *text)
{
    char *copy = mem_alloc(strlen(text) + 1, 3);
    char *to = copy;
    while (copy != NULL && *text != 0) {
        size_t n = (size_t)utf8_length((const unsigned char *)text);
        memcpy(to, n > 0 ? text : "\xef\xbf\xbd", n > 0 ? n : 3);
        to += n > 0 ? n : 3;
        text += n > 0 ? n : 1;
    }
    return copy;
}
