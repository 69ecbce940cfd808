#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* Which rule makes a target, and what it needs for that (GNU make manual, "Writing Rules"). */

static bool file_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

/* The file of this name, here or where VPATH has it. Sets *path when it is elsewhere. */
bool rule_find_file(struct planner *planner, const char *name, const char **path)
{
    (void)planner;
    *path = NULL;
    return file_exists(name);
}

static void add_link(struct planner *planner, struct unit *unit,
                     const struct prerequisite *prerequisite)
{
    unit->links[unit->link_count++] = (struct link){
        .target = model_target(planner->model, prerequisite->name),
        .kind = prerequisite->order_only ? EDGE_ORDER : EDGE_CONTENT,
        .wait_before = prerequisite->wait_before,
    };
}

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

/* Links for what the pattern rule asks for, then for what is written. The rule with the recipe
 * gives `$<`: it comes first. */
static void add_links(struct planner *planner, struct unit *unit, const struct implicit *implicit)
{
    size_t count, total = implicit ? implicit->link_count : 0;
    const struct rule *const *rules = rules_of(unit, &count);

    for (size_t i = 0; i < count; i++)
        total += rules[i]->count;
    if (!total)
        return;
    unit->links = arena_alloc(planner->arena, total * sizeof *unit->links);
    if (implicit && implicit->link_count) {
        memcpy(unit->links, implicit->links, implicit->link_count * sizeof *unit->links);
        unit->link_count = implicit->link_count;
    }
    for (size_t i = 0; unit->rule && i < count; i++)
        for (size_t k = 0; rules[i] == unit->rule && k < rules[i]->count; k++)
            add_link(planner, unit, &rules[i]->prerequisites[k]);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; rules[i] != unit->rule && k < rules[i]->count; k++)
            add_link(planner, unit, &rules[i]->prerequisites[k]);
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

static bool may_search(const struct planner *planner, const struct target *target)
{
    (void)planner;
    return !(target->flags & TARGET_PHONY);
}

static void resolve_file(struct planner *planner, struct unit *unit)
{
    struct target *target = unit->target;
    struct implicit found = { 0 };

    unit->kind = JOB_FILE;
    if (!unit->rule && may_search(planner, target) && implicit_search(planner, target, &found)) {
        take_pattern(planner, unit, &found);
        add_links(planner, unit, &found);
        return;
    }
    add_links(planner, unit, NULL);
    if (unit->rule || target->rules.len || (target->flags & TARGET_PHONY))
        return;
    if (!rule_find_file(planner, target->name, &unit->path)) {
        unit->recipe = planner->model->default_recipe;
        unit->is_missing = !unit->recipe;
    }
    if (!unit->recipe)
        unit->kind = JOB_SOURCE;
}

void rule_resolve(struct planner *planner, struct unit *unit)
{
    unit->rule = rule_with_recipe(unit);
    if (unit->rule) {
        unit->recipe = unit->rule->recipe;
        unit->stem = unit->rule->stem;
        unit->group = unit->rule->group;
        unit->group_count = unit->rule->group_count;
    }
    if (unit->binding) {
        unit->kind = unit->binding->kind == BINDING_LOCAL ? JOB_HERE : JOB_HOST;
        add_links(planner, unit, NULL);
    } else {
        resolve_file(planner, unit);
    }
    if (unit->group_count)
        join_group(planner, unit);
}
