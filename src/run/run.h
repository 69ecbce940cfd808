#ifndef FAKE_RUN_RUN_H
#define FAKE_RUN_RUN_H

#include <stdbool.h>

#include "base/event.h"
#include "plan/plan.h"

struct jobserver;

/* -O: what a recipe prints is held back until … */
enum output_sync {
    SYNC_NONE,    /* nothing is */
    SYNC_LINE,    /* its line has ended */
    SYNC_TARGET,  /* all of it has; lines that start a make are not held */
    SYNC_RECURSE, /* all of it has */
};

struct secrets;
struct states;

/* How a run goes; from the command line. */
struct run_options {
    unsigned jobs_here;            /* -j; 0: no limit */
    unsigned hosts_at_once;        /* -P; 0: all */
    unsigned handshakes;           /* at once; 0: 64 */
    unsigned lock_timeout;         /* seconds to wait for a lock; 0: fail at once */
    bool keep_going;               /* -k */
    bool dry_run;                  /* -n */
    bool always;                   /* -B */
    bool question;                 /* -q */
    bool silent;                   /* -s */
    bool ignore_errors;            /* -i */
    bool touch;                    /* -t */
    bool explain;                  /* --explain */
    bool diff;                     /* --diff */
    bool sandbox;                  /* --sandbox; dry_run, always and keep_going hold then */
    bool yes;                      /* --yes */
    bool trace;                    /* --trace */
    bool check_links;              /* -L: a symbolic link's own time counts, too */
    bool inherit;                  /* recipes write to this process's own streams, as make's do */
    double load;                   /* -l: one more job here only below it; 0: any */
    enum output_sync sync;         /* -O */
    const char *shuffle;           /* --shuffle: told with a failure; or NULL */
    struct jobserver *jobserver;   /* of all makes that work together; NULL: none */
    const char *const *old_files;  /* -o; ended by NULL, or NULL */
    const char *const *new_files;  /* -W */
    const struct secrets *secrets; /* count in fingerprints by salted hashes; or NULL */
    const char *project;           /* NULL: found out (§5) */
    struct states *states;         /* of files, as they were seen just now; or NULL */
};

/* Exit codes (§6). */
enum {
    FAKE_DONE = 0,
    FAKE_TO_DO = 1,
    FAKE_FAILED = 2,
    FAKE_UNREACHABLE = 3,
    FAKE_LOCKED = 4,
    FAKE_INTERRUPTED = 130,
};

/* True when all that the goals need is known to be as an earlier run left it: that was told in the
 * events of a run, and the exit code is FAKE_DONE. Else nothing was told, and a plan is needed to
 * find out what there is to do; *states, which may be NULL, is then what was seen of files, for the
 * run's options, and the caller's to free. */
bool run_is_needless(const struct plan_options *goals, const struct run_options *options,
                     struct events *events, struct states **states);

/* Runs the plan to its end and tells what happens; returns the exit code. */
int run_plan(const struct plan *plan, const struct run_options *options, struct events *events);

#endif
