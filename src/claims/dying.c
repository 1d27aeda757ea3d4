/* dying.c - dying-relu and leaky-rescue: how many units are dead after
 * trainings at high rates, and what a slope below zero helps. Both claims are
 * judged by the same trainings, in dying-relu.csv. */
#include "claims/lab.h"
#include "claims/nets.h"
#include "trials/findings.h"
#include "trials/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARM(NAME, NET, ACT)                                                    \
    .name = NAME, .net = NET, .act = ACT, .init = "he",                        \
    .scale = RAMP_SCALE_STANDARD
#define DENSE "mlp:512,512,512"

static const struct compare_arm plain_arms[] = {
    {ARM("relu", DENSE, "relu")},
    {ARM("leaky", DENSE, "leaky:0.01")},
    {ARM("prelu", DENSE, "prelu:0.25")},
    {ARM("elu", DENSE, "elu")},
    {ARM("relu-bias", DENSE, "relu"), .bias = 0.1},
    {ARM("relu-norm", "dense-norm", "relu"), .write_net = net_dense_norm},
};
static const struct compare_arm momentum_arms[] = {
    {ARM("relu-momentum", DENSE, "relu")},
    {ARM("leaky-momentum", DENSE, "leaky:0.01")},
    {ARM("conv-relu", "krizhevsky", "relu")},
    {ARM("conv-leaky", "krizhevsky", "leaky:0.01")},
};

/* Closer together where trainings begin to diverge; with momentum, which makes
 * ten times as much of a step, a tenth. */
enum { N_RATES = 8 };
static const double plain_rates[N_RATES] = {0.02, 0.05, 0.1, 0.2,
                                            0.3,  0.4,  0.5, 1};
static const double momentum_rates[N_RATES] = {0.002, 0.005, 0.01, 0.02,
                                               0.03,  0.04,  0.05, 0.1};

static const struct group {
    const char *title;
    const struct compare_arm *arms;
    size_t n;
    const double *rates;
    double momentum;
} groups[] = {
    {"without momentum", plain_arms, sizeof plain_arms / sizeof *plain_arms,
     plain_rates, 0},
    {"with momentum 0.9", momentum_arms,
     sizeof momentum_arms / sizeof *momentum_arms, momentum_rates, 0.9},
};
enum { N_GROUPS = sizeof groups / sizeof *groups };

/* The nets in which ReLU and leaky ReLU meet. */
enum { N_PAIRS = 3 };
static const struct pair {
    const char *relu, *leaky;
    const double *rates;
} pairs[N_PAIRS] = {
    {"relu", "leaky", plain_rates},
    {"relu-momentum", "leaky-momentum", momentum_rates},
    {"conv-relu", "conv-leaky", momentum_rates},
};

static const struct {
    size_t max_train;
    int n_seeds;
} sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1},
    [CLAIM_STANDARD] = {20000, 3},
    [CLAIM_FULL] = {0, 3},
};

/* The rate for half of the epochs, as RAMP_STEP has it, then a tenth of it, and
 * at last a hundredth. */
enum { EPOCHS = 8, HIGH = EPOCHS / 2 };

static int n_seeds(const char *scale)
{
    return sizes[claim_scale_of(scale)].n_seeds;
}

/* Over the whole training part, as validation sees it, after the epochs at the
 * high rate and at the end. */
static enum ramp_status look(const struct lab_look *l, struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    const struct ramp_dataset *data = l->place->data;
    double dead = 0, units = 0, always_on = 0;
    if (l->epoch != HIGH && l->epoch != EPOCHS)
        return RAMP_OK;
    enum ramp_status status = ramp_diagnose_data(
        &layers, l->model, data, RAMP_TRAIN,
        ramp_dataset_count(data, RAMP_TRAIN), &l->lab->settings->compute, err);
    if (status != RAMP_OK)
        return status;
    size_t n = ramp_net_n_layers(ramp_model_net(l->model));
    for (size_t i = 0; i < n; i++) {
        if (layers[i].kind != RAMP_LAYER_ACT)
            continue;
        units += layers[i].units;
        dead += fmax(layers[i].dead, 0);
        always_on += fmax(layers[i].always_on, 0);
    }
    lab_add(l->lab, "dead", l->epoch, dead / units);
    lab_add(l->lab, "always on", l->epoch, always_on / units);
    free(layers);
    return RAMP_OK;
}

