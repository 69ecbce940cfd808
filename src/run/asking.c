#include <string.h>

#include "base/map.h"
#include "base/secret.h"
#include "base/str.h"
#include "run/host.h"
#include "run/job.h"
#include "run/script.h"
#include "run/state.h"
#include "step/verb.h"

/* What a host is asked first: for its lock, and for the records of the plan's targets. */

static const char *holder_line(struct run *run)
{
    return arena_printf(run->arena, "%s, from %s, since %s, for %s", run->by, run->from, run->time,
                        run->goals);
}

void asking_list_records(struct host_run *host)
{
    struct run *run = host->run;
    for (size_t i = 0; i < host->jobs.len; i++) {
        struct job_run *job = host->jobs.items[i];
        const char *record_name = job_record_name(job);
        struct host_record **slot = (struct host_record **)map_put(&host->records, record_name);
        if (*slot) {
            (*slot)->job = NULL;
            continue;
        }
        struct str name = { 0 };
        record_file_name(record_name, host->host->spec, &name);
        struct host_record *record = arena_alloc(run->arena, sizeof *record);
        record->target = record_name;
        record->file = arena_strdup(run->arena, str_text(&name));
        record->job = job;
        *slot = record;
        str_free(&name);
    }
}

/* ---- what is known of a job before its host was asked ---- */

static bool are_steps_known(const struct job_run *job)
{
    bool any = false;
    for (size_t i = 0; i < job->steps.count; i++) {
        if (!job->step_runs[i].is_prepared && !job->steps.items[i].waits)
            return false;
        any = any || job->step_runs[i].is_prepared;
    }
    return any && job->is_expanded && !job->expansion_failed;
}

static bool are_files_known(const struct job_run *job)
{
    struct hash hash;
    const char *why;
    for (size_t i = 0; i < job->paths.len; i++)
        if (!contents_hash(job->run->contents, job->paths.items[i], &hash, &why))
            return false;
    return true;
}

static bool are_needs_done(const struct job_run *job)
{
    for (size_t i = 0; i < job->job->need_count; i++) {
        const struct job *need = job->job->needs[i].job;
        if (job->job->needs[i].kind == EDGE_CONTENT && need->kind != JOB_SOURCE &&
            scheduler_outcome(job->run->scheduler, need) == OUTCOME_NONE)
            return false;
    }
    return true;
}

/* Where a record may have a part in what counts, nothing is known; nor where `inputs` is set, which
 * is expanded once, when the decision is taken. */
static bool is_fingerprint_known(struct job_run *job)
{
    const struct run_options *options = job->run->options;
    bool keeps_files = options->old_files && *options->old_files;
    return job->state <= JOB_CONNECTING && job->job->recipe && secrets_are_none(options->secrets) &&
           !keeps_files && !scope_find(job->job->scope, "inputs") && !chain_has_decider(job) &&
           are_steps_known(job) && are_files_known(job) && are_needs_done(job);
}

/* Bytes that a place may take in a record at most: four lines with its path. */
static size_t place_size(const struct step *step, const char *source)
{
    enum { LINES = 300 };
    return LINES + 4 * (strlen(step->text) + strlen(source));
}

/* False: the record that it left, if its fingerprint is that of now, is one of few places. A mirror
 * asks for less when its record is as it was left, also one of another fingerprint. */
static bool may_have_many_places(const struct job_run *job)
{
    enum { FEW = 12 * 1024, HEAD = 1024, PART = 128 };
    size_t size = HEAD;
    if (!job->job->recipe)
        return chain_decides(job);
    if (!are_steps_known(job))
        return true;
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        const struct step_run *run = &job->step_runs[i];
        if (step->options.mirror || (!run->is_prepared && step->verb->places))
            return true;
        size += PART + (step->verb->places ? place_size(step, "") : 0);
        for (size_t k = 0; run->is_prepared && k < run->paths.len; k++)
            size += (1 + (run->contents[k] ? run->contents[k]->entry_count : 0)) *
                    place_size(step, run->paths.items[k]);
    }
    return size > FEW;
}

/* ---- the question ---- */

/* Where nothing is told but what runs, a record of another fingerprint need not be compared with
 * what is there. */
static bool wants_all(const struct run_options *options)
{
    return options->dry_run || options->question || options->explain;
}

/* Nothing but its record says whether it runs. */
static bool is_decided_by_record(const struct job_run *job)
{
    const struct run_options *options = job->run->options;
    bool has_new_files = options->new_files && *options->new_files;
    return !options->always && !has_new_files && !(job->job->target->flags & TARGET_ALWAYS);
}

/* What prints all that is where steps with --delete leave nothing else. NULL: nothing does. */
static const char *add_rest(const struct job_run *job)
{
    struct str text = { 0 };
    bool fine = places_only_sent(job);
    for (size_t i = 0; fine && i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        const struct step_run *run = &job->step_runs[i];
        if (step->options.delete)
            fine = run->is_prepared && run->contents[0] && !run->contents[0]->why &&
                   step->verb->rest(step, run->contents, &text);
    }
    const char *rest = fine && text.len ? arena_strdup(job->arena, str_text(&text)) : NULL;
    str_free(&text);
    return rest;
}

bool asking_skips(const struct host_record *record)
{
    return record->may_skip && record->is_present && record->is_same && !record->newer;
}

static void add_record(struct host_run *host, struct host_record *record, struct vec *asked)
{
    struct script_question *question = arena_alloc(host->run->arena, sizeof *question);
    struct job_run *job = record->job;
    question->name = record->file;
    question->may_be_large = !job || may_have_many_places(job);
    if (job && !question->may_be_large && !wants_all(host->run->options) &&
        is_fingerprint_known(job)) {
        decide_fingerprint(job);
        if (job->has_fingerprint && !job->salt)
            hash_hex(job->fingerprint.whole, question->fingerprint);
        job->has_fingerprint = job->has_content = false; /* until its turn */
        job->salt = NULL;                                /* a secret, after all: the record's */
    }
    question->rest = job ? add_rest(job) : NULL;
    record->is_alone = question->rest;
    record->may_skip = *question->fingerprint && is_decided_by_record(job);
    vec_push(asked, question);
}

void asking_add(struct host_run *host, struct str *text)
{
    const struct run_options *options = host->run->options;
    struct vec asked = { 0 };
    if (host->lock == LOCK_WANTED)
        script_lock(text, host->run->id, holder_line(host->run));
    if (!host->keeps_records)
        return;
    for (size_t i = 0; i < host->records.len; i++)
        add_record(host, host->records.entries[i].value, &asked);
    script_read(text, &asked, !options->dry_run && !options->question);
    vec_free(&asked);
}
