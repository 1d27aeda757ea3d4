/* check.c - compares every gradient of a net with finite differences.
 *
 * The twin of a net is the same layers in double precision and plain loops
 * (kernels/reference.h). Two comparisons, entry by entry, of the gradient of
 * loss = sum(r * logits), r random:
 *
 *   twin's backward     against central differences of twin's forward
 *   production's float  against twin's backward
 *
 * A sum of the logits alone would not do: behind a batch norm it may be
 * constant. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "kernels/reference.h"
#include "layers/layers.h"
#include "net/plan.h"

#include <ramp/net.h>

#include <math.h>
#include <string.h>

enum { IMAGES = 4 };

/* What the two comparisons may show at worst. */
#define TOLERANCE 1e-6
#define FLOAT_TOLERANCE 1e-2

/* ==== The twin ==== */

struct twin_layer {
    double *y;
    size_t *winner; /* maxpool, maxout */
    double *factor; /* dropout: the mask that the float net draws;
                     * batchnorm without a scale: c times 1 */
};

struct twin {
    const struct ramp_net *net; /* borrowed */
    struct twin_layer *layers;
    double *x, *dx; /* of the net */
    double *params, *grads;
    double *r;
    double *d[2]; /* gradients of maps on the way back */
};

static size_t map_size(struct shape s)
{
    return IMAGES * shape_size(s);
}

static size_t map_pixels(const struct layer *l)
{
    return IMAGES * l->in.h * l->in.w;
}

static struct reference_window window_of(const struct layer *l)
{
    const struct window *v = &l->window;
    return (struct reference_window){
        .n = IMAGES,
        .h = l->in.h,
        .w = l->in.w,
        .c = l->in.c,
        .r = v->r,
        .s = v->s,
        .stride_h = v->stride_h,
        .stride_w = v->stride_w,
        .pad_h = v->pad_h,
        .pad_w = v->pad_w,
        .oh = l->out.h,
        .ow = l->out.w,
        .k = l->out.c,
    };
}

static void twin_release(struct twin *twin)
{
    for (size_t i = 0; twin->layers != NULL && i < twin->net->n_layers; i++) {
        mem_free(twin->layers[i].y);
        mem_free(twin->layers[i].winner);
        mem_free(twin->layers[i].factor);
    }
    mem_free(twin->layers);
    mem_free(twin->x);
    mem_free(twin->dx);
    mem_free(twin->params);
    mem_free(twin->grads);
    mem_free(twin->r);
    mem_free(twin->d[0]);
    mem_free(twin->d[1]);
}

static bool draw_dropout(double *factor, const struct layer *l, size_t index,
                         uint64_t seed)
{
    size_t n = shape_size(l->in);
    /* Every table drops the same units. */
    const struct run run = {.kernels = kernels_get(0)};
    const struct pass pass = {.run = &run, .layer_index = index, .seed = seed};
    float *mask = mem_alloc(n, sizeof *mask);
    for (size_t image = 0; mask != NULL && image < IMAGES; image++) {
        for (size_t i = 0; i < n; i++)
            mask[i] = 1;
        dropout_image(l, &pass, image, mask, mask);
        for (size_t i = 0; i < n; i++)
            factor[image * n + i] = (double)mask[i];
    }
    mem_free(mask);
    return mask != NULL;
}

static bool twin_layer_init(struct twin_layer *t, const struct layer *l,
                            size_t index, uint64_t seed)
{
    size_t n = map_size(l->out);
    bool have = (t->y = mem_alloc(n, sizeof *t->y)) != NULL;
    if (l->kind == LAYER_MAXPOOL || l->kind == LAYER_MAXOUT)
        have = have && (t->winner = mem_alloc(n, sizeof *t->winner)) != NULL;
    if (l->kind == LAYER_DROPOUT)
        have = have && (t->factor = mem_alloc(n, sizeof *t->factor)) != NULL &&
               draw_dropout(t->factor, l, index, seed);
    if (l->kind == LAYER_BATCHNORM && !l->scale) {
        t->factor = mem_alloc(l->in.c, sizeof *t->factor);
        for (size_t i = 0; t->factor != NULL && i < l->in.c; i++)
            t->factor[i] = 1;
        have = have && t->factor != NULL;
    }
    return have;
}

