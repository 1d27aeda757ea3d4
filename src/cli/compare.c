/* compare.c - `ramp compare`: activations and nets against each other, each at
 * its own best learning rate. */
#include "cli/cli.h"
#include "cli/train.h"
#include "trials/job.h"
#include "trials/picture.h"
#include "trials/show.h"

#include <stdio.h>
#include <string.h>

enum { MAX_RATES = 32, MAX_NAMES = 16 };

static const char *const optimizers[] = {"nesterov", "sgd", "adamw", NULL};

static struct {
    struct cli_compute compute;
    struct ramp_dataset_options data;
    const char *acts, *nets, *init, *rates, *out;
    int n_seeds, epochs, batch, optimizer, max_train;
    double target, l2;
} settings = {.compute = CLI_COMPUTE_DEFAULT,
              .data = {.val_share = 0.1},
              .acts = "relu,tanh",
              .nets = "default",
              .init = "own",
              .rates = "auto",
              .n_seeds = 3,
              .epochs = 20,
              .batch = 128};

static struct option option_table[] = {
    OPTION_ROW(OPTION_TEXT, "act", "LIST",
               "activations: relu,leaky:0.1 (default relu,tanh)",
               settings.acts),
    OPTION_ROW(OPTION_TEXT, "net", "LIST",
               "names in models/ or files (default: default)", settings.nets),
    OPTION_ROW(OPTION_TEXT, "lr", "LIST",
               "rates for every arm, or auto (default)", settings.rates),
    OPTION_NUMBER(OPTION_INT, "seeds", "N", "trainings a rate (default 3)",
                  settings.n_seeds, 1, COMPARE_MAX_SEEDS),
    OPTION_NUMBER(OPTION_REAL, "target-train-error", "X",
                  "compare the epochs until it is X %", settings.target, 0.001,
                  100),
    OPTION_NUMBER(OPTION_INT, "epochs", "N", "at most (default 20)",
                  settings.epochs, 1, 1000000),
    OPTION_NUMBER(OPTION_INT, "batch", "N", "pictures a step (default 128)",
                  settings.batch, 1, 1000000),
    OPTION_ROW(OPTION_TEXT, "init", "INIT",
               "own (default: see above), or one for all", settings.init),
    OPTION_WORDS("opt", "OPT", "nesterov (default), sgd or adamw",
                 settings.optimizer, optimizers),
    OPTION_NUMBER(OPTION_REAL, "l2", "X", "penalty on w^2 / 2 (default 0)",
                  settings.l2, 0, 1000),
    OPTION_NUMBER(OPTION_REAL, "val", "X",
                  "share held out, unless the data do (default 0.1)",
                  settings.data.val_share, 0, 0.9),
    OPTION_NUMBER(OPTION_INT, "max-train", "N",
                  "draw so many training pictures (default: all)",
                  settings.max_train, 1, 2000000000),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_ROW(OPTION_TEXT, "out", "DIR",
               "folder of the results (default runs/compare-DATA)",
               settings.out),
    OPTION_END};

/* The arms and what their texts point into. */
struct comparing {
    struct compare compare;
    struct compare_arm arms[COMPARE_MAX_ARMS];
    char names[COMPARE_MAX_ARMS][48];
    double rates[MAX_RATES];
    char *acts, *nets, *rate_text; /* owned: lists, cut into words */
    const char *act_words[MAX_NAMES], *net_words[MAX_NAMES];
    char *out, *runs; /* owned */
};

/* ---- Lists ---- */

/* Cut a list at its commas; *copy is the caller's. RAMP_USAGE for an empty or
 * a repeated word, or more than max. */
static enum ramp_status cut_list(char **copy, const char **words, int *n,
                                 int max, const char *option, const char *list,
                                 struct ramp_error *err)
{
    char *text = *copy = mem_strdup(list);
    *n = 0;
    if (text == NULL)
        return error_memory(err, "a list", strlen(list));
    for (bool more = true; more; (*n)++) {
        size_t length = strcspn(text, ",");
        more = text[length] == ',';
        text[length] = 0;
        if (*n == max)
            return error_set(err, RAMP_USAGE,
                             "--%s: expected at most %d, found %s", option, max,
                             TEXT_QUOTE(list));
        bool bad = length == 0;
        for (int i = 0; i < *n; i++)
            bad = bad || text_equal(words[i], text);
        if (bad)
            return error_set(err, RAMP_USAGE,
                             "--%s: expected different words with commas "
                             "between, found %s",
                             option, TEXT_QUOTE(list));
        words[*n] = text;
        text += length + 1;
    }
    return RAMP_OK;
}

