/* plan.c - from a net and a batch size to stages and memory. */
#include "base/mem.h"
#include "base/sizes.h"
#include "layers/activation.h"
#include "layers/interleaved.h"
#include "net/fold.h"

#include <string.h>

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

/* Whether the map that layer i makes stands in memory for the whole batch. */
static bool is_kept(const struct plan *plan, size_t i)
{
    for (size_t s = 0; s < plan->n_stages; s++)
        if (plan->stages[s].end == i + 1)
            return true;
    return plan->run.training && (layer_needs_output(&plan->layers[i]) ||
                                  layer_needs_input(&plan->layers[i + 1]));
}

/* Whether layer i is the last of an interleaved chain, whose result stands in
 * memory image by image. */
static bool ends_interleaved(const struct plan *plan, size_t i)
{
    for (size_t s = 0; s < plan->n_stages; s++)
        if (plan->stages[s].end == i + 1)
            return plan->stages[s].interleaved;
    return false;
}

static void place_layer(struct plan *plan, struct arena *arena, size_t i)
{
    const struct layer *l = &plan->layers[i];
    struct slot *slot = &plan->slots[i];
    const struct run *run = &plan->run;
    size_t map = run->max_batch * shape_size(l->out);
    if (is_kept(plan, i))
        slot->y = arena_take(arena, map, sizeof(float));
    if (plan->watched && run->training)
        slot->dy = arena_take(arena, map, sizeof(float));
    slot->saved = arena_take(arena, layer_saved_bytes(l, run), 1);
    slot->packed =
        arena_take(arena, layer_packed_floats(l, run), sizeof(float));
    slot->folded = arena_take(arena, fold_floats(slot, l), sizeof(float));
    slot->gathered =
        arena_take(arena, layer_gathered_floats(l, run), sizeof(float));
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
            size_t ring =
                stage->block * larger(shape_size(l->in), shape_size(l->out));
            plan->scratch_floats = larger(plan->scratch_floats,
                                          layer_scratch_floats(l, &plan->run));
            *shared = larger(*shared, layer_shared_floats(l, &plan->run));
            if (!stage->batch_wise)
                plan->ring_floats = larger(plan->ring_floats, ring);
        }
        if (!plan->watched)
            *d = larger(*d, shape_size(plan->layers[stage->end - 1].out));
    }
    /* Threads must not share a cache line. */
    plan->scratch_floats = (plan->scratch_floats + 15) / 16 * 16;
    plan->ring_floats = (plan->ring_floats + 15) / 16 * 16;
}

static bool any_interleaved(const struct plan *plan)
{
    for (size_t s = 0; s < plan->n_stages; s++)
        if (plan->stages[s].interleaved)
            return true;
    return false;
}

/* Lay everything out in the arena: called twice, first to count. */
static void place(struct plan *plan, struct arena *arena)
{
    size_t shared, d, threads = (size_t)plan->n_threads;
    measure(plan, &shared, &d);
    for (size_t i = 0; i < plan->n_layers; i++)
        place_layer(plan, arena, i);
    for (size_t i = 1; i < plan->n_layers; i++)
        if (plan->slots[i].in_place && !ends_interleaved(plan, i))
            plan->slots[i - 1].y = plan->slots[i].y;
    plan->scratch =
        arena_take(arena, threads * plan->scratch_floats, sizeof(float));
    for (int i = 0; i < 2; i++)
        plan->ring[i] =
            arena_take(arena, threads * plan->ring_floats, sizeof(float));
    for (int i = 0; i < 3; i++)
        plan->turned[i] = arena_take(
            arena, any_interleaved(plan) ? threads * plan->ring_floats : 0,
            sizeof(float));
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
    for (size_t i = 0; i + 1 < plan->n_layers && !plan->watched; i++)
        if (l[i].kind == LAYER_ACT && activation_passes_max(&l[i].act) &&
            l[i + 1].kind == LAYER_MAXPOOL) {
            struct layer act = l[i];
            l[i] = l[i + 1];
            act.in = act.out = l[i].out;
            l[i + 1] = act;
        }
}

/* An activation may overwrite its input if nobody asks for that later, which
 * can only be within a chain; and so may a dropout that lets everything pass.
 */
static bool may_overwrite(const struct plan *plan, size_t i)
{
    const struct layer *l = &plan->layers[i];
    if (!plan->run.training)
        return l->kind == LAYER_ACT || l->kind == LAYER_PRELU ||
               l->kind == LAYER_DROPOUT;
    return l->kind == LAYER_ACT && !layer_needs_input(l) &&
           !layer_needs_output(l - 1);
}

static void mark_in_place(struct plan *plan)
{
    for (size_t s = 0; s < plan->n_stages; s++)
        for (size_t i = plan->stages[s].first + 1; i < plan->stages[s].end; i++)
            plan->slots[i].in_place = may_overwrite(plan, i);
}

/* As many images as keep the largest map of the stage within the ring, and as
 * many as its layers ask for. */
static size_t block_of(const struct plan *plan, const struct stage *stage)
{
    size_t largest = 1, least = 1;
    for (size_t i = stage->first; i < stage->end; i++) {
        largest = larger(largest, shape_size(plan->layers[i].out));
        least = larger(least, layer_block(&plan->layers[i], &plan->run));
    }
    size_t block = RING_FLOATS / largest;
    if (block > MAX_BLOCK)
        block = MAX_BLOCK;
    block = larger(block, least);
    return block < plan->run.max_batch ? block : plan->run.max_batch;
}

