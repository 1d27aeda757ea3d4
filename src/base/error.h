/* error.h - filling a struct ramp_error: what, expected, found. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <ramp/error.h>
#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Write the text and return `status`, so that callers can
 * `return error_set(err, RAMP_DATA, "...", ...)`. err may be NULL. Text that
 * does not fit is cut and ends in "...". Names of files must have gone through
 * text_quote. */
enum ramp_status error_set(struct ramp_error *err, enum ramp_status status,
                           const char *format, ...) PRINTF_LIKE(3, 4);

/* "out of memory: N bytes for WHAT" */
enum ramp_status error_memory(struct ramp_error *err, const char *what,
                              size_t n_bytes);

/* The status of what failed with errno: RAMP_MEMORY if there was no memory or
 * no file handle left, else `other`. */
enum ramp_status error_cause(enum ramp_status other);

/* What our own code does wrong: prints the place and aborts, also in release
 * builds. Never on anything that comes from a file or from argv. */
#define ASSERT(condition)                                                      \
    ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *condition, const char *file, int line);

#endif
