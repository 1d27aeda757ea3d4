/* net.c - a net: its layers, where their parameters lie, first weights. */
#include "net/net.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "layers/init.h"
#include "net/netspec.h"
#include "net/plan.h"

#include <stdio.h>
#include <string.h>

/* ---- Tensors ---- */

static void add_tensor(struct ramp_net *net, size_t layer, const char *what,
                       enum tensor_role role, size_t at)
{
    const struct layer *l = &net->layers[layer];
    struct tensor *t = &net->tensors[net->n_tensors++];
    snprintf(t->name, sizeof t->name, "%s.%s", l->name, what);
    t->role = role;
    t->layer = layer;
    t->offset = at;
    t->n_dims = 1;
    t->dims[0] = l->out.c;
    if (role == TENSOR_WEIGHT && l->kind == LAYER_CONV) {
        t->n_dims = 4;
        t->dims[1] = l->in.c;
        t->dims[2] = l->window.r;
        t->dims[3] = l->window.s;
    } else if (role == TENSOR_WEIGHT) {
        t->n_dims = 2;
        t->dims[1] = shape_size(l->in);
    }
    t->n = 1;
    for (int i = 0; i < t->n_dims; i++)
        t->n *= t->dims[i];
}

static void place_parameters(struct ramp_net *net)
{
    for (size_t i = 0; i < net->n_layers; i++) {
        struct layer *l = &net->layers[i];
        size_t weights = layer_n_weights(l), params = layer_n_params(l);
        bool norm = l->kind == LAYER_BATCHNORM;
        enum tensor_role role = l->kind == LAYER_PRELU ? TENSOR_SLOPE
                                : norm                 ? TENSOR_NORM
                                                       : TENSOR_WEIGHT;
        l->weight_at = net->n_params;
        l->bias_at = net->n_params + weights;
        l->running_at = net->n_running;
        net->n_params += params;
        if (weights > 0)
            add_tensor(net, i, "weight", role, l->weight_at);
        if (params > weights)
            add_tensor(net, i, "bias", norm ? TENSOR_NORM : TENSOR_BIAS,
                       l->bias_at);
        if (norm) {
            add_tensor(net, i, "running_mean", TENSOR_RUNNING, net->n_running);
            add_tensor(net, i, "running_var", TENSOR_RUNNING,
                       net->n_running + l->in.c);
            net->n_running += 2 * l->in.c;
        }
    }
}

float *net_tensor_block(const struct ramp_net *net, const struct tensor *t)
{
    return t->role == TENSOR_RUNNING ? net->running : net->params;
}

/* Files have (k, c, r, s); memory has (r, s, c, k). A dense layer is the same
 * with r, s = h, w of its input; a vector has k alone. */
struct order {
    size_t k, c, taps;
};

static struct order tensor_order(const struct ramp_net *net,
                                 const struct tensor *t)
{
    if (t->role != TENSOR_WEIGHT)
        return (struct order){t->n, 1, 1};
    size_t c = net->layers[t->layer].in.c, k = t->dims[0];
    return (struct order){k, c, t->n / (k * c)};
}

void net_tensor_to_file(const struct ramp_net *net, const struct tensor *t,
                        float *file, const float *block)
{
    struct order o = tensor_order(net, t);
    const float *memory = block + t->offset;
    for (size_t k = 0; k < o.k; k++)
        for (size_t c = 0; c < o.c; c++)
            for (size_t tap = 0; tap < o.taps; tap++)
                *file++ = memory[(tap * o.c + c) * o.k + k];
}

void net_tensor_from_file(const struct ramp_net *net, const struct tensor *t,
                          float *block, const float *file)
{
    net_rows_from_file(net, t, block, file, 0, t->dims[0]);
}

/* Rows innermost: their values lie side by side in memory. */
void net_rows_from_file(const struct ramp_net *net, const struct tensor *t,
                        float *block, const float *file, size_t first, size_t n)
{
    struct order o = tensor_order(net, t);
    float *memory = block + t->offset + first;
    for (size_t c = 0; c < o.c; c++)
        for (size_t tap = 0; tap < o.taps; tap++, file++)
            for (size_t k = 0; k < n; k++)
                memory[(tap * o.c + c) * o.k + k] = file[k * o.c * o.taps];
}

static const struct tensor *find_twin(const struct ramp_net *net,
                                      const struct tensor *t)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *twin = &net->tensors[i];
        if (text_equal(twin->name, t->name) && twin->n_dims == t->n_dims &&
            memcmp(twin->dims, t->dims, (size_t)t->n_dims * sizeof *t->dims) ==
                0)
            return twin;
    }
    return NULL;
}

