#include "session_driver.h"
#include "suite.h"

/* Steps over every shell: outputs exact, ends told right, the next step clean. */

static struct driver *driver;

static void open_shell(int shell)
{
    driver = driver_open(SHELLS[shell]);
}

START_TEST(outputs_are_exact)
{
    open_shell(_i);
    struct story *story = run_command(driver, 1, "printf a; printf b >&2; exit 7");
    ck_assert_bytes(&story->out, "a", 1);
    ck_assert_bytes(&story->err, "b", 1);
    ck_assert_int_eq(story->result.status, 7);

    story = run_command(driver, 2, "printf '\\0\\377\\036\\n\\036'");
    ck_assert_bytes(&story->out, "\0\377\036\n\036", 5);

    /* Imitations of frames, whole and broken off, are data. */
    story = run_command(driver, 3,
                        "printf '\\0360123456789abcdef01234567 e 3 0\\n\\0360123'; "
                        "printf '\\036q 3 0\\n' >&2");
    ck_assert_text(&story->out, "\0360123456789abcdef01234567 e 3 0\n\0360123");
    ck_assert_text(&story->err, "\036q 3 0\n");

    story = run_command(driver, 4, "echo; echo x >/dev/stderr; echo \"it's\" '\"$HOME\"' \\\\ '!'");
    ck_assert_text(&story->out, "\nit's \"$HOME\" \\ !\n");
    ck_assert_text(&story->err, "x\n");
    driver_close(driver);
}
END_TEST

START_TEST(large_outputs_are_exact)
{
    open_shell(_i);
    const char *command = "head -c 300000 /dev/zero; head -c 90000 /dev/zero >&2; exit 9";
    struct request *request = request_new(driver->session, 1);
    for (uint32_t id = 1; id <= 5; id++)
        request_step(request, &(struct request_step){ .id = id, .command = command, .ok = "9" });
    request_send(request);
    driver_wait_request(driver, 1);
    for (uint32_t id = 1; id <= 5; id++) {
        ck_assert_uint_eq(driver->stories[id].out.len, 300000);
        ck_assert_uint_eq(driver->stories[id].err.len, 90000);
        ck_assert_int_eq(driver->stories[id].result.status, 9);
        ck_assert_uint_eq(driver->stories[id].order, id);
    }
    ck_assert_int_eq(driver->request_status, 0);
    driver_close(driver);
}
END_TEST

static void ends_with(uint32_t id, const char *command, int status)
{
    struct story *story = run_command(driver, id, command);
    ck_assert_msg(story->result.status == status && !story->result.is_lost, "%s: %d", command,
                  story->result.status);
    ck_assert_int_eq(driver->request_status, status);
}

START_TEST(exit_codes_are_told)
{
    open_shell(_i);
    ends_with(1, "true", 0);
    ends_with(2, "exit 255", 255);
    ends_with(3, "f() { exit 4; }; f; echo no", 4);
    ends_with(4, "set -e; false; echo no", 1);
    ends_with(5, "kill -9 $$", 137);
    ends_with(6, "kill -INT $$; sleep 1; echo alive", 130); /* not ignored, as for a job of & */
    ends_with(7, "exec true", 0);
    ends_with(8, "/nonexistent", 127);
    ends_with(9, "", 0);
    ends_with(10, "exec >&- 2>&-; exit 5", 5);
    ck_assert_uint_eq(driver->stories[6].out.len, 0);
    struct story *story = run_command(driver, 11, "if");
    ck_assert_int_gt(story->result.status, 0);
    ck_assert_uint_gt(story->err.len, 0);
    story = run_command(driver, 12, "cd /tmp; A=b; umask 0; set -f");
    story = run_command(driver, 13, "pwd; echo \"[$A]\"");
    char *expected = mem_printf("%s\n[]\n", getenv("HOME"));
    ck_assert_text(&story->out, expected);
    free(expected);
    driver_close(driver);
}
END_TEST

