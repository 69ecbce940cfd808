#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lang/expand.h"
#include "lib/context.h"
#include "lib/questions.h"

/* MAKEFLAGS hands the options on to makes that recipes start, MAKEOVERRIDES in it the variables of
 * the command line; FAKEFLAGS is for fakes alone. (GNU make manual, "Communicating Options to a
 * Sub-make") */

static enum origin origin(const struct fake *fake)
{
    return fake->settings.environment_overrides ? ORIGIN_ENVIRONMENT_OVERRIDE : ORIGIN_FILE;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* `unexport` in a file stands. */
static void export(struct fake *fake, const char *name, enum export export)
{
    struct variable *variable = variables_get(&fake->model.globals, name);

    if (variable && variable->export == EXPORT_DEFAULT)
        variable->export = export;
}

/* As the value of a recursive variable. */
static const char *double_dollars(struct arena *arena, const char *text)
{
    char *doubled = arena_alloc(arena, 2 * strlen(text) + 1), *end = doubled;

    for (; *text; text++) {
        if (*text == '$')
            *end++ = '$';
        *end++ = *text;
    }
    return doubled;
}

static void define(struct fake *fake, const char *jobs, const char *overrides)
{
    const char *letters = text_or_empty(fake->settings.flag_letters);
    const char *options = double_dollars(fake->arena, text_or_empty(fake->settings.flag_options));
    const char *flags = arena_printf(fake->arena, "%s%s%s", letters, jobs, options);

    lang_define(fake->lang, NULL, "MAKEFLAGS", arena_printf(fake->arena, "%s%s", flags, overrides),
                origin(fake), FLAVOR_RECURSIVE);
    export(fake, "MAKEFLAGS", EXPORT_YES);
    if (*letters)
        flags = arena_printf(fake->arena, "-%s", flags);
    lang_define(fake->lang, NULL, "MFLAGS", *flags == ' ' ? flags + 1 : flags, origin(fake),
                FLAVOR_RECURSIVE);
    export(fake, "MFLAGS", EXPORT_YES);
}

static void define_for_fakes(struct fake *fake)
{
    struct str flags = { 0 };
    const char *text;

    str_add(&flags, text_or_empty(fake->settings.fake_flags));
    questions_add_flags(fake->questions, &flags);
    text = str_text(&flags) + (flags.len > 0 && flags.data[0] == ' ');
    if (*text || variables_get(&fake->model.globals, "FAKEFLAGS")) {
        lang_define(fake->lang, NULL, "FAKEFLAGS", arena_strdup(fake->arena, text), origin(fake),
                    FLAVOR_SIMPLE);
        export(fake, "FAKEFLAGS", EXPORT_YES);
    }
    str_free(&flags);
}

void makeflags_define(struct fake *fake)
{
    define(fake, "", "");
    define_for_fakes(fake);
    if (fake->restarts > 0)
        lang_define(fake->lang, NULL, "MAKE_RESTARTS",
                    arena_printf(fake->arena, "%u", fake->restarts), ORIGIN_DEFAULT, FLAVOR_SIMPLE);
}

/* The receiver takes away blanks' backslashes, and expands once. */
static void add_quoted(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '$')
            str_addc(out, '$');
        else if (strchr(" \t\n\\", *text))
            str_addc(out, '\\');
        str_addc(out, *text);
    }
}

/* The variable that an assignment has set. */
static const struct variable *assigned(struct fake *fake, const char *assignment)
{
    size_t length = strcspn(assignment, ":+?!=");

    while (length > 0 && strchr(" \t", assignment[length - 1]))
        length--;
    return variables_get(&fake->model.globals, arena_strndup(fake->arena, assignment, length));
}

/* The last one first, as make does; each once. */
void makeflags_define_overrides(struct fake *fake)
{
    struct str text = { 0 };
    struct map seen = { 0 };

    for (size_t i = fake->assignments.len; i-- > 0;) {
        const struct variable *variable = assigned(fake, fake->assignments.items[i]);

        if (!variable || map_get(&seen, variable->name))
            continue;
        *map_put(&seen, variable->name) = (void *)variable;
        str_add(&text, text.len > 0 ? " " : "");
        add_quoted(&text, variable->name);
        str_add(&text, variable->flavor == FLAVOR_SIMPLE ? ":=" : "=");
        add_quoted(&text, variable->value);
    }
    if (text.len > 0) {
        lang_define(fake->lang, NULL, "MAKEOVERRIDES", str_text(&text), ORIGIN_ENVIRONMENT,
                    FLAVOR_SIMPLE);
        export(fake, "MAKEOVERRIDES", EXPORT_NO);
    }
    map_free(&seen);
    str_free(&text);
}

static void add_value(struct fake *fake, const char *name, struct str *out)
{
    struct scope scope = { .set = &fake->model.globals };
    struct expander expander = { .lang = fake->lang, .scope = &scope };
    const struct variable *variable = variables_get(&fake->model.globals, name);

    if (variable)
        expand_variable(&expander, name, variable->where, out);
}

/* A file empties MAKEOVERRIDES to keep the variables to itself. */
void makeflags_define_for_recipes(struct fake *fake, const char *jobs)
{
    struct str overrides = { 0 };

    add_value(fake, "MAKEOVERRIDES", &overrides);
    define(fake, jobs, overrides.len > 0 ? " -- $(MAKEOVERRIDES)" : "");
    define_for_fakes(fake);
    str_free(&overrides);
}

void makeflags_take(struct fake *fake)
{
    char **environment = fake->settings.environment;
    struct str flags = { 0 };

    if (!fake->settings.take_flags)
        return;
    add_value(fake, "MAKEFLAGS", &flags);
    fake->settings.take_flags(fake->settings.take_flags_context,
                              arena_strdup(fake->lasting, str_text(&flags)), &fake->settings);
    fake->settings.environment = environment;
    str_free(&flags);
}
