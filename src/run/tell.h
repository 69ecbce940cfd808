#ifndef FAKE_RUN_TELL_H
#define FAKE_RUN_TELL_H

#include "run/state.h"

/* Events of a run. */

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

#endif
