#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/mem.h"
#include "suite.h"
#include "ui/plain.h"

/* The text that a plain sink makes of events; both streams are one here, to see the order. The
 * caller frees it. */
static char *show(const struct event *list, size_t count, struct plain_look look)
{
    struct events *events = events_new();
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    look.program = "fake";
    events_add_sink(events, plain_sink(out, out, look));
    for (size_t i = 0; i < count; i++)
        events_emit(events, list[i]);
    events_free(events);
    fclose(out);
    return text;
}

#define OUTPUT(number, stream_number, text)                                                        \
    {                                                                                              \
        .kind = EVENT_STEP_OUTPUT, .job = number, .step = 1, .stream = stream_number,              \
        .data = text, .size = sizeof(text) - 1                                                     \
    }
#define STEP(number, where, word, line)                                                            \
    {                                                                                              \
        .kind = EVENT_STEP_BEGAN, .job = number, .step = 1, .host = where, .target = "deploy",     \
        .verb = word, .text = line                                                                 \
    }
#define FILE_STEP(number, line)                                                                    \
    {                                                                                              \
        .kind = EVENT_STEP_BEGAN, .job = number, .step = 1, .target = "prog", .text = line,        \
        .is_file = true                                                                            \
    }

enum { MAXIMUM_EVENTS = 12 };

/* Events, and exactly what is shown of them. A kind of 0 is the end: no case begins with the run.
 */
