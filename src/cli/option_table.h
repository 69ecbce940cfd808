#ifndef FAKE_CLI_OPTION_TABLE_H
#define FAKE_CLI_OPTION_TABLE_H

#include <stdbool.h>
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
    OPTION_LOAD,    /* a double; without a value, 0 */
    OPTION_CHOICE,  /* a const char *, one of `choices`; without a value, the first */
};

/* Whose an option is, and how far it goes. */
enum option_trait {
    OPTION_FAKES = 1 << 0,    /* fake's: not known to a program called make, nor in MAKEFLAGS */
    OPTION_MAKES = 1 << 1,    /* known to those alone */
    OPTION_TO_MAKES = 1 << 2, /* handed on in MAKEFLAGS */
    OPTION_TO_FAKES = 1 << 3, /* handed on in FAKEFLAGS */
    OPTION_ADJACENT = 1 << 4, /* its letter's value stands in the same word */
};

struct option {
    enum option_kind kind;
    char letter;                /* 0: none */
    const char *name;           /* NULL: none */
    unsigned traits;            /* enum option_trait */
    size_t place;               /* in struct command_line */
    const char *argument;       /* in the help text; NULL: none */
    const char *help;           /* NULL: not in the help text: another name for the one before */
    const char *const *choices; /* ended by NULL */
};

/* `is_make`: in a program called make, and in MAKEFLAGS. NULL when there is none. */
const struct option *option_by_letter(char letter, bool is_make);
/* By its name, or by a beginning that no other has. */
const struct option *option_by_name(const char *name, bool is_make);
const char *option_nearest(const char *name, bool is_make); /* name of the one that may be meant */

/* All rows in turn, headings too; NULL behind the last. */
const struct option *option_row(size_t index);

#endif
