#include <string.h>

#include "base/arena.h"
#include "lang/reader.h"

static struct span skip(struct span s, size_t n)
{
    return (struct span){ s.data + n, s.len - n };
}

/* Behind the @ of a binding: the length of a host's name, whose address or port may hold colons. */
static size_t binding_length(struct span s)
{
    size_t i = 1, digits;

    while (i < s.len && !is_blank(s.data[i])) {
        if (s.data[i] == '[') {
            while (i < s.len && s.data[i] != ']')
                i++;
        } else if (s.data[i] == ':') {
            for (digits = i + 1; digits < s.len && s.data[digits] >= '0' && s.data[digits] <= '9';)
                digits++;
            /* `@web:80` and no more is a binding and a prerequisite. */
            if (digits == i + 1 || digits == s.len || s.data[digits] != ':')
                return i;
            i = digits;
        } else {
            i++;
        }
    }
    return i;
}

/* The length of what precedes c, or all of s. */
static size_t length_before(struct span s, char c)
{
    const char *found = memchr(s.data, c, s.len);

    return found ? (size_t)(found - s.data) : s.len;
}

size_t head_find_colon(struct span s)
{
    bool is_first = true;
    size_t i = 0, colon = length_before(s, ':');

    if (!memchr(s.data, '\\', colon) && !memchr(s.data, '@', colon))
        return colon;
    while (i < s.len) {
        if (s.data[i] == ':')
            return i;
        if (s.data[i] == '\\' && i + 1 < s.len) {
            i += 2;
        } else if (s.data[i] == '@' && !is_first && is_blank(s.data[i - 1])) {
            i += binding_length(skip(s, i));
        } else {
            is_first = is_first && (i == 0 || !is_blank(s.data[i]));
            i++;
        }
    }
    return s.len;
}

/* What expand_early notes of the names in a text. */
struct early {
    struct lang *lang;
    const struct scope *scope;
    struct location where;
};

static void note_use(void *context, enum text_use use, const char *name, struct location where)
{
    struct early *early = context;
    struct arena *arena = early->lang->model->arena;
    struct early_use *noted;

    if (use != TEXT_USES_VARIABLE || scope_find(early->scope, name))
        return;
    noted = arena_alloc(arena, sizeof *noted);
    *noted = (struct early_use){ arena_strdup(arena, name), where.source ? where : early->where };
    vec_push(&early->lang->early_uses, noted);
}

/* Expands a part of a rule's line. Names without a value are noted: should a role or host give them
 * one, it would not be seen here. */
static bool expand_early(struct reader *reader, const struct statement *statement, struct span part,
                         struct str *out)
{
    struct lang *lang = reader->lang;
    struct expander expander = lang_expander(lang, NULL);
    struct early early = { lang, expander.scope, statement->where };
    struct arena_mark mark;
    const struct text *text;
    bool done;

    if (!memchr(part.data, '$', part.len)) {
        str_addn(out, part.data, part.len);
        return true;
    }
    mark = arena_mark(lang->scratch);
    text = text_compile(lang->scratch, part.data, part.len, statement->where);
    text_visit(text, note_use, &early);
    done = expand(&expander, text, out);
    arena_release(lang->scratch, mark);
    return done;
}

/* The part of text that is expanded next: blanks and a word, cut behind a colon. */
static size_t chunk_length(struct span text)
{
    size_t i = 0;

    while (i < text.len && is_blank(text.data[i]))
        i++;
    while (i < text.len && !is_blank(text.data[i])) {
        if (text.data[i] == '$')
            i += text_reference_length(text.data + i, text.len - i);
        else if (text.data[i] == '\\' && i + 1 < text.len)
            i += 2;
        else if (text.data[i++] == ':')
            while (i < text.len && text.data[i] == ':')
                i++;
        if (i > 0 && text.data[i - 1] == ':')
            break;
    }
    return i;
}

/* A ; that an expansion brought makes what follows a recipe. */
static void cut_recipe(struct str *line, size_t from, struct head *head, struct str *recipe)
{
    size_t cut = text_find_unquoted(str_text(line) + from, line->len - from, ";", false, NULL);

    if (head->has_recipe || cut == line->len - from)
        return;
    head->has_recipe = true;
    str_addn(recipe, line->data + from + cut + 1, line->len - from - cut - 1);
    line->len = from + cut;
    line->data[line->len] = '\0';
}

/* Expands word by word until a colon shows: what stands behind it may be a variable's value, which
 * is not expanded now. Returns the colon's place in reader->expanded, or its length. */
static bool expand_to_colon(struct reader *reader, const struct statement *statement,
                            struct head *head, size_t *colon)
{
    struct str *line = &reader->expanded;
    struct span text = statement->rest;
    struct str recipe = { 0 };
    bool done = true;
    size_t n, start;

