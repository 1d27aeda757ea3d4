/* claims.c - the list of claims, and what their experiments share. */
#include "claims/claims.h"

#include "claims/job.h"
#include "claims/show.h"

#include <stdio.h>
#include <string.h>

const char *const claim_scales[] = {"quick", "standard", "full", NULL};

/* ==== Claims without an experiment ==== */

static const struct claim
    pretrain = {.name = "pretrain",
                .statement = "Deep rectifier nets need no unsupervised "
                             "pre-training.",
                .source = "Glorot, Bordes & Bengio 2011, table 1",
                .untested = "needs denoising autoencoders"},
    jarrett = {.name = "jarrett-rectification",
               .statement = "Rectification matters most in a recognition "
                            "system, even with random filters.",
               .source = "Jarrett, Kavukcuoglu, Ranzato & LeCun 2009",
               .untested = "needs frozen filters and contrast "
                           "normalisation"},
    nair_hinton = {.name = "nair-hinton",
                   .statement = "Rectified units improve restricted Boltzmann "
                                "machines.",
                   .source = "Nair & Hinton 2010",
                   .untested = "needs restricted Boltzmann machines"},
    irnn = {.name = "irnn",
            .statement = "Recurrent nets of rectifiers learn if their "
                         "recurrent weights begin as the identity.",
            .source = "Le, Jaitly & Hinton 2015",
            .untested = "needs recurrent nets"},
    sparse_code = {.name = "sparse-code",
                   .statement = "A penalty on the activations of a rectifier "
                                "layer makes a sparse code.",
                   .source = "Glorot, Bordes & Bengio 2011, figure 3",
                   .untested = "needs autoencoders"};

const struct claim *const claims[] = {
    &claim_relu_vs_tanh, &pretrain, &jarrett, &nair_hinton, &irnn,
    &sparse_code,        NULL};

const struct claim *claim_find(const char *name)
{
    for (int i = 0; claims[i]; i++)
        if (text_equal(claims[i]->name, name))
            return claims[i];
    return NULL;
}

/* ==== Running and judging ==== */

enum ramp_status claim_judge(struct verdict *verdict, const struct claim *claim,
                             const struct results *results,
                             struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    *verdict = (struct verdict){.word = VERDICT_INCONCLUSIVE, .scale = ""};
    for (int scale = CLAIM_N_SCALES; scale-- > 0 && status == RAMP_OK;) {
        if (verdict->complete ||
            show_n_seeds(results, claim_scales[scale]) == 0)
            continue;
        struct verdict found = {.word = VERDICT_INCONCLUSIVE,
                                .scale = claim_scales[scale]};
        status = claim->judge(&found, results, (enum claim_scale)scale, err);
        bool better = found.complete || verdict->scale[0] == 0;
        verdict_release(better ? verdict : &found);
        if (better)
            *verdict = found;
    }
    return status;
}

enum ramp_status claim_print(FILE *file, const struct claim *claim,
                             const struct results *results,
                             enum claim_scale scale, struct ramp_error *err)
{
    struct verdict verdict = {.word = VERDICT_INCONCLUSIVE};
    const char *word = claim_scales[scale];
    if (show_n_seeds(results, word) == 0)
        return RAMP_OK;
    enum ramp_status status = show_table(file, results, word, err);
    if (status == RAMP_OK)
        status = claim->judge(&verdict, results, scale, err);
    if (status == RAMP_OK)
        status = draft_check(&verdict.sentence, "a verdict", err);
    if (status == RAMP_OK)
        fprintf(file, "\n%s\nverdict: %s (scale %s)\n", verdict.sentence.text,
                verdict_name(verdict.word), word);
    verdict_release(&verdict);
    return status;
}

static enum ramp_status run_all(struct job_place *place,
                                struct results *results, bool *stopped,
                                struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    char protocols[COMPARE_MAX_ARMS][JOB_PROTOCOL_BYTES];
    const char *texts[COMPARE_MAX_ARMS];
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < compare->n_arms && status == RAMP_OK; i++) {
        texts[i] = protocols[i];
        status = job_protocol(protocols[i], place, &compare->arms[i], err);
    }
    if (status == RAMP_OK)
        status = compare_run(compare, texts, results, job_train, place, stopped,
                             err);
    if (status == RAMP_OK)
        job_place_forget(place);
    return status;
}

enum ramp_status claim_run_compare(const struct compare *compare,
                                   struct claim_settings *settings,
                                   struct ramp_error *err)
{
    struct job_place place;
    struct results results = {0};
    enum ramp_status status = file_make_folder(settings->folder, err);
    if (status == RAMP_OK)
        status = job_place_open(&place, compare, settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    status = results_load(&results, settings->folder, compare->name, err);
    if (status == RAMP_OK)
        status = run_all(&place, &results, &settings->stopped, err);
    results_release(&results);
    job_place_close(&place);
    return status;
}

enum ramp_status claim_run(const struct claim *claim,
                           struct claim_settings *settings,
                           char note[PICTURE_NOTE_BYTES],
                           struct ramp_error *err)
{
    struct compare compare;
    note[0] = 0;
    claim->compare(&compare, claim, settings);
    enum ramp_status status = claim_run_compare(&compare, settings, err);
    if (status == RAMP_OK)
        status = page_write(claim, settings->folder, note, err);
    return status;
}
