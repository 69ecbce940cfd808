#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lang/reader.h"
#include "lang/steps.h"

/* What can be said only when all is read. */

static struct rule *find_recipe_rule(const struct target *target)
{
    size_t i;

    for (i = 0; i < target->rules.len; i++) {
        struct rule *rule = target->rules.items[i];

        if (rule->recipe)
            return rule;
    }
    return target->rules.items[0];
}

static void add_prerequisites(struct rule *merged, const struct rule *rule)
{
    if (rule->count)
        memcpy(merged->prerequisites + merged->count, rule->prerequisites,
               rule->count * sizeof *rule->prerequisites);
    merged->count += rule->count;
}

/* Both texts are expanded again where two rules say prerequisites in that way. */
static struct text *join_texts(struct arena *arena, const struct text *a, const struct text *b)
{
    size_t a_length, b_length;
    const char *a_source, *joined, *b_source;

    if (!a || !b)
        return (struct text *)(a ? a : b);
    a_source = text_source(a, &a_length);
    b_source = text_source(b, &b_length);
    joined = arena_printf(arena, "%.*s %.*s", (int)a_length, a_source, (int)b_length, b_source);
    return text_compile(arena, joined, a_length + 1 + b_length, text_location(a));
}

/* The rules of a target become one: the prerequisites of the one with the recipe come first, since
 * $< is the first of them; the others follow in the order read. */
static void merge_rules(struct lang *lang, struct target *target)
{
    struct rule *own = find_recipe_rule(target);
    struct rule *merged = arena_alloc(lang->model->arena, sizeof *merged);
    size_t count = 0, i;

    for (i = 0; i < target->rules.len; i++)
        count += ((struct rule *)target->rules.items[i])->count;
    *merged = *own;
    merged->count = 0;
    merged->prerequisites =
        arena_alloc(lang->model->arena, (count + 1) * sizeof *merged->prerequisites);
    add_prerequisites(merged, own);
    for (i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        if (rule == own)
            continue;
        add_prerequisites(merged, rule);
        merged->second = join_texts(lang->model->arena, merged->second, rule->second);
        if (!merged->group) {
            merged->group = rule->group;
            merged->group_count = rule->group_count;
        }
    }
    target->rules.items[0] = merged;
    target->rules.len = 1;
}

/* A name that a step fills with --into=NAME. */
static void find_stepped_name(struct model *model, const char *line)
{
    const char *option = strstr(line, "--into=");
    size_t n;

    for (; option; option = strstr(option + 1, "--into=")) {
        const char *name = option + strlen("--into=");
        const char *kept;

        n = strcspn(name, " \t");
        if (!n || map_getn(&model->stepped_names, name, n))
            continue;
        kept = arena_strndup(model->arena, name, n);
        *map_put(&model->stepped_names, kept) = (void *)kept;
    }
}

/* A recipe line of make's that only a task's can mean. */
static void check_plain_line(struct lang *lang, const struct target *target,
                             const struct recipe_line *line)
{
    const char *verb = step_line_betrays_task((struct span){ line->source, strlen(line->source) });
    struct arena_mark mark = arena_mark(lang->scratch);

    if (verb)
        diag_error_hint(
            lang->diags, line->where,
            arena_printf(lang->scratch, "'%s' is a step of a task, and '%s' is none", verb,
                         target->name),
            arena_printf(lang->scratch,
                         "write `%s @:` for the selected hosts, `%s @local:` for this machine",
                         target->name, target->name));
    arena_release(lang->scratch, mark);
}

static void check_recipes(struct lang *lang, const struct target *target)
{
    size_t i, j;

    if (!target->binding && !target->may_be_task)
        return;
    for (i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        for (j = 0; rule->recipe && j < rule->recipe->count; j++) {
            if (target->binding)
                find_stepped_name(lang->model, rule->recipe->lines[j].source);
            else if (target->may_be_task && !lang->options.is_make)
                check_plain_line(lang, target, &rule->recipe->lines[j]);
        }
    }
}

/* A rule of make's that a task leads to, and whose recipe says sudo: meant for a server, most
 * likely. */
static void check_sudo(struct lang *lang, const struct target *target)
{
    struct arena_mark mark = arena_mark(lang->scratch);
    size_t i, j;

    for (i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        for (j = 0; rule->recipe && j < rule->recipe->count; j++) {
            const char *line = rule->recipe->lines[j].source;

            if (!step_line_is_sudo((struct span){ line, strlen(line) }))
                continue;
            diag_error_hint(lang->diags, rule->recipe->lines[j].where,
                            arena_printf(lang->scratch,
                                         "'sudo' in '%s', which runs here, for the sake of a task",
                                         target->name),
                            arena_printf(lang->scratch,
                                         "write `%s @:` for the hosts, or `%s @local:` with `local "
                                         "sudo …` for this machine",
                                         target->name, target->name));
            arena_release(lang->scratch, mark);
            return;
        }
    }
}

/* Adds what a target leads to, by prerequisites and hooks, once. */
static void reach(struct lang *lang, const struct target *target, struct map *reached,
                  struct vec *waiting)
{
    size_t i, j;

