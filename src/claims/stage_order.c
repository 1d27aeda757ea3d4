/* stage_order.c - pooling before the detector or behind it: what it changes in
 * the maps, in what is learned, and in the time it takes. */
#include "claims/function.h"
#include "claims/lab.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <ramp/bench.h>

#include <math.h>

/* ==== Maps ==== */

/* Those of the first two stages of krizhevsky.net: side, channels. */
enum {
    N_PICTURES = 64,
    SIDE = 32,
    COLOURS = 3,
    CHANNELS = 32,
    WINDOW = 3, /* of pooling; its stride is 2 */
    FILTER = 5,
    N_MAPS = N_PICTURES * SIDE * SIDE * CHANNELS /* values before pooling */
};
_Static_assert(N_MAPS / 4 == 524288, "the names of figures say so");

static const struct {
    const char *name;
    bool non_decreasing;
} acts[] = {{"relu", true},     {"leaky", true}, {"elu", true},
            {"softplus", true}, {"tanh", true},  {"sigmoid", true},
            {"gelu", false},    {"abs", false}};
enum { N_ACTS = sizeof acts / sizeof *acts };

/* Owned. */
struct maps {
    float *pictures, *filters;   /* of one convolution */
    float *first, *second;       /* before the detectors of the two stages */
    float *pooled, *detected;    /* of one or the other, in between */
    float *pool_last, *act_last; /* at the end */
};

static enum ramp_status maps_new(struct maps *m, struct ramp_error *err)
{
    float **const fields[] = {&m->pictures, &m->filters,   &m->first,
                              &m->second,   &m->pooled,    &m->detected,
                              &m->act_last, &m->pool_last, NULL};
    enum ramp_status status = RAMP_OK;
    for (int i = 0; fields[i] && status == RAMP_OK; i++)
        status = MEM_NEW(fields[i], N_MAPS, "maps", err);
    return status;
}

static void maps_release(struct maps *m)
{
    float *const fields[] = {m->pictures, m->filters,  m->first,
                             m->second,   m->pooled,   m->detected,
                             m->act_last, m->pool_last};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        mem_free(fields[i]);
}

/* All values of a window, pixels outside of a map left out. */
static float pool_window(const float *x, int side, int channels, int top,
                         int left, bool mean)
{
    float most = -INFINITY, sum = 0;
    int n = 0;
    for (int i = top; i < top + WINDOW && i < side; i++)
        for (int j = left; j < left + WINDOW && j < side; j++) {
            float value = x[(i * side + j) * channels];
            most = fmaxf(most, value);
            sum += value;
            n++;
        }
    return mean ? sum / (float)n : most;
}

/* Of half the side. */
static void pool(float *y, const float *x, int side, bool mean)
{
    const int half = side / 2;
    for (int p = 0; p < N_PICTURES * half * half; p++) {
        const float *map = x + p / (half * half) * side * side * CHANNELS;
        int top = p % (half * half) / half * 2, left = p % half * 2;
        for (int c = 0; c < CHANNELS; c++)
            y[p * CHANNELS + c] =
                pool_window(map + c, side, CHANNELS, top, left, mean);
    }
}

/* One value of a filter, k x c_in x 5 x 5, over a map with a border of zeros.
 */
static float correlate(const float *x, const float *filter, int side, int c_in,
                       int row, int column)
{
    float sum = 0;
    for (int r = 0; r < FILTER; r++)
        for (int s = 0; s < FILTER; s++) {
            int i = row + r - FILTER / 2, j = column + s - FILTER / 2;
            if (i < 0 || i >= side || j < 0 || j >= side)
                continue;
            for (int c = 0; c < c_in; c++)
                sum += x[(i * side + j) * c_in + c] *
                       filter[(c * FILTER + r) * FILTER + s];
        }
    return sum;
}

static void convolve(float *y, const float *x, const float *filters, int side,
                     int c_in)
{
    const int size = side * side;
    for (int p = 0; p < N_PICTURES * size; p++)
        for (int k = 0; k < CHANNELS; k++)
            y[p * CHANNELS + k] =
                correlate(x + p / size * size * c_in,
                          filters + k * c_in * FILTER * FILTER, side, c_in,
                          p % size / side, p % side);
}