START_TEST(input_is_given)
{
    open_shell(_i);
    struct story *story = run_command(driver, 1, "cat; read x; echo $?");
    ck_assert_text(&story->out, "1\n");
    story = run_step(driver, &(struct request_step){
                                 .id = 2, .command = "cat", .input = "a\0b\n'$", .input_size = 6 });
    ck_assert_bytes(&story->out, "a\0b\n'$", 6);

    size_t size = 1000000;
    char *bytes = mem_alloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    story = run_step(driver, &(struct request_step){
                                 .id = 3, .command = "cat", .input = bytes, .input_size = size });
    ck_assert_bytes(&story->out, bytes, size);
    story = run_command(driver, 4, "ls /proc/self/fd | wc -l"); /* 0, 1, 2 and ls's own */
    ck_assert_int_eq(atoi(str_text(&story->out)), 4);
    free(bytes);
    driver_close(driver);
}
END_TEST

START_TEST(long_and_many_lined_commands)
{
    open_shell(_i);
    struct story *story = run_command(driver, 1,
                                      "cat <<'X'\na'b\n\n$HOME \\\nX\nfor i in 1 2\ndo\n"
                                      "echo $i\ndone\n");
    ck_assert_text(&story->out, "a'b\n\n$HOME \\\n1\n2\n");
    static const size_t SIZES[] = { 1900, 2100, 60000, 99000, 110000, 300000 };
    for (uint32_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct str command = { 0 };
        str_add(&command, "x='");
        while (command.len < SIZES[i])
            str_add(&command, "0123456789\n");
        str_add(&command, "'; printf '%s' \"${#x}\"");
        char expected[32];
        snprintf(expected, sizeof expected, "%zu",
                 command.len - 3 - strlen("'; printf '%s' \"${#x}\""));
        story = run_command(driver, i + 2, command.data);
        ck_assert_msg(strcmp(str_text(&story->out), expected) == 0, "%zu: %s, status %d, %s",
                      SIZES[i], str_text(&story->out), story->result.status, str_text(&story->err));
        str_free(&command);
    }
    driver_close(driver);
}
END_TEST

START_TEST(requests_stop_where_they_should)
{
    open_shell(_i);
    struct request *request = request_new(driver->session, 1);
    request_script(request, 1, "return 0; echo unseen");
    request_step(request, &(struct request_step){ .id = 2, .command = "exit 3", .ok = "0,3" });
    request_step(request,
                 &(struct request_step){ .id = 3, .command = "exit 4", .keep_going = true });
    request_step(request, &(struct request_step){ .id = 4, .command = "exit 0", .ok = "5" });
    add_step(request, 5, "echo no");
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert_int_eq(driver->stories[2].result.status, 3);
    ck_assert_int_eq(driver->stories[3].result.status, 4);
    ck_assert_int_eq(driver->stories[4].result.status, 0);
    ck_assert(!driver->stories[4].result.not_begun);
    ck_assert(driver->stories[5].result.not_begun && !driver->stories[5].began);
    ck_assert_int_eq(driver->request_status, 1);

    /* A script of ours that fails ends the request; what it said is told. */
    request = request_new(driver->session, 2);
    add_step(request, 6, "true");
    request_script(request, 7, "echo one\necho \"it broke\" >&2; return 6");
    add_step(request, 8, "true");
    request_send(request);
    driver_wait_request(driver, 2);
    ck_assert_int_eq(driver->request_status, 6);
    ck_assert_text(&driver->stories[7].err, "it broke\n");
    ck_assert_uint_eq(driver->stories[7].out.len, 0);
    ck_assert(!driver->stories[7].ended && driver->stories[8].result.not_begun);
    driver_close(driver);
}
END_TEST

