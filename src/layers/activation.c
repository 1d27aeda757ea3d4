/* activation.c - the names of the activations, and what the plan asks. */
#include "layers/activation.h"

#include "base/error.h"
#include "base/flush.h"
#include "base/text.h"
#include "kernels/kernels.h"
#include "kernels/reference.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the number of an activation may be; without one, high is 0. */
struct number {
    float given; /* if nothing is */
    double low, high;
    bool whole;
    bool quiet; /* not named where it is what it is without being named */
};

static const struct {
    const char *name;
    struct number a;
    bool needs_input, passes_max;
} acts[RAMP_N_ACTS] = {
    [RAMP_ACT_LINEAR] = {.name = "linear", .passes_max = true},
    [RAMP_ACT_RELU] = {.name = "relu",
                       .a = {.high = 1, .quiet = true},
                       .passes_max = true},
    [RAMP_ACT_LEAKY] = {.name = "leaky",
                        .a = {.given = 0.01f, .high = 1000},
                        .passes_max = true},
    [RAMP_ACT_ELU] = {.name = "elu",
                      .a = {.given = 1, .high = 1000},
                      .passes_max = true},
    [RAMP_ACT_TANH] = {.name = "tanh", .passes_max = true},
    [RAMP_ACT_SIGMOID] = {.name = "sigmoid", .passes_max = true},
    [RAMP_ACT_SELU] = {.name = "selu", .passes_max = true},
    [RAMP_ACT_SRELU] = {.name = "srelu", .passes_max = true},
    [RAMP_ACT_SOFTPLUS] = {.name = "softplus",
                           .a = {.given = 1, .low = 0.001, .high = 1000},
                           .passes_max = true},
    [RAMP_ACT_GELU] = {.name = "gelu", .needs_input = true},
    [RAMP_ACT_GELU_TANH] = {.name = "gelu-tanh", .needs_input = true},
    [RAMP_ACT_SILU] = {.name = "silu", .needs_input = true},
    [RAMP_ACT_ABS] = {.name = "abs", .needs_input = true},
    [RAMP_ACT_RELU6] = {.name = "relu6", .passes_max = true},
    [RAMP_ACT_PRELU] = {.name = "prelu",
                        .a = {.given = 0.25f, .high = 1000},
                        .needs_input = true},
    [RAMP_ACT_MAXOUT] =
        {.name = "maxout",
         .a = {.given = 2, .low = 2, .high = 1000, .whole = true}},
    [RAMP_ACT_CRELU] = {.name = "crelu"},
};

/* The output of ReLU is 0 at 0 and below. */
static bool has_slope_at_0(const struct ramp_activation *act)
{
    return act->kind == RAMP_ACT_RELU && act->a != 0;
}

bool activation_needs_input(const struct ramp_activation *act)
{
    return acts[act->kind].needs_input || has_slope_at_0(act);
}

bool activation_passes_max(const struct ramp_activation *act)
{
    return acts[act->kind].passes_max && !has_slope_at_0(act);
}

const char *ramp_activation_name(enum ramp_act_kind kind)
{
    ASSERT((unsigned)kind < RAMP_N_ACTS);
    return acts[kind].name;
}

static enum ramp_status unknown(const char *text, const char *word,
                                struct ramp_error *err)
{
    const char *names[RAMP_N_ACTS + 1] = {0};
    for (int i = 0; i < RAMP_N_ACTS; i++)
        names[i] = acts[i].name;
    const char *near = text_nearest(word, names);
    return error_set(err, RAMP_USAGE, "unknown activation %s; try %s",
                     TEXT_QUOTE(text),
                     near ? near : "relu, leaky, elu, gelu, tanh or sigmoid");
}

/* `text` is NULL if there is no number. */
static enum ramp_status parse_number(struct ramp_activation *act,
                                     enum ramp_act_kind kind, const char *text,
                                     struct ramp_error *err)
{
    const struct number *n = &acts[kind].a;
    double a = (double)n->given;
    if (text != NULL && n->high == 0)
        return error_set(err, RAMP_USAGE,
                         "activation %s: expected no number, found %s",
                         acts[kind].name, TEXT_QUOTE(text));
    if (text != NULL && (!text_to_double(&a, text, n->low, n->high) ||
                         (n->whole && a != floor(a))))
        return error_set(err, RAMP_USAGE,
                         "activation %s: expected a %snumber from %g to %g, "
                         "found %s",
                         acts[kind].name, n->whole ? "whole " : "", n->low,
                         n->high, TEXT_QUOTE(text));
    *act = (struct ramp_activation){kind, (float)a};
    return RAMP_OK;
}

