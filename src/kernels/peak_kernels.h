/* peak_kernels.h - what this CPU can do at most: multiply-adds in registers
 * alone; only for kernels.c. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

/* Each vector waits for its own last result only, so that with this many of
 * them every unit has work; more would not fit the 16 registers of AVX2. The
 * result replaces what was added to, as the instructions of ARM have it. */
static float peak(size_t rounds)
{
    const vec half = vec_keep(vec_set1(0.5f));
    vec x[KERNELS_PEAK_VECTORS], sum = vec_set1(0);
    UNROLL for (size_t i = 0; i < KERNELS_PEAK_VECTORS; i++) x[i] =
        vec_set1((float)i);
    for (size_t round = 0; round < rounds; round++) {
        UNROLL for (size_t i = 0; i < KERNELS_PEAK_VECTORS; i++) x[i] =
            vec_fma(half, half, x[i]);
    }
    UNROLL for (size_t i = 0; i < KERNELS_PEAK_VECTORS; i++) sum = sum + x[i];
    float lanes[VEC_WIDTH], total = 0;
    vec_store(lanes, sum);
    for (size_t i = 0; i < VEC_WIDTH; i++)
        total += lanes[i];
    return total;
}
