/* fuzz_model.c - models from the file to an answer. An input that begins with
 * '{' is a model file (model_file.h), loaded and asked about one picture. Any
 * other is the text of a net behind one byte: a model is made around it, saved,
 * loaded again, found equal and asked. Three of four changes of an input keep
 * what makes a model of it. */
#include "net/netspec.h"
#include "tests/fuzz/model_file.h"

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

/* Large nets take the same ways, only longer. */
static bool is_small(const struct layer *layers, size_t n, struct shape input)
{
    double values = (double)shape_size(input), flop = 0;
    for (size_t i = 0; i < n; i++) {
        values += (double)shape_size(layers[i].out);
        values += (double)layer_n_params(&layers[i]);
        flop += layer_forward_flop(&layers[i]);
    }
    return values <= 20000 && flop <= 200000;
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

static struct ramp_net *small_net(const uint8_t *bytes, size_t n_bytes)
{
    const struct ramp_net_options options = {.channels = bytes[0] & 1 ? 3 : 1,
                                             .height = 1 + (bytes[0] >> 1 & 7),
                                             .width = 1 + (bytes[0] >> 4 & 7),
                                             .n_classes =
                                                 bytes[0] & 128 ? 5 : 2,
                                             .act = {.kind = RAMP_ACT_TANH}};
    struct ramp_error err = {.text = ""};
    struct ramp_net *net = NULL;
    struct layer *layers;
    struct shape input;
    size_t n;
    char *text = fuzz_text(bytes + 1, n_bytes - 1);
    if (netspec_parse(&layers, &n, &input, text, "fuzz", &options, &err) ==
        RAMP_OK) {
        if (is_small(layers, n, input))
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
    if (n_bytes == 0)
        return 0;
    if (bytes[0] != '{')
        net = small_net(bytes, n_bytes);
    else if (model_file_compose(&model, bytes, n_bytes, &err) == RAMP_OK &&
             is_small(model->net->layers, model->net->n_layers,
                      model->net->input))
        ask(model);
    if (net != NULL)
        save_and_load(net);
    ramp_model_free(model);
    return 0;
}

/* ---- changes that leave a model a model ---- */

/* The weights, which stand behind the header; there are as many as before. */
static size_t change_weights(uint8_t *bytes, size_t n_bytes)
{
    uint8_t *zero = memchr(bytes, 0, n_bytes);
    if (zero == NULL || zero + 1 == bytes + n_bytes)
        return LLVMFuzzerMutate(bytes, n_bytes, n_bytes);
    size_t n = (size_t)(bytes + n_bytes - (zero + 1));
    size_t n_left = LLVMFuzzerMutate(zero + 1, n, n);
    memset(zero + 1 + n_left, 0, n - n_left);
    return n_bytes;
}

static size_t replace(uint8_t *bytes, size_t n_bytes, size_t at, size_t n_old,
                      const char *text)
{
    size_t n = strlen(text), rest = n_bytes - at - n_old;
    memmove(bytes + at + n, bytes + at + n_old, rest);
    memcpy(bytes + at, text, n);
    return n_bytes - n_old + n;
}

/* A line of a net goes, comes, becomes another or has another number. The
 * last one, that of the classes, stays. */
static size_t change_line(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                          unsigned seed)
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
                                        "dropout 0.5\n",
                                        "dense 16\n",
                                        "maxpool 3x2 stride 1\n"};
    const char *line = lines[seed % (sizeof lines / sizeof *lines)];
    unsigned how = seed / 32 % 4;
    size_t at = 1 + seed / 128 % (n_bytes - 1);
    while (at > 1 && bytes[at - 1] != '\n')
        at--;
    uint8_t *end = memchr(bytes + at, '\n', n_bytes - at);
    size_t n_old = end ? (size_t)(end + 1 - (bytes + at)) : 0;
    if (how == 0)
        return replace(bytes, n_bytes, at, n_old, "");
    if (how == 1)
        for (size_t i = at; i < at + n_old; i++)
            if (bytes[i] >= '0' && bytes[i] <= '9')
                bytes[i] = (uint8_t)('1' + seed / 1024 % 5);
    if (how == 1 || n_bytes + strlen(line) > max_bytes)
        return n_bytes;
    return replace(bytes, n_bytes, at, how == 2 ? n_old : 0, line);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                               unsigned seed)
{
    if (n_bytes < 2 || seed % 4 == 0)
        return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    if (bytes[0] == '{')
        return change_weights(bytes, n_bytes);
    return change_line(bytes, n_bytes, max_bytes, seed / 4);
}
