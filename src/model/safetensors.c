/* safetensors.c - reading and writing the container of model files. */
#include "model/safetensors.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/json_memory.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Bytes. The format allows 100,000,000; but parsed JSON takes twenty times
     * its bytes in memory, and 10,000 class names take less than this. */
    MAX_HEADER = 1 << 23,
    DATA_ALIGN = 64, /* of the first value in files that we write */
};

static const char METADATA[] = "__metadata__";

static int compare_names(const void *a, const void *b)
{
    const struct safetensor *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static uint64_t get_u64(const uint8_t *p)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | p[i];
    return value;
}

/* ==== What else it may be ==== */

/* Files of other programs that people take for a model file; NULL for none of
 * them. Asked only when a file cannot be ours: the first bytes of a file of
 * ours are a number and can look like anything. */
static const char *foreign_kind(const uint8_t *p, size_t n)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *kind;
    } known[] = {
        {"PK\3\4", 4, "a zip archive, as PyTorch's .pt files are"},
        {"GGUF", 4, "a GGUF file"},
        {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file, as Keras's .h5 files are"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (n >= known[i].n && memcmp(p, known[i].magic, known[i].n) == 0)
            return known[i].kind;
    /* A pickle begins with the opcode PROTO and a protocol from 2 to 5. */
    if (n >= 2 && p[0] == 0x80 && p[1] >= 2 && p[1] <= 5)
        return "a Python pickle, as old PyTorch files are";
    /* ONNX is a protocol buffer: field 1, a small version number; then the
     * producer's name (field 2), a list of operator sets (8) or the graph (7).
     */
    if (n >= 3 && p[0] == 0x08 && p[1] > 0 && p[1] < 64 &&
        (p[2] == 0x12 || p[2] == 0x42 || p[2] == 0x3a))
        return "an ONNX file";
    return NULL;
}

/* ==== Reading ==== */

size_t safetensors_head(const uint8_t *first, size_t n_bytes)
{
    uint64_t n = n_bytes < 8 ? 0 : get_u64(first);
    if (n_bytes < 8)
        return n_bytes;
    return n > MAX_HEADER || n > n_bytes - 8 ? 8 : 8 + (size_t)n;
}

/* What the checks below share. */
struct reader {
    struct safetensors *file;
    size_t data; /* where it begins in the file */
    size_t n_data;
    const char *path;
    struct ramp_error *err;
};

/* Sets *text and its length, or says why this is no container at all. */
static enum ramp_status find_header(const char **text, size_t *n_text,
                                    const uint8_t *bytes, size_t n_bytes,
                                    const struct reader *reader)
{
    const char *kind = foreign_kind(bytes, safetensors_head(bytes, n_bytes));
    const char *path = TEXT_QUOTE(reader->path);
    uint64_t n = n_bytes < 8 ? 0 : get_u64(bytes);
    size_t i = 8;
    if (n_bytes >= 8 && n > 0 && n <= MAX_HEADER && n <= n_bytes - 8) {
        while (i < 8 + n && strchr(" \t\r\n", bytes[i]) && bytes[i] != 0)
            i++;
        if (i < 8 + n && bytes[i] == '{') {
            *text = (const char *)bytes + 8;
            *n_text = (size_t)n;
            return RAMP_OK;
        }
    }
    if (kind != NULL)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected a safetensors file, "
                         "found %s",
                         path, kind);
    if (n_bytes < 8)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected a safetensors file, "
                         "found %zu byte%s",
                         path, n_bytes, n_bytes == 1 ? "" : "s");
    if (n == 0 || n > MAX_HEADER)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected a safetensors header of 1 "
                         "to %d bytes, found %llu",
                         path, MAX_HEADER, (unsigned long long)n);
    if (n > n_bytes - 8)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected a header of %llu bytes, "
                         "found %zu",
                         path, (unsigned long long)n, n_bytes - 8);
    return error_set(reader->err, RAMP_MODEL,
                     "cannot read %s: expected a safetensors header that "
                     "begins with '{'",
                     path);
}

/* jansson's own text quotes the file, raw bytes included; only its code is of
 * use for one line. */
static const char *json_problem(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_stack_overflow: return "it is nested too deeply";
    case json_error_invalid_utf8: return "it is not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "a text holds \\u0000";
    case json_error_duplicate_key: return "a name stands twice";
    case json_error_numeric_overflow: return "a number is too large";
    case json_error_premature_end_of_input: return "it ends too early";
    case json_error_end_of_input_expected: return "text behind its end";
    default: return "it is not JSON";
    }
}

