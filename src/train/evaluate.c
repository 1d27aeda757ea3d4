/* evaluate.c - a model's answers to one part of a data set, counted. */
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/augment.h"
#include "data/loader.h"
#include "net/plan.h"

#include <math.h>
#include <ramp/evaluate.h>

/* What a batch takes at most, as long as it holds more than one picture. */
#define MAX_BATCH ((size_t)256)
#define MAX_BATCH_BYTES ((size_t)128 << 20)

/* ==== Does the data fit the model? ==== */

static enum ramp_status check_classes(const struct ramp_model *model,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    int n = ramp_model_n_classes(model);
    const char *name = ramp_dataset_name(data);
    if (ramp_dataset_n_classes(data) != n)
        return error_set(err, RAMP_DATA,
                         "cannot evaluate on %s: expected the model's %d "
                         "classes, found %d",
                         TEXT_QUOTE(name), n, ramp_dataset_n_classes(data));
    for (int i = 0; i < n; i++) {
        const char *expected = ramp_model_class(model, i);
        const char *found = ramp_dataset_class(data, i);
        if (!text_equal(expected, found))
            return error_set(err, RAMP_DATA,
                             "cannot evaluate on %s: expected class %s, "
                             "found %s",
                             TEXT_QUOTE(name), TEXT_QUOTE(expected),
                             TEXT_QUOTE(found));
    }
    return RAMP_OK;
}

static enum ramp_status check_data(const struct ramp_model *model,
                                   const struct ramp_dataset *data,
                                   enum ramp_part part, struct ramp_error *err)
{
    static const char *const parts[RAMP_N_PARTS] = {"training", "validation",
                                                    "test"};
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    const char *name = ramp_dataset_name(data);
    struct ramp_preprocess shape;
    ramp_dataset_shape(data, &shape);
    if (shape.channels != pre->channels || shape.height != pre->height ||
        shape.width != pre->width)
        return error_set(err, RAMP_DATA,
                         "cannot evaluate on %s: expected pictures of "
                         "%dx%dx%d, found %dx%dx%d",
                         TEXT_QUOTE(name), pre->channels, pre->height,
                         pre->width, shape.channels, shape.height, shape.width);
    if (shape.fit != pre->fit)
        return error_set(err, RAMP_DATA,
                         "cannot evaluate on %s: its pictures are fitted by "
                         "another rule than the model's",
                         TEXT_QUOTE(name));
    if (ramp_dataset_count(data, part) == 0)
        return error_set(err, RAMP_DATA,
                         "cannot evaluate on %s: its %s part is empty",
                         TEXT_QUOTE(name), parts[part]);
    return check_classes(model, data, err);
}

/* ==== Running ==== */

struct evaluating {
    const struct ramp_dataset *data;
    enum ramp_part part;
    enum ramp_tta tta;
    size_t count, batch, n_classes;
    float *sums; /* of the logits over the views; owned. Of all pictures, or of
                  * a batch if there is one view */
    struct plan *plan;
    /* Reads and scales the next batch while this one is answered. Its thread
     * also keeps those of the plan from spinning between batches. */
    struct loader *loader;
};

static enum ramp_status
run_init(struct evaluating *run, const struct ramp_model *model,
         const struct ramp_dataset *data, enum ramp_part part,
         const struct ramp_compute *compute, struct ramp_error *err)
{
    struct ramp_net *net = ramp_model_net(model);
    *run =
        (struct evaluating){.data = data,
                            .part = part,
                            .tta = compute->tta,
                            .count = ramp_dataset_count(data, part),
                            .n_classes = (size_t)ramp_model_n_classes(model)};
    run->batch = run->count < MAX_BATCH ? run->count : MAX_BATCH;
    while (run->batch > 1 &&
           ramp_net_memory(net, run->batch, false, compute) > MAX_BATCH_BYTES)
        run->batch /= 2;
    const struct loader_options options = {.compute = *compute,
                                           .batch = run->batch,
                                           .tta = run->tta,
                                           .pre =
                                               *ramp_model_preprocess(model)};
    enum ramp_status status =
        plan_new(&run->plan, net, run->batch, false, compute, err);
    if (status == RAMP_OK)
        status = mem_new((void **)&run->sums,
                         view_count(run->tta) > 1 ? run->count : run->batch,
                         run->n_classes * sizeof *run->sums, "logits", err);
    if (status == RAMP_OK)
        status = loader_new(&run->loader, data, part, &options, err);
    return status;
}

static void run_release(struct evaluating *run)
{
    loader_free(run->loader);
    plan_free(run->plan);
    mem_free(run->sums);
}

static struct ramp_answer answer_of(const float *logits, size_t n, size_t label)
{
    size_t answer = 0;
    for (size_t k = 1; k < n; k++)
        if (logits[k] > logits[answer])
            answer = k;
    double sum = 0, largest = (double)logits[answer];
    for (size_t k = 0; k < n; k++)
        sum += exp((double)logits[k] - largest);
    return (struct ramp_answer){.label = (int)label,
                                .answer = (int)answer,
                                .probability = 1 / sum,
                                .loss = log(sum) -
                                        ((double)logits[label] - largest)};
}

