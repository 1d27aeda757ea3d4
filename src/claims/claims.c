/* claims.c - the list of claims, and what their experiments share. */
#include "claims/claims.h"

#include "claims/lab.h"
#include "claims/preset.h"
#include "trials/job.h"
#include "trials/show.h"
#include "trials/speed.h"

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
               .untested = "needs contrast normalisation"},
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

const struct claim *const claims[] = {&claim_relu_def,
                                      &claim_relu_examples,
                                      &claim_relu_plot,
                                      &claim_act_table,
                                      &claim_softplus_limits,
                                      &claim_identities,
                                      &claim_stage_order,
                                      &claim_derivative_at_zero,
                                      &claim_act_cost,
                                      &claim_init_formulas,
                                      &claim_zeros_at_init,
                                      &claim_vanishing_gradient,
                                      &claim_saturation,
                                      &claim_sparsity_trained,
                                      &claim_dying_relu,
                                      &claim_leaky_rescue,
                                      &claim_relu_vs_tanh,
                                      &claim_relu_vs_tanh_map,
                                      &claim_tanh_vs_sigmoid,
                                      &claim_he_vs_xavier,
                                      &claim_linear_net,
                                      &pretrain,
                                      &jarrett,
                                      &nair_hinton,
                                      &irnn,
                                      &claim_l1_activation,
                                      &sparse_code,
                                      &claim_weight_penalty,
                                      &claim_bias_init,
                                      &claim_input_scale,
                                      &claim_zero_centred,
                                      &claim_relatives,
                                      &claim_maxout_dropout,
                                      &claim_fit_loss,
                                      NULL};

enum claim_scale claim_scale_of(const char *word)
{
    int scale = 0;
    while (!text_equal(claim_scales[scale], word))
        scale++;
    return (enum claim_scale)scale;
}

const struct claim *claim_find(const char *name)
{
    for (int i = 0; claims[i]; i++)
        if (text_equal(claims[i]->name, name))
            return claims[i];
    return NULL;
}

const char *claim_table(const struct claim *claim)
{
    return claim->table ? claim->table : claim->name;
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
        status =
            claim->judge(&found, claim, results, (enum claim_scale)scale, err);
        bool better = found.complete || verdict->scale[0] == 0;
        verdict_release(better ? verdict : &found);
        if (better)
            *verdict = found;
    }
    return status;
}

enum ramp_status claim_conclude(struct verdict *verdict,
                                const struct claim *claim, const char *folder,
                                struct ramp_error *err)
{
    struct results results = {0};
    struct figures figures = {.n = 0};
    enum ramp_status status =
        claim->find ? figures_load(&figures, folder, claim_table(claim), err)
                    : results_load(&results, folder, claim->name, err);
    *verdict = (struct verdict){.word = VERDICT_INCONCLUSIVE, .scale = ""};
    if (status == RAMP_OK && claim->find)
        status = lab_judge(verdict, claim, &figures, err);
    else if (status == RAMP_OK)
        status = claim_judge(verdict, claim, &results, err);
    figures_release(&figures);
    results_release(&results);
    return status;
}

enum ramp_status claim_show(FILE *file, const struct claim *claim,
                            const struct results *results, const char *folder,
                            enum claim_scale scale, struct ramp_error *err)
{
    const char *word = claim_scales[scale];
    enum ramp_status status = show_table(file, results, word, err);
    if (status == RAMP_OK && claim->preset && claim->preset->n_pairs > 0)
        status = preset_show(file, claim, results, scale, err);
    if (status == RAMP_OK)
        status = speed_show(file, results, folder, claim->name, word, err);
    return status;
}

static enum ramp_status print_results(FILE *file, const struct claim *claim,
                                      const struct results *results,
                                      const char *folder,
                                      enum claim_scale scale,
                                      struct ramp_error *err)
{
    struct verdict verdict = {.word = VERDICT_INCONCLUSIVE};
    const char *word = claim_scales[scale];
    if (show_n_seeds(results, word) == 0)
        return RAMP_OK;
    enum ramp_status status =
        claim_show(file, claim, results, folder, scale, err);
    if (status == RAMP_OK)
        status = claim->judge(&verdict, claim, results, scale, err);
    if (status == RAMP_OK)
        status = draft_check(&verdict.sentence, "a verdict", err);
    if (status == RAMP_OK)
        fprintf(file, "\n%s\nverdict: %s (scale %s)\n", verdict.sentence.text,
                verdict_name(verdict.word), word);
    verdict_release(&verdict);
    return status;
}

enum ramp_status claim_print(FILE *file, const struct claim *claim,
                             const char *folder, enum claim_scale scale,
                             struct ramp_error *err)
{
    struct results results;
    if (claim->find)
        return lab_print(file, claim, folder, scale, err);
    enum ramp_status status = results_load(&results, folder, claim->name, err);
    if (status == RAMP_OK)
        status = print_results(file, claim, &results, folder, scale, err);
    results_release(&results);
    return status;
}

enum ramp_status claim_run(const struct claim *claim,
                           const struct claim_settings *settings,
                           char note[PICTURE_NOTE_BYTES],
                           struct ramp_error *err)
{
    struct compare compare;
    enum ramp_status status;
    note[0] = 0;
    if (claim->measure) {
        status = lab_run(claim, settings, err);
    } else {
        claim->compare(&compare, claim, settings);
        status = job_run(&compare, settings->folder, settings->go_on, err);
    }
    if (status == RAMP_OK)
        status = page_write(claim, settings->folder, note, err);
    return status;
}

enum ramp_status claim_measure(const struct claim *claim,
                               const struct claim_settings *settings,
                               struct ramp_error *err)
{
    struct compare compare;
    struct job_place place;
    if (claim->measure)
        return error_set(err, RAMP_USAGE,
                         "%s: no arms whose speed could be compared",
                         claim->name);
    claim->compare(&compare, claim, settings);
    enum ramp_status status = file_make_folder(settings->folder, err);
    if (status == RAMP_OK)
        status = job_place_open(&place, &compare, settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    status = speed_measure(&place, settings->folder, err);
    job_place_close(&place);
    return status;
}