static const struct {
    const char *name;
    struct plain_look look;
    struct event events[MAXIMUM_EVENTS];
    size_t count;
    const char *text;
} cases[] = {
    { "a step and its output",
      { 0 },
      { STEP(1, "app@web1", "run", "uptime"), OUTPUT(1, 1, "up 3 days\n"),
        OUTPUT(1, 2, "but slow\n") },
      3,
      "[app@web1] run: uptime\n"
      "[app@web1] out: up 3 days\n"
      "[app@web1] err: but slow\n" },
    { "on this machine",
      { 0 },
      { STEP(1, NULL, "local", "python3 setup.py sdist"), OUTPUT(1, 1, "running sdist\n") },
      2,
      "[local] local: python3 setup.py sdist\n"
      "[local] out: running sdist\n" },
    { "put",
      { 0 },
      { STEP(1, "web1", "put", "dist/a.tar.gz -> /tmp/a.tar.gz") },
      1,
      "[web1] put: dist/a.tar.gz -> /tmp/a.tar.gz\n" },
    { "lines of two hosts do not mix",
      { 0 },
      { STEP(1, "a", "run", "x"),
        STEP(2, "b", "run", "x"),
        OUTPUT(1, 1, "one "),
        OUTPUT(2, 1, "two "),
        OUTPUT(1, 1, "line\nand"),
        OUTPUT(2, 1, "lines\n"),
        { .kind = EVENT_STEP_ENDED, .job = 1, .step = 1, .host = "a" } },
      7,
      "[a] run: x\n[b] run: x\n"
      "[a] out: one line\n"
      "[b] out: two lines\n"
      "[a] out: and\n" },
    { "nothing harmful reaches the terminal",
      { 0 },
      { STEP(1, "a", "run", "cat"), OUTPUT(1, 1,
                                           "\033[2J\a \xff\xc0\x80 d\xc3\xa9j\xc3\xa0 "
                                           "\xe2\x82\xac\t|\xc2\x9b|\xe2\x80\xae|\0|\r\n") },
      2,
      "[a] run: cat\n"
      "[a] out: \\x1b[2J\\x07 \\xff\\xc0\\x80 d\xc3\xa9j\xc3\xa0 "
      "\xe2\x82\xac\t|\\xc2\\x9b|\\xe2\\x80\\xae|\\x00|\n" },
    { "a character in two pieces",
      { 0 },
      { STEP(1, "a", "run", "x"), OUTPUT(1, 1, "\xe2\x82"), OUTPUT(1, 1, "\xac\n") },
      3,
      "[a] run: x\n[a] out: \xe2\x82\xac\n" },
    { "a block of commands",
      { 0 },
      { STEP(1, "a", "run", "set -e\nmake\nmake install\n") },
      1,
      "[a] run: set -e\n    make\n    make install\n" },
    { "a silent step is not announced",
      { 0 },
      { { .kind = EVENT_STEP_BEGAN,
          .job = 1,
          .step = 1,
          .host = "a",
          .verb = "run",
          .text = "x",
          .silent = true },
        OUTPUT(1, 1, "hi\n") },
      2,
      "[a] out: hi\n" },
    { "-s",
      { .silent = true },
      { { .kind = EVENT_JOB_BEGAN, .job = 1, .host = "a", .target = "deploy" },
        STEP(1, "a", "run", "x"),
        OUTPUT(1, 1, "hi\n"),
        { .kind = EVENT_NOTICE, .text = "role db has no hosts" },
        { .kind = EVENT_RUN_ENDED } },
      5,
      "[a] out: hi\n" },
    { "make's rule is make's: raw, and told as make tells it",
      { 0 },
      { FILE_STEP(1, "cc -o prog prog.c"),
        OUTPUT(1, 2, "\033[1mwarning\033[0m\n"),
        OUTPUT(1, 1, "no newline"),
        { .kind = EVENT_STEP_ENDED,
          .job = 1,
          .step = 1,
          .status = 1,
          .text = "[Fakefile:3: prog] Error 1",
          .is_file = true },
        { .kind = EVENT_JOB_ENDED,
          .job = 1,
          .target = "prog",
          .status = 1,
          .text = "[Fakefile:3: prog] Error 1",
          .is_file = true },
        { .kind = EVENT_RUN_ENDED, .status = 2 } },
      6,
      "cc -o prog prog.c\n\033[1mwarning\033[0m\nno newline"
      "fake: *** [Fakefile:3: prog] Error 1\n" },
    { "make's two rules at once: by lines",
      { 0 },
      { FILE_STEP(1, "a"),
        FILE_STEP(2, "b"),
        OUTPUT(1, 1, "one "),
        OUTPUT(2, 1, "two\n"),
        OUTPUT(1, 1, "more\nrest"),
        { .kind = EVENT_STEP_ENDED, .job = 1, .step = 1, .is_file = true } },
      6,
      "a\nb\ntwo\none more\nrest" },
    { "a failure that - forgives",
      { 0 },
      { STEP(1, "a", "run", "false"),
        { .kind = EVENT_STEP_ENDED,
          .job = 1,
          .step = 1,
          .host = "a",
          .target = "deploy",
          .status = 1,
          .ignored = true },
        { .kind = EVENT_STEP_ENDED,
          .job = 2,
          .step = 1,
          .status = 1,
          .text = "[Fakefile:3: prog] Error 1 (ignored)",
          .is_file = true,
          .ignored = true } },
      3,
      "[a] run: false\n[a] failed, ignored: run false: exit code 1\nfake: [Fakefile:3: prog] Error "
      "1 (ignored)\n" },
    { "nothing to do",
      { 0 },
      { { .kind = EVENT_RUN_BEGAN, .text = "deploy" },
        { .kind = EVENT_JOB_SKIPPED,
          .job = 1,
          .host = "a",
          .target = "deploy",
          .text = "unchanged" },
        { .kind = EVENT_JOB_SKIPPED,
          .job = 2,
          .host = "b",
          .target = "deploy",
          .text = "unchanged" },
        { .kind = EVENT_RUN_ENDED } },
      4,
      "fake: 'deploy' is up to date on 2 hosts.\n" },
    { "nothing to do, for several goals",
      { 0 },
      { { .kind = EVENT_RUN_BEGAN, .text = "pack deploy" },
        { .kind = EVENT_JOB_SKIPPED, .job = 1, .target = "pack" },
        { .kind = EVENT_JOB_SKIPPED, .job = 2, .host = "b", .target = "deploy" },
        { .kind = EVENT_RUN_ENDED } },
      4,
      "fake: pack deploy: up to date on b.\n" },
    { "nothing to do, for make's rules",
      { 0 },
      { { .kind = EVENT_RUN_BEGAN, .text = "prog" },
        { .kind = EVENT_JOB_SKIPPED, .job = 1, .target = "util.o", .is_file = true },
        { .kind = EVENT_JOB_SKIPPED,
          .job = 2,
          .target = "prog",
          .text = "'prog' is up to date.",
          .is_file = true },
        { .kind = EVENT_RUN_ENDED } },
      4,
      "fake: 'prog' is up to date.\n" },
    { "-n",
      { 0 },
      { { .kind = EVENT_JOB_WOULD_RUN,
          .job = 1,
          .host = "web1",
          .target = "deploy",
          .text = "dist/app.tar.gz changed" },
        { .kind = EVENT_JOB_WOULD_RUN, .job = 2, .target = "pack" },
        { .kind = EVENT_JOB_WOULD_RUN, .job = 3, .target = "prog", .is_file = true },
        { .kind = EVENT_RUN_ENDED } },
      4,
      "would run deploy on web1: dist/app.tar.gz changed\nwould run pack\n" },
    { "--explain",
      { 0 },
      { { .kind = EVENT_EXPLAIN,
          .job = 1,
          .host = "web1",
          .target = "deploy",
          .text = "no record on web1" } },
      1,
      "explain: deploy on web1: no record on web1\n" },
    { "notices, warnings, errors",
      { 0 },
      { { .kind = EVENT_NOTICE, .text = "role db has no hosts" },
        { .kind = EVENT_WARNING, .text = ".fake cannot be written" },
        { .kind = EVENT_ERROR,
          .text = "web1 is locked by eve",
          .hint = "fake --lock-timeout=60 waits" },
        { .kind = EVENT_INTERRUPTED } },
      4,
      "fake: role db has no hosts\nfake: warning: .fake cannot be written\n"
      "fake: *** web1 is locked by eve.  Stop.\n    fake --lock-timeout=60 waits\nfake: *** "
      "Interrupted.\n" },
    { "a warning about a step",
      { 0 },
      { { .kind = EVENT_WARNING,
          .host = "a",
          .target = "deploy",
          .step = 2,
          .text = "it left a process behind" } },
      1,
      "[a] warning: deploy, step 2: it left a process behind\n" },
    { "a command for the hosts",
      { 0 },
      { { .kind = EVENT_RUN_BEGAN, .text = "-- uptime" },
        { .kind = EVENT_JOB_BEGAN, .job = 1, .host = "a", .target = "uptime" },
        STEP(1, "a", "run", "uptime"),
        { .kind = EVENT_JOB_ENDED, .job = 1, .host = "a", .target = "uptime" },
        { .kind = EVENT_RUN_ENDED } },
      5,
      "[a] run: uptime\n" },
    { "a host is lost when its jobs are done",
      { 0 },
      { { .kind = EVENT_HOST_FAILED, .host = "a", .text = "connection lost", .hint = "try again" },
        { .kind = EVENT_RUN_ENDED, .status = 3 } },
      2,
      "[a] failed: connection lost\n\na failed:\n    connection lost\n    try again\n" },
    { "--verbose",
      { .verbose = true },
      { { .kind = EVENT_HOST_CONNECTING, .host = "web1" },
        { .kind = EVENT_HOST_READY, .host = "web1", .seconds = 0.5 },
        { .kind = EVENT_JOB_SKIPPED,
          .job = 1,
          .host = "web1",
          .target = "deploy",
          .text = "unchanged" },
        { .kind = EVENT_JOB_DROPPED,
          .job = 2,
          .host = "web1",
          .target = "restart",
          .text = "deploy was skipped" },
        { .kind = EVENT_HOST_CLOSED, .host = "web1" } },
      5,
      "[web1] connecting\n[web1] connected after 0.50 s\nskipped deploy on web1: unchanged\nnot "
      "run: restart on web1: deploy was skipped\n[web1] disconnected\n" },
    { "colours",
      { .color = true, .errors_color = true },
      { STEP(1, "a", "run", "x"), OUTPUT(1, 1, "hi\n"), { .kind = EVENT_ERROR, .text = "no" } },
      3,
      "\033[36m[a]\033[0m run: x\n\033[36m[a]\033[0m out: hi\n\033[1;31mfake: *** no.  "
      "Stop.\033[0m\n" },
};

