/* check_image.c - every kind of picture that is read gives the right pixels,
 * every bad file its one line. The numbers of the refusals are rows of the
 * project's list of bad inputs. */
#include "tests/check.h"

#include "base/mem.h"
#include "tests/unit/make_images.h"

#include <sys/stat.h>
#include <unistd.h>

static struct blob blob;

static unsigned over_white(unsigned colour, unsigned alpha)
{
    return (colour * alpha + 255 * (255 - alpha) + 127) / 255;
}

static void decode_good(struct ramp_image *image, const char *warning)
{
    struct ramp_error err = {0};
    enum ramp_status status = blob_decode(image, &blob, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_str_eq(image->warning, warning);
}

static void decode_bad(const char *words, const char *label)
{
    struct ramp_image image;
    struct ramp_error err = {0};
    enum ramp_status status = blob_decode(&image, &blob, &err);
    ck_assert_msg(status == RAMP_DATA, "%s: status %d", label, status);
    ck_assert_msg(strstr(err.text, words) != NULL,
                  "%s: expected \"%s\", found \"%s\"", label, words, err.text);
    ck_assert_msg(strncmp(err.text, "cannot read 'name.png': ", 24) == 0, "%s",
                  err.text);
    ck_assert_msg(strchr(err.text, '\n') == NULL, "%s", err.text);
    ck_assert_ptr_null(image.pixels);
    ck_assert_int_eq(image.width, 0);
}

/* PNG */

static unsigned png_alpha(const struct png_spec *spec, int x, int y)
{
    if (spec->colour == 4 || spec->colour == 6) {
        uint32_t alpha = png_sample(spec, x, y, spec->colour == 4 ? 1 : 3);
        return spec->depth == 16 ? alpha >> 8 : alpha;
    }
    uint32_t index = png_sample(spec, x, y, 0);
    if (spec->colour == 3)
        return (int)index < spec->n_trns ? png_palette_alpha(index) : 255;
    if (spec->n_trns == 0)
        return 255;
    for (int c = 0; c < png_samples(spec); c++)
        if (png_sample(spec, x, y, c) != png_sample(spec, 0, 0, c))
            return 255;
    return 0;
}

static unsigned png_value(const struct png_spec *spec, int x, int y, int c)
{
    uint32_t sample = png_sample(spec, x, y, spec->colour == 3 ? 0 : c);
    unsigned value = spec->colour == 3 ? png_palette(spec, sample, c)
                     : spec->depth == 16
                         ? sample >> 8
                         : sample * 255 / ((1u << spec->depth) - 1);
    return over_white(value, png_alpha(spec, x, y));
}

static void compare_png(const struct png_spec *spec)
{
    struct ramp_image image;
    bool grey = spec->colour == 0 || spec->colour == 4 || spec->grey_plte;
    png_make(&blob, spec);
    decode_good(&image, "");
    ck_assert_int_eq(image.width, spec->width);
    ck_assert_int_eq(image.height, spec->height);
    ck_assert_int_eq(image.channels, grey ? 1 : 3);
    const uint8_t *p = image.pixels;
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++)
            for (int c = 0; c < image.channels; c++, p++)
                if (*p != png_value(spec, x, y, c))
                    ck_abort_msg("type %d, %d bits, interlaced %d, %dx%d: "
                                 "(%d,%d,%d): expected %u, found %d",
                                 spec->colour, spec->depth, spec->interlaced,
                                 spec->width, spec->height, x, y, c,
                                 png_value(spec, x, y, c), *p);
    ramp_image_release(&image);
}

