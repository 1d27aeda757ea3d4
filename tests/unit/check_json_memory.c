/* check_json_memory.c - jansson without memory: each of its allocations fails
 * once, while a model is read and while it is written. In this process, so that
 * the leak checker sees it; tests/proof/memory.sh does the same from outside.
 */
#include "tests/unit/model_fixture.h"

#include <ramp/model.h>
#include <ramp/net.h>

#include <jansson.h>
#include <stdlib.h>

static size_t n_calls, fail_at;

static void *failing_malloc(size_t n_bytes)
{
    return ++n_calls == fail_at ? NULL : malloc(n_bytes);
}

/* From here on the nth allocation fails. */
static void fail_call(size_t n)
{
    n_calls = 0;
    fail_at = n;
}

/* Before ramp has asked jansson for anything: as a program would that uses
 * both. */
static void setup(void)
{
    json_set_alloc_funcs(failing_malloc, free);
    fixture_setup();
}

static struct ramp_model *make_model(void)
{
    const char *const classes[] = {"a class with a long name", "b", "c"};
    const struct ramp_net_options options = {
        .channels = 1, .height = 4, .width = 4, .n_classes = 3};
    const struct ramp_preprocess pre = {
        .channels = 1, .height = 4, .width = 4, .std = {1, 1, 1}};
    const struct ramp_init init = {0};
    struct ramp_net *net;
    struct ramp_model *model;
    fail_call(0);
    ck_assert_int_eq(ramp_net_parse(&net, "dense 5\nact\ndense classes\n", "x",
                                    &options, NULL),
                     RAMP_OK);
    ramp_net_init(net, &init, 1);
    ck_assert_int_eq(ramp_model_new(&model, &net, classes, 3, &pre, NULL),
                     RAMP_OK);
    return model;
}

static enum ramp_status load(struct ramp_error *err)
{
    struct ramp_model *model;
    enum ramp_status status =
        ramp_model_load(&model, fixture_path("model"), err);
    ck_assert((model != NULL) == (status == RAMP_OK));
    ramp_model_free(model);
    return status;
}

START_TEST(reading)
{
    struct ramp_model *model = make_model();
    struct ramp_error err;
    ck_assert_int_eq(ramp_model_save(model, fixture_path("model"), NULL),
                     RAMP_OK);
    ramp_model_free(model);
    for (size_t n = 1;; n++) {
        fail_call(n);
        enum ramp_status status = load(&err);
        if (n_calls < n) {
            ck_assert_int_eq(status, RAMP_OK);
            ck_assert_uint_gt(n, 50);
            break;
        }
        ck_assert_msg(status == RAMP_MEMORY, "allocation %zu: %s", n, err.text);
    }
}
END_TEST

/* What was saved before stays. */
START_TEST(writing)
{
    struct ramp_model *model = make_model();
    struct ramp_error err;
    const char *path = fixture_path("model");
    ck_assert_int_eq(ramp_model_save(model, path, NULL), RAMP_OK);
    for (size_t n = 1;; n++) {
        fail_call(n);
        enum ramp_status status = ramp_model_save(model, path, &err);
        size_t n_wanted = n_calls;
        fail_call(0);
        ck_assert_msg(load(&err) == RAMP_OK, "allocation %zu: %s", n, err.text);
        if (n_wanted < n) {
            ck_assert_int_eq(status, RAMP_OK);
            ck_assert_uint_gt(n, 50);
            break;
        }
        ck_assert_msg(status == RAMP_MEMORY, "allocation %zu", n);
    }
    ramp_model_free(model);
}
END_TEST

/* Others use jansson as before. */
START_TEST(others_are_left_alone)
{
    json_error_t error;
    ramp_model_free(make_model());
    ck_assert_int_ne(load(NULL), RAMP_OK);
    fail_call(3);
    ck_assert_ptr_null(json_loads("[[], [], []]", 0, &error));
    json_t *json = json_loads("[[], [], []]", 0, &error);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("json memory");
    TCase *tc = tcase_create("json memory");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, fixture_teardown);
    tcase_add_test(tc, reading);
    tcase_add_test(tc, writing);
    tcase_add_test(tc, others_are_left_alone);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
