/* check_base.c - memory, random numbers, hashes, files, errors and the rest of
 * the lowest room, except text (check_text.c). */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "base/clock.h"
#include "base/flush.h"
#include "base/hash.h"
#include "base/rng.h"

#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

/* ==== Memory ==== */

START_TEST(size_arithmetic)
{
    size_t v = 77;
    ck_assert(!size_mul(&v, SIZE_MAX, 2) && v == 77);
    ck_assert(!size_mul(&v, SIZE_MAX / 2 + 1, 2) && v == 77);
    ck_assert(!size_add(&v, SIZE_MAX, 1) && v == 77);
    ck_assert(size_mul(&v, SIZE_MAX / 2, 2) && v == SIZE_MAX - 1);
    ck_assert(size_mul(&v, SIZE_MAX, 0) && v == 0);
    ck_assert(size_add(&v, SIZE_MAX - 1, 1) && v == SIZE_MAX);
    ck_assert(size_mul(&v, v, 1) && v == SIZE_MAX);
}
END_TEST

static bool all_are(const void *bytes, size_t n, int value)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        if (p[i] != value)
            return false;
    return true;
}

/* Each block is written full before it is freed, so that the next ones come
 * from memory that is not zero by itself. */
START_TEST(alloc_aligned_zeroed)
{
    for (size_t n = 0; n < 300; n++) {
        unsigned char *a = mem_alloc(n, 1), *b = mem_alloc(n, 12);
        ck_assert(a != NULL && b != NULL && a != b);
        ck_assert_uint_eq((uintptr_t)a % MEM_ALIGN, 0);
        ck_assert_uint_eq((uintptr_t)b % MEM_ALIGN, 0);
        ck_assert(all_are(a, n, 0) && all_are(b, n * 12, 0));
        memset(a, 0xa5, n);
        memset(b, 0xa5, n * 12);
        mem_free(a);
        mem_free(b);
    }
    mem_free(NULL);
}
END_TEST

START_TEST(alloc_overflow)
{
    double *array = (double *)&array;
    struct ramp_error err = {0};
    ck_assert_ptr_null(mem_alloc(SIZE_MAX / 2 + 2, 2));
    ck_assert_ptr_null(mem_alloc(SIZE_MAX, 1));
    ck_assert_ptr_null(mem_alloc(1, SIZE_MAX - 3));
    ck_assert_int_eq(MEM_NEW(&array, SIZE_MAX / 4, "weights", &err),
                     RAMP_MEMORY);
    ck_assert(array == NULL && err.status == RAMP_MEMORY);
    ck_assert_int_eq(MEM_NEW(&array, 3, "weights", &err), RAMP_OK);
    ck_assert(all_are(array, 24, 0));
    mem_free(array);
}
END_TEST

START_TEST(grow)
{
    uint32_t *block = NULL;
    size_t capacity = 0, before;
    ck_assert(mem_grow((void **)&block, &capacity, 0, sizeof *block));
    ck_assert(block == NULL && capacity == 0);
    for (uint32_t n = 1; n < 5000; n++) {
        before = capacity;
        ck_assert(mem_grow((void **)&block, &capacity, n, sizeof *block));
        ck_assert(capacity >= n);
        ck_assert(capacity == before || capacity >= before + before / 2);
        size_t n_kept = 0;
        while (n_kept < before && block[n_kept] == n_kept + 1)
            n_kept++;
        ck_assert_uint_eq(n_kept, before);
        ck_assert(all_are(block + before, (capacity - before) * 4, 0));
        for (size_t i = before; i < capacity; i++)
            block[i] = (uint32_t)i + 1;
        n = n < 40 ? n : n + 701;
    }
    uint32_t *old = block;
    before = capacity;
    mem_fail_at(1, false);
    ck_assert(!mem_grow((void **)&block, &capacity, capacity + 1, 4));
    ck_assert(!mem_grow((void **)&block, &capacity, SIZE_MAX / 2, 4));
    ck_assert(block == old && capacity == before && block[0] == 1);
    mem_free(block);
}
END_TEST

