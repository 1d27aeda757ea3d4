/* check_compare.c - which trainings a comparison makes, with a trainer that
 * only pretends; how it goes on after it was stopped, also with the real one.
 */
#include "tests/check.h"
#include "tests/training/toy.h"
#include "trials/compare.h"
#include "trials/job.h"
#include "trials/marks.h"

#include <math.h>

/* ==== A trainer that pretends ==== */

/* Epochs to the target grow with the distance, in steps of the grid, from the
 * rate that is best for the arm; far above it, a training diverges. */
struct pretence {
    int best[2];    /* for each arm, a number of the grid */
    int n_jobs;     /* made */
    int stop_after; /* stops in the next one; 0: never */
    bool diverges;  /* every training */
    char log[4096]; /* "relu 0.01 1 inf\n": arm, rate, seed, limit */
};

static const struct compare_arm arms[] = {
    {.name = "relu",
     .net = "toy",
     .act = "relu",
     .init = "he",
     .scale = RAMP_SCALE_STANDARD},
    {.name = "tanh",
     .net = "toy",
     .act = "tanh",
     .init = "lecun",
     .scale = RAMP_SCALE_STANDARD},
};

static struct compare toy_compare(int n_arms, int n_seeds)
{
    return (struct compare){.name = "toy",
                            .scale = "full",
                            .runs = "runs/claims/toy",
                            .arms = arms,
                            .n_arms = (size_t)n_arms,
                            .n_seeds = n_seeds,
                            .first_rate = -7, /* 0.005, 0.01, 0.02 */
                            .n_rates = 3,
                            .n_growth = 4,
                            .train = {.epochs = 50},
                            .target = 0.25};
}

static int number_of(double rate)
{
    int i = -60;
    while (compare_grid(i) < rate)
        i++;
    ck_assert_double_eq(compare_grid(i), rate);
    return i;
}

static enum ramp_status pretend(void *context, const struct compare_job *job,
                                struct run_result *result, bool *stopped,
                                struct ramp_error *err)
{
    struct pretence *p = context;
    size_t n = strlen(p->log);
    int arm = job->arm != job->compare->arms;
    int away = number_of(job->rate) - p->best[arm];
    double epochs = 5 * (arm + 1) + 3 * abs(away) + (double)job->seed / 10;
    (void)err;
    snprintf(p->log + n, sizeof p->log - n, "%s %g %d %g\n", job->arm->name,
             job->rate, (int)job->seed, job->give_up);
    if (p->stop_after > 0 && p->n_jobs == p->stop_after) {
        *stopped = true;
        return RAMP_OK;
    }
    p->n_jobs++;
    result->outcome = RUN_REACHED;
    if (away > 4 || p->diverges)
        result->outcome = RUN_DIVERGED;
    else if (epochs > job->epochs)
        result->outcome = RUN_MISSED;
    else if (epochs > job->give_up)
        result->outcome = RUN_ABANDONED;
    epochs = fmin(epochs, fmin(job->epochs, job->give_up));
    result->reached = result->outcome == RUN_REACHED ? epochs : NAN;
    result->epochs = epochs;
    result->last = (struct run_point){.epoch = epochs,
                                      .train_loss = 1.0 / 3,
                                      .train_error = epochs / 100,
                                      .clean_error = NAN,
                                      .val_loss = NAN,
                                      .val_error = epochs / 90};
    snprintf(result->date, sizeof result->date, "2026-11-21T12:00:00Z");
    ck_assert(run_curve_add(&result->curve, &result->last));
    ck_assert(run_curve_add(&result->curve, &result->last));
    return RAMP_OK;
}

/* ==== A folder for results ==== */

struct place {
    char folder[64], csv[96], curves[112];
};

