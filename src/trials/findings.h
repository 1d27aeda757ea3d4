/* findings.h - what a claim says, point by point, beside what the figures say;
 * and the verdict that follows. */
#ifndef TRIALS_FINDINGS_H
#define TRIALS_FINDINGS_H

#include "trials/figures.h"
#include "trials/verdict.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

enum { FINDINGS_MAX = 64 };

/* One point: a number that must lie within bounds. */
struct finding {
    char text[96];      /* "sigmoid: factor of the gradient a layer" */
    bool essential;     /* without it the claim is refuted */
    double low, high;   /* the point holds within; either may be infinite */
    double value;       /* the median over the seeds; NaN: not known */
    double least, most; /* of the seeds */
};

struct findings {
    const struct figures *figures; /* borrowed */
    const char *scale;
    size_t n_seeds; /* that a figure must have; set before by the claim's judge,
                     * 1 unless it says otherwise */
    struct finding list[FINDINGS_MAX];
    size_t n;
};

enum finding_weight { BESIDES, ESSENTIAL };

/* A point about n values, one a seed; fewer than n_seeds, or one that is NaN:
 * not known. */
void findings_add(struct findings *f, enum finding_weight weight, double low,
                  double high, const double *values, size_t n,
                  const char *format, ...) PRINTF_LIKE(7, 8);

/* About a figure as it is. */
void findings_figure(struct findings *f, enum finding_weight weight, double low,
                     double high, const char *part, const char *name,
                     double at);

/* The same for a table of them. */
struct finding_row {
    const char *part, *name;
    double at, low, high;
    enum finding_weight weight;
};
#define WHOLE NAN /* at: about the part as a whole */
void findings_rows(struct findings *f, const struct finding_row *rows,
                   size_t n);
#define FINDINGS_ROWS(f, rows)                                                 \
    findings_rows(f, rows, sizeof(rows) / sizeof *(rows))

/* The rule, in this order:
 *   refuted       an essential point fails with every seed
 *   inconclusive  a point is not known, or an essential one holds with some
 *                 seeds and fails with others
 *   reproduced    every point holds with every seed
 *   partly        else
 * Also the sentence, and whether all is known. */
void findings_judge(struct verdict *verdict, const struct findings *f);

/* A row a point: what we found, what the claim says, yes or no. */
MUST_CHECK enum ramp_status findings_print(FILE *file, const struct findings *f,
                                           struct ramp_error *err);

#endif
