/* check_folder.c - folders of class folders: what counts as a picture, a class
 * and a part, and what is refused. The numbers of rows are those of the list of
 * bad inputs that the reader was written against. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "data/tree.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const struct sample sample = {
    .n_classes = 3, .n = {12, 6, 3}, .channels = 3, .height = 5, .width = 7};

/* ==== Making one ==== */

static void put_file(const char *folder, const char *name, const void *bytes,
                     size_t n)
{
    char *path = file_join(folder, name);
    write_bytes(path, bytes, n);
    mem_free(path);
}

/* A grey picture of one value. */
static void put_picture(const char *folder, const char *name, int value,
                        int side)
{
    static struct blob blob;
    static uint8_t pixels[128 * 128];
    memset(pixels, value, sizeof pixels);
    make_pnm(&blob, 1, side, side, pixels);
    put_file(folder, name, blob.bytes, blob.n);
}

static void put_folder(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    ck_assert_int_eq(file_make_folder(path, NULL), RAMP_OK);
    mem_free(path);
}

static void put_link(const char *folder, const char *name, const char *target)
{
    char *path = file_join(folder, name);
    ck_assert_int_eq(symlink(target, path), 0);
    mem_free(path);
}

/* Two flat classes with two pictures each. */
static const char *two_classes(const char *name)
{
    const char *folder = test_path(name);
    put_picture(folder, "cat/1.pgm", 10, 8);
    put_picture(folder, "cat/2.pgm", 20, 8);
    put_picture(folder, "dog/1.pgm", 30, 8);
    put_picture(folder, "dog/2.pgm", 40, 8);
    return folder;
}

/* The first pixel of a picture, by its relative name; -1: there is none. */
static int pixel_of(const struct ramp_dataset *data, enum ramp_part part,
                    const char *name, int *label)
{
    static uint8_t pixels[3 * 64 * 64];
    for (size_t i = 0; i < ramp_dataset_count(data, part); i++) {
        char buffer[8];
        if (strcmp(ramp_dataset_item_name(data, part, i, buffer, sizeof buffer),
                   name) != 0)
            continue;
        ck_assert_int_eq(ramp_dataset_read(data, part, i, pixels, NULL),
                         RAMP_OK);
        *label = ramp_dataset_label(data, part, i);
        return pixels[0];
    }
    return -1;
}

/* ==== What is read ==== */

START_TEST(parts)
{
    struct sink sink = {.folder = test_path(_i ? "parts-png" : "parts-pnm")};
    put_folders(&sink, &sample, _i);
    struct ramp_dataset *data = open_good(sink.folder, NULL);
    check_sample(data, &sample);
    ck_assert_str_eq(ramp_dataset_kind(data), "class folders");
    ck_assert_str_eq(ramp_dataset_class(data, 2), "2");
    ramp_dataset_free(data);
}
END_TEST

START_TEST(valid_is_val)
{
    static const char *const words[] = {"val", "valid", "validation"};
    const char *folder = test_path(words[_i]);
    char name[64];
    put_picture(folder, "train/a/1.pgm", 1, 8);
    put_picture(folder, "train/b/1.pgm", 2, 8);
    snprintf(name, sizeof name, "%s/b/7.pgm", words[_i]);
    put_picture(folder, name, 3, 8);
    struct ramp_dataset *data = open_good(folder, NULL);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_VAL), 1);
    ck_assert_int_eq(ramp_dataset_label(data, RAMP_VAL, 0), 1);
    ramp_dataset_free(data);
}
END_TEST

