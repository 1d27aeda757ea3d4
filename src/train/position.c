/* position.c - where a training is, as a line of text. */
#include "train/position.h"

#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum kind { INT, SIZE, U64, REAL };

/* One number of the line, and the member of a position that it is. */
static const struct field {
    const char *name;
    enum kind kind;
    size_t at;
} fields[] = {
    {"epochs", INT, offsetof(struct position, epochs)},
    {"step", U64, offsetof(struct position, step)},
    {"batches", SIZE, offsetof(struct position, tally.n_batches)},
    {"pictures", SIZE, offsetof(struct position, tally.n)},
    {"wrong", SIZE, offsetof(struct position, tally.n_wrong)},
    {"loss", REAL, offsetof(struct position, tally.loss)},
    {"seconds", REAL, offsetof(struct position, seconds)},
    {"elapsed", REAL, offsetof(struct position, elapsed)},
    {"best", INT, offsetof(struct position, best.epoch)},
    {"best-train-loss", REAL, offsetof(struct position, best.train_loss)},
    {"best-train-error", REAL, offsetof(struct position, best.train_error)},
    {"best-val-loss", REAL, offsetof(struct position, best.val_loss)},
    {"best-val-error", REAL, offsetof(struct position, best.val_error)},
};

enum { N_FIELDS = sizeof fields / sizeof *fields };

static void write_number(char *text, size_t n_bytes, enum kind kind,
                         const void *member)
{
    switch (kind) {
    case INT: snprintf(text, n_bytes, "%d", *(const int *)member); break;
    case SIZE: snprintf(text, n_bytes, "%zu", *(const size_t *)member); break;
    case U64:
        snprintf(text, n_bytes, "%llu",
                 (unsigned long long)*(const uint64_t *)member);
        break;
    case REAL: /* as many digits as give the same double back */
        snprintf(text, n_bytes, "%.17g", *(const double *)member);
        break;
    }
}

static bool read_number(void *member, enum kind kind, const char *text)
{
    uint64_t whole;
    if (kind == REAL)
        return text_to_double(member, text, -1, 1e300);
    if (!text_to_u64(&whole, text, 0, kind == INT ? INT_MAX : INT64_MAX))
        return false;
    switch (kind) {
    case INT: *(int *)member = (int)whole; break;
    case SIZE: *(size_t *)member = (size_t)whole; break;
    case U64:
    case REAL: *(uint64_t *)member = whole; break;
    }
    return true;
}

void position_write(char text[POSITION_BYTES], const struct position *position)
{
    size_t used = 0;
    for (int i = 0; i < N_FIELDS; i++) {
        char number[32];
        write_number(number, sizeof number, fields[i].kind,
                     (const char *)position + fields[i].at);
        used += (size_t)snprintf(text + used, POSITION_BYTES - used, "%s%s %s",
                                 i ? " " : "", fields[i].name, number);
    }
}

/* The next word of the line, cut at its blank; NULL if there is none. */
static const char *next_word(char **line)
{
    char *word = *line;
    if (word == NULL)
        return NULL;
    *line = strchr(word, ' ');
    if (*line != NULL)
        *(*line)++ = 0;
    return word;
}

bool position_read(struct position *position, const char *text)
{
    char copy[POSITION_BYTES], *line = copy;
    size_t n = strlen(text);
    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n + 1);
    *position = (struct position){0};
    for (int i = 0; i < N_FIELDS; i++) {
        const char *name = next_word(&line), *number = next_word(&line);
        if (name == NULL || number == NULL ||
            !text_equal(name, fields[i].name) ||
            !read_number((char *)position + fields[i].at, fields[i].kind,
                         number))
            return false;
    }
    return line == NULL;
}
