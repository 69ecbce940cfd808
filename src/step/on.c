#include "step/on.h"

#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "lang/lang.h"

static const char separators[] = ", \t\n";

static bool has_hosts(struct role *role)
{
    return role && variables_get(&role->variables, "hosts");
}

static bool is_known(const struct inventory *inventory, const char *name)
{
    return strcmp(name, "all") == 0 || has_hosts(inventory_find_role(inventory, name)) ||
           inventory_find_host(inventory, name);
}

/* What follows the @ of the role that *list begins with, and *list moves behind it; NULL: it begins
 * with none. */
static const char *take_role(struct arena *arena, const char **list)
{
    *list += strspn(*list, separators);
    if (**list != '@')
        return NULL;
    size_t length = strcspn(*list, separators);
    const char *name = arena_strndup(arena, *list + 1, length - 1);
    *list += length;
    return name;
}

static void add_members(struct lang *lang, const char *name, struct vec *hosts)
{
    const struct inventory *inventory = &lang_model(lang)->inventory;
    struct role *role = inventory_find_role(inventory, name);
    struct host *host = inventory_find_host(inventory, name);
    const struct vec *members = strcmp(name, "all") == 0 ? lang_all_hosts(lang)
                                : has_hosts(role)        ? lang_role_hosts(lang, role)
                                                         : NULL;
    for (size_t i = 0; members && i < members->len; i++)
        vec_push(hosts, members->items[i]);
    if (!members && host)
        vec_push(hosts, host);
}

static const char *unknown_role(struct lang *lang, struct arena *arena, const char *name)
{
    const struct map *roles = &lang_model(lang)->inventory.roles;
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < roles->len; i++)
        nearest_try(&nearest, roles->entries[i].key);
    return arena_printf(arena, "--on: unknown role '%s'%s%s%s", name,
                        nearest.best ? ": did you mean '" : "", nearest.best ? nearest.best : "",
                        nearest.best ? "'?" : "");
}

bool on_find_hosts(struct lang *lang, struct arena *arena, const char *list, struct location where,
                   struct vec *hosts, const char **why)
{
    struct inventory *inventory = &lang_model(lang)->inventory;
    const char *name;
    while ((name = take_role(arena, &list))) {
        if (!is_known(inventory, name)) {
            *why = unknown_role(lang, arena, name);
            return false;
        }
        add_members(lang, name, hosts);
    }
    *why = "--on: no such hosts";
    return inventory_add_hosts(inventory, list, true, where, lang_diags(lang), hosts);
}

bool on_check(struct lang *lang, struct arena *arena, const char *list, struct location where)
{
    const char *name;
    while ((name = take_role(arena, &list)))
        if (!is_known(&lang_model(lang)->inventory, name)) {
            diag_error(lang_diags(lang), where, "%s", unknown_role(lang, arena, name));
            return false;
        }
    return true;
}
