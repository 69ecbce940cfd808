#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/leaf.h"
#include "step/verb.h"

/* run CMD: a command of the log-in user on the host, in /bin/sh or in remote_shell. */

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    (void)contents, (void)answer, (void)why;
    struct str text = { 0 }, leaf = { 0 };
    bool changes_shell;
    command_add(&text, step, target->shell);
    if (command_may_be_in_runner(step) && leaf_add(&leaf, str_text(&text), &changes_shell))
        command_send_in_runner(step, str_text(&leaf), target, changes_shell);
    else
        command_send(step, str_text(&text), target);
    str_free(&text);
    str_free(&leaf);
    return true;
}

const struct verb verb_run = {
    .name = "run",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_OUTPUT,
    .is_command = true,
    .compile = compile,
};
