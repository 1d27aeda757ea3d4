/* averager.c - the average of a net's weights over its training. */
#include "train/averager.h"

#include "base/flush.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { LOOKAHEAD_STEPS = 5 };

enum ramp_status averager_init(struct averager *a, struct ramp_net *net,
                               const struct ramp_train_options *options,
                               uint64_t steps, int n_threads,
                               struct ramp_error *err)
{
    *a = (struct averager){0};
    if (options->ema == 0 && !options->lookahead)
        return RAMP_OK;
    *a = (struct averager){
        .net = net,
        .ema = options->ema,
        .steps = steps,
        .n_threads = n_threads,
        .shows_average = true,
    };
    enum ramp_status status =
        MEM_NEW(&a->params, net->n_params, "averages of the weights", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&a->running, net->n_running, "averages of the weights",
                         err);
    if (status != RAMP_OK) {
        averager_release(a);
        return status;
    }
    memcpy(a->params, net->params, net->n_params * sizeof *a->params);
    memcpy(a->running, net->running, net->n_running * sizeof *a->running);
    return RAMP_OK;
}

void averager_release(struct averager *a)
{
    mem_free(a->params);
    mem_free(a->running);
    *a = (struct averager){0};
}

static void take(float **to, float **from)
{
    mem_free(*to);
    *to = *from;
    *from = NULL;
}

void averager_continue(struct averager *a, float **params, float **running)
{
    if (a->net == NULL)
        return;
    take(&a->params, params);
    take(&a->running, running);
}

static void swap(float **a, float **b)
{
    float *c = *a;
    *a = *b;
    *b = c;
}

bool averager_show(struct averager *a, bool average)
{
    if (a->net == NULL || a->shows_average == average)
        return false;
    swap(&a->net->params, &a->params);
    swap(&a->net->running, &a->running);
    a->shows_average = average;
    return true;
}

/* What the average keeps of itself at this step. */
static double share_kept(const struct averager *a, uint64_t step)
{
    const double five_steps = 0.95 * 0.95 * 0.95 * 0.95 * 0.95;
    double t = (double)step, progress = t / (double)a->steps;
    if (a->ema > 0)
        return fmin(a->ema, (1 + t) / (10 + t));
    return five_steps * progress * progress * progress;
}

/* Bring the average nearer to the weights, and these to it if `back`. */
static void mix(float *average, float *weights, size_t n, float share,
                bool back)
{
#pragma omp for schedule(static)
    for (size_t i = 0; i < n; i++) {
        average[i] += share * (weights[i] - average[i]);
        if (back)
            weights[i] = average[i];
    }
}

void averager_step(struct averager *a, uint64_t step)
{
    bool lookahead = a->ema == 0;
    if (a->net == NULL || (lookahead && step % LOOKAHEAD_STEPS != 0))
        return;
    ASSERT(!a->shows_average);
    float share = (float)(1 - share_kept(a, step));
#pragma omp parallel num_threads(a->n_threads)
    {
        struct flush flush = flush_on();
        mix(a->params, a->net->params, a->net->n_params, share, lookahead);
        mix(a->running, a->net->running, a->net->n_running, share, lookahead);
        flush_restore(flush);
    }
}
