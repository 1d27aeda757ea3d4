/* train.c - `ramp train`: from a data set and the text of a net to a model. */
#include "cli/train.h"
#include "cli/recipe.h"

#include "report/format.h"
#include "report/run_folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const optimizers[] = {"nesterov", "sgd", "adamw", NULL};
static const char *const schedules[] = {
    "cosine", "onecycle", "step", "constant", "linear", "triangle", NULL};
static const char *const class_weights[] = {"none", "auto", NULL};
static const char *const scales[] = {
    [RAMP_SCALE_NONE] = "none",
    [RAMP_SCALE_UNIT] = "unit",
    [RAMP_SCALE_STANDARD] = "standard",
    [RAMP_SCALE_SIGNED] = "signed",
    [RAMP_SCALE_MEAN_IMAGE] = "mean-image",
    [RAMP_SCALE_PICTURE] = "picture",
    NULL,
};

/* The options set these; the program trains once. */
static struct train_settings settings = {
    .data = {.val_share = 0.1, .seed = 1},
    .compute = CLI_COMPUTE_DEFAULT,
    .net = "default",
    .act_text = "relu",
    .init_text = "he",
};

/* Defaults that stand in these texts are the library's (ramp_train_defaults);
 * a test compares them. */
static struct option option_table[] = {
    OPTION_ROW(OPTION_TEXT, "data", "DATA",
               "the same as DATA in front, for recipes", settings.data_name),
    OPTION_ROW(OPTION_TEXT, "net", "NET",
               "a name in models/ or a file (default: default)", settings.net),
    OPTION_ROW(OPTION_TEXT, "act", "ACT",
               "what `act` in the net stands for (default relu)",
               settings.act_text),
    OPTION_ROW(OPTION_TEXT, "init", "INIT",
               "he (default), he-uniform, xavier, lecun, normal:X,Y",
               settings.init_text),
    OPTION_NUMBER(OPTION_REAL, "bias", "X",
                  "first value of the biases (default 0)", settings.bias, -1000,
                  1000),
    OPTION_NUMBER(OPTION_INT, "epochs", "N",
                  "times through the training part (default 20)",
                  settings.train.epochs, 1, 1000000),
    OPTION_NUMBER(OPTION_INT, "batch", "N", "pictures a step (default 64)",
                  settings.train.batch, 1, 1000000),
    OPTION_WORDS("opt", "OPT", "nesterov (default), sgd or adamw",
                 settings.optimizer, optimizers),
    OPTION_NUMBER(OPTION_REAL, "lr", "X", "learning rate (default 0.05)",
                  settings.train.lr, 1e-9, 1000),
    OPTION_NUMBER(OPTION_REAL, "momentum", "X",
                  "of nesterov and sgd (default 0.9)", settings.train.momentum,
                  0, 1),
    OPTION_NUMBER(OPTION_REAL, "bias-lr", "X",
                  "of biases, times --lr (default 1)", settings.train.bias_lr,
                  0, 1000000),
    OPTION_NUMBER(OPTION_REAL, "norm-lr", "X",
                  "of batch norms, times --lr (default 1)",
                  settings.train.norm_lr, 0, 1000000),
    OPTION_WORDS("schedule", "S",
                 "cosine (default), onecycle, step, constant, linear, ...",
                 settings.schedule, schedules),
    OPTION_NUMBER(OPTION_REAL, "warmup", "X",
                  "epochs of growing rate (default 1)", settings.train.warmup,
                  0, 1000000),
    OPTION_NUMBER(OPTION_REAL, "l1", "X", "penalty on |w| (default 0)",
                  settings.train.l1, 0, 1000),
    OPTION_NUMBER(OPTION_REAL, "l2", "X", "penalty on w^2 / 2 (default 0.0005)",
                  settings.train.l2, 0, 1000),
    OPTION_NUMBER(OPTION_REAL, "act-l1", "X",
                  "penalty on |output| of activations (default 0)",
                  settings.train.act_l1, 0, 1000),
    OPTION_NUMBER(OPTION_REAL, "max-norm", "X",
                  "largest norm of a unit's weights (default 0: any)",
                  settings.train.max_norm, 0, 1000),
    OPTION_NUMBER(OPTION_REAL, "ema", "X",
                  "average the weights: 0.999 (default 0: do not)",
                  settings.train.ema, 0, 0.999999999),
    OPTION_ROW(OPTION_FLAG, "lookahead", NULL,
               "average them every 5 steps and go on from there",
               settings.train.lookahead),
    OPTION_NUMBER(OPTION_REAL, "label-smoothing", "X",
                  "part of the target for all (default 0)",
                  settings.train.label_smoothing, 0, 1),
    OPTION_WORDS("class-weights", "W",
                 "auto: as if all classes had as many pictures",
                 settings.class_weights, class_weights),
    OPTION_ROW(OPTION_TEXT, "augment", "LIST",
               "flip,shift:4,rotate:9,scale:.1,shear:.1,cutout:8 | none",
               settings.augment_text),
    OPTION_NUMBER(OPTION_REAL, "val", "X",
                  "share held out, unless the data do (default 0.1)",
                  settings.data.val_share, 0, 0.9),
    OPTION_NUMBER(OPTION_INT, "patience", "N",
                  "stop after N epochs without a better val error",
                  settings.train.patience, 1, 1000000),
    OPTION_NUMBER(OPTION_REAL, "target-train-error", "X",
                  "stop after an epoch of at most X % (as augmented)",
                  settings.target, 0.001, 100),
    OPTION_ROW(OPTION_TIME, "time", "T", "stop after a time: 90s, 10m, 1.5h",
               settings.train.time_limit),
    OPTION_ROW(OPTION_SHAPE, "input", "CxHxW",
               "pictures' shape (default: their own)", settings.shape),
    OPTION_WORDS("fit", "FIT", "crop (default), letterbox or stretch",
                 settings.fit, option_fit_words),
    OPTION_WORDS("scale-input", "S",
                 "none|unit|signed|picture|mean-image (default standard)",
                 settings.scale, scales),
    OPTION_CACHE_ROW(settings.data.cache_bytes),
    OPTION_SKIP_BAD_ROW(settings.data.skip_bad),
    OPTION_ROW(OPTION_SEED, "seed", "N", "fixes everything random (default 1)",
               settings.data.seed),
    OPTION_THREADS_ROW(settings.compute.threads),
    OPTION_CPU_ROW(settings.compute.cpu),
    OPTION_EXACT_ROW(settings.compute.exact),
    OPTION_ROW(OPTION_TEXT, "from", "MODEL",
               "begin with a model's weights, but the last layer",
               settings.from),
    OPTION_ROW(OPTION_TEXT, "out", "DIR",
               "folder of the run (default runs/DATA-NET-N)", settings.out),
    OPTION_ROW(OPTION_TEXT, "recipe", "FILE",
               "a file or a name in models/; the command line wins",
               settings.recipe),
    OPTION_ROW(OPTION_TEXT, "resume", "RUN",
               "go on with a run where it stopped (alone: see above)",
               settings.resume),
    OPTION_END};

