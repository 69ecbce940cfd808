#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "run/script.h"
#include "run/state.h"
#include "run/sudo.h"
#include "step/sudo.h"
#include "step/verb.h"

/* Running a job's steps in order. Those on the host that follow one another travel in one request,
 * with the taking away of the old record in front of the first and the writing of the new one
 * behind the last. */

enum {
    STALE_LIMIT = 3, /* times that what a step asked was out of date at its turn */
};

static struct step *step_at(struct job_run *job, size_t index)
{
    return &job->steps.items[index];
}

/* The host that the job's next request is for. */
static struct host_run *there(const struct job_run *job)
{
    return job->at ? job->at : job->host;
}

/* ---- a request's parts ---- */

static bool may_try_again(const struct step *step, const struct step_run *run)
{
    return run->tries < step->options.retries;
}

/* A step that may be tried again ends its request when it fails, even if `-` forgives it in the
 * end. */
static bool add_step(struct job_run *job, struct request *request, size_t index, bool is_first,
                     const char *shell)
{
    struct step *step = step_at(job, index);
    struct step_run *run = &job->step_runs[index];
    struct host_run *host = there(job);
    const char *why = NULL;
    bool ignore = step->ignore;
    run->id = host_next_id(host);
    run->has_failed = run->was_told = false;
    str_clear(&run->captured);
    run->began = 0;
    struct step_target target = { .request = request,
                                  .id = run->id,
                                  .next_id = &host->next_id,
                                  .shell = shell,
                                  .is_fresh = is_first && run->asked_at == host->acts,
                                  .has_gzip = session_facts(host->session)->has_gzip,
                                  .sudo_password = sudo_password(job, step) };
    step->ignore = ignore && !may_try_again(step, run);
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
    const struct step *step = step_at(job, index);
    if (!step_acts(step))
        return !step->waits;
    if (index != job->cursor && (step->options.pty || step_at(job, job->cursor)->options.pty))
        return false; /* alone, so that its turn with the terminal is short */
    return step->verb->place == STEP_HOST && !step->options.on && (!step->waits || step->is_parsed);
}

static struct request *begin_request(struct job_run *job)
{
    struct host_run *host = there(job);
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

/* False: a step's password for sudo must wait, or the job has failed because it was refused. */
static bool may_use_sudo(struct job_run *job, const struct step *step)
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
        if (!may_use_sudo(job, step_at(job, i)))
            return false;
    return true;
}

