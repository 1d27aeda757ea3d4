/* version.h - the version of libramp and ramp; it stands nowhere else. */
#ifndef RAMP_VERSION_H
#define RAMP_VERSION_H

#define RAMP_VERSION "0.1.0"

#endif
