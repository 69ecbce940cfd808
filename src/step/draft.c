#include "step/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/lang.h"
#include "step/verb.h"

/* A line for one shell: what is left when an expanded recipe line is cut at the newlines that a
 * canned recipe brought. */
struct line {
    char *text;
    const char *written;
    size_t index;        /* of the recipe's line */
    bool silent, ignore; /* by the prefix of the recipe's line, for all that it expands to */
    bool waits;
};

struct lines {
    struct line *items;
    size_t count, cap;
};

static void add_line(struct lines *lines, struct line line)
{
    if (lines->count == lines->cap) {
        lines->cap = lines->cap ? 2 * lines->cap : 16;
        lines->items = mem_resize(lines->items, lines->cap * sizeof *lines->items);
    }
    lines->items[lines->count++] = line;
}

/* The text's value from the arena; NULL when it failed or waits. */
static char *expand_as(struct expander *expander, struct arena *arena, const struct text *text,
                       enum expand_mode mode)
{
    struct str value = { 0 };
    expander->mode = mode;
    expander->is_waiting = false;
    expander->failed = false;
    expander->ordinal = 0;
    bool done = expand(expander, text, &value);
    char *result = done ? arena_strdup(arena, str_text(&value)) : NULL;
    str_free(&value);
    expander->mode = EXPAND_VALUE;
    return result;
}

static bool has_quotes(const char *line)
{
    bool unused;
    const char *text = draft_skip_prefix(line, &unused, &unused);
    const struct verb *verb = verb_find(text, strcspn(text, " \t\n"));
    return verb && !verb->is_prose;
}

/* Up to a newline, but for \newline and what a step has in quotes: $(quote) keeps a value in one
 * piece. A quote that stays open is none. */
static size_t line_length(const char *line)
{
    bool may_open = has_quotes(line);
    for (;; may_open = false) {
        const char *s = line;
        char quote = '\0';
        for (; *s && (*s != '\n' || quote); s++) {
            if (s[0] == '\\' && s[1] && quote != '\'')
                s++;
            else if (quote ? *s == quote : may_open && (*s == '\'' || *s == '"'))
                quote = quote ? '\0' : *s;
        }
        if (!quote)
            return (size_t)(s - line);
    }
}

/* Cuts the next line off: *text moves behind it. */
static char *cut_line(char **text)
{
    char *line = *text, *end = line + line_length(line);
    *text = *end ? end + 1 : NULL;
    *end = '\0';
    return line;
}

static size_t count_lines(const char *text)
{
    size_t count = 1;
    for (text += line_length(text); *text; text += line_length(text)) {
        text++;
        count++;
    }
    return count;
}

/* Its value, when that is known without a run; else as written. */
static bool expand_line_ahead(struct lines *lines, struct arena *arena, const struct recipe *recipe,
                              size_t index, struct expander *expander)
{
    size_t length;
    const char *source = text_source(recipe->lines[index].text, &length);
    expander->passed_over = 0;
    char *value = expand_as(expander, arena, recipe->lines[index].text, EXPAND_AHEAD);
    bool is_known = value && expander->passed_over == 0 && !expander->is_waiting;
    char *text = is_known ? value : arena_strndup(arena, source, length);
    do
        add_line(lines,
                 (struct line){
                     .text = cut_line(&text), .written = "", .index = index, .waits = !is_known });
    while (text);
    return true;
}

static bool expand_line(struct lines *lines, struct arena *arena, const struct recipe *recipe,
                        size_t index, struct expander *expander)
{
    const struct text *source = recipe->lines[index].text;
    expander->as_written = 0;
    char *written = expand_as(expander, arena, source, EXPAND_FINGERPRINT);
    if (!written)
        return false;
    char *value = written;
    if (expander->as_written) {
        value = expand_as(expander, arena, source, EXPAND_VALUE);
        if (!value && !expander->is_waiting)
            return false;
    }
    struct line line = { .index = index, .waits = !value };
    size_t length;
    draft_skip_prefix(text_source(source, &length), &line.silent, &line.ignore);
    value = arena_strdup(arena, value ? value : written);
    size_t written_count = count_lines(written);
    bool is_parallel = count_lines(value) == written_count;
    if (!is_parallel && written_count == 1) { /* what $(run) or $(secret) gave has more */
        line.text = value;
        line.written = written;
        add_line(lines, line);
        return true;
    }
    do {
        line.text = cut_line(&value);
        line.written = is_parallel ? cut_line(&written) : written;
        if (!is_parallel)
            written = arena_strdup(arena, "");
        add_line(lines, line);
    } while (value);
    return true;
}

const char *draft_skip_prefix(const char *text, bool *silent, bool *ignore)
{
    for (;; text++) {
        if (*text == '@')
            *silent = true;
        else if (*text == '-')
            *ignore = true;
        else if (*text != '+' && *text != ' ' && *text != '\t')
            return text;
    }
}

static size_t trimmed_length(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        length--;
    return length;
}