START_TEST(fail_once_and_for_ever)
{
    void *blocks[5];
    for (int forever = 0; forever < 2; forever++) {
        mem_fail_at(2, forever);
        for (int i = 0; i < 4; i++)
            blocks[i] = mem_alloc(1, 1);
        mem_fail_at(0, false);
        blocks[4] = mem_alloc(1, 1);
        ck_assert_ptr_nonnull(blocks[0]);
        ck_assert_ptr_null(blocks[1]);
        ck_assert((blocks[2] == NULL) == forever);
        ck_assert((blocks[3] == NULL) == forever);
        ck_assert_ptr_nonnull(blocks[4]);
        for (int i = 0; i < 5; i++)
            mem_free(blocks[i]);
    }
}
END_TEST

START_TEST(fail_text)
{
    float *array = (float *)&array;
    struct ramp_error err;
    mem_fail_at(1, false);
    ck_assert_int_eq(MEM_NEW(&array, 10, "weights", &err), RAMP_MEMORY);
    ck_assert_ptr_null(array);
    ck_assert_str_eq(err.text, "out of memory: 40 bytes for weights");
    mem_fail_at(1, false);
    ck_assert_ptr_null(mem_strdup("x"));
    char *copy = mem_strdup("x y");
    ck_assert_str_eq(copy, "x y");
    mem_free(copy);
}
END_TEST

START_TEST(count)
{
    size_t start = mem_count();
    char *a = mem_alloc(1, 1), *b = mem_strdup("b");
    ck_assert_uint_eq(mem_count() - start, 2);
    mem_free(a);
    mem_free(b);
    ck_assert_uint_eq(mem_count() - start, 2);
}
END_TEST

/* ==== Random numbers ==== */

/* A run can be repeated years later only if these never change. Computed apart
 * from the C code, from the definition of splitmix64. */
START_TEST(rng_known_values)
{
    ck_assert(rng_u64(rng_key(0, RNG_WEIGHTS, 0), 0) == 0xc727fb2a7c833e8fu);
    ck_assert(rng_u64(rng_key(1, RNG_ORDER, 2), 3) == 0xff29194764445043u);
    ck_assert(rng_u64(rng_key(UINT64_MAX, RNG_TEST, 7), (uint64_t)1 << 40) ==
              0xd4a560fb10ae2c90u);
    struct rng_key key = rng_key(1, RNG_ORDER, 2);
    ck_assert(rng_uniform(key, 3) == 0.9967208670898497);
    ck_assert(fabs(rng_normal(key, 3) - 1.0540004846523390) < 1e-12);
}
END_TEST

enum { SEEDS = 8, MAJORS = 8, COUNTERS = 64 };

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The same twice, and no number twice among all places: of 24 576 random words
 * of 64 bits two are equal by chance once in 10^10 tries. */
START_TEST(rng_places)
{
    enum { STREAMS = RNG_TEST + 1, N = SEEDS * STREAMS * MAJORS * COUNTERS };
    static uint64_t first[N], again[N];
    for (int run = 0; run < 2; run++) {
        uint64_t *out = run ? again : first;
        for (int i = 0; i < N; i++) {
            int at = run ? N - 1 - i : i, major = at / COUNTERS;
            int stream = major / MAJORS, seed = stream / STREAMS;
            struct rng_key key =
                rng_key((uint64_t)seed, (enum rng_stream)(stream % STREAMS),
                        (uint64_t)(major % MAJORS));
            out[at] = rng_u64(key, (uint64_t)(at % COUNTERS));
        }
    }
    ck_assert_mem_eq(first, again, sizeof first);
    qsort(first, N, sizeof first[0], compare_u64);
    int n_twice = 0;
    for (int i = 1; i < N; i++)
        n_twice += first[i - 1] == first[i];
    ck_assert_int_eq(n_twice, 0);
}
END_TEST

