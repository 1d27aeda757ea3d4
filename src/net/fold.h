/* fold.h - batch norm folded into the convolution before it, for inference.
 *
 * With fixed statistics a batch norm is mul x + add in each channel, so that
 * it and the convolution before it are one convolution, with the weights w mul
 * and the biases b mul + add. A max pool may stand between them if mul is
 * positive whatever the parameters are, which takes a batch norm without a
 * scale of its own: then the largest of mul x + add is that of the largest x.
 *
 * The results differ from those of the layers one by one in the last bits. */
#ifndef NET_FOLD_H
#define NET_FOLD_H

#include "net/plan_inside.h"

/* Take the batch norms that fold out of the plan's layers, and mark the slots
 * of their convolutions. */
void fold_layers(struct plan *plan);

/* Floats that slot->folded needs, for the convolution l. */
size_t fold_floats(const struct slot *slot, const struct layer *l);

/* Fill slot->folded of layer i from the net's parameters and statistics; by all
 * threads together. */
void fold_weights(const struct plan *plan, size_t i);

/* Put the folded weights and biases in place of the net's. */
void fold_pass(struct pass *pass, const struct slot *slot,
               const struct layer *l);

#endif
