/* bench_kernels.c - how fast the kernels are, for every table that this CPU
 * runs, and the convolutions made of them. It measures and never judges.
 *
 * usage: bench_kernels [kernels|convolutions]
 *
 * Other work on a machine slows it down for seconds on end, so what is to be
 * compared takes turns: each figure is the median of rounds in which all
 * columns of its line, or both algorithms of its convolution, were run. */
#include "base/clock.h"
#include "base/flush.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/sizes.h"
#include "base/text.h"
#include "kernels/reference.h"
#include "layers/interleaved.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void fill(float *x, size_t n)
{
    struct rng_key key = rng_key(1, RNG_TEST, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)rng_uniform(key, i) - 0.5f;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare_doubles);
    return x[n / 2];
}

/* ==== Kernels: one thread, numbers in the cache ==== */

enum {
    MAX_TABLES = 4,
    ROUNDS = 9,
    ROOM = 65536 + 272, /* floats; rooms do not begin at like page offsets */
    CHANNELS = 32,
    POOL_WINDOWS = 8,
    ELEMENTS = 1024, /* of the kernels for rows of numbers */
};

#define ROUND_SECONDS 5e-4

static _Alignas(MEM_ALIGN) float room[5][ROOM];
static uint16_t numbers[ELEMENTS];

/* One line of a table. */
struct job {
    const char *name;
    /* Calls the kernel once. How much it did, in the unit of the table; 0 if
     * there is no such kernel. */
    double (*run)(const struct kernels *k, const struct job *job);
    size_t bytes; /* read and written for each of that; 0: not shown */
    int kind, step;
    size_t nv, m, depth;
};

/* Seconds that `calls` calls take. */
static double time_calls(const struct kernels *k, const struct job *job,
                         size_t calls)
{
    double start = clock_seconds();
    for (size_t i = 0; i < calls; i++)
        job->run(k, job);
    return clock_seconds() - start;
}

/* Seconds for one unit of work, for each table; 0 where it cannot. */
static void time_job(double *seconds, const struct job *job)
{
    static double times[MAX_TABLES][ROUNDS];
    double work[MAX_TABLES];
    size_t calls[MAX_TABLES], n = kernels_count();
    for (size_t t = 0; t < n; t++) {
        const struct kernels *k = kernels_get(t);
        fill(room[0], LENGTH(room) * ROOM);
        work[t] = job->run(k, job);
        calls[t] = 1;
        while (work[t] > 0 && time_calls(k, job, calls[t]) < ROUND_SECONDS)
            calls[t] *= 2;
    }
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t t = 0; t < n; t++)
            if (work[t] > 0)
                times[t][round] = time_calls(kernels_get(t), job, calls[t]);
    for (size_t t = 0; t < n; t++)
        seconds[t] = work[t] > 0 ? median(times[t], ROUNDS) /
                                       ((double)calls[t] * work[t])
                                 : 0;
}

/* ---- Tables ---- */

enum unit { GFLOPS, NANOSECONDS };

static void print_heading(const char *what, bool with_bytes)
{
    printf("\n%s%s\n%22s", what, with_bytes ? "; GB/s" : "", "");
    for (int half = 0; half < (with_bytes ? 2 : 1); half++)
        for (size_t t = 0; t < kernels_count(); t++)
            printf(" %8s", kernels_get(t)->name);
    printf("\n");
}

static void print_cell(double value, int decimals)
{
    if (value > 0)
        printf(" %8.*f", decimals, value);
    else
        printf(" %8s", "-");
}

static void print_job(const struct job *job, enum unit unit)
{
    double seconds[MAX_TABLES];
    size_t n = kernels_count();
    time_job(seconds, job);
    printf("%-22s", job->name);
    for (size_t t = 0; t < n; t++)
        if (unit == GFLOPS)
            print_cell(seconds[t] > 0 ? 1e-9 / seconds[t] : 0, 1);
        else
            print_cell(1e9 * seconds[t], seconds[t] < 10e-9 ? 3 : 1);
    for (size_t t = 0; t < n && job->bytes > 0; t++)
        print_cell(seconds[t] > 0 ? 1e-9 * (double)job->bytes / seconds[t] : 0,
                   1);
    printf("\n");
    fflush(stdout);
}

/* ---- Tiles ---- */