/* Within 5 standard errors of what is expected; NaN is not. */
static void is_near(const char *what, double found, double expected,
                    double standard_error)
{
    double off = (found - expected) / standard_error;
    ck_assert_msg(fabs(off) <= 5, "%s: %.9g, %.1f standard errors from %.9g",
                  what, found, off, expected);
}

/* Mean, variance and correlation of neighbours of 10^6 numbers. fourth is
 * their fourth central moment. */
static void check_moments(double (*draw)(struct rng_key, uint64_t), double mean,
                          double variance, double fourth)
{
    enum { N = 1000000 };
    struct rng_key key = rng_key(1, RNG_TEST, 1);
    double sum = 0, squares = 0, products = 0, before = 0;
    for (uint64_t i = 0; i < N; i++) {
        double x = draw(key, i) - mean;
        sum += x;
        squares += x * x;
        products += x * before;
        before = x;
    }
    is_near("mean", sum / N, 0, sqrt(variance / N));
    is_near("variance", squares / N, variance,
            sqrt((fourth - variance * variance) / N));
    is_near("covariance", products / N, 0, variance / sqrt(N));
}

START_TEST(rng_uniform_moments)
{
    struct rng_key key = rng_key(2, RNG_TEST, 0);
    check_moments(rng_uniform, 0.5, 1.0 / 12, 1.0 / 80);
    int n_outside = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        double u = rng_uniform(key, i);
        n_outside += !(u >= 0 && u < 1);
    }
    ck_assert_int_eq(n_outside, 0);
}
END_TEST

START_TEST(rng_normal_moments)
{
    enum { N = 1000000 };
    struct rng_key key = rng_key(2, RNG_TEST, 0);
    int n_far = 0, n_low = 0;
    check_moments(rng_normal, 0, 1, 3);
    for (uint64_t i = 0; i < N; i++) {
        double x = rng_normal(key, i);
        n_far += fabs(x) > 1.959963984540054;
        n_low += x < -0.6744897501960817;
    }
    is_near("beyond 1.96", n_far, 0.05 * N, sqrt(0.05 * 0.95 * N));
    is_near("lowest quarter", n_low, 0.25 * N, sqrt(0.25 * 0.75 * N));
}
END_TEST

START_TEST(rng_below_range)
{
    enum { N = 300000 };
    struct rng_key key = rng_key(3, RNG_TEST, 0);
    int n[4] = {0}; /* the last: outside */
    for (uint64_t i = 0; i < N; i++) {
        uint64_t v = rng_below(key, i, 3);
        n[v < 3 ? v : 3]++;
    }
    ck_assert_int_eq(n[3], 0);
    for (int i = 0; i < 3; i++)
        is_near("a third", n[i], N / 3.0, sqrt(N * 2.0 / 9));
    const uint64_t huge = (uint64_t)3 << 62;
    int n_high = 0, n_outside = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t v = rng_below(key, i, huge);
        n_outside += v >= huge || rng_below(key, i, 1) != 0;
        n_high += v >= huge / 2;
    }
    ck_assert_int_eq(n_outside, 0);
    is_near("upper half", n_high, 5000, 50);
}
END_TEST

START_TEST(rng_permute_is_one)
{
    enum { MOST = 1000 };
    static uint32_t order[MOST + 1];
    for (size_t n = 0; n <= MOST; n = n < 20 ? n + 1 : n + 49) {
        bool seen[MOST] = {false};
        order[n] = 12345;
        rng_permute(rng_key(4, RNG_TEST, n), order, n);
        size_t n_seen = 0;
        for (size_t i = 0; i < n; i++)
            if (order[i] < n && !seen[order[i]]) {
                seen[order[i]] = true;
                n_seen++;
            }
        ck_assert_uint_eq(n_seen, n);
        ck_assert_uint_eq(order[n], 12345);
    }
}
END_TEST

