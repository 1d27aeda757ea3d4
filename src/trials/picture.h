/* picture.h - pictures of claims, drawn by gnuplot. */
#ifndef TRIALS_PICTURE_H
#define TRIALS_PICTURE_H

#include "trials/compare.h"

#define PICTURE_NOTE_BYTES 512

/* Write FOLDER/NAME.gp and let gnuplot draw FOLDER/NAME.svg by it, from the two
 * tables of the results: the error against epochs of every arm at its best
 * rate, a line for each seed (of many arms only that of the median seed); with
 * a target (a share, else 0) also the epochs to it against the rate. Without
 * gnuplot *note says how to draw, else it is empty. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status picture_draw(const struct results *results,
                                         const char *folder, const char *name,
                                         const char *scale, double target,
                                         char note[PICTURE_NOTE_BYTES],
                                         struct ramp_error *err);

/* The same of a script that says what is drawn, but not where to. */
MUST_CHECK enum ramp_status picture_draw_script(const struct draft *script,
                                                const char *folder,
                                                const char *name,
                                                char note[PICTURE_NOTE_BYTES],
                                                struct ramp_error *err);

/* ---- For scripts: the style that they have in common ---- */

/* Panels of equal size below a key. In pixels of a picture 640 wide, which is
 * readable at 400. */
struct picture_layout {
    int rows, columns, panel; /* panel: its height */
    int left;                 /* for what stands left of it; 0: a number */
    bool titled;              /* panels have titles */
    bool shared_x;            /* only the lowest ones have an x axis */
    size_t n_titles, longest; /* of the key; bytes */
};

/* Everything up to the key; at the end of a script stands "unset multiplot". */
void picture_begin(struct draft *script, const struct picture_layout *layout);

/* An entry of the key, drawn so: "lines dashtype 2". All of them come before
 * the first panel. */
void picture_key(struct draft *script, const char *title, const char *with);

/* Everything up to what is special in a panel, from 0. */
void picture_panel(struct draft *script, const struct picture_layout *layout,
                   int number);

/* "linewidth 2 dashtype 2 linecolor rgb "#c0392b"": of the i-th line. */
#define PICTURE_STYLE_BYTES 64
#define PICTURE_STYLE(i) picture_style((char[PICTURE_STYLE_BYTES]){0}, (i))
const char *picture_style(char style[PICTURE_STYLE_BYTES], size_t i);
const char *picture_colour(size_t i); /* "#rrggbb" */

#endif
