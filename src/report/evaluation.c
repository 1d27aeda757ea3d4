/* evaluation.c - the tables and pictures of an evaluation, in a folder. */
#include "report/evaluation.h"

#include "report/basics.h"
#include "report/confusion.h"
#include "report/coverage.h"
#include "report/csv.h"
#include "report/run_folder.h"
#include "report/worst.h"

#include <stdio.h>

/* What every file is made from. */
struct subject {
    const struct ramp_model *model;
    const struct ramp_dataset *data;
    enum ramp_part part;
    const struct ramp_evaluation *e;
    struct worst worst;
    char text[120]; /* "mnist, test part" */
};

static enum ramp_status make_confusion_csv(struct draft *csv,
                                           const struct subject *s,
                                           struct ramp_error *err)
{
    size_t n = (size_t)s->e->n_classes;
    (void)err;
    draft_add(csv, "truth\\answer");
    for (size_t i = 0; i < n; i++) {
        draft_add(csv, ",");
        csv_text(csv, ramp_model_class(s->model, (int)i));
    }
    for (size_t i = 0; i < n; i++) {
        draft_add(csv, "\n");
        csv_text(csv, ramp_model_class(s->model, (int)i));
        for (size_t j = 0; j < n; j++)
            draft_add(csv, ",%zu", s->e->confusion[i * n + j]);
    }
    draft_add(csv, "\n");
    return RAMP_OK;
}

static enum ramp_status make_classes_csv(struct draft *csv,
                                         const struct subject *s,
                                         struct ramp_error *err)
{
    (void)err;
    draft_add(csv, "class,n,precision,recall,f1\n");
    for (int i = 0; i < s->e->n_classes; i++) {
        const struct ramp_class_score *score = &s->e->classes[i];
        csv_text(csv, ramp_model_class(s->model, i));
        draft_add(csv, ",%zu", score->n);
        csv_number(csv, score->precision);
        csv_number(csv, score->recall);
        csv_number(csv, score->f1);
        draft_add(csv, "\n");
    }
    return RAMP_OK;
}

static enum ramp_status make_coverage_csv(struct draft *csv,
                                          const struct subject *s,
                                          struct ramp_error *err)
{
    struct coverage rows[COVERAGE_ROWS];
    (void)err;
    coverage_count(rows, s->e);
    draft_add(csv, "min_conf,answered,coverage,error\n");
    for (int i = 0; i < COVERAGE_ROWS; i++) {
        draft_add(csv, "%g,%zu", rows[i].min_conf, rows[i].n_answered);
        csv_number(csv, rows[i].share);
        csv_number(csv, rows[i].error);
        draft_add(csv, "\n");
    }
    return RAMP_OK;
}

static enum ramp_status make_errors_csv(struct draft *csv,
                                        const struct subject *s,
                                        struct ramp_error *err)
{
    (void)err;
    worst_write(csv, &s->worst, s->data, s->part, s->e);
    return RAMP_OK;
}

static enum ramp_status make_confusion_svg(struct draft *svg,
                                           const struct subject *s,
                                           struct ramp_error *err)
{
    (void)err;
    confusion_draw(svg, s->model, s->e, s->text);
    return RAMP_OK;
}

static enum ramp_status make_errors_svg(struct draft *svg,
                                        const struct subject *s,
                                        struct ramp_error *err)
{
    return worst_draw(svg, &s->worst, s->data, s->part, s->e, s->text, err);
}

static const struct {
    const char *name;
    enum ramp_status (*make)(struct draft *text, const struct subject *s,
                             struct ramp_error *err);
} files[] = {
    {"confusion.csv", make_confusion_csv}, {"classes.csv", make_classes_csv},
    {"coverage.csv", make_coverage_csv},   {"errors.csv", make_errors_csv},
    {"confusion.svg", make_confusion_svg}, {"errors.svg", make_errors_svg},
};

enum ramp_status report_evaluation(const char *folder,
                                   const struct ramp_model *model,
                                   const struct ramp_dataset *data,
                                   enum ramp_part part,
                                   const struct ramp_evaluation *evaluation,
                                   struct ramp_error *err)
{
    static const char *const parts[RAMP_N_PARTS] = {"train part", "val part",
                                                    "test part"};
    struct subject s = {
        .model = model, .data = data, .part = part, .e = evaluation};
    snprintf(s.text, sizeof s.text, "%.60s, %s", ramp_dataset_name(data),
             parts[part]);
    enum ramp_status status = worst_init(&s.worst, evaluation, err);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct draft text = {0};
        if (status == RAMP_OK)
            status = files[i].make(&text, &s, err);
        if (status == RAMP_OK)
            status = draft_check(&text, files[i].name, err);
        if (status == RAMP_OK)
            status = run_folder_write(folder, files[i].name, text.text, err);
        draft_release(&text);
    }
    worst_release(&s.worst);
    return status;
}
