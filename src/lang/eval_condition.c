#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/reader.h"

bool condition_skips(const struct reader *reader)
{
    return reader->condition_count &&
           reader->conditions[reader->condition_count - 1].state != CONDITION_TAKEN;
}

static bool is_word(struct span word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.data, text, word.len) == 0;
}

static void warn_of_extra(struct reader *reader, struct location where, struct span keyword)
{
    char *message =
        mem_printf("extraneous text after '%.*s' directive", (int)keyword.len, keyword.data);

    diag_message(reader->lang->diags, where, message);
    free(message);
}

/* The end of an argument in parentheses: its comma, or its closing parenthesis. */
static size_t find_delimiter(struct span text, char delimiter)
{
    size_t depth = 0, i;

    for (i = 0; i < text.len; i++) {
        if (depth == 0 && text.data[i] == delimiter)
            break;
        if (text.data[i] == '(')
            depth++;
        else if (text.data[i] == ')' && depth > 0)
            depth--;
    }
    return i;
}

static struct span skip(struct span text, size_t n)
{
    return (struct span){ text.data + n, text.len - n };
}

static struct span skip_blanks(struct span text)
{
    while (text.len && is_blank(*text.data))
        text = skip(text, 1);
    return text;
}

static struct span trim_end(struct span text)
{
    while (text.len && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* parenthesized := '(' text ',' text ')' */
static bool split_parenthesized(struct span text, struct span *left, struct span *right,
                                struct span *rest)
{
    size_t end;

    text = skip(text, 1);
    end = find_delimiter(text, ',');
    if (end == text.len)
        return false;
    *left = trim_end((struct span){ text.data, end });
    text = skip_blanks(skip(text, end + 1));
    end = find_delimiter(text, ')');
    if (end == text.len)
        return false;
    *right = (struct span){ text.data, end };
    *rest = skip(text, end + 1);
    return true;
}

/* quoted := '"' text '"' | "'" text "'"; moves *text behind it. */
static bool take_quoted(struct span *text, struct span *quoted)
{
    const char *end;

    *text = skip_blanks(*text);
    if (!text->len || (text->data[0] != '"' && text->data[0] != '\''))
        return false;
    end = memchr(text->data + 1, text->data[0], text->len - 1);
    if (!end)
        return false;
    *quoted = (struct span){ text->data + 1, (size_t)(end - text->data) - 1 };
    *text = skip(*text, (size_t)(end - text->data) + 1);
    return true;
}

/* comparison := parenthesized | quoted quoted. False: malformed. */
static bool split_comparison(struct span text, struct span *left, struct span *right,
                             struct span *rest)
{
    if (text.len && text.data[0] == '(')
        return split_parenthesized(text, left, right, rest);
    *rest = text;
    return take_quoted(rest, left) && take_quoted(rest, right);
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_MALFORMED, ANSWER_FAILED };

static enum answer compare(struct reader *reader, const struct statement *statement)
{
    struct span left, right, rest;
    struct str values[2] = { { 0 }, { 0 } };
    enum answer answer = ANSWER_FAILED;

    if (!split_comparison(statement->rest, &left, &right, &rest))
        return ANSWER_MALFORMED;
    if (skip_blanks(rest).len)
        warn_of_extra(reader, statement->where, statement->keyword);
    if (lang_expand(reader->lang, NULL, left, statement->where, &values[0]) &&
        lang_expand(reader->lang, NULL, right, statement->where, &values[1]))
        answer = strcmp(str_text(&values[0]), str_text(&values[1])) == 0 ? ANSWER_YES : ANSWER_NO;
    str_free(&values[0]);
    str_free(&values[1]);
    return answer;
}

static enum answer is_defined(struct reader *reader, const struct statement *statement)
{
    struct str name = { 0 };
    struct str value = { 0 };
    const struct variable *variable;
    struct expander expander;
    const char *list;
    struct span word, more;
    enum answer answer = ANSWER_MALFORMED;

    if (!lang_expand(reader->lang, NULL, statement->rest, statement->where, &name)) {
        str_free(&name);
        return ANSWER_FAILED;
    }
    list = str_text(&name);
    if (!word_next(&list, &word))
        word = (struct span){ list, 0 };
    if (!word_next(&list, &more)) {
        char *only = mem_strndup(word.data, word.len);

        expander = lang_expander(reader->lang, NULL);
        variable = scope_find(expander.scope, only);
        if (variable)
            answer = *variable->value ? ANSWER_YES : ANSWER_NO;
        else
            answer = lang_special(reader->lang, only, &value) && value.len ? ANSWER_YES : ANSWER_NO;
        free(only);
    }
    str_free(&value);
    str_free(&name);
    return answer;
}

/* condition := ("ifeq" | "ifneq") comparison | ("ifdef" | "ifndef") name */
static enum condition_state decide(struct reader *reader, const struct statement *statement)
{
    bool compares = is_word(statement->keyword, "ifeq") || is_word(statement->keyword, "ifneq");
    bool negates = statement->keyword.data[2] == 'n';
    enum answer answer = ANSWER_MALFORMED;

    if (compares || statement->rest.len)
        answer = compares ? compare(reader, statement) : is_defined(reader, statement);
    if (answer == ANSWER_MALFORMED)
        diag_error(reader->lang->diags, statement->where, "invalid syntax in conditional");
    if (answer == ANSWER_MALFORMED || answer == ANSWER_FAILED)
        return CONDITION_DONE; /* nothing can be said of either branch */
    return (answer == ANSWER_YES) != negates ? CONDITION_TAKEN : CONDITION_WAITS;
}

void condition_if(struct reader *reader, const struct statement *statement)
{
    struct condition condition = { .state = CONDITION_DONE, .where = statement->where };

    if (!condition_skips(reader))
        condition.state = decide(reader, statement);
    if (reader->condition_count == reader->condition_capacity) {
        reader->condition_capacity =
            reader->condition_capacity ? 2 * reader->condition_capacity : 8;
        reader->conditions =
            mem_resize(reader->conditions, reader->condition_capacity * sizeof condition);
    }
    reader->conditions[reader->condition_count++] = condition;
}

void condition_else(struct reader *reader, const struct statement *statement)
{
    struct condition *condition;
    struct statement inner = *statement;
    bool has_if;

    if (!reader->condition_count) {
        diag_error(reader->lang->diags, statement->where, "extraneous 'else'");
        return;
    }
    condition = &reader->conditions[reader->condition_count - 1];
    if (condition->had_else) {
        diag_error(reader->lang->diags, statement->where, "only one 'else' per conditional");
        return;
    }
    has_if = statement->rest.len && statement_parse_if(statement->rest, &inner);
    if (statement->rest.len && !has_if)
        warn_of_extra(reader, statement->where, statement->keyword);
    condition->had_else = !has_if;
    if (condition->state != CONDITION_WAITS)
        condition->state = CONDITION_DONE;
    else
        condition->state = has_if ? decide(reader, &inner) : CONDITION_TAKEN;
}

void condition_endif(struct reader *reader, const struct statement *statement)
{
    if (statement->rest.len)
        warn_of_extra(reader, statement->where, statement->keyword);
    if (reader->condition_count)
        reader->condition_count--;
    else
        diag_error(reader->lang->diags, statement->where, "extraneous 'endif'");
}

/* As make does, at the end of the file; and where the conditional begins. */
void condition_end(struct reader *reader)
{
    struct arena *arena = reader->lang->model->arena;
    const struct source *source = reader->cursor.source;
    struct location end = { source, (uint32_t)source->size, 0 };
    struct location begin;

    if (!reader->condition_count)
        return;
    begin = reader->conditions[reader->condition_count - 1].where;
    diag_error_hint(reader->lang->diags, end, "missing 'endif'",
                    arena_printf(arena, "of the conditional at %s", location_text(arena, begin)));
}
