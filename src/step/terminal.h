#ifndef FAKE_STEP_TERMINAL_H
#define FAKE_STEP_TERMINAL_H

#include <stdbool.h>

struct str;

/* --pty: appends text that runs `command` (sh text) on a terminal of its own, as large as ours.
 * The shell that reads it may have fake_password set, which `command` then has, too. */
void terminal_add(struct str *text, const char *command, bool has_password);

#endif
