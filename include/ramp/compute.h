/* compute.h - on what the arithmetic runs. */
#ifndef RAMP_COMPUTE_H
#define RAMP_COMPUTE_H

#include <ramp/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default; where a function says so, NULL is too. The number of
 * threads never changes a bit of any result; the instruction set may change the
 * last bits (sums are taken in another order). */
struct ramp_compute {
    int n_threads;   /* 0: OMP_NUM_THREADS, else the CPUs of the process */
    const char *cpu; /* "portable", "avx2", "avx512", "neon"; NULL:
                      * RAMP_CPU, else the best that this CPU can run */
    bool exact;      /* convolutions by the direct algorithm alone; Winograd's
                      * is faster and rounds a little more */
};

/* The kernel table that `compute` chooses ("avx512"), for messages.
 * Fails with RAMP_USAGE if there is no such table or this CPU cannot run
 * it. *name is a constant. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_compute_cpu(const char **name, const struct ramp_compute *compute,
                 struct ramp_error *err);

/* How many threads `compute` stands for, at least 1. */
RAMP_API int ramp_compute_threads(const struct ramp_compute *compute);

#ifdef __cplusplus
}
#endif

#endif