/* Rows 112 to 116, with every filter. */
START_TEST(png_variants)
{
    static const int kinds[15][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
                                     {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
                                     {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
    static const int sizes[][2] = {{1, 1},  {5, 3},  {4, 9},     {33, 17},
                                   {2, 40}, {50, 2}, {1, 16384}, {16384, 1}};
    int colour = kinds[_i][0];
    int depth = kinds[_i][1];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int way = 0; way < 4; way++) {
            struct png_spec spec = {.width = sizes[i][0],
                                    .height = sizes[i][1],
                                    .colour = colour,
                                    .depth = depth,
                                    .interlaced = way % 2 == 1};
            if (colour == 3)
                spec.n_colours = depth == 8 ? 200 : 1 << depth;
            if (way >= 2 && colour < 4)
                spec.n_trns = colour == 0   ? 2
                              : colour == 2 ? 6
                                            : spec.n_colours - 1;
            spec.n_idat = way == 3 ? 7 : 0;
            compare_png(&spec);
        }
}
END_TEST

/* So few colours that a filter's ties are many, and what is undone wrongly is
 * an index behind the palette. */
START_TEST(png_few_colours)
{
    for (int depth = 2; depth <= 8; depth *= 2) {
        struct png_spec spec = {.width = 33,
                                .height = 17,
                                .colour = 3,
                                .depth = depth,
                                .n_colours = 3};
        compare_png(&spec);
    }
}
END_TEST

START_TEST(png_grey_palette)
{
    struct png_spec spec = {.width = 9,
                            .height = 9,
                            .colour = 3,
                            .depth = 4,
                            .n_colours = 11,
                            .grey_plte = true};
    compare_png(&spec);
    spec.n_trns = 5;
    compare_png(&spec);
}
END_TEST

static const struct png_spec small_png = {
    .width = 7, .height = 5, .colour = 2, .depth = 8};
static const struct png_spec palette_png = {
    .width = 7, .height = 5, .colour = 3, .depth = 4, .n_colours = 9};

/* A whole chunk where the header ends. */
static void insert_chunk(const char *type, const char *data, size_t n)
{
    static struct blob chunk;
    chunk.n = 0;
    png_chunk(&chunk, type, data, n);
    blob_insert(&blob, 33, chunk.bytes, chunk.n);
}

START_TEST(png_odd_but_read)
{
    struct ramp_image image;
    struct ramp_image plain;
    png_make(&blob, &small_png);
    decode_good(&plain, "");
    size_t n = (size_t)plain.width * (size_t)plain.height * 3;

    blob_add(&blob, "PK\3\4 a zip archive", 18); /* row 110 */
    decode_good(&image, "surplus bytes after the picture");
    ck_assert_mem_eq(image.pixels, plain.pixels, n);
    ramp_image_release(&image);

    png_make(&blob, &small_png); /* row 117 */
    insert_chunk("acTL", "\0\0\0\2\0\0\0\0", 8);
    decode_good(&image, "animated: only the first picture is read");
    ck_assert_mem_eq(image.pixels, plain.pixels, n);
    ramp_image_release(&image);

    png_make(&blob, &small_png); /* row 102: a row too many */
    blob.bytes[23]--;
    png_mend(&blob);
    decode_good(&image, "surplus bytes after the picture");
    ck_assert_int_eq(image.height, 4);
    ck_assert_mem_eq(image.pixels, plain.pixels, n / 5 * 4);
    ramp_image_release(&image);

    png_make(&blob, &small_png); /* a chunk that may be passed over */
    insert_chunk("abCd", "?", 1);
    decode_good(&image, "");
    ck_assert_mem_eq(image.pixels, plain.pixels, n);
    ramp_image_release(&image);
    ramp_image_release(&plain);
}
END_TEST

/* Inflates to far more than the pixels: refused, and soon. */
START_TEST(png_bomb)
{
    static uint8_t zeros[1 << 24];
    static uint8_t packed[1 << 16];
    uLongf n = sizeof packed;
    png_make(&blob, &small_png);
    blob.n = 33;
    ck_assert_int_eq(compress2(packed, &n, zeros, sizeof zeros, 9), Z_OK);
    png_chunk(&blob, "IDAT", packed, n);
    png_chunk(&blob, "IEND", "", 0);
    decode_bad("more than 1048576 bytes behind the pixels", "bomb");
}
END_TEST

enum base { PNG, PALETTE, BMP, BMP8, BMP16, JPEG, PROGRESSIVE, NOTHING };

static const struct bmp_spec small_bmp = {
    .width = 7, .height = 5, .header = 40, .bits = 24};
static const struct bmp_spec palette_bmp = {.width = 7,
                                            .height = 5,
                                            .header = 40,
                                            .bits = 8,
                                            .n_colours = 20,
                                            .n_named = 20,
                                            .n_used = 20};
static const struct bmp_spec masked_bmp = {
    .width = 7,
    .height = 5,
    .header = 40,
    .bits = 16,
    .compression = 3,
    .masks = {0xf800, 0x07e0, 0x001f, 0}};

static void make_base(enum base base)
{
    blob.n = 0;
    switch (base) {
    case PNG: png_make(&blob, &small_png); break;
    case PALETTE: png_make(&blob, &palette_png); break;
    case BMP: bmp_make(&blob, &small_bmp); break;
    case BMP8: bmp_make(&blob, &palette_bmp); break;
    case BMP16: bmp_make(&blob, &masked_bmp); break;
    case JPEG: blob_load(&blob, "tests/data/baseline.jpg"); break;
    case PROGRESSIVE: blob_load(&blob, "tests/data/progressive.jpg"); break;
    case NOTHING: break;
    }
}

/* Where a JPEG's first marker of this kind stands. */
static int jpeg_marker(int marker)
{
    int at = 2;
    while (blob.bytes[at + 1] != marker) {
        ck_assert_uint_lt((size_t)at + 4, blob.n);
        at += 2 + blob.bytes[at + 2] * 256 + blob.bytes[at + 3];
    }
    return at;
}

/* What is done to a sample: bytes put over it at `at` (from the end where
 * negative; from the marker where there is one), or cut off there. */
struct damage {
    const char *label;
    const char *words; /* of the message */
    enum base base;
    int marker;
    int at;
    int n; /* bytes; CUT: the file ends there */
    const char *bytes;
};
#define CUT (-1)

static void apply(const struct damage *damage)
{
    make_base(damage->base);
    int at = damage->at;
    if (damage->marker != 0)
        at += jpeg_marker(damage->marker);
    else if (at < 0)
        at += (int)blob.n;
    if (damage->n == CUT) {
        blob.n = (size_t)at;
        return;
    }
    if ((size_t)at == blob.n)
        blob_add(&blob, damage->bytes, (size_t)damage->n);
    memcpy(blob.bytes + at, damage->bytes, (size_t)damage->n);
}

/* Damage behind which the checksums are put right. */
static const struct damage png_mended[] = {
    {"93 width 0", "sides of 1 to 16384 pixels, found 0x5", PNG, 0, 16, 4,
     "\0\0\0\0"},
    {"93 height 0", "found 7x0", PNG, 0, 20, 4, "\0\0\0\0"},
    {"94 23000x23000", "found 23000x23000", PNG, 0, 16, 9,
     "\0\0\x59\xd8\0\0\x59\xd8\x10"},
    {"95 12000x12000", "at most 67108864 pixels, found 12000x12000", PNG, 0, 16,
     8, "\0\0\x2e\xe0\0\0\x2e\xe0"},
    {"16 bits", "at most 33554432 pixels of 16 bits, found 8192x4097", PNG, 0,
     16, 9, "\0\0\x20\0\0\0\x10\1\x10"},
    {"16 bits, just as many", "more rows of pixels", PNG, 0, 16, 9,
     "\0\0\x20\0\0\0\x10\0\x10"},
    {"width 2^31", "found 2147483648x5", PNG, 0, 16, 4, "\x80\0\0\0"},
    {"98 Adler", "compressed pixels, found incorrect data check", PNG, 0, -17,
     1, "\x55"},
    {"101 too few pixels", "more rows of pixels", PNG, 0, 23, 1, "\6"},
    {"103 no PLTE", "expected a palette", PNG, 0, 24, 2, "\x8\3"},
    {"105 depth 3", "found type 2 with 3 bits", PNG, 0, 24, 1, "\3"},
    {"106 colour type 5", "found type 5 with 8 bits", PNG, 0, 25, 1, "\5"},
    {"colour type 1", "found type 1 with 8 bits", PNG, 0, 25, 1, "\1"},
    {"palette of 16 bits", "found type 3 with 16 bits", PALETTE, 0, 24, 1,
     "\x10"},
    {"compression 1", "found 1, 0, 0", PNG, 0, 26, 1, "\1"},
    {"filter 1", "found 0, 1, 0", PNG, 0, 27, 1, "\1"},
    {"interlace 2", "found 0, 0, 2", PNG, 0, 28, 1, "\2"},
    {"palette too long", "palette of 1 to 4 colours, found 27 bytes", PALETTE,
     0, 24, 1, "\2"},
    {"109 critical chunk", "unknown PNG chunk QLTE", PALETTE, 0, 37, 1, "Q"},
    {"first not IHDR", "PNG chunk IHDR of 13 bytes, found iHDR of 13", PNG, 0,
     12, 1, "i"},
    {"bad type", "PNG chunk at byte 33, found none", PALETTE, 0, 37, 1, "\0"},
};

START_TEST(png_refused_mended)
{
    apply(&png_mended[_i]);
    png_mend(&blob);
    decode_bad(png_mended[_i].words, png_mended[_i].label);
}
END_TEST

static const struct damage refusals[] = {
    {"91 0 bytes", "found an empty file", NOTHING, 0, 0, CUT, NULL},
    {"92 signature only", "PNG chunk, found the end of the file", PNG, 0, 8,
     CUT, NULL},
    {"half a signature", "found a damaged PNG", PNG, 0, 4, CUT, NULL},
    {"96 IHDR CRC", "in PNG chunk IHDR", PNG, 0, 29, 1, "\x55"},
    {"97 IDAT CRC", "expected checksum", PNG, 0, 45, 1, "\x55"},
    {"99 IDAT cut", "in PNG chunk IDAT, found", PNG, 0, -30, CUT, NULL},
    {"100 no IEND", "PNG chunk, found the end of the file", PNG, 0, -12, CUT,
     NULL},
    {"108 chunk length", "expected 4294967295 bytes in PNG chunk IDAT", PNG, 0,
     33, 4, "\xff\xff\xff\xff"},

    {"118 SOI only", "found a damaged JPEG", JPEG, 0, 2, CUT, NULL},
    {"119 cut in header", "(EOI), found the end", JPEG, 0, 100, CUT, NULL},
    {"120 cut at 50 %", "(EOI), found the end", JPEG, 0, 186, CUT, NULL},
    {"121 cut after scan", "(EOI), found the end", PROGRESSIVE, 0, -40, CUT,
     NULL},
    {"122 no EOI", "(EOI), found the end", JPEG, 0, -2, CUT, NULL},
    {"123 DHT 16x255", "at most 256 codes, found 4080", JPEG, 0xc4, 5, 16,
     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
    {"124 DHT 510", "at most 256 codes, found 510", JPEG, 0xc4, 5, 16,
     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff"},
    {"DHT too long", "JPEG segment DHT", JPEG, 0xc4, 5, 1, "\3"},
    {"DHT oversubscribed", "JPEG segment DHT", NOTHING, 0, 0, 28,
     "\xff\xd8\xff\xc4\0\x16\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3"
     "\xff\xd9"},
    {"DHT symbol 16", "JPEG segment DHT", JPEG, 0xc4, 21, 1, "\x10"},
    {"DHT number", "JPEG segment DHT", JPEG, 0xc4, 4, 1, "\4"},
    {"125 no DHT", "tables of a JPEG scan", JPEG, 0xc4, 1, 1, "\xfe"},
    {"125 no DQT", "tables of a JPEG scan", JPEG, 0xdb, 1, 1, "\xfe"},
    {"DQT number", "JPEG segment DQT", JPEG, 0xdb, 4, 1, "\4"},
    {"126 12 bit", "8 bits a sample, found 12", JPEG, 0xc0, 4, 1, "\xc"},
    {"127 arithmetic", "arithmetic coding", JPEG, 0xc0, 1, 1, "\xc9"},
    {"127 progressive", "arithmetic coding", PROGRESSIVE, 0xc2, 1, 1, "\xca"},
    {"128 lossless", "a lossless JPEG", JPEG, 0xc0, 1, 1, "\xc3"},
    {"128 JPEG-LS", "a JPEG-LS picture", JPEG, 0xc0, 1, 1, "\xf7"},
    {"hierarchical", "a hierarchical JPEG", JPEG, 0xc0, 1, 1, "\xc5"},
    {"128 JP2", "a JPEG 2000 picture", NOTHING, 0, 0, 12,
     "\0\0\0\x0cjP  \r\n\x87\n"},
    {"130 20000x20000", "found 20000x20000", NOTHING, 0, 0, 23,
     "\xff\xd8\xff\xc0\0\x11\x8\x4e\x20\x4e\x20\3\1\x11\0\2\x11\0\3\x11\0\xff"
     "\xd9"},
    {"no scan", "scan for each of 3 components", NOTHING, 0, 0, 23,
     "\xff\xd8\xff\xc0\0\x11\x8\0\x20\0\x20\3\1\x11\0\2\x11\0\3\x11\0\xff\xd9"},
    {"no frame", "JPEG frame, found none", NOTHING, 0, 0, 4,
     "\xff\xd8\xff\xd9"},
    {"131 height 0", "the height in the JPEG header", JPEG, 0xc0, 5, 2, "\0\0"},
    {"width 0", "found 0x12", JPEG, 0xc0, 7, 2, "\0\0"},
    {"132 5 components", "found 5", JPEG, 0xc0, 9, 1, "\5"},
    {"2 components", "found 2", JPEG, 0xc0, 9, 1, "\2"},
    {"1 component of 3", "JPEG segment SOF", JPEG, 0xc0, 9, 1, "\1"},
    {"133 factor 0", "sampling factors of 1 to 4, found 0x1", JPEG, 0xc0, 11, 1,
     "\1"},
    {"133 factor 5", "sampling factors of 1 to 4, found 5x1", JPEG, 0xc0, 11, 1,
     "\x51"},
    {"factor 3 of 2", "that divide 3x2, found 2x2", JPEG, 0xc0, 14, 1, "\x31"},
    {"same component", "JPEG segment SOF", JPEG, 0xc0, 13, 1, "\1"},
    {"scan of a stranger", "JPEG segment SOS", JPEG, 0xda, 5, 1, "\x9"},
    {"scan's end", "JPEG segment SOS", JPEG, 0xda, 12, 1, "\x3e"},
    {"refined first", "DC coefficients in the first JPEG scan", PROGRESSIVE,
     0xda, 13, 1, "\x10"},
    {"scan too short", "at least 1634 bytes in a JPEG scan, found", JPEG, 0xc0,
     5, 4, "\2\x10\2\x10"},
    {"first scan too short", "at least 384 bytes in a JPEG scan, found",
     PROGRESSIVE, 0xc2, 5, 4, "\1\0\1\0"},
    {"segment of 1 byte", "at least 2 bytes, found 1", JPEG, 0xdb, 2, 2,
     "\0\1"},
    {"no marker", "JPEG marker at byte 20, found 0x00", JPEG, 0, 20, 1, "\0"},
    {"unknown marker", "found marker 0x02", JPEG, 0xe0, 1, 1, "\2"},
    {"137 gzip", "found gzip-compressed data", NOTHING, 0, 0, 10,
     "\x1f\x8b\x08\0\0\0\0\0\0\3"},

    {"139 BMP 0xN", "found 0x5", BMP, 0, 18, 4, "\0\0\0\0"},
    {"140 height -2^31", "found 7x2147483648", BMP, 0, 22, 4, "\0\0\0\x80"},
    {"141 width -2", "found -2x5", BMP, 0, 18, 4, "\xfe\xff\xff\xff"},
    {"142 26000x26000", "found 26000x26000", BMP, 0, 18, 8,
     "\x90\x65\0\0\x90\x65\0\0"},
    {"142 area", "at most 67108864 pixels", BMP, 0, 18, 8,
     "\0\x40\0\0\1\x30\0\0"},
    {"143 pixels cut", "expected 120 bytes of pixels, found 119", BMP, 0, -1,
     CUT, NULL},
    {"144 index", "palette of at least 12 colours, found 9", BMP8, 0, 46, 1,
     "\x9"},
    {"145 RLE8", "RLE compression", BMP8, 0, 30, 1, "\1"},
    {"145 RLE4", "RLE compression", BMP8, 0, 30, 1, "\2"},
    {"PNG in BMP", "compression 5", BMP, 0, 30, 1, "\5"},
    {"146 offset past end", "found them at 4294967295", BMP, 0, 10, 4,
     "\xff\xff\xff\xff"},
    {"offset in header", "between byte 54 and the end, found them at 53", BMP,
     0, 10, 1, "\x35"},
    {"BMP header", "found 41", BMP, 0, 14, 1, "\x29"},
    {"BMP cut in header", "BMP header of 40 bytes, found 39", BMP, 0, 53, CUT,
     NULL},
    {"BMP of 2 bits", "found 2", BMP, 0, 28, 1, "\2"},
    {"masks for 24 bits", "colour masks", BMP, 0, 30, 1, "\3"},
    {"split mask", "adjacent bits, found 0x0000e800", BMP16, 0, 55, 1, "\xe8"},
    {"mask too high", "adjacent bits, found 0x0001f800", BMP16, 0, 56, 1, "\1"},
    {"masks cut", "three colour masks", BMP16, 0, 65, CUT, NULL},
};

START_TEST(refused)
{
    apply(&refusals[_i]);
    decode_bad(refusals[_i].words, refusals[_i].label);
}
END_TEST

/* Whole small files, most of them text. */
static const struct {
    const char *label, *words, *bytes;
    int n;
} strangers[] = {
    {"150 P5 cut", "expected 4 bytes of pixels, found 3", "P5 2 2 255\nabc",
     14},
    {"150 P6 cut", "expected 12 bytes of pixels, found 0", "P6 2 2 255\n", 11},
    {"151 P6 width 0", "found 0x4", "P6 0 4 255\nabcd", 15},
    {"152 width", "width of at most 9 digits", "P5 3333333333 2 255\nabcd", 24},
    {"152 wide", "found 999999999x2", "P5 999999999 2 255\nabcd", 23},
    {"153 maxval 0", "largest sample of 1 to 65535, found 0", "P5 2 2 0\nabcd",
     13},
    {"154 maxval 70000", "found 70000", "P5 2 2 70000\nabcd", 17},
    {"sample over maxval", "at most 15, found 97", "P5 2 2 15\nabcd", 14},
    {"no number", "expected the height, found no number", "P5 2 x 15\nabcd",
     14},
    {"negative", "expected the width, found no number", "P5 -2 2 15\nab", 13},
    {"no blank", "a blank behind the header", "P5 2 2 255", 10},
    {"156 P1", "PBM (P1)", "P1 1 1 0", 8},
    {"156 P2", "PGM (P2)", "P2 1 1 255 0", 12},
    {"156 P3", "PPM (P3)", "P3 1 1 255 0 0 0", 16},
    {"156 P4", "PBM (P4)", "P4 1 1 \0", 8},
    {"156 P7", "PAM (P7)", "P7\nWIDTH 1\n", 11},
    {"157 comment", "expected the width, found the end of the file",
     "P5 # for ever and ever", 22},
    {"158 GIF", "found a GIF", "GIF89a\1\0\1\0\0\0\0;", 14},
    {"159 WebP", "found a WebP picture", "RIFF\x24\0\0\0WEBPVP8 ", 16},
    {"159 AVIF", "found an AVIF picture",
     "\0\0\0\x1c"
     "ftypavif\0\0\0\0",
     16},
    {"159 HEIC", "found a HEIC picture",
     "\0\0\0\x1c"
     "ftypheic\0\0\0\0",
     16},
    {"159 TIFF II", "found a TIFF picture", "II*\0\x8\0\0\0", 8},
    {"159 TIFF MM", "found a TIFF picture", "MM\0*\0\0\0\x8", 8},
    {"159 SVG", "found an SVG drawing",
     "<?xml version=\"1.0\"?>\n<svg width=\"1\"/>", 38},
    {"160 PSD", "found a Photoshop document", "8BPS\0\1\0\0\0\0\0\0\0\3", 14},
    {"160 HDR", "found a Radiance HDR picture", "#?RADIANCE\n", 11},
    {"160 PIC", "found a Softimage PIC picture", "\x53\x80\xf6\x34\0\0", 6},
    {"160 TGA", "found a TGA picture",
     "\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0", 36},
    {"HTML", "found an HTML page", "<!DOCTYPE HTML><p>404", 21},
    {"text", "found text", "not a picture\n", 14},
    {"zip", "found a zip archive", "PK\3\4\x14\0", 6},
    {"xz", "found xz-compressed data",
     "\xfd"
     "7zXZ\0\0",
     7},
    {"zeros", "found an unknown kind of file", "\0\0\0\0\0\0\0\0", 8},
};

START_TEST(refused_strangers)
{
    blob.n = 0;
    blob_add(&blob, strangers[_i].bytes, (size_t)strangers[_i].n);
    decode_bad(strangers[_i].words, strangers[_i].label);
}
END_TEST

/* Rows 104, 107, 111 and what else needs more than other bytes. */
START_TEST(png_refused)
{
    struct png_spec spec = palette_png;
    for (int depth = 1; depth <= 8; depth *= 2) {
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            spec.depth = depth;
            spec.interlaced = interlaced;
            spec.n_colours = (1 << depth) - 1;
            spec.n_used = 1 << depth;
            spec.width = spec.height = 40;
            png_make(&blob, &spec);
            decode_bad("expected a palette of at least", "104 index");
        }
    }
    png_make(&blob, &small_png);
    insert_chunk("IHDR", (char *)blob.bytes + 16, 13);
    decode_bad("one PNG chunk IHDR, found two", "107 two IHDR");

    png_make(&blob, &small_png);
    insert_chunk("tRNS", "\0\1\0\2\0", 5);
    decode_bad("tRNS of 5 bytes", "tRNS of 5");

    png_make(&blob, &palette_png);
    insert_chunk("PLTE", "abc", 3);
    decode_bad("found PLTE twice", "two PLTE");

    static struct blob chunk;
    chunk.n = 0;
    png_make(&blob, &small_png);
    png_chunk(&chunk, "CgBI", "\x50\0\x20\6", 4);
    blob_insert(&blob, 8, chunk.bytes, chunk.n);
    decode_bad("Apple's CgBI variant", "111 CgBI");

    spec = small_png;
    spec.n_idat = 20;
    png_make(&blob, &spec);
    chunk.n = 0;
    png_chunk(&chunk, "tEXt", "a\0b", 3);
    blob_insert(&blob, 33 + 32, chunk.bytes, chunk.n);
    decode_bad("IDAT side by side", "text between IDAT");
}
END_TEST

/* All rows are there, but not the checksum behind them. */
START_TEST(png_no_adler)
{
    png_make(&blob, &small_png);
    blob.bytes[36] -= 4;
    blob_remove(&blob, blob.n - 12 - 8, 4);
    png_mend(&blob);
    decode_bad("expected the end of the compressed pixels", "no Adler");
}
END_TEST

START_TEST(png_filter_5)
{
    uint8_t row[22] = {5};
    uint8_t packed[64];
    uLongf n = sizeof packed;
    struct png_spec spec = small_png;
    spec.height = 1;
    png_make(&blob, &spec);
    blob.n = 33;
    ck_assert_int_eq(compress(packed, &n, row, sizeof row), Z_OK);
    png_chunk(&blob, "IDAT", packed, n);
    png_chunk(&blob, "IEND", "", 0);
    decode_bad("filter of 0 to 4, found 5", "filter 5");
}
END_TEST

/* JPEG */

/* The pictures of make_images.sh, nearly. */
static void compare_jpeg(const char *path, int channels, int tolerance,
                         const char *warning)
{
    struct ramp_image image;
    blob_load(&blob, path);
    decode_good(&image, warning);
    ck_assert_int_eq(image.width, 20);
    ck_assert_int_eq(image.height, 12);
    ck_assert_int_eq(image.channels, channels);
    const uint8_t *p = image.pixels;
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 20; x++)
            for (int c = 0; c < channels; c++, p++) {
                int rgb[3] = {12 * x, 20 * y, 128};
                int wanted =
                    channels == 3
                        ? rgb[c]
                        : (213 * rgb[0] + 715 * rgb[1] + 72 * rgb[2]) / 1000;
                if (abs(*p - wanted) > tolerance)
                    ck_abort_msg("%s: (%d,%d,%d): expected %d, found %d", path,
                                 x, y, c, wanted, *p);
            }
    ramp_image_release(&image);
}

START_TEST(jpeg_variants)
{
    compare_jpeg("tests/data/baseline.jpg", 3, 16, "");
    compare_jpeg("tests/data/progressive.jpg", 3, 6, "");
    compare_jpeg("tests/data/grey.jpg", 1, 4, "");
    compare_jpeg("tests/data/cmyk.jpg", 3, 12, "CMYK colours are approximate");
}
END_TEST

/* Row 129's other half: the same bytes called YCCK are other colours. */
START_TEST(jpeg_ycck)
{
    struct ramp_image image;
    blob_load(&blob, "tests/data/cmyk.jpg");
    blob.bytes[jpeg_marker(0xee) + 15] = 2;
    decode_good(&image, "CMYK colours are approximate");
    ck_assert_int_eq(image.channels, 3);
    ramp_image_release(&image);
}
END_TEST

/* The pixel of the upright picture at (x, y) comes from the stored one at
 * these places: TIFF 6.0, tag 274. */
static void stored_place(int orientation, int x, int y, int w, int h, int *sx,
                         int *sy)
{
    int places[9][2] = {
        {0, 0},         {x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y},
        {x, h - 1 - y}, {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x},
        {w - 1 - y, x}};
    *sx = places[orientation][0];
    *sy = places[orientation][1];
}

static void compare_turned(int orientation, const struct ramp_image *plain)
{
    struct ramp_image image;
    bool swapped = orientation >= 5;
    decode_good(&image, "");
    ck_assert_int_eq(image.width, swapped ? plain->height : plain->width);
    ck_assert_int_eq(image.height, swapped ? plain->width : plain->height);
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++) {
            int sx, sy;
            stored_place(orientation, x, y, plain->width, plain->height, &sx,
                         &sy);
            ck_assert_mem_eq(image.pixels + 3 * (y * image.width + x),
                             plain->pixels + 3 * (sy * plain->width + sx), 3);
        }
    ramp_image_release(&image);
}

static const char exif_big[] = "Exif\0\0MM\0*\0\0\0\x8\0\2"
                               "\1\x0f\0\2\0\0\0\1\0\0\0\0"
                               "\1\x12\0\3\0\0\0\1\0\1\0\0\0\0\0";
static const char exif_little[] = "Exif\0\0II*\0\x8\0\0\0\2\0"
                                  "\x0f\1\2\0\1\0\0\0\0\0\0\0"
                                  "\x12\1\3\0\1\0\0\0\1\0\0\0\0\0\0";

/* An APP1 segment before all others. */
static void insert_exif(const char *exif, size_t n, int value_at, int value)
{
    static struct blob app1;
    app1.n = 0;
    blob_add(&app1, "\xff\xe1\0", 3);
    blob_byte(&app1, (unsigned)n + 2);
    blob_add(&app1, exif, n);
    app1.bytes[4 + value_at] = (uint8_t)value;
    blob_load(&blob, "tests/data/baseline.jpg");
    blob_insert(&blob, 2, app1.bytes, app1.n);
}

/* Row 136. */
START_TEST(jpeg_orientation)
{
    struct ramp_image plain;
    blob_load(&blob, "tests/data/baseline.jpg");
    decode_good(&plain, "");
    for (int orientation = 1; orientation <= 8; orientation++) {
        insert_exif(exif_big, sizeof exif_big, 37, orientation);
        compare_turned(orientation, &plain);
        insert_exif(exif_little, sizeof exif_little, 36, orientation);
        compare_turned(orientation, &plain);
    }
    /* What is no orientation counts as none. */
    insert_exif(exif_big, sizeof exif_big, 37, 9);
    compare_turned(1, &plain);
    insert_exif(exif_big, sizeof exif_big, 37, 0);
    compare_turned(1, &plain);
    for (size_t n = 0; n < sizeof exif_big - 6; n++) {
        insert_exif(exif_big, n, 0, 'E');
        compare_turned(1, &plain);
    }
    ramp_image_release(&plain);
}
END_TEST

/* Into the PNG in the blob. */
static void insert_orientation(int orientation)
{
    insert_chunk("eXIf", exif_little + 6, sizeof exif_little - 6);
    blob.bytes[33 + 8 + 30] = (uint8_t)orientation;
    png_mend(&blob);
}

START_TEST(png_orientation)
{
    struct ramp_image plain;
    png_make(&blob, &small_png);
    decode_good(&plain, "");
    insert_orientation(6);
    compare_turned(6, &plain);
    ramp_image_release(&plain);
}
END_TEST

START_TEST(jpeg_trailing_bytes)
{
    struct ramp_image image;
    blob_load(&blob, "tests/data/baseline.jpg");
    blob_add(&blob, "a film", 6);
    decode_good(&image, "");
    ramp_image_release(&image);
}
END_TEST

/* Rows 134 and 135, and a second frame. */
START_TEST(jpeg_refused)
{
    static struct blob scan;
    blob_load(&blob, "tests/data/baseline.jpg");
    int at = jpeg_marker(0xda);
    blob.bytes[at + 3] -= 2;
    blob.bytes[at + 4] = 2;
    blob_remove(&blob, (size_t)at + 9, 2);
    decode_bad("scan for each of 3 components, found none for number 3",
               "134 missing scan");

    blob_load(&blob, "tests/data/grey.jpg");
    at = jpeg_marker(0xda);
    scan.n = 0;
    blob_add(&scan, blob.bytes + at, blob.n - (size_t)at - 2);
    blob.n -= 2;
    for (int i = 1; i < 1000; i++)
        blob_add(&blob, scan.bytes, scan.n);
    blob_add(&blob, "\xff\xd9", 2);
    decode_bad("at most 100 JPEG scans", "135 1000 scans");

    blob_load(&blob, "tests/data/baseline.jpg");
    at = jpeg_marker(0xc0);
    blob_insert(&blob, (size_t)at, blob.bytes + at, 19);
    decode_bad("one JPEG frame, found two", "two frames");
}
END_TEST

/* A grey picture of three blocks with a restart between them: each is one bit
 * of each code, then ones up to the next byte. */
static void make_restarts(void)
{
    static const uint8_t quantiser[5 + 64] = {0xff, 0xdb, 0, 67, 0};
    static const uint8_t frame[] = {0xff, 0xc0, 0, 11, 8,    0, 8,
                                    0,    24,   1, 1,  0x11, 0};
    static const uint8_t dc[5 + 17] = {0xff, 0xc4, 0, 20, 0, 1};
    static const uint8_t ac[5 + 17] = {0xff, 0xc4, 0, 20, 0x10, 1};
    static const uint8_t interval[] = {0xff, 0xdd, 0, 4, 0, 1};
    static const uint8_t scan[] = {0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0};
    blob.n = 0;
    blob_add(&blob, "\xff\xd8", 2);
    blob_add(&blob, quantiser, sizeof quantiser);
    blob_add(&blob, frame, sizeof frame);
    blob_add(&blob, dc, sizeof dc);
    blob_add(&blob, ac, sizeof ac);
    blob_add(&blob, interval, sizeof interval);
    blob_add(&blob, scan, sizeof scan);
    blob_add(&blob, "\x3f\xff\xd0\x3f\xff\xd1\x3f\xff\xd9", 9);
}

/* Behind a missing restart stb_image would leave the picture black. */
START_TEST(jpeg_restarts)
{
    struct ramp_image image;
    make_restarts();
    decode_good(&image, "");
    for (int i = 0; i < 24 * 8; i++)
        ck_assert_uint_eq(image.pixels[i], 128);
    ramp_image_release(&image);

    blob_remove(&blob, blob.n - 5, 2);
    decode_bad("expected 2 or more restarts in a JPEG scan, found 1",
               "lost restart");

    /* Two turns of four, one and one blocks. */
    blob_load(&blob, "tests/data/baseline.jpg");
    blob_insert(&blob, 2, "\xff\xdd\0\4\0\1", 6);
    decode_bad("expected 1 or more restarts in a JPEG scan, found 0",
               "no restart");
    blob.bytes[7] = 2;
    decode_good(&image, "");
    ramp_image_release(&image);
}
END_TEST

/* stb_image takes the code of 9 bits behind 255 codes of 8 for another one,
 * and its assertion sees it. The picture is refused, nothing aborts or leaks.
 */
START_TEST(jpeg_assertion)
{
    static const uint8_t head[] = {0xff, 0xd8, 0xff, 0xdb, 0, 67, 0};
    static const uint8_t frame[] = {0xff, 0xc0, 0, 11, 8,    0, 8,
                                    0,    8,    1, 1,  0x11, 0};
    static const uint8_t dc[] = {0xff, 0xc4, 0, 20, 0, 1, 0, 0, 0, 0, 0,
                                 0,    0,    0, 0,  0, 0, 0, 0, 0, 0, 0};
    static const uint8_t ac[] = {0xff, 0xc4, 1, 19, 0x10, 0, 0, 0, 0, 0, 0,
                                 0,    255,  1, 0,  0,    0, 0, 0, 0, 0};
    static const uint8_t scan[] = {0xff, 0xda, 0, 8,    1,    1,    0,
                                   0,    63,   0, 0x7f, 0x80, 0xff, 0xd9};
    blob.n = 0;
    blob_add(&blob, head, sizeof head);
    for (int i = 0; i < 64; i++)
        blob_byte(&blob, 1);
    blob_add(&blob, frame, sizeof frame);
    blob_add(&blob, dc, sizeof dc);
    blob_add(&blob, ac, sizeof ac);
    for (unsigned i = 0; i < 256; i++)
        blob_byte(&blob, i);
    blob_add(&blob, scan, sizeof scan);
    decode_bad("sound coded pixels, found damage", "assertion");
}
END_TEST

/* BMP */

static unsigned field(uint32_t pixel, uint32_t mask)
{
    int shift = 0;
    while (!(mask >> shift & 1))
        shift++;
    double most = mask >> shift;
    return (unsigned)((pixel & mask) >> shift) == 0
               ? 0
               : (unsigned)(((pixel & mask) >> shift) * 255 / most + 0.5);
}

static unsigned bmp_value(const struct bmp_spec *spec, int x, int y, int c)
{
    static const uint32_t masks16[4] = {0x7c00, 0x3e0, 0x1f, 0};
    static const uint32_t masks32[4] = {0xff0000, 0xff00, 0xff, 0};
    uint32_t pixel = bmp_pixel(spec, x, y);
    const uint32_t *masks = spec->compression == 3 ? spec->masks
                            : spec->bits == 16     ? masks16
                                                   : masks32;
    if (spec->bits <= 8)
        return bmp_palette(spec, pixel, c);
    unsigned alpha = masks[3] ? field(pixel, masks[3]) : 255;
    return over_white(field(pixel, masks[c]), alpha);
}

static void compare_bmp(const struct bmp_spec *spec)
{
    struct ramp_image image;
    bmp_make(&blob, spec);
    decode_good(&image, "");
    ck_assert_int_eq(image.width, spec->width);
    ck_assert_int_eq(image.height, abs(spec->height));
    ck_assert_int_eq(image.channels, spec->grey ? 1 : 3);
    const uint8_t *p = image.pixels;
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x++)
            for (int c = 0; c < image.channels; c++, p++)
                if (*p != bmp_value(spec, x, y, c))
                    ck_abort_msg("%d bits, header %d: (%d,%d,%d): expected %u, "
                                 "found %d",
                                 spec->bits, spec->header, x, y, c,
                                 bmp_value(spec, x, y, c), *p);
    ramp_image_release(&image);
}

