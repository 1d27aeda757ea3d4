/* version.h - the version of libramp and ramp; the number stands nowhere else.
 */
#ifndef RAMP_VERSION_H
#define RAMP_VERSION_H

#include <ramp/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of these headers. */
#define RAMP_VERSION "0.1.0"

/* Of the library at hand, which may be a newer one. */
RAMP_API const char *ramp_version(void);

#ifdef __cplusplus
}
#endif

#endif
