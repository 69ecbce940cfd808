#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/built_in.h"
#include "plan/planner.h"

/* From the goals to all that they need, depth first as make goes, without recursion: chains may be
 * 100,000 long. Before-hooks are met as if they stood behind the prerequisites; after-hooks and
 * on-failure tasks, which may need what needs their trigger, once the goals are done. */

enum { GUESSES_MAXIMUM = 20 }; /* missing files for which a nearest name is looked for */

struct frame {
    struct unit *unit; /* NULL: the list of goals */
    struct link *links;
    size_t count;
    size_t next; /* earlier rule, links, then before-hooks */
    struct turn *turn;
    size_t turn_from; /* the first link that no turn holds yet */
    bool is_ordered;
};

struct search {
    struct planner *planner;
    struct frame *frames;
    size_t depth, cap;
    unsigned guesses;
};

struct unit *graph_unit_of(const struct planner *planner, const struct target *target)
{
    return target->index < planner->by_target_count ? planner->by_target[target->index] : NULL;
}

static void set_unit_of(struct planner *planner, const struct target *target, struct unit *unit)
{
    if (target->index >= planner->by_target_count) {
        size_t count = 2 * (planner->by_target_count + target->index + 1);

        planner->by_target = mem_resize(planner->by_target, count * sizeof *planner->by_target);
        memset(planner->by_target + planner->by_target_count, 0,
               (count - planner->by_target_count) * sizeof *planner->by_target);
        planner->by_target_count = count;
    }
    planner->by_target[target->index] = unit;
}

/* The target that is nearest to the unit's, or NULL; bound ones only when asked. */
static const char *find_nearest(const struct planner *planner, const struct unit *unit,
                                bool bound_only)
{
    const char *const *words = unit->parent ? NULL : planner->options->words;
    struct nearest nearest = nearest_to(unit->target->name);

    for (size_t i = 0; i < planner->known_targets; i++) {
        const struct target *target = planner->model->targets.entries[i].value;

        if (target && target->rules.len && (target->binding || !bound_only))
            nearest_try(&nearest, target->name);
    }
    for (; words && *words; words++)
        nearest_try(&nearest, *words);
    return nearest.best;
}

static bool holds_task(const struct link *links, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (links[i].target->binding)
            return true;
    return false;
}

static void push_frame(struct search *search, struct unit *unit, struct link *links, size_t count,
                       struct turn *turn)
{
    unsigned flags = unit ? unit->target->flags : 0;

    if (search->depth == search->cap) {
        search->cap = search->cap ? 2 * search->cap : 64;
        search->frames = mem_resize(search->frames, search->cap * sizeof *search->frames);
    }
    search->frames[search->depth++] = (struct frame){
        .unit = unit,
        .links = links,
        .count = count,
        .turn = turn,
        .is_ordered = (flags & TARGET_NOTPARALLEL) ||
                      (!(flags & TARGET_PARALLEL) && holds_task(links, count)),
    };
}

/* Something that may make a file that is not there now. */
static bool may_make(const struct link *link)
{
    return link->unit && (link->unit->kind != JOB_SOURCE || link->unit->is_missing);
}

static bool has_after_hooks(const struct unit *unit)
{
    for (size_t i = 0; unit->woven && i < unit->woven->hook_count; i++)
        if (unit->woven->hooks[i].hook->kind == HOOK_AFTER)
            return true;
    return false;
}

/* Puts the links before `to` into a turn, unless there is nothing among them to wait for. */
static void take_turn(struct search *search, struct frame *frame, size_t to)
{
    bool is_needed = false, is_hooked = frame->turn && frame->turn->is_hooked;
    size_t from = frame->turn_from;
    struct turn *turn;

    for (size_t i = from; i < to; i++) {
        is_needed |= may_make(&frame->links[i]);
        is_hooked |= frame->links[i].unit && has_after_hooks(frame->links[i].unit);
    }
    frame->turn_from = to;
    if (!is_needed)
        return;
    turn = arena_alloc(search->planner->arena, sizeof *turn);
    turn->previous = frame->turn;
    turn->links = frame->links;
    turn->from = from;
    turn->to = to;
    turn->is_hooked = is_hooked;
    frame->turn = turn;
}

/* The rules that give variables only are few; the others need not be looked at. */
static void collect_variable_patterns(struct planner *planner)
{
    for (size_t i = 0; i < planner->model->patterns.len; i++) {
        struct pattern *pattern = planner->model->patterns.items[i];

        if (pattern->variables)
            vec_push(&planner->variables, pattern);
    }
}

