/* at_init.c - claims about a net that has only been initialised: what its
 * layers make of numbers, forward and backward. */
#include "claims/lab.h"
#include "claims/random.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_PICTURES = 128, N_CLASSES = 10, N_SEEDS = 5, WIDTH = 256 };

/* Pictures of one kind, as a net takes them. */
struct pictures {
    struct ramp_preprocess pre; /* their shape */
    int n_classes;
    float *x;        /* owned */
    int32_t *labels; /* owned */
};

static void pictures_release(struct pictures *p)
{
    mem_free(p->x);
    mem_free(p->labels);
}

static enum ramp_status pictures_new(struct pictures *p, struct ramp_error *err)
{
    size_t size =
        (size_t)p->pre.height * (size_t)p->pre.width * (size_t)p->pre.channels;
    enum ramp_status status = MEM_NEW(&p->x, N_PICTURES * size, "numbers", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->labels, N_PICTURES, "labels", err);
    return status;
}

/* Every value from N(0, 1). */
static enum ramp_status pictures_normal(struct pictures *p, int channels,
                                        int side, struct ramp_error *err)
{
    uint64_t state = 1;
    *p = (struct pictures){
        .pre = {.channels = channels, .height = side, .width = side},
        .n_classes = N_CLASSES};
    enum ramp_status status = pictures_new(p, err);
    if (status != RAMP_OK)
        return status;
    size_t n = (size_t)N_PICTURES * (size_t)channels * (size_t)(side * side);
    for (size_t i = 0; i < n; i++)
        p->x[i] = random_normal(&state);
    for (int i = 0; i < N_PICTURES; i++)
        p->labels[i] = i % N_CLASSES;
    return RAMP_OK;
}

static enum ramp_status read_pictures(struct pictures *p,
                                      const struct ramp_dataset *data,
                                      struct ramp_error *err)
{
    size_t size =
        (size_t)p->pre.height * (size_t)p->pre.width * (size_t)p->pre.channels;
    size_t n = ramp_dataset_count(data, RAMP_TRAIN);
    uint8_t *pixels = NULL;
    enum ramp_status status = MEM_NEW(&pixels, size, "a picture", err);
    for (size_t i = 0; i < N_PICTURES && status == RAMP_OK; i++) {
        size_t index = i * n / N_PICTURES; /* of all classes */
        status = ramp_dataset_read(data, RAMP_TRAIN, index, pixels, err);
        if (status == RAMP_OK)
            ramp_preprocess_scale(p->x + i * size, &p->pre, pixels);
        p->labels[i] = ramp_dataset_label(data, RAMP_TRAIN, index);
    }
    mem_free(pixels);
    return status;
}

/* The clothes that ramp brings along. */
static enum ramp_status pictures_clothes(struct pictures *p,
                                         enum ramp_scale scale,
                                         struct ramp_error *err)
{
    struct ramp_dataset *data = NULL;
    *p = (struct pictures){.n_classes = 0};
    enum ramp_status status =
        ramp_dataset_open(&data, "fashion-small", NULL, err);
    if (status != RAMP_OK)
        return status;
    ramp_dataset_shape(data, &p->pre);
    p->n_classes = ramp_dataset_n_classes(data);
    status = ramp_dataset_measure(data, &p->pre, err);
    p->pre.scale = scale;
    if (status == RAMP_OK)
        status = pictures_new(p, err);
    if (status == RAMP_OK)
        status = read_pictures(p, data, err);
    ramp_dataset_free(data);
    return status;
}

/* The statistics of a net's layers, initialised with a seed. */
static enum ramp_status look(struct ramp_layer_stats **layers, size_t *n_layers,
                             const struct lab *lab, const char *net_name,
                             const char *act, const char *init_name,
                             uint64_t seed, const struct pictures *p,
                             bool backward, struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    struct ramp_init init = {.bias = 0};
    struct ramp_net_options options = {.channels = p->pre.channels,
                                       .height = p->pre.height,
                                       .width = p->pre.width,
                                       .n_classes = p->n_classes};
    *layers = NULL;
    enum ramp_status status = ramp_activation_parse(&options.act, act, err);
    if (status == RAMP_OK)
        status = ramp_init_parse(&init, init_name, err);
    if (status == RAMP_OK)
        status = ramp_net_load(&net, net_name, &options, err);
    if (status == RAMP_OK) {
        *n_layers = ramp_net_n_layers(net);
        ramp_net_init(net, &init, seed);
        status = ramp_diagnose(layers, net, p->x, backward ? p->labels : NULL,
                               N_PICTURES, &lab->settings->compute, err);
    }
    ramp_net_free(net);
    return status;
}