static enum ramp_status read_json(struct reader *reader, const char *text,
                                  size_t n_text)
{
    json_error_t error;
    json_memory_watch();
    json_t *json = json_loadb(text, n_text, JSON_REJECT_DUPLICATES, &error);
    reader->file->json = json;
    if (!json_memory_sufficed())
        return error_memory(reader->err, "a model's header", n_text);
    if (json == NULL)
        return error_set(
            reader->err, RAMP_MODEL, "cannot read %s: bad header: %s (byte %d)",
            TEXT_QUOTE(reader->path), json_problem(&error), error.position + 8);
    return RAMP_OK;
}

static enum ramp_status read_metadata(struct reader *reader,
                                      const json_t *metadata)
{
    struct safetensors *file = reader->file;
    if (metadata == NULL)
        return RAMP_OK;
    if (!json_is_object(metadata))
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected an object as %s",
                         TEXT_QUOTE(reader->path), METADATA);
    enum ramp_status status =
        MEM_NEW(&file->metadata, json_object_size(metadata), "a model's facts",
                reader->err);
    if (status != RAMP_OK)
        return status;
    /* Iterators of jansson take no const, but change nothing. */
    json_t *object = (json_t *)metadata;
    for (void *i = json_object_iter(object); i != NULL;
         i = json_object_iter_next(object, i)) {
        struct safetensors_text *entry = &file->metadata[file->n_metadata++];
        entry->key = json_object_iter_key(i);
        entry->value = json_string_value(json_object_iter_value(i));
        if (entry->value == NULL)
            return error_set(reader->err, RAMP_MODEL,
                             "cannot read %s: expected a string as metadata %s",
                             TEXT_QUOTE(reader->path), TEXT_QUOTE(entry->key));
    }
    return RAMP_OK;
}

/* A whole number from 0 up to what a size holds. */
static bool json_size(size_t *out, const json_t *value)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    unsigned long long n = (unsigned long long)json_integer_value(value);
    *out = (size_t)n;
    return n <= SIZE_MAX;
}

static enum ramp_status bad_tensor(const struct reader *reader,
                                   const struct safetensor *t,
                                   const char *problem)
{
    return error_set(reader->err, RAMP_MODEL, "cannot read %s: tensor %s: %s",
                     TEXT_QUOTE(reader->path), TEXT_QUOTE(t->name), problem);
}

static enum ramp_status read_shape(const struct reader *reader,
                                   struct safetensor *t, const json_t *shape)
{
    if (!json_is_array(shape))
        return bad_tensor(reader, t, "expected an array as its shape");
    if (json_array_size(shape) > SAFETENSORS_MAX_DIMS)
        return bad_tensor(reader, t, "expected at most 8 dimensions");
    t->n_dims = (int)json_array_size(shape);
    t->n = 1;
    for (int i = 0; i < t->n_dims; i++) {
        if (!json_size(&t->dims[i], json_array_get(shape, (size_t)i)))
            return bad_tensor(reader, t, "expected whole numbers as its shape");
        if (!size_mul(&t->n, t->n, t->dims[i]))
            return bad_tensor(reader, t, "its shape is too large");
    }
    return RAMP_OK;
}

static enum ramp_status read_tensor(const struct reader *reader,
                                    struct safetensor *t, const json_t *entry)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin, end, n_bytes;
    if (!json_is_object(entry))
        return bad_tensor(reader, t, "expected an object");
    if (dtype == NULL)
        return bad_tensor(reader, t, "expected a string as its dtype");
    if (!text_equal(dtype, "F32"))
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected F32, found %s for tensor %s",
                         TEXT_QUOTE(reader->path), TEXT_QUOTE(dtype),
                         TEXT_QUOTE(t->name));
    enum ramp_status status =
        read_shape(reader, t, json_object_get(entry, "shape"));
    if (status != RAMP_OK)
        return status;
    if (json_array_size(offsets) != 2 ||
        !json_size(&begin, json_array_get(offsets, 0)) ||
        !json_size(&end, json_array_get(offsets, 1)) || begin > end)
        return bad_tensor(reader, t, "expected data_offsets [begin, end]");
    if (!size_mul(&n_bytes, t->n, 4) || n_bytes != end - begin)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: tensor %s: expected %zu floats as "
                         "its shape says, found %zu bytes",
                         TEXT_QUOTE(reader->path), TEXT_QUOTE(t->name), t->n,
                         end - begin);
    if (end > reader->n_data)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: tensor %s ends at byte %zu of the "
                         "data, but there are %zu",
                         TEXT_QUOTE(reader->path), TEXT_QUOTE(t->name), end,
                         reader->n_data);
    t->at = reader->data + begin;
    return RAMP_OK;
}

