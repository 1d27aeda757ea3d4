/* make_data.h - small data sets for the tests, written in every form that ramp
 * reads: IDX, CIFAR binary, class folders; on disk or in an archive. */
#ifndef TESTS_MAKE_DATA_H
#define TESTS_MAKE_DATA_H

#include "tests/unit/make_images.h"

#include "base/file.h"
#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <ramp/dataset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a folder of the test program, removed at its end ---- */

static char test_root[512];

static inline void test_root_make(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(test_root, sizeof test_root, "%s/ramp-check.XXXXXX",
             tmp && *tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(test_root));
}

static inline void remove_tree(const char *path)
{
    struct stat st;
    DIR *folder = NULL;
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
        folder = opendir(path);
    for (struct dirent *d; folder && (d = readdir(folder)) != NULL;) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        char *inner = file_join(path, d->d_name);
        remove_tree(inner);
        mem_free(inner);
    }
    if (folder)
        closedir(folder);
    if (remove(path) != 0)
        perror(path);
}

static inline void test_root_remove(void)
{
    remove_tree(test_root);
}

/* ROOT/NAME; one of a few buffers in turn. */
static inline const char *test_path(const char *name)
{
    static char buffers[8][1024];
    static int next;
    char *buffer = buffers[next++ % 8];
    snprintf(buffer, sizeof buffers[0], "%s/%s", test_root, name);
    return buffer;
}

static inline void write_bytes(const char *path, const void *bytes, size_t n)
{
    char *folder = mem_strdup(path);
    *strrchr(folder, '/') = 0;
    if (!file_is_folder(folder))
        ck_assert_int_eq(file_make_folder(folder, NULL), RAMP_OK);
    mem_free(folder);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

/* ---- where files go: a folder or an archive ---- */

struct sink {
    const char *folder;      /* NULL: the archive */
    struct archive *archive; /* its paths begin with `prefix` */
    const char *prefix;
    bool gz; /* compress each file and add .gz to its name */
};

static inline void sink_member(struct sink *sink, const char *path,
                               const void *bytes, size_t n)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)n);
    ck_assert_int_eq(archive_write_header(sink->archive, entry), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_data(sink->archive, bytes, n), (int)n);
    archive_entry_free(entry);
}

/* gzip by zlib; at most 512 KB. */
static inline void gzip(struct blob *out, const void *bytes, size_t n)
{
    z_stream stream = {0};
    ck_assert_int_eq(
        deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)n;
    stream.next_out = out->bytes + out->n;
    stream.avail_out = (uInt)(sizeof out->bytes - out->n);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->n += stream.total_out;
    deflateEnd(&stream);
}

static inline void sink_put(struct sink *sink, const char *name,
                            const void *bytes, size_t n)
{
    static struct blob packed;
    char path[2048];
    packed.n = 0;
    if (sink->gz) {
        gzip(&packed, bytes, n);
        bytes = packed.bytes;
        n = packed.n;
    }
    snprintf(path, sizeof path, "%s%s%s%s%s", sink->folder ? sink->folder : "",
             sink->folder ? "/" : "", sink->prefix ? sink->prefix : "", name,
             sink->gz ? ".gz" : "");
    if (sink->folder)
        write_bytes(path, bytes, n);
    else
        sink_member(sink, path, bytes, n);
}

/* filter: ARCHIVE_FILTER_GZIP, ...; zip: a zip archive without filter. */
static inline void sink_open(struct sink *sink, const char *path, bool zip,
                             int filter)
{
    sink->archive = archive_write_new();
    ck_assert_int_eq(
        zip ? archive_write_set_format_zip(sink->archive)
            : archive_write_set_format_pax_restricted(sink->archive),
        ARCHIVE_OK);
    ck_assert_int_eq(archive_write_add_filter(sink->archive, filter),
                     ARCHIVE_OK);
    ck_assert_int_eq(archive_write_open_filename(sink->archive, path),
                     ARCHIVE_OK);
}

static inline void sink_close(struct sink *sink)
{
    ck_assert_int_eq(archive_write_close(sink->archive), ARCHIVE_OK);
    archive_write_free(sink->archive);
    sink->archive = NULL;
}

/* ---- the pictures ---- */

/* Labels grow with the index, so that every form has the same order. */
struct sample {
    int n_classes; /* at most 10; named "0", "1", ... */
    int n[RAMP_N_PARTS];
    int channels, height, width;
};

static const char *const part_words[] = {"train", "val", "test"};

static inline int sample_label(const struct sample *sample, int part, int i)
{
    return i * sample->n_classes / sample->n[part];
}