static struct place begin(void)
{
    struct place p = {.folder = "/tmp/ramp-compare-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(p.folder));
    snprintf(p.csv, sizeof p.csv, "%s/toy.csv", p.folder);
    snprintf(p.curves, sizeof p.curves, "%s/toy-curves.csv", p.folder);
    return p;
}

static void end(const struct place *p)
{
    unlink(p->csv);
    unlink(p->curves);
    ck_assert_int_eq(rmdir(p->folder), 0);
}

static char *text_of(const char *path)
{
    uint8_t *bytes;
    size_t n_bytes;
    ck_assert_int_eq(file_read(&bytes, &n_bytes, path, SIZE_MAX, RAMP_IO, NULL),
                     RAMP_OK);
    return (char *)bytes;
}

/* Load, run what is missing, release. Whether it was stopped. */
static bool run(const struct place *p, const struct compare *compare,
                struct pretence *pretence)
{
    static const char *const protocols[] = {"a", "b"};
    struct results results;
    struct ramp_error err = {0};
    bool stopped = true;
    pretence->log[0] = 0;
    ck_assert_msg(results_load(&results, p->folder, "toy", &err) == RAMP_OK,
                  "%s", err.text);
    ck_assert_msg(compare_run(compare, protocols, &results, pretend, pretence,
                              &stopped, &err) == RAMP_OK,
                  "%s", err.text);
    results_release(&results);
    return stopped;
}

/* ==== The grid ==== */

START_TEST(the_grid_is_1_2_5)
{
    ck_assert_double_eq(compare_grid(0), 1);
    ck_assert_double_eq(compare_grid(-1), 0.5);
    ck_assert_double_eq(compare_grid(-2), 0.2);
    ck_assert_double_eq(compare_grid(-3), 0.1);
    ck_assert_double_eq(compare_grid(-6), 0.01);
    ck_assert_double_eq(compare_grid(-27), 1e-9);
    ck_assert_double_eq(compare_grid(4), 20);
}
END_TEST

START_TEST(it_is_walked_from_its_middle_outwards)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-6}};
    compare.first_rate = -8;
    compare.n_rates = 5;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.01 1 inf\n"
                                   "relu 0.02 1 10.2\n"
                                   "relu 0.005 1 10.2\n"
                                   "relu 0.05 1 10.2\n"
                                   "relu 0.002 1 10.2\n");
    end(&p);
}
END_TEST

START_TEST(it_grows_until_the_best_lies_inside)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-4}};
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.01 1 inf\n"
                                   "relu 0.02 1 22.2\n"
                                   "relu 0.005 1 16.2\n"
                                   "relu 0.05 1 16.2\n"
                                   "relu 0.1 1 10.2\n");
    end(&p);
}
END_TEST

START_TEST(it_grows_no_further_than_it_may)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-20}};
    compare.n_growth = 2;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_int_eq(pretence.n_jobs, 5);
    ck_assert_ptr_nonnull(strstr(pretence.log, "relu 0.001 1"));
    end(&p);
}
END_TEST

START_TEST(where_all_diverge_lower_rates_are_tried)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.diverges = true};
    compare.n_growth = 2;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_int_eq(pretence.n_jobs, 5);
    ck_assert_ptr_nonnull(strstr(pretence.log, "relu 0.001 1"));
    end(&p);
}
END_TEST

START_TEST(given_rates_are_not_a_grid)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.diverges = true};
    char log[] = "relu 0.01 1 inf\nrelu 0.002 1 inf\n";
    compare.n_rates = 2;
    compare.rates = (const double[]){0.01, 0.002};
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, log);
    end(&p);
}
END_TEST

START_TEST(an_arm_may_have_lower_rates)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct compare_arm lower = arms[0];
    struct pretence pretence = {.best = {-9}};
    lower.rate_shift = -3;
    compare.arms = &lower;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.001 1 inf\n"
                                   "relu 0.002 1 10.2\n"
                                   "relu 0.0005 1 10.2\n");
    end(&p);
}
END_TEST

/* It begins with the one, and grows to both sides as any grid does. */
START_TEST(an_arm_may_have_fewer_rates)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct compare_arm fewer = arms[0];
    struct pretence pretence = {.best = {-9}};
    fewer.rate_shift = -3;
    fewer.n_rates = 1;
    compare.arms = &fewer;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.0005 1 inf\n"
                                   "relu 0.0002 1 16.2\n"
                                   "relu 0.001 1 16.2\n"
                                   "relu 0.002 1 10.2\n");
    end(&p);
}
END_TEST

