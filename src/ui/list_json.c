#include <jansson.h>
#include <string.h>

#include "base/str.h"
#include "ui/list.h"
#include "ui/safe.h"

/* Raised when a member changes its meaning or goes away. */
enum { JSON_LIST_VERSION = 1 };

/* Bytes that are no UTF-8 stand as \xNN. */
static json_t *text_json(const char *text)
{
    struct str valid = { 0 };
    json_t *json;

    utf8_add(&valid, text, strlen(text));
    json = json_stringn_nocheck(str_text(&valid), valid.len);
    str_free(&valid);
    return json;
}

static json_t *names_json(const struct vec *names)
{
    json_t *array = json_array();

    for (size_t i = 0; i < names->len; i++)
        json_array_append_new(array, text_json(names->items[i]));
    return array;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, text ? text_json(text) : json_null());
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
    json_object_set_new(object, "hosts", names_json(&target->hosts));
    json_object_set_new(object, "prerequisites", names_json(&target->prerequisites));
    json_object_set_new(object, "before", names_json(&target->before));
    json_object_set_new(object, "after", names_json(&target->after));
    json_object_set_new(object, "on_failure", names_json(&target->on_failure));
    return object;
}

static json_t *role_json(const struct list_role *role)
{
    json_t *object = json_object();

    set_text(object, "name", role->name);
    json_object_set_new(object, "hosts", names_json(&role->hosts));
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
