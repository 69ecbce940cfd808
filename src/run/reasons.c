#include <string.h>
#include <unistd.h>

#include "lang/lang.h"
#include "run/file.h"
#include "run/job.h"

/* Why a make rule's target is to be remade (LANGUAGE.md, "Up to date by content"). */

static bool is_listed(const char *const *files, const char *name)
{
    for (; files && *files; files++)
        if (strcmp(*files, name) == 0)
            return true;
    return false;
}

static bool is_file(const struct job *job)
{
    return job->kind == JOB_FILE || job->kind == JOB_SOURCE;
}

/* ---- the fingerprint ---- */

static void add_recipe(struct fingerprint *fingerprint, const struct recipe *recipe)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; recipe && i < recipe->count; i++)
        hasher_add_string(hasher, recipe->lines[i].source);
    fingerprint_add(fingerprint, "its recipe", "", hasher_end(hasher));
}

/* What is .PHONY, or is no file even after its rule ran. */
static bool is_always_new(const struct job_run *job, const struct job *need, struct hash *hash)
{
    const char *why;
    return !contents_hash(job->run->contents, file_need_path(job, need), hash, &why) ||
           (need->target->flags & TARGET_PHONY);
}

static void add_hashed(struct job_run *job, const struct job *need)
{
    struct hash hash = { 0 };
    const char *name = need->target->name;
    const struct file_run *file = run_job_seen(job->run, need)->file;
    bool is_new = is_always_new(job, need, &hash);
    if (file && file->is_absent)
        job->file->is_unknown = job->file->is_unknown || file->is_unknown;
    else if (is_new)
        job->file->forced_by = name;
    fingerprint_add(&job->fingerprint, "file", name, hash);
}

static void add_needs(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        const struct job_run *need_run = run_job_seen(job->run, need);
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            add_needs(job, need);
        else if (need_run->has_content)
            fingerprint_add(&job->fingerprint, "file", need->target->name, need_run->content);
        else if (is_file(need))
            add_hashed(job, need);
    }
}

void reasons_fingerprint(struct job_run *job)
{
    fingerprint_free(&job->fingerprint);
    job->file->forced_by = NULL;
    job->file->is_unknown = false;
    job->fingerprint = fingerprint_new(job->arena);
    add_recipe(&job->fingerprint, job->job->recipe);
    add_needs(job, job->job);
    if (job->has_record) /* -o: nothing is remade on account of these */
        fingerprint_keep_files(&job->fingerprint, &job->record.parts, job->run->options->old_files);
    fingerprint_end(&job->fingerprint);
}

/* ---- by time stamps ---- */

static bool is_newer(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* -L: a symbolic link is as new as the newer of the link and the file. */
static bool file_time(const struct job_run *job, const char *path, struct timespec *time)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    *time = status.st_mtim;
    if (job->run->options->check_links && lstat(path, &status) == 0 &&
        is_newer(status.st_mtim, *time))
        *time = status.st_mtim;
    return true;
}

/* What is absent is as new as the newest that it is made of. */
static bool need_time(const struct job_run *job, const struct job *need, struct timespec *time)
{
    const struct file_run *file = run_job_seen(job->run, need)->file;
    if (file && file->is_absent) {
        *time = file->age;
        return true;
    }
    return is_file(need) && file_time(job, file_path(need), time);
}

/* make's rule, where no record speaks of this file. */
static void compare_times(struct job_run *job, const struct job *of, struct timespec own)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        struct timespec time;
        if (of->needs[i].kind != EDGE_CONTENT ||
            is_listed(job->run->options->old_files, need->target->name))
            continue;
        if (need->kind == JOB_GATE) {
            compare_times(job, need, own);
        } else if (need_time(job, need, &time) && is_newer(time, own)) {
            decide_reason(job, "%s is newer", need->target->name);
            vec_push(&job->file->changed, need->target);
        }
    }
}

void reasons_note_age(struct job_run *job, const struct job *of)
{
    struct timespec *age = &job->file->age;
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        struct timespec time;
        if (need->kind == JOB_GATE)
            reasons_note_age(job, need);
        else if (of->needs[i].kind == EDGE_CONTENT && need_time(job, need, &time) &&
                 is_newer(time, *age))
            *age = time;
    }
}

