/* base64.c - bytes as letters. */
#include "report/base64.h"

#define GROUPS 1024 /* that go into the draft at once */

/* Three bytes make four letters; '=' stands for those beyond the end. */
static void add_group(char *to, const uint8_t *bytes, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = (uint32_t)bytes[0] << 16;
    if (n > 1)
        bits |= (uint32_t)bytes[1] << 8;
    if (n > 2)
        bits |= bytes[2];
    for (size_t i = 0; i < 4; i++)
        to[i] = i > n ? '=' : letters[bits >> (18 - 6 * i) & 63];
}

void base64_add(struct draft *draft, const uint8_t *bytes, size_t n_bytes)
{
    char letters[4 * GROUPS + 1];
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i += 3) {
        add_group(letters + n, bytes + i, n_bytes - i);
        n += 4;
        if (n < 4 * GROUPS && i + 3 < n_bytes)
            continue;
        letters[n] = 0;
        draft_add(draft, "%s", letters);
        n = 0;
    }
}
