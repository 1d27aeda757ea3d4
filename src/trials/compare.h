/* compare.h - arms of an experiment against each other, each at its own best
 * learning rate.
 *
 * An arm is a net, an activation and how they start. Every arm is trained with
 * every rate and every seed; arms of one seed have the same data order and the
 * same draws for their first weights. The rates of the grid, 1, 2 and 5 times
 * the powers of ten, are walked from its middle outwards, and the grid grows
 * while the best rate of an arm lies at its edge. An arm is judged against
 * itself alone: a rate is given up once it has run for twice the epochs after
 * which the best one of the same arm and seed had reached the target. */
#ifndef TRIALS_COMPARE_H
#define TRIALS_COMPARE_H

#include "report/draft.h"
#include "trials/results.h"

#include <ramp/ramp.h>
#include <stdbool.h>

enum { COMPARE_MAX_SEEDS = 32, COMPARE_MAX_ARMS = 64 };

struct compare_arm {
    const char *name; /* of letters, digits, '.', '_', '-'; "fair-tanh" */
    const char *net;  /* a file or the name of a shipped net */
    const char *act;
    const char *init;      /* as ramp_init_parse reads it; NULL: see gain */
    enum ramp_scale scale; /* of the input */
    int epochs;            /* the cap; 0: the experiment's */

    /* The rest is set by few arms: where it is zero, all is as the experiment
     * has it. */
    const char *data; /* a data set of its own */
    int rate_shift;   /* its grid begins so many rates higher: -3, a tenth */
    int n_rates;      /* and has so many */
    double l1, l2, act_l1, max_norm;
    double bias;    /* that all begin with */
    double bias_lr; /* so many times the rate for biases */

    /* Without an init: normal, of variance gain^2 / n with n inputs of a unit,
     * but 1 / n in the last layer. 0: the gain that keeps the size of the
     * signal through this activation, 1 or the square root of 2. */
    double gain;

    /* A net that is no file: its text, which may depend on n. */
    void (*write_net)(struct draft *draft, int n);
    int n;
};

struct compare {
    const char *name; /* of its files, "relu-vs-tanh" */
    const char *scale;
    const char *runs; /* the folder of unfinished trainings; NULL:
                       * runs/claims/NAME */
    const struct compare_arm *arms;
    size_t n_arms;
    int n_seeds;  /* 1, 2, ... */
    int n_search; /* the first so many seeds walk the grid, the others have the
                   * rate that is best for these; 0: all walk */
    int n_beside; /* and so many rates on each side of it */
    bool only_reached; /* but no rate where that did not reach the target */

    const char *data_name;
    struct ramp_dataset_options data;
    size_t n_clean; /* training pictures of a fixed draw whose error is taken
                     * after each epoch; 0: none */

    /* Either rates, or a grid of n_rates from that number on (compare_rate)
     * that may grow by so many rates at each end. */
    const double *rates;
    int n_rates, first_rate, n_growth;

    /* What arms and runs do not say; train.epochs is the cap. */
    struct ramp_train_options train;

    double target;        /* running training error over one epoch, a share;
                           * 0: none, the validation error after all epochs
                           * is compared */
    bool by_loss;         /* without a target: the training loss is compared,
                           * running over the last epoch */
    bool diagnose;        /* look at the layers after each epoch */
    double diverged_loss; /* above it from the second epoch on: diverged; 0:
                           * only what is not finite */
};

/* Begin with the protocol that all claims share: a tenth of the training
 * pictures held out; SGD with momentum 0.9 at a constant rate, batches of 128.
 * Data, arms, rates, seeds and epochs are the caller's; both texts are
 * borrowed.
 */
void compare_init(struct compare *compare, const char *name, const char *scale,
                  const struct ramp_compute *compute);

/* The number-th rate of the grid: 0 is 1, 1 is 2, 2 is 5, 3 is 10, -1 is 0.5.
 */
double compare_grid(int number);

/* One training: what is asked for, and where it goes. */
struct compare_job {
    const struct compare *compare;
    const struct compare_arm *arm;
    double rate;
    uint64_t seed;
    double epochs;  /* the cap */
    double give_up; /* epochs after which it is given up; INFINITY: never */
};

/* Fills in what came out, and the curve, in *result, whose key is set; the
 * caller releases it. *stopped: it is to go on another time. */
typedef enum ramp_status compare_trainer(void *context,
                                         const struct compare_job *job,
                                         struct run_result *result,
                                         bool *stopped, struct ramp_error *err);

/* Make all runs that are missing in *results. `protocols` has a text for each
 * arm: the column of that name. */
MUST_CHECK enum ramp_status compare_run(const struct compare *compare,
                                        const char *const *protocols,
                                        struct results *results,
                                        compare_trainer *trainer, void *context,
                                        bool *stopped, struct ramp_error *err);

/* ---- what came out ---- */

/* The runs of one arm: rates in increasing order, and for each seed a run or
 * NULL. */
struct compare_rates {
    double *rates;                  /* owned, [n] */
    const struct run_result **runs; /* owned, [n * n_seeds], in the results */
    size_t n;
    int n_seeds;
    int best; /* the rate with the lowest median over the seeds, of equal ones
               * that in the middle; -1: all diverged, or there is none */
};

/* Seeds from 1 to n_seeds; of several protocols this one, or, with NULL, that
 * of the arm's last row. RAMP_MEMORY. */
MUST_CHECK enum ramp_status compare_collect(struct compare_rates *rates,
                                            const struct results *results,
                                            const char *scale, const char *arm,
                                            const char *protocol, int n_seeds,
                                            struct ramp_error *err);

/* The run of a rate and a seed (from 1); NULL if it is missing. */
const struct run_result *compare_at(const struct compare_rates *rates, int rate,
                                    int seed);
void compare_rates_release(struct compare_rates *rates);

/* Of the n seeds of a rate the run of rank n / 2, from 0; NULL if it is
 * missing. */
const struct run_result *compare_middle(const struct compare_rates *rates,
                                        int rate);

/* What runs are ranked by, lower is better: epochs to the target; behind all
 * that reached it those that did not, by their training error, or validation
 * error (or training loss) where there is no target; diverged ones last; NULL
 * behind them. */
double compare_score(const struct run_result *run);

/* "4.2", "> 20.0" (not reached), "diverged", "-" (NULL); without a target the
 * validation error in per cent, or the training loss. */
#define COMPARE_CELL_BYTES 24
void compare_cell(char cell[COMPARE_CELL_BYTES], const struct run_result *run);

/* The median of a rate over the seeds; where not all have a number, the upper
 * one of those in the middle. */
void compare_median_cell(char cell[COMPARE_CELL_BYTES],
                         const struct compare_rates *rates, int rate);

#endif