START_TEST(rng_permute_is_fair)
{
    enum { N = 5, RUNS = 100000 };
    int n_at[N][N] = {{0}};
    for (uint64_t run = 0; run < RUNS; run++) {
        uint32_t order[N];
        rng_permute(rng_key(5, RNG_TEST, run), order, N);
        for (int i = 0; i < N; i++)
            n_at[i][order[i] % N]++;
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            is_near("a fifth", n_at[i][j], RUNS / 5.0, sqrt(RUNS * 0.16));
}
END_TEST

/* ==== Hash ==== */

START_TEST(hash_known_values)
{
    ck_assert(hash_bytes(HASH_START, "", 0) == 0xcbf29ce484222325u);
    ck_assert(hash_bytes(HASH_START, "a", 1) == 0xaf63dc4c8601ec8cu);
    ck_assert(hash_bytes(HASH_START, "foobar", 6) == 0x85944171f73967e8u);
    uint64_t foo = hash_bytes(HASH_START, "foo", 3);
    ck_assert(hash_bytes(foo, "bar", 3) == 0x85944171f73967e8u);
}
END_TEST

/* ==== Files ==== */

static int n_entries(const char *path)
{
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    int n = -2; /* . and .. */
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n;
}

static bool contains(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t n;
    bool same = file_read(&bytes, &n, path, 1000, RAMP_DATA, NULL) == RAMP_OK &&
                n == strlen(text) && memcmp(bytes, text, n) == 0;
    mem_free(bytes);
    return same;
}

static void refuses_read(const char *path, size_t max_bytes,
                         enum ramp_status missing, const char *text)
{
    uint8_t *bytes = (uint8_t *)"";
    size_t n = 77;
    struct ramp_error err = {0};
    ck_assert_int_eq(file_read(&bytes, &n, path, max_bytes, missing, &err),
                     missing);
    ck_assert(bytes == NULL && n == 0 && err.status == missing);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, file_base(path)));
}

START_TEST(read_refused)
{
    const char *fifo = test_path("fifo"), *file = test_path("file");
    refuses_read(test_path("absent"), 10, RAMP_DATA, "No such file");
    refuses_read(test_path("absent"), 10, RAMP_MODEL, "No such file");
    refuses_read(test_root, 1 << 20, RAMP_DATA, "found a folder");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    refuses_read(fifo, 10, RAMP_MODEL, "found a special file");
    refuses_read("/dev/null", 10, RAMP_DATA, "found a special file");
    write_bytes(file, "12345", 5);
    refuses_read(file, 4, RAMP_DATA, "expected at most 4 bytes, found 5");
    refuses_read(file, 0, RAMP_MODEL, "expected at most 0 bytes, found 5");
}
END_TEST

START_TEST(read_whole)
{
    const char *path = test_path("whole");
    uint8_t *bytes;
    size_t n;
    write_bytes(path,
                "12\0"
                "45",
                5);
    ck_assert_int_eq(file_read(&bytes, &n, path, 5, RAMP_DATA, NULL), RAMP_OK);
    ck_assert_uint_eq(n, 5);
    ck_assert_mem_eq(bytes,
                     "12\0"
                     "45",
                     6);
    mem_free(bytes);
    write_bytes(path, "", 0);
    ck_assert_int_eq(file_read(&bytes, &n, path, 0, RAMP_DATA, NULL), RAMP_OK);
    ck_assert(n == 0 && bytes != NULL && bytes[0] == 0);
    mem_free(bytes);
    mem_fail_at(1, false);
    ck_assert_int_eq(file_read(&bytes, &n, path, 0, RAMP_DATA, NULL),
                     RAMP_MEMORY);
    ck_assert(bytes == NULL && n == 0);
}
END_TEST

