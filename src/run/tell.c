#include "run/tell.h"

#include "base/diag.h"
#include "io/loop.h"
#include "step/verb.h"

/* Events of a run. */

struct event tell_base(const struct job_run *job, enum event_kind kind)
{
    struct event event = {
        .kind = kind,
        .job = job->job->index + 1,
        .host = job->host ? job->host->connection.label : NULL,
        .target = job->job->target->name,
        .is_file = job->job->kind == JOB_FILE,
    };
    pulse_set_peers(job->run, job->job, &event);
    return event;
}

double tell_seconds(const struct run *run, uint64_t began)
{
    return began ? (double)(loop_now(run->loop) - began) / 1000.0 : 0.0;
}

void tell_job(const struct job_run *job, enum event_kind kind, const char *text)
{
    struct event event = tell_base(job, kind);
    event.text = text;
    event.unsure = kind == EVENT_JOB_WOULD_RUN && job->is_unsure;
    if (kind == EVENT_JOB_ENDED) {
        event.status = job->failure ? (job->status ? job->status : FAKE_FAILED) : 0;
        event.seconds = tell_seconds(job->run, job->began);
    }
    events_emit(job->run->events, event);
}

static struct event step_event(const struct job_run *job, const struct step *step,
                               enum event_kind kind)
{
    struct event event = tell_base(job, kind);
    event.step = step->number;
    if (!job->run->plan->options->command) /* that one stands in no file */
        event.where = step->where;
    event.verb = step->verb->name;
    event.silent = step->silent || step->options.quiet || job->run->options->silent;
    return event;
}

void tell_step(const struct job_run *job, const struct step *step, enum event_kind kind, int status,
               const char *text)
{
    struct event event = step_event(job, step, kind);
    event.text = text;
    event.status = status;
    events_emit(job->run->events, event);
}

void tell_step_ended(const struct job_run *job, const struct step *step, int status, bool again)
{
    const struct step_run *run = &job->step_runs[step - job->steps.items];
    struct event event = step_event(job, step, EVENT_STEP_ENDED);
    struct str text = { 0 };
    bool says_more = run->why && (status == 0 || !str_starts(run->why, "exit code "));
    event.seconds = tell_seconds(job->run, run->began);
    if (run->why) {
        str_addf(&text, "%s%s", run->why, again ? "; trying again" : "");
        event.status = status == 0 ? -1 : status;
        event.text = says_more || again ? str_text(&text) : NULL; /* the status says it all */
        event.ignored = step->ignore || again;
    }
    event.again = again || (job->visit + 1 < job->visits.len && (!run->why || step->ignore));
    events_emit(job->run->events, event);
    str_free(&text);
}

void tell_left_holder(const struct job_run *job, const struct step *step)
{
    struct event event = step_event(job, step, EVENT_WARNING);
    event.text = "it left a process behind that holds its output; cut off, and left running";
    events_emit(job->run->events, event);
}

void tell_output(const struct job_run *job, const struct step *step, int stream, const char *data,
                 size_t size)
{
    struct event event = step_event(job, step, EVENT_STEP_OUTPUT);
    event.stream = stream;
    event.data = data;
    event.size = size;
    events_emit(job->run->events, event);
}

void tell_message(const struct job_run *job, const char *text)
{
    const struct diag diag = { .severity = DIAG_MESSAGE, .message = text };
    struct event event = tell_base(job, EVENT_WARNING);
    event.is_file = true;
    event.text = text;
    event.diag = &diag;
    events_emit(job->run->events, event);
}

void tell_text(struct run *run, enum event_kind kind, const char *text, const char *hint)
{
    events_emit(run->events, (struct event){ .kind = kind, .text = text, .hint = hint });
}

void tell_host(struct host_run *host, enum event_kind kind, const char *text, const char *hint)
{
    events_emit(host->run->events, (struct event){
                                       .kind = kind,
                                       .host = host->connection.label,
                                       .text = text,
                                       .hint = hint,
                                       .seconds = tell_seconds(host->run, host->began),
                                   });
}
