/* check_kernels.c - every function of every kernel table that this CPU runs,
 * against double sums or against the plain formula, on sizes around the
 * vector's width, with data that end at an unmapped page and canaries before
 * the outputs.
 *
 * RAMP_TEST_SEED sets the random numbers; the seed is printed. Inner loops call
 * no ck_assert: it tells the parent process of each place it passes. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "base/rng.h"
#include "kernels/kernels.h"
#include "kernels/reference.h"
#include "layers/activation.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- Random numbers ---- */

static struct rng_key key;
static uint64_t n_drawn;

static uint64_t seed(void)
{
    const char *text = getenv("RAMP_TEST_SEED");
    return text != NULL ? strtoull(text, NULL, 10) : 1;
}

/* A stream for each test, so that a test alone draws what it draws among the
 * others. */
static void start_drawing(uint64_t test)
{
    key = rng_key(seed(), RNG_TEST, test);
    n_drawn = 0;
}

static float draw(void)
{
    return (float)(2 * rng_uniform(key, n_drawn++) - 1);
}

static size_t draw_below(size_t n)
{
    return (size_t)rng_below(key, n_drawn++, n);
}

/* Puts among the numbers some of those that break things. */
static void spice(float *x, size_t n)
{
    static const float odd[] = {NAN,     INFINITY,  -INFINITY,  0,       -0.0f,
                                FLT_MAX, 0x1p-140f, -0x1p-149f, -FLT_MIN};
    for (size_t i = 0; i < n; i++)
        if (draw_below(4) == 0)
            x[i] = odd[draw_below(sizeof odd / sizeof *odd)];
}

/* ---- Guarded memory ----
 *
 * A room is memory between two unmapped pages. take() hands out its last
 * bytes, so that touching what lies behind them is a fault, and fills what lies
 * before them with canaries. Rooms are mapped once a test and used many times.
 */

enum { N_ROOMS = 8, ROOM_BYTES = 1 << 17, FRONT = 256, CANARY = 0xa5 };

static unsigned char *rooms[N_ROOMS];

static void map_rooms(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < N_ROOMS; i++) {
        unsigned char *base = mmap(NULL, ROOM_BYTES + 2 * page, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ck_assert(base != MAP_FAILED);
        rooms[i] = base + page;
        ck_assert_int_eq(mprotect(rooms[i], ROOM_BYTES, PROT_READ | PROT_WRITE),
                         0);
    }
}

static void unmap_rooms(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < N_ROOMS; i++)
        munmap(rooms[i] - page, ROOM_BYTES + 2 * page);
}

static void *take_bytes(size_t room, size_t n_bytes)
{
    if (n_bytes + FRONT > ROOM_BYTES)
        ck_abort_msg("a room is too small for %zu bytes", n_bytes);
    unsigned char *p = rooms[room] + ROOM_BYTES - n_bytes;
    memset(p - FRONT, CANARY, FRONT);
    return p;
}

static float *take(size_t room, size_t n)
{
    float *p = take_bytes(room, n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = draw();
    return p;
}

/* The same n floats outside of the rooms, where a test works out what a
 * function should make of them; good until the third call from now. */
static float *copy_of(const float *p, size_t n)
{
    static float copies[3][ROOM_BYTES / sizeof(float)];
    static size_t turn;
    return memcpy(copies[turn++ % 3], p, n * sizeof *p);
}

static void check_front(const void *p, const char *name)
{
    const unsigned char *byte = p;
    for (size_t i = 1; i <= FRONT; i++)
        if (*(byte - i) != CANARY)
            ck_abort_msg("%s wrote %zu bytes before its output", name, i);
}

static bool same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_same(const float *got, const float *expected, size_t n,
                       const char *name)
{
    check_front(got, name);
    for (size_t i = 0; i < n; i++)
        if (!same(got[i], expected[i]))
            ck_abort_msg("%s: element %zu of %zu is %.9g, expected %.9g", name,
                         i, n, (double)got[i], (double)expected[i]);
}

/* Every size up to this one is tried: all remainders, and whole vectors. */
static size_t last_size(const struct kernels *k)
{
    return 4 * k->width + 3;
}

/* ---- Tiles ---- */

struct tile_case {
    const char *name;
    tile_fn *run;
    bool columns;
    size_t nv, m;
    size_t n, k, n_seg;
};

/* One element of the product, and the sum of the sizes of its terms. */
static double tile_sum(const struct tile_case *s, const struct tile *t,
                       size_t i, size_t j, double *size)
{
    double sum = 0;
    *size = 0;
    for (size_t g = 0; g < t->n_seg; g++)
        for (size_t l = 0; l < t->k; l++) {
            const float *a = t->a + g * t->a_seg;
            const float *b = t->b + g * t->b_seg + l * t->ldb;
            double term =
                (double)b[j] *
                (double)(s->columns ? a[l * t->lda + i] : a[i * t->lda + l]);
            sum += term;
            *size += fabs(term);
        }
    return sum;
}

static void check_tile_element(const struct tile_case *s, const struct tile *t,
                               size_t i, size_t j, float before)
{
    double size, sum = tile_sum(s, t, i, j, &size);
    if (t->accumulate) {
        sum += (double)before;
        size += fabs((double)before);
    }
    const float *start = t->row_start != NULL ? t->row_start + i
                         : t->start != NULL   ? t->start + j
                                              : NULL;
    if (start != NULL) {
        sum += (double)*start;
        size += fabs((double)*start);
    }
    double n_terms = (double)(t->n_seg * t->k + 2);
    double tolerance = n_terms * (double)FLT_EPSILON * size;
    float found = t->c[i * t->ldc + j];
    bool means_something = tolerance < size || size == 0;
    if (!means_something || !(fabs((double)found - sum) <= tolerance))
        ck_abort_msg("%s: n %zu, k %zu, %zu segments: c[%zu][%zu] is %.9g, "
                     "expected %.9g",
                     s->name, s->n, s->k, s->n_seg, i, j, (double)found, sum);
}

static void check_tile(const struct tile_case *s, const struct tile *t,
                       const float *before, size_t n_c)
{
    check_front(t->c, s->name);
    for (size_t at = 0; at < n_c; at++) {
        size_t i = at / t->ldc, j = at % t->ldc;
        if (j < t->n)
            check_tile_element(s, t, i, j, before[at]);
        else if (!same(t->c[at], before[at]))
            ck_abort_msg("%s: n %zu: wrote column %zu", s->name, s->n, j);
    }
}

/* Random strides: rows may have gaps, segments may overlap (those of a
 * convolution do). What is to be overwritten is NaN before. A start for all of
 * a row wins over one for all of a column. */
static void run_tile(const struct kernels *k, const struct tile_case *s)
{
    size_t rows_a = s->columns ? s->k : s->m, row_a = s->columns ? s->m : s->k;
    struct tile t = {
        .n = s->n,
        .k = s->k,
        .n_seg = s->n_seg,
        .ldc = s->n + draw_below(5),
        .lda = row_a + draw_below(5),
        .a_seg = draw_below(rows_a * row_a + 9),
        .ldb = s->nv * k->width + draw_below(5),
        .b_seg = draw_below(s->k * s->nv * k->width + 9),
        .accumulate = draw_below(2) == 0,
    };
    size_t n_a = 0, n_b = 0, n_c = (s->m - 1) * t.ldc + t.n;
    if (s->k > 0 && s->n_seg > 0) {
        n_a = (s->n_seg - 1) * t.a_seg + (rows_a - 1) * t.lda + row_a;
        n_b = (s->n_seg - 1) * t.b_seg + (s->k - 1) * t.ldb + s->nv * k->width;
    }
    t.a = take(0, n_a);
    t.b = take(1, n_b);
    t.c = take(2, n_c);
    t.start = draw_below(2) == 0 ? take(3, t.n) : NULL;
    t.row_start = draw_below(2) == 0 ? take(4, s->m) : NULL;
    for (size_t i = 0; i < n_c && !t.accumulate; i++)
        t.c[i] = NAN;
    const float *before = copy_of(t.c, n_c);
    s->run(&t);
    check_tile(s, &t, before, n_c);
}

/* A tile of nv vectors gets n columns that need all of them. */
static void run_tile_sizes(const struct kernels *k, struct tile_case *s)
{
    static const size_t primes[] = {71, 97, 131};
    const size_t least = (s->nv - 1) * k->width + 1;
    for (s->n = least; s->n < least + k->width; s->n++) {
        s->k = 1 + draw_below(last_size(k));
        s->n_seg = 1 + draw_below(3);
        run_tile(k, s);
    }
    for (size_t i = 0; i <= last_size(k) + 3; i++) {
        s->k = i <= last_size(k) ? i : primes[i - last_size(k) - 1];
        s->n = least + draw_below(k->width);
        s->n_seg = draw_below(4);
        run_tile(k, s);
    }
}

static void check_tiles(const struct kernels *k, bool columns)
{
    for (size_t nv = 1; nv <= KERNELS_MAX_NV; nv++)
        for (size_t m = 1; m <= KERNELS_MAX_M; m++) {
            char name[64];
            snprintf(name, sizeof name, "%s %s tile %zux%zu", k->name,
                     columns ? "columns" : "rows", nv, m);
            struct tile_case s = {
                .name = name,
                .run = columns ? k->columns[nv][m] : k->rows[nv][m],
                .columns = columns,
                .nv = nv,
                .m = m,
            };
            if (s.run != NULL)
                run_tile_sizes(k, &s);
            else if (nv <= k->max_nv && m <= k->max_m[nv])
                ck_abort_msg("there is no %s", name);
        }
}

static void check_rows(const struct kernels *k)
{
    check_tiles(k, false);
}

static void check_columns(const struct kernels *k)
{
    check_tiles(k, true);
}

/* ---- Dot products ---- */

struct dots_case {
    const char *name;
    dots_fn *run;
    size_t m, n;
};

/* One of them added to what was there before. */
static void check_dot(const struct dots_case *s, const struct dots *d, size_t i,
                      size_t j, float before)
{
    double sum = (double)before, size = fabs(sum);
    for (size_t g = 0; g < d->n_seg; g++)
        for (size_t l = 0; l < d->k; l++) {
            double term = (double)d->a[g * d->a_seg + i * d->a_i + l] *
                          (double)d->b[g * d->b_seg + j * d->b_j + l];
            sum += term;
            size += fabs(term);
        }
    double n_terms = (double)(d->n_seg * d->k + 1);
    double tolerance = n_terms * (double)FLT_EPSILON * size;
    float found = d->c[i * d->c_i + j * d->c_j];
    bool means_something = tolerance < size || size == 0;
    if (!means_something || !(fabs((double)found - sum) <= tolerance))
        ck_abort_msg("%s: k %zu, %zu segments: c[%zu][%zu] is %.9g, expected "
                     "%.9g",
                     s->name, d->k, d->n_seg, i, j, (double)found, sum);
}

/* What lies between the elements of c must stay as it is. */
static void check_dots_of(const struct dots_case *s, const struct dots *d,
                          const float *before, size_t n_c)
{
    bool is_element[ROOM_BYTES / sizeof(float)] = {false};
    check_front(d->c, s->name);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            size_t at = i * d->c_i + j * d->c_j;
            is_element[at] = true;
            check_dot(s, d, i, j, before[at]);
        }
    for (size_t at = 0; at < n_c; at++)
        if (!is_element[at] && !same(d->c[at], before[at]))
            ck_abort_msg("%s: wrote element %zu of c, which is none", s->name,
                         at);
}

