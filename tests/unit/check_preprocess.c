/* check_preprocess.c - fitting and scaling pictures, and the random changes
 * of training pictures. */
#include "tests/check.h"

#include "base/mem.h"
#include "data/augment.h"

#include <math.h>
#include <ramp/image.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 1 << 20 };

static uint8_t stored[MOST], fitted[MOST], wanted[MOST];
static float out[MOST], scaled[MOST];

static void fill_random(uint8_t *p, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)rng_below(rng_key(seed, RNG_TEST, 0), i, 256);
}

static struct ramp_image picture(int width, int height, int channels)
{
    return (struct ramp_image){.width = width,
                               .height = height,
                               .channels = channels,
                               .pixels = stored};
}

static struct ramp_preprocess shape(int width, int height, int channels,
                                    enum ramp_fit fit)
{
    return (struct ramp_preprocess){
        .width = width, .height = height, .channels = channels, .fit = fit};
}

static void fit(const struct ramp_preprocess *pre,
                const struct ramp_image *image)
{
    struct ramp_error err = {0};
    size_t n = (size_t)pre->width * (size_t)pre->height * (size_t)pre->channels;
    memset(fitted, 0xa5, n + 64);
    ck_assert_int_eq(ramp_preprocess_fit(fitted, pre, image, &err), RAMP_OK);
    for (size_t i = 0; i < 64; i++)
        if (fitted[n + i] != 0xa5)
            ck_abort_msg("wrote behind the end");
}

/* How many of n bytes are not `value`. */
static size_t count_others(const uint8_t *p, size_t n, uint8_t value)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += p[i] != value;
    return count;
}

START_TEST(right_size_is_kept)
{
    fill_random(stored, 13 * 9 * 3, 1);
    for (int channels = 1; channels <= 3; channels += 2)
        for (int f = RAMP_FIT_CROP; f <= RAMP_FIT_STRETCH; f++) {
            struct ramp_image image = picture(13, 9, channels);
            struct ramp_preprocess pre =
                shape(13, 9, channels, (enum ramp_fit)f);
            fit(&pre, &image);
            ck_assert_mem_eq(fitted, stored, (size_t)(13 * 9 * channels));
        }
}
END_TEST

START_TEST(grey_and_colour)
{
    struct ramp_image image = picture(16, 11, 1);
    struct ramp_preprocess pre = shape(16, 11, 3, RAMP_FIT_CROP);
    fill_random(stored, 16 * 11 * 3, 2);
    fit(&pre, &image);
    for (size_t i = 0; i < 16 * 11 * 3; i++)
        wanted[i] = stored[i / 3];
    ck_assert_mem_eq(fitted, wanted, 16 * 11 * 3);

    image.channels = 3;
    pre.channels = 1;
    fit(&pre, &image);
    for (size_t i = 0; i < 16 * 11; i++) {
        const uint8_t *p = stored + 3 * i;
        wanted[i] = (uint8_t)((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) / 256);
    }
    ck_assert_mem_eq(fitted, wanted, 16 * 11);

    memset(stored, 255, 3);
    image = picture(1, 1, 3);
    pre = shape(1, 1, 1, RAMP_FIT_CROP);
    fit(&pre, &image);
    ck_assert_int_eq(fitted[0], 255); /* white stays white */
}
END_TEST

/* Where no scaling is due, crop and letterbox only move bytes. */
START_TEST(crop_takes_the_middle)
{
    static const int sizes[][2] = {{40, 20}, {20, 41}, {21, 20}, {20, 20}};
    fill_random(stored, 41 * 41 * 3, 3);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ramp_image image = picture(sizes[i][0], sizes[i][1], 3);
        struct ramp_preprocess pre = shape(20, 20, 3, RAMP_FIT_CROP);
        fit(&pre, &image);
        int left = (image.width - 20) / 2;
        int top = (image.height - 20) / 2;
        for (int y = 0; y < 20; y++)
            ck_assert_mem_eq(fitted + 60 * y,
                             stored + 3 * ((y + top) * image.width + left), 60);
    }
}
END_TEST

