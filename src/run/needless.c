#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "run/quick.h"
#include "run/run.h"
#include "run/store.h"

/* Nothing to do, found without a plan: from the goals along explicit rules to their sources, each
 * file compared with what quick.h keeps of it. What is anything but a plain file, a source or a
 * list of such (`all: …`) ends the walk, as does the first difference; then a plan is made and
 * decides.
 *
 * The order is the plan's, so that what is told is the same, numbers of jobs included. */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

/* What the walk knows of a target. */
struct passed {
    uint32_t needed_by; /* the number of the last file that needs it */
    unsigned char mark; /* enum mark */
    bool is_goal;
};

/* A target whose prerequisites are being walked. */
struct visit {
    const struct target *target;
    const struct rule *rule; /* NULL: none */
    size_t next;
};

struct walk {
    const struct model *model;
    const struct plan_options *goals;
    struct quick_table table;
    struct states *states;
    struct passed *passed; /* by target index */
    uint32_t number;       /* of files, counted as they are compared */
    struct visit *visits;
    size_t depth, cap;
    struct vec done; /* struct target, each after what it needs */
};

/* What the walk knows nothing of. */
static bool is_beyond(const struct plan_options *goals)
{
    const struct model *model = lang_model(goals->lang);
    const struct variable *folders = variables_get(&model->globals, "VPATH");
    return goals->command || goals->hosts || goals->roles || goals->exclude || goals->limit ||
           model->vpaths.len > 0 || (folders && folders->length > 0) ||
           variables_get(&model->globals, ".EXTRA_PREREQS");
}

static bool is_plain_target(const struct target *target)
{
    const unsigned simple = TARGET_PHONY | TARGET_PRECIOUS | TARGET_SECONDARY | TARGET_SILENT |
                            TARGET_IGNORE | TARGET_STAMP;
    return !target->binding && !target->double_colon && target->hooks.len == 0 &&
           !(target->flags & ~simple) && target->rules.len <= 1 &&
           !variables_get(target->variables, ".EXTRA_PREREQS");
}

static bool is_plain_rule(const struct rule *rule)
{
    return !rule->second && rule->group_count == 0;
}

static const struct rule *rule_of(const struct target *target)
{
    return target->rules.len > 0 ? target->rules.items[0] : NULL;
}

static bool is_made(const struct target *target)
{
    const struct rule *rule = rule_of(target);
    return rule && rule->recipe;
}

/* False: the walk ends. */
static bool meet(struct walk *walk, const struct target *target)
{
    const struct rule *rule = rule_of(target);
    unsigned char *mark = &walk->passed[target->index].mark;
    if (*mark != MARK_NEW)
        return *mark == MARK_DONE;
    if (!is_plain_target(target) || (rule && !is_plain_rule(rule)))
        return false;
    if (walk->depth == walk->cap) {
        walk->cap = walk->cap ? 2 * walk->cap : 64;
        walk->visits = mem_resize(walk->visits, walk->cap * sizeof *walk->visits);
    }
    *mark = MARK_OPEN;
    walk->visits[walk->depth++] = (struct visit){ target, rule, 0 };
    return true;
}

/* The file itself and what its content is made of, each once. */
static uint64_t hash_file_of(struct walk *walk, const struct target *target,
                             const struct rule *rule)
{
    uint64_t hash = rule->recipe->hash;
    if (!quick_hash_add(&hash, target, true, states_of(walk->states, target)))
        return 0;
    walk->number++;
    for (size_t i = 0; i < rule->count; i++) {
        const struct target *need = model_needed(walk->model, &rule->prerequisites[i]);
        uint32_t *needed_by = &walk->passed[need->index].needed_by;
        if (rule->prerequisites[i].order_only || *needed_by == walk->number)
            continue;
        *needed_by = walk->number;
        if (!quick_hash_add(&hash, need, is_made(need), states_of(walk->states, need)))
            return 0;
    }
    return hash | 1;
}

static bool is_known(struct walk *walk, const struct target *target, const struct rule *rule)
{
    uint64_t hash;
    if (target->flags & TARGET_PHONY)
        return false;
    hash = hash_file_of(walk, target, rule);
    return hash && hash == quick_table_find(&walk->table, target->hash);
}

/* All that it needs is as it was. Without a recipe it stands for that, and is itself a source when
 * it needs nothing. */
