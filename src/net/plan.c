/* plan.c - how one net runs on batches: stages, memory, threads.
 *
 * The layers are cut into stages. A batch-wise layer is a stage of its own; the
 * image-wise layers between two of them are one stage, a chain, which takes a
 * block of images through all its layers while their maps are in the cache:
 *
 *     conv pool act conv act pool | dense | act | dense
 *     `------- a chain ---------'                        (training)
 *
 * A map in the middle of a chain is kept for the whole batch only if the
 * backward pass asks for it; else it lies in a ring of two rooms a thread.
 *
 * All threads run through forward and backward together (one parallel region
 * for each call of this file); inside of it `omp for` shares blocks or tasks.
 * Gradients of image-wise layers are summed in N_CHUNKS fixed parts of the
 * batch, each in the order of its images, and then part by part: the same bits
 * for any number of threads. */
#include "net/plan.h"

#include "base/flush.h"
#include "base/mem.h"
#include "layers/layers.h"

#include <omp.h>
#include <string.h>

enum {
    N_CHUNKS = 8,
    MAX_BLOCK = 16,           /* images */
    RING_FLOATS = 128 * 1024, /* of a block's largest map: 512 KB */
};

struct stage {
    size_t first, end; /* layers */
    size_t block;      /* images taken through a chain together */
    bool batch_wise;
};

/* Memory of one layer; NULL where it needs none. */
struct slot {
    float *y;          /* output of the whole batch; NULL: in the ring */
    void *saved;       /* from forward to backward */
    float *packed;     /* weights as tiles want them */
    size_t partial_at; /* its place in the block of a chunk */
};

struct plan {
    struct ramp_net *net; /* borrowed */
    struct run run;
    int n_threads;
    bool packed; /* the packed weights are those of the net */
    size_t n_layers;
    struct layer *layers; /* the net's, in the order in which they run */
    size_t n_stages;
    struct stage *stages;
    struct slot *slots;
    /* One block holds the rest. */
    char *memory;
    float *grads;            /* as net->params */
    float *chunks[N_CHUNKS]; /* partial sums of the image-wise layers */
    size_t chunk_floats;
    float *scratch; /* n_threads x scratch_floats, of the layers */
    size_t scratch_floats;
    float *ring[2]; /* n_threads x ring_floats */
    size_t ring_floats;
    float *shared;        /* of a batch-wise layer */
    float *d[2];          /* gradients of the maps between stages */
    double *losses;       /* per image */
    unsigned char *wrong; /* per image */
};

/* ==== Memory ==== */

/* Hands out pieces of a block; without one it only counts. */
struct arena {
    char *base;
    size_t used;
};