START_TEST(letterbox_pads_with_black)
{
    struct ramp_image image = picture(20, 10, 3);
    struct ramp_preprocess pre = shape(20, 20, 3, RAMP_FIT_LETTERBOX);
    fill_random(stored, 20 * 10 * 3, 4);
    fit(&pre, &image);
    ck_assert_uint_eq(count_others(fitted, 5 * 60, 0), 0);
    ck_assert_mem_eq(fitted + 5 * 60, stored, 10 * 60);
    ck_assert_uint_eq(count_others(fitted + 15 * 60, 5 * 60, 0), 0);

    image = picture(10, 20, 3);
    fit(&pre, &image);
    for (int y = 0; y < 20; y++) {
        ck_assert_uint_eq(count_others(fitted + 60 * y, 15, 0), 0);
        ck_assert_mem_eq(fitted + 60 * y + 15, stored + 30 * y, 30);
        ck_assert_uint_eq(count_others(fitted + 60 * y + 45, 15, 0), 0);
    }

    /* Scaled to half: a white picture is a white band. */
    image = picture(40, 20, 3);
    memset(stored, 255, 40 * 20 * 3);
    fit(&pre, &image);
    ck_assert_uint_eq(count_others(fitted, 5 * 60, 0), 0);
    ck_assert_uint_eq(count_others(fitted + 5 * 60, 10 * 60, 255), 0);
    ck_assert_uint_eq(count_others(fitted + 15 * 60, 5 * 60, 0), 0);
}
END_TEST

/* One colour stays that colour whatever the sizes: no weight is lost at the
 * borders, nothing comes from outside. */
START_TEST(one_colour_stays)
{
    static const int sides[] = {1, 2, 3, 7, 31, 64, 150};
    enum { N = sizeof sides / sizeof sides[0] };
    memset(stored, 77, sizeof stored);
    for (int i = 0; i < N * N * N * N; i++) {
        struct ramp_image image =
            picture(sides[i % N], sides[i / N % N], i % 2 ? 1 : 3);
        int width = sides[i / N / N % N];
        int height = sides[i / N / N / N];
        for (int f = 0; f <= 2; f += 2) {
            int c = i % 3 ? 1 : 3;
            struct ramp_preprocess pre =
                shape(width, height, c, f ? RAMP_FIT_STRETCH : RAMP_FIT_CROP);
            fit(&pre, &image);
            if (count_others(fitted, (size_t)(width * height * c), 77) != 0)
                ck_abort_msg("%dx%d to %dx%d", image.width, image.height, width,
                             height);
        }
    }
}
END_TEST

/* Shrinking weighs by area: a fine chequerboard becomes grey, where taking
 * single pixels would leave black and white. */
START_TEST(shrinking_averages)
{
    struct ramp_image image = picture(512, 512, 1);
    struct ramp_preprocess pre = shape(32, 32, 1, RAMP_FIT_STRETCH);
    for (size_t i = 0; i < 512 * 512; i++)
        stored[i] = (i / 512 + i) % 2 ? 255 : 0;
    fit(&pre, &image);
    for (size_t i = 0; i < 32 * 32; i++)
        if (fitted[i] < 125 || fitted[i] > 130)
            ck_abort_msg("pixel %zu is %d", i, fitted[i]);
}
END_TEST

START_TEST(enlarging_is_smooth)
{
    struct ramp_image image = picture(8, 8, 1);
    struct ramp_preprocess pre = shape(64, 64, 1, RAMP_FIT_CROP);
    for (size_t i = 0; i < 64; i++)
        stored[i] = (uint8_t)(30 * (i % 8) + 5);
    fit(&pre, &image);
    for (int x = 1; x < 64; x++) {
        int step = fitted[x] - fitted[x - 1];
        if (step < -3 || step > 6)
            ck_abort_msg("step of %d at %d", step, x);
    }
    ck_assert_int_le(fitted[0], 8);
    ck_assert_int_ge(fitted[63], 212);
}
END_TEST

START_TEST(long_and_thin)
{
    static const int sizes[][2] = {{16384, 1}, {1, 16384}, {16384, 3}, {2, 1}};
    fill_random(stored, sizeof stored, 5);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int f = RAMP_FIT_CROP; f <= RAMP_FIT_STRETCH; f++) {
            struct ramp_image image = picture(sizes[i][0], sizes[i][1], 3);
            struct ramp_preprocess pre = shape(8, 8, 3, (enum ramp_fit)f);
            fit(&pre, &image);
            pre = shape(64, 40, 1, (enum ramp_fit)f);
            fit(&pre, &image);
            image = picture(9, 7, 1);
            pre = shape(sizes[i][0], sizes[i][1], 3, (enum ramp_fit)f);
            fit(&pre, &image);
        }
}
END_TEST

