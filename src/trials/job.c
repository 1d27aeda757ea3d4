/* job.c - the trainings of a comparison, by the library. */
#include "trials/job.h"

#include "report/draft.h"
#include "report/format.h"
#include "report/machine.h"
#include "report/program.h"
#include "trials/marks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ==== What all trainings share ==== */

/* What a training leaves that is to go on. */
static void forget_files(const char *folder)
{
    static const char *const names[] = {"best.safetensors", "last.safetensors",
                                        "log.csv", "marks.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = file_join(folder, names[i]);
        if (path)
            unlink(path);
        mem_free(path);
    }
}

void job_place_forget(struct job_place *place)
{
    if (place->done == NULL)
        return;
    forget_files(place->done);
    rmdir(place->done);
    mem_free(place->done);
    place->done = NULL;
}

void job_commit(char commit[16])
{
    static const char *const arguments[] = {
        "git", "log", "-1",      "--format=%h", "--abbrev=10",
        "--",  "src", "include", "models",      NULL};
    struct program_output output = {0};
    snprintf(commit, 16, "unknown");
    if (!file_is_folder("src/claims"))
        return;
    if (program_run(&output, arguments, ".", 10) && output.n_bytes > 0) {
        size_t n = output.n_bytes - 1; /* without the newline */
        snprintf(commit, 16, "%.*s", (int)(n < 15 ? n : 15),
                 (const char *)output.bytes);
    }
    program_output_release(&output);
}

static enum ramp_status open_data(struct job_data *set, struct job_place *place,
                                  const char *name, struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    *set = (struct job_data){.name = name};
    terminal_live(&place->terminal, "reading %s", TEXT_QUOTE(name));
    enum ramp_status status =
        ramp_dataset_open(&set->data, name, &compare->data, err);
    struct ramp_dataset_options options = compare->data;
    if (status == RAMP_OK && compare->n_clean > 0) {
        options.max_train = compare->n_clean;
        if (compare->data.max_train > 0 &&
            compare->data.max_train < options.max_train)
            options.max_train = compare->data.max_train;
        status = ramp_dataset_open(&set->clean, name, &options, err);
    }
    terminal_clear(&place->terminal);
    return status;
}

static enum ramp_status use_data(struct job_place *place, const char *name,
                                 struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    size_t i = 0;
    while (i < place->n_sets && !text_equal(place->sets[i].name, name))
        i++;
    if (i == place->n_sets) {
        ASSERT(i < JOB_MAX_DATA);
        status = open_data(&place->sets[place->n_sets++], place, name, err);
    }
    place->data = place->sets[i].data;
    place->clean = place->sets[i].clean;
    return status;
}

enum ramp_status job_place_use(struct job_place *place,
                               const struct compare_arm *arm,
                               struct ramp_error *err)
{
    return use_data(place, arm->data ? arm->data : place->compare->data_name,
                    err);
}

enum ramp_status job_place_open(struct job_place *place,
                                const struct compare *compare,
                                bool (*go_on)(void), struct ramp_error *err)
{
    *place = (struct job_place){.compare = compare, .go_on = go_on};
    terminal_init(&place->terminal);
    char runs[128];
    job_commit(place->commit);
    snprintf(runs, sizeof runs, "runs/claims/%s", compare->name);
    enum ramp_status status = run_folder_take(
        &place->folder, compare->runs ? compare->runs : runs, err);
    if (status == RAMP_OK)
        status = use_data(place, compare->data_name, err);
    if (status != RAMP_OK)
        job_place_close(place);
    return status;
}

void job_place_close(struct job_place *place)
{
    for (size_t i = 0; i < place->n_sets; i++) {
        ramp_dataset_free(place->sets[i].data);
        ramp_dataset_free(place->sets[i].clean);
    }
    run_folder_release(&place->folder);
    mem_free(place->done);
    *place = (struct job_place){.compare = NULL};
}

/* ==== What is trained ==== */

enum ramp_status job_net(struct ramp_net **net, const struct job_place *place,
                         const struct compare_arm *arm, struct ramp_error *err)
{
    struct ramp_preprocess pre;
    ramp_dataset_shape(place->data, &pre);
    struct ramp_net_options options = {
        .channels = pre.channels,
        .height = pre.height,
        .width = pre.width,
        .n_classes = ramp_dataset_n_classes(place->data),
    };
    struct draft draft = {0};
    *net = NULL;
    enum ramp_status status =
        ramp_activation_parse(&options.act, arm->act, err);
    if (status == RAMP_OK && arm->write_net == NULL)
        return ramp_net_load(net, arm->net, &options, err);
    if (status == RAMP_OK) {
        arm->write_net(&draft, arm->n);
        status = draft_check(&draft, "a net", err);
    }
    if (status == RAMP_OK)
        status = ramp_net_parse(net, draft.text, arm->net, &options, err);
    draft_release(&draft);
    return status;
}

