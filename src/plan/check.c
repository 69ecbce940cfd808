#include "plan/planner.h"

/* Before anything connects: the variables that the recipes of tasks use are defined in the scope of
 * each host. Jobs that share a scope are checked once. */
void scope_check(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];
        const struct scope *last = NULL;

        if (!unit->binding || !unit->recipe)
            continue;
        for (size_t k = 0; k < unit->job_count; k++) {
            struct job *job = &unit->jobs[k];
            struct expander expander;

            if (job->scope == last)
                continue;
            last = job->scope;
            plan_expander(planner->plan, job, &expander);
            lang_check_target(planner->lang, unit->target, job->scope, &expander.calls);
        }
    }
}
