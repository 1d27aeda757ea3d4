/* derivative_at_zero.c - the derivative that the rectifier is given at 0, where
 * it has none: how often it is asked for, and what it changes. */
#include "claims/lab.h"
#include "claims/nets.h"
#include "trials/findings.h"
#include "trials/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ==== Trainings ==== */

static const struct {
    const char *name;
    double value;
} derivatives[] = {{"0", 0}, {"0.5", 0.5}, {"1", 1}};
enum { N_DERIVATIVES = sizeof derivatives / sizeof *derivatives };

#define ARM(NAME, NET, SCALE, WRITE, VALUE)                                    \
    {                                                                          \
        .name = NAME " " VALUE, .net = NET, .act = "relu:" VALUE,              \
        .init = "he", .scale = SCALE, .write_net = WRITE, .n = NET_NORM        \
    }
#define ARMS(NAME, NET, SCALE, WRITE)                                          \
    ARM(NAME, NET, SCALE, WRITE, "0"), ARM(NAME, NET, SCALE, WRITE, "0.5"),    \
        ARM(NAME, NET, SCALE, WRITE, "1")

/* In the order of `nets`. */
static const struct compare_arm mnist_arms[] = {
    ARMS("dense", "mlp:512,512,512", RAMP_SCALE_STANDARD, NULL),
    ARMS("dense norm", "dense-norm", RAMP_SCALE_STANDARD, net_dense_norm),
    ARMS("lenet", "lenet", RAMP_SCALE_STANDARD, NULL),
    ARMS("lenet 0..1", "lenet", RAMP_SCALE_UNIT, NULL),
};
static const struct compare_arm cifar_arms[] = {
    ARMS("conv", "krizhevsky", RAMP_SCALE_STANDARD, NULL),
    ARMS("conv norm", "krizhevsky-norm", RAMP_SCALE_STANDARD, net_krizhevsky),
};

static const struct {
    const char *name;
    const struct compare_arm *arms;
    size_t n;
} data_sets[] = {
    {"mnist", mnist_arms, sizeof mnist_arms / sizeof *mnist_arms},
    {"cifar10", cifar_arms, sizeof cifar_arms / sizeof *cifar_arms},
};

static const char *const nets[] = {"dense",      "dense norm", "lenet",
                                   "lenet 0..1", "conv",       "conv norm"};
enum { N_NETS = sizeof nets / sizeof *nets };

static const double rates[] = {0.01};

static const struct {
    size_t max_train;
    int n_seeds, epochs;
} sizes[CLAIM_N_SCALES] = {
    [CLAIM_QUICK] = {10000, 1, 2},
    [CLAIM_STANDARD] = {20000, 3, 5},
    [CLAIM_FULL] = {0, 3, 5},
};
enum { N_LOOKED_AT = 2048 };

static void begin(struct compare *compare, const struct lab *lab, int data_set)
{
    const enum claim_scale scale = claim_scale_of(lab->scale);
    compare_init(compare, lab->claim->name, lab->scale,
                 &lab->settings->compute);
    compare->arms = data_sets[data_set].arms;
    compare->n_arms = data_sets[data_set].n;
    compare->n_seeds = sizes[scale].n_seeds;
    compare->data_name = data_sets[data_set].name;
    compare->data.max_train = sizes[scale].max_train;
    compare->rates = rates;
    compare->n_rates = 1;
    compare->train.epochs = sizes[scale].epochs;
}

/* ==== Zeros that a detector finds ==== */

/* Of all layers together, and one by one. A detector works on the output of the
 * layer before it. */
