/* claims.c - the list of claims, and what their experiments share. */
#include "claims/claims.h"

#include "claims/job.h"
#include "claims/lab.h"
#include "claims/show.h"
#include "report/table.h"

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

/* "tanh : relu  2.31  [2.05, 2.60]" */
static void add_ratio(struct table *table, const struct speed_ratio *r)
{
    if (!r->complete) {
        table_cell(table, "-");
        table_cell(table, "%s", "not reached");
        return;
    }
    table_cell(table, "%s%.2f", r->at_least ? "> " : "", r->ratio.mean);
    if (r->n_seeds > 1)
        table_cell(table, "[%.2f, %.2f]%s", r->ratio.low, r->ratio.high,
                   r->inside ? "" : " at the edge");
    else
        table_cell(table, "one seed%s", r->inside ? "" : ", at the edge");
}

static void add_difference(struct table *table, const struct compare_rates *a,
                           const struct compare_rates *b)
{
    double x[COMPARE_MAX_SEEDS], y[COMPARE_MAX_SEEDS];
    size_t n = 0;
    for (int s = 1; a->best >= 0 && b->best >= 0 && s <= a->n_seeds; s++) {
        const struct run_result *first = compare_at(a, a->best, s);
        const struct run_result *second = compare_at(b, b->best, s);
        if (first && second && first->outcome == RUN_FINISHED &&
            second->outcome == RUN_FINISHED) {
            x[n] = 100 * first->last.val_error;
            y[n++] = 100 * second->last.val_error;
        }
    }
    struct stats_interval i = stats_paired(x, y, n, 0.95);
    table_cell(table, "%+.2f", i.mean);
    if (n > 1)
        table_cell(table, "[%+.2f, %+.2f]", i.low, i.high);
    else
        table_cell(table, "%s", n == 1 ? "one seed" : "runs are missing");
}

static enum ramp_status show_pairs(FILE *file, const struct results *results,
                                   const char *scale, double target,
                                   const struct show_arms *arms,
                                   struct ramp_error *err)
{
    struct table table;
    enum ramp_status status = RAMP_OK;
    table_init(&table, "llrl");
    for (size_t i = 0; i < arms->n; i++)
        for (size_t j = 0; j < i && status == RAMP_OK; j++) {
            const struct show_arm *a = &arms->arms[i], *b = &arms->arms[j];
            struct speed_ratio ratio;
            table_cell(&table, "%s %c %s", a->name, target > 0 ? ':' : '-',
                       b->name);
            table_cell(&table, "%s", target > 0 ? "epochs" : "points");
            if (target > 0) {
                status = speed_ratio_find(&ratio, results, scale, a->name,
                                          b->name, a->rates.n_seeds, err);
                add_ratio(&table, &ratio);
            } else
                add_difference(&table, &a->rates, &b->rates);
        }
    if (status == RAMP_OK && arms->n > 1) {
        fprintf(file, "\nat the best rates, with 95 %% intervals\n");
        status = table_print(&table, file, 2, err);
    }
    table_release(&table);
    return status;
}

enum ramp_status claim_show(FILE *file, const struct results *results,
                            const char *scale, double target,
                            struct ramp_error *err)
{
    struct show_arms arms;
    enum ramp_status status = show_table(file, results, scale, err);
    if (status == RAMP_OK)
        status = show_arms_find(&arms, results, scale, err);
    if (status != RAMP_OK)
        return status;
    status = show_pairs(file, results, scale, target, &arms, err);
    show_arms_release(&arms);
    return status;
}

static enum ramp_status print_results(FILE *file, const struct claim *claim,
                                      const struct results *results,
                                      enum claim_scale scale,
                                      struct ramp_error *err)
{
    struct verdict verdict = {.word = VERDICT_INCONCLUSIVE};
    const char *word = claim_scales[scale];
    if (show_n_seeds(results, word) == 0)
        return RAMP_OK;
    enum ramp_status status = show_table(file, results, word, err);
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
        status = print_results(file, claim, &results, scale, err);
    results_release(&results);
    return status;
}

static enum ramp_status run_all(struct job_place *place,
                                struct results *results, struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    char protocols[COMPARE_MAX_ARMS][JOB_PROTOCOL_BYTES];
    const char *texts[COMPARE_MAX_ARMS];
    bool stopped;
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < compare->n_arms && status == RAMP_OK; i++) {
        texts[i] = protocols[i];
        status = job_protocol(protocols[i], place, &compare->arms[i], err);
    }
    if (status == RAMP_OK)
        status = compare_run(compare, texts, results, job_train, place,
                             &stopped, err);
    if (status == RAMP_OK)
        job_place_forget(place);
    return status;
}

/* Whoever left them had the lock of the place, which we have now. */
static void remove_temporaries(const char *folder, const char *name)
{
    static const char *const ends[] = {".csv", "-curves.csv", "-speed.csv",
                                       ".gp",  ".svg",        ".md"};
    enum { N = sizeof ends / sizeof *ends };
    char texts[N][96];
    const char *names[N + 1] = {NULL};
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%s", name, ends[i]);
        names[i] = texts[i];
    }
    file_remove_temporaries(folder, names);
}

enum ramp_status claim_run_compare(const struct compare *compare,
                                   const struct claim_settings *settings,
                                   struct ramp_error *err)
{
    struct job_place place;
    struct results results = {0};
    enum ramp_status status = file_make_folder(settings->folder, err);
    if (status == RAMP_OK)
        status = job_place_open(&place, compare, settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    remove_temporaries(settings->folder, compare->name);
    status = results_load(&results, settings->folder, compare->name, err);
    if (status == RAMP_OK)
        status = run_all(&place, &results, err);
    results_release(&results);
    job_place_close(&place);
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
        status = claim_run_compare(&compare, settings, err);
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
    status = job_measure(&place, settings->folder, err);
    job_place_close(&place);
    return status;
}