/* The best of tanh is at 0.1, of relu at 0.002; each seed has all rates of its
 * arm, and a limit of its own. */
START_TEST(each_arm_and_seed_is_judged_by_itself)
{
    struct place p = begin();
    struct compare compare = toy_compare(2, 2);
    struct pretence pretence = {.best = {-8, -3}};
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.01 1 inf\n"
                                   "relu 0.02 1 22.2\n"
                                   "relu 0.005 1 22.2\n"
                                   "relu 0.002 1 16.2\n"
                                   "relu 0.001 1 10.2\n"
                                   "tanh 0.01 1 inf\n"
                                   "tanh 0.02 1 38.2\n"
                                   "tanh 0.005 1 32.2\n"
                                   "tanh 0.05 1 32.2\n"
                                   "tanh 0.1 1 26.2\n"
                                   "tanh 0.2 1 20.2\n"
                                   "relu 0.01 2 inf\n"
                                   "relu 0.02 2 22.4\n"
                                   "relu 0.005 2 22.4\n"
                                   "relu 0.002 2 16.4\n"
                                   "relu 0.001 2 10.4\n"
                                   "tanh 0.01 2 inf\n"
                                   "tanh 0.02 2 38.4\n"
                                   "tanh 0.005 2 32.4\n"
                                   "tanh 0.05 2 32.4\n"
                                   "tanh 0.1 2 26.4\n"
                                   "tanh 0.2 2 20.4\n");
    end(&p);
}
END_TEST

/* With one seed that searches the other has its best rate alone: also where the
 * grid had grown, before the program was started anew. */
START_TEST(only_some_seeds_search)
{
    struct place p = begin();
    struct compare compare = toy_compare(2, 1);
    struct pretence pretence = {.best = {-8, -3}};
    ck_assert(!run(&p, &compare, &pretence));
    compare.n_seeds = 3;
    compare.n_search = 1;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.002 2 inf\n"
                                   "tanh 0.1 2 inf\n"
                                   "relu 0.002 3 inf\n"
                                   "tanh 0.1 3 inf\n");
    compare.n_beside = 1;
    compare.n_seeds = 4;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.002 4 inf\n"
                                   "tanh 0.1 4 inf\n"
                                   "relu 0.005 2 10.4\n"
                                   "relu 0.001 2 10.4\n"
                                   "tanh 0.2 2 20.4\n"
                                   "tanh 0.05 2 20.4\n"
                                   "relu 0.005 3 10.6\n"
                                   "relu 0.001 3 10.6\n"
                                   "tanh 0.2 3 20.6\n"
                                   "tanh 0.05 3 20.6\n"
                                   "relu 0.005 4 10.8\n"
                                   "relu 0.001 4 10.8\n"
                                   "tanh 0.2 4 20.8\n"
                                   "tanh 0.05 4 20.8\n");
    end(&p);
}
END_TEST

START_TEST(where_all_diverge_no_seed_follows)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 3);
    struct pretence pretence = {.diverges = true};
    compare.n_search = 1;
    compare.n_growth = 0;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.01 1 inf\n"
                                   "relu 0.02 1 inf\n"
                                   "relu 0.005 1 inf\n");
    end(&p);
}
END_TEST

START_TEST(no_seed_follows_where_none_got_there_if_so_asked)
{
    struct place p = begin();
    struct compare compare = toy_compare(2, 2);
    struct pretence pretence = {.best = {-6, -6}};
    compare.n_search = 1;
    compare.n_growth = 0;
    compare.train.epochs = 8; /* tanh takes 10 */
    compare.only_reached = true;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "relu 0.01 1 inf\n"
                                   "relu 0.02 1 10.2\n"
                                   "relu 0.005 1 10.2\n"
                                   "tanh 0.01 1 inf\n"
                                   "tanh 0.02 1 inf\n"
                                   "tanh 0.005 1 inf\n"
                                   "relu 0.01 2 inf\n");
    compare.only_reached = false;
    ck_assert(!run(&p, &compare, &pretence));
    ck_assert_str_eq(pretence.log, "tanh 0.01 2 inf\n");
    end(&p);
}
END_TEST

