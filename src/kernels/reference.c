/* reference.c - every layer in double precision and plain loops. No loop here
 * is meant to be fast; each is meant to be seen to be right. */
#include "kernels/reference.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define EPSILON 1e-5 /* of batch norm */
#define KEEP 0.9     /* of the running statistics */

static void clear(double *x, size_t n)
{
    if (x != NULL)
        memset(x, 0, n * sizeof *x);
}

size_t reference_out(size_t h, size_t r, size_t stride, size_t pad, bool ceil)
{
    size_t steps = (h + 2 * pad - r) / stride;
    size_t rest = (h + 2 * pad - r) % stride;
    if (ceil && rest > 0 && (steps + 1) * stride < h + pad)
        steps++;
    return steps + 1;
}

/* ---- Walking over the windows ----
 *
 * A tap is one pixel of one window: output pixel `out` sees input pixel `in`
 * through the window's element `tap`. Only pixels inside the map are taps. */

struct tap {
    size_t out, in, tap;
};

typedef void tap_fn(const struct tap *t, void *context);

/* Calls visit for the taps of one window, row by row. */
static void visit_window(const struct reference_window *v, size_t n, size_t i,
                         size_t j, tap_fn *visit, void *context)
{
    for (size_t r = 0; r < v->r; r++)
        for (size_t s = 0; s < v->s; s++) {
            size_t y = i * v->stride_h + r, x = j * v->stride_w + s;
            if (y < v->pad_h || y >= v->pad_h + v->h || x < v->pad_w ||
                x >= v->pad_w + v->w)
                continue;
            struct tap t = {
                .out = (n * v->oh + i) * v->ow + j,
                .in = (n * v->h + y - v->pad_h) * v->w + x - v->pad_w,
                .tap = r * v->s + s,
            };
            visit(&t, context);
        }
}

static void visit_taps(const struct reference_window *v, tap_fn *visit,
                       void *context)
{
    for (size_t n = 0; n < v->n; n++)
        for (size_t i = 0; i < v->oh; i++)
            for (size_t j = 0; j < v->ow; j++)
                visit_window(v, n, i, j, visit, context);
}

static size_t in_size(const struct reference_window *v)
{
    return v->n * v->h * v->w * v->c;
}

static size_t out_pixels(const struct reference_window *v)
{
    return v->n * v->oh * v->ow;
}

/* ---- Convolution and dense ---- */

/* A product as both see it: y (k) of one pixel from x (c) of another. */
struct product {
    double *y, *dx, *dw;
    const double *dy, *x, *w;
    size_t c, k;
};

static void product_forward(const struct tap *t, void *context)
{
    const struct product *p = context;
    double *y = p->y + t->out * p->k;
    const double *x = p->x + t->in * p->c;
    const double *w = p->w + t->tap * p->c * p->k;
    for (size_t i = 0; i < p->c; i++)
        for (size_t j = 0; j < p->k; j++)
            y[j] += x[i] * w[i * p->k + j];
}

static void product_backward_data(const struct tap *t, void *context)
{
    const struct product *p = context;
    double *dx = p->dx + t->in * p->c;
    const double *dy = p->dy + t->out * p->k;
    const double *w = p->w + t->tap * p->c * p->k;
    for (size_t i = 0; i < p->c; i++)
        for (size_t j = 0; j < p->k; j++)
            dx[i] += dy[j] * w[i * p->k + j];
}

static void product_backward_weights(const struct tap *t, void *context)
{
    const struct product *p = context;
    double *dw = p->dw + t->tap * p->c * p->k;
    const double *dy = p->dy + t->out * p->k;
    const double *x = p->x + t->in * p->c;
    for (size_t i = 0; i < p->c; i++)
        for (size_t j = 0; j < p->k; j++)
            dw[i * p->k + j] += dy[j] * x[i];
}

void reference_conv_forward(double *y, const double *x, const double *w,
                            const double *b, const struct reference_window *v)
{
    struct product p = {.y = y, .x = x, .w = w, .c = v->c, .k = v->k};
    for (size_t i = 0; i < out_pixels(v); i++)
        for (size_t j = 0; j < v->k; j++)
            y[i * v->k + j] = b != NULL ? b[j] : 0;
    visit_taps(v, product_forward, &p);
}

void reference_conv_backward(double *dx, double *dw, double *db,
                             const double *dy, const double *x, const double *w,
                             const struct reference_window *v)
{
    struct product p = {
        .dx = dx, .dw = dw, .dy = dy, .x = x, .w = w, .c = v->c, .k = v->k};
    clear(dx, in_size(v));
    clear(dw, v->r * v->s * v->c * v->k);
    clear(db, v->k);
    if (dx != NULL)
        visit_taps(v, product_backward_data, &p);
    if (dw != NULL)
        visit_taps(v, product_backward_weights, &p);
    if (db != NULL)
        for (size_t i = 0; i < out_pixels(v); i++)
            for (size_t j = 0; j < v->k; j++)
                db[j] += dy[i * v->k + j];
}

