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
#include "step/content.h"

struct arena;
struct request;

/* A step is a line (or { } block) of a task's recipe. Its first word is a verb: a row of the table
 * in verb.c, with a file of its own. */

enum step_place {
    STEP_CONTEXT, /* cd, env, prefix: changes those after it, does nothing itself */
    STEP_GATE,    /* only-if: asked before the decision, does nothing at its turn */
    STEP_HOST,    /* travels in a request */
    STEP_HERE,    /* a process or work of this machine */
};

/* A value of an option that may be given several times; the last one first. */
struct option_value {
    const char *text;
    const struct option_value *next;
};

struct step_options {
    unsigned timeout; /* milliseconds; 0: none */
    unsigned retries;
    unsigned retry_delay;           /* milliseconds */
    const char *ok;                 /* "0,3"; NULL: "0" */
    const char *mode;               /* octal, as written; NULL */
    const char *user;               /* of sudo; NULL: root */
    const char *prefix;             /* of names in an archive; NULL */
    const char *answer;             /* of confirm, by default; NULL */
    const char *repository, *below; /* of checkout: its folder, a folder of the tree; NULL */
    bool quiet;
    bool pty; /* on a terminal of its own */
    /* On a host. */
    const char *stdin_file; /* a file of this machine, given on standard input */
    const char *input;      /* the same, as text */
    const char *condition;  /* --if: a command */
    const char *unless;     /* a command */
    const char *creates;    /* a path there, as written */
    const char *on;         /* hosts, in place of the job's: "@role", "host,host"; NULL */
    const char *into;       /* the variable that its output becomes; NULL */
    /* Of what is sent. */
    const char *owner, *group;
    const char *check; /* a command */
    bool sudo;         /* written by root */
    bool unrecorded;   /* what it leaves is looked at when it runs, and by no record */
    /* put's forms. */
    const char *variable; /* --text */
    bool mirror, delete, expand, unpack;
    unsigned strip; /* --unpack: parts of its names that are left off */
    const struct option_value *excludes;
};

/* What cd, env and prefix say, up to a step. */
struct step_context {
    const char *folder;               /* NULL: none */
    const char *preamble;             /* sh text, or NULL */
    const struct step_context *outer; /* the one that `cd -` goes back to */
    bool is_here;                     /* of a task of this machine: ~ is the home folder here */
};

struct step {
    const struct verb *verb;
    struct arena *arena; /* of its steps */
    unsigned number;     /* 1-based in its recipe */
    struct location where;
    bool silent, ignore; /* @ and - */
    bool waits;     /* holds $(run …), or stands after a cd that does: known only at its turn */
    bool is_parsed; /* arguments, command and data are set; false: step_resolve does it */
    struct step_options options;
    const char *text;        /* the arguments as expanded; what the output shows after the verb */
    const char *fingerprint; /* verb, options that count and text, volatile calls as written */
    const struct recipe_line *lines; /* of the recipe, that it comes from (several: a block) */
    size_t line_count;
    unsigned part; /* which step of those lines it is: 0, or more in a canned recipe */
    const struct shell_word
        *arguments; /* unquoted words, for verbs other than commands; options are off */
    size_t argument_count;
    const char *command;                /* of run, local, sudo: for the shell */
    bool is_script;                     /* a { } block */
    bool is_turned;                     /* of only-if: ! in front of the command, which is off */
    const char *local_command;          /* of local: the same in its folder, after its preamble */
    const struct step_context *context; /* cd, env, prefix up to here; never NULL */
    const char *input_name;             /* of its --stdin file's temporary copy there; NULL: none */
    bool has_text;                      /* what it sends is a value of the Fakefile: an input */
    bool changes; /* set by step_compile: what it sends or links is not there yet */
    void *data;   /* the verb's */
};

