#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* From bindings to hosts, and what is left of the plan then. */

static const struct location nowhere = { 0 };

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "@db @web" whatever the order written; `!` stands for .PRIMARY. */
static const char *binding_key(struct planner *planner, const struct binding *binding,
                               bool is_primary)
{
    struct str key = { 0 };
    const char *result;
    void **names;

    if (binding->kind == BINDING_SELECTION) {
        str_add(&key, "@");
    } else {
        names = mem_array(binding->names.len + 1, sizeof *names);
        if (binding->names.len)
            memcpy(names, binding->names.items, binding->names.len * sizeof *names);
        qsort(names, binding->names.len, sizeof *names, compare_names);
        for (size_t i = 0; i < binding->names.len; i++)
            str_addf(&key, "%s@%s", i ? " " : "", (const char *)names[i]);
        free(names);
    }
    if (is_primary)
        str_addc(&key, '!');
    result = arena_strdup(planner->arena, str_text(&key));
    str_free(&key);
    return result;
}

/* A binding as it is written, for messages; from the arena. */
static const char *binding_text(struct planner *planner, const struct binding *binding)
{
    struct str text = { 0 };
    const char *result;

    if (binding->kind == BINDING_SELECTION)
        return "@:";
    for (size_t i = 0; i < binding->names.len; i++)
        str_addf(&text, "%s@%s", i ? " " : "", (const char *)binding->names.items[i]);
    result = arena_strdup(planner->arena, str_text(&text));
    str_free(&text);
    return result;
}

static void push_new(struct vec *hosts, struct map *seen, struct host *host)
{
    void **place = map_put(seen, host->spec);

    if (!*place)
        vec_push(hosts, host);
    *place = host;
}

/* Members of a role in the order listed, then those that -H gave to it. */
static void add_role_hosts(struct planner *planner, struct role *role, struct vec *hosts,
                           struct map *seen)
{
    const struct vec *members = lang_role_hosts(planner->lang, role);
    const struct vec *named = &planner->selection->named;

    for (size_t i = 0; i < members->len; i++)
        push_new(hosts, seen, members->items[i]);
    for (size_t i = 0; i < named->len; i++) {
        struct host *host = named->items[i];

        for (size_t k = 0; k < host->roles.len; k++)
            if (host->roles.items[k] == role)
                push_new(hosts, seen, host);
    }
}

static void add_all_hosts(struct planner *planner, struct vec *hosts, struct map *seen)
{
    for (size_t i = 0; i < planner->selection->known; i++)
        push_new(hosts, seen, planner->model->inventory.hosts.entries[i].value);
}

/* `@name` of a binding: a role, "all", or a host. */
static void add_bound_name(struct planner *planner, const char *name, struct location where,
                           struct vec *hosts, struct map *seen)
{
    struct inventory *inventory = &planner->model->inventory;
    struct role *role = inventory_find_role(inventory, name);
    struct vec found = { 0 };

    if (role && !role->is_host) {
        add_role_hosts(planner, role, hosts, seen);
    } else if (strcmp(name, "all") == 0) {
        add_all_hosts(planner, hosts, seen);
    } else {
        for (size_t i = 0; !inventory_find_host(inventory, name) && i < inventory->hosts.len; i++) {
            struct host *host = inventory->hosts.entries[i].value;

            if (strcmp(host->name, name) == 0)
                vec_push(&found, host);
        }
        if (!found.len)
            inventory_add_hosts(inventory, name, false, where, planner->diags, &found);
    }
    for (size_t i = 0; i < found.len; i++)
        push_new(hosts, seen, found.items[i]);
    vec_free(&found);
}

/* The variable `hosts` of the file; what an environment says does not count. */
static void add_default_hosts(struct planner *planner, struct vec *hosts)
{
    struct scope scope = { NULL, &planner->model->globals, false };
    struct variable *variable = scope_find(&scope, "hosts");
    struct expander expander = {
        .lang = planner->lang,
        .scope = &scope,
        .shell_failure_is_error = true,
    };
    struct str list = { 0 };

    if (!variable || variable->origin == ORIGIN_ENVIRONMENT ||
        variable->origin == ORIGIN_ENVIRONMENT_OVERRIDE)
        return;
    if (expand_variable(&expander, "hosts", variable->where, &list))
        inventory_add_hosts(&planner->model->inventory, str_text(&list),
                            variable->origin == ORIGIN_COMMAND_LINE, variable->where,
                            planner->diags, hosts);
    str_free(&list);
}

/* The first of each role, or of the list (§2, .PRIMARY). */
static void keep_primary(struct planner *planner, struct bound *bound)
{
    const struct binding *binding = bound->binding;
    const struct selection *selection = planner->selection;
    struct vec primary = { 0 };
    struct map seen = { 0 };

    if (binding->kind == BINDING_SELECTION && selection->named.len) {
        push_new(&primary, &seen, selection->named.items[0]);
    } else if (binding->kind == BINDING_SELECTION && selection->roles.len) {
        for (size_t i = 0; i < selection->roles.len; i++) {
            const struct vec *members = lang_role_hosts(planner->lang, selection->roles.items[i]);

            if (members->len)
                push_new(&primary, &seen, members->items[0]);
        }
    } else if (bound->asked.len) {
        push_new(&primary, &seen, bound->asked.items[0]);
    }
    vec_free(&bound->asked);
    bound->asked = primary;
    map_free(&seen);
}

