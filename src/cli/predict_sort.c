/* predict_sort.c - copies pictures into a folder for each class. */
#include "cli/predict.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    NAME_BYTES = 255,      /* of a file or folder, on nearly every disk */
    CLASS_BYTES = 240,     /* with room for a number */
    MAX_BYTES = 1 << 30,   /* of a picture */
    MAX_FOLDERS_UP = 1000, /* on the way to the root */
};

struct sorter {
    const char *folder; /* borrowed */
    struct stat place;  /* of it */
    const struct ramp_model *model;
    int n_classes;
    char **names; /* of the folders, a class each, then "unknown"; owned */
    bool *made;   /* so far */
};

/* ==== Where things lie ==== */

static bool same_place(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether `folder` is this place or below it; false if that cannot be seen. */
static bool lies_in(const char *folder, const struct stat *place)
{
    struct stat here, last = {0};
    char *path = mem_strdup(folder);
    bool found = false;
    for (int i = 0; i < MAX_FOLDERS_UP && path != NULL && !found; i++) {
        if (stat(path, &here) != 0 || (i > 0 && same_place(&here, &last)))
            break;
        found = same_place(&here, place);
        last = here;
        char *above = file_join(path, "..");
        mem_free(path);
        path = above;
    }
    mem_free(path);
    return found;
}

/* The folder that `path` stands in, freed by mem_free. */
static char *folder_of(const char *path)
{
    size_t length = (size_t)(file_base(path) - path);
    char *folder = mem_strdup(length > 0 ? path : ".");
    if (folder != NULL && length > 0)
        folder[length] = 0;
    return folder;
}

/* The folder, or the nearest above it that is there, freed by mem_free. */
static char *nearest_folder(const char *folder)
{
    char *path = mem_strdup(folder);
    while (path != NULL && !file_exists(path)) {
        size_t n = strlen(path);
        while (n > 1 && path[n - 1] == '/')
            path[--n] = 0;
        char *above = folder_of(path);
        bool end = above == NULL || text_equal(above, path);
        mem_free(path);
        path = above;
        if (end)
            break;
    }
    return path;
}

static enum ramp_status check_apart(const char *folder, const char *path,
                                    struct ramp_error *err)
{
    struct stat place;
    if (stat(path, &place) != 0 || !S_ISDIR(place.st_mode))
        return RAMP_OK;
    char *nearest = nearest_folder(folder);
    if (nearest == NULL)
        return error_memory(err, "a path", strlen(folder));
    bool inside = lies_in(nearest, &place);
    bool around = file_is_folder(folder) && stat(folder, &place) == 0 &&
                  lies_in(path, &place);
    mem_free(nearest);
    if (!inside && !around)
        return RAMP_OK;
    return error_set(err, RAMP_USAGE,
                     "--sort %s: expected a folder apart from %s, whose "
                     "pictures are to be classified",
                     TEXT_QUOTE(folder), TEXT_QUOTE(path));
}

/* ==== Names ==== */

/* n bytes of a text, or fewer: no character of UTF-8 is cut. */
static size_t whole_characters(const char *text, size_t n)
{
    if (strlen(text) <= n)
        return strlen(text);
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* A class name as a folder can have it; freed by mem_free. */
static char *folder_name(const char *class)
{
    char *name = mem_strdup(*class ? class : "_");
    if (name == NULL)
        return NULL;
    name[whole_characters(name, CLASS_BYTES)] = 0;
    if (name[0] == '.')
        name[0] = '_';
    for (char *p = name; *p; p++) {
        size_t n = *p == '/' ? 1 : text_control(p);
        memset(p, '_', n);
    }
    return name;
}

static bool is_given(char *const *names, int n, const char *name, int own)
{
    for (int i = 0; i < n; i++)
        if (i != own && names[i] != NULL && text_equal(names[i], name))
            return true;
    return false;
}

/* Different classes get different folders: a name that had to be changed gives
 * way to those that are as they are. */
static enum ramp_status name_folders(struct sorter *s, struct ramp_error *err)
{
    int n = s->n_classes;
    bool good = true;
    for (int i = 0; i < n && good; i++) {
        s->names[i] = folder_name(ramp_model_class(s->model, i));
        good = s->names[i] != NULL;
    }
    for (int i = 0; i < n && good; i++) {
        char numbered[CLASS_BYTES + 16];
        if (text_equal(s->names[i], ramp_model_class(s->model, i)) ||
            !is_given(s->names, n, s->names[i], i))
            continue;
        int number = 2;
        do
            snprintf(numbered, sizeof numbered, "%s-%d", s->names[i], number++);
        while (is_given(s->names, n, numbered, i));
        mem_free(s->names[i]);
        s->names[i] = mem_strdup(numbered);
        good = s->names[i] != NULL;
    }
    s->names[n] = good ? mem_strdup(PREDICT_UNKNOWN) : NULL;
    return s->names[n] ? RAMP_OK : error_memory(err, "class names", (size_t)n);
}

/* "cat.png", "cat-2.png", ... in a folder; freed by mem_free. */
static char *numbered_path(const char *folder, const char *name,
                           unsigned number)
{
    char numbered[2 * NAME_BYTES + 32], end[NAME_BYTES + 16];
    if (number < 2)
        return file_join(folder, name);
    const char *dot = strrchr(name, '.');
    if (dot == NULL || dot == name || strlen(dot) > NAME_BYTES / 2)
        dot = name + strlen(name);
    snprintf(end, sizeof end, "-%u%s", number, dot);
    size_t stem = (size_t)(dot - name), room = NAME_BYTES - strlen(end);
    if (stem > room)
        stem = whole_characters(name, room);
    snprintf(numbered, sizeof numbered, "%.*s%s", (int)stem, name, end);
    return file_join(folder, numbered);
}

static bool is_taken(const char *folder, const char *name, unsigned number)
{
    struct stat st;
    char *path = numbered_path(folder, name, number);
    bool taken = path != NULL && lstat(path, &st) == 0;
    mem_free(path);
    return taken;
}

/* A number that is free, by bisection: thousands of files may have one name. */
static unsigned free_number(const char *folder, const char *name)
{
    unsigned low = 1, high = 2;
    if (!is_taken(folder, name, low))
        return low;
    while (high < 1u << 30 && is_taken(folder, name, high)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (is_taken(folder, name, middle))
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ==== Copies ==== */

static enum ramp_status write_copy(const char *folder, const char *name,
                                   const void *bytes, size_t n_bytes,
                                   const struct timespec *modified,
                                   struct ramp_error *err)
{
    unsigned number = free_number(folder, name);
    enum ramp_status status = RAMP_OK;
    bool taken = true;
    /* Somebody else may take a name at any time. */
    for (; taken && status == RAMP_OK; number++) {
        char *path = numbered_path(folder, name, number);
        if (path == NULL)
            return error_memory(err, "a path", strlen(name));
        status = file_write_new(&taken, path, bytes, n_bytes, modified, err);
        mem_free(path);
    }
    return status;
}

/* The bytes that were classified, or RAMP_DATA. */
static enum ramp_status read_again(uint8_t **bytes, size_t *n_bytes,
                                   struct timespec *modified,
                                   const struct ramp_picture *picture,
                                   struct ramp_error *err)
{
    struct stat st;
    enum ramp_status status =
        file_read(bytes, n_bytes, picture->path, MAX_BYTES, RAMP_DATA, err);
    if (status != RAMP_OK)
        return status;
    if (stat(picture->path, &st) == 0 &&
        hash_bytes(HASH_START, *bytes, *n_bytes) == picture->hash) {
        *modified = st.st_mtim;
        return RAMP_OK;
    }
    mem_free(*bytes);
    *bytes = NULL;
    return error_set(err, RAMP_DATA,
                     "cannot copy %s: it was changed after it was classified",
                     TEXT_QUOTE(picture->path));
}

static enum ramp_status check_outside(const struct sorter *s, const char *path,
                                      struct ramp_error *err)
{
    char *folder = folder_of(path);
    bool inside = folder != NULL && lies_in(folder, &s->place);
    if (folder == NULL)
        return error_memory(err, "a path", strlen(path));
    mem_free(folder);
    if (!inside)
        return RAMP_OK;
    return error_set(err, RAMP_USAGE, "cannot copy %s: it lies in --sort %s",
                     TEXT_QUOTE(path), TEXT_QUOTE(s->folder));
}

enum ramp_status sorter_copy(struct sorter *s, const struct answer *answer,
                             struct ramp_error *err)
{
    const struct ramp_picture *picture = answer->picture;
    int class = answer->unknown ? s->n_classes : answer->best[0];
    struct timespec modified;
    uint8_t *bytes = NULL;
    size_t n_bytes;
    enum ramp_status status = check_outside(s, picture->path, err);
    if (status == RAMP_OK)
        status = read_again(&bytes, &n_bytes, &modified, picture, err);
    if (status != RAMP_OK)
        return status;
    char *folder = file_join(s->folder, s->names[class]);
    if (folder == NULL)
        status = error_memory(err, "a path", strlen(s->folder));
    if (status == RAMP_OK && !s->made[class])
        status = file_make_folder(folder, err);
    if (status == RAMP_OK) {
        s->made[class] = true;
        status = write_copy(folder, file_base(picture->path), bytes, n_bytes,
                            &modified, err);
    }
    mem_free(folder);
    mem_free(bytes);
    return status;
}

enum ramp_status sorter_new(struct sorter **out, const char *folder,
                            const struct ramp_model *model,
                            const char *const *paths, int n,
                            struct ramp_error *err)
{
    struct sorter *s;
    *out = NULL;
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < n && status == RAMP_OK; i++)
        status = check_apart(folder, paths[i], err);
    if (status == RAMP_OK)
        status = file_make_folder(folder, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&s, 1, "class folders", err);
    if (status != RAMP_OK)
        return status;
    *out = s;
    s->folder = folder;
    s->model = model;
    s->n_classes = ramp_model_n_classes(model);
    if (stat(folder, &s->place) != 0)
        status = error_set(err, RAMP_IO, "cannot find %s", TEXT_QUOTE(folder));
    if (status == RAMP_OK)
        status = MEM_NEW(&s->names, (size_t)s->n_classes + 1, "names", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&s->made, (size_t)s->n_classes + 1, "names", err);
    return status == RAMP_OK ? name_folders(s, err) : status;
}

void sorter_free(struct sorter *s)
{
    if (s == NULL)
        return;
    for (int i = 0; s->names != NULL && i <= s->n_classes; i++)
        mem_free(s->names[i]);
    mem_free(s->names);
    mem_free(s->made);
    mem_free(s);
}
