/* image_folder.c - class folders with picture files. Opens none of them. */
#include "data/image_folder.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

/* Where an entry of the tree belongs. */
struct place {
    int part;          /* -1: to none */
    const char *class; /* in the path; NULL: in no class folder */
    size_t length;     /* of the class */
    bool inside;       /* below the class folder, not the folder itself */
};

static struct place find_place(const char *path, bool in_parts)
{
    struct place place = {.part = RAMP_TRAIN};
    if (in_parts) {
        size_t length = strcspn(path, "/");
        place.part = tree_part(path, length);
        if (path[length] == 0) /* the part's own folder */
            place.part = -1;
        path += length + (path[length] != 0);
    }
    place.length = strcspn(path, "/");
    place.inside = path[place.length] == '/';
    place.class = path;
    return place;
}

/* A flat folder may have a class "train" among others. The folder train/ is a
 * part if class folders lie in it, or if nothing but parts lies beside it. */
static bool has_parts(const struct tree *tree)
{
    bool train = false, classes = false, others = false;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        const char *path = tree_path(tree, entry);
        size_t length = strcspn(path, "/");
        bool folder = entry->kind == TREE_FOLDER || path[length] == '/';
        if (!folder || length == 0)
            continue;
        if (tree_part(path, length) < 0) {
            others = true;
        } else if (strncmp(path, "train/", 6) == 0) {
            train = true;
            classes = classes || strchr(path + 6, '/') != NULL;
        } else if (text_equal(path, "train")) {
            train = true;
        }
    }
    return train && (classes || !others);
}

/* ==== Classes ==== */

struct class_name {
    const char *name; /* in a path */
    size_t length;
    size_t n; /* pictures of the training part */
};

struct class_list {
    struct class_name *names;
    size_t n, capacity;
};

static int compare_names(const char *a, size_t n_a, const char *b, size_t n_b)
{
    int order = memcmp(a, b, n_a < n_b ? n_a : n_b);
    return order ? order : (n_a > n_b) - (n_a < n_b);
}

static int compare_classes(const void *a, const void *b)
{
    const struct class_name *x = a, *y = b;
    return compare_names(x->name, x->length, y->name, y->length);
}

static struct class_name *list_find(const struct class_list *list,
                                    const char *name, size_t length)
{
    struct class_name wanted = {.name = name, .length = length};
    return list->n == 0 ? NULL
                        : bsearch(&wanted, list->names, list->n,
                                  sizeof *list->names, compare_classes);
}

/* The paths are sorted, but "a b/" comes before "a/": a class may come up
 * again, so equal ones are joined after sorting. */
static void list_join(struct class_list *list)
{
    size_t n = 0;
    if (list->n > 1)
        qsort(list->names, list->n, sizeof *list->names, compare_classes);
    for (size_t i = 0; i < list->n; i++) {
        if (n > 0 && compare_classes(&list->names[n - 1], &list->names[i]) == 0)
            list->names[n - 1].n += list->names[i].n;
        else
            list->names[n++] = list->names[i];
    }
    list->n = n;
}

static bool list_add(struct class_list *list, const struct place *place,
                     bool picture)
{
    struct class_name *last = list->n ? &list->names[list->n - 1] : NULL;
    if (last == NULL || compare_names(last->name, last->length, place->class,
                                      place->length) != 0) {
        if (!mem_grow((void **)&list->names, &list->capacity, list->n + 1,
                      sizeof *list->names))
            return false;
        last = &list->names[list->n++];
        *last = (struct class_name){place->class, place->length, 0};
    }
    last->n += picture;
    return true;
}

/* The class folders of the training part. */
static enum ramp_status list_classes(struct class_list *list,
                                     const struct ramp_dataset *data,
                                     bool in_parts, struct ramp_error *err)
{
    const struct tree *tree = &data->tree;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        struct place place = find_place(tree_path(tree, entry), in_parts);
        bool picture = tree_is_picture(entry);
        if (place.part != RAMP_TRAIN || place.length == 0 ||
            (!picture && entry->kind != TREE_FOLDER))
            continue;
        if (picture && !place.inside)
            return error_set(err, RAMP_DATA,
                             "cannot use %s: expected pictures in class "
                             "folders, found %s outside",
                             TEXT_QUOTE(data->path),
                             TEXT_QUOTE(tree_path(tree, entry)));
        if (!list_add(list, &place, picture))
            return error_memory(err, "class names",
                                list->n * sizeof *list->names);
    }
    list_join(list);
    return RAMP_OK;
}

