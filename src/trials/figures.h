/* figures.h - what a claim that compares no arms has measured: one number a
 * row, in a file that survives, FOLDER/NAME.csv.
 *
 * Rows come in parts: one check, or one training with one seed. A part is
 * written whole, once it has ended; an experiment that was stopped goes on with
 * those that are missing. Nothing in the file is ever dropped but a part that
 * the same part replaces. */
#ifndef TRIALS_FIGURES_H
#define TRIALS_FIGURES_H

#include "report/basics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a figure came from. */
struct figure_origin {
    int threads;
    char processor[64], cpu[12], version[16], commit[16], date[24];
};

struct figure {
    /* Which part. */
    char scale[12];    /* "full" */
    char part[64];     /* "tanh lecun" */
    char protocol[20]; /* a hash of what its figures depend on */
    uint64_t seed;

    char name[64]; /* "gradient rms" */
    double at;     /* the layer, the epoch, the x; NaN: of the part as a whole;
                    * in the file then an empty field */
    double value;  /* NaN: there is none */
    struct figure_origin origin;
};

struct figures {
    char *path;          /* owned */
    struct figure *rows; /* owned; in the order in which the parts ended */
    size_t n, capacity;
};

/* An absent file is empty. RAMP_DATA for rows that make no sense, RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status figures_load(struct figures *figures,
                                         const char *folder, const char *name,
                                         struct ramp_error *err);
void figures_release(struct figures *figures);

/* Whether there are rows of a scale, of a part. */
bool figures_has_scale(const struct figures *figures, const char *scale);
bool figures_has(const struct figures *figures, const char *scale,
                 const char *part, const char *protocol, uint64_t seed);

/* Add the n rows of a part in the place of the former ones of it, and write the
 * file. Of rows that have not changed the origin stays as it was. RAMP_IO,
 * RAMP_MEMORY. */
MUST_CHECK enum ramp_status figures_put(struct figures *figures,
                                        const struct figure *rows, size_t n,
                                        struct ramp_error *err);

/* The values of a figure, one for each seed, at most `capacity`; those of the
 * protocol that the part's last row has. Returns how many. */
size_t figures_values(const struct figures *figures, const char *scale,
                      const char *part, const char *name, double at,
                      double *values, size_t capacity);

/* The median of them; NaN: there is none. */
double figures_median(const struct figures *figures, const char *scale,
                      const char *part, const char *name, double at);

#endif
