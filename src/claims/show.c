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
