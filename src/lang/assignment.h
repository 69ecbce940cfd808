#ifndef FAKE_LANG_ASSIGNMENT_H
#define FAKE_LANG_ASSIGNMENT_H

#include <stdbool.h>

#include "lang/words.h"

enum assign_action {
    ASSIGN_RECURSIVE,   /* = */
    ASSIGN_SIMPLE,      /* := ::= */
    ASSIGN_IMMEDIATE,   /* :::= expanded now, its $ quoted, recursive after that */
    ASSIGN_CONDITIONAL, /* ?= */
    ASSIGN_APPEND,      /* += */
    ASSIGN_SHELL,       /* != */
};

enum assignment_kind {
    ASSIGNMENT_VALUE,
    ASSIGNMENT_DEFINE,   /* the value follows, up to endef */
    ASSIGNMENT_UNDEFINE, /* no value */
};

/* An assignment as written; the spans lie in the text it was parsed from. */
struct assignment {
    enum assignment_kind kind;
    enum assign_action action;
    struct span name;
    struct span value;
    bool is_export;
    bool is_override;
    bool is_private;
    bool has_operator; /* define NAME = */
};

/* What may stand before the name. */
enum assignment_place {
    ASSIGNMENT_OF_FILE,   /* modifiers, define, undefine */
    ASSIGNMENT_OF_TARGET, /* modifiers */
};

/* False when text is no assignment. */
bool assignment_parse(struct span text, enum assignment_place place, struct assignment *assignment);
/* definition := name operator value, without modifiers. */
bool assignment_parse_definition(struct span text, struct assignment *assignment);

#endif