void reference_dense_forward(double *y, const double *x, const double *w,
                             const double *b, size_t n, size_t in, size_t k)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++) {
            double sum = b != NULL ? b[j] : 0;
            for (size_t l = 0; l < in; l++)
                sum += x[i * in + l] * w[l * k + j];
            y[i * k + j] = sum;
        }
}

void reference_dense_backward(double *dx, double *dw, double *db,
                              const double *dy, const double *x,
                              const double *w, size_t n, size_t in, size_t k)
{
    clear(dx, n * in);
    clear(dw, in * k);
    clear(db, k);
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < in; l++)
            for (size_t j = 0; j < k; j++) {
                if (dx != NULL)
                    dx[i * in + l] += dy[i * k + j] * w[l * k + j];
                if (dw != NULL)
                    dw[l * k + j] += dy[i * k + j] * x[i * in + l];
            }
    for (size_t i = 0; db != NULL && i < n; i++)
        for (size_t j = 0; j < k; j++)
            db[j] += dy[i * k + j];
}

/* ---- Activations ---- */

static double normal_distribution(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

static double normal_density(double x)
{
    return exp(-x * x / 2) / sqrt(8 * atan(1));
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static double gelu_g(double x)
{
    return sqrt(2 / atan(1)) * (x + 0.044715 * x * x * x);
}

/* x times a share of it. Where the share is 0, so is the product, also of an
 * infinite x. */
static double gate(double x, double share)
{
    return share == 0 ? 0 : x * share;
}

static const double selu_scale = 1.0507009873554805,
                    selu_a = 1.6732632423543773;

double reference_act(enum ramp_act_kind kind, double x, double a)
{
    switch (kind) {
    case RAMP_ACT_RELU: return x < 0 ? 0 : x;
    case RAMP_ACT_PRELU:
    case RAMP_ACT_LEAKY: return x < 0 ? a * x : x;
    case RAMP_ACT_ELU: return x < 0 ? a * expm1(x) : x;
    case RAMP_ACT_TANH: return tanh(x);
    case RAMP_ACT_SIGMOID: return logistic(x);
    case RAMP_ACT_SELU: return selu_scale * (x < 0 ? selu_a * expm1(x) : x);
    case RAMP_ACT_SRELU: return x < -1 ? -1 : x;
    case RAMP_ACT_SOFTPLUS:
        return (x < 0 ? 0 : x) + log1p(exp(-fabs(a * x))) / a;
    case RAMP_ACT_GELU: return gate(x, normal_distribution(x));
    case RAMP_ACT_GELU_TANH: return gate(x, logistic(gelu_g(x)));
    case RAMP_ACT_SILU: return gate(x, logistic(x));
    case RAMP_ACT_ABS: return x < 0 ? -x : x;
    case RAMP_ACT_RELU6: return x < 0 ? 0 : x > 6 ? 6 : x;
    default: return x;
    }
}

double reference_act_slope(enum ramp_act_kind kind, double x, double a)
{
    double y = reference_act(kind, x, a), g, dg;
    switch (kind) {
    case RAMP_ACT_RELU: return x > 0 ? 1 : x == 0 ? a : 0;
    case RAMP_ACT_PRELU:
    case RAMP_ACT_LEAKY: return x > 0 ? 1 : a;
    case RAMP_ACT_ELU: return x > 0 ? 1 : a * exp(x);
    case RAMP_ACT_TANH: return 1 - y * y;
    case RAMP_ACT_SIGMOID: return y * (1 - y);
    case RAMP_ACT_SELU: return selu_scale * (x > 0 ? 1 : selu_a * exp(x));
    case RAMP_ACT_SRELU: return x > -1 ? 1 : 0;
    case RAMP_ACT_SOFTPLUS: return logistic(a * x);
    case RAMP_ACT_GELU:
        return normal_distribution(x) + gate(x, normal_density(x));
    case RAMP_ACT_GELU_TANH:
        g = gelu_g(x);
        dg = sqrt(2 / atan(1)) * (1 + 3 * 0.044715 * x * x);
        return logistic(g) + gate(x * dg, logistic(g) * logistic(-g));
    case RAMP_ACT_SILU:
        return logistic(x) + gate(x, logistic(x) * logistic(-x));
    case RAMP_ACT_ABS: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case RAMP_ACT_RELU6: return x > 0 && x < 6 ? 1 : 0;
    default: return 1;
    }
}

static int sign_of(double x)
{
    return (x > 0) - (x < 0);
}

int reference_act_piece(enum ramp_act_kind kind, double x)
{
    switch (kind) {
    case RAMP_ACT_LINEAR:
    case RAMP_ACT_TANH:
    case RAMP_ACT_SIGMOID:
    case RAMP_ACT_SOFTPLUS:
    case RAMP_ACT_GELU:
    case RAMP_ACT_GELU_TANH:
    case RAMP_ACT_SILU: return 0;
    case RAMP_ACT_SRELU: return sign_of(x + 1);
    case RAMP_ACT_RELU6: return sign_of(x) + sign_of(x - 6);
    default: return sign_of(x);
    }
}

void reference_prelu_forward(double *y, const double *x, const double *slope,
                             size_t m, size_t c)
{
    for (size_t i = 0; i < m * c; i++)
        y[i] = reference_act(RAMP_ACT_PRELU, x[i], slope[i % c]);
}

void reference_prelu_backward(double *dx, double *dslope, const double *dy,
                              const double *x, const double *slope, size_t m,
                              size_t c)
{
    for (size_t j = 0; j < c && dslope != NULL; j++)
        dslope[j] = 0;
    for (size_t i = 0; i < m * c; i++) {
        if (dx != NULL)
            dx[i] =
                dy[i] * reference_act_slope(RAMP_ACT_PRELU, x[i], slope[i % c]);
        if (dslope != NULL && x[i] < 0)
            dslope[i % c] += dy[i] * x[i];
    }
}

void reference_maxout_forward(double *y, size_t *winner, const double *x,
                              size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        winner[i] = i * k;
        for (size_t j = i * k; j < (i + 1) * k; j++)
            if (x[j] > x[winner[i]] || isnan(x[j]))
                winner[i] = j;
        y[i] = x[winner[i]];
    }
}

void reference_maxout_backward(double *dx, const double *dy,
                               const size_t *winner, size_t n, size_t k)
{
    for (size_t j = 0; j < n * k; j++)
        dx[j] = winner[j / k] == j ? dy[j / k] : 0;
}

void reference_crelu_forward(double *y, const double *x, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < c; j++) {
            y[i * 2 * c + j] = reference_act(RAMP_ACT_RELU, x[i * c + j], 0);
            y[i * 2 * c + c + j] =
                reference_act(RAMP_ACT_RELU, -x[i * c + j], 0);
        }
}

