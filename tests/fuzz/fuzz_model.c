/* fuzz_model.c - models from the file to an answer. An input that begins with
 * '{' is a model file (model_file.h), loaded and asked about one picture. Any
 * other is the text of a net behind one byte: a model is made around it, saved,
 * loaded again, found equal and asked. Seven of eight changes of an input leave
 * a model (model_mend.h), so that most inputs come to a forward pass. */
#include "tests/fuzz/model_file.h"
#include "tests/fuzz/model_mend.h"

#include <math.h>
#include <ramp/predict.h>
#include <stdio.h>

/* ---- the file that is written ---- */

static uint8_t *written;
static size_t n_written, room;

enum ramp_status __wrap_file_save_begin(struct file_save **save,
                                        const char *path,
                                        struct ramp_error *err);
enum ramp_status __wrap_file_save_write(struct file_save *save,
                                        const void *bytes, size_t n_bytes,
                                        struct ramp_error *err);
enum ramp_status __wrap_file_save_commit(struct file_save **save,
                                         struct ramp_error *err);

enum ramp_status __wrap_file_save_begin(struct file_save **save,
                                        const char *path,
                                        struct ramp_error *err)
{
    (void)path;
    (void)err;
    *save = NULL;
    n_written = 0;
    return RAMP_OK;
}

enum ramp_status __wrap_file_save_write(struct file_save *save,
                                        const void *bytes, size_t n_bytes,
                                        struct ramp_error *err)
{
    (void)save;
    (void)err;
    ASSERT(mem_grow((void **)&written, &room, n_written + n_bytes, 1));
    memcpy(written + n_written, bytes, n_bytes);
    n_written += n_bytes;
    return RAMP_OK;
}

enum ramp_status __wrap_file_save_commit(struct file_save **save,
                                         struct ramp_error *err)
{
    (void)save;
    (void)err;
    return RAMP_OK;
}

/* ---- the answer ---- */

static size_t n_runs, n_passes;

static void report(void)
{
    fprintf(stderr, "%zu runs, %zu with a forward pass\n", n_runs, n_passes);
}

/* Called by libFuzzer alone. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(report);
}

static void ask(const struct ramp_model *model)
{
    static uint8_t pixels[7 * 5 * 3];
    const struct ramp_compute compute = {.n_threads = 1};
    const struct ramp_image image = {
        .width = 7, .height = 5, .channels = 3, .pixels = pixels};
    struct ramp_error err = {.text = ""};
    struct ramp_predictor *predictor;
    size_t n = (size_t)ramp_model_n_classes(model);
    float *probs = mem_alloc(n, sizeof *probs);
    double sum = 0;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(37 * i);
    ASSERT(ramp_predictor_new(&predictor, model, 1, &compute, &err) == RAMP_OK);
    enum ramp_status status =
        ramp_predict_image(predictor, NULL, probs, &image, &err);
    n_passes++;
    fuzz_check_error(status, &err);
    for (size_t i = 0; i < n && status == RAMP_OK; i++) {
        ASSERT(probs[i] >= 0 && probs[i] <= 1);
        sum += (double)probs[i];
    }
    ASSERT(status != RAMP_OK || fabs(sum - 1) < 1e-3);
    ramp_predictor_free(predictor);
    mem_free(probs);
}

/* ---- from a text ---- */

static struct ramp_net_options text_options(uint8_t byte)
{
    return (struct ramp_net_options){.channels = byte & 1 ? 3 : 1,
                                     .height = 1 + (byte >> 1 & 7),
                                     .width = 1 + (byte >> 4 & 7),
                                     .n_classes = byte & 128 ? 5 : 2,
                                     .act = {.kind = RAMP_ACT_TANH}};
}

static struct ramp_net *small_net(const uint8_t *bytes, size_t n_bytes)
{
    const struct ramp_net_options options = text_options(bytes[0]);
    struct ramp_error err = {.text = ""};
    struct ramp_net *net = NULL;
    struct layer *layers;
    struct shape input;
    size_t n;
    char *text = fuzz_text(bytes + 1, n_bytes - 1);
    if (netspec_parse(&layers, &n, &input, text, "fuzz", &options, &err) ==
        RAMP_OK) {
        if (mend_is_small(layers, n, input, MEND_MAX_VALUES))
            ASSERT(ramp_net_parse(&net, text, "fuzz", &options, &err) ==
                   RAMP_OK);
        mem_free(layers);
    }
    free(text);
    return net;
}

