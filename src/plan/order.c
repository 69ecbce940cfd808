#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/planner.h"

/* Numbers the jobs so that each stands after all that it needs, and a hook after its first
 * trigger; otherwise in the order in which they were met. */

enum { ORDER_NEW, ORDER_OPEN, ORDER_DONE };

struct visit {
    struct job *job;
    size_t next;     /* of its needs */
    uint32_t *turns; /* with --shuffle: in which order; NULL: as written */
};

struct ordering {
    struct planner *planner;
    unsigned char *states; /* by the index given when it was made */
    struct visit *visits;
    size_t depth, cap;
    struct vec sorted;
    uint64_t random; /* of --shuffle=NUMBER */
};

/* The next number (splitmix64, Steele, Lea and Flood 2014). */
static uint64_t next_random(struct ordering *ordering)
{
    uint64_t x = ordering->random += 0x9E3779B97F4A7C15u;

    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* --shuffle: what is ordered has edges, and stays so. The caller frees it; NULL: as written. */
static uint32_t *shuffle(struct ordering *ordering, size_t count)
{
    const char *mode = ordering->planner->options->shuffle;
    uint32_t *turns;

    if (!mode || count < 2 || ordering->planner->model->not_parallel)
        return NULL;
    turns = mem_array(count, sizeof *turns);
    for (size_t i = 0; i < count; i++)
        turns[i] = (uint32_t)(count - 1 - i);
    for (size_t i = count - 1; i > 0 && *mode != 'r'; i--) {
        size_t other = next_random(ordering) % (i + 1);
        uint32_t turn = turns[i];

        turns[i] = turns[other];
        turns[other] = turn;
    }
    return turns;
}

static void open_job(struct ordering *ordering, struct job *job)
{
    if (ordering->states[job->index] != ORDER_NEW)
        return;
    ordering->states[job->index] = ORDER_OPEN;
    if (ordering->depth == ordering->cap) {
        ordering->cap = ordering->cap ? 2 * ordering->cap : 64;
        ordering->visits = mem_resize(ordering->visits, ordering->cap * sizeof *ordering->visits);
    }
    ordering->visits[ordering->depth++] =
        (struct visit){ job, 0, shuffle(ordering, job->need_count) };
}

static void sort_from(struct ordering *ordering, struct job *job)
{
    open_job(ordering, job);
    while (ordering->depth) {
        struct visit *visit = &ordering->visits[ordering->depth - 1];
        size_t at = visit->next++;

        job = visit->job;
        if (at < job->need_count) {
            open_job(ordering, job->needs[visit->turns ? visit->turns[at] : at].job);
        } else if (at == job->need_count && job->is_hook && job->triggers.len) {
            open_job(ordering, job->triggers.items[0]);
        } else {
            free(visit->turns);
            ordering->states[job->index] = ORDER_DONE;
            ordering->depth--;
            vec_push(&ordering->sorted, job);
        }
    }
}

static void list_dependents(struct planner *planner, const struct vec *jobs)
{
    for (size_t i = 0; i < jobs->len; i++) {
        struct job *job = jobs->items[i];

        for (size_t k = 0; k < job->need_count; k++)
            job->needs[k].job->dependents.cap++;
    }
    for (size_t i = 0; i < jobs->len; i++) {
        struct vec *dependents = &((struct job *)jobs->items[i])->dependents;

        if (dependents->cap)
            dependents->items =
                arena_alloc(planner->arena, dependents->cap * sizeof *dependents->items);
    }
    for (size_t i = 0; i < jobs->len; i++) {
        struct job *job = jobs->items[i];

        for (size_t k = 0; k < job->need_count; k++) {
            struct vec *dependents = &job->needs[k].job->dependents;

            dependents->items[dependents->len++] = job;
        }
    }
}

static void list_hosts(struct planner *planner)
{
    struct plan *plan = planner->plan;
    bool *seen = mem_array(planner->model->inventory.hosts.len + 1, sizeof *seen);

    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];

        if (!job->host || seen[job->host->index])
            continue;
        seen[job->host->index] = true;
        vec_push(&plan->hosts, job->host);
    }
    vec_settle(planner->arena, &plan->hosts);
    free(seen);
}

/* First, with --shuffle: all other jobs are met from them, or are their hooks. */
static void sort_goals(struct ordering *ordering)
{
    struct vec goals = { 0 };
    uint32_t *turns;

    if (!ordering->planner->options->shuffle)
        return;
    ordering->random = strtoull(ordering->planner->options->shuffle, NULL, 10);
    for (size_t i = 0; i < ordering->planner->jobs.len; i++) {
        struct job *job = ordering->planner->jobs.items[i];

        if (job->is_goal)
            vec_push(&goals, job);
    }
    turns = shuffle(ordering, goals.len);
    for (size_t i = 0; i < goals.len; i++)
        sort_from(ordering, goals.items[turns ? turns[i] : i]);
    free(turns);
    vec_free(&goals);
}

void order_jobs(struct planner *planner)
{
    struct ordering ordering = {
        .planner = planner,
        .states = mem_array(planner->jobs.len + 1, 1),
    };

    sort_goals(&ordering);
    for (size_t i = 0; i < planner->jobs.len; i++)
        sort_from(&ordering, planner->jobs.items[i]);
    for (size_t i = 0; i < ordering.sorted.len; i++)
        ((struct job *)ordering.sorted.items[i])->index = (uint32_t)i;
    list_dependents(planner, &ordering.sorted);
    vec_settle(planner->arena, &ordering.sorted);
    planner->plan->jobs = ordering.sorted;
    list_hosts(planner);
    free(ordering.states);
    free(ordering.visits);
}
