/* predict.c - `ramp predict`: pictures in, names and probabilities out. */
#include "cli/predict.h"
#include "cli/picture_list.h"

#include <stdio.h>
#include <string.h>

static struct {
    struct cli_compute compute;
    int top, tta;
    bool csv, json, show;
    double min_conf;
    const char *sort;
} settings = {.compute = CLI_COMPUTE_DEFAULT, .top = 3};

static struct option option_table[] = {
    OPTION_NUMBER(OPTION_INT, "top", "K", "how many classes (default 3)",
                  settings.top, 1, 100000),
    OPTION_NUMBER(OPTION_REAL, "min-conf", "P",
                  "below this probability answer \"unknown\"",
                  settings.min_conf, 0, 1),
    OPTION_TTA_ROW(settings.tta),
    OPTION_ROW(OPTION_TEXT, "sort", "DIR",
               "copy each picture into DIR/CLASS/; replaces nothing",
               settings.sort),
    OPTION_ROW(OPTION_FLAG, "show", NULL,
               "the pictures too, as the terminal can show them",
               settings.show),
    OPTION_ROW(OPTION_FLAG, "csv", NULL, "answers as CSV with a header",
               settings.csv),
    OPTION_ROW(OPTION_FLAG, "json", NULL, "answers as JSON, an object a line",
               settings.json),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_END};

/* What a batch takes at most, as long as it holds more than one picture. */
#define MAX_BATCH ((size_t)256)
#define MAX_BATCH_BYTES ((size_t)128 << 20)

struct predicting {
    struct ramp_model *model;
    struct ramp_compute compute;
    struct ramp_predictor *predictor;
    size_t capacity; /* of the predictor; grows up to max_batch */
    size_t max_batch;
    struct ramp_picture *pictures; /* max_batch; the paths are owned */
    size_t n;                      /* of them wait for their answer */
    float *probs;                  /* max_batch x classes */
    int *best;                     /* the `top` most probable classes */
    int top;                       /* at most the number of classes */
    enum output_form form;
    struct sorter *sorter;   /* NULL: nothing is copied */
    bool hinted;             /* a note was given on the pictures */
    int exit_code;           /* of the first picture that failed */
    enum ramp_status status; /* what ends the run, and its text */
    struct ramp_error error;
};

static enum ramp_status predicting_init(struct predicting *p,
                                        const char *model_path,
                                        struct ramp_error *err)
{
    enum ramp_status status =
        cli_compute_set(&p->compute, &settings.compute, NULL, err);
    p->compute.tta = (enum ramp_tta)settings.tta;
    if (status == RAMP_OK)
        status = ramp_model_load(&p->model, model_path, err);
    if (status != RAMP_OK)
        return status;
    int n = ramp_model_n_classes(p->model);
    p->form = settings.csv    ? OUTPUT_CSV
              : settings.json ? OUTPUT_JSON
                              : OUTPUT_TEXT;
    p->top = settings.top < n ? settings.top : n;
    p->max_batch = MAX_BATCH;
    while (p->max_batch > 1 &&
           ramp_net_memory(ramp_model_net(p->model), p->max_batch, false,
                           &p->compute) > MAX_BATCH_BYTES)
        p->max_batch /= 2;
    status = MEM_NEW(&p->pictures, p->max_batch, "pictures", err);
    if (status == RAMP_OK)
        status =
            MEM_NEW(&p->probs, p->max_batch * (size_t)n, "probabilities", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->best, (size_t)p->top, "classes", err);
    return status;
}

static void forget_pictures(struct predicting *p)
{
    for (size_t i = 0; i < p->n; i++)
        mem_free((char *)(uintptr_t)p->pictures[i].path);
    p->n = 0;
}

static void predicting_release(struct predicting *p)
{
    forget_pictures(p);
    sorter_free(p->sorter);
    ramp_predictor_free(p->predictor);
    ramp_model_free(p->model);
    mem_free(p->pictures);
    mem_free(p->probs);
    mem_free(p->best);
}

