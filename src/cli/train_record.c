/* train_record.c - what a run leaves beside its models: args.txt, from which
 * it can be repeated, net.net, and the facts that go into the models. */
#include "cli/recipe.h"
#include "cli/train.h"

#include "report/machine.h"
#include "report/run_folder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void add_fact(struct train_record *record, const char *name,
                     const char *text)
{
    int n = 0;
    while (record->facts[n])
        n += 2;
    ASSERT(n < 2 * TRAIN_N_FACTS);
    record->facts[n] = name;
    record->facts[n + 1] = text;
}

static void write_value(struct draft *draft, struct option *options,
                        const char *name, const char *fallback)
{
    if (!option_write(draft, option_find(options, name)))
        draft_add(draft, "%s", fallback);
}

enum ramp_status train_record_init(struct train_record *record,
                                   const struct command_line *line,
                                   const struct ramp_net *net,
                                   struct ramp_error *err)
{
    /* A repeated run is a run of its own: it gets its own folder. */
    static const char *const but[] = {"out", "recipe", "resume", NULL};
    struct option *options = line->options;
    struct train_record *r = record;
    *r = (struct train_record){0};
    recipe_write(&r->settings, options, but);
    write_value(&r->val_share, options, "val", "0");
    write_value(&r->val_seed, options, "seed", "0");
    draft_add(&r->command, "ramp train");
    for (int i = 0; i < line->argc; i++) {
        draft_add(&r->command, " ");
        draft_shell_word(&r->command, line->argv[i]);
    }
    const struct draft *const drafts[] = {&r->settings, &r->val_share,
                                          &r->val_seed, &r->command};
    for (int i = 0; i < 4; i++) {
        enum ramp_status status = draft_check(drafts[i], "settings", err);
        if (status != RAMP_OK)
            return status;
    }
    add_fact(r, "ramp", RAMP_VERSION);
    add_fact(r, "net-name", ramp_net_name(net));
    if (option_find(options, "resume")->given == NULL)
        add_fact(r, "command", r->command.text);
    add_fact(r, "settings", r->settings.text);
    add_fact(r, "val-share", r->val_share.text);
    add_fact(r, "val-seed", r->val_seed.text);
    return RAMP_OK;
}

static void write_date(char date[32])
{
    time_t now = time(NULL);
    struct tm utc;
    date[0] = 0;
    if (gmtime_r(&now, &utc))
        strftime(date, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void add_notes(struct draft *draft, const struct train_record *record,
                      const struct train_settings *settings,
                      const struct ramp_dataset *data)
{
    char date[32], processor[128];
    write_date(date);
    machine_processor(processor, sizeof processor);
    draft_add(draft,
              "# ramp train --recipe THIS-FILE repeats this run\n"
              "# ramp %s\n# command: %s\n# date: %s\n"
              "# processor: %s, %s; threads: %d\n# fingerprint: %016llx\n",
              RAMP_VERSION, record->command.text, date, processor,
              settings->cpu, ramp_compute_threads(&settings->data.compute),
              (unsigned long long)ramp_dataset_fingerprint(data));
}

/* The notes of an args.txt, and one that the run goes on. */
static enum ramp_status keep_notes(struct draft *draft, const char *folder,
                                   const struct train_record *record,
                                   const struct train_settings *settings,
                                   struct ramp_error *err)
{
    char date[32];
    uint8_t *text;
    size_t n_bytes;
    char *path = file_join(folder, "args.txt");
    if (path == NULL)
        return error_memory(err, "a path", strlen(folder));
    enum ramp_status status =
        file_read(&text, &n_bytes, path, SIZE_MAX, RAMP_IO, err);
    mem_free(path);
    if (status != RAMP_OK)
        return status;
    const char *line = (const char *)text;
    while (*line == '#') {
        int n = (int)strcspn(line, "\n");
        draft_add(draft, "%.*s\n", n, line);
        line += line[n] ? n + 1 : n;
    }
    mem_free(text);
    write_date(date);
    draft_add(draft, "# goes on: %s; date: %s; %s, threads: %d\n",
              record->command.text, date, settings->cpu,
              ramp_compute_threads(&settings->data.compute));
    return RAMP_OK;
}

enum ramp_status train_record_write(const struct train_record *record,
                                    const char *folder,
                                    const struct train_settings *settings,
                                    const struct ramp_dataset *data,
                                    const struct ramp_net *net,
                                    struct ramp_error *err)
{
    struct draft args = {0};
    enum ramp_status status = RAMP_OK;
    if (settings->resume)
        status = keep_notes(&args, folder, record, settings, err);
    else
        add_notes(&args, record, settings, data);
    draft_add(&args, "%s", record->settings.text);
    if (status == RAMP_OK)
        status = draft_check(&args, "args.txt", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, "args.txt", args.text, err);
    if (status == RAMP_OK && !settings->resume)
        status = run_folder_write(folder, "net.net", ramp_net_text(net), err);
    draft_release(&args);
    return status;
}

void train_record_release(struct train_record *record)
{
    draft_release(&record->settings);
    draft_release(&record->command);
    draft_release(&record->val_share);
    draft_release(&record->val_seed);
}