static enum ramp_status set_rates(struct comparing *c, struct ramp_error *err)
{
    const char *words[MAX_RATES];
    struct compare *compare = &c->compare;
    if (text_equal(settings.rates, "auto")) {
        compare->first_rate = -7; /* 0.005 to 0.1 */
        compare->n_rates = 5;
        compare->n_growth = 6;
        return RAMP_OK;
    }
    enum ramp_status status = cut_list(&c->rate_text, words, &compare->n_rates,
                                       MAX_RATES, "lr", settings.rates, err);
    if (status != RAMP_OK)
        return status;
    compare->rates = c->rates;
    for (int i = 0; i < compare->n_rates; i++)
        if (!text_to_double(&c->rates[i], words[i], 1e-9, 1000))
            return error_set(err, RAMP_USAGE,
                             "--lr: expected auto or numbers from 1e-09 to "
                             "1000, found %s",
                             TEXT_QUOTE(words[i]));
    return RAMP_OK;
}

/* ---- Arms ---- */

/* What was made for the activation: the variance that keeps the size of the
 * signal through it. */
static const char *own_init(const struct ramp_activation *act)
{
    bool centred = act->kind == RAMP_ACT_TANH ||
                   act->kind == RAMP_ACT_SIGMOID ||
                   act->kind == RAMP_ACT_LINEAR;
    return centred ? "lecun" : "he";
}

static void name_arm(char name[48], const char *act, const char *net)
{
    const char *base = net ? file_base(net) : "";
    int n = (int)strlen(base);
    if (text_ends_with(base, ".net"))
        n -= 4;
    snprintf(name, 48, "%s%s%.*s", act, net ? "-" : "", n, base);
    for (char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || strchr("._-", *c)))
            *c = '_';
}

static enum ramp_status add_arm(struct comparing *c, const char *act,
                                const char *net, bool several,
                                struct ramp_error *err)
{
    struct ramp_activation activation;
    struct ramp_init init;
    size_t n = c->compare.n_arms;
    enum ramp_status status = ramp_activation_parse(&activation, act, err);
    bool own = text_equal(settings.init, "own");
    if (status == RAMP_OK && !own)
        status = ramp_init_parse(&init, settings.init, err);
    if (status != RAMP_OK)
        return status;
    if (n == COMPARE_MAX_ARMS)
        return error_set(err, RAMP_USAGE,
                         "expected at most %d pairs of --act "
                         "and --net, found more",
                         COMPARE_MAX_ARMS);
    name_arm(c->names[n], act, several ? net : NULL);
    for (size_t i = 0; i < n; i++)
        if (text_equal(c->names[i], c->names[n]))
            return error_set(err, RAMP_USAGE,
                             "two arms would be called %s; try other names of "
                             "files",
                             TEXT_QUOTE(c->names[n]));
    c->arms[n] = (struct compare_arm){
        .name = c->names[n],
        .net = net,
        .act = act,
        .init = own ? own_init(&activation) : settings.init,
        .scale = RAMP_SCALE_STANDARD,
    };
    c->compare.n_arms++;
    return RAMP_OK;
}

static enum ramp_status set_arms(struct comparing *c, struct ramp_error *err)
{
    int n_acts = 0, n_nets = 0;
    enum ramp_status status = cut_list(&c->acts, c->act_words, &n_acts,
                                       MAX_NAMES, "act", settings.acts, err);
    if (status == RAMP_OK)
        status = cut_list(&c->nets, c->net_words, &n_nets, MAX_NAMES, "net",
                          settings.nets, err);
    for (int j = 0; j < n_nets && status == RAMP_OK; j++)
        for (int i = 0; i < n_acts && status == RAMP_OK; i++)
            status =
                add_arm(c, c->act_words[i], c->net_words[j], n_nets > 1, err);
    return status;
}

