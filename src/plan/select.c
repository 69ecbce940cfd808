#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* The selection: -H, -R, -x, --limit. */

static const struct location nowhere = { 0 };

/* The words of a list of the command line: blanks or commas between, but not in brackets. */
static void split_list(struct arena *arena, const char *list, struct vec *words)
{
    while (list && *list) {
        size_t n = 0;
        bool in_brackets = false;

        list += strspn(list, " \t\n,");
        for (; list[n] && (in_brackets || !strchr(" \t\n,", list[n])); n++)
            if (list[n] == '[' || list[n] == ']')
                in_brackets = list[n] == '[';
        if (n)
            vec_push(words, arena_strndup(arena, list, n));
        list += n;
    }
}

/* The names of the roles with a comma between, for messages; from the arena. */
const char *select_role_names(struct planner *planner)
{
    const struct map *roles = &planner->model->inventory.roles;
    struct str names = { 0 };
    const char *result;

    for (size_t i = 0; i < roles->len; i++) {
        const struct role *role = roles->entries[i].value;

        if (role && !role->is_host)
            str_addf(&names, "%s%s", names.len ? ", " : "", role->name);
    }
    result = arena_strdup(planner->arena, str_text(&names));
    str_free(&names);
    return result;
}

/* A role by name; unknown ones are reported with the nearest. */
static struct role *find_role(struct planner *planner, const char *name, const char *option)
{
    const struct map *roles = &planner->model->inventory.roles;
    struct role *role = inventory_find_role(&planner->model->inventory, name);
    struct nearest nearest = nearest_to(name);
    const char *names, *hint = NULL;

    if (role && !role->is_host)
        return role;
    for (size_t i = 0; i < roles->len; i++) {
        const struct role *other = roles->entries[i].value;

        if (other && !other->is_host)
            nearest_try(&nearest, other->name);
    }
    names = select_role_names(planner);
    if (nearest.best)
        hint = arena_printf(planner->arena, "did you mean '%s'?", nearest.best);
    else if (*names)
        hint = arena_printf(planner->arena, "the roles are %s", names);
    diag_error_hint(planner->diags, nowhere,
                    arena_printf(planner->arena, "%s: there is no role '%s'", option, name), hint);
    return NULL;
}

/* -H NAME: the hosts of the Fakefile that are called so, whatever their user and port; else a host
 * that it does not know. */
static bool add_named(void *context, const char *spec)
{
    struct planner *planner = context;
    struct inventory *inventory = &planner->model->inventory;
    struct selection *selection = planner->selection;
    bool is_found = false;

    if (!inventory_find_host(inventory, spec))
        for (size_t i = 0; i < selection->known; i++) {
            struct host *host = inventory->hosts.entries[i].value;

            if (host && strcmp(host->name, spec) == 0) {
                vec_push(&selection->named, host);
                is_found = true;
            }
        }
    if (!is_found)
        inventory_add_hosts(inventory, spec, true, nowhere, planner->diags, &selection->named);
    return true;
}

/* -H web: most likely -R web. */
static bool is_role_by_mistake(struct planner *planner, const char *word)
{
    struct role *role = inventory_find_role(&planner->model->inventory, word);

    if (!role || role->is_host)
        return false;
    for (size_t i = 0; i < planner->selection->known; i++) {
        const struct host *host = planner->model->inventory.hosts.entries[i].value;

        if (host && strcmp(host->name, word) == 0)
            return false;
    }
    diag_error_hint(planner->diags, nowhere,
                    arena_printf(planner->arena, "-H: '%s' is a role, not a host", word),
                    arena_printf(planner->arena, "write -R %s", word));
    return true;
}

/* One word of -H: hosts, or role=hosts. */
static void add_word(struct planner *planner, const char *word)
{
    struct selection *selection = planner->selection;
    const char *equals = strchr(word, '='), *why = NULL;
    size_t first = selection->named.len;
    struct role *role = NULL;

    if (equals) {
        role =
            find_role(planner, arena_strndup(planner->arena, word, (size_t)(equals - word)), "-H");
        if (!role)
            return;
        word = equals + 1;
    } else if (is_role_by_mistake(planner, word)) {
        return;
    }
    if (!range_expand(word, add_named, planner, &why) && why)
        diag_error(planner->diags, nowhere, "-H: malformed host '%s': %s", word, why);
    for (size_t i = first; role && i < selection->named.len; i++) {
        struct host *host = selection->named.items[i];

        if (!vec_holds(&host->roles, role))
            vec_push(&host->roles, role);
    }
}

