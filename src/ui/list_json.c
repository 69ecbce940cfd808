#include "ui/json_value.h"
#include "ui/list.h"

/* Raised when a member changes its meaning or goes away. */
enum { JSON_LIST_VERSION = 1 };

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_text(text));
}

static json_t *target_json(const struct list_target *target)
{
    json_t *object = json_object();

    set_text(object, "name", target->name);
    set_text(object, "documentation", target->documentation);
    set_text(object, "file", target->file);
    json_object_set_new(object, "line", json_integer(target->line));
    json_object_set_new(object, "task", json_boolean(target->is_task));
    set_text(object, "binding", target->binding);
    json_object_set_new(object, "hosts", json_texts(&target->hosts));
    json_object_set_new(object, "prerequisites", json_texts(&target->prerequisites));
    json_object_set_new(object, "before", json_texts(&target->before));
    json_object_set_new(object, "after", json_texts(&target->after));
    json_object_set_new(object, "on_failure", json_texts(&target->on_failure));
    return object;
}

static json_t *role_json(const struct list_role *role)
{
    json_t *object = json_object();

    set_text(object, "name", role->name);
    json_object_set_new(object, "hosts", json_texts(&role->hosts));
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
    set_text(object, "default", list->default_goal);
    json_object_set_new(object, "targets", targets);
    json_object_set_new(object, "roles", roles);
    json_dumpf(object, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(object);
}
