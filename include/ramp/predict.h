/* predict.h - pictures in, probabilities out. */
#ifndef RAMP_PREDICT_H
#define RAMP_PREDICT_H

#include <ramp/compute.h>
#include <ramp/error.h>
#include <ramp/image.h>
#include <ramp/model.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The memory to run one model on batches of up to max_batch pictures. Not
 * thread-safe: one predictor a thread; the model may be shared. */
struct ramp_predictor;

/* `model` is borrowed and must outlive the predictor; `compute` may be NULL for
 * the defaults. With compute->tta every answer is that of the mean of the
 * logits over the picture's views. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_predictor_new(struct ramp_predictor **predictor,
                   const struct ramp_model *model, size_t max_batch,
                   const struct ramp_compute *compute, struct ramp_error *err);
RAMP_API void ramp_predictor_free(struct ramp_predictor *predictor);

/* n <= max_batch pictures, already fitted (ramp_preprocess_fit), n x H x W x C
 * bytes. logits and probs: n x classes floats, either may be NULL. The answer
 * to a picture does not depend on what else is in the batch. Cannot fail; with
 * finite weights so large that a sum overflows, the answer is not finite. */
RAMP_API void ramp_predict_pixels(struct ramp_predictor *predictor,
                                  float *logits, float *probs,
                                  const uint8_t *pixels, size_t n);

/* One picture of any size: fit, then the above. RAMP_MODEL if the answer is
 * not finite, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_predict_image(struct ramp_predictor *predictor, float *logits,
                   float *probs, const struct ramp_image *image,
                   struct ramp_error *err);

/* A picture file, and what came of it. */
struct ramp_picture {
    const char *path;        /* given by the caller, borrowed */
    struct ramp_error error; /* status RAMP_OK, or why there is no answer */
    char warning[80];        /* as in struct ramp_image */
    uint64_t hash;           /* of the file's bytes: FNV-1a, 64 bits */
    const uint8_t *pixels;   /* as the net saw it, H x W x C; the predictor's,
                              * until its next call */
    double seconds;          /* of the net: its time for all n, shared */
};

/* n <= max_batch files: read, decoded and fitted on all threads of the
 * predictor, each picture by one, then classified as one batch. A bad file has
 * its error (RAMP_DATA, RAMP_IO, RAMP_MEMORY; RAMP_MODEL if the answer is not
 * finite) and spoils no other. probs: n x classes; of a bad file zeros. The
 * answer to a file is that of ramp_predict_image, to the last bit. */
RAMP_API void ramp_predict_files(struct ramp_predictor *predictor, float *probs,
                                 struct ramp_picture *pictures, size_t n);

/* The indices of the k largest of n values, largest first; of equal ones the
 * lower index first, NaN last. k <= n. */
RAMP_API void ramp_top(int *indices, int k, const float *values, int n);

#ifdef __cplusplus
}
#endif

#endif
