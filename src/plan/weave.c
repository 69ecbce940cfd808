#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/planner.h"

/* What waits for hooks: each hook of a list for the one written before it, and what depends on a
 * target for its after-hooks. Either is left out where it would close a cycle, which is found by
 * what a hook itself waits for. Done with units: whatever the hosts, a hook waits for the same
 * targets. */

struct woven *weave_of(struct planner *planner, struct unit *unit)
{
    if (!unit->woven)
        unit->woven = arena_alloc(planner->arena, sizeof *unit->woven);
    return unit->woven;
}

static bool is_in(const uint64_t *set, const struct unit *unit)
{
    return set[unit->number / 64] >> (unit->number % 64) & 1;
}

/* A search for all that a unit waits for. */
struct reach {
    struct planner *planner;
    uint64_t *set;
    struct vec todo;
    uint32_t stamp; /* of turns walked already */
};

static void reach_unit(struct reach *reach, struct unit *unit)
{
    if (!unit || is_in(reach->set, unit))
        return;
    reach->set[unit->number / 64] |= (uint64_t)1 << (unit->number % 64);
    vec_push(&reach->todo, unit);
}

static void reach_hooks(struct reach *reach, const struct unit *unit, enum hook_kind kind)
{
    for (size_t i = 0; unit->woven && i < unit->woven->hook_count; i++)
        if (unit->woven->hooks[i].hook->kind == kind)
            reach_unit(reach, unit->woven->hooks[i].unit);
}

static bool is_after_hook_of(const struct unit *hook, const struct unit *trigger)
{
    for (size_t i = 0; i < trigger->woven->hook_count; i++)
        if (trigger->woven->hooks[i].unit == hook &&
            trigger->woven->hooks[i].hook->kind == HOOK_AFTER)
            return true;
    return false;
}

/* It waits for the unit, or both are hooks of one target, which says their order. */
static bool comes_later(const struct unit *hook, const struct unit *unit)
{
    if (!unit->woven)
        return false;
    if (is_after_hook_of(hook, unit))
        return true;
    for (size_t i = 0; i < unit->woven->triggers.len; i++) {
        const struct unit *trigger = unit->woven->triggers.items[i];

        if (is_after_hook_of(unit, trigger) && is_after_hook_of(hook, trigger))
            return true;
    }
    return false;
}

/* The hooks of a member of a list, for `unit`, which is further back. False: one is left out. */
static bool reach_after_hooks(struct reach *reach, const struct unit *member,
                              const struct unit *unit)
{
    bool is_whole = true;

    for (size_t i = 0; member->woven && i < member->woven->hook_count; i++) {
        struct unit *hook = member->woven->hooks[i].unit;

        if (member->woven->hooks[i].hook->kind != HOOK_AFTER)
            continue;
        if (hook && comes_later(hook, unit))
            is_whole = false;
        else
            reach_unit(reach, hook);
    }
    return is_whole;
}

/* The members of lists before it. That it waits for their after-hooks too is taken for granted
 * here; edges.c leaves out those that then close a cycle. */
static void reach_turns(struct reach *reach, const struct unit *unit)
{
    for (struct turn *turn = unit->turn; turn && turn->stamp != reach->stamp;
         turn = turn->previous) {
        bool is_whole = true;

        for (size_t i = turn->from; i < turn->to; i++) {
            struct unit *member = turn->links[i].unit;

            reach_unit(reach, member);
            if (member)
                is_whole = reach_after_hooks(reach, member, unit) && is_whole;
        }
        if (is_whole)
            turn->stamp = reach->stamp;
    }
}

static void reach_triggers(struct reach *reach, const struct unit *hook)
{
    for (size_t i = 0; hook->woven && i < hook->woven->triggers.len; i++)
        if (is_after_hook_of(hook, hook->woven->triggers.items[i]))
            reach_unit(reach, hook->woven->triggers.items[i]);
}

