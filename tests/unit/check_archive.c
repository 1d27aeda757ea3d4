/* check_archive.c - tar and zip archives: the same data in every wrapping, and
 * what is refused. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "data/dataset.h"

#include <locale.h>

static const struct sample small = {
    .n_classes = 3, .n = {12, 6, 3}, .channels = 3, .height = 5, .width = 7};
static const struct sample cifar = {.n_classes = 10,
                                    .n = {20, 0, 10},
                                    .channels = 3,
                                    .height = 32,
                                    .width = 32};

static const struct wrapping {
    const char *name;
    bool zip;
    int filter;
} wrappings[] = {
    {"x.tar", false, ARCHIVE_FILTER_NONE},
    {"x.tar.gz", false, ARCHIVE_FILTER_GZIP},
    {"x.tar.xz", false, ARCHIVE_FILTER_XZ},
    {"x.tar.bz2", false, ARCHIVE_FILTER_BZIP2},
    {"x.tar.zst", false, ARCHIVE_FILTER_ZSTD},
    {"x.zip", true, ARCHIVE_FILTER_NONE},
    {"x.dat", false, ARCHIVE_FILTER_XZ}, /* 54: not by its name */
};
enum { N_WRAPPINGS = sizeof wrappings / sizeof *wrappings };

/* ==== The same data ==== */

START_TEST(folders)
{
    const struct wrapping *w = &wrappings[_i % N_WRAPPINGS];
    static const char *const prefixes[] = {"", "./", "pets/", "./a b/"};
    struct sink plain = {.folder = test_path("plain")};
    put_folders(&plain, &small, true);
    struct ramp_dataset *folder = open_good(plain.folder, NULL);
    for (int k = 0; k < 4; k++) {
        struct sink sink = {.prefix = prefixes[k]};
        sink_open(&sink, test_path(w->name), w->zip, w->filter);
        put_folders(&sink, &small, true);
        sink_close(&sink);
        struct ramp_dataset *data = open_good(test_path(w->name), NULL);
        check_sample(data, &small);
        ck_assert_str_eq(ramp_dataset_kind(data),
                         w->zip ? "zip archive of class folders"
                                : "tar archive of class folders");
        ck_assert_str_eq(ramp_dataset_name(data), _i == 6 ? "x.dat" : "x");
        ck_assert_uint_eq(ramp_dataset_fingerprint(data),
                          ramp_dataset_fingerprint(folder));
        ramp_dataset_free(data);
    }
    ramp_dataset_free(folder);
}
END_TEST

START_TEST(idx_and_cifar) /* 63 */
{
    const struct wrapping *w = &wrappings[_i % N_WRAPPINGS];
    struct sink sink = {.prefix = "cifar-10-batches-bin/"};
    sink_open(&sink, test_path(w->name), w->zip, w->filter);
    put_cifar(&sink, &cifar);
    sink_close(&sink);
    struct ramp_dataset *data = open_good(test_path(w->name), NULL);
    check_sample(data, &cifar);
    ck_assert_str_eq(ramp_dataset_kind(data),
                     w->zip ? "zip archive of CIFAR-10 binary files"
                            : "tar archive of CIFAR-10 binary files");
    ramp_dataset_free(data);
    sink = (struct sink){.prefix = "./", .gz = _i % 2};
    sink_open(&sink, test_path(w->name), w->zip, w->filter);
    put_idx(&sink, &small);
    sink_close(&sink);
    data = open_good(test_path(w->name), NULL);
    check_sample(data, &small);
    ramp_dataset_free(data);
}
END_TEST

/* A cache too small for what is decoded: members stay compressed in memory. */
START_TEST(small_cache)
{
    struct sink sink = {0};
    struct ramp_dataset_options options = {
        .channels = 3, .height = 40, .width = 40};
    uint8_t few[4800], all[4800];
    sink_open(&sink, test_path("c.tar.gz"), false, ARCHIVE_FILTER_GZIP);
    put_folders(&sink, &small, true);
    sink_close(&sink);
    struct ramp_dataset *whole = open_good(test_path("c.tar.gz"), &options);
    options.cache_bytes = 40000;
    struct ramp_dataset *data = open_good(test_path("c.tar.gz"), &options);
    ck_assert(dataset_in_memory(whole));
    ck_assert_uint_eq(whole->tree.n_bytes, 0); /* no more needed */
    ck_assert_uint_gt(data->n_cached, 0);
    ck_assert_uint_le(data->n_cached * data->item_bytes + data->tree.n_bytes,
                      options.cache_bytes);
    for (size_t i = 0; i < 12; i++) {
        ck_assert_int_eq(ramp_dataset_read(data, RAMP_TRAIN, i, few, NULL),
                         RAMP_OK);
        ck_assert_int_eq(ramp_dataset_read(whole, RAMP_TRAIN, i, all, NULL),
                         RAMP_OK);
        ck_assert_mem_eq(few, all, sizeof few);
    }
    ramp_dataset_free(data);
    ramp_dataset_free(whole);
    options.cache_bytes = 10000;
    open_bad(test_path("c.tar.gz"), &options, RAMP_MEMORY,
             "; try unpacking it");
}
END_TEST

