#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lang/context.h"

/* What `@name:` lines and bindings come to: members of roles, and which names are hosts. */

/* Roles of a host stand in the order declared, whatever order they were resolved in. */
static void add_role(struct host *host, struct role *role)
{
    size_t i;

    vec_push(&host->roles, role);
    for (i = host->roles.len - 1; i > 0; i--) {
        struct role *before = host->roles.items[i - 1];

        if (before->index <= role->index)
            break;
        host->roles.items[i - 1] = role;
        host->roles.items[i] = before;
    }
}

/* Expands the variable `hosts` of a scope and adds what it lists. */
static void read_hosts(struct lang *lang, const struct scope *scope, struct location where,
                       struct vec *hosts)
{
    struct expander expander = { .lang = lang, .scope = scope, .shell_failure_is_error = true };
    struct str list = { 0 };

    if (expand_variable(&expander, "hosts", where, &list))
        inventory_add_hosts(&lang->model->inventory, str_text(&list), false, where, lang->diags,
                            hosts);
    str_free(&list);
}

const struct vec *lang_role_hosts(struct lang *lang, struct role *role)
{
    const struct variable *variable = variables_get(&role->variables, "hosts");
    struct scope scope = { &lang->globals, &role->variables, false };
    size_t i;

    if (role->is_resolved || !variable)
        return &role->hosts;
    if (role->is_resolving) {
        diag_error(lang->diags, variable->where, "the hosts of '@%s' are made from themselves",
                   role->name);
        return &role->hosts;
    }
    role->is_resolving = true;
    read_hosts(lang, &scope, variable->where, &role->hosts);
    role->is_resolving = false;
    role->is_resolved = true;
    for (i = 0; i < role->hosts.len; i++)
        add_role(role->hosts.items[i], role);
    return &role->hosts;
}

const struct vec *lang_all_hosts(struct lang *lang)
{
    const struct variable *variable = variables_get(&lang->model->globals, "hosts");
    const struct map *roles = &lang->model->inventory.roles;
    struct vec ignored = { 0 };
    size_t i;

    if (lang->knows_all_hosts)
        return &lang->hosts;
    lang->knows_all_hosts = true; /* first, so that a role made of @all meets itself once */
    for (i = 0; i < roles->len; i++)
        lang_role_hosts(lang, roles->entries[i].value);
    if (variable)
        read_hosts(lang, &lang->globals, variable->where, &ignored);
    vec_free(&ignored);
    for (i = 0; i < lang->model->inventory.hosts.len; i++)
        vec_push(&lang->hosts, lang->model->inventory.hosts.entries[i].value);
    return &lang->hosts;
}

static bool has_hosts(const struct role *role)
{
    return variables_get(&role->variables, "hosts") != NULL;
}

/* A host by what a Fakefile may call it: as written, or by its bare name. */
static struct host *find_host(const struct inventory *inventory, const char *name)
{
    struct host *host = inventory_find_host(inventory, name);
    size_t i;

    for (i = 0; !host && i < inventory->hosts.len; i++) {
        struct host *other = inventory->hosts.entries[i].value;

        if (strcmp(other->name, name) == 0)
            host = other;
    }
    return host;
}

/* The nearest role or host, for a name that is none. */
static const char *nearest_name(const struct inventory *inventory, const char *name)
{
    struct nearest nearest = nearest_to(name);
    size_t i;

    for (i = 0; i < inventory->roles.len; i++) {
        const struct role *role = inventory->roles.entries[i].value;

        if (has_hosts(role) || role->is_host)
            nearest_try(&nearest, role->name);
    }
    for (i = 0; i < inventory->hosts.len; i++)
        nearest_try(&nearest, ((struct host *)inventory->hosts.entries[i].value)->name);
    return nearest.best;
}

static void report_unknown(struct lang *lang, struct location where, const char *name,
                           const char *nearest)
{
    struct arena_mark mark = arena_mark(lang->scratch);
    const char *message =
        arena_printf(lang->scratch, "'@%s' is neither a role nor a host of one", name);
    const char *hint =
        nearest ? arena_printf(lang->scratch, "did you mean @%s?", nearest)
                : arena_printf(lang->scratch, "a role lists its members: @%s: hosts = …", name);

    diag_error_hint(lang->diags, where, message, hint);
    arena_release(lang->scratch, mark);
}

/* Names that bindings say, each once. */
static void collect_bound(struct lang *lang, struct map *bound)
{
    const struct map *targets = &lang->model->targets;
    size_t i, j;

    for (i = 0; i < targets->len; i++) {
        const struct target *target = targets->entries[i].value;

        for (j = 0; target->binding && j < target->binding->names.len; j++)
            *map_put(bound, target->binding->names.items[j]) = target->binding;
    }
}

/* A name that nothing declares is a host, unless it looks like a slip of the pen. */
static void add_bound_host(struct lang *lang, const char *name, const struct binding *binding)
{
    const char *nearest = nearest_name(&lang->model->inventory, name);
    struct vec ignored = { 0 };

    if (nearest && !inventory_find_role(&lang->model->inventory, name))
        report_unknown(lang, binding->where, name, nearest);
    else
        inventory_add_hosts(&lang->model->inventory, name, false, binding->where, lang->diags,
                            &ignored);
    vec_free(&ignored);
}

void hosts_check_bindings(struct lang *lang)
{
    const struct inventory *inventory = &lang->model->inventory;
    struct map bound = { 0 };
    size_t i;

    collect_bound(lang, &bound);
    for (i = 0; i < bound.len; i++) {
        const char *name = bound.entries[i].key;
        const struct role *role = inventory_find_role(inventory, name);

        if (strcmp(name, "all") != 0 && !(role && has_hosts(role)) && !find_host(inventory, name))
            add_bound_host(lang, name, bound.entries[i].value);
    }
    for (i = 0; i < inventory->roles.len; i++) {
        struct role *role = inventory->roles.entries[i].value;
        bool is_host = find_host(inventory, role->name) != NULL;

        role->is_host = is_host && !has_hosts(role);
        if (is_host && has_hosts(role))
            diag_error(lang->diags, role->where, "'%s' is the name of a host: no role is called so",
                       role->name);
        else if (!is_host && !has_hosts(role) && !map_get(&bound, role->name))
            report_unknown(lang, role->where, role->name, nearest_name(inventory, role->name));
    }
    map_free(&bound);
}

void hosts_resolve(struct lang *lang)
{
    lang_all_hosts(lang);
}
