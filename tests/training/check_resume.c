/* check_resume.c - a training that was stopped goes on as if it had not been:
 * the same bits, from every batch; and what cannot go on says why. */
#include "model/checkpoint.h"
#include "tests/training/toy.h"
#include "train/position.h"

#include <ramp/model.h>

enum { EPOCHS = 4, BATCH = 8, N_BATCHES = 4, ALL = EPOCHS * N_BATCHES };

/* 44 pictures, 14 of them for validation: batches of 8, 8, 8 and 6. */
static struct toy open_toy(double val_share)
{
    return toy_open(44, false, val_share);
}

/* Everything that draws random numbers or remembers something. */
#define NET                                                                    \
    "conv 8 2x2 whiten\nact\nconv 8 3x3 pad 1\nbatchnorm\nact\nmaxpool "       \
    "2x2\ndropout 0.3\n"                                                       \
    "dense classes\n"

static bool count_down(void *context, const struct ramp_progress *progress)
{
    int *left = context;
    (void)progress;
    return --*left != 0;
}

static struct ramp_train_options base_options(const struct toy *toy)
{
    struct ramp_train_options options = toy_options(EPOCHS, BATCH);
    options.augment = (struct ramp_augment){
        .flip = true, .alternate = true, .rotate = 10, .shear = 0.2};
    options.label_smoothing = 0.1;
    options.seed = 5;
    options.out_dir = toy->run;
    return options;
}

/* Train until `batches` more are done; 0: to the end. */
static struct ramp_train_result
go_on(const struct toy *toy, struct ramp_train_options options, int batches)
{
    struct ramp_train_result result;
    if (batches > 0) {
        options.on_batch = count_down;
        options.context = &batches;
    }
    ramp_model_free(toy_train(&result, toy, NET, &options));
    return result;
}

/* All that the tensors of a file are, and its log without the times. */
struct end {
    struct ramp_model *best, *last;
    struct model_slot slots[3]; /* two of the optimizer; what is averaged */
    char *log;
};

static char *read_log(const struct toy *toy)
{
    char path[256];
    uint8_t *bytes;
    size_t n;
    ck_assert_int_eq(file_read(&bytes, &n, toy_path(path, toy->run, "log.csv"),
                               100000, RAMP_DATA, NULL),
                     RAMP_OK);
    char *to = (char *)bytes, *line = (char *)bytes;
    for (; *line; line = strchr(line, '\n') + 1) {
        int commas = 0;
        for (const char *c = line; *c != '\n' && commas < 6; c++) {
            commas += *c == ',';
            *to++ = *c;
        }
    }
    *to = 0;
    return (char *)bytes;
}

static struct end read_end(const struct toy *toy, enum ramp_optimizer kind)
{
    struct ramp_error err = {0};
    struct end end = {.slots = {{.name = "momentum"},
                                {.name = "none"},
                                {.name = "averaged", .with_running = true}},
                      .log = read_log(toy)};
    char path[256];
    if (kind == RAMP_ADAMW) {
        end.slots[0].name = "moment1";
        end.slots[1].name = "moment2";
    }
    toy_path(path, toy->run, "last.safetensors");
    ck_assert_msg(model_load_with(&end.last, path, end.slots, 3, &err) ==
                      RAMP_OK,
                  "%s", err.text);
    toy_path(path, toy->run, "best.safetensors");
    ck_assert_int_eq(ramp_model_load(&end.best, path, NULL), RAMP_OK);
    return end;
}

static void release_end(struct end *end)
{
    ramp_model_free(end->best);
    ramp_model_free(end->last);
    for (int i = 0; i < 3; i++) {
        mem_free(end->slots[i].block);
        mem_free(end->slots[i].running);
    }
    mem_free(end->log);
}

