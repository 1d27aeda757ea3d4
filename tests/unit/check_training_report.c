/* check_training_report.c - the pictures of a training: the first batch, as the
 * loader gives it to the net, and the first filters, from known weights. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "base/mem.h"
#include "data/loader.h"
#include "net/net.h"
#include "report/mosaic.h"
#include "report/training.h"

#include <math.h>
#include <ramp/train.h>

/* ==== Mosaics ==== */

/* Tile number i of the file must have the pixels of `tile` (n tiles, one after
 * another) in squares, and GAP pixels of a light grey around each. */
enum { GAP = 4, GROUND = 224 };

static void expect_mosaic(const char *path, const struct pixels *tile, int n,
                          int columns, int zoom)
{
    struct ramp_image image;
    struct ramp_error err = {.text = ""};
    ck_assert_msg(ramp_image_load(&image, path, &err) == RAMP_OK, "%s",
                  err.text);
    int width = zoom * tile->width + GAP, height = zoom * tile->height + GAP;
    int rows = (n + columns - 1) / columns, channels = tile->channels;
    ck_assert_int_eq(image.width, GAP + columns * width);
    ck_assert_int_eq(image.height, GAP + rows * height);
    ck_assert_int_eq(image.channels, channels);
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++) {
            int column = (x - GAP) / width, row = (y - GAP) / height;
            int i = row * columns + column;
            int u = (x - GAP) % width / zoom, v = (y - GAP) % height / zoom;
            bool ground = x < GAP || y < GAP || u >= tile->width ||
                          v >= tile->height || i >= n;
            for (int c = 0; c < channels; c++) {
                int place = ((i * tile->height + v) * tile->width + u);
                int expected =
                    ground ? GROUND : tile->bytes[place * channels + c];
                int found = image.pixels[(y * image.width + x) * channels + c];
                ck_assert_msg(found == expected,
                              "at %d, %d: expected %d, found %d", x, y,
                              expected, found);
            }
        }
    ramp_image_release(&image);
}

START_TEST(mosaics_have_their_form)
{
    static const struct {
        int n, width, height, channels, columns, zoom;
    } cases[] = {{1, 1, 1, 1, 1, 32},   {1, 700, 2, 3, 1, 1},
                 {2, 5, 4, 3, 2, 32},   {6, 5, 5, 1, 3, 32},
                 {32, 3, 3, 3, 8, 25},  {64, 28, 28, 1, 8, 3},
                 {13, 60, 20, 1, 5, 2}, {96, 11, 11, 3, 12, 5}};
    static uint8_t bytes[100000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 % 253);
    ck_assert_int_eq(file_make_folder(test_path("mosaic"), NULL), RAMP_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pixels tile = {cases[i].width, cases[i].height,
                                    cases[i].channels, bytes};
        ck_assert_int_eq(mosaic_write(test_path("mosaic"), "m.png", &tile,
                                      (size_t)cases[i].n, NULL),
                         RAMP_OK);
        expect_mosaic(test_path("mosaic/m.png"), &tile, cases[i].n,
                      cases[i].columns, cases[i].zoom);
    }
}
END_TEST

/* ==== The first batch ==== */

enum { N = 53, MAX_ITEM = 3 * 6 * 5, BATCH = 8 };

static struct ramp_dataset *open_data(const char *name, int channels)
{
    const struct sample sample = {.n_classes = 5,
                                  .n = {N, 0, 0},
                                  .channels = channels,
                                  .height = 6,
                                  .width = 5};
    struct sink sink = {.folder = test_path(name)};
    put_idx(&sink, &sample);
    return open_good(sink.folder, NULL);
}

static struct ramp_train_options make_options(const struct ramp_dataset *data,
                                              const char *augment)
{
    struct ramp_train_options options;
    ramp_train_defaults(&options, data);
    options.batch = BATCH;
    options.seed = 7;
    ck_assert_int_eq(ramp_augment_parse(&options.augment, augment, NULL),
                     RAMP_OK);
    return options;
}

