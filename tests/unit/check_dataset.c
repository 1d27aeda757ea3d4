/* check_dataset.c - what holds for every form of data: names, shapes, the
 * cache, the drawn validation part, figures over all pictures, lack of memory.
 */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include <math.h>

static const struct sample grey = {
    .n_classes = 4, .n = {90, 0, 8}, .channels = 1, .height = 6, .width = 5};

/* ==== Names ==== */

START_TEST(search)
{
    struct sink sink = {.folder = test_path("store/fashion-mini")};
    put_idx(&sink, &grey);
    ck_assert_int_eq(unsetenv("RAMP_DATA"), 0);
    open_bad("fashion-mini", NULL, RAMP_DATA,
             "cannot find data set 'fashion-mini': expected a folder");
    ck_assert_int_eq(setenv("RAMP_DATA", test_path("store"), 1), 0);
    open_bad("fasion-small", NULL, RAMP_DATA, "; try fashion-small");
    open_bad("./fashion-mini", NULL, RAMP_DATA, "cannot find data set");
    struct sample ten = grey;
    ten.n_classes = 10;
    put_idx(&sink, &ten);
    struct ramp_dataset *data = open_good("fashion-mini", NULL);
    ck_assert_str_eq(ramp_dataset_name(data), "fashion-mini");
    ramp_dataset_free(data);
}
END_TEST

START_TEST(short_names)
{
    static const char *const paths[] = {"a-b", "a-b/", "a-b///", "a-b/.",
                                        "a-b/sub/.."};
    struct sink sink = {.folder = test_path("a-b")};
    put_idx(&sink, &grey);
    ck_assert_int_eq(mkdir(test_path("a-b/sub"), 0755), 0);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct ramp_dataset *data = open_good(test_path(paths[i]), NULL);
        ck_assert_str_eq(ramp_dataset_name(data), "a-b");
        ramp_dataset_free(data);
    }
}
END_TEST

START_TEST(options)
{
    static const struct ramp_dataset_options bad[] = {
        {.channels = 2, .height = 8, .width = 8},
        {.channels = 3},
        {.channels = 3, .height = 8, .width = 16385},
        {.channels = 1, .height = -1, .width = 8},
        {.val_share = -0.1},
        {.val_share = 1.5},
        {.val_share = NAN}};
    struct sink sink = {.folder = test_path("options")};
    put_idx(&sink, &grey);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        open_bad(sink.folder, &bad[i], RAMP_USAGE, "expected");
}
END_TEST

/* The same tree: the same number. Another name, label or size: another. */
START_TEST(fingerprints)
{
    uint64_t found[6];
    struct sample small = {
        .n_classes = 2, .n = {4, 0, 2}, .channels = 1, .height = 3, .width = 3};
    for (int i = 0; i < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "print-%d", i);
        struct sink sink = {.folder = test_path(name)};
        if (i == 5)
            small.width = 4;
        put_folders(&sink, &small, false);
        char *old = file_join(sink.folder, "train/0/0000.ppm");
        char *name_2 = file_join(sink.folder, "train/0/000x.ppm");
        char *class_2 = file_join(sink.folder, "train/1/0000.ppm");
        if (i == 2)
            ck_assert_int_eq(rename(old, name_2), 0);
        if (i == 3)
            ck_assert_int_eq(rename(old, class_2), 0);
        if (i == 4)
            write_bytes(old, "P5\n# longer\n3 3\n255\n123456789", 29);
        struct ramp_dataset *data = open_good(sink.folder, NULL);
        found[i] = ramp_dataset_fingerprint(data);
        ramp_dataset_free(data);
        mem_free(old);
        mem_free(name_2);
        mem_free(class_2);
    }
    ck_assert_uint_eq(found[0], found[1]);
    for (int i = 1; i < 6; i++)
        for (int j = i + 1; j < 6; j++)
            ck_assert_uint_ne(found[i], found[j]);
}
END_TEST

/* ==== The drawn validation part ==== */

/* The names of a part, in order. */
struct names {
    size_t n;
    char text[128][64];
    int labels[128];
};