/* Rows of a and b may have gaps and may overlap, segments too. Either index of
 * c may be the one that lies closer. */
static void run_dots(const struct dots_case *s, size_t k, size_t n_seg)
{
    struct dots d = {
        .a_i = draw_below(k + 9),
        .a_seg = draw_below(s->m * k + 9),
        .b_j = draw_below(k + 9),
        .b_seg = draw_below(s->n * k + 9),
        .n_seg = n_seg,
        .k = k,
    };
    size_t n_a = 0, n_b = 0, near = 1 + draw_below(3), far = draw_below(5);
    bool by_i = draw_below(2) == 0;
    d.c_i = by_i ? near : s->n * near + far;
    d.c_j = by_i ? s->m * near + far : near;
    if (k > 0 && n_seg > 0) {
        n_a = (n_seg - 1) * d.a_seg + (s->m - 1) * d.a_i + k;
        n_b = (n_seg - 1) * d.b_seg + (s->n - 1) * d.b_j + k;
    }
    size_t n_c = (s->m - 1) * d.c_i + (s->n - 1) * d.c_j + 1;
    d.a = take(0, n_a);
    d.b = take(1, n_b);
    d.c = take(2, n_c);
    const float *before = copy_of(d.c, n_c);
    s->run(&d);
    check_dots_of(s, &d, before, n_c);
}

static void check_dots_m(const struct kernels *k)
{
    ck_assert_uint_ge(k->dots_m, 1);
    ck_assert_uint_le(k->dots_m, KERNELS_DOTS_M);
}

static void check_dots(const struct kernels *k)
{
    for (size_t m = 1; m <= KERNELS_DOTS_M; m++)
        for (size_t n = 1; n <= KERNELS_DOTS_N; n++) {
            char name[64];
            snprintf(name, sizeof name, "%s dots %zux%zu", k->name, m, n);
            struct dots_case s = {name, k->dots[m][n], m, n};
            if (s.run == NULL && m > k->dots_m)
                continue;
            if (s.run == NULL)
                ck_abort_msg("there is no %s", name);
            for (size_t l = 0; l <= 20 * 16; l += 16)
                for (size_t n_seg = 0; n_seg <= 3; n_seg++)
                    run_dots(&s, l, n_seg);
        }
}

/* ---- Winograd transforms ---- */

static const struct {
    size_t m, r, a;
} forms[WINOGRAD_KINDS] = {
    [WINOGRAD_45] = {4, 5, 8},
    [WINOGRAD_43] = {4, 3, 6},
    [WINOGRAD_63] = {6, 3, 8},
};

/* Elements on a side of what a step reads and of what it makes. */
struct sides {
    size_t in, out;
};

static struct sides sides_of(size_t kind, size_t step)
{
    size_t m = forms[kind].m, r = forms[kind].r, a = forms[kind].a;
    const struct sides all[WINOGRAD_STEPS] = {
        [WINOGRAD_DATA] = {a, a},     [WINOGRAD_OUTPUT] = {a, m},
        [WINOGRAD_GRADIENT] = {m, a}, [WINOGRAD_FILTER] = {r, a},
        [WINOGRAD_WEIGHTS] = {a, r},
    };
    return all[step];
}

/* The transforms of one kind: of squares of elements, or along a row alone. */
struct form_case {
    const char *name;
    transform_fn *const *steps;
    size_t kind;
    bool row;
    size_t n; /* channels */
};

/* Rows of elements that are `side` wide. */
static size_t rows_of(const struct form_case *s, size_t side)
{
    return s->row ? 1 : side;
}

static size_t floats_of(const struct form_case *s, size_t side)
{
    return rows_of(s, side) * side * s->n;
}

/* Elements side by side. Of a single row nobody looks at the strides. */
static void transform_whole(const struct form_case *s, size_t step, float *to,
                            const float *from)
{
    const struct sides sides = sides_of(s->kind, step);
    const size_t nowhere = SIZE_MAX / 16;
    s->steps[step](&(struct transform){
        .to = to,
        .to_row = s->row ? nowhere : sides.out * s->n,
        .to_column = s->n,
        .from = from,
        .from_row = s->row ? nowhere : sides.in * s->n,
        .from_column = s->n,
        .n = s->n,
        .rows = 1,
    });
    check_front(to, s->name);
}

