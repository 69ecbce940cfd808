#include "step/leaf.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

/*
 * Most steps of a deployment are a mkdir, a ln, a tar. What is read here of the shell's language
 * (POSIX.1-2008, Shell Command Language, 2.9) is what such steps are written in: simple commands
 * joined by ; && || | and newlines; words of text, quotes, $(…) of the same, and a few variables.
 * All else is for a shell of its own, and so is what kills process 0, which would be the session,
 * and not the step alone, and what runs a program that is not of these.
 */

enum { DEPTH = 8 }; /* of $(…) in $(…) */

/* They end when they are told to, and leave nobody. */
static const char *const programs[] = {
    "basename", "bunzip2",  "bzip2", "cat",     "chgrp",   "chmod",     "chown",  "cksum",
    "cmp",      "comm",     "cp",    "cut",     "date",    "df",        "diff",   "dirname",
    "du",       "egrep",    "expr",  "fgrep",   "fold",    "grep",      "gunzip", "gzip",
    "head",     "hostname", "id",    "install", "join",    "ln",        "ls",     "md5sum",
    "mkdir",    "mkfifo",   "mv",    "mktemp",  "nl",      "od",        "paste",  "readlink",
    "realpath", "rm",       "rmdir", "seq",     "sha1sum", "sha256sum", "sleep",  "sha512sum",
    "sort",     "stat",     "sync",  "tac",     "tail",    "tar",       "tee",    "touch",
    "tr",       "uname",    "uniq",  "unlink",  "unxz",    "wc",        "whoami", "xz",
    "zcat",     "zstd",
};

static const char *const builtins[] = {
    "[", "echo", "false", "kill", "printf", "pwd", "test", "true",
};

/* These change the shell, and so does the failure of a redirection of the last. */
static const char *const changing[] = { "cd", "exit", ":" };

/* The same in every shell of the session. */
static const char *const variables[] = { "HOME", "LOGNAME", "PATH", "PWD", "TMPDIR", "USER" };

/* Where what is to be killed is known only there (`kill $(cat FILE)`): all but options, signals and
 * processes that are not 0 are refused. Signal 0 kills nobody. */
static const char guarded_kill[] =
    "kill(){ [ \"x$1\" = x-0 ] || for f_u in \"$@\"; do case $f_u in [A-Za-z]*|-[A-Za-z]*|--) ;; "
    "*[!0-9-]*) false;; *[1-9]*) ;; *) false;; esac || "
    "{ echo \"kill: '$f_u' is no process id\" >&2; return 1; }; done; command kill \"$@\"; }; ";

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *const *names, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* Where the reading is. */
struct reader {
    const char *at;
    const char *last; /* the last simple command that no $(…) holds; NULL: not to be exec'd */
    unsigned depth;
    bool changes_shell;
    bool guards_kill;
};

static bool read_list(struct reader *reader);

static bool read_variable(struct reader *reader)
{
    bool has_brace = *reader->at == '{';
    const char *name = reader->at + has_brace;
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *end = name + length;
    if (!is_one_of(variables, COUNT(variables), name, length) ||
        (has_brace ? *end != '}' : strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *end) && *end))
        return false;
    reader->at = end + has_brace;
    return true;
}

/* Behind a $. */
static bool read_expansion(struct reader *reader)
{
    if (reader->at[0] != '(')
        return read_variable(reader);
    if (reader->at[1] == '(' || reader->depth == DEPTH)
        return false;
    reader->at++;
    reader->depth++;
    bool fine = read_list(reader) && *reader->at == ')';
    reader->depth--;
    reader->at += fine;
    return fine;
}

static bool read_single_quoted(struct reader *reader)
{
    const char *end = strchr(reader->at, '\'');
    if (end)
        reader->at = end + 1;
    return end != NULL;
}

static bool read_double_quoted(struct reader *reader)
{
    for (;;) {
        char c = *reader->at++;
        if (c == '"')
            return true;
        if (c == '\0' || c == '`' || (c == '\\' && !*reader->at++))
            return false;
        if (c == '$' && !read_expansion(reader))
            return false;
    }
}

/* False: this one needs a shell. */
static bool read_word(struct reader *reader)
{
    const char *start = reader->at;
    while (*reader->at && !strchr(" \t\n;&|<>()", *reader->at)) {
        char c = *reader->at++;
        if (c == '`' || (c == '#' && reader->at == start + 1) || (c == '\\' && !*reader->at++) ||
            (c == '\'' && !read_single_quoted(reader)) ||
            (c == '"' && !read_double_quoted(reader)) || (c == '$' && !read_expansion(reader)))
            return false;
    }
    return reader->at > start;
}

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t");
}

static bool is_stream(char c)
{
    return c >= '0' && c <= '2';
}

/* [n]<word, [n]>word, [n]>>word, [n]>&n of the three standard streams. */
static bool read_redirection(struct reader *reader)
{
    char direction = *reader->at++;
    if (*reader->at == '&') {
        bool fine = is_stream(reader->at[1]) && strchr(" \t\n;|)", reader->at[2]);
        reader->at += fine ? 2 : 0;
        return fine;
    }
    if (direction == '>' && *reader->at == '>')
        reader->at++;
    skip_blanks(reader);
    return read_word(reader);
}

static bool is_redirection(struct reader *reader)
{
    size_t digits = strspn(reader->at, "0123456789");
    return reader->at[digits] == '<' || reader->at[digits] == '>';
}

