/* draft.h - a text that grows while it is written. */
#ifndef REPORT_DRAFT_H
#define REPORT_DRAFT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts as all zero. */
struct draft {
    char *text; /* owned; terminated; NULL before the first draft_add */
    size_t n_bytes, capacity;
    bool failed; /* no memory: what came after is missing */
};

void draft_add(struct draft *draft, const char *format, ...) PRINTF_LIKE(2, 3);

/* A word of a command, quoted where a shell would take it for more. */
void draft_shell_word(struct draft *draft, const char *word);

/* RAMP_MEMORY if anything is missing, or nothing was ever added. */
MUST_CHECK enum ramp_status draft_check(const struct draft *draft,
                                        const char *what,
                                        struct ramp_error *err);

void draft_release(struct draft *draft);

#endif
