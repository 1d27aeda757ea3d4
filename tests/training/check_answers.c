/* check_answers.c - from IDX files to an answer: a model trained on MNIST's
 * form of data gives a PNG of a digit the very logits that evaluation saw. */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include <math.h>
#include <ramp/evaluate.h>
#include <ramp/predict.h>
#include <ramp/train.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, CLASSES = 10, PICTURES = 50 };

static struct ramp_dataset *open_data(void)
{
    const struct ramp_dataset_options options = {.val_share = 0.1};
    struct ramp_dataset *data;
    struct ramp_error err;
    enum ramp_status status =
        ramp_dataset_open(&data, "datasets/fashion-small", &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return data;
}

/* One epoch is enough: the weights need to be no good, only not trivial. */
static struct ramp_model *train(const struct ramp_dataset *data,
                                enum ramp_scale scale)
{
    const char text[] = "conv 4 5x5 stride 2\nact\nmaxpool 2x2\ndense classes";
    const struct ramp_net_options net_options = {
        1, SIDE, SIDE, CLASSES, {RAMP_ACT_RELU, 0}};
    struct ramp_train_options options;
    struct ramp_train_result result;
    struct ramp_model *model;
    struct ramp_net *net;
    struct ramp_error err;
    ramp_train_defaults(&options, data);
    options.epochs = 1;
    options.scale = scale;
    if (scale == RAMP_SCALE_MEAN_IMAGE || scale == RAMP_SCALE_NONE)
        options.lr = 1e-4; /* as large as such pixels allow */
    options.compute.n_threads = 1;
    enum ramp_status status =
        ramp_net_parse(&net, text, "answers", &net_options, &err);
    if (status == RAMP_OK)
        status = ramp_train(&model, &result, &net, data, &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return model;
}

/* The picture as a file, read and answered alone. */
static void answer_file(struct ramp_predictor *predictor, float *logits,
                        const uint8_t *pixels)
{
    struct blob png = {0};
    struct ramp_image image;
    struct ramp_error err;
    make_png(&png, 1, SIDE, SIDE, pixels);
    write_bytes(test_path("digit.png"), png.bytes, png.n);
    enum ramp_status status =
        ramp_image_load(&image, test_path("digit.png"), &err);
    if (status == RAMP_OK)
        status = ramp_predict_image(predictor, logits, NULL, &image, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ramp_image_release(&image);
}

START_TEST(a_png_has_the_logits_of_evaluation)
{
    static uint8_t pixels[PICTURES * PIXELS];
    static float logits[PICTURES * CLASSES];
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_dataset *data = open_data();
    struct ramp_model *model = train(data, (enum ramp_scale)_i);
    struct ramp_predictor *predictor;
    struct ramp_error err;
    test_root_make();
    ck_assert_int_eq(
        ramp_predictor_new(&predictor, model, PICTURES, &compute, &err),
        RAMP_OK);
    for (size_t i = 0; i < PICTURES; i++)
        ck_assert_int_eq(
            ramp_dataset_read(data, RAMP_TEST, i, pixels + i * PIXELS, &err),
            RAMP_OK);
    ramp_predict_pixels(predictor, logits, NULL, pixels, PICTURES);
    for (size_t i = 0; i < PICTURES; i++) {
        float alone[CLASSES];
        answer_file(predictor, alone, pixels + i * PIXELS);
        ck_assert_mem_eq(alone, logits + i * CLASSES, sizeof alone);
    }
    test_root_remove();
    ramp_predictor_free(predictor);
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

/* What evaluation says to a picture with these logits. */
static void check_answer(const struct ramp_answer *answer, const float *logits)
{
    int best;
    double sum = 0;
    ramp_top(&best, 1, logits, CLASSES);
    ck_assert_int_eq(answer->answer, best);
    for (int k = 0; k < CLASSES; k++)
        sum += exp((double)logits[k] - (double)logits[best]);
    ck_assert_double_eq(answer->probability, 1 / sum);
    ck_assert_double_eq(
        answer->loss,
        log(sum) - ((double)logits[answer->label] - (double)logits[best]));
}

/* Prediction and evaluation see the same views and the same scaled pixels, to
 * the last bit, in other batches and on other threads. */
START_TEST(evaluation_answers_as_prediction)
{
    struct ramp_dataset *data = open_data();
    struct ramp_model *model = train(data, (enum ramp_scale)_i);
    double losses[RAMP_TTA_MIRROR_SHIFTS + 1];
    for (int tta = 0; tta <= (int)RAMP_TTA_MIRROR_SHIFTS; tta++) {
        struct ramp_compute compute = {.n_threads = 1,
                                       .tta = (enum ramp_tta)tta};
        struct ramp_predictor *predictor;
        struct ramp_evaluation e;
        ck_assert(ramp_predictor_new(&predictor, model, 1, &compute, NULL) ==
                  RAMP_OK);
        compute.n_threads = 2;
        ck_assert(ramp_evaluate(&e, model, data, RAMP_TEST, &compute, NULL) ==
                  RAMP_OK);
        for (size_t i = 0; i < e.n; i += 7) {
            uint8_t pixels[PIXELS];
            float logits[CLASSES];
            ck_assert(ramp_dataset_read(data, RAMP_TEST, i, pixels, NULL) ==
                      RAMP_OK);
            ramp_predict_pixels(predictor, logits, NULL, pixels, 1);
            check_answer(&e.answers[i], logits);
        }
        losses[tta] = e.loss;
        for (int other = 0; other < tta; other++)
            ck_assert_double_ne(losses[other], losses[tta]);
        ramp_evaluation_release(&e);
        ramp_predictor_free(predictor);
    }
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("answers");
    TCase *tc = tcase_create("answers");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_png_has_the_logits_of_evaluation, 0,
                        RAMP_SCALE_PICTURE + 1);
    tcase_add_loop_test(tc, evaluation_answers_as_prediction, 0,
                        RAMP_SCALE_PICTURE + 1);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