START_TEST(events_are_shown)
{
    char *text = show(cases[_i].events, cases[_i].count, cases[_i].look);

    ck_assert_msg(strcmp(text, cases[_i].text) == 0, "%s:\n--- wanted\n%s--- got\n%s---",
                  cases[_i].name, cases[_i].text, text);
    free(text);
}
END_TEST

static const struct source fakefile = { .name = "Fakefile",
                                        .text = "deploy @:\n\trun x\n",
                                        .size = 17 };

static const struct event bad_day[] = {
    { .kind = EVENT_RUN_BEGAN, .text = "deploy" },
    { .kind = EVENT_JOB_BEGAN, .job = 1, .host = "app@web1", .target = "deploy" },
    STEP(1, "app@web1", "run", "pip install x"),
    { .kind = EVENT_HOST_FAILED,
      .host = "db1",
      .text = "connection refused",
      .hint = "is sshd running there?" },
    { .kind = EVENT_JOB_ENDED,
      .job = 3,
      .host = "db1",
      .target = "migrate",
      .status = 3,
      .text = "connection refused" },
    { .kind = EVENT_JOB_BEGAN, .job = 2, .host = "web2", .target = "deploy" },
    { .kind = EVENT_JOB_ENDED, .job = 2, .host = "web2", .target = "deploy", .seconds = 1.25 },
    OUTPUT(1, 1, "Collecting x\n"),
    OUTPUT(1, 2, "ERROR: no x"),
    { .kind = EVENT_STEP_ENDED,
      .job = 1,
      .step = 1,
      .host = "app@web1",
      .target = "deploy",
      .verb = "run",
      .where = { &fakefile, 11, 5 },
      .status = 7 },
    { .kind = EVENT_JOB_ENDED,
      .job = 1,
      .host = "app@web1",
      .target = "deploy",
      .status = 7,
      .seconds = 2.5,
      .text = "step 1 failed" },
    { .kind = EVENT_JOB_SKIPPED, .job = 5, .host = "web2", .target = "check" },
    { .kind = EVENT_JOB_DROPPED, .job = 4, .host = "app@web1", .target = "restart" },
    { .kind = EVENT_RUN_ENDED, .status = 2 },
};