/* With n inputs of a unit, what is kept is the mean square: n times the
 * variance times the mean square of f(z), z of variance 1, is 1. */
static double gain_of(const struct compare_arm *arm, const struct ramp_net *net)
{
    struct ramp_net_options options;
    ramp_net_options(net, &options);
    if (arm->gain > 0)
        return arm->gain;
    switch (options.act.kind) {
    case RAMP_ACT_LINEAR:
    case RAMP_ACT_TANH:
    case RAMP_ACT_SIGMOID:
    case RAMP_ACT_SELU:
    case RAMP_ACT_ABS:
    case RAMP_ACT_MAXOUT: return 1;
    default: return sqrt(2);
    }
}

static void set_spreads(struct ramp_init *init, const struct compare_arm *arm,
                        const struct ramp_net *net)
{
    double gain = gain_of(arm, net), last = 0;
    init->kind = RAMP_INIT_SPREAD;
    init->n_spreads = 0;
    for (size_t i = 0; i < ramp_net_n_tensors(net); i++) {
        struct ramp_tensor tensor;
        ramp_net_tensor(net, i, &tensor);
        if (tensor.n_dims < 2)
            continue;
        ASSERT(init->n_spreads < RAMP_INIT_MAX_SPREADS);
        last = 1 / sqrt((double)tensor.n_values / (double)tensor.dims[0]);
        init->spreads[init->n_spreads++] = gain * last;
    }
    if (init->n_spreads > 0)
        init->spreads[init->n_spreads - 1] = last;
}

static double or_else(double own, double usual)
{
    return own != 0 ? own : usual;
}

static void set_arm(struct ramp_train_options *options,
                    const struct compare *compare,
                    const struct compare_arm *arm)
{
    const struct ramp_train_options *usual = &compare->train;
    *options = *usual;
    options->scale = arm->scale;
    options->diagnose = compare->diagnose;
    options->l1 = or_else(arm->l1, usual->l1);
    options->l2 = or_else(arm->l2, usual->l2);
    options->act_l1 = or_else(arm->act_l1, usual->act_l1);
    options->max_norm = or_else(arm->max_norm, usual->max_norm);
    options->bias_lr = or_else(arm->bias_lr, usual->bias_lr);
    options->init.bias = (float)or_else(arm->bias, (double)usual->init.bias);
}

enum ramp_status job_options(struct ramp_train_options *options,
                             const struct compare_job *job,
                             const struct ramp_net *net, struct ramp_error *err)
{
    set_arm(options, job->compare, job->arm);
    options->seed = job->seed;
    options->lr = job->rate;
    options->epochs = (int)job->epochs;
    if (job->arm->init)
        return ramp_init_parse(&options->init, job->arm->init, err);
    set_spreads(&options->init, job->arm, net);
    return RAMP_OK;
}

static void add_unless(struct draft *draft, const char *name, double value,
                       double usual)
{
    if (value != usual)
        draft_add(draft, "%s %.9g\n", name, value);
}

static void add_options(struct draft *draft, const struct ramp_train_options *o)
{
    const struct ramp_augment *a = &o->augment;
    draft_add(draft, "batch %d optimizer %d momentum %g l1 %g l2 %g ", o->batch,
              (int)o->optimizer, o->momentum, o->l1, o->l2);
    draft_add(draft, "schedule %d warmup %g smoothing %g weights %d ",
              (int)o->schedule, o->warmup, o->label_smoothing,
              o->class_weights);
    draft_add(draft, "augment %d %d %g %g %d exact %d bias %g\n", a->flip,
              a->shift, a->rotate, a->scale, a->cutout, o->compute.exact,
              (double)o->init.bias);
}

/* Of settings that came later only those that are not at their default may be
 * added, so that old rows keep their protocol. */
