#include "ui/inspection.h"
#include "ui/json.h"
#include "ui/json_value.h"

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_text(text));
}

static void set_names(json_t *object, const char *name, const struct vec *names)
{
    json_object_set_new(object, name, json_texts(names));
}

static json_t *target_json(const struct shown_target *target)
{
    json_t *object = json_object();

    set_text(object, "target", target->name);
    set_text(object, "time", target->time);
    set_text(object, "by", target->by);
    set_text(object, "from", target->from);
    set_text(object, "revision", target->revision);
    set_text(object, "void", target->void_name);
    json_object_set_new(object, "drifted", json_boolean(target->has_drifted));
    set_names(object, "differing", &target->differing);
    set_names(object, "owed", &target->owed);
    return object;
}

static json_t *host_json(const struct shown_host *host)
{
    json_t *object = json_object();

    set_text(object, "host", host->name);
    set_text(object, "failed", host->failure);
    set_text(object, "holder", host->holder);
    return object;
}

static json_t *status_json(const void *item)
{
    const struct shown_host *host = item;
    json_t *object = host_json(host), *targets = json_array();

    for (size_t i = 0; i < host->targets.len; i++)
        json_array_append_new(targets, target_json(host->targets.items[i]));
    json_object_set_new(object, "targets", targets);
    return object;
}

static json_t *unlock_json(const void *item)
{
    return host_json(item);
}

static json_t *run_json(const void *item)
{
    const struct shown_run *run = item;
    json_t *object = json_object();

    set_text(object, "run", run->id);
    set_text(object, "time", run->time);
    set_text(object, "by", run->by);
    set_text(object, "from", run->from);
    set_text(object, "goals", run->goals);
    set_names(object, "hosts", &run->hosts);
    set_names(object, "unfinished", &run->unfinished);
    return object;
}

/* A line each: the members that all lines have, then what `describe` says of the item. */
static void print(const struct vec *items, const char *event, json_t *(*describe)(const void *item),
                  FILE *out)
{
    for (size_t i = 0; i < items->len; i++) {
        json_t *line = json_object(), *object = describe(items->items[i]);
        json_object_set_new(line, "v", json_integer(JSON_EVENTS_VERSION));
        json_object_set_new(line, "event", json_string(event));
        json_object_update(line, object);
        json_dumpf(line, out, JSON_COMPACT);
        putc('\n', out);
        json_decref(object);
        json_decref(line);
    }
}

void status_print_json(const struct inspection_shown *shown, FILE *out)
{
    print(&shown->hosts, "status", status_json, out);
}

void history_print_json(const struct inspection_shown *shown, FILE *out)
{
    print(&shown->runs, "history", run_json, out);
}

void unlock_print_json(const struct inspection_shown *shown, FILE *out)
{
    print(&shown->hosts, "unlock", unlock_json, out);
}