START_TEST(read_in_pieces)
{
    const char *path = test_path("pieces");
    struct ramp_error err = {0};
    struct file_in in;
    char bytes[8] = "-------";
    write_bytes(path, "0123456789", 10);
    ck_assert_int_eq(file_in_open(&in, path, 9, RAMP_MODEL, NULL), RAMP_MODEL);
    file_in_close(&in);
    ck_assert_int_eq(file_in_open(&in, path, 10, RAMP_MODEL, NULL), RAMP_OK);
    ck_assert_uint_eq(in.n_bytes, 10);
    ck_assert_int_eq(file_in_read(&in, bytes, 6, 4, NULL), RAMP_OK);
    ck_assert_str_eq(bytes, "6789---");
    ck_assert_int_eq(file_in_read(&in, bytes, 1, 2, NULL), RAMP_OK);
    ck_assert_str_eq(bytes, "1289---");
    ck_assert_int_eq(truncate(path, 3), 0); /* meanwhile, by somebody */
    ck_assert_int_eq(file_in_read(&in, bytes, 1, 4, &err), RAMP_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "expected 10 bytes, found 3"));
    file_in_close(&in);
    file_in_close(&in);
}
END_TEST

START_TEST(kinds_of_file)
{
    const char *path = test_path("kind"), *fifo = test_path("kind-fifo");
    write_bytes(path, "", 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert(file_exists(path) && file_exists(test_root) && file_exists(fifo));
    ck_assert(!file_exists(test_path("absent")));
    ck_assert(file_is_regular(path) && !file_is_regular(test_root));
    ck_assert(!file_is_regular(fifo) && !file_is_regular(test_path("absent")));
    ck_assert(file_is_folder(test_root) && !file_is_folder(path));
    ck_assert(!file_is_folder(fifo) && !file_is_folder(test_path("absent")));
}
END_TEST

/* A new folder of one test, so that its entries can be counted. */
static const char *new_folder(const char *name)
{
    const char *path = test_path(name);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    return path;
}

START_TEST(save_commit)
{
    const char *folder = new_folder("commit");
    const char *path = test_path("commit/a");
    struct file_save *save;
    write_bytes(path, "old", 3);
    ck_assert_int_eq(file_save_begin(&save, path, NULL), RAMP_OK);
    ck_assert_int_eq(file_save_write(save, "ne", 2, NULL), RAMP_OK);
    ck_assert_int_eq(file_save_write(save, "", 0, NULL), RAMP_OK);
    ck_assert_int_eq(file_save_write(save, "wer", 3, NULL), RAMP_OK);
    ck_assert(contains(path, "old") && n_entries(folder) == 2);
    char temporary[1100];
    snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
    ck_assert(file_exists(temporary));
    ck_assert_int_eq(file_save_commit(&save, NULL), RAMP_OK);
    ck_assert(save == NULL && contains(path, "newer"));
    ck_assert_int_eq(n_entries(folder), 1);
    /* What a killed run with our number left behind. */
    write_bytes(temporary, "a longer text", 13);
    ck_assert_int_eq(file_write(path, "last", 4, NULL), RAMP_OK);
    ck_assert(contains(path, "last") && n_entries(folder) == 1);
}
END_TEST

START_TEST(save_abort)
{
    const char *folder = new_folder("abort");
    const char *path = test_path("abort/a");
    struct file_save *save = NULL;
    file_save_abort(&save);
    write_bytes(path, "old", 3);
    ck_assert_int_eq(file_save_begin(&save, path, NULL), RAMP_OK);
    ck_assert_int_eq(file_save_write(save, "new", 3, NULL), RAMP_OK);
    file_save_abort(&save);
    ck_assert(save == NULL && contains(path, "old"));
    ck_assert_int_eq(n_entries(folder), 1);
}
END_TEST

static void refuses_save(const char *path, const char *text)
{
    struct file_save *save = (struct file_save *)&save;
    struct ramp_error err = {0};
    ck_assert_int_eq(file_save_begin(&save, path, &err), RAMP_IO);
    ck_assert(save == NULL && err.status == RAMP_IO);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
    ck_assert_int_eq(file_write(path, "x", 1, NULL), RAMP_IO);
}

START_TEST(save_refused)
{
    const char *folder = new_folder("refused");
    const char *inner = test_path("refused/folder/a");
    const char *target = test_path("refused/folder");
    struct ramp_error err = {0};
    refuses_save(inner, "folder/a': No such file");
    write_bytes(test_path("refused/file"), "old", 3);
    refuses_save(test_path("refused/file/a"), "file/a': Not a directory");
    /* The name is a folder's: seen only when the file is renamed. */
    ck_assert_int_eq(mkdir(target, 0777), 0);
    ck_assert_int_eq(file_write(target, "x", 1, &err), RAMP_IO);
    ck_assert_msg(strstr(err.text, "folder': Is a dir") != NULL, "%s",
                  err.text);
    ck_assert(file_is_folder(target) && n_entries(folder) == 2);
    ck_assert_int_eq(n_entries(target), 0);
    ck_assert(contains(test_path("refused/file"), "old"));
}
END_TEST

/* A disk that is full, in the form of a limit for the size of files. Nothing
 * is asserted while it holds: Check writes a file too. */
START_TEST(save_full_disk)
{
    enum { LIMIT = 1 << 20 };
    static char bytes[LIMIT + 5];
    const char *folder = new_folder("full"), *path = test_path("full/a");
    struct ramp_error err = {0};
    struct rlimit old, limit;
    write_bytes(path, "old", 3);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = LIMIT;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum ramp_status status = file_write(path, bytes, sizeof bytes, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    ck_assert_int_eq(status, RAMP_IO);
    ck_assert_msg(strstr(err.text, "full/a': File too large") != NULL, "%s",
                  err.text);
    ck_assert(contains(path, "old") && n_entries(folder) == 1);
}
END_TEST

START_TEST(save_without_memory)
{
    const char *folder = new_folder("memory"), *path = test_path("memory/a");
    enum ramp_status status;
    struct ramp_error err;
    size_t n_failed = 0;
    write_bytes(path, "old", 3);
    do {
        ck_assert(contains(path, "old"));
        mem_fail_at(n_failed + 1, false);
        status = file_write(path, "new", 3, &err);
        mem_fail_at(0, false);
        ck_assert_int_eq(n_entries(folder), 1);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
        ck_assert(status == RAMP_OK || err.status == status);
    } while (status != RAMP_OK && ++n_failed < 100);
    ck_assert(n_failed >= 3 && contains(path, "new"));
}
END_TEST

START_TEST(save_permissions)
{
    static const mode_t masks[] = {0, 022, 027, 077};
    const char *path = test_path("permissions");
    struct stat st;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t old = umask(masks[i]);
        enum ramp_status status = file_write(path, "x", 1, NULL);
        umask(old);
        ck_assert_int_eq(status, RAMP_OK);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0644 & ~masks[i]);
    }
}
END_TEST

