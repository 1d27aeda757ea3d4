/* picture_list.c - the pictures that an argument stands for. */
#include "cli/picture_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define MAX_DEPTH 32 /* of folders in folders */

struct walk {
    picture_function *each;
    void *context;
    size_t n_found; /* pictures in the folder that was named */
};

static bool complain(const struct walk *walk, enum ramp_status status,
                     const char *path, const char *why)
{
    struct ramp_error err;
    error_set(&err, status, "cannot read %s: %s", TEXT_QUOTE(path), why);
    return walk->each(walk->context, path, &err);
}

static bool is_picture_name(const char *name)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".bmp",
                                       ".pgm", ".ppm", ".pnm"};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t length = strlen(ends[i]);
        if (n > length && strcasecmp(name + n - length, ends[i]) == 0)
            return true;
    }
    return false;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool walk_folder(struct walk *walk, const char *path, int depth);

static bool walk_entry(struct walk *walk, const char *folder, const char *name,
                       int depth)
{
    struct stat status;
    char *path = file_join(folder, name);
    bool more = true;
    if (path == NULL)
        return complain(walk, RAMP_MEMORY, name, "out of memory");
    bool there = lstat(path, &status) == 0;
    if (!there && errno != ENOENT) { /* it may be a folder of pictures */
        more = complain(walk, error_cause(RAMP_DATA), path, strerror(errno));
    } else if (there && S_ISDIR(status.st_mode)) {
        more = walk_folder(walk, path, depth + 1);
    } else if (is_picture_name(name) && !file_is_folder(path)) {
        walk->n_found++;
        more = walk->each(walk->context, path, NULL);
    }
    mem_free(path);
    return more;
}

static bool walk_folder(struct walk *walk, const char *path, int depth)
{
    struct dirent **entries;
    if (depth > MAX_DEPTH)
        return complain(walk, RAMP_DATA, path, "too many folders in folders");
    int n = scandir(path, &entries, is_visible, compare_names);
    if (n < 0)
        return complain(walk, error_cause(RAMP_DATA), path, strerror(errno));
    bool more = true;
    for (int i = 0; i < n; i++) {
        if (more)
            more = walk_entry(walk, path, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return more;
}

static bool walk_path(const char *path, picture_function *each, void *context)
{
    struct walk walk = {.each = each, .context = context};
    if (!file_is_folder(path))
        return each(context, path, NULL);
    bool more = walk_folder(&walk, path, 0);
    if (more && walk.n_found == 0)
        more = complain(&walk, RAMP_DATA, path, "no pictures in this folder");
    return more;
}

static bool walk_input(picture_function *each, void *context)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n;
    bool more = true;
    while (more && (n = getline(&line, &capacity, stdin)) >= 0) {
        if (n > 0 && line[n - 1] == '\n')
            line[n - 1] = 0;
        if (line[0])
            more = walk_path(line, each, context);
        fflush(stdout); /* somebody may wait for the answer to this line */
    }
    free(line);
    if (more && ferror(stdin)) {
        const struct walk walk = {.each = each, .context = context};
        more = complain(&walk, error_cause(RAMP_IO), "-", strerror(errno));
    }
    return more;
}

bool picture_list_walk(const char *path, picture_function *each, void *context)
{
    if (text_equal(path, "-"))
        return walk_input(each, context);
    return walk_path(path, each, context);
}
