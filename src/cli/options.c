/* options.c - one parser for the options of every verb. */
#include "cli/options.h"

#include "cli/recipe.h"
#include "report/draft.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define MAX_OPTIONS 64
#define MAX_ARGUMENT_BYTES 4095 /* PATH_MAX without its end */

const char *const option_cpu_words[] = {"portable", "avx2", "avx512", "neon",
                                        NULL};
const char *const option_fit_words[] = {"crop", "letterbox", "stretch", NULL};
const char *const option_tta_words[] = {"none", "mirror", "shifts",
                                        "mirror,shifts", NULL};

struct option *option_find(struct option *options, const char *name)
{
    for (; options->name; options++)
        if (text_equal(options->name, name))
            return options;
    return NULL;
}

/* ---- one value ---- */

/* "nesterov, sgd or adamw" */
static void list_words(char *buffer, size_t n_bytes, const char *const *words)
{
    size_t n = 0;
    for (int i = 0; words[i] && n < n_bytes; i++) {
        const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        n += (size_t)snprintf(buffer + n, n_bytes - n, "%s%s", between,
                              words[i]);
    }
}

void option_expected(char buffer[OPTION_EXPECTED_BYTES],
                     const struct option *option)
{
    static const char *const texts[] = {
        [OPTION_SEED] = "a whole number from 0 to 18446744073709551615",
        [OPTION_BYTES] = "a number of bytes such as 512M or 2G",
        [OPTION_TIME] = "a time such as 90s, 10m or 1.5h",
        [OPTION_SHAPE] = "channels x height x width such as 3x32x32",
        [OPTION_TEXT] = "a text that is not empty",
    };
    switch (option->kind) {
    case OPTION_INT:
        snprintf(buffer, OPTION_EXPECTED_BYTES,
                 "a whole number from %.0f to %.0f", option->low, option->high);
        break;
    case OPTION_REAL:
        snprintf(buffer, OPTION_EXPECTED_BYTES, "a number from %g to %g",
                 option->low, option->high);
        break;
    case OPTION_CHOICE:
        list_words(buffer, OPTION_EXPECTED_BYTES, option->words);
        break;
    case OPTION_FLAG:
        snprintf(buffer, OPTION_EXPECTED_BYTES, "no value");
        break;
    default: snprintf(buffer, OPTION_EXPECTED_BYTES, "%s", texts[option->kind]);
    }
}

static bool set_int(int *out, const char *text, double low, double high)
{
    uint64_t n;
    if (!text_to_u64(&n, text, (uint64_t)low, (uint64_t)high))
        return false;
    *out = (int)n;
    return true;
}

static bool set_time(double *out, const char *text)
{
    char number[32];
    size_t n = strlen(text);
    double unit = 1;
    if (n == 0 || n >= sizeof number)
        return false;
    char last = text[n - 1];
    if (last == 's' || last == 'm' || last == 'h') {
        unit = last == 's' ? 1 : last == 'm' ? 60 : 3600;
        n--;
    }
    memcpy(number, text, n);
    number[n] = 0;
    double value;
    if (!text_to_double(&value, number, 0, 1e6) || value <= 0)
        return false;
    *out = value * unit;
    return true;
}

static bool set_shape(int shape[3], const char *text)
{
    uint64_t n[3];
    if (!text_to_sizes(n, 3, text, 1, 4096) || (n[0] != 1 && n[0] != 3))
        return false;
    for (int i = 0; i < 3; i++)
        shape[i] = (int)n[i];
    return true;
}

static bool set_choice(int *out, const char *text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (text_equal(words[i], text)) {
            *out = i;
            return true;
        }
    return false;
}

static bool set_target(const struct option *option, const char *text)
{
    void *target = option->target;
    switch (option->kind) {
    case OPTION_FLAG: *(bool *)target = true; return text[0] == 0;
    case OPTION_INT: return set_int(target, text, option->low, option->high);
    case OPTION_SEED: return text_to_u64(target, text, 0, UINT64_MAX);
    case OPTION_REAL:
        return text_to_double(target, text, option->low, option->high);
    case OPTION_BYTES:
        return text_to_bytes(target, text) && *(uint64_t *)target > 0;
    case OPTION_TIME: return set_time(target, text);
    case OPTION_SHAPE: return set_shape(target, text);
    case OPTION_CHOICE: return set_choice(target, text, option->words);
    case OPTION_TEXT: *(const char **)target = text; return text[0] != 0;
    }
    return false;
}

