/* file.c - reading a file whole, writing one whole or not at all. */
#include "base/file.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef RAMP_PREFIX
#define RAMP_PREFIX "/usr/local"
#endif

/* ==== Reading ==== */

/* What is not to be read at all. */
static enum ramp_status check_kind(int fd, const char *path, size_t max_bytes,
                                   enum ramp_status missing, size_t *n_bytes,
                                   struct ramp_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_set(err, RAMP_IO, "cannot read %s: %s", TEXT_QUOTE(path),
                         strerror(errno));
    if (!S_ISREG(st.st_mode))
        return error_set(
            err, missing, "cannot read %s: expected a file, found a %s",
            TEXT_QUOTE(path), S_ISDIR(st.st_mode) ? "folder" : "special file");
    if ((uint64_t)st.st_size > max_bytes)
        return error_set(err, missing,
                         "cannot read %s: expected at most %zu bytes, "
                         "found %lld",
                         TEXT_QUOTE(path), max_bytes, (long long)st.st_size);
    *n_bytes = (size_t)st.st_size;
    return RAMP_OK;
}

enum ramp_status file_in_open(struct file_in *in, const char *path,
                              size_t max_bytes, enum ramp_status missing,
                              struct ramp_error *err)
{
    *in = (struct file_in){.path = path};
    /* O_NONBLOCK: opening a FIFO without a writer would wait for ever. */
    in->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0)
        return error_set(err, error_cause(missing), "cannot open %s: %s",
                         TEXT_QUOTE(path), strerror(errno));
    enum ramp_status status =
        check_kind(in->fd, path, max_bytes, missing, &in->n_bytes, err);
    if (status != RAMP_OK)
        file_in_close(in);
    return status;
}

enum ramp_status file_in_read(const struct file_in *in, void *bytes, size_t at,
                              size_t n, struct ramp_error *err)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(in->fd, (uint8_t *)bytes + done, n - done,
                            (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, RAMP_IO, "cannot read %s: %s",
                             TEXT_QUOTE(in->path), strerror(errno));
        if (got == 0)
            return error_set(err, RAMP_IO,
                             "cannot read %s: expected %zu bytes, found %zu",
                             TEXT_QUOTE(in->path), in->n_bytes, at + done);
        done += (size_t)got;
    }
    return RAMP_OK;
}

void file_in_close(struct file_in *in)
{
    if (in->fd >= 0)
        close(in->fd);
    in->fd = -1;
}

