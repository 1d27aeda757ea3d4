/* rng.h - counter-based random numbers: a number is a function of where it is
 * used, so no thread owns a state and no order matters.
 *
 * The function is the finaliser of splitmix64 (Steele, Lea & Flood 2014)
 * applied to the three words one after another. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What the numbers are for; keeps streams of one seed apart. */
enum rng_stream {
    RNG_WEIGHTS,
    RNG_ORDER,
    RNG_AUGMENT,
    RNG_DROPOUT,
    RNG_SPLIT,
    RNG_TEST
};

struct rng_key {
    uint64_t value;
};

/* The key of (seed, stream, major), for example (seed, order, epoch). */
struct rng_key rng_key(uint64_t seed, enum rng_stream stream, uint64_t major);

uint64_t rng_u64(struct rng_key key, uint64_t counter);
double rng_uniform(struct rng_key key, uint64_t counter); /* [0, 1), 53 bits */
double rng_normal(struct rng_key key, uint64_t counter);  /* N(0, 1) */
uint64_t rng_below(struct rng_key key, uint64_t counter, uint64_t n); /* < n */

/* A permutation of 0..n-1 (Fisher-Yates). */
void rng_permute(struct rng_key key, uint32_t *order, size_t n);

#endif
