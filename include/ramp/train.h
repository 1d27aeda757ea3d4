/* train.h - fit a net to a data set by stochastic gradient descent. */
#ifndef RAMP_TRAIN_H
#define RAMP_TRAIN_H

#include <ramp/compute.h>
#include <ramp/dataset.h>
#include <ramp/diagnose.h>
#include <ramp/error.h>
#include <ramp/model.h>
#include <ramp/net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* With g the gradient of the mean loss (plus l2 * w and l1 * sign(w) for
 * weights, not for biases and batch norm), and lr times a factor for biases and
 * for batch norm:
 *   sgd       v = momentum v + g;  w -= lr v
 *   nesterov  v = momentum v + g;  w -= lr (g + momentum v)
 *   adamw     Loshchilov & Hutter 2019: betas 0.9 and 0.999, eps 1e-8, l2
 *             decoupled: w -= lr l2 w */
enum ramp_optimizer { RAMP_NESTEROV, RAMP_SGD, RAMP_ADAMW };

/* The factor on lr: first it grows linearly from 0 to 1 over the warm-up
 * epochs; then, at progress p = 0..1 through the steps that are left:
 *   cosine    (1 + cos(pi p)) / 2
 *   onecycle  the same, but its warm-up is always the first 30 % of all steps
 *   step      1, 0.1 from 1/2 on, 0.01 from 3/4 on
 *   constant  1
 *   linear    1 - p
 *   triangle  has no warm-up: in a line from 0.2 to 1 over the first 23 % of
 * all steps, and in a line to 0.07 at the end, as airbench has it */
enum ramp_schedule {
    RAMP_COSINE,
    RAMP_ONECYCLE,
    RAMP_STEP,
    RAMP_CONSTANT,
    RAMP_LINEAR,
    RAMP_TRIANGLE
};

/* What the loader does to a training picture, drawn anew each epoch from
 * (seed, epoch, index). Pixels from outside come from the mirrored border. */
struct ramp_augment {
    bool flip;      /* left-right, half of the time */
    bool alternate; /* with flip: half of the pictures in the first epoch, then
                     * each in every other epoch (Jordan 2024) */
    int shift;      /* up to so many pixels each way */
    double rotate;  /* up to so many degrees each way */
    double scale;   /* by a factor of 1 - scale .. 1 + scale */
    double shear;   /* rows move by up to so many pixels a row, the centre's not
                     * at all; this, rotation and scaling are one bilinear
                     * sampling */
    int cutout;     /* a square of so many pixels becomes the mean */
};

/* Reads "flip,shift:4,rotate:10,scale:0.1,shear:0.1,cutout:8", where
 * "flip:alternate" may stand for "flip", or "none". RAMP_USAGE. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_augment_parse(struct ramp_augment *augment, const char *text,
                   struct ramp_error *err);

/* One finished epoch; -1 where there is no such figure. */
struct ramp_epoch {
    int epoch, epochs;              /* 1.. */
    double train_loss, train_error; /* running, over the pictures seen, as
                                     * augmented and weighed, before each step;
                                     * no error is weighed */
    double val_loss, val_error;     /* clean, after the last step */
    double lr;                      /* of the last step */
    double images_per_second;       /* of training */
    double seconds;                 /* of this epoch, validation included */
    double elapsed;                 /* since the start */
    bool best;                      /* the best validation error so far */
    /* With options->diagnose: [n_layers], in the order of the net's text, valid
     * during the callback; else NULL. Activations alone have figures about
     * their output, convolutions and dense layers about their weights. */
    const struct ramp_layer_stats *layers;
    size_t n_layers;
    /* As it is now, for ramp_evaluate during the callback; borrowed. */
    const struct ramp_model *model;
};

/* Where training is inside an epoch, for a progress bar. */
struct ramp_progress {
    int epoch, epochs;
    size_t images, n_images; /* of this epoch */
    double loss, error;      /* running */
    double images_per_second;
    double seconds_left; /* of the whole training, estimated */
};

