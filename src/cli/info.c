/* info.c - `ramp info`: the layers of a net or model, what they cost, and what
 * is known of a model's training. */
#include "cli/cli.h"

#include "report/format.h"
#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of a row of the plan: with its two sizes it has 79 columns. */
#define LAYER_COLUMNS 26
#define ALGORITHM_COLUMNS 27
#define NOTE_INDENT 4

static struct {
    struct cli_compute compute;
    struct cli_net net;
    int batch;
    bool plan;
} settings = {
    .compute = CLI_COMPUTE_DEFAULT, .net = CLI_NET_DEFAULT, .batch = 64};

static struct option option_table[] = {
    CLI_NET_ROWS(settings.net),
    OPTION_NUMBER(OPTION_INT, "batch", "N",
                  "of training, for memory and plan (default 64)",
                  settings.batch, 1, 1000000),
    OPTION_ROW(OPTION_FLAG, "plan", NULL,
               "also show how each layer is run here, and why", settings.plan),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_END};

/* Whether models/NAME.END is shipped. */
static bool is_shipped(const char *name, const char *end)
{
    char *path, file[256];
    struct ramp_error err;
    if (strchr(name, '/') ||
        snprintf(file, sizeof file, "%s%s", name, end) >= (int)sizeof file ||
        file_find_shipped(&path, "models", file, &err) != RAMP_OK || !path)
        return false;
    mem_free(path);
    return true;
}

/* A model file begins with 8 bytes, a length, and the `{` of its header; a net
 * is a text, or a name. Of a name that both have, the net is meant. */
static bool is_model(const char *path)
{
    struct stat status;
    unsigned char bytes[9] = {0};
    if (stat(path, &status) != 0)
        return text_ends_with(path, ".safetensors") ||
               (is_shipped(path, ".safetensors") && !is_shipped(path, ".net"));
    if (S_ISDIR(status.st_mode) || text_ends_with(path, ".safetensors"))
        return true;
    if (!S_ISREG(status.st_mode))
        return false;
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    return n == sizeof bytes && bytes[7] == 0 && bytes[8] == '{';
}

/* ---- The layers ---- */

