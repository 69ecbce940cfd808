#include "session_driver.h"
#include "suite.h"

/* The ends of a session, over every shell: whatever dies, nothing stays behind. */

static struct driver *driver;

static char word[32];     /* the argument of sleep by which a step's processes are known */
static char command[200]; /* a step with two of them */

static void make_step(int kind, int shell)
{
    snprintf(word, sizeof word, "6%d%d.%ld", kind, shell, (long)getpid());
    snprintf(command, sizeof command, "echo up; sleep %s & sleep %s", word, word);
}

static void start_step(void)
{
    struct request *request = request_new(driver->session, 1);
    add_step(request, 1, command);
    add_step(request, 2, "echo no");
    request_send(request);
    while (driver->stories[1].out.len == 0)
        loop_run(driver->loop);
}

/* The step was told as lost, or as ended by the far side's cleaning where that was still to be
 * heard; the host is clean. */
static void check_lost(const char *folder)
{
    ck_assert(driver->stories[1].ended);
    ck_assert(driver->stories[1].result.is_lost || driver->stories[1].result.status == 143);
    ck_assert(driver->stories[2].result.not_begun || driver->stories[2].result.is_lost);
    ck_assert_uint_eq(driver->requests_ended, 1);
    ck_assert_int_ne(driver->request_status, 0);
    ck_assert_msg(all_gone(word, 200), "a step's process is left");
    for (int i = 0; i < 200 && access(folder, F_OK) == 0; i++)
        pause_for(100);
    ck_assert_msg(access(folder, F_OK) != 0, "%s is left", folder);
}

static char *folder_of(const struct driver *of)
{
    return mem_strdup(session_facts(of->session)->folder);
}

START_TEST(cut_at_once)
{
    driver = driver_open(SHELLS[_i]);
    make_step(1, _i);
    start_step();
    char *folder = folder_of(driver);
    session_close(driver->session, true);
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_OK);
    check_lost(folder);
    free(folder);
    driver_free(driver);
}
END_TEST

/* The number of the shell that runs steps stands in the folder's name. */
START_TEST(the_far_shell_is_killed)
{
    driver = driver_open(SHELLS[_i]);
    make_step(2, _i);
    start_step();
    char *folder = folder_of(driver);
    char *dot = strrchr(folder, '.');
    *dot = '\0';
    pid_t runner = atoi(strrchr(folder, '.') + 1);
    *dot = '.';
    ck_assert_int_gt(runner, 1);
    for (uint32_t id = 300; id < 306; id++) /* its loop will still answer these, into nothing */
        session_query(driver->session, id, "sleep 0.02");
    kill(runner, SIGKILL);
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_LOST);
    check_lost(folder);
    free(folder);
    driver_free(driver);
}
END_TEST

static bool has_pinged;

static void stop_waiting(void *context)
{
    has_pinged = true;
    loop_stop(context);
}

/* A connection that is cut without a word after its first ping, which starts the watchdog: nobody
 * raises its counter. */
START_TEST(the_client_falls_silent)
{
    static const struct session_query faster = { .id = 9, .text = "f_every=1" };
    driver = driver_start(SHELLS[_i], "local", &faster, 1);
    driver_wait(driver, &driver->is_ready);
    make_step(3, _i);
    start_step();
    char *folder = folder_of(driver);
    has_pinged = false;
    struct timer *first_ping = loop_after(driver->loop, 2500, stop_waiting, driver->loop);
    driver_wait(driver, &has_pinged);
    timer_cancel(first_ping);
    for (int i = 0; i < 60 && access(folder, F_OK) == 0; i++)
        pause_for(200); /* the loop stands still: no pings */
    ck_assert_msg(access(folder, F_OK) != 0, "the watchdog did not bark");
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_LOST);
    check_lost(folder);
    free(folder);
    driver_free(driver);
}
END_TEST

START_TEST(it_closes_after_what_runs)
{
    driver = driver_open(SHELLS[_i]);
    struct request *request = request_new(driver->session, 1);
    add_step(request, 1, "sleep 0.2; echo done");
    request_send(request);
    driver_close(driver);
    driver = driver_open(SHELLS[_i]);
    driver_close(driver); /* without a request there is no folder, and nothing to clean */
}
END_TEST

