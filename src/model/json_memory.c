/* json_memory.c - whether jansson had all the memory it asked for. */
#include "model/json_memory.h"

#include <jansson.h>
#include <stddef.h>

static _Thread_local bool watched, failed;

/* What jansson allocated with before: libc's, or what the program that uses
 * this library has chosen, whose free stays in use. */
static json_malloc_t former;

static void *watched_malloc(size_t n_bytes)
{
    void *block = watched && failed ? NULL : former(n_bytes);
    failed = watched && block == NULL;
    return block;
}

void json_memory_watch(void)
{
    json_malloc_t now;
    json_free_t release;
    json_get_alloc_funcs(&now, &release);
    if (now != watched_malloc) {
        former = now;
        json_set_alloc_funcs(watched_malloc, release);
    }
    watched = true;
    failed = false;
}

bool json_memory_sufficed(void)
{
    watched = false;
    return !failed;
}