static void list_names(struct names *names, const struct ramp_dataset *data,
                       enum ramp_part part)
{
    char buffer[64];
    names->n = ramp_dataset_count(data, part);
    ck_assert_uint_le(names->n, 128);
    for (size_t i = 0; i < names->n; i++) {
        snprintf(names->text[i], sizeof names->text[i], "%s",
                 ramp_dataset_item_name(data, part, i, buffer, sizeof buffer));
        names->labels[i] = ramp_dataset_label(data, part, i);
    }
}

static void list_of(struct names *names, const char *path, enum ramp_part part,
                    const struct ramp_dataset_options *o)
{
    struct ramp_dataset *data = open_good(path, o);
    ck_assert(ramp_dataset_val_drawn(data) ==
              (ramp_dataset_count(data, RAMP_VAL) > 0));
    list_names(names, data, part);
    ramp_dataset_free(data);
}

static void check_equal_names(const struct names *a, const struct names *b)
{
    ck_assert_uint_eq(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        ck_assert_str_eq(a->text[i], b->text[i]);
}

/* Both parts together are the whole, each in its order, and every class gives
 * its share but keeps a picture. */
START_TEST(split)
{
    static const double shares[] = {0, 0.001, 0.1, 0.25, 0.5, 0.99, 1};
    static struct names all, train, val;
    struct sink sink = {.folder = test_path("split")};
    struct ramp_dataset_options o = {.val_share = shares[_i], .seed = 5};
    size_t in_train = 0, in_val = 0;
    int n_val[4] = {0}, n_all[4] = {0};
    put_idx(&sink, &grey);
    list_of(&all, sink.folder, RAMP_TRAIN, NULL);
    list_of(&train, sink.folder, RAMP_TRAIN, &o);
    list_of(&val, sink.folder, RAMP_VAL, &o);
    ck_assert_uint_eq(train.n + val.n, all.n);
    for (size_t i = 0; i < all.n; i++) {
        bool here =
            in_val < val.n && strcmp(all.text[i], val.text[in_val]) == 0;
        const struct names *part = here ? &val : &train;
        size_t place = here ? in_val++ : in_train++;
        ck_assert_uint_lt(place, part->n);
        ck_assert_str_eq(part->text[place], all.text[i]);
        ck_assert_int_eq(part->labels[place], all.labels[i]);
        n_val[all.labels[i]] += here;
        n_all[all.labels[i]]++;
    }
    for (int c = 0; c < 4; c++) {
        int wanted = (int)round(shares[_i] * n_all[c]);
        ck_assert_int_eq(n_val[c], wanted < n_all[c] ? wanted : n_all[c] - 1);
    }
}
END_TEST

/* Which pictures of one class are drawn says nothing of another class. */
START_TEST(split_by_class)
{
    static struct names all, val;
    struct sample even = {
        .n_classes = 2, .n = {40}, .channels = 1, .height = 3, .width = 3};
    struct sink sink = {.folder = test_path("classes")};
    struct ramp_dataset_options o = {.val_share = 0.5, .seed = 5};
    uint64_t drawn[2] = {0};
    int n[2] = {0};
    put_folders(&sink, &even, false);
    list_of(&all, sink.folder, RAMP_TRAIN, NULL);
    list_of(&val, sink.folder, RAMP_VAL, &o);
    for (size_t i = 0, in_val = 0; i < all.n; i++) {
        bool here =
            in_val < val.n && strcmp(all.text[i], val.text[in_val]) == 0;
        drawn[all.labels[i]] |= (uint64_t)here << n[all.labels[i]]++;
        in_val += here;
    }
    ck_assert_int_eq(n[0], n[1]);
    ck_assert_uint_ne(drawn[0], drawn[1]);
}
END_TEST

/* max_train pictures of the training part, in its order, each class in
 * proportion, drawn by the seed; the other parts stay as they are. */
START_TEST(limit)
{
    static const size_t limits[] = {1, 7, 13, 20, 1000};
    static struct names all, val, some, other, val_again;
    struct sink sink = {.folder = test_path("limit")};
    struct ramp_dataset_options o = {.val_share = 0.25, .seed = 5};
    size_t max = limits[_i], place = 0;
    size_t n_all[4] = {0}, n_some[4] = {0};
    put_idx(&sink, &grey);
    list_of(&all, sink.folder, RAMP_TRAIN, &o);
    list_of(&val, sink.folder, RAMP_VAL, &o);
    o.max_train = max;
    list_of(&some, sink.folder, RAMP_TRAIN, &o);
    list_of(&val_again, sink.folder, RAMP_VAL, &o);
    check_equal_names(&val, &val_again);
    ck_assert_uint_eq(some.n, max < all.n ? max : all.n);
    for (size_t i = 0; i < all.n; i++) {
        bool here =
            place < some.n && strcmp(all.text[i], some.text[place]) == 0;
        n_all[all.labels[i]]++;
        n_some[all.labels[i]] += here;
        place += here;
    }
    ck_assert_uint_eq(place, some.n);
    for (int c = 0; c < 4; c++) {
        double fair = (double)(some.n * n_all[c]) / (double)all.n;
        ck_assert(fabs((double)n_some[c] - fair) < 1);
    }
    o.max_train = 7;
    o.seed = 6;
    o.val_share = 0;
    list_of(&some, sink.folder, RAMP_TRAIN, &o);
    o.seed = 7;
    list_of(&other, sink.folder, RAMP_TRAIN, &o);
    bool differ = false;
    for (size_t i = 0; i < some.n; i++)
        differ = differ || strcmp(some.text[i], other.text[i]) != 0;
    ck_assert(differ);
}
END_TEST

START_TEST(split_by_seed_alone)
{
    static struct names first, again;
    struct sink sink = {.folder = test_path("seeds")};
    struct ramp_dataset_options o = {.val_share = 0.2, .seed = 5};
    put_folders(&sink, &grey, false);
    list_of(&first, sink.folder, RAMP_VAL, &o);
    o.compute.n_threads = 1;
    o.cache_bytes = 1;
    list_of(&again, sink.folder, RAMP_VAL, &o);
    check_equal_names(&first, &again);
    struct sink tar = {.prefix = "x/"};
    sink_open(&tar, test_path("seeds.tar"), false, ARCHIVE_FILTER_NONE);
    put_folders(&tar, &grey, false);
    sink_close(&tar);
    o.cache_bytes = 0;
    list_of(&again, test_path("seeds.tar"), RAMP_VAL, &o);
    check_equal_names(&first, &again);
    o.seed = 6;
    list_of(&again, sink.folder, RAMP_VAL, &o);
    ck_assert_uint_eq(first.n, again.n);
    size_t equal = 0;
    for (size_t i = 0; i < first.n; i++)
        equal += strcmp(first.text[i], again.text[i]) == 0;
    ck_assert_uint_lt(equal, first.n);
    /* a bad picture leaves its part, and nobody else moves */
    char *bad = file_join(sink.folder, first.text[2]);
    write_bytes(bad, "bad", 3);
    mem_free(bad);
    o.seed = 5;
    o.skip_bad = true;
    list_of(&again, sink.folder, RAMP_VAL, &o);
    ck_assert_uint_eq(again.n, first.n - 1);
    ck_assert_str_eq(again.text[1], first.text[1]);
    ck_assert_str_eq(again.text[2], first.text[3]);
}
END_TEST

START_TEST(split_one_each) /* 74 */
{
    struct sample one = {
        .n_classes = 3, .n = {3, 0, 0}, .channels = 1, .height = 3, .width = 3};
    struct ramp_dataset_options o = {.val_share = 0.5};
    struct sink sink = {.folder = test_path("one-each")};
    put_folders(&sink, &one, true);
    struct ramp_dataset *data = open_good(sink.folder, &o);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 3);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_VAL), 0);
    ck_assert(!ramp_dataset_val_drawn(data));
    ramp_dataset_free(data);
}
END_TEST

