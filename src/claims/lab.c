/* lab.c - parts of a claim's figures: checks and trainings, one after another.
 */
#include "claims/lab.h"

#include "report/machine.h"
#include "trials/findings.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ==== A part ==== */

bool lab_begin(struct lab *lab, const char *part, const char *protocol,
               uint64_t seed)
{
    const struct figure_origin origin = lab->key.origin;
    lab->part.n = 0;
    lab->key = (struct figure){.seed = seed, .origin = origin};
    snprintf(lab->key.scale, sizeof lab->key.scale, "%s", lab->scale);
    snprintf(lab->key.part, sizeof lab->key.part, "%s", part);
    snprintf(lab->key.protocol, sizeof lab->key.protocol, "%016" PRIx64,
             hash_bytes(HASH_START, protocol, strlen(protocol)));
    job_date(lab->key.origin.date);
    return lab->claim->exact || !figures_has(&lab->figures, lab->scale, part,
                                             lab->key.protocol, seed);
}

void lab_add(struct lab *lab, const char *name, double at, double value)
{
    struct figures *part = &lab->part;
    if (!mem_grow((void **)&part->rows, &part->capacity, part->n + 1,
                  sizeof *part->rows)) {
        lab->failed = true;
        return;
    }
    struct figure *row = &part->rows[part->n++];
    *row = lab->key;
    snprintf(row->name, sizeof row->name, "%s", name);
    row->at = at;
    row->value = value;
}

enum ramp_status lab_end(struct lab *lab, struct ramp_error *err)
{
    if (lab->failed)
        return error_memory(err, "figures", lab->part.n);
    return figures_put(&lab->figures, lab->part.rows, lab->part.n, err);
}

/* ==== Trainings ==== */

void lab_part_name(char part[LAB_PART_BYTES], const char *arm, double rate,
                   int n_rates)
{
    if (n_rates > 1)
        snprintf(part, LAB_PART_BYTES, "%s lr %g", arm, rate);
    else
        snprintf(part, LAB_PART_BYTES, "%s", arm);
}

struct watch {
    struct lab_look look;
    struct job_place *place;
    lab_looker *looker;
    enum ramp_status status; /* of a callback */
    struct ramp_error error;
};

static bool on_batch(void *context, const struct ramp_progress *p)
{
    struct watch *w = context;
    struct lab *lab = w->look.lab;
    lab->stopped = !lab->settings->go_on();
    w->look.epoch = p->epoch; /* where it diverges, if it does */
    if (terminal_due(&w->place->terminal))
        terminal_live(&w->place->terminal,
                      "%s  seed %" PRIu64 "  epoch %.1f  train err %.1f%%",
                      lab->key.part, lab->key.seed,
                      p->epoch - 1 + (double)p->images / (double)p->n_images,
                      100 * p->error);
    return !lab->stopped;
}

static bool on_epoch(void *context, const struct ramp_epoch *e)
{
    struct watch *w = context;
    struct lab *lab = w->look.lab;
    w->look.epoch = e->epoch;
    w->look.model = e->model;
    w->look.layers = e->layers;
    w->look.n_layers = e->n_layers;
    lab_add(lab, "train error", e->epoch, e->train_error);
    if (e->val_error >= 0)
        lab_add(lab, "val error", e->epoch, e->val_error);
    w->status = w->looker(&w->look, &w->error);
    return w->status == RAMP_OK && !lab->stopped;
}

/* The net as it begins: the same draws as those of its training. */
static enum ramp_status first_model(struct ramp_model **model,
                                    struct ramp_net **net,
                                    const struct job_place *place,
                                    const struct ramp_train_options *options,
                                    struct ramp_error *err)
{
    struct ramp_preprocess pre;
    const char **classes = NULL;
    int n = ramp_dataset_n_classes(place->data);
    ramp_dataset_shape(place->data, &pre);
    pre.scale = options->scale;
    enum ramp_status status = ramp_dataset_measure(place->data, &pre, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&classes, (size_t)n, "class names", err);
    for (int i = 0; i < n && status == RAMP_OK; i++)
        classes[i] = ramp_dataset_class(place->data, i);
    if (status == RAMP_OK) {
        ramp_net_init(*net, &options->init, options->seed);
        status = ramp_model_new(model, net, classes, n, &pre, err);
    }
    mem_free((void *)classes);
    return status;
}

