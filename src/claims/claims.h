/* claims.h - published claims about activations, each with the experiment that
 * tests it: what `ramp reproduce` runs. The verdicts are computed from the
 * results, never typed. */
#ifndef CLAIMS_CLAIMS_H
#define CLAIMS_CLAIMS_H

#include "trials/compare.h"
#include "trials/picture.h"
#include "trials/verdict.h"

#include <stdio.h>

struct figures;
struct findings;
struct lab;
struct plot;

enum claim_scale { CLAIM_QUICK, CLAIM_STANDARD, CLAIM_FULL, CLAIM_N_SCALES };
extern const char *const claim_scales[];           /* words, end in NULL */
enum claim_scale claim_scale_of(const char *word); /* one of them */

/* What a claim is run with. */
struct claim_settings {
    enum claim_scale scale;
    struct ramp_compute compute;
    const char *folder;  /* of the results */
    bool (*go_on)(void); /* asked after each batch; false: end, go on later */
};

struct preset;

struct claim {
    const char *name;      /* "relu-vs-tanh" */
    const char *statement; /* in one sentence */
    const char *source;
    const char *protocol;   /* paragraphs */
    const char *reading;    /* how to read table and picture; NULL: plain */
    double target;          /* of the runs, as in struct compare */
    const char *literature; /* figures of others */
    const char *refuted_if; /* the rule of the verdict */
    const char *costs[CLAIM_N_SCALES]; /* about, on two cores */

    /* Activations whose cost stands on the page, as act-cost measured it; ends
     * in NULL. NULL: none. */
    const char *const *acts;

    const char *untested; /* why there is no experiment; NULL: there is */

    const struct preset *preset; /* see preset.h; NULL: none */

    /* The experiment; nothing in it may point into the settings. */
    void (*compare)(struct compare *compare, const struct claim *claim,
                    const struct claim_settings *settings);

    /* Judge the results of a scale that has some. */
    enum ramp_status (*judge)(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err);

    /* What gnuplot draws of them, or nothing; NULL: the pairs of a preset
     * without a target, else the curves and the rates. */
    enum ramp_status (*picture)(struct draft *script, const struct claim *claim,
                                const struct results *results,
                                enum claim_scale scale, struct ramp_error *err);

    /* Or, where no arms are compared: fill the figures of the claim; the points
     * that they are judged by; what is shown beside them (or NULL). */
    const char *table; /* the claim whose figures these are, too; NULL: its own
                        */
    bool exact; /* nothing is trained: the same for all scales, called full */
    enum ramp_status (*measure)(struct lab *lab, struct ramp_error *err);
    void (*find)(struct findings *findings);
    enum ramp_status (*show)(FILE *file, const struct figures *figures,
                             const char *scale, struct ramp_error *err);
    const struct plot *plot; /* the picture; NULL: none */
};

/* exact.c: */
extern const struct claim claim_relu_def, claim_relu_examples, claim_relu_plot,
    claim_act_table, claim_softplus_limits;
extern const struct claim claim_identities;
extern const struct claim claim_stage_order, claim_derivative_at_zero;
extern const struct claim claim_act_cost;
/* at_init.c: */
extern const struct claim claim_init_formulas, claim_zeros_at_init;
/* depth.c: */
extern const struct claim claim_vanishing_gradient, claim_saturation,
    claim_sparsity_trained;
/* dying.c: */
extern const struct claim claim_dying_relu, claim_leaky_rescue;
/* Arms that are compared: */
extern const struct claim claim_relu_vs_tanh, claim_relu_vs_tanh_map;
extern const struct claim claim_tanh_vs_sigmoid, claim_he_vs_xavier;
extern const struct claim claim_linear_net, claim_l1_activation;
extern const struct claim claim_weight_penalty, claim_bias_init;
extern const struct claim claim_input_scale, claim_zero_centred;
extern const struct claim claim_relatives, claim_maxout_dropout, claim_fit_loss;

/* All of them; ends in NULL. */
extern const struct claim *const claims[];

/* NULL if there is none. */
const struct claim *claim_find(const char *name);

/* Its results are in FOLDER/TABLE.csv. */
const char *claim_table(const struct claim *claim);

/* The verdict of the results of the largest scale that is complete, or, where
 * none is, that has any; verdict->scale is empty if there are none. */
MUST_CHECK enum ramp_status claim_judge(struct verdict *verdict,
                                        const struct claim *claim,
                                        const struct results *results,
                                        struct ramp_error *err);

/* The same of the results in a folder, of whichever kind. */
MUST_CHECK enum ramp_status claim_conclude(struct verdict *verdict,
                                           const struct claim *claim,
                                           const char *folder,
                                           struct ramp_error *err);

/* What the results of one scale say, as tables: the runs, the pairs of a
 * preset, and how fast the arms are (from the folder). */
MUST_CHECK enum ramp_status
claim_show(FILE *file, const struct claim *claim, const struct results *results,
           const char *folder, enum claim_scale scale, struct ramp_error *err);

/* The tables of one scale of the results in a folder, and the verdict. */
MUST_CHECK enum ramp_status claim_print(FILE *file, const struct claim *claim,
                                        const char *folder,
                                        enum claim_scale scale,
                                        struct ramp_error *err);

/* How fast the arms train: rows in folder/NAME-speed.csv, see speed_measure. */
MUST_CHECK enum ramp_status claim_measure(const struct claim *claim,
                                          const struct claim_settings *settings,
                                          struct ramp_error *err);

/* Those of a claim, then page_write. */
MUST_CHECK enum ramp_status claim_run(const struct claim *claim,
                                      const struct claim_settings *settings,
                                      char note[PICTURE_NOTE_BYTES],
                                      struct ramp_error *err);

/* page.c: write FOLDER/NAME.md, its picture and the index FOLDER/README.md from
 * the results in the folder and the texts above, and nothing else; without
 * results of a claim there is no page of it. *note as picture_draw. RAMP_DATA,
 * RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status page_write(const struct claim *claim,
                                       const char *folder,
                                       char note[PICTURE_NOTE_BYTES],
                                       struct ramp_error *err);

#endif