/* Paths without a slash: in a folder of the test, and back again. */
START_TEST(relative_paths)
{
    new_folder("relative");
    int home = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert(home >= 0 && chdir(test_path("relative")) == 0);
    enum ramp_status saved = file_write("plain", "x", 1, NULL);
    bool read = contains("plain", "x");
    int n = n_entries(".");
    enum ramp_status made = file_make_folder("one/two", NULL);
    enum ramp_status put = file_write("one/lenet.net", "x", 1, NULL);
    bool two = file_is_folder("one/two");
    char *found, *absent;
    enum ramp_status first =
        file_find_shipped(&found, "one", "lenet.net", NULL);
    enum ramp_status second =
        file_find_shipped(&absent, "one", "lenett.net", NULL);
    mem_fail_at(2, false);
    char *none;
    enum ramp_status third = file_find_shipped(&none, "one", "lenet.net", NULL);
    mem_fail_at(0, false);
    struct ramp_error near, far, other;
    enum ramp_status fourth =
        file_not_shipped("net", "lenett", "a file", "one", ".net", &near);
    file_not_shipped("net", "mobile", "a file", "one", ".net", &far);
    file_not_shipped("net", "lenett", "a file", "one", ".recipe", &other);
    ck_assert_int_eq(fchdir(home), 0);
    close(home);
    ck_assert(saved == RAMP_OK && made == RAMP_OK && put == RAMP_OK);
    ck_assert(read && two && n == 1);
    ck_assert_pstr_eq(found, "one/lenet.net");
    ck_assert(absent == NULL && fourth == RAMP_MODEL);
    ck_assert_str_eq(near.text, "cannot find net 'lenett': expected a file, or "
                                "the name of one in one/; try lenet");
    ck_assert_ptr_null(strstr(far.text, "try"));
    ck_assert_ptr_null(strstr(other.text, "try"));
    ck_assert(first == RAMP_OK && second == RAMP_OK);
    ck_assert(third == RAMP_MEMORY && none == NULL);
    mem_free(found);
}
END_TEST

