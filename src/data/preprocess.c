/* preprocess.c - from a picture of any shape to the input of a net. The only
 * user of stb_image_resize. */
#include "data/preprocess.h"

#include "base/mem.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#define STBIR_MALLOC(size, context) ((void)(context), mem_alloc((size), 1))
#define STBIR_FREE(block, context) ((void)(context), mem_free(block))
#define STBIR_ASSERT(condition) ASSERT(condition)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

/* A part of a picture that lies elsewhere. */
struct view {
    uint8_t *pixels; /* borrowed */
    int width, height;
    size_t row_bytes;
};

static uint8_t grey_of(const uint8_t *p)
{
    return (uint8_t)((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) / 256);
}

static void grey_to_rgb(uint8_t *rgb, const uint8_t *grey, size_t n)
{
    for (size_t i = 0; i < n; i++)
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey[i];
}

static void rgb_to_grey(uint8_t *grey, const uint8_t *rgb, size_t n)
{
    for (size_t i = 0; i < n; i++)
        grey[i] = grey_of(rgb + 3 * i);
}

/* a * b / c rounded to the nearest, at least 1 and at most `most`. */
static int scaled_side(int a, int b, int c, int most)
{
    int64_t side = ((int64_t)a * b + c / 2) / c;
    return side < 1 ? 1 : side > most ? most : (int)side;
}

/* Narrow `view` to the middle part whose sides are as width to height. */
static void crop_view(struct view *view, int width, int height, int channels)
{
    int w = view->width;
    int h = view->height;
    if ((int64_t)w * height > (int64_t)h * width)
        w = scaled_side(h, width, height, w);
    else
        h = scaled_side(w, height, width, h);
    view->pixels += (size_t)((view->height - h) / 2) * view->row_bytes +
                    (size_t)((view->width - w) / 2) * (size_t)channels;
    view->width = w;
    view->height = h;
}

static enum ramp_status resize(const struct view *to, const struct view *from,
                               int channels, struct ramp_error *err)
{
    if (from->width == to->width && from->height == to->height) {
        for (int y = 0; y < to->height; y++)
            memcpy(to->pixels + (size_t)y * to->row_bytes,
                   from->pixels + (size_t)y * from->row_bytes,
                   (size_t)to->width * (size_t)channels);
        return RAMP_OK;
    }
    /* The only way to fail is to find no memory; how much, it does not say. */
    if (!stbir_resize_uint8(from->pixels, from->width, from->height,
                            (int)from->row_bytes, to->pixels, to->width,
                            to->height, (int)to->row_bytes, channels))
        return error_set(err, RAMP_MEMORY,
                         "out of memory: scaling a picture from %dx%d to %dx%d",
                         from->width, from->height, to->width, to->height);
    return RAMP_OK;
}

/* Fit with equal channel counts. */
static enum ramp_status fit_shape(uint8_t *out,
                                  const struct ramp_preprocess *pre,
                                  const uint8_t *pixels, int width, int height,
                                  int channels, struct ramp_error *err)
{
    size_t c = (size_t)channels;
    struct view to = {out, pre->width, pre->height, (size_t)pre->width * c};
    struct view from = {(uint8_t *)pixels, width, height, (size_t)width * c};
    if (pre->fit == RAMP_FIT_CROP) {
        crop_view(&from, pre->width, pre->height, channels);
    } else if (pre->fit == RAMP_FIT_LETTERBOX) {
        memset(out, 0, (size_t)to.height * to.row_bytes);
        crop_view(&to, width, height, channels);
    }
    return resize(&to, &from, channels, err);
}

enum ramp_status ramp_preprocess_fit(uint8_t *out,
                                     const struct ramp_preprocess *pre,
                                     const struct ramp_image *image,
                                     struct ramp_error *err)
{
    ASSERT(pre->channels == 1 || pre->channels == 3);
    ASSERT(image->channels == 1 || image->channels == 3);
    if (image->channels == pre->channels)
        return fit_shape(out, pre, image->pixels, image->width, image->height,
                         pre->channels, err);
    bool to_rgb = pre->channels == 3;
    size_t n_in = (size_t)image->width * (size_t)image->height;
    size_t n_out = (size_t)pre->width * (size_t)pre->height;
    uint8_t *grey; /* of the input or of the output: whichever is grey */
    enum ramp_status status =
        MEM_NEW(&grey, to_rgb ? n_out : n_in, "a grey picture", err);
    if (status != RAMP_OK)
        return status;
    if (to_rgb) {
        status = fit_shape(grey, pre, image->pixels, image->width,
                           image->height, 1, err);
        if (status == RAMP_OK)
            grey_to_rgb(out, grey, n_out);
    } else {
        rgb_to_grey(grey, image->pixels, n_in);
        status = fit_shape(out, pre, grey, image->width, image->height, 1, err);
    }
    mem_free(grey);
    return status;
}

