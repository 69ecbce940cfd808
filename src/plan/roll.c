#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* Targets that roll over their hosts (§2 Order: batch, pause, max_failures): which units roll with
 * them, which hosts each batch has. edges.c puts the batches one behind the other. */

/* ---- the variables ---- */

/* A target's own value, blanks off its ends; NULL when it sets none. From the arena. */
static const char *own_value(struct planner *planner, const struct unit *unit, const char *name,
                             struct location *where)
{
    struct job job = { .kind = unit->kind,
                       .target = unit->target,
                       .unit = unit,
                       .scope = scope_make(planner->arena, unit, planner->file),
                       .plan = planner->plan };
    struct expander expander;
    struct str value = { 0 };
    const char *text = NULL;
    const struct variable *variable;

    if (!plan_sets(&job, name))
        return NULL;
    variable = scope_find(job.scope, name);
    *where = variable ? variable->where : unit->target->where;
    plan_expander(planner->plan, &job, &expander);
    if (expand_variable(&expander, name, *where, &value)) {
        size_t begin = strspn(str_text(&value), " \t\n"), end = value.len;

        while (end > begin && strchr(" \t\n", value.data[end - 1]))
            end--;
        text = end > begin ? arena_strndup(planner->arena, value.data + begin, end - begin) : NULL;
    }
    str_free(&value);
    return text;
}

/* "12" or "10%" of `whole`; *rest is what follows. False: it is neither. */
static bool read_amount(const char *text, size_t whole, unsigned *amount, const char **rest)
{
    enum { MOST = 1000000 };
    char *end;
    unsigned long number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    number = strtoul(text, &end, 10);
    if (number > MOST)
        return false;
    if (*end == '%') {
        if (number > 100)
            return false;
        number = number * whole / 100;
        end++;
    }
    *amount = (unsigned)number;
    *rest = end;
    return true;
}

static void report(struct planner *planner, const struct unit *unit, struct location where,
                   const char *name, const char *value, const char *wanted)
{
    diag_error(planner->diags, where, "%s of '%s' is '%s', not %s", name, unit->target->name, value,
               wanted);
}

/* ---- batches ---- */

static void fill_batch(struct roll *roll, const struct vec *hosts, size_t *next, size_t size)
{
    roll->batches++;
    for (; size > 0 && *next < hosts->len; size--, ++*next)
        roll->batch_of[((const struct host *)hosts->items[*next])->index] = roll->batches;
}

/* The last size of the list goes on to the end. NULL is all at once. */
static void cut_batches(struct planner *planner, struct roll *roll, const struct unit *unit)
{
    const struct vec *hosts = &unit->bound->hosts;
    struct location where = { 0 };
    const char *text = own_value(planner, unit, "batch", &where), *at = text;
    unsigned size = 0;
    size_t next = 0;

    roll->host_count = unit->bound->host_count;
    roll->batch_of = arena_alloc(planner->arena, (roll->host_count + 1) * sizeof *roll->batch_of);
    while (at && *at) {
        if (!read_amount(at, hosts->len, &size, &at) || (*at && !strchr(", \t", *at))) {
            report(planner, unit, where, "batch", text,
                   "numbers or percentages of hosts: 2, 25% or 1,10%,100%");
            return;
        }
        at += strspn(at, ", \t");
        fill_batch(roll, hosts, &next, size > 0 ? size : 1);
    }
    while (next < hosts->len)
        fill_batch(roll, hosts, &next, text && size > 0 ? size : text ? 1 : hosts->len);
    while (roll->batches > 1 && next == hosts->len) {
        /* Sizes behind the last host make no batch. */
        bool is_empty = true;

        for (size_t i = 0; i < hosts->len && is_empty; i++)
            is_empty =
                roll->batch_of[((const struct host *)hosts->items[i])->index] != roll->batches;
        if (!is_empty)
            break;
        roll->batches--;
    }
}

