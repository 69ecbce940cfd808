#include "run/request.h"

#include "base/str.h"
#include "run/host.h"
#include "run/job.h"
#include "run/recall.h"
#include "run/sudo.h"
#include "run/tell.h"
#include "step/sudo.h"
#include "step/verb.h"

/* Running a job's steps in order. Those on the host that follow one another travel in one request,
 * with the taking away of the old record in front of the first and the writing of the new one
 * behind the last. */

struct host_run *request_host(const struct job_run *job)
{
    return job->at ? job->at : job->host;
}

/* ---- a request's parts ---- */

bool request_may_try_again(const struct step *step, const struct step_run *run)
{
    return run->tries < step->options.retries;
}

/* A step that may be tried again ends its request when it fails, even if `-` forgives it in the
 * end. */
static bool add_step(struct job_run *job, struct request *request, size_t index, bool is_first,
                     const char *shell)
{
    struct step *step = job_step(job, index);
    struct step_run *run = &job->step_runs[index];
    struct host_run *host = request_host(job);
    const char *why = NULL;
    bool ignore = step->ignore;
    run->id = host_next_id(host);
    run->has_failed = run->was_told = false;
    str_clear(&run->captured);
    run->began = 0;
    struct step_memory memory;
    bool remembers = host->lock == LOCK_HELD && recall_find_memory(job, index, &memory);
    struct step_target target = { .request = request,
                                  .id = run->id,
                                  .next_id = &host->next_id,
                                  .shell = shell,
                                  .is_fresh = is_first && run->asked_at == host->acts,
                                  .has_gzip = session_facts(host->session)->has_gzip,
                                  .memory = remembers ? &memory : NULL,
                                  .sudo_password = sudo_password(job, step) };
    step->ignore = ignore && !request_may_try_again(step, run);
    bool fine = step_compile(step, run->contents, run->answer, &target, &why);
    step->ignore = ignore;
    run->ids_end = host->next_id;
    if (fine)
        return true;
    tell_step(job, step, EVENT_STEP_BEGAN, 0, step->text);
    tell_step(job, step, EVENT_STEP_ENDED, -1, why ? why : "it cannot be done");
    job_fail(job, FAKE_FAILED, why ? why : "a step cannot be done");
    return false;
}

static bool travels(struct job_run *job, size_t index)
{
    const struct step *step = job_step(job, index);
    if (!step_acts(step))
        return !step->waits;
    if (index != job->cursor && (step->options.pty || job_step(job, job->cursor)->options.pty))
        return false; /* alone, so that its turn with the terminal is short */
    return step->verb->place == STEP_HOST && !step->options.on && (!step->waits || step->is_parsed);
}

struct request *request_begin(struct job_run *job)
{
    struct host_run *host = request_host(job);
    job->request_id = host_next_id(host);
    job->script_id = host_next_id(host);
    str_clear(&job->script_errors);
    struct request *request = request_new(host->session, job->request_id);
    if (!job->at && job_keeps_record(job) && !job->took_record)
        taking_add(job, request);
    return request;
}

/* What the job had a turn with is for others. */
static void end_turns(struct job_run *job)
{
    sudo_end_turn(job);
    terminal_give(job);
}

bool request_may_use_sudo(struct job_run *job, const struct step *step)
{
    const char *password = sudo_password(job, step), *why = NULL;
    enum sudo_turn turn = password ? sudo_ask_turn(job, password, &why) : SUDO_NOW;
    if (turn == SUDO_REFUSED)
        job_fail(job, FAKE_FAILED, why);
    return turn == SUDO_NOW;
}

static bool may_travel(struct job_run *job)
{
    for (size_t i = job->cursor; i < job->steps.count && travels(job, i); i++)
        if (!request_may_use_sudo(job, job_step(job, i)))
            return false;
    return true;
}

/* The steps from the cursor on that can travel together; without any, the scripts alone. */
static void send_steps(struct job_run *job)
{
    const char *shell = job_value(job, "remote_shell", job->arena);
    struct request *request = request_begin(job);
    size_t index = job->cursor;
    bool is_first = true;
    for (; index < job->steps.count && travels(job, index); index++) {
        if (job_step(job, index)->verb->place != STEP_HOST)
            continue;
        if (!add_step(job, request, index, is_first, shell)) {
            request_drop(request);
            job->request_id = 0;
            end_turns(job);
            return;
        }
        is_first = false;
    }
    job->request_end = index;
    job->host->acts++;
    if (index == job->steps.count && job_keeps_record(job))
        taking_add_writing(job, request);
    request_send(request);
    recall_keep(job); /* while the host works */
}

/* The step at the cursor, on the next of the hosts that it is to visit. */
static void send_visit(struct job_run *job)
{
    struct step *step = job_step(job, job->cursor);
    struct host_run *host;
    if (!request_may_use_sudo(job, step) || (step->options.pty && !terminal_take(job)))
        return;
    host = visit_begin(job, step);
    if (!host && job->state == JOB_ENDED)
        end_turns(job);
    if (!host)
        return;
    struct request *request = request_begin(job);
    if (!add_step(job, request, job->cursor, false, job_value(job, "remote_shell", job->arena))) {
        request_drop(request);
        job->request_id = 0;
        end_turns(job);
        visit_end(job);
        return;
    }
    job->request_end = job->cursor + 1;
    job->visit_to = host->next_id;
    host->acts++;
    request_send(request);
}

/* ---- going on ---- */

static void ready_again(void *context)
{
    job_advance(context);
}

/* Contents and questions of the steps that go next are those of now. */
static bool refresh(struct job_run *job)
{
    if (!prepare_contents(job, ready_again))
        return false;
    for (size_t i = job->cursor; i < job->steps.count && travels(job, i); i++) {
        job->step_runs[i].is_put_off = false;
        prepare_step(job, i);
    }
    return !host_ask(job->host, job);
}

/* Of a step here: those that it reads, with all that the steps before it made. */
static bool refresh_here(struct job_run *job)
{
    if (step_local_command(job_step(job, job->cursor)))
        return true;
    if (!prepare_contents(job, ready_again))
        return false;
    prepare_step(job, job->cursor);
    return true;
}

bool request_continue(struct job_run *job)
{
    if (job->request_id || job->process || job->is_working || job->timer || job->state == JOB_ENDED)
        return false;
    while (job->cursor < job->steps.count) {
        struct step *step = job_step(job, job->cursor);
        if (step->waits && !step->is_parsed && !request_resolve(job))
            return false;
        if (!step_acts(step)) {
            job->cursor++;
        } else if (step->verb->place == STEP_HERE || step->options.on) {
            if (job_keeps_record(job) && !job->took_record)
                send_steps(job); /* the taking away alone */
            else if (step->options.on)
                send_visit(job);
            else if (refresh_here(job))
                here_start(job, step);
            return false;
        } else {
            if (refresh(job) && may_travel(job) && (!step->options.pty || terminal_take(job)))
                send_steps(job);
            return false;
        }
    }
    if (job_keeps_record(job) && (!job->took_record || !job->wrote_record)) {
        send_steps(job);
        return false;
    }
    return job->host || here_record(job);
}