static double run_peak(const struct kernels *k, const struct job *job)
{
    enum { PEAK_ROUNDS = 4096 };
    (void)job;
    k->peak(PEAK_ROUNDS);
    return 2.0 * KERNELS_PEAK_VECTORS * PEAK_ROUNDS * (double)k->width;
}

/* job->kind: whether a is read transposed. */
static double run_tile(const struct kernels *k, const struct job *job)
{
    size_t n = job->nv * k->width;
    if (job->nv > k->max_nv || job->m > k->max_m[job->nv])
        return 0;
    const struct tile t = {
        .c = room[0],
        .ldc = n,
        .n = n,
        .a = room[1],
        .lda = job->kind ? job->m : job->depth,
        .b = room[2],
        .ldb = n,
        .n_seg = 1,
        .k = job->depth,
    };
    (job->kind ? k->columns : k->rows)[job->nv][job->m](&t);
    return 2 * (double)(job->m * n * job->depth);
}

static void bench_tiles(void)
{
    static const struct {
        size_t nv, m;
    } sizes[] = {{1, 1}, {1, 8},  {1, 12}, {1, 14}, {2, 4}, {2, 6},
                 {2, 8}, {2, 12}, {2, 14}, {3, 8},  {4, 6}};
    static const size_t depths[] = {32, 64, 256};
    static const struct job peak = {.name = "peak", .run = run_peak};
    print_heading("Tiles of vectors x rows, summed over k: GFLOP/s", false);
    print_job(&peak, GFLOPS);
    for (int columns = 0; columns < 2; columns++)
        for (size_t s = 0; s < LENGTH(sizes); s++)
            for (size_t d = 0; d < LENGTH(depths); d++) {
                char name[32];
                const struct job job = {.name = name,
                                        .run = run_tile,
                                        .kind = columns,
                                        .nv = sizes[s].nv,
                                        .m = sizes[s].m,
                                        .depth = depths[d]};
                snprintf(name, sizeof name, "%-7s %zu x %2zu k %3zu",
                         columns ? "columns" : "rows", job.nv, job.m,
                         job.depth);
                print_job(&job, GFLOPS);
            }
}

/* ---- Dot products ---- */

static double run_dots(const struct kernels *k, const struct job *job)
{
    enum { N = KERNELS_DOTS_N };
    if (job->m > k->dots_m)
        return 0;
    const struct dots d = {
        .c = room[0],
        .c_i = 1,
        .c_j = job->m,
        .a = room[1],
        .a_i = job->depth,
        .b = room[2],
        .b_j = job->depth,
        .n_seg = 1,
        .k = job->depth,
    };
    k->dots[job->m][N](&d);
    return 2 * (double)(job->m * N * job->depth);
}

static void bench_dots(void)
{
    static const size_t depths[] = {64, 256};
    print_heading("Dot products, rows x rows of k: GFLOP/s", false);
    for (size_t m = 1; m <= KERNELS_DOTS_M; m++)
        for (size_t d = 0; d < LENGTH(depths); d++) {
            char name[32];
            const struct job job = {
                .name = name, .run = run_dots, .m = m, .depth = depths[d]};
            snprintf(name, sizeof name, "dots    %zu x %2d k %3zu", m,
                     KERNELS_DOTS_N, job.depth);
            print_job(&job, GFLOPS);
        }
}

/* ---- Winograd's transforms ---- */

/* How many elements a side a transform reads and writes. */
static void winograd_sides(size_t *in, size_t *out, const struct job *job)
{
    const size_t r = job->kind == WINOGRAD_45 ? 5 : 3;
    const size_t m = job->kind == WINOGRAD_63 ? 6 : 4, a = m + r - 1;
    *in = *out = a;
    switch ((enum winograd_step)job->step) {
    case WINOGRAD_OUTPUT: *out = m; break;
    case WINOGRAD_GRADIENT: *in = m; break;
    case WINOGRAD_FILTER: *in = r; break;
    case WINOGRAD_WEIGHTS: *out = r; break;
    default: break;
    }
}

/* Products lie as those of a batch of tiles do, all else as a map does.
 * job->m: how many of the dimensions are transformed. */
