/* mem.c - aligned, zeroed, counted memory. */
#define _DEFAULT_SOURCE /* madvise */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Of memory that is worth pages of this size, which the processor finds again
 * without walking through a table for each 4 KB. */
#define HUGE_PAGE ((size_t)2 << 20)

static atomic_size_t n_allocations;
static atomic_size_t fail_at; /* the value of n_allocations that fails */
static atomic_bool fail_forever;

bool size_mul(size_t *out, size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool size_add(size_t *out, size_t a, size_t b)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

static bool must_fail(void)
{
    size_t now = atomic_fetch_add(&n_allocations, 1) + 1;
    size_t at = atomic_load(&fail_at);
    return at != 0 && (now == at || (now > at && atomic_load(&fail_forever)));
}

static void *new_block(size_t n_bytes)
{
    void *block;
    if (n_bytes < 2 * HUGE_PAGE)
        return aligned_alloc(MEM_ALIGN, n_bytes ? n_bytes : MEM_ALIGN);
    if (posix_memalign(&block, HUGE_PAGE, n_bytes) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    /* A wish; that it may be refused changes nothing. */
    (void)madvise(block, n_bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return block;
}

void *mem_alloc(size_t n, size_t size)
{
    size_t n_bytes;
    if (!size_mul(&n_bytes, n, size) || n_bytes > SIZE_MAX - MEM_ALIGN)
        return NULL;
    n_bytes = (n_bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN;
    if (must_fail())
        return NULL;
    void *block = new_block(n_bytes);
    if (block != NULL)
        memset(block, 0, n_bytes);
    return block;
}

enum ramp_status mem_new(void **out, size_t n, size_t size, const char *what,
                         struct ramp_error *err)
{
    *out = mem_alloc(n, size);
    if (*out == NULL)
        return error_memory(err, what, n * size);
    return RAMP_OK;
}

bool mem_grow(void **block, size_t *capacity, size_t n, size_t size)
{
    if (n <= *capacity)
        return true;
    size_t wanted = *capacity + *capacity / 2;
    if (wanted < n)
        wanted = n;
    if (wanted < 16)
        wanted = 16;
    void *bigger = mem_alloc(wanted, size);
    if (bigger == NULL)
        return false;
    if (*block != NULL)
        memcpy(bigger, *block, *capacity * size);
    mem_free(*block);
    *block = bigger;
    *capacity = wanted;
    return true;
}

char *mem_strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = mem_alloc(n, 1);
    if (copy != NULL)
        memcpy(copy, text, n);
    return copy;
}

void mem_free(void *block)
{
    free(block);
}

void *mem_zlib_new(void *unused, unsigned n, unsigned size)
{
    (void)unused;
    return mem_alloc(n, size);
}

void mem_zlib_free(void *unused, void *block)
{
    (void)unused;
    mem_free(block);
}

size_t mem_count(void)
{
    return atomic_load(&n_allocations);
}

void mem_fail_at(size_t n, bool forever)
{
    atomic_store(&fail_forever, forever);
    atomic_store(&fail_at, n ? atomic_load(&n_allocations) + n : 0);
}
