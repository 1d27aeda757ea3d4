/* optimizer.c - from gradients to new parameters: shares the work of a step
 * among the threads. The arithmetic is in the kernels. */
#include "train/optimizer.h"

#include "base/flush.h"
#include "base/mem.h"

#include <math.h>

/* A part of one tensor. Each parameter is changed from its own numbers alone,
 * so it does not matter who takes which piece. */
struct optimizer_piece {
    size_t offset, n;
    bool decays;
};

/* What is the same for all pieces of a step. */
struct step {
    float *params;
    const float *gradients;
    float scale, lr;
    float c1, c2; /* adamw: 1 - beta^t */
};

static size_t count_pieces(const struct ramp_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        if (net->tensors[i].role != TENSOR_RUNNING)
            n += (net->tensors[i].n + OPTIMIZER_PIECE - 1) / OPTIMIZER_PIECE;
    return n;
}

static void cut_pieces(struct optimizer_piece *piece,
                       const struct ramp_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        if (t->role == TENSOR_RUNNING)
            continue;
        for (size_t at = 0; at < t->n; at += OPTIMIZER_PIECE) {
            size_t left = t->n - at;
            *piece++ = (struct optimizer_piece){
                .offset = t->offset + at,
                .n = left < OPTIMIZER_PIECE ? left : OPTIMIZER_PIECE,
                .decays = t->role == TENSOR_WEIGHT};
        }
    }
}

enum ramp_status optimizer_init(struct optimizer *o, const struct ramp_net *net,
                                const struct ramp_train_options *options,
                                const struct kernels *kernels, int n_threads,
                                struct ramp_error *err)
{
    *o = (struct optimizer){
        .kind = options->optimizer,
        .momentum = options->momentum,
        .l1 = options->l1,
        .l2 = options->l2,
        .kernels = kernels,
        .n_threads = n_threads,
        .n_params = net->n_params,
        .n_slots = options->optimizer == RAMP_ADAMW ? 2 : 1,
        .n_pieces = count_pieces(net),
    };
    enum ramp_status status =
        MEM_NEW(&o->pieces, o->n_pieces, "the optimizer", err);
    for (size_t i = 0; i < o->n_slots && status == RAMP_OK; i++)
        status = MEM_NEW(&o->slots[i], o->n_params, "the optimizer", err);
    if (status == RAMP_OK)
        cut_pieces(o->pieces, net);
    else
        optimizer_release(o);
    return status;
}

void optimizer_release(struct optimizer *o)
{
    mem_free(o->pieces);
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
        mem_free(o->slots[i]);
    *o = (struct optimizer){0};
}

static void step_piece(const struct optimizer *o, const struct step *s,
                       const struct optimizer_piece *piece)
{
    size_t at = piece->offset;
    float l1 = piece->decays ? (float)o->l1 : 0;
    float l2 = piece->decays ? (float)o->l2 : 0;
    if (o->kind == RAMP_ADAMW)
        o->kernels->adamw(s->params + at, o->slots[0] + at, o->slots[1] + at,
                          s->gradients + at, piece->n, s->scale, s->lr, s->c1,
                          s->c2, l1, l2);
    else
        o->kernels->sgd(s->params + at, o->slots[0] + at, s->gradients + at,
                        piece->n, s->scale, s->lr, (float)o->momentum, l1, l2,
                        o->kind == RAMP_NESTEROV);
}

void optimizer_step(struct optimizer *o, float *params, const float *gradients,
                    double scale, double lr)
{
    /* The kernels' betas, as the floats that they are: a mean that starts at
     * zero and is divided by 1 - beta^t is then exact at t = 1. */
    const double beta1 = 0.9f, beta2 = 0.999f;
    double t = (double)++o->n_steps;
    const struct step step = {
        .params = params,
        .gradients = gradients,
        .scale = (float)scale,
        .lr = (float)lr,
        .c1 = (float)(1 - pow(beta1, t)),
        .c2 = (float)(1 - pow(beta2, t)),
    };
#pragma omp parallel num_threads(o->n_threads)
    {
        struct flush flush = flush_on();
#pragma omp for schedule(static)
        for (size_t i = 0; i < o->n_pieces; i++)
            step_piece(o, &step, &o->pieces[i]);
        flush_restore(flush);
    }
}

const char *optimizer_slot_name(const struct optimizer *o, size_t slot)
{
    static const char *const moments[] = {"moment1", "moment2"};
    ASSERT(slot < o->n_slots);
    return o->kind == RAMP_ADAMW ? moments[slot] : "momentum";
}
