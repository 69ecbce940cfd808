#ifndef FAKE_CLI_FLAGS_H
#define FAKE_CLI_FLAGS_H

#include "cli/options.h"

/* Options in environment variables: from the outer make or fake, and for those that recipes start.
 * Words are separated by blanks; a backslash takes a blank's meaning away. */

/* What MAKEFLAGS (or GNUMAKEFLAGS) says, all letters make's; goals and what is not known are passed
 * over, as make does. Comes before the words of the command line. */
void flags_take_makes(struct command_line *line, const char *text);
/* What FAKEFLAGS says, where the command line says nothing: after its words. */
void flags_take_fakes(struct command_line *line, const char *text);

/* The letters that MAKEFLAGS begins with, "kw"; and the options that follow, each with a blank in
 * front, without -j. */
void flags_give_letters(const struct command_line *line, struct str *out);
void flags_give_options(const struct command_line *line, struct str *out);
/* FAKEFLAGS. */
void flags_give_fakes(const struct command_line *line, struct str *out);

#endif
