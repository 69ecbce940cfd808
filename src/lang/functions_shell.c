/* The functions that reach outside: processes and files of this machine. GNU make manual, "The
 * shell Function", "The file Function", "The wildcard Function". */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/command_words.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "lang/functions.h"
#include "lang/lang.h"
#include "lang/reference.h"
#include "lang/wildcard.h"
#include "lang/words.h"

/* Newlines become blanks, the last ones go, and so do NULs and the \r of \r\n. */
static void add_folded(struct str *output, struct str *out)
{
    const char *s;
    const char *end;

    while (output->len > 0 && output->data[output->len - 1] == '\n') {
        output->len--;
        if (output->len > 0 && output->data[output->len - 1] == '\r')
            output->len--;
    }
    s = str_text(output);
    end = s + output->len;
    str_reserve(out, output->len + 1);
    for (; s < end; s++) {
        if (*s == '\0' || (*s == '\r' && s + 1 < end && s[1] == '\n'))
            continue;
        out->data[out->len++] = *s == '\n' ? ' ' : *s;
    }
    out->data[out->len] = '\0';
}

/* A variable's value, or a text for one that is empty. */
static bool expand_or(struct expander *expander, const char *name, const char *otherwise,
                      struct location where, struct str *out)
{
    bool outer = expander->may_be_undefined, ok;

    expander->may_be_undefined = true;
    ok = reference_expand(expander, name, where, out);
    expander->may_be_undefined = outer;
    if (out->len == 0)
        str_add(out, otherwise);
    return ok;
}

static bool set_status(struct expander *expander, const char *command, int status,
                       struct location where)
{
    struct lang *lang = expander->lang;
    int code = 127; /* could not be started */
    char text[16];

    if (status != -1)
        code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    snprintf(text, sizeof text, "%d", code);
    lang_define(lang, &lang_model(lang)->globals, ".SHELLSTATUS", text, ORIGIN_OVERRIDE,
                FLAVOR_SIMPLE);
    if (code != 0 && expander->shell_failure_is_error)
        return expand_fail(expander, where, "$(shell %s) failed with exit code %d", command, code);
    return true;
}

static void tell_missing(struct lang *lang, const char *program)
{
    char *text = mem_printf("%s: %s", program, strerror(errno));

    diag_message(lang_diags(lang), (struct location){ 0 }, text);
    free(text);
}

bool expand_shell(struct expander *expander, const char *command, struct location where,
                  struct str *out)
{
    struct str shell = { 0 }, flags = { 0 }, output = { 0 };
    bool ok = expand_or(expander, "SHELL", "/bin/sh", where, &shell) &&
              expand_or(expander, ".SHELLFLAGS", "-c", where, &flags);
    char **environment, **words;
    int status;

    if (ok) {
        environment = lang_environment(expander->lang, expander->scope, &expander->calls);
        ok = environment != NULL;
    }
    if (ok) {
        words = command_words(str_text(&shell), str_text(&flags), command);
        status = file_run_program((const char *const *)words, environment, &output);
        if (status == -1)
            tell_missing(expander->lang, words[0]);
        free(words);
        free(environment);
        add_folded(&output, out);
        ok = set_status(expander, command, status, where);
    }
    str_free(&shell);
    str_free(&flags);
    str_free(&output);
    return ok;
}

bool function_shell(struct expander *expander, const struct call *call, struct str *out)
{
    return expand_shell(expander, call->values[0], call->where, out);
}

bool function_wildcard(struct expander *expander, const struct call *call, struct str *out)
{
    struct str home = { 0 };
    bool ok = !strchr(call->values[0], '~') || expand_or(expander, "HOME", "", call->where, &home);

    if (ok)
        wildcard_expand(call->values[0], str_text(&home), out);
    str_free(&home);
    return ok;
}

/* A file that is not there reads as nothing; one trailing newline goes. */
static bool read_named(struct expander *expander, const char *name, struct str *out)
{
    struct str text = { 0 };
    bool ok = file_read(name, &text) || errno == ENOENT;
    size_t i;

    if (!ok)
        expand_fail(expander, expander->place, "%s: %s: %s", errno == EISDIR ? "read" : "open",
                    name, strerror(errno));
    if (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    for (i = 0; ok && i < text.len; i++)
        if (text.data[i] == '\0')
            ok = expand_fail(expander, expander->place, "%s holds NUL bytes", name);
    if (ok)
        str_addn(out, str_text(&text), text.len);
    str_free(&text);
    return ok;
}

/* text NULL: the file is made empty, or left as it is. */
static bool write_named(struct expander *expander, const char *name, const char *mode,
                        const char *text)
{
    FILE *file = fopen(name, mode);
    int error;

    if (!file)
        return expand_fail(expander, expander->place, "open: %s: %s", name, strerror(errno));
    if (text) {
        fputs(text, file);
        if (text[0] == '\0' || text[strlen(text) - 1] != '\n')
            fputc('\n', file);
    }
    error = ferror(file) ? errno : 0;
    if (fclose(file) != 0 && !error)
        error = errno;
    if (error)
        return expand_fail(expander, expander->place, "write: %s: %s", name, strerror(error));
    return true;
}

bool function_file(struct expander *expander, const struct call *call, struct str *out)
{
    struct span operation = span_trim(call->values[0], strlen(call->values[0]));
    const char *name = operation.data + 1;
    bool appends = operation.len > 1 && strncmp(operation.data, ">>", 2) == 0;

    if (operation.len == 0 || (operation.data[0] != '<' && operation.data[0] != '>'))
        return expand_fail(expander, expander->place, "file: invalid file operation: %s",
                           operation.data);
    for (name += appends; is_blank(*name);)
        name++;
    if (!*name)
        return expand_fail(expander, expander->place, "file: missing filename");
    if (operation.data[0] == '>')
        return write_named(expander, name, appends ? "a" : "w",
                           call->count > 1 ? call->values[1] : NULL);
    if (call->count > 1)
        return expand_fail(expander, expander->place, "file: too many arguments");
    return read_named(expander, name, out);
}

bool function_hash(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[0];
    size_t start = out->len;
    struct str path = { 0 };
    struct span word;
    struct hash hash;
    char hex[HASH_HEX_SIZE];
    bool ok = true;

    while (ok && word_next(&list, &word)) {
        str_clear(&path);
        str_addn(&path, word.data, word.len);
        if (!hash_file(path.data, &hash) &&
            !(errno == EISDIR && file_hash_tree(path.data, NULL, NULL, &hash))) {
            ok = expand_fail(expander, call->where, "hash: %s: %s", path.data, strerror(errno));
        } else {
            hash_hex(hash, hex);
            word_separate(out, start);
            str_add(out, hex);
        }
    }
    str_free(&path);
    return ok;
}
