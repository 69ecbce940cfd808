#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/event.h"
#include "suite.h"
#include "ui/json.h"
#include "ui/list.h"

/* The lines that the sink writes for an event, without "t", which differs each time. The caller
 * frees them. */
static char *show(struct event event)
{
    struct events *events = events_new();
    char *text, *begin, *end;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    events_add_sink(events, json_sink(out));
    events_emit(events, event);
    events_free(events);
    fclose(out);
    begin = strstr(text, "\"t\":");
    ck_assert_ptr_nonnull(begin);
    end = strchr(begin, ',') + 1;
    memmove(begin, end, strlen(end) + 1);
    return text;
}

static const struct source source = { .name = "Fakefile", .text = "a:\nb c\n", .size = 7 };
static const struct diag diag = { DIAG_ERROR, { &source, 3, 1 }, "missing separator", NULL };

static const struct {
    struct event event;
    const char *line;
} cases[] = {
    { { .kind = EVENT_RUN_BEGAN, .text = "pack deploy" },
      "\"event\":\"run-began\",\"text\":\"pack deploy\"" },
    { { .kind = EVENT_JOB_BEGAN,
        .job = 3,
        .host = "u@web1",
        .target = "deploy",
        .text = "no record" },
      "\"event\":\"job-began\",\"job\":3,\"host\":\"u@web1\",\"target\":\"deploy\",\"text\":\"no "
      "record\"" },
    { { .kind = EVENT_STEP_BEGAN,
        .job = 3,
        .step = 2,
        .verb = "run",
        .text = "echo \"hi\"",
        .silent = true },
      "\"event\":\"step-began\",\"job\":3,\"step\":2,\"verb\":\"run\",\"text\":\"echo "
      "\\\"hi\\\"\",\"silent\":true" },
    { { .kind = EVENT_STEP_OUTPUT,
        .job = 1,
        .step = 1,
        .stream = 1,
        .data = "d\xc3\xa9j\xc3\xa0\n\033\0",
        .size = 9 },
      "\"event\":\"step-output\",\"job\":1,\"step\":1,\"stream\":\"out\",\"data\":"
      "\"d\xc3\xa9j\xc3\xa0\\n\\u001B\\u0000\"" },
    { { .kind = EVENT_STEP_OUTPUT, .job = 1, .step = 1, .stream = 2, .data = "a\xff", .size = 2 },
      "\"event\":\"step-output\",\"job\":1,\"step\":1,\"stream\":\"err\",\"data\":\"a\\\\xff\","
      "\"base64\":\"Yf8=\"" },
    { { .kind = EVENT_STEP_OUTPUT, .job = 1, .step = 1, .stream = 1, .data = "\xff", .size = 1 },
      "\"event\":\"step-output\",\"job\":1,\"step\":1,\"stream\":\"out\",\"data\":\"\\\\xff\","
      "\"base64\":\"/w==\"" },
    { { .kind = EVENT_STEP_OUTPUT,
        .job = 1,
        .step = 1,
        .stream = 1,
        .data = "\xfb\xef\xbe\xff",
        .size = 4 },
      "\"event\":\"step-output\",\"job\":1,\"step\":1,\"stream\":\"out\",\"data\":"
      "\"\\\\xfb\\\\xef\\\\xbe\\\\xff\",\"base64\":\"++++/w==\"" },
    { { .kind = EVENT_STEP_ENDED,
        .job = 1,
        .step = 1,
        .status = 7,
        .seconds = 1.5,
        .ignored = true },
      "\"event\":\"step-ended\",\"job\":1,\"step\":1,\"status\":7,\"seconds\":1.5,\"ignored\":"
      "true" },
    { { .kind = EVENT_JOB_SKIPPED, .job = 1, .target = "prog", .is_file = true },
      "\"event\":\"job-skipped\",\"job\":1,\"target\":\"prog\",\"make\":true" },
    { { .kind = EVENT_ERROR, .text = "missing separator", .diag = &diag },
      "\"event\":\"error\",\"file\":\"Fakefile\",\"line\":2,\"text\":\"missing separator\"" },
    { { .kind = EVENT_WARNING, .text = "bad \xe9", .hint = "mend it" },
      "\"event\":\"warning\",\"text\":\"bad \\\\xe9\",\"hint\":\"mend it\"" },
    { { .kind = EVENT_RUN_ENDED, .status = 130, .seconds = 0 },
      "\"event\":\"run-ended\",\"status\":130,\"seconds\":0.0" },
};

