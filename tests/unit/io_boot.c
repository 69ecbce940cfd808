#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/boot.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/session.h"
#include "suite.h"

#define NONCE "0123456789abcdef01234567"

/* Everything that some log-in shell could take for its own. */
static const struct session_query QUERIES[] = {
    { .id = 1,
      .text = "printf '%s|' 'a!b' \"c\\d\" '$x' '`y`' '%d' \"it's\" '\n' '\xc3\xa4' '~' '\\\\'" },
    { .id = 2, .text = "case x in x) echo \"!\";; esac # !!" },
};
static const char ANSWER[] = "a!b|c\\d|$x|`y`|%d|it's|\n|\xc3\xa4|~|\\\\|";

START_TEST(the_text_passes_log_in_shells)
{
    struct str text = { 0 };
    ck_assert_uint_eq(boot_add_text(&text, NONCE, QUERIES, 2), 2);
    ck_assert(strpbrk(text.data, "'\n") == NULL);
    ck_assert(strstr(text.data, "\\\\") == NULL);
    for (const char *s = text.data; (s = strchr(s, '!')) != NULL; s++)
        ck_assert_msg(s[-1] == '$' && strchr(" ;", s[1]), "%.20s", s - 10);
    for (const char *s = text.data; *s; s++)
        ck_assert_msg(*s >= ' ' && *s <= '~', "%.20s", s);
    str_free(&text);
}
END_TEST

START_TEST(what_does_not_fit_stays_out)
{
    struct str text = { 0 }, query = { 0 };
    while (query.len < 30000)
        str_add(&query, "long ");
    struct session_query queries[] = { QUERIES[1], { .id = 3, .text = query.data }, QUERIES[1] };
    ck_assert_uint_eq(boot_add_text(&text, NONCE, queries, 3), 1);
    ck_assert_uint_lt(text.len, 24 * 1024);
    str_free(&text);
    str_free(&query);
}
END_TEST

static struct str output;

static void process_output(void *context, int stream, const char *data, size_t size)
{
    (void)context;
    if (stream == 1)
        str_addn(&output, data, size);
}

static void process_ended(void *context, int status, bool held, const char *why)
{
    (void)status, (void)held;
    *(bool *)context = why == NULL;
}

static const struct process_events EVENTS = { .output = process_output, .ended = process_ended };

static const char *const LOG_IN_SHELLS[] = { "dash",  "bash", "zsh",  "mksh",
                                             "ksh93", "fish", "tcsh", "rbash" };

START_TEST(log_in_shells_run_it)
{
    struct str line = { 0 };
    str_add(&line, "sh -c '");
    boot_add_text(&line, NONCE, QUERIES, 2);
    str_add(&line, "'");
    const char *argv[] = { LOG_IN_SHELLS[_i], "-c", line.data, NULL };
    struct process_options options = { .argv = argv };
    struct loop *loop = loop_new();
    bool started = false;
    process_start(loop, &options, &EVENTS, &started);
    loop_run(loop);
    loop_free(loop);
    if (started) { /* else it is not installed: nothing to prove */
        const char *ready = strstr(str_text(&output), "\036" NONCE " ready ");
        ck_assert_msg(ready != NULL, "%s", str_text(&output));
        ck_assert_msg(strstr(str_text(&output), ANSWER) != NULL, "%s", str_text(&output));
        ck_assert(strstr(str_text(&output), "\n!\n\036") != NULL);
    }
    str_free(&line);
    str_free(&output);
}
END_TEST

START_TEST(nonces_differ)
{
    char one[FRAME_NONCE_LENGTH + 1], two[FRAME_NONCE_LENGTH + 1];
    boot_make_nonce(one);
    boot_make_nonce(two);
    ck_assert_uint_eq(strspn(one, "0123456789abcdef"), FRAME_NONCE_LENGTH);
    ck_assert_str_ne(one, two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_boot");
    TCase *tests = tcase_create("boot");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, the_text_passes_log_in_shells);
    tcase_add_test(tests, what_does_not_fit_stays_out);
    tcase_add_loop_test(tests, log_in_shells_run_it, 0,
                        sizeof LOG_IN_SHELLS / sizeof *LOG_IN_SHELLS);
    tcase_add_test(tests, nonces_differ);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
