/* show.c - results of a comparison for people. */
#include "trials/show.h"

#include "report/table.h"
#include "trials/stats.h"
#include "trials/verdict.h"

#include <math.h>

int show_n_seeds(const struct results *results, const char *scale)
{
    int n = 0;
    for (size_t i = 0; i < results->n; i++) {
        const struct run_result *row = &results->rows[i];
        if (text_equal(row->scale, scale) && row->seed > (uint64_t)n &&
            row->seed <= COMPARE_MAX_SEEDS)
            n = (int)row->seed;
    }
    return n;
}

static const struct show_arm *find_arm(const struct show_arms *arms,
                                       const char *name)
{
    for (size_t i = 0; i < arms->n; i++)
        if (text_equal(arms->arms[i].name, name))
            return &arms->arms[i];
    return NULL;
}

/* The protocol of an arm is that of its last row. */
static const char *last_protocol(const struct results *results,
                                 const char *scale, const char *arm)
{
    size_t i = results->n;
    while (i-- > 0)
        if (text_equal(results->rows[i].scale, scale) &&
            text_equal(results->rows[i].arm, arm))
            return results->rows[i].protocol;
    return "";
}

static enum ramp_status add_arm(struct show_arms *arms,
                                const struct results *results,
                                const char *scale, const char *name,
                                int n_seeds, struct ramp_error *err)
{
    struct show_arm *arm = &arms->arms[arms->n];
    arm->index = arms->n;
    arm->name = name;
    arm->protocol = last_protocol(results, scale, name);
    enum ramp_status status = compare_collect(&arm->rates, results, scale, name,
                                              arm->protocol, n_seeds, err);
    arms->n += status == RAMP_OK;
    return status;
}

void show_arms_release(struct show_arms *arms)
{
    for (size_t i = 0; i < arms->n; i++)
        compare_rates_release(&arms->arms[i].rates);
    mem_free(arms->arms);
    *arms = (struct show_arms){.n = 0};
}

enum ramp_status show_arms_find(struct show_arms *arms,
                                const struct results *results,
                                const char *scale, struct ramp_error *err)
{
    int n_seeds = show_n_seeds(results, scale);
    *arms = (struct show_arms){.n = 0};
    enum ramp_status status = MEM_NEW(&arms->arms, results->n, "the arms", err);
    for (size_t i = 0; i < results->n && status == RAMP_OK; i++)
        if (text_equal(results->rows[i].scale, scale) &&
            find_arm(arms, results->rows[i].arm) == NULL)
            status = add_arm(arms, results, scale, results->rows[i].arm,
                             n_seeds, err);
    if (status != RAMP_OK)
        show_arms_release(arms);
    return status;
}

static void add_rate(struct table *table, const char *arm,
                     const struct compare_rates *rates, int rate)
{
    char cell[COMPARE_CELL_BYTES];
    table_cell(table, "%s", arm);
    table_cell(table, "%s%g", rate == rates->best ? "* " : "",
               rates->rates[rate]);
    for (int s = 1; s <= rates->n_seeds; s++) {
        compare_cell(cell, compare_at(rates, rate, s));
        table_cell(table, "%s", cell);
    }
    if (rates->n_seeds > 1) {
        compare_median_cell(cell, rates, rate);
        table_cell(table, "%s", cell);
    }
}

enum ramp_status show_table(FILE *file, const struct results *results,
                            const char *scale, struct ramp_error *err)
{
    struct table table;
    char alignment[TABLE_MAX_COLUMNS + 1] = "lr";
    struct show_arms arms;
    int n_seeds = show_n_seeds(results, scale), n = 2;
    if (n_seeds == 0)
        return RAMP_OK;
    enum ramp_status status = show_arms_find(&arms, results, scale, err);
    if (status != RAMP_OK)
        return status;
    for (int s = 0; s < n_seeds + (n_seeds > 1); s++)
        alignment[n++] = 'r';
    alignment[n] = 0;
    table_init(&table, alignment);
    table_cell(&table, "arm");
    table_cell(&table, "rate");
    for (int s = 1; s <= n_seeds; s++)
        table_cell(&table, "seed %d", s);
    if (n_seeds > 1)
        table_cell(&table, "median");
    for (size_t i = 0; i < arms.n; i++)
        for (int j = 0; j < (int)arms.arms[i].rates.n; j++)
            add_rate(&table, arms.arms[i].name, &arms.arms[i].rates, j);
    status = table_print(&table, file, 2, err);
    table_release(&table);
    show_arms_release(&arms);
    return status;
}

