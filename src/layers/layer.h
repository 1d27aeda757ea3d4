/* layer.h - one layer of a net: what it is, and how it runs.
 *
 * Two ways to run. An image-wise layer (conv, activations, pools, dropout)
 * answers each image by itself: its functions are serial, work on the n images
 * given, and the plan shares the images among the threads. A batch-wise layer
 * (dense, batchnorm) needs the whole batch at once: all threads of the team
 * call it together and it shares the work itself (`omp for`), so a call ends
 * with a barrier. All of them find their memory in struct pass and allocate
 * none.
 *
 * An interleaved layer (interleaved.h) works on one interleaved map at a time,
 * whatever the number of images in it.
 *
 * backward(dx, dy, x, y): dx from dy, where x is the layer's input of the
 * forward pass and y its output; dx may be NULL where nobody needs it (the
 * first layer), and never overlaps dy. The gradient of parameters goes to
 * pass->dweight and dbias: a batch-wise layer sets it, an image-wise one adds
 * to it unless pass->fresh. */
#ifndef LAYERS_LAYER_H
#define LAYERS_LAYER_H

#include "kernels/kernels.h"
#include "layers/shape.h"

#include <ramp/activation.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layer_kind {
    LAYER_CONV,
    LAYER_ACT, /* those of one number; the next three are the others */
    LAYER_PRELU,
    LAYER_MAXOUT,
    LAYER_CRELU,
    LAYER_MAXPOOL,
    LAYER_AVGPOOL,
    LAYER_BATCHNORM,
    LAYER_DROPOUT,
    LAYER_DENSE,
};

/* The window of a convolution or pool. An output row is
 * (h + 2 pad_h - r) / stride_h + 1, rounded down, or up with `ceil`: then the
 * last window may reach over the padded edge. */
struct window {
    size_t r, s, stride_h, stride_w, pad_h, pad_w;
    bool ceil;
};

struct layer {
    enum layer_kind kind;
    char name[24]; /* "conv1" */
    char text[64]; /* "conv 32 5x5 pad 2" */
    struct shape in, out;
    struct window window;       /* conv and pools */
    bool bias;                  /* conv and dense */
    bool whiten;                /* conv: its weights do not learn */
    bool scale;                 /* batchnorm: trained; else it is 1 */
    struct ramp_activation act; /* activations */
    bool interleaved; /* in a plan: runs on interleaved images, see below */
    double rate;      /* dropout: share of units dropped */
    /* Where its parameters begin in the net's blocks: the weight, r*s*c*k or
     * h*w*c*k floats, then the bias, k (conv, dense); scale, c, if it has one,
     * then shift, c (batchnorm), whose running mean, c, and variance, c, are at
     * running_at; slopes, c (prelu). */
    size_t weight_at, bias_at, running_at;
};

/* How a plan runs its net; the same for all its layers. */
struct run {
    const struct kernels *kernels;
    size_t max_batch; /* images */
    bool training;    /* both directions; else inference only */
    bool exact;       /* convolutions by the direct algorithm only */
};

/* What a call may touch. */
struct pass {
    const struct run *run;
    bool training;      /* this pass; a plan for training also answers */
    size_t n;           /* images in the batch, or maps of this call */
    size_t first;       /* index of the first of them in the batch */
    size_t layer_index; /* keeps the dropout of two layers apart */
    const float *weight, *bias; /* the layer's own parameters; batch norm: */
    float *dweight, *dbias;     /* scale and shift; prelu: slopes. Gradients;
                                 * image-wise: see layer_partial_floats */
    bool fresh;                 /* nothing stands in them yet */
    float *running;             /* batch norm: mean (c), variance (c) */
    uint64_t seed, step;        /* of dropout */
    void *saved;     /* layer_saved_bytes: from forward to backward */
    float *packed;   /* layer_packed_floats: weights as tiles want them */
    float *scratch;  /* this thread's own: layer_scratch_floats */
    float *shared;   /* the team's: layer_shared_floats */
    float *gathered; /* layer_gathered_floats, of a group of images */
    size_t in_group; /* index of the first image in its group */
};

bool layer_is_activation(const struct layer *layer); /* of any kind */

/* Batch norm is batch-wise in training only. */
bool layer_is_batch_wise(const struct layer *layer, bool training);
size_t layer_n_weights(const struct layer *layer);
size_t layer_n_params(const struct layer *layer); /* weights and biases */

/* Which maps must be kept from forward to backward. */
bool layer_needs_input(const struct layer *layer);
bool layer_needs_output(const struct layer *layer);

/* Memory. partial: what an image-wise layer adds up over images in place of
 * its gradient; layer_collect makes the gradient of it. */
size_t layer_saved_bytes(const struct layer *layer, const struct run *run);
size_t layer_packed_floats(const struct layer *layer, const struct run *run);
size_t layer_scratch_floats(const struct layer *layer, const struct run *run);
size_t layer_shared_floats(const struct layer *layer, const struct run *run);
size_t layer_partial_weights(const struct layer *layer, const struct run *run);
size_t layer_partial_floats(const struct layer *layer, const struct run *run);

/* Images that the layer wants at a time, or its weights come from memory for
 * too few of them. */
size_t layer_block(const struct layer *layer, const struct run *run);

/* A convolution with many channels does not add up its weights' gradient image
 * by image: backward gathers what the gradient is made of for a group of up to
 * layer_group images, and then layer_gathered, called by all threads together,
 * adds up the group. Group 0: it does not work this way. */
size_t layer_group(const struct layer *layer, const struct run *run);
size_t layer_gathered_floats(const struct layer *layer, const struct run *run);
void layer_gathered(const struct layer *layer, const struct pass *pass,
                    bool accumulate);

/* Bring the weights into pass->packed; by all threads together. Called after
 * every change of the parameters. */
void layer_pack(const struct layer *layer, const struct pass *pass);

void layer_forward(const struct layer *layer, const struct pass *pass, float *y,
                   const float *x);
void layer_backward(const struct layer *layer, const struct pass *pass,
                    float *dx, const float *dy, const float *x, const float *y);

/* From the partial sums over all images to dweight and dbias; by all threads
 * together. */
void layer_collect(const struct layer *layer, const struct pass *pass,
                   const float *partial);

/* Multiply-adds count two; per image. */
double layer_forward_flop(const struct layer *layer);
double layer_train_flop(const struct layer *layer, bool needs_dx);

/* The texts of a step (ramp/net.h): how the layer runs, and why. Those of the
 * gradients are about a layer that is asked for both. */
struct ramp_plan_step;
void layer_describe(const struct layer *layer, const struct run *run,
                    struct ramp_plan_step *step);

#endif