static void read_limits(struct planner *planner, struct roll *roll, const struct unit *unit)
{
    struct location where = { 0 };
    const char *rest = "", *text = own_value(planner, unit, "max_failures", &where);

    if (text && (!read_amount(text, unit->bound->hosts.len, &roll->max_failures, &rest) || *rest))
        report(planner, unit, where, "max_failures", text, "a number or percentage of hosts");
    text = own_value(planner, unit, "pause", &where);
    rest = "";
    if (text && (!read_amount(text, 0, &roll->pause, &rest) || *rest || strchr(text, '%')))
        report(planner, unit, where, "pause", text, "a number of seconds");
}

/* ---- who rolls ---- */

static bool is_in_plan(const struct unit *unit)
{
    return unit && (unit->is_wanted || unit->is_asked);
}

/* Host by host with the target, and on none but its hosts. One that runs on some of them only
 * (.PRIMARY) rolls when these are in the first batch, as the others wait for it. */
static bool fits(const struct roll *roll, const struct unit *unit, const struct unit *rolling)
{
    const struct bound *bound = unit->bound;

    if (!is_in_plan(unit) || !bound || unit->roll || (unit->is_goal && unit != rolling))
        return false;
    if (bound == rolling->bound)
        return true;
    if (!bound_is_per_host(bound, rolling->bound))
        return false;
    for (size_t i = 0; i < bound->hosts.len; i++) {
        uint32_t batch = roll->batch_of[((const struct host *)bound->hosts.items[i])->index];

        if (!batch || (batch > 1 && bound->hosts.len < rolling->bound->hosts.len))
            return false;
    }
    return true;
}

/* Without a recipe the target stands for its prerequisites, and theirs. */
static void add_chain(struct roll *roll, struct unit *rolling)
{
    struct vec todo = { 0 };
    struct unit *unit;

    vec_push(&todo, rolling);
    while ((unit = vec_pop(&todo))) {
        if (!fits(roll, unit, rolling))
            continue;
        unit->roll = roll;
        for (size_t i = 0; !rolling->recipe && i < unit->link_count; i++)
            if (unit->links[i].unit)
                vec_push(&todo, unit->links[i].unit);
    }
    vec_free(&todo);
}

static bool are_all(const struct vec *triggers, const struct roll *roll, bool counted)
{
    for (size_t i = 0; i < triggers->len; i++) {
        const struct unit *trigger = triggers->items[i];

        if (is_in_plan(trigger) && (trigger->roll != roll || (counted && !trigger->is_counted)))
            return false;
    }
    return true;
}

static bool is_cleaning(const struct unit *hook)
{
    for (size_t i = 0; i < hook->woven->triggers.len; i++) {
        const struct unit *trigger = hook->woven->triggers.items[i];

        for (size_t k = 0; k < trigger->woven->hook_count; k++)
            if (trigger->woven->hooks[k].unit == hook &&
                trigger->woven->hooks[k].hook->kind == HOOK_ON_FAILURE)
                return true;
    }
    return false;
}

/* Hooks that only what rolls can ask for; and hooks of them. */
static void add_hooks(struct planner *planner, struct roll *roll, const struct unit *rolling)
{
    bool is_added;

    do {
        is_added = false;
        for (size_t i = 0; i < planner->units.len; i++) {
            struct unit *unit = planner->units.items[i];

            if (!unit->woven || !unit->woven->triggers.len || unit->is_wanted ||
                is_cleaning(unit) || !fits(roll, unit, rolling) ||
                !are_all(&unit->woven->triggers, roll, false))
                continue;
            unit->roll = roll;
            is_added = true;
        }
    } while (is_added);
}

/* What only the target needs: a failure there is one of the target's. From those that need to what
 * is needed. */
static void mark_counted(struct planner *planner, struct roll *roll, struct unit *rolling)
{
    enum { BY_COUNTED = 1, BY_OTHERS = 2 };
    unsigned char *needed = mem_array(planner->units.len + 1, 1);

    rolling->is_counted = true;
    for (size_t i = planner->units.len; i-- > 0;) {
        struct unit *unit = planner->units.items[i];

        if (needed[unit->number] == BY_COUNTED && unit->bound && !unit->is_goal &&
            bound_is_per_host(unit->bound, rolling->bound))
            unit->is_counted = true;
        if (unit->is_counted && !unit->roll)
            unit->counts_for = roll;
        for (size_t k = 0; is_in_plan(unit) && k < unit->link_count; k++)
            if (unit->links[k].unit)
                needed[unit->links[k].unit->number] |=
                    unit->is_counted && (unit->roll == roll || unit->counts_for == roll)
                        ? BY_COUNTED
                        : BY_OTHERS;
    }
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (unit->roll == roll && unit->woven && unit->woven->triggers.len &&
            are_all(&unit->woven->triggers, roll, true))
            unit->is_counted = true;
    }
    free(needed);
}

