#include "run/quick.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/mem.h"
#include "run/file.h"
#include "run/state.h"

/* A job's file as it was last looked at. */
struct seen {
    struct file_state state;
    uint32_t moment; /* the contents' generation; an older one: look again */
};

struct quick {
    struct run *run;
    const char *key;          /* of the table, in the store */
    struct seen *seen;        /* by job index */
    uint64_t *learnt;         /* by job index; 0: nothing */
    struct quick_table table; /* as an earlier run left it */
    time_t began;
    uint32_t first_moment; /* nothing has run yet */
    bool is_changed;       /* the table is to be written */
    bool is_silent;        /* options make more of it than states say */
};

/* ---- files ---- */

/* What was seen before the run holds until something has run. */
static struct file_state look_at(const struct quick *quick, const struct job *job)
{
    struct states *states = quick->run->options->states;
    if (states && !job->path && contents_generation(quick->run->contents) == quick->first_moment)
        return states_of(states, job->target);
    return file_state_at(job->target, file_path(job), quick->began);
}

static struct file_state look(struct quick *quick, const struct job *job)
{
    struct seen *seen = &quick->seen[job->index];
    uint32_t moment = contents_generation(quick->run->contents);
    if (seen->moment != moment)
        *seen = (struct seen){ look_at(quick, job), moment };
    return seen->state;
}

/* ---- the hash of a job ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    const uint64_t both[] = { a, b };
    return hash_bytes64(both, sizeof both);
}

bool quick_hash_add(uint64_t *hash, const struct target *target, bool is_made,
                    struct file_state state)
{
    if (!state.hash || !state.is_regular || (target->flags & TARGET_PHONY) ||
        (is_made && (state.is_empty || (target->flags & TARGET_STAMP))))
        return false;
    *hash = mix(*hash, state.hash);
    return true;
}

static bool add_file(struct quick *quick, const struct job *job, uint64_t *hash, bool *is_young)
{
    struct file_state state = look(quick, job);
    *is_young |= state.is_young;
    return quick_hash_add(hash, job->target, job->recipe != NULL, state);
}

/* 0: the job cannot be told by states. */
static uint64_t hash_job(struct quick *quick, const struct job *job, bool *is_young)
{
    uint64_t hash = job->recipe->hash;
    if (!add_file(quick, job, &hash, is_young))
        return 0;
    for (size_t i = 0; i < job->need_count; i++) {
        const struct job *need = job->needs[i].job;
        if (job->needs[i].kind != EDGE_CONTENT)
            continue;
        if ((need->kind != JOB_FILE && need->kind != JOB_SOURCE) ||
            !add_file(quick, need, &hash, is_young))
            return 0;
    }
    return hash | 1;
}

static bool is_plain(const struct job *job)
{
    return job->kind == JOB_FILE && job->recipe && !job->group_count && !job->made_by &&
           !job->is_intermediate && !job->triggers.len && !job->before.len && !job->after.len &&
           !(job->target->flags & (TARGET_PHONY | TARGET_ALWAYS));
}

/* ---- what the rest asks for ---- */

const char *quick_key(struct arena *arena, const struct model *model,
                      const struct plan_options *goals)
{
    struct str key = { 0 };
    if (!goals->goal_count && model->default_goal)
        str_add(&key, model->default_goal);
    for (size_t i = 0; i < goals->goal_count; i++)
        str_addf(&key, "%s%s", i > 0 ? " " : "", goals->goals[i].target);
    const char *kept = arena_strdup(arena, str_text(&key));
    str_free(&key);
    return kept;
}

static bool is_empty(const char *const *list)
{
    return !list || !*list;
}

bool quick_is_silent(const struct run_options *options)
{
    return options->always || options->touch || options->explain || options->check_links ||
           !is_empty(options->old_files) || !is_empty(options->new_files);
}

struct quick *quick_new(struct run *run)
{
    struct quick *quick = mem_alloc(sizeof *quick);
    size_t count = run->plan->jobs.len + 1;
    quick->run = run;
    quick->key = quick_key(run->arena, lang_model(run->lang), run->plan->options);
    quick->began = time(NULL);
    quick->first_moment = contents_generation(run->contents);
    quick->is_silent = !run->store || quick_is_silent(run->options);
    quick->seen = mem_array(count, sizeof *quick->seen);
    quick->learnt = mem_array(count, sizeof *quick->learnt);
    if (!quick->is_silent)
        quick->table = store_get_quick(run->store, quick->key);
    return quick;
}

void quick_free(struct quick *quick)
{
    if (!quick)
        return;
    quick_table_free(&quick->table);
    free(quick->seen);
    free(quick->learnt);
    free(quick);
}

static bool a_need_ran(const struct quick *quick, const struct job *job)
{
    for (size_t i = 0; i < job->need_count; i++)
        if (scheduler_outcome(quick->run->scheduler, job->needs[i].job) != OUTCOME_SKIPPED)
            return true;
    return false;
}

bool quick_is_done(struct quick *quick, const struct job *job)
{
    bool is_young = false;
    uint64_t hash;
    if (job->kind == JOB_SOURCE)
        return !job->is_goal && look(quick, job).hash != 0;
    if (job->is_goal || quick->is_silent || !is_plain(job) || a_need_ran(quick, job))
        return false;
    hash = hash_job(quick, job, &is_young);
    return hash && quick_table_find(&quick->table, job->target->hash) == hash;
}

void quick_learn(struct quick *quick, const struct job *job)
{
    bool is_young = false;
    uint64_t hash;
    if (quick->is_silent || !is_plain(job) || quick->run->options->dry_run ||
        quick->run->options->question)
        return;
    quick->seen[job->index].moment = 0;
    hash = hash_job(quick, job, &is_young);
    if (!hash || is_young || hash == quick_table_find(&quick->table, job->target->hash))
        return;
    quick->learnt[job->index] = hash;
    quick->is_changed = true;
}

/* Of what the run did not come to, what was known stays. */
static uint64_t value_of(const struct quick *quick, const struct job *job, uint64_t key)
{
    uint64_t learnt = quick->learnt[job->index];
    return learnt ? learnt : quick_table_find(&quick->table, key);
}

void quick_save(struct quick *quick)
{
    const struct vec *jobs = &quick->run->plan->jobs;
    struct quick_table table;
    if (!quick->is_changed)
        return;
    table = quick_table_new(jobs->len);
    for (size_t i = 0; i < jobs->len; i++) {
        const struct job *job = jobs->items[i];
        uint64_t key = job->target->hash;
        uint64_t value = is_plain(job) ? value_of(quick, job, key) : 0;
        if (value)
            quick_table_add(&table, key, value);
    }
    store_put_quick(quick->run->store, quick->key, &table);
    quick_table_free(&table);
}