static void check_equal(const struct end *a, const struct end *b, int k)
{
    static const char *const facts[] = {"epoch", "train-loss", "val-loss",
                                        "val-error"};
    size_t n = ramp_net_n_parameters(ramp_model_net(a->last));
    ck_assert_msg(toy_equal(a->last, b->last), "last, stopped after %d", k);
    ck_assert_msg(toy_equal(a->best, b->best), "best, stopped after %d", k);
    size_t n_running = ramp_model_net(a->last)->n_running;
    for (int i = 0; i < 3; i++) {
        const struct model_slot *s = &a->slots[i], *t = &b->slots[i];
        ck_assert((s->block == NULL) == (t->block == NULL));
        ck_assert_msg(!s->block ||
                          memcmp(s->block, t->block, n * sizeof(float)) == 0,
                      "slot %d, stopped after %d", i, k);
        ck_assert_msg(!s->running || memcmp(s->running, t->running,
                                            n_running * sizeof(float)) == 0,
                      "statistics of slot %d, stopped after %d", i, k);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(ramp_model_fact(a->best, facts[i]),
                         ramp_model_fact(b->best, facts[i]));
    ck_assert_str_eq(a->log, b->log);
}

/* ---- The same bits ---- */

/* Those of the options that the cases below differ in. */
static void check_every_batch(const struct ramp_train_options *set,
                              int n_threads)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    enum ramp_optimizer kind = options.optimizer = set->optimizer;
    options.lr = set->lr;
    options.schedule = set->schedule;
    options.ema = set->ema;
    options.lookahead = set->lookahead;
    options.max_norm = set->max_norm;
    options.act_l1 = set->act_l1;
    if (kind == RAMP_ADAMW)
        options.scale = RAMP_SCALE_MEAN_IMAGE;
    ck_assert_int_eq(go_on(&toy, options, 0).epochs, EPOCHS);
    struct end whole = read_end(&toy, kind);
    ck_assert((whole.slots[2].running != NULL) ==
              (set->ema > 0 || set->lookahead));
    for (int k = 1; k <= ALL; k++) {
        options.resume = false;
        options.compute.n_threads = 1;
        struct ramp_train_result result = go_on(&toy, options, k);
        ck_assert_int_eq(result.epochs, k / N_BATCHES);
        ck_assert_uint_eq(result.batches, (size_t)k % N_BATCHES);
        ck_assert(result.stopped);
        options.resume = true;
        options.compute.n_threads = n_threads;
        result = go_on(&toy, options, 0);
        ck_assert_int_eq(result.epochs, EPOCHS);
        ck_assert_uint_eq(result.batches, 0);
        struct end end = read_end(&toy, kind);
        check_equal(&whole, &end, k);
        release_end(&end);
    }
    release_end(&whole);
    toy_close(&toy);
}

START_TEST(from_every_batch)
{
    check_every_batch(&(struct ramp_train_options){.optimizer = RAMP_NESTEROV,
                                                   .lr = 0.05,
                                                   .schedule = RAMP_CONSTANT},
                      3);
}
END_TEST

START_TEST(from_every_batch_with_an_average)
{
    check_every_batch(
        &(struct ramp_train_options){.optimizer = RAMP_NESTEROV,
                                     .lr = 0.05,
                                     .ema = _i ? 0 : 0.9,
                                     .lookahead = _i,
                                     .max_norm = 1,
                                     .act_l1 = 1e-4,
                                     .schedule =
                                         _i ? RAMP_TRIANGLE : RAMP_LINEAR},
        2);
}
END_TEST

START_TEST(from_every_batch_with_moments)
{
    check_every_batch(&(struct ramp_train_options){.optimizer = RAMP_ADAMW,
                                                   .lr = 0.003,
                                                   .schedule = RAMP_CONSTANT},
                      2);
}
END_TEST

/* Stopped after every single batch, again and again. */
START_TEST(batch_by_batch)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    options.scale = RAMP_SCALE_PICTURE;
    go_on(&toy, options, 0);
    struct end whole = read_end(&toy, RAMP_NESTEROV);
    for (int k = 1; k <= ALL; k++) {
        options.resume = k > 1;
        go_on(&toy, options, 1);
    }
    struct end end = read_end(&toy, RAMP_NESTEROV);
    check_equal(&whole, &end, 1);
    release_end(&end);
    release_end(&whole);
    toy_close(&toy);
}
END_TEST

/* A best epoch that lies before the pause is not forgotten. */
START_TEST(best_before_the_pause)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    struct ramp_train_result whole, result;
    options.lr = 1e-7; /* all epochs are alike: the first is the best */
    whole = go_on(&toy, options, 0);
    ck_assert_int_eq(whole.best_epoch, 1);
    struct end a = read_end(&toy, RAMP_NESTEROV);
    go_on(&toy, options, 2 * N_BATCHES + 1);
    options.resume = true;
    result = go_on(&toy, options, 0);
    ck_assert_int_eq(result.best_epoch, 1);
    ck_assert_double_eq(result.best_val_error, whole.best_val_error);
    struct end b = read_end(&toy, RAMP_NESTEROV);
    check_equal(&a, &b, 2 * N_BATCHES + 1);
    release_end(&a);
    release_end(&b);
    toy_close(&toy);
}
END_TEST

