#include "step/command.h"
#include "step/verb.h"

/* local CMD: a shell line of this machine. The run layer starts it: step_local_command. */

const struct verb verb_local = {
    .name = "local",
    .version = 1,
    .place = STEP_HERE,
    .options = VERB_TAKES_LIMITS,
    .is_command = true,
};
