/* l1_activation.c - a penalty on the outputs of rectifiers makes them sparse at
 * no cost, up to a point. */
#include "claims/preset.h"

#include "trials/stats.h"

#include <math.h>
#include <stdio.h>

/* The share of zeros up to which it costs nothing, and what is nothing, in
 * points. */
#define KNEE 0.80
#define NOTHING 0.15

#define ARM(NAME, L1)                                                          \
    {                                                                          \
        .name = NAME, .net = "mlp:1000,1000,1000", .act = "relu",              \
        .scale = RAMP_SCALE_STANDARD, .act_l1 = L1                             \
    }

/* The first is the one without. */
static const struct compare_arm arms[] = {
    ARM("l1-0", 0),         ARM("l1-0.00001", 1e-5), ARM("l1-0.00003", 3e-5),
    ARM("l1-0.0001", 1e-4), ARM("l1-0.0003", 3e-4),  ARM("l1-0.001", 1e-3),
    ARM("l1-0.01", 1e-2),
};

static const double rates[] = {0.02};

static const struct preset preset = {
    .data = "mnist",
    .rates = rates,
    .schedule = RAMP_CONSTANT,
    .diagnose = true,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, 0, 1, 0, 5},
            [CLAIM_STANDARD] = {20000, 3, 0, 1, 0, 15},
            [CLAIM_FULL] = {0, 3, 0, 1, 0, 30},
        },
};

/* What the arms say so far. */
struct sparse {
    int n_runs;          /* arms with figures */
    bool rises, reaches; /* surely, and above NOTHING, before the knee; no more
                          * than that behind it */
    double most;         /* zeros of an arm at no cost */
};

static void weigh(struct sparse *s, const struct arm_figures *arm,
                  const struct arm_figures *without, struct draft *draft)
{
    struct stats_interval rise =
        stats_paired(arm->figures, without->figures, (size_t)arm->n, 0.95);
    draft_add(draft, ", %.0f %% zeros %+.2f", 100 * arm->zeros, rise.mean);
    s->n_runs++;
    if (arm->zeros < KNEE && rise.mean > NOTHING && rise.low > 0)
        s->rises = true;
    if (arm->zeros >= KNEE && rise.mean <= NOTHING)
        s->reaches = true;
    if (rise.mean <= NOTHING && arm->zeros > s->most)
        s->most = arm->zeros;
}

static enum ramp_status judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    struct sparse s = {.n_runs = 0};
    struct arm_figures without, arm;
    int n_seeds = preset.sizes[scale].n_seeds;
    (void)claim;
    enum ramp_status status = arm_figures_find(
        &without, results, claim_scales[scale], arms[0].name, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    if (without.n > 0)
        draft_add(&verdict->sentence,
                  "Without a penalty %.0f %% zeros and %.2f %% error; with it",
                  100 * without.zeros,
                  stats_median(without.figures, (size_t)without.n));
    for (size_t i = 1; i < COUNT(arms) && without.n > 0; i++) {
        status = arm_figures_find(&arm, results, claim_scales[scale],
                                  arms[i].name, n_seeds, err);
        if (status != RAMP_OK)
            return status;
        if (arm.n > 0 && !isnan(arm.zeros))
            weigh(&s, &arm, &without, &verdict->sentence);
    }
    verdict->complete = s.n_runs == COUNT(arms) - 1;
    draft_add(&verdict->sentence, "%s",
              verdict->complete ? " points." : "; runs are missing.");
    if (!verdict->complete || n_seeds < 2)
        return RAMP_OK;
    if (s.rises)
        verdict->word = VERDICT_REFUTED;
    else if (s.reaches)
        verdict->word = VERDICT_REPRODUCED;
    return RAMP_OK;
}

