#ifndef FAKE_STEP_GATE_H
#define FAKE_STEP_GATE_H

#include "step/step.h"

/* What a step of STEP_GATE (only-if) says about its job, by the answer to its step_ask. */
enum gate {
    GATE_YES,    /* it does not stand in the way */
    GATE_NO,     /* the job is not needed: *text says by which question */
    GATE_FAILED, /* no answer: *text says why */
};
enum gate step_gate(const struct step *step, const char *answer, const char **text);
unsigned step_gate_limit(const struct step *step); /* seconds that its command has */

#endif