void reference_crelu_backward(double *dx, const double *dy, const double *x,
                              size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < c; j++) {
            double v = x[i * c + j];
            dx[i * c + j] = v > 0   ? dy[i * 2 * c + j]
                            : v < 0 ? -dy[i * 2 * c + c + j]
                                    : 0;
        }
}

/* ---- Pools ---- */

struct pool {
    double *y, *dx;
    const double *dy, *x;
    size_t *winner;
    size_t inside; /* pixels of the window at hand */
    size_t c;
};

static void maxpool_visit(const struct tap *t, void *context)
{
    const struct pool *p = context;
    for (size_t j = 0; j < p->c; j++) {
        size_t in = t->in * p->c + j, out = t->out * p->c + j;
        if (p->winner[out] == SIZE_MAX || p->x[in] > p->y[out] ||
            isnan(p->x[in])) {
            p->y[out] = p->x[in];
            p->winner[out] = in;
        }
    }
}

void reference_maxpool_forward(double *y, size_t *winner, const double *x,
                               const struct reference_window *v)
{
    struct pool p = {.y = y, .x = x, .winner = winner, .c = v->c};
    for (size_t i = 0; i < out_pixels(v) * v->c; i++)
        winner[i] = SIZE_MAX; /* none yet */
    visit_taps(v, maxpool_visit, &p);
}

void reference_maxpool_backward(double *dx, const double *dy,
                                const size_t *winner,
                                const struct reference_window *v)
{
    clear(dx, in_size(v));
    for (size_t i = 0; i < out_pixels(v) * v->c; i++)
        dx[winner[i]] += dy[i];
}

static void count_visit(const struct tap *t, void *context)
{
    (void)t;
    struct pool *p = context;
    p->inside++;
}

static void avgpool_visit(const struct tap *t, void *context)
{
    const struct pool *p = context;
    double share = 1 / (double)p->inside;
    for (size_t j = 0; j < p->c; j++) {
        size_t in = t->in * p->c + j, out = t->out * p->c + j;
        if (p->y != NULL)
            p->y[out] += p->x[in] * share;
        else
            p->dx[in] += p->dy[out] * share;
    }
}

