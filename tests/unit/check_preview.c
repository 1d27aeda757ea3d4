/* check_preview.c - a picture in the terminal: its size, its colours, bars. */
#include "report/preview.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

/* What was written, at most 400 bytes. */
static const char *written(FILE *file)
{
    static char text[401];
    rewind(file);
    text[fread(text, 1, 400, file)] = 0;
    fclose(file);
    return text;
}

START_TEST(picture_fits_half_of_the_window)
{
    static const struct {
        int window[2], picture[2], expected[2];
    } rows[] = {
        {{80, 24}, {28, 28}, {24, 24}},
        {{80, 48}, {28, 28}, {28, 28}},
        {{80, 48}, {32, 31}, {32, 32}},
        {{200, 100}, {1000, 500}, {64, 32}},
        {{200, 100}, {500, 1000}, {32, 64}},
        {{20, 50}, {100, 100}, {10, 10}},
        {{80, 24}, {1, 16384}, {1, 24}},
        {{80, 24}, {16384, 1}, {40, 2}},
        {{1, 1}, {300, 300}, {1, 2}},
        {{80, 24}, {1, 1}, {1, 2}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct preview preview = {PREVIEW_TRUE, rows[i].window[0],
                                        rows[i].window[1]};
        int columns, height;
        preview_size(&columns, &height, &preview, rows[i].picture[0],
                     rows[i].picture[1]);
        ck_assert_msg(columns == rows[i].expected[0] &&
                          height == rows[i].expected[1],
                      "row %zu: %d x %d", i, columns, height);
    }
}
END_TEST

/* Two rows of three pixels: black over black, red over grey, white twice. */
static const uint8_t pixels[] = {0, 0, 0, 255, 0,   0,   255, 255, 255,
                                 0, 0, 0, 128, 128, 128, 255, 255, 255};

START_TEST(cells_show_two_pixels)
{
    static const struct {
        enum preview_colours colours;
        const char *expected;
    } rows[] = {
        {PREVIEW_LETTERS, " =@"},
        {PREVIEW_256, "\033[38;5;16m\033[48;5;16m\u2580\033[38;5;196m"
                      "\033[48;5;244m\u2580\033[38;5;231m\033[48;5;231m\u2580"
                      "\033[0m"},
        {PREVIEW_TRUE, "\033[38;2;0;0;0m\033[48;2;0;0;0m\u2580"
                       "\033[38;2;255;0;0m\033[48;2;128;128;128m\u2580"
                       "\033[38;2;255;255;255m\033[48;2;255;255;255m\u2580"
                       "\033[0m"},
    };
    for (int i = 0; i < 3; i++) {
        const struct preview preview = {rows[i].colours, 80, 24};
        FILE *file = tmpfile();
        preview_line(file, &preview, pixels, 3);
        ck_assert_str_eq(written(file), rows[i].expected);
    }
}
END_TEST

START_TEST(bars_are_as_long_as_their_share)
{
    static const struct {
        enum preview_colours colours;
        double share;
        const char *expected;
    } rows[] = {
        {PREVIEW_LETTERS, 0, "|    |"},
        {PREVIEW_LETTERS, 0.13, "|#   |"},
        {PREVIEW_LETTERS, 0.5, "|##  |"},
        {PREVIEW_LETTERS, 1, "|####|"},
        {PREVIEW_TRUE, 0, "|    |"},
        {PREVIEW_TRUE, 1.0 / 32, "|\u258f   |"},
        {PREVIEW_256, 0.5, "|\u2588\u2588  |"},
        {PREVIEW_TRUE, 31.0 / 32, "|\u2588\u2588\u2588\u2589|"},
        {PREVIEW_TRUE, 1, "|\u2588\u2588\u2588\u2588|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct preview preview = {rows[i].colours, 80, 24};
        FILE *file = tmpfile();
        fputc('|', file);
        preview_bar(file, &preview, rows[i].share, 4);
        fputc('|', file);
        ck_assert_str_eq(written(file), rows[i].expected);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("preview");
    TCase *tcase = tcase_create("preview");
    tcase_add_test(tcase, picture_fits_half_of_the_window);
    tcase_add_test(tcase, cells_show_two_pixels);
    tcase_add_test(tcase, bars_are_as_long_as_their_share);
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