/* What is opened and made for one training. */
struct training {
    struct train_settings *settings;
    struct ramp_dataset *data;
    struct ramp_net *net;
    struct ramp_model *from, *model;
    struct train_record record;
    struct train_show show;
    struct run_folder run;
    char augment[120], act[64];
    struct ramp_train_result result;
};

/* ---- Settings ---- */

/* What of the options can be judged before the data are opened. */
static enum ramp_status check_settings(struct train_settings *s,
                                       struct ramp_error *err)
{
    struct ramp_init init;
    struct ramp_augment augment;
    enum ramp_status status =
        cli_compute_set(&s->data.compute, &s->compute, &s->cpu, err);
    if (status == RAMP_OK && s->train.lookahead && s->train.ema > 0)
        status = error_set(err, RAMP_USAGE,
                           "--lookahead and --ema are two ways to the same; "
                           "try one of them");
    if (status == RAMP_OK)
        status = ramp_activation_parse(&s->act, s->act_text, err);
    if (status == RAMP_OK)
        status = ramp_init_parse(&init, s->init_text, err);
    if (status == RAMP_OK && s->augment_text)
        status = ramp_augment_parse(&augment, s->augment_text, err);
    return status;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static enum ramp_status check_out(const struct train_settings *s,
                                  struct ramp_error *err)
{
    const char *const inputs[] = {s->data_name, s->net, s->recipe, s->from};
    for (int i = 0; s->out && i < 4; i++)
        if (inputs[i] && is_same_file(s->out, inputs[i]))
            return error_set(err, RAMP_USAGE,
                             "--out: %s is read by this training; try another",
                             TEXT_QUOTE(s->out));
    return RAMP_OK;
}

static enum ramp_status write_augment(char *text, size_t n_bytes,
                                      const struct ramp_augment *augment,
                                      struct ramp_error *err)
{
    struct draft draft = {0};
    if (augment->flip)
        draft_add(&draft, "flip,");
    if (augment->shift > 0)
        draft_add(&draft, "shift:%d,", augment->shift);
    if (draft.n_bytes == 0)
        draft_add(&draft, "none,");
    enum ramp_status status = draft_check(&draft, "settings", err);
    if (status == RAMP_OK)
        snprintf(text, n_bytes, "%.*s", (int)draft.n_bytes - 1, draft.text);
    draft_release(&draft);
    return status;
}

/* The library's defaults, then what was given, once the data are known. */
static enum ramp_status complete_settings(struct training *t,
                                          struct ramp_error *err)
{
    struct train_settings *s = t->settings;
    struct ramp_train_options *train = &s->train;
    struct ramp_preprocess pre;
    ramp_train_defaults(train, t->data);
    ramp_dataset_shape(t->data, &pre);
    s->shape[0] = pre.channels;
    s->shape[1] = pre.height;
    s->shape[2] = pre.width;
    s->optimizer = (int)train->optimizer;
    s->schedule = (int)train->schedule;
    s->scale = (int)train->scale;
    enum ramp_status status =
        write_augment(t->augment, sizeof t->augment, &train->augment, err);
    if (s->augment_text == NULL)
        s->augment_text = t->augment;
    if (status == RAMP_OK)
        status = options_apply(option_table, err);
    if (status == RAMP_OK)
        status = ramp_init_parse(&train->init, s->init_text, err);
    if (status == RAMP_OK)
        status = ramp_augment_parse(&train->augment, s->augment_text, err);
    train->compute = s->data.compute;
    train->init.bias = (float)s->bias;
    train->seed = s->data.seed;
    train->optimizer = (enum ramp_optimizer)s->optimizer;
    train->schedule = (enum ramp_schedule)s->schedule;
    train->scale = (enum ramp_scale)s->scale;
    train->class_weights = s->class_weights != 0;
    if (status == RAMP_OK && train->patience > 0 &&
        ramp_dataset_count(t->data, RAMP_VAL) == 0)
        status = error_set(err, RAMP_USAGE,
                           "--patience needs a validation part; try --val 0.1");
    return status;
}

/* ---- Steps ---- */

static enum ramp_status open_data(struct training *t, struct ramp_error *err)
{
    struct train_settings *s = t->settings;
    s->data.channels = s->shape[0];
    s->data.height = s->shape[1];
    s->data.width = s->shape[2];
    s->data.fit = (enum ramp_fit)s->fit;
    terminal_live(&t->show.terminal, "reading %s", TEXT_QUOTE(s->data_name));
    enum ramp_status status =
        ramp_dataset_open(&t->data, s->data_name, &s->data, err);
    terminal_clear(&t->show.terminal);
    if (status != RAMP_OK)
        return status;
    cli_warn_odd(t->data, s->data_name);
    size_t n_skipped = ramp_dataset_n_skipped(t->data);
    if (n_skipped > 0)
        terminal_line(
            &t->show.terminal,
            "ramp: warning: left out %s bad picture%s (ramp data tells "
            "which)",
            FORMAT_COUNT(n_skipped), n_skipped > 1 ? "s" : "");
    return complete_settings(t, err);
}

/* The model of --from: it also says what is not said otherwise, the net, its
 * activation and its input. */
static enum ramp_status load_from(struct training *t, struct ramp_error *err)
{
    struct train_settings *s = t->settings;
    if (s->from == NULL || s->resume != NULL)
        return RAMP_OK;
    enum ramp_status status = ramp_model_load(&t->from, s->from, err);
    if (status != RAMP_OK)
        return status;
    const struct ramp_preprocess *pre = ramp_model_preprocess(t->from);
    struct ramp_net_options net;
    ramp_net_options(ramp_model_net(t->from), &net);
    if (option_find(option_table, "net")->given == NULL)
        s->net = NULL;
    if (s->net == NULL && option_find(option_table, "act")->given == NULL) {
        s->act = net.act;
        ramp_activation_text(&net.act, t->act, sizeof t->act);
        s->act_text = t->act;
    }
    if (s->net == NULL && option_find(option_table, "input")->given == NULL) {
        s->shape[0] = pre->channels;
        s->shape[1] = pre->height;
        s->shape[2] = pre->width;
    }
    if (option_find(option_table, "fit")->given == NULL)
        s->fit = (int)pre->fit;
    return RAMP_OK;
}

static enum ramp_status load_net(struct training *t, struct ramp_error *err)
{
    const struct train_settings *s = t->settings;
    const struct ramp_net_options options = {
        .channels = s->shape[0],
        .height = s->shape[1],
        .width = s->shape[2],
        .n_classes = ramp_dataset_n_classes(t->data),
        .act = s->act,
    };
    if (s->net != NULL)
        return ramp_net_load(&t->net, s->net, &options, err);
    return ramp_net_parse(&t->net, ramp_net_text(ramp_model_net(t->from)),
                          cli_net_name(t->from), &options, err);
}

static enum ramp_status make_folder(struct training *t, struct ramp_error *err)
{
    const char *out = t->settings->out, *resume = t->settings->resume;
    enum ramp_status status =
        resume ? run_folder_resume(&t->run, resume, err)
        : out  ? run_folder_take(&t->run, out, err)
               : run_folder_new(&t->run, "runs", ramp_dataset_name(t->data),
                                ramp_net_name(t->net), err);
    size_t n = t->run.n_removed;
    if (n > 0)
        terminal_line(
            &t->show.terminal,
            "ramp: warning: removed %s temporary file%s of a run that "
            "was killed",
            FORMAT_COUNT(n), n > 1 ? "s" : "");
    return status;
}

static enum ramp_status fit(struct training *t, struct ramp_error *err)
{
    struct ramp_train_options *train = &t->settings->train;
    train->out_dir = t->run.path;
    train->resume = t->settings->resume != NULL;
    train->from = t->from;
    train->facts = t->record.facts;
    train->diagnose = true;
    train->on_batch = train_show_batch;
    train->on_epoch = train_show_epoch;
    train->context = &t->show;
    train_catch_signals();
    enum ramp_status status =
        ramp_train(&t->model, &t->result, &t->net, t->data, train, err);
    terminal_clear(&t->show.terminal);
    return status;
}

static enum ramp_status report(struct training *t, struct ramp_error *err)
{
    const struct train_report report = {
        .show = &t->show,
        .settings = t->settings,
        .data = t->data,
        .model = t->model,
        .result = &t->result,
        .folder = t->run.path,
    };
    train_show_end(&t->show, t->settings, &t->result, t->run.path);
    return train_report_end(&report, err);
}

static enum ramp_status train(struct training *t,
                              const struct command_line *line,
                              struct ramp_error *err)
{
    terminal_init(&t->show.terminal);
    enum ramp_status status = check_settings(t->settings, err);
    if (status == RAMP_OK)
        status = check_out(t->settings, err);
    if (status == RAMP_OK)
        status = load_from(t, err);
    if (status == RAMP_OK)
        status = open_data(t, err);
    if (status == RAMP_OK)
        status = load_net(t, err);
    if (status == RAMP_OK)
        status = train_record_init(&t->record, line, t->net, err);
    if (status == RAMP_OK)
        status = make_folder(t, err);
    if (status == RAMP_OK)
        status = train_record_write(&t->record, t->run.path, t->settings,
                                    t->data, t->net, err);
    if (status == RAMP_OK) {
        train_show_begin(&t->show, t->settings, t->data, t->net, t->run.path);
        status = fit(t, err);
    }
    if (status == RAMP_OK)
        status = report(t, err);
    ramp_model_free(t->model);
    ramp_model_free(t->from);
    ramp_net_free(t->net);
    ramp_dataset_free(t->data);
    train_record_release(&t->record);
    run_folder_release(&t->run);
    return status;
}

/* ---- The command line ---- */

/* The words besides the options: DATA, unless --data names it. */
static enum ramp_status take_data_name(const struct command_line *line,
                                       struct ramp_error *err)
{
    const char *word = line->n_words > 0 ? line->words[0] : NULL;
    struct option *data = option_find(option_table, "data");
    if (word == NULL && settings.data_name == NULL)
        return error_set(err, RAMP_USAGE,
                         "expected DATA, found nothing; try ramp train --help");
    if (word == NULL)
        return RAMP_OK;
    if (data->given && data->line == 0 && !text_equal(data->given, word))
        return error_set(err, RAMP_USAGE,
                         "DATA is given twice, as %s and as %s",
                         TEXT_QUOTE(word), TEXT_QUOTE(data->given));
    data->given = word;
    settings.data_name = word;
    return RAMP_OK;
}

/* A run goes on with the settings of its args.txt, but for these. */
static enum ramp_status check_resume(const struct command_line *line,
                                     struct ramp_error *err)
{
    static const char *const free_options[] = {
        "resume", "epochs", "time", "threads", "cpu", "cache", NULL};
    if (line->n_words > 0)
        return error_set(err, RAMP_USAGE,
                         "--resume takes DATA from the run: expected none, "
                         "found %s",
                         TEXT_QUOTE(line->words[0]));
    for (const struct option *o = option_table; o->name; o++) {
        int i = 0;
        while (free_options[i] && !text_equal(free_options[i], o->name))
            i++;
        if (o->given && free_options[i] == NULL)
            return error_set(err, RAMP_USAGE,
                             "--%s cannot change with --resume: the run has "
                             "its own; try without it",
                             o->name);
    }
    return RAMP_OK;
}

static enum ramp_status read_run(struct command_line *line, char **net,
                                 struct ramp_error *err)
{
    enum ramp_status status = check_resume(line, err);
    if (status != RAMP_OK)
        return status;
    char *args = file_join(settings.resume, "args.txt");
    *net = file_join(settings.resume, "net.net");
    if (args == NULL || *net == NULL) {
        mem_free(args);
        return error_memory(err, "a path", strlen(settings.resume));
    }
    if (file_exists(args))
        status = recipe_read(option_table, &line->recipe, args, err);
    else
        status = error_set(err, RAMP_MODEL,
                           "cannot resume %s: expected the folder of a run, "
                           "found no args.txt in it",
                           TEXT_QUOTE(settings.resume));
    mem_free(args);
    if (status == RAMP_OK)
        status = options_apply(option_table, err);
    settings.net = *net;
    return status;
}

static int train_run(struct command_line *line, struct ramp_error *err)
{
    struct training t = {.settings = &settings};
    char *net = NULL;
    enum ramp_status status = RAMP_OK;
    if (settings.resume != NULL)
        status = read_run(line, &net, err);
    if (status == RAMP_OK)
        status = take_data_name(line, err);
    if (status == RAMP_OK)
        status = train(&t, line, err);
    mem_free(net);
    return train_exit(status);
}

const struct verb verb_train = {
    .name = "train",
    .arguments = "DATA",
    .summary = "train a net on labelled pictures",
    .about = "Trains a net on labelled pictures and keeps the best model. DATA "
             "is a name\n(fashion-small, mnist, fashion-mnist, cifar10, "
             "cifar100), a folder of class\nfolders, a folder with train/ and "
             "test/ of these, a folder of IDX or CIFAR\nfiles, or a tar or zip "
             "archive of any of them. The folder of the run gets\nthe models, "
             "tables and pictures, and a page with all of it, report.html.\n\n"
             "Ctrl-C ends the training after the current batch, and all is "
             "saved; --resume\nRUN goes on from there as if it had never "
             "stopped, with the run's own settings\nbut for --epochs, --time, "
             "--threads, --cpu and --cache.\n\n"
             "Pictures of equal size up to 64x64 are taken as they are, others "
             "become\n3x64x64 (see --input): crop takes the middle, letterbox "
             "all of the picture\nwith bars beside it, stretch all of it, "
             "distorted.",
    .example = "  ramp train fashion-small --epochs 5\n"
               "  ramp train my-photos/ --input 3x96x96 --epochs 40\n"
               "  ramp train mnist --net lenet --act tanh --out runs/tanh\n"
               "  ramp train --resume runs/tanh --epochs 40",
    .options = option_table,
    .low = 0,
    .high = 1,
    .run = train_run,
};