static enum ramp_status measure(struct lab *lab, struct ramp_error *err)
{
    struct compare compare;
    enum ramp_status status = RAMP_OK;
    compare_init(&compare, lab->claim->name, lab->scale,
                 &lab->settings->compute);
    compare.runs = "runs/claims/dying"; /* of both claims */
    compare.n_seeds = n_seeds(lab->scale);
    compare.data_name = "fashion-mnist";
    compare.data.max_train = sizes[claim_scale_of(lab->scale)].max_train;
    compare.n_rates = N_RATES;
    compare.train.epochs = EPOCHS;
    compare.train.schedule = RAMP_STEP;
    for (size_t i = 0; i < N_GROUPS && status == RAMP_OK && !lab->stopped;
         i++) {
        compare.arms = groups[i].arms;
        compare.n_arms = groups[i].n;
        compare.rates = groups[i].rates;
        compare.train.momentum = groups[i].momentum;
        status = lab_train(lab, &compare, look, err);
    }
    return status;
}

/* ==== What the trainings of an arm say ==== */

/* A figure of one seed after an epoch; NaN: it diverged, or was not run. */
static double after(int epoch, const struct findings *f, const char *arm,
                    double rate, const char *name, int seed)
{
    char part[LAB_PART_BYTES];
    lab_part_name(part, arm, rate, N_RATES);
    for (size_t i = f->figures->n; i-- > 0;) {
        const struct figure *row = &f->figures->rows[i];
        if (text_equal(row->scale, f->scale) && text_equal(row->part, part) &&
            row->seed == (uint64_t)seed && text_equal(row->name, name) &&
            row->at == epoch)
            return row->value;
    }
    return NAN;
}

static bool was_run(const struct findings *f, const char *arm, double rate,
                    int seed)
{
    char part[LAB_PART_BYTES];
    lab_part_name(part, arm, rate, N_RATES);
    for (size_t i = 0; i < f->figures->n; i++)
        if (text_equal(f->figures->rows[i].scale, f->scale) &&
            text_equal(f->figures->rows[i].part, part) &&
            f->figures->rows[i].seed == (uint64_t)seed)
            return true;
    return false;
}

/* Of the trainings of an arm with one seed that did not diverge, after the
 * epochs at the high rate; all NaN while some were not run. */
struct summary {
    double most_dead, dead_later; /* the most of all rates; at this rate after
                                   * the epochs at lower ones */
    double best_error, dead_at_best;
    double highest_rate; /* whose error is within 5 points of the best one */
};

static struct summary summarise(const struct findings *f, const char *arm,
                                const double *rates, int seed)
{
    const struct summary unknown = {NAN, NAN, NAN, NAN, NAN};
    struct summary s = unknown;
    for (int i = 0; i < N_RATES; i++) {
        if (!was_run(f, arm, rates[i], seed))
            return unknown;
        double later = after(EPOCHS, f, arm, rates[i], "dead", seed);
        double dead = after(HIGH, f, arm, rates[i], "dead", seed);
        double error = after(HIGH, f, arm, rates[i], "val error", seed);
        if (isnan(later))
            continue;
        if (!(dead <= s.most_dead)) {
            s.most_dead = dead;
            s.dead_later = later;
        }
        if (!(error >= s.best_error)) {
            s.best_error = error;
            s.dead_at_best = dead;
        }
    }
    for (int i = 0; i < N_RATES; i++)
        if (!isnan(after(EPOCHS, f, arm, rates[i], "dead", seed)) &&
            after(HIGH, f, arm, rates[i], "val error", seed) <=
                s.best_error + 0.05)
            s.highest_rate = rates[i];
    return s;
}

