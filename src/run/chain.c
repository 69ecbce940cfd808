#include <string.h>

#include "lang/lang.h"
#include "run/job.h"
#include "run/state.h"

/* A target without a recipe that sets `inputs` decides for its chain: all of it runs, or none. It
 * is decided when the first of the chain has its turn; the record is written at the target's own,
 * behind the last. */

bool chain_decides(const struct job_run *job)
{
    const struct job *of = job->job;
    return !of->recipe && (of->kind == JOB_HOST || of->kind == JOB_HERE) && plan_sets(of, "inputs");
}

static bool is_link(const struct job *member, const struct job *stage)
{
    return !stage->recipe && stage->kind == member->kind && stage->host == member->host;
}

static bool has_content_edge(const struct job *dependent, const struct job *need)
{
    for (size_t i = 0; i < dependent->need_count; i++)
        if (dependent->needs[i].job == need)
            return dependent->needs[i].kind == EDGE_CONTENT;
    return false;
}

/* ---- what counts ---- */

static void visit_members(struct job_run *stage, const struct job *of,
                          void (*visit)(struct job_run *stage, const struct job *need))
{
    for (size_t i = 0; i < of->need_count; i++) {
        const struct job *need = of->needs[i].job;
        if (of->needs[i].kind != EDGE_CONTENT)
            continue;
        if (need->kind == JOB_GATE || is_link(stage->job, need))
            visit_members(stage, need, visit);
        visit(stage, need);
    }
}

static bool is_file(const struct job *job)
{
    return job->kind == JOB_FILE || job->kind == JOB_SOURCE;
}

static void add_path(struct job_run *stage, const struct job *need)
{
    if (is_file(need))
        vec_push(&stage->paths, (void *)(need->path ? need->path : need->target->name));
}

static void add_text(struct job_run *stage, const struct job *need)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < need->recipe->count; i++)
        hasher_add_string(hasher, need->recipe->lines[i].source);
    fingerprint_add(&stage->fingerprint, "recipe of", need->target->name, hasher_end(hasher));
}

/* Files and what other machines' tasks gave, by content; of the members, which are decided for,
 * their recipes as written. */
static void add_part(struct job_run *stage, const struct job *need)
{
    const struct job_run *need_run = run_job(stage->run, need);
    bool is_member = need->kind == stage->job->kind && need->host == stage->job->host;
    if (is_file(need)) {
        decide_add_file(stage, need);
    } else if (is_member && need->recipe) {
        add_text(stage, need);
        return;
    } else if (!is_member && need_run->has_content) {
        fingerprint_add(&stage->fingerprint, "prerequisite", need->target->name, need_run->content);
    }
    if (!is_member && need->kind != JOB_GATE &&
        scheduler_outcome(stage->run->scheduler, need) == OUTCOME_NONE)
        stage->chain_waits_for = need->target->name;
}

/* ---- the decision ---- */

static void decide(struct job_run *stage)
{
    job_open_arena(stage);
    stage->fingerprint = fingerprint_new(stage->arena);
    visit_members(stage, stage->job, add_part);
    decide_add_variables(stage);
    fingerprint_end(&stage->fingerprint);
    stage->has_fingerprint = stage->has_content = true;
    stage->fingerprint.has_inputs = true;
    stage->content = stage->fingerprint.whole;
    job_read_record(stage);
    decide_to_run(stage);
    if (stage->chain_waits_for)
        decide_reason(stage, "%s comes after what it decides for", stage->chain_waits_for);
    stage->chain = stage->reasons.len > 0 ? CHAIN_RUNS : CHAIN_SKIPS;
}

enum chain chain_decide(struct job_run *stage)
{
    if (stage->chain == CHAIN_OWN)
        decide(stage);
    return stage->chain;
}

/* A gate waits for all of a target, for someone: is there one who needs its content? */
static bool is_needed(struct run *run, const struct job *gate)
{
    for (size_t i = 0; i < gate->dependents.len; i++) {
        const struct job *dependent = gate->dependents.items[i];
        if (has_content_edge(dependent, gate) && scheduler_is_asked(run->scheduler, dependent) &&
            (dependent->kind != JOB_GATE || is_needed(run, dependent)))
            return true;
    }
    return false;
}

typedef void stage_visitor(void *context, struct job_run *stage);

