/* main.c - the program: finds the verb, says what went wrong, and makes sure
 * that the results were written. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct verb *const cli_verbs[] = {
    &verb_train, &verb_eval,    &verb_predict,   &verb_info,
    &verb_data,  &verb_export,  &verb_check,     &verb_bench,
    &verb_plot,  &verb_compare, &verb_reproduce, NULL};

enum { N_VERBS = sizeof cli_verbs / sizeof cli_verbs[0] };

static const struct verb *find_verb(const char *name)
{
    for (int i = 0; cli_verbs[i]; i++)
        if (text_equal(cli_verbs[i]->name, name))
            return cli_verbs[i];
    return NULL;
}

static int unknown_verb(const char *name, struct ramp_error *err)
{
    const char *names[N_VERBS + 2] = {"--help", "--version"};
    int n = 2;
    for (int i = 0; cli_verbs[i]; i++)
        names[n++] = cli_verbs[i]->name;
    const char *near = text_nearest(name, names);
    return (int)error_set(err, RAMP_USAGE, "unknown %s %s; try ramp %s",
                          name[0] == '-' ? "option" : "command",
                          TEXT_QUOTE(name), near ? near : "--help");
}

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

/* "ramp 0.1.0 (gcc 12.2.0, kernels avx512 of portable avx2 avx512, 2
 * threads)", in one line. */
static enum ramp_status print_version(struct ramp_error *err)
{
    struct ramp_compute compute = {.n_threads = 0};
    const char *name, *compiler = COMPILER; /* clang's has a blank behind */
    int n_threads = ramp_compute_threads(&compute);
    enum ramp_status status = ramp_compute_cpu(&name, &compute, err);
    if (status != RAMP_OK)
        return status;
    printf("ramp %s (%.*s, kernels %s of", ramp_version(),
           (int)(strlen(compiler) - text_ends_with(compiler, " ")), compiler,
           name);
    for (int i = 0; option_cpu_words[i]; i++) {
        compute.cpu = option_cpu_words[i];
        if (ramp_compute_cpu(&name, &compute, NULL) == RAMP_OK)
            printf(" %s", name);
    }
    printf(", %d thread%s)\n", n_threads, n_threads == 1 ? "" : "s");
    return RAMP_OK;
}

static int run_verb(const struct verb *verb, int argc, char **argv,
                    struct ramp_error *err)
{
    struct command_line line;
    enum ramp_status status = verb_parse(&line, verb, argc, argv, err);
    if (status != RAMP_OK || line.help)
        return (int)status;
    int code = verb->run(&line, err);
    command_line_release(&line);
    return code;
}

static int run(int argc, char **argv, struct ramp_error *err)
{
    if (argc < 2)
        return (int)error_set(err, RAMP_USAGE,
                              "no command given; try ramp --help");
    const struct verb *verb = find_verb(argv[1]);
    if (verb)
        return run_verb(verb, argc - 2, argv + 2, err);
    bool help = text_equal(argv[1], "--help") || text_equal(argv[1], "-h");
    if (!help && !text_equal(argv[1], "--version"))
        return unknown_verb(argv[1], err);
    if (argc > 2)
        return (int)error_set(err, RAMP_USAGE, "expected %s alone, found %s",
                              argv[1], TEXT_QUOTE(argv[2]));
    if (!help)
        return (int)print_version(err);
    help_program();
    return RAMP_OK;
}

/* Results that did not arrive are an error, even if all else went well. */
static int finish_output(int code, struct ramp_error *err)
{
    errno = 0;
    bool failed = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed)
        return code;
    const char *why = errno ? strerror(errno) : "input/output error";
    if (code != RAMP_OK)
        return code;
    return (int)error_set(err, RAMP_IO, "cannot write the results: %s", why);
}

int main(int argc, char **argv)
{
    /* A broken pipe, or a file at its limit, is then an error of the write. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    struct ramp_error err = {.text = ""};
    int code = run(argc, argv, &err);
    code = finish_output(code, &err);
    if (err.text[0])
        cli_complain(err.text);
    return code;
}