/* "mlp:256,256,...": so many hidden layers. */
static void name_mlp(char name[256], int depth)
{
    size_t n = (size_t)snprintf(name, 256, "mlp:%d", WIDTH);
    for (int i = 1; i < depth && n < 256; i++)
        n += (size_t)snprintf(name + n, 256 - n, ",%d", WIDTH);
}

/* ==== init-formulas ==== */

enum { DEPTH = 30 };

/* With n inputs a layer and weights of variance v the second moment changes by
 * n v / 2 a layer, so the root mean square by `factor`. n is 256, its root 16.
 */
static const struct {
    const char *part, *init;
    double factor;
} inits[] = {
    {"He: normal, 2/n", "he", 1},
    {"normal, 1/n", "lecun", 0.70710678},
    {"uniform, +-1/sqrt(n)", "uniform:0.0625", 0.40824829},
    {"uniform, +-2/sqrt(n)", "uniform:0.125", 0.81649658},
    {"normal, std 2/sqrt(n)", "normal:0.125", 1.41421356},
};
enum { N_INITS = sizeof inits / sizeof *inits };

/* Layer i of the 30 is `dense`, `act`: the text's 2 i - 1 and 2 i. */
static void add_layers(struct lab *lab, const struct ramp_layer_stats *layers)
{
    double first = layers[0].gradient_rms;
    double last = layers[2 * (DEPTH - 1)].gradient_rms;
    for (int i = 1; i <= DEPTH; i++) {
        lab_add(lab, "activation rms", i,
                sqrt(layers[2 * i - 1].second_moment));
        lab_add(lab, "gradient rms", i, layers[2 * i - 2].gradient_rms);
    }
    lab_add(lab, "gradient factor", WHOLE,
            pow(first / last, 1.0 / (DEPTH - 1)));
}