/* Rows 147, 148, 163, 164 among them: from the top, a gap, odd sizes. */
START_TEST(bmp_variants)
{
    static const int sizes[][2] = {{1, 1},   {7, 5},     {8, -6},
                                   {33, -3}, {1, 16384}, {16384, 1}};
    static const struct bmp_spec specs[] = {
        {.header = 40, .bits = 1, .n_colours = 2, .n_used = 2},
        {.header = 40, .bits = 4, .n_colours = 16, .n_used = 16},
        {.header = 40, .bits = 8, .n_colours = 256, .n_used = 256},
        {.header = 40, .bits = 8, .n_colours = 77, .n_named = 77, .n_used = 77},
        {.header = 108,
         .bits = 8,
         .n_colours = 256,
         .n_used = 256,
         .grey = true},
        {.header = 40, .bits = 16},
        {.header = 40,
         .bits = 16,
         .compression = 3,
         .masks = {0xf800, 0x07e0, 0x001f}},
        {.header = 56,
         .bits = 16,
         .compression = 3,
         .masks = {0x0f00, 0x00f0, 0x000f, 0xf000}},
        {.header = 40, .bits = 24},
        {.header = 40, .bits = 24, .n_colours = 3, .n_named = 3},
        {.header = 124, .bits = 24},
        {.header = 40, .bits = 32},
        {.header = 40,
         .bits = 32,
         .compression = 3,
         .masks = {0x3ff00000, 0x000ffc00, 0x000003ff}},
        {.header = 108,
         .bits = 32,
         .compression = 3,
         .masks = {0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000}},
        {.header = 124,
         .bits = 32,
         .compression = 3,
         .masks = {0xff000000, 0x00ff0000, 0x0000ff00, 0x000000ff}},
    };
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++)
            for (int gap = 0; gap <= 10; gap += 10) {
                struct bmp_spec spec = specs[i];
                spec.width = sizes[j][0];
                spec.height = sizes[j][1];
                spec.gap = gap;
                compare_bmp(&spec);
            }
}
END_TEST

