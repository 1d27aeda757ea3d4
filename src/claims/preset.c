/* preset.c - claims that say of pairs of arms that one has the higher figure.
 */
#include "claims/preset.h"

#include "report/table.h"
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
    double higher, lower; /* medians of epochs, else means */
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
    e->higher = stats_mean(a.figures, n);
    e->lower = stats_mean(b.figures, n);
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

/* ==== What is said of it ==== */

/* How the figures of a claim are written. */
struct form {
    bool epochs;
    int digits, effect_digits;
    const char *unit, *effect_unit;
};

static struct form form_of(const struct claim *claim)
{
    if (claim->target > 0)
        return (struct form){true, 1, 2, " epochs", " times"};
    if (claim->preset->by_loss)
        return (struct form){false, 4, 4, "", ""};
    return (struct form){false, 2, 2, " %", " points"};
}

static void say_effect(struct draft *draft, const struct form *form,
                       const struct effect *e)
{
    draft_add(draft, form->epochs ? "%s%.*f" : "%s%+.*f",
              e->at_least ? "at least " : "", form->effect_digits,
              e->effect.mean + form->epochs);
}

/* "tanh: 14.0 epochs, relu: 10.0 epochs: 1.40 times (interval 1.2 to 1.6)." */
static void say_pair(struct draft *draft, const struct form *form,
                     const struct preset_pair *pair, const struct effect *e)
{
    draft_add(draft, "%s%s: ", draft->n_bytes ? " " : "", pair->higher);
    if (!e->complete) {
        draft_add(draft, "no figure beside %s (runs are missing%s).",
                  pair->lower, form->epochs ? ", or did not get there" : "");
        return;
    }
    draft_add(draft, "%s%.*f%s, %s: %.*f%s: ", e->at_least ? "over " : "",
              form->digits, e->higher, form->unit, pair->lower, form->digits,
              e->lower, form->unit);
    say_effect(draft, form, e);
    draft_add(draft, "%s", form->effect_unit);
    if (e->settled)
        draft_add(draft, " (interval %.*f to %.*f).", form->effect_digits,
                  e->effect.low + form->epochs, form->effect_digits,
                  e->effect.high + form->epochs);
    else
        draft_add(draft, isnan(e->effect.low) ? " (one seed, no interval)."
                                              : " (a best rate is at the edge "
                                                "of its grid).");
}

enum { FEW = 3, SOME = 8 };

/* " (none - l2 +0.35, none - l1 +0.10)": the pairs of a state, if any. */
static void say_names(struct draft *draft, const struct claim *claim,
                      const struct effect *effects, enum effect_state state)
{
    const struct preset *p = claim->preset;
    const struct form form = form_of(claim);
    const char *between = " (";
    for (size_t i = 0; i < p->n_pairs; i++) {
        if (p->pairs[i].shown || state_of(&effects[i], p->least) != state)
            continue;
        draft_add(draft, "%s%s - %s", between, p->pairs[i].higher,
                  p->pairs[i].lower);
        between = ", ";
        if (state == EFFECT_MISSING)
            continue;
        draft_add(draft, " ");
        say_effect(draft, &form, &effects[i]);
    }
    draft_add(draft, "%s", *between == ',' ? ")" : "");
}

/* Of few pairs each; of more how many there are of each state, and which, of
 * many only those of which one decides. */
static void say_pairs(struct draft *draft, const struct claim *claim,
                      const struct effect *effects,
                      const int counts[EFFECT_N_STATES])
{
    const struct preset *p = claim->preset;
    const struct form form = form_of(claim);
    const int decides = p->need == PRESET_NO ? EFFECT_FAILS : EFFECT_HOLDS;
    int n = 0;
    for (int state = 0; state < EFFECT_N_STATES; state++)
        n += counts[state];
    for (size_t i = 0; i < p->n_pairs && n <= FEW; i++)
        if (!p->pairs[i].shown)
            say_pair(draft, &form, &p->pairs[i], &effects[i]);
    if (n <= FEW)
        return;
    draft_add(draft, "Of %d pairs, ", n);
    for (int state = 0; state < EFFECT_N_STATES; state++) {
        if (state == EFFECT_MISSING && counts[state] == 0)
            continue;
        draft_add(draft, "%s%s: %d", state ? "; " : "", effect_states[state],
                  counts[state]);
        if (n <= SOME || state == decides)
            say_names(draft, claim, effects, (enum effect_state)state);
    }
    draft_add(draft, ".");
}

