#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"
#include "lang/lang.h"
#include "run/file.h"
#include "run/job.h"
#include "run/journal.h"
#include "run/quick.h"
#include "run/tell.h"

/* A make rule's target, from its turn to its end. Why it is remade is reasons.c's, running its
 * recipe recipe.c's. */

/* In a record's place: the target was touched by a recipe that did not come to its end. */
static const char unfinished[] = "unfinished\n";

const char *file_path(const struct job *job)
{
    return job->path ? job->path : job->target->name;
}

const char *file_need_path(const struct job_run *job, const struct job *need)
{
    const char *folder = file_path(need), *own = file_path(job->job);
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (length == 1 && *folder == '.' && *own != '/')
        return contents_path_without(job->run->arena, folder, own);
    if (strncmp(own, folder, length) == 0 && own[length] == '/')
        return contents_path_without(job->run->arena, folder, own + length + 1);
    return folder;
}

/* ---- sources ---- */

static void tell_source(struct job_run *job)
{
    if (!job->job->is_goal || job->run->options->question)
        return;
    struct event event = tell_base(job, EVENT_JOB_SKIPPED);
    job_open_arena(job);
    event.is_file = true;
    event.text = arena_printf(job->arena, "Nothing to be done for '%s'.", job->job->target->name);
    events_emit(job->run->events, event);
}

void source_start(struct job_run *job)
{
    struct stat status;
    const struct job *of = job->job;
    if (stat(file_path(of), &status) == 0) {
        tell_source(job);
        run_job_ended(job, OUTCOME_SKIPPED);
        return;
    }
    const struct job *user = of->dependents.len > 0 ? of->dependents.items[0] : NULL;
    if (job->run->options->dry_run && of->need_count > 0) {
        job->would_run = true; /* what it waits for may make it */
        run_job_ended(job, OUTCOME_SKIPPED);
        return;
    }
    job_open_arena(job);
    const char *end = job->run->options->keep_going ? "." : ".  Stop.";
    job->failure =
        user ? arena_printf(job->arena, "No rule to make target '%s', needed by '%s'%s",
                            of->target->name, user->target->name, end)
             : arena_printf(job->arena, "No rule to make target '%s'%s", of->target->name, end);
    job->status = FAKE_FAILED;
    job->run->failed = true;
    struct event event = tell_base(job, EVENT_JOB_ENDED);
    event.is_file = true;
    event.text = job->failure;
    event.status = job->status;
    events_emit(job->run->events, event);
    run_job_ended(job, OUTCOME_FAILED);
}

/* ---- records ---- */

static bool read_record(struct job_run *job)
{
    struct str text = { 0 };
    const char *name = job->job->target->name;
    if (!job->run->store || !store_get_record(job->run->store, name, &text))
        return false;
    job->file->is_unfinished = strcmp(str_text(&text), unfinished) == 0;
    bool fine = !job->file->is_unfinished &&
                record_parse(&job->record, job->arena, str_text(&text), text.len, name, "") &&
                job->record.has_content;
    str_free(&text);
    return fine;
}

void file_write_record(struct job_run *job)
{
    struct run *run = job->run;
    struct str text = { 0 };
    struct record record = {
        .target = job->job->target->name,
        .host = "",
        .machine = "",
        .time = run->time,
        .by = run->by,
        .from = run->from,
        .has_content = true,
    };
    const char *why;
    if (run->store && !run->options->dry_run && !run->options->question &&
        contents_hash(run->contents, file_path(job->job), &record.content, &why)) {
        record_write(&record, &job->fingerprint, &text);
        store_put_record(run->store, job->job->target->name, str_text(&text), text.len);
    }
    str_free(&text);
}

static bool is_kept(const struct job_run *job)
{
    const struct run_options *options = job->run->options;
    return job->run->store && !options->dry_run && !options->question &&
           !(job->job->target->flags & TARGET_PHONY);
}

