#include "ui/json_value.h"
#include "ui/list.h"

/* Raised when a member changes its meaning or goes away. */
enum { JSON_LIST_VERSION = 1 };

static json_t *target_json(const struct list_target *target)
{
    json_t *object = json_object();

    json_set_text(object, "name", target->name);
    json_set_text(object, "documentation", target->documentation);
    json_set_text(object, "file", target->file);
    json_object_set_new(object, "line", json_integer(target->line));
    json_object_set_new(object, "task", json_boolean(target->is_task));
    json_set_text(object, "binding", target->binding);
    json_set_texts(object, "hosts", &target->hosts);
    json_set_texts(object, "prerequisites", &target->prerequisites);
    json_set_texts(object, "before", &target->before);
    json_set_texts(object, "after", &target->after);
    json_set_texts(object, "on_failure", &target->on_failure);
    return object;
}

static json_t *role_json(const struct list_role *role)
{
    json_t *object = json_object();

    json_set_text(object, "name", role->name);
    json_set_texts(object, "hosts", &role->hosts);
    return object;
}

void list_print_json(const struct list *list, FILE *out)
{
    json_t *object = json_object(), *targets = json_array(), *roles = json_array();

    for (size_t i = 0; i < list->targets.len; i++)
        json_array_append_new(targets, target_json(list->targets.items[i]));
    for (size_t i = 0; i < list->roles.len; i++)
        json_array_append_new(roles, role_json(list->roles.items[i]));
    json_object_set_new(object, "version", json_integer(JSON_LIST_VERSION));
    json_set_text(object, "default", list->default_goal);
    json_object_set_new(object, "targets", targets);
    json_object_set_new(object, "roles", roles);
    json_dumpf(object, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(object);
}