/* The nth allocation fails, once (_i is 0) or with all after it. */
START_TEST(fit_without_memory)
{
    struct ramp_image image = picture(30, 20, 3);
    struct ramp_preprocess pre = shape(16, 16, 1, RAMP_FIT_CROP);
    struct ramp_error err;
    enum ramp_status status = RAMP_MEMORY;
    size_t n = 0;
    while (status == RAMP_MEMORY) {
        n++;
        mem_fail_at(n, _i == 1);
        status = ramp_preprocess_fit(fitted, &pre, &image, &err);
        mem_fail_at(0, false);
        if (status == RAMP_MEMORY)
            ck_assert_ptr_nonnull(strstr(err.text, "out of memory"));
    }
    ck_assert_int_eq(status, RAMP_OK);
    ck_assert_uint_ge(n, 3);
}
END_TEST

/* The formula of ramp/image.h, bit for bit, for every byte. */
START_TEST(scale_formula)
{
    for (int scale = RAMP_SCALE_NONE; scale <= RAMP_SCALE_SIGNED; scale++)
        for (int channels = 1; channels <= 3; channels += 2) {
            struct ramp_preprocess pre = {.channels = channels,
                                          .height = 11,
                                          .width = 71,
                                          .scale = (enum ramp_scale)scale,
                                          .mean = {0.4914f, 0.4822f, 0.4465f},
                                          .std = {0.247f, 0, 0.2616f}};
            size_t n = (size_t)(11 * 71 * channels);
            for (size_t i = 0; i < n; i++)
                stored[i] = (uint8_t)(i / (size_t)channels);
            out[n] = 12345;
            ramp_preprocess_scale(out, &pre, stored);
            ck_assert(out[n] == 12345);
            for (size_t i = 0; i < n; i++) {
                size_t c = i % (size_t)channels;
                double s = c == 1 ? 1 : (double)pre.std[c];
                float mul[4] = {1, (float)(1.0 / 255), (float)(1 / (255 * s)),
                                (float)(1 / 127.5)};
                float add[4] = {0, 0, (float)(-(double)pre.mean[c] / s), -1};
                float product = (float)stored[i] * mul[scale];
                if (out[i] != product + add[scale])
                    ck_abort_msg("scale %d, channel %zu, byte %d", scale, c,
                                 stored[i]);
                double truth = (stored[i] / 255.0 - (double)pre.mean[c]) / s;
                if (scale == 2 && !(fabs(out[i] - truth) <= 1e-6))
                    ck_abort_msg("byte %d: %.9g, expected %.9g", stored[i],
                                 (double)out[i], truth);
            }
        }
}
END_TEST

static size_t n_floats(const struct ramp_preprocess *pre)
{
    return (size_t)pre->width * (size_t)pre->height * (size_t)pre->channels;
}

/* Each value less that of the mean image at its own place. */
START_TEST(mean_image_formula)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        static float image[11 * 71 * 3];
        struct ramp_preprocess pre = {.channels = channels,
                                      .height = 11,
                                      .width = 71,
                                      .scale = RAMP_SCALE_MEAN_IMAGE,
                                      .mean_image = image};
        size_t n = (size_t)(11 * 71 * channels);
        fill_random(stored, n, 30);
        for (size_t i = 0; i < n; i++)
            image[i] = (float)(i * 7919 % 2551) / 10;
        out[n] = 12345;
        ramp_preprocess_scale(out, &pre, stored);
        ck_assert(out[n] == 12345);
        for (size_t i = 0; i < n; i++)
            if (out[i] != (float)stored[i] - image[i])
                ck_abort_msg("value %zu: %.9g", i, (double)out[i]);
    }
}
END_TEST

/* The formula with whole sums, bit for bit; then what it is for. */
static void check_by_itself(const struct ramp_preprocess *pre)
{
    size_t n = n_floats(pre);
    uint64_t sum = 0, squares = 0;
    out[n] = 12345;
    ramp_preprocess_scale(out, pre, stored);
    ck_assert(out[n] == 12345);
    for (size_t i = 0; i < n; i++) {
        sum += stored[i];
        squares += (uint64_t)stored[i] * stored[i];
    }
    double m = (double)sum / (double)n;
    double s = sqrt(fmax((double)squares / (double)n - m * m, 1 / (double)n));
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        float product = (float)stored[i] * (float)(1 / s);
        if (out[i] != product + (float)(-m / s))
            ck_abort_msg("value %zu: %.9g", i, (double)out[i]);
        mean += (double)out[i] / (double)n;
        square += (double)out[i] * (double)out[i] / (double)n;
    }
    ck_assert_msg(fabs(mean) <= 1e-5 && fabs(square - 1) <= 1e-4,
                  "mean %g, variance %g", mean, square);
}

