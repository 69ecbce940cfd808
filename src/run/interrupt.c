#include <signal.h>

#include "io/loop.h"
#include "run/file.h"
#include "run/host.h"
#include "run/job.h"
#include "run/state.h"
#include "run/tell.h"

/* A signal ends the run: nothing starts any more, what runs is ended on its host. A second one
 * leaves at once. */

static void end_jobs(struct run *run, int number, bool at_once)
{
    for (size_t i = 0; i < run->plan->jobs.len; i++) {
        struct job_run *job = run->jobs[i];
        if (!job)
            continue;
        if (job->job->kind == JOB_FILE)
            file_interrupt(job, at_once ? SIGKILL : number);
        else
            job_interrupt(job, at_once);
    }
}

void interrupt_run(void *context, int number)
{
    struct run *run = context;
    bool again = run->interrupted;
    run->interrupted = true;
    run->signal = number;
    tell_text(run, EVENT_INTERRUPTED,
              again ? "Interrupted again: left at once. Each host ends what still runs there."
                    : NULL,
              NULL);
    scheduler_stop(run->scheduler);
    contents_stop(run->contents);
    pause_end_all(run);
    lock_interrupt(run);
    for (size_t i = 0; i < run->host_count; i++) {
        struct host_run *host = &run->hosts[i];
        if (host->session && host->state == HOST_READY && !again)
            session_interrupt(host->session);
        else
            host_close(host, true);
    }
    end_jobs(run, number, again);
}
