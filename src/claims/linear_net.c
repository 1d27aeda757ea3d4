/* linear_net.c - a net of linear units is easy to train, and weak. */
#include "claims/nets.h"
#include "claims/preset.h"

#define ARM(NAME, ACT)                                                         \
    {                                                                          \
        .name = NAME, .net = "mlp:512,512,512", .act = ACT,                    \
        .scale = RAMP_SCALE_STANDARD                                           \
    }

static const struct compare_arm arms[] = {
    ARM("linear-3", "linear"),
    ARM("relu-3", "relu"),
    {.name = "softmax",
     .net = "softmax",
     .act = "linear",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = net_softmax},
};

static const struct preset_pair pairs[] = {
    {"linear-3", "relu-3", false},
    {"softmax", "linear-3", true},
};

static const struct preset preset = {
    .data = "mnist",
    .schedule = RAMP_CONSTANT,
    .least = 1,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 5},
            [CLAIM_STANDARD] = {20000, 3, -8, 5, 4, 10},
            [CLAIM_FULL] = {0, 5, -8, 5, 4, 10},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_linear_net = {
    .name = "linear-net",
    .statement = "A net of linear units is easy to train but can only learn "
                 "linear functions.",
    .source = "Goodfellow, Bengio & Courville 2016, section 6.1",
    .protocol = PRESET_PROTOCOL
    "A dense net of three hidden layers of 512 linear units, the "
    "same with rectifiers, and no hidden layer at all, on MNIST; "
    "10 epochs (5 at scale quick), then the validation error.",
    .literature =
        "MNIST: 91.9 to 92.4 % right with linear units at any depth (a "
        "gist), about 98 % with rectifiers",
    .refuted_if =
        "refuted if the error of the linear net is surely less than "
        "one point above that of the rectifiers (95 % interval of the "
        "paired difference), reproduced if it is above for sure and by "
        "at least one point; inconclusive otherwise, and with one "
        "seed. That it does no better than no hidden layer is shown",
    .costs = {"1 minute", "10 minutes", "45 minutes"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
