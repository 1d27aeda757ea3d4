/* png.c - pixels as PNG files. Three chunks around what zlib packs; unlike
 * stb_image_write it gives back its memory also where there is too little. */
#include "report/png.h"

#include "report/base64.h"
#include "report/basics.h"

#include <string.h>
#define ZLIB_CONST /* next_in is not written to */
#include <zlib.h>

/* Of each chunk: its length, its type; its data; its checksum. */
enum { SIGNATURE = 8, CHUNK = 12, HEADER = 13, MAX_BYTES = INT32_MAX };

static void put_be32(uint8_t *to, size_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A chunk of n bytes, already at to + 8; returns where the next begins. */
static uint8_t *end_chunk(uint8_t *to, const char *type, size_t n)
{
    put_be32(to, n);
    memcpy(to + 4, type, 4);
    put_be32(to + 8 + n, crc32_z(0, to + 4, n + 4));
    return to + CHUNK + n;
}

/* Rows as PNG stores them: behind a filter byte, 0 (as they are). */
static enum ramp_status make_rows(uint8_t **rows, size_t *n_bytes,
                                  const struct pixels *pixels,
                                  struct ramp_error *err)
{
    size_t height = (size_t)pixels->height;
    size_t row = (size_t)pixels->width * (size_t)pixels->channels;
    if (pixels->width < 1 || pixels->height < 1 ||
        !size_mul(n_bytes, row + 1, height) || *n_bytes > MAX_BYTES / 2)
        return error_set(err, RAMP_USAGE, "no PNG can hold %dx%dx%d",
                         pixels->channels, pixels->height, pixels->width);
    enum ramp_status status = MEM_NEW(rows, *n_bytes, "a PNG", err);
    for (size_t y = 0; y < height && status == RAMP_OK; y++)
        memcpy(*rows + y * (row + 1) + 1, pixels->bytes + y * row, row);
    return status;
}

/* Like zlib's compress2, with our memory. */
static bool pack(uint8_t *to, size_t *n_to, const uint8_t *from, size_t n_from)
{
    z_stream stream = {.zalloc = mem_zlib_new, .zfree = mem_zlib_free};
    if (deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK)
        return false;
    stream.next_in = from;
    stream.avail_in = (uInt)n_from;
    stream.next_out = to;
    stream.avail_out = (uInt)*n_to;
    bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *n_to -= stream.avail_out;
    deflateEnd(&stream);
    return done;
}

/* The three chunks, in a block that has room for packed data of `room`. */
static bool put_chunks(uint8_t *png, size_t *n_bytes,
                       const struct pixels *pixels, const uint8_t *rows,
                       size_t n_rows, size_t room)
{
    uint8_t *at = png + SIGNATURE, *header = at + 8;
    memcpy(png, "\x89PNG\r\n\x1a\n", SIGNATURE);
    put_be32(header, (size_t)pixels->width);
    put_be32(header + 4, (size_t)pixels->height);
    header[8] = 8;                             /* bits of a sample */
    header[9] = pixels->channels == 1 ? 0 : 2; /* grey or RGB */
    at = end_chunk(at, "IHDR", HEADER);
    if (!pack(at + 8, &room, rows, n_rows))
        return false;
    at = end_chunk(at, "IDAT", room);
    at = end_chunk(at, "IEND", 0);
    *n_bytes = (size_t)(at - png);
    return true;
}

enum ramp_status png_encode(uint8_t **png, size_t *n_bytes,
                            const struct pixels *pixels, struct ramp_error *err)
{
    uint8_t *rows = NULL;
    size_t n_rows = 0, room = 0;
    ASSERT(pixels->channels == 1 || pixels->channels == 3);
    *png = NULL;
    enum ramp_status status = make_rows(&rows, &n_rows, pixels, err);
    if (status == RAMP_OK) {
        room = (size_t)compressBound((uLong)n_rows);
        status =
            MEM_NEW(png, SIGNATURE + 3 * CHUNK + HEADER + room, "a PNG", err);
    }
    if (status == RAMP_OK &&
        !put_chunks(*png, n_bytes, pixels, rows, n_rows, room)) {
        status = error_memory(err, "packing a PNG", n_rows);
        mem_free(*png);
        *png = NULL;
    }
    mem_free(rows);
    return status;
}

enum ramp_status png_add_uri(struct draft *draft, const struct pixels *pixels,
                             struct ramp_error *err)
{
    uint8_t *png;
    size_t n_bytes;
    enum ramp_status status = png_encode(&png, &n_bytes, pixels, err);
    if (status != RAMP_OK)
        return status;
    draft_add(draft, "data:image/png;base64,");
    base64_add(draft, png, n_bytes);
    mem_free(png);
    return RAMP_OK;
}