/* sum of x[i + r][j + s] g[r][s] over a window n_g wide, one channel. */
static double correlate(const struct form_case *f, const float *x, size_t n_x,
                        const float *g, size_t n_g, size_t i, size_t j,
                        size_t channel, double *size)
{
    double sum = 0;
    *size = 0;
    for (size_t r = 0; r < rows_of(f, n_g); r++)
        for (size_t s = 0; s < n_g; s++) {
            double term = (double)x[((i + r) * n_x + j + s) * f->n + channel] *
                          (double)g[(r * n_g + s) * f->n + channel];
            sum += term;
            *size += fabs(term);
        }
    return sum;
}

/* u *= v, then by `back` to what must be the correlation of x with g, which is
 * n_g wide. The bound is that of F(4, 5): products of numbers up to 64 times as
 * large as x go into each output. */
static void check_products(const struct form_case *s, size_t back, float *u,
                           const float *v, const float *x, const float *g,
                           size_t n_g)
{
    size_t a = forms[s->kind].a, n_out = a - n_g + 1, n = s->n;
    float *y = take(4, floats_of(s, n_out));
    for (size_t i = 0; i < floats_of(s, a); i++)
        u[i] *= v[i];
    transform_whole(s, back, y, u);
    for (size_t at = 0; at < floats_of(s, n_out); at++) {
        double size, expected = correlate(s, x, a, g, n_g, at / n / n_out,
                                          at / n % n_out, at % n, &size);
        if (!(fabs((double)y[at] - expected) <= 2e-4 * size + 2e-5))
            ck_abort_msg("%s: step %zu, %zu channels: element %zu is %.9g, "
                         "expected %.9g",
                         s->name, back, n, at, (double)y[at], expected);
    }
}

/* The gradient of the weights is the correlation of x with that of y. */
static void check_winograd_sums(const struct form_case *s)
{
    size_t m = forms[s->kind].m, r = forms[s->kind].r, a = forms[s->kind].a;
    float *x = take(0, floats_of(s, a)), *g = take(1, floats_of(s, r));
    float *dy = take(5, floats_of(s, m));
    float *v = take(2, floats_of(s, a)), *u = take(3, floats_of(s, a));
    transform_whole(s, WINOGRAD_DATA, v, x);
    transform_whole(s, WINOGRAD_FILTER, u, g);
    check_products(s, WINOGRAD_OUTPUT, u, v, x, g, r);
    transform_whole(s, WINOGRAD_GRADIENT, u, dy);
    check_products(s, WINOGRAD_WEIGHTS, u, v, x, dy, m);
}

/* Where the elements of a square or row lie. */
struct grid {
    size_t row, column, size;
};

static struct grid draw_grid(const struct form_case *s, size_t side)
{
    struct grid g = {.column = s->n + draw_below(5)};
    g.row = side * g.column + draw_below(9);
    g.size = (rows_of(s, side) - 1) * g.row + (side - 1) * g.column + s->n;
    return g;
}

/* Elements that lie apart: nothing between them is written. In one dimension,
 * several rows. */
static void check_winograd_strides(const struct form_case *s, size_t step)
{
    const struct sides sides = sides_of(s->kind, step);
    const size_t rows = s->row ? draw_below(4) : 1;
    const struct grid from = draw_grid(s, sides.in);
    const struct grid to = draw_grid(s, sides.out);
    const size_t n_from = from.size + (rows - (rows > 0)) * from.row;
    const size_t n_to = to.size + (rows - (rows > 0)) * to.row;
    float *x = take(0, n_from), *y = take(1, n_to);
    float *near = take(2, floats_of(s, sides.in));
    float *near_y = take(3, floats_of(s, sides.out));
    float *expected = copy_of(y, n_to);
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < rows_of(s, sides.in) * sides.in; i++)
            memcpy(near + i * s->n,
                   x + (row + i / sides.in) * from.row +
                       i % sides.in * from.column,
                   s->n * sizeof *near);
        transform_whole(s, step, near_y, near);
        for (size_t i = 0; i < rows_of(s, sides.out) * sides.out; i++)
            memcpy(expected + (row + i / sides.out) * to.row +
                       i % sides.out * to.column,
                   near_y + i * s->n, s->n * sizeof *near);
    }
    s->steps[step](&(struct transform){y, to.row, to.column, x, from.row,
                                       from.column, s->n, rows});
    check_same(y, expected, n_to, s->name);
}

static void check_winograd_steps(struct form_case *s, size_t max_n)
{
    for (size_t step = 0; step < WINOGRAD_STEPS; step++)
        ck_assert_ptr_nonnull(s->steps[step]);
    for (s->n = 0; s->n <= max_n; s->n++) {
        check_winograd_sums(s);
        for (size_t i = 0; i < 10 * WINOGRAD_STEPS; i++)
            check_winograd_strides(s, i % WINOGRAD_STEPS);
    }
}

static void check_forms(const struct kernels *k, bool row)
{
    for (size_t kind = 0; kind < WINOGRAD_KINDS; kind++) {
        char name[64];
        snprintf(name, sizeof name, "%s winograd F(%zu, %zu)%s", k->name,
                 forms[kind].m, forms[kind].r, row ? " of a row" : "");
        struct form_case s = {
            .name = name,
            .steps = row ? k->winograd_row[kind] : k->winograd[kind],
            .kind = kind,
            .row = row,
        };
        check_winograd_steps(&s, last_size(k));
    }
}

static void check_winograd(const struct kernels *k)
{
    check_forms(k, false);
}

static void check_winograd_row(const struct kernels *k)
{
    check_forms(k, true);
}

/* ---- Winograd of few channels ---- */

enum { NARROW_A = 8, NARROW_M = 4, NARROW_XI = NARROW_A * NARROW_A };

/* What output i makes of products (or outputs of gradients) at a point: its
 * powers; the last point is infinity. */
static double narrow_factor(size_t i, size_t point)
{
    static const double table[NARROW_M][NARROW_A] = {
        {1, 1, 1, 1, 1, 1, 1, 0},
        {0, 1, -1, 2, -2, 0.5, -0.5, 0},
        {0, 1, 1, 4, 4, 0.25, 0.25, 0},
        {0, 1, -1, 8, -8, 0.125, -0.125, 1},
    };
    return table[i][point];
}

static double narrow_factor_2d(size_t i, size_t j, size_t xi)
{
    return narrow_factor(i, xi / NARROW_A) * narrow_factor(j, xi % NARROW_A);
}

struct narrow_sizes {
    size_t v, u, y;
};

/* Everything may lie apart; rooms 0, 1 and 2. */
static struct narrow draw_narrow(size_t n, struct narrow_sizes *size)
{
    struct narrow t = {
        .c = 1 + draw_below(NARROW_C), .n = n, .n_tiles = 1 + draw_below(19)};
    t.v_xi = t.n_tiles * NARROW_C + draw_below(5);
    t.u_row = n + draw_below(5);
    t.u_xi = t.c * t.u_row + draw_below(5);
    t.y_column = n + draw_below(5);
    t.y_row = t.n_tiles * NARROW_M * t.y_column + draw_below(5);
    size->v = (NARROW_XI - 1) * t.v_xi + t.n_tiles * NARROW_C;
    size->u = (NARROW_XI - 1) * t.u_xi + (t.c - 1) * t.u_row + n;
    size->y =
        (NARROW_M - 1) * t.y_row + (t.n_tiles * NARROW_M - 1) * t.y_column + n;
    t.v = take(0, size->v);
    t.u = take(1, size->u);
    t.y = take(2, size->y);
    return t;
}

