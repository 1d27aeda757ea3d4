/* format.c - numbers and names as people read them. */
#include "report/format.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

const char *format_count(char buffer[FORMAT_BYTES], uint64_t n)
{
    char digits[FORMAT_BYTES];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *out = buffer;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = 0;
    return buffer;
}

const char *format_memory(char buffer[FORMAT_BYTES], uint64_t n_bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)n_bytes;
    int unit = 0;
    while (value >= 1000 && unit < 4) {
        value /= 1024;
        unit++;
    }
    snprintf(buffer, FORMAT_BYTES, unit ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return buffer;
}

const char *format_loss(char buffer[FORMAT_BYTES], double loss)
{
    snprintf(buffer, FORMAT_BYTES, fabs(loss) < 1000 ? "%.3f" : "%.3g", loss);
    return buffer;
}

const char *format_seconds(char buffer[FORMAT_BYTES], double seconds)
{
    if (!(seconds >= 0 && seconds < 1e9)) {
        snprintf(buffer, FORMAT_BYTES, "?");
        return buffer;
    }
    unsigned long s = (unsigned long)(seconds + 0.5);
    if (seconds < 59.95)
        snprintf(buffer, FORMAT_BYTES, "%.1f s", seconds);
    else if (s < 3600)
        snprintf(buffer, FORMAT_BYTES, "%lu:%02lu", s / 60, s % 60);
    else
        snprintf(buffer, FORMAT_BYTES, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60,
                 s % 60);
    return buffer;
}

void format_part(FILE *file, const char *text, size_t n_bytes)
{
    size_t n_control = 0; /* bytes of a control character that are left */
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (n_control == 0)
            n_control = text_control(text + i);
        if (n_control > 0)
            fprintf(file, "\\x%02x", byte);
        else
            fputc(byte, file);
        n_control -= n_control > 0;
    }
}

void format_name(FILE *file, const char *name)
{
    format_part(file, name, strlen(name));
}

void format_plain(char *text)
{
    while (*text) {
        size_t n = text_control(text);
        memset(text, '?', n);
        text += n > 0 ? n : 1;
    }
}

static int is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

int format_columns(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += !is_continuation(*text);
    return n;
}

int format_cut(const char *text, int columns)
{
    int i = 0;
    while (text[i]) {
        if (!is_continuation(text[i]) && columns-- == 0)
            break;
        i++;
    }
    return i;
}
