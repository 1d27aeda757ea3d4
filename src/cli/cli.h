/* cli.h - what the verbs of the program share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "cli/options.h"
#include "report/basics.h"

#include <ramp/ramp.h>

struct verb {
    const char *name;
    const char *arguments; /* "MODEL DATA" */
    const char *summary;   /* one line, for the list of verbs */
    const char *about;     /* lines of its --help */
    const char *example;   /* one or more command lines */
    struct option *options;
    int low, high; /* words besides the options; high < 0: any number */
    /* Returns the exit status. What standard error has not been told yet is
     * in *err, else its text is empty. */
    int (*run)(struct command_line *line, struct ramp_error *err);
};

extern const struct verb verb_train, verb_eval, verb_predict, verb_info,
    verb_data, verb_export, verb_check, verb_bench, verb_plot, verb_compare,
    verb_reproduce;

/* The list of verbs, ends in NULL. */
extern const struct verb *const cli_verbs[];

/* Write the help of the program, or of a verb and its options, to stdout. */
void help_program(void);
void help_verb(const struct verb *verb);

/* command_line_parse by the verb's options, then: as many words as it takes,
 * or RAMP_USAGE. With --help it prints the help. */
MUST_CHECK enum ramp_status verb_parse(struct command_line *line,
                                       const struct verb *verb, int argc,
                                       char **argv, struct ramp_error *err);

/* What --threads, --cpu and --exact gave; start with CLI_COMPUTE_DEFAULT. */
struct cli_compute {
    int threads, cpu;
    bool exact;
};
#define CLI_COMPUTE_DEFAULT                                                    \
    {                                                                          \
        .threads = 0, .cpu = -1, .exact = false                                \
    }

/* RAMP_USAGE if this processor cannot run it. *name, which may be NULL, gets
 * the name of the instruction set. */
MUST_CHECK enum ramp_status cli_compute_set(struct ramp_compute *compute,
                                            const struct cli_compute *given,
                                            const char **name,
                                            struct ramp_error *err);

/* What --input, --classes and --act gave, where no data say it; start with
 * CLI_NET_DEFAULT. */
struct cli_net {
    int shape[3], n_classes;
    const char *act;
};
#define CLI_NET_DEFAULT                                                        \
    {                                                                          \
        .shape = {3, 32, 32}, .n_classes = 10, .act = "relu"                   \
    }
#define CLI_NET_ROWS(net)                                                      \
    OPTION_ROW(OPTION_SHAPE, "input", "CxHxW",                                 \
               "shape of a net's pictures (default 3x32x32)", (net).shape),    \
        OPTION_NUMBER(OPTION_INT, "classes", "N",                              \
                      "classes of a net (default 10)", (net).n_classes, 2,     \
                      100000),                                                 \
        OPTION_ROW(OPTION_TEXT, "act", "ACT",                                  \
                   "what `act` in a net stands for (default relu)", (net).act)

/* *net is the caller's. RAMP_USAGE, RAMP_MODEL. */
MUST_CHECK enum ramp_status cli_net_load(struct ramp_net **net,
                                         const char *name,
                                         const struct cli_net *given,
                                         struct ramp_error *err);

/* What a model's net was called when it was trained. */
const char *cli_net_name(const struct ramp_model *model);

/* ramp_net_memory; RAMP_MEMORY if it cannot tell. */
MUST_CHECK enum ramp_status cli_net_memory(size_t *n_bytes,
                                           const struct ramp_net *net,
                                           size_t batch, bool training,
                                           const struct ramp_compute *compute,
                                           struct ramp_error *err);

/* A line on standard error, "ramp: TEXT". */
void cli_complain(const char *text);

/* One such line about all odd pictures of the data set of this name. */
void cli_warn_odd(const struct ramp_dataset *data, const char *name);

#endif
