/* claims.h - published claims about activations, each with the experiment that
 * tests it: what `ramp reproduce` runs. The verdicts are computed from the
 * results, never typed. */
#ifndef CLAIMS_CLAIMS_H
#define CLAIMS_CLAIMS_H

#include "claims/compare.h"
#include "claims/verdict.h"

#include <stdio.h>

enum claim_scale { CLAIM_QUICK, CLAIM_STANDARD, CLAIM_FULL, CLAIM_N_SCALES };
extern const char *const claim_scales[]; /* words, end in NULL */

/* What a claim is run with. */
struct claim_settings {
    enum claim_scale scale;
    struct ramp_compute compute;
    const char *folder;  /* of the results */
    bool (*go_on)(void); /* asked after each batch; false: end, go on later */
    bool stopped;        /* out: it did */
};

struct claim {
    const char *name;      /* "relu-vs-tanh" */
    const char *statement; /* in one sentence */
    const char *source;
    const char *protocol;              /* paragraphs */
    const char *literature;            /* figures of others */
    const char *refuted_if;            /* the rule of the verdict */
    const char *costs[CLAIM_N_SCALES]; /* about, on two cores */

    const char *untested; /* why there is no experiment; NULL: there is */

    /* Make the runs that are missing; results go to settings->folder. */
    enum ramp_status (*run)(const struct claim *claim,
                            struct claim_settings *settings,
                            struct ramp_error *err);

    /* Judge the results of a scale that has some. */
    enum ramp_status (*judge)(struct verdict *verdict,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err);
};

extern const struct claim claim_relu_vs_tanh;

/* All of them; ends in NULL. */
extern const struct claim *const claims[];

/* NULL if there is none. */
const struct claim *claim_find(const char *name);

/* The verdict of the results of the largest scale that is among them.
 * verdict->scale is empty if there are none. */
MUST_CHECK enum ramp_status claim_judge(struct verdict *verdict,
                                        const struct claim *claim,
                                        const struct results *results,
                                        struct ramp_error *err);

/* The table of one scale, and the verdict. */
MUST_CHECK enum ramp_status claim_print(FILE *file, const struct claim *claim,
                                        const struct results *results,
                                        enum claim_scale scale,
                                        struct ramp_error *err);

/* Run a comparison: all that claims of that kind share. */
MUST_CHECK enum ramp_status claim_compare(const struct compare *compare,
                                          struct claim_settings *settings,
                                          struct ramp_error *err);

#endif