static enum ramp_status look(const struct lab_look *l, struct ramp_error *err)
{
    struct ramp_layer_stats *layers;
    double zeros = 0, n = 0;
    int number = 0;
    char name[64];
    enum ramp_status status =
        ramp_diagnose_data(&layers, l->model, l->place->data, RAMP_TRAIN,
                           N_LOOKED_AT, &l->lab->settings->compute, err);
    if (status != RAMP_OK)
        return status;
    snprintf(name, sizeof name, "z = 0, epoch %d", l->epoch);
    for (size_t i = 1; i < ramp_net_n_layers(ramp_model_net(l->model)); i++) {
        if (layers[i].kind != RAMP_LAYER_ACT)
            continue;
        double found = layers[i - 1].zeros * (double)layers[i - 1].n;
        lab_add(l->lab, name, ++number, round(found));
        zeros += found;
        n += (double)layers[i - 1].n;
    }
    lab_add(l->lab, "share of z = 0", l->epoch, zeros / n);
    free(layers);
    return RAMP_OK;
}

/* ==== The first step that differs ==== */

/* One training beside that with a derivative of 0, batch by batch. */
struct race {
    struct lab *lab;
    double *losses;   /* [n], running, of the training with 0 */
    size_t n, batch;  /* of this training, from 0 */
    bool with_0;      /* this is it */
    size_t different; /* the first batch whose loss is another, from 1 on */
};

static bool on_batch(void *context, const struct ramp_progress *p)
{
    struct race *r = context;
    r->lab->stopped = !r->lab->settings->go_on();
    ASSERT(r->batch < r->n);
    if (r->with_0)
        r->losses[r->batch] = p->loss;
    else if (r->losses[r->batch] != p->loss)
        r->different = r->batch + 1;
    r->batch++;
    return !r->lab->stopped && r->different == 0 && r->batch < r->n;
}

static enum ramp_status run(struct race *r, const struct job_place *place,
                            const struct compare_arm *arm, uint64_t seed,
                            struct ramp_error *err)
{
    const struct compare_job job = {.compare = place->compare,
                                    .arm = arm,
                                    .rate = rates[0],
                                    .seed = seed,
                                    .epochs = 1};
    struct ramp_train_options options;
    struct ramp_train_result ignored;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    enum ramp_status status = job_net(&net, place, arm, err);
    if (status == RAMP_OK)
        status = job_options(&options, &job, net, err);
    if (status == RAMP_OK) {
        options.on_batch = on_batch;
        options.context = r;
        r->batch = r->different = 0;
        status = ramp_train(&model, &ignored, &net, place->data, &options, err);
    }
    ramp_net_free(net);
    ramp_model_free(model);
    return status;
}

/* The loss of a batch is that of the weights before it: if it is another one,
 * so were they, after the step before. */
static enum ramp_status race(struct lab *lab, struct job_place *place,
                             const char *net, const struct compare_arm *three,
                             uint64_t seed, struct ramp_error *err)
{
    char part[LAB_PART_BYTES], protocol[JOB_PROTOCOL_BYTES];
    struct race r = {.lab = lab};
    enum ramp_status status = job_protocol(protocol, place, three, err);
    if (status != RAMP_OK)
        return status;
    snprintf(part, sizeof part, "%s, first step", net);
    if (!lab_begin(lab, part, protocol, seed))
        return RAMP_OK;
    size_t batch = (size_t)place->compare->train.batch;
    r.n = (ramp_dataset_count(place->data, RAMP_TRAIN) + batch - 1) / batch;
    status = MEM_NEW(&r.losses, r.n, "losses", err);
    for (int i = 0; i < N_DERIVATIVES && status == RAMP_OK && !lab->stopped;
         i++) {
        r.with_0 = i == 0;
        status = run(&r, place, &three[i], seed, err);
        if (i > 0)
            lab_add(lab, "weights differ", derivatives[i].value,
                    r.different ? (double)r.different - 1 : NAN);
    }
    mem_free(r.losses);
    return status == RAMP_OK && !lab->stopped ? lab_end(lab, err) : status;
}