static bool is_done(struct walk *walk, const struct visit *visit)
{
    const struct target *target = visit->target;
    if (is_made(target))
        return is_known(walk, target, visit->rule);
    if (!(target->flags & TARGET_PHONY) && plan_matches_a_pattern(walk->model, target->name))
        return false;
    return (visit->rule && visit->rule->count > 0) ||
           (!(target->flags & TARGET_PHONY) && states_of(walk->states, target).hash);
}

/* Goes on with the target on top. False: the walk ends. */
static bool step(struct walk *walk)
{
    struct visit *visit = &walk->visits[walk->depth - 1];
    if (visit->rule && visit->next < visit->rule->count) {
        const struct prerequisite *need = &visit->rule->prerequisites[visit->next++];
        const struct target *target = model_needed(walk->model, need);
        return target && !need->wait_before && meet(walk, target);
    }
    if (!is_done(walk, visit))
        return false;
    walk->passed[visit->target->index].mark = MARK_DONE;
    vec_push(&walk->done, (void *)visit->target);
    walk->depth--;
    return true;
}

static bool walk_from(struct walk *walk, const char *goal)
{
    const struct target *target = model_find_target(walk->model, goal);
    if (!target || !meet(walk, target))
        return false;
    walk->passed[target->index].is_goal = true;
    while (walk->depth > 0)
        if (!step(walk))
            return false;
    return true;
}

static bool walk_all(struct walk *walk)
{
    const struct plan_options *goals = walk->goals;
    for (size_t i = 0; i < goals->goal_count; i++)
        if (goals->goals[i].arguments || !walk_from(walk, goals->goals[i].target))
            return false;
    return goals->goal_count > 0 ||
           (walk->model->default_goal && walk_from(walk, walk->model->default_goal));
}

/* ---- what a run would tell ---- */

static void tell_goals(const struct walk *walk, struct events *events)
{
    struct str text = { 0 };
    for (size_t i = 0; i < walk->done.len; i++) {
        const struct target *target = walk->done.items[i];
        if (walk->passed[target->index].is_goal)
            str_addf(&text, "%s%s", text.len ? " " : "", target->name);
    }
    events_emit(events, (struct event){ .kind = EVENT_RUN_BEGAN, .text = str_text(&text) });
    str_free(&text);
}

/* Of sources nothing is told, unless they are goals. */
static void tell_skipped(const struct walk *walk, size_t at, bool is_question,
                         struct events *events)
{
    const struct target *target = walk->done.items[at];
    bool is_goal = walk->passed[target->index].is_goal && !is_question;
    struct str text = { 0 };
    if (target->rules.len == 0 && !is_goal)
        return;
    if (is_goal)
        str_addf(&text, is_made(target) ? "'%s' is up to date." : "Nothing to be done for '%s'.",
                 target->name);
    events_emit(events, (struct event){ .kind = EVENT_JOB_SKIPPED,
                                        .job = (unsigned)at + 1,
                                        .target = target->name,
                                        .text = is_goal ? str_text(&text) : NULL,
                                        .is_file = true });
    str_free(&text);
}

static void tell(const struct walk *walk, bool is_question, struct events *events)
{
    tell_goals(walk, events);
    for (size_t i = 0; i < walk->done.len; i++)
        tell_skipped(walk, i, is_question, events);
    events_emit(events, (struct event){ .kind = EVENT_RUN_ENDED, .status = FAKE_DONE });
}

bool run_is_needless(const struct plan_options *goals, const struct run_options *options,
                     struct events *events, struct states **states)
{
    const struct model *model = lang_model(goals->lang);
    struct walk walk = { .model = model, .goals = goals };
    struct arena *arena;
    bool is_needless;
    *states = NULL;
    if (quick_is_silent(options) || is_beyond(goals))
        return false;
    arena = arena_new();
    walk.table = store_peek_quick(".", quick_key(arena, model, goals));
    arena_free(arena);
    if (walk.table.count == 0)
        return false;
    walk.states = *states = states_new(model, time(NULL));
    walk.passed = mem_array(model->targets.len, sizeof *walk.passed);
    is_needless = walk_all(&walk);
    if (is_needless)
        tell(&walk, options->question, events);
    quick_table_free(&walk.table);
    free(walk.passed);
    free(walk.visits);
    vec_free(&walk.done);
    return is_needless;
}
