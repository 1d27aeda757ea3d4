/* options.h - one parser for the options of every verb.
 *
 * A verb describes its options in a table; `--name value`, `--name=value` and
 * `--` are understood, and `--help` (or -h) by every verb. A table with an
 * option `recipe` also takes settings from a file (see recipe.h). What makes
 * no sense is RAMP_USAGE and names the option, what was expected and what was
 * found. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "report/basics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_INT,    /* int, low..high */
    OPTION_SEED,   /* uint64_t, any */
    OPTION_REAL,   /* double, low..high */
    OPTION_BYTES,  /* uint64_t: 64K, 1.5M, 2G; at least 1 */
    OPTION_TIME,   /* double, seconds: 90, 90s, 10m, 1.5h */
    OPTION_SHAPE,  /* int[3], channels x height x width: 3x32x32 */
    OPTION_CHOICE, /* int: the place of the word in `words` */
    OPTION_TEXT    /* const char *, not empty */
};

/* One row of a verb's table; a row without a name ends it. */
struct option {
    const char *name;  /* without the two dashes */
    const char *value; /* how help calls the value: "N" */
    const char *help;  /* one line */
    enum option_kind kind;
    void *target; /* borrowed; keeps what is in it where nothing is given */
    double low, high;
    const char *const *words; /* of OPTION_CHOICE, ends in NULL */

    const char *given; /* the text, once it is; borrowed from argv or recipe */
    int line;          /* of the recipe; 0: from the command line */
};

struct command_line {
    struct option *options; /* borrowed */
    int argc;               /* borrowed: all of it, as it was given */
    char **argv;
    const char **words; /* owned; the texts are argv's: no options */
    int n_words;
    bool help;    /* --help was among them: nothing was checked */
    char *recipe; /* owned; the text that `given` may point into */
};

/* Sort argv[0..argc) (behind the verb) into options and words, and set the
 * targets. */
MUST_CHECK enum ramp_status command_line_parse(struct command_line *line,
                                               struct option *options, int argc,
                                               char **argv,
                                               struct ramp_error *err);
void command_line_release(struct command_line *line);

/* Give an option a value; twice is an error, unless the texts are equal or a
 * recipe gives what the command line gave already. */
MUST_CHECK enum ramp_status option_give(struct option *options,
                                        const char *name, const char *value,
                                        int line, struct ramp_error *err);

/* Set the targets of all options that were given, again: for defaults that
 * are only known later. */
MUST_CHECK enum ramp_status options_apply(const struct option *options,
                                          struct ramp_error *err);

/* The option of that name; NULL if there is none. */
struct option *option_find(struct option *options, const char *name);

/* The target's present value as text that option_give takes back; false if
 * it has none: a flag that is not set, a text that is NULL, a number below
 * what could be given. */
struct draft;
bool option_write(struct draft *draft, const struct option *option);

/* What is expected of an option, for messages and help: "a whole number from
 * 1 to 100". */
#define OPTION_EXPECTED_BYTES 120
void option_expected(char buffer[OPTION_EXPECTED_BYTES],
                     const struct option *option);

/* Rows of a table: name, what help calls the value, help, target, limits. */
#define OPTION_ROW(kind_, name_, value_, help_, variable)                      \
    {                                                                          \
        .name = (name_), .value = (value_), .help = (help_), .kind = (kind_),  \
        .target = &(variable)                                                  \
    }
#define OPTION_NUMBER(kind_, name_, value_, help_, variable, low_, high_)      \
    {                                                                          \
        .name = (name_), .value = (value_), .help = (help_), .kind = (kind_),  \
        .target = &(variable), .low = (low_), .high = (high_)                  \
    }
#define OPTION_WORDS(name_, value_, help_, variable, words_)                   \
    {                                                                          \
        .name = (name_), .value = (value_), .help = (help_),                   \
        .kind = OPTION_CHOICE, .target = &(variable), .words = (words_)        \
    }
#define OPTION_END                                                             \
    {                                                                          \
        .name = NULL                                                           \
    }

/* Rows that several verbs share. */
extern const char *const option_cpu_words[];
extern const char *const option_fit_words[];
extern const char *const option_tta_words[]; /* as enum ramp_tta */
#define OPTION_THREADS_ROW(variable)                                           \
    OPTION_NUMBER(OPTION_INT, "threads", "N",                                  \
                  "threads; never changes a result (default: all CPUs)",       \
                  variable, 1, 1024)
#define OPTION_CPU_ROW(variable)                                               \
    OPTION_WORDS("cpu", "ISA", "portable, avx2, avx512, neon (default: best)", \
                 variable, option_cpu_words)
#define OPTION_EXACT_ROW(variable)                                             \
    OPTION_ROW(OPTION_FLAG, "exact", NULL,                                     \
               "convolve by the direct algorithm alone (slower)", variable)
#define OPTION_TTA_ROW(variable)                                               \
    OPTION_WORDS("tta", "VIEWS",                                               \
                 "answer by several: mirror, shifts or mirror,shifts",         \
                 variable, option_tta_words)
#define OPTION_CACHE_ROW(variable)                                             \
    OPTION_ROW(OPTION_BYTES, "cache", "BYTES",                                 \
               "decoded pictures kept in memory (default 2G)", variable)
#define OPTION_SKIP_BAD_ROW(variable)                                          \
    OPTION_ROW(OPTION_FLAG, "skip-bad", NULL,                                  \
               "leave out pictures that cannot be read", variable)

#endif
