/* check_evaluation_report.c - the tables and pictures of an evaluation, against
 * what they should say of one that is made by hand. */
#include "tests/unit/model_fixture.h"
#include "tests/unit/well_formed.h"

#include "report/confusion.h"
#include "report/coverage.h"
#include "report/csv.h"
#include "report/evaluation.h"
#include "report/png.h"
#include "report/svg.h"
#include "report/worst.h"

#include <math.h>
#include <ramp/image.h>
#include <ramp/model.h>
#include <stdint.h>

/* ==== By hand ==== */

enum { WIDTH = 3, HEIGHT = 2, N_PICTURES = 6 };

/* Names of folders, sorted by their bytes; those of the model may hold what
 * folders of classes may not. */
static const char *const names[] = {"<&> 'x'", "a;b", "say \"hi\""};
static const char *const model_names[] = {"<&> 'x'", "a,b", "say \"hi\""};

/* In the order of the part: two pictures a class. */
static struct ramp_answer answers[N_PICTURES] = {
    {0, 0, 0.99, 0.01}, {0, 1, 0.95, 3.5}, {1, 1, 0.6, 0.5},
    {1, 0, 0.5, 0.7},   {2, 0, 0.95, 3.5}, {2, 2, 0.7, 0.25}};

static uint8_t pixel(int picture, int place)
{
    return (uint8_t)(40 * picture + 7 * place);
}

static struct ramp_dataset *make_data(int n_pictures)
{
    struct ramp_dataset *data;
    struct ramp_error err = {.text = ""};
    for (int i = 0; i < n_pictures; i++) {
        const char *class_name = names[i * 3 / n_pictures];
        char name[64], bytes[64];
        int n = snprintf(bytes, sizeof bytes, "P5 %d %d 255\n", WIDTH, HEIGHT);
        for (int k = 0; k < WIDTH * HEIGHT; k++)
            bytes[n++] = (char)pixel(i, k);
        snprintf(name, sizeof name, "data/%s", class_name);
        ck_assert(file_make_folder(fixture_path(name), NULL) == RAMP_OK);
        snprintf(name, sizeof name, "data/%s/%d,.pgm", class_name, i);
        ck_assert(file_write(fixture_path(name), bytes, (size_t)n, NULL) ==
                  RAMP_OK);
    }
    const struct ramp_dataset_options options = {.val_share = 0};
    ck_assert_msg(ramp_dataset_open(&data, fixture_path("data"), &options,
                                    &err) == RAMP_OK,
                  "%s", err.text);
    return data;
}

static struct ramp_model *make_model(const char *const *classes, int n)
{
    const struct ramp_net_options options = {
        1, HEIGHT, WIDTH, n, {RAMP_ACT_RELU, 0}};
    const struct ramp_preprocess pre = {
        1, HEIGHT, WIDTH, RAMP_FIT_CROP, RAMP_SCALE_UNIT, {0}, {0}, NULL};
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_error err = {.text = ""};
    ck_assert_msg(ramp_net_parse(&net, "dense classes nobias", "test", &options,
                                 &err) == RAMP_OK,
                  "%s", err.text);
    ck_assert_msg(ramp_model_new(&model, &net, classes, n, &pre, &err) ==
                      RAMP_OK,
                  "%s", err.text);
    return model;
}

/* What follows from the answers, for tables that were worked out by hand; `n`
 * of them. */
static struct ramp_evaluation make_evaluation(const struct ramp_answer *list,
                                              size_t n, int n_classes)
{
    size_t k = (size_t)n_classes;
    struct ramp_evaluation e = {.n = n, .n_classes = n_classes};
    e.confusion = mem_alloc(k * k, sizeof *e.confusion);
    e.classes = mem_alloc(k, sizeof *e.classes);
    e.answers = mem_alloc(n, sizeof *e.answers);
    memcpy(e.answers, list, n * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        e.confusion[(size_t)list[i].label * k + (size_t)list[i].answer]++;
        e.classes[list[i].label].n++;
        e.n_wrong += list[i].label != list[i].answer;
    }
    e.error = (double)e.n_wrong / (double)n;
    return e;
}

