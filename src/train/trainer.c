/* trainer.c - the training loop: batches, steps, epochs, and when to stop.
 * What a training leaves behind is in keeper.c. */
#include "base/clock.h"
#include "base/flush.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/loader.h"
#include "layers/layers.h"
#include "net/plan.h"
#include "train/keeper.h"
#include "train/optimizer.h"
#include "train/schedule.h"

#include <ramp/train.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

struct trainer {
    const struct ramp_train_options *options; /* borrowed */
    const struct ramp_dataset *data;          /* borrowed */
    struct ramp_preprocess pre;
    size_t n_train, n_val, batch;
    struct ramp_model *model; /* owned until it is given away */
    struct ramp_net *net;     /* the model's */
    struct plan *plan;
    struct loader *train, *val; /* val: NULL if there is no such part */
    struct optimizer optimizer;
    struct schedule schedule;
    struct keeper keeper;
    float *scratch; /* gradients of one picture's logits, which nobody uses */
    uint64_t step;  /* taken since the start of the training */
    double lr;      /* of the last step */
    double start, val_seconds;
    bool done; /* this epoch is the last one */
    struct ramp_train_result result;
};

/* What one epoch adds up. */
struct tally {
    int epoch;
    size_t n_batches, n, n_wrong;
    double loss;  /* sum over the pictures */
    double start; /* of the epoch */
};

/* ---- What is refused ---- */

static enum ramp_status check_options(const struct ramp_train_options *o,
                                      struct ramp_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } limits[] = {
        {"epochs", o->epochs, 1, 1000000},
        {"batch", o->batch, 1, 1000000},
        {"learning rate", o->lr, 0, 1e6},
        {"momentum", o->momentum, 0, 1},
        {"L1 penalty", o->l1, 0, 1e6},
        {"L2 penalty", o->l2, 0, 1e6},
        {"warm-up", o->warmup, 0, 1000000},
        {"label smoothing", o->label_smoothing, 0, 1},
        {"patience", o->patience, 0, 1000000},
        {"time limit", o->time_limit, 0, 1e9},
        {"shift", o->augment.shift, 0, 16384},
        {"rotation", o->augment.rotate, 0, 180},
        {"scaling", o->augment.scale, 0, 0.9},
        {"cutout", o->augment.cutout, 0, 16384},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (!(limits[i].value >= limits[i].low &&
              limits[i].value <= limits[i].high))
            return error_set(err, RAMP_USAGE,
                             "cannot train: expected %s from %.9g to %.9g, "
                             "found %.9g",
                             limits[i].name, limits[i].low, limits[i].high,
                             limits[i].value);
    return RAMP_OK;
}

static enum ramp_status check_fit(const struct trainer *t,
                                  const struct ramp_net *net,
                                  struct ramp_error *err)
{
    const struct ramp_preprocess *pre = &t->pre;
    int n_classes = ramp_dataset_n_classes(t->data);
    if (t->n_train == 0)
        return error_set(err, RAMP_DATA,
                         "cannot train on %s: it has no training pictures",
                         TEXT_QUOTE(ramp_dataset_name(t->data)));
    if (net->input.c == (size_t)pre->channels &&
        net->input.h == (size_t)pre->height &&
        net->input.w == (size_t)pre->width &&
        net->options.n_classes == n_classes)
        return RAMP_OK;
    return error_set(err, RAMP_MODEL,
                     "net %s does not fit the data: expected %dx%dx%d and %d "
                     "classes, found %zux%zux%zu and %d",
                     TEXT_QUOTE(net->name), pre->channels, pre->height,
                     pre->width, n_classes, net->input.c, net->input.h,
                     net->input.w, net->options.n_classes);
}

/* ---- Divergence ---- */

/* The hint is a tenth of the rate that was asked for. */
static enum ramp_status diverged(const struct trainer *t,
                                 const struct tally *tally, const char *what,
                                 struct ramp_error *err)
{
    return error_set(err, RAMP_DIVERGED,
                     "training diverged: %s in epoch %d, batch %zu, at "
                     "learning rate %g; try --lr %g",
                     what, tally->epoch, tally->n_batches, t->lr,
                     t->options->lr / 10);
}

