/* run.c - a plan at work.
 *
 * All threads run through forward and backward together (one parallel region
 * for each call of this file); inside of it `omp for` shares blocks or tasks.
 * Gradients of image-wise layers are summed in N_CHUNKS fixed parts of the
 * batch, each in the order of its images, and then part by part: the same bits
 * for any number of threads. */
#include "base/clock.h"
#include "base/flush.h"
#include "base/sizes.h"
#include "layers/interleaved.h"
#include "layers/layers.h"
#include "net/fold.h"

#include <omp.h>
#include <string.h>

/* ==== Running; called by all threads of the team together ==== */

static struct pass pass_of(const struct plan *plan, size_t i, size_t n,
                           const struct plan_batch *batch)
{
    const struct layer *l = &plan->layers[i];
    size_t thread = (size_t)omp_get_thread_num();
    struct pass pass = {
        .run = &plan->run,
        .training = batch != NULL,
        .n = n,
        .layer_index = i,
        .weight = plan->net->params + l->weight_at,
        .bias = plan->net->params + l->bias_at,
        .running = plan->net->running + l->running_at,
        .saved = plan->slots[i].saved,
        .packed = plan->slots[i].packed,
        .scratch = plan->scratch + thread * plan->scratch_floats,
        .shared = plan->shared,
        .gathered = plan->slots[i].gathered,
    };
    fold_pass(&pass, &plan->slots[i], l);
    if (batch != NULL) {
        pass.seed = batch->seed;
        pass.step = batch->step;
        pass.dweight = plan->grads + l->weight_at;
        pass.dbias = plan->grads + l->bias_at;
    }
    return pass;
}

/* ---- One layer, and the time it takes if somebody asks ---- */

static struct plan_time *time_of(const struct plan *plan, size_t i)
{
    size_t thread = (size_t)omp_get_thread_num();
    return plan->times + thread * plan->n_layers + i;
}

static double now(const struct plan *plan)
{
    return plan->times ? clock_seconds() : 0;
}

static void forward_layer(const struct plan *plan, const struct pass *pass,
                          float *y, const float *x)
{
    size_t i = pass->layer_index;
    double start = now(plan);
    layer_forward(&plan->layers[i], pass, y, x);
    if (plan->times)
        time_of(plan, i)->forward += now(plan) - start;
}

static void backward_layer(const struct plan *plan, const struct pass *pass,
                           float *dx, const float *dy, const float *x,
                           const float *y)
{
    size_t i = pass->layer_index;
    double start = now(plan);
    layer_backward(&plan->layers[i], pass, dx, dy, x, y);
    if (plan->times)
        time_of(plan, i)->backward += now(plan) - start;
}

static void pack_weights(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_layers; i++) {
        struct pass pass = pass_of(plan, i, 0, NULL);
        double start = now(plan);
        fold_weights(plan, i);
        layer_pack(&plan->layers[i], &pass);
        if (plan->times)
            time_of(plan, i)->weights += now(plan) - start;
    }
#pragma omp barrier
}

/* The rooms of the ring of this thread, in turn. */
static float *ring_room(const struct plan *plan, int *turn)
{
    size_t thread = (size_t)omp_get_thread_num();
    *turn = 1 - *turn;
    return plan->ring[*turn] + thread * plan->ring_floats;
}

/* The kept map that layer i reads, from `image` on; NULL if it is not kept. */
static const float *input_of(const struct plan *plan, size_t i, const float *x,
                             size_t image)
{
    const float *map = i == 0 ? x : plan->slots[i - 1].y;
    return map ? map + image * shape_size(plan->layers[i].in) : NULL;
}

static float *output_of(const struct plan *plan, size_t i, size_t image)
{
    float *map = plan->slots[i].y;
    return map ? map + image * shape_size(plan->layers[i].out) : NULL;
}

/* The maps of a chain that stand in memory image by image, for an interleaved
 * one in a room of its own; else the map itself. */
static float *turn(const struct plan *plan, const struct stage *stage, int room,
                   const float *images, size_t n, struct shape shape)
{
    size_t thread = (size_t)omp_get_thread_num();
    float *map = plan->turned[room] + thread * plan->ring_floats;
    if (!stage->interleaved)
        return (float *)(uintptr_t)images;
    interleave(plan->run.kernels, map, images, n, shape);
    return map;
}