void file_note_begun(struct job_run *job)
{
    if (is_kept(job))
        journal_begin(job->run->journal, job->job->target->name);
}

static bool is_as_before(const struct job_run *job, const struct stat *now)
{
    const struct stat *before = &job->file->status;
    return job->file->exists && now->st_ino == before->st_ino && now->st_size == before->st_size &&
           now->st_mtim.tv_sec == before->st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* The record of a target that the recipe has not touched still says what is in it. */
void file_forget(struct job_run *job)
{
    struct stat now;
    const char *name = job->job->target->name;
    if (!is_kept(job))
        return;
    journal_end(job->run->journal, name);
    if (stat(file_path(job->job), &now) != 0)
        store_remove_record(job->run->store, name);
    else if (!is_as_before(job, &now))
        store_put_record(job->run->store, name, unfinished, sizeof unfinished - 1);
}

void file_note_unfinished(void *store, const char *target)
{
    store_put_record(store, target, unfinished, sizeof unfinished - 1);
}

bool file_is_precious(const struct job_run *job, const struct target *target)
{
    const struct model *model = lang_model(job->run->lang);
    if ((target->flags | model->all_flags) & TARGET_PRECIOUS)
        return true;
    for (size_t i = 0; i < model->patterns.len; i++) {
        const struct pattern *pattern = model->patterns.items[i];
        for (size_t k = 0; &pattern->rule == job->job->rule && k < pattern->target_count; k++) {
            const struct target *named = model_find_target(model, pattern->targets[k]);
            if (named && (named->flags & TARGET_PRECIOUS))
                return true;
        }
    }
    return false;
}

/* ---- ends ---- */

static bool any_started(const struct run *run, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (need->kind == JOB_GATE ? any_started(run, need) : run_job_seen(run, need)->has_started)
            return true;
    }
    return false;
}

void file_ended(struct job_run *job, enum outcome outcome)
{
    if (job->file->is_late) {
        job->file->late_failed = outcome == OUTCOME_FAILED;
        job->file->was_made_late = outcome == OUTCOME_RAN;
        intermediate_ended(job, outcome != OUTCOME_FAILED);
        return;
    }
    job->has_started = job->has_started || any_started(job->run, job->job);
    run_job_ended(job, outcome);
}

void file_drop(struct job_run *job)
{
    tell_job(job, EVENT_JOB_DROPPED, "interrupted");
    file_ended(job, OUTCOME_DROPPED);
}

void file_not_remade(struct job_run *job)
{
    const struct run_options *options = job->run->options;
    if (!options->keep_going || options->dry_run || options->question)
        return;
    job_open_arena(job);
    tell_message(job, arena_printf(job->arena, "Target '%s' not remade because of errors.",
                                   job->job->target->name));
}

/* What a stamp stands for is the fingerprint of its job, for there is nothing in it. */
static bool is_stamp(const struct job *job, const struct stat *status)
{
    return job->recipe && !(job->target->flags & TARGET_PHONY) &&
           ((job->target->flags & TARGET_STAMP) ||
            (S_ISREG(status->st_mode) && status->st_size == 0));
}

/* A recipe that runs each time, for a prerequisite like FORCE, says by touching its file that
 * something is new: the fingerprint does not tell. */
static struct hash touched(struct hash fingerprint, struct timespec time)
{
    struct hasher *hasher = hasher_new();
    hasher_add(hasher, &fingerprint, sizeof fingerprint);
    hasher_add(hasher, &time.tv_sec, sizeof time.tv_sec);
    hasher_add(hasher, &time.tv_nsec, sizeof time.tv_nsec);
    return hasher_end(hasher);
}

/* What it gives to those that depend on it: its content, found where they look, or its
 * fingerprint. */
static void give_content(struct job_run *job, struct hash fingerprint, bool is_forced)
{
    struct stat status;
    job->has_content = stat(file_path(job->job), &status) == 0 && is_stamp(job->job, &status);
    if (job->has_content)
        job->content = is_forced ? touched(fingerprint, status.st_mtim) : fingerprint;
}

