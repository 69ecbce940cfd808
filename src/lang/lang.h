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
    bool is_make;                /* called as make: no hosts, all letters are make's */
    uint64_t expansions_maximum; /* of one text; 0: EXPANSIONS_MAXIMUM */
    const char *now;             /* $(now): YYYYMMDDHHMMSS in UTC */
    void (*print)(void *context, const char *text); /* $(info); NULL: standard output */
    void *print_context;
    /* Answers what no row of expand_calls does: $(git-…), $(ask …) and the like; or NULL. */
    bool (*function)(void *context, const char *name, const char *const *arguments, unsigned count,
                     struct str *value, const char **error);
    void *function_context;
};

struct lang;
/* The model, the diags and the options outlive it. */
struct lang *lang_new(struct model *model, struct diags *diags, const struct lang_options *options);
void lang_free(struct lang *lang);

struct model *lang_model(struct lang *lang);
struct diags *lang_diags(struct lang *lang);
struct arena *lang_arena(struct lang *lang);   /* session lifetime */
struct arena *lang_scratch(struct lang *lang); /* for what lives from a mark to its release */
const struct lang_options *lang_options(struct lang *lang);

/* A command-line assignment "name=value" (also := += ?= with make's meaning), --eval's text, a
 * variable with an origin of its own. */
bool lang_assign(struct lang *lang, const char *assignment);
void lang_eval(struct lang *lang, const char *text, const char *source_name);
void lang_define(struct lang *lang, struct variables *set, const char *name, const char *value,
                 enum origin origin, enum flavor flavor);

/* $(eval): like lang_eval, seen from inside an expansion: names that foreach, let and call bind are
 * known. Text is copied; where is the place of the call. */
void lang_eval_within(struct lang *lang, const struct expander *around, const char *text,
                      struct location where);

/* Reads a file and all that it includes, to the end whatever is wrong: errors are reported and
 * counted in diags. False when the file itself cannot be read (reported). */
bool lang_read(struct lang *lang, const char *path);

/* Ends all reading: $(error) has been reported. */
void lang_stop(struct lang *lang);
bool lang_is_stopped(const struct lang *lang);
/* The statement being read, for $(warning) and the like; nowhere when nothing is. */
struct location lang_where(const struct lang *lang);
/* The value of a variable that is computed when it is used (.VARIABLES); false: not one. */
bool lang_special(struct lang *lang, const char *name, struct str *value);

/* A name that fake gives a job ($(host), $(failed) and the like) or reads itself (`user`, ssh_…):
 * a step must not set it. */
bool lang_keeps_name(const char *name);

/* A file that the files ask for with `include`, in the order met. One that is missing is told of by
 * the caller, who may have it made first. */
struct include {
    const char *name; /* where it was found; as written when it was not */
    struct location where;
    bool is_optional; /* -include */
    int error;        /* errno why it could not be read; 0: it was */
};
const struct vec *lang_includes(const struct lang *lang); /* struct include */

/* After all is read: evaluates every `hosts`, tells roles from hosts, merges rules, checks
 * bindings, hooks and special targets. Errors are reported. */
void lang_finish(struct lang *lang);

/* Prerequisites as a rule's line says them (names, `|`, .WAIT, wildcards) from a text that is
 * expanded already, for second expansion. The list is the session arena's; returns its length. */
size_t lang_prerequisites(struct lang *lang, const char *text, struct location where,
                          struct prerequisite **list);

/* The members of a role in the order written (evaluated once). */
const struct vec *lang_role_hosts(struct lang *lang, struct role *role);
/* Every host of the files, @all. */
const struct vec *lang_all_hosts(struct lang *lang);

/* The check of §3: every variable that the recipes of `target` use must be defined in `scope`
 * (through = variables; `automatic` tells which names are). Reported once a place. Sets TARGET_ASKS
 * where a recipe may ask the user. */
void lang_check_target(struct lang *lang, struct target *target, const struct scope *scope,
                       const struct expand_calls *calls);

/* Whether the recipe uses one of the variables (NULL-terminated), itself or through others. */
bool lang_mentions(struct lang *lang, const struct recipe *recipe, const struct scope *scope,
                   const char *const *names);

/* The environment for processes of this machine (export, unexport, MAKEFLAGS, MAKELEVEL), in the
 * scope of a target. NULL-terminated, one block of the heap; what is inherited is lang_options'.
 * NULL: a value cannot be expanded (reported). */
char **lang_environment(struct lang *lang, const struct scope *scope,
                        const struct expand_calls *calls);

#endif