bool draft_opens_block(struct arena *arena, const char *text)
{
    size_t length = trimmed_length(text);
    if (length == 0 || text[length - 1] != '{')
        return false;
    size_t name = strcspn(text, " \t");
    const struct verb *verb = verb_find(text, name);
    if (!verb || !verb->is_command)
        return false;
    const char *cursor = text + name;
    struct shell_word word;
    const char *why;
    while (shell_word_next(arena, &cursor, &word, &why) == 1)
        if (word.text[0] != '-' || word.text[1] != '-')
            return strcmp(word.text, "{") == 0 &&
                   cursor + strspn(cursor, " \t\r") == text + strlen(text);
    return false;
}

/* Leading blanks that all lines of a script with something in them begin with. */
static size_t common_indentation(const char *script)
{
    const char *first = NULL;
    size_t common = 0;
    for (const char *line = script; *line;) {
        size_t blanks = strspn(line, " \t"), end = strcspn(line, "\n");
        if (blanks < end && !first) {
            first = line;
            common = blanks;
        } else if (blanks < end) {
            size_t same = 0;
            while (same < common && line[same] == first[same])
                same++;
            common = same;
        }
        line += end + (line[end] == '\n');
    }
    return common;
}

static const char *without_indentation(struct arena *arena, const char *script)
{
    size_t indentation = common_indentation(script);
    struct str out = { 0 };
    for (const char *line = script; *line;) {
        size_t blanks = strspn(line, " \t"), end = strcspn(line, "\n");
        size_t off = blanks < indentation ? (blanks < end ? blanks : end) : indentation;
        size_t size = end + (line[end] == '\n');
        str_addn(&out, line + off, size - off);
        line += size;
    }
    const char *result = arena_strdup(arena, str_text(&out));
    str_free(&out);
    return result;
}

/* The } stands in the column where the block's first line begins. */
static bool closes_block(const char *text, const char *opening)
{
    size_t column = strspn(text, " \t");
    return text[column] == '}' && trimmed_length(text) == column + 1 &&
           column == strspn(opening, " \t");
}

/* Takes the lines from *at up to the } into the draft; *at moves behind it. */
static bool take_block(struct draft *draft, struct arena *arena, const struct lines *lines,
                       size_t *at)
{
    struct str body = { 0 }, written = { 0 };
    size_t i = *at;
    const char *opening = lines->items[i - 1].text;
    for (; i < lines->count && !closes_block(lines->items[i].text, opening); i++) {
        const struct line *line = &lines->items[i];
        str_addf(&body, "%s\n", line->text);
        str_addf(&written, "%s\n", line->written);
        draft->waits |= line->waits;
    }
    bool ends = i < lines->count;
    if (ends)
        draft->line_count = lines->items[i].index - draft->first_line + 1;
    draft->body = without_indentation(arena, str_text(&body));
    draft->written_body = without_indentation(arena, str_text(&written));
    str_free(&body);
    str_free(&written);
    *at = i + 1;
    return ends;
}

/* recipe's lines ▶ its steps. */
static bool find_steps(struct drafts *drafts, struct arena *arena, const struct recipe *recipe,
                       const struct lines *lines, struct diags *diags)
{
    size_t previous = SIZE_MAX;
    unsigned part = 0;
    bool fine = true;
    for (size_t i = 0; i < lines->count;) {
        const struct line *line = &lines->items[i++];
        struct draft draft = { .first_line = line->index,
                               .line_count = 1,
                               .where = recipe->lines[line->index].where,
                               .silent = line->silent,
                               .ignore = line->ignore,
                               .waits = line->waits };
        draft.text = draft_skip_prefix(line->text, &draft.silent, &draft.ignore);
        if (*draft.text == '#' || trimmed_length(draft.text) == 0)
            continue;
        bool unused = false;
        draft.written = draft_skip_prefix(line->written, &unused, &unused);
        part = line->index == previous ? part + 1 : 0;
        previous = line->index;
        draft.part = part;
        if (draft_opens_block(arena, draft.text) && !take_block(&draft, arena, lines, &i)) {
            diag_error_hint(diags, draft.where, "this { has no }",
                            "the } stands alone in a line, in the column of the verb");
            fine = false;
        }
        drafts->items[drafts->count++] = draft;
    }
    return fine;
}

bool drafts_make(struct drafts *drafts, struct arena *arena, const struct recipe *recipe,
                 struct expander *expander)
{
    struct lines lines = { 0 };
    bool fine = true, is_ahead = expander->mode == EXPAND_AHEAD;
    for (size_t i = 0; i < recipe->count; i++)
        fine &= is_ahead ? expand_line_ahead(&lines, arena, recipe, i, expander)
                         : expand_line(&lines, arena, recipe, i, expander);
    *drafts = (struct drafts){ .items = arena_alloc(arena, (lines.count ? lines.count : 1) *
                                                               sizeof *drafts->items) };
    if (fine)
        fine = find_steps(drafts, arena, recipe, &lines, lang_diags(expander->lang));
    free(lines.items);
    return fine;
}
