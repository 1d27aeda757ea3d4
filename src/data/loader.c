/* loader.c - a thread that prepares batches one ahead. */
#define _GNU_SOURCE /* CPU affinity */
#include "data/loader.h"

#include "base/mem.h"
#include "data/dataset.h"

#include <execinfo.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

enum { RING = 2 }; /* one batch is used while the other is filled */

struct slot {
    float *x;
    int32_t *labels;
    size_t n;
    struct ramp_error error; /* status RAMP_OK: the batch is good */
};

struct loader {
    const struct ramp_dataset *data; /* borrowed */
    enum ramp_part part;
    struct loader_options options;
    int n_threads; /* 1 if nothing has to be decoded */
    size_t n, n_batches, item_floats;
    uint32_t *order; /* [n] of this epoch; the thread's */
    uint8_t *pixels; /* [batch] pictures being decoded; the thread's */
    struct slot slots[RING];

    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t work, ready; /* for the thread; for the caller */

    /* Below: only under the mutex. */
    uint64_t epoch;
    uint64_t start;    /* counts calls of loader_start */
    size_t next_batch; /* that the thread fills next */
    size_t head;       /* the slot that the caller gets next, or has */
    size_t n_full;     /* slots filled, from head on */
    bool held;         /* the caller has the slot at head */
    bool failed;       /* the last full slot has an error */
    bool stop;
};

/* ==== The thread ==== */

/* What one batch is made from. */
struct filling {
    const struct loader *loader;
    struct slot *slot;
    uint64_t epoch;
    size_t first; /* place in the epoch's order */
};

static enum ramp_status fill_one(void *context, size_t i,
                                 struct ramp_error *err)
{
    struct filling *filling = context;
    const struct loader *loader = filling->loader;
    const struct ramp_dataset *data = loader->data;
    uint32_t index = loader->order[filling->first + i];
    size_t item = dataset_item_at(data, loader->part, index);
    const uint8_t *pixels = dataset_pixels(data, item);
    if (pixels == NULL) {
        uint8_t *decoded = loader->pixels + i * loader->item_floats;
        enum ramp_status status = dataset_read_item(data, item, decoded, err);
        if (status != RAMP_OK)
            return status;
        pixels = decoded;
    }
    float *x = filling->slot->x + i * loader->item_floats;
    const struct loader_options *o = &loader->options;
    if (o->tta != RAMP_TTA_NONE)
        view_apply(x, o->tta, filling->epoch - 1, &o->pre, pixels);
    else
        augment_apply(x, &o->augment, &o->pre, pixels, o->seed, filling->epoch,
                      index);
    filling->slot->labels[i] = (int32_t)data->items[item].label;
    return RAMP_OK;
}

static void fill_slot(struct loader *loader, struct slot *slot, uint64_t epoch,
                      size_t batch)
{
    struct filling filling = {.loader = loader,
                              .slot = slot,
                              .epoch = epoch,
                              .first = batch * loader->options.batch};
    size_t left = loader->n - filling.first;
    slot->n = left < loader->options.batch ? left : loader->options.batch;
    slot->error.status = dataset_each(slot->n, loader->n_threads, fill_one,
                                      &filling, &slot->error);
}

static void set_order(struct loader *loader, uint64_t epoch)
{
    if (loader->options.shuffle)
        rng_permute(rng_key(loader->options.seed, RNG_ORDER, epoch),
                    loader->order, loader->n);
    else
        for (size_t i = 0; i < loader->n; i++)
            loader->order[i] = (uint32_t)i;
}

/* Under OMP_PROC_BIND the calling thread is pinned to one core, and a thread
 * started by it inherits that. The process's own CPUs are then those of all
 * OpenMP places together. */
static void unpin(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    if (omp_get_proc_bind() == omp_proc_bind_false)
        return;
    for (int place = 0; place < omp_get_num_places(); place++) {
        int ids[CPU_SETSIZE], n = omp_get_place_num_procs(place);
        if (n > CPU_SETSIZE)
            return;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            CPU_SET((size_t)ids[i], &cpus);
    }
    /* Failing costs speed and nothing else. */
    if (CPU_COUNT(&cpus) > 0)
        (void)sched_setaffinity(0, sizeof cpus, &cpus);
}

/* At a barrier libgomp's threads first spin, for milliseconds, and sleep only
 * then; where the CPUs have anything else to do, such as the work of this
 * thread, a training so takes ten times as long. It spins for microseconds
 * once it knows of more threads than CPUs. It knows only of those it started,
 * so it starts one here. */
static void announce_thread(void)
{
#pragma omp parallel num_threads(2)
    {
#pragma omp barrier
    }
}

static void *loader_run(void *context)
{
    struct loader *loader = context;
    uint64_t ordered = 0; /* the start that `order` belongs to */
    unpin();
    announce_thread();
    pthread_mutex_lock(&loader->mutex);
    while (!loader->stop) {
        if (loader->start == 0 || loader->n_full == RING || loader->failed ||
            loader->next_batch >= loader->n_batches) {
            pthread_cond_wait(&loader->work, &loader->mutex);
            continue;
        }
        uint64_t start = loader->start, epoch = loader->epoch;
        size_t batch = loader->next_batch;
        struct slot *slot =
            &loader->slots[(loader->head + loader->n_full) % RING];
        pthread_mutex_unlock(&loader->mutex);
        if (ordered != start)
            set_order(loader, epoch);
        ordered = start;
        fill_slot(loader, slot, epoch, batch);
        pthread_mutex_lock(&loader->mutex);
        if (start != loader->start)
            continue; /* nobody waits for this one any more */
        loader->next_batch++;
        loader->n_full++;
        loader->failed = slot->error.status != RAMP_OK;
        pthread_cond_signal(&loader->ready);
    }
    pthread_mutex_unlock(&loader->mutex);
    return NULL;
}

