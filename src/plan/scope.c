#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* The variables of a job, innermost first (§2 "Scope"):
 *   the goal's arguments; the target's own and its patterns'; what it inherits;
 *   the host's; its roles'; the file's, the command line's, the environment's.
 * The second line, the tail, is the same for many jobs and shared. */

/* These are a target's alone: not inherited, and unseen in a role. */
static const char *const own_names[] = {
    "batch",   "pause",   "max_failures", "inputs", "outputs", "record",
    "timeout", "retries", "retry_delay",  "lock",   "args",
};

static bool has_own_names(const struct variables *set)
{
    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
        if (variables_get(set, own_names[i]))
            return true;
    return false;
}

/* The set without what is a target's alone: itself when there is no such. */
static const struct variables *without_own(struct planner *planner, const struct variables *set)
{
    struct variables *copy;

    if (!set->map.len || !has_own_names(set))
        return set;
    copy = arena_alloc(planner->arena, sizeof *copy);
    for (size_t i = 0; i < set->map.len; i++)
        *map_put(&copy->map, set->map.entries[i].key) = set->map.entries[i].value;
    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
        map_remove(&copy->map, own_names[i]);
    vec_push(&planner->selection->copies, copy);
    return copy;
}

/* How long the stem is that the pattern leaves of a name; the shortest is the most specific. */
static bool pattern_stem(const struct pattern *pattern, const char *name, size_t *length)
{
    const char *stem;

    for (size_t i = 0; i < pattern->target_count; i++)
        if (implicit_match(pattern->targets[i], name, &stem, length))
            return true;
    return false;
}

/* The unit's own set and those of patterns, the most specific first, later ones before earlier. */
static size_t list_sets(struct planner *planner, const struct target *target,
                        const struct variables **sets, size_t *lengths)
{
    size_t count = 0, first = 0;

    if (target->variables && target->variables->map.len) {
        sets[count++] = target->variables;
        first = 1;
    }
    for (size_t i = 0; i < planner->variables.len; i++) {
        const struct pattern *pattern = planner->variables.items[i];
        size_t length, at = count;

        if (!pattern_stem(pattern, target->name, &length))
            continue;
        for (; at > first && lengths[at - 1] >= length; at--) {
            sets[at] = sets[at - 1];
            lengths[at] = lengths[at - 1];
        }
        sets[at] = pattern->variables;
        lengths[at] = length;
        count++;
    }
    return count;
}

void scope_inherit(struct planner *planner, struct unit *unit)
{
    size_t most = planner->variables.len + 1;
    const struct variables *few[8];
    size_t few_lengths[8];
    bool is_few = most <= 8;
    const struct variables **sets = is_few ? few : mem_array(most, sizeof *sets);
    size_t *lengths = is_few ? few_lengths : mem_array(most, sizeof *lengths);

    unit->set_count = list_sets(planner, unit->target, sets, lengths);
    if (unit->set_count) {
        unit->sets = arena_alloc(planner->arena, unit->set_count * sizeof *unit->sets);
        memcpy(unit->sets, sets, unit->set_count * sizeof *unit->sets);
        unit->inheritable = arena_alloc(planner->arena, unit->set_count * sizeof *unit->sets);
        for (size_t i = 0; i < unit->set_count; i++)
            unit->inheritable[i] = without_own(planner, unit->sets[i]);
    }
    if (unit->parent)
        unit->heir = unit->parent->set_count ? unit->parent : unit->parent->heir;
    if (!is_few) {
        free(sets);
        free(lengths);
    }
}

static const struct scope *push(struct arena *arena, const struct scope *outer,
                                const struct variables *set, bool inherited)
{
    struct scope *scope = arena_alloc(arena, sizeof *scope);

    *scope = (struct scope){ outer, set, inherited };
    return scope;
}

static const struct scope *push_sets(struct arena *arena, const struct scope *outer,
                                     const struct variables *const *sets, size_t count,
                                     bool inherited)
{
    while (count-- > 0)
        outer = push(arena, outer, sets[count], inherited);
    return outer;
}

