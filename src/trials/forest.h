/* forest.h - effects with their intervals, one below the other (a forest plot).
 */
#ifndef TRIALS_FOREST_H
#define TRIALS_FOREST_H

#include "report/draft.h"
#include "trials/stats.h"

/* What an effect says of the claim that it is above 0, or above some least. */
enum effect_state {
    EFFECT_HOLDS,
    EFFECT_FAILS,
    EFFECT_OPEN,
    EFFECT_MISSING,
    EFFECT_N_STATES
};
extern const char *const effect_states[]; /* "holds", ... */

struct forest_row {
    char text[104];               /* "tanh - relu" */
    struct stats_interval effect; /* low and high NaN: one seed */
    enum effect_state state;
    bool shown; /* decides nothing */
};

struct forest {
    const char *unit; /* "training loss, the first less the second" */
    double least;     /* where a dotted line stands, but for 0 */
    const struct forest_row *rows; /* borrowed */
    size_t n;
};

/* The script that draws them, for picture_draw_script; it stays empty where all
 * are missing. */
void forest_write(struct draft *script, const struct forest *forest);

#endif
