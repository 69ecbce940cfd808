#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/process.h"
#include "lang/lang.h"
#include "run/job.h"
#include "run/state.h"
#include "run/tell.h"
#include "step/verb.h"

/* Steps of this machine, and the records of its tasks. */

bool step_status_is_fine(const struct step *step, int status)
{
    const char *ok = step->options.ok;
    if (!ok)
        return status == 0;
    while (*ok) {
        char *end;
        long code = strtol(ok, &end, 10);
        if (end == ok)
            return false;
        if (code == status)
            return true;
        ok = *end == ',' ? end + 1 : end;
    }
    return false;
}

const char *step_exit_code(const struct job_run *job, const struct step *step, int status)
{
    return status ? arena_printf(job->arena, "exit code %d", status)
                  : arena_printf(job->arena, "exit code 0, and --ok=%s", step->options.ok);
}

const char *step_timed_out(const struct job_run *job, const struct step *step)
{
    return arena_printf(job->arena, "timed out after %g s", step->options.timeout / 1000.0);
}

static struct step *running_step(struct job_run *job)
{
    return &job->steps.items[job->cursor];
}

static void on_output(void *context, int stream, const char *data, size_t size)
{
    struct job_run *job = context;
    tell_output(job, running_step(job), stream, data, size);
}

static void end_timer(struct job_run *job)
{
    timer_cancel(job->timer);
    job->timer = NULL;
}

static void on_time_out(void *context)
{
    enum { PATIENCE = 5000 };
    struct job_run *job = context;
    end_timer(job);
    process_kill(job->process, job->timed_out ? SIGKILL : SIGTERM);
    if (!job->timed_out)
        job->timer = loop_after(job->run->loop, PATIENCE, on_time_out, job);
    job->timed_out = true;
}

static const char *failure(struct job_run *job, const struct step *step, int status,
                           const char *why)
{
    if (status < 0)
        return arena_strdup(job->arena, why ? why : "cannot be started");
    if (job->run->interrupted && WIFSIGNALED(status))
        return "interrupted";
    if (job->timed_out)
        return step_timed_out(job, step);
    if (WIFSIGNALED(status))
        return arena_printf(job->arena, "ended by signal %d", WTERMSIG(status));
    if (step_status_is_fine(step, WEXITSTATUS(status)))
        return NULL;
    return step_exit_code(job, step, WEXITSTATUS(status));
}

/* The step's `why` says how it went. */
static void end_step(struct job_run *job, int code, bool held, bool may_try_again)
{
    struct step *step = running_step(job);
    struct step_run *run = &job->step_runs[job->cursor];
    contents_expire(job->run->contents);
    bool again =
        run->why && may_try_again && run->tries < step->options.retries && !job->run->interrupted;
    if (held && !job->timed_out) /* then it was ended */
        tell_left_holder(job, step);
    tell_step_ended(job, step, job->timed_out ? -1 : code, again);
    job->timed_out = false;
    if (again) {
        request_wait_to_try(job, step);
        return;
    }
    if (run->why && !step->ignore) {
        request_note_failure(job, step, code);
        job_fail(job, job->status, job->failed_text);
        return;
    }
    job->cursor++;
    job_advance(job);
}

static void on_ended(void *context, int status, bool held, const char *why)
{
    struct job_run *job = context;
    int code = status < 0 ? -1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    job->process = NULL;
    end_timer(job);
    job->step_runs[job->cursor].why = failure(job, running_step(job), status, why);
    end_step(job, code, held, status >= 0);
}

/* In the pool, from where sinks cannot be told that the terminal is a question's. */
static bool asks(const struct step *step)
{
    return step->verb == &verb_confirm;
}

static void work(void *context)
{
    struct job_run *job = context;
    job->work_why = step_work(running_step(job), job->step_runs[job->cursor].contents);
}

static void worked(void *context)
{
    struct job_run *job = context;
    struct step_run *run = &job->step_runs[job->cursor];
    job->is_working = false;
    if (asks(running_step(job)))
        events_pause(job->run->events, false);
    if (job->run->interrupted)
        run->why = "interrupted";
    else if (job->work_why)
        run->why = arena_strdup(job->arena, job->work_why);
    free(job->work_why);
    job->work_why = NULL;
    end_step(job, run->why ? -1 : 0, false, true);
}

static const struct process_events events = { .output = on_output, .ended = on_ended };

/* The record of a job of this machine goes before its first step, onto the disk: an interrupted
 * job has none. */
static void take_record(void *context, const struct job *job)
{
    struct job_run *of = context;
    store_remove_record(of->run->store, job_record_name(run_job(of->run, job)));
}

