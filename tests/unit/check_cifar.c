/* check_cifar.c - CIFAR's binary files: what is read, and what is refused. The
 * numbers of rows are those of the list of bad inputs that the reader was
 * written against. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "data/cifar.h"

static const struct sample sample = {.n_classes = 10,
                                     .n = {20, 0, 10},
                                     .channels = 3,
                                     .height = 32,
                                     .width = 32};

static struct blob blob;

/* ==== Parsing ==== */

static enum ramp_status parse(int n_classes, uint8_t *labels,
                              struct ramp_error *err)
{
    uint8_t *exact = malloc(blob.n ? blob.n : 1);
    uint8_t *pixels = malloc(blob.n + CIFAR_PIXELS);
    size_t n;
    memcpy(exact, blob.bytes, blob.n);
    enum ramp_status counted =
        cifar_count(&n, exact, blob.n, n_classes, "x", NULL);
    enum ramp_status status =
        cifar_parse(pixels, labels, exact, blob.n, n_classes, "x", err);
    if (status == RAMP_OK)
        ck_assert_uint_eq(n, blob.n / (n_classes == 10 ? 3073 : 3074));
    else
        ck_assert(counted == RAMP_OK || n == 0);
    for (size_t i = 0; status == RAMP_OK && i < n; i++) {
        static uint8_t expected[CIFAR_PIXELS];
        sample_picture(&sample, RAMP_TRAIN, (int)i, expected);
        ck_assert_mem_eq(pixels + i * CIFAR_PIXELS, expected, CIFAR_PIXELS);
    }
    free(exact);
    free(pixels);
    return status;
}

static void refused(int n_classes, const char *part_of_text)
{
    uint8_t labels[64];
    struct ramp_error err = {.status = RAMP_OK};
    ck_assert_int_eq(parse(n_classes, labels, &err), RAMP_DATA);
    ck_assert_msg(strstr(err.text, part_of_text) != NULL, "'%s' is not in '%s'",
                  part_of_text, err.text);
}

/* Give each record a coarse label in front, as CIFAR-100 has it. */
static void make_cifar_100(int n, unsigned coarse, unsigned fine_step)
{
    static struct blob ten;
    make_cifar(&ten, &sample, RAMP_TRAIN, 0, n);
    blob.n = 0;
    for (int i = 0; i < n; i++) {
        blob_byte(&blob, coarse);
        blob_byte(&blob, (unsigned)i * fine_step);
        blob_add(&blob, ten.bytes + 3073 * i + 1, CIFAR_PIXELS);
    }
}

START_TEST(parse_good)
{
    uint8_t labels[64];
    make_cifar(&blob, &sample, RAMP_TRAIN, 0, 20);
    ck_assert_int_eq(parse(10, labels, NULL), RAMP_OK);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(labels[i], i / 2);
    make_cifar_100(5, 19, 24);
    ck_assert_int_eq(parse(100, labels, NULL), RAMP_OK);
    ck_assert_int_eq(labels[4], 96);
}
END_TEST

START_TEST(parse_bad)
{
    make_cifar(&blob, &sample, RAMP_TRAIN, 0, 3);
    blob.n--; /* 58 */
    refused(10, "expected a multiple of 3073 bytes, found 9218");
    blob.n = 0; /* 59 */
    refused(10, "expected a multiple of 3073 bytes, found 0");
    make_cifar(&blob, &sample, RAMP_TRAIN, 0, 3);
    blob.bytes[2 * 3073] = 10; /* 60 */
    refused(10, "expected labels 0 to 9, found 10 in record 2");
    make_cifar_100(3, 0, 1); /* 61 */
    refused(10, "expected a multiple of 3073 bytes, found 9222 (CIFAR-100?)");
    blob.bytes[3074 + 1] = 100; /* 62 */
    refused(100, "expected labels 0 to 99, found 100 in record 1");
    make_cifar(&blob, &sample, RAMP_TRAIN, 0, 3);
    refused(100, "(CIFAR-10?)");
    memcpy(blob.bytes, "\x80\x02}q\x01", 5); /* 64 */
    blob.n = 5000;
    refused(10, "found 5000 of a Python pickle; try the binary version");
}
END_TEST

START_TEST(parse_truncated)
{
    uint8_t labels[64];
    make_cifar_100(2, 0, 1);
    while (blob.n-- > 0) {
        bool whole = blob.n == 3074;
        ck_assert_int_eq(parse(100, labels, NULL), whole ? RAMP_OK : RAMP_DATA);
        if (blob.n == 0)
            break;
    }
}
END_TEST

/* ==== A data set ==== */

static const char *good_folder(const char *name, bool gz)
{
    struct sink sink = {.folder = test_path(name), .gz = gz};
    put_cifar(&sink, &sample);
    return sink.folder;
}

static void replace(const char *folder, const char *name, const void *bytes,
                    size_t n)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    write_bytes(path, bytes, n);
}

static void take_away(const char *folder, const char *name)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(remove(path), 0);
}

