/* show.c - results of a comparison for people. */
#include "claims/show.h"

#include "claims/stats.h"
#include "report/table.h"

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

static bool is_first(const struct results *results, size_t row,
                     const char *scale)
{
    if (!text_equal(results->rows[row].scale, scale))
        return false;
    for (size_t i = 0; i < row; i++)
        if (text_equal(results->rows[i].scale, scale) &&
            text_equal(results->rows[i].arm, results->rows[row].arm))
            return false;
    return true;
}

/* The run that the median of a rate's scores stands for: the upper one of the
 * middle two. */
static const struct run_result *middle_run(const struct compare_rates *rates,
                                           int rate)
{
    for (int s = 1; s <= rates->n_seeds; s++) {
        const struct run_result *run = compare_at(rates, rate, s);
        double score = compare_score(run);
        int n_below = 0, n_equal = 0;
        for (int other = 1; other <= rates->n_seeds; other++) {
            double x = compare_score(compare_at(rates, rate, other));
            n_below += x < score;
            n_equal += x == score;
        }
        int middle = rates->n_seeds / 2;
        if (n_below <= middle && middle < n_below + n_equal)
            return run;
    }
    return NULL;
}

static void add_rate(struct table *table, const char *arm,
                     const struct compare_rates *rates, int rate)
{
    char cell[COMPARE_CELL_BYTES];
    bool best = rate == rates->best;
    table_cell(table, "%s", arm);
    table_cell(table, "%g", rates->rates[rate]);
    for (int s = 1; s <= rates->n_seeds; s++) {
        compare_cell(cell, compare_at(rates, rate, s));
        table_cell(table, "%s", cell);
    }
    if (rates->n_seeds > 1) {
        compare_cell(cell, middle_run(rates, rate));
        table_cell(table, "%s", cell);
    }
    table_cell(table, "%s", best ? "*" : "");
}

static enum ramp_status add_arm(struct table *table,
                                const struct results *results,
                                const char *scale, const char *arm, int n_seeds,
                                struct ramp_error *err)
{
    struct compare_rates rates;
    enum ramp_status status =
        compare_collect(&rates, results, scale, arm, NULL, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    for (int i = 0; i < (int)rates.n; i++)
        add_rate(table, arm, &rates, i);
    compare_rates_release(&rates);
    return RAMP_OK;
}

enum ramp_status show_table(FILE *file, const struct results *results,
                            const char *scale, struct ramp_error *err)
{
    struct table table;
    char alignment[TABLE_MAX_COLUMNS + 1] = "lr";
    int n_seeds = show_n_seeds(results, scale), n = 2;
    if (n_seeds == 0)
        return RAMP_OK;
    /* More seeds than columns have no use for a table. */
    n_seeds = n_seeds < TABLE_MAX_COLUMNS - 4 ? n_seeds : TABLE_MAX_COLUMNS - 4;
    for (int s = 0; s < n_seeds + (n_seeds > 1); s++)
        alignment[n++] = 'r';
    alignment[n++] = 'l';
    alignment[n] = 0;
    table_init(&table, alignment);
    table_cell(&table, "arm");
    table_cell(&table, "rate");
    for (int s = 1; s <= n_seeds; s++)
        table_cell(&table, "seed %d", s);
    if (n_seeds > 1)
        table_cell(&table, "median");
    table_cell(&table, "%s", "");
    enum ramp_status status = RAMP_OK;
    for (size_t i = 0; i < results->n && status == RAMP_OK; i++)
        if (is_first(results, i, scale))
            status = add_arm(&table, results, scale, results->rows[i].arm,
                             n_seeds, err);
    if (status == RAMP_OK)
        status = table_print(&table, file, 2, err);
    table_release(&table);
    return status;
}
