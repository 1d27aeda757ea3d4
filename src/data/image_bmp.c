/* image_bmp.c - reader for uncompressed BMP: palettes of 1, 4 and 8 bits, 16,
 * 24 and 32 bits with and without masks, from the bottom or from the top.
 *
 * stb_image 2.27 is not asked: it refuses a gap before the pixels, reads the
 * palettes of OS/2 files at the wrong place, and shows bytes of its stack for
 * an index beyond the palette. */
#include "data/image_file.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12, /* OS/2 1.x and Windows 2 */
    INFO_HEADER = 40,
    MASKS_AT = FILE_HEADER + INFO_HEADER, /* in every header that has them */
    RAW = 0,
    RLE8 = 1,
    RLE4 = 2,
    BIT_FIELDS = 3
};

struct bmp {
    uint32_t header_bytes, pixels_at, bits, compression;
    bool from_top;
    uint32_t masks[4]; /* red, green, blue, alpha */
    uint32_t n_colours;
    uint8_t palette[256][3]; /* RGB */
    size_t row_bytes;        /* rows are padded to 4 bytes */
};

static bool known_header(uint32_t n_bytes)
{
    static const uint32_t known[] = {CORE_HEADER, INFO_HEADER, 52, 56,
                                     64,          108,         124};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (n_bytes == known[i])
            return true;
    return false;
}

static enum ramp_status read_shape(struct bmp *bmp, struct image_file *file)
{
    const uint8_t *p = file->bytes;
    int64_t width, height;
    if (file->n_bytes < FILE_HEADER + 4)
        return image_refuse(file, "expected a BMP header, found %zu bytes",
                            file->n_bytes);
    bmp->pixels_at = image_le32(p + 10);
    bmp->header_bytes = image_le32(p + 14);
    if (!known_header(bmp->header_bytes))
        return image_refuse(file,
                            "expected a BMP header of 12, 40, 52, 56, 64, 108 "
                            "or 124 bytes, found %u",
                            (unsigned)bmp->header_bytes);
    if (file->n_bytes < FILE_HEADER + bmp->header_bytes)
        return image_refuse(file, "expected a BMP header of %u bytes, found %u",
                            (unsigned)bmp->header_bytes,
                            (unsigned)(file->n_bytes - FILE_HEADER));
    if (bmp->header_bytes == CORE_HEADER) {
        width = image_le16(p + 18);
        height = image_le16(p + 20);
        bmp->bits = image_le16(p + 24);
    } else {
        width = (int32_t)image_le32(p + 18);
        height = (int32_t)image_le32(p + 22);
        bmp->bits = image_le16(p + 28);
        bmp->compression = image_le32(p + 30);
    }
    bmp->from_top = height < 0;
    return image_set_size(file, width, height < 0 ? -height : height);
}

static enum ramp_status check_coding(const struct bmp *bmp,
                                     const struct image_file *file)
{
    uint32_t bits = bmp->bits;
    bool deep = bits == 16 || bits == 32;
    if (bmp->compression == RLE8 || bmp->compression == RLE4)
        return image_refuse(file, "expected an uncompressed BMP, found RLE "
                                  "compression");
    if (bmp->compression != RAW && bmp->compression != BIT_FIELDS)
        return image_refuse(file,
                            "expected an uncompressed BMP, found compression "
                            "%u",
                            (unsigned)bmp->compression);
    if (bits != 1 && bits != 4 && bits != 8 && bits != 24 && !deep)
        return image_refuse(file,
                            "expected 1, 4, 8, 16, 24 or 32 bits a pixel, "
                            "found %u",
                            (unsigned)bits);
    if (bmp->compression == BIT_FIELDS && (!deep || bmp->header_bytes == 64))
        return image_refuse(file, "found colour masks in a BMP that cannot "
                                  "have them");
    return RAMP_OK;
}

/* One run of ones? The lowest one added to such a mask leaves none of it. */
static bool is_run(uint32_t mask)
{
    return mask != 0 && ((mask + (mask & -mask)) & mask) == 0;
}

/* Without masks of their own, 16 bits are 5 each and 32 bits are 8 each; the
 * upper byte of such a pixel means nothing. */
static enum ramp_status
read_masks(struct bmp *bmp, const struct image_file *file, size_t *header_end)
{
    static const uint32_t deep16[4] = {31u << 10, 31u << 5, 31u, 0};
    static const uint32_t deep32[4] = {0xff0000, 0xff00, 0xff, 0};
    *header_end = FILE_HEADER + bmp->header_bytes;
    if (bmp->compression != BIT_FIELDS) {
        memcpy(bmp->masks, bmp->bits == 16 ? deep16 : deep32,
               sizeof bmp->masks);
        return RAMP_OK;
    }
    if (bmp->header_bytes == INFO_HEADER)
        *header_end += 12;
    if (file->n_bytes < *header_end)
        return image_refuse(file, "expected three colour masks, found the end "
                                  "of the file");
    int n_masks = bmp->header_bytes >= 56 ? 4 : 3;
    for (int i = 0; i < n_masks; i++) {
        uint32_t mask = image_le32(file->bytes + MASKS_AT + 4 * i);
        bool absent_alpha = i == 3 && mask == 0;
        if (!absent_alpha && (!is_run(mask) || mask >> (bmp->bits - 1) > 1))
            return image_refuse(file,
                                "expected a colour mask of adjacent bits, "
                                "found 0x%08x",
                                (unsigned)mask);
        bmp->masks[i] = mask;
    }
    return RAMP_OK;
}

