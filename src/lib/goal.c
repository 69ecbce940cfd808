#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/context.h"

static const struct location nowhere = { NULL, 0, 0 };

/* The length of the argument that text begins with: up to a comma without a backslash. */
static size_t argument_length(const char *text)
{
    size_t length = 0;

    while (text[length] && text[length] != ',')
        length += text[length] == '\\' && text[length + 1] ? 2 : 1;
    return length;
}

/* Only the comma is written with a backslash; any other backslash stands for itself. */
static const char *unescape(struct arena *arena, const char *text, size_t length)
{
    char *value = arena_alloc(arena, length + 1);
    size_t end = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length && text[i + 1] == ',')
            i++;
        value[end++] = text[i];
    }
    return value;
}

static void add_argument(struct fake *fake, const char *goal, const char *text, size_t length,
                         struct variables *arguments)
{
    const char *equals = memchr(text, '=', length);
    const char *argument = arena_strndup(fake->arena, text, length);
    size_t name_length = equals ? (size_t)(equals - text) : 0;

    if (name_length == 0) {
        diag_error_hint(
            &fake->diags, nowhere,
            arena_printf(fake->arena, "'%s' in the goal '%s' is no argument", argument, goal),
            "write goal:name=value,name=value, with \\, for a comma in a value");
        return;
    }
    lang_define(fake->lang, arguments, arena_strndup(fake->arena, text, name_length),
                unescape(fake->arena, equals + 1, length - name_length - 1), ORIGIN_COMMAND_LINE,
                FLAVOR_SIMPLE);
}

/* GOAL, or GOAL:NAME=VALUE{,NAME=VALUE} */
void fake_add_goal(struct fake *fake, const char *text)
{
    size_t length = strcspn(text, ":");
    const char *rest = text[length] ? text + length + 1 : NULL;
    struct goal *goal = arena_alloc(fake->arena, sizeof *goal);

    goal->target = arena_strndup(fake->arena, text, length);
    if (rest)
        goal->arguments = arena_alloc(fake->arena, sizeof *goal->arguments);
    while (rest) {
        size_t argument = argument_length(rest);
        add_argument(fake, text, rest, argument, goal->arguments);
        rest = rest[argument] ? rest + argument + 1 : NULL;
    }
    vec_push(&fake->goals, goal);
}