/* A word of kill's that is no job of the shell and not its own group, whatever an expansion or a
 * quote comes to: a signal (-0 too, when it is the first), or a number that is not 0. */
static bool is_sure_to_spare(const char *word, bool is_first)
{
    size_t length = strcspn(word, " \t\n;&|<>()"), dash = word[0] == '-';
    size_t digits = strspn(word + dash, "0123456789");
    size_t letters = strspn(word + dash, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    if (dash && length == 2 && (word[1] == '-' || (is_first && word[1] == '0')))
        return true;
    return (dash + digits == length && digits > 0 && word[dash] != '0') ||
           (dash + letters == length && letters > 0);
}

/* Options of tar, sort and install by which they run another program. */
static const char *const running[] = { "checkpoint-a", "compress-p", "info", "new-v", "rmt",
                                       "rsh",          "strip-p",    "to-c", "use" };

static bool runs_another(const char *word, bool is_tar, bool is_first)
{
    word += *word == '\'' || *word == '"';
    bool is_long = word[0] == '-' && word[1] == '-';
    for (size_t i = 0; is_long && i < COUNT(running); i++)
        if (strncmp(word + 2, running[i], strlen(running[i])) == 0)
            return true;
    /* -I, -F, also among others; the first word of tar's may lack the dash. */
    return is_tar && !is_long && (is_first || *word == '-') &&
           strcspn(word, "IF") < strcspn(word, " \t\n;&|<>()");
}

static bool is_word(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(name, word, length) == 0;
}

/* A word of kill's. */
static bool read_killed(struct reader *reader, bool is_first)
{
    const char *word = reader->at;
    bool is_sure = is_sure_to_spare(word, is_first);
    if (!read_word(reader))
        return false;
    if (!is_sure && !memchr(word, '$', (size_t)(reader->at - word)))
        return false;
    reader->guards_kill |= !is_sure;
    reader->changes_shell |= !is_sure; /* it gets a function */
    return true;
}

/* A program or builtin and its words. */
static bool read_command(struct reader *reader)
{
    const char *name = reader->at;
    size_t length = strcspn(name, " \t\n;&|<>()");
    bool is_program = is_one_of(programs, COUNT(programs), name, length);
    bool is_kill = is_word(name, length, "kill"), is_tar = is_word(name, length, "tar");
    bool is_first = true;
    bool is_changing = is_one_of(changing, COUNT(changing), name, length);
    if (!is_program && !is_changing && !is_one_of(builtins, COUNT(builtins), name, length))
        return false;
    if (reader->depth == 0) {
        reader->last = is_program ? name : NULL;
        reader->changes_shell |= is_changing;
    }
    reader->at += length;
    for (skip_blanks(reader); !strchr("\n;&|)", *reader->at); skip_blanks(reader)) {
        if (!is_redirection(reader)) {
            if (runs_another(reader->at, is_tar, is_first) ||
                !(is_kill ? read_killed(reader, is_first) : read_word(reader)))
                return false;
            is_first = false;
            continue;
        }
        if (is_stream(*reader->at))
            reader->at++;
        if (!strchr("<>", *reader->at) || !read_redirection(reader))
            return false;
    }
    return true;
}

/* What joins a command with the next; *is_pipe is set, *must_go_on when one must follow. False:
 * none of ours. */
static bool read_operator(struct reader *reader, bool *is_pipe, bool *must_go_on)
{
    const char *at = reader->at;
    bool is_double = (at[0] == '&' || at[0] == '|') && at[1] == at[0];
    if (at[0] == '&' && !is_double)
        return false;
    *is_pipe = at[0] == '|' && !is_double;
    *must_go_on = *is_pipe || is_double;
    if (reader->depth == 0 && !(is_double && at[0] == '&'))
        reader->changes_shell = true;
    reader->at += is_double ? 2 : 1;
    reader->at += strspn(reader->at, " \t\n");
    return true;
}

/* Simple commands, to the end or to the ) that ends a $(. */
static bool read_list(struct reader *reader)
{
    bool is_pipe = false, must_go_on = true;
    reader->at += strspn(reader->at, " \t\n");
    while (must_go_on || !strchr(")", *reader->at)) {
        bool was_pipe = is_pipe;
        if (!read_command(reader))
            return false;
        must_go_on = is_pipe = false;
        if (!strchr(")", *reader->at) && !read_operator(reader, &is_pipe, &must_go_on))
            return false;
        if (reader->depth == 0 && (was_pipe || is_pipe))
            reader->last = NULL;
    }
    return true;
}

/* The channel's outputs may be sockets there, which cannot be opened by a name. */
static bool names_streams(const char *command)
{
    return strstr(command, "/dev/std") || strstr(command, "/dev/fd") || strstr(command, "/proc/");
}

bool leaf_add(struct str *text, const char *command, bool *changes_shell)
{
    struct reader reader = { .at = command };
    if (names_streams(command) || !read_list(&reader) || *reader.at)
        return false;
    *changes_shell = reader.changes_shell;
    size_t before = reader.last ? (size_t)(reader.last - command) : 0;
    if (reader.guards_kill)
        str_add(text, guarded_kill);
    str_addn(text, command, before);
    if (reader.last && reader.changes_shell)
        str_add(text, "exec "); /* a process less than the subshell and it */
    str_add(text, command + before);
    return true;
}