/* ---- Pairs of arms ---- */

/* "tanh : relu  2.31  [2.05, 2.60]" */
static void add_ratio(struct table *table, const struct speed_ratio *r)
{
    if (!r->complete) {
        table_cell(table, "-");
        table_cell(table, "%s", "not reached");
        return;
    }
    table_cell(table, "%s%.2f", r->at_least ? "> " : "", r->ratio.mean);
    if (r->n_seeds > 1)
        table_cell(table, "[%.2f, %.2f]%s", r->ratio.low, r->ratio.high,
                   r->inside ? "" : " at the edge");
    else
        table_cell(table, "one seed%s", r->inside ? "" : ", at the edge");
}

static void add_difference(struct table *table, const struct compare_rates *a,
                           const struct compare_rates *b)
{
    double x[COMPARE_MAX_SEEDS], y[COMPARE_MAX_SEEDS];
    size_t n = 0;
    for (int s = 1; a->best >= 0 && b->best >= 0 && s <= a->n_seeds; s++) {
        const struct run_result *first = compare_at(a, a->best, s);
        const struct run_result *second = compare_at(b, b->best, s);
        if (first && second && first->outcome == RUN_FINISHED &&
            second->outcome == RUN_FINISHED) {
            x[n] = 100 * first->last.val_error;
            y[n++] = 100 * second->last.val_error;
        }
    }
    struct stats_interval i = stats_paired(x, y, n, 0.95);
    table_cell(table, "%+.2f", i.mean);
    if (n > 1)
        table_cell(table, "[%+.2f, %+.2f]", i.low, i.high);
    else
        table_cell(table, "%s", n == 1 ? "one seed" : "runs are missing");
}

static enum ramp_status show_pairs(FILE *file, const struct results *results,
                                   const char *scale, double target,
                                   const struct show_arms *arms,
                                   struct ramp_error *err)
{
    struct table table;
    enum ramp_status status = RAMP_OK;
    table_init(&table, "llrl");
    for (size_t i = 0; i < arms->n; i++)
        for (size_t j = 0; j < i && status == RAMP_OK; j++) {
            const struct show_arm *a = &arms->arms[i], *b = &arms->arms[j];
            struct speed_ratio ratio;
            table_cell(&table, "%s %c %s", a->name, target > 0 ? ':' : '-',
                       b->name);
            table_cell(&table, "%s", target > 0 ? "epochs" : "points");
            if (target > 0) {
                status = speed_ratio_find(&ratio, results, scale, a->name,
                                          b->name, a->rates.n_seeds, err);
                add_ratio(&table, &ratio);
            } else
                add_difference(&table, &a->rates, &b->rates);
        }
    if (status == RAMP_OK && arms->n > 1) {
        fprintf(file, "\nat the best rates, with 95 %% intervals\n");
        status = table_print(&table, file, 2, err);
    }
    table_release(&table);
    return status;
}

enum ramp_status show_comparison(FILE *file, const struct results *results,
                                 const char *scale, double target,
                                 struct ramp_error *err)
{
    struct show_arms arms;
    enum ramp_status status = show_table(file, results, scale, err);
    if (status == RAMP_OK)
        status = show_arms_find(&arms, results, scale, err);
    if (status != RAMP_OK)
        return status;
    status = show_pairs(file, results, scale, target, &arms, err);
    show_arms_release(&arms);
    return status;
}