static float *sums_of(const struct evaluating *run, size_t first)
{
    return run->sums + (view_count(run->tta) > 1 ? first * run->n_classes : 0);
}

static void add_batch(const struct evaluating *run, size_t view, size_t first,
                      const struct loader_batch *batch)
{
    view_add(sums_of(run, first), plan_forward(run->plan, batch->x, batch->n),
             batch->n * run->n_classes, run->tta, view);
}

/* Adds the answers to a batch, whose first picture is number `first` of the
 * part. */
static enum ramp_status count_batch(struct ramp_evaluation *result,
                                    const struct evaluating *run, size_t first,
                                    const struct loader_batch *batch,
                                    struct ramp_error *err)
{
    char buffer[256];
    const float *logits = sums_of(run, first);
    for (size_t i = 0; i < batch->n; i++, logits += run->n_classes) {
        size_t label = (size_t)batch->labels[i];
        struct ramp_answer answer = answer_of(logits, run->n_classes, label);
        if (!isfinite(answer.loss))
            return error_set(
                err, RAMP_MODEL,
                "the model's answer to %s is not finite: its weights are too "
                "large",
                TEXT_QUOTE(ramp_dataset_item_name(
                    run->data, run->part, first + i, buffer, sizeof buffer)));
        result->answers[first + i] = answer;
        result->loss += answer.loss;
        result->confusion[label * run->n_classes + (size_t)answer.answer]++;
    }
    return RAMP_OK;
}

static enum ramp_status count_part(struct ramp_evaluation *result,
                                   const struct evaluating *run,
                                   struct ramp_error *err)
{
    size_t n_views = view_count(run->tta);
    enum ramp_status status = RAMP_OK;
    for (size_t view = 0; view < n_views && status == RAMP_OK; view++) {
        struct loader_batch batch;
        loader_start(run->loader, view + 1, 0);
        for (size_t i = 0; i < run->count && status == RAMP_OK; i += batch.n) {
            status = loader_next(run->loader, &batch, err);
            if (status == RAMP_OK)
                add_batch(run, view, i, &batch);
            if (status == RAMP_OK && view + 1 == n_views)
                status = count_batch(result, run, i, &batch, err);
        }
    }
    return status;
}

/* ==== Figures ==== */

/* The 95 % interval of a share of n trials: Wilson 1927. */
static void wilson(double *low, double *high, double share, double n)
{
    const double z = 1.959963984540054;
    double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) *
                  sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    *low = fmax(0, middle - half);
    *high = fmin(1, middle + half);
}

static double ratio(size_t a, size_t b)
{
    return b == 0 ? (double)NAN : (double)a / (double)b;
}

/* Everything that follows from the confusion matrix and the sum of losses.
 * There is a picture, and so a class that has one. */
static void finish(struct ramp_evaluation *result)
{
    size_t n_classes = (size_t)result->n_classes, n_present = 0;
    for (size_t c = 0; c < n_classes; c++) {
        struct ramp_class_score *score = &result->classes[c];
        size_t right = result->confusion[c * n_classes + c], answers = 0;
        for (size_t i = 0; i < n_classes; i++) {
            score->n += result->confusion[c * n_classes + i];
            answers += result->confusion[i * n_classes + c];
        }
        score->recall = ratio(right, score->n);
        score->precision = ratio(right, answers);
        score->f1 = ratio(2 * right, score->n + answers);
        if (score->n > 0) {
            n_present++;
            result->balanced_accuracy += score->recall;
        }
        result->n += score->n;
        result->n_wrong += score->n - right;
    }
    result->error = ratio(result->n_wrong, result->n);
    result->loss /= (double)result->n;
    result->balanced_accuracy /= (double)n_present;
    wilson(&result->error_low, &result->error_high, result->error,
           (double)result->n);
}

enum ramp_status
ramp_evaluate(struct ramp_evaluation *result, const struct ramp_model *model,
              const struct ramp_dataset *data, enum ramp_part part,
              const struct ramp_compute *compute, struct ramp_error *err)
{
    struct evaluating run = {0};
    double start = clock_seconds();
    size_t n_classes = (size_t)ramp_model_n_classes(model);
    *result = (struct ramp_evaluation){.n_classes = (int)n_classes};
    enum ramp_status status = check_data(model, data, part, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&result->confusion, n_classes * n_classes,
                         "a confusion matrix", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&result->classes, n_classes, "class scores", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&result->answers, ramp_dataset_count(data, part),
                         "answers", err);
    if (status == RAMP_OK)
        status = run_init(&run, model, data, part, compute, err);
    if (status == RAMP_OK)
        status = count_part(result, &run, err);
    run_release(&run);
    if (status != RAMP_OK) {
        ramp_evaluation_release(result);
        return status;
    }
    finish(result);
    result->seconds = clock_seconds() - start;
    return RAMP_OK;
}

void ramp_evaluation_release(struct ramp_evaluation *result)
{
    mem_free(result->confusion);
    mem_free(result->classes);
    mem_free(result->answers);
    *result = (struct ramp_evaluation){0};
}
