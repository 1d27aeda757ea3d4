/* predict.h - what the parts of `ramp predict` share. */
#ifndef CLI_PREDICT_H
#define CLI_PREDICT_H

#include "cli/cli.h"

/* What --min-conf answers; a class of this name is not told from it. */
#define PREDICT_UNKNOWN "unknown"

/* One picture's answer; everything is borrowed. */
struct answer {
    const struct ramp_model *model;
    const struct ramp_picture *picture;
    const float *probs; /* a class each */
    const int *best;    /* the n_best most probable classes */
    int n_best;
    bool unknown; /* none of them is probable enough */
};

/* The class of that rank, by name, and its probability; the first has rank 0,
 * and its own name even if the answer is "unknown". */
const char *answer_class(const struct answer *answer, int rank);
double answer_probability(const struct answer *answer, int rank);

/* "unknown", else the first class. */
const char *answer_name(const struct answer *answer);

enum output_form { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_JSON };

/* What comes before the first answer: the header of CSV. */
void output_begin(enum output_form form, int n_best);

/* One answer to standard output. RAMP_MEMORY. */
MUST_CHECK enum ramp_status output_answer(enum output_form form,
                                          const struct answer *answer,
                                          struct ramp_error *err);

/* The picture itself on standard output, as far as a terminal can show it, and
 * a bar for each class: predict_show.c. RAMP_DATA, RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status show_picture(const struct answer *answer,
                                         struct ramp_error *err);

/* Copies pictures into a folder for each class: predict_sort.c. */
struct sorter;

/* `folder` and `model` are borrowed. The folder is made. RAMP_USAGE if one of
 * the n paths is a folder in which it lies or that lies in it: the next run
 * would classify the copies. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status sorter_new(struct sorter **sorter,
                                       const char *folder,
                                       const struct ramp_model *model,
                                       const char *const *paths, int n,
                                       struct ramp_error *err);
void sorter_free(struct sorter *sorter); /* accepts NULL */

/* Copy the picture to FOLDER/CLASS/NAME, or NAME-2 where there is a NAME. The
 * class is a name that folders can have: '_' stands for what cannot be in one.
 * RAMP_DATA if the file is no longer the one that was classified, RAMP_USAGE
 * if it lies in FOLDER; RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status sorter_copy(struct sorter *sorter,
                                        const struct answer *answer,
                                        struct ramp_error *err);

#endif
