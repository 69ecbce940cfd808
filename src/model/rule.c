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
