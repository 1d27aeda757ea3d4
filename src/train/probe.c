/* probe.c - some pictures of a part of a data set. */
#include "train/probe.h"

#include "base/mem.h"
#include "base/sizes.h"

static enum ramp_status
read_all(struct probe *probe, const struct ramp_dataset *data,
         enum ramp_part part, const struct ramp_preprocess *pre,
         uint8_t *pixels, size_t size, struct ramp_error *err)
{
    size_t count = ramp_dataset_count(data, part);
    for (size_t i = 0; i < probe->n; i++) {
        size_t index = (size_t)((double)i * (double)count / (double)probe->n);
        enum ramp_status status =
            ramp_dataset_read(data, part, index, pixels, err);
        if (status != RAMP_OK)
            return status;
        ramp_preprocess_scale(probe->x + i * size, pre, pixels);
        probe->labels[i] = ramp_dataset_label(data, part, index);
    }
    return RAMP_OK;
}

enum ramp_status probe_read(struct probe *probe,
                            const struct ramp_dataset *data,
                            enum ramp_part part, size_t n,
                            const struct ramp_preprocess *pre,
                            struct ramp_error *err)
{
    uint8_t *pixels = NULL;
    size_t size =
        (size_t)pre->height * (size_t)pre->width * (size_t)pre->channels;
    *probe = (struct probe){.n = smaller(n, ramp_dataset_count(data, part))};
    enum ramp_status status = mem_new((void **)&probe->x, probe->n,
                                      size * sizeof *probe->x, "pictures", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&probe->labels, probe->n, "pictures", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&pixels, size, "pictures", err);
    if (status == RAMP_OK)
        status = read_all(probe, data, part, pre, pixels, size, err);
    mem_free(pixels);
    if (status != RAMP_OK)
        probe_release(probe);
    return status;
}

void probe_release(struct probe *probe)
{
    mem_free(probe->x);
    mem_free(probe->labels);
    *probe = (struct probe){0};
}
