/* picture.h - how the arms of a comparison went, drawn by gnuplot. */
#ifndef CLAIMS_PICTURE_H
#define CLAIMS_PICTURE_H

#include "claims/compare.h"

#define PICTURE_NOTE_BYTES 512

/* Write FOLDER/NAME.gp and let gnuplot draw FOLDER/NAME.svg by it, from the two
 * tables of the results: the error against epochs of every arm at its best
 * rate, a line for each seed; with a target (a share, else 0) also the epochs
 * to it against the rate. Without gnuplot *note says how to draw, else it is
 * empty. RAMP_IO, RAMP_MEMORY. */
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

#endif