/* The header of OS/2: its heights have no sign, its palettes no fourth byte. */
START_TEST(bmp_core)
{
    struct bmp_spec spec = {.width = 9, .height = 6, .header = 12};
    for (spec.bits = 1; spec.bits <= 8; spec.bits += spec.bits == 1 ? 3 : 4) {
        spec.n_colours = spec.n_used = 1 << spec.bits;
        compare_bmp(&spec);
    }
    spec.bits = 24;
    spec.n_colours = 0;
    compare_bmp(&spec);
}
END_TEST

/* PNM */

static void compare_pnm(const char *header, int width, int height, int channels,
                        int maximum)
{
    struct ramp_image image;
    int n = width * height * channels;
    blob.n = 0;
    blob_add(&blob, header, strlen(header));
    for (int i = 0; i < n; i++) {
        uint32_t v = some_number((uint32_t)i, 9, 9) % (uint32_t)(maximum + 1);
        if (maximum > 255)
            blob_byte(&blob, v >> 8);
        blob_byte(&blob, v);
    }
    decode_good(&image, "");
    ck_assert_int_eq(image.width, width);
    ck_assert_int_eq(image.height, height);
    ck_assert_int_eq(image.channels, channels);
    for (int i = 0; i < n; i++) {
        uint32_t v = some_number((uint32_t)i, 9, 9) % (uint32_t)(maximum + 1);
        int wanted = (int)(v * 255.0 / maximum + 0.5);
        if (image.pixels[i] != wanted)
            ck_abort_msg("%s: sample %d: expected %d, found %d", header, i,
                         wanted, image.pixels[i]);
    }
    ramp_image_release(&image);
}

