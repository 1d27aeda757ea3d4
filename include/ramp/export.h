/* export.h - a model for others: as C that needs neither ramp nor its file, or
 * as weights alone. */
#ifndef RAMP_EXPORT_H
#define RAMP_EXPORT_H

#include <ramp/error.h>
#include <ramp/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Write the model as one C11 file that needs the C library and its libm:
 * weights, preprocessing, layers, softmax, class names, and a test. With NAME
 * for the name and its capitals for macros it defines
 *
 *   NAME_CHANNELS, NAME_HEIGHT, NAME_WIDTH, NAME_PIXELS, NAME_N_CLASSES
 *   const char *const NAME_classes[NAME_N_CLASSES]
 *   void NAME_logits(float *logits, const uint8_t *pixels)
 *   int NAME_classify(float *probs, const uint8_t *pixels)
 *   int NAME_selftest(void)     0 if it answers as ramp did
 *
 * and, compiled with -DNAME_MAIN, a main that runs the test. `pixels` are the
 * height x width x channels bytes of a picture that has the size of the net's
 * input already: bringing pictures to it (ramp_preprocess_fit) is not part of
 * it. Equal models give equal files. `name` begins with a letter, goes on with
 * letters, digits and '_', and has at most 40 of them (RAMP_USAGE); NULL: made
 * from the file's. The file is written whole or not at all.
 *
 * RAMP_MODEL for an activation that has no C here and for weights or an answer
 * that are not finite; RAMP_IO, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_export_c(const struct ramp_model *model, const char *path,
                    const char *name, struct ramp_error *err);

/* Write the tensors of ramp/model.h and nothing of what else a model says, as
 * safetensors for other programs (PyTorch's: load_file and load_state_dict).
 * ramp cannot read it back: the net is not in it. RAMP_MODEL for a weight that
 * is not finite, RAMP_IO, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_model_export_weights(const struct ramp_model *model, const char *path,
                          struct ramp_error *err);

#ifdef __cplusplus
}
#endif

#endif