/* Said of a goal for which no command was started. */
static const char *goal_text(const struct job_run *job)
{
    const struct job *of = job->job;
    bool makes_nothing = !of->recipe || (of->target->flags & TARGET_PHONY);
    if (!of->is_goal || job->has_started || job->run->options->question ||
        any_started(job->run, of))
        return NULL;
    return makes_nothing
               ? arena_printf(job->arena, "Nothing to be done for '%s'.", of->target->name)
               : arena_printf(job->arena, "'%s' is up to date.", of->target->name);
}

/* Of most jobs that is all; in a large graph what they hold would sum up. */
static void let_go(struct job_run *job)
{
    if (job->file->is_late || job->file->is_absent)
        return;
    job->job->changed = NULL; /* it lies there, and was for the recipe */
    file_free(job->file);
    job->file = NULL;
    job_free(job);
    job->arena = NULL;
}

static void skip(struct job_run *job)
{
    bool may_record =
        is_kept(job) && job->file->exists && !job->file->is_unknown && !reasons_are_overruled(job);
    if (job->file->keeps_record) {
        give_content(job, job->record.fingerprint, job->file->was_forced);
    } else {
        if (job->job->recipe && !job->file->is_recorded && may_record)
            file_write_record(job); /* adopted */
        give_content(job, job->fingerprint.whole, job->file->forced_by);
    }
    quick_learn(job->run->quick, job->job);
    tell_job(job, EVENT_JOB_SKIPPED, goal_text(job));
    file_ended(job, OUTCOME_SKIPPED);
    let_go(job);
}

static bool has_run(const struct run *run, const struct job *of)
{
    const struct job_run *job = run_job_seen(run, of);
    return scheduler_outcome(run->scheduler, of) == OUTCOME_RAN ||
           (job->file && job->file->was_made_late);
}

/* Without a recipe there is nothing to do; that it was "remade" counts for those that depend on
 * it. */
static void end_without_recipe(struct job_run *job)
{
    bool any_ran = false;
    for (size_t i = 0; i < job->job->need_count; i++) {
        const struct job *need = job->job->needs[i].job;
        any_ran = any_ran || (job->job->needs[i].kind == EDGE_CONTENT && has_run(job->run, need));
        job->would_run = job->would_run || run_job_seen(job->run, need)->would_run;
    }
    if (any_ran || (job->job->need_count == 0 && !job->file->exists && !job->job->is_goal)) {
        tell_job(job, EVENT_JOB_SKIPPED, goal_text(job));
        file_ended(job, OUTCOME_RAN);
    } else {
        skip(job);
    }
}

/* ---- the recipe is to run ---- */

static void list_files(const struct job_run *job, const struct job *of, struct vec *paths)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            list_files(job, need, paths);
        else if (need->kind == JOB_FILE || need->kind == JOB_SOURCE)
            vec_push(paths, (void *)file_need_path(job, need));
    }
}

/* True: the contents of the target and what it is made of are there. */
static bool want_contents(struct job_run *job, void (*ready)(void *context))
{
    struct vec paths = { 0 };
    list_files(job, job->job, &paths);
    vec_push(&paths, (void *)file_path(job->job));
    bool there = contents_want(job->run->contents, NEED_HASH, &paths, ready, job);
    vec_free(&paths);
    return there;
}

static void begin(struct job_run *job)
{
    if (job->file->is_late || !scheduler_await_hooks(job->run->scheduler, job->job))
        file_resume(job, true);
}

/* What was absent is there now, and counts. */
static void look_once_more(void *context)
{
    struct job_run *job = context;
    if (!want_contents(job, look_once_more))
        return;
    reasons_fingerprint(job);
    begin(job);
}

void file_proceed(struct job_run *job)
{
    if (job->file->late_failed)
        file_ended(job, OUTCOME_FAILED);
    else if (!job->job->recipe)
        end_without_recipe(job);
    else
        look_once_more(job);
}

