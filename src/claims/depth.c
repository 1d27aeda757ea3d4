/* depth.c - claims about layers in depth, from trainings whose layers are
 * looked at after every epoch: vanishing-gradient, saturation and
 * sparsity-trained. */
#include "claims/lab.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <math.h>
#include <stdlib.h>

/* What a scale changes. */
struct size {
    size_t max_train;
    int n_seeds, epochs;
};

static void begin(struct compare *compare, const struct lab *lab,
                  const char *data, const struct size *size)
{
    compare_init(compare, lab->claim->name, lab->scale,
                 &lab->settings->compute);
    compare->n_seeds = size->n_seeds;
    compare->data_name = data;
    compare->data.max_train = size->max_train;
    compare->train.epochs = size->epochs;
}

/* "train error 3": the name of a figure of one epoch whose `at` is the layer.
 */
static void name_of(char name[64], const char *what, int epoch)
{
    snprintf(name, 64, "%s, epoch %d", what, epoch);
}

/* The layers of a model on up to 512 training pictures, forward and back. */
static enum ramp_status look(struct ramp_layer_stats **layers,
                             const struct lab_look *l, struct ramp_error *err)
{
    return ramp_diagnose_data(layers, l->model, l->place->data, RAMP_TRAIN, 512,
                              &l->lab->settings->compute, err);
}

/* ==== vanishing-gradient ==== */

enum { DEEP = 20 };
#define DEEP_NET                                                               \
    "mlp:256,256,256,256,256,256,256,256,256,256,256,256,256,256,256,256,256," \
    "256,256,256"

static const struct compare_arm deep_arms[] = {
    {.name = "sigmoid 1/n",
     .net = DEEP_NET,
     .act = "sigmoid",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh 1/n",
     .net = DEEP_NET,
     .act = "tanh",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh uniform 1/sqrt n",
     .net = DEEP_NET,
     .act = "tanh",
     .init = "uniform:0.0357143,0.0625",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "relu 2/n",
     .net = DEEP_NET,
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "relu 1/n",
     .net = DEEP_NET,
     .act = "relu",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
};
enum { N_DEEP_ARMS = sizeof deep_arms / sizeof *deep_arms };

static const double deep_rates[] = {0.01};

static const struct size deep_sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1, 2},
    [CLAIM_STANDARD] = {20000, 3, 5},
    [CLAIM_FULL] = {0, 3, 10},
};

