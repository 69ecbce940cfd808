#include "base/map.h"
#include "io/loop.h"
#include "run/state.h"

/* What sinks need to tell many hosts together: how many do the same, and that time goes on. */

enum { TICK_MILLISECONDS = 1000 };

static void count_peers(struct run *run)
{
    const struct vec *jobs = &run->plan->jobs;

    for (size_t i = 0; i < jobs->len; i++) {
        const struct job *job = jobs->items[i];
        if (job->kind == JOB_HOST) {
            uintptr_t *count = (uintptr_t *)map_put(&run->peers, job->target->name);
            ++*count;
        }
    }
}

unsigned pulse_peers(const struct run *run, const struct job *job)
{
    return job->kind == JOB_HOST ? (unsigned)(uintptr_t)map_get(&run->peers, job->target->name) : 0;
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
