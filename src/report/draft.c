/* draft.c - a text that grows while it is written. */
#include "report/draft.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void draft_add(struct draft *draft, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(length >= 0);
    size_t n_bytes;
    if (draft->failed || !size_add(&n_bytes, draft->n_bytes, (size_t)length) ||
        !size_add(&n_bytes, n_bytes, 1) ||
        !mem_grow((void **)&draft->text, &draft->capacity, n_bytes, 1)) {
        draft->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(draft->text + draft->n_bytes, (size_t)length + 1, format, args);
    va_end(args);
    draft->n_bytes += (size_t)length;
}

void draft_shell_word(struct draft *draft, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-./:,=+@%";
    if (word[0] && word[strspn(word, plain)] == 0) {
        draft_add(draft, "%s", word);
        return;
    }
    draft_add(draft, "'");
    for (const char *end; (end = strchr(word, '\'')) != NULL; word = end + 1)
        draft_add(draft, "%.*s'\\''", (int)(end - word), word);
    draft_add(draft, "%s'", word);
}

enum ramp_status draft_check(const struct draft *draft, const char *what,
                             struct ramp_error *err)
{
    if (draft->failed || draft->text == NULL)
        return error_memory(err, what, draft->capacity);
    return RAMP_OK;
}

void draft_release(struct draft *draft)
{
    mem_free(draft->text);
    *draft = (struct draft){0};
}
