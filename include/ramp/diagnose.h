/* diagnose.h - what goes on in the layers of a net: how its values spread, how
 * many units are dead, how large its gradients are. */
#ifndef RAMP_DIAGNOSE_H
#define RAMP_DIAGNOSE_H

#include <ramp/activation.h>
#include <ramp/compute.h>
#include <ramp/dataset.h>
#include <ramp/error.h>
#include <ramp/model.h>
#include <ramp/net.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ramp_layer_kind {
    RAMP_LAYER_CONV,
    RAMP_LAYER_ACT,
    RAMP_LAYER_MAXPOOL,
    RAMP_LAYER_AVGPOOL,
    RAMP_LAYER_BATCHNORM,
    RAMP_LAYER_DROPOUT,
    RAMP_LAYER_DENSE,
};

/* One layer, over some pictures. With z the input of an activation f and
 * h = f(z) the layer's output (of other layers: h their output), n values of h
 * = pictures x channels x rows x columns. -1 where a figure was not taken or
 * does not exist; n is 0 where no output was looked at, and the figures about
 * h mean nothing then.
 *
 * Outputs are those of inference: batch norm uses its running statistics,
 * dropout lets everything pass. Sums are taken in double. */
struct ramp_layer_stats {
    char name[24]; /* "conv1", "act1": as tensors and messages name it */
    enum ramp_layer_kind kind;
    struct ramp_activation act; /* of an activation */

    uint64_t n;
    double mean, std;     /* sum h / n; sqrt(sum h^2 / n - mean^2) */
    double second_moment; /* sum h^2 / n: what initialisations preserve */
    double zeros;         /* share of h == 0 exactly */
    double near_zero;     /* share of |h| < 0.01, zeros counted */

    /* Of activations alone. A unit is a channel of a map, or a value of a flat
     * one. Saturated: tanh |h| > 0.95; sigmoid h < 0.05 or > 0.95; others
     * |f'(z)| < 0.01, for relu z <= 0. gelu and silu have neither these nor
     * dead units, as f' does not follow from h; prelu has no saturated. */
    double saturated; /* share of h */
    int units;
    int dead;      /* |f'(z)| < 1e-6 in all pictures and positions: for relu,
                    * units that are always 0 */
    int always_on; /* relu and leaky, elu, selu, prelu: z > 0 everywhere; the
                    * unit is linear */

    /* Root mean square of dLoss/dh over n, where Loss is a picture's own (and
     * not its share of a mean): for a convolution or dense layer dLoss/dz. */
    double gradient_rms;

    /* Of the weights w of convolutions and dense layers, without biases: |g|,
     * g the gradient of the mean loss, before momentum, penalties and scaling;
     * and |change of w| / |w| by the last step of an epoch as it was taken
     * (ramp_train alone). | | is the Euclidean norm. -1 where the weights of
     * a layer do not learn (`whiten`). */
    double gradient_norm, update_ratio;
};

/* Look at a net at work on n pictures: x, n x height x width x channels floats
 * as the net takes them. With labels (each below the net's classes; else NULL)
 * also backward: gradient_rms and gradient_norm, of the cross-entropy, as in
 * training: batch norm then uses the statistics of batches of 64, and dropout
 * draws. The net is left as it was.
 *
 * *layers (the caller frees it with free()) has ramp_net_n_layers entries in
 * the order of the net's text. Equal bits for any number of threads. RAMP_USAGE
 * for n == 0 or an instruction set that cannot be had, RAMP_MEMORY. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_diagnose(struct ramp_layer_stats **layers, struct ramp_net *net,
              const float *x, const int32_t *labels, size_t n,
              const struct ramp_compute *compute, struct ramp_error *err);

/* The same for a model and up to n pictures of a part of a data set, as
 * validation sees them; where there are more, every so manyth, so that all
 * classes take part. RAMP_MODEL if the pictures are not of the shape, or their
 * classes not as many as the model's; RAMP_DATA for a part without pictures, or
 * a bad one. */
RAMP_API RAMP_MUST_CHECK enum ramp_status ramp_diagnose_data(
    struct ramp_layer_stats **layers, const struct ramp_model *model,
    const struct ramp_dataset *data, enum ramp_part part, size_t n,
    const struct ramp_compute *compute, struct ramp_error *err);

#ifdef __cplusplus
}
#endif

#endif