START_TEST(picture_formula)
{
    static const int sides[][2] = {{1, 2}, {5, 3}, {71, 11}, {160, 150}};
    for (size_t i = 0; i < 8; i++) {
        struct ramp_preprocess pre = shape(sides[i / 2][0], sides[i / 2][1],
                                           i % 2 ? 3 : 1, RAMP_FIT_CROP);
        pre.scale = RAMP_SCALE_PICTURE;
        fill_random(stored, n_floats(&pre), 40 + i);
        check_by_itself(&pre);
        memset(stored, 17, n_floats(&pre)); /* a constant picture */
        ramp_preprocess_scale(out, &pre, stored);
        for (size_t j = 0; j < n_floats(&pre); j++)
            ck_assert_msg(fabsf(out[j]) <= 1e-3f, "%g", (double)out[j]);
    }
}
END_TEST

/* Augmentation */

static const struct ramp_preprocess canvas = {.channels = 3,
                                              .height = 9,
                                              .width = 12,
                                              .scale = RAMP_SCALE_STANDARD,
                                              .mean = {0.5f, 0.4f, 0.3f},
                                              .std = {0.2f, 0.3f, 0.4f}};

enum { SEED = 7, EPOCH = 3 };

/* Mirrors at one border after another, until it is inside. */
static int reflect(int i, int n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

/* The picture in `stored`, flipped and moved, scaled into `scaled`. */
static void move_plainly(const struct ramp_preprocess *pre, bool flip, int dx,
                         int dy)
{
    int w = pre->width;
    int c = pre->channels;
    for (int y = 0; y < pre->height; y++)
        for (int x = 0; x < w; x++) {
            int sx = reflect(x - dx, w);
            int sy = reflect(y - dy, pre->height);
            if (flip)
                sx = w - 1 - sx;
            memcpy(wanted + (y * w + x) * c, stored + (sy * w + sx) * c,
                   (size_t)c);
        }
    ramp_preprocess_scale(scaled, pre, wanted);
}

static bool is_moved(const struct ramp_preprocess *pre, bool flip, int dx,
                     int dy)
{
    move_plainly(pre, flip, dx, dy);
    return memcmp(out, scaled, n_floats(pre) * sizeof *out) == 0;
}

START_TEST(no_change)
{
    struct augment augment = {0};
    fill_random(stored, n_floats(&canvas), 6);
    size_t before = mem_count();
    augment_apply(out, &augment, &canvas, stored, SEED, EPOCH, 99);
    ck_assert_uint_eq(mem_count(), before);
    ck_assert(is_moved(&canvas, false, 0, 0));
}
END_TEST

/* Every shift and both sides come up, about equally often and independently,
 * also of what the picture before drew; what comes out is exactly the picture
 * moved. */
START_TEST(flip_and_shift)
{
    enum { S = 2, SIDE = 2 * S + 1, N = 5000 };
    static int counts[2][SIDE][SIDE];
    int n_same = 0;
    int dy_before = 0;
    struct augment augment = {.flip = true, .shift = S};
    fill_random(stored, n_floats(&canvas), 8);
    for (uint64_t counter = 0; counter < N; counter++) {
        int found = 0;
        augment_apply(out, &augment, &canvas, stored, SEED, EPOCH, counter);
        for (int i = 0; i < 2 * SIDE * SIDE; i++) {
            int dx = i % SIDE - S;
            int dy = i / SIDE % SIDE - S;
            bool flip = i / SIDE / SIDE == 1;
            if (!is_moved(&canvas, flip, dx, dy))
                continue;
            counts[flip][dy + S][dx + S]++;
            n_same += dx == dy_before;
            dy_before = dy;
            found++;
        }
        if (found != 1)
            ck_abort_msg("picture %d is %d of the moved ones", (int)counter,
                         found);
    }
    double chi2 = 0;
    for (int i = 0; i < 2 * SIDE * SIDE; i++) {
        double mean = (double)N / (2 * SIDE * SIDE);
        double off = (&counts[0][0][0])[i] - mean;
        chi2 += off * off / mean;
    }
    ck_assert_msg(chi2 < 86, "chi-square of 49 is %.1f", chi2); /* p = 0.001 */
    ck_assert_int_lt(n_same, N / SIDE + N / 20);
}
END_TEST

/* Each picture one way in odd epochs and the other way in even ones, as many
 * one way as the other, while shifts are drawn anew. */
START_TEST(alternating_flip)
{
    enum { N = 1000 };
    struct augment augment = {.flip = true, .alternate = true, .shift = 1};
    int n_flipped = 0, n_moved = 0;
    fill_random(stored, n_floats(&canvas), 9);
    for (uint64_t index = 0; index < N; index++) {
        int first = -1, place = -1;
        for (uint64_t epoch = 1; epoch <= 5; epoch++) {
            int d = 0;
            augment_apply(out, &augment, &canvas, stored, SEED, epoch, index);
            while (d < 18 &&
                   !is_moved(&canvas, d / 9, d % 3 - 1, d / 3 % 3 - 1))
                d++;
            ck_assert_int_lt(d, 18);
            if (epoch == 1)
                first = d / 9;
            n_moved += epoch > 1 && d % 9 != place;
            place = d % 9;
            ck_assert_int_eq(d / 9, epoch % 2 == 1 ? first : !first);
        }
        n_flipped += first;
    }
    ck_assert(abs(n_flipped - N / 2) < 60); /* 3.8 standard deviations */
    ck_assert_int_gt(n_moved, 4 * N * 8 / 9 - 150);
}
END_TEST

/* Shifts beyond the sides, and sides of one pixel; grey (_i is 0) and RGB. */
START_TEST(far_shifts)
{
    static const int sizes[][2] = {{1, 1}, {1, 5}, {5, 1}, {2, 3}, {4, 4}};
    struct augment augment = {.flip = true, .shift = 9};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ramp_preprocess pre = canvas;
        pre.channels = _i ? 3 : 1;
        pre.width = sizes[i][0];
        pre.height = sizes[i][1];
        fill_random(stored, n_floats(&pre), 10 + i);
        for (uint64_t counter = 0; counter < 200; counter++) {
            bool found = false;
            augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
            for (int d = 0; d < 2 * 19 * 19 && !found; d++)
                found = is_moved(&pre, d % 2, d / 2 % 19 - 9, d / 2 / 19 - 9);
            ck_assert_msg(found, "%dx%d, picture %d", pre.width, pre.height,
                          (int)counter);
        }
    }
}
END_TEST

