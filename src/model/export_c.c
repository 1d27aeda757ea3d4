/* export_c.c - a model as one C file. The order of the file: a comment that
 * says what it is, what others call, the weights, the functions of the layers
 * that the net has, the net, the test. */
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/preprocess.h"
#include "layers/layers.h"
#include "model/export_code.h"
#include "model/model.h"
#include "model/settings.h"

#include <math.h>
#include <ramp/export.h>
#include <ramp/predict.h>
#include <ramp/version.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 41

/* Where the file is written, and the two spellings of its name. */
struct pen {
    struct file_save *save;
    struct ramp_error *err;
    enum ramp_status status; /* of the first failure; the rest is not written */
    size_t n;
    char buffer[1 << 16];
    char name[NAME_BYTES], macro[NAME_BYTES];
};

/* ==== Writing ==== */

static void flush(struct pen *p)
{
    if (p->status == RAMP_OK)
        p->status = file_save_write(p->save, p->buffer, p->n, p->err);
    p->n = 0;
}

static void put(struct pen *p, const char *text)
{
    for (size_t n = strlen(text), part; n > 0; n -= part, text += part) {
        part = sizeof p->buffer - p->n;
        part = part < n ? part : n;
        memcpy(p->buffer + p->n, text, part);
        p->n += part;
        if (p->n == sizeof p->buffer)
            flush(p);
    }
}

PRINTF_LIKE(2, 3)
static void putf(struct pen *p, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    ASSERT(n >= 0 && (size_t)n < sizeof line);
    put(p, line);
}

/* In hexadecimal, so that nothing is rounded; with a point in every locale. */
static void put_float(struct pen *p, float value)
{
    char text[40];
    snprintf(text, sizeof text, "%a", (double)value);
    size_t point = strspn(text, "-0x123456789");
    size_t rest = strcspn(text + point, "0123456789abcdefp");
    putf(p, "%.*s%s%sf", (int)point, text, rest > 0 ? "." : "",
         text + point + rest);
}

/* Whatever the locale. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* The text with NAME and MACRO replaced by the two spellings. */
static void put_named(struct pen *p, const char *text)
{
    while (*text != 0) {
        bool name = strncmp(text, "NAME", 4) == 0;
        bool macro = strncmp(text, "MACRO", 5) == 0;
        char one[2] = {*text, 0};
        put(p, name ? p->name : macro ? p->macro : one);
        text += name ? 4 : macro ? 5 : 1;
    }
}

/* Text of others inside a comment: no end of it, no trigraph, one line. */
static void put_comment(struct pen *p, const char *text)
{
    char last = 0;
    for (size_t n = 0; *text != 0 && n < 60; text++, n++) {
        bool harmless = *text >= ' ' && *text <= '~' && *text != '\\' &&
                        !(*text == '/' && (last == '*' || n == 0)) &&
                        !(*text == '*' && last == '/') &&
                        !(*text == '?' && last == '?');
        last = harmless ? *text : '_';
        put(p, (char[]){last, 0});
    }
}

/* A string of C: plain ASCII, whatever its bytes. */
static void put_string(struct pen *p, const char *text)
{
    put(p, "\"");
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c > '~' || c == '?') /* ? may begin a trigraph */
            putf(p, "\\%03o", c);
        else
            putf(p, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    put(p, "\"");
}

/* ==== The name ==== */

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (!is_letter_or_digit(name[i]) && name[i] != '_')
            return false;
    return n > 0 && n < NAME_BYTES && is_letter(name[0]);
}

/* "out/my-net.c" -> "my_net", "3.c" -> "net_3" */
static void name_of_file(char name[NAME_BYTES], const char *path)
{
    const char *base = file_base(path);
    size_t length = strlen(base);
    if (text_ends_with(base, ".c"))
        length -= 2;
    bool letter = length > 0 && is_letter(base[0]);
    size_t n = (size_t)snprintf(name, NAME_BYTES, "%s", letter ? "" : "net_");
    for (size_t i = 0; i < length && n < NAME_BYTES - 1; i++, n++) {
        name[n] = is_letter_or_digit(base[i]) ? base[i] : '_';
    }
    name[n] = 0;
}

