/* bench.c - how fast a net runs. Two series of steps: whole ones, then some
 * with the clocks of the layers on, so that these cost the first nothing. */
#include "base/clock.h"
#include "base/flush.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/plan.h"
#include "train/optimizer.h"

#include <ramp/bench.h>

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 3, MIN_STEPS = 5, MAX_STEPS = 20000 };

#define PEAK_SECONDS 0.05
/* Of the peak kernel between two looks at the clock: some 0.1 ms. */
#define PEAK_ROUNDS 32768

/* Small, so that the weights stay what weights are however many steps the same
 * pictures are shown. */
#define LEARNING_RATE 1e-3

struct bench {
    struct ramp_net *net; /* borrowed */
    size_t batch;
    bool training;
    struct plan *plan;
    size_t n_layers; /* of the plan */
    struct optimizer optimizer;
    float *x;
    int32_t *labels;
    double *seconds;         /* MAX_STEPS: of each step of a series */
    struct plan_time *times; /* threads x layers */
    uint64_t step;
};

/* ---- The peak ---- */

/* Flop a second of all threads together. Of each the fastest piece counts:
 * others on this machine can take time from it, and cannot give it any. But
 * where threads take turns on a processor, each had it for itself. */
static double measure_peak(const struct kernels *kernels, int n_threads)
{
    double flop = 2.0 * KERNELS_PEAK_VECTORS * PEAK_ROUNDS, sum = 0;
#pragma omp parallel num_threads(n_threads)
    {
        double fastest = INFINITY;
#pragma omp barrier
        double start = clock_seconds(), before = start;
        while (before - start < PEAK_SECONDS) {
            kernels->peak(PEAK_ROUNDS);
            double now = clock_seconds();
            fastest = fmin(fastest, now - before);
            before = now;
        }
#pragma omp critical(bench_peak)
        sum += flop * (double)kernels->width / fastest;
    }
    double turns = (double)n_threads / omp_get_num_procs();
    return sum / fmax(turns, 1);
}

/* ---- Steps ---- */

static void run_step(struct bench *b)
{
    if (!b->training) {
        plan_forward(b->plan, b->x, b->batch);
        return;
    }
    const struct plan_batch batch = {.x = b->x,
                                     .labels = b->labels,
                                     .n = b->batch,
                                     .seed = 1,
                                     .step = b->step++};
    plan_train(b->plan, &batch);
    optimizer_step(&b->optimizer, b->net->params, plan_gradients(b->plan), 1,
                   LEARNING_RATE);
}

