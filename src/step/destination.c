#include "step/destination.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "step/command.h"
#include "step/draft.h"
#include "step/options.h"
#include "step/put.h"
#include "step/source.h"
#include "step/verb.h"

struct finder {
    struct steps steps;
    struct diags diags; /* counts in silence: what is wrong is told when the job's turn comes */
    const struct step_context *context; /* NULL: not known from here on */
    struct vec *list;
};

static void add(struct finder *finder, struct destination destination)
{
    struct destination *kept = arena_alloc(finder->steps.arena, sizeof *kept);

    *kept = destination;
    vec_push(finder->list, kept);
}

/* What `put SRC… DST` makes of one source. */
static void add_source(struct finder *finder, const struct step *step,
                       const struct shell_word *source, bool keeps_name)
{
    struct arena *arena = finder->steps.arena;
    const char *path = source->pattern ? NULL : source_path(arena, source);
    const char *to =
        command_host_path(arena, step->context, &step->arguments[step->argument_count - 1]);
    struct stat status;
    bool is_there = path && stat(path, &status) == 0;

    if (!path || (is_there && !S_ISREG(status.st_mode)))
        return;
    add(finder, (struct destination){
                    .path = keeps_name ? put_join(arena, to, put_name(arena, path)) : to,
                    .name = keeps_name ? NULL : put_name(arena, path),
                    .source = path,
                    .is_file = is_there,
                    .where = step->where,
                });
}

static void look_at_put(struct finder *finder, const struct step *step)
{
    const struct shell_word *to = &step->arguments[step->argument_count - 1];
    bool keeps_name = step->argument_count > 2 || command_is_folder_path(to);

    if (step->options.mirror || step->options.unpack)
        return;
    if (step->options.variable)
        add(finder, (struct destination){
                        .path = command_host_path(finder->steps.arena, step->context, to),
                        .is_file = true,
                        .where = step->where,
                    });
    for (size_t i = 0; i + 1 < step->argument_count; i++)
        if (keeps_name || !step->arguments[i].pattern)
            add_source(finder, step, &step->arguments[i], keeps_name);
}

static void look_at_link(struct finder *finder, const struct step *step)
{
    if (step->argument_count == 2)
        add(finder,
            (struct destination){
                .path = command_host_path(finder->steps.arena, step->context, &step->arguments[1]),
                .is_file = true,
                .where = step->where,
            });
}

static bool take_words(struct finder *finder, struct step *step, const char *cursor)
{
    struct shell_word *words;
    const char *why;

    if (!options_parse(finder->steps.arena, step->verb, &cursor, &step->options, step->where,
                       &finder->diags) ||
        !shell_words_split(finder->steps.arena, cursor, &words, &step->argument_count, &why))
        return false;
    step->arguments = words;
    return step->argument_count > 0;
}

static void take_context(struct finder *finder, struct step *step, bool is_known)
{
    bool fine =
        is_known && (!step->verb->parse || step->verb->parse(&finder->steps, step, &finder->diags));

    finder->context = fine ? step->verb->apply(step, finder->context, finder->steps.arena) : NULL;
}

static void look_at(struct finder *finder, const struct draft *draft)
{
    size_t length = strcspn(draft->text, " \t\n");
    struct step step = { .verb = verb_find(draft->text, length),
                         .arena = finder->steps.arena,
                         .where = draft->where,
                         .context = finder->context };
    bool is_context = step.verb && step.verb->place == STEP_CONTEXT;

    if (!is_context && step.verb != &verb_put && step.verb != &verb_link)
        return;
    bool is_known = !draft->waits && take_words(finder, &step, draft->text + length);
    if (is_context)
        take_context(finder, &step, is_known);
    else if (is_known && step.verb == &verb_put)
        look_at_put(finder, &step);
    else if (is_known)
        look_at_link(finder, &step);
}

void destinations_find(const struct recipe *recipe, struct expander *expander, struct arena *arena,
                       struct vec *list)
{
    static const struct step_context none = { 0 };
    struct finder finder = {
        .steps = { .arena = arena, .lang = expander->lang, .expander = expander },
        .context = &none,
        .list = list,
    };
    struct drafts drafts;

    expander->mode = EXPAND_AHEAD;
    expander->undefined_is_error = false;
    expander->shell_failure_is_error = false;
    expander->may_be_undefined = true;
    if (!drafts_make(&drafts, arena, recipe, expander))
        return;
    for (size_t i = 0; i < drafts.count && finder.context; i++)
        look_at(&finder, &drafts.items[i]);
}

bool destinations_may_be(const struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->count; i++) {
        bool unused;
        const char *text = draft_skip_prefix(recipe->lines[i].source, &unused, &unused);
        size_t length = strcspn(text, " \t\n");
        const struct verb *verb = verb_find(text, length);
        if (verb == &verb_put || verb == &verb_link || memchr(text, '$', length))
            return true;
    }
    return false;
}

bool destinations_clash(const struct destination *a, const struct destination *b)
{
    bool same_source = a->source && b->source && strcmp(a->source, b->source) == 0;

    if (strcmp(a->path, b->path) != 0 || !((a->is_file && b->is_file) || same_source))
        return false;
    return (!a->name && !b->name) || (a->name && b->name && strcmp(a->name, b->name) == 0);
}
