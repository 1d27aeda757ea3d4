/* check_safetensors.c - the container of model files: every rule of the format
 * broken once, round trips, cuts and flips. */
#include "base/mem.h"
#include "base/rng.h"
#include "model/safetensors.h"
#include "tests/unit/model_fixture.h"

#include <stdlib.h>
#include <unistd.h>

/* One tensor in a header. */
#define T(name, shape, offsets)                                                \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":[" shape                        \
    "],\"data_offsets\":[" offsets "]}"

static const float zeros[16];

static void expect_refused(const uint8_t *bytes, size_t n_bytes,
                           const char *message, const char *what)
{
    struct safetensors file = {.n_tensors = 77};
    struct ramp_error err = {0};
    enum ramp_status status =
        safetensors_parse(&file, bytes, n_bytes, "dir/m\n", &err);
    ck_assert_msg(status == RAMP_MODEL, "%s: status %d", what, status);
    ck_assert_int_eq((int)err.status, RAMP_MODEL);
    fixture_check_text(&err, "cannot read 'dir/m\\n': ", what);
    fixture_check_text(&err, message, what);
    ck_assert(file.n_tensors == 0 && file.tensors == NULL &&
              file.n_metadata == 0 && file.metadata == NULL &&
              file.json == NULL);
}

/* A length word that lies, before 100 bytes of header and data. */
static void expect_length_refused(uint64_t length, const char *message)
{
    uint8_t bytes[108] = {0};
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> 8 * i & 0xff);
    memset(bytes + 8, ' ', 100);
    bytes[8] = '{';
    bytes[9] = '}';
    expect_refused(bytes, sizeof bytes, message, message);
}

START_TEST(length_is_checked)
{
    expect_refused((const uint8_t *)"", 0, "found 0 bytes", "empty");
    expect_refused((const uint8_t *)"1", 1, "found 1 byte", "1 byte");
    expect_refused((const uint8_t *)"1234567", 7, "found 7 bytes", "7 bytes");
    expect_length_refused(0, "header of 1 to 8388608 bytes, found 0");
    expect_length_refused(UINT64_MAX, "found 18446744073709551615");
    expect_length_refused(UINT64_MAX - 7, "found 18446744073709551608");
    expect_length_refused(100000001, "found 100000001");
    expect_length_refused(8388609, "to 8388608 bytes, found 8388609");
    expect_length_refused(8388608, "header of 8388608 bytes, found 100");
    expect_length_refused(101, "header of 101 bytes, found 100");
}
END_TEST

