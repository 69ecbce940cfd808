#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "lib/context.h"
#include "lib/questions.h"
#include "run/jobserver.h"
#include "run/store.h"
#include "step/git.h"
#include "ui/json.h"
#include "ui/plain.h"
#include "ui/report.h"

#define VERSION "0.1"

extern char **environ;

static const struct location nowhere = { NULL, 0, 0 };

void fake_tell(struct fake *fake, enum event_kind kind, const char *text)
{
    events_emit(fake->events, (struct event){ .kind = kind, .text = text });
}

static void report(void *context, const struct diag *diag)
{
    struct fake *fake = context;

    events_emit(fake->events,
                (struct event){ .kind = diag->severity == DIAG_ERROR ? EVENT_ERROR : EVENT_WARNING,
                                .text = diag->message,
                                .hint = diag->hint,
                                .diag = diag });
}

/* "fake[2]" two makes deep, as make names itself. */
static const char *make_label(const struct fake *fake)
{
    static const char name[] = "MAKELEVEL=";
    char **entry = fake->settings.environment;
    long level = 0;

    for (; *entry; entry++) {
        if (str_starts(*entry, name))
            level = strtol(*entry + strlen(name), NULL, 10);
    }
    return level > 0 ? arena_printf(fake->lasting, "%s[%ld]", fake->settings.program, level)
                     : fake->settings.program;
}

static void warn(void *context, const char *text)
{
    fake_tell(context, EVENT_WARNING, text);
}

static void pause_output(void *context, bool paused)
{
    struct fake *fake = context;

    events_pause(fake->events, paused);
}

/* A question that is open in the pool ends with the run. */
static void note_interrupt(void *self, const struct event *event)
{
    struct fake *fake = self;

    if (event->kind == EVENT_INTERRUPTED)
        questions_interrupt(fake->questions);
}

struct fake *fake_new(const struct fake_settings *settings)
{
    struct fake *fake = mem_alloc(sizeof *fake);

    fake->settings = *settings;
    if (!fake->settings.program)
        fake->settings.program = "fake";
    if (!fake->settings.environment)
        fake->settings.environment = environ;
    fake->lasting = arena_new();
    fake->label = make_label(fake);
    fake->events = events_new();
    fake->secrets = secrets_new();
    events_mask(fake->events, fake->secrets);
    events_add_sink(fake->events, (struct event_sink){ .event = note_interrupt, .self = fake });
    fake->questions = questions_new(&(struct questions_options){
        .yes = settings->yes,
        .non_interactive = settings->non_interactive,
        .environment = fake->settings.environment,
        .answers = settings->answers,
        .secrets = fake->secrets,
        .warn = warn,
        .pause = pause_output,
        .context = fake,
    });
    fake->diags = (struct diags){ .report = report, .context = fake };
    return fake;
}

void fake_free(struct fake *fake)
{
    if (!fake)
        return;
    fake_forget(fake);
    jobserver_free(fake->jobserver);
    events_free(fake->events);
    questions_free(fake->questions);
    git_close(fake->git);
    secrets_free(fake->secrets);
    vec_free(&fake->assignments);
    vec_free(&fake->evals);
    vec_free(&fake->goal_texts);
    vec_free(&fake->files);
    arena_free(fake->lasting);
    free(fake);
}

void fake_sink_plain(struct fake *fake, FILE *out, FILE *errors, struct fake_look look)
{
    struct plain_look plain = { fake->label,  look.color,  look.errors_color,
                                look.verbose, look.silent, look.question,
                                look.dry_run, look.live,   look.patience };

    events_add_sink(fake->events, plain_sink(out, errors, plain));
}

void fake_sink_json(struct fake *fake, FILE *out)
{
    events_add_sink(fake->events, json_sink(out));
}

void fake_sink_report(struct fake *fake, FILE *out)
{
    events_add_sink(fake->events, report_sink(out, fake->label));
}

bool fake_enter(struct fake *fake, const char *folder)
{
    if (chdir(folder) == 0)
        return true;
    diag_error(&fake->diags, nowhere, "%s: %s", folder, strerror(errno));
    return false;
}

void fake_assign(struct fake *fake, const char *assignment)
{
    vec_push(&fake->assignments, (void *)assignment);
}

void fake_eval(struct fake *fake, const char *text)
{
    vec_push(&fake->evals, (void *)text);
}

void fake_goal(struct fake *fake, const char *goal)
{
    vec_push(&fake->goal_texts, (void *)goal);
}

void fake_load(struct fake *fake, const char *path)
{
    vec_push(&fake->files, (void *)path);
}

const char *fake_version(void)
{
    return VERSION;
}

const char *fake_library(unsigned index)
{
    const char *libraries[] = { json_library(), run_libraries() };

    return index < sizeof libraries / sizeof *libraries ? libraries[index] : NULL;
}
