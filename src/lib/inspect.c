#include "run/inspect.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/context.h"
#include "lib/questions.h"
#include "ui/inspection.h"

/* `fake status`, `fake history`, `fake unlock`: hosts are asked, and what they say is collected. */

struct collector {
    struct fake *fake;
    struct inspection_shown shown;
    bool listens; /* to host failures */
};

static struct shown_host *shown_host(struct collector *collector, const char *label)
{
    struct inspection_shown *shown = &collector->shown;

    for (size_t i = 0; i < shown->hosts.len; i++) {
        struct shown_host *host = shown->hosts.items[i];
        if (strcmp(host->name, label) == 0)
            return host;
    }
    struct shown_host *host = arena_alloc(collector->fake->lasting, sizeof *host);
    host->name = arena_strdup(collector->fake->lasting, label);
    vec_push(&shown->hosts, host);
    return host;
}

static const char *kept(const struct collector *collector, const char *text)
{
    return text ? arena_strdup(collector->fake->lasting, text) : NULL;
}

static void keep_all(const struct collector *collector, const struct vec *from, struct vec *to)
{
    for (size_t i = 0; i < from->len; i++)
        vec_push(to, (void *)kept(collector, from->items[i]));
}

static void take_holder(void *context, const struct host *host, const char *holder)
{
    struct collector *collector = context;

    shown_host(collector, host->spec)->holder = kept(collector, holder);
}

static void take_target(void *context, const struct host *host,
                        const struct inspected_target *target)
{
    struct collector *collector = context;
    struct shown_target *shown = arena_alloc(collector->fake->lasting, sizeof *shown);

    shown->name = kept(collector, target->name);
    shown->time = kept(collector, target->time);
    shown->by = kept(collector, target->by);
    shown->from = kept(collector, target->from);
    shown->revision = kept(collector, target->revision);
    shown->void_name = kept(collector, target->void_name);
    shown->has_drifted = target->has_drifted;
    keep_all(collector, &target->differing, &shown->differing);
    keep_all(collector, &target->owed, &shown->owed);
    vec_push(&shown_host(collector, host->spec)->targets, shown);
}

static void take_run(void *context, const struct inspected_run *run)
{
    struct collector *collector = context;
    struct shown_run *shown = arena_alloc(collector->fake->lasting, sizeof *shown);

    shown->id = kept(collector, run->id);
    shown->time = kept(collector, run->time);
    shown->by = kept(collector, run->by);
    shown->from = kept(collector, run->from);
    shown->goals = kept(collector, run->goals);
    keep_all(collector, &run->hosts, &shown->hosts);
    keep_all(collector, &run->unfinished, &shown->unfinished);
    vec_push(&collector->shown.runs, shown);
}

/* Why a host could not be asked. */
static void hear(void *self, const struct event *event)
{
    struct collector *collector = self;

    if (collector->listens && event->kind == EVENT_HOST_FAILED && event->host)
        shown_host(collector, event->host)->failure =
            kept(collector, event->text ? event->text : "");
}

static int collect(struct collector *collector, const struct plan *plan, enum inspection kind)
{
    struct fake *fake = collector->fake;
    struct run_options options = fake_run_options(fake);
    const struct inspect_calls calls = { collector, take_holder, take_target, take_run };
    int code;

    inspection_shown_free(&collector->shown);
    for (size_t i = 0; i < plan->hosts.len; i++)
        shown_host(collector, ((const struct host *)plan->hosts.items[i])->spec);
    collector->listens = true;
    code = run_inspect(plan, &options, kind, &calls, fake->events);
    collector->listens = false;
    return code;
}

/* Somebody may be at work there: it is not ended unseen. *why: there is no answer; or NULL. */
static bool is_confirmed(struct fake *fake, const char **why)
{
    static const char *const arguments[] = { "End these sessions, and what they are doing?" };
    struct str answer = { 0 };
    const char *error;
    bool fine = questions_answer(fake->questions, "confirm", arguments, 1, &answer, &error);
    bool is_yes = fine && answer.len > 0;

    *why = fine ? NULL : error;
    str_free(&answer);
    return is_yes;
}

static void tell_holder(void *context, const char *text)
{
    fake_tell(context, EVENT_NOTICE, text);
}

static bool is_any_held(const struct inspection_shown *shown)
{
    for (size_t i = 0; i < shown->hosts.len; i++) {
        if (((const struct shown_host *)shown->hosts.items[i])->holder)
            return true;
    }
    return false;
}

static int unlock(struct collector *collector, const struct plan *plan)
{
    struct fake *fake = collector->fake;
    const char *why = NULL;
    int code = collect(collector, plan, INSPECT_STATUS);

    code = code == FAKE_TO_DO ? FAKE_DONE : code;
    holders_each(&collector->shown, tell_holder, fake);
    if (!is_any_held(&collector->shown)) {
        fake_tell(fake, EVENT_NOTICE, "no host is locked");
        return code;
    }
    if (fake->settings.dry_run)
        return code;
    if (is_confirmed(fake, &why))
        return collect(collector, plan, INSPECT_UNLOCK);
    if (why)
        fake_tell(fake, EVENT_ERROR, why);
    return questions_were_interrupted(fake->questions) ? FAKE_INTERRUPTED : FAKE_FAILED;
}

/* All hosts of the file, where nothing says which: to look changes nothing. */
static void select_hosts(struct fake *fake, enum inspection kind, const char *name)
{
    struct plan_options *options = &fake->plan_options;

    options->command = name; /* does not run */
    if (kind != INSPECT_UNLOCK && !options->hosts && !options->roles)
        options->roles = "all";
}

static const struct {
    enum inspection kind;
    const char *name;
    inspection_print *print, *print_json;
} inspections[] = {
    [FAKE_STATUS] = { INSPECT_STATUS, "status", status_print_text, status_print_json },
    [FAKE_HISTORY] = { INSPECT_HISTORY, "history", history_print_text, history_print_json },
    [FAKE_UNLOCK] = { INSPECT_UNLOCK, "unlock", unlock_print_text, unlock_print_json },
};

int fake_inspect(struct fake *fake, enum fake_inspection what, FILE *out, bool json)
{
    struct collector *collector = arena_alloc(fake->lasting, sizeof *collector);
    enum inspection kind = inspections[what].kind;
    const struct plan *plan = NULL;
    int code = FAKE_FAILED;

    collector->fake = fake;
    events_add_sink(fake->events, (struct event_sink){ .event = hear, .self = collector });
    if (fake_read(fake, true)) {
        select_hosts(fake, kind, inspections[what].name);
        plan = fake_plan(fake);
    }
    if (plan) {
        code = kind == INSPECT_UNLOCK ? unlock(collector, plan) : collect(collector, plan, kind);
        if (!fake->settings.question)
            (json ? inspections[what].print_json : inspections[what].print)(&collector->shown, out);
    }
    inspection_shown_free(&collector->shown);
    return code;
}
