#include "base/str.h"
#include "step/put.h"

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

/* Sets `at` for what arrives, and writes its path down, so that the session removes it at its end
 * when no step came for it ($d is the session's folder). */
const char put_text_keep[] =
    "ok() { [ -d \"$at\" ] && [ -w \"$at\" ]; }; "
    "spot \"$to\" \"$parent\" || { echo \"no folder for temporary files\" >&2; exit 1; }; "
    "[ -z \"$d\" ] || printf '%s\\n' \"$at/$tmp\" >\"$d/t$tmp\"; ";

const char put_text_say[] = "say() { printf '%s\\n' \"$*\" >&2; exit 1; }; ";

void put_add_variable(struct str *text, const char *name, const char *value)
{
    str_addf(text, "%s=", name);
    str_add_quoted(text, value);
    str_add(text, "; ");
}
