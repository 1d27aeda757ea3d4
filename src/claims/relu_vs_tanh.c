/* relu_vs_tanh.c - the claim of Krizhevsky, Sutskever & Hinton 2012, figure 1:
 * a convolutional net with rectifiers reaches 25 % training error on CIFAR-10
 * several times sooner than the same net with tanh.
 *
 * Refuted if, at the best rate of each, tanh takes less than 1.5 times as many
 * epochs for every seed. */
#include "claims/claims.h"

#include <math.h>
#include <stdio.h>

/* Arms "fair": standardised input, and for each activation the initialisation
 * that was made for it. Sigmoid stands outside the ratio, with fewer epochs.
 *
 * HE_BUT_LAST: sqrt(2/n) for the convolutions with n = 75, 800 and 800 inputs
 * of a unit, and sqrt(1/n) for the dense layer with 1024, as for tanh. */
#define HE_BUT_LAST "normal:0.163299,0.05,0.05,0.03125"
#define FAIR(ACT, INIT, EPOCHS)                                                \
    {                                                                          \
        .name = "fair-" ACT, .net = "krizhevsky", .act = ACT, .init = INIT,    \
        .scale = RAMP_SCALE_STANDARD, .epochs = EPOCHS                         \
    }

/* As in 2012: first weights of cuda-convnet's file, biases at twice the rate;
 * input of 0..255 minus the mean image, for which rates are a tenth as large.
 * The mixed arms have one of the two each: the input of 2012 with the
 * initialisation of the fair ones, and the other way round. Judged are pairs of
 * one prefix. */
#define INIT_2012 "normal:0.0001,0.01,0.01,0.01"
#define OLD(PREFIX, ACT, INIT, SCALE, SHIFT)                                   \
    {                                                                          \
        .name = PREFIX "-" ACT, .net = "krizhevsky", .act = ACT, .init = INIT, \
        .scale = SCALE, .rate_shift = SHIFT, .bias_lr = 2                      \
    }

/* The deeper net, fair: three rates, those that were best with the other net at
 * full scale, and more beside them if need be. */
#define NET_B(ACT, SHIFT)                                                      \
    {                                                                          \
        .name = "net-b-" ACT, .net = "krizhevsky-b", .act = ACT,               \
        .scale = RAMP_SCALE_STANDARD, .rate_shift = SHIFT, .n_rates = 3        \
    }

static const struct compare_arm arms[] = {
    FAIR("relu", HE_BUT_LAST, 0),
    FAIR("tanh", "lecun", 0),
    FAIR("sigmoid", "lecun", 20),
    OLD("2012", "relu", INIT_2012, RAMP_SCALE_MEAN_IMAGE, -3),
    OLD("2012", "tanh", INIT_2012, RAMP_SCALE_MEAN_IMAGE, -3),
    OLD("2012-input", "relu", HE_BUT_LAST, RAMP_SCALE_MEAN_IMAGE, -3),
    OLD("2012-input", "tanh", "lecun", RAMP_SCALE_MEAN_IMAGE, -3),
    OLD("2012-init", "relu", INIT_2012, RAMP_SCALE_STANDARD, 0),
    OLD("2012-init", "tanh", INIT_2012, RAMP_SCALE_STANDARD, 0),
    NET_B("relu", 2),
    NET_B("tanh", 3),
};

/* What a scale changes. Rates are numbers of the grid: -9 is 0.001, -6 0.01. */
static const struct {
    size_t max_train, n_arms;
    int n_seeds, first_rate, n_rates, epochs;
} sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 5, 1, -7, 3, 30},
    [CLAIM_STANDARD] = {20000, 9, 3, -8, 5, 60},
    [CLAIM_FULL] = {0, 11, 3, -9, 7, 60},
};

static void compare_of(struct compare *compare, const struct claim *claim,
                       const struct claim_settings *settings)
{
    enum claim_scale scale = settings->scale;
    compare_init(compare, claim->name, claim_scales[scale], &settings->compute);
    compare->arms = arms;
    compare->n_arms = sizes[scale].n_arms;
    compare->n_seeds = sizes[scale].n_seeds;
    compare->n_search = 1;
    compare->n_beside = 1;
    compare->data_name = "cifar10";
    compare->data.max_train = sizes[scale].max_train;
    compare->n_clean = 10000;
    compare->first_rate = sizes[scale].first_rate;
    compare->n_rates = sizes[scale].n_rates;
    compare->n_growth = 4;
    compare->train.epochs = sizes[scale].epochs;
    compare->target = claim->target;
    compare->diverged_loss = 2.4;
}

static const char *const prefixes[] = {"2012", "fair", "2012-input",
                                       "2012-init", "net-b"};