enum ramp_status net_take_over(size_t *n_taken, struct ramp_net *net,
                               const struct ramp_net *from,
                               struct ramp_error *err)
{
    float *values;
    size_t largest = 0, last = 0; /* layer with weights */
    *n_taken = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        largest = t->n > largest ? t->n : largest;
        last = t->role == TENSOR_WEIGHT ? t->layer : last;
    }
    enum ramp_status status = MEM_NEW(&values, largest, "a tensor", err);
    for (size_t i = 0; i < net->n_tensors && status == RAMP_OK; i++) {
        const struct tensor *t = &net->tensors[i];
        const struct tensor *twin = find_twin(from, t);
        if (twin == NULL || t->layer == last)
            continue;
        /* By the order of files: that of memory depends on the maps. */
        net_tensor_to_file(from, twin, values, net_tensor_block(from, twin));
        net_tensor_from_file(net, t, net_tensor_block(net, t), values);
        ++*n_taken;
    }
    mem_free(values);
    return status;
}

/* ---- Making a net ---- */

/* "models/lenet.net" -> "lenet" */
static char *short_name(const char *name)
{
    char *copy = mem_strdup(file_base(name));
    if (copy != NULL && text_ends_with(copy, ".net"))
        copy[strlen(copy) - 4] = 0;
    return copy;
}

static enum ramp_status check_total(const struct ramp_net *net,
                                    const char *name, struct ramp_error *err)
{
    if (net->n_params <= NETSPEC_MAX_PARAMS)
        return RAMP_OK;
    return error_set(err, RAMP_MEMORY,
                     "%s: expected at most %zu parameters, found %zu",
                     TEXT_QUOTE(name), NETSPEC_MAX_PARAMS, net->n_params);
}

enum ramp_status ramp_net_parse(struct ramp_net **out, const char *text,
                                const char *name,
                                const struct ramp_net_options *options,
                                struct ramp_error *err)
{
    struct ramp_net *net;
    *out = NULL;
    enum ramp_status status = MEM_NEW(&net, 1, "a net", err);
    if (status != RAMP_OK)
        return status;
    net->options = *options;
    net->text = mem_strdup(text);
    net->name = short_name(name);
    if (net->text == NULL || net->name == NULL)
        status = error_memory(err, "a net's text", strlen(text));
    if (status == RAMP_OK)
        status = netspec_parse(&net->layers, &net->n_layers, &net->input, text,
                               name, options, err);
    if (status == RAMP_OK)
        status = MEM_NEW(&net->tensors, 4 * net->n_layers, "tensors", err);
    if (status == RAMP_OK) {
        net->options.channels = (int)net->input.c;
        net->options.height = (int)net->input.h;
        net->options.width = (int)net->input.w;
        place_parameters(net);
        status = check_total(net, name, err);
    }
    if (status == RAMP_OK)
        status = MEM_NEW(&net->params, net->n_params, "parameters", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&net->running, net->n_running, "statistics", err);
    if (status == RAMP_OK)
        *out = net;
    else
        ramp_net_free(net);
    return status;
}

void ramp_net_free(struct ramp_net *net)
{
    if (net == NULL)
        return;
    mem_free(net->text);
    mem_free(net->name);
    mem_free(net->layers);
    mem_free(net->tensors);
    mem_free(net->params);
    mem_free(net->running);
    mem_free(net);
}

static enum ramp_status not_found(const char *name, struct ramp_error *err)
{
    return file_not_shipped("net", name, "a file", "models", ".net", err);
}

/* A file as named, or NAME.net among the shipped nets. */
static enum ramp_status find_net(char **path, const char *name,
                                 struct ramp_error *err)
{
    char file[256];
    *path = NULL;
    if (file_is_regular(name)) {
        *path = mem_strdup(name);
        return *path ? RAMP_OK : error_memory(err, "a path", strlen(name));
    }
    if (strchr(name, '/') != NULL ||
        snprintf(file, sizeof file, "%s.net", name) >= (int)sizeof file)
        return not_found(name, err);
    enum ramp_status status = file_find_shipped(path, "models", file, err);
    return status != RAMP_OK || *path ? status : not_found(name, err);
}

/* From "512,512": the net's text, and "mlp-512-512", which a folder may be
 * called. */