/* What a training feeds its net in the first epoch, scaled back to 0..255. */
static void feed(float *x, const struct ramp_dataset *data,
                 const struct ramp_train_options *options, size_t size)
{
    const struct ramp_augment *a = &options->augment;
    struct loader_options how = {.batch = BATCH,
                                 .shuffle = true,
                                 .augment = {.flip = a->flip,
                                             .alternate = a->alternate,
                                             .shift = a->shift,
                                             .rotate = a->rotate,
                                             .scale = a->scale,
                                             .shear = a->shear,
                                             .cutout = a->cutout},
                                 .seed = options->seed};
    struct loader *loader;
    struct loader_batch batch;
    ramp_dataset_shape(data, &how.pre);
    how.pre.scale = RAMP_SCALE_STANDARD;
    ck_assert_int_eq(ramp_dataset_measure(data, &how.pre, NULL), RAMP_OK);
    ck_assert_int_eq(loader_new(&loader, data, RAMP_TRAIN, &how, NULL),
                     RAMP_OK);
    loader_start(loader, 1, 0);
    for (;;) {
        ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        if (batch.n == 0)
            break;
        for (size_t i = 0; i < batch.n * size; i++) {
            size_t c = i % (size_t)how.pre.channels;
            *x++ = 255 * (batch.x[i] * how.pre.std[c] + how.pre.mean[c]);
        }
    }
    loader_free(loader);
}

START_TEST(preview_is_what_the_net_sees)
{
    static const char *const augments[] = {
        "none", "flip:alternate,shift:2",
        "rotate:20,scale:0.2,shift:1,shear:0.3", "cutout:3"};
    static float x[N * MAX_ITEM];
    static uint8_t pixels[N * MAX_ITEM], plain[N * MAX_ITEM];
    for (int channels = 1; channels <= 3; channels += 2) {
        struct ramp_dataset *data =
            open_data(channels == 1 ? "grey" : "colour", channels);
        size_t size = (size_t)channels * 6 * 5;
        for (int i = 0; i < 4; i++) {
            struct ramp_train_options options = make_options(data, augments[i]);
            feed(x, data, &options, size);
            ck_assert_int_eq(
                ramp_train_preview(pixels, N, data, &options, NULL), RAMP_OK);
            for (size_t k = 0; k < N * size; k++)
                ck_assert_msg(fabsf((float)pixels[k] - x[k]) <= 0.5f + 1e-3f,
                              "%s: value %zu: expected %g, found %d",
                              augments[i], k, (double)x[k], pixels[k]);
            if (i == 0)
                memcpy(plain, pixels, N * size);
            else
                ck_assert_int_ne(memcmp(plain, pixels, N * size), 0);
        }
        ramp_dataset_free(data);
    }
}
END_TEST

START_TEST(preview_refuses)
{
    uint8_t pixels[MAX_ITEM];
    struct ramp_error err;
    struct ramp_dataset *data = open_data("refused", 1);
    struct ramp_train_options options = make_options(data, "none");
    ck_assert_int_eq(ramp_train_preview(pixels, 0, data, &options, &err),
                     RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "expected 1 to 53 training"));
    ck_assert_int_eq(ramp_train_preview(pixels, N + 1, data, &options, &err),
                     RAMP_USAGE);
    options.augment.scale = 1;
    ck_assert_int_eq(ramp_train_preview(pixels, 1, data, &options, &err),
                     RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "expected scaling from 0"));
    ramp_dataset_free(data);
}
END_TEST