enum ramp_status ramp_activation_parse(struct ramp_activation *act,
                                       const char *text, struct ramp_error *err)
{
    char word[32];
    size_t n = strcspn(text, ": ");
    if (n == 0 || n >= sizeof word)
        return unknown(text, "", err);
    memcpy(word, text, n);
    word[n] = 0;
    const char *number = text[n] ? text + n + 1 : NULL;
    for (int i = 0; i < RAMP_N_ACTS; i++)
        if (text_equal(word, acts[i].name))
            return parse_number(act, (enum ramp_act_kind)i, number, err);
    return unknown(text, word, err);
}

void ramp_activation_text(const struct ramp_activation *act, char *buffer,
                          size_t n_bytes)
{
    const char *name = ramp_activation_name(act->kind);
    const struct number *n = &acts[act->kind].a;
    if (n->high > 0 && !(n->quiet && act->a == n->given))
        snprintf(buffer, n_bytes, "%s %g", name, (double)act->a);
    else
        snprintf(buffer, n_bytes, "%s", name);
}

/* ---- As a function ---- */

bool ramp_activation_has_curve(const struct ramp_activation *act)
{
    return act->kind != RAMP_ACT_MAXOUT && act->kind != RAMP_ACT_CRELU;
}

double ramp_activation_value(const struct ramp_activation *act, double x)
{
    ASSERT(ramp_activation_has_curve(act));
    return reference_act(act->kind, x, (double)act->a);
}

double ramp_activation_slope(const struct ramp_activation *act, double x)
{
    ASSERT(ramp_activation_has_curve(act));
    return reference_act_slope(act->kind, x, (double)act->a);
}

enum ramp_status ramp_activation_backward(const struct ramp_activation *act,
                                          float *dx, const float *dy,
                                          const float *x, const float *y,
                                          size_t n,
                                          const struct ramp_compute *compute,
                                          struct ramp_error *err)
{
    const struct kernels *k;
    if (!ramp_activation_has_curve(act) || act->kind == RAMP_ACT_PRELU)
        return error_set(err, RAMP_USAGE,
                         "activation %s: expected a function of one number "
                         "that learns nothing",
                         acts[act->kind].name);
    enum ramp_status status = kernels_select(&k, compute->cpu, err);
    if (status != RAMP_OK)
        return status;
    struct flush flush = flush_on();
    k->act_backward[act->kind](dx, dy, x, y, n, act->a);
    flush_restore(flush);
    return RAMP_OK;
}

enum ramp_status ramp_activation_run(const struct ramp_activation *act,
                                     float *y, float *slope, const float *x,
                                     size_t n,
                                     const struct ramp_compute *compute,
                                     struct ramp_error *err)
{
    const struct kernels *k;
    const float one = 1;
    if (!ramp_activation_has_curve(act))
        return error_set(err, RAMP_USAGE,
                         "activation %s: expected a function of one number",
                         acts[act->kind].name);
    enum ramp_status status = kernels_select(&k, compute->cpu, err);
    if (status != RAMP_OK)
        return status;
    struct flush flush = flush_on();
    if (act->kind == RAMP_ACT_PRELU)
        for (size_t i = 0; i < n; i++)
            k->prelu_forward(y + i, x + i, &act->a, 1, 1);
    else
        k->act_forward[act->kind](y, x, n, act->a);
    for (size_t i = 0; slope != NULL && i < n; i++) {
        float unused = 0;
        slope[i] = 1;
        if (act->kind == RAMP_ACT_PRELU)
            k->prelu_backward(slope + i, &unused, &one, x + i, &act->a, 1, 1);
    }
    if (slope != NULL && act->kind != RAMP_ACT_PRELU)
        k->act_backward[act->kind](slope, slope, x, y, n, act->a);
    flush_restore(flush);
    return RAMP_OK;
}