enum ramp_status file_read(uint8_t **bytes, size_t *n_bytes, const char *path,
                           size_t max_bytes, enum ramp_status missing,
                           struct ramp_error *err)
{
    struct file_in in;
    *bytes = NULL;
    *n_bytes = 0;
    enum ramp_status status = file_in_open(&in, path, max_bytes, missing, err);
    if (status != RAMP_OK)
        return status;
    status = mem_new((void **)bytes, in.n_bytes + 1, 1, "a file", err);
    if (status == RAMP_OK)
        status = file_in_read(&in, *bytes, 0, in.n_bytes, err);
    if (status == RAMP_OK) {
        *n_bytes = in.n_bytes;
    } else {
        mem_free(*bytes);
        *bytes = NULL;
    }
    file_in_close(&in);
    return status;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool file_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ==== Paths ==== */

char *file_join(const char *folder, const char *name)
{
    size_t n = strlen(folder), size = n + strlen(name) + 2;
    char *path = mem_alloc(size, 1);
    if (path == NULL)
        return NULL;
    bool slash = n > 0 && folder[n - 1] != '/';
    snprintf(path, size, "%s%s%s", folder, slash ? "/" : "", name);
    return path;
}

const char *file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ==== Folders ==== */

static enum ramp_status write_error(const char *path, struct ramp_error *err)
{
    return error_set(err, RAMP_IO, "cannot write %s: %s", TEXT_QUOTE(path),
                     strerror(errno));
}

/* The folder that `path` stands in, for sync_folder; -1 if it may not be read,
 * which is not worth failing for. */
static enum ramp_status open_folder_of(int *fd, const char *path,
                                       struct ramp_error *err)
{
    char *folder = mem_strdup(path);
    if (folder == NULL)
        return error_memory(err, "a path", strlen(path));
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = 0;
    *fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = *fd >= 0 || errno == EACCES;
    mem_free(folder);
    return good ? RAMP_OK : write_error(path, err);
}

/* Make it durable that `path` has its name; closes the folder. Some file
 * systems sync no folders. */
static enum ramp_status sync_folder(int fd, const char *path,
                                    struct ramp_error *err)
{
    if (fd < 0)
        return RAMP_OK;
    enum ramp_status status = RAMP_OK;
    if (fsync(fd) != 0 && errno != EINVAL)
        status = write_error(path, err);
    close(fd);
    return status;
}

enum ramp_status file_make_new_folder(bool *made, const char *path,
                                      struct ramp_error *err)
{
    *made = mkdir(path, 0777) == 0;
    if (!*made && errno != EEXIST)
        return error_set(err, RAMP_IO, "cannot make folder %s: %s",
                         TEXT_QUOTE(path), strerror(errno));
    int fd = -1;
    enum ramp_status status = RAMP_OK;
    if (*made)
        status = open_folder_of(&fd, path, err);
    return status == RAMP_OK ? sync_folder(fd, path, err) : status;
}

enum ramp_status file_make_folder(const char *path, struct ramp_error *err)
{
    bool made;
    char *copy = mem_strdup(path);
    if (copy == NULL)
        return error_memory(err, "a path", strlen(path));
    enum ramp_status status = RAMP_OK;
    for (char *p = copy + 1; status == RAMP_OK; p++) {
        char c = *p;
        if (c != '/' && c != 0)
            continue;
        *p = 0;
        status = file_make_new_folder(&made, copy, err);
        *p = c;
        if (c == 0)
            break;
    }
    if (status == RAMP_OK && !file_is_folder(path))
        status = error_set(err, RAMP_IO,
                           "cannot make folder %s: a file has this name",
                           TEXT_QUOTE(path));
    mem_free(copy);
    return status;
}

/* ==== Shipped files ==== */

/* The folder of the running program; "." where the system does not tell. */
enum { FOLDER_BYTES = 4096 };
static void program_folder(char path[FOLDER_BYTES])
{
    ssize_t n = readlink("/proc/self/exe", path, FOLDER_BYTES - 1);
    path[n > 0 ? n : 0] = 0;
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path] = 0;
    else
        memcpy(path, ".", 2);
}

/* The places of shipped files: ./FOLDER, beside the program, and below
 * share/ramp of the prefix that the program lies in now, and of the one that it
 * was built for. The i-th, freed by mem_free; NULL if there is no memory. */
enum { N_PLACES = 4 };
static char *shipped_place(const char *folder, int i)
{
    static const char SHARE[] = "/../share/ramp";
    char beside[FOLDER_BYTES + sizeof SHARE];
    ASSERT(i < N_PLACES);
    if (i == 0)
        return mem_strdup(folder);
    if (i == 3)
        return file_join(RAMP_PREFIX "/share/ramp", folder);
    program_folder(beside);
    if (i == 2)
        memcpy(beside + strlen(beside), SHARE, sizeof SHARE);
    return file_join(beside, folder);
}

enum ramp_status file_find_shipped(char **path, const char *folder,
                                   const char *name, struct ramp_error *err)
{
    *path = NULL;
    for (int i = 0; i < N_PLACES; i++) {
        char *place = shipped_place(folder, i);
        char *found = place ? file_join(place, name) : NULL;
        mem_free(place);
        if (found == NULL)
            return error_memory(err, "a path", strlen(name));
        if (file_exists(found)) {
            *path = found;
            return RAMP_OK;
        }
        mem_free(found);
    }
    return RAMP_OK;
}