static void add_head(struct table *table)
{
    static const char *const heads[] = {
        "layer", "output", "parameters", "MFLOP", "train", "field", "maps"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        table_cell(table, "%s", heads[i]);
}

/* Two decimals, from a hundred on none: a table of a large net stays as narrow
 * as a screen. */
static void add_mflop(struct table *table, double flop)
{
    table_cell(table, "%.*f", flop < 1e8 ? 2 : 0, flop / 1e6);
}

static void add_layer(struct table *table, const struct ramp_layer_info *layer)
{
    table_cell(table, "%s", layer->text);
    if (layer->out_height == 1 && layer->out_width == 1)
        table_cell(table, "%d", layer->out_channels);
    else
        table_cell(table, "%dx%dx%d", layer->out_channels, layer->out_height,
                   layer->out_width);
    table_cell(table, "%s", FORMAT_COUNT(layer->n_parameters));
    add_mflop(table, layer->forward_flop);
    add_mflop(table, layer->train_flop);
    table_cell(table, "%dx%d", layer->receptive_height, layer->receptive_width);
    table_cell(table, "%s", FORMAT_MEMORY(layer->activation_bytes));
}

static enum ramp_status print_layers(const struct ramp_net *net,
                                     struct ramp_error *err)
{
    struct ramp_layer_info total = {.text = "total"}, layer;
    struct table table;
    table_init(&table, "lrrrrrr");
    add_head(&table);
    for (size_t i = 0; i < ramp_net_n_layers(net); i++) {
        ramp_net_layer(net, i, &layer);
        add_layer(&table, &layer);
        total.forward_flop += layer.forward_flop;
        total.train_flop += layer.train_flop;
        total.activation_bytes += layer.activation_bytes;
    }
    table_cell(&table, "total");
    table_cell(&table, "%s", "");
    table_cell(&table, "%s", FORMAT_COUNT(ramp_net_n_parameters(net)));
    add_mflop(&table, total.forward_flop);
    add_mflop(&table, total.train_flop);
    table_cell(&table, "%s", "");
    table_cell(&table, "%s", FORMAT_MEMORY(total.activation_bytes));
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

/* ---- The plan ---- */

/* Below a row, in lines of at most 79 columns. */
static void print_note(const char *what, const char *text)
{
    char note[256];
    int column = 0;
    if (text[0] == 0)
        return;
    snprintf(note, sizeof note, "%s%s", what, text);
    for (const char *word = note; *word;) {
        int n = (int)strcspn(word, " ");
        if (column > 0 && column + 1 + n > 79) {
            putchar('\n');
            column = 0;
        }
        column += printf("%*s%.*s", column ? 1 : NOTE_INDENT, "", n, word);
        word += n + (word[n] == ' ');
    }
    putchar('\n');
}

static void print_row(const char *layer, const char *algorithm,
                      const char *weights, const char *maps)
{
    if (format_columns(layer) > LAYER_COLUMNS) { /* on a line of its own */
        printf("%s\n", layer);
        layer = "";
    }
    printf("%-*s  %-*s  %10s  %10s\n", LAYER_COLUMNS, layer, ALGORITHM_COLUMNS,
           algorithm, weights, maps);
}

static void print_step(const struct ramp_plan_step *s)
{
    print_row(s->text, s->algorithm,
              s->weight_bytes ? FORMAT_MEMORY(s->weight_bytes) : "-",
              s->map_bytes ? FORMAT_MEMORY(s->map_bytes) : "-");
    print_note("", s->reason);
    print_note("gradient of its input: ", s->input_gradient);
    print_note("gradient of its weights: ", s->weight_gradient);
}

static void print_plan_head(const struct ramp_plan_step *steps, size_t n,
                            bool training, const char *cpu,
                            const struct ramp_compute *compute)
{
    size_t weights = 0, maps = 0, n_stages = steps[n - 1].stage;
    int n_threads = ramp_compute_threads(compute);
    for (size_t i = 0; i < n; i++) {
        weights += steps[i].weight_bytes;
        maps += steps[i].map_bytes;
    }
    printf("\nplan      %s in batches of %d, %s%s, %d thread%s\n",
           training ? "training" : "inference", settings.batch, cpu,
           compute->exact ? ", exact" : "", n_threads,
           n_threads == 1 ? "" : "s");
    printf("          %zu stage%s, %s of weights, %s of maps\n\n", n_stages,
           n_stages == 1 ? "" : "s", FORMAT_MEMORY(weights),
           FORMAT_MEMORY(maps));
}

static void print_stage(const struct ramp_plan_step *s)
{
    printf("stage %zu: ", s->stage);
    if (s->batch_wise)
        printf("the whole batch at once\n");
    else if (s->interleaved)
        printf("%zu images side by side, a value of each in a vector\n",
               s->block);
    else if (s->block == 1)
        printf("one image at a time\n");
    else
        printf("up to %zu images at a time\n", s->block);
}

static bool runs_alike(const struct ramp_plan_step *a,
                       const struct ramp_plan_step *b)
{
    return text_equal(a->algorithm, b->algorithm) &&
           text_equal(a->reason, b->reason) && a->interleaved == b->interleaved;
}

/* What inference does differently, layer by layer. */
static void print_differences(const struct ramp_plan_step *inference,
                              const struct ramp_plan_step *training, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (training[j].layer != inference[i].layer)
            j++;
        if (runs_alike(&inference[i], &training[j]))
            continue;
        if (!any)
            print_row("layer, where it differs", "algorithm", "weights",
                      "maps");
        any = true;
        print_step(&inference[i]);
    }
    if (!any)
        printf("all layers as in training\n");
}

static enum ramp_status print_plan(const struct ramp_net *net,
                                   const struct ramp_compute *compute,
                                   struct ramp_error *err)
{
    struct ramp_plan_step *training = NULL, *inference = NULL;
    size_t n = 0, batch = (size_t)settings.batch;
    const char *cpu;
    enum ramp_status status = ramp_compute_cpu(&cpu, compute, err);
    if (status == RAMP_OK)
        status = ramp_net_plan(&training, &n, net, batch, true, compute, err);
    if (status == RAMP_OK)
        status = ramp_net_plan(&inference, &n, net, batch, false, compute, err);
    if (status == RAMP_OK) {
        print_plan_head(training, n, true, cpu, compute);
        print_row("layer", "algorithm", "weights", "maps");
        for (size_t i = 0; i < n; i++) {
            if (i == 0 || training[i].stage != training[i - 1].stage)
                print_stage(&training[i]);
            print_step(&training[i]);
        }
        print_plan_head(inference, n, false, cpu, compute);
        print_differences(inference, training, n);
        printf("\nproducts: multiplications for one input channel, zeros of"
               " the padding counted;\nweights: in the form that the algorithm"
               " takes; maps: kept for the backward\npass or the next stage\n");
    }
    free(training);
    free(inference);
    return status;
}

/* Flops and activations are per picture; field is the part of the picture
 * that one output sees. */
static enum ramp_status print_net(const struct ramp_net *net, const char *name,
                                  const struct ramp_compute *compute,
                                  struct ramp_error *err)
{
    struct ramp_net_options options;
    ramp_net_options(net, &options);
    printf("net       ");
    format_name(stdout, name);
    printf(", input %dx%dx%d, %d classes\n\n", options.channels, options.height,
           options.width, options.n_classes);
    enum ramp_status status = print_layers(net, err);
    if (status != RAMP_OK)
        return status;
    size_t batch = (size_t)settings.batch;
    printf("\nMFLOP of a picture forward and, under train, forward and"
           " backward; field: the\npixels of the input that one output sees\n");
    size_t training, predicting;
    status = cli_net_memory(&training, net, batch, true, compute, err);
    if (status == RAMP_OK)
        status = cli_net_memory(&predicting, net, 1, false, compute, err);
    if (status != RAMP_OK)
        return status;
    printf("\nmemory    %s to train in batches of %zu, %s to predict\n",
           FORMAT_MEMORY(training), batch, FORMAT_MEMORY(predicting));
    return settings.plan ? print_plan(net, compute, err) : RAMP_OK;
}

/* ---- A model ---- */

/* The lines of the card begin with what they are about, in so many columns;
 * texts of the model may hold anything. */
#define CARD_INDENT 10

static void print_label(const char *label)
{
    printf("%-*s", CARD_INDENT, label);
}

static void print_text(const char *label, const char *text)
{
    print_label(label);
    format_name(stdout, text);
    putchar('\n');
}

/* Words with `between` after all but the last, in lines of at most 79 columns
 * that go on below the first word. */
struct words {
    int column;
    const char *between;
};

static void print_word(struct words *words, const char *text, size_t n_bytes,
                       bool last)
{
    char copy[160];
    snprintf(copy, sizeof copy, "%.*s", (int)n_bytes, text);
    int width = format_columns(copy) + (int)strlen(words->between);
    if (words->column + 1 + width > 79 && words->column > CARD_INDENT) {
        printf("\n%*s", CARD_INDENT, "");
        words->column = CARD_INDENT;
    }
    if (words->column > CARD_INDENT)
        words->column += printf(" ");
    format_part(stdout, text, n_bytes);
    printf("%s", last ? "\n" : words->between);
    words->column += width;
}

static void print_classes(const struct ramp_model *model)
{
    int n = ramp_model_n_classes(model);
    struct words words = {CARD_INDENT, ","};
    print_label("classes");
    for (int i = 0; i < n; i++) {
        const char *name = ramp_model_class(model, i);
        print_word(&words, name, strlen(name), i == n - 1);
    }
}

static void print_settings(const char *text)
{
    struct words words = {CARD_INDENT, ""};
    print_label("settings");
    while (*text) {
        size_t n = strcspn(text, "\n");
        size_t next = n + (text[n] == '\n');
        print_word(&words, text, n, text[next] == 0);
        text += next;
    }
}

static void print_preprocess(const struct ramp_preprocess *pre)
{
    static const char *const scales[] = {
        [RAMP_SCALE_NONE] = "0..255",
        [RAMP_SCALE_UNIT] = "0..1",
        [RAMP_SCALE_STANDARD] = "standardised",
        [RAMP_SCALE_SIGNED] = "-1..1",
        [RAMP_SCALE_MEAN_IMAGE] = "0..255 less the mean image",
        [RAMP_SCALE_PICTURE] = "each standardised by itself",
    };
    print_label("pictures");
    printf("%dx%dx%d, %s, %s", pre->channels, pre->height, pre->width,
           option_fit_words[pre->fit], scales[pre->scale]);
    for (int c = 0; c < pre->channels && pre->scale == RAMP_SCALE_STANDARD; c++)
        printf("%s %.4f/%.4f", c ? "," : " (mean/std", (double)pre->mean[c],
               (double)pre->std[c]);
    printf("%s\n", pre->scale == RAMP_SCALE_STANDARD ? ")" : "");
}

/* False if the model has no such fact, or it is no share. */
static bool share_fact(double *share, const struct ramp_model *model,
                       const char *name)
{
    const char *text = ramp_model_fact(model, name);
    return text && text_to_double(share, text, 0, 1);
}

/* How good it is, by every part that it was tried on. */
static void print_errors(const struct ramp_model *model)
{
    static const char *const facts[][2] = {
        {"test-error", "of the test part"},
        {"val-error", "of the validation part"},
        {"train-error", "in training, as augmented"}};
    bool any = false;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        double error;
        if (!share_fact(&error, model, facts[i][0]))
            continue;
        if (any)
            printf(", ");
        else
            print_label("error");
        printf("%.2f %% %s", 100 * error, facts[i][1]);
        any = true;
    }
    if (any)
        putchar('\n');
}