/* Rows 149, 155, 163, 164. */
START_TEST(pnm_variants)
{
    compare_pnm("P5\n5 3\n255\n", 5, 3, 1, 255);
    compare_pnm("P6\n5 3\n255\n", 5, 3, 3, 255);
    compare_pnm("P5 4 4 65535 ", 4, 4, 1, 65535);
    compare_pnm("P6 4 4 65535\t", 4, 4, 3, 65535);
    compare_pnm("P6 40 41 1000\n", 40, 41, 3, 1000);
    compare_pnm("P5\n5 3\n15\n", 5, 3, 1, 15);
    compare_pnm("P5\n5 3\n1\n", 5, 3, 1, 1);
    compare_pnm("P5#a\n# b 7\r5#c\n 3 #\n256\n", 5, 3, 1, 256);
    compare_pnm("P5 1 1 255\n", 1, 1, 1, 255);
    compare_pnm("P5 1 16384 255\n", 1, 16384, 1, 255);
    compare_pnm("P5 16384 1 255\n", 16384, 1, 1, 255);

    struct ramp_image image;
    blob.n = 0;
    blob_add(&blob, "P5 1 1 255\nab", 13);
    decode_good(&image, "surplus bytes after the picture");
    ramp_image_release(&image);
}
END_TEST

