/* safetensors.h - the container of model files: named tensors of floats and a
 * few strings. Knows nothing of nets.
 *
 *   8 bytes   N, the length of the header, little-endian
 *   N bytes   JSON: {"__metadata__": {"key": "text", ...},
 *                    "name": {"dtype": "F32", "shape": [k, c, r, s],
 *                             "data_offsets": [begin, end]}, ...}
 *   the rest  the tensors' bytes, little-endian, row-major; the offsets count
 *             from here and cover it without a hole or an overlap
 *
 * Source: github.com/huggingface/safetensors. A file is checked as a whole
 * before anything in it is used: the length of the header (at most 8 MiB),
 * JSON without duplicate names and without \u0000, whole numbers, shapes that
 * agree with the offsets, offsets that agree with the length of the file. We
 * take the type F32 alone. */
#ifndef MODEL_SAFETENSORS_H
#define MODEL_SAFETENSORS_H

#include "base/error.h"
#include "base/file.h"

#include <stddef.h>
#include <stdint.h>

#define SAFETENSORS_MAX_DIMS 8

struct safetensor {
    const char *name;
    int n_dims;
    size_t dims[SAFETENSORS_MAX_DIMS];
    size_t n;  /* floats: the product of dims */
    size_t at; /* where in the file its 4 n bytes begin; to write: unused */
};

struct safetensors_text {
    const char *key, *value;
};

/* Zeroed: an empty container, to release or to write. */
struct safetensors {
    size_t n_tensors;
    struct safetensor *tensors; /* read: sorted by name; to write: in order */
    size_t n_metadata;
    struct safetensors_text *metadata; /* in the order of the file */
    void *json; /* holds the names and texts of a container that was read */
};

/* Read the header of a container of n_bytes whose beginning, at least
 * safetensors_head() bytes of it, is in memory. `path` is for messages.
 * RAMP_MODEL with what is wrong, RAMP_MEMORY; *file is then empty. */
MUST_CHECK enum ramp_status safetensors_parse(struct safetensors *file,
                                              const uint8_t *head,
                                              size_t n_bytes, const char *path,
                                              struct ramp_error *err);

/* Where the header ends, by the first 8 bytes (or all, if there are fewer); of
 * what cannot be a container, as much as tells what it is. */
size_t safetensors_head(const uint8_t *first, size_t n_bytes);

/* The same from a file. RAMP_IO too. */
MUST_CHECK enum ramp_status safetensors_open(struct safetensors *file,
                                             const struct file_in *in,
                                             struct ramp_error *err);

/* Frees what was read; accepts an empty one. */
void safetensors_release(struct safetensors *file);

/* NULL if there is none of that name. */
const struct safetensor *safetensors_find(const struct safetensors *file,
                                          const char *name);
const char *safetensors_metadata(const struct safetensors *file,
                                 const char *key);

/* n values from their bytes in a file, at any alignment; in place, too. */
void safetensors_floats(float *out, const void *bytes, size_t n);

/* Write the length and the header of a container whose names and texts are
 * UTF-8. The tensors' values must follow, in order. The header ends in blanks
 * up to a multiple of 64 bytes, so that in memory the values can be aligned.
 * Equal containers give equal bytes. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status
safetensors_write_header(struct file_save *save, const struct safetensors *file,
                         struct ramp_error *err);
MUST_CHECK enum ramp_status safetensors_write_floats(struct file_save *save,
                                                     const float *values,
                                                     size_t n,
                                                     struct ramp_error *err);

#endif