START_TEST(make_folder)
{
    struct ramp_error err = {0};
    ck_assert_int_eq(file_make_folder(test_path("a/b/c"), NULL), RAMP_OK);
    ck_assert(file_is_folder(test_path("a/b/c")));
    ck_assert_int_eq(file_make_folder(test_path("a/b/c"), NULL), RAMP_OK);
    ck_assert_int_eq(file_make_folder(test_path("a/d/"), NULL), RAMP_OK);
    ck_assert(file_is_folder(test_path("a/d")));
    ck_assert_int_eq(file_make_folder("/", NULL), RAMP_OK);
    write_bytes(test_path("a/file"), "old", 3);
    ck_assert_int_eq(file_make_folder(test_path("a/file"), &err), RAMP_IO);
    ck_assert(err.status == RAMP_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "a file has this name"));
    ck_assert_int_eq(file_make_folder(test_path("a/file/b"), &err), RAMP_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    ck_assert_int_eq(file_make_folder("", &err), RAMP_IO);
    ck_assert(contains(test_path("a/file"), "old"));
    mem_fail_at(1, false);
    ck_assert_int_eq(file_make_folder(test_path("e"), &err), RAMP_MEMORY);
    ck_assert(!file_exists(test_path("e")));
}
END_TEST

START_TEST(join_and_base)
{
    static const char *const examples[][4] = {
        {"a", "b", "a/b", "b"},
        {"a/", "b", "a/b", "b"},
        {"/", "b", "/b", "b"},
        {"", "b", "b", "b"},
        {"/a/b", "c.d", "/a/b/c.d", "c.d"},
        {"a", "", "a/", ""},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char *path = file_join(examples[i][0], examples[i][1]);
        ck_assert_pstr_eq(path, examples[i][2]);
        ck_assert_str_eq(file_base(path), examples[i][3]);
        mem_free(path);
    }
    mem_fail_at(1, false);
    ck_assert_ptr_null(file_join("a", "b"));
}
END_TEST

/* ==== Errors ==== */

START_TEST(error_text)
{
    enum { ROOM = RAMP_ERROR_TEXT_BYTES };
    struct ramp_error err = {0};
    char text[2 * ROOM];
    ck_assert_int_eq(error_set(NULL, RAMP_IO, "%s", "x"), RAMP_IO);
    ck_assert_int_eq(error_memory(NULL, "x", 1), RAMP_MEMORY);
    ck_assert_int_eq(error_set(&err, RAMP_DATA, "a %d %s", 7, "b"), RAMP_DATA);
    ck_assert_int_eq(err.status, RAMP_DATA);
    ck_assert_str_eq(err.text, "a 7 b");
    ck_assert_int_eq(error_memory(&err, "a plan", 12), RAMP_MEMORY);
    ck_assert_int_eq(err.status, RAMP_MEMORY);
    ck_assert_str_eq(err.text, "out of memory: 12 bytes for a plan");
    for (int i = 0; i < (int)sizeof text - 1; i++)
        text[i] = (char)('a' + i % 26);
    for (int n = ROOM - 6; n < ROOM + 6; n++) {
        memset(&err, 'Z', sizeof err);
        error_set(&err, RAMP_USAGE, "%.*s", n, text);
        size_t kept = n < ROOM ? (size_t)n : ROOM - 4;
        ck_assert_uint_eq(strlen(err.text), n < ROOM ? kept : ROOM - 1);
        ck_assert_mem_eq(err.text, text, kept);
        ck_assert_str_eq(err.text + kept, n < ROOM ? "" : "...");
        ck_assert_int_eq(err.status, RAMP_USAGE);
    }
}
END_TEST

