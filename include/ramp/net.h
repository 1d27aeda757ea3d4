/* net.h - a network: its text, its layers, its parameters.
 *
 * The text has one layer a line, `#` begins a comment:
 *
 *   input   data | CxHxW          the shape; `data`: the data set's
 *   conv    K RxS [stride N|NxM] [pad N|NxM] [nobias]     cross-correlation
 *   conv    K RxS ... whiten      the first layer, K twice the values of its
 *                                 patch: ramp_train fills in filters that
 *                                 whiten the patches of the pictures; they do
 *                                 not learn, and their bias for 3 epochs only
 *   act                           the run's activation (--act)
 *   relu | leaky A | elu A | tanh | ...       one by name: ramp/activation.h
 *   prelu [A]                     a slope learned for each channel; A at first
 *   maxout [K]                    the largest of K adjacent channels
 *   crelu                         twice the channels: max(0, x), max(0, -x)
 *   maxpool RxS [stride N|NxM] [pad ..] [ceil]   ceil: keep partial windows
 *   avgpool RxS [stride N|NxM] [pad ..] [ceil]   mean of the pixels inside
 *   globalpool [max]              mean (or largest) over the whole map
 *   batchnorm [noscale]           noscale: its scale is 1, not a parameter
 *   dropout P                     inverted: kept units are scaled at training
 *   dense   N [nobias]
 *
 * K and N are numbers or the word `classes`. A stride not given is 1 for conv
 * and the window for pools; a pad not given is 0. The last layer must give one
 * value a class: softmax and cross-entropy follow it. An input line is
 * optional (`data`).
 *
 * A net is not thread-safe; read-only use by several threads is. */
#ifndef RAMP_NET_H
#define RAMP_NET_H

#include <ramp/activation.h>
#include <ramp/compute.h>
#include <ramp/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ramp_net;

/* What the text leaves open. */
struct ramp_net_options {
    int channels, height, width; /* what `input data` stands for */
    int n_classes;               /* what `classes` stands for */
    struct ramp_activation act;  /* what `act` stands for */
};

/* Build a net from its text. `name` is for messages ("models/lenet.net").
 * RAMP_MODEL with name, line, what was expected, what was found and the
 * nearest word; RAMP_MEMORY if it has over 2^28 parameters. Parameters are zero
 * until ramp_net_init. *net is the caller's. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_net_parse(struct ramp_net **net, const char *text, const char *name,
               const struct ramp_net_options *options, struct ramp_error *err);

/* The same from a file, or from the name of a shipped net ("lenet": in models/
 * of the working folder, beside the program, in ../share/ramp from there, or in
 * PREFIX/share/ramp), or "mlp:512,512": dense layers of so many units with an
 * `act` behind each, and `dense classes`. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_net_load(struct ramp_net **net, const char *file_or_name,
              const struct ramp_net_options *options, struct ramp_error *err);

RAMP_API void ramp_net_free(struct ramp_net *net); /* accepts NULL */

/* First weights. With n = fan_in = inputs of a unit, m = fan_out:
 *   he      variance 2/n (or 2/m)     He et al. 2015
 *   xavier  variance 2/(n + m)        Glorot & Bengio 2010
 *   lecun   variance 1/n (or 1/m)     LeCun et al. 1998
 * as a normal distribution of that standard deviation s, or uniform over
 * +-sqrt(3) s. For a convolution n = r*s*c and m = r*s*k.
 *   dirac   uniform over +-1/sqrt(n); then, in convolutions that do not whiten,
 *           filter i < c becomes one that passes channel i on: 1 in the middle
 *           of its window, else 0; as airbench has it
 *   spread  what is given: standard deviations, or bounds if uniform; one for
 *           each layer with weights in turn, the last for those that follow */
enum ramp_init_kind {
    RAMP_INIT_HE,
    RAMP_INIT_XAVIER,
    RAMP_INIT_LECUN,
    RAMP_INIT_DIRAC,
    RAMP_INIT_SPREAD
};

#define RAMP_INIT_MAX_SPREADS 32

struct ramp_init {
    enum ramp_init_kind kind;
    bool uniform; /* else normal; dirac: true */
    bool fan_out; /* else fan_in; xavier takes both anyway */
    float bias;   /* of conv and dense; 0 */
    int n_spreads;
    double spreads[RAMP_INIT_MAX_SPREADS];
};

/* Reads "dirac", "he", "xavier-uniform", "he-fanout", "lecun-uniform-fanout",
 * ... and "normal:0.0001,0.01", "uniform:0.05", ...; leaves init->bias alone.
 * RAMP_USAGE. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_init_parse(struct ramp_init *init, const char *text,
                struct ramp_error *err);

/* Fill the parameters; each number depends on the seed and its place alone. */
RAMP_API void ramp_net_init(struct ramp_net *net, const struct ramp_init *init,
                            uint64_t seed);

/* ---- looking at a net ---- */

RAMP_API const char *ramp_net_text(const struct ramp_net *net); /* as given */
RAMP_API const char *ramp_net_name(const struct ramp_net *net); /* "lenet" */
RAMP_API void ramp_net_options(const struct ramp_net *net,
                               struct ramp_net_options *options);
