/* make_images.h - small encoders for the tests of pictures: PNG of every
 * colour type, BMP, and pieces to damage them with. Not for real pictures:
 * sizes are not checked beyond the room of a blob. */
#ifndef TESTS_MAKE_IMAGES_H
#define TESTS_MAKE_IMAGES_H

#include <check.h>
#include <ramp/image.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct blob {
    size_t n;
    uint8_t bytes[1 << 19];
};

static inline void blob_add(struct blob *blob, const void *bytes, size_t n)
{
    if (n > sizeof blob->bytes - blob->n)
        ck_abort_msg("a blob of %zu bytes is too small", sizeof blob->bytes);
    memcpy(blob->bytes + blob->n, bytes, n);
    blob->n += n;
}

static inline void blob_byte(struct blob *blob, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    blob_add(blob, &byte, 1);
}

static inline void blob_be32(struct blob *blob, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        blob_byte(blob, value >> shift);
}

static inline void blob_le16(struct blob *blob, uint32_t value)
{
    blob_byte(blob, value);
    blob_byte(blob, value >> 8);
}

static inline void blob_le32(struct blob *blob, uint32_t value)
{
    blob_le16(blob, value);
    blob_le16(blob, value >> 16);
}

/* Put n bytes in at `at`, or take -n bytes out there. */
static inline void blob_insert(struct blob *blob, size_t at, const void *bytes,
                               size_t n)
{
    ck_assert_uint_le(blob->n + n, sizeof blob->bytes);
    memmove(blob->bytes + at + n, blob->bytes + at, blob->n - at);
    memcpy(blob->bytes + at, bytes, n);
    blob->n += n;
}

static inline void blob_remove(struct blob *blob, size_t at, size_t n)
{
    memmove(blob->bytes + at, blob->bytes + at + n, blob->n - at - n);
    blob->n -= n;
}

static inline void blob_load(struct blob *blob, const char *path)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    blob->n = fread(blob->bytes, 1, sizeof blob->bytes, file);
    fclose(file);
}

/* Decode from a block of the very size, so that a sanitizer sees a read
 * behind the end. */
static inline enum ramp_status blob_decode(struct ramp_image *image,
                                           const struct blob *blob,
                                           struct ramp_error *err)
{
    uint8_t *exact = malloc(blob->n ? blob->n : 1);
    memcpy(exact, blob->bytes, blob->n);
    enum ramp_status status =
        ramp_image_decode(image, exact, blob->n, "name.png", err);
    free(exact);
    return status;
}

/* Some number that looks random and is the same each time. */
static inline uint32_t some_number(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t z = a * 0x9e3779b1u + b * 0x85ebca77u + c * 0xc2b2ae3du + 1;
    z = (z ^ z >> 15) * 0x2c1b3c6du;
    z = (z ^ z >> 12) * 0x297a2d39u;
    return z ^ z >> 15;
}

struct png_spec {
    int width, height, colour, depth;
    bool interlaced;
    int n_colours;  /* of the palette */
    int n_trns;     /* bytes of tRNS, 0: no chunk */
    int n_used;     /* palette indices are below; 0: n_colours */
    bool grey_plte; /* the palette holds greys only */
    size_t n_idat;  /* bytes per IDAT; 0: one chunk */
};

static inline int png_samples(const struct png_spec *spec)
{
    return spec->colour == 2   ? 3
           : spec->colour == 4 ? 2
           : spec->colour == 6 ? 4
                               : 1;
}

/* The stored sample: every value of the depth, few enough colours for a
 * palette. */
static inline uint32_t png_sample(const struct png_spec *spec, int x, int y,
                                  int c)
{
    uint32_t n = 1u << spec->depth;
    if (spec->colour == 3)
        n = (uint32_t)(spec->n_used ? spec->n_used : spec->n_colours);
    return some_number((uint32_t)x, (uint32_t)y, (uint32_t)c) % n;
}

static inline uint8_t png_palette(const struct png_spec *spec, uint32_t index,
                                  int c)
{
    return (uint8_t)some_number(index, 77, spec->grey_plte ? 0 : (uint32_t)c);
}

static inline uint8_t png_palette_alpha(uint32_t index)
{
    return (uint8_t)some_number(index, 78, 0);
}

/* The bytes of tRNS: alpha of the first colours; or a grey or colour that is
 * transparent, here the one of pixel (0, 0). */
static inline uint8_t png_trns(const struct png_spec *spec, int i)
{
    if (spec->colour == 3)
        return png_palette_alpha((uint32_t)i);
    uint32_t sample = png_sample(spec, 0, 0, i / 2);
    return (uint8_t)(i % 2 ? sample : sample >> 8);
}

