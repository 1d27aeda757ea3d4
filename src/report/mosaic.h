/* mosaic.h - many small pictures as one PNG file. */
#ifndef REPORT_MOSAIC_H
#define REPORT_MOSAIC_H

#include "report/png.h"

/* Write n pictures of one shape, row by row: `tile` has that shape and, one
 * after another, the bytes of all. Each pixel becomes a square of so many that
 * the mosaic is at least about 600 wide, but of at most 32. RAMP_IO,
 * RAMP_MEMORY, RAMP_USAGE as for png_encode. */
MUST_CHECK enum ramp_status mosaic_write(const char *folder, const char *name,
                                         const struct pixels *tile, size_t n,
                                         struct ramp_error *err);

#endif
