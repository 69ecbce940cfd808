#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/receive.h"

/* get SRC… DST: the step's output is a line that says what comes, and then the bytes:
 *   f MODE SIZE NAME    a file
 *   t                   a tar stream, for folders and several files */

static const char send_text[] =
    "for x; do [ -e \"$x\" ] || say \"$x: no such file\"; "
    "[ -r \"$x\" ] || say \"$x: no permission to read\"; done\n"
    "if [ $# = 1 ] && [ -f \"$1\" ]; then\n"
    "m=$(stat -c %a \"$1\" 2>/dev/null || stat -f %Mp%Lp \"$1\" 2>/dev/null || echo 644)\n"
    "n=$(($(wc -c <\"$1\"))) || exit 1\n"
    "printf 'f %s %s %s\\n' \"$m\" \"$n\" \"${1##*/}\"; exec cat \"$1\"\n"
    "fi\n"
    "[ \"$many\" ] || say \"not one file: write a destination that ends in /\"\n"
    "n=$#\n"
    "for x; do\n"
    "x=${x%/}; case $x in */*) dir=${x%/*};; *) dir=.;; esac\n"
    "dir=$(cd \"${dir:-/}\" && pwd -P) || exit 1\n"
    "set -- \"$@\" -C \"$dir\" \"./${x##*/}\"\n"
    "done\n"
    "shift $n\n"
    "echo t; exec tar cf - \"$@\"\n";

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (!command_check_words(step, 2, SIZE_MAX, "get SOURCE… DESTINATION", diags))
        return false;
    const struct shell_word *destination = &step->arguments[step->argument_count - 1];
    bool is_folder = command_is_folder_path(destination);
    if (destination->pattern) {
        diag_error(diags, step->where, "get: a wildcard in the destination '%s'",
                   destination->text);
        return false;
    }
    if (step->argument_count > 2 && !is_folder) {
        diag_error(diags, step->where, "get: several sources need a destination that ends in /");
        return false;
    }
    step->data = receive_new(steps->arena, steps->host, destination, is_folder, step->options.mode);
    step->text = command_arrow(steps->arena, step);
    return true;
}

/* A word for the host's shell, which finds what its wildcards stand for. */
static void add_pattern(struct str *text, const struct shell_word *word)
{
    for (const char *s = word->pattern; *s; s++) {
        if (*s == '\\' && s[1]) {
            str_addc(text, '\\');
            str_addc(text, *++s);
        } else if (strchr("*?[]!^-_./", *s) || (*s >= '0' && *s <= '9') ||
                   (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) {
            str_addc(text, *s);
        } else {
            str_addc(text, '\\');
            str_addc(text, *s);
        }
    }
}

static void add_source(struct str *text, const struct step *step, const struct shell_word *word)
{
    const char *folder = step->context->folder;
    str_addc(text, ' ');
    if (!word->pattern) {
        str_add_quoted(text, command_host_path(receive_arena(step->data), step->context, word));
        return;
    }
    if (!word->from_home && word->pattern[0] != '/' && folder) {
        str_add_quoted(text, folder);
        str_addc(text, '/');
    } else if (word->pattern[0] == '-') {
        str_add(text, "./");
    }
    add_pattern(text, word);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    (void)contents, (void)answer, (void)why;
    struct str text = { 0 };
    put_add_variable(&text, "many", receive_takes_many(step->data) ? "1" : "");
    str_addf(&text, "%sset --", put_text_say);
    for (size_t i = 0; i + 1 < step->argument_count; i++)
        add_source(&text, step, &step->arguments[i]);
    str_addf(&text, "\n%s", send_text);
    put_send(step, str_text(&text), target);
    str_free(&text);
    return true;
}

static bool output(struct step *step, const char *data, size_t size, const char **why)
{
    return receive_take(step->data, data, size, why);
}

static bool finish(struct step *step, int status, const char **why)
{
    return receive_end(step->data, status == 0, why);
}

const struct verb verb_get = {
    .name = "get",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_MODE | VERB_TAKES_SUDO,
    .never_skipped = true,
    .parse = parse,
    .compile = compile,
    .output = output,
    .finish = finish,
};
