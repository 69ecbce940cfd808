#include "run/host.h"
#include "run/job.h"
#include "run/request.h"

#include <string.h>

#include "base/str.h"
#include "run/sudo.h"
#include "step/verb.h"

/* $(run …) and its like in a step, asked at the step's turn by a request of its own. */

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
    struct step question = *job_step(job, job->answering);
    const char *why;
    question.verb = verb_find(is_sudo ? "sudo" : "run", is_sudo ? 4 : 3);
    question.options = (struct step_options){ 0 };
    question.command = answer_command(job, answer);
    question.text = answer->argument;
    question.is_script = question.ignore = false;
    question.data = NULL;
    if (!request_may_use_sudo(job, &question))
        return;
    str_clear(&job->captured);
    struct request *request = request_begin(job);
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

void request_take_answer(struct job_run *job, int status)
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
bool request_resolve(struct job_run *job)
{
    struct expander expander;
    struct step *step = job_step(job, job->cursor);
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

void request_end_question(struct job_run *job, const struct step_result *result)
{
    const struct host_answer *answer = unanswered(job);
    const struct step question = { .verb = verb_find("sudo", 4) };
    job->question_status = result->is_lost ? -1 : result->status;
    if (answer && strcmp(answer->function, "sudo") == 0)
        request_note_password(job, &question, result);
}