/* Itself only if it waits for itself. */
uint64_t *weave_reach(struct planner *planner, struct unit *from)
{
    struct reach reach = {
        .planner = planner,
        .set = mem_array(planner->units.len / 64 + 1, sizeof(uint64_t)),
        .stamp = ++planner->stamp,
    };
    struct unit *unit = from;

    do {
        for (size_t i = 0; i < unit->link_count; i++)
            reach_unit(&reach, unit->links[i].unit);
        for (const struct wait *wait = unit->waits; wait; wait = wait->next)
            reach_unit(&reach, wait->unit);
        reach_unit(&reach, unit->earlier);
        reach_unit(&reach, unit->made_by);
        reach_hooks(&reach, unit, HOOK_BEFORE);
        reach_turns(&reach, unit);
        reach_triggers(&reach, unit);
    } while ((unit = vec_pop(&reach.todo)));
    vec_free(&reach.todo);
    return reach.set;
}

/* True when the unit is, by way of after-hooks alone, its own trigger: it would never end. */
static bool follows_itself(struct planner *planner, struct unit *hook)
{
    struct reach reach = {
        .planner = planner,
        .set = mem_array(planner->units.len / 64 + 1, sizeof(uint64_t)),
    };
    const struct unit *unit = hook;
    bool is_found;

    do
        reach_triggers(&reach, unit);
    while ((unit = vec_pop(&reach.todo)));
    is_found = is_in(reach.set, hook);
    vec_free(&reach.todo);
    free(reach.set);
    return is_found;
}

static struct wait *find_wait(const struct unit *unit, const struct unit *before)
{
    for (struct wait *wait = unit->waits; wait; wait = wait->next)
        if (wait->unit == before)
            return wait;
    return NULL;
}

/* How it waits for the hooks of one it waits for: what is only written behind another runs, well or
 * not as that may have ended. */
static enum edge_kind hooks_kind(const struct unit *unit, const struct unit *trigger)
{
    const struct wait *wait = find_wait(unit, trigger);

    for (size_t i = 0; i < unit->link_count; i++)
        if (unit->links[i].unit == trigger)
            return EDGE_ORDER;
    return wait ? wait->kind : EDGE_ORDER;
}

/* Who waits for a hook depends on it, and so waits for its hooks too. */
static void add_wait(struct planner *planner, struct unit *unit, struct unit *before,
                     enum edge_kind kind)
{
    struct wait *wait = arena_alloc(planner->arena, sizeof *wait);

    *wait = (struct wait){ before, kind, unit->waits };
    unit->waits = wait;
    vec_push(&before->woven->dependents, unit);
}

/* `after deploy: restart notify`: notify waits for restart. */
static void order_hooks(struct planner *planner, const struct unit *unit, enum hook_kind kind)
{
    struct unit *previous = NULL;

    for (size_t i = 0; i < unit->woven->hook_count; i++) {
        const struct hooking *hooking = &unit->woven->hooks[i];
        uint64_t *set;

        if (hooking->hook->kind != kind || !hooking->unit)
            continue;
        if (previous && previous != hooking->unit) {
            set = weave_reach(planner, previous);
            if (!is_in(set, hooking->unit))
                add_wait(planner, hooking->unit, previous, EDGE_WAIT);
            free(set);
        }
        previous = hooking->unit;
    }
}

/* Who has a link to a unit with hooks. */
static void collect_dependents(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        for (size_t k = 0; k < unit->link_count; k++) {
            const struct unit *needed = unit->links[k].unit;

            if (needed && needed->woven)
                vec_push(&needed->woven->dependents, unit);
        }
    }
}

/* True when a wait was added. */
static bool wait_for_hook(struct planner *planner, struct unit *hook)
{
    uint64_t *set = weave_reach(planner, hook);
    bool is_added = false;

    for (size_t i = 0; i < hook->woven->triggers.len; i++) {
        const struct unit *trigger = hook->woven->triggers.items[i];

        if (!is_after_hook_of(hook, trigger))
            continue;
        for (size_t k = 0; k < trigger->woven->dependents.len; k++) {
            struct unit *dependent = trigger->woven->dependents.items[k];
            enum edge_kind kind = hooks_kind(dependent, trigger);
            struct wait *wait = find_wait(dependent, hook);

            if (dependent == hook || is_in(set, dependent) || (wait && wait->kind <= kind))
                continue;
            if (wait)
                wait->kind = kind;
            else
                add_wait(planner, dependent, hook, kind);
            is_added = true;
        }
    }
    free(hook->woven->reach);
    hook->woven->reach = set;
    return is_added;
}

