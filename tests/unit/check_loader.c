/* check_loader.c - batches: their order, their contents, restarts, errors, and
 * that nothing is allocated for data in memory. */
#include "tests/check.h"
#include "tests/unit/make_data.h"

#include "data/augment.h"
#include "data/loader.h"

#include <time.h>

static const struct sample sample = {
    .n_classes = 5, .n = {53, 7, 0}, .channels = 3, .height = 6, .width = 5};
enum { ITEM = 3 * 6 * 5, N = 53, BATCH = 8 };

/* ==== Help ==== */

static struct loader_options loader_defaults(const struct ramp_dataset *data)
{
    struct loader_options options = {.batch = BATCH, .seed = 11};
    ramp_dataset_shape(data, &options.pre);
    options.pre.scale = RAMP_SCALE_STANDARD;
    for (int c = 0; c < 3; c++) {
        options.pre.mean[c] = 0.4f;
        options.pre.std[c] = 0.3f;
    }
    return options;
}

static struct loader *start(const struct ramp_dataset *data,
                            const struct loader_options *options)
{
    struct loader *loader;
    struct ramp_error err;
    ck_assert_msg(loader_new(&loader, data, RAMP_TRAIN, options, &err) ==
                      RAMP_OK,
                  "%s", err.text);
    return loader;
}

static struct ramp_dataset *open_idx(const char *name)
{
    struct sink sink = {.folder = test_path(name)};
    put_idx(&sink, &sample);
    return open_good(sink.folder, NULL);
}

/* cache: so many pictures stay in memory. */
static struct ramp_dataset *open_folder(const char *name, int cache)
{
    struct sink sink = {.folder = test_path(name)};
    struct ramp_dataset_options options = {.cache_bytes =
                                               (uint64_t)(cache * ITEM) + 1};
    put_folders(&sink, &sample, true);
    return open_good(sink.folder, &options);
}

/* A whole epoch, from a batch on. */
struct epoch {
    size_t n, n_batches, sizes[64];
    float x[N * ITEM];
    int32_t labels[N];
};

static void run(struct epoch *epoch, struct loader *loader, uint64_t number,
                size_t first)
{
    struct loader_batch batch;
    epoch->n = epoch->n_batches = 0;
    loader_start(loader, number, first);
    for (;;) {
        ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        if (batch.n == 0)
            break;
        ck_assert_uint_le(epoch->n + batch.n, N);
        memcpy(epoch->x + epoch->n * ITEM, batch.x,
               batch.n * ITEM * sizeof(float));
        memcpy(epoch->labels + epoch->n, batch.labels,
               batch.n * sizeof(int32_t));
        epoch->sizes[epoch->n_batches++] = batch.n;
        epoch->n += batch.n;
    }
    ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
    ck_assert_uint_eq(batch.n, 0); /* the end stays the end */
}

static void check_equal(const struct epoch *a, const struct epoch *b)
{
    ck_assert_uint_eq(a->n, b->n);
    ck_assert_mem_eq(a->x, b->x, a->n * ITEM * sizeof(float));
    ck_assert_mem_eq(a->labels, b->labels, a->n * sizeof(int32_t));
}

/* Which picture of the sample each row of the epoch is; without augmentation.
 * Every one must be there once. */
static void find_order(int order[N], const struct epoch *epoch,
                       const struct loader_options *options)
{
    static float rows[N][ITEM];
    bool seen[N] = {false};
    for (int i = 0; i < N; i++) {
        uint8_t pixels[ITEM];
        sample_picture(&sample, RAMP_TRAIN, i, pixels);
        ramp_preprocess_scale(rows[i], &options->pre, pixels);
    }
    ck_assert_uint_eq(epoch->n, N);
    for (int k = 0; k < N; k++) {
        int i = 0;
        while (i < N &&
               memcmp(rows[i], epoch->x + k * ITEM, sizeof rows[i]) != 0)
            i++;
        ck_assert_int_lt(i, N);
        ck_assert(!seen[i]);
        seen[i] = true;
        ck_assert_int_eq(epoch->labels[k],
                         sample_label(&sample, RAMP_TRAIN, i));
        order[k] = i;
    }
}

static struct epoch a, b;

/* ==== Tests ==== */