static void check_narrow_sum(float found, double expected, double size,
                             const struct narrow *t, const char *name)
{
    double tolerance = 40 * (double)FLT_EPSILON * size;
    if (!(fabs((double)found - expected) <= tolerance))
        ck_abort_msg("%s: %zu to %zu channels, %zu tiles: %.9g, expected %.9g",
                     name, t->c, t->n, t->n_tiles, (double)found, expected);
}

/* The m x m outputs of one tile in one channel. */
static void check_narrow_tile(const struct narrow *t, size_t tile, size_t at)
{
    double products[NARROW_XI] = {0}, sizes[NARROW_XI] = {0};
    for (size_t i = 0; i < NARROW_XI * t->c; i++) {
        size_t xi = i / t->c, c = i % t->c;
        double term = (double)t->v[xi * t->v_xi + tile * NARROW_C + c] *
                      (double)t->u[xi * t->u_xi + c * t->u_row + at];
        products[xi] += term;
        sizes[xi] += fabs(term);
    }
    for (size_t i = 0; i < NARROW_M * NARROW_M; i++) {
        size_t row = i / NARROW_M, column = i % NARROW_M;
        double sum = t->bias ? (double)t->bias[at] : 0, size = fabs(sum);
        for (size_t xi = 0; xi < NARROW_XI; xi++) {
            double factor = narrow_factor_2d(row, column, xi);
            sum += factor * products[xi];
            size += fabs(factor) * sizes[xi];
        }
        check_narrow_sum(t->y[row * t->y_row +
                              (tile * NARROW_M + column) * t->y_column + at],
                         sum, size, t, "narrow_output");
    }
}

static void check_narrow_output(const struct kernels *k)
{
    for (size_t i = 0; i < 3 * last_size(k); i++) {
        struct narrow_sizes size;
        struct narrow t = draw_narrow(1 + i / 3, &size);
        t.bias = draw_below(2) == 0 ? take(3, t.n) : NULL;
        const float *before = copy_of(t.y, size.y);
        k->narrow_output(&t);
        check_front(t.y, "narrow_output");
        for (size_t at = 0; at < size.y; at++) {
            size_t row = at / t.y_row, rest = at % t.y_row;
            bool pixel = rest / t.y_column < t.n_tiles * NARROW_M &&
                         rest % t.y_column < t.n && row < NARROW_M;
            if (!pixel && !same(t.y[at], before[at]))
                ck_abort_msg("narrow_output wrote between pixels");
        }
        for (size_t at = 0; at < t.n_tiles * t.n; at++)
            check_narrow_tile(&t, at / t.n, at % t.n);
    }
}

/* Of one tile in one channel of y: the transform of its gradient. */
static void narrow_transform(const struct narrow *t, size_t tile, size_t at,
                             double *z, double *size)
{
    for (size_t xi = 0; xi < NARROW_XI; xi++) {
        z[xi] = size[xi] = 0;
        for (size_t i = 0; i < NARROW_M * NARROW_M; i++) {
            size_t row = i / NARROW_M, column = i % NARROW_M;
            double term =
                narrow_factor_2d(row, column, xi) *
                (double)t->y[row * t->y_row +
                             (tile * NARROW_M + column) * t->y_column + at];
            z[xi] += term;
            size[xi] += fabs(term);
        }
    }
}

/* One channel of y: u (xi, c) must have the sums over the tiles. */
static void check_narrow_weights(const struct narrow *t, const float *before,
                                 size_t at)
{
    double sum[NARROW_XI * NARROW_C], size[NARROW_XI * NARROW_C];
    for (size_t i = 0; i < NARROW_XI * t->c; i++) {
        sum[i] = (double)before[i / t->c * t->u_xi + i % t->c * t->u_row + at];
        size[i] = fabs(sum[i]);
    }
    for (size_t tile = 0; tile < t->n_tiles; tile++) {
        double z[NARROW_XI], z_size[NARROW_XI];
        narrow_transform(t, tile, at, z, z_size);
        for (size_t i = 0; i < NARROW_XI * t->c; i++) {
            size_t xi = i / t->c, c = i % t->c;
            double v = (double)t->v[xi * t->v_xi + tile * NARROW_C + c];
            sum[i] += v * z[xi];
            size[i] += fabs(v) * z_size[xi];
        }
    }
    for (size_t i = 0; i < NARROW_XI * t->c; i++)
        check_narrow_sum(t->u[i / t->c * t->u_xi + i % t->c * t->u_row + at],
                         sum[i], size[i], t, "narrow_gradient");
}

static void check_narrow_gradient(const struct kernels *k)
{
    for (size_t i = 0; i < 3 * last_size(k); i++) {
        struct narrow_sizes size;
        struct narrow t = draw_narrow(1 + i / 3, &size);
        const float *before = copy_of(t.u, size.u);
        k->narrow_gradient(&t);
        check_front(t.u, "narrow_gradient");
        for (size_t at = 0; at < size.u; at++) {
            size_t rest = at % t.u_xi;
            bool weight = rest / t.u_row < t.c && rest % t.u_row < t.n;
            if (!weight && !same(t.u[at], before[at]))
                ck_abort_msg("narrow_gradient wrote between weights");
        }
        for (size_t at = 0; at < t.n; at++)
            check_narrow_weights(&t, before, at);
    }
}

/* ---- Activations ---- */

/* How far a result may be from the true one, relative to it; far on the left
 * where the argument of the exponential is itself rounded, this grows, but no
 * result is off by more than 3e-7, or 3e-7 of itself if that is more. 0: there
 * is one operation at most, to be rounded once. What is below `least` may be
 * off by as much. Derivatives may be off by `slope`. */
static const struct {
    double relative, least, slope;
} act_tolerance[KERNELS_ACTS] = {
    [RAMP_ACT_ELU] = {2e-7, FLT_MIN, 0},
    [RAMP_ACT_TANH] = {2e-7, FLT_MIN, 0},
    [RAMP_ACT_SIGMOID] = {2e-7, FLT_MIN, 0},
    [RAMP_ACT_SELU] = {2e-7, FLT_MIN, 4e-7},
    [RAMP_ACT_SOFTPLUS] = {6e-6, 2e-38, 4e-7},
    [RAMP_ACT_GELU] = {6e-6, 2e-36, 4e-7},
    [RAMP_ACT_GELU_TANH] = {2e-5, 2e-36, 4e-7},
    [RAMP_ACT_SILU] = {4e-7, 2e-36, 4e-7},
};

/* A sharpness is positive. */
static float draw_act_number(enum ramp_act_kind kind)
{
    float a = draw();
    return kind == RAMP_ACT_SOFTPLUS ? 1 + 0.5f * a : a;
}

static bool act_is_right(enum ramp_act_kind kind, float y, double expected)
{
    double error = fabs((double)y - expected), size = fabs(expected);
    if (isnan(expected))
        return isnan(y);
    if (size > (double)FLT_MAX)
        return y == copysignf(INFINITY, (float)copysign(1, expected));
    if (act_tolerance[kind].relative == 0)
        return y == (float)expected;
    if (size < act_tolerance[kind].least)
        return error <= act_tolerance[kind].least;
    return error <= act_tolerance[kind].relative * size &&
           error <= 3e-7 * fmax(1, size);
}

static void check_act(const struct kernels *k, enum ramp_act_kind kind,
                      const float *y, const float *x, size_t n, float a)
{
    check_front(y, "act_forward");
    for (size_t i = 0; i < n; i++) {
        double expected = reference_act(kind, (double)x[i], (double)a);
        if (!act_is_right(kind, y[i], expected))
            ck_abort_msg("%s %s, element %zu of %zu: f(%.9g) is %.9g, expected "
                         "%.9g",
                         k->name, ramp_activation_name(kind), i, n,
                         (double)x[i], (double)y[i], expected);
    }
}

