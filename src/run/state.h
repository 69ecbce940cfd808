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

/* ---- tell.c ---- */

struct event tell_base(const struct job_run *job, enum event_kind kind);
void tell_job(const struct job_run *job, enum event_kind kind, const char *text);
void tell_step(const struct job_run *job, const struct step *step, enum event_kind kind, int status,
               const char *text);
/* The step's end, well or not as its `why` says; `again`: it will be tried again. */
void tell_step_ended(const struct job_run *job, const struct step *step, int status, bool again);
void tell_left_holder(const struct job_run *job, const struct step *step);
void tell_output(const struct job_run *job, const struct step *step, int stream, const char *data,
                 size_t size);
/* A line in make's words, to the error output: "*** Deleting file 'x'". */
void tell_message(const struct job_run *job, const char *text);
void tell_text(struct run *run, enum event_kind kind, const char *text, const char *hint);
void tell_host(struct host_run *host, enum event_kind kind, const char *text, const char *hint);
double tell_seconds(const struct run *run, uint64_t began);

/* ---- job.c: jobs of tasks ---- */

/* Goes on with the job as far as it can. Called whenever what it waited for has come. */
void job_advance(struct job_run *job);
void job_resume(struct job_run *job, bool well);                 /* its before-hooks have ended */
void job_fail(struct job_run *job, int status, const char *why); /* why is copied */
/* As job_fail, for the sake of another host than its own. */
void job_fail_at(const struct host_run *host, struct job_run *job, int status, const char *why);
void job_start(struct job_run *job);
void job_read_record(struct job_run *job); /* of a job of this machine, once */
void job_free(struct job_run *job);        /* what it holds */
void job_interrupt(struct job_run *job, bool at_once);

/* ---- expansion.c ---- */

void job_open_arena(struct job_run *job); /* made when it is first needed */

void job_expander(struct job_run *job, struct expander *expander, enum expand_mode mode);
/* Under which it keeps its record. */
const char *job_record_name(struct job_run *job);
/* A variable in the job's scope, blanks off its ends; NULL when it is empty or undefined. From the
 * arena. */
const char *job_value(struct job_run *job, const char *name, struct arena *arena);

/* ---- unknown.c ---- */

/* What goes wrong in an expansion under -n, until it is known whether a job before it would have
 * made what it lacks. */
struct held_errors {
    struct job_run *job;
    struct diags before;
    struct vec errors; /* struct diag, of the run's arena; none are held without -n */
};

void unknown_hold(struct job_run *job, struct held_errors *held);
/* Tells them, or, when such a job would run and files were read, sets job.unknown in their place.
 * Not final: forgets them. */
void unknown_release(struct held_errors *held, const struct expander *expander, bool is_final);

/* ---- prepare.c ---- */

bool prepare_steps(struct job_run *job); /* expands the recipe; false: failed (reported) */
/* Wants the contents that steps and fingerprint need. True: they are all there. */
bool prepare_contents(struct job_run *job, void (*ready)(void *context));
void prepare_questions(struct job_run *job); /* after that */
void prepare_note_made(struct job_run *job); /* after that, too */
void prepare_step(struct job_run *job, size_t index);
/* Jobs of the host whose turn has not come, but for which all that is not on this host is done:
 * expands and reads what they need, so that their questions ride with the host's first. False: some
 * contents are still read; the active job is advanced then. */
bool prepare_ahead(struct host_run *host);

/* ---- decide.c ---- */

