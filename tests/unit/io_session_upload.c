#include <pwd.h>

#include "session_driver.h"
#include "suite.h"

/* Uploads and queries over every shell: exact, in step with what follows, whatever the consumer
 * does. */

static struct driver *driver;
static char folder[64];

static void open_shell(int shell)
{
    snprintf(folder, sizeof folder, "/tmp/fake-unit-upload-%d-%ld", shell, (long)getpid());
    mkdir(folder, 0700);
    driver = driver_open(SHELLS[shell]);
}

static void remove_folder(void)
{
    char *command = mem_printf("rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

static void close_shell(void)
{
    driver_close(driver);
    remove_folder();
}

/* A source of `size` bytes that can be computed, breaking off at `end`. */
struct source {
    size_t at, end;
    bool freed;
};

static char byte_at(size_t i)
{
    return (char)(i * 7 + i / 256 + i / 65537);
}

static size_t source_read(void *context, char *buffer, size_t size)
{
    struct source *source = context;
    if (size > 50000)
        size = 50000; /* fewer than asked for */
    if (size > source->end - source->at)
        size = source->end - source->at;
    for (size_t i = 0; i < size; i++)
        buffer[i] = byte_at(source->at + i);
    source->at += size;
    return size;
}

static void source_free(void *context)
{
    struct source *source = context;
    ck_assert(!source->freed);
    source->freed = true;
}

static void add_upload(struct request *request, uint32_t id, const char *consumer, size_t size,
                       struct source *source)
{
    request_upload(request, &(struct upload){ .id = id,
                                              .consumer = consumer,
                                              .size = size,
                                              .read = source_read,
                                              .free = source_free,
                                              .context = source });
}

/* Straight into the file that the text names. */
static void add_stored(struct request *request, uint32_t id, const char *opener, size_t size,
                       struct source *source)
{
    request_upload(request, &(struct upload){ .id = id,
                                              .consumer = opener,
                                              .is_stored = true,
                                              .size = size,
                                              .read = source_read,
                                              .free = source_free,
                                              .context = source });
}

static void check_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing", path);
    for (size_t i = 0; i < size; i++)
        if (fgetc(file) != (unsigned char)byte_at(i))
            ck_abort_msg("%s differs at %zu", path, i);
    ck_assert_int_eq(fgetc(file), EOF);
    fclose(file);
}

START_TEST(uploads_are_exact)
{
    open_shell(_i);
    static const size_t SIZES[] = { 0, 1, 3, 70000, 65536, 131072, 5000000 };
    enum { COUNT = sizeof SIZES / sizeof *SIZES };
    struct source sources[COUNT] = { 0 };
    struct request *request = request_new(driver->session, 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        char consumer[100];
        snprintf(consumer, sizeof consumer, "cat >'%s/f%u'", folder, i);
        sources[i].end = SIZES[i];
        add_upload(request, 10 + i, consumer, SIZES[i], &sources[i]);
    }
    char command[100];
    snprintf(command, sizeof command, "ls %s | wc -l", folder);
    add_step(request, 1, command);
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert_int_eq(driver->request_status, 0);
    ck_assert_int_eq(atoi(str_text(&driver->stories[1].out)), COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/f%u", folder, i);
        check_file(path, SIZES[i]);
        ck_assert(sources[i].freed);
    }
    close_shell();
}
END_TEST

START_TEST(a_consumer_that_fails_ends_the_request)
{
    open_shell(_i);
    static const struct {
        const char *consumer;
        int status; /* -1: any but 0 */
        bool speaks;
    } CASES[] = {
        { "false", 1, false },
        { "exit 9", 9, false },
        { "cat >/nonexistent/x", -1, true },
        { "cat >/dev/full", 1, true },
        { "head -c 5 >/dev/null; echo \"so it\\\\'s\" >&2; exit 3", 3, true },
        { "if (", -1, true },
    };
    for (uint32_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct source source = { .end = 700000 };
        struct request *request = request_new(driver->session, 2 * i + 1);
        add_upload(request, 10 * i + 10, CASES[i].consumer, 700000, &source);
        add_step(request, 10 * i + 11, "echo no");
        request_send(request);
        driver_wait_request(driver, 2 * i + 1);
        struct story *story = &driver->stories[10 * i + 10];
        ck_assert_msg(story->ended && story->result.status != 0, "%s", CASES[i].consumer);
        if (CASES[i].status >= 0)
            ck_assert_int_eq(story->result.status, CASES[i].status);
        ck_assert_msg(!CASES[i].speaks || story->err.len, "%s", CASES[i].consumer);
        ck_assert(driver->stories[10 * i + 11].result.not_begun);
        ck_assert_int_eq(driver->request_status, story->result.status);
        ck_assert(source.freed);

        request = request_new(driver->session, 2 * i + 2); /* in step again */
        add_step(request, 10 * i + 12, "echo on");
        request_send(request);
        driver_wait_request(driver, 2 * i + 2);
        ck_assert_text(&driver->stories[10 * i + 12].out, "on\n");
    }
    close_shell();
}
END_TEST

/* `round` 1: as where dd cannot count. */
static void store_all(int round)
{
    static const size_t SIZES[] = { 0, 1, 70000, 65536, 131073, 7000000 };
    enum { COUNT = sizeof SIZES / sizeof *SIZES };
    struct source sources[COUNT] = { 0 };
    uint32_t first = 100 * (uint32_t)round;
    struct request *request = request_new(driver->session, first + 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        char opener[200];
        snprintf(opener, sizeof opener, "f_f='%s/g %u'; : >\"$f_f\"", folder, i);
        sources[i].end = SIZES[i];
        add_stored(request, first + 10 + i, opener, SIZES[i], &sources[i]);
    }
    add_step(request, first + 2, "echo on");
    request_send(request);
    driver_wait_request(driver, (unsigned)round + 1);
    ck_assert_text(&driver->stories[first + 2].out, "on\n");
    for (uint32_t i = 0; i < COUNT; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/g %u", folder, i);
        check_file(path, SIZES[i]);
        ck_assert(sources[i].freed);
    }
}

START_TEST(stored_uploads_are_exact)
{
    open_shell(_i);
    store_all(0);
    session_query(driver->session, 90, "f_dd=n");
    store_all(1);
    close_shell();
}
END_TEST

START_TEST(a_stored_upload_that_fails_ends_the_request)
{
    open_shell(_i);
    char full[200];
    snprintf(full, sizeof full, "f_f=%s/full; ln -s /dev/full %s/full", folder, folder);
    const char *const openers[] = { full, "echo no folder >&2; f_code 4",
                                    "f_f=/nonexistent/x; : >$f_f", "if (" };
    enum { COUNT = sizeof openers / sizeof *openers };
    for (uint32_t i = 0; i < 2 * COUNT; i++) {
        struct source source = { .end = 700000 };
        struct request *request = request_new(driver->session, 2 * i + 1);
        if (i == COUNT)
            session_query(driver->session, 190, "f_dd=n");
        add_stored(request, 10 * i + 10, openers[i % COUNT], 700000, &source);
        add_step(request, 10 * i + 11, "echo no");
        request_send(request);
        driver_wait_request(driver, 2 * i + 1);
        struct story *story = &driver->stories[10 * i + 10];
        ck_assert_msg(story->ended && story->result.status != 0, "%s", openers[i % COUNT]);
        ck_assert_msg(story->err.len, "%s", openers[i % COUNT]);
        ck_assert_msg(i % COUNT || strstr(str_text(&story->err), "No space"), "%s",
                      str_text(&story->err));
        ck_assert(driver->stories[10 * i + 11].result.not_begun);
        ck_assert(source.freed);
        request = request_new(driver->session, 2 * i + 2); /* in step again */
        add_step(request, 10 * i + 12, "echo on");
        request_send(request);
        driver_wait_request(driver, 2 * i + 2);
        ck_assert_text(&driver->stories[10 * i + 12].out, "on\n");
    }
    close_shell();
}
END_TEST

/* Nobody knows then how much it has taken: what is still to come must not be taken for requests. */
START_TEST(a_killed_dd_ends_the_session)
{
    open_shell(_i);
    run_command(driver, 1, ":");
    session_query(driver->session, 2, "ulimit -f 300");
    char opener[200];
    snprintf(opener, sizeof opener, "f_f=%s/k; : >\"$f_f\"", folder);
    struct source source = { .end = 3000000 };
    struct request *request = request_new(driver->session, 3);
    add_stored(request, 10, opener, source.end, &source);
    add_step(request, 11, "echo no");
    request_send(request);
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_ne(driver->stories[10].result.status, 0);
    ck_assert(!driver->stories[11].began);
    driver_free(driver);
    remove_folder();
}
END_TEST

START_TEST(a_source_that_breaks_off_fails)
{
    open_shell(_i);
    struct source source = { .end = 100000 };
    struct request *request = request_new(driver->session, 1);
    add_upload(request, 1, "cat >/dev/null", 5000000, &source);
    add_step(request, 2, "echo no");
    request_send(request);
    driver_wait_request(driver, 1);
    ck_assert_int_ne(driver->stories[1].result.status, 0);
    ck_assert_uint_gt(driver->stories[1].err.len, 0);
    ck_assert(driver->stories[2].result.not_begun);
    ck_assert_text(&run_command(driver, 3, "echo on")->out, "on\n");
    close_shell();
}
END_TEST

START_TEST(an_upload_passes_a_flooding_step)
{
    open_shell(_i);
    struct source source = { .end = 3000000 };
    struct request *request = request_new(driver->session, 1);
    request_step(request, &(struct request_step){ .id = 1,
                                                  .command = "head -c 20000000 /dev/zero; exit 9",
                                                  .ok = "9" });
    request_send(request);
    request = request_new(driver->session, 2);
    char consumer[100];
    snprintf(consumer, sizeof consumer, "cat >'%s/f'", folder);
    add_upload(request, 2, consumer, source.end, &source);
    add_step(request, 3, "echo on");
    request_send(request);
    session_query(driver->session, 4, "printf 'a\\0b\\n'; exit_code=1; f_code 7");
    driver_wait_request(driver, 2);
    driver_wait(driver, &driver->stories[4].ended);
    ck_assert_uint_eq(driver->stories[1].out.len, 20000000);
    for (size_t i = 0; i < 20000000; i++)
        if (driver->stories[1].out.data[i])
            ck_abort_msg("byte %zu", i);
    ck_assert_int_eq(driver->stories[1].result.status, 9);
    ck_assert_text(&driver->stories[3].out, "on\n");
    ck_assert_bytes(&driver->stories[4].out, "a\0b\n", 4);
    char path[100];
    snprintf(path, sizeof path, "%s/f", folder);
    check_file(path, source.end);
    close_shell();
}
END_TEST

START_TEST(an_upload_can_be_interrupted)
{
    open_shell(_i);
    struct source source = { .end = 400000000 };
    struct request *request = request_new(driver->session, 1);
    add_upload(request, 1, "sleep 0.3; cat >/dev/null", source.end, &source);
    add_step(request, 2, "echo no");
    request_send(request);
    session_interrupt(driver->session);
    driver_wait_request(driver, 1);
    ck_assert_int_ne(driver->request_status, 0);
    ck_assert_uint_lt(source.at, source.end);
    ck_assert(driver->stories[2].result.not_begun);
    ck_assert_text(&run_command(driver, 3, "echo on")->out, "on\n");
    close_shell();
}
END_TEST

static void check_answers(void)
{
    ck_assert_bytes(&driver->stories[1].out, "a b'c\n\"!%s\\\n", 12);
    ck_assert_int_eq(driver->stories[1].answer_status, 3);
    ck_assert_bytes(&driver->stories[2].out, "\0\377\n\n", 4);
    ck_assert_int_eq(driver->stories[2].answer_status, 0);
    ck_assert_text(&driver->stories[3].out, "kept\n");
}

static const struct session_query QUERIES[] = {
    { .id = 1, .text = "printf '%s\\n' \"a b'c\" '\"!%s\\'\nkeep=kept; f_code 3" },
    { .id = 2, .text = "printf '\\0\\377\\n\\n'; cat" },
    { .id = 3, .text = "echo $keep; exec 9>/dev/null" },
    { .id = 6, .text = "" },
};

static bool has_pinged;

static void stop_waiting(void *context)
{
    has_pinged = true;
    loop_stop(context);
}

/* The first piece of an upload of `size` bytes, as the far side's dd was told. */
static size_t first_piece(uint32_t id, size_t size)
{
    char *path = mem_printf("%s/pieces", folder),
         *opener = mem_printf("f_f=%s/f; : >\"$f_f\"", folder);
    struct source source = { .end = size };
    struct request *request = request_new(driver->session, id);
    unlink(path);
    add_stored(request, id, opener, size, &source);
    request_send(request);
    driver_wait_request(driver, driver->requests_ended + 1);
    FILE *file = fopen(path, "r");
    size_t piece = 0;
    ck_assert(file && fscanf(file, "%zu", &piece) == 1);
    fclose(file);
    free(path);
    free(opener);
    return piece;
}

/* A watchdog that runs must hear of a piece's end before it gives up, also on a slow line. */
START_TEST(only_a_small_upload_before_the_watchdog_is_one_piece)
{
    static const char text[] = "f_dd(){ echo $1 >>%s/pieces; "
                               "LC_ALL=C dd bs=131072 count=$1 iflag=fullblock,count_bytes; }";
    snprintf(folder, sizeof folder, "/tmp/fake-unit-upload-%d-%ld", _i, (long)getpid());
    mkdir(folder, 0700);
    char *query = mem_printf(text, folder);
    driver =
        driver_start(SHELLS[_i], "local", &(struct session_query){ .id = 9, .text = query }, 1);
    driver_wait(driver, &driver->is_ready);
    ck_assert_uint_eq(first_piece(11, 1050000), 1050000);
    ck_assert_uint_le(first_piece(12, 6000000), 256 * 1024);
    has_pinged = false;
    struct timer *timer = loop_after(driver->loop, 2500, stop_waiting, driver->loop);
    driver_wait(driver, &has_pinged);
    timer_cancel(timer);
    ck_assert_uint_le(first_piece(13, 1050000), 256 * 1024);
    free(query);
    close_shell();
}
END_TEST

/* LOGNAME is believed only where its home is ours. */
START_TEST(who_we_are_there)
{
    const char *user = getpwuid(geteuid())->pw_name;
    const char *const names[] = {
        user, "nobody", "no-such", "", "a;touch bad", "$(touch bad)", "-"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("LOGNAME", names[i], 1);
        driver = driver_open(SHELLS[_i]);
        ck_assert_str_eq(session_facts(driver->session)->user, user);
        driver_close(driver);
    }
}
END_TEST

START_TEST(queries_ride_in_the_boot_text)
{
    driver = driver_start(SHELLS[_i], "local", QUERIES, 4);
    driver_wait(driver, &driver->is_ready);
    ck_assert_uint_eq(driver->answers, 4);
    check_answers();
    const struct session_facts *facts = session_facts(driver->session);
    ck_assert_str_eq(facts->home, getenv("HOME"));
    ck_assert(strncmp(facts->system, "Linux ", 6) == 0);
    ck_assert(facts->has_gzip && facts->machine[0]);
    session_query(driver->session, 4, "echo $keep; cat");
    session_query(driver->session, 5, "");
    while (driver->answers < 6)
        loop_run(driver->loop);
    ck_assert_text(&driver->stories[4].out, "kept\n");
    ck_assert_uint_eq(driver->stories[5].out.len, 0);
    driver_close(driver);
}
END_TEST

START_TEST(queries_too_long_for_it_follow)
{
    struct str text = { 0 };
    while (text.len < 100000)
        str_add(&text, ": 'some long text'\n");
    str_add(&text, "echo end");
    struct session_query queries[4] = {
        QUERIES[0], QUERIES[1], QUERIES[2], { .id = 4, .text = text.data }
    };
    driver = driver_start(SHELLS[_i], "local", queries, 4);
    driver_wait(driver, &driver->is_ready);
    ck_assert_uint_eq(driver->answers, 4);
    check_answers();
    ck_assert_text(&driver->stories[4].out, "end\n");
    str_free(&text);
    driver_close(driver);
}
END_TEST

START_TEST(a_query_is_answered_while_a_step_floods)
{
    open_shell(_i);
    struct request *request = request_new(driver->session, 1);
    add_step(request, 1, "yes");
    request_send(request);
    driver_wait(driver, &driver->stories[1].began);
    session_query(driver->session, 2, "printf '\\0\\377 y\\ny\\n'; f_code 5");
    driver_wait(driver, &driver->stories[2].ended);
    ck_assert_bytes(&driver->stories[2].out, "\0\377 y\ny\n", 7);
    ck_assert_int_eq(driver->stories[2].answer_status, 5);
    session_interrupt(driver->session);
    driver_wait_request(driver, 1);
    struct str *out = &driver->stories[1].out; /* nothing of the answer, nothing of its frames */
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] != (i % 2 ? '\n' : 'y'))
            ck_abort_msg("byte %zu of %zu", i, out->len);
    close_shell();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_session_upload");
    TCase *tests = tcase_create("uploads and queries");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, uploads_are_exact, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_consumer_that_fails_ends_the_request, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, stored_uploads_are_exact, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_stored_upload_that_fails_ends_the_request, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_killed_dd_ends_the_session, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_source_that_breaks_off_fails, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, an_upload_passes_a_flooding_step, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, an_upload_can_be_interrupted, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, only_a_small_upload_before_the_watchdog_is_one_piece, 0, 1);
    tcase_add_loop_test(tests, who_we_are_there, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, queries_ride_in_the_boot_text, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, queries_too_long_for_it_follow, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, a_query_is_answered_while_a_step_floods, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