static void run_recipe(struct job_run *job)
{
    for (size_t i = 0; job->run->options->explain && i < job->reasons.len; i++)
        tell_job(job, EVENT_EXPLAIN, job->reasons.items[i]);
    if (!intermediate_make_needs(job)) {
        if (job->file->late_failed)
            file_ended(job, OUTCOME_FAILED);
        else
            begin(job);
    }
}

/* ---- the decision ---- */

/* An intermediate file that is not there counts as it was when it was last made, or is as new as
 * what it is made of. */
static bool stays_absent(struct job_run *job)
{
    if (job->file->exists || job->run->options->always || !intermediate_may_be_absent(job))
        return false;
    if (job->has_record && !job->file->forced_by &&
        hash_equal(job->record.fingerprint, job->fingerprint.whole)) {
        job->has_content = true;
        job->content = job->record.content;
    } else if (job->has_record || job->file->is_unfinished) {
        return false;
    } else {
        job->file->is_unknown = true;
    }
    job->file->is_absent = true;
    reasons_note_age(job, job->job);
    return true;
}

static void decide(void *context)
{
    struct job_run *job = context;
    if (job->job->recipe && !want_contents(job, decide))
        return;
    if (job->run->interrupted) {
        file_drop(job);
        return;
    }
    job->file->exists = stat(file_path(job->job), &job->file->status) == 0;
    if (!job->job->recipe) {
        bool is_remade = !job->file->exists || (job->job->target->flags & TARGET_PHONY);
        if (!is_remade || !intermediate_make_needs(job))
            end_without_recipe(job);
        return;
    }
    job->has_record = read_record(job);
    reasons_fingerprint(job);
    if (stays_absent(job)) {
        tell_job(job, EVENT_JOB_SKIPPED, NULL);
        file_ended(job, OUTCOME_SKIPPED);
        return;
    }
    reasons_find(job);
    if (job->reasons.len == 0)
        skip(job);
    else
        run_recipe(job);
}

void file_start(struct job_run *job)
{
    const struct job *maker = job->job->made_by;
    job_open_arena(job);
    job->file = arena_alloc(job->arena, sizeof *job->file);
    if (maker && maker != job->job) {
        job->would_run = run_job(job->run, maker)->would_run;
        file_ended(job, scheduler_outcome(job->run->scheduler, maker) == OUTCOME_RAN
                            ? OUTCOME_RAN
                            : OUTCOME_SKIPPED);
        return;
    }
    decide(job);
}

/* ---- after the recipe ---- */

/* An intermediate file is looked at again when all is done. */
static void end_made(struct job_run *job)
{
    file_ended(job, OUTCOME_RAN);
    if (!intermediate_may_be_absent(job))
        let_go(job);
}

static void recorded(void *context)
{
    struct job_run *job = context;
    struct vec own = { 0 };
    vec_push(&own, (void *)file_path(job->job));
    bool there = contents_want(job->run->contents, NEED_HASH, &own, recorded, job);
    vec_free(&own);
    if (!there)
        return;
    if (is_kept(job)) {
        file_write_record(job);
        journal_end(job->run->journal, job->job->target->name);
    }
    give_content(job, job->fingerprint.whole, job->file->forced_by);
    if (job->has_started)
        tell_job(job, EVENT_JOB_ENDED, NULL);
    else
        tell_job(job, EVENT_JOB_SKIPPED, goal_text(job));
    end_made(job);
}

void file_made(struct job_run *job)
{
    if (job->run->options->dry_run || job->run->options->question) {
        job->would_run = job->has_started || job->run->options->dry_run;
        end_made(job);
        return;
    }
    contents_expire(job->run->contents);
    recorded(job);
}

void file_free(struct file_run *file)
{
    if (file) {
        vec_free(&file->changed);
        vec_free(&file->lines);
        vec_free(&file->held);
        vec_free(&file->waiters);
    }
}
