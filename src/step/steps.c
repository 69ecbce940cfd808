#include "step/step.h"

#include <string.h>

#include "base/arena.h"
#include "lang/lang.h"
#include "lang/reference.h"
#include "lang/steps.h"
#include "step/command.h"
#include "step/draft.h"
#include "step/on.h"
#include "step/options.h"
#include "step/verb.h"

static const struct step_context no_context, context_here = { .is_here = true };

static void report_unknown_verb(struct arena *arena, const char *name, struct location where,
                                struct diags *diags)
{
    struct nearest nearest = nearest_to(name);
    verb_names(&nearest);
    const char *hint = nearest.best ? arena_printf(arena, "did you mean '%s'?", nearest.best)
                                    : arena_printf(arena, "known verbs are %s", verb_list(arena));
    diag_error_hint(
        diags, where,
        arena_printf(arena, "unknown verb '%s': each step of a task begins with a verb", name),
        hint);
}

/* The verb that a step's text begins with; NULL: none (reported). *cursor moves behind it. */
static const struct verb *take_verb(struct arena *arena, const char **cursor, struct location where,
                                    struct diags *diags)
{
    size_t length = strcspn(*cursor, " \t\n");
    const struct verb *verb = verb_find(*cursor, length);
    if (!verb)
        report_unknown_verb(arena, arena_strndup(arena, *cursor, length), where, diags);
    *cursor += length;
    return verb;
}

static bool check_place(const struct steps *steps, const struct step *step, struct diags *diags)
{
    if (!steps->is_local_task || (step->verb->place != STEP_HOST && step->verb->place != STEP_GATE))
        return true;
    diag_error_hint(diags, step->where,
                    arena_printf(steps->arena,
                                 "'%s' works on a host, and this task runs here (@local)",
                                 step->verb->name),
                    step->verb->is_command ? "write `local` for a command of this machine" : NULL);
    return false;
}

static bool take_arguments(struct steps *steps, struct step *step, const struct draft *draft,
                           const char *rest, struct diags *diags)
{
    if (step->verb->is_command) {
        step->is_script = draft->body != NULL;
        step->command = step->is_script ? draft->body : rest;
        step->text = step->command;
        if (step->command[strspn(step->command, " \t\n")])
            return true;
        diag_error(diags, step->where, "'%s' without a command", step->verb->name);
        return false;
    }
    step->text = rest;
    struct shell_word *words;
    const char *why = NULL;
    if (!shell_words_split(steps->arena, rest, &words, &step->argument_count, &why)) {
        step->argument_count = 0;
        if (step->verb->is_prose)
            return true;
        diag_error(diags, step->where, "%s: %s", step->verb->name, why);
        return false;
    }
    step->arguments = words;
    return true;
}

static const char *trimmed(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) &&
           !(length > 1 && text[length - 2] == '\\'))
        length--;
    return arena_strndup(arena, text, length);
}

/* What counts for a step: its verb, options, text. Folder and preamble come when all are known. */
static const char *written_part(struct arena *arena, const struct verb *verb,
                                const struct draft *draft)
{
    const char *cursor = draft->written + strlen(verb->name);
    struct str counted = { 0 };
    options_count(arena, verb, &cursor, &counted);
    cursor += strspn(cursor, " \t");
    const char *part =
        arena_printf(arena, "%s %u\n%s%s", verb->name, verb->version, str_text(&counted),
                     draft->body ? draft->written_body : trimmed(arena, cursor));
    str_free(&counted);
    return part;
}

/* step ▶ verb, options and arguments; of one that waits the verb alone is known. */
static bool parse_step(struct steps *steps, struct step *step, const struct draft *draft,
                       struct diags *diags)
{
    struct arena *arena = steps->arena;
    const char *cursor = draft->text;
    step->verb = take_verb(arena, &cursor, step->where, diags);
    if (!step->verb || !check_place(steps, step, diags))
        return false;
    if (!step->fingerprint)
        step->fingerprint = written_part(arena, step->verb, draft);
    step->text = draft->body ? draft->body : trimmed(arena, cursor + strspn(cursor, " \t"));
    if (draft->waits)
        return true;
    steps->expander->is_waiting = false;
    step->is_parsed =
        options_parse(arena, step->verb, &cursor, &step->options, step->where, diags) &&
        options_check(&step->options, step->verb->name, step->where, diags) &&
        (!step->options.on || on_check(steps->lang, arena, step->options.on, step->where)) &&
        take_arguments(steps, step, draft, trimmed(arena, cursor), diags) &&
        (!step->verb->parse || step->verb->parse(steps, step, diags));
    return step->is_parsed || steps->expander->is_waiting; /* a value that it sends waits */
}

