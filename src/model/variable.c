#include "model/variable.h"

struct variable *variables_get(const struct variables *set, const char *name)
{
    return set ? map_get(&set->map, name) : NULL;
}

/* True when `outer`, found further out, beats `inner`: the command line and -e beat what files say,
 * `override` beats the command line. */
static bool is_stronger(const struct variable *outer, const struct variable *inner)
{
    switch (outer->origin) {
    case ORIGIN_ENVIRONMENT_OVERRIDE:
    case ORIGIN_COMMAND_LINE:
        return inner->origin < outer->origin;
    case ORIGIN_OVERRIDE:
        return inner->origin == ORIGIN_COMMAND_LINE;
    default:
        return false;
    }
}

struct variable *scope_find(const struct scope *scope, const char *name)
{
    struct variable *found = NULL;

    for (; scope; scope = scope->outer) {
        struct variable *variable = variables_get(scope->set, name);

        if (!variable || (scope->inherited && variable->is_private))
            continue;
        if (!found || is_stronger(variable, found))
            found = variable;
    }
    return found;
}
