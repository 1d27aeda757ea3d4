/* confusion.h - which classes are taken for which: the most frequent mistakes,
 * and the confusion matrix as a picture. */
#ifndef REPORT_CONFUSION_H
#define REPORT_CONFUSION_H

#include "report/draft.h"

#include <ramp/evaluate.h>
#include <ramp/model.h>

#include <stdint.h>

/* Places in the matrix, truth * n_classes + answer, in the order of how often
 * that mistake was made, then of place: the one that comes after `place`, the
 * first after CONFUSION_NONE, and CONFUSION_NONE at the end. */
#define CONFUSION_NONE SIZE_MAX
size_t confusion_next(const struct ramp_evaluation *evaluation, size_t place);

/* An SVG of the matrix: to 20 classes with numbers, to 100 with names alone; of
 * more, the 30 most frequent mistakes instead, for nobody could read it. The
 * colour of a field is its share of its row. `subject` is the line below the
 * title, "mnist, test part". */
void confusion_draw(struct draft *svg, const struct ramp_model *model,
                    const struct ramp_evaluation *evaluation,
                    const char *subject);

#endif
