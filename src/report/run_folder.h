/* run_folder.h - where a training leaves its files. */
#ifndef REPORT_RUN_FOLDER_H
#define REPORT_RUN_FOLDER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The folder of a run, locked until run_folder_release: the lock (flock) is on
 * the folder itself, so that there is no file to be left behind, and the kernel
 * ends it with the process, however that ends. On a file system without locks
 * there is none. */
struct run_folder {
    char *path; /* owned; NULL: there is none */
    int fd;     /* of the folder; it has the lock */
    bool locked;
    size_t n_removed; /* temporary files that killed runs had left in it */
};

/* Make the folder PARENT/DATA-NET-N with the first N behind every number
 * that is taken; two runs that start together get two folders. In the names,
 * what is not a letter, a digit, '.', '_' or '-' becomes '_'. RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status run_folder_new(struct run_folder *run,
                                           const char *parent, const char *data,
                                           const char *net,
                                           struct ramp_error *err);

/* Make the folder `path` (it may exist), for a new run. RAMP_USAGE if it
 * holds a run already, RAMP_IO if it cannot be made or another run is at work
 * in it. */
MUST_CHECK enum ramp_status run_folder_take(struct run_folder *run,
                                            const char *path,
                                            struct ramp_error *err);

/* The folder of a run that is to go on. RAMP_MODEL if it holds none
 * (last.safetensors), RAMP_IO as above. */
MUST_CHECK enum ramp_status run_folder_resume(struct run_folder *run,
                                              const char *path,
                                              struct ramp_error *err);

/* Accepts an all-zero one. */
void run_folder_release(struct run_folder *run);

/* Write one file of a run, whole or not at all. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status run_folder_write(const char *folder,
                                             const char *name, const char *text,
                                             struct ramp_error *err);

#endif
