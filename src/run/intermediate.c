#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lang/lang.h"
#include "run/file.h"

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

static void start_late(struct job_run *job)
{
    job->file->is_late = true;
    if (!intermediate_make_needs(job))
        file_proceed(job);
}

static void make_for(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        struct job_run *need = run_job(job->run, of->needs[i].job);
        if (need->job->kind == JOB_GATE) {
            make_for(job, need->job);
            continue;
        }
        if (!need->file || !need->file->is_absent)
            continue;
        job->file->waits_for++;
        vec_push(&need->file->waiters, job);
        if (!need->file->is_late)
            start_late(need);
    }
}

bool intermediate_make_needs(struct job_run *job)
{
    job->file->waits_for = 1; /* until all have been started */
    make_for(job, job->job);
    return --job->file->waits_for > 0;
}

void intermediate_ended(struct job_run *job, bool well)
{
    struct vec waiters = job->file->waiters;
    job->file->waiters = (struct vec){ 0 };
    job->file->is_absent = job->file->is_late = false;
    for (size_t i = 0; i < waiters.len; i++) {
        struct job_run *waiter = waiters.items[i];
        waiter->file->late_failed = waiter->file->late_failed || !well;
        if (--waiter->file->waits_for == 0)
            file_proceed(waiter);
    }
    vec_free(&waiters);
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
