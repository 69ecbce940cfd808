#ifndef FAKE_CLI_INIT_TEMPLATE_H
#define FAKE_CLI_INIT_TEMPLATE_H

#include <stddef.h>

/* A kind of project and the Fakefile for it. In the text, {{name}} is what was found of that name;
 * a line that begins with {{name?}} is there when it was found, one with {{name!}} when it was not.
 */
struct init_template {
    const char *kind;
    const char *help; /* one line: what the Fakefile does */
    const char *text;
};

const struct init_template *init_template_find(const char *kind); /* NULL: there is none */
const struct init_template *
init_template_row(size_t index); /* all, in turn; NULL behind the last */

#endif