bool weave_may_wait(const struct unit *unit, const struct unit *hook)
{
    return unit != hook && hook->woven->reach && !is_in(hook->woven->reach, unit);
}

/* ---- before-hooks of a target without a recipe ---- */

static bool has_before_hook(const struct unit *unit, const struct unit *hook)
{
    for (size_t i = 0; unit->woven && i < unit->woven->hook_count; i++)
        if (unit->woven->hooks[i].unit == hook && unit->woven->hooks[i].hook->kind == HOOK_BEFORE)
            return true;
    return false;
}

/* In front of its own. */
static void take_hook(struct planner *planner, struct unit *unit, struct hooking hooking)
{
    struct woven *woven = weave_of(planner, unit);
    struct hooking *hooks = arena_alloc(planner->arena, (woven->hook_count + 1) * sizeof *hooks);

    hooks[0] = hooking;
    if (woven->hook_count)
        memcpy(hooks + 1, woven->hooks, woven->hook_count * sizeof *hooks);
    woven->hooks = hooks;
    woven->hook_count++;
    vec_push(&hooking.unit->woven->triggers, unit);
}

/* The body of such a target is its prerequisites: the hook runs before the first of the tasks among
 * them, but for those that it needs itself. */
static void spread_hook(struct planner *planner, const struct unit *unit, struct hooking hooking)
{
    uint64_t *set = weave_reach(planner, hooking.unit);

    for (size_t i = 0; i < unit->link_count; i++) {
        struct unit *member = unit->links[i].unit;

        if (member && member->binding && member != hooking.unit && !is_in(set, member) &&
            !has_before_hook(member, hooking.unit))
            take_hook(planner, member, hooking);
    }
    free(set);
}

/* From the goals to what they need: what a hook was given to may be such a target, too. */
static void spread_hooks(struct planner *planner)
{
    for (size_t i = planner->units.len; i-- > 0;) {
        const struct unit *unit = planner->units.items[i];

        if (unit->recipe || !unit->binding || !unit->woven || !(unit->is_wanted || unit->is_asked))
            continue;
        for (size_t k = unit->woven->hook_count; k-- > 0;)
            if (unit->woven->hooks[k].hook->kind == HOOK_BEFORE && unit->woven->hooks[k].unit)
                spread_hook(planner, unit, unit->woven->hooks[k]);
    }
}

void weave_order(struct planner *planner)
{
    bool is_added;

    spread_hooks(planner);
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (unit->woven && unit->woven->triggers.len && follows_itself(planner, unit))
            diag_error(planner->diags, unit->target->where, "'%s' is to run after itself",
                       unit->target->name);
    }
    for (size_t i = 0; i < planner->units.len; i++) {
        const struct unit *unit = planner->units.items[i];

        if (!unit->woven)
            continue;
        order_hooks(planner, unit, HOOK_BEFORE);
        order_hooks(planner, unit, HOOK_AFTER);
        order_hooks(planner, unit, HOOK_ON_FAILURE);
    }
    collect_dependents(planner);
    do {
        is_added = false;
        for (size_t i = 0; i < planner->units.len; i++) {
            struct unit *unit = planner->units.items[i];

            if (unit->woven && unit->woven->triggers.len)
                is_added |= wait_for_hook(planner, unit);
        }
    } while (is_added);
}

void weave_free(struct planner *planner)
{
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (!unit->woven)
            continue;
        free(unit->woven->reach);
        vec_free(&unit->woven->triggers);
        vec_free(&unit->woven->dependents);
    }
}
