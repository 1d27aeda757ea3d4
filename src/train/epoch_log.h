/* epoch_log.h - a CSV file that grows by the rows of an epoch at a time. Each
 * row begins with the number of its epoch. */
#ifndef TRAIN_EPOCH_LOG_H
#define TRAIN_EPOCH_LOG_H

#include "base/error.h"

#include <stddef.h>

struct epoch_log {
    char *path; /* owned; NULL: there is no file */
    char *text; /* owned: all of the file */
    size_t n_bytes, capacity;
};

/* Begins the file with its header, "epoch,...\n". Of a training that goes on,
 * the rows of the first `epochs` epochs are kept, if there are any. Writes it,
 * so that a folder that cannot be written to shows before the work. RAMP_IO,
 * RAMP_MEMORY; RAMP_DATA if there is such a file with another header. */
MUST_CHECK enum ramp_status epoch_log_open(struct epoch_log *log,
                                           const char *folder, const char *name,
                                           const char *header, int epochs,
                                           struct ramp_error *err);

/* Add one or more whole rows; RAMP_MEMORY. */
MUST_CHECK enum ramp_status
epoch_log_add(struct epoch_log *log, const char *rows, struct ramp_error *err);

/* Write the file anew, whole or not at all. */
MUST_CHECK enum ramp_status epoch_log_write(const struct epoch_log *log,
                                            struct ramp_error *err);

void epoch_log_release(struct epoch_log *log); /* accepts a zeroed one */

#endif