static enum ramp_status measure_inits(struct lab *lab, struct ramp_error *err)
{
    struct pictures p;
    char net[256];
    name_mlp(net, DEPTH);
    enum ramp_status status = pictures_normal(&p, 1, 16, err);
    for (uint64_t i = 0; i < N_INITS * N_SEEDS && status == RAMP_OK; i++) {
        struct ramp_layer_stats *layers = NULL;
        size_t n, init = i / N_SEEDS;
        uint64_t seed = i % N_SEEDS + 1;
        lab_begin(lab, inits[init].part, "", seed);
        status = look(&layers, &n, lab, net, "relu", inits[init].init, seed, &p,
                      true, err);
        if (status == RAMP_OK)
            add_layers(lab, layers);
        free(layers);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    pictures_release(&p);
    return status;
}

static double mean_log(const struct findings *f, const char *part,
                       const char *name, double at)
{
    double values[STATS_MAX], sum = 0;
    size_t n =
        figures_values(f->figures, f->scale, part, name, at, values, STATS_MAX);
    for (size_t i = 0; i < n; i++)
        sum += log(values[i]);
    return n >= N_SEEDS ? sum / (double)n : NAN;
}

static void find_inits(struct findings *f)
{
    for (int i = 0; i < N_INITS; i++) {
        double found =
            exp(mean_log(f, inits[i].part, "gradient factor", WHOLE));
        double forward =
            exp(mean_log(f, inits[i].part, "activation rms", DEPTH) / DEPTH);
        double wanted = inits[i].factor;
        findings_add(f, ESSENTIAL, 0.9 * wanted, 1.1 * wanted, &found, 1,
                     "%s: gradient's factor a layer, 10 %%", inits[i].part);
        findings_add(f, BESIDES, 0.97 * wanted, 1.03 * wanted, &found, 1,
                     "%s: the same, 3 %%", inits[i].part);
        findings_add(f, BESIDES, 0.97 * wanted, 1.03 * wanted, &forward, 1,
                     "%s: activations' factor, 3 %%", inits[i].part);
    }
}

static enum ramp_status show_inits(FILE *file, const struct figures *figures,
                                   const char *scale, struct ramp_error *err)
{
    (void)err;
    fprintf(file,
            "after %d layers, medians      activation rms  gradient rms\n",
            DEPTH);
    for (int i = 0; i < N_INITS; i++)
        fprintf(
            file, "%-28s  %14.2g  %12.2g\n", inits[i].part,
            figures_median(figures, scale, inits[i].part, "activation rms",
                           DEPTH),
            figures_median(figures, scale, inits[i].part, "gradient rms", 1) /
                figures_median(figures, scale, inits[i].part, "gradient rms",
                               DEPTH));
    return RAMP_OK;
}

#define INIT(PART)                                                             \
    {                                                                          \
        .title = PART, .part = PART                                            \
    }

static const struct plot plot_of_inits = {
    .title = "layer",
    .log_y = true,
    .series = (const struct plot_series[]){INIT("He: normal, 2/n"),
                                           INIT("normal, 1/n"),
                                           INIT("uniform, +-1/sqrt(n)"),
                                           INIT("uniform, +-2/sqrt(n)"),
                                           INIT("normal, std 2/sqrt(n)"),
                                           {.title = NULL}},
    .panels =
        (const struct plot_panel[]){
            {.y = "activations, rms", .name = "activation rms"},
            {.y = "gradients, rms", .name = "gradient rms"},
            {.y = NULL}},
};

const struct claim claim_init_formulas = {
    .name = "init-formulas",
    .statement = "First weights with variance 2/n keep the signal of a "
                 "rectifier net from layer to layer; other spreads make it "
                 "vanish or explode at the rate n Var / 2.",
    .source = "Glorot & Bengio 2010; He et al. 2015",
    .protocol =
        "30 dense layers of 256 rectifiers, 128 inputs from N(0, 1), biases 0, "
        "five seeds. The factor a layer is the 29th root of the ratio of the "
        "gradient's root mean square in front of the first and the last of "
        "them, and the 30th root of the last activations'; both are geometric "
        "means over the seeds.\n\n"
        "Popular articles are loose here. With n inputs and m outputs of a "
        "unit, Glorot & Bengio propose a variance of 2/(n+m), as a uniform "
        "distribution +-sqrt(6/(n+m)); 1/n is its fan-in form. Uniform "
        "+-1/sqrt(n), often given as theirs, is the older heuristic that they "
        "replace, with a variance of 1/(3n). He et al. propose 2/n: normal "
        "with std sqrt(2/n), or uniform +-sqrt(6/n); 2/(1+a^2)n for a leaky "
        "slope a. +-2/sqrt(n) is neither: 4/(3n) as a uniform bound, 4/n as a "
        "standard deviation.",
    .reading = "Bounds are n Var / 2, under the root, and so many per cent.",
    .literature = "factors 1, .707, .408, .816 and 1.414 by the theory of He "
                  "et al.",
    .refuted_if = "refuted if a gradient's factor is off by more than 10 %, "
                  "reproduced within 3 % forward and backward, else partly",
    .exact = true,
    .measure = measure_inits,
    .find = find_inits,
    .show = show_inits,
    .plot = &plot_of_inits,
};

/* ==== zeros-at-init ==== */

enum { N_HIDDEN = 10 };

enum input { NORMAL, STANDARD, UNIT };
static const struct {
    const char *part, *net, *act, *init;
    enum input input;
} nets[] = {
    {"relu, he", "mlp", "relu", "he", NORMAL},
    {"relu, xavier", "mlp", "relu", "xavier", NORMAL},
    {"relu, uniform", "mlp", "relu", "uniform:0.0625", NORMAL},
    {"tanh, xavier", "mlp", "tanh", "xavier", NORMAL},
    {"sigmoid, xavier", "mlp", "sigmoid", "xavier", NORMAL},
    {"relu, clothes standardised", "mlp", "relu", "he", STANDARD},
    {"relu, clothes 0..1", "mlp", "relu", "he", UNIT},
    {"conv relu, clothes standardised", "krizhevsky", "relu", "he", STANDARD},
    {"conv relu, clothes 0..1", "krizhevsky", "relu", "he", UNIT},
    {"conv tanh, clothes standardised", "krizhevsky", "tanh", "he", STANDARD},
    {"conv tanh, clothes 0..1", "krizhevsky", "tanh", "he", UNIT},
};
enum { N_NETS = sizeof nets / sizeof *nets };

static void add_zeros(struct lab *lab, const struct ramp_layer_stats *layers,
                      size_t n)
{
    double sum = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        if (layers[i].kind != RAMP_LAYER_ACT)
            continue;
        count++;
        sum += layers[i].zeros;
        lab_add(lab, "zeros", count, layers[i].zeros);
        if (layers[i].act.kind != RAMP_ACT_RELU)
            continue;
        lab_add(lab, "units always zero", count,
                (double)layers[i].dead / layers[i].units);
        lab_add(lab, "units never zero", count,
                (double)layers[i].always_on / layers[i].units);
    }
    lab_add(lab, "zeros, mean of layers", WHOLE, sum / count);
}

