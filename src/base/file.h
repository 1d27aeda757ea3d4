/* file.h - reading a file whole, writing one whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A regular file that is read piece by piece. */
struct file_in {
    int fd;
    size_t n_bytes;
    const char *path; /* borrowed */
};

/* `missing` is the status if the file is absent, not regular, not to be
 * opened, or of more than max_bytes (RAMP_DATA for data, RAMP_MODEL for
 * models); else RAMP_IO or RAMP_MEMORY. Never blocks on a FIFO. */
MUST_CHECK enum ramp_status file_in_open(struct file_in *in, const char *path,
                                         size_t max_bytes,
                                         enum ramp_status missing,
                                         struct ramp_error *err);
/* The n bytes from `at` on; the file must have them. RAMP_IO. */
MUST_CHECK enum ramp_status file_in_read(const struct file_in *in, void *bytes,
                                         size_t at, size_t n,
                                         struct ramp_error *err);
/* Accepts one that could not be opened. */
void file_in_close(struct file_in *in);

/* The same for a whole file. *bytes is the caller's (mem_free) and has a zero
 * behind its end. */
MUST_CHECK enum ramp_status file_read(uint8_t **bytes, size_t *n_bytes,
                                      const char *path, size_t max_bytes,
                                      enum ramp_status missing,
                                      struct ramp_error *err);

bool file_exists(const char *path); /* anything */
bool file_is_regular(const char *path);
bool file_is_folder(const char *path);

/* "a/b", freed by mem_free; NULL if there is no memory. */
char *file_join(const char *folder, const char *name);
const char *file_base(const char *path); /* behind the last '/' */

/* Make a folder and those above it. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status file_make_folder(const char *path,
                                             struct ramp_error *err);

/* Make one folder; *made is false if there is anything of that name. RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status file_make_new_folder(bool *made, const char *path,
                                                 struct ramp_error *err);

/* A file being written: bytes go to a temporary file in the same folder
 * ("NAME.tmp-PID"); file_save_commit makes them durable (fsync) and gives them
 * their name (rename, fsync of the folder). Until then the old file stays; a
 * failure removes the temporary one. */
struct file_save;
MUST_CHECK enum ramp_status file_save_begin(struct file_save **save,
                                            const char *path,
                                            struct ramp_error *err);
MUST_CHECK enum ramp_status file_save_write(struct file_save *save,
                                            const void *bytes, size_t n_bytes,
                                            struct ramp_error *err);
/* Frees *save in every case. */
MUST_CHECK enum ramp_status file_save_commit(struct file_save **save,
                                             struct ramp_error *err);
void file_save_abort(struct file_save **save); /* accepts NULL in it */

/* All of the above for bytes at hand. */
MUST_CHECK enum ramp_status file_write(const char *path, const void *bytes,
                                       size_t n_bytes, struct ramp_error *err);

/* Write a file that is new, whole or not at all: *taken is true, and nothing is
 * done, if there is anything of that name. It gets this time of modification,
 * unless `modified` is NULL. Not made durable: for copies. The temporary file
 * is ".ramp.tmp-PID" in the same folder. RAMP_IO, RAMP_MEMORY. */
struct timespec;
MUST_CHECK enum ramp_status file_write_new(bool *taken, const char *path,
                                           const void *bytes, size_t n_bytes,
                                           const struct timespec *modified,
                                           struct ramp_error *err);

/* Remove what killed programs left beside files of these names (a list that
 * ends in NULL): for whoever knows that nobody writes them now. Returns how
 * many there were. */
size_t file_remove_temporaries(const char *folder, const char *const *names);

/* Where shipped files of one kind lie: tries FOLDER/name in ./, beside the
 * program, in ../share/ramp from there, and in PREFIX/share/ramp; *path is
 * freed by mem_free, and NULL if there is none. Example: "models", "lenet.net".
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status file_find_shipped(char **path, const char *folder,
                                              const char *name,
                                              struct ramp_error *err);

/* RAMP_MODEL, with a text that says so: there is no WHAT called `name`; what
 * was expected besides a shipped one, and the shipped NAME whose file,
 * FOLDER/NAME and `end`, is nearest, if one is near. */
enum ramp_status file_not_shipped(const char *what, const char *name,
                                  const char *expected, const char *folder,
                                  const char *end, struct ramp_error *err);

#endif