static enum ramp_status bad_value(const struct option *option,
                                  struct ramp_error *err)
{
    char expected[OPTION_EXPECTED_BYTES], line[40] = "", hint[40] = "";
    option_expected(expected, option);
    if (option->line > 0)
        snprintf(line, sizeof line, "recipe, line %d: ", option->line);
    if (option->kind == OPTION_CHOICE) {
        const char *near = text_nearest(option->given, option->words);
        if (near)
            snprintf(hint, sizeof hint, "; try %s", near);
    }
    return error_set(err, RAMP_USAGE, "%s--%s: expected %s, found %s%s", line,
                     option->name, expected, TEXT_QUOTE(option->given), hint);
}

enum ramp_status options_apply(const struct option *options,
                               struct ramp_error *err)
{
    for (; options->name; options++)
        if (options->given && !set_target(options, options->given))
            return bad_value(options, err);
    return RAMP_OK;
}

/* Fewest digits that read back as the same double. */
static void write_real(struct draft *draft, double value)
{
    char text[40];
    double read = 0;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (text_to_double(&read, text, value, value))
            break;
    }
    draft_add(draft, "%s", text);
}

/* Whether the target holds a value that the option could have been given. */
static bool has_value(const struct option *option)
{
    const void *target = option->target;
    switch (option->kind) {
    case OPTION_FLAG: return *(const bool *)target;
    case OPTION_INT: return *(const int *)target >= (int)option->low;
    case OPTION_SEED: return true;
    case OPTION_REAL: return *(const double *)target >= option->low;
    case OPTION_BYTES: return *(const uint64_t *)target > 0;
    case OPTION_TIME: return *(const double *)target > 0;
    case OPTION_SHAPE: return *(const int *)target > 0;
    case OPTION_CHOICE: return *(const int *)target >= 0;
    case OPTION_TEXT: return *(const char *const *)target != NULL;
    }
    return false;
}

bool option_write(struct draft *draft, const struct option *option)
{
    if (!has_value(option))
        return false;
    const void *target = option->target;
    const int *shape = target;
    switch (option->kind) {
    case OPTION_FLAG: break;
    case OPTION_INT: draft_add(draft, "%d", *(const int *)target); break;
    case OPTION_SEED:
    case OPTION_BYTES:
        draft_add(draft, "%llu", (unsigned long long)*(const uint64_t *)target);
        break;
    case OPTION_REAL:
    case OPTION_TIME: write_real(draft, *(const double *)target); break;
    case OPTION_SHAPE:
        draft_add(draft, "%dx%dx%d", shape[0], shape[1], shape[2]);
        break;
    case OPTION_CHOICE:
        draft_add(draft, "%s", option->words[*(const int *)target]);
        break;
    case OPTION_TEXT:
        draft_add(draft, "%s", *(const char *const *)target);
        break;
    }
    return true;
}

/* ---- the command line ---- */

static enum ramp_status unknown(const struct option *options, const char *name,
                                int line, struct ramp_error *err)
{
    const char *names[MAX_OPTIONS + 1] = {0};
    int n = 0;
    for (; options->name && n < MAX_OPTIONS - 1; options++)
        names[n++] = options->name;
    names[n] = "help";
    char place[40] = "", quoted[TEXT_QUOTE_BYTES], dashed[128];
    if (line > 0)
        snprintf(place, sizeof place, "recipe, line %d: ", line);
    snprintf(dashed, sizeof dashed, "--%s", name);
    text_quote(quoted, dashed);
    const char *near = text_nearest(name, names);
    if (near == NULL)
        return error_set(err, RAMP_USAGE, "%sunknown option %s; try --help",
                         place, quoted);
    return error_set(err, RAMP_USAGE, "%sunknown option %s; try --%s", place,
                     quoted, near);
}

enum ramp_status option_give(struct option *options, const char *name,
                             const char *value, int line,
                             struct ramp_error *err)
{
    struct option *option = option_find(options, name);
    if (option == NULL)
        return unknown(options, name, line, err);
    if (option->given && line > 0 && option->line == 0)
        return RAMP_OK;
    if (option->given && !text_equal(option->given, value))
        return error_set(err, RAMP_USAGE,
                         "option --%s is given twice, as %s and as %s", name,
                         TEXT_QUOTE(option->given), TEXT_QUOTE(value));
    if (option->given == NULL) {
        option->given = value;
        option->line = line;
    }
    return RAMP_OK;
}

