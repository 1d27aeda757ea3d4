/* exact.c - the blocks of base/mem.h end where they were asked to end. They are
 * rounded up to whole cache lines, and a read beyond them by less than one
 * would not show; so the address checker is told to refuse what rounding
 * added. Stands before the functions of base/mem.c in fuzz targets. */
#include "base/mem.h"

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(block, n_bytes)                              \
    ((void)(block), (void)(n_bytes))
#endif

#include <string.h>

void *__real_mem_alloc(size_t n, size_t size);
void *__wrap_mem_alloc(size_t n, size_t size);
enum ramp_status __real_mem_new(void **out, size_t n, size_t size,
                                const char *what, struct ramp_error *err);
enum ramp_status __wrap_mem_new(void **out, size_t n, size_t size,
                                const char *what, struct ramp_error *err);
bool __real_mem_grow(void **block, size_t *capacity, size_t n, size_t size);
bool __wrap_mem_grow(void **block, size_t *capacity, size_t n, size_t size);
char *__real_mem_strdup(const char *text);
char *__wrap_mem_strdup(const char *text);

static void end_at(void *block, size_t n_bytes)
{
    size_t surplus = (MEM_ALIGN - n_bytes % MEM_ALIGN) % MEM_ALIGN;
    if (block != NULL)
        ASAN_POISON_MEMORY_REGION((char *)block + n_bytes, surplus);
}

void *__wrap_mem_alloc(size_t n, size_t size)
{
    void *block = __real_mem_alloc(n, size);
    end_at(block, n * size);
    return block;
}

enum ramp_status __wrap_mem_new(void **out, size_t n, size_t size,
                                const char *what, struct ramp_error *err)
{
    enum ramp_status status = __real_mem_new(out, n, size, what, err);
    end_at(*out, n * size);
    return status;
}

bool __wrap_mem_grow(void **block, size_t *capacity, size_t n, size_t size)
{
    bool grown = __real_mem_grow(block, capacity, n, size);
    end_at(*block, *capacity * size);
    return grown;
}

char *__wrap_mem_strdup(const char *text)
{
    char *copy = __real_mem_strdup(text);
    end_at(copy, strlen(text) + 1);
    return copy;
}
