/* page.h - report.html: a run on one page. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/charts.h"

#include <ramp/evaluate.h>
#include <ramp/model.h>
#include <stddef.h>

/* What the files of a run do not say; all zero if nothing more is known. */
struct page_input {
    const struct ramp_model *model;     /* the best one, with its facts */
    size_t n_train, n_val;              /* pictures */
    const struct ramp_evaluation *test; /* of the best model, by the test part;
                                         * NULL: the tables in the folder
                                         * speak of the validation part */
    const char *const *notes;           /* warnings in plain words, a list that
                                         * ends in NULL, or NULL */
};

/* Draw the charts of a run (charts_draw, which writes the note) and write
 * report.html into its folder: one page that stands alone, with every table
 * and picture of the folder that is there, and nothing for those that are not.
 * `folder` is named in it as it is given. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status report_page(const char *folder,
                                        const struct page_input *input,
                                        char note[CHARTS_NOTE_BYTES],
                                        struct ramp_error *err);

#endif
