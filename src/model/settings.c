/* settings.c - a model's words, to and from the strings of the container. */
#include "model/settings.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/json_memory.h"
#include "model/model.h"

#include <float.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char FORMAT[] = "ramp";
static const char VERSION[] = "1";
static const char *const fits[] = {"crop", "letterbox", "stretch", NULL};
static const char *const scales[] = {
    [RAMP_SCALE_NONE] = "none",
    [RAMP_SCALE_UNIT] = "unit",
    [RAMP_SCALE_STANDARD] = "standard",
    [RAMP_SCALE_SIGNED] = "signed",
    [RAMP_SCALE_MEAN_IMAGE] = "mean-image",
    [RAMP_SCALE_PICTURE] = "picture",
    NULL,
};

bool settings_is_key(const char *name)
{
    static const char *const keys[SETTINGS_N_KEYS] = {
        "format", "version", "net",   "act",  "classes",
        "input",  "fit",     "scale", "mean", "std"};
    for (size_t i = 0; i < SETTINGS_N_KEYS; i++)
        if (text_equal(name, keys[i]))
            return true;
    return false;
}

const char *settings_fit(enum ramp_fit fit)
{
    return fits[fit];
}

/* ==== Reading ==== */

/* What the functions below share. */
struct source {
    const struct safetensors *file;
    const char *path;
    struct ramp_error *err;
};

static enum ramp_status bad_value(const struct source *source, const char *key,
                                  const char *expected, const char *found)
{
    return error_set(
        source->err, RAMP_MODEL, "cannot read %s: %s: expected %s, found %s",
        TEXT_QUOTE(source->path), key, expected, TEXT_QUOTE(found));
}

static enum ramp_status get(const struct source *source, const char *key,
                            const char **value)
{
    *value = safetensors_metadata(source->file, key);
    if (*value != NULL)
        return RAMP_OK;
    return error_set(source->err, RAMP_MODEL,
                     "cannot read %s: expected metadata '%s', found none",
                     TEXT_QUOTE(source->path), key);
}

static enum ramp_status check_version(const struct source *source)
{
    const char *format = safetensors_metadata(source->file, "format");
    const char *version;
    uint64_t number;
    if (format == NULL || !text_equal(format, FORMAT))
        return error_set(source->err, RAMP_MODEL,
                         "cannot read %s: expected a model of ramp, found a "
                         "safetensors file of another program",
                         TEXT_QUOTE(source->path));
    enum ramp_status status = get(source, "version", &version);
    if (status != RAMP_OK || text_equal(version, VERSION))
        return status;
    bool newer = text_to_u64(&number, version, 2, UINT64_MAX);
    return error_set(source->err, RAMP_MODEL,
                     "cannot read %s: expected version %s, found %s%s",
                     TEXT_QUOTE(source->path), VERSION, TEXT_QUOTE(version),
                     newer ? "; try a newer ramp" : "");
}

static enum ramp_status read_act(const struct source *source,
                                 struct settings *settings)
{
    const char *value;
    struct ramp_error why;
    enum ramp_status status = get(source, "act", &value);
    if (status != RAMP_OK)
        return status;
    if (ramp_activation_parse(&settings->act, value, &why) != RAMP_OK)
        return error_set(source->err, RAMP_MODEL, "cannot read %s: act: %s",
                         TEXT_QUOTE(source->path), why.text);
    return RAMP_OK;
}

/* Cut `text` at `separator` into exactly n fields; `buffer` holds them. */
static bool split(char *fields[], size_t n, char *buffer, size_t n_buffer,
                  const char *text, char separator)
{
    if (strlen(text) >= n_buffer)
        return false;
    memcpy(buffer, text, strlen(text) + 1);
    for (size_t i = 0; i < n; i++) {
        char *end = strchr(buffer, separator);
        fields[i] = buffer;
        if ((end == NULL) != (i == n - 1))
            return false;
        if (end != NULL) {
            *end = 0;
            buffer = end + 1;
        }
    }
    return true;
}

static enum ramp_status read_input(const struct source *source,
                                   struct settings *settings)
{
    enum { MAX_SIDE = 16384 }; /* of pictures; see ramp/image.h */
    const char *value;
    uint64_t n[3];
    enum ramp_status status = get(source, "input", &value);
    if (status != RAMP_OK)
        return status;
    if (!text_to_sizes(n, 3, value, 1, MAX_SIDE) || (n[0] != 1 && n[0] != 3))
        return bad_value(source, "input",
                         "1 or 3 channels x height x width, as 1x28x28", value);
    settings->pre.channels = (int)n[0];
    settings->pre.height = (int)n[1];
    settings->pre.width = (int)n[2];
    return RAMP_OK;
}

/* One word of the list. */
static enum ramp_status read_word(const struct source *source, const char *key,
                                  const char *const *words, const char *choice,
                                  int *index)
{
    const char *value;
    enum ramp_status status = get(source, key, &value);
    if (status != RAMP_OK)
        return status;
    for (*index = 0; words[*index] != NULL; ++*index)
        if (text_equal(value, words[*index]))
            return RAMP_OK;
    return bad_value(source, key, choice, value);
}

/* One number a channel, none below `low`. */
static enum ramp_status read_numbers(const struct source *source,
                                     const char *key, float *out, int n,
                                     double low)
{
    const char *value;
    char buffer[160], *fields[3];
    char expected[64];
    enum ramp_status status = get(source, key, &value);
    if (status != RAMP_OK)
        return status;
    bool good = split(fields, (size_t)n, buffer, sizeof buffer, value, ',');
    for (int i = 0; i < n && good; i++) {
        double number;
        good = text_to_double(&number, fields[i], low, (double)FLT_MAX);
        if (good)
            out[i] = (float)number;
    }
    if (good)
        return RAMP_OK;
    snprintf(expected, sizeof expected, "%d number%s%s", n, n == 1 ? "" : "s",
             low > 0 ? " above 0" : "");
    return bad_value(source, key, expected, value);
}

