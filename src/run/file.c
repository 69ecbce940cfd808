#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"
#include "lang/lang.h"
#include "run/file.h"

/* A make rule's target: whether it is remade (LANGUAGE.md, "Up to date by content"). Running its
 * recipe is recipe.c's. */

const char *file_path(const struct job *job)
{
    return job->path ? job->path : job->target->name;
}

/* ---- sources ---- */

void source_start(struct job_run *job)
{
    struct stat status;
    const struct job *of = job->job;
    if (stat(file_path(of), &status) == 0) {
        run_job_ended(job, OUTCOME_SKIPPED);
        return;
    }
    const struct job *user = of->dependents.len > 0 ? of->dependents.items[0] : NULL;
    if (job->run->options->dry_run && of->need_count > 0) {
        job->would_run = true; /* what it waits for may make it */
        run_job_ended(job, OUTCOME_SKIPPED);
        return;
    }
    job->failure = user ? arena_printf(job->arena, "No rule to make target '%s', needed by '%s'",
                                       of->target->name, user->target->name)
                        : arena_printf(job->arena, "No rule to make target '%s'", of->target->name);
    job->status = FAKE_FAILED;
    job->run->failed = true;
    struct event event = tell_base(job, EVENT_JOB_ENDED);
    event.is_file = true;
    event.text = job->failure;
    event.status = job->status;
    events_emit(job->run->events, event);
    run_job_ended(job, OUTCOME_FAILED);
}

/* ---- what it depends on ---- */

static void list_files(const struct job *of, struct vec *paths)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            list_files(need, paths);
        else if (need->kind == JOB_FILE || need->kind == JOB_SOURCE)
            vec_push(paths, (void *)file_path(need));
    }
}

/* Whether what a rule makes stands for the fingerprint of its job. */
static bool is_stamp(const struct job *job, const struct stat *status)
{
    return job->recipe && ((job->target->flags & TARGET_STAMP) ||
                           (S_ISREG(status->st_mode) && status->st_size == 0));
}

static void add_recipe(struct fingerprint *fingerprint, const struct recipe *recipe)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; recipe && i < recipe->count; i++)
        hasher_add_string(hasher, recipe->lines[i].source);
    fingerprint_add(fingerprint, "its recipe", "", hasher_end(hasher));
}

static bool is_listed(const char *const *files, const char *name)
{
    for (; files && *files; files++)
        if (strcmp(*files, name) == 0)
            return true;
    return false;
}

/* -o: nothing is remade on account of this file, so it counts with the content that the record
 * has. */
static void keep_old(struct job_run *job, struct hash *hash, const char *name)
{
    if (!is_listed(job->run->options->old_files, name))
        return;
    for (size_t i = 0; job->has_record && i < job->record.parts.len; i++) {
        const struct part *part = job->record.parts.items[i];
        if (str_starts(part->name, "file ") && strcmp(part->name + strlen("file "), name) == 0)
            *hash = part->hash;
    }
}

static void add_file(struct job_run *job, const char *name, struct hash hash)
{
    keep_old(job, &hash, name);
    fingerprint_add(&job->fingerprint, "file", name, hash);
}

static void add_needs(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        const struct job_run *need_run = run_job(job->run, need);
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE) {
            add_needs(job, need);
        } else if (need_run->has_content) {
            add_file(job, need->target->name, need_run->content);
        } else if (need->kind == JOB_FILE || need->kind == JOB_SOURCE) {
            struct hash hash = { 0 };
            const char *why;
            if (!contents_hash(job->run->contents, file_path(need), &hash, &why))
                job->file->forced_by = need->target->name;
            add_file(job, need->target->name, hash);
        }
    }
}

static void make_fingerprint(struct job_run *job)
{
    fingerprint_free(&job->fingerprint);
    job->fingerprint = fingerprint_new(job->arena);
    add_recipe(&job->fingerprint, job->job->recipe);
    add_needs(job, job->job);
    fingerprint_end(&job->fingerprint);
}

/* ---- the decision ---- */