static void add_hosts(const struct vec *from, struct vec *to, struct map *seen)
{
    for (size_t i = 0; i < from->len; i++) {
        struct host *host = from->items[i];
        void **place = map_put(seen, host->spec);

        if (!*place)
            vec_push(to, host);
        *place = host;
    }
}

/* -R: every word is a role, or "all". */
static void read_roles(struct planner *planner, struct map *seen)
{
    struct selection *selection = planner->selection;
    struct vec words = { 0 };

    split_list(planner->arena, planner->options->roles, &words);
    for (size_t i = 0; i < words.len; i++) {
        struct role *role;

        if (strcmp(words.items[i], "all") == 0) {
            const struct map *hosts = &planner->model->inventory.hosts;
            struct vec all = { 0 };

            for (size_t k = 0; k < selection->known; k++)
                vec_push(&all, hosts->entries[k].value);
            add_hosts(&all, &selection->hosts, seen);
            vec_free(&all);
            continue;
        }
        role = find_role(planner, words.items[i], "-R");
        if (!role || vec_holds(&selection->roles, role))
            continue;
        vec_push(&selection->roles, role);
        add_hosts(lang_role_hosts(planner->lang, role), &selection->hosts, seen);
    }
    vec_free(&words);
}

/* A pattern of -x that leaves nothing out is a slip that would run on a host that was to be spared.
 */
static void check_exclude(struct planner *planner)
{
    const struct map *hosts = &planner->model->inventory.hosts;

    for (size_t i = 0; i < planner->selection->exclude.len; i++) {
        const char *pattern = planner->selection->exclude.items[i];
        struct nearest nearest = nearest_to(pattern);
        bool is_found = false;

        for (size_t k = 0; k < hosts->len && !is_found; k++) {
            const struct host *host = hosts->entries[k].value;

            is_found = host && host_matches(host, pattern);
            if (host)
                nearest_try(&nearest, host->name);
        }
        if (!is_found)
            diag_error_hint(planner->diags, nowhere,
                            arena_printf(planner->arena, "-x: no host matches '%s'", pattern),
                            nearest.best
                                ? arena_printf(planner->arena, "did you mean '%s'?", nearest.best)
                                : NULL);
    }
}

static void settle(struct planner *planner)
{
    struct selection *selection = planner->selection;

    vec_settle(planner->arena, &selection->named);
    vec_settle(planner->arena, &selection->hosts);
    vec_settle(planner->arena, &selection->roles);
    vec_settle(planner->arena, &selection->exclude);
    vec_settle(planner->arena, &selection->limit);
}

void select_read(struct planner *planner)
{
    const struct plan_options *options = planner->options;
    struct selection *selection = planner->selection;
    struct map seen = { 0 };
    struct vec words = { 0 };

    selection->is_given = options->hosts || options->roles;
    selection->known = planner->model->inventory.hosts.len;
    split_list(planner->arena, options->hosts, &words);
    for (size_t i = 0; i < words.len; i++)
        add_word(planner, words.items[i]);
    add_hosts(&selection->named, &selection->hosts, &seen);
    read_roles(planner, &seen);
    split_list(planner->arena, options->exclude, &selection->exclude);
    split_list(planner->arena, options->limit, &selection->limit);
    check_exclude(planner);
    settle(planner);
    vec_free(&words);
    map_free(&seen);
}

static bool matches_any(const struct vec *patterns, const struct host *host)
{
    for (size_t i = 0; i < patterns->len; i++)
        if (host_matches(host, patterns->items[i]))
            return true;
    return false;
}

bool select_keeps(const struct selection *selection, const struct host *host)
{
    return !matches_any(&selection->exclude, host) &&
           (!selection->limit.len || matches_any(&selection->limit, host));
}
