/* check_keeper.c - what a training leaves behind: the best model, the files,
 * the log, the facts; also when it diverges or cannot write. */
#include "base/text.h"
#include "model/checkpoint.h"
#include "tests/training/toy.h"

#include <ramp/evaluate.h>
#include <ramp/model.h>

#include <math.h>

static struct ramp_model *load(const struct toy *toy, const char *name)
{
    struct ramp_model *model;
    struct ramp_error err = {0};
    char path[256];
    toy_path(path, toy->run, name);
    ck_assert_msg(ramp_model_load(&model, path, &err) == RAMP_OK, "%s",
                  err.text);
    return model;
}

static const char *fact(const struct ramp_model *model, const char *name)
{
    const char *text = ramp_model_fact(model, name);
    return text ? text : "(none)";
}

static double number(const struct ramp_model *model, const char *name)
{
    double value = -1;
    ck_assert_msg(text_to_double(&value, fact(model, name), 0, 1e9), "%s: %s",
                  name, fact(model, name));
    return value;
}

/* ---- The best ---- */

/* With a rate too small to change an answer all epochs are equally good, so
 * the first is the best: its weights must come back, in memory and in the
 * file, although training went on. */
START_TEST(best_is_kept)
{
    struct toy toy = toy_open(40, false, 0.5);
    struct ramp_train_options options = toy_options(1, 8);
    struct ramp_train_result result;
    options.lr = 1e-7;
    struct ramp_model *one = toy_train(&result, &toy, TOY_NET, &options);
    options.epochs = 4;
    options.out_dir = toy.run;
    struct ramp_model *four = toy_train(&result, &toy, TOY_NET, &options);
    ck_assert_int_eq(result.best_epoch, 1);
    ck_assert_int_eq(result.epochs, 4);
    struct ramp_model *best = load(&toy, "best.safetensors");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert(toy_equal(one, four));
    ck_assert(toy_equal(best, four));
    ck_assert(!toy_equal(last, four));
    ck_assert_str_eq(fact(four, "epoch"), "1");
    ck_assert_str_eq(fact(best, "epoch"), "1");
    ck_assert_str_eq(fact(last, "epoch"), "4");
    ck_assert_double_eq_tol(number(four, "val-error"), result.best_val_error,
                            1e-8);
    ramp_model_free(one);
    ramp_model_free(four);
    ramp_model_free(best);
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

/* With a rate of 0 only the running statistics of a batch norm move, and come
 * to rest: an epoch before the last one is the best. They come back with it,
 * and what evaluation finds is what the trainer said, whose training pictures
 * are augmented and whose validation pictures are not. */
START_TEST(best_error_is_what_evaluation_finds)
{
    struct toy toy = toy_open(60, false, 0.6);
    struct ramp_train_options options = toy_options(40, 8);
    struct ramp_train_result result;
    struct ramp_evaluation found;
    options.lr = 0;
    options.augment = (struct ramp_augment){.flip = true, .rotate = 30};
    options.out_dir = toy.run;
    struct ramp_model *model = toy_train(
        &result, &toy,
        "conv 4 3x3\nbatchnorm\nact\nmaxpool 2x2\ndense classes\n", &options);
    ck_assert_int_lt(result.best_epoch, result.epochs);
    struct ramp_model *best = load(&toy, "best.safetensors");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert(toy_equal(best, model));
    ck_assert(!toy_equal(last, model));
    ck_assert_int_eq(ramp_evaluate(&found, model, toy.data, RAMP_VAL,
                                   &options.compute, NULL),
                     RAMP_OK);
    ck_assert_uint_eq(found.n, ramp_dataset_count(toy.data, RAMP_VAL));
    ck_assert_double_eq(found.error, result.best_val_error);
    ck_assert_double_eq_tol(found.loss, number(model, "val-loss"), 1e-6);
    ramp_evaluation_release(&found);
    ramp_model_free(model);
    ramp_model_free(best);
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

START_TEST(without_validation_the_last_is_the_best)
{
    struct toy toy = toy_open(20, false, 0);
    struct ramp_train_options options = toy_options(3, 8);
    struct ramp_train_result result;
    options.out_dir = toy.run;
    struct ramp_model *model = toy_train(&result, &toy, TOY_NET, &options);
    struct ramp_model *best = load(&toy, "best.safetensors");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert(toy_equal(model, best));
    ck_assert(toy_equal(model, last));
    ck_assert_str_eq(fact(best, "epoch"), "3");
    ck_assert_str_eq(fact(best, "val-error"), "(none)");
    ramp_model_free(model);
    ramp_model_free(best);
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

/* ---- Facts ---- */

START_TEST(facts)
{
    static const char *const given[] = {
        "val-share", "0.25", "val-seed", "0", "note", "it's \"quoted\"", NULL};
    struct toy toy = toy_open(40, false, 0.25);
    struct ramp_train_options options = toy_options(2, 8);
    struct ramp_train_result result;
    char fingerprint[32];
    options.seed = UINT64_MAX;
    options.facts = given;
    options.out_dir = toy.run;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    struct ramp_model *model = load(&toy, "last.safetensors");
    snprintf(fingerprint, sizeof fingerprint, "%016llx",
             (unsigned long long)ramp_dataset_fingerprint(toy.data));
    ck_assert_str_eq(fact(model, "data"), ramp_dataset_name(toy.data));
    ck_assert_str_eq(fact(model, "fingerprint"), fingerprint);
    ck_assert_str_eq(fact(model, "val-drawn"), "yes");
    ck_assert_str_eq(fact(model, "seed"), "18446744073709551615");
    ck_assert_str_eq(fact(model, "epoch"), "2");
    for (size_t i = 0; given[i] != NULL; i += 2)
        ck_assert_str_eq(fact(model, given[i]), given[i + 1]);
    ck_assert_double_ge(number(model, "train-loss"), 0);
    ck_assert_double_ge(number(model, "train-error"), 0);
    ck_assert_double_ge(number(model, "val-loss"), 0);
    const char *date = fact(model, "date"); /* 2026-01-31T23:59:59Z */
    ck_assert_uint_eq(strlen(date), 20);
    ck_assert(date[4] == '-' && date[10] == 'T' && date[19] == 'Z');
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

static void check_mean_image(const float *image,
                             const struct ramp_dataset *data,
                             const struct ramp_preprocess *shape)
{
    enum { MOST = 1000 };
    uint8_t pixels[MOST];
    double sums[MOST] = {0};
    size_t n = ramp_dataset_count(data, RAMP_TRAIN);
    size_t n_values = (size_t)(shape->height * shape->width * shape->channels);
    ck_assert_uint_le(n_values, MOST);
    for (size_t i = 0; i < n; i++) {
        ck_assert(ramp_dataset_read(data, RAMP_TRAIN, i, pixels, NULL) ==
                  RAMP_OK);
        for (size_t j = 0; j < n_values; j++)
            sums[j] += pixels[j];
    }
    for (size_t j = 0; j < n_values; j++)
        ck_assert_float_eq(image[j], (float)(sums[j] / (double)n));
}

START_TEST(preprocessing_is_measured)
{
    struct toy toy = toy_open(40, false, 0.25);
    struct ramp_train_options options = toy_options(1, 8);
    struct ramp_train_result result;
    struct ramp_preprocess want;
    ramp_dataset_shape(toy.data, &want);
    ck_assert_int_eq(ramp_dataset_measure(toy.data, &want, NULL), RAMP_OK);
    struct ramp_model *model = toy_train(&result, &toy, TOY_NET, &options);
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    ck_assert_int_eq(pre->scale, RAMP_SCALE_STANDARD);
    ck_assert_float_eq(pre->mean[0], want.mean[0]);
    ck_assert_float_eq(pre->std[0], want.std[0]);
    ck_assert_float_gt(pre->std[0], 0.05f);
    ramp_model_free(model);
    options.scale = RAMP_SCALE_UNIT;
    model = toy_train(&result, &toy, TOY_NET, &options);
    ck_assert_int_eq(ramp_model_preprocess(model)->scale, RAMP_SCALE_UNIT);
    ramp_model_free(model);
    options.scale = RAMP_SCALE_MEAN_IMAGE;
    options.augment.cutout = 1; /* needs the mean, too */
    model = toy_train(&result, &toy, TOY_NET, &options);
    pre = ramp_model_preprocess(model);
    ck_assert_float_eq(pre->mean[0], want.mean[0]);
    check_mean_image(pre->mean_image, toy.data, &want);
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* ---- The checkpoint ---- */

static size_t n_nonzero(const float *x, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += x[i] < 0 || x[i] > 0;
    return count;
}

START_TEST(last_holds_the_slots)
{
    struct toy toy = toy_open(40, false, 0.25);
    struct ramp_train_options options = toy_options(2, 8);
    struct ramp_train_result result;
    struct model_slot slots[] = {
        {.name = "momentum"}, {.name = "moment1"}, {.name = "moment2"}};
    struct ramp_model *model;
    char path[256];
    options.optimizer = _i ? RAMP_ADAMW : RAMP_SGD;
    options.lr = 0.01;
    options.out_dir = toy.run;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    toy_path(path, toy.run, "last.safetensors");
    ck_assert_int_eq(model_load_with(&model, path, slots, 3, NULL), RAMP_OK);
    size_t n = ramp_model_net(model)->n_params;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(slots[i].block != NULL, (i > 0) == (_i > 0));
        if (slots[i].block != NULL)
            ck_assert_uint_gt(n_nonzero(slots[i].block, n), n / 2);
        mem_free(slots[i].block);
    }
    ramp_model_free(model);
    toy_close(&toy);
}
END_TEST

/* ---- log.csv ---- */

struct epochs {
    struct ramp_epoch epoch[16];
    int n;
};

static bool collect(void *context, const struct ramp_epoch *epoch)
{
    struct epochs *epochs = context;
    ck_assert_int_lt(epochs->n, 16);
    epochs->epoch[epochs->n++] = *epoch;
    return true;
}

/* The next field, up to a comma or the end of the line. */
static double next_field(char **at)
{
    size_t n = strcspn(*at, ",\n");
    double value = -1;
    char text[32];
    ck_assert_uint_lt(n, sizeof text);
    memcpy(text, *at, n);
    text[n] = 0;
    ck_assert_msg(n == 0 || text_to_double(&value, text, 0, 1e9), "%s", text);
    *at += n + 1;
    return value;
}

static void check_row(char **at, const struct ramp_epoch *e)
{
    char *row = *at;
    ck_assert_double_eq(next_field(at), e->epoch);
    ck_assert_double_eq_tol(next_field(at), e->train_loss, 1e-6);
    ck_assert_double_eq_tol(next_field(at), e->train_error, 1e-6);
    ck_assert_double_eq_tol(next_field(at), e->val_loss, 1e-6);
    ck_assert_double_eq_tol(next_field(at), e->val_error, 1e-6);
    ck_assert_double_eq_tol(next_field(at), e->lr, 1e-6);
    ck_assert_double_eq_tol(next_field(at), e->images_per_second, 0.051);
    ck_assert_double_eq_tol(next_field(at), e->seconds, 0.00051);
    ck_assert_msg((*at)[-1] == '\n', "more than eight fields: %s", row);
}

static size_t read_log(char text[4096], const struct toy *toy)
{
    char path[256];
    FILE *f = fopen(toy_path(path, toy->run, "log.csv"), "rb");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, 4095, f);
    text[n] = 0;
    fclose(f);
    return n;
}

static const char log_header[] =
    "epoch,train_loss,train_error,val_loss,val_error,lr,images_per_second,"
    "seconds\n";

START_TEST(log_has_a_row_per_epoch)
{
    struct toy toy = toy_open(40, false, _i ? 0.25 : 0);
    struct ramp_train_options options = toy_options(3, 8);
    struct ramp_train_result result;
    struct epochs epochs = {.n = 0};
    char text[4096], *at = text + strlen(log_header);
    options.schedule = RAMP_COSINE;
    options.out_dir = toy.run;
    options.on_epoch = collect;
    options.context = &epochs;
    ramp_model_free(toy_train(&result, &toy, TOY_NET, &options));
    ck_assert_uint_gt(read_log(text, &toy), strlen(log_header));
    ck_assert_int_eq(strncmp(text, log_header, strlen(log_header)), 0);
    ck_assert_int_eq(epochs.n, 3);
    for (int i = 0; i < epochs.n; i++) {
        ck_assert(_i ? epochs.epoch[i].val_error >= 0
                     : epochs.epoch[i].val_error < 0);
        check_row(&at, &epochs.epoch[i]);
    }
    ck_assert_int_eq(*at, 0);
    toy_close(&toy);
}
END_TEST

/* ---- When it goes wrong ---- */

static struct ramp_error train_fails(const struct toy *toy, const char *text,
                                     const struct ramp_train_options *options,
                                     enum ramp_status expected)
{
    struct ramp_net *net = toy_net(text);
    struct ramp_model *model;
    struct ramp_train_result result;
    struct ramp_error err = {0};
    ck_assert_int_eq(
        ramp_train(&model, &result, &net, toy->data, options, &err), expected);
    ck_assert_ptr_null(net);
    ck_assert_ptr_null(model);
    return err;
}

/* A penalty of 100 at a rate of 0.1 multiplies each weight by -9 a step, so
 * that it overflows some ten epochs later. */
START_TEST(divergence_leaves_the_last_good_files)
{
    struct toy toy = toy_open(32, false, 0);
    struct ramp_train_options options = toy_options(100, 8);
    struct epochs epochs = {.n = 0};
    char text[4096], expected[128];
    options.lr = 0.1;
    options.l2 = 100;
    options.momentum = 0;
    options.out_dir = toy.run;
    options.on_epoch = collect;
    options.context = &epochs;
    struct ramp_error err = train_fails(&toy, TOY_NET, &options, RAMP_DIVERGED);
    ck_assert_int_gt(epochs.n, 2);
    snprintf(expected, sizeof expected,
             "training diverged: the loss is not finite in epoch %d, batch ",
             epochs.n + 1);
    ck_assert_msg(strncmp(err.text, expected, strlen(expected)) == 0, "%s",
                  err.text);
    ck_assert_msg(
        text_ends_with(err.text, ", at learning rate 0.1; try --lr 0.01"), "%s",
        err.text);
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert_double_eq(number(last, "epoch"), epochs.n);
    ramp_model_free(last);
    size_t rows = 0;
    for (size_t n = read_log(text, &toy); n-- > 0;)
        rows += text[n] == '\n';
    ck_assert_uint_eq(rows, (size_t)epochs.n + 1);
    toy_close(&toy);
}
END_TEST

/* Each step multiplies the weights by -1e12, so that the fourth breaks them:
 * the loss before it was still good, and there is none behind it. */
START_TEST(broken_weights_are_not_saved)
{
    struct toy toy = toy_open(8, false, 0);
    struct ramp_train_options options = toy_options(5, 8);
    options.lr = 1e6;
    options.l2 = 1e6;
    options.momentum = 0;
    options.out_dir = toy.run;
    struct ramp_error err =
        train_fails(&toy, "dense classes\n", &options, RAMP_DIVERGED);
    ck_assert_str_eq(err.text, "training diverged: a weight is not finite in "
                               "epoch 4, batch 1, at learning rate 1e+06; "
                               "try --lr 100000");
    struct ramp_model *last = load(&toy, "last.safetensors");
    ck_assert_str_eq(fact(last, "epoch"), "3");
    ramp_model_free(last);
    toy_close(&toy);
}
END_TEST

static bool never(void *context, const struct ramp_progress *progress)
{
    (void)context;
    (void)progress;
    ck_abort_msg("trained before the folder was found to be bad");
    return false;
}

START_TEST(folder_that_cannot_be_made)
{
    struct toy toy = toy_open(12, false, 0);
    struct ramp_train_options options = toy_options(1, 8);
    char path[256];
    options.out_dir =
        toy_path(path, toy.data_folder, "train-labels-idx1-ubyte");
    options.on_batch = never;
    struct ramp_error err = train_fails(&toy, TOY_NET, &options, RAMP_IO);
    ck_assert_msg(strncmp(err.text, "cannot make folder ", 19) == 0, "%s",
                  err.text);
    toy_close(&toy);
}
END_TEST

START_TEST(log_that_cannot_be_begun)
{
    struct toy toy = toy_open(12, false, 0);
    struct ramp_train_options options = toy_options(1, 8);
    char path[256];
    toy_path(path, toy.run, "log.csv");
    ck_assert_int_eq(file_make_folder(path, NULL), RAMP_OK);
    options.out_dir = toy.run;
    options.on_batch = never;
    train_fails(&toy, TOY_NET, &options, RAMP_IO);
    rmdir(path);
    toy_close(&toy);
}
END_TEST

static bool replace_log(void *context, const struct ramp_progress *progress)
{
    char path[256];
    if (progress->epoch == 2) {
        unlink(toy_path(path, context, "log.csv"));
        ck_assert_int_eq(file_make_folder(path, NULL), RAMP_OK);
    }
    return true;
}

/* A folder has taken the log's place: the rename fails, and the files of the
 * models stay as they are. */
START_TEST(log_that_cannot_be_written)
{
    struct toy toy = toy_open(8, false, 0);
    struct ramp_train_options options = toy_options(4, 8);
    char path[256];
    options.out_dir = toy.run;
    options.on_batch = replace_log;
    options.context = toy.run;
    struct ramp_error err = train_fails(&toy, TOY_NET, &options, RAMP_IO);
    ck_assert_msg(strncmp(err.text, "cannot write ", 13) == 0, "%s", err.text);
    ramp_model_free(load(&toy, "best.safetensors"));
    rmdir(toy_path(path, toy.run, "log.csv"));
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("keeper");
    TCase *tc = tcase_create("keeper");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, best_is_kept);
    tcase_add_test(tc, best_error_is_what_evaluation_finds);
    tcase_add_test(tc, without_validation_the_last_is_the_best);
    tcase_add_test(tc, facts);
    tcase_add_test(tc, preprocessing_is_measured);
    tcase_add_loop_test(tc, last_holds_the_slots, 0, 2);
    tcase_add_loop_test(tc, log_has_a_row_per_epoch, 0, 2);
    tcase_add_test(tc, divergence_leaves_the_last_good_files);
    tcase_add_test(tc, broken_weights_are_not_saved);
    tcase_add_test(tc, folder_that_cannot_be_made);
    tcase_add_test(tc, log_that_cannot_be_begun);
    tcase_add_test(tc, log_that_cannot_be_written);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
