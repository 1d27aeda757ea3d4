/* softmax_loss.c - softmax and cross-entropy of one image, in double. */
#include "layers/layers.h"

#include <math.h>

double softmax_loss(float *dlogits, const float *logits, size_t k, size_t label,
                    double smoothing, double weight)
{
    double largest = logits[0], sum = 0, loss = 0;
    for (size_t j = 1; j < k; j++)
        if (!(logits[j] <= largest)) /* so that a NaN is not passed over */
            largest = logits[j];
    for (size_t j = 0; j < k; j++)
        sum += exp(logits[j] - largest);
    double log_sum = largest + log(sum);
    for (size_t j = 0; j < k; j++) {
        double log_p = logits[j] - log_sum;
        double target = smoothing / (double)k;
        if (j == label)
            target += 1 - smoothing;
        if (target > 0)
            loss -= target * log_p;
        dlogits[j] = (float)((exp(log_p) - target) * weight);
    }
    return loss;
}