/* What is passed over, what counts, and whose class it is. */
START_TEST(what_counts)
{
    const char *folder = two_classes("names");
    int label;
    put_file(folder, "cat/Thumbs.db", "x", 1);
    put_file(folder, "cat/.hidden.pgm", "x", 1);
    put_file(folder, "dog/notes.txt", "x", 1);
    put_file(folder, "readme.md", "x", 1);
    put_file(folder, ".git/a/x.png", "x", 1);
    put_file(folder, "__MACOSX/cat/x.png", "x", 1);
    put_picture(folder, "dog/poodle/black/1.PGM", 50, 8); /* 88 */
    put_picture(folder, "dog!/1.pnm", 60, 8); /* before "dog/" by bytes */
    put_picture(folder,
                "K\xc3\xbc"
                "che/1.pgm",
                70, 8);
    struct ramp_dataset *data = open_good(folder, NULL);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 7);
    ck_assert_int_eq(ramp_dataset_n_classes(data), 4);
    ck_assert_str_eq(ramp_dataset_class(data, 0), "K\xc3\xbc"
                                                  "che");
    ck_assert_str_eq(ramp_dataset_class(data, 1), "cat");
    ck_assert_str_eq(ramp_dataset_class(data, 2), "dog");
    ck_assert_str_eq(ramp_dataset_class(data, 3), "dog!");
    ck_assert_int_eq(
        pixel_of(data, RAMP_TRAIN, "dog/poodle/black/1.PGM", &label), 50);
    ck_assert_int_eq(label, 2);
    ck_assert_int_eq(pixel_of(data, RAMP_TRAIN, "dog!/1.pnm", &label), 60);
    ck_assert_int_eq(label, 3);
    ramp_dataset_free(data);
}
END_TEST

/* One folder around everything is passed over; a class "train" among others
 * is a class. */