static enum ramp_status read_pictures(float *x, const struct job_place *place,
                                      struct ramp_error *err)
{
    uint8_t pixels[SIDE * SIDE * COLOURS];
    struct ramp_preprocess pre;
    ramp_dataset_shape(place->data, &pre);
    if (pre.channels != COLOURS || pre.height != SIDE || pre.width != SIDE)
        return error_set(err, RAMP_DATA,
                         "%s: expected pictures of %dx%dx%d, found %dx%dx%d",
                         TEXT_QUOTE(ramp_dataset_name(place->data)), COLOURS,
                         SIDE, SIDE, pre.channels, pre.height, pre.width);
    enum ramp_status status = ramp_dataset_measure(place->data, &pre, err);
    size_t n = ramp_dataset_count(place->data, RAMP_TRAIN);
    pre.scale = RAMP_SCALE_STANDARD;
    for (size_t i = 0; i < N_PICTURES && status == RAMP_OK; i++) {
        status = ramp_dataset_read(place->data, RAMP_TRAIN, i * n / N_PICTURES,
                                   pixels, err);
        if (status == RAMP_OK)
            ramp_preprocess_scale(x + i * sizeof pixels, &pre, pixels);
    }
    return status;
}

/* The filters are those that a training begins with; a rectifier and max
 * pooling stand between the two stages. */
static enum ramp_status fill_maps(const struct lab *lab, struct maps *m,
                                  const struct job_place *place,
                                  struct ramp_error *err)
{
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_net *net = NULL;
    const size_t n = N_MAPS / 4;
    enum ramp_status status = read_pictures(m->pictures, place, err);
    if (status == RAMP_OK)
        status = job_net(&net, place, &place->compare->arms[0], err);
    if (status == RAMP_OK) {
        ramp_net_init(net, &init, 1);
        ramp_net_tensor_values(net, 0, m->filters);
        convolve(m->first, m->pictures, m->filters, SIDE, COLOURS);
        pool(m->pooled, m->first, SIDE, false);
        status =
            function_run(lab, m->detected, NULL, m->pooled, n, "relu", err);
    }
    if (status == RAMP_OK) {
        ramp_net_tensor_values(net, 2, m->filters); /* 1: biases, all 0 */
        convolve(m->second, m->detected, m->filters, SIDE / 2, CHANNELS);
    }
    ramp_net_free(net);
    return status;
}

/* Both orders of a stage: figures of how they differ. */
static enum ramp_status add_orders(struct lab *lab, struct maps *m,
                                   const char *act, bool mean,
                                   struct ramp_error *err)
{
    const float *x = mean ? m->second : m->first;
    const int side = mean ? SIDE / 2 : SIDE;
    const size_t n = (size_t)(N_PICTURES * side * side) * CHANNELS;
    double n_other = 0, sum = 0, size = 0, most = 0;
    pool(m->pooled, x, side, mean);
    enum ramp_status status =
        function_run(lab, m->act_last, NULL, m->pooled, n / 4, act, err);
    if (status == RAMP_OK)
        status = function_run(lab, m->detected, NULL, x, n, act, err);
    if (status != RAMP_OK)
        return status;
    pool(m->pool_last, m->detected, side, mean);
    for (size_t i = 0; i < n / 4; i++) {
        double gap = fabs((double)m->act_last[i] - (double)m->pool_last[i]);
        n_other += m->act_last[i] != m->pool_last[i];
        sum += gap;
        size += fabs((double)m->pool_last[i]);
        most = fmax(most, gap);
    }
    const char *name = mean ? "mean pooling" : "max pooling";
    char text[64];
    snprintf(text, sizeof text, "%s, others of %zu", name, n / 4);
    lab_add(lab, text, WHOLE, n_other);
    snprintf(text, sizeof text, "%s, largest difference", name);
    lab_add(lab, text, WHOLE, most);
    snprintf(text, sizeof text, "%s, |difference| / |value|", name);
    lab_add(lab, text, WHOLE, sum / size);
    return RAMP_OK;
}