static double run_winograd(const struct kernels *k, const struct job *job)
{
    enum { MAP_ROW = 32 * CHANNELS, PRODUCT = 24 * CHANNELS + 16 };
    size_t in, out, step = (size_t)job->step;
    winograd_sides(&in, &out, job);
    bool from_map = step != WINOGRAD_OUTPUT && step != WINOGRAD_WEIGHTS;
    const struct transform t = {
        .to = room[0],
        .to_row = from_map ? out * PRODUCT : MAP_ROW,
        .to_column = from_map ? PRODUCT : CHANNELS,
        .from = room[1],
        .from_row = from_map ? MAP_ROW : in * PRODUCT,
        .from_column = from_map ? CHANNELS : PRODUCT,
        .n = CHANNELS,
        .rows = 1,
    };
    (job->m == 1 ? k->winograd_row : k->winograd)[job->kind][step](&t);
    return 1;
}

static void bench_transform(int kind, int step, size_t dimensions)
{
    static const char *const kinds[] = {[WINOGRAD_45] = "F(4,5)",
                                        [WINOGRAD_43] = "F(4,3)",
                                        [WINOGRAD_63] = "F(6,3)"};
    static const char *const steps[] = {
        [WINOGRAD_DATA] = "data",         [WINOGRAD_OUTPUT] = "output",
        [WINOGRAD_GRADIENT] = "gradient", [WINOGRAD_FILTER] = "filter",
        [WINOGRAD_WEIGHTS] = "weights",
    };
    char name[32];
    size_t in, out;
    struct job job = {.name = name,
                      .run = run_winograd,
                      .kind = kind,
                      .step = step,
                      .m = dimensions};
    winograd_sides(&in, &out, &job);
    if (dimensions == 2) {
        in *= in;
        out *= out;
    }
    job.bytes = (in + out) * CHANNELS * sizeof(float);
    snprintf(name, sizeof name, "%s %s%s", kinds[kind],
             dimensions == 1 ? "row " : "", steps[step]);
    print_job(&job, NANOSECONDS);
}

static void bench_winograd(void)
{
    print_heading("Winograd transforms: ns a tile of 32 channels", true);
    for (size_t dimensions = 2; dimensions > 0; dimensions--)
        for (int kind = 0; kind < WINOGRAD_KINDS; kind++)
            for (int step = 0; step < WINOGRAD_STEPS; step++)
                bench_transform(kind, step, dimensions);
}

/* ---- Activations ---- */

static double run_act(const struct kernels *k, const struct job *job)
{
    if (job->step == 0)
        k->act_forward[job->kind](room[0], room[1], ELEMENTS, 0.5f);
    else
        k->act_backward[job->kind](room[0], room[1], room[2], room[3], ELEMENTS,
                                   0.5f);
    return ELEMENTS;
}

static void bench_act(const char *name,
                      double (*run)(const struct kernels *, const struct job *),
                      int kind, int step)
{
    char text[32];
    struct job job = {.name = text,
                      .run = run,
                      .bytes = (step == 0 ? 2 : 3) * sizeof(float),
                      .kind = kind,
                      .step = step};
    snprintf(text, sizeof text, "%s %s", name,
             step == 0 ? "forward" : "backward");
    print_job(&job, NANOSECONDS);
}

/* An element is one of the input. */
static double run_prelu(const struct kernels *k, const struct job *job)
{
    const size_t m = ELEMENTS / CHANNELS;
    if (job->step == 0)
        k->prelu_forward(room[0], room[1], room[4], m, CHANNELS);
    else
        k->prelu_backward(room[0], room[3], room[2], room[1], room[4], m,
                          CHANNELS);
    return ELEMENTS;
}

static double run_maxout(const struct kernels *k, const struct job *job)
{
    const size_t n = ELEMENTS / 2;
    if (job->step == 0)
        k->maxout_forward(room[0], numbers, room[1], n, 2);
    else
        k->maxout_backward(room[0], room[2], numbers, n, 2);
    return ELEMENTS;
}

static double run_crelu(const struct kernels *k, const struct job *job)
{
    const size_t m = ELEMENTS / CHANNELS;
    if (job->step == 0)
        k->crelu_forward(room[0], room[1], m, CHANNELS);
    else
        k->crelu_backward(room[0], room[2], room[3], m, CHANNELS);
    return ELEMENTS;
}

static void bench_activations(void)
{
    print_heading("Activations: ns an element", true);
    for (int step = 0; step < 2; step++) {
        for (int kind = RAMP_ACT_RELU; kind < KERNELS_ACTS; kind++)
            bench_act(ramp_activation_name((enum ramp_act_kind)kind), run_act,
                      kind, step);
        bench_act("prelu", run_prelu, 0, step);
        bench_act("maxout 2", run_maxout, 0, step);
        bench_act("crelu", run_crelu, 0, step);
    }
}

