/* fuzz.h - what the fuzz targets share. A target is one function that is given
 * any bytes and must come back; libFuzzer makes them up (make fuzz), replay.c
 * takes them from the files of corpus/ (make test). What is wrong is found by
 * the sanitizers, or by an ASSERT on what a parser promises. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/error.h"
#include "base/mem.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* libFuzzer's own change of an input, for a target that repairs checksums
 * after it. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                               unsigned seed);

/* A message must be one line that fits, of the status that is returned. */
static inline void fuzz_check_error(enum ramp_status status,
                                    const struct ramp_error *err)
{
    size_t n = strlen(err->text);
    ASSERT(status == RAMP_OK || status == err->status);
    ASSERT(status == RAMP_OK || (n > 0 && n < RAMP_ERROR_TEXT_BYTES));
    ASSERT(strpbrk(err->text, "\n\r\t\033") == NULL);
}

/* Reads every byte, which a sanitizer sees. */
static inline void fuzz_touch(const void *block, size_t n_bytes)
{
    const uint8_t *bytes = block;
    uint8_t sum = 0;
    for (size_t i = 0; i < n_bytes; i++)
        sum = (uint8_t)(sum ^ bytes[i]);
    volatile uint8_t sink = sum;
    (void)sink;
}

/* A copy with a zero behind it, in a block of the very size: a read beyond it
 * shows. The caller frees it. */
static inline char *fuzz_text(const uint8_t *bytes, size_t n_bytes)
{
    char *text = malloc(n_bytes + 1);
    ASSERT(text != NULL);
    if (n_bytes > 0)
        memcpy(text, bytes, n_bytes);
    text[n_bytes] = 0;
    return text;
}

#endif
