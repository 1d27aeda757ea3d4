/* evaluation.h - the tables and pictures of an evaluation, in a folder:
 *
 *   confusion.csv  truth\answer and the classes; a row for each true class
 *   classes.csv    class,n,precision,recall,f1 (empty where there is none)
 *   coverage.csv   min_conf,answered,coverage,error: see report/coverage.h
 *   errors.csv     path,truth,answer,probability,loss: see report/worst.h
 *   confusion.svg  see report/confusion.h
 *   errors.svg     see report/worst.h
 *
 * Shares are of 1; the CSV is that of report/csv.h, UTF-8 but for paths that
 * are not. */
#ifndef REPORT_EVALUATION_H
#define REPORT_EVALUATION_H

#include "base/error.h"

#include <ramp/dataset.h>
#include <ramp/evaluate.h>
#include <ramp/model.h>

/* Write them into a folder that is there. Those of an earlier evaluation are
 * replaced, all else is left alone; each file is whole or not there. The
 * evaluation is that of this model on this part of the data, whose pictures
 * are read again. RAMP_IO, RAMP_MEMORY, RAMP_DATA for a picture that can no
 * longer be read. */
MUST_CHECK enum ramp_status
report_evaluation(const char *folder, const struct ramp_model *model,
                  const struct ramp_dataset *data, enum ramp_part part,
                  const struct ramp_evaluation *evaluation,
                  struct ramp_error *err);

#endif