static bool takes_context(const struct steps *steps, const struct step *step)
{
    return step->verb->place != STEP_HERE || steps->is_local_task;
}

static void set_local_command(struct steps *steps, struct step *step)
{
    struct str text = { 0 };
    command_add(&text, step, NULL);
    step->local_command = arena_strdup(steps->arena, str_text(&text));
    str_free(&text);
}

/* Gives each step the folder and preamble that the ones before it say. Behind a context that is not
 * known yet every step waits. */
static void apply_contexts(struct steps *steps)
{
    const struct step_context *context = steps->is_local_task ? &context_here : &no_context;
    bool is_known = true;
    for (size_t i = 0; i < steps->count; i++) {
        struct step *step = &steps->items[i];
        bool takes = takes_context(steps, step);
        step->context = takes ? context : &no_context;
        step->waits = !step->is_parsed || (takes && !is_known);
        if (step->is_parsed && step->verb->place == STEP_HERE && step->verb->is_command)
            set_local_command(steps, step);
        if (step->verb->place == STEP_CONTEXT && !step->is_parsed)
            is_known = false;
        else if (step->verb->place == STEP_CONTEXT)
            context = step->verb->apply(step, context, steps->arena);
    }
}

/* The context as written, also where it is not known yet. */
static void add_contexts_to_fingerprints(struct steps *steps)
{
    const char *written = "";
    for (size_t i = 0; i < steps->count; i++) {
        struct step *step = &steps->items[i];
        if (step->verb->place == STEP_CONTEXT)
            written = arena_printf(steps->arena, "%s%s\n", written, step->fingerprint);
        else if (takes_context(steps, step) && *written)
            step->fingerprint = arena_printf(steps->arena, "%s%s", written, step->fingerprint);
    }
}

static void report_late_gate(struct diags *diags, struct location where, const struct verb *gate,
                             const struct verb *acting)
{
    diag_error(diags, where, "'%s' stands in front of the first step that acts (%s)", gate->name,
               acting->name);
}

/* Gates are asked before the decision whether the job runs. */
static bool check_gates(const struct steps *steps, struct diags *diags)
{
    const struct step *acting = NULL;
    bool fine = true;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        if (step_acts(step) && !acting)
            acting = step;
        if (step->verb->place != STEP_GATE)
            continue;
        if (acting)
            report_late_gate(diags, step->where, step->verb, acting->verb);
        else if (step->waits)
            diag_error(
                diags, step->where,
                "'%s' is asked before all steps: nothing in or before it may wait for $(run …)",
                step->verb->name);
        fine = fine && !acting && !step->waits;
    }
    return fine;
}

static const char *host_name(struct arena *arena, struct expander *expander)
{
    struct str value = { 0 };
    const char *name = NULL;
    if (expander->calls.automatic &&
        expander->calls.automatic(expander->calls.context, "host", &value))
        name = arena_strdup(arena, str_text(&value));
    str_free(&value);
    return name;
}

bool steps_make(struct steps *steps, struct arena *arena, const struct recipe *recipe,
                struct expander *expander, bool is_local_task)
{
    struct diags *diags = lang_diags(expander->lang);
    struct step_options defaults = { 0 };
    struct drafts drafts;
    *steps = (struct steps){ .arena = arena,
                             .lang = expander->lang,
                             .is_local_task = is_local_task,
                             .expander = expander,
                             .host = host_name(arena, expander) };
    if (!drafts_make(&drafts, arena, recipe, expander))
        return false;
    bool fine = options_from_scope(expander, &defaults, recipe->where);
    steps->items = arena_alloc(arena, (drafts.count ? drafts.count : 1) * sizeof *steps->items);
    steps->count = drafts.count;
    for (size_t i = 0; i < drafts.count; i++) {
        const struct draft *draft = &drafts.items[i];
        steps->items[i] = (struct step){ .arena = arena,
                                         .number = (unsigned)i + 1,
                                         .where = draft->where,
                                         .silent = draft->silent,
                                         .ignore = draft->ignore,
                                         .options = defaults,
                                         .lines = recipe->lines + draft->first_line,
                                         .line_count = draft->line_count,
                                         .part = draft->part };
        fine &= parse_step(steps, &steps->items[i], draft, diags);
    }
    if (!fine)
        return false;
    apply_contexts(steps);
    add_contexts_to_fingerprints(steps);
    return check_gates(steps, diags);
}