static inline void png_chunk(struct blob *blob, const char *type,
                             const void *data, size_t n)
{
    size_t start = blob->n + 4;
    blob_be32(blob, (uint32_t)n);
    blob_add(blob, type, 4);
    blob_add(blob, data, n);
    blob_be32(blob, (uint32_t)crc32(0, blob->bytes + start, (uInt)n + 4));
}

static inline uint8_t png_paeth(int a, int b, int c)
{
    int p = a + b - c;
    int pa = abs(p - a);
    int pb = abs(p - b);
    int pc = abs(p - c);
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* One row of a pass, packed and filtered by row % 5. `above` is the row
 * before, unfiltered, and becomes this one. */
static inline void png_row(struct blob *raw, const struct png_spec *spec,
                           uint8_t *above, int y, int row, int x0, int dx)
{
    static uint8_t now[1 << 17];
    size_t n_bits = 0;
    memset(now, 0, (size_t)spec->width * 8); /* no pixel takes more */
    for (int x = x0; x < spec->width; x += dx)
        for (int c = 0; c < png_samples(spec); c++)
            for (int bit = spec->depth - 1; bit >= 0; bit--) {
                uint32_t one = png_sample(spec, x, y, c) >> bit & 1;
                now[n_bits / 8] |= (uint8_t)(one << (7 - n_bits % 8));
                n_bits++;
            }
    size_t n = (n_bits + 7) / 8;
    size_t bpp = (size_t)(png_samples(spec) * spec->depth + 7) / 8;
    int filter = row % 5;
    blob_byte(raw, (unsigned)filter);
    for (size_t i = 0; i < n; i++) {
        int a = i >= bpp ? now[i - bpp] : 0;
        int b = above[i];
        int c = i >= bpp ? above[i - bpp] : 0;
        int guess = filter == 0   ? 0
                    : filter == 1 ? a
                    : filter == 2 ? b
                    : filter == 3 ? (a + b) / 2
                                  : png_paeth(a, b, c);
        blob_byte(raw, (unsigned)(now[i] - guess));
    }
    memcpy(above, now, n);
}

static inline void png_rows(struct blob *raw, const struct png_spec *spec)
{
    static const int passes[8][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8},
                                     {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2},
                                     {0, 1, 1, 2}, {0, 0, 1, 1}};
    static uint8_t above[1 << 17];
    int first = spec->interlaced ? 0 : 7;
    int last = spec->interlaced ? 6 : 7;
    for (int pass = first; pass <= last; pass++) {
        const int *p = passes[pass];
        int row = 0;
        memset(above, 0, (size_t)spec->width * 8);
        if (p[0] >= spec->width)
            continue;
        for (int y = p[1]; y < spec->height; y += p[3])
            png_row(raw, spec, above, y, row++, p[0], p[2]);
    }
}

static inline void png_make(struct blob *blob, const struct png_spec *spec)
{
    static struct blob raw, packed;
    uint8_t plte[768];
    uint8_t trns[256];
    raw.n = packed.n = blob->n = 0;
    blob_add(blob, "\x89PNG\r\n\x1a\n", 8);
    blob_be32(&packed, (uint32_t)spec->width);
    blob_be32(&packed, (uint32_t)spec->height);
    blob_byte(&packed, (unsigned)spec->depth);
    blob_byte(&packed, (unsigned)spec->colour);
    blob_add(&packed, "\0", 2);
    blob_byte(&packed, spec->interlaced);
    png_chunk(blob, "IHDR", packed.bytes, packed.n);
    for (int i = 0; i < 3 * spec->n_colours; i++)
        plte[i] = png_palette(spec, (uint32_t)i / 3, i % 3);
    if (spec->n_colours > 0)
        png_chunk(blob, "PLTE", plte, 3 * (size_t)spec->n_colours);
    for (int i = 0; i < spec->n_trns; i++)
        trns[i] = png_trns(spec, i);
    if (spec->n_trns > 0)
        png_chunk(blob, "tRNS", trns, (size_t)spec->n_trns);
    png_rows(&raw, spec);
    uLongf n_packed = sizeof packed.bytes;
    ck_assert_int_eq(
        compress2(packed.bytes, &n_packed, raw.bytes, (uLong)raw.n, 6), Z_OK);
    size_t step = spec->n_idat ? spec->n_idat : n_packed;
    for (size_t at = 0; at < n_packed; at += step)
        png_chunk(blob, "IDAT", packed.bytes + at,
                  at + step < n_packed ? step : n_packed - at);
    png_chunk(blob, "IEND", "", 0);
}