START_TEST(layouts)
{
    const char *folder = test_path("around");
    put_picture(folder, "pets/cat/1.pgm", 1, 8);
    put_picture(folder, "pets/dog/1.pgm", 2, 8);
    put_file(folder, "readme.txt", "x", 1);
    struct ramp_dataset *data = open_good(folder, NULL);
    char buffer[8];
    ck_assert_int_eq(ramp_dataset_n_classes(data), 2);
    ck_assert_str_eq(
        ramp_dataset_item_name(data, RAMP_TRAIN, 1, buffer, sizeof buffer),
        "dog/1.pgm");
    ramp_dataset_free(data);
    folder = test_path("vehicles");
    put_picture(folder, "bus/1.pgm", 1, 8);
    put_picture(folder, "train/1.pgm", 2, 8);
    data = open_good(folder, NULL);
    ck_assert_int_eq(ramp_dataset_n_classes(data), 2);
    ck_assert_str_eq(ramp_dataset_class(data, 1), "train");
    ramp_dataset_free(data);
    /* beside parts, other folders and pictures do not count */
    folder = test_path("beside");
    put_picture(folder, "train/cat/1.pgm", 1, 8);
    put_picture(folder, "train/dog/1.pgm", 2, 8);
    put_picture(folder, "extra/cat/1.pgm", 3, 8);
    put_picture(folder, "cover.pgm", 3, 8);
    data = open_good(folder, NULL);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 2);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(links)
{
    const char *folder = two_classes("links");
    int label;
    put_link(folder, "cat/3.pgm", "../dog/1.pgm");
    put_picture(test_root, "elsewhere/9.pgm", 90, 8);
    put_link(folder, "fox", "../elsewhere");
    struct ramp_dataset *data = open_good(folder, NULL);
    ck_assert_int_eq(pixel_of(data, RAMP_TRAIN, "cat/3.pgm", &label), 30);
    ck_assert_int_eq(label, 0);
    ck_assert_int_eq(pixel_of(data, RAMP_TRAIN, "fox/9.pgm", &label), 90);
    ck_assert_int_eq(label, 2);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(mixed_sizes) /* 87 */
{
    const char *folder = two_classes("mixed");
    struct ramp_preprocess shape;
    struct ramp_dataset *data = open_good(folder, NULL);
    ramp_dataset_shape(data, &shape);
    ck_assert_int_eq(shape.channels, 1);
    ck_assert_int_eq(shape.width, 8);
    ramp_dataset_free(data);
    put_picture(folder, "dog/3.pgm", 50, 9);
    data = open_good(folder, NULL);
    ramp_dataset_shape(data, &shape);
    ck_assert_int_eq(shape.channels, 3);
    ck_assert_int_eq(shape.height, 64);
    ck_assert_int_eq(shape.width, 64);
    ramp_dataset_free(data);
}
END_TEST

/* ==== What is refused ==== */

START_TEST(nothing_there)
{
    const char *folder = test_path("nothing");
    open_bad(folder, NULL, RAMP_DATA, "cannot find data set"); /* 67 */
    open_bad("", NULL, RAMP_DATA, "cannot find data set ''");  /* 21 */
    put_file(folder, "text", "no archive", 10);
    char *path = file_join(folder, "text"); /* 68 */
    open_bad(path, NULL, RAMP_DATA, "Unrecognized archive format");
    open_bad(folder, NULL, RAMP_DATA, /* 70 */
             "expected class folders, IDX or CIFAR files");
    open_bad("/dev/null", NULL, RAMP_DATA, "found a special file");
    mem_free(path);
    char *longest = malloc(10000); /* 22 */
    memset(longest, 'x', 9999);
    longest[9999] = 0;
    open_bad(longest, NULL, RAMP_DATA, "cannot find data set 'xxx");
    free(longest);
}
END_TEST

START_TEST(no_classes)
{
    const char *folder = test_path("loose"); /* 71 */
    put_picture(folder, "1.pgm", 1, 8);
    put_picture(folder, "2.pgm", 1, 8);
    open_bad(folder, NULL, RAMP_DATA,
             "expected pictures in class folders, found '1.pgm' outside");
    folder = two_classes("stray");
    put_picture(folder, "a.pgm", 1, 8);
    open_bad(folder, NULL, RAMP_DATA, "found 'a.pgm' outside");
    folder = test_path("one"); /* 72 */
    put_picture(folder, "cat/1.pgm", 1, 8);
    open_bad(folder, NULL, RAMP_DATA, "expected at least 2 classes, found 1");
    folder = two_classes("empty-class"); /* 73 */
    put_folder(folder, "fox");
    open_bad(folder, NULL, RAMP_DATA,
             "no pictures (png, jpg, bmp, pnm) for "
             "class 'fox'");
    put_file(folder, "fox/.x.png", "x", 1); /* 75 */
    put_file(folder, "fox/Thumbs.db", "x", 1);
    open_bad(folder, NULL, RAMP_DATA, "class 'fox'");
    folder = test_path("unlabelled");
    put_picture(folder, "train/cat/1.pgm", 1, 8);
    put_picture(folder, "train/dog/1.pgm", 1, 8);
    put_picture(folder, "test/1.pgm", 1, 8);
    open_bad(folder, NULL, RAMP_DATA, "found 'test/1.pgm' outside");
}
END_TEST

START_TEST(other_test_classes) /* 89 */
{
    const char *folder = test_path("differ");
    put_picture(folder, "train/cat/1.pgm", 1, 8);
    put_picture(folder, "train/dog/1.pgm", 2, 8);
    put_picture(folder, "test/dog/1.pgm", 3, 8);
    struct ramp_dataset *data = open_good(folder, NULL); /* one may lack */
    ck_assert_int_eq(ramp_dataset_label(data, RAMP_TEST, 0), 1);
    ramp_dataset_free(data);
    put_picture(folder, "test/Dog/1.pgm", 3, 8);
    open_bad(folder, NULL, RAMP_DATA,
             "expected the class folders of 'train', found 'test/Dog/1.pgm'");
}
END_TEST

START_TEST(bad_class_names) /* 85 */
{
    static const char *const names[][2] = {{"a,b", "'a,b'"},
                                           {"a\tb", "'a\\tb'"},
                                           {"a\nb", "'a\\nb'"},
                                           {"a\x7f", "'a\\x7f'"},
                                           {"\xff", "'\\xff'"}};
    char folder_name[64], name[64];
    snprintf(folder_name, sizeof folder_name, "bad-name-%d", _i);
    const char *folder = two_classes(folder_name);
    snprintf(name, sizeof name, "%s/1.pgm", names[_i][0]);
    put_picture(folder, name, 1, 8);
    open_bad(folder, NULL, RAMP_DATA, names[_i][1]);
}
END_TEST

START_TEST(loops_and_depth)
{
    const char *folder = two_classes("loop"); /* 79 */
    put_link(folder, "cat/again", "..");
    open_bad(folder, NULL, RAMP_DATA, "the folder contains itself");
    folder = two_classes("deep");
    put_picture(folder, "cat/3/4/5/6/7/8/9/10/11/12/13/14/15/16/x.pgm", 1, 8);
    ramp_dataset_free(open_good(folder, NULL));
    put_picture(folder, "cat/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/x.pgm", 1,
                8);
    open_bad(folder, NULL, RAMP_DATA,
             "expected at most 16 folders inside each other");
}
END_TEST

/* 22: folders inside each other until a path has no room for one more. The last
 * file can only be made from the folder that it lies in. */
START_TEST(long_paths)
{
    char name[255], *folder = mem_strdup(test_path("long"));
    memset(name, 'x', 250);
    memcpy(name + 250, ".pgm", 5);
    for (int i = 0; i < 2; i++) {
        char *inner = file_join(folder, name);
        mem_free(folder);
        folder = inner;
    }
    put_folder(folder, "cat");
    size_t length = strlen(folder);
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    for (; length + 255 < TREE_PATH_BYTES; length += 255) {
        ck_assert_int_eq(mkdirat(at, name, 0755), 0);
        int inner = openat(at, name, O_RDONLY | O_DIRECTORY);
        close(at);
        at = inner;
    }
    close(openat(at, name, O_WRONLY | O_CREAT, 0644));
    open_bad(folder, NULL, RAMP_DATA, "expected paths of at most 4095 bytes");
    ck_assert_int_eq(unlinkat(at, name, 0), 0);
    close(at);
    mem_free(folder);
}
END_TEST

/* Between a first look and the scan a folder may go, and open files may become
 * too many. */
START_TEST(folders_not_opened)
{
    const char *folder = two_classes("unopened");
    struct tree tree;
    struct ramp_error err;
    struct rlimit limit, none;
    ck_assert_int_eq(tree_scan(&tree, test_path("gone"), &err), RAMP_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "gone': No such file"));
    int lowest = open("/dev/null", O_RDONLY);
    close(lowest);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){(rlim_t)lowest, limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum ramp_status status = tree_scan(&tree, folder, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(status, RAMP_MEMORY);
    ck_assert_ptr_nonnull(strstr(err.text, "unopened': Too many open files"));
}
END_TEST

/* What has the name of a picture and is none: refused with its name, or left
 * out on request. */
START_TEST(bad_pictures)
{
    const char *folder = two_classes("bad");
    struct ramp_dataset_options skip = {.skip_bad = true};
    char *fifo = file_join(folder, "cat/3.png");
    static const char *const texts[] = {"No such file", "levels of symbolic",
                                        "found a special file", "cat/3.png"};
    switch (_i) {
    case 0: put_link(folder, "cat/3.png", "nowhere"); break;    /* 78 */
    case 1: put_link(folder, "cat/3.png", "3.png"); break;      /* 79 */
    case 2: ck_assert_int_eq(mkfifo(fifo, 0644), 0); break;     /* 80 */
    default: put_file(folder, "cat/3.png", "a text", 6); break; /* 86 */
    }
    open_bad(folder, NULL, RAMP_DATA, texts[_i]);
    struct ramp_dataset *data = open_good(folder, &skip);
    ck_assert_uint_eq(ramp_dataset_n_skipped(data), 1);
    ck_assert_uint_eq(ramp_dataset_count(data, RAMP_TRAIN), 4);
    ramp_dataset_free(data);
    ck_assert_int_eq(remove(fifo), 0);
    mem_free(fifo);
}
END_TEST

/* Of several bad pictures the first is named, whatever the threads. */
START_TEST(first_bad)
{
    const char *folder = two_classes("first-bad");
    struct ramp_dataset_options options = {.compute.n_threads = 1 + _i};
    char name[64];
    for (int i = 0; i < 64; i++) {
        snprintf(name, sizeof name, "dog/%03d.pgm", i);
        if (i % 8 == 7)
            put_file(folder, name, "bad", 3);
        else
            put_picture(folder, name, i, 8);
    }
    open_bad(folder, &options, RAMP_DATA, "dog/007.pgm");
}
END_TEST

START_TEST(all_bad) /* 90 */
{
    const char *folder = test_path("all-bad");
    struct ramp_dataset_options skip = {.skip_bad = true};
    put_file(folder, "cat/1.png", "x", 1);
    put_file(folder, "dog/1.png", "x", 1);
    open_bad(folder, NULL, RAMP_DATA, "cat/1.png");
    open_bad(folder, &skip, RAMP_DATA,
             "none of its training pictures can be read");
}
END_TEST

/* 82, 83: with a cache too small for all, files are opened when they are
 * read; what happened to them meanwhile shows then. */
START_TEST(changed_meanwhile)
{
    const char *folder = two_classes("changed");
    struct ramp_dataset_options options = {
        .channels = 1, .height = 8, .width = 8, .cache_bytes = 64};
    uint8_t pixels[64];
    struct ramp_error err;
    struct ramp_dataset *data = open_good(folder, &options);
    char *path = file_join(folder, "dog/1.pgm");
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(ramp_dataset_read(data, RAMP_TRAIN, 2, pixels, &err),
                     RAMP_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "dog/1.pgm"));
    put_picture(folder, "dog/1.pgm", 33, 40);
    ck_assert_int_eq(ramp_dataset_read(data, RAMP_TRAIN, 2, pixels, &err),
                     RAMP_OK);
    ck_assert_int_eq(pixels[0], 33);
    ramp_dataset_free(data);
    mem_free(path);
}
END_TEST

