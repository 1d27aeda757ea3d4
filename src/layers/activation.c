/* activation.c - the names of the activations. */
#include "base/error.h"
#include "base/text.h"

#include <ramp/activation.h>

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool has_a;
    float a; /* if not given */
} acts[RAMP_N_ACTS] = {
    [RAMP_ACT_LINEAR] = {"linear", false, 0},
    [RAMP_ACT_RELU] = {"relu", false, 0},
    [RAMP_ACT_LEAKY] = {"leaky", true, 0.01f},
    [RAMP_ACT_ELU] = {"elu", true, 1},
    [RAMP_ACT_TANH] = {"tanh", false, 0},
    [RAMP_ACT_SIGMOID] = {"sigmoid", false, 0},
};

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
                     near ? near : "relu, leaky, elu, tanh, sigmoid or linear");
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
    for (int i = 0; i < RAMP_N_ACTS; i++) {
        double a = acts[i].a;
        if (!text_equal(word, acts[i].name))
            continue;
        if (number != NULL && !acts[i].has_a)
            return error_set(err, RAMP_USAGE,
                             "activation %s: expected no number, found %s",
                             acts[i].name, TEXT_QUOTE(number));
        if (number != NULL && !text_to_double(&a, number, 0, 1000))
            return error_set(err, RAMP_USAGE,
                             "activation %s: expected a number from 0 to "
                             "1000, found %s",
                             acts[i].name, TEXT_QUOTE(number));
        *act = (struct ramp_activation){(enum ramp_act_kind)i, (float)a};
        return RAMP_OK;
    }
    return unknown(text, word, err);
}

void ramp_activation_text(const struct ramp_activation *act, char *buffer,
                          size_t n_bytes)
{
    const char *name = ramp_activation_name(act->kind);
    if (acts[act->kind].has_a)
        snprintf(buffer, n_bytes, "%s %g", name, (double)act->a);
    else
        snprintf(buffer, n_bytes, "%s", name);
}
