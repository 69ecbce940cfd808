#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "run/host.h"
#include "run/job.h"
#include "run/state.h"
#include "step/temporary.h"
#include "step/verb.h"

/* Whether a task's job runs (LANGUAGE.md, "Skipping what is unchanged"), and why. */

void decide_reason(struct job_run *job, const char *format, ...)
{
    struct str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    vec_push(&job->reasons, arena_strdup(job->arena, str_text(&text)));
    str_free(&text);
}

/* ---- the fingerprint ---- */

/* What its last success left, on its host or here; NULL: nothing. */
static const struct record *record_of(struct job_run *job)
{
    const struct host_record *record =
        job->host ? map_get(&job->host->records, job_record_name(job)) : NULL;
    if (record && record->is_present)
        return &record->record;
    return job->has_record ? &job->record : NULL;
}

/* That of its record, so that equal secrets give equal hashes; else a new one. */
static const char *salt_of(struct job_run *job)
{
    const struct record *record = record_of(job);
    char name[TEMPORARY_NAME_SIZE];
    if (job->salt)
        return job->salt;
    if (record)
        job->salt = record->salt;
    if (!job->salt && temporary_name(name)) /* nobody can guess it */
        job->salt = arena_strdup(job->arena, name);
    return job->salt ? job->salt : "";
}

/* The text, with a salted hash in place of each secret. */
static const char *seal(struct job_run *job, const char *text)
{
    const struct secrets *secrets = job->run->options->secrets;
    struct str sealed = { 0 };
    if (!secrets_are_none(secrets) && secrets_seal(secrets, text, salt_of(job), &sealed))
        text = arena_strdup(job->arena, str_text(&sealed));
    str_free(&sealed);
    return text;
}

/* `number`: among those that count, so that a gate can come and go. */
static void add_step(struct job_run *job, const struct step *step, unsigned number)
{
    char name[24];
    snprintf(name, sizeof name, "%u", number);
    struct hasher *hasher = hasher_new();
    hasher_add_string(hasher, step->verb->name);
    hasher_add(hasher, &step->verb->version, sizeof step->verb->version);
    hasher_add_string(hasher, step->fingerprint ? seal(job, step->fingerprint) : "");
    fingerprint_add(&job->fingerprint, "step", name, hasher_end(hasher));
}

struct hash decide_hash_content(const struct content *content)
{
    struct hasher *hasher = hasher_new();
    unsigned kind = content ? (unsigned)content->kind : CONTENT_MISSING;
    hasher_add(hasher, &kind, sizeof kind);
    if (content && content->kind != CONTENT_MISSING) {
        hasher_add(hasher, &content->mode, sizeof content->mode);
        hasher_add(hasher, &content->hash, sizeof content->hash);
    }
    return hasher_end(hasher);
}

static bool holds_text(const struct vec *list, const char *text)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* What the steps read. A file that an earlier step of the same recipe makes is no input: what that
 * one reads is. */
static void add_sources(struct job_run *job)
{
    struct vec made = { 0 };
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step_run *step = &job->step_runs[i];
        bool is_command = job->steps.items[i].verb->is_command;
        for (size_t k = 0; step->is_prepared && k < step->paths.len; k++) {
            const char *name = step->paths.items[k];
            if (made.len > 0 && holds_text(&made, name))
                continue;
            fingerprint_add(&job->fingerprint, "file", content_name_shown(job->arena, name),
                            decide_hash_content(step->contents[k]));
            job->fingerprint.has_inputs = job->fingerprint.has_inputs || !is_command;
        }
        step_outputs(&job->steps.items[i], job->arena, &made);
    }
    vec_free(&made);
}

void decide_add_file(struct job_run *job, const struct job *need)
{
    const char *path = need->path ? need->path : need->target->name;
    const char *why;
    struct hash hash = { 0 };
    const struct job_run *maker = run_job(job->run, need);
    if (maker->has_content)
        hash = maker->content; /* a stamp stands for more than its content */
    else
        contents_hash(job->run->contents, path, &hash, &why);
    fingerprint_add(&job->fingerprint, "file", path, hash);
    job->fingerprint.has_inputs = true;
}