/* The name of one entry without `end`, if it is near. */
static char *near_entry(const char *entry, const char *name, const char *end)
{
    char *word = text_ends_with(entry, end) ? mem_strdup(entry) : NULL;
    if (word == NULL)
        return NULL;
    word[strlen(word) - strlen(end)] = 0;
    const char *list[] = {word, NULL};
    if (text_nearest(name, list) != NULL)
        return word;
    mem_free(word);
    return NULL;
}

static char *near_shipped(const char *folder, const char *name, const char *end)
{
    char *near = NULL;
    for (int i = 0; i < N_PLACES && near == NULL; i++) {
        char *place = shipped_place(folder, i);
        DIR *dir = place ? opendir(place) : NULL;
        struct dirent *entry;
        while (dir != NULL && near == NULL && (entry = readdir(dir)) != NULL)
            near = near_entry(entry->d_name, name, end);
        if (dir != NULL)
            closedir(dir);
        mem_free(place);
    }
    return near;
}

enum ramp_status file_not_shipped(const char *what, const char *name,
                                  const char *expected, const char *folder,
                                  const char *end, struct ramp_error *err)
{
    char *near = near_shipped(folder, name, end);
    error_set(err, RAMP_MODEL,
              "cannot find %s %s: expected %s, or the name of one in %s/%s%s",
              what, TEXT_QUOTE(name), expected, folder, near ? "; try " : "",
              near ? near : "");
    mem_free(near);
    return RAMP_MODEL;
}

/* ==== Writing ==== */

struct file_save {
    int fd;
    char *path;
    char *temporary;
};