static enum ramp_status race_all(struct lab *lab, const struct compare *compare,
                                 size_t first_net, struct ramp_error *err)
{
    struct job_place place;
    size_t n_nets = compare->n_arms / N_DERIVATIVES;
    size_t n = n_nets * (size_t)compare->n_seeds;
    enum ramp_status status =
        job_place_open(&place, compare, lab->settings->go_on, err);
    if (status != RAMP_OK)
        return status;
    for (size_t i = 0; i < n && status == RAMP_OK && !lab->stopped; i++)
        status = race(lab, &place, nets[first_net + i % n_nets],
                      &compare->arms[i % n_nets * N_DERIVATIVES],
                      i / n_nets + 1, err);
    job_place_close(&place);
    return status;
}

static enum ramp_status measure(struct lab *lab, struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    size_t first_net = 0;
    for (int i = 0; i < 2 && status == RAMP_OK && !lab->stopped; i++) {
        struct compare compare;
        begin(&compare, lab, i);
        status = race_all(lab, &compare, first_net, err);
        if (status == RAMP_OK && !lab->stopped)
            status = lab_train(lab, &compare, look, err);
        first_net += compare.n_arms / N_DERIVATIVES;
    }
    return status;
}

/* ==== What it says ==== */

/* Validation error after the last epoch, in points, one a seed. */
static size_t errors(double values[STATS_MAX], const struct figures *figures,
                     const char *scale, const char *net, const char *derivative)
{
    char part[LAB_PART_BYTES];
    snprintf(part, sizeof part, "%s %s", net, derivative);
    size_t n =
        figures_values(figures, scale, part, "val error",
                       sizes[claim_scale_of(scale)].epochs, values, STATS_MAX);
    for (size_t i = 0; i < n; i++)
        values[i] *= 100;
    return n;
}

/* Two points: a pair is found by its mean and by the end of the interval that
 * is nearer to 0, which is 0 where the interval holds it. With one seed there
 * is no interval, and nothing is known. */
static void add_pair(struct findings *f, const char *net,
                     const char *derivative)
{
    double with_0[STATS_MAX], other[STATS_MAX], found[3];
    size_t wanted = (size_t)sizes[claim_scale_of(f->scale)].n_seeds;
    size_t n = errors(with_0, f->figures, f->scale, net, "0");
    bool known = n >= wanted &&
                 n == errors(other, f->figures, f->scale, net, derivative);
    struct stats_interval i = stats_paired(other, with_0, known ? n : 0, 0.95);
    double sure = i.low > 0 ? i.low : i.high < 0 ? i.high : 0;
    found[0] = isnan(i.low) ? NAN : sure;
    found[1] = found[2] = i.mean;
    findings_add(f, ESSENTIAL, -0.5, 0.5, found, 3,
                 "%s: points of error, %s - 0", net, derivative);
    findings_add(f, BESIDES, 0, 0, found, 1, "%s: of them sure, %s - 0", net,
                 derivative);
}

static void find(struct findings *f)
{
    for (int i = 0; i < N_NETS; i++)
        for (int j = 1; j < N_DERIVATIVES; j++)
            add_pair(f, nets[i], derivatives[j].name);
}

/* The earliest of all seeds. */
static void show_step(FILE *file, const struct figures *figures,
                      const char *scale, const char *net, double derivative)
{
    char part[LAB_PART_BYTES], text[16] = "-";
    double steps[STATS_MAX], first = INFINITY;
    snprintf(part, sizeof part, "%s, first step", net);
    size_t n = figures_values(figures, scale, part, "weights differ",
                              derivative, steps, STATS_MAX);
    for (size_t i = 0; i < n; i++)
        first = fmin(first, steps[i]);
    if (n > 0)
        snprintf(text, sizeof text, isinf(first) ? "none" : "%.0f", first);
    fprintf(file, "  %6s", text);
}

