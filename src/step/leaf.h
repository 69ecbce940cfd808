#ifndef FAKE_STEP_LEAF_H
#define FAKE_STEP_LEAF_H

#include <stdbool.h>

struct str;

/* Adds a command for `sh -c` as it runs in the request's runner (in_runner of io/session.h), where
 * it costs a third. False, and nothing is added, when it may not run there: it is more than simple
 * commands of programs that are known to leave no process behind, or one of its words depends on
 * which shell expands it. *changes_shell: it needs a subshell, for it changes what the shell is, or
 * would go on when a program of it is ended. */
bool leaf_add(struct str *text, const char *command, bool *changes_shell);

#endif
