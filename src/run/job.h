#ifndef FAKE_RUN_JOB_H
#define FAKE_RUN_JOB_H

#include "run/state.h"

/* The jobs of tasks, from their turn to their end. For the files of this folder alone. */

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

/* ---- terminal.c: steps with --pty ---- */

bool terminal_take(struct job_run *job); /* false: the job waits, and is advanced then */
void terminal_give(struct job_run *job); /* its request is over */

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

#endif