static bool all_finite(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* A loss tells of the weights before its step, so the last step of an epoch
 * has not been looked at yet; nothing broken may reach a file. */
static enum ramp_status check_weights(const struct trainer *t,
                                      const struct tally *tally,
                                      struct ramp_error *err)
{
    bool finite = all_finite(t->net->params, t->net->n_params) &&
                  all_finite(t->net->running, t->net->n_running);
    for (size_t i = 0; i < t->optimizer.n_slots; i++)
        finite =
            finite && all_finite(t->optimizer.slots[i], t->optimizer.n_params);
    return finite ? RAMP_OK : diverged(t, tally, "a weight is not finite", err);
}

/* ---- One step ---- */

static enum ramp_status step(struct trainer *t, struct tally *tally,
                             const struct loader_batch *batch,
                             struct ramp_error *err)
{
    const struct ramp_train_options *o = t->options;
    const struct plan_batch input = {
        .x = batch->x,
        .labels = batch->labels,
        .n = batch->n,
        .label_smoothing = o->label_smoothing,
        .seed = o->seed,
        .step = t->step,
    };
    t->lr = o->lr * schedule_factor(&t->schedule, t->step++);
    tally->n_batches++;
    struct plan_loss loss = plan_train(t->plan, &input);
    if (!isfinite(loss.loss))
        return diverged(t, tally, "the loss is not finite", err);
    tally->n += batch->n;
    tally->loss += loss.loss;
    tally->n_wrong += loss.n_wrong;
    /* The gradient is a mean over the batch: in a last batch of fewer pictures
     * it would give each of them more weight than the others have. */
    optimizer_step(&t->optimizer, t->net->params, plan_gradients(t->plan),
                   (double)batch->n / (double)t->batch, t->lr);
    return RAMP_OK;
}

static double seconds_left(const struct trainer *t, const struct tally *tally,
                           double per_second)
{
    double now = clock_seconds(), epochs = t->options->epochs - tally->epoch;
    double images =
        (double)(t->n_train - tally->n) + epochs * (double)t->n_train;
    double left = images / per_second + (epochs + 1) * t->val_seconds;
    double limit = t->options->time_limit;
    return limit > 0 ? fmin(left, fmax(0, t->start + limit - now)) : left;
}

/* Sets t->done where the training ends with this batch. */
static void after_batch(struct trainer *t, const struct tally *tally)
{
    const struct ramp_train_options *o = t->options;
    double now = clock_seconds();
    if (o->time_limit > 0 && now - t->start >= o->time_limit)
        t->done = t->result.out_of_time = true;
    if (o->on_batch == NULL)
        return;
    double per_second = (double)tally->n / fmax(now - tally->start, 1e-9);
    const struct ramp_progress progress = {
        .epoch = tally->epoch,
        .epochs = o->epochs,
        .images = tally->n,
        .n_images = t->n_train,
        .loss = tally->loss / (double)tally->n,
        .error = (double)tally->n_wrong / (double)tally->n,
        .images_per_second = per_second,
        .seconds_left = seconds_left(t, tally, per_second),
    };
    if (!o->on_batch(o->context, &progress))
        t->done = t->result.stopped = true;
}

static enum ramp_status train_part(struct trainer *t, struct tally *tally,
                                   struct ramp_error *err)
{
    struct loader_batch batch;
    loader_start(t->train, (uint64_t)tally->epoch, 0);
    while (!t->done) {
        enum ramp_status status = loader_next(t->train, &batch, err);
        if (status == RAMP_OK && batch.n == 0)
            break;
        if (status == RAMP_OK)
            status = step(t, tally, &batch, err);
        if (status != RAMP_OK)
            return status;
        after_batch(t, tally);
    }
    return RAMP_OK;
}

/* ---- Validation ---- */

static void tally_logits(const struct trainer *t, struct tally *val,
                         const float *logits, const struct loader_batch *batch)
{
    size_t k = (size_t)t->net->options.n_classes;
    for (size_t i = 0; i < batch->n; i++, logits += k) {
        size_t label = (size_t)batch->labels[i], answer = 0;
        for (size_t j = 1; j < k; j++)
            if (logits[j] > logits[answer])
                answer = j;
        val->n_wrong += answer != label;
        val->loss += softmax_loss(t->scratch, logits, k, label, 0, 0);
    }
    val->n += batch->n;
}

static enum ramp_status val_part(struct trainer *t, struct tally *val,
                                 struct ramp_error *err)
{
    struct loader_batch batch;
    loader_start(t->val, 1, 0);
    for (;;) {
        enum ramp_status status = loader_next(t->val, &batch, err);
        if (status != RAMP_OK || batch.n == 0)
            return status;
        const float *logits = plan_forward(t->plan, batch.x, batch.n);
        tally_logits(t, val, logits, &batch);
    }
}

/* ---- One epoch ---- */

/* Without a validation part each epoch is the best so far. */
static void check_patience(struct trainer *t, int epoch)
{
    int patience = t->options->patience;
    if (patience > 0 && epoch - t->keeper.best.epoch >= patience)
        t->done = t->result.out_of_patience = true;
}

static enum ramp_status end_epoch(struct trainer *t, struct ramp_epoch *e,
                                  struct ramp_error *err)
{
    enum ramp_status status = keeper_epoch(&t->keeper, e, err);
    if (status != RAMP_OK)
        return status;
    t->result.epochs = e->epoch;
    if (e->best) {
        t->result.best_epoch = e->epoch;
        t->result.best_val_error = e->val_error;
    }
    if (t->options->on_epoch != NULL &&
        !t->options->on_epoch(t->options->context, e))
        t->done = t->result.stopped = true;
    if (!t->done && e->epoch < t->options->epochs)
        check_patience(t, e->epoch);
    return RAMP_OK;
}

static enum ramp_status run_epoch(struct trainer *t, int epoch,
                                  struct ramp_error *err)
{
    struct tally tally = {.epoch = epoch, .start = clock_seconds()}, val = {0};
    struct ramp_epoch e = {.epoch = epoch,
                           .epochs = t->options->epochs,
                           .val_loss = -1,
                           .val_error = -1};
    enum ramp_status status = train_part(t, &tally, err);
    if (status == RAMP_OK)
        status = check_weights(t, &tally, err);
    if (status != RAMP_OK)
        return status;
    double trained = clock_seconds();
    if (t->n_val > 0) {
        status = val_part(t, &val, err);
        if (status != RAMP_OK)
            return status;
        if (!isfinite(val.loss))
            return diverged(t, &tally, "the validation loss is not finite",
                            err);
        e.val_loss = val.loss / (double)val.n;
        e.val_error = (double)val.n_wrong / (double)val.n;
    }
    double now = clock_seconds();
    t->val_seconds = now - trained;
    e.train_loss = tally.loss / (double)tally.n;
    e.train_error = (double)tally.n_wrong / (double)tally.n;
    e.lr = t->lr;
    e.images_per_second = (double)tally.n / fmax(trained - tally.start, 1e-9);
    e.seconds = now - tally.start;
    e.elapsed = now - t->start;
    return end_epoch(t, &e, err);
}

/* ---- Beginning and end ---- */

static enum ramp_status prepare_input(struct trainer *t, struct ramp_error *err)
{
    bool cutout = t->options->augment.cutout > 0; /* fills with the mean */
    ramp_dataset_shape(t->data, &t->pre);
    t->pre.scale = t->options->scale;
    for (int c = 0; c < 3; c++) {
        t->pre.mean[c] = 0;
        t->pre.std[c] = 1;
    }
    if (t->options->scale != RAMP_SCALE_STANDARD && !cutout)
        return RAMP_OK;
    return ramp_dataset_measure(t->data, &t->pre, err);
}

static enum ramp_status add_facts(struct trainer *t, struct ramp_error *err)
{
    char fingerprint[24], seed[24];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64,
             ramp_dataset_fingerprint(t->data));
    snprintf(seed, sizeof seed, "%" PRIu64, t->options->seed);
    const char *const own[] = {
        "data",        ramp_dataset_name(t->data),
        "fingerprint", fingerprint,
        "val-drawn",   ramp_dataset_val_drawn(t->data) ? "yes" : "no",
        "seed",        seed,
        NULL};
    const char *const none[] = {NULL};
    const char *const *lists[] = {own,
                                  t->options->facts ? t->options->facts : none};
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < 2; i++)
        for (const char *const *f = lists[i]; *f && status == RAMP_OK; f += 2)
            status = ramp_model_set_fact(t->model, f[0], f[1], err);
    return status;
}

