/* json_memory.h - whether jansson had all the memory it asked for.
 *
 * jansson 2.14 overlooks some allocations that fail: a text that it reads loses
 * its end, and is then read past it; a dump comes out empty. So while it is
 * watched all of its allocations fail behind the first that fails, and what it
 * then returns, good or bad, is not to be used. Each thread watches its own. */
#ifndef MODEL_JSON_MEMORY_H
#define MODEL_JSON_MEMORY_H

#include "base/error.h"

#include <stdbool.h>

void json_memory_watch(void);

/* Ends the watch: false if an allocation failed since json_memory_watch. */
MUST_CHECK bool json_memory_sufficed(void);

#endif