/* A block of the arm's runs, one a line; how many there are. */
static enum ramp_status add_block(struct draft *script, size_t *n, size_t arm,
                                  const struct results *results,
                                  enum claim_scale scale,
                                  struct ramp_error *err)
{
    struct compare_rates r;
    enum ramp_status status =
        compare_collect(&r, results, claim_scales[scale], arms[arm].name, NULL,
                        preset.sizes[scale].n_seeds, err);
    if (status != RAMP_OK)
        return status;
    draft_add(script, "$arm%zu << END\n", arm);
    *n = 0;
    for (int s = 0; r.best >= 0 && s < r.n_seeds; s++) {
        const struct run_result *run = compare_at(&r, r.best, s + 1);
        if (run == NULL || isnan(run->last.zeros))
            continue;
        draft_add(script, "%g,%g\n", run->last.zeros, run->last.val_error);
        ++*n;
    }
    draft_add(script, "END\n");
    compare_rates_release(&r);
    return RAMP_OK;
}

#define POINTS "points pointtype 7 linecolor rgb \"%s\""

static enum ramp_status draw(struct draft *script, const struct claim *claim,
                             const struct results *results,
                             enum claim_scale scale, struct ramp_error *err)
{
    static const struct picture_layout layout = {.rows = 1,
                                                 .columns = 1,
                                                 .panel = 300,
                                                 .n_titles = COUNT(arms),
                                                 .longest = 10};
    size_t n[COUNT(arms)], n_points = 0;
    (void)claim;
    picture_begin(script, &layout);
    for (size_t i = 0; i < COUNT(arms); i++) {
        char title[32], with[64];
        snprintf(title, sizeof title, "L1 %g", arms[i].act_l1);
        snprintf(with, sizeof with, POINTS, picture_colour(i));
        picture_key(script, title, with);
    }
    picture_panel(script, &layout, 0);
    for (size_t i = 0; i < COUNT(arms); i++) {
        enum ramp_status status =
            add_block(script, &n[i], i, results, scale, err);
        if (status != RAMP_OK)
            return status;
        n_points += n[i];
    }
    draft_add(script,
              "set xlabel \"exact zeros, %%\"\n"
              "set ylabel \"validation error, %%\"\n"
              "set xrange [*:100]\n"
              "set offsets graph 0.04, 0, graph 0.04, graph 0.04\n"
              "set arrow from %g, graph 0 to %g, graph 1 nohead \\\n"
              "    dashtype 3 linecolor rgb \"#333333\"\n"
              "plot NaN",
              100 * KNEE, 100 * KNEE);
    for (size_t i = 0; i < COUNT(arms); i++)
        if (n[i] > 0)
            draft_add(script,
                      ", \\\n    $arm%zu using (100*$1):(100*$2) with \\\n"
                      "        " POINTS,
                      i, picture_colour(i));
    draft_add(script, "\nunset multiplot\n");
    if (n_points == 0 && !script->failed)
        draft_release(script); /* there is nothing to see */
    return RAMP_OK;
}

const struct claim claim_l1_activation = {
    .name = "l1-activation",
    .statement = "An L1 penalty on the outputs of rectifiers makes up to 85 % "
                 "of them zero without loss of accuracy.",
    .source = "Glorot, Bordes & Bengio 2011, figure 3",
    .protocol = PRESET_PROTOCOL
    "A dense net of three hidden layers of 1,000 rectifiers on MNIST, at the "
    "one rate 0.02; the loss has so many times the mean over the batch of the "
    "sum of all hidden outputs besides. 30 epochs (15 at scale standard, 5 at "
    "quick), then the validation error, and the share of exact zeros on 512 "
    "training pictures, as a mean over the hidden layers.",
    .reading = "Validation error; the share of zeros is in the picture, and in "
               "the table of all runs.",
    .literature = "200 nets on MNIST: 1.25 to 1.5 % error at 73 to 85 % zeros, "
                  "about 1.6 at 90, 1.9 at 95, 2.1 to 2.5 at 98 to 99 % (the "
                  "paper's figure)",
    .refuted_if = "refuted if the mean error rises by more than 0.15 points, "
                  "and surely at all (95 % interval), with a penalty that "
                  "leaves below 80 % zeros; reproduced if not, and one has "
                  "80 % or more with no more than that; inconclusive if none "
                  "gets there, and with one seed",
    .costs = {"1 minute", "15 minutes", "1.2 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = judge,
    .picture = draw,
};