/* The net becomes the model's right away: so its files can be written while it
 * is trained. */
static enum ramp_status make_model(struct trainer *t, struct ramp_net **net,
                                   struct ramp_error *err)
{
    int n_classes = ramp_dataset_n_classes(t->data);
    const char **names;
    enum ramp_status status =
        MEM_NEW(&names, (size_t)n_classes, "class names", err);
    if (status != RAMP_OK)
        return status;
    for (int i = 0; i < n_classes; i++)
        names[i] = ramp_dataset_class(t->data, i);
    ramp_net_init(*net, &t->options->init, t->options->seed);
    status = ramp_model_new(&t->model, net, names, n_classes, &t->pre, err);
    mem_free(names);
    if (status != RAMP_OK)
        return status;
    t->net = ramp_model_net(t->model);
    return add_facts(t, err);
}

static enum ramp_status make_loaders(struct trainer *t, struct ramp_error *err)
{
    const struct ramp_augment *a = &t->options->augment;
    struct loader_options options = {
        .compute = t->options->compute,
        .batch = t->batch,
        .shuffle = true,
        .augment = {.flip = a->flip,
                    .shift = a->shift,
                    .rotate = a->rotate,
                    .scale = a->scale,
                    .cutout = a->cutout},
        .seed = t->options->seed,
        .pre = t->pre,
    };
    enum ramp_status status =
        loader_new(&t->train, t->data, RAMP_TRAIN, &options, err);
    if (status != RAMP_OK || t->n_val == 0)
        return status;
    options.shuffle = false;
    options.augment = (struct augment){0};
    return loader_new(&t->val, t->data, RAMP_VAL, &options, err);
}