START_TEST(in_order)
{
    struct ramp_dataset *data = open_idx("order");
    struct loader_options options = loader_defaults(data);
    struct loader *loader = start(data, &options);
    int order[N];
    run(&a, loader, 1, 0);
    find_order(order, &a, &options);
    for (int k = 0; k < N; k++)
        ck_assert_int_eq(order[k], k);
    ck_assert_uint_eq(a.n_batches, 7);
    for (int k = 0; k < 6; k++)
        ck_assert_uint_eq(a.sizes[k], BATCH);
    ck_assert_uint_eq(a.sizes[6], 5);
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(shuffled)
{
    struct ramp_dataset *data = open_idx("shuffled");
    struct loader_options options = loader_defaults(data);
    options.shuffle = true;
    int orders[4][N];
    struct loader *loader = start(data, &options);
    for (int k = 0; k < 3; k++) {
        run(&b, loader, k == 1 ? 2 : 1, 0);
        find_order(orders[k], &b, &options);
    }
    loader_free(loader);
    options.seed = 12;
    loader = start(data, &options);
    run(&b, loader, 1, 0);
    find_order(orders[3], &b, &options);
    loader_free(loader);
    ck_assert_mem_eq(orders[0], orders[2], sizeof orders[0]);
    ck_assert_mem_ne(orders[0], orders[1], sizeof orders[0]);
    ck_assert_mem_ne(orders[0], orders[3], sizeof orders[0]);
    ramp_dataset_free(data);
}
END_TEST

/* What augment_apply draws for (seed, epoch, index), wherever the picture
 * comes in the epoch. */
START_TEST(augmented)
{
    struct ramp_dataset *data = open_idx("augmented");
    struct loader_options options = loader_defaults(data);
    options.augment = (struct augment){.flip = true, .shift = 2};
    struct loader *loader = start(data, &options);
    run(&a, loader, 3, 0);
    for (size_t i = 0; i < N; i++) {
        uint8_t pixels[ITEM];
        float expected[ITEM];
        sample_picture(&sample, RAMP_TRAIN, (int)i, pixels);
        augment_apply(expected, &options.augment, &options.pre, pixels, 11, 3,
                      i);
        ck_assert_mem_eq(expected, a.x + i * ITEM, sizeof expected);
    }
    run(&b, loader, 4, 0);
    ck_assert_mem_ne(a.x, b.x, sizeof a.x);
    loader_free(loader);
    options.shuffle = true;
    loader = start(data, &options);
    run(&b, loader, 3, 0);
    for (int k = 0; k < N; k++) {
        int i = 0;
        while (i < N && memcmp(a.x + i * ITEM, b.x + k * ITEM,
                               ITEM * sizeof(float)) != 0)
            i++;
        ck_assert_int_lt(i, N);
    }
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(restarted)
{
    struct ramp_dataset *data = open_idx("restarted");
    struct loader_options options = loader_defaults(data);
    struct loader_batch batch;
    options.shuffle = true;
    options.augment.flip = true;
    struct loader *loader = start(data, &options);
    run(&a, loader, 5, 0);
    for (size_t first = 0; first < 9; first++) {
        /* in the middle of another epoch, with one more batch under way */
        loader_start(loader, 9, 1);
        for (size_t k = 0; k < first; k++)
            ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        run(&b, loader, 5, first);
        size_t skipped = first * BATCH < N ? first * BATCH : N;
        ck_assert_uint_eq(b.n, N - skipped);
        ck_assert_mem_eq(b.x, a.x + skipped * ITEM, b.n * ITEM * sizeof(float));
        ck_assert_mem_eq(b.labels, a.labels + skipped, b.n * sizeof(int32_t));
    }
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

/* A start while a batch of another epoch is being made: that batch is nobody's
 * any more. */
START_TEST(interrupted)
{
    struct ramp_dataset *data = open_folder("interrupted", 0);
    struct loader_options options = loader_defaults(data);
    struct loader_batch batch;
    options.shuffle = true;
    options.batch = 50;
    options.compute.n_threads = 1;
    struct loader *loader = start(data, &options);
    run(&a, loader, 2, 0);
    for (long k = 0; k < 100; k++) {
        loader_start(loader, 1, 0);
        nanosleep(&(struct timespec){.tv_nsec = 20000 * k}, NULL);
        loader_start(loader, 2, 0);
        ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        ck_assert_uint_eq(batch.n, 50);
        ck_assert_mem_eq(batch.x, a.x, 50 * ITEM * sizeof(float));
    }
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

/* The same batches from memory, from a folder that is cached in part or not at
 * all, and with any number of threads. */
START_TEST(same_for_all)
{
    static const int caches[] = {0, 20, 1000};
    struct ramp_dataset *data = open_idx("same");
    struct loader_options options = loader_defaults(data);
    options.shuffle = true;
    options.augment = (struct augment){.flip = true, .shift = 1};
    struct loader *loader = start(data, &options);
    run(&a, loader, 7, 0);
    loader_free(loader);
    ramp_dataset_free(data);
    for (int k = 0; k < 3; k++) {
        data = open_folder("same-folder", caches[k]);
        for (int threads = 1; threads <= 4; threads *= 2) {
            options.compute.n_threads = threads;
            loader = start(data, &options);
            for (int again = 0; again < 5; again++) {
                run(&b, loader, 7, 0);
                check_equal(&a, &b);
            }
            loader_free(loader);
        }
        ramp_dataset_free(data);
    }
}
END_TEST

/* Ended at any moment, the thread is gone and the memory too. */
START_TEST(stopped)
{
    struct ramp_dataset *memory = open_idx("stopped");
    struct ramp_dataset *folder = open_folder("stopped-folder", 3);
    struct loader_options options = loader_defaults(memory);
    struct loader_batch batch;
    options.shuffle = true;
    loader_free(NULL);
    loader_free(start(memory, &options));
    for (int k = 0; k < 60; k++) {
        struct loader *loader = start(k % 2 ? memory : folder, &options);
        for (int s = 0; s <= k % 3; s++)
            loader_start(loader, 1, (size_t)s);
        for (int i = 0; i < k / 6; i++)
            ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        loader_free(loader);
    }
    ramp_dataset_free(memory);
    ramp_dataset_free(folder);
}
END_TEST

/* A batch stays as it is while the next one is prepared. */
START_TEST(held)
{
    struct ramp_dataset *data = open_idx("held");
    struct loader_options options = loader_defaults(data);
    struct loader_batch batch;
    static float copy[BATCH * ITEM];
    struct loader *loader = start(data, &options);
    loader_start(loader, 1, 0);
    for (int k = 0; k < 6; k++) {
        ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
        memcpy(copy, batch.x, sizeof copy);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        ck_assert_mem_eq(copy, batch.x, sizeof copy);
    }
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(no_allocation)
{
    struct ramp_dataset *data =
        _i ? open_folder("cached", 1000) : open_idx("in-memory");
    struct loader_options options = loader_defaults(data);
    options.shuffle = true;
    options.augment = (struct augment){
        .flip = true, .shift = 2, .rotate = 10, .scale = 0.1, .cutout = 2};
    struct loader *loader = start(data, &options);
    size_t before = mem_count();
    for (uint64_t epoch = 1; epoch < 4; epoch++)
        run(&a, loader, epoch, 0);
    ck_assert_uint_eq(mem_count(), before);
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

/* Picture 30 is gone: the three batches before it come, then the error, again
 * and again; another start finds the picture when it is back. */
START_TEST(error_in_order)
{
    struct ramp_dataset *data = open_folder("gone", 10);
    struct loader_options options = loader_defaults(data);
    struct loader_batch batch;
    options.compute.n_threads = 1 + _i;
    char *path = file_join(test_path("gone/train"), "2/0030.png");
    char *away = file_join(test_path("gone"), "away");
    struct loader *loader = start(data, &options);
    ck_assert_int_eq(rename(path, away), 0);
    for (int again = 0; again < 3; again++) {
        loader_start(loader, 1, 0);
        for (int k = 0; k < 3; k++) {
            ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
            ck_assert_uint_eq(batch.n, BATCH);
        }
        for (int k = 0; k < 3; k++) {
            struct ramp_error err = {.status = RAMP_OK};
            ck_assert_int_eq(loader_next(loader, &batch, &err), RAMP_DATA);
            ck_assert_ptr_nonnull(strstr(err.text, "0030.png"));
            ck_assert_uint_eq(batch.n, 0);
        }
    }
    ck_assert_int_eq(rename(away, path), 0);
    run(&a, loader, 1, 0);
    ck_assert_uint_eq(a.n, N);
    mem_free(path);
    mem_free(away);
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

START_TEST(empty_part)
{
    struct ramp_dataset *data = open_idx("empty");
    struct loader_options options = loader_defaults(data);
    struct loader_batch batch;
    struct loader *loader;
    ck_assert_int_eq(loader_new(&loader, data, RAMP_TEST, &options, NULL),
                     RAMP_OK);
    loader_start(loader, 1, 0);
    ck_assert_int_eq(loader_next(loader, &batch, NULL), RAMP_OK);
    ck_assert_uint_eq(batch.n, 0);
    loader_free(loader);
    ramp_dataset_free(data);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("loader");
    TCase *tc = tcase_create("loader");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, test_root_make, test_root_remove);
    tcase_add_test(tc, in_order);
    tcase_add_test(tc, shuffled);
    tcase_add_test(tc, augmented);
    tcase_add_test(tc, restarted);
    tcase_add_test(tc, interrupted);
    tcase_add_test(tc, same_for_all);
    tcase_add_test(tc, stopped);
    tcase_add_test(tc, held);
    tcase_add_loop_test(tc, no_allocation, 0, 2);
    tcase_add_loop_test(tc, error_in_order, 0, 3);
    tcase_add_test(tc, empty_part);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
