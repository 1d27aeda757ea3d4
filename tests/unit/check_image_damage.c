/* check_image_damage.c - what no list of bad pictures foresees: every cut of a
 * sample of each format, and three changes of each of its bytes. A cut picture
 * is refused or, where only what may follow a picture was cut, is the same; a
 * changed one is refused or read, with the promised shape. Worth most under
 * the sanitizers. */
#include "tests/check.h"
#include "tests/unit/make_images.h"

static struct blob sample, blob;

static const struct png_spec pngs[] = {
    {.width = 9, .height = 7, .colour = 2, .depth = 8, .n_idat = 50},
    {.width = 9, .height = 7, .colour = 0, .depth = 16, .interlaced = true},
    {.width = 9,
     .height = 7,
     .colour = 3,
     .depth = 2,
     .n_colours = 4,
     .n_trns = 3,
     .interlaced = true},
    {.width = 5, .height = 4, .colour = 6, .depth = 16},
};

static const struct bmp_spec bmps[] = {
    {.width = 5,
     .height = 5,
     .header = 40,
     .bits = 4,
     .n_colours = 16,
     .n_named = 16,
     .n_used = 16},
    {.width = 5, .height = -4, .header = 40, .bits = 24, .gap = 3},
    {.width = 5,
     .height = 4,
     .header = 124,
     .bits = 32,
     .compression = 3,
     .masks = {0xff0000, 0xff00, 0xff, 0xff000000}},
    {.width = 9,
     .height = 3,
     .header = 12,
     .bits = 1,
     .n_colours = 2,
     .n_used = 2},
};

static const char *const jpegs[] = {
    "tests/data/baseline.jpg", "tests/data/progressive.jpg",
    "tests/data/grey.jpg", "tests/data/cmyk.jpg"};

static const char *const pnms[] = {"P5 5 4 255\n", "P6 5 4 255\n",
                                   "P5 # comment\n 5 4 999\n", "P6 5 4 65535 "};

enum { N_EACH = 4, N_SAMPLES = 4 * N_EACH };

static void make_sample(int which)
{
    int i = which % N_EACH;
    switch (which / N_EACH) {
    case 0: png_make(&sample, &pngs[i]); break;
    case 1: bmp_make(&sample, &bmps[i]); break;
    case 2: blob_load(&sample, jpegs[i]); break;
    default:
        sample.n = 0;
        blob_add(&sample, pnms[i], strlen(pnms[i]));
        for (int j = 0; j < (i % 2 ? 60 : 20) * (i / 2 + 1); j++)
            blob_byte(&sample, (unsigned)(j % 2 == 0 && i == 2 ? 2 : 7 * j));
    }
}

/* Touches every byte of what came out, for the sanitizers. */
static uint32_t check_result(const struct ramp_image *image,
                             enum ramp_status status,
                             const struct ramp_error *err)
{
    uint32_t sum = 0;
    if (status != RAMP_OK) {
        ck_assert_int_eq(status, RAMP_DATA);
        ck_assert_int_eq(err->status, RAMP_DATA);
        ck_assert_uint_gt(strlen(err->text), 24);
        ck_assert_ptr_null(image->pixels);
        return 0;
    }
    ck_assert_int_ge(image->width, 1);
    ck_assert_int_ge(image->height, 1);
    ck_assert(image->channels == 1 || image->channels == 3);
    size_t n =
        (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ image->pixels[i]) * 16777619u;
    return sum;
}

static enum ramp_status decode(uint32_t *sum)
{
    struct ramp_image image;
    struct ramp_error err = {0};
    enum ramp_status status = blob_decode(&image, &blob, &err);
    *sum = check_result(&image, status, &err);
    ramp_image_release(&image);
    return status;
}

START_TEST(cuts)
{
    uint32_t whole, sum;
    make_sample(_i);
    memcpy(blob.bytes, sample.bytes, sample.n);
    blob.n = sample.n;
    ck_assert_int_eq(decode(&whole), RAMP_OK);
    for (blob.n = 0; blob.n < sample.n; blob.n++)
        ck_assert_msg(decode(&sum) == RAMP_DATA,
                      "sample %d cut to %zu of %zu bytes was read", _i, blob.n,
                      sample.n);
}
END_TEST

static void change(size_t at, uint8_t value, bool mend)
{
    uint32_t first, again;
    memcpy(blob.bytes, sample.bytes, sample.n);
    blob.n = sample.n;
    blob.bytes[at] = value;
    if (mend)
        png_mend(&blob);
    enum ramp_status status = decode(&first);
    if (status == RAMP_OK) {
        ck_assert_int_eq(decode(&again), RAMP_OK);
        ck_assert_uint_eq(first, again);
    }
}

/* A PNG's changes are tried twice, as they are and with checksums put right,
 * which is how they come past the first gate. */
START_TEST(changes)
{
    make_sample(_i);
    for (size_t at = 0; at < sample.n; at++)
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t number = some_number((uint32_t)at, k, (uint32_t)_i);
            uint8_t value = (uint8_t)(sample.bytes[at] ^ (1 + number % 255));
            change(at, value, false);
            if (_i < N_EACH)
                change(at, value, true);
        }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("image damage");
    TCase *tc = tcase_create("damage");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, cuts, 0, N_SAMPLES);
    tcase_add_loop_test(tc, changes, 0, N_SAMPLES);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
