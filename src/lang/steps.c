#include "lang/steps.h"

#include <string.h>

static const struct {
    const char *name;
    bool opens_block;
    bool betrays_task; /* no shell has a command of this name that a Makefile would use */
} verbs[] = {
    { "run", true, true },      { "sudo", true, false },     { "local", true, false },
    { "put", false, true },     { "checkout", false, true }, { "link", false, false },
    { "get", false, true },     { "archive", false, true },  { "only-if", false, true },
    { "cd", false, false },     { "prefix", false, false },  { "env", false, false },
    { "confirm", false, true },
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes the next word off; its length is 0 at the end. */
static struct span take_word(struct span *text)
{
    struct span word;

    while (text->len && is_space(*text->data)) {
        text->data++;
        text->len--;
    }
    word = (struct span){ text->data, 0 };
    while (word.len < text->len && !is_blank(text->data[word.len]))
        word.len++;
    text->data += word.len;
    text->len -= word.len;
    return word;
}

/* Takes the first word off, and what stands before it of @ - +. */
static struct span take_first(struct span *text)
{
    while (text->len && (is_space(*text->data) || strchr("@-+", *text->data))) {
        text->data++;
        text->len--;
    }
    return take_word(text);
}

/* The row of the verb; -1: there is none of this name. */
static int find_verb(struct span word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (word.len && *verbs[i].name == *word.data && strlen(verbs[i].name) == word.len &&
            memcmp(verbs[i].name, word.data, word.len) == 0)
            return (int)i;
    return -1;
}

/* The row of the verb that text begins with, behind @ - +; -1: none. The verb is taken off. */
static int take_verb(struct span *text)
{
    return find_verb(take_first(text));
}

static bool begins_with(struct span word, const char *text)
{
    return word.len >= strlen(text) && memcmp(word.data, text, strlen(text)) == 0;
}

bool step_line_is_step(struct span line)
{
    struct span second;

    if (take_verb(&line) < 0)
        return false;
    second = take_word(&line);
    return !(begins_with(second, ":") || begins_with(second, "=") || begins_with(second, "?=") ||
             begins_with(second, "+=") || begins_with(second, "!=") || begins_with(second, "@"));
}

/* $(name): it may stand for a verb, which shows when the job starts. */
static bool is_reference(struct span word)
{
    char close;

    if (word.len < 4 || word.data[0] != '$' || (word.data[1] != '(' && word.data[1] != '{'))
        return false;
    close = word.data[1] == '(' ? ')' : '}';
    return memchr(word.data, close, word.len) == word.data + word.len - 1;
}

bool step_line_opens_block(struct span line, size_t *column)
{
    struct span text = line, word;
    int verb;

    while (*column = (size_t)(text.data - line.data), text.len && is_space(*text.data)) {
        text.data++;
        text.len--;
    }
    word = take_first(&text);
    verb = find_verb(word);
    if (verb < 0 ? !is_reference(word) : !verbs[verb].opens_block)
        return false;
    do
        word = take_word(&text);
    while (begins_with(word, "--"));
    return word.len == 1 && word.data[0] == '{' && span_trim(text.data, text.len).len == 0;
}

bool step_line_closes_block(struct span line, size_t column)
{
    size_t i = 0;

    while (i < line.len && is_space(line.data[i]))
        i++;
    return i == column && i < line.len && line.data[i] == '}' &&
           span_trim(line.data + i, line.len - i).len == 1;
}

const char *step_line_betrays_task(struct span line)
{
    int verb = take_verb(&line);

    return verb >= 0 && verbs[verb].betrays_task ? verbs[verb].name : NULL;
}

bool step_line_is_sudo(struct span line)
{
    int verb = take_verb(&line);

    return verb >= 0 && strcmp(verbs[verb].name, "sudo") == 0;
}