static float sigmoid_libm(float x)
{
    return 1 / (1 + expf(-x));
}

/* f(x), or f'(x) as a plain program would work it out. */
static float act_libm(int kind, float x, bool slope)
{
    const float root = 0.707106781f;
    float y;
    switch (kind) {
    case RAMP_ACT_ELU: return slope ? expf(x) : expm1f(x);
    case RAMP_ACT_TANH: y = tanhf(x); return slope ? 1 - y * y : y;
    case RAMP_ACT_SIGMOID: y = sigmoid_libm(x); return slope ? y * (1 - y) : y;
    case RAMP_ACT_SELU: return 1.75809934f * (slope ? expf(x) : expm1f(x));
    case RAMP_ACT_SOFTPLUS: return slope ? sigmoid_libm(x) : log1pf(expf(x));
    case RAMP_ACT_GELU:
        y = 0.5f * erfcf(-root * x);
        return slope ? y + x * 0.398942280f * expf(-x * x / 2) : x * y;
    case RAMP_ACT_GELU_TANH:
        y = tanhf(0.797884561f * (x + 0.044715f * x * x * x));
        return slope ? 0.5f * (1 + y) + 0.5f * x * (1 - y * y) * 0.797884561f *
                                            (1 + 0.134145f * x * x)
                     : 0.5f * x * (1 + y);
    case RAMP_ACT_SILU:
        y = sigmoid_libm(x);
        return slope ? y * (1 + x * (1 - y)) : x * y;
    default: return x;
    }
}

/* Those with an exponential. */
static const int exp_kinds[] = {
    RAMP_ACT_ELU,      RAMP_ACT_TANH, RAMP_ACT_SIGMOID,   RAMP_ACT_SELU,
    RAMP_ACT_SOFTPLUS, RAMP_ACT_GELU, RAMP_ACT_GELU_TANH, RAMP_ACT_SILU};

/* What a net would pay that called the C library. */
static double run_libm(const struct kernels *k, const struct job *job)
{
    (void)k;
    for (size_t i = 0; i < ELEMENTS; i++)
        room[0][i] = act_libm(job->kind, room[1][i], job->step == 1) *
                     (job->step == 1 ? room[2][i] : 1);
    return ELEMENTS;
}

static void bench_libm(void)
{
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < LENGTH(exp_kinds); i++) {
            const struct job job = {"libm", run_libm, .kind = exp_kinds[i],
                                    .step = step};
            double seconds[MAX_TABLES];
            char name[40];
            time_job(seconds, &job);
            snprintf(name, sizeof name, "libm %s %s",
                     ramp_activation_name((enum ramp_act_kind)job.kind),
                     step == 0 ? "forward" : "backward");
            printf("%-22s", name);
            print_cell(1e9 * seconds[0], 3);
            printf("\n");
        }
}

enum error_kind { RELATIVE, MIXED, SLOPE };

/* `found` are f or f' of the n numbers x. What is below 2e-36 counts for
 * nothing where the error is relative. */
static double error_of(enum error_kind what, int kind, const float *found,
                       const float *x, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        enum ramp_act_kind act = (enum ramp_act_kind)kind;
        double truth = what == SLOPE ? reference_act_slope(act, (double)x[i], 1)
                                     : reference_act(act, (double)x[i], 1);
        double size = what == RELATIVE ? fabs(truth) : fmax(1, fabs(truth));
        if (size > 2e-36)
            largest = fmax(largest, fabs((double)found[i] - truth) / size);
    }
    return largest;
}

/* The largest error among the floats of both signs from 2^-32 to 80, of which
 * this takes one in some hundreds. */
static double largest_error(const struct kernels *k, enum error_kind what,
                            int kind)
{
    const uint32_t low = 0x2f800000, high = 0x42a00000;
    double largest = 0;
    for (uint32_t bits = low, sign = 0; bits < high; sign ^= 1u << 31) {
        float *x = room[0], *y = room[1], *slope = room[2];
        size_t n = 0;
        for (; n < ELEMENTS; n++) {
            uint32_t number = bits + (uint32_t)n * 997;
            number |= sign;
            memcpy(x + n, &number, sizeof number);
            slope[n] = 1;
        }
        k->act_forward[kind](y, x, n, 1);
        k->act_backward[kind](slope, slope, x, y, n, 1);
        largest = fmax(largest,
                       error_of(what, kind, what == SLOPE ? slope : y, x, n));
        if (sign != 0)
            bits += ELEMENTS * 997;
    }
    return largest;
}

