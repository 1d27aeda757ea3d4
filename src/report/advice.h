/* advice.h - warnings in plain words from what a training shows. Nothing is
 * read or written here but by advice_show. */
#ifndef REPORT_ADVICE_H
#define REPORT_ADVICE_H

#include "report/terminal.h"

#include <ramp/train.h>
#include <stdbool.h>
#include <stddef.h>

/* The thresholds, and why these.
 *
 * Of a layer's units, and two of them at least: healthy trainings leave up to a
 * tenth of a small layer dead; a fifth less of it is worth a word. */
#define ADVICE_DEAD 0.2
/* Training loss from the second epoch on, as a share of the loss of answering
 * each class as often as it comes: one pass over any data that can be learnt
 * is worth more than 2 %. */
#define ADVICE_CHANCE 0.98
/* Validation loss above its best of at least two epochs ago, while training
 * loss is below what it was then: more than it wavers from epoch to epoch. Not
 * while fewer validation pictures are taken for others than then: the model of
 * that epoch was not better, only less sure. */
#define ADVICE_OVERFITTING 0.1
/* The first layer's gradient as a share of the last one's: each layer of
 * sigmoids leaves a quarter to a third of it, so that six of them or more are
 * meant; rectifiers and tanh stay above a tenth. Or the change of its weights
 * by a step at full rate, of which 1e-3 is usual, while that of the last one is
 * not small. */
#define ADVICE_VANISHING 1e-3
#define ADVICE_STANDSTILL 1e-5
#define ADVICE_SMALL_STEP 1e-4
/* Change of a layer's weights by one step, in two epochs: a hundred times what
 * is usual; ten such steps leave nothing of the weights. */
#define ADVICE_STEP 0.1
/* Pictures of the largest class for each of the smallest: of two classes the
 * larger one alone is then right in three of four. */
#define ADVICE_UNEQUAL 3

enum advice_kind {
    ADVICE_OF_DEAD,
    ADVICE_OF_CHANCE,
    ADVICE_OF_OVERFITTING,
    ADVICE_OF_VANISHING,
    ADVICE_OF_STEP,
    ADVICE_OF_CLASSES,
    ADVICE_N_KINDS
};

#define ADVICE_BYTES 160
#define ADVICE_MAX 16

struct advice {
    double lr;     /* that was asked for */
    double chance; /* loss of who knows the shares of the classes alone */
    /* How bad each was when it was last said, 0: never. It is said again only
     * when it is three times as bad. */
    double said[ADVICE_N_KINDS];
    /* Of the epoch with the lowest validation loss; 0: none. */
    int best_epoch;
    double best_val_loss, best_val_error, best_train_loss;
    int n_large_steps; /* epochs in a row */
    int n_shown;
    int n; /* all that was said, in that order, each one sentence */
    char texts[ADVICE_MAX][ADVICE_BYTES];
};

/* Before the first epoch: counts[n_classes] are the training pictures of each
 * class; weighted: the loss makes up for their differences. */
void advice_init(struct advice *advice, double lr, const size_t *counts,
                 int n_classes, bool weighted);

/* After each epoch; without epoch->layers, what can be said without them. */
void advice_epoch(struct advice *advice, const struct ramp_epoch *epoch);

/* What was not shown before, as "note: ...", in lines of at most 79 columns. */
void advice_show(struct advice *advice, struct terminal *terminal);

#endif