START_TEST(train_batch_shows_the_preview)
{
    uint8_t pixels[BATCH * MAX_ITEM];
    const struct pixels tile = {5, 6, 3, pixels};
    struct ramp_dataset *data = open_data("batch", 3);
    struct ramp_train_options options =
        make_options(data, "flip,shift:1,rotate:9,cutout:2");
    ck_assert_int_eq(report_train_batch(test_root, data, &options, NULL),
                     RAMP_OK);
    ck_assert_int_eq(ramp_train_preview(pixels, BATCH, data, &options, NULL),
                     RAMP_OK);
    expect_mosaic(test_path("train_batch.png"), &tile, BATCH, 4, 30);
    /* A batch that is larger than the data, or than the picture shall be. */
    static uint8_t all[N * MAX_ITEM];
    const struct pixels all_tile = {5, 6, 3, all};
    options.batch = 1000;
    ck_assert_int_eq(report_train_batch(test_root, data, &options, NULL),
                     RAMP_OK);
    ck_assert_int_eq(ramp_train_preview(all, N, data, &options, NULL), RAMP_OK);
    expect_mosaic(test_path("train_batch.png"), &all_tile, N, 9, 14);
    ramp_dataset_free(data);
}
END_TEST

/* ==== The first filters ==== */

static struct ramp_model *make_model(const char *text, int channels)
{
    static const char *const names[] = {"a", "b"};
    const struct ramp_net_options options = {
        channels, 4, 5, 2, {RAMP_ACT_RELU, 0}};
    const struct ramp_preprocess pre = {
        channels, 4, 5, RAMP_FIT_CROP, RAMP_SCALE_UNIT, {0}, {0}, NULL};
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_error err = {.text = ""};
    ck_assert_msg(ramp_net_parse(&net, text, "test", &options, &err) == RAMP_OK,
                  "%s", err.text);
    ck_assert_msg(ramp_model_new(&model, &net, names, 2, &pre, &err) == RAMP_OK,
                  "%s", err.text);
    return model;
}

START_TEST(tensors_can_be_read)
{
    static const struct {
        const char *name;
        size_t layer;
        int n_dims;
        size_t dims[4], n;
    } expected[] = {{"conv1.weight", 0, 4, {6, 3, 2, 3}, 108},
                    {"conv1.bias", 0, 1, {6}, 6},
                    {"dense1.weight", 2, 2, {2, 6 * 3 * 3}, 108},
                    {"dense1.bias", 2, 1, {2}, 2}};
    struct ramp_model *model = make_model("conv 6 2x3\nrelu\ndense classes", 3);
    struct ramp_net *net = ramp_model_net(model);
    ck_assert_uint_eq(ramp_net_n_tensors(net), 4);
    for (size_t i = 0; i < 4; i++) {
        float given[108], values[108];
        struct ramp_tensor t;
        ramp_net_tensor(net, i, &t);
        ck_assert_str_eq(t.name, expected[i].name);
        ck_assert_uint_eq(t.layer, expected[i].layer);
        ck_assert_int_eq(t.n_dims, expected[i].n_dims);
        ck_assert_mem_eq(t.dims, expected[i].dims, sizeof t.dims);
        ck_assert_uint_eq(t.n_values, expected[i].n);
        for (size_t k = 0; k < t.n_values; k++)
            given[k] = (float)(i * 1000 + k);
        net_tensor_from_file(net, &net->tensors[i], net->params, given);
        ramp_net_tensor_values(net, i, values);
        ck_assert_mem_eq(values, given, t.n_values * sizeof *given);
    }
    ramp_model_free(model);
}
END_TEST

/* Each row and column of each filter has a value of its own; the first filter
 * is 0, and the second has the largest magnitude at its end. */
