/* averager.h - the average of a net's weights over the steps of its training:
 * the formulas stand in ramp/train.h.
 *
 * There are two sets of weights then, each with batch norm's statistics: the
 * one that steps change, and the average. The net shows the one or the other;
 * the averager holds the set that is not shown. */
#ifndef TRAIN_AVERAGER_H
#define TRAIN_AVERAGER_H

#include "base/error.h"
#include "net/net.h"

#include <ramp/train.h>
#include <stdint.h>

struct averager {
    struct ramp_net *net; /* borrowed; NULL: there is no average */
    double ema;           /* 0: lookahead */
    uint64_t steps;       /* of the whole training */
    int n_threads;
    float *params, *running; /* owned: the set that is not shown */
    bool shows_average;
};

/* As the options say: without an average all calls do nothing. Both sets are
 * the net's. RAMP_MEMORY; *a is then zero. */
MUST_CHECK enum ramp_status
averager_init(struct averager *a, struct ramp_net *net,
              const struct ramp_train_options *options, uint64_t steps,
              int n_threads, struct ramp_error *err);
void averager_release(struct averager *a); /* accepts a zeroed one */

/* Go on with the net's weights as the average and with these, which it takes
 * over and sets to NULL, as the set that steps change. */
void averager_continue(struct averager *a, float **params, float **running);

/* Which set the net's params and running are from now on; true if that is
 * another than before. */
bool averager_show(struct averager *a, bool average);

/* After step number `step`, from 1. The same bits for any number of threads. */
void averager_step(struct averager *a, uint64_t step);

#endif
