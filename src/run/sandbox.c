#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "run/job.h"
#include "run/state.h"
#include "run/tell.h"
#include "step/command.h"
#include "step/verb.h"

/* --sandbox: each command's syntax is checked by the shell that would run it, and nothing runs. */

/* "bash -lc" ▶ "bash": its other options would read files of the user. */
static const char *program_of(struct job_run *job)
{
    const char *shell = job->host ? job_value(job, "remote_shell", job->arena) : NULL;

    return shell ? arena_strndup(job->arena, shell, strcspn(shell, " \t")) : "/bin/sh";
}

static bool is_checked(const struct step *step)
{
    return step->verb->is_command && step->is_parsed &&
           (step->verb->place == STEP_HOST || step->verb->place == STEP_GATE);
}

static void add_check(const struct step *step, const char *program, struct str *query)
{
    struct str text = { 0 };

    command_add(&text, step, NULL);
    str_addf(query, "x=$(%s -n -c ", program);
    str_add_quoted(query, str_text(&text));
    str_add(query,
            " 2>&1) && echo || printf '%s\\n' \"$x\" | sed -e 's/^$/it is malformed/' -e q\n");
    str_free(&text);
}

static void tell_malformed(struct job_run *job, const struct step *step, const char *why,
                           size_t length)
{
    struct str text = { 0 };

    str_addf(&text, "this would not run: %.*s", (int)length, why);
    tell_step(job, step, EVENT_ERROR, 0, str_text(&text));
    str_free(&text);
    job->run->failed = true;
}

/* What $(run …) and its like will say is part of the syntax. */
static void tell_unchecked(struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        if (step->verb->is_command && step->waits && !step->is_parsed)
            tell_step(job, step, EVENT_WARNING, 0,
                      "not checked: what it runs is known only at its turn");
    }
}

void sandbox_ask(struct job_run *job, struct str *query)
{
    tell_unchecked(job);
    for (size_t i = 0; i < job->steps.count; i++)
        if (is_checked(&job->steps.items[i]))
            add_check(&job->steps.items[i], program_of(job), query);
}

void sandbox_take(struct job_run *job, const char *data, size_t size)
{
    const char *end = data + size;

    for (size_t i = 0; i < job->steps.count && data < end; i++) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t length = (size_t)((newline ? newline : end) - data);
        if (!is_checked(&job->steps.items[i]))
            continue;
        if (length > 0)
            tell_malformed(job, &job->steps.items[i], data, length);
        data += length + 1;
    }
}

void sandbox_check_here(struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        const char *argv[] = {
            "/bin/sh", "-c", "exec 2>&1; exec /bin/sh -n -c \"$1\"", "sh", step->local_command, NULL
        };
        struct str output = { 0 };
        if (!step->local_command)
            continue;
        int status = file_run_program(argv, NULL, &output);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            tell_malformed(job, step, str_text(&output), strcspn(str_text(&output), "\n"));
        str_free(&output);
    }
}