static void report_missing(struct search *search, const struct unit *unit, const char *nearest)
{
    const char *name = unit->target->name;
    struct arena *arena = search->planner->arena;
    const char *message = unit->parent
                              ? arena_printf(arena, "No rule to make target '%s', needed by '%s'",
                                             name, unit->parent->target->name)
                              : arena_printf(arena, "No rule to make target '%s'", name);
    const char *hint = built_in_hint(arena, name);

    if (!hint && nearest)
        hint = arena_printf(arena, "did you mean '%s'?", nearest);
    diag_error_hint(search->planner->diags, (struct location){ 0 }, message, hint);
}

/* A file that is not there and has no rule. What comes before it in its list may make it by the
 * way, as make finds when it comes to it; then it waits for that. A name near a task's is a slip.
 */
static void meet_missing(struct search *search, struct frame *frame, size_t at, struct unit *unit)
{
    const char *nearest = NULL;

    if (frame->unit && !frame->is_ordered)
        take_turn(search, frame, at);
    if (search->guesses++ < GUESSES_MAXIMUM)
        nearest = find_nearest(search->planner, unit, frame->turn != NULL);
    if ((frame->unit && frame->turn && !nearest) || search->planner->options->keep_going)
        unit->turn = frame->turn;
    else
        report_missing(search, unit, nearest);
}

/* Hook targets with a recipe of their own are named after their place: "after deploy". */
static bool is_nameless_hook(const struct hook *hook)
{
    return str_starts(hook->task, "before ") || str_starts(hook->task, "after ") ||
           str_starts(hook->task, "on-failure ");
}

static void add_hooks(struct planner *planner, struct unit *unit)
{
    size_t count = unit->target->hooks.len;
    struct woven *woven;

    if (!count)
        return;
    woven = weave_of(planner, unit);
    woven->hooks = arena_alloc(planner->arena, count * sizeof *woven->hooks);
    woven->hook_count = count;
    for (size_t i = 0; i < count; i++)
        woven->hooks[i].hook = unit->target->hooks.items[i];
    vec_push(&planner->pending, unit);
}

/* A unit of the target: of its only rule, or of one of its double-colon rules. */
static struct unit *make_unit(struct search *search, struct target *target, struct unit *parent,
                              struct turn *turn, const struct hook *hook)
{
    struct unit *unit = arena_alloc(search->planner->arena, sizeof *unit);

    unit->target = target;
    unit->parent = parent;
    unit->turn = turn;
    unit->binding = target->binding;
    if (hook && !unit->binding && is_nameless_hook(hook))
        unit->binding = parent->binding;
    return unit;
}

/* Makes the units of a target and begins with the last; `hook` is why, or NULL. */
static struct unit *open_unit(struct search *search, struct target *target, struct unit *parent,
                              struct turn *turn, const struct hook *hook)
{
    struct planner *planner = search->planner;
    struct unit *unit, *earlier = NULL;
    size_t index = 0;

    for (;;) {
        unit = make_unit(search, target, parent, turn, hook);
        unit->earlier = earlier;
        unit->rule_index = index;
        scope_inherit(planner, unit);
        rule_resolve(planner, unit);
        if (!target->double_colon || ++index >= target->rules.len)
            break;
        earlier = unit;
    }
    set_unit_of(planner, target, unit);
    add_hooks(planner, unit);
    push_frame(search, unit, unit->links, unit->link_count, turn);
    return unit;
}

/* "a <- b <- c <- a": each needs the one behind it. */
static void report_cycle(struct search *search, const struct unit *closing, bool is_hook)
{
    struct planner *planner = search->planner;
    bool is_task = is_hook;
    struct str chain = { 0 };
    size_t first = search->depth;
    const struct unit *last = search->frames[search->depth - 1].unit;

    while (search->frames[--first].unit != closing && first > 0)
        ;
    for (; first < search->depth; first++) {
        const struct unit *unit = search->frames[first].unit;

        if (!unit)
            continue;
        is_task |= unit->binding != NULL;
        str_addf(&chain, "%s <- ", unit->target->name);
    }
    str_add(&chain, closing->target->name);
    if (is_task)
        diag_error(planner->diags, closing->target->where, "Circular %s", str_text(&chain));
    else
        diag_message(planner->diags, (struct location){ 0 },
                     arena_printf(planner->arena, "Circular %s <- %s dependency dropped.",
                                  last->target->name, closing->target->name));
    str_free(&chain);
}