/* What claims share trains all that a net has: a factor of 0 froze biases. */
START_TEST(the_shared_protocol_freezes_nothing)
{
    struct compare compare;
    const struct ramp_compute compute = {.n_threads = 1};
    compare_init(&compare, "toy", "full", &compute);
    ck_assert_double_eq(compare.train.bias_lr, 1);
    ck_assert_double_eq(compare.train.norm_lr, 1);
    ck_assert_double_eq(compare.train.momentum, 0.9);
    ck_assert_int_eq(compare.train.batch, 128);
    ck_assert_int_eq(compare.train.optimizer, RAMP_SGD);
    ck_assert_int_eq(compare.train.schedule, RAMP_CONSTANT);
    ck_assert_double_eq(compare.data.val_share, 0.1);
    ck_assert_int_eq(compare.data.compute.n_threads, 1);
}
END_TEST

/* ==== Going on ==== */

/* However often it is stopped, the files are those of a comparison that never
 * was, and nothing is done twice but what had not ended. */
START_TEST(it_goes_on_from_its_file)
{
    struct place whole = begin(), parts = begin();
    struct compare compare = toy_compare(2, 3);
    struct pretence pretence = {.best = {-8, -3}};
    ck_assert(!run(&whole, &compare, &pretence));
    int n_jobs = pretence.n_jobs, n_parts = 0;
    pretence = (struct pretence){.best = {-8, -3}};
    do {
        pretence.stop_after = ++n_parts * 2;
    } while (run(&parts, &compare, &pretence));
    ck_assert_int_eq(pretence.n_jobs, n_jobs);
    ck_assert_int_ge(n_parts, n_jobs / 2);
    const char *const pairs[][2] = {{whole.csv, parts.csv},
                                    {whole.curves, parts.curves}};
    for (int i = 0; i < 2; i++) {
        char *a = text_of(pairs[i][0]), *b = text_of(pairs[i][1]);
        ck_assert_str_eq(a, b);
        mem_free(a);
        mem_free(b);
    }
    end(&whole);
    end(&parts);
}
END_TEST

static void cut_file(const char *path, size_t n_bytes)
{
    char *text = text_of(path);
    ck_assert_int_eq(truncate(path, (off_t)(strlen(text) - n_bytes)), 0);
    mem_free(text);
}

/* Wherever the last line was cut: that run is made again, no other, and the
 * file is as it was. */
START_TEST(a_cut_last_line_does_not_count)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-6}};
    ck_assert(!run(&p, &compare, &pretence));
    char *rows = text_of(p.csv), *curves = text_of(p.curves);
    for (size_t n = 1; n < 60; n += 7) {
        cut_file(p.csv, n);
        ck_assert(!run(&p, &compare, &pretence));
        ck_assert_str_eq(pretence.log, "relu 0.005 1 10.2\n");
        char *again = text_of(p.csv), *curves_again = text_of(p.curves);
        ck_assert_str_eq(again, rows);
        ck_assert_str_eq(curves_again, curves);
        mem_free(again);
        mem_free(curves_again);
    }
    mem_free(rows);
    mem_free(curves);
    end(&p);
}
END_TEST

START_TEST(a_row_without_sense_is_an_error)
{
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-6}};
    struct results results;
    struct ramp_error err;
    static const char *const good[] = {"reached", ",0.01,", ",5.1,"};
    static const char *const bad[] = {"arrived", ",0.0l,", ",nan,"};
    for (int i = 0; i < 3; i++) {
        unlink(p.csv);
        ck_assert(!run(&p, &compare, &pretence));
        char *text = text_of(p.csv);
        char *found = strstr(text, good[i]);
        ck_assert_ptr_nonnull(found);
        memcpy(found, bad[i], strlen(bad[i]));
        ck_assert_int_eq(file_write(p.csv, text, strlen(text), NULL), RAMP_OK);
        mem_free(text);
        ck_assert_int_eq(results_load(&results, p.folder, "toy", &err),
                         RAMP_DATA);
        ck_assert_ptr_nonnull(strstr(err.text, "row 1"));
    }
    end(&p);
}
END_TEST

