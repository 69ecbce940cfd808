#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "io/loop.h"
#include "suite.h"

#define TEXT(s) ((void *)(s)) /* as a context */

static struct loop *loop;
static struct str told;

static void setup(void)
{
    loop = loop_new();
}

static void teardown(void)
{
    loop_free(loop);
    str_free(&told);
}

static void tell(void *context)
{
    str_add(&told, context);
}

static void tell_and_ask_again(void *context)
{
    str_add(&told, context);
    loop_soon(loop, tell, TEXT("c"));
}

START_TEST(soon_is_in_order_and_never_now)
{
    loop_soon(loop, tell_and_ask_again, TEXT("a"));
    loop_soon(loop, tell, TEXT("b"));
    ck_assert_str_eq(str_text(&told), "");
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "abc");
    loop_run(loop); /* nothing to wait for */
}
END_TEST

START_TEST(timers_fire_once_and_in_order)
{
    struct timer *timers[] = {
        loop_after(loop, 60, tell, TEXT("c")),
        loop_after(loop, 1, tell, TEXT("a")),
        loop_after(loop, 30, tell, TEXT("b")),
        loop_after(loop, 10, tell, TEXT("never")),
    };
    timer_cancel(timers[3]);
    uint64_t before = loop_now(loop);
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "abc");
    ck_assert_uint_ge(loop_now(loop) - before, 59);
    for (int i = 0; i < 3; i++)
        timer_cancel(timers[i]);
    timer_cancel(NULL);
}
END_TEST

static void stop(void *context)
{
    (void)context;
    loop_stop(loop);
}

START_TEST(a_stopped_loop_goes_on)
{
    struct timer *first = loop_after(loop, 1, stop, NULL);
    struct timer *second = loop_after(loop, 20, tell, TEXT("x"));
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "");
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "x");
    timer_cancel(first);
    timer_cancel(second);
}
END_TEST

static void work(void *context)
{
    *(int *)context += 1;
}

static void work_done(void *context)
{
    str_addf(&told, "%d", *(int *)context);
}

START_TEST(work_is_done_in_the_pool)
{
    int number = 6;
    loop_work(loop, work, work_done, &number);
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "7");
}
END_TEST

static void caught(void *context, int number)
{
    str_addf(&told, "%s%d", (const char *)context, number);
    loop_stop(loop);
}

START_TEST(signals_are_events)
{
    struct signal_watch *watch = loop_watch_signal(loop, SIGUSR1, caught, TEXT("signal "));
    loop_run(loop); /* the watch alone keeps nothing going */
    struct timer *timer = loop_after(loop, 5000, tell, TEXT("late"));
    kill(getpid(), SIGUSR1);
    loop_run(loop);
    char expected[32];
    snprintf(expected, sizeof expected, "signal %d", SIGUSR1);
    ck_assert_str_eq(str_text(&told), expected);
    timer_cancel(timer);
    signal_watch_free(watch);
    signal_watch_free(NULL);
}
END_TEST

struct reading {
    struct poll_watch *watch;
    int fd;
};

static void readable(void *context, unsigned events)
{
    struct reading *reading = context;
    char bytes[8];
    ck_assert(events & LOOP_READABLE);
    ssize_t size = read(reading->fd, bytes, sizeof bytes);
    if (size > 0)
        str_addn(&told, bytes, (size_t)size);
    else
        poll_watch_set(reading->watch, 0);
}

START_TEST(descriptors_are_watched)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    struct reading reading = { .fd = ends[0] };
    reading.watch = loop_poll(loop, ends[0], readable, &reading);
    poll_watch_set(reading.watch, LOOP_READABLE);
    ck_assert_int_eq(write(ends[1], "hello", 5), 5);
    close(ends[1]);
    loop_run(loop);
    ck_assert_str_eq(str_text(&told), "hello");
    poll_watch_free(reading.watch);
    poll_watch_free(NULL);
    close(ends[0]);
}
END_TEST

static void *make_shared(struct loop *of)
{
    ck_assert_ptr_eq(of, loop);
    str_add(&told, "made ");
    return &told;
}

static void release_shared(void *shared)
{
    ck_assert_ptr_eq(shared, &told);
    str_add(&told, "released");
}

START_TEST(what_is_shared_is_made_once)
{
    void *first = loop_shared(loop, make_shared, release_shared);
    ck_assert_ptr_eq(loop_shared(loop, make_shared, release_shared), first);
    loop_free(loop);
    ck_assert_str_eq(str_text(&told), "made released");
    loop = loop_new();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_loop");
    TCase *tests = tcase_create("loop");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, soon_is_in_order_and_never_now);
    tcase_add_test(tests, timers_fire_once_and_in_order);
    tcase_add_test(tests, a_stopped_loop_goes_on);
    tcase_add_test(tests, work_is_done_in_the_pool);
    tcase_add_test(tests, signals_are_events);
    tcase_add_test(tests, descriptors_are_watched);
    tcase_add_test(tests, what_is_shared_is_made_once);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