static void close_unit(struct planner *planner, struct unit *unit)
{
    unit->state = UNIT_DONE;
    unit->number = (uint32_t)planner->units.len;
    vec_push(&planner->units, unit);
}

/* The unit of a target met in the frame at depth-1; it may push a frame. NULL: dropped. */
static struct unit *meet(struct search *search, struct target *target, size_t at,
                         const struct hook *hook)
{
    struct frame *frame = &search->frames[search->depth - 1];
    struct unit *unit = graph_unit_of(search->planner, target);
    size_t depth = search->depth;

    if (unit && unit->state == UNIT_OPEN) {
        report_cycle(search, unit, hook != NULL);
        return NULL;
    }
    if (unit)
        return unit;
    unit = open_unit(search, target, frame->unit, frame->turn, hook);
    frame = &search->frames[depth - 1];
    if (unit->is_missing && !hook)
        meet_missing(search, frame, at, unit);
    return unit;
}

/* Meets a hook of the unit of the top frame. */
static void meet_hook(struct search *search, struct unit *unit, struct hooking *hooking)
{
    struct planner *planner = search->planner;
    struct target *target = model_find_target(planner->model, hooking->hook->task);

    if (target) /* lang has looked for its rule */
        hooking->unit = meet(search, target, 0, hooking->hook);
    if (!hooking->unit)
        return;
    hooking->unit->is_hook = true;
    vec_push(&weave_of(planner, hooking->unit)->triggers, unit);
}

/* What the top frame meets next. False: nothing is left. */
static void step_link(struct search *search, struct frame *frame, size_t at)
{
    struct link *links = frame->links;

    if (links[at].unit) /* a unit that the rule's resolution has linked already */
        return;
    if (frame->is_ordered || links[at].wait_before)
        take_turn(search, frame, at);
    links[at].unit = meet(search, links[at].target, at, NULL);
}

/* A before-hook comes just before the body: behind the prerequisites, or in front of them, when
 * they are the body. */
static bool step_frame(struct search *search)
{
    struct frame *frame = &search->frames[search->depth - 1];
    struct unit *unit = frame->unit;
    size_t hooks = unit && unit->woven ? unit->woven->hook_count : 0;
    size_t first_hook = unit && unit->binding && !unit->recipe ? 0 : frame->count;
    size_t at = frame->next++;

    if (at == 0) {
        if (unit && unit->earlier)
            push_frame(search, unit->earlier, unit->earlier->links, unit->earlier->link_count,
                       unit->turn);
        return true;
    }
    if (--at >= frame->count + hooks)
        return false;
    if (at < first_hook || at >= first_hook + hooks)
        step_link(search, frame, at < first_hook ? at : at - hooks);
    else if (unit->woven->hooks[at - first_hook].hook->kind == HOOK_BEFORE)
        meet_hook(search, unit, &unit->woven->hooks[at - first_hook]);
    return true;
}

/* Goes on until no frame above `floor` is left. */
static void run_search(struct search *search, size_t floor)
{
    while (search->depth > floor) {
        struct unit *unit = search->frames[search->depth - 1].unit;

        if (step_frame(search))
            continue;
        search->depth--;
        if (unit)
            close_unit(search->planner, unit);
    }
}

/* After-hooks and on-failure tasks, and theirs in turn. */
static void meet_later_hooks(struct search *search)
{
    struct planner *planner = search->planner;

    for (size_t i = 0; i < planner->pending.len; i++) {
        struct unit *unit = planner->pending.items[i];

        for (size_t k = 0; k < unit->woven->hook_count; k++) {
            if (unit->woven->hooks[k].hook->kind == HOOK_BEFORE)
                continue;
            push_frame(search, unit, NULL, 0, unit->turn);
            meet_hook(search, unit, &unit->woven->hooks[k]);
            run_search(search, 1);
            search->depth = 0;
        }
    }
}

void graph_build(struct planner *planner)
{
    struct search search = { .planner = planner };

    collect_variable_patterns(planner);
    push_frame(&search, NULL, planner->goals, planner->goal_count, NULL);
    run_search(&search, 0);
    for (size_t i = 0; i < planner->goal_count; i++)
        if (planner->goals[i].unit)
            planner->goals[i].unit->is_goal = true;
    meet_later_hooks(&search);
    free(search.frames);
}