/* The temporary file is called after `base`. */
static enum ramp_status save_begin(struct file_save **out, const char *path,
                                   const char *base, struct ramp_error *err)
{
    struct file_save *save = mem_alloc(1, sizeof *save);
    size_t size = strlen(base) + 32;
    *out = NULL;
    if (save == NULL)
        return error_memory(err, "a file", sizeof *save);
    save->fd = -1;
    save->path = mem_strdup(path);
    save->temporary = mem_alloc(size, 1);
    enum ramp_status status = RAMP_OK;
    if (save->path == NULL || save->temporary == NULL) {
        status = error_memory(err, "a path", size);
    } else {
        snprintf(save->temporary, size, "%s.tmp-%ld", base, (long)getpid());
        /* What a killed run of the same number left is nobody's. */
        unlink(save->temporary);
        save->fd = open(save->temporary,
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (save->fd < 0)
            status = write_error(save->path, err);
    }
    if (status != RAMP_OK)
        file_save_abort(&save);
    *out = save;
    return status;
}

enum ramp_status file_save_begin(struct file_save **save, const char *path,
                                 struct ramp_error *err)
{
    return save_begin(save, path, path, err);
}

enum ramp_status file_save_write(struct file_save *save, const void *bytes,
                                 size_t n_bytes, struct ramp_error *err)
{
    const char *p = bytes;
    while (n_bytes > 0) {
        ssize_t n = write(save->fd, p, n_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_error(save->path, err);
        p += n;
        n_bytes -= (size_t)n;
    }
    return RAMP_OK;
}

enum ramp_status file_save_commit(struct file_save **out,
                                  struct ramp_error *err)
{
    struct file_save *save = *out;
    int folder = -1;
    enum ramp_status status = open_folder_of(&folder, save->path, err);
    /* A failed fsync is final: the kernel may have dropped the pages, and a
     * second one would report success. */
    if (status == RAMP_OK && fsync(save->fd) != 0)
        status = write_error(save->path, err);
    if (close(save->fd) != 0 && status == RAMP_OK)
        status = write_error(save->path, err);
    save->fd = -1;
    if (status == RAMP_OK && rename(save->temporary, save->path) != 0)
        status = write_error(save->path, err);
    if (status == RAMP_OK) {
        mem_free(save->temporary);
        save->temporary = NULL; /* nothing to remove */
        status = sync_folder(folder, save->path, err);
    } else if (folder >= 0) {
        close(folder);
    }
    file_save_abort(out);
    return status;
}

void file_save_abort(struct file_save **out)
{
    struct file_save *save = *out;
    if (save == NULL)
        return;
    if (save->fd >= 0)
        close(save->fd);
    if (save->temporary != NULL)
        unlink(save->temporary);
    mem_free(save->temporary);
    mem_free(save->path);
    mem_free(save);
    *out = NULL;
}

enum ramp_status file_write(const char *path, const void *bytes, size_t n_bytes,
                            struct ramp_error *err)
{
    struct file_save *save;
    enum ramp_status status = file_save_begin(&save, path, err);
    if (status != RAMP_OK)
        return status;
    status = file_save_write(save, bytes, n_bytes, err);
    if (status != RAMP_OK) {
        file_save_abort(&save);
        return status;
    }
    return file_save_commit(&save, err);
}

/* ---- What killed programs left ---- */

static bool is_temporary(const char *entry, const char *const *names)
{
    static const char middle[] = ".tmp-";
    uint64_t process;
    for (; *names; names++) {
        size_t n = strlen(*names);
        if (strncmp(entry, *names, n) == 0 &&
            strncmp(entry + n, middle, sizeof middle - 1) == 0 &&
            text_to_u64(&process, entry + n + sizeof middle - 1, 1, INT64_MAX))
            return true;
    }
    return false;
}

size_t file_remove_temporaries(const char *folder, const char *const *names)
{
    size_t n_removed = 0;
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return 0;
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL)
        if (is_temporary(entry->d_name, names) &&
            unlinkat(dirfd(entries), entry->d_name, 0) == 0)
            n_removed++;
    closedir(entries);
    return n_removed;
}

/* ==== New files ==== */

/* Make `path` a second name of the temporary file. A file system without links
 * gets an empty file of that name, which is ours to be replaced. */
static enum ramp_status give_new_name(bool *taken, const struct file_save *save,
                                      struct ramp_error *err)
{
    if (link(save->temporary, save->path) == 0)
        return RAMP_OK;
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) {
        int fd =
            open(save->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd >= 0) {
            close(fd);
            if (rename(save->temporary, save->path) == 0)
                return RAMP_OK;
            enum ramp_status status = write_error(save->path, err);
            unlink(save->path);
            return status;
        }
    }
    *taken = errno == EEXIST;
    return *taken ? RAMP_OK : write_error(save->path, err);
}

enum ramp_status file_write_new(bool *taken, const char *path,
                                const void *bytes, size_t n_bytes,
                                const struct timespec *modified,
                                struct ramp_error *err)
{
    struct file_save *save;
    char *base = mem_alloc(strlen(path) + sizeof ".ramp", 1);
    *taken = false;
    if (base == NULL)
        return error_memory(err, "a path", strlen(path));
    /* As long as the path may be, there is room for this name. */
    size_t length = (size_t)(file_base(path) - path);
    memcpy(base, path, length);
    memcpy(base + length, ".ramp", sizeof ".ramp");
    enum ramp_status status = save_begin(&save, path, base, err);
    mem_free(base);
    if (status != RAMP_OK)
        return status;
    status = file_save_write(save, bytes, n_bytes, err);
    if (modified != NULL && status == RAMP_OK) {
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, *modified};
        (void)futimens(save->fd, times); /* not all file systems can */
    }
    if (close(save->fd) != 0 && status == RAMP_OK)
        status = write_error(path, err);
    save->fd = -1;
    if (status == RAMP_OK)
        status = give_new_name(taken, save, err);
    file_save_abort(&save); /* removes the temporary name */
    return status;
}
