/* keeper.c - what a training leaves behind: the files of its folder, and the
 * best weights. */
#include "train/keeper.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/checkpoint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- log.csv ---- */

#define ROW_BYTES 256

static const char log_header[] =
    "epoch,train_loss,train_error,val_loss,val_error,lr,images_per_second,"
    "seconds\n";

static enum ramp_status log_epoch(struct keeper *k, const struct ramp_epoch *e,
                                  struct ramp_error *err)
{
    char row[ROW_BYTES], val[ROW_BYTES / 4] = ",";
    if (k->validates)
        snprintf(val, sizeof val, "%.6f,%.6f", e->val_loss, e->val_error);
    snprintf(row, sizeof row, "%d,%.6f,%.6f,%s,%.6g,%.1f,%.3f\n", e->epoch,
             e->train_loss, e->train_error, val, e->lr, e->images_per_second,
             e->seconds);
    enum ramp_status status = epoch_log_add(&k->log, row, err);
    return status == RAMP_OK ? epoch_log_write(&k->log, err) : status;
}

/* ---- Beginning and end ---- */

static void copy_floats(float *to, const float *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
}

/* Take the weights of the best epoch from its file. A training that was killed
 * between two files may have left those of a later epoch than the checkpoint
 * knows of: that epoch comes again, with the same weights. */
static enum ramp_status load_best(struct keeper *k, struct ramp_error *err)
{
    const struct ramp_net *net = ramp_model_net(k->model);
    struct ramp_model *model;
    enum ramp_status status = ramp_model_load(&model, k->best_path, err);
    if (status != RAMP_OK)
        return status;
    const struct ramp_net *found = ramp_model_net(model);
    if (found->n_params != net->n_params || found->n_running != net->n_running)
        status =
            error_set(err, RAMP_MODEL,
                      "cannot go on with %s: expected %zu parameters as "
                      "in last.safetensors, found %zu",
                      TEXT_QUOTE(k->best_path), net->n_params, found->n_params);
    if (status == RAMP_OK) {
        copy_floats(k->params, found->params, net->n_params);
        copy_floats(k->running, found->running, net->n_running);
    }
    ramp_model_free(model);
    return status;
}

static enum ramp_status open_folder(struct keeper *k, const char *folder,
                                    const struct position *from,
                                    struct ramp_error *err)
{
    enum ramp_status status = file_make_folder(folder, err);
    if (status != RAMP_OK)
        return status;
    k->best_path = file_join(folder, "best.safetensors");
    k->last_path = file_join(folder, "last.safetensors");
    if (k->best_path == NULL || k->last_path == NULL)
        return error_memory(err, "a path", strlen(folder));
    status = epoch_log_open(&k->log, folder, "log.csv", log_header,
                            from ? from->epochs : 0, err);
    if (status == RAMP_OK && k->validates && k->best.epoch > 0)
        status = load_best(k, err);
    return status;
}

enum ramp_status keeper_init(struct keeper *k, struct ramp_model *model,
                             const struct optimizer *optimizer, bool validates,
                             const char *folder, const struct position *from,
                             struct ramp_error *err)
{
    const struct ramp_net *net = ramp_model_net(model);
    enum ramp_status status = RAMP_OK;
    *k = (struct keeper){
        .model = model, .optimizer = optimizer, .validates = validates};
    if (from != NULL)
        k->best = from->best;
    if (validates) {
        status = MEM_NEW(&k->params, net->n_params, "the best weights", err);
        if (status == RAMP_OK)
            status =
                MEM_NEW(&k->running, net->n_running, "the best weights", err);
    }
    if (status == RAMP_OK && folder != NULL)
        status = open_folder(k, folder, from, err);
    if (status != RAMP_OK)
        keeper_release(k);
    return status;
}

void keeper_release(struct keeper *k)
{
    mem_free(k->best_path);
    mem_free(k->last_path);
    epoch_log_release(&k->log);
    mem_free(k->params);
    mem_free(k->running);
    *k = (struct keeper){0};
}

/* ---- Facts ---- */

/* A figure of -1 is one that there is not. */
static enum ramp_status set_number(struct ramp_model *model, const char *name,
                                   double value, struct ramp_error *err)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return ramp_model_set_fact(model, name, value >= 0 ? text : NULL, err);
}

