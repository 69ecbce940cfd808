#ifndef FAKE_CLI_OPTION_TABLE_H
#define FAKE_CLI_OPTION_TABLE_H

#include <stddef.h>

/* What an option does with its value. */
enum option_kind {
    OPTION_HEADING, /* of the help text; no option */
    OPTION_FLAG,    /* sets a bool */
    OPTION_CLEAR,   /* clears one */
    OPTION_TEXT,    /* a const char *; the last one counts */
    OPTION_JOINED,  /* a const char *; several are put together with commas */
    OPTION_LIST,    /* a struct vec; each counts */
    OPTION_NUMBER,  /* an unsigned above 0 */
    OPTION_SECONDS, /* an unsigned */
    OPTION_LIMIT,   /* an unsigned above 0; without a value, FAKE_UNLIMITED */
    OPTION_CHOICE,  /* a const char *, one of `choices`; without a value, the first */
};

struct option {
    enum option_kind kind;
    char letter;                /* 0: none */
    const char *name;           /* NULL: none */
    size_t place;               /* in struct command_line */
    const char *argument;       /* in the help text; NULL: none */
    const char *help;           /* NULL: not in the help text: another name for the one before */
    const char *const *choices; /* ended by NULL */
};

/* NULL when there is none. */
const struct option *option_by_letter(char letter);
const struct option *option_by_name(const char *name);
const char *option_nearest(const char *name); /* name of the one that may be meant */

#endif
