#include "base/event.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/vec.h"

/* The end of an output, in which a secret may have begun. */
struct held {
    unsigned job, step;
    int stream;
    struct str bytes;
};

struct events {
    struct event_sink *sinks;
    size_t count;
    uint64_t last_number;
    struct timespec start;
    unsigned pauses;               /* going on */
    const struct secrets *secrets; /* NULL: none */
    struct vec held;               /* struct held */
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
    [EVENT_DIFFERENCE] = "difference",
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

static void free_held(struct held *held)
{
    str_free(&held->bytes);
    free(held);
}

void events_free(struct events *events)
{
    if (!events)
        return;
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].free)
            events->sinks[i].free(events->sinks[i].self);
    }
    for (size_t i = 0; i < events->held.len; i++)
        free_held(events->held.items[i]);
    vec_free(&events->held);
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
    unsigned before = events->pauses;

    events->pauses += paused ? 1 : -1U;
    if ((before > 0) == (events->pauses > 0))
        return;
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].pause)
            events->sinks[i].pause(events->sinks[i].self, paused);
    }
}

static void deliver(struct events *events, struct event *event)
{
    event->number = ++events->last_number;
    event->time = seconds_between(events->start, now());
    for (size_t i = 0; i < events->count; i++) {
        if (events->sinks[i].event)
            events->sinks[i].event(events->sinks[i].self, event);
    }
}

/* ---- masking ---- */

void events_mask(struct events *events, const struct secrets *secrets)
{
    events->secrets = secrets;
}

static struct held *find_held(struct events *events, const struct event *event)
{
    for (size_t i = 0; i < events->held.len; i++) {
        struct held *held = events->held.items[i];
        if (held->job == event->job && held->step == event->step && held->stream == event->stream)
            return held;
    }
    return NULL;
}

static void mask_output(struct events *events, struct event *event)
{
    struct held *held = find_held(events, event);
    struct str out = { 0 }, data = { 0 };
    if (held)
        str_addn(&data, str_text(&held->bytes), held->bytes.len);
    str_addn(&data, event->data, event->size);
    size_t left = secrets_mask(events->secrets, str_text(&data), data.len, false, &out);
    if (left > 0 && !held) {
        held = mem_alloc(sizeof *held);
        *held = (struct held){ .job = event->job, .step = event->step, .stream = event->stream };
        vec_push(&events->held, held);
    }
    if (held) {
        str_clear(&held->bytes);
        str_addn(&held->bytes, str_text(&data) + data.len - left, left);
    }
    event->data = str_text(&out);
    event->size = out.len;
    if (out.len > 0)
        deliver(events, event);
    str_free(&out);
    str_free(&data);
}

/* Hands on what is held of the step, job or run that ends with `event`. */
static void release_held(struct events *events, const struct event *event)
{
    size_t kept = 0;
    for (size_t i = 0; i < events->held.len; i++) {
        struct held *held = events->held.items[i];
        struct event output = *event;
        struct str out = { 0 };
        if ((event->job && held->job != event->job) || (event->step && held->step != event->step)) {
            events->held.items[kept++] = held;
            continue;
        }
        secrets_mask(events->secrets, str_text(&held->bytes), held->bytes.len, true, &out);
        output.kind = EVENT_STEP_OUTPUT;
        output.job = held->job;
        output.step = held->step;
        output.stream = held->stream;
        output.text = output.hint = NULL;
        output.data = str_text(&out);
        output.size = out.len;
        output.status = 0;
        output.seconds = 0;
        if (out.len > 0)
            deliver(events, &output);
        str_free(&out);
        free_held(held);
    }
    events->held.len = kept;
}

static const char *masked(const struct events *events, const char *text, struct str *memory)
{
    if (!text)
        return NULL;
    secrets_mask(events->secrets, text, strlen(text), true, memory);
    return str_text(memory);
}

static void deliver_masked(struct events *events, struct event event)
{
    struct str text = { 0 }, hint = { 0 }, message = { 0 }, diag_hint = { 0 };
    struct diag diag;
    event.text = masked(events, event.text, &text);
    event.hint = masked(events, event.hint, &hint);
    if (event.diag) {
        diag = *event.diag;
        diag.message = masked(events, diag.message, &message);
        diag.hint = masked(events, diag.hint, &diag_hint);
        event.diag = &diag;
    }
    deliver(events, &event);
    str_free(&text);
    str_free(&hint);
    str_free(&message);
    str_free(&diag_hint);
}

void events_emit(struct events *events, struct event event)
{
    bool ends = event.kind == EVENT_STEP_ENDED || event.kind == EVENT_JOB_ENDED ||
                event.kind == EVENT_RUN_ENDED;
    if (secrets_are_none(events->secrets)) {
        deliver(events, &event);
        return;
    }
    if (ends && events->held.len > 0)
        release_held(events, &event);
    if (event.kind == EVENT_STEP_OUTPUT)
        mask_output(events, &event);
    else
        deliver_masked(events, event);
}