/* `epochs`: how many were trained, a begun one by its share. */
static enum ramp_status set_facts(struct ramp_model *model, double epochs,
                                  const struct ramp_epoch *epoch,
                                  struct ramp_error *err)
{
    const struct {
        const char *name;
        double value;
    } facts[] = {
        {"epoch", epochs},
        {"train-loss", epoch->train_loss},
        {"train-error", epoch->train_error},
        {"val-loss", epoch->val_loss},
        {"val-error", epoch->val_error},
    };
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (status == RAMP_OK)
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

/* ---- The checkpoint ---- */

static const char position_name[] = "position";
static const char averaged_name[] = "averaged"; /* the slot */
enum { MAX_EXTRAS = OPTIMIZER_MAX_SLOTS + 1 };

/* The position is a fact of this one file. */
static enum ramp_status save_last(const struct keeper *k,
                                  struct position *position,
                                  struct ramp_error *err)
{
    struct model_extra extras[MAX_EXTRAS];
    const struct averager *a = k->averager;
    char text[POSITION_BYTES];
    size_t n = k->optimizer->n_slots;
    position->best = k->best;
    if (k->last_path == NULL)
        return RAMP_OK;
    for (size_t i = 0; i < n; i++)
        extras[i] = (struct model_extra){
            .name = optimizer_slot_name(k->optimizer->kind, i),
            .block = k->optimizer->slots[i]};
    if (a != NULL && a->net != NULL)
        extras[n++] =
            (struct model_extra){averaged_name, a->params, a->running};
    position_write(text, position);
    enum ramp_status status =
        ramp_model_set_fact(k->model, position_name, text, err);
    if (status == RAMP_OK)
        status = model_save_with(k->model, k->last_path, extras, n, err);
    enum ramp_status removed =
        ramp_model_set_fact(k->model, position_name, NULL, NULL);
    return status == RAMP_OK ? removed : status;
}

enum ramp_status keeper_load(struct keeper_checkpoint *checkpoint,
                             const char *folder, enum ramp_optimizer kind,
                             bool averaged, struct ramp_error *err)
{
    struct model_slot slots[MAX_EXTRAS] = {0};
    size_t n = 0, n_slots;
    char *path = file_join(folder, "last.safetensors");
    *checkpoint = (struct keeper_checkpoint){0};
    if (path == NULL)
        return error_memory(err, "a path", strlen(folder));
    for (; optimizer_slot_name(kind, n) != NULL; n++)
        slots[n].name = optimizer_slot_name(kind, n);
    n_slots = n;
    if (averaged)
        slots[n++] =
            (struct model_slot){.name = averaged_name, .with_running = true};
    enum ramp_status status =
        model_load_with(&checkpoint->model, path, slots, n, err);
    const char *text = NULL;
    if (status == RAMP_OK) {
        text = ramp_model_fact(checkpoint->model, position_name);
        bool whole = text && position_read(&checkpoint->position, text);
        for (size_t i = 0; i < n; i++) {
            *(i < n_slots ? &checkpoint->slots[i] : &checkpoint->params) =
                slots[i].block;
            whole = whole && slots[i].block != NULL;
        }
        checkpoint->running = slots[n_slots].running;
        status = whole ? ramp_model_set_fact(checkpoint->model, position_name,
                                             NULL, err)
                       : error_set(err, RAMP_MODEL,
                                   "cannot go on with %s: expected the state "
                                   "of a training with this optimizer, found "
                                   "%s",
                                   TEXT_QUOTE(path),
                                   text ? TEXT_QUOTE(text) : "none");
    }
    mem_free(path);
    if (status != RAMP_OK)
        keeper_checkpoint_release(checkpoint);
    return status;
}

void keeper_checkpoint_release(struct keeper_checkpoint *checkpoint)
{
    ramp_model_free(checkpoint->model);
    for (int i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
        mem_free(checkpoint->slots[i]);
    mem_free(checkpoint->params);
    mem_free(checkpoint->running);
    *checkpoint = (struct keeper_checkpoint){0};
}

/* ---- Epochs ---- */

static enum ramp_status save_best(const struct keeper *k,
                                  struct ramp_error *err)
{
    if (k->best_path == NULL)
        return RAMP_OK;
    return ramp_model_save(k->model, k->best_path, err);
}

static void keep_weights(struct keeper *k)
{
    const struct ramp_net *net = ramp_model_net(k->model);
    copy_floats(k->params, net->params, net->n_params);
    copy_floats(k->running, net->running, net->n_running);
}

enum ramp_status keeper_epoch(struct keeper *k, struct ramp_epoch *epoch,
                              struct position *position, struct ramp_error *err)
{
    epoch->best = k->validates &&
                  (k->best.epoch == 0 || epoch->val_error < k->best.val_error);
    if (epoch->best)
        keep_weights(k);
    if (epoch->best || !k->validates)
        k->best = *epoch;
    k->best.layers = NULL; /* they are of this epoch alone */
    k->best.n_layers = 0;
    enum ramp_status status = set_date(k->model, err);
    if (status == RAMP_OK)
        status = set_facts(k->model, epoch->epoch, epoch, err);
    if (status == RAMP_OK && k->best.epoch == epoch->epoch)
        status = save_best(k, err);
    if (status == RAMP_OK && k->log.path != NULL)
        status = log_epoch(k, epoch, err);
    return status == RAMP_OK ? save_last(k, position, err) : status;
}

enum ramp_status keeper_pause(struct keeper *k, struct position *position,
                              size_t n_batches, struct ramp_error *err)
{
    const struct tally *tally = &position->tally;
    double epochs =
        position->epochs + (double)tally->n_batches / (double)n_batches;
    const struct ramp_epoch running = {
        .train_loss = tally->loss / (double)tally->n,
        .train_error = (double)tally->n_wrong / (double)tally->n,
        .val_loss = -1,
        .val_error = -1,
    };
    enum ramp_status status = set_date(k->model, err);
    if (status == RAMP_OK)
        status = set_facts(k->model, epochs, &running, err);
    if (status == RAMP_OK && (k->best.epoch == 0 || !k->validates))
        status = save_best(k, err);
    return status == RAMP_OK ? save_last(k, position, err) : status;
}

enum ramp_status keeper_finish(struct keeper *k, struct ramp_error *err)
{
    struct ramp_net *net = ramp_model_net(k->model);
    if (!k->validates || k->best.epoch == 0)
        return RAMP_OK; /* it has the last weights, and their facts */
    copy_floats(net->params, k->params, net->n_params);
    copy_floats(net->running, k->running, net->n_running);
    return set_facts(k->model, k->best.epoch, &k->best, err);
}
