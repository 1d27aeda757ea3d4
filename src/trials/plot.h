/* plot.h - the picture of a claim that compares no arms: its figures as lines
 * or bars. A table says which. */
#ifndef TRIALS_PLOT_H
#define TRIALS_PLOT_H

#include "report/draft.h"
#include "trials/figures.h"

/* What figures are drawn over. */
enum plot_x {
    PLOT_AT,    /* their `at`: the x, the layer */
    PLOT_EPOCH, /* the figures "NAME, epoch E", over E */
    PLOT_RATE,  /* the parts "PART lr R", over R */
    PLOT_PART   /* bars, for each part of the plot those of all series */
};

/* Which figure; what is left out here its panel says. */
struct plot_series {
    const char *title; /* in the key */
    const char *part, *name;
    double at; /* not of PLOT_AT */
};

struct plot_panel {
    const char *title; /* above it; NULL: none, or the epoch */
    const char *y;     /* its axis */
    const char *part, *name;
    const char *epoch; /* "0", or "last": figures "NAME, epoch 0" */
};

struct plot {
    enum plot_x x;
    const char *title; /* of the x axis */
    bool log_x, log_y, per_cent;
    int columns; /* of panels; 0: one */

    const char *const *parts;         /* of PLOT_PART; end in NULL */
    const struct plot_series *series; /* of every panel; end in one without a
                                       * title */
    const struct plot_panel *panels;  /* end in one without y */
};

/* The script that draws what is there, the median over the seeds and, where
 * there are several, lowest and highest, for picture_draw_script; it stays
 * empty if nothing is. RAMP_MEMORY. */
MUST_CHECK enum ramp_status plot_write(struct draft *script,
                                       const struct plot *plot,
                                       const struct figures *figures,
                                       const char *scale,
                                       struct ramp_error *err);

#endif
