#include "step_playing.h"

#include "step/gate.h"
#include "suite.h"

/* The options of steps on a host, under each shell. */

START_TEST(guards)
{
    open_all(SHELLS[_i]);
    ck_played(play("\trun --creates=made touch made\n"), 0);
    ck_assert_int_eq(access("made", F_OK), 0);
    struct played passed = play("\trun --creates=made touch bad\n");
    ck_assert_int_eq(passed.status, 0);
    ck_assert_str_eq(passed.printed, "passed over: made is there\n");
    passed = play("\trun --quiet --creates=~/made touch bad\n");
    ck_assert_str_eq(passed.printed, "");
    mkdir("sub", 0700);
    ck_played(play("\tcd sub\n\trun --creates=made touch made\n"), 0);
    ck_assert_int_eq(access("sub/made", F_OK), 0);

    ck_played(play("\tcd sub\n\tenv a=1\n\trun --if='[ -e made ] && [ $$a = 1 ]' touch ../one\n"),
              0);
    ck_assert_int_eq(access("one", F_OK), 0);
    passed = play("\trun --if='test -e none' touch bad\n");
    ck_assert_int_eq(passed.status, 0);
    ck_assert_str_eq(passed.printed, "passed over: --if=test -e none says no\n");
    passed = play("\trun --unless='echo out; exit 0' touch bad\n");
    ck_assert_str_eq(passed.printed, "passed over: --unless=echo out; exit 0 says yes\n");
    ck_played(play("\trun --unless='exit 3' touch two\n"), 0);
    ck_assert_int_eq(access("two", F_OK), 0);
    ck_assert_int_ne(access("bad", F_OK), 0);
    ck_refused(play("\trun --if='no-such-program' touch bad\n"), 127, "no-such-program");
    ck_played(play("\trun --if='command -v no-such-program' touch bad\n"), 0);
    ck_played(play("\trun --unless='command -v no-such-program; case a in a) exit 127;; esac' "
                   "touch good\n"),
              0);
    ck_assert_int_eq(access("good", F_OK), 0);
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

/* Asks the recipe's last step, a gate. */
static enum gate ask_gate(const char *recipe, char said[256])
{
    char *fakefile = mem_printf("w = %s\nt @:\n%s", work, recipe);
    struct step_world *world = world_open(fakefile);
    ck_assert_msg(world_make(world), "%s", str_text(&world->said));
    struct step *step = &world->steps.items[world->steps.count - 1];
    struct str query = { 0 };
    const char *text;
    step_ask(step, NULL, &query);
    uint32_t id = next_id++;
    session_query(driver->session, id, str_text(&query));
    driver_wait(driver, &driver->stories[id].ended);
    enum gate gate = step_gate(step, str_text(&driver->stories[id].out), &text);
    snprintf(said, 256, "%s", text ? text : "");
    str_free(&query);
    world_close(world);
    free(fakefile);
    return gate;
}

START_TEST(gates)
{
    char said[256];
    open_all(SHELLS[_i]);
    ck_assert_int_eq(ask_gate("\tonly-if true\n", said), GATE_YES);
    ck_assert_int_eq(ask_gate("\tonly-if false\n", said), GATE_NO);
    ck_assert_str_eq(said, "not needed: only-if false says no");
    ck_assert_int_eq(ask_gate("\tonly-if ! exit 3\n", said), GATE_YES);
    ck_assert_int_eq(ask_gate("\tonly-if ! echo; cat\n", said), GATE_NO);
    ck_assert_str_eq(said, "not needed: only-if ! echo; cat says no");
    ck_assert_int_eq(ask_gate("\tonly-if ! no-such-program\n", said), GATE_FAILED);
    ck_assert_msg(strstr(said, "exit code 127: ") && strstr(said, "no-such-program"), "%s", said);
    ck_assert_int_eq(ask_gate("\tonly-if command -v no-such-program\n", said), GATE_NO);
    ck_assert_int_eq(ask_gate("\tonly-if ! command -v no-such-program\n", said), GATE_YES);
    ck_assert_int_eq(ask_gate("\tonly-if --timeout=1 sleep 30\n", said), GATE_FAILED);
    ck_assert_str_eq(said, "only-if took too long");
    mkdir("sub", 0700);
    ck_assert_int_eq(ask_gate("\tcd sub\n\tenv a=1\n\tonly-if touch $$a; exit 0\n", said),
                     GATE_YES);
    ck_assert_int_eq(access("sub/1", F_OK), 0);
    ck_assert_int_eq(ask_gate("\tonly-if {\n\tfalse\n\ttrue\n\t}\n", said), GATE_NO);
    ck_assert_int_eq(ask_gate("\tonly-if ls /proc/self/fd/9\n", said), GATE_NO);
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options on a host");
    TCase *tests = tcase_create("host");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, guards, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, gates, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, inputs, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
