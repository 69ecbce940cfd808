#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"
#include "lib/context.h"

/* Files that are read are targets, too: where rules say how, they are made first, and when one has
 * changed by that, all is read anew. (GNU make manual, "How Makefiles Are Remade") */

/* A file that changes each time it is made would never let us begin. */
enum { RESTARTS_MAXIMUM = 50 };

struct wanted {
    const char *name;
    struct location where; /* of the include; nowhere: named by -f, or found */
    bool is_optional;
    bool is_missing;
    bool is_makeable; /* some rule may make it */
    struct hash before;
    bool had_content;
};

/* ---- which of them a rule may make ---- */

static bool has_no_prerequisites(const struct target *target)
{
    for (size_t i = 0; i < target->rules.len; i++) {
        if (((const struct rule *)target->rules.items[i])->count > 0)
            return false;
    }
    return true;
}

/* What would always run (.PHONY, `file::` without prerequisites) would never come to an end. */
static bool always_runs(const struct target *target)
{
    return (target->flags & TARGET_PHONY) || (target->double_colon && has_no_prerequisites(target));
}

static bool matches(const char *pattern, const char *name)
{
    const char *percent = strchr(pattern, '%');
    size_t before = percent ? (size_t)(percent - pattern) : strlen(pattern);
    size_t after = percent ? strlen(percent + 1) : 0, length = strlen(name);

    return percent && length > before + after && strncmp(pattern, name, before) == 0 &&
           strcmp(name + length - after, percent + 1) == 0;
}

/* A pattern is matched against the whole name or, without a slash of its own, what stands behind
 * the name's last one. */
static bool matches_pattern(const struct pattern *pattern, const char *name)
{
    const char *slash = strrchr(name, '/');

    if (pattern->variables || !pattern->rule.recipe)
        return false;
    for (size_t i = 0; i < pattern->target_count; i++) {
        const char *text = pattern->targets[i];
        if (matches(text, name) || (slash && !strchr(text, '/') && matches(text, slash + 1)))
            return true;
    }
    return false;
}

static bool is_makeable(const struct model *model, const char *name)
{
    const struct target *target = model_find_target(model, name);

    if (target && always_runs(target))
        return false;
    if (target && target->rules.len > 0 && (target->has_recipe || !has_no_prerequisites(target)))
        return true;
    for (size_t i = 0; i < model->patterns.len; i++) {
        if (matches_pattern(model->patterns.items[i], name))
            return true;
    }
    return false;
}

/* Each file once, in the order met. */
struct collection {
    struct fake *fake;
    struct map known; /* name ▶ struct wanted */
    struct vec all;
};

static void add_wanted(struct collection *collection, const char *name, struct location where,
                       bool is_optional, bool is_missing)
{
    void **slot = map_put(&collection->known, name);
    struct wanted *wanted = *slot;

    if (wanted) {
        wanted->is_optional = wanted->is_optional && is_optional;
        return;
    }
    wanted = *slot = arena_alloc(collection->fake->arena, sizeof *wanted);
    wanted->name = name;
    wanted->where = where;
    wanted->is_optional = is_optional;
    wanted->is_missing = is_missing;
    wanted->is_makeable = is_makeable(&collection->fake->model, name);
    if (wanted->is_makeable)
        wanted->had_content = hash_file(name, &wanted->before);
    vec_push(&collection->all, wanted);
}

/* ---- making them ---- */

/* What the run of these files says is for nobody when it is not about commands or failures; what
 * fails of files that need not be there, neither. */
struct filter {
    struct events *events;
    bool is_optional;
};

static void pass_on(void *self, const struct event *event)
{
    const struct filter *filter = self;

    if (event->kind == EVENT_RUN_BEGAN || event->kind == EVENT_RUN_ENDED ||
        event->kind == EVENT_JOB_SKIPPED)
        return;
    if (filter->is_optional && event->status != 0 && !event->ignored)
        return;
    events_emit(filter->events, *event);
}

static int run(struct fake *fake, const struct plan *plan, bool is_optional)
{
    struct run_options options;
    struct filter filter = { fake->events, is_optional };
    struct events *events = events_new();
    int code;

    fake_open_jobserver(fake);
    makeflags_define_for_recipes(fake, fake_describe_jobs(fake));
    options = fake_run_options(fake);
    options.dry_run = options.question = options.touch = false;
    options.always = options.always && fake->restarts == 0;
    options.keep_going = options.keep_going || is_optional;
    events_add_sink(events, (struct event_sink){ .event = pass_on, .self = &filter });
    code = run_plan(plan, &options, events);
    events_free(events);
    return code;
}

/* The goals' plan; quiet: nothing is said of what is wrong with it. */
static struct plan *plan_for(struct fake *fake, struct plan_options *options,
                             const struct vec *list, bool is_quiet)
{
    struct goal *goals = arena_alloc(fake->arena, (list->len + 1) * sizeof *goals);
    struct diags diags = fake->diags;
    struct plan *plan;

    *options = fake->plan_options;
    for (size_t i = 0; i < list->len; i++)
        goals[i].target = ((const struct wanted *)list->items[i])->name;
    options->goals = goals;
    options->goal_count = list->len;
    options->command = NULL;
    if (is_quiet) {
        options->notice = NULL;
        fake->diags.report = NULL;
    }
    plan = plan_make(fake->arena, options);
    if (is_quiet)
        fake->diags = diags;
    return plan;
}

/* Those for which a plan can be made. One by one only when there is none for all together. */
static void keep_plannable(struct fake *fake, struct vec *list)
{
    struct plan_options options;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct vec one = { &list->items[i], 1, 1 };
        struct plan *plan = plan_for(fake, &options, &one, true);

        if (plan)
            list->items[kept++] = list->items[i];
        plan_free(plan);
    }
    list->len = kept;
}

