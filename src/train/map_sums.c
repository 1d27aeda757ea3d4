/* map_sums.c - sums over the maps of a watched plan. */
#include "train/map_sums.h"

#include "base/flush.h"
#include "base/mem.h"
#include "base/sizes.h"
#include "net/net.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { N_PARTS = 8 };

#define NEAR_ZERO 0.01f
#define FLAT 0.01     /* |f'| of a value that is saturated */
#define NO_SLOPE 1e-6 /* largest |f'| of a unit that is dead */

/* Sums over the images of one part for one layer. */
struct map_part {
    uint64_t n, zeros, near_zero, saturated, n_gradients;
    double sum, squares, gradient_squares;
    float *peak;  /* [units] where f' was largest: the largest h, or - |h - m|
                   * of a bell around m; NULL: no activation */
    float *least; /* [units] smallest h, unless f' is a bell */
};

/* ==== Memory ==== */

static bool is_chosen(const struct map_sums *sums, size_t layer)
{
    return sums->choice == MAPS_ALL ||
           layer_is_activation(&sums->net->layers[layer]);
}

static struct map_part *part_of(const struct map_sums *sums, size_t part,
                                size_t layer)
{
    return &sums->parts[part * sums->net->n_layers + layer];
}

/* Channels of the activations. */
static size_t count_units(const struct ramp_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_layers; i++)
        if (layer_is_activation(&net->layers[i]))
            n += net->layers[i].out.c;
    return n;
}

enum ramp_status map_sums_init(struct map_sums *sums,
                               const struct ramp_net *net,
                               enum map_choice choice, int n_threads,
                               struct ramp_error *err)
{
    *sums = (struct map_sums){.net = net,
                              .choice = choice,
                              .n_threads = n_threads,
                              .n_units = count_units(net)};
    enum ramp_status status =
        MEM_NEW(&sums->parts, N_PARTS * net->n_layers, "statistics", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&sums->units, 2 * N_PARTS * sums->n_units,
                         "statistics", err);
    if (status == RAMP_OK)
        map_sums_clear(sums);
    else
        map_sums_release(sums);
    return status;
}

void map_sums_release(struct map_sums *sums)
{
    mem_free(sums->parts);
    mem_free(sums->units);
    *sums = (struct map_sums){0};
}

void map_sums_clear(struct map_sums *sums)
{
    const struct ramp_net *net = sums->net;
    float *units = sums->units;
    for (size_t part = 0; part < N_PARTS; part++)
        for (size_t i = 0; i < net->n_layers; i++) {
            struct map_part *p = part_of(sums, part, i);
            size_t c = net->layers[i].out.c;
            *p = (struct map_part){0};
            if (!layer_is_activation(&net->layers[i]))
                continue;
            p->peak = units;
            p->least = units + c;
            units += 2 * c;
            for (size_t j = 0; j < c; j++) {
                p->peak[j] = -INFINITY;
                p->least[j] = INFINITY;
            }
        }
}

/* ==== Values ==== */

/* The order of a sum that the compiler vectorises is the compiler's; it is the
 * same for every number of threads. n is that of one map: counts fit. */
static void add_values(struct map_part *p, const float *h, size_t n)
{
    uint32_t zeros = 0, near_zero = 0;
    double sum = 0, squares = 0;
#pragma omp simd reduction(+ : zeros, near_zero, sum, squares)
    for (size_t i = 0; i < n; i++) {
        double value = (double)h[i];
        sum += value;
        squares += value * value;
        zeros += h[i] == 0;
        near_zero += fabsf(h[i]) < NEAR_ZERO;
    }
    p->n += n;
    p->sum += sum;
    p->squares += squares;
    p->zeros += zeros;
    p->near_zero += near_zero;
}

#define SELU_LOW 1.7580993f /* - of h where f' is 0 */

/* Whether f' follows from h: of two z on both sides of its minimum, GELU makes
 * the same h. */
static bool knows_slope(const struct ramp_activation *act)
{
    return act->kind != RAMP_ACT_GELU && act->kind != RAMP_ACT_GELU_TANH &&
           act->kind != RAMP_ACT_SILU;
}

/* A value is saturated below `low` or above `high`. Every f' but those that are
 * bells never decreases with h, so that for them it is a bound below; for
 * h <= 0 it is the smallest positive number, as outputs are never denormal. */
static void saturation_of(const struct ramp_activation *act, float *low,
                          float *high)
{
    *low = -INFINITY;
    *high = INFINITY;
    switch (act->kind) {
    case RAMP_ACT_TANH:
        *low = -0.95f;
        *high = 0.95f;
        break;
    case RAMP_ACT_SIGMOID:
        *low = 0.05f;
        *high = 0.95f;
        break;
    case RAMP_ACT_ELU: *low = fminf((float)FLAT - act->a, FLT_MIN); break;
    case RAMP_ACT_SELU: *low = (float)FLAT - SELU_LOW; break;
    case RAMP_ACT_SOFTPLUS: *low = (float)-log(1 - FLAT) / act->a; break;
    case RAMP_ACT_SRELU: *low = nextafterf(-1, 0); break;
    case RAMP_ACT_RELU6:
        *low = FLT_MIN;
        *high = nextafterf(6, 0);
        break;
    case RAMP_ACT_RELU:
    case RAMP_ACT_CRELU:
    case RAMP_ACT_ABS: *low = FLT_MIN; break;
    case RAMP_ACT_LEAKY:
        if (act->a < (float)FLAT)
            *low = FLT_MIN;
        break;
    default: break;
    }
}