struct hash decide_hash_content(const struct content *content); /* as a part of one */
void decide_fingerprint(struct job_run *job);
bool decide_to_run(struct job_run *job);                          /* fills reasons */
void decide_would_run(struct job_run *job, const struct job *of); /* adds reasons, under -n */
void decide_add_file(struct job_run *job, const struct job *need);
void decide_add_variables(struct job_run *job);
void decide_reason(struct job_run *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- difference.c ---- */

/* Asks the host, once, where what the job changes is to be shown. False: nothing is to be waited
 * for. */
bool difference_is_awaited(struct job_run *job);
void difference_take(struct job_run *job, const char *data, size_t size);

/* ---- sandbox.c ---- */

void sandbox_ask(struct job_run *job, struct str *query);
void sandbox_take(struct job_run *job, const char *data, size_t size);
void sandbox_check_here(struct job_run *job);

/* ---- taking.c ---- */

bool job_keeps_record(struct job_run *job); /* on its host */
void taking_add(struct job_run *job, struct request *request);
void taking_add_writing(struct job_run *job, struct request *request);

/* ---- request*.c: steps on a host; here.c: steps on this machine ---- */

/* Runs what is next. True: all steps have ended and the record is written. */
bool request_continue(struct job_run *job);
void request_began(struct job_run *job, uint32_t id);
void request_output(struct job_run *job, uint32_t id, int stream, const char *data, size_t size);
void request_step_ended(struct job_run *job, uint32_t id, const struct step_result *result);
void request_ended(struct job_run *job, uint32_t id, int status);
/* A step failed for good: what on-failure tasks and the job's end say of it. */
void request_note_failure(struct job_run *job, const struct step *step, int status);
void request_wait_to_try(struct job_run *job, const struct step *step); /* again, after its delay */
void here_start(struct job_run *job, struct step *step); /* its contents are prepared */
bool here_record(struct job_run *job); /* false: its outputs are still read; advances then */
/* A later job of the run reads this file, which the job left: its record holds it too. Its hash was
 * wanted. */
void here_add_output(struct job_run *job, const char *path);
bool step_status_is_fine(const struct step *step, int status);
const char *step_exit_code(const struct job_run *job, const struct step *step, int status);
const char *step_timed_out(const struct job_run *job, const struct step *step);

/* ---- host.c ---- */

void host_connect(struct host_run *host);
void host_boot(struct host_run *host); /* of one that is connecting, when it can */
/* Sends the questions of a job that have no answer. False: there are none. */
bool host_ask(struct host_run *host, struct job_run *job);
/* What was put off, as the job's record was thought to skip it, is to be asked if it does not. */
void host_ask_after_all(struct host_run *host);
/* Nobody waits for the answer any more. */
void host_forget_question(struct host_run *host, const struct job_run *job, size_t step);
void host_query(struct host_run *host, const char *text);        /* nobody waits for the answer */
void host_ask_difference(struct job_run *job, const char *text); /* advances the job later */
/* Cannot be worked on, why is kept. */
void host_give_up(struct host_run *host, const char *why, const char *hint);
/* Asks for the lock once more, and for what the records say then. */
void host_ask_lock(struct host_run *host);
uint32_t host_next_id(struct host_run *host);
void host_close(struct host_run *host, bool at_once);
void host_free(struct host_run *host); /* what it holds */

/* ---- terminal.c: steps with --pty ---- */

bool terminal_take(struct job_run *job); /* false: the job waits, and is advanced then */
void terminal_give(struct job_run *job); /* its request is over */

/* ---- visit.c: steps with --on ---- */

/* Whom the plan's recipes name (struct host), some perhaps twice. */
void visit_find_hosts(struct run *run, struct vec *hosts);
/* A step's turn, and its turn on the next of its hosts: that one. NULL: the job waits and will be
 * advanced, or has failed. */
struct host_run *visit_begin(struct job_run *job, const struct step *step);
void visit_end(struct job_run *job);    /* its request there is over */
bool visit_next(struct job_run *job);   /* the step has one more host */
void visit_wake(struct host_run *host); /* who waits for the host looks again */
/* Whose the id is that a host's session tells of; NULL: nobody's. */
struct job_run *visit_job(const struct host_run *host, uint32_t id);

/* ---- asking.c ---- */

/* A record for each name under which a job on the host keeps one. */
void asking_list_records(struct host_run *host);
/* The question for the lock, when it is wanted, and the records. */
void asking_add(struct host_run *host, struct str *text);
/* The record says that its job will not run. */
bool asking_skips(const struct host_record *record);

/* ---- answer.c ---- */

/* Lock and records, as the host's first answer tells them. */
void answer_take(struct host_run *host, const char *data, size_t size);
/* Reads what script_read printed into the host's records. */
void answer_read_records(struct host_run *host, const char *text);

/* ---- chain.c ---- */

bool chain_decides(const struct job_run *job); /* it has no recipe, but inputs */
enum chain chain_decide(struct job_run *stage);
bool chain_has_decider(struct job_run *job);
/* What was decided for the job; *decider by whom, or NULL. */
enum chain chain_verdict(struct job_run *job, const struct job_run **decider);
/* Files that such a decision needs (const char *). */
void chain_add_paths(struct job_run *job, struct vec *paths);
void chain_each_member(struct job_run *stage, void (*visit)(struct job_run *member, void *context),
                       void *context);

/* Names of all targets that decide for a chain with this job's target in it, in the plan or not. */
void chain_each_outside(struct job_run *job, void (*visit)(void *context, const char *stage),
                        void *context);

/* ---- alike.c ---- */

bool alike_check(struct job_run *job); /* its steps are expanded; false: reported */

/* ---- places.c ---- */

/* Every place that the job, or its chain, leaves (struct place), once. False: one cannot be in a
 * record. */
bool places_list(struct job_run *job, struct vec *places);
/* No command was among its steps: nothing acted on the host but what its places tell. */
bool places_only_sent(const struct job_run *job);
/* Two jobs write the same place, as far as their steps are known by now; NULL: none do. */
const char *places_conflict(struct host_run *host);
/* The record of another job that wrote the same keeps what is there now. */
void places_refresh_others(struct job_run *job, struct str *text);

/* ---- interrupt.c ---- */

void interrupt_run(void *context, int number); /* a signal came */

/* ---- pause.c ---- */

void pause_begin(void *context, const struct job *gate, unsigned seconds); /* the scheduler's */
void pause_end_all(struct run *run);

/* ---- lock.c ---- */

void lock_set_up(struct run *run); /* which hosts want one; the hosts know their jobs */
bool lock_is_wanted(struct job_run *job);
/* A job's turn on such a host: all of them are connected, for all or none is locked. */
void lock_begin(struct run *run);
/* A host has answered, or is lost: goes on, in the order of lock_hosts. */
void lock_answered(struct host_run *host, enum host_lock answer, const char *holder);
void lock_end(struct run *run);       /* no more tries */
void lock_interrupt(struct run *run); /* who waits for locks ends */

/* ---- hooks.c: what is owed ---- */

typedef void job_visitor(void *context, const struct job *job);
void hooks_each_after(const struct job *job, job_visitor *visit, void *context);
void hooks_each_trigger(const struct job *hook, job_visitor *visit, void *context);
/* The job and the targets without a recipe that stand for it on the same host. */
void hooks_each_in_chain(const struct job *job, job_visitor *visit, void *context);
/* Writes down what the job and its chain owe: file names for the host into `names` (const char *),
 * or into this machine's store. */
void hooks_owe(struct job_run *job, struct vec *names);
void hooks_ask_owed(struct job_run *job); /* the job is skipped: what it owes still runs */
void hooks_forgive(
    struct job_run *job); /* it changed nothing: it owes nothing, but what it owed before */
void hooks_strike(struct job_run *hook); /* the hook has ended well */

/* ---- local.c: make's jobs ---- */

void file_start(struct job_run *job);
void file_resume(struct job_run *job, bool well);
void file_interrupt(struct job_run *job, int signal);
void source_start(struct job_run *job);

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
