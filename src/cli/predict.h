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

#endif
