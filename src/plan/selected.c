#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* $(@role.selected), in a recipe: the members of a role that this run may work on. */

static const char suffix[] = ".selected";

static bool holds(const struct vec *vec, const void *item)
{
    for (size_t i = 0; i < vec->len; i++)
        if (vec->items[i] == item)
            return true;
    return false;
}

static void add_selected(const struct selection *selection, struct host *host, struct str *value)
{
    if ((selection->is_given && !holds(&selection->hosts, host)) || !select_keeps(selection, host))
        return;
    str_addf(value, "%s%s", value->len ? " " : "", host->spec);
}

/* role NULL: all. */
static void add_members(const struct plan *plan, const struct vec *members, const struct role *role,
                        struct str *value)
{
    const struct selection *selection = plan->selection;

    for (size_t i = 0; i < members->len; i++)
        add_selected(selection, members->items[i], value);
    for (size_t i = 0; i < selection->named.len; i++) {
        struct host *host = selection->named.items[i];

        if ((!role || holds(&host->roles, role)) && !holds(members, host))
            add_selected(selection, host, value);
    }
}

bool selected_value(const struct plan *plan, const char *name, struct str *value)
{
    struct lang *lang = plan->options->lang;
    size_t length = strlen(name);
    struct str hosts = { 0 };
    struct role *role;
    char *role_name;
    bool is_all;

    if (name[0] != '@' || !str_ends(name, suffix))
        return false;
    role_name = mem_strndup(name + 1, length - 1 - strlen(suffix));
    is_all = strcmp(role_name, "all") == 0;
    role = is_all ? NULL : inventory_find_role(&lang_model(lang)->inventory, role_name);
    free(role_name);
    if (!is_all && (!role || role->is_host))
        return false;
    add_members(plan, is_all ? lang_all_hosts(lang) : lang_role_hosts(lang, role), role, &hosts);
    str_add(value, str_text(&hosts));
    str_free(&hosts);
    return true;
}
