#include "ui/list.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/context.h"

/* "web[01-20] db1" */
static const char *fold(struct arena *arena, const struct vec *hosts)
{
    struct str text = { 0 };
    const char *folded;

    range_fold((const char *const *)hosts->items, hosts->len, &text);
    folded = arena_strdup(arena, str_text(&text));
    str_free(&text);
    return folded;
}

/* `seen` has the names of the list. */
static void add_once(struct vec *names, struct map *seen, const char *name)
{
    void **slot = map_put(seen, name);

    if (!*slot)
        vec_push(names, (void *)name);
    *slot = (void *)name;
}

static void add_role_hosts(struct fake *fake, struct role *role, struct vec *names,
                           struct map *seen)
{
    const struct vec *hosts = lang_role_hosts(fake->lang, role);

    for (size_t i = 0; hosts && i < hosts->len; i++)
        add_once(names, seen, ((const struct host *)hosts->items[i])->spec);
}

/* The binding as written, and the hosts that it names. */
static void fill_binding(struct fake *fake, const struct binding *binding,
                         struct list_target *listed)
{
    struct str text = { 0 };
    struct map seen = { 0 };

    listed->is_task = true;
    if (binding->kind == BINDING_LOCAL) {
        listed->binding = "@local";
        return;
    }
    if (binding->kind == BINDING_SELECTION) {
        listed->binding = "@:";
        return;
    }
    for (size_t i = 0; i < binding->names.len; i++) {
        const char *name = binding->names.items[i];
        struct role *role = inventory_find_role(&fake->model.inventory, name);

        str_addf(&text, "%s@%s", i > 0 ? " " : "", name);
        if (role && !role->is_host)
            add_role_hosts(fake, role, &listed->hosts, &seen);
        else
            add_once(&listed->hosts, &seen, name);
    }
    map_free(&seen);
    listed->binding = arena_strdup(fake->arena, str_text(&text));
    listed->place = fold(fake->arena, &listed->hosts);
    str_free(&text);
}

static void fill_rules(const struct target *target, struct list_target *listed)
{
    struct map seen = { 0 };

    for (size_t i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];
        for (size_t j = 0; j < rule->count; j++)
            add_once(&listed->prerequisites, &seen, rule->prerequisites[j].name);
    }
    map_free(&seen);
}

static void fill_hooks(const struct target *target, struct list_target *listed)
{
    struct vec *lists[] = {
        [HOOK_BEFORE] = &listed->before,
        [HOOK_AFTER] = &listed->after,
        [HOOK_ON_FAILURE] = &listed->on_failure,
    };

    for (size_t i = 0; i < target->hooks.len; i++) {
        const struct hook *hook = target->hooks.items[i];
        vec_push(lists[hook->kind], (void *)hook->task);
    }
}

/* Special targets, names that begin with _ and the targets made for hooks are not for the list. */
static bool is_public(const struct target *target)
{
    return target->where.source && target->name[0] != '.' && target->name[0] != '_' &&
           !strchr(target->name, ' ');
}

static void add_target(struct fake *fake, const struct target *target, struct list *list)
{
    struct list_target *listed = arena_alloc(fake->arena, sizeof *listed);

    listed->name = target->name;
    listed->documentation = target->documentation;
    listed->file = target->where.source->name;
    listed->line = location_line(target->where);
    listed->is_default = list->default_goal && strcmp(list->default_goal, target->name) == 0;
    if (target->binding && target->binding->kind != BINDING_NONE)
        fill_binding(fake, target->binding, listed);
    fill_rules(target, listed);
    fill_hooks(target, listed);
    listed->is_notable = listed->is_task || listed->documentation || listed->is_default ||
                         (target->flags & TARGET_PHONY);
    vec_push(&list->targets, listed);
}

static void add_role(struct fake *fake, struct role *role, struct list *list)
{
    struct list_role *listed = arena_alloc(fake->arena, sizeof *listed);
    struct map seen = { 0 };

    listed->name = role->name;
    add_role_hosts(fake, role, &listed->hosts, &seen);
    map_free(&seen);
    listed->place = fold(fake->arena, &listed->hosts);
    vec_push(&list->roles, listed);
}

static void free_lists(struct list *list)
{
    for (size_t i = 0; i < list->targets.len; i++) {
        struct list_target *target = list->targets.items[i];
        vec_free(&target->hosts);
        vec_free(&target->prerequisites);
        vec_free(&target->before);
        vec_free(&target->after);
        vec_free(&target->on_failure);
    }
    for (size_t i = 0; i < list->roles.len; i++)
        vec_free(&((struct list_role *)list->roles.items[i])->hosts);
    vec_free(&list->targets);
    vec_free(&list->roles);
}

bool fake_list(struct fake *fake, FILE *out, bool json)
{
    const struct map *targets = &fake->model.targets;
    const struct map *roles = &fake->model.inventory.roles;
    struct list list = { 0 };

    fake_read(fake, false);
    list.default_goal = fake->model.default_goal;
    for (size_t i = 0; i < targets->len; i++) {
        const struct target *target = targets->entries[i].value;
        if (target && is_public(target))
            add_target(fake, target, &list);
    }
    for (size_t i = 0; i < roles->len; i++) {
        struct role *role = roles->entries[i].value;
        if (role && !role->is_host)
            add_role(fake, role, &list);
    }
    if (json)
        list_print_json(&list, out);
    else if (list.targets.len > 0 || fake->diags.errors == 0)
        list_print_text(&list, out);
    free_lists(&list);
    return fake->diags.errors == 0;
}