START_TEST(another_protocol_is_another_run)
{
    static const char *const protocols[] = {"c"};
    struct place p = begin();
    struct compare compare = toy_compare(1, 1);
    struct pretence pretence = {.best = {-6}};
    struct results results;
    struct compare_rates rates;
    bool stopped;
    ck_assert(!run(&p, &compare, &pretence));
    pretence.best[0] = -5;
    ck_assert_int_eq(results_load(&results, p.folder, "toy", NULL), RAMP_OK);
    ck_assert_int_eq(compare_run(&compare, protocols, &results, pretend,
                                 &pretence, &stopped, NULL),
                     RAMP_OK);
    ck_assert_uint_eq(results.n, 3 + 4);
    const struct {
        const char *protocol;
        double best;
    } expected[] = {{"a", 0.01}, {"c", 0.02}, {NULL, 0.02}};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(compare_collect(&rates, &results, "full", "relu",
                                         expected[i].protocol, 1, NULL),
                         RAMP_OK);
        ck_assert_double_eq(rates.rates[rates.best], expected[i].best);
        compare_rates_release(&rates);
    }
    results_release(&results);
    end(&p);
}
END_TEST

/* ==== The real trainer ==== */

static int n_left; /* batches until it is to stop */

static bool go_on(void)
{
    return n_left-- > 0;
}

struct real {
    struct toy toy;
    char former[4096];
    struct compare compare;
};

/* In the folder of the toy, because runs/ is made where the program is. */
static void begin_real(struct real *r, double target)
{
    r->toy = toy_open(200, false, 0.1);
    ck_assert_ptr_nonnull(getcwd(r->former, sizeof r->former));
    ck_assert_int_eq(chdir(r->toy.folder), 0);
    ck_assert_int_eq(file_write("toy", TOY_NET, sizeof TOY_NET - 1, NULL),
                     RAMP_OK);
    r->compare = toy_compare(1, 1);
    r->compare.data_name = r->toy.data_folder;
    r->compare.data.val_share = 0.1;
    r->compare.n_clean = 50;
    r->compare.target = target;
    r->compare.train = toy_options(6, 7);
}

static void end_real(struct real *r)
{
    ck_assert_int_eq(unlink("toy"), 0);
    ck_assert_int_eq(rmdir("runs/claims/toy"), 0);
    ck_assert_int_eq(rmdir("runs/claims"), 0);
    ck_assert_int_eq(rmdir("runs"), 0);
    ck_assert_int_eq(chdir(r->former), 0);
    toy_close(&r->toy);
}

/* One training, stopped after every n_batches (0: never). */
static struct run_result train_real(const struct real *r, int n_batches,
                                    int *n_parts)
{
    struct job_place place;
    struct ramp_error err = {0};
    struct run_result result = {
        .scale = "full", .arm = "relu", .rate = 0.02, .seed = 1};
    const struct compare_job job = {.compare = &r->compare,
                                    .arm = arms,
                                    .rate = 0.02,
                                    .seed = 1,
                                    .epochs = r->compare.train.epochs,
                                    .give_up = INFINITY};
    bool stopped = true;
    for (*n_parts = 0; stopped; ++*n_parts) {
        ck_assert_int_lt(*n_parts, 1000);
        n_left = n_batches > 0 ? n_batches : 1000000;
        ck_assert_msg(job_place_open(&place, &r->compare, go_on, &err) ==
                          RAMP_OK,
                      "%s", err.text);
        ck_assert_msg(job_train(&place, &job, &result, &stopped, &err) ==
                          RAMP_OK,
                      "%s", err.text);
        if (!stopped)
            job_place_forget(&place);
        job_place_close(&place);
    }
    return result;
}