static void bench_errors(void)
{
    static const char *const headings[] = {
        "Largest relative error", "Largest error, of 1 or of f if that is more",
        "Largest error of the slope"};
    for (int what = RELATIVE; what <= SLOPE; what++) {
        print_heading(headings[what], false);
        for (size_t i = 0; i < LENGTH(exp_kinds); i++) {
            printf("%-22s",
                   ramp_activation_name((enum ramp_act_kind)exp_kinds[i]));
            for (size_t t = 0; t < kernels_count(); t++)
                printf(" %8.1e",
                       largest_error(kernels_get(t), (enum error_kind)what,
                                     exp_kinds[i]));
            printf("\n");
        }
    }
}

/* ---- The others ---- */

enum {
    ADD,
    AXPY,
    SCALE,
    SUM_ROWS,
    DROPOUT,
    BN_SUMS,
    BN_NORMALISE,
    BN_GRADSUMS,
    BN_GRADIENT,
    SGD,
    ADAMW
};

static double run_elements(const struct kernels *k, const struct job *job)
{
    float *y = room[0], *x = room[1], *z = room[2], *v = room[3];
    const float *p = room[4];
    size_t n = ELEMENTS, c = CHANNELS, m = n / c;
    switch (job->kind) {
    case ADD: k->add(y, x, n); break;
    case AXPY: k->axpy(y, 0.5f, x, n); break;
    case SCALE: k->scale(y, -1, n); break;
    case SUM_ROWS: k->sum_rows(y, x, c, m, c); break;
    case DROPOUT: k->dropout(y, x, n, 1, 1u << 30, 2); break;
    case BN_SUMS: k->bn_sums(y, v, x, p, m, c); break;
    case BN_NORMALISE: k->bn_normalise(y, x, p, p + c, m, c); break;
    case BN_GRADSUMS: k->bn_gradsums(y, v, x, z, p, m, c); break;
    case BN_GRADIENT:
        k->bn_gradient(y, x, z, p, p + c, p + 2 * c, p + 3 * c, m, c);
        break;
    case SGD: k->sgd(y, v, x, n, 1, 1e-6f, 0.9f, 0, 1e-6f, true); break;
    case ADAMW: k->adamw(y, z, v, x, n, 1, 1e-6f, 1, 1, 0, 1e-6f); break;
    default: ASSERT(false);
    }
    return (double)n;
}

/* job->nv: the side of the window. Windows of 2x2 do not overlap. */
static double run_pool(const struct kernels *k, const struct job *job)
{
    size_t side = job->nv;
    struct windows w = {.n = POOL_WINDOWS,
                        .step = 2 * CHANNELS,
                        .rows = side,
                        .columns = side,
                        .row = 32 * CHANNELS,
                        .c = CHANNELS};
    if (job->kind == 0)
        k->max_pool(room[0], numbers, room[1], &w);
    else
        k->max_unpool(room[0], room[1], numbers, &w, side > 2);
    return POOL_WINDOWS;
}

/* Of a window: its elements, the one that is chosen, and its number. */
#define POOL_BYTES(elements)                                                   \
    (CHANNELS * (((elements) + 1) * sizeof(float) + sizeof(uint16_t)))

static void bench_others(void)
{
    static const struct job pools[] = {
        {"max_pool 2x2", run_pool, POOL_BYTES(4), .kind = 0, .nv = 2},
        {"max_pool 3x3", run_pool, POOL_BYTES(9), .kind = 0, .nv = 3},
        {"max_unpool 2x2", run_pool, POOL_BYTES(4), .kind = 1, .nv = 2},
        {"max_unpool 3x3", run_pool, POOL_BYTES(2 * 9), .kind = 1, .nv = 3},
    };
    static const struct job elements[] = {
        {"add", run_elements, 12, .kind = ADD},
        {"axpy", run_elements, 12, .kind = AXPY},
        {"scale", run_elements, 8, .kind = SCALE},
        {"sum_rows", run_elements, 4, .kind = SUM_ROWS},
        {"dropout", run_elements, 8, .kind = DROPOUT},
        {"bn_sums", run_elements, 4, .kind = BN_SUMS},
        {"bn_normalise", run_elements, 8, .kind = BN_NORMALISE},
        {"bn_gradsums", run_elements, 8, .kind = BN_GRADSUMS},
        {"bn_gradient", run_elements, 12, .kind = BN_GRADIENT},
        {"sgd", run_elements, 20, .kind = SGD},
        {"adamw", run_elements, 28, .kind = ADAMW},
    };
    print_heading("Pools: ns a window of 32 channels", true);
    for (size_t i = 0; i < LENGTH(pools); i++)
        print_job(&pools[i], NANOSECONDS);
    print_heading("Rows of numbers: ns an element", true);
    for (size_t i = 0; i < LENGTH(elements); i++)
        print_job(&elements[i], NANOSECONDS);
}

