#ifndef FAKE_STEP_STEP_H
#define FAKE_STEP_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/vec.h"
#include "lang/expand.h"
#include "model/rule.h"

struct arena;
struct request;

/* A step is a line (or { } block) of a task's recipe. Its first word is a verb: a row of the table
 * in verb.c, with a file of its own. */

enum step_place {
    STEP_CONTEXT, /* cd, env, prefix: changes those after it, does nothing itself */
    STEP_HOST,    /* travels in a request */
    STEP_HERE,    /* a process or work of this machine */
};

struct step_options {
    unsigned timeout; /* milliseconds; 0: none */
    unsigned retries;
    unsigned retry_delay; /* milliseconds */
    const char *ok;       /* "0,3"; NULL: "0" */
    const char *mode;     /* octal, as written; NULL */
    bool quiet;
};

/* A file or tree of this machine that a step reads: found out once a run, in the pool. */
struct content {
    const char *path;
    enum { CONTENT_MISSING, CONTENT_FILE, CONTENT_FOLDER, CONTENT_LINK } kind;
    unsigned mode;
    uint64_t size;
    struct hash hash;                  /* of the file, or of the whole tree */
    char sha256[HASH_SHA256_HEX_SIZE]; /* of a file */
    struct content *entries; /* of a folder: all below it, by path relative to it, sorted */
    size_t entry_count;
    const char *link; /* text of a symbolic link */
    const char *why;  /* it could not be read; NULL: fine */
};

struct step {
    const struct verb *verb;
    unsigned number; /* 1-based in its recipe */
    struct location where;
    bool silent, ignore; /* @ and - */
    bool waits;          /* holds $(run …): text, arguments are known only at its turn */
    struct step_options options;
    const char *text;        /* the arguments as expanded; what the output shows after the verb */
    const char *fingerprint; /* verb, options that count and text, volatile calls as written */
    const struct text *source;
    const char **arguments; /* unquoted words, for verbs other than commands; options are off */
    size_t argument_count;
    const char *command;  /* of run, local, sudo: for the shell */
    bool is_script;       /* a { } block */
    const char *folder;   /* cd's on this host up to here, joined; NULL: none */
    const char *preamble; /* env and prefix up to here, as sh text that goes before; NULL */
    void *data;           /* the verb's */
};

struct steps {
    struct arena *arena;
    struct step *items;
    size_t count;
};

/* Expands a recipe for a job and takes its steps apart. False when something in it is wrong
 * (reported). The steps live in the arena. `shell` is remote_shell's value or NULL for /bin/sh. */
bool steps_make(struct steps *steps, struct arena *arena, const struct recipe *recipe,
                struct expander *expander, bool is_local_task);
/* A waiting step's turn: expands it now. False: failed or still waiting (expander says). */
bool step_resolve(struct steps *steps, struct step *step, struct expander *expander);

/* Checks, without expanding more than verbs need, that each line of a task's recipe begins with a
 * verb and has known options: for the check before anything connects. */
void steps_check(const struct recipe *recipe, struct expander *expander);

/* The files of this machine that the step reads, as paths (from the arena). */
void step_sources(const struct step *step, struct arena *arena, struct vec *paths);

/* A place on the host that the step leaves or takes the place of. */
struct place {
    const char
        *path; /* as the host's shell is to see it: absolute, or relative to $HOME; with folder */
    char sha256[HASH_SHA256_HEX_SIZE]; /* of what will be there; "" for a link or folder */
    const char *link;                  /* text, for a link */
    unsigned mode;                     /* 0: as it is */
};
/* contents are those of step_sources in the same order. */
void step_places(const struct step *step, struct arena *arena,
                 const struct content *const *contents, struct vec *places);

/* What a step wants to know of the host before it is compiled ("does it have this content?"): sh
 * text for a query, appended; nothing when it wants nothing. It may be asked long before the step's
 * turn: what step_compile makes checks again, and ends with STEP_STALE when the answer no longer
 * holds. */
void step_ask(const struct step *step, const struct content *const *contents, struct str *query);
enum { STEP_STALE = 119 };

/* Adds the step (and its uploads) to a request, with `id` for the step; its uploads take ids from
 * *next_id up. answer is the query's output or NULL when it was not asked. False: it cannot be
 * (reported to *why). */
struct step_target {
    struct request *request;
    uint32_t id;
    uint32_t *next_id;
    const char *shell; /* remote_shell, or NULL */
};
bool step_compile(struct step *step, const struct content *const *contents, const char *answer,
                  const struct step_target *target, const char **why);

/* For get: what the host printed goes here instead of to the user; and the end. */
bool step_wants_output(const struct step *step);
bool step_take_output(struct step *step, const char *data, size_t size, const char **why);
bool step_finish(struct step *step, int status, const char **why);

/* A step of this machine: the shell line to run. */
const char *step_local_command(const struct step *step);

#endif
