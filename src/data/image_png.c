/* image_png.c - the structure of a PNG file: chunks, checksums, header, and
 * the inflated rows with their filters and palette indices. What passes can be
 * decoded; the decoding itself is stb_image's, which checks none of these.
 *
 * Source: Portable Network Graphics Specification (Second Edition), W3C 2003.
 */
#define ZLIB_CONST /* next_in is not written to */
#include "data/image_file.h"

#include "base/mem.h"

#include <string.h>
#include <zlib.h>

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

struct chunk {
    const uint8_t *data; /* borrowed */
    uint32_t n_bytes;
    char type[5];
};

struct png {
    struct image_file *file; /* borrowed */
    size_t at;               /* of the next chunk */
    int depth, colour, interlaced;
    uint32_t n_colours; /* of the palette */
    bool has_palette, has_trns, has_data, data_ended;

    /* The inflated rows, one after another. */
    z_stream stream;
    bool stream_ended;
    int pass; /* of Adam7; 7 is the whole picture */
    int rows_left;
    size_t row_bytes; /* without the filter byte */
    size_t filled;    /* bytes of row that are there */
    uint8_t *row;     /* owned: filter byte and row */
    uint8_t *above;   /* owned: the row before, unfiltered */
    size_t surplus;
};

static bool is_type(const struct chunk *chunk, const char *type)
{
    return memcmp(chunk->type, type, 4) == 0;
}

static enum ramp_status next_chunk(struct chunk *chunk, struct png *png)
{
    const struct image_file *file = png->file;
    const uint8_t *p = file->bytes + png->at;
    size_t left = file->n_bytes - png->at;
    if (left < 12)
        return image_refuse(file, "expected a PNG chunk, found the end of the "
                                  "file");
    chunk->n_bytes = image_be32(p);
    chunk->data = p + 8;
    for (int i = 0; i < 4; i++) {
        if ((p[4 + i] | 0x20) < 'a' || (p[4 + i] | 0x20) > 'z')
            return image_refuse(
                file, "expected a PNG chunk at byte %zu, found none", png->at);
        chunk->type[i] = (char)p[4 + i];
    }
    chunk->type[4] = 0;
    if (chunk->n_bytes > left - 12)
        return image_refuse(file,
                            "expected %u bytes in PNG chunk %s, found %zu",
                            (unsigned)chunk->n_bytes, chunk->type, left - 12);
    uint32_t stored = image_be32(chunk->data + chunk->n_bytes);
    uint32_t crc = (uint32_t)crc32_z(0, p + 4, (size_t)chunk->n_bytes + 4);
    if (crc != stored)
        return image_refuse(file,
                            "expected checksum %08x in PNG chunk %s, "
                            "found %08x",
                            (unsigned)stored, chunk->type, (unsigned)crc);
    png->at += (size_t)chunk->n_bytes + 12;
    return RAMP_OK;
}

static bool known_colour(int colour, int depth)
{
    switch (colour) {
    case GREY:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8 ||
               depth == 16;
    case PALETTE: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case RGB:
    case GREY_ALPHA:
    case RGB_ALPHA: return depth == 8 || depth == 16;
    default: return false;
    }
}

