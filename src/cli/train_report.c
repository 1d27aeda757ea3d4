/* train_report.c - what a run leaves to look at: tables and pictures of its
 * answers, of its net and of its pictures, and report.html. */
#include "cli/train.h"

#include "report/evaluation.h"
#include "report/page.h"
#include "report/training.h"

#include <string.h>

/* The test part chooses nothing: it is looked at once, with the best model of a
 * training that was not stopped. Else the validation part speaks. */
static enum ramp_status evaluate(const struct train_report *r,
                                 struct ramp_evaluation *evaluation,
                                 enum ramp_part *part, struct ramp_error *err)
{
    bool tested =
        train_signal() == 0 && ramp_dataset_count(r->data, RAMP_TEST) > 0;
    *part = tested ? RAMP_TEST : RAMP_VAL;
    if (ramp_dataset_count(r->data, *part) == 0)
        return RAMP_OK;
    terminal_live(&r->show->terminal, tested ? "testing" : "validating");
    enum ramp_status status = ramp_evaluate(
        evaluation, r->model, r->data, *part, &r->settings->train.compute, err);
    terminal_clear(&r->show->terminal);
    return status;
}

static enum ramp_status write_page(const struct train_report *r,
                                   const struct ramp_evaluation *test,
                                   struct ramp_error *err)
{
    const struct advice *advice = &r->show->advice;
    const char *notes[ADVICE_MAX + 1] = {NULL};
    char chart_note[CHARTS_NOTE_BYTES];
    for (int i = 0; i < advice->n; i++)
        notes[i] = advice->texts[i];
    const struct page_input page = {
        .model = r->model,
        .n_train = ramp_dataset_count(r->data, RAMP_TRAIN),
        .n_val = ramp_dataset_count(r->data, RAMP_VAL),
        .test = test,
        .notes = notes,
    };
    enum ramp_status status = report_page(r->folder, &page, chart_note, err);
    if (status == RAMP_OK && chart_note[0])
        cli_complain(chart_note);
    return status;
}

static enum ramp_status write_files(const struct train_report *r,
                                    const struct ramp_evaluation *evaluation,
                                    enum ramp_part part, struct ramp_error *err)
{
    enum ramp_status status =
        report_train_batch(r->folder, r->data, &r->settings->train, err);
    if (status == RAMP_OK)
        status = report_filters(r->folder, r->model, err);
    if (status == RAMP_OK && evaluation->n > 0)
        status = report_evaluation(r->folder, r->model, r->data, part,
                                   evaluation, err);
    if (status == RAMP_OK)
        status = write_page(r, part == RAMP_TEST ? evaluation : NULL, err);
    return status;
}

enum ramp_status train_report_end(const struct train_report *r,
                                  struct ramp_error *err)
{
    struct ramp_evaluation evaluation = {0};
    enum ramp_part part;
    enum ramp_status status = evaluate(r, &evaluation, &part, err);
    char *model = file_join(r->folder, "best.safetensors");
    char *page = file_join(r->folder, "report.html");
    if (status == RAMP_OK && (model == NULL || page == NULL))
        status = error_memory(err, "a path", 2 * strlen(r->folder));
    terminal_live(&r->show->terminal, "writing the report");
    if (status == RAMP_OK)
        status = write_files(r, &evaluation, part, err);
    terminal_clear(&r->show->terminal);
    if (status == RAMP_OK)
        train_show_result(model, page, r->result,
                          ramp_dataset_count(r->data, RAMP_VAL),
                          part == RAMP_TEST ? &evaluation : NULL);
    ramp_evaluation_release(&evaluation);
    mem_free(model);
    mem_free(page);
    return status;
}