/* The draft of a step that waits, with its value now; NULL: failed (reported) or still waiting. */
static const struct draft *redraft(const struct steps *steps, const struct step *step,
                                   struct expander *expander)
{
    const struct recipe recipe = { .lines = (struct recipe_line *)step->lines,
                                   .count = step->line_count,
                                   .where = step->where };
    struct drafts drafts;
    if (!drafts_make(&drafts, steps->arena, &recipe, expander))
        return NULL;
    for (size_t i = 0; i < drafts.count; i++) {
        const struct draft *draft = &drafts.items[i];
        if (draft->first_line == 0 && draft->part == step->part) {
            expander->is_waiting = draft->waits;
            return draft->waits ? NULL : draft;
        }
    }
    diag_error(lang_diags(expander->lang), step->where,
               "what a host answered must not change which steps there are");
    return NULL;
}

bool step_resolve(struct steps *steps, struct step *step, struct expander *expander)
{
    steps->expander = expander;
    steps->is_resolving = true;
    if (!step->is_parsed) {
        const struct draft *draft = redraft(steps, step, expander);
        if (!draft || !parse_step(steps, step, draft, lang_diags(expander->lang)))
            return false;
        if (!step->is_parsed)
            return false;
        apply_contexts(steps);
    }
    step->waits = false;
    return true;
}

/* Of put --text=NAME, which the check of references does not see. */
static void check_variable(struct expander *expander, const char *name, struct location where)
{
    struct variable *variable;
    struct str value = { 0 };
    if (!reference_is_stepped(expander, name) &&
        reference_find(expander, name, &variable, &value) == REFERENCE_UNDEFINED)
        reference_undefined(expander, name, where);
    str_free(&value);
}

/* The options in front of the first word with a $, which are known without expanding the line. */
static const char *plain_options(struct arena *arena, const char *text)
{
    size_t length = strcspn(text, "$"), plain = length;
    if (!text[length])
        return text;
    while (plain > 0 && !strchr(" \t\n", text[plain - 1]))
        plain--;
    /* a quote may hold the $ and blanks before it */
    return arena_strndup(arena, text, strcspn(text, "'\"\\") < length ? 0 : plain);
}

/* A line as written: its verb, or NULL where it is not known without expanding it. */
static const struct verb *check_line(const char *source, struct arena *arena, struct location where,
                                     struct expander *expander)
{
    struct diags *diags = lang_diags(expander->lang);
    bool unused = false;
    const char *text = draft_skip_prefix(source, &unused, &unused);
    size_t length = strcspn(text, " \t\n");
    if (length == 0 || *text == '#' || memchr(text, '$', length))
        return NULL;
    const char *cursor = text;
    const struct verb *verb = take_verb(arena, &cursor, where, diags);
    if (!verb)
        return NULL;
    const char *text_there = plain_options(arena, cursor);
    struct step_options options = { 0 };
    options_parse(arena, verb, &text_there, &options, where, diags);
    if (options.variable)
        check_variable(expander, options.variable, where);
    if (options.on)
        on_check(expander->lang, arena, options.on, where);
    return verb;
}

void steps_check(const struct recipe *recipe, struct expander *expander)
{
    struct arena *arena = arena_new();
    const struct verb *acting = NULL;
    bool in_block = false;
    size_t column = 0;
    for (size_t i = 0; i < recipe->count; i++) {
        struct span line;
        line.data = text_source(recipe->lines[i].text, &line.len);
        if (in_block) {
            in_block = !step_line_closes_block(line, column);
        } else {
            const struct verb *verb = check_line(arena_strndup(arena, line.data, line.len), arena,
                                                 recipe->lines[i].where, expander);
            if (verb && verb->place == STEP_GATE && acting)
                report_late_gate(lang_diags(expander->lang), recipe->lines[i].where, verb, acting);
            else if (verb && !acting && verb_acts(verb))
                acting = verb;
            in_block = step_line_opens_block(line, &column);
        }
    }
    arena_free(arena);
}
