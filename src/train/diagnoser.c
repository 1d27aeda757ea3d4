/* diagnoser.c - what a training tells of its layers after each epoch. */
#include "train/diagnoser.h"

#include "base/mem.h"
#include "base/sizes.h"
#include "net/net.h"

#include <math.h>
#include <string.h>

enum { BATCH = 32 }; /* of the probe: its maps stay near */

double weights_norm(const struct layer *layer, const float *block,
                    const float *other)
{
    size_t n = layer_n_weights(layer), at = layer->weight_at;
    double sum = 0;
    if (layer->kind != LAYER_CONV && layer->kind != LAYER_DENSE)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        double value = (double)block[i] - (other ? (double)other[i] : 0);
        sum += value * value;
    }
    return sqrt(sum);
}

enum ramp_status diagnoser_init(struct diagnoser *d, struct ramp_net *net,
                                const struct ramp_dataset *data,
                                const struct ramp_preprocess *pre,
                                const struct ramp_compute *compute,
                                struct ramp_error *err)
{
    *d = (struct diagnoser){.net = net};
    enum ramp_status status =
        MEM_NEW(&d->layers, net->n_layers, "statistics", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&d->before, net->n_params, "statistics", err);
    if (status == RAMP_OK)
        status =
            probe_read(&d->probe, data, RAMP_TRAIN, DIAGNOSER_PROBE, pre, err);
    if (status == RAMP_OK)
        status = plan_new_watched(&d->plan, net, smaller(d->probe.n, BATCH),
                                  false, compute, err);
    if (status == RAMP_OK)
        status = map_sums_init(&d->sums, net, MAPS_OF_ACTIVATIONS,
                               plan_threads(d->plan), err);
    if (status == RAMP_OK)
        layer_stats_begin(d->layers, net);
    else
        diagnoser_release(d);
    return status;
}

void diagnoser_release(struct diagnoser *d)
{
    mem_free(d->layers);
    mem_free(d->before);
    probe_release(&d->probe);
    plan_free(d->plan);
    map_sums_release(&d->sums);
    *d = (struct diagnoser){0};
}

void diagnoser_before_step(struct diagnoser *d, const float *gradients)
{
    const struct ramp_net *net = d->net;
    memcpy(d->before, net->params, net->n_params * sizeof *d->before);
    for (size_t i = 0; i < net->n_layers; i++)
        d->layers[i].gradient_norm =
            weights_norm(&net->layers[i], gradients, NULL);
}

void diagnoser_after_step(struct diagnoser *d)
{
    const struct ramp_net *net = d->net;
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        double norm = weights_norm(l, d->before, NULL);
        d->layers[i].update_ratio =
            norm > 0 ? weights_norm(l, net->params, d->before) / norm : -1;
    }
    d->stepped = true;
}

void diagnoser_epoch(struct diagnoser *d)
{
    size_t size = shape_size(d->net->input);
    for (size_t i = 0; i < d->net->n_layers && !d->stepped; i++)
        d->layers[i].gradient_norm = d->layers[i].update_ratio = -1;
    d->stepped = false;
    plan_params_changed(d->plan);
    map_sums_clear(&d->sums);
    for (size_t i = 0; i < d->probe.n; i += BATCH) {
        size_t n = smaller(d->probe.n - i, BATCH);
        (void)plan_forward(d->plan, d->probe.x + i * size, n);
        map_sums_outputs(&d->sums, d->plan, n);
    }
    map_sums_finish(&d->sums, d->layers);
}