/* Fails only for want of memory; twin_release in any case. */
static bool twin_init(struct twin *twin, const struct ramp_net *net,
                      uint64_t seed)
{
    size_t largest = map_size(net->input);
    *twin = (struct twin){.net = net};
    twin->layers = mem_alloc(net->n_layers, sizeof *twin->layers);
    if (twin->layers == NULL)
        return false;
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        if (!twin_layer_init(&twin->layers[i], l, i, seed))
            return false;
        if (largest < map_size(l->out))
            largest = map_size(l->out);
    }
    size_t k = (size_t)net->options.n_classes;
    double **const blocks[] = {&twin->x,     &twin->dx, &twin->params,
                               &twin->grads, &twin->r,  &twin->d[0],
                               &twin->d[1]};
    const size_t sizes[] = {map_size(net->input),
                            map_size(net->input),
                            net->n_params,
                            net->n_params,
                            IMAGES * k,
                            largest,
                            largest};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if ((*blocks[i] = mem_alloc(sizes[i], sizeof(double))) == NULL)
            return false;
    return true;
}

static const double *twin_input(const struct twin *twin, size_t layer)
{
    return layer == 0 ? twin->x : twin->layers[layer - 1].y;
}

static void twin_layer_forward(struct twin *twin, size_t index)
{
    const struct layer *l = &twin->net->layers[index];
    struct twin_layer *t = &twin->layers[index];
    const double *x = twin_input(twin, index);
    const double *weight = twin->params + l->weight_at;
    const double *bias = twin->params + l->bias_at;
    const struct reference_window v = window_of(l);
    switch (l->kind) {
    case LAYER_CONV:
        reference_conv_forward(t->y, x, weight, l->bias ? bias : NULL, &v);
        break;
    case LAYER_DENSE:
        reference_dense_forward(t->y, x, weight, l->bias ? bias : NULL, IMAGES,
                                shape_size(l->in), l->out.c);
        break;
    case LAYER_ACT:
        for (size_t i = 0; i < map_size(l->in); i++)
            t->y[i] = reference_act(l->act.kind, x[i], (double)l->act.a);
        break;
    case LAYER_PRELU:
        reference_prelu_forward(t->y, x, weight, map_pixels(l), l->in.c);
        break;
    case LAYER_MAXOUT:
        reference_maxout_forward(t->y, t->winner, x, map_size(l->out),
                                 l->in.c / l->out.c);
        break;
    case LAYER_CRELU:
        reference_crelu_forward(t->y, x, map_pixels(l), l->in.c);
        break;
    case LAYER_MAXPOOL:
        reference_maxpool_forward(t->y, t->winner, x, &v);
        break;
    case LAYER_AVGPOOL: reference_avgpool_forward(t->y, x, &v); break;
    case LAYER_BATCHNORM:
        reference_batchnorm_forward(t->y, NULL, NULL, x,
                                    l->scale ? weight : t->factor, bias,
                                    IMAGES * l->in.h * l->in.w, l->in.c);
        break;
    case LAYER_DROPOUT:
        reference_dropout(t->y, x, t->factor, map_size(l->in));
        break;
    }
}

static void twin_layer_backward(struct twin *twin, size_t index, double *dx,
                                const double *dy)
{
    const struct layer *l = &twin->net->layers[index];
    const struct twin_layer *t = &twin->layers[index];
    const double *x = twin_input(twin, index);
    const double *weight = twin->params + l->weight_at;
    double *dweight = twin->grads + l->weight_at;
    double *dbias = l->bias ? twin->grads + l->bias_at : NULL;
    const struct reference_window v = window_of(l);
    switch (l->kind) {
    case LAYER_CONV:
        reference_conv_backward(dx, dweight, dbias, dy, x, weight, &v);
        break;
    case LAYER_DENSE:
        reference_dense_backward(dx, dweight, dbias, dy, x, weight, IMAGES,
                                 shape_size(l->in), l->out.c);
        break;
    case LAYER_ACT:
        for (size_t i = 0; i < map_size(l->in); i++)
            dx[i] = dy[i] *
                    reference_act_slope(l->act.kind, x[i], (double)l->act.a);
        break;
    case LAYER_PRELU:
        reference_prelu_backward(dx, dweight, dy, x, weight, map_pixels(l),
                                 l->in.c);
        break;
    case LAYER_MAXOUT:
        reference_maxout_backward(dx, dy, t->winner, map_size(l->out),
                                  l->in.c / l->out.c);
        break;
    case LAYER_CRELU:
        reference_crelu_backward(dx, dy, x, map_pixels(l), l->in.c);
        break;
    case LAYER_MAXPOOL:
        reference_maxpool_backward(dx, dy, t->winner, &v);
        break;
    case LAYER_AVGPOOL: reference_avgpool_backward(dx, dy, &v); break;
    case LAYER_BATCHNORM:
        reference_batchnorm_backward(
            dx, l->scale ? dweight : NULL, twin->grads + l->bias_at, dy, x,
            l->scale ? weight : t->factor, IMAGES * l->in.h * l->in.w, l->in.c);
        break;
    case LAYER_DROPOUT:
        reference_dropout(dx, dy, t->factor, map_size(l->in));
        break;
    }
}

