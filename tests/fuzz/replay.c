/* replay.c - runs every file of tests/fuzz/corpus/TARGET through a fuzz
 * target, as a test program: what a fuzzer once found stays found, and any
 * compiler's sanitizers can look at it. Each file is a test of its own, and its
 * name is told first, so that the last one told is the one that fails. */
#include "tests/check.h"
#include "tests/fuzz/fuzz.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>

enum { MAX_FILES = 1000 };

static char *paths[MAX_FILES];
static int n_paths;

/* Changes are libFuzzer's; nothing changes here. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes, size_t max_bytes)
{
    (void)bytes;
    return n_bytes < max_bytes ? n_bytes : max_bytes;
}

/* Not by base/file.h: a target may have put its own in the place of that. The
 * block is of the very size, so that a read beyond it shows. */
START_TEST(replay)
{
    static uint8_t bytes[1 << 20];
    printf("%s\n", paths[_i]);
    fflush(stdout);
    FILE *file = fopen(paths[_i], "rb");
    ck_assert_ptr_nonnull(file);
    size_t n_bytes = fread(bytes, 1, sizeof bytes, file);
    ck_assert(n_bytes < sizeof bytes && !ferror(file));
    fclose(file);
    uint8_t *exact = malloc(n_bytes ? n_bytes : 1);
    memcpy(exact, bytes, n_bytes);
    LLVMFuzzerTestOneInput(exact, n_bytes);
    free(exact);
}
END_TEST

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && n_paths < MAX_FILES && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            paths[n_paths++] = file_join(folder, entry->d_name);
    if (dir)
        closedir(dir);
    qsort(paths, (size_t)n_paths, sizeof *paths, compare);
}

/* replay [FOLDER]: the target's own corpus unless another is given. */
int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '_');
    char folder[200];
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s",
             name ? name + 1 : "");
    list(argc > 1 ? argv[1] : folder);
    Suite *suite = suite_create(folder);
    TCase *tc = tcase_create("replay");
    tcase_set_timeout(tc, 20);
    tcase_add_loop_test(tc, replay, 0, n_paths);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (int i = 0; i < n_paths; i++)
        mem_free(paths[i]);
    return n_failed || n_paths == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
