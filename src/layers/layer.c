/* layer.c - from the kind of a layer to its functions. */
#include "layers/layer.h"

#include "base/error.h"
#include "layers/activation.h"
#include "layers/interleaved.h"
#include "layers/layers.h"
#include "layers/winograd.h"

#include <ramp/net.h>
#include <stdio.h>
#include <string.h>

bool layer_is_activation(const struct layer *layer)
{
    return layer->kind == LAYER_ACT || layer->kind == LAYER_PRELU ||
           layer->kind == LAYER_MAXOUT || layer->kind == LAYER_CRELU;
}

bool layer_is_batch_wise(const struct layer *layer, bool training)
{
    return layer->kind == LAYER_DENSE ||
           (layer->kind == LAYER_BATCHNORM && training);
}

size_t layer_n_weights(const struct layer *layer)
{
    const struct window *v = &layer->window;
    switch (layer->kind) {
    case LAYER_CONV: return v->r * v->s * layer->in.c * layer->out.c;
    case LAYER_DENSE: return shape_size(layer->in) * layer->out.c;
    case LAYER_BATCHNORM: return layer->scale ? layer->in.c : 0;
    case LAYER_PRELU: return layer->in.c;
    default: return 0;
    }
}

size_t layer_n_params(const struct layer *layer)
{
    size_t n = layer_n_weights(layer);
    if (layer->kind == LAYER_BATCHNORM)
        n += layer->in.c;
    else if (n > 0 && layer->bias)
        n += layer->out.c;
    return n;
}

bool layer_needs_output(const struct layer *layer)
{
    return layer->kind == LAYER_CRELU ||
           (layer->kind == LAYER_ACT && !activation_needs_input(&layer->act));
}

bool layer_needs_input(const struct layer *layer)
{
    return layer->kind == LAYER_CONV || layer->kind == LAYER_DENSE ||
           layer->kind == LAYER_BATCHNORM || layer->kind == LAYER_PRELU ||
           (layer->kind == LAYER_ACT && activation_needs_input(&layer->act));
}

size_t layer_saved_bytes(const struct layer *layer, const struct run *run)
{
    if (!run->training)
        return 0;
    switch (layer->kind) {
    case LAYER_MAXOUT:
    case LAYER_MAXPOOL:
        return run->max_batch * shape_size(layer->out) * sizeof(uint16_t);
    case LAYER_BATCHNORM: return 4 * layer->in.c * sizeof(float);
    default: return 0;
    }
}

size_t layer_packed_floats(const struct layer *layer, const struct run *run)
{
    switch (layer->kind) {
    case LAYER_CONV: return conv2d_packed_floats(layer, run);
    case LAYER_DENSE: return dense_packed_floats(layer, run);
    case LAYER_BATCHNORM: return 2 * layer->in.c;
    default: return 0;
    }
}

/* Of the output of one image, or of interleaved ones. */
static size_t map_floats(const struct layer *layer)
{
    return shape_size(layer->out) * (layer->interleaved ? LANES : 1);
}

size_t layer_scratch_floats(const struct layer *layer, const struct run *run)
{
    switch (layer->kind) {
    case LAYER_CONV: return conv2d_scratch_floats(layer, run);
    case LAYER_DENSE: return dense_scratch_floats(layer, run);
    case LAYER_PRELU: return run->training ? layer->in.c : 0;
    default: return 0;
    }
}

size_t layer_shared_floats(const struct layer *layer, const struct run *run)
{
    if (layer->kind == LAYER_DENSE)
        return dense_shared_floats(layer, run);
    if (layer->kind == LAYER_BATCHNORM && run->training)
        return (2 * run->max_batch + 3) * layer->in.c;
    return 0;
}

size_t layer_partial_weights(const struct layer *layer, const struct run *run)
{
    switch (layer->kind) {
    case LAYER_CONV: return conv2d_partial_weights(layer, run);
    case LAYER_PRELU: return layer->in.c;
    default: return 0;
    }
}

size_t layer_partial_floats(const struct layer *layer, const struct run *run)
{
    bool bias = layer->kind == LAYER_CONV && layer->bias;
    return layer_partial_weights(layer, run) + (bias ? layer->out.c : 0);
}

size_t layer_block(const struct layer *layer, const struct run *run)
{
    return layer->kind == LAYER_CONV ? conv2d_block(layer, run) : 1;
}

size_t layer_group(const struct layer *layer, const struct run *run)
{
    return layer->kind == LAYER_CONV && run->training ? conv2d_group(layer, run)
                                                      : 0;
}

size_t layer_gathered_floats(const struct layer *layer, const struct run *run)
{
    return layer->kind == LAYER_CONV && run->training
               ? conv2d_gathered_floats(layer, run)
               : 0;
}

void layer_gathered(const struct layer *layer, const struct pass *pass,
                    bool accumulate)
{
    if (layer_group(layer, pass->run) > 0)
        winograd_gathered(layer, pass, accumulate);
}