/* The slope of the logarithm over the layers is the factor of a layer. */
static enum ramp_status look_deep(const struct lab_look *l,
                                  struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    char name[64];
    enum ramp_status status = look(&layers, l, err);
    if (status != RAMP_OK)
        return status;
    size_t n = ramp_net_n_layers(ramp_model_net(l->model));
    double sx = 0, sy = 0, sxx = 0, sxy = 0, count = 0;
    name_of(name, "gradient rms", l->epoch);
    for (size_t i = 0; i + 1 < n; i++) { /* but for the one of the classes */
        if (layers[i].kind != RAMP_LAYER_DENSE)
            continue;
        double y = log(layers[i].gradient_rms), x = count++;
        lab_add(l->lab, name, count, layers[i].gradient_rms);
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double slope = (count * sxy - sx * sy) / (count * sxx - sx * sx);
    lab_add(l->lab, "gradient factor", l->epoch, exp(-slope));
    free(layers);
    return RAMP_OK;
}

static enum ramp_status measure_deep(struct lab *lab, struct ramp_error *err)
{
    struct compare compare;
    begin(&compare, lab, "mnist", &deep_sizes[claim_scale_of(lab->scale)]);
    compare.arms = deep_arms;
    compare.n_arms = N_DEEP_ARMS;
    compare.rates = deep_rates;
    compare.n_rates = 1;
    return lab_train(lab, &compare, look_deep, err);
}

/* Of the published claim: it holds where the gradient vanishes with tanh in
 * every initialisation, and with rectifiers in none. */
static void find_deep(struct findings *f)
{
    const struct size *size = &deep_sizes[claim_scale_of(f->scale)];
    static const struct finding_row rows[] = {
        {"sigmoid 1/n", "gradient factor", 0, 0, 0.5, ESSENTIAL},
        {"tanh uniform 1/sqrt n", "gradient factor", 0, 0, 0.8, BESIDES},
        {"tanh 1/n", "gradient factor", 0, 0, 0.8, BESIDES},
        {"relu 2/n", "gradient factor", 0, 0.9, 1.1, ESSENTIAL},
        {"relu 1/n", "gradient factor", 0, 0.9, 1.1, BESIDES},
    };
    f->n_seeds = (size_t)size->n_seeds;
    FINDINGS_ROWS(f, rows);
    findings_figure(f, BESIDES, 0.8, 1, "sigmoid 1/n", "val error",
                    size->epochs);
    findings_figure(f, BESIDES, 0.8, 1, "tanh 1/n", "val error", size->epochs);
    findings_figure(f, BESIDES, 0, 0.1, "relu 2/n", "val error", size->epochs);
}

static enum ramp_status show_deep(FILE *file, const struct figures *figures,
                                  const char *scale, struct ramp_error *err)
{
    const int last = deep_sizes[claim_scale_of(scale)].epochs;
    (void)err;
    fprintf(file,
            "medians                 factor of a layer: at first, after "
            "1, after %2d   val error %%\n",
            last);
    for (int i = 0; i < N_DEEP_ARMS; i++) {
        const char *part = deep_arms[i].name;
        fprintf(file, "%-24s  %20.3f  %8.3f  %9.3f  %9.2f\n", part,
                figures_median(figures, scale, part, "gradient factor", 0),
                figures_median(figures, scale, part, "gradient factor", 1),
                figures_median(figures, scale, part, "gradient factor", last),
                100 * figures_median(figures, scale, part, "val error", last));
    }
    return RAMP_OK;
}

#define DEEP_SERIES(PART)                                                      \
    {                                                                          \
        .title = PART, .part = PART                                            \
    }

static const struct plot plot_of_deep = {
    .title = "layer",
    .log_y = true,
    .series = (const struct plot_series[]){DEEP_SERIES("relu 2/n"),
                                           DEEP_SERIES("tanh 1/n"),
                                           DEEP_SERIES("sigmoid 1/n"),
                                           DEEP_SERIES("relu 1/n"),
                                           DEEP_SERIES("tanh uniform 1/sqrt n"),
                                           {.title = NULL}},
    .panels =
        (const struct plot_panel[]){
            {.y = "gradients, rms", .name = "gradient rms", .epoch = "0"},
            {.y = "gradients, rms", .name = "gradient rms", .epoch = "1"},
            {.y = "gradients, rms", .name = "gradient rms", .epoch = "last"},
            {.y = NULL}},
};

const struct claim claim_vanishing_gradient = {
    .name = "vanishing-gradient",
    .statement = "With saturating units the error signal shrinks from layer to "
                 "layer, so that they cannot be used in deep nets; the "
                 "rectifier almost completely avoids it.",
    .source = "articles on ReLU; Hochreiter 1991; Glorot & Bengio 2010",
    .protocol =
        "MNIST, 20 dense layers of 256 units, SGD with momentum 0.9 at a rate "
        "of 0.01, batches of 128; the root mean square of the gradient in "
        "front "
        "of each layer's activation, on 512 training pictures, before the "
        "first step and after every epoch. The factor of a layer is the slope "
        "of its logarithm.\n\n"
        "As worded the claim is too strong both ways. What shrinks the "
        "gradient is the product of derivative and weights: tanh with variance "
        "1/n keeps nearly all of it, and a rectifier with too small weights "
        "loses it as fast as tanh does. \"Gradients proportional to the "
        "activations\", which articles say, mixes up the gradients of weights "
        "with the derivative of the rectifier, which is 0 or 1.",
    .reading = "A factor below 1 shrinks: 0.5 leaves a millionth after 20 "
               "layers.",
    .literature = "factors at first for a width of 256, by the theory: sigmoid "
                  ".23, tanh 1/n .93, tanh uniform +-1/sqrt(n) .57, relu 2/n "
                  "1, relu 1/n .71",
    .refuted_if =
        "refuted if sigmoid with 1/n keeps more than half of the gradient a "
        "layer, or ReLU with 2/n is outside .9 to 1.1; reproduced if tanh "
        "loses more than a fifth with both initialisations and does not learn, "
        "and ReLU keeps it with both; else partly",
    .costs = {"2 minutes", "10 minutes", "1 hour"},
    .measure = measure_deep,
    .find = find_deep,
    .show = show_deep,
    .plot = &plot_of_deep,
};

/* ==== saturation ==== */

/* 5 layers of 1000: bounds 1/sqrt(784) and 1/sqrt(1000). */
#define WIDE_NET "mlp:1000,1000,1000,1000,1000"
#define OLD_INIT "uniform:0.0357143,0.0316228"
enum { N_WIDE = 5 };

static const struct compare_arm wide_arms[] = {
    {.name = "sigmoid, old",
     .net = WIDE_NET,
     .act = "sigmoid",
     .init = OLD_INIT,
     .scale = RAMP_SCALE_STANDARD},
    {.name = "sigmoid, normalised",
     .net = WIDE_NET,
     .act = "sigmoid",
     .init = "xavier-uniform",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh, old",
     .net = WIDE_NET,
     .act = "tanh",
     .init = OLD_INIT,
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh, normalised",
     .net = WIDE_NET,
     .act = "tanh",
     .init = "xavier-uniform",
     .scale = RAMP_SCALE_STANDARD},
};
enum { N_WIDE_ARMS = sizeof wide_arms / sizeof *wide_arms };

static const double wide_rates[] = {0.05};

static const struct size wide_sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1, 5},
    [CLAIM_STANDARD] = {20000, 3, 20},
    [CLAIM_FULL] = {0, 3, 20},
};

