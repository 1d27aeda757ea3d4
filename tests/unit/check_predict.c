/* check_predict.c - a picture's answer: the right numbers, the same alone, in
 * a batch, on any number of threads, and as a file of another shape. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/net.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <ramp/predict.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct ramp_compute plain;

static struct ramp_model *make_model(const char *text, int channels, int height,
                                     int width, int n_classes,
                                     enum ramp_scale scale)
{
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6"};
    const struct ramp_net_options options = {
        channels, height, width, n_classes, {RAMP_ACT_RELU, 0}};
    static float image[3 * 11 * 13];
    for (size_t i = 0; i < sizeof image / sizeof *image; i++)
        image[i] = (float)(i * 7919 % 2551) / 10;
    const struct ramp_preprocess pre = {
        .channels = channels,
        .height = height,
        .width = width,
        .fit = RAMP_FIT_CROP,
        .scale = scale,
        .mean = {0.5f, 0.4f, 0},
        .std = {0.2f, 0.3f, 0.5f},
        .mean_image = scale == RAMP_SCALE_MEAN_IMAGE ? image : NULL};
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = 0.1f};
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_error err;
    enum ramp_status status =
        ramp_net_parse(&net, text, "test", &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ramp_net_init(net, &init, 3);
    status = ramp_model_new(&model, &net, names, n_classes, &pre, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return model;
}

static struct ramp_predictor *make_predictor(const struct ramp_model *model,
                                             size_t max_batch, int n_threads)
{
    const struct ramp_compute compute = {.n_threads = n_threads};
    struct ramp_predictor *predictor;
    struct ramp_error err;
    enum ramp_status status =
        ramp_predictor_new(&predictor, model, max_batch, &compute, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return predictor;
}

/* ==== The right numbers ==== */

/* One dense layer over 1x1x2 pixels, computed by hand. */
START_TEST(dense_net_by_hand)
{
    struct ramp_model *model =
        make_model("dense classes", 1, 1, 2, 3, RAMP_SCALE_UNIT);
    struct ramp_net *net = ramp_model_net(model);
    const float weight[6] = {1, 2, -1, 0.5f, 0, 3}; /* (k, in) */
    const float bias[3] = {0, 1, -1};
    const uint8_t pixels[2] = {51, 255}; /* 0.2, 1 */
    const double expected[3] = {2.2, 1.3, 2};
    float logits[3], probs[3];
    double sum = 0, total = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        net_tensor_from_file(net, &net->tensors[i], net->params,
                             i == 0 ? weight : bias);
    struct ramp_predictor *predictor = make_predictor(model, 1, 1);
    ramp_predict_pixels(predictor, logits, probs, pixels, 1);
    for (int i = 0; i < 3; i++)
        sum += exp(expected[i]);
    for (int i = 0; i < 3; i++) {
        ck_assert_double_eq_tol((double)logits[i], expected[i], 1e-6);
        ck_assert_double_eq_tol((double)probs[i], exp(expected[i]) / sum, 1e-7);
        total += (double)probs[i];
    }
    ck_assert_double_eq_tol(total, 1, 1e-6);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
}
END_TEST

/* Logits of thousands and of minus thousands: exp alone would overflow. */
START_TEST(softmax_is_stable)
{
    static const float biases[][3] = {{5000, 4999, -5000},
                                      {-FLT_MAX, -5001, -5000},
                                      {FLT_MAX, FLT_MAX, -FLT_MAX},
                                      {-5000, 5000, -5000}};
    static const double expected[][3] = {{0.73105857863, 0.26894142137, 0},
                                         {0, 0.26894142137, 0.73105857863},
                                         {0.5, 0.5, 0},
                                         {0, 1, 0}};
    for (int row = 0; row < 4; row++) {
        struct ramp_model *model =
            make_model("dense classes", 1, 1, 2, 3, RAMP_SCALE_NONE);
        struct ramp_net *net = ramp_model_net(model);
        const uint8_t pixels[2] = {0, 0};
        float probs[3];
        net_tensor_from_file(net, &net->tensors[1], net->params, biases[row]);
        struct ramp_predictor *predictor = make_predictor(model, 1, 1);
        ramp_predict_pixels(predictor, NULL, probs, pixels, 1);
        for (int i = 0; i < 3; i++)
            ck_assert_double_eq_tol((double)probs[i], expected[row][i], 1e-6);
        ramp_predictor_free(predictor);
        ramp_model_free(model);
    }
}
END_TEST