    for (i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        for (j = 0; j < rule->count; j++) {
            struct target *next = model_needed(lang->model, &rule->prerequisites[j]);

            if (next && !map_get(reached, next->name)) {
                *map_put(reached, next->name) = next;
                vec_push(waiting, next);
            }
        }
    }
    for (i = 0; i < target->hooks.len; i++) {
        const struct hook *hook = target->hooks.items[i];
        struct target *next = model_find_target(lang->model, hook->task);

        if (next && !map_get(reached, next->name)) {
            *map_put(reached, next->name) = next;
            vec_push(waiting, next);
        }
    }
}

static void check_reached(struct lang *lang)
{
    const struct map *targets = &lang->model->targets;
    struct map reached = { 0 };
    struct vec waiting = { 0 };
    size_t i;

    for (i = 0; i < targets->len; i++) {
        const struct target *target = targets->entries[i].value;

        if (target->binding)
            reach(lang, target, &reached, &waiting);
    }
    while (waiting.len) {
        const struct target *target = vec_pop(&waiting);

        if (!target->binding)
            check_sudo(lang, target);
        reach(lang, target, &reached, &waiting);
    }
    map_free(&reached);
    vec_free(&waiting);
}

static const char *nearest_target(const struct lang *lang, const char *name)
{
    const struct map *targets = &lang->model->targets;
    struct nearest nearest = nearest_to(name);
    size_t i;

    for (i = 0; i < targets->len; i++) {
        const struct target *target = targets->entries[i].value;

        if (target->rules.len)
            nearest_try(&nearest, target->name);
    }
    return nearest.best;
}

/* One end of a hook, which must have a rule. */
static struct target *find_hook_end(struct lang *lang, const char *name, struct location where)
{
    struct target *target = model_find_target(lang->model, name);
    struct arena_mark mark;
    const char *nearest;

    if (target && (target->rules.len || target->binding))
        return target;
    mark = arena_mark(lang->scratch);
    nearest = nearest_target(lang, name);
    diag_error_hint(lang->diags, where,
                    arena_printf(lang->scratch, "no rule for '%s', which a hook names", name),
                    nearest ? arena_printf(lang->scratch, "did you mean '%s'?", nearest) : NULL);
    arena_release(lang->scratch, mark);
    return NULL;
}

static void tie_hooks(struct lang *lang)
{
    size_t i;

    for (i = 0; i < lang->bodies.len; i++) {
        const struct hook_body *body = lang->bodies.items[i];
        const struct target *trigger = model_find_target(lang->model, body->trigger);

        if (trigger && !body->target->binding)
            body->target->binding = trigger->binding;
    }
    for (i = 0; i < lang->model->hooks.len; i++) {
        struct hook *hook = lang->model->hooks.items[i];
        struct target *trigger = find_hook_end(lang, hook->trigger, hook->trigger_where);

        if (trigger && find_hook_end(lang, hook->task, hook->where))
            model_add_hook(lang->model, trigger, hook);
    }
}

static void settle_default_goal(struct lang *lang)
{
    static const char name[] = ".DEFAULT_GOAL";
    struct expander expander = { .lang = lang, .scope = &lang->globals };
    const struct variable *variable = variables_get(&lang->model->globals, name);
    struct location where = variable ? variable->where : (struct location){ 0 };
    struct str goal = { 0 };
    struct span text;

    if (expand_variable(&expander, name, where, &goal)) {
        text = span_trim(str_text(&goal), goal.len);
        lang->model->default_goal = arena_strndup(lang->model->arena, text.data, text.len);
        if (strpbrk(lang->model->default_goal, " \t\n") &&
            !model_find_target(lang->model, lang->model->default_goal))
            diag_error(lang->diags, where, ".DEFAULT_GOAL contains more than one target");
        if (!text.len)
            lang->model->default_goal = NULL;
    }
    str_free(&goal);
}

static bool is_set_by_a_role(const struct lang *lang, const char *name)
{
    const struct map *roles = &lang->model->inventory.roles;
    size_t i;

    for (i = 0; i < roles->len; i++)
        if (variables_get(&((struct role *)roles->entries[i].value)->variables, name))
            return true;
    return false;
}

/* Targets and prerequisites are expanded as they are read, where no host is. */
static void check_early_uses(struct lang *lang)
{
    size_t i;

    for (i = 0; i < lang->early_uses.len; i++) {
        const struct early_use *use = lang->early_uses.items[i];

        if (is_set_by_a_role(lang, use->name) && !scope_find(&lang->globals, use->name))
            diag_error(lang->diags, use->where,
                       "variable '%s' has a value on hosts only, and targets and prerequisites are "
                       "expanded as they are read",
                       use->name);
    }
}

void lang_finish(struct lang *lang)
{
    const struct map *targets = &lang->model->targets;
    size_t i;

    if (lang->is_finished)
        return;
    lang->is_finished = true;
    if (lang->is_stopped)
        return;
    for (i = 0; i < targets->len; i++) {
        struct target *target = targets->entries[i].value;

        if (target->rules.len > 1 && !target->double_colon)
            merge_rules(lang, target);
    }
    suffixes_convert(lang);
    tie_hooks(lang);
    settle_default_goal(lang);
    hosts_resolve(lang);
    hosts_check_bindings(lang);
    for (i = 0; i < targets->len; i++)
        check_recipes(lang, targets->entries[i].value);
    check_early_uses(lang);
    check_reached(lang);
}
