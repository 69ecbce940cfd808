#include "run/host.h"
#include "run/job.h"
#include "run/request.h"
#include "run/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "io/loop.h"
#include "run/script.h"
#include "run/sudo.h"
#include "step/sudo.h"
#include "step/verb.h"

/* What a session tells of the request that runs: its steps' beginnings, outputs and ends, and what
 * they mean for the job. */

enum {
    STALE_LIMIT = 3, /* times that what a step asked was out of date at its turn */
};

static bool was_refused(const struct step *step, int status)
{
    return status == STEP_SUDO_REFUSED && sudo_is_used(step);
}

void request_note_password(struct job_run *job, const struct step *step,
                           const struct step_result *result)
{
    const char *password = sudo_password(job, step);
    if (password && !result->is_lost)
        sudo_note(job, password, was_refused(step, result->status));
}

static size_t find_step(const struct job_run *job, uint32_t id)
{
    for (size_t i = job->cursor; i < job->request_end && i < job->steps.count; i++)
        if (id >= job->step_runs[i].id && id < job->step_runs[i].ids_end)
            return i;
    return SIZE_MAX;
}

void request_began(struct job_run *job, uint32_t id)
{
    size_t index = find_step(job, id);
    if (index == SIZE_MAX)
        return;
    const char *text = job_step(job, index)->text;
    if (job->at)
        text = arena_printf(job->arena, "(on %s) %s", job->at->host->spec, text);
    job->step_runs[index].began = loop_now(job->run->loop);
    tell_step(job, job_step(job, index), EVENT_STEP_BEGAN, 0, text);
}

void request_output(struct job_run *job, uint32_t id, int stream, const char *data, size_t size)
{
    size_t index = find_step(job, id);
    const char *why = NULL;
    if (index == SIZE_MAX) {
        bool is_answer = id == job->question_id && stream == 1;
        str_addn(is_answer ? &job->captured : &job->script_errors, data, size);
        return;
    }
    struct step *step = job_step(job, index);
    struct step_run *run = &job->step_runs[index];
    if (!run->began)
        request_began(job, run->id); /* an upload of it failed */
    if (stream == 1 && step->options.into)
        str_addn(&run->captured, data, size);
    else if (stream != 1 || !step_wants_output(step))
        tell_output(job, step, stream, data, size);
    else if (!run->output_failed && !step_take_output(step, data, size, &why)) {
        run->output_failed = true;
        run->why = arena_strdup(job->arena, why ? why : "its output cannot be kept");
    }
}

/* Why a step failed, in words; NULL: it did not. */
static const char *step_failure(struct job_run *job, const struct step *step,
                                const struct step_result *result)
{
    if (result->interrupted || (result->is_lost && job->run->interrupted))
        return "interrupted";
    if (result->is_lost)
        return "connection lost";
    if (result->timed_out)
        return step_timed_out(job, step);
    if (step_status_is_fine(step, result->status))
        return NULL;
    if (was_refused(step, result->status))
        return "sudo_password is wrong";
    return result->status > 128
               ? arena_printf(job->arena, "ended by signal %d", result->status - 128)
               : step_exit_code(job, step, result->status);
}

static bool is_stale(const struct step *step, const struct step_run *run, int status)
{
    return status == STEP_STALE && run->question.len > 0 && run->stale < STALE_LIMIT &&
           !step->verb->is_command;
}

static bool will_try_again(const struct step *step, const struct step_run *run,
                           const struct step_result *result)
{
    return request_may_try_again(step, run) && !result->is_lost && !result->interrupted &&
           !was_refused(step, result->status);
}

static void set_value(struct job_run *job, const struct step *step, const struct str *output)
{
    size_t size = output->len;
    const char *value = step_value(str_text(output), &size);
    struct arena *arena = job->run->arena;
    if (value)
        *map_put(&job->host->values, arena_strdup(arena, step->options.into)) =
            arena_strndup(arena, value, size);
}

void request_step_ended(struct job_run *job, uint32_t id, const struct step_result *result)
{
    size_t index = find_step(job, id);
    if (index == SIZE_MAX) {
        if (id == job->question_id)
            request_end_question(job, result);
        return;
    }
    struct step *step = job_step(job, index);
    struct step_run *run = &job->step_runs[index];
    if (result->not_begun)
        return;
    run->was_told = true;
    if (!run->began)
        request_began(job, run->id); /* an upload of it failed */
    run->is_stale = is_stale(step, run, result->status);
    request_note_password(job, step, result);
    const char *why = run->why;
    if (!why)
        why = step_failure(job, step, result);
    const char *finish_why = NULL;
    int end = why && result->status == 0 ? -1 : result->status;
    if (!step_finish(step, end, &finish_why) && !why)
        why = finish_why ? finish_why : "it could not be finished";
    run->why = why;
    run->has_failed = why != NULL;
    if (run->is_stale)
        return;
    if (!why && step->options.into)
        set_value(job, step, &run->captured);
    bool again = why && will_try_again(step, run, result);
    run->tries_again = again;
    int status = result->is_lost || result->timed_out ? -1 : result->status;
    if (result->left_holder && !result->timed_out) /* then it was ended */
        tell_left_holder(job, step);
    tell_step_ended(job, step, status, again);
    if (why && !step->ignore && !again)
        request_note_failure(job, step, result->status);
}

