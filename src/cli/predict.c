/* predict.c - `ramp predict`: pictures in, names and probabilities out. */
#include "cli/cli.h"
#include "cli/picture_list.h"

#include "report/format.h"

#include <stdio.h>

static struct {
    struct cli_compute compute;
    int top;
} settings = {.compute = CLI_COMPUTE_DEFAULT, .top = 3};

static struct option option_table[] = {
    OPTION_NUMBER(OPTION_INT, "top", "K", "how many classes (default 3)",
                  settings.top, 1, 100000),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact), OPTION_END};

struct predicting {
    struct ramp_model *model;
    struct ramp_predictor *predictor;
    float *probs;  /* a class each */
    int *best;     /* the `top` most probable classes */
    int top;       /* at most the number of classes */
    int exit_code; /* of the first picture that failed */
};

static enum ramp_status predicting_init(struct predicting *p,
                                        const char *model_path,
                                        struct ramp_error *err)
{
    struct ramp_compute compute;
    enum ramp_status status =
        cli_compute_set(&compute, &settings.compute, NULL, err);
    if (status == RAMP_OK)
        status = ramp_model_load(&p->model, model_path, err);
    if (status != RAMP_OK)
        return status;
    int n = ramp_model_n_classes(p->model);
    p->top = settings.top < n ? settings.top : n;
    status = ramp_predictor_new(&p->predictor, p->model, 1, &compute, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->probs, (size_t)n, "probabilities", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->best, (size_t)p->top, "classes", err);
    return status;
}

static void predicting_release(struct predicting *p)
{
    ramp_predictor_free(p->predictor);
    ramp_model_free(p->model);
    mem_free(p->probs);
    mem_free(p->best);
}

static void print_answer(const struct predicting *p, const char *path,
                         double seconds)
{
    format_name(stdout, path);
    for (int i = 0; i < p->top; i++) {
        printf("  ");
        format_name(stdout, ramp_model_class(p->model, p->best[i]));
        printf(" %.3f", (double)p->probs[p->best[i]]);
    }
    printf("  %.2f ms\n", 1000 * seconds);
}

static enum ramp_status classify(struct predicting *p, const char *path,
                                 struct ramp_error *err)
{
    struct ramp_image image = {0};
    enum ramp_status status = ramp_image_load(&image, path, err);
    if (status != RAMP_OK)
        return status;
    double start = clock_seconds();
    status = ramp_predict_image(p->predictor, NULL, p->probs, &image, err);
    double seconds = clock_seconds() - start;
    if (status == RAMP_MODEL)
        error_set(err, status,
                  "the model has no finite answer to %s: its weights are too "
                  "large",
                  TEXT_QUOTE(path));
    if (status == RAMP_OK) {
        ramp_top(p->best, p->top, p->probs, ramp_model_n_classes(p->model));
        print_answer(p, path, seconds);
        if (image.warning[0]) {
            error_set(err, RAMP_OK, "warning: %s: %s", TEXT_QUOTE(path),
                      image.warning);
            cli_complain(err->text);
        }
    }
    ramp_image_release(&image);
    return status;
}

/* Classifies one picture. A bad one is a line on standard error and does not
 * end the others; false only once nobody reads the results. */
static bool on_picture(void *context, const char *path, struct ramp_error *bad)
{
    struct predicting *p = context;
    struct ramp_error err = {.text = ""};
    if (bad == NULL && classify(p, path, &err) != RAMP_OK)
        bad = &err;
    if (bad) {
        cli_complain(bad->text);
        if (p->exit_code == 0)
            p->exit_code = (int)bad->status;
    }
    return !ferror(stdout);
}

static int predict_run(const struct verb *verb, int argc, char **argv,
                       struct ramp_error *err)
{
    struct command_line line;
    enum ramp_status status =
        verb_parse(&line, verb, option_table, 2, -1, argc, argv, err);
    if (status != RAMP_OK || line.help)
        return (int)status;
    struct predicting p = {0};
    status = predicting_init(&p, line.words[0], err);
    bool more = status == RAMP_OK;
    for (int i = 1; i < line.n_words && more; i++)
        more = picture_list_walk(line.words[i], on_picture, &p);
    predicting_release(&p);
    command_line_release(&line);
    return status != RAMP_OK ? (int)status : p.exit_code;
}

const struct verb verb_predict = {
    .name = "predict",
    .arguments = "MODEL PATH...",
    .summary = "classify picture files",
    .about =
        "Classifies pictures. PATH is a picture, a folder (every PNG, "
        "JPEG, BMP and PNM\nbelow it), or - for a list of paths on "
        "standard input, one a line. A line of\nthe result holds the path, "
        "the most probable classes with their probabilities,\nand the time "
        "of the network. A bad picture is a line on standard error; the\n"
        "others are classified, and the exit status at the end is 3.",
    .example = "  ramp predict runs/fashion-small-default-1 shirt.png\n"
               "  find . -name '*.jpg' | ramp predict MODEL - --top 1",
    .run = predict_run,
};