const struct scope *scope_make(struct arena *arena, const struct unit *unit,
                               const struct scope *tail)
{
    struct vec heirs = { 0 };

    for (const struct unit *heir = unit->heir; heir; heir = heir->heir)
        vec_push(&heirs, (void *)heir);
    while (heirs.len) {
        const struct unit *heir = vec_pop(&heirs);

        tail = push_sets(arena, tail, heir->inheritable, heir->set_count, true);
    }
    vec_free(&heirs);
    tail = push_sets(arena, tail, unit->sets, unit->set_count, false);
    return unit->arguments ? push(arena, tail, unit->arguments, false) : tail;
}

/* The same for this machine, where chains of prerequisites may be long: what a unit hands on is
 * made once. */
static const struct scope *make_here(struct planner *planner, struct unit *unit)
{
    const struct scope *scope = planner->selection->here;
    struct vec heirs = { 0 };
    const struct unit *heir = unit->heir;

    for (; heir && !heir->here_inherited; heir = heir->heir)
        vec_push(&heirs, (void *)heir);
    if (heir)
        scope = heir->here_inherited;
    while (heirs.len) {
        struct unit *next = vec_pop(&heirs);

        scope = push_sets(planner->arena, scope, next->inheritable, next->set_count, true);
        next->here_inherited = scope;
    }
    vec_free(&heirs);
    scope = push_sets(planner->arena, scope, unit->sets, unit->set_count, false);
    return unit->arguments ? push(planner->arena, scope, unit->arguments, false) : scope;
}

static bool is_selected_role(const struct selection *selection, const struct role *role)
{
    for (size_t i = 0; i < selection->roles.len; i++)
        if (selection->roles.items[i] == role)
            return true;
    return false;
}

static int compare_roles(const void *a, const void *b)
{
    const struct role *first = *(struct role *const *)a, *second = *(struct role *const *)b;

    return (first->index > second->index) - (first->index < second->index);
}

/* The host's roles, those named by -R first, then in the order declared. */
static void list_roles(const struct selection *selection, const struct host *host,
                       struct vec *roles)
{
    struct vec others = { 0 };

    for (size_t i = 0; i < selection->roles.len; i++)
        for (size_t k = 0; k < host->roles.len; k++)
            if (host->roles.items[k] == selection->roles.items[i])
                vec_push(roles, selection->roles.items[i]);
    for (size_t i = 0; i < host->roles.len; i++)
        if (!is_selected_role(selection, host->roles.items[i]))
            vec_push(&others, host->roles.items[i]);
    if (others.len)
        qsort(others.items, others.len, sizeof *others.items, compare_roles);
    for (size_t i = 0; i < others.len; i++)
        vec_push(roles, others.items[i]);
    vec_free(&others);
}

/* `@db1: …` for the host as written, or by its name alone. */
static const struct role *own_set(const struct inventory *inventory, const struct host *host)
{
    const struct role *set = inventory_find_role(inventory, host->spec);

    if (!set || !set->is_host)
        set = inventory_find_role(inventory, host->name);
    return set && set->is_host && set->variables.map.len ? set : NULL;
}

static const struct scope *make_tail(struct planner *planner, const struct role *own,
                                     const struct vec *roles)
{
    const struct scope *scope = planner->file;

    for (size_t i = roles->len; i-- > 0;) {
        const struct role *role = roles->items[i];

        if (role->variables.map.len)
            scope = push(planner->arena, scope, without_own(planner, &role->variables), false);
    }
    return own ? push(planner->arena, scope, without_own(planner, &own->variables), false) : scope;
}

/* Hosts with the same roles and no variables of their own share a tail. */
static const struct scope *find_tail(struct planner *planner, const struct host *host)
{
    struct selection *selection = planner->selection;
    const struct role *own = own_set(&planner->model->inventory, host);
    struct vec roles = { 0 };
    struct str key = { 0 };
    const struct scope *tail;

    list_roles(selection, host, &roles);
    str_addf(&key, "%s:", own ? own->name : "");
    for (size_t i = 0; i < roles.len; i++)
        str_addf(&key, " %u", ((const struct role *)roles.items[i])->index);
    tail = map_get(&planner->tails, str_text(&key));
    if (!tail) {
        tail = make_tail(planner, own, &roles);
        *map_put(&planner->tails, arena_strdup(planner->arena, str_text(&key))) = (void *)tail;
    }
    vec_free(&roles);
    str_free(&key);
    return tail;
}

