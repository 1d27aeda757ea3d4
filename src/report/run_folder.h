/* run_folder.h - where a training leaves its files. */
#ifndef REPORT_RUN_FOLDER_H
#define REPORT_RUN_FOLDER_H

#include "base/error.h"

/* Make the folder PARENT/DATA-NET-N with the first N behind every number
 * that is taken; two runs that start together get two folders. In the names,
 * what is not a letter, a digit, '.', '_' or '-' becomes '_'. *path is the
 * caller's (mem_free). RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status run_folder_new(char **path, const char *parent,
                                           const char *data, const char *net,
                                           struct ramp_error *err);

/* Make the folder `path` (it may exist), for a new run. RAMP_USAGE if it
 * holds a run already, RAMP_IO if it cannot be made. */
MUST_CHECK enum ramp_status run_folder_take(const char *path,
                                            struct ramp_error *err);

/* Write one file of a run, whole or not at all. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status run_folder_write(const char *folder,
                                             const char *name, const char *text,
                                             struct ramp_error *err);

#endif
