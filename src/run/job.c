#include "run/job.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/process.h"
#include "run/gate.h"
#include "run/host.h"
#include "run/tell.h"
#include "step/verb.h"

/* A task's job, on a host or here: one state, one dispatch. Each function does a state's work and
 * says whether there is more to do now; when not, what it waits for calls job_advance again. */

static void ready_again(void *context)
{
    job_advance(context);
}

static void end_job(struct job_run *job, enum outcome outcome)
{
    job->state = JOB_ENDED;
    if (job->host && job->host->active == job)
        job->host->active = NULL;
    run_job_ended(job, outcome);
}

void job_fail(struct job_run *job, int status, const char *why)
{
    job_fail_at(job->host, job, status, why);
}

void job_fail_at(const struct host_run *host, struct job_run *job, int status, const char *why)
{
    if (job->state == JOB_ENDED)
        return;
    job->failure = arena_strdup(job->arena, why);
    job->status = status;
    if (host && host->state == HOST_FAILED && host->was_unreachable)
        job->run->unreachable = true;
    else
        job->run->failed = true;
    tell_job(job, EVENT_JOB_ENDED, job->failure);
    if (job->host && job->host->state == HOST_FAILED)
        scheduler_forbid_host(job->run->scheduler, job->job->host, job->job);
    end_job(job, OUTCOME_FAILED);
}

/* It cannot be expanded: a failure, but under -n where it will be once a job before it has run. */
static void end_unexpanded(struct job_run *job, const char *why)
{
    if (!job->unknown) {
        job_fail(job, FAKE_FAILED, why);
        return;
    }
    job->would_run = job->is_unsure = true;
    job->run->to_do = true;
    decide_reason(job, "%s", job->unknown);
    if (!job->run->options->question)
        tell_job(job, EVENT_JOB_WOULD_RUN, job->unknown);
    end_job(job, OUTCOME_RAN);
}

/* ---- the states ---- */

void job_read_record(struct job_run *job)
{
    struct str text = { 0 };
    if (job->host || job->has_record || !job->run->store ||
        !store_get_record(job->run->store, job_record_name(job), &text))
        return;
    job->has_record =
        record_parse(&job->record, job->arena, str_text(&text), text.len, job_record_name(job), "");
    str_free(&text);
}

/* Nothing is begun anywhere. */
static void end_refused(struct job_run *job)
{
    tell_job(job, EVENT_JOB_DROPPED,
             job->run->interrupted ? "interrupted" : "nothing was begun, because of the lock");
    end_job(job, OUTCOME_DROPPED);
}

static bool do_expanding(struct job_run *job)
{
    if (!prepare_steps(job)) {
        end_unexpanded(job, "its recipe cannot be expanded");
        return false;
    }
    job_read_record(job);
    job->state = JOB_READING;
    return true;
}

static bool do_reading(struct job_run *job)
{
    if (!prepare_contents(job, ready_again))
        return false;
    if (job->run->interrupted) {
        end_refused(job);
        return false;
    }
    prepare_questions(job);
    prepare_note_made(job);
    job->state = JOB_CONNECTING;
    return true;
}

/* A target that only stands for others does nothing itself. */
static bool acts(const struct job_run *job)
{
    return job->job->recipe || chain_decides(job);
}

/* Has the run what it needs to change this host? When not, lock.c advances the job later. */
static bool has_locks(struct job_run *job)
{
    struct run *run = job->run;
    if (job->host->lock == LOCK_UNWANTED)
        return true;
    lock_begin(run);
    if (!lock_is_wanted(job))
        return true;
    if (run->locks == LOCKS_REFUSED)
        end_refused(job);
    return run->locks == LOCKS_TAKEN;
}

static bool do_connecting(struct job_run *job)
{
    struct host_run *host = job->host;
    if (!host || (!acts(job) && !chain_has_decider(job))) {
        job->state = JOB_DECIDING;
        return true;
    }
    bool may_go_on = has_locks(job);
    if (job->state != JOB_CONNECTING)
        return false;
    if (host->state == HOST_FAILED || host->state == HOST_CLOSED) {
        job_fail(job, FAKE_UNREACHABLE, host->why ? host->why : "the connection ended");
        return false;
    }
    if (host->state == HOST_READY && may_go_on) {
        job->state = JOB_ASKING;
        return true;
    }
    host->waits_for_contents = true;
    host_connect(host);
    return false;
}