/* Pictures that are wide, or of more than 48 KB, are moved like small ones. */
START_TEST(large_pictures)
{
    static const int sizes[][2] = {{16384, 2}, {16383, 4}, {150, 160}, {1, 50}};
    struct augment augment = {.flip = true, .shift = 1};
    struct ramp_preprocess pre = canvas;
    pre.channels = _i % 2 ? 3 : 1;
    pre.width = sizes[_i / 2][0];
    pre.height = sizes[_i / 2][1];
    fill_random(stored, n_floats(&pre), 20);
    for (uint64_t counter = 0; counter < 10; counter++) {
        bool found = false;
        out[n_floats(&pre)] = 12345;
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
        ck_assert(out[n_floats(&pre)] == 12345);
        for (int d = 0; d < 2 * 3 * 3 && !found; d++)
            found = is_moved(&pre, d % 2, d / 2 % 3 - 1, d / 2 / 3 - 1);
        ck_assert_msg(found, "picture %d", (int)counter);
    }
}
END_TEST

/* Pixels that rise evenly to the right and down are interpolated without an
 * error, so the map shows in the slopes: it must turn by no more than asked,
 * scale by no more than asked, and leave the centre where it was. */
START_TEST(rotate_and_scale)
{
    enum { SIDE = 41, MID = SIDE / 2, N = 400 };
    struct augment augment = {.rotate = 15, .scale = 0.25};
    struct ramp_preprocess pre = shape(SIDE, SIDE, 3, RAMP_FIT_CROP);
    double most_turn = 0, least_turn = 0, most_factor = 1, least_factor = 1;
    for (int i = 0; i < SIDE * SIDE; i++) {
        stored[3 * i] = (uint8_t)(6 * (i % SIDE));
        stored[3 * i + 1] = (uint8_t)(6 * (i / SIDE));
        stored[3 * i + 2] = 50;
    }
    for (uint64_t counter = 0; counter < N; counter++) {
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
        const float *mid = out + 3 * (MID * SIDE + MID);
        for (int c = 0; c < 3; c++)
            ck_assert(fabs((double)(mid[c] - (c < 2 ? 6 * MID : 50))) < 1e-3);
        double xx = (double)(mid[3] - mid[0]) / 6;
        double yx = (double)(mid[4] - mid[1]) / 6;
        double xy = (double)(mid[3 * SIDE] - mid[0]) / 6;
        double yy = (double)(mid[3 * SIDE + 1] - mid[1]) / 6;
        ck_assert(fabs(xx - yy) < 1e-4 && fabs(xy + yx) < 1e-4);
        double factor = 1 / sqrt(xx * xx + xy * xy);
        double turn = atan2(xy, xx) * 180 / acos(-1);
        most_turn = turn > most_turn ? turn : most_turn;
        least_turn = turn < least_turn ? turn : least_turn;
        most_factor = factor > most_factor ? factor : most_factor;
        least_factor = factor < least_factor ? factor : least_factor;
    }
    ck_assert(most_turn > 14 && most_turn < 15.01);
    ck_assert(least_turn < -14 && least_turn > -15.01);
    ck_assert(most_factor > 1.23 && most_factor < 1.2501);
    ck_assert(least_factor < 0.77 && least_factor > 0.7499);
}
END_TEST

