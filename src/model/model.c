/* model.c - a net with its class names, its preprocessing and the facts about
 * its training. Files are checkpoint.c's. */
#include "model/model.h"

#include "base/mem.h"
#include "base/text.h"
#include "data/preprocess.h"
#include "model/settings.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ==== Checks ==== */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ramp_status check_names(const struct ramp_net *net,
                                    const char *const *classes, int n_classes,
                                    struct ramp_error *err)
{
    const char **sorted = NULL;
    size_t n = n_classes < 0 ? 0 : (size_t)n_classes;
    if (n_classes < 2)
        return error_set(err, RAMP_MODEL,
                         "expected at least 2 classes, found %d", n_classes);
    if (n_classes != net->options.n_classes)
        return error_set(err, RAMP_MODEL, "expected %d classes, found %d",
                         net->options.n_classes, n_classes);
    if (!text_is_utf8(net->text))
        return error_set(err, RAMP_MODEL, "the text of net %s is not UTF-8",
                         TEXT_QUOTE(net->name));
    for (size_t i = 0; i < n; i++)
        if (!text_is_utf8(classes[i]))
            return error_set(err, RAMP_MODEL, "class name %s is not UTF-8",
                             TEXT_QUOTE(classes[i]));
    enum ramp_status status = MEM_NEW(&sorted, n, "class names", err);
    if (status != RAMP_OK)
        return status;
    memcpy(sorted, classes, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_texts);
    for (size_t i = 1; i < n && status == RAMP_OK; i++)
        if (text_equal(sorted[i - 1], sorted[i]))
            status = error_set(err, RAMP_MODEL, "two classes are named %s",
                               TEXT_QUOTE(sorted[i]));
    mem_free(sorted);
    return status;
}

/* Copies `given` into *pre with every number set: unused channels become 0 and
 * 1, a standard deviation of 0 becomes 1, for which it is taken anyway. */
static enum ramp_status check_preprocess(struct ramp_preprocess *pre,
                                         const struct ramp_net *net,
                                         const struct ramp_preprocess *given,
                                         struct ramp_error *err)
{
    struct shape in = net->input;
    float mul[3], add[3];
    if ((given->channels != 1 && given->channels != 3) ||
        (size_t)given->channels != in.c || given->height < 1 ||
        (size_t)given->height != in.h || given->width < 1 ||
        (size_t)given->width != in.w)
        return error_set(err, RAMP_MODEL,
                         "expected pictures of %zux%zux%zu (of 1 or 3 "
                         "channels), found %dx%dx%d",
                         in.c, in.h, in.w, given->channels, given->height,
                         given->width);
    ASSERT(given->fit <= RAMP_FIT_STRETCH);
    ASSERT(given->scale <= RAMP_SCALE_PICTURE);
    ASSERT(given->scale != RAMP_SCALE_MEAN_IMAGE || given->mean_image != NULL);
    *pre = *given;
    pre->mean_image = NULL;
    for (int c = 0; c < 3; c++) {
        if (c >= pre->channels) {
            pre->mean[c] = 0;
            pre->std[c] = 1;
        } else if (pre->std[c] == 0) {
            pre->std[c] = 1;
        }
    }
    preprocess_factors(pre, mul, add);
    for (int c = 0; c < pre->channels; c++)
        if (!isfinite(pre->mean[c]) || !isfinite(pre->std[c]) ||
            pre->std[c] < FLT_MIN || !isfinite(mul[c]) || !isfinite(add[c]))
            return error_set(err, RAMP_MODEL,
                             "expected a finite mean and a standard deviation "
                             "above 0 for channel %d, found %g and %g",
                             c + 1, (double)pre->mean[c], (double)pre->std[c]);
    return RAMP_OK;
}

/* ==== A model ==== */

static enum ramp_status copy_mean_image(struct ramp_model *model,
                                        const struct ramp_preprocess *given,
                                        const struct ramp_net *net,
                                        struct ramp_error *err)
{
    size_t n = shape_size(net->input);
    if (given->scale != RAMP_SCALE_MEAN_IMAGE)
        return RAMP_OK;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(given->mean_image[i]))
            return error_set(err, RAMP_MODEL,
                             "expected a finite mean image, found %g",
                             (double)given->mean_image[i]);
    enum ramp_status status =
        MEM_NEW(&model->mean_image, n, "the mean image", err);
    if (status != RAMP_OK)
        return status;
    memcpy(model->mean_image, given->mean_image, n * sizeof(float));
    model->pre.mean_image = model->mean_image;
    return RAMP_OK;
}

