/* verdict.c - what results say of a claim. */
#include "trials/verdict.h"

#include <math.h>

const char *verdict_name(enum verdict_word word)
{
    static const char *const names[VERDICT_N_WORDS] = {
        "reproduced", "partly", "refuted", "inconclusive"};
    return names[word];
}

void verdict_release(struct verdict *verdict)
{
    draft_release(&verdict->sentence);
}

static bool is_inside(const struct compare_rates *rates)
{
    return rates->best > 0 && rates->best < (int)rates->n - 1;
}

/* Of n seeds the epochs to the target; where it was not reached those without
 * it. */
static bool take_seeds(double *epochs, bool *at_least, size_t n,
                       const struct compare_rates *rates)
{
    if (rates->best < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct run_result *run =
            compare_at(rates, rates->best, (int)i + 1);
        if (run == NULL || !(run->epochs > 0))
            return false;
        epochs[i] = run->epochs;
        *at_least = *at_least || run->outcome != RUN_REACHED;
    }
    return true;
}

static void set_ratio(struct speed_ratio *r, const struct compare_rates *slow,
                      const struct compare_rates *fast)
{
    double a[COMPARE_MAX_SEEDS], b[COMPARE_MAX_SEEDS];
    bool fast_missed = false;
    size_t n = (size_t)r->n_seeds;
    r->complete = take_seeds(a, &r->at_least, n, slow) &&
                  take_seeds(b, &fast_missed, n, fast) && !fast_missed;
    r->inside = is_inside(slow) && is_inside(fast);
    if (!r->complete)
        return;
    r->slow_rate = slow->rates[slow->best];
    r->fast_rate = fast->rates[fast->best];
    r->slow_epochs = stats_median(a, n);
    r->fast_epochs = stats_median(b, n);
    r->ratio = stats_ratio(a, b, n, 0.95);
    r->lowest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        r->lowest = fmin(r->lowest, a[i] / b[i]);
        r->highest = fmax(r->highest, a[i] / b[i]);
    }
}

enum ramp_status speed_ratio_find(struct speed_ratio *ratio,
                                  const struct results *results,
                                  const char *scale, const char *slow,
                                  const char *fast, int n_seeds,
                                  struct ramp_error *err)
{
    struct compare_rates a, b;
    *ratio = (struct speed_ratio){.n_seeds = n_seeds};
    enum ramp_status status =
        compare_collect(&a, results, scale, slow, NULL, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    status = compare_collect(&b, results, scale, fast, NULL, n_seeds, err);
    if (status == RAMP_OK) {
        set_ratio(ratio, &a, &b);
        compare_rates_release(&b);
    }
    compare_rates_release(&a);
    return status;
}

enum verdict_word speed_ratio_judge(const struct speed_ratio *r)
{
    if (!r->complete || r->n_seeds < 2 || !r->inside)
        return VERDICT_INCONCLUSIVE;
    if (r->highest < 1.5 && !r->at_least)
        return VERDICT_REFUTED;
    if (!(r->ratio.low > 1) || r->ratio.mean < 1.5)
        return VERDICT_INCONCLUSIVE;
    return r->ratio.mean < 4 ? VERDICT_PARTLY : VERDICT_REPRODUCED;
}