static enum ramp_status measure_zeros(struct lab *lab, struct ramp_error *err)
{
    struct pictures inputs[3] = {{.x = NULL}};
    char mlp[256];
    name_mlp(mlp, N_HIDDEN);
    enum ramp_status status = pictures_normal(&inputs[NORMAL], 1, 16, err);
    if (status == RAMP_OK)
        status = pictures_clothes(&inputs[STANDARD], RAMP_SCALE_STANDARD, err);
    if (status == RAMP_OK)
        status = pictures_clothes(&inputs[UNIT], RAMP_SCALE_UNIT, err);
    for (uint64_t i = 0; i < N_NETS * N_SEEDS && status == RAMP_OK; i++) {
        struct ramp_layer_stats *layers = NULL;
        size_t n, net = i / N_SEEDS;
        uint64_t seed = i % N_SEEDS + 1;
        lab_begin(lab, nets[net].part, "", seed);
        status = look(&layers, &n, lab,
                      text_equal(nets[net].net, "mlp") ? mlp : nets[net].net,
                      nets[net].act, nets[net].init, seed,
                      &inputs[nets[net].input], false, err);
        if (status == RAMP_OK)
            add_zeros(lab, layers, n);
        free(layers);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    for (int i = 0; i < 3; i++)
        pictures_release(&inputs[i]);
    return status;
}

static void find_zeros(struct findings *f)
{
    static const struct finding_row tanh_rows[] = {
        {"tanh, xavier", "zeros, mean of layers", WHOLE, 0, 0, ESSENTIAL},
        {"sigmoid, xavier", "zeros, mean of layers", WHOLE, 0, 0, ESSENTIAL},
    };
    f->n_seeds = N_SEEDS;
    for (int i = 0; i < 3; i++) {
        double zeros[STATS_MAX];
        size_t n =
            figures_values(f->figures, f->scale, nets[i].part,
                           "zeros, mean of layers", WHOLE, zeros, STATS_MAX);
        findings_add(f, ESSENTIAL, 0.45, 0.55, zeros, n,
                     "%s: zeros, mean of layers", nets[i].part);
        findings_figure(f, BESIDES, 0.48, 0.52, nets[i].part, "zeros", 1);
    }
    FINDINGS_ROWS(f, tanh_rows);
}

static enum ramp_status show_zeros(FILE *file, const struct figures *figures,
                                   const char *scale, struct ramp_error *err)
{
    (void)err;
    fprintf(file, "per cent, medians of the seeds   zeros: mean layer 1    "
                  "last; units the same for all inputs in the last\n");
    for (int i = 0; i < N_NETS; i++) {
        const char *part = nets[i].part;
        int last = text_equal(nets[i].net, "mlp") ? N_HIDDEN : 3;
        double same =
            figures_median(figures, scale, part, "units always zero", last) +
            figures_median(figures, scale, part, "units never zero", last);
        fprintf(file, "%-32s  %9.1f  %6.1f  %6.1f  ", part,
                100 * figures_median(figures, scale, part,
                                     "zeros, mean of layers", WHOLE),
                100 * figures_median(figures, scale, part, "zeros", 1),
                100 * figures_median(figures, scale, part, "zeros", last));
        if (isnan(same))
            fprintf(file, "     -\n");
        else
            fprintf(file, "%6.1f\n", 100 * same);
    }
    return RAMP_OK;
}

static const struct plot plot_of_zeros = {
    .title = "layer",
    .per_cent = true,
    .series =
        (const struct plot_series[]){
            {.title = "relu", .part = "relu, he"},
            {.title = "tanh", .part = "tanh, xavier"},
            {.title = "relu, clothes", .part = "relu, clothes standardised"},
            {.title = "conv relu, clothes",
             .part = "conv relu, clothes standardised"},
            {.title = NULL}},
    .panels =
        (const struct plot_panel[]){
            {.y = "exact zeros, %", .name = "zeros"},
            {.y = "always zero, % of units", .name = "units always zero"},
            {.y = NULL}},
};

const struct claim claim_zeros_at_init = {
    .name = "zeros-at-init",
    .statement = "In a rectifier net that has just been initialised about half "
                 "of the hidden values are exact zeros.",
    .source = "Glorot, Bordes & Bengio 2011, section 3",
    .protocol =
        "Ten dense layers of 256 units, 128 inputs from N(0, 1), biases 0, "
        "five seeds, three initialisations; counted is h == 0. Beside them "
        "128 pictures of fashion-small, standardised and as 0..1, through the "
        "same net and through krizhevsky.net, whose first activation stands "
        "behind max pooling: of nine values the largest is seldom below 0. "
        "Blank corners of a picture are exact zeros in 0..1, and without a "
        "bias a filter makes zeros of them, with tanh, too: they say nothing "
        "about the activation and are not judged.",
    .literature = "half of the hidden units (the paper); with depth a unit "
                  "tends to be the same for all inputs",
    .refuted_if = "refuted if the mean over the layers is outside .45 to .55 "
                  "with every seed for an initialisation, or if tanh or "
                  "sigmoid make exact zeros of inputs that are none; partly if "
                  "the first layer is outside .48 to .52",
    .exact = true,
    .measure = measure_zeros,
    .find = find_zeros,
    .show = show_zeros,
    .plot = &plot_of_zeros,
};