static enum ramp_status look_before(struct watch *w,
                                    const struct ramp_train_options *options,
                                    struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    enum ramp_status status = job_net(&net, w->place, w->look.job->arm, err);
    if (status == RAMP_OK)
        status = first_model(&model, &net, w->place, options, err);
    w->look.epoch = 0;
    w->look.model = model;
    if (status == RAMP_OK)
        status = w->looker(&w->look, err);
    ramp_model_free(model);
    ramp_net_free(net);
    return status;
}

static enum ramp_status train_part(struct watch *w, struct ramp_error *err)
{
    struct ramp_train_options options;
    struct ramp_train_result ignored;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    enum ramp_status status = job_net(&net, w->place, w->look.job->arm, err);
    if (status == RAMP_OK)
        status = job_options(&options, w->look.job, net, err);
    if (status == RAMP_OK)
        status = look_before(w, &options, err);
    if (status != RAMP_OK) {
        ramp_net_free(net);
        return status;
    }
    options.diagnose = true;
    options.on_batch = on_batch;
    options.on_epoch = on_epoch;
    options.context = w;
    status = ramp_train(&model, &ignored, &net, w->place->data, &options, err);
    ramp_model_free(model);
    terminal_clear(&w->place->terminal);
    if (status == RAMP_DIVERGED) {
        lab_add(w->look.lab, "diverged", w->look.epoch, 1);
        err->text[0] = 0; /* it is a result */
        status = RAMP_OK;
    }
    if (status == RAMP_OK && w->status != RAMP_OK) {
        *err = w->error;
        status = w->status;
    }
    return status;
}

static enum ramp_status train_job(struct lab *lab, struct job_place *place,
                                  const struct compare_job *job,
                                  lab_looker *looker, struct ramp_error *err)
{
    char part[LAB_PART_BYTES], protocol[JOB_PROTOCOL_BYTES], text[96];
    struct watch w = {.look = {.lab = lab, .place = place, .job = job},
                      .place = place,
                      .looker = looker};
    enum ramp_status status = job_protocol(protocol, place, job->arm, err);
    if (status != RAMP_OK)
        return status;
    lab_part_name(part, job->arm->name, job->rate, job->compare->n_rates);
    snprintf(text, sizeof text, "%s rate %g act_l1 %g", protocol, job->rate,
             job->compare->train.act_l1);
    if (!lab_begin(lab, part, text, job->seed))
        return RAMP_OK;
    status = train_part(&w, err);
    if (status != RAMP_OK || lab->stopped)
        return status;
    terminal_line(&place->terminal, "%s  seed %" PRIu64 "  done", part,
                  job->seed);
    return lab_end(lab, err);
}

