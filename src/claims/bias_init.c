/* bias_init.c - a small positive first bias keeps rectifiers at work. */
#include "claims/preset.h"

#define ARMS(NET, NAME)                                                        \
    {ARM(NET, NAME "-bias0")}, {ARM(NET, NAME "-bias-0.1"), .bias = -0.1},     \
        {ARM(NET, NAME "-bias0.01"), .bias = 0.01},                            \
        {ARM(NET, NAME "-bias0.1"), .bias = 0.1},                              \
    {                                                                          \
        ARM(NET, NAME "-bias1"), .bias = 1                                     \
    }
#define ARM(NET, NAME)                                                         \
    .name = NAME, .net = NET, .act = "relu", .scale = RAMP_SCALE_STANDARD

static const struct compare_arm arms[] = {
    ARMS("krizhevsky", "conv"),
    ARMS("mlp:512,512,512", "dense"),
};

static const struct preset_pair pairs[] = {
    {"conv-bias0", "conv-bias0.1", false},
    {"dense-bias0", "dense-bias0.1", false},
    {"conv-bias0", "conv-bias-0.1", true},
    {"conv-bias0", "conv-bias0.01", true},
    {"conv-bias0", "conv-bias1", true},
    {"dense-bias0", "dense-bias-0.1", true},
    {"dense-bias0", "dense-bias0.01", true},
    {"dense-bias0", "dense-bias1", true},
};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_CONSTANT,
    .need = PRESET_ANY,
    .least = 0.05,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 8},
            [CLAIM_STANDARD] = {20000, 3, -7, 3, 3, 30},
            [CLAIM_FULL] = {0, 3, -8, 4, 2, 40},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_bias_init = {
    .name = "bias-init",
    .statement = "First biases that are a little above 0, such as 0.1, keep "
                 "rectifiers active and help training.",
    .source = "Goodfellow et al. 2016, section 6.3.1; Krizhevsky et al. 2012",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net and a dense net of three hidden layers of 512 "
    "rectifiers on CIFAR-10; all biases begin with -0.1, 0, 0.01, "
    "0.1 or 1. Counted are the epochs until the running training "
    "error over an epoch is 25 % or less.",
    .target = 0.25,
    .literature =
        "biases of 1 in some layers \"accelerate the early stages\" with "
        "weights of standard deviation 0.01 (Krizhevsky et al.); no "
        "consistent gain (cs231n, from memory)",
    .refuted_if =
        "reproduced if in one of the nets the biases 0.1 need surely "
        "fewer epochs than 0 (95 % interval of the ratio) and at least "
        "1.05 times fewer; refuted if in both surely not 1.05 times "
        "fewer; inconclusive otherwise, with one seed, or with a best "
        "rate at the edge. The other biases are shown",
    .costs = {"9 minutes", "2.5 hours", "6 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
