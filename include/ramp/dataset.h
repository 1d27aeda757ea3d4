/* dataset.h - labelled pictures: MNIST's IDX files, CIFAR's binary files,
 * folders of class folders, and tar or zip archives of any of them.
 *
 * DATA is detected, never declared:
 *   a folder with train/ and, where they exist, val/ (or valid/, validation/)
 *   and test/, each with a folder for every class
 *   a flat folder of class folders (everything is the training part)
 *   a folder of IDX files, plain or gz (train-images-idx3-ubyte[.gz], ...)
 *   a folder of CIFAR-10 or CIFAR-100 binary files (data_batch_1.bin, ...)
 *   a tar (also .gz, .xz, .bz2, .zst) or zip archive of any of these
 *   a name: of a folder or archive in $RAMP_DATA, datasets/ (of the working
 *   folder, beside the program, in ../share/ramp from there, in
 *   PREFIX/share/ramp) or /usr/share/datasets, in this order; a path of that
 *   name comes first
 * One folder around everything, as archives often have it, is passed over. A
 * class is the name of its folder, sorted by bytes; pictures anywhere below it
 * belong to it. Pictures are files that end in .png .jpg .jpeg .bmp .pgm .ppm
 * or .pnm; other files and hidden ones are passed over. IDX files carry no
 * names: classes are 0..n-1, but those of Fashion-MNIST have theirs (if the
 * data's name contains "fashion").
 *
 * Where the data bring no validation part, one is drawn from the training part:
 * of a class with n pictures round(val_share n), but at most n - 1, chosen by
 * (seed, class) alone. What is drawn does not depend on bad pictures.
 *
 * A data set is read-only after ramp_dataset_open: any number of threads may
 * read from it. */
#ifndef RAMP_DATASET_H
#define RAMP_DATASET_H

#include <ramp/compute.h>
#include <ramp/error.h>
#include <ramp/image.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ramp_dataset;

enum ramp_part { RAMP_TRAIN, RAMP_VAL, RAMP_TEST, RAMP_N_PARTS };

/* All zero is the default; so is NULL in its place. */
struct ramp_dataset_options {
    struct ramp_compute compute; /* decoding runs on all threads */
    int channels, height, width; /* 0 0 0: the pictures' own if all are equal
                                  * and at most 64x64, else 3x64x64 */
    enum ramp_fit fit;
    double val_share;     /* 0..1 of the training part, drawn class by class
                           * with `seed`, where the data bring no
                           * validation part; 0: none */
    size_t max_train;     /* if the training part has more pictures, so many
                           * are drawn from it with `seed`, the classes in
                           * proportion, and the others left out, after the
                           * validation part was drawn; 0: all */
    uint64_t seed;        /* of these draws */
    uint64_t cache_bytes; /* decoded pictures kept in memory, and the limit of
                           * an archive's bytes; 0: 2 GiB. IDX and CIFAR files
                           * are always in memory as a whole */
    bool skip_bad;        /* leave bad pictures out instead of failing; all of
                           * them are then decoded once while opening */
};

/* Find, read and check everything. Pictures are decoded on all threads and
 * kept up to cache_bytes, the training part first. Of those beyond, files are
 * decoded here only if the shape or skip_bad asks for it; else a bad picture
 * shows when it is read. Of several bad pictures the first is reported.
 * RAMP_DATA, RAMP_IO, RAMP_MEMORY (also an archive over cache_bytes),
 * RAMP_USAGE for options that make no sense. *data is owned by the caller. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_dataset_open(struct ramp_dataset **data, const char *name,
                  const struct ramp_dataset_options *options,
                  struct ramp_error *err);

/* Accepts NULL. */
RAMP_API void ramp_dataset_free(struct ramp_dataset *data);

/* The data's short name, for run folders and messages ("mnist"). */
RAMP_API const char *ramp_dataset_name(const struct ramp_dataset *data);

/* What it was read as: "IDX files", "class folders", "tar archive of CIFAR-10
 * binary files", ... */
RAMP_API const char *ramp_dataset_kind(const struct ramp_dataset *data);

RAMP_API int ramp_dataset_n_classes(const struct ramp_dataset *data);
RAMP_API const char *ramp_dataset_class(const struct ramp_dataset *data,
                                        int class_index);
RAMP_API size_t ramp_dataset_count(const struct ramp_dataset *data,
                                   enum ramp_part part);

/* Whether the validation part was drawn from the training part. */
RAMP_API bool ramp_dataset_val_drawn(const struct ramp_dataset *data);

/* Pictures left out because of skip_bad. */
RAMP_API size_t ramp_dataset_n_skipped(const struct ramp_dataset *data);

/* Pictures that were read although something is odd about them (see `warning`
 * in ramp/image.h), among those decoded while opening. *first is the first of
 * them, "'cat/1.png': surplus bytes after the picture", or empty. */
RAMP_API size_t ramp_dataset_n_odd(const struct ramp_dataset *data,
                                   const char **first);

/* The shape and fit of every picture that ramp_dataset_read gives; scale,
 * mean and std are not filled in. */
RAMP_API void ramp_dataset_shape(const struct ramp_dataset *data,
                                 struct ramp_preprocess *pre);

/* 64-bit FNV-1a over sorted relative names, sizes and labels; for IDX and
 * CIFAR over the bytes. The same data in another folder or archive: the same
 * number. */
RAMP_API uint64_t ramp_dataset_fingerprint(const struct ramp_dataset *data);

/* Mean and standard deviation per channel over the training part, in units
 * of x / 255, into pre->mean and pre->std. Reads every training picture. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_dataset_measure(const struct ramp_dataset *data,
                     struct ramp_preprocess *pre, struct ramp_error *err);

/* The mean image of the training part, height x width x channels floats of
 * 0..255, at `mean`. Reads every training picture. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_dataset_mean_image(float *mean, const struct ramp_dataset *data,
                        struct ramp_error *err);

RAMP_API int ramp_dataset_label(const struct ramp_dataset *data,
                                enum ramp_part part, size_t index);

/* The picture's relative path, or "test-images 17" for IDX. The text stays
 * valid as long as the data set, or until `buffer` is overwritten. */
RAMP_API const char *ramp_dataset_item_name(const struct ramp_dataset *data,
                                            enum ramp_part part, size_t index,
                                            char *buffer, size_t n_bytes);

/* One picture, height x width x channels bytes (NHWC). */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_dataset_read(const struct ramp_dataset *data, enum ramp_part part,
                  size_t index, uint8_t *pixels, struct ramp_error *err);

/* What `ramp data` prints: found by opening every file once. */
struct ramp_dataset_report {
    size_t n_bad;                       /* pictures that cannot be read */
    char (*bad)[RAMP_ERROR_TEXT_BYTES]; /* the first 20 of their messages */
    size_t n_others; /* files that are no data by their names, passed over */
    size_t n_cross;  /* pictures whose bytes (IDX, CIFAR: pixels) an earlier
                      * part has, too; parts as they are after drawing */
    int min_width, min_height, max_width, max_height; /* as stored */
    size_t n_grey, n_colour;
    size_t *counts; /* [RAMP_N_PARTS][n_classes] */
    int n_classes;
};

RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_dataset_inspect(struct ramp_dataset_report *report,
                     const struct ramp_dataset *data, struct ramp_error *err);
RAMP_API void ramp_dataset_report_release(struct ramp_dataset_report *report);

#ifdef __cplusplus
}
#endif

#endif
