/* verdict.h - what results say of a claim, by rules that are fixed before. */
#ifndef TRIALS_VERDICT_H
#define TRIALS_VERDICT_H

#include "report/draft.h"
#include "trials/compare.h"
#include "trials/stats.h"

enum verdict_word {
    VERDICT_REPRODUCED,
    VERDICT_PARTLY,
    VERDICT_REFUTED,
    VERDICT_INCONCLUSIVE,
    VERDICT_N_WORDS
};
const char *verdict_name(enum verdict_word word);

struct verdict {
    enum verdict_word word;
    const char *scale;     /* of the results; empty: there are none */
    bool complete;         /* no run of that scale is missing */
    struct draft sentence; /* what came out, to be quoted */
};
void verdict_release(struct verdict *verdict);

/* How many times as many epochs the slow arm takes to the target as the fast
 * one, each at its own best rate, the same for all seeds. */
struct speed_ratio {
    double slow_rate, fast_rate;
    double slow_epochs, fast_epochs; /* medians over the seeds */
    struct stats_interval ratio; /* geometric mean, 95 %; NaN with one seed */
    double lowest, highest;      /* of the seeds */
    int n_seeds;
    bool complete; /* every seed has run, and the fast arm reached it */
    bool at_least; /* the slow arm did not with every seed: the ratio is at
                    * least this, reckoned with the epochs that it had */
    bool inside;   /* neither best rate is at the edge of its grid */
};

/* RAMP_MEMORY. */
MUST_CHECK enum ramp_status
speed_ratio_find(struct speed_ratio *ratio, const struct results *results,
                 const char *scale, const char *slow, const char *fast,
                 int n_seeds, struct ramp_error *err);

/* The rule: "several times faster" is
 *   inconclusive  as long as runs are missing; with one seed; if a best rate
 *                 is at an edge; if the interval holds 1 (and the ratio is not
 *                 below 1.5 for all seeds)
 *   refuted       below 1.5 for all seeds
 *   partly        1.5 to 4
 *   reproduced    from 4 on
 * of the geometric mean. */
enum verdict_word speed_ratio_judge(const struct speed_ratio *ratio);

#endif