/* The loss, when parameters or inputs of layer `first` have changed. */
static double twin_loss(struct twin *twin, size_t first)
{
    size_t n = IMAGES * (size_t)twin->net->options.n_classes;
    for (size_t i = first; i < twin->net->n_layers; i++)
        twin_layer_forward(twin, i);
    const double *logits = twin->layers[twin->net->n_layers - 1].y;
    double loss = 0;
    for (size_t i = 0; i < n; i++)
        loss += twin->r[i] * logits[i];
    return loss;
}

static void twin_backward(struct twin *twin)
{
    size_t n = IMAGES * (size_t)twin->net->options.n_classes;
    const double *dy = memcpy(twin->d[0], twin->r, n * sizeof *twin->r);
    for (size_t i = twin->net->n_layers; i-- > 0;) {
        double *dx = dy == twin->d[0] ? twin->d[1] : twin->d[0];
        twin_layer_backward(twin, i, dx, dy);
        dy = dx;
    }
    memcpy(twin->dx, dy, map_size(twin->net->input) * sizeof *dy);
}

/* On which side of each kink the net stands, from layer `first` on: the pieces
 * of activations and the winners of max pools and maxout. While this stays the
 * same, the loss is smooth. */
static uint64_t twin_side(const struct twin *twin, size_t first)
{
    uint64_t hash = HASH_START;
    for (size_t i = first; i < twin->net->n_layers; i++) {
        const struct layer *l = &twin->net->layers[i];
        const double *x = twin_input(twin, i);
        if (twin->layers[i].winner != NULL)
            hash =
                hash_bytes(hash, twin->layers[i].winner,
                           map_size(l->out) * sizeof *twin->layers[i].winner);
        if (l->kind != LAYER_ACT && l->kind != LAYER_PRELU &&
            l->kind != LAYER_CRELU)
            continue;
        for (size_t j = 0; j < map_size(l->in); j++) {
            char piece = (char)reference_act_piece(l->act.kind, x[j]);
            hash = hash_bytes(hash, &piece, 1);
        }
    }
    return hash;
}

/* ==== A check ==== */

struct check {
    struct ramp_net *net;
    struct twin twin;
    uint64_t seed;
    size_t max_entries;
    float *params, *running; /* the net's own, kept while it is checked */
    float *x, *r;            /* what the twin has, in float */
    float *dx;               /* what the production gave */
    struct plan *plan;
};

enum { KEY_INPUT, KEY_R, KEY_BIAS, KEY_JITTER, KEY_ENTRY, N_KEYS };

static struct rng_key key_of(const struct check *check, int what, size_t turn)
{
    return rng_key(check->seed, RNG_TEST,
                   (uint64_t)turn * N_KEYS + (uint64_t)what);
}

/* Where all biases are the same, as in a net not yet trained, values can lie
 * exactly on a kink, and where batch norm's scale is 1 a missing factor goes
 * unseen, as a wrong channel does where all slopes are the same. So the check
 * is made beside the parameters, not at them. */
static void move_biases(struct check *check)
{
    struct rng_key key = key_of(check, KEY_BIAS, 0);
    for (size_t i = 0; i < check->net->n_tensors; i++) {
        const struct tensor *t = &check->net->tensors[i];
        if (t->role == TENSOR_WEIGHT || t->role == TENSOR_RUNNING)
            continue;
        for (size_t j = t->offset; j < t->offset + t->n; j++)
            check->net->params[j] += (float)(0.1 * rng_normal(key, j));
    }
}

static void draw_inputs(struct check *check, size_t turn)
{
    struct rng_key key = key_of(check, KEY_INPUT, turn);
    struct rng_key r_key = key_of(check, KEY_R, turn);
    size_t n = map_size(check->net->input);
    size_t k = IMAGES * (size_t)check->net->options.n_classes;
    for (size_t i = 0; i < n; i++) {
        check->x[i] = (float)rng_normal(key, i);
        check->twin.x[i] = (double)check->x[i];
    }
    for (size_t i = 0; i < k; i++) {
        check->r[i] = (float)rng_normal(r_key, i);
        check->twin.r[i] = (double)check->r[i];
    }
    for (size_t i = 0; i < check->net->n_params; i++)
        check->twin.params[i] = (double)check->net->params[i];
}

static void jitter(double *x, size_t n, struct rng_key key)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= 1 + 4e-6 * (rng_uniform(key, i) - 0.5);
}