/* ==== The same numbers ==== */

static const char deep_net[] = "conv 5 3x3 pad 1\nbatchnorm\nact\n"
                               "maxpool 2x2\nconv 7 3x3\nact\navgpool 2x2\n"
                               "dropout 0.5\ndense 33\nact\ndense classes\n";

/* Batches of every size from 1 to 19, on 1, 2 and 4 threads, of a net with
 * every kind of layer: each picture's logits are those it has alone. */
START_TEST(answer_does_not_depend_on_the_batch)
{
    enum { N = 19, VALUES = 3 * 11 * 13, CLASSES = 7 };
    static uint8_t pixels[N * VALUES];
    static float alone[N * CLASSES], logits[N * CLASSES], probs[N * CLASSES];
    static const int threads[] = {1, 2, 4};
    struct rng_key key = rng_key(1, RNG_TEST, 0);
    struct ramp_model *model =
        make_model(deep_net, 3, 11, 13, CLASSES, RAMP_SCALE_STANDARD);
    for (size_t i = 0; i < N * VALUES; i++)
        pixels[i] = (uint8_t)rng_u64(key, i);
    struct ramp_predictor *one = make_predictor(model, 1, 1);
    for (size_t i = 0; i < N; i++)
        ramp_predict_pixels(one, alone + i * CLASSES, NULL, pixels + i * VALUES,
                            1);
    ramp_predictor_free(one);
    ck_assert(memcmp(alone, alone + CLASSES, CLASSES * sizeof *alone) != 0);
    for (int t = 0; t < 3; t++) {
        struct ramp_predictor *many = make_predictor(model, N, threads[t]);
        for (size_t n = 1; n <= N; n++)
            for (size_t first = 0; first + n <= N; first += 3) {
                memset(logits, 0, sizeof logits);
                ramp_predict_pixels(many, logits, probs,
                                    pixels + first * VALUES, n);
                ck_assert_int_eq(memcmp(logits, alone + first * CLASSES,
                                        n * CLASSES * sizeof *logits),
                                 0);
                ck_assert(logits[n * CLASSES - 1] != 0);
                for (size_t i = 0; i < n; i++) {
                    double sum = 0;
                    for (size_t k = 0; k < CLASSES; k++)
                        sum += (double)probs[i * CLASSES + k];
                    ck_assert_double_eq_tol(sum, 1, 1e-6);
                }
            }
        ramp_predict_pixels(many, NULL, NULL, pixels, 0);
        ramp_predictor_free(many);
    }
    ramp_model_free(model);
}
END_TEST

/* ==== Test-time augmentation ==== */

/* The index that i has in a row of n, mirrored at its ends. */
static int reflect(int i, int n)
{
    return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* The picture moved right and down, then mirrored left for right. */
static void make_view(uint8_t *view, const uint8_t *pixels, int h, int w, int c,
                      int move, bool mirror)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            int from_x = reflect((mirror ? w - 1 - x : x) - move, w);
            int from_y = reflect(y - move, h);
            memcpy(view + (y * w + x) * c, pixels + (from_y * w + from_x) * c,
                   (size_t)c);
        }
}

/* The mean of the logits of views that are made here and answered without,
 * also in batches and for every scale (_i). */