/* Files */

static char folder[64];

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/ramp-image.XXXXXX",
             base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    rmdir(folder);
}

static void load_bad(const char *path, const char *words)
{
    struct ramp_image image;
    struct ramp_error err = {0};
    ck_assert_int_eq(ramp_image_load(&image, path, &err), RAMP_DATA);
    ck_assert_msg(strstr(err.text, words) != NULL,
                  "expected \"%s\", found \"%s\"", words, err.text);
    ck_assert_ptr_null(image.pixels);
}

/* Rows 138, 161, 162. */
START_TEST(files)
{
    char path[100];
    struct ramp_image image;
    struct ramp_error err = {0};
    load_bad("/dev/zero", "found a special file");
    load_bad(folder, "found a folder");

    snprintf(path, sizeof path, "%s/x\n.jpg", folder);
    load_bad(path, "x\\n.jpg': No such file");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    load_bad(path, "found a special file");
    unlink(path);

    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ftruncate(fileno(file), (off_t)3 << 30), 0);
    load_bad(path, "found 3221225472");
    ck_assert_int_eq(ftruncate(fileno(file), 0), 0);
    png_make(&blob, &small_png);
    ck_assert_uint_eq(fwrite(blob.bytes, 1, blob.n, file), blob.n);
    fclose(file);
    ck_assert_int_eq(ramp_image_load(&image, path, &err), RAMP_OK);
    ck_assert_int_eq(image.width, small_png.width);
    ramp_image_release(&image);
    ck_assert_ptr_null(image.pixels);
    ramp_image_release(&image);
    unlink(path);
}
END_TEST

