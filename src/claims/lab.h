/* lab.h - what a claim measures with that compares no arms: it fills a part of
 * the claim's figures, and the part goes into the file once it is whole. */
#ifndef CLAIMS_LAB_H
#define CLAIMS_LAB_H

#include "claims/claims.h"
#include "trials/figures.h"
#include "trials/job.h"

struct lab {
    const struct claim *claim;             /* borrowed, */
    const struct claim_settings *settings; /* and this */
    const char *scale;                     /* of the rows */
    struct figures figures;                /* owned; the file */
    struct figures part;                   /* owned; of the part at work */
    struct figure key;                     /* of its rows */
    bool failed;                           /* no memory for one */
    bool stopped;                          /* to go on another time */
};

/* Begin a part. False if it is in the file already, and the claim is one that
 * is trained: checks take milliseconds and are made anew each time. `protocol`
 * is a text of all that its figures depend on. */
bool lab_begin(struct lab *lab, const char *part, const char *protocol,
               uint64_t seed);

/* A figure of the part at work; at: NaN for the part as a whole. */
void lab_add(struct lab *lab, const char *name, double at, double value);

/* The part has ended. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status lab_end(struct lab *lab, struct ramp_error *err);

/* ---- Parts that are trainings ---- */

/* A training after an epoch, or before the first one (epoch 0, where no figure
 * of training or validation is known and layers is NULL). */
struct lab_look {
    struct lab *lab;
    const struct job_place *place;
    const struct compare_job *job;
    int epoch;
    const struct ramp_model *model;
    const struct ramp_layer_stats *layers; /* those of training, with gradients
                                            * and changes; [n_layers] */
    size_t n_layers;
};

/* May add figures. */
typedef enum ramp_status lab_looker(const struct lab_look *look,
                                    struct ramp_error *err);

/* Train every arm with every rate (of a list, not of a grid) and every seed
 * that is missing. A part is called as its arm, with several rates "ARM lr
 * RATE". Of every epoch there are "train error" and "val error", and where the
 * loss is not finite there is "diverged" at this epoch, and nothing after it.
 * There are no checkpoints: what was stopped begins again. */
MUST_CHECK enum ramp_status lab_train(struct lab *lab,
                                      const struct compare *compare,
                                      lab_looker *look, struct ramp_error *err);

/* "relu lr 0.05": the name of a part, as above. */
#define LAB_PART_BYTES 64
void lab_part_name(char part[LAB_PART_BYTES], const char *arm, double rate,
                   int n_rates);

/* ---- The claim as a whole ---- */

/* As claim_run. */
MUST_CHECK enum ramp_status lab_run(const struct claim *claim,
                                    const struct claim_settings *settings,
                                    struct ramp_error *err);

/* Judge what is in the file: that of the largest scale that is complete, or,
 * where none is, that has any rows. */
MUST_CHECK enum ramp_status lab_judge(struct verdict *verdict,
                                      const struct claim *claim,
                                      const struct figures *figures,
                                      struct ramp_error *err);

/* Points, tables and verdict of one scale; nothing where there are no rows. */
MUST_CHECK enum ramp_status lab_print(FILE *file, const struct claim *claim,
                                      const char *folder,
                                      enum claim_scale scale,
                                      struct ramp_error *err);

/* The points of one scale and what the claim shows besides. */
MUST_CHECK enum ramp_status lab_show(FILE *file, const struct claim *claim,
                                     const struct figures *figures,
                                     const char *scale, struct ramp_error *err);

#endif
