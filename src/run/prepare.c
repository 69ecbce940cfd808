#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "run/host.h"
#include "run/job.h"
#include "run/state.h"
#include "step/verb.h"

/* What can be known before a job's first step: its steps as expanded, the contents that they and
 * its fingerprint need, and what they want to know of the host. */

bool prepare_steps(struct job_run *job)
{
    if (job->is_expanded)
        return !job->expansion_failed;
    job->is_expanded = true;
    job_open_arena(job);
    if (!job->job->recipe)
        return true;
    struct expander expander;
    struct held_errors held;
    unknown_hold(job, &held);
    job_expander(job, &expander, EXPAND_VALUE);
    job->answering = SIZE_MAX;
    job->expansion_failed = !steps_make(&job->steps, job->arena, job->job->recipe, &expander,
                                        job->job->kind == JOB_HERE) ||
                            !alike_check(job);
    job->answering = 0;
    /* Ahead of its turn it is not known what runs before it: it is expanded again then. */
    job->is_expanded = held.errors.len == 0 || job->state != JOB_WAITING;
    unknown_release(&held, &expander, job->is_expanded);
    if (job->expansion_failed)
        job->steps.count = 0;
    job->step_runs = arena_alloc(job->arena, (job->steps.count + 1) * sizeof *job->step_runs);
    return !job->expansion_failed;
}

/* ---- contents ---- */

static void add_file_inputs(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            add_file_inputs(job, need);
        else if (need->kind == JOB_FILE || need->kind == JOB_SOURCE)
            vec_push(&job->paths, (void *)(need->path ? need->path : need->target->name));
    }
}

/* What this job left here when it last ran is looked at again. */
static void add_outputs(struct job_run *job)
{
    for (size_t i = 0; i < job->record.states.len; i++) {
        const char *path = record_state_path(job->record.states.items[i]);
        if (path)
            vec_push(&job->paths, (void *)path);
    }
}

static bool has_local_makers(const struct job *job)
{
    for (size_t i = 0; i < job->need_count; i++) {
        const struct job *need = job->needs[i].job;
        if (job->needs[i].kind == EDGE_CONTENT &&
            (need->kind == JOB_HERE || (need->kind == JOB_GATE && has_local_makers(need))))
            return true;
    }
    return false;
}

/* What the job reads and a task of this machine made, in this run, is noted in that task's record:
 * the task runs again when it is missing. */
static void note_made(struct job_run *job, const struct job *of, const char *path, time_t changed)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        struct job_run *maker = run_job(job->run, need);
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            note_made(job, need, path, changed);
        else if (need->kind == JOB_HERE && maker->has_begun && changed >= maker->began_at)
            here_add_output(maker, path);
    }
}

void prepare_note_made(struct job_run *job)
{
    if (!has_local_makers(job->job))
        return;
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct vec *paths = &job->step_runs[i].paths;
        for (size_t k = 0; k < paths->len; k++) {
            struct stat status;
            const char *path = content_name_path(paths->items[k]);
            if (path && stat(path, &status) == 0)
                note_made(job, job->job, path, status.st_ctim.tv_sec);
        }
    }
}

static bool is_known(const struct step *step)
{
    return !step->waits || step->is_parsed;
}

bool prepare_contents(struct job_run *job, void (*ready)(void *context))
{
    struct vec sources = { 0 };
    job->paths.len = 0;
    add_file_inputs(job, job->job);
    chain_add_paths(job, &job->paths);
    add_outputs(job);
    bool has_makers = has_local_makers(job->job);
    for (size_t i = job->cursor; i < job->steps.count; i++) {
        struct step_run *step = &job->step_runs[i];
        step->paths.len = 0;
        if (is_known(&job->steps.items[i]))
            step_sources(&job->steps.items[i], job->arena, &step->paths);
        for (size_t k = 0; k < step->paths.len; k++) {
            const char *path = content_name_path(step->paths.items[k]);
            vec_push(&sources, step->paths.items[k]);
            if (has_makers && path)
                vec_push(&job->paths, (void *)path);
        }
    }
    struct contents *contents = job->run->contents;
    bool hashes = contents_want(contents, NEED_HASH, &job->paths, ready, job);
    bool trees = contents_want(contents, NEED_TREE, &sources, ready, job);
    vec_free(&sources);
    return hashes && trees;
}

void prepare_step(struct job_run *job, size_t index)
{
    struct step_run *run = &job->step_runs[index];
    const struct step *step = &job->steps.items[index];
    run->contents = arena_alloc(job->arena, (run->paths.len + 1) * sizeof *run->contents);
    for (size_t i = 0; i < run->paths.len; i++)
        run->contents[i] = contents_tree(job->run->contents, run->paths.items[i]);
    run->is_prepared = true;
    if (!step->verb->ask)
        return;
    struct str question = { 0 };
    step_ask(step, run->contents, &question);
    if (strcmp(str_text(&question), str_text(&run->question)) != 0) {
        free(run->answer); /* of other contents */
        run->answer = NULL;
        if (job->host)
            host_forget_question(job->host, job, index);
    }
    str_free(&run->question);
    run->question = question;
}

void prepare_questions(struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++)
        if (is_known(&job->steps.items[i]))
            prepare_step(job, i);
}

/* ---- ahead of its turn ---- */

static bool has_local_step(const struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++)
        if (job->steps.items[i].verb->place == STEP_HERE)
            return true;
    return false;
}

/* All that it waits for is done, or is on this same host. A source may wait its turn in a list: its
 * content is looked at again at the job's. */
static bool waits_for_host_only(const struct job_run *job)
{
    for (size_t i = 0; i < job->job->need_count; i++) {
        const struct job *need = job->job->needs[i].job;
        if (need->host != job->job->host && need->kind != JOB_SOURCE &&
            scheduler_outcome(job->run->scheduler, need) == OUTCOME_NONE)
            return false;
    }
    return true;
}

static void go_on(void *context)
{
    const struct job_run *job = context;
    struct host_run *host = job->host;
    host_boot(host);
    if (host->active)
        job_advance(host->active);
}

bool prepare_ahead(struct host_run *host)
{
    struct run *run = host->run;
    bool there = true;
    for (size_t i = 0; i < host->jobs.len; i++) {
        struct job_run *job = host->jobs.items[i];
        if (job != host->active && job->state == JOB_WAITING && job->job->recipe &&
            scheduler_is_asked(run->scheduler, job->job) && waits_for_host_only(job)) {
            if (!prepare_steps(job))
                continue;
            if (prepare_contents(job, go_on))
                prepare_questions(job);
            else
                there = false;
        }
        /* What it does here may change what a later one reads. */
        if (has_local_step(job))
            break;
    }
    return there;
}
