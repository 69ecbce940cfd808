#include "session_driver.h"
#include "suite.h"

/* What a far side owes has a limit: told first, then the end. The far kernel goes on
 * acknowledging in all of these. */

static struct driver *driver;
static struct str notices;
static const char stall[] = "sleep 2.4"; /* longer than it may take */

static void took_notice(void *context, const char *text)
{
    (void)context;
    str_addf(&notices, "%s\n", text);
}

/* A session whose answers may take so many seconds. */
static void open_within(const char *shell, unsigned seconds, const struct session_query *queries,
                        size_t count)
{
    struct session_events events = DRIVER_EVENTS;
    events.notice = took_notice;
    str_clear(&notices);
    use_shell(shell);
    driver = mem_alloc(sizeof *driver);
    driver->loop = loop_new();
    driver->connection =
        (struct connection){ .label = "test", .transport = "local", .answer_wait = seconds };
    driver->session = session_open(driver->loop, &driver->connection, &events, driver);
    session_boot(driver->session, queries, count);
}

/* It was told, then ended. */
static void expect_end(const char *what)
{
    char *told = mem_printf("has not %s for 1 s; after 2 s it is given up\n", what);
    char *why = mem_printf("the host has not %s for 2 s", what);
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_LOST);
    ck_assert_text(&driver->why, why);
    ck_assert_text(&notices, told);
    driver_free(driver);
    str_free(&notices);
    free(told);
    free(why);
}

START_TEST(the_first_question)
{
    struct session_query queries[] = { { .id = 1, .text = "echo one" },
                                       { .id = 2, .text = stall } };
    open_within("dash", 2, queries, 2);
    expect_end("answered the first question");
}
END_TEST

START_TEST(a_later_question)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    session_query(driver->session, 1, stall);
    expect_end("answered a question");
}
END_TEST

/* Its loop; pings do not count while it is asked something. */
START_TEST(a_stopped_shell)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    session_query(driver->session, 1, "kill -s STOP $$");
    expect_end("answered a question");
}
END_TEST

/* By its own watchdog, say: what it had stopped to do before says more than how it ended. */
START_TEST(an_end_after_that)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    session_query(driver->session, 1, "sleep 1.5; kill -s KILL $$");
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_LOST);
    ck_assert_text(&driver->why, "the host has not answered a question for 1 s; "
                                 "then the host ended the session");
    driver_free(driver);
    str_free(&notices);
}
END_TEST

START_TEST(an_end_at_once)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    session_query(driver->session, 1, "kill -s KILL $$");
    driver_wait(driver, &driver->is_closed);
    ck_assert_text(&driver->why, "the host ended the session");
    driver_free(driver);
}
END_TEST

static size_t read_zeros(void *context, char *buffer, size_t size)
{
    (void)context;
    memset(buffer, 0, size);
    return size;
}

START_TEST(an_upload_that_nobody_takes)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    struct request *request = request_new(driver->session, 1);
    request_upload(request, &(struct upload){ .id = 1,
                                              .consumer = "sleep 5; cat >/dev/null",
                                              .size = 16 * 1024 * 1024,
                                              .read = read_zeros });
    request_send(request);
    expect_end("taken anything of what is sent");
}
END_TEST

START_TEST(a_record)
{
    open_within("dash", 2, NULL, 0);
    driver_wait(driver, &driver->is_ready);
    struct request *request = request_new(driver->session, 1);
    request_script(request, 1, stall);
    request_send(request);
    expect_end("got on with its records");
}
END_TEST

/* Nor is what gets on, however slowly. */
START_TEST(a_step_is_not_owed)
{
    struct session_query queries[] = { { .id = 1, .text = "sleep 0.7" },
                                       { .id = 2, .text = "sleep 0.7" } };
    open_within(SHELLS[_i], 1, queries, 2);
    driver_wait(driver, &driver->is_ready);
    use_shell(SHELLS[_i]);
    session_query_within(driver->session,
                         &(struct session_query){ .id = 3, .text = "sleep 1.5", .limit = 4 });
    struct story *story = run_command(driver, 4, "sleep 1.5; echo done");
    ck_assert_text(&story->out, "done\n");
    ck_assert(driver->stories[3].ended);
    driver_close(driver);
    str_free(&notices);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_session_wait");
    TCase *tests = tcase_create("limits");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_first_question);
    tcase_add_test(tests, a_later_question);
    tcase_add_test(tests, a_stopped_shell);
    tcase_add_test(tests, an_end_after_that);
    tcase_add_test(tests, an_end_at_once);
    tcase_add_test(tests, an_upload_that_nobody_takes);
    tcase_add_test(tests, a_record);
    tcase_add_loop_test(tests, a_step_is_not_owed, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
