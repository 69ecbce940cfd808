#ifndef FAKE_RUN_STATE_H
#define FAKE_RUN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/event.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/session.h"
#include "lang/expand.h"
#include "run/contents.h"
#include "run/fingerprint.h"
#include "run/record.h"
#include "run/run.h"
#include "run/scheduler.h"
#include "run/store.h"
#include "step/step.h"

/* A run's state, for the files of this folder alone. */

struct host_run;
struct lang;
struct loop;
struct process;
struct signal_watch;
struct timer;

/* Whether jobs that change hosts may begin. */
enum run_locks {
    LOCKS_UNASKED,
    LOCKS_TAKING,
    LOCKS_TAKEN, /* all, or none are needed */
    LOCKS_REFUSED,
};

/* What is asked and answered in place of lock and records, when a run only looks. */
struct inspect_hooks {
    void *context;
    void (*ask)(void *context, struct host_run *host, struct str *text); /* NULL: a usual run */
    void (*answer)(void *context, struct host_run *host, const char *data, size_t size);
};

/* Files whose making was put off (intermediate.c): theirs are the places of the jobs that wait for
 * them, and what else the scheduler has. */
struct late {
    struct vec queue;    /* struct job_run, the next one last */
    unsigned used, lent; /* places in use; those of jobs that wait */
    unsigned extra;      /* of the scheduler */
    bool is_starting;
};

struct run {
    const struct plan *plan;
    const struct run_options *options;
    struct events *events;
    struct lang *lang;
    struct loop *loop;
    struct arena *arena;
    struct scheduler *scheduler;
    struct store *store;      /* NULL: .fake/ cannot be written */
    struct store *tree_store; /* where that is not needed: hashes of a large tree (contents.h) */
    struct contents *contents;
    struct job_run **jobs; /* by job.index; NULL: not needed yet */
    struct quick *quick;
    struct host_run *hosts; /* by host.index */
    size_t host_count;
    const char *project;
    const char *revision; /* asked for; "": none */
    const char *goals;    /* as on the command line */
    const char *by;       /* user@machine */
    const char *from;     /* this folder */
    const char *time;     /* when it began: 2026-01-31T12:00:00Z */
    const char *id;       /* random: tells our own lock from another's */
    struct signal_watch *watches[3];
    unsigned handshakes; /* going on */
    size_t first_waiting;
    struct vec waiting_hosts; /* struct host_run: for a handshake */
    struct slots *slots;      /* places for jobs here */
    struct late late;
    struct journal *journal; /* of what is being made; NULL: none is kept */
    int signal;              /* that interrupted it */
    bool failed;             /* a step or job did */
    bool unreachable;        /* a host was */
    bool locked;             /* a host is, by someone else */
    enum run_locks locks;
    struct vec lock_hosts;    /* struct host_run that want one, in the order in which they wait */
    uint64_t locks_until;     /* when to give up; 0: none was refused */
    struct timer *lock_timer; /* until the next try */
    struct timer *late_timer; /* until it is looked who is late */
    const char *refusal;      /* who holds what */
    struct pause *pauses;
    struct job_run *on_terminal; /* whose step with --pty runs */
    struct vec for_terminal;     /* struct job_run: that wait for their turn */
    struct inspect_hooks inspect;
    bool interrupted;
    bool has_chains; /* some target decides for its chain */
    bool to_do;      /* -q: something would run */
    bool is_over;
    struct map memories;     /* of recall.c */
    struct map peers;        /* target ▶ its number of jobs on hosts */
    struct map own_texts;    /* of alike.c */
    struct timer *pulse;     /* ticks for the sinks */
    const char *failed_step; /* the first: "run systemctl restart app" */
    int failed_status;
    struct str failed_hosts;
};

/* ---- hosts ---- */

enum host_state {
    HOST_IDLE,
    HOST_WAITING,    /* for its place among the handshakes */
    HOST_CONNECTING, /* until it has booted, its boot queries are answered, and it is ready */
    HOST_READY,
    HOST_FAILED,
    HOST_CLOSED,
};

/* A host's part in the taking of locks. */
enum host_lock {
    LOCK_UNWANTED, /* nothing is changed there, or only what says `lock = no` */
    LOCK_WANTED,   /* no answer yet */
    LOCK_HELD,
    LOCK_SHARED,   /* another session of this run, on the same machine, holds it */
    LOCK_REFUSED,  /* another run holds it */
    LOCK_RELEASED, /* given back: one before it in the order was refused */
    LOCK_HOPELESS, /* the host cannot be reached */
    LOCK_LATE,     /* it did not answer in time: it takes its lock when it comes */
};

