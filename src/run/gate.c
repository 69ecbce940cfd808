#include "run/gate.h"

#include "run/state.h"
#include "step/verb.h"

enum gate job_gate(const struct job_run *job, const char **text)
{
    enum gate gate = GATE_YES;
    if (job->run->options->sandbox)
        return GATE_YES; /* it is not asked */
    for (size_t i = 0; i < job->steps.count && gate == GATE_YES; i++)
        if (job->steps.items[i].verb->place == STEP_GATE)
            gate = step_gate(&job->steps.items[i], job->step_runs[i].answer, text);
    return gate;
}
