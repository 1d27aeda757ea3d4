/* predict.c - from pictures to probabilities. */
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "data/image_file.h"
#include "net/plan.h"

#include <math.h>
#include <ramp/predict.h>
#include <string.h>

struct ramp_predictor {
    const struct ramp_model *model; /* borrowed */
    struct plan *plan;
    size_t max_batch;
    int n_threads;              /* at most max_batch */
    size_t n_values, n_classes; /* of one picture */
    float *x;                   /* the batch, scaled */
    uint8_t *pixels;            /* pictures, fitted */
    float *logits;              /* of one picture */
    enum ramp_tta tta;
    float *sums; /* of the logits of the batch, over the views */
};

enum ramp_status ramp_predictor_new(struct ramp_predictor **out,
                                    const struct ramp_model *model,
                                    size_t max_batch,
                                    const struct ramp_compute *compute,
                                    struct ramp_error *err)
{
    static const struct ramp_compute defaults = {.n_threads = 0};
    struct ramp_predictor *p;
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    struct ramp_compute used = compute ? *compute : defaults;
    size_t n_floats;
    ASSERT(max_batch > 0);
    *out = NULL;
    enum ramp_status status = MEM_NEW(&p, 1, "a predictor", err);
    if (status != RAMP_OK)
        return status;
    /* A picture is one thread's work: more would only take memory. */
    used.n_threads = ramp_compute_threads(&used);
    if ((size_t)used.n_threads > max_batch)
        used.n_threads = (int)max_batch;
    p->model = model;
    p->tta = used.tta;
    p->max_batch = max_batch;
    p->n_threads = used.n_threads;
    p->n_values =
        (size_t)pre->channels * (size_t)pre->height * (size_t)pre->width;
    p->n_classes = (size_t)ramp_model_n_classes(model);
    if (!size_mul(&n_floats, max_batch, p->n_values))
        status = error_memory(err, "a batch of pictures", SIZE_MAX);
    if (status == RAMP_OK)
        status = plan_new(&p->plan, ramp_model_net(model), max_batch, false,
                          &used, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->x, n_floats, "a batch of pictures", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->pixels, n_floats, "a batch of pictures", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->logits, p->n_classes, "logits", err);
    if (status == RAMP_OK)
        status = mem_new((void **)&p->sums, max_batch,
                         p->n_classes * sizeof *p->sums, "logits", err);
    if (status == RAMP_OK)
        *out = p;
    else
        ramp_predictor_free(p);
    return status;
}

void ramp_predictor_free(struct ramp_predictor *p)
{
    if (p == NULL)
        return;
    plan_free(p->plan);
    mem_free(p->x);
    mem_free(p->pixels);
    mem_free(p->logits);
    mem_free(p->sums);
    mem_free(p);
}

/* exp(x - largest) / sum of the same: no power of e is above 1. */
static void softmax(float *probs, const float *logits, size_t n)
{
    double sum = 0;
    float largest = logits[0];
    for (size_t i = 1; i < n; i++)
        largest = logits[i] > largest ? logits[i] : largest;
    for (size_t i = 0; i < n; i++)
        sum += exp((double)logits[i] - (double)largest);
    for (size_t i = 0; i < n; i++)
        probs[i] = (float)(exp((double)logits[i] - (double)largest) / sum);
}

/* The logits of n >= 1 pictures, in the predictor's memory. */
static const float *forward(struct ramp_predictor *p, const uint8_t *pixels,
                            size_t n)
{
    for (size_t view = 0; view < view_count(p->tta); view++) {
        for (size_t i = 0; i < n; i++)
            view_apply(p->x + i * p->n_values, p->tta, view,
                       ramp_model_preprocess(p->model),
                       pixels + i * p->n_values);
        view_add(p->sums, plan_forward(p->plan, p->x, n), n * p->n_classes,
                 p->tta, view);
    }
    return p->sums;
}

static bool is_finite(const float *logits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(logits[i]))
            return false;
    return true;
}

void ramp_predict_pixels(struct ramp_predictor *p, float *logits, float *probs,
                         const uint8_t *pixels, size_t n)
{
    ASSERT(n <= p->max_batch);
    if (n == 0)
        return;
    const float *y = forward(p, pixels, n);
    if (logits != NULL)
        memcpy(logits, y, n * p->n_classes * sizeof *y);
    for (size_t i = 0; i < n && probs != NULL; i++)
        softmax(probs + i * p->n_classes, y + i * p->n_classes, p->n_classes);
}

