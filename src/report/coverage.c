/* coverage.c - how much is answered if a model answers only where it is sure.
 */
#include "report/coverage.h"

#include <math.h>

void coverage_count(struct coverage rows[COVERAGE_ROWS],
                    const struct ramp_evaluation *evaluation)
{
    static const double levels[COVERAGE_ROWS] = {0,   0.5, 0.6,  0.7,
                                                 0.8, 0.9, 0.95, 0.99};
    for (int row = 0; row < COVERAGE_ROWS; row++)
        rows[row] = (struct coverage){.min_conf = levels[row]};
    for (size_t i = 0; i < evaluation->n; i++) {
        const struct ramp_answer *a = &evaluation->answers[i];
        for (int row = 0; row < COVERAGE_ROWS; row++) {
            if (a->probability < levels[row])
                break;
            rows[row].n_answered++;
            rows[row].n_wrong += a->answer != a->label;
        }
    }
    for (int row = 0; row < COVERAGE_ROWS; row++) {
        struct coverage *c = &rows[row];
        c->share = (double)c->n_answered / (double)evaluation->n;
        c->error = c->n_answered == 0
                       ? (double)NAN
                       : (double)c->n_wrong / (double)c->n_answered;
    }
}
