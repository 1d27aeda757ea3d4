/* fuzz_image.c - picture files: our checks, stb_image behind them, and what
 * becomes of the pixels. After most of its changes a PNG's checksums are put
 * right, which is how they come past the first gate. */
#include "data/image_file.h"
#include "tests/fuzz/fuzz.h"

#include <ramp/image.h>
#include <zlib.h>

/* Pictures of more pixels take the same ways, only longer. */
enum { MAX_AREA = 1 << 14 };

enum ramp_status __real_image_set_size(struct image_file *file, int64_t width,
                                       int64_t height);
enum ramp_status __wrap_image_set_size(struct image_file *file, int64_t width,
                                       int64_t height);

enum ramp_status __wrap_image_set_size(struct image_file *file, int64_t width,
                                       int64_t height)
{
    enum ramp_status status = __real_image_set_size(file, width, height);
    if (status == RAMP_OK && width * height > MAX_AREA)
        status = image_refuse(file, "too large for a fuzzer");
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    struct ramp_image image;
    enum ramp_status status =
        ramp_image_decode(&image, bytes, n_bytes, "fuzz", &err);
    fuzz_check_error(status, &err);
    ASSERT((status == RAMP_OK) == (image.pixels != NULL));
    if (status == RAMP_OK) {
        ASSERT(image.width >= 1 && image.height >= 1);
        ASSERT(image.channels == 1 || image.channels == 3);
        fuzz_touch(image.pixels, (size_t)image.width * (size_t)image.height *
                                     (size_t)image.channels);
    }
    ramp_image_release(&image);
    return 0;
}

static void put_be32(uint8_t *p, uLong value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The checksum of zlib data that stand in one piece, as far as they are
 * sound. */
static void mend_adler(uint8_t *bytes, size_t n_bytes)
{
    z_stream stream = {0};
    uint8_t out[1 << 12];
    uLong sum = adler32(0, NULL, 0);
    int answer = Z_OK;
    if (n_bytes < 6 || inflateInit2(&stream, -15) != Z_OK)
        return;
    stream.next_in = bytes + 2;
    stream.avail_in = (uInt)n_bytes - 2;
    for (int i = 0; i < 64 && answer == Z_OK; i++) {
        stream.next_out = out;
        stream.avail_out = sizeof out;
        answer = inflate(&stream, Z_NO_FLUSH);
        sum = adler32(sum, out, (uInt)sizeof out - stream.avail_out);
    }
    if (answer == Z_STREAM_END && stream.avail_in >= 4)
        put_be32(stream.next_in, sum);
    inflateEnd(&stream);
}

static void mend_png(uint8_t *bytes, size_t n_bytes)
{
    for (size_t at = 8; at + 12 <= n_bytes;) {
        uint8_t *p = bytes + at;
        size_t n = image_be32(p);
        if (n > n_bytes - at - 12)
            return;
        if (memcmp(p + 4, "IDAT", 4) == 0)
            mend_adler(p + 8, n);
        put_be32(p + 8 + n, crc32(0, p + 4, (uInt)n + 4));
        at += n + 12;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes,
                               unsigned seed)
{
    n_bytes = LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    if (seed % 8 != 0 && n_bytes > 8 && memcmp(bytes, "\x89PNG", 4) == 0)
        mend_png(bytes, n_bytes);
    return n_bytes;
}
