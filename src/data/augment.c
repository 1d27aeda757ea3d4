/* augment.c - random changes of training pictures, and the views of test-time
 * augmentation. Knows nothing of batches and threads: one picture in, one
 * picture out. */
#include "data/augment.h"

#include "base/error.h"
#include "data/preprocess.h"

#include <math.h>
#include <string.h>

/* The numbers of one picture are drawn at index * DRAWS + which, so that no two
 * draws of an epoch share a counter. */
enum draw {
    DRAW_FLIP,
    DRAW_SHIFT_X,
    DRAW_SHIFT_Y,
    DRAW_ROTATE,
    DRAW_SCALE,
    DRAW_CUTOUT_X,
    DRAW_CUTOUT_Y,
    DRAW_SHEAR,
    DRAWS = 16
};

/* What was drawn for one picture. */
struct change {
    bool flip;
    int shift_x, shift_y; /* to the right and down */
    double angle;         /* radians */
    double factor;        /* > 1 enlarges */
    double shear;         /* to the right, per row down */
};

/* Shape and scaling of one picture, ready for the loops. */
struct canvas {
    int width, height, channels;
    struct scaling scaling;
    const uint8_t *pixels; /* borrowed */
};

/* A strip has room for a row of the widest picture. */
enum { MAX_SIDE = 16384, STRIP_BYTES = 3 * MAX_SIDE };

static int draw_int(struct rng_key key, uint64_t counter, int low, int high)
{
    uint64_t n = (uint64_t)((int64_t)high - low + 1);
    return (int)((int64_t)rng_below(key, counter, n) + low);
}

static double draw_real(struct rng_key key, uint64_t counter, double most)
{
    return (2 * rng_uniform(key, counter) - 1) * most;
}

/* Half of the time, anew in each epoch; or from what is drawn once for all of
 * them, as if for epoch 0, in turn. */
static bool draw_flip(const struct augment *augment, uint64_t seed,
                      uint64_t epoch, uint64_t counter)
{
    uint64_t drawn_for = augment->alternate ? 0 : epoch;
    bool flip =
        draw_int(rng_key(seed, RNG_AUGMENT, drawn_for), counter, 0, 1) == 1;
    return augment->alternate && epoch % 2 == 0 ? !flip : flip;
}

static struct change draw_change(const struct augment *augment, uint64_t seed,
                                 uint64_t epoch, uint64_t base)
{
    struct rng_key key = rng_key(seed, RNG_AUGMENT, epoch);
    const double degree = 3.14159265358979323846 / 180;
    int s = augment->shift;
    struct change change = {.factor = 1};
    if (augment->flip)
        change.flip = draw_flip(augment, seed, epoch, base + DRAW_FLIP);
    if (s > 0) {
        change.shift_x = draw_int(key, base + DRAW_SHIFT_X, -s, s);
        change.shift_y = draw_int(key, base + DRAW_SHIFT_Y, -s, s);
    }
    if (augment->rotate > 0)
        change.angle =
            draw_real(key, base + DRAW_ROTATE, augment->rotate * degree);
    if (augment->scale > 0)
        change.factor += draw_real(key, base + DRAW_SCALE, augment->scale);
    if (augment->shear > 0)
        change.shear = draw_real(key, base + DRAW_SHEAR, augment->shear);
    return change;
}

/* The index inside 0..n-1 that i has in a picture mirrored at its border
 * pixels, which are not repeated: for n = 4 ... 2 1 0 1 2 3 2 1 0 1 ... */
static int mirrored(int64_t i, int n)
{
    int64_t period = 2 * ((int64_t)n - 1);
    if (i >= 0 && i < n)
        return (int)i;
    if (n == 1)
        return 0;
    i %= period;
    if (i < 0)
        i += period;
    return (int)(i < n ? i : period - i);
}

/* n pixels from `pixel` on, or back to the left from there. */
static void copy_pixels(uint8_t *to, const uint8_t *pixel, size_t n,
                        size_t channels, bool to_the_left)
{
    if (!to_the_left) {
        memcpy(to, pixel, n * channels);
    } else if (channels == 1) {
        for (size_t i = 0; i < n; i++)
            to[i] = *(pixel - i);
    } else {
        for (size_t i = 0; i < n; i++, to += 3) {
            to[0] = (pixel - 3 * i)[0];
            to[1] = (pixel - 3 * i)[1];
            to[2] = (pixel - 3 * i)[2];
        }
    }
}

/* One row, moved by whole pixels, perhaps flipped: run by run from border to
 * border, for behind each border the mirrored row goes the other way. */