static void *arena_take(struct arena *arena, size_t n, size_t size)
{
    size_t bytes;
    ASSERT(size_mul(&bytes, n, size)); /* netspec's limits see to it */
    bytes = (bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN;
    void *piece = arena->base ? arena->base + arena->used : NULL;
    arena->used += bytes;
    return piece;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Whether the map that layer i makes stands in memory for the whole batch. */
static bool is_kept(const struct plan *plan, size_t i)
{
    for (size_t s = 0; s < plan->n_stages; s++)
        if (plan->stages[s].end == i + 1)
            return true;
    return plan->run.training && (layer_needs_output(&plan->layers[i]) ||
                                  layer_needs_input(&plan->layers[i + 1]));
}

static void place_layer(struct plan *plan, struct arena *arena, size_t i)
{
    const struct layer *l = &plan->layers[i];
    struct slot *slot = &plan->slots[i];
    const struct run *run = &plan->run;
    if (is_kept(plan, i))
        slot->y = arena_take(arena, run->max_batch * shape_size(l->out),
                             sizeof(float));
    slot->saved = arena_take(arena, layer_saved_bytes(l, run), 1);
    slot->packed =
        arena_take(arena, layer_packed_floats(l, run), sizeof(float));
    slot->partial_at = plan->chunk_floats;
    if (run->training)
        plan->chunk_floats += layer_partial_floats(l, run);
}

/* Everything whose size is the largest over the layers. */
static void measure(struct plan *plan, size_t *shared, size_t *d)
{
    plan->scratch_floats = plan->ring_floats = plan->chunk_floats = 0;
    *shared = *d = 0;
    for (size_t s = 0; s < plan->n_stages; s++) {
        const struct stage *stage = &plan->stages[s];
        for (size_t i = stage->first; i < stage->end; i++) {
            const struct layer *l = &plan->layers[i];
            size_t ring = stage->block * shape_size(l->out);
            plan->scratch_floats = larger(plan->scratch_floats,
                                          layer_scratch_floats(l, &plan->run));
            *shared = larger(*shared, layer_shared_floats(l, &plan->run));
            if (!stage->batch_wise)
                plan->ring_floats = larger(plan->ring_floats, ring);
        }
        *d = larger(*d, shape_size(plan->layers[stage->end - 1].out));
    }
    /* Threads must not share a cache line. */
    plan->scratch_floats = (plan->scratch_floats + 15) / 16 * 16;
    plan->ring_floats = (plan->ring_floats + 15) / 16 * 16;
}

/* Lay everything out in the arena: called twice, first to count. */
static void place(struct plan *plan, struct arena *arena)
{
    size_t shared, d, threads = (size_t)plan->n_threads;
    measure(plan, &shared, &d);
    for (size_t i = 0; i < plan->n_layers; i++)
        place_layer(plan, arena, i);
    plan->scratch =
        arena_take(arena, threads * plan->scratch_floats, sizeof(float));
    for (int i = 0; i < 2; i++)
        plan->ring[i] =
            arena_take(arena, threads * plan->ring_floats, sizeof(float));
    if (!plan->run.training)
        return;
    plan->grads = arena_take(arena, plan->net->n_params, sizeof(float));
    for (int i = 0; i < N_CHUNKS; i++)
        plan->chunks[i] = arena_take(arena, plan->chunk_floats, sizeof(float));
    plan->shared = arena_take(arena, shared, sizeof(float));
    for (int i = 0; i < 2; i++)
        plan->d[i] = arena_take(arena, plan->run.max_batch * d, sizeof(float));
    plan->losses = arena_take(arena, plan->run.max_batch, sizeof(double));
    plan->wrong = arena_take(arena, plan->run.max_batch, 1);
}

/* A non-decreasing activation and a max pool after it change places: a 2x2
 * pool leaves a quarter of the exponentials. Relu, leaky and linear give the
 * same bits; where an exponential is approximated, the last one may differ. */
static void order_layers(struct plan *plan)
{
    struct layer *l = plan->layers;
    memcpy(l, plan->net->layers, plan->n_layers * sizeof *l);
    for (size_t i = 0; i + 1 < plan->n_layers; i++)
        if (l[i].kind == LAYER_ACT && l[i + 1].kind == LAYER_MAXPOOL) {
            struct layer act = l[i];
            l[i] = l[i + 1];
            act.in = act.out = l[i].out;
            l[i + 1] = act;
        }
}

/* As many images as keep the largest map of the stage within the ring. */
static size_t block_of(const struct plan *plan, const struct stage *stage)
{
    size_t largest = 1;
    for (size_t i = stage->first; i < stage->end; i++)
        largest = larger(largest, shape_size(plan->layers[i].out));
    size_t block = RING_FLOATS / largest;
    if (block > MAX_BLOCK)
        block = MAX_BLOCK;
    if (block > plan->run.max_batch)
        block = plan->run.max_batch;
    return block ? block : 1;
}

static void cut_stages(struct plan *plan)
{
    bool open = false;
    for (size_t i = 0; i < plan->n_layers; i++) {
        bool alone = layer_is_batch_wise(&plan->layers[i], plan->run.training);
        if (alone || !open)
            plan->stages[plan->n_stages++] = (struct stage){i, i, 1, alone};
        plan->stages[plan->n_stages - 1].end = i + 1;
        open = !alone;
    }
    for (size_t s = 0; s < plan->n_stages; s++)
        plan->stages[s].block = block_of(plan, &plan->stages[s]);
}

/* A plan without its memory: enough to count. */
static enum ramp_status plan_outline(struct plan **out, struct ramp_net *net,
                                     size_t max_batch, bool training,
                                     const struct ramp_compute *compute,
                                     struct ramp_error *err)
{
    struct plan *plan = NULL;
    const struct kernels *kernels;
    *out = NULL;
    enum ramp_status status = kernels_select(&kernels, compute->cpu, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&plan, 1, "a plan", err);
    if (status != RAMP_OK)
        return status;
    plan->net = net;
    plan->run = (struct run){kernels, max_batch, training, false};
    plan->n_threads = ramp_compute_threads(compute);
    plan->n_layers = net->n_layers;
    status = MEM_NEW(&plan->layers, net->n_layers, "a plan", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&plan->stages, net->n_layers, "a plan", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&plan->slots, net->n_layers, "a plan", err);
    if (status != RAMP_OK) {
        plan_free(plan);
        return status;
    }
    order_layers(plan);
    cut_stages(plan);
    *out = plan;
    return RAMP_OK;
}

enum ramp_status plan_new(struct plan **out, struct ramp_net *net,
                          size_t max_batch, bool training,
                          const struct ramp_compute *compute,
                          struct ramp_error *err)
{
    struct plan *plan;
    struct arena arena = {NULL, 0};
    ASSERT(max_batch > 0);
    *out = NULL;
    enum ramp_status status =
        plan_outline(&plan, net, max_batch, training, compute, err);
    if (status != RAMP_OK)
        return status;
    place(plan, &arena);
    status = mem_new((void **)&plan->memory, arena.used, 1,
                     "the maps of a batch", err);
    if (status != RAMP_OK) {
        plan_free(plan);
        return status;
    }
    arena = (struct arena){plan->memory, 0};
    place(plan, &arena);
    *out = plan;
    return RAMP_OK;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    mem_free(plan->layers);
    mem_free(plan->stages);
    mem_free(plan->slots);
    mem_free(plan->memory);
    mem_free(plan);
}

size_t plan_bytes(const struct ramp_net *net, size_t max_batch, bool training,
                  const struct ramp_compute *compute)
{
    struct plan *plan;
    struct arena arena = {NULL, 0};
    /* The outline only reads the net. */
    if (plan_outline(&plan, (struct ramp_net *)(uintptr_t)net, max_batch,
                     training, compute, NULL) != RAMP_OK)
        return 0;
    place(plan, &arena);
    plan_free(plan);
    return arena.used;
}

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
    };
    if (batch != NULL) {
        pass.seed = batch->seed;
        pass.step = batch->step;
        pass.dweight = plan->grads + l->weight_at;
        pass.dbias = plan->grads + l->bias_at;
    }
    return pass;
}