static char *read_text(const char *name)
{
    uint8_t *bytes;
    size_t n;
    ck_assert_msg(file_read(&bytes, &n, fixture_path(name), 1 << 30, RAMP_DATA,
                            NULL) == RAMP_OK,
                  "%s", name);
    ck_assert_uint_eq(strlen((char *)bytes), n);
    return (char *)bytes;
}

static void expect_file(const char *name, const char *expected)
{
    char *text = read_text(name);
    ck_assert_str_eq(text, expected);
    mem_free(text);
}

static void expect_well_formed(const char *text, const char *what)
{
    const char *rest, *fault = xml_fault(text, &rest);
    ck_assert_msg(fault == NULL, "%s: expected %s at '%.60s'", what, fault,
                  rest);
    ck_assert_msg(strncmp(text,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                          "width=\"",
                          46) == 0,
                  "%s: begins with '%.60s'", what, text);
    ck_assert_ptr_nonnull(strstr(text, " viewBox=\"0 0 "));
    ck_assert_ptr_null(strstr(text, "script"));
    ck_assert_ptr_null(strstr(text, " id="));
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        n++;
    return n;
}

static void write_report(const struct ramp_evaluation *e)
{
    struct ramp_dataset *data = make_data((int)e->n);
    struct ramp_model *model = make_model(model_names, 3);
    struct ramp_error err = {.text = ""};
    ck_assert_msg(report_evaluation(fixture_folder, model, data, RAMP_TRAIN, e,
                                    &err) == RAMP_OK,
                  "%s", err.text);
    ramp_model_free(model);
    ramp_dataset_free(data);
}

/* ==== Tables ==== */

START_TEST(tables_by_hand)
{
    struct ramp_evaluation e = make_evaluation(answers, N_PICTURES, 3);
    e.classes[0].precision = 1 / 3.0;
    e.classes[0].recall = e.classes[0].f1 = 0.5;
    e.classes[1] = (struct ramp_class_score){2, 0.5, NAN, 0.125};
    ck_assert(file_write(fixture_path("classes.csv"), "old", 3, NULL) ==
              RAMP_OK);
    ck_assert(file_write(fixture_path("notes"), "mine", 4, NULL) == RAMP_OK);
    write_report(&e);
    expect_file("notes", "mine");
    expect_file("confusion.csv",
                "truth\\answer,<&> 'x',\"a,b\",\"say \"\"hi\"\"\"\n"
                "<&> 'x',1,1,0\n"
                "\"a,b\",1,1,0\n"
                "\"say \"\"hi\"\"\",1,0,1\n");
    expect_file("classes.csv", "class,n,precision,recall,f1\n"
                               "<&> 'x',2,0.333333,0.5,0.5\n"
                               "\"a,b\",2,0.5,,0.125\n"
                               "\"say \"\"hi\"\"\",2,0,0,0\n");
    /* The two of equal loss in the order of the part. */
    expect_file(
        "errors.csv",
        "path,truth,answer,probability,loss\n"
        "\"<&> 'x'/1,.pgm\",<&> 'x',a;b,0.95,3.5\n"
        "\"say \"\"hi\"\"/4,.pgm\",\"say \"\"hi\"\"\",<&> 'x',0.95,3.5\n"
        "\"a;b/3,.pgm\",a;b,<&> 'x',0.5,0.7\n");
    expect_file("coverage.csv", "min_conf,answered,coverage,error\n"
                                "0,6,1,0.5\n"
                                "0.5,6,1,0.5\n"
                                "0.6,5,0.833333,0.4\n"
                                "0.7,4,0.666667,0.5\n"
                                "0.8,3,0.5,0.666667\n"
                                "0.9,3,0.5,0.666667\n"
                                "0.95,3,0.5,0.666667\n"
                                "0.99,1,0.166667,0\n");
    ramp_evaluation_release(&e);
}
END_TEST

