/* checkpoint.h - a model file that also holds the optimiser's slots, so that
 * training can go on from it. */
#ifndef MODEL_CHECKPOINT_H
#define MODEL_CHECKPOINT_H

#include "base/error.h"

#include <ramp/model.h>
#include <stddef.h>

/* One block beside the parameters: n_params floats in the layout of
 * net->params. In the file it is one tensor for each trained tensor of the
 * net, "optimizer.NAME.conv1.weight", shaped as that tensor is. */
struct model_extra {
    const char *name;     /* "velocity": no dot in it; borrowed */
    const float *block;   /* borrowed */
    const float *running; /* borrowed: n_running floats in the layout of
                           * net->running, its tensors too; NULL: none */
};

/* ramp_model_save with n_extras blocks behind the model's own tensors. A value
 * in a block that is not finite is refused as a weight is (RAMP_MODEL). */
MUST_CHECK enum ramp_status model_save_with(const struct ramp_model *model,
                                            const char *path,
                                            const struct model_extra *extras,
                                            size_t n_extras,
                                            struct ramp_error *err);

/* What model_load_with fills in. */
struct model_slot {
    const char *name; /* which; set by the caller */
    bool with_running;
    float *block;   /* n_params floats, freed by mem_free; NULL if the file
                     * holds no tensor of that name */
    float *running; /* with_running: n_running floats, the same */
};

/* ramp_model_load that also gives back the slots asked for. A slot that is
 * there in part, in another shape or with a value that is not finite is
 * RAMP_MODEL; slots not asked for are left alone. On failure *model and every
 * block are NULL. */
MUST_CHECK enum ramp_status model_load_with(struct ramp_model **model,
                                            const char *path,
                                            struct model_slot *slots,
                                            size_t n_slots,
                                            struct ramp_error *err);

#endif
