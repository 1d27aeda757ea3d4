/* check_page.c - report.html: well formed and whole with any files in the
 * folder and any names in them (check_html.pl looks), and what it is made of:
 * CSV read again, base64, escaped text. */
#include "tests/check.h"

#include "report/base64.h"
#include "report/csv_table.h"
#include "report/html.h"
#include "report/page.h"
#include "report/program.h"
#include "report/svg.h"
#include "tests/unit/model_fixture.h"

#include <string.h>
#include <unistd.h>

/* ---- Text ---- */

START_TEST(markup_is_escaped)
{
    static const struct {
        const char *text, *html;
    } cases[] = {
        {"", ""},
        {"plain, \xc3\xa4 \xe2\x82\xac", "plain, \xc3\xa4 \xe2\x82\xac"},
        {"<script>", "&lt;script&gt;"},
        {"\"a\" & 'b'", "&quot;a&quot; &amp; &#39;b&#39;"},
        {"&lt;", "&amp;lt;"},
        {"%s%n", "%s%n"},
        {"a\x01\n\x7f", "a???"},
        {"\xff<\xc3", "?&lt;?"},
        {"a\xe2\x80\xae", "a?"}, /* turns what follows around */
    };
    struct draft html = {0};
    draft_add(&html, "%s", "");
    svg_text(&html, cases[_i].text);
    ck_assert_str_eq(html.text, cases[_i].html);
    draft_release(&html);
}
END_TEST

START_TEST(words_of_a_command)
{
    static const struct {
        const char *word, *html;
    } cases[] = {
        {"runs/a-1", "runs/a-1"},
        {"", "&#39;&#39;"},
        {"a b", "&#39;a b&#39;"},
        {"it's", "&#39;it&#39;\\&#39;&#39;s&#39;"},
        {"$(x)<&", "&#39;$(x)&lt;&amp;&#39;"},
    };
    struct draft html = {0};
    html_shell_word(&html, cases[_i].word);
    ck_assert_str_eq(html.text, cases[_i].html);
    draft_release(&html);
}
END_TEST

/* The examples of RFC 4648, and a length beyond one piece. */
START_TEST(base64)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfb", "//77"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct draft draft = {0};
        draft_add(&draft, "%s", "");
        base64_add(&draft, (const uint8_t *)cases[i][0], strlen(cases[i][0]));
        ck_assert_str_eq(draft.text, cases[i][1]);
        draft_release(&draft);
    }
    static const uint8_t zeros[10000];
    for (size_t n = 3060; n < 10000; n += n < 3090 ? 1 : 997) {
        struct draft draft = {0};
        base64_add(&draft, zeros, n);
        ck_assert_uint_eq(draft.n_bytes, (n + 2) / 3 * 4);
        ck_assert_uint_eq(strspn(draft.text, "A"), (n * 4 + 2) / 3);
        draft_release(&draft);
    }
}
END_TEST

/* ---- CSV ---- */

START_TEST(tables_are_read)
{
    /* Rows as field|field/field|field of the columns a and b. */
    static const struct {
        const char *text, *rows;
        size_t n_rows;
    } cases[] = {
        {"", "", 0},
        {"a,b", "", 0},
        {"a,b\n", "", 0},
        {"a,b\n1,2\n", "1|2/", 1},
        {"a,b\r\n1,2\r\n3,4", "1|2/3|4/", 2},
        {"b,a\n1,2\n", "2|1/", 1},
        {"a,b\n1\n,\n1,2,3\n", "1|/|/1|2/", 3},
        {"a,b\n\"x,\"\"y\"\"\nz\",\"\"\n", "x,\"y\"\nz|/", 1},
        {"\"a\",\"b\"\n1,\"2", "1|2/", 1},
        {"x\n1\n", "|/", 1},
        {"a,b\n1,2\n3,4\n5,6\n7,8\n", "1|2/3|4/5|6/", 4},
    };
    struct csv_table table;
    struct ramp_error err;
    const char *path = fixture_path("x.csv");
    ck_assert_int_eq(
        file_write(path, cases[_i].text, strlen(cases[_i].text), &err),
        RAMP_OK);
    ck_assert_int_eq(csv_table_read(&table, path, 3, &err), RAMP_OK);
    char rows[100] = "";
    for (size_t i = 0; i < table.n_kept; i++) {
        size_t n = strlen(rows);
        snprintf(rows + n, sizeof rows - n, "%s|%s/",
                 csv_table_field(&table, i, "a"),
                 csv_table_field(&table, i, "b"));
    }
    ck_assert_str_eq(rows, cases[_i].rows);
    ck_assert_uint_eq(table.n_rows, cases[_i].n_rows);
    csv_table_release(&table);
}
END_TEST

/* ---- The page ---- */

#define HOSTILE "<script>alert(\"1\")</script>&'\x01\xff"

