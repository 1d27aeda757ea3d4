/* check_text.c - quoting names for messages, reading numbers, near words. */
#include "tests/check.h"

#include "base/text.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ==== Quoting ==== */

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Undo the escapes of the n bytes at `text` into out; returns how many bytes
 * that makes, or -1 if one may not stand in a quoted name. */
static int unquote(unsigned char *out, const char *text, size_t n)
{
    int n_out = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f || c == '\'')
            return -1;
        if (c == '\\') {
            char kind = ++i < n ? text[i] : 0;
            int high = kind == 'x' && i + 2 < n ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (kind == 'n')
                c = '\n';
            else if (kind == 't')
                c = '\t';
            else if (kind == '\\' || kind == '\'')
                c = (unsigned char)kind;
            else if (low >= 0)
                c = (unsigned char)(high * 16 + low);
            else
                return -1;
            i += low >= 0 ? 2 : 0;
        }
        out[n_out++] = c;
    }
    return n_out;
}

/* What is wrong with how `name`, in which no dots are, is quoted, or NULL.
 * *cut: whether dots are in the middle. */
static const char *quote_fault(bool *cut, const char *name)
{
    char buffer[TEXT_QUOTE_BYTES + 16];
    unsigned char bytes[TEXT_QUOTE_BYTES];
    memset(buffer, 'Z', sizeof buffer);
    if (text_quote(buffer, name) != buffer)
        return "does not return the buffer";
    if (memchr(buffer, 0, TEXT_QUOTE_BYTES) == NULL)
        return "too long";
    for (size_t i = TEXT_QUOTE_BYTES; i < sizeof buffer; i++)
        if (buffer[i] != 'Z')
            return "writes behind the buffer";
    size_t n = strlen(buffer), n_name = strlen(name);
    if (n < 2 || buffer[0] != '\'' || buffer[n - 1] != '\'')
        return "not in quotes";
    if (!text_is_utf8(buffer))
        return "not UTF-8";
    const char *head = buffer + 1, *end = buffer + n - 1;
    const char *dots = strstr(head, "...");
    *cut = dots != NULL;
    int n_head = unquote(bytes, head, (size_t)((dots ? dots : end) - head));
    if (n_head < 0 || (size_t)n_head > n_name ||
        memcmp(bytes, name, (size_t)n_head) != 0)
        return "another beginning";
    if (dots == NULL)
        return (size_t)n_head == n_name ? NULL : "incomplete";
    const char *tail = dots + 3;
    int n_tail = unquote(bytes, tail, (size_t)(end - tail));
    if (n_tail < 0 || (size_t)(n_head + n_tail) >= n_name ||
        memcmp(bytes, name + n_name - n_tail, (size_t)n_tail) != 0)
        return "another end";
    return dots - head >= 24 && end - tail >= 48 ? NULL : "cut too much";
}

/* Names of one kind of character: the i-th into out, returns its bytes. */
struct kind {
    const char *what;
    size_t (*put)(char *out, int i);
    size_t quoted_bytes; /* of each; 0: not all the same */
};

static size_t put_ascii(char *out, int i)
{
    out[0] = (char)('0' + (i * 7 + i / 43) % 43);
    return 1;
}