/* ==== Shapes and the cache ==== */

/* Read everything and compare with what ramp_preprocess_fit makes of the
 * sample's own pictures. */
static void check_fitted(const struct ramp_dataset *data,
                         const struct sample *sample)
{
    static uint8_t native[1 << 16], expected[1 << 16], found[1 << 16];
    struct ramp_preprocess shape = {.channels = 0};
    ramp_dataset_shape(data, &shape);
    size_t n_bytes = (size_t)(shape.channels * shape.height * shape.width);
    for (int part = 0; part < RAMP_N_PARTS; part++)
        for (int i = 0; i < sample->n[part]; i++) {
            struct ramp_image image = {.width = sample->width,
                                       .height = sample->height,
                                       .channels = sample->channels,
                                       .pixels = native};
            sample_picture(sample, part, i, native);
            ck_assert_int_eq(
                ramp_preprocess_fit(expected, &shape, &image, NULL), RAMP_OK);
            ck_assert_int_eq(ramp_dataset_read(data, (enum ramp_part)part,
                                               (size_t)i, found, NULL),
                             RAMP_OK);
            ck_assert_mem_eq(found, expected, n_bytes);
        }
}

START_TEST(shapes)
{
    static const uint64_t caches[] = {0, 1, 20 * 3 * 9 * 7 + 1};
    struct sink idx = {.folder = test_path("shape-idx")};
    struct sink folders = {.folder = test_path("shape-folders")};
    struct ramp_dataset_options o = {
        .channels = 3, .height = 9, .width = 7, .fit = RAMP_FIT_LETTERBOX};
    put_idx(&idx, &grey);
    put_folders(&folders, &grey, true);
    for (int k = 0; k < 6; k++) {
        o.cache_bytes = caches[k / 2];
        o.compute.n_threads = 1 + k;
        struct ramp_dataset *data =
            open_good(k % 2 ? idx.folder : folders.folder, &o);
        struct ramp_preprocess shape;
        ramp_dataset_shape(data, &shape);
        ck_assert_int_eq(shape.channels, 3);
        ck_assert_int_eq(shape.height, 9);
        ck_assert_int_eq(shape.width, 7);
        ck_assert_int_eq((int)shape.fit, (int)RAMP_FIT_LETTERBOX);
        check_fitted(data, &grey);
        ramp_dataset_free(data);
    }
}
END_TEST

