#ifndef FAKE_MODEL_VARIABLE_H
#define FAKE_MODEL_VARIABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/map.h"

struct text;

/* Where a value comes from, weakest first (GNU make manual, "How Variables Get Their Values"). */
enum origin {
    ORIGIN_UNDEFINED,
    ORIGIN_DEFAULT,
    ORIGIN_ENVIRONMENT,
    ORIGIN_FILE,
    ORIGIN_ENVIRONMENT_OVERRIDE, /* environment, with -e */
    ORIGIN_COMMAND_LINE,
    ORIGIN_OVERRIDE,
    ORIGIN_AUTOMATIC,
};

enum flavor {
    FLAVOR_RECURSIVE, /* =: value is expanded each time it is used */
    FLAVOR_SIMPLE,    /* := ::= : value is text */
};

enum export {
    EXPORT_DEFAULT, /* as make: from the environment or the command line, or by a bare `export` */
    EXPORT_YES,
    EXPORT_NO,
};

/* One definition in one set. Lives in the session arena. */
struct variable {
    const char *name;
    const char *value; /* as written (recursive) or expanded (simple); += lets it grow in place */
    size_t length;     /* of value */
    size_t capacity;   /* bytes there are for value, without its NUL; 0: it cannot grow */
    struct text *text; /* the value compiled, on first use; NULL before, and for simple ones */
    struct location where;
    enum origin origin;
    enum flavor flavor;
    enum export export;
    bool inherited;  /* the value is what the environment brought */
    bool append;     /* += in a target's, role's or host's set: value is added to the outer one */
    bool is_private; /* a target's own, not inherited by its prerequisites */
    bool expanding;  /* in use now: finding it again is a recursion */
    const char *documentation; /* its ## text, or NULL */
};

/* A set of variables: the file's, a target's, a role's, a host's, a goal's arguments. */
struct variables {
    struct map map; /* name ▶ struct variable */
};

/* Or NULL; a set that is NULL is empty. */
struct variable *variables_get(const struct variables *set, const char *name);

/* Variables are looked up from the innermost set outwards; the first set that has the name wins,
 * but for make's strong origins: a command-line value beats what a file says anywhere outside the
 * goal's own arguments, `override` beats both. Scopes are small and live on the stack or in a job.
 */
struct scope {
    const struct scope *outer;   /* NULL: the end */
    const struct variables *set; /* NULL: an empty level */
    bool inherited;              /* a set seen from a prerequisite: its private ones are hidden */
};
struct variable *scope_find(const struct scope *scope, const char *name); /* or NULL */

#endif
