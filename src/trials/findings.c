/* findings.c - points of a claim, and their verdict. */
#include "trials/findings.h"

#include "report/table.h"

#include <math.h>
#include <stdarg.h>

enum holds { NOT_KNOWN, YES, NO, BOTH };

/* Written so that NaN holds nowhere. */
static enum holds holds(const struct finding *point)
{
    bool least = point->least >= point->low && point->least <= point->high;
    bool most = point->most >= point->low && point->most <= point->high;
    if (isnan(point->value))
        return NOT_KNOWN;
    if (least && most)
        return YES;
    return least || most ||
                   (point->least < point->low && point->most > point->high &&
                    point->value >= point->low && point->value <= point->high)
               ? BOTH
               : NO;
}

void findings_add(struct findings *f, enum finding_weight weight, double low,
                  double high, const double *values, size_t n,
                  const char *format, ...)
{
    ASSERT(f->n < FINDINGS_MAX);
    struct finding *point = &f->list[f->n++];
    *point = (struct finding){.essential = weight == ESSENTIAL,
                              .low = low,
                              .high = high,
                              .value = NAN,
                              .least = INFINITY,
                              .most = -INFINITY};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(point->text, sizeof point->text, format, arguments);
    va_end(arguments);
    bool known = n > 0 && n >= f->n_seeds && n <= STATS_MAX;
    for (size_t i = 0; i < n && known; i++) {
        known = !isnan(values[i]);
        point->least = fmin(point->least, values[i]);
        point->most = fmax(point->most, values[i]);
    }
    if (known)
        point->value = stats_median(values, n);
}

void findings_figure(struct findings *f, enum finding_weight weight, double low,
                     double high, const char *part, const char *name, double at)
{
    double values[STATS_MAX];
    size_t n =
        figures_values(f->figures, f->scale, part, name, at, values, STATS_MAX);
    if (isnan(at))
        findings_add(f, weight, low, high, values, n, "%s: %s", part, name);
    else
        findings_add(f, weight, low, high, values, n, "%s: %s %g", part, name,
                     at);
}

void findings_rows(struct findings *f, const struct finding_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        findings_figure(f, rows[i].weight, rows[i].low, rows[i].high,
                        rows[i].part, rows[i].name, rows[i].at);
}

static void say_bounds(char text[48], const struct finding *point)
{
    if (point->low == point->high)
        snprintf(text, 48, "%.6g", point->low);
    else if (isinf(point->high))
        snprintf(text, 48, isinf(point->low) ? "any" : "%.6g or more",
                 point->low);
    else if (isinf(point->low))
        snprintf(text, 48, "%.6g or less", point->high);
    else
        snprintf(text, 48, "%.7g to %.7g", point->low, point->high);
}

void findings_judge(struct verdict *verdict, const struct findings *f)
{
    size_t counts[4] = {0};
    bool refuted = false, mixed = false;
    char bounds[48];
    for (size_t i = 0; i < f->n; i++) {
        enum holds how = holds(&f->list[i]);
        counts[how]++;
        refuted = refuted || (how == NO && f->list[i].essential);
        mixed = mixed || (how == BOTH && f->list[i].essential);
    }
    verdict->complete = f->n > 0 && counts[NOT_KNOWN] == 0;
    verdict->word = VERDICT_PARTLY;
    if (refuted)
        verdict->word = VERDICT_REFUTED;
    else if (!verdict->complete || mixed)
        verdict->word = VERDICT_INCONCLUSIVE;
    else if (counts[YES] == f->n)
        verdict->word = VERDICT_REPRODUCED;
    draft_add(&verdict->sentence, "%zu of %zu points hold", counts[YES], f->n);
    if (counts[NOT_KNOWN] > 0)
        draft_add(&verdict->sentence, ", %zu are not measured yet",
                  counts[NOT_KNOWN]);
    const char *between = "; not so: ";
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *point = &f->list[i];
        if (holds(point) != NO && holds(point) != BOTH)
            continue;
        say_bounds(bounds, point);
        draft_add(&verdict->sentence, "%s%s is %.4g (expected %s)%s", between,
                  point->text, point->value, bounds,
                  holds(point) == BOTH ? ", not with every seed" : "");
        between = "; ";
    }
    draft_add(&verdict->sentence, ".");
}

enum ramp_status findings_print(FILE *file, const struct findings *f,
                                struct ramp_error *err)
{
    static const char *const words[] = {"-", "yes", "NO", "not always"};
    struct table table;
    char bounds[48];
    table_init(&table, "lrrl");
    table_cell(&table, "point");
    table_cell(&table, "found");
    table_cell(&table, "expected");
    table_cell(&table, "holds");
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *point = &f->list[i];
        say_bounds(bounds, point);
        table_cell(&table, "%s", point->text);
        if (isnan(point->value))
            table_cell(&table, "-");
        else if (point->least == point->most)
            table_cell(&table, "%.6g", point->value);
        else
            table_cell(&table, "%.4g [%.4g, %.4g]", point->value, point->least,
                       point->most);
        table_cell(&table, "%s", bounds);
        table_cell(&table, "%s%s", words[holds(point)],
                   point->essential ? "" : " (besides)");
    }
    enum ramp_status status = table_print(&table, file, 2, err);
    table_release(&table);
    return status;
}