struct ramp_train_options {
    struct ramp_compute compute;
    uint64_t seed;     /* weights, order, augmentation, dropout */
    int epochs, batch; /* a batch is at most the training part; the gradient
                        * of a smaller last one is scaled by its share */
    enum ramp_optimizer optimizer;
    double lr, momentum, l1, l2;
    double bias_lr;  /* so many times lr: for biases of conv and dense, */
    double norm_lr;  /* and for scale and shift of batch norm, which no penalty
                      * falls on; 0: they stay as they began */
    double act_l1;   /* the loss has so many times the mean over the batch of
                      * sum |h| besides, h the outputs of all activation layers
                      * (its derivative at h = 0 is 0); slower, and not part of
                      * the loss that is reported; 0: none */
    double max_norm; /* after each step the weights into a unit of a dense
                      * layer, and those of a filter, are scaled down to this
                      * norm; 0: no limit */
    /* An average of the weights and of batch norm's statistics. It is what is
     * validated, what the model is in the end, and what both files hold as
     * the net's tensors; the weights that steps change stand beside it in
     * last.safetensors. With w these weights after step t of T, one of
     *   ema        after each step  average = d average + (1 - d) w,
     *              d = min(ema, (1 + t) / (10 + t)); 0: none
     *   lookahead  the same after every fifth step, with
     *              d = 0.95^5 (t / T)^3, and then w = average: Zhang et al.
     *              2019, in the form of airbench */
    double ema;
    bool lookahead;
    enum ramp_schedule schedule;
    double warmup;          /* epochs; at most all of them */
    double label_smoothing; /* target 1 - s for the class, s/k for all k */
    struct ramp_augment augment;
    enum ramp_scale scale;
    struct ramp_init init;
    const struct ramp_model *from; /* borrowed: begin with those of its weights
                                    * whose name and shape fit, but for the
                                    * last layer with weights; NULL: none */
    bool class_weights;            /* weigh the loss of a picture by
                                    * n / (classes x pictures of its class) in
                                    * the training part, as if all classes had
                                    * as many */
    int patience;                  /* stop after so many epochs without a better
                                    * validation error; 0: never */
    double time_limit;        /* seconds, looked at after each batch; 0: none */
    const char *out_dir;      /* gets best.safetensors, last.safetensors and
                               * log.csv; for one training at a time, which
                               * the caller sees to; NULL: nothing is written
                               */
    bool resume;              /* go on in out_dir: see ramp_train */
    bool diagnose;            /* look at the layers after each epoch: outputs on
                               * up to 512 training pictures (and 32 MiB), as
                               * validation sees them, gradient and change of
                               * the weights in the last step. Changes nothing
                               * in the model. out_dir gets layers.csv, too: a
                               * row per epoch and layer with such figures */
    const char *const *facts; /* name, text, name, text, ..., NULL: written
                               * into the model beside the trainer's own */

    /* Called from the training thread; may be NULL. A callback that returns
     * false ends the training after the current batch: what is needed to go on
     * from there is saved. */
    bool (*on_batch)(void *context, const struct ramp_progress *progress);
    bool (*on_epoch)(void *context, const struct ramp_epoch *epoch);
    void *context;
};

/* The defaults: nesterov 0.9, batch 64, rate 0.05 (and once that for biases and
 * batch norm) with one epoch of warm-up and cosine to 0, L2 5e-4, 20 epochs,
 * standard scale, He normal; flip and shift for colour, shift for grey: by
 * shift 1/16 of the width, at least 1. */
RAMP_API void ramp_train_defaults(struct ramp_train_options *options,
                                  const struct ramp_dataset *data);

struct ramp_train_result {
    int epochs;            /* finished, those before a pause included */
    int best_epoch;        /* 0: no validation part, or no epoch was finished */
    double best_val_error; /* -1: none */
    size_t batches, n_batches; /* of the epoch in which it ended; 0: behind
                                * the end of one */
    size_t n_taken;            /* tensors taken from options->from */
    bool stopped;              /* by a callback */
    bool out_of_patience, out_of_time;
};

/* With `options` of NULL the defaults hold; `result` may be NULL.
 *
 * Initialise *net and train it on the training part; *model is the best one by
 * validation error (the last, where there is no validation part or no epoch was
 * finished) and owns the net. *net is taken over and set to NULL, also on
 * failure. The step allocates nothing. Equal options and data give an equal
 * model for any thread count. RAMP_DIVERGED when the loss or a weight is not
 * finite: names epoch, batch and rate; the files of the last finished epoch
 * stay. RAMP_USAGE for options out of range, RAMP_MODEL for a net of other
 * shape or classes than the data, RAMP_DATA, RAMP_IO, RAMP_MEMORY.
 *
 * A training that ended early, whatever ended it, can go on: with options->
 * resume, the same net, data and options, from out_dir/last.safetensors. All
 * tensors are then the same, bit for bit, as if it had never stopped, also with
 * other numbers of threads. `epochs` may be another number: schedules reckon
 * with it. The time limit is that of each call. Where nothing is left to do,
 * the model is the best one and nothing is written. RAMP_MODEL if there is no
 * checkpoint or one of another net or optimizer, RAMP_DATA if the data, the
 * seed or the batch are others.
 *
 * Facts in the model: data, fingerprint, val-drawn, seed, those of
 * options->facts, date; and of the epoch whose weights these are: epoch,
 * train-loss, train-error and, with a validation part, val-loss, val-error
 * (errors as shares of 1). */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_train(struct ramp_model **model, struct ramp_train_result *result,
           struct ramp_net **net, const struct ramp_dataset *data,
           const struct ramp_train_options *options, struct ramp_error *err);

/* What the net sees: the first n training pictures of epoch 1 as ramp_train
 * with these options would draw, order and augment them, height x width x
 * channels bytes each, before scaling, rounded. n is 1 to the number of
 * training pictures. RAMP_USAGE for another n or options out of range,
 * RAMP_DATA, RAMP_IO, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_train_preview(uint8_t *pixels, size_t n, const struct ramp_dataset *data,
                   const struct ramp_train_options *options,
                   struct ramp_error *err);

#ifdef __cplusplus
}
#endif

#endif