/* The same with a shear before: the map is its own product with rotation and
 * scaling. For a new pixel one step to the right (1) or down (2), x and y tell
 * how far that is in the old picture. */
START_TEST(shear)
{
    enum { SIDE = 41, MID = SIDE / 2, N = 400 };
    struct augment augment = {.shear = 0.25};
    struct ramp_preprocess pre = shape(SIDE, SIDE, 3, RAMP_FIT_CROP);
    double most = 0, least = 0;
    if (_i)
        augment = (struct augment){.rotate = 15, .scale = 0.25, .shear = 0.25};
    for (int i = 0; i < SIDE * SIDE; i++) {
        stored[3 * i] = (uint8_t)(6 * (i % SIDE));
        stored[3 * i + 1] = (uint8_t)(6 * (i / SIDE));
        stored[3 * i + 2] = 50;
    }
    for (uint64_t index = 0; index < N; index++) {
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, index);
        const float *mid = out + 3 * (MID * SIDE + MID);
        ck_assert(fabs((double)mid[0] - 6 * MID) < 1e-3);
        ck_assert(fabs((double)mid[1] - 6 * MID) < 1e-3);
        double x1 = (double)(mid[3] - mid[0]) / 6;
        double y1 = (double)(mid[4] - mid[1]) / 6;
        double x2 = (double)(mid[3 * SIDE] - mid[0]) / 6;
        double y2 = (double)(mid[3 * SIDE + 1] - mid[1]) / 6;
        /* Without the shear x1 = y2 and x2 = -y1. */
        double k = ((y2 - x1) * y1 + (-y1 - x2) * y2) / (y1 * y1 + y2 * y2);
        ck_assert(fabs(y2 - x1 - k * y1) < 1e-4);
        ck_assert(fabs(-y1 - x2 - k * y2) < 1e-4);
        if (!_i)
            ck_assert(fabs(y2 - 1) < 1e-4 && fabs(y1) < 1e-4);
        most = k > most ? k : most;
        least = k < least ? k : least;
    }
    ck_assert_msg(most > 0.24 && most < 0.2502, "%g", most);
    ck_assert_msg(least < -0.24 && least > -0.2502, "%g", least);
}
END_TEST

/* The bilinear pass moves and flips as the plain one does. */
START_TEST(warp_agrees_with_move)
{
    struct augment plain = {.flip = true, .shift = 3};
    struct augment warped = {.flip = true, .shift = 3};
    *(_i ? &warped.shear : &warped.rotate) = 1e-9;
    fill_random(stored, n_floats(&canvas), 12);
    for (uint64_t counter = 0; counter < 300; counter++) {
        augment_apply(scaled, &plain, &canvas, stored, SEED, EPOCH, counter);
        augment_apply(out, &warped, &canvas, stored, SEED, EPOCH, counter);
        for (size_t i = 0; i < n_floats(&canvas); i++)
            if (!(fabsf(out[i] - scaled[i]) <= 1e-4f))
                ck_abort_msg("picture %d, %zu: %g, expected %g", (int)counter,
                             i, (double)out[i], (double)scaled[i]);
    }
}
END_TEST

