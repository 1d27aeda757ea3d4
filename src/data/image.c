/* image.c - picture files to pixels: which format, which reader, then the
 * orientation and the alpha channel. The only user of stb_image, for JPEG and
 * PNG that have passed the checks of image_jpeg.c and image_png.c. */
#include <ramp/image.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/image_file.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What stb_image allocates while it decodes one picture. It keeps about a
 * dozen blocks at a time; whatever it leaves behind is freed by us. */
enum { ARENA_BLOCKS = 32 };

struct arena {
    struct arena_block {
        void *bytes; /* owned */
        size_t n_bytes;
    } blocks[ARENA_BLOCKS];
    size_t n_bytes, max_bytes; /* in all blocks */
    bool was_short;
    jmp_buf on_assert;
};

static _Thread_local struct arena *arena; /* borrowed from decode_by_stb */

static struct arena_block *arena_find(const void *bytes)
{
    for (int i = 0; i < ARENA_BLOCKS; i++)
        if (arena->blocks[i].bytes == bytes)
            return &arena->blocks[i];
    return NULL;
}

static void *arena_alloc(size_t n_bytes)
{
    struct arena_block *block = arena_find(NULL);
    if (block != NULL && n_bytes <= arena->max_bytes - arena->n_bytes)
        block->bytes = mem_alloc(n_bytes, 1);
    if (block == NULL || block->bytes == NULL) {
        arena->was_short = true;
        return NULL;
    }
    block->n_bytes = n_bytes;
    arena->n_bytes += n_bytes;
    return block->bytes;
}

/* Take a block out of the arena's hands. */
static void arena_forget(const void *bytes)
{
    struct arena_block *block = arena_find(bytes);
    ASSERT(block != NULL);
    arena->n_bytes -= block->n_bytes;
    *block = (struct arena_block){0};
}

static void arena_free(void *bytes)
{
    if (bytes != NULL) {
        arena_forget(bytes);
        mem_free(bytes);
    }
}

static void *arena_realloc(void *old, size_t old_bytes, size_t n_bytes)
{
    void *block = arena_alloc(n_bytes);
    if (block != NULL && old != NULL) {
        memcpy(block, old, old_bytes < n_bytes ? old_bytes : n_bytes);
        arena_free(old);
    }
    return block;
}

/* The assertions of stb_image can be reached by what is in a file; they end
 * the decoding, not the program. */
static _Noreturn void arena_leave(void)
{
    longjmp(arena->on_assert, 1);
}

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_MAX_DIMENSIONS IMAGE_MAX_SIDE
#define STBI_MALLOC(n) arena_alloc(n)
#define STBI_REALLOC_SIZED(p, n_old, n) arena_realloc((p), (n_old), (n))
#define STBI_FREE(p) arena_free(p)
#define STBI_ASSERT(condition) ((condition) ? (void)0 : arena_leave())
/* gcc reports these at the end of the file, where a pop would already rule. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

enum ramp_status image_refuse(const struct image_file *file, const char *format,
                              ...)
{
    char text[RAMP_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(file->err, RAMP_DATA, "cannot read %s: %s",
                     TEXT_QUOTE(file->name), text);
}

enum ramp_status image_set_size(struct image_file *file, int64_t width,
                                int64_t height)
{
    if (width < 1 || width > IMAGE_MAX_SIDE || height < 1 ||
        height > IMAGE_MAX_SIDE)
        return image_refuse(file,
                            "expected sides of 1 to %d pixels, "
                            "found %lldx%lld",
                            IMAGE_MAX_SIDE, (long long)width,
                            (long long)height);
    if (width * height > IMAGE_MAX_AREA)
        return image_refuse(
            file, "expected at most %ld pixels, found %lldx%lld",
            IMAGE_MAX_AREA, (long long)width, (long long)height);
    file->width = (int)width;
    file->height = (int)height;
    return RAMP_OK;
}

enum ramp_status image_new_pixels(struct image_file *file, int channels)
{
    size_t n = (size_t)file->width * (size_t)file->height * (size_t)channels;
    file->channels = channels;
    return MEM_NEW(&file->pixels, n, "a picture", file->err);
}

/* Nothing that stb_image needs for a picture of this size comes near this: a
 * 16-bit RGBA PNG takes 28 bytes a pixel, and both formats pad sides to at
 * most 32 pixels. */
static size_t arena_limit(const struct image_file *file)
{
    size_t width = ((size_t)file->width + 31) / 32 * 32;
    size_t height = ((size_t)file->height + 31) / 32 * 32;
    return 4 * file->n_bytes + 32 * width * height + 8 * IMAGE_MAX_SURPLUS;
}

static uint8_t *call_stb(struct image_file *file)
{
    int width = 0;
    int height = 0;
    uint8_t *pixels = stbi_load_from_memory(
        file->bytes, (int)file->n_bytes, &width, &height, &file->channels, 0);
    bool as_checked = width == file->width && height == file->height;
    return as_checked ? pixels : NULL;
}

/* In a function of its own, so that no variable of another can be lost in the
 * jump. NULL if stb_image refuses. */
static uint8_t *call_stb_safely(struct image_file *file)
{
    if (setjmp(arena->on_assert) != 0)
        return NULL;
    return call_stb(file);
}

