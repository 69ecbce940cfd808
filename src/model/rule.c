#include "model/rule.h"

#include <string.h>

#include "base/arena.h"

struct target *model_find_target(const struct model *model, const char *name)
{
    return map_get(&model->targets, name);
}

struct target *model_target_named(struct model *model, const char *name, size_t length)
{
    struct target *target = map_getn(&model->targets, name, length);

    if (target)
        return target;
    target = arena_alloc(model->arena, sizeof *target);
    target->name = arena_strndup(model->arena, name, length);
    target->index = (unsigned)model->targets.len;
    *map_put(&model->targets, target->name) = target;
    return target;
}

struct target *model_target(struct model *model, const char *name)
{
    return model_target_named(model, name, strlen(name));
}

static void free_target(struct target *target)
{
    vec_free(&target->rules);
    vec_free(&target->hooks);
    map_free(&target->variables.map);
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

    for (i = 0; i < model->targets.len; i++)
        free_target(model->targets.entries[i].value);
    for (i = 0; i < model->patterns.len; i++) {
        struct pattern *pattern = model->patterns.items[i];

        if (pattern->variables)
            map_free(&pattern->variables->map);
    }
    for (i = 0; i < model->vpaths.len; i++)
        vec_free(&((struct vpath *)model->vpaths.items[i])->folders);
    free_inventory(&model->inventory);
    vec_free(&model->patterns);
    vec_free(&model->vpaths);
    vec_free(&model->hooks);
    map_free(&model->targets);
    map_free(&model->globals.map);
    map_free(&model->stepped_names);
}
