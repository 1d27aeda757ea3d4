/* speed.c - how fast the arms of a comparison train. */
#include "trials/speed.h"

#include "report/csv.h"
#include "report/csv_table.h"
#include "report/format.h"
#include "report/machine.h"
#include "report/table.h"
#include "trials/show.h"
#include "trials/stats.h"

#include <math.h>
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
    enum ramp_status status = job_place_use(t->place, arm, err);
    if (status == RAMP_OK)
        status = job_net(&net, t->place, arm, err);
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

static enum ramp_status find_table(char **path, const char *folder,
                                   const char *name, struct ramp_error *err)
{
    char file[128];
    snprintf(file, sizeof file, "%s-speed.csv", name);
    *path = file_join(folder, file);
    return *path ? RAMP_OK : error_memory(err, "a path", sizeof file);
}

enum ramp_status speed_measure(struct job_place *place, const char *folder,
                               struct ramp_error *err)
{
    struct draft draft = {0};
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    char *path;
    enum ramp_status status =
        find_table(&path, folder, place->compare->name, err);
    if (status == RAMP_OK && file_exists(path))
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

/* ---- What was measured ---- */

static bool same_field(const struct csv_table *table, size_t a, size_t b,
                       const char *name)
{
    return text_equal(csv_table_field(table, a, name),
                      csv_table_field(table, b, name));
}

/* The median of the pictures a second in the rows of an arm that were measured
 * like the last row; NaN if there are none. */
static double find_speed(const struct csv_table *table, const char *scale,
                         const char *arm)
{
    double speeds[STATS_MAX], images, seconds;
    size_t n = 0, last = table->n_kept - 1;
    for (size_t i = 0; i < table->n_kept && n < STATS_MAX; i++)
        if (text_equal(csv_table_field(table, i, "scale"), scale) &&
            text_equal(csv_table_field(table, i, "arm"), arm) &&
            same_field(table, i, last, "processor") &&
            same_field(table, i, last, "threads") &&
            same_field(table, i, last, "commit") &&
            text_to_double(&images, csv_table_field(table, i, "images"), 1,
                           1e12) &&
            text_to_double(&seconds, csv_table_field(table, i, "seconds"), 1e-6,
                           1e9))
            speeds[n++] = images / seconds;
    return n > 0 ? stats_median(speeds, n) : NAN;
}

static void add_arm(struct table *table, const struct show_arm *arm,
                    double speed)
{
    const struct run_result *run =
        arm->rates.best < 0 ? NULL
                            : compare_middle(&arm->rates, arm->rates.best);
    bool reached = run != NULL && run->outcome == RUN_REACHED;
    table_cell(table, "%s", arm->name);
    table_cell(table, "%s", FORMAT_COUNT((uint64_t)(speed + 0.5)));
    table_cell(table, reached ? "%.1f" : "-", reached ? run->reached : 0);
    table_cell(table, reached ? "%.0f" : "-",
               reached ? (double)run->images / speed : 0);
}

enum ramp_status speed_show(FILE *file, const struct results *results,
                            const char *folder, const char *name,
                            const char *scale, struct ramp_error *err)
{
    struct csv_table measured = {0};
    struct show_arms arms = {.n = 0};
    struct table table;
    char *path;
    enum ramp_status status = find_table(&path, folder, name, err);
    if (status == RAMP_OK)
        status = csv_table_read(&measured, path, 1 << 16, err);
    if (status == RAMP_OK && measured.n_kept > 0)
        status = show_arms_find(&arms, results, scale, err);
    table_init(&table, "lrrr");
    table_cell(&table, "arm");
    table_cell(&table, "pictures/s");
    table_cell(&table, "epochs");
    table_cell(&table, "seconds");
    size_t n_known = 0;
    for (size_t i = 0; i < arms.n && status == RAMP_OK; i++) {
        double speed = find_speed(&measured, scale, arms.arms[i].name);
        if (!isnan(speed)) {
            add_arm(&table, &arms.arms[i], speed);
            n_known++;
        }
    }
    if (status == RAMP_OK && n_known > 0) {
        fprintf(file, "\nepochs of the middle seed, and their seconds by the "
                      "speed of short runs in turn\n");
        status = table_print(&table, file, 2, err);
    }
    table_release(&table);
    show_arms_release(&arms);
    csv_table_release(&measured);
    mem_free(path);
    return status;
}