static void print_data(const struct ramp_model *model)
{
    const char *data = ramp_model_fact(model, "data");
    const char *print = ramp_model_fact(model, "fingerprint");
    const char *drawn = ramp_model_fact(model, "val-drawn");
    const char *seed = ramp_model_fact(model, "val-seed");
    double share;
    if (data == NULL)
        return;
    print_label("data");
    format_name(stdout, data);
    if (print) {
        printf(", fingerprint ");
        format_name(stdout, print);
    }
    putchar('\n');
    if (drawn && text_equal(drawn, "yes") && seed &&
        share_fact(&share, model, "val-share")) {
        print_label("");
        printf("%.4g %% of the training part held out for validation, seed ",
               100 * share);
        format_name(stdout, seed);
        putchar('\n');
    }
}

static void print_origin(const struct ramp_model *model)
{
    static const char *const facts[][2] = {{"date", ""},
                                           {"ramp", " by ramp "},
                                           {"seed", ", seed "},
                                           {"epoch", ", epoch "}};
    if (ramp_model_fact(model, "date") == NULL)
        return;
    print_label("trained");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *text = ramp_model_fact(model, facts[i][0]);
        if (text == NULL)
            continue;
        printf("%s", facts[i][1]);
        format_name(stdout, text);
    }
    putchar('\n');
}

