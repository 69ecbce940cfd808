#ifndef FAKE_TESTS_UNIT_STEP_TESTING_H
#define FAKE_TESTS_UNIT_STEP_TESTING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "step/step.h"
#include "step/verb.h"

/* A recipe and the steps that are made of it. `answers` are what hosts say to $(run …): NULL while
 * they have not. */
struct step_world {
    struct arena *arena;
    struct model model;
    struct diags diags;
    struct lang *lang;
    struct scope scope;
    struct expander expander;
    struct steps steps;
    const char *answer;
    unsigned shells; /* how often $(shell) … of the test was asked for */
    struct str said; /* diagnostics, a line each */
};

static void step_hear(void *context, const struct diag *diag)
{
    struct step_world *world = context;
    str_addf(&world->said, "%u: %s\n", location_line(diag->where), diag->message);
    if (diag->hint)
        str_addf(&world->said, "  %s\n", diag->hint);
}

static bool step_ask_host(void *context, const char *function, unsigned ordinal,
                          const char *argument, struct str *value)
{
    (void)function, (void)ordinal, (void)argument;
    struct step_world *world = context;
    if (world->answer)
        str_add(value, world->answer);
    return world->answer != NULL;
}

static bool step_automatic(void *context, const char *name, struct str *value)
{
    (void)context;
    if (strcmp(name, "host") != 0)
        return false;
    str_add(value, "web1");
    return true;
}

static char *step_environment[] = { (char *)"PATH=/usr/bin:/bin", NULL };
static const struct lang_options step_lang_options = { .program = "fake",
                                                       .environment = step_environment };

/* Reads the Fakefile; the recipe is that of target t. */
static inline struct step_world *world_open(const char *fakefile)
{
    struct step_world *world = mem_alloc(sizeof *world);
    world->arena = arena_new();
    world->diags = (struct diags){ .report = step_hear, .context = world };
    world->model.arena = world->arena;
    world->lang = lang_new(&world->model, &world->diags, &step_lang_options);
    lang_eval(world->lang, fakefile, "Fakefile");
    lang_finish(world->lang);
    world->scope = (struct scope){ .set = &world->model.globals };
    world->expander = (struct expander){
        .lang = world->lang,
        .scope = &world->scope,
        .calls = { .context = world, .ask_host = step_ask_host, .automatic = step_automatic },
        .undefined_is_error = true,
    };
    return world;
}

static inline const struct recipe *world_recipe(struct step_world *world)
{
    struct target *target = model_find_target(&world->model, "t");
    ck_assert_msg(target && target->rules.len, "no rule: %s", str_text(&world->said));
    return ((struct rule *)target->rules.items[0])->recipe;
}

static inline bool world_make(struct step_world *world)
{
    struct target *target = model_find_target(&world->model, "t");
    const struct recipe *recipe = world_recipe(world);
    bool is_local = target->binding && target->binding->kind == BINDING_LOCAL;
    return steps_make(&world->steps, world->arena, recipe, &world->expander, is_local);
}

static inline void world_close(struct step_world *world)
{
    lang_free(world->lang);
    model_free(&world->model);
    str_free(&world->said);
    arena_free(world->arena);
    free(world);
}

#endif
