#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/mem.h"
#include "base/str.h"
#include "suite.h"
#include "ui/plain.h"

/* An event, or that time goes on to `tick`. */
struct happening {
    struct event event;
    double tick;
};

/* The jobs of these tests are one target's, job N on its Nth host. */
#define JOB(number, name, count) .job = number, .host = name, .target = "deploy", .peers = count
#define BEGAN(number, name, count)                                                                 \
    {                                                                                              \
        .event = {.kind = EVENT_JOB_BEGAN, JOB(number, name, count) }                              \
    }
#define STEP(number, name, count, nth, line)                                                       \
    {                                                                                              \
        .event = {                                                                                 \
            .kind = EVENT_STEP_BEGAN,                                                              \
            JOB(number, name, count),                                                              \
            .step = nth,                                                                           \
            .verb = "run",                                                                         \
            .text = line                                                                           \
        }                                                                                          \
    }
#define PRINTS(number, name, count, which, bytes)                                                  \
    {                                                                                              \
        .event = {                                                                                 \
            .kind = EVENT_STEP_OUTPUT,                                                             \
            JOB(number, name, count),                                                              \
            .step = 1,                                                                             \
            .stream = which,                                                                       \
            .data = bytes,                                                                         \
            .size = sizeof(bytes) - 1                                                              \
        }                                                                                          \
    }
#define ENDED(number, name, count, nth, code)                                                      \
    {                                                                                              \
        .event = {                                                                                 \
            .kind = EVENT_STEP_ENDED,                                                              \
            JOB(number, name, count),                                                              \
            .step = nth,                                                                           \
            .status = code                                                                         \
        }                                                                                          \
    }
#define OVER(number, name, count, code)                                                            \
    {                                                                                              \
        .event = {.kind = EVENT_JOB_ENDED, JOB(number, name, count), .status = code }              \
    }
#define RUN_ENDED                                                                                  \
    {                                                                                              \
        .event = {.kind = EVENT_RUN_ENDED }                                                        \
    }
#define AT(when)                                                                                   \
    {                                                                                              \
        .tick = when                                                                               \
    }

enum { MAXIMUM_HAPPENINGS = 24 };