/* Floats of all sizes and both signs: every STEPth pattern of bits. */
static void check_act_values(const struct kernels *k, enum ramp_act_kind kind)
{
    enum { STEP = 4099, CHUNK = 1021 };
    static const float ends[] = {
        NAN,      INFINITY, -INFINITY, 0,        -0.0f,        FLT_MAX,
        -FLT_MAX, FLT_MIN,  FLT_MIN,   -FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN};
    const float a = kind == RAMP_ACT_LEAKY ? 0.01f : 1;
    for (uint64_t bits = 0; bits <= UINT32_MAX;) {
        float *x = take_bytes(0, CHUNK * sizeof *x);
        float *y = take_bytes(1, CHUNK * sizeof *y);
        memcpy(x, ends, sizeof ends);
        for (size_t i = sizeof ends / sizeof *ends; i < CHUNK; i++) {
            uint32_t pattern = (uint32_t)bits;
            memcpy(x + i, &pattern, sizeof pattern);
            bits += STEP;
        }
        k->act_forward[kind](y, x, CHUNK, a);
        check_act(k, kind, y, x, CHUNK, a);
    }
}

static void check_act_sizes(const struct kernels *k, enum ramp_act_kind kind)
{
    for (size_t n = 0; n <= last_size(k); n++) {
        const float a = draw_act_number(kind);
        float *x = take(0, n), *y = take(1, n);
        for (size_t i = 0; i < n; i++)
            x[i] *= 9;
        spice(x, n);
        k->act_forward[kind](y, x, n, a);
        check_act(k, kind, y, x, n, a);
        k->act_forward[kind](x, x, n, a);
        check_same(x, y, n, "act_forward in place");
    }
}

static void check_act_forward(const struct kernels *k)
{
    for (int i = 0; i < KERNELS_ACTS; i++) {
        ck_assert_ptr_nonnull(k->act_forward[i]);
        check_act_values(k, (enum ramp_act_kind)i);
        check_act_sizes(k, (enum ramp_act_kind)i);
    }
}

/* The formulas of ramp/activation.h in float, operation by operation. */
static float act_slope(enum ramp_act_kind kind, float x, float y, float a)
{
    switch (kind) {
    case RAMP_ACT_RELU: return x > 0 ? 1 : x < 0 ? 0 : a;
    case RAMP_ACT_LEAKY: return x > 0 ? 1 : a;
    case RAMP_ACT_ELU: return x > 0 ? 1 : y + a;
    case RAMP_ACT_TANH: return 1 - y * y;
    case RAMP_ACT_SIGMOID: return y * (1 - y);
    case RAMP_ACT_SRELU: return x > -1;
    case RAMP_ACT_ABS: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case RAMP_ACT_RELU6: return x > 0 && x < 6;
    default: return 1;
    }
}

static void check_act_slopes(const float *dx, const float *dy, const float *x,
                             size_t n, enum ramp_act_kind kind, float a)
{
    check_front(dx, "act_backward");
    for (size_t i = 0; i < n; i++) {
        double expected =
            (double)dy[i] * reference_act_slope(kind, (double)x[i], (double)a);
        if (!(fabs((double)dx[i] - expected) <= act_tolerance[kind].slope))
            ck_abort_msg("%s: element %zu of %zu: %.9g f'(%.9g) is %.9g, "
                         "expected %.9g",
                         ramp_activation_name(kind), i, n, (double)dy[i],
                         (double)x[i], (double)dx[i], expected);
    }
}

static void check_act_backward_size(const struct kernels *k,
                                    enum ramp_act_kind kind, size_t n)
{
    static const float ends[] = {0, INFINITY, -INFINITY, 1e30f, -1e30f, -1, 6};
    const size_t n_ends = sizeof ends / sizeof *ends;
    const struct ramp_activation act = {kind, fabsf(draw_act_number(kind)) *
                                                  (float)draw_below(2)};
    const float a = kind == RAMP_ACT_SOFTPLUS ? 1.25f : act.a;
    float *x = take(0, n), *y = take(1, n), *dy = take(2, n), *dx = take(3, n);
    float *expected = copy_of(dy, n), *kept = copy_of(dy, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = i % 5 == 3 ? ends[draw_below(n_ends)] : 9 * x[i];
        y[i] = (float)reference_act(kind, (double)x[i], (double)a);
        expected[i] *= act_slope(kind, x[i], y[i], a);
    }
    /* What it does not look at may be missing. */
    bool by_x = activation_needs_input(&act);
    k->act_backward[kind](dx, dy, by_x ? x : NULL, by_x ? NULL : y, n, a);
    if (act_tolerance[kind].slope > 0) {
        check_act_slopes(dx, kept, x, n, kind, a);
        expected = copy_of(dx, n);
    }
    check_same(dx, expected, n, ramp_activation_name(kind));
    k->act_backward[kind](dy, dy, x, y, n, a);
    check_same(dy, expected, n, "act_backward in place");
}

static void check_act_backward(const struct kernels *k)
{
    for (int i = 0; i < KERNELS_ACTS; i++) {
        ck_assert_ptr_nonnull(k->act_backward[i]);
        for (size_t n = 0; n <= last_size(k); n++)
            check_act_backward_size(k, (enum ramp_act_kind)i, n);
    }
}

/* ---- Activations that know their channel ---- */

/* Calls `check` for all numbers of channels, and for each with a few numbers of
 * pixels. */
static void check_pixels(const struct kernels *k,
                         void (*check)(const struct kernels *k, size_t m,
                                       size_t c))
{
    for (size_t c = 1; c <= last_size(k); c++)
        for (size_t m = 0; m <= 3; m++)
            check(k, m, c);
}

static void check_prelu_forward_of(const struct kernels *k, size_t m, size_t c)
{
    float *x = take(0, m * c), *y = take(1, m * c), *slope = take(2, c);
    spice(x, m * c);
    float *expected = copy_of(x, m * c);
    for (size_t i = 0; i < m * c; i++)
        if (x[i] < 0)
            expected[i] = slope[i % c] * x[i];
    k->prelu_forward(y, x, slope, m, c);
    check_same(y, expected, m * c, "prelu_forward");
    k->prelu_forward(x, x, slope, m, c);
    check_same(x, expected, m * c, "prelu_forward in place");
}

static void check_prelu_forward(const struct kernels *k)
{
    check_pixels(k, check_prelu_forward_of);
}

static void check_prelu_backward_of(const struct kernels *k, size_t m, size_t c)
{
    float *x = take(0, m * c), *dx = take(1, m * c), *dy = take(2, m * c);
    float *slope = take(3, c), *dslope = take(4, c);
    float *expected = copy_of(dy, m * c), *sums = copy_of(dslope, c);
    for (size_t i = 0; i < m * c; i++) {
        x[i] = draw_below(9) == 0 ? 0 : x[i];
        if (!(x[i] > 0))
            expected[i] *= slope[i % c];
        if (x[i] < 0)
            sums[i % c] += dy[i] * x[i];
    }
    k->prelu_backward(dx, dslope, dy, x, slope, m, c);
    check_same(dx, expected, m * c, "prelu_backward");
    check_same(dslope, sums, c, "prelu_backward, slopes");
}

static void check_prelu_backward(const struct kernels *k)
{
    check_pixels(k, check_prelu_backward_of);
}