static enum ramp_status read_header(struct png *png)
{
    struct image_file *file = png->file;
    struct chunk chunk;
    enum ramp_status status = next_chunk(&chunk, png);
    if (status != RAMP_OK)
        return status;
    if (is_type(&chunk, "CgBI"))
        return image_refuse(file, "expected a PNG, found Apple's CgBI variant "
                                  "of it");
    if (!is_type(&chunk, "IHDR") || chunk.n_bytes != 13)
        return image_refuse(file,
                            "expected PNG chunk IHDR of 13 bytes, "
                            "found %s of %u",
                            chunk.type, (unsigned)chunk.n_bytes);
    png->depth = chunk.data[8];
    png->colour = chunk.data[9];
    png->interlaced = chunk.data[12];
    if (!known_colour(png->colour, png->depth))
        return image_refuse(file,
                            "expected a colour type and depth of PNG, "
                            "found type %d with %d bits",
                            png->colour, png->depth);
    if (chunk.data[10] != 0 || chunk.data[11] != 0 || png->interlaced > 1)
        return image_refuse(file,
                            "expected PNG compression 0, filter 0, interlace "
                            "0 or 1, found %d, %d, %d",
                            chunk.data[10], chunk.data[11], png->interlaced);
    status = image_set_size(file, image_be32(chunk.data),
                            image_be32(chunk.data + 4));
    if (status == RAMP_OK && png->depth == 16 &&
        (int64_t)file->width * file->height > IMAGE_MAX_AREA_16)
        return image_refuse(
            file, "expected at most %ld pixels of 16 bits, found %dx%d",
            IMAGE_MAX_AREA_16, file->width, file->height);
    return status;
}

static enum ramp_status read_palette(struct png *png, const struct chunk *chunk)
{
    struct image_file *file = png->file;
    uint32_t most = png->colour == PALETTE ? 1u << png->depth : 256;
    png->n_colours = chunk->n_bytes / 3;
    if (png->has_palette || png->has_data)
        return image_refuse(file,
                            "expected one palette before the pixels, "
                            "found PLTE %s",
                            png->has_palette ? "twice" : "behind them");
    if (chunk->n_bytes % 3 != 0 || png->n_colours < 1 || png->n_colours > most)
        return image_refuse(file,
                            "expected a palette of 1 to %u colours, "
                            "found %u bytes",
                            (unsigned)most, (unsigned)chunk->n_bytes);
    png->has_palette = true;
    file->grey_palette = png->colour == PALETTE;
    for (uint32_t i = 0; i < chunk->n_bytes; i += 3)
        if (chunk->data[i] != chunk->data[i + 1] ||
            chunk->data[i] != chunk->data[i + 2])
            file->grey_palette = false;
    return RAMP_OK;
}

static enum ramp_status check_transparency(struct png *png,
                                           const struct chunk *chunk)
{
    bool right = !png->has_data && !png->has_trns;
    switch (png->colour) {
    case GREY: right = right && chunk->n_bytes == 2; break;
    case RGB: right = right && chunk->n_bytes == 6; break;
    case PALETTE: right = right && chunk->n_bytes <= png->n_colours; break;
    default: right = false;
    }
    png->has_trns = true;
    if (!right)
        return image_refuse(png->file,
                            "found a PNG chunk tRNS of %u bytes that does not "
                            "belong there",
                            (unsigned)chunk->n_bytes);
    return RAMP_OK;
}

static int samples_per_pixel(int colour)
{
    static const int samples[7] = {1, 0, 3, 1, 2, 0, 4};
    return samples[colour];
}

/* Of pass 0..6 of Adam7, or of the whole picture (7): where its pixels begin
 * and how far apart they are. */
static void pass_grid(int pass, int *x0, int *y0, int *dx, int *dy)
{
    static const uint8_t grids[8][4] = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
        {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}, {0, 0, 1, 1}};
    *x0 = grids[pass][0];
    *y0 = grids[pass][1];
    *dx = grids[pass][2];
    *dy = grids[pass][3];
}

static size_t row_bytes_of(const struct png *png, int width)
{
    size_t bits = (size_t)png->depth * (size_t)samples_per_pixel(png->colour);
    return ((size_t)width * bits + 7) / 8;
}

/* Go to the first pass from `pass` on that has pixels; rows_left stays 0 if
 * there is none. */
static void begin_pass(struct png *png, int pass)
{
    int last = png->interlaced ? 6 : 7;
    png->rows_left = 0;
    for (; pass <= last; pass++) {
        int x0, y0, dx, dy;
        pass_grid(pass, &x0, &y0, &dx, &dy);
        int width = (png->file->width - x0 + dx - 1) / dx;
        int height = (png->file->height - y0 + dy - 1) / dy;
        if (width > 0 && height > 0) {
            png->rows_left = height;
            png->row_bytes = row_bytes_of(png, width);
            break;
        }
    }
    png->pass = pass;
    memset(png->above, 0, row_bytes_of(png, png->file->width));
}