static const struct {
    const char *name;
    struct plain_look look;
    struct happening happenings[MAXIMUM_HAPPENINGS];
    const char *text;
} cases[] = {
    { "told when the last has ended the step, not before",
      { 0 },
      { BEGAN(1, "web1", 2), STEP(1, "web1", 2, 1, "uname"), PRINTS(1, "web1", 2, 1, "Linux\n"),
        ENDED(1, "web1", 2, 1, 0), BEGAN(2, "web2", 2), STEP(2, "web2", 2, 1, "uname"),
        PRINTS(2, "web2", 2, 1, "Li"), PRINTS(2, "web2", 2, 1, "nux\n"), AT(1),
        ENDED(2, "web2", 2, 1, 0) },
      "[web[1-2]] Executing task 'deploy'\n"
      "[web[1-2]] run: uname\n"
      "[web[1-2]] out: Linux\n" },
    { "not told while one is at it",
      { 0 },
      { BEGAN(1, "web1", 2), BEGAN(2, "web2", 2), STEP(1, "web1", 2, 1, "uname"),
        STEP(2, "web2", 2, 1, "uname"), PRINTS(1, "web1", 2, 1, "Linux\n"),
        ENDED(1, "web1", 2, 1, 0), AT(4) },
      "[web[1-2]] Executing task 'deploy'\n" },
    { "who lags is not waited for, and told below its command again",
      { .silent = false },
      { BEGAN(1, "web1", 2), BEGAN(2, "web2", 2), STEP(1, "web1", 2, 1, "uname"),
        STEP(2, "web2", 2, 1, "uname"), PRINTS(1, "web1", 2, 1, "Linux\n"),
        ENDED(1, "web1", 2, 1, 0), AT(6), STEP(1, "web1", 2, 2, "true"), ENDED(1, "web1", 2, 2, 0),
        OVER(1, "web1", 2, 0), AT(14), PRINTS(2, "web2", 2, 1, "Linux\n"),
        ENDED(2, "web2", 2, 1, 0) },
      "[web[1-2]] Executing task 'deploy'\n"
      "[web[1-2]] run: uname\n"
      "[web1] out: Linux\n"
      "[web1] run: true\n"
      "[web2] run: uname\n"
      "[web2] out: Linux\n" },
    { "a step that takes long is told as it comes",
      { 0 },
      { BEGAN(1, "web1", 2), BEGAN(2, "web2", 2), STEP(1, "web1", 2, 1, "tail"),
        STEP(2, "web2", 2, 1, "tail"), PRINTS(1, "web1", 2, 1, "one\n"),
        PRINTS(2, "web2", 2, 1, "one\n"), AT(10), AT(29), PRINTS(1, "web1", 2, 1, "two\n"), AT(36),
        PRINTS(1, "web1", 2, 1, "three\n"), PRINTS(2, "web2", 2, 2, "four\n") },
      "[web[1-2]] Executing task 'deploy'\n"
      "[web[1-2]] run: tail\n"
      "[web1] out: one\n"
      "[web1] out: two\n"
      "[web2] out: one\n"
      "[web1] out: three\n"
      "[web2] err: four\n" },
    { "both outputs in their order, of the first of those that share them",
      { 0 },
      { STEP(1, "a", 2, 1, "x"), STEP(2, "b", 2, 1, "x"), PRINTS(1, "a", 2, 1, "1\n"),
        PRINTS(2, "b", 2, 2, "2\n"), PRINTS(1, "a", 2, 2, "2\n"), PRINTS(1, "a", 2, 1, "3\n"),
        PRINTS(2, "b", 2, 1, "1\n3\n"), ENDED(1, "a", 2, 1, 0), ENDED(2, "b", 2, 1, 0) },
      "[a b] run: x\n[a b] out: 1\n[a b] err: 2\n[a b] out: 3\n" },
    { "by text and by exit code; what fails is last",
      { 0 },
      { STEP(1, "web1", 3, 1, "x"), STEP(2, "web2", 3, 1, "x"), STEP(3, "web10", 3, 1, "x"),
        PRINTS(2, "web2", 3, 2, "bad\n"), PRINTS(1, "web1", 3, 1, "same\n"),
        PRINTS(2, "web2", 3, 1, "same\n"), PRINTS(3, "web10", 3, 1, "same"),
        ENDED(1, "web1", 3, 1, 3), ENDED(2, "web2", 3, 1, 0), ENDED(3, "web10", 3, 1, 0) },
      "[web[1-2,10]] run: x\n"
      "[web2] err: bad\n[web2] out: same\n"
      "[web10] out: same\n"
      "[web1] out: same\n"
      "[web1] failed: exit code 3\n" },
    { "commands that differ in the host's name alone are one",
      { 0 },
      { STEP(1, "u@web1:22", 2, 1, "echo web1.org web10"),
        STEP(2, "u@web2:22", 2, 1, "echo web2.org web10"), ENDED(1, "u@web1:22", 2, 1, 0),
        PRINTS(2, "u@web2:22", 2, 1, "web2\n"), ENDED(2, "u@web2:22", 2, 1, 1) },
      "[u@web[1-2]:22] run: echo $(host).org web10\n"
      "[u@web2:22] out: web2\n"
      "[u@web2:22] failed: exit code 1\n" },
    { "a text that holds one host's name by chance is the same for all",
      { 0 },
      { STEP(1, "a", 2, 1, "mv a b"), STEP(2, "b", 2, 1, "mv a b"), ENDED(1, "a", 2, 1, 1),
        ENDED(2, "b", 2, 1, 1) },
      "[a b] run: mv a b\n"
      "[a b] failed: exit code 1\n" },
    { "what would run",
      { .dry_run = true },
      { { .event = { .kind = EVENT_JOB_WOULD_RUN, JOB(1, "db2", 2), .text = "no record on db2" } },
        { .event = { .kind = EVENT_JOB_WOULD_RUN,
                     JOB(2, "db1", 2),
                     .text = "no record on db1" } } },
      "would run deploy on db[1-2]: no record on $(host)\n" },
    { "reasons stand before what they are for",
      { 0 },
      { { .event = { .kind = EVENT_EXPLAIN, JOB(1, "db1", 2), .text = "a changed" } },
        BEGAN(1, "db1", 2),
        { .event = { .kind = EVENT_EXPLAIN, JOB(2, "db2", 2), .text = "b changed" } },
        BEGAN(2, "db2", 2) },
      "explain: deploy on db1: a changed\n"
      "explain: deploy on db2: b changed\n"
      "[db[1-2]] Executing task 'deploy'\n" },
    { "one that failed before its first step is not waited for",
      { 0 },
      { { .event = { .kind = EVENT_RUN_BEGAN, .text = "deploy", .peers = 2 } },
        { .event = { .kind = EVENT_HOST_FAILED, .host = "db1", .text = "db1: refused" } },
        { .event = { .kind = EVENT_JOB_ENDED,
                     JOB(1, "db1", 2),
                     .status = 3,
                     .text = "db1: refused" } },
        STEP(2, "db2", 2, 1, "x"),
        ENDED(2, "db2", 2, 1, 0) },
      "[db1] failed: db1: refused\n"
      "[db2] run: x\n" },
    { "dropped and skipped ones are not waited for",
      { 0 },
      { { .event = { .kind = EVENT_JOB_DROPPED, JOB(1, "db1", 3) } },
        { .event = { .kind = EVENT_JOB_SKIPPED, JOB(3, "db3", 3) } },
        STEP(2, "db2", 3, 1, "x"),
        ENDED(2, "db2", 3, 1, 0) },
      "[db2] run: x\n" },
    { "a step that is tried again",
      { 0 },
      { STEP(1, "a", 2, 1, "x"),
        { .event = { .kind = EVENT_STEP_ENDED,
                     JOB(1, "a", 2),
                     .step = 1,
                     .status = 1,
                     .ignored = true,
                     .again = true,
                     .text = "exit code 1; trying again" } },
        STEP(1, "a", 2, 1, "x"),
        ENDED(1, "a", 2, 1, 0),
        STEP(2, "b", 2, 1, "x"),
        ENDED(2, "b", 2, 1, 0) },
      "[a b] run: x\n"
      "[a] failed, ignored: exit code 1; trying again\n"
      "[a] run: x\n" },
    { "one that is tried again when all others have ended it",
      { 0 },
      { STEP(1, "a", 2, 1, "x"),
        STEP(2, "b", 2, 1, "x"),
        ENDED(2, "b", 2, 1, 0),
        { .event = { .kind = EVENT_STEP_ENDED,
                     JOB(1, "a", 2),
                     .step = 1,
                     .status = 1,
                     .ignored = true,
                     .again = true,
                     .text = "exit code 1; trying again" } },
        STEP(1, "a", 2, 1, "x"),
        PRINTS(1, "a", 2, 1, "well\n"),
        ENDED(1, "a", 2, 1, 0) },
      "[a b] run: x\n"
      "[a] failed, ignored: exit code 1; trying again\n"
      "[a] run: x\n"
      "[a] out: well\n" },
    { "verbosely, each line as it comes",
      { .verbose = true },
      { BEGAN(1, "web1", 2), STEP(1, "web1", 2, 1, "uname"), PRINTS(1, "web1", 2, 1, "Linux\n") },
      "[web1] Executing task 'deploy'\n"
      "[web1] run: uname\n"
      "[web1] out: Linux\n" },
    { "one host alone, too",
      { 0 },
      { BEGAN(1, "web1", 1), STEP(1, "web1", 1, 1, "uname"), PRINTS(1, "web1", 1, 1, "Linux\n") },
      "[web1] Executing task 'deploy'\n"
      "[web1] run: uname\n"
      "[web1] out: Linux\n" },
    { "-s",
      { .silent = true },
      { BEGAN(1, "a", 2), BEGAN(2, "b", 2), STEP(1, "a", 2, 1, "x"), STEP(2, "b", 2, 1, "x"),
        PRINTS(1, "a", 2, 1, "hi\n"), PRINTS(2, "b", 2, 1, "hi\n"), ENDED(1, "a", 2, 1, 0),
        ENDED(2, "b", 2, 1, 2) },
      "[a] out: hi\n[b] out: hi\n[b] failed: run x: exit code 2\n" },
    { "what is held back comes at the run's end",
      { .silent = true },
      { STEP(1, "a", 2, 1, "x"), PRINTS(1, "a", 2, 1, "half a line"), RUN_ENDED },
      "[a] out: half a line\n" },
    { "an interrupt",
      { 0 },
      { { .event = { .kind = EVENT_RUN_BEGAN, .text = "deploy", .peers = 4 } },
        STEP(1, "web1", 4, 2, "sleep web1"),
        STEP(2, "web2", 4, 2, "sleep web2"),
        PRINTS(1, "web1", 4, 1, "here\nand"),
        OVER(2, "web2", 4, 0),
        { .event = { .kind = EVENT_HOST_CONNECTING, .host = "web3" } },
        { .event = { .kind = EVENT_INTERRUPTED, .time = 12 } },
        { .event = { .kind = EVENT_STEP_ENDED,
                     JOB(1, "web1", 4),
                     .step = 2,
                     .status = -1,
                     .text = "interrupted" } } },
      "[web[1-2]] run: sleep $(host)\n"
      "[web1] out: here\n"
      "fake: *** Interrupted.\n"
      "What the hosts were doing:\n"
      "    web3: connecting (12 s)\n"
      "    web1: deploy, step 2: run sleep $(host) (12 s)\n"
      "    web2: done with deploy\n"
      "    1 more: not begun\n"
      "Waiting until that has ended; a second interrupt leaves at once.\n"
      "[web1] out: and\n" },
};

