#ifndef FAKE_RUN_GATE_H
#define FAKE_RUN_GATE_H

#include "step/gate.h"

struct job_run;

/* What the job's only-if steps say, in order; *text as in step_gate. */
enum gate job_gate(const struct job_run *job, const char **text);

#endif