START_TEST(a_bad_day_is_told_once_and_summed_up)
{
    static const char wanted[] = "[app@web1] Executing task 'deploy'\n"
                                 "[app@web1] run: pip install x\n"
                                 "[db1] failed: connection refused\n"
                                 "[web2] Executing task 'deploy'\n"
                                 "[app@web1] out: Collecting x\n"
                                 "[app@web1] err: ERROR: no x\n"
                                 "[app@web1] failed: run pip install x: exit code 7\n"
                                 "\n"
                                 "host       ran  skipped  failed  seconds\n"
                                 "web2         1        1       0      1.2\n"
                                 "app@web1     0        0       1      2.5\n"
                                 "db1          0        0       1      0.0\n"
                                 "\n"
                                 "migrate failed on db1:\n"
                                 "    connection refused\n"
                                 "    is sshd running there?\n"
                                 "\n"
                                 "deploy failed on app@web1, step 1 (Fakefile:2):\n"
                                 "    run pip install x\n"
                                 "    exit code 7\n"
                                 "    | Collecting x\n"
                                 "    | ERROR: no x\n"
                                 "\n"
                                 "Not run because of that: restart on app@web1.\n";
    char *text = show(bad_day, sizeof bad_day / sizeof *bad_day, (struct plain_look){ 0 });

    ck_assert_str_eq(text, wanted);
    free(text);
}
END_TEST

