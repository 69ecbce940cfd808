#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "io/loop.h"
#include "io/process.h"
#include "suite.h"

/* One process of sh, and what is told of it. */
static struct loop *loop;
static struct process *process;
static struct str outputs[2], why;
static int status;
static bool ended, held;

static void output(void *context, int stream, const char *data, size_t size)
{
    (void)context;
    ck_assert(!ended);
    str_addn(&outputs[stream - 1], data, size);
}

static void process_end(void *context, int wait_status, bool is_held, const char *reason)
{
    (void)context;
    ck_assert(!ended);
    ended = true;
    status = wait_status;
    held = is_held;
    str_add(&why, reason ? reason : "");
}

static const struct process_events EVENTS = { .output = output, .ended = process_end };

static void setup(void)
{
    loop = loop_new();
}

static void teardown(void)
{
    loop_free(loop);
    str_free(&outputs[0]);
    str_free(&outputs[1]);
    str_free(&why);
}

static void start(const char *command, const struct process_options *more)
{
    const char *argv[] = { "sh", "-c", command, NULL };
    struct process_options options = more ? *more : (struct process_options){ 0 };
    options.argv = argv;
    process = process_start(loop, &options, &EVENTS, NULL);
    ck_assert(!ended);
}

static void run(const char *command, const struct process_options *more)
{
    start(command, more);
    loop_run(loop);
    ck_assert(ended);
}

START_TEST(outputs_and_exit_code)
{
    run("printf 'a\\0b'; printf c >&2; cat; exit 7", NULL);
    ck_assert_uint_eq(outputs[0].len, 3);
    ck_assert_mem_eq(outputs[0].data, "a\0b", 3);
    ck_assert_str_eq(str_text(&outputs[1]), "c");
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7 && !held);
}
END_TEST

START_TEST(killed_by_a_signal)
{
    run("kill -9 $$", NULL);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

START_TEST(what_cannot_be_started_says_why)
{
    const char *argv[] = { "/nonexistent/program", NULL };
    struct process_options options = { .argv = argv };
    process_start(loop, &options, &EVENTS, NULL);
    ck_assert(!ended); /* told from the loop only */
    loop_run(loop);
    ck_assert(ended && status == -1);
    ck_assert(strstr(str_text(&why), "No such file") != NULL);
}
END_TEST

START_TEST(input_folder_environment)
{
    char search[] = "PATH=/usr/bin:/bin", variable[] = "X=y";
    char *environment[] = { search, variable, NULL };
    struct str input = { 0 };
    for (int i = 0; i < 300000; i++)
        str_addc(&input, (char)i);
    run("wc -c; pwd; echo $X", &(struct process_options){ .environment = environment,
                                                          .folder = "/",
                                                          .input = input.data,
                                                          .input_size = input.len });
    ck_assert_str_eq(str_text(&outputs[0]), "300000\n/\ny\n");
    str_free(&input);
}
END_TEST

START_TEST(input_that_nobody_reads)
{
    struct str input = { 0 };
    for (int i = 0; i < 300000; i++)
        str_addc(&input, 'x');
    run("exit 3", &(struct process_options){ .input = input.data, .input_size = input.len });
    ck_assert_int_eq(WEXITSTATUS(status), 3);
    str_free(&input);
}
END_TEST

START_TEST(a_holder_of_the_outputs_does_not_hang_us)
{
    uint64_t before = loop_now(loop);
    run("sleep 3 & echo $!", NULL);
    ck_assert(held && WIFEXITED(status));
    ck_assert_uint_lt(loop_now(loop) - before, 2000);
    pid_t sleeper = atoi(str_text(&outputs[0]));
    ck_assert_msg(kill(sleeper, SIGKILL) == 0, "it lives on");
}
END_TEST

static void kill_it(void *context)
{
    (void)context;
    process_kill(process, SIGTERM);
}

/* Neither gone nor waiting for init to reap it. */
static bool is_alive(pid_t pid)
{
    char path[64], state[256] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY);
    bool is_there = fd >= 0 && read(fd, state, sizeof state - 1) > 0;
    if (fd >= 0)
        close(fd);
    return is_there && !strstr(state, ") Z ");
}

START_TEST(the_whole_group_is_killed)
{
    start("sleep 30 & echo $!; sleep 30; echo no", NULL);
    ck_assert_int_eq(getpgid(process_pid(process)), process_pid(process));
    struct timer *timer = loop_after(loop, 200, kill_it, NULL);
    loop_run(loop);
    timer_cancel(timer);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    pid_t sleeper = atoi(str_text(&outputs[0]));
    for (int left = 500; is_alive(sleeper); left--, poll(NULL, 0, 10))
        ck_assert_msg(left > 0, "%ld lives on", (long)sleeper);
}
END_TEST

START_TEST(a_descriptor_is_passed_on)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], 9), 9);
    close(ends[1]);
    run("echo passed >&9; (echo no >&8) 2>/dev/null || echo none",
        &(struct process_options){ .extra_fd = 9 });
    close(9);
    char text[32] = "";
    ck_assert_int_eq(read(ends[0], text, sizeof text), 7);
    ck_assert_str_eq(text, "passed\n");
    ck_assert_str_eq(str_text(&outputs[0]), "none\n");
    close(ends[0]);
}
END_TEST

static void write_more(void *context)
{
    (void)context;
    process_write(process, "two\n", 4);
    ck_assert_uint_le(process_queued(process), 4);
    process_end_input(process);
}

START_TEST(input_is_kept_open)
{
    start("read x; read y; echo $x $y; cat",
          &(struct process_options){ .input = "one\n", .input_size = 4, .keep_input = true });
    loop_soon(loop, write_more, NULL);
    loop_run(loop);
    ck_assert_str_eq(str_text(&outputs[0]), "one two\n");
}
END_TEST

START_TEST(streams_are_ours_when_inherited)
{
    run("exit 4", &(struct process_options){ .inherit = true });
    ck_assert_int_eq(WEXITSTATUS(status), 4);
}
END_TEST

START_TEST(no_signal_is_ignored_there)
{
    run("kill -PIPE $$; echo alive", NULL);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}
END_TEST

int main(void)
{
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    dup2(STDIN_FILENO, 9); /* kept for a_descriptor_is_passed_on: no loop may have it */
    Suite *suite = suite_create("io_process");
    TCase *tests = tcase_create("processes");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, outputs_and_exit_code);
    tcase_add_test(tests, killed_by_a_signal);
    tcase_add_test(tests, what_cannot_be_started_says_why);
    tcase_add_test(tests, input_folder_environment);
    tcase_add_test(tests, input_that_nobody_reads);
    tcase_add_test(tests, a_holder_of_the_outputs_does_not_hang_us);
    tcase_add_test(tests, the_whole_group_is_killed);
    tcase_add_test(tests, a_descriptor_is_passed_on);
    tcase_add_test(tests, input_is_kept_open);
    tcase_add_test(tests, streams_are_ours_when_inherited);
    tcase_add_test(tests, no_signal_is_ignored_there);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