static void add_later(struct draft *draft, const struct ramp_train_options *o,
                      const struct compare *compare,
                      const struct compare_arm *arm)
{
    add_unless(draft, "bias_lr", o->bias_lr, 1);
    add_unless(draft, "norm_lr", o->norm_lr, 1);
    add_unless(draft, "act_l1", arm->act_l1, 0); /* lab.c adds its own */
    add_unless(draft, "max_norm", o->max_norm, 0);
    add_unless(draft, "ema", o->ema, 0);
    add_unless(draft, "lookahead", o->lookahead, 0);
    add_unless(draft, "shear", o->augment.shear, 0);
    add_unless(draft, "alternate", o->augment.alternate, 0);
    add_unless(draft, "gain", arm->gain, 0);
    add_unless(draft, "by_loss", compare->by_loss, 0);
}

enum ramp_status job_protocol(char protocol[JOB_PROTOCOL_BYTES],
                              struct job_place *place,
                              const struct compare_arm *arm,
                              struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    struct ramp_net *net = NULL;
    struct draft draft = {0};
    struct ramp_train_options options;
    enum ramp_status status = job_place_use(place, arm, err);
    if (status == RAMP_OK)
        status = job_net(&net, place, arm, err);
    if (status != RAMP_OK)
        return status;
    draft_add(&draft, "data %016" PRIx64 " train %zu val %zu seed %" PRIu64,
              ramp_dataset_fingerprint(place->data),
              ramp_dataset_count(place->data, RAMP_TRAIN),
              ramp_dataset_count(place->data, RAMP_VAL), compare->data.seed);
    draft_add(&draft, " clean %zu target %g diverged %g epochs %d\n",
              compare->n_clean, compare->target, compare->diverged_loss,
              arm->epochs > 0 ? arm->epochs : compare->train.epochs);
    draft_add(&draft, "act %s init %s scale %d\n", arm->act,
              arm->init ? arm->init : "own", (int)arm->scale);
    set_arm(&options, compare, arm);
    add_options(&draft, &options);
    add_later(&draft, &options, compare, arm);
    draft_add(&draft, "%s", ramp_net_text(net));
    status = draft_check(&draft, "a protocol", err);
    if (status == RAMP_OK)
        snprintf(protocol, JOB_PROTOCOL_BYTES, "%016" PRIx64,
                 hash_bytes(HASH_START, draft.text, draft.n_bytes));
    draft_release(&draft);
    ramp_net_free(net);
    return status;
}

/* ==== Looking at it ==== */

struct watch {
    struct job_place *place;
    const struct compare_job *job;
    struct marks marks;
    const char *folder;
    uint64_t batch; /* pictures of every batch of an epoch but the last */
    double start;   /* of the clock, as if it had never stopped */

    bool checked;  /* that the marks belong to the checkpoint */
    bool mismatch; /* they do not */
    bool decided;  /* the outcome */
    bool interrupted;
    enum run_outcome outcome;
    enum ramp_status status; /* of what a callback did */
    struct ramp_error error;
};

/* Whether the last mark decides how the training ends. */
static void decide(struct watch *w)
{
    const struct compare *compare = w->job->compare;
    struct run_point now = marks_point(&w->marks, w->marks.n - 1);
    w->decided = true;
    if (compare->target > 0 && now.epoch >= 1 &&
        now.train_error <= compare->target)
        w->outcome = RUN_REACHED;
    else if (compare->diverged_loss > 0 && now.epoch >= 2 &&
             !(now.train_loss <= compare->diverged_loss))
        w->outcome = RUN_DIVERGED;
    else if (now.epoch + 0.01 >= w->job->give_up) /* tenths, as rounded */
        w->outcome = RUN_ABANDONED;
    else
        w->decided = false;
}

/* Whether all is known of the epochs before. It is, unless the program was
 * killed between two files. */
static bool is_whole(const struct watch *w, uint64_t epoch_start)
{
    const struct job_place *place = w->place;
    const struct mark *mark = marks_at(&w->marks, epoch_start);
    if (epoch_start == 0)
        return true;
    if (mark == NULL || (place->clean != NULL && isnan(mark->clean_error)))
        return false;
    return ramp_dataset_count(place->data, RAMP_VAL) == 0 ||
           !isnan(mark->val_error);
}

/* The first batch tells where the checkpoint was. Marks behind it are made
 * again. */
static bool check_position(struct watch *w, uint64_t epoch_start,
                           uint64_t batch_start)
{
    marks_cut(&w->marks, epoch_start + batch_start);
    w->checked = true;
    w->mismatch = !is_whole(w, epoch_start);
    return !w->mismatch;
}