/* ---- by the record ---- */

static const struct job *find_need(const struct job *of, const char *name)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (need->kind == JOB_GATE)
            need = find_need(need, name);
        if (need && strcmp(need->target->name, name) == 0)
            return need;
    }
    return NULL;
}

/* The recipe uses the list of all prerequisites. */
static bool lists_all(const struct job_run *job)
{
    static const char *const lists[] = { "^", "+", "^D", "^F", "+D", "+F", NULL };
    return lang_mentions(job->run->lang, job->job->recipe, job->job->scope, lists);
}

/* Dependencies that a compiler found stand in files of their own, written by the very run that they
 * tell of: the record, made before they were read, cannot know them. One that is not newer than the
 * target is taken up in it, unless the recipe uses the list of them all. */
static bool is_taken_up(struct job_run *job, const struct part *part, struct timespec own)
{
    struct timespec time;
    const struct job *need =
        str_starts(part->name, "file ") ? find_need(job->job, part->name + strlen("file ")) : NULL;
    return need && job->job->recipe && plan_is_foreign(job->job, need) &&
           need_time(job, need, &time) && !is_newer(time, own) && !lists_all(job);
}

static void take_up_additions(struct job_run *job, struct timespec own)
{
    struct map before = { 0 };
    for (size_t i = 0; i < job->record.parts.len; i++) {
        const struct part *part = job->record.parts.items[i];
        *map_put(&before, part->name) = (void *)part;
    }
    for (size_t i = 0; i < job->fingerprint.parts.len; i++) {
        struct part *part = job->fingerprint.parts.items[i];
        if (!map_get(&before, part->name) && is_taken_up(job, part, own))
            vec_push(&job->record.parts, part);
    }
    map_free(&before);
}

/* A folder, or what is no file even after its rule ran. Makefiles name such things until they are
 * there or done, `$(filter-out $(wildcard $(dirs)),$(dirs))`, and nothing is made of them. */
static bool may_go(const struct part *part)
{
    static const struct hash none;
    struct stat status;
    return str_starts(part->name, "file ") &&
           (hash_equal(part->hash, none) ||
            (stat(part->name + strlen("file "), &status) == 0 && S_ISDIR(status.st_mode)));
}

/* What is no input any more and does not count is taken out of the record, as it was read. */
static void pass_over_removals(struct job_run *job)
{
    static const struct hash none;
    struct map now = { 0 };
    size_t kept = 0;
    if (lists_all(job))
        return;
    for (size_t i = 0; i < job->fingerprint.parts.len; i++) {
        const struct part *part = job->fingerprint.parts.items[i];
        *map_put(&now, part->name) = (void *)part;
    }
    for (size_t i = 0; i < job->record.parts.len; i++) {
        struct part *part = job->record.parts.items[i];
        if (map_get(&now, part->name) || !may_go(part)) {
            job->record.parts.items[kept++] = part;
            continue;
        }
        job->file->keeps_record = true;
        job->file->was_forced |= hash_equal(part->hash, none);
    }
    job->record.parts.len = kept;
    map_free(&now);
}

static void tell_reason(void *context, const char *reason)
{
    decide_reason(context, "%s", reason);
}

/* Reasons from a record that speaks of this very file. True when all are prerequisites that
 * changed. */
static bool compare_record(struct job_run *job, struct timespec own)
{
    const struct vec *parts = &job->fingerprint.parts;
    bool files_only = true;
    size_t known = 0;
    struct map before = { 0 };
    take_up_additions(job, own);
    for (size_t i = 0; i < job->record.parts.len; i++) {
        const struct part *part = job->record.parts.items[i];
        *map_put(&before, part->name) = (void *)part;
    }
    for (size_t i = 0; i < parts->len; i++) {
        const struct part *part = parts->items[i];
        const struct part *was = map_get(&before, part->name);
        known += was != NULL;
        if (was && hash_equal(was->hash, part->hash))
            continue;
        bool names_file = was && str_starts(part->name, "file ");
        const char *name = names_file ? part->name + strlen("file ") : part->name;
        const struct job *need = names_file ? find_need(job->job, name) : NULL;
        files_only = files_only && need;
        if (need)
            vec_push(&job->file->changed, need->target);
    }
    map_free(&before);
    if (known != job->record.parts.len)
        pass_over_removals(job);
    fingerprint_compare(&job->fingerprint, &job->record.parts, tell_reason, job);
    return files_only && known == job->record.parts.len;
}

