#ifndef FAKE_STEP_GUARD_H
#define FAKE_STEP_GUARD_H

#include "step/step.h"

/* What stands in front of a step on a host: --if, --unless, --creates, and its standard input. */

/* Where the --stdin file is, here. */
const char *guard_input_path(const struct step *step);

/* Sends what the step reads ahead of it, where that is no plain --input. False: it cannot be read
 * (*why). Called before the verb's compile. */
bool guard_send_input(struct step *step, const struct step_target *target, const char **why);

/* In front of the output of a step with --into, when it was not passed over. */
enum { GUARD_PASSED = '=' };

/* Appends what comes before the step's own text, and to `input` what it is given on standard input.
 * A step that is passed over ends well, with a line that says why: on standard error only where its
 * output is taken for something else. */
void guard_add(struct str *text, struct str *input, const struct step *step,
               const struct step_target *target);

#endif
