#include "base/map.h"
#include "io/loop.h"
#include "run/state.h"

/* What sinks need to tell many hosts together: how many do the same, and that time goes on. */

enum { TICK_MILLISECONDS = 1000 };

/* What is rolled goes on in the next batch only when this one has ended: no one waits for those. */
static unsigned batch_of(const struct job *job)
{
    unsigned batch = 0;
    bool is_counted;

    plan_roll(job, &batch, &is_counted);
    return batch;
}

/* "deploy", or "2 deploy" in its second batch. */
static void add_key(const struct job *job, unsigned batch, struct str *out)
{
    str_clear(out);
    if (batch > 0)
        str_addf(out, "%u ", batch);
    str_add(out, job->target->name);
}

static void count_peers(struct run *run)
{
    const struct vec *jobs = &run->plan->jobs;
    struct str key = { 0 };

    for (size_t i = 0; i < jobs->len; i++) {
        const struct job *job = jobs->items[i];
        uintptr_t *count;
        if (job->kind != JOB_HOST)
            continue;
        add_key(job, batch_of(job), &key);
        if (!map_get(&run->peers, str_text(&key)))
            map_put(&run->peers, arena_strdup(run->arena, str_text(&key)));
        count = (uintptr_t *)map_put(&run->peers, str_text(&key));
        ++*count;
    }
    str_free(&key);
}

void pulse_set_peers(const struct run *run, const struct job *job, struct event *event)
{
    struct str key = { 0 };

    if (job->kind != JOB_HOST)
        return;
    event->batch = batch_of(job);
    add_key(job, event->batch, &key);
    event->peers = (unsigned)(uintptr_t)map_get(&run->peers, str_text(&key));
    str_free(&key);
}

static void tick(void *context)
{
    struct run *run = context;

    timer_cancel(run->pulse);
    run->pulse = loop_after(run->loop, TICK_MILLISECONDS, tick, run);
    events_tick(run->events);
}

void pulse_begin(struct run *run)
{
    count_peers(run);
    run->pulse = loop_after(run->loop, TICK_MILLISECONDS, tick, run);
}

void pulse_end(struct run *run)
{
    timer_cancel(run->pulse);
    run->pulse = NULL;
}
