#ifndef FAKE_STEP_OPTIONS_H
#define FAKE_STEP_OPTIONS_H

#include "step/verb.h"

/* Takes the options in front of a step's arguments: *cursor moves behind them. Those that count are
 * added to `counted`, a line each. False: one is unknown or wrong (reported). */
bool options_parse(struct arena *arena, const struct verb *verb, const char **cursor,
                   struct step_options *options, struct str *counted, struct location where,
                   struct diags *diags);

/* What the target's variables timeout, retries and retry_delay say for each of its steps. */
bool options_from_scope(struct expander *expander, struct step_options *options,
                        struct location where);

#endif
