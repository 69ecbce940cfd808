#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/context.h"

/* The environment of this machine's processes. */

/* Entries "NAME=VALUE"; a later one replaces an earlier one of its name. */
struct environment {
    struct entry {
        char *text;  /* NULL: taken out */
        bool is_own; /* of the heap; else what this process got */
    } * entries;
    size_t count, room;
};

static struct entry *add(struct environment *environment)
{
    if (environment->count == environment->room) {
        environment->room = environment->room * 2 + 64;
        environment->entries =
            mem_resize(environment->entries, environment->room * sizeof *environment->entries);
    }
    environment->entries[environment->count] = (struct entry){ 0 };
    return &environment->entries[environment->count++];
}

static struct entry *find(const struct environment *environment, const char *name)
{
    size_t i, length = strlen(name);

    for (i = 0; i < environment->count; i++) {
        const char *text = environment->entries[i].text;

        if (text && strncmp(text, name, length) == 0 && text[length] == '=')
            return &environment->entries[i];
    }
    return NULL;
}

/* text: the heap's; NULL: not there. */
static void put(struct environment *environment, const char *name, char *text)
{
    struct entry *entry = find(environment, name);

    if (!entry)
        entry = add(environment);
    if (entry->is_own)
        free(entry->text);
    *entry = (struct entry){ text, true };
}

static void put_inherited(struct environment *environment, char **inherited)
{
    for (; inherited && *inherited; inherited++)
        if (**inherited != '=' && strchr(*inherited, '='))
            add(environment)->text = *inherited;
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

/* False: reported. */
static bool put_variable(struct lang *lang, struct environment *environment,
                         const struct scope *scope, const struct expand_calls *calls,
                         const char *name)
{
    const struct variable *variable = scope_find(scope, name);
    struct expander expander = { .lang = lang, .scope = scope };
    struct str value = { 0 };
    bool fine;

    if (!variable || strchr(name, '=') || variable->expanding) /* its value asks for this */
        return true;
    if (!is_exported(lang, variable)) {
        if (variable->export == EXPORT_NO)
            put(environment, name, NULL);
        return true;
    }
    if (variable->inherited) /* as it came, `$` and all */
        return true;
    if (calls)
        expander.calls = *calls;
    str_addf(&value, "%s=", name);
    fine = expand_variable(&expander, name, variable->where, &value);
    if (fine)
        put(environment, name, str_steal(&value));
    str_free(&value);
    return fine;
}

/* Most do not: known without a look at the other levels. */
static bool may_matter(const struct lang *lang, const struct variable *variable)
{
    return variable &&
           (variable->export == EXPORT_NO || (is_exported(lang, variable) && !variable->inherited));
}

static void put_level(struct lang *lang, struct environment *environment)
{
    const struct variable *level = variables_get(&lang->model->globals, "MAKELEVEL");
    long number = level ? strtol(level->value, NULL, 10) : 0;

    put(environment, "MAKELEVEL", mem_printf("MAKELEVEL=%ld", number < 0 ? 1 : number + 1));
}

/* One block: the list, and the text of what is not inherited. */
static char **take_entries(struct environment *environment)
{
    size_t i, n = 0, size = (environment->count + 1) * sizeof(char *);
    char **list, *text;

    for (i = 0; i < environment->count; i++)
        if (environment->entries[i].is_own && environment->entries[i].text)
            size += strlen(environment->entries[i].text) + 1;
    list = mem_resize(NULL, size);
    text = (char *)(list + environment->count + 1);
    for (i = 0; i < environment->count; i++) {
        struct entry *entry = &environment->entries[i];

        if (!entry->text)
            continue;
        list[n++] = entry->is_own ? text : entry->text;
        if (entry->is_own)
            text = stpcpy(text, entry->text) + 1;
        if (entry->is_own)
            free(entry->text);
    }
    list[n] = NULL;
    free(environment->entries);
    return list;
}

char **lang_environment(struct lang *lang, const struct scope *scope,
                        const struct expand_calls *calls)
{
    struct environment environment = { 0 };
    const struct scope *level;
    bool fine = true;
    char **list;
    size_t i;

    put_inherited(&environment, lang->options.environment);
    /* A value may hold a $(shell) of its own, which gets what this process got. */
    if (!lang->is_making_environment) {
        lang->is_making_environment = true;
        for (level = scope ? scope : &lang->globals; level; level = level->outer)
            for (i = 0; fine && level->set && i < level->set->map.len; i++)
                if (may_matter(lang, level->set->map.entries[i].value))
                    fine = put_variable(lang, &environment, scope ? scope : &lang->globals, calls,
                                        level->set->map.entries[i].key);
        lang->is_making_environment = false;
    }
    put_level(lang, &environment);
    list = take_entries(&environment);
    if (fine)
        return list;
    free(list);
    return NULL;
}
