/* picture_list.c - the pictures that an argument stands for. */
#include "cli/picture_list.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_DEPTH = 32,     /* of folders in folders */
    INPUT_BYTES = 4096, /* read at once */
};

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

/* ==== Folders ==== */

/* The names in one folder: one behind another, so that 100,000 of them take
 * little more than their letters. */
struct names {
    char *text; /* n of them, each with its zero */
    size_t n, n_bytes, capacity;
};

static bool names_add(struct names *names, const char *name)
{
    size_t n = strlen(name) + 1;
    if (!mem_grow((void **)&names->text, &names->capacity, names->n_bytes + n,
                  1))
        return false;
    memcpy(names->text + names->n_bytes, name, n);
    names->n_bytes += n;
    names->n++;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool names_sort(struct names *names)
{
    const char *name = names->text;
    const char **list = mem_alloc(names->n, sizeof *list);
    char *text = mem_alloc(names->n_bytes, 1), *to = text;
    bool good = list != NULL && text != NULL;
    for (size_t i = 0; i < names->n && good; i++, name += strlen(name) + 1)
        list[i] = name;
    if (names->n > 1 && good)
        qsort(list, names->n, sizeof *list, compare_names);
    for (size_t i = 0; i < names->n && good; i++) {
        size_t n = strlen(list[i]) + 1;
        memcpy(to, list[i], n);
        to += n;
    }
    mem_free(list);
    if (good) {
        mem_free(names->text);
        names->text = text;
        names->capacity = names->n_bytes;
    } else {
        mem_free(text);
    }
    return good;
}

/* All but the hidden ones; false, with errno, if that fails. */
static bool names_read(struct names *names, const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry = NULL;
    bool good = folder != NULL;
    while (good && (errno = 0, entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && !names_add(names, entry->d_name)) {
            errno = ENOMEM;
            good = false;
        }
    good = good && errno == 0;
    int why = errno;
    if (folder != NULL)
        closedir(folder);
    errno = why;
    if (good && !names_sort(names)) {
        errno = ENOMEM;
        good = false;
    }
    return good;
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
    struct names names = {0};
    if (depth > MAX_DEPTH)
        return complain(walk, RAMP_DATA, path, "too many folders in folders");
    bool more = true, good = names_read(&names, path);
    if (!good)
        more = complain(walk, error_cause(RAMP_DATA), path, strerror(errno));
    const char *name = names.text;
    for (size_t i = 0; i < names.n && good && more; i++) {
        more = walk_entry(walk, path, name, depth);
        name += strlen(name) + 1;
    }
    mem_free(names.text);
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

/* ==== Standard input ==== */

/* Not by stdio, which does not tell whether the next line is there. */
struct input {
    char *bytes;
    size_t at, n, capacity; /* the rest is bytes[at..n) */
    bool ended;
};

/* Read more behind the rest; false, with errno, if that fails. */
static bool input_read(struct input *input)
{
    size_t rest = input->n - input->at;
    ssize_t got;
    if (!mem_grow((void **)&input->bytes, &input->capacity, rest + INPUT_BYTES,
                  1)) {
        errno = ENOMEM;
        return false;
    }
    memmove(input->bytes, input->bytes + input->at, rest);
    input->at = 0;
    input->n = rest;
    do /* the last byte stays free, for the zero of a last line */
        got =
            read(STDIN_FILENO, input->bytes + rest, input->capacity - 1 - rest);
    while (got < 0 && errno == EINTR);
    input->ended = got == 0;
    input->n += got > 0 ? (size_t)got : 0;
    return got >= 0;
}

/* The next line, without its newline, if it is there: the last needs none. */
static char *input_line(struct input *input)
{
    size_t rest = input->n - input->at;
    char *line = input->bytes + input->at;
    char *end = rest > 0 ? memchr(line, '\n', rest) : NULL;
    if (rest == 0 || (end == NULL && !input->ended))
        return NULL;
    size_t length = end ? (size_t)(end - line) : rest;
    line[length] = 0;
    input->at += length + (end != NULL);
    return line;
}

static bool must_wait(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) == 0;
}

static bool walk_input(picture_function *each, void *context)
{
    const struct walk walk = {.each = each, .context = context};
    struct input input = {0};
    bool more = true, good = true;
    while (more && good) {
        char *line = input_line(&input);
        if (line != NULL) {
            more = line[0] == 0 || walk_path(line, each, context);
            continue;
        }
        if (input.ended)
            break;
        if (must_wait())
            more = each(context, NULL, NULL);
        good = !more || input_read(&input);
    }
    if (!good)
        more = complain(&walk, error_cause(RAMP_IO), "-", strerror(errno));
    mem_free(input.bytes);
    return more;
}

bool picture_list_walk(const char *path, picture_function *each, void *context)
{
    if (text_equal(path, "-"))
        return walk_input(each, context);
    return walk_path(path, each, context);
}
