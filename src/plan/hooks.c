#include <string.h>

#include "plan/planner.h"

/* The lists of hooks of jobs, and of their triggers. */

/* The lists grow on the heap and are settled at the end. */
static void join(struct job *trigger, struct job *hook, enum hook_kind kind)
{
    struct vec *list = kind == HOOK_BEFORE  ? &trigger->before
                       : kind == HOOK_AFTER ? &trigger->after
                                            : &trigger->on_failure;

    if (!hook->triggers.len)
        hook->hook = kind;
    vec_push(list, hook);
    vec_push(&hook->triggers, trigger);
}

/* All jobs of one ask for all of the other: by a gate, which is a hook of the ones and asks for the
 * others. */
static void join_all(struct planner *planner, struct unit *trigger, struct unit *hook,
                     enum hook_kind kind)
{
    struct job *gate;

    if (trigger->job_count > 1 && hook->job_count > 1) {
        gate = jobs_gate(planner, hook);
        gate->is_hook = gate->is_on_demand = true;
        for (size_t i = 0; i < trigger->job_count; i++)
            join(&trigger->jobs[i], gate, kind);
        for (size_t i = 0; i < hook->job_count; i++)
            join(gate, &hook->jobs[i], kind);
        return;
    }
    for (size_t i = 0; i < trigger->job_count; i++)
        for (size_t k = 0; k < hook->job_count; k++)
            join(&trigger->jobs[i], &hook->jobs[k], kind);
}

/* Host by host; what has no counterpart is joined with nothing. False: no host is in both. */
static bool join_by_host(struct unit *trigger, struct unit *hook, enum hook_kind kind)
{
    bool is_any = false;

    for (size_t i = 0; i < trigger->job_count; i++) {
        struct job *there = edges_on_host(hook, trigger->jobs[i].host);

        if (there)
            join(&trigger->jobs[i], there, kind);
        is_any |= there != NULL;
    }
    return is_any;
}

static bool is_met_before(const struct woven *woven, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (woven->hooks[i].unit == woven->hooks[at].unit &&
            woven->hooks[i].hook->kind == woven->hooks[at].hook->kind)
            return true;
    return false;
}

static void join_hooks(struct planner *planner, struct unit *unit)
{
    for (size_t i = 0; i < unit->woven->hook_count; i++) {
        struct unit *hook = unit->woven->hooks[i].unit;
        enum hook_kind kind = unit->woven->hooks[i].hook->kind;

        if (!hook || !hook->job_count || is_met_before(unit->woven, i))
            continue;
        if (unit->bound && hook->bound && kind == HOOK_ON_FAILURE)
            join_by_host(unit, hook, kind);
        else if (!unit->bound || !hook->bound || !bound_is_per_host(unit->bound, hook->bound) ||
                 !join_by_host(unit, hook, kind))
            join_all(planner, unit, hook, kind);
    }
}

void hooks_link(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (unit->job_count && unit->woven)
            join_hooks(planner, unit);
    }
    for (size_t i = 0; i < planner->jobs.len; i++) {
        struct job *job = planner->jobs.items[i];

        vec_settle(planner->arena, &job->before);
        vec_settle(planner->arena, &job->after);
        vec_settle(planner->arena, &job->on_failure);
        vec_settle(planner->arena, &job->triggers);
    }
}