static uint8_t paeth(uint8_t left, uint8_t above, uint8_t corner)
{
    int estimate = left + above - corner;
    int to_left = estimate < left ? left - estimate : estimate - left;
    int to_above = estimate < above ? above - estimate : estimate - above;
    int to_corner = estimate < corner ? corner - estimate : estimate - corner;
    if (to_left <= to_above && to_left <= to_corner)
        return left;
    return to_above <= to_corner ? above : corner;
}

/* Undo the filter of a row of palette indices, which are at most one byte. */
static void unfilter_indices(uint8_t *row, const uint8_t *above, size_t n,
                             int filter)
{
    uint8_t left = 0;
    uint8_t corner = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned guess = 0;
        switch (filter) {
        case 1: guess = left; break;
        case 2: guess = above[i]; break;
        case 3: guess = ((unsigned)left + above[i]) / 2; break;
        case 4: guess = paeth(left, above[i], corner); break;
        default: break;
        }
        row[i] = (uint8_t)(row[i] + guess);
        left = row[i];
        corner = above[i];
    }
}

static enum ramp_status check_indices(const struct png *png, int width)
{
    uint32_t depth = (uint32_t)png->depth;
    uint32_t per_byte = 8 / depth;
    uint32_t mask = (1u << depth) - 1;
    for (uint32_t x = 0; x < (uint32_t)width; x++) {
        uint32_t shift = 8 - depth * (x % per_byte + 1);
        uint32_t index = (uint32_t)png->above[x / per_byte] >> shift & mask;
        if (index >= png->n_colours)
            return image_refuse(png->file,
                                "expected a palette of at least %u colours, "
                                "found %u",
                                (unsigned)index + 1, (unsigned)png->n_colours);
    }
    return RAMP_OK;
}

/* A whole row with its filter byte is in png->row. */
static enum ramp_status end_row(struct png *png)
{
    enum ramp_status status = RAMP_OK;
    int x0, y0, dx, dy;
    int filter = png->row[0];
    if (filter > 4)
        return image_refuse(png->file,
                            "expected a PNG filter of 0 to 4, "
                            "found %d",
                            filter);
    if (png->colour == PALETTE) {
        unfilter_indices(png->row + 1, png->above, png->row_bytes, filter);
        memcpy(png->above, png->row + 1, png->row_bytes);
        pass_grid(png->pass, &x0, &y0, &dx, &dy);
        status = check_indices(png, (png->file->width - x0 + dx - 1) / dx);
    }
    png->filled = 0;
    png->rows_left--;
    if (png->rows_left == 0)
        begin_pass(png, png->pass + 1);
    return status;
}

/* One step of inflation, into the rest of the current row; behind the last
 * row into the row's place, only to be counted. */
static enum ramp_status inflate_some(struct png *png)
{
    z_stream *stream = &png->stream;
    bool all_there = png->rows_left == 0;
    size_t room =
        all_there ? 1 + png->row_bytes : 1 + png->row_bytes - png->filled;
    stream->next_out = png->row + (all_there ? 0 : png->filled);
    stream->avail_out = (uInt)room;
    int answer = inflate(stream, Z_NO_FLUSH);
    size_t n = room - stream->avail_out;
    png->stream_ended = answer == Z_STREAM_END;
    if (answer == Z_MEM_ERROR)
        return error_memory(png->file->err, "inflating a PNG", 1u << 15);
    if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
        return image_refuse(png->file,
                            "expected sound compressed pixels, "
                            "found %s",
                            stream->msg != NULL ? stream->msg : "damage");
    if (all_there) {
        png->surplus += n;
        if (png->surplus > IMAGE_MAX_SURPLUS)
            return image_refuse(png->file,
                                "found more than %ld bytes behind the pixels",
                                IMAGE_MAX_SURPLUS);
        return RAMP_OK;
    }
    png->filled += n;
    return png->filled == 1 + png->row_bytes ? end_row(png) : RAMP_OK;
}

