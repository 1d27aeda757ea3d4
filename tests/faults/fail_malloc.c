/* fail_malloc.c - preloaded into a program (LD_PRELOAD), lets the allocation
 * number FAIL_AT fail, and with FAIL_FOREVER all after it. All of libc's ways
 * to memory are counted, whoever asks: ramp, libgomp, zlib, the C library. The
 * file FAIL_MARK is made once one has failed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong n_calls;
static unsigned long fail_at; /* 0: never */
static bool forever;
static const char *mark;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_AT");
    mark = getenv("FAIL_MARK");
    forever = getenv("FAIL_FOREVER") != NULL;
    fail_at = at ? strtoul(at, NULL, 10) : 0;
    atomic_store(&n_calls, 0); /* what the loader asked for is past */
}

static bool fails(void)
{
    unsigned long n = atomic_fetch_add(&n_calls, 1) + 1;
    if (fail_at == 0 || n < fail_at || (n > fail_at && !forever))
        return false;
    if (mark != NULL)
        close(open(mark, O_WRONLY | O_CREAT, 0666));
    errno = ENOMEM;
    return true;
}

EXPORT void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

EXPORT void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *found = fails() ? NULL : __libc_memalign(alignment, size);
    if (found == NULL)
        return ENOMEM;
    *block = found;
    return 0;
}