static enum ramp_status set_name(struct pen *p, const char *name,
                                 const char *path)
{
    if (name == NULL)
        name_of_file(p->name, path);
    else if (!is_name(name))
        return error_set(p->err, RAMP_USAGE,
                         "expected a name of C with at most %d letters, digits "
                         "and '_', found %s",
                         NAME_BYTES - 1, TEXT_QUOTE(name));
    else
        memcpy(p->name, name, strlen(name) + 1);
    for (size_t i = 0; i < NAME_BYTES; i++) {
        char c = p->name[i];
        p->macro[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return RAMP_OK;
}

/* ==== The head ==== */

static void put_head_comment(struct pen *p, const struct ramp_model *model)
{
    const struct ramp_net *net = model->net;
    const char *fact = ramp_model_fact(model, "net-name");
    bool grey = net->input.c == 1;
    putf(p, "/* %s - the net \"", p->name);
    put_comment(p, fact ? fact : net->name);
    fact = ramp_model_fact(model, "data");
    if (fact != NULL) {
        put(p, "\", trained on \"");
        put_comment(p, fact);
    }
    putf(p,
         "\",\n * as C, written by ramp %s. Its layers, with the channels, "
         "rows and columns\n * of their maps:\n *\n",
         RAMP_VERSION);
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        putf(p, " *   %-32s %zux%zux%zu\n", l->text, l->out.c, l->out.h,
             l->out.w);
    }
    putf(p,
         " *\n * It takes a picture of %zu x %zu pixels as %s_PIXELS\n"
         " * bytes: rows from the top, pixels from the left, ",
         net->input.w, net->input.h, p->macro);
    putf(p,
         "%s.\n * Other pictures must be brought to this size first, as ramp "
         "did in training\n * (its fit \"%s\"); the scaling of the bytes is "
         "part of this file.\n",
         grey ? "each grey (0: black)" : "each red, green, blue",
         settings_fit(model->pre.fit));
}

static void put_head(struct pen *p, const struct ramp_model *model)
{
    const struct shape in = model->net->input;
    put_head_comment(p, model);
    put_named(
        p,
        " *\n * Plain C11 and libm; no memory is allocated. The maps are "
        "static: two calls\n * must not run at the same time, unless compiled "
        "with\n * -DMACRO_THREAD=_Thread_local.\n *\n"
        " *     cc -O3 -DMACRO_MAIN FILE.c -lm && ./a.out     # the test at "
        "the end\n */\n"
        "#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "/* ==== What others call; copy this into a header ==== */\n\n");
    putf(p, "enum {\n    %s_CHANNELS = %zu,\n    %s_HEIGHT = %zu,\n", p->macro,
         in.c, p->macro, in.h);
    putf(p, "    %s_WIDTH = %zu,\n    %s_PIXELS = %zu,\n", p->macro, in.w,
         p->macro, shape_size(in));
    putf(p, "    %s_N_CLASSES = %d\n};\n\n", p->macro, model->n_classes);
    put_named(
        p,
        "extern const char *const NAME_classes[MACRO_N_CLASSES];\n\n"
        "/* A value for each class, the larger the more probable. */\n"
        "void NAME_logits(float *logits, const uint8_t *pixels);\n\n"
        "/* The probability of each class; returns the most probable one. */\n"
        "int NAME_classify(float *probs, const uint8_t *pixels);\n\n"
        "/* 0 if this file, as it was compiled, answers as ramp did. */\n"
        "int NAME_selftest(void);\n\n"
        "#ifndef MACRO_THREAD\n#define MACRO_THREAD\n#endif\n\n"
        "const char *const NAME_classes[MACRO_N_CLASSES] = {\n");
    for (int i = 0; i < model->n_classes; i++) {
        put(p, "    ");
        put_string(p, model->classes[i]);
        put(p, ",\n");
    }
    put(p, "};\n");
}

/* ==== Weights ==== */

/* "conv1.weight" -> "conv1_weight" */
static void tensor_words(char words[64], const struct layer *l,
                         const char *what)
{
    snprintf(words, 64, "%s_%s", l->name, what);
}

/* Floats as their bits: two thirds of the bytes that hexadecimal floats take,
 * and nothing is rounded on the way. */
static void put_floats(struct pen *p, const char *name, const float *values,
                       size_t n)
{
    enum { IN_A_LINE = 7 };
    putf(p,
         "static const union {\n    uint32_t bits[%zu];\n    float f[%zu];\n} "
         "%s = {{\n",
         n, n, name);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        putf(p, "0x%08x,%s", (unsigned)bits,
             (i + 1) % IN_A_LINE == 0 || i + 1 == n ? "\n" : "");
    }
    put(p, "}};\n\n");
}

static void put_weights(struct pen *p, const struct layer *l,
                        const struct ramp_net *net)
{
    char name[64];
    size_t n = layer_n_weights(l);
    if (l->kind == LAYER_CONV)
        putf(p, "/* %s: rows, columns, %zu channels in, %zu out */\n", l->text,
             l->in.c, l->out.c);
    else if (l->kind == LAYER_PRELU)
        putf(p, "/* %s: %zu channels */\n", l->text, l->in.c);
    else
        putf(p, "/* %s: %zu values in, %zu out */\n", l->text,
             shape_size(l->in), l->out.c);
    tensor_words(name, l, "weight");
    put_floats(p, name, net->params + l->weight_at, n);
    if (!l->bias)
        return;
    tensor_words(name, l, "bias");
    put_floats(p, name, net->params + l->bias_at, l->out.c);
}

/* The same factors as batchnorm_pack's. */
static enum ramp_status put_batchnorm(struct pen *p, const struct layer *l,
                                      const struct ramp_net *net)
{
    float *factors;
    char name[64];
    size_t c = l->in.c;
    const float *running = net->running + l->running_at;
    enum ramp_status status = MEM_NEW(&factors, 2 * c, "a layer", p->err);
    if (status != RAMP_OK)
        return status;
    for (size_t j = 0; j < c; j++) {
        double scale = l->scale ? (double)net->params[l->weight_at + j] : 1;
        double mul = scale / sqrt((double)running[c + j] + BATCHNORM_EPSILON);
        factors[j] = (float)mul;
        factors[c + j] = (float)((double)net->params[l->bias_at + j] -
                                 (double)running[j] * mul);
    }
    putf(p, "/* %s: %zu channels */\n", l->text, c);
    tensor_words(name, l, "mul");
    put_floats(p, name, factors, c);
    tensor_words(name, l, "add");
    put_floats(p, name, factors + c, c);
    mem_free(factors);
    return RAMP_OK;
}

static void put_all_weights(struct pen *p, const struct ramp_model *model)
{
    const struct ramp_net *net = model->net;
    put(p, "\n/* ==== Weights: floats (IEEE 754) as their bits ==== */\n\n");
    if (model->mean_image != NULL) {
        put(p, "/* of the pictures that the net was trained with */\n");
        put_floats(p, "mean_image", model->mean_image, shape_size(net->input));
    }
    for (size_t i = 0; i < net->n_layers && p->status == RAMP_OK; i++) {
        const struct layer *l = &net->layers[i];
        if (l->kind == LAYER_CONV || l->kind == LAYER_DENSE ||
            l->kind == LAYER_PRELU)
            put_weights(p, l, net);
        else if (l->kind == LAYER_BATCHNORM)
            p->status = put_batchnorm(p, l, net);
    }
}

/* ==== Functions of the layers ==== */

static bool has_kind(const struct ramp_net *net, enum layer_kind kind)
{
    for (size_t i = 0; i < net->n_layers; i++)
        if (net->layers[i].kind == kind)
            return true;
    return false;
}

static bool has_act(const struct ramp_net *net, enum ramp_act_kind kind)
{
    for (size_t i = 0; i < net->n_layers; i++)
        if (net->layers[i].kind == LAYER_ACT && net->layers[i].act.kind == kind)
            return true;
    return false;
}

/* "gelu-tanh" -> "act_gelu_tanh" */
static void act_function(char name[64], enum ramp_act_kind kind)
{
    snprintf(name, 64, "act_%s", ramp_activation_name(kind));
    for (char *dash = strchr(name, '-'); dash; dash = strchr(dash, '-'))
        *dash = '_';
}

static void put_act(struct pen *p, enum ramp_act_kind kind)
{
    const char *name = ramp_activation_name(kind), *formula;
    char function[64];
    bool has_a;
    if (!export_act(kind, &formula, &has_a)) {
        p->status =
            error_set(p->err, RAMP_MODEL,
                      "cannot export: activation %s has no C here", name);
        return;
    }
    act_function(function, kind);
    putf(p, "\nstatic void %s(float *y, int n%s)\n{\n", function,
         has_a ? ", float a" : "");
    putf(p,
         "    for (int i = 0; i < n; i++) {\n        float x = y[i];\n"
         "        y[i] = %s;\n    }\n}\n",
         formula);
}

static void put_functions(struct pen *p, const struct ramp_model *model)
{
    const struct ramp_net *net = model->net;
    put(p, "/* ==== Layers ==== */\n\n");
    put(p, export_types);
    if (model->pre.scale == RAMP_SCALE_PICTURE)
        put(p, export_standardise);
    if (has_kind(net, LAYER_CONV) || has_kind(net, LAYER_MAXPOOL) ||
        has_kind(net, LAYER_AVGPOOL))
        put(p, export_clip);
    for (int kind = 0; kind <= (int)LAYER_DENSE; kind++) {
        const char *code = export_layer_code((enum layer_kind)kind);
        if (code != NULL && has_kind(net, (enum layer_kind)kind))
            put(p, code);
    }
    for (int kind = 0; kind < RAMP_N_ACTS && p->status == RAMP_OK; kind++)
        if (has_act(net, (enum ramp_act_kind)kind))
            put_act(p, (enum ramp_act_kind)kind);
}

/* ==== The net ==== */

static bool is_in_place(const struct layer *l)
{
    return l->kind == LAYER_ACT || l->kind == LAYER_PRELU ||
           l->kind == LAYER_BATCHNORM || l->kind == LAYER_DROPOUT;
}

/* The largest map of each of the two, which the layers use in turn. */
static void map_sizes(size_t sizes[2], const struct ramp_net *net)
{
    int at = 0;
    sizes[0] = shape_size(net->input);
    sizes[1] = 0;
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        size_t n = shape_size(l->out);
        if (is_in_place(l))
            continue;
        at = !at;
        sizes[at] = n > sizes[at] ? n : sizes[at];
    }
}

