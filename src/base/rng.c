/* rng.c - counter-based random numbers. */
#include "base/rng.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct rng_key rng_key(uint64_t seed, enum rng_stream stream, uint64_t major)
{
    return (struct rng_key){mix(mix(mix(seed) ^ (uint64_t)stream) ^ major)};
}

uint64_t rng_u64(struct rng_key key, uint64_t counter)
{
    return mix(mix(key.value ^ counter) + key.value);
}

double rng_uniform(struct rng_key key, uint64_t counter)
{
    return (double)(rng_u64(key, counter) >> 11) * 0x1p-53;
}

/* Box & Muller 1958, the cosine half; 1 - u keeps the logarithm finite. */
double rng_normal(struct rng_key key, uint64_t counter)
{
    const double two_pi = 6.283185307179586476925;
    double u = rng_uniform(key, 2 * counter);
    double v = rng_uniform(key, 2 * counter + 1);
    return sqrt(-2 * log(1 - u)) * cos(two_pi * v);
}

uint64_t rng_below(struct rng_key key, uint64_t counter, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)rng_u64(key, counter) * n) >> 64);
}

void rng_permute(struct rng_key key, uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)rng_below(key, i, i);
        uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}
