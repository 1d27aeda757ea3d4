/* trainer_begin.c - what a training is made of before its first step: checked
 * options, a model, its plan, the loaders; from the beginning or from a
 * checkpoint. */
#include "train/trainer.h"

#include "base/mem.h"
#include "base/text.h"
#include "train/whiten.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- What is refused ---- */

enum ramp_status trainer_check_options(const struct ramp_train_options *o,
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
        {"rate factor of biases", o->bias_lr, 0, 1e6},
        {"rate factor of batch norms", o->norm_lr, 0, 1e6},
        {"L1 penalty", o->l1, 0, 1e6},
        {"L2 penalty", o->l2, 0, 1e6},
        {"L1 penalty on activations", o->act_l1, 0, 1e6},
        {"largest norm", o->max_norm, 0, 1e6},
        {"average's share", o->ema, 0, 0.999999999},
        {"number of spreads", o->init.n_spreads,
         o->init.kind == RAMP_INIT_SPREAD, RAMP_INIT_MAX_SPREADS},
        {"warm-up", o->warmup, 0, 1000000},
        {"label smoothing", o->label_smoothing, 0, 1},
        {"patience", o->patience, 0, 1000000},
        {"time limit", o->time_limit, 0, 1e9},
        {"shift", o->augment.shift, 0, 16384},
        {"rotation", o->augment.rotate, 0, 180},
        {"scaling", o->augment.scale, 0, 0.9},
        {"shear", o->augment.shear, 0, 1},
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
    if (o->lookahead && o->ema > 0)
        return error_set(err, RAMP_USAGE,
                         "cannot train: expected ema or lookahead, found both");
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

/* ---- Model and machine ---- */

static enum ramp_status prepare_input(struct trainer *t, struct ramp_error *err)
{
    bool cutout = t->options->augment.cutout > 0; /* fills with the mean */
    ramp_dataset_shape(t->data, &t->pre);
    t->pre.scale = t->options->scale;
    for (int c = 0; c < 3; c++) {
        t->pre.mean[c] = 0;
        t->pre.std[c] = 1;
    }
    enum ramp_status status = RAMP_OK;
    if (t->options->scale == RAMP_SCALE_STANDARD || cutout)
        status = ramp_dataset_measure(t->data, &t->pre, err);
    if (t->options->scale != RAMP_SCALE_MEAN_IMAGE || status != RAMP_OK)
        return status;
    status = MEM_NEW(&t->mean_image,
                     (size_t)t->pre.height * (size_t)t->pre.width *
                         (size_t)t->pre.channels,
                     "the mean image", err);
    if (status == RAMP_OK)
        status = ramp_dataset_mean_image(t->mean_image, t->data, err);
    t->pre.mean_image = t->mean_image;
    return status;
}

/* What the data and the seed are called in a model. */
struct own_facts {
    char fingerprint[24], seed[24];
};

static struct own_facts own_facts(const struct trainer *t)
{
    struct own_facts own;
    snprintf(own.fingerprint, sizeof own.fingerprint, "%016" PRIx64,
             ramp_dataset_fingerprint(t->data));
    snprintf(own.seed, sizeof own.seed, "%" PRIu64, t->options->seed);
    return own;
}

static enum ramp_status add_facts(struct trainer *t, struct ramp_error *err)
{
    const struct own_facts facts = own_facts(t);
    const char *const own[] = {
        "data",        ramp_dataset_name(t->data),
        "fingerprint", facts.fingerprint,
        "val-drawn",   ramp_dataset_val_drawn(t->data) ? "yes" : "no",
        "seed",        facts.seed,
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

static enum ramp_status set_weights(struct trainer *t, struct ramp_net *net,
                                    struct ramp_error *err)
{
    const struct ramp_model *from = t->options->from;
    size_t *n_taken = &t->result.n_taken;
    ramp_net_init(net, &t->options->init, t->options->seed);
    enum ramp_status status = whiten_net(net, t->data, &t->pre, err);
    if (from == NULL || status != RAMP_OK)
        return status;
    status = net_take_over(n_taken, net, ramp_model_net(from), err);
    if (status == RAMP_OK && *n_taken == 0)
        return error_set(err, RAMP_MODEL,
                         "cannot begin with the model's weights: none fits net "
                         "%s; try the model's own net",
                         TEXT_QUOTE(net->name));
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
    status = set_weights(t, *net, err);
    if (status == RAMP_OK)
        status = ramp_model_new(&t->model, net, names, n_classes, &t->pre, err);
    mem_free(names);
    if (status != RAMP_OK)
        return status;
    t->net = ramp_model_net(t->model);
    t->pre = *ramp_model_preprocess(t->model);
    mem_free(t->mean_image);
    t->mean_image = NULL;
    return add_facts(t, err);
}

struct loader_options trainer_loader_options(const struct ramp_train_options *o,
                                             const struct ramp_preprocess *pre,
                                             size_t batch)
{
    const struct ramp_augment *a = &o->augment;
    return (struct loader_options){
        .compute = o->compute,
        .batch = batch,
        .shuffle = true,
        .augment = {.flip = a->flip,
                    .alternate = a->alternate,
                    .shift = a->shift,
                    .rotate = a->rotate,
                    .scale = a->scale,
                    .shear = a->shear,
                    .cutout = a->cutout},
        .seed = o->seed,
        .pre = *pre,
    };
}

static enum ramp_status make_loaders(struct trainer *t, struct ramp_error *err)
{
    struct loader_options options =
        trainer_loader_options(t->options, &t->pre, t->batch);
    enum ramp_status status =
        loader_new(&t->train, t->data, RAMP_TRAIN, &options, err);
    if (status != RAMP_OK || t->n_val == 0)
        return status;
    options.shuffle = false;
    options.augment = (struct augment){0};
    return loader_new(&t->val, t->data, RAMP_VAL, &options, err);
}

static enum ramp_status weigh_classes(struct trainer *t, struct ramp_error *err)
{
    size_t n_classes = (size_t)ramp_dataset_n_classes(t->data);
    enum ramp_status status =
        MEM_NEW(&t->class_weights, n_classes, "class weights", err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < t->n_train; i++)
        t->class_weights[ramp_dataset_label(t->data, RAMP_TRAIN, i)]++;
    for (size_t c = 0; c < n_classes; c++) {
        double n = t->class_weights[c];
        if (n > 0)
            t->class_weights[c] = (double)t->n_train / ((double)n_classes * n);
    }
    return RAMP_OK;
}

/* A penalty on activations is one on what the net's text calls by that name:
 * nothing may be reordered or overwritten. */
static enum ramp_status make_plan(struct trainer *t, struct ramp_error *err)
{
    const struct ramp_train_options *o = t->options;
    return (o->act_l1 > 0 ? plan_new_watched : plan_new)(
        &t->plan, t->net, t->batch, true, &o->compute, err);
}

static enum ramp_status make_machine(struct trainer *t, struct ramp_error *err)
{
    const struct ramp_train_options *o = t->options;
    t->schedule = schedule_make(o->schedule, (uint64_t)o->epochs, t->n_batches,
                                o->warmup);
    enum ramp_status status = MEM_NEW(
        &t->scratch, (size_t)t->net->options.n_classes, "the loss", err);
    if (status == RAMP_OK && o->class_weights)
        status = weigh_classes(t, err);
    if (status == RAMP_OK)
        status = make_plan(t, err);
    if (status == RAMP_OK)
        status = optimizer_init(&t->optimizer, t->net, o, plan_kernels(t->plan),
                                plan_threads(t->plan), err);
    t->optimizer.whiten_steps = WHITEN_EPOCHS * (uint64_t)t->n_batches;
    if (status == RAMP_OK)
        status = averager_init(&t->averager, t->net, o, t->schedule.steps,
                               plan_threads(t->plan), err);
    return status;
}

/* ---- From the beginning, and from a checkpoint ---- */

/* libgomp ends the process if it cannot start a thread: better before the
 * first temporary file than while one is being written. */
static void start_team(int n_threads)
{
#pragma omp parallel num_threads(n_threads)
    {
#pragma omp barrier
    }
}

static enum ramp_status open_keeper(struct trainer *t,
                                    const struct position *from,
                                    struct ramp_error *err)
{
    start_team(plan_threads(t->plan));
    enum ramp_status status =
        keeper_init(&t->keeper, t->model, &t->optimizer, t->n_val > 0,
                    t->options->out_dir, from, err);
    t->keeper.averager = &t->averager;
    return status;
}

static enum ramp_status begin(struct trainer *t, struct ramp_net **net,
                              struct ramp_error *err)
{
    enum ramp_status status = prepare_input(t, err);
    if (status == RAMP_OK)
        status = make_model(t, net, err);
    if (status == RAMP_OK)
        status = make_machine(t, err);
    return status == RAMP_OK ? open_keeper(t, NULL, err) : status;
}

/* Nets of one text differ where `act` stands for something else. */
static bool is_same_net(const struct ramp_net *a, const struct ramp_net *b)
{
    char act_a[64], act_b[64];
    ramp_activation_text(&a->options.act, act_a, sizeof act_a);
    ramp_activation_text(&b->options.act, act_b, sizeof act_b);
    return text_equal(act_a, act_b) &&
           text_equal(ramp_net_text(a), ramp_net_text(b));
}

/* Is the checkpoint one of this net, these data and these batches? */
static enum ramp_status check_checkpoint(const struct trainer *t,
                                         const struct ramp_net *net,
                                         struct ramp_error *err)
{
    const char *folder = t->options->out_dir;
    const struct position *p = &t->position;
    struct own_facts own = own_facts(t);
    const struct {
        const char *name, *found;
    } facts[] = {{"fingerprint", own.fingerprint}, {"seed", own.seed}};
    if (!is_same_net(t->net, net))
        return error_set(err, RAMP_MODEL,
                         "cannot go on in %s: its net is another than %s",
                         TEXT_QUOTE(folder), TEXT_QUOTE(net->name));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *expected = ramp_model_fact(t->model, facts[i].name);
        if (expected == NULL || !text_equal(expected, facts[i].found))
            return error_set(err, RAMP_DATA,
                             "cannot go on in %s: expected data of %s %s, "
                             "found %s",
                             TEXT_QUOTE(folder), facts[i].name,
                             TEXT_QUOTE(expected ? expected : "unknown"),
                             TEXT_QUOTE(facts[i].found));
    }
    size_t n = p->tally.n_batches;
    uint64_t steps = (uint64_t)p->epochs * t->n_batches + n;
    if (p->step == steps && n < t->n_batches && p->tally.n == n * t->batch)
        return RAMP_OK;
    return error_set(err, RAMP_DATA,
                     "cannot go on in %s: expected batches of %zu pictures, "
                     "found %zu pictures in %zu batches of epoch %d",
                     TEXT_QUOTE(folder), t->batch, p->tally.n, n,
                     p->epochs + 1);
}

static enum ramp_status resume(struct trainer *t, const struct ramp_net *net,
                               struct ramp_error *err)
{
    struct keeper_checkpoint checkpoint;
    const struct ramp_train_options *o = t->options;
    enum ramp_status status = keeper_load(&checkpoint, o->out_dir, o->optimizer,
                                          o->ema > 0 || o->lookahead, err);
    if (status != RAMP_OK)
        return status;
    t->model = checkpoint.model;
    t->net = ramp_model_net(t->model);
    t->pre = *ramp_model_preprocess(t->model);
    t->position = checkpoint.position;
    checkpoint.model = NULL;
    status = check_checkpoint(t, net, err);
    if (status == RAMP_OK)
        status = add_facts(t, err);
    if (status == RAMP_OK)
        status = make_machine(t, err);
    if (status == RAMP_OK) {
        optimizer_continue(&t->optimizer, checkpoint.slots, t->position.step);
        averager_continue(&t->averager, &checkpoint.params,
                          &checkpoint.running);
        status = open_keeper(t, &t->position, err);
    }
    keeper_checkpoint_release(&checkpoint);
    return status;
}

enum ramp_status trainer_begin(struct trainer *t, struct ramp_net **net,
                               struct ramp_error *err)
{
    enum ramp_status status = trainer_check_options(t->options, err);
    if (status != RAMP_OK)
        return status;
    ramp_dataset_shape(t->data, &t->pre);
    t->n_train = ramp_dataset_count(t->data, RAMP_TRAIN);
    t->n_val = ramp_dataset_count(t->data, RAMP_VAL);
    t->batch = (size_t)t->options->batch;
    if (t->batch > t->n_train)
        t->batch = t->n_train;
    status = check_fit(t, *net, err);
    if (status != RAMP_OK)
        return status;
    t->n_batches = (t->n_train + t->batch - 1) / t->batch;
    status = t->options->resume ? resume(t, *net, err) : begin(t, net, err);
    if (status == RAMP_OK && t->options->diagnose)
        status = diagnoser_init(&t->diagnoser, t->net, t->data, &t->pre,
                                t->options, t->position.epochs, err);
    if (status != RAMP_OK)
        return status;
    t->elapsed = t->position.elapsed;
    return make_loaders(t, err);
}

void trainer_release(struct trainer *t)
{
    loader_free(t->train);
    loader_free(t->val);
    keeper_release(&t->keeper);
    diagnoser_release(&t->diagnoser);
    averager_release(&t->averager);
    optimizer_release(&t->optimizer);
    plan_free(t->plan);
    mem_free(t->scratch);
    mem_free(t->mean_image);
    mem_free(t->class_weights);
    ramp_model_free(t->model);
}