START_TEST(filters_show_their_weights)
{
    enum { K = 6, R = 2, S = 3, TAPS = R * S };
    for (int channels = 1; channels <= 3; channels += 2) {
        size_t n_channels = (size_t)channels;
        float weights[K][3][TAPS] = {{{0}}}, flat[K * 3 * TAPS];
        uint8_t bytes[K][TAPS][3], expected[K * TAPS * 3];
        size_t n = 0, n_bytes = 0;
        for (size_t k = 0; k < K; k++) {
            float most = 0;
            for (size_t c = 0; c < n_channels; c++)
                for (size_t i = 0; i < TAPS; i++) {
                    float w = (float)(k * (c * TAPS + i)) * 0.01f;
                    weights[k][c][i] = (i + k) % 2 ? w : -w;
                    most = w > most ? w : most;
                    flat[n++] = weights[k][c][i];
                }
            for (size_t i = 0; i < TAPS; i++)
                for (size_t c = 0; c < n_channels; c++) {
                    float w = k == 0 ? 0 : weights[k][c][i] / most;
                    bytes[k][i][c] = (uint8_t)lroundf(127.5f + 127.5f * w);
                    expected[n_bytes++] = bytes[k][i][c];
                }
        }
        ck_assert_int_eq(bytes[0][5][0], 128);
        ck_assert_int_eq(bytes[2][TAPS - 1][channels - 1], 255);
        ck_assert_int_eq(bytes[1][TAPS - 1][channels - 1], 0);
        struct ramp_model *model =
            make_model("conv 6 2x3\nrelu\ndense classes", channels);
        struct ramp_net *net = ramp_model_net(model);
        net_tensor_from_file(net, &net->tensors[0], net->params, flat);
        ck_assert_int_eq(report_filters(test_root, model, NULL), RAMP_OK);
        const struct pixels tile = {S, R, channels, expected};
        expect_mosaic(test_path("filters.png"), &tile, K, 3, 32);
        ramp_model_free(model);
    }
}
END_TEST

START_TEST(filters_of_other_nets)
{
    static const struct {
        const char *text;
        int n; /* filters in the picture; 0: no picture */
    } cases[] = {{"dense 9\nrelu\ndense classes", 0},
                 {"batchnorm\nconv 5 1x1\nconv 4 3x3\ndense classes", 5},
                 {"conv 300 1x1\nglobalpool\ndense classes", 256}};
    for (int i = 0; i < 3; i++) {
        struct ramp_model *model = make_model(cases[i].text, 1);
        const char *path = test_path("filters.png");
        static uint8_t grey[256];
        memset(grey, 128, sizeof grey);
        (void)remove(path);
        ck_assert_int_eq(report_filters(test_root, model, NULL), RAMP_OK);
        ck_assert(file_exists(path) == (cases[i].n > 0));
        const struct pixels tile = {1, 1, 1, grey};
        if (cases[i].n > 0)
            expect_mosaic(path, &tile, cases[i].n, cases[i].n == 5 ? 3 : 16,
                          32);
        ramp_model_free(model);
    }
}
END_TEST

START_TEST(no_memory_is_reported)
{
    struct ramp_dataset *data = open_data("memory", 1);
    struct ramp_model *model = make_model("conv 6 2x3\nrelu\ndense classes", 1);
    struct ramp_train_options options = make_options(data, "cutout:2");
    for (int which = 0; which < 2; which++) {
        enum ramp_status status = RAMP_MEMORY;
        int n = 0;
        while (status != RAMP_OK) {
            ck_assert_int_lt(n, 1000);
            mem_fail_at((size_t)++n, true);
            status = which == 0
                         ? report_filters(test_root, model, NULL)
                         : report_train_batch(test_root, data, &options, NULL);
            mem_fail_at(0, false);
            ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        }
        ck_assert_int_gt(n, 4);
    }
    struct ramp_error err;
    ck_assert_int_eq(report_filters(test_path("none"), model, &err), RAMP_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "filters.png"));
    ramp_model_free(model);
    ramp_dataset_free(data);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("training report");
    TCase *tcase = tcase_create("training report");
    tcase_add_checked_fixture(tcase, test_root_make, test_root_remove);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, mosaics_have_their_form);
    tcase_add_test(tcase, preview_is_what_the_net_sees);
    tcase_add_test(tcase, preview_refuses);
    tcase_add_test(tcase, train_batch_shows_the_preview);
    tcase_add_test(tcase, tensors_can_be_read);
    tcase_add_test(tcase, filters_show_their_weights);
    tcase_add_test(tcase, filters_of_other_nets);
    tcase_add_test(tcase, no_memory_is_reported);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
