/* image.h - pictures: reading files, fitting them to a net's input, and the
 * one preprocessing that training, evaluation and prediction share.
 *
 * Formats: JPEG (baseline and progressive, 8 bit), PNG (every colour type and
 * depth), BMP (uncompressed), PNM (binary P5 and P6, 8 and 16 bit). The format
 * is taken from the bytes, never from the name. A file is checked as a whole
 * before it is decoded (chunks, checksums, tables, sizes), so a cut picture is
 * refused and never half shown, and so is a damaged one; only JPEG has no
 * checksum, so that damage inside its coded data may show as wrong pixels.
 * Limits: 16384 pixels a side, 64 * 2^20 pixels (half as many in a PNG of 16
 * bits a sample), 1 GiB a file. The EXIF orientation is applied.
 *
 * All functions are thread-safe as long as no two calls share an output. */
#ifndef RAMP_IMAGE_H
#define RAMP_IMAGE_H

#include <ramp/error.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A decoded picture: 8 bits a sample, rows from the top, pixels from the left,
 * the channels of a pixel side by side: pixels[(y*width + x)*channels + c].
 * channels is 1 (grey, also a palette of greys) or 3 (RGB); an alpha channel
 * was laid over white. 16 bits a sample became 8: the upper byte of a PNG, the
 * nearest of 0..255 in a PNM; samples of fewer bits were spread over 0..255.
 * Owned by the caller: ramp_image_release(). */
struct ramp_image {
    int width, height, channels;
    uint8_t *pixels;
    char warning[80]; /* what is odd about a file that was read all the same,
                       * "surplus bytes after the picture"; else empty */
};

/* Read one file; `path` must be a regular file. RAMP_DATA if it is missing or
 * bad, RAMP_IO if reading fails midway, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_image_load(struct ramp_image *image, const char *path,
                struct ramp_error *err);

/* The same from bytes in memory; `name` is only for messages. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_image_decode(struct ramp_image *image, const void *bytes, size_t n_bytes,
                  const char *name, struct ramp_error *err);

/* Frees the pixels and zeroes the struct; accepts a zeroed one. */
RAMP_API void ramp_image_release(struct ramp_image *image);

/* How a picture of another shape becomes height x width. */
enum ramp_fit {
    RAMP_FIT_CROP,      /* cut to the shape around the middle, scale */
    RAMP_FIT_LETTERBOX, /* scale until it fits, pad with black */
    RAMP_FIT_STRETCH,   /* scale each axis alone */
};

/* How 0..255 becomes a float. */
enum ramp_scale {
    RAMP_SCALE_NONE,       /* x */
    RAMP_SCALE_UNIT,       /* x / 255 */
    RAMP_SCALE_STANDARD,   /* (x / 255 - mean[c]) / std[c] */
    RAMP_SCALE_SIGNED,     /* x / 127.5 - 1 */
    RAMP_SCALE_MEAN_IMAGE, /* x - mean_image, pixel by pixel */
    RAMP_SCALE_PICTURE,    /* (x - m) / s, both of the picture itself */
};

/* From a picture to the input of a net. mean and std are per channel, in
 * units of x / 255, measured on the training part; a std of 0 (constant
 * pictures) is taken as 1. Written into every model file. */
struct ramp_preprocess {
    int channels, height, width; /* channels 1 or 3 */
    enum ramp_fit fit;
    enum ramp_scale scale;
    float mean[3], std[3];
    const float *mean_image; /* the training part's, height x width x channels,
                              * 0..255; borrowed: whoever made it keeps it, a
                              * model its own copy. Only for the scale of that
                              * name; else NULL */
};

/* First half: any picture -> height x width x channels bytes at `out` (NHWC).
 * Grey becomes RGB by repetition, RGB becomes grey as
 * (77 R + 150 G + 29 B + 128) / 256. Scaling weighs by area when it shrinks
 * (Mitchell & Netravali 1988) and is Catmull-Rom when it enlarges, on the
 * stored values. A picture that has the right size keeps its pixels as they
 * are. RAMP_MEMORY only. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_preprocess_fit(uint8_t *out, const struct ramp_preprocess *pre,
                    const struct ramp_image *image, struct ramp_error *err);

/* Second half: height*width*channels bytes -> as many floats. Cannot fail.
 * The value is (float)x * mul[c] + add[c], both operations rounded to float
 * (no fused multiply-add), with
 *   RAMP_SCALE_NONE      mul = 1                         add = 0
 *   RAMP_SCALE_UNIT      mul = (float)(1.0 / 255)        add = 0
 *   RAMP_SCALE_STANDARD  mul = (float)(1.0 / (255 * s))  add = (float)(-m / s)
 *   RAMP_SCALE_SIGNED    mul = (float)(1.0 / 127.5)      add = -1
 * where m = (double)mean[c], s = std[c] == 0 ? 1.0 : (double)std[c].
 * RAMP_SCALE_MEAN_IMAGE gives (float)x - mean_image of the same pixel and
 * channel. RAMP_SCALE_PICTURE is also (float)x * mul + add, with one
 * mul = (float)(1.0 / s) and one add = (float)(-m / s) for the picture: in
 * double, over its n = height*width*channels values, m = (sum of x) / n and
 * s = sqrt(max((sum of x * x) / n - m * m, 1.0 / n)), so that a constant
 * picture becomes 0 (the floor of tf.image.per_image_standardization; the sums
 * are whole numbers, which their order does not change). Whoever computes it
 * elsewhere (exported C) and keeps to this has the same bits. */
RAMP_API void ramp_preprocess_scale(float *out,
                                    const struct ramp_preprocess *pre,
                                    const uint8_t *pixels);

#ifdef __cplusplus
}
#endif

#endif
