#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "lib/context.h"
#include "run/store.h"
#include "ui/json.h"
#include "ui/plain.h"

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

static void print(void *context, const char *text)
{
    fake_tell(context, EVENT_PRINTED, text);
}

static void notice(void *context, const char *text)
{
    fake_tell(context, EVENT_NOTICE, text);
}

/* $(now): one time for all hosts. */
static const char *start_time(struct arena *arena)
{
    time_t seconds = time(NULL);
    struct tm utc;
    char text[sizeof "YYYYMMDDHHMMSS"];

    if (!gmtime_r(&seconds, &utc) || strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc) == 0)
        return "19700101000000";
    return arena_strdup(arena, text);
}

struct fake *fake_new(const struct fake_settings *settings)
{
    struct fake *fake = mem_alloc(sizeof *fake);

    fake->settings = *settings;
    if (!fake->settings.program)
        fake->settings.program = "fake";
    if (!fake->settings.environment)
        fake->settings.environment = environ;
    fake->arena = arena_new();
    fake->events = events_new();
    fake->diags = (struct diags){ .report = report, .context = fake };
    fake->model.arena = fake->arena;
    fake->model.inventory.arena = fake->arena;
    fake->lang_options = (struct lang_options){
        .program = fake->settings.program,
        .environment = fake->settings.environment,
        .rules_folder = settings->rules_folder,
        .include_folders = settings->include_folders,
        .environment_overrides = settings->environment_overrides,
        .warn_undefined = settings->warn_undefined,
        .is_make = strcmp(fake->settings.program, "make") == 0,
        .now = start_time(fake->arena),
        .print = print,
        .print_context = fake,
    };
    fake->lang = lang_new(&fake->model, &fake->diags, &fake->lang_options);
    fake->plan_options = (struct plan_options){
        .lang = fake->lang,
        .hosts = settings->hosts,
        .roles = settings->roles,
        .exclude = settings->exclude,
        .limit = settings->limit,
        .user = settings->user,
        .port = settings->port,
        .identity = settings->identity,
        .command = settings->command,
        .notice = notice,
        .context = fake,
    };
    return fake;
}

void fake_free(struct fake *fake)
{
    if (!fake)
        return;
    plan_free(fake->plan);
    for (size_t i = 0; i < fake->goals.len; i++) {
        struct goal *goal = fake->goals.items[i];
        if (goal->arguments)
            map_free(&goal->arguments->map);
    }
    lang_free(fake->lang);
    model_free(&fake->model);
    events_free(fake->events);
    vec_free(&fake->goals);
    arena_free(fake->arena);
    free(fake);
}

void fake_sink_plain(struct fake *fake, FILE *out, FILE *errors, struct fake_look look)
{
    struct plain_look plain = { fake->settings.program, look.color,  look.errors_color,
                                look.verbose,           look.silent, look.question };

    events_add_sink(fake->events, plain_sink(out, errors, plain));
}

void fake_sink_json(struct fake *fake, FILE *out)
{
    events_add_sink(fake->events, json_sink(out));
}

bool fake_enter(struct fake *fake, const char *folder)
{
    char *path;

    if (chdir(folder) != 0) {
        diag_error(&fake->diags, nowhere, "%s: %s", folder, strerror(errno));
        return false;
    }
    if (fake->settings.hide_folders)
        return true;
    path = realpath(".", NULL);
    fake->entered = arena_strdup(fake->arena, path ? path : folder);
    free(path);
    fake_tell(fake, EVENT_NOTICE,
              arena_printf(fake->arena, "Entering directory '%s'", fake->entered));
    return true;
}

bool fake_assign(struct fake *fake, const char *assignment)
{
    return lang_assign(fake->lang, assignment);
}

bool fake_eval(struct fake *fake, const char *text)
{
    unsigned errors = fake->diags.errors;

    lang_eval(fake->lang, text, "--eval");
    return fake->diags.errors == errors;
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