static enum ramp_status read_preprocess(const struct source *source,
                                        struct settings *settings)
{
    struct ramp_preprocess *pre = &settings->pre;
    int fit, scale;
    enum ramp_status status = read_input(source, settings);
    if (status == RAMP_OK)
        status =
            read_word(source, "fit", fits, "crop, letterbox or stretch", &fit);
    if (status == RAMP_OK)
        status = read_word(
            source, "scale", scales,
            "none, unit, standard, signed, mean-image or picture", &scale);
    if (status != RAMP_OK)
        return status;
    pre->fit = (enum ramp_fit)fit;
    pre->scale = (enum ramp_scale)scale;
    status = read_numbers(source, "mean", pre->mean, pre->channels,
                          -(double)FLT_MAX);
    if (status == RAMP_OK)
        status = read_numbers(source, "std", pre->std, pre->channels,
                              (double)FLT_MIN);
    return status;
}

static enum ramp_status read_classes(const struct source *source,
                                     struct settings *settings)
{
    const char *value;
    enum ramp_status status = get(source, "classes", &value);
    if (status != RAMP_OK)
        return status;
    json_memory_watch();
    json_t *json = json_loads(value, JSON_REJECT_DUPLICATES, NULL);
    settings->json = json;
    if (!json_memory_sufficed())
        return error_memory(source->err, "class names", strlen(value));
    if (!json_is_array(json) || json_array_size(json) > INT32_MAX)
        return bad_value(source, "classes", "a JSON array of names", value);
    settings->n_classes = (int)json_array_size(json);
    status = MEM_NEW(&settings->classes, json_array_size(json), "class names",
                     source->err);
    for (int i = 0; i < settings->n_classes && status == RAMP_OK; i++) {
        settings->classes[i] =
            json_string_value(json_array_get(json, (size_t)i));
        if (settings->classes[i] == NULL)
            status =
                bad_value(source, "classes", "a JSON array of names", value);
    }
    return status;
}

enum ramp_status settings_read(struct settings *settings,
                               const struct safetensors *file, const char *path,
                               struct ramp_error *err)
{
    struct source source = {file, path, err};
    *settings = (struct settings){0};
    enum ramp_status status = check_version(&source);
    if (status == RAMP_OK)
        status = get(&source, "net", &settings->net);
    if (status == RAMP_OK)
        status = read_act(&source, settings);
    if (status == RAMP_OK)
        status = read_preprocess(&source, settings);
    if (status == RAMP_OK)
        status = read_classes(&source, settings);
    if (status != RAMP_OK)
        settings_release(settings);
    return status;
}

void settings_release(struct settings *settings)
{
    mem_free(settings->classes);
    json_decref(settings->json);
    *settings = (struct settings){0};
}

/* ==== Writing ==== */

/* Nine digits name a float exactly. What snprintf puts between them follows the
 * locale; files have a point. */
static void number_text(char out[32], float value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", (double)value);
    for (const char *p = text; *p != 0; p++) {
        bool plain = strchr("0123456789+-e", *p) != NULL;
        if (plain || p == text || out[-1] != '.')
            *out++ = plain ? *p : '.';
    }
    *out = 0;
}

static void numbers_text(char *out, size_t n_out, const float *values, int n)
{
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        char number[32];
        number_text(number, values[i]);
        used += (size_t)snprintf(out + used, n_out - used, "%s%s", i ? "," : "",
                                 number);
        ASSERT(used < n_out);
    }
}

static enum ramp_status write_classes(char **out,
                                      const struct ramp_model *model,
                                      struct ramp_error *err)
{
    json_memory_watch();
    json_t *json = json_array();
    for (int i = 0; i < model->n_classes; i++)
        json_array_append_new(json, json_string(model->classes[i]));
    size_t n = json_dumpb(json, NULL, 0, JSON_COMPACT);
    enum ramp_status status = MEM_NEW(out, n + 1, "class names", err);
    if (status == RAMP_OK)
        json_dumpb(json, *out, n, JSON_COMPACT);
    json_decref(json);
    if (!json_memory_sufficed() && status == RAMP_OK)
        status = error_memory(err, "class names", n);
    return status;
}

enum ramp_status settings_write(struct settings_text *text,
                                const struct ramp_model *model,
                                struct ramp_error *err)
{
    const struct ramp_preprocess *pre = &model->pre;
    *text = (struct settings_text){0};
    enum ramp_status status = write_classes(&text->classes, model, err);
    if (status != RAMP_OK)
        return status;
    ramp_activation_text(&model->net->options.act, text->act, sizeof text->act);
    snprintf(text->input, sizeof text->input, "%dx%dx%d", pre->channels,
             pre->height, pre->width);
    numbers_text(text->mean, sizeof text->mean, pre->mean, pre->channels);
    numbers_text(text->std, sizeof text->std, pre->std, pre->channels);
    const struct safetensors_text lines[SETTINGS_N_KEYS] = {
        {"format", FORMAT},
        {"version", VERSION},
        {"net", ramp_net_text(model->net)},
        {"act", text->act},
        {"classes", text->classes},
        {"input", text->input},
        {"fit", fits[pre->fit]},
        {"scale", scales[pre->scale]},
        {"mean", text->mean},
        {"std", text->std},
    };
    memcpy(text->lines, lines, sizeof lines);
    return RAMP_OK;
}

void settings_text_release(struct settings_text *text)
{
    mem_free(text->classes);
    *text = (struct settings_text){0};
}
