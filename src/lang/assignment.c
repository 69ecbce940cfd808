#include "lang/assignment.h"

#include <string.h>

#include "lang/source.h"

static struct span skip_blanks(struct span text)
{
    while (text.len && is_blank(*text.data)) {
        text.data++;
        text.len--;
    }
    return text;
}

static struct span from_offset(struct span text, size_t offset)
{
    return (struct span){ text.data + offset, text.len - offset };
}

static const struct {
    const char *spelling;
    enum assign_action action;
} operators[] = {
    { ":::=", ASSIGN_IMMEDIATE }, { "::=", ASSIGN_SIMPLE }, { ":=", ASSIGN_SIMPLE },
    { "?=", ASSIGN_CONDITIONAL }, { "+=", ASSIGN_APPEND },  { "!=", ASSIGN_SHELL },
    { "=", ASSIGN_RECURSIVE },
};

/* The length of the operator that text begins with; 0: none. */
static size_t match_operator(struct span text, enum assign_action *action)
{
    size_t i, length;

    if (!text.len || !is_one_of(text.data[0], ":?+!="))
        return 0;
    for (i = 0; i < sizeof operators / sizeof *operators; i++) {
        length = strlen(operators[i].spelling);
        if (length <= text.len && memcmp(text.data, operators[i].spelling, length) == 0) {
            *action = operators[i].action;
            return length;
        }
    }
    return 0;
}

/* name := {character | reference}, up to a blank, an operator or a colon. Its length. */
static size_t name_length(struct span text)
{
    enum assign_action ignored;
    size_t i = 0;

    while (i < text.len && !is_blank(text.data[i]) && text.data[i] != '#') {
        if (text.data[i] == '$') {
            i += text_reference_length(text.data + i, text.len - i);
            continue;
        }
        if (match_operator(from_offset(text, i), &ignored) || text.data[i] == ':')
            break;
        i++;
    }
    return i;
}

bool assignment_parse_definition(struct span text, struct assignment *assignment)
{
    size_t length, operator_length;

    text = skip_blanks(text);
    length = name_length(text);
    assignment->name = (struct span){ text.data, length };
    text = skip_blanks(from_offset(text, length));
    operator_length = match_operator(text, &assignment->action);
    if (!operator_length)
        return false;
    assignment->value = skip_blanks(from_offset(text, operator_length));
    return true;
}

static bool is_word(struct span word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.data, text, word.len) == 0;
}

/* A word in front of the name. False when it is none of those that may stand there. */
static bool take_modifier(struct span word, enum assignment_place place,
                          struct assignment *assignment)
{
    if (is_word(word, "export"))
        assignment->is_export = true;
    else if (is_word(word, "override"))
        assignment->is_override = true;
    else if (is_word(word, "private"))
        assignment->is_private = true;
    else if (place == ASSIGNMENT_OF_FILE && is_word(word, "define"))
        assignment->kind = ASSIGNMENT_DEFINE;
    else if (place == ASSIGNMENT_OF_FILE && is_word(word, "undefine"))
        assignment->kind = ASSIGNMENT_UNDEFINE;
    else
        return false;
    return true;
}

/* `define NAME [operator]`, `undefine NAME`: the name may hold blanks. */
static bool parse_directive(struct span text, struct assignment *assignment)
{
    assignment->action = ASSIGN_RECURSIVE;
    if (assignment->kind == ASSIGNMENT_DEFINE && assignment_parse_definition(text, assignment)) {
        assignment->has_operator = true;
        return true;
    }
    assignment->name = span_trim(text.data, text.len);
    assignment->value = (struct span){ text.data + text.len, 0 };
    return true;
}

/* assignment := {modifier} (definition | "define" name [operator] | "undefine" name) */
bool assignment_parse(struct span text, enum assignment_place place, struct assignment *assignment)
{
    struct span word;

    *assignment = (struct assignment){ .kind = ASSIGNMENT_VALUE };
    for (;;) {
        text = skip_blanks(text);
        if (assignment_parse_definition(text, assignment))
            return true;
        word = text;
        for (word.len = 0; word.len < text.len && !is_blank(text.data[word.len]);)
            word.len++;
        if (!take_modifier(word, place, assignment))
            return false;
        text = skip_blanks(from_offset(text, word.len));
        if (assignment->kind != ASSIGNMENT_VALUE)
            return parse_directive(text, assignment);
        if (!text.len)
            return false;
    }
}