/* What a plain sink shows of what happens; both streams are one. The caller frees it. */
static char *show(const struct happening *list, size_t count, struct plain_look look)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct event_sink sink;

    ck_assert_ptr_nonnull(out);
    look.program = "fake";
    sink = plain_sink(out, out, look);
    for (size_t i = 0; i < count; i++) {
        struct event event = list[i].event;
        if (list[i].tick > 0)
            sink.tick(sink.self, list[i].tick);
        else if (event.kind != EVENT_RUN_BEGAN || event.text)
            sink.event(sink.self, &event);
    }
    sink.free(sink.self);
    fclose(out);
    return text;
}

START_TEST(hosts_are_told_together)
{
    char *text = show(cases[_i].happenings, MAXIMUM_HAPPENINGS, cases[_i].look);

    ck_assert_msg(strcmp(text, cases[_i].text) == 0, "%s:\n--- wanted\n%s--- got\n%s---",
                  cases[_i].name, cases[_i].text, text);
    free(text);
}
END_TEST

enum { MANY = 1000 };

/* MANY hosts do a step; each seventh fails. */
static char *show_many(const char *pattern, struct plain_look look)
{
    struct happening *list = mem_array(4 * MANY + 2, sizeof *list);
    char *hosts[MANY], *text;
    size_t count = 0;

    list[count++].event =
        (struct event){ .kind = EVENT_RUN_BEGAN, .text = "deploy", .peers = MANY };
    for (unsigned i = 0; i < MANY; i++) {
        unsigned number = 7919 * i % MANY; /* in no order */
        hosts[number] = pattern
                            ? mem_printf(pattern, number)
                            : mem_printf("%c%c%u", 'a' + number % 26, 'a' + number % 23, number);
        struct happening did[] = {
            STEP(i + 1, hosts[number], MANY, 1, "make"),
            PRINTS(i + 1, hosts[number], MANY, 1, "made\n"),
            ENDED(i + 1, hosts[number], MANY, 1, number % 7 == 0 ? 2 : 0),
            OVER(i + 1, hosts[number], MANY, number % 7 == 0 ? 2 : 0),
        };
        for (size_t k = 0; k < sizeof did / sizeof *did; k++)
            list[count++] = did[k];
    }
    list[count++].event = (struct event){ .kind = EVENT_RUN_ENDED, .status = 2 };
    text = show(list, count, look);
    for (unsigned i = 0; i < MANY; i++)
        free(hosts[i]);
    free(list);
    return text;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(a_thousand_hosts_are_few_lines)
{
    char *text = show_many("web%04u", (struct plain_look){ 0 });

    ck_assert(str_starts(text, "[web[0000-0999]] run: make\n[857 hosts] are web[0001-0006,0008-"));
    ck_assert_ptr_nonnull(strstr(text, "]\n[857 hosts] out: made\n[143 hosts] are web[0000,0007,"));
    ck_assert_ptr_nonnull(strstr(text, "]\n[143 hosts] out: made\n[143 hosts] are web[0000,"));
    ck_assert_ptr_nonnull(strstr(text, "]\n[143 hosts] failed: exit code 2\n"
                                       "\n"
                                       "host        ran  skipped  failed  seconds\n"
                                       "857 hosts     1        0       0      0.0\n"
                                       "    web[0001-0006,"));
    ck_assert_uint_lt(count_lines(text), 20);
    free(text);
}
END_TEST

START_TEST(a_thousand_hosts_without_numbers_in_common)
{
    char *text = show_many(NULL, (struct plain_look){ 0 });

    ck_assert(str_starts(text, "[1000 hosts] are aa"));
    ck_assert_uint_lt(count_lines(text), 20);
    free(text);
}
END_TEST

/* The last line of a terminal goes before lines are written, and comes back below them. */
START_TEST(the_status_disturbs_no_line)
{
    static const struct happening happenings[] = {
        { .event = { .kind = EVENT_RUN_BEGAN, .text = "deploy", .peers = 2 } },
        { .event = { .kind = EVENT_HOST_CONNECTING, .host = "web1", .time = 1 } },
        BEGAN(1, "web1", 2),
        { .event = { .kind = EVENT_STEP_BEGAN,
                     JOB(1, "web1", 2),
                     .step = 1,
                     .verb = "run",
                     .text = "x",
                     .time = 2 } },
        { .event = { .kind = EVENT_NOTICE, .text = "hi", .time = 2 } },
        AT(4),
        { .event = { .kind = EVENT_RUN_ENDED, .time = 4 } },
    };
    char *text = show(happenings, sizeof happenings / sizeof *happenings,
                      (struct plain_look){ .live = true });

    ck_assert_str_eq(text, "web1: connecting"
                           "\r\033[Kdeploy: 0 of 2 hosts done; web1: step 1: run x"
                           "\r\033[Kfake: hi\n"
                           "deploy: 0 of 2 hosts done; web1: step 1: run x"
                           "\r\033[Kdeploy: 0 of 2 hosts done; web1: step 1: run x (2 s)"
                           "\r\033[K[web1] Executing task 'deploy'\n"
                           "deploy: 0 of 2 hosts done; web1: step 1: run x (2 s)"
                           "\r\033[K[web1] run: x\n"
                           "deploy: 0 of 2 hosts done; web1: step 1: run x (2 s)"
                           "\r\033[K");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui_fold");
    TCase *fold = tcase_create("fold");

    suite_add_tcase(suite, fold);
    tcase_add_loop_test(fold, hosts_are_told_together, 0, sizeof cases / sizeof *cases);
    tcase_add_test(fold, a_thousand_hosts_are_few_lines);
    tcase_add_test(fold, a_thousand_hosts_without_numbers_in_common);
    tcase_add_test(fold, the_status_disturbs_no_line);
    return suite_run(suite);
}
