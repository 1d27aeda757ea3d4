/* check_train_options.c - defaults, and the text of an augmentation. */
#include "tests/training/toy.h"

#include <string.h>

static void expect(const char *text, struct ramp_augment want)
{
    struct ramp_augment found = {.cutout = 99};
    struct ramp_error err = {0};
    ck_assert_msg(ramp_augment_parse(&found, text, &err) == RAMP_OK, "%s: %s",
                  text, err.text);
    ck_assert_msg(
        found.flip == want.flip && found.shift == want.shift &&
            found.rotate == want.rotate && found.scale == want.scale &&
            found.cutout == want.cutout && found.alternate == want.alternate &&
            found.shear == want.shear,
        "%s", text);
}

START_TEST(augment_texts)
{
    expect("none", (struct ramp_augment){0});
    expect("flip", (struct ramp_augment){.flip = true});
    expect("flip:alternate",
           (struct ramp_augment){.flip = true, .alternate = true});
    expect("shear:.1,shift:4", (struct ramp_augment){.shear = 0.1, .shift = 4});
    expect("shift:4", (struct ramp_augment){.shift = 4});
    expect("cutout:8,rotate:2.5",
           (struct ramp_augment){.cutout = 8, .rotate = 2.5});
    expect(
        "flip,shift:4,rotate:10,scale:0.1,cutout:8",
        (struct ramp_augment){
            .flip = true, .shift = 4, .rotate = 10, .scale = 0.1, .cutout = 8});
    expect("rotate:180,scale:0.9,shift:16384",
           (struct ramp_augment){.rotate = 180, .scale = 0.9, .shift = 16384});
}
END_TEST

START_TEST(augment_mistakes)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"flipp", "unknown augmentation 'flipp': expected flip, shift:N, "
                  "rotate:X, scale:X, shear:X, cutout:N or none; try flip"},
        {"", "unknown augmentation '': expected flip, shift:N, rotate:X, "
             "scale:X, shear:X, cutout:N or none"},
        {"flip,", "unknown augmentation '': "},
        {"flip,none", "unknown augmentation 'none': expected flip, shift:N, "
                      "rotate:X, scale:X, shear:X, cutout:N or none"},
        {"flip,flip", "augmentation flip is given twice"},
        {"shift:1,shift:2", "augmentation shift is given twice"},
        {"flip:1", "augmentation flip: expected nothing or alternate, "
                   "found '1'"},
        {"flip:", "augmentation flip: expected nothing or alternate, found ''"},
        {"flip,flip:alternate", "augmentation flip is given twice"},
        {"shear:1.1", "augmentation shear: expected a number from 0 to 1, "
                      "found '1.1'"},
        {"shift", "augmentation shift: expected a whole number from 1 to "
                  "16384, found none"},
        {"shift:", "augmentation shift: expected a whole number from 1 to "
                   "16384, found ''"},
        {"shift:0", "augmentation shift: expected a whole number from 1 to "
                    "16384, found '0'"},
        {"shift:2.5", "augmentation shift: expected a whole number from 1 to "
                      "16384, found '2.5'"},
        {"shift:-1", "augmentation shift: expected a whole number from 1 to "
                     "16384, found '-1'"},
        {"rotate:181", "augmentation rotate: expected a number from 0 to "
                       "180, found '181'"},
        {"rotate:nan", "augmentation rotate: expected a number from 0 to "
                       "180, found 'nan'"},
        {"scale:1", "augmentation scale: expected a number from 0 to 0.9, "
                    "found '1'"},
        {"cutout:99999999999999999999",
         "augmentation cutout: expected a whole number from 1 to 16384, "
         "found '99999999999999999999'"},
        {"\x1b[31mshift:2", "unknown augmentation '\\x1b[31mshift': "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ramp_augment found = {.shift = 7};
        struct ramp_error err = {0};
        ck_assert_int_eq(ramp_augment_parse(&found, rows[i].text, &err),
                         RAMP_USAGE);
        size_t n = strlen(rows[i].message);
        if (rows[i].message[n - 1] != ' ')
            ck_assert_str_eq(err.text, rows[i].message);
        else
            ck_assert_int_eq(strncmp(err.text, rows[i].message, n), 0);
        ck_assert_int_eq(found.shift, 7); /* untouched */
        ck_assert_int_eq(ramp_augment_parse(&found, rows[i].text, NULL),
                         RAMP_USAGE);
    }
}
END_TEST

/* A word longer than any buffer. */
START_TEST(augment_long_word)
{
    char text[1000];
    struct ramp_augment found;
    struct ramp_error err;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    ck_assert_int_eq(ramp_augment_parse(&found, text, &err), RAMP_USAGE);
    memcpy(text, "shift:", 6);
    memset(text + 6, '1', sizeof text - 7);
    ck_assert_int_eq(ramp_augment_parse(&found, text, &err), RAMP_USAGE);
}
END_TEST

START_TEST(defaults)
{
    struct toy toy = toy_open(12, false, 0);
    struct ramp_train_options o;
    memset(&o, 0xff, sizeof o);
    ramp_train_defaults(&o, toy.data);
    ck_assert(o.optimizer == RAMP_NESTEROV && o.schedule == RAMP_COSINE);
    ck_assert(o.scale == RAMP_SCALE_STANDARD && o.init.kind == RAMP_INIT_HE);
    ck_assert_int_eq(o.epochs, 20);
    ck_assert_int_eq(o.batch, 64);
    ck_assert_double_eq(o.lr, 0.05);
    ck_assert_double_eq(o.momentum, 0.9);
    ck_assert_double_eq(o.l1, 0);
    ck_assert_double_eq(o.l2, 5e-4);
    ck_assert_double_eq(o.bias_lr, 1);
    ck_assert_double_eq(o.norm_lr, 1);
    ck_assert_double_eq(o.warmup, 1);
    ck_assert(!o.augment.flip);           /* grey */
    ck_assert_int_eq(o.augment.shift, 1); /* of 8 pixels */
    ck_assert_ptr_null(o.out_dir);
    ck_assert(o.on_batch == NULL && o.on_epoch == NULL);
    toy_close(&toy);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("train_options");
    TCase *tc = tcase_create("train_options");
    tcase_add_test(tc, augment_texts);
    tcase_add_test(tc, augment_mistakes);
    tcase_add_test(tc, augment_long_word);
    tcase_add_test(tc, defaults);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