static enum ramp_status read_tensors(struct reader *reader)
{
    struct safetensors *file = reader->file;
    json_t *json = file->json;
    enum ramp_status status = MEM_NEW(&file->tensors, json_object_size(json),
                                      "a model's tensors", reader->err);
    for (void *i = json_object_iter(json); status == RAMP_OK && i != NULL;
         i = json_object_iter_next(json, i)) {
        if (text_equal(json_object_iter_key(i), METADATA))
            continue;
        struct safetensor *t = &file->tensors[file->n_tensors++];
        t->name = json_object_iter_key(i);
        status = read_tensor(reader, t, json_object_iter_value(i));
    }
    return status;
}

/* Empty tensors first among those that begin at one place. */
static int compare_places(const void *a, const void *b)
{
    const struct safetensor *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->n > y->n) - (x->n < y->n);
}

static enum ramp_status check_places(const struct reader *reader)
{
    const struct safetensors *file = reader->file;
    size_t end = 0;
    qsort(file->tensors, file->n_tensors, sizeof *file->tensors,
          compare_places);
    for (size_t i = 0; i < file->n_tensors; i++) {
        const struct safetensor *t = &file->tensors[i];
        size_t begin = t->at - reader->data;
        if (begin != end)
            return error_set(reader->err, RAMP_MODEL,
                             "cannot read %s: tensor %s: expected its data at "
                             "byte %zu, found %zu",
                             TEXT_QUOTE(reader->path), TEXT_QUOTE(t->name), end,
                             begin);
        end += t->n * 4;
    }
    if (end != reader->n_data)
        return error_set(reader->err, RAMP_MODEL,
                         "cannot read %s: expected %zu bytes of data, "
                         "found %zu",
                         TEXT_QUOTE(reader->path), end, reader->n_data);
    return RAMP_OK;
}

enum ramp_status safetensors_parse(struct safetensors *file,
                                   const uint8_t *head, size_t n_bytes,
                                   const char *path, struct ramp_error *err)
{
    struct reader reader = {.file = file, .path = path, .err = err};
    const char *text = NULL;
    size_t n_text = 0;
    *file = (struct safetensors){0};
    enum ramp_status status =
        find_header(&text, &n_text, head, n_bytes, &reader);
    if (status != RAMP_OK)
        return status;
    reader.data = 8 + n_text;
    reader.n_data = n_bytes - 8 - n_text;
    status = read_json(&reader, text, n_text);
    if (status == RAMP_OK)
        status = read_metadata(&reader, json_object_get(file->json, METADATA));
    if (status == RAMP_OK)
        status = read_tensors(&reader);
    if (status == RAMP_OK)
        status = check_places(&reader);
    if (status == RAMP_OK)
        qsort(file->tensors, file->n_tensors, sizeof *file->tensors,
              compare_names);
    else
        safetensors_release(file);
    return status;
}

enum ramp_status safetensors_open(struct safetensors *file,
                                  const struct file_in *in,
                                  struct ramp_error *err)
{
    uint8_t first[8], *head = NULL;
    size_t n_first = in->n_bytes < 8 ? in->n_bytes : 8;
    *file = (struct safetensors){0};
    enum ramp_status status = file_in_read(in, first, 0, n_first, err);
    if (status != RAMP_OK)
        return status;
    size_t n = safetensors_head(first, in->n_bytes);
    status = MEM_NEW(&head, n, "a model's header", err);
    if (status == RAMP_OK)
        status = file_in_read(in, head, 0, n, err);
    if (status == RAMP_OK)
        status = safetensors_parse(file, head, in->n_bytes, in->path, err);
    mem_free(head);
    return status;
}

void safetensors_release(struct safetensors *file)
{
    mem_free(file->tensors);
    mem_free(file->metadata);
    json_decref(file->json);
    *file = (struct safetensors){0};
}