static enum ramp_status set_folders(struct comparing *c, const char *data,
                                    struct ramp_error *err)
{
    char name[96];
    snprintf(name, sizeof name, "compare-%.80s", file_base(data));
    c->out = settings.out ? mem_strdup(settings.out) : file_join("runs", name);
    c->runs = c->out ? file_join(c->out, "unfinished") : NULL;
    return c->runs ? RAMP_OK : error_memory(err, "a path", sizeof name);
}

static void comparing_release(struct comparing *c)
{
    mem_free(c->acts);
    mem_free(c->nets);
    mem_free(c->rate_text);
    mem_free(c->out);
    mem_free(c->runs);
}

static enum ramp_status prepare(struct comparing *c, const char *data,
                                struct ramp_compute *compute,
                                struct ramp_error *err)
{
    struct compare *compare = &c->compare;
    compare_init(compare, "compare", "compare", compute);
    enum ramp_status status = set_arms(c, err);
    if (status == RAMP_OK)
        status = set_rates(c, err);
    if (status == RAMP_OK)
        status = set_folders(c, data, err);
    settings.data.compute = *compute;
    settings.data.max_train = (size_t)settings.max_train;
    compare->runs = c->runs;
    compare->arms = c->arms;
    compare->n_seeds = settings.n_seeds;
    compare->data_name = data;
    compare->data = settings.data;
    compare->target = settings.target / 100;
    compare->train.epochs = settings.epochs;
    compare->train.batch = settings.batch;
    compare->train.optimizer = (enum ramp_optimizer)settings.optimizer;
    compare->train.l2 = settings.l2;
    if (status == RAMP_OK && settings.target == 0 &&
        settings.data.val_share == 0)
        status = error_set(err, RAMP_USAGE,
                           "nothing to compare by; try --val 0.1 or "
                           "--target-train-error 25");
    return status;
}

/* ---- The comparison ---- */

static bool go_on(void)
{
    return train_signal() == 0;
}

static enum ramp_status report(const struct comparing *c,
                               struct ramp_error *err)
{
    struct results results;
    char note[PICTURE_NOTE_BYTES] = "";
    const struct compare *compare = &c->compare;
    enum ramp_status status = results_load(&results, c->out, "compare", err);
    if (status != RAMP_OK)
        return status;
    status =
        show_comparison(stdout, &results, compare->scale, compare->target, err);
    if (status == RAMP_OK)
        status = picture_draw(&results, c->out, "compare", compare->scale,
                              compare->target, note, err);
    if (note[0])
        cli_complain(note);
    results_release(&results);
    return status;
}

static enum ramp_status compare(const char *data, struct ramp_error *err)
{
    struct comparing c = {.compare = {.n_arms = 0}};
    struct ramp_compute compute;
    enum ramp_status status =
        cli_compute_set(&compute, &settings.compute, NULL, err);
    if (status == RAMP_OK)
        status = prepare(&c, data, &compute, err);
    if (status == RAMP_OK) {
        train_catch_signals();
        status = job_run(&c.compare, c.out, go_on, err);
    }
    if (status == RAMP_OK)
        status = report(&c, err);
    comparing_release(&c);
    return status;
}

static int compare_run_verb(struct command_line *line, struct ramp_error *err)
{
    return train_exit(compare(line->words[0], err));
}

const struct verb verb_compare = {
    .name = "compare",
    .arguments = "DATA",
    .summary = "activations and nets, each at its best rate",
    .about =
        "Trains every pair of an activation and a net with several learning "
        "rates and\nseeds, and compares them at the best rate of each: by the "
        "epochs to a training\nerror (the running one, over the last full "
        "epoch of pictures), or by the\nvalidation error after all epochs. "
        "auto walks 1, 2 and 5 times powers of ten,\nand goes on while the "
        "best lies at the edge. Equal for all: momentum 0.9, a\nconstant rate, "
        "standardised input, no augmentation; the order of the pictures and\n"
        "the draws of the first weights, seed by seed. --init own is he, and "
        "lecun for\ntanh, sigmoid and linear. Finished trainings are kept in "
        "DIR/compare.csv: the\nsame command goes on where it was stopped.",
    .example =
        "  ramp compare fashion-small --act relu,tanh --epochs 5\n"
        "  ramp compare cifar10 --net krizhevsky --target-train-error 25",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = compare_run_verb,
};
