/* fuzz_archive.c - tar and zip archives: libarchive, the tree of their members,
 * and the class folders, IDX or CIFAR files among these. No picture is
 * decoded. */
#define _GNU_SOURCE /* memfd_create */
#include "data/archive.h"
#include "data/cifar.h"
#include "data/idx.h"
#include "data/image_folder.h"
#include "tests/fuzz/members.h"

#include <locale.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Members together; ramp's own limit is a choice of its user. */
enum { MAX_BYTES = 1 << 16 };

/* libarchive reads files. This one lies in memory. */
static const char *write_file(const uint8_t *bytes, size_t n_bytes)
{
    static char path[40];
    static volatile locale_t held;
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("archive", 0);
        ASSERT(fd >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        /* Held, so that it is not read from disk again each time. */
        held = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        ASSERT(held != (locale_t)0);
    }
    ASSERT(ftruncate(fd, 0) == 0);
    ASSERT(pwrite(fd, bytes, n_bytes, 0) == (ssize_t)n_bytes);
    return path;
}

/* A member is there, or why not is told. */
static void read_member(const struct tree *tree, const struct tree_entry *entry)
{
    struct ramp_error err = {.text = ""};
    uint8_t *owned;
    const uint8_t *bytes;
    size_t n_bytes;
    enum ramp_status status =
        tree_read(tree, entry, 1 << 10, &owned, &bytes, &n_bytes, &err);
    fuzz_check_error(status, &err);
    ASSERT(owned == NULL && (status == RAMP_OK || bytes == NULL));
    if (status == RAMP_OK)
        fuzz_touch(bytes, n_bytes);
}

static void check_tree(const struct tree *tree)
{
    uint64_t n_bytes = 0;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        ASSERT(strlen(entry->path) < TREE_PATH_BYTES);
        ASSERT(i == 0 || strcmp(entry[-1].path, entry->path) < 0);
        ASSERT(entry->kind == TREE_FOLDER || tree_wants(entry->path));
        if (entry->bytes != NULL)
            n_bytes += entry->n_bytes;
        read_member(tree, entry);
    }
    ASSERT(n_bytes == tree->n_bytes && n_bytes <= MAX_BYTES);
}

/* As dataset.c does it. */
static enum ramp_status load_items(struct ramp_dataset *data,
                                   struct ramp_error *err)
{
    bool found = false;
    tree_strip(&data->tree);
    enum ramp_status status = idx_load(data, &found, err);
    if (status == RAMP_OK && !found)
        status = cifar_load(data, &found, err);
    if (status != RAMP_OK || found)
        return status;
    status = image_folder_load(data, err);
    for (size_t i = 0; i < data->n_items && status == RAMP_OK; i++) {
        ASSERT(data->items[i].label < (uint32_t)data->n_classes);
        ASSERT(data->items[i].place < data->tree.n);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    struct ramp_dataset *data = mem_alloc(1, sizeof *data);
    ASSERT(data != NULL);
    data->path = mem_strdup(write_file(bytes, n_bytes));
    data->name = mem_strdup("archive");
    enum ramp_status status =
        archive_load(&data->tree, data->path, MAX_BYTES, &err);
    fuzz_check_error(status, &err);
    if (status == RAMP_OK) {
        check_tree(&data->tree);
        fuzz_check_error(load_items(data, &err), &err);
    }
    ramp_dataset_free(data);
    return 0;
}
