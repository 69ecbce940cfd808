#ifndef FAKE_RUN_REQUEST_H
#define FAKE_RUN_REQUEST_H

#include "run/state.h"

/* The inside of requests, for request*.c. */

static inline struct step *job_step(struct job_run *job, size_t index)
{
    return &job->steps.items[index];
}

struct host_run *request_host(const struct job_run *job); /* that the next request is for */
bool request_may_try_again(const struct step *step, const struct step_run *run);
struct request *request_begin(struct job_run *job);
/* False: a step's password for sudo must wait, or the job has failed because it was refused. */
bool request_may_use_sudo(struct job_run *job, const struct step *step);

/* ---- request_ask.c ---- */

/* Expands the step at the cursor. False: its host is asked for something, or it failed. */
bool request_resolve(struct job_run *job);
void request_end_question(struct job_run *job, const struct step_result *result);
void request_take_answer(struct job_run *job, int status);

/* ---- request_story.c ---- */

/* What a step's end says of its password for sudo. */
void request_note_password(struct job_run *job, const struct step *step,
                           const struct step_result *result);

#endif