START_TEST(warp_stays_inside)
{
    static const int sizes[][2] = {{1, 1}, {1, 7}, {7, 1}, {2, 2}, {20, 3}};
    struct augment augment = {
        .flip = true, .shift = 30, .rotate = 180, .scale = 0.9, .shear = 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ramp_preprocess pre =
            shape(sizes[i][0], sizes[i][1], 3, RAMP_FIT_CROP);
        memset(stored, 200, n_floats(&pre));
        for (uint64_t counter = 0; counter < 300; counter++) {
            augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
            for (size_t j = 0; j < n_floats(&pre); j++)
                if (out[j] != 200)
                    ck_abort_msg("%g instead of 200", (double)out[j]);
        }
    }
}
END_TEST

/* Pixels are changed first and scaled where they came to lie: a moved picture
 * is scaled as if it had been read so. */
START_TEST(scaled_after_the_change)
{
    static float image[12 * 9 * 3];
    struct augment augment = {.flip = true, .shift = 2};
    struct ramp_preprocess pre = canvas;
    pre.scale = _i ? RAMP_SCALE_PICTURE : RAMP_SCALE_MEAN_IMAGE;
    pre.mean_image = _i ? NULL : image;
    fill_random(stored, n_floats(&pre), 50);
    for (size_t i = 0; i < n_floats(&pre); i++)
        image[i] = (float)(i * 7919 % 2551) / 10;
    for (uint64_t counter = 0; counter < 100; counter++) {
        bool found = false;
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
        for (int d = 0; d < 2 * 5 * 5 && !found; d++)
            found = is_moved(&pre, d % 2, d / 2 % 5 - 2, d / 2 / 5 - 2);
        ck_assert_msg(found, "picture %d", (int)counter);
    }
}
END_TEST

/* The same of a cut square: it is filled with the mean colour, then scaled. */
START_TEST(cutout_is_scaled)
{
    static float image[12 * 9 * 3], plain[12 * 9 * 3];
    struct augment augment = {.cutout = 4};
    struct ramp_preprocess pre = canvas, none = canvas;
    size_t n = n_floats(&pre);
    none.scale = RAMP_SCALE_NONE;
    pre.scale = _i ? RAMP_SCALE_PICTURE : RAMP_SCALE_MEAN_IMAGE;
    pre.mean_image = _i ? NULL : image;
    fill_random(stored, n, 51);
    for (size_t i = 0; i < n; i++)
        image[i] = (float)(i * 7919 % 2551) / 10;
    for (uint64_t counter = 0; counter < 50; counter++) {
        double sum = 0, squares = 0;
        augment_apply(plain, &augment, &none, stored, SEED, EPOCH, counter);
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
        for (size_t i = 0; i < n; i++) {
            sum += (double)plain[i];
            squares += (double)plain[i] * (double)plain[i];
        }
        double m = sum / (double)n, s = sqrt(squares / (double)n - m * m);
        for (size_t i = 0; i < n; i++) {
            double x = (double)plain[i];
            double truth = _i ? (x - m) / s : x - (double)image[i];
            ck_assert_msg(fabs((double)out[i] - truth) <= 1e-4,
                          "value %zu: %g, expected %g", i, (double)out[i],
                          truth);
        }
    }
}
END_TEST

