/* model_file.h - a model file in memory: takes the place of base/file.h's
 * reading, piece by piece, of a file on disk.
 *
 * An input that begins with '{' is the header up to a zero byte, then the
 * tensors' bytes: the length in front is made here, or else a fuzzer would
 * spend its time on putting it right. Any other input is a whole file. */
#ifndef TESTS_FUZZ_MODEL_FILE_H
#define TESTS_FUZZ_MODEL_FILE_H

#include "base/file.h"
#include "model/checkpoint.h"
#include "model/model.h"
#include "tests/fuzz/fuzz.h"

static struct {
    const uint8_t *bytes;
    size_t n;
} model_file;

enum ramp_status __wrap_file_in_open(struct file_in *in, const char *path,
                                     size_t max_bytes, enum ramp_status missing,
                                     struct ramp_error *err);
enum ramp_status __wrap_file_in_read(const struct file_in *in, void *bytes,
                                     size_t at, size_t n,
                                     struct ramp_error *err);
void __wrap_file_in_close(struct file_in *in);

enum ramp_status __wrap_file_in_open(struct file_in *in, const char *path,
                                     size_t max_bytes, enum ramp_status missing,
                                     struct ramp_error *err)
{
    (void)missing;
    (void)err;
    ASSERT(model_file.n <= max_bytes);
    *in = (struct file_in){.fd = -1, .n_bytes = model_file.n, .path = path};
    return RAMP_OK;
}

enum ramp_status __wrap_file_in_read(const struct file_in *in, void *bytes,
                                     size_t at, size_t n,
                                     struct ramp_error *err)
{
    (void)in;
    (void)err;
    ASSERT(at <= model_file.n && n <= model_file.n - at);
    if (n > 0)
        memcpy(bytes, model_file.bytes + at, n);
    return RAMP_OK;
}

void __wrap_file_in_close(struct file_in *in)
{
    (void)in;
}

/* Loads the bytes as they are, and the optimiser's slot if there is one. */
static inline enum ramp_status model_file_load(struct ramp_model **model,
                                               const uint8_t *bytes, size_t n,
                                               struct ramp_error *err)
{
    struct model_slot slot = {.name = "velocity"};
    model_file.bytes = bytes;
    model_file.n = n;
    enum ramp_status status =
        model_load_with(model, "./fuzz.safetensors", &slot, 1, err);
    fuzz_check_error(status, err);
    ASSERT((status == RAMP_OK) == (*model != NULL));
    ASSERT(status == RAMP_OK || slot.block == NULL);
    if (slot.block != NULL)
        fuzz_touch(slot.block, (*model)->net->n_params * sizeof(float));
    mem_free(slot.block);
    return status;
}

/* The same for a header, a zero byte and the rest. */
static inline enum ramp_status model_file_compose(struct ramp_model **model,
                                                  const uint8_t *bytes,
                                                  size_t n,
                                                  struct ramp_error *err)
{
    const uint8_t *zero = memchr(bytes, 0, n);
    size_t n_head = zero ? (size_t)(zero - bytes) : n;
    size_t n_data = zero ? n - n_head - 1 : 0;
    uint8_t *file = malloc(8 + n_head + n_data);
    ASSERT(file != NULL);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)((uint64_t)n_head >> 8 * i);
    memcpy(file + 8, bytes, n_head);
    if (n_data > 0)
        memcpy(file + 8 + n_head, zero + 1, n_data);
    enum ramp_status status =
        model_file_load(model, file, 8 + n_head + n_data, err);
    free(file);
    return status;
}

#endif
