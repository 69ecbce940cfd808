#include "model/rule.h"

#include <string.h>

#include "base/arena.h"

struct target *model_find_target(const struct model *model, const char *name)
{
    return map_get(&model->targets, name);
}

struct target *model_target_named(struct model *model, const char *name, size_t length)
{
    struct map_entry *entry = map_add(&model->targets, name, length);
    struct target *target = entry->value;

    if (target)
        return target;
    target = arena_alloc(model->arena, sizeof *target);
    target->name = arena_strndup(model->arena, name, length);
    target->hash = entry->hash;
    target->index = (unsigned)model->targets.len - 1;
    entry->key = target->name;
    entry->value = target;
    return target;
}

struct target *model_target(struct model *model, const char *name)
{
    return model_target_named(model, name, strlen(name));
}

struct target *model_needed(const struct model *model, const struct prerequisite *prerequisite)
{
    return prerequisite->target ? prerequisite->target
                                : model_find_target(model, prerequisite->name);
}

/* A list that grows leaves the one before behind. Most have one item. */
static void add(struct model *model, struct vec *list, void *item)
{
    if (list->len == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 1;
        void **items = arena_alloc(model->arena, cap * sizeof *items);

        if (list->len)
            memcpy(items, list->items, list->len * sizeof *items);
        *list = (struct vec){ items, list->len, cap };
    }
    list->items[list->len++] = item;
}

void model_add_rule(struct model *model, struct target *target, struct rule *rule)
{
    add(model, &target->rules, rule);
}

void model_add_hook(struct model *model, struct target *target, struct hook *hook)
{
    add(model, &target->hooks, hook);
}

struct variables *model_new_variables(struct model *model)
{
    struct variables *variables = arena_alloc(model->arena, sizeof *variables);

    vec_push(&model->target_sets, variables);
    return variables;
}

struct variables *model_variables(struct model *model, struct target *target)
{
    if (!target->variables)
        target->variables = model_new_variables(model);
    return target->variables;
}

static void free_inventory(struct inventory *inventory)
{
    size_t i;

    for (i = 0; i < inventory->hosts.len; i++)
        vec_free(&((struct host *)inventory->hosts.entries[i].value)->roles);
    for (i = 0; i < inventory->roles.len; i++) {
        struct role *role = inventory->roles.entries[i].value;

        vec_free(&role->hosts);
        map_free(&role->variables.map);
    }
    map_free(&inventory->hosts);
    map_free(&inventory->roles);
}

void model_free(struct model *model)
{
    size_t i;

    for (i = 0; i < model->target_sets.len; i++)
        map_free(&((struct variables *)model->target_sets.items[i])->map);
    for (i = 0; i < model->vpaths.len; i++)
        vec_free(&((struct vpath *)model->vpaths.items[i])->folders);
    free_inventory(&model->inventory);
    vec_free(&model->target_sets);
    vec_free(&model->patterns);
    vec_free(&model->vpaths);
    vec_free(&model->hooks);
    map_free(&model->targets);
    map_free(&model->globals.map);
    map_free(&model->stepped_names);
}