static enum ramp_status decode_by_stb(struct image_file *file)
{
    struct arena mine = {.max_bytes = arena_limit(file)};
    ASSERT(file->n_bytes <= INT_MAX);
    arena = &mine;
    file->pixels = call_stb_safely(file);
    if (file->pixels != NULL)
        arena_forget(file->pixels);
    for (int i = 0; i < ARENA_BLOCKS; i++)
        mem_free(mine.blocks[i].bytes);
    arena = NULL;
    if (file->pixels != NULL)
        return RAMP_OK;
    if (mine.was_short)
        return error_memory(file->err, "decoding a picture", mine.max_bytes);
    return image_refuse(file, "expected sound coded pixels, found damage");
}

static enum ramp_status read_png(struct image_file *file)
{
    enum ramp_status status = image_check_png(file);
    return status == RAMP_OK ? decode_by_stb(file) : status;
}

static enum ramp_status read_jpeg(struct image_file *file)
{
    enum ramp_status status = image_check_jpeg(file);
    return status == RAMP_OK ? decode_by_stb(file) : status;
}

/* By the first bytes, never by the name. */
static enum ramp_status read_any(struct image_file *file)
{
    static const struct {
        const char *magic;
        size_t n_bytes;
        enum ramp_status (*read)(struct image_file *);
    } formats[] = {
        {"\x89PNG\r\n\x1a\n", 8, read_png}, {"\xff\xd8\xff", 3, read_jpeg},
        {"BM", 2, image_read_bmp},          {"P5", 2, image_read_pnm},
        {"P6", 2, image_read_pnm},
    };
    if (file->n_bytes > IMAGE_MAX_BYTES)
        return image_refuse(file, "expected at most %lu bytes, found %zu",
                            IMAGE_MAX_BYTES, file->n_bytes);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (file->n_bytes >= formats[i].n_bytes &&
            memcmp(file->bytes, formats[i].magic, formats[i].n_bytes) == 0)
            return formats[i].read(file);
    return image_refuse(file,
                        "expected a JPEG, PNG, BMP, PGM or PPM picture, "
                        "found %s",
                        image_kind(file->bytes, file->n_bytes));
}

/* One pixel over white, into `channels` bytes. */
static void put_pixel(uint8_t *out, int channels, const uint8_t *in,
                      int in_channels)
{
    bool has_alpha = in_channels % 2 == 0;
    unsigned alpha = has_alpha ? in[in_channels - 1] : 255;
    for (int c = 0; c < channels; c++)
        out[c] = (uint8_t)((in[c] * alpha + 255 * (255 - alpha) + 127) / 255);
}

/* The stored pixels, turned and mirrored as EXIF's orientation says: the new
 * picture is walked row by row, the old one from a corner with two steps.
 * Orientations 5 to 8 swap the axes. */
static void turn(struct ramp_image *image, const struct image_file *file)
{
    static const struct {
        bool from_right, from_bottom;
    } corners[9] = {
        [2] = {true, false}, [3] = {true, true}, [4] = {false, true},
        [6] = {false, true}, [7] = {true, true}, [8] = {true, false}};
    ptrdiff_t across = file->channels;
    ptrdiff_t down = across * file->width;
    const uint8_t *corner = file->pixels;
    if (corners[file->orientation].from_right) {
        corner += across * (file->width - 1);
        across = -across;
    }
    if (corners[file->orientation].from_bottom) {
        corner += down * (file->height - 1);
        down = -down;
    }
    bool swapped = file->orientation >= 5;
    ptrdiff_t step_x = swapped ? down : across;
    ptrdiff_t step_y = swapped ? across : down;
    uint8_t *out = image->pixels;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            put_pixel(out, image->channels, corner + y * step_y + x * step_x,
                      file->channels);
            out += image->channels;
        }
}

/* From the pixels as stored to the picture as promised. */
static enum ramp_status finish(struct ramp_image *image,
                               struct image_file *file)
{
    bool swapped = file->orientation >= 5;
    struct ramp_image result = {
        .width = swapped ? file->height : file->width,
        .height = swapped ? file->width : file->height,
        .channels = file->channels <= 2 || file->grey_palette ? 1 : 3};
    if (file->warning != NULL)
        snprintf(result.warning, sizeof result.warning, "%s", file->warning);
    if (result.channels == file->channels && file->orientation == 1) {
        result.pixels = file->pixels;
        file->pixels = NULL;
    } else {
        size_t n_pixels = (size_t)result.width * (size_t)result.height;
        enum ramp_status status =
            MEM_NEW(&result.pixels, n_pixels * (size_t)result.channels,
                    "a picture", file->err);
        if (status != RAMP_OK)
            return status;
        turn(&result, file);
    }
    *image = result;
    return RAMP_OK;
}

enum ramp_status ramp_image_decode(struct ramp_image *image, const void *bytes,
                                   size_t n_bytes, const char *name,
                                   struct ramp_error *err)
{
    struct image_file file = {.bytes = bytes,
                              .n_bytes = n_bytes,
                              .name = name,
                              .err = err,
                              .orientation = 1};
    *image = (struct ramp_image){0};
    enum ramp_status status = read_any(&file);
    if (status == RAMP_OK)
        status = finish(image, &file);
    mem_free(file.pixels);
    return status;
}

enum ramp_status ramp_image_load(struct ramp_image *image, const char *path,
                                 struct ramp_error *err)
{
    uint8_t *bytes;
    size_t n_bytes;
    *image = (struct ramp_image){0};
    enum ramp_status status =
        file_read(&bytes, &n_bytes, path, IMAGE_MAX_BYTES, RAMP_DATA, err);
    if (status == RAMP_OK)
        status = ramp_image_decode(image, bytes, n_bytes, path, err);
    mem_free(bytes);
    return status;
}

void ramp_image_release(struct ramp_image *image)
{
    mem_free(image->pixels);
    *image = (struct ramp_image){0};
}