static enum ramp_status look_wide(const struct lab_look *l,
                                  struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    char saturated[64], mean[64], spread[64];
    enum ramp_status status = look(&layers, l, err);
    if (status != RAMP_OK)
        return status;
    size_t n = ramp_net_n_layers(ramp_model_net(l->model));
    int number = 0;
    name_of(saturated, "saturated", l->epoch);
    name_of(mean, "mean", l->epoch);
    name_of(spread, "std", l->epoch);
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        if (layers[i].kind != RAMP_LAYER_ACT)
            continue;
        number++;
        most = fmax(most, layers[i].saturated);
        lab_add(l->lab, saturated, number, layers[i].saturated);
        lab_add(l->lab, mean, number, layers[i].mean);
        lab_add(l->lab, spread, number, layers[i].std);
    }
    lab_add(l->lab, "saturated, most of a layer", l->epoch, most);
    free(layers);
    return RAMP_OK;
}

static enum ramp_status measure_wide(struct lab *lab, struct ramp_error *err)
{
    struct compare compare;
    begin(&compare, lab, "mnist", &wide_sizes[claim_scale_of(lab->scale)]);
    compare.arms = wide_arms;
    compare.n_arms = N_WIDE_ARMS;
    compare.rates = wide_rates;
    compare.n_rates = 1;
    return lab_train(lab, &compare, look_wide, err);
}

/* By how much the share grew, in the layer where it is largest. */
static void add_growth(struct findings *f, enum finding_weight weight,
                       const char *part, int epochs)
{
    static const char figure[] = "saturated, most of a layer";
    double before[STATS_MAX], after[STATS_MAX];
    size_t n = figures_values(f->figures, f->scale, part, figure, 0, before,
                              STATS_MAX);
    size_t n_after = figures_values(f->figures, f->scale, part, figure, epochs,
                                    after, STATS_MAX);
    n = n_after < n ? n_after : n;
    for (size_t i = 0; i < n; i++)
        after[i] -= before[i];
    findings_add(f, weight, 0.01, 1, after, n,
                 "%s: growth of the saturated share", part);
}

static void find_wide(struct findings *f)
{
    const struct size *size = &wide_sizes[claim_scale_of(f->scale)];
    f->n_seeds = (size_t)size->n_seeds;
    for (int i = 0; i < N_WIDE_ARMS; i++)
        add_growth(f, i % 2 == 0 ? ESSENTIAL : BESIDES, wide_arms[i].name,
                   size->epochs);
}

static enum ramp_status show_wide(FILE *file, const struct figures *figures,
                                  const char *scale, struct ramp_error *err)
{
    const int last = wide_sizes[claim_scale_of(scale)].epochs;
    char name[64];
    (void)err;
    fprintf(file, "saturated, %%, medians  epoch  layers 1 to %d\n", N_WIDE);
    for (int i = 0; i < N_WIDE_ARMS; i++)
        for (int epoch = 0; epoch <= last; epoch += last) {
            fprintf(file, "%-22s  %5d", wide_arms[i].name, epoch);
            name_of(name, "saturated", epoch);
            for (int layer = 1; layer <= N_WIDE; layer++)
                fprintf(file, "  %5.1f",
                        100 * figures_median(figures, scale, wide_arms[i].name,
                                             name, layer));
            fprintf(file, "\n");
        }
    return RAMP_OK;
}

