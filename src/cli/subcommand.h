#ifndef FAKE_CLI_SUBCOMMAND_H
#define FAKE_CLI_SUBCOMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"

struct arena;
struct fake;

/* A word of the command line that is fake's own: `fake status`, where no target is called so, and
 * `fake --status`, always. */
struct subcommand {
    const char *name;
    const char *help;
    int (*run)(struct fake *fake, const struct command_line *line); /* returns the exit code */
    size_t arguments; /* how many words may follow it */
    bool is_here;     /* works in this folder, whatever Fakefile lies above */
};

const struct subcommand *subcommand_find(const char *name); /* NULL: there is none */
const struct subcommand *subcommand_row(size_t index);      /* all, in turn; NULL behind the last */
const char *const *subcommand_names(struct arena *arena);   /* NULL-terminated */

#endif
