/* relatives.c - the rectifier against its relatives. */
#include "claims/nets.h"
#include "claims/preset.h"

/* The plain net and the one with batch norm. */
#define ARMS(NAME, ACT)                                                        \
    {.name = NAME,                                                             \
     .net = "krizhevsky",                                                      \
     .act = ACT,                                                               \
     .scale = RAMP_SCALE_STANDARD},                                            \
    {                                                                          \
        .name = NAME "-norm", .net = "krizhevsky-norm", .act = ACT,            \
        .scale = RAMP_SCALE_STANDARD, .write_net = net_krizhevsky,             \
        .n = NET_NORM                                                          \
    }

static const struct compare_arm arms[] = {
    ARMS("relu", "relu"),
    ARMS("leaky-0.01", "leaky:0.01"),
    ARMS("leaky-0.18", "leaky:0.18"),
    ARMS("prelu", "prelu"),
    ARMS("elu", "elu"),
    ARMS("srelu", "srelu"),
    ARMS("selu", "selu"),
    ARMS("softplus", "softplus"),
    ARMS("softplus-ln2", "softplus:0.693147"),
    ARMS("softplus-5", "softplus:5"),
    ARMS("gelu", "gelu"),
    ARMS("silu", "silu"),
    ARMS("tanh", "tanh"),
    ARMS("sigmoid", "sigmoid"),
    {.name = "maxout",
     .net = "krizhevsky-maxout",
     .act = "maxout",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = net_krizhevsky,
     .n = NET_MAXOUT},
    {.name = "maxout-norm",
     .net = "krizhevsky-maxout-norm",
     .act = "maxout",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = net_krizhevsky,
     .n = NET_MAXOUT_NORM},
};

#define PAIR(NAME)                                                             \
    {NAME, "relu", false},                                                     \
    {                                                                          \
        NAME "-norm", "relu-norm", false                                       \
    }

static const struct preset_pair pairs[] = {
    PAIR("leaky-0.01"), PAIR("leaky-0.18"),   PAIR("prelu"),
    PAIR("elu"),        PAIR("srelu"),        PAIR("selu"),
    PAIR("softplus"),   PAIR("softplus-ln2"), PAIR("softplus-5"),
    PAIR("gelu"),       PAIR("silu"),         PAIR("tanh"),
    PAIR("sigmoid"),    PAIR("maxout"),
};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_LINEAR,
    .augment = {.flip = true, .shift = 2},
    .need = PRESET_NO,
    .two_errors = true,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -6, 2, 0, 3},
            [CLAIM_STANDARD] = {20000, 3, -7, 3, 2, 10},
            [CLAIM_FULL] = {0, 3, -7, 3, 2, 10},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_relatives = {
    .name = "relatives",
    .statement = "The rectifier is the best activation: none of its relatives "
                 "does better.",
    .source = "articles; against it Maas et al. 2013, Clevert et al. 2016",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net on CIFAR-10, as it is and with batch norm "
    "before each detector (-norm); 10 epochs (3 at scale quick) "
    "with left-right flips, shifts of up to 2 pixels and a rate "
    "that falls in a line to 0; then the validation error. Maxout "
    "takes the larger of two channels, with filters / sqrt(2), "
    "which is equal work.",
    .literature =
        "CaffeNet128 (Mishkin et al.), share right: ReLU .471, leaky "
        ".469, maxout .482, PReLU .485, ELU .488, softplus-ln2 .486, "
        "SELU .470; with batch norm ReLU .499, PReLU .503, ELU .498, "
        "maxout .487. CIFAR-10 (Hendrycks & Gimpel), error: GELU 7.89, "
        "ReLU 8.16, ELU 8.41 %",
    .refuted_if =
        "refuted if one relative has a lower error, with or without "
        "batch norm, by more than two standard errors of the paired "
        "difference; reproduced if all have a higher one by as much, "
        "partly if some; inconclusive otherwise, and with one seed. "
        "There are 28 pairs: one or two of equal ones may well be off "
        "by as much",
    .costs = {"10 minutes", "4 hours", "9 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