/* Equal pictures keep their shape up to 64x64. */
START_TEST(own_shape)
{
    static const int sides[][2] = {{64, 64}, {65, 8}, {8, 65}};
    struct sample one = {
        .n_classes = 2, .n = {4, 0, 0}, .channels = 1, .height = 8, .width = 8};
    one.height = sides[_i % 3][0];
    one.width = sides[_i % 3][1];
    char name[64];
    snprintf(name, sizeof name, "own-%d", _i);
    struct sink sink = {.folder = test_path(name)};
    if (_i < 3)
        put_idx(&sink, &one);
    else
        put_folders(&sink, &one, true);
    struct ramp_dataset *data = open_good(sink.folder, NULL);
    struct ramp_preprocess shape;
    ramp_dataset_shape(data, &shape);
    ck_assert_int_eq(shape.channels, _i % 3 == 0 ? 1 : 3);
    ck_assert_int_eq(shape.height, 64);
    ck_assert_int_eq(shape.width, 64);
    check_fitted(data, &one);
    ramp_dataset_free(data);
}
END_TEST

/* The one picture of another size is far behind the cache. */
START_TEST(one_differs)
{
    static struct blob blob;
    static uint8_t pixels[64], found[3 * 64 * 64];
    struct sink sink = {.folder = test_path("one-differs")};
    struct ramp_dataset_options o = {.cache_bytes = 10 * 30};
    struct ramp_preprocess shape;
    put_folders(&sink, &grey, false);
    struct ramp_dataset *data = open_good(sink.folder, &o);
    check_sample(data, &grey);
    ramp_dataset_free(data);
    make_pnm(&blob, 1, 8, 8, pixels);
    sink_put(&sink, "test/3/9999.pgm", blob.bytes, blob.n);
    data = open_good(sink.folder, &o);
    ramp_dataset_shape(data, &shape);
    ck_assert_int_eq(shape.channels, 3);
    ck_assert_int_eq(shape.width, 64);
    check_fitted(data, &grey);
    ck_assert_int_eq(ramp_dataset_read(data, RAMP_TEST, 8, found, NULL),
                     RAMP_OK);
    ck_assert_int_eq(found[100], 0);
    ramp_dataset_free(data);
}
END_TEST

/* A picture of another size ends the first look at the pictures; what that
 * look has found of a bad one must neither be lost nor stay. */