void request_note_failure(struct job_run *job, const struct step *step, int status)
{
    struct run *run = job->run;
    job->failed_text = arena_printf(job->arena, "step %u (%s) failed: %s", step->number,
                                    step->verb->name, job->step_runs[step - job->steps.items].why);
    job->status = status ? status : FAKE_FAILED;
    if (!run->failed_step) {
        run->failed_step = arena_printf(run->arena, "%s %s", step->verb->name, step->text);
        run->failed_status = status;
    }
    if (job->host)
        str_addf(&run->failed_hosts, "%s%s", run->failed_hosts.len ? " " : "",
                 job->host->host->spec);
}

static void try_again(void *context)
{
    struct job_run *job = context;
    timer_cancel(job->timer);
    job->timer = NULL;
    job_advance(job);
}

void request_wait_to_try(struct job_run *job, const struct step *step)
{
    job->step_runs[step - job->steps.items].tries++;
    job->timer = loop_after(job->run->loop, step->options.retry_delay, try_again, job);
}

/* All that was sent has told its end. */
static bool all_told(const struct job_run *job)
{
    for (size_t i = job->cursor; i < job->request_end; i++)
        if (job->steps.items[i].verb->place == STEP_HOST && !job->step_runs[i].was_told)
            return false;
    return true;
}

/* The first step that ended the request, or the request's end. */
static size_t first_failed(const struct job_run *job)
{
    for (size_t i = job->cursor; i < job->request_end; i++) {
        const struct step_run *run = &job->step_runs[i];
        if (run->has_failed && (!job->steps.items[i].ignore || run->tries_again || run->is_stale))
            return i;
    }
    return job->request_end;
}

static void fail_script(struct job_run *job, int status)
{
    struct str why = { 0 };
    str_add(&why, "the record cannot be written");
    size_t length = strcspn(str_text(&job->script_errors), "\n");
    if (length > 0) {
        str_add(&why, ": ");
        str_addn(&why, str_text(&job->script_errors), length);
    }
    job_fail(job, status > 0 ? status : FAKE_FAILED, str_text(&why));
    str_free(&why);
}

/* What it did is done all the same; without a record it only runs once more. */
static void warn_unwritten(const struct job_run *job)
{
    const char *errors = str_text(&job->script_errors);
    size_t length = strcspn(errors, "\n");
    struct str text = { 0 };
    if (!strstr(errors, SCRIPT_UNWRITTEN))
        return;
    str_add(&text, "its record cannot be written, so it will run again");
    if (!str_starts(errors, SCRIPT_UNWRITTEN))
        str_addf(&text, ": %.*s", (int)length, errors);
    tell_job(job, EVENT_WARNING, str_text(&text));
    str_free(&text);
}

void request_ended(struct job_run *job, uint32_t id, int status)
{
    struct host_run *host = request_host(job);
    bool was_visit = job->at != NULL;
    if (id != job->request_id)
        return;
    host->acts++;
    visit_end(job);
    terminal_give(job);
    if (job->state != JOB_RUNNING)
        return;
    bool was_question = job->question_id != 0;
    size_t failed = first_failed(job);
    job->request_id = 0;
    sudo_end_turn(job);
    if (was_question) {
        request_take_answer(job, status ? status : job->question_status);
    } else if (failed < job->request_end) {
        struct step_run *run = &job->step_runs[failed];
        const struct step *step = job_step(job, failed);
        job->cursor = failed;
        job->wrote_record = false;
        if (run->is_stale) {
            run->stale++;
            free(run->answer);
            run->answer = NULL;
            run->doubts_memory = true;
        } else if (run->tries_again) {
            request_wait_to_try(job, step);
            run->why = NULL;
            return;
        } else {
            job_fail(job, job->status, job->failed_text);
        }
        run->why = NULL;
    } else if (status != 0 && job->script_errors.len > 0) {
        fail_script(job, status);
    } else if (status == 0 && !all_told(job)) {
        job_fail(job, FAKE_FAILED, "the host did not say how a step ended");
    } else if (status != 0) {
        job_fail(job, status,
                 host->why                   ? host->why
                 : job->run->interrupted     ? "interrupted"
                 : host->state == HOST_READY ? "the host could not begin its steps"
                                             : "connection lost");
    } else if (!was_visit || !visit_next(job)) {
        warn_unwritten(job);
        job->cursor = job->request_end;
    }
    job_advance(job);
}
