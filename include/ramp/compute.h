/* compute.h - on what the arithmetic runs, and how much of it. */
#ifndef RAMP_COMPUTE_H
#define RAMP_COMPUTE_H

#include <ramp/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Test-time augmentation: the logits of a picture are the mean over views of
 * it. Mirrored: the picture and its mirror image, left for right, half each.
 * Shifted: the picture as it is by a half; moved by one pixel to the right and
 * down, and to the left and up, by a quarter each, where pixels from outside
 * come from the mirrored border. Both: each of these three and its mirror
 * image, half each (Jordan 2024). The views are made of the fitted bytes, each
 * is then scaled as a picture of its own. */
enum ramp_tta {
    RAMP_TTA_NONE,
    RAMP_TTA_MIRROR,
    RAMP_TTA_SHIFTS,
    RAMP_TTA_MIRROR_SHIFTS,
};

/* All zero is the default; where a function says so, NULL is too. The number of
 * threads never changes a bit of any result; the instruction set may change the
 * last bits (sums are taken in another order). */
struct ramp_compute {
    int n_threads;     /* 0: OMP_NUM_THREADS, else the CPUs of the process */
    const char *cpu;   /* "portable", "avx2", "avx512", "neon"; NULL:
                        * RAMP_CPU, else the best that this CPU can run */
    bool exact;        /* convolutions by the direct algorithm alone; Winograd's
                        * is faster and rounds a little more */
    enum ramp_tta tta; /* of a predictor and of ramp_evaluate; nothing else
                        * looks at it */
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