START_TEST(open_ten)
{
    struct ramp_dataset *data = open_good(good_folder("ten", false), NULL);
    struct ramp_dataset *gz = open_good(good_folder("gz", true), NULL);
    char buffer[64];
    check_sample(data, &sample);
    check_sample(gz, &sample);
    ck_assert_str_eq(ramp_dataset_kind(data), "CIFAR-10 binary files");
    ck_assert_str_eq(
        ramp_dataset_item_name(data, RAMP_TRAIN, 7, buffer, sizeof buffer),
        "train-images 7");
    ck_assert_uint_eq(ramp_dataset_fingerprint(data),
                      ramp_dataset_fingerprint(gz));
    ramp_dataset_free(data);
    ramp_dataset_free(gz);
}
END_TEST

START_TEST(open_hundred)
{
    const char *folder = test_path("hundred");
    static char names[2048];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "class %02d\r\n", i);
    replace(folder, "fine_label_names.txt", names, n);
    make_cifar_100(20, 3, 5);
    replace(folder, "train.bin", blob.bytes, blob.n);
    struct ramp_dataset *data = open_good(folder, NULL); /* without a test */
    ck_assert_str_eq(ramp_dataset_kind(data), "CIFAR-100 binary files");
    ck_assert_int_eq(ramp_dataset_n_classes(data), 100);
    ck_assert_str_eq(ramp_dataset_class(data, 95), "class 95");
    ck_assert_int_eq(ramp_dataset_label(data, RAMP_TRAIN, 19), 95);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TEST), 0);
    ramp_dataset_free(data);
    replace(folder, "test.bin", blob.bytes, 3073);
    open_bad(folder, NULL, RAMP_DATA, "multiple of 3074 bytes, found 3073");
}
END_TEST

START_TEST(open_incomplete)
{
    const char *folder = good_folder("incomplete", false);
    take_away(folder, "data_batch_3.bin"); /* 65 */
    open_bad(folder, NULL, RAMP_DATA, "cannot find 'data_batch_3.bin' in");
    folder = good_folder("nameless", false);
    take_away(folder, "batches.meta.txt");
    open_bad(folder, NULL, RAMP_DATA, "cannot find 'batches.meta.txt' in");
}
END_TEST

START_TEST(open_bad_names)
{
    const char *folder = good_folder("names", false);
    static const char nine[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\n"; /* 66 */
    static const char eleven[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk";
    static const char comma[] = "a\nb,b\nc\nd\ne\nf\ng\nh\ni\nj";
    static const char hole[] = "a\n\nc\nd\ne\nf\ng\nh\ni\nj";
    replace(folder, "batches.meta.txt", nine, sizeof nine - 1);
    open_bad(folder, NULL, RAMP_DATA, "expected 10 names, found 9");
    replace(folder, "batches.meta.txt", eleven, sizeof eleven - 1);
    open_bad(folder, NULL, RAMP_DATA, "expected 10 names, found 11");
    replace(folder, "batches.meta.txt", comma, sizeof comma - 1);
    open_bad(folder, NULL, RAMP_DATA, "cannot use the class name 'b,b'");
    replace(folder, "batches.meta.txt", hole, sizeof hole - 1);
    open_bad(folder, NULL, RAMP_DATA, "cannot use the class name ''");
    replace(folder, "batches.meta.txt", "", 0);
    open_bad(folder, NULL, RAMP_DATA, "expected 10 names, found 0");
}
END_TEST

START_TEST(open_pickle) /* 64 */
{
    const char *folder = test_path("pickle");
    replace(folder, "data_batch_1", "\x80\x02}q\x01", 5);
    open_bad(folder, NULL, RAMP_DATA, "the Python version of CIFAR-10");
}
END_TEST

/* gz data that go on behind what CIFAR's largest file has. */
START_TEST(open_bomb)
{
    const char *folder = good_folder("bomb", false);
    static uint8_t zeros[1 << 16];
    static struct blob packed;
    z_stream stream = {0};
    ck_assert_int_eq(
        deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    stream.next_out = packed.bytes;
    stream.avail_out = sizeof packed.bytes;
    for (int i = 0; i < 3000; i++) { /* 197 MB */
        stream.next_in = zeros;
        stream.avail_in = sizeof zeros;
        ck_assert_int_eq(deflate(&stream, i < 2999 ? Z_NO_FLUSH : Z_FINISH),
                         i < 2999 ? Z_OK : Z_STREAM_END);
    }
    packed.n = stream.total_out;
    deflateEnd(&stream);
    take_away(folder, "data_batch_1.bin");
    replace(folder, "data_batch_1.bin.gz", packed.bytes, packed.n);
    open_bad(folder, NULL, RAMP_DATA, "bytes inflated, found more");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("cifar");
    TCase *tc = tcase_create("cifar");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_test(tc, parse_good);
    tcase_add_test(tc, parse_bad);
    tcase_add_test(tc, parse_truncated);
    tcase_add_test(tc, open_ten);
    tcase_add_test(tc, open_hundred);
    tcase_add_test(tc, open_incomplete);
    tcase_add_test(tc, open_bad_names);
    tcase_add_test(tc, open_pickle);
    tcase_add_test(tc, open_bomb);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
