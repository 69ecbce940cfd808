#ifndef FAKE_BASE_PLAIN_COMMAND_H
#define FAKE_BASE_PLAIN_COMMAND_H

#include <stdbool.h>

/* The words of a command that needs no shell: no character that a shell acts on, no assignment, no
 * command of the shell's own. NULL-terminated, in one block that the caller frees; NULL when it
 * needs a shell. Started as it is, it costs half of what it costs behind `sh -c`. */
char **plain_command_words(const char *text);

/* Whether `shell flags TEXT` is the usual one, which a plain command may go without. */
bool plain_command_may_skip(const char *shell, const char *flags);

#endif