static void same_curves(const struct run_result *a, const struct run_result *b)
{
    ck_assert_int_eq(a->outcome, b->outcome);
    ck_assert_uint_eq(a->images, b->images);
    ck_assert_double_eq(a->epochs, b->epochs);
    ck_assert_uint_eq(a->curve.n, b->curve.n);
    for (size_t i = 0; i < a->curve.n; i++) {
        const double *x = (const double *)&a->curve.points[i];
        const double *y = (const double *)&b->curve.points[i];
        for (int j = 0; j < 6; j++)
            ck_assert_msg(x[j] == y[j] || (isnan(x[j]) && isnan(y[j])),
                          "point %zu, figure %d: %.17g and %.17g", i, j, x[j],
                          y[j]);
    }
}

static void go_on_as_if_never_stopped(double target)
{
    struct real r;
    int n_parts;
    begin_real(&r, target);
    struct run_result whole = train_real(&r, 0, &n_parts);
    ck_assert_int_eq(n_parts, 1);
    for (int n_batches = 3; n_batches < 30; n_batches += 11) {
        struct run_result parts = train_real(&r, n_batches, &n_parts);
        ck_assert_int_gt(n_parts, 1);
        same_curves(&whole, &parts);
        run_result_release(&parts);
    }
    run_result_release(&whole);
    end_real(&r);
}

START_TEST(a_training_goes_on_as_if_never_stopped)
{
    go_on_as_if_never_stopped(0);
}
END_TEST

START_TEST(so_does_one_with_a_target)
{
    go_on_as_if_never_stopped(0.05);
}
END_TEST

/* 100 pictures an epoch; of the i-th ten of them 10 - i were wrong, at least
 * none, with a loss of i each. */
START_TEST(a_running_figure_is_that_of_one_epoch)
{
    struct marks marks = {.n_train = 100};
    struct mark mark = {.images = 0};
    for (int i = 1; i <= 25; i++) {
        mark.images += 10;
        mark.wrong += i < 10 ? (uint64_t)(10 - i) : 0;
        mark.loss += 10 * i;
        ck_assert_int_eq(marks_add(&marks, &mark, NULL), RAMP_OK);
    }
    const struct {
        size_t i;
        double epoch, error, loss;
    } expected[] = {{0, 0.1, 0.9, 1},     {4, 0.5, 0.7, 3},
                    {9, 1, 0.45, 5.5},    {10, 1.1, 0.36, 6.5},
                    {14, 1.5, 0.1, 10.5}, {24, 2.5, 0, 20.5}};
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        struct run_point point = marks_point(&marks, expected[k].i);
        ck_assert_double_eq_tol(point.epoch, expected[k].epoch, 1e-12);
        ck_assert_double_eq_tol(point.train_error, expected[k].error, 1e-12);
        ck_assert_double_eq_tol(point.train_loss, expected[k].loss, 1e-12);
    }
    marks_release(&marks);
}
END_TEST

/* Every tenth of an epoch; the window of a point is one epoch; the last point
 * of an epoch has what the library tells of it. */
START_TEST(a_curve_has_ten_points_an_epoch)
{
    struct real r;
    int n_parts;
    begin_real(&r, 0);
    struct run_result result = train_real(&r, 0, &n_parts);
    ck_assert_int_eq(result.outcome, RUN_FINISHED);
    ck_assert_uint_eq(result.curve.n, 60);
    ck_assert_double_eq(result.epochs, 6);
    ck_assert_uint_eq(result.images, 6 * 180);
    for (size_t i = 0; i < 60; i++) {
        const struct run_point *point = &result.curve.points[i];
        bool whole = i % 10 == 9;
        ck_assert(fabs(point->epoch - (double)(i + 1) / 10) < 0.04);
        ck_assert(whole == !isnan(point->val_error));
        ck_assert(whole == !isnan(point->clean_error));
        ck_assert(point->train_error >= 0 && point->train_error <= 1);
    }
    ck_assert(result.last.clean_error < 0.1);
    ck_assert(isnan(result.last.zeros));
    ck_assert_double_eq(result.last.val_error,
                        result.curve.points[59].val_error);
    run_result_release(&result);
    end_real(&r);
}
END_TEST

/* It ends at the first tenth, from the first epoch on, at which the window has
 * an error of at most the target. */
