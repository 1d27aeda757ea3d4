/* check_report.c - numbers and names as people read them, tables, run
 * folders. */
#include "tests/check.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/format.h"
#include "report/run_folder.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- format ---- */

START_TEST(counts_have_commas)
{
    static const struct {
        uint64_t n;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {61706, "61,706"},
                 {1199882, "1,199,882"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(FORMAT_COUNT(cases[i].n), cases[i].text);
}
END_TEST

START_TEST(memory_has_units)
{
    ck_assert_str_eq(FORMAT_LOSS(0.1234), "0.123");
    ck_assert_str_eq(FORMAT_LOSS(999.9), "999.900");
    ck_assert_str_eq(FORMAT_LOSS(4509372.979), "4.51e+06");
    ck_assert_str_eq(FORMAT_MEMORY(0), "0 B");
    ck_assert_str_eq(FORMAT_MEMORY(999), "999 B");
    ck_assert_str_eq(FORMAT_MEMORY(1000), "1.0 KiB");
    ck_assert_str_eq(FORMAT_MEMORY(1536), "1.5 KiB");
    ck_assert_str_eq(FORMAT_MEMORY((uint64_t)1 << 30), "1.0 GiB");
    ck_assert_str_eq(FORMAT_MEMORY((uint64_t)1 << 60), "1048576.0 TiB");
}
END_TEST

START_TEST(times_have_their_form)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0.0 s"},        {12.34, "12.3 s"}, {59.94, "59.9 s"},
                 {59.96, "1:00"},     {60, "1:00"},      {85.4, "1:25"},
                 {3599.6, "1:00:00"}, {7384, "2:03:04"}, {-1, "?"},
                 {NAN, "?"},          {INFINITY, "?"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(FORMAT_SECONDS(cases[i].seconds), cases[i].text);
}
END_TEST

/* What a terminal would obey is shown instead; the rest stays as it is, also
 * where it is not UTF-8. */
START_TEST(control_characters_are_shown)
{
    static const struct {
        const char *name, *shown, *plain;
    } cases[] = {
        {"a b\\'.png", "a b\\'.png", "a b\\'.png"},
        {"\x1b[31m\n\x7f", "\\x1b[31m\\x0a\\x7f", "?[31m??"},
        {"\xc3\xa4\xc2\x9b\xc2\xa0", "\xc3\xa4\\xc2\\x9b\xc2\xa0",
         "\xc3\xa4??\xc2\xa0"},
        {"gpj.\xe2\x80\xae"
         "exe",
         "gpj.\\xe2\\x80\\xaeexe", "gpj.???exe"},
        {"\xff\xe2\x80", "\xff\xe2\x80", "\xff\xe2\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char shown[64] = "", plain[64];
        FILE *file = fmemopen(shown, sizeof shown, "w");
        ck_assert_ptr_nonnull(file);
        format_name(file, cases[i].name);
        fclose(file);
        ck_assert_str_eq(shown, cases[i].shown);
        snprintf(plain, sizeof plain, "%s", cases[i].name);
        format_plain(plain);
        ck_assert_str_eq(plain, cases[i].plain);
    }
    char part[64] = "";
    FILE *file = fmemopen(part, sizeof part, "w");
    ck_assert_ptr_nonnull(file);
    format_part(file, "one\ttwo", 5);
    fclose(file);
    ck_assert_str_eq(part, "one\\x09t");
}
END_TEST

START_TEST(columns_are_characters)
{
    ck_assert_int_eq(format_columns(""), 0);
    ck_assert_int_eq(format_columns("caf\xc3\xa9"), 4);
    ck_assert_int_eq(format_cut("caf\xc3\xa9s", 4), 5);
    ck_assert_int_eq(format_cut("caf\xc3\xa9s", 3), 3);
    ck_assert_int_eq(format_cut("abc", 10), 3);
    ck_assert_int_eq(format_cut("abc", 0), 0);
}
END_TEST

/* ---- table ---- */

/* What the table prints, in `text`. */
static void print(const struct table *table, int gap, char *text, size_t size)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(table_print(table, file, gap, NULL), RAMP_OK);
    rewind(file);
    size_t n = fread(text, 1, size - 1, file);
    text[n] = 0;
    fclose(file);
}

START_TEST(tables_are_aligned)
{
    char text[200];
    struct table table;
    table_init(&table, "lrl");
    const char *const cells[] = {"class",       "n",     "note",
                                 "caf\xc3\xa9", "1,000", "ok",
                                 "a\nb",        "",      "the last"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        table_cell(&table, "%s", cells[i]);
    print(&table, 2, text, sizeof text);
    ck_assert_str_eq(text, "class      n  note\n"
                           "caf\xc3\xa9   1,000  ok\n"
                           "a?b           the last\n");
    table_release(&table);
}
END_TEST

START_TEST(long_cells_are_cut_between_characters)
{
    char text[600], cell[400];
    struct table table;
    memset(cell, 'x', 254);
    memcpy(cell + 254, "\xc3\xa9\xc3\xa9", 5);
    table_init(&table, "r");
    table_cell(&table, "%s", cell);
    print(&table, 1, text, sizeof text);
    ck_assert(text_is_utf8(text));
    ck_assert_int_eq(format_columns(text), 254 + 1);
    table_release(&table);
}
END_TEST

START_TEST(tables_say_when_memory_is_out)
{
    struct table table;
    table_init(&table, "l");
    table_cell(&table, "a cell that has its room");
    mem_fail_at(1, true);
    for (int i = 0; i < 100; i++)
        table_cell(&table, "one of those that will not fit");
    mem_fail_at(0, false);
    ck_assert_int_eq(table_print(&table, stdout, 1, NULL), RAMP_MEMORY);
    table_release(&table);
}
END_TEST

/* ---- run folders ---- */

static char parent[200];

static void make_parent(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(parent, sizeof parent, "%s/ramp-report-XXXXXX",
             tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(parent));
}

static void remove_parent(void)
{
    char command[250];
    snprintf(command, sizeof command, "rm -rf '%s'", parent);
    ck_assert_int_eq(system(command), 0);
}

static void make_folder(const char *name)
{
    char *path = file_join(parent, name);
    ck_assert_int_eq(file_make_folder(path, NULL), RAMP_OK);
    mem_free(path);
}

static void new_run(const char *data, const char *net, const char *expected)
{
    struct run_folder run;
    ck_assert_int_eq(run_folder_new(&run, parent, data, net, NULL), RAMP_OK);
    ck_assert_str_eq(file_base(run.path), expected);
    ck_assert(file_is_folder(run.path));
    run_folder_release(&run);
}

START_TEST(runs_are_numbered)
{
    new_run("mnist", "lenet", "mnist-lenet-1");
    new_run("mnist", "lenet", "mnist-lenet-2");
    new_run("mnist", "lenet5", "mnist-lenet5-1");
    make_folder("mnist-lenet-41");
    make_folder("mnist-lenet-99x");
    make_folder("mnist-lenet-tanh-77");
    new_run("mnist", "lenet", "mnist-lenet-42");
    new_run("a b/../c\n", "\xff", "a_b_.._c_-_-1");
}
END_TEST

static void take(const char *path, size_t n_removed)
{
    struct run_folder run;
    struct ramp_error err = {.text = ""};
    ck_assert_msg(run_folder_take(&run, path, &err) == RAMP_OK, "%s", err.text);
    ck_assert_str_eq(run.path, path);
    ck_assert_uint_eq(run.n_removed, n_removed);
    run_folder_release(&run);
}

static void refuse(const char *path, enum ramp_status status, const char *text)
{
    struct run_folder run;
    struct ramp_error err;
    ck_assert_int_eq(run_folder_take(&run, path, &err), status);
    ck_assert_ptr_null(run.path);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
}

START_TEST(runs_are_not_overwritten)
{
    static const char *const files[] = {"args.txt", "best.safetensors",
                                        "last.safetensors"};
    char *path = file_join(parent, "deep/run");
    take(path, 0);
    ck_assert_int_eq(run_folder_write(path, "notes", "mine", NULL), RAMP_OK);
    take(path, 0);
    for (int i = 0; i < 3; i++) {
        char *file = file_join(path, files[i]);
        ck_assert_int_eq(run_folder_write(path, files[i], "x", NULL), RAMP_OK);
        refuse(path, RAMP_USAGE, files[i]);
        ck_assert_int_eq(remove(file), 0);
        mem_free(file);
    }
    mem_free(path);
}
END_TEST

/* A lock is of the open folder, not of the process: the test needs no other. */
START_TEST(runs_have_their_folder_alone)
{
    struct run_folder first, new;
    char *path = file_join(parent, "run");
    ck_assert_int_eq(run_folder_take(&first, path, NULL), RAMP_OK);
    refuse(path, RAMP_IO, "expected no run at work");
    run_folder_release(&first);
    take(path, 0);
    ck_assert_int_eq(run_folder_new(&new, parent, "a", "b", NULL), RAMP_OK);
    refuse(new.path, RAMP_IO, "expected no run at work");
    run_folder_release(&new);
    run_folder_release(&new);
    mem_free(path);
}
END_TEST

/* Only what a run of its own has left is removed. */
START_TEST(temporary_files_are_removed)
{
    static const char *const left[] = {
        "args.txt.tmp-1", "net.net.tmp-4194304", "log.csv.tmp-99999",
        "best.safetensors.tmp-7", "last.safetensors.tmp-4000000000"};
    static const char *const others[] = {
        "notes.tmp-1",     "args.txt.tmp-",  "args.txt.tmp-1x",
        "args.txt.tmp--1", "args.txt.tmp",   "log.csv.tmp-0",
        "tmp-1",           "xlog.csv.tmp-1", "log.csv.tmp-1.tmp-1"};
    char *path = file_join(parent, "run");
    take(path, 0);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(run_folder_write(path, left[i], "x", NULL), RAMP_OK);
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(run_folder_write(path, others[i], "x", NULL), RAMP_OK);
    take(path, 5);
    take(path, 0);
    for (int i = 0; i < 9; i++) {
        char *file = file_join(path, others[i]);
        ck_assert_msg(file_exists(file), "%s", others[i]);
        mem_free(file);
    }
    mem_free(path);
}
END_TEST

START_TEST(a_file_is_no_folder)
{
    struct run_folder run;
    char *file = file_join(parent, "file");
    ck_assert_int_eq(run_folder_write(parent, "file", "x", NULL), RAMP_OK);
    refuse(file, RAMP_IO, "cannot make folder");
    ck_assert_int_eq(run_folder_new(&run, file, "a", "b", NULL), RAMP_IO);
    ck_assert_ptr_null(run.path);
    mem_free(file);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("report");
    TCase *tc = tcase_create("text");
    tcase_add_test(tc, counts_have_commas);
    tcase_add_test(tc, memory_has_units);
    tcase_add_test(tc, times_have_their_form);
    tcase_add_test(tc, control_characters_are_shown);
    tcase_add_test(tc, columns_are_characters);
    tcase_add_test(tc, tables_are_aligned);
    tcase_add_test(tc, long_cells_are_cut_between_characters);
    tcase_add_test(tc, tables_say_when_memory_is_out);
    suite_add_tcase(suite, tc);
    tc = tcase_create("run folders");
    tcase_add_checked_fixture(tc, make_parent, remove_parent);
    tcase_add_test(tc, runs_are_numbered);
    tcase_add_test(tc, runs_are_not_overwritten);
    tcase_add_test(tc, runs_have_their_folder_alone);
    tcase_add_test(tc, temporary_files_are_removed);
    tcase_add_test(tc, a_file_is_no_folder);
    suite_add_tcase(suite, tc);
    return suite;
}

CHECK_MAIN(suite)
