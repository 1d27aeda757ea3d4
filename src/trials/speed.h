/* speed.h - how fast the arms of a comparison train, measured apart from their
 * trainings: these may run beside other work, for days. */
#ifndef TRIALS_SPEED_H
#define TRIALS_SPEED_H

#include "trials/job.h"

#include <stdio.h>

/* Pictures a second of training, by short runs of all arms in turn, several
 * times: the machine's speed drifts. A row for each, behind those of former
 * calls, in FOLDER/NAME-speed.csv. */
MUST_CHECK enum ramp_status speed_measure(struct job_place *place,
                                          const char *folder,
                                          struct ramp_error *err);

/* A row for each arm that was measured: the median speed, on the machine that
 * measured last, and what the epochs to the target would take at it with
 * nothing else to do. Nothing where there is no such file. */
MUST_CHECK enum ramp_status
speed_show(FILE *file, const struct results *results, const char *folder,
           const char *name, const char *scale, struct ramp_error *err);

#endif
