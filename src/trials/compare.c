/* compare.c - which trainings a comparison needs, and in what order; and what
 * they say of an arm. Trains nothing itself. */
#include "trials/compare.h"

#include "trials/stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Behind every number of epochs. */
#define NOT_REACHED 1e6
#define DIVERGED 1e9
#define ABSENT 1e12

void compare_init(struct compare *compare, const char *name, const char *scale,
                  const struct ramp_compute *compute)
{
    *compare = (struct compare){
        .name = name,
        .scale = scale,
        .data = {.compute = *compute, .val_share = 0.1},
        .train = {.compute = *compute,
                  .batch = 128,
                  .optimizer = RAMP_SGD,
                  .momentum = 0.9,
                  .bias_lr = 1,
                  .norm_lr = 1,
                  .schedule = RAMP_CONSTANT},
    };
}

double compare_grid(int number)
{
    static const char digits[] = {'1', '2', '5'};
    int from_low = number + 3000; /* division rounds towards zero */
    char text[16];
    double rate = 0;
    snprintf(text, sizeof text, "%ce%d", digits[from_low % 3],
             from_low / 3 - 1000);
    bool good = text_to_double(&rate, text, 0, 1e300);
    ASSERT(good);
    return rate;
}

/* ==== What came out ==== */

double compare_score(const struct run_result *run)
{
    if (run == NULL)
        return ABSENT;
    switch (run->outcome) {
    case RUN_REACHED: return run->reached;
    case RUN_DIVERGED: return DIVERGED;
    case RUN_FINISHED: return NOT_REACHED + run->last.val_error;
    case RUN_FITTED: return NOT_REACHED + run->last.train_loss;
    default: return NOT_REACHED + run->last.train_error;
    }
}