/* 76, 77: another user may not look into it. Root may, so a child process
 * becomes somebody else first; with one thread, because OpenMP's do not
 * survive a fork. */
static int open_as_nobody(const char *folder, char text[RAMP_ERROR_TEXT_BYTES])
{
    struct ramp_dataset_options options = {.compute.n_threads = 1};
    struct ramp_error err = {.status = RAMP_OK};
    struct ramp_dataset *data;
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(99);
        status = (int)ramp_dataset_open(&data, folder, &options, &err);
        ssize_t n = write(ends[1], err.text, sizeof err.text);
        _exit(n == (ssize_t)sizeof err.text ? status : 98);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], text, RAMP_ERROR_TEXT_BYTES),
                     RAMP_ERROR_TEXT_BYTES);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

START_TEST(no_permission)
{
    char text[RAMP_ERROR_TEXT_BYTES];
    const char *folder = two_classes("closed");
    char *cat = file_join(folder, "cat"), *one = file_join(folder, "dog/1.pgm");
    ck_assert_int_eq(chmod(test_root, 0755), 0);
    ck_assert_int_eq(open_as_nobody(folder, text), RAMP_OK);
    ck_assert_int_eq(chmod(one, 0), 0);
    ck_assert_int_eq(open_as_nobody(folder, text), RAMP_DATA);
    ck_assert_msg(strstr(text, "dog/1.pgm': Permission denied"), "%s", text);
    ck_assert_int_eq(chmod(cat, 0), 0);
    ck_assert_int_eq(open_as_nobody(folder, text), RAMP_DATA);
    ck_assert_msg(strstr(text, "cat': Permission denied"), "%s", text);
    ck_assert_int_eq(chmod(cat, 0755), 0);
    mem_free(cat);
    mem_free(one);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("folder");
    TCase *tc = tcase_create("folder");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_loop_test(tc, parts, 0, 2);
    tcase_add_loop_test(tc, valid_is_val, 0, 3);
    tcase_add_test(tc, what_counts);
    tcase_add_test(tc, layouts);
    tcase_add_test(tc, links);
    tcase_add_test(tc, mixed_sizes);
    tcase_add_test(tc, nothing_there);
    tcase_add_test(tc, no_classes);
    tcase_add_test(tc, other_test_classes);
    tcase_add_loop_test(tc, bad_class_names, 0, 5);
    tcase_add_test(tc, loops_and_depth);
    tcase_add_test(tc, long_paths);
    tcase_add_test(tc, folders_not_opened);
    tcase_add_loop_test(tc, bad_pictures, 0, 4);
    tcase_add_loop_test(tc, first_bad, 0, 4);
    tcase_add_test(tc, all_bad);
    tcase_add_test(tc, changed_meanwhile);
    tcase_add_test(tc, no_permission);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