START_TEST(nothing_answered_has_no_error)
{
    const struct ramp_answer one = {0, 1, 0.4, 1};
    struct ramp_evaluation e = make_evaluation(&one, 1, 3);
    struct coverage rows[COVERAGE_ROWS];
    coverage_count(rows, &e);
    ck_assert(rows[0].share == 1 && rows[0].error == 1);
    ck_assert(rows[1].min_conf == 0.5 && rows[1].share == 0);
    ck_assert(isnan(rows[1].error));
    ramp_evaluation_release(&e);
}
END_TEST

START_TEST(fields_are_quoted_where_they_must)
{
    static const char *const cases[][2] = {
        {"plain 'text'; \\", "plain 'text'; \\"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"\"", "\"\"\"\""},
        {"\"a\"b", "\"\"\"a\"\"b\""},
        {"two\nlines", "\"two\nlines\""},
        {"return\r", "\"return\r\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct draft draft = {0};
        draft_add(&draft, "|");
        csv_text(&draft, cases[i][0]);
        ck_assert_str_eq(draft.text + 1, cases[i][1]);
        draft_release(&draft);
    }
}
END_TEST

/* ==== PNG ==== */

static uint8_t base64_value(char letter)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = strchr(letters, letter);
    ck_assert(letter != 0 && place != NULL);
    return (uint8_t)(place - letters);
}

/* The picture of the first data URI in `text`; returns what is behind it. */
static const char *decode_uri(struct ramp_image *image, const char *text)
{
    static uint8_t bytes[1 << 20];
    static const char head[] = "data:image/png;base64,";
    size_t n = 0;
    struct ramp_error err = {.text = ""};
    text = strstr(text, head);
    ck_assert_ptr_nonnull(text);
    for (text += sizeof head - 1; *text != '"' && *text != 0; text += 4) {
        uint32_t bits = 0;
        for (int k = 0; k < 4; k++)
            bits = bits << 6 | (text[k] == '=' ? 0 : base64_value(text[k]));
        for (int k = 0; k < 3 && text[k + 1] != '='; k++)
            bytes[n++] = (uint8_t)(bits >> (16 - 8 * k));
    }
    ck_assert_msg(ramp_image_decode(image, bytes, n, "uri", &err) == RAMP_OK,
                  "%s", err.text);
    ck_assert_str_eq(image->warning, "");
    return text;
}

START_TEST(pngs_give_back_their_pixels)
{
    uint8_t bytes[3 * 17 * 9];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i % 251);
    for (int channels = 1; channels <= 3; channels += 2)
        for (int width = 1; width <= 17; width++)
            for (int height = 1; height <= 9; height++) {
                const struct pixels p = {width, height, channels, bytes};
                struct draft draft = {0};
                struct ramp_image image;
                ck_assert(png_add_uri(&draft, &p, NULL) == RAMP_OK);
                decode_uri(&image, draft.text);
                ck_assert_int_eq(image.width, width);
                ck_assert_int_eq(image.height, height);
                ck_assert_int_eq(image.channels, channels);
                ck_assert_mem_eq(image.pixels, bytes,
                                 (size_t)(width * height * channels));
                ramp_image_release(&image);
                draft_release(&draft);
            }
}
END_TEST

START_TEST(no_png_of_nothing)
{
    uint8_t byte = 0, *png;
    size_t n;
    const struct pixels flat = {1, 0, 1, &byte};
    const struct pixels huge = {INT32_MAX, INT32_MAX, 3, &byte};
    ck_assert(png_encode(&png, &n, &flat, NULL) == RAMP_USAGE && png == NULL);
    ck_assert(png_encode(&png, &n, &huge, NULL) == RAMP_USAGE && png == NULL);
}
END_TEST

/* ==== Pictures ==== */