static void say(struct draft *draft, const char *prefix,
                const struct speed_ratio *r)
{
    draft_add(draft, "%sArms \"%s\": ", draft->n_bytes ? " " : "", prefix);
    if (!r->complete) {
        draft_add(draft, "runs are missing.");
        return;
    }
    draft_add(draft,
              "with ReLU the net reaches 25 %% training error after %.1f "
              "epochs (rate %g), with tanh after %s%.1f (rate %g), %s%.2f "
              "times as many",
              r->fast_epochs, r->fast_rate, r->at_least ? "more than " : "",
              r->slow_epochs, r->slow_rate, r->at_least ? "at least " : "",
              r->ratio.mean);
    if (r->n_seeds > 1)
        draft_add(draft, " (95 %% interval %.2f to %.2f, %d seeds)",
                  r->ratio.low, r->ratio.high, r->n_seeds);
    else
        draft_add(draft, " (one seed, no interval)");
    draft_add(draft, "%s.",
              r->inside ? "" : "; a best rate is at the edge of its grid");
}

/* The verdict is that of the arms as in 2012 once they have run, else that of
 * the fair ones. */
static enum ramp_status judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    bool judged = false;
    (void)claim;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct speed_ratio ratio;
        char slow[32], fast[32];
        snprintf(slow, sizeof slow, "%s-tanh", prefixes[i]);
        snprintf(fast, sizeof fast, "%s-relu", prefixes[i]);
        if (!results_has_arm(results, claim_scales[scale], fast))
            continue;
        enum ramp_status status =
            speed_ratio_find(&ratio, results, claim_scales[scale], slow, fast,
                             sizes[scale].n_seeds, err);
        if (status != RAMP_OK)
            return status;
        say(&verdict->sentence, prefixes[i], &ratio);
        if (!judged) {
            verdict->word = speed_ratio_judge(&ratio);
            verdict->complete = ratio.complete;
        }
        judged = true;
    }
    return RAMP_OK;
}

const struct claim claim_relu_vs_tanh = {
    .name = "relu-vs-tanh",
    .statement = "A convolutional net with rectifiers trains several times "
                 "faster than the same net with tanh: on CIFAR-10 it reaches "
                 "25 % training error six times sooner.",
    .source = "Krizhevsky, Sutskever & Hinton 2012, section 3.1 and figure 1",
    .protocol =
        "krizhevsky.net (cuda-convnet's layers-19pct) on CIFAR-10; a tenth of "
        "the training pictures, drawn with seed 0, is the validation part. "
        "SGD with momentum 0.9 at a constant rate, batches of 128; no weight "
        "decay, augmentation or schedule. The running training error over the "
        "last full epoch of pictures is taken at every tenth of an epoch; "
        "counted are the epochs until it is 25 % or less. Rates are 1, 2 and 5 "
        "times powers of ten, each activation has its own: the first seed "
        "walks "
        "the grid, to which rates are added while the best lies at its edge, "
        "the others have the rate that was best and those beside it, and the "
        "best one is that with the lowest median over the seeds. A rate is "
        "given up after twice the epochs of the best of its own activation and "
        "seed, and has diverged if the mean "
        "loss over an epoch is above 2.4 after two epochs. A seed has the same "
        "order of pictures and the same draws for the first weights with every "
        "activation.\n\n"
        "Arms \"fair\": standardised input; He normal initialisation for "
        "ReLU, N(0, 1/n) for its last layer and for all layers with tanh and "
        "sigmoid. Sigmoid has 20 epochs at most "
        "and is no part of the ratio.\n\n"
        "Arms \"2012\", as cuda-convnet's file has it: pixels of 0..255 minus "
        "the mean image; normal initialisation with the standard deviations "
        "0.0001, 0.01, 0.01 and 0.01 for both activations; biases at twice the "
        "rate. Two more pairs, but for scale `quick`, have one of the two "
        "each: "
        "\"2012-input\" that input with the initialisation of the fair arms, "
        "\"2012-init\" standardised input with the initialisation of 2012. "
        "Arms \"net-b\", at scale `full`: the fair ones with the deeper "
        "krizhevsky-b.net, from the three rates on that were best with the "
        "other net. The verdict is that of the arms \"2012\" once they have "
        "run.",
    .reading =
        "Epochs until the running training error is 25 %: `> 20.0` was not "
        "reached within so many, a star marks the best rate of an arm. The "
        "upper picture has a line for each seed at that rate; in the lower one "
        "crosses are runs that ended without reaching it.",
    .target = 0.25,
    .acts = (const char *const[]){"relu", "tanh", "sigmoid", NULL},
    .literature = "six times (the paper, one net, which is not named; its "
                  "caption says that the size varies with the architecture)",
    .refuted_if = "refuted if the ratio of epochs, tanh to ReLU, each at its "
                  "best rate, is below 1.5 for all seeds; partly from 1.5 to "
                  "4, reproduced from 4 on (geometric mean); inconclusive with "
                  "one seed, if the 95 % interval holds 1, if a best rate is "
                  "at the edge of its grid, or while runs are missing",
    .costs = {"10 minutes", "1 hour", "4 hours"},
    .compare = compare_of,
    .judge = judge,
};