/* Small whole numbers, so that there are ties, and now and then a NaN. */
static void check_maxout_forward_of(const struct kernels *k, size_t n,
                                    size_t group)
{
    static double x2[ROOM_BYTES], y2[ROOM_BYTES];
    static size_t winner[ROOM_BYTES];
    float *x = take(0, n * group), *y = take(1, n), *expected = copy_of(y, n);
    uint16_t *index = take_bytes(2, n * sizeof *index);
    for (size_t i = 0; i < n * group; i++)
        x2[i] = (double)(x[i] = draw_below(30) == 0 ? NAN
                                                    : (float)draw_below(5) - 2);
    reference_maxout_forward(y2, winner, x2, n, group);
    for (size_t i = 0; i < n; i++)
        expected[i] = (float)y2[i];
    k->maxout_forward(y, index, x, n, group);
    check_same(y, expected, n, "maxout_forward");
    check_front(index, "maxout_forward, index");
    for (size_t i = 0; i < n; i++)
        if (index[i] + i * group != winner[i])
            ck_abort_msg("maxout_forward: group %zu of %zu: winner %u, "
                         "expected %zu",
                         i, group, index[i], winner[i] - i * group);
    y = take(1, n);
    k->maxout_forward(y, NULL, x, n, group);
    check_same(y, expected, n, "maxout_forward without index");
}

static void check_maxout_forward(const struct kernels *k)
{
    for (size_t group = 1; group <= 9; group++)
        for (size_t n = 0; n <= last_size(k); n++)
            check_maxout_forward_of(k, n, group);
}

static void check_maxout_backward_of(const struct kernels *k, size_t n,
                                     size_t group)
{
    float *dx = take(0, n * group), *dy = take(1, n);
    float *expected = copy_of(dx, n * group);
    uint16_t *index = take_bytes(2, n * sizeof *index);
    for (size_t i = 0; i < n; i++)
        index[i] = (uint16_t)draw_below(group);
    for (size_t i = 0; i < n * group; i++)
        expected[i] = i % group == index[i / group] ? dy[i / group] : 0;
    k->maxout_backward(dx, dy, index, n, group);
    check_same(dx, expected, n * group, "maxout_backward");
}

static void check_maxout_backward(const struct kernels *k)
{
    for (size_t group = 1; group <= 9; group++)
        for (size_t n = 0; n <= last_size(k); n++)
            check_maxout_backward_of(k, n, group);
}

static void check_crelu_forward_of(const struct kernels *k, size_t m, size_t c)
{
    float *x = take(0, m * c), *y = take(1, 2 * m * c);
    float *expected = copy_of(y, 2 * m * c);
    spice(x, m * c);
    for (size_t i = 0; i < m * c; i++) {
        size_t at = i / c * 2 * c + i % c;
        expected[at] = x[i] < 0 ? 0 : x[i];
        expected[at + c] = x[i] > 0 ? 0 : -x[i];
    }
    k->crelu_forward(y, x, m, c);
    check_same(y, expected, 2 * m * c, "crelu_forward");
}

static void check_crelu_forward(const struct kernels *k)
{
    check_pixels(k, check_crelu_forward_of);
}

static void check_crelu_backward_of(const struct kernels *k, size_t m, size_t c)
{
    float *dx = take(0, m * c), *dy = take(1, 2 * m * c);
    float *y = take(2, 2 * m * c), *expected = copy_of(dx, m * c);
    for (size_t i = 0; i < m * c; i++) {
        size_t at = i / c * 2 * c + i % c;
        float x = draw_below(9) == 0 ? 0 : draw();
        y[at] = x > 0 ? x : 0;
        y[at + c] = x < 0 ? -x : 0;
        expected[i] = x > 0 ? dy[at] : x < 0 ? -dy[at + c] : 0;
    }
    k->crelu_backward(dx, dy, y, m, c);
    check_same(dx, expected, m * c, "crelu_backward");
}

static void check_crelu_backward(const struct kernels *k)
{
    check_pixels(k, check_crelu_backward_of);
}

/* ---- Element by element ---- */

static void check_add(const struct kernels *k)
{
    for (size_t n = 0; n <= last_size(k); n++) {
        float *y = take(0, n), *x = take(1, n);
        spice(x, n);
        float *expected = copy_of(y, n);
        for (size_t i = 0; i < n; i++)
            expected[i] += x[i];
        k->add(y, x, n);
        check_same(y, expected, n, "add");
    }
}

static void check_axpy(const struct kernels *k)
{
    for (size_t n = 0; n <= last_size(k); n++) {
        const float a = draw();
        float *y = take(0, n), *x = take(1, n);
        spice(x, n);
        float *expected = copy_of(y, n);
        for (size_t i = 0; i < n; i++)
            expected[i] += a * x[i];
        k->axpy(y, a, x, n);
        check_same(y, expected, n, "axpy");
    }
}

static void check_scale(const struct kernels *k)
{
    for (size_t n = 0; n <= last_size(k); n++) {
        const float a = draw();
        float *y = take(0, n);
        spice(y, n);
        float *expected = copy_of(y, n);
        for (size_t i = 0; i < n; i++)
            expected[i] *= a;
        k->scale(y, a, n);
        check_same(y, expected, n, "scale");
    }
}

/* ---- Rows of channels ----
 *
 * Sums over rows are taken in the order of the rows, in float: to the bit. */

typedef void rows_check(const struct kernels *k, size_t m, size_t c);

static void for_all_rows(const struct kernels *k, rows_check *check)
{
    static const size_t heights[] = {0, 1, 2, 3, 7, 13};
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
        for (size_t c = 0; c <= last_size(k); c++)
            check(k, heights[i], c);
}

static void check_sum_rows_of(const struct kernels *k, size_t m, size_t c)
{
    size_t row = c + draw_below(3), n_x = m == 0 ? 0 : (m - 1) * row + c;
    float *sum = take(0, c), *x = take(1, n_x);
    spice(x, n_x);
    float *expected = copy_of(sum, c);
    for (size_t i = 0; i < m * c; i++)
        expected[i % c] += x[i / c * row + i % c];
    k->sum_rows(sum, x, row, m, c);
    check_same(sum, expected, c, "sum_rows");
}

static void check_transpose_of(const struct kernels *k, size_t rows,
                               size_t columns)
{
    size_t row = columns + draw_below(3), to_row = rows + draw_below(3);
    bool empty = rows == 0 || columns == 0;
    size_t n_x = empty ? 0 : (rows - 1) * row + columns;
    size_t n_y = empty ? 0 : (columns - 1) * to_row + rows;
    float *y = take(0, n_y), *x = take(1, n_x), *expected = copy_of(y, n_y);
    for (size_t i = 0; i < rows * columns; i++)
        expected[i % columns * to_row + i / columns] =
            x[i / columns * row + i % columns];
    k->transpose(y, to_row, x, row, rows, columns);
    check_same(y, expected, n_y, "transpose");
}

static void check_transpose(const struct kernels *k)
{
    for (size_t i = 0; i <= 2 * k->width + 1; i++)
        for (size_t j = 0; j <= 2 * k->width + 1; j++)
            check_transpose_of(k, i, j);
}

static void check_bn_sums_of(const struct kernels *k, size_t m, size_t c)
{
    float *s1 = take(0, c), *s2 = take(1, c), *x = take(2, m * c);
    float *shift = take(3, c);
    float *sum = copy_of(s1, c), *squares = copy_of(s2, c);
    for (size_t i = 0; i < m * c; i++) {
        float away = x[i] - shift[i % c];
        sum[i % c] += away;
        squares[i % c] += away * away;
    }
    k->bn_sums(s1, s2, x, shift, m, c);
    check_same(s1, sum, c, "bn_sums, sum");
    check_same(s2, squares, c, "bn_sums, squares");
}

static void check_bn_normalise_of(const struct kernels *k, size_t m, size_t c)
{
    float *y = take(0, m * c), *x = take(1, m * c), *mul = take(2, c);
    float *add = take(3, c);
    spice(x, m * c);
    float *expected = copy_of(x, m * c);
    for (size_t i = 0; i < m * c; i++)
        expected[i] = expected[i] * mul[i % c] + add[i % c];
    k->bn_normalise(y, x, mul, add, m, c);
    check_same(y, expected, m * c, "bn_normalise");
}

