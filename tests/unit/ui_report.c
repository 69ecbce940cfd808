#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "suite.h"
#include "ui/report.h"

#define OF(number, name) .job = number, .host = name, .target = "deploy"

static char *write_report(const struct event *list, size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct event_sink sink;

    ck_assert_ptr_nonnull(out);
    sink = report_sink(out, "fake");
    for (size_t i = 0; i < count; i++)
        sink.event(sink.self, &list[i]);
    sink.free(sink.self);
    fclose(out);
    return text;
}

START_TEST(everything_is_escaped)
{
    static const struct event events[] = {
        { .kind = EVENT_RUN_BEGAN, .text = "<script>\"&" },
        { .kind = EVENT_NOTICE, .text = "<b>" },
        { .kind = EVENT_JOB_BEGAN, OF(1, "<web1>"), .text = "a < b" },
        { .kind = EVENT_STEP_BEGAN, OF(1, "<web1>"), .verb = "run", .text = "cat <x\nand" },
        { .kind = EVENT_STEP_OUTPUT,
          OF(1, "<web1>"),
          .stream = 1,
          .data = "<\0\033\n\xff",
          .size = 5 },
        { .kind = EVENT_STEP_ENDED, OF(1, "<web1>"), .status = 2 },
        { .kind = EVENT_JOB_ENDED, OF(1, "<web1>"), .status = 2, .text = "no <way>" },
        { .kind = EVENT_RUN_ENDED, .status = 2, .seconds = 1.5 },
    };
    char *text = write_report(events, sizeof events / sizeof *events);

    ck_assert_ptr_nonnull(strstr(text, "<h1>fake &lt;script&gt;&quot;&amp;</h1>"));
    ck_assert_ptr_nonnull(strstr(text, "&lt;b&gt;"));
    ck_assert_ptr_nonnull(strstr(text,
                                 "<details open><summary><span class=\"failed\">failed</span> "
                                 "&lt;web1&gt;</summary>\n<p class=\"why\">a &lt; b</p>\n"
                                 "<pre class=\"step\"><b>run</b> cat &lt;x\nand</pre>\n"
                                 "<pre>&lt;\\x00\\x1b\n\\xff</pre>\n"
                                 "<p class=\"bad\">failed: exit code 2</p>\n"
                                 "<p class=\"bad\">no &lt;way&gt;</p>\n</details>\n"));
    ck_assert_ptr_nonnull(strstr(text, "Failed, exit code 2, "));
    ck_assert_ptr_null(strstr(text, "<script>"));
    free(text);
}
END_TEST

START_TEST(what_failed_stands_first)
{
    static const struct event events[] = {
        { .kind = EVENT_JOB_SKIPPED, OF(1, "web1"), .text = "unchanged" },
        { .kind = EVENT_JOB_ENDED, OF(2, "web2"), .status = 3, .text = "refused" },
        { .kind = EVENT_JOB_DROPPED, .job = 3, .target = "restart" },
        { .kind = EVENT_RUN_ENDED, .status = 3 },
    };
    char *text = write_report(events, sizeof events / sizeof *events);

    ck_assert_ptr_nonnull(strstr(text, "web2</summary>"));
    ck_assert_ptr_nonnull(strstr(strstr(text, "web2</summary>"), "skipped</span> web1</summary>"));
    ck_assert_ptr_nonnull(strstr(text, "restart</h2>\n<details><summary><span class=\"not run\">"
                                       "not run</span> this machine</summary>"));
    free(text);
}
END_TEST

START_TEST(a_flood_is_cut)
{
    enum { FLOOD = REPORT_MAXIMUM + 1000 };
    char *data = malloc(FLOOD), *text;
    struct event events[] = {
        { .kind = EVENT_STEP_BEGAN, OF(1, "a"), .verb = "run", .text = "yes" },
        { .kind = EVENT_STEP_OUTPUT, OF(1, "a"), .stream = 2, .data = data, .size = FLOOD },
        { .kind = EVENT_STEP_OUTPUT, OF(1, "a"), .stream = 2, .data = data, .size = FLOOD },
        { .kind = EVENT_RUN_ENDED },
    };

    ck_assert_ptr_nonnull(data);
    memset(data, 'y', FLOOD);
    text = write_report(events, sizeof events / sizeof *events);
    ck_assert_uint_lt(strlen(text), REPORT_MAXIMUM + 4096);
    ck_assert_ptr_nonnull(strstr(text, "the rest is not kept)</pre>"));
    free(text);
    free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui_report");
    TCase *report = tcase_create("report");

    suite_add_tcase(suite, report);
    tcase_add_test(report, everything_is_escaped);
    tcase_add_test(report, what_failed_stands_first);
    tcase_add_test(report, a_flood_is_cut);
    return suite_run(suite);
}
