/* check.c - `ramp check`: every gradient of a net against differences. */
#include "cli/cli.h"

#include "report/format.h"
#include "report/table.h"
#include "report/terminal.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_ENTRIES 20 /* of a tensor, spread over it */

static struct {
    struct cli_compute compute;
    struct cli_net net;
    uint64_t seed;
} settings = {
    .compute = CLI_COMPUTE_DEFAULT, .net = CLI_NET_DEFAULT, .seed = 1};

static struct option option_table[] = {
    CLI_NET_ROWS(settings.net),
    OPTION_ROW(OPTION_SEED, "seed", "N", "of weights and inputs (default 1)",
               settings.seed),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_END};

static enum ramp_status print_checks(const struct ramp_gradient_check *checks,
                                     size_t n_checks, struct ramp_error *err)
{
    static const char *const heads[] = {"gradient",  "compared", "at a kink",
                                        "reference", "float",    "verdict"};
    struct table table;
    table_init(&table, "lrrrrl");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < n_checks; i++) {
        table_cell(&table, "%s", checks[i].name);
        table_cell(&table, "%s", FORMAT_COUNT(checks[i].n_checked));
        table_cell(&table, "%s", FORMAT_COUNT(checks[i].n_skipped));
        table_cell(&table, "%.1e", checks[i].worst_reference);
        table_cell(&table, "%.1e", checks[i].worst_float);
        table_cell(&table, "%s", checks[i].passed ? "ok" : "WRONG");
    }
    enum ramp_status status = table_print(&table, stdout, 2, err);
    table_release(&table);
    printf("\nreference: relative difference of backward in double from"
           " central differences;\nfloat: of the gradient that training uses"
           " from backward in double\n");
    return status;
}

static enum ramp_status judge(const struct ramp_gradient_check *checks,
                              size_t n_checks, struct ramp_error *err)
{
    size_t n_wrong = 0, first = 0;
    for (size_t i = n_checks; i-- > 0;)
        if (!checks[i].passed) {
            first = i;
            n_wrong++;
        }
    if (n_wrong == 0)
        return RAMP_OK;
    return error_set(err, RAMP_MODEL,
                     "%zu of %zu gradients are wrong, the first is %s", n_wrong,
                     n_checks, TEXT_QUOTE(checks[first].name));
}

static void print_head(const struct ramp_net *net, const char *cpu)
{
    const struct cli_net *given = &settings.net;
    printf("net  ");
    format_name(stdout, ramp_net_name(net));
    printf(", input %dx%dx%d, %d classes, act %s; %s%s\n\n", given->shape[0],
           given->shape[1], given->shape[2], given->n_classes, given->act, cpu,
           settings.compute.exact ? ", exact" : "");
}

/* The gradients of `net` with its first weights. */
static enum ramp_status check_net(struct ramp_net *net, const char *cpu,
                                  const struct ramp_compute *compute,
                                  struct ramp_error *err)
{
    struct ramp_gradient_check *checks = NULL;
    size_t n_checks = 0;
    struct terminal terminal;
    terminal_init(&terminal);
    terminal_live(&terminal, "checking %zu parameters",
                  ramp_net_n_parameters(net));
    ramp_net_init(net, &(struct ramp_init){.kind = RAMP_INIT_HE},
                  settings.seed);
    enum ramp_status status = ramp_net_check(
        &checks, &n_checks, net, settings.seed, MAX_ENTRIES, compute, err);
    terminal_clear(&terminal);
    if (status == RAMP_OK) {
        print_head(net, cpu);
        status = print_checks(checks, n_checks, err);
    }
    if (status == RAMP_OK)
        status = judge(checks, n_checks, err);
    free(checks);
    return status;
}

static enum ramp_status check(const char *name, struct ramp_error *err)
{
    struct ramp_net *net = NULL;
    struct ramp_compute compute;
    const char *cpu;
    enum ramp_status status =
        cli_compute_set(&compute, &settings.compute, &cpu, err);
    if (status == RAMP_OK)
        status = cli_net_load(&net, name, &settings.net, err);
    if (status == RAMP_OK)
        status = check_net(net, cpu, &compute, err);
    ramp_net_free(net);
    return status;
}

static int check_run(struct command_line *line, struct ramp_error *err)
{
    return (int)check(line->words[0], err);
}

const struct verb verb_check = {
    .name = "check",
    .arguments = "NET",
    .summary = "check every gradient of a net against differences",
    .about = "Compares the gradients of a net with central differences, tensor "
             "by tensor, on\na batch of four random pictures. NET is a name in "
             "models/ or a file. The exit\nstatus is 4 if a gradient is wrong.",
    .example = "  ramp check lenet --input 1x28x28\n"
               "  ramp check my.net --act tanh",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = check_run,
};
