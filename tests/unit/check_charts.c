/* check_charts.c - charts of a run by gnuplot, and what becomes of a run where
 * gnuplot is missing, fails or hangs. */
#include "tests/check.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "report/charts.h"
#include "report/program.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], tools[80], note[CHARTS_NOTE_BYTES];
static char *old_path;

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* The whole file as text; the caller's. */
static char *read_text(const char *path)
{
    uint8_t *bytes = NULL;
    size_t n_bytes;
    struct ramp_error err;
    ck_assert_int_eq(file_read(&bytes, &n_bytes, path, 1 << 24, RAMP_IO, &err),
                     RAMP_OK);
    return (char *)bytes;
}

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/ramp-charts.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(tools, sizeof tools, "%s/tools", folder);
    ck_assert_int_eq(mkdir(tools, 0777), 0);
    old_path = mem_strdup(getenv("PATH"));
}

static void teardown(void)
{
    static const char *const names[] = {
        "log.csv",    "curves.gp",     "curves.svg", "layers.csv", "layers.gp",
        "layers.svg", "tools/gnuplot", "tools",      "started",    "x"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(in_folder(names[i]));
    ck_assert_int_eq(rmdir(folder), 0);
    mem_free(old_path);
}

/* A gnuplot of our own, and no other. */
static void fake_gnuplot(const char *script)
{
    char text[256];
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
    write_file(in_folder("tools/gnuplot"), text);
    ck_assert_int_eq(chmod(in_folder("tools/gnuplot"), 0755), 0);
    setenv("PATH", tools, 1);
}

static void write_log(int n_epochs, bool validates)
{
    FILE *file = fopen(in_folder("log.csv"), "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "epoch,train_loss,train_error,val_loss,val_error,lr,"
                  "images_per_second,seconds\n");
    for (int i = 1; i <= n_epochs; i++) {
        fprintf(file, "%d,%.6f,%.6f,", i, 1.0 / i, 0.5 / i);
        if (validates) /* the best one is the third, or the last before it */
            fprintf(file, "%.6f,%.6f", 1.0 / i, i == 3 ? 0.25 : 0.4 + 0.1 / i);
        else
            fprintf(file, ",");
        fprintf(file, ",%g,1000.0,2.000\n", 0.05 / i);
    }
    ck_assert_int_eq(fclose(file), 0);
}

static void draw(const char *title)
{
    struct ramp_error err;
    ck_assert_int_eq(charts_draw(folder, title, note, &err), RAMP_OK);
}

START_TEST(curves)
{
    static const struct {
        int n_epochs;
        bool validates;
        const char *best; /* what the picture says of the best epoch */
    } cases[] = {
        {1, true, "epoch 1, the best validation error, 50.00 %"},
        {1, false, NULL},
        {2, true, "epoch 2, the best validation error, 45.00 %"},
        {20, true, "epoch 3, the best validation error, 25.00 %"},
        {20, false, NULL},
        {1000, true, "epoch 3, the best validation error, 25.00 %"},
    };
    write_log(cases[_i].n_epochs, cases[_i].validates);
    draw("a title");
    ck_assert_str_eq(note, "");
    char *svg = read_text(in_folder("curves.svg"));
    static const char *const holds[] = {"a title", "error, %",
                                        ">loss<",  "learning rate",
                                        ">epoch<", "training, as augmented"};
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
        ck_assert_msg(strstr(svg, holds[i]) != NULL, "%s", holds[i]);
    ck_assert_int_eq(strstr(svg, "validation") != NULL, cases[_i].validates);
    if (cases[_i].best)
        ck_assert_msg(strstr(svg, cases[_i].best) != NULL, "%s",
                      cases[_i].best);
    ck_assert_uint_le(strlen(svg), 200000);
    ck_assert(!file_exists(in_folder("layers.gp")));
    mem_free(svg);
}
END_TEST

START_TEST(layers)
{
    /* Only what has a figure is in a panel; no panel for what nobody has. */
    write_log(2, true);
    write_file(in_folder("layers.csv"),
               "epoch,layer,mean,std,zeros,dead,units,gradient_norm,"
               "update_ratio\n"
               "1,conv1,0,1,,,,0.1,\n1,relu1,0.4,0.6,0.5,3,32,,\n"
               "2,conv1,0,1,,,,0.05,\n2,relu1,0.4,0.6,0.6,4,32,,\n");
    draw("x");
    ck_assert_str_eq(note, "");
    char *svg = read_text(in_folder("layers.svg"));
    static const char *const holds[] = {"conv1", "relu1", "zeros, %",
                                        "dead units, %", "gradient norm"};
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
        ck_assert_msg(strstr(svg, holds[i]) != NULL, "%s", holds[i]);
    ck_assert_ptr_null(strstr(svg, "update"));
    mem_free(svg);
}
END_TEST

/* What a title holds is shown, never obeyed: gnuplot has commands in
 * backquotes, and SVG its own letters. */
START_TEST(titles)
{
    static const char *const texts[] = {"`touch started`",
                                        "'; system 'touch started'; '",
                                        "a\nsystem 'touch x'",
                                        "\\",
                                        "\xff\xfe",
                                        "<script> & \"quotes\""};
    write_log(2, true);
    draw(texts[_i]);
    ck_assert_str_eq(note, "");
    ck_assert(!file_exists(in_folder("started")));
    ck_assert(!file_exists(in_folder("x")));
    char *svg = read_text(in_folder("curves.svg"));
    ck_assert_ptr_null(strstr(svg, "<script>"));
    ck_assert(memchr(svg, 0xff, strlen(svg)) == NULL);
    mem_free(svg);
}
END_TEST

START_TEST(nothing_to_draw)
{
    draw("x"); /* no table */
    write_log(0, true);
    draw("x"); /* no row */
    ck_assert_str_eq(note, "");
    ck_assert(!file_exists(in_folder("curves.gp")));
}
END_TEST

START_TEST(without_gnuplot)
{
    static const struct {
        const char *gnuplot, *why;
    } cases[] = {
        {NULL, "it is not installed"},
        {"echo '  what is wrong' >&2; echo more >&2; exit 1", "what is wrong"},
        {"exit 3", "it ended with exit status 3"},
        {"exit 0", "it drew nothing"},
        {"echo '<svg>'", "it drew nothing"},
        {"kill -9 $$", "it was ended by signal 9"},
    };
    write_log(2, true);
    write_file(in_folder("curves.svg"), "of another table");
    if (cases[_i].gnuplot)
        fake_gnuplot(cases[_i].gnuplot);
    else
        setenv("PATH", tools, 1);
    draw("x");
    setenv("PATH", old_path, 1);
    ck_assert_msg(strstr(note, cases[_i].why) != NULL, "%s", note);
    ck_assert_msg(strstr(note, "try gnuplot curves.gp in ") != NULL, "%s",
                  note);
    ck_assert_ptr_null(strchr(note, '\n'));
    ck_assert(file_exists(in_folder("curves.gp")));
    ck_assert(!file_exists(in_folder("curves.svg")));
}
END_TEST

/* The whole of its time, or of the room for what it prints. */
START_TEST(endless)
{
    static const struct {
        const char *gnuplot, *why;
    } cases[] = {
        {"exec sleep 60", "it took too long"},
        {"exec >&- 2>&-; exec sleep 60", "it took too long"},
        {"(sleep 3) & exit 0", "it took too long"},
        {"while :; do echo 0123456789012345678901234567890123456789; done",
         "it "},
        {"exec cat /dev/zero", "it printed too much"},
    };
    static const char *const arguments[] = {"gnuplot", NULL};
    struct program_output output;
    char path[512];
    fake_gnuplot(cases[_i].gnuplot);
    snprintf(path, sizeof path, "%s:%s", tools, old_path);
    setenv("PATH", path, 1);
    double start = clock_seconds();
    ck_assert(!program_run(&output, arguments, folder, 1));
    ck_assert_double_le(clock_seconds() - start, 2.5);
    ck_assert_msg(
        strncmp(output.complaint, cases[_i].why, strlen(cases[_i].why)) == 0,
        "%s", output.complaint);
    program_output_release(&output);
    setenv("PATH", old_path, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("charts");
    TCase *tc = tcase_create("gnuplot");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, curves, 0, 6);
    tcase_add_test(tc, layers);
    tcase_add_loop_test(tc, titles, 0, 6);
    tcase_add_test(tc, nothing_to_draw);
    tcase_add_loop_test(tc, without_gnuplot, 0, 6);
    tcase_add_loop_test(tc, endless, 0, 5);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
