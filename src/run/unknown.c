#include <stdlib.h>

#include "base/mem.h"
#include "lang/lang.h"
#include "run/job.h"
#include "run/state.h"
#include "step/verb.h"

/* Under -n (and -q) nothing is made, so what a job's texts read may be missing only because a job
 * before it would have made it: $(shell cat FILE) fails then, which is no failure of the run. So
 * errors of an expansion are kept until it is known whose they are. */

/* Would it have changed files of this machine? */
static bool would_make(const struct job_run *job)
{
    if (!job->would_run || job->job->kind == JOB_GATE)
        return false;
    for (size_t i = 0; i < job->steps.count; i++)
        if (job->steps.items[i].verb->place == STEP_HERE || job->steps.items[i].verb == &verb_get)
            return true;
    return job->job->kind == JOB_FILE || job->unknown;
}

/* A job before this one, however far, that would have made something; NULL: none. */
static const struct job *find_maker(const struct job_run *job)
{
    struct run *run = job->run;
    const struct job *found = NULL;
    struct vec open = { 0 };
    bool *is_seen = mem_alloc((run->plan->jobs.len + 1) * sizeof *is_seen);

    vec_push(&open, job->job);
    while (open.len > 0 && !found) {
        const struct job *of = open.items[--open.len];
        for (size_t i = 0; i < of->need_count && !found; i++) {
            struct job *need = of->needs[i].job;
            if (would_make(run_job_seen(run, need)))
                found = need;
            else if (!is_seen[need->index])
                vec_push(&open, need);
            is_seen[need->index] = true;
        }
    }
    free(is_seen);
    vec_free(&open);
    return found;
}

static void keep(void *context, const struct diag *diag)
{
    struct held_errors *held = context;
    struct arena *arena = held->job->run->arena;

    if (diag->severity != DIAG_ERROR) {
        held->before.report(held->before.context, diag);
        return;
    }
    struct diag *kept = arena_alloc(arena, sizeof *kept);
    *kept = *diag;
    kept->message = arena_strdup(arena, diag->message);
    kept->hint = diag->hint ? arena_strdup(arena, diag->hint) : NULL;
    vec_push(&held->errors, kept);
}

void unknown_hold(struct job_run *job, struct held_errors *held)
{
    struct diags *diags = lang_diags(job->run->lang);

    *held = (struct held_errors){ .job = job, .before = *diags };
    if ((job->run->options->dry_run || job->run->options->question) && diags->report) {
        diags->report = keep;
        diags->context = held;
    }
}

void unknown_release(struct held_errors *held, const struct expander *expander, bool is_final)
{
    struct job_run *job = held->job;
    struct diags *diags = lang_diags(job->run->lang);

    diags->report = held->before.report;
    diags->context = held->before.context;
    if (held->errors.len == 0)
        return;
    const struct job *maker = is_final && expander->reads_files ? find_maker(job) : NULL;
    if (maker || !is_final) {
        diags->errors = held->before.errors;
        diags->last = held->before.last;
    }
    if (maker) {
        const struct diag *first = held->errors.items[0];
        job->unknown = arena_printf(job->run->arena, "not known before %s has run: %s",
                                    maker->target->name, first->message);
    }
    for (size_t i = 0; is_final && !maker && i < held->errors.len; i++)
        diags->report(diags->context, held->errors.items[i]);
    vec_free(&held->errors);
}
