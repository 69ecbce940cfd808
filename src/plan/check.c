#include <string.h>

#include "plan/planner.h"

/* The variables that the recipes of tasks use are defined in the scope of each host. Jobs that
 * share a scope are checked once. */
static void check_recipe(struct planner *planner, struct unit *unit)
{
    const struct scope *last = NULL;

    for (size_t i = 0; i < unit->job_count; i++) {
        struct job *job = &unit->jobs[i];
        struct expander expander;

        if (job->scope == last)
            continue;
        last = job->scope;
        plan_expander(planner->plan, job, &expander);
        lang_check_target(planner->lang, unit->target, job->scope, &expander.calls);
    }
}

/* Any other word would be taken for yes. */
static void check_lock(struct planner *planner, const struct unit *unit)
{
    static const char name[] = "lock";
    const struct variable *lock = variables_get(unit->target->variables, name);

    if (lock && *lock->value && !strchr(lock->value, '$') && strcmp(lock->value, "yes") != 0 &&
        strcmp(lock->value, "no") != 0)
        diag_error(planner->diags, lock->where, "'%s' of '%s' is yes or no, not '%s'", name,
                   unit->target->name, lock->value);
}

void scope_check(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (!unit->binding || !unit->recipe)
            continue;
        check_recipe(planner, unit);
        check_lock(planner, unit);
    }
}
