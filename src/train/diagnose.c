/* diagnose.c - a net at work on some pictures, layer by layer. */
#include "base/flush.h"
#include "base/mem.h"
#include "base/sizes.h"
#include "base/text.h"
#include "net/net.h"
#include "train/diagnoser.h"

#include <ramp/diagnose.h>

#include <string.h>

enum { BATCH = 64 }; /* the header says so */

struct diagnosis {
    struct ramp_net *net;
    struct ramp_layer_stats *layers;
    struct plan *plan;
    struct map_sums sums;
    float *running;  /* as they were */
    float *gradient; /* of the mean loss over all pictures */
};

static enum ramp_status diagnosis_init(struct diagnosis *d,
                                       struct ramp_net *net, size_t n,
                                       bool backward,
                                       const struct ramp_compute *compute,
                                       struct ramp_error *err)
{
    *d = (struct diagnosis){.net = net};
    enum ramp_status status =
        MEM_NEW(&d->layers, net->n_layers, "statistics", err);
    if (status == RAMP_OK)
        status = plan_new_watched(&d->plan, net, smaller(n, BATCH), backward,
                                  compute, err);
    if (status == RAMP_OK)
        status =
            map_sums_init(&d->sums, net, MAPS_ALL, plan_threads(d->plan), err);
    if (status != RAMP_OK || !backward)
        return status;
    status = MEM_NEW(&d->running, net->n_running, "statistics", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&d->gradient, net->n_params, "statistics", err);
    return status;
}

static void diagnosis_release(struct diagnosis *d)
{
    mem_free(d->layers);
    plan_free(d->plan);
    map_sums_release(&d->sums);
    mem_free(d->running);
    mem_free(d->gradient);
}

/* Batch norm in training changes the running statistics: they are put back. */
static void backward(struct diagnosis *d, const struct plan_batch *batch,
                     size_t n_all)
{
    struct ramp_net *net = d->net;
    memcpy(d->running, net->running, net->n_running * sizeof *net->running);
    plan_train(d->plan, batch);
    memcpy(net->running, d->running, net->n_running * sizeof *net->running);
    plan_params_changed(d->plan);
    map_sums_gradients(&d->sums, d->plan, batch->n);
    const float *gradient = plan_gradients(d->plan);
    float share = (float)batch->n / (float)n_all;
    for (size_t i = 0; i < net->n_params; i++)
        d->gradient[i] += share * gradient[i];
}

static void look(struct diagnosis *d, const float *x, const int32_t *labels,
                 size_t n)
{
    size_t size = shape_size(d->net->input);
    for (size_t i = 0; i < n; i += BATCH) {
        const struct plan_batch batch = {.x = x + i * size,
                                         .labels = labels ? labels + i : NULL,
                                         .n = smaller(n - i, BATCH),
                                         .step = i / BATCH};
        (void)plan_forward(d->plan, batch.x, batch.n);
        map_sums_outputs(&d->sums, d->plan, batch.n);
        if (labels != NULL)
            backward(d, &batch, n);
    }
    layer_stats_begin(d->layers, d->net);
    map_sums_finish(&d->sums, d->layers);
    for (size_t i = 0; i < d->net->n_layers && labels; i++)
        d->layers[i].gradient_norm =
            weights_norm(&d->net->layers[i], d->gradient, NULL);
}

enum ramp_status ramp_diagnose(struct ramp_layer_stats **layers,
                               struct ramp_net *net, const float *x,
                               const int32_t *labels, size_t n,
                               const struct ramp_compute *compute,
                               struct ramp_error *err)
{
    struct diagnosis d;
    *layers = NULL;
    if (n == 0)
        return error_set(err, RAMP_USAGE,
                         "cannot diagnose: expected pictures, found none");
    struct flush flush = flush_on();
    enum ramp_status status =
        diagnosis_init(&d, net, n, labels != NULL, compute, err);
    if (status == RAMP_OK) {
        look(&d, x, labels, n);
        *layers = d.layers;
        d.layers = NULL;
    }
    diagnosis_release(&d);
    flush_restore(flush);
    return status;
}

static enum ramp_status check_fit(const struct ramp_model *model,
                                  const struct ramp_dataset *data,
                                  struct ramp_error *err)
{
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    struct ramp_preprocess found;
    int n_classes = ramp_dataset_n_classes(data);
    ramp_dataset_shape(data, &found);
    if (found.channels == pre->channels && found.height == pre->height &&
        found.width == pre->width && n_classes == ramp_model_n_classes(model))
        return RAMP_OK;
    return error_set(err, RAMP_MODEL,
                     "cannot diagnose on %s: expected %dx%dx%d and %d classes, "
                     "found %dx%dx%d and %d",
                     TEXT_QUOTE(ramp_dataset_name(data)), pre->channels,
                     pre->height, pre->width, ramp_model_n_classes(model),
                     found.channels, found.height, found.width, n_classes);
}

enum ramp_status ramp_diagnose_data(struct ramp_layer_stats **layers,
                                    const struct ramp_model *model,
                                    const struct ramp_dataset *data,
                                    enum ramp_part part, size_t n,
                                    const struct ramp_compute *compute,
                                    struct ramp_error *err)
{
    struct probe probe = {0};
    *layers = NULL;
    enum ramp_status status = check_fit(model, data, err);
    if (status == RAMP_OK)
        status = probe_read(&probe, data, part, n, ramp_model_preprocess(model),
                            err);
    if (status == RAMP_OK && probe.n == 0)
        status = error_set(err, RAMP_DATA,
                           "cannot diagnose on %s: it has no such pictures",
                           TEXT_QUOTE(ramp_dataset_name(data)));
    if (status == RAMP_OK)
        status = ramp_diagnose(layers, ramp_model_net(model), probe.x,
                               probe.labels, probe.n, compute, err);
    probe_release(&probe);
    return status;
}