static void save_and_load(struct ramp_net *net)
{
    static const char *const classes[] = {"a", "b", "c", "d", "e"};
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    const struct ramp_preprocess pre = {.channels = (int)net->input.c,
                                        .height = (int)net->input.h,
                                        .width = (int)net->input.w,
                                        .scale = RAMP_SCALE_STANDARD,
                                        .std = {1, 1, 1}};
    const struct model_extra extra = {.name = "velocity", .block = net->params};
    struct ramp_error err = {.text = ""};
    struct ramp_model *model = NULL, *again = NULL;
    ramp_net_init(net, &init, 1);
    /* Refused: a text that is not UTF-8. */
    if (ramp_model_new(&model, &net, classes, net->options.n_classes, &pre,
                       &err) == RAMP_OK &&
        ramp_model_set_fact(model, "seed", "1", &err) == RAMP_OK &&
        model_save_with(model, "fuzz.safetensors", &extra, 1, &err) ==
            RAMP_OK) {
        ASSERT(model_file_load(&again, written, n_written, &err) == RAMP_OK);
        size_t n_bytes = model->net->n_params * sizeof(float);
        ASSERT(strcmp(ramp_model_fact(again, "seed"), "1") == 0);
        ASSERT(again->net->n_params == model->net->n_params);
        ASSERT(memcmp(again->net->params, model->net->params, n_bytes) == 0);
        ASSERT(ramp_model_set_fact(again, "seed", NULL, &err) == RAMP_OK);
        ASSERT(ramp_model_fact(again, "seed") == NULL);
        ask(again);
    }
    ramp_model_free(again);
    ramp_model_free(model);
    ramp_net_free(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    struct ramp_model *model = NULL;
    struct ramp_net *net = NULL;
    n_runs++;
    if (n_bytes == 0)
        return 0;
    if (bytes[0] != '{')
        net = small_net(bytes, n_bytes);
    else if (model_file_compose(&model, bytes, n_bytes, &err) == RAMP_OK &&
             mend_is_small(model->net->layers, model->net->n_layers,
                           model->net->input, MEND_MAX_VALUES))
        ask(model);
    if (net != NULL)
        save_and_load(net);
    ramp_model_free(model);
    return 0;
}

/* ---- changes ---- */

/* A line of a net goes, comes, becomes another or has another number. The
 * caller frees the text. */
static char *change_line(const char *text, unsigned seed)
{
    static const char *const lines[] = {"conv 3 3x3 pad 1\n",
                                        "conv 4 2x2 stride 2\n",
                                        "conv 8 1x1 nobias\n",
                                        "conv 16 3x3 pad 2\n",
                                        "conv 5 1x3 pad 0x1\n",
                                        "batchnorm\n",
                                        "batchnorm noscale\n",
                                        "act\n",
                                        "relu\n",
                                        "leaky 0.1\n",
                                        "elu 1\n",
                                        "sigmoid\n",
                                        "maxpool 2x2\n",
                                        "maxpool 3x3 pad 1\n",
                                        "avgpool 2x2 ceil\n",
                                        "avgpool 2x2\n",
                                        "globalpool\n",
                                        "prelu\n",
                                        "maxout 2\n",
                                        "crelu\n",
                                        "dropout 0.5\n",
                                        "dense 16\n",
                                        "maxpool 3x2 stride 1\n"};
    const char *line = lines[seed % (sizeof lines / sizeof *lines)];
    unsigned how = seed / 32 % 4;
    size_t n = strlen(text), at = n ? seed / 128 % n : 0;
    while (at > 0 && text[at - 1] != '\n')
        at--;
    size_t n_old = strcspn(text + at, "\n");
    n_old += text[at + n_old] == '\n';
    size_t n_room = n + strlen(line) + 1;
    char *changed = malloc(n_room);
    ASSERT(changed != NULL);
    snprintf(changed, n_room, "%.*s%s%s", (int)at, text, how > 1 ? line : "",
             text + at + (how % 2 ? 0 : n_old));
    if (how == 1)
        for (char *p = changed + at; p < changed + at + n_old; p++)
            *p = *p >= '0' && *p <= '9' ? (char)('1' + seed / 1024 % 5) : *p;
    return changed;
}

static size_t change_text(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                          unsigned seed)
{
    const struct ramp_net_options options = text_options(bytes[0]);
    char *text = fuzz_text(bytes + 1, n_bytes - 1);
    char *changed = change_line(text, seed);
    char *mended = mend_net(changed, &options, MEND_MAX_VALUES);
    size_t n = strlen(mended);
    if (n < max_bytes)
        memcpy(bytes + 1, mended, n);
    free(text);
    free(changed);
    free(mended);
    return n < max_bytes ? 1 + n : n_bytes;
}

/* The file of a model whose weights are those behind the header as far as they
 * go; 0 if there is no room for it. */
static size_t compose(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                      const struct ramp_model *model, bool velocity)
{
    const struct model_extra extra = {.name = "velocity",
                                      .block = model->net->params};
    struct ramp_error err;
    if (model_save_with(model, "fuzz.safetensors", &extra, velocity, &err) !=
            RAMP_OK ||
        n_written - 7 > max_bytes)
        return 0;
    size_t n_head = 8 + (size_t)written[0] + 256 * (size_t)written[1];
    uint8_t *zero = memchr(bytes, 0, n_bytes);
    uint8_t *old = zero ? zero + 1 : bytes + n_bytes;
    size_t n_old = (size_t)(bytes + n_bytes - old);
    for (size_t i = 0; n_head + i + 4 <= n_written; i += 4) {
        float value = .25f;
        if (i + 4 <= n_old)
            memcpy(&value, old + i, 4);
        if (!isfinite(value))
            value = 1;
        memcpy(written + n_head + i, &value, 4);
    }
    memcpy(bytes, written + 8, n_head - 8);
    bytes[n_head - 8] = 0;
    memcpy(bytes + n_head - 7, written + n_head, n_written - n_head);
    return n_written - 7;
}

/* A file made of what is left of one, and of another setting or another line
 * of its net if there is a seed for it. */
static size_t change_file(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                          unsigned seed)
{
    char *values[MEND_N_KEYS], *head = fuzz_text(bytes, n_bytes);
    size_t n = 0, key = seed / 2 % MEND_N_KEYS;
    bool velocity = strstr(head, "\"optimizer.") != NULL;
    mend_read(values, head);
    char **value = &values[seed % 2 ? MEND_NET : key], *before = *value;
    if (seed % 2)
        *value = change_line(before, seed / 2);
    else if (seed != 0)
        *value = mend_copy(mend_keys[key].words[seed / 32 % MEND_N_WORDS]);
    struct ramp_model *model = mend_model(values, max_bytes / 8);
    if (model != NULL)
        n = compose(bytes, n_bytes, max_bytes, model, velocity);
    ramp_model_free(model);
    if (*value != before)
        free(before);
    for (size_t i = 0; i < MEND_N_KEYS; i++)
        free(values[i]);
    free(head);
    return n ? n : n_bytes;
}

/* The weights, which stand behind the header; there are as many as before. */
static void change_weights(uint8_t *bytes, size_t n_bytes)
{
    uint8_t *zero = memchr(bytes, 0, n_bytes);
    size_t n = zero ? (size_t)(bytes + n_bytes - (zero + 1)) : 0;
    size_t n_left = n ? LLVMFuzzerMutate(zero + 1, n, n) : 0;
    if (n > n_left)
        memset(zero + 1 + n_left, 0, n - n_left);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                               unsigned seed)
{
    if (n_bytes < 2 || seed % 8 == 0)
        return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    if (bytes[0] != '{')
        return change_text(bytes, n_bytes, max_bytes, seed / 8);
    if (seed % 8 > 3)
        return change_file(bytes, n_bytes, max_bytes, seed / 8);
    if (seed % 8 == 1)
        n_bytes = LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    else
        change_weights(bytes, n_bytes);
    return change_file(bytes, n_bytes, max_bytes, 0);
}