static enum ramp_status parse_mlp(struct ramp_net **net, const char *widths,
                                  const struct ramp_net_options *options,
                                  struct ramp_error *err)
{
    enum { MAX_WIDTHS = 64, MAX_DIGITS = 7 };
    char text[128 + MAX_WIDTHS * 32] = "input   data\n", name[1024] = "mlp";
    size_t n = strlen(text), n_name = strlen(name);
    const char *p = widths;
    for (int i = 0; i < MAX_WIDTHS; i++) {
        char width[MAX_DIGITS + 1];
        size_t length = strcspn(p, ",");
        uint64_t units;
        snprintf(width, sizeof width, "%.*s", (int)length, p);
        if (length > MAX_DIGITS || !text_to_u64(&units, width, 1, 1 << 20))
            break;
        n += (size_t)snprintf(text + n, sizeof text - n, "dense   %s\nact\n",
                              width);
        n_name +=
            (size_t)snprintf(name + n_name, sizeof name - n_name, "-%s", width);
        p += length;
        if (*p == 0) {
            snprintf(text + n, sizeof text - n, "dense   classes\n");
            return ramp_net_parse(net, text, name, options, err);
        }
        p++;
    }
    return error_set(err, RAMP_MODEL,
                     "net mlp: expected 1 to %d numbers of units from 1 to "
                     "1048576, found %s; try mlp:512,512",
                     MAX_WIDTHS, TEXT_QUOTE(widths));
}

enum ramp_status ramp_net_load(struct ramp_net **net, const char *name,
                               const struct ramp_net_options *options,
                               struct ramp_error *err)
{
    enum { MAX_BYTES = 1 << 20 };
    uint8_t *text = NULL;
    size_t n_bytes;
    *net = NULL;
    char *path;
    if (strncmp(name, "mlp:", 4) == 0 && !file_is_regular(name))
        return parse_mlp(net, name + 4, options, err);
    enum ramp_status status = find_net(&path, name, err);
    if (status == RAMP_OK)
        status = file_read(&text, &n_bytes, path, MAX_BYTES, RAMP_MODEL, err);
    if (status == RAMP_OK && memchr(text, 0, n_bytes) != NULL)
        status = error_set(err, RAMP_MODEL,
                           "cannot read %s: expected text, found a zero byte",
                           TEXT_QUOTE(path));
    if (status == RAMP_OK)
        status = ramp_net_parse(net, (const char *)text, path, options, err);
    mem_free(text);
    mem_free(path);
    return status;
}

/* Of what is not drawn. */
static float first_value(const struct ramp_net *net, const struct tensor *t,
                         const struct ramp_init *init)
{
    switch (t->role) {
    case TENSOR_BIAS: return init->bias;
    case TENSOR_SLOPE: return net->layers[t->layer].act.a;
    case TENSOR_NORM: return text_ends_with(t->name, ".weight");
    case TENSOR_RUNNING: return text_ends_with(t->name, "running_var");
    case TENSOR_WEIGHT: break;
    }
    return 0;
}

/* The first filters pass a channel on each. */
static void set_identity(const struct tensor *t, struct order o, float *memory)
{
    size_t middle = t->dims[2] / 2 * t->dims[3] + t->dims[3] / 2;
    for (size_t k = 0; k < o.k && k < o.c; k++)
        for (size_t c = 0; c < o.c; c++)
            for (size_t tap = 0; tap < o.taps; tap++)
                memory[(tap * o.c + c) * o.k + k] = c == k && tap == middle;
}

/* `layer` of those with weights. */
static void init_weights(const struct ramp_net *net, const struct tensor *t,
                         const struct ramp_init *init, int layer,
                         struct rng_key key)
{
    struct order o = tensor_order(net, t);
    float *memory = net->params + t->offset;
    /* A dense layer's map counts as its inputs, not as a window. */
    bool conv = t->n_dims == 4;
    double fan_in = (double)(o.c * o.taps);
    double fan_out = (double)(o.k * (conv ? o.taps : 1));
    double std = init_std(init, layer, fan_in, fan_out);
    /* Numbered as in files, so that they do not change with the order in
     * memory. */
    uint64_t number = 0;
    for (size_t k = 0; k < o.k; k++)
        for (size_t c = 0; c < o.c; c++)
            for (size_t tap = 0; tap < o.taps; tap++)
                memory[(tap * o.c + c) * o.k + k] =
                    init_value(init, std, key, number++);
    if (init->kind == RAMP_INIT_DIRAC && conv && !net->layers[t->layer].whiten)
        set_identity(t, o, memory);
}

