#include "run/slots.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/loop.h"
#include "run/jobserver.h"

enum { LOAD_PAUSE = 1000 /* milliseconds until the load is looked at again */ };

struct slots {
    struct loop *loop;
    struct jobserver *jobserver;
    double load;
    void (*go_on)(void *context);
    void *context;
    unsigned taken; /* of the jobserver */
    struct poll_watch *watch;
    struct timer *timer; /* until the load is looked at again */
    uint64_t since;      /* when the first of `begun` began */
    unsigned begun;      /* jobs of less than a LOAD_PAUSE */
};

static void may_have_more(void *context, unsigned events)
{
    struct slots *slots = context;
    (void)events;
    poll_watch_set(slots->watch, 0);
    slots->go_on(slots->context);
}

struct slots *slots_new(struct loop *loop, const struct run_options *options,
                        void (*go_on)(void *context), void *context)
{
    struct slots *slots = mem_alloc(sizeof *slots);
    slots->loop = loop;
    slots->jobserver = options->jobserver;
    slots->load = options->load;
    slots->go_on = go_on;
    slots->context = context;
    return slots;
}

void slots_stop(struct slots *slots)
{
    if (slots->watch)
        poll_watch_free(slots->watch);
    slots->watch = NULL;
    timer_cancel(slots->timer);
    slots->timer = NULL;
}

void slots_free(struct slots *slots)
{
    if (!slots)
        return;
    slots_give(slots, 0);
    slots_stop(slots);
    free(slots);
}

/* ---- the load ---- */

/* The kernel's, of the last minute; 0 where it does not tell. */
static double load_now(void)
{
    double load = 0.0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (!file)
        return 0.0;
    if (fscanf(file, "%lf", &load) != 1)
        load = 0.0;
    fclose(file);
    return load;
}

static void look_again(void *context)
{
    struct slots *slots = context;
    timer_cancel(slots->timer);
    slots->timer = NULL;
    slots->go_on(slots->context);
}

static unsigned begun_lately(struct slots *slots)
{
    if (loop_now(slots->loop) - slots->since >= LOAD_PAUSE)
        slots->begun = 0;
    return slots->begun;
}

static void note_begun(struct slots *slots)
{
    if (begun_lately(slots) == 0)
        slots->since = loop_now(slots->loop);
    slots->begun++;
}

/* That is an average: what has just begun is not in it yet, and counts for a quarter, as make has
 * it. */
static bool is_loaded(struct slots *slots)
{
    if (slots->load <= 0.0 || load_now() + begun_lately(slots) / 4.0 < slots->load)
        return false;
    if (!slots->timer)
        slots->timer = loop_after(slots->loop, LOAD_PAUSE, look_again, slots);
    return true;
}

/* ---- the jobserver ---- */

static void wait_for_more(struct slots *slots)
{
    if (!slots->watch)
        slots->watch = loop_poll(slots->loop, jobserver_fd(slots->jobserver), may_have_more, slots);
    poll_watch_set(slots->watch, LOOP_READABLE);
}

static bool may_begin(struct slots *slots, unsigned active)
{
    if (active == 0)
        return true;
    if (is_loaded(slots))
        return false;
    if (!slots->jobserver || slots->taken >= active)
        return true;
    if (!jobserver_take(slots->jobserver)) {
        wait_for_more(slots);
        return false;
    }
    slots->taken++;
    return true;
}

bool slots_take(struct slots *slots, unsigned active)
{
    bool may = may_begin(slots, active);
    if (may)
        note_begun(slots);
    return may;
}

void slots_give(struct slots *slots, unsigned active)
{
    unsigned needed = active > 0 ? active - 1 : 0;
    for (; slots->taken > needed; slots->taken--)
        jobserver_give(slots->jobserver);
}