START_TEST(temporary_files_and_stale_folders_are_swept)
{
    char path[64], text[300];
    snprintf(path, sizeof path, "/tmp/.fake-unit-%d-%ld", _i, (long)getpid());
    snprintf(text, sizeof text, "echo x >%s; echo %s >\"$d/t.1\"; echo /tmp >\"$d/t.2\"", path,
             path);
    driver = driver_open(SHELLS[_i]);
    struct request *request = request_new(driver->session, 1);
    request_script(request, 1, text);
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert_int_eq(access(path, F_OK), 0);
    char *folder = folder_of(driver);
    driver_close(driver);
    ck_assert(access(path, F_OK) != 0 && access("/tmp", F_OK) == 0);

    /* A folder whose shells are dead goes with the next session's first request, not before. */
    char *dot = strrchr(folder, '.');
    *dot = '\0';
    dot = strrchr(folder, '.');
    *dot = '\0';
    char *stale = mem_printf("%s.999999999.0123", folder);
    use_shell(SHELLS[_i]); /* its folder is the place */
    ck_assert_int_eq(mkdir(stale, 0700), 0);
    snprintf(text, sizeof text, "echo %ld >%s/l", (long)getpid(), stale);
    ck_assert_int_eq(system(text), 0);
    driver = driver_open(SHELLS[_i]);
    run_command(driver, 1, "true");
    ck_assert_msg(access(stale, F_OK) == 0, "its loop lives");
    driver_close(driver);
    snprintf(text, sizeof text, "echo 999999998 >%s/l", stale);
    ck_assert_int_eq(system(text), 0);
    driver = driver_open(SHELLS[_i]);
    run_command(driver, 1, "true");
    ck_assert(access(stale, F_OK) != 0);
    driver_close(driver);
    free(stale);
    free(folder);
}
END_TEST

START_TEST(what_is_no_shell_gives_its_own_words)
{
    static const struct {
        const char *transport, *why;
    } CASES[] = {
        { "command echo This account is not available.; echo so >&2; exit 1",
          "This account is not available." },
        { "command exit 3", "ended without a word" },
        { "command /nonexistent/program", "not found" },
        { "nonsense", "no such transport" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        driver = driver_start("dash", CASES[i].transport, NULL, 0);
        driver_wait(driver, &driver->is_closed);
        ck_assert(!driver->is_ready);
        ck_assert_int_ne(driver->error, TRANSPORT_OK);
        ck_assert_msg(strstr(str_text(&driver->why), CASES[i].why) != NULL, "%s",
                      str_text(&driver->why));
        driver_free(driver);
    }
}
END_TEST

START_TEST(noise_before_the_session_is_skipped)
{
    /* As from a log-in shell's files, on both streams, an imitated frame among it. */
    driver =
        driver_start(SHELLS[_i],
                     "command printf 'Welcome\\n\\0360123456789abcdef01234567 ready 1\\n\\036'; "
                     "echo oops >&2; exec sh",
                     NULL, 0);
    driver_wait(driver, &driver->is_ready);
    use_shell(SHELLS[_i]);
    struct story *story = run_command(driver, 1, "echo out; echo err >&2");
    ck_assert_text(&story->out, "out\n");
    ck_assert_text(&story->err, "err\n");
    driver_close(driver);
}
END_TEST

START_TEST(requests_of_a_dead_session_are_told_as_lost)
{
    driver = driver_open("dash");
    struct request *request = request_new(driver->session, 1);
    add_step(request, 1, "kill -9 $PPID $$");
    add_step(request, 2, "true");
    request_send(request);
    request = request_new(driver->session, 2);
    add_step(request, 3, "true");
    request_send(request);
    driver_wait(driver, &driver->is_ready);
    while (driver->steps_begun == 0)
        loop_run(driver->loop);
    char *folder = folder_of(driver);
    driver_wait(driver, &driver->is_closed);
    for (int i = 0; i < 80 && access(folder, F_OK) == 0; i++)
        pause_for(100); /* what is left of the far side cleans up */
    ck_assert(access(folder, F_OK) != 0);
    free(folder);
    ck_assert_uint_eq(driver->requests_ended, 2);
    ck_assert(driver->stories[1].ended && driver->stories[2].ended && driver->stories[3].ended);
    ck_assert(driver->stories[3].result.is_lost);
    driver_free(driver);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_session_end");
    TCase *tests = tcase_create("ends");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, cut_at_once, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, the_far_shell_is_killed, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, the_client_falls_silent, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, it_closes_after_what_runs, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, temporary_files_and_stale_folders_are_swept, 0, SHELL_COUNT);
    tcase_add_test(tests, what_is_no_shell_gives_its_own_words);
    tcase_add_loop_test(tests, noise_before_the_session_is_skipped, 0, SHELL_COUNT);
    tcase_add_test(tests, requests_of_a_dead_session_are_told_as_lost);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