static bool do_asking(struct job_run *job)
{
    if (job->host->state != HOST_READY) {
        job->state = JOB_CONNECTING;
        return true;
    }
    if (host_ask(job->host, job))
        return false;
    job->state = JOB_DECIDING;
    return true;
}

static void explain(struct job_run *job)
{
    for (size_t i = 0; job->run->options->explain && i < job->reasons.len; i++)
        tell_job(job, EVENT_EXPLAIN, job->reasons.items[i]);
}

/* By itself, or by the target for whose chain it stands. *why: it is not to run. */
static bool is_to_run(struct job_run *job, const char **why)
{
    const struct job_run *decider;
    *why = "unchanged";
    if (chain_decides(job))
        return chain_decide(job) == CHAIN_RUNS;
    enum chain chain = chain_verdict(job, &decider);
    if (chain == CHAIN_OWN)
        return decide_to_run(job);
    if (!job->failed_value) {
        job->failed_value = decider->failed_value;
        job->unknown = decider->unknown;
    }
    job->reasons.len = 0;
    for (size_t i = 0; i < decider->reasons.len; i++)
        decide_reason(job, "%s: %s", decider->job->target->name,
                      (const char *)decider->reasons.items[i]);
    *why = arena_printf(job->arena, "%s is unchanged", decider->job->target->name);
    return chain == CHAIN_RUNS;
}

/* Before the first job of a host changes anything, what the others will write is known as far as it
 * can be. False: contents are still read. */
static bool looks_ahead(struct host_run *host)
{
    host->has_looked_ahead = host->has_looked_ahead || prepare_ahead(host);
    return host->has_looked_ahead;
}

static bool do_deciding(struct job_run *job)
{
    const char *text;
    if (!chain_decides(job))
        decide_fingerprint(job);
    enum gate gate = job_gate(job, &text);
    if (gate == GATE_FAILED) {
        job_fail(job, FAKE_FAILED, text);
        return false;
    }
    bool runs = gate != GATE_NO && is_to_run(job, &text);
    if (job->failed_value) {
        end_unexpanded(job,
                       arena_printf(job->arena, "its '%s' cannot be expanded", job->failed_value));
        return false;
    }
    if (!runs) {
        tell_job(job, EVENT_JOB_SKIPPED, text);
        if (acts(job) || !job->host || !job->host->took_records)
            hooks_ask_owed(job);
        else
            hooks_forgive(job); /* of its chain something ran, and changed nothing */
        end_job(job, OUTCOME_SKIPPED);
        return false;
    }
    if (job->host && !looks_ahead(job->host))
        return false;
    const char *conflict = job->host && job->job->recipe ? places_conflict(job->host) : NULL;
    if (conflict) {
        job_fail(job, FAKE_FAILED, conflict);
        return false;
    }
    explain(job);
    if (job->run->options->question) {
        job->run->to_do = true;
        job->would_run = true;
        end_job(job, OUTCOME_RAN);
        return false;
    }
    job->state = JOB_AWAITING;
    if (job->host)
        job->host->active = NULL;
    if (scheduler_await_hooks(job->run->scheduler, job->job))
        return false;
    if (job->host)
        job->host->active = job;
    job->state = JOB_RUNNING;
    return true;
}

static bool only_sends(const struct job_run *job)
{
    static const char *const senders[] = { "put", "link", "checkout" };
    bool any = false;
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct verb *verb = job->steps.items[i].verb;
        bool sends = false;
        for (size_t k = 0; k < sizeof senders / sizeof *senders; k++)
            sends = sends || strcmp(verb->name, senders[k]) == 0;
        if (!sends && step_acts(&job->steps.items[i]))
            return false;
        any = any || sends;
    }
    return any;
}