/* A square of the mean, cut by the border where its middle is near it. */
static void check_cutout(enum ramp_scale scale, const float fill[3])
{
    enum { SIDE = 4 };
    struct augment augment = {.cutout = SIDE};
    struct ramp_preprocess pre = canvas;
    bool whole = false, cut = false;
    pre.scale = scale;
    memset(stored, 255, n_floats(&pre));
    ramp_preprocess_scale(scaled, &pre, stored);
    for (uint64_t counter = 0; counter < 300; counter++) {
        int x0 = pre.width, x1 = -1, y0 = pre.height, y1 = -1, n = 0;
        augment_apply(out, &augment, &pre, stored, SEED, EPOCH, counter);
        for (int i = 0; i < pre.width * pre.height; i++) {
            if (memcmp(out + 3 * i, scaled, 12) == 0)
                continue;
            ck_assert_mem_eq(out + 3 * i, fill, 12);
            int x = i % pre.width;
            int y = i / pre.width;
            x0 = x < x0 ? x : x0;
            x1 = x > x1 ? x : x1;
            y0 = y < y0 ? y : y0;
            y1 = y > y1 ? y : y1;
            n++;
        }
        int width = x1 - x0 + 1;
        int height = y1 - y0 + 1;
        ck_assert_int_eq(n, width * height);
        ck_assert(n >= 1 && width <= SIDE && height <= SIDE);
        ck_assert(width == SIDE || x0 == 0 || x1 == pre.width - 1);
        ck_assert(height == SIDE || y0 == 0 || y1 == pre.height - 1);
        whole = whole || n == SIDE * SIDE;
        cut = cut || n < SIDE * SIDE;
    }
    ck_assert(whole && cut);
}

START_TEST(cutout)
{
    const float zero[3] = {0, 0, 0};
    const float upto255[3] = {255 * canvas.mean[0], 255 * canvas.mean[1],
                              255 * canvas.mean[2]};
    const float upto1[3] = {2 * canvas.mean[0] - 1, 2 * canvas.mean[1] - 1,
                            2 * canvas.mean[2] - 1};
    check_cutout(RAMP_SCALE_STANDARD, zero);
    check_cutout(RAMP_SCALE_UNIT, canvas.mean);
    check_cutout(RAMP_SCALE_NONE, upto255);
    check_cutout(RAMP_SCALE_SIGNED, upto1);
}
END_TEST

/* The numbers depend on the place alone, and on all of it. */
START_TEST(drawn_by_place)
{
    struct augment augment = {
        .flip = true, .shift = 2, .rotate = 10, .scale = 0.1, .cutout = 3};
    size_t n_bytes = n_floats(&canvas) * sizeof *out;
    fill_random(stored, n_floats(&canvas), 13);
    augment_apply(scaled, &augment, &canvas, stored, SEED, EPOCH, 5);
    size_t before = mem_count();
    augment_apply(out, &augment, &canvas, stored, SEED, EPOCH, 6);
    ck_assert_int_ne(memcmp(out, scaled, n_bytes), 0);
    augment_apply(out, &augment, &canvas, stored, SEED, EPOCH + 1, 5);
    ck_assert_int_ne(memcmp(out, scaled, n_bytes), 0);
    augment_apply(out, &augment, &canvas, stored, SEED, EPOCH, 5);
    ck_assert_int_eq(memcmp(out, scaled, n_bytes), 0);
    ck_assert_uint_eq(mem_count(), before);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("preprocess");
    TCase *tc = tcase_create("fit");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, right_size_is_kept);
    tcase_add_test(tc, grey_and_colour);
    tcase_add_test(tc, crop_takes_the_middle);
    tcase_add_test(tc, letterbox_pads_with_black);
    tcase_add_test(tc, one_colour_stays);
    tcase_add_test(tc, shrinking_averages);
    tcase_add_test(tc, enlarging_is_smooth);
    tcase_add_test(tc, long_and_thin);
    tcase_add_loop_test(tc, fit_without_memory, 0, 2);
    tcase_add_test(tc, scale_formula);
    tcase_add_test(tc, mean_image_formula);
    tcase_add_test(tc, picture_formula);
    suite_add_tcase(s, tc);

    TCase *changes = tcase_create("augment");
    tcase_set_timeout(changes, 60);
    tcase_add_test(changes, no_change);
    tcase_add_test(changes, flip_and_shift);
    tcase_add_test(changes, alternating_flip);
    tcase_add_loop_test(changes, far_shifts, 0, 2);
    tcase_add_loop_test(changes, large_pictures, 0, 8);
    tcase_add_test(changes, rotate_and_scale);
    tcase_add_loop_test(changes, shear, 0, 2);
    tcase_add_loop_test(changes, warp_agrees_with_move, 0, 2);
    tcase_add_test(changes, warp_stays_inside);
    tcase_add_loop_test(changes, scaled_after_the_change, 0, 2);
    tcase_add_test(changes, cutout);
    tcase_add_loop_test(changes, cutout_is_scaled, 0, 2);
    tcase_add_test(changes, drawn_by_place);
    suite_add_tcase(s, changes);
    return s;
}

CHECK_MAIN(suite)