START_TEST(mean_over_views)
{
    enum { N = 5, H = 11, W = 13, VALUES = 3 * H * W, CLASSES = 7 };
    static const double weights[RAMP_TTA_MIRROR_SHIFTS + 1][2][3] = {
        [RAMP_TTA_NONE] = {{1}},
        [RAMP_TTA_MIRROR] = {{.5}, {.5}},
        [RAMP_TTA_SHIFTS] = {{.5, .25, .25}},
        [RAMP_TTA_MIRROR_SHIFTS] = {{.25, .125, .125}, {.25, .125, .125}},
    };
    static uint8_t pixels[N * VALUES], view[VALUES];
    struct ramp_model *model =
        make_model(deep_net, 3, H, W, CLASSES, (enum ramp_scale)_i);
    struct ramp_predictor *plainly = make_predictor(model, 1, 1);
    for (size_t i = 0; i < N * VALUES; i++)
        pixels[i] = (uint8_t)rng_u64(rng_key(2, RNG_TEST, 0), i);
    for (int tta = 0; tta <= (int)RAMP_TTA_MIRROR_SHIFTS; tta++) {
        const struct ramp_compute compute = {.n_threads = 2,
                                             .tta = (enum ramp_tta)tta};
        struct ramp_predictor *one, *many;
        float logits[N * CLASSES], alone[CLASSES];
        ck_assert(ramp_predictor_new(&one, model, 1, &compute, NULL) ==
                  RAMP_OK);
        ck_assert(ramp_predictor_new(&many, model, N, &compute, NULL) ==
                  RAMP_OK);
        ramp_predict_pixels(many, logits, NULL, pixels, N);
        for (size_t i = 0; i < N; i++) {
            const uint8_t *picture = pixels + i * VALUES;
            double mean[CLASSES] = {0}, largest = 0;
            ramp_predict_pixels(one, alone, NULL, picture, 1);
            ck_assert_mem_eq(alone, logits + i * CLASSES, sizeof alone);
            for (int v = 0; v < 6; v++) {
                double weight = weights[tta][v % 2][v / 2];
                make_view(view, picture, H, W, 3, v / 2 == 2 ? -1 : v / 2,
                          v % 2 == 1);
                ramp_predict_pixels(plainly, alone, NULL, view, 1);
                for (int k = 0; k < CLASSES; k++)
                    mean[k] += weight * (double)alone[k];
            }
            for (int k = 0; k < CLASSES; k++)
                largest = fmax(largest, fabs(mean[k]));
            for (size_t k = 0; k < CLASSES; k++)
                ck_assert_double_eq_tol((double)logits[i * CLASSES + k],
                                        mean[k], 1e-6 * largest);
        }
        ramp_predictor_free(one);
        ramp_predictor_free(many);
    }
    ramp_predictor_free(plainly);
    ramp_model_free(model);
}
END_TEST

/* Two predictors share a model; none of them allocates when it runs. */
START_TEST(prediction_allocates_nothing)
{
    const uint8_t pixels[3 * 11 * 13] = {7};
    float logits[2][7];
    struct ramp_model *model =
        make_model(deep_net, 3, 11, 13, 7, RAMP_SCALE_STANDARD);
    const struct ramp_compute tta = {.tta = RAMP_TTA_MIRROR_SHIFTS};
    struct ramp_predictor *a = make_predictor(model, 4, 1), *c;
    ck_assert(ramp_predictor_new(&c, model, 1, &tta, NULL) == RAMP_OK);
    struct ramp_predictor *b = make_predictor(model, 1, 2);
    size_t before = mem_count();
    ramp_predict_pixels(a, logits[0], NULL, pixels, 1);
    ramp_predict_pixels(c, logits[1], NULL, pixels, 1);
    ramp_predict_pixels(b, logits[1], NULL, pixels, 1);
    ck_assert_uint_eq(mem_count(), before);
    ck_assert_int_eq(memcmp(logits[0], logits[1], sizeof logits[0]), 0);
    ramp_predictor_free(a);
    ramp_predictor_free(b);
    ramp_predictor_free(c);
    ramp_model_free(model);
}
END_TEST

/* ==== Pictures ==== */

