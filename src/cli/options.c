#include "cli/options.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "cli/option_table.h"

/* The words, and the place in them. */
struct parser {
    struct command_line *line;
    char **words;
    int count;
    int next; /* the word to be taken next */
    FILE *errors;
    bool failed;
};

void command_line_init(struct command_line *line)
{
    *line = (struct command_line){ 0 };
    line->arena = arena_new();
}

void command_line_free(struct command_line *line)
{
    struct vec *lists[] = { &line->folders, &line->files,       &line->includes,
                            &line->evals,   &line->assignments, &line->goals };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        vec_free(lists[i]);
    str_free(&line->command);
    arena_free(line->arena);
}

static void complain(struct parser *parser, const char *message, const char *hint)
{
    struct diag diag = { DIAG_ERROR, { NULL, 0, 0 }, message, hint };
    struct str text = { 0 };

    diag_render(&diag, "fake", &text);
    fputs(str_text(&text), parser->errors);
    str_free(&text);
    parser->failed = true;
}

static const char *shown(const struct parser *parser, const struct option *option)
{
    struct arena *arena = parser->line->arena;

    return option->name ? arena_printf(arena, "--%s", option->name)
                        : arena_printf(arena, "-%c", option->letter);
}

static void set_number(struct parser *parser, const struct option *option, const char *value,
                       unsigned *number)
{
    char *end;
    unsigned long parsed = strtoul(value, &end, 10);
    bool is_number = *value >= '0' && *value <= '9' && *end == '\0' && parsed < UINT_MAX;

    if (is_number && (parsed > 0 || option->kind == OPTION_SECONDS))
        *number = (unsigned)parsed;
    else
        complain(parser,
                 arena_printf(parser->line->arena, "%s wants a %s, not '%s'", shown(parser, option),
                              option->kind == OPTION_SECONDS ? "number of seconds"
                                                             : "whole number above 0",
                              value),
                 NULL);
}

static void set_choice(struct parser *parser, const struct option *option, const char *value,
                       const char **choice)
{
    struct nearest nearest = nearest_to(value);
    const char *message;

    for (const char *const *known = option->choices; *known; known++) {
        if (strcmp(*known, value) == 0) {
            *choice = *known;
            return;
        }
        nearest_try(&nearest, *known);
    }
    message = arena_printf(parser->line->arena, "%s knows no '%s'", shown(parser, option), value);
    complain(parser, message,
             nearest.best ? arena_printf(parser->line->arena, "did you mean '%s'?", nearest.best)
                          : NULL);
}

/* The option's value into its place; value is NULL for one that has none. */
static void set(struct parser *parser, const struct option *option, const char *value)
{
    struct arena *arena = parser->line->arena;
    void *place = (char *)parser->line + option->place;

    switch (option->kind) {
    case OPTION_HEADING:
        break;
    case OPTION_FLAG:
        *(bool *)place = true;
        break;
    case OPTION_CLEAR:
        *(bool *)place = false;
        break;
    case OPTION_TEXT:
        *(const char **)place = value;
        break;
    case OPTION_JOINED: {
        const char **joined = place;
        *joined = *joined ? arena_printf(arena, "%s,%s", *joined, value) : value;
        break;
    }
    case OPTION_LIST:
        vec_push(place, (void *)value);
        break;
    case OPTION_NUMBER:
    case OPTION_SECONDS:
        set_number(parser, option, value, place);
        break;
    case OPTION_LIMIT:
        if (value)
            set_number(parser, option, value, place);
        else
            *(unsigned *)place = FAKE_UNLIMITED;
        break;
    case OPTION_CHOICE:
        set_choice(parser, option, value ? value : option->choices[0], place);
        break;
    }
}

static bool wants_value(const struct option *option)
{
    return option->kind == OPTION_TEXT || option->kind == OPTION_JOINED ||
           option->kind == OPTION_LIST || option->kind == OPTION_NUMBER ||
           option->kind == OPTION_SECONDS;
}

/* The next word as the value of an option that must have one. */
static void set_from_next_word(struct parser *parser, const struct option *option)
{
    if (parser->next < parser->count)
        set(parser, option, parser->words[parser->next++]);
    else
        complain(parser,
                 arena_printf(parser->line->arena, "%s wants a value: %s", shown(parser, option),
                              option->argument),
                 NULL);
}

static bool is_digits(const char *word)
{
    return *word && word[strspn(word, "0123456789")] == '\0';
}

