/* he_vs_xavier.c - deep rectifier nets need the variance 2/n. */
#include "claims/nets.h"
#include "claims/preset.h"

/* 30 layers of 100 units. */
#define TEN "100,100,100,100,100,100,100,100,100,100"
#define DENSE(NAME, GAIN)                                                      \
    {                                                                          \
        .name = NAME, .net = "mlp:" TEN "," TEN "," TEN, .act = "relu",        \
        .scale = RAMP_SCALE_STANDARD, .gain = GAIN                             \
    }
#define PLAIN(NAME, DEPTH, GAIN)                                               \
    {                                                                          \
        .name = NAME, .net = "plain", .act = "relu",                           \
        .scale = RAMP_SCALE_STANDARD, .gain = GAIN, .write_net = net_plain_16, \
        .n = DEPTH                                                             \
    }

/* Variance 2/n, 1/n, 4/(3 n), which is that of uniform numbers up to 2/sqrt(n),
 * and 4/n. */
#define HE 1.41421356
#define XAVIER 1.0

static const struct compare_arm arms[] = {
    PLAIN("plain-30-he", 30, HE),
    PLAIN("plain-30-xavier", 30, XAVIER),
    PLAIN("plain-22-he", 22, HE),
    PLAIN("plain-22-xavier", 22, XAVIER),
    DENSE("dense-30-he", HE),
    DENSE("dense-30-xavier", XAVIER),
    PLAIN("plain-30-uniform", 30, 1.15470054),
    PLAIN("plain-30-double", 30, 2.0),
};

static const struct preset_pair pairs[] = {
    {"plain-30-xavier", "plain-30-he", false},
    {"plain-22-xavier", "plain-22-he", true},
    {"dense-30-xavier", "dense-30-he", true},
    {"plain-30-uniform", "plain-30-he", true},
    {"plain-30-double", "plain-30-he", true},
};

static const struct preset preset = {
    .data = "mnist",
    .schedule = RAMP_CONSTANT,
    .search_all = true,
    .least = 0.1,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 3, 0, 5},
            [CLAIM_STANDARD] = {20000, 3, -8, 4, 2, 16},
            [CLAIM_FULL] = {0, 3, -8, 4, 2, 5},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_he_vs_xavier = {
    .name = "he-vs-xavier",
    .statement = "With rectifiers, first weights of variance 2/n let a net of "
                 "30 layers learn, where those of variance 1/n stall; at 22 "
                 "layers both learn, and the former start sooner.",
    .source = "He, Zhang, Ren & Sun 2015, figures 2 and 3",
    .protocol = PRESET_PROTOCOL
    "Plain convolutional nets of 16 channels with 22 and 30 layers "
    "of weights, without batch norm, and a dense net of 30 hidden "
    "layers of 100 units, on MNIST. The variance is 2/n (he), 1/n "
    "(xavier), 4/(3 n) (uniform: that of uniform numbers up to "
    "2/sqrt(n)) or 4/n (double). Counted are the epochs until the "
    "running training error over an epoch is 50 % or less: the end "
    "of the plateau at which a stalled net sits. Here every seed is "
    "trained at every rate: which rates stall is a matter of the "
    "draws, and the best is that with the lowest median.",
    .target = 0.5,
    .literature =
        "22 layers: both converge, 33.82 and 33.90 % error on "
        "ImageNet, the variance 2/n sooner; 30 layers: 1/n stalls (the "
        "paper)",
    .refuted_if =
        "refuted if with 30 convolutional layers the net with 1/n "
        "takes surely less than 1.1 times as many epochs as that with "
        "2/n (95 % interval), reproduced if more for sure and at least "
        "1.1 times; inconclusive otherwise, with one seed, or with a "
        "best rate at the edge. The other pairs are shown",
    .costs = {"6 minutes", "1.5 hours", "2.5 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