/* The steps from the cursor on that can travel together; without any, the scripts alone. */
static void send_steps(struct job_run *job)
{
    const char *shell = job_value(job, "remote_shell", job->arena);
    struct request *request = begin_request(job);
    size_t index = job->cursor;
    bool is_first = true;
    for (; index < job->steps.count && travels(job, index); index++) {
        if (step_at(job, index)->verb->place != STEP_HOST)
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
}

/* The step at the cursor, on the next of the hosts that it is to visit. */
static void send_visit(struct job_run *job)
{
    struct step *step = step_at(job, job->cursor);
    struct host_run *host;
    if (!may_use_sudo(job, step) || (step->options.pty && !terminal_take(job)))
        return;
    host = visit_begin(job, step);
    if (!host && job->state == JOB_ENDED)
        end_turns(job);
    if (!host)
        return;
    struct request *request = begin_request(job);
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

/* ---- $(run …) at its step's turn ---- */

static struct host_answer *unanswered(struct job_run *job)
{
    for (struct host_answer *answer = job->answers; answer; answer = answer->next)
        if (answer->step == job->answering && !answer->value)
            return answer;
    return NULL;
}

static const char *answer_command(struct job_run *job, const struct host_answer *answer)
{
    if (strcmp(answer->function, "exists") != 0)
        return answer->argument;
    struct str command = { 0 };
    bool from_home = str_starts(answer->argument, "~/");
    str_add(&command, from_home ? "[ ! -e ~/" : "[ ! -e ");
    str_add_quoted(&command, answer->argument + (from_home ? 2 : 0));
    str_add(&command, " ] || printf 1");
    const char *text = arena_strdup(job->arena, str_text(&command));
    str_free(&command);
    return text;
}

/* Asks by a step of its own, with the folder and surroundings of the step that wants to know. */
static void ask_on_host(struct job_run *job, const struct host_answer *answer)
{
    bool is_sudo = strcmp(answer->function, "sudo") == 0;
    struct step question = *step_at(job, job->answering);
    const char *why;
    question.verb = verb_find(is_sudo ? "sudo" : "run", is_sudo ? 4 : 3);
    question.options = (struct step_options){ 0 };
    question.command = answer_command(job, answer);
    question.text = answer->argument;
    question.is_script = question.ignore = false;
    question.data = NULL;
    if (!may_use_sudo(job, &question))
        return;
    str_clear(&job->captured);
    struct request *request = begin_request(job);
    job->question_id = host_next_id(job->host);
    struct step_target target = { .request = request,
                                  .id = job->question_id,
                                  .next_id = &job->host->next_id,
                                  .shell = job_value(job, "remote_shell", job->arena),
                                  .sudo_password = sudo_password(job, &question) };
    if (question.verb->compile(&question, NULL, NULL, &target, &why)) {
        job->request_end = job->cursor;
        request_send(request);
    } else {
        request_drop(request);
        job->request_id = 0;
        sudo_end_turn(job);
        job_fail(job, FAKE_FAILED, why);
    }
}

static void take_answer(struct job_run *job, int status)
{
    struct host_answer *answer = unanswered(job);
    job->question_id = 0;
    if (status != 0 || !answer) {
        struct str why = { 0 };
        str_addf(&why, "$(%s %s) ended with %d", answer ? answer->function : "run",
                 answer ? answer->argument : "", status);
        job_fail(job, FAKE_FAILED, str_text(&why));
        str_free(&why);
        return;
    }
    size_t length = job->captured.len;
    while (length > 0 && job->captured.data[length - 1] == '\n')
        length--;
    answer->value = arena_strndup(job->arena, str_text(&job->captured), length);
}

/* Expands the step at the cursor. False: it was asked for something, or failed. */
static bool resolve(struct job_run *job)
{
    struct expander expander;
    struct step *step = step_at(job, job->cursor);
    job->answering = job->cursor;
    job_expander(job, &expander, EXPAND_VALUE);
    if (step_resolve(&job->steps, step, &expander)) {
        job->step_runs[job->cursor].is_prepared = false;
        return true;
    }
    struct host_answer *answer = unanswered(job);
    if (expander.is_waiting && answer && job->host)
        ask_on_host(job, answer);
    else
        job_fail(job, FAKE_FAILED, "a step cannot be expanded");
    return false;
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
    if (step_local_command(step_at(job, job->cursor)))
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
        struct step *step = step_at(job, job->cursor);
        if (step->waits && !step->is_parsed && !resolve(job))
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

/* ---- what the session tells ---- */

static bool was_refused(const struct step *step, int status)
{
    return status == STEP_SUDO_REFUSED && sudo_is_used(step);
}

/* What a step's end says of its password. */
static void note_password(struct job_run *job, const struct step *step,
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
    const char *text = step_at(job, index)->text;
    if (job->at)
        text = arena_printf(job->arena, "(on %s) %s", job->at->host->spec, text);
    job->step_runs[index].began = loop_now(job->run->loop);
    tell_step(job, step_at(job, index), EVENT_STEP_BEGAN, 0, text);
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
    struct step *step = step_at(job, index);
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
    return may_try_again(step, run) && !result->is_lost && !result->interrupted &&
           !was_refused(step, result->status);
}

static void end_question(struct job_run *job, const struct step_result *result)
{
    const struct host_answer *answer = unanswered(job);
    const struct step question = { .verb = verb_find("sudo", 4) };
    job->question_status = result->is_lost ? -1 : result->status;
    if (answer && strcmp(answer->function, "sudo") == 0)
        note_password(job, &question, result);
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
            end_question(job, result);
        return;
    }
    struct step *step = step_at(job, index);
    struct step_run *run = &job->step_runs[index];
    if (result->not_begun)
        return;
    run->was_told = true;
    if (!run->began)
        request_began(job, run->id); /* an upload of it failed */
    run->is_stale = is_stale(step, run, result->status);
    note_password(job, step, result);
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
    struct host_run *host = there(job);
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
        take_answer(job, status ? status : job->question_status);
    } else if (failed < job->request_end) {
        struct step_run *run = &job->step_runs[failed];
        const struct step *step = step_at(job, failed);
        job->cursor = failed;
        job->wrote_record = false;
        if (run->is_stale) {
            run->stale++;
            free(run->answer);
            run->answer = NULL;
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
