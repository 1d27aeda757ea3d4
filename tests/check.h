/* check.h - what every test program begins with: the Check framework and a
 * main. Check forks for each test, unless CK_FORK=no is in the environment.
 *
 * Nothing before srunner_run_all may start OpenMP threads: they do not
 * survive a fork, and the first parallel region in a test would wait for them
 * for ever. So no OpenMP in main and in unchecked fixtures. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <check.h>
#include <stdlib.h>

/* The main of a test program: runs the suite that suite_function returns. */
#define CHECK_MAIN(suite_function)                                             \
    int main(void)                                                             \
    {                                                                          \
        SRunner *runner = srunner_create(suite_function());                    \
        srunner_run_all(runner, CK_NORMAL);                                    \
        int n_failed = srunner_ntests_failed(runner);                          \
        srunner_free(runner);                                                  \
        return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;                         \
    }

#endif