void preprocess_factors(const struct ramp_preprocess *pre, float mul[3],
                        float add[3])
{
    for (int c = 0; c < 3; c++) {
        double std = pre->std[c] == 0 ? 1.0 : (double)pre->std[c];
        switch (pre->scale) {
        case RAMP_SCALE_NONE:
        case RAMP_SCALE_MEAN_IMAGE:
        case RAMP_SCALE_PICTURE:
            mul[c] = 1;
            add[c] = 0;
            break;
        case RAMP_SCALE_UNIT:
            mul[c] = (float)(1.0 / 255);
            add[c] = 0;
            break;
        case RAMP_SCALE_STANDARD:
            mul[c] = (float)(1.0 / (255 * std));
            add[c] = (float)(-(double)pre->mean[c] / std);
            break;
        case RAMP_SCALE_SIGNED:
            mul[c] = (float)(1.0 / 127.5);
            add[c] = -1;
            break;
        }
    }
}

void scaling_init(struct scaling *scaling, const struct ramp_preprocess *pre)
{
    float mul[3], add[3];
    int c = 0;
    preprocess_factors(pre, mul, add);
    for (int i = 0; i < SCALING_RUN; i++) {
        /* NOLINTNEXTLINE(*.uninitialized.Assign): each scale has its case */
        scaling->mul[i] = mul[c];
        scaling->add[i] = add[c];
        c = c + 1 < pre->channels ? c + 1 : 0;
    }
}

/* In a function of its own, with pointers that the compiler may take to be
 * apart: gcc 12 makes vectors of it only so. */
static inline void scale_run(float *restrict out,
                             const struct scaling *restrict scaling,
                             const uint8_t *restrict bytes)
{
    for (int i = 0; i < SCALING_RUN; i++)
        out[i] = (float)bytes[i] * scaling->mul[i] + scaling->add[i];
}

void scaling_apply(const struct scaling *scaling, float *out,
                   const uint8_t *bytes, size_t n)
{
    size_t i = 0;
    for (; i + SCALING_RUN <= n; i += SCALING_RUN)
        scale_run(out + i, scaling, bytes + i);
    for (size_t j = 0; i + j < n; j++)
        out[i + j] = (float)bytes[i + j] * scaling->mul[j] + scaling->add[j];
}

static size_t n_values(const struct ramp_preprocess *pre)
{
    return (size_t)pre->height * (size_t)pre->width * (size_t)pre->channels;
}

static void standardise(float *values, size_t n)
{
    double sum = 0, squares = 0, least = 1.0 / (double)n;
    for (size_t i = 0; i < n; i++) {
        double x = (double)values[i];
        sum += x;
        squares += x * x;
    }
    double mean = sum / (double)n;
    double variance = squares / (double)n - mean * mean;
    double std = sqrt(variance > least ? variance : least);
    float mul = (float)(1.0 / std);
    float add = (float)(-mean / std);
    for (size_t i = 0; i < n; i++)
        values[i] = values[i] * mul + add;
}

void scaling_finish(float *values, const struct ramp_preprocess *pre)
{
    size_t n = n_values(pre);
    if (pre->scale == RAMP_SCALE_MEAN_IMAGE)
        for (size_t i = 0; i < n; i++)
            values[i] -= pre->mean_image[i];
    else if (pre->scale == RAMP_SCALE_PICTURE)
        standardise(values, n);
}

void ramp_preprocess_scale(float *out, const struct ramp_preprocess *pre,
                           const uint8_t *pixels)
{
    struct scaling scaling;
    scaling_init(&scaling, pre);
    scaling_apply(&scaling, out, pixels, n_values(pre));
    scaling_finish(out, pre);
}