/* 162: refused by its length alone; nothing of it is read. */
START_TEST(too_many_bytes)
{
    struct ramp_image image;
    struct ramp_error err;
    size_t n_bytes = ((size_t)1 << 30) + 1;
    ck_assert_int_eq(ramp_image_decode(&image, "P5", n_bytes, "x", &err),
                     RAMP_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "found 1073741825"));
    ck_assert_ptr_null(image.pixels);
}
END_TEST

/* Row 5 of the promises: the memory around a picture never shows in it. */
START_TEST(same_bytes_each_time)
{
    struct ramp_image first;
    struct ramp_image again;
    for (int base = PNG; base < NOTHING; base++) {
        make_base((enum base)base);
        decode_good(&first, "");
        size_t n =
            (size_t)first.width * (size_t)first.height * (size_t)first.channels;
        for (size_t i = 0; i < 100; i++) {
            void *dirt = malloc(1000 + 177 * i);
            memset(dirt, (int)i, 1000 + 177 * i);
            free(dirt);
            decode_good(&again, "");
            ck_assert_mem_eq(again.pixels, first.pixels, n);
            ramp_image_release(&again);
        }
        ramp_image_release(&first);
    }
}
END_TEST

/* The nth allocation fails, once or with all after it (_i is 1). */
START_TEST(without_memory)
{
    for (int base = PNG; base < NOTHING; base++) {
        struct ramp_image image;
        struct ramp_error err;
        enum ramp_status status = RAMP_MEMORY;
        make_base((enum base)base);
        if (base == PNG)
            insert_orientation(6);
        for (size_t n = 1; status == RAMP_MEMORY; n++) {
            mem_fail_at(n, _i == 1);
            status = blob_decode(&image, &blob, &err);
            mem_fail_at(0, false);
            if (status != RAMP_MEMORY)
                break;
            ck_assert_ptr_nonnull(strstr(err.text, "out of memory"));
            ck_assert_ptr_null(image.pixels);
        }
        ck_assert_int_eq(status, RAMP_OK);
        ramp_image_release(&image);
    }
}
END_TEST

