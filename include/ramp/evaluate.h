/* evaluate.h - how often a model is wrong, and where. */
#ifndef RAMP_EVALUATE_H
#define RAMP_EVALUATE_H

#include <ramp/compute.h>
#include <ramp/dataset.h>
#include <ramp/error.h>
#include <ramp/model.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ramp_class_score {
    size_t n;                     /* pictures of this class */
    double precision, recall, f1; /* NaN where the divisor is 0 */
};

/* What the model said to one picture. */
struct ramp_answer {
    int label, answer;  /* classes: the truth, and the most probable one */
    double probability; /* of the answer */
    double loss;        /* cross-entropy: -log of the label's probability */
};

struct ramp_evaluation {
    size_t n, n_wrong;
    double loss;                  /* mean cross-entropy, in nats */
    double error;                 /* n_wrong / n */
    double error_low, error_high; /* 95 % interval, Wilson 1927 */
    double balanced_accuracy;     /* mean recall of the classes that have
                                   * pictures: each weighs the same */
    int n_classes;
    size_t *confusion;                /* [truth * n_classes + answer], owned */
    struct ramp_class_score *classes; /* [n_classes], owned */
    struct ramp_answer *answers;      /* [n], in the part's order, owned */
    double seconds;
};

/* Run the model over one part of a data set whose shape, fit and classes are
 * the model's and that is not empty (RAMP_DATA else). With compute->tta the
 * answers are those to the mean of the logits over each picture's views.
 * RAMP_MODEL if an answer is not finite. *result is empty on failure. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_evaluate(struct ramp_evaluation *result, const struct ramp_model *model,
              const struct ramp_dataset *data, enum ramp_part part,
              const struct ramp_compute *compute, struct ramp_error *err);

RAMP_API void ramp_evaluation_release(struct ramp_evaluation *result);

#ifdef __cplusplus
}
#endif

#endif