void layer_collect(const struct layer *layer, const struct pass *pass,
                   const float *partial)
{
    if (layer->kind == LAYER_CONV)
        conv2d_collect(layer, pass, partial);
    if (layer->kind == LAYER_PRELU) {
#pragma omp single nowait
        memcpy(pass->dweight, partial, layer->in.c * sizeof *partial);
    }
}

void layer_pack(const struct layer *layer, const struct pass *pass)
{
    switch (layer->kind) {
    case LAYER_CONV: conv2d_pack(layer, pass); break;
    case LAYER_DENSE: dense_pack(layer, pass); break;
    case LAYER_BATCHNORM: batchnorm_pack(layer, pass); break;
    default: break;
    }
}

void layer_forward(const struct layer *layer, const struct pass *pass, float *y,
                   const float *x)
{
    switch (layer->kind) {
    case LAYER_CONV: conv2d_forward(layer, pass, y, x); break;
    case LAYER_ACT:
        pass->run->kernels->act_forward[layer->act.kind](
            y, x, pass->n * map_floats(layer), layer->act.a);
        break;
    case LAYER_PRELU: prelu_forward(layer, pass, y, x); break;
    case LAYER_MAXOUT: maxout_forward(layer, pass, y, x); break;
    case LAYER_CRELU: crelu_forward(layer, pass, y, x); break;
    case LAYER_MAXPOOL: maxpool_forward(layer, pass, y, x); break;
    case LAYER_AVGPOOL: avgpool_forward(layer, pass, y, x); break;
    case LAYER_BATCHNORM:
        if (pass->training)
            batchnorm_forward(layer, pass, y, x);
        else
            batchnorm_infer(layer, pass, y, x);
        break;
    case LAYER_DROPOUT: dropout_apply(layer, pass, y, x); break;
    case LAYER_DENSE: dense_forward(layer, pass, y, x); break;
    }
}

void layer_backward(const struct layer *layer, const struct pass *pass,
                    float *dx, const float *dy, const float *x, const float *y)
{
    switch (layer->kind) {
    case LAYER_CONV: conv2d_backward(layer, pass, dx, dy, x); return;
    case LAYER_DENSE: dense_backward(layer, pass, dx, dy, x); return;
    case LAYER_BATCHNORM: batchnorm_backward(layer, pass, dx, dy, x); return;
    case LAYER_PRELU: prelu_backward(layer, pass, dx, dy, x); return;
    default: break;
    }
    if (dx == NULL)
        return;
    switch (layer->kind) {
    case LAYER_ACT:
        pass->run->kernels->act_backward[layer->act.kind](
            dx, dy, x, y, pass->n * map_floats(layer), layer->act.a);
        break;
    case LAYER_MAXOUT: maxout_backward(layer, pass, dx, dy); break;
    case LAYER_CRELU: crelu_backward(layer, pass, dx, dy, y); break;
    case LAYER_MAXPOOL: maxpool_backward(layer, pass, dx, dy); break;
    case LAYER_AVGPOOL: avgpool_backward(layer, pass, dx, dy); break;
    case LAYER_DROPOUT: dropout_apply(layer, pass, dx, dy); break;
    default: ASSERT(false);
    }
}

double layer_forward_flop(const struct layer *layer)
{
    double weights = (double)layer_n_weights(layer);
    switch (layer->kind) {
    case LAYER_CONV: return 2 * weights * (double)(layer->out.h * layer->out.w);
    case LAYER_DENSE: return 2 * weights;
    default: return 0;
    }
}

double layer_train_flop(const struct layer *layer, bool needs_dx)
{
    return layer_forward_flop(layer) * (needs_dx ? 3 : 2);
}

void layer_describe(const struct layer *layer, const struct run *run,
                    struct ramp_plan_step *step)
{
    const char *algorithm = "value by value", *reason = "";
    switch (layer->kind) {
    case LAYER_CONV: conv2d_describe(layer, run, step); return;
    case LAYER_DENSE: dense_describe(layer, run, step); return;
    case LAYER_MAXPOOL:
    case LAYER_AVGPOOL: algorithm = "window by window"; break;
    case LAYER_BATCHNORM:
        algorithm = run->training ? "batch statistics" : "running statistics";
        if (run->training)
            reason = "its mean and variance are those of the whole batch";
        break;
    case LAYER_DROPOUT:
        algorithm = run->training ? "a draw for each value" : "copied";
        if (!run->training)
            reason = "it drops nothing outside of training";
        break;
    case LAYER_MAXOUT: algorithm = "group by group"; break;
    case LAYER_ACT:
    case LAYER_PRELU:
    case LAYER_CRELU: break;
    }
    snprintf(step->algorithm, sizeof step->algorithm, "%s", algorithm);
    snprintf(step->reason, sizeof step->reason, "%s", reason);
}