START_TEST(a_target_ends_a_training)
{
    struct real r;
    int n_parts;
    begin_real(&r, 0);
    struct run_result all = train_real(&r, 0, &n_parts);
    size_t first = 9;
    while (all.curve.points[first].train_error > 0.1)
        first++;
    ck_assert_uint_gt(first, 9);
    r.compare.target = 0.1;
    struct run_result some = train_real(&r, 0, &n_parts);
    ck_assert_int_eq(some.outcome, RUN_REACHED);
    ck_assert_uint_eq(some.curve.n, first + 1);
    ck_assert_double_eq(some.reached, all.curve.points[first].epoch);
    r.compare.target = 1;
    struct run_result once = train_real(&r, 0, &n_parts);
    ck_assert_double_eq(once.reached, 1);
    run_result_release(&all);
    run_result_release(&some);
    run_result_release(&once);
    end_real(&r);
}
END_TEST

START_TEST(a_loss_above_the_limit_has_diverged)
{
    struct real r;
    int n_parts;
    begin_real(&r, 0);
    r.compare.diverged_loss = 1e-3;
    struct run_result result = train_real(&r, 0, &n_parts);
    ck_assert_int_eq(result.outcome, RUN_DIVERGED);
    ck_assert_double_eq(result.epochs, 2);
    run_result_release(&result);
    end_real(&r);
}
END_TEST

START_TEST(what_is_not_finite_has_diverged)
{
    struct real r;
    struct job_place place;
    struct ramp_error err = {.text = ""};
    struct run_result result = {
        .scale = "full", .arm = "relu", .rate = 0.02, .seed = 1};
    bool stopped = true;
    begin_real(&r, 0.01);
    const struct compare_job job = {.compare = &r.compare,
                                    .arm = arms,
                                    .rate = 900,
                                    .seed = 1,
                                    .epochs = 5,
                                    .give_up = INFINITY};
    n_left = 1000000;
    ck_assert_int_eq(job_place_open(&place, &r.compare, go_on, &err), RAMP_OK);
    ck_assert_int_eq(job_train(&place, &job, &result, &stopped, &err), RAMP_OK);
    ck_assert(!stopped);
    ck_assert_int_eq(result.outcome, RUN_DIVERGED);
    ck_assert_str_eq(err.text, "");
    job_place_forget(&place);
    job_place_close(&place);
    run_result_release(&result);
    end_real(&r);
}
END_TEST

/* What an arm's rows are found by in the tables that exist: no setting that
 * came later may change it where it has its default. */
START_TEST(old_arms_keep_their_protocol)
{
    struct real r;
    struct job_place place;
    struct ramp_error err = {0};
    char protocol[JOB_PROTOCOL_BYTES];
    begin_real(&r, 0.25);
    ck_assert_int_eq(job_place_open(&place, &r.compare, go_on, &err), RAMP_OK);
    ck_assert_int_eq(job_protocol(protocol, &place, arms, &err), RAMP_OK);
    ck_assert_str_eq(protocol, "17f546a4b931768f");
    const struct compare_arm others[] = {
        {.bias_lr = 2}, {.l1 = 1e-5}, {.l2 = 1e-5},    {.act_l1 = 1e-5},
        {.bias = 0.1},  {.gain = 2},  {.max_norm = 2},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct compare_arm arm = others[i];
        arm.net = arms->net;
        arm.act = arms->act;
        arm.init = arm.gain > 0 ? NULL : arms->init;
        arm.scale = arms->scale;
        ck_assert_int_eq(job_protocol(protocol, &place, &arm, &err), RAMP_OK);
        ck_assert_str_ne(protocol, "17f546a4b931768f");
    }
    job_place_close(&place);
    end_real(&r);
}
END_TEST