/* ==== The caller ==== */

static enum ramp_status new_blocks(struct loader *loader,
                                   struct ramp_error *err)
{
    size_t n_floats, batch = loader->options.batch;
    enum ramp_status status =
        MEM_NEW(&loader->order, loader->n, "the order of an epoch", err);
    if (!size_mul(&n_floats, batch, loader->item_floats))
        return error_memory(err, "batches", SIZE_MAX);
    for (int i = 0; i < RING && status == RAMP_OK; i++) {
        status = MEM_NEW(&loader->slots[i].x, n_floats, "batches", err);
        if (status == RAMP_OK)
            status = MEM_NEW(&loader->slots[i].labels, batch, "batches", err);
    }
    if (status == RAMP_OK && !dataset_in_memory(loader->data))
        status = MEM_NEW(&loader->pixels, n_floats, "batches", err);
    return status;
}

/* libgomp ends the threads of announce_thread by pthread_exit. For that glibc
 * loads a library, and aborts if there is no memory for it: so it is loaded
 * now, by a function that says so, and that needs it too. */
static enum ramp_status load_thread_exit(struct ramp_error *err)
{
    void *frames[2];
    if (backtrace(frames, 2) == 0)
        return error_set(err, RAMP_MEMORY, "out of memory: for a thread's end");
    return RAMP_OK;
}

/* Signals are for the thread that the program waits in, not for this one. */
static enum ramp_status start_thread(struct loader *loader,
                                     struct ramp_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&loader->thread, NULL, loader_run, loader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        return error_set(err, RAMP_MEMORY, "cannot start a thread: %s",
                         strerror(code));
    loader->running = true;
    return RAMP_OK;
}

enum ramp_status loader_new(struct loader **out,
                            const struct ramp_dataset *data,
                            enum ramp_part part,
                            const struct loader_options *options,
                            struct ramp_error *err)
{
    struct loader *loader;
    const struct ramp_preprocess *pre = &options->pre;
    ASSERT(options->batch > 0);
    ASSERT(pre->channels == data->shape.channels &&
           pre->height == data->shape.height &&
           pre->width == data->shape.width);
    *out = NULL;
    enum ramp_status status = MEM_NEW(&loader, 1, "the loader", err);
    if (status != RAMP_OK)
        return status;
    loader->data = data;
    loader->part = part;
    loader->options = *options;
    loader->n = ramp_dataset_count(data, part);
    loader->n_batches =
        loader->n / options->batch + (loader->n % options->batch != 0);
    loader->item_floats = data->item_bytes;
    loader->n_threads =
        dataset_in_memory(data) ? 1 : ramp_compute_threads(&options->compute);
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->work, NULL);
    pthread_cond_init(&loader->ready, NULL);
    status = new_blocks(loader, err);
    if (status == RAMP_OK)
        status = load_thread_exit(err);
    if (status == RAMP_OK)
        status = start_thread(loader, err);
    if (status == RAMP_OK)
        *out = loader;
    else
        loader_free(loader);
    return status;
}

void loader_free(struct loader *loader)
{
    if (loader == NULL)
        return;
    if (loader->running) {
        pthread_mutex_lock(&loader->mutex);
        loader->stop = true;
        pthread_cond_signal(&loader->work);
        pthread_mutex_unlock(&loader->mutex);
        pthread_join(loader->thread, NULL);
    }
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->work);
    pthread_mutex_destroy(&loader->mutex);
    for (int i = 0; i < RING; i++) {
        mem_free(loader->slots[i].x);
        mem_free(loader->slots[i].labels);
    }
    mem_free(loader->order);
    mem_free(loader->pixels);
    mem_free(loader);
}

void loader_start(struct loader *loader, uint64_t epoch, size_t batch)
{
    pthread_mutex_lock(&loader->mutex);
    loader->start++;
    loader->epoch = epoch;
    loader->next_batch = batch;
    loader->n_full = 0;
    loader->held = false;
    loader->failed = false;
    pthread_cond_signal(&loader->work);
    pthread_mutex_unlock(&loader->mutex);
}

enum ramp_status loader_next(struct loader *loader, struct loader_batch *batch,
                             struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    *batch = (struct loader_batch){0};
    pthread_mutex_lock(&loader->mutex);
    ASSERT(loader->start > 0);
    if (loader->held) {
        loader->held = false;
        loader->head = (loader->head + 1) % RING;
        loader->n_full--;
        pthread_cond_signal(&loader->work);
    }
    while (loader->n_full == 0 && loader->next_batch < loader->n_batches)
        pthread_cond_wait(&loader->ready, &loader->mutex);
    const struct slot *slot = &loader->slots[loader->head];
    if (loader->n_full > 0 && slot->error.status != RAMP_OK) {
        status = slot->error.status; /* the slot stays: asked again, the same */
        if (err != NULL)
            *err = slot->error;
    } else if (loader->n_full > 0) {
        *batch = (struct loader_batch){slot->x, slot->labels, slot->n};
        loader->held = true;
    }
    pthread_mutex_unlock(&loader->mutex);
    return status;
}
