/* run_folder.c - where a training leaves its files. */
#include "report/run_folder.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES 64 /* of DATA and of NET in the folder's name */

static void plain_name(char plain[NAME_BYTES], const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = 0;
    for (; n < NAME_BYTES - 1 && name[n]; n++)
        plain[n] = strchr(letters, name[n]) ? name[n] : '_';
    plain[n] = 0;
}

/* The largest N of the entries "STEM-N" of a folder; 0 if there is none. */
static uint64_t largest_number(const char *folder, const char *stem)
{
    uint64_t largest = 0;
    size_t length = strlen(stem);
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return 0;
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        const char *name = entry->d_name;
        uint64_t n;
        if (strncmp(name, stem, length) == 0 && name[length] == '-' &&
            text_to_u64(&n, name + length + 1, 1, UINT32_MAX) && n > largest)
            largest = n;
    }
    closedir(entries);
    return largest;
}

/* ---- The lock ---- */

/* Open and lock the folder at run->path. */
static enum ramp_status open_folder(struct run_folder *run,
                                    struct ramp_error *err)
{
    run->fd = open(run->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->fd < 0)
        return error_set(err, RAMP_IO, "cannot open folder %s: %s",
                         TEXT_QUOTE(run->path), strerror(errno));
    run->locked = flock(run->fd, LOCK_EX | LOCK_NB) == 0;
    if (run->locked || errno != EWOULDBLOCK)
        return RAMP_OK;
    return error_set(err, RAMP_IO,
                     "cannot write to folder %s: expected no run at work "
                     "there, found one; try another --out",
                     TEXT_QUOTE(run->path));
}

void run_folder_release(struct run_folder *run)
{
    if (run->path != NULL && run->fd >= 0)
        close(run->fd);
    mem_free(run->path);
    *run = (struct run_folder){.fd = -1};
}

/* ---- A new folder ---- */

enum ramp_status run_folder_new(struct run_folder *run, const char *parent,
                                const char *data, const char *net,
                                struct ramp_error *err)
{
    char stem[2 * NAME_BYTES], name[2 * NAME_BYTES + 24];
    char plain_data[NAME_BYTES], plain_net[NAME_BYTES];
    plain_name(plain_data, data);
    plain_name(plain_net, net);
    snprintf(stem, sizeof stem, "%s-%s", plain_data, plain_net);
    *run = (struct run_folder){.fd = -1};
    enum ramp_status status = file_make_folder(parent, err);
    uint64_t n = largest_number(parent, stem);
    bool made = false;
    while (status == RAMP_OK && !made) {
        n++;
        snprintf(name, sizeof name, "%s-%llu", stem, (unsigned long long)n);
        mem_free(run->path);
        run->path = file_join(parent, name);
        if (run->path == NULL)
            return error_memory(err, "a name", sizeof name);
        status = file_make_new_folder(&made, run->path, err);
    }
    if (status == RAMP_OK)
        status = open_folder(run, err);
    if (status != RAMP_OK)
        run_folder_release(run);
    return status;
}

/* ---- A folder that may be there ---- */

static enum ramp_status check_new(const struct run_folder *run,
                                  struct ramp_error *err)
{
    static const char *const files[] = {"args.txt", "best.safetensors",
                                        "last.safetensors"};
    struct stat st;
    for (int i = 0; i < 3; i++) {
        if (fstatat(run->fd, files[i], &st, 0) == 0)
            return error_set(err, RAMP_USAGE,
                             "%s holds a run already (%s); try another --out",
                             TEXT_QUOTE(run->path), files[i]);
        if (errno != ENOENT)
            return error_set(err, RAMP_IO, "cannot read folder %s: %s",
                             TEXT_QUOTE(run->path), strerror(errno));
    }
    return RAMP_OK;
}

/* Whoever wrote them held the lock, and has it no more. */
static void remove_temporaries(struct run_folder *run)
{
    static const char *const files[] = {
        "args.txt",      "best.safetensors", "classes.csv",
        "confusion.csv", "confusion.svg",    "coverage.csv",
        "curves.gp",     "curves.svg",       "errors.csv",
        "errors.svg",    "filters.png",      "last.safetensors",
        "layers.csv",    "layers.gp",        "layers.svg",
        "log.csv",       "marks.csv",        "net.net",
        "report.html",   "train_batch.png",  NULL};
    if (run->locked)
        run->n_removed = file_remove_temporaries(run->path, files);
}

static enum ramp_status take_folder(struct run_folder *run, const char *path,
                                    struct ramp_error *err)
{
    run->path = mem_strdup(path);
    if (run->path == NULL)
        return error_memory(err, "a name", strlen(path));
    return open_folder(run, err);
}

enum ramp_status run_folder_take(struct run_folder *run, const char *path,
                                 struct ramp_error *err)
{
    *run = (struct run_folder){.fd = -1};
    enum ramp_status status = file_make_folder(path, err);
    if (status == RAMP_OK)
        status = take_folder(run, path, err);
    if (status == RAMP_OK)
        status = check_new(run, err);
    if (status == RAMP_OK)
        remove_temporaries(run);
    else
        run_folder_release(run);
    return status;
}

enum ramp_status run_folder_resume(struct run_folder *run, const char *path,
                                   struct ramp_error *err)
{
    struct stat st;
    *run = (struct run_folder){.fd = -1};
    enum ramp_status status = take_folder(run, path, err);
    if (status == RAMP_OK && fstatat(run->fd, "last.safetensors", &st, 0) != 0)
        status = error_set(err, RAMP_MODEL,
                           "cannot resume %s: expected last.safetensors in it, "
                           "found none",
                           TEXT_QUOTE(path));
    if (status == RAMP_OK)
        remove_temporaries(run);
    else
        run_folder_release(run);
    return status;
}

enum ramp_status run_folder_write(const char *folder, const char *name,
                                  const char *text, struct ramp_error *err)
{
    char *path = file_join(folder, name);
    if (path == NULL)
        return error_memory(err, "a name", strlen(folder));
    enum ramp_status status = file_write(path, text, strlen(text), err);
    mem_free(path);
    return status;
}