START_TEST(one_differs_one_is_bad)
{
    static struct blob blob;
    static uint8_t pixels[64], found[3 * 64 * 64];
    struct sink sink = {.folder = test_path("differs-and-bad")};
    struct ramp_dataset_options large = {.compute.n_threads = 1 + _i};
    struct ramp_dataset_options small = large, skip = large;
    small.cache_bytes = 300; /* of no picture */
    skip.skip_bad = true;
    put_folders(&sink, &grey, false);
    make_pnm(&blob, 1, 8, 8, pixels);
    sink_put(&sink, "test/3/9999.pgm", blob.bytes, blob.n);
    sink_put(&sink, "train/0/9999.pgm", blob.bytes, blob.n - 1);
    size_t n = (size_t)grey.n[RAMP_TRAIN], place = 0;
    for (int again = 0; again < 20; again++) {
        open_bad(sink.folder, &large, RAMP_DATA, "train/0/9999.pgm");
        struct ramp_dataset *data = open_good(sink.folder, &skip);
        ck_assert_uint_eq(ramp_dataset_n_skipped(data), 1);
        ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), n);
        ramp_dataset_free(data);
        data = open_good(sink.folder, &small);
        ck_assert_uint_eq(ramp_dataset_n_skipped(data), 0);
        ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), n + 1);
        while (ramp_dataset_label(data, RAMP_TRAIN, place + 1) == 0)
            place++;
        ck_assert_int_eq(
            ramp_dataset_read(data, RAMP_TRAIN, place, found, NULL), RAMP_DATA);
        ramp_dataset_free(data);
    }
}
END_TEST

/* ==== Figures over all pictures ==== */

START_TEST(measure)
{
    static uint8_t pixels[1 << 16];
    struct sample colour = {.n_classes = 2,
                            .n = {60, 0, 4},
                            .channels = 3,
                            .height = 7,
                            .width = 5};
    struct sink sink = {.folder = test_path("measure")};
    struct ramp_dataset_options o = {.val_share = 0.2};
    put_folders(&sink, &colour, true);
    for (int k = 0; k < 4; k++) {
        struct ramp_preprocess pre = {.channels = 0};
        double sum[3] = {0}, square[3] = {0}, n = 0;
        o.cache_bytes = k % 2 ? 500 : 0;
        o.compute.n_threads = 1 + k;
        struct ramp_dataset *data = open_good(sink.folder, &o);
        for (size_t i = 0; i < ramp_dataset_count(data, RAMP_TRAIN); i++) {
            ck_assert_int_eq(
                ramp_dataset_read(data, RAMP_TRAIN, i, pixels, NULL), RAMP_OK);
            n += 35;
            for (int p = 0; p < 105; p++) {
                sum[p % 3] += pixels[p] / 255.0;
                square[p % 3] += pixels[p] / 255.0 * pixels[p] / 255.0;
            }
        }
        ck_assert_int_eq(ramp_dataset_measure(data, &pre, NULL), RAMP_OK);
        for (int c = 0; c < 3; c++) {
            double mean = sum[c] / n, std = sqrt(square[c] / n - mean * mean);
            ck_assert_double_eq_tol((double)pre.mean[c], mean, 1e-6);
            ck_assert_double_eq_tol((double)pre.std[c], std, 1e-6);
        }
        ramp_dataset_free(data);
    }
}
END_TEST

START_TEST(measure_constant)
{
    static struct blob blob;
    static uint8_t pixels[9];
    struct sink sink = {.folder = test_path("constant")};
    struct ramp_preprocess pre;
    memset(pixels, 200, sizeof pixels);
    make_pnm(&blob, 1, 3, 3, pixels);
    sink_put(&sink, "a/1.pgm", blob.bytes, blob.n);
    sink_put(&sink, "a/2.pgm", blob.bytes, blob.n);
    sink_put(&sink, "b/1.pgm", blob.bytes, blob.n);
    struct ramp_dataset *data = open_good(sink.folder, NULL);
    ck_assert_int_eq(ramp_dataset_measure(data, &pre, NULL), RAMP_OK);
    ck_assert_double_eq_tol((double)pre.mean[0], 200 / 255.0, 1e-6);
    ck_assert(pre.std[0] == 0 && pre.mean[1] == 0 && pre.std[2] == 0);
    ramp_dataset_free(data);
}
END_TEST

/* Duplicates across parts, sizes, colours and bad files, with and without a
 * cache, skipping and not. */