static enum ramp_status make_machine(struct trainer *t, struct ramp_error *err)
{
    const struct ramp_train_options *o = t->options;
    size_t steps = (t->n_train + t->batch - 1) / t->batch;
    t->schedule =
        schedule_make(o->schedule, (uint64_t)o->epochs, steps, o->warmup);
    enum ramp_status status = MEM_NEW(
        &t->scratch, (size_t)t->net->options.n_classes, "the loss", err);
    if (status == RAMP_OK)
        status = plan_new(&t->plan, t->net, t->batch, true, &o->compute, err);
    if (status == RAMP_OK)
        status = optimizer_init(&t->optimizer, t->net, o, plan_kernels(t->plan),
                                plan_threads(t->plan), err);
    return status;
}

/* libgomp ends the process if it cannot start a thread: better before the
 * first temporary file than while one is being written. */
static void start_team(int n_threads)
{
#pragma omp parallel num_threads(n_threads)
    {
#pragma omp barrier
    }
}

static enum ramp_status prepare(struct trainer *t, struct ramp_net **net,
                                struct ramp_error *err)
{
    enum ramp_status status = check_options(t->options, err);
    if (status != RAMP_OK)
        return status;
    ramp_dataset_shape(t->data, &t->pre);
    t->n_train = ramp_dataset_count(t->data, RAMP_TRAIN);
    t->n_val = ramp_dataset_count(t->data, RAMP_VAL);
    t->batch = (size_t)t->options->batch;
    if (t->batch > t->n_train)
        t->batch = t->n_train;
    status = check_fit(t, *net, err);
    if (status == RAMP_OK)
        status = prepare_input(t, err);
    if (status == RAMP_OK)
        status = make_model(t, net, err);
    if (status == RAMP_OK)
        status = make_machine(t, err);
    if (status != RAMP_OK)
        return status;
    start_team(plan_threads(t->plan));
    status = keeper_init(&t->keeper, t->model, &t->optimizer, t->n_val > 0,
                         t->options->out_dir, err);
    return status == RAMP_OK ? make_loaders(t, err) : status;
}

static enum ramp_status run(struct trainer *t, struct ramp_error *err)
{
    for (int e = 1; e <= t->options->epochs && !t->done; e++) {
        enum ramp_status status = run_epoch(t, e, err);
        if (status != RAMP_OK)
            return status;
    }
    return keeper_finish(&t->keeper, err);
}

static void release(struct trainer *t)
{
    loader_free(t->train);
    loader_free(t->val);
    keeper_release(&t->keeper);
    optimizer_release(&t->optimizer);
    plan_free(t->plan);
    mem_free(t->scratch);
    ramp_model_free(t->model);
}

enum ramp_status
ramp_train(struct ramp_model **model, struct ramp_train_result *result,
           struct ramp_net **net, const struct ramp_dataset *data,
           const struct ramp_train_options *options, struct ramp_error *err)
{
    struct flush flush = flush_on();
    struct trainer t = {.options = options,
                        .data = data,
                        .start = clock_seconds(),
                        .result = {.best_val_error = -1}};
    *model = NULL;
    *result = t.result;
    enum ramp_status status = prepare(&t, net, err);
    if (status == RAMP_OK)
        status = run(&t, err);
    if (status == RAMP_OK) {
        *model = t.model;
        *result = t.result;
        t.model = NULL;
    }
    release(&t);
    ramp_net_free(*net);
    *net = NULL;
    flush_restore(flush);
    return status;
}