/* n images from `image` on through a chain. */
static void chain_forward(const struct plan *plan, const struct stage *stage,
                          const struct plan_batch *batch, const float *x,
                          size_t image, size_t n)
{
    size_t last = stage->end - 1;
    float *from = turn(plan, stage, 0, input_of(plan, stage->first, x, image),
                       n, plan->layers[stage->first].in);
    float *to = NULL;
    int next = 0;
    for (size_t i = stage->first; i <= last; i++) {
        struct pass pass = pass_of(plan, i, stage->interleaved ? 1 : n, batch);
        float *map = output_of(plan, i, image);
        if (map != NULL && !(stage->interleaved && i == last))
            to = map;
        else if (!plan->slots[i].in_place)
            to = ring_room(plan, &next);
        pass.first = image;
        forward_layer(plan, &pass, to, from);
        from = to;
    }
    if (stage->interleaved)
        deinterleave(plan->run.kernels, output_of(plan, last, image), from, n,
                     plan->layers[last].out);
}

/* Chains take images block by block: blocks of about equal size, as many for
 * each thread, none of more than stage->block images. */
static size_t n_blocks(const struct stage *stage, size_t n)
{
    size_t threads = (size_t)omp_get_num_threads();
    size_t blocks = (n + stage->block - 1) / stage->block;
    if (stage->interleaved)
        return blocks;
    return smaller(n, (blocks + threads - 1) / threads * threads);
}

/* The first image of part i of n_parts; interleaved ones stay together. */
static size_t part_of(const struct stage *stage, size_t i, size_t n_parts,
                      size_t n)
{
    if (!stage->interleaved)
        return i * n / n_parts;
    return smaller(n, i * ((n + LANES - 1) / LANES) / n_parts * LANES);
}

static void run_forward(const struct plan *plan, const float *x, size_t n,
                        const struct plan_batch *batch)
{
    for (size_t s = 0; s < plan->n_stages; s++) {
        const struct stage *stage = &plan->stages[s];
        const struct layer *l = &plan->layers[stage->first];
        /* Batch norm is batch-wise only in training; a plan for training that
         * answers runs it as a chain of one layer. */
        if (layer_is_batch_wise(l, batch != NULL)) {
            struct pass pass = pass_of(plan, stage->first, n, batch);
            forward_layer(plan, &pass, output_of(plan, stage->first, 0),
                          input_of(plan, stage->first, x, 0));
            continue;
        }
        size_t blocks = n_blocks(stage, n);
#pragma omp for schedule(static)
        for (size_t b = 0; b < blocks; b++) {
            size_t image = part_of(stage, b, blocks, n);
            chain_forward(plan, stage, batch, x, image,
                          part_of(stage, b + 1, blocks, n) - image);
        }
    }
}

/* n images back through a chain: dy of its end, which is overwritten, to dx of
 * its beginning (unless NULL), gradients of the parameters into the chunk. */
static void chain_backward(const struct plan *plan, const struct stage *stage,
                           const struct plan_batch *batch, float *chunk,
                           bool fresh, float *dx, float *dy, size_t image,
                           size_t n)
{
    size_t last = stage->end - 1;
    struct shape in = plan->layers[stage->first].in;
    struct shape out = plan->layers[last].out;
    const float *first_x = turn(
        plan, stage, 0, input_of(plan, stage->first, batch->x, image), n, in);
    const float *last_y =
        turn(plan, stage, 1, output_of(plan, last, image), n, out);
    int next = 0;
    dy = turn(plan, stage, 2, dy, n, out);
    for (size_t i = stage->end; i-- > stage->first;) {
        struct pass pass = pass_of(plan, i, stage->interleaved ? 1 : n, batch);
        bool is_first = i == stage->first;
        float *to = dy;
        if (is_first && (dx == NULL || !stage->interleaved))
            to = dx;
        else if (!plan->slots[i].in_place)
            to = ring_room(plan, &next);
        pass.first = image;
        pass.in_group = image % stage->group;
        pass.fresh = fresh;
        pass.dweight = chunk + plan->slots[i].partial_at;
        pass.dbias =
            pass.dweight + layer_partial_weights(&plan->layers[i], &plan->run);
        backward_layer(plan, &pass, to, dy,
                       is_first ? first_x : input_of(plan, i, NULL, image),
                       i == last ? last_y : output_of(plan, i, image));
        dy = to;
    }
    if (stage->interleaved && dx != NULL)
        deinterleave(plan->run.kernels, dx, dy, n, in);
}

