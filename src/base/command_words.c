#include "base/command_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char blanks[] = " \t";
static const char shell_characters[] = "#;\"*?[]&|<>(){}$`^~!\n\r";

/* What only a shell can do, or does otherwise than a program of the name would. */
static const char *const shell_commands[] = {
    ".",        ":",      "alias",   "bg",    "break",  "case",  "cd",     "command",
    "continue", "eval",   "exec",    "exit",  "export", "fc",    "fg",     "for",
    "getopts",  "hash",   "if",      "jobs",  "local",  "login", "logout", "read",
    "readonly", "return", "set",     "shift", "test",   "times", "trap",   "type",
    "ulimit",   "umask",  "unalias", "unset", "until",  "wait",  "while",
};

static bool is_shell_command(const char *word)
{
    for (size_t i = 0; i < sizeof shell_commands / sizeof *shell_commands; i++)
        if (strcmp(shell_commands[i], word) == 0)
            return true;
    return false;
}

/* A word on its way from the text to its place in the block. */
struct taking {
    const char *from;
    char *to;
};

/* 'quoted'; false: not on one line. */
static bool take_quoted(struct taking *word)
{
    for (word->from++; *word->from != '\''; word->from++) {
        if (*word->from == '\0' || *word->from == '\n')
            return false;
        *word->to++ = *word->from;
    }
    word->from++;
    return true;
}

/* False: the shell has to read it. */
static bool take_word(struct taking *word)
{
    while (*word->from && !strchr(blanks, *word->from)) {
        if (word->from[0] == '\\' && word->from[1] == '\n') {
            word->from += 2;
        } else if (*word->from == '\'') {
            if (!take_quoted(word))
                return false;
        } else if (*word->from == '\\' || strchr(shell_characters, *word->from)) {
            return false;
        } else {
            *word->to++ = *word->from++;
        }
    }
    *word->to++ = '\0';
    return true;
}

/* Blanks, and line ends behind a backslash. */
static const char *skip_gap(const char *text)
{
    while (*text && (strchr(blanks, *text) || (text[0] == '\\' && text[1] == '\n')))
        text += *text == '\\' ? 2 : 1;
    return text;
}

/* NULL: the line needs a shell. */
static char **plain_words(const char *text)
{
    size_t length = strlen(text), most = length / 2 + 2, count = 0;
    char **words = mem_alloc(most * sizeof *words + length + 1);
    struct taking word = { skip_gap(text), (char *)(words + most) };

    for (; *word.from; word.from = skip_gap(word.from)) {
        words[count++] = word.to;
        if (!take_word(&word) || strchr(words[0], '=')) {
            free(words);
            return NULL;
        }
    }
    if (count == 0 || is_shell_command(words[0])) {
        free(words);
        return NULL;
    }
    return words;
}

static char **shell_words(const char *shell, const char *flags, const char *text)
{
    size_t most = strlen(flags) / 2 + 4, count = 0;
    size_t size = strlen(shell) + strlen(flags) + strlen(text) + 3;
    char **words = mem_alloc(most * sizeof *words + size);
    char *to = (char *)(words + most);

    words[count++] = to;
    to = stpcpy(to, shell) + 1;
    for (flags += strspn(flags, blanks); *flags; flags += strspn(flags, blanks)) {
        size_t length = strcspn(flags, blanks);
        words[count++] = to;
        memcpy(to, flags, length);
        to += length + 1;
        flags += length;
    }
    words[count++] = to;
    strcpy(to, text);
    return words;
}

static bool is_usual(const char *shell, const char *flags)
{
    return strcmp(shell, "/bin/sh") == 0 && (strcmp(flags, "-c") == 0 || strcmp(flags, "-ec") == 0);
}

char **command_words(const char *shell, const char *flags, const char *text)
{
    char **words = is_usual(shell, flags) ? plain_words(text) : NULL;

    return words ? words : shell_words(shell, flags, text);
}