enum ramp_status lab_train(struct lab *lab, const struct compare *compare,
                           lab_looker *looker, struct ramp_error *err)
{
    struct job_place place;
    enum ramp_status status =
        job_place_open(&place, compare, lab->settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    size_t n_rates = (size_t)compare->n_rates;
    size_t n = compare->n_arms * n_rates * (size_t)compare->n_seeds;
    for (size_t i = 0; i < n && status == RAMP_OK && !lab->stopped; i++) {
        const struct compare_job job = {
            .compare = compare,
            .arm = &compare->arms[i / n_rates % compare->n_arms],
            .rate = compare->rates[i % n_rates],
            .seed = i / n_rates / compare->n_arms + 1,
            .epochs = compare->train.epochs};
        status = train_job(lab, &place, &job, looker, err);
    }
    job_place_close(&place);
    return status;
}

/* ==== The claim as a whole ==== */

static const char *scale_of(const struct claim *claim, enum claim_scale scale)
{
    return claim_scales[claim->exact ? CLAIM_FULL : scale];
}

static enum ramp_status begin(struct lab *lab, struct ramp_error *err)
{
    const struct ramp_compute *compute = &lab->settings->compute;
    struct figure_origin *origin = &lab->key.origin;
    const char *cpu;
    enum ramp_status status = ramp_compute_cpu(&cpu, compute, err);
    if (status == RAMP_OK)
        status = file_make_folder(lab->settings->folder, err);
    if (status == RAMP_OK)
        status = figures_load(&lab->figures, lab->settings->folder,
                              claim_table(lab->claim), err);
    if (status != RAMP_OK)
        return status;
    origin->threads = ramp_compute_threads(compute);
    machine_processor(origin->processor, sizeof origin->processor);
    snprintf(origin->cpu, sizeof origin->cpu, "%s", cpu);
    snprintf(origin->version, sizeof origin->version, "%s", ramp_version());
    job_commit(origin->commit);
    return RAMP_OK;
}

enum ramp_status lab_run(const struct claim *claim,
                         const struct claim_settings *settings,
                         struct ramp_error *err)
{
    struct lab lab = {.claim = claim,
                      .settings = settings,
                      .scale = scale_of(claim, settings->scale)};
    enum ramp_status status = begin(&lab, err);
    if (status == RAMP_OK)
        status = claim->measure(&lab, err);
    figures_release(&lab.figures);
    figures_release(&lab.part);
    return status;
}

static void find(struct findings *findings, const struct claim *claim,
                 const struct figures *figures, const char *scale)
{
    *findings =
        (struct findings){.figures = figures, .scale = scale, .n_seeds = 1};
    claim->find(findings);
}

enum ramp_status lab_judge(struct verdict *verdict, const struct claim *claim,
                           const struct figures *figures,
                           struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    *verdict = (struct verdict){.word = VERDICT_INCONCLUSIVE, .scale = ""};
    for (int scale = CLAIM_N_SCALES; scale-- > 0 && status == RAMP_OK;) {
        struct findings findings;
        struct verdict found = {.scale = claim_scales[scale]};
        if (verdict->complete ||
            !figures_has_scale(figures, claim_scales[scale]))
            continue;
        find(&findings, claim, figures, claim_scales[scale]);
        findings_judge(&found, &findings);
        status = draft_check(&found.sentence, "a verdict", err);
        bool better = found.complete || verdict->scale[0] == 0;
        verdict_release(better ? verdict : &found);
        if (better)
            *verdict = found;
    }
    return status;
}

enum ramp_status lab_show(FILE *file, const struct claim *claim,
                          const struct figures *figures, const char *scale,
                          struct ramp_error *err)
{
    struct findings findings;
    find(&findings, claim, figures, scale);
    enum ramp_status status = findings_print(file, &findings, err);
    if (status == RAMP_OK && claim->show) {
        fprintf(file, "\n");
        status = claim->show(file, figures, scale, err);
    }
    return status;
}

enum ramp_status lab_print(FILE *file, const struct claim *claim,
                           const char *folder, enum claim_scale scale,
                           struct ramp_error *err)
{
    struct figures figures;
    struct findings findings;
    struct verdict verdict = {.scale = scale_of(claim, scale)};
    enum ramp_status status =
        figures_load(&figures, folder, claim_table(claim), err);
    if (status != RAMP_OK)
        return status;
    if (figures_has_scale(&figures, verdict.scale)) {
        status = lab_show(file, claim, &figures, verdict.scale, err);
        find(&findings, claim, &figures, verdict.scale);
        findings_judge(&verdict, &findings);
        if (status == RAMP_OK)
            status = draft_check(&verdict.sentence, "a verdict", err);
        if (status == RAMP_OK)
            fprintf(file, "\n%s\nverdict: %s (scale %s)\n",
                    verdict.sentence.text, verdict_name(verdict.word),
                    verdict.scale);
    }
    verdict_release(&verdict);
    figures_release(&figures);
    return status;
}
