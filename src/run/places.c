#include "run/places.h"

#include <string.h>

#include "lang/lang.h"
#include "run/host.h"
#include "run/job.h"
#include "run/script.h"
#include "run/state.h"
#include "step/destination.h"
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

/* The host reads what it had already, but not what is large, or much. */
enum { SURE_SIZE = 1024 * 1024, SURE_COUNT = 150 };

/* When it has run, what it leaves is as it sent it. */
static bool only_sends(const struct step *step)
{
    const struct step_options *options = &step->options;
    return step->verb->places && !step->ignore && !options->check && !options->condition &&
           !options->unless && !options->creates;
}

/* The first step behind the last command of a job. */
static size_t behind_commands(const struct job_run *job)
{
    size_t first = job->steps.count;
    for (; first > 0; first--) {
        const struct step *step = &job->steps.items[first - 1];
        if (step_acts(step) && !only_sends(step))
            break;
    }
    return first;
}

bool places_only_sent(const struct job_run *job)
{
    return job->job->recipe && behind_commands(job) == 0;
}

/* What has just been sent makes the record young: the next run reads it, whoever did so before.
 * sha256sum writes a name with a backslash in its own way. */
static bool is_worth_telling(const struct step *step, const struct place *place, uint64_t large)
{
    bool is_new = step->changes && !place->is_unchanged;
    return !place->link && place->sha256[0] && !strchr(place->path, '\\') &&
           (is_new || place->size >= large);
}

/* Path ▶ struct place of what was sent from there on, or NULL. */
static void find_sent(struct job_run *job, uint64_t large, struct map *sent)
{
    struct vec places = { 0 };
    for (size_t i = behind_commands(job); i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        if (!job->step_runs[i].is_prepared)
            continue;
        places.len = 0;
        step_places(step, job->arena, job->step_runs[i].contents, job->step_runs[i].answer,
                    &places);
        for (size_t k = 0; k < places.len; k++) {
            struct place *place = places.items[k];
            *map_put(sent, place->path) = is_worth_telling(step, place, large) ? place : NULL;
        }
    }
    vec_free(&places);
}

/* What was sent is as it was sent: the host need not read it for the record. */
static void mark_sure(struct job_run *job, const struct vec *places)
{
    struct map sent = { 0 };
    find_sent(job, places->len > SURE_COUNT ? 0 : SURE_SIZE, &sent);
    for (size_t i = 0; i < places->len; i++) {
        struct place *place = places->items[i];
        const struct place *now = map_get(&sent, place->path);
        if (!now)
            continue;
        memcpy(place->sha256, now->sha256, sizeof place->sha256);
        place->is_sure = true;
    }
    map_free(&sent);
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
        struct place *place = places->items[i];
        struct place **slot = (struct place **)map_put(&seen, place->path);
        if (*slot)
            (*slot)->is_unchanged = false; /* two steps had to do with it */
        else
            places->items[kept++] = *slot = place;
        fine = fine && !strchr(place->path, '\n');
    }
    places->len = kept;
    map_free(&seen);
    if (job->job->recipe)
        mark_sure(job, places);
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

static void note_conflict(const struct job_run *one, const struct job_run *two, const char *path)
{
    struct host_run *host = one->host;
    if (!host->conflict)
        host->conflict =
            arena_printf(host->run->arena, "both %s and %s write %s on %s", one->job->target->name,
                         two->job->target->name, path, host->host->spec);
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
    if (!place->link)
        *map_put(&host->files, place->path) = job;
    if (!other || other == job)
        return;
    if (belong_together(job, other))
        vec_push(&job->overlaps, other);
    else
        note_conflict(other, job, place->path);
}

/* One whose turn is far will write where another's file is known to go: that is no folder, then. */
static void look_ahead(struct job_run *job, struct arena *arena)
{
    struct expander expander = { 0 };
    struct vec list = { 0 };
    plan_expander(job->run->plan, job->job, &expander);
    destinations_find(job->job->recipe, &expander, arena, &list);
    for (size_t i = 0; i < list.len; i++) {
        const struct destination *destination = list.items[i];
        struct job_run *other = map_get(&job->host->files, destination->path);
        if (other && other != job && !belong_together(job, other))
            note_conflict(other, job, destination->path);
    }
    vec_free(&list);
}

static void look_at_unknown(struct host_run *host)
{
    struct arena *arena = arena_new();
    for (size_t i = 0; i < host->jobs.len && !host->conflict; i++) {
        struct job_run *job = host->jobs.items[i];
        if (!job->has_claimed && job->job->recipe && lock_is_wanted(job) &&
            destinations_may_be(job->job->recipe))
            look_ahead(job, arena);
    }
    arena_free(arena);
}

