/* coverage.h - how much of a part is answered, and how often wrongly, if a
 * model answers only where it is sure enough: what --min-conf of `ramp predict`
 * would do. */
#ifndef REPORT_COVERAGE_H
#define REPORT_COVERAGE_H

#include <ramp/evaluate.h>

enum { COVERAGE_ROWS = 8 };

struct coverage {
    double min_conf; /* answered is what has at least this probability */
    size_t n_answered, n_wrong;
    double share; /* answered, of all pictures */
    double error; /* wrong, of the answered; NaN if there are none */
};

/* From min_conf 0, where all is answered, to 0.99. */
void coverage_count(struct coverage rows[COVERAGE_ROWS],
                    const struct ramp_evaluation *evaluation);

#endif