static struct target *changed_need(const struct job *of, const char *name)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (need->kind == JOB_GATE) {
            struct target *target = changed_need(need, name);
            if (target)
                return target;
        } else if (strcmp(need->target->name, name) == 0) {
            return need->target;
        }
    }
    return NULL;
}

static void tell_reason(void *context, const char *reason)
{
    decide_reason(context, "%s", reason);
}

/* Reasons from a record that speaks of this very file; $? is the prerequisites that changed, if
 * that is the only reason. */
static void compare_record(struct job_run *job)
{
    bool files_only = true;
    struct map before = { 0 };
    for (size_t i = 0; i < job->record.parts.len; i++) {
        const struct part *part = job->record.parts.items[i];
        *map_put(&before, part->name) = (void *)part;
    }
    for (size_t i = 0; i < job->fingerprint.parts.len; i++) {
        const struct part *part = job->fingerprint.parts.items[i];
        const struct part *was = map_get(&before, part->name);
        if (was && hash_equal(was->hash, part->hash))
            continue;
        bool is_file = was && str_starts(part->name, "file ");
        const char *name = is_file ? part->name + strlen("file ") : part->name;
        struct target *target = is_file ? changed_need(job->job, name) : NULL;
        files_only = files_only && target;
        if (target)
            vec_push(&job->file->changed, target);
    }
    map_free(&before);
    fingerprint_compare(&job->fingerprint, &job->record.parts, tell_reason, job);
    if (!files_only || job->job->need_count == 0)
        job->file->changed.len = 0;
}

static bool newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* make's rule, where no record speaks of this file. */
static void compare_times(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        struct stat status;
        if (of->needs[i].kind != EDGE_CONTENT ||
            is_listed(job->run->options->old_files, need->target->name))
            continue;
        if (need->kind == JOB_GATE) {
            compare_times(job, need);
        } else if ((need->kind == JOB_FILE || need->kind == JOB_SOURCE) &&
                   stat(file_path(need), &status) == 0 && newer(&status, &job->file->status)) {
            decide_reason(job, "%s is newer", need->target->name);
            vec_push(&job->file->changed, need->target);
        }
    }
}

static void look_for_would_run(struct job_run *job)
{
    for (size_t i = 0; i < job->job->need_count; i++) {
        const struct job *need = job->job->needs[i].job;
        if (job->job->needs[i].kind == EDGE_CONTENT && run_job(job->run, need)->would_run)
            decide_reason(job, "%s would be remade", need->target->name);
    }
}

/* -W */
static void look_for_new_files(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE) {
            look_for_new_files(job, need);
        } else if (is_listed(job->run->options->new_files, need->target->name)) {
            decide_reason(job, "%s is taken as changed", need->target->name);
            vec_push(&job->file->changed, need->target);
        }
    }
}

static bool lacks_member(const struct job *job)
{
    for (size_t i = 0; i < job->group_count; i++)
        if (access(job->group[i]->name, F_OK) != 0)
            return true;
    return false;
}

static void find_reasons(struct job_run *job)
{
    const struct job *of = job->job;
    struct file_run *file = job->file;
    struct hash own;
    const char *why;
    bool has_own = contents_hash(job->run->contents, file_path(of), &own, &why);
    if (job->run->options->always)
        decide_reason(job, "-B");
    else if (of->target->flags & TARGET_PHONY)
        decide_reason(job, "it is .PHONY");
    else if (!file->exists)
        decide_reason(job, "it does not exist");
    else if (lacks_member(of))
        decide_reason(job, "a file made with it does not exist");
    else if (file->forced_by)
        decide_reason(job, "%s is no file and always counts as new", file->forced_by);
    else if (job->has_record && has_own && hash_equal(job->record.content, own))
        compare_record(job);
    else
        compare_times(job, of);
    look_for_new_files(job, of);
    if (is_listed(job->run->options->old_files, of->target->name))
        job->reasons.len = 0;
    if (job->reasons.len == 0)
        look_for_would_run(job);
}