static void put_shape(struct pen *p, struct shape s)
{
    putf(p, "(struct shape){%zu, %zu, %zu}", s.h, s.w, s.c);
}

static void put_window_call(struct pen *p, const struct layer *l, char to,
                            char from)
{
    const struct window *v = &l->window;
    const char *function = l->kind == LAYER_CONV      ? "conv"
                           : l->kind == LAYER_MAXPOOL ? "maxpool"
                                                      : "avgpool";
    putf(p, "    %s(%c, ", function, to);
    put_shape(p, l->out);
    putf(p, ", %c, ", from);
    put_shape(p, l->in);
    putf(p, ",\n        (struct window){%zu, %zu, %zu, %zu, %zu, %zu}", v->r,
         v->s, v->stride_h, v->stride_w, v->pad_h, v->pad_w);
    if (l->kind == LAYER_CONV && l->bias)
        putf(p, ", %s_weight.f, %s_bias.f", l->name, l->name);
    else if (l->kind == LAYER_CONV)
        putf(p, ", %s_weight.f, NULL", l->name);
    put(p, ");\n");
}

static void put_dense_call(struct pen *p, const struct layer *l, char to,
                           char from)
{
    putf(p, "    dense(%c, %zu, %c, %zu, %s_weight.f, ", to, l->out.c, from,
         shape_size(l->in), l->name);
    if (l->bias)
        putf(p, "%s_bias.f);\n", l->name);
    else
        put(p, "NULL);\n");
}