static size_t group_of(const struct plan *plan, const struct stage *stage)
{
    size_t group = plan->run.max_batch;
    for (size_t i = stage->first; i < stage->end; i++) {
        size_t of_layer = layer_group(&plan->layers[i], &plan->run);
        if (of_layer > 0 && of_layer < group)
            group = of_layer;
    }
    return group;
}

/* A chain whose convolutions all have few channels, and one of them too few for
 * a vector, runs on interleaved images, if its maps are small enough. */
static void interleave_chain(struct plan *plan, struct stage *stage)
{
    bool few = false;
    if (plan->run.exact || plan->watched)
        return;
    for (size_t i = stage->first; i < stage->end; i++) {
        const struct layer *l = &plan->layers[i];
        size_t map = larger(shape_size(l->in), shape_size(l->out));
        if (!interleaved_suits(l) || LANES * map > 2 * RING_FLOATS)
            return;
        few = few || (l->kind == LAYER_CONV && l->out.c < LANES);
    }
    if (!few)
        return;
    for (size_t i = stage->first; i < stage->end; i++)
        plan->layers[i].interleaved = true;
    stage->interleaved = true;
    stage->block = LANES;
    plan->run.max_batch = (plan->run.max_batch + LANES - 1) / LANES * LANES;
}

static void cut_stages(struct plan *plan)
{
    struct stage *stage = NULL;
    for (size_t i = 0; i < plan->n_layers; i++) {
        bool alone = layer_is_batch_wise(&plan->layers[i], plan->run.training);
        /* Large weights are for all blocks of the batch in turn. */
        bool large = layer_block(&plan->layers[i], &plan->run) > 1;
        if (stage == NULL || stage->batch_wise || alone || large ||
            plan->watched) {
            stage = &plan->stages[plan->n_stages++];
            *stage = (struct stage){.first = i, .batch_wise = alone};
        }
        stage->end = i + 1;
    }
    for (size_t s = 0; s < plan->n_stages; s++)
        interleave_chain(plan, &plan->stages[s]);
    for (size_t s = 0; s < plan->n_stages; s++) {
        if (!plan->stages[s].interleaved)
            plan->stages[s].block = block_of(plan, &plan->stages[s]);
        plan->stages[s].group = group_of(plan, &plan->stages[s]);
    }
}

static enum ramp_status outline(struct plan **out, struct ramp_net *net,
                                size_t max_batch, bool training, bool watched,
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
    plan->run = (struct run){kernels, max_batch, training, compute->exact};
    plan->watched = watched;
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
    if (!training && !watched)
        fold_layers(plan);
    cut_stages(plan);
    mark_in_place(plan);
    *out = plan;
    return RAMP_OK;
}

/* A plan without its memory: enough to count. */
enum ramp_status plan_outline(struct plan **out, struct ramp_net *net,
                              size_t max_batch, bool training,
                              const struct ramp_compute *compute,
                              struct ramp_error *err)
{
    return outline(out, net, max_batch, training, false, compute, err);
}

/* Give an outline its memory; *plan is NULL on failure. */
static enum ramp_status furnish(struct plan **plan, struct ramp_error *err)
{
    struct arena arena = {NULL, 0};
    place(*plan, &arena);
    enum ramp_status status = mem_new((void **)&(*plan)->memory, arena.used, 1,
                                      "the maps of a batch", err);
    if (status != RAMP_OK) {
        plan_free(*plan);
        *plan = NULL;
        return status;
    }
    arena = (struct arena){(*plan)->memory, 0};
    place(*plan, &arena);
    return RAMP_OK;
}

enum ramp_status plan_new(struct plan **out, struct ramp_net *net,
                          size_t max_batch, bool training,
                          const struct ramp_compute *compute,
                          struct ramp_error *err)
{
    ASSERT(max_batch > 0);
    enum ramp_status status =
        outline(out, net, max_batch, training, false, compute, err);
    return status == RAMP_OK ? furnish(out, err) : status;
}

enum ramp_status plan_new_watched(struct plan **out, struct ramp_net *net,
                                  size_t max_batch, bool training,
                                  const struct ramp_compute *compute,
                                  struct ramp_error *err)
{
    ASSERT(max_batch > 0);
    enum ramp_status status =
        outline(out, net, max_batch, training, true, compute, err);
    return status == RAMP_OK ? furnish(out, err) : status;
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

const float *plan_map(const struct plan *plan, size_t i)
{
    ASSERT(plan->watched && i < plan->n_layers);
    return plan->slots[i].y;
}

const float *plan_map_gradient(const struct plan *plan, size_t i)
{
    ASSERT(plan->watched && plan->run.training && i < plan->n_layers);
    return plan->slots[i].dy;
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

const struct layer *plan_layer(const struct plan *plan, size_t i)
{
    return i < plan->n_layers ? &plan->layers[i] : NULL;
}

void plan_set_times(struct plan *plan, struct plan_time *times)
{
    plan->times = times;
}

size_t plan_weight_bytes(const struct plan *plan, size_t i)
{
    const struct layer *l = &plan->layers[i];
    return sizeof(float) * (layer_packed_floats(l, &plan->run) +
                            fold_floats(&plan->slots[i], l) +
                            layer_gathered_floats(l, &plan->run));
}

size_t plan_map_bytes(const struct plan *plan, size_t i)
{
    const struct layer *l = &plan->layers[i];
    size_t n = is_kept(plan, i) ? plan->run.max_batch * shape_size(l->out) : 0;
    return n * sizeof(float) + layer_saved_bytes(l, &plan->run);
}