START_TEST(an_event_is_a_line)
{
    char *text = show(cases[_i].event), wanted[512];

    snprintf(wanted, sizeof wanted, "{\"v\":1,\"n\":1,%s}\n", cases[_i].line);
    ck_assert_str_eq(text, wanted);
    free(text);
}
END_TEST

/* Every kind has a name of its own: the table of names is as long as the enumeration. */
START_TEST(kinds_have_names)
{
    for (int i = 0; i <= EVENT_RUN_ENDED; i++) {
        ck_assert_ptr_nonnull(event_kind_name((enum event_kind)i));
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(event_kind_name((enum event_kind)i),
                             event_kind_name((enum event_kind)j));
    }
}
END_TEST

static void fill(struct list *list, struct list_target *deploy, struct list_target *object,
                 struct list_role *web)
{
    *deploy = (struct list_target){ .name = "deploy",
                                    .documentation = "Ship it.\nTwice.",
                                    .file = "Fakefile",
                                    .line = 3,
                                    .is_task = true,
                                    .is_notable = true,
                                    .binding = "@web",
                                    .place = "web[1-2]" };
    vec_push(&deploy->hosts, (void *)"web1");
    vec_push(&deploy->hosts, (void *)"web2");
    vec_push(&deploy->after, (void *)"restart");
    vec_push(&deploy->after, (void *)"notify");
    *object = (struct list_target){ .name = "util.o", .file = "Fakefile", .line = 9 };
    *web = (struct list_role){ .name = "web", .place = "web[1-2]" };
    vec_push(&web->hosts, (void *)"web1");
    vec_push(&list->targets, deploy);
    vec_push(&list->targets, object);
    vec_push(&list->roles, web);
    list->default_goal = "util.o";
}

static void empty(struct list *list, struct list_target *deploy, struct list_role *web)
{
    vec_free(&deploy->hosts);
    vec_free(&deploy->after);
    vec_free(&web->hosts);
    vec_free(&list->targets);
    vec_free(&list->roles);
}

START_TEST(a_list_in_words)
{
    struct list list = { 0 };
    struct list_target deploy, object;
    struct list_role web;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    fill(&list, &deploy, &object, &web);
    list_print_text(&list, out);
    fclose(out);
    ck_assert_str_eq(text, "Targets\n"
                           "  deploy @web  Ship it.\n"
                           "               Twice.\n"
                           "               on web[1-2]\n"
                           "               after it: restart notify\n"
                           "\n"
                           "Roles\n"
                           "  web          web[1-2]\n"
                           "\n"
                           "Without a goal: util.o\n");
    free(text);
    empty(&list, &deploy, &web);
}
END_TEST

START_TEST(a_list_for_programs)
{
    struct list list = { 0 };
    struct list_target deploy, object;
    struct list_role web;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *read, *first;

    fill(&list, &deploy, &object, &web);
    list_print_json(&list, out);
    fclose(out);
    read = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(read);
    ck_assert_int_eq(json_integer_value(json_object_get(read, "version")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(read, "targets")), 2);
    first = json_array_get(json_object_get(read, "targets"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(first, "binding")), "@web");
    ck_assert_uint_eq(json_array_size(json_object_get(first, "hosts")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(read, "default")), "util.o");
    json_decref(read);
    free(text);
    empty(&list, &deploy, &web);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui_json");
    TCase *json = tcase_create("json");

    suite_add_tcase(suite, json);
    tcase_add_loop_test(json, an_event_is_a_line, 0, sizeof cases / sizeof *cases);
    tcase_add_test(json, kinds_have_names);
    tcase_add_test(json, a_list_in_words);
    tcase_add_test(json, a_list_for_programs);
    return suite_run(suite);
}