/* ==== Members ==== */

static void put_pnm(struct sink *sink, const char *name, int value)
{
    static struct blob blob;
    uint8_t pixels[16];
    memset(pixels, value, sizeof pixels);
    make_pnm(&blob, 1, 4, 4, pixels);
    sink_put(sink, name, blob.bytes, blob.n);
}

static void put_special(struct sink *sink, const char *path, unsigned type,
                        const char *target, bool hard)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0755);
    if (hard)
        archive_entry_set_hardlink(entry, target);
    else if (target)
        archive_entry_set_symlink(entry, target);
    ck_assert_int_eq(archive_write_header(sink->archive, entry), ARCHIVE_OK);
    archive_entry_free(entry);
}

static void begin(struct sink *sink, bool zip)
{
    sink_open(sink, test_path("m.tar"), zip, ARCHIVE_FILTER_NONE);
    put_pnm(sink, "cat/1.pgm", 10);
    put_pnm(sink, "dog/1.pgm", 20);
}

static int first_pixel(const struct ramp_dataset *data, size_t i)
{
    uint8_t pixels[16];
    ck_assert_int_eq(ramp_dataset_read(data, RAMP_TRAIN, i, pixels, NULL),
                     RAMP_OK);
    return pixels[0];
}

START_TEST(members)
{
    struct sink sink = {0};
    begin(&sink, false);
    put_pnm(&sink, "cat/1.pgm", 30);       /* the later one counts */
    put_pnm(&sink, "../fox/1.pgm", 40);    /* hidden */
    put_pnm(&sink, "cat/._1.pgm", 50);     /* hidden */
    put_pnm(&sink, "__MACOSX/1.pgm", 50);  /* hidden */
    put_pnm(&sink, "/dog//./2.pgm", 60);   /* dog/2.pgm */
    sink_put(&sink, "dog/readme", "x", 1); /* no picture */
    sink_close(&sink);
    struct ramp_dataset *data = open_good(test_path("m.tar"), NULL);
    ck_assert_int_eq(ramp_dataset_n_classes(data), 2);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 3);
    ck_assert_int_eq(first_pixel(data, 0), 30);
    ck_assert_int_eq(first_pixel(data, 1), 20);
    ck_assert_int_eq(first_pixel(data, 2), 60);
    ramp_dataset_free(data);
}
END_TEST

/* The same bytes as a folder of that name would have, in any locale. */
START_TEST(utf8_names)
{
    struct sink sink = {0};
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    begin(&sink, _i);
    put_pnm(&sink,
            "K\xc3\xbc"
            "che/1.pgm",
            70);
    sink_close(&sink);
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C"));
    struct ramp_dataset *data = open_good(test_path("m.tar"), NULL);
    ck_assert_int_eq(ramp_dataset_n_classes(data), 3);
    ck_assert_str_eq(ramp_dataset_class(data, 0), "K\xc3\xbc"
                                                  "che");
    ramp_dataset_free(data);
}
END_TEST

START_TEST(links)
{
    struct ramp_dataset_options skip = {.skip_bad = true};
    struct sink sink = {0};
    begin(&sink, false);
    put_special(&sink, "dog/4.pgm", AE_IFREG, "dog/1.pgm", true);
    sink_close(&sink);
    open_bad(test_path("m.tar"), NULL, RAMP_DATA,
             "m.tar/dog/4.pgm': expected a file, found a link; try unpacking");
    begin(&sink, false);
    put_special(&sink, "dog/3.pgm", AE_IFLNK, "1.pgm", false);
    put_special(&sink, "dog/4.pgm", AE_IFREG, "dog/1.pgm", true);
    put_special(&sink, "dog/5.pgm", AE_IFIFO, NULL, false);
    sink_close(&sink);
    open_bad(test_path("m.tar"), NULL, RAMP_DATA,
             "m.tar/dog/3.pgm': expected a file, found a link; try unpacking");
    struct ramp_dataset *data = open_good(test_path("m.tar"), &skip);
    ck_assert_uint_eq(ramp_dataset_n_skipped(data), 3);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 2);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(empty_class) /* 73 */
{
    struct sink sink = {0};
    begin(&sink, _i);
    put_special(&sink, "fox", AE_IFDIR, NULL, false);
    sink_close(&sink);
    open_bad(test_path("m.tar"), NULL, RAMP_DATA, "for class 'fox'");
}
END_TEST