/* A predictor for p->n pictures: a few are not to wait for the memory of many,
 * and the answers are the same. */
static enum ramp_status fit_predictor(struct predicting *p,
                                      struct ramp_error *err)
{
    size_t wanted = 1;
    if (p->n <= p->capacity)
        return RAMP_OK;
    while (wanted < p->n)
        wanted *= 2;
    ramp_predictor_free(p->predictor);
    p->capacity = 0;
    enum ramp_status status =
        ramp_predictor_new(&p->predictor, p->model, wanted, &p->compute, err);
    if (status == RAMP_OK)
        p->capacity = wanted;
    return status;
}

static void complain_of(struct predicting *p, const struct ramp_error *bad)
{
    cli_complain(bad->text);
    if (p->exit_code == 0)
        p->exit_code = (int)bad->status;
}

/* A digit as it stands on paper, and a model that learnt from light ones on a
 * dark ground: it will be wrong, and sure of it. The rim of a picture tells:
 * its mean is at most 0.34 in all pictures of MNIST and of fashion-small (whose
 * means are 0.13 and 0.29), and so at least 0.66 in their negatives. */
static bool is_inverted(const struct ramp_preprocess *pre,
                        const uint8_t *pixels)
{
    int sum = 0, n = 0;
    if (pre->channels != 1 || pre->scale != RAMP_SCALE_STANDARD ||
        pre->mean[0] > 0.3f)
        return false;
    for (int y = 0; y < pre->height; y++)
        for (int x = 0; x < pre->width; x++)
            if (y == 0 || x == 0 || y == pre->height - 1 ||
                x == pre->width - 1) {
                sum += pixels[y * pre->width + x];
                n++;
            }
    return sum > n * 255 / 2;
}

/* What is to be said about a picture that was answered. */
static void comment_on(struct predicting *p, const struct ramp_picture *picture)
{
    struct ramp_error line;
    if (picture->warning[0]) {
        error_set(&line, RAMP_OK, "warning: %s: %s", TEXT_QUOTE(picture->path),
                  picture->warning);
        cli_complain(line.text);
    }
    if (!p->hinted &&
        is_inverted(ramp_model_preprocess(p->model), picture->pixels)) {
        p->hinted = true;
        error_set(&line, RAMP_OK,
                  "note: %s is dark on light, the model's pictures are light "
                  "on dark; try inverting it",
                  TEXT_QUOTE(picture->path));
        cli_complain(line.text);
    }
}

/* One picture's answer; a bad one is a line on standard error. */
static enum ramp_status show_answer(struct predicting *p,
                                    const struct ramp_picture *picture,
                                    const float *probs, struct ramp_error *err)
{
    struct answer answer = {
        .model = p->model,
        .picture = picture,
        .probs = probs,
        .best = p->best,
        .n_best = p->top,
    };
    if (picture->error.status != RAMP_OK) {
        complain_of(p, &picture->error);
        return RAMP_OK;
    }
    ramp_top(p->best, p->top, probs, ramp_model_n_classes(p->model));
    answer.unknown = probs[p->best[0]] < (float)settings.min_conf;
    enum ramp_status status = RAMP_OK;
    if (p->sorter != NULL)
        status = sorter_copy(p->sorter, &answer, err);
    if (status == RAMP_OK)
        status = output_answer(p->form, &answer, err);
    if (status == RAMP_OK && settings.show)
        status = show_picture(&answer, err);
    if (status == RAMP_OK)
        comment_on(p, picture);
    if (status != RAMP_DATA && status != RAMP_USAGE)
        return status;
    complain_of(p, err); /* the file is another one by now, or a copy */
    return RAMP_OK;
}

/* Answers what waits; false if no other picture can be answered, or nobody
 * reads the results. */
