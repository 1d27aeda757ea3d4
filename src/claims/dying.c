/* dying.c - dying-relu and leaky-rescue: how many units are dead after
 * trainings at high rates, and what a slope below zero helps. Both claims are
 * judged by the same trainings, in dying-relu.csv. */
#include "claims/findings.h"
#include "claims/lab.h"
#include "claims/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NET "mlp:512,512,512"
static const struct compare_arm arms[] = {
    {.name = "relu",
     .net = NET,
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "leaky",
     .net = NET,
     .act = "leaky:0.01",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "prelu",
     .net = NET,
     .act = "prelu:0.25",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "elu",
     .net = NET,
     .act = "elu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
};
enum { N_ARMS = sizeof arms / sizeof *arms };

/* Closer together where trainings begin to diverge. */
static const double rates[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 2};
enum { N_RATES = sizeof rates / sizeof *rates };

static const struct {
    size_t max_train;
    int n_seeds;
} sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1},
    [CLAIM_STANDARD] = {20000, 3},
    [CLAIM_FULL] = {0, 3},
};
enum { EPOCHS = 5 };

static int n_seeds(const char *scale)
{
    return sizes[claim_scale_of(scale)].n_seeds;
}

/* Over the whole training part, as validation sees it. */
static enum ramp_status look(const struct lab_look *l, struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    const struct ramp_dataset *data = l->place->data;
    double dead = 0, units = 0, always_on = 0;
    if (l->epoch == 0)
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
    compare_init(&compare, lab->claim->name, lab->scale,
                 &lab->settings->compute);
    compare.runs = "runs/claims/dying"; /* of both claims */
    compare.arms = arms;
    compare.n_arms = N_ARMS;
    compare.n_seeds = n_seeds(lab->scale);
    compare.data_name = "mnist";
    compare.data.max_train = sizes[claim_scale_of(lab->scale)].max_train;
    compare.rates = rates;
    compare.n_rates = N_RATES;
    compare.train.epochs = EPOCHS;
    compare.train.momentum = 0;
    return lab_train(lab, &compare, look, err);
}

/* ==== What the trainings of an arm say ==== */

/* A figure of one seed after the last epoch; NaN: it diverged, or was not run.
 */
static double at_end(const struct figures *figures, const char *scale,
                     const char *arm, double rate, const char *name, int seed)
{
    char part[LAB_PART_BYTES];
    lab_part_name(part, arm, rate, N_RATES);
    for (size_t i = figures->n; i-- > 0;) {
        const struct figure *row = &figures->rows[i];
        if (text_equal(row->scale, scale) && text_equal(row->part, part) &&
            row->seed == (uint64_t)seed && text_equal(row->name, name) &&
            row->at == EPOCHS)
            return row->value;
    }
    return NAN;
}

static bool was_run(const struct figures *figures, const char *scale,
                    const char *arm, double rate, int seed)
{
    char part[LAB_PART_BYTES];
    lab_part_name(part, arm, rate, N_RATES);
    for (size_t i = 0; i < figures->n; i++)
        if (text_equal(figures->rows[i].scale, scale) &&
            text_equal(figures->rows[i].part, part) &&
            figures->rows[i].seed == (uint64_t)seed)
            return true;
    return false;
}

/* Of the trainings of an arm with one seed that did not diverge. */
struct summary {
    double most_dead, best_error, dead_at_best;
    double highest_rate; /* whose error is within 5 points of the best one */
};

static struct summary summarise(const struct findings *f, const char *arm,
                                int seed)
{
    struct summary s = {NAN, NAN, NAN, NAN};
    for (int i = 0; i < N_RATES; i++) {
        double error =
            at_end(f->figures, f->scale, arm, rates[i], "val error", seed);
        double dead = at_end(f->figures, f->scale, arm, rates[i], "dead", seed);
        if (!was_run(f->figures, f->scale, arm, rates[i], seed))
            return (struct summary){NAN, NAN, NAN, NAN};
        s.most_dead = fmax(s.most_dead, dead);
        if (error < s.best_error || (isnan(s.best_error) && !isnan(error))) {
            s.best_error = error;
            s.dead_at_best = dead;
        }
    }
    for (int i = 0; i < N_RATES; i++)
        if (at_end(f->figures, f->scale, arm, rates[i], "val error", seed) <=
            s.best_error + 0.05)
            s.highest_rate = rates[i];
    return s;
}

static void find_dying(struct findings *f)
{
    double most[STATS_MAX], at_best[STATS_MAX];
    size_t n = (size_t)n_seeds(f->scale);
    f->n_seeds = n;
    for (size_t i = 0; i < n; i++) {
        const struct summary s = summarise(f, "relu", (int)i + 1);
        most[i] = s.most_dead;
        at_best[i] = s.dead_at_best;
    }
    findings_add(f, ESSENTIAL, 0.05, 1, most, n,
                 "relu: share of dead units, most of the rates");
    findings_add(f, BESIDES, 0.2, 1, most, n, "relu: the same, a fifth");
    findings_add(f, BESIDES, 0, 0.03, at_best, n,
                 "relu: share of dead units at the best rate");
}

