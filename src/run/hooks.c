#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/rule.h"
#include "run/host.h"
#include "run/job.h"
#include "run/script.h"
#include "run/state.h"

/* What a job owes: its after-hooks, written down on its host (or in this machine's store) with its
 * first step, each struck out when it has ended well. */

void hooks_each_after(const struct job *job, job_visitor *visit, void *context)
{
    for (size_t i = 0; i < job->after.len; i++) {
        const struct job *hook = job->after.items[i];
        if (hook->kind == JOB_GATE)
            hooks_each_after(hook, visit, context);
        else
            visit(context, hook);
    }
}

void hooks_each_trigger(const struct job *hook, job_visitor *visit, void *context)
{
    for (size_t i = 0; i < hook->triggers.len; i++) {
        const struct job *trigger = hook->triggers.items[i];
        if (trigger->kind == JOB_GATE)
            hooks_each_trigger(trigger, visit, context);
        else
            visit(context, trigger);
    }
}

void hooks_each_in_chain(const struct job *job, job_visitor *visit, void *context)
{
    visit(context, job);
    for (size_t i = 0; i < job->dependents.len; i++) {
        const struct job *dependent = job->dependents.items[i];
        bool stands_for_it = false;
        for (size_t k = 0; k < dependent->need_count && !stands_for_it; k++)
            stands_for_it =
                dependent->needs[k].job == job && dependent->needs[k].kind == EDGE_CONTENT;
        if (stands_for_it && !dependent->recipe && dependent->kind == job->kind &&
            dependent->host == job->host)
            hooks_each_in_chain(dependent, visit, context);
    }
}

/* The store's name for a hook owed by a job of this machine. */
static char *local_name(struct run *run, const struct job *trigger, const struct job *hook)
{
    return mem_printf("%s\001owes\001%s", job_record_name(run_job(run, trigger)),
                      hook->target->name);
}

static void host_name(struct run *run, const struct job *trigger, const struct job *hook,
                      struct str *name)
{
    struct str record = { 0 };
    record_file_name(job_record_name(run_job(run, trigger)), trigger->host->spec, &record);
    script_owed_name(str_text(&record), hook->target->name, name);
    str_free(&record);
}

/* ---- asking for what an earlier run owes ---- */

static bool is_owed(struct job_run *job, const struct job *hook)
{
    bool owed = false;
    if (job->host) {
        const struct host_record *record = map_get(&job->host->records, job_record_name(job));
        struct str name = { 0 };
        host_name(job->run, job->job, hook, &name);
        for (size_t i = 0; record && i < record->owed.len && !owed; i++)
            owed = strcmp(record->owed.items[i], str_text(&name)) == 0;
        str_free(&name);
    } else if (job->run->store) {
        char *name = local_name(job->run, job->job, hook);
        struct str ignored = { 0 };
        owed = store_get_record(job->run->store, name, &ignored);
        str_free(&ignored);
        free(name);
    }
    return owed;
}

struct owed_search {
    struct job_run *job;
    bool any;
};

static void look_for_owed(void *context, const struct job *hook)
{
    struct owed_search *search = context;
    if (!is_owed(search->job, hook))
        return;
    search->any = true;
    run_job(search->job->run, hook)->owed = search->job->job->target->name;
}

void hooks_ask_owed(struct job_run *job)
{
    for (size_t i = 0; i < job->job->after.len; i++) {
        const struct job *hook = job->job->after.items[i];
        struct owed_search search = { .job = job };
        if (hook->kind == JOB_GATE)
            hooks_each_after(hook, look_for_owed, &search);
        else
            look_for_owed(&search, hook);
        if (search.any)
            scheduler_ask_hook(job->run->scheduler, hook);
    }
}

/* ---- striking out ---- */

static void strike_one(void *context, const struct job *trigger)
{
    struct job_run *hook = context;
    struct run *run = hook->run;
    enum outcome outcome = scheduler_outcome(run->scheduler, trigger);
    if (run->options->dry_run || (outcome != OUTCOME_RAN && outcome != OUTCOME_SKIPPED))
        return;
    if (trigger->kind != JOB_HOST) {
        char *name = local_name(run, trigger, hook->job);
        if (run->store)
            store_remove_record(run->store, name);
        free(name);
        return;
    }
    struct host_run *host = &run->hosts[trigger->host->index];
    if (host->state != HOST_READY || !host->keeps_records)
        return;
    struct str name = { 0 };
    struct str text = { 0 };
    host_name(run, trigger, hook->job, &name);
    script_strike(&text, str_text(&name));
    host_query(host, str_text(&text));
    str_free(&name);
    str_free(&text);
}

void hooks_strike(struct job_run *hook)
{
    if (hook->job->hook == HOOK_AFTER)
        hooks_each_trigger(hook->job, strike_one, hook);
}

/* ---- writing down ---- */

struct owing {
    struct job_run *job;     /* with whose first step it is written */
    const struct job *owner; /* in its chain */
    struct vec *names;
};

static void owe_one(void *context, const struct job *hook)
{
    struct owing *owing = context;
    struct run *run = owing->job->run;
    if (owing->owner->kind != JOB_HOST) {
        char *name = local_name(run, owing->owner, hook);
        if (run->store)
            store_put_record(run->store, name, "owed\n", 5);
        free(name);
        return;
    }
    struct str name = { 0 };
    host_name(run, owing->owner, hook, &name);
    vec_push(owing->names, arena_strdup(owing->job->arena, str_text(&name)));
    str_free(&name);
}

static void owe_all(void *context, const struct job *owner)
{
    struct owing *owing = context;
    owing->owner = owner;
    hooks_each_after(owner, owe_one, owing);
}

void hooks_owe(struct job_run *job, struct vec *names)
{
    struct owing owing = { .job = job, .names = names };
    hooks_each_in_chain(job->job, owe_all, &owing);
}

/* Nothing arrived changed: the hooks written down for this run are not needed, those of an earlier
 * one still are. */
void hooks_forgive(struct job_run *job)
{
    struct vec names = { 0 };
    struct str text = { 0 };
    struct host_run *host = job->host;
    const struct host_record *record = host ? map_get(&host->records, job_record_name(job)) : NULL;
    if (record && record->owed.len > 0) {
        hooks_ask_owed(job);
        return;
    }
    owe_all(&(struct owing){ .job = job, .names = &names }, job->job);
    for (size_t i = 0; i < names.len; i++)
        script_strike(&text, names.items[i]);
    if (host && host->state == HOST_READY && host->keeps_records && text.len > 0)
        host_query(host, str_text(&text));
    vec_free(&names);
    str_free(&text);
}
