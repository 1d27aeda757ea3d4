/* cli.c - what the verbs of the program share. */
#include "cli/cli.h"

#include <stdio.h>

void cli_complain(const char *text)
{
    fprintf(stderr, "ramp: %s\n", text);
}

void cli_warn_odd(const struct ramp_dataset *data, const char *name)
{
    struct ramp_error line;
    const char *first;
    size_t n = ramp_dataset_n_odd(data, &first);
    if (n == 0)
        return;
    error_set(&line, RAMP_OK, "warning: %zu odd picture%s in %s; the first: %s",
              n, n > 1 ? "s" : "", TEXT_QUOTE(name), first);
    cli_complain(line.text);
}

enum ramp_status cli_compute_set(struct ramp_compute *compute,
                                 const struct cli_compute *given,
                                 const char **name, struct ramp_error *err)
{
    const char *chosen;
    *compute = (struct ramp_compute){
        .n_threads = given->threads,
        .cpu = given->cpu < 0 ? NULL : option_cpu_words[given->cpu],
        .exact = given->exact,
    };
    enum ramp_status status = ramp_compute_cpu(&chosen, compute, err);
    if (status == RAMP_OK && name)
        *name = chosen;
    return status;
}

const char *cli_net_name(const struct ramp_model *model)
{
    const char *name = ramp_model_fact(model, "net-name");
    return name ? name : ramp_net_name(ramp_model_net(model));
}

enum ramp_status cli_net_load(struct ramp_net **net, const char *name,
                              const struct cli_net *given,
                              struct ramp_error *err)
{
    struct ramp_net_options options = {.channels = given->shape[0],
                                       .height = given->shape[1],
                                       .width = given->shape[2],
                                       .n_classes = given->n_classes};
    enum ramp_status status =
        ramp_activation_parse(&options.act, given->act, err);
    if (status == RAMP_OK)
        status = ramp_net_load(net, name, &options, err);
    return status;
}

enum ramp_status cli_net_memory(size_t *n_bytes, const struct ramp_net *net,
                                size_t batch, bool training,
                                const struct ramp_compute *compute,
                                struct ramp_error *err)
{
    *n_bytes = ramp_net_memory(net, batch, training, compute);
    if (*n_bytes > 0)
        return RAMP_OK;
    return error_set(err, RAMP_MEMORY,
                     "out of memory: cannot tell what the net takes");
}
