#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lang/lang.h"
#include "run/file.h"
#include "run/tell.h"

/* Intermediate files (GNU make manual, "Chains of Implicit Rules"): one that is not there is made
 * only when something is to be made of it, and removed again when all is done. */

static bool is_kind(const struct job_run *job, bool or_secondary)
{
    const struct job *of = job->job;
    unsigned all = lang_model(job->run->lang)->all_flags;
    unsigned flags = of->target->flags;
    if (!of->recipe || of->is_goal || (flags & TARGET_PHONY))
        return false;
    if ((flags & TARGET_SECONDARY) || (all & TARGET_SECONDARY))
        return or_secondary;
    return of->is_intermediate || (flags & TARGET_INTERMEDIATE);
}

bool intermediate_may_be_absent(const struct job_run *job)
{
    return is_kind(job, true);
}

/* ---- making one after all ---- */

/* A job that waits lends its place: with one place, what it needs is made one after the other, in
 * the order in which make would. */

static bool is_stopping(const struct run *run)
{
    return run->interrupted || (run->failed && !run->options->keep_going);
}

static void start_late(struct job_run *job)
{
    if (is_stopping(job->run))
        file_ended(job, OUTCOME_FAILED);
    else if (!intermediate_make_needs(job))
        file_proceed(job);
}

static void start_some(struct run *run)
{
    struct late *late = &run->late;
    if (late->is_starting)
        return;
    late->is_starting = true;
    while (late->queue.len > 0 && late->used < late->lent + late->extra) {
        late->used++;
        start_late(vec_pop(&late->queue));
    }
    late->is_starting = false;
    while (late->extra > 0 && late->used < late->lent + late->extra) {
        late->extra--;
        scheduler_give_place(run->scheduler);
    }
    if (late->queue.len > 0)
        scheduler_go_on(run->scheduler); /* it may have another place */
}

bool intermediate_wants_place(void *context)
{
    const struct run *run = context;
    return run->late.queue.len > 0 && !run->late.is_starting;
}

void intermediate_take_place(void *context)
{
    struct run *run = context;
    run->late.extra++;
    start_some(run);
}

static void find_absent(struct job_run *job, const struct job *of, struct vec *absent)
{
    for (size_t i = 0; i < of->need_count; i++) {
        struct job_run *need = run_job(job->run, of->needs[i].job);
        if (need->job->kind == JOB_GATE) {
            find_absent(job, need->job, absent);
            continue;
        }
        if (!need->file || !need->file->is_absent)
            continue;
        job->file->waits_for++;
        vec_push(&need->file->waiters, job);
        if (!need->file->is_late)
            vec_push(absent, need);
        need->file->is_late = true;
    }
}

bool intermediate_make_needs(struct job_run *job)
{
    struct late *late = &job->run->late;
    struct vec absent = { 0 };
    find_absent(job, job->job, &absent);
    while (absent.len > 0)
        vec_push(&late->queue, vec_pop(&absent));
    vec_free(&absent);
    if (job->file->waits_for == 0)
        return false;
    if (job->file->is_late)
        late->used--;
    else
        late->lent++;
    start_some(job->run);
    return true;
}

static void go_on(struct job_run *waiter)
{
    if (waiter->file->is_late)
        waiter->run->late.used++;
    else
        waiter->run->late.lent--;
    file_proceed(waiter);
}

void intermediate_ended(struct job_run *job, bool well)
{
    struct run *run = job->run;
    struct vec waiters = job->file->waiters;
    job->file->waiters = (struct vec){ 0 };
    job->file->is_absent = job->file->is_late = false;
    run->late.used--;
    for (size_t i = 0; i < waiters.len; i++) {
        struct job_run *waiter = waiters.items[i];
        waiter->file->late_failed = waiter->file->late_failed || !well;
        if (--waiter->file->waits_for == 0)
            go_on(waiter);
    }
    vec_free(&waiters);
    start_some(run);
}

/* ---- removing them ---- */

static bool was_made(const struct job_run *job)
{
    return job->file && !job->file->exists && job->has_started && !job->file->is_absent;
}

/* -n shows it, too. */
static bool remove_file(const struct job_run *job)
{
    if (!is_kind(job, false) || !was_made(job) || file_is_precious(job, job->job->target))
        return false;
    return job->run->options->dry_run || unlink(file_path(job->job)) == 0;
}

void intermediate_remove_all(struct run *run)
{
    struct str names = { 0 };
    if (run->options->question || run->options->touch)
        return;
    for (size_t i = 0; i < run->plan->jobs.len; i++) {
        struct job_run *job = run->jobs[i];
        if (!job || job->job->kind != JOB_FILE || !remove_file(job))
            continue;
        const char *path = file_path(job->job);
        if (run->interrupted)
            tell_message(job,
                         arena_printf(job->arena, "*** Deleting intermediate file '%s'", path));
        else
            str_addf(&names, "%s%s", names.len > 0 ? " " : "rm ", path);
    }
    if (names.len > 0 && !run->options->silent)
        tell_text(run, EVENT_PRINTED, str_text(&names), NULL);
    str_free(&names);
}