/* What the layers of a stage add to. */
static void clear_chunk(const struct plan *plan, const struct stage *stage,
                        float *chunk)
{
    for (size_t i = stage->first; i < stage->end; i++) {
        size_t n = layer_partial_floats(&plan->layers[i], &plan->run);
        memset(chunk + plan->slots[i].partial_at, 0, n * sizeof *chunk);
    }
}

/* The group of images from `first` on back through a chain; the first block of
 * a chunk sets its sums, the others add to them. */
static void group_backward(const struct plan *plan, const struct stage *stage,
                           const struct plan_batch *batch, float *dx, float *dy,
                           size_t first, size_t n)
{
    size_t in = shape_size(plan->layers[stage->first].in);
    size_t out = shape_size(plan->layers[stage->end - 1].out);
#pragma omp for schedule(static)
    for (size_t chunk = 0; chunk < N_CHUNKS; chunk++) {
        size_t begin = first + part_of(stage, chunk, N_CHUNKS, n);
        size_t end = first + part_of(stage, chunk + 1, N_CHUNKS, n);
        bool fresh = first == 0;
        if (fresh && begin == end)
            clear_chunk(plan, stage, plan->chunks[chunk]);
        for (size_t i = begin; i < end; i += stage->block, fresh = false)
            chain_backward(plan, stage, batch, plan->chunks[chunk], fresh,
                           dx ? dx + i * in : NULL, dy + i * out, i,
                           smaller(stage->block, end - i));
    }
    for (size_t i = stage->first; i < stage->end; i++) {
        struct pass pass = pass_of(plan, i, n, batch);
        double start = now(plan);
        layer_gathered(&plan->layers[i], &pass, first > 0);
        if (plan->times)
            time_of(plan, i)->backward += now(plan) - start;
    }
}

/* Gradients of the image-wise layers: the sum of the chunks, in order. */
static void sum_chunks(const struct plan *plan, const struct plan_batch *batch)
{
    enum { BLOCK = 1024 };
    size_t n = plan->chunk_floats;
#pragma omp for schedule(static)
    for (size_t at = 0; at < n; at += BLOCK)
        for (int chunk = 1; chunk < N_CHUNKS; chunk++)
            plan->run.kernels->add(plan->chunks[0] + at,
                                   plan->chunks[chunk] + at,
                                   smaller(BLOCK, n - at));
    for (size_t i = 0; i < plan->n_layers; i++) {
        struct pass pass = pass_of(plan, i, batch->n, batch);
        double start = now(plan);
        layer_collect(&plan->layers[i], &pass,
                      plan->chunks[0] + plan->slots[i].partial_at);
        if (plan->times)
            time_of(plan, i)->weights += now(plan) - start;
    }
#pragma omp barrier
}

/* The gradient of what stage s gives: in one of two rooms in turn. */
static float *gradient_of(const struct plan *plan, size_t s)
{
    float *watched = plan->slots[plan->stages[s].end - 1].dy;
    return watched ? watched : plan->d[(plan->n_stages - 1 - s) % 2];
}

static float *logits_gradient_of(const struct plan *plan)
{
    return gradient_of(plan, plan->n_stages - 1);
}

/* The gradient of the penalty act_l1 by the output of activation i; |h| has
 * none at 0, where it counts as 0. */
static void add_act_penalty(const struct plan *plan, size_t i,
                            const struct plan_batch *batch)
{
    const float *y = output_of(plan, i, 0);
    float *dy = plan->slots[i].dy;
    float slope = (float)(batch->act_l1 / (double)batch->n);
    size_t n = batch->n * shape_size(plan->layers[i].out);
#pragma omp for schedule(static)
    for (size_t j = 0; j < n; j++)
        dy[j] += y[j] > 0 ? slope : y[j] < 0 ? -slope : 0;
}

/* From the gradient of the logits back to the first layer; dx of the input
 * only if wanted. */
