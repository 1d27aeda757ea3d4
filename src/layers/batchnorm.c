/* batchnorm.c - batch norm; in training all threads work on one batch
 * together. Sums are taken per image in float and over the images in double,
 * in the order of the images, whatever the threads. */
#include "layers/layers.h"

#include <math.h>
#include <string.h>

static double inverse_std(double variance)
{
    return 1 / sqrt(variance + BATCHNORM_EPSILON);
}

static double scale_of(const struct layer *l, const struct pass *p, size_t j)
{
    return l->scale ? (double)p->weight[j] : 1;
}

/* packed: mul (c), add (c) of the running statistics. */
void batchnorm_pack(const struct layer *l, const struct pass *p)
{
    size_t c = l->in.c;
#pragma omp for schedule(static) nowait
    for (size_t j = 0; j < c; j++) {
        double mul = scale_of(l, p, j) * inverse_std(p->running[c + j]);
        p->packed[j] = (float)mul;
        p->packed[c + j] = (float)(p->bias[j] - p->running[j] * mul);
    }
}

void batchnorm_infer(const struct layer *l, const struct pass *p, float *y,
                     const float *x)
{
    size_t c = l->in.c;
    p->run->kernels->bn_normalise(y, x, p->packed, p->packed + c,
                                  p->n * l->in.h * l->in.w, c);
}

/* Statistics of the batch out of the sums of each image, shared (n, 2, c),
 * about `shift` (the first pixel: near the mean, so that nothing cancels).
 * saved: mean, 1 / std, mul, add. */
static void finish_statistics(const struct layer *l, const struct pass *p,
                              const float *shift, size_t j)
{
    size_t c = l->in.c;
    double count = (double)(p->n * l->in.h * l->in.w), s1 = 0, s2 = 0;
    for (size_t i = 0; i < p->n; i++) {
        s1 += p->shared[i * 2 * c + j];
        s2 += p->shared[i * 2 * c + c + j];
    }
    double mean = shift[j] + s1 / count;
    double variance = s2 / count - (s1 / count) * (s1 / count);
    if (variance < 0)
        variance = 0;
    float *saved = p->saved;
    double inverse = inverse_std(variance);
    double mul = scale_of(l, p, j) * inverse;
    saved[j] = (float)mean;
    saved[c + j] = (float)inverse;
    saved[2 * c + j] = (float)mul;
    saved[3 * c + j] = (float)(p->bias[j] - mean * mul);
    double unbiased = count > 1 ? variance * count / (count - 1) : variance;
    double keep = BATCHNORM_KEEP;
    p->running[j] = (float)(keep * p->running[j] + (1 - keep) * mean);
    p->running[c + j] =
        (float)(keep * p->running[c + j] + (1 - keep) * unbiased);
}

void batchnorm_forward(const struct layer *l, const struct pass *p, float *y,
                       const float *x)
{
    size_t c = l->in.c, pixels = l->in.h * l->in.w;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++) {
        float *sums = p->shared + i * 2 * c;
        memset(sums, 0, 2 * c * sizeof *sums);
        p->run->kernels->bn_sums(sums, sums + c, x + i * pixels * c, x, pixels,
                                 c);
    }
#pragma omp for schedule(static)
    for (size_t j = 0; j < c; j++)
        finish_statistics(l, p, x, j);
    const float *saved = p->saved;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++)
        p->run->kernels->bn_normalise(y + i * pixels * c, x + i * pixels * c,
                                      saved + 2 * c, saved + 3 * c, pixels, c);
}

/* With u = (x - mean) / std:  dshift = sum dy,  dscale = sum dy u,
 *   dx = scale / std (dy - dshift / count - u dscale / count).
 * saved becomes mean, 1 / std, and in shared behind the sums: p, q, r of
 * bn_gradient. */
static void finish_gradient(const struct layer *l, const struct pass *p,
                            float *pqr, size_t j)
{
    size_t c = l->in.c;
    const float *saved = p->saved;
    double count = (double)(p->n * l->in.h * l->in.w), s1 = 0, s2 = 0;
    for (size_t i = 0; i < p->n; i++) {
        s1 += p->shared[i * 2 * c + j];
        s2 += p->shared[i * 2 * c + c + j];
    }
    double inverse = saved[c + j], mul = scale_of(l, p, j) * inverse;
    p->dbias[j] = (float)s1;
    if (l->scale)
        p->dweight[j] = (float)(s2 * inverse);
    pqr[j] = (float)mul;
    pqr[c + j] = (float)(-mul * inverse * inverse * s2 / count);
    pqr[2 * c + j] = (float)(-mul * s1 / count);
}

void batchnorm_backward(const struct layer *l, const struct pass *p, float *dx,
                        const float *dy, const float *x)
{
    size_t c = l->in.c, pixels = l->in.h * l->in.w;
    const float *mean = p->saved;
    float *pqr = p->shared + p->n * 2 * c;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++) {
        float *sums = p->shared + i * 2 * c;
        memset(sums, 0, 2 * c * sizeof *sums);
        p->run->kernels->bn_gradsums(sums, sums + c, dy + i * pixels * c,
                                     x + i * pixels * c, mean, pixels, c);
    }
#pragma omp for schedule(static)
    for (size_t j = 0; j < c; j++)
        finish_gradient(l, p, pqr, j);
    if (dx == NULL)
        return;
#pragma omp for schedule(static)
    for (size_t i = 0; i < p->n; i++)
        p->run->kernels->bn_gradient(dx + i * pixels * c, dy + i * pixels * c,
                                     x + i * pixels * c, mean, pqr, pqr + c,
                                     pqr + 2 * c, pixels, c);
}
