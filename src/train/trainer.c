/* trainer.c - the training loop: batches, steps, epochs, and when to stop.
 * What a training leaves behind is in keeper.c. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/flush.h"
#include "layers/layers.h"

#include <math.h>

/* ---- Divergence ---- */

/* The hint is a tenth of the rate that was asked for. */
static enum ramp_status diverged(const struct trainer *t, const char *what,
                                 struct ramp_error *err)
{
    return error_set(err, RAMP_DIVERGED,
                     "training diverged: %s in epoch %d, batch %zu, at "
                     "learning rate %g; try --lr %g",
                     what, t->position.epochs + 1, t->position.tally.n_batches,
                     t->lr, t->options->lr / 10);
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
                                      struct ramp_error *err)
{
    bool finite = all_finite(t->net->params, t->net->n_params) &&
                  all_finite(t->net->running, t->net->n_running);
    for (size_t i = 0; i < t->optimizer.n_slots; i++)
        finite =
            finite && all_finite(t->optimizer.slots[i], t->optimizer.n_params);
    return finite ? RAMP_OK : diverged(t, "a weight is not finite", err);
}

/* ---- One step ---- */

static enum ramp_status step(struct trainer *t,
                             const struct loader_batch *batch,
                             struct ramp_error *err)
{
    const struct ramp_train_options *o = t->options;
    struct tally *tally = &t->position.tally;
    const struct plan_batch input = {
        .x = batch->x,
        .labels = batch->labels,
        .n = batch->n,
        .label_smoothing = o->label_smoothing,
        .class_weights = t->class_weights,
        .act_l1 = o->act_l1,
        .seed = o->seed,
        .step = t->position.step,
    };
    t->lr = o->lr * schedule_factor(&t->schedule, t->position.step++);
    tally->n_batches++;
    struct plan_loss loss = plan_train(t->plan, &input);
    if (!isfinite(loss.loss))
        return diverged(t, "the loss is not finite", err);
    tally->n += batch->n;
    tally->loss += loss.loss;
    tally->n_wrong += loss.n_wrong;
    bool diagnose = o->diagnose && tally->n_batches == t->n_batches;
    if (diagnose)
        diagnoser_before_step(&t->diagnoser, plan_gradients(t->plan));
    /* The gradient is a mean over the batch: in a last batch of fewer pictures
     * it would give each of them more weight than the others have. */
    optimizer_step(&t->optimizer, t->net->params, plan_gradients(t->plan),
                   (double)batch->n / (double)t->batch, t->lr);
    if (diagnose)
        diagnoser_after_step(&t->diagnoser);
    averager_step(&t->averager, t->position.step);
    return RAMP_OK;
}

static double seconds_left(const struct trainer *t, double per_second)
{
    double now = clock_seconds();
    double epochs = t->options->epochs - t->position.epochs; /* to validate */
    double images = epochs * (double)t->n_train - (double)t->position.tally.n;
    double left = images / per_second + epochs * t->val_seconds;
    double limit = t->options->time_limit;
    return limit > 0 ? fmin(left, fmax(0, t->start + limit - now)) : left;
}

/* Sets t->done where the training ends with this batch. */
static void after_batch(struct trainer *t)
{
    const struct ramp_train_options *o = t->options;
    const struct tally *tally = &t->position.tally;
    double now = clock_seconds();
    if (o->time_limit > 0 && now - t->start >= o->time_limit)
        t->done = t->result.out_of_time = true;
    if (o->on_batch == NULL)
        return;
    double per_second = (double)tally->n / fmax(now - t->epoch_start, 1e-9);
    const struct ramp_progress progress = {
        .epoch = t->position.epochs + 1,
        .epochs = o->epochs,
        .images = tally->n,
        .n_images = t->n_train,
        .loss = tally->loss / (double)tally->n,
        .error = (double)tally->n_wrong / (double)tally->n,
        .images_per_second = per_second,
        .seconds_left = seconds_left(t, per_second),
    };
    if (!o->on_batch(o->context, &progress))
        t->done = t->result.stopped = true;
}

static void show_average(struct trainer *t, bool average)
{
    if (averager_show(&t->averager, average))
        plan_params_changed(t->plan);
}