static bool sent_nothing(const struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++)
        if (job->steps.items[i].changes)
            return false;
    return only_sends(job);
}

static void end_well(struct job_run *job)
{
    tell_job(job, EVENT_JOB_ENDED, NULL);
    contents_expire(job->run->contents);
    bool asks_hooks = !sent_nothing(job);
    if (!asks_hooks)
        hooks_forgive(job);
    end_job(job, asks_hooks ? OUTCOME_RAN : OUTCOME_SKIPPED);
}

static bool do_running(struct job_run *job)
{
    const char *why = job->reasons.len > 0 ? job->reasons.items[0] : NULL;
    if (difference_is_awaited(job))
        return false;
    if (job->run->options->dry_run) {
        job->would_run = true;
        job->is_idle = only_sends(job) && job->differences == 0;
        tell_job(job, EVENT_JOB_WOULD_RUN, why);
        end_job(job, OUTCOME_RAN);
        return false;
    }
    if (!job->has_begun) {
        job->has_begun = true;
        job->began = loop_now(job->run->loop);
        job->began_at = time(NULL);
        tell_job(job, EVENT_JOB_BEGAN, why);
    }
    if (job->host && job->host->state != HOST_READY && acts(job)) {
        job_fail(job, FAKE_FAILED, job->host->why ? job->host->why : "the connection ended");
        return false;
    }
    if (acts(job) && !request_continue(job))
        return false;
    end_well(job);
    return false;
}

static bool do_nothing(struct job_run *job)
{
    (void)job;
    return false;
}

static bool (*const states[])(struct job_run *job) = {
    [JOB_WAITING] = do_nothing,       [JOB_EXPANDING] = do_expanding, [JOB_READING] = do_reading,
    [JOB_CONNECTING] = do_connecting, [JOB_ASKING] = do_asking,       [JOB_DECIDING] = do_deciding,
    [JOB_AWAITING] = do_nothing,      [JOB_RUNNING] = do_running,     [JOB_ENDED] = do_nothing,
};

void job_advance(struct job_run *job)
{
    if (job->is_advancing) {
        job->is_called_again = true;
        return;
    }
    job->is_advancing = true;
    do
        job->is_called_again = false;
    while (states[job->state](job) || job->is_called_again);
    job->is_advancing = false;
}

void job_start(struct job_run *job)
{
    if (job->host)
        job->host->active = job;
    job->state = JOB_EXPANDING;
    job_advance(job);
}

static bool has_failed_before(const struct job_run *job)
{
    for (size_t i = 0; i < job->job->before.len; i++)
        if (scheduler_outcome(job->run->scheduler, job->job->before.items[i]) == OUTCOME_FAILED)
            return true;
    return false;
}

void job_resume(struct job_run *job, bool well)
{
    if (job->host)
        job->host->active = job;
    if (well) {
        job->state = JOB_RUNNING;
        job_advance(job);
    } else if (has_failed_before(job)) {
        job_fail(job, FAKE_FAILED, "a target that runs before it failed");
    } else {
        tell_job(job, EVENT_JOB_DROPPED, "not started after a failure");
        end_job(job, OUTCOME_DROPPED);
    }
}

void job_interrupt(struct job_run *job, bool at_once)
{
    if (job->process)
        process_kill(job->process, at_once ? SIGKILL : SIGTERM);
    if (job->timer) {
        timer_cancel(job->timer);
        job->timer = NULL;
        job_fail(job, FAKE_INTERRUPTED, "interrupted");
    }
}

void job_free(struct job_run *job)
{
    for (size_t i = 0; job->step_runs && i < job->steps.count; i++) {
        struct step_run *step = &job->step_runs[i];
        vec_free(&step->paths);
        str_free(&step->question);
        str_free(&step->captured);
        free(step->answer);
    }
    vec_free(&job->paths);
    vec_free(&job->visits);
    vec_free(&job->reasons);
    vec_free(&job->overlaps);
    fingerprint_free(&job->fingerprint);
    record_free(&job->record);
    str_free(&job->script_errors);
    str_free(&job->captured);
    arena_free(job->arena);
}
