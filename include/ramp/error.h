/* error.h - how every function of libramp says that something went wrong.
 *
 * What the world does wrong (files, arguments, memory, disk) comes back as a
 * status, with one line of text in the caller's struct ramp_error. What the
 * library itself does wrong hits an assertion, also in release builds.
 *
 * A function that fails leaves its outputs empty or as they were. The error
 * may be NULL where the text is not wanted. Nothing here is shared between
 * threads: one struct ramp_error belongs to one call. */
#ifndef RAMP_ERROR_H
#define RAMP_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RAMP_API __attribute__((visibility("default")))
#define RAMP_MUST_CHECK __attribute__((warn_unused_result))
#else
#define RAMP_API
#define RAMP_MUST_CHECK
#endif

/* The values are stable; the program `ramp` exits with them. */
enum ramp_status {
    RAMP_OK = 0,
    RAMP_USAGE = 2,    /* an option or argument makes no sense */
    RAMP_DATA = 3,     /* data or a picture missing, unreadable or bad */
    RAMP_MODEL = 4,    /* a model file or the text of a net is bad */
    RAMP_IO = 5,       /* reading or writing failed midway; no output */
    RAMP_MEMORY = 6,   /* out of memory, or over a limit */
    RAMP_DIVERGED = 7, /* training reached a loss that is not finite */
};

#define RAMP_ERROR_TEXT_BYTES 220

/* text: one line without a full stop and without a newline, names in it
 * escaped: "cannot read 'x.gz': expected 47040016 bytes, found 1024".
 * A hint, where the reader can act, stands behind "; try". */
struct ramp_error {
    enum ramp_status status;
    char text[RAMP_ERROR_TEXT_BYTES];
};

#ifdef __cplusplus
}
#endif

#endif
