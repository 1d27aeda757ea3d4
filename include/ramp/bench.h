/* bench.h - how fast a net runs on this machine, as a whole and layer by layer,
 * beside what the machine can do at most. */
#ifndef RAMP_BENCH_H
#define RAMP_BENCH_H

#include <ramp/compute.h>
#include <ramp/error.h>
#include <ramp/net.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ramp_bench_options {
    struct ramp_compute compute;
    size_t batch;   /* pictures of a step, 1 to 1000000 */
    bool training;  /* forward, loss, backward and a step of Nesterov's
                     * momentum; else forward alone */
    double seconds; /* that steps are timed, above 0 to 100000; at least 5 and
                     * at most 20000 steps. The layers take half as long more */
};

/* Work of one layer in one step, in seconds: what each thread spent on it, with
 * waiting for others inside of it, as a mean over the threads. Flop as the
 * direct algorithm needs them, a multiply-add is two; flop / seconds of a
 * Winograd convolution can be above the machine's peak. */
struct ramp_bench_layer {
    char text[64]; /* "conv 32 5x5 pad 2" */
    double forward_seconds, forward_flop;
    double backward_seconds, backward_flop;
    double weights_seconds; /* bringing weights, and gradients of weights, from
                             * and to the form that the kernels want */
};

struct ramp_bench_result {
    /* Whole steps, timed without looking inside. */
    size_t n_steps;
    double median_seconds, min_seconds, max_seconds; /* of a step */
    double images_per_second;                        /* at the median */
    double flop;                                     /* of a step */
    double flop_per_second;                          /* at the median */

    /* Multiply-adds in registers: all threads do nothing else for a twentieth
     * of a second before the steps and again after them; the speed is that of
     * their fastest tenths of a millisecond. `share` is flop_per_second of the
     * larger one. */
    double peak_before, peak_after; /* flop per second */
    double share;

    /* Further steps, with the time of each layer taken: n_layers rows in the
     * order in which they run, owned. other_seconds is what is left of
     * layers_seconds, a step's mean: loss, sums of gradients, optimiser,
     * waiting for the slowest thread. */
    double layers_seconds, other_seconds;
    size_t n_layers;
    struct ramp_bench_layer *layers;
};

/* Run the net on random pictures and labels. Its parameters are overwritten:
 * by first weights (He, seed 1), and then by training. RAMP_USAGE for options
 * out of range or an instruction set that cannot be had, RAMP_MEMORY. *result
 * is empty on failure. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_bench(struct ramp_bench_result *result, struct ramp_net *net,
           const struct ramp_bench_options *options, struct ramp_error *err);

RAMP_API void ramp_bench_release(struct ramp_bench_result *result);

#ifdef __cplusplus
}
#endif

#endif
