/* whiten.c - the filters of a first layer that whitens the patches it sees. */
#include "train/whiten.h"

#include "base/mem.h"
#include "base/sizes.h"

#include <math.h>

enum { PICTURES = 5000, MAX_SWEEPS = 60 };
static const double epsilon = 5e-4;

/* ---- Eigenvectors: the cyclic method of Jacobi (Golub & Van Loan, 8.5) ----
 */

/* Turn rows and columns p and q of a so that a[p][q] becomes 0, and rows p and
 * q of v with them. */
static void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t i = 0; i < n; i++) {
        double x = a[i * n + p], y = a[i * n + q];
        a[i * n + p] = c * x - s * y;
        a[i * n + q] = s * x + c * y;
    }
    for (size_t i = 0; i < n; i++) {
        double x = a[p * n + i], y = a[q * n + i];
        a[p * n + i] = c * x - s * y;
        a[q * n + i] = s * x + c * y;
        x = v[p * n + i];
        y = v[q * n + i];
        v[p * n + i] = c * x - s * y;
        v[q * n + i] = s * x + c * y;
    }
}

/* The sum of squares beside the diagonal, or on it. */
static double squares(const double *a, size_t n, bool diagonal)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if ((i == j) == diagonal)
                sum += a[i * n + j] * a[i * n + j];
    return sum;
}

/* The rows of v become the eigenvectors of a, whose diagonal their values. */
static void diagonalise(double *a, double *v, size_t n)
{
    for (size_t i = 0; i < n * n; i++)
        v[i] = i % (n + 1) == 0;
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        if (squares(a, n, false) <= 1e-28 * squares(a, n, true))
            return;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (a[p * n + q] != 0)
                    rotate(a, v, n, p, q);
    }
}

void whiten_filters(float *filters, double *covariance, double *vectors,
                    size_t n)
{
    diagonalise(covariance, vectors, n);
    for (size_t i = 0; i < n; i++) {
        size_t largest = 0; /* of those not taken */
        for (size_t j = 1; j < n; j++)
            if (covariance[j * n + j] > covariance[largest * n + largest])
                largest = j;
        double *value = &covariance[largest * n + largest];
        double scale = 1 / sqrt(fmax(*value, 0) + epsilon);
        for (size_t j = 0; j < n; j++) {
            double w = vectors[largest * n + j] * scale;
            filters[i * n + j] = (float)w;
            filters[(n + i) * n + j] = (float)-w;
        }
        *value = -INFINITY;
    }
}

/* ---- From pictures ---- */

struct patches {
    const struct layer *layer;
    double *covariance, *vectors; /* owned, n x n; n values are in a patch */
    double *patch;                /* owned */
    float *filters;               /* owned */
    uint8_t *pixels;              /* owned: of a picture */
    float *x;                     /* owned: the same, scaled */
    size_t n;
};

static enum ramp_status patches_init(struct patches *p,
                                     const struct layer *layer,
                                     struct ramp_error *err)
{
    const struct window *w = &layer->window;
    size_t n = w->r * w->s * layer->in.c, size = shape_size(layer->in);
    *p = (struct patches){.layer = layer, .n = n};
    enum ramp_status status =
        MEM_NEW(&p->covariance, n * n, "whitening filters", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->vectors, n * n, "whitening filters", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->patch, n, "whitening filters", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->filters, 2 * n * n, "whitening filters", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->pixels, size, "a picture", err);
    if (status == RAMP_OK)
        status = MEM_NEW(&p->x, size, "a picture", err);
    return status;
}

static void patches_release(struct patches *p)
{
    mem_free(p->covariance);
    mem_free(p->vectors);
    mem_free(p->patch);
    mem_free(p->filters);
    mem_free(p->pixels);
    mem_free(p->x);
}

/* Every patch of the picture, at each pixel; not centred. */
static void add_picture(struct patches *p)
{
    const struct layer *l = p->layer;
    size_t r = l->window.r, row = l->window.s * l->in.c;
    for (size_t y = 0; y + r <= l->in.h; y++)
        for (size_t x = 0; x + l->window.s <= l->in.w; x++) {
            const float *from = p->x + (y * l->in.w + x) * l->in.c;
            for (size_t i = 0; i < p->n; i++)
                p->patch[i] =
                    (double)from[i / row * l->in.w * l->in.c + i % row];
            for (size_t i = 0; i < p->n; i++)
                for (size_t j = 0; j <= i; j++)
                    p->covariance[i * p->n + j] += p->patch[i] * p->patch[j];
        }
}

/* From the sums in the lower triangle to the whole matrix of means. */
static void finish_covariance(struct patches *p, size_t n_pictures)
{
    const struct layer *l = p->layer;
    double count = (double)n_pictures * (double)(l->in.h - l->window.r + 1) *
                   (double)(l->in.w - l->window.s + 1);
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j <= i; j++)
            p->covariance[j * p->n + i] = p->covariance[i * p->n + j] /= count;
}

static enum ramp_status measure(struct patches *p,
                                const struct ramp_dataset *data,
                                const struct ramp_preprocess *pre,
                                struct ramp_error *err)
{
    size_t count = ramp_dataset_count(data, RAMP_TRAIN);
    size_t n = smaller(count, PICTURES);
    for (size_t i = 0; i < n; i++) {
        size_t index = (size_t)((double)i * (double)count / (double)n);
        enum ramp_status status =
            ramp_dataset_read(data, RAMP_TRAIN, index, p->pixels, err);
        if (status != RAMP_OK)
            return status;
        ramp_preprocess_scale(p->x, pre, p->pixels);
        add_picture(p);
    }
    finish_covariance(p, n);
    return RAMP_OK;
}

enum ramp_status whiten_net(struct ramp_net *net,
                            const struct ramp_dataset *data,
                            const struct ramp_preprocess *pre,
                            struct ramp_error *err)
{
    const struct layer *l = &net->layers[0];
    struct patches p;
    if (!l->whiten)
        return RAMP_OK;
    enum ramp_status status = patches_init(&p, l, err);
    if (status == RAMP_OK)
        status = measure(&p, data, pre, err);
    if (status == RAMP_OK) {
        float *weights = net->params + l->weight_at;
        whiten_filters(p.filters, p.covariance, p.vectors, p.n);
        for (size_t k = 0; k < 2 * p.n; k++)
            for (size_t i = 0; i < p.n; i++)
                weights[i * 2 * p.n + k] = p.filters[k * p.n + i];
    }
    patches_release(&p);
    return status;
}