enum ramp_status ramp_predict_image(struct ramp_predictor *p, float *logits,
                                    float *probs,
                                    const struct ramp_image *image,
                                    struct ramp_error *err)
{
    enum ramp_status status = ramp_preprocess_fit(
        p->pixels, ramp_model_preprocess(p->model), image, err);
    if (status != RAMP_OK)
        return status;
    ramp_predict_pixels(p, p->logits, NULL, p->pixels, 1);
    if (!is_finite(p->logits, p->n_classes))
        return error_set(err, RAMP_MODEL,
                         "the model's answer is not finite: its weights are "
                         "too large");
    if (logits != NULL)
        memcpy(logits, p->logits, p->n_classes * sizeof *logits);
    if (probs != NULL)
        softmax(probs, p->logits, p->n_classes);
    return RAMP_OK;
}

/* ==== Files ==== */

struct files {
    struct ramp_predictor *p;
    struct ramp_picture *pictures;
};

/* From the file to the net's input; zeros where that fails. */
static enum ramp_status read_picture(struct ramp_picture *picture,
                                     uint8_t *pixels,
                                     const struct ramp_preprocess *pre,
                                     struct ramp_error *err)
{
    struct ramp_image image = {0};
    uint8_t *bytes;
    size_t n_bytes;
    enum ramp_status status = file_read(&bytes, &n_bytes, picture->path,
                                        IMAGE_MAX_BYTES, RAMP_DATA, err);
    if (status == RAMP_OK)
        status = ramp_image_decode(&image, bytes, n_bytes, picture->path, err);
    if (status == RAMP_OK)
        status = ramp_preprocess_fit(pixels, pre, &image, err);
    if (status == RAMP_OK) {
        picture->hash = hash_bytes(HASH_START, bytes, n_bytes);
        memcpy(picture->warning, image.warning, sizeof picture->warning);
    }
    ramp_image_release(&image);
    mem_free(bytes);
    return status;
}

/* Its errors belong to the pictures: there is none for the caller. */
static enum ramp_status read_task(void *context, size_t i,
                                  struct ramp_error *err)
{
    const struct files *files = context;
    struct ramp_predictor *p = files->p;
    struct ramp_picture *picture = &files->pictures[i];
    uint8_t *pixels = p->pixels + i * p->n_values;
    (void)err;
    *picture = (struct ramp_picture){.path = picture->path, .pixels = pixels};
    if (read_picture(picture, pixels, ramp_model_preprocess(p->model),
                     &picture->error) != RAMP_OK)
        memset(pixels, 0, p->n_values);
    return RAMP_OK;
}

/* One picture's answer, or why there is none. */
static void answer(const struct ramp_predictor *p, float *probs,
                   struct ramp_picture *picture, const float *logits)
{
    bool read = picture->error.status == RAMP_OK;
    if (read && is_finite(logits, p->n_classes)) {
        softmax(probs, logits, p->n_classes);
        return;
    }
    memset(probs, 0, p->n_classes * sizeof *probs);
    if (read)
        error_set(&picture->error, RAMP_MODEL,
                  "the model has no finite answer to %s: its weights are too "
                  "large",
                  TEXT_QUOTE(picture->path));
}

void ramp_predict_files(struct ramp_predictor *p, float *probs,
                        struct ramp_picture *pictures, size_t n)
{
    struct files files = {p, pictures};
    ASSERT(n <= p->max_batch);
    if (n == 0)
        return;
    enum ramp_status status =
        dataset_each(n, p->n_threads, read_task, &files, NULL);
    ASSERT(status == RAMP_OK);
    double start = clock_seconds();
    const float *y = forward(p, p->pixels, n);
    double seconds = (clock_seconds() - start) / (double)n;
    for (size_t i = 0; i < n; i++) {
        pictures[i].seconds = seconds;
        answer(p, probs + i * p->n_classes, &pictures[i], y + i * p->n_classes);
    }
}

/* ==== The most probable ==== */

void ramp_top(int *indices, int k, const float *values, int n)
{
    ASSERT(k <= n);
    int n_found = 0;
    for (int i = 0; i < n; i++) {
        /* NaN is put behind every number. */
        float value = isnan(values[i]) ? -INFINITY : values[i];
        int at = n_found < k ? n_found++ : k;
        for (; at > 0; at--) {
            float before = values[indices[at - 1]];
            if (!isnan(before) && before >= value)
                break;
            if (at < k)
                indices[at] = indices[at - 1];
        }
        if (at < k)
            indices[at] = i;
    }
}
