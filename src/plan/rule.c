#include <string.h>

#include "base/str.h"
#include "plan/planner.h"

/* Which rule makes a target, and what it needs for that (GNU make manual, "Writing Rules"). */

/* The rules of a unit: all of the target's, or one of a double-colon target's. */
static const struct rule *const *rules_of(const struct unit *unit, size_t *count)
{
    const struct rule *const *rules = (const struct rule *const *)unit->target->rules.items;

    *count = unit->target->rules.len;
    if (!unit->target->double_colon || !*count)
        return rules;
    *count = 1;
    return rules + unit->rule_index;
}

static const struct rule *rule_with_recipe(const struct unit *unit)
{
    size_t count;
    const struct rule *const *rules = rules_of(unit, &count);

    for (size_t i = 0; i < count; i++)
        if (rules[i]->recipe)
            return rules[i];
    return NULL;
}

static void add_rule(struct planner *planner, const struct unit *unit, const struct rule *rule,
                     struct link_names *names)
{
    for (size_t i = 0; i < rule->count; i++)
        links_add_name(names, rule->prerequisites[i]);
    if (rule->second)
        links_add_second(planner, unit, rule->second, false, names);
}

/* What other targets of the group need must be there too when the recipe makes them; $^ does not
 * tell. */
static void add_members(struct planner *planner, const struct unit *unit, struct link_names *names)
{
    for (size_t i = 0; unit->rule && i < unit->rule->group_count; i++) {
        const struct target *member = unit->rule->group[i];

        for (size_t k = 0; member != unit->target && k < member->rules.len; k++)
            add_rule(planner, unit, member->rules.items[k], names);
    }
}

/* What the pattern rule asks for, then what is written. The rule with the recipe gives `$<`: it
 * comes first. */
static void add_links(struct planner *planner, struct unit *unit, struct link_names *names)
{
    size_t count;
    const struct rule *const *rules = rules_of(unit, &count);

    for (size_t i = 0; unit->rule && i < count; i++)
        if (rules[i] == unit->rule)
            add_rule(planner, unit, rules[i], names);
    for (size_t i = 0; i < count; i++)
        if (rules[i] != unit->rule)
            add_rule(planner, unit, rules[i], names);
    count = names->len;
    add_members(planner, unit, names);
    extra_add(planner, unit, names);
    links_fill(planner, unit, names);
    for (; count < unit->link_count; count++)
        unit->links[count].is_hidden = true;
    links_free_names(names);
}

/* A pattern rule with several targets makes them all at once. */
static void take_pattern(struct planner *planner, struct unit *unit, const struct implicit *found)
{
    const struct pattern *pattern = found->pattern;

    unit->rule = &pattern->rule;
    unit->recipe = pattern->rule.recipe;
    unit->stem = found->stem;
    unit->kind = JOB_FILE;
    unit->is_intermediate = unit->target->index >= planner->known_targets;
    if (pattern->target_count < 2)
        return;
    unit->group = arena_alloc(planner->arena, pattern->target_count * sizeof *unit->group);
    for (size_t i = 0; i < pattern->target_count; i++) {
        struct str name = { 0 };

        implicit_fill(pattern->targets[i], found->stem, &name);
        unit->group[unit->group_count++] =
            model_target(planner->model, arena_strdup(planner->arena, str_text(&name)));
        str_free(&name);
    }
}

/* The unit of the group that was met first has the recipe; the others wait for it. */
static void join_group(struct planner *planner, struct unit *unit)
{
    for (size_t i = 0; i < unit->group_count; i++) {
        struct unit *other = graph_unit_of(planner, unit->group[i]);

        if (other && other != unit && other->recipe && other->group &&
            other->rule->where.offset == unit->rule->where.offset &&
            other->rule->where.source == unit->rule->where.source) {
            unit->made_by = other;
            unit->recipe = NULL;
            return;
        }
    }
}

/* VPATH leads to what a rule makes: that comes first. */
static bool is_made_elsewhere(struct planner *planner, const struct unit *unit,
                              struct link_names *names)
{
    const struct target *target = unit->path ? model_find_target(planner->model, unit->path) : NULL;
    struct prerequisite made = { .where = unit->target->where };

    if (!target || target->rules.len == 0)
        return false;
    made.name = target->name;
    links_add_name(names, made);
    return true;
}

static void resolve_file(struct planner *planner, struct unit *unit, struct link_names *names)
{
    struct target *target = unit->target;
    bool is_phony = target->flags & TARGET_PHONY;
    struct implicit found = { 0 };

    unit->kind = JOB_FILE;
    if (!unit->rule && !is_phony && implicit_search(planner, unit, &found)) {
        take_pattern(planner, unit, &found);
        *names = found.names;
        return;
    }
    if (unit->rule || target->rules.len || is_phony) {
        if (!is_phony && find_has_folders(planner))
            find_file(planner, target->name, &unit->path);
        return;
    }
    if (!find_file(planner, target->name, &unit->path) &&
        !find_library(planner, target->name, &unit->path)) {
        unit->recipe = planner->model->default_recipe;
        unit->is_missing = !unit->recipe;
    }
    if (!unit->recipe && !is_made_elsewhere(planner, unit, names))
        unit->kind = JOB_SOURCE;
}

void rule_resolve(struct planner *planner, struct unit *unit)
{
    struct link_names names = { 0 };

    unit->rule = rule_with_recipe(unit);
    if (unit->rule) {
        unit->recipe = unit->rule->recipe;
        unit->stem = unit->rule->stem;
        unit->group = unit->rule->group;
        unit->group_count = unit->rule->group_count;
    }
    if (unit->binding)
        unit->kind = unit->binding->kind == BINDING_LOCAL ? JOB_HERE : JOB_HOST;
    else
        resolve_file(planner, unit, &names);
    add_links(planner, unit, &names);
    if (unit->group_count)
        join_group(planner, unit);
}
