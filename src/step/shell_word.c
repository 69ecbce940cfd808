#include "step/shell_word.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"

/* One word on its way: what it says, and what it says to glob(3). */
struct reader {
    const char *at;
    struct str text;
    struct str pattern;
    bool has_wildcard;
    bool has_expansion;
    const char *why;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void add_quoted(struct reader *reader, char c)
{
    str_addc(&reader->text, c);
    if (strchr("*?[]\\", c))
        str_addc(&reader->pattern, '\\');
    str_addc(&reader->pattern, c);
}

static void add_plain(struct reader *reader, char c)
{
    str_addc(&reader->text, c);
    str_addc(&reader->pattern, c);
    if (strchr("*?[", c))
        reader->has_wildcard = true;
    if (c == '$' || c == '`')
        reader->has_expansion = true;
}

static void read_single_quotes(struct reader *reader)
{
    for (reader->at++; *reader->at && *reader->at != '\''; reader->at++)
        add_quoted(reader, *reader->at);
    if (*reader->at)
        reader->at++;
    else
        reader->why = "unterminated quote '";
}

static void read_double_quotes(struct reader *reader)
{
    for (reader->at++; *reader->at && *reader->at != '"'; reader->at++) {
        if (*reader->at == '\\' && reader->at[1] && strchr("$`\"\\\n", reader->at[1])) {
            reader->at++;
            if (*reader->at != '\n')
                add_quoted(reader, *reader->at);
            continue;
        }
        if (*reader->at == '$' || *reader->at == '`')
            reader->has_expansion = true;
        add_quoted(reader, *reader->at);
    }
    if (*reader->at)
        reader->at++;
    else
        reader->why = "unterminated quote \"";
}

static void read_backslash(struct reader *reader)
{
    reader->at++;
    if (!*reader->at) {
        add_quoted(reader, '\\');
        return;
    }
    if (*reader->at != '\n')
        add_quoted(reader, *reader->at);
    reader->at++;
}

static void read_word(struct reader *reader)
{
    while (*reader->at && !is_blank(*reader->at) && !reader->why) {
        if (*reader->at == '\'')
            read_single_quotes(reader);
        else if (*reader->at == '"')
            read_double_quotes(reader);
        else if (*reader->at == '\\')
            read_backslash(reader);
        else if (strchr(";&|<>()", *reader->at))
            reader->why =
                "an unquoted ; & | < > ( or ): quote it, or write it in a step of its own";
        else
            add_plain(reader, *reader->at++);
    }
}

/* Blanks, and \newline between words. */
static const char *skip_blanks(const char *s)
{
    for (;;) {
        if (is_blank(*s))
            s++;
        else if (s[0] == '\\' && s[1] == '\n')
            s += 2;
        else
            return s;
    }
}

int shell_word_next(struct arena *arena, const char **cursor, struct shell_word *word,
                    const char **why)
{
    struct reader reader = { .at = skip_blanks(*cursor) };
    *cursor = reader.at;
    if (!*reader.at || *reader.at == '#')
        return 0;
    *word = (struct shell_word){ .source = reader.at };
    if (reader.at[0] == '~' && (!reader.at[1] || reader.at[1] == '/' || is_blank(reader.at[1]))) {
        word->from_home = true;
        for (reader.at++; *reader.at == '/'; reader.at++)
            ;
    }
    read_word(&reader);
    word->source_length = (size_t)(reader.at - word->source);
    word->text = arena_strdup(arena, str_text(&reader.text));
    word->has_expansion = reader.has_expansion;
    if (reader.has_wildcard)
        word->pattern = arena_strdup(arena, str_text(&reader.pattern));
    str_free(&reader.text);
    str_free(&reader.pattern);
    *cursor = reader.at;
    if (reader.why)
        *why = reader.why;
    return reader.why ? -1 : 1;
}

bool shell_words_split(struct arena *arena, const char *s, struct shell_word **words, size_t *count,
                       const char **why)
{
    struct shell_word *list = NULL;
    size_t len = 0, cap = 0;
    int found;
    for (;;) {
        if (len == cap)
            list = mem_resize(list, (cap = cap ? 2 * cap : 8) * sizeof *list);
        found = shell_word_next(arena, &s, &list[len], why);
        if (found <= 0)
            break;
        len++;
    }
    *words = arena_alloc(arena, (len ? len : 1) * sizeof **words);
    if (len)
        memcpy(*words, list, len * sizeof *list);
    *count = len;
    free(list);
    return found == 0;
}