/* Those that decide for the job; false when something else needs it, too. */
static bool each_stage(struct job_run *job, stage_visitor *visit, void *context)
{
    struct run *run = job->run;
    bool decided = job->job->dependents.len > 0;
    if (job->job->is_goal || job->job->is_hook)
        return false;
    for (size_t i = 0; i < job->job->dependents.len; i++) {
        const struct job *dependent = job->job->dependents.items[i];
        struct job_run *stage = run_job(run, dependent);
        if (!has_content_edge(dependent, job->job) ||
            !scheduler_is_asked(run->scheduler, dependent))
            continue;
        if (dependent->kind == JOB_GATE)
            decided = decided && !is_needed(run, dependent);
        else if (!is_link(job->job, dependent))
            decided = false;
        else if (chain_decides(stage))
            visit(context, stage);
        else
            decided = each_stage(stage, visit, context) && decided;
    }
    return decided;
}

struct verdict {
    struct job_run *decider;
    bool any, runs;
};

static void ask_stage(void *context, struct job_run *stage)
{
    struct verdict *verdict = context;
    bool runs = chain_decide(stage) == CHAIN_RUNS;
    if (!verdict->decider || (runs && !verdict->runs))
        verdict->decider = stage;
    verdict->any = true;
    verdict->runs = verdict->runs || runs;
}

static void note_stage(void *context, struct job_run *stage)
{
    bool *any = context;
    (void)stage;
    *any = true;
}

bool chain_has_decider(struct job_run *job)
{
    bool any = false;
    if (job->run->has_chains)
        each_stage(job, note_stage, &any);
    return any;
}

enum chain chain_verdict(struct job_run *job, const struct job_run **decider)
{
    struct verdict verdict = { 0 };
    *decider = NULL;
    if (!job->run->has_chains)
        return CHAIN_OWN;
    bool decided = each_stage(job, ask_stage, &verdict);
    *decider = verdict.decider;
    if (verdict.runs)
        return CHAIN_RUNS;
    return decided && verdict.any ? CHAIN_SKIPS : CHAIN_OWN;
}

static void want_paths(void *context, struct job_run *stage)
{
    struct vec *paths = context;
    stage->paths.len = 0;
    visit_members(stage, stage->job, add_path);
    for (size_t i = 0; i < stage->paths.len; i++)
        vec_push(paths, stage->paths.items[i]);
}

void chain_add_paths(struct job_run *job, struct vec *paths)
{
    if (job->run->has_chains)
        each_stage(job, want_paths, paths);
    if (chain_decides(job))
        visit_members(job, job->job, add_path);
}

/* ---- its record ---- */

void chain_each_member(struct job_run *stage, void (*visit)(struct job_run *member, void *context),
                       void *context)
{
    for (size_t i = 0; i < stage->job->need_count; i++) {
        const struct job *need = stage->job->needs[i].job;
        if (stage->job->needs[i].kind != EDGE_CONTENT || need->kind != stage->job->kind ||
            need->host != stage->job->host)
            continue;
        struct job_run *member = run_job(stage->run, need);
        if (need->recipe)
            visit(member, context);
        else
            chain_each_member(member, visit, context);
    }
}

/* ---- chains that are not in the plan ---- */

static bool stands_for(struct model *model, const struct target *stage, const char *name,
                       unsigned depth)
{
    enum { DEEP = 64 };
    for (size_t i = 0; depth < DEEP && i < stage->rules.len; i++) {
        const struct rule *rule = stage->rules.items[i];
        for (size_t k = 0; k < rule->count; k++) {
            const char *member = rule->prerequisites[k].name;
            const struct target *target = model_find_target(model, member);
            if (strcmp(member, name) == 0)
                return true;
            if (target && target->binding && !target->has_recipe &&
                stands_for(model, target, name, depth + 1))
                return true;
        }
    }
    return false;
}

void chain_each_outside(struct job_run *job, void (*visit)(void *context, const char *stage),
                        void *context)
{
    struct model *model = lang_model(job->run->lang);
    for (size_t i = 0; i < model->targets.len; i++) {
        const struct target *stage = model->targets.entries[i].value;
        if (stage->binding && !stage->has_recipe && variables_get(stage->variables, "inputs") &&
            stands_for(model, stage, job->job->target->name, 0))
            visit(context, stage->name);
    }
}