static void put_channel_call(struct pen *p, const struct layer *l, char to,
                             char from)
{
    if (l->kind == LAYER_MAXOUT) {
        putf(p, "    maxout(%c, %zu, %c, %zu);\n", to, shape_size(l->out), from,
             l->in.c / l->out.c);
        return;
    }
    putf(p, "    crelu(%c, %c, ", to, from);
    put_shape(p, l->in);
    put(p, ");\n");
}

/* A layer that works in place, on the map `at`. */
static void put_in_place_call(struct pen *p, const struct layer *l, char at)
{
    const char *formula;
    char function[64];
    bool has_a = false;
    if (l->kind == LAYER_PRELU) {
        putf(p, "    prelu(%c, ", at);
        put_shape(p, l->in);
        putf(p, ", %s_weight.f);\n", l->name);
    } else if (l->kind == LAYER_BATCHNORM) {
        putf(p, "    batchnorm(%c, ", at);
        put_shape(p, l->in);
        putf(p, ",\n        %s_mul.f, %s_add.f);\n", l->name, l->name);
    } else if (l->kind == LAYER_ACT) {
        bool known = export_act(l->act.kind, &formula, &has_a);
        ASSERT(known); /* put_functions would have failed */
        act_function(function, l->act.kind);
        putf(p, "    %s(%c, %zu", function, at, shape_size(l->in));
        if (has_a) {
            put(p, ", ");
            put_float(p, l->act.a);
        }
        put(p, ");\n");
    }
}

