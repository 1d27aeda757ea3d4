/* settings.h - what a model file says in words: the net's text, class names
 * and preprocessing, as strings of the container. The keys are listed in
 * ramp/model.h. */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include "base/error.h"
#include "model/safetensors.h"

#include <ramp/image.h>
#include <ramp/model.h>
#include <ramp/net.h>
#include <stdbool.h>

/* Whether a string of the container is ours; any other is a fact. */
bool settings_is_key(const char *name);

/* The word for it: "crop". */
const char *settings_fit(enum ramp_fit fit);

/* As read. */
struct settings {
    const char *net; /* the net's text; borrowed from the container */
    struct ramp_activation act;
    struct ramp_preprocess pre;
    int n_classes;
    const char **classes; /* the array is owned */
    void *json;           /* holds the names */
};

/* `path` is for messages; RAMP_MODEL, RAMP_MEMORY. *settings is empty on
 * failure. That the class names differ and that net, classes and shape agree
 * is left to ramp_model_new. */
MUST_CHECK enum ramp_status settings_read(struct settings *settings,
                                          const struct safetensors *file,
                                          const char *path,
                                          struct ramp_error *err);
void settings_release(struct settings *settings);

/* As written: `lines` borrows from the model and from the other fields. */
#define SETTINGS_N_KEYS 10
struct settings_text {
    struct safetensors_text lines[SETTINGS_N_KEYS];
    char act[64], input[40], mean[64], std[64];
    char *classes; /* owned */
};

/* RAMP_MEMORY. */
MUST_CHECK enum ramp_status settings_write(struct settings_text *text,
                                           const struct ramp_model *model,
                                           struct ramp_error *err);
void settings_text_release(struct settings_text *text);

#endif
