#include "step_playing.h"

/* The options of steps on a host, under each shell. */

START_TEST(guards)
{
    open_all(SHELLS[_i]);
    ck_played(play("\trun --creates=made touch made\n"), 0);
    ck_assert_int_eq(access("made", F_OK), 0);
    struct played passed = play("\trun --creates=made touch bad\n");
    ck_assert_int_eq(passed.status, 0);
    ck_assert_str_eq(passed.said, "passed over: made is there\n");
    passed = play("\trun --quiet --creates=~/made touch bad\n");
    ck_assert_str_eq(passed.said, "");
    mkdir("sub", 0700);
    ck_played(play("\tcd sub\n\trun --creates=made touch made\n"), 0);
    ck_assert_int_eq(access("sub/made", F_OK), 0);

    ck_played(play("\tcd sub\n\tenv a=1\n\trun --if='[ -e made ] && [ $$a = 1 ]' touch ../one\n"),
              0);
    ck_assert_int_eq(access("one", F_OK), 0);
    passed = play("\trun --if='test -e none' touch bad\n");
    ck_assert_int_eq(passed.status, 0);
    ck_assert_str_eq(passed.said, "passed over: --if=test -e none says no\n");
    passed = play("\trun --unless='echo out; exit 0' touch bad\n");
    ck_assert_str_eq(passed.said, "passed over: --unless=echo out; exit 0 says yes\n");
    ck_played(play("\trun --unless='exit 3' touch two\n"), 0);
    ck_assert_int_eq(access("two", F_OK), 0);
    ck_assert_int_ne(access("bad", F_OK), 0);
    ck_refused(play("\trun --if='no-such-program' touch bad\n"), 127, "no-such-program");
    ck_assert_int_ne(access("bad", F_OK), 0);

    write_file("a", "one\n", 0644);
    ck_played(play("\tput --unless=true a $(w)/bad\n"), 0);
    ck_assert_int_ne(access("bad", F_OK), 0);
    close_all();
}
END_TEST

START_TEST(inputs)
{
    open_all(SHELLS[_i]);
    ck_played(play("\trun --input='a  b\\n' cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "a  b\\n\n");
    ck_played(play("\trun cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "");
    write_file("in put", "some\nlines", 0644);
    ck_played(play("\trun --stdin='in put' cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "some\nlines");
    ck_played(play("\trun --stdin=~/'in put' --if='! read x' cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "some\nlines");
    ck_refused(play("\trun --stdin=none cat >given\n"), -1, "--stdin=none: No such file");
    ck_refused(play("\trun --stdin=/ cat >given\n"), -1, "--stdin=/: not a file");
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options on a host");
    TCase *tests = tcase_create("host");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, guards, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, inputs, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