START_TEST(inspect)
{
    static struct blob blob;
    static uint8_t pixels[3 * 100];
    char folder[64];
    snprintf(folder, sizeof folder, "inspect-%d", _i);
    struct sink sink = {.folder = test_path(folder)};
    struct ramp_dataset_options o = {.channels = 3, .height = 8, .width = 8};
    struct ramp_dataset_report report;
    struct sample small = {
        .n_classes = 2, .n = {6, 0, 4}, .channels = 3, .height = 9, .width = 4};
    o.cache_bytes = _i % 2 ? 1 : 0;
    o.skip_bad = _i / 2;
    put_folders(&sink, &small, true);
    make_pnm(&blob, 1, 10, 2, pixels);
    sink_put(&sink, "train/0/grey.pgm", blob.bytes, blob.n);
    sink_put(&sink, "train/1/grey.pgm", blob.bytes, blob.n); /* same part */
    sink_put(&sink, "test/0/grey.pgm", blob.bytes, blob.n);  /* crosses */
    sink_put(&sink, "test/1/grey.pgm", blob.bytes, blob.n);  /* crosses */
    make_pnm(&blob, 1, 2, 10, pixels);
    sink_put(&sink, "test/1/wide.pgm", blob.bytes, blob.n);
    bool bad = o.skip_bad || o.cache_bytes;
    if (bad) {
        sink_put(&sink, "test/1/bad1.png", "bad", 3);
        sink_put(&sink, "test/1/bad2.png", "bad", 3);
    }
    struct ramp_dataset *data = open_good(sink.folder, &o);
    ck_assert_uint_eq(ramp_dataset_n_skipped(data), o.skip_bad ? 2 : 0);
    ck_assert_int_eq(ramp_dataset_inspect(&report, data, NULL), RAMP_OK);
    ck_assert_int_eq(report.n_classes, 2);
    ck_assert_uint_eq(report.counts[2 * RAMP_TRAIN + 0], 4);
    ck_assert_uint_eq(report.counts[2 * RAMP_TRAIN + 1], 4);
    ck_assert_uint_eq(report.counts[2 * RAMP_VAL + 0], 0);
    ck_assert_uint_eq(report.counts[2 * RAMP_TEST + 0], 3);
    ck_assert_uint_eq(report.counts[2 * RAMP_TEST + 1], 4);
    ck_assert_uint_eq(report.n_bad, bad ? 2 : 0);
    if (bad) {
        ck_assert_ptr_nonnull(strstr(report.bad[0], "bad1.png"));
        ck_assert_ptr_nonnull(strstr(report.bad[1], "bad2.png"));
    }
    ck_assert_uint_eq(report.n_cross, 2);
    ck_assert_int_eq(report.min_width, 2);
    ck_assert_int_eq(report.max_width, 10);
    ck_assert_int_eq(report.min_height, 2);
    ck_assert_int_eq(report.max_height, 10);
    ck_assert_uint_eq(report.n_grey, 5);
    ck_assert_uint_eq(report.n_colour, 10);
    ramp_dataset_report_release(&report);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(inspect_idx)
{
    struct sink sink = {.folder = test_path("inspect-idx")};
    struct ramp_dataset_report report;
    static struct blob blob;
    put_idx(&sink, &grey);
    make_idx_images(&blob, &grey, RAMP_TEST);
    for (int k = 0; k < 3; k++)
        sample_picture(&grey, RAMP_TRAIN, 7 * k, blob.bytes + 16 + 30 * k);
    sink_put(&sink, "t10k-images-idx3-ubyte", blob.bytes, blob.n);
    struct ramp_dataset *data = open_good(sink.folder, NULL);
    ck_assert_int_eq(ramp_dataset_inspect(&report, data, NULL), RAMP_OK);
    ck_assert_uint_eq(report.n_cross, 3);
    ck_assert_uint_eq(report.n_bad, 0);
    ck_assert_uint_eq(report.n_grey, 98);
    ck_assert_int_eq(report.max_height, 6);
    ck_assert_uint_eq(report.counts[0], 23);
    ramp_dataset_report_release(&report);
    ramp_dataset_free(data);
}
END_TEST

/* More bad pictures than messages are kept. */
START_TEST(many_bad)
{
    struct sink sink = {.folder = test_path("many-bad")};
    struct ramp_dataset_options o = {.skip_bad = true, .cache_bytes = 100};
    struct ramp_dataset_report report;
    char name[64];
    put_folders(&sink, &grey, false);
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "train/1/bad%02d.png", i);
        sink_put(&sink, name, "bad", 3);
    }
    struct ramp_dataset *data = open_good(sink.folder, &o);
    ck_assert_uint_eq(ramp_dataset_n_skipped(data), 30);
    check_sample(data, &grey);
    ck_assert_int_eq(ramp_dataset_inspect(&report, data, NULL), RAMP_OK);
    ck_assert_uint_eq(report.n_bad, 30);
    ck_assert_ptr_nonnull(strstr(report.bad[19], "bad19.png"));
    ramp_dataset_report_release(&report);
    ramp_dataset_free(data);
}
END_TEST