static void find_rescue(struct findings *f)
{
    double dead[STATS_MAX], range[STATS_MAX], gap[STATS_MAX];
    size_t n = (size_t)n_seeds(f->scale);
    f->n_seeds = n;
    for (size_t i = 0; i < n; i++) {
        const struct summary relu = summarise(f, "relu", (int)i + 1);
        const struct summary leaky = summarise(f, "leaky", (int)i + 1);
        dead[i] = leaky.most_dead;
        range[i] = leaky.highest_rate / relu.highest_rate;
        gap[i] = 100 * (leaky.best_error - relu.best_error);
    }
    findings_add(f, ESSENTIAL, 0, 0, dead, n, "leaky: dead units");
    findings_add(f, ESSENTIAL, 1.5, INFINITY, range, n,
                 "highest usable rate, leaky : relu");
    findings_add(f, BESIDES, 0.3, INFINITY, gap, n,
                 "points of error, leaky - relu, at the best rates");
}

static void show_row(FILE *file, const struct figures *figures,
                     const char *scale, const char *arm, const char *name)
{
    fprintf(file, "%-6s %-9s", arm, name);
    for (int i = 0; i < N_RATES; i++) {
        double values[STATS_MAX] = {0};
        int n = 0, seeds = n_seeds(scale);
        bool all = true;
        for (int seed = 1; seed <= seeds; seed++) {
            double value = at_end(figures, scale, arm, rates[i], name, seed);
            all = all && was_run(figures, scale, arm, rates[i], seed);
            if (!isnan(value))
                values[n++] = value;
        }
        if (!all)
            fprintf(file, "  %6s", "-");
        else if (n < seeds)
            fprintf(file, "  %6s", "div.");
        else
            fprintf(file, "  %6.1f", 100 * stats_median(values, (size_t)n));
    }
    fprintf(file, "\n");
}

static enum ramp_status show(FILE *file, const struct figures *figures,
                             const char *scale, struct ramp_error *err)
{
    (void)err;
    fprintf(file, "%%, medians, rate");
    for (int i = 0; i < N_RATES; i++)
        fprintf(file, "%s%6g", "  ", rates[i]);
    fprintf(file, "\n");
    for (int i = 0; i < N_ARMS; i++) {
        show_row(file, figures, scale, arms[i].name, "dead");
        show_row(file, figures, scale, arms[i].name, "val error");
    }
    return RAMP_OK;
}

#define SERIES(PART)                                                           \
    {                                                                          \
        .title = PART, .part = PART, .at = EPOCHS                              \
    }

static const struct plot plot = {
    .x = PLOT_RATE,
    .title = "learning rate (no point: a training diverged)",
    .log_x = true,
    .per_cent = true,
    .series = (const struct plot_series[]){SERIES("relu"),
                                           SERIES("leaky"),
                                           SERIES("prelu"),
                                           SERIES("elu"),
                                           {.title = NULL}},
    .panels =
        (const struct plot_panel[]){
            {.y = "dead units, %", .name = "dead"},
            {.y = "validation error, %", .name = "val error"},
            {.y = NULL}},
};

#define PROTOCOL                                                               \
    "MNIST, 784-512-512-512-10 with ReLU, leaky ReLU of slope 0.01, "          \
    "PReLU and ELU, He normal, SGD without momentum, batches of 128, 5 "       \
    "epochs at each of the rates. After every epoch all training pictures go " \
    "through the net: a unit is dead if its derivative is 0 for every one of " \
    "them, and so learns from none. (\"div.\": a loss was not finite.) The "   \
    "rates 0.3 and 0.4 were added after a first look at scale standard: "      \
    "between 0.2 and 0.5 nothing had been tried."

const struct claim claim_dying_relu = {
    .name = "dying-relu",
    .statement = "At high learning rates rectifier units die: they are zero "
                 "for every input, and never learn again.",
    .source = "Maas, Hannun & Ng 2013; lecture notes of cs231n",
    .protocol = PROTOCOL "\n\nNot for ever, in general: a dead unit behind "
                         "the first layer comes back when the layers before "
                         "it move; the table has the share after each epoch.",
    .literature = "\"as much as 40 %\" dead at too high a rate (cs231n, an "
                  "anecdote)",
    .refuted_if = "refuted if fewer than 5 % of the units are dead at every "
                  "rate that does not diverge, with all seeds; reproduced if "
                  "a fifth is at some rate and at most 3 % at the best one",
    .costs = {"3 minutes", "15 minutes", "1 hour"},
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
                 "5 points of the best one, and the error at the best rate. "
                 "\"Reduced\" is the articles' word: Maas et al. found equal "
                 "accuracy, Xu et al. a better one.",
    .literature = "equal accuracy (Maas et al.); CIFAR-10 error 12.45 % with "
                  "ReLU, 12.66 with a slope of 1/100, 11.20 with 1/5.5 (Xu et "
                  "al., from memory)",
    .refuted_if = "refuted if leaky units are dead, or if the highest usable "
                  "rate is not 1.5 times that of ReLU with any seed; "
                  "reproduced if the error is also 0.3 points higher; else "
                  "partly",
    .costs = {"3 minutes", "15 minutes", "1 hour"},
    .measure = measure,
    .find = find_rescue,
    .show = show,
    .plot = &plot,
};
