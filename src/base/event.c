#include "base/event.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct events {
    struct event_sink *sinks;
    size_t count;
    uint64_t last_number;
    struct timespec start;
};

static const char *const kind_names[] = {
    [EVENT_RUN_BEGAN] = "run-began",
    [EVENT_PRINTED] = "printed",
    [EVENT_NOTICE] = "notice",
    [EVENT_WARNING] = "warning",
    [EVENT_ERROR] = "error",
    [EVENT_HOST_CONNECTING] = "host-connecting",
    [EVENT_HOST_READY] = "host-ready",
    [EVENT_HOST_FAILED] = "host-failed",
    [EVENT_HOST_CLOSED] = "host-closed",
    [EVENT_JOB_BEGAN] = "job-began",
    [EVENT_JOB_SKIPPED] = "job-skipped",
    [EVENT_JOB_WOULD_RUN] = "job-would-run",
    [EVENT_JOB_ENDED] = "job-ended",
    [EVENT_JOB_DROPPED] = "job-dropped",
    [EVENT_STEP_BEGAN] = "step-began",
    [EVENT_STEP_OUTPUT] = "step-output",
    [EVENT_STEP_ENDED] = "step-ended",
    [EVENT_EXPLAIN] = "explain",
    [EVENT_INTERRUPTED] = "interrupted",
    [EVENT_RUN_ENDED] = "run-ended",
};

const char *event_kind_name(enum event_kind kind)
{
    return kind_names[kind];
}

/* Not the clock of the wall: that one is set back and forth while a run goes on. */
static struct timespec now(void)
{
    struct timespec time = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

struct events *events_new(void)
{
    struct events *events = mem_alloc(sizeof *events);
    events->start = now();
    return events;
}

void events_free(struct events *events)
{
    if (!events)
        return;
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].free)
            events->sinks[i].free(events->sinks[i].self);
    }
    free(events->sinks);
    free(events);
}

void events_add_sink(struct events *events, struct event_sink sink)
{
    events->sinks = mem_resize(events->sinks, (events->count + 1) * sizeof *events->sinks);
    events->sinks[events->count++] = sink;
}

static double seconds_between(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

void events_tick(struct events *events)
{
    double time = seconds_between(events->start, now());

    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].tick)
            events->sinks[i].tick(events->sinks[i].self, time);
    }
}

void events_pause(struct events *events, bool paused)
{
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].pause)
            events->sinks[i].pause(events->sinks[i].self, paused);
    }
}

void events_emit(struct events *events, struct event event)
{
    event.number = ++events->last_number;
    event.time = seconds_between(events->start, now());
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].event)
            events->sinks[i].event(events->sinks[i].self, &event);
    }
}
