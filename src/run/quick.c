#include "run/quick.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "run/file.h"
#include "run/state.h"

enum { YOUNG_SECONDS = 2 }; /* a file could change again within its time stamp */

/* A job's file as it was last looked at. */
struct seen {
    uint64_t state;  /* 0: it is not there */
    uint32_t moment; /* the contents' generation; an older one: look again */
    bool is_young;   /* changed a moment ago */
    bool is_regular;
    bool is_empty;
};

struct quick {
    struct run *run;
    struct seen *seen;        /* by job index */
    uint64_t *learnt;         /* by job index; 0: nothing */
    struct quick_table table; /* as an earlier run left it */
    time_t began;
    bool is_changed; /* the table is to be written */
    bool is_silent;  /* options make more of it than states say */
};

/* ---- files ---- */

static uint64_t hash_state(const struct stat *status)
{
    const uint64_t parts[] = {
        (uint64_t)status->st_dev,         (uint64_t)status->st_ino,
        (uint64_t)status->st_size,        (uint64_t)status->st_mode,
        (uint64_t)status->st_mtim.tv_sec, (uint64_t)status->st_mtim.tv_nsec,
        (uint64_t)status->st_ctim.tv_sec, (uint64_t)status->st_ctim.tv_nsec,
    };
    return hash_bytes64(parts, sizeof parts) | 1;
}

static bool is_young(const struct quick *quick, const struct stat *status)
{
    return status->st_ctim.tv_sec + YOUNG_SECONDS > quick->began ||
           status->st_mtim.tv_sec + YOUNG_SECONDS > quick->began;
}

static const struct seen *look(struct quick *quick, const struct job *job)
{
    struct seen *seen = &quick->seen[job->index];
    struct stat status;
    uint32_t moment = contents_generation(quick->run->contents);
    if (seen->moment == moment)
        return seen;
    *seen = (struct seen){ .moment = moment };
    if (stat(file_path(job), &status) != 0)
        return seen;
    seen->state = hash_state(&status);
    seen->is_young = is_young(quick, &status);
    seen->is_regular = S_ISREG(status.st_mode);
    seen->is_empty = status.st_size == 0;
    return seen;
}

/* ---- the hash of a job ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    const uint64_t both[] = { a, b };
    return hash_bytes64(both, sizeof both);
}

static uint64_t hash_text(const char *text)
{
    return hash_bytes64(text, strlen(text));
}

/* False when its state says too little: it is not there, stands for a whole tree, or is a stamp,
 * which stands for the fingerprint of its job. */
static bool add_file(struct quick *quick, const struct job *job, uint64_t *hash, bool *is_young)
{
    const struct seen *seen = look(quick, job);
    if (!seen->state || !seen->is_regular || (job->target->flags & TARGET_PHONY) ||
        (job->recipe && (seen->is_empty || (job->target->flags & TARGET_STAMP))))
        return false;
    *hash = mix(*hash, mix(hash_text(job->target->name), seen->state));
    *is_young |= seen->is_young;
    return true;
}

/* 0: the job cannot be told by states. */
static uint64_t hash_job(struct quick *quick, const struct job *job, bool *is_young)
{
    uint64_t hash = job->need_count;
    for (size_t i = 0; job->recipe && i < job->recipe->count; i++)
        hash = mix(hash, hash_text(job->recipe->lines[i].source));
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
    return job->kind == JOB_FILE && job->recipe && !job->is_goal && !job->group_count &&
           !job->made_by && !job->is_intermediate && !job->triggers.len && !job->before.len &&
           !job->after.len && !(job->target->flags & (TARGET_PHONY | TARGET_ALWAYS));
}

/* ---- what the rest asks for ---- */

static bool is_empty(const char *const *list)
{
    return !list || !*list;
}

static bool has_options(const struct run_options *options)
{
    return options->always || options->touch || options->explain || options->check_links ||
           !is_empty(options->old_files) || !is_empty(options->new_files);
}

struct quick *quick_new(struct run *run)
{
    struct quick *quick = mem_alloc(sizeof *quick);
    size_t count = run->plan->jobs.len + 1;
    quick->run = run;
    quick->began = time(NULL);
    quick->is_silent = !run->store || has_options(run->options);
    quick->seen = mem_array(count, sizeof *quick->seen);
    quick->learnt = mem_array(count, sizeof *quick->learnt);
    if (!quick->is_silent)
        quick->table = store_get_quick(run->store, run->goals);
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
        return !job->is_goal && look(quick, job)->state != 0;
    if (quick->is_silent || !is_plain(job) || a_need_ran(quick, job))
        return false;
    hash = hash_job(quick, job, &is_young);
    return hash && quick_table_find(&quick->table, hash_text(job->target->name)) == hash;
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
    if (!hash || is_young)
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
        uint64_t key = hash_text(job->target->name);
        uint64_t value = is_plain(job) ? value_of(quick, job, key) : 0;
        if (value)
            quick_table_add(&table, key, value);
    }
    store_put_quick(quick->run->store, quick->run->goals, &table);
    quick_table_free(&table);
}
