/* random.h - made-up numbers for claims that are no trainings. */
#ifndef CLAIMS_RANDOM_H
#define CLAIMS_RANDOM_H

#include <math.h>
#include <stdint.h>

/* Steele, Lea & Flood 2014, splitmix64. */
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* N(0, 1), by Box & Muller 1958. */
static inline float random_normal(uint64_t *state)
{
    double u = ((double)(random_bits(state) >> 11) + 0.5) * 0x1p-53;
    double v = ((double)(random_bits(state) >> 11) + 0.5) * 0x1p-53;
    return (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

#endif
