/* check_archive_missing.c - a machine without libarchive, or with another one.
 * archive.c comes in here and asks for another library; the rest of the program
 * takes its archive_load from here. */
static const char *library;
#define LIBARCHIVE library
#include "data/archive.c"

#include "tests/check.h"
#include "tests/unit/make_data.h"

static const struct sample small = {
    .n_classes = 3, .n = {12, 6, 3}, .channels = 3, .height = 5, .width = 7};

/* The first is not there, the second has none of the functions. */
static const char *const libraries[] = {"libarchive-of-nobody.so.1",
                                        "libm.so.6"};

START_TEST(archives_are_refused)
{
    struct sink sink = {0};
    char text[200];
    library = libraries[_i];
    snprintf(text, sizeof text,
             "x.tar': the library %s cannot be loaded; try apt-get install "
             "libarchive13",
             library);
    sink_open(&sink, test_path("x.tar"), false, ARCHIVE_FILTER_NONE);
    put_folders(&sink, &small, true);
    sink_close(&sink);
    open_bad(test_path("x.tar"), NULL, RAMP_DATA, text);
}
END_TEST

START_TEST(all_else_works)
{
    struct sink folders = {.folder = test_path("folders")};
    struct sink idx = {.folder = test_path("idx"), .gz = true};
    library = libraries[0];
    put_folders(&folders, &small, true);
    struct ramp_dataset *data = open_good(folders.folder, NULL);
    check_sample(data, &small);
    ramp_dataset_free(data);
    put_idx(&idx, &small);
    data = open_good(idx.folder, NULL);
    check_sample(data, &small);
    ramp_dataset_free(data);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("archive missing");
    TCase *tc = tcase_create("archive missing");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_loop_test(tc, archives_are_refused, 0, 2);
    tcase_add_test(tc, all_else_works);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