/* -j 4: only a whole number is taken for the letter's value, anything else is a goal. */
static void set_limit_letter(struct parser *parser, const struct option *option)
{
    bool follows = parser->next < parser->count && is_digits(parser->words[parser->next]);

    set(parser, option, follows ? parser->words[parser->next++] : NULL);
}

/* -kn, -j4, -f FILE */
static void parse_letters(struct parser *parser, const char *letters)
{
    while (*letters) {
        const struct option *option = option_by_letter(*letters);

        letters++;
        if (!option) {
            complain(parser, arena_printf(parser->line->arena, "unknown option '-%c'", letters[-1]),
                     "fake --help lists the options");
            return;
        }
        if (wants_value(option) && *letters) {
            set(parser, option, letters);
            return;
        }
        if (option->kind == OPTION_LIMIT && *letters >= '0' && *letters <= '9') {
            size_t digits = strspn(letters, "0123456789");
            set(parser, option, arena_strndup(parser->line->arena, letters, digits));
            letters += digits;
        } else if (option->kind == OPTION_LIMIT && !*letters) {
            set_limit_letter(parser, option);
        } else if (wants_value(option)) {
            set_from_next_word(parser, option);
        } else {
            set(parser, option, NULL);
        }
    }
}

static void complain_unknown(struct parser *parser, const char *name)
{
    struct arena *arena = parser->line->arena;
    const char *best = option_nearest(name);

    complain(parser, arena_printf(arena, "unknown option '--%s'", name),
             best ? arena_printf(arena, "did you mean --%s?", best)
                  : "fake --help lists the options");
}

/* --name, --name=value, --name value; `word` is behind the dashes. */
static void parse_long(struct parser *parser, const char *word)
{
    struct arena *arena = parser->line->arena;
    size_t length = strcspn(word, "=");
    const char *name = arena_strndup(arena, word, length);
    const char *value = word[length] ? word + length + 1 : NULL;
    const struct option *option = option_by_name(name);

    if (!option)
        complain_unknown(parser, name);
    else if (value && (option->kind == OPTION_FLAG || option->kind == OPTION_CLEAR))
        complain(parser, arena_printf(arena, "--%s takes no value", name), NULL);
    else if (!value && wants_value(option))
        set_from_next_word(parser, option);
    else
        set(parser, option, value);
}

/* A word with = or := before any other colon assigns; anything else is a goal. */
static bool is_assignment(const char *word)
{
    size_t length = strcspn(word, ":=");

    word += length;
    return *word == '=' || (*word == ':' && word[1 + strspn(word + 1, ":")] == '=');
}

static void parse_word(struct parser *parser, char *word)
{
    vec_push(is_assignment(word) ? &parser->line->assignments : &parser->line->goals, word);
}

/* What follows -- : a command, if hosts or roles were named before it, else goals. */
static void parse_rest(struct parser *parser)
{
    struct command_line *line = parser->line;
    bool is_command = line->settings.hosts || line->settings.roles;

    if (is_command && parser->next == parser->count)
        complain(parser, "no command behind '--'", "fake -H web1 -- uptime");
    for (; parser->next < parser->count; parser->next++) {
        char *word = parser->words[parser->next];
        if (!is_command) {
            parse_word(parser, word);
            continue;
        }
        /* As ssh does: the words are put together again, the far shell takes them apart. */
        str_add(&line->command, line->command.len > 0 ? " " : "");
        str_add(&line->command, word);
    }
}

bool command_line_parse(struct command_line *line, int count, char **words, FILE *errors)
{
    struct parser parser = { line, words, count, 0, errors, false };

    while (parser.next < count) {
        char *word = words[parser.next++];

        if (strcmp(word, "--") == 0)
            parse_rest(&parser);
        else if (word[0] == '-' && word[1] == '-')
            parse_long(&parser, word + 2);
        else if (word[0] == '-' && word[1])
            parse_letters(&parser, word + 1);
        else
            parse_word(&parser, word);
    }
    return !parser.failed;
}

const struct fake_settings *command_line_settings(struct command_line *line)
{
    size_t count = line->includes.len;
    const char **folders = arena_alloc(line->arena, (count + 1) * sizeof *folders);

    for (size_t i = 0; i < count; i++)
        folders[i] = line->includes.items[i];
    line->settings.include_folders = folders;
    line->settings.command = line->command.len > 0 ? str_text(&line->command) : NULL;
    return &line->settings;
}