void ramp_net_init(struct ramp_net *net, const struct ramp_init *init,
                   uint64_t seed)
{
    int n_layers = 0; /* with weights, so far */
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        float *memory = net_tensor_block(net, t) + t->offset;
        float first = first_value(net, t, init);
        for (size_t j = 0; j < t->n; j++)
            memory[j] = first;
        if (t->role == TENSOR_WEIGHT)
            init_weights(net, t, init, n_layers++,
                         rng_key(seed, RNG_WEIGHTS, i));
    }
}

/* ---- Looking at a net ---- */

const char *ramp_net_text(const struct ramp_net *net)
{
    return net->text;
}

const char *ramp_net_name(const struct ramp_net *net)
{
    return net->name;
}

void ramp_net_options(const struct ramp_net *net,
                      struct ramp_net_options *options)
{
    *options = net->options;
}

size_t ramp_net_n_layers(const struct ramp_net *net)
{
    return net->n_layers;
}

size_t ramp_net_n_parameters(const struct ramp_net *net)
{
    return net->n_params;
}

/* How far one output of layers 0..index sees, along one axis: each window of
 * n taps reaches n - 1 steps further, and a step is the product of the strides
 * before it. */
static size_t receptive(const struct ramp_net *net, size_t index, bool rows)
{
    size_t reach = 1, step = 1;
    size_t input = rows ? net->input.h : net->input.w;
    for (size_t i = 0; i <= index; i++) {
        const struct layer *l = &net->layers[i];
        const struct window *v = &l->window;
        size_t taps = rows ? v->r : v->s, in = rows ? l->in.h : l->in.w;
        if (l->kind == LAYER_DENSE)
            taps = in;
        if (taps > 0)
            reach += (taps - 1) * step;
        if (v->r > 0)
            step *= rows ? v->stride_h : v->stride_w;
    }
    return reach < input ? reach : input;
}

void ramp_net_layer(const struct ramp_net *net, size_t index,
                    struct ramp_layer_info *info)
{
    ASSERT(index < net->n_layers);
    const struct layer *l = &net->layers[index];
    bool first = true; /* nothing before it has parameters: no dx needed */
    for (size_t i = 0; i < index; i++)
        first = first && layer_n_params(&net->layers[i]) == 0;
    *info = (struct ramp_layer_info){
        .out_channels = (int)l->out.c,
        .out_height = (int)l->out.h,
        .out_width = (int)l->out.w,
        .n_parameters = layer_n_params(l),
        .forward_flop = layer_forward_flop(l),
        .train_flop = layer_train_flop(l, !first),
        .receptive_height = (int)receptive(net, index, true),
        .receptive_width = (int)receptive(net, index, false),
        .activation_bytes = shape_size(l->out) * sizeof(float),
    };
    memcpy(info->text, l->text, sizeof info->text);
}

size_t ramp_net_n_tensors(const struct ramp_net *net)
{
    return net->n_tensors;
}

void ramp_net_tensor(const struct ramp_net *net, size_t index,
                     struct ramp_tensor *tensor)
{
    ASSERT(index < net->n_tensors);
    const struct tensor *t = &net->tensors[index];
    *tensor = (struct ramp_tensor){.name = t->name,
                                   .layer = t->layer,
                                   .n_dims = t->n_dims,
                                   .n_values = t->n};
    for (int i = 0; i < t->n_dims; i++)
        tensor->dims[i] = t->dims[i];
}

void ramp_net_tensor_values(const struct ramp_net *net, size_t index,
                            float *values)
{
    ASSERT(index < net->n_tensors);
    const struct tensor *t = &net->tensors[index];
    net_tensor_to_file(net, t, values, net_tensor_block(net, t));
}

/* With a batch of pictures and labels, and with the program itself: code,
 * libraries, the heap's own books. That part is measured, not derived: what
 * `ramp bench` held beyond the rest on x86-64 with glibc 2.36, a mean over five
 * nets, batches of 1 to 128 and 1 to 8 threads. Built by clang it is 1.1 MB
 * more, of libomp. */
size_t ramp_net_memory(const struct ramp_net *net, size_t batch, bool training,
                       const struct ramp_compute *compute)
{
    const size_t program_bytes = 4070 * 1024;
    size_t blocks = training ? 2 : 1; /* with the optimiser's momentum */
    size_t inputs = batch * (shape_size(net->input) + 1);
    size_t maps = plan_bytes(net, batch, training, compute);
    if (maps == 0)
        return 0;
    return (net->n_params * blocks + net->n_running + inputs) * sizeof(float) +
           maps + program_bytes;
}
