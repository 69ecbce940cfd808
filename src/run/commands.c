#include <string.h>

#include "lang/lang.h"
#include "run/file.h"
#include "run/job.h"

/* From a recipe to the commands that the shell is given (GNU make manual, "Recipe Execution"). */

struct prefix {
    bool silent, ignore, always; /* @ - + */
};

/* Takes the prefix characters, and the blanks among them, off the text. */
static const char *take_prefix(const char *text, struct prefix *prefix)
{
    for (; *text && strchr(" \t@-+", *text); text++) {
        prefix->silent = prefix->silent || *text == '@';
        prefix->ignore = prefix->ignore || *text == '-';
        prefix->always = prefix->always || *text == '+';
    }
    return text;
}

/* What a line of the file says of all the lines to which it expands. */
static struct prefix written_prefix(const struct job_run *job, const struct recipe_line *line)
{
    const struct run_options *options = job->run->options;
    unsigned flags = job->job->target->flags | lang_model(job->run->lang)->all_flags;
    struct prefix prefix = {
        .silent = options->silent || (flags & TARGET_SILENT),
        .ignore = options->ignore_errors || (flags & TARGET_IGNORE),
        .always = strstr(line->source, "$(MAKE)") || strstr(line->source, "${MAKE}"),
    };
    take_prefix(line->source, &prefix);
    return prefix;
}

/* A + once read holds for what is left of the line, too. */
static void add_command(struct job_run *job, const struct recipe_line *line, const char *text,
                        bool *always)
{
    struct prefix prefix = written_prefix(job, line);
    text = take_prefix(text, &prefix);
    *always = prefix.always = prefix.always || *always;
    if (!text[strspn(text, " \t\n")])
        return;
    struct command *command = arena_alloc(job->arena, sizeof *command);
    command->line = line;
    command->text = text;
    command->silent = prefix.silent && !job->run->options->trace;
    command->ignore = prefix.ignore;
    command->always = prefix.always;
    vec_push(&job->file->lines, command);
}

/* The end of a line: a newline without a backslash in front. */
static size_t line_length(const char *text)
{
    size_t length = 0;
    while (text[length] && text[length] != '\n')
        length += text[length] == '\\' && text[length + 1] ? 2 : 1;
    return length;
}

/* A line of the Fakefile may expand to several. */
static void split_lines(struct job_run *job, const struct recipe_line *line, const char *text)
{
    bool always = false;
    while (*text) {
        size_t length = line_length(text);
        add_command(job, line, arena_strndup(job->arena, text, length), &always);
        text += length + (text[length] == '\n');
    }
}

static bool is_posix_shell(const char *shell)
{
    static const char *const names[] = { "sh", "bash", "dash", "ksh", "rksh", "zsh", "ash" };
    const char *slash = shell ? strrchr(shell, '/') : NULL;
    for (size_t i = 0; shell && i < sizeof names / sizeof *names; i++)
        if (strcmp(slash ? slash + 1 : shell, names[i]) == 0)
            return true;
    return !shell;
}

/* .ONESHELL: to a shell of the usual kind the prefixes of later lines mean nothing and go; another
 * program gets its text as it stands. */
static void add_inner_lines(struct str *whole, const char *text, bool drops_prefixes)
{
    struct prefix ignored = { false, false, false };
    while (*text) {
        size_t length;
        if (drops_prefixes && whole->len > 0)
            text = take_prefix(text, &ignored);
        length = line_length(text);
        str_addf(whole, "%s%.*s", whole->len > 0 ? "\n" : "", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

bool file_expand_commands(struct job_run *job, struct expander *expander)
{
    const struct recipe *recipe = job->job->recipe;
    bool one_shell = lang_model(job->run->lang)->one_shell;
    bool drops_prefixes = one_shell && is_posix_shell(job_value(job, "SHELL", job->arena));
    struct str whole = { 0 };
    bool fine = true;
    for (size_t i = 0; i < recipe->count && fine; i++) {
        struct str text = { 0 };
        fine = expand(expander, recipe->lines[i].text, &text);
        if (fine && one_shell)
            add_inner_lines(&whole, str_text(&text), drops_prefixes);
        else if (fine)
            split_lines(job, &recipe->lines[i], str_text(&text));
        str_free(&text);
    }
    bool always = false;
    if (fine && whole.len > 0)
        add_command(job, &recipe->lines[0], arena_strdup(job->arena, str_text(&whole)), &always);
    str_free(&whole);
    return fine;
}

void file_find_shell(struct job_run *job)
{
    bool posix = lang_model(job->run->lang)->posix;
    const char *shell = job_value(job, "SHELL", job->arena);
    const char *flags = job_value(job, ".SHELLFLAGS", job->arena);
    if (!flags || (posix && strcmp(flags, "-c") == 0))
        flags = posix ? "-ec" : "-c";
    job->file->shell = shell ? shell : "/bin/sh";
    job->file->shell_flags = flags;
}
