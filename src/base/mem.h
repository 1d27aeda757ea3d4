/* mem.h - all memory of ramp comes from here: aligned, zeroed, counted, and
 * with arithmetic that cannot overflow. Thread-safe. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define MEM_ALIGN 64 /* bytes: a cache line, and the widest vector */

/* False on overflow; *out is then untouched. */
MUST_CHECK bool size_mul(size_t *out, size_t a, size_t b);
MUST_CHECK bool size_add(size_t *out, size_t a, size_t b);

/* n * size bytes, zeroed, aligned to MEM_ALIGN; NULL if there are none, or if
 * the product overflows. n == 0 gives a pointer that may be freed. */
void *mem_alloc(size_t n, size_t size);

/* The same, reporting `what` through err. *out is NULL on failure. */
MUST_CHECK enum ramp_status mem_new(void **out, size_t n, size_t size,
                                    const char *what, struct ramp_error *err);
#define MEM_NEW(out, n, what, err)                                             \
    mem_new((void **)(out), (n), sizeof **(out), (what), (err))

/* Room for n elements where there was room for *capacity; grows by half at
 * least. The new part is zeroed. False leaves everything as it was. */
MUST_CHECK bool mem_grow(void **block, size_t *capacity, size_t n, size_t size);

char *mem_strdup(const char *text); /* NULL if there is no memory */
void mem_free(void *block);         /* accepts NULL */

/* The same for zlib's streams: zalloc and zfree. */
void *mem_zlib_new(void *unused, unsigned n, unsigned size);
void mem_zlib_free(void *unused, void *block);

/* How many allocations were made so far, for the tests that count. */
size_t mem_count(void);

/* Let the nth allocation from now on fail, and (if `forever`) all after it;
 * n == 0 switches it off. For tests of the failure paths. */
void mem_fail_at(size_t n, bool forever);

#endif