static enum ramp_status measure_maps(struct lab *lab,
                                     const struct job_place *place,
                                     struct ramp_error *err)
{
    struct maps maps = {.first = NULL};
    enum ramp_status status = maps_new(&maps, err);
    if (status == RAMP_OK)
        status = fill_maps(lab, &maps, place, err);
    for (int i = 0; i < N_ACTS && status == RAMP_OK; i++) {
        if (!lab_begin(lab, acts[i].name, "maps", 1))
            continue;
        status = add_orders(lab, &maps, acts[i].name, false, err);
        if (status == RAMP_OK)
            status = add_orders(lab, &maps, acts[i].name, true, err);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    maps_release(&maps);
    return status;
}

/* ==== Nets ==== */

/* krizhevsky.net with its stages of mean pooling turned round. */
static void pool_first(struct draft *draft, int unused)
{
    (void)unused;
    draft_add(draft, "conv 32 5x5 pad 2\nmaxpool 3x3 stride 2 ceil\nact\n"
                     "conv 32 5x5 pad 2\navgpool 3x3 stride 2 ceil\nact\n"
                     "conv 64 5x5 pad 2\navgpool 3x3 stride 2 ceil\nact\n"
                     "dense classes\n");
}

static const struct compare_arm arms[] = {
    {.name = "detector first",
     .net = "krizhevsky",
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "pooling first",
     .net = "krizhevsky-pool-first",
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD,
     .write_net = pool_first},
};
enum { N_ARMS = sizeof arms / sizeof *arms };

static const double rates[] = {0.01};

static const struct {
    size_t max_train;
    int n_seeds, epochs;
    double seconds; /* that steps are timed */
} sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1, 4, 0.5},
    [CLAIM_STANDARD] = {20000, 3, 10, 2},
    [CLAIM_FULL] = {0, 3, 10, 5},
};
enum { N_ROUNDS = 3 };

static const char *const timed[] = {"relu", "tanh"};
enum { N_TIMED = sizeof timed / sizeof *timed };

static void name_time(char part[LAB_PART_BYTES], int arm, const char *act)
{
    snprintf(part, LAB_PART_BYTES, "%s, time with %s", arms[arm].name, act);
}

/* What the two stages with mean pooling give to their detectors. */
static double count_detected(const struct ramp_net *net, const char *act)
{
    double n = 0;
    bool first = true; /* stage: it has max pooling in both nets */
    for (size_t i = 0; i < ramp_net_n_layers(net); i++) {
        struct ramp_layer_info info;
        ramp_net_layer(net, i, &info);
        if (!text_equal(info.text, act))
            continue;
        if (!first)
            n += (double)(info.out_channels * info.out_height * info.out_width);
        first = false;
    }
    return n;
}

static void add_times(struct lab *lab, const struct ramp_bench_result *result,
                      const char *act, const char *mode)
{
    double detectors = 0;
    char name[64];
    for (size_t i = 0; i < result->n_layers; i++)
        if (text_equal(result->layers[i].text, act))
            detectors += result->layers[i].forward_seconds +
                         result->layers[i].backward_seconds;
    snprintf(name, sizeof name, "%s, ms a batch", mode);
    lab_add(lab, name, WHOLE, 1e3 * result->min_seconds);
    snprintf(name, sizeof name, "%s, ms of detectors", mode);
    lab_add(lab, name, WHOLE, 1e3 * detectors);
}

static enum ramp_status time_net(struct lab *lab, const struct job_place *place,
                                 const struct compare_arm *arm,
                                 struct ramp_error *err)
{
    static const char *const modes[] = {"forward", "training"};
    struct ramp_net *net = NULL;
    enum ramp_status status = job_net(&net, place, arm, err);
    if (status == RAMP_OK)
        lab_add(lab, "detected values", WHOLE, count_detected(net, arm->act));
    for (int i = 0; i < 2 && status == RAMP_OK; i++) {
        struct ramp_bench_result result;
        const struct ramp_bench_options options = {
            .compute = lab->settings->compute,
            .batch = 128,
            .training = i == 1,
            .seconds = sizes[claim_scale_of(lab->scale)].seconds};
        status = ramp_bench(&result, net, &options, err);
        if (status == RAMP_OK)
            add_times(lab, &result, arm->act, modes[i]);
        ramp_bench_release(&result);
    }
    ramp_net_free(net);
    return status;
}

/* In turns: the machine's speed drifts. */
static enum ramp_status time_nets(struct lab *lab,
                                  const struct job_place *place,
                                  struct ramp_error *err)
{
    enum { N = N_ARMS * N_TIMED };
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < N_ROUNDS * N && status == RAMP_OK; i++) {
        char part[LAB_PART_BYTES];
        struct compare_arm arm = arms[i % N_ARMS];
        arm.act = timed[i % N / N_ARMS];
        lab->stopped = !lab->settings->go_on();
        if (lab->stopped)
            break;
        name_time(part, i % N_ARMS, arm.act);
        if (!lab_begin(lab, part, "", (uint64_t)i / N + 1))
            continue;
        status = time_net(lab, place, &arm, err);
        if (status == RAMP_OK)
            status = lab_end(lab, err);
    }
    return status;
}

