/* check_schedule.c - the learning rate's factor at each step. */
#include "tests/check.h"
#include "train/schedule.h"

#include <math.h>

/* 3 epochs of 40 steps, one of them warm-up unless it says otherwise. */
static double factor(enum ramp_schedule kind, double warmup, uint64_t step)
{
    struct schedule s = schedule_make(kind, 3, 40, warmup);
    return schedule_factor(&s, step);
}

static void expect(double found, double expected)
{
    ck_assert_msg(fabs(found - expected) <= 1e-15,
                  "expected %.17g, found %.17g", expected, found);
}

START_TEST(warmup_is_a_line)
{
    for (int kind = RAMP_COSINE; kind <= RAMP_LINEAR; kind++) {
        if (kind == RAMP_ONECYCLE)
            continue;
        for (uint64_t i = 0; i < 40; i++)
            expect(factor((enum ramp_schedule)kind, 1, i),
                   (double)(i + 1) / 41);
        expect(factor((enum ramp_schedule)kind, 1, 40), 1);
    }
}
END_TEST

START_TEST(warmup_counts_epochs)
{
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 0).rise, 0);
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 0.5).rise, 20);
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 2).rise, 80);
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 3).rise, 120);
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 99).rise, 120);
    ck_assert_uint_eq(schedule_make(RAMP_COSINE, 3, 40, 1).steps, 120);
    expect(factor(RAMP_COSINE, 99, 119), 120.0 / 121);
}
END_TEST

START_TEST(cosine_falls_from_one_to_zero)
{
    const double half_root = 0.70710678118654752440;
    expect(factor(RAMP_COSINE, 0, 0), 1);
    expect(factor(RAMP_COSINE, 0, 30), (1 + half_root) / 2);
    expect(factor(RAMP_COSINE, 0, 60), 0.5);
    expect(factor(RAMP_COSINE, 0, 80), 0.25);
    expect(factor(RAMP_COSINE, 0, 90), (1 - half_root) / 2);
    /* After a warm-up of 40 steps the middle is at 80. */
    expect(factor(RAMP_COSINE, 1, 60), (1 + half_root) / 2);
    expect(factor(RAMP_COSINE, 1, 80), 0.5);
    for (uint64_t i = 41; i < 120; i++)
        ck_assert(factor(RAMP_COSINE, 1, i) < factor(RAMP_COSINE, 1, i - 1));
    ck_assert(factor(RAMP_COSINE, 1, 119) > 0);
    ck_assert(factor(RAMP_COSINE, 1, 119) < 0.001);
}
END_TEST

START_TEST(onecycle_has_its_own_warmup)
{
    for (int warmup = 0; warmup < 3; warmup++) {
        expect(factor(RAMP_ONECYCLE, warmup, 0), 1.0 / 37);
        expect(factor(RAMP_ONECYCLE, warmup, 35), 36.0 / 37);
        expect(factor(RAMP_ONECYCLE, warmup, 36), 1);
        expect(factor(RAMP_ONECYCLE, warmup, 36 + 42), 0.5);
        expect(factor(RAMP_ONECYCLE, warmup, 36 + 56), 0.25);
    }
}
END_TEST

START_TEST(steps_are_at_half_and_three_quarters)
{
    struct schedule odd = schedule_make(RAMP_STEP, 1, 7, 0);
    const double expected[] = {1, 1, 1, 1, 0.1, 0.1, 0.01};
    for (uint64_t i = 0; i < 7; i++)
        expect(schedule_factor(&odd, i), expected[i]);
    expect(factor(RAMP_STEP, 0, 59), 1);
    expect(factor(RAMP_STEP, 0, 60), 0.1);
    expect(factor(RAMP_STEP, 0, 89), 0.1);
    expect(factor(RAMP_STEP, 0, 90), 0.01);
    expect(factor(RAMP_STEP, 1, 79), 1);
    expect(factor(RAMP_STEP, 1, 80), 0.1);
    expect(factor(RAMP_STEP, 1, 100), 0.01);
}
END_TEST

START_TEST(constant_is_one)
{
    for (uint64_t i = 0; i < 120; i++)
        expect(factor(RAMP_CONSTANT, 0, i), 1);
}
END_TEST

START_TEST(linear_falls_to_zero)
{
    for (uint64_t i = 0; i < 120; i++)
        expect(factor(RAMP_LINEAR, 0, i), (double)(120 - i) / 120);
    expect(factor(RAMP_LINEAR, 1, 40), 1);
    expect(factor(RAMP_LINEAR, 1, 60), 0.75);
    expect(factor(RAMP_LINEAR, 1, 119), 1.0 / 80);
}
END_TEST

/* 23 % of 200 steps are 46. The warm-up in epochs is not looked at. */
START_TEST(triangle_is_that_of_airbench)
{
    struct schedule s = schedule_make(RAMP_TRIANGLE, 5, 40, 3);
    ck_assert_uint_eq(s.rise, 46);
    expect(schedule_factor(&s, 0), 0.2);
    expect(schedule_factor(&s, 23), 0.6);
    expect(schedule_factor(&s, 46), 1);
    expect(schedule_factor(&s, 123), 0.535);
    expect(schedule_factor(&s, 199), 0.07 + 0.93 / 154);
}
END_TEST

START_TEST(one_step_in_all)
{
    for (int kind = RAMP_COSINE; kind <= RAMP_TRIANGLE; kind++) {
        struct schedule s = schedule_make((enum ramp_schedule)kind, 1, 1, 0);
        expect(schedule_factor(&s, 0), 1);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("schedule");
    TCase *tc = tcase_create("schedule");
    tcase_add_test(tc, warmup_is_a_line);
    tcase_add_test(tc, warmup_counts_epochs);
    tcase_add_test(tc, cosine_falls_from_one_to_zero);
    tcase_add_test(tc, onecycle_has_its_own_warmup);
    tcase_add_test(tc, steps_are_at_half_and_three_quarters);
    tcase_add_test(tc, constant_is_one);
    tcase_add_test(tc, linear_falls_to_zero);
    tcase_add_test(tc, triangle_is_that_of_airbench);
    tcase_add_test(tc, one_step_in_all);
    suite_add_tcase(s, tc);
    return s;
}

CHECK_MAIN(suite)
