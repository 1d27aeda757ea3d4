/* toy.h - a small data set of 8x8 pictures in a folder of its own, and a net
 * that learns it: what the tests of training train on.
 *
 * Of class c the c-th quarter is brighter than the noise of the rest; with
 * `noise` the pictures say nothing of the class. Each test opens and closes
 * its own; a failed test leaves its folder behind. */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/net.h"
#include "tests/check.h"

#include <ramp/train.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOY_SIDE = 8, TOY_AREA = TOY_SIDE * TOY_SIDE, TOY_CLASSES = 4 };

#define TOY_NET "conv 8 3x3 pad 1\nact\nmaxpool 2x2\ndense classes\n"

struct toy {
    char folder[128]; /* holds data/ and, after training, run/ */
    char data_folder[160], run[160];
    struct ramp_dataset *data;
};

static inline const char *toy_path(char path[256], const char *folder,
                                   const char *name)
{
    snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

static inline void toy_write(const struct toy *toy, const char *name,
                             const uint8_t *header, size_t n_header,
                             const uint8_t *bytes, size_t n_bytes)
{
    char path[256];
    FILE *f = fopen(toy_path(path, toy->data_folder, name), "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(header, 1, n_header, f), n_header);
    ck_assert_uint_eq(fwrite(bytes, 1, n_bytes, f), n_bytes);
    ck_assert_int_eq(fclose(f), 0);
}

static inline void toy_write_data(const struct toy *toy, size_t n, bool noise)
{
    uint8_t high = (uint8_t)(n >> 8), low = (uint8_t)n;
    const uint8_t images[] = {0, 0, 8, 3,        0, 0, high, low,
                              0, 0, 0, TOY_SIDE, 0, 0, 0,    TOY_SIDE};
    const uint8_t label_header[] = {0, 0, 8, 1, 0, 0, high, low};
    struct rng_key key = rng_key(7, RNG_TEST, 0);
    uint8_t *pixels = malloc(n * TOY_AREA), *labels = malloc(n);
    ck_assert(pixels != NULL && labels != NULL);
    for (size_t i = 0; i < n; i++) {
        labels[i] = (uint8_t)(i % TOY_CLASSES);
        for (size_t p = 0; p < TOY_AREA; p++) {
            size_t quarter = p / TOY_SIDE / 4 * 2 + p % TOY_SIDE / 4;
            bool bright = !noise && quarter == labels[i];
            pixels[i * TOY_AREA + p] =
                (uint8_t)(rng_below(key, i * TOY_AREA + p, 160) +
                          (bright ? 50 : 0));
        }
    }
    toy_write(toy, "train-images-idx3-ubyte", images, sizeof images, pixels,
              n * TOY_AREA);
    toy_write(toy, "train-labels-idx1-ubyte", label_header, sizeof label_header,
              labels, n);
    free(pixels);
    free(labels);
}

static inline struct toy toy_open(size_t n, bool noise, double val_share)
{
    struct toy toy = {0};
    struct ramp_error err = {0};
    const struct ramp_dataset_options options = {.val_share = val_share};
    const char *base = getenv("TMPDIR");
    snprintf(toy.folder, sizeof toy.folder, "%s/ramp-toy-XXXXXX",
             base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(toy.folder));
    snprintf(toy.data_folder, sizeof toy.data_folder, "%s/data", toy.folder);
    snprintf(toy.run, sizeof toy.run, "%s/run", toy.folder);
    ck_assert_int_eq(file_make_folder(toy.data_folder, NULL), RAMP_OK);
    toy_write_data(&toy, n, noise);
    ck_assert_msg(ramp_dataset_open(&toy.data, toy.data_folder, &options,
                                    &err) == RAMP_OK,
                  "%s", err.text);
    return toy;
}

static inline void toy_close(struct toy *toy)
{
    static const char *const data[] = {"train-images-idx3-ubyte",
                                       "train-labels-idx1-ubyte"};
    static const char *const run[] = {"best.safetensors", "last.safetensors",
                                      "log.csv", "layers.csv"};
    char path[256];
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        unlink(toy_path(path, toy->data_folder, data[i]));
    for (size_t i = 0; i < sizeof run / sizeof *run; i++)
        unlink(toy_path(path, toy->run, run[i]));
    rmdir(toy->data_folder);
    rmdir(toy->run);
    /* Fails where a temporary file was left. */
    ck_assert_int_eq(rmdir(toy->folder), 0);
    ramp_dataset_free(toy->data);
    toy->data = NULL;
}

/* One thread: on a busy machine the barriers of such small steps take most of
 * the time. What threads change has tests of its own. */
static inline struct ramp_train_options toy_options(int epochs, int batch)
{
    return (struct ramp_train_options){.compute = {.n_threads = 1},
                                       .seed = 3,
                                       .epochs = epochs,
                                       .batch = batch,
                                       .optimizer = RAMP_NESTEROV,
                                       .lr = 0.05,
                                       .momentum = 0.9,
                                       .bias_lr = 1,
                                       .norm_lr = 1,
                                       .schedule = RAMP_CONSTANT,
                                       .scale = RAMP_SCALE_STANDARD};
}

static inline struct ramp_net *toy_net(const char *text)
{
    const struct ramp_net_options options = {.channels = 1,
                                             .height = TOY_SIDE,
                                             .width = TOY_SIDE,
                                             .n_classes = TOY_CLASSES,
                                             .act = {.kind = RAMP_ACT_RELU}};
    struct ramp_error err = {0};
    struct ramp_net *net;
    ck_assert_msg(ramp_net_parse(&net, text, "toy", &options, &err) == RAMP_OK,
                  "%s", err.text);
    return net;
}

/* A training that must succeed; the model is the caller's. */
static inline struct ramp_model *
toy_train(struct ramp_train_result *result, const struct toy *toy,
          const char *text, const struct ramp_train_options *options)
{
    struct ramp_net *net = toy_net(text);
    struct ramp_error err = {0};
    struct ramp_model *model;
    enum ramp_status status =
        ramp_train(&model, result, &net, toy->data, options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_ptr_null(net);
    return model;
}

static inline bool toy_equal(const struct ramp_model *a,
                             const struct ramp_model *b)
{
    const struct ramp_net *x = ramp_model_net(a), *y = ramp_model_net(b);
    return x->n_params == y->n_params && x->n_running == y->n_running &&
           memcmp(x->params, y->params, x->n_params * sizeof(float)) == 0 &&
           memcmp(x->running, y->running, x->n_running * sizeof(float)) == 0;
}

#endif
