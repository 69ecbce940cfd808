#include <string.h>

#include "base/str.h"
#include "plan/planner.h"

/* The arguments of a goal (`deploy:tag=v1`) are those of all that it leads to. */

static bool same_arguments(const struct variables *a, const struct variables *b)
{
    if (a->map.len != b->map.len)
        return false;
    for (size_t i = 0; i < a->map.len; i++) {
        const struct variable *mine = a->map.entries[i].value;
        const struct variable *other = variables_get(b, a->map.entries[i].key);

        if (!other || strcmp(mine->value, other->value) != 0)
            return false;
    }
    return true;
}

/* "deploy:tag=v1"; from the arena. */
static const char *goal_text(struct arena *arena, const char *goal,
                             const struct variables *arguments)
{
    struct str text = { 0 };
    const char *result;

    str_add(&text, goal);
    for (size_t i = 0; i < arguments->map.len; i++) {
        const struct variable *variable = arguments->map.entries[i].value;

        str_addf(&text, "%c%s=%s", i ? ',' : ':', variable->name, variable->value);
    }
    result = arena_strdup(arena, str_text(&text));
    str_free(&text);
    return result;
}

/* False when the unit has been here before. */
static bool give(struct planner *planner, struct unit *unit, const struct goal *goal)
{
    if (!unit || unit->arguments == goal->arguments)
        return false;
    if (unit->arguments && !same_arguments(unit->arguments, goal->arguments))
        diag_error(planner->diags, (struct location){ 0 },
                   "'%s' is reached with two different arguments: by %s and by %s",
                   unit->target->name,
                   goal_text(planner->arena, unit->arguments_of, unit->arguments),
                   goal_text(planner->arena, goal->target, goal->arguments));
    if (unit->arguments)
        return false;
    unit->arguments = goal->arguments;
    unit->arguments_of = goal->target;
    return true;
}

static void give_on(struct planner *planner, struct vec *todo, struct unit *unit,
                    const struct goal *goal)
{
    if (give(planner, unit, goal))
        vec_push(todo, unit);
}

static void spread(struct planner *planner, struct unit *unit, const struct goal *goal)
{
    struct vec todo = { 0 };

    give_on(planner, &todo, unit, goal);
    while ((unit = vec_pop(&todo))) {
        for (size_t i = 0; i < unit->link_count; i++)
            give_on(planner, &todo, unit->links[i].unit, goal);
        for (size_t i = 0; unit->woven && i < unit->woven->hook_count; i++)
            give_on(planner, &todo, unit->woven->hooks[i].unit, goal);
        give_on(planner, &todo, unit->earlier, goal);
    }
    vec_free(&todo);
}

void arguments_spread(struct planner *planner)
{
    for (size_t i = 0; i < planner->options->goal_count && !planner->options->command; i++)
        if (planner->options->goals[i].arguments)
            spread(planner, planner->goals[i].unit, &planner->options->goals[i]);
}