static size_t put_three_bytes(char *out, int i)
{
    int c = 0x4e00 + i;
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static size_t put_four_bytes(char *out, int i)
{
    int c = 0x1f300 + i;
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* In rising order no two of the upper bytes make a character. */
static size_t put_not_utf8(char *out, int i)
{
    out[0] = (char)(0x80 + i % 128);
    return 1;
}

static size_t put_control(char *out, int i)
{
    out[0] = (char)(0x0b + i % 20);
    return 1;
}

static size_t put_short_escape(char *out, int i)
{
    out[0] = "\\'\n\t"[(i + i / 4) % 4];
    return 1;
}

static size_t put_c1_control(char *out, int i)
{
    out[0] = '\xc2';
    out[1] = (char)(0x80 + i % 32);
    return 2;
}

/* All of them in turn. */
static size_t put_mixed(char *out, int i)
{
    static size_t (*const puts_of[])(char *, int) = {
        put_ascii,    put_three_bytes,  put_control, put_four_bytes,
        put_not_utf8, put_short_escape, put_ascii};
    return puts_of[(i + i / 7) % 7](out, i);
}

static const struct kind kinds[] = {
    {"ASCII", put_ascii, 1},
    {"3 bytes each", put_three_bytes, 3},
    {"4 bytes each", put_four_bytes, 4},
    {"not UTF-8", put_not_utf8, 4},
    {"controls", put_control, 4},
    {"short escapes", put_short_escape, 2},
    {"C1 controls", put_c1_control, 8},
    {"mixed", put_mixed, 0},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

START_TEST(quote_every_length)
{
    const struct kind *kind = &kinds[_i];
    char name[401 * 4 + 1];
    size_t n = 0;
    for (size_t length = 0; length <= 400; length++) {
        bool cut = false;
        name[n] = 0;
        const char *fault = quote_fault(&cut, name);
        ck_assert_msg(fault == NULL, "%s, %zu of them: %s: %s", kind->what,
                      length, fault, TEXT_QUOTE(name));
        if (kind->quoted_bytes > 0)
            ck_assert_msg(cut == (length * kind->quoted_bytes > 96),
                          "%s, %zu of them: %s", kind->what, length,
                          TEXT_QUOTE(name));
        n += kind->put(name + n, (int)length);
    }
}
END_TEST

START_TEST(quote_examples)
{
    static const char *const examples[][2] = {
        {"", "''"},
        {"a b.gz", "'a b.gz'"},
        {"it's", "'it\\'s'"},
        {"a\\b", "'a\\\\b'"},
        {"a\nb\tc\rd", "'a\\nb\\tc\\x0dd'"},
        {"\x1b[31mred\x7f", "'\\x1b[31mred\\x7f'"},
        {"\x01\x1f ", "'\\x01\\x1f '"},
        {"Stra\xc3\x9f"
         "e",
         "'Stra\xc3\x9f"
         "e'"},
        {"\xf0\x9f\x90\xb1", "'\xf0\x9f\x90\xb1'"},
        {"\xc2\x85\xc2\x9b", "'\\xc2\\x85\\xc2\\x9b'"},
        {"\xc2\xa0", "'\xc2\xa0'"},
        /* Marks that turn the direction of a text, and their neighbours. */
        {"gpj.\xe2\x80\xae"
         "exe",
         "'gpj.\\xe2\\x80\\xaeexe'"},
        {"\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
         "'\xe2\x80\x8d\\xe2\\x80\\x8e\\xe2\\x80\\x8f\xe2\x80\x90'"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xaf",
         "'\xe2\x80\xa7\\xe2\\x80\\xa8\xe2\x80\xaf'"},
        {"\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa",
         "'\xe2\x81\xa5\\xe2\\x81\\xa6\\xe2\\x81\\xa9\xe2\x81\xaa'"},
        {"\xd8\x9b\xd8\x9c\xd8\x9d", "'\xd8\x9b\\xd8\\x9c\xd8\x9d'"},
        {"\xff\xc0\x80", "'\\xff\\xc0\\x80'"},
        {"a\xe2\x82", "'a\\xe2\\x82'"},
        {"\xed\xa0\x80", "'\\xed\\xa0\\x80'"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        ck_assert_str_eq(TEXT_QUOTE(examples[i][0]), examples[i][1]);
}
END_TEST

START_TEST(quote_long_name)
{
    char name[301];
    memset(name, '-', 300);
    name[300] = 0;
    memcpy(name, "data/train/", 11);
    memcpy(name + 300 - 15, "/kitten-817.png", 15);
    const char *quoted = TEXT_QUOTE(name);
    ck_assert_int_eq(strncmp(quoted, "'data/train/-", 13), 0);
    ck_assert_ptr_nonnull(strstr(quoted, "-...-"));
    ck_assert(text_ends_with(quoted, "/kitten-817.png'"));
}
END_TEST

START_TEST(utf8)
{
    static const char *const good[] = {
        "",
        "plain\x01\x7f",
        "\xc2\x80 \xdf\xbf",
        "\xe0\xa0\x80 \xef\xbf\xbf",
        "\xed\x9f\xbf \xee\x80\x80", /* on both sides of the surrogates */
        "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
    };
    static const char *const bad[] = {
        "\x80", /* a continuation alone */
        "a\xbf",
        "\xc0\x80", /* overlong, 2 bytes */
        "\xc1\xbf",
        "\xe0\x80\x80", /* overlong, 3 bytes */
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80", /* overlong, 4 bytes */
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* surrogates */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc3", /* cut off */
        "\xe2\x82",
        "\xe2",
        "\xf0\x9f\x90",
        "\xf0\x9f",
        "\xf0",
        "\xc3"
        "a", /* cut short by something else */
        "\xe2\x82"
        "a",
        "\xf0\x9f\x90\xc3\x9f",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(text_is_utf8(good[i]), "refused: %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!text_is_utf8(bad[i]), "taken: %zu", i);
}
END_TEST

/* ==== Numbers ==== */

START_TEST(u64)
{
    static const char *const bad[] = {
        "",
        " ",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "0x1",
        "1.0",
        "1e3",
        "a",
        "1a",
        "\xb2",
        "1,0",
        "18446744073709551616",
        "18446744073709551620",
        "99999999999999999999",
        "100000000000000000000000000000000000000",
    };
    uint64_t v = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!text_to_u64(&v, bad[i], 0, UINT64_MAX) && v == 77,
                      "taken: '%s'", bad[i]);
    ck_assert(!text_to_u64(&v, "9", 10, 20));
    ck_assert(!text_to_u64(&v, "21", 10, 20));
    ck_assert_uint_eq(v, 77);
    ck_assert(text_to_u64(&v, "10", 10, 20) && v == 10);
    ck_assert(text_to_u64(&v, "20", 10, 20) && v == 20);
    ck_assert(text_to_u64(&v, "0", 0, 0) && v == 0);
    ck_assert(text_to_u64(&v, "007", 0, 9) && v == 7);
    ck_assert(text_to_u64(&v, "18446744073709551615", 0, UINT64_MAX));
    ck_assert(v == UINT64_MAX);
}
END_TEST

static void takes_double(const char *text, double expected)
{
    double v = -77;
    bool taken = text_to_double(&v, text, -DBL_MAX, DBL_MAX);
    ck_assert_msg(taken && v == expected, "'%s': %s, %.17g, expected %.17g",
                  text, taken ? "taken" : "refused", v, expected);
}

static void refuses_double(const char *text)
{
    double v = -77;
    ck_assert_msg(!text_to_double(&v, text, -DBL_MAX, DBL_MAX) && v == -77,
                  "taken: '%.100s'", text);
}

static void all_doubles(void)
{
    static const char *const bad[] = {
        "",       " ",       "1 ",    " 1",  "\t1",   "1\n",    "nan",
        "NAN",    "inf",     "-inf",  "1e",  "1e+",   "e5",     "+",
        "-",      ".",       "-.",    ".e5", "0x1",   "0x",     "0x1p3",
        "1p3",    "1,5",     "1.2.3", "--1", "+-1",   "1-",     "1-2",
        "1e5.5",  "1e1e1",   "1_000", "1f",  "1e400", "-1e400", "infinity",
        "nan(1)", "1.5e+-3", "1.5,",  ",5",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuses_double(bad[i]);
    takes_double("0", 0);
    takes_double("-0.0", 0);
    takes_double("+1.5", 1.5);
    takes_double("-1.5", -1.5);
    takes_double(".5", 0.5);
    takes_double("5.", 5);
    takes_double("1e3", 1000);
    takes_double("1E+3", 1000);
    takes_double("-2.5e-3", -0.0025);
    takes_double("2.5E-3", 0.0025);
    takes_double("0.1", 0.1);
    takes_double("9007199254740993", 9007199254740992.0);
    takes_double("1.7976931348623157e308", DBL_MAX);
    takes_double("2.2250738585072014e-308", DBL_MIN);
    takes_double("1e-400", 0);
}

START_TEST(doubles)
{
    all_doubles();
}
END_TEST

START_TEST(double_limits)
{
    double v = -77;
    ck_assert(!text_to_double(&v, "0.99", 1, 2));
    ck_assert(!text_to_double(&v, "2.0001", 1, 2));
    ck_assert(!text_to_double(&v, "-1.5", 1, 2));
    ck_assert(!text_to_double(&v, "1e400", 0, INFINITY));
    ck_assert(!text_to_double(&v, "-1e400", -INFINITY, 0));
    ck_assert(v == -77);
    ck_assert(text_to_double(&v, "1", 1, 2) && v == 1);
    ck_assert(text_to_double(&v, "2", 1, 2) && v == 2);
}
END_TEST

START_TEST(double_long)
{
    static char text[100001];
    memset(text, '0', sizeof text - 1);
    memcpy(text, "1.5", 3);
    refuses_double(text);
    text[64] = 0;
    refuses_double(text);
    text[63] = 0;
    takes_double(text, 1.5);
}
END_TEST

/* In a program that called setlocale strtod wants another point, which may
 * have two bytes. Only what is installed can be tried. */
START_TEST(double_locale)
{
    static const char *const names[] = {
        "de_DE.UTF-8",     "fr_FR.UTF-8", "es_ES.UTF-8", "it_IT.UTF-8",
        "pl_PL.UTF-8",     "pt_BR.UTF-8", "ru_RU.UTF-8", "de_DE",
        "de_DE.ISO8859-1", "fa_IR.UTF-8", "ps_AF.UTF-8"};
    int n_tried = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_ALL, names[i]) == NULL)
            continue;
        n_tried += strcmp(localeconv()->decimal_point, ".") != 0;
        all_doubles();
        uint64_t bytes = 0;
        ck_assert(text_to_bytes(&bytes, "1.5K") && bytes == 1536);
        setlocale(LC_ALL, "C");
    }
    if (n_tried == 0)
        puts("check_text: locales skipped: none with another decimal point");
}
END_TEST

START_TEST(bytes)
{
    static const struct {
        const char *text;
        uint64_t expected;
    } good[] = {
        {"0", 0},
        {"512", 512},
        {"1K", 1024},
        {"64K", 65536},
        {"64k", 65536},
        {"3M", 3 << 20},
        {"3m", 3 << 20},
        {"2G", (uint64_t)2 << 30},
        {"2g", (uint64_t)2 << 30},
        {"1.5M", 3 << 19},
        {"9007199254740992", (uint64_t)1 << 53},
        {"8388608G", (uint64_t)1 << 53},
    };
    static const char *const bad[] = {
        "",
        "K",
        "-1",
        "-1K",
        "1KB",
        "1 K",
        "1KK",
        "1T",
        " 1",
        "1K ",
        "0x10",
        "inf",
        "nan",
        "infG",
        "M1",
        "1.5.5K",
        "8388609G",
        "1e300",
        "1e300G",
        "9007199254740994",
        "00000000000000000000000000000000000000000000000000000000000000001",
    };
    uint64_t v;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        v = 77;
        ck_assert_msg(text_to_bytes(&v, good[i].text), "refused: '%s'",
                      good[i].text);
        ck_assert_msg(v == good[i].expected, "'%s': %llu", good[i].text,
                      (unsigned long long)v);
    }
    v = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!text_to_bytes(&v, bad[i]) && v == 77, "taken: '%s'",
                      bad[i]);
}
END_TEST

START_TEST(sizes)
{
    static const char *const bad[] = {
        "",
        "3",
        "3x32",
        "3x32x",
        "x32x32",
        "3xx32",
        "3x32x32x",
        "3x32x32x1",
        "3X32X32",
        "3 x32x32",
        "3x32x32 ",
        "0x32x32",
        "3x32x65",
        "3x-1x32",
        "3x3.0x32",
        "3x32x00000000000000000000000000000000000000032",
        "3x18446744073709551617x32",
    };
    uint64_t v[4] = {0, 0, 0, 77};
    ck_assert(text_to_sizes(v, 3, "3x32x64", 1, 64));
    ck_assert(v[0] == 3 && v[1] == 32 && v[2] == 64 && v[3] == 77);
    ck_assert(text_to_sizes(v, 1, "5", 1, 64));
    ck_assert(v[0] == 5 && v[1] == 32);
    ck_assert(text_to_sizes(v, 2, "1x2", 1, 64));
    ck_assert(v[0] == 1 && v[1] == 2 && v[2] == 64);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!text_to_sizes(v, 3, bad[i], 1, 64), "taken: '%s'",
                      bad[i]);
    ck_assert_uint_eq(v[3], 77);
}
END_TEST

/* ==== Words ==== */

START_TEST(nearest)
{
    static const char *const list[] = {"train",     "classify", "evaluate",
                                       "reproduce", "info",     NULL};
    static const char *const none[] = {NULL};
    static const char *const long_word[] = {"abcdefghijklmnopqrstuvwxyz0123456",
                                            "train", NULL};
    static const char *const examples[][2] = {
        {"train", "train"},
        {"trian", "train"},
        {"trai", "train"},
        {"ttrain", "train"},
        {"clasify", "classify"},
        {"evalute", "evaluate"},
        {"evaluation", "evaluate"}, /* 3 edits of 10 letters */
        {"reproductn", "reproduce"},
        {"xxproducexx", NULL},
        {"reprodxyz", "reproduce"}, /* 3 edits of 9 letters */
        {"", NULL},
        {"zzzzz", NULL},
        {"in", NULL},
        {"inf", "info"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const char *found = text_nearest(examples[i][0], list);
        ck_assert_pstr_eq(found, examples[i][1]);
    }
    ck_assert_ptr_null(text_nearest("train", none));
    /* Words too long to compare are near to nothing, in list and question. */
    ck_assert_str_eq(text_nearest("trains", long_word), "train");
    ck_assert_ptr_null(text_nearest("abcdefghijklmnopqrstuvwxyz012345", list));
    ck_assert_ptr_null(
        text_nearest("abcdefghijklmnopqrstuvwxyz01234567890", long_word));
    ck_assert_ptr_null(
        text_nearest("abcdefghijklmnopqrstuvwxyz01234", long_word));
    static const char *const longest[] = {"abcdefghijklmnopqrstuvwxyz01234",
                                          NULL};
    ck_assert_ptr_eq(text_nearest("abcdefghijklmnopqrstuvwxyz0123x", longest),
                     longest[0]);
}
END_TEST

START_TEST(compare)
{
    ck_assert(text_equal("a", "a") && !text_equal("a", "ab"));
    ck_assert(!text_equal("ab", "a") && text_equal("", ""));
    ck_assert(text_ends_with("a.gz", ".gz") && text_ends_with("a", ""));
    ck_assert(!text_ends_with("gz", ".gz") && !text_ends_with("a.gzz", ".gz"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("text");
    TCase *quoting = tcase_create("quoting");
    tcase_add_loop_test(quoting, quote_every_length, 0, N_KINDS);
    tcase_add_test(quoting, quote_examples);
    tcase_add_test(quoting, quote_long_name);
    tcase_add_test(quoting, utf8);
    suite_add_tcase(s, quoting);
    TCase *numbers = tcase_create("numbers");
    tcase_add_test(numbers, u64);
    tcase_add_test(numbers, doubles);
    tcase_add_test(numbers, double_limits);
    tcase_add_test(numbers, double_long);
    tcase_add_test(numbers, double_locale);
    tcase_add_test(numbers, bytes);
    tcase_add_test(numbers, sizes);
    suite_add_tcase(s, numbers);
    TCase *words = tcase_create("words");
    tcase_add_test(words, nearest);
    tcase_add_test(words, compare);
    suite_add_tcase(s, words);
    return s;
}

CHECK_MAIN(suite)