static bool keep(struct watch *w, enum ramp_status status)
{
    w->status = status;
    return status == RAMP_OK;
}

static bool add_mark(struct watch *w, const struct ramp_progress *p,
                     uint64_t epoch_start)
{
    const struct mark *before = marks_at(&w->marks, epoch_start);
    const struct mark zero = {.images = 0};
    before = before ? before : &zero;
    const struct mark mark = {
        .images = epoch_start + p->images,
        .wrong =
            before->wrong + (uint64_t)llround(p->error * (double)p->images),
        .loss = before->loss + p->loss * (double)p->images,
        .clean_error = NAN,
        .val_loss = NAN,
        .val_error = NAN,
        .zeros = NAN,
        .offset = NAN,
        .seconds = clock_seconds() - w->start,
    };
    return keep(w, marks_add(&w->marks, &mark, &w->error));
}

static void show(struct watch *w, const struct ramp_progress *p)
{
    struct terminal *terminal = &w->place->terminal;
    if (!terminal_due(terminal))
        return;
    terminal_live(terminal,
                  "%s  lr %g  seed %" PRIu64 "  epoch %.1f  train err %.1f%%  "
                  "%s img/s",
                  w->job->arm->name, w->job->rate, w->job->seed,
                  p->epoch - 1 + (double)p->images / (double)p->n_images,
                  100 * p->error, FORMAT_COUNT((uint64_t)p->images_per_second));
}

static bool on_batch(void *context, const struct ramp_progress *p)
{
    struct watch *w = context;
    uint64_t n = w->marks.n_train, images = p->images;
    uint64_t epoch_start = (uint64_t)(p->epoch - 1) * n;
    uint64_t batch_start = (images - 1) / w->batch * w->batch;
    if (!w->checked && !check_position(w, epoch_start, batch_start))
        return false;
    if (images * 10 / n > batch_start * 10 / n) {
        if (!add_mark(w, p, epoch_start))
            return false;
        decide(w);
    }
    w->interrupted = !w->decided && !w->place->go_on();
    show(w, p);
    if (!w->decided && !w->interrupted)
        return true;
    if (images < n) /* else on_epoch will write them */
        keep(w, marks_write(&w->marks, w->folder, &w->error));
    return false;
}

static enum ramp_status look_clean(struct watch *w, struct mark *mark,
                                   const struct ramp_epoch *e)
{
    struct ramp_evaluation clean;
    if (w->place->clean == NULL)
        return RAMP_OK;
    enum ramp_status status =
        ramp_evaluate(&clean, e->model, w->place->clean, RAMP_TRAIN,
                      &w->job->compare->train.compute, &w->error);
    if (status == RAMP_OK)
        mark->clean_error = clean.error;
    ramp_evaluation_release(&clean);
    if (status != RAMP_MODEL)
        return status;
    w->decided = true; /* an answer is not finite */
    w->outcome = RUN_DIVERGED;
    return RAMP_OK;
}

/* The mean over the activation layers. */
static void look_at_layers(struct mark *mark, const struct ramp_epoch *e)
{
    double zeros = 0, offset = 0, n = 0;
    for (size_t i = 0; i < e->n_layers; i++) {
        const struct ramp_layer_stats *layer = &e->layers[i];
        if (layer->kind != RAMP_LAYER_ACT || layer->n == 0)
            continue;
        zeros += layer->zeros;
        offset += layer->std > 0 ? fabs(layer->mean) / layer->std : 0;
        n++;
    }
    if (e->layers != NULL && n > 0) {
        mark->zeros = zeros / n;
        mark->offset = offset / n;
    }
}

static bool on_epoch(void *context, const struct ramp_epoch *e)
{
    struct watch *w = context;
    struct mark *mark = &w->marks.marks[w->marks.n - 1];
    mark->val_loss = e->val_loss >= 0 ? e->val_loss : NAN;
    mark->val_error = e->val_error >= 0 ? e->val_error : NAN;
    look_at_layers(mark, e);
    return keep(w, look_clean(w, mark, e)) &&
           keep(w, marks_write(&w->marks, w->folder, &w->error)) &&
           !w->decided && !w->interrupted;
}

/* ==== One training ==== */

