/* preview.c - what a net sees of its training pictures, for the eye. */
#include "train/trainer.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>

/* The pictures as in a training, but for the scaling: cutout fills with the
 * mean, which is then the same colour. */
static enum ramp_status make_loader(struct loader **loader, size_t n,
                                    const struct ramp_dataset *data,
                                    const struct ramp_train_options *options,
                                    struct ramp_error *err)
{
    struct ramp_preprocess pre = {.std = {1, 1, 1}};
    enum ramp_status status = RAMP_OK;
    ramp_dataset_shape(data, &pre);
    pre.scale = RAMP_SCALE_NONE;
    if (options->augment.cutout > 0)
        status = ramp_dataset_measure(data, &pre, err);
    if (status != RAMP_OK)
        return status;
    const struct loader_options how = trainer_loader_options(options, &pre, n);
    return loader_new(loader, data, RAMP_TRAIN, &how, err);
}

static uint8_t byte_of(float value)
{
    return (uint8_t)lroundf(fminf(fmaxf(value, 0), 255));
}

enum ramp_status ramp_train_preview(uint8_t *pixels, size_t n,
                                    const struct ramp_dataset *data,
                                    const struct ramp_train_options *options,
                                    struct ramp_error *err)
{
    struct loader *loader = NULL;
    struct loader_batch batch = {0};
    struct ramp_preprocess shape;
    size_t n_train = ramp_dataset_count(data, RAMP_TRAIN);
    if (n < 1 || n > n_train)
        return error_set(err, RAMP_USAGE,
                         "cannot preview %s: expected 1 to %zu training "
                         "pictures, found %zu",
                         TEXT_QUOTE(ramp_dataset_name(data)), n_train, n);
    enum ramp_status status = trainer_check_options(options, err);
    if (status == RAMP_OK)
        status = make_loader(&loader, n, data, options, err);
    if (status == RAMP_OK) {
        loader_start(loader, 1, 0);
        status = loader_next(loader, &batch, err);
    }
    ramp_dataset_shape(data, &shape);
    size_t size =
        (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels;
    for (size_t i = 0; i < batch.n * size; i++)
        pixels[i] = byte_of(batch.x[i]);
    loader_free(loader);
    return status;
}