static void build_tails(struct planner *planner)
{
    struct selection *selection = planner->selection;
    const struct map *hosts = &planner->model->inventory.hosts;

    selection->tail_count = hosts->len;
    selection->tail_of = arena_alloc(planner->arena, (hosts->len + 1) * sizeof *selection->tail_of);
    for (size_t i = 0; i < hosts->len; i++)
        selection->tail_of[i] = find_tail(planner, hosts->entries[i].value);
}

const struct scope *scope_of_host(const struct plan *plan, const struct host *host)
{
    const struct selection *selection = plan->selection;

    return host->index < selection->tail_count ? selection->tail_of[host->index] : selection->file;
}

/* A value that two roles of -R give differently is an error when it is used here. */
static void add_conflicts(struct planner *planner, const struct role *a, const struct role *b,
                          struct variables *conflicts)
{
    for (size_t i = 0; i < a->variables.map.len; i++) {
        const struct variable *mine = a->variables.map.entries[i].value;
        const struct variable *other = mine ? variables_get(&b->variables, mine->name) : NULL;
        struct variable *conflict;

        if (!other || strcmp(mine->value, other->value) == 0)
            continue;
        conflict = arena_alloc(planner->arena, sizeof *conflict);
        *conflict = *other;
        conflict->text = NULL;
        conflict->flavor = FLAVOR_RECURSIVE;
        conflict->append = false;
        conflict->value = arena_printf(planner->arena,
                                       "$(error %s is not the same in the roles %s and %s, and "
                                       "this machine is in neither)",
                                       mine->name, a->name, b->name);
        conflict->length = strlen(conflict->value);
        *map_put(&conflicts->map, conflict->name) = conflict;
    }
}

/* In jobs of this machine the variables of the roles named by -R are in scope. */
static const struct scope *here_tail(struct planner *planner)
{
    const struct vec *roles = &planner->selection->roles;
    const struct scope *scope = make_tail(planner, NULL, roles);
    struct variables *conflicts = arena_alloc(planner->arena, sizeof *conflicts);

    for (size_t i = 0; i < roles->len; i++)
        for (size_t k = i + 1; k < roles->len; k++)
            add_conflicts(planner, roles->items[i], roles->items[k], conflicts);
    if (!conflicts->map.len)
        return scope;
    vec_push(&planner->selection->copies, conflicts);
    return push(planner->arena, scope, conflicts, false);
}

static const struct job *parent_job(const struct unit *unit, const struct job *job)
{
    const struct unit *parent = unit->parent;
    const struct job *there;

    if (!parent || !parent->job_count)
        return NULL;
    there = edges_on_host(parent, job->host);
    return there ? there : parent->jobs;
}

/* Jobs of hosts that end in the same tail share a scope; such hosts mostly stand together. */
static void give_scopes(struct planner *planner, struct unit *unit)
{
    const struct scope *last_tail = NULL, *last = NULL;
    bool is_plain = !unit->set_count && !unit->heir && !unit->arguments;

    for (size_t i = 0; i < unit->job_count; i++) {
        struct job *job = &unit->jobs[i];
        const struct scope *tail;

        job->parent = parent_job(unit, job);
        if (!job->host) {
            job->scope = make_here(planner, unit);
            continue;
        }
        tail = scope_of_host(planner->plan, job->host);
        if (tail != last_tail)
            last = is_plain ? tail : scope_make(planner->arena, unit, tail);
        last_tail = tail;
        job->scope = last;
    }
}

void scope_build(struct planner *planner)
{
    planner->selection->file = planner->file;
    build_tails(planner);
    planner->selection->here = here_tail(planner);
    for (size_t i = 0; i < planner->units.len; i++)
        give_scopes(planner, planner->units.items[i]);
    for (size_t i = 0; i < planner->plan->jobs.len; i++) {
        struct job *job = planner->plan->jobs.items[i];

        if (job->kind == JOB_GATE)
            job->scope = planner->file;
    }
}