static const struct {
    const char *what, *header;
    size_t n_values; /* of data behind it, all zero */
    const char *message;
} bad_headers[] = {
    {"text", "hello", 0, "begins with '{'"},
    {"array", "[{}]", 0, "begins with '{'"},
    {"blank", "   ", 0, "begins with '{'"},
    {"UTF-8", "{\"a\xff\":1}", 0, "it is not UTF-8 (byte "},
    {"UTF-8 surrogate", "{\"\xed\xa0\x80\":1}", 0, "it is not UTF-8"},
    {"JSON", "{\"a\" 1}", 0, "it is not JSON (byte "},
    {"JSON cut", "{\"a\":", 0, "it ends too early"},
    {"JSON comma", "{" T("a", "1", "0,4") ",}", 1, "it is not JSON"},
    {"JSON text behind", "{} {}", 0, "text behind its end"},
    {"leading zero", "{" T("a", "01", "0,4") "}", 1, "it is not JSON"},
    {"NUL in a name", "{" T("a\\u0000b", "1", "0,4") "}", 1, "\\u0000"},
    {"NUL in a text", "{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0, "\\u0000"},
    {"duplicate tensor", "{" T("a", "1", "0,4") "," T("a", "1", "4,8") "}", 2,
     "a name stands twice"},
    {"duplicate key",
     "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],"
     "\"data_offsets\":[0,4]}}",
     1, "a name stands twice"},
    {"duplicate metadata", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}", 0,
     "a name stands twice"},
    {"metadata number", "{\"__metadata__\":{\"a\":1}}", 0,
     "a string as metadata 'a'"},
    {"metadata null", "{\"__metadata__\":{\"a\":null}}", 0,
     "a string as metadata 'a'"},
    {"metadata object", "{\"__metadata__\":{\"a\":{}}}", 0,
     "a string as metadata 'a'"},
    {"metadata array", "{\"__metadata__\":[]}", 0, "an object as __metadata__"},
    {"metadata null itself", "{\"__metadata__\":null}", 0,
     "an object as __metadata__"},
    {"tensor number", "{\"a\":7}", 0, "tensor 'a': expected an object"},
    {"tensor array", "{\"a\":[]}", 0, "tensor 'a': expected an object"},
    {"no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 1,
     "a string as its dtype"},
    {"dtype number",
     "{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 1,
     "a string as its dtype"},
    {"unknown dtype",
     "{\"a\":{\"dtype\":\"Q9\",\"shape\":[1],\"data_offsets\":[0,4]}}", 1,
     "expected F32, found 'Q9' for tensor 'a'"},
    {"F16", "{\"x\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}",
     1, "expected F32, found 'F16' for tensor 'x'"},
    {"f32", "{\"x\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     1, "expected F32, found 'f32' for tensor 'x'"},
    {"no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 1,
     "an array as its shape"},
    {"shape number",
     "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", 1,
     "an array as its shape"},
    {"shape -1", "{" T("a", "-1", "0,4") "}", 1, "whole numbers as its shape"},
    {"shape 1.5", "{" T("a", "1.5", "0,4") "}", 1,
     "whole numbers as its shape"},
    {"shape 1.0", "{" T("a", "1.0", "0,4") "}", 1,
     "whole numbers as its shape"},
    {"shape 1e0", "{" T("a", "1e0", "0,4") "}", 1,
     "whole numbers as its shape"},
    {"shape text", "{" T("a", "\"1\"", "0,4") "}", 1,
     "whole numbers as its shape"},
    {"shape nested", "{" T("a", "[1]", "0,4") "}", 1,
     "whole numbers as its shape"},
    {"shape 2^53+1", "{" T("a", "9007199254740993", "0,4") "}", 1,
     "expected 9007199254740993 floats"},
    {"shape 2^62", "{" T("a", "4611686018427387904", "0,0") "}", 0,
     "expected 4611686018427387904 floats"},
    {"shape 2^63", "{" T("a", "9223372036854775808", "0,4") "}", 1,
     "a number is too large"},
    {"shape 2^64+1", "{" T("a", "18446744073709551617", "0,4") "}", 1,
     "a number is too large"},
    {"product 2^64", "{" T("a", "4294967296,4294967296", "0,0") "}", 0,
     "its shape is too large"},
    {"product 2^64+", "{" T("a", "4294967297,4294967297", "0,4") "}", 1,
     "its shape is too large"},
    {"9 dimensions", "{" T("a", "1,1,1,1,1,1,1,1,1", "0,4") "}", 1,
     "at most 8 dimensions"},
    {"no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 1,
     "data_offsets [begin, end]"},
    {"one offset", "{" T("a", "1", "4") "}", 1, "data_offsets [begin, end]"},
    {"three offsets", "{" T("a", "1", "0,4,8") "}", 1,
     "data_offsets [begin, end]"},
    {"offset -4", "{" T("a", "1", "-4,0") "}", 1, "data_offsets [begin, end]"},
    {"offset 0.5", "{" T("a", "1", "0,4.5") "}", 1,
     "data_offsets [begin, end]"},
    {"begin > end", "{" T("a", "1", "4,0") "}", 1, "data_offsets [begin, end]"},
    {"overlap", "{" T("a", "2", "0,8") "," T("b", "2", "4,12") "}", 3,
     "tensor 'b': expected its data at byte 8, found 4"},
    {"same place", "{" T("a", "1", "0,4") "," T("b", "1", "0,4") "}", 1,
     "expected its data at byte 4, found 0"},
    {"hole", "{" T("a", "1", "0,4") "," T("b", "1", "8,12") "}", 3,
     "tensor 'b': expected its data at byte 4, found 8"},
    {"hole in front", "{" T("a", "1", "4,8") "}", 2,
     "expected its data at byte 0, found 4"},
    {"empty in a hole", "{" T("a", "1", "0,4") "," T("b", "0", "6,6") "}", 2,
     "expected its data at byte 4, found 6"},
    {"past the end", "{" T("a", "2", "0,8") "}", 1,
     "tensor 'a' ends at byte 8 of the data, but there are 4"},
    {"far past", "{" T("a", "1", "9223372036854775800,9223372036854775804") "}",
     1, "ends at byte 9223372036854775804"},
    {"left over", "{" T("a", "1", "0,4") "}", 2,
     "expected 4 bytes of data, found 8"},
    {"only data", "{}", 1, "expected 0 bytes of data, found 4"},
    {"shape < length", "{" T("a", "1", "0,8") "}", 2,
     "tensor 'a': expected 1 floats as its shape says, found 8 bytes"},
    {"shape > length", "{" T("a", "3", "0,8") "}", 2,
     "tensor 'a': expected 3 floats as its shape says, found 8 bytes"},
    {"name with ESC", "{\"\\u001b[2J\\n\":7}", 0, "tensor '\\x1b[2J\\n'"},
};

START_TEST(bad_header_is_refused)
{
    size_t n_bytes;
    uint8_t *bytes = fixture_bytes(&n_bytes, bad_headers[_i].header, zeros,
                                   bad_headers[_i].n_values);
    expect_refused(bytes, n_bytes, bad_headers[_i].message,
                   bad_headers[_i].what);
    mem_free(bytes);
}
END_TEST

START_TEST(raw_zero_byte_is_refused)
{
    static const uint8_t inside[] = "\6\0\0\0\0\0\0\0{\"a\0b\"";
    static const uint8_t before[] = "\3\0\0\0\0\0\0\0\0{}"; /* no blank */
    expect_refused(inside, 8 + 6, "bad header", "zero byte");
    expect_refused(before, 8 + 3, "begins with '{'", "zero byte in front");
}
END_TEST

/* Arrays in arrays, 2,000 deep and so deep that they would not fit a stack. */
START_TEST(depth_is_bounded)
{
    static const size_t depths[] = {2000, 1000000};
    for (int i = 0; i < 2; i++) {
        size_t n = depths[i], n_bytes;
        char *header = mem_alloc(2 * n + 100, 1);
        memcpy(header, "{\"a\":", 5);
        memset(header + 5, '[', n);
        memset(header + 5 + n, ']', n);
        header[5 + 2 * n] = '}';
        uint8_t *bytes = fixture_bytes(&n_bytes, header, NULL, 0);
        expect_refused(bytes, n_bytes,
                       i ? "nested too deeply" : "expected an object", "depth");
        mem_free(bytes);
        mem_free(header);
    }
}
END_TEST

START_TEST(other_formats_are_named)
{
    static const struct {
        const char *bytes, *message;
    } files[] = {
        {"PK\3\4\0\0\10\10\0\0\0\0\0\0\0\0", "a zip archive, as PyTorch's .pt"},
        {"GGUF\3\0\0\0\0\0\0\0\0\0\0\0", "a GGUF file"},
        {"\x89HDF\r\n\x1a\n\0\0\0\0\0\10\10\0", "an HDF5 file"},
        {"\x80\2\x8a\nl\xfc\x9c"
         "F\xf9 j\xa8P\x19.\x80",
         "a Python pickle"},
        {"\x80\4\x95\x1d\0\0\0\0\0\0\0}\x94(\x8c\1", "a Python pickle"},
        {"\10\7\22\7pytorch\32\0051", "an ONNX file"},
        {"\10\10:\x9c\1\n\5input\22\1", "an ONNX file"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        expect_refused((const uint8_t *)files[i].bytes, 16, files[i].message,
                       files[i].message);
    expect_refused((const uint8_t *)"PK\3\4", 4, "a zip archive", "short zip");
    /* A header of 640 bytes begins as a pickle does, and is fine. */
    char header[641];
    size_t n_bytes;
    struct safetensors file;
    memset(header, ' ', 640);
    memcpy(header, "{}", 2);
    header[640] = 0;
    uint8_t *bytes = fixture_bytes(&n_bytes, header, NULL, 0);
    ck_assert(bytes[0] == 0x80 && bytes[1] == 2);
    ck_assert(safetensors_parse(&file, bytes, n_bytes, "m", NULL) == RAMP_OK);
    safetensors_release(&file);
    mem_free(bytes);
}
END_TEST

START_TEST(good_headers_are_read)
{
    static const struct {
        const char *header;
        size_t n_values, n_tensors, n_metadata;
    } good[] = {
        {"{}", 0, 0, 0},
        {"  \t\r\n{}   \n", 0, 0, 0},
        {"{\"__metadata__\":{}}", 0, 0, 0},
        {"{\"__metadata__\":{\"a\":\"\",\"\":\"b\"}}", 0, 0, 2},
        {"{" T("scalar", "", "0,4") "}", 1, 1, 0},
        {"{" T("a", "1,1,1,1,1,1,1,2", "0,8") "}", 2, 1, 0},
        {"{" T("", "1", "0,4") "}", 1, 1, 0},
        /* Empty tensors, in the middle too, and any order in the header. */
        {"{" T("e", "0", "0,0") "}", 0, 1, 0},
        {"{" T("e", "9007199254740993,0", "0,0") "}", 0, 1, 0},
        {"{" T("b", "1", "4,8") "," T("e", "3,0", "4,4") "," T(
             "a", "1", "0,4") "," T("f", "0", "8,8") "}",
         2, 4, 0},
        {"{\"a\":{\"data_offsets\":[0,4],\"shape\":[1],\"note\":[],"
         "\"dtype\":\"F32\"},\"__metadata__\":{\"k\":\"v\"}}",
         1, 1, 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct safetensors file;
        struct ramp_error err;
        size_t n_bytes;
        uint8_t *bytes =
            fixture_bytes(&n_bytes, good[i].header, zeros, good[i].n_values);
        enum ramp_status status =
            safetensors_parse(&file, bytes, n_bytes, "m", &err);
        ck_assert_msg(status == RAMP_OK, "%s: %s", good[i].header, err.text);
        ck_assert_uint_eq(file.n_tensors, good[i].n_tensors);
        ck_assert_uint_eq(file.n_metadata, good[i].n_metadata);
        safetensors_release(&file);
        mem_free(bytes);
    }
}
END_TEST

/* Values at an odd address, found by name, in a file of another writer. */
START_TEST(values_are_found_by_name)
{
    const char *header = "{" T("b", "2", "0,8") "," T("a", "", "8,12") "}";
    const float values[3] = {1.5f, -2, 0x1p-149f};
    struct safetensors file;
    float out[2];
    size_t n_bytes;
    uint8_t *bytes = fixture_bytes(&n_bytes, header, values, 3);
    ck_assert(strlen(header) % 2 == 1);
    ck_assert(safetensors_parse(&file, bytes, n_bytes, "m", NULL) == RAMP_OK);
    const struct safetensor *t = safetensors_find(&file, "b");
    ck_assert_ptr_nonnull(t);
    ck_assert(t->n_dims == 1 && t->dims[0] == 2 && t->n == 2);
    safetensors_floats(out, bytes + t->at, t->n);
    ck_assert(out[0] == values[0] && out[1] == values[1]);
    t = safetensors_find(&file, "a");
    ck_assert(t != NULL && t->n_dims == 0 && t->n == 1);
    safetensors_floats(out, bytes + t->at, t->n);
    ck_assert(out[0] == values[2]);
    ck_assert_ptr_null(safetensors_find(&file, "c"));
    ck_assert_ptr_null(safetensors_find(&file, ""));
    ck_assert_ptr_null(safetensors_metadata(&file, "a"));
    safetensors_release(&file);
    mem_free(bytes);
}
END_TEST

/* ==== Writing ==== */

/* The bytes of a container as written. They are taken from the temporary file:
 * a thousand calls of fsync would take longer than all other tests. */
static uint8_t *write_bytes(size_t *n_bytes, const struct safetensors *file,
                            const float *values)
{
    struct file_save *save;
    char path[300], temporary[340];
    uint8_t *bytes;
    snprintf(path, sizeof path, "%s/m", fixture_folder);
    snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
    ck_assert(file_save_begin(&save, path, NULL) == RAMP_OK);
    ck_assert(safetensors_write_header(save, file, NULL) == RAMP_OK);
    for (size_t i = 0; i < file->n_tensors; i++) {
        size_t n = file->tensors[i].n;
        ck_assert(safetensors_write_floats(save, values, n, NULL) == RAMP_OK);
        values += n;
    }
    ck_assert(file_read(&bytes, n_bytes, temporary, 1 << 20, RAMP_MODEL,
                        NULL) == RAMP_OK);
    file_save_abort(&save);
    return bytes;
}

START_TEST(bytes_are_as_documented)
{
    struct safetensors_text metadata[] = {{"z", "1\n\"\xc3\xa9/"}, {"a", ""}};
    struct safetensor tensors[] = {
        {.name = "w", .n_dims = 2, .dims = {1, 2}, .n = 2},
        {.name = "b", .n_dims = 0, .n = 1},
    };
    const struct safetensors file = {2, tensors, 2, metadata, NULL};
    const float values[] = {1, -2, 0.5f};
    static const char header[] =
        "{\"__metadata__\":{\"z\":\"1\\n\\\"\xc3\xa9/\",\"a\":\"\"},"
        "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}";
    static const uint8_t data[] = {0, 0,    0x80, 0x3f, 0, 0,
                                   0, 0xc0, 0,    0,    0, 0x3f};
    size_t n_bytes, n = sizeof header - 1;
    uint8_t *bytes = write_bytes(&n_bytes, &file, values);
    ck_assert_uint_eq(n_bytes, 192 + 12);
    ck_assert_uint_eq(bytes[0], 192 - 8);
    ck_assert_int_eq(memcmp(bytes + 1, "\0\0\0\0\0\0\0", 7), 0);
    ck_assert_int_eq(memcmp(bytes + 8, header, n), 0);
    for (size_t i = 8 + n; i < 192; i++)
        ck_assert_int_eq(bytes[i], ' ');
    ck_assert_int_eq(memcmp(bytes + 192, data, sizeof data), 0);
    mem_free(bytes);
}
END_TEST

enum { MAX_TENSORS = 6, MAX_VALUES = MAX_TENSORS * 4096 };

/* A set of tensors and texts drawn from `seed`: names in any UTF-8, any bits.
 */
struct drawn {
    struct safetensors file;
    struct safetensor tensors[MAX_TENSORS];
    struct safetensors_text metadata[MAX_TENSORS];
    char names[MAX_TENSORS][32], keys[MAX_TENSORS][32], texts[MAX_TENSORS][32];
    float values[MAX_VALUES];
};

/* The number keeps texts apart, and sorts them against their order. */
static void draw_text(char text[32], struct rng_key key, uint64_t *at,
                      size_t index)
{
    static const char *const parts[] = {"a",
                                        "Z",
                                        ".",
                                        "\"",
                                        "\\",
                                        "\n",
                                        "\x1b",
                                        "\x7f",
                                        "/",
                                        " ",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80"};
    size_t n = (size_t)snprintf(text, 32, "%zu", 9 - index);
    for (uint64_t i = rng_below(key, (*at)++, 6); i > 0; i--) {
        const char *part = parts[rng_below(key, (*at)++, 13)];
        n += (size_t)snprintf(text + n, 32 - n, "%s", part);
    }
}

static void draw(struct drawn *d, uint64_t seed)
{
    struct rng_key key = rng_key(seed, RNG_TEST, 0);
    uint64_t at = 0;
    size_t used = 0;
    *d = (struct drawn){
        .file = {.tensors = d->tensors, .metadata = d->metadata}};
    d->file.n_tensors = (size_t)rng_below(key, at++, MAX_TENSORS + 1);
    d->file.n_metadata = (size_t)rng_below(key, at++, MAX_TENSORS + 1);
    for (size_t i = 0; i < d->file.n_tensors; i++) {
        struct safetensor *t = &d->tensors[i];
        draw_text(d->names[i], key, &at, i);
        t->name = d->names[i];
        t->n_dims = (int)rng_below(key, at++, 6);
        t->n = 1;
        for (int k = 0; k < t->n_dims; k++)
            t->n *= t->dims[k] = (size_t)rng_below(key, at++, 6);
        used += t->n;
    }
    for (size_t i = 0; i < d->file.n_metadata; i++) {
        draw_text(d->keys[i], key, &at, i);
        draw_text(d->texts[i], key, &at, i);
        d->metadata[i] = (struct safetensors_text){d->keys[i], d->texts[i]};
    }
    ck_assert_uint_le(used, MAX_VALUES);
    for (size_t i = 0; i < used; i++) {
        uint32_t bits = (uint32_t)rng_u64(key, at++);
        memcpy(&d->values[i], &bits, 4);
    }
}

static void expect_equal(const struct drawn *d, const struct safetensors *file,
                         const uint8_t *bytes)
{
    static float out[MAX_VALUES];
    const float *values = d->values;
    ck_assert_uint_eq(file->n_tensors, d->file.n_tensors);
    ck_assert_uint_eq(file->n_metadata, d->file.n_metadata);
    for (size_t i = 0; i < file->n_metadata; i++) {
        ck_assert_str_eq(file->metadata[i].key, d->keys[i]);
        ck_assert_str_eq(file->metadata[i].value, d->texts[i]);
    }
    for (size_t i = 0; i < file->n_tensors; i++) {
        const struct safetensor *t = &d->tensors[i];
        const struct safetensor *found = safetensors_find(file, t->name);
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->n_dims, t->n_dims);
        ck_assert_int_eq(memcmp(found->dims, t->dims, sizeof t->dims), 0);
        ck_assert_uint_eq(found->n, t->n);
        safetensors_floats(out, bytes + found->at, found->n);
        ck_assert_int_eq(memcmp(out, values, 4 * t->n), 0);
        values += t->n;
    }
}

START_TEST(random_sets_return_bit_equal)
{
    static struct drawn d;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct safetensors file;
        struct ramp_error err;
        size_t n_bytes;
        draw(&d, seed);
        uint8_t *bytes = write_bytes(&n_bytes, &d.file, d.values);
        enum ramp_status status =
            safetensors_parse(&file, bytes, n_bytes, "m", &err);
        ck_assert_msg(status == RAMP_OK, "seed %d: %s", (int)seed, err.text);
        uint64_t header = bytes[0] | (uint64_t)bytes[1] << 8;
        ck_assert_uint_eq((8 + header) % 64, 0);
        expect_equal(&d, &file, bytes);
        safetensors_release(&file);
        mem_free(bytes);
    }
}
END_TEST

/* ==== Damage ==== */

static uint8_t *small_file(size_t *n_bytes)
{
    const char *header = "{\"__metadata__\":{\"k\":\"\xc3\xa9\\u00e9\"}," T(
        "a", "1,2", "0,8") "," T("b", "", "8,12") "}   ";
    const float values[3] = {1, 2, 3};
    return fixture_bytes(n_bytes, header, values, 3);
}

/* A copy of the head without room behind it, so that ASan sees every
 * over-read. */
static enum ramp_status parse_copy(const uint8_t *bytes, size_t n_bytes)
{
    struct safetensors file;
    size_t n = safetensors_head(bytes, n_bytes);
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    enum ramp_status status =
        safetensors_parse(&file, copy, n_bytes, "m", NULL);
    safetensors_release(&file);
    free(copy);
    return status;
}

START_TEST(cut_file_is_refused)
{
    size_t n_bytes;
    uint8_t *bytes = small_file(&n_bytes);
    ck_assert_int_eq(parse_copy(bytes, n_bytes), RAMP_OK);
    for (size_t n = 0; n < n_bytes; n++)
        ck_assert_msg(parse_copy(bytes, n) == RAMP_MODEL, "cut to %zu", n);
    ck_assert_int_eq(parse_copy(bytes, n_bytes + 1), RAMP_MODEL);
    mem_free(bytes);
}
END_TEST

START_TEST(flipped_byte_is_survived)
{
    size_t n_bytes, n_refused = 0;
    uint8_t *bytes = small_file(&n_bytes);
    for (size_t i = 0; i < n_bytes; i++)
        for (int value = 0; value < 256; value++) {
            uint8_t old = bytes[i];
            bytes[i] = (uint8_t)value;
            enum ramp_status status = parse_copy(bytes, n_bytes);
            ck_assert(status == RAMP_OK || status == RAMP_MODEL);
            n_refused += status == RAMP_MODEL;
            bytes[i] = old;
        }
    ck_assert_uint_gt(n_refused, 10000);
    mem_free(bytes);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    struct safetensors file;
    size_t n_bytes;
    uint8_t *bytes = small_file(&n_bytes);
    enum ramp_status status = RAMP_MEMORY;
    int n = 0;
    while (status != RAMP_OK) {
        ck_assert_int_lt(n, 100);
        mem_fail_at((size_t)++n, true);
        status = safetensors_parse(&file, bytes, n_bytes, "m", NULL);
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        safetensors_release(&file);
    }
    ck_assert_int_gt(n, 1);
    mem_free(bytes);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("safetensors");
    TCase *reading = tcase_create("reading");
    TCase *writing = tcase_create("writing");
    TCase *damage = tcase_create("damage");
    tcase_add_test(reading, length_is_checked);
    tcase_add_loop_test(reading, bad_header_is_refused, 0,
                        sizeof bad_headers / sizeof *bad_headers);
    tcase_add_test(reading, raw_zero_byte_is_refused);
    tcase_add_test(reading, depth_is_bounded);
    tcase_add_test(reading, other_formats_are_named);
    tcase_add_test(reading, good_headers_are_read);
    tcase_add_test(reading, values_are_found_by_name);
    suite_add_tcase(s, reading);
    tcase_add_checked_fixture(writing, fixture_setup, fixture_teardown);
    tcase_set_timeout(writing, 60);
    tcase_add_test(writing, bytes_are_as_documented);
    tcase_add_test(writing, random_sets_return_bit_equal);
    suite_add_tcase(s, writing);
    tcase_set_timeout(damage, 60);
    tcase_add_test(damage, cut_file_is_refused);
    tcase_add_test(damage, flipped_byte_is_survived);
    tcase_add_test(damage, no_memory_is_reported);
    suite_add_tcase(s, damage);
    return s;
}

CHECK_MAIN(suite)
