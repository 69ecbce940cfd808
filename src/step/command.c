#include "step/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "io/session.h"
#include "step/guard.h"
#include "step/sudo.h"
#include "step/terminal.h"
#include "step/verb.h"

/* CDPATH must not send a relative folder elsewhere. */
static void add_cd(struct str *text, const char *folder)
{
    str_add(text, "cd ");
    if (folder[0] == '/' || strcmp(folder, ".") == 0)
        str_add_quoted(text, folder);
    else {
        str_add(text, "./");
        str_add_quoted(text, folder);
    }
    str_add(text, " || exit\n");
}

static void add_in_context(struct str *text, const struct step *step)
{
    const struct step_context *context = step->context;
    if (context->folder)
        add_cd(text, context->folder);
    if (context->preamble)
        str_add(text, context->preamble);
    if (step->is_script)
        str_add(text, "set -e\n");
    str_add(text, step->command);
}

void command_add(struct str *text, const struct step *step, const char *shell)
{
    if (!shell) {
        add_in_context(text, step);
        return;
    }
    struct str inner = { 0 };
    add_in_context(&inner, step);
    str_addf(text, "exec %s ", shell);
    str_add_quoted(text, str_text(&inner));
    str_free(&inner);
}

enum way { IN_SHELL, IN_SUBSHELL, IN_RUNNER };

static void send(const struct step *step, const char *text, const struct step_target *target,
                 enum way way)
{
    struct str whole = { 0 }, input = { 0 };
    guard_add(&whole, &input, step, target);
    bool is_inside = way == IN_SUBSHELL || (way == IN_RUNNER && whole.len > 0);
    if (is_inside) {
        char *guard = str_steal(&whole);
        str_addf(&whole, "( %s%s\n)", guard, text);
        free(guard);
    } else if (step->options.pty)
        terminal_add(&whole, text, sudo_is_used(step) && target->sudo_password);
    else
        str_add(&whole, text);
    request_step(target->request, &(struct request_step){
                                      .id = target->id,
                                      .command = str_text(&whole),
                                      .input = input.data,
                                      .input_size = input.len,
                                      .timeout = step->options.timeout,
                                      .ok = step->options.ok,
                                      .keep_going = step->ignore,
                                      .in_runner = way != IN_SHELL,
                                  });
    str_free(&whole);
    str_free(&input);
}

void command_send(const struct step *step, const char *text, const struct step_target *target)
{
    send(step, text, target, IN_SHELL);
}

bool command_may_be_in_runner(const struct step *step)
{
    const struct step_options *options = &step->options;
    return !options->condition && !options->unless && !options->pty && !options->stdin_file &&
           !options->input;
}

void command_send_in_runner(const struct step *step, const char *text,
                            const struct step_target *target, bool changes_shell)
{
    send(step, text, target, changes_shell ? IN_SUBSHELL : IN_RUNNER);
}

static const char *without_end_slashes(struct arena *arena, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return arena_strndup(arena, path, length);
}

const char *command_host_path(struct arena *arena, const struct step_context *context,
                              const struct shell_word *word)
{
    const char *path = without_end_slashes(arena, word->text);
    const char *home = context->is_here && word->from_home ? getenv("HOME") : NULL;
    if (home)
        return arena_printf(arena, "%s/%s", home, path);
    if (!word->from_home && path[0] != '/' && context->folder &&
        strcmp(context->folder, ".") != 0) {
        if (!*path || strcmp(path, ".") == 0)
            return context->folder;
        return arena_printf(arena, "%s%s%s", context->folder,
                            strcmp(context->folder, "/") == 0 ? "" : "/", path);
    }
    if (!*path)
        return ".";
    return path[0] == '-' ? arena_printf(arena, "./%s", path) : path;
}

const char *command_as_written(struct arena *arena, const struct shell_word *word)
{
    if (!word->from_home)
        return word->text;
    return *word->text ? arena_printf(arena, "~/%s", word->text) : "~";
}

const char *command_arrow(struct arena *arena, const struct step *step)
{
    const char *shown = "";
    for (size_t i = 0; i < step->argument_count; i++)
        shown = arena_printf(arena, "%s%s%s", shown,
                             i == 0                         ? ""
                             : i + 1 < step->argument_count ? " "
                                                            : " -> ",
                             command_as_written(arena, &step->arguments[i]));
    return shown;
}

bool command_is_folder_path(const struct shell_word *word)
{
    return word->from_home ? !*word->text || str_ends(word->text, "/")
                           : str_ends(word->text, "/") || strcmp(word->text, ".") == 0 ||
                                 strcmp(word->text, "..") == 0;
}

bool command_check_words(const struct step *step, size_t least, size_t most, const char *usage,
                         struct diags *diags)
{
    if (step->argument_count < least || step->argument_count > most) {
        diag_error(diags, step->where, "too %s arguments: write `%s`",
                   step->argument_count < least ? "few" : "many", usage);
        return false;
    }
    for (size_t i = 0; i < step->argument_count; i++) {
        const struct shell_word *word = &step->arguments[i];
        if (word->has_expansion) {
            diag_error_hint(
                diags, step->where,
                "the arguments of this verb are no shell text: $ is not expanded on the host",
                "write ~/ for the home folder, or quote the $ with '");
            return false;
        }
        if (strchr(word->text, '\n')) {
            diag_error(diags, step->where, "a newline in an argument of %s", step->verb->name);
            return false;
        }
        if (!*word->text && !word->from_home) {
            diag_error(diags, step->where, "an empty argument of %s", step->verb->name);
            return false;
        }
    }
    return true;
}
