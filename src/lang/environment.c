#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/context.h"

/* The environment of this machine's processes. */

/* Entries by name; later ones replace earlier ones. */
struct environment {
    struct map entries; /* name ▶ char * "NAME=VALUE", NULL: not there; both of the heap */
};

static void put(struct environment *environment, const char *name, char *entry)
{
    void **slot;

    if (!map_getn(&environment->entries, name, strlen(name))) {
        slot = map_put(&environment->entries, mem_strdup(name));
    } else {
        slot = map_put(&environment->entries, name);
        free(*slot);
    }
    *slot = entry;
}

/* What this process got is the base. */
static void put_inherited(struct environment *environment, char **inherited)
{
    for (; inherited && *inherited; inherited++) {
        const char *equals = strchr(*inherited, '=');
        char *name = mem_strndup(*inherited, equals ? (size_t)(equals - *inherited) : 0);

        if (*name)
            put(environment, name, mem_strdup(*inherited));
        free(name);
    }
}

/* A shell can name it: otherwise exporting all would make an environment that none can read. */
static bool is_shell_name(const char *name)
{
    return *name && !(*name >= '0' && *name <= '9') &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
               '\0';
}

static bool is_exported(const struct lang *lang, const struct variable *variable)
{
    const struct variable *global;

    if (variable->export == EXPORT_DEFAULT) {
        /* A target's own value follows what is said of the name elsewhere. */
        global = variables_get(&lang->model->globals, variable->name);
        if (global && global != variable && global->export != EXPORT_DEFAULT)
            return global->export == EXPORT_YES;
        if (variable->origin == ORIGIN_COMMAND_LINE || variable->origin == ORIGIN_ENVIRONMENT ||
            variable->origin == ORIGIN_ENVIRONMENT_OVERRIDE)
            return is_shell_name(variable->name);
        return lang->model->export_all && variable->origin != ORIGIN_DEFAULT &&
               variable->origin != ORIGIN_AUTOMATIC && is_shell_name(variable->name);
    }
    return variable->export == EXPORT_YES;
}

static void put_variable(struct lang *lang, struct environment *environment,
                         const struct scope *scope, const struct expand_calls *calls,
                         const char *name)
{
    const struct variable *variable = scope_find(scope, name);
    struct expander expander = { .lang = lang, .scope = scope };
    struct str value = { 0 };

    if (!variable || strchr(name, '='))
        return;
    if (!is_exported(lang, variable)) {
        if (variable->export == EXPORT_NO)
            put(environment, name, NULL);
        return;
    }
    if (calls)
        expander.calls = *calls;
    str_addf(&value, "%s=", name);
    if (expand_variable(&expander, name, variable->where, &value))
        put(environment, name, str_steal(&value));
    str_free(&value);
}

static void put_level(struct lang *lang, struct environment *environment)
{
    const struct variable *level = variables_get(&lang->model->globals, "MAKELEVEL");
    long number = level ? strtol(level->value, NULL, 10) : 0;

    put(environment, "MAKELEVEL", mem_printf("MAKELEVEL=%ld", number < 0 ? 1 : number + 1));
}

static char **take_entries(struct environment *environment)
{
    char **list = mem_array(environment->entries.len + 1, sizeof *list);
    size_t i, n = 0;

    for (i = 0; i < environment->entries.len; i++) {
        if (environment->entries.entries[i].value)
            list[n++] = environment->entries.entries[i].value;
        free((char *)environment->entries.entries[i].key);
    }
    map_free(&environment->entries);
    return list;
}

char **lang_environment(struct lang *lang, const struct scope *scope,
                        const struct expand_calls *calls)
{
    struct environment environment = { { 0 } };
    const struct scope *level;
    size_t i;

    put_inherited(&environment, lang->options.environment);
    /* A value may hold a $(shell) of its own, which gets what this process got. */
    if (!lang->is_making_environment) {
        lang->is_making_environment = true;
        for (level = scope ? scope : &lang->globals; level; level = level->outer)
            for (i = 0; level->set && i < level->set->map.len; i++)
                if (level->set->map.entries[i].value)
                    put_variable(lang, &environment, scope ? scope : &lang->globals, calls,
                                 level->set->map.entries[i].key);
        lang->is_making_environment = false;
    }
    put_level(lang, &environment);
    return take_entries(&environment);
}

void lang_environment_free(char **environment)
{
    char **entry;

    for (entry = environment; entry && *entry; entry++)
        free(*entry);
    free(environment);
}