START_TEST(a_daemon_is_cut_off_unharmed)
{
    open_shell(_i);
    struct request *request = request_new(driver->session, 1);
    request_step(request, &(struct request_step){
                              .id = 1,
                              .command = "echo up; (while :; do echo LATE; echo LATE >&2; "
                                         "sleep 0.02; done) & echo $! >&2; exit 3",
                              .ok = "3" });
    add_step(request, 2, "echo a; echo b >&2; sleep 0.1");
    request_step(request,
                 &(struct request_step){ .id = 3, .command = "setsid sleep 0.9 & echo c" });
    add_step(request, 4, "(sleep 0.02; echo straggler) & echo d");
    add_step(request, 5, "echo e");
    request_send(request);
    driver_wait_request(driver, 1);
    struct story *stories = driver->stories;
    ck_assert_int_eq(stories[1].result.status, 3);
    ck_assert(stories[1].result.left_holder);
    ck_assert(strncmp(str_text(&stories[1].out), "up\n", 3) == 0);
    ck_assert_text(&stories[2].out, "a\n");
    ck_assert_text(&stories[2].err, "b\n");
    ck_assert(!stories[2].result.left_holder);
    ck_assert(stories[3].result.left_holder);
    ck_assert_text(&stories[3].out, "c\n");
    ck_assert(!stories[4].result.left_holder);
    ck_assert_text(&stories[4].out, "d\nstraggler\n");
    ck_assert_text(&stories[5].out, "e\n");

    const char *number = str_text(&stories[1].err); /* its first whole line that is a number */
    while (*number && !(*number >= '0' && *number <= '9'))
        number++;
    pid_t daemon = atoi(number);
    ck_assert_msg(daemon > 1 && kill(daemon, 0) == 0, "the daemon lives on");
    kill(daemon, SIGKILL);
    driver_close(driver);
}
END_TEST

START_TEST(a_time_out_ends_the_whole_tree)
{
    open_shell(_i);
    char word[32], command[200];
    snprintf(word, sizeof word, "61%d.%ld", _i, (long)getpid());
    snprintf(command, sizeof command, "echo s; (sleep %s & sleep %s); echo no", word, word);
    struct request *request = request_new(driver->session, 1);
    request_step(request, &(struct request_step){
                              .id = 1, .command = command, .timeout = 200, .keep_going = true });
    add_step(request, 2, "echo on");
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert(driver->stories[1].result.timed_out);
    ck_assert(!driver->stories[1].result.left_holder);
    ck_assert_int_eq(driver->stories[1].result.status, 143);
    ck_assert_text(&driver->stories[1].out, "s\n");
    ck_assert_text(&driver->stories[2].out, "on\n");
    ck_assert(all_gone(word, 10));
    driver_close(driver);
}
END_TEST

/* After the last shell, once more where the system does not list a process's children. */
static void open_shell_or_blind(int shell)
{
    static const struct session_query blind = { .id = 400, .text = "f_kids(){ f_x=; }" };
    if (shell < SHELL_COUNT) {
        open_shell(shell);
        return;
    }
    driver = driver_start(SHELLS[shell - SHELL_COUNT], "local", &blind, 1);
    driver_wait(driver, &driver->is_ready);
    drop_shell(SHELLS[shell - SHELL_COUNT]);
    use_shell(SHELLS[shell - SHELL_COUNT]);
}

/* What needs no shell of its own: told and ended like any other step. */
START_TEST(steps_in_the_runner)
{
    open_shell_or_blind(_i);
    static const struct {
        const char *command, *out;
        int status;
    } cases[] = {
        { "( printf a; cat; cd /; exit 3 )", "ain", 3 },
        { "pwd", NULL, 0 },
        { "( exec /nonexistent )", "", 127 },
        { "/nonexistent", "", 127 },
        { "false && echo no; echo \"$(echo b)\"", "b\n", 0 },
        { "( ls /proc/self/fd | wc -l )", "4\n", 0 },
        { "ls /proc/self/fd | wc -l", "4\n", 0 },
        { "sh -c 'kill -9 $$'", "", 137 },
        { "echo x >/nonexistent/x", "", -1 },
        { "cat </nonexistent", "", -1 },
    };
    struct request *request = request_new(driver->session, 1);
    uint32_t count = sizeof cases / sizeof *cases;
    for (uint32_t i = 0; i < count; i++)
        request_step(request, &(struct request_step){ .id = i + 1,
                                                      .command = cases[i].command,
                                                      .input = i ? NULL : "in",
                                                      .input_size = i ? 0 : 2,
                                                      .keep_going = true,
                                                      .in_runner = true });
    request_send(request);
    driver_wait_request(driver, 1);
    for (uint32_t i = 0; i < count; i++) {
        if (cases[i].status >= 0)
            ck_assert_int_eq(driver->stories[i + 1].result.status, cases[i].status);
        else
            ck_assert_int_gt(driver->stories[i + 1].result.status, 0);
        if (cases[i].out)
            ck_assert_text(&driver->stories[i + 1].out, cases[i].out);
    }
    char *home = mem_printf("%s\n", getenv("HOME"));
    ck_assert_text(&driver->stories[2].out, home);
    free(home);
    driver_close(driver);
}
END_TEST