static void find_dying(struct findings *f)
{
    double most[STATS_MAX], at_best[STATS_MAX], stay[STATS_MAX];
    size_t n = (size_t)n_seeds(f->scale);
    f->n_seeds = n;
    for (size_t i = 0; i < n; i++) {
        most[i] = at_best[i] = stay[i] = 0;
        for (int j = 0; j < N_PAIRS; j++) {
            const struct summary s =
                summarise(f, pairs[j].relu, pairs[j].rates, (int)i + 1);
            if (!(s.dead_at_best <= at_best[i]))
                at_best[i] = s.dead_at_best;
            if (s.most_dead <= most[i])
                continue;
            most[i] = s.most_dead;
            stay[i] = s.dead_later / s.most_dead;
        }
    }
    findings_add(f, ESSENTIAL, 0.05, 1, most, n,
                 "share of dead units, most of all rates and nets");
    findings_add(f, BESIDES, 0.2, 1, most, n, "the same, a fifth");
    findings_add(f, BESIDES, 0.9, INFINITY, stay, n,
                 "of these, dead after epochs at lower rates");
    findings_add(f, BESIDES, 0, 0.03, at_best, n,
                 "share of dead units at the best rates");
}

/* Rates as a geometric mean over the nets, points as a mean. */
static void find_rescue(struct findings *f)
{
    double dead[STATS_MAX], range[STATS_MAX], gap[STATS_MAX];
    size_t n = (size_t)n_seeds(f->scale);
    f->n_seeds = n;
    for (size_t i = 0; i < n; i++) {
        double log_range = 0;
        dead[i] = gap[i] = 0;
        for (int j = 0; j < N_PAIRS; j++) {
            const struct pair *p = &pairs[j];
            const struct summary relu =
                summarise(f, p->relu, p->rates, (int)i + 1);
            const struct summary leaky =
                summarise(f, p->leaky, p->rates, (int)i + 1);
            if (!(leaky.most_dead <= dead[i]))
                dead[i] = leaky.most_dead;
            log_range += log(leaky.highest_rate / relu.highest_rate) / N_PAIRS;
            gap[i] += 100 * (leaky.best_error - relu.best_error) / N_PAIRS;
        }
        range[i] = exp(log_range);
    }
    findings_add(f, ESSENTIAL, 0, 0, dead, n, "leaky: dead units");
    findings_add(f, ESSENTIAL, 1.5, INFINITY, range, n,
                 "highest usable rate, leaky : relu");
    findings_add(f, BESIDES, 0.3, INFINITY, gap, n,
                 "points of error, leaky - relu, at the best rates");
}

static void show_row(FILE *file, const struct findings *f, const char *arm,
                     const double *rates, const char *title, const char *name,
                     int epoch)
{
    fprintf(file, "%-14s  %-10s", arm, title);
    for (int i = 0; i < N_RATES; i++) {
        double values[STATS_MAX] = {0};
        int n = 0, seeds = n_seeds(f->scale);
        bool all = true;
        for (int seed = 1; seed <= seeds; seed++) {
            double value = after(epoch, f, arm, rates[i], name, seed);
            all = all && was_run(f, arm, rates[i], seed);
            if (!isnan(value))
                values[n++] = value;
        }
        if (!all)
            fprintf(file, "  %5s", "-");
        else if (n < seeds)
            fprintf(file, "  %5s", "div.");
        else
            fprintf(file, "  %5.1f", 100 * stats_median(values, (size_t)n));
    }
    fprintf(file, "\n");
}

static enum ramp_status show(FILE *file, const struct figures *figures,
                             const char *scale, struct ramp_error *err)
{
    const struct findings f = {.figures = figures, .scale = scale};
    (void)err;
    for (int g = 0; g < N_GROUPS; g++) {
        const struct group *group = &groups[g];
        fprintf(file, "%s%s\n%%, medians       rate      ", g > 0 ? "\n" : "",
                group->title);
        for (int i = 0; i < N_RATES; i++)
            fprintf(file, "  %5g", group->rates[i]);
        fprintf(file, "\n");
        for (size_t i = 0; i < group->n; i++) {
            const char *arm = group->arms[i].name;
            show_row(file, &f, arm, group->rates, "val error", "val error",
                     HIGH);
            show_row(file, &f, arm, group->rates, "dead", "dead", HIGH);
            show_row(file, &f, arm, group->rates, "dead later", "dead", EPOCHS);
        }
    }
    return RAMP_OK;
}

#define SERIES(PART)                                                           \
    {                                                                          \
        .title = PART, .part = PART, .at = HIGH                                \
    }