/* ==== Denormals and time ==== */

#if defined(__x86_64__) || defined(__aarch64__)
/* 1 if denormals are zero as operands and as results, 0 if neither, else -1.
 * Looks at the bits: under flush a denormal also compares equal to zero. All
 * operands are volatile, or the compiler would multiply for itself. */
static int flushes(void)
{
    static volatile float factors[][2] = {
        {FLT_MIN / 4, 1}, {FLT_MIN / 4, 1 << 20}, {FLT_MIN, 0.25f}};
    int n_zero = 0;
    for (int i = 0; i < 3; i++) {
        volatile float product = factors[i][0] * factors[i][1];
        float copy = product;
        uint32_t bits;
        memcpy(&bits, &copy, sizeof bits);
        n_zero += bits == 0;
    }
    return n_zero == 3 ? 1 : n_zero == 0 ? 0 : -1;
}

START_TEST(flush)
{
    ck_assert_int_eq(flushes(), 0);
    struct flush outer = flush_on();
    int in_outer = flushes();
    struct flush inner = flush_on();
    int in_inner = flushes();
    flush_restore(inner);
    int after_inner = flushes();
    flush_restore(outer);
    ck_assert_int_eq(in_outer, 1);
    ck_assert_int_eq(in_inner, 1);
    ck_assert_int_eq(after_inner, 1); /* as the caller had it */
    ck_assert_int_eq(flushes(), 0);
}
END_TEST
#endif

START_TEST(clock_goes_forward)
{
    double start = clock_seconds(), before = start, now;
    do {
        now = clock_seconds();
        ck_assert(now >= before && now - start < 3);
        before = now;
    } while (now < start + 1e-3);
}
END_TEST

static void add_memory(Suite *s)
{
    TCase *tc = tcase_create("memory");
    tcase_add_test(tc, size_arithmetic);
    tcase_add_test(tc, alloc_aligned_zeroed);
    tcase_add_test(tc, alloc_overflow);
    tcase_add_test(tc, grow);
    tcase_add_test(tc, fail_once_and_for_ever);
    tcase_add_test(tc, fail_text);
    tcase_add_test(tc, count);
    suite_add_tcase(s, tc);
}

static void add_numbers(Suite *s)
{
    TCase *tc = tcase_create("numbers");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, rng_known_values);
    tcase_add_test(tc, rng_places);
    tcase_add_test(tc, rng_uniform_moments);
    tcase_add_test(tc, rng_normal_moments);
    tcase_add_test(tc, rng_below_range);
    tcase_add_test(tc, rng_permute_is_one);
    tcase_add_test(tc, rng_permute_is_fair);
    tcase_add_test(tc, hash_known_values);
    suite_add_tcase(s, tc);
}

static void add_files(Suite *s)
{
    TCase *tc = tcase_create("files");
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_set_timeout(tc, 20);
    tcase_add_test(tc, read_refused);
    tcase_add_test(tc, read_whole);
    tcase_add_test(tc, read_in_pieces);
    tcase_add_test(tc, kinds_of_file);
    tcase_add_test(tc, save_commit);
    tcase_add_test(tc, save_abort);
    tcase_add_test(tc, save_refused);
    tcase_add_test(tc, save_full_disk);
    tcase_add_test(tc, save_without_memory);
    tcase_add_test(tc, save_permissions);
    tcase_add_test(tc, relative_paths);
    tcase_add_test(tc, make_folder);
    tcase_add_test(tc, join_and_base);
    suite_add_tcase(s, tc);
}

static Suite *suite(void)
{
    Suite *s = suite_create("base");
    add_memory(s);
    add_numbers(s);
    add_files(s);
    TCase *tc = tcase_create("rest");
    tcase_add_test(tc, error_text);
#if defined(__x86_64__) || defined(__aarch64__)
    tcase_add_test(tc, flush);
#endif
    tcase_add_test(tc, clock_goes_forward);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