static inline uint8_t sample_pixel(const struct sample *sample, int part, int i,
                                   int y, int x, int c)
{
    uint32_t place = (uint32_t)((y * sample->width + x) * sample->channels + c);
    return (uint8_t)some_number((uint32_t)(1000 * part + i), place, 3);
}

static inline size_t sample_bytes(const struct sample *sample)
{
    return (size_t)(sample->channels * sample->height * sample->width);
}

/* NHWC */
static inline void sample_picture(const struct sample *sample, int part, int i,
                                  uint8_t *pixels)
{
    for (int y = 0; y < sample->height; y++)
        for (int x = 0; x < sample->width; x++)
            for (int c = 0; c < sample->channels; c++)
                *pixels++ = sample_pixel(sample, part, i, y, x, c);
}

/* ---- the forms ---- */

static inline void idx_head(struct blob *blob, int n_dims, const int *dims)
{
    blob->n = 0;
    blob_be32(blob, 0x800u | (uint32_t)n_dims);
    for (int i = 0; i < n_dims; i++)
        blob_be32(blob, (uint32_t)dims[i]);
}

static inline void make_idx_images(struct blob *blob,
                                   const struct sample *sample, int part)
{
    int dims[4] = {sample->n[part], sample->height, sample->width,
                   sample->channels};
    idx_head(blob, sample->channels == 1 ? 3 : 4, dims);
    for (int i = 0; i < sample->n[part]; i++) {
        ck_assert_uint_le(blob->n + sample_bytes(sample), sizeof blob->bytes);
        sample_picture(sample, part, i, blob->bytes + blob->n);
        blob->n += sample_bytes(sample);
    }
}

static inline void make_idx_labels(struct blob *blob,
                                   const struct sample *sample, int part)
{
    idx_head(blob, 1, &sample->n[part]);
    for (int i = 0; i < sample->n[part]; i++)
        blob_byte(blob, (unsigned)sample_label(sample, part, i));
}

static inline void put_idx(struct sink *sink, const struct sample *sample)
{
    static struct blob blob;
    static const char *const words[] = {"train", "val", "t10k"};
    char name[64];
    for (int part = 0; part < RAMP_N_PARTS; part++) {
        if (sample->n[part] == 0)
            continue;
        make_idx_images(&blob, sample, part);
        snprintf(name, sizeof name, "%s-images-idx%d-ubyte", words[part],
                 sample->channels == 1 ? 3 : 4);
        sink_put(sink, name, blob.bytes, blob.n);
        make_idx_labels(&blob, sample, part);
        snprintf(name, sizeof name, "%s-labels-idx1-ubyte", words[part]);
        sink_put(sink, name, blob.bytes, blob.n);
    }
}

/* Pictures first..last-1 of a part; the sample must be 3x32x32. */
static inline void make_cifar(struct blob *blob, const struct sample *sample,
                              int part, int first, int last)
{
    blob->n = 0;
    for (int i = first; i < last; i++) {
        blob_byte(blob, (unsigned)sample_label(sample, part, i));
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < 32; y++)
                for (int x = 0; x < 32; x++)
                    blob_byte(blob, sample_pixel(sample, part, i, y, x, c));
    }
}

static inline void put_cifar(struct sink *sink, const struct sample *sample)
{
    static struct blob blob;
    static const char names[] = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n\n";
    char name[64];
    bool gz = sink->gz;
    for (int k = 0; k < 5; k++) {
        int n = sample->n[RAMP_TRAIN];
        make_cifar(&blob, sample, RAMP_TRAIN, k * n / 5, (k + 1) * n / 5);
        snprintf(name, sizeof name, "data_batch_%d.bin", k + 1);
        sink_put(sink, name, blob.bytes, blob.n);
    }
    make_cifar(&blob, sample, RAMP_TEST, 0, sample->n[RAMP_TEST]);
    sink_put(sink, "test_batch.bin", blob.bytes, blob.n);
    sink->gz = false;
    sink_put(sink, "batches.meta.txt", names, sizeof names - 1);
    sink->gz = gz;
}

static inline void make_pnm(struct blob *blob, int channels, int height,
                            int width, const uint8_t *pixels)
{
    char head[64];
    int n = snprintf(head, sizeof head, "P%c\n%d %d\n255\n",
                     channels == 1 ? '5' : '6', width, height);
    blob->n = 0;
    blob_add(blob, head, (size_t)n);
    blob_add(blob, pixels, (size_t)(channels * height * width));
}

