/* tree.c - the files of a folder or an archive, listed by relative path. */
#include "data/tree.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/cifar.h"
#include "data/idx.h"

#include <ramp/dataset.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ==== Names ==== */

static bool picture_name(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".bmp",
                                          ".pgm", ".ppm", ".pnm"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

bool tree_wants(const char *path)
{
    const char *name = file_base(path);
    return picture_name(name) || idx_is_name(name) || cifar_is_name(name);
}

bool tree_hidden(const char *name)
{
    return name[0] == '.' || text_equal(name, "__MACOSX");
}

bool tree_is_picture(const struct tree_entry *entry)
{
    return entry->kind != TREE_FOLDER && picture_name(file_base(entry->path));
}

int tree_part(const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum ramp_part part;
    } parts[] = {
        {"train", RAMP_TRAIN},    {"val", RAMP_VAL},   {"valid", RAMP_VAL},
        {"validation", RAMP_VAL}, {"test", RAMP_TEST},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strlen(parts[i].name) == length &&
            memcmp(parts[i].name, name, length) == 0)
            return (int)parts[i].part;
    return -1;
}

/* ==== Filling ==== */

/* Paths lie one behind another in blocks that never move. */
struct tree_text {
    struct tree_text *next;
    size_t used;
    char bytes[1 << 16];
};

static const char *keep_text(struct tree *tree, const char *text)
{
    size_t n = strlen(text) + 1;
    struct tree_text *block = tree->text;
    if (block == NULL || sizeof block->bytes - block->used < n) {
        block = mem_alloc(1, sizeof *block);
        if (block == NULL)
            return NULL;
        block->next = tree->text;
        tree->text = block;
    }
    char *copy = block->bytes + block->used;
    memcpy(copy, text, n);
    block->used += n;
    return copy;
}

enum ramp_status tree_add(struct tree *tree, const char *path,
                          enum tree_kind kind, uint64_t n_bytes, uint8_t *bytes,
                          struct ramp_error *err)
{
    ASSERT(strlen(path) < TREE_PATH_BYTES);
    const char *kept = keep_text(tree, path);
    if (kept == NULL || !mem_grow((void **)&tree->entries, &tree->capacity,
                                  tree->n + 1, sizeof *tree->entries)) {
        mem_free(bytes);
        return error_memory(err, "the list of files",
                            tree->n * sizeof *tree->entries);
    }
    tree->entries[tree->n] =
        (struct tree_entry){kept, n_bytes, bytes, tree->n, kind};
    tree->n++;
    if (bytes != NULL)
        tree->n_bytes += n_bytes;
    return RAMP_OK;
}

static int compare_paths(const void *a, const void *b)
{
    const struct tree_entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

static void entry_drop_bytes(struct tree *tree, struct tree_entry *entry)
{
    if (entry->bytes == NULL)
        return;
    tree->n_bytes -= entry->n_bytes;
    mem_free(entry->bytes);
    entry->bytes = NULL;
}

void tree_sort(struct tree *tree)
{
    size_t n = 0;
    if (tree->n > 1)
        qsort(tree->entries, tree->n, sizeof *tree->entries, compare_paths);
    for (size_t i = 0; i < tree->n; i++) {
        bool replaced =
            i + 1 < tree->n &&
            text_equal(tree->entries[i].path, tree->entries[i + 1].path);
        if (replaced)
            entry_drop_bytes(tree, &tree->entries[i]);
        else
            tree->entries[n++] = tree->entries[i];
    }
    tree->n = n;
}

void tree_drop_bytes(struct tree *tree)
{
    for (size_t i = 0; i < tree->n; i++)
        entry_drop_bytes(tree, &tree->entries[i]);
}

void tree_release(struct tree *tree)
{
    tree_drop_bytes(tree);
    mem_free(tree->entries);
    for (struct tree_text *next, *block = tree->text; block; block = next) {
        next = block->next;
        mem_free(block);
    }
    *tree = (struct tree){0};
}

/* ==== A folder on disk ==== */

/* The way down from the root; it tells a folder that contains itself. */
struct scan {
    struct tree *tree;
    char path[TREE_PATH_BYTES];
    size_t root_length; /* with its slash */
    struct stat above[TREE_DEPTH];
    int depth;
};

static enum ramp_status scan_folder(struct scan *scan, struct ramp_error *err);

static enum ramp_status enter_folder(struct scan *scan, const struct stat *st,
                                     struct ramp_error *err)
{
    for (int i = 0; i < scan->depth; i++)
        if (scan->above[i].st_dev == st->st_dev &&
            scan->above[i].st_ino == st->st_ino)
            return error_set(err, RAMP_DATA,
                             "cannot read %s: the folder contains itself",
                             TEXT_QUOTE(scan->path));
    if (scan->depth == TREE_DEPTH)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected at most %d folders inside "
                         "each other, found more",
                         TEXT_QUOTE(scan->path), TREE_DEPTH);
    scan->above[scan->depth++] = *st;
    enum ramp_status status = scan_folder(scan, err);
    scan->depth--;
    return status;
}

