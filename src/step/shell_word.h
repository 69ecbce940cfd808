#ifndef FAKE_STEP_SHELL_WORD_H
#define FAKE_STEP_SHELL_WORD_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A word of the shell, taken apart as sh does it (POSIX.1-2008, Shell Command Language, 2.2), but
 * that nothing is expanded in it. */
struct shell_word {
    const char *text;    /* unquoted */
    const char *pattern; /* as for glob(3), what was quoted escaped; NULL: no wildcard in it */
    const char *source;  /* as written; source_length bytes */
    size_t source_length;
    bool from_home;     /* began with ~/ or was ~, which is off in text and pattern */
    bool has_expansion; /* holds a $ or ` that a shell would expand */
};

/* Takes the next word from *cursor, which moves behind it. 1: a word; 0: there is none left; -1: it
 * is malformed, *why says how. Strings are from the arena. */
int shell_word_next(struct arena *arena, const char **cursor, struct shell_word *word,
                    const char **why);

/* All words of s, from the arena. False: *why says what is wrong. */
bool shell_words_split(struct arena *arena, const char *s, struct shell_word **words, size_t *count,
                       const char **why);

#endif
