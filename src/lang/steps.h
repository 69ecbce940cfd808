#ifndef FAKE_LANG_STEPS_H
#define FAKE_LANG_STEPS_H

#include <stdbool.h>

#include "lang/words.h"

/* What reading must know of steps: which words begin one, where a { } block begins and ends. What
 * they mean is the step layer's. */

/* True when the line, which is indented with blanks, is a step: its first word is a verb and its
 * second no part of a rule or assignment. */
bool step_line_is_step(struct span line);
/* True when the line opens a block: `run {`, `sudo --user=x {`, `$(verb) {`. *column: of its first
 * word. */
bool step_line_opens_block(struct span line, size_t *column);
/* True when it is the } that closes a block whose verb stands in `column`. */
bool step_line_closes_block(struct span line, size_t column);
/* The verb that the line begins with when nothing but a task can mean it (run, put, get …); or
 * NULL. */
const char *step_line_betrays_task(struct span line);
/* True when the line begins with `sudo`. */
bool step_line_is_sudo(struct span line);

#endif
