/* model_mend.h - makes a model again of what a change has left of one: the
 * lines with which the text is a net, and the settings that can be read. Else
 * few of a fuzzer's inputs would come to a forward pass. */
#ifndef TESTS_FUZZ_MODEL_MEND_H
#define TESTS_FUZZ_MODEL_MEND_H

#include "base/text.h"
#include "model/model.h"
#include "model/settings.h"
#include "net/netspec.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdio.h>

enum { MEND_MAX_VALUES = 20000 }; /* of a net: numbers that it has or makes */

/* Large nets take the same ways, only longer. */
static inline bool mend_is_small(const struct layer *layers, size_t n,
                                 struct shape input, size_t max_params)
{
    double params = 0, values = (double)shape_size(input), flop = 0;
    for (size_t i = 0; i < n; i++) {
        values += (double)shape_size(layers[i].out);
        params += (double)layer_n_params(&layers[i]);
        flop += layer_forward_flop(&layers[i]);
    }
    return values + params <= MEND_MAX_VALUES && flop <= 200000 &&
           params <= (double)max_params;
}

static inline bool mend_is_net(const char *text,
                               const struct ramp_net_options *options,
                               size_t max_params)
{
    struct ramp_error err;
    struct layer *layers;
    struct shape input;
    size_t n;
    if (!text_is_utf8(text) || netspec_parse(&layers, &n, &input, text, "fuzz",
                                             options, &err) != RAMP_OK)
        return false;
    bool small = mend_is_small(layers, n, input, max_params);
    mem_free(layers);
    return small;
}

/* Of a text the lines with which it is a small net. The caller frees it. */
static inline char *mend_net(const char *text,
                             const struct ramp_net_options *options,
                             size_t max_params)
{
    static const char last[] = "\ndense classes";
    size_t room = strlen(text) + sizeof last, n = 0, n_line;
    char *kept = malloc(room);
    ASSERT(kept != NULL);
    snprintf(kept, room, "%s", text);
    if (mend_is_net(kept, options, max_params))
        return kept;
    for (const char *line = text; *line != 0; line += n_line) {
        n_line = strcspn(line, "\n");
        n_line += line[n_line] == '\n';
        snprintf(kept + n, room - n, "%.*s%s", (int)n_line, line, last);
        if (mend_is_net(kept, options, max_params))
            n += n_line;
    }
    kept[n] = 0;
    if (!mend_is_net(kept, options, max_params))
        snprintf(kept + n, room - n, "%s", last);
    return kept;
}

/* ---- settings ---- */

/* What they may be; of those that must agree the first are for grey pictures,
 * the second for coloured ones. The net is the last: it depends on them. */
enum { MEND_INPUT, MEND_NET = 7, MEND_N_KEYS, MEND_N_WORDS = 8 };
static const struct {
    const char *key, *words[MEND_N_WORDS];
} mend_keys[MEND_N_KEYS] = {
    {"input",
     {"1x4x4", "3x4x4", "1x1x1", "3x2x5", "1x7x5", "3x8x8", "1x9x1", "3x1x1"}},
    {"mean",
     {"0.5", "0.5,0.4,0.3", "0", "0,0,0", "-1e9", "255,0,-255", "1e-9",
      "1e9,0,1e30"}},
    {"std",
     {"0.25", "0.25,0.5,1", "1", "1,1,1", "1e-9", "1e-30,1,1e30", "255",
      "2,2,2"}},
    {"act",
     {"relu", "tanh", "prelu 0.25", "crelu", "maxout 2", "leaky 0.1", "gelu",
      "softplus"}},
    {"classes",
     {"[\"a\",\"b\"]", "[\"a\",\"b\",\"c\",\"d\",\"e\"]", "[\"0\",\"1\"]",
      "[\"\",\" \",\"x\"]", "[\"\\u00e9\",\"e\"]", "[\"a\",\"A\",\"aa\"]",
      "[\"\\n\",\"\\t\"]", "[\"a\",\"b\",\"c\",\"d\"]"}},
    {"fit",
     {"crop", "letterbox", "stretch", "crop", "letterbox", "stretch",
      "letterbox", "stretch"}},
    {"scale",
     {"standard", "unit", "none", "signed", "mean-image", "picture",
      "mean-image", "picture"}},
    {"net",
     {"dense classes", "act\ndense classes",
      "conv 2 3x3 pad 1\nbatchnorm\nact\ndense classes",
      "conv 4 2x2 stride 2\nact\nglobalpool\ndense classes",
      "maxpool 2x2 stride 1 ceil\ndense 7\nact\ndense classes nobias",
      "conv 3 1x1\nmaxout 3\ndense classes",
      "avgpool 3x3 pad 1\nprelu\ndropout 0.5\ndense classes",
      "conv classes 1x1\nglobalpool max"}},
};