static void bench_kernels(void)
{
    struct flush flush = flush_on();
    printf("kernels: one thread, numbers in the cache, medians of %d\n",
           ROUNDS);
    bench_tiles();
    bench_dots();
    bench_winograd();
    bench_activations();
    bench_libm();
    bench_errors();
    bench_others();
    flush_restore(flush);
}

/* ==== Convolutions: a batch, all threads, as net/run.c runs them ==== */

enum {
    BATCH = 128,
    N_CHUNKS = 8,
    MIN_ROUNDS = 5,
    MAX_ROUNDS = 51,
    BLOCK_FLOATS = 128 * 1024, /* of the larger map of a block of images */
    MAX_BLOCK = 16,
};

#define CONVOLUTION_SECONDS 1.0

struct convolution {
    const char *name;
    size_t c, h, k, r, pad;
    bool first; /* of its net: nobody asks for dx */
};

static const struct convolution convolutions[] = {
    {"kriz1", 3, 32, 32, 5, 2, true},    {"kriz2", 32, 16, 32, 5, 2, false},
    {"kriz3", 32, 8, 64, 5, 2, false},   {"mnist1", 1, 28, 32, 3, 0, true},
    {"mnist2", 32, 26, 64, 3, 0, false}, {"vgg1", 24, 31, 64, 3, 1, false},
    {"vgg2", 64, 15, 64, 3, 1, false},   {"vgg3", 64, 15, 256, 3, 1, false},
    {"vgg4", 256, 7, 256, 3, 1, false},  {"vgg5", 256, 3, 256, 3, 1, false},
    {"lenet1", 1, 28, 6, 5, 2, true},    {"lenet2", 6, 14, 16, 5, 0, false},
};

/* A convolution with all the memory that it needs. */
struct problem {
    struct layer l;
    struct run run;
    int n_threads;
    size_t block; /* images that one call of a layer gets at most */
    size_t group; /* see layer_group; the batch if there is none */
    float *x, *y, *dx, *dy, *params, *grads, *packed, *gathered, *scratch;
    size_t scratch_floats; /* a thread */
    float *chunks[N_CHUNKS];
};

