#ifndef FAKE_LANG_CONTEXT_H
#define FAKE_LANG_CONTEXT_H

#include <stdint.h>

#include "lang/assignment.h"
#include "lang/lang.h"

/* The inside of struct lang, for the files that evaluate. */

struct reader;

struct lang {
    struct model *model;
    struct diags *diags;
    struct lang_options options;
    struct arena *scratch;
    struct scope globals;          /* the outermost scope: the model's globals */
    struct reader *reader;         /* the innermost text being read; NULL: none */
    struct vec texts;              /* char *, the heap: what sources point to */
    struct vec includes;           /* struct include */
    struct vec bodies;             /* struct hook_body */
    struct vec early_uses;         /* struct early_use */
    struct variable *default_goal; /* .DEFAULT_GOAL; empty until there is one */
    struct vec hosts;              /* struct host: @all, once it was asked for */
    struct map pattern_targets;    /* first target of a pattern rule ▶ the last such rule */
    struct vec suffixes;           /* const char *: of .SUFFIXES */
    struct map reported;           /* places of undefined variables that were told of */
    uintptr_t stack_begin;         /* about where the C stack begins */
    uintptr_t stack_room;          /* what expansions may take of it */
    uint64_t expansions;           /* of the outermost text that is being expanded; see expand.h */
    unsigned expanding;            /* texts, one within the other, also by $(eval) */
    char recipe_prefix;
    bool is_endless; /* more than options.expansions_maximum: told */
    bool is_stopped;
    bool is_finished;
    bool is_making_environment;
    bool has_no_usual_suffixes;
    bool knows_all_hosts;
};

/* A target that was made for the recipe of a hook: it is bound as the hook's trigger is. */
struct hook_body {
    struct target *target;
    const char *trigger;
};

/* A variable that was expanded in a rule's line and had no value there. */
struct early_use {
    const char *name;
    struct location where;
};

/* An expander for what is read: the scope given, or that of the text being read. */
struct expander lang_expander(struct lang *lang, const struct scope *scope);
/* Expands n bytes of s, once. False when it failed (reported). scope NULL: that of the text being
 * read. */
bool lang_expand(struct lang *lang, const struct scope *scope, struct span s, struct location where,
                 struct str *out);

/* eval_variable.c */

/* What an assignment does to a set. scope: where its value is expanded; set first in it, when that
 * is not the globals. Returns the variable, or NULL when there is none (reported or kept as it
 * was). */
struct variable *variable_assign(struct lang *lang, struct variables *set,
                                 const struct scope *scope, const struct assignment *assignment,
                                 enum origin origin, struct location where);
/* Sets name, unless a stronger origin has; what comes back is in the set. */
struct variable *variable_set(struct lang *lang, struct variables *set, struct span name,
                              struct span value, enum origin origin, enum flavor flavor,
                              struct location where);

/* eval.c */

/* Reads a source to its end. around: of $(eval), or NULL. */
void eval_source(struct lang *lang, const struct source *source, const struct expander *around);
/* A source for text of the heap, which the lang owns from now on. */
const struct source *lang_add_source(struct lang *lang, const char *name, char *text, size_t size,
                                     uint32_t first_line);

/* hosts.c: what lang_finish does about hosts and roles */
void hosts_resolve(struct lang *lang);
void hosts_check_bindings(struct lang *lang);

/* include.c */
bool include_read(struct lang *lang, const char *name, struct location where, bool is_optional);

#endif