/* ---- all of them ---- */

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
    for (size_t i = 0; i < job->wanted_count; i++)
        if (access(job->group[i]->name, F_OK) != 0)
            return true;
    return false;
}

/* A record vouches for the file that it was written about, and no other. */
static bool has_own_record(const struct job_run *job)
{
    struct hash own;
    const char *why;
    return job->has_record && contents_hash(job->run->contents, file_path(job->job), &own, &why) &&
           hash_equal(job->record.content, own);
}

/* False: there are reasons beside the prerequisites that are listed as changed. */
static bool compare(struct job_run *job)
{
    struct timespec own = { 0 };
    bool is_there = file_time(job, file_path(job->job), &own);
    bool is_own = !job->file->is_unknown && has_own_record(job);
    job->file->is_recorded = is_own && hash_equal(job->record.fingerprint, job->fingerprint.whole);
    if (is_own)
        return compare_record(job, own);
    if (is_there)
        compare_times(job, job->job, own);
    return true;
}

static bool is_forcing(const struct job_run *job, const struct job *need)
{
    const struct job_run *need_run = run_job_seen(job->run, need);
    struct hash hash;
    return !need_run->has_content && is_file(need) &&
           !(need_run->file && need_run->file->is_absent) && is_always_new(job, need, &hash);
}

static void list_changed(struct job_run *job, const struct job *of, const struct map *changed)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            list_changed(job, need, changed);
        else if (map_get(changed, need->target->name) || is_forcing(job, need))
            vec_push(&job->file->changed, need->target);
    }
}

/* Made in any case, for a prerequisite like FORCE: recipes then look into $? whether there is
 * anything to do, and may keep a record of their commands themselves, as those of Kbuild do. So
 * there is never more in it than what changed and what always is new. */
static void find_forced(struct job_run *job)
{
    struct map changed = { 0 };
    decide_reason(job, "%s is no file and always counts as new", job->file->forced_by);
    compare(job);
    for (size_t i = 0; i < job->file->changed.len; i++) {
        const struct target *target = job->file->changed.items[i];
        *map_put(&changed, target->name) = (void *)target;
    }
    job->file->changed.len = 0;
    list_changed(job, job->job, &changed);
    map_free(&changed);
}

bool reasons_are_overruled(const struct job_run *job)
{
    const struct run_options *options = job->run->options;
    const struct target *target = job->job->target;
    return is_listed(options->old_files, target->name) ||
           (is_listed(options->new_files, target->name) && !(target->flags & TARGET_PHONY));
}

void reasons_find(struct job_run *job)
{
    const struct job *of = job->job;
    const struct run_options *options = job->run->options;
    struct file_run *file = job->file;
    if (options->always)
        decide_reason(job, "-B");
    else if (of->target->flags & TARGET_PHONY)
        decide_reason(job, "it is .PHONY");
    else if (of->target->flags & TARGET_ALWAYS)
        decide_reason(job, "it is .ALWAYS");
    else if (of->target->double_colon && of->need_count == 0)
        decide_reason(job, "it has two colons and no prerequisites");
    else if (!file->exists)
        decide_reason(job, "it does not exist");
    else if (lacks_member(of))
        decide_reason(job, "a file made with it does not exist");
    else if (file->is_unfinished)
        decide_reason(job, "its last run did not come to an end");
    else if (file->forced_by)
        find_forced(job);
    else if (!compare(job))
        file->changed.len = 0; /* $? is all of them */
    look_for_new_files(job, of);
    if (reasons_are_overruled(job))
        job->reasons.len = 0;
    else if (job->reasons.len == 0)
        decide_would_run(job, of);
}