/* The batches of an epoch, from the position on, to its end or t->done. */
static enum ramp_status train_part(struct trainer *t, struct ramp_error *err)
{
    struct loader_batch batch;
    const struct position *p = &t->position;
    t->epoch_start = clock_seconds() - p->seconds;
    show_average(t, false);
    loader_start(t->train, (uint64_t)p->epochs + 1, p->tally.n_batches);
    while (!t->done && p->tally.n_batches < t->n_batches) {
        enum ramp_status status = loader_next(t->train, &batch, err);
        if (status == RAMP_OK)
            status = step(t, &batch, err);
        if (status != RAMP_OK)
            return status;
        after_batch(t);
    }
    enum ramp_status status = check_weights(t, err);
    show_average(t, true);
    return status;
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

static enum ramp_status end_epoch(struct trainer *t, struct ramp_epoch *e,
                                  struct ramp_error *err)
{
    struct position *p = &t->position;
    p->epochs = e->epoch;
    p->tally = (struct tally){0};
    p->seconds = 0;
    p->elapsed = e->elapsed;
    enum ramp_status status = keeper_epoch(&t->keeper, e, p, err);
    if (status == RAMP_OK && t->options->on_epoch != NULL &&
        !t->options->on_epoch(t->options->context, e))
        t->done = t->result.stopped = true;
    return status;
}

static enum ramp_status validate(struct trainer *t, struct ramp_epoch *e,
                                 struct ramp_error *err)
{
    struct tally val = {0};
    double start = clock_seconds();
    enum ramp_status status = val_part(t, &val, err);
    if (status != RAMP_OK)
        return status;
    if (!isfinite(val.loss))
        return diverged(t, "the validation loss is not finite", err);
    e->val_loss = val.loss / (double)val.n;
    e->val_error = (double)val.n_wrong / (double)val.n;
    t->val_seconds = clock_seconds() - start;
    return RAMP_OK;
}

static enum ramp_status finish_epoch(struct trainer *t, struct ramp_error *err)
{
    const struct tally *tally = &t->position.tally;
    double trained = clock_seconds() - t->epoch_start;
    struct ramp_epoch e = {
        .epoch = t->position.epochs + 1,
        .epochs = t->options->epochs,
        .train_loss = tally->loss / (double)tally->n,
        .train_error = (double)tally->n_wrong / (double)tally->n,
        .val_loss = -1,
        .val_error = -1,
        .lr = t->lr,
        .images_per_second = (double)tally->n / fmax(trained, 1e-9),
        .model = t->model,
    };
    enum ramp_status status = t->n_val > 0 ? validate(t, &e, err) : RAMP_OK;
    if (status == RAMP_OK && t->options->diagnose)
        status = diagnoser_epoch(&t->diagnoser, &e, err);
    if (status != RAMP_OK)
        return status;
    double now = clock_seconds();
    e.seconds = now - t->epoch_start;
    e.elapsed = t->elapsed + now - t->start;
    return end_epoch(t, &e, err);
}

/* The training ends in the middle of an epoch. */
static enum ramp_status pause_epoch(struct trainer *t, struct ramp_error *err)
{
    struct position *p = &t->position;
    double now = clock_seconds();
    p->seconds = now - t->epoch_start;
    p->elapsed = t->elapsed + now - t->start;
    t->result.batches = p->tally.n_batches;
    t->result.n_batches = t->n_batches;
    return keeper_pause(&t->keeper, p, t->n_batches, err);
}

/* Sets t->done where no epoch is to follow. Without a validation part each
 * epoch is the best so far. */
static void check_goal(struct trainer *t)
{
    const struct ramp_train_options *o = t->options;
    int without = t->position.epochs - t->keeper.best.epoch;
    if (t->done || t->position.epochs >= o->epochs)
        t->done = true;
    else if (o->patience > 0 && without >= o->patience)
        t->done = t->result.out_of_patience = true;
}

/* ---- The whole ---- */

static enum ramp_status run(struct trainer *t, struct ramp_error *err)
{
    struct ramp_train_result *result = &t->result;
    for (check_goal(t); !t->done; check_goal(t)) {
        enum ramp_status status = train_part(t, err);
        bool whole = t->position.tally.n_batches == t->n_batches;
        if (status == RAMP_OK)
            status = whole ? finish_epoch(t, err) : pause_epoch(t, err);
        if (status != RAMP_OK)
            return status;
    }
    result->epochs = t->position.epochs;
    if (t->n_val > 0 && t->keeper.best.epoch > 0) {
        result->best_epoch = t->keeper.best.epoch;
        result->best_val_error = t->keeper.best.val_error;
    }
    return keeper_finish(&t->keeper, err);
}

enum ramp_status
ramp_train(struct ramp_model **model, struct ramp_train_result *result,
           struct ramp_net **net, const struct ramp_dataset *data,
           const struct ramp_train_options *options, struct ramp_error *err)
{
    struct flush flush = flush_on();
    struct ramp_train_options defaults;
    struct ramp_train_result ignored = {.epochs = 0};
    ramp_train_defaults(&defaults, data);
    result = result ? result : &ignored;
    struct trainer t = {.options = options ? options : &defaults,
                        .data = data,
                        .start = clock_seconds(),
                        .result = {.best_val_error = -1}};
    *model = NULL;
    *result = t.result;
    enum ramp_status status = trainer_begin(&t, net, err);
    if (status == RAMP_OK)
        status = run(&t, err);
    if (status == RAMP_OK) {
        *model = t.model;
        *result = t.result;
        t.model = NULL;
    }
    trainer_release(&t);
    ramp_net_free(*net);
    *net = NULL;
    flush_restore(flush);
    return status;
}
