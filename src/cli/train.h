/* train.h - between the files of `ramp train`: what was asked for, what is
 * left behind (train_record.c), what is shown (train_show.c). */
#ifndef CLI_TRAIN_H
#define CLI_TRAIN_H

#include "cli/cli.h"
#include "report/advice.h"
#include "report/draft.h"
#include "report/terminal.h"

/* The options. `train` and `data` hold what the library takes; the choices
 * are places in lists of words and become enums in train.c. */
struct train_settings {
    struct ramp_train_options train;
    struct ramp_dataset_options data;
    struct ramp_activation act;
    struct cli_compute compute;
    const char *cpu; /* the instruction set that was chosen */
    const char *data_name, *net, *act_text, *init_text, *augment_text, *out,
        *recipe, *from, *resume;
    int shape[3], fit, optimizer, schedule, scale, class_weights;
    double bias;
    double target; /* training error, in per cent; 0: none */
};

/* ---- train_record.c ---- */

#define TRAIN_N_FACTS 6

/* args.txt and net.net of a run, and what goes into its model. A run that goes
 * on keeps the notes of its args.txt and the command in its model. */
struct train_record {
    struct draft settings; /* lines of a recipe */
    struct draft command;  /* as it could be typed again */
    struct draft val_share, val_seed;
    /* Name, text, ..., NULL: into the above, and the net's name, which must
     * live as long. */
    const char *facts[2 * TRAIN_N_FACTS + 1];
};

MUST_CHECK enum ramp_status train_record_init(struct train_record *record,
                                              const struct command_line *line,
                                              const struct ramp_net *net,
                                              struct ramp_error *err);
MUST_CHECK enum ramp_status
train_record_write(const struct train_record *record, const char *folder,
                   const struct train_settings *settings,
                   const struct ramp_dataset *data, const struct ramp_net *net,
                   struct ramp_error *err);
void train_record_release(struct train_record *record);

/* ---- train_show.c ---- */

/* Where a training is, on standard error. */
struct train_show {
    struct terminal terminal;
    int n_columns; /* of the number of epochs */
    bool worked;   /* a batch was trained */
    double target; /* end after an epoch of this training error; 0: never */
    struct advice advice;
};

void train_show_begin(struct train_show *show,
                      const struct train_settings *settings,
                      const struct ramp_dataset *data,
                      const struct ramp_net *net, const char *folder);

/* Callbacks for ramp_train; the context is the struct train_show. They ask for
 * an end once SIGINT or SIGTERM came, or the target is reached. */
bool train_show_batch(void *context, const struct ramp_progress *progress);
bool train_show_epoch(void *context, const struct ramp_epoch *epoch);

/* From here on SIGINT and SIGTERM end the training after the current batch;
 * a second one ends the program at once. */
void train_catch_signals(void);

/* The signal that came, or 0. */
int train_signal(void);

/* The exit status of a verb that trains: 128 + the signal, if one ended it. */
int train_exit(enum ramp_status status);

/* Why a training ended before its last epoch, if it did. */
void train_show_end(struct train_show *show,
                    const struct train_settings *settings,
                    const struct ramp_train_result *result, const char *folder);

/* The results, on standard output; `test` may be NULL. */
void train_show_result(const char *model_path, const char *page_path,
                       const struct ramp_train_result *result, size_t n_val,
                       const struct ramp_evaluation *test);

/* ---- train_report.c ---- */

/* A training that has ended; all is borrowed. */
struct train_report {
    struct train_show *show;
    const struct train_settings *settings;
    const struct ramp_dataset *data;
    const struct ramp_model *model;
    const struct ramp_train_result *result;
    const char *folder;
};

/* Evaluate the model, write all that there is to look at, print the results. */
MUST_CHECK enum ramp_status train_report_end(const struct train_report *report,
                                             struct ramp_error *err);

#endif
