#include "step/verb.h"

#include <string.h>

#include "base/arena.h"

static const struct verb *const verbs[] = {
    &verb_run,     &verb_sudo, &verb_local, &verb_put,    &verb_get,     &verb_archive,  &verb_link,
    &verb_only_if, &verb_cd,   &verb_env,   &verb_prefix, &verb_confirm, &verb_checkout,
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

const struct verb *verb_find(const char *name, size_t length)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strlen(verbs[i]->name) == length && memcmp(verbs[i]->name, name, length) == 0)
            return verbs[i];
    return NULL;
}

bool verb_acts(const struct verb *verb)
{
    return verb->place == STEP_HOST || verb->place == STEP_HERE;
}

void verb_names(struct nearest *nearest)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        nearest_try(nearest, verbs[i]->name);
}

const char *verb_list(struct arena *arena)
{
    const char *list = verbs[0]->name;
    for (size_t i = 1; i < VERB_COUNT; i++)
        list = arena_printf(arena, "%s, %s", list, verbs[i]->name);
    return list;
}
