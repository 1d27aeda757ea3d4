/* describe.c - a plan in words: which layer runs where and how, and why. How a
 * layer works is said by the layer; here is what the plan decides. */
#include "base/mem.h"
#include "base/text.h"
#include "net/plan_inside.h"

#include <ramp/net.h>

#include <stdio.h>
#include <string.h>

/* A layer of the plan is a copy of one of the net; names are unique. */
static size_t index_in_net(const struct plan *plan, const struct layer *l)
{
    size_t i = 0;
    while (!text_equal(plan->net->layers[i].name, l->name))
        i++;
    return i;
}

static void begin_step(struct ramp_plan_step *step, const struct plan *plan,
                       const struct stage *stage, const struct layer *l,
                       size_t batch)
{
    size_t block = stage->block;
    if (stage->batch_wise || (block > batch && !stage->interleaved))
        block = batch;
    *step = (struct ramp_plan_step){
        .layer = index_in_net(plan, l),
        .stage = (size_t)(stage - plan->stages) + 1,
        .block = block,
        .batch_wise = stage->batch_wise,
        .interleaved = stage->interleaved,
    };
    memcpy(step->text, l->text, sizeof step->text);
}

static void add_reason(struct ramp_plan_step *step, const char *reason)
{
    size_t n = strlen(step->reason);
    snprintf(step->reason + n, sizeof step->reason - n, "%s%s",
             n > 0 ? "; " : "", reason);
}

/* A pool that runs before the activation that the net has in front of it. */
static void explain_order(struct ramp_plan_step *step, const struct plan *plan,
                          size_t i)
{
    const struct layer *l = &plan->layers[i], *next = l + 1;
    char reason[sizeof step->reason];
    if (l->kind != LAYER_MAXPOOL || i + 1 == plan->n_layers ||
        index_in_net(plan, next) > step->layer)
        return;
    snprintf(reason, sizeof reason,
             "before the %s in front of it, which never decreases and then has "
             "%zu values of an image, not %zu",
             next->text, shape_size(l->out), shape_size(l->in));
    add_reason(step, reason);
}

/* A batch norm of a plan for inference: why it was not folded (fold.c). */
static void explain_norm(struct ramp_plan_step *step, const struct plan *plan,
                         size_t i)
{
    const struct layer *l = plan->layers;
    size_t before = i;
    if (l[i].kind != LAYER_BATCHNORM || plan->run.training)
        return;
    while (before > 0 && l[before - 1].kind == LAYER_MAXPOOL)
        before--;
    if (before == 0 || l[before - 1].kind != LAYER_CONV)
        add_reason(step, "no convolution before it to be folded into");
    else if (before < i && l[i].scale)
        add_reason(step, "not folded through the pool: its scale may be "
                         "negative");
    else
        add_reason(step, "its convolution has another one folded in");
}

static void explain_stage(struct ramp_plan_step *step, const struct plan *plan,
                          size_t i, const struct run *run)
{
    size_t least = layer_block(&plan->layers[i], run);
    char reason[sizeof step->reason];
    if (least <= 1)
        return;
    snprintf(reason, sizeof reason,
             "large weights: wants %zu images each time it reads them", least);
    add_reason(step, reason);
}

static void describe_layer(struct ramp_plan_step *step, const struct plan *plan,
                           const struct stage *stage, size_t i, size_t batch)
{
    const struct layer *l = &plan->layers[i];
    struct run run = plan->run;
    run.max_batch = batch; /* not rounded up, as for interleaved images */
    begin_step(step, plan, stage, l, batch);
    layer_describe(l, &run, step);
    if (plan->slots[i].in_place)
        snprintf(step->algorithm, sizeof step->algorithm, "in place");
    explain_order(step, plan, i);
    explain_norm(step, plan, i);
    explain_stage(step, plan, i, &run);
    step->weight_bytes = plan_weight_bytes(plan, i);
    step->map_bytes = plan_map_bytes(plan, i);
    if (l->kind == LAYER_DENSE && step->weight_bytes == 0)
        add_reason(step, "weights as they are: to pack them would take longer");
    if (i == 0 && run.training && layer_n_params(l) > 0)
        snprintf(step->input_gradient, sizeof step->input_gradient,
                 "none: it is the first layer");
}

static void describe_folded(struct ramp_plan_step *step,
                            const struct plan *plan, const struct stage *stage,
                            size_t i, size_t batch)
{
    begin_step(step, plan, stage, plan->slots[i].norm, batch);
    snprintf(step->algorithm, sizeof step->algorithm, "folded into %s",
             plan->layers[i].name);
    add_reason(step, "its statistics are fixed: one convolution does both");
}

enum ramp_status ramp_net_plan(struct ramp_plan_step **steps, size_t *n_steps,
                               const struct ramp_net *net, size_t batch,
                               bool training,
                               const struct ramp_compute *compute,
                               struct ramp_error *err)
{
    struct plan *plan = NULL;
    size_t n = 0;
    *steps = NULL;
    *n_steps = 0;
    if (batch < 1 || batch > 1000000)
        return error_set(err, RAMP_USAGE,
                         "cannot plan: expected a batch from 1 to 1000000, "
                         "found %zu",
                         batch);
    enum ramp_status status =
        plan_outline(&plan, (struct ramp_net *)(uintptr_t)net, batch, training,
                     compute, err);
    if (status == RAMP_OK)
        status = MEM_NEW(steps, net->n_layers, "the steps of a plan", err);
    for (size_t s = 0; status == RAMP_OK && s < plan->n_stages; s++) {
        const struct stage *stage = &plan->stages[s];
        for (size_t i = stage->first; i < stage->end; i++) {
            describe_layer(&(*steps)[n++], plan, stage, i, batch);
            if (plan->slots[i].norm != NULL)
                describe_folded(&(*steps)[n++], plan, stage, i, batch);
        }
    }
    *n_steps = n;
    plan_free(plan);
    return status;
}
