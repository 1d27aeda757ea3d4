/* fit_loss.c - does dropping what is negative hurt the fit? */
#include "claims/nets.h"
#include "claims/preset.h"

#define ARM(ACT)                                                               \
    {                                                                          \
        .name = ACT, .net = "krizhevsky", .act = ACT,                          \
        .scale = RAMP_SCALE_STANDARD                                           \
    }

static const struct compare_arm arms[] = {
    ARM("relu"),
    ARM("leaky"),
    ARM("abs"),
    ARM("linear"),
    {.name = "crelu",
     .net = "krizhevsky-crelu",
     .act = "crelu",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = net_krizhevsky,
     .n = NET_CRELU},
};

static const struct preset_pair pairs[] = {
    {"relu", "leaky", false},
    {"relu", "abs", true},
    {"relu", "crelu", true},
    {"linear", "relu", true},
};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_CONSTANT,
    .by_loss = true,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 5},
            [CLAIM_STANDARD] = {20000, 3, -7, 3, 2, 15},
            [CLAIM_FULL] = {0, 3, -7, 3, 2, 30},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_fit_loss = {
    .name = "fit-loss",
    .statement = "As the rectifier drops whatever is negative, a net fits its "
                 "data less well than with a leaky one.",
    .source = "an article",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net on CIFAR-10 with ReLU, leaky 0.01, |x| and "
    "linear units, and with CReLU at half as many filters; 30 "
    "epochs (15 at scale standard, 5 at quick), then the running "
    "training loss over the last one, by which the rate is chosen, "
    "too.",
    .literature = "no figures",
    .refuted_if = "reproduced if leaky's training loss is lower for sure (95 % "
                  "interval of the paired difference), refuted if it is higher "
                  "for sure; inconclusive otherwise, and with one seed. The "
                  "other pairs are shown",
    .costs = {"3 minutes", "1 hour", "4.5 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