static inline char *mend_copy(const char *text)
{
    return fuzz_text((const uint8_t *)text, strlen(text));
}

/* What the header says under a key, however broken it is; NULL: nothing. */
static inline char *mend_find(const char *head, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *at = strstr(head, quoted);
    if (at == NULL)
        return NULL;
    at += strlen(quoted);
    at += strspn(at, " :");
    json_t *json =
        json_loads(at, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL);
    const char *value = json_string_value(json);
    char *text = value ? mend_copy(value) : NULL;
    json_decref(json);
    return text;
}

/* What it says under each, or else the table's. The caller frees them. */
static inline void mend_read(char *values[MEND_N_KEYS], const char *head)
{
    bool rgb = false;
    for (size_t i = 0; i < MEND_N_KEYS; i++) {
        values[i] = mend_find(head, mend_keys[i].key);
        if (values[i] == NULL)
            values[i] = mend_copy(mend_keys[i].words[rgb]);
        rgb = values[MEND_INPUT][0] == '3';
    }
}

/* NULL if the settings are none, or not a small model's. Its weights are 0. */
static inline struct ramp_model *
mend_make(const char *const values[MEND_N_KEYS], size_t max_params)
{
    static const float black[MEND_MAX_VALUES];
    struct safetensors_text lines[2 + MEND_N_KEYS] = {{"format", "ramp"},
                                                      {"version", "1"}};
    const struct safetensors file = {.metadata = lines,
                                     .n_metadata = 2 + MEND_N_KEYS};
    struct settings settings;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    struct ramp_error err;
    for (size_t i = 0; i < MEND_N_KEYS; i++)
        lines[2 + i] = (struct safetensors_text){mend_keys[i].key, values[i]};
    if (settings_read(&settings, &file, "fuzz", &err) != RAMP_OK)
        return NULL;
    const struct ramp_net_options options = {.channels = settings.pre.channels,
                                             .height = settings.pre.height,
                                             .width = settings.pre.width,
                                             .n_classes = settings.n_classes,
                                             .act = settings.act};
    settings.pre.mean_image = black;
    if (mend_is_net(settings.net, &options, max_params) &&
        ramp_net_parse(&net, settings.net, "fuzz", &options, &err) == RAMP_OK &&
        ramp_model_new(&model, &net, settings.classes, settings.n_classes,
                       &settings.pre, &err) != RAMP_OK)
        ramp_net_free(net);
    settings_release(&settings);
    return model;
}

/* Of the values those with which it is a model, else the table's; NULL if no
 * model is that small. */
static inline struct ramp_model *mend_model(char *const values[MEND_N_KEYS],
                                            size_t max_params)
{
    const char *kept[MEND_N_KEYS];
    struct ramp_net_options options;
    bool rgb = values[MEND_INPUT][0] == '3';
    for (size_t i = 0; i < MEND_N_KEYS; i++)
        kept[i] = values[i];
    struct ramp_model *next, *model = mend_make(kept, max_params);
    if (model != NULL)
        return model;
    for (size_t i = 0; i < MEND_N_KEYS; i++)
        kept[i] = mend_keys[i].words[rgb];
    model = mend_make(kept, max_params);
    for (size_t i = 0; i < MEND_N_KEYS && model != NULL; i++) {
        const char *before = kept[i];
        char *net = NULL;
        ramp_net_options(model->net, &options);
        if (i == MEND_NET)
            net = mend_net(values[i], &options, max_params);
        kept[i] = net ? net : values[i];
        next = mend_make(kept, max_params);
        if (next == NULL) {
            kept[i] = before;
        } else {
            ramp_model_free(model);
            model = next;
        }
        free(net);
    }
    return model;
}

#endif
