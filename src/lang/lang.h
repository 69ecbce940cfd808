#ifndef FAKE_LANG_LANG_H
#define FAKE_LANG_LANG_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/vec.h"
#include "lang/expand.h"
#include "model/rule.h"

struct arena;

/* The reader of Fakefiles: from sources to the model. One a run. */
struct lang_options {
    const char *program;                /* "fake" or "make": in diagnostics and $(MAKE) */
    char **environment;                 /* NULL-terminated NAME=VALUE */
    const char *rules_folder;           /* where `include deploy.mk` looks last */
    const char *const *include_folders; /* -I, NULL-terminated; or NULL */
    bool environment_overrides;         /* -e */
    bool warn_undefined;
    bool is_make;    /* called as make: no hosts, all letters are make's */
    const char *now; /* $(now): YYYYMMDDHHMMSS in UTC */
};

struct lang;
/* The model, the diags and the options outlive it. */
struct lang *lang_new(struct model *model, struct diags *diags, const struct lang_options *options);
void lang_free(struct lang *lang);

struct model *lang_model(struct lang *lang);
struct diags *lang_diags(struct lang *lang);
struct arena *lang_arena(struct lang *lang); /* session lifetime */
const struct lang_options *lang_options(struct lang *lang);

/* A command-line assignment "name=value" (also := += ?= with make's meaning), --eval's text, a
 * variable with an origin of its own. */
bool lang_assign(struct lang *lang, const char *assignment);
void lang_eval(struct lang *lang, const char *text, const char *source_name);
void lang_define(struct lang *lang, struct variables *set, const char *name, const char *value,
                 enum origin origin, enum flavor flavor);

/* Reads a file and all that it includes, to the end whatever is wrong: errors are reported and
 * counted in diags. False when the file itself cannot be read (reported). */
bool lang_read(struct lang *lang, const char *path);

/* After all is read: evaluates every `hosts`, tells roles from hosts, merges rules, checks
 * bindings, hooks and special targets. Errors are reported. */
void lang_finish(struct lang *lang);

/* The members of a role in the order written (evaluated once). */
const struct vec *lang_role_hosts(struct lang *lang, struct role *role);

/* The check of §3: every variable that the recipes of `target` use must be defined in `scope`
 * (through = variables; `automatic` tells which names are). Reported once a place. */
void lang_check_target(struct lang *lang, const struct target *target, const struct scope *scope,
                       const struct expand_calls *calls);

/* The environment for processes of this machine (export, unexport, MAKEFLAGS, MAKELEVEL), in the
 * scope of a target. NULL-terminated, from the heap, freed by lang_environment_free. */
char **lang_environment(struct lang *lang, const struct scope *scope,
                        const struct expand_calls *calls);
void lang_environment_free(char **environment);

#endif
