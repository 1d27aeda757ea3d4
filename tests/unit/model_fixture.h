/* model_fixture.h - what the tests of model files share: a folder that is
 * removed afterwards, and files whose header is written by hand. */
#ifndef TESTS_MODEL_FIXTURE_H
#define TESTS_MODEL_FIXTURE_H

#include "base/file.h"
#include "base/mem.h"
#include "tests/check.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char fixture_folder[200];

static inline void fixture_setup(void)
{
    const char *root = getenv("TMPDIR");
    snprintf(fixture_folder, sizeof fixture_folder, "%s/ramp-model.XXXXXX",
             root ? root : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(fixture_folder));
}

static inline void fixture_teardown(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture_folder);
    ck_assert_int_eq(system(command), 0);
}

/* A path in the folder; the caller's until it has asked four more times. */
static inline const char *fixture_path(const char *name)
{
    static char paths[4][300];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", fixture_folder, name);
    return path;
}

/* A file of the format: the header as given, then the floats. */
static inline uint8_t *fixture_bytes(size_t *n_bytes, const char *header,
                                     const float *values, size_t n_values)
{
    size_t n = strlen(header);
    uint8_t *bytes = mem_alloc(8 + n + 4 * n_values + 1, 1);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)n >> 8 * i & 0xff);
    memcpy(bytes + 8, header, n);
    if (n_values > 0)
        memcpy(bytes + 8 + n, values, 4 * n_values);
    *n_bytes = 8 + n + 4 * n_values;
    return bytes;
}

/* One line without a full stop that says `expected`. */
static inline void fixture_check_text(const struct ramp_error *err,
                                      const char *expected, const char *what)
{
    size_t n = strlen(err->text);
    ck_assert_msg(strstr(err->text, expected) != NULL,
                  "%s: expected \"%s\" in \"%s\"", what, expected, err->text);
    ck_assert_msg(n > 0 && strchr(err->text, '\n') == NULL &&
                      err->text[n - 1] != '.',
                  "%s: not a line of ours: \"%s\"", what, err->text);
}

#endif
