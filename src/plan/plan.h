#ifndef FAKE_PLAN_PLAN_H
#define FAKE_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "lang/lang.h"
#include "model/rule.h"

/* A goal of the command line: `deploy:tag=v1`. */
struct goal {
    const char *target;
    struct variables *arguments; /* NULL: none */
};

struct plan_options {
    struct lang *lang;
    const struct goal *goals; /* as on the command line; none: the default goal */
    size_t goal_count;
    const char *hosts;        /* -H, or NULL */
    const char *roles;        /* -R, or NULL */
    const char *exclude;      /* -x, or NULL */
    const char *limit;        /* --limit, or NULL */
    const char *user;         /* -u, or NULL */
    const char *port;         /* --port, or NULL */
    const char *identity;     /* --identity, or NULL */
    bool never_asks;          /* nobody is asked for a passphrase */
    const char *command;      /* `-- CMD`: in place of goals; or NULL */
    const char *const *words; /* which a goal may have meant, beside the targets; or NULL */
    bool keep_going;          /* -k: what cannot be made is told when its turn comes */
    const char *shuffle;      /* "reverse", or a number; NULL: what has no order is as written */
    void (*notice)(void *context, const char *text); /* "role db has no hosts: …" */
    void *context;
};

enum job_kind {
    JOB_SOURCE, /* a file that no rule makes; it must exist */
    JOB_FILE,   /* a make rule's target, here */
    JOB_HERE,   /* a task's job on this machine (@local) */
    JOB_HOST,   /* a task's job on a host */
    JOB_GATE,   /* waits only: a barrier, "all jobs of t", a binding's target without a body here */
};

enum edge_kind {
    EDGE_CONTENT, /* a prerequisite: it must succeed, and its content or fingerprint counts */
    EDGE_ORDER,   /* it must succeed first: order-only, what a barrier waits for, after-hooks */
    EDGE_WAIT,    /* it must have ended first, well or not: .WAIT, the order of a list */
};

struct edge {
    struct job *job; /* the one that comes before */
    enum edge_kind kind;
};

struct plan;
struct unit;

/* How a target goes over its hosts (§2: batch, pause, max_failures). A batch begins when the one
 * before it has ended: between them stands a gate, which is_batch_end. */
struct roll {
    struct unit *unit;     /* the plan's own */
    unsigned index;        /* below plan.roll_count */
    unsigned pause;        /* seconds between two batches */
    unsigned max_failures; /* hosts that may fail */
    unsigned batches;
    uint32_t *batch_of; /* host index ▶ its batch, from 1; 0: none of its hosts */
    size_t host_count;  /* of batch_of */
    struct job **gates; /* behind each batch but the last */
};

/* One target on one host, or here: the scheduler's unit. Written by the plan, read by the run. The
 * lists are the arena's: not to be added to or freed.
 *
 * A bound target without a recipe has its JOB_HOST or JOB_HERE like any other, with recipe NULL.
 *
 * An edge to a hook's job is passed when the hook has ended, and also when none of its triggers
 * asked for it and none can any more. What depends on a target has such edges to its after-hooks,
 * but where that would close a cycle; no one need look at job.after for it. */
struct job {
    uint32_t index; /* in plan.jobs; run keeps its state by it */
    enum job_kind kind;
    struct target *target;
    struct host *host;           /* JOB_HOST; a gate of one host; else NULL */
    const struct recipe *recipe; /* the body, or NULL: it stands for its prerequisites */
    const struct rule *rule;     /* JOB_FILE: explicit, static or the pattern rule found; or NULL */
    const char *stem;            /* of the pattern, or NULL */
    const struct variables *arguments; /* the goal's, of which it is a part; or NULL */
    struct edge *needs;
    size_t need_count;
    struct vec dependents; /* struct job: those that have an edge to this one */
    struct vec before;     /* struct job: its before-hooks on this host, in order */
    struct vec after;      /* struct job */
    struct vec on_failure; /* struct job */
    struct vec triggers;   /* struct job: set for a hook's job: what asks for it */
    enum hook_kind hook;   /* when there are triggers */
    bool is_hook;          /* runs only when asked for by a trigger that runs */
    bool is_on_demand;     /* is_hook, or only needed by such: starts when a hook that needs it was
                              asked for */
    bool is_goal;
    bool is_batch_end;    /* a gate: a batch of its roll has ended, the next may begin */
    bool is_intermediate; /* found by chaining pattern rules or .INTERMEDIATE: not kept, may be
                             absent */
    const char *path;     /* where VPATH found the file; NULL: the target's name. The run takes it
                             away when the target is remade here */
    struct target *
        *group; /* the targets that this job's recipe makes together; NULL: its own only */
    size_t group_count;
    size_t wanted_count; /* so many of them, the first, must be there: of a pattern's, those that
                            something needs */
    struct job *made_by; /* the job of the group that has the recipe, when it is not this one */
    const struct vec *changed; /* struct target: $?, set by the run; NULL: all prerequisites */
    const struct unit *unit;   /* the plan's own */
    const struct plan *plan;
    const struct scope *scope; /* its variables, innermost first */
    const struct job *parent;  /* through which it inherits target variables; or NULL */
};

struct selection;

struct plan {
    struct selection *selection; /* the plan's own */
    struct vec jobs;  /* struct job, each after all it needs, hooks after their first trigger */
    struct vec hosts; /* struct host that a job runs on, in the order of first use */
    size_t roll_count;
    struct arena *arena;
    const struct plan_options *options;
};

/* Makes the plan. Errors are reported to the lang's diags (unknown goal or role with the nearest
 * name, a cycle with its chain, an empty selection, an undefined variable in a task's recipe) and
 * NULL comes back; nothing has connected. The arena is the session's and outlives the plan;
 * plan_free gives back what is not in it. */
struct plan *plan_make(struct arena *arena, const struct plan_options *options);
void plan_free(struct plan *plan); /* NULL is allowed */

/* How a job's texts are expanded: $@ $< $(host) $(roles) …; `expander` is filled but for mode and
 * ask_host. */
void plan_expander(const struct plan *plan, const struct job *job, struct expander *expander);

/* The roll that the job is a part of, or NULL; *batch: which (0: none). *is_counted: a failure of
 * it is one of its host's in the roll. */
const struct roll *plan_roll(const struct job *job, unsigned *batch, bool *is_counted);
/* The target itself, a pattern of it or the goal's arguments set the variable. */
bool plan_sets(const struct job *job, const char *name);

/* The need is written in another file than the job's recipe, as the dependencies that a compiler
 * found are. */
bool plan_is_foreign(const struct job *job, const struct job *need);

/* Some pattern rule may make it, as far as its name says. */
bool plan_matches_a_pattern(const struct model *model, const char *name);

/* How a host is reached: connection variables in the host's scope, command line first. Strings are
 * from the plan's arena. False when a value is wrong: it is noted in `misfits`, an empty map at
 * first, to be told once for all hosts. */
struct connection;
bool plan_connection(const struct plan *plan, const struct host *host,
                     struct connection *connection, struct map *misfits);
void plan_tell_misfits(const struct plan *plan, struct map *misfits); /* and frees it */
/* True when neither the Fakefile nor -u says who logs in (§5: nothing is skipped then, unless
 * state_dir is set). */
bool plan_user_is_open(const struct plan *plan, const struct host *host);

#endif
