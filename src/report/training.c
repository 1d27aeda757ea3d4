/* training.c - pictures of a training: its input, its first filters. */
#include "report/training.h"

#include "report/basics.h"
#include "report/mosaic.h"

#include <math.h>

enum { MAX_PICTURES = 64, MAX_PIXELS = 1 << 22, MAX_FILTERS = 256 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- The first batch ---- */

/* Of large pictures fewer: all together have at most 2^22 pixels. */
static size_t n_pictures(const struct ramp_dataset *data,
                         const struct ramp_train_options *options,
                         size_t n_pixels)
{
    size_t room = MAX_PIXELS / n_pixels;
    size_t n = smaller(MAX_PICTURES, room > 0 ? room : 1);
    if (options->batch > 0)
        n = smaller(n, (size_t)options->batch);
    return smaller(n, ramp_dataset_count(data, RAMP_TRAIN));
}

enum ramp_status report_train_batch(const char *folder,
                                    const struct ramp_dataset *data,
                                    const struct ramp_train_options *options,
                                    struct ramp_error *err)
{
    struct ramp_preprocess shape;
    ramp_dataset_shape(data, &shape);
    struct pixels tile = {shape.width, shape.height, shape.channels, NULL};
    size_t n_pixels = (size_t)shape.width * (size_t)shape.height;
    size_t n = n_pictures(data, options, n_pixels);
    enum ramp_status status =
        MEM_NEW(&tile.bytes, n * n_pixels * (size_t)shape.channels,
                "a batch of pictures", err);
    if (status == RAMP_OK)
        status = ramp_train_preview(tile.bytes, n, data, options, err);
    if (status == RAMP_OK)
        status = mosaic_write(folder, "train_batch.png", &tile, n, err);
    mem_free(tile.bytes);
    return status;
}

/* ---- The first filters ---- */

/* The first tensor of four dims, if its channels are the picture's. */
static bool find_filters(struct ramp_tensor *t, size_t *index,
                         const struct ramp_model *model)
{
    const struct ramp_net *net = ramp_model_net(model);
    size_t channels = (size_t)ramp_model_preprocess(model)->channels;
    for (size_t i = 0; i < ramp_net_n_tensors(net); i++) {
        ramp_net_tensor(net, i, t);
        *index = i;
        if (t->n_dims == 4)
            return t->dims[1] == channels;
    }
    return false;
}

/* From channel by channel to pixel by pixel. */
static void draw_filter(uint8_t *pixels, const float *weights, size_t channels,
                        size_t n_taps)
{
    float most = 0;
    for (size_t i = 0; i < channels * n_taps; i++)
        most = fmaxf(most, fabsf(weights[i]));
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < n_taps; i++) {
            float share = most > 0 ? weights[c * n_taps + i] / most : 0;
            pixels[i * channels + c] =
                (uint8_t)lroundf(127.5f + 127.5f * share);
        }
}

enum ramp_status report_filters(const char *folder,
                                const struct ramp_model *model,
                                struct ramp_error *err)
{
    struct ramp_tensor t;
    size_t index;
    if (!find_filters(&t, &index, model))
        return RAMP_OK;
    float *weights = NULL;
    struct pixels tile = {(int)t.dims[3], (int)t.dims[2], (int)t.dims[1], NULL};
    size_t n = smaller(t.dims[0], MAX_FILTERS), size = t.n_values / t.dims[0];
    enum ramp_status status = MEM_NEW(&weights, t.n_values, "weights", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&tile.bytes, n * size, "filters", err);
    if (status == RAMP_OK) {
        ramp_net_tensor_values(ramp_model_net(model), index, weights);
        for (size_t i = 0; i < n; i++)
            draw_filter(tile.bytes + i * size, weights + i * size, t.dims[1],
                        t.dims[2] * t.dims[3]);
        status = mosaic_write(folder, "filters.png", &tile, n, err);
    }
    mem_free(weights);
    mem_free(tile.bytes);
    return status;
}
