/* fuzz_argv.c - the command line: verb, options, words, a recipe. The input is
 * one argument a line, then a zero byte and the text of the recipe that
 * `--recipe` names, whatever its path. Everything runs as in the program up to
 * the point where a file would be opened: data, models and nets are all said to
 * be missing. */
#define main ramp_main
#include "cli/main.c"
#undef main

#include "cli/recipe.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_ARGUMENTS = 64, MAX_ROWS = 64 };

static const uint8_t *recipe;
static size_t n_recipe;

/* ---- in the place of files ---- */

enum ramp_status __wrap_file_read(uint8_t **bytes, size_t *n_bytes,
                                  const char *path, size_t max_bytes,
                                  enum ramp_status missing,
                                  struct ramp_error *err);
enum ramp_status
__wrap_ramp_dataset_open(struct ramp_dataset **data, const char *name,
                         const struct ramp_dataset_options *options,
                         struct ramp_error *err);
enum ramp_status __wrap_ramp_model_load(struct ramp_model **model,
                                        const char *path,
                                        struct ramp_error *err);
enum ramp_status __wrap_ramp_net_load(struct ramp_net **net, const char *name,
                                      const struct ramp_net_options *options,
                                      struct ramp_error *err);

enum ramp_status __wrap_file_read(uint8_t **bytes, size_t *n_bytes,
                                  const char *path, size_t max_bytes,
                                  enum ramp_status missing,
                                  struct ramp_error *err)
{
    (void)path;
    (void)missing;
    (void)err;
    ASSERT(n_recipe <= max_bytes);
    *bytes = mem_alloc(n_recipe + 1, 1);
    ASSERT(*bytes != NULL);
    if (n_recipe > 0)
        memcpy(*bytes, recipe, n_recipe);
    *n_bytes = n_recipe;
    return RAMP_OK;
}

enum ramp_status
__wrap_ramp_dataset_open(struct ramp_dataset **data, const char *name,
                         const struct ramp_dataset_options *options,
                         struct ramp_error *err)
{
    ASSERT(name[0] != 0 && options->val_share >= 0 && options->val_share < 1);
    *data = NULL;
    return error_set(err, RAMP_DATA, "cannot find %s", TEXT_QUOTE(name));
}

enum ramp_status __wrap_ramp_model_load(struct ramp_model **model,
                                        const char *path,
                                        struct ramp_error *err)
{
    ASSERT(path[0] != 0);
    *model = NULL;
    return error_set(err, RAMP_MODEL, "cannot find %s", TEXT_QUOTE(path));
}

enum ramp_status __wrap_ramp_net_load(struct ramp_net **net, const char *name,
                                      const struct ramp_net_options *options,
                                      struct ramp_error *err)
{
    ASSERT(name[0] != 0 && options->n_classes >= 2);
    *net = NULL;
    return error_set(err, RAMP_MODEL, "cannot find %s", TEXT_QUOTE(name));
}

/* ---- a program runs once ---- */

/* The table of the verb that ran, and what its options set before. */
static struct {
    struct option *rows;
    uint8_t values[MAX_ROWS][sizeof(int[3])];
} kept;

static size_t value_bytes(const struct option *option)
{
    switch (option->kind) {
    case OPTION_FLAG: return sizeof(bool);
    case OPTION_INT:
    case OPTION_CHOICE: return sizeof(int);
    case OPTION_SHAPE: return sizeof(int[3]);
    default: return 8;
    }
}

enum ramp_status __real_verb_parse(struct command_line *line,
                                   const struct verb *verb, int argc,
                                   char **argv, struct ramp_error *err);
enum ramp_status __wrap_verb_parse(struct command_line *line,
                                   const struct verb *verb, int argc,
                                   char **argv, struct ramp_error *err);

enum ramp_status __wrap_verb_parse(struct command_line *line,
                                   const struct verb *verb, int argc,
                                   char **argv, struct ramp_error *err)
{
    struct draft text = {0};
    struct option *options = verb->options;
    kept.rows = options;
    for (int i = 0; options[i].name; i++) {
        ASSERT(i < MAX_ROWS);
        memcpy(kept.values[i], options[i].target, value_bytes(&options[i]));
    }
    enum ramp_status status = __real_verb_parse(line, verb, argc, argv, err);
    /* What a run leaves as args.txt. */
    if (status == RAMP_OK && !line->help) {
        recipe_write(&text, options, (const char *const[]){"recipe", NULL});
        ASSERT(!text.failed);
    }
    draft_release(&text);
    return status;
}

static void forget(void)
{
    for (int i = 0; kept.rows && kept.rows[i].name; i++) {
        struct option *row = &kept.rows[i];
        memcpy(row->target, kept.values[i], value_bytes(row));
        row->given = NULL;
        row->line = 0;
    }
    kept.rows = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    char *argv[MAX_ARGUMENTS + 2] = {"ramp"};
    int argc = 1;
    char *text = fuzz_text(bytes, n_bytes);
    size_t n = strlen(text);
    recipe = bytes + (n < n_bytes ? n + 1 : n);
    n_recipe = n < n_bytes ? n_bytes - n - 1 : 0;
    for (char *p = text; p && *p && argc <= MAX_ARGUMENTS; argc++) {
        argv[argc] = p;
        p = strchr(p, '\n');
        if (p)
            *p++ = 0;
    }
    fuzz_check_error((enum ramp_status)run(argc, argv, &err), &err);
    forget();
    free(text);
    return 0;
}