static inline void make_png(struct blob *blob, int channels, int height,
                            int width, const uint8_t *pixels)
{
    static struct blob raw, packed;
    size_t row = (size_t)(channels * width);
    raw.n = packed.n = blob->n = 0;
    for (int y = 0; y < height; y++) {
        blob_byte(&raw, 0);
        blob_add(&raw, pixels + (size_t)y * row, row);
    }
    blob_add(blob, "\x89PNG\r\n\x1a\n", 8);
    blob_be32(&packed, (uint32_t)width);
    blob_be32(&packed, (uint32_t)height);
    blob_byte(&packed, 8);
    blob_byte(&packed, channels == 1 ? 0 : 2);
    blob_add(&packed, "\0\0", 3);
    png_chunk(blob, "IHDR", packed.bytes, packed.n);
    uLongf n_packed = sizeof packed.bytes;
    ck_assert_int_eq(
        compress2(packed.bytes, &n_packed, raw.bytes, (uLong)raw.n, 6), Z_OK);
    png_chunk(blob, "IDAT", packed.bytes, n_packed);
    png_chunk(blob, "IEND", "", 0);
}

/* PART/CLASS/0007.pgm, or CLASS/... if there is only a training part. */
static inline void put_folders(struct sink *sink, const struct sample *sample,
                               bool png)
{
    static struct blob blob;
    static uint8_t pixels[1 << 16];
    char name[64];
    bool flat = sample->n[RAMP_VAL] + sample->n[RAMP_TEST] == 0;
    ck_assert_uint_le(sample_bytes(sample), sizeof pixels);
    for (int part = 0; part < RAMP_N_PARTS; part++)
        for (int i = 0; i < sample->n[part]; i++) {
            sample_picture(sample, part, i, pixels);
            (png ? make_png : make_pnm)(&blob, sample->channels, sample->height,
                                        sample->width, pixels);
            snprintf(name, sizeof name, "%s%s%d/%04d.%s",
                     flat ? "" : part_words[part], flat ? "" : "/",
                     sample_label(sample, part, i), i, png ? "png" : "ppm");
            sink_put(sink, name, blob.bytes, blob.n);
        }
}

/* ---- opening ---- */

static inline struct ramp_dataset *
open_good(const char *path, const struct ramp_dataset_options *options)
{
    struct ramp_dataset *data;
    struct ramp_dataset_options none = {0};
    struct ramp_error err = {.status = RAMP_OK};
    enum ramp_status status =
        ramp_dataset_open(&data, path, options ? options : &none, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return data;
}

/* The data set must be refused, in one line that holds `part_of_text`. */
static inline void open_bad(const char *path,
                            const struct ramp_dataset_options *options,
                            enum ramp_status expected, const char *part_of_text)
{
    struct ramp_dataset *data;
    struct ramp_dataset_options none = {0};
    struct ramp_error err = {.status = RAMP_OK};
    enum ramp_status status =
        ramp_dataset_open(&data, path, options ? options : &none, &err);
    ck_assert_msg(status == expected, "%s: status %d, expected %d: %s", path,
                  (int)status, (int)expected, err.text);
    ck_assert_int_eq(err.status, expected);
    ck_assert_ptr_null(data);
    ck_assert_msg(strstr(err.text, part_of_text) != NULL, "'%s' is not in '%s'",
                  part_of_text, err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    size_t length = strlen(err.text);
    ck_assert_msg(length > 3 && strcmp(err.text + length - 3, "...") != 0,
                  "cut: %s", err.text);
}

/* The data set must hold the sample's pictures and labels. */
static inline void check_sample(const struct ramp_dataset *data,
                                const struct sample *sample)
{
    static uint8_t found[1 << 16], expected[1 << 16];
    struct ramp_preprocess shape;
    ramp_dataset_shape(data, &shape);
    ck_assert_int_eq(shape.channels, sample->channels);
    ck_assert_int_eq(shape.height, sample->height);
    ck_assert_int_eq(shape.width, sample->width);
    ck_assert_int_eq(ramp_dataset_n_classes(data), sample->n_classes);
    for (int part = 0; part < RAMP_N_PARTS; part++) {
        ck_assert_uint_eq(ramp_dataset_count(data, (enum ramp_part)part),
                          (size_t)sample->n[part]);
        for (int i = 0; i < sample->n[part]; i++) {
            ck_assert_int_eq(
                ramp_dataset_label(data, (enum ramp_part)part, (size_t)i),
                sample_label(sample, part, i));
            ck_assert_int_eq(ramp_dataset_read(data, (enum ramp_part)part,
                                               (size_t)i, found, NULL),
                             RAMP_OK);
            sample_picture(sample, part, i, expected);
            ck_assert_mem_eq(found, expected, sample_bytes(sample));
        }
    }
}

#endif