#define WIDE_PANEL(PART)                                                       \
    {                                                                          \
        .title = PART, .y = "saturated, %", .part = PART, .name = "saturated"  \
    }

static const struct plot plot_of_wide = {
    .x = PLOT_EPOCH,
    .title = "epochs",
    .per_cent = true,
    .columns = 2,
    .series = (const struct plot_series[]){{.title = "layer 1", .at = 1},
                                           {.title = "2", .at = 2},
                                           {.title = "3", .at = 3},
                                           {.title = "4", .at = 4},
                                           {.title = "5", .at = 5},
                                           {.title = NULL}},
    .panels = (const struct plot_panel[]){WIDE_PANEL("sigmoid, old"),
                                          WIDE_PANEL("sigmoid, normalised"),
                                          WIDE_PANEL("tanh, old"),
                                          WIDE_PANEL("tanh, normalised"),
                                          {.y = NULL}},
};

const struct claim claim_saturation = {
    .name = "saturation",
    .statement = "Units with tanh or sigmoid drift into saturation while they "
                 "learn.",
    .source = "Glorot & Bengio 2010, sections 3.1 and 3.2",
    .protocol =
        "MNIST, five dense layers of 1000 units, SGD with momentum 0.9 at a "
        "rate of 0.05, batches of 128. After every epoch, on 512 training "
        "pictures, the share of values with |tanh| above .95 (the threshold of "
        "Maas et al. 2013), or a sigmoid below .05 or above .95. \"Old\" is "
        "uniform +-1/sqrt(n), the heuristic that the paper replaces, "
        "\"normalised\" what it proposes.",
    .literature = "with the old initialisation the top layer of a sigmoid net "
                  "saturates early, and layers of tanh one after another from "
                  "the first; less with the normalised one (the paper)",
    .refuted_if = "refuted if, with the old initialisation of tanh or sigmoid, "
                  "the share in the layer where it is largest does not grow by "
                  "a hundredth with any seed; the normalised one counts "
                  "besides",
    .costs = {"2 minutes", "20 minutes", "1 hour"},
    .measure = measure_wide,
    .find = find_wide,
    .show = show_wide,
    .plot = &plot_of_wide,
};

/* ==== sparsity-trained ==== */

#define SPARSE_NET "mlp:1000,1000,1000"

static const struct compare_arm sparse_arms[] = {
    {.name = "relu",
     .net = SPARSE_NET,
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh",
     .net = SPARSE_NET,
     .act = "tanh",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "sigmoid",
     .net = SPARSE_NET,
     .act = "sigmoid",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
};
static const struct compare_arm penalised_arms[] = {
    {.name = "relu, L1 0.001",
     .net = SPARSE_NET,
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
};

static const double sparse_rates[] = {0.05};

static const struct size sparse_sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1, 5},
    [CLAIM_STANDARD] = {20000, 3, 20},
    [CLAIM_FULL] = {0, 3, 30},
};

/* On all test pictures, once it has been trained. */
static enum ramp_status look_sparse(const struct lab_look *l,
                                    struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    const struct ramp_dataset *data = l->place->data;
    double zeros = 0, near_zero = 0;
    int count = 0;
    if (l->epoch != 0 && l->epoch != l->job->compare->train.epochs)
        return RAMP_OK;
    enum ramp_status status = ramp_diagnose_data(
        &layers, l->model, data, RAMP_TEST, ramp_dataset_count(data, RAMP_TEST),
        &l->lab->settings->compute, err);
    if (status != RAMP_OK)
        return status;
    char name[64];
    name_of(name, "zeros", l->epoch);
    size_t n = ramp_net_n_layers(ramp_model_net(l->model));
    for (size_t i = 0; i < n; i++) {
        if (layers[i].kind != RAMP_LAYER_ACT)
            continue;
        zeros += layers[i].zeros;
        near_zero += layers[i].near_zero;
        lab_add(l->lab, name, ++count, layers[i].zeros);
    }
    const char *end = l->epoch == 0 ? "at first" : "trained";
    snprintf(name, sizeof name, "zeros, %s", end);
    lab_add(l->lab, name, WHOLE, zeros / count);
    snprintf(name, sizeof name, "near zero, %s", end);
    lab_add(l->lab, name, WHOLE, near_zero / count);
    free(layers);
    return RAMP_OK;
}

