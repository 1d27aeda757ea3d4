/* fold.c - batch norm folded into the convolution before it. */
#include "net/fold.h"

/* The slot of the convolution, among the first n layers, that the batch norm
 * after them can be folded into, or NULL. A convolution takes only one. */
static struct slot *find_slot(struct plan *plan, size_t n,
                              const struct layer *norm)
{
    const struct layer *l = plan->layers;
    while (n > 0 && l[n - 1].kind == LAYER_MAXPOOL && !norm->scale)
        n--;
    if (n == 0 || l[n - 1].kind != LAYER_CONV)
        return NULL;
    struct slot *slot = &plan->slots[n - 1];
    return slot->norm == NULL ? slot : NULL;
}

/* Batch norms stand where they stand in the net, whatever the plan's order. */
void fold_layers(struct plan *plan)
{
    struct layer *l = plan->layers;
    size_t n = 0;
    for (size_t i = 0; i < plan->n_layers; i++) {
        struct slot *slot = NULL;
        if (l[i].kind == LAYER_BATCHNORM)
            slot = find_slot(plan, n, &l[i]);
        if (slot == NULL) {
            l[n++] = l[i];
            continue;
        }
        slot->norm = &plan->net->layers[i];
        l[slot - plan->slots].bias = true;
    }
    plan->n_layers = n;
}

/* Weights, mul (k), biases (k). */
size_t fold_floats(const struct slot *slot, const struct layer *l)
{
    return slot->norm == NULL ? 0 : layer_n_weights(l) + 2 * l->out.c;
}

void fold_weights(const struct plan *plan, size_t i)
{
    const struct slot *slot = &plan->slots[i];
    const struct layer *norm = slot->norm, *conv = norm;
    if (norm == NULL)
        return;
    /* The net's own, which may be without a bias. */
    while (conv->kind != LAYER_CONV)
        conv--;
    size_t n = layer_n_weights(conv), k = conv->out.c;
    const float *params = plan->net->params;
    const float *weight = params + conv->weight_at;
    float *mul = slot->folded + n, *bias = mul + k;
    const struct pass pass = {
        .weight = params + norm->weight_at,
        .bias = params + norm->bias_at,
        .running = plan->net->running + norm->running_at,
        .packed = mul, /* and add, where the biases will be */
    };
    layer_pack(norm, &pass);
#pragma omp barrier
#pragma omp for schedule(static) nowait
    for (size_t row = 0; row < n; row += k)
        for (size_t j = 0; j < k; j++)
            slot->folded[row + j] = weight[row + j] * mul[j];
#pragma omp for schedule(static)
    for (size_t j = 0; j < k; j++)
        if (conv->bias)
            bias[j] += params[conv->bias_at + j] * mul[j];
}

void fold_pass(struct pass *pass, const struct slot *slot,
               const struct layer *l)
{
    if (slot->norm == NULL)
        return;
    pass->weight = slot->folded;
    pass->bias = slot->folded + layer_n_weights(l) + l->out.c;
}
