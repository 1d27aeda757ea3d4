/* results.h - what the runs of a comparison gave, in two files that survive:
 * FOLDER/NAME.csv has a row for each finished run, FOLDER/NAME-curves.csv how
 * each went. A comparison that was stopped goes on with what is there.
 *
 * Both files are written whole after each run, the curves first: a run counts
 * once it is in NAME.csv. Nothing in them is ever dropped but a row that the
 * same run replaces. */
#ifndef TRIALS_RESULTS_H
#define TRIALS_RESULTS_H

#include "report/basics.h"

#include <stddef.h>
#include <stdint.h>

/* In the file: reached, missed, abandoned, finished, fitted, diverged. */
enum run_outcome {
    RUN_REACHED,   /* the target */
    RUN_MISSED,    /* all epochs without it */
    RUN_ABANDONED, /* twice the epochs of its arm's best without it */
    RUN_FINISHED,  /* all epochs, and there was none: the validation error */
    RUN_FITTED,    /* the same, and the training loss is what counts */
    RUN_DIVERGED,  /* a loss that is not finite, or above the limit */
    RUN_N_OUTCOMES
};
const char *run_outcome_name(enum run_outcome outcome);

/* One point of a curve. Where there is no figure, here and below, it is NaN,
 * and the field empty. */
struct run_point {
    double epoch;                   /* pictures seen / pictures */
    double train_loss, train_error; /* running: over the last full epoch of
                                     * pictures seen, or all of the first */
    double clean_error; /* of a fixed draw of training pictures, after it */
    double val_loss, val_error;
    double zeros;  /* share of exact zeros among the outputs of activations */
    double offset; /* |mean| / standard deviation of the outputs; of both the
                    * mean over the activation layers */
};

struct run_curve {
    struct run_point *points; /* owned */
    size_t n, capacity;
};

struct run_result {
    /* Which run: no two rows have all of these in common. */
    char scale[12];    /* "full" */
    char arm[48];      /* "fair-tanh" */
    char protocol[20]; /* a hash of all that is equal for an arm's runs */
    double rate;
    uint64_t seed;

    enum run_outcome outcome;
    double reached;        /* epochs to the target */
    double epochs;         /* trained */
    uint64_t images;       /* seen */
    struct run_point last; /* where it ended; clean and validation figures of
                            * the last whole epoch */
    double seconds;        /* of the wall clock: logged, not compared */
    int threads;
    char processor[64], cpu[12], version[16], commit[16], date[24];

    struct run_curve curve;
};

struct results {
    char *path, *curves_path; /* owned */
    struct run_result *rows;  /* owned; in the order in which they ended */
    size_t n, capacity;
};

/* Read both files of `folder`; absent ones are empty. A last line without its
 * end was cut and does not count. RAMP_DATA for rows that make no sense,
 * RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status results_load(struct results *results,
                                         const char *folder, const char *name,
                                         struct ramp_error *err);
void results_release(struct results *results);

/* The row of the same run as `key`; NULL if there is none. */
const struct run_result *results_find(const struct results *results,
                                      const struct run_result *key);

bool results_has_arm(const struct results *results, const char *scale,
                     const char *arm);

/* Add a row (or replace that of the same run) and write both files. Takes the
 * curve over. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status results_add(struct results *results,
                                        struct run_result *row,
                                        struct ramp_error *err);

MUST_CHECK bool run_curve_add(struct run_curve *curve,
                              const struct run_point *point);
void run_result_release(struct run_result *row);

#endif