    *colon = 0;
    while (text.len && done) {
        n = chunk_length(text);
        start = line->len;
        done = expand_early(reader, statement, (struct span){ text.data, n }, line);
        text = skip(text, n);
        cut_recipe(line, start, head, &recipe);
        if (recipe.len)
            done = done && lang_expand(reader->lang, NULL, text, statement->where, &recipe);
        if (head->has_recipe && !statement->has_recipe)
            text.len = 0;
        *colon = head_find_colon((struct span){ str_text(line), line->len });
        if (*colon < line->len)
            break;
    }
    *colon = head_find_colon((struct span){ str_text(line), line->len });
    head->unexpanded = text;
    if (recipe.len) {
        /* Kept behind the line, in the same memory. */
        start = line->len;
        str_addc(line, '\0');
        str_addn(line, recipe.data, recipe.len);
        head->recipe = (struct span){ NULL, recipe.len };
        line->len = start;
    }
    str_free(&recipe);
    return done;
}

/* make's words for a line that is none. */
static void report_no_separator(struct reader *reader, const struct statement *statement)
{
    const char *text = statement->where.source->text + statement->where.offset;
    bool has_spaces = strncmp(text, "        ", 8) == 0;
    const char *hint = NULL;

    if (*text == ' ')
        hint = "a recipe line begins with a TAB; with blanks only where it is a step of a task";
    diag_error_hint(reader->lang->diags, statement->where,
                    has_spaces && reader->lang->recipe_prefix == '\t'
                        ? "missing separator (did you mean TAB instead of 8 spaces?)"
                        : "missing separator",
                    hint);
}

static bool is_empty(struct span s)
{
    return span_trim(s.data, s.len).len == 0;
}

enum head_result head_read(struct reader *reader, const struct statement *statement,
                           struct head *head)
{
    struct str *expanded = &reader->expanded;
    struct span line = statement->rest;
    size_t colon, after;

    *head = (struct head){ .recipe = statement->recipe, .has_recipe = statement->has_recipe };
    if (memchr(line.data, '$', line.len)) {
        str_clear(expanded);
        if (!expand_to_colon(reader, statement, head, &colon))
            return HEAD_FAILED;
        line = (struct span){ str_text(expanded), expanded->len };
        if (head->recipe.len && !head->recipe.data)
            head->recipe.data = line.data + line.len + 1;
    } else {
        colon = head_find_colon(line);
        head->unexpanded = skip(line, line.len);
    }
    if (colon == line.len) {
        if (!is_empty(line))
            report_no_separator(reader, statement);
        else if (statement->has_recipe && is_empty(statement->rest))
            diag_error(reader->lang->diags, statement->where, "missing rule before recipe");
        else
            return HEAD_NOTHING;
        return HEAD_FAILED;
    }
    head->is_grouped = colon > 0 && line.data[colon - 1] == '&';
    head->targets = (struct span){ line.data, colon - head->is_grouped };
    after = colon + 1;
    head->is_double = after < line.len && line.data[after] == ':';
    head->after = skip(line, after + head->is_double);
    return HEAD_RULE;
}

bool head_assignment(const struct statement *statement, const struct head *head, struct str *memory,
                     struct assignment *assignment)
{
    struct span text = head->after;
    bool has_equals = memchr(text.data, '=', text.len) ||
                      memchr(head->unexpanded.data, '=', head->unexpanded.len);

    if (!has_equals)
        return false;
    if (head->unexpanded.len || statement->has_recipe) {
        str_addn(memory, text.data, text.len);
        str_addn(memory, head->unexpanded.data, head->unexpanded.len);
        if (statement->has_recipe) {
            struct line recipe = { .text = statement->recipe.data,
                                   .length = statement->recipe.len };
            struct str collapsed = { 0 };

            recipe.is_continued = memchr(recipe.text, '\n', recipe.length) != NULL;
            text = line_collapse(&recipe, &collapsed);
            str_addc(memory, ';');
            str_addn(memory, text.data, text.len);
            str_free(&collapsed);
        }
        text = (struct span){ str_text(memory), memory->len };
    }
    return assignment_parse(text, ASSIGNMENT_OF_TARGET, assignment);
}

bool head_finish(struct reader *reader, const struct statement *statement, struct head *head)
{
    struct str *line = &reader->expanded;
    struct span recipe = head->recipe;
    size_t targets_offset, after_offset, start;
    struct str cut = { 0 };
    bool done;

    if (!head->unexpanded.len)
        return true;
    /* The line may move as it grows. */
    targets_offset = (size_t)(head->targets.data - line->data);
    after_offset = (size_t)(head->after.data - line->data);
    start = line->len;
    done = expand_early(reader, statement, head->unexpanded, line);
    if (!statement->has_recipe) {
        cut_recipe(line, start, head, &cut);
        if (head->has_recipe) {
            size_t end = line->len;

            str_addc(line, '\0');
            str_addn(line, str_text(&cut), cut.len);
            line->len = end;
            recipe = (struct span){ NULL, cut.len };
        }
    }
    head->targets.data = line->data + targets_offset;
    head->after = (struct span){ line->data + after_offset, line->len - after_offset };
    head->recipe = recipe.data || !recipe.len
                       ? recipe
                       : (struct span){ line->data + line->len + 1, recipe.len };
    head->unexpanded.len = 0;
    str_free(&cut);
    return done;
}