START_TEST(words_are_escaped)
{
    static const char *const cases[][2] = {
        {"<a href=\"x\">&amp;'", "&lt;a href=&quot;x&quot;&gt;&amp;amp;&#39;"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"\x1b[1m\n\x7f", "?[1m??"},
        {"gpj.\xe2\x80\xae"
         "exe",
         "gpj.?exe"},
        {"\xff\xe2\x80|\xef\xbf\xbe|\xef\xbf\xbf|", "???|???|???|"},
        {"\xed\xa0\x80", "???"}, /* half of a pair of UTF-16 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct draft draft = {0};
        draft_add(&draft, "|");
        svg_text(&draft, cases[i][0]);
        ck_assert_str_eq(draft.text + 1, cases[i][1]);
        draft_release(&draft);
    }
    struct draft cut = {0};
    svg_cut(&cut, "caf\xc3\xa9s", 5);
    svg_cut(&cut, "|<af\xc3\xa9s|", 5);
    ck_assert_str_eq(cut.text, "caf\xc3\xa9s|&lt;af\xe2\x80\xa6");
    draft_release(&cut);
}
END_TEST

START_TEST(errors_show_their_pictures)
{
    static const int order[] = {1, 4, 3};
    struct ramp_evaluation e = make_evaluation(answers, N_PICTURES, 3);
    write_report(&e);
    char *svg = read_text("errors.svg");
    expect_well_formed(svg, "errors.svg");
    ck_assert_int_eq(count(svg, "<image "), 3);
    ck_assert_int_eq(count(svg, "image-rendering:pixelated"), 3);
    const char *at = svg;
    for (int i = 0; i < 3; i++) {
        struct ramp_image image;
        at = decode_uri(&image, at);
        ck_assert(image.width == WIDTH && image.height == HEIGHT);
        for (int k = 0; k < WIDTH * HEIGHT; k++)
            ck_assert_int_eq(image.pixels[k], pixel(order[i], k));
        ramp_image_release(&image);
    }
    ck_assert_ptr_nonnull(strstr(svg, ": 3 wrong"));
    ck_assert_int_eq(count(svg, "truth: &lt;&amp;&gt; &#39;x&#39;<"), 1);
    ck_assert_int_eq(count(svg, "answer: &lt;&amp;&gt; &#39;x&#39;<"), 2);
    ck_assert_int_eq(count(svg, "sure: 95.0 %<"), 2);
    ck_assert_int_eq(count(svg, "<title>&lt;&amp;&gt; &#39;x&#39;/1,.pgm<"), 1);
    mem_free(svg);
    ramp_evaluation_release(&e);
}
END_TEST

/* `n` answers, the first n_wrong of them wrong. */
static void expect_errors(int n, int n_wrong, const char *text)
{
    static struct ramp_answer list[60];
    for (int i = 0; i < n; i++)
        list[i] = (struct ramp_answer){0, i < n_wrong, 0.5, 1};
    struct ramp_evaluation e = make_evaluation(list, (size_t)n, 3);
    write_report(&e);
    char *svg = read_text("errors.svg"), *csv = read_text("errors.csv");
    expect_well_formed(svg, "errors.svg");
    ck_assert_int_eq(count(svg, "<image "), n_wrong < 40 ? n_wrong : 40);
    ck_assert_msg(strstr(svg, text) != NULL, "'%s' is not there", text);
    ck_assert_int_eq(count(csv, "\n"), 1 + n_wrong);
    mem_free(svg);
    mem_free(csv);
    ramp_evaluation_release(&e);
}

START_TEST(number_of_errors)
{
    expect_errors(6, 0, "No errors");
    expect_errors(6, 1, ": 1 wrong");
    expect_errors(60, 40, ": 40 wrong");
    expect_errors(60, 41, ": 40 of 41 wrong, largest loss first");
}
END_TEST

/* Of large pictures what can be seen: fitted to 256 pixels. */
START_TEST(large_pictures_are_made_smaller)
{
    enum { W = 100, H = 300, SMALL_W = 85, SMALL_H = 256 };
    static uint8_t file[20 + W * H], small[SMALL_W * SMALL_H];
    const struct ramp_preprocess pre = {
        .channels = 1, SMALL_H, SMALL_W, .fit = RAMP_FIT_STRETCH};
    const struct ramp_dataset_options options = {
        .channels = 1, .height = H, .width = W};
    int n = snprintf((char *)file, sizeof file, "P5 %d %d 255\n", W, H);
    uint8_t *pixels = file + n;
    for (int i = 0; i < W * H; i++)
        pixels[i] = (uint8_t)(i / W + i % W);
    for (int i = 0; i < 2; i++) {
        const char *folder = fixture_path(i == 0 ? "large/a" : "large/b");
        const char *path =
            fixture_path(i == 0 ? "large/a/1.pgm" : "large/b/1.pgm");
        ck_assert(file_make_folder(folder, NULL) == RAMP_OK);
        ck_assert(file_write(path, file, (size_t)n + W * H, NULL) == RAMP_OK);
    }
    const struct ramp_image whole = {W, H, 1, pixels, ""};
    ck_assert(ramp_preprocess_fit(small, &pre, &whole, NULL) == RAMP_OK);
    const struct ramp_answer list[] = {{0, 0, 1, 0}, {1, 0, 1, 9}};
    struct ramp_evaluation e = make_evaluation(list, 2, 2);
    struct ramp_dataset *data;
    struct ramp_image image;
    struct worst worst;
    struct draft svg = {0};
    ck_assert(ramp_dataset_open(&data, fixture_path("large"), &options, NULL) ==
              RAMP_OK);
    ck_assert(worst_init(&worst, &e, NULL) == RAMP_OK);
    ck_assert(worst_draw(&svg, &worst, data, RAMP_TRAIN, &e, "", NULL) ==
              RAMP_OK);
    decode_uri(&image, svg.text);
    ck_assert(image.width == SMALL_W && image.height == SMALL_H);
    ck_assert_mem_eq(image.pixels, small, sizeof small);
    ck_assert_ptr_nonnull(strstr(svg.text, "width=\"42\" height=\"128\" pre"));
    ck_assert_ptr_null(strstr(svg.text, "pixelated"));
    ramp_image_release(&image);
    draft_release(&svg);
    worst_release(&worst);
    ramp_dataset_free(data);
    ramp_evaluation_release(&e);
}
END_TEST

/* A diagonal, and in the first row one mistake for each other class. */
static char *draw_confusion(int n)
{
    enum { MAX = 1000 };
    static char texts[MAX][24];
    static const char *classes[MAX];
    static struct ramp_answer list[2 * MAX];
    for (int i = 0; i < n; i++) {
        snprintf(texts[i], sizeof texts[i], "class %d", i);
        classes[i] = texts[i];
        list[i] = (struct ramp_answer){i, i, 1, 0};
        list[n + i] = (struct ramp_answer){0, i, 1, 0};
    }
    struct ramp_model *model = make_model(classes, n);
    struct ramp_evaluation e = make_evaluation(list, 2 * (size_t)n, n);
    struct draft draft = {0};
    confusion_draw(&draft, model, &e, "some data, test part");
    ramp_evaluation_release(&e);
    ramp_model_free(model);
    ck_assert_int_eq(draft_check(&draft, "a picture", NULL), RAMP_OK);
    return draft.text;
}

START_TEST(matrix_is_readable_for_any_number_of_classes)
{
    /* Rectangles: the ground; then the frame, five of the legend and 2 n - 1
     * fields. Texts: 2 of the head; 6 of the legend, 2 n names, numbers. */
    static const struct {
        int n, n_rects, n_texts;
    } cases[] = {
        {2, 7 + 3, 8 + 4 + 3},     {10, 7 + 19, 8 + 20 + 19},
        {20, 7 + 39, 8 + 40 + 39}, {21, 7 + 41, 8 + 42}, /* without numbers */
        {100, 7 + 199, 8 + 200},   {101, 1 + 30, 2 + 1 + 60}, /* a list of 30 */
        {1000, 1 + 30, 2 + 1 + 60}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *svg = draw_confusion(cases[i].n);
        expect_well_formed(svg, "confusion.svg");
        ck_assert_int_eq(count(svg, "<rect "), cases[i].n_rects);
        ck_assert_int_eq(count(svg, "<text "), cases[i].n_texts);
        ck_assert_uint_le(strlen(svg), 100000);
        mem_free(svg);
    }
}
END_TEST

/* Below each other: rows. The field right of the first has a quarter of its
 * row, so the colour in the middle. */
START_TEST(fields_have_their_place)
{
    static const char *const classes[] = {"a", "b"};
    static const struct ramp_answer list[] = {
        {0, 0, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}, {0, 1, 1, 0}, {1, 1, 1, 0}};
    struct ramp_model *model = make_model(classes, 2);
    struct ramp_evaluation e = make_evaluation(list, 5, 2);
    struct draft svg = {0};
    confusion_draw(&svg, model, &e, "data");
    const char *field = strstr(svg.text, "fill=\"#6ba8d6\"");
    const char *number = strstr(svg.text, ">1</text>");
    ck_assert(field != NULL && number != NULL);
    int side = 72, left = 32, top = 88;
    char expected[100];
    snprintf(expected, sizeof expected,
             "<rect x=\"%d\" y=\"%d\" width=\"72\" height=\"72\" ", left + side,
             top);
    ck_assert_mem_eq(field - strlen(expected), expected, strlen(expected));
    snprintf(expected, sizeof expected, "<text x=\"%d\" y=\"%d\" ",
             left + side + side / 2, top + side / 2 + 4);
    const char *found = strstr(svg.text, expected);
    ck_assert(found != NULL && found < number && number - found < 60);
    draft_release(&svg);
    ramp_evaluation_release(&e);
    ramp_model_free(model);
}
END_TEST

START_TEST(mistakes_come_by_their_number)
{
    static size_t confusion[9] = {9, 2, 5, 0, 9, 2, 5, 1, 9};
    static const size_t order[] = {2, 6, 1, 5, 7, CONFUSION_NONE};
    const struct ramp_evaluation e = {.n_classes = 3, .confusion = confusion};
    size_t place = CONFUSION_NONE;
    for (int i = 0; i < 6; i++) {
        place = confusion_next(&e, place);
        ck_assert_uint_eq(place, order[i]);
    }
}
END_TEST

/* ==== What can go wrong ==== */

START_TEST(failures_are_reported)
{
    struct ramp_evaluation e = make_evaluation(answers, N_PICTURES, 3);
    struct ramp_dataset *data = make_data(N_PICTURES);
    struct ramp_model *model = make_model(model_names, 3);
    struct ramp_error err;
    ck_assert_int_eq(report_evaluation(fixture_path("none"), model, data,
                                       RAMP_TRAIN, &e, &err),
                     RAMP_IO);
    fixture_check_text(&err, "confusion.csv", "no folder");
    enum ramp_status status = RAMP_MEMORY;
    int n = 0;
    while (status != RAMP_OK) {
        ck_assert_int_lt(n, 1000);
        mem_fail_at((size_t)++n, true);
        status = report_evaluation(fixture_folder, model, data, RAMP_TRAIN, &e,
                                   NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
    }
    ck_assert_int_gt(n, 40);
    ramp_model_free(model);
    ramp_dataset_free(data);
    ramp_evaluation_release(&e);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("evaluation report");
    TCase *tcase = tcase_create("evaluation report");
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, tables_by_hand);
    tcase_add_test(tcase, nothing_answered_has_no_error);
    tcase_add_test(tcase, fields_are_quoted_where_they_must);
    tcase_add_test(tcase, pngs_give_back_their_pixels);
    tcase_add_test(tcase, no_png_of_nothing);
    tcase_add_test(tcase, words_are_escaped);
    tcase_add_test(tcase, errors_show_their_pictures);
    tcase_add_test(tcase, number_of_errors);
    tcase_add_test(tcase, large_pictures_are_made_smaller);
    tcase_add_test(tcase, matrix_is_readable_for_any_number_of_classes);
    tcase_add_test(tcase, fields_have_their_place);
    tcase_add_test(tcase, mistakes_come_by_their_number);
    tcase_add_test(tcase, failures_are_reported);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
