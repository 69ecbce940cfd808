#include "ui/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/json_value.h"
#include "ui/safe.h"

/* Which events say how long something took, and how it ended; elsewhere these are left out. */
static const bool has_seconds[EVENT_RUN_ENDED + 1] = {
    [EVENT_HOST_READY] = true,
    [EVENT_JOB_ENDED] = true,
    [EVENT_STEP_ENDED] = true,
    [EVENT_RUN_ENDED] = true,
};
static const bool has_status[EVENT_RUN_ENDED + 1] = {
    [EVENT_JOB_ENDED] = true,
    [EVENT_STEP_ENDED] = true,
    [EVENT_RUN_ENDED] = true,
};

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text)
        set(object, name, json_text(text));
}

static void set_flag(json_t *object, const char *name, bool flag)
{
    if (flag)
        set(object, name, json_true());
}

/* RFC 4648, section 4. */
static void add_base64(struct str *out, const unsigned char *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        size_t count = size - i < 3 ? size - i : 3;
        unsigned long bits = (unsigned long)data[i] << 16;

        if (count > 1)
            bits |= (unsigned long)data[i + 1] << 8;
        if (count > 2)
            bits |= data[i + 2];
        for (size_t digit = 0; digit < 4; digit++)
            str_addc(out, digit <= count ? digits[bits >> (18 - 6 * digit) & 63] : '=');
    }
}

/* What a step printed: readable in any case, and exact in any case. */
static void set_output(json_t *object, const struct event *event)
{
    struct str exact = { 0 };

    set(object, "stream", json_string(event->stream == 2 ? "err" : "out"));
    set(object, "data", json_bytes(event->data, event->size));
    if (utf8_is_valid(event->data, event->size))
        return;
    add_base64(&exact, (const unsigned char *)event->data, event->size);
    set(object, "base64", json_string(str_text(&exact)));
    str_free(&exact);
}

static void set_place(json_t *object, struct location where)
{
    if (!where.source)
        return;
    set_text(object, "file", where.source->name);
    set(object, "line", json_integer(location_line(where)));
}

static json_t *to_json(const struct event *event)
{
    json_t *object = json_object();

    set(object, "v", json_integer(JSON_EVENTS_VERSION));
    set(object, "n", json_integer((json_int_t)event->number));
    set(object, "t", json_real(event->time));
    set(object, "event", json_string(event_kind_name(event->kind)));
    if (event->job > 0)
        set(object, "job", json_integer(event->job));
    set_text(object, "host", event->host);
    set_text(object, "target", event->target);
    if (event->peers > 0 && event->step == 0)
        set(object, "peers", json_integer(event->peers));
    if (event->batch > 0 && event->step == 0)
        set(object, "batch", json_integer(event->batch));
    if (event->step > 0)
        set(object, "step", json_integer(event->step));
    set_text(object, "verb", event->verb);
    if (event->kind != EVENT_STEP_OUTPUT)
        set_place(object, event->diag ? event->diag->where : event->where);
    set_text(object, "text", event->text);
    set_text(object, "hint", event->hint);
    if (event->kind == EVENT_STEP_OUTPUT)
        set_output(object, event);
    if (has_status[event->kind])
        set(object, "status", json_integer(event->status));
    if (has_seconds[event->kind])
        set(object, "seconds", json_real(event->seconds));
    set_flag(object, "silent", event->silent);
    set_flag(object, "ignored", event->ignored);
    set_flag(object, "unsure", event->unsure);
    set_flag(object, "again", event->again);
    set_flag(object, "make", event->is_file);
    return object;
}

/* Each line is written at once: who reads along sees whole events. */
static void write_event(void *self, const struct event *event)
{
    FILE *out = self;
    json_t *object = to_json(event);

    json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
    putc('\n', out);
    fflush(out);
    json_decref(object);
}

struct event_sink json_sink(FILE *out)
{
    json_set_alloc_funcs(mem_alloc, free); /* out of memory is fatal, in one place */
    return (struct event_sink){ .event = write_event, .self = out };
}

const char *json_library(void)
{
    return "Jansson " JANSSON_VERSION;
}
