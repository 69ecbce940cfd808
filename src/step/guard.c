#include "step/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/session.h"
#include "step/command.h"
#include "step/sending.h"
#include "step/shell_word.h"
#include "step/sudo.h"
#include "step/temporary.h"

/* The shell of a step has TMPDIR as the session's has it. */
static const char keep_text[] = "(umask 077; set -C; t=${TMPDIR:-/tmp}/%s; [ -z \"$d\" ] || printf "
                                "'%%s\\n' \"$t\" >\"$d/t%s\"; "
                                "cat >\"$t\" || { rm -f \"$t\"; exit 1; })";

const char *guard_input_path(const struct step *step)
{
    const char *path = step->options.stdin_file;
    const char *home = str_starts(path, "~/") ? getenv("HOME") : NULL;
    return home ? arena_printf(step->arena, "%s%s", home, path + 1) : path;
}

/* A line of input ends: programs that ask wait for it. */
static void add_input(struct str *input, const struct step *step)
{
    const char *given = step->options.input;
    str_add(input, given);
    if (!str_ends(given, "\n"))
        str_addc(input, '\n');
}

static const char *password_of(const struct step *step, const struct step_target *target)
{
    return sudo_is_used(step) ? target->sudo_password : NULL;
}

static bool find_size(const struct step *step, uint64_t *size, const char **why)
{
    const char *path = guard_input_path(step);
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    if (is_there && S_ISREG(status.st_mode)) {
        *size = (uint64_t)status.st_size;
        return true;
    }
    *why = arena_printf(step->arena, "--stdin=%s: %s", path,
                        is_there ? "not a file" : strerror(errno));
    return false;
}

/* Beside a password --input takes the way of a file: whoever opens /dev/stdin anew reads all of the
 * step's input, from its beginning. */
bool guard_send_input(struct step *step, const struct step_target *target, const char **why)
{
    char name[TEMPORARY_NAME_SIZE];
    uint64_t size = 0;
    bool is_file = step->options.stdin_file != NULL;
    if (!is_file && !(step->options.input && password_of(step, target)))
        return true;
    if (is_file && !find_size(step, &size, why))
        return false;
    if (!temporary_name(name)) {
        *why = "no random bytes from /dev/urandom";
        return false;
    }
    struct str consumer = { 0 }, input = { 0 };
    str_addf(&consumer, keep_text, name, name);
    if (is_file) {
        sending_add_file(target, guard_input_path(step), size, str_text(&consumer), false);
    } else {
        add_input(&input, step);
        sending_add_bytes(target, input.data, input.len, str_text(&consumer), false);
    }
    str_free(&consumer);
    str_free(&input);
    step->input_name = arena_strdup(step->arena, name);
    return true;
}

static void add_say(struct str *text, const struct step *step, const char *said)
{
    if (step->options.quiet)
        return;
    bool takes_output = step->options.into || step_wants_output(step);
    str_add(text, "printf '%s\\n' ");
    str_add_quoted(text, said);
    str_add(text, takes_output ? " >&2; " : "; ");
}

/* A command in the step's folder and after its preamble, in a shell of its own; its exit code is in
 * y. Not found, and nothing said: `command -v` of what is not there, in some shells. */
static void add_question(struct str *text, const struct step *step, const char *command)
{
    struct step question = *step;
    question.command = command;
    question.is_script = false;
    str_add(text, "x=$( {\n");
    command_add(text, &question, NULL);
    str_add(text, "\n} 2>&1 >/dev/null </dev/null )\ny=$?; [ -z \"$x\" ] || "
                  "printf '%s\\n' \"$x\" >&2; [ \"$y$x\" != 127 ] || y=1");
}

/* A command that cannot be found or started is a failure, and no answer. */
static void add_condition(struct str *text, const struct step *step, const char *option,
                          const char *command, bool wanted)
{
    struct str said = { 0 };
    str_addf(&said, "passed over: --%s=%s says %s", option, command, wanted ? "no" : "yes");
    add_question(text, step, command);
    str_addf(text, "\ncase $y in 12[67]) exit 127;; %s) ;; *) ", wanted ? "0" : "[1-9]*");
    add_say(text, step, str_text(&said));
    str_add(text, "exit 0;; esac\n");
    str_free(&said);
}

static void add_creates(struct str *text, const struct step *step)
{
    const char *written = step->options.creates;
    struct shell_word word = { .text = written };
    struct str said = { 0 };
    if (str_starts(written, "~/")) {
        word.from_home = true;
        word.text = written + 2 + strspn(written + 2, "/");
    }
    str_add(text, "x=");
    str_add_quoted(text, command_host_path(step->arena, step->context, &word));
    str_addf(text, "; %s[ ! -e \"$x\" ] && [ ! -h \"$x\" ] || { ",
             word.from_home ? "x=$HOME/$x; " : "");
    str_addf(&said, "passed over: %s is there", written);
    add_say(text, step, str_text(&said));
    str_add(text, "exit 0; }\n");
    str_free(&said);
}

static void add_conditions(struct str *text, const struct step *step)
{
    const struct step_options *options = &step->options;
    if (options->creates)
        add_creates(text, step);
    if (options->condition)
        add_condition(text, step, "if", options->condition, true);
    if (options->unless)
        add_condition(text, step, "unless", options->unless, false);
}

void guard_add(struct str *text, struct str *input, const struct step *step,
               const struct step_target *target)
{
    const char *password = password_of(step, target);
    if (password) {
        str_addf(input, "%s\n", password);
        str_add(text, "IFS= read -r fake_password; exec </dev/null\n");
    } else if (step->options.input) {
        add_input(input, step);
    }
    add_conditions(text, step);
    if (step->options.into)
        str_addf(text, "printf %c\n", GUARD_PASSED);
    if (step->input_name)
        str_addf(text, "t=${TMPDIR:-/tmp}/%s; exec <\"$t\" || exit\nrm -f \"$t\"\n",
                 step->input_name);
}
