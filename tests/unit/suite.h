#ifndef FAKE_TESTS_SUITE_H
#define FAKE_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Runs the suite, frees it, and returns what main returns. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