static void pack_weights(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_layers; i++) {
        struct pass pass = pass_of(plan, i, 0, NULL);
        layer_pack(&plan->layers[i], &pass);
    }
#pragma omp barrier
}

/* A room of the ring of this thread. */
static float *ring_room(const struct plan *plan, size_t i)
{
    size_t thread = (size_t)omp_get_thread_num();
    return plan->ring[i % 2] + thread * plan->ring_floats;
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

/* n images from `image` on through a chain. */
static void chain_forward(const struct plan *plan, const struct stage *stage,
                          const struct plan_batch *batch, const float *x,
                          size_t image, size_t n)
{
    const float *from = input_of(plan, stage->first, x, image);
    for (size_t i = stage->first; i < stage->end; i++) {
        struct pass pass = pass_of(plan, i, n, batch);
        float *to = output_of(plan, i, image);
        if (to == NULL)
            to = ring_room(plan, i);
        pass.first = image;
        layer_forward(&plan->layers[i], &pass, to, from);
        from = to;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
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
            layer_forward(l, &pass, output_of(plan, stage->first, 0),
                          input_of(plan, stage->first, x, 0));
            continue;
        }
#pragma omp for schedule(static)
        for (size_t image = 0; image < n; image += stage->block)
            chain_forward(plan, stage, batch, x, image,
                          smaller(stage->block, n - image));
    }
}