/* Without a group: the tree of its processes is found, and its shell starts no next program. */
START_TEST(a_step_in_the_runner_is_ended)
{
    open_shell_or_blind(_i);
    char word[32], command[200], alone[100];
    snprintf(word, sizeof word, "63%d.%ld", _i, (long)getpid());
    snprintf(alone, sizeof alone, "sleep %s && echo no", word);
    snprintf(command, sizeof command, "( sleep %s | sleep %s; sleep %s; echo no )", word, word,
             word);
    struct request_step step = {
        .id = 1, .command = command, .timeout = 200, .keep_going = true, .in_runner = true
    };
    struct request *request = request_new(driver->session, 1);
    request_step(request, &step);
    add_step(request, 2, "echo on");
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert(driver->stories[1].result.timed_out);
    ck_assert_int_eq(driver->stories[1].result.status, 143);
    ck_assert_uint_eq(driver->stories[1].out.len, 0);
    ck_assert_text(&driver->stories[2].out, "on\n");
    ck_assert(all_gone(word, 10));

    step.timeout = 0;
    for (uint32_t round = 1; round < 6; round++) {
        step.id = 10 * round;
        step.command = round % 2 ? alone : command;
        request = request_new(driver->session, round + 1);
        request_step(request, &step);
        request_send(request);
        driver_wait(driver, &driver->stories[step.id].began);
        pause_for((round - 1) / 2);
        session_interrupt(driver->session);
        driver_wait_request(driver, round + 1);
        ck_assert(driver->stories[step.id].result.interrupted);
        ck_assert_msg(all_gone(word, 80), "round %u", round);
    }
    ck_assert_text(&run_command(driver, 300, "echo on")->out, "on\n");
    driver_close(driver);
}
END_TEST

START_TEST(what_ignores_TERM_is_killed)
{
    open_shell(_i);
    struct story *story = run_step(
        driver, &(struct request_step){ .id = 1,
                                        .command = "trap '' TERM; while :; do sleep 1.618; done",
                                        .timeout = 100 });
    ck_assert_int_eq(story->result.status, 137);
    ck_assert(story->result.timed_out);
    ck_assert(all_gone("1.618", 10));
    driver_close(driver);
}
END_TEST

START_TEST(an_interrupt_ends_the_request)
{
    open_shell(_i);
    char word[32], command[100];
    snprintf(word, sizeof word, "62%d.%ld", _i, (long)getpid());
    snprintf(command, sizeof command, "sleep %s & sleep %s", word, word);
    for (uint32_t round = 0; round < 8; round++) {
        struct request *request = request_new(driver->session, round + 1);
        uint32_t id = 10 * round + 1;
        request_step(request,
                     &(struct request_step){ .id = id, .command = command, .keep_going = true });
        add_step(request, id + 1, "echo no");
        request_send(request);
        if (round) { /* at different moments of its beginning */
            driver_wait(driver, &driver->stories[id].began);
            pause_for((round - 1) / 2);
        }
        session_interrupt(driver->session);
        driver_wait_request(driver, round + 1);
        ck_assert(driver->stories[id].result.interrupted);
        ck_assert(!driver->stories[id + 1].began);
        ck_assert(driver->stories[id + 1].result.not_begun);
        ck_assert_int_ne(driver->request_status, 0);
        ck_assert_msg(all_gone(word, 80), "round %u", round);
    }
    ck_assert_text(&run_command(driver, 400, "echo on")->out, "on\n");
    driver_close(driver);
}
END_TEST

