/* check_evaluate.c - the figures of an evaluation against figures by hand. */
#include "base/mem.h"
#include "net/net.h"
#include "tests/unit/model_fixture.h"

#include <math.h>
#include <ramp/evaluate.h>

static const struct ramp_compute plain;

/* Pictures of 1x3 pixels and a net that answers with the brightest: the logits
 * are the pixels / 51, so 0..5. */
static struct ramp_model *make_model(const char *const *names, const char *text)
{
    static const float identity[9] = {5, 0, 0, 0, 5, 0, 0, 0, 5};
    const struct ramp_net_options options = {1, 1, 3, 3, {RAMP_ACT_RELU, 0}};
    const struct ramp_preprocess pre = {
        1, 1, 3, RAMP_FIT_CROP, RAMP_SCALE_UNIT, {0}, {0}, NULL};
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_error err;
    enum ramp_status status =
        ramp_net_parse(&net, text, "test", &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    memcpy(net->params, identity, sizeof identity);
    status = ramp_model_new(&model, &net, names, 3, &pre, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return model;
}

static const char *const digits[] = {"0", "1", "2"};
static const char dense[] = "dense classes nobias";

/* ==== IDX files ==== */

static void write_file(const char *name, const void *bytes, size_t n_bytes)
{
    ck_assert(file_write(fixture_path(name), bytes, n_bytes, NULL) == RAMP_OK);
}

static void write_idx(const char *part, const uint8_t (*pixels)[3],
                      const uint8_t *labels, size_t n)
{
    uint8_t images[16 + 3 * 1000] = {0, 0, 8, 3, 0, 0, 0, 0,
                                     0, 0, 0, 1, 0, 0, 0, 3};
    uint8_t truths[8 + 1000] = {0, 0, 8, 1};
    char name[64];
    images[6] = truths[6] = (uint8_t)(n >> 8);
    images[7] = truths[7] = (uint8_t)n;
    memcpy(images + 16, pixels, 3 * n);
    memcpy(truths + 8, labels, n);
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", part);
    write_file(name, images, 16 + 3 * n);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", part);
    write_file(name, truths, 8 + n);
}

static struct ramp_dataset *open_data(const struct ramp_dataset_options *o)
{
    struct ramp_dataset *data;
    struct ramp_error err;
    enum ramp_status status = ramp_dataset_open(&data, fixture_folder, o, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return data;
}

/* Test pictures, (truth, answer) in a cycle of ten; the third class is never
 * answered rightly:
 *
 *            answer 0  1  2
 *   truth 0         3  1  0
 *   truth 1         0  4  1
 *   truth 2         1  0  0   */
static const struct {
    uint8_t truth, answer;
} cycle[10] = {{0, 0}, {1, 1}, {0, 1}, {1, 1}, {2, 0},
               {0, 0}, {1, 2}, {1, 1}, {0, 0}, {1, 1}};

/* Bright 102 (logit 2) at the answer, 51 (logit 1) elsewhere. */
static struct ramp_dataset *make_data(size_t n)
{
    static uint8_t pixels[1000][3], labels[1000];
    const struct ramp_dataset_options options = {.val_share = 0};
    for (size_t i = 0; i < n; i++) {
        memset(pixels[i], 51, 3);
        pixels[i][cycle[i % 10].answer] = 102;
        labels[i] = cycle[i % 10].truth;
    }
    write_idx("train", (const uint8_t(*)[3])pixels, labels, 10);
    write_idx("t10k", (const uint8_t(*)[3])pixels, labels, n);
    return open_data(&options);
}

static void expect_near(double found, double expected)
{
    ck_assert_double_eq_tol(found, expected, 1e-6);
}

/* In the part's order, which spans batches. */
static void expect_answers(const struct ramp_evaluation *e)
{
    double sum = exp(2) + 2 * exp(1);
    for (size_t i = 0; i < e->n; i++) {
        const struct ramp_answer *a = &e->answers[i];
        ck_assert_int_eq(a->label, cycle[i % 10].truth);
        ck_assert_int_eq(a->answer, cycle[i % 10].answer);
        expect_near(a->probability, exp(2) / sum);
        expect_near(a->loss, log(sum) - (a->label == a->answer ? 2 : 1));
    }
}

START_TEST(figures_by_hand)
{
    static const size_t confusion[9] = {180, 60, 0, 0, 240, 60, 60, 0, 0};
    struct ramp_dataset *data = make_data(600);
    struct ramp_model *model = make_model(digits, dense);
    struct ramp_evaluation e;
    struct ramp_error err;
    double right = log(exp(2) + 2 * exp(1)) - 2;
    enum ramp_status status =
        ramp_evaluate(&e, model, data, RAMP_TEST, &plain, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_uint_eq(e.n, 600);
    ck_assert_uint_eq(e.n_wrong, 180);
    ck_assert_int_eq(e.n_classes, 3);
    ck_assert_int_eq(memcmp(e.confusion, confusion, sizeof confusion), 0);
    expect_near(e.error, 0.3);
    /* Wilson's formula for 180 of 600, worked out apart. */
    expect_near(e.error_low, 0.2646995);
    expect_near(e.error_high, 0.3378452);
    expect_near(e.loss, 0.7 * right + 0.3 * (right + 1));
    ck_assert_uint_eq(e.classes[0].n, 240);
    ck_assert_uint_eq(e.classes[1].n, 300);
    ck_assert_uint_eq(e.classes[2].n, 60);
    expect_near(e.classes[0].precision, 3 / 4.0);
    expect_near(e.classes[0].recall, 3 / 4.0);
    expect_near(e.classes[0].f1, 3 / 4.0);
    expect_near(e.classes[1].precision, 4 / 5.0);
    expect_near(e.classes[1].recall, 4 / 5.0);
    expect_near(e.classes[2].precision, 0);
    expect_near(e.classes[2].recall, 0);
    expect_near(e.classes[2].f1, 0);
    expect_near(e.balanced_accuracy, (3 / 4.0 + 4 / 5.0 + 0) / 3);
    expect_answers(&e);
    ck_assert(e.seconds >= 0 && e.seconds < 60);
    ramp_evaluation_release(&e);
    ck_assert(e.confusion == NULL && e.answers == NULL);
    ramp_evaluation_release(&e);
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

/* Two pictures of class 0, answered 0 and 1: class 2 is neither there nor
 * answered, class 1 is answered and not there. */
START_TEST(divisors_of_zero_give_nan)
{
    const uint8_t pixels[3][3] = {{9, 0, 0}, {0, 9, 0}, {0, 0, 9}};
    const uint8_t labels[3] = {0, 0, 2}, all[3] = {0, 1, 2};
    const struct ramp_dataset_options options = {.val_share = 0};
    struct ramp_evaluation e;
    write_idx("train", pixels, all, 3);
    write_idx("t10k", pixels, labels, 2);
    struct ramp_dataset *data = open_data(&options);
    struct ramp_model *model = make_model(digits, dense);
    ck_assert(ramp_evaluate(&e, model, data, RAMP_TEST, &plain, NULL) ==
              RAMP_OK);
    ck_assert(isnan(e.classes[2].precision) && isnan(e.classes[2].recall) &&
              isnan(e.classes[2].f1));
    ck_assert(isnan(e.classes[1].recall) && e.classes[1].precision == 0);
    ck_assert(e.classes[1].f1 == 0);
    expect_near(e.classes[0].f1, 2 / 3.0);
    expect_near(e.balanced_accuracy, 0.5); /* of the one class there is */
    expect_near(e.error, 0.5);
    expect_near(e.error_low, 0.0945312);
    expect_near(e.error_high, 0.9054688);
    ramp_evaluation_release(&e);
    /* None wrong: the interval begins at 0 and does not end there. */
    ck_assert(ramp_evaluate(&e, model, data, RAMP_TRAIN, &plain, NULL) ==
              RAMP_OK);
    ck_assert(e.error == 0 && e.error_low == 0);
    expect_near(e.error_high, 0.5614970);
    ramp_evaluation_release(&e);
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(threads_do_not_matter)
{
    struct ramp_dataset *data = make_data(600);
    struct ramp_model *model =
        make_model(digits, "dense 9\nact\ndense classes");
    const struct ramp_init init = {.kind = RAMP_INIT_HE};
    struct ramp_evaluation first = {0};
    ramp_net_init(ramp_model_net(model), &init, 1);
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        const struct ramp_compute compute = {.n_threads = n_threads};
        struct ramp_evaluation e;
        ck_assert(ramp_evaluate(&e, model, data, RAMP_TEST, &compute, NULL) ==
                  RAMP_OK);
        if (n_threads == 1) {
            first = e;
            continue;
        }
        ck_assert(e.loss == first.loss);
        ck_assert_mem_eq(e.answers, first.answers, e.n * sizeof *e.answers);
        ck_assert_int_eq(
            memcmp(e.confusion, first.confusion, 9 * sizeof *e.confusion), 0);
        ramp_evaluation_release(&e);
    }
    ramp_evaluation_release(&first);
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

/* ==== What cannot be evaluated ==== */

static void expect_refused(const struct ramp_model *model,
                           const struct ramp_dataset *data, enum ramp_part part,
                           enum ramp_status status, const char *message)
{
    struct ramp_evaluation e = {.n = 7};
    struct ramp_error err;
    ck_assert_int_eq(ramp_evaluate(&e, model, data, part, &plain, &err),
                     status);
    fixture_check_text(&err, message, message);
    ck_assert(e.n == 0 && e.confusion == NULL && e.classes == NULL &&
              e.answers == NULL);
}

START_TEST(data_that_do_not_fit_are_refused)
{
    static const char *const others[] = {"0", "one", "2"};
    const struct ramp_dataset_options wide = {
        .channels = 1, .height = 2, .width = 3};
    const struct ramp_dataset_options boxed = {.fit = RAMP_FIT_LETTERBOX};
    struct ramp_dataset *data = make_data(10);
    struct ramp_model *model = make_model(others, dense);
    expect_refused(model, data, RAMP_TEST, RAMP_DATA,
                   "expected class 'one', found '1'");
    ramp_model_free(model);
    model = make_model(digits, dense);
    expect_refused(model, data, RAMP_VAL, RAMP_DATA,
                   "its validation part is empty");
    ramp_dataset_free(data);
    data = open_data(&wide);
    expect_refused(model, data, RAMP_TEST, RAMP_DATA,
                   "expected pictures of 1x1x3, found 1x2x3");
    ramp_dataset_free(data);
    data = open_data(&boxed);
    expect_refused(model, data, RAMP_TEST, RAMP_DATA, "another rule");
    ramp_dataset_free(data);
    const uint8_t pixels[4][3] = {{0}}, labels[4] = {0, 1, 2, 3};
    write_idx("train", pixels, labels, 4);
    data = open_data(&(const struct ramp_dataset_options){.val_share = 0});
    expect_refused(model, data, RAMP_TRAIN, RAMP_DATA,
                   "expected the model's 3 classes, found 4");
    ramp_dataset_free(data);
    ramp_model_free(model);
}
END_TEST

/* Weights that are finite, whose sums are not. */
START_TEST(answer_that_is_not_finite_is_refused)
{
    struct ramp_dataset *data = make_data(10);
    struct ramp_model *model = make_model(digits, "dense 4\ndense classes");
    struct ramp_net *net = ramp_model_net(model);
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = 1e30f;
    expect_refused(model, data, RAMP_TEST, RAMP_MODEL,
                   "answer to 'test-images 0' is not finite");
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

static void write_picture(const char *class_name, int number, const char *bytes,
                          size_t n_bytes)
{
    char name[64];
    snprintf(name, sizeof name, "%s/%02d.pgm", class_name, number);
    write_file(name, bytes, n_bytes);
}

/* Pictures that are not kept in memory and go bad before they are read: of
 * several, the first in order is named, on any number of threads. */
START_TEST(first_bad_picture_decides)
{
    const struct ramp_dataset_options options = {.cache_bytes = 1};
    struct ramp_model *model = make_model(digits, dense);
    for (int c = 0; c < 3; c++) {
        char picture[] = "P5 3 1 255\n123";
        ck_assert(file_make_folder(fixture_path(digits[c]), NULL) == RAMP_OK);
        picture[11 + c] = '9';
        for (int i = 0; i < 40; i++)
            write_picture(digits[c], i, picture, strlen(picture));
    }
    struct ramp_dataset *data = open_data(&options);
    struct ramp_evaluation e;
    struct ramp_error err;
    enum ramp_status status =
        ramp_evaluate(&e, model, data, RAMP_TRAIN, &plain, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_uint_eq(e.n, 120);
    ck_assert_uint_eq(e.n_wrong, 0);
    ramp_evaluation_release(&e);
    for (int i = 39; i > 16; i--)
        write_picture("1", i, "P5 3 1 255\n12", 13);
    for (int i = 0; i < 10; i++)
        expect_refused(model, data, RAMP_TRAIN, RAMP_DATA, "1/17.pgm");
    ramp_dataset_free(data);
    ramp_model_free(model);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    struct ramp_dataset *data = make_data(10);
    struct ramp_model *model = make_model(digits, dense);
    enum ramp_status status = RAMP_MEMORY;
    int n = 0;
    while (status != RAMP_OK) {
        struct ramp_evaluation e;
        ck_assert_int_lt(n, 1000);
        mem_fail_at((size_t)++n, true);
        status = ramp_evaluate(&e, model, data, RAMP_TEST, &plain, NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        ramp_evaluation_release(&e);
    }
    ck_assert_int_gt(n, 4);
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("evaluate");
    TCase *tcase = tcase_create("evaluate");
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, figures_by_hand);
    tcase_add_test(tcase, divisors_of_zero_give_nan);
    tcase_add_test(tcase, threads_do_not_matter);
    tcase_add_test(tcase, data_that_do_not_fit_are_refused);
    tcase_add_test(tcase, answer_that_is_not_finite_is_refused);
    tcase_add_test(tcase, first_bad_picture_decides);
    tcase_add_test(tcase, no_memory_is_reported);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
