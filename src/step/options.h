#ifndef FAKE_STEP_OPTIONS_H
#define FAKE_STEP_OPTIONS_H

#include "step/verb.h"

/* Takes the options in front of a step's arguments: *cursor moves behind them. False: one is
 * unknown or wrong (reported). */
bool options_parse(struct arena *arena, const struct verb *verb, const char **cursor,
                   struct step_options *options, struct location where, struct diags *diags);
/* The same for a fingerprint: text as written, that may hold calls. What counts is added to
 * `counted`, a line each; a word that is no whole option, and all behind it, is left to the
 * arguments. */
void options_count(struct arena *arena, const struct verb *verb, const char **cursor,
                   struct str *counted);
/* Options that exclude each other or need one another. */
bool options_check(const struct step_options *options, const char *verb, struct location where,
                   struct diags *diags);

/* What the target's variables timeout, retries and retry_delay say for each of its steps. */
bool options_from_scope(struct expander *expander, struct step_options *options,
                        struct location where);
/* The same before anything connects, where a value can be told without expanding it. `told` holds
 * the variables that were reported: struct variable. */
void options_check_scope(const struct expander *expander, struct vec *told);

#endif
