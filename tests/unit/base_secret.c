#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/event.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "suite.h"

/* Secrets in the order given, ended by NULL. */
static struct secrets *make(const char *const *values)
{
    struct secrets *secrets = secrets_new();
    while (*values)
        ck_assert(secrets_add(secrets, *values++));
    return secrets;
}

static const struct {
    const char *secrets[4];
    const char *text, *masked;
} rows[] = {
    { { "geheim" }, "no such thing", "no such thing" },
    { { "geheim" }, "", "" },
    { { "geheim" }, "geheim", "***" },
    { { "geheim" }, "a geheim, b geheim", "a ***, b ***" },
    { { "geheim" }, "geheigeheim geheimgeheim", "gehei*** ******" },
    { { "geheim" }, "geheim\ngehei", "***\ngehei" },
    { { "abc", "abcdef" }, "abcdef abcde", "*** ***de" },
    { { "abcdef", "abc" }, "abcdef abcde", "*** ***de" },
    { { "abcd", "cdef" }, "abcdef", "***" },
    { { "aaa" }, "aa aaaaa aaaa", "aa *** ***" },
    { { "abcab", "abX" }, "abcabc abX", "***c ***" },
    { { "it's me" }, "echo 'it'\\''s me' it's me", "echo '***' ***" },
    { { "line one\nline two\n}" }, "line two\r\nline one\r\n}\n", "***\r\n***\r\n}\n" },
};

static const char *mask_whole(const struct secrets *secrets, const char *text, struct str *out)
{
    str_clear(out);
    ck_assert_uint_eq(secrets_mask(secrets, text, strlen(text), true, out), 0);
    return str_text(out);
}

START_TEST(in_one_piece)
{
    struct secrets *secrets = make(rows[_i].secrets);
    struct str out = { 0 };
    ck_assert_str_eq(mask_whole(secrets, rows[_i].text, &out), rows[_i].masked);
    str_free(&out);
    secrets_free(secrets);
}
END_TEST

/* What comes in pieces is masked as what comes whole, wherever it is cut. */
static void feed(const struct secrets *secrets, struct str *held, const char *data, size_t size,
                 struct str *out)
{
    str_addn(held, data, size);
    size_t left = secrets_mask(secrets, str_text(held), held->len, false, out);
    ck_assert_uint_le(left, held->len);
    char *rest = mem_strndup(str_text(held) + held->len - left, left);
    str_clear(held);
    str_addn(held, rest, left);
    free(rest);
}

START_TEST(in_pieces)
{
    struct secrets *secrets = make(rows[_i].secrets);
    const char *text = rows[_i].text;
    size_t size = strlen(text);
    struct str out = { 0 }, held = { 0 };
    for (size_t first = 0; first <= size; first++)
        for (size_t second = first; second <= size; second++) {
            str_clear(&out);
            str_clear(&held);
            feed(secrets, &held, text, first, &out);
            feed(secrets, &held, text + first, second - first, &out);
            feed(secrets, &held, text + second, size - second, &out);
            secrets_mask(secrets, str_text(&held), held.len, true, &out);
            ck_assert_str_eq(str_text(&out), rows[_i].masked);
        }
    str_free(&out);
    str_free(&held);
    secrets_free(secrets);
}
END_TEST

START_TEST(too_short)
{
    struct secrets *secrets = secrets_new();
    ck_assert(secrets_are_none(secrets));
    ck_assert(!secrets_add(secrets, "ab"));
    ck_assert(!secrets_add(secrets, ""));
    ck_assert(secrets_are_none(secrets));
    ck_assert(secrets_add(secrets, "abc"));
    ck_assert(!secrets_are_none(secrets));
    ck_assert(secrets_are_none(NULL));
    secrets_free(secrets);
    secrets_free(NULL);
}
END_TEST