/* In float a value next to a kink may fall on its other side, and then both
 * gradients are right and differ. Draw inputs until errors of that size leave
 * every value on its side; or, of a very large net, be content. */
static void draw_stable_inputs(struct check *check)
{
    enum { TURNS = 20 };
    struct twin *twin = &check->twin;
    bool stable = false;
    for (size_t turn = 0; turn < TURNS && !stable; turn++) {
        struct rng_key key = key_of(check, KEY_JITTER, turn);
        draw_inputs(check, turn);
        twin_loss(twin, 0);
        uint64_t side = twin_side(twin, 0);
        jitter(twin->x, map_size(check->net->input), key);
        jitter(twin->params, check->net->n_params, key);
        twin_loss(twin, 0);
        stable = side == twin_side(twin, 0);
        draw_inputs(check, turn);
    }
}

static enum ramp_status run_both(struct check *check, struct ramp_error *err)
{
    const int32_t labels[IMAGES] = {0}; /* not asked for */
    const struct plan_batch batch = {
        .x = check->x, .labels = labels, .n = IMAGES, .seed = check->seed};
    draw_stable_inputs(check);
    double loss = twin_loss(&check->twin, 0);
    if (!isfinite(loss))
        return error_set(err, RAMP_MODEL,
                         "cannot check the gradients of %s: expected finite "
                         "logits, found a loss of %g",
                         TEXT_QUOTE(check->net->name), loss);
    twin_backward(&check->twin);
    plan_backward_from(check->plan, &batch, check->r, check->dx);
    return RAMP_OK;
}

/* ---- Comparing ---- */

/* NaN is the worst of all. */
static void keep_worst(double *worst, double value)
{
    if (!(value <= *worst))
        *worst = isnan(value) ? INFINITY : value;
}

static double largest_of(const double *x, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        keep_worst(&largest, fabs(x[i]));
    return largest;
}

/* Central difference in one entry, an input or a parameter of layer `first`;
 * false if a kink lies between its two points. */
static bool difference(struct twin *twin, size_t first, double *entry,
                       double step, uint64_t side, double *slope)
{
    const double kept = *entry, high = kept + step, low = kept - step;
    *entry = high;
    double above = twin_loss(twin, first);
    bool smooth = twin_side(twin, first) == side;
    *entry = low;
    double below = twin_loss(twin, first);
    smooth = smooth && twin_side(twin, first) == side;
    *entry = kept;
    *slope = (above - below) / (high - low);
    return smooth;
}

/* Where there is a kink, or the loss bends so much that slope and gradient
 * differ, a smaller step may help; but the rounding of the loss then makes up
 * more of the difference, and so it counts less. False: kinks at every step. */
static bool compare_entry(struct twin *twin, size_t first, double *entry,
                          double grad, double scale, uint64_t side,
                          double *error)
{
    bool smooth = false;
    *error = INFINITY;
    for (double share = 1; share > 0.01 && !(*error <= TOLERANCE); share /= 8) {
        double slope, step = share * 6e-6 * fmax(1, fabs(*entry));
        if (!difference(twin, first, entry, step, side, &slope))
            continue;
        smooth = true;
        double size = fabs(slope) + fabs(grad) + scale / 100;
        double found = share * fabs(slope - grad) / size;
        if (found < *error)
            *error = found;
    }
    return smooth;
}

/* In both comparisons `scale` is the largest gradient of the layer, not only of
 * the tensor: where a batch norm follows, the gradient of a bias is 0 but for
 * rounding.
 *
 * Here n entries and their gradients; of more than max_entries one is drawn out
 * of each of max_entries equal parts. */
static void compare_differences(struct check *check,
                                struct ramp_gradient_check *result,
                                size_t first, double *entries,
                                const double *grads, size_t n, double scale)
{
    struct twin *twin = &check->twin;
    struct rng_key key = key_of(check, KEY_ENTRY, 0);
    size_t n_entries = n < check->max_entries ? n : check->max_entries;
    twin_loss(twin, 0);
    const uint64_t side = twin_side(twin, first);
    for (size_t i = 0; i < n_entries; i++) {
        double error;
        size_t from = i * n / n_entries, to = (i + 1) * n / n_entries;
        size_t at = from + (size_t)rng_below(key, i, to - from);
        if (compare_entry(twin, first, entries + at, grads[at], scale, side,
                          &error)) {
            result->n_checked++;
            keep_worst(&result->worst_reference, error);
        } else {
            result->n_skipped++;
        }
    }
}

static void compare_floats(struct ramp_gradient_check *result,
                           const float *found, const double *expected, size_t n,
                           double scale)
{
    for (size_t i = 0; i < n; i++)
        keep_worst(&result->worst_float,
                   fabs((double)found[i] - expected[i]) / scale);
}

