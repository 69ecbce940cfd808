#include "plan/plan.h"

#include <string.h>

#include "base/str.h"
#include "plan/planner.h"
#include <stdlib.h>

void vec_settle(struct arena *arena, struct vec *vec)
{
    void **items = NULL;

    if (vec->len) {
        items = arena_alloc(arena, vec->len * sizeof *items);
        memcpy(items, vec->items, vec->len * sizeof *items);
    }
    size_t len = vec->len;

    vec_free(vec);
    *vec = (struct vec){ items, len, len };
}

/* `-- sudo systemctl reload nginx` is the verb's, with its password and all, when sudo has no
 * options of its own and the rest is one simple command: as the shell has it, the verb takes all of
 * it. */
static bool is_sudo(const char *command)
{
    static const char sudo[] = "sudo ";

    return str_starts(command, sudo) && command[strlen(sudo)] != '-' &&
           !strpbrk(command, ";&|<>()`$\n\\\"'");
}

/* `-- CMD`: a task "run CMD" on the selection. The user's shell has had its turn with `$`; what is
 * left is for the host's. */
static struct target *command_target(struct planner *planner)
{
    struct arena *arena = planner->arena;
    struct target *target = arena_alloc(arena, sizeof *target);
    struct source *source = arena_alloc(arena, sizeof *source);
    struct binding *binding = arena_alloc(arena, sizeof *binding);
    struct recipe *recipe = arena_alloc(arena, sizeof *recipe);
    struct rule *rule = arena_alloc(arena, sizeof *rule);
    struct str line = { 0 };

    str_add(&line, is_sudo(planner->options->command) ? "" : "run ");
    for (const char *s = planner->options->command; *s; s++) {
        if (*s == '$')
            str_addc(&line, '$');
        str_addc(&line, *s);
    }
    source->name = "command line";
    source->text = arena_strndup(arena, str_text(&line), line.len);
    source->size = line.len;
    binding->kind = BINDING_SELECTION;
    recipe->lines = arena_alloc(arena, sizeof *recipe->lines);
    recipe->count = 1;
    recipe->where = (struct location){ source, 0, (uint32_t)line.len };
    recipe->lines[0].source = source->text;
    recipe->lines[0].where = recipe->where;
    recipe->lines[0].text = text_compile(arena, source->text, line.len, recipe->where);
    rule->recipe = recipe;
    rule->where = recipe->where;
    target->name = arena_strndup(arena, planner->options->command,
                                 strcspn(planner->options->command, " \t\n"));
    target->binding = binding;
    target->where = recipe->where;
    target->index = (unsigned)planner->model->targets.len;
    model_add_rule(planner->model, target, rule);
    str_free(&line);
    return target;
}

static void add_goals(struct planner *planner)
{
    const struct plan_options *options = planner->options;
    size_t count = options->command || !options->goal_count ? 1 : options->goal_count;

    planner->goals = arena_alloc(planner->arena, count * sizeof *planner->goals);
    planner->goal_count = count;
    if (options->command) {
        planner->goals[0].target = command_target(planner);
        return;
    }
    if (!options->goal_count && !planner->model->default_goal) {
        diag_error(planner->diags, (struct location){ 0 }, "No targets");
        return;
    }
    for (size_t i = 0; i < count; i++)
        planner->goals[i].target =
            model_target(planner->model, options->goal_count ? options->goals[i].target
                                                             : planner->model->default_goal);
}

static void planner_free(struct planner *planner)
{
    weave_free(planner);
    find_free(planner);
    free(planner->by_target);
    vec_free(&planner->units);
    vec_free(&planner->pending);
    vec_free(&planner->variables);
    vec_free(&planner->jobs);
    map_free(&planner->bounds);
    map_free(&planner->tails);
}

struct plan *plan_make(struct arena *arena, const struct plan_options *options)
{
    /* Each works on what those before it left; the first that reports an error is the last. */
    static void (*const passes[])(struct planner *) = {
        add_goals,   select_read, graph_build, arguments_spread, select_bind_all,
        select_mark, weave_order, roll_read,   jobs_build,       edges_build,
        hooks_link,  order_jobs,  scope_build, scope_check,
    };
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    struct planner planner = {
        .plan = plan,
        .arena = arena,
        .options = options,
        .lang = options->lang,
        .model = lang_model(options->lang),
        .diags = lang_diags(options->lang),
        .selection = arena_alloc(arena, sizeof *planner.selection),
    };
    struct scope *file = arena_alloc(arena, sizeof *file);
    unsigned errors = planner.diags->errors;

    plan->arena = arena;
    plan->options = options;
    plan->selection = planner.selection;
    file->set = &planner.model->globals;
    file->inherited = true; /* a `private` one is not seen in recipes */
    planner.file = file;
    planner.known_targets = planner.model->targets.len;
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        passes[i](&planner);
        if (planner.diags->errors != errors)
            break;
    }
    planner_free(&planner);
    if (planner.diags->errors == errors)
        return plan;
    plan_free(plan);
    return NULL;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->selection->copies.len; i++)
        map_free(&((struct variables *)plan->selection->copies.items[i])->map);
    vec_free(&plan->selection->copies);
}
