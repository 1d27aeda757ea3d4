/* bench.c - `ramp bench`: how fast a net runs, as a whole and layer by layer,
 * and how near that is to what the machine can do. */
#include "cli/cli.h"

#include "report/format.h"
#include "report/table.h"
#include "report/terminal.h"

#include <stdio.h>
#include <sys/resource.h>

#define NAME_COLUMNS 25 /* of a layer: so that a row has at most 79 */

enum { MODE_TRAIN, MODE_INFER };
static const char *const mode_words[] = {"train", "infer", NULL};

static struct {
    struct cli_compute compute;
    struct cli_net net;
    int mode, batch;
    double seconds;
    bool json;
} settings = {.compute = CLI_COMPUTE_DEFAULT,
              .net = CLI_NET_DEFAULT,
              .mode = MODE_TRAIN,
              .batch = 64,
              .seconds = 3};

static struct option option_table[] = {
    CLI_NET_ROWS(settings.net),
    OPTION_WORDS("mode", "MODE", "train or infer (default train)",
                 settings.mode, mode_words),
    OPTION_NUMBER(OPTION_INT, "batch", "N", "pictures of a step (default 64)",
                  settings.batch, 1, 1000000),
    OPTION_NUMBER(OPTION_REAL, "seconds", "S",
                  "how long to time whole steps (default 3)", settings.seconds,
                  0.01, 100000),
    OPTION_ROW(OPTION_FLAG, "json", NULL, "one JSON object in one line",
               settings.json),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_END};

/* What is shown. */
struct showing {
    const struct ramp_net *net;
    const struct ramp_bench_result *result;
    const char *cpu;
    int n_threads;
    size_t memory, peak_memory; /* bytes: foretold, and held at most */
};

/* ---- A table ---- */

static void show_head(const struct showing *s)
{
    const struct ramp_bench_result *r = s->result;
    struct ramp_net_options options;
    ramp_net_options(s->net, &options);
    printf("net       ");
    format_name(stdout, ramp_net_name(s->net));
    printf(", input %dx%dx%d, %d classes, act %s\n", options.channels,
           options.height, options.width, options.n_classes, settings.net.act);
    printf("run       %s in batches of %d, %s%s, %d thread%s\n",
           settings.mode == MODE_TRAIN ? "training" : "inference",
           settings.batch, s->cpu, settings.compute.exact ? ", exact" : "",
           s->n_threads, s->n_threads == 1 ? "" : "s");
    printf("step      %.3f ms, median of %s (%.3f to %.3f)\n",
           1e3 * r->median_seconds, FORMAT_COUNT(r->n_steps),
           1e3 * r->min_seconds, 1e3 * r->max_seconds);
    printf("speed     %s pictures a second, %.1f GFLOP/s\n",
           FORMAT_COUNT((uint64_t)(r->images_per_second + 0.5)),
           r->flop_per_second / 1e9);
    printf("peak      %.1f GFLOP/s before, %.1f after; of the larger %.1f %%\n",
           r->peak_before / 1e9, r->peak_after / 1e9, 100 * r->share);
    printf("memory    %s at most, foretold %s\n\n",
           FORMAT_MEMORY(s->peak_memory), FORMAT_MEMORY(s->memory));
}

/* A time, with as many decimals as three to four digits leave. */
static void add_time(struct table *table, double seconds)
{
    double ms = 1e3 * seconds;
    int decimals = ms < 10 ? 3 : ms < 100 ? 2 : ms < 1000 ? 1 : 0;
    table_cell(table, "%.*f", decimals, ms);
}

static void add_rate(struct table *table, double flop, double seconds)
{
    if (flop > 0 && seconds > 0)
        table_cell(table, "%.1f", flop / seconds / 1e9);
    else
        table_cell(table, "%s", "");
}

static void add_layer(struct table *table, const struct ramp_bench_layer *l)
{
    table_cell(table, "%.*s", format_cut(l->text, NAME_COLUMNS), l->text);
    if (settings.mode == MODE_TRAIN)
        add_time(table, l->forward_seconds);
    add_rate(table, l->forward_flop, l->forward_seconds);
    if (settings.mode == MODE_TRAIN) {
        add_time(table, l->backward_seconds);
        add_rate(table, l->backward_flop, l->backward_seconds);
        add_time(table, l->weights_seconds);
    }
    add_time(table,
             l->forward_seconds + l->backward_seconds + l->weights_seconds);
}

/* A row that has nothing but its time. */
static void add_row(struct table *table, const char *name, double seconds)
{
    table_cell(table, "%s", name);
    for (size_t i = 2; table->alignment[i]; i++)
        table_cell(table, "%s", "");
    add_time(table, seconds);
}

static enum ramp_status show_layers(const struct ramp_bench_result *r,
                                    struct ramp_error *err)
{
    static const char *const heads[2][8] = {
        [MODE_TRAIN] = {"layer", "forward", "GFLOP/s", "backward", "GFLOP/s",
                        "weights", "ms"},
        [MODE_INFER] = {"layer", "GFLOP/s", "ms"},
    };
    struct table table;
    table_init(&table, settings.mode == MODE_TRAIN ? "lrrrrrr" : "lrr");
    for (size_t i = 0; heads[settings.mode][i]; i++)
        table_cell(&table, "%s", heads[settings.mode][i]);
    for (size_t i = 0; i < r->n_layers; i++)
        add_layer(&table, &r->layers[i]);
    add_row(&table, "other", r->other_seconds);
    add_row(&table, "step", r->layers_seconds);
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    return status;
}