/* scan->path names something in the folder just being read. */
static enum ramp_status scan_entry(struct scan *scan, struct ramp_error *err)
{
    const char *path = scan->path + scan->root_length;
    struct stat st;
    /* A link to nothing shows as a bad picture, and only if it has the name of
     * one; what else cannot be looked at may be a folder of pictures. */
    bool there = stat(scan->path, &st) == 0;
    if (!there && errno != ENOENT && errno != ELOOP)
        return error_set(err, error_cause(RAMP_DATA), "cannot read %s: %s",
                         TEXT_QUOTE(scan->path), strerror(errno));
    if (there && S_ISDIR(st.st_mode)) {
        enum ramp_status status =
            tree_add(scan->tree, path, TREE_FOLDER, 0, NULL, err);
        return status == RAMP_OK ? enter_folder(scan, &st, err) : status;
    }
    if (!tree_wants(path)) {
        scan->tree->n_others++;
        return RAMP_OK;
    }
    uint64_t n_bytes = there && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return tree_add(scan->tree, path, TREE_FILE, n_bytes, NULL, err);
}

static enum ramp_status scan_names(struct scan *scan, DIR *folder,
                                   struct ramp_error *err)
{
    size_t length = strlen(scan->path);
    enum ramp_status status = RAMP_OK;
    while (status == RAMP_OK) {
        errno = 0;
        struct dirent *found = readdir(folder);
        if (found == NULL && errno != 0)
            return error_set(err, RAMP_IO, "cannot read folder %s: %s",
                             TEXT_QUOTE(scan->path), strerror(errno));
        if (found == NULL)
            break;
        if (tree_hidden(found->d_name))
            continue;
        size_t n = strlen(found->d_name);
        if (length + n + 2 > sizeof scan->path)
            return error_set(err, RAMP_DATA,
                             "cannot read folder %s: expected paths of at "
                             "most %d bytes, found more",
                             TEXT_QUOTE(scan->path), TREE_PATH_BYTES - 1);
        scan->path[length] = '/';
        memcpy(scan->path + length + 1, found->d_name, n + 1);
        status = scan_entry(scan, err);
        scan->path[length] = 0;
    }
    return status;
}

static enum ramp_status scan_folder(struct scan *scan, struct ramp_error *err)
{
    DIR *folder = opendir(scan->path);
    if (folder == NULL)
        return error_set(err, error_cause(RAMP_DATA),
                         "cannot open folder %s: %s", TEXT_QUOTE(scan->path),
                         strerror(errno));
    enum ramp_status status = scan_names(scan, folder, err);
    closedir(folder);
    return status;
}