START_TEST(many_steps_are_apart)
{
    open_shell(_i);
    struct request *request = request_new(driver->session, 1);
    for (uint32_t id = 1; id <= 100; id++) {
        char command[100];
        snprintf(command, sizeof command, "echo out %u; echo err %u >&2; exit %u", id, id, id % 7);
        request_step(request,
                     &(struct request_step){ .id = id, .command = command, .keep_going = true });
    }
    request_send(request);
    driver_wait_request(driver, 1);
    for (uint32_t id = 1; id <= 100; id++) {
        char out[40];
        snprintf(out, sizeof out, "out %u\n", id);
        ck_assert_text(&driver->stories[id].out, out);
        snprintf(out, sizeof out, "err %u\n", id);
        ck_assert_text(&driver->stories[id].err, out);
        ck_assert_int_eq(driver->stories[id].result.status, (int)(id % 7));
        ck_assert(!driver->stories[id].result.left_holder);
    }
    driver_close(driver);
}
END_TEST

/* The carriers of the outputs are renewed after 32 steps: cut off before, at and behind that. */
START_TEST(a_daemon_is_cut_off_at_any_step)
{
    open_shell(_i);
    struct request *request = request_new(driver->session, 1);
    for (uint32_t id = 1; id <= 70; id++) {
        bool leaves = (id >= 31 && id <= 33) || id == 65;
        char command[100];
        snprintf(command, sizeof command, "%s echo out %u; echo err %u >&2",
                 leaves ? "setsid sleep 3.17 &" : "", id, id);
        add_step(request, id, command);
    }
    request_send(request);
    driver_wait_request(driver, 1);
    for (uint32_t id = 1; id <= 70; id++) {
        bool leaves = (id >= 31 && id <= 33) || id == 65;
        char out[40];
        snprintf(out, sizeof out, "out %u\n", id);
        ck_assert_text(&driver->stories[id].out, out);
        snprintf(out, sizeof out, "err %u\n", id);
        ck_assert_text(&driver->stories[id].err, out);
        ck_assert(driver->stories[id].result.left_holder == leaves);
    }
    driver_close(driver);
}
END_TEST

/* One stream may be whole steps ahead of the other. */
START_TEST(a_late_stream_holds_the_other_back)
{
    static const char *const LATE[] = {
        "command { sh 2>&1 >&3 | while IFS= read -r l; do sleep 0.02; echo \"$l\"; done >&2; } "
        "3>&1",
        "command { sh | while IFS= read -r l; do sleep 0.02; echo \"$l\"; done; }",
    };
    driver = driver_start("dash", LATE[_i], NULL, 0);
    driver_wait(driver, &driver->is_ready);
    struct request *request = request_new(driver->session, 1);
    for (uint32_t id = 1; id <= 4; id++)
        add_step(request, id, "echo out; echo err >&2");
    request_send(request);
    driver_wait_request(driver, 1);
    for (uint32_t id = 1; id <= 4; id++) {
        ck_assert(!driver->stories[id].was_early);
        ck_assert_text(&driver->stories[id].out, "out\n");
        ck_assert_text(&driver->stories[id].err, "err\n");
        ck_assert_uint_eq(driver->stories[id].order, id);
    }
    driver_close(driver);
}
END_TEST

int main(void)
{
    for (int fd = 3; fd < 256; fd++)
        close(fd); /* what we were given and would pass on */
    Suite *suite = suite_create("io_session_step");
    TCase *tests = tcase_create("steps");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, outputs_are_exact, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, large_outputs_are_exact, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, exit_codes_are_told, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, input_is_given, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, long_and_many_lined_commands, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, requests_stop_where_they_should, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_daemon_is_cut_off_unharmed, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_time_out_ends_the_whole_tree, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, steps_in_the_runner, 0, 2 * SHELL_COUNT);
    tcase_add_loop_test(tests, a_step_in_the_runner_is_ended, 0, 2 * SHELL_COUNT);
    tcase_add_loop_test(tests, what_ignores_TERM_is_killed, 0, 1);
    tcase_add_loop_test(tests, an_interrupt_ends_the_request, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_daemon_is_cut_off_at_any_step, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, many_steps_are_apart, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_late_stream_holds_the_other_back, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
