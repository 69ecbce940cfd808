#include "cli/options.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "cli/flags.h"
#include "cli/option_table.h"
#include "cli/subcommand.h"

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
                            &line->evals,   &line->old_files,   &line->new_files,
                            &line->answers, &line->assignments, &line->goals };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        vec_free(lists[i]);
    str_free(&line->command);
    arena_free(line->arena);
}

static void complain(struct parser *parser, const char *message, const char *hint)
{
    struct diag diag = { DIAG_ERROR, { NULL, 0, 0 }, message, hint };
    struct str text = { 0 };

    parser->failed = true;
    if (!parser->errors)
        return;
    diag_render(&diag, parser->line->is_make ? "make" : "fake", &text);
    fputs(str_text(&text), parser->errors);
    str_free(&text);
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

static void set_load(struct parser *parser, const struct option *option, const char *value,
                     double *load)
{
    char *end;
    double parsed = strtod(value, &end);

    if (end != value && *end == '\0' && parsed >= 0 && parsed < 1e6)
        *load = parsed;
    else
        complain(parser,
                 arena_printf(parser->line->arena, "%s wants a load such as 2.5, not '%s'",
                              shown(parser, option), value),
                 NULL);
}

static void set_choice(struct parser *parser, const struct option *option, const char *value,
                       const char **choice)
{
    struct nearest nearest = nearest_to(value);
    const char *message;

    if (!option->choices) {
        *choice = value;
        return;
    }
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
    case OPTION_LOAD:
        if (value)
            set_load(parser, option, value, place);
        else
            *(double *)place = 0;
        break;
    case OPTION_CHOICE:
        if (value || option->choices)
            set_choice(parser, option, value ? value : option->choices[0], place);
        else
            *(const char **)place = "";
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

/* How much of text is a value for an option that may go without one: the digits of -j, the number
 * of -l, all that follows -O in its word. */
static size_t value_length(const struct option *option, const char *text)
{
    if (option->kind == OPTION_LIMIT)
        return strspn(text, "0123456789");
    if (option->kind == OPTION_LOAD)
        return strspn(text, "0123456789.");
    return option->traits & OPTION_ADJACENT ? strlen(text) : 0;
}

/* -j4, -j 4, -j: the next word counts only when the whole of it can be the value; anything else is
 * a goal. Returns how much of `rest`, what stands behind the letter, was taken. */
static size_t set_from_rest(struct parser *parser, const struct option *option, const char *rest)
{
    size_t length = value_length(option, rest);
    const char *next = parser->next < parser->count ? parser->words[parser->next] : "";

    if (length > 0) {
        set(parser, option, arena_strndup(parser->line->arena, rest, length));
    } else if (!*rest && *next && !(option->traits & OPTION_ADJACENT) &&
               value_length(option, next) == strlen(next)) {
        parser->next++;
        set(parser, option, next);
    } else {
        set(parser, option, NULL);
    }
    return length;
}

/* -kn, -j4, -f FILE */
static void parse_letters(struct parser *parser, const char *letters)
{
    while (*letters) {
        const struct option *option = option_by_letter(*letters, parser->line->is_make);

        letters++;
        if (!option) {
            complain(parser, arena_printf(parser->line->arena, "unknown option '-%c'", letters[-1]),
                     "fake --help lists the options");
            if (parser->errors)
                return;
        } else if (wants_value(option) && *letters) {
            set(parser, option, letters);
            return;
        } else if (wants_value(option)) {
            set_from_next_word(parser, option);
        } else if (option->kind == OPTION_FLAG || option->kind == OPTION_CLEAR) {
            set(parser, option, NULL);
        } else {
            letters += set_from_rest(parser, option, letters);
        }
    }
}

static void complain_unknown(struct parser *parser, const char *name)
{
    struct arena *arena = parser->line->arena;
    const char *best = option_nearest(name, parser->line->is_make);

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
    const struct option *option = option_by_name(name, parser->line->is_make);
    const struct subcommand *subcommand = parser->line->is_make ? NULL : subcommand_find(name);

    if (subcommand && !value)
        parser->line->subcommand = subcommand;
    else if (!option)
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
    if (!*word)
        complain(parser, "empty string invalid as file name", NULL);
    else if (!is_assignment(word))
        vec_push(&parser->line->goals, word);
    else if (word[strspn(word, ":+?! \t")] == '=')
        complain(parser, "empty variable name", NULL);
    else
        vec_push(&parser->line->assignments, word);
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

/* A random order is one that a number names, so that it can be had again, and sub-makes have it. */
static void settle_shuffle(struct parser *parser)
{
    const char **mode = &parser->line->settings.shuffle;
    struct arena *arena = parser->line->arena;

    if (!*mode || strcmp(*mode, "reverse") == 0)
        return;
    if (strcmp(*mode, "none") == 0)
        *mode = NULL;
    else if (!**mode || strcmp(*mode, "random") == 0)
        *mode = arena_printf(arena, "%u", (unsigned)time(NULL) ^ (unsigned)getpid() << 12);
    else if ((*mode)[strspn(*mode, "0123456789")])
        complain(parser,
                 arena_printf(arena, "--shuffle wants random, reverse, none or a number, not '%s'",
                              *mode),
                 NULL);
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
    settle_shuffle(&parser);
    return !parser.failed;
}

/* Ended by NULL. */
static const char *const *list_of(struct arena *arena, const struct vec *names)
{
    const char **list = arena_alloc(arena, (names->len + 1) * sizeof *list);

    for (size_t i = 0; i < names->len; i++)
        list[i] = names->items[i];
    return list;
}

static const char *kept(struct arena *arena, struct str *text)
{
    const char *copy = arena_strdup(arena, str_text(text));

    str_free(text);
    return copy;
}

const struct fake_settings *command_line_settings(struct command_line *line)
{
    struct fake_settings *settings = &line->settings;
    struct str letters = { 0 }, options = { 0 }, fakes = { 0 };

    settings->include_folders = list_of(line->arena, &line->includes);
    settings->old_files = list_of(line->arena, &line->old_files);
    settings->new_files = list_of(line->arena, &line->new_files);
    settings->answers = list_of(line->arena, &line->answers);
    settings->command = line->command.len > 0 ? str_text(&line->command) : NULL;
    settings->explain |= line->debug || (line->debug_levels && line->debug_levels[0] != 'n');
    line->print_directory = line->print_directory && !line->no_print_directory;
    settings->print_directory = line->print_directory;
    flags_give_letters(line, &letters);
    flags_give_options(line, &options);
    flags_give_fakes(line, &fakes);
    settings->flag_letters = kept(line->arena, &letters);
    settings->flag_options = kept(line->arena, &options);
    settings->fake_flags = kept(line->arena, &fakes);
    return settings;
}