/* A layer without any gradient has shown nothing: 0 / 0 fails here. */
static void judge(struct ramp_gradient_check *result)
{
    size_t n = result->n_checked + result->n_skipped;
    result->passed = result->n_checked > 0 && 10 * result->n_skipped <= n &&
                     result->worst_reference <= TOLERANCE &&
                     result->worst_float <= FLOAT_TOLERANCE;
}

static void check_input(struct check *check, struct ramp_gradient_check *result)
{
    struct twin *twin = &check->twin;
    size_t n = map_size(check->net->input);
    memcpy(result->name, "input", sizeof "input");
    double scale = largest_of(twin->dx, n);
    compare_differences(check, result, 0, twin->x, twin->dx, n, scale);
    compare_floats(result, check->dx, twin->dx, n, scale);
    judge(result);
}

static void check_tensor(struct check *check, const struct tensor *t,
                         struct ramp_gradient_check *result)
{
    struct twin *twin = &check->twin;
    const struct layer *l = &check->net->layers[t->layer];
    const float *found = plan_gradients(check->plan) + t->offset;
    const double *grads = twin->grads + t->offset;
    double scale = largest_of(twin->grads + l->weight_at, layer_n_params(l));
    memcpy(result->name, t->name, sizeof t->name);
    compare_differences(check, result, t->layer, twin->params + t->offset,
                        grads, t->n, scale);
    compare_floats(result, found, grads, t->n, scale);
    judge(result);
}

/* ---- The call ---- */

static enum ramp_status check_init(struct check *check,
                                   const struct ramp_compute *compute,
                                   struct ramp_error *err)
{
    struct ramp_net *net = check->net;
    size_t n_in = map_size(net->input);
    size_t n_out = IMAGES * (size_t)net->options.n_classes;
    const char *what = "the check of a net";
    enum ramp_status status = RAMP_OK;
    if (!twin_init(&check->twin, net, check->seed))
        status = error_memory(err, what, net->n_params * sizeof(double));
    if (status == RAMP_OK)
        status = MEM_NEW(&check->x, n_in, what, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&check->dx, n_in, what, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&check->r, n_out, what, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&check->running, net->n_running, what, err);
    if (status == RAMP_OK)
        status = plan_new(&check->plan, net, IMAGES, true, compute, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&check->params, net->n_params, what, err);
    return status;
}

static void check_release(struct check *check)
{
    twin_release(&check->twin);
    plan_free(check->plan);
    mem_free(check->x);
    mem_free(check->dx);
    mem_free(check->r);
    mem_free(check->running);
    mem_free(check->params);
}

/* The net as it is, its biases moved for the time of the check. */
static enum ramp_status check_run(struct check *check,
                                  struct ramp_gradient_check *results,
                                  size_t *n_results, struct ramp_error *err)
{
    struct ramp_net *net = check->net;
    memcpy(check->params, net->params, net->n_params * sizeof *net->params);
    memcpy(check->running, net->running, net->n_running * sizeof *net->running);
    move_biases(check);
    enum ramp_status status = run_both(check, err);
    *n_results = 0;
    if (status == RAMP_OK)
        check_input(check, &results[(*n_results)++]);
    for (size_t i = 0; status == RAMP_OK && i < net->n_tensors; i++)
        if (net->tensors[i].role != TENSOR_RUNNING)
            check_tensor(check, &net->tensors[i], &results[(*n_results)++]);
    memcpy(net->params, check->params, net->n_params * sizeof *net->params);
    memcpy(net->running, check->running, net->n_running * sizeof *net->running);
    return status;
}

enum ramp_status ramp_net_check(struct ramp_gradient_check **checks,
                                size_t *n_checks, struct ramp_net *net,
                                uint64_t seed, size_t max_entries,
                                const struct ramp_compute *compute,
                                struct ramp_error *err)
{
    struct check check = {.net = net, .seed = seed, .max_entries = max_entries};
    struct ramp_gradient_check *results = NULL;
    size_t n_results = 0;
    *checks = NULL;
    *n_checks = 0;
    enum ramp_status status =
        MEM_NEW(&results, net->n_tensors + 1, "the results of a check", err);
    if (status == RAMP_OK)
        status = check_init(&check, compute, err);
    if (status == RAMP_OK)
        status = check_run(&check, results, &n_results, err);
    check_release(&check);
    if (status != RAMP_OK) {
        mem_free(results);
        return status;
    }
    *checks = results;
    *n_checks = n_results;
    return RAMP_OK;
}
