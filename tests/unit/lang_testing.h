#ifndef FAKE_TESTS_UNIT_LANG_TESTING_H
#define FAKE_TESTS_UNIT_LANG_TESTING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lang/lang.h"
#include "suite.h"

/* A Fakefile that was read, and an expander on its globals. */
struct lang_world {
    struct arena *arena;
    struct model model;
    struct diags diags;
    struct lang *lang;
    struct scope scope;
    struct expander expander;
    struct str said;    /* diagnostics: "LINE: message" and "  hint", a line each */
    struct str printed; /* by $(info), a line each */
};

static void lang_hear(void *context, const struct diag *diag)
{
    struct lang_world *world = context;

    str_addf(&world->said, "%u: %s\n", location_line(diag->where), diag->message);
    if (diag->hint)
        str_addf(&world->said, "  %s\n", diag->hint);
}

static void lang_print(void *context, const char *text)
{
    struct lang_world *world = context;

    str_addf(&world->printed, "%s\n", text);
}

static char *lang_test_environment[] = { (char *)"PATH=/usr/bin:/bin", (char *)"HOME=/home/me",
                                         NULL };

static uint64_t lang_test_expansions_maximum; /* 0: the usual */

static struct lang_world *lang_world_open(const char *fakefile)
{
    struct lang_world *world = calloc(1, sizeof *world);
    struct lang_options options = { .program = "fake",
                                    .environment = lang_test_environment,
                                    .expansions_maximum = lang_test_expansions_maximum,
                                    .now = "20260102030405",
                                    .print = lang_print,
                                    .print_context = world };

    world->arena = arena_new();
    world->model.arena = world->arena;
    world->diags = (struct diags){ .report = lang_hear, .context = world };
    world->lang = lang_new(&world->model, &world->diags, &options);
    world->scope.set = &world->model.globals;
    world->expander = (struct expander){ .lang = world->lang, .scope = &world->scope };
    lang_eval(world->lang, fakefile, "Fakefile");
    return world;
}

static void lang_world_close(struct lang_world *world)
{
    lang_free(world->lang);
    model_free(&world->model);
    arena_free(world->arena);
    str_free(&world->said);
    str_free(&world->printed);
    free(world);
}

/* The value of an expression, in the arena; what was said instead when it fails. */
static const char *lang_world_expand(struct lang_world *world, const char *expression)
{
    struct str value = { 0 };
    struct location nowhere = { 0 };
    const char *text;

    if (expand_string(&world->expander, expression, nowhere, &value))
        text = arena_strdup(world->arena, str_text(&value));
    else
        text = world->said.len ? arena_strdup(world->arena, str_text(&world->said)) : "(waits)";
    str_free(&value);
    return text;
}

#endif
