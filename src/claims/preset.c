/* preset.c - claims that say of pairs of arms that one has the higher figure.
 */
#include "claims/preset.h"

#include "trials/stats.h"

#include <math.h>
#include <stdio.h>

/* ==== The experiment ==== */

void preset_compare(struct compare *compare, const struct claim *claim,
                    const struct claim_settings *settings)
{
    const struct preset *p = claim->preset;
    enum claim_scale scale = settings->scale;
    compare_init(compare, claim->name, claim_scales[scale], &settings->compute);
    compare->arms = p->arms;
    compare->n_arms = p->n_arms;
    compare->n_seeds = p->sizes[scale].n_seeds;
    compare->n_search = p->search_all ? compare->n_seeds : 1;
    compare->data_name = p->data;
    compare->data.max_train = p->sizes[scale].max_train;
    compare->rates = p->rates;
    compare->first_rate = p->sizes[scale].first_rate;
    compare->n_rates = p->sizes[scale].n_rates;
    compare->n_growth = p->sizes[scale].n_growth;
    compare->train.epochs = p->sizes[scale].epochs;
    compare->train.max_norm = p->max_norm;
    compare->train.augment = p->augment;
    compare->train.schedule = p->schedule;
    compare->target = claim->target;
    compare->by_loss = p->by_loss;
    compare->diagnose = p->diagnose;
}

/* ==== What came out ==== */

enum ramp_status arm_figures_find(struct arm_figures *figures,
                                  const struct results *results,
                                  const char *scale, const char *arm,
                                  int n_seeds, struct ramp_error *err)
{
    struct compare_rates rates;
    double zeros[COMPARE_MAX_SEEDS], offsets[COMPARE_MAX_SEEDS];
    *figures = (struct arm_figures){.zeros = NAN, .offset = NAN};
    enum ramp_status status =
        compare_collect(&rates, results, scale, arm, NULL, n_seeds, err);
    if (status != RAMP_OK || rates.best < 0) {
        compare_rates_release(&rates);
        return status;
    }
    int n = 0;
    for (; n < n_seeds; n++) {
        const struct run_result *run = compare_at(&rates, rates.best, n + 1);
        if (run == NULL || run->outcome == RUN_DIVERGED)
            break;
        figures->figures[n] = run->outcome == RUN_FITTED
                                  ? run->last.train_loss
                                  : 100 * run->last.val_error;
        zeros[n] = run->last.zeros;
        offsets[n] = run->last.offset;
    }
    figures->rate = rates.rates[rates.best];
    if (n == n_seeds) {
        figures->n = n;
        figures->zeros = stats_median(zeros, (size_t)n);
        figures->offset = stats_median(offsets, (size_t)n);
    }
    compare_rates_release(&rates);
    return RAMP_OK;
}

/* A pair: both figures, and the effect. */
struct effect {
    double higher, lower; /* medians */
    struct stats_interval effect;
    bool complete, at_least, settled; /* settled: an interval can be had */
};

static double confidence_of(const struct preset *p, int n_seeds)
{
    if (!p->two_errors || n_seeds < 2)
        return 0.95;
    return stats_t_within(2, n_seeds - 1);
}