/* Of a prerequisite for each host, each host's counts. */
static void add_needs(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        const struct job_run *need_run = run_job(job->run, need);
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE) {
            add_needs(job, need);
        } else if (need->kind == JOB_FILE || need->kind == JOB_SOURCE) {
            decide_add_file(job, need);
        } else if (need_run->has_content) {
            const char *name = need->target->name;
            if (need->host && need->host != job->job->host)
                name = arena_printf(job->arena, "%s on %s", name, need->host->spec);
            fingerprint_add(&job->fingerprint, "prerequisite", name, need_run->content);
            job->fingerprint.has_inputs = true;
        }
    }
}

/* Variables that change how steps run. */
static const char *const step_variables[] = { "user", "remote_shell" };

void decide_add_variables(struct job_run *job)
{
    const char *inputs = job_value(job, "inputs", job->arena);
    if (inputs)
        fingerprint_add_text(&job->fingerprint, "inputs", "", seal(job, inputs));
    job->fingerprint.has_inputs = job->fingerprint.has_inputs || inputs;
    for (size_t i = 0; job->host && i < sizeof step_variables / sizeof *step_variables; i++) {
        const char *value = job_value(job, step_variables[i], job->arena);
        if (value)
            fingerprint_add_text(&job->fingerprint, "variable", step_variables[i],
                                 seal(job, value));
    }
}

void decide_fingerprint(struct job_run *job)
{
    const struct record *record = record_of(job);
    bool never_skipped = false;
    unsigned number = 0;
    fingerprint_free(&job->fingerprint);
    job->fingerprint = fingerprint_new(job->arena);
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        if (step->verb->place != STEP_GATE)
            add_step(job, step, ++number);
        if (step->has_text)
            job->fingerprint.has_inputs = true;
        never_skipped = never_skipped || step->verb->never_skipped;
    }
    add_needs(job, job->job);
    add_sources(job);
    decide_add_variables(job);
    if (record)
        fingerprint_keep_files(&job->fingerprint, &record->parts, job->run->options->old_files);
    fingerprint_end(&job->fingerprint);
    job->has_fingerprint = job->fingerprint.has_inputs && !never_skipped;
    job->has_content = job->has_fingerprint;
    job->content = job->fingerprint.whole;
}

/* ---- the decision ---- */

static void tell_reason(void *context, const char *reason)
{
    decide_reason(context, "%s", reason);
}

static void compare_record(struct job_run *job, const struct record *record)
{
    if (!hash_equal(record->fingerprint, job->fingerprint.whole)) {
        fingerprint_compare(&job->fingerprint, &record->parts, tell_reason, job);
        if (job->reasons.len == 0)
            decide_reason(job, "the order of its inputs differs");
    }
}

static void compare_host_record(struct job_run *job)
{
    struct host_run *host = job->host;
    const struct host_record *record = map_get(&host->records, job_record_name(job));
    if (!lock_is_wanted(job))
        decide_reason(job, "it takes no lock, so it keeps no record");
    else if (!host->keeps_records)
        decide_reason(job, "nothing says who logs in, so no record is kept");
    else if (record && record->newer)
        decide_reason(job, "%s has a newer record under another name: %s", host->host->name,
                      record->newer);
    else if (!record || !record->is_present)
        decide_reason(job, "no record on %s", host->host->name);
    else {
        compare_record(job, &record->record);
        for (size_t i = 0; i < record->differing.len; i++)
            decide_reason(job, "%s on %s is not as it was left",
                          (const char *)record->differing.items[i], host->host->name);
        if (!record->is_same && !record->is_stale && record->differing.len == 0)
            decide_reason(job, "a file on %s is not as it was left", host->host->name);
    }
}