static enum ramp_status measure_sparse(struct lab *lab, struct ramp_error *err)
{
    struct compare compare;
    begin(&compare, lab, "mnist", &sparse_sizes[claim_scale_of(lab->scale)]);
    compare.arms = sparse_arms;
    compare.n_arms = sizeof sparse_arms / sizeof *sparse_arms;
    compare.rates = sparse_rates;
    compare.n_rates = 1;
    enum ramp_status status = lab_train(lab, &compare, look_sparse, err);
    if (status != RAMP_OK || lab->stopped)
        return status;
    compare.arms = penalised_arms;
    compare.n_arms = 1;
    compare.train.act_l1 = 0.001;
    return lab_train(lab, &compare, look_sparse, err);
}

static void find_sparse(struct findings *f)
{
    static const struct finding_row rows[] = {
        {"relu, L1 0.001", "zeros, trained", WHOLE, .55, 1, ESSENTIAL},
        {"tanh", "zeros, trained", WHOLE, 0, 0, ESSENTIAL},
        {"sigmoid", "zeros, trained", WHOLE, 0, 0, ESSENTIAL},
        {"relu, L1 0.001", "zeros, trained", WHOLE, .70, .85, BESIDES},
        {"relu", "zeros, trained", WHOLE, .55, .75, BESIDES},
    };
    f->n_seeds = (size_t)sparse_sizes[claim_scale_of(f->scale)].n_seeds;
    FINDINGS_ROWS(f, rows);
}

static const char *const sparse_parts[] = {"relu", "relu, L1 0.001", "tanh",
                                           "sigmoid", NULL};

static enum ramp_status show_sparse(FILE *file, const struct figures *figures,
                                    const char *scale, struct ramp_error *err)
{
    const int last = sparse_sizes[claim_scale_of(scale)].epochs;
    (void)err;
    fprintf(file, "medians, %%      zeros at first  trained  |h| < .01  val "
                  "error\n");
    for (const char *const *part = sparse_parts; *part; part++)
        fprintf(file, "%-14s  %14.1f  %7.1f  %9.1f  %9.2f\n", *part,
                100 * figures_median(figures, scale, *part, "zeros, at first",
                                     WHOLE),
                100 * figures_median(figures, scale, *part, "zeros, trained",
                                     WHOLE),
                100 * figures_median(figures, scale, *part,
                                     "near zero, trained", WHOLE),
                100 * figures_median(figures, scale, *part, "val error", last));
    return RAMP_OK;
}

static const struct plot plot_of_sparse = {
    .x = PLOT_PART,
    .per_cent = true,
    .parts = sparse_parts,
    .series =
        (const struct plot_series[]){
            {.title = "at first", .name = "zeros, at first", .at = WHOLE},
            {.title = "trained", .name = "zeros, trained", .at = WHOLE},
            {.title = NULL}},
    .panels = (const struct plot_panel[]){{.y = "exact zeros, %"}, {.y = NULL}},
};

const struct claim claim_sparsity_trained = {
    .name = "sparsity-trained",
    .statement = "A trained rectifier net has many true zeros, up to 85 %; "
                 "tanh and sigmoid have none.",
    .source = "Glorot, Bordes & Bengio 2011, section 4.1",
    .protocol =
        "MNIST, three dense layers of 1000 units, SGD with momentum 0.9 at a "
        "rate of 0.05, batches of 128; with rectifiers also with a penalty of "
        "0.001 times the sum of all |h|. Counted is h == 0 over all hidden "
        "values of all test pictures, before and after training, and |h| < "
        "0.01 besides. The paper also says that sparse codes may be learned "
        "faster; it does not test that, and neither do we.",
    .literature = "83.4 % zeros on MNIST with the penalty (the paper; 72.0 % "
                  "on CIFAR-10, 68.0 and 73.8 % on two others)",
    .refuted_if = "refuted if zeros stay below 55 % with the penalty, or if "
                  "tanh or sigmoid have exact zeros; reproduced if they are 70 "
                  "to 85 % with it and 55 to 75 % without; else partly",
    .costs = {"2 minutes", "15 minutes", "1 hour"},
    .measure = measure_sparse,
    .find = find_sparse,
    .show = show_sparse,
    .plot = &plot_of_sparse,
};
