/* help.c - what --help prints, and what is said about missing arguments. */
#include "cli/cli.h"

#include "report/format.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 24 /* where the explanation of an option begins */

void help_program(void)
{
    puts("ramp - train small convolutional networks, classify pictures\n\n"
         "usage: ramp COMMAND ...\n");
    for (int i = 0; cli_verbs[i]; i++)
        printf("  %-9s %-15s %s\n", cli_verbs[i]->name, cli_verbs[i]->arguments,
               cli_verbs[i]->summary);
    puts("\nramp COMMAND --help explains a command and its options;\n"
         "ramp --version tells the version.\n\n"
         "first steps\n"
         "  ramp predict digits PICTURE...\n"
         "  ramp train fashion-small --epochs 3\n"
         "  ramp predict runs/fashion-small-default-1 PICTURE...\n\n"
         "exit status: 0 done; 2 usage; 3 data or a picture; 4 a model or a"
         " net;\n5 reading or writing; 6 memory or a limit; 7 training"
         " diverged;\n130 or 143 stopped by a signal, after saving");
}

static void print_option(const char *name, const char *value, const char *help)
{
    char left[80];
    snprintf(left, sizeof left, "  --%s%s%s", name, value ? " " : "",
             value ? value : "");
    if (format_columns(left) < HELP_COLUMN)
        printf("%-*s%s\n", HELP_COLUMN, left, help);
    else
        printf("%s\n%*s%s\n", left, HELP_COLUMN, "", help);
}

void help_verb(const struct verb *verb)
{
    const struct option *options = verb->options;
    printf("usage: ramp %s %s [options]\n\n%s\n\noptions\n", verb->name,
           verb->arguments, verb->about);
    for (; options->name; options++)
        print_option(options->name, options->value, options->help);
    print_option("help", NULL, "this text");
    printf("\nexample\n%s\n", verb->example);
}

enum ramp_status verb_parse(struct command_line *line, const struct verb *verb,
                            int argc, char **argv, struct ramp_error *err)
{
    enum ramp_status status =
        command_line_parse(line, verb->options, argc, argv, err);
    if (status != RAMP_OK)
        return status;
    if (line->help) {
        help_verb(verb);
        return RAMP_OK;
    }
    if (verb->high >= 0 && line->n_words > verb->high)
        status = error_set(err, RAMP_USAGE,
                           "expected %s, found %s too; try ramp %s --help",
                           verb->high ? verb->arguments : "no argument",
                           TEXT_QUOTE(line->words[verb->high]), verb->name);
    else if (line->n_words < verb->low)
        status = error_set(
            err, RAMP_USAGE, "expected %s, found %s; try ramp %s --help",
            verb->arguments, line->n_words ? "less" : "nothing", verb->name);
    if (status != RAMP_OK)
        command_line_release(line);
    return status;
}