START_TEST(seal)
{
    static const char *const values[] = { "geheim", NULL };
    struct secrets *secrets = make(values);
    struct str out = { 0 };
    char hex[HASH_SHA256_HEX_SIZE];
    ck_assert(!secrets_seal(secrets, "mysql -p", "salt", &out));
    ck_assert_uint_eq(out.len, 0);
    ck_assert(secrets_seal(secrets, "mysql -pgeheim x", "salt", &out));
    hash_bytes_sha256("salt\ngeheim", 11, hex);
    char *wanted = mem_printf("mysql -p%s x", hex);
    ck_assert_str_eq(str_text(&out), wanted);
    free(wanted);
    str_free(&out);
    secrets_free(secrets);
}
END_TEST

/* ---- events ---- */

static void note(void *self, const struct event *event)
{
    struct str *seen = self;
    str_addf(seen, "%s", event_kind_name(event->kind));
    if (event->job)
        str_addf(seen, " %u.%u", event->job, event->step);
    if (event->text)
        str_addf(seen, " %s", event->text);
    if (event->hint)
        str_addf(seen, " (%s)", event->hint);
    if (event->diag)
        str_addf(seen, " diag %s", event->diag->message);
    if (event->kind == EVENT_STEP_OUTPUT)
        str_addf(seen, " %d <%.*s>", event->stream, (int)event->size, event->data);
    str_addc(seen, '\n');
}

static void put_out(struct events *events, unsigned job, int stream, const char *text)
{
    events_emit(events, (struct event){ .kind = EVENT_STEP_OUTPUT,
                                        .job = job,
                                        .step = 1,
                                        .stream = stream,
                                        .data = text,
                                        .size = strlen(text) });
}

START_TEST(in_events)
{
    struct secrets *secrets = secrets_new();
    struct events *events = events_new();
    struct str seen = { 0 };
    struct diag diag = { .message = "no geheim" };
    events_mask(events, secrets);
    events_add_sink(events, (struct event_sink){ .event = note, .self = &seen });
    put_out(events, 1, 1, "geh");
    secrets_add(secrets, "geheim");
    put_out(events, 1, 1, "a geh");
    put_out(events, 2, 1, "gehe");
    put_out(events, 1, 2, "im gehe");
    put_out(events, 1, 1, "eim b");
    put_out(events, 1, 1, "g");
    events_emit(events, (struct event){ .kind = EVENT_STEP_ENDED, .job = 1, .step = 1 });
    put_out(events, 2, 1, "im");
    put_out(events, 2, 1, "geheim g");
    events_emit(
        events,
        (struct event){ .kind = EVENT_ERROR, .text = "geheim!", .hint = "geheim?", .diag = &diag });
    events_emit(events, (struct event){ .kind = EVENT_RUN_ENDED });
    ck_assert_str_eq(str_text(&seen), "step-output 1.1 1 <geh>\n"
                                      "step-output 1.1 1 <a >\n"
                                      "step-output 1.1 2 <im >\n"
                                      "step-output 1.1 1 <*** b>\n"
                                      "step-output 1.1 1 <g>\n"
                                      "step-output 1.1 2 <gehe>\n"
                                      "step-ended 1.1\n"
                                      "step-output 2.1 1 <***>\n"
                                      "step-output 2.1 1 <*** >\n"
                                      "error ***! (***?) diag no ***\n"
                                      "step-output 2.1 1 <g>\n"
                                      "run-ended\n");
    events_free(events);
    secrets_free(secrets);
    str_free(&seen);
}
END_TEST

int main(void)
{
    enum { ROW_COUNT = sizeof rows / sizeof *rows };
    Suite *suite = suite_create("base_secret");
    TCase *tests = tcase_create("secret");
    tcase_add_loop_test(tests, in_one_piece, 0, ROW_COUNT);
    tcase_add_loop_test(tests, in_pieces, 0, ROW_COUNT);
    tcase_add_test(tests, too_short);
    tcase_add_test(tests, seal);
    tcase_add_test(tests, in_events);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
