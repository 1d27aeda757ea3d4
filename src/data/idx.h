/* idx.h - MNIST's IDX format: a big-endian header (0, 0, type, dimensions;
 * then each dimension as 32 bits) and the values, last dimension fastest.
 * Format: Y. LeCun's page of MNIST. Read are unsigned bytes: labels of one
 * dimension, pictures of three (n, height, width) or four (n, height, width,
 * channels; 1 or 3 of them). Knows nothing of training. */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ramp_dataset;

struct idx {
    size_t n;
    int height, width, channels; /* 1 1 1 for labels */
    const uint8_t *values;       /* n * height * width * channels bytes */
};

/* Look at the header alone. *n_bytes is the size that a file with this header
 * must have, header included. RAMP_DATA. */
MUST_CHECK enum ramp_status idx_header(struct idx *idx, size_t *n_bytes,
                                       const uint8_t *bytes, size_t n_head,
                                       bool images, const char *name,
                                       struct ramp_error *err);

/* A whole file in memory; idx->values points into it. RAMP_DATA. */
MUST_CHECK enum ramp_status idx_parse(struct idx *idx, const uint8_t *bytes,
                                      size_t n_bytes, bool images,
                                      const char *name, struct ramp_error *err);

/* Whether a file's name is that of IDX data: PART-images or PART-labels, then
 * "-" or ".", then idx1, idx3 or idx4, then "-ubyte" and perhaps ".gz", where
 * PART is train, val, valid, validation, test or t10k. */
bool idx_is_name(const char *name);

/* Fill the data set from its tree, if there are IDX files at its top;
 * *found says so. The training part is required, the others are not, but
 * images and labels come in pairs. Whether a file is compressed is seen by its
 * bytes; of a file that is there plain and as .gz the plain one is read.
 * RAMP_DATA, RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status idx_load(struct ramp_dataset *data, bool *found,
                                     struct ramp_error *err);

#endif