static enum ramp_status read_data(struct png *png, const struct chunk *chunk)
{
    enum ramp_status status = RAMP_OK;
    if (png->data_ended)
        return image_refuse(png->file, "expected the PNG chunks IDAT side by "
                                       "side, found others between them");
    if (png->colour == PALETTE && !png->has_palette)
        return image_refuse(png->file, "expected a palette (PNG chunk PLTE), "
                                       "found none");
    png->has_data = true;
    png->stream.next_in = chunk->data;
    png->stream.avail_in = chunk->n_bytes;
    while (status == RAMP_OK && !png->stream_ended &&
           (png->stream.avail_in > 0 || png->stream.avail_out == 0))
        status = inflate_some(png);
    if (png->stream_ended)
        png->surplus += png->stream.avail_in;
    return status;
}

static enum ramp_status check_chunk(struct png *png, const struct chunk *chunk)
{
    if (is_type(chunk, "IDAT"))
        return read_data(png, chunk);
    png->data_ended = png->has_data;
    if (is_type(chunk, "PLTE"))
        return read_palette(png, chunk);
    if (is_type(chunk, "tRNS"))
        return check_transparency(png, chunk);
    if (is_type(chunk, "IHDR"))
        return image_refuse(png->file, "expected one PNG chunk IHDR, found "
                                       "two");
    if (is_type(chunk, "acTL"))
        png->file->warning = "animated: only the first picture is read";
    else if (is_type(chunk, "eXIf"))
        png->file->orientation =
            image_exif_orientation(chunk->data, chunk->n_bytes);
    else if ((chunk->type[0] & 0x20) == 0 && !is_type(chunk, "IEND"))
        return image_refuse(png->file,
                            "found unknown PNG chunk %s, which may not be "
                            "passed over",
                            chunk->type);
    return RAMP_OK;
}

/* Everything behind the header. */
static enum ramp_status check_body(struct png *png)
{
    struct image_file *file = png->file;
    struct chunk chunk = {0};
    enum ramp_status status = RAMP_OK;
    begin_pass(png, png->interlaced ? 0 : 7);
    while (status == RAMP_OK && !is_type(&chunk, "IEND")) {
        status = next_chunk(&chunk, png);
        if (status == RAMP_OK)
            status = check_chunk(png, &chunk);
    }
    if (status != RAMP_OK)
        return status;
    if (png->rows_left > 0)
        return image_refuse(file, "expected more rows of pixels, found the end "
                                  "of the PNG");
    if (!png->stream_ended)
        return image_refuse(file, "expected the end of the compressed pixels, "
                                  "found the end of the PNG");
    if (png->surplus > 0 || png->at < file->n_bytes)
        file->warning = "surplus bytes after the picture";
    return RAMP_OK;
}

enum ramp_status image_check_png(struct image_file *file)
{
    struct png png = {
        .file = file,
        .at = 8,
        .stream = {.zalloc = mem_zlib_new, .zfree = mem_zlib_free}};
    enum ramp_status status = read_header(&png);
    if (status != RAMP_OK)
        return status;
    size_t row_bytes = row_bytes_of(&png, file->width);
    status = MEM_NEW(&png.row, row_bytes + 1, "a row of a PNG", file->err);
    if (status == RAMP_OK)
        status = MEM_NEW(&png.above, row_bytes, "a row of a PNG", file->err);
    if (status == RAMP_OK && inflateInit(&png.stream) != Z_OK)
        status = error_memory(file->err, "inflating a PNG", 1u << 15);
    if (status == RAMP_OK) {
        status = check_body(&png);
        inflateEnd(&png.stream);
    }
    mem_free(png.row);
    mem_free(png.above);
    return status;
}