static enum ramp_status show(FILE *file, const struct figures *figures,
                             const char *scale, struct ramp_error *err)
{
    const int epochs = sizes[claim_scale_of(scale)].epochs;
    (void)err;
    fprintf(file,
            "             z = 0, a million   first step to differ   validation "
            "error %%, medians\n"
            "f'(0)        at first   at last      0.5       1          0      "
            "0.5        1\n");
    for (int i = 0; i < N_NETS; i++) {
        char part[LAB_PART_BYTES];
        snprintf(part, sizeof part, "%s 0", nets[i]);
        fprintf(file, "%-12s  %7.0f  %8.1f ", nets[i],
                1e6 * figures_median(figures, scale, part, "share of z = 0", 0),
                1e6 * figures_median(figures, scale, part, "share of z = 0",
                                     epochs));
        for (int j = 1; j < N_DERIVATIVES; j++)
            show_step(file, figures, scale, nets[i], derivatives[j].value);
        fprintf(file, "  ");
        for (int j = 0; j < N_DERIVATIVES; j++) {
            double values[STATS_MAX];
            size_t n =
                errors(values, figures, scale, nets[i], derivatives[j].name);
            fprintf(file, "  %7.2f", stats_median(values, n));
        }
        fprintf(file, "\n");
    }
    return RAMP_OK;
}

const struct claim claim_derivative_at_zero = {
    .name = "derivative-at-zero",
    .statement = "That the rectifier has no derivative at 0 is not a problem: "
                 "nets learn as well with 0 there as with any other value.",
    .source =
        "Goodfellow et al. 2016, section 6.3; against it Bertoin et al. 2021",
    .protocol =
        "Derivatives of 0, 0.5 and 1 at 0, in float arithmetic. On MNIST a "
        "dense net of three hidden layers of 512 rectifiers, the same with "
        "batch norm before each detector, and lenet.net with standardised "
        "pictures and with pixels over 0..1; on CIFAR-10 krizhevsky.net "
        "(\"conv\") and the same with batch norm. SGD with momentum 0.9 at a "
        "rate of 0.01, batches of 128, 5 epochs (2 at scale quick), He normal, "
        "biases 0; a seed has the same first weights and order of pictures "
        "with all three.\n\n"
        "Before the first step and after every epoch 2,048 training pictures "
        "go through the net as validation sees them, and the values are "
        "counted on which a detector works and that are exactly 0. The first "
        "step to differ is sought in the first epoch: if a batch has another "
        "loss than with a derivative of 0, the weights were others after the "
        "step before it. The losses are compared to the last bit.\n\n"
        "Over 0..1 a blank patch of a picture is all zeros, and with a bias of "
        "0 so is what every filter of the first layer makes of it, until the "
        "bias has moved; standardised, a zero is left to chance.",
    .reading =
        "A difference is the mean over the seeds; the brackets begin, or end, "
        "with the part of it that is sure: the end of its 95 % interval that "
        "is nearer to 0, and 0 if the interval holds 0. In the second table z "
        "is counted with a derivative of 0, and a step is the earliest of all "
        "seeds; none: not in the first epoch, 0: the very first loss differs, "
        "by the arithmetic of the forward pass and not by a derivative.",
    .literature =
        "the choice changes what float back-propagation computes in about half "
        "of the cases, and nearly never in double; 0 is the best for plain "
        "SGD, by more than 10 points against 1 on ImageNet (two runs); batch "
        "norm and Adam make up for it (Bertoin, Bolte, Gerchinovitz & Pauwels, "
        "from the abstract)",
    .refuted_if =
        "refuted if for one of the nets the error with 0.5 or 1 is surely "
        "(95 % interval of the paired difference) 0.5 points or more away from "
        "that with 0; reproduced if for all the interval holds 0 and the mean "
        "is within 0.5 points; partly if a difference is sure but within 0.5 "
        "points; inconclusive if a mean is beyond 0.5 points and not surely "
        "so, and with one seed",
    .costs = {"1 minute", "12 minutes", "30 minutes"},
    .measure = measure,
    .find = find,
    .show = show,
};
