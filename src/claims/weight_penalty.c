/* weight_penalty.c - a penalty on the weights makes a net generalise better. */
#include "claims/preset.h"

#define ARM(NAME)                                                              \
    .name = NAME, .net = "krizhevsky", .act = "relu",                          \
    .scale = RAMP_SCALE_STANDARD

static const struct compare_arm arms[] = {
    {ARM("none")},
    {ARM("l2-0.0001"), .l2 = 1e-4},
    {ARM("l2-0.0005"), .l2 = 5e-4},
    {ARM("l2-0.001"), .l2 = 1e-3},
    {ARM("l2-0.004"), .l2 = 4e-3},
    {ARM("l1-0.000001"), .l1 = 1e-6},
    {ARM("l1-0.00001"), .l1 = 1e-5},
    {ARM("l1-0.0001"), .l1 = 1e-4},
};

static const double rates[] = {0.01};

static const struct preset_pair pairs[] = {
    {"none", "l2-0.0001", false},   {"none", "l2-0.0005", false},
    {"none", "l2-0.001", false},    {"none", "l2-0.004", false},
    {"none", "l1-0.000001", false}, {"none", "l1-0.00001", false},
    {"none", "l1-0.0001", false},
};

static const struct preset preset = {
    .data = "cifar10",
    .rates = rates,
    .schedule = RAMP_CONSTANT,
    .need = PRESET_ANY,
    .least = 0.5,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, 0, 1, 0, 10},
            [CLAIM_STANDARD] = {20000, 3, 0, 1, 0, 20},
            [CLAIM_FULL] = {0, 3, 0, 1, 0, 40},
        },
    .pairs = pairs,
    .n_pairs = COUNT(pairs),
};

const struct claim claim_weight_penalty = {
    .name = "weight-penalty",
    .statement = "A penalty on the weights keeps the outputs of rectifiers "
                 "small, and the net generalises better.",
    .source = "an article; Krizhevsky, Sutskever & Hinton 2012, section 5",
    .protocol = PRESET_PROTOCOL
    "krizhevsky.net on CIFAR-10 at the one rate 0.01, 40 epochs "
    "(20 at scale standard, 10 at quick), then the validation "
    "error. The penalty is l2 w^2 / 2 or l1 |w| for every weight, "
    "not for biases. Of the size of the outputs nothing is said.",
    .literature = "cuda-convnet's file has l2 0.004; Krizhevsky et al. have "
                  "0.0005 and say that it lowers even the training error; no "
                  "figures",
    .refuted_if =
        "reproduced if with one of the penalties the error is lower "
        "for sure (95 % interval of the paired difference above 0) and "
        "by at least half a point; refuted if with each of them it is "
        "surely not lower by half a point; inconclusive otherwise, and "
        "with one seed. The best of several is chosen: a little luck "
        "is in it",
    .costs = {"5 minutes", "45 minutes", "3 hours"},
    .preset = &preset,
    .compare = preset_compare,
    .judge = preset_judge,
};