/* Fills b->seconds; returns how many there are. */
static size_t run_series(struct bench *b, double seconds)
{
    size_t n = 0;
    double start = clock_seconds(), before = start;
    while (n < MIN_STEPS || (before - start < seconds && n < MAX_STEPS)) {
        run_step(b);
        double now = clock_seconds();
        b->seconds[n++] = now - before;
        before = now;
    }
    return n;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void time_steps(struct bench *b, double seconds,
                       struct ramp_bench_result *r)
{
    size_t n = run_series(b, seconds);
    qsort(b->seconds, n, sizeof *b->seconds, compare);
    r->n_steps = n;
    r->min_seconds = b->seconds[0];
    r->max_seconds = b->seconds[n - 1];
    r->median_seconds = (b->seconds[(n - 1) / 2] + b->seconds[n / 2]) / 2;
    r->images_per_second = (double)b->batch / r->median_seconds;
}

/* ---- Layers ---- */

static void name_layers(const struct bench *b, struct ramp_bench_result *r)
{
    double batch = (double)b->batch;
    r->n_layers = b->n_layers;
    bool needs_dx = false; /* nothing before the first weights asks for it */
    for (size_t i = 0; i < r->n_layers; i++) {
        const struct layer *l = plan_layer(b->plan, i);
        struct ramp_bench_layer *row = &r->layers[i];
        memcpy(row->text, l->text, sizeof row->text);
        row->forward_flop = batch * layer_forward_flop(l);
        if (b->training)
            row->backward_flop =
                batch * layer_train_flop(l, needs_dx) - row->forward_flop;
        needs_dx = needs_dx || layer_n_params(l) > 0;
        r->flop += row->forward_flop + row->backward_flop;
    }
}

static void time_layers(struct bench *b, double seconds,
                        struct ramp_bench_result *r)
{
    size_t n_threads = (size_t)plan_threads(b->plan);
    plan_set_times(b->plan, b->times);
    size_t n = run_series(b, seconds);
    plan_set_times(b->plan, NULL);
    double parts = (double)(n * n_threads);
    for (size_t i = 0; i < n; i++)
        r->layers_seconds += b->seconds[i] / (double)n;
    r->other_seconds = r->layers_seconds;
    for (size_t i = 0; i < r->n_layers; i++) {
        struct ramp_bench_layer *row = &r->layers[i];
        for (size_t thread = 0; thread < n_threads; thread++) {
            const struct plan_time *t = &b->times[thread * r->n_layers + i];
            row->forward_seconds += t->forward / parts;
            row->backward_seconds += t->backward / parts;
            row->weights_seconds += t->weights / parts;
        }
        r->other_seconds -=
            row->forward_seconds + row->backward_seconds + row->weights_seconds;
    }
}

/* ---- Beginning and end ---- */

static enum ramp_status check_options(const struct ramp_bench_options *o,
                                      struct ramp_error *err)
{
    if (o->batch < 1 || o->batch > 1000000)
        return error_set(err, RAMP_USAGE,
                         "cannot measure: expected a batch from 1 to 1000000, "
                         "found %zu",
                         o->batch);
    if (!(o->seconds > 0 && o->seconds <= 1e5))
        return error_set(err, RAMP_USAGE,
                         "cannot measure: expected above 0 and at most 100000 "
                         "seconds, found %.9g",
                         o->seconds);
    return RAMP_OK;
}

static enum ramp_status make_data(struct bench *b, struct ramp_error *err)
{
    size_t n = b->batch * shape_size(b->net->input);
    struct rng_key pictures = rng_key(1, RNG_TEST, 0);
    struct rng_key labels = rng_key(1, RNG_TEST, 1);
    uint64_t n_classes = (uint64_t)b->net->options.n_classes;
    enum ramp_status status = MEM_NEW(&b->x, n, "a batch of pictures", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&b->labels, b->batch, "a batch of pictures", err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        b->x[i] = (float)rng_normal(pictures, i);
    for (size_t i = 0; i < b->batch; i++)
        b->labels[i] = (int32_t)rng_below(labels, i, n_classes);
    return RAMP_OK;
}

static enum ramp_status prepare(struct bench *b,
                                const struct ramp_bench_options *options,
                                struct ramp_error *err)
{
    const struct ramp_train_options training = {.optimizer = RAMP_NESTEROV,
                                                .momentum = 0.9,
                                                .bias_lr = 1,
                                                .norm_lr = 1};
    b->batch = options->batch;
    b->training = options->training;
    enum ramp_status status = plan_new(&b->plan, b->net, b->batch, b->training,
                                       &options->compute, err);
    if (status != RAMP_OK)
        return status;
    size_t n_threads = (size_t)plan_threads(b->plan);
    while (plan_layer(b->plan, b->n_layers) != NULL)
        b->n_layers++;
    ramp_net_init(b->net, &(struct ramp_init){.kind = RAMP_INIT_HE}, 1);
    if (b->training)
        status =
            optimizer_init(&b->optimizer, b->net, &training,
                           plan_kernels(b->plan), plan_threads(b->plan), err);
    if (status == RAMP_OK)
        status = MEM_NEW(&b->seconds, MAX_STEPS, "the times", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&b->times, n_threads * b->n_layers, "the times", err);
    return status == RAMP_OK ? make_data(b, err) : status;
}

static void release(struct bench *b)
{
    optimizer_release(&b->optimizer);
    plan_free(b->plan);
    mem_free(b->x);
    mem_free(b->labels);
    mem_free(b->seconds);
    mem_free(b->times);
}

static void measure(struct bench *b, double seconds,
                    struct ramp_bench_result *r)
{
    const struct kernels *kernels = plan_kernels(b->plan);
    int n_threads = plan_threads(b->plan);
    name_layers(b, r);
    r->peak_before = measure_peak(kernels, n_threads);
    for (int i = 0; i < WARM_UP; i++)
        run_step(b);
    time_steps(b, seconds, r);
    time_layers(b, seconds / 2, r);
    r->peak_after = measure_peak(kernels, n_threads);
    r->flop_per_second = r->flop / r->median_seconds;
    r->share = r->flop_per_second / fmax(r->peak_before, r->peak_after);
}

enum ramp_status ramp_bench(struct ramp_bench_result *result,
                            struct ramp_net *net,
                            const struct ramp_bench_options *options,
                            struct ramp_error *err)
{
    struct flush flush = flush_on();
    struct bench b = {.net = net};
    *result = (struct ramp_bench_result){0};
    enum ramp_status status = check_options(options, err);
    if (status == RAMP_OK)
        status = prepare(&b, options, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&result->layers, b.n_layers, "the times", err);
    if (status == RAMP_OK)
        measure(&b, options->seconds, result);
    release(&b);
    flush_restore(flush);
    return status;
}

void ramp_bench_release(struct ramp_bench_result *result)
{
    mem_free(result->layers);
    *result = (struct ramp_bench_result){0};
}
