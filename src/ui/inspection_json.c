#include "ui/inspection.h"
#include "ui/json.h"
#include "ui/json_value.h"

static json_t *target_json(const struct shown_target *target)
{
    json_t *object = json_object();

    json_set_text(object, "target", target->name);
    json_set_text(object, "time", target->time);
    json_set_text(object, "by", target->by);
    json_set_text(object, "from", target->from);
    json_set_text(object, "revision", target->revision);
    json_set_text(object, "void", target->void_name);
    json_object_set_new(object, "drifted", json_boolean(target->has_drifted));
    json_set_texts(object, "differing", &target->differing);
    json_set_texts(object, "owed", &target->owed);
    return object;
}

static json_t *host_json(const struct shown_host *host)
{
    json_t *object = json_object();

    json_set_text(object, "host", host->name);
    json_set_text(object, "failed", host->failure);
    json_set_text(object, "holder", host->holder);
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

    json_set_text(object, "run", run->id);
    json_set_text(object, "time", run->time);
    json_set_text(object, "by", run->by);
    json_set_text(object, "from", run->from);
    json_set_text(object, "goals", run->goals);
    json_set_texts(object, "hosts", &run->hosts);
    json_set_texts(object, "unfinished", &run->unfinished);
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
