/* input_scale.c - inputs should be scaled to 0..1 or standardised. */
#include "claims/preset.h"

#define ARMS(NET, NAME)                                                        \
    ARM(NET, NAME "-raw", RAMP_SCALE_NONE, -11),                               \
        ARM(NET, NAME "-unit", RAMP_SCALE_UNIT, 0),                            \
        ARM(NET, NAME "-signed", RAMP_SCALE_SIGNED, 0),                        \
        ARM(NET, NAME "-standard", RAMP_SCALE_STANDARD, 0),                    \
        ARM(NET, NAME "-picture", RAMP_SCALE_PICTURE, 0)
#define ARM(NET, NAME, SCALE, SHIFT)                                           \
    {                                                                          \
        .name = NAME, .net = NET, .act = "relu", .scale = SCALE,               \
        .rate_shift = SHIFT                                                    \
    }

static const struct compare_arm arms[] = {
    ARMS("krizhevsky", "conv"),
    ARMS("mlp:512,512,512", "dense"),
};

static const struct preset_pair pairs[] = {
    {"conv-raw", "conv-standard", false},
    {"dense-raw", "dense-standard", false},
    {"conv-unit", "conv-standard", true},
    {"conv-signed", "conv-standard", true},
    {"conv-picture", "conv-standard", true},
    {"dense-unit", "dense-standard", true},
    {"dense-signed", "dense-standard", true},
    {"dense-picture", "dense-standard", true},
};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_CONSTANT,
    .least = 0.1,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 8},
            [CLAIM_STANDARD] = {20000, 3, -7, 3, 5, 30},
            [CLAIM_FULL] = {0, 3, -8, 4, 4, 40},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_input_scale = {
    .name = "input-scale",
    .statement = "Inputs should be scaled to 0..1 or standardised before they "
                 "reach a net of rectifiers.",
    .source = "articles; against it Krizhevsky et al. 2012, section 3.3",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net and a dense net of three hidden layers of 512 "
    "rectifiers on CIFAR-10, with pixels as they are (raw), over "
    "0..1 (unit) or -1..1 (signed), standardised over the training "
    "part (standard) or each picture by itself (picture). The grid "
    "of raw input begins some 5,000 times lower, and grows like "
    "the others. Counted are the epochs until the running training "
    "error over an epoch is 25 % or less.",
    .target = 0.25,
    .literature =
        "rectifiers need no input normalisation to keep from saturating "
        "(Krizhevsky et al.); cuda-convnet trains on 0..255 minus the mean "
        "image, at rates "
        "near 0.001",
    .refuted_if =
        "refuted if in both nets raw input at its own best rate takes "
        "surely less than 1.1 times the epochs of standardised (95 % "
        "interval of the ratio); reproduced if more for sure and at "
        "least 1.1 times in both, partly in one; inconclusive "
        "otherwise, with one seed, or with a best rate at the edge. "
        "The other scales are shown",
    .costs = {"9 minutes", "3 hours", "6 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
