#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "lang/reader.h"
#include "lang/steps.h"

/* A recipe while it is read, and what becomes of it when its rule ends. */

/* The line as written, with the recipe prefix of its continuations taken off. */
static char *keep_source(struct lang *lang, struct span text)
{
    char *source = arena_strndup(lang->model->arena, text.data, text.len);
    char *from, *to = source;

    if (!strchr(source, '\n'))
        return source;
    for (from = source; *from; from++) {
        *to++ = *from;
        if (*from == '\n' && from[1] == lang->recipe_prefix)
            from++;
    }
    *to = '\0';
    return source;
}

/* In a reference a continuation is a blank, as everywhere but in the shell's text. */
static const char *join_references(struct lang *lang, const char *source)
{
    struct str joined = { 0 }, collapsed = { 0 };
    size_t n = strlen(source), i = 0, length;
    const char *kept;

    while (i < n) {
        if (source[i] != '$') {
            str_addc(&joined, source[i++]);
            continue;
        }
        length = text_reference_length(source + i, n - i);
        {
            struct line reference = { .text = source + i, .length = length };
            struct span text;

            reference.is_continued = memchr(reference.text, '\n', length) != NULL;
            text = line_collapse(&reference, &collapsed);
            str_addn(&joined, text.data, text.len);
        }
        i += length;
    }
    kept = arena_strndup(lang->model->arena, str_text(&joined), joined.len);
    str_free(&joined);
    str_free(&collapsed);
    return kept;
}

static struct span text_of(const char *s)
{
    return (struct span){ s, strlen(s) };
}

/* What is compiled: where it can be, the bytes of the file, so that a diagnostic shows the very
 * reference. */
static struct span text_to_compile(struct lang *lang, struct span written, const char *source,
                                   struct location where, bool in_block)
{
    const struct source *file = where.source;
    bool has_newline = strchr(source, '\n') != NULL;

    if (has_newline && !in_block && strchr(source, '$'))
        return text_of(join_references(lang, source));
    if (has_newline || !file || written.data < file->text ||
        written.data + written.len > file->text + file->size)
        return text_of(source);
    return written;
}

static void push_line(struct reader *reader, struct span written, struct location where)
{
    struct draft *draft = &reader->draft;
    struct lang *lang = reader->lang;
    const char *source = keep_source(lang, written);
    struct span text = text_to_compile(lang, written, source, where, draft->in_block);
    struct recipe_line *line;

    if (draft->line_count == draft->line_capacity) {
        draft->line_capacity = draft->line_capacity ? 2 * draft->line_capacity : 8;
        draft->lines = mem_resize(draft->lines, draft->line_capacity * sizeof *draft->lines);
    }
    draft->may_be_task = draft->may_be_task || step_line_betrays_task(text_of(source));
    line = &draft->lines[draft->line_count++];
    line->source = source;
    line->where = where;
    line->text = text_compile(lang->model->arena, text.data, text.len, where);
}

void draft_add_line(struct reader *reader, struct span text, struct location where)
{
    struct draft *draft = &reader->draft;
    size_t column;

    draft->has_recipe = true;
    if (!draft->recipe_where.source)
        draft->recipe_where = where;
    if (!span_trim(text.data, text.len).len)
        return;
    if (draft->is_task && step_line_opens_block(text, &column)) {
        draft->in_block = true;
        draft->block_column = column;
        draft->block_where = where;
    }
    push_line(reader, text, where);
}

/* A line of a block: whatever it holds, but for the end. Continuations are the shell's: they stay.
 */
static void add_block_line(struct reader *reader, const struct line *line)
{
    struct draft *draft = &reader->draft;
    struct span text = { line->text, line->length };

    if (text.len && *text.data == reader->lang->recipe_prefix && !draft->by_spaces) {
        text.data++;
        text.len--;
    }
    push_line(reader, text, line->where);
    if (step_line_closes_block(text, draft->block_column))
        draft->in_block = false;
}

bool draft_take_line(struct reader *reader, const struct line *line)
{
    struct draft *draft = &reader->draft;
    struct span text = { line->text, line->length };
    struct location where = line->where;

    if (draft->in_block) {
        add_block_line(reader, line);
        return true;
    }
    if (!text.len)
        return false;
    if (*text.data == reader->lang->recipe_prefix) {
        if (draft->is_nothing || (draft->is_open && condition_skips(reader)))
            return true;
        if (!draft->is_open)
            return false;
        where.offset++;
        where.length--;
        draft_add_line(reader, (struct span){ text.data + 1, text.len - 1 }, where);
        return true;
    }
    if (*text.data != ' ' || !draft->is_open || !draft->is_task || condition_skips(reader) ||
        !step_line_is_step(text))
        return false;
    draft->by_spaces = true;
    draft_add_line(reader, text, where);
    return true;
}

static uint64_t hash_lines(const struct recipe *recipe)
{
    uint64_t hash = recipe->count;

    for (size_t i = 0; i < recipe->count; i++) {
        struct span line = text_of(recipe->lines[i].source);
        const uint64_t both[] = { hash, hash_bytes64(line.data, line.len) };

        hash = hash_bytes64(both, sizeof both);
    }
    return hash;
}

static struct recipe *make_recipe(struct reader *reader)
{
    struct draft *draft = &reader->draft;
    struct arena *arena = reader->lang->model->arena;
    struct recipe *recipe;
    size_t size = draft->line_count * sizeof *draft->lines;