static enum ramp_status show_table(const struct showing *s,
                                   struct ramp_error *err)
{
    show_head(s);
    enum ramp_status status = show_layers(s->result, err);
    printf("\nms of one step, of further ones in which each layer is timed: a"
           " mean over the\nthreads. GFLOP/s: flop of the direct algorithm,"
           " also where a faster one runs.\nother: loss, sums of gradients,"
           " optimiser, and waiting for the slowest thread\n");
    return status;
}

/* ---- JSON ---- */

/* A string; bytes that are no UTF-8 as if they were Latin-1. */
static void json_text(const char *text)
{
    bool utf8 = text_is_utf8(text);
    putchar('"');
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s < 0x20 || *s == '"' || *s == '\\' || (*s > 0x7e && !utf8))
            printf("\\u%04x", *s);
        else
            putchar(*s);
    putchar('"');
}

static void json_layer(const struct ramp_bench_layer *l)
{
    printf("{\"layer\": ");
    json_text(l->text);
    printf(", \"forward_seconds\": %.6g, \"forward_flop\": %.12g"
           ", \"backward_seconds\": %.6g, \"backward_flop\": %.12g"
           ", \"weights_seconds\": %.6g}",
           l->forward_seconds, l->forward_flop, l->backward_seconds,
           l->backward_flop, l->weights_seconds);
}

static void show_json(const struct showing *s)
{
    const struct ramp_bench_result *r = s->result;
    printf("{\"net\": ");
    json_text(ramp_net_name(s->net));
    printf(", \"mode\": \"%s\", \"batch\": %d, \"cpu\": \"%s\""
           ", \"threads\": %d, \"parameters\": %zu",
           mode_words[settings.mode], settings.batch, s->cpu, s->n_threads,
           ramp_net_n_parameters(s->net));
    printf(", \"steps\": %zu, \"median_seconds\": %.6g, \"min_seconds\": %.6g"
           ", \"max_seconds\": %.6g, \"images_per_second\": %.6g",
           r->n_steps, r->median_seconds, r->min_seconds, r->max_seconds,
           r->images_per_second);
    printf(", \"gflops\": %.6g, \"peak_gflops_before\": %.6g"
           ", \"peak_gflops_after\": %.6g, \"share_of_peak\": %.4g",
           r->flop_per_second / 1e9, r->peak_before / 1e9, r->peak_after / 1e9,
           r->share);
    printf(", \"memory_bytes\": %zu, \"foretold_memory_bytes\": %zu",
           s->peak_memory, s->memory);
    printf(", \"layers_seconds\": %.6g, \"other_seconds\": %.6g, \"layers\": [",
           r->layers_seconds, r->other_seconds);
    for (size_t i = 0; i < r->n_layers; i++) {
        printf("%s", i ? ", " : "");
        json_layer(&r->layers[i]);
    }
    printf("]}\n");
}

/* ---- The verb ---- */

/* On Linux this counts from what the process was before it became ramp: under
 * a larger one that started it, it shows the larger. */
static size_t peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024
                                               : 0;
}

static enum ramp_status bench_net(struct ramp_net *net, const char *cpu,
                                  const struct ramp_compute *compute,
                                  struct ramp_error *err)
{
    const struct ramp_bench_options options = {
        .compute = *compute,
        .batch = (size_t)settings.batch,
        .training = settings.mode == MODE_TRAIN,
        .seconds = settings.seconds,
    };
    struct ramp_bench_result result;
    struct terminal terminal;
    size_t memory;
    enum ramp_status status = cli_net_memory(&memory, net, options.batch,
                                             options.training, compute, err);
    if (status != RAMP_OK)
        return status;
    terminal_init(&terminal);
    terminal_live(&terminal, "measuring");
    status = ramp_bench(&result, net, &options, err);
    terminal_clear(&terminal);
    if (status != RAMP_OK)
        return status;
    const struct showing showing = {
        .net = net,
        .result = &result,
        .cpu = cpu,
        .n_threads = ramp_compute_threads(compute),
        .memory = memory,
        .peak_memory = peak_memory(),
    };
    if (settings.json)
        show_json(&showing);
    else
        status = show_table(&showing, err);
    ramp_bench_release(&result);
    return status;
}

static enum ramp_status bench(const char *name, struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    struct ramp_compute compute = {0};
    const char *cpu;
    enum ramp_status status =
        cli_compute_set(&compute, &settings.compute, &cpu, err);
    if (status == RAMP_OK)
        status = cli_net_load(&net, name, &settings.net, err);
    if (status == RAMP_OK)
        status = bench_net(net, cpu, &compute, err);
    ramp_net_free(net);
    return status;
}

static int bench_run(struct command_line *line, struct ramp_error *err)
{
    return (int)bench(line->words[0], err);
}

const struct verb verb_bench = {
    .name = "bench",
    .arguments = "NET",
    .summary = "measure how fast a net trains or answers",
    .about = "Runs a net on random pictures and measures a step, each layer of "
             "it, and the\npeak of this machine: multiply-adds in registers "
             "that touch no memory. NET is a\nname in models/ or a file.",
    .example = "  ramp bench lenet --input 1x28x28\n"
               "  ramp bench krizhevsky --mode infer --batch 1 --json",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = bench_run,
};
