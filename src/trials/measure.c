/* measure.c - how fast the arms of a comparison train. */
#include "trials/job.h"

#include "report/csv.h"
#include "report/machine.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 7, WARM_BATCHES = 10, BATCHES = 60 };

struct timing {
    struct job_place *place;
    size_t n_batches;
    size_t first_images, images; /* of an epoch, when the clock ran */
    double start, seconds;
};

/* The first batches find caches cold and threads asleep. */
static bool on_batch(void *context, const struct ramp_progress *p)
{
    struct timing *t = context;
    t->n_batches++;
    if (t->n_batches == WARM_BATCHES) {
        t->start = clock_seconds();
        t->first_images = p->images;
    }
    t->seconds = clock_seconds() - t->start;
    t->images = p->images - t->first_images;
    return t->n_batches < WARM_BATCHES + BATCHES && t->place->go_on();
}

static enum ramp_status time_arm(struct timing *t,
                                 const struct compare_arm *arm,
                                 struct ramp_error *err)
{
    const struct compare_job job = {.compare = t->place->compare,
                                    .arm = arm,
                                    .rate = 1e-6, /* diverges nowhere */
                                    .seed = 1,
                                    .epochs = 1};
    struct ramp_train_options options;
    struct ramp_train_result ignored;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    enum ramp_status status = job_net(&net, t->place, arm, err);
    if (status == RAMP_OK)
        status = job_options(&options, &job, net, err);
    if (status != RAMP_OK) {
        ramp_net_free(net);
        return status;
    }
    options.on_batch = on_batch;
    options.context = t;
    status = ramp_train(&model, &ignored, &net, t->place->data, &options, err);
    ramp_model_free(model);
    return status;
}

static enum ramp_status measure(struct draft *draft, struct job_place *place,
                                struct ramp_error *err)
{
    const struct compare *compare = place->compare;
    char processor[64];
    const char *cpu;
    enum ramp_status status =
        ramp_compute_cpu(&cpu, &compare->train.compute, err);
    machine_processor(processor, sizeof processor);
    for (size_t i = 0; i < ROUNDS * compare->n_arms && status == RAMP_OK; i++) {
        const struct compare_arm *arm = &compare->arms[i % compare->n_arms];
        struct timing t = {.place = place};
        terminal_live(&place->terminal, "round %zu of %d  %s",
                      i / compare->n_arms + 1, ROUNDS, arm->name);
        status = time_arm(&t, arm, err);
        if (!place->go_on())
            break;
        if (status != RAMP_OK || t.images == 0)
            continue;
        draft_add(draft, "%s,%s,%zu,%zu,%.4f,%d,", compare->scale, arm->name,
                  i / compare->n_arms + 1, t.images, t.seconds,
                  ramp_compute_threads(&compare->train.compute));
        csv_text(draft, processor);
        draft_add(draft, ",%s,%s\n", cpu, place->commit);
    }
    terminal_clear(&place->terminal);
    return status;
}

enum ramp_status job_measure(struct job_place *place, const char *folder,
                             struct ramp_error *err)
{
    struct draft draft = {0};
    char file[128];
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    snprintf(file, sizeof file, "%s-speed.csv", place->compare->name);
    char *path = file_join(folder, file);
    if (path == NULL)
        return error_memory(err, "a path", sizeof file);
    enum ramp_status status = RAMP_OK;
    if (file_exists(path))
        status =
            file_read(&bytes, &n_bytes, path, (size_t)1 << 26, RAMP_IO, err);
    draft_add(&draft, "%s",
              bytes ? (const char *)bytes
                    : "scale,arm,round,images,seconds,threads,processor,cpu,"
                      "commit\n");
    if (status == RAMP_OK)
        status = measure(&draft, place, err);
    if (status == RAMP_OK)
        status = draft_check(&draft, "a table", err);
    if (status == RAMP_OK)
        status = file_write(path, draft.text, draft.n_bytes, err);
    draft_release(&draft);
    mem_free(bytes);
    mem_free(path);
    return status;
}
