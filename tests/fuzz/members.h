/* members.h - a data set whose files come from the bytes of a fuzzer.
 *
 * The first byte is about the set, each member after it is
 *   1 byte    which of the names; from 128 on: gzip'd here, by one stored block
 *   2 bytes   the length of the file, little-endian, cut to MEMBER_MAX_BYTES
 *   1 byte    how many of its bytes follow; the rest of the file is zero */
#ifndef TESTS_FUZZ_MEMBERS_H
#define TESTS_FUZZ_MEMBERS_H

#include "data/dataset.h"
#include "tests/fuzz/fuzz.h"

#include <zlib.h>

enum { MEMBER_HEAD = 4, GZ_HEAD = 15, GZ_TAIL = 8 };

/* n bytes at bytes + GZ_HEAD become a gzip file of GZ_HEAD + n + GZ_TAIL. */
static inline void member_gzip(uint8_t *bytes, size_t n)
{
    static const uint8_t head[10] = {0x1f, 0x8b, 8};
    uint32_t crc = (uint32_t)crc32_z(0, bytes + GZ_HEAD, n);
    const uint8_t block[5] = {1, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
                              (uint8_t)(~n >> 8)};
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, block, sizeof block);
    for (size_t i = 0; i < 4; i++) {
        bytes[GZ_HEAD + n + i] = (uint8_t)(crc >> 8 * i);
        bytes[GZ_HEAD + n + 4 + i] = (uint8_t)(n >> 8 * i);
    }
}

/* Adds one member to the tree; returns how many bytes of the input it took. */
static inline size_t member_add(struct tree *tree, const char *const *names,
                                size_t n_names, size_t max_bytes,
                                const uint8_t *in, size_t n_in)
{
    struct ramp_error err;
    size_t n = (in[1] | (size_t)in[2] << 8) % (max_bytes + 1);
    size_t given = in[3] < n_in - MEMBER_HEAD ? in[3] : n_in - MEMBER_HEAD;
    size_t used = given < n ? given : n;
    bool packed = in[0] >= 128;
    size_t before = packed ? GZ_HEAD : 0, after = packed ? GZ_TAIL : 0;
    uint8_t *bytes = mem_alloc(before + n + after, 1);
    ASSERT(bytes != NULL);
    memcpy(bytes + before, in + MEMBER_HEAD, used);
    if (packed)
        member_gzip(bytes, n);
    ASSERT(tree_add(tree, names[in[0] % 128 % n_names], TREE_FILE,
                    before + n + after, bytes, &err) == RAMP_OK);
    return MEMBER_HEAD + given;
}

/* The caller frees it with ramp_dataset_free. */
static inline struct ramp_dataset *
members_open(const char *name, const char *const *names, size_t n_names,
             size_t max_bytes, const uint8_t *in, size_t n_in)
{
    struct ramp_dataset *data = mem_alloc(1, sizeof *data);
    ASSERT(data != NULL);
    data->path = mem_strdup("folder");
    data->name = mem_strdup(name);
    data->tree = (struct tree){.root = data->path, .archive_kind = "tar"};
    while (n_in >= MEMBER_HEAD && data->tree.n < n_names) {
        size_t n = member_add(&data->tree, names, n_names, max_bytes, in, n_in);
        in += n;
        n_in -= n;
    }
    tree_sort(&data->tree);
    return data;
}

/* What the rest of ramp relies on once a reader has filled a data set. */
static inline void members_check(const struct ramp_dataset *data)
{
    const int *shape = data->block_shape;
    size_t n_bytes = (size_t)shape[0] * (size_t)shape[1] * (size_t)shape[2];
    ASSERT(data->n_classes >= 2 && data->n_items > 0 && n_bytes > 0);
    for (int i = 0; i < data->n_classes; i++)
        fuzz_touch(data->classes[i], strlen(data->classes[i]));
    for (size_t i = 0; i < data->n_items; i++) {
        const struct dataset_item *item = &data->items[i];
        ASSERT(item->label < (uint32_t)data->n_classes);
        ASSERT(item->place < data->blocks[item->stored].n);
        fuzz_touch(dataset_block_pixels(data, item), n_bytes);
    }
}

#endif
