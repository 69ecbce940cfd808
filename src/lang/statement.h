#ifndef FAKE_LANG_STATEMENT_H
#define FAKE_LANG_STATEMENT_H

#include "lang/assignment.h"
#include "lang/source.h"

/* What a line says, before anything in it is expanded. Recipe lines are no statements: whether a
 * line is one depends on the rule that stands open. */
enum statement_kind {
    STATEMENT_NOTHING, /* blank, or a comment */
    STATEMENT_ASSIGN,  /* assignment (define and undefine too) */
    STATEMENT_HOST,    /* `@name…: assignment`; rest: behind the first @ */
    STATEMENT_IF,      /* ifdef, ifndef, ifeq, ifneq; rest: the condition */
    STATEMENT_ELSE,    /* rest: another if, or empty */
    STATEMENT_ENDIF,
    STATEMENT_EXPORT, /* rest: names, or empty */
    STATEMENT_UNEXPORT,
    STATEMENT_INCLUDE, /* rest: names */
    STATEMENT_VPATH,   /* rest: pattern and folders */
    STATEMENT_ENDEF,   /* one without its define */
    STATEMENT_NODE,    /* node, endnode */
    STATEMENT_ENDNODE,
    STATEMENT_RULE, /* rest: up to the ; */
};

struct statement {
    enum statement_kind kind;
    struct location where;
    struct span text; /* the whole, cleaned, from its first word on */
    struct span keyword;
    struct span rest;
    struct assignment assignment;
    bool is_optional;          /* -include, sinclude */
    bool has_recipe;           /* RULE: there was a ; */
    struct span recipe;        /* RULE: what follows it, as written */
    struct span documentation; /* what follows ## */
    bool is_documented;
};

/* Room for lines that had to be cleaned. */
struct parser {
    struct str line;
    struct str head;
};
void parser_free(struct parser *parser);

/* The spans of the statement lie in the line or in the parser, until the next call. */
void statement_parse(struct parser *parser, const struct line *line, struct statement *statement);
/* A condition behind `else`: false when rest is no if. */
bool statement_parse_if(struct span rest, struct statement *statement);

#endif
