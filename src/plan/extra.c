#include <string.h>

#include "base/str.h"
#include "plan/planner.h"

/* .EXTRA_PREREQS: prerequisites that no automatic variable names (GNU make manual, "Other Special
 * Variables"). */

static size_t list_extra(struct planner *planner, const struct variable *variable,
                         struct prerequisite **list)
{
    struct expander expander = { .lang = planner->lang, .scope = planner->file };
    struct str value = { 0 };
    size_t count;

    if (variable->flavor == FLAVOR_SIMPLE)
        str_add(&value, variable->value);
    else
        expand_string(&expander, variable->value, variable->where, &value);
    count = lang_prerequisites(planner->lang, str_text(&value), variable->where, list);
    str_free(&value);
    return count;
}

/* What stands in the list itself does not need the list. */
void extra_add(struct planner *planner, const struct unit *unit, struct link_names *names)
{
    static const char name[] = ".EXTRA_PREREQS";
    const struct target *target = unit->target;
    const struct variable *variable = variables_get(target->variables, name);
    struct prerequisite *list;
    size_t count;

    if (!variable)
        variable = variables_get(&planner->model->globals, name);
    if (!variable || unit->binding || target->rules.len == 0)
        return;
    count = list_extra(planner, variable, &list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, target->name) == 0)
            return;
    for (size_t i = 0; i < count; i++)
        links_add_name(names, list[i]);
}
