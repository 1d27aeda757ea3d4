/* keeper.c - what a training leaves behind: the files of its folder, and the
 * best weights. */
#include "train/keeper.h"

#include "base/file.h"
#include "base/mem.h"
#include "model/checkpoint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- log.csv ---- */

#define ROW_BYTES 256

static const char log_header[] =
    "epoch,train_loss,train_error,val_loss,val_error,lr,images_per_second,"
    "seconds\n";

static enum ramp_status log_append(struct keeper *k, const char *text,
                                   struct ramp_error *err)
{
    size_t n = strlen(text);
    if (!mem_grow((void **)&k->log, &k->log_capacity, k->log_bytes + n + 1, 1))
        return error_memory(err, "the log", k->log_bytes + n + 1);
    memcpy(k->log + k->log_bytes, text, n + 1);
    k->log_bytes += n;
    return RAMP_OK;
}

static enum ramp_status log_row(struct keeper *k, const struct ramp_epoch *e,
                                struct ramp_error *err)
{
    char row[ROW_BYTES], val[ROW_BYTES / 4] = ",";
    if (k->validates)
        snprintf(val, sizeof val, "%.6f,%.6f", e->val_loss, e->val_error);
    snprintf(row, sizeof row, "%d,%.6f,%.6f,%s,%.6g,%.1f,%.3f\n", e->epoch,
             e->train_loss, e->train_error, val, e->lr, e->images_per_second,
             e->seconds);
    return log_append(k, row, err);
}

static enum ramp_status log_write(const struct keeper *k,
                                  struct ramp_error *err)
{
    return file_write(k->log_path, k->log, k->log_bytes, err);
}

/* ---- Beginning and end ---- */

static enum ramp_status open_folder(struct keeper *k, const char *folder,
                                    struct ramp_error *err)
{
    enum ramp_status status = file_make_folder(folder, err);
    if (status != RAMP_OK)
        return status;
    k->best_path = file_join(folder, "best.safetensors");
    k->last_path = file_join(folder, "last.safetensors");
    k->log_path = file_join(folder, "log.csv");
    if (k->best_path == NULL || k->last_path == NULL || k->log_path == NULL)
        return error_memory(err, "a path", strlen(folder));
    status = log_append(k, log_header, err);
    return status == RAMP_OK ? log_write(k, err) : status;
}

enum ramp_status keeper_init(struct keeper *k, struct ramp_model *model,
                             const struct optimizer *optimizer, bool validates,
                             const char *folder, struct ramp_error *err)
{
    const struct ramp_net *net = ramp_model_net(model);
    enum ramp_status status = RAMP_OK;
    *k = (struct keeper){
        .model = model, .optimizer = optimizer, .validates = validates};
    if (validates) {
        status = MEM_NEW(&k->params, net->n_params, "the best weights", err);
        if (status == RAMP_OK)
            status =
                MEM_NEW(&k->running, net->n_running, "the best weights", err);
    }
    if (status == RAMP_OK && folder != NULL)
        status = open_folder(k, folder, err);
    if (status != RAMP_OK)
        keeper_release(k);
    return status;
}

void keeper_release(struct keeper *k)
{
    mem_free(k->best_path);
    mem_free(k->last_path);
    mem_free(k->log_path);
    mem_free(k->log);
    mem_free(k->params);
    mem_free(k->running);
    *k = (struct keeper){0};
}

/* ---- Facts ---- */

static enum ramp_status set_number(struct ramp_model *model, const char *name,
                                   double value, struct ramp_error *err)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return ramp_model_set_fact(model, name, text, err);
}

/* A figure of -1 is one that there is not. */
static enum ramp_status set_facts(struct ramp_model *model,
                                  const struct ramp_epoch *epoch,
                                  struct ramp_error *err)
{
    const struct {
        const char *name;
        double value;
    } facts[] = {
        {"epoch", epoch->epoch},
        {"train-loss", epoch->train_loss},
        {"train-error", epoch->train_error},
        {"val-loss", epoch->val_loss},
        {"val-error", epoch->val_error},
    };
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].value >= 0 && status == RAMP_OK)
            status = set_number(model, facts[i].name, facts[i].value, err);
    return status;
}

static enum ramp_status set_date(struct ramp_model *model,
                                 struct ramp_error *err)
{
    char text[32] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL)
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return ramp_model_set_fact(model, "date", text, err);
}

/* ---- Weights ---- */

static void copy_floats(float *to, const float *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
}

static enum ramp_status save_last(const struct keeper *k,
                                  struct ramp_error *err)
{
    struct model_extra extras[OPTIMIZER_MAX_SLOTS];
    size_t n = k->optimizer->n_slots;
    for (size_t i = 0; i < n; i++)
        extras[i] =
            (struct model_extra){.name = optimizer_slot_name(k->optimizer, i),
                                 .block = k->optimizer->slots[i]};
    return model_save_with(k->model, k->last_path, extras, n, err);
}

/* The best is written before the last: a training that is killed in between
 * then never has a last epoch that is better than its best. */
static enum ramp_status save(struct keeper *k, bool best,
                             const struct ramp_epoch *epoch,
                             struct ramp_error *err)
{
    enum ramp_status status = set_date(k->model, err);
    if (status == RAMP_OK)
        status = set_facts(k->model, epoch, err);
    if (status == RAMP_OK && best && k->best_path != NULL)
        status = ramp_model_save(k->model, k->best_path, err);
    if (status == RAMP_OK && k->last_path != NULL)
        status = save_last(k, err);
    if (status == RAMP_OK && k->log_path != NULL) {
        status = log_row(k, epoch, err);
        if (status == RAMP_OK)
            status = log_write(k, err);
    }
    return status;
}

enum ramp_status keeper_epoch(struct keeper *k, struct ramp_epoch *epoch,
                              struct ramp_error *err)
{
    const struct ramp_net *net = ramp_model_net(k->model);
    epoch->best = k->validates &&
                  (k->best.epoch == 0 || epoch->val_error < k->best.val_error);
    if (epoch->best) {
        copy_floats(k->params, net->params, net->n_params);
        copy_floats(k->running, net->running, net->n_running);
    }
    if (epoch->best || !k->validates)
        k->best = *epoch;
    return save(k, k->best.epoch == epoch->epoch, epoch, err);
}

enum ramp_status keeper_finish(struct keeper *k, struct ramp_error *err)
{
    struct ramp_net *net = ramp_model_net(k->model);
    if (k->validates) {
        copy_floats(net->params, k->params, net->n_params);
        copy_floats(net->running, k->running, net->n_running);
    }
    return set_facts(k->model, &k->best, err);
}
