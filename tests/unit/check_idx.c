/* check_idx.c - IDX files and gzip data: what is read, and everything that is
 * refused. The numbers of rows are those of the list of bad inputs that the
 * readers were written against. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "data/gz.h"
#include "data/idx.h"

static const struct sample sample = {
    .n_classes = 10, .n = {40, 0, 20}, .channels = 1, .height = 5, .width = 6};

static struct blob blob;

/* ==== Parsing ==== */

/* From a block of the very size, so that a sanitizer sees a read behind it. */
static enum ramp_status parse(struct idx *idx, bool images,
                              struct ramp_error *err)
{
    uint8_t *exact = malloc(blob.n ? blob.n : 1);
    memcpy(exact, blob.bytes, blob.n);
    enum ramp_status status = idx_parse(idx, exact, blob.n, images, "x", err);
    if (status == RAMP_OK)
        idx->values = blob.bytes + (idx->values - exact);
    free(exact);
    return status;
}

static void refused(bool images, const char *part_of_text)
{
    struct idx idx;
    struct ramp_error err = {.status = RAMP_OK};
    ck_assert_int_eq(parse(&idx, images, &err), RAMP_DATA);
    ck_assert_uint_eq(idx.n, 0);
    ck_assert_msg(strstr(err.text, part_of_text) != NULL, "'%s' is not in '%s'",
                  part_of_text, err.text);
}

START_TEST(parse_good)
{
    struct idx idx;
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    ck_assert_int_eq(parse(&idx, true, NULL), RAMP_OK);
    ck_assert_uint_eq(idx.n, 40);
    ck_assert_int_eq(idx.height, 5);
    ck_assert_int_eq(idx.width, 6);
    ck_assert_int_eq(idx.channels, 1);
    ck_assert_ptr_eq(idx.values, blob.bytes + 16);
    make_idx_labels(&blob, &sample, RAMP_TEST);
    ck_assert_int_eq(parse(&idx, false, NULL), RAMP_OK);
    ck_assert_uint_eq(idx.n, 20);
    ck_assert_ptr_eq(idx.values, blob.bytes + 8);
    idx_head(&blob, 4, (const int[]){2, 1, 2, 3});
    blob_add(&blob, "abcdefghijkl", 12);
    ck_assert_int_eq(parse(&idx, true, NULL), RAMP_OK);
    ck_assert_int_eq(idx.channels, 3);
}
END_TEST

START_TEST(parse_truncated)
{
    struct idx idx;
    for (int images = 0; images < 2; images++) {
        (images ? make_idx_images : make_idx_labels)(&blob, &sample, 0);
        for (size_t whole = blob.n; blob.n-- > 0;) {
            ck_assert_int_eq(parse(&idx, images, NULL), RAMP_DATA);
            ck_assert_uint_lt(blob.n, whole);
            if (blob.n == 0)
                break;
        }
    }
}
END_TEST

/* Headers as four bytes and up to four dimensions, with no data behind. */
static const struct bad_header {
    int row;
    uint32_t magic;
    int n_dims;
    uint32_t dims[4];
    const char *text;
} bad_headers[] = {
    {28, 0x803, 3, {60000, 28, 28}, "expected 47040016 bytes, found 16"},
    {29, 0x12345678, 3, {1, 1, 1}, "expected IDX pictures (0x00000803)"},
    {30, 0x03080000, 3, {1, 1, 1}, "little-endian"},
    {31, 0xd03, 3, {1, 1, 1}, "another type"},
    {32, 0x800, 0, {0}, "expected IDX pictures"},
    {33, 0x8ff, 3, {1, 1, 1}, "expected IDX pictures"},
    {34, 0x801, 1, {0}, "found IDX labels"},
    {36, 0x803, 3, {0, 28, 28}, "expected 1 to 2147483647 items, found 0"},
    {37, 0x803, 3, {0xffffffff, 28, 28}, "found 4294967295"},
    {37, 0x803, 3, {0x7fffffff, 28, 28}, "expected 1683627179264 bytes"},
    {38, 0x803, 3, {1, 0, 28}, "sides of 1 to 16384 pixels, found 0x28"},
    {39, 0x803, 3, {1, 65536, 65536}, "found 65536x65536"},
    {40, 0x804, 4, {0x7fffffff, 0xffffffff, 0xffffffff, 3}, "sides of 1 to"},
    {0, 0x804, 4, {1, 1, 1, 2}, "expected 1 or 3 channels, found 2"},
    {0, 0x804, 4, {1, 1, 1, 0}, "expected 1 or 3 channels, found 0"},
    {55, 0x3c21444f, 3, {1, 1, 1}, "found HTML or XML text"},
    {54, 0xfd377a58, 3, {1, 1, 1}, "found xz data"},
};