static void compare_outputs(struct job_run *job)
{
    for (size_t i = 0; i < job->record.states.len; i++) {
        const char *line = job->record.states.items[i];
        const char *path = record_state_path(line);
        const char *why;
        struct hash now;
        struct str state = { 0 };
        if (!path)
            continue;
        if (!contents_hash(job->run->contents, path, &now, &why)) {
            decide_reason(job, "%s is missing", path);
            continue;
        }
        record_add_state(&state, path, now);
        if (strcmp(str_text(&state), line) != 0)
            decide_reason(job, "%s is not as it was left", path);
        str_free(&state);
    }
}

static void compare_local_record(struct job_run *job)
{
    if (!job->has_record)
        decide_reason(job, "no record");
    else {
        compare_record(job, &job->record);
        compare_outputs(job);
    }
}

/* Under -n what an input will be is not known, when what makes it would run. */
void decide_would_run(struct job_run *job, const struct job *of)
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE)
            decide_would_run(job, need);
        else if (run_job_seen(job->run, need)->would_run)
            decide_reason(job, "%s would %s", need->target->name,
                          need->kind == JOB_FILE ? "be remade" : "run");
    }
}

/* -W */
static void look_for_new_files(struct job_run *job)
{
    const char *const *files = job->run->options->new_files;
    for (; files && *files; files++)
        if (fingerprint_has_file(&job->fingerprint, *files))
            decide_reason(job, "%s is taken as changed", *files);
}

/* Under -n, what follows from its running is not sure. */
static bool may_count_as_skipped(const struct job_run *job)
{
    return job->is_unsure || job->is_idle;
}

/* A target without a recipe stands for its prerequisites. */
static bool decide_stage(struct job_run *job)
{
    const struct job *of = job->job;
    bool any_need = false;
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        any_need = true;
        if (scheduler_outcome(job->run->scheduler, need) != OUTCOME_RAN)
            continue;
        job->is_unsure =
            may_count_as_skipped(run_job(job->run, need)) && (job->is_unsure || !job->reasons.len);
        decide_reason(job, "%s ran", need->target->name);
    }
    if (!any_need)
        decide_reason(job, "it has neither recipe nor prerequisites");
    return job->reasons.len > 0;
}

/* A hook runs if one of those that ask for it does. */
struct askers {
    struct run *run;
    bool any, any_sure;
};

static void look_at_asker(void *context, const struct job *asker)
{
    struct askers *askers = context;
    const struct job_run *job = run_job(askers->run, asker);
    askers->any = askers->any || job->reasons.len > 0;
    askers->any_sure = askers->any_sure || (job->reasons.len > 0 && !may_count_as_skipped(job));
}

static bool is_asked_surely(struct job_run *job)
{
    struct askers askers = { .run = job->run };
    hooks_each_trigger(job->job, look_at_asker, &askers);
    return askers.any_sure || !askers.any;
}

bool decide_to_run(struct job_run *job)
{
    const struct job *of = job->job;
    job->reasons.len = 0;
    job->is_unsure = job->run->options->dry_run && !is_asked_surely(job);
    if (!of->recipe && !chain_decides(job))
        return decide_stage(job);
    if (job->run->options->always)
        decide_reason(job, "%s", job->run->options->sandbox ? "--sandbox" : "-B");
    else if (of->target->flags & TARGET_ALWAYS)
        decide_reason(job, "it is .ALWAYS");
    else if (!job->fingerprint.has_inputs && job->owed)
        decide_reason(job, "it is owed: an earlier run of %s did not come to its end", job->owed);
    else if (!job->fingerprint.has_inputs)
        decide_reason(job, "it has no inputs, so it always runs");
    else if (!job->has_fingerprint)
        decide_reason(job, "what it gets is always got");
    else {
        look_for_new_files(job);
        if (job->host)
            compare_host_record(job);
        else
            compare_local_record(job);
        job->is_unsure = job->is_unsure || job->reasons.len == 0;
        decide_would_run(job, of);
    }
    return job->reasons.len > 0;
}
