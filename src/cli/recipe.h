/* recipe.h - settings as a text file: `--name value`, one a line.
 *
 * A line that begins with # is a comment, and so is what follows a # behind a
 * blank. A flag stands alone. The value is the rest of the line, without the
 * blanks at its ends. What the command line gives wins. */
#ifndef CLI_RECIPE_H
#define CLI_RECIPE_H

#include "cli/options.h"
#include "report/draft.h"

/* Give the options what the file says; a name without a slash that is no file
 * is that of a shipped one ("digits": models/digits.recipe). *text is the
 * caller's (mem_free) and must outlive the options' values, also on failure.
 * RAMP_USAGE if it cannot be read or a line makes no sense. */
MUST_CHECK enum ramp_status recipe_read(struct option *options, char **text,
                                        const char *path,
                                        struct ramp_error *err);

/* Add a line for each option that has a value, but for those named in `but`
 * (ends in NULL). A value that a recipe cannot hold becomes a comment. */
void recipe_write(struct draft *draft, const struct option *options,
                  const char *const *but);

#endif