/* What the host said about one record. */
struct host_record {
    const char *target;  /* whose it is, or the name under which several share it */
    const char *file;    /* its name there */
    struct job_run *job; /* NULL: several share it */
    bool may_skip;       /* it, when it has the fingerprint that was asked for and is as it was */
    bool is_present;
    bool is_same;  /* its places are as recorded */
    bool is_stale; /* they were not looked at, its fingerprint being another one */
    struct record record;
    bool is_alone;        /* … and nothing else is where a mirror has all for itself */
    struct vec modes;     /* const char *: " MODE PATH" of young ones; "": there are many */
    struct vec differing; /* const char *: places that are not as recorded */
    struct vec owed;      /* const char *: file names of hooks owed */
    const char *newer;    /* a newer record's file, under a name of the machine not known here */
};

/* A query on its way. */
struct question {
    uint32_t id;
    struct job_run *job; /* NULL: the boot query's own */
    size_t step;
    struct question *next;
};

struct host_run {
    struct run *run;
    const struct host *host;
    struct connection connection;
    enum host_state state;
    struct session *session;
    struct vec jobs;         /* struct job_run, in the plan's order */
    struct job_run *active;  /* the job that has its place */
    struct job_run *visitor; /* the job of another host that has a step here now (--on) */
    struct vec visitors;     /* struct job_run: that wait for their turn */
    bool is_visited;         /* some job will */
    unsigned acts;           /* beginnings and ends of requests there */
    struct question *questions;
    uint32_t next_id;
    struct map records; /* record's name ▶ struct host_record */
    enum host_lock lock;
    bool waits_for_contents; /* what its questions need is read before it boots */
    bool has_booted;         /* it was told the questions */
    struct map places;       /* path ▶ struct job_run that leaves it */
    struct map files;        /* the same for what is a file */
    struct map values;       /* what steps set by --into: name ▶ text of the run's arena */
    const char *conflict;    /* two write the same */
    bool has_looked_ahead;   /* for such */
    bool has_checked_ahead;  /* also in jobs of which little is known yet */
    const char *folder;      /* sh text for the records' folder */
    bool shares_folder;      /* state_dir is set: the group's rights */
    bool keeps_records;      /* false: nothing is skipped (§5, everyone's own account) */
    bool was_ready;
    bool was_unreachable;
    bool took_records;       /* some job of this run changes the host */
    struct str first_answer; /* lock and records */
    uint64_t began;
    const char *why; /* it failed */
};

/* ---- jobs ---- */

enum job_state {
    JOB_WAITING,    /* its turn has not come */
    JOB_EXPANDING,  /* its recipe, into steps */
    JOB_READING,    /* the contents of what it reads here */
    JOB_CONNECTING, /* until its host is ready */
    JOB_ASKING,     /* what its steps want to know of the host */
    JOB_DECIDING,
    JOB_AWAITING, /* its before-hooks */
    JOB_RUNNING,
    JOB_ENDED,
};

/* A step on its way. */
struct step_run {
    struct vec paths; /* const char *: what it reads here */
    const struct content **contents;
    struct str question; /* sh text; empty: it wants to know nothing */
    char *answer;        /* NULL: not asked */
    struct str captured; /* of --into */
    bool doubts_memory;  /* what the host remembers of a tree is not to be told again */
    bool is_put_off;     /* not asked: the job's record says all that is wanted, if it is skipped */
    unsigned asked_at;   /* host_run.acts then */
    bool is_prepared;    /* paths, contents and question are those of now */
    unsigned tries;
    unsigned stale;   /* times its answer was out of date */
    uint32_t id;      /* in the request that runs */
    uint32_t ids_end; /* its uploads have the ids between id and this one */
    uint64_t began;   /* milliseconds; 0: not begun */
    bool was_told;    /* its end */
    bool has_failed;
    bool is_stale;    /* what it asked was out of date: asked again */
    bool tries_again; /* it failed, and may be tried again */
    bool output_failed;
    const char *why; /* it failed */
};

/* $(run …) in a recipe: asked at its step's turn. */
struct host_answer {
    size_t step;
    unsigned ordinal;
    const char *function;
    const char *argument;
    const char *value; /* NULL: not asked yet */
    struct host_answer *next;
};

/* What a target without a recipe decided for its chain. */
enum chain {
    CHAIN_OWN, /* nothing: each decides for itself */
    CHAIN_SKIPS,
    CHAIN_RUNS,
};