/* The pixels' place bounds the palette, whatever number of colours the header
 * claims; an index beyond it is found when the pixels are read. */
static void read_palette(struct bmp *bmp, struct image_file *file,
                         size_t header_end)
{
    size_t entry = bmp->header_bytes == CORE_HEADER ? 3 : 4;
    size_t room = (bmp->pixels_at - header_end) / entry;
    uint32_t n = 1u << bmp->bits;
    if (bmp->header_bytes != CORE_HEADER) {
        uint32_t used = image_le32(file->bytes + 46);
        if (used != 0 && used < n)
            n = used;
    }
    if (n > room)
        n = (uint32_t)room;
    bmp->n_colours = n;
    file->grey_palette = true;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *bgr = file->bytes + header_end + i * entry;
        for (int c = 0; c < 3; c++)
            bmp->palette[i][c] = bgr[2 - c];
        if (bgr[0] != bgr[1] || bgr[1] != bgr[2])
            file->grey_palette = false;
    }
}

static enum ramp_status
check_sizes(struct bmp *bmp, const struct image_file *file, size_t header_end)
{
    bmp->row_bytes = ((size_t)file->width * bmp->bits + 31) / 32 * 4;
    size_t n_wanted = bmp->row_bytes * (size_t)file->height;
    if (bmp->pixels_at < header_end || bmp->pixels_at > file->n_bytes)
        return image_refuse(file,
                            "expected the pixels between byte %zu and the end, "
                            "found them at %u",
                            header_end, (unsigned)bmp->pixels_at);
    if (file->n_bytes - bmp->pixels_at < n_wanted)
        return image_refuse(file, "expected %zu bytes of pixels, found %zu",
                            n_wanted, file->n_bytes - bmp->pixels_at);
    return RAMP_OK;
}

static enum ramp_status indexed_row(uint8_t *out, const struct bmp *bmp,
                                    const struct image_file *file,
                                    const uint8_t *row)
{
    uint32_t per_byte = 8 / bmp->bits;
    uint32_t mask = (1u << bmp->bits) - 1;
    for (uint32_t x = 0; x < (uint32_t)file->width; x++) {
        uint32_t shift = 8 - bmp->bits * (x % per_byte + 1);
        uint32_t index = (uint32_t)row[x / per_byte] >> shift & mask;
        if (index >= bmp->n_colours)
            return image_refuse(file,
                                "expected a palette of at least %u colours, "
                                "found %u",
                                (unsigned)index + 1, (unsigned)bmp->n_colours);
        memcpy(out + 3 * (size_t)x, bmp->palette[index], 3);
    }
    return RAMP_OK;
}

/* The bits under a mask, spread over 0..255. */
static uint8_t field(uint32_t pixel, uint32_t mask)
{
    uint32_t low = mask & -mask;
    uint64_t value = (pixel & mask) / low;
    uint64_t most = mask / low;
    return (uint8_t)((value * 255 + most / 2) / most);
}

static void masked_row(uint8_t *out, const struct bmp *bmp,
                       const struct image_file *file, const uint8_t *row)
{
    for (size_t x = 0; x < (size_t)file->width; x++) {
        uint32_t pixel =
            bmp->bits == 16 ? image_le16(row + 2 * x) : image_le32(row + 4 * x);
        for (int c = 0; c < file->channels; c++)
            *out++ = field(pixel, bmp->masks[c]);
    }
}

static void bgr_row(uint8_t *out, const struct image_file *file,
                    const uint8_t *row)
{
    for (size_t x = 0; x < (size_t)file->width; x++)
        for (size_t c = 0; c < 3; c++)
            *out++ = row[3 * x + 2 - c];
}

static enum ramp_status read_rows(const struct bmp *bmp,
                                  const struct image_file *file)
{
    size_t out_bytes = (size_t)file->width * (size_t)file->channels;
    enum ramp_status status = RAMP_OK;
    for (int y = 0; y < file->height && status == RAMP_OK; y++) {
        int stored = bmp->from_top ? y : file->height - 1 - y;
        const uint8_t *row =
            file->bytes + bmp->pixels_at + (size_t)stored * bmp->row_bytes;
        uint8_t *out = file->pixels + (size_t)y * out_bytes;
        if (bmp->bits <= 8)
            status = indexed_row(out, bmp, file, row);
        else if (bmp->bits == 24)
            bgr_row(out, file, row);
        else
            masked_row(out, bmp, file, row);
    }
    return status;
}

enum ramp_status image_read_bmp(struct image_file *file)
{
    struct bmp bmp = {0};
    size_t header_end = 0;
    enum ramp_status status = read_shape(&bmp, file);
    if (status == RAMP_OK)
        status = check_coding(&bmp, file);
    if (status == RAMP_OK)
        status = read_masks(&bmp, file, &header_end);
    if (status == RAMP_OK)
        status = check_sizes(&bmp, file, header_end);
    if (status != RAMP_OK)
        return status;
    if (bmp.bits <= 8)
        read_palette(&bmp, file, header_end);
    bool has_alpha = bmp.bits > 8 && bmp.masks[3] != 0;
    status = image_new_pixels(file, has_alpha ? 4 : 3);
    if (status == RAMP_OK)
        status = read_rows(&bmp, file);
    return status;
}