static void move_row(uint8_t *to, const struct canvas *canvas,
                     const uint8_t *row, const struct change *change)
{
    size_t channels = (size_t)canvas->channels;
    int w = canvas->width;
    for (int x = 0, n; x < w; x += n) {
        int place = mirrored((int64_t)x - change->shift_x, w);
        bool to_the_left =
            place > 0 &&
            mirrored((int64_t)x + 1 - change->shift_x, w) == place - 1;
        n = to_the_left ? place : w - place;
        if (n > w - x)
            n = w - x;
        if (change->flip)
            place = w - 1 - place;
        copy_pixels(to + (size_t)x * channels, row + (size_t)place * channels,
                    (size_t)n, channels, to_the_left != change->flip);
    }
}

/* Rows are moved as bytes, a strip of them at a time, and scaled together. */
static void move(float *out, const struct canvas *canvas,
                 const struct change *change)
{
    uint8_t strip[STRIP_BYTES];
    size_t row_bytes = (size_t)canvas->width * (size_t)canvas->channels;
    size_t used = 0;
    for (int y = 0; y < canvas->height; y++) {
        int place = mirrored((int64_t)y - change->shift_y, canvas->height);
        move_row(strip + used, canvas,
                 canvas->pixels + (size_t)place * row_bytes, change);
        used += row_bytes;
        if (used + row_bytes > STRIP_BYTES || y + 1 == canvas->height) {
            scaling_apply(&canvas->scaling, out, strip, used);
            out += used;
            used = 0;
        }
    }
}

/* The colour at a place between four pixels. */
static void put_between(float *out, const struct canvas *canvas, double x,
                        double y)
{
    size_t n_channels = (size_t)canvas->channels;
    size_t row_size = (size_t)canvas->width * n_channels;
    double left = floor(x);
    double top = floor(y);
    float right_share = (float)(x - left);
    float low_share = (float)(y - top);
    size_t x0 = (size_t)mirrored((int64_t)left, canvas->width);
    size_t x1 = (size_t)mirrored((int64_t)left + 1, canvas->width);
    size_t y0 = (size_t)mirrored((int64_t)top, canvas->height);
    size_t y1 = (size_t)mirrored((int64_t)top + 1, canvas->height);
    const uint8_t *upper = canvas->pixels + y0 * row_size;
    const uint8_t *lower = canvas->pixels + y1 * row_size;
    for (size_t c = 0; c < n_channels; c++) {
        float a = upper[x0 * n_channels + c];
        float b = upper[x1 * n_channels + c];
        float d = lower[x0 * n_channels + c];
        float e = lower[x1 * n_channels + c];
        float high = a + (b - a) * right_share;
        float low = d + (e - d) * right_share;
        float value = high + (low - high) * low_share;
        out[c] = value * canvas->scaling.mul[c] + canvas->scaling.add[c];
    }
}

/* Where a pixel of the new picture comes from: undo the shift, then the
 * rotation and the scaling about the centre, the shear, then the flip. */
static void warp(float *out, const struct canvas *canvas,
                 const struct change *change)
{
    double centre_x = (canvas->width - 1) / 2.0;
    double centre_y = (canvas->height - 1) / 2.0;
    double c = cos(change->angle) / change->factor;
    double s = sin(change->angle) / change->factor;
    for (int y = 0; y < canvas->height; y++) {
        double v = y - change->shift_y - centre_y;
        for (int x = 0; x < canvas->width; x++) {
            double u = x - change->shift_x - centre_x;
            double from_y = c * v - s * u;
            double from_x = c * u + s * v - change->shear * from_y;
            if (change->flip)
                from_x = -from_x;
            put_between(out, canvas, centre_x + from_x, centre_y + from_y);
            out += canvas->channels;
        }
    }
}

static int clamped(int64_t i, int high)
{
    return i < 0 ? 0 : i > high ? high : (int)i;
}

/* The mean of a channel as scaling_apply gives it. */
static float mean_colour(const struct ramp_preprocess *pre, int channel)
{
    float mean = pre->mean[channel];
    switch (pre->scale) {
    case RAMP_SCALE_UNIT: return mean;
    case RAMP_SCALE_STANDARD: return 0;
    case RAMP_SCALE_SIGNED: return 2 * mean - 1;
    case RAMP_SCALE_NONE:
    case RAMP_SCALE_MEAN_IMAGE:
    case RAMP_SCALE_PICTURE: break;
    }
    return 255 * mean;
}

/* The middle of the square is drawn over the whole picture, so that it may
 * lie partly outside, as in DeVries & Taylor 2017. */