static void avgpool(const struct reference_window *v, struct pool *p)
{
    for (size_t n = 0; n < v->n; n++)
        for (size_t i = 0; i < v->oh; i++)
            for (size_t j = 0; j < v->ow; j++) {
                p->inside = 0;
                visit_window(v, n, i, j, count_visit, p);
                visit_window(v, n, i, j, avgpool_visit, p);
            }
}

void reference_avgpool_forward(double *y, const double *x,
                               const struct reference_window *v)
{
    struct pool p = {.y = y, .x = x, .c = v->c};
    clear(y, out_pixels(v) * v->c);
    avgpool(v, &p);
}

void reference_avgpool_backward(double *dx, const double *dy,
                                const struct reference_window *v)
{
    struct pool p = {.dx = dx, .dy = dy, .c = v->c};
    clear(dx, in_size(v));
    avgpool(v, &p);
}

/* ---- Batch norm ---- */

/* One channel: c floats lie between its pixels. */
static double channel_mean(const double *x, size_t m, size_t c)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += x[i * c];
    return sum / (double)m;
}

/* Sum of the squared distances from the mean. */
static double channel_squares(const double *x, double mean, size_t m, size_t c)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += (x[i * c] - mean) * (x[i * c] - mean);
    return sum;
}

void reference_batchnorm_infer(double *y, const double *x, const double *scale,
                               const double *shift, const double *mean,
                               const double *variance, size_t m, size_t c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < c; j++) {
            double u = (x[i * c + j] - mean[j]) / sqrt(variance[j] + EPSILON);
            y[i * c + j] = scale[j] * u + shift[j];
        }
}

void reference_batchnorm_forward(double *y, double *running_mean,
                                 double *running_variance, const double *x,
                                 const double *scale, const double *shift,
                                 size_t m, size_t c)
{
    for (size_t j = 0; j < c; j++) {
        double mean = channel_mean(x + j, m, c);
        double squares = channel_squares(x + j, mean, m, c);
        double deviation = sqrt(squares / (double)m + EPSILON);
        for (size_t i = 0; i < m; i++)
            y[i * c + j] =
                scale[j] * (x[i * c + j] - mean) / deviation + shift[j];
        if (running_mean != NULL) {
            double unbiased = squares / (double)(m - 1);
            running_mean[j] = KEEP * running_mean[j] + (1 - KEEP) * mean;
            running_variance[j] =
                KEEP * running_variance[j] + (1 - KEEP) * unbiased;
        }
    }
}

/* The chain rule as in the paper (Ioffe & Szegedy 2015, 3), term by term: to
 * the normalised u, to the variance, to the mean, to x. */
void reference_batchnorm_backward(double *dx, double *dscale, double *dshift,
                                  const double *dy, const double *x,
                                  const double *scale, size_t m, size_t c)
{
    for (size_t j = 0; j < c; j++) {
        double mean = channel_mean(x + j, m, c);
        double variance = channel_squares(x + j, mean, m, c) / (double)m;
        double deviation = sqrt(variance + EPSILON);
        double sum_dy = 0, sum_dy_u = 0, dvariance = 0, dmean = 0;
        for (size_t i = 0; i < m; i++) {
            double d = dy[i * c + j], away = x[i * c + j] - mean;
            sum_dy += d;
            sum_dy_u += d * away / deviation;
            dvariance -= d * scale[j] * away / (2 * pow(deviation, 3));
            dmean -= d * scale[j] / deviation;
        }
        /* The variance depends on the mean too, but sum(x - mean) is 0. */
        for (size_t i = 0; dx != NULL && i < m; i++)
            dx[i * c + j] = dy[i * c + j] * scale[j] / deviation +
                            dvariance * 2 * (x[i * c + j] - mean) / (double)m +
                            dmean / (double)m;
        if (dscale != NULL)
            dscale[j] = sum_dy_u;
        if (dshift != NULL)
            dshift[j] = sum_dy;
    }
}

/* ---- Dropout, softmax ---- */

void reference_dropout(double *y, const double *x, const double *factor,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * factor[i];
}

double reference_softmax_loss(double *dlogits, const double *logits, size_t k,
                              size_t label, double smoothing)
{
    double largest = logits[0], sum = 0, loss = 0;
    for (size_t j = 1; j < k; j++)
        largest = logits[j] > largest ? logits[j] : largest;
    for (size_t j = 0; j < k; j++)
        sum += exp(logits[j] - largest);
    for (size_t j = 0; j < k; j++) {
        double log_p = logits[j] - largest - log(sum);
        double target =
            smoothing / (double)k + (j == label ? 1 - smoothing : 0);
        loss -= target * log_p;
        if (dlogits != NULL)
            dlogits[j] = exp(log_p) - target;
    }
    return loss;
}