static void check_bn_gradsums_of(const struct kernels *k, size_t m, size_t c)
{
    float *s1 = take(0, c), *s2 = take(1, c), *dy = take(2, m * c);
    float *x = take(3, m * c), *mean = take(4, c);
    float *sum = copy_of(s1, c), *product = copy_of(s2, c);
    for (size_t i = 0; i < m * c; i++) {
        sum[i % c] += dy[i];
        product[i % c] += dy[i] * (x[i] - mean[i % c]);
    }
    k->bn_gradsums(s1, s2, dy, x, mean, m, c);
    check_same(s1, sum, c, "bn_gradsums, sum");
    check_same(s2, product, c, "bn_gradsums, product");
}

static void check_bn_gradient_of(const struct kernels *k, size_t m, size_t c)
{
    float *dx = take(0, m * c), *dy = take(1, m * c), *x = take(2, m * c);
    float *mean = take(3, c), *p = take(4, c), *q = take(5, c), *r = take(6, c);
    float *expected = copy_of(dy, m * c);
    for (size_t i = 0; i < m * c; i++) {
        size_t j = i % c;
        expected[i] = dy[i] * p[j] + (x[i] - mean[j]) * q[j] + r[j];
    }
    k->bn_gradient(dx, dy, x, mean, p, q, r, m, c);
    check_same(dx, expected, m * c, "bn_gradient");
}

/* Also several vectors at a time, and then some one by one. */
static void check_sum_rows(const struct kernels *k)
{
    for_all_rows(k, check_sum_rows_of);
    for (size_t c = last_size(k) + 1; c <= 10 * k->width + 1; c++)
        check_sum_rows_of(k, 7, c);
}

static void check_bn_sums(const struct kernels *k)
{
    for_all_rows(k, check_bn_sums_of);
}

static void check_bn_normalise(const struct kernels *k)
{
    for_all_rows(k, check_bn_normalise_of);
}

static void check_bn_gradsums(const struct kernels *k)
{
    for_all_rows(k, check_bn_gradsums_of);
}

static void check_bn_gradient(const struct kernels *k)
{
    for_all_rows(k, check_bn_gradient_of);
}

/* ---- Dropout ---- */

/* Drops where asked, scales the rest, about the right share, another choice
 * for another key; the same for every table. */
static void check_dropout(const struct kernels *k)
{
    enum { MANY = 20000 };
    for (size_t n = 0; n <= last_size(k); n++) {
        float *y = take(0, n), *x = take(1, n), *again = take(2, n);
        k->dropout(y, x, n, 7, 1u << 31, 2);
        kernels_get(0)->dropout(again, x, n, 7, 1u << 31, 2);
        check_same(y, again, n, "dropout");
        for (size_t i = 0; i < n; i++)
            if (y[i] != 0 && y[i] != 2 * x[i])
                ck_abort_msg("dropout: %zu is %g", i, (double)y[i]);
    }
    for (uint32_t key_of = 0; key_of < 8; key_of++) {
        float *y = take(0, MANY), *other = take(1, MANY);
        size_t kept = 0, both = 0;
        for (size_t i = 0; i < MANY; i++)
            y[i] = other[i] = 1;
        k->dropout(y, y, MANY, key_of * 12345, (uint32_t)(0.25 * 0x1p32), 1);
        k->dropout(other, other, MANY, key_of * 12345 + 1,
                   (uint32_t)(0.25 * 0x1p32), 1);
        for (size_t i = 0; i < MANY; i++) {
            kept += y[i] > 0;
            both += y[i] > 0 && other[i] > 0;
        }
        /* 5 standard deviations of 15,000 and of 11,250. */
        if (!(kept > 14690 && kept < 15310 && both > 10900 && both < 11600))
            ck_abort_msg("dropout: kept %zu, with another key both %zu", kept,
                         both);
    }
}

/* ---- Max pooling ---- */

/* Every fourth one of 2x2 or 3x3, which have kernels of their own. */
static struct windows draw_windows(size_t c)
{
    struct windows w = {.n = 1 + draw_below(4),
                        .rows = 1 + draw_below(3),
                        .columns = 1 + draw_below(4),
                        .c = c};
    if (draw_below(4) == 0)
        w.rows = w.columns = 2 + draw_below(2);
    w.step = (1 + draw_below(3)) * c;
    w.row = (w.n - 1) * w.step + w.columns * c + draw_below(9);
    return w;
}

static size_t floats_under(const struct windows *w)
{
    return (w->rows - 1) * w->row + (w->n - 1) * w->step + w->columns * w->c;
}

/* Channel j of one window, by its definition. */
static float largest(size_t *number, const float *x, const struct windows *w,
                     size_t j)
{
    float best = x[j];
    *number = 0;
    for (size_t i = 0; i < w->rows * w->columns; i++) {
        size_t r = i / w->columns, s = i % w->columns;
        float v = x[r * w->row + s * w->c + j];
        if (!isnan(best) && (isnan(v) || v > best)) {
            best = v;
            *number = i;
        }
    }
    return best;
}

static void check_max_pool(const struct kernels *k)
{
    for (size_t n = 0; n < 4 * last_size(k); n++) {
        struct windows w = draw_windows(1 + n / 4);
        size_t n_x = floats_under(&w), n_y = w.n * w.c;
        float *y = take(0, n_y), *x = take(1, n_x);
        uint16_t *index = take_bytes(2, n_y * sizeof *index);
        if (n % 2 == 0)
            spice(x, n_x); /* also makes ties */
        k->max_pool(y, NULL, x, &w);
        float *alone = copy_of(y, n_y);
        k->max_pool(y, index, x, &w);
        check_same(y, alone, n_y, "max_pool without numbers");
        check_front(y, "max_pool");
        check_front(index, "max_pool");
        for (size_t j = 0; j < n_y; j++) {
            size_t number;
            float best = largest(&number, x + j / w.c * w.step, &w, j % w.c);
            bool right = isnan(best) ? index[j] < w.rows * w.columns
                                     : index[j] == (uint16_t)number;
            if (!same(y[j], best) || !right)
                ck_abort_msg("max_pool: output %zu of %zu is %g at %d, "
                             "expected %g at %zu",
                             j, n_y, (double)y[j], index[j], (double)best,
                             number);
        }
    }
}

/* Windows that overlap must be added; others may be. */
static void check_max_unpool(const struct kernels *k)
{
    for (size_t n = 0; n < 4 * last_size(k); n++) {
        struct windows w = draw_windows(1 + n / 4);
        size_t n_x = floats_under(&w), n_y = w.n * w.c;
        bool accumulate = w.step < w.columns * w.c || draw_below(2) == 0;
        float *dx = take(0, n_x), *dy = take(1, n_y);
        uint16_t *index = take_bytes(2, n_y * sizeof *index);
        float *expected = copy_of(dx, n_x);
        for (size_t i = 0; i < w.n * w.rows * w.columns * w.c && !accumulate;
             i++) {
            size_t of_row = w.columns * w.c, window = i / (w.rows * of_row);
            size_t at = window * w.step + i / of_row % w.rows * w.row;
            dx[at + i % of_row] = NAN;
            expected[at + i % of_row] = 0;
        }
        for (size_t j = 0; j < n_y; j++) {
            size_t r = draw_below(w.rows), s = draw_below(w.columns);
            index[j] = (uint16_t)(r * w.columns + s);
            expected[j / w.c * w.step + r * w.row + s * w.c + j % w.c] += dy[j];
        }
        k->max_unpool(dx, dy, index, &w, accumulate);
        check_same(dx, expected, n_x, "max_unpool");
    }
}

/* ---- Optimisers ----
 *
 * The formulas of ramp/train.h in double. Rounding: a few units in the last
 * place of the largest term. */