START_TEST(the_same_failure_of_many_hosts_is_one)
{
    struct event events[30] = { { .kind = EVENT_RUN_BEGAN, .text = "deploy" } };
    char hosts[10][8];
    size_t count = 1;
    char *text;

    for (unsigned i = 0; i < 10; i++) {
        snprintf(hosts[i], sizeof hosts[i], "web%u", i);
        events[count++] = (struct event)STEP(i + 1, hosts[i], "run", "false");
        events[count++] = (struct event){ .kind = EVENT_STEP_ENDED,
                                          .job = i + 1,
                                          .step = 1,
                                          .host = hosts[i],
                                          .target = "deploy",
                                          .status = 1 };
    }
    events[count++] = (struct event){ .kind = EVENT_RUN_ENDED, .status = 2 };
    text = show(events, count, (struct plain_look){ .silent = true });
    ck_assert_ptr_nonnull(strstr(text, "deploy failed on web[0-9], step 1:\n    run false\n"));
    ck_assert_ptr_null(strstr(strstr(text, "deploy failed") + 1, "deploy failed"));
    free(text);
}
END_TEST

/* A command in it is there to be copied: with the name of a host. */
START_TEST(the_hint_of_many_hosts_is_one_host_s)
{
    struct event events[] = {
        { .kind = EVENT_RUN_BEGAN, .text = "deploy" },
        { .kind = EVENT_HOST_FAILED, .host = "a1", .text = "no a1", .hint = "getent hosts a1" },
        { .kind = EVENT_HOST_FAILED, .host = "a2", .text = "no a2", .hint = "getent hosts a2" },
        { .kind = EVENT_HOST_FAILED, .host = "b1", .text = "lost", .hint = "is sshd running?" },
        { .kind = EVENT_HOST_FAILED, .host = "b2", .text = "lost", .hint = "is sshd running?" },
        { .kind = EVENT_RUN_ENDED, .status = 3 },
    };
    char *text =
        show(events, sizeof events / sizeof *events, (struct plain_look){ .silent = true });

    ck_assert_ptr_nonnull(strstr(text, "a[1-2] failed:\n"
                                       "    no $(host)\n"
                                       "    for a1: getent hosts a1\n"));
    ck_assert_ptr_nonnull(strstr(text, "b[1-2] failed:\n"
                                       "    lost\n"
                                       "    is sshd running?\n"));
    free(text);
}
END_TEST

START_TEST(a_line_without_end_is_bounded)
{
    struct event events[] = { STEP(1, "a", "run", "x"),
                              { .kind = EVENT_STEP_OUTPUT, .job = 1, .step = 1, .stream = 1 },
                              OUTPUT(1, 1, "end\nnext\n") };
    char *long_line = mem_alloc(100000), *text;

    memset(long_line, 'x', 100000);
    events[1].data = long_line;
    events[1].size = 100000;
    text = show(events, 3, (struct plain_look){ 0 });
    ck_assert_uint_lt(strlen(text), 20000);
    ck_assert_ptr_nonnull(strstr(text, "x … (83619 more bytes in this line)\n[a] out: next\n"));
    free(text);
    free(long_line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui_plain");
    TCase *plain = tcase_create("plain");

    suite_add_tcase(suite, plain);
    tcase_add_loop_test(plain, events_are_shown, 0, sizeof cases / sizeof *cases);
    tcase_add_test(plain, a_bad_day_is_told_once_and_summed_up);
    tcase_add_test(plain, the_same_failure_of_many_hosts_is_one);
    tcase_add_test(plain, the_hint_of_many_hosts_is_one_host_s);
    tcase_add_test(plain, a_line_without_end_is_bounded);
    return suite_run(suite);
}