/* To the end, or to where a callback ends it. */
static enum ramp_status train(struct watch *w, bool resume,
                              struct ramp_error *err)
{
    struct ramp_train_options options;
    struct ramp_train_result ignored;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    enum ramp_status status = job_net(&net, w->place, w->job->arm, err);
    if (status == RAMP_OK)
        status = job_options(&options, w->job, net, err);
    if (status != RAMP_OK) {
        ramp_net_free(net);
        return status;
    }
    options.out_dir = w->folder;
    options.resume = resume;
    options.on_batch = on_batch;
    options.on_epoch = on_epoch;
    options.context = w;
    w->batch = (uint64_t)options.batch;
    w->checked = w->mismatch = w->interrupted = false;
    w->start = clock_seconds();
    if (w->marks.n > 0)
        w->start -= w->marks.marks[w->marks.n - 1].seconds;
    status = ramp_train(&model, &ignored, &net, w->place->data, &options, err);
    ramp_model_free(model);
    if (!w->checked) /* nothing was left to do */
        w->mismatch = !is_whole(w, (uint64_t)options.epochs * w->marks.n_train);
    if (status == RAMP_OK && w->status != RAMP_OK) {
        *err = w->error;
        status = w->status;
    }
    return status;
}

/* From the checkpoint, if there is one with its marks, else from the start. */
static enum ramp_status go_on_from(struct watch *w, bool resume,
                                   struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    if (resume)
        status = marks_read(&w->marks, w->folder, err);
    if (status == RAMP_OK && w->marks.n > 0)
        decide(w);
    if (status != RAMP_OK || w->decided)
        return status;
    w->mismatch = true;
    if (w->marks.n > 0)
        status = train(w, true, err);
    if (status == RAMP_OK && w->mismatch) {
        forget_files(w->folder);
        marks_release(&w->marks);
        status = train(w, false, err);
    }
    return status;
}

/* ==== What came out ==== */