static void cut_out(float *out, const struct augment *augment,
                    const struct ramp_preprocess *pre, struct rng_key key,
                    uint64_t base)
{
    int64_t half = augment->cutout / 2;
    int64_t left = draw_int(key, base + DRAW_CUTOUT_X, 0, pre->width - 1);
    int64_t top = draw_int(key, base + DRAW_CUTOUT_Y, 0, pre->height - 1);
    int x0 = clamped(left - half, pre->width);
    int x1 = clamped(left - half + augment->cutout, pre->width);
    int y0 = clamped(top - half, pre->height);
    int y1 = clamped(top - half + augment->cutout, pre->height);
    float fill[3];
    for (int c = 0; c < pre->channels; c++)
        fill[c] = mean_colour(pre, c);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            for (int c = 0; c < pre->channels; c++)
                out[((size_t)y * (size_t)pre->width + (size_t)x) *
                        (size_t)pre->channels +
                    (size_t)c] = fill[c];
}

static struct canvas make_canvas(const struct ramp_preprocess *pre,
                                 const uint8_t *pixels)
{
    struct canvas canvas = {.width = pre->width,
                            .height = pre->height,
                            .channels = pre->channels,
                            .pixels = pixels};
    ASSERT(pre->width <= MAX_SIDE);
    scaling_init(&canvas.scaling, pre);
    return canvas;
}

/* The pixels as scaling_apply gives them, in their new places. */
static void apply_change(float *out, const struct canvas *canvas,
                         const struct change *change)
{
    if (change->angle != 0 || change->factor != 1 || change->shear != 0)
        warp(out, canvas, change);
    else if (change->flip || change->shift_x != 0 || change->shift_y != 0)
        move(out, canvas, change);
    else
        scaling_apply(&canvas->scaling, out, canvas->pixels,
                      (size_t)canvas->height * (size_t)canvas->width *
                          (size_t)canvas->channels);
}

void augment_apply(float *out, const struct augment *augment,
                   const struct ramp_preprocess *pre, const uint8_t *pixels,
                   uint64_t seed, uint64_t epoch, uint64_t index)
{
    ASSERT(augment->scale < 1);
    uint64_t base = index * DRAWS;
    struct change change = draw_change(augment, seed, epoch, base);
    struct canvas canvas = make_canvas(pre, pixels);
    apply_change(out, &canvas, &change);
    if (augment->cutout > 0)
        cut_out(out, augment, pre, rng_key(seed, RNG_AUGMENT, epoch), base);
    scaling_finish(out, pre);
}

/* ---- Views ---- */

/* A view without mirror image: how far it is moved, right and down. */
static const struct {
    int shift;
    float weight;
} shifts[] = {{0, 0.5f}, {1, 0.25f}, {-1, 0.25f}};

static bool has_mirror(enum ramp_tta tta)
{
    return tta == RAMP_TTA_MIRROR || tta == RAMP_TTA_MIRROR_SHIFTS;
}

static bool has_shifts(enum ramp_tta tta)
{
    return tta == RAMP_TTA_SHIFTS || tta == RAMP_TTA_MIRROR_SHIFTS;
}

size_t view_count(enum ramp_tta tta)
{
    size_t n = has_shifts(tta) ? sizeof shifts / sizeof *shifts : 1;
    return has_mirror(tta) ? 2 * n : n;
}

float view_weight(enum ramp_tta tta, size_t view)
{
    size_t shift = has_mirror(tta) ? view / 2 : view;
    float weight = has_shifts(tta) ? shifts[shift].weight : 1;
    return has_mirror(tta) ? weight / 2 : weight;
}

/* A change flips before it moves: what is moved to the right is, mirrored,
 * moved to the left. */
void view_apply(float *out, enum ramp_tta tta, size_t view,
                const struct ramp_preprocess *pre, const uint8_t *pixels)
{
    bool mirror = has_mirror(tta) && view % 2 == 1;
    int shift = shifts[has_mirror(tta) ? view / 2 : view].shift;
    struct canvas canvas = make_canvas(pre, pixels);
    const struct change change = {.flip = mirror,
                                  .shift_x = mirror ? -shift : shift,
                                  .shift_y = shift,
                                  .factor = 1};
    ASSERT(view < view_count(tta));
    apply_change(out, &canvas, &change);
    scaling_finish(out, pre);
}

void view_add(float *sum, const float *logits, size_t n, enum ramp_tta tta,
              size_t view)
{
    float weight = view_weight(tta, view);
    for (size_t i = 0; i < n; i++)
        sum[i] = view == 0 ? weight * logits[i] : sum[i] + weight * logits[i];
}