static void add_saturated(struct map_part *p, const struct ramp_activation *act,
                          const float *h, size_t n)
{
    float low, high;
    uint32_t saturated = 0;
    saturation_of(act, &low, &high);
#pragma omp simd reduction(+ : saturated)
    for (size_t i = 0; i < n; i++)
        saturated += (h[i] < low) | (h[i] > high);
    p->saturated += saturated;
}

/* The slope of tanh, sigmoid and relu6 is a bell over h, around this value;
 * that of all others never decreases with h. */
static bool is_bell(const struct ramp_activation *act, float *middle)
{
    *middle = act->kind == RAMP_ACT_SIGMOID ? 0.5f
              : act->kind == RAMP_ACT_RELU6 ? 3
                                            : 0;
    return act->kind == RAMP_ACT_TANH || act->kind == RAMP_ACT_SIGMOID ||
           act->kind == RAMP_ACT_RELU6;
}

static void add_units(struct map_part *p, const struct layer *l, const float *h)
{
    size_t c = l->out.c, n = shape_size(l->out);
    float middle, *peak = p->peak, *least = p->least;
    bool bell = is_bell(&l->act, &middle);
    for (size_t i = 0; bell && i < n; i += c) {
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            float height = -fabsf(h[i + j] - middle);
            peak[j] = height > peak[j] ? height : peak[j];
        }
    }
    for (size_t i = 0; !bell && i < n; i += c) {
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            float value = h[i + j];
            peak[j] = value > peak[j] ? value : peak[j];
            least[j] = value < least[j] ? value : least[j];
        }
    }
}

/* The largest f'(z) of a unit. An output of relu that is 0 counts as one of a
 * z below. */
static float slope_at(const struct ramp_activation *act, float peak)
{
    switch (act->kind) {
    case RAMP_ACT_RELU:
    case RAMP_ACT_CRELU:
    case RAMP_ACT_ABS: return peak > 0;
    case RAMP_ACT_RELU6: return peak > -3;
    case RAMP_ACT_SRELU: return peak > -1;
    case RAMP_ACT_SELU: return peak > 0 ? 1 : peak + SELU_LOW;
    case RAMP_ACT_SOFTPLUS: return -expm1f(-act->a * peak);
    case RAMP_ACT_PRELU: /* a: the slope that was learned */
    case RAMP_ACT_LEAKY: return peak > 0 ? 1 : act->a;
    case RAMP_ACT_ELU: return peak > 0 ? 1 : peak + act->a;
    case RAMP_ACT_TANH: return 1 - peak * peak;
    case RAMP_ACT_SIGMOID: return 0.25f - peak * peak;
    default: return 1;
    }
}

static void add_output(struct map_part *p, const struct layer *l,
                       const float *h)
{
    size_t n = shape_size(l->out);
    add_values(p, h, n);
    if (!layer_is_activation(l))
        return;
    add_saturated(p, &l->act, h, n);
    add_units(p, l, h);
}

/* d is of the mean over the batch; a picture's own is batch times that. */
static void add_gradient(struct map_part *p, const struct layer *l,
                         const float *d, size_t batch)
{
    size_t n = shape_size(l->out);
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (size_t i = 0; i < n; i++)
        squares += (double)d[i] * (double)d[i];
    p->n_gradients += n;
    p->gradient_squares += squares * (double)batch * (double)batch;
}

/* ==== Batches ==== */

/* Adds the images of one part of the batch: outputs, or gradients. */
static void add_part(struct map_sums *sums, const struct plan *plan, size_t n,
                     size_t part, bool gradients)
{
    size_t first = part * n / N_PARTS, end = (part + 1) * n / N_PARTS;
    for (size_t l = 0; l < sums->net->n_layers; l++) {
        const struct layer *layer = &sums->net->layers[l];
        struct map_part *p = part_of(sums, part, l);
        size_t size = shape_size(layer->out);
        if (!is_chosen(sums, l))
            continue;
        for (size_t i = first; i < end; i++)
            if (gradients)
                add_gradient(p, layer, plan_map_gradient(plan, l) + i * size,
                             n);
            else
                add_output(p, layer, plan_map(plan, l) + i * size);
    }
}

static void add_batch(struct map_sums *sums, const struct plan *plan, size_t n,
                      bool gradients)
{
#pragma omp parallel num_threads(sums->n_threads)
    {
        struct flush flush = flush_on();
#pragma omp for schedule(static)
        for (size_t part = 0; part < N_PARTS; part++)
            add_part(sums, plan, n, part, gradients);
        flush_restore(flush);
    }
}

