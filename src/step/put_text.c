#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/sudo.h"

/* All of it runs on hosts: POSIX sh, no newline, so that it may stand in any request. */

/* digest: the SHA-256 of its input, in front of a blank or alone; "-" where no program knows it. */
const char put_text_hash[] =
    "if command -v sha256sum >/dev/null 2>&1; then digest() { sha256sum; }; "
    "elif command -v shasum >/dev/null 2>&1; then digest() { shasum -a 256; }; "
    "elif command -v openssl >/dev/null 2>&1; then digest() { openssl dgst -sha256 -r; }; "
    "elif command -v sha256 >/dev/null 2>&1; then digest() { sha256; }; "
    "else digest() { echo -; }; fi; ";

/* spot FOLDER…: sets `at` to the first folder for which ok succeeds: one of those named, else one
 * above the last of them, else the one for temporary files. What arrives is kept there until its
 * step's turn: best beside its destination, but an earlier step may still have to make that. The
 * step finds it by the same way, its name being one that nobody can guess. */
const char put_text_spot[] =
    "spot() { for at; do ok && return; done; "
    "while [ \"$at\" != / ] && [ \"$at\" != . ]; do "
    "case $at in */*) at=${at%/*}; at=${at:-/};; *) at=.;; esac; ok && return; done; "
    "at=${TMPDIR:-/tmp}; ok; }; ";

/* keep: sets `at` for what arrives, and writes its path down, so that the session removes it at its
 * end when no step came for it ($d is the session's folder). */
const char put_text_keep[] =
    "keep() { ok() { [ -d \"$at\" ] && [ -w \"$at\" ]; }; spot \"$to\" \"$parent\" || "
    "{ echo \"no folder for temporary files\" >&2; return 1; }; "
    "printf '%s\\n' \"$at/$tmp\" >\"$d/t$tmp\"; }; ";

const char put_text_say[] = "say() { printf '%s\\n' \"$*\" >&2; exit 1; }; ";

/* own FILE…: gives them to owner and group; with --sudo, to root when nothing is said. */
const char put_text_own[] = "own() { [ -z \"$owner\" ] || chown -Rh \"$owner\" \"$@\" || exit 1; "
                            "[ -z \"$group\" ] || chgrp -Rh \"$group\" \"$@\" || exit 1; }\n";

/* check FILE: --check's command, with the file's absolute name behind it. */
const char put_text_check[] =
    "check() { [ -n \"$check\" ] || return 0; case $1 in /*) ;; *) set -- \"$PWD/$1\";; esac; "
    "sh -c \"$check\" sh \"$1\" && return; c=$?; "
    "printf '%s\\n' \"--check failed: the old file stays\" >&2; exit $c; }\n";

bool put_wants_owner(const struct step *step)
{
    return step->options.owner || step->options.group;
}

bool put_is_account(const char *wanted, const char *name, const char *number)
{
    return !wanted || strcmp(wanted, name) == 0 || strcmp(wanted, number) == 0;
}

void put_add_options(struct str *text, const struct step *step)
{
    const struct step_options *options = &step->options;
    struct str check = { 0 };
    if (options->check) {
        struct step question = *step;
        question.command = arena_printf(step->arena, "%s \"$1\"", options->check);
        command_add(&check, &question, NULL);
    }
    bool by_root = options->sudo && !options->owner;
    put_add_variable(text, "owner", options->owner ? options->owner : "");
    put_add_variable(text, "group", options->group ? options->group : "");
    put_add_variable(text, "check", str_text(&check));
    if (by_root)
        str_add(text, "owner=$(id -u); ");
    if (by_root && !options->group)
        str_add(text, "group=$(id -g); ");
    str_free(&check);
}

void put_send(const struct step *step, const char *text, const struct step_target *target)
{
    struct str whole = { 0 };
    if (!step->options.sudo) {
        command_send(step, text, target);
        return;
    }
    char *command = mem_printf("TMPDIR=$1\n%s", text);
    sudo_add(&whole, step, target, command);
    command_send(step, str_text(&whole), target);
    str_free(&whole);
    free(command);
}

void put_add_variable(struct str *text, const char *name, const char *value)
{
    str_addf(text, "%s=", name);
    str_add_quoted(text, value);
    str_add(text, "; ");
}