/* ---- Goals ---- */

static struct ramp_model *load(const struct toy *toy, const char *name)
{
    struct ramp_model *model;
    char path[256];
    ck_assert_int_eq(
        ramp_model_load(&model, toy_path(path, toy->run, name), NULL), RAMP_OK);
    return model;
}

START_TEST(goal_already_reached)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    struct ramp_train_result first = go_on(&toy, options, 0), again;
    struct ramp_model *best = load(&toy, "best.safetensors");
    options.resume = true;
    struct ramp_model *model = toy_train(&again, &toy, NET, &options);
    ck_assert(toy_equal(model, best));
    ck_assert_int_eq(again.epochs, EPOCHS);
    ck_assert_int_eq(again.best_epoch, first.best_epoch);
    ck_assert(!again.stopped && !again.out_of_time);
    ramp_model_free(model);
    ramp_model_free(best);
    toy_close(&toy);
}
END_TEST

START_TEST(more_epochs)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    options.schedule = RAMP_CONSTANT; /* the others depend on the number */
    options.epochs = EPOCHS + 2;
    go_on(&toy, options, 0);
    struct end whole = read_end(&toy, RAMP_NESTEROV);
    options.epochs = EPOCHS;
    go_on(&toy, options, 0);
    options.epochs = EPOCHS + 2;
    options.resume = true;
    ck_assert_int_eq(go_on(&toy, options, 0).epochs, EPOCHS + 2);
    struct end end = read_end(&toy, RAMP_NESTEROV);
    check_equal(&whole, &end, ALL);
    release_end(&end);
    release_end(&whole);
    toy_close(&toy);
}
END_TEST

START_TEST(patience_counts_from_before)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    options.lr = 1e-7;
    options.patience = 2;
    ck_assert(go_on(&toy, options, 0).out_of_patience); /* after epoch 3 */
    ck_assert_int_eq(go_on(&toy, options, 2 * N_BATCHES + 2).epochs, 2);
    options.resume = true;
    struct ramp_train_result result = go_on(&toy, options, 0);
    ck_assert(result.out_of_patience);
    ck_assert_int_eq(result.epochs, 3);
    result = go_on(&toy, options, 0);
    ck_assert(result.out_of_patience);
    ck_assert_int_eq(result.epochs, 3);
    toy_close(&toy);
}
END_TEST

/* ---- A pause ---- */

START_TEST(a_pause_before_any_epoch_leaves_a_model)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    struct ramp_train_result result = go_on(&toy, options, 1);
    ck_assert_int_eq(result.epochs, 0);
    ck_assert_int_eq(result.best_epoch, 0);
    ck_assert_double_eq(result.best_val_error, -1);
    ck_assert_uint_eq(result.n_batches, N_BATCHES);
    struct ramp_model *best = load(&toy, "best.safetensors");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert(toy_equal(best, last));
    ck_assert_str_eq(ramp_model_fact(best, "epoch"), "0.25");
    ck_assert_ptr_null(ramp_model_fact(best, "position"));
    ck_assert_ptr_nonnull(ramp_model_fact(last, "position"));
    ramp_model_free(best);
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

START_TEST(a_pause_leaves_the_best_epoch)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    go_on(&toy, options, N_BATCHES + 1);
    struct ramp_model *best = load(&toy, "best.safetensors");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert_str_eq(ramp_model_fact(best, "epoch"), "1");
    ck_assert_str_eq(ramp_model_fact(last, "epoch"), "1.25");
    ck_assert_ptr_null(ramp_model_fact(last, "val-error"));
    ck_assert(!toy_equal(best, last));
    ramp_model_free(best);
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

/* ---- What cannot go on ---- */

static void check_refused(const struct toy *toy, const char *net_text,
                          const struct ramp_train_options *options,
                          enum ramp_status expected, const char *why)
{
    struct ramp_error err = {0};
    struct ramp_train_result result;
    struct ramp_model *model;
    struct ramp_net *net = toy_net(net_text);
    ck_assert_int_eq(
        ramp_train(&model, &result, &net, toy->data, options, &err), expected);
    ck_assert_ptr_null(model);
    ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
}