static enum ramp_status copy_classes(struct ramp_model *model,
                                     const char *const *classes, int n_classes,
                                     struct ramp_error *err)
{
    enum ramp_status status =
        MEM_NEW(&model->classes, (size_t)n_classes, "class names", err);
    for (int i = 0; i < n_classes && status == RAMP_OK; i++) {
        model->classes[i] = mem_strdup(classes[i]);
        model->n_classes = i + 1;
        if (model->classes[i] == NULL)
            status = error_memory(err, "a class name", strlen(classes[i]));
    }
    return status;
}

enum ramp_status ramp_model_new(struct ramp_model **out, struct ramp_net **net,
                                const char *const *classes, int n_classes,
                                const struct ramp_preprocess *pre,
                                struct ramp_error *err)
{
    struct ramp_model *model;
    *out = NULL;
    enum ramp_status status = check_names(*net, classes, n_classes, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&model, 1, "a model", err);
    if (status != RAMP_OK)
        return status;
    status = check_preprocess(&model->pre, *net, pre, err);
    if (status == RAMP_OK)
        status = copy_mean_image(model, pre, *net, err);
    if (status == RAMP_OK)
        status = copy_classes(model, classes, n_classes, err);
    if (status != RAMP_OK) {
        ramp_model_free(model);
        return status;
    }
    model->net = *net;
    *net = NULL;
    *out = model;
    return RAMP_OK;
}

void ramp_model_free(struct ramp_model *model)
{
    if (model == NULL)
        return;
    ramp_net_free(model->net);
    for (int i = 0; i < model->n_classes; i++)
        mem_free(model->classes[i]);
    mem_free(model->classes);
    for (size_t i = 0; i < model->n_facts; i++) {
        mem_free(model->facts[i].name);
        mem_free(model->facts[i].text);
    }
    mem_free(model->facts);
    mem_free(model->mean_image);
    mem_free(model);
}

struct ramp_net *ramp_model_net(const struct ramp_model *model)
{
    return model->net;
}

const struct ramp_preprocess *
ramp_model_preprocess(const struct ramp_model *model)
{
    return &model->pre;
}

int ramp_model_n_classes(const struct ramp_model *model)
{
    return model->n_classes;
}

const char *ramp_model_class(const struct ramp_model *model, int class_index)
{
    ASSERT(class_index >= 0 && class_index < model->n_classes);
    return model->classes[class_index];
}

/* ==== Facts ==== */

static struct model_fact *find_fact(const struct ramp_model *model,
                                    const char *name)
{
    for (size_t i = 0; i < model->n_facts; i++)
        if (text_equal(model->facts[i].name, name))
            return &model->facts[i];
    return NULL;
}

const char *ramp_model_fact(const struct ramp_model *model, const char *name)
{
    const struct model_fact *fact = find_fact(model, name);
    return fact ? fact->text : NULL;
}

/* The others keep their order. */
static void remove_fact(struct ramp_model *model, struct model_fact *fact)
{
    if (fact == NULL)
        return;
    mem_free(fact->name);
    mem_free(fact->text);
    struct model_fact *end = model->facts + --model->n_facts;
    memmove(fact, fact + 1, (size_t)(end - fact) * sizeof *fact);
    *end = (struct model_fact){0};
}

enum ramp_status ramp_model_set_fact(struct ramp_model *model, const char *name,
                                     const char *text, struct ramp_error *err)
{
    if (*name == 0 || !text_is_utf8(name) || settings_is_key(name))
        return error_set(err, RAMP_USAGE, "no fact can be named %s",
                         TEXT_QUOTE(name));
    struct model_fact *fact = find_fact(model, name);
    if (text == NULL) {
        remove_fact(model, fact);
        return RAMP_OK;
    }
    /* A command line may name files in any bytes, a model holds UTF-8. */
    char *copy = text_utf8_copy(text);
    char *name_copy = fact ? NULL : mem_strdup(name);
    if (copy == NULL || (fact == NULL && name_copy == NULL) ||
        !mem_grow((void **)&model->facts, &model->fact_capacity,
                  model->n_facts + 1, sizeof *model->facts)) {
        mem_free(copy);
        mem_free(name_copy);
        return error_memory(err, "a fact", strlen(text));
    }
    /* Growing may have moved the facts. */
    fact = find_fact(model, name);
    if (fact == NULL) {
        fact = &model->facts[model->n_facts++];
        fact->name = name_copy;
    }
    mem_free(fact->text);
    fact->text = copy;
    return RAMP_OK;
}

bool ramp_model_fact_at(const struct ramp_model *model, size_t i,
                        const char **name, const char **text)
{
    if (i >= model->n_facts)
        return false;
    *name = model->facts[i].name;
    *text = model->facts[i].text;
    return true;
}