static void fill_asked(struct planner *planner, struct bound *bound)
{
    const struct binding *binding = bound->binding;
    struct map seen = { 0 };

    if (binding->kind == BINDING_SELECTION && planner->selection->is_given)
        for (size_t i = 0; i < planner->selection->hosts.len; i++)
            push_new(&bound->asked, &seen, planner->selection->hosts.items[i]);
    else if (binding->kind == BINDING_SELECTION)
        add_default_hosts(planner, &bound->asked);
    else
        for (size_t i = 0; i < binding->names.len; i++)
            add_bound_name(planner, binding->names.items[i], binding->where, &bound->asked, &seen);
    map_free(&seen);
}

static void fill_hosts(struct planner *planner, struct bound *bound)
{
    const struct selection *selection = planner->selection;
    struct map chosen = { 0 };

    for (size_t i = 0; i < selection->hosts.len; i++) {
        struct host *host = selection->hosts.items[i];

        *map_put(&chosen, host->spec) = host;
    }
    for (size_t i = 0; i < bound->asked.len; i++) {
        struct host *host = bound->asked.items[i];

        if ((!selection->is_given || map_get(&chosen, host->spec)) && select_keeps(selection, host))
            vec_push(&bound->hosts, host);
    }
    map_free(&chosen);
}

/* `@:` with nothing selected: it never means "all". */
static void report_no_selection(struct planner *planner, const struct unit *unit)
{
    const char *roles = select_role_names(planner);

    diag_error_hint(
        planner->diags, unit->binding->where,
        arena_printf(planner->arena, "no host is selected for '%s'", unit->target->name),
        *roles ? arena_printf(planner->arena,
                              "select with -H or -R, or set hosts; the roles are %s", roles)
               : "select with -H HOST, or set hosts");
}

static struct bound *bind(struct planner *planner, const struct binding *binding, bool is_primary)
{
    const char *key = binding_key(planner, binding, is_primary);
    struct bound *bound = map_get(&planner->bounds, key);

    if (bound)
        return bound;
    bound = arena_alloc(planner->arena, sizeof *bound);
    bound->key = key;
    bound->binding = binding;
    bound->whole = is_primary ? bind(planner, binding, false) : bound;
    fill_asked(planner, bound);
    if (is_primary)
        keep_primary(planner, bound);
    fill_hosts(planner, bound);
    vec_settle(planner->arena, &bound->asked);
    vec_settle(planner->arena, &bound->hosts);
    *map_put(&planner->bounds, key) = bound;
    return bound;
}

/* The roles that the units' bindings name. */
static void collect_roles(struct planner *planner, struct vec *roles)
{
    struct map seen = { 0 };

    for (size_t i = 0; i < planner->units.len; i++) {
        const struct unit *unit = planner->units.items[i];

        if (!unit->binding || unit->binding->kind != BINDING_ROLES)
            continue;
        for (size_t k = 0; k < unit->binding->names.len; k++) {
            struct role *role =
                inventory_find_role(&planner->model->inventory, unit->binding->names.items[k]);

            if (!role || role->is_host || map_get(&seen, role->name))
                continue;
            *map_put(&seen, role->name) = role;
            vec_push(roles, role);
        }
    }
    map_free(&seen);
}

/* A host of -H that is in no role takes the one that the plan asks for. */
static void adopt_hosts(struct planner *planner)
{
    struct vec roles = { 0 };

    collect_roles(planner, &roles);
    for (size_t i = 0; i < planner->selection->named.len; i++) {
        struct host *host = planner->selection->named.items[i];

        if (host->roles.len || !roles.len)
            continue;
        if (roles.len > 1) {
            diag_error_hint(planner->diags, nowhere,
                            arena_printf(planner->arena,
                                         "'%s' is in no role, and the plan asks for several",
                                         host->spec),
                            arena_printf(planner->arena, "write -H %s=%s, or another of: %s",
                                         ((struct role *)roles.items[0])->name, host->spec,
                                         select_role_names(planner)));
            break;
        }
        vec_push(&host->roles, roles.items[0]);
    }
    vec_free(&roles);
}

static void fill_positions(struct planner *planner)
{
    for (size_t i = 0; i < planner->bounds.len; i++) {
        struct bound *bound = planner->bounds.entries[i].value;

        bound->host_count = planner->model->inventory.hosts.len;
        bound->positions =
            arena_alloc(planner->arena, (bound->host_count + 1) * sizeof *bound->positions);
        for (size_t k = 0; k < bound->hosts.len; k++) {
            const struct host *host = bound->hosts.items[k];

            bound->positions[host->index] = (uint32_t)k + 1;
        }
    }
}

