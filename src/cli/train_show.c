/* train_show.c - what `ramp train` shows: where it is, on standard error, and
 * what came out, on standard output. Every figure names its part of the data.
 */
#include "cli/train.h"

#include "report/format.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- Signals ---- */

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

/* A signal that the caller has ignored, as nohup does, stays ignored. */
static void catch_signal(int number)
{
    struct sigaction former,
        action = {.sa_handler = on_signal,
                  .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &former) == 0 && former.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void train_catch_signals(void)
{
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

int train_signal(void)
{
    return caught;
}

int train_exit(enum ramp_status status)
{
    return status == RAMP_OK && caught ? 128 + caught : (int)status;
}

/* ---- Progress ---- */

static void begin_advice(struct train_show *show,
                         const struct train_settings *settings,
                         const struct ramp_dataset *data)
{
    int n_classes = ramp_dataset_n_classes(data);
    size_t *counts;
    /* Without memory there is no advice about the classes. */
    if (MEM_NEW(&counts, (size_t)n_classes, "classes", NULL) != RAMP_OK)
        n_classes = 0;
    for (size_t i = 0; counts && i < ramp_dataset_count(data, RAMP_TRAIN); i++)
        counts[ramp_dataset_label(data, RAMP_TRAIN, i)]++;
    advice_init(&show->advice, settings->train.lr, counts, n_classes,
                settings->train.class_weights);
    advice_show(&show->advice, &show->terminal);
    mem_free(counts);
}

void train_show_begin(struct train_show *show,
                      const struct train_settings *settings,
                      const struct ramp_dataset *data,
                      const struct ramp_net *net, const char *folder)
{
    struct terminal *terminal = &show->terminal;
    int n_threads = ramp_compute_threads(&settings->data.compute);
    show->target = settings->target;
    show->n_columns = snprintf(NULL, 0, "%d", settings->train.epochs);
    terminal_line(terminal, "data   %s: %s, %d classes, %dx%dx%d",
                  ramp_dataset_name(data), ramp_dataset_kind(data),
                  ramp_dataset_n_classes(data), settings->shape[0],
                  settings->shape[1], settings->shape[2]);
    terminal_line(terminal, "       %s train, %s val%s, %s test pictures",
                  FORMAT_COUNT(ramp_dataset_count(data, RAMP_TRAIN)),
                  FORMAT_COUNT(ramp_dataset_count(data, RAMP_VAL)),
                  ramp_dataset_val_drawn(data) ? " (drawn from train)" : "",
                  FORMAT_COUNT(ramp_dataset_count(data, RAMP_TEST)));
    terminal_line(terminal, "net    %s: %s parameters, act %s, init %s",
                  ramp_net_name(net), FORMAT_COUNT(ramp_net_n_parameters(net)),
                  settings->act_text, settings->init_text);
    terminal_line(terminal, "run    %s (%s, %d thread%s, seed %llu)", folder,
                  settings->cpu, n_threads, n_threads > 1 ? "s" : "",
                  (unsigned long long)settings->data.seed);
    begin_advice(show, settings, data);
    if (ramp_dataset_count(data, RAMP_VAL) > 0)
        terminal_line(terminal, "       * marks the best val error so far");
}

bool train_show_batch(void *context, const struct ramp_progress *p)
{
    struct train_show *show = context;
    show->worked = true;
    if (terminal_due(&show->terminal))
        terminal_live(&show->terminal,
                      "epoch %*d/%d %3.0f%%  left %s  train loss %s err "
                      "%.2f%%  %s img/s",
                      show->n_columns, p->epoch, p->epochs,
                      100 * (double)p->images / (double)p->n_images,
                      FORMAT_SECONDS(p->seconds_left), FORMAT_LOSS(p->loss),
                      100 * p->error,
                      FORMAT_COUNT((uint64_t)p->images_per_second));
    if (caught != 0)
        terminal_live(&show->terminal, "saving  a second signal ends at once");
    return caught == 0;
}

bool train_show_epoch(void *context, const struct ramp_epoch *e)
{
    struct train_show *show = context;
    char val[64] = "";
    if (e->val_error >= 0)
        snprintf(val, sizeof val, "  val loss %s err %.2f%%%s",
                 FORMAT_LOSS(e->val_loss), 100 * e->val_error,
                 e->best ? " *" : "  ");
    terminal_line(
        &show->terminal, "epoch %*d/%d  train loss %s err %.2f%%%s %s",
        show->n_columns, e->epoch, e->epochs, FORMAT_LOSS(e->train_loss),
        100 * e->train_error, val, FORMAT_SECONDS(e->elapsed));
    advice_epoch(&show->advice, e);
    advice_show(&show->advice, &show->terminal);
    return caught == 0 && !(100 * e->train_error <= show->target);
}

static void show_command(struct terminal *terminal, const char *folder)
{
    struct draft command = {0};
    draft_shell_word(&command, folder);
    if (draft_check(&command, "a command", NULL) == RAMP_OK)
        terminal_line(terminal, "        ramp train --resume %s", command.text);
    draft_release(&command);
}

void train_show_end(struct train_show *show,
                    const struct train_settings *settings,
                    const struct ramp_train_result *result, const char *folder)
{
    struct terminal *terminal = &show->terminal;
    if (caught != 0)
        terminal_line(terminal, "stopped by %s; the model is saved",
                      caught == SIGINT ? "SIGINT" : "SIGTERM");
    else if (result->stopped)
        terminal_line(terminal, "stopped: the training error is at most %g %%",
                      settings->target);
    else if (result->out_of_patience)
        terminal_line(terminal, "stopped: no better val error for %d epochs",
                      settings->train.patience);
    else if (result->out_of_time)
        terminal_line(terminal, "stopped: the time of %s is over",
                      FORMAT_SECONDS(settings->train.time_limit));
    else if (!show->worked)
        terminal_line(terminal,
                      "nothing to do: %d of %d epochs are done; try --epochs "
                      "%d",
                      result->epochs, settings->train.epochs,
                      2 * result->epochs);
    if (result->batches > 0)
        terminal_line(terminal, "        after %s of %s batches of epoch %d",
                      FORMAT_COUNT(result->batches),
                      FORMAT_COUNT(result->n_batches), result->epochs + 1);
    if (show->worked && result->epochs < settings->train.epochs)
        show_command(terminal, folder);
    if (result->n_taken > 0)
        terminal_line(terminal, "began with %zu tensors of %s", result->n_taken,
                      settings->from);
}

/* ---- Results ---- */

void train_show_result(const char *model_path, const char *page_path,
                       const struct ramp_train_result *result, size_t n_val,
                       const struct ramp_evaluation *test)
{
    printf("model       ");
    format_name(stdout, model_path);
    if (result->best_val_error >= 0)
        printf("\nval error   %.2f %% (%s pictures; epoch %d, the best of %d)",
               100 * result->best_val_error, FORMAT_COUNT(n_val),
               result->best_epoch, result->epochs);
    if (test)
        printf("\ntest error  %.2f %% [%.2f, %.2f] (%s pictures)",
               100 * test->error, 100 * test->error_low, 100 * test->error_high,
               FORMAT_COUNT(test->n));
    printf("\nreport      ");
    format_name(stdout, page_path);
    putchar('\n');
}
