/* netspec.c - from the text of a net to its layers, every mistake answered
 * with file, line, what was expected and what was found. */
#include "net/netspec.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 12, MAX_LINE = 256, MAX_SIDE = 16384, MAX_PATCH = 256 };

/* Where the parser stands. */
struct spec {
    const char *name;
    const struct ramp_net_options *options;
    struct ramp_error *err;
    int line;
    char buffer[MAX_LINE]; /* the line, cut into words */
    char *words[MAX_WORDS + 1];
    size_t at;                 /* the next word */
    struct shape input, shape; /* of the net; before the next layer */
    bool input_seen, after_dense;
    struct layer *layers;
    size_t n_layers, capacity;
    size_t n_of_kind[LAYER_DENSE + 1];
};

PRINTF_LIKE(2, 3)
static enum ramp_status fail(struct spec *s, const char *format, ...)
{
    char text[RAMP_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(s->err, RAMP_MODEL, "%s line %d: %s", TEXT_QUOTE(s->name),
                     s->line, text);
}

/* The next word, or NULL at the end of the line. */
static const char *next(struct spec *s)
{
    return s->words[s->at] ? s->words[s->at++] : NULL;
}

static bool next_is(struct spec *s, const char *word)
{
    if (s->words[s->at] == NULL || !text_equal(s->words[s->at], word))
        return false;
    s->at++;
    return true;
}

static enum ramp_status expected(struct spec *s, const char *what,
                                 const char *found)
{
    if (found == NULL)
        return fail(s, "%s: expected %s, found the end of the line",
                    s->words[0], what);
    return fail(s, "%s: expected %s, found %s", s->words[0], what,
                TEXT_QUOTE(found));
}

/* ---- Words ---- */

static enum ramp_status parse_count(struct spec *s, size_t *out)
{
    const char *word = next(s);
    uint64_t n;
    if (word != NULL && text_equal(word, "classes")) {
        *out = (size_t)s->options->n_classes;
        return RAMP_OK;
    }
    if (word == NULL || !text_to_u64(&n, word, 1, 1 << 20))
        return expected(s, "a number from 1 to 1048576 or 'classes'", word);
    *out = (size_t)n;
    return RAMP_OK;
}

/* "5x3", or (if `one`) "5" for both. */
static enum ramp_status parse_pair(struct spec *s, size_t *a, size_t *b,
                                   uint64_t low, bool one, const char *what)
{
    const char *word = next(s);
    uint64_t n[2];
    if (word == NULL)
        return expected(s, what, word);
    if (one && text_to_u64(&n[0], word, low, MAX_SIDE))
        n[1] = n[0];
    else if (!text_to_sizes(n, 2, word, low, MAX_SIDE))
        return expected(s, what, word);
    *a = (size_t)n[0];
    *b = (size_t)n[1];
    return RAMP_OK;
}

static enum ramp_status parse_number(struct spec *s, double *out, double low,
                                     double high, const char *what)
{
    const char *word = next(s);
    if (word == NULL || !text_to_double(out, word, low, high))
        return expected(s, what, word);
    return RAMP_OK;
}

/* ---- Windows ---- */

static enum ramp_status check_axis(struct spec *s, size_t *out, size_t in,
                                   size_t taps, size_t stride, size_t pad,
                                   bool ceil)
{
    if (pad >= taps)
        return fail(s, "%s: expected a pad below the window's %zu, found %zu",
                    s->words[0], taps, pad);
    size_t room = in + 2 * pad;
    if (taps > room)
        return fail(s,
                    "%s: the window of %zu is larger than the map of %zu "
                    "(input %zu, pad %zu)",
                    s->words[0], taps, room, in, pad);
    *out = (room - taps + (ceil ? stride - 1 : 0)) / stride + 1;
    /* A last window that begins behind the image would cover nothing. */
    if (ceil && (*out - 1) * stride >= in + pad)
        (*out)--;
    return RAMP_OK;
}

/* [stride ..] [pad ..] [ceil] [nobias], in any order. */
static enum ramp_status parse_window(struct spec *s, struct layer *l)
{
    struct window *v = &l->window;
    enum ramp_status status = RAMP_OK;
    bool conv = l->kind == LAYER_CONV;
    status = parse_pair(s, &v->r, &v->s, 1, false, "a window such as 3x3");
    v->stride_h = conv ? 1 : v->r;
    v->stride_w = conv ? 1 : v->s;
    while (status == RAMP_OK && s->words[s->at] != NULL) {
        if (next_is(s, "stride"))
            status = parse_pair(s, &v->stride_h, &v->stride_w, 1, true,
                                "a stride such as 2 or 2x1");
        else if (next_is(s, "pad"))
            status = parse_pair(s, &v->pad_h, &v->pad_w, 0, true,
                                "a pad such as 1 or 1x0");
        else if (!conv && next_is(s, "ceil"))
            v->ceil = true;
        else if (conv && next_is(s, "nobias"))
            l->bias = false;
        else if (conv && next_is(s, "whiten"))
            l->whiten = true;
        else
            return expected(s,
                            conv ? "'stride', 'pad', 'nobias' or 'whiten'"
                                 : "'stride', 'pad' or 'ceil'",
                            next(s));
    }
    if (status == RAMP_OK)
        status = check_axis(s, &l->out.h, l->in.h, v->r, v->stride_h, v->pad_h,
                            v->ceil);
    if (status == RAMP_OK)
        status = check_axis(s, &l->out.w, l->in.w, v->s, v->stride_w, v->pad_w,
                            v->ceil);
    return status;
}

/* ---- Layers ---- */

/* Two filters for each value of a patch of the pictures. */
static enum ramp_status check_whiten(struct spec *s, const struct layer *l)
{
    const struct window *v = &l->window;
    size_t n = v->r * v->s * l->in.c;
    if (s->n_layers > 0)
        return fail(s, "conv: expected 'whiten' in the first layer alone");
    if (n > MAX_PATCH)
        return fail(s,
                    "conv: expected at most %d values in a patch to whiten, "
                    "found %zu",
                    MAX_PATCH, n);
    if (l->out.c != 2 * n)
        return fail(s,
                    "conv: expected %zu maps to whiten patches of %zux%zux%zu, "
                    "found %zu",
                    2 * n, l->in.c, v->r, v->s, l->out.c);
    return RAMP_OK;
}

static enum ramp_status parse_conv(struct spec *s, struct layer *l)
{
    l->kind = LAYER_CONV;
    l->bias = true;
    if (s->after_dense)
        return fail(s, "conv: expected a map, found the units of a dense "
                       "layer");
    enum ramp_status status = parse_count(s, &l->out.c);
    if (status == RAMP_OK)
        status = parse_window(s, l);
    return status == RAMP_OK && l->whiten ? check_whiten(s, l) : status;
}

static enum ramp_status parse_pool(struct spec *s, struct layer *l)
{
    bool max = text_equal(s->words[0], "maxpool");
    l->kind = max ? LAYER_MAXPOOL : LAYER_AVGPOOL;
    if (s->after_dense)
        return fail(s, "%s: expected a map, found the units of a dense layer",
                    s->words[0]);
    return parse_window(s, l);
}

static enum ramp_status parse_globalpool(struct spec *s, struct layer *l)
{
    l->kind = next_is(s, "max") ? LAYER_MAXPOOL : LAYER_AVGPOOL;
    l->window = (struct window){l->in.h, l->in.w, 1, 1, 0, 0, false};
    l->out.h = l->out.w = 1;
    return RAMP_OK;
}

static enum ramp_status parse_dense(struct spec *s, struct layer *l)
{
    l->kind = LAYER_DENSE;
    l->bias = !next_is(s, "nobias");
    enum ramp_status status = parse_count(s, &l->out.c);
    if (next_is(s, "nobias"))
        l->bias = false;
    l->out.h = l->out.w = 1;
    s->after_dense = true;
    return status;
}

static enum ramp_status parse_batchnorm(struct spec *s, struct layer *l)
{
    l->kind = LAYER_BATCHNORM;
    l->scale = !next_is(s, "noscale");
    return RAMP_OK;
}

static enum ramp_status parse_dropout(struct spec *s, struct layer *l)
{
    l->kind = LAYER_DROPOUT;
    return parse_number(s, &l->rate, 0, 0.99, "a share from 0 to 0.99");
}

/* An activation takes the place that its kind of layer has. */
static enum ramp_status set_act(struct spec *s, struct layer *l,
                                struct ramp_activation act)
{
    size_t k = act.kind == RAMP_ACT_MAXOUT ? (size_t)act.a : 1;
    l->act = act;
    l->kind = act.kind == RAMP_ACT_PRELU    ? LAYER_PRELU
              : act.kind == RAMP_ACT_MAXOUT ? LAYER_MAXOUT
              : act.kind == RAMP_ACT_CRELU  ? LAYER_CRELU
                                            : LAYER_ACT;
    if (l->in.c % k != 0)
        return fail(s,
                    "maxout: expected a number of channels that %zu divides, "
                    "found %zu",
                    k, l->in.c);
    l->out.c = l->in.c / k * (act.kind == RAMP_ACT_CRELU ? 2 : 1);
    return RAMP_OK;
}

static enum ramp_status parse_act(struct spec *s, struct layer *l)
{
    return set_act(s, l, s->options->act);
}

static enum ramp_status parse_named_act(struct spec *s, struct layer *l)
{
    struct ramp_error err;
    struct ramp_activation act;
    char text[MAX_LINE];
    const char *number = next(s);
    snprintf(text, sizeof text, "%s%s%s", s->words[0], number ? " " : "",
             number ? number : "");
    if (ramp_activation_parse(&act, text, &err) != RAMP_OK)
        return fail(s, "%s", err.text);
    return set_act(s, l, act);
}

typedef enum ramp_status parse_fn(struct spec *s, struct layer *l);

static const struct {
    const char *word;
    parse_fn *parse;
} layer_words[] = {
    {"conv", parse_conv},
    {"act", parse_act},
    {"maxpool", parse_pool},
    {"avgpool", parse_pool},
    {"globalpool", parse_globalpool},
    {"batchnorm", parse_batchnorm},
    {"dropout", parse_dropout},
    {"dense", parse_dense},
};

enum { N_LAYER_WORDS = sizeof layer_words / sizeof *layer_words };

static parse_fn *find_word(const char *word)
{
    for (size_t i = 0; i < N_LAYER_WORDS; i++)
        if (text_equal(word, layer_words[i].word))
            return layer_words[i].parse;
    for (int i = 0; i < RAMP_N_ACTS; i++)
        if (text_equal(word, ramp_activation_name((enum ramp_act_kind)i)))
            return parse_named_act;
    return NULL;
}

/* The text and the name ("conv2") that messages and files use. */
static void name_layer(struct spec *s, struct layer *l)
{
    static const char *const kinds[] = {
        "conv",    "act",     "prelu",     "maxout",  "crelu",
        "maxpool", "avgpool", "batchnorm", "dropout", "dense"};
    char act[32];
    size_t n = 0;
    snprintf(l->name, sizeof l->name, "%s%zu", kinds[l->kind],
             ++s->n_of_kind[l->kind]);
    if (layer_is_activation(l)) {
        ramp_activation_text(&l->act, act, sizeof act);
        snprintf(l->text, sizeof l->text, "%s", act);
        return;
    }
    for (size_t i = 0; s->words[i] != NULL && n < sizeof l->text; i++) {
        char count[24];
        snprintf(count, sizeof count, "%d", s->options->n_classes);
        bool classes = text_equal(s->words[i], "classes");
        n += (size_t)snprintf(l->text + n, sizeof l->text - n, "%s%s",
                              i ? " " : "", classes ? count : s->words[i]);
    }
}

/* Limits that keep every size far from overflow. */
static enum ramp_status check_size(struct spec *s, const struct layer *l)
{
    size_t floats, weights;
    if (!size_mul(&floats, l->out.h * l->out.w, l->out.c) ||
        floats > NETSPEC_MAX_PARAMS)
        return error_set(s->err, RAMP_MEMORY,
                         "%s line %d: %s: expected at most %zu values an "
                         "image, found %zux%zux%zu",
                         TEXT_QUOTE(s->name), s->line, s->words[0],
                         NETSPEC_MAX_PARAMS, l->out.c, l->out.h, l->out.w);
    if (l->kind == LAYER_MAXPOOL && l->window.r * l->window.s > UINT16_MAX)
        return fail(s, "%s: expected a window of at most %d values, found %zu",
                    s->words[0], UINT16_MAX, l->window.r * l->window.s);
    size_t taps = l->kind == LAYER_CONV    ? l->window.r * l->window.s
                  : l->kind == LAYER_DENSE ? l->in.h * l->in.w
                                           : 0;
    if (!size_mul(&weights, taps * l->in.c, l->out.c) ||
        weights > NETSPEC_MAX_PARAMS)
        return error_set(s->err, RAMP_MEMORY,
                         "%s line %d: %s: expected at most %zu parameters, "
                         "found %.3g",
                         TEXT_QUOTE(s->name), s->line, s->words[0],
                         NETSPEC_MAX_PARAMS,
                         (double)taps * (double)l->in.c * (double)l->out.c);
    return RAMP_OK;
}

static enum ramp_status unknown_layer(struct spec *s)
{
    const char *words[N_LAYER_WORDS + RAMP_N_ACTS + 2] = {"input"};
    for (size_t i = 0; i < N_LAYER_WORDS; i++)
        words[1 + i] = layer_words[i].word;
    for (int i = 0; i < RAMP_N_ACTS; i++)
        words[1 + N_LAYER_WORDS + i] =
            ramp_activation_name((enum ramp_act_kind)i);
    const char *near = text_nearest(s->words[0], words);
    return fail(s, "expected a layer, found %s; try %s",
                TEXT_QUOTE(s->words[0]),
                near ? near : "conv, act, maxpool, dense");
}

static enum ramp_status parse_layer(struct spec *s)
{
    parse_fn *parse = find_word(s->words[0]);
    if (parse == NULL)
        return unknown_layer(s);
    if (s->shape.h == 0)
        return fail(s,
                    "%s: expected 'input CxHxW' before it: there are no "
                    "data to take the shape from",
                    s->words[0]);
    if (s->n_layers == NETSPEC_MAX_LAYERS)
        return fail(s, "expected at most %d layers, found more",
                    NETSPEC_MAX_LAYERS);
    if (!mem_grow((void **)&s->layers, &s->capacity, s->n_layers + 1,
                  sizeof *s->layers))
        return error_memory(s->err, "layers", sizeof *s->layers);
    struct layer *l = &s->layers[s->n_layers];
    *l = (struct layer){.in = s->shape, .out = s->shape};
    enum ramp_status status = parse(s, l);
    if (status == RAMP_OK && s->words[s->at] != NULL)
        status = expected(s, "the end of the line", s->words[s->at]);
    if (status == RAMP_OK)
        status = check_size(s, l);
    if (status != RAMP_OK)
        return status;
    name_layer(s, l);
    s->shape = l->out;
    s->n_layers++;
    return RAMP_OK;
}

/* "input data" or "input 3x32x32"; must agree with the data there are. */
static enum ramp_status parse_input(struct spec *s)
{
    const struct ramp_net_options *o = s->options;
    const char *word = next(s);
    uint64_t n[3];
    if (s->n_layers > 0 || s->input_seen)
        return fail(s, "input: expected once, before the first layer");
    s->input_seen = true;
    if (word != NULL && text_equal(word, "data") && s->words[s->at] == NULL)
        return RAMP_OK;
    if (word == NULL || s->words[s->at] != NULL ||
        !text_to_sizes(n, 3, word, 1, MAX_SIDE) || (n[0] != 1 && n[0] != 3))
        return expected(s, "'data' or channels (1 or 3) x height x width",
                        s->words[s->at] ? s->words[s->at] : word);
    if (n[0] * n[1] * n[2] > NETSPEC_MAX_PARAMS)
        return error_set(s->err, RAMP_MEMORY,
                         "%s line %d: input: expected at most %zu values, "
                         "found %s",
                         TEXT_QUOTE(s->name), s->line, NETSPEC_MAX_PARAMS,
                         TEXT_QUOTE(word));
    if (o->height != 0 &&
        (n[0] != s->input.c || n[1] != s->input.h || n[2] != s->input.w))
        return fail(s,
                    "input: expected the data's %zux%zux%zu, found %s; "
                    "try --input %s",
                    s->input.c, s->input.h, s->input.w, TEXT_QUOTE(word), word);
    s->input = s->shape = (struct shape){n[0], n[1], n[2]};
    return RAMP_OK;
}

/* Cut the line at `text` into words; returns where the next one begins. */
static const char *split_line(struct spec *s, const char *text,
                              enum ramp_status *status)
{
    size_t n = strcspn(text, "\n");
    const char *rest = text[n] ? text + n + 1 : text + n;
    size_t length = strcspn(text, "#\n");
    size_t n_words = 0;
    if (length > 0 && text[length - 1] == '\r' && text[length] != '#')
        length--; /* lines that end in CR LF */
    s->line++;
    s->at = 1;
    memset(s->words, 0, sizeof s->words);
    if (length >= sizeof s->buffer) {
        *status = fail(s, "expected at most %d characters, found %zu",
                       MAX_LINE - 1, length);
        return rest;
    }
    memcpy(s->buffer, text, length);
    s->buffer[length] = 0;
    for (char *p = s->buffer; *p != 0;) {
        p += strspn(p, " \t");
        if (*p == 0)
            break;
        if (n_words == MAX_WORDS) {
            *status = fail(s, "expected at most %d words", MAX_WORDS);
            break;
        }
        s->words[n_words++] = p;
        p += strcspn(p, " \t");
        if (*p != 0)
            *p++ = 0;
    }
    return rest;
}

static enum ramp_status check_end(struct spec *s)
{
    size_t classes = (size_t)s->options->n_classes;
    if (s->n_layers == 0)
        return error_set(s->err, RAMP_MODEL, "%s: expected layers, found none",
                         TEXT_QUOTE(s->name));
    if (s->shape.h * s->shape.w != 1)
        return error_set(s->err, RAMP_MODEL,
                         "%s: expected one value a class at the end, found a "
                         "map of %zux%zux%zu; try adding 'dense classes'",
                         TEXT_QUOTE(s->name), s->shape.c, s->shape.h,
                         s->shape.w);
    if (s->shape.c != classes)
        return error_set(s->err, RAMP_MODEL,
                         "%s: expected %zu values at the end, one a class, "
                         "found %zu; try 'dense classes'",
                         TEXT_QUOTE(s->name), classes, s->shape.c);
    return RAMP_OK;
}

enum ramp_status netspec_parse(struct layer **layers, size_t *n_layers,
                               struct shape *input, const char *text,
                               const char *name,
                               const struct ramp_net_options *options,
                               struct ramp_error *err)
{
    struct spec s = {.name = name, .options = options, .err = err};
    enum ramp_status status = RAMP_OK;
    s.input.c = (size_t)options->channels;
    s.input.h = (size_t)options->height;
    s.input.w = (size_t)options->width;
    s.shape = s.input;
    while (status == RAMP_OK && *text != 0) {
        text = split_line(&s, text, &status);
        if (status != RAMP_OK || s.words[0] == NULL)
            continue;
        if (text_equal(s.words[0], "input"))
            status = parse_input(&s);
        else
            status = parse_layer(&s);
    }
    if (status == RAMP_OK)
        status = check_end(&s);
    if (status != RAMP_OK) {
        mem_free(s.layers);
        return status;
    }
    *layers = s.layers;
    *n_layers = s.n_layers;
    *input = s.input;
    return RAMP_OK;
}
