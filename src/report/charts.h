/* charts.h - how a training went, drawn by gnuplot from the tables in the
 * folder of its run. */
#ifndef REPORT_CHARTS_H
#define REPORT_CHARTS_H

#include "base/error.h"

#define CHARTS_NOTE_BYTES 512

/* Write curves.gp beside log.csv, layers.gp beside layers.csv, and let gnuplot
 * draw curves.svg and layers.svg by them, as a user can: `gnuplot curves.gp` in
 * the folder. Without a table, or a row in it, there is no chart. `title`
 * stands above.
 *
 * gnuplot may be missing, fail, or hang (it has 20 seconds): then *note says in
 * one line what was the matter and how to draw, else it is empty; an older
 * chart is removed, as it does not show this table. RAMP_IO, RAMP_MEMORY: a
 * file could not be read or written. */
MUST_CHECK enum ramp_status charts_draw(const char *folder, const char *title,
                                        char note[CHARTS_NOTE_BYTES],
                                        struct ramp_error *err);

/* One picture, "PATH/NAME.svg", by a script that does not set its output: that
 * becomes PATH/NAME.gp. The rest as above. */
MUST_CHECK enum ramp_status charts_draw_script(const char *picture,
                                               const char *script,
                                               char note[CHARTS_NOTE_BYTES],
                                               struct ramp_error *err);

#endif
