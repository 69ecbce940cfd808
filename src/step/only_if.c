#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/gate.h"
#include "step/verb.h"

/* only-if CMD: a question to the host before the decision whether the job runs. `! CMD` turns it.
 * A command that cannot be started (126, 127) or takes too long is no answer. */

enum { LIMIT = 300 }; /* seconds, where the host has timeout and --timeout says nothing */
enum { TIMED_OUT = 124, CANNOT_START = 126, NOT_FOUND = 127 };

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    (void)steps;
    step->is_turned = step->command[0] == '!' && strchr(" \t\n", step->command[1]);
    if (!step->is_turned)
        return true;
    step->command += 1 + strspn(step->command + 1, " \t\n");
    if (*step->command)
        return true;
    diag_error(diags, step->where, "'only-if' without a command");
    return false;
}

unsigned step_gate_limit(const struct step *step)
{
    unsigned limit = (step->options.timeout + 999) / 1000;
    return limit ? limit : LIMIT;
}

/* The answer: the exit code, then what the command said on standard error. Run as a child, it gets
 * none of the session's descriptors (the lock is one). */
static void ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    (void)contents;
    struct str command = { 0 };
    command_add(&command, step, NULL);
    str_add(query, "(exec 3>&- 4>&- 8>&- 9>&-; command -v timeout >/dev/null && "
                   "limit=timeout || limit=; set -- ");
    str_add_quoted(query, str_text(&command));
    str_addf(query,
             "; e=$($limit ${limit:+%u} sh -c \"$1\" 2>&1 >/dev/null </dev/null); "
             "printf '%%s\\n%%s\\n' $? \"$e\")\n",
             step_gate_limit(step));
    str_free(&command);
}

/* Where a shell could not run something, it says so. `command -v` of what is not there is 127 in
 * some shells, too, and says nothing: that is a no. */
static bool could_not_run(long status, const char *said)
{
    return status >= CANNOT_START && (status != NOT_FOUND || said[strspn(said, "\n")]);
}

static enum gate failed(const struct step *step, const char *how, const char *said,
                        const char **text)
{
    while (*said == '\n')
        said++;
    *text = arena_printf(step->arena, "only-if %s%s%.*s", how, *said ? ": " : "",
                         (int)strcspn(said, "\n"), said);
    return GATE_FAILED;
}

enum gate step_gate(const struct step *step, const char *answer, const char **text)
{
    char *end;
    long status = answer ? strtol(answer, &end, 10) : 0;
    *text = NULL;
    if (!answer || end == answer || *end != '\n')
        return failed(step, "got no answer from the host", "", text);
    if (status == TIMED_OUT)
        return failed(step, "took too long", end, text);
    if (could_not_run(status, end))
        return failed(step, arena_printf(step->arena, "ended with exit code %ld", status), end,
                      text);
    if ((status == 0) != step->is_turned)
        return GATE_YES;
    *text = arena_printf(step->arena, "not needed: only-if %s%s says no",
                         step->is_turned ? "! " : "", step->command);
    return GATE_NO;
}

const struct verb verb_only_if = {
    .name = "only-if",
    .version = 1,
    .place = STEP_GATE,
    .options = VERB_TAKES_TIMEOUT,
    .is_command = true,
    .parse = parse,
    .ask = ask,
};
