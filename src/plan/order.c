#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/planner.h"

/* Numbers the jobs so that each stands after all that it needs, and a hook after its first
 * trigger; otherwise in the order in which they were met. */

enum { ORDER_NEW, ORDER_OPEN, ORDER_DONE };

struct visit {
    struct job *job;
    size_t next; /* of its needs */
};

struct ordering {
    struct planner *planner;
    unsigned char *states; /* by the index given when it was made */
    struct visit *visits;
    size_t depth, cap;
    struct vec sorted;
};

static void open_job(struct ordering *ordering, struct job *job)
{
    if (ordering->states[job->index] != ORDER_NEW)
        return;
    ordering->states[job->index] = ORDER_OPEN;
    if (ordering->depth == ordering->cap) {
        ordering->cap = ordering->cap ? 2 * ordering->cap : 64;
        ordering->visits = mem_resize(ordering->visits, ordering->cap * sizeof *ordering->visits);
    }
    ordering->visits[ordering->depth++] = (struct visit){ job, 0 };
}

static void sort_from(struct ordering *ordering, struct job *job)
{
    open_job(ordering, job);
    while (ordering->depth) {
        struct visit *visit = &ordering->visits[ordering->depth - 1];
        size_t at = visit->next++;

        job = visit->job;
        if (at < job->need_count) {
            open_job(ordering, job->needs[at].job);
        } else if (at == job->need_count && job->is_hook && job->triggers.len) {
            open_job(ordering, job->triggers.items[0]);
        } else {
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

void order_jobs(struct planner *planner)
{
    struct ordering ordering = {
        .planner = planner,
        .states = mem_array(planner->jobs.len + 1, 1),
    };

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
