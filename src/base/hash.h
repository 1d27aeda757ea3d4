/* hash.h - 64-bit FNV-1a (Fowler, Noll & Vo), for fingerprints of data. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

/* Go on with `hash` over n_bytes more. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes,
                                  size_t n_bytes)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n_bytes; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

#endif