/* The data of one arm are not those of another, and are opened once. */
START_TEST(an_arm_may_have_data_of_its_own)
{
    struct real r;
    struct job_place place;
    struct run_result results[2];
    bool stopped = true;
    begin_real(&r, 0.01);
    struct toy other = toy_open(100, false, 0.1);
    struct compare_arm own = arms[0];
    own.data = other.data_folder;
    const struct compare_arm *both[] = {&own, arms};
    const size_t n_train[] = {ramp_dataset_count(other.data, RAMP_TRAIN),
                              ramp_dataset_count(r.toy.data, RAMP_TRAIN)};
    n_left = 1000000;
    ck_assert_int_eq(job_place_open(&place, &r.compare, go_on, NULL), RAMP_OK);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(job_place_use(&place, both[i % 2], NULL), RAMP_OK);
        ck_assert_uint_eq(ramp_dataset_count(place.data, RAMP_TRAIN),
                          n_train[i % 2]);
        ck_assert_uint_eq(ramp_dataset_count(place.clean, RAMP_TRAIN), 50);
    }
    ck_assert_uint_eq(place.n_sets, 2);
    for (int i = 0; i < 2; i++) {
        const struct compare_job job = {.compare = &r.compare,
                                        .arm = both[i],
                                        .rate = 0.02,
                                        .seed = 1,
                                        .epochs = 1,
                                        .give_up = INFINITY};
        results[i] = (struct run_result){
            .scale = "full", .arm = "relu", .rate = 0.02, .seed = 1};
        ck_assert_int_eq(
            job_protocol(results[i].protocol, &place, both[i], NULL), RAMP_OK);
        /* by its arm alone: the protocol of the other was asked for last */
        ck_assert_int_eq(job_place_use(&place, both[1 - i], NULL), RAMP_OK);
        ck_assert_int_eq(job_train(&place, &job, &results[i], &stopped, NULL),
                         RAMP_OK);
        ck_assert_uint_eq(results[i].images, n_train[i]);
        run_result_release(&results[i]);
    }
    ck_assert_str_ne(results[0].protocol, results[1].protocol);
    job_place_forget(&place);
    job_place_close(&place);
    toy_close(&other);
    end_real(&r);
}
END_TEST

static Suite *compare_suite(void)
{
    Suite *suite = suite_create("compare");
    TCase *grid = tcase_create("grid");
    tcase_add_test(grid, the_grid_is_1_2_5);
    tcase_add_test(grid, it_is_walked_from_its_middle_outwards);
    tcase_add_test(grid, it_grows_until_the_best_lies_inside);
    tcase_add_test(grid, it_grows_no_further_than_it_may);
    tcase_add_test(grid, where_all_diverge_lower_rates_are_tried);
    tcase_add_test(grid, given_rates_are_not_a_grid);
    tcase_add_test(grid, an_arm_may_have_lower_rates);
    tcase_add_test(grid, an_arm_may_have_fewer_rates);
    tcase_add_test(grid, each_arm_and_seed_is_judged_by_itself);
    tcase_add_test(grid, only_some_seeds_search);
    tcase_add_test(grid, where_all_diverge_no_seed_follows);
    tcase_add_test(grid, no_seed_follows_where_none_got_there_if_so_asked);
    tcase_add_test(grid, the_shared_protocol_freezes_nothing);
    suite_add_tcase(suite, grid);
    TCase *resume = tcase_create("resume");
    tcase_set_timeout(resume, 60);
    tcase_add_test(resume, it_goes_on_from_its_file);
    tcase_add_test(resume, a_cut_last_line_does_not_count);
    tcase_add_test(resume, a_row_without_sense_is_an_error);
    tcase_add_test(resume, another_protocol_is_another_run);
    suite_add_tcase(suite, resume);
    TCase *real = tcase_create("real");
    tcase_set_timeout(real, 120);
    tcase_add_test(real, a_training_goes_on_as_if_never_stopped);
    tcase_add_test(real, so_does_one_with_a_target);
    tcase_add_test(real, a_running_figure_is_that_of_one_epoch);
    tcase_add_test(real, a_curve_has_ten_points_an_epoch);
    tcase_add_test(real, a_target_ends_a_training);
    tcase_add_test(real, a_loss_above_the_limit_has_diverged);
    tcase_add_test(real, what_is_not_finite_has_diverged);
    tcase_add_test(real, old_arms_keep_their_protocol);
    tcase_add_test(real, an_arm_may_have_data_of_its_own);
    suite_add_tcase(suite, real);
    return suite;
}

CHECK_MAIN(compare_suite)
