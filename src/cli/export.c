/* export.c - `ramp export`: a model as C, or its weights alone. */
#include "cli/cli.h"

#include "report/format.h"

#include <stdio.h>
#include <sys/stat.h>

static struct {
    const char *to;
} settings;

static struct option option_table[] = {OPTION_ROW(OPTION_TEXT, "to", "FILE",
                                                  "FILE.c or FILE.safetensors",
                                                  settings.to),
                                       OPTION_END};

/* The ending of --to decides. */
static const struct kind {
    const char *end, *what;
} kinds[] = {{".c", "C"}, {".safetensors", "weights alone"}};

static const struct kind *kind_of(const char *path)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_ends_with(path, kinds[i].end))
            return &kinds[i];
    return NULL;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* The model is a file, or the best one of a run folder. */
static enum ramp_status check_input(const char *model, const char *to,
                                    struct ramp_error *err)
{
    char *best = file_join(model, "best.safetensors");
    if (best == NULL)
        return error_memory(err, "a path", 0);
    bool same = is_same_file(model, to) || is_same_file(best, to);
    mem_free(best);
    if (!same)
        return RAMP_OK;
    return error_set(err, RAMP_USAGE,
                     "--to: %s is what is to be exported; try another name",
                     TEXT_QUOTE(to));
}

static enum ramp_status check_settings(const char *model,
                                       struct ramp_error *err)
{
    if (settings.to == NULL)
        return error_set(err, RAMP_USAGE,
                         "expected --to FILE.c or --to FILE.safetensors, found "
                         "neither");
    if (kind_of(settings.to) == NULL)
        return error_set(err, RAMP_USAGE,
                         "--to: expected a name that ends in .c or "
                         ".safetensors, found %s",
                         TEXT_QUOTE(settings.to));
    return check_input(model, settings.to, err);
}

static void print_written(const struct kind *kind, struct ramp_model *model)
{
    struct stat written;
    size_t n = ramp_net_n_parameters(ramp_model_net(model));
    format_name(stdout, settings.to);
    printf("  %s, %s parameters", kind->what, FORMAT_COUNT(n));
    if (stat(settings.to, &written) == 0)
        printf(", %s", FORMAT_MEMORY((size_t)written.st_size));
    putchar('\n');
}

static enum ramp_status export_model(const char *path, struct ramp_error *err)
{
    struct ramp_model *model = NULL;
    const struct kind *kind = kind_of(settings.to);
    ASSERT(kind != NULL);
    enum ramp_status status = ramp_model_load(&model, path, err);
    if (status != RAMP_OK)
        return status;
    if (kind == &kinds[0])
        status = ramp_model_export_c(model, settings.to, NULL, err);
    else
        status = ramp_model_export_weights(model, settings.to, err);
    if (status == RAMP_OK)
        print_written(kind, model);
    ramp_model_free(model);
    return status;
}

static int export_run(struct command_line *line, struct ramp_error *err)
{
    enum ramp_status status = check_settings(line->words[0], err);
    if (status == RAMP_OK)
        status = export_model(line->words[0], err);
    return (int)status;
}

const struct verb verb_export = {
    .name = "export",
    .arguments = "MODEL --to FILE",
    .summary = "write a model as C, or its weights alone",
    .about =
        "Writes a model for others; the ending of FILE decides how.\n"
        "  .c            one file of C11 that needs only libm, with the\n"
        "                preprocessing, the class names and a test; the first\n"
        "                lines say what it takes and gives\n"
        "  .safetensors  the tensors alone, for PyTorch and others; ramp "
        "cannot\n                read them back\n"
        "MODEL is a model file or the folder of a run. FILE is replaced if it "
        "exists.",
    .example = "  ramp export runs/fashion-small-default-1 --to clothes.c\n"
               "  cc -O3 -DCLOTHES_MAIN clothes.c -lm && ./a.out\n"
               "  ramp export runs/fashion-small-default-1 --to w.safetensors",
    .options = option_table,
    .low = 1,
    .high = 1,
    .run = export_run,
};