START_TEST(parse_bad_header)
{
    const struct bad_header *bad = &bad_headers[_i];
    blob.n = 0;
    blob_be32(&blob, bad->magic);
    for (int i = 0; i < bad->n_dims; i++)
        blob_be32(&blob, bad->dims[i]);
    refused(true, bad->text);
}
END_TEST

START_TEST(parse_bad_sizes)
{
    blob.n = 0;
    refused(true, "expected at least 4 bytes, found 0"); /* 26 */
    blob_add(&blob, "\0\0\x08", 3);
    refused(true, "expected at least 4 bytes, found 3"); /* 27 */
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    refused(false, "expected IDX labels (0x00000801), found IDX pictures");
    blob.n--;
    refused(true, "expected 1216 bytes, found 1215"); /* 41 */
    blob.n += 2;
    refused(true, "expected 1216 bytes, found 1217"); /* 42 */
}
END_TEST

START_TEST(parse_names)
{
    static const char *const good[] = {
        "train-images-idx3-ubyte",      "train-labels-idx1-ubyte.gz",
        "t10k-images.idx3-ubyte",       "test-labels.idx1-ubyte.gz",
        "validation-images-idx4-ubyte", "val-labels-idx1-ubyte"};
    static const char *const bad[] = {"train-images-idx1-ubyte",
                                      "train-labels-idx3-ubyte",
                                      "train-images-idx3-ubyte2",
                                      "train-images-idx3-ubyte.xz",
                                      "xtrain-images-idx3-ubyte",
                                      "train-images-idx3",
                                      "train-images",
                                      "-images-idx3-ubyte",
                                      "train-images-idx\0-ubyte",
                                      ".gz"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(idx_is_name(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!idx_is_name(bad[i]), "%s", bad[i]);
}
END_TEST

/* ==== gzip data ==== */

static enum ramp_status inflate_blob(const struct blob *packed, size_t max,
                                     size_t *n, struct ramp_error *err)
{
    uint8_t *out, *exact = malloc(packed->n ? packed->n : 1);
    memcpy(exact, packed->bytes, packed->n);
    enum ramp_status status =
        gz_inflate(&out, n, exact, packed->n, max, "x", err);
    if (status == RAMP_OK)
        ck_assert_mem_eq(out, blob.bytes, *n);
    else
        ck_assert_ptr_null(out);
    mem_free(out);
    free(exact);
    return status;
}

static void inflate_refused(const struct blob *packed, size_t max,
                            const char *part_of_text)
{
    size_t n;
    struct ramp_error err = {.status = RAMP_OK};
    ck_assert_int_eq(inflate_blob(packed, max, &n, &err), RAMP_DATA);
    ck_assert_msg(strstr(err.text, part_of_text) != NULL, "'%s' is not in '%s'",
                  part_of_text, err.text);
}

START_TEST(gz_good)
{
    static struct blob packed;
    size_t n;
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    packed.n = 0;
    gzip(&packed, blob.bytes, blob.n);
    ck_assert(gz_is(packed.bytes, packed.n));
    ck_assert(!gz_is(packed.bytes, 1));
    ck_assert_int_eq(inflate_blob(&packed, blob.n, &n, NULL), RAMP_OK);
    ck_assert_uint_eq(n, blob.n);
    /* 51: several members are one file, an empty one too */
    packed.n = 0;
    gzip(&packed, blob.bytes, 100);
    gzip(&packed, "", 0);
    gzip(&packed, blob.bytes + 100, blob.n - 100);
    ck_assert_int_eq(inflate_blob(&packed, blob.n, &n, NULL), RAMP_OK);
    ck_assert_uint_eq(n, blob.n);
}
END_TEST

START_TEST(gz_bad)
{
    static struct blob packed;
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    packed.n = 0;
    gzip(&packed, blob.bytes, blob.n);
    size_t whole = packed.n;
    for (packed.n = 0; packed.n < whole; packed.n++) /* 46 */
        inflate_refused(&packed, blob.n, "cut short");
    inflate_refused(&packed, blob.n - 1,
                    "expected at most 1215 bytes inflated, found more");
    blob_byte(&packed, 0); /* 50 */
    inflate_refused(&packed, blob.n, "found 1 bytes more");
    packed.n = whole;
    blob_add(&packed, "\x1f\x8b", 2);
    inflate_refused(&packed, blob.n, "cut short");
    packed.n = whole;
    packed.bytes[whole - 8] ^= 1; /* 47 */
    inflate_refused(&packed, blob.n, "incorrect data check");
    packed.bytes[whole - 8] ^= 1;
    packed.bytes[whole - 1] ^= 1; /* 48 */
    inflate_refused(&packed, blob.n, "incorrect length check");
    packed.bytes[whole - 1] ^= 1;
    packed.bytes[2] = 9;
    inflate_refused(&packed, blob.n, "unknown compression method");
}
END_TEST

START_TEST(gz_peek_some)
{
    static struct blob packed;
    uint8_t head[20];
    size_t n;
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    packed.n = 0;
    gzip(&packed, blob.bytes, blob.n);
    ck_assert_int_eq(gz_peek(&n, head, 20, packed.bytes, packed.n, NULL),
                     RAMP_OK);
    ck_assert_uint_eq(n, 20);
    ck_assert_mem_eq(head, blob.bytes, 20);
    ck_assert_int_eq(gz_peek(&n, head, 20, packed.bytes, 12, NULL), RAMP_OK);
    ck_assert_uint_lt(n, 20);
}
END_TEST

/* ==== A data set of IDX files ==== */

/* A good folder of its own for each test. */
static const char *good_folder(const char *name)
{
    struct sink sink = {.folder = test_path(name)};
    put_idx(&sink, &sample);
    return sink.folder;
}

/* Put the blob in the place of one file. */
static void replace(const char *folder, const char *name)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    write_bytes(path, blob.bytes, blob.n);
}

START_TEST(open_plain)
{
    struct ramp_dataset *data = open_good(good_folder("plain"), NULL);
    char buffer[64];
    check_sample(data, &sample);
    ck_assert_str_eq(ramp_dataset_kind(data), "IDX files");
    ck_assert_str_eq(ramp_dataset_name(data), "plain");
    ck_assert_str_eq(ramp_dataset_class(data, 9), "9");
    ck_assert(!ramp_dataset_val_drawn(data));
    ck_assert_str_eq(
        ramp_dataset_item_name(data, RAMP_TEST, 17, buffer, sizeof buffer),
        "test-images 17");
    ramp_dataset_free(data);
}
END_TEST

/* 51 to 53: whether a file is gz data is seen by its bytes alone. */
START_TEST(open_gz)
{
    struct sink sink = {.folder = test_path("gz"), .gz = true};
    put_idx(&sink, &sample);
    struct ramp_dataset *data = open_good(sink.folder, NULL);
    struct ramp_dataset *plain = open_good(good_folder("not-gz"), NULL);
    check_sample(data, &sample);
    ck_assert_uint_eq(ramp_dataset_fingerprint(data),
                      ramp_dataset_fingerprint(plain));
    ramp_dataset_free(data);
    ramp_dataset_free(plain);
    make_idx_labels(&blob, &sample, RAMP_TRAIN);
    replace(sink.folder, "train-labels-idx1-ubyte.gz"); /* raw, named .gz */
    make_idx_images(&blob, &sample, RAMP_TEST);
    static struct blob packed;
    gzip(&packed, blob.bytes, blob.n);
    blob = packed;
    replace(sink.folder, "t10k-images-idx3-ubyte"); /* gz without .gz */
    data = open_good(sink.folder, NULL);
    check_sample(data, &sample);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(open_fashion)
{
    struct ramp_dataset *data = open_good(good_folder("fashion-tiny"), NULL);
    ck_assert_str_eq(ramp_dataset_class(data, 0), "T-shirt/top");
    ck_assert_str_eq(ramp_dataset_class(data, 9), "Ankle boot");
    ramp_dataset_free(data);
}
END_TEST

START_TEST(open_colour_and_val)
{
    struct sample colour = {
        .n_classes = 3, .n = {9, 6, 3}, .channels = 3, .height = 4, .width = 7};
    struct sink sink = {.folder = test_path("colour"), .gz = true};
    struct ramp_dataset_options options = {.val_share = 0.5};
    put_idx(&sink, &colour);
    struct ramp_dataset *data = open_good(sink.folder, &options);
    check_sample(data, &colour);
    ck_assert(!ramp_dataset_val_drawn(data));
    ramp_dataset_free(data);
}
END_TEST

/* Every truncation of every file, plain and compressed. */
START_TEST(open_truncated)
{
    static struct blob whole;
    static const char *const names[] = {
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    const char *folder = good_folder("truncated");
    for (int k = 0; k < 8; k++) {
        make_idx_images(&whole, &sample, k % 4 / 2 * RAMP_TEST);
        if (k % 2)
            make_idx_labels(&whole, &sample, k % 4 / 2 * RAMP_TEST);
        static struct blob packed;
        packed.n = 0;
        gzip(&packed, whole.bytes, whole.n);
        blob = k < 4 ? whole : packed;
        size_t n = blob.n, step = n > 300 ? 13 : 1;
        for (blob.n = 0; blob.n < n; blob.n += step) {
            replace(folder, names[k % 4]);
            open_bad(folder, NULL, RAMP_DATA, names[k % 4]);
        }
        blob.n = n;
        replace(folder, names[k % 4]);
    }
    ramp_dataset_free(open_good(folder, NULL));
}
END_TEST

START_TEST(open_bad_pairs)
{
    const char *folder = good_folder("pairs");
    struct sample other = sample;
    other.n[RAMP_TEST]--;
    make_idx_labels(&blob, &other, RAMP_TEST); /* 43 */
    replace(folder, "t10k-labels-idx1-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected 20 labels as there are pictures, found 19");
    make_idx_labels(&blob, &sample, RAMP_TEST);
    replace(folder, "t10k-labels-idx1-ubyte");
    other = sample;
    other.height = other.width = 3;
    make_idx_images(&blob, &other, RAMP_TEST); /* 56 */
    replace(folder, "t10k-images-idx3-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected pictures of 1x5x6 as in the training part, found 1x3x3");
    char path[2048]; /* 57 */
    snprintf(path, sizeof path, "%s/t10k-images-idx3-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    open_bad(folder, NULL, RAMP_DATA,
             "cannot find 't10k-images-idx3-ubyte[.gz]' in");
    snprintf(path, sizeof path, "%s/t10k-labels-idx1-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    ramp_dataset_free(open_good(folder, NULL)); /* no test part */
    snprintf(path, sizeof path, "%s/train-labels-idx1-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    open_bad(folder, NULL, RAMP_DATA,
             "cannot find 'train-labels-idx1-ubyte[.gz]' in");
    folder = good_folder("test-only");
    snprintf(path, sizeof path, "%s/train-labels-idx1-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    open_bad(folder, NULL, RAMP_DATA,
             "cannot find 'train-images-idx3-ubyte[.gz]' in");
}
END_TEST

START_TEST(open_bad_labels)
{
    const char *folder = good_folder("mnist"); /* ten classes by its name */
    make_idx_labels(&blob, &sample, RAMP_TRAIN);
    blob.bytes[8 + 17] = 10; /* 44 */
    replace(folder, "train-labels-idx1-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected labels 0 to 9, found 10 as train-labels 17");
    folder = good_folder("labels");
    blob.bytes[8 + 17] = 255; /* 45 */
    replace(folder, "train-labels-idx1-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected labels 0 to 10 for 11 classes, found 255");
    memset(blob.bytes + 8, 0, 40); /* 72 */
    replace(folder, "train-labels-idx1-ubyte");
    open_bad(folder, NULL, RAMP_DATA, "expected at least 2 classes, found 1");
    make_idx_labels(&blob, &sample, RAMP_TRAIN);
    replace(folder, "train-labels-idx1-ubyte");
    make_idx_labels(&blob, &sample, RAMP_TEST);
    blob.bytes[8 + 3] = 10;
    replace(folder, "t10k-labels-idx1-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected labels 0 to 9, found 10 as test-labels 3");
}
END_TEST

/* 49: a header that promises 1 KB in front of 64 MB of zeros: refused without
 * inflating them, which the memory that is asked for tells. */
START_TEST(open_bomb)
{
    static uint8_t zeros[1 << 16];
    const char *folder = good_folder("bomb");
    z_stream stream = {0};
    make_idx_images(&blob, &sample, RAMP_TRAIN);
    static struct blob packed;
    ck_assert_int_eq(
        deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    stream.next_out = packed.bytes;
    stream.avail_out = sizeof packed.bytes;
    stream.next_in = blob.bytes;
    stream.avail_in = (uInt)blob.n;
    ck_assert_int_eq(deflate(&stream, Z_NO_FLUSH), Z_OK);
    for (int i = 0; i < 1024; i++) {
        stream.next_in = zeros;
        stream.avail_in = sizeof zeros;
        ck_assert_int_eq(deflate(&stream, i < 1023 ? Z_NO_FLUSH : Z_FINISH),
                         i < 1023 ? Z_OK : Z_STREAM_END);
    }
    packed.n = stream.total_out;
    deflateEnd(&stream);
    blob = packed;
    replace(folder, "train-images-idx3-ubyte");
    open_bad(folder, NULL, RAMP_DATA,
             "expected at most 1216 bytes inflated, found more");
}
END_TEST

/* 68, 69, 80: what stands where a file should. */
START_TEST(open_not_files)
{
    const char *folder = good_folder("not-files");
    char path[2048];
    snprintf(path, sizeof path, "%s/t10k-labels-idx1-ubyte", folder);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    open_bad(folder, NULL, RAMP_DATA, "found a special file");
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    open_bad(folder, NULL, RAMP_DATA, "cannot find 't10k-labels-idx1-ubyte");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("idx");
    TCase *tc = tcase_create("idx");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_test(tc, parse_good);
    tcase_add_test(tc, parse_truncated);
    tcase_add_loop_test(tc, parse_bad_header, 0,
                        sizeof bad_headers / sizeof *bad_headers);
    tcase_add_test(tc, parse_bad_sizes);
    tcase_add_test(tc, parse_names);
    tcase_add_test(tc, gz_good);
    tcase_add_test(tc, gz_bad);
    tcase_add_test(tc, gz_peek_some);
    tcase_add_test(tc, open_plain);
    tcase_add_test(tc, open_gz);
    tcase_add_test(tc, open_fashion);
    tcase_add_test(tc, open_colour_and_val);
    tcase_add_test(tc, open_truncated);
    tcase_add_test(tc, open_bad_pairs);
    tcase_add_test(tc, open_bad_labels);
    tcase_add_test(tc, open_bomb);
    tcase_add_test(tc, open_not_files);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
