#include <stdlib.h>

#include "base/mem.h"
#include "io/loop.h"
#include "run/state.h"
#include "run/tell.h"

/* Between two batches of hosts. */

struct pause {
    struct run *run;
    const struct job *gate;
    struct timer *timer;
    struct pause *next;
};

static void end_pause(void *context)
{
    struct pause *pause = context;
    struct run *run = pause->run;
    const struct job *gate = pause->gate;
    struct pause **link = &run->pauses;
    while (*link != pause)
        link = &(*link)->next;
    *link = pause->next;
    timer_cancel(pause->timer);
    free(pause);
    scheduler_pause_over(run->scheduler, gate);
}

void pause_begin(void *context, const struct job *gate, unsigned seconds)
{
    struct run *run = context;
    const char *name = gate->target->name;
    bool waits = !run->options->dry_run && !run->options->question;
    struct pause *pause = mem_alloc(sizeof *pause);
    *pause = (struct pause){ .run = run, .gate = gate, .next = run->pauses };
    run->pauses = pause;
    pause->timer = loop_after(run->loop, waits ? seconds * 1000 : 0, end_pause, pause);
    if (waits)
        tell_text(run, EVENT_NOTICE,
                  arena_printf(run->arena, "%s: %u s until the next batch", name, seconds), NULL);
}

void pause_end_all(struct run *run)
{
    while (run->pauses)
        end_pause(run->pauses);
}
