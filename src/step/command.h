#ifndef FAKE_STEP_COMMAND_H
#define FAKE_STEP_COMMAND_H

#include "step/step.h"

/* Appends a step's command as text for `sh -c`: in its folder, after its preamble, by `shell` (the
 * value of remote_shell, such as "bash -lc") or, when that is NULL, by the sh that reads the text.
 */
void command_add(struct str *text, const struct step *step, const char *shell);

/* Adds a step to the request, with its limits; `text` is for `sh -c`. */
void command_send(const struct step *step, const char *text, const struct step_target *target);

/* The same of text that is ours alone and leaves no process, where nothing of the user's stands in
 * front of it: it costs no shell of its own, and no subshell unless it changes what its shell is
 * (variables, functions, traps, its folder, or by an exit). $d is the session's folder there. */
bool command_may_be_in_runner(const struct step *step);
void command_send_in_runner(const struct step *step, const char *text,
                            const struct step_target *target, bool changes_shell);

/* The path of a file on the host, as this step means it: absolute, or relative to $HOME; never
 * beginning with "-", without a slash at its end. From the arena. */
const char *command_host_path(struct arena *arena, const struct step_context *context,
                              const struct shell_word *word);
/* A word with its ~ again, for messages. */
const char *command_as_written(struct arena *arena, const struct shell_word *word);
/* "a b -> c" of the step's arguments, as the output shows it. */
const char *command_arrow(struct arena *arena, const struct step *step);
bool command_is_folder_path(const struct shell_word *word); /* it ends in a slash, or is ~ */

/* Reports words that are wrong for a verb of `least` to `most` arguments, that hold a $, or a
 * newline. */
bool command_check_words(const struct step *step, size_t least, size_t most, const char *usage,
                         struct diags *diags);

#endif