static void check_close(float found, double expected, double size,
                        const char *name)
{
    if (!(fabs((double)found - expected) <= 8 * (double)FLT_EPSILON * size))
        ck_abort_msg("%s is %.9g, expected %.9g", name, (double)found,
                     expected);
}

/* The gradient with its penalties. */
static double penalised(float w, float g, double g_scale, double l1, double l2)
{
    double sign = w > 0 ? 1 : w < 0 ? -1 : 0;
    return (double)g * g_scale + l2 * (double)w + l1 * sign;
}

static void check_sgd_size(const struct kernels *k, size_t n, bool nesterov)
{
    const float g_scale = draw(), lr = fabsf(draw()), momentum = 0.9f;
    const float l1 = fabsf(draw()), l2 = fabsf(draw());
    float *w = take(0, n), *v = take(1, n), *g = take(2, n);
    for (size_t i = 0; i < n; i += 5)
        w[i] = 0; /* where the penalty on |w| has no slope */
    float *w0 = copy_of(w, n), *v0 = copy_of(v, n);
    k->sgd(w, v, g, n, g_scale, lr, momentum, l1, l2, nesterov);
    check_front(w, "sgd");
    check_front(v, "sgd");
    for (size_t i = 0; i < n; i++) {
        double d =
            penalised(w0[i], g[i], (double)g_scale, (double)l1, (double)l2);
        double v1 = (double)momentum * (double)v0[i] + d;
        double step = nesterov ? d + (double)momentum * v1 : v1;
        check_close(v[i], v1, 4, "sgd: v");
        check_close(w[i], (double)w0[i] - (double)lr * step, 8, "sgd: w");
    }
}

static void check_sgd(const struct kernels *k)
{
    for (size_t n = 0; n <= last_size(k); n++) {
        check_sgd_size(k, n, false);
        check_sgd_size(k, n, true);
    }
}

/* 1 - 0.999 in float is 5e-5 off 0.001; it counts where v begins near 0. */
static void check_adamw_size(const struct kernels *k, size_t n)
{
    const double beta1 = (double)0.9f, beta2 = (double)0.999f;
    const float g_scale = draw(), lr = fabsf(draw()), l1 = fabsf(draw());
    const float l2 = fabsf(draw()), c1 = 0.271f, c2 = 0.002997f;
    float *w = take(0, n), *m = take(1, n), *v = take(2, n), *g = take(3, n);
    for (size_t i = 0; i < n; i++) {
        w[i] = i % 5 == 0 ? 0 : w[i];
        v[i] = fabsf(v[i]);
    }
    float *w0 = copy_of(w, n), *m0 = copy_of(m, n), *v0 = copy_of(v, n);
    k->adamw(w, m, v, g, n, g_scale, lr, c1, c2, l1, l2);
    check_front(w, "adamw");
    check_front(m, "adamw");
    check_front(v, "adamw");
    for (size_t i = 0; i < n; i++) {
        double d = penalised(w0[i], g[i], (double)g_scale, (double)l1, 0);
        double m1 = beta1 * (double)m0[i] + (1 - beta1) * d;
        double v1 = beta2 * (double)v0[i] + (1 - beta2) * d * d;
        double step = m1 / (double)c1 / (sqrt(v1 / (double)c2) + 1e-8);
        double size = 1 + 2 / (double)c1 / sqrt(v1 / (double)c2);
        check_close(m[i], m1, 2, "adamw: m");
        check_close(v[i], v1, 2, "adamw: v");
        check_close(w[i],
                    (double)w0[i] -
                        (double)lr * (step + (double)l2 * (double)w0[i]),
                    size, "adamw: w");
    }
}

static void check_adamw(const struct kernels *k)
{
    for (size_t n = 0; n <= last_size(k); n++)
        check_adamw_size(k, n);
}

/* ---- The peak ----
 *
 * x += 1/4 is exact for this long. */

static void check_peak(const struct kernels *k)
{
    for (size_t rounds = 0; rounds <= 15; rounds++) {
        double sum = 0;
        for (int i = 0; i < KERNELS_PEAK_VECTORS; i++)
            sum += (double)k->width * (i + (double)rounds / 4);
        check_close(k->peak(rounds), sum, sum / 8, "peak");
    }
}

/* ---- The list ---- */

#define MEMBER(m)                                                              \
    {                                                                          \
        .name = #m, .offset = offsetof(struct kernels, m),                     \
        .n_bytes = sizeof((struct kernels *)0)->m, .check = check_##m          \
    }

static const struct {
    const char *name;
    size_t offset, n_bytes;
    void (*check)(const struct kernels *k);
} members[] = {
    MEMBER(rows),
    MEMBER(columns),
    MEMBER(dots_m),
    MEMBER(dots),
    MEMBER(winograd),
    MEMBER(winograd_row),
    MEMBER(narrow_output),
    MEMBER(narrow_gradient),
    MEMBER(act_forward),
    MEMBER(act_backward),
    MEMBER(prelu_forward),
    MEMBER(prelu_backward),
    MEMBER(maxout_forward),
    MEMBER(maxout_backward),
    MEMBER(crelu_forward),
    MEMBER(crelu_backward),
    MEMBER(add),
    MEMBER(axpy),
    MEMBER(scale),
    MEMBER(transpose),
    MEMBER(sum_rows),
    MEMBER(dropout),
    MEMBER(bn_sums),
    MEMBER(bn_normalise),
    MEMBER(bn_gradsums),
    MEMBER(bn_gradient),
    MEMBER(max_pool),
    MEMBER(max_unpool),
    MEMBER(sgd),
    MEMBER(adamw),
    MEMBER(peak),
};

enum { N_MEMBERS = sizeof members / sizeof *members };

START_TEST(every_kernel)
{
    const struct kernels *k = kernels_get((size_t)_i / N_MEMBERS);
    start_drawing((uint64_t)_i);
    map_rooms();
    members[_i % N_MEMBERS].check(k);
    unmap_rooms();
}
END_TEST

/* What is added to struct kernels, and not to the list above, fails here. */
START_TEST(list_is_complete)
{
    size_t at = offsetof(struct kernels, rows);
    for (size_t i = 0; i < N_MEMBERS; i++) {
        ck_assert_msg(members[i].offset == at, "no test before %s",
                      members[i].name);
        at += members[i].n_bytes;
    }
    ck_assert_msg(at == sizeof(struct kernels), "no test after %s",
                  members[N_MEMBERS - 1].name);
}
END_TEST

START_TEST(tables_are_selected_by_name)
{
    const struct kernels *found;
    struct ramp_error error;
    for (size_t i = 0; i < kernels_count(); i++) {
        const struct kernels *k = kernels_get(i);
        ck_assert_int_eq(kernels_select(&found, k->name, &error), RAMP_OK);
        ck_assert_ptr_eq(found, k);
        ck_assert_int_eq(setenv("RAMP_CPU", k->name, 1), 0);
        ck_assert_int_eq(kernels_select(&found, NULL, &error), RAMP_OK);
        ck_assert_ptr_eq(found, k);
    }
    ck_assert_int_eq(unsetenv("RAMP_CPU"), 0);
    ck_assert_int_eq(kernels_select(&found, NULL, &error), RAMP_OK);
    ck_assert_ptr_eq(found, kernels_get(kernels_count() - 1));
    ck_assert_int_eq(kernels_select(&found, "z80", &error), RAMP_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "'z80'"));
    ck_assert_ptr_nonnull(strstr(error.text, "portable"));
}
END_TEST

static Suite *suite(void)
{
    printf("check_kernels: RAMP_TEST_SEED=%llu\n", (unsigned long long)seed());
    Suite *s = suite_create("kernels");
    TCase *tc = tcase_create("kernels");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, every_kernel, 0, (int)kernels_count() * N_MEMBERS);
    tcase_add_test(tc, list_is_complete);
    tcase_add_test(tc, tables_are_selected_by_name);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