RAMP_API size_t ramp_net_n_layers(const struct ramp_net *net);
RAMP_API size_t ramp_net_n_parameters(const struct ramp_net *net);

/* One row of the table of `ramp info`. */
struct ramp_layer_info {
    char text[64]; /* "conv 32 5x5 pad 2" */
    int out_channels, out_height, out_width;
    size_t n_parameters;
    double forward_flop; /* per image; a multiply-add is two */
    double train_flop;   /* forward and backward */
    int receptive_height, receptive_width; /* in pixels of the input */
    size_t activation_bytes;               /* of the output of one image */
};
RAMP_API void ramp_net_layer(const struct ramp_net *net, size_t index,
                             struct ramp_layer_info *info);

/* A named part of the net's parameters, or of what batch norm has measured;
 * names, dims and order are those of a model file. */
struct ramp_tensor {
    const char *name; /* "conv1.weight"; the net's */
    size_t layer;     /* its index, as for ramp_net_layer */
    int n_dims;
    size_t dims[4];  /* conv: maps, input channels, rows, columns;
                      * dense: units, inputs; else the units alone */
    size_t n_values; /* their product */
};

/* In the order of the layers. */
RAMP_API size_t ramp_net_n_tensors(const struct ramp_net *net);
RAMP_API void ramp_net_tensor(const struct ramp_net *net, size_t index,
                              struct ramp_tensor *tensor);

/* Copy its n_values values; of the dims, the last varies fastest. */
RAMP_API void ramp_net_tensor_values(const struct ramp_net *net, size_t index,
                                     float *values);

/* Peak memory of a process that trains (or, if not, predicts) in batches of
 * `batch`: parameters, gradients, momentum, activations, scratch, a batch of
 * pictures, and the program. 0: there is no memory to tell. */
RAMP_API size_t ramp_net_memory(const struct ramp_net *net, size_t batch,
                                bool training,
                                const struct ramp_compute *compute);

/* How one layer runs in batches of one size: a row of `ramp info --plan`. */
struct ramp_plan_step {
    size_t layer;  /* its index in the net */
    char text[64]; /* "conv 32 5x5 pad 2" */

    /* The layers of a stage follow each other while the maps of a block of
     * images are in the cache: threads take blocks. A batch-wise layer is a
     * stage of its own, and all threads share the work of the whole batch. */
    size_t stage;     /* from 1 */
    size_t block;     /* images at a time, at most */
    bool batch_wise;  /* block is the batch */
    bool interleaved; /* a vector holds the same value of `block` images */

    /* Plain texts; empty where there is nothing to say. A product is one
     * multiplication of a value with a weight; an output takes so many for
     * each input channel, the zeros of the padding counted. */
    char algorithm[40]; /* "Winograd F(4x4, 5x5)" */
    char reason[192];   /* why this one */
    /* In training, where they are made in another way than the output. */
    char input_gradient[96], weight_gradient[128];

    size_t weight_bytes; /* weights as the algorithm wants them, and what their
                          * gradient is gathered from */
    size_t map_bytes;    /* of the batch, kept for the backward pass or for the
                          * next stage */
};

/* The plan of a net: a step for each layer in the order in which they run,
 * which may differ from the net's. Layers that are merged into others have a
 * step behind those. *steps (the caller frees it with free()) has
 * ramp_net_n_layers rows. RAMP_USAGE for a batch that is not 1 to 1000000 or an
 * instruction set that cannot be had, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_net_plan(struct ramp_plan_step **steps, size_t *n_steps,
              const struct ramp_net *net, size_t batch, bool training,
              const struct ramp_compute *compute, struct ramp_error *err);

/* ---- checking a net ---- */

/* The gradient of one tensor, or of the input. `scale` is the largest gradient
 * of the tensor's layer. Both values are the worst of the entries compared. */
struct ramp_gradient_check {
    char name[64]; /* "conv1.weight", "input" */
    size_t n_checked;
    size_t n_skipped;       /* a kink lay between the two points */
    double worst_reference; /* double: backward a against differences b,
                             * |a - b| / (|a| + |b| + scale / 100) */
    double worst_float;     /* float against double backward,
                             * |a - b| / scale */
    bool passed;            /* worst_reference <= 1e-6, worst_float <= 1e-2,
                             * skipped at most a tenth, scale > 0 */
};

/* Compare every gradient of the net, on a batch of 4 random inputs, with
 * central differences of the plain double-precision network, at most
 * max_entries entries a tensor. The net should have been initialised; its
 * biases are moved a little for the time of the check, and everything is put
 * back. *checks (the caller frees it with free()) has one entry for the input
 * and one a tensor; RAMP_MODEL for what cannot be checked, a loss that is not
 * finite; RAMP_MEMORY; a wrong gradient is `passed == false`. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_net_check(struct ramp_gradient_check **checks, size_t *n_checks,
               struct ramp_net *net, uint64_t seed, size_t max_entries,
               const struct ramp_compute *compute, struct ramp_error *err);

#ifdef __cplusplus
}
#endif

#endif
