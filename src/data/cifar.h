/* cifar.h - the binary version of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): a
 * record is one label byte (CIFAR-100: the coarse, then the fine one), then
 * 32x32 red, 32x32 green and 32x32 blue bytes. Labels are the fine ones.
 * Knows nothing of training. */
#ifndef DATA_CIFAR_H
#define DATA_CIFAR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ramp_dataset;

enum { CIFAR_SIDE = 32, CIFAR_PIXELS = 3 * CIFAR_SIDE * CIFAR_SIDE };

/* How many records n_bytes are. n_classes is 10 or 100 and says which of the
 * two formats it is. RAMP_DATA. */
MUST_CHECK enum ramp_status cifar_count(size_t *n, const uint8_t *bytes,
                                        size_t n_bytes, int n_classes,
                                        const char *name,
                                        struct ramp_error *err);

/* A whole file in memory: n = cifar_count() pictures, NHWC, CIFAR_PIXELS bytes
 * each, and as many labels. RAMP_DATA. */
MUST_CHECK enum ramp_status cifar_parse(uint8_t *pixels, uint8_t *labels,
                                        const uint8_t *bytes, size_t n_bytes,
                                        int n_classes, const char *name,
                                        struct ramp_error *err);

/* Whether a file's name is one of CIFAR's: data_batch_1.bin, ...,
 * test_batch.bin, batches.meta.txt; train.bin, test.bin,
 * fine_label_names.txt; the data files also with .gz. */
bool cifar_is_name(const char *name);

/* Fill the data set from its tree, if there are CIFAR's files at its top;
 * *found says so. All training files and the names of the classes are
 * required, the test file is not. RAMP_DATA, RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status cifar_load(struct ramp_dataset *data, bool *found,
                                       struct ramp_error *err);

#endif
