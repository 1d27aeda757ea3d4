/* row_kernels.h - sums over rows, pools, batch norm, optimisers; only for
 * kernels.c. Plain loops, channels innermost, that the compiler vectorises. */
#include "kernels/kernels.h"
#include "kernels/vec.h"

#include <math.h>

static void add(float *restrict y, const float *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void axpy(float *restrict y, float a, const float *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

static void scale(float *y, float a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= a;
}

/* n vecs of columns, their sums in registers. */
INLINE void sum_rows_of(float *sum, const float *x, size_t row, size_t m,
                        size_t n)
{
    vec total[4];
    UNROLL for (size_t v = 0; v < n; v++) total[v] =
        vec_load(sum + v * VEC_WIDTH);
    for (size_t i = 0; i < m; i++, x += row)
        UNROLL for (size_t v = 0; v < n; v++) total[v] =
            total[v] + vec_load(x + v * VEC_WIDTH);
    UNROLL for (size_t v = 0; v < n; v++)
        vec_store(sum + v * VEC_WIDTH, total[v]);
}

/* A square of up to a vec's width each way, by zips: each step brings lanes
 * together that lie half as far apart. */
INLINE void transpose_block(float *to, size_t to_row, const float *from,
                            size_t from_row, size_t rows, size_t columns)
{
    vec v[VEC_WIDTH], zipped[VEC_WIDTH];
    UNROLL for (size_t i = 0; i < VEC_WIDTH; i++) v[i] =
        i < rows ? vec_load_some(from + i * from_row, columns) : vec_set1(0);
    UNROLL for (size_t step = 1; step < VEC_WIDTH; step *= 2)
    {
        UNROLL for (size_t i = 0; i < VEC_WIDTH / 2; i++)
        {
            zipped[2 * i] = vec_zip_low(v[i], v[VEC_WIDTH / 2 + i]);
            zipped[2 * i + 1] = vec_zip_high(v[i], v[VEC_WIDTH / 2 + i]);
        }
        UNROLL for (size_t i = 0; i < VEC_WIDTH; i++) v[i] = zipped[i];
    }
    UNROLL for (size_t i = 0; i < VEC_WIDTH; i++) if (i < columns)
        vec_store_some(to + i * to_row, v[i], rows);
}

static void transpose(float *to, size_t to_row, const float *from,
                      size_t from_row, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i += VEC_WIDTH)
        for (size_t j = 0; j < columns; j += VEC_WIDTH) {
            size_t m = rows - i, n = columns - j;
            float *block = to + j * to_row + i;
            const float *source = from + i * from_row + j;
            if (m >= VEC_WIDTH && n >= VEC_WIDTH)
                transpose_block(block, to_row, source, from_row, VEC_WIDTH,
                                VEC_WIDTH);
            else
                transpose_block(block, to_row, source, from_row,
                                m < VEC_WIDTH ? m : VEC_WIDTH,
                                n < VEC_WIDTH ? n : VEC_WIDTH);
        }
}

static void sum_rows(float *restrict sum, const float *restrict x, size_t row,
                     size_t m, size_t c)
{
    size_t j = 0;
    for (; j + 4 * VEC_WIDTH <= c; j += 4 * VEC_WIDTH)
        sum_rows_of(sum + j, x + j, row, m, 4);
    for (; j + VEC_WIDTH <= c; j += VEC_WIDTH)
        sum_rows_of(sum + j, x + j, row, m, 1);
    for (; j < c; j++)
        for (size_t i = 0; i < m; i++)
            sum[j] += x[i * row + j];
}

/* The hash is a finaliser of two multiplications: two rounds of shift, xor and
 * multiplication by an odd constant, over a Weyl sequence of the key. */
static void dropout(float *y, const float *x, size_t n, uint32_t key,
                    uint32_t limit, float keep)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t h = key + (uint32_t)i * 0x9e3779b9u;
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        h ^= h >> 16;
        y[i] = h < limit ? 0 : x[i] * keep;
    }
}

static void bn_sums(float *restrict s1, float *restrict s2,
                    const float *restrict x, const float *restrict shift,
                    size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c)
        for (size_t j = 0; j < c; j++) {
            float d = x[j] - shift[j];
            s1[j] += d;
            s2[j] += d * d;
        }
}

static void bn_normalise(float *restrict y, const float *restrict x,
                         const float *restrict mul, const float *restrict add_,
                         size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, y += c)
        for (size_t j = 0; j < c; j++)
            y[j] = x[j] * mul[j] + add_[j];
}

static void bn_gradsums(float *restrict s1, float *restrict s2,
                        const float *restrict dy, const float *restrict x,
                        const float *restrict mean, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, dy += c)
        for (size_t j = 0; j < c; j++) {
            s1[j] += dy[j];
            s2[j] += dy[j] * (x[j] - mean[j]);
        }
}

static void bn_gradient(float *restrict dx, const float *restrict dy,
                        const float *restrict x, const float *restrict mean,
                        const float *restrict p, const float *restrict q,
                        const float *restrict r, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++, x += c, dy += c, dx += c)
        for (size_t j = 0; j < c; j++)
            dx[j] = dy[j] * p[j] + (x[j] - mean[j]) * q[j] + r[j];
}

static void sgd(float *restrict w, float *restrict v, const float *restrict g,
                size_t n, float g_scale, float lr, float momentum, float l1,
                float l2, bool nesterov)
{
    /* One formula for both: the step is lr (a g + b v). */
    const float a = nesterov ? 1 : 0, b = nesterov ? momentum : 1;
    for (size_t i = 0; i < n; i++) {
        float sign = (float)((w[i] > 0) - (w[i] < 0));
        float d = g[i] * g_scale + l2 * w[i] + l1 * sign;
        v[i] = momentum * v[i] + d;
        w[i] -= lr * (a * d + b * v[i]);
    }
}

static void adamw(float *restrict w, float *restrict m, float *restrict v,
                  const float *restrict g, size_t n, float g_scale, float lr,
                  float c1, float c2, float l1, float l2)
{
    const float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;
    for (size_t i = 0; i < n; i++) {
        float sign = (float)((w[i] > 0) - (w[i] < 0));
        float d = g[i] * g_scale + l1 * sign;
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        float step = m[i] / c1 / (sqrtf(v[i] / c2) + epsilon);
        w[i] -= lr * (step + l2 * w[i]);
    }
}
