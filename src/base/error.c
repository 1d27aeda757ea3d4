/* error.c - filling a struct ramp_error, and the assertion. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum ramp_status error_set(struct ramp_error *err, enum ramp_status status,
                           const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        if (n >= (int)sizeof err->text)
            memcpy(err->text + sizeof err->text - 4, "...", 4);
        err->status = status;
    }
    return status;
}

enum ramp_status error_memory(struct ramp_error *err, const char *what,
                              size_t n_bytes)
{
    return error_set(err, RAMP_MEMORY, "out of memory: %zu bytes for %s",
                     n_bytes, what);
}

enum ramp_status error_cause(enum ramp_status other)
{
    switch (errno) {
    case ENOMEM:
    case EMFILE:
    case ENFILE: return RAMP_MEMORY;
    default: return other;
    }
}

void assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "ramp: internal error: %s (%s:%d)\n", condition, file,
            line);
    abort();
}
