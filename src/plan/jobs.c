#include "plan/planner.h"

/* Units × hosts ▶ jobs. */

/* Puts those that are in the plan first, of what a pattern rule makes together. */
static size_t put_wanted_first(const struct planner *planner, const struct unit *unit)
{
    size_t wanted = 0;

    if (!unit->rule || unit->group == unit->rule->group)
        return unit->group_count;
    for (size_t i = 0; i < unit->group_count; i++) {
        struct target *target = unit->group[i];

        if (!graph_unit_of(planner, target))
            continue;
        unit->group[i] = unit->group[wanted];
        unit->group[wanted++] = target;
    }
    return wanted;
}

static void fill_job(struct planner *planner, const struct unit *unit, struct job *job)
{
    job->kind = unit->kind;
    job->target = unit->target;
    job->recipe = unit->recipe;
    job->rule = unit->rule;
    job->stem = unit->stem;
    job->arguments = unit->arguments;
    job->is_on_demand = !unit->is_wanted;
    job->is_hook = !unit->is_wanted && unit->is_hook;
    job->is_goal = unit->is_goal;
    job->is_intermediate =
        !unit->is_goal && (unit->is_intermediate || (unit->target->flags & TARGET_INTERMEDIATE));
    job->path = unit->path;
    job->group = unit->group;
    job->group_count = unit->group_count;
    job->wanted_count = put_wanted_first(planner, unit);
    job->unit = unit;
    job->plan = planner->plan;
}

void jobs_add(struct planner *planner, struct job *job)
{
    job->index = (uint32_t)planner->jobs.len;
    vec_push(&planner->jobs, job);
}

void jobs_build(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (!unit->is_wanted && !unit->is_asked)
            continue;
        unit->job_count = unit->bound ? unit->bound->hosts.len : 1;
        unit->jobs = arena_alloc(planner->arena, unit->job_count * sizeof *unit->jobs);
        for (size_t k = 0; k < unit->job_count; k++) {
            unit->jobs[k].host = unit->bound ? unit->bound->hosts.items[k] : NULL;
            fill_job(planner, unit, &unit->jobs[k]);
            jobs_add(planner, &unit->jobs[k]);
        }
    }
}

struct job *jobs_gate(struct planner *planner, const struct unit *unit)
{
    struct job *gate = arena_alloc(planner->arena, sizeof *gate);

    gate->kind = JOB_GATE;
    gate->target = unit->target;
    gate->is_on_demand = !unit->is_wanted;
    gate->unit = unit;
    gate->plan = planner->plan;
    jobs_add(planner, gate);
    return gate;
}
