#ifndef FAKE_STEP_SUDO_H
#define FAKE_STEP_SUDO_H

#include "step/step.h"

/* Whether the step goes through sudo: the verb, or --sudo of what is sent. */
bool sudo_is_used(const struct step *step);

/* Appends text that runs `command` (sh text) by sudo; for root without a --user it is run as it is.
 * In it TMPDIR is the log-in user's. Where the target has a password, `fake_password` must hold it
 * (command_send does that). */
void sudo_add(struct str *text, const struct step *step, const struct step_target *target,
              const char *command);

#endif