enum ramp_status tree_scan(struct tree *tree, const char *root,
                           struct ramp_error *err)
{
    struct stat st;
    size_t length = strlen(root);
    *tree = (struct tree){.root = root};
    while (length > 1 && root[length - 1] == '/')
        length--;
    errno = ENAMETOOLONG;
    if (length + 1 >= TREE_PATH_BYTES || stat(root, &st) != 0)
        return error_set(err, RAMP_DATA, "cannot open folder %s: %s",
                         TEXT_QUOTE(root), strerror(errno));
    struct scan *scan = mem_alloc(1, sizeof *scan);
    if (scan == NULL)
        return error_memory(err, "the list of files", sizeof *scan);
    scan->tree = tree;
    scan->root_length = length + 1;
    memcpy(scan->path, root, length);
    enum ramp_status status = enter_folder(scan, &st, err);
    mem_free(scan);
    if (status == RAMP_OK)
        tree_sort(tree);
    else
        tree_release(tree);
    return status;
}

/* ==== Looking things up ==== */

const char *tree_path(const struct tree *tree, const struct tree_entry *entry)
{
    size_t length = strlen(entry->path);
    return entry->path + (length < tree->skip ? length : tree->skip);
}

void tree_strip(struct tree *tree)
{
    if (tree->n == 0)
        return;
    size_t length = strcspn(tree->entries[0].path, "/");
    const char *folder = tree->entries[0].path;
    if (tree_part(folder, length) >= 0)
        return;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        const char *rest = entry->path + length;
        if (strncmp(entry->path, folder, length) != 0 ||
            (*rest == 0 && entry->kind != TREE_FOLDER) ||
            (*rest != 0 && *rest != '/'))
            return;
        if (tree_is_picture(entry) && strchr(rest + 1, '/') == NULL)
            return;
    }
    tree->skip = length + 1;
}

const struct tree_entry *tree_find(const struct tree *tree, const char *path)
{
    size_t low = 0, high = tree->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct tree_entry *entry = &tree->entries[middle];
        int order = strcmp(tree_path(tree, entry), path);
        if (order == 0)
            return entry->kind == TREE_FILE ? entry : NULL;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

char *tree_name(const struct tree *tree, const struct tree_entry *entry)
{
    return file_join(tree->root, entry->path);
}

static enum ramp_status read_member(const struct tree *tree,
                                    const struct tree_entry *entry,
                                    const char *name, size_t max_bytes,
                                    struct ramp_error *err)
{
    if (entry->kind != TREE_FILE)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected a file, found a link; try "
                         "unpacking %s",
                         TEXT_QUOTE(name), TEXT_QUOTE(file_base(tree->root)));
    if (entry->n_bytes > max_bytes)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected at most %zu bytes, found "
                         "%llu",
                         TEXT_QUOTE(name), max_bytes,
                         (unsigned long long)entry->n_bytes);
    return RAMP_OK;
}

enum ramp_status tree_read(const struct tree *tree,
                           const struct tree_entry *entry, size_t max_bytes,
                           uint8_t **owned, const uint8_t **bytes,
                           size_t *n_bytes, struct ramp_error *err)
{
    enum ramp_status status;
    *owned = NULL;
    *bytes = NULL;
    *n_bytes = 0;
    char *name = tree_name(tree, entry);
    if (name == NULL)
        return error_memory(err, "a path", strlen(entry->path));
    if (tree->archive_kind != NULL) {
        status = read_member(tree, entry, name, max_bytes, err);
        if (status == RAMP_OK) {
            *bytes = entry->bytes;
            *n_bytes = (size_t)entry->n_bytes;
        }
    } else {
        status = file_read(owned, n_bytes, name, max_bytes, RAMP_DATA, err);
        *bytes = *owned;
    }
    mem_free(name);
    return status;
}

enum ramp_status tree_take(struct tree *tree, const struct tree_entry *entry,
                           size_t max_bytes, uint8_t **bytes, size_t *n_bytes,
                           struct ramp_error *err)
{
    const uint8_t *borrowed;
    enum ramp_status status =
        tree_read(tree, entry, max_bytes, bytes, &borrowed, n_bytes, err);
    if (status == RAMP_OK && *bytes == NULL) {
        struct tree_entry *member = &tree->entries[entry - tree->entries];
        *bytes = member->bytes;
        member->bytes = NULL;
        tree->n_bytes -= member->n_bytes;
    }
    return status;
}