static void run_backward(const struct plan *plan,
                         const struct plan_batch *batch, float *dx)
{
    for (size_t s = plan->n_stages; s-- > 0;) {
        const struct stage *stage = &plan->stages[s];
        float *to = s > 0 ? gradient_of(plan, s - 1) : dx;
        float *dy = gradient_of(plan, s);
        if (batch->act_l1 > 0 &&
            layer_is_activation(&plan->layers[stage->first]))
            add_act_penalty(plan, stage->first, batch);
        if (stage->batch_wise) {
            size_t i = stage->first;
            struct pass pass = pass_of(plan, i, batch->n, batch);
            backward_layer(plan, &pass, to, dy, input_of(plan, i, batch->x, 0),
                           output_of(plan, i, 0));
        } else {
            for (size_t i = 0; i < batch->n; i += stage->group)
                group_backward(plan, stage, batch, to, dy, i,
                               smaller(stage->group, batch->n - i));
        }
    }
    sum_chunks(plan, batch);
}

static const float *logits_of(const struct plan *plan)
{
    return plan->slots[plan->n_layers - 1].y;
}

static void run_loss(const struct plan *plan, const struct plan_batch *batch)
{
    size_t k = (size_t)plan->net->options.n_classes;
    const double *class_weights = batch->class_weights;
    float *dlogits = logits_gradient_of(plan);
#pragma omp for schedule(static)
    for (size_t i = 0; i < batch->n; i++) {
        const float *logits = logits_of(plan) + i * k;
        size_t label = (size_t)batch->labels[i], best = 0;
        for (size_t j = 1; j < k; j++)
            if (logits[j] > logits[best])
                best = j;
        plan->wrong[i] = best != label;
        double weight = class_weights ? class_weights[label] : 1;
        plan->losses[i] = weight * softmax_loss(dlogits + i * k, logits, k,
                                                label, batch->label_smoothing,
                                                weight / (double)batch->n);
    }
}

/* ==== Calls ==== */

/* How many threads n images are worth: one image is not shared. */
static int team_of(const struct plan *plan, size_t n)
{
    return n < (size_t)plan->n_threads ? (int)n : plan->n_threads;
}

const float *plan_forward(struct plan *plan, const float *x, size_t n)
{
    ASSERT(n > 0 && n <= plan->run.max_batch);
#pragma omp parallel num_threads(team_of(plan, n))
    {
        struct flush flush = flush_on();
        if (!plan->packed)
            pack_weights(plan);
        run_forward(plan, x, n, NULL);
        flush_restore(flush);
    }
    plan->packed = true;
    return logits_of(plan);
}

void plan_params_changed(struct plan *plan)
{
    plan->packed = false;
}

struct plan_loss plan_train(struct plan *plan, const struct plan_batch *batch)
{
    struct plan_loss sum = {0, 0};
    ASSERT(plan->run.training && batch->n > 0 &&
           batch->n <= plan->run.max_batch);
    ASSERT(plan->watched || batch->act_l1 == 0);
#pragma omp parallel num_threads(plan->n_threads)
    {
        struct flush flush = flush_on();
        if (!plan->packed)
            pack_weights(plan);
        run_forward(plan, batch->x, batch->n, batch);
        run_loss(plan, batch);
        run_backward(plan, batch, NULL);
        flush_restore(flush);
    }
    plan->packed = false; /* the caller is about to change the weights */
    for (size_t i = 0; i < batch->n; i++) {
        sum.loss += plan->losses[i];
        sum.n_wrong += plan->wrong[i];
    }
    return sum;
}

void plan_backward_from(struct plan *plan, const struct plan_batch *batch,
                        const float *r, float *dx)
{
    size_t k = (size_t)plan->net->options.n_classes;
    ASSERT(plan->run.training && batch->n > 0 &&
           batch->n <= plan->run.max_batch);
    memcpy(logits_gradient_of(plan), r, batch->n * k * sizeof *r);
#pragma omp parallel num_threads(plan->n_threads)
    {
        struct flush flush = flush_on();
        pack_weights(plan);
        run_forward(plan, batch->x, batch->n, batch);
        run_backward(plan, batch, dx);
        flush_restore(flush);
    }
    plan->packed = false;
}
