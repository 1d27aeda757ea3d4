/* linear_net.c - a net of linear units is easy to train, and weak. */
#include "claims/nets.h"
#include "claims/preset.h"

#define ARMS(DATA, END)                                                        \
    {ARM(DATA, "linear-3" END, "mlp:512,512,512", "linear")},                  \
        {ARM(DATA, "relu-3" END, "mlp:512,512,512", "relu")},                  \
    {                                                                          \
        ARM(DATA, "softmax" END, "softmax", "linear"),                         \
            .write_net = net_softmax                                           \
    }
#define ARM(DATA, NAME, NET, ACT)                                              \
    .name = NAME, .net = NET, .act = ACT, .scale = RAMP_SCALE_STANDARD,        \
    .data = DATA

static const struct compare_arm arms[] = {
    ARMS("mnist", ""),
    ARMS("fashion-mnist", "-fashion"),
};

static const struct preset_pair pairs[] = {
    {"linear-3", "relu-3", false},
    {"linear-3-fashion", "relu-3-fashion", false},
    {"softmax", "linear-3", true},
    {"softmax-fashion", "linear-3-fashion", true},
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
    "same with rectifiers, and no hidden layer at all, on MNIST and on "
    "Fashion-MNIST (-fashion); 10 epochs (5 at scale quick), then the "
    "validation error.",
    .literature =
        "MNIST: 91.9 to 92.4 % right with linear units at any depth (a "
        "gist), about 98 % with rectifiers",
    .refuted_if =
        "refuted if with both data sets the error of the linear net is "
        "surely less than one point above that of the rectifiers (95 % "
        "interval of the paired difference), reproduced if with both it "
        "is above for sure and by at least one point, partly with one; "
        "inconclusive otherwise, and with one seed. That it does no "
        "better than no hidden layer is shown",
    .costs = {"1 minute", "10 minutes", "45 minutes"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
