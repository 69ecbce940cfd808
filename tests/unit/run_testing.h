#ifndef FAKE_TESTS_UNIT_RUN_TESTING_H
#define FAKE_TESTS_UNIT_RUN_TESTING_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/event.h"
#include "lang/lang.h"
#include "plan/plan.h"
#include "run/run.h"
#include "run_world.h"

/* A Fakefile run for real, with hosts that are this machine (ssh_transport = local); what happened
 * comes as lines of text. */

/* "job-began deploy@web1: no record on web1" */
static void hear(void *self, const struct event *event)
{
    struct run_world *world = self;
    static const enum event_kind passed_over[] = { EVENT_RUN_BEGAN, EVENT_RUN_ENDED,
                                                   EVENT_HOST_CONNECTING, EVENT_HOST_READY,
                                                   EVENT_HOST_CLOSED };
    if (event->kind == EVENT_STEP_OUTPUT) {
        str_addn(&world->said, event->data, event->size);
        return;
    }
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
        if (event->kind == passed_over[i])
            return;
    if (world->outputs_only)
        return;
    str_add(&world->said, event_kind_name(event->kind));
    if (event->target)
        str_addf(&world->said, " %s", event->target);
    if (event->host)
        str_addf(&world->said, "@%s", event->host);
    if (event->step)
        str_addf(&world->said, " %u", event->step);
    if (event->status)
        str_addf(&world->said, " (%d)", event->status);
    if (event->ignored)
        str_add(&world->said, " ignored");
    if (event->text)
        str_addf(&world->said, ": %s", event->text);
    str_addc(&world->said, '\n');
}

static void hear_diag(void *context, const struct diag *diag)
{
    struct run_world *world = context;
    str_addf(&world->said, "diagnostic: %s\n", diag->message);
}

extern char **environ;

typedef int run_work(struct run_world *world, const struct plan *plan,
                     const struct run_options *options, struct events *events);

/* Reads ./Fakefile, plans the goals (blanks between), or a command for hosts, and does the work. */
static int with_plan(struct run_world *world, const char *goals, const char *command,
                     const struct run_options *given, run_work *work)
{
    struct run_options options = given ? *given : (struct run_options){ .jobs_here = 1 };
    struct arena *arena = arena_new();
    struct model model = { .arena = arena, .inventory.arena = arena };
    struct diags diags = { .report = hear_diag, .context = world };
    struct lang_options lang_options = { .program = "fake",
                                         .environment = environ,
                                         .now = "20260131120000" };
    struct lang *lang = lang_new(&model, &diags, &lang_options);
    struct goal list[8] = { 0 };
    struct plan_options plan_options = { .lang = lang, .goals = list, .command = command };
    struct events *events = events_new();
    char *words = arena_strdup(arena, goals), *save = NULL;

    str_clear(&world->said);
    events_add_sink(events, (struct event_sink){ .event = hear, .self = world });
    for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
        list[plan_options.goal_count++].target = word;
    ck_assert(lang_read(lang, "Fakefile"));
    lang_finish(lang);
    struct plan *plan = diags.errors == 0 ? plan_make(arena, &plan_options) : NULL;
    int status = plan ? work(world, plan, &options, events) : -1;
    plan_free(plan);
    events_free(events);
    lang_free(lang);
    model_free(&model);
    arena_free(arena);
    return status;
}

static int work_run(struct run_world *world, const struct plan *plan,
                    const struct run_options *options, struct events *events)
{
    (void)world;
    return run_plan(plan, options, events);
}

/* said is what happened. */
static int run_goals(struct run_world *world, const char *goals, const struct run_options *given)
{
    return with_plan(world, goals, NULL, given, work_run);
}

#endif
