/* picture_list.h - the pictures that an argument stands for: one file, all of
 * a folder, or those that standard input names. */
#ifndef CLI_PICTURE_LIST_H
#define CLI_PICTURE_LIST_H

#include "report/basics.h"

#include <stdbool.h>

/* Called for each picture; false ends the walk. `bad` is NULL, or says why
 * what is called `path` holds no picture that can be named. Before the walk
 * waits for more of standard input, it calls with a `path` of NULL: somebody
 * may be waiting, too, for the answers to what was named so far. */
typedef bool picture_function(void *context, const char *path,
                              struct ramp_error *bad);

/* A file is given to `each` as it is. Of a folder, the files whose names end
 * like pictures (.png .jpg .jpeg .bmp .pgm .ppm .pnm, in either case), sorted
 * by bytes, and so its folders; hidden ones and links to folders are left
 * out. Of a folder only the names are in memory. "-": the lines of standard
 * input, each a file or folder, as they come. False if `each` ended the
 * walk. */
bool picture_list_walk(const char *path, picture_function *each, void *context);

#endif