void select_bind_all(struct planner *planner)
{
    adopt_hosts(planner);
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (unit->kind != JOB_HOST)
            continue;
        unit->bound = bind(planner, unit->binding, unit->target->flags & TARGET_PRIMARY);
    }
    fill_positions(planner);
}

/* Hosts for a message, folded: "web[01-20] db1"; from the arena. */
static const char *hosts_text(struct planner *planner, const struct vec *hosts)
{
    const char **names = mem_array(hosts->len + 1, sizeof *names);
    struct str text = { 0 };
    const char *result;

    for (size_t i = 0; i < hosts->len; i++)
        names[i] = ((const struct host *)hosts->items[i])->spec;
    range_fold(names, hosts->len, &text);
    result = hosts->len ? arena_strdup(planner->arena, str_text(&text)) : "none";
    free(names);
    str_free(&text);
    return result;
}

/* "-H web1 -x db*": what the command line says of hosts; from the arena. */
static const char *options_text(struct planner *planner)
{
    const struct plan_options *options = planner->options;
    const char *const given[][2] = {
        { "-H", options->hosts },
        { "-R", options->roles },
        { "-x", options->exclude },
        { "--limit", options->limit },
    };
    struct str text = { 0 };
    const char *result;

    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (given[i][1])
            str_addf(&text, "%s%s %s", text.len ? " " : "", given[i][0],
                     *given[i][1] ? given[i][1] : "''");
    result = arena_strdup(planner->arena, str_text(&text));
    str_free(&text);
    return result;
}

/* Why nothing is left of a unit's hosts; from the arena. */
static const char *why_none(struct planner *planner, const struct unit *unit)
{
    const struct selection *selection = planner->selection;
    const char *binding = binding_text(planner, unit->binding), *asked;
    const char *primary = unit->target->flags & TARGET_PRIMARY ? "the first of " : "";
    struct vec kept = { 0 };
    const char *why;

    if (!unit->bound->whole->asked.len)
        return arena_printf(planner->arena, "%s has no hosts", binding);
    asked = hosts_text(planner, &unit->bound->asked);
    if (!selection->is_given)
        return arena_printf(planner->arena, "%s%s is %s, left out by %s", primary, binding, asked,
                            options_text(planner));
    for (size_t i = 0; i < selection->hosts.len; i++)
        if (select_keeps(selection, selection->hosts.items[i]))
            vec_push(&kept, selection->hosts.items[i]);
    why = arena_printf(planner->arena, "%s%s is %s, the selection is %s (%s)", primary, binding,
                       asked, hosts_text(planner, &kept), options_text(planner));
    vec_free(&kept);
    return why;
}

static void notice(struct planner *planner, const char *text)
{
    if (planner->options->notice)
        planner->options->notice(planner->options->context, text);
}

/* False when the unit runs nowhere. */
static bool has_hosts(struct planner *planner, struct unit *unit)
{
    if (!unit->bound || unit->bound->hosts.len)
        return true;
    if (unit->is_noticed)
        return false;
    unit->is_noticed = true;
    if (unit->binding->kind == BINDING_SELECTION && !unit->bound->whole->asked.len)
        report_no_selection(planner, unit);
    else if (unit->is_goal)
        diag_error(planner->diags, nowhere, "'%s' has no host to run on: %s", unit->target->name,
                   why_none(planner, unit));
    else
        notice(planner, arena_printf(planner->arena, "%s: passed over: %s", unit->target->name,
                                     why_none(planner, unit)));
    return false;
}

static void mark(struct planner *planner, struct unit *unit, bool is_wanted, struct vec *todo)
{
    bool *flag;

    if (!unit)
        return;
    flag = is_wanted ? &unit->is_wanted : &unit->is_asked;
    if (*flag || !has_hosts(planner, unit))
        return;
    *flag = true;
    vec_push(todo, unit);
}

/* Marks all that the units of the list lead to. */
static void mark_from(struct planner *planner, struct vec *todo, bool is_wanted)
{
    struct unit *unit;

    while ((unit = vec_pop(todo))) {
        for (size_t i = 0; i < unit->link_count; i++)
            mark(planner, unit->links[i].unit, is_wanted, todo);
        mark(planner, unit->earlier, is_wanted, todo);
        mark(planner, unit->made_by, is_wanted, todo);
        for (size_t i = 0; !is_wanted && unit->woven && i < unit->woven->hook_count; i++)
            mark(planner, unit->woven->hooks[i].unit, false, todo);
    }
}

void select_mark(struct planner *planner)
{
    struct vec todo = { 0 };

    for (size_t i = 0; i < planner->goal_count; i++)
        mark(planner, planner->goals[i].unit, true, &todo);
    mark_from(planner, &todo, true);
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        for (size_t k = 0; unit->is_wanted && unit->woven && k < unit->woven->hook_count; k++)
            mark(planner, unit->woven->hooks[k].unit, false, &todo);
    }
    mark_from(planner, &todo, false);
    vec_free(&todo);
}

bool bound_is_per_host(const struct bound *a, const struct bound *b)
{
    return a->whole == b->whole || a->binding->kind == BINDING_SELECTION ||
           b->binding->kind == BINDING_SELECTION;
}