static enum ramp_status find_effects(struct effect **effects,
                                     const struct claim *claim,
                                     const struct results *results,
                                     enum claim_scale scale,
                                     struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    enum ramp_status status = MEM_NEW(effects, p->n_pairs, "effects", err);
    for (size_t i = 0; i < p->n_pairs && status == RAMP_OK; i++)
        status = find_effect(&(*effects)[i], claim, &p->pairs[i], results,
                             scale, err);
    return status;
}

enum ramp_status preset_judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    struct effect *effects = NULL;
    int counts[EFFECT_N_STATES] = {0};
    enum ramp_status status =
        find_effects(&effects, claim, results, scale, err);
    for (size_t i = 0; i < p->n_pairs && status == RAMP_OK; i++)
        counts[state_of(&effects[i], p->least)] += !p->pairs[i].shown;
    if (status == RAMP_OK)
        say_pairs(&verdict->sentence, claim, effects, counts);
    verdict->word = word_of(p->need, counts);
    verdict->complete = counts[EFFECT_MISSING] == 0;
    mem_free(effects);
    return status;
}

/* ==== The table ==== */

/* "tanh : relu  14.0  10.0  1.40  [1.20, 1.63]  holds" */
static void add_pair(struct table *table, const struct claim *claim,
                     const struct preset_pair *pair, const struct effect *e)
{
    const struct form form = form_of(claim);
    const char *unit = form.epochs ? "" : form.unit;
    struct draft effect = {0};
    table_cell(table, "%s %c %s", pair->higher, form.epochs ? ':' : '-',
               pair->lower);
    for (int i = 0; i < 4 && !e->complete; i++)
        table_cell(table, "-");
    if (e->complete) {
        say_effect(&effect, &form, e);
        table_cell(table, "%s%.*f%s", e->at_least ? "> " : "", form.digits,
                   e->higher, unit);
        table_cell(table, "%.*f%s", form.digits, e->lower, unit);
        table_cell(table, "%s", effect.text ? effect.text : "");
        if (e->settled)
            table_cell(table, "[%.*f, %.*f]", form.effect_digits,
                       e->effect.low + form.epochs, form.effect_digits,
                       e->effect.high + form.epochs);
        else
            table_cell(table, "%s",
                       isnan(e->effect.low) ? "one seed" : "at the edge");
    }
    table_cell(table, "%s%s", effect_states[state_of(e, claim->preset->least)],
               pair->shown ? " (besides)" : "");
    draft_release(&effect);
}

enum ramp_status preset_show(FILE *file, const struct claim *claim,
                             const struct results *results,
                             enum claim_scale scale, struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    const struct form form = form_of(claim);
    struct effect *effects = NULL;
    struct table table;
    table_init(&table, "lrrrll");
    enum ramp_status status =
        find_effects(&effects, claim, results, scale, err);
    table_cell(&table, "pair");
    table_cell(&table, "first");
    table_cell(&table, "second");
    table_cell(&table, "first %c second", form.epochs ? ':' : '-');
    table_cell(&table, "%s", p->two_errors ? "two errors" : "95 %");
    table_cell(&table, "says");
    for (size_t i = 0; i < p->n_pairs && status == RAMP_OK; i++)
        add_pair(&table, claim, &p->pairs[i], &effects[i]);
    if (status == RAMP_OK) {
        fprintf(file, "\npairs, each arm at its best rate: %s\n",
                form.epochs ? "median epochs, the mean of the ratio"
                            : "means over the seeds");
        status = table_print(&table, file, 2, err);
    }
    table_release(&table);
    mem_free(effects);
    return status;
}

/* ==== The picture ==== */

enum ramp_status preset_picture(struct draft *script, const struct claim *claim,
                                const struct results *results,
                                enum claim_scale scale, struct ramp_error *err)
{
    const struct preset *p = claim->preset;
    struct forest_row *rows = NULL;
    struct effect *effects = NULL;
    enum ramp_status status =
        find_effects(&effects, claim, results, scale, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&rows, p->n_pairs, "rows", err);
    for (size_t i = 0; i < p->n_pairs && status == RAMP_OK; i++) {
        rows[i] = (struct forest_row){.effect = effects[i].effect,
                                      .state = state_of(&effects[i], p->least),
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
    mem_free(effects);
    return status;
}