static enum ramp_status check_classes(const struct class_list *list,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    if (list->n == 0)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected class folders, IDX or "
                         "CIFAR files, found none of them",
                         TEXT_QUOTE(data->path));
    if (list->n > DATASET_MAX_CLASSES)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected at most %d classes, found "
                         "%zu",
                         TEXT_QUOTE(data->path), DATASET_MAX_CLASSES, list->n);
    for (size_t i = 0; i < list->n; i++)
        if (list->names[i].n == 0)
            return error_set(err, RAMP_DATA,
                             "cannot use %s: no pictures (png, jpg, bmp, pnm) "
                             "for class %s",
                             TEXT_QUOTE(data->path),
                             TEXT_QUOTE(data->classes[i]));
    if (list->n == 1)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected at least 2 classes, found 1",
                         TEXT_QUOTE(data->path));
    return RAMP_OK;
}

static enum ramp_status keep_classes(struct ramp_dataset *data,
                                     const struct class_list *list,
                                     struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < list->n && status == RAMP_OK; i++) {
        size_t length = list->names[i].length;
        char *name = mem_alloc(length + 1, 1);
        if (name == NULL)
            return error_memory(err, "a class name", length);
        memcpy(name, list->names[i].name, length);
        status = dataset_add_class(data, name, err);
        mem_free(name);
    }
    return status;
}

/* ==== Items ==== */

/* The label of a picture, by the name of its class folder. */
static enum ramp_status
find_label(uint32_t *label, const struct class_list *list,
           const struct place *place, const struct ramp_dataset *data,
           const struct tree_entry *entry, struct ramp_error *err)
{
    const struct class_name *found =
        place->inside ? list_find(list, place->class, place->length) : NULL;
    if (found == NULL && !place->inside)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected pictures in class folders, "
                         "found %s outside",
                         TEXT_QUOTE(data->path),
                         TEXT_QUOTE(tree_path(&data->tree, entry)));
    if (found == NULL)
        return error_set(err, RAMP_DATA,
                         "cannot use %s: expected the class folders of "
                         "'train', found %s",
                         TEXT_QUOTE(data->path),
                         TEXT_QUOTE(tree_path(&data->tree, entry)));
    *label = (uint32_t)(found - list->names);
    return RAMP_OK;
}

static size_t count_pictures(const struct tree *tree, enum ramp_part part,
                             bool in_parts)
{
    size_t n = 0;
    for (size_t i = 0; i < tree->n; i++)
        n += tree_is_picture(&tree->entries[i]) &&
             find_place(tree_path(tree, &tree->entries[i]), in_parts).part ==
                 (int)part;
    return n;
}

static void hash_item(struct ramp_dataset *data, const struct tree_entry *entry,
                      uint32_t label)
{
    const char *path = tree_path(&data->tree, entry);
    uint8_t numbers[12];
    for (int i = 0; i < 8; i++)
        numbers[i] = (uint8_t)(entry->n_bytes >> 8 * i);
    for (int i = 0; i < 4; i++)
        numbers[8 + i] = (uint8_t)(label >> 8 * i);
    data->fingerprint = hash_bytes(data->fingerprint, path, strlen(path) + 1);
    data->fingerprint = hash_bytes(data->fingerprint, numbers, sizeof numbers);
}

static enum ramp_status add_part(struct ramp_dataset *data,
                                 const struct class_list *list,
                                 enum ramp_part part, bool in_parts,
                                 struct ramp_error *err)
{
    const struct tree *tree = &data->tree;
    size_t next;
    enum ramp_status status = dataset_add_items(
        data, count_pictures(tree, part, in_parts), &next, err);
    for (size_t i = 0; i < tree->n && status == RAMP_OK; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        struct place place = find_place(tree_path(tree, entry), in_parts);
        struct dataset_item *item = &data->items[next];
        if (!tree_is_picture(entry) || place.part != (int)part)
            continue;
        status = find_label(&item->label, list, &place, data, entry, err);
        if (status != RAMP_OK)
            return status;
        item->part = item->stored = (uint8_t)part;
        item->place = (uint32_t)i;
        hash_item(data, entry, item->label);
        next++;
    }
    return status;
}

enum ramp_status image_folder_load(struct ramp_dataset *data,
                                   struct ramp_error *err)
{
    struct class_list list = {0};
    bool in_parts = has_parts(&data->tree);
    data->source = "class folders";
    enum ramp_status status = list_classes(&list, data, in_parts, err);
    if (status == RAMP_OK)
        status = keep_classes(data, &list, err);
    if (status == RAMP_OK)
        status = check_classes(&list, data, err);
    for (int part = 0; part < RAMP_N_PARTS && status == RAMP_OK; part++)
        status = add_part(data, &list, (enum ramp_part)part, in_parts, err);
    mem_free(list.names);
    return status;
}
