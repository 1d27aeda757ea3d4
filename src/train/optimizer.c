/* optimizer.c - from gradients to new parameters: shares the work of a step
 * among the threads. The arithmetic is in the kernels. */
#include "train/optimizer.h"

#include "base/flush.h"
#include "base/mem.h"
#include "base/sizes.h"

#include <math.h>

/* What one thread takes at a time: floats, units. */
enum { PIECE = 1024, UNITS = 16 };

/* A trained tensor. */
struct optimizer_tensor {
    size_t offset, n;
    size_t units; /* of weights, which decay: those into one are so many floats
                   * apart; 0: of others */
    double rate;  /* times lr */
    bool whitens; /* the bias of such a layer */
};

/* What is the same for all parts of a step. */
struct step {
    float *params;
    const float *gradients;
    float scale;
    double lr;
    float c1, c2; /* adamw: 1 - beta^t */
};

/* A switch, so that the compiler asks for a new role's. */
static double rate_of(enum tensor_role role,
                      const struct ramp_train_options *options)
{
    switch (role) {
    case TENSOR_WEIGHT:
    case TENSOR_SLOPE: return 1;
    case TENSOR_BIAS: return options->bias_lr;
    case TENSOR_NORM: return options->norm_lr;
    case TENSOR_RUNNING: break;
    }
    return 0;
}

/* Those that learn. */
static size_t list_tensors(struct optimizer_tensor *list,
                           const struct ramp_net *net,
                           const struct ramp_train_options *options)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        bool whitens = net->layers[t->layer].whiten;
        double rate = rate_of(t->role, options);
        const struct optimizer_tensor learns = {
            .offset = t->offset,
            .n = t->n,
            .rate = rate,
            .whitens = whitens,
            .units = t->role == TENSOR_WEIGHT ? t->dims[0] : 0,
        };
        if (rate > 0 && !(whitens && t->role == TENSOR_WEIGHT))
            list[n++] = learns;
    }
    return n;
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
        .max_norm = options->max_norm,
        .whiten_steps = UINT64_MAX,
        .kernels = kernels,
        .n_threads = n_threads,
        .n_params = net->n_params,
    };
    while (optimizer_slot_name(o->kind, o->n_slots) != NULL)
        o->n_slots++;
    enum ramp_status status =
        MEM_NEW(&o->tensors, net->n_tensors, "the optimizer", err);
    for (size_t i = 0; i < o->n_slots && status == RAMP_OK; i++)
        status = MEM_NEW(&o->slots[i], o->n_params, "the optimizer", err);
    if (status == RAMP_OK)
        o->n_tensors = list_tensors(o->tensors, net, options);
    else
        optimizer_release(o);
    return status;
}

void optimizer_continue(struct optimizer *o, float *slots[], uint64_t n_steps)
{
    for (size_t i = 0; i < o->n_slots; i++) {
        mem_free(o->slots[i]);
        o->slots[i] = slots[i];
        slots[i] = NULL;
    }
    o->n_steps = n_steps;
}

void optimizer_release(struct optimizer *o)
{
    mem_free(o->tensors);
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
        mem_free(o->slots[i]);
    *o = (struct optimizer){0};
}

/* Each parameter is changed from its own numbers alone, so it does not matter
 * who takes which piece. */
static void step_piece(const struct optimizer *o, const struct step *s,
                       const struct optimizer_tensor *tensor, size_t first)
{
    size_t at = tensor->offset + first, n = tensor->n - first;
    float l1 = tensor->units > 0 ? (float)o->l1 : 0;
    float l2 = tensor->units > 0 ? (float)o->l2 : 0;
    float lr = (float)(s->lr * tensor->rate);
    if (n > PIECE)
        n = PIECE;
    if (o->kind == RAMP_ADAMW)
        o->kernels->adamw(s->params + at, o->slots[0] + at, o->slots[1] + at,
                          s->gradients + at, n, s->scale, lr, s->c1, s->c2, l1,
                          l2);
    else
        o->kernels->sgd(s->params + at, o->slots[0] + at, s->gradients + at, n,
                        s->scale, lr, (float)o->momentum, l1, l2,
                        o->kind == RAMP_NESTEROV);
}

/* Scale the weights into n <= UNITS units down to a norm, units being so many
 * floats apart. */
static void limit_units(float *weights, size_t n, size_t units, size_t n_rows,
                        double max_norm)
{
    double squares[UNITS] = {0};
    for (size_t row = 0; row < n_rows; row++)
        for (size_t i = 0; i < n; i++) {
            double w = (double)weights[row * units + i];
            squares[i] += w * w;
        }
    for (size_t i = 0; i < n; i++) {
        double norm = sqrt(squares[i]);
        if (norm <= max_norm)
            continue;
        float factor = (float)(max_norm / norm);
        for (size_t row = 0; row < n_rows; row++)
            weights[row * units + i] *= factor;
    }
}

static void limit_norms(const struct optimizer *o, float *params)
{
#pragma omp parallel num_threads(o->n_threads)
    {
        struct flush flush = flush_on();
        for (size_t i = 0; i < o->n_tensors; i++) {
            const struct optimizer_tensor *t = &o->tensors[i];
#pragma omp for schedule(static) nowait
            for (size_t at = 0; at < t->units; at += UNITS)
                limit_units(params + t->offset + at,
                            smaller(UNITS, t->units - at), t->units,
                            t->n / t->units, o->max_norm);
        }
        flush_restore(flush);
    }
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
        .lr = lr,
        .c1 = (float)(1 - pow(beta1, t)),
        .c2 = (float)(1 - pow(beta2, t)),
    };
#pragma omp parallel num_threads(o->n_threads)
    {
        struct flush flush = flush_on();
        /* Each tensor by itself: a thread gets the part whose gradient it
         * made, and which it packs next, so that less moves between cores. */
        for (size_t i = 0; i < o->n_tensors; i++) {
            if (o->tensors[i].whitens && o->n_steps > o->whiten_steps)
                continue;
#pragma omp for schedule(static) nowait
            for (size_t at = 0; at < o->tensors[i].n; at += PIECE)
                step_piece(o, &step, &o->tensors[i], at);
        }
        flush_restore(flush);
    }
    if (o->max_norm > 0)
        limit_norms(o, params);
}

const char *optimizer_slot_name(enum ramp_optimizer kind, size_t slot)
{
    static const char *const momentum[] = {"momentum", NULL};
    static const char *const moments[] = {"moment1", "moment2", NULL};
    ASSERT(slot <= OPTIMIZER_MAX_SLOTS);
    return (kind == RAMP_ADAMW ? moments : momentum)[slot];
}