static void put_scaling(struct pen *p, const struct ramp_preprocess *pre)
{
    float mul[3], add[3];
    preprocess_factors(pre, mul, add);
    for (int i = 0; i < 2; i++) {
        const float *values = i == 0 ? mul : add;
        putf(p, "    static const float %s[] = {", i == 0 ? "mul" : "add");
        for (int c = 0; c < pre->channels; c++) {
            put(p, c ? ", " : "");
            put_float(p, values[c]);
        }
        put(p, "};\n");
    }
    put_named(p, "    for (int i = 0; i < MACRO_PIXELS; i++) {\n"
                 "        int c = i % MACRO_CHANNELS;\n"
                 "        float product = (float)pixels[i] * mul[c];\n"
                 "        a[i] = product + add[c];\n"
                 "    }\n");
    if (pre->scale == RAMP_SCALE_MEAN_IMAGE)
        put_named(p, "    for (int i = 0; i < MACRO_PIXELS; i++)\n"
                     "        a[i] -= mean_image.f[i];\n");
    else if (pre->scale == RAMP_SCALE_PICTURE)
        put_named(p, "    standardise(a, MACRO_PIXELS);\n");
}

static void put_net(struct pen *p, const struct ramp_model *model)
{
    const struct ramp_net *net = model->net;
    size_t sizes[2];
    int at = 0;
    map_sizes(sizes, net);
    put_named(p, "\n/* ==== The net ==== */\n\n"
                 "void NAME_logits(float *logits, const uint8_t *pixels)\n{\n");
    putf(p, "    static %s_THREAD float a[%zu]", p->macro, sizes[0]);
    if (sizes[1] > 0)
        putf(p, ", b[%zu]", sizes[1]);
    put(p, "; /* the maps, in turn */\n");
    put_scaling(p, &model->pre);
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *l = &net->layers[i];
        char from = "ab"[at], to = "ab"[!at];
        putf(p, "    /* %s%s */\n", l->text,
             l->kind == LAYER_DROPOUT ? ": only in training" : "");
        if (is_in_place(l)) {
            put_in_place_call(p, l, from);
            continue;
        }
        if (l->kind == LAYER_DENSE)
            put_dense_call(p, l, to, from);
        else if (l->kind == LAYER_MAXOUT || l->kind == LAYER_CRELU)
            put_channel_call(p, l, to, from);
        else
            put_window_call(p, l, to, from);
        at = !at;
    }
    put_named(p, "    for (int k = 0; k < MACRO_N_CLASSES; k++)\n");
    putf(p, "        logits[k] = %c[k];\n}\n", "ab"[at]);
    put_named(
        p,
        "\nint NAME_classify(float *probs, const uint8_t *pixels)\n{\n"
        "    double sum = 0;\n    int best = 0;\n"
        "    NAME_logits(probs, pixels);\n"
        "    for (int k = 1; k < MACRO_N_CLASSES; k++)\n"
        "        best = probs[k] > probs[best] ? k : best;\n"
        "    double largest = (double)probs[best];\n"
        "    for (int k = 0; k < MACRO_N_CLASSES; k++)\n"
        "        sum += exp((double)probs[k] - largest);\n"
        "    for (int k = 0; k < MACRO_N_CLASSES; k++)\n"
        "        probs[k] = (float)(exp((double)probs[k] - largest) / sum);\n"
        "    return best;\n}\n");
}

/* ==== The test ==== */

/* What ramp answers to the test's picture, by the algorithms and the kernels
 * that every machine has: so that the file depends on the model alone. */
