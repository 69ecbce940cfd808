#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lang/context.h"
#include "lang/functions.h"
#include "lang/reference.h"

/* The check for undefined variables in a task's recipe (LANGUAGE.md §3): nothing is expanded. */

struct check {
    struct lang *lang;
    const struct scope *scope;
    const struct expand_calls *calls;
    struct map seen;       /* variables whose values were looked at: name ▶ the name */
    struct location where; /* of the recipe's line */
    bool asks;             /* something that was visited asks the user */
};

/* `@web`, `@web.name`, `@all`. */
static bool is_host_list(const struct lang *lang, const char *name)
{
    const struct inventory *inventory = &lang->model->inventory;
    const char *end = name + strlen(name);

    if (*name++ != '@')
        return false;
    if (str_ends(name, ".name"))
        end -= strlen(".name");
    return (end - name == 3 && memcmp(name, "all", 3) == 0) ||
           map_getn(&inventory->roles, name, (size_t)(end - name)) ||
           inventory_find_host(inventory, name);
}

static bool is_automatic(const struct check *check, const char *name)
{
    struct str value = { 0 };
    bool found = check->calls && check->calls->automatic &&
                 check->calls->automatic(check->calls->context, name, &value);

    str_free(&value);
    return found;
}

/* A place is told of once, in however many scopes it is wrong. */
static bool is_reported(struct lang *lang, const char *name, struct location where)
{
    const char *key = arena_printf(lang->model->arena, "%p:%u:%s", (const void *)where.source,
                                   (unsigned)where.offset, name);

    if (map_get(&lang->reported, key))
        return true;
    *map_put(&lang->reported, key) = (void *)key;
    return false;
}

static void report(struct check *check, const char *name, struct location where)
{
    struct lang *lang = check->lang;
    struct str message = { 0 }, hint = { 0 };

    if (is_reported(lang, name, where))
        return;
    reference_explain_undefined(lang, check->scope, name, &message, &hint);
    diag_error_hint(lang->diags, where, str_text(&message), hint.len ? str_text(&hint) : NULL);
    str_free(&message);
    str_free(&hint);
}

static void visit(void *context, enum text_use use, const char *name, struct location where);

/* The value found, and those further out that its += adds to. */
static void visit_values(struct check *check, struct variable *variable)
{
    const char *name = variable->name;
    const struct scope *level = check->scope;

    for (;;) {
        if (variable->flavor == FLAVOR_RECURSIVE && !variable->text)
            variable->text = text_compile(check->lang->model->arena, variable->value,
                                          variable->length, variable->where);
        if (variable->flavor == FLAVOR_RECURSIVE)
            text_visit(variable->text, visit, check);
        while (level && (!level->set || variables_get(level->set, name) != variable))
            level = level->outer;
        level = level ? level->outer : NULL;
        if (!variable->append || !level || !(variable = scope_find(level, name)))
            return;
    }
}

static void visit(void *context, enum text_use use, const char *name, struct location where)
{
    struct check *check = context;
    struct variable *variable;
    struct str value = { 0 };
    bool is_known;

    if (use == TEXT_CALLS)
        check->asks |= (function_find(name, strlen(name))->flags & FUNCTION_ASKS) != 0;
    if (use != TEXT_USES_VARIABLE || map_get(&check->seen, name) || is_automatic(check, name))
        return;
    variable = scope_find(check->scope, name);
    if (variable) {
        *map_put(&check->seen, variable->name) = (void *)variable->name;
        visit_values(check, variable);
        return;
    }
    is_known = map_get(&check->lang->model->stepped_names, name) ||
               is_host_list(check->lang, name) || lang_special(check->lang, name, &value);
    str_free(&value);
    if (!is_known)
        report(check, name, where.source ? where : check->where);
}

void lang_check_target(struct lang *lang, struct target *target, const struct scope *scope,
                       const struct expand_calls *calls)
{
    struct check check = { .lang = lang, .scope = scope, .calls = calls };
    size_t i, j;

    for (i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        for (j = 0; rule->recipe && j < rule->recipe->count; j++) {
            check.where = rule->recipe->lines[j].where;
            text_visit(rule->recipe->lines[j].text, visit, &check);
        }
    }
    if (check.asks)
        target->flags |= TARGET_ASKS;
    map_free(&check.seen);
}