static const char *const files[][2] = {
    {"args.txt", "# ramp train --recipe THIS-FILE repeats this run\n"
                 "# ramp 0.1.0\n# command: ramp train '" HOSTILE "'\n"
                 "# date: 2026-01-02T03:04:05Z\n# odd\n#\n"
                 "--data a folder/" HOSTILE "\n--epochs 2\n"},
    {"log.csv", "epoch,train_loss,train_error,val_loss,val_error,lr,"
                "images_per_second,seconds\n1,1,0.5,1,0.5,0.1,10,30.5\n"
                "2,0.5,0.25,1,0.5,0.1,10,31\n"},
    {"layers.csv", "epoch,layer,mean,std,zeros,dead,units,gradient_norm,"
                   "update_ratio\n1,\""
                   "<b>,\"\""
                   "\",0,1,0.5,1,4,,\n"},
    {"classes.csv", "class,n,precision,recall,f1\n\"" HOSTILE
                    "\",1200,0.5,0.1234,\n</table>,0,,,\n"},
    {"confusion.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n"},
    {"errors.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"> </svg>\n"},
    {"errors.csv",
     "path,truth,answer,probability,loss\n\"" HOSTILE ".png\",a,b,0.99,4.5\n"},
    {"coverage.csv", "min_conf,answered,coverage,error\n0.5,10,0.5,0.25\n"},
    {"train_batch.png", "\x89PNG one"},
    {"filters.png", "\x89PNG another"},
};
enum { N_FILES = sizeof files / sizeof *files };

/* What the page has only if the file is there. */
static const char *const marks[N_FILES] = {
    "How it was made",  "How it learned",    "Inside the layers",
    "Class by class",   "What it takes for", "Where it is wrong",
    "those first in",   "How sure it must",  "What the net sees",
    "What it looks for"};

static struct ramp_model *new_model(void)
{
    static const char *const classes[] = {"<script>", "\"&'"};
    static const struct ramp_net_options options = {
        .channels = 1, .height = 8, .width = 8, .n_classes = 2};
    static const struct ramp_preprocess pre = {
        .channels = 1, .height = 8, .width = 8, .std = {1, 1, 1}};
    static const char *const facts[][2] = {
        {"data", HOSTILE},        {"net-name", "a</title>b"},
        {"val-error", "0.125"},   {"epoch", "2"},
        {"ramp", "<i>0.1.0</i>"}, {"date", "\"><b>2026-01-02"}};
    static const char text[] = "conv 2 3x3\nrelu\ndense classes\n";
    const struct ramp_init init = {0};
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    struct ramp_error err;
    ck_assert_int_eq(ramp_net_parse(&net, text, "x", &options, &err), RAMP_OK);
    ramp_net_init(net, &init, 1);
    ck_assert_int_eq(ramp_model_new(&model, &net, classes, 2, &pre, &err),
                     RAMP_OK);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        ck_assert_int_eq(
            ramp_model_set_fact(model, facts[i][0], facts[i][1], &err),
            RAMP_OK);
    return model;
}

/* All files but one (N_FILES: all). */
static void write_files(int but)
{
    struct ramp_error err;
    for (int i = 0; i < N_FILES; i++)
        if (i != but)
            ck_assert_int_eq(file_write(fixture_path(files[i][0]), files[i][1],
                                        strlen(files[i][1]), &err),
                             RAMP_OK);
}

static void check_html(void)
{
    const char *const arguments[] = {"perl", "tests/unit/check_html.pl",
                                     fixture_folder, NULL};
    struct program_output output;
    bool good = program_run(&output, arguments, ".", 30);
    ck_assert_msg(good, "%.*s %s", (int)output.n_bytes,
                  output.bytes ? (const char *)output.bytes : "",
                  output.complaint);
    program_output_release(&output);
}

/* The page, once it is well formed and has all pictures; the caller's. */
static char *make_page(const struct page_input *input, char *note)
{
    uint8_t *bytes = NULL;
    size_t n_bytes;
    struct ramp_error err;
    enum ramp_status status = report_page(fixture_folder, input, note, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    check_html();
    ck_assert_int_eq(file_read(&bytes, &n_bytes, fixture_path("report.html"),
                               1 << 24, RAMP_IO, &err),
                     RAMP_OK);
    return (char *)bytes;
}

static void has(const char *page, const char *text)
{
    ck_assert_msg(strstr(page, text) != NULL, "not on the page: %s", text);
}

START_TEST(whole_page)
{
    static const char *const notes[] = {"conv2: <37 %> never fired", NULL};
    struct ramp_model *model = new_model();
    struct ramp_evaluation test = {.n = 2000,
                                   .n_wrong = 205,
                                   .error = 0.1025,
                                   .error_low = 0.09,
                                   .error_high = 0.1166};
    const struct page_input input = {.model = model,
                                     .n_train = 9000,
                                     .n_val = 1000,
                                     .test = &test,
                                     .notes = notes};
    char note[CHARTS_NOTE_BYTES];
    write_files(N_FILES);
    char *page = make_page(&input, note);
    ck_assert_str_eq(note, "");
    for (int i = 0; i < N_FILES; i++)
        has(page, marks[i]);
    static const char *const figures[] = {
        ">10.25 %<",
        "205 of 2,000 pictures; 95 % interval 9.00 to 11.66 %",
        ">12.50 %<",
        "epoch 2, the best of 2; 1,000 pictures",
        ">1:02<",
        "2 epochs of 9,000 pictures",
        ">166<",
        "3 layers, 2 classes",
        ">1,200<",
        ">12.34 %<",
        ">50.00 %<",
        ">0.99<",
        "test part",
        "conv2: &lt;37 %&gt; never fired",
        ">2&times;6&times;6<"};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        has(page, figures[i]);
    ck_assert_ptr_null(strstr(page, "<script"));
    ck_assert_ptr_null(strstr(page, "validation part"));
    mem_free(page);
    ramp_model_free(model);
}
END_TEST

START_TEST(without_a_file)
{
    const struct page_input input = {0};
    char note[CHARTS_NOTE_BYTES];
    write_files(_i);
    char *page = make_page(&input, note);
    for (int i = 0; i < N_FILES; i++)
        ck_assert_msg((strstr(page, marks[i]) == NULL) == (i == _i), "%s",
                      marks[i]);
    has(page, "validation part");
    mem_free(page);
}
END_TEST

START_TEST(empty_folder)
{
    const struct page_input input = {0};
    char note[CHARTS_NOTE_BYTES];
    char *page = make_page(&input, note);
    has(page, "How to go on");
    has(page, "<title>ramp-model.");
    ck_assert_ptr_null(strstr(page, "<img"));
    ck_assert_ptr_null(strstr(page, "figures\">"));
    mem_free(page);
}
END_TEST

/* Without gnuplot the page has all but the charts. */
START_TEST(without_charts)
{
    const struct page_input input = {0};
    char note[CHARTS_NOTE_BYTES];
    struct ramp_error err;
    char *old = mem_strdup(getenv("PATH"));
    write_files(N_FILES);
    setenv("PATH", "/nowhere", 1);
    ck_assert_int_eq(report_page(fixture_folder, &input, note, &err), RAMP_OK);
    setenv("PATH", old, 1);
    has(note, "try gnuplot curves.gp in ");
    check_html();
    mem_free(old);
}
END_TEST

/* A page that cannot be written is said, and nothing is left. */
START_TEST(no_folder)
{
    const struct page_input input = {0};
    char note[CHARTS_NOTE_BYTES];
    struct ramp_error err;
    ck_assert_int_eq(report_page(fixture_path("nowhere"), &input, note, &err),
                     RAMP_IO);
    fixture_check_text(&err, "report.html", "no folder");
}
END_TEST

/* Each allocation fails in turn, alone and with all after it: RAMP_MEMORY, or
 * a page as whole as ever. */
START_TEST(no_memory)
{
    struct ramp_model *model = new_model();
    const struct page_input input = {.model = model};
    char note[CHARTS_NOTE_BYTES];
    struct ramp_error err;
    char *old = mem_strdup(getenv("PATH"));
    write_files(N_FILES);
    setenv("PATH", "/nowhere", 1);
    size_t before = mem_count(), n_survived = 0;
    ck_assert_int_eq(report_page(fixture_folder, &input, note, &err), RAMP_OK);
    size_t n_allocations = mem_count() - before;
    for (size_t n = 1; n <= n_allocations; n++) {
        mem_fail_at(n, _i == 1);
        enum ramp_status status =
            report_page(fixture_folder, &input, note, &err);
        mem_fail_at(0, false);
        ck_assert_msg(status == RAMP_OK || status == RAMP_MEMORY, "%zu: %s", n,
                      err.text);
        n_survived += status == RAMP_OK;
    }
    /* Where gnuplot is looked for, twice, it is then not found. */
    ck_assert_uint_eq(n_survived, _i == 0 ? 2 : 0);
    setenv("PATH", old, 1);
    check_html();
    mem_free(old);
    ramp_model_free(model);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("page");
    TCase *text = tcase_create("text"), *page = tcase_create("page");
    tcase_add_checked_fixture(text, fixture_setup, fixture_teardown);
    tcase_add_loop_test(text, markup_is_escaped, 0, 9);
    tcase_add_loop_test(text, words_of_a_command, 0, 5);
    tcase_add_test(text, base64);
    tcase_add_loop_test(text, tables_are_read, 0, 11);
    suite_add_tcase(s, text);
    tcase_add_checked_fixture(page, fixture_setup, fixture_teardown);
    tcase_set_timeout(page, 60);
    tcase_add_test(page, whole_page);
    tcase_add_loop_test(page, without_a_file, 0, N_FILES);
    tcase_add_test(page, empty_folder);
    tcase_add_test(page, without_charts);
    tcase_add_test(page, no_folder);
    tcase_add_loop_test(page, no_memory, 0, 2);
    suite_add_tcase(s, page);
    return s;
}

CHECK_MAIN(suite)