/* What its steps asked the host is answered, but for gates: where a file goes to depends on it. */
static bool is_known(const struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++) {
        const struct step_run *step = &job->step_runs[i];
        if (i == 0 && !step->is_prepared)
            return false;
        if (step->question.len > 0 && !step->answer && !step->is_put_off &&
            job->steps.items[i].verb->place != STEP_GATE)
            return false;
    }
    return job->steps.count > 0;
}

/* A job that its record skips was asked nothing: what it left is what it would leave. */
static const struct host_record *record_that_skips(const struct job_run *job)
{
    const struct host_record *record =
        map_get(&job->host->records, job_record_name((struct job_run *)job));
    for (size_t i = 0; record && asking_skips(record) && i < job->steps.count; i++)
        if (job->step_runs[i].is_put_off)
            return record;
    return NULL;
}

static void list_recorded(struct job_run *job, const struct host_record *record, struct vec *places)
{
    for (size_t i = 0; i < record->record.places.len; i++) {
        const char *line = record->record.places.items[i];
        struct place *place = arena_alloc(job->arena, sizeof *place);
        place->path = line + 2;
        place->link = *line == 'l' ? "" : NULL;
        place->sha256[0] = *line == 'f' ? '?' : '\0';
        vec_push(places, place);
    }
}

const char *places_conflict(struct host_run *host)
{
    for (size_t i = 0; i < host->jobs.len && !host->conflict; i++) {
        struct job_run *job = host->jobs.items[i];
        struct vec places = { 0 };
        if (job->has_claimed || !is_known(job) || !lock_is_wanted(job))
            continue;
        job->has_claimed = true;
        const struct host_record *record = record_that_skips(job);
        if (record)
            list_recorded(job, record, &places);
        else
            places_list(job, &places);
        for (size_t k = 0; k < places.len; k++)
            claim(job, places.items[k]);
        vec_free(&places);
    }
    if (!host->conflict && !host->has_checked_ahead)
        look_at_unknown(host);
    host->has_checked_ahead = true;
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

/* ---- before the run ---- */

struct claim {
    const struct job *job;
    const struct destination *destination;
    const struct claim *next; /* of the same path and host */
};

struct lookout {
    const struct plan *plan;
    struct arena *arena;
    struct map claims; /* "HOST PATH" ▶ struct claim */
    struct map told;   /* "ONE TWO": once is enough for all hosts */
};

/* A job that shares its record, or keeps none, is left to its turn. */
static bool has_record_of_its_own(const struct job *job)
{
    const struct variables *variables = job->target->variables;

    return !variables_get(variables, "record") && !variables_get(variables, "lock");
}

static void tell_clash(struct lookout *lookout, const struct claim *a, const struct claim *b)
{
    const char *one = a->job->target->name, *two = b->job->target->name;
    void **told = map_put(&lookout->told, arena_printf(lookout->arena, "%s %s", one, two));

    if (*told)
        return;
    *told = lookout;
    diag_error_hint(lang_diags(lookout->plan->options->lang), b->destination->where,
                    arena_printf(lookout->arena, "both %s and %s write %s on %s", one, two,
                                 b->destination->path, b->job->host->spec),
                    "targets that are to take each other's place have the same `record`");
}

static void add_claim(struct lookout *lookout, const struct job *job,
                      const struct destination *destination)
{
    struct claim *claim = arena_alloc(lookout->arena, sizeof *claim);
    void **slot = map_put(&lookout->claims, arena_printf(lookout->arena, "%u %s", job->host->index,
                                                         destination->path));

    *claim = (struct claim){ job, destination, *slot };
    for (const struct claim *other = *slot; other; other = other->next)
        if (other->job != job && destinations_clash(other->destination, destination) &&
            !is_hook_of(other->job, job) && !is_hook_of(job, other->job))
            tell_clash(lookout, other, claim);
    *slot = claim;
}

static bool may_write(const struct job *job)
{
    return job->kind == JOB_HOST && job->recipe && has_record_of_its_own(job) &&
           destinations_may_be(job->recipe);
}

/* Two at least are needed for a clash: most plans have one. */
static bool has_several_writers(const struct plan *plan)
{
    const struct recipe *first = NULL, *last = NULL;

    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        if (job->recipe == last || job->recipe == first || !may_write(job))
            continue;
        if (first)
            return true;
        first = last = job->recipe;
    }
    return false;
}

void places_check_plan(const struct plan *plan)
{
    struct lookout lookout = { .plan = plan };

    if (!has_several_writers(plan))
        return;
    lookout.arena = arena_new();
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        struct expander expander = { 0 };
        struct vec list = { 0 };
        if (!may_write(job))
            continue;
        plan_expander(plan, job, &expander);
        destinations_find(job->recipe, &expander, lookout.arena, &list);
        for (size_t k = 0; k < list.len; k++)
            add_claim(&lookout, job, list.items[k]);
        vec_free(&list);
    }
    map_free(&lookout.claims);
    map_free(&lookout.told);
    arena_free(lookout.arena);
}