/* n images back through a chain: dy of its end to dx of its beginning (unless
 * NULL), gradients of the parameters into the chunk. */
static void chain_backward(const struct plan *plan, const struct stage *stage,
                           const struct plan_batch *batch, float *chunk,
                           float *dx, const float *dy, size_t image, size_t n)
{
    for (size_t i = stage->end; i-- > stage->first;) {
        const struct layer *l = &plan->layers[i];
        struct pass pass = pass_of(plan, i, n, batch);
        float *to = i == stage->first ? dx : ring_room(plan, i);
        pass.first = image;
        pass.dweight = chunk + plan->slots[i].partial_at;
        pass.dbias = pass.dweight + layer_partial_weights(l, &plan->run);
        layer_backward(l, &pass, to, dy, input_of(plan, i, batch->x, image),
                       output_of(plan, i, image));
        dy = to;
    }
}

static void stage_backward(const struct plan *plan, const struct stage *stage,
                           const struct plan_batch *batch, float *dx,
                           const float *dy)
{
    size_t in = shape_size(plan->layers[stage->first].in);
    size_t out = shape_size(plan->layers[stage->end - 1].out);
#pragma omp for schedule(static)
    for (size_t chunk = 0; chunk < N_CHUNKS; chunk++) {
        size_t end = (chunk + 1) * batch->n / N_CHUNKS;
        for (size_t i = chunk * batch->n / N_CHUNKS; i < end; i += stage->block)
            chain_backward(plan, stage, batch, plan->chunks[chunk],
                           dx ? dx + i * in : NULL, dy + i * out, i,
                           smaller(stage->block, end - i));
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
        if (layer_partial_floats(&plan->layers[i], &plan->run) > 0)
            layer_collect(&plan->layers[i], &pass,
                          plan->chunks[0] + plan->slots[i].partial_at);
    }
#pragma omp barrier
}

static void clear_gradients(const struct plan *plan)
{
#pragma omp for schedule(static) nowait
    for (size_t chunk = 0; chunk < N_CHUNKS; chunk++)
        memset(plan->chunks[chunk], 0, plan->chunk_floats * sizeof(float));
#pragma omp single
    memset(plan->grads, 0, plan->net->n_params * sizeof(float));
}

/* From dy of the logits, in plan->d[0], back to the first layer; dx of the
 * input only if wanted. */
static void run_backward(const struct plan *plan,
                         const struct plan_batch *batch, float *dx)
{
    clear_gradients(plan);
    int at = 0;
    for (size_t s = plan->n_stages; s-- > 0;) {
        const struct stage *stage = &plan->stages[s];
        float *to = s > 0 ? plan->d[1 - at] : dx;
        if (stage->batch_wise) {
            size_t i = stage->first;
            struct pass pass = pass_of(plan, i, batch->n, batch);
            layer_backward(&plan->layers[i], &pass, to, plan->d[at],
                           input_of(plan, i, batch->x, 0),
                           output_of(plan, i, 0));
        } else {
            stage_backward(plan, stage, batch, to, plan->d[at]);
        }
        at = 1 - at;
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
    double weight = 1 / (double)batch->n; /* of the mean */
#pragma omp for schedule(static)
    for (size_t i = 0; i < batch->n; i++) {
        const float *logits = logits_of(plan) + i * k;
        size_t label = (size_t)batch->labels[i], best = 0;
        for (size_t j = 1; j < k; j++)
            if (logits[j] > logits[best])
                best = j;
        plan->wrong[i] = best != label;
        plan->losses[i] = softmax_loss(plan->d[0] + i * k, logits, k, label,
                                       batch->label_smoothing, weight);
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
    memcpy(plan->d[0], r, batch->n * k * sizeof *r);
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

float *plan_gradients(struct plan *plan)
{
    return plan->grads;
}

const struct kernels *plan_kernels(const struct plan *plan)
{
    return plan->run.kernels;
}

int plan_threads(const struct plan *plan)
{
    return plan->n_threads;
}
