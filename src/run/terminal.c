#include "run/job.h"
#include "run/state.h"

/* Steps with --pty: one after the other, on however many hosts. */

bool terminal_take(struct job_run *job)
{
    struct run *run = job->run;
    if (!run->on_terminal)
        run->on_terminal = job;
    if (run->on_terminal == job)
        return true;
    vec_push(&run->for_terminal, job);
    return false;
}

void terminal_give(struct job_run *job)
{
    struct run *run = job->run;
    if (run->on_terminal != job)
        return;
    struct vec waiting = run->for_terminal;
    run->for_terminal = (struct vec){ 0 };
    run->on_terminal = NULL;
    for (size_t i = 0; i < waiting.len; i++) {
        if (run->interrupted)
            job_fail(waiting.items[i], FAKE_INTERRUPTED, "interrupted");
        else
            job_advance(waiting.items[i]);
    }
    vec_free(&waiting);
}
