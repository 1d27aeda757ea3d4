/* worst.h - the wrong answers of an evaluation, the worst first, as a table and
 * as pictures. */
#ifndef REPORT_WORST_H
#define REPORT_WORST_H

#include "report/draft.h"

#include <ramp/dataset.h>
#include <ramp/evaluate.h>

enum { WORST_MAX_TILES = 40 };

/* Numbers of pictures in the part, by falling loss. */
struct worst {
    size_t n;
    size_t *indices; /* owned */
};

MUST_CHECK enum ramp_status worst_init(struct worst *worst,
                                       const struct ramp_evaluation *evaluation,
                                       struct ramp_error *err);
void worst_release(struct worst *worst);

/* All of them: path,truth,answer,probability,loss. */
void worst_write(struct draft *csv, const struct worst *worst,
                 const struct ramp_dataset *data, enum ramp_part part,
                 const struct ramp_evaluation *evaluation);

/* An SVG of the first 40: each picture as the net sees it, with truth, answer
 * and how sure the model was. `subject` as for confusion_draw. RAMP_DATA if a
 * picture can no longer be read, RAMP_MEMORY. */
MUST_CHECK enum ramp_status
worst_draw(struct draft *svg, const struct worst *worst,
           const struct ramp_dataset *data, enum ramp_part part,
           const struct ramp_evaluation *evaluation, const char *subject,
           struct ramp_error *err);

#endif