static bool read_record(struct job_run *job)
{
    struct str text = { 0 };
    const char *name = job->job->target->name;
    if (!job->run->store || !store_get_record(job->run->store, name, &text))
        return false;
    bool fine = record_parse(&job->record, job->arena, str_text(&text), text.len, name, "") &&
                job->record.has_content;
    str_free(&text);
    return fine;
}

/* What it gives to those that depend on it: its content, found where they look, or its
 * fingerprint. */
static void give_content(struct job_run *job)
{
    struct stat status;
    bool stamps = stat(file_path(job->job), &status) == 0 && is_stamp(job->job, &status);
    if (stamps) {
        job->has_content = true;
        job->content = job->fingerprint.whole;
    }
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

static void skip(struct job_run *job)
{
    const char *name = job->job->target->name;
    const char *text = NULL;
    if (job->job->is_goal)
        text = job->job->recipe ? arena_printf(job->arena, "'%s' is up to date.", name)
                                : arena_printf(job->arena, "Nothing to be done for '%s'.", name);
    if (!job->has_record || !hash_equal(job->record.fingerprint, job->fingerprint.whole))
        if (job->job->recipe)
            file_write_record(job); /* adopted */
    give_content(job);
    tell_job(job, EVENT_JOB_SKIPPED, text);
    run_job_ended(job, OUTCOME_SKIPPED);
}

/* Without a recipe there is nothing to do; that it was "remade" counts for those that depend on
 * it. */
static void end_without_recipe(struct job_run *job)
{
    bool any_ran = false;
    for (size_t i = 0; i < job->job->need_count; i++) {
        const struct job *need = job->job->needs[i].job;
        any_ran = any_ran || (job->job->needs[i].kind == EDGE_CONTENT &&
                              scheduler_outcome(job->run->scheduler, need) == OUTCOME_RAN);
        job->would_run = job->would_run || run_job(job->run, need)->would_run;
    }
    if (any_ran || (job->job->need_count == 0 && !job->file->exists && !job->job->is_goal)) {
        tell_job(job, EVENT_JOB_SKIPPED, NULL);
        run_job_ended(job, OUTCOME_RAN);
    } else {
        skip(job);
    }
}

static void run_recipe(struct job_run *job)
{
    struct run *run = job->run;
    for (size_t i = 0; run->options->explain && i < job->reasons.len; i++)
        tell_job(job, EVENT_EXPLAIN, job->reasons.items[i]);
    if (run->options->question) {
        run->to_do = job->would_run = true;
        run_job_ended(job, OUTCOME_RAN);
    } else if (!scheduler_await_hooks(run->scheduler, job->job)) {
        file_resume(job, true);
    }
}

static void decide(void *context)
{
    struct job_run *job = context;
    struct vec paths = { 0 };
    list_files(job->job, &paths);
    vec_push(&paths, (void *)file_path(job->job));
    bool there = contents_want(job->run->contents, NEED_HASH, &paths, decide, job);
    vec_free(&paths);
    if (!there)
        return;
    job->file->exists = stat(file_path(job->job), &job->file->status) == 0;
    job->has_record = read_record(job);
    make_fingerprint(job);
    find_reasons(job);
    if (!job->job->recipe)
        end_without_recipe(job);
    else if (job->reasons.len == 0)
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
        run_job_ended(job, scheduler_outcome(job->run->scheduler, maker) == OUTCOME_RAN
                               ? OUTCOME_RAN
                               : OUTCOME_SKIPPED);
        return;
    }
    decide(job);
}

/* ---- after the recipe ---- */

static void recorded(void *context)
{
    struct job_run *job = context;
    struct vec own = { 0 };
    vec_push(&own, (void *)file_path(job->job));
    bool there = contents_want(job->run->contents, NEED_HASH, &own, recorded, job);
    vec_free(&own);
    if (!there)
        return;
    if (!(job->job->target->flags & TARGET_PHONY))
        file_write_record(job);
    give_content(job);
    tell_job(job, EVENT_JOB_ENDED, NULL);
    run_job_ended(job, OUTCOME_RAN);
}

void file_made(struct job_run *job)
{
    if (job->run->options->dry_run) {
        job->would_run = true;
        run_job_ended(job, OUTCOME_RAN);
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
    }
}