static enum ramp_status look(const struct lab_look *l, struct ramp_error *err)
{
    (void)l; /* the errors of each epoch are all */
    (void)err;
    return RAMP_OK;
}

static enum ramp_status measure(struct lab *lab, struct ramp_error *err)
{
    const enum claim_scale scale = claim_scale_of(lab->scale);
    struct compare compare;
    compare_init(&compare, lab->claim->name, lab->scale,
                 &lab->settings->compute);
    compare.arms = arms;
    compare.n_arms = N_ARMS;
    compare.n_seeds = sizes[scale].n_seeds;
    compare.data_name = "cifar10";
    compare.data.max_train = sizes[scale].max_train;
    compare.rates = rates;
    compare.n_rates = 1;
    compare.train.epochs = sizes[scale].epochs;
    struct job_place place;
    enum ramp_status status =
        job_place_open(&place, &compare, lab->settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    status = measure_maps(lab, &place, err);
    if (status == RAMP_OK)
        status = time_nets(lab, &place, err);
    job_place_close(&place);
    if (status == RAMP_OK && !lab->stopped)
        status = lab_train(lab, &compare, look, err);
    return status;
}

/* ==== What it says ==== */

static const char max_others[] = "max pooling, others of 524288",
                  max_gap[] = "max pooling, |difference| / |value|",
                  mean_gap[] = "mean pooling, |difference| / |value|";

static const char values[] = "detected values";

/* The least of the rounds: others may have been at work. */
static double timed_least(const struct figures *figures, const char *scale,
                          int arm, const char *act, const char *name)
{
    char part[LAB_PART_BYTES];
    double found[STATS_MAX], least = NAN;
    name_time(part, arm, act);
    size_t n =
        figures_values(figures, scale, part, name, WHOLE, found, STATS_MAX);
    for (size_t i = 0; i < n; i++)
        least = fmin(least, found[i]);
    return least;
}

static void find(struct findings *f)
{
    const enum claim_scale scale = claim_scale_of(f->scale);
    double first[STATS_MAX], second[STATS_MAX];
    for (int i = 0; i < N_ACTS; i++)
        if (acts[i].non_decreasing)
            findings_figure(f, i < 2 ? ESSENTIAL : BESIDES, 0, 0, acts[i].name,
                            max_others, WHOLE);
    findings_figure(f, ESSENTIAL, 0.01, INFINITY, "abs", max_gap, WHOLE);
    findings_figure(f, ESSENTIAL, 0.01, INFINITY, "relu", mean_gap, WHOLE);
    double ratio = timed_least(f->figures, f->scale, 1, "relu", values) /
                   timed_least(f->figures, f->scale, 0, "relu", values);
    findings_add(f, ESSENTIAL, 0.25, 0.25, &ratio, 1,
                 "detected values with mean pooling first, share");
    size_t n = figures_values(f->figures, f->scale, arms[0].name, "val error",
                              sizes[scale].epochs, first, STATS_MAX);
    size_t n_second =
        figures_values(f->figures, f->scale, arms[1].name, "val error",
                       sizes[scale].epochs, second, STATS_MAX);
    n = n_second < n ? n_second : n;
    for (size_t i = 0; i < n; i++)
        second[i] = 100 * (second[i] - first[i]);
    f->n_seeds = (size_t)sizes[scale].n_seeds;
    findings_add(f, BESIDES, -INFINITY, INFINITY, second, n,
                 "points of error, mean pooling first - detector first");
}

static void show_maps(FILE *file, const struct figures *figures,
                      const char *scale)
{
    static const char mean_others[] = "mean pooling, others of 131072";
    fprintf(file, "            max pooling: others  difference   "
                  "mean pooling: others  difference\n"
                  "            of 524288               / value   "
                  "of 131072                / value\n");
    for (int i = 0; i < N_ACTS; i++) {
        const char *act = acts[i].name;
        fprintf(file, "%-10s  %19.0f  %10.2g   %20.0f  %10.2g\n", act,
                figures_median(figures, scale, act, max_others, WHOLE),
                figures_median(figures, scale, act, max_gap, WHOLE),
                figures_median(figures, scale, act, mean_others, WHOLE),
                figures_median(figures, scale, act, mean_gap, WHOLE));
    }
}

static enum ramp_status show(FILE *file, const struct figures *figures,
                             const char *scale, struct ramp_error *err)
{
    (void)err;
    show_maps(file, figures, scale);
    fprintf(file, "\nms a batch              values  forward  detectors  "
                  "training  detectors\n");
    for (int i = 0; i < N_ARMS * N_TIMED; i++) {
        static const char *const names[] = {
            values, "forward, ms a batch", "forward, ms of detectors",
            "training, ms a batch", "training, ms of detectors"};
        fprintf(
            file, "%s, %-14s  %7.0f", timed[i / N_ARMS], arms[i % N_ARMS].name,
            timed_least(figures, scale, i % N_ARMS, timed[i / N_ARMS], values));
        for (int j = 1; j < 5; j++)
            fprintf(file, "  %*.2f", j % 2 == 0 ? 9 : 6 + j / 2,
                    timed_least(figures, scale, i % N_ARMS, timed[i / N_ARMS],
                                names[j]));
        fprintf(file, "\n");
    }
    fprintf(file, "\nvalidation error %%, medians\n");
    for (int i = 0; i < N_ARMS; i++)
        fprintf(file, "%-14s  %5.2f\n", arms[i].name,
                100 * figures_median(figures, scale, arms[i].name, "val error",
                                     sizes[claim_scale_of(scale)].epochs));
    return RAMP_OK;
}

static const struct plot plot = {
    .x = PLOT_PART,
    .per_cent = true,
    .parts = (const char *const[]){"relu", "leaky", "elu", "softplus", "tanh",
                                   "sigmoid", "gelu", "abs", NULL},
    .series =
        (const struct plot_series[]){
            {.title = "max pooling", .name = max_gap, .at = WHOLE},
            {.title = "mean pooling", .name = mean_gap, .at = WHOLE},
            {.title = NULL}},
    .panels = (const struct plot_panel[]){{.y = "difference, % of value"},
                                          {.y = NULL}},
};

const struct claim claim_stage_order = {
    .name = "stage-order",
    .statement = "A stage may pool before its detector: with max pooling the "
                 "same comes out, to the last bit, for every activation that "
                 "never decreases, with mean pooling it does not; and the "
                 "detector has a quarter of the values to work on.",
    .source =
        "Krizhevsky 2012 (cuda-convnet); Goodfellow et al. 2016, section 9.3",
    .protocol =
        "64 pictures of CIFAR-10, standardised, and the filters that a "
        "training of krizhevsky.net begins with (He normal, seed 1, biases 0): "
        "the maps before the detectors of the first stage, with max pooling, "
        "and of the second, with mean pooling, both 3x3 with a stride of 2. "
        "Convolution and pooling are plain loops in float; the detector is the "
        "arithmetic of training. Counted are the pooled values that are not "
        "equal when pooling comes first and when the detector does; beside "
        "them the mean of |difference| over the mean of |value|. gelu, which "
        "has a dip below zero, and |x| do decrease.\n\n"
        "Then krizhevsky.net as it is, and with its two stages of mean pooling "
        "turned round: validation error after 10 epochs (4 at scale quick) of "
        "SGD with momentum 0.9 at a rate of 0.01, batches of 128, the same "
        "first weights and order of pictures for both. Timed is a batch of "
        "128, forward alone and in training, with ReLU and with tanh: the "
        "shortest step, and what of a step is spent on all detectors, the "
        "least of three short runs of each net in turn. It needs a machine "
        "with nothing else to do, and is shown alone.\n\n"
        "ramp itself puts max pooling in front of an activation that never "
        "decreases, whatever the order in the net's text.",
    .reading = "\"Others\" are values that are not the same in the two orders. "
               "\"Values\" are those of a picture that the detectors of the "
               "two turned stages work on.",
    .literature = "relu(max) = max(relu) by arithmetic; cuda-convnet's layer "
                  "file pools first in the stage with max pooling alone",
    .refuted_if =
        "refuted if, with max pooling, a value of relu or leaky differs, or "
        "|x| makes a mean difference of less than 1 % of the mean value; if, "
        "with mean pooling, relu makes less than 1 %; or if the values to "
        "detect are not a quarter. Partly if a value of elu, softplus, tanh "
        "or sigmoid differs, else reproduced. The error of the two nets "
        "decides nothing, but has to be known",
    .costs = {"1 minute", "5 minutes", "10 minutes"},
    .measure = measure,
    .find = find,
    .show = show,
    .plot = &plot,
};