/* What the lines above do not show; somebody else's facts too. */
static void print_other_facts(const struct ramp_model *model)
{
    static const char *const shown[] = {
        "test-error", "val-error", "train-error", "epoch",      "data",
        "val-drawn",  "val-seed",  "val-share",   "date",       "ramp",
        "seed",       "net-name",  "fingerprint", "train-loss", "val-loss",
        "command",    "settings",  "position",    NULL};
    const char *name, *text;
    for (size_t i = 0; ramp_model_fact_at(model, i, &name, &text); i++) {
        size_t known = 0;
        while (shown[known] && !text_equal(shown[known], name))
            known++;
        if (shown[known])
            continue;
        format_name(stdout, name);
        printf("%*s ",
               format_columns(name) < CARD_INDENT - 1
                   ? CARD_INDENT - 1 - format_columns(name)
                   : 0,
               "");
        format_name(stdout, text);
        putchar('\n');
    }
}

/* Everything about a model but its layers. */
static void print_card(const struct ramp_model *model, const char *path)
{
    const char *command = ramp_model_fact(model, "command");
    const char *settings_text = ramp_model_fact(model, "settings");
    print_text("model", path);
    print_errors(model);
    print_data(model);
    print_preprocess(ramp_model_preprocess(model));
    print_classes(model);
    print_origin(model);
    if (command)
        print_text("command", command);
    if (settings_text && *settings_text)
        print_settings(settings_text);
    if (ramp_model_fact(model, "position"))
        print_text("state", "of a training that can go on");
    print_other_facts(model);
    putchar('\n');
}

static enum ramp_status show_model(const char *path,
                                   const struct ramp_compute *compute,
                                   struct ramp_error *err)
{
    struct ramp_model *model = NULL;
    enum ramp_status status = ramp_model_load(&model, path, err);
    if (status != RAMP_OK)
        return status;
    print_card(model, path);
    status =
        print_net(ramp_model_net(model), cli_net_name(model), compute, err);
    ramp_model_free(model);
    return status;
}

static enum ramp_status show_net(const char *name,
                                 const struct ramp_compute *compute,
                                 struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    enum ramp_status status = cli_net_load(&net, name, &settings.net, err);
    if (status == RAMP_OK)
        status = print_net(net, ramp_net_name(net), compute, err);
    ramp_net_free(net);
    return status;
}

static int info_run(struct command_line *line, struct ramp_error *err)
{
    struct ramp_compute compute;
    enum ramp_status status =
        cli_compute_set(&compute, &settings.compute, NULL, err);
    if (status == RAMP_OK && is_model(line->words[0]))
        status = show_model(line->words[0], &compute, err);
    else if (status == RAMP_OK)
        status = show_net(line->words[0], &compute, err);
    return (int)status;
}

const struct verb verb_info = {
    .name = "info",
    .arguments = "MODEL|NET",
    .summary = "show the layers of a model or net, and their cost",
    .about = "Shows each layer of a net: its output, parameters, arithmetic, "
             "receptive field\nand memory; of a model also its classes, its "
             "preprocessing and its training;\nwith --plan also which "
             "algorithm each layer takes on this CPU, and why. MODEL\nis a "
             "model file, those in models/ without their folder, or the "
             "folder of a run;\nNET is a name in models/ or a file.",
    .example = "  ramp info lenet --input 1x28x28\n"
               "  ramp info digits.safetensors\n"
               "  ramp info runs/fashion-small-default-1 --plan",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = info_run,
};