struct steps {
    struct arena *arena;
    struct lang *lang;
    bool is_local_task;
    bool is_resolving;         /* a step's turn has come */
    const char *host;          /* $(host), or NULL */
    struct expander *expander; /* while they are made or resolved */
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

/* It does something at its turn. */
bool step_acts(const struct step *step);
/* Asks the user what the recipe will ask, as far as that is known before the run. False: a question
 * cannot be asked, or the answer ends the run (reported). */
bool steps_ask(const struct recipe *recipe, struct expander *expander);
/* Whether there may be a question in a target's recipe, found out without expanding it. */
bool steps_may_ask(const struct target *target, const struct recipe *recipe);

/* The files of this machine that the step reads, as paths (from the arena). */
void step_sources(const struct step *step, struct arena *arena, struct vec *paths);

/* A place on the host that the step leaves or takes the place of. */
struct place {
    const char
        *path; /* as the host's shell is to see it: absolute, or relative to $HOME; with folder */
    char sha256[HASH_SHA256_HEX_SIZE]; /* of what will be there; "" for a link or folder */
    const char *link;                  /* text, for a link */
    unsigned mode;                     /* 0: as it is */
    uint64_t size;                     /* of a file */
    bool is_unchanged;                 /* of a tree: the host had it, and nothing was sent */
    bool is_sure; /* nothing has acted there since it was sent: set by who knows that */
    const struct content *content; /* of a file; NULL */
    const char *from;              /* its path here; NULL: the content has its bytes */
};
char place_kind(const struct place *place); /* f, l or d */
/* contents are those of step_sources in the same order; `answer` is what the host said to step_ask,
 * NULL once the step was compiled with it. */
void step_places(const struct step *step, struct arena *arena,
                 const struct content *const *contents, const char *answer, struct vec *places);

/* What a step wants to know of the host before it is compiled ("does it have this content?"): sh
 * text for a query, appended; nothing when it wants nothing. It may be asked long before the step's
 * turn: what step_compile makes checks again, and ends with STEP_STALE when the answer no longer
 * holds. */
void step_ask(const struct step *step, const struct content *const *contents, struct str *query);
enum { STEP_STALE = 119, STEP_SUDO_REFUSED = 118 /* of a step with sudo_password */ };

/* Adds the step (and its uploads) to a request, with `id` for the step; its uploads take ids from
 * *next_id up. answer is the query's output or NULL when it was not asked. False: it cannot be
 * (reported to *why). */
struct step_memory {
    const char *name, *root; /* by the verb: of what is kept, and of the tree; host paths */
    const char *folder;      /* sh text: where it is kept */
    const char *mask;        /* for files in there */
    const char *tree;        /* what the tree will be: a hash */
};
struct step_target {
    struct request *request;
    uint32_t id;
    uint32_t *next_id;
    const char *shell;                /* remote_shell, or NULL */
    bool is_fresh;                    /* nothing has acted on the host since the step asked */
    bool has_gzip;                    /* the host */
    const struct step_memory *memory; /* of a tree that stands in no record; NULL: none */
    const char *sudo_password; /* what answers sudo's question; NULL: sudo is asked not to ask */
};
/* False: the host remembers nothing of what it leaves. Fills name and root. */
bool step_find_memory(const struct step *step, const struct content *const *contents,
                      struct step_memory *memory);
bool step_compile(struct step *step, const struct content *const *contents, const char *answer,
                  const struct step_target *target, const char **why);

/* What the output of a step with --into says is the value, which *size is made the length of; NULL:
 * none, the step was passed over. */
const char *step_value(const char *output, size_t *size);

/* For get: what the host printed goes here instead of to the user; and the end. */
bool step_wants_output(const struct step *step);
bool step_take_output(struct step *step, const char *data, size_t size, const char **why);
bool step_finish(struct step *step, int status, const char **why);

/* A step of this machine: the shell line to run, or NULL: it has work of its own. */
const char *step_local_command(const struct step *step);
/* That work; contents are those of step_sources. For a thread of the pool. NULL, or why it failed;
 * the caller frees it. */
char *step_work(const struct step *step, const struct content *const *contents);
/* The files of this machine that the step makes, as paths (const char *, the arena's). */
void step_outputs(const struct step *step, struct arena *arena, struct vec *paths);

#endif
