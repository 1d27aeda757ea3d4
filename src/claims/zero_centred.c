/* zero_centred.c - activations around zero learn faster. */
#include "claims/preset.h"

#include "claims/nets.h"

#include <math.h>

#define ARM(NAME, ACT)                                                         \
    {                                                                          \
        .name = NAME, .net = "krizhevsky", .act = ACT,                         \
        .scale = RAMP_SCALE_STANDARD                                           \
    }

static const struct compare_arm arms[] = {
    ARM("relu", "relu"),
    ARM("elu", "elu"),
    ARM("srelu", "srelu"),
    ARM("leaky-0.1", "leaky:0.1"),
    {.name = "relu-norm",
     .net = "krizhevsky-norm",
     .act = "relu",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = net_krizhevsky,
     .n = NET_NORM},
};

static const struct preset_pair pairs[] = {
    {"relu", "elu", false},
    {"relu", "srelu", true},
    {"relu", "leaky-0.1", true},
    {"relu", "relu-norm", true},
};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_CONSTANT,
    .diagnose = true,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 12},
            [CLAIM_STANDARD] = {20000, 3, -7, 3, 4, 30},
            [CLAIM_FULL] = {0, 3, -8, 5, 4, 40},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
    .least = 0.05,
};

/* The rule of pairs, provided that the means are what the claim says. */
static enum ramp_status judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    bool smaller = false;
    double relu = NAN;
    enum ramp_status status = preset_judge(verdict, claim, results, scale, err);
    for (size_t i = 0; i < COUNT(arms) && status == RAMP_OK; i++) {
        struct arm_figures f;
        status =
            arm_figures_find(&f, results, claim_scales[scale], arms[i].name,
                             preset.sizes[scale].n_seeds, err);
        if (status != RAMP_OK || f.n == 0 || isnan(f.offset))
            continue;
        draft_add(&verdict->sentence, "%s %s %.2f",
                  i == 0 ? " |mean| / standard deviation:" : ",", arms[i].name,
                  f.offset);
        relu = i == 0 ? f.offset : relu;
        smaller = smaller || (i == 1 && f.offset < relu);
    }
    draft_add(&verdict->sentence, ".");
    if (!smaller)
        verdict->word = VERDICT_INCONCLUSIVE;
    return status;
}

const struct claim claim_zero_centred = {
    .name = "zero-centred",
    .statement = "Outputs of rectifiers are not centred on zero; ELU moves "
                 "their mean towards it and so learns faster.",
    .source = "Clevert, Unterthiner & Hochreiter 2016",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net on CIFAR-10 with ReLU, ELU, max(-1, x) (srelu), leaky 0.1, "
    "and ReLU behind batch norm. Counted are the epochs until the running "
    "training error over an epoch is 25 % or less; |mean| / standard deviation "
    "of the outputs is taken after the last whole epoch on 512 training "
    "pictures, as a mean over the activation layers.",
    .target = 0.25,
    .literature = "CIFAR-100, error (the paper's figure): ReLU about 31.6, "
                  "leaky 30.6, SReLU 29.4, ELU 28.8 %; critics: the rates were "
                  "tuned for ReLU",
    .refuted_if = "if ELU's means are smaller than ReLU's: reproduced if ReLU "
                  "takes surely more epochs (95 % interval of the ratio) and "
                  "at least 1.05 times as many, refuted if surely less than "
                  "that; inconclusive if they are not smaller, otherwise, with "
                  "one seed, or with a best rate at the edge. The other pairs "
                  "are shown",
    .costs = {"6 minutes", "1.5 hours", "3 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = judge,
};
