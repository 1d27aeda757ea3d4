/* png.h - pixels as PNG files, and as text inside other files. */
#ifndef REPORT_PNG_H
#define REPORT_PNG_H

#include "report/draft.h"

#include <stdint.h>

/* A picture as in ramp/image.h: rows from the top, 1 channel (grey) or 3. */
struct pixels {
    int width, height, channels;
    uint8_t *bytes; /* the owner stands where the struct does */
};

/* *png is the caller's (mem_free). RAMP_MEMORY; RAMP_USAGE for what no PNG can
 * hold: nothing, or 2 GiB. */
MUST_CHECK enum ramp_status png_encode(uint8_t **png, size_t *n_bytes,
                                       const struct pixels *pixels,
                                       struct ramp_error *err);

/* "data:image/png;base64,...", for an href. Where it fails, nothing is added.
 */
MUST_CHECK enum ramp_status png_add_uri(struct draft *draft,
                                        const struct pixels *pixels,
                                        struct ramp_error *err);

#endif