static enum ramp_status answer(float *logits, const struct ramp_model *model,
                               struct ramp_error *err)
{
    struct ramp_predictor *predictor = NULL;
    const struct ramp_compute compute = {
        .n_threads = 1, .cpu = "portable", .exact = true};
    size_t n = shape_size(model->net->input);
    uint8_t *pixels;
    uint32_t state = 1;
    enum ramp_status status = MEM_NEW(&pixels, n, "a picture", err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        pixels[i] = (uint8_t)(state >> 24);
    }
    status = ramp_predictor_new(&predictor, model, 1, &compute, err);
    if (status == RAMP_OK)
        ramp_predict_pixels(predictor, logits, NULL, pixels, 1);
    ramp_predictor_free(predictor);
    mem_free(pixels);
    for (int i = 0; i < model->n_classes && status == RAMP_OK; i++)
        if (!isfinite(logits[i]))
            status =
                error_set(err, RAMP_MODEL,
                          "cannot export a model whose answer is not "
                          "finite: %g for class %s",
                          (double)logits[i], TEXT_QUOTE(model->classes[i]));
    return status;
}

static void put_test(struct pen *p, const float *logits, int n_classes)
{
    put_named(
        p, "\n/* ==== The test ==== */\n\n"
           "/* A picture of noise, and ramp's logits for it. Sums in another "
           "order differ in\n * their last bits: up to 1e-5 of the largest "
           "logit is taken to be equal. */\n"
           "int NAME_selftest(void)\n{\n"
           "    static const float expected[MACRO_N_CLASSES] = {\n");
    for (int i = 0; i < n_classes; i++) {
        put(p, "        ");
        put_float(p, logits[i]);
        put(p, ",\n");
    }
    put_named(
        p, "    };\n"
           "    static MACRO_THREAD uint8_t pixels[MACRO_PIXELS];\n"
           "    static MACRO_THREAD float logits[MACRO_N_CLASSES];\n"
           "    uint32_t state = 1;\n    float largest = 0;\n"
           "    for (int i = 0; i < MACRO_PIXELS; i++) {\n"
           "        state = state * 1664525u + 1013904223u;\n"
           "        pixels[i] = (uint8_t)(state >> 24);\n    }\n"
           "    NAME_logits(logits, pixels);\n"
           "    for (int k = 0; k < MACRO_N_CLASSES; k++)\n"
           "        largest = fmaxf(largest, fabsf(expected[k]));\n"
           "    for (int k = 0; k < MACRO_N_CLASSES; k++)\n"
           "        if (!(fabsf(logits[k] - expected[k]) <= 1e-5f * largest))\n"
           "            return 1;\n"
           "    return 0;\n}\n\n"
           "#ifdef MACRO_MAIN\n#include <stdio.h>\n\nint main(void)\n{\n"
           "    int failed = NAME_selftest();\n"
           "    puts(failed ? \"NAME: FAILED, not what ramp answers\"\n"
           "                : \"NAME: ok, as ramp answers\");\n"
           "    return failed;\n}\n#endif\n");
}

/* ==== The file ==== */

static void put_file(struct pen *p, const struct ramp_model *model,
                     const float *logits)
{
    put_head(p, model);
    put_all_weights(p, model);
    put_functions(p, model);
    if (p->status != RAMP_OK)
        return;
    put_net(p, model);
    put_test(p, logits, model->n_classes);
    flush(p);
}

static enum ramp_status check_weights(const struct ramp_net *net,
                                      struct ramp_error *err)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        const float *values = net_tensor_block(net, t) + t->offset;
        for (size_t j = 0; j < t->n; j++)
            if (!isfinite(values[j]))
                return error_set(err, RAMP_MODEL,
                                 "cannot export: tensor %s holds %s",
                                 TEXT_QUOTE(t->name),
                                 isnan(values[j]) ? "a NaN" : "an infinity");
    }
    return RAMP_OK;
}

enum ramp_status ramp_model_export_c(const struct ramp_model *model,
                                     const char *path, const char *name,
                                     struct ramp_error *err)
{
    float *logits = NULL;
    struct pen *p;
    enum ramp_status status = MEM_NEW(&p, 1, "a file's text", err);
    if (status != RAMP_OK)
        return status;
    p->err = err;
    status = set_name(p, name, path);
    if (status == RAMP_OK)
        status = check_weights(model->net, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&logits, (size_t)model->n_classes, "logits", err);
    if (status == RAMP_OK)
        status = answer(logits, model, err);
    if (status == RAMP_OK)
        status = file_save_begin(&p->save, path, err);
    if (status == RAMP_OK) {
        put_file(p, model, logits);
        status = p->status;
        if (status == RAMP_OK)
            status = file_save_commit(&p->save, err);
        else
            file_save_abort(&p->save);
    }
    mem_free(logits);
    mem_free(p);
    return status;
}