/* Make every checksum right again after bytes were changed. */
static inline void png_mend(struct blob *blob)
{
    size_t at = 8;
    while (at + 12 <= blob->n) {
        uint8_t *p = blob->bytes + at;
        size_t n =
            (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (n > blob->n - at - 12)
            return;
        uLong crc = crc32(0, p + 4, (uInt)n + 4);
        for (size_t i = 0; i < 4; i++)
            p[8 + n + i] = (uint8_t)(crc >> (24 - 8 * i));
        at += n + 12;
    }
}

struct bmp_spec {
    int width, height; /* height < 0: from the top */
    int header;        /* 12, 40, 56, 108, 124 */
    int bits, compression;
    uint32_t masks[4];
    int n_colours; /* entries of the palette */
    int n_named;   /* as the header says */
    int n_used;    /* indices are below */
    int gap;       /* bytes before the pixels */
    bool grey;
};

static inline uint32_t bmp_pixel(const struct bmp_spec *spec, int x, int y)
{
    uint32_t value = some_number((uint32_t)x, (uint32_t)y, 5);
    if (spec->bits <= 8)
        return value % (uint32_t)spec->n_used;
    return spec->bits == 32 ? value : value & ((1u << spec->bits) - 1);
}

static inline uint8_t bmp_palette(const struct bmp_spec *spec, uint32_t index,
                                  int c)
{
    return (uint8_t)some_number(index, 79, spec->grey ? 0 : (uint32_t)c);
}

static inline void bmp_header(struct blob *blob, const struct bmp_spec *spec)
{
    size_t n_masks = spec->compression == 3 && spec->header == 40 ? 12 : 0;
    size_t entry = spec->header == 12 ? 3 : 4;
    size_t offset = 14 + (size_t)spec->header + n_masks +
                    entry * (size_t)spec->n_colours + (size_t)spec->gap;
    blob_add(blob, "BM", 2);
    blob_le32(blob, 0);
    blob_le32(blob, 0);
    blob_le32(blob, (uint32_t)offset);
    blob_le32(blob, (uint32_t)spec->header);
    if (spec->header == 12) {
        blob_le16(blob, (uint32_t)spec->width);
        blob_le16(blob, (uint32_t)spec->height);
    } else {
        blob_le32(blob, (uint32_t)spec->width);
        blob_le32(blob, (uint32_t)spec->height);
    }
    blob_le16(blob, 1);
    blob_le16(blob, (uint32_t)spec->bits);
    if (spec->header == 12)
        return;
    uint32_t rest[6] = {(uint32_t)spec->compression, 0, 0, 0,
                        (uint32_t)spec->n_named,     0};
    for (int i = 0; i < 6; i++)
        blob_le32(blob, rest[i]);
    for (int i = 0; i < (spec->header == 40 ? (int)n_masks / 4 : 4); i++)
        blob_le32(blob, spec->masks[i]);
    while (blob->n < 14 + (size_t)spec->header)
        blob_byte(blob, 0);
}

static inline void bmp_make(struct blob *blob, const struct bmp_spec *spec)
{
    blob->n = 0;
    bmp_header(blob, spec);
    for (int i = 0; i < spec->n_colours; i++) {
        for (int c = 2; c >= 0; c--)
            blob_byte(blob, bmp_palette(spec, (uint32_t)i, c));
        if (spec->header != 12)
            blob_byte(blob, 0);
    }
    for (int i = 0; i < spec->gap; i++)
        blob_byte(blob, 0xee);
    int rows = abs(spec->height);
    for (int row = 0; row < rows; row++) {
        int y = spec->height < 0 ? row : rows - 1 - row;
        size_t start = blob->n;
        unsigned packed = 0;
        int n_bits = 0;
        for (int x = 0; x < spec->width; x++) {
            uint32_t pixel = bmp_pixel(spec, x, y);
            for (int byte = 0; spec->bits > 8 && byte < spec->bits / 8; byte++)
                blob_byte(blob, pixel >> 8 * byte);
            if (spec->bits > 8)
                continue;
            packed = packed << spec->bits | pixel;
            n_bits += spec->bits;
            if (n_bits == 8 || x == spec->width - 1) {
                blob_byte(blob, packed << (8 - n_bits));
                packed = 0;
                n_bits = 0;
            }
        }
        while ((blob->n - start) % 4 != 0)
            blob_byte(blob, 0xee);
    }
}

#endif
