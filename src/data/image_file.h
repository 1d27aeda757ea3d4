/* image_file.h - a picture file on its way to pixels: what image.c and the
 * readers of the formats share. Not for other users of pictures. */
#ifndef DATA_IMAGE_FILE_H
#define DATA_IMAGE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAX_SIDE 16384       /* pixels */
#define IMAGE_MAX_AREA (64l << 20) /* pixels */
/* Of a PNG: stb_image has all of it in 16 bits before it makes 8 of them. */
#define IMAGE_MAX_AREA_16 (IMAGE_MAX_AREA / 2)
#define IMAGE_MAX_BYTES (1ul << 30)  /* of a file */
#define IMAGE_MAX_SURPLUS (1l << 20) /* decoded bytes behind a PNG's pixels */

struct image_file {
    const uint8_t *bytes; /* borrowed */
    size_t n_bytes;
    const char *name;       /* borrowed; for messages */
    struct ramp_error *err; /* borrowed */

    /* Filled in by the check or the reader of the format. */
    int width, height;   /* as stored, before the orientation is applied */
    int orientation;     /* 1..8 as in EXIF */
    bool grey_palette;   /* colours whose red, green and blue are equal */
    const char *warning; /* a constant, or NULL */

    /* The decoded pixels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
    uint8_t *pixels; /* owned: mem_free */
    int channels;
};

/* "cannot read NAME: ..." with RAMP_DATA. */
enum ramp_status image_refuse(const struct image_file *file, const char *format,
                              ...) PRINTF_LIKE(2, 3);

/* Takes over width and height if they are within the limits. */
MUST_CHECK enum ramp_status image_set_size(struct image_file *file,
                                           int64_t width, int64_t height);

/* Memory for width x height x channels, zeroed, as file->pixels. */
MUST_CHECK enum ramp_status image_new_pixels(struct image_file *file,
                                             int channels);

/* What kind of file these bytes begin, for "found a GIF"; never NULL. */
const char *image_kind(const uint8_t *bytes, size_t n_bytes);

/* The orientation that a TIFF block (the body of EXIF) names, 1 if none. */
int image_exif_orientation(const uint8_t *tiff, size_t n_bytes);

/* The structure of the whole file; the pixels are left to stb_image. */
MUST_CHECK enum ramp_status image_check_png(struct image_file *file);
MUST_CHECK enum ramp_status image_check_jpeg(struct image_file *file);

/* Check and decode. */
MUST_CHECK enum ramp_status image_read_bmp(struct image_file *file);
MUST_CHECK enum ramp_status image_read_pnm(struct image_file *file);

/* Numbers in files; the caller has checked that the bytes are there. */
static inline uint32_t image_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t image_be32(const uint8_t *p)
{
    return image_be16(p) << 16 | image_be16(p + 2);
}

static inline uint32_t image_le16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t image_le32(const uint8_t *p)
{
    return image_le16(p + 2) << 16 | image_le16(p);
}

#endif