/* ==== Lack of memory ==== */

/* Let one allocation after another fail: either nothing depended on it, or
 * the answer is RAMP_MEMORY, and nothing leaks (which the leak checker of the
 * sanitized build sees). */
static void fail_each(const char *path)
{
    struct ramp_dataset_options o = {.compute.n_threads = 1, .val_share = 0.2};
    for (size_t n = 1;; n++) {
        struct ramp_dataset *data;
        struct ramp_dataset_report report;
        struct ramp_error err = {.status = RAMP_OK};
        size_t before = mem_count();
        mem_fail_at(n, false);
        enum ramp_status status = ramp_dataset_open(&data, path, &o, &err);
        if (status == RAMP_OK)
            status = ramp_dataset_inspect(&report, data, &err);
        bool reached = mem_count() - before >= n;
        mem_fail_at(0, false);
        ck_assert_msg(status == RAMP_OK || status == RAMP_MEMORY, "%zu: %d %s",
                      n, (int)status, err.text);
        if (status == RAMP_OK)
            ramp_dataset_report_release(&report);
        ramp_dataset_free(data);
        if (!reached)
            break;
        ck_assert(status == RAMP_MEMORY);
    }
}

START_TEST(lack_of_memory)
{
    static const struct sample cifar = {.n_classes = 10,
                                        .n = {10, 0, 10},
                                        .channels = 3,
                                        .height = 32,
                                        .width = 32};
    struct sample few = {
        .n_classes = 2, .n = {4, 0, 2}, .channels = 1, .height = 3, .width = 3};
    struct sink sink = {.folder = test_path("lack"), .gz = true};
    switch (_i) {
    case 0: put_idx(&sink, &grey); break;
    case 1:
        sink.folder = test_path("lack-cifar");
        put_cifar(&sink, &cifar);
        break;
    case 2:
        sink.folder = test_path("lack-folder");
        sink.gz = false;
        put_folders(&sink, &few, true);
        break;
    default:
        sink = (struct sink){0};
        sink_open(&sink, test_path("lack-tar"), false, ARCHIVE_FILTER_GZIP);
        put_folders(&sink, &few, false);
        sink_close(&sink);
        break;
    }
    fail_each(_i == 3 ? test_path("lack-tar") : sink.folder);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("dataset");
    TCase *tc = tcase_create("dataset");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_test(tc, search);
    tcase_add_test(tc, short_names);
    tcase_add_test(tc, options);
    tcase_add_test(tc, fingerprints);
    tcase_add_loop_test(tc, split, 0, 7);
    tcase_add_loop_test(tc, limit, 0, 5);
    tcase_add_test(tc, split_by_seed_alone);
    tcase_add_test(tc, split_by_class);
    tcase_add_test(tc, split_one_each);
    tcase_add_test(tc, shapes);
    tcase_add_loop_test(tc, own_shape, 0, 6);
    tcase_add_test(tc, one_differs);
    tcase_add_loop_test(tc, one_differs_one_is_bad, 0, 2);
    tcase_add_test(tc, measure);
    tcase_add_test(tc, measure_constant);
    tcase_add_loop_test(tc, inspect, 0, 4);
    tcase_add_test(tc, inspect_idx);
    tcase_add_test(tc, many_bad);
    tcase_add_loop_test(tc, lack_of_memory, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
