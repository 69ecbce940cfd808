#include <string.h>

#include "run/script.h"
#include "run/state.h"
#include "step/verb.h"

/* What the jobs of a run leave on a host, by path: no two may write the same, but for those that
 * belong together, and then the last has its say in the other's record. */

static void add_places(struct job_run *job, void *context)
{
    struct vec *places = context;
    for (size_t i = 0; i < job->steps.count; i++)
        if (job->step_runs[i].is_prepared)
            step_places(&job->steps.items[i], job->arena, job->step_runs[i].contents,
                        job->step_runs[i].answer, places);
}

bool places_list(struct job_run *job, struct vec *places)
{
    if (job->job->recipe)
        add_places(job, places);
    else
        chain_each_member(job, add_places, places);
    struct map seen = { 0 };
    size_t kept = 0;
    bool fine = true;
    for (size_t i = 0; i < places->len; i++) {
        const struct place *place = places->items[i];
        void **slot = map_put(&seen, place->path);
        if (!*slot)
            places->items[kept++] = places->items[i];
        *slot = places->items[i];
        fine = fine && !strchr(place->path, '\n');
    }
    places->len = kept;
    map_free(&seen);
    return fine;
}

/* ---- two that write the same ---- */

struct search {
    const struct job *wanted;
    bool found;
};

static void look_for_job(void *context, const struct job *job)
{
    struct search *search = context;
    search->found = search->found || job == search->wanted;
}

static void look_in_chain(void *context, const struct job *trigger)
{
    struct search *search = context;
    look_for_job(search, trigger);
    if (trigger->recipe || search->found)
        return;
    for (size_t i = 0; i < trigger->need_count; i++)
        look_in_chain(search, trigger->needs[i].job);
}

/* A hook of it, or of a target that stands for it. */
static bool is_hook_of(const struct job *hook, const struct job *trigger)
{
    struct search search = { .wanted = trigger };
    hooks_each_trigger(hook, look_in_chain, &search);
    return search.found;
}

static bool belong_together(struct job_run *a, struct job_run *b)
{
    return strcmp(job_record_name(a), job_record_name(b)) == 0 || is_hook_of(a->job, b->job) ||
           is_hook_of(b->job, a->job);
}

static void claim(struct job_run *job, const struct place *place)
{
    struct host_run *host = job->host;
    bool is_folder = !place->link && !place->sha256[0];
    void **slot = map_put(&host->places, place->path);
    struct job_run *other = *slot;
    if (is_folder)
        return; /* several may put into one */
    *slot = job;
    if (!other || other == job)
        return;
    if (belong_together(job, other))
        vec_push(&job->overlaps, other);
    else if (!host->conflict)
        host->conflict = arena_printf(host->run->arena, "both %s and %s write %s on %s",
                                      other->job->target->name, job->job->target->name, place->path,
                                      host->host->spec);
}

/* What its steps asked the host is answered, but for gates: where a file goes to depends on it. */
static bool is_known(const struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step_run *step = &job->step_runs[i];
        if (i == 0 && !step->is_prepared)
            return false;
        if (step->question.len > 0 && !step->answer && job->steps.items[i].verb->place != STEP_GATE)
            return false;
    }
    return job->steps.count > 0;
}

const char *places_conflict(struct host_run *host)
{
    for (size_t i = 0; i < host->jobs.len && !host->conflict; i++) {
        struct job_run *job = host->jobs.items[i];
        struct vec places = { 0 };
        if (job->has_claimed || !is_known(job) || !lock_is_wanted(job))
            continue;
        job->has_claimed = true;
        places_list(job, &places);
        for (size_t k = 0; k < places.len; k++)
            claim(job, places.items[k]);
        vec_free(&places);
    }
    return host->conflict;
}

void places_refresh_others(struct job_run *job, struct str *text)
{
    for (size_t i = 0; i < job->overlaps.len; i++) {
        struct job_run *other = job->overlaps.items[i];
        const struct host_record *record = map_get(&job->host->records, job_record_name(other));
        if (record && other->wrote_record && other->has_fingerprint &&
            strcmp(job_record_name(other), job_record_name(job)) != 0)
            script_refresh(text, record->file);
    }
}
