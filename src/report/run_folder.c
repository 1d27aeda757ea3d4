/* run_folder.c - where a training leaves its files. */
#include "report/run_folder.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_BYTES 64 /* of DATA and of NET in the folder's name */

static void plain_name(char plain[NAME_BYTES], const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = 0;
    for (; name[n] && n < NAME_BYTES - 1; n++)
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

enum ramp_status run_folder_new(char **path, const char *parent,
                                const char *data, const char *net,
                                struct ramp_error *err)
{
    char stem[2 * NAME_BYTES], name[2 * NAME_BYTES + 24];
    char plain_data[NAME_BYTES], plain_net[NAME_BYTES];
    plain_name(plain_data, data);
    plain_name(plain_net, net);
    snprintf(stem, sizeof stem, "%s-%s", plain_data, plain_net);
    enum ramp_status status = file_make_folder(parent, err);
    if (status != RAMP_OK)
        return status;
    uint64_t n = largest_number(parent, stem);
    for (;;) {
        n++;
        snprintf(name, sizeof name, "%s-%llu", stem, (unsigned long long)n);
        char *folder = file_join(parent, name);
        if (folder == NULL)
            return error_memory(err, "a name", sizeof name);
        if (mkdir(folder, 0777) == 0) {
            *path = folder;
            return RAMP_OK;
        }
        int error = errno;
        if (error != EEXIST)
            status = error_set(err, RAMP_IO, "cannot make the folder %s: %s",
                               TEXT_QUOTE(folder), strerror(error));
        mem_free(folder);
        if (status != RAMP_OK)
            return status;
    }
}

static bool holds(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool found = path != NULL && file_exists(path);
    mem_free(path);
    return found;
}

enum ramp_status run_folder_take(const char *path, struct ramp_error *err)
{
    static const char *const names[] = {"args.txt", "best.safetensors",
                                        "last.safetensors", NULL};
    for (int i = 0; names[i]; i++)
        if (holds(path, names[i]))
            return error_set(err, RAMP_USAGE,
                             "%s holds a run already (%s); try another --out",
                             TEXT_QUOTE(path), names[i]);
    return file_make_folder(path, err);
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
