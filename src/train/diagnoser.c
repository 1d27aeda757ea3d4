/* diagnoser.c - what a training tells of its layers after each epoch. */
#include "train/diagnoser.h"

#include "base/mem.h"
#include "base/sizes.h"
#include "net/net.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_BATCH = 64, ROW_BYTES = 256 };

static const char log_header[] =
    "epoch,layer,mean,std,zeros,dead,units,gradient_norm,update_ratio\n";

double weights_norm(const struct layer *layer, const float *block,
                    const float *other)
{
    size_t n = layer_n_weights(layer), at = layer->weight_at;
    double sum = 0;
    bool learns = layer->kind == LAYER_CONV || layer->kind == LAYER_DENSE;
    if (!learns || layer->whiten)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        double value = (double)block[i] - (other ? (double)other[i] : 0);
        sum += value * value;
    }
    return sqrt(sum);
}

/* All maps of a batch are kept, which is not to be much beside what the
 * training takes. */
static size_t batch_of(const struct diagnoser *d)
{
    size_t maps = 0;
    for (size_t i = 0; i < d->net->n_layers; i++)
        maps += shape_size(d->net->layers[i].out) * sizeof(float);
    size_t most = smaller(d->probe.n, MAX_BATCH);
    return larger(smaller(DIAGNOSER_BYTES / larger(maps, 1), most), 1);
}

static enum ramp_status diagnoser_fill(struct diagnoser *d,
                                       const struct ramp_dataset *data,
                                       const struct ramp_preprocess *pre,
                                       const struct ramp_compute *compute,
                                       struct ramp_error *err)
{
    size_t most = DIAGNOSER_BYTES / sizeof(float) / shape_size(d->net->input);
    enum ramp_status status =
        MEM_NEW(&d->layers, d->net->n_layers, "statistics", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&d->before, d->net->n_params, "statistics", err);
    if (status == RAMP_OK)
        status =
            probe_read(&d->probe, data, RAMP_TRAIN,
                       smaller(DIAGNOSER_PROBE, larger(most, 1)), pre, err);
    d->batch = batch_of(d);
    if (status == RAMP_OK)
        status =
            plan_new_watched(&d->plan, d->net, d->batch, false, compute, err);
    if (status == RAMP_OK)
        status = map_sums_init(&d->sums, d->net, MAPS_OF_ACTIVATIONS,
                               plan_threads(d->plan), err);
    return status;
}

enum ramp_status diagnoser_init(struct diagnoser *d, struct ramp_net *net,
                                const struct ramp_dataset *data,
                                const struct ramp_preprocess *pre,
                                const struct ramp_train_options *options,
                                int epochs, struct ramp_error *err)
{
    *d = (struct diagnoser){.net = net};
    enum ramp_status status =
        diagnoser_fill(d, data, pre, &options->compute, err);
    if (status == RAMP_OK && options->out_dir != NULL)
        status = epoch_log_open(&d->log, options->out_dir, "layers.csv",
                                log_header, epochs, err);
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
    epoch_log_release(&d->log);
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
}

static void look_at_outputs(struct diagnoser *d)
{
    size_t size = shape_size(d->net->input);
    plan_params_changed(d->plan);
    map_sums_clear(&d->sums);
    for (size_t i = 0; i < d->probe.n; i += d->batch) {
        size_t n = smaller(d->probe.n - i, d->batch);
        (void)plan_forward(d->plan, d->probe.x + i * size, n);
        map_sums_outputs(&d->sums, d->plan, n);
    }
    map_sums_finish(&d->sums, d->layers);
}

static enum ramp_status add_row(struct diagnoser *d, int epoch,
                                const struct ramp_layer_stats *s,
                                struct ramp_error *err)
{
    char row[ROW_BYTES], outputs[ROW_BYTES / 2] = ",,,,", dead[24] = "";
    char norm[ROW_BYTES / 8] = "", ratio[ROW_BYTES / 8] = "";
    if (s->dead >= 0)
        snprintf(dead, sizeof dead, "%d", s->dead);
    if (s->kind == RAMP_LAYER_ACT)
        snprintf(outputs, sizeof outputs, "%.6g,%.6g,%.6f,%s,%d", s->mean,
                 s->std, s->zeros, dead, s->units);
    else if (s->gradient_norm >= 0)
        snprintf(norm, sizeof norm, "%.6g", s->gradient_norm);
    else
        return RAMP_OK;
    if (s->update_ratio >= 0)
        snprintf(ratio, sizeof ratio, "%.6g", s->update_ratio);
    snprintf(row, sizeof row, "%d,%s,%s,%s,%s\n", epoch, s->name, outputs, norm,
             ratio);
    return epoch_log_add(&d->log, row, err);
}

enum ramp_status diagnoser_epoch(struct diagnoser *d, struct ramp_epoch *epoch,
                                 struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    look_at_outputs(d);
    epoch->layers = d->layers;
    epoch->n_layers = d->net->n_layers;
    if (d->log.path == NULL)
        return RAMP_OK;
    for (size_t i = 0; i < epoch->n_layers && status == RAMP_OK; i++)
        status = add_row(d, epoch->epoch, &d->layers[i], err);
    return status == RAMP_OK ? epoch_log_write(&d->log, err) : status;
}