/* What waits for a part of the roll and is waited for by another (a task of this machine in the
 * middle of a chain) has its turn in the first batch: else the roll would wait for itself. */
static void mark_inside(struct planner *planner, struct roll *roll)
{
    size_t words = planner->units.len / 64 + 1;
    uint64_t *rolling = mem_array(words, sizeof *rolling),
             *before = mem_array(words, sizeof *before);

    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];
        uint64_t *set;

        if (unit->roll != roll)
            continue;
        rolling[unit->number / 64] |= (uint64_t)1 << (unit->number % 64);
        set = weave_reach(planner, unit);
        for (size_t k = 0; k < words; k++)
            before[k] |= set[k];
        free(set);
    }
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];
        uint64_t *set;

        if (unit->roll || unit->inside || !is_in_plan(unit) ||
            !(before[unit->number / 64] >> (unit->number % 64) & 1))
            continue;
        set = weave_reach(planner, unit);
        for (size_t k = 0; k < words; k++)
            if (set[k] & rolling[k])
                unit->inside = roll;
        free(set);
    }
    free(rolling);
    free(before);
}

static bool asks_to_roll(const struct unit *unit)
{
    struct job job = { .unit = unit };

    return unit->bound && unit->bound->hosts.len && is_in_plan(unit) && !unit->roll &&
           (plan_sets(&job, "batch") || plan_sets(&job, "max_failures"));
}

static void check_local(struct planner *planner, const struct unit *unit)
{
    static const char *const names[] = { "batch", "pause", "max_failures" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct variable *variable = variables_get(unit->target->variables, names[i]);

        if (variable)
            diag_error(planner->diags, variable->where, "'%s' of '%s': it does not run on hosts",
                       names[i], unit->target->name);
    }
}

/* From the last to the first: what others need rolls with them. */
void roll_read(struct planner *planner)
{
    for (size_t i = planner->units.len; i-- > 0;) {
        struct unit *unit = planner->units.items[i];
        struct roll *roll;

        if (unit->binding && unit->binding->kind == BINDING_LOCAL)
            check_local(planner, unit);
        if (!asks_to_roll(unit))
            continue;
        roll = arena_alloc(planner->arena, sizeof *roll);
        roll->unit = unit;
        roll->index = (unsigned)planner->plan->roll_count++;
        cut_batches(planner, roll, unit);
        read_limits(planner, roll, unit);
        add_chain(roll, unit);
        add_hooks(planner, roll, unit);
        mark_counted(planner, roll, unit);
        mark_inside(planner, roll);
    }
}

bool roll_skips(const struct unit *unit, const struct unit *before)
{
    if (!unit->roll || before->roll == unit->roll || before->is_wanted || !before->woven)
        return false;
    for (size_t i = 0; i < before->woven->triggers.len; i++)
        if (((const struct unit *)before->woven->triggers.items[i])->roll == unit->roll)
            return true;
    return false;
}

uint32_t roll_batch(const struct roll *roll, const struct host *host)
{
    return roll && host && host->index < roll->host_count ? roll->batch_of[host->index] : 0;
}

/* ---- what the run asks ---- */

const struct roll *plan_roll(const struct job *job, unsigned *batch, bool *is_counted)
{
    const struct unit *unit = job->unit;
    const struct roll *roll = !unit ? NULL : unit->roll ? unit->roll : unit->counts_for;

    *batch = unit && unit->roll ? roll_batch(roll, job->host) : 0;
    *is_counted = roll && unit->is_counted;
    return roll;
}

bool plan_sets(const struct job *job, const char *name)
{
    const struct unit *unit = job->unit;

    if (!unit)
        return false;
    for (size_t i = 0; i < unit->set_count; i++)
        if (variables_get(unit->sets[i], name))
            return true;
    return unit->arguments && variables_get(unit->arguments, name);
}
