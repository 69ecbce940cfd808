#ifndef FAKE_RUN_HOST_H
#define FAKE_RUN_HOST_H

#include "run/state.h"

/* The hosts of a run: connections, questions, locks. For the files of this folder alone. */

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

/* ---- lock.c ---- */

void lock_set_up(struct run *run); /* which hosts want one; the hosts know their jobs */
bool lock_is_wanted(struct job_run *job);
/* A job's turn on such a host: all of them are connected, for all or none is locked. */
void lock_begin(struct run *run);
/* A host has answered, or is lost: goes on, in the order of lock_hosts. */
void lock_answered(struct host_run *host, enum host_lock answer, const char *holder);
void lock_end(struct run *run);       /* no more tries */
void lock_interrupt(struct run *run); /* who waits for locks ends */

#endif
