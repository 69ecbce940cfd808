#include "cli/subcommand.h"

#include <string.h>

#include "base/arena.h"
#include "cli/init.h"
#include "fake.h"

static int status(struct fake *fake, const struct command_line *line)
{
    return fake_inspect(fake, FAKE_STATUS, stdout, line->json);
}

static int history(struct fake *fake, const struct command_line *line)
{
    return fake_inspect(fake, FAKE_HISTORY, stdout, line->json);
}

static int unlock(struct fake *fake, const struct command_line *line)
{
    return fake_inspect(fake, FAKE_UNLOCK, stdout, line->json);
}

static int init(struct fake *fake, const struct command_line *line)
{
    size_t own = line->subcommand ? 0 : 1;

    (void)fake; /* there is no Fakefile yet */
    return init_run(line->goals.len > own ? line->goals.items[own] : NULL);
}

static const struct subcommand subcommands[] = {
    { "status", "What is recorded on each host, what has drifted, what is owed.", status, 0,
      false },
    { "history", "The past runs, from the hosts' own logs.", history, 0, false },
    { "unlock", "End the session that holds a host's lock, after a question.", unlock, 0, false },
    { "init", "Write a Fakefile for the project in this folder; a KIND may follow.", init, 1,
      true },
};

enum { SUBCOMMAND_COUNT = sizeof subcommands / sizeof *subcommands };

const struct subcommand *subcommand_find(const char *name)
{
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    }
    return NULL;
}

const struct subcommand *subcommand_row(size_t index)
{
    return index < SUBCOMMAND_COUNT ? &subcommands[index] : NULL;
}

const char *const *subcommand_names(struct arena *arena)
{
    const char **names = arena_alloc(arena, (SUBCOMMAND_COUNT + 1) * sizeof *names);

    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        names[i] = subcommands[i].name;
    names[SUBCOMMAND_COUNT] = NULL;
    return names;
}