void map_sums_outputs(struct map_sums *sums, const struct plan *plan, size_t n)
{
    add_batch(sums, plan, n, false);
}

void map_sums_gradients(struct map_sums *sums, const struct plan *plan,
                        size_t n)
{
    add_batch(sums, plan, n, true);
}

/* ==== Figures ==== */

void layer_stats_begin(struct ramp_layer_stats *layers,
                       const struct ramp_net *net)
{
    static const enum ramp_layer_kind kinds[] = {
        [LAYER_CONV] = RAMP_LAYER_CONV,
        [LAYER_ACT] = RAMP_LAYER_ACT,
        [LAYER_PRELU] = RAMP_LAYER_ACT,
        [LAYER_MAXOUT] = RAMP_LAYER_ACT,
        [LAYER_CRELU] = RAMP_LAYER_ACT,
        [LAYER_MAXPOOL] = RAMP_LAYER_MAXPOOL,
        [LAYER_AVGPOOL] = RAMP_LAYER_AVGPOOL,
        [LAYER_BATCHNORM] = RAMP_LAYER_BATCHNORM,
        [LAYER_DROPOUT] = RAMP_LAYER_DROPOUT,
        [LAYER_DENSE] = RAMP_LAYER_DENSE,
    };
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        layers[i] = (struct ramp_layer_stats){
            .kind = kinds[l->kind],
            .saturated = -1,
            .units = -1,
            .dead = -1,
            .always_on = -1,
            .gradient_rms = -1,
            .gradient_norm = -1,
            .update_ratio = -1,
        };
        memcpy(layers[i].name, l->name, sizeof layers[i].name);
        if (layer_is_activation(l))
            layers[i].act = l->act;
    }
}

/* All parts of a layer as one, added up in order. What it knows of units it
 * writes into those of the first part. */
static struct map_part sum_parts(const struct map_sums *sums, size_t layer)
{
    struct map_part sum = *part_of(sums, 0, layer);
    size_t units = sum.peak ? sums->net->layers[layer].out.c : 0;
    for (size_t part = 1; part < N_PARTS; part++) {
        const struct map_part *p = part_of(sums, part, layer);
        sum.n += p->n;
        sum.zeros += p->zeros;
        sum.near_zero += p->near_zero;
        sum.saturated += p->saturated;
        sum.n_gradients += p->n_gradients;
        sum.sum += p->sum;
        sum.squares += p->squares;
        sum.gradient_squares += p->gradient_squares;
        for (size_t j = 0; j < units; j++) {
            sum.peak[j] = fmaxf(sum.peak[j], p->peak[j]);
            sum.least[j] = fminf(sum.least[j], p->least[j]);
        }
    }
    return sum;
}

/* `slopes` are those that prelu learned. */
static void finish_units(struct ramp_layer_stats *s, const struct map_part *sum,
                         size_t units, const float *slopes)
{
    bool half_linear =
        s->act.kind == RAMP_ACT_RELU || s->act.kind == RAMP_ACT_LEAKY ||
        s->act.kind == RAMP_ACT_ELU || s->act.kind == RAMP_ACT_SELU ||
        s->act.kind == RAMP_ACT_PRELU;
    s->units = (int)units;
    if (!knows_slope(&s->act))
        return;
    s->dead = s->always_on = 0;
    for (size_t j = 0; j < units; j++) {
        struct ramp_activation act = s->act;
        if (act.kind == RAMP_ACT_PRELU)
            act.a = fabsf(slopes[j]);
        s->dead += (double)slope_at(&act, sum->peak[j]) < NO_SLOPE;
        s->always_on += half_linear && sum->least[j] > 0;
    }
}

void map_sums_finish(const struct map_sums *sums,
                     struct ramp_layer_stats *layers)
{
    for (size_t i = 0; i < sums->net->n_layers; i++) {
        struct ramp_layer_stats *s = &layers[i];
        struct map_part sum = sum_parts(sums, i);
        if (sum.n_gradients > 0)
            s->gradient_rms =
                sqrt(sum.gradient_squares / (double)sum.n_gradients);
        if (sum.n == 0)
            continue;
        double n = (double)sum.n;
        s->n = sum.n;
        s->mean = sum.sum / n;
        s->second_moment = sum.squares / n;
        s->std = sqrt(fmax(0, s->second_moment - s->mean * s->mean));
        s->zeros = (double)sum.zeros / n;
        s->near_zero = (double)sum.near_zero / n;
        if (s->kind != RAMP_LAYER_ACT)
            continue;
        const struct layer *l = &sums->net->layers[i];
        if (knows_slope(&l->act) && l->kind != LAYER_PRELU)
            s->saturated = (double)sum.saturated / n;
        finish_units(s, &sum, l->out.c, sums->net->params + l->weight_at);
    }
}