static void take_stage_record(void *context, const char *stage)
{
    struct job_run *of = context;
    store_remove_record(of->run->store, stage);
}

static bool take_records(struct job_run *job)
{
    if (job->host || job->took_record || !job->run->store)
        return true;
    struct vec none = { 0 };
    hooks_each_in_chain(job->job, take_record, job);
    chain_each_outside(job, take_stage_record, job);
    hooks_owe(job, &none);
    vec_free(&none);
    job->took_record = true;
    return store_flush(job->run->store);
}

static void start_process(struct job_run *job, const struct step *step)
{
    struct expander expander;
    const char *shell = job_value(job, "SHELL", job->arena);
    const char *argv[] = { shell ? shell : "/bin/sh", "-c", step_local_command(step), NULL };
    job_expander(job, &expander, EXPAND_VALUE);
    char **environment = lang_environment(job->run->lang, expander.scope, &expander.calls);
    if (!environment) {
        job->step_runs[job->cursor].why = "its environment cannot be made";
        end_step(job, -1, false, false);
        return;
    }
    struct process_options options = { .argv = argv, .environment = environment };
    job->process = process_start(job->run->loop, &options, &events, job);
    free(environment);
    if (step->options.timeout)
        job->timer = loop_after(job->run->loop, step->options.timeout, on_time_out, job);
}

void here_start(struct job_run *job, struct step *step)
{
    if (!take_records(job)) {
        job_fail(job, FAKE_FAILED, "the record in .fake cannot be taken away");
        return;
    }
    job->step_runs[job->cursor].began = loop_now(job->run->loop);
    tell_step(job, step, EVENT_STEP_BEGAN, 0, step->text);
    if (step_local_command(step)) {
        start_process(job, step);
    } else {
        job->is_working = true;
        if (asks(step))
            events_pause(job->run->events, true);
        loop_work(job->run->loop, work, worked, job);
    }
}

/* ---- records of this machine's tasks ---- */

static void list_outputs(struct job_run *job, struct vec *paths)
{
    const char *text = job_value(job, "outputs", job->arena);
    while (text && *(text += strspn(text, " \t\n"))) {
        size_t length = strcspn(text, " \t\n");
        vec_push(paths, arena_strndup(job->arena, text, length));
        text += length;
    }
    for (size_t i = 0; i < job->steps.count; i++)
        step_outputs(&job->steps.items[i], job->arena, paths);
}

static void ready_again(void *context)
{
    job_advance(context);
}

/* False: it could not be read to its end. */
static bool add_output(struct job_run *job, const char *path)
{
    struct hash hash;
    const char *why;
    struct str line = { 0 };
    if (!contents_hash(job->run->contents, path, &hash, &why))
        return !why || !job->run->interrupted;
    record_add_state(&line, path, hash);
    vec_push(&job->record.states, arena_strdup(job->arena, str_text(&line)));
    str_free(&line);
    return true;
}

static void write_record(struct job_run *job)
{
    struct run *run = job->run;
    struct str text = { 0 };
    struct vec states = job->record.states;
    job->record.states = (struct vec){ 0 };
    record_free(&job->record);
    job->record = (struct record){
        .target = job_record_name(job),
        .host = "",
        .machine = "",
        .time = run->time,
        .by = run->by,
        .from = run->from,
        .salt = job->salt,
        .states = states,
    };
    record_write(&job->record, &job->fingerprint, &text);
    store_put_record(run->store, job_record_name(job), str_text(&text), text.len);
    str_free(&text);
}

bool here_record(struct job_run *job)
{
    struct vec paths = { 0 };
    if (!job->run->store || !job->has_fingerprint || job->wrote_record)
        return true;
    list_outputs(job, &paths);
    bool there = contents_want(job->run->contents, NEED_HASH, &paths, ready_again, job);
    if (there) {
        job->record.states.len = 0;
        job->wrote_record = true;
        for (size_t i = 0; i < paths.len; i++)
            job->wrote_record = add_output(job, paths.items[i]) && job->wrote_record;
        if (job->wrote_record)
            write_record(job);
    }
    vec_free(&paths);
    return there;
}

void here_add_output(struct job_run *job, const char *path)
{
    struct str line = { 0 };
    struct hash hash;
    const char *why;
    if (!job->wrote_record || !contents_hash(job->run->contents, path, &hash, &why))
        return;
    record_add_state(&line, path, hash);
    bool known = false;
    for (size_t i = 0; i < job->record.states.len && !known; i++)
        known = strcmp(job->record.states.items[i], str_text(&line)) == 0;
    if (!known) {
        vec_push(&job->record.states, arena_strdup(job->arena, str_text(&line)));
        write_record(job);
    }
    str_free(&line);
}