static enum ramp_status needs_value(const struct option *option,
                                    struct ramp_error *err)
{
    char expected[OPTION_EXPECTED_BYTES];
    option_expected(expected, option);
    return error_set(err, RAMP_USAGE, "option --%s needs a value: %s",
                     option->name, expected);
}

/* The option argv[0] = "--name[=value]"; *n_used tells how many of argv. */
static enum ramp_status read_option(struct option *options, int argc,
                                    char **argv, int *n_used,
                                    struct ramp_error *err)
{
    char name[64];
    const char *text = argv[0] + 2;
    size_t length = strcspn(text, "=");
    if (length >= sizeof name)
        return unknown(options, text, 0, err);
    memcpy(name, text, length);
    name[length] = 0;
    const struct option *option = option_find(options, name);
    if (option == NULL)
        return unknown(options, name, 0, err);
    *n_used = 1;
    if (text[length] == '=')
        return option_give(options, name, text + length + 1, 0, err);
    if (option->kind == OPTION_FLAG)
        return option_give(options, name, "", 0, err);
    if (argc < 2 || strncmp(argv[1], "--", 2) == 0)
        return needs_value(option, err);
    *n_used = 2;
    return option_give(options, name, argv[1], 0, err);
}

/* No argument may be empty, hold a control character (it would break the one
 * line of a message or of a recipe) or be longer than a path can be. */
static enum ramp_status check_argument(const char *text, struct ramp_error *err)
{
    if (text[0] == 0)
        return error_set(err, RAMP_USAGE, "an argument is empty");
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s < 0x20 || *s == 0x7f)
            return error_set(err, RAMP_USAGE,
                             "%s: expected no control character, found 0x%02x",
                             TEXT_QUOTE(text), *s);
    size_t n = strlen(text);
    if (n > MAX_ARGUMENT_BYTES)
        return error_set(err, RAMP_USAGE,
                         "%s: expected at most %d bytes, found %zu",
                         TEXT_QUOTE(text), MAX_ARGUMENT_BYTES, n);
    return RAMP_OK;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && !text_equal(argv[i], "--"); i++)
        if (text_equal(argv[i], "--help") || text_equal(argv[i], "-h"))
            return true;
    return false;
}

static enum ramp_status sort_arguments(struct command_line *line, int argc,
                                       char **argv, struct ramp_error *err)
{
    bool only_words = false;
    enum ramp_status status = RAMP_OK;
    for (int i = 0, n_used; i < argc && status == RAMP_OK; i += n_used) {
        n_used = 1;
        status = check_argument(argv[i], err);
        if (status != RAMP_OK)
            break;
        bool dash = argv[i][0] == '-' && argv[i][1] != 0 && !only_words;
        if (!dash)
            line->words[line->n_words++] = argv[i];
        else if (text_equal(argv[i], "--"))
            only_words = true;
        else if (argv[i][1] != '-')
            status = error_set(err, RAMP_USAGE, "unknown option %s; try --help",
                               TEXT_QUOTE(argv[i]));
        else
            status =
                read_option(line->options, argc - i, argv + i, &n_used, err);
        if (status == RAMP_OK && n_used == 2)
            status = check_argument(argv[i + 1], err);
    }
    return status;
}

enum ramp_status command_line_parse(struct command_line *line,
                                    struct option *options, int argc,
                                    char **argv, struct ramp_error *err)
{
    *line =
        (struct command_line){.options = options, .argc = argc, .argv = argv};
    if (asks_for_help(argc, argv)) {
        line->help = true;
        return RAMP_OK;
    }
    enum ramp_status status =
        MEM_NEW(&line->words, (size_t)argc, "the arguments", err);
    if (status == RAMP_OK)
        status = sort_arguments(line, argc, argv, err);
    const struct option *recipe = option_find(options, "recipe");
    if (status == RAMP_OK && recipe && recipe->given)
        status = recipe_read(options, &line->recipe, recipe->given, err);
    if (status == RAMP_OK)
        status = options_apply(options, err);
    if (status != RAMP_OK)
        command_line_release(line);
    return status;
}

void command_line_release(struct command_line *line)
{
    mem_free(line->words);
    mem_free(line->recipe);
    line->words = NULL;
    line->recipe = NULL;
}
