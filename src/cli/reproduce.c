/* reproduce.c - `ramp reproduce`: published claims, tested. */
#include "claims/claims.h"
#include "cli/cli.h"
#include "cli/train.h"

#include <stdio.h>
#include <string.h>

static struct {
    struct cli_compute compute;
    int scale;
    const char *out;
    bool page, measure;
} settings = {.compute = CLI_COMPUTE_DEFAULT, .out = "docs/claims"};

static struct option option_table[] = {
    OPTION_WORDS("scale", "SCALE", "quick (default), standard or full",
                 settings.scale, claim_scales),
    OPTION_ROW(OPTION_TEXT, "out", "DIR",
               "folder of the results (default docs/claims)", settings.out),
    OPTION_ROW(OPTION_FLAG, "page", NULL,
               "train nothing: write page and index from the results",
               settings.page),
    OPTION_ROW(OPTION_FLAG, "measure", NULL,
               "time the arms in turn, on an idle machine (a minute)",
               settings.measure),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_END};

/* ---- The list ---- */

/* Where the results of a claim are: in the folder of --out, if it is given,
 * else where they were shipped; there may be none. The caller frees *folder. */
static enum ramp_status find_results(char **folder, const struct claim *claim,
                                     struct ramp_error *err)
{
    char name[80];
    *folder = NULL;
    snprintf(name, sizeof name, "%s.csv", claim_table(claim));
    if (!option_find(option_table, "out")->given) {
        enum ramp_status status =
            file_find_shipped(folder, settings.out, name, err);
        if (status != RAMP_OK)
            return status;
    }
    if (*folder != NULL)
        (*folder)[strlen(*folder) - strlen(name)] = 0;
    else
        *folder = mem_strdup(settings.out);
    return *folder ? RAMP_OK : error_memory(err, "a path", sizeof name);
}

static enum ramp_status list_one(const struct claim *claim,
                                 struct ramp_error *err)
{
    char *folder;
    struct verdict verdict = {.scale = ""};
    printf("%-22s ", claim->name);
    if (claim->untested) {
        printf("not tested: %s\n    %s\n", claim->untested, claim->source);
        return RAMP_OK;
    }
    enum ramp_status status = find_results(&folder, claim, err);
    if (status == RAMP_OK)
        status = claim_conclude(&verdict, claim, folder, err);
    if (status == RAMP_OK && verdict.scale[0])
        printf("%s (%s)",
               verdict.complete ? verdict_name(verdict.word) : "begun",
               verdict.scale);
    else if (status == RAMP_OK)
        printf("not run");
    if (claim->exact)
        printf("\n    %s\n    nothing to train: seconds\n", claim->source);
    else
        printf("\n    %s\n    quick %s, standard %s, full %s\n", claim->source,
               claim->costs[CLAIM_QUICK], claim->costs[CLAIM_STANDARD],
               claim->costs[CLAIM_FULL]);
    verdict_release(&verdict);
    mem_free(folder);
    return status;
}

static enum ramp_status list(struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (int i = 0; claims[i] && status == RAMP_OK; i++)
        status = list_one(claims[i], err);
    return status;
}

/* ---- One claim ---- */

static enum ramp_status find(const struct claim **claim, const char *name,
                             struct ramp_error *err)
{
    const char *names[64] = {0};
    for (int i = 0; i < 63 && claims[i]; i++)
        names[i] = claims[i]->name;
    *claim = claim_find(name);
    const char *near = text_nearest(name, names);
    if (*claim == NULL)
        return error_set(err, RAMP_USAGE, "unknown claim %s; try %s%s",
                         TEXT_QUOTE(name), near ? near : "ramp reproduce",
                         near ? "" : " for the list");
    if ((*claim)->untested)
        return error_set(err, RAMP_USAGE, "%s is not tested: it %s", name,
                         (*claim)->untested);
    return RAMP_OK;
}

static bool go_on(void)
{
    return train_signal() == 0;
}

static enum ramp_status reproduce(const char *name, struct ramp_error *err)
{
    const struct claim *claim;
    char note[PICTURE_NOTE_BYTES] = "";
    struct claim_settings run = {.scale = (enum claim_scale)settings.scale,
                                 .folder = settings.out,
                                 .go_on = go_on};
    enum ramp_status status =
        cli_compute_set(&run.compute, &settings.compute, NULL, err);
    if (status == RAMP_OK)
        status = find(&claim, name, err);
    if (status != RAMP_OK)
        return status;
    train_catch_signals();
    if (settings.measure)
        status = claim_measure(claim, &run, err);
    else
        status = settings.page ? page_write(claim, settings.out, note, err)
                               : claim_run(claim, &run, note, err);
    if (note[0])
        cli_complain(note);
    if (status != RAMP_OK)
        return status;
    return claim_print(stdout, claim, settings.out,
                       (enum claim_scale)settings.scale, err);
}

static int reproduce_run(struct command_line *line, struct ramp_error *err)
{
    return train_exit(line->n_words > 0 ? reproduce(line->words[0], err)
                                        : list(err));
}

const struct verb verb_reproduce = {
    .name = "reproduce",
    .arguments = "[CLAIM]",
    .summary = "test a published claim about activations",
    .about =
        "Runs the experiment that tests a published claim and says whether it "
        "was\nreproduced. Every finished training is kept in "
        "docs/claims/CLAIM.csv: the same\ncommand goes on where it was stopped "
        "(Ctrl-C ends it after the current batch).\nPage, picture and index "
        "are written there, too. quick has 10,000 training pictures\nand one "
        "seed, standard 20,000 and three; full is the claim's own protocol.\n"
        "Without CLAIM: the list, with costs and verdicts.",
    .example = "  ramp reproduce\n"
               "  ramp reproduce relu-vs-tanh --scale quick",
    .options = option_table,
    .low = 0,
    .high = 1,
    .run = reproduce_run,
};