void compare_cell(char cell[COMPARE_CELL_BYTES], const struct run_result *run)
{
    if (run == NULL)
        snprintf(cell, COMPARE_CELL_BYTES, "-");
    else if (run->outcome == RUN_REACHED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.1f", run->reached);
    else if (run->outcome == RUN_DIVERGED)
        snprintf(cell, COMPARE_CELL_BYTES, "diverged");
    else if (run->outcome == RUN_FINISHED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.2f %%",
                 100 * run->last.val_error);
    else if (run->outcome == RUN_FITTED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.4f", run->last.train_loss);
    else
        snprintf(cell, COMPARE_CELL_BYTES, "> %.1f", run->epochs);
}

const struct run_result *compare_at(const struct compare_rates *rates, int rate,
                                    int seed)
{
    ASSERT(rate >= 0 && (size_t)rate < rates->n);
    ASSERT(seed >= 1 && seed <= rates->n_seeds);
    return rates->runs[rate * rates->n_seeds + seed - 1];
}

void compare_rates_release(struct compare_rates *rates)
{
    mem_free(rates->rates);
    mem_free((void *)rates->runs);
    *rates = (struct compare_rates){.best = -1};
}

/* The place of a rate among the sorted ones, where it is or would be. */
static size_t place_of(const struct compare_rates *rates, double rate)
{
    size_t i = 0;
    while (i < rates->n && rates->rates[i] < rate)
        i++;
    return i;
}

static void add_run(struct compare_rates *r, const struct run_result *run)
{
    size_t seeds = (size_t)r->n_seeds, at = place_of(r, run->rate);
    if (at == r->n || r->rates[at] > run->rate) {
        size_t behind = r->n++ - at;
        memmove(r->rates + at + 1, r->rates + at, behind * sizeof *r->rates);
        for (size_t i = r->n * seeds; i-- > (at + 1) * seeds;)
            r->runs[i] = r->runs[i - seeds];
        for (size_t s = 0; s < seeds; s++)
            r->runs[at * seeds + s] = NULL;
        r->rates[at] = run->rate;
    }
    r->runs[at * seeds + run->seed - 1] = run;
}

static double median_score(const struct compare_rates *rates, size_t rate)
{
    double scores[COMPARE_MAX_SEEDS] = {0};
    for (int s = 0; s < rates->n_seeds; s++)
        scores[s] = compare_score(
            rates->runs[rate * (size_t)rates->n_seeds + (size_t)s]);
    return stats_median(scores, (size_t)rates->n_seeds);
}

const struct run_result *compare_middle(const struct compare_rates *rates,
                                        int rate)
{
    int middle = rates->n_seeds / 2;
    for (int s = 1; s <= rates->n_seeds; s++) {
        const struct run_result *run = compare_at(rates, rate, s);
        double score = compare_score(run);
        int n_below = 0, n_equal = 0;
        for (int other = 1; other <= rates->n_seeds; other++) {
            double x = compare_score(compare_at(rates, rate, other));
            n_below += x < score;
            n_equal += x == score;
        }
        if (n_below <= middle && middle < n_below + n_equal)
            return run;
    }
    return NULL;
}

void compare_median_cell(char cell[COMPARE_CELL_BYTES],
                         const struct compare_rates *rates, int rate)
{
    bool same = true;
    const struct run_result *first = compare_at(rates, rate, 1);
    for (int s = 1; s <= rates->n_seeds; s++) {
        const struct run_result *run = compare_at(rates, rate, s);
        same = same && first && run && run->outcome == first->outcome;
    }
    double median = median_score(rates, (size_t)rate);
    if (same && first->outcome == RUN_REACHED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.1f", median);
    else if (same && first->outcome == RUN_FINISHED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.2f %%",
                 100 * (median - NOT_REACHED));
    else if (same && first->outcome == RUN_FITTED)
        snprintf(cell, COMPARE_CELL_BYTES, "%.4f", median - NOT_REACHED);
    else
        compare_cell(cell, compare_middle(rates, rate));
}

static int find_best(const struct compare_rates *rates)
{
    double lowest = DIVERGED, middle = (double)(rates->n - 1) / 2;
    int best = -1;
    for (size_t i = 0; i < rates->n; i++) {
        double score = median_score(rates, i);
        bool inner =
            best >= 0 && fabs((double)i - middle) < fabs((double)best - middle);
        if (score < lowest || (best >= 0 && score <= lowest && inner)) {
            lowest = score;
            best = (int)i;
        }
    }
    return best;
}

enum ramp_status compare_collect(struct compare_rates *rates,
                                 const struct results *results,
                                 const char *scale, const char *arm,
                                 const char *protocol, int n_seeds,
                                 struct ramp_error *err)
{
    ASSERT(n_seeds >= 1 && n_seeds <= COMPARE_MAX_SEEDS);
    *rates = (struct compare_rates){.n_seeds = n_seeds, .best = -1};
    size_t n_runs = results->n * (size_t)n_seeds;
    enum ramp_status status = MEM_NEW(&rates->rates, results->n, "rates", err);
    if (status == RAMP_OK)
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): they are pointers */
        status = MEM_NEW(&rates->runs, n_runs, "runs", err);
    if (status != RAMP_OK) {
        compare_rates_release(rates);
        return status;
    }
    for (size_t i = results->n; i-- > 0;) {
        const struct run_result *row = &results->rows[i];
        if (!text_equal(row->scale, scale) || !text_equal(row->arm, arm))
            continue;
        protocol = protocol ? protocol : row->protocol;
        if (row->seed >= 1 && row->seed <= (uint64_t)n_seeds &&
            text_equal(row->protocol, protocol))
            add_run(rates, row);
    }
    rates->best = find_best(rates);
    return RAMP_OK;
}

/* ==== Which runs ==== */

struct walk {
    const struct compare *compare;
    const char *const *protocols;
    struct results *results;
    compare_trainer *trainer;
    void *context;
    bool stopped;
    /* The rates of each arm so far: numbers, 0 is the first of the grid. */
    int low[COMPARE_MAX_ARMS], high[COMPARE_MAX_ARMS];
};

static double rate_of(const struct compare *compare, size_t arm, int number)
{
    return compare->rates
               ? compare->rates[number]
               : compare_grid(compare->first_rate +
                              compare->arms[arm].rate_shift + number);
}

static int n_rates_of(const struct compare *compare, size_t arm)
{
    int own = compare->arms[arm].n_rates;
    return own > 0 ? own : compare->n_rates;
}

static enum ramp_status collect(const struct walk *walk, size_t arm,
                                int n_seeds, struct compare_rates *rates,
                                struct ramp_error *err)
{
    return compare_collect(rates, walk->results, walk->compare->scale,
                           walk->compare->arms[arm].name, walk->protocols[arm],
                           n_seeds, err);
}

/* Twice the epochs of the best run so far of this arm and seed. */
static enum ramp_status find_limit(double *limit, const struct walk *walk,
                                   size_t arm, int seed, struct ramp_error *err)
{
    struct compare_rates rates;
    *limit = INFINITY;
    enum ramp_status status = collect(walk, arm, seed, &rates, err);
    if (status != RAMP_OK)
        return status;
    for (int i = 0; i < (int)rates.n; i++) {
        const struct run_result *run = compare_at(&rates, i, seed);
        if (run && run->outcome == RUN_REACHED && 2 * run->reached < *limit)
            *limit = 2 * run->reached;
    }
    compare_rates_release(&rates);
    return RAMP_OK;
}

static struct run_result key_of(const struct walk *walk, size_t arm, int number,
                                int seed)
{
    const struct compare *compare = walk->compare;
    struct run_result key = {.rate = rate_of(compare, arm, number),
                             .seed = (uint64_t)seed};
    snprintf(key.scale, sizeof key.scale, "%s", compare->scale);
    snprintf(key.arm, sizeof key.arm, "%s", compare->arms[arm].name);
    snprintf(key.protocol, sizeof key.protocol, "%s", walk->protocols[arm]);
    return key;
}

static enum ramp_status run_one(struct walk *walk, size_t arm, int number,
                                int seed, struct ramp_error *err)
{
    const struct compare *compare = walk->compare;
    struct run_result result = key_of(walk, arm, number, seed);
    struct compare_job job = {.compare = compare,
                              .arm = &compare->arms[arm],
                              .rate = result.rate,
                              .seed = result.seed};
    if (walk->stopped || results_find(walk->results, &result))
        return RAMP_OK;
    job.epochs = job.arm->epochs > 0 ? job.arm->epochs : compare->train.epochs;
    enum ramp_status status = find_limit(&job.give_up, walk, arm, seed, err);
    if (status == RAMP_OK)
        status =
            walk->trainer(walk->context, &job, &result, &walk->stopped, err);
    if (status == RAMP_OK && !walk->stopped)
        status = results_add(walk->results, &result, err);
    run_result_release(&result);
    return status;
}

/* The grid had grown so far before the program was ended. */
static void recall_growth(struct walk *walk, size_t arm, int n_seeds)
{
    const struct compare *compare = walk->compare;
    int growth = compare->rates ? 0 : compare->n_growth;
    for (int i = -growth; i < n_rates_of(compare, arm) + growth; i++)
        for (int s = 1; s <= n_seeds; s++) {
            const struct run_result key = key_of(walk, arm, i, s);
            if (results_find(walk->results, &key) == NULL)
                continue;
            walk->low[arm] = i < walk->low[arm] ? i : walk->low[arm];
            walk->high[arm] = i > walk->high[arm] ? i : walk->high[arm];
        }
}

/* One seed: a rate, then those beside it, as far as the grid goes by now. */
static enum ramp_status run_around(struct walk *walk, size_t arm, int seed,
                                   int middle, int n_beside,
                                   struct ramp_error *err)
{
    int low = walk->low[arm], high = walk->high[arm];
    enum ramp_status status = RAMP_OK;
    for (int away = 0; away <= n_beside && status == RAMP_OK; away++) {
        if (middle + away <= high)
            status = run_one(walk, arm, middle + away, seed, err);
        if (status == RAMP_OK && away > 0 && middle - away >= low)
            status = run_one(walk, arm, middle - away, seed, err);
    }
    return status;
}

/* Whether the best rate of the first seeds is at an edge that may move; if so
 * it has moved, and *number is the new rate. */
static enum ramp_status grow(bool *grew, int *number, struct walk *walk,
                             size_t arm, int n_seeds, struct ramp_error *err)
{
    const struct compare *compare = walk->compare;
    struct compare_rates rates;
    *grew = false;
    if (compare->rates != NULL || walk->stopped)
        return RAMP_OK;
    enum ramp_status status = collect(walk, arm, n_seeds, &rates, err);
    if (status != RAMP_OK)
        return status;
    bool lowest = rates.best <= 0; /* also where all diverged */
    bool highest = rates.best == (int)rates.n - 1;
    if (lowest && walk->low[arm] > -compare->n_growth) {
        *number = --walk->low[arm];
        *grew = true;
    } else if (highest && walk->high[arm] < n_rates_of(compare, arm) - 1 +
                                                compare->n_growth) {
        *number = ++walk->high[arm];
        *grew = true;
    }
    compare_rates_release(&rates);
    return RAMP_OK;
}

static enum ramp_status run_arm(struct walk *walk, size_t arm, int seed,
                                struct ramp_error *err)
{
    int number;
    bool grew = true;
    recall_growth(walk, arm, seed);
    enum ramp_status status =
        run_around(walk, arm, seed, (n_rates_of(walk->compare, arm) - 1) / 2,
                   walk->high[arm] - walk->low[arm], err);
    while (status == RAMP_OK && grew) {
        status = grow(&grew, &number, walk, arm, seed, err);
        for (int s = 1; grew && s <= seed && status == RAMP_OK; s++)
            status = run_one(walk, arm, number, s, err);
    }
    return status;
}

/* A seed that does not walk the grid; nothing where all rates diverged, or
 * missed the target if that is to be so. */
static enum ramp_status run_near_best(struct walk *walk, size_t arm, int seed,
                                      int n_beside, struct ramp_error *err)
{
    const struct compare *compare = walk->compare;
    struct compare_rates rates;
    int number = walk->low[arm];
    enum ramp_status status =
        collect(walk, arm, compare->n_search, &rates, err);
    if (status != RAMP_OK)
        return status;
    double best = rates.best >= 0 ? rates.rates[rates.best] : 0;
    if (best > 0 && compare->only_reached &&
        compare_middle(&rates, rates.best)->outcome != RUN_REACHED)
        best = 0;
    compare_rates_release(&rates);
    if (best == 0 || walk->stopped)
        return RAMP_OK;
    while (rate_of(compare, arm, number) != best)
        number++;
    return run_around(walk, arm, seed, number, n_beside, err);
}

/* Seeds first to last, for every arm in turn. */
static enum ramp_status run_search(struct walk *walk, int n_seeds,
                                   struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (int seed = 1; seed <= n_seeds; seed++)
        for (size_t arm = 0; arm < walk->compare->n_arms; arm++)
            if (status == RAMP_OK && !walk->stopped)
                status = run_arm(walk, arm, seed, err);
    return status;
}

static enum ramp_status run_others(struct walk *walk, int first_seed,
                                   int n_beside, struct ramp_error *err)
{
    const struct compare *compare = walk->compare;
    enum ramp_status status = RAMP_OK;
    for (int seed = first_seed; seed <= compare->n_seeds; seed++)
        for (size_t arm = 0; arm < compare->n_arms; arm++)
            if (status == RAMP_OK && !walk->stopped)
                status = run_near_best(walk, arm, seed, n_beside, err);
    return status;
}

/* Seed by seed, so that there is early something of every arm; the rates beside
 * the best one come last. */
enum ramp_status compare_run(const struct compare *compare,
                             const char *const *protocols,
                             struct results *results, compare_trainer *trainer,
                             void *context, bool *stopped,
                             struct ramp_error *err)
{
    struct walk walk = {.compare = compare,
                        .protocols = protocols,
                        .results = results,
                        .trainer = trainer,
                        .context = context};
    ASSERT(compare->n_arms <= COMPARE_MAX_ARMS && compare->n_rates >= 1);
    ASSERT(compare->n_seeds <= COMPARE_MAX_SEEDS);
    for (size_t arm = 0; arm < compare->n_arms; arm++)
        walk.high[arm] = n_rates_of(compare, arm) - 1;
    int n_search = compare->n_search ? compare->n_search : compare->n_seeds;
    enum ramp_status status = run_search(&walk, n_search, err);
    for (int n = 0; n <= compare->n_beside && status == RAMP_OK; n++)
        status = run_others(&walk, n_search + 1, n, err);
    *stopped = walk.stopped;
    return status;
}