/* ==== Damage ==== */

static struct blob file;

static void load(const char *path)
{
    blob_load(&file, path);
    ck_assert_uint_lt(file.n, sizeof file.bytes);
}

/* A cut shows everywhere, also between two members of a tar; only its last
 * block of zeros may be missing, and what fills up the last record. */
START_TEST(truncated)
{
    const struct wrapping *w = &wrappings[_i % N_WRAPPINGS];
    struct sample tiny = small;
    struct sink sink = {0};
    tiny.n[RAMP_VAL] = 0;
    sink_open(&sink, test_path(w->name), w->zip, w->filter);
    put_folders(&sink, &tiny, false);
    sink_close(&sink);
    load(test_path(w->name));
    size_t whole = file.n, step = whole / 97 + 1;
    bool plain = w->filter == ARCHIVE_FILTER_NONE && !w->zip;
    if (plain) { /* the zeros at its end; a member fills up its block */
        while (whole > 0 && file.bytes[whole - 1] == 0)
            whole--;
        whole = (whole + 511) / 512 * 512 + 512;
        step = 512 / 4;
    }
    for (size_t n = 0; n < whole; n += step) {
        struct ramp_dataset *data;
        struct ramp_dataset_options none = {.compute.n_threads = 1};
        struct ramp_error err = {.status = RAMP_OK};
        write_bytes(test_path("cut"), file.bytes, n);
        enum ramp_status status =
            ramp_dataset_open(&data, test_path("cut"), &none, &err);
        ck_assert_msg(status == RAMP_DATA, "%s: %zu of %zu bytes: %d %s",
                      w->name, n, whole, (int)status, err.text);
    }
}
END_TEST

/* One byte after another is changed: nothing worse than a refusal. */
START_TEST(flipped)
{
    static const int chosen[] = {0, 1, 5};
    const struct wrapping *w = &wrappings[chosen[_i]];
    struct sink sink = {0};
    struct sample tiny = {
        .n_classes = 2, .n = {2, 0, 1}, .channels = 1, .height = 3, .width = 3};
    sink_open(&sink, test_path(w->name), w->zip, w->filter);
    put_folders(&sink, &tiny, false);
    sink_close(&sink);
    load(test_path(w->name));
    size_t step = file.n / 300 + 1;
    for (size_t i = 0; i < file.n; i += step) {
        struct ramp_dataset *data;
        struct ramp_dataset_options none = {.compute.n_threads = 1};
        struct ramp_error err = {.status = RAMP_OK};
        file.bytes[i] ^= 0xff;
        write_bytes(test_path("flip"), file.bytes, file.n);
        file.bytes[i] ^= 0xff;
        enum ramp_status status =
            ramp_dataset_open(&data, test_path("flip"), &none, &err);
        ck_assert_msg(status == RAMP_OK || status == RAMP_DATA ||
                          status == RAMP_MEMORY,
                      "%d %s", (int)status, err.text);
        ramp_dataset_free(data);
    }
}
END_TEST

/* What neither tar nor libarchive would notice: a wrong checksum or length of
 * gz data, a wrong byte of a member that is stored in a zip. */
START_TEST(wrong_checksums)
{
    static const char *const says[] = {"damaged gz data (incorrect data check)",
                                       "damaged gz data (incorrect length"};
    struct sink sink = {.prefix = ""};
    sink_open(&sink, test_path("x.tar.gz"), false, ARCHIVE_FILTER_GZIP);
    put_idx(&sink, &small);
    sink_close(&sink);
    load(test_path("x.tar.gz"));
    for (size_t i = 0; i < 2; i++) {
        file.bytes[file.n - 8 + 4 * i] ^= 1;
        write_bytes(test_path("x.tar.gz"), file.bytes, file.n);
        file.bytes[file.n - 8 + 4 * i] ^= 1;
        open_bad(test_path("x.tar.gz"), NULL, RAMP_DATA, says[i]);
    }
    sink = (struct sink){.prefix = ""};
    sink_open(&sink, test_path("x.zip"), true, ARCHIVE_FILTER_NONE);
    ck_assert_int_eq(archive_write_zip_set_compression_store(sink.archive),
                     ARCHIVE_OK);
    put_idx(&sink, &small);
    sink_close(&sink);
    ramp_dataset_free(open_good(test_path("x.zip"), NULL));
    load(test_path("x.zip"));
    static const uint8_t head[] = {0, 0, 8, 4}; /* of the first pictures */
    size_t at = 0;
    while (at < file.n && memcmp(file.bytes + at, head, sizeof head) != 0)
        at++;
    file.bytes[at + 100] ^= 1;
    write_bytes(test_path("x.zip"), file.bytes, file.n);
    open_bad(test_path("x.zip"), NULL, RAMP_DATA, "ZIP bad CRC");
}
END_TEST