static bool makes_something(const struct plan *plan)
{
    for (size_t i = 0; i < plan->jobs.len; i++) {
        if (((const struct job *)plan->jobs.items[i])->kind != JOB_SOURCE)
            return true;
    }
    return false;
}

/* False: it failed, and was told unless the files are optional. */
static bool make_list(struct fake *fake, struct vec *list, bool is_optional)
{
    struct plan_options options;
    struct plan *plan = list->len > 0 ? plan_for(fake, &options, list, is_optional) : NULL;
    int code = FAKE_DONE;

    if (!plan && is_optional && list->len > 1) {
        keep_plannable(fake, list);
        plan = list->len > 0 ? plan_for(fake, &options, list, true) : NULL;
    }
    if (!plan)
        return list->len == 0;
    if (makes_something(plan))
        code = run(fake, plan, is_optional);
    plan_free(plan);
    return code == FAKE_DONE;
}

/* ---- all of it ---- */

static struct vec collect(struct fake *fake)
{
    const struct vec *includes = lang_includes(fake->lang);
    struct collection collection = { .fake = fake };

    for (size_t i = 0; i < fake->files.len; i++) {
        const char *path = fake->files.items[i];
        if (strcmp(path, "-") != 0)
            add_wanted(&collection, path, (struct location){ 0 }, false, access(path, F_OK) != 0);
    }
    for (size_t i = 0; i < includes->len; i++) {
        const struct include *include = includes->items[i];
        add_wanted(&collection, include->name, include->where, include->is_optional,
                   include->error != 0);
        if (include->error && include->error != ENOENT &&
            (!include->is_optional || include->error == EISDIR))
            diag_error(&fake->diags, include->where, "%s: %s", include->name,
                       strerror(include->error));
    }
    map_free(&collection.known);
    return collection.all;
}

static bool has_changed(const struct wanted *wanted)
{
    struct hash now;
    bool has_content;

    if (!wanted->is_makeable)
        return false;
    has_content = hash_file(wanted->name, &now);
    return has_content != wanted->had_content || (has_content && !hash_equal(now, wanted->before));
}

/* In make's words: what is missing, and why. A rule that ran well and made nothing is believed. */
static void report_missing(struct fake *fake, const struct vec *all, bool has_failed)
{
    const char *first = NULL;

    for (size_t i = 0; i < all->len; i++) {
        const struct wanted *wanted = all->items[i];
        if (!wanted->is_missing || wanted->is_optional || access(wanted->name, F_OK) == 0 ||
            (wanted->is_makeable && !has_failed))
            continue;
        diag_message(&fake->diags, wanted->where,
                     arena_printf(fake->arena, "%s: %s", wanted->name, strerror(ENOENT)));
        if (!first && !wanted->is_makeable)
            first = wanted->name;
    }
    if (first && !has_failed && fake->settings.keep_going)
        diag_message(&fake->diags, (struct location){ 0 },
                     arena_printf(fake->arena, "*** No rule to make target '%s'.", first));
    else if (first && !has_failed)
        diag_error(&fake->diags, (struct location){ 0 }, "No rule to make target '%s'", first);
}

/* -k: what can be made without the file is made, and the run fails at its end. */
static void go_without(struct fake *fake, const struct vec *all)
{
    for (size_t i = 0; i < all->len; i++) {
        const struct wanted *wanted = all->items[i];
        if (wanted->is_missing && !wanted->is_optional && access(wanted->name, F_OK) != 0)
            diag_message(
                &fake->diags, (struct location){ 0 },
                arena_printf(fake->arena, "Failed to remake makefile '%s'.", wanted->name));
    }
    fake->diags.errors = 0; /* all of them told here: what was read, was read well */
    fake->lacks_include = true;
}

static enum remade conclude(struct fake *fake, const struct vec *all)
{
    const struct wanted *changed = NULL;

    for (size_t i = 0; i < all->len && !changed; i++) {
        if (has_changed(all->items[i]))
            changed = all->items[i];
    }
    if (!changed)
        return REMADE_NOTHING;
    if (++fake->restarts <= RESTARTS_MAXIMUM)
        return REMADE_SOME;
    diag_error(&fake->diags, changed->where, "%s changes each time it is made", changed->name);
    return REMADE_FAILED;
}

static bool is_lost(const struct vec *all)
{
    for (size_t i = 0; i < all->len; i++) {
        const struct wanted *wanted = all->items[i];
        if (wanted->is_missing && !wanted->is_optional && !wanted->is_makeable)
            return true;
    }
    return false;
}

enum remade fake_remake(struct fake *fake)
{
    struct vec all = collect(fake), required = { 0 }, optional = { 0 };
    enum remade remade = REMADE_FAILED;
    bool is_fine;

    for (size_t i = 0; i < all.len; i++) {
        struct wanted *wanted = all.items[i];
        if (wanted->is_makeable)
            vec_push(wanted->is_optional ? &optional : &required, wanted);
    }
    is_fine = make_list(fake, &required, false) && !is_lost(&all);
    if (is_fine) {
        make_list(fake, &optional, true);
        remade = conclude(fake, &all);
    }
    if (remade != REMADE_SOME)
        report_missing(fake, &all, !is_fine && !is_lost(&all));
    if (fake->diags.errors > 0)
        remade = REMADE_FAILED;
    if (remade == REMADE_FAILED && fake->settings.keep_going && fake->restarts < RESTARTS_MAXIMUM) {
        go_without(fake, &all);
        remade = conclude(fake, &all);
    }
    vec_free(&all);
    vec_free(&required);
    vec_free(&optional);
    return remade;
}