/* A colour picture of another size, for a grey model: fitted first. */
START_TEST(picture_of_another_shape_is_fitted)
{
    uint8_t pixels[9 * 14 * 3], fitted[8 * 8];
    float logits[2][7], probs[2][7];
    struct ramp_image image = {
        .width = 14, .height = 9, .channels = 3, .pixels = pixels};
    struct ramp_model *model = make_model("conv 4 3x3\nact\ndense classes", 1,
                                          8, 8, 7, RAMP_SCALE_STANDARD);
    struct ramp_predictor *predictor = make_predictor(model, 2, 1);
    struct ramp_error err;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)rng_u64(rng_key(5, RNG_TEST, 0), i);
    enum ramp_status status =
        ramp_predict_image(predictor, logits[0], probs[0], &image, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert(ramp_preprocess_fit(fitted, ramp_model_preprocess(model), &image,
                                  NULL) == RAMP_OK);
    ramp_predict_pixels(predictor, logits[1], probs[1], fitted, 1);
    ck_assert_int_eq(memcmp(logits[0], logits[1], sizeof logits[0]), 0);
    ck_assert_int_eq(memcmp(probs[0], probs[1], sizeof probs[0]), 0);
    ck_assert(ramp_predict_image(predictor, NULL, NULL, &image, NULL) ==
              RAMP_OK);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
}
END_TEST

/* Every weight is finite, their sum is not: an error, not a class. */
START_TEST(answer_that_is_not_finite_is_refused)
{
    uint8_t pixels[4] = {255, 255, 255, 255};
    float logits[2] = {7, 7}, probs[2] = {7, 7};
    struct ramp_image image = {
        .width = 2, .height = 2, .channels = 1, .pixels = pixels};
    struct ramp_model *model =
        make_model("dense classes", 1, 2, 2, 2, RAMP_SCALE_NONE);
    struct ramp_net *net = ramp_model_net(model);
    struct ramp_error err;
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = 1e37f;
    struct ramp_predictor *predictor = make_predictor(model, 1, 1);
    ck_assert(ramp_predict_image(predictor, logits, probs, &image, &err) ==
              RAMP_MODEL);
    ck_assert(strstr(err.text, "not finite") != NULL);
    ck_assert(logits[0] == 7 && probs[0] == 7);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
}
END_TEST

/* ==== Files ==== */

enum { N_FILES = 19, FILE_CLASSES = 7 };

/* Grey pictures of several sizes in a new folder; the fourth of every five is
 * none. */
static void make_files(char folder[32], char paths[N_FILES][64],
                       struct ramp_picture *pictures)
{
    memcpy(folder, "/tmp/ramp-predict.XXXXXX", 25);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < N_FILES; i++) {
        uint8_t bytes[40 + 40 * 13] = {0};
        size_t width = 9 + i, n_pixels = width * 13;
        int n = snprintf((char *)bytes, 40, "P5 %zu 13 255\n", width);
        for (size_t k = 0; k < n_pixels; k++)
            bytes[(size_t)n + k] = (uint8_t)rng_u64(rng_key(6, 1, i), k);
        snprintf(paths[i], 64, "%s/%zu.pgm", folder, i);
        size_t n_bytes = i % 5 == 3 ? 20 : (size_t)n + n_pixels;
        ck_assert(file_write(paths[i], bytes, n_bytes, NULL) == RAMP_OK);
        pictures[i].path = paths[i];
    }
}

static void remove_files(const char *folder, char paths[N_FILES][64])
{
    for (int i = 0; i < N_FILES; i++)
        unlink(paths[i]);
    rmdir(folder);
}

/* Each file's answer is that of the picture alone, to the last bit, in batches
 * of every size on 1, 2 and 4 threads; bad ones have errors and spoil none. */
