#ifndef FAKE_STEP_VERB_H
#define FAKE_STEP_VERB_H

#include "step/shell_word.h"
#include "step/step.h"

/* Which options a verb takes. */
enum verb_option {
    VERB_TAKES_LIMITS = 1 << 0,      /* --timeout and --retries --retry-delay --ok --quiet */
    VERB_TAKES_MODE = 1 << 1,        /* --mode */
    VERB_TAKES_USER = 1 << 2,        /* --user */
    VERB_TAKES_HOST = 1 << 3,        /* --stdin --input --if --unless --creates --on */
    VERB_TAKES_SENT = 1 << 4,        /* --owner --group --sudo --check */
    VERB_TAKES_TIMEOUT = 1 << 6,     /* --timeout alone */
    VERB_TAKES_SUDO = 1 << 13,       /* --sudo alone */
    VERB_TAKES_OUTPUT = 1 << 12,     /* --into --pty */
    VERB_TAKES_FORMS = 1 << 11,      /* --text --expand --unpack --strip */
    VERB_TAKES_MIRROR = 1 << 7,      /* --mirror --delete */
    VERB_TAKES_EXCLUDE = 1 << 5,     /* --exclude */
    VERB_TAKES_PREFIX = 1 << 8,      /* --prefix */
    VERB_TAKES_DEFAULT = 1 << 9,     /* --default */
    VERB_TAKES_REPOSITORY = 1 << 10, /* --repo --subdir */
};

/* A row a verb. Functions that are NULL: nothing to do. */
struct verb {
    const char *name;
    unsigned
        version; /* raised when what it does for the same text changes: counts in fingerprints */
    enum step_place place;
    unsigned options;   /* enum verb_option */
    bool is_command;    /* its text is the shell's, not split into words */
    bool is_prose;      /* its text is for people: a quote may stand alone in it */
    bool never_skipped; /* get: a job with it has no fingerprint */
    bool (*parse)(struct steps *steps, struct step *step, struct diags *diags);
    /* STEP_CONTEXT: the context for the steps after it. */
    const struct step_context *(*apply)(const struct step *step, const struct step_context *context,
                                        struct arena *arena);
    void (*sources)(const struct step *step, struct arena *arena, struct vec *paths);
    void (*places)(const struct step *step, struct arena *arena,
                   const struct content *const *contents, const char *answer, struct vec *places);
    void (*ask)(const struct step *step, const struct content *const *contents, struct str *query);
    /* Text that prints what is to be there and nothing else. False: anything may be. */
    bool (*rest)(const struct step *step, const struct content *const *contents, struct str *text);
    /* Of a tree that the host is known to have, what it would say to that. */
    void (*recall)(const struct step *step, const struct content *now, const struct content *before,
                   struct str *answer);
    /* A tree that stands in no record: what the host remembers of it has a name. False: nothing. */
    bool (*find_memory)(const struct step *step, const struct content *const *contents,
                        struct step_memory *memory);
    bool (*compile)(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why);
    bool (*output)(struct step *step, const char *data, size_t size, const char **why);
    bool (*finish)(struct step *step, int status, const char **why);
    /* STEP_HERE and no command: what it does, in a thread of the pool. NULL, or why it failed,
     * which the caller frees. */
    char *(*work)(const struct step *step, const struct content *const *contents);
    void (*outputs)(const struct step *step, struct arena *arena, struct vec *paths);
};

const struct verb *verb_find(const char *name, size_t length); /* or NULL */
bool verb_acts(const struct verb *verb);                       /* on a host or here */
void verb_names(struct nearest *nearest);                      /* feeds every name */
const char *verb_list(struct arena *arena);                    /* "run, sudo, local, …" */

extern const struct verb verb_run;
extern const struct verb verb_sudo;
extern const struct verb verb_local;
extern const struct verb verb_put;
extern const struct verb verb_get;
extern const struct verb verb_link;
extern const struct verb verb_only_if;
extern const struct verb verb_archive;
extern const struct verb verb_checkout;
extern const struct verb verb_confirm;
extern const struct verb verb_cd;
extern const struct verb verb_env;
extern const struct verb verb_prefix;

#endif
