/* relatives.c - the rectifier against its relatives. */
#include "claims/nets.h"
#include "claims/preset.h"

/* Four nets: of each data set the plain one and that with batch norm, which is
 * best at higher rates. */
#define ARM(NAME, ACT, NET, WRITE, CHANGE, DATA, SHIFT)                        \
    {                                                                          \
        .name = NAME, .net = NET, .act = ACT, .scale = RAMP_SCALE_STANDARD,    \
        .write_net = WRITE, .n = CHANGE, .data = DATA, .rate_shift = SHIFT     \
    }
#define CIFAR(NAME, ACT)                                                       \
    ARM(NAME, ACT, "krizhevsky", NULL, 0, NULL, 0),                            \
        ARM(NAME "-norm", ACT, "krizhevsky-norm", net_krizhevsky, NET_NORM,    \
            NULL, 1)
#define FASHION(NAME, ACT)                                                     \
    ARM(NAME "-fashion", ACT, "digits-s-plain", net_digits_s, 0,               \
        "fashion-mnist", 0),                                                   \
        ARM(NAME "-fashion-norm", ACT, "digits-s-norm", net_digits_s,          \
            NET_NORM, "fashion-mnist", 1)

#define RELATIVES(ARMS)                                                        \
    ARMS("relu", "relu"), ARMS("leaky-0.01", "leaky:0.01"),                    \
        ARMS("leaky-0.18", "leaky:0.18"), ARMS("prelu", "prelu"),              \
        ARMS("elu", "elu"), ARMS("srelu", "srelu"), ARMS("selu", "selu"),      \
        ARMS("softplus", "softplus"),                                          \
        ARMS("softplus-ln2", "softplus:0.693147"),                             \
        ARMS("softplus-5", "softplus:5"), ARMS("gelu", "gelu"),                \
        ARMS("silu", "silu"), ARMS("tanh", "tanh"), ARMS("sigmoid", "sigmoid")

static const struct compare_arm arms[] = {
    RELATIVES(CIFAR),
    ARM("maxout", "maxout", "krizhevsky-maxout", net_krizhevsky, NET_MAXOUT,
        NULL, 0),
    ARM("maxout-norm", "maxout", "krizhevsky-maxout-norm", net_krizhevsky,
        NET_MAXOUT_NORM, NULL, 1),
    RELATIVES(FASHION),
    ARM("maxout-fashion", "maxout", "digits-s-maxout", net_digits_s, NET_MAXOUT,
        "fashion-mnist", 0),
    ARM("maxout-fashion-norm", "maxout", "digits-s-maxout-norm", net_digits_s,
        NET_MAXOUT_NORM, "fashion-mnist", 1),
};

#define PAIR(NAME, END)                                                        \
    {                                                                          \
        NAME END, "relu" END, false                                            \
    }
#define PAIRS(END)                                                             \
    PAIR("leaky-0.01", END), PAIR("leaky-0.18", END), PAIR("prelu", END),      \
        PAIR("elu", END), PAIR("srelu", END), PAIR("selu", END),               \
        PAIR("softplus", END), PAIR("softplus-ln2", END),                      \
        PAIR("softplus-5", END), PAIR("gelu", END), PAIR("silu", END),         \
        PAIR("tanh", END), PAIR("sigmoid", END), PAIR("maxout", END)

static const struct preset_pair pairs[] = {
    PAIRS(""), PAIRS("-norm"), PAIRS("-fashion"), PAIRS("-fashion-norm")};

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
            [CLAIM_STANDARD] = {20000, 3, -6, 3, 3, 10},
            [CLAIM_FULL] = {0, 3, -6, 3, 3, 10},
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
    "krizhevsky.net on CIFAR-10 and digits-s.net on Fashion-MNIST (-fashion), "
    "each without batch norm and with it before each detector (-norm); 10 "
    "epochs (3 at scale quick) with left-right flips, shifts of up to 2 pixels "
    "and a rate that falls in a line to 0; then the validation error. Maxout "
    "takes the larger of two channels, with filters / sqrt(2), which is equal "
    "work.",
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
        "Of 56 pairs of equals about five would look like it by chance, "
        "with three seeds",
    .costs = {"10 minutes", "4 hours", "9 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
