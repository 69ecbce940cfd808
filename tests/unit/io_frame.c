#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"
#include "suite.h"

#define NONCE "0123456789abcdef01234567"
#define OTHER "fedcba9876543210fedcba98"
#define MARK  "\036" NONCE " "

/* What a reader told: data as it is, frames in brackets. */
static struct frame_reader reader;
static struct str told;
static int pause_at; /* the n-th frame pauses */

static void data(void *context, const char *bytes, size_t size)
{
    (void)context;
    str_addn(&told, bytes, size);
}

static void frame(void *context, char *words)
{
    (void)context;
    str_addf(&told, "[%s]", words);
    if (--pause_at == 0)
        frame_reader_pause(&reader);
}

static const struct frame_events EVENTS = { data, frame };

static void setup(void)
{
    reader = (struct frame_reader){ 0 };
    frame_reader_set_nonce(&reader, NONCE);
}

static void teardown(void)
{
    frame_reader_free(&reader);
    str_free(&told);
}

static void feed(const char *bytes, size_t size)
{
    frame_reader_feed(&reader, bytes, size, &EVENTS, NULL);
}

/* Each text must be told the same however it is cut. */
static const struct {
    const char *text, *told;
} CASES[] = {
    { "abc", "abc" },
    { MARK "e 1 0\n", "[e 1 0]" },
    { "a" MARK "b 1\nb" MARK "e 1 0\nc", "a[b 1]b[e 1 0]c" },
    { MARK "\n" MARK "x\n", "[][x]" },
    { "\036" OTHER " e 1 0\n", "\036" OTHER " e 1 0\n" },
    { "\036\036" MARK "x\n\036", "\036\036[x]\036" },
    { "\036012" MARK "x\n", "\036012[x]" },
    { "\036" NONCE "x" MARK "y\n", "\036" NONCE "x[y]" },
    { MARK "no end", MARK "no end" },
};

START_TEST(every_cut_gives_the_same)
{
    const char *text = CASES[_i].text;
    size_t size = strlen(text);
    for (size_t first = 0; first <= size; first++)
        for (size_t second = first; second <= size; second++) {
            str_clear(&told);
            feed(text, first);
            feed(text + first, second - first);
            feed(text + second, size - second);
            frame_reader_end(&reader, &EVENTS, NULL);
            ck_assert_str_eq(str_text(&told), CASES[_i].told);
        }
}
END_TEST

START_TEST(only_a_prefix_is_held_back)
{
    feed("abc\036", 4);
    ck_assert_str_eq(str_text(&told), "abc");
    feed("0x", 2);
    ck_assert_str_eq(str_text(&told), "abc\0360x");
}
END_TEST

START_TEST(a_mark_without_end_is_data)
{
    struct str text = { 0 };
    str_add(&text, MARK);
    while (text.len < FRAME_LENGTH_LIMIT - 1)
        str_addc(&text, 'x');
    feed(text.data, text.len);
    ck_assert_uint_eq(told.len, 0);
    feed("xx" MARK "y\n", 2 + FRAME_MARK_LENGTH + 2);
    str_add(&text, "xx[y]");
    ck_assert_str_eq(str_text(&told), text.data);
    str_free(&text);
}
END_TEST

START_TEST(a_pause_holds_all_back)
{
    pause_at = 2;
    const char text[] = "a" MARK "1\nb" MARK "2\nc" MARK "3\n";
    feed(text, sizeof text - 1);
    ck_assert_str_eq(str_text(&told), "a[1]b[2]");
    feed("d", 1);
    ck_assert_str_eq(str_text(&told), "a[1]b[2]");
    frame_reader_resume(&reader, &EVENTS, NULL);
    ck_assert_str_eq(str_text(&told), "a[1]b[2]c[3]d");
}
END_TEST

START_TEST(the_nonce_changes_between_frames)
{
    feed(MARK "n\n", FRAME_MARK_LENGTH + 2);
    frame_reader_set_nonce(&reader, OTHER);
    const char text[] = MARK "old\n\036" OTHER " new\n";
    feed(text, sizeof text - 1);
    ck_assert_str_eq(str_text(&told), "[n]" MARK "old\n[new]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_frame");
    TCase *tests = tcase_create("frames");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_cut_gives_the_same, 0, sizeof CASES / sizeof *CASES);
    tcase_add_test(tests, only_a_prefix_is_held_back);
    tcase_add_test(tests, a_mark_without_end_is_data);
    tcase_add_test(tests, a_pause_holds_all_back);
    tcase_add_test(tests, the_nonce_changes_between_frames);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
