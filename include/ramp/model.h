/* model.h - a trained network in a file: weights, the net's text, class names
 * and preprocessing, in the safetensors format (huggingface/safetensors).
 *
 * Tensors: F32, little-endian, named "conv1.weight" (K,C,R,S), "conv1.bias",
 * "dense1.weight" (out, in; in counts c,h,w as PyTorch's flatten does),
 * "batchnorm1.weight" (not with noscale: it is 1), ".bias", ".running_mean",
 * ".running_var". Metadata, all strings: format "ramp", version "1", net, act,
 * classes (a JSON array), input "1x28x28", fit, scale, mean and std
 * ("0.49,0.48,0.45": one number a channel), and facts about the training (any
 * other key). With the scale "mean-image", and only then, there is also a
 * tensor "preprocess.mean" (H,W,C). Other tensors are refused, but for those
 * named "optimizer.": the state of training. A model is data only: nothing in
 * it is executed. */
#ifndef RAMP_MODEL_H
#define RAMP_MODEL_H

#include <ramp/error.h>
#include <ramp/image.h>
#include <ramp/net.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ramp_model;

/* A model around a net. It takes over *net (and sets it to NULL) if it
 * succeeds; class names and preprocessing are copied, a std of 0 as 1, the
 * mean image too.
 * RAMP_MODEL if the class names are not n_classes different ones in UTF-8 (at
 * least two, as many as the net has) or the preprocessing is not for the
 * net's input. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_new(struct ramp_model **model, struct ramp_net **net,
               const char *const *classes, int n_classes,
               const struct ramp_preprocess *pre, struct ramp_error *err);

/* Read a model file, the best model of a run folder, or a shipped model by its
 * name ("digits": looked for as nets are, see ramp/net.h). RAMP_MODEL if it is
 * missing or breaks a rule of the format, of ours, or holds a weight that is
 * not finite. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_load(struct ramp_model **model, const char *path,
                struct ramp_error *err);

/* Write it whole or not at all (temporary file, fsync, rename). RAMP_IO.
 * Refuses weights that are not finite (RAMP_MODEL). */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_save(const struct ramp_model *model, const char *path,
                struct ramp_error *err);

RAMP_API void ramp_model_free(struct ramp_model *model); /* accepts NULL */

RAMP_API struct ramp_net *ramp_model_net(const struct ramp_model *model);
/* Its mean image is the model's. */
RAMP_API const struct ramp_preprocess *
ramp_model_preprocess(const struct ramp_model *model);
RAMP_API int ramp_model_n_classes(const struct ramp_model *model);
RAMP_API const char *ramp_model_class(const struct ramp_model *model,
                                      int class_index);

/* Facts about the training, by name ("data", "fingerprint", "val-share",
 * "seed", "epoch", "val-error", "command", "date", ...): text or NULL. Setting
 * one again replaces its text, a text of NULL removes it. Bytes of a text that
 * are not UTF-8 become U+FFFD; a name must be UTF-8 and none of the keys above
 * (RAMP_USAGE). */
RAMP_API const char *ramp_model_fact(const struct ramp_model *model,
                                     const char *name);
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_set_fact(struct ramp_model *model, const char *name,
                    const char *text, struct ramp_error *err);

/* The i-th fact in the order of the file; false behind the last. */
RAMP_API bool ramp_model_fact_at(const struct ramp_model *model, size_t i,
                                 const char **name, const char **text);

#ifdef __cplusplus
}
#endif

#endif