void job_date(char date[24])
{
    time_t now = time(NULL);
    struct tm utc;
    date[0] = 0;
    if (gmtime_r(&now, &utc))
        strftime(date, 24, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* The figures of the last whole epoch stand with where it ended. */
static enum ramp_status fill_curve(const struct watch *w,
                                   struct run_result *result,
                                   struct ramp_error *err)
{
    struct run_point *last = &result->last;
    *last = (struct run_point){.train_loss = NAN,
                               .train_error = NAN,
                               .clean_error = NAN,
                               .val_loss = NAN,
                               .val_error = NAN,
                               .zeros = NAN,
                               .offset = NAN};
    for (size_t i = 0; i < w->marks.n; i++) {
        struct run_point point = marks_point(&w->marks, i), former = *last;
        if (!run_curve_add(&result->curve, &point))
            return error_memory(err, "a curve", sizeof point);
        *last = point;
        if (w->marks.marks[i].images % w->marks.n_train == 0)
            continue;
        last->clean_error = former.clean_error;
        last->val_loss = former.val_loss;
        last->val_error = former.val_error;
        last->zeros = former.zeros;
        last->offset = former.offset;
    }
    return RAMP_OK;
}

static enum ramp_status fill_result(const struct watch *w,
                                    struct run_result *result,
                                    struct ramp_error *err)
{
    const struct job_place *place = w->place;
    const struct ramp_compute *compute = &place->compare->train.compute;
    const char *cpu;
    size_t n = w->marks.n;
    enum ramp_status status = fill_curve(w, result, err);
    if (status == RAMP_OK)
        status = ramp_compute_cpu(&cpu, compute, err);
    if (status != RAMP_OK)
        return status;
    result->outcome = w->outcome;
    result->epochs = result->last.epoch;
    result->reached = w->outcome == RUN_REACHED ? result->epochs : NAN;
    result->images = n > 0 ? w->marks.marks[n - 1].images : 0;
    result->seconds = n > 0 ? w->marks.marks[n - 1].seconds : 0;
    result->threads = ramp_compute_threads(compute);
    machine_processor(result->processor, sizeof result->processor);
    snprintf(result->cpu, sizeof result->cpu, "%s", cpu);
    snprintf(result->version, sizeof result->version, "%s", ramp_version());
    memcpy(result->commit, place->commit, sizeof result->commit);
    job_date(result->date);
    return RAMP_OK;
}

static void show_result(struct job_place *place, const struct run_result *r)
{
    char cell[COMPARE_CELL_BYTES];
    compare_cell(cell, r);
    terminal_line(&place->terminal, "%-16s lr %-7g seed %" PRIu64 "  %s%s  %s",
                  r->arm, r->rate, r->seed,
                  r->outcome == RUN_FINISHED ? "val error "
                  : r->outcome == RUN_FITTED ? "train loss "
                                             : "",
                  cell, FORMAT_SECONDS(r->seconds));
}

static enum ramp_status take_folder(struct run_folder *folder, bool *resume,
                                    const struct job_place *place,
                                    const struct run_result *key,
                                    struct ramp_error *err)
{
    char name[160];
    snprintf(name, sizeof name, "%s-%s-%g-%" PRIu64 "-%s", key->scale, key->arm,
             key->rate, key->seed, key->protocol);
    char *path = file_join(place->folder.path, name);
    char *last = path ? file_join(path, "last.safetensors") : NULL;
    enum ramp_status status = RAMP_OK;
    if (last == NULL)
        status = error_memory(err, "a path", sizeof name);
    if (status == RAMP_OK) {
        *resume = file_exists(last);
        if (!*resume) /* killed before its first checkpoint was whole */
            forget_files(path);
        status = *resume ? run_folder_resume(folder, path, err)
                         : run_folder_take(folder, path, err);
    }
    mem_free(path);
    mem_free(last);
    return status;
}

enum ramp_status job_train(void *context, const struct compare_job *job,
                           struct run_result *result, bool *stopped,
                           struct ramp_error *err)
{
    struct job_place *place = context;
    struct run_folder folder = {0};
    struct watch w = {.place = place, .job = job};
    bool resume = false;
    job_place_forget(place);
    enum ramp_status status = job_place_use(place, job->arm, err);
    if (status == RAMP_OK)
        status = take_folder(&folder, &resume, place, result, err);
    if (status != RAMP_OK)
        return status;
    w.folder = folder.path;
    w.marks.n_train = ramp_dataset_count(place->data, RAMP_TRAIN);
    w.outcome = job->compare->by_loss ? RUN_FITTED : RUN_FINISHED;
    if (job->compare->target > 0)
        w.outcome = RUN_MISSED;
    status = go_on_from(&w, resume, err);
    terminal_clear(&place->terminal);
    if (status == RAMP_DIVERGED) {
        w.outcome = RUN_DIVERGED;
        w.interrupted = false;
        err->text[0] = 0; /* it is a result */
        status = RAMP_OK;
    }
    *stopped = w.interrupted;
    if (status == RAMP_OK && !*stopped)
        status = fill_result(&w, result, err);
    if (status == RAMP_OK && !*stopped) {
        show_result(place, result);
        place->done = mem_strdup(folder.path);
    }
    marks_release(&w.marks);
    run_folder_release(&folder);
    return status;
}

/* ==== All trainings of a comparison ==== */

static enum ramp_status run_all(struct job_place *place,
                                struct results *results, struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    char protocols[COMPARE_MAX_ARMS][JOB_PROTOCOL_BYTES];
    const char *texts[COMPARE_MAX_ARMS];
    bool stopped;
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < compare->n_arms && status == RAMP_OK; i++) {
        texts[i] = protocols[i];
        status = job_protocol(protocols[i], place, &compare->arms[i], err);
    }
    if (status == RAMP_OK)
        status = compare_run(compare, texts, results, job_train, place,
                             &stopped, err);
    if (status == RAMP_OK)
        job_place_forget(place);
    return status;
}

/* Whoever left them had the lock of the place, which we have now. */
static void remove_temporaries(const char *folder, const char *name)
{
    static const char *const ends[] = {".csv", "-curves.csv", "-speed.csv",
                                       ".gp",  ".svg",        ".md"};
    enum { N = sizeof ends / sizeof *ends };
    char texts[N][96];
    const char *names[N + 1] = {NULL};
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%s", name, ends[i]);
        names[i] = texts[i];
    }
    file_remove_temporaries(folder, names);
}

enum ramp_status job_run(const struct compare *compare, const char *folder,
                         bool (*go_on)(void), struct ramp_error *err)
{
    struct job_place place;
    struct results results = {0};
    enum ramp_status status = file_make_folder(folder, err);
    if (status == RAMP_OK)
        status = job_place_open(&place, compare, go_on, err);
    if (status != RAMP_OK)
        return status;
    remove_temporaries(folder, compare->name);
    status = results_load(&results, folder, compare->name, err);
    if (status == RAMP_OK)
        status = run_all(&place, &results, err);
    results_release(&results);
    job_place_close(&place);
    return status;
}