    if (!draft->has_recipe)
        return NULL;
    recipe = arena_alloc(arena, sizeof *recipe);
    if (size)
        recipe->lines = memcpy(arena_alloc(arena, size), draft->lines, size);
    recipe->count = draft->line_count;
    recipe->hash = hash_lines(recipe);
    recipe->where = draft->recipe_where;
    recipe->by_spaces = draft->by_spaces;
    recipe->may_be_task = draft->may_be_task;
    return recipe;
}

/* The rule of the target whose recipe counts so far, or NULL. */
static struct rule *find_recipe_rule(const struct target *target)
{
    size_t i;

    for (i = 0; target->has_recipe && i < target->rules.len; i++) {
        struct rule *rule = target->rules.items[i];

        if (rule->recipe)
            return rule;
    }
    return NULL;
}

static void give_recipe(struct lang *lang, struct target *target, struct rule *rule,
                        struct recipe *recipe)
{
    struct rule *old = target->double_colon ? NULL : find_recipe_rule(target);

    if (old && old->recipe == recipe) {
        char *message =
            mem_printf("target '%s' given more than once in the same rule", target->name);

        diag_message(lang->diags, rule->where, message);
        free(message);
        old->recipe = NULL;
    } else if (old) {
        diag_warning(lang->diags, recipe->where, "overriding recipe for target '%s'", target->name);
        diag_warning(lang->diags, old->recipe->where, "ignoring old recipe for target '%s'",
                     target->name);
        old->recipe = NULL;
    }
    rule->recipe = recipe;
    target->has_recipe = true;
    target->may_be_task = target->may_be_task || recipe->may_be_task;
}

static void add_hook(struct lang *lang, const struct draft *draft, const struct trigger *trigger,
                     const char *task, struct location where)
{
    struct hook *hook = arena_alloc(lang->model->arena, sizeof *hook);

    *hook = (struct hook){ draft->hook, trigger->name, task, trigger->where, where };
    vec_push(&lang->model->hooks, hook);
}

/* A hook with a recipe of its own is a target of its own: "before deploy", "before deploy 2" … */
static struct target *make_hook_target(struct lang *lang, const struct draft *draft,
                                       struct recipe *recipe)
{
    struct arena *arena = lang->model->arena;
    const char *trigger = ((const struct trigger *)draft->triggers.items[0])->name;
    const char *name = arena_printf(arena, "%s %s", draft->hook_kind, trigger);
    struct hook_body *body = arena_alloc(arena, sizeof *body);
    struct rule *rule = arena_alloc(arena, sizeof *rule);
    struct target *target;
    unsigned number = 1;

    while (model_find_target(lang->model, name))
        name = arena_printf(arena, "%s %s %u", draft->hook_kind, trigger, ++number);
    target = model_target(lang->model, name);
    target->where = draft->where;
    target->binding = draft->binding;
    target->has_recipe = true;
    target->may_be_task = recipe->may_be_task;
    *rule = draft->hook_rule;
    rule->recipe = recipe;
    model_add_rule(lang->model, target, rule);
    *body = (struct hook_body){ target, trigger };
    vec_push(&lang->bodies, body);
    return target;
}

static void close_hook(struct reader *reader, struct recipe *recipe)
{
    struct lang *lang = reader->lang;
    struct draft *draft = &reader->draft;
    struct target *own = recipe ? make_hook_target(lang, draft, recipe) : NULL;
    size_t i, j;

    if (!own && !draft->hook_rule.count)
        diag_error(lang->diags, draft->where, "hook '%s %s' names no task and has no recipe",
                   draft->hook_kind, ((const struct trigger *)draft->triggers.items[0])->name);
    if (!own && draft->binding)
        diag_error(lang->diags, draft->where, "a hook is bound only where it has a recipe");
    for (i = 0; i < draft->triggers.len; i++) {
        const struct trigger *trigger = draft->triggers.items[i];

        if (own)
            add_hook(lang, draft, trigger, own->name, draft->where);
        else
            for (j = 0; j < draft->hook_rule.count; j++)
                add_hook(lang, draft, trigger, draft->hook_rule.prerequisites[j].name,
                         draft->hook_rule.prerequisites[j].where);
    }
}

/* Empties the draft, keeping its memory. */
static void reset(struct draft *draft)
{
    struct draft empty = { .rules = draft->rules,
                           .owners = draft->owners,
                           .triggers = draft->triggers,
                           .lines = draft->lines,
                           .line_capacity = draft->line_capacity };

    *draft = empty;
    draft->rules.len = draft->owners.len = draft->triggers.len = 0;
}

void draft_close(struct reader *reader)
{
    struct draft *draft = &reader->draft;
    struct lang *lang = reader->lang;
    struct recipe *recipe;
    size_t i;

    if (draft->in_block)
        diag_error(lang->diags, draft->block_where, "missing '}' in the column of its verb");
    if (draft->is_open) {
        recipe = make_recipe(reader);
        if (draft->hook_kind)
            close_hook(reader, recipe);
        for (i = 0; recipe && i < draft->rules.len; i++) {
            if (draft->owners.items[i])
                give_recipe(lang, draft->owners.items[i], draft->rules.items[i], recipe);
            else
                ((struct rule *)draft->rules.items[i])->recipe = recipe;
        }
        if (draft->is_default)
            lang->model->default_recipe = recipe;
        if (draft->is_grouped && !recipe)
            diag_error(lang->diags, draft->where, "grouped targets must provide a recipe");
    }
    reset(draft);
}

void draft_free(struct draft *draft)
{
    vec_free(&draft->rules);
    vec_free(&draft->owners);
    vec_free(&draft->triggers);
    free(draft->lines);
}