/* Headers of a zip that say less than there is: a member that is stored, and
 * one that comes in several pieces. */
START_TEST(longer_than_said)
{
    static uint8_t pixels[600 * 600];
    static struct blob blob;
    struct sink sink = {.prefix = ""};
    make_pnm(&blob, 1, _i ? 600 : 6, _i ? 600 : 6, pixels);
    sink_open(&sink, test_path("more.zip"), true, ARCHIVE_FILTER_NONE);
    if (_i == 0)
        ck_assert_int_eq(archive_write_zip_set_compression_store(sink.archive),
                         ARCHIVE_OK);
    sink_put(&sink, "cat/1.pgm", blob.bytes, blob.n);
    sink_put(&sink, "dog/1.pgm", blob.bytes, blob.n);
    sink_close(&sink);
    ramp_dataset_free(open_good(test_path("more.zip"), NULL));
    load(test_path("more.zip"));
    const uint8_t n[4] = {(uint8_t)blob.n, (uint8_t)(blob.n >> 8),
                          (uint8_t)(blob.n >> 16), 0};
    /* By one byte, and by more than libarchive inflates ahead. */
    uint8_t at = _i ? 2 : 0, less = _i ? 2 : 1;
    for (size_t i = 0; i + 28 < file.n; i++) {
        if (memcmp(file.bytes + i, "PK\3\4", 4) == 0 &&
            memcmp(file.bytes + i + 22, n, 4) == 0)
            file.bytes[i + 22 + at] -= less;
        if (memcmp(file.bytes + i, "PK\1\2", 4) == 0)
            file.bytes[i + 24 + at] -= less;
    }
    write_bytes(test_path("more.zip"), file.bytes, file.n);
    open_bad(test_path("more.zip"), NULL, RAMP_DATA, "bytes, found more");
}
END_TEST

/* A tar header that promises far more than there is: nothing is allocated for
 * it beyond the cache. */
START_TEST(huge_member)
{
    struct sink sink = {0};
    begin(&sink, false);
    sink_close(&sink);
    load(test_path("m.tar"));
    memcpy(file.bytes + 124, "77777777777", 11); /* 8 GiB - 1 */
    unsigned sum = 0;
    memset(file.bytes + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += file.bytes[i];
    snprintf((char *)file.bytes + 148, 8, "%06o", sum);
    write_bytes(test_path("huge.tar"), file.bytes, file.n);
    open_bad(test_path("huge.tar"), NULL, RAMP_MEMORY, "; try unpacking it");
}
END_TEST

START_TEST(not_archives)
{
    write_bytes(test_path("empty.tar"), "", 0);
    open_bad(test_path("empty.tar"), NULL, RAMP_DATA, "empty.tar");
    write_bytes(test_path("text.zip"), "PK or not PK", 12);
    open_bad(test_path("text.zip"), NULL, RAMP_DATA,
             "Unrecognized archive format");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("archive");
    TCase *tc = tcase_create("archive");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_loop_test(tc, folders, 0, N_WRAPPINGS);
    tcase_add_loop_test(tc, idx_and_cifar, 0, N_WRAPPINGS);
    tcase_add_test(tc, small_cache);
    tcase_add_test(tc, members);
    tcase_add_loop_test(tc, utf8_names, 0, 2);
    tcase_add_test(tc, links);
    tcase_add_loop_test(tc, empty_class, 0, 2);
    tcase_add_loop_test(tc, truncated, 0, N_WRAPPINGS);
    tcase_add_loop_test(tc, flipped, 0, 3);
    tcase_add_test(tc, wrong_checksums);
    tcase_add_loop_test(tc, longer_than_said, 0, 2);
    tcase_add_test(tc, huge_member);
    tcase_add_test(tc, not_archives);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