static bool classify(struct predicting *p)
{
    size_t n_classes = (size_t)ramp_model_n_classes(p->model);
    if (p->n > 0 && p->status == RAMP_OK)
        p->status = fit_predictor(p, &p->error);
    if (p->n > 0 && p->status == RAMP_OK) {
        ramp_predict_files(p->predictor, p->probs, p->pictures, p->n);
        for (size_t i = 0; i < p->n && p->status == RAMP_OK; i++)
            p->status = show_answer(p, &p->pictures[i],
                                    p->probs + i * n_classes, &p->error);
    }
    forget_pictures(p);
    return p->status == RAMP_OK && !ferror(stdout);
}

static bool add_picture(struct predicting *p, const char *path)
{
    char *copy = mem_strdup(path);
    if (copy == NULL) {
        p->status = error_memory(&p->error, "a path", strlen(path));
        return false;
    }
    p->pictures[p->n++].path = copy;
    return p->n < p->max_batch || classify(p);
}

/* Collects a batch. What is no picture ends it, so that everything is said in
 * the order of the input, and so does a pause of standard input. */
static bool on_picture(void *context, const char *path, struct ramp_error *bad)
{
    struct predicting *p = context;
    if (path != NULL && bad == NULL)
        return add_picture(p, path);
    bool more = classify(p);
    if (bad != NULL)
        complain_of(p, bad);
    else
        fflush(stdout);
    return more && !ferror(stdout);
}

static enum ramp_status check_settings(struct ramp_error *err)
{
    if (settings.csv && settings.json)
        return error_set(err, RAMP_USAGE,
                         "expected --csv or --json, found both");
    if (settings.show && (settings.csv || settings.json))
        return error_set(err, RAMP_USAGE,
                         "--show is for people, --%s for programs: expected "
                         "one of them, found both",
                         settings.csv ? "csv" : "json");
    return RAMP_OK;
}

static int predict_run(struct command_line *line, struct ramp_error *err)
{
    struct predicting p = {0};
    p.status = check_settings(&p.error);
    if (p.status == RAMP_OK)
        p.status = predicting_init(&p, line->words[0], &p.error);
    if (p.status == RAMP_OK && settings.sort != NULL)
        p.status = sorter_new(&p.sorter, settings.sort, p.model,
                              line->words + 1, line->n_words - 1, &p.error);
    bool more = p.status == RAMP_OK;
    if (more)
        output_begin(p.form, p.top);
    for (int i = 1; i < line->n_words && more; i++)
        more = picture_list_walk(line->words[i], on_picture, &p);
    if (more)
        classify(&p);
    if (p.status != RAMP_OK)
        *err = p.error;
    predicting_release(&p);
    return p.status != RAMP_OK ? (int)p.status : p.exit_code;
}

const struct verb verb_predict = {
    .name = "predict",
    .arguments = "MODEL PATH...",
    .summary = "classify picture files",
    .about =
        "Classifies pictures. MODEL is a model file, the folder of a run, "
        "or the name of\na trained model in models/: digits, fashion, "
        "speedy-s. PATH is a picture, a\nfolder (every PNG, JPEG, BMP and "
        "PNM below it), or - for a list of paths on\nstandard input, one a "
        "line. A line of the result holds the path, the most\nprobable "
        "classes with their probabilities, and the time of the network:\n"
        "pictures are classified in batches on all threads, and share the "
        "time of their\nbatch. A bad picture is a line on standard error; "
        "the others are classified,\nand the exit status at the end is 3.\n\n"
        "CSV: path,class,probability,class2,probability2,...,ms. JSON: path, "
        "class,\nprobability, top (a list of class and probability), ms. A "
        "class that is called\n\"unknown\" is not told from the answer "
        "below --min-conf. --sort: where there is\na NAME.png, the next one "
        "becomes NAME-2.png; DIR must not lie in a folder that\nis "
        "classified, nor around it. --show: colours as COLORTERM and TERM "
        "say, and\nletters with NO_COLOR and where there is no terminal.",
    .example = "  ramp predict digits seven.png --show\n"
               "  ramp predict runs/fashion-small-default-1 shirt.png\n"
               "  find . -name '*.jpg' | ramp predict MODEL - --top 1",
    .options = option_table,
    .low = 2,
    .high = -1,
    .run = predict_run,
};
