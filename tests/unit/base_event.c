#include <check.h>
#include <stdlib.h>

#include "base/event.h"
#include "suite.h"

/* What a sink has seen. */
struct seen {
    unsigned events, freed;
    uint64_t last_number;
    double last_time;
};

static void see(void *self, const struct event *event)
{
    struct seen *seen = self;

    seen->events++;
    ck_assert_uint_eq(event->number, seen->last_number + 1);
    ck_assert(event->time >= seen->last_time);
    ck_assert(event->time < 60);
    seen->last_number = event->number;
    seen->last_time = event->time;
}

static void see_the_end(void *self)
{
    ((struct seen *)self)->freed++;
}

START_TEST(events_reach_every_sink_in_order)
{
    struct events *events = events_new();
    struct seen one = { 0 }, two = { 0 }, deaf = { 0 };

    events_add_sink(events, (struct event_sink){ .event = see, .free = see_the_end, .self = &one });
    events_add_sink(events, (struct event_sink){ .free = see_the_end, .self = &deaf });
    events_add_sink(events, (struct event_sink){ .event = see, .self = &two });
    for (unsigned i = 0; i < 100; i++)
        events_emit(events, (struct event){ .kind = EVENT_NOTICE, .number = 7, .time = 1e9 });
    events_free(events);
    ck_assert_uint_eq(one.events, 100);
    ck_assert_uint_eq(two.events, 100);
    ck_assert_uint_eq(deaf.events, 0);
    ck_assert_uint_eq(one.freed + deaf.freed, 2);
}
END_TEST

static void see_a_tick(void *self, double time)
{
    struct seen *seen = self;

    ck_assert(time >= seen->last_time && time < 60);
    seen->last_time = time;
    seen->events++;
}

static void see_a_pause(void *self, bool paused)
{
    ((struct seen *)self)->freed += paused ? 1 : 10;
}

START_TEST(ticks_and_pauses_reach_who_wants_them)
{
    struct events *events = events_new();
    struct seen one = { 0 }, deaf = { 0 };

    events_add_sink(events, (struct event_sink){ .event = see, .self = &deaf });
    events_add_sink(events,
                    (struct event_sink){ .tick = see_a_tick, .pause = see_a_pause, .self = &one });
    events_tick(events);
    events_tick(events);
    events_pause(events, true);
    events_pause(events, false);
    events_free(events);
    ck_assert_uint_eq(one.events, 2);
    ck_assert_uint_eq(one.freed, 11);
    ck_assert_uint_eq(deaf.events, 0);
}
END_TEST

START_TEST(no_sink_is_fine)
{
    struct events *events = events_new();

    events_tick(events);
    events_pause(events, true);

    events_emit(events, (struct event){ .kind = EVENT_RUN_ENDED });
    events_free(events);
    events_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_event");
    TCase *event = tcase_create("event");

    suite_add_tcase(suite, event);
    tcase_add_test(event, events_reach_every_sink_in_order);
    tcase_add_test(event, ticks_and_pauses_reach_who_wants_them);
    tcase_add_test(event, no_sink_is_fine);
    return suite_run(suite);
}