struct job_run {
    struct run *run;
    struct job *job;
    struct host_run *host;   /* NULL: here */
    const char *record_name; /* the target's, or what its variable `record` says; NULL: not asked */
    enum job_state state;
    bool is_advancing;
    bool is_called_again; /* while advancing */
    bool is_expanded, expansion_failed;
    bool has_begun; /* its body */
    bool has_record;
    struct record record;      /* of a job here */
    const char *salt;          /* of the secrets in its fingerprint; NULL: there are none */
    struct arena *arena;       /* what lives as long as the job's state; NULL before it starts */
    struct expand_calls calls; /* the plan's, behind ours */
    struct steps steps;
    struct step_run *step_runs;
    struct vec paths; /* const char *: file prerequisites */
    struct host_answer *answers;
    size_t answering; /* the step that is being resolved */

    struct fingerprint fingerprint;
    bool has_fingerprint; /* it can be compared, and given on */
    struct hash content;  /* what it gives to those that depend on it */
    bool has_content;
    bool would_run;     /* under -n: it ran in name only */
    bool is_unsure;     /* under -n: only if what is made before it comes out different */
    bool has_started;   /* a command of a make rule, its own or before it */
    bool has_compared;  /* its host was asked what the job will change there, or of its commands */
    bool is_comparing;  /* it has not answered */
    size_t differences; /* files and links that will change there */
    bool is_idle; /* under -n: it only sends, and nothing seems to change: its hooks may not run */
    struct vec reasons; /* const char *: why it runs */
    const char *owed;   /* a hook: by this target, since an earlier run; NULL: it is not */
    enum chain chain;   /* decided for others */
    const char *chain_waits_for;
    const char *failed_value; /* a variable that could not be expanded: the job is not to run */
    const char *unknown;      /* under -n: why it cannot be expanded yet; NULL: it can, or never */
    bool has_claimed;         /* its places are known to the host */
    struct vec overlaps;      /* struct job_run: wrote the same place before, and may */

    const struct content *recalled; /* the tree that a step's host had, known without asking */
    size_t recalled_step;

    size_t cursor;       /* the step that is next */
    size_t request_end;  /* the running request's steps end before this one */
    uint32_t request_id; /* 0: none */
    uint32_t script_id;  /* of the request's own scripts */
    struct vec visits;   /* struct host: of the step at the cursor, when it has --on … */
    size_t visit;        /* … and at which of them it is */
    struct host_run *at; /* that, while the step is there; NULL: not */
    uint32_t visit_from, visit_to; /* the ids of its request there */
    struct str script_errors;
    bool took_record; /* the old one is gone, what is owed is written */
    bool wrote_record;
    struct process *process;
    bool is_working; /* a step here is at work in the pool */
    char *work_why;  /* what came of it: NULL, or why it failed */
    struct timer *timer;
    struct str captured;  /* of a $(run …) */
    uint32_t question_id; /* its step; 0: none */
    int question_status;
    bool timed_out;          /* the step here */
    const char *failed_text; /* which step failed, and how */
    uint64_t began;
    time_t began_at;       /* by this machine's clock */
    const char *failure;   /* why it failed; NULL: it did not */
    int status;            /* of the step that failed */
    struct file_run *file; /* JOB_FILE's own */
};

struct job_run *run_job(struct run *run, const struct job *job); /* made when first asked for */
/* The same to look at only: what is known of one that has none. */
const struct job_run *run_job_seen(const struct run *run, const struct job *job);

/* ---- interrupt.c ---- */

void interrupt_run(void *context, int number); /* a signal came */

/* ---- pause.c ---- */

void pause_begin(void *context, const struct job *gate, unsigned seconds); /* the scheduler's */
void pause_end_all(struct run *run);

/* ---- run.c ---- */

/* Hosts, jobs and folders of a plan. False: reported. What is set up is freed by run_tear_down in
 * any case. */
bool run_set_up(struct run *run, const struct plan *plan, const struct run_options *options,
                struct events *events);
void run_tear_down(struct run *run);
int run_exit_code(const struct run *run);

void run_job_ended(struct job_run *job, enum outcome outcome);

/* ---- pulse.c ---- */

void pulse_begin(struct run *run); /* from now on sinks are told that time goes on */
void pulse_end(struct run *run);
/* Fills the event's peers and batch. */
void pulse_set_peers(const struct run *run, const struct job *job, struct event *event);

#endif
