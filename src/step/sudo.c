#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/verb.h"

/* sudo [--user=NAME] CMD: a command on the host through sudo, which is never let ask. For root
 * without a
 * --user it is the command itself. */

/* A command that sudo can start itself, so that rules of sudoers for single commands fit: no shell
 * but ours has to read it. */
static bool is_plain(const struct step *step, const char *shell, struct arena *arena)
{
    struct shell_word *words;
    size_t count;
    const char *why;
    if (step->is_script || step->context->folder || step->context->preamble || shell ||
        !shell_words_split(arena, step->command, &words, &count, &why) || count == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (words[i].has_expansion || words[i].pattern || words[i].from_home ||
            strchr(words[i].text, '\n'))
            return false;
    return !strpbrk(words[0].text, "={}[]!") && words[0].text[0] != '-';
}

static void add_sudo(struct str *text, const struct step *step, const char *shell,
                     const char *command)
{
    struct arena *arena = arena_new();
    str_add(text, "sudo -n ");
    if (step->options.user) {
        str_add(text, "-u ");
        str_add_quoted(text, step->options.user);
        str_add(text, " ");
    }
    if (is_plain(step, shell, arena)) {
        str_addf(text, "-- %s", step->command);
    } else {
        str_add(text, "-- sh -c ");
        str_add_quoted(text, command);
    }
    arena_free(arena);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    (void)contents, (void)answer, (void)why;
    struct str command = { 0 }, text = { 0 };
    command_add(&command, step, target->shell);
    if (!step->options.user) {
        str_add(&text, "[ \"$(id -u)\" != 0 ] || exec sh -c ");
        str_add_quoted(&text, str_text(&command));
        str_add(&text, "\n");
    }
    add_sudo(&text, step, target->shell, str_text(&command));
    str_add(&text, "\nstatus=$?\n"
                   "[ $status != 1 ] || sudo -n -l >/dev/null 2>&1 ||\n"
                   "echo 'sudo asks for a password: set sudo_password' >&2\n"
                   "exit $status");
    command_send(step, str_text(&text), target);
    str_free(&command);
    str_free(&text);
    return true;
}

const struct verb verb_sudo = {
    .name = "sudo",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_USER,
    .is_command = true,
    .compile = compile,
};