static enum ramp_status find_ratio(struct effect *e, const struct claim *claim,
                                   const struct preset_pair *pair,
                                   const struct results *results,
                                   enum claim_scale scale,
                                   struct ramp_error *err)
{
    struct speed_ratio ratio;
    int n_seeds = claim->preset->sizes[scale].n_seeds;
    enum ramp_status status =
        speed_ratio_find(&ratio, results, claim_scales[scale], pair->higher,
                         pair->lower, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    *e = (struct effect){
        .higher = ratio.slow_epochs,
        .lower = ratio.fast_epochs,
        .effect = {ratio.ratio.mean - 1, ratio.ratio.low - 1,
                   ratio.ratio.high - 1},
        .complete = ratio.complete,
        .at_least = ratio.at_least,
        .settled = ratio.inside && n_seeds > 1,
    };
    return RAMP_OK;
}

static enum ramp_status
find_difference(struct effect *e, const struct claim *claim,
                const struct preset_pair *pair, const struct results *results,
                enum claim_scale scale, struct ramp_error *err)
{
    struct arm_figures a, b = {.n = 0};
    const char *word = claim_scales[scale];
    int n_seeds = claim->preset->sizes[scale].n_seeds;
    enum ramp_status status =
        arm_figures_find(&a, results, word, pair->higher, n_seeds, err);
    if (status == RAMP_OK)
        status = arm_figures_find(&b, results, word, pair->lower, n_seeds, err);
    *e = (struct effect){.complete = a.n > 0 && b.n > 0};
    if (!e->complete)
        return status;
    size_t n = (size_t)n_seeds;
    e->settled = n > 1;
    e->higher = stats_median(a.figures, n);
    e->lower = stats_median(b.figures, n);
    e->effect = stats_paired(a.figures, b.figures, n,
                             confidence_of(claim->preset, n_seeds));
    return status;
}

static enum ramp_status find_effect(struct effect *e, const struct claim *claim,
                                    const struct preset_pair *pair,
                                    const struct results *results,
                                    enum claim_scale scale,
                                    struct ramp_error *err)
{
    return (claim->target > 0 ? find_ratio : find_difference)(
        e, claim, pair, results, scale, err);
}

/* ==== The rule ==== */

static enum effect_state state_of(const struct effect *e, double least)
{
    if (!e->complete)
        return EFFECT_MISSING;
    if (!e->settled)
        return EFFECT_OPEN;
    if (e->effect.low > 0 && e->effect.mean >= least)
        return EFFECT_HOLDS;
    return e->effect.high < least && !e->at_least ? EFFECT_FAILS : EFFECT_OPEN;
}

static enum verdict_word word_of(enum preset_need need,
                                 const int counts[EFFECT_N_STATES])
{
    int n = counts[EFFECT_HOLDS] + counts[EFFECT_FAILS] + counts[EFFECT_OPEN];
    if (counts[EFFECT_MISSING] > 0 || n == 0)
        return VERDICT_INCONCLUSIVE;
    if (need == PRESET_NO && counts[EFFECT_FAILS] > 0)
        return VERDICT_REFUTED;
    if (counts[EFFECT_HOLDS] == n ||
        (need == PRESET_ANY && counts[EFFECT_HOLDS] > 0))
        return VERDICT_REPRODUCED;
    if (counts[EFFECT_HOLDS] > 0)
        return VERDICT_PARTLY;
    return counts[EFFECT_FAILS] == n ? VERDICT_REFUTED : VERDICT_INCONCLUSIVE;
}

static void say(struct draft *draft, const struct claim *claim,
                const struct preset_pair *pair, const struct effect *e)
{
    bool epochs = claim->target > 0;
    const char *unit = epochs ? " epochs" : claim->preset->by_loss ? "" : " %";
    int digits = epochs ? 1 : claim->preset->by_loss ? 4 : 2;
    draft_add(draft, "%s%s: ", draft->n_bytes ? " " : "", pair->higher);
    if (!e->complete) {
        draft_add(draft, "no figure beside %s (runs are missing%s).",
                  pair->lower, epochs ? ", or did not get there" : "");
        return;
    }
    draft_add(draft, "%s%.*f%s, %s: %.*f%s: ", e->at_least ? "over " : "",
              digits, e->higher, unit, pair->lower, digits, e->lower, unit);
    if (epochs)
        draft_add(draft, "%s%.2f times", e->at_least ? "at least " : "",
                  e->effect.mean + 1);
    else
        draft_add(draft, "%+.*f%s", digits, e->effect.mean,
                  claim->preset->by_loss ? "" : " points");
    if (e->settled)
        draft_add(draft, " (interval %.*f to %.*f).", epochs ? 2 : digits,
                  e->effect.low + epochs, epochs ? 2 : digits,
                  e->effect.high + epochs);
    else
        draft_add(draft, isnan(e->effect.low) ? " (one seed, no interval)."
                                              : " (a best rate is at the edge "
                                                "of its grid).");
}

enum ramp_status preset_judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    int counts[EFFECT_N_STATES] = {0}, n_missing = 0;
    for (size_t i = 0; i < p->n_pairs; i++) {
        struct effect e = {.complete = false};
        enum ramp_status status =
            find_effect(&e, claim, &p->pairs[i], results, scale, err);
        if (status != RAMP_OK)
            return status;
        say(&verdict->sentence, claim, &p->pairs[i], &e);
        counts[state_of(&e, p->least)] += !p->pairs[i].shown;
        n_missing += !e.complete && !p->pairs[i].shown;
    }
    verdict->word = word_of(p->need, counts);
    verdict->complete = n_missing == 0;
    return RAMP_OK;
}

/* ==== The picture ==== */

enum ramp_status preset_picture(struct draft *script, const struct claim *claim,
                                const struct results *results,
                                enum claim_scale scale, struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    struct forest_row *rows = NULL;
    enum ramp_status status = MEM_NEW(&rows, p->n_pairs, "rows", err);
    for (size_t i = 0; i < p->n_pairs && status == RAMP_OK; i++) {
        struct effect e;
        status = find_effect(&e, claim, &p->pairs[i], results, scale, err);
        if (status != RAMP_OK)
            break;
        rows[i] = (struct forest_row){.effect = e.effect,
                                      .state = state_of(&e, p->least),
                                      .shown = p->pairs[i].shown};
        snprintf(rows[i].text, sizeof rows[i].text, "%s - %s",
                 p->pairs[i].higher, p->pairs[i].lower);
    }
    if (status == RAMP_OK)
        forest_write(
            script,
            &(struct forest){.unit = p->by_loss ? PRESET_LOSS : PRESET_POINTS,
                             .least = p->least,
                             .rows = rows,
                             .n = p->n_pairs});
    mem_free(rows);
    return status;
}