static void add_loop(TCase *tc, const TTest *test, size_t n)
{
    tcase_add_loop_test(tc, test, 0, (int)n);
}

static Suite *suite(void)
{
    Suite *s = suite_create("image");
    TCase *tc = tcase_create("image");
    tcase_set_timeout(tc, 60);
    add_loop(tc, png_variants, 15);
    tcase_add_test(tc, png_few_colours);
    tcase_add_test(tc, png_grey_palette);
    tcase_add_test(tc, png_odd_but_read);
    tcase_add_test(tc, png_orientation);
    tcase_add_test(tc, png_bomb);
    add_loop(tc, png_refused_mended, sizeof png_mended / sizeof png_mended[0]);
    tcase_add_test(tc, png_refused);
    tcase_add_test(tc, png_filter_5);
    tcase_add_test(tc, png_no_adler);
    tcase_add_test(tc, jpeg_assertion);
    tcase_add_test(tc, jpeg_variants);
    tcase_add_test(tc, jpeg_ycck);
    tcase_add_test(tc, jpeg_orientation);
    tcase_add_test(tc, jpeg_trailing_bytes);
    tcase_add_test(tc, jpeg_refused);
    tcase_add_test(tc, jpeg_restarts);
    tcase_add_test(tc, bmp_variants);
    tcase_add_test(tc, bmp_core);
    tcase_add_test(tc, pnm_variants);
    add_loop(tc, refused, sizeof refusals / sizeof refusals[0]);
    add_loop(tc, refused_strangers, sizeof strangers / sizeof strangers[0]);
    tcase_add_test(tc, too_many_bytes);
    tcase_add_test(tc, same_bytes_each_time);
    add_loop(tc, without_memory, 2);
    suite_add_tcase(s, tc);

    TCase *on_disk = tcase_create("files");
    tcase_add_checked_fixture(on_disk, make_folder, remove_folder);
    tcase_add_test(on_disk, files);
    suite_add_tcase(s, on_disk);
    return s;
}

CHECK_MAIN(suite)