START_TEST(other_settings_are_refused)
{
    struct toy toy = open_toy(0.3), other = toy_open(48, false, 0.3);
    struct ramp_train_options options = base_options(&toy), changed;
    options.resume = true;
    check_refused(&toy, NET, &options, RAMP_MODEL, "last.safetensors");
    options.resume = false;
    go_on(&toy, options, N_BATCHES + 1);
    options.resume = true;
    check_refused(&toy, TOY_NET, &options, RAMP_MODEL, "its net is another");
    check_refused(&other, NET, &options, RAMP_DATA, "fingerprint");
    changed = options;
    changed.seed++;
    check_refused(&toy, NET, &changed, RAMP_DATA, "seed");
    changed = options;
    changed.batch = 7;
    check_refused(&toy, NET, &changed, RAMP_DATA, "batches of 7");
    changed = options;
    changed.optimizer = RAMP_ADAMW;
    check_refused(&toy, NET, &changed, RAMP_MODEL, "optimizer");
    changed = options;
    changed.ema = 0.9;
    check_refused(&toy, NET, &changed, RAMP_MODEL, "state of a training");
    ck_assert_int_eq(go_on(&toy, options, 0).epochs, EPOCHS);
    toy_close(&other);
    toy_close(&toy);
}
END_TEST

START_TEST(a_model_is_no_checkpoint)
{
    struct toy toy = open_toy(0.3);
    struct ramp_train_options options = base_options(&toy);
    char last[256];
    go_on(&toy, options, 0);
    toy_path(last, toy.run, "last.safetensors");
    struct ramp_model *model = load(&toy, "best.safetensors");
    ck_assert_int_eq(ramp_model_save(model, last, NULL), RAMP_OK);
    options.resume = true;
    check_refused(&toy, NET, &options, RAMP_MODEL, "state of a training");
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* ---- The position as text ---- */

START_TEST(position_round_trip)
{
    const struct position p = {.epochs = 12,
                               .step = 123456789012,
                               .tally = {3, 4, 5, 1.0 / 3},
                               .seconds = 0.1,
                               .elapsed = 1e5 / 7,
                               .best = {.epoch = 11,
                                        .train_loss = 2.0 / 3,
                                        .train_error = 1e-300,
                                        .val_loss = -1,
                                        .val_error = 0}};
    struct position q;
    char text[POSITION_BYTES], again[POSITION_BYTES];
    position_write(text, &p);
    ck_assert(position_read(&q, text));
    position_write(again, &q);
    ck_assert_str_eq(text, again);
    ck_assert_double_eq(q.tally.loss, p.tally.loss);
    ck_assert_double_eq(q.best.train_loss, p.best.train_loss);
    ck_assert_uint_eq(q.step, p.step);
    ck_assert_int_eq(q.best.epoch, 11);
    for (size_t n = strlen(text); n-- > 0;) { /* every cut */
        text[n] = 0;
        ck_assert_msg(!position_read(&q, text) ||
                          strchr("0123456789", again[n]),
                      "%s", text);
    }
    ck_assert(!position_read(&q, ""));
    ck_assert(!position_read(&q, "epochs"));
    strcat(strcpy(text, again), " ");
    ck_assert(!position_read(&q, text));
    strcat(strcpy(text, again), " x");
    ck_assert(!position_read(&q, text));
    ck_assert(!position_read(&q, "epochs -1"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("resume");
    TCase *tc = tcase_create("resume");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, from_every_batch);
    tcase_add_test(tc, from_every_batch_with_moments);
    tcase_add_loop_test(tc, from_every_batch_with_an_average, 0, 2);
    tcase_add_test(tc, batch_by_batch);
    tcase_add_test(tc, best_before_the_pause);
    tcase_add_test(tc, goal_already_reached);
    tcase_add_test(tc, more_epochs);
    tcase_add_test(tc, patience_counts_from_before);
    tcase_add_test(tc, a_pause_before_any_epoch_leaves_a_model);
    tcase_add_test(tc, a_pause_leaves_the_best_epoch);
    tcase_add_test(tc, other_settings_are_refused);
    tcase_add_test(tc, a_model_is_no_checkpoint);
    tcase_add_test(tc, position_round_trip);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
