/* version.c - which library this is. */
#include <ramp/version.h>

const char *ramp_version(void)
{
    return RAMP_VERSION;
}