const struct safetensor *safetensors_find(const struct safetensors *file,
                                          const char *name)
{
    struct safetensor key = {.name = name};
    return bsearch(&key, file->tensors, file->n_tensors, sizeof key,
                   compare_names);
}

const char *safetensors_metadata(const struct safetensors *file,
                                 const char *key)
{
    for (size_t i = 0; i < file->n_metadata; i++)
        if (text_equal(file->metadata[i].key, key))
            return file->metadata[i].value;
    return NULL;
}

void safetensors_floats(float *out, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = (const uint8_t *)bytes + 4 * i;
        uint32_t bits = (uint32_t)p[0] | (uint32_t)p[1] << 8 |
                        (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        memcpy(&out[i], &bits, 4);
    }
}

/* ==== Writing ==== */

/* Add a tensor whose data begin at `begin`. */
static void add_tensor(json_t *json, const struct safetensor *t, size_t begin)
{
    json_t *shape = json_array();
    size_t end = begin + 4 * t->n;
    for (int i = 0; i < t->n_dims; i++)
        json_array_append_new(shape, json_integer((json_int_t)t->dims[i]));
    json_t *entry =
        json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape,
                  "data_offsets", (json_int_t)begin, (json_int_t)end);
    json_object_set_new(json, t->name, entry);
}

static json_t *header_json(const struct safetensors *file)
{
    json_t *json = json_object(), *metadata = json_object();
    json_object_set_new(json, METADATA, metadata);
    for (size_t i = 0; i < file->n_metadata; i++)
        json_object_set_new(metadata, file->metadata[i].key,
                            json_string(file->metadata[i].value));
    size_t begin = 0;
    for (size_t i = 0; i < file->n_tensors; i++) {
        add_tensor(json, &file->tensors[i], begin);
        begin += 4 * file->tensors[i].n;
    }
    return json;
}

/* The whole header; *text is the caller's. */
static enum ramp_status header_text(char **text, size_t *n_text,
                                    const struct safetensors *file,
                                    struct ramp_error *err)
{
    const size_t flags = JSON_COMPACT;
    json_memory_watch();
    json_t *json = header_json(file);
    size_t n = json_dumpb(json, NULL, 0, flags);
    size_t padded = (8 + n + DATA_ALIGN - 1) / DATA_ALIGN * DATA_ALIGN;
    enum ramp_status status = RAMP_OK;
    if (padded - 8 > MAX_HEADER)
        status = error_set(err, RAMP_MEMORY,
                           "cannot write a model: expected a header of at most "
                           "%d bytes, found %zu",
                           MAX_HEADER, padded - 8);
    if (status == RAMP_OK)
        status = MEM_NEW(text, padded, "a model's header", err);
    if (status == RAMP_OK) {
        for (int i = 0; i < 8; i++)
            (*text)[i] = (char)((uint64_t)(padded - 8) >> 8 * i & 0xff);
        json_dumpb(json, *text + 8, n, flags);
        memset(*text + 8 + n, ' ', padded - 8 - n);
        *n_text = padded;
    }
    json_decref(json);
    if (!json_memory_sufficed() && status == RAMP_OK)
        status = error_memory(err, "a model's header", padded);
    return status;
}

enum ramp_status safetensors_write_header(struct file_save *save,
                                          const struct safetensors *file,
                                          struct ramp_error *err)
{
    char *text = NULL;
    size_t n = 0;
    enum ramp_status status = header_text(&text, &n, file, err);
    if (status == RAMP_OK)
        status = file_save_write(save, text, n, err);
    mem_free(text);
    return status;
}

enum ramp_status safetensors_write_floats(struct file_save *save,
                                          const float *values, size_t n,
                                          struct ramp_error *err)
{
    uint8_t bytes[4096];
    for (size_t done = 0; done < n;) {
        size_t some = n - done < sizeof bytes / 4 ? n - done : sizeof bytes / 4;
        for (size_t i = 0; i < some; i++) {
            uint32_t bits;
            memcpy(&bits, &values[done + i], 4);
            for (int b = 0; b < 4; b++)
                bytes[4 * i + (size_t)b] = (uint8_t)(bits >> 8 * b);
        }
        enum ramp_status status = file_save_write(save, bytes, 4 * some, err);
        if (status != RAMP_OK)
            return status;
        done += some;
    }
    return RAMP_OK;
}