START_TEST(files_are_answered_as_alone)
{
    static const int threads[] = {1, 2, 4};
    static char paths[N_FILES][64];
    static struct ramp_picture pictures[N_FILES];
    static float alone[N_FILES][FILE_CLASSES], probs[N_FILES][FILE_CLASSES];
    char folder[32];
    struct ramp_error err;
    struct ramp_model *model =
        make_model(deep_net, 3, 11, 13, FILE_CLASSES, RAMP_SCALE_STANDARD);
    struct ramp_predictor *one = make_predictor(model, 1, 1);
    make_files(folder, paths, pictures);
    for (int i = 0; i < N_FILES; i++) {
        struct ramp_image image;
        bool good = ramp_image_load(&image, paths[i], &err) == RAMP_OK;
        ck_assert(good == (i % 5 != 3));
        if (good)
            ck_assert(ramp_predict_image(one, NULL, alone[i], &image, &err) ==
                      RAMP_OK);
        ramp_image_release(&image);
    }
    for (int t = 0; t < 3; t++) {
        struct ramp_predictor *many =
            make_predictor(model, N_FILES, threads[t]);
        for (size_t n = 1; n <= N_FILES; n++) {
            size_t first = (N_FILES - n) / 2;
            memset(probs, 77, sizeof probs);
            ramp_predict_files(many, probs[0], pictures + first, n);
            ck_assert(memcmp(probs, alone[first], n * sizeof *probs) == 0);
            for (size_t i = first; i < first + n; i++) {
                ck_assert(pictures[i].error.status ==
                          (i % 5 == 3 ? RAMP_DATA : RAMP_OK));
                ck_assert((strstr(pictures[i].error.text, paths[i]) != NULL) ==
                          (i % 5 == 3));
                ck_assert((pictures[i].hash != 0) == (i % 5 != 3));
                ck_assert(pictures[i].seconds > 0);
            }
        }
        ramp_predict_files(many, NULL, NULL, 0);
        ramp_predictor_free(many);
    }
    remove_files(folder, paths);
    ramp_predictor_free(one);
    ramp_model_free(model);
}
END_TEST

START_TEST(bad_predictor_is_reported)
{
    const struct ramp_compute compute = {.cpu = "abacus"};
    struct ramp_predictor *predictor = NULL;
    struct ramp_model *model =
        make_model(deep_net, 3, 11, 13, 7, RAMP_SCALE_STANDARD);
    enum ramp_status status = RAMP_MEMORY;
    int n = 0;
    ck_assert(ramp_predictor_new(&predictor, model, 1, &compute, NULL) ==
              RAMP_USAGE);
    ck_assert_ptr_null(predictor);
    ck_assert(ramp_predictor_new(&predictor, model, SIZE_MAX / 2, &plain,
                                 NULL) == RAMP_MEMORY);
    ck_assert_ptr_null(predictor);
    while (status != RAMP_OK) {
        mem_fail_at((size_t)++n, true);
        status = ramp_predictor_new(&predictor, model, 3, &plain, NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        ck_assert((status == RAMP_OK) == (predictor != NULL));
    }
    ck_assert_int_gt(n, 4);
    ramp_predictor_free(predictor);
    ramp_predictor_free(NULL);
    ramp_model_free(model);
}
END_TEST

/* ==== ramp_top ==== */

START_TEST(top_is_sorted)
{
    const float values[] = {1, 5, NAN, 5, -INFINITY, 7, 1, -0.0f, 0};
    const int expected[] = {5, 1, 3, 0, 6, 7, 8, 4, 2};
    for (int k = 0; k <= 9; k++) {
        int top[10] = {0};
        top[k] = -77;
        ramp_top(top, k, values, 9);
        ck_assert_int_eq(memcmp(top, expected, (size_t)k * sizeof *top), 0);
        ck_assert_int_eq(top[k], -77);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("predict");
    TCase *tcase = tcase_create("predict");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, dense_net_by_hand);
    tcase_add_test(tcase, softmax_is_stable);
    tcase_add_test(tcase, answer_does_not_depend_on_the_batch);
    tcase_add_loop_test(tcase, mean_over_views, 0, RAMP_SCALE_PICTURE + 1);
    tcase_add_test(tcase, prediction_allocates_nothing);
    tcase_add_test(tcase, picture_of_another_shape_is_fitted);
    tcase_add_test(tcase, answer_that_is_not_finite_is_refused);
    tcase_add_test(tcase, files_are_answered_as_alone);
    tcase_add_test(tcase, bad_predictor_is_reported);
    tcase_add_test(tcase, top_is_sorted);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