static const struct plot plot = {
    .x = PLOT_RATE,
    .title = "learning rate (no point: a training diverged)",
    .log_x = true,
    .per_cent = true,
    .series = (const struct plot_series[]){SERIES("relu"),
                                           SERIES("leaky"),
                                           SERIES("relu-norm"),
                                           SERIES("relu-bias"),
                                           SERIES("relu-momentum"),
                                           SERIES("leaky-momentum"),
                                           SERIES("conv-relu"),
                                           SERIES("conv-leaky"),
                                           {.title = NULL}},
    .panels =
        (const struct plot_panel[]){
            {.y = "dead units, %", .name = "dead"},
            {.y = "validation error, %", .name = "val error"},
            {.y = NULL}},
};

#define PROTOCOL                                                               \
    "Fashion-MNIST, batches of 128, He normal, standardised input. Without "   \
    "momentum 784-512-512-512-10 with ReLU, leaky ReLU of slope 0.01, PReLU "  \
    "and ELU, with ReLU whose biases begin with 0.1 (relu-bias), and with "    \
    "batch norm before each ReLU (relu-norm). With momentum 0.9 ReLU and "     \
    "leaky ReLU in that net, and in krizhevsky.net (conv-). Each of eight "    \
    "rates for 4 epochs, then 2 epochs at a tenth of it and 2 at a "           \
    "hundredth. After the 4 and after all 8 epochs all training pictures go "  \
    "through the net, as validation sees it: a unit, or a channel, is dead "   \
    "if its derivative is 0 for every one of them at every place, and so "     \
    "learns from none. "                                                       \
    "\"dead\" and the error are those after the 4 epochs, \"dead later\" "     \
    "after all 8; \"div.\": a loss was not finite."

const struct claim claim_dying_relu = {
    .name = "dying-relu",
    .statement = "At high learning rates rectifier units die: they are zero "
                 "for every input, and never learn again.",
    .source = "Maas, Hannun & Ng 2013; lecture notes of cs231n",
    .protocol =
        PROTOCOL "\n\nA dead unit behind the first layer may come back when "
                 "the layers before it move: the epochs at lower rates show "
                 "whether it does.",
    .literature = "\"as much as 40 %\" dead at too high a rate (cs231n, an "
                  "anecdote)",
    .refuted_if =
        "refuted if fewer than 5 % of the units are dead in each of the three "
        "ReLU nets (dense without and with momentum, krizhevsky.net) at every "
        "rate that does not diverge, with all seeds; reproduced if a fifth is "
        "in one of them at some rate, nine tenths of so many are after the "
        "epochs at lower rates, and at most 3 % are at the rate with the "
        "lowest error; else partly",
    .costs = {"3 minutes", "30 minutes", "1.5 hours"},
    .measure = measure,
    .find = find_dying,
    .show = show,
    .plot = &plot,
};

const struct claim claim_leaky_rescue = {
    .name = "leaky-rescue",
    .table = "dying-relu",
    .statement = "A leaky rectifier has no dead units and so stands higher "
                 "learning rates, but its accuracy is reduced.",
    .source = "articles on ReLU; Maas, Hannun & Ng 2013; Xu et al. 2015",
    .protocol =
        PROTOCOL "\n\nWith a slope below zero no unit can be dead; what "
                 "counts is the highest rate whose validation error is within "
                 "5 points of the best one (a geometric mean of the three "
                 "pairs of nets), and the error at the best rate. "
                 "\"Reduced\" is the articles' word: Maas et al. found equal "
                 "accuracy, Xu et al. a better one.",
    .literature = "equal accuracy (Maas et al.); CIFAR-10 error 12.45 % with "
                  "ReLU, 12.66 with a slope of 1/100, 11.20 with 1/5.5 (Xu et "
                  "al., from memory)",
    .refuted_if = "refuted if leaky units are dead, or if the highest usable "
                  "rate is not 1.5 times that of ReLU with any seed; "
                  "reproduced if the error is also 0.3 points higher; else "
                  "partly",
    .costs = {"3 minutes", "30 minutes", "1.5 hours"},
    .measure = measure,
    .find = find_rescue,
    .show = show,
    .plot = &plot,
};
