/* basics.h - what report, and the program after it, use of the first room:
 * messages, memory, words and numbers, whole files, the clock. The inside of
 * the library (nets, data, training) is reached through include/ramp alone. */
#ifndef REPORT_BASICS_H
#define REPORT_BASICS_H

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

#endif
