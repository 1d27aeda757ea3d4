/* tree.h - the files that may make a data set, listed by relative path: of a
 * folder on disk or of an archive. Knows nothing of what they mean.
 *
 * Kept are folders, pictures (by ending: .png .jpg .jpeg .bmp .pgm .ppm .pnm
 * in any case) and files with a name that IDX or CIFAR data have. Everything
 * else is passed over, as are hidden names (".x", "__MACOSX") at any depth. */
#ifndef DATA_TREE_H
#define DATA_TREE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TREE_PATH_BYTES = 4096, /* of a path, with its zero */
    TREE_DEPTH = 16         /* folders inside each other */
};

enum tree_kind {
    TREE_FILE,
    TREE_FOLDER,
    TREE_LINK /* in an archive: its target is not looked for */
};

struct tree_entry {
    const char *path; /* relative, "train/cat/1.png"; owned by the tree */
    uint64_t n_bytes; /* as stored; 0 where it cannot be known */
    uint8_t *bytes;   /* owned; only in archives */
    size_t order;     /* in which it was added */
    enum tree_kind kind;
};

struct tree {
    struct tree_entry *entries; /* after tree_sort: by path, no path twice */
    size_t n, capacity;
    const char *root;         /* the folder or archive, borrowed */
    const char *archive_kind; /* "tar", "zip"; NULL for a folder */
    size_t skip;              /* bytes of the leading folder, see tree_strip */
    uint64_t n_bytes;         /* in memory */
    size_t n_others;          /* files passed over, but for the hidden ones */
    struct tree_text *text;   /* where the paths lie */
};

/* List a folder; a link is followed, but a folder that contains itself is an
 * error, as is one that cannot be read. RAMP_DATA, RAMP_IO, RAMP_MEMORY.
 * On failure `tree` is released. `root` is borrowed. */
MUST_CHECK enum ramp_status tree_scan(struct tree *tree, const char *root,
                                      struct ramp_error *err);

void tree_release(struct tree *tree); /* accepts a zeroed one */

/* Free the members' bytes and keep the paths. */
void tree_drop_bytes(struct tree *tree);

/* For those who fill a tree. tree_add takes over `bytes` (also on failure). */
MUST_CHECK enum ramp_status tree_add(struct tree *tree, const char *path,
                                     enum tree_kind kind, uint64_t n_bytes,
                                     uint8_t *bytes, struct ramp_error *err);
bool tree_wants(const char *path);  /* by its name alone */
bool tree_hidden(const char *name); /* one component of a path */
void tree_sort(struct tree *tree);  /* of equal paths the last one stays */

/* If everything lies in one folder that is neither a part ("train", ...) nor
 * holds pictures itself, paths begin behind it from now on. */
void tree_strip(struct tree *tree);

/* The path behind the stripped folder; "" for that folder itself. */
const char *tree_path(const struct tree *tree, const struct tree_entry *entry);

/* Whether it is a picture, by its name. */
bool tree_is_picture(const struct tree_entry *entry);

/* The file at this (stripped) path, or NULL. */
const struct tree_entry *tree_find(const struct tree *tree, const char *path);

/* The whole file: *bytes is borrowed from the tree or equal to *owned, which
 * the caller frees. `max_bytes` bounds it. Thread-safe. RAMP_DATA, RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status tree_read(const struct tree *tree,
                                      const struct tree_entry *entry,
                                      size_t max_bytes, uint8_t **owned,
                                      const uint8_t **bytes, size_t *n_bytes,
                                      struct ramp_error *err);

/* The same, but the bytes become the caller's (mem_free) and leave the tree. */
MUST_CHECK enum ramp_status tree_take(struct tree *tree,
                                      const struct tree_entry *entry,
                                      size_t max_bytes, uint8_t **bytes,
                                      size_t *n_bytes, struct ramp_error *err);

/* "ROOT/PATH" as the user would write it, for messages; the caller frees it
 * with mem_free; NULL if there is no memory. */
char *tree_name(const struct tree *tree, const struct tree_entry *entry);

/* The part that a folder's name stands for, or -1. */
int tree_part(const char *name, size_t length);

#endif
