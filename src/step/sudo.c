#include "step/sudo.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/temporary.h"
#include "step/verb.h"

/* sudo [--user=NAME] CMD: a command on the host through sudo. */

/* The password is given to `sudo -v` alone, never to the sudo that runs the command: that one might
 * not ask (a rule with NOPASSWD), and the command would read the password. The prompt tells whether
 * it was asked for, and twice that it was wrong. sudo's ticket belongs to its parent where there is
 * no terminal: both must be children of this very shell, so no $( ) around the first. */
static const char password_text[] =
    "t=${TMPDIR:-/tmp}/%s; (umask 077; set -C; : >\"$t\") 2>/dev/null || t=/dev/null\n"
    "LC_ALL=C sudo -S -p %s -v 2>\"$t\" <<fake_end\n$fake_password\nfake_end\n"
    "status=$? said=$(cat \"$t\"); unset fake_password; [ \"$t\" = /dev/null ] || rm -f \"$t\"\n"
    "if [ $status != 0 ]; then case $said in\n"
    "*%s*%s* | *'incorrect password'*) echo 'sudo refused the password (sudo_password)' >&2; "
    "exit %d;;\n"
    "*) printf '%%s\\n' \"$said\" | sed 's/%s//' >&2; exit $status;; esac; fi\n";

/* Without a password sudo is asked not to ask. */
static const char asks_text[] = "\nstatus=$?\n"
                                "[ $status != 1 ] || sudo -n -l >/dev/null 2>&1 ||\n"
                                "echo 'sudo asks for a password: set sudo_password' >&2\n"
                                "exit $status";

/* Where tickets are off, sudo asks each time: the password cannot be given safely. */
static const char asks_again_text[] =
    "\nstatus=$?\n"
    "[ $status != 1 ] || sudo -n -v >/dev/null 2>&1 ||\n"
    "echo 'sudo asks again after the right password: its timestamp_timeout is 0 there' >&2\n"
    "exit $status";

bool sudo_is_used(const struct step *step)
{
    return step->verb == &verb_sudo || step->options.sudo;
}

/* A command that sudo can start itself, so that rules of sudoers for single commands fit: no shell
 * but ours has to read it. */
static bool is_plain(const struct step *step, const char *shell, struct arena *arena)
{
    struct shell_word *words;
    size_t count;
    const char *why;
    if (step->verb != &verb_sudo || step->is_script || step->context->folder ||
        step->context->preamble || shell ||
        !shell_words_split(arena, step->command, &words, &count, &why) || count == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (words[i].has_expansion || words[i].pattern || words[i].from_home ||
            strchr(words[i].text, '\n'))
            return false;
    return !strpbrk(words[0].text, "={}[]!") && words[0].text[0] != '-';
}

static void add_call(struct str *text, const struct step *step, const char *shell,
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
        str_add(text, " sh \"$TMPDIR\"");
    }
    arena_free(arena);
}

static void add_password(struct str *text)
{
    char name[TEMPORARY_NAME_SIZE];
    if (!temporary_name(name)) /* then the command's own sudo says that it wants a password */
        return;
    const char *prompt = name + 1;
    str_addf(text, password_text, name, prompt, prompt, prompt, STEP_SUDO_REFUSED, prompt);
}

void sudo_add(struct str *text, const struct step *step, const struct step_target *target,
              const char *command)
{
    if (!step->options.user) {
        str_add(text, "[ \"$(id -u)\" != 0 ] || exec sh -c ");
        str_add_quoted(text, command);
        str_add(text, " sh \"$TMPDIR\"\n");
    }
    if (target->sudo_password)
        add_password(text);
    add_call(text, step, target->shell, command);
    str_add(text, target->sudo_password ? asks_again_text : asks_text);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    (void)contents, (void)answer, (void)why;
    struct str command = { 0 }, text = { 0 };
    command_add(&command, step, target->shell);
    sudo_add(&text, step, target, str_text(&command));
    command_send(step, str_text(&text), target);
    str_free(&command);
    str_free(&text);
    return true;
}

const struct verb verb_sudo = {
    .name = "sudo",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_OUTPUT | VERB_TAKES_USER,
    .is_command = true,
    .compile = compile,
};
