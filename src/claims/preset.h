/* preset.h - claims that say of pairs of arms: the figure of the first is
 * higher than that of the second, each at its own best rate. What their
 * experiments have in common, and the rule of their verdict.
 *
 * The figure is the epochs to a target, else the validation error in points,
 * else the training loss. The effect is the difference of the two, seed by
 * seed, with epochs their ratio less 1; of it the mean and the interval. A pair
 *   holds    if the interval is above 0 and the mean at least `least`
 *   fails    if the interval is below `least`
 *   is open  otherwise, with one seed, or with epochs at a rate at the edge */
#ifndef CLAIMS_PRESET_H
#define CLAIMS_PRESET_H

#include "claims/claims.h"
#include "trials/forest.h"

struct preset_pair {
    const char *higher, *lower; /* arms */
    bool shown;                 /* beside the others: decides nothing */
};

/* From the pairs that decide; inconclusive is what is not named, and whatever
 * has missing runs.
 *   all  reproduced if all hold, partly if some, refuted if all fail
 *   any  reproduced if one holds, refuted if all fail
 *   no   (no lower figure than that of `lower`) refuted if one fails,
 *        reproduced if all hold, partly if some */
enum preset_need { PRESET_ALL, PRESET_ANY, PRESET_NO };

struct preset {
    const char *data;
    const struct compare_arm *arms;
    size_t n_arms;
    struct {
        size_t max_train;
        int n_seeds, first_rate, n_rates, n_growth, epochs;
    } sizes[CLAIM_N_SCALES];
    const double *rates; /* instead of a grid: n_rates of a size */
    bool search_all;     /* every seed walks the grid, not the first alone */
    bool by_loss, diagnose;
    double max_norm;
    enum ramp_schedule schedule;
    struct ramp_augment augment;

    const struct preset_pair *pairs;
    size_t n_pairs;
    enum preset_need need;
    double least;
    bool two_errors; /* intervals of two standard errors, not of 95 % */
};

/* The compare and the judge of a claim with a preset. */
void preset_compare(struct compare *compare, const struct claim *claim,
                    const struct claim_settings *settings);
MUST_CHECK enum ramp_status preset_judge(struct verdict *verdict,
                                         const struct claim *claim,
                                         const struct results *results,
                                         enum claim_scale scale,
                                         struct ramp_error *err);

/* The pairs as a table, behind an empty line. RAMP_MEMORY. */
MUST_CHECK enum ramp_status preset_show(FILE *file, const struct claim *claim,
                                        const struct results *results,
                                        enum claim_scale scale,
                                        struct ramp_error *err);

/* The pairs of a claim without a target as a forest plot. */
MUST_CHECK enum ramp_status preset_picture(struct draft *script,
                                           const struct claim *claim,
                                           const struct results *results,
                                           enum claim_scale scale,
                                           struct ramp_error *err);
#define PRESET_POINTS "first - second, points of validation error"
#define PRESET_LOSS "first - second, training loss"

/* The protocol that all of them have. */
#define PRESET_PROTOCOL                                                        \
    "SGD with momentum 0.9 at a constant rate, batches of 128; standardised "  \
    "input, no weight decay and no augmentation, but where it is said. First " \
    "weights normal, of variance 2/n with n inputs of a unit for the "         \
    "rectifier's family and 1/n for tanh, sigmoid, linear units, |x|, SELU "   \
    "and maxout, and 1/n in the last layer; biases 0. A tenth of the "         \
    "training pictures, drawn with seed 0, is the validation part. Each arm "  \
    "has its own best rate, found with the first seed; the others are "        \
    "trained "                                                                 \
    "at it. A seed has the same order of pictures and the same draws with "    \
    "every arm. "

/* ---- for claims with a rule of their own ---- */

/* What the runs of an arm say, seed by seed, at its best rate. */
struct arm_figures {
    int n; /* seeds; 0: runs are missing, or all diverged */
    double rate;
    double figures[COMPARE_MAX_SEEDS]; /* points, or the loss */
    double zeros, offset;              /* medians; NaN: not looked at */
};
MUST_CHECK enum ramp_status arm_figures_find(struct arm_figures *figures,
                                             const struct results *results,
                                             const char *scale, const char *arm,
                                             int n_seeds,
                                             struct ramp_error *err);

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