static float *new_floats(size_t n)
{
    float *p;
    struct ramp_error err;
    if (MEM_NEW(&p, n, "the convolutions", &err) != RAMP_OK) {
        fprintf(stderr, "bench_kernels: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return p;
}

static float *random_floats(size_t n)
{
    float *p = new_floats(n);
    fill(p, n);
    return p;
}

static void problem_init(struct problem *p, const struct convolution *shape,
                         const struct kernels *kernels, bool exact)
{
    size_t out = shape->h + 2 * shape->pad - shape->r + 1;
    *p = (struct problem){
        .l = {.kind = LAYER_CONV,
              .in = {shape->c, shape->h, shape->h},
              .out = {shape->k, out, out},
              .window = {.r = shape->r,
                         .s = shape->r,
                         .stride_h = 1,
                         .stride_w = 1,
                         .pad_h = shape->pad,
                         .pad_w = shape->pad},
              .bias = true},
        .run = {.kernels = kernels,
                .max_batch = BATCH,
                .training = true,
                .exact = exact},
        .n_threads = omp_get_max_threads(),
    };
    p->l.interleaved = !exact && shape->k <= LANES; /* as in a plan */
    size_t n_x = shape_size(p->l.in), n_y = shape_size(p->l.out);
    size_t group = layer_group(&p->l, &p->run);
    p->group = group > 0 ? smaller(group, BATCH) : BATCH;
    p->block = smaller(MAX_BLOCK, BLOCK_FLOATS / larger(n_x, n_y));
    p->block = larger(p->block, layer_block(&p->l, &p->run));
    p->block = p->l.interleaved ? LANES : smaller(p->block, BATCH);
    p->x = random_floats(BATCH * n_x);
    p->dx = new_floats(BATCH * n_x);
    p->y = new_floats(BATCH * n_y);
    p->dy = random_floats(BATCH * n_y);
    p->params = random_floats(layer_n_params(&p->l));
    p->grads = new_floats(layer_n_params(&p->l));
    p->packed = new_floats(layer_packed_floats(&p->l, &p->run));
    p->gathered = new_floats(layer_gathered_floats(&p->l, &p->run));
    p->scratch_floats = layer_scratch_floats(&p->l, &p->run);
    p->scratch = new_floats((size_t)p->n_threads * p->scratch_floats);
    for (size_t i = 0; i < N_CHUNKS; i++)
        p->chunks[i] = new_floats(layer_partial_floats(&p->l, &p->run));
}

static void problem_release(struct problem *p)
{
    float *const blocks[] = {p->x,      p->dx,       p->y,
                             p->dy,     p->params,   p->grads,
                             p->packed, p->gathered, p->scratch};
    for (size_t i = 0; i < LENGTH(blocks); i++)
        mem_free(blocks[i]);
    for (size_t i = 0; i < N_CHUNKS; i++)
        mem_free(p->chunks[i]);
}

static struct pass pass_of(const struct problem *p, size_t image, size_t n)
{
    size_t thread = (size_t)omp_get_thread_num();
    size_t n_weights = layer_n_weights(&p->l);
    return (struct pass){
        .run = &p->run,
        .training = true,
        .n = p->l.interleaved ? 1 : n,
        .first = image,
        .weight = p->params,
        .bias = p->params + n_weights,
        .dweight = p->grads,
        .dbias = p->grads + n_weights,
        .packed = p->packed,
        .gathered = p->gathered,
        .in_group = image % p->group,
        .scratch = p->scratch + thread * p->scratch_floats,
    };
}

/* ---- What is timed; by all threads of the team together ---- */

typedef void work_fn(const struct problem *p);

static void work_pack(const struct problem *p)
{
    struct pass pass = pass_of(p, 0, 0);
    layer_pack(&p->l, &pass);
}

static void work_forward(const struct problem *p)
{
    size_t in = shape_size(p->l.in), out = shape_size(p->l.out);
    size_t threads = (size_t)p->n_threads;
    size_t blocks = (BATCH + p->block - 1) / p->block;
    blocks = smaller(BATCH, (blocks + threads - 1) / threads * threads);
#pragma omp for schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        size_t i = b * BATCH / blocks;
        struct pass pass = pass_of(p, i, (b + 1) * BATCH / blocks - i);
        layer_forward(&p->l, &pass, p->y + i * out, p->x + i * in);
    }
}

/* Images first .. end of a chunk, whose sums they set or are added to. */
static void backward_images(const struct problem *p, float *dx, float *chunk,
                            bool fresh, size_t first, size_t end)
{
    size_t in = shape_size(p->l.in), out = shape_size(p->l.out);
    for (size_t i = first; i < end; i += p->block) {
        struct pass pass = pass_of(p, i, smaller(p->block, end - i));
        pass.fresh = fresh && i == first;
        pass.dweight = chunk;
        pass.dbias = chunk + layer_partial_weights(&p->l, &p->run);
        layer_backward(&p->l, &pass, dx ? dx + i * in : NULL, p->dy + i * out,
                       p->x + i * in, p->y + i * out);
    }
}

static void backward(const struct problem *p, float *dx)
{
    enum { PIECE = 1024 };
    size_t n_floats = layer_partial_floats(&p->l, &p->run);
    struct pass pass = pass_of(p, 0, BATCH);
    for (size_t first = 0; first < BATCH; first += p->group) {
        size_t n = smaller(p->group, BATCH - first);
#pragma omp for schedule(static)
        for (size_t c = 0; c < N_CHUNKS; c++)
            backward_images(p, dx, p->chunks[c], first == 0,
                            first + c * n / N_CHUNKS,
                            first + (c + 1) * n / N_CHUNKS);
        pass.n = n;
        layer_gathered(&p->l, &pass, first > 0);
    }
#pragma omp for schedule(static)
    for (size_t at = 0; at < n_floats; at += PIECE)
        for (size_t c = 1; c < N_CHUNKS; c++)
            p->run.kernels->add(p->chunks[0] + at, p->chunks[c] + at,
                                smaller(PIECE, n_floats - at));
    pass.n = BATCH;
    layer_collect(&p->l, &pass, p->chunks[0]);
}

static void work_backward(const struct problem *p)
{
    backward(p, p->dx);
}

static void work_backward_weights(const struct problem *p)
{
    backward(p, NULL);
}

static double time_work(const struct problem *p, work_fn *work)
{
    double start = clock_seconds();
#pragma omp parallel num_threads(p->n_threads)
    {
        struct flush flush = flush_on();
        work(p);
        flush_restore(flush);
    }
    return clock_seconds() - start;
}

/* ---- The table ---- */

enum { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS, PACK, N_PASSES };

struct times {
    double seconds[N_PASSES][MAX_ROUNDS];
};

/* Backward-data has no call of its own: it is what backward takes longer with
 * dx than without. */
static void time_round(struct times *times, size_t round,
                       const struct problem *p, bool first)
{
    times->seconds[PACK][round] = time_work(p, work_pack);
    times->seconds[FORWARD][round] = time_work(p, work_forward);
    double weights = time_work(p, work_backward_weights);
    times->seconds[BACKWARD_WEIGHTS][round] = weights;
    times->seconds[BACKWARD_DATA][round] =
        first ? 0 : time_work(p, work_backward) - weights;
}

static void print_times(struct times *times, size_t n_rounds,
                        const struct convolution *shape,
                        const struct problem *p)
{
    double flop = BATCH * layer_forward_flop(&p->l);
    char sizes[32];
    snprintf(sizes, sizeof sizes, "%zu->%zu %zux%zu@%zu", shape->c, shape->k,
             shape->r, shape->r, shape->h);
    printf("%-6s %-15s %-7s", shape->name, sizes,
           p->run.exact ? "exact" : "default");
    for (int pass = 0; pass < PACK; pass++) {
        double seconds = median(times->seconds[pass], n_rounds);
        if (seconds > 0)
            printf(" %7.3f %5.0f", 1e3 * seconds, 1e-9 * flop / seconds);
        else
            printf(" %7s %5s", "-", "-");
    }
    printf(" %6.3f\n", 1e3 * median(times->seconds[PACK], n_rounds));
    fflush(stdout);
}

static void bench_convolution(const struct convolution *shape,
                              const struct kernels *kernels)
{
    static struct times times[2], warm_up;
    struct problem problems[2];
    for (int exact = 0; exact < 2; exact++) {
        problem_init(&problems[exact], shape, kernels, exact);
        time_round(&warm_up, 0, &problems[exact], shape->first);
    }
    double start = clock_seconds();
    size_t round = 0;
    for (;
         round < MIN_ROUNDS ||
         (round < MAX_ROUNDS && clock_seconds() - start < CONVOLUTION_SECONDS);
         round++)
        for (int exact = 0; exact < 2; exact++)
            time_round(&times[exact], round, &problems[exact], shape->first);
    for (int exact = 0; exact < 2; exact++) {
        print_times(&times[exact], round, shape, &problems[exact]);
        problem_release(&problems[exact]);
    }
}

static void bench_convolutions(void)
{
    const struct kernels *kernels;
    struct ramp_error err;
    if (kernels_select(&kernels, NULL, &err) != RAMP_OK) {
        fprintf(stderr, "bench_kernels: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    printf("convolutions: batch %d, threads %d, %s; ms and GFLOP/s by the "
           "count of\nthe direct algorithm; pack: of the weights, once a step, "
           "in no other column\n\n%-30s %13s %13s %13s %6s\n",
           BATCH, omp_get_max_threads(), kernels->name, "", "forward",
           "backward-data", "-weights", "pack");
    for (size_t i = 0; i < LENGTH(convolutions); i++)
        bench_convolution(&convolutions[i], kernels);
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    bool kernels = argc == 1 || text_equal(part, "kernels");
    bool convolve = argc == 1 || text_equal(part, "convolutions");
    if (argc > 2 || (!kernels && !convolve)) {
        fprintf(stderr, "usage: bench_kernels [kernels|convolutions]\n");
        return 2;
    }
    if (kernels)
        bench_kernels();
    if (kernels && convolve)
        printf("\n");
    if (convolve)
        bench_convolutions();
    return 0;
}
